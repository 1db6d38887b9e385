"""Every number of a patrol that is a default and nobody's decision yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qxgeo.errors import Text
from qxgeo.patrol.model import PatrolAssumption

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qxgeo.district.patrol_settings import PatrolSettings, Season, Setting

_NAMES = {
    "cell_size_m": Text("网格边长（米）", "edge of a cell, m"),
    "hot_cell_size_m": Text("热点网格边长（米）", "edge of a hot cell, m"),
    "day_length_min": Text("每人每日工时上限（分钟）", "longest working day, minutes"),
    "weights.points": Text("风险权重：敏感点、易发点", "risk weight: sensitive points"),
    "weights.events": Text("风险权重：历史事件", "risk weight: past events"),
    "weights.fires": Text("风险权重：卫星火点", "risk weight: satellite fires"),
    "weights.cropland": Text("风险权重：耕地占比", "risk weight: crop land"),
    "weights.roads": Text("风险权重：临近道路", "risk weight: nearness of roads"),
    "weights.upwind": Text("风险权重：站点上风向", "risk weight: upwind of stations"),
    "effort.min_per_km2": Text(
        "巡查一平方千米陆地一次（分钟）", "minutes to patrol a square kilometre of land once"
    ),
    "effort.min_per_point": Text("每处点位停留（分钟）", "minutes at a point"),
    "effort.event_years": Text("历史事件计入年数", "years that events count"),
    "effort.fire_confidence": Text(
        "MODIS 火点最低置信度（%）", "least confidence of MODIS fires, %"
    ),
    "effort.road_reach_m": Text("临近道路的距离上限（米）", "reach of nearness to a road, m"),
    "effort.upwind_sector_deg": Text("上风向扇区（度）", "sector upwind, degrees"),
    "effort.upwind_half_m": Text(
        "影响减半的距离（米）", "way that halves what reaches a station, m"
    ),
    "effort.high_share": Text("高风险网格占比", "share of cells in class high"),
    "effort.medium_share": Text("中风险网格占比", "share of cells in class medium"),
    "visits_per_week.high": Text("高风险网格每周巡查次数", "visits a week, class high"),
    "visits_per_week.medium": Text("中风险网格每周巡查次数", "visits a week, class medium"),
    "visits_per_week.low": Text("低风险网格每周巡查次数", "visits a week, class low"),
    "speeds_kmh.drive": Text("驾车速度（千米/时）", "driving speed, km/h"),
    "speeds_kmh.ride": Text("骑行速度（千米/时）", "riding speed, km/h"),
    "speeds_kmh.walk": Text("步行速度（千米/时）", "walking speed, km/h"),
    "straw_t_per_km2": Text("每平方千米耕地年产秸秆（吨）", "straw per km2 of crop land, t/year"),
}


def list_assumptions(settings: PatrolSettings) -> tuple[PatrolAssumption, ...]:
    """List the defaults behind a patrol.

    Parameters
    ----------
    settings
        The district's, over the embedded defaults.

    Returns
    -------
    assumptions
        Numbers first, then the seasons' dates and hours, in the order of the settings.
    """
    numbers = [
        PatrolAssumption(
            name=_NAMES.get(key, Text(key, key)),
            value=Text(f"{one.value:g}", f"{one.value:g}"),
            source=one.source,
        )
        for key, one in _walk(settings)
        if one.is_default
    ]
    seasons = [_describe_season(one) for one in settings.seasons if one.is_default]
    return (*numbers, *seasons)


def _walk(settings: PatrolSettings) -> Iterator[tuple[str, Setting]]:
    """Give every number with its key."""
    for key in ("cell_size_m", "hot_cell_size_m", "day_length_min"):
        yield key, getattr(settings, key)
    for group in ("weights", "effort", "visits_per_week", "speeds_kmh"):
        for key, one in getattr(settings, group).items():
            yield f"{group}.{key}", one
    if settings.straw_t_per_km2 is not None:
        yield "straw_t_per_km2", settings.straw_t_per_km2


def _describe_season(season: Season) -> PatrolAssumption:
    """Word a season: its dates, hours and how often."""
    hours = "、".join(f"{_clock(start)}–{_clock(end)}" for start, end in season.windows)
    dates = Text("", "")
    if season.first is not None and season.last is not None:
        first, last = season.first, season.last
        dates = Text(
            f"{first[0]}月{first[1]}日至{last[0]}月{last[1]}日，",
            f"{first[0]:02d}-{first[1]:02d} to {last[0]:02d}-{last[1]:02d}, ",
        )
    return PatrolAssumption(
        name=Text(f"巡查时段：{season.name.zh}", f"patrol hours: {season.name.en}"),
        value=Text(
            f"{dates.zh}{hours}，频次 ×{season.visit_factor:g}",
            f"{dates.en}{hours}, visits x{season.visit_factor:g}",
        ),
        source=season.source,
    )


def _clock(minutes: int) -> str:
    """Write minutes after midnight as a clock does."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
