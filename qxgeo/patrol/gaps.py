"""What a patrol could not do, and what is missing for it: unknown is said."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from qxgeo.errors import Text
from qxgeo.vocabulary import NO_TOWNSHIP

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import geopandas as gpd

    from qxgeo.district import District
    from qxgeo.district.patrol_settings import PatrolSettings
    from qxgeo.patrol.model import Assignment, Risk, Routes, Schedule, Sight

_MOST_NAMES = 8
_MOST_UNEVEN = 1.05  # of the mean load; below it nobody asks why
_SAME_MIN = 1e-6


def list_gaps(
    district: District,
    settings: PatrolSettings,
    *,
    risk: Risk,
    cells: gpd.GeoDataFrame,
    assignment: Assignment,
    schedule: Schedule,
    routes: Routes,
    sight: Sight | None,
) -> tuple[Text, ...]:
    """List everything that a reader must know is not there.

    Parameters
    ----------
    district, settings
        What was at hand.
    risk, assignment, schedule, routes, sight
        The stages of the plan.
    cells
        With their owners.

    Returns
    -------
    gaps
        Each once, in the order of the stages.
    """
    found = [
        *_of_ground(district, settings, cells),
        *(
            Text(f"风险评分缺“{term.name.zh}”：{term.dropped.zh}",
                 f"risk without {term.name.en}: {term.dropped.en}")
            for term in risk.terms
            if term.dropped is not None
        ),
        *_of_points(risk),
        *name_townships(assignment.problems, district),
        *_of_owners(cells),
        *name_townships(_of_balance(cells, assignment), district),
        *_of_days(schedule, routes),
        *_of_sight(district, settings, sight),
    ]  # fmt: skip
    return tuple(dict.fromkeys(found))


def name_townships(texts: Iterable[Text], district: District) -> list[Text]:
    """Write the names of townships where sentences have their codes.

    Parameters
    ----------
    texts
        Any sentences.
    district
        Knows the names.

    Returns
    -------
    texts
        A code within a longer number, as in a cell's, stays.
    """
    layer = district.layers.get("townships")
    if layer is None or layer.table.empty:
        return list(texts)
    table = layer.table
    names = dict(zip(table["township_id"].astype(str), table["name"].astype(str), strict=True))
    code = re.compile(rf"(?<!\d)({'|'.join(map(re.escape, names))})(?!\d)")
    return [Text(*(code.sub(lambda found: names[found[0]], one) for one in text)) for text in texts]


def _of_ground(
    district: District, settings: PatrolSettings, cells: gpd.GeoDataFrame
) -> Iterator[Text]:
    """Say which ground is not known."""
    townships = district.layers.get("townships")
    if townships is None:
        yield Text(
            "没有乡镇街道界线：网格按全区分派，名单中的所属乡镇街道不起作用",
            "no township lines: cells are shared by all, the townships of the roster count nothing",
        )
    else:
        table = townships.table
        for name in table.loc[table.geometry.isna() | table.geometry.is_empty, "name"]:
            yield Text(
                f"{name}没有范围数据，其网格无法划分",
                f"{name} has no boundary: its cells cannot be drawn",
            )
    nowhere = cells["township_id"] == NO_TOWNSHIP
    if nowhere.any():
        area_km2 = cells.loc[nowhere, "area_m2"].sum() / 1e6
        yield Text(
            f"{int(nowhere.sum())} 个网格（{area_km2:.3f} 平方千米）不在任何乡镇街道内，无人负责",
            f"{int(nowhere.sum())} cells ({area_km2:.3f} km2) lie in no township: nobody owns them",
        )
    if settings.land_cover is None:
        yield Text(
            "没有地类栅格：水面和耕地不明，全部按陆地计工作量",
            "no land cover: water and crop land are unknown, all ground counts as land",
        )
        return
    shares = [f"{name}_share" for name in settings.land_cover.options["classes"]]  # type: ignore[attr-defined] # a table, checked when read
    if (cells[shares].fillna(0.0) == 0).all(axis=None) and (cells["unknown_share"] < 1).any():
        yield Text(
            "地类栅格在辖区内没有 classes 所列的任何代码，水面和耕地都按 0 计：请核对代码",
            "the land cover holds none of the codes of classes inside the district, water and crop"
            " land count as none: check the codes",
        )
    unknown_km2 = (cells["unknown_share"] * cells["area_m2"]).sum() / 1e6
    if unknown_km2 > 0:
        yield Text(
            f"地类栅格有 {unknown_km2:.3f} 平方千米没有数据，按陆地计，耕地不明",
            f"the land cover says nothing of {unknown_km2:.3f} km2: counted as land, crops unknown",
        )


def _of_points(risk: Risk) -> Iterator[Text]:
    """Name points that lie outside."""
    outside = risk.points.loc[risk.points["cell_id"] == "", "name"].astype(str).tolist()
    if outside:
        names = "、".join(outside[:_MOST_NAMES]) + ("……" if len(outside) > _MOST_NAMES else "")
        yield Text(
            f"{len(outside)} 处点位在辖区外，未分配：{names}",
            f"{len(outside)} points lie outside the district and have no owner: {names}",
        )


def _of_balance(cells: gpd.GeoDataFrame, assignment: Assignment) -> Iterator[Text]:
    """Say where one cell alone is more than a fair load, and what helps."""
    largest = cells.groupby("township_id")["load_min"].max()
    for one in assignment.balances:
        load_min = float(largest.get(one.township_id, 0.0))
        if load_min > max(_MOST_UNEVEN * one.mean_load_min, one.bound_max_load_min - _SAME_MIN):
            yield Text(
                f"{one.township_id}：有一个网格的工作量（{load_min:.1f} 分钟/周）就超过人均"
                f"（{one.mean_load_min:.1f} 分钟/周），整格分派无法更均；可减小 cell_size_m",
                f"{one.township_id}: one cell alone takes {load_min:.1f} min a week, more than the "
                f"mean of {one.mean_load_min:.1f}: whole cells cannot be shared more evenly; a "
                "smaller cell_size_m helps",
            )


def _of_owners(cells: gpd.GeoDataFrame) -> Iterator[Text]:
    """Count the cells without an owner inside townships."""
    unowned = (cells["person_id"] == "") & (cells["township_id"] != NO_TOWNSHIP)
    if unowned.any():
        area_km2 = cells.loc[unowned, "area_m2"].sum() / 1e6
        yield Text(
            f"{int(unowned.sum())} 个网格（{area_km2:.2f} 平方千米）没有负责人",
            f"{int(unowned.sum())} cells ({area_km2:.2f} km2) have no owner",
        )


def _of_days(schedule: Schedule, routes: Routes) -> Iterator[Text]:
    """Count hours that nobody takes and visits that nobody makes."""
    if len(schedule.unfilled):
        hours = (schedule.unfilled["end_min"] - schedule.unfilled["start_min"]).sum() / 60
        taken = (schedule.shifts["end_min"] - schedule.shifts["start_min"]).sum() / 60
        share = hours / (hours + taken)
        yield Text(
            f"{len(schedule.unfilled)} 个时段共 {hours:.1f} 小时（占 {share:.0%}）无人值守，"
            "逐条列出并说明原因",
            f"{len(schedule.unfilled)} windows, {hours:.1f} h ({share:.0%}), have nobody: "
            "listed with the reason",
        )
    for reason, group in routes.unserved.groupby(["reason_zh", "reason_en"], sort=True):
        yield Text(
            f"{len(group)} 次点位巡查未排进路线：{reason[0]}",
            f"{len(group)} visits are on no route: {reason[1]}",
        )


def _of_sight(district: District, settings: PatrolSettings, sight: Sight | None) -> Iterator[Text]:
    """Say what lines of sight lack."""
    if "cameras" not in district.layers:
        yield Text("没有摄像头和无人机清单：看不到哪里不明", "no list of cameras and drones")
    if sight is not None and settings.elevation is None:
        yield Text(
            "没有高程数据：监控范围只按距离和方位画扇形，未考虑遮挡",
            "no elevation: views are plain sectors, nothing hides behind a hill",
        )
