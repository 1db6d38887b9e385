"""Invented people, points, events, devices and winds of the burning patrol (local metres).

Every name begins with 示例; no telephone number could be dialled. Some cells are blank and some
townships are written as people write them (with 办事处, by their code), as in any real list.
"""

# ruff: noqa: PLR2004 -- an invented town is made of invented numbers; each stands where it acts

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import shapely
from demo_places import Row, Spotter, pick

if TYPE_CHECKING:
    from collections.abc import Callable

COUNTRY = ("track", "unclassified")
TOWN = ("residential", "tertiary", "secondary")
# Township, how its rows are written, people; loads differ, as areas do.
TEAMS = (
    ("七星区街道", ("七星区街道", "七星街道办事处"), 3),
    ("东江街道", ("东江街道", "450305002"), 3),
    ("穿山街道", ("穿山街道", "穿山街道办事处"), 9),
    ("漓东街道", ("漓东街道", "漓东办"), 3),
    ("朝阳乡", ("朝阳乡", "朝阳乡人民政府"), 6),
)
DAYS_OFF = ("周六、周日", "星期三", "周一 周四", "五", "Sun", "")  # staggered within a township
KINDS = {"秸秆焚烧易发点": 0.4, "垃圾枝叶焚烧易发点": 0.35, "熏腊肉敏感点": 0.25}
EVENTS = {"秸秆焚烧": 0.4, "垃圾焚烧": 0.3, "枝叶焚烧": 0.15, "熏腊肉": 0.15}
LAST_DAY = date(2023, 6, 29)
# Share of the year's events in each month: harvest, ploughing and the bacon season stand out.
MONTHS = (0.1, 0.07, 0.1, 0.09, 0.04, 0.04, 0.06, 0.05, 0.09, 0.16, 0.11, 0.09)
# Share of the hours with wind from each of 16 sectors, north first; the valley runs north-east.
WINDS = (11.2, 16.5, 14.1, 6.3, 3.4, 2.6, 2.9, 3.5, 6.1, 5.4, 3.6, 2.2, 1.9, 2.1, 3.7, 5.0)
SECTORS = (
    *("N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE"),
    *("S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW"),
)
CALM = 9.5


def grid_members(
    townships: dict[str, shapely.Geometry], spotter: Spotter, rng: np.random.Generator
) -> list[Row]:
    """List the people: some with a base, hours or days off; one is away."""
    rows: list[Row] = []
    for name, spellings, count in TEAMS:
        for place in range(count):
            number = len(rows) + 1
            has_base = bool(rng.random() < 0.7)
            base = _inside(lambda: spotter.beside(*TOWN, *COUNTRY), townships[name])
            rows.append(
                {
                    "工号": f"WG{number:03d}",
                    "姓名": f"示例网格员{number:02d}",
                    "所属乡镇街道": spellings[place % len(spellings)],
                    "电话": f"000-{number:08d}" if rng.random() < 0.9 else "",
                    "每周工时": pick(rng, {"40": 0.4, "30": 0.2, "20": 0.2, "": 0.2}),
                    "休息日": DAYS_OFF[place % len(DAYS_OFF)],
                    "请假": "是" if number == 11 else "",
                    "geometry": base if has_base else shapely.Point(),
                }
            )
    return rows


def burning_points(
    district: shapely.Geometry, spotter: Spotter, rng: np.random.Generator
) -> list[Row]:
    """Sensitive and recurrent points, most of them along field tracks and country roads."""
    rows: list[Row] = []
    for number in range(1, 61):
        kind = pick(rng, KINDS)
        roads = TOWN if kind == "熏腊肉敏感点" or rng.random() < 0.15 else COUNTRY
        rows.append(
            {
                "编号": f"DW{number:03d}",
                "名称": f"示例{kind}{number}",
                "地址": f"示例村{number}号附近",
                "类别": kind,
                "风险等级": pick(rng, {"高": 0.2, "中": 0.35, "低": 0.3, "": 0.15}),
                "停留分钟": pick(rng, {"": 0.5, "5": 0.15, "10": 0.2, "15": 0.15}),
                "geometry": _inside(_beside(spotter, roads), district),
            }
        )
    return rows


