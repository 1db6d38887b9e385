"""The commented patrol part of a new district.toml, with every default and where it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qxgeo.district.patrol_entry import GROUPS, UNASSIGNED, default_settings
from qxgeo.district.patrol_seasons import write_window

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from qxgeo.district.patrol_settings import PatrolSettings, Season, Setting

_HEAD = """\
# ---- 露天焚烧巡查（qxgeo patrol）：没有写的项取默认值 · burning patrol: left out is default ----
# [patrol]
# seed = {seed}  # 同样的数得到同样的分工 · same number, same assignment
# unassigned = "{unassigned}"  # 没有人能负责的格 · cells that nobody can own: {words}
# travel_mode = "{mode}"  # 出行方式 · {modes}
# warning_days = []  # 已发布预警的日子 · days of a warning, such as [2023-12-01]
# unfavourable_days = []  # 不利气象条件的日子 · days of unfavourable weather
"""
_FILES = """\
# 地表覆盖栅格；classes 是栅格中的代码 · land cover; codes of the raster
# [patrol.land_cover]
# path = ""
# source = ""
# classes = { water = [60], cropland = [10] }
# 高程栅格；unit = "ft" 表示英尺 · elevation; metres or feet
# [patrol.elevation]
# path = ""
# source = ""
# unit = "m"
# 风向频率表 · wind table
# [patrol.wind]
# path = ""
# source = ""
# FIRMS 卫星火点 CSV，可有几个 · satellite fires, several files if you like
# [[patrol.fires]]
# path = ""
# source = ""
# 不许变动的格：格号 = 人员编号 · locked cells: cell = person
# [patrol.locks]
# "450305003-00001" = ""
# 任务单上的值班电话：单位 = 电话 · duty phones of units, for the sheets
# [patrol.phones]
# "区城市管理局" = ""
"""


def write_patrol_block() -> Iterator[str]:
    """Write the patrol part, every line commented.

    Yields
    ------
    line
        Of district.toml.
    """
    settings = default_settings()
    yield from _HEAD.format(
        seed=settings.seed,
        unassigned=settings.unassigned,
        words=" | ".join(UNASSIGNED),
        mode=settings.travel_mode,
        modes=" | ".join(settings.speeds_kmh),
    ).splitlines()
    for name in ("cell_size_m", "hot_cell_size_m", "day_length_min"):
        yield from _setting_lines(name, getattr(settings, name))
    yield "# 每平方公里耕地一年的秸秆，吨；没有默认值 · straw of a km2 of crop land in a year, t"
    yield '# straw_t_per_km2 = { value = 1, source = "" }'
    for name, group in _groups(settings).items():
        yield f"# [patrol.{name}]"
        for key, setting in group.items():
            yield from _setting_lines(key, setting)
    for season in settings.seasons:
        yield from _season_lines(season)
    yield from _FILES.splitlines()
    yield ""


def _groups(settings: PatrolSettings) -> Mapping[str, Mapping[str, Setting]]:
    """Give the tables of settings by name."""
    return {name: getattr(settings, name) for name in GROUPS}


def _setting_lines(key: str, setting: Setting) -> Iterator[str]:
    """Write one number with its default and the source of that."""
    yield f"# {setting.source.zh} · {setting.source.en}"
    yield f'# {key} = {{ value = {setting.value:g}, source = "" }}'


def _season_lines(season: Season) -> Iterator[str]:
    """Write one season."""
    yield f"# {season.name.zh} · {season.name.en}；{season.source.zh}"
    yield f"# [patrol.seasons.{season.season_id}]"
    for key, day in (("first", season.first), ("last", season.last)):
        if day is not None:
            yield f'# {key} = "{day[0]:02d}-{day[1]:02d}"'
    windows = ", ".join(f'"{write_window(window)}"' for window in season.windows)
    yield f"# windows = [{windows}]"
    yield f"# weekdays = [{', '.join(map(str, season.weekdays))}]"
    yield f"# visit_factor = {season.visit_factor:g}"
    yield '# source = ""'
