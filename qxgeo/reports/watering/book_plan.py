"""Sheets of the watering workbook with the plan: sections, runs, refills, when sections are dry."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qxgeo.errors import Text
from qxgeo.reports.table import Caption, Head, label_words, list_table
from qxgeo.reports.watering.book_sums import CART
from qxgeo.reports.watering.tracks import say_clock
from qxgeo.watering.tables import list_spare_tours

if TYPE_CHECKING:
    from qxgeo.reports.sheets import Sheet
    from qxgeo.watering.model import WateringPlan

_STATES = {
    "kept": Text("全天湿润", "wet all day"),
    "dry_at_times": Text("有时干燥", "dry at times"),
    "never": Text("无车到达", "never reached"),
}
_TASKS = {
    "tour": Text("作业", "tour"),
    "spare": Text("余暇作业", "tour, if time"),
    "transfer": Text("转场", "transfer"),
    "wait": Text("等待", "wait"),
    "break": Text("休息", "break"),
}
_DIRECTIONS = {
    "forward": Text("顺道路方向", "along the line"),
    "backward": Text("逆道路方向", "against the line"),
    "both": Text("两个方向各洒", "each direction"),
    "either": Text("任一方向", "either direction"),
}
_ROAD = Head(Text("道路", "Road"), width=26.0)
_SECTION_ID = Head(Text("路段编号", "Section id"), "text", 14.0)
_FROM = Head(Text("起", "From"), "text", 9.0)
_TO = Head(Text("止", "To"), "text", 9.0)
_MINUTES = Head(Text("分钟", "Minutes"), "decimal", 9.0)
_KM = Head(Text("洒水（km）", "Sprayed (km)"), "km")
_LITRES = Head(Text("用水（L）", "Water (L)"), "count")


def list_sections(plan: WateringPlan, *, lang: str) -> Sheet:
    """List every section with its wettings and whether it stays wet.

    Parameters
    ----------
    plan
        The whole plan.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    sheet
        One row per section, those that do not stay wet first.
    """
    table = pd.DataFrame(plan.sections.drop(columns="geometry"))
    order = table["state"].map({"never": 0, "dry_at_times": 1, "kept": 2}).astype(float)
    table = table.assign(_order=order).sort_values(["_order", "wet_share"], kind="stable")
    table = table.assign(
        state=label_words(table["state"], _STATES, lang),
        directions=label_words(table["directions"], _DIRECTIONS, lang),
        why=table[f"why_{lang}"],
    )
    heads = {
        "road_name": _ROAD,
        "state": Head(Text("状态", "State"), "text", 12.0),
        "wet_share": Head(Text("湿润比例", "Share wet"), "share"),
        "wettings": Head(Text("洒水次数", "Wettings"), "count", 10.0),
        "longest_gap": Head(
            Text("最长间隔（时限=1）", "Longest gap (interval = 1)"), "ratio", 12.0
        ),
        "length_m": Head(Text("长度（m）", "Length (m)"), "m"),
        "litres": Head(Text("一次用水（L）", "Water, once (L)"), "count"),
        "township_name": Head(Text("属地", "Township")),
        "rule_ids": Head(Text("规则", "Rules"), "text", 16.0),
        "why": Head(Text("原因", "Why"), width=58.0),
        "width_m": Head(Text("宽度（m）", "Width (m)"), "decimal", 9.0, is_printed=False),
        "passes": Head(Text("趟数", "Passes"), "count", 8.0, is_printed=False),
        "directions": Head(Text("方向", "Direction"), "text", 14.0, is_printed=False),
        "interval_factor": Head(Text("时限系数", "Factor"), "ratio", 9.0, is_printed=False),
        "road_class": Head(Text("道路类别", "Class"), "text", 12.0, is_printed=False),
        "from_m": Head(Text("起点桩（m）", "From (m)"), "m", is_printed=False),
        "to_m": Head(Text("止点桩（m）", "To (m)"), "m", is_printed=False),
        "section_id": _SECTION_ID._replace(is_printed=False),
    }
    caption = Caption(Text("路段", "Sections"), Text("须保持湿润的路段", "Sections to keep wet"))
    return list_table(table, heads, caption, lang=lang)


def list_runs(plan: WateringPlan, *, lang: str) -> Sheet:
    """List the day of every cart.

    Parameters
    ----------
    plan
        The whole plan.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    sheet
        One row per tour, transfer, wait or break.
    """
    tours = plan.tours.set_index("tour").reindex(plan.runs["tour"].to_numpy())
    runs = plan.runs
    spare = list_spare_tours(plan.legs, plan.diagnosis.protected)
    tasks = runs["task"].mask(runs["tour"].isin(list(spare)), "spare")
    table = pd.DataFrame(
        {
            "cart_id": runs["cart_id"].to_numpy(),
            "task": label_words(tasks, _TASKS, lang).to_numpy(),
            "tour": np.where(runs["tour"] >= 0, runs["tour"] + 1, 0),
            "from": [say_clock(at) for at in runs["start_s"]],
            "to": [say_clock(at) for at in runs["end_s"]],
            "minutes": ((runs["end_s"] - runs["start_s"]) / 60).to_numpy(),
            "spray_km": tours["spray_m"].to_numpy(dtype=float) / 1e3,
            "empty_km": tours["empty_m"].to_numpy(dtype=float) / 1e3,
            "litres": tours["litres"].to_numpy(dtype=float),
            "refills": tours["refills"].to_numpy(dtype=float),
        }
    )
    table["tour"] = table["tour"].astype(object).where(table["tour"] > 0, None)
    heads = {
        "cart_id": CART,
        "task": Head(Text("内容", "What"), "text", 10.0),
        "tour": Head(Text("线路号", "Tour"), "count", 8.0),
        "from": _FROM,
        "to": _TO,
        "minutes": _MINUTES,
        "spray_km": _KM,
        "empty_km": Head(Text("空驶（km）", "Empty (km)"), "km"),
        "litres": _LITRES,
        "refills": Head(Text("加水", "Refills"), "count", 8.0),
    }
    caption = Caption(Text("班次", "Runs"), Text("每辆车全天的安排", "The day of every cart"))
    return list_table(table, heads, caption, lang=lang)


def list_refills(plan: WateringPlan, *, lang: str) -> Sheet:
    """List every refill with its place and time.

    Parameters
    ----------
    plan
        The whole plan.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    sheet
        One row per refill, by time.
    """
    columns = ["tour", "offset_s", "duration_s", "litres", "site_id"]
    stops = pd.DataFrame(plan.legs.loc[plan.legs["task"] == "refill", columns])
    runs = plan.runs.loc[plan.runs["tour"] >= 0, ["cart_id", "tour", "start_s"]]
    each = stops.merge(runs, on="tour", how="inner", validate="many_to_many")
    each["at_s"] = each["start_s"] + each["offset_s"]
    each = each.sort_values(["at_s", "cart_id"], kind="stable")
    names = dict(zip(plan.fleet.sites["site_id"], plan.fleet.sites["name"], strict=True))
    table = pd.DataFrame(
        {
            "cart_id": each["cart_id"].to_numpy(),
            "site": [str(names.get(one, "")) or str(one) for one in each["site_id"]],
            "from": [say_clock(at) for at in each["at_s"]],
            "to": [say_clock(at) for at in each["at_s"] + each["duration_s"]],
            "litres": each["litres"].to_numpy(dtype=float),
        }
    )
    heads = {
        "from": _FROM,
        "to": _TO,
        "cart_id": CART,
        "site": Head(Text("加水点", "Refill point")),
        "litres": Head(Text("加水（L）", "Taken (L)"), "count"),
    }
    caption = Caption(
        Text("加水", "Refills"), Text("加水的时间和地点", "When and where carts refill")
    )
    return list_table(table, heads, caption, lang=lang)


def list_dry_spells(plan: WateringPlan, *, lang: str) -> Sheet:
    """List when sections are dry.

    Parameters
    ----------
    plan
        The whole plan.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    sheet
        One row per dry spell.
    """
    spells = plan.dry_spells
    rows = spells["section"].to_numpy(dtype=np.intp)
    table = pd.DataFrame(
        {
            "road_name": plan.sections["road_name"].to_numpy()[rows],
            "section_id": plan.sections["section_id"].to_numpy()[rows],
            "township": plan.sections["township_name"].to_numpy()[rows],
            "from": [say_clock(at) for at in spells["from_s"]],
            "to": [say_clock(at) for at in spells["to_s"]],
            "minutes": ((spells["to_s"] - spells["from_s"]) / 60).to_numpy(dtype=float),
        }
    )
    heads = {
        "road_name": _ROAD,
        "section_id": _SECTION_ID,
        "township": Head(Text("属地", "Township")),
        "from": _FROM,
        "to": _TO,
        "minutes": _MINUTES,
    }
    caption = Caption(
        Text("干燥时段", "Dry spells"), Text("路段变干的时段", "When sections are dry")
    )
    return list_table(table, heads, caption, lang=lang)
