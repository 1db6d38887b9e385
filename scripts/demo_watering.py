"""Invented water carts, depots, refill points and shifts, as a cleaning unit would list them.

Every name begins with 示例; no plate and no telephone number is real. The same roads give the same
bytes: the workbook carries a fixed date.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import shapely
import xlsxwriter

if TYPE_CHECKING:
    from pathlib import Path

    from demo_city import Plane
    from demo_places import Row

CLASSES = ("primary", "secondary", "tertiary")
# What they are near, metres east and north of the plane's origin: spread over the invented town.
WATERS = (
    (-1800, 1300), (0, 400), (-2800, 1800), (-1500, -2000), (600, 1900), (-600, -2600),
    (-1400, 2800), (-2500, 600), (-3700, -800), (-2700, 3200), (-2300, 4600), (-2600, -1300),
    (-300, -1400), (-3400, 800),
)  # fmt: skip
DEPOTS = ((-2600, 500), (-300, -1100))
CREATED = datetime(2026, 11, 27, tzinfo=UTC).replace(tzinfo=None)
CARTS, FIRST_UNIT = 40, 24
TANK_M3 = 18
DAY_STARTS = (7.0, 7.5, 8.0, 8.5, 9.0, 9.5)


def sheets(roads: list[Row], plane: Plane) -> dict[str, list[list[object]]]:
    """Give the rows of each sheet, headings first."""
    lines = [row["geometry"] for row in roads if row["road_class"] in CLASSES]
    spots = shapely.MultiLineString([part for line in lines for part in shapely.get_parts(line)])

    def beside(place: tuple[float, float]) -> list[float]:
        on_road = shapely.ops.nearest_points(spots, shapely.Point(place))[0]
        aside = shapely.Point(on_road.x + 6.0, on_road.y - 5.0)
        return np.round(plane.to_degrees(aside, 6).coords[0], 6).tolist()

    return {"车辆": carts(), "停车场": depots(beside), "加水点": waters(beside), "班次": shifts()}


def carts() -> list[list[object]]:
    """List the carts of two units."""
    head = ["车辆编号", "单位", "罐容（m³）", "洒水量（L/m²）", "洒水宽度（米）"]
    head += [
        "作业速度（km/h）",
        "行驶速度（km/h）",
        "停车场",
        "每小时费用（元）",
        "每公里费用（元）",
    ]
    rows: list[list[object]] = [head]
    for number in range(1, CARTS + 1):
        is_first = number <= FIRST_UNIT
        unit, depot = ("示例环卫一公司", "P1") if is_first else ("示例环卫二公司", "P2")
        rows.append([f"W{number:02d}", unit, TANK_M3, 0.5, 12, 15, 30, depot, 120, 4.5])
    return rows


def depots(beside: object) -> list[list[object]]:
    """List the depots."""
    rows: list[list[object]] = [["编号", "名称", "经度", "纬度"]]
    for number, place in enumerate(DEPOTS, start=1):
        rows.append([f"P{number}", f"示例停车场{number}", *beside(place)])
    return rows


def waters(beside: object) -> list[list[object]]:
    """List the refill points: cranes for carts, and some hydrants."""
    rows: list[list[object]] = [
        ["编号", "名称", "流量（L/min）", "开放时间", "关闭时间", "经度", "纬度"]
    ]
    for number, place in enumerate(WATERS, start=1):
        rows.append([f"J{number:02d}", f"示例加水点{number}", 1800, "", "", *beside(place)])
    return rows


def shifts() -> list[list[object]]:
    """List the shifts: by day every cart, by night one of three."""
    rows: list[list[object]] = [["车辆编号", "驾驶员", "电话", "上班", "下班", "休息分钟"]]
    for number in range(1, CARTS + 1):
        start = DAY_STARTS[number // 3 % len(DAY_STARTS)]
        rows.append(_shift(number, 1, start, 8))
        rows.append(_shift(number, 2, start + 8, 8))
        if number % 3 == 0:
            rows.append(_shift(number, 3, start + 16, 8))
    return rows


def _shift(number: int, turn: int, start_h: float, hours: int) -> list[object]:
    """Give one row."""
    driver = 3 * number + turn - 3
    start_h %= 24
    times = [_clock(start_h), _clock(start_h + hours)]
    return [f"W{number:02d}", f"示例驾驶员{driver:02d}", f"000-{driver:08d}", *times, 30]


def _clock(hour: float) -> str:
    """Write a time of the day; the day after is said."""
    minutes = round(hour * 60)
    day, minutes = divmod(minutes, 1440)
    return f"{'次日' * day}{minutes // 60:02d}:{minutes % 60:02d}"


def write_carts(path: Path, roads: list[Row], plane: Plane) -> None:
    """Write the workbook, the same bytes for the same roads."""
    book = xlsxwriter.Workbook(str(path), {"in_memory": True})
    book.set_properties({"title": "示例洒水车表（演示数据，全部虚构）", "created": CREATED})
    bold = book.add_format({"bold": True})
    for name, rows in sheets(roads, plane).items():
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(rows[0]) - 1, 16)
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row, bold if place == 0 else None)
    book.close()
