"""Contracts of the sheets of a carts' file: carts, depots, refill points, shifts.

Amounts carry their unit in the heading, as 罐容（m³） or 罐容（L）, or in a column of their own, as
罐容单位; `qxgeo.readers.carts` turns them into litres before the bounds below are held to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qxgeo.errors import Text
from qxgeo.schemas.contract import Column

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetSchema:
    """What one sheet must look like.

    Attributes
    ----------
    title
        Its name for people; ``title.zh`` is the usual name of the sheet.
    sheets
        Names under which files carry it.
    columns
        Known columns by their name in the house; kind ``clock`` is a time of day.
    units
        Column to the units in which files give it, each with what one is in the house's unit.
    """

    title: Text
    sheets: tuple[str, ...]
    columns: Mapping[str, Column]
    units: Mapping[str, Mapping[str, float]]


_VOLUMES = {
    **dict.fromkeys(("l", "升", "公升", "litre", "litres", "liter", "liters"), 1.0),
    **dict.fromkeys(("m3", "m³", "立方米", "立方", "方", "吨", "t"), 1_000.0),
}
_FLOWS = {
    **dict.fromkeys(("l/min", "升/分", "升/分钟", "升每分钟", "lpm"), 1.0),
    **dict.fromkeys(("l/s", "升/秒", "升每秒"), 60.0),
    **dict.fromkeys(
        ("m3/h", "m³/h", "立方米/小时", "立方米/时", "方/小时", "吨/小时", "t/h"), 50 / 3
    ),
    **dict.fromkeys(("m3/min", "m³/min", "立方米/分", "立方米/分钟"), 1_000.0),
}
_SPRAYS = {
    **dict.fromkeys(("l/m", "升/米", "升每米"), 1.0),
    **dict.fromkeys(("l/m2", "l/m²", "升/平方米", "升每平方米", "mm", "毫米"), -1.0),  # times width
    **dict.fromkeys(("l/km", "升/公里", "升/千米"), 0.001),
}
_ID = ("编号", "代码", "id")
_PLACE_ID = Column(aliases=("站点编号", "点位编号", *_ID, "site_id"), required=True, unique=True)
_PLACE_NAME = Column(aliases=("名称", "停车场名称", "加水点名称", "点位名称", "name"))
_OPENS = Column(kind="clock", aliases=("开放时间", "开始时间", "开放", "供水开始", "opens", "from"))
_CLOSES = Column(kind="clock", aliases=("关闭时间", "结束时间", "关闭", "供水结束", "closes", "to"))
_FLOW_NAMES = ("流量", "出水流量", "供水流量", "加水流量", "flow")

CARTS = SheetSchema(
    title=Text("车辆", "carts"),
    sheets=("车辆", "洒水车", "车辆表", "carts", "vehicles"),
    columns={
        "cart_id": Column(
            aliases=("车辆编号", "车牌", "车牌号", "车号", *_ID, "cart", "plate"),
            required=True,
            unique=True,
        ),
        "company": Column(aliases=("单位", "公司", "所属单位", "所属公司", "作业单位", "company")),
        "tank_l": Column(
            kind="number",
            aliases=("罐容", "水箱容量", "水罐容积", "罐体容积", "容量", "tank"),
            required=True,
            least=500,
            most=40_000,
        ),
        "spray": Column(
            kind="number", aliases=("洒水量", "喷洒量", "单位洒水量", "洒水强度", "spray")
        ),
        "spray_width_m": Column(
            kind="number",
            aliases=("洒水宽度", "喷洒宽度", "作业宽度", "spray width"),
            least=1,
            most=30,
        ),
        "spray_speed_kmh": Column(
            kind="number",
            aliases=("作业速度", "洒水速度", "作业车速", "spray speed"),
            least=1,
            most=60,
        ),
        "drive_speed_kmh": Column(
            kind="number",
            aliases=("行驶速度", "空驶速度", "行驶车速", "drive speed"),
            least=5,
            most=100,
        ),
        "depot": Column(aliases=("停车场", "所属停车场", "停放地点", "车场", "depot")),
        "cost_per_h": Column(
            kind="number", aliases=("每小时费用", "小时费用", "cost per h"), least=0
        ),
        "cost_per_km": Column(
            kind="number", aliases=("每公里费用", "公里费用", "cost per km"), least=0
        ),
        "is_off": Column(kind="flag", aliases=("停用", "停驶", "维修", "off"), blank_means_no=True),
    },
    units={"tank_l": _VOLUMES, "spray": _SPRAYS},
)
DEPOTS = SheetSchema(
    title=Text("停车场", "depots"),
    sheets=("停车场", "车场", "depots", "depot"),
    columns={
        "site_id": _PLACE_ID,
        "name": _PLACE_NAME,
        "flow_l_per_min": Column(kind="number", aliases=_FLOW_NAMES, most=6_000),
        "opens_s": _OPENS,
        "closes_s": _CLOSES,
    },
    units={"flow_l_per_min": _FLOWS},
)
REFILLS = SheetSchema(
    title=Text("加水点", "refill points"),
    sheets=("加水点", "取水点", "供水点", "消火栓", "refills", "refill points", "hydrants"),
    columns={
        "site_id": _PLACE_ID,
        "name": _PLACE_NAME,
        "flow_l_per_min": Column(kind="number", aliases=_FLOW_NAMES, required=True, most=6_000),
        "opens_s": _OPENS,
        "closes_s": _CLOSES,
    },
    units={"flow_l_per_min": _FLOWS},
)
SHIFTS = SheetSchema(
    title=Text("班次", "shifts"),
    sheets=("班次", "排班", "shifts"),
    columns={
        "cart_id": Column(
            aliases=("车辆编号", "车牌", "车牌号", "车号", "车辆", *_ID, "cart"), required=True
        ),
        "driver": Column(aliases=("驾驶员", "司机", "姓名", "driver")),
        "phone": Column(kind="phone", aliases=("电话", "手机", "联系电话", "phone")),
        "start_s": Column(
            kind="clock", aliases=("上班", "上班时间", "开始", "开始时间", "start"), required=True
        ),
        "end_s": Column(
            kind="clock", aliases=("下班", "下班时间", "结束", "结束时间", "end"), required=True
        ),
        "break_min": Column(
            kind="number",
            aliases=("休息", "休息分钟", "休息时间", "用餐休息", "break"),
            least=0,
            most=240,
        ),
    },
    units={"break_min": dict.fromkeys(("分钟", "分", "min", "minutes"), 1.0)},
)
SHEETS = {"carts": CARTS, "depots": DEPOTS, "refills": REFILLS, "shifts": SHIFTS}