def patrol_events(
    points: list[Row], district: shapely.Geometry, spotter: Spotter, rng: np.random.Generator
) -> list[Row]:
    """Past events of three years: most near a listed point, the others anywhere along a track."""
    rows: list[Row] = []
    for number in range(1, 81):
        kind = pick(rng, EVENTS)
        near = points[int(rng.integers(len(points)))]["geometry"]
        is_known = bool(rng.random() < 0.65)

        def beside(near: shapely.Point = near, *, is_known: bool = is_known) -> shapely.Point:
            if is_known:
                return shapely.Point(np.array(near.coords[0]) + rng.normal(0, 90, 2))
            return spotter.beside(*COUNTRY, *TOWN[:1])

        rows.append(
            {
                "编号": f"SJ{number:03d}",
                "名称": f"示例{kind}事件{number}",
                "日期": _day(rng).isoformat(),
                "类别": kind,
                "geometry": _inside(beside, district),
            }
        )
    return rows


def cameras(district: shapely.Geometry, spotter: Spotter, rng: np.random.Generator) -> list[Row]:
    """Seven street cameras, three on towers and two places from which a drone takes off."""
    kinds = ["视频"] * 7 + ["高空瞭望"] * 3 + ["无人机"] * 2
    rows: list[Row] = []
    for number, kind in enumerate(kinds, start=1):
        is_street, is_drone = kind == "视频", kind == "无人机"
        roads = TOWN if is_street else COUNTRY
        bearing = int(rng.integers(0, 36)) * 10
        width = 60 + 10 * int(rng.integers(0, 4)) if is_street else 360
        height, reach = (6 + 2 * int(rng.integers(0, 4)), 300 + 100 * int(rng.integers(0, 5)))
        if not is_street:
            height, reach = (120, 2500) if is_drone else (35 + 5 * number % 20, 3000)
        rows.append(
            {
                "编号": f"SB{number:02d}",
                "名称": f"示例{kind}{number}号",
                "类别": kind,
                "离地高度(米)": height,
                "方位角": bearing if width < 360 else "",
                "视场角": width,
                "有效距离(米)": reach,
                "geometry": _inside(_beside(spotter, roads), district),
            }
        )
    return rows


def wind_rose() -> list[dict[str, str]]:
    """Share of the hours with wind from each sector, in per cent; with calms they are all hours."""
    rows = [
        {
            "风向": sector,
            "角度": f"{step * 22.5:g}",
            "频率%": f"{share:.1f}",
            "备注": "示例（虚构）",
        }
        for step, (sector, share) in enumerate(zip(SECTORS, WINDS, strict=True))
    ]
    return [*rows, {"风向": "C", "角度": "", "频率%": f"{CALM:.1f}", "备注": "示例（虚构）：静风"}]


def _beside(spotter: Spotter, roads: tuple[str, ...]) -> Callable[[], shapely.Point]:
    """Give a function that draws places beside roads of some classes."""
    return lambda: spotter.beside(*roads)


def _inside(draw: Callable[[], shapely.Point], area: shapely.Geometry) -> shapely.Point:
    """Draw places until one lies inside an area."""
    while True:
        place = draw()
        if area.contains(place):
            return place


def _day(rng: np.random.Generator) -> date:
    """Draw a day of the three years before the district's day, by the odds of its month."""
    odds = np.array(MONTHS)
    while True:
        month = int(rng.choice(12, p=odds / odds.sum())) + 1
        first = date(int(rng.integers(2020, 2024)), month, 1)
        day = first + timedelta(days=int(rng.integers(0, 28)))
        if LAST_DAY - timedelta(days=3 * 365) <= day <= LAST_DAY:
            return day
