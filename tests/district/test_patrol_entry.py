"""[patrol] of district.toml: what arrives, what stays the default, what is refused and how."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qxgeo.district import load_district, survey_district
from qxgeo.district.declaration import check_against_plan, read_declaration
from qxgeo.district.patrol_entry import default_settings
from qxgeo.district.patrol_seasons import read_seasons, write_window
from qxgeo.errors import DistrictError, Text
from qxgeo.plan import load_plan
from qxgeo.plan.entry import Faults
from qxgeo.resources import data_dir

if TYPE_CHECKING:
    from collections.abc import Callable

    from qxgeo.district.patrol_settings import PatrolSettings
    from qxgeo.errors import Fault

TOP = """\
schema = "qxgeo-district/1"
code = "450305"
name = "小城"
plan = "qixing-2023"
as_of = 2023-06-30
[layers.boundary]
path = "b.geojson"
datum = "wgs84"
accuracy_m = 50
source = "手绘"
"""
SEASON = """\
[patrol.seasons.straw]
name = "烧秸秆"
first = "05-10"
last = "05-20"
windows = ["18:00-20:30", "6:05-8:00"]
weekdays = [5, 6, 0]
visit_factor = 3
source = "区农业农村局 2024 年第 5 号"
"""
Read = "Callable[[str], tuple[PatrolSettings, dict[str, Fault]]]"


@pytest.fixture
def read(tmp_path: Path) -> Callable[[str], tuple[PatrolSettings, dict[str, Fault]]]:
    """Give a function that reads lines as the patrol part of a district; faults by their key."""
    for name in ("b.geojson", "cover.tif", "dem.tif", "wind.csv", "modis.csv", "viirs.csv"):
        (tmp_path / name).write_text("", encoding="utf-8")

    def understand(text: str) -> tuple[PatrolSettings, dict[str, Fault]]:
        file = tmp_path / "district.toml"
        file.write_text(TOP + text, encoding="utf-8")
        declaration, faults = read_declaration(file)
        assert all(fault.mend.zh and fault.mend.en for fault in faults)
        return declaration.patrol, {fault.column: fault for fault in faults}

    return understand


def test_a_district_without_patrol_has_the_embedded_numbers(read: Read) -> None:
    settings, faults = read("")
    assert faults == {}
    assert settings == default_settings()
    raw = tomllib.loads((data_dir() / "patrol" / "defaults.toml").read_text("utf-8"))
    assert settings.cell_size_m.value == raw["cell_size_m"]["value"]
    assert settings.weights["points"].source.zh == raw["weights"]["points"]["source"]["zh"]
    assert settings.straw_t_per_km2 is None
    assert (settings.land_cover, settings.elevation, settings.wind) == (None, None, None)


def test_every_default_has_a_source_and_says_that_it_is_one() -> None:
    settings = default_settings()
    groups = (settings.weights, settings.effort, settings.visits_per_week, settings.speeds_kmh)
    numbers = [settings.cell_size_m, settings.hot_cell_size_m, settings.day_length_min]
    numbers += [one for group in groups for one in group.values()]
    assert all(one.is_default and one.source.zh and one.source.en for one in numbers)
    assert all(one.is_default and one.source.zh and one.source.en for one in settings.seasons)
    assert set(settings.weights) == {"points", "events", "fires", "cropland", "roads", "upwind"}
    assert set(settings.effort) == {
        "min_per_km2", "min_per_point", "event_years", "fire_confidence", "road_reach_m",
        "high_share", "medium_share", "upwind_sector_deg", "upwind_half_m",
    }  # fmt: skip
    assert set(settings.visits_per_week) == {"high", "medium", "low"}
    assert settings.travel_mode in settings.speeds_kmh


def test_default_seasons_are_those_that_measure_5_2_2_names() -> None:
    trigger = load_plan("qixing-2023").measure("5.2.2").text
    seasons = default_settings().seasons
    dated = [season for season in seasons if season.first is not None]
    assert [season.name.zh for season in dated] == ["春耕", "秋收", "熏腊肉高峰期"]
    assert all(season.name.zh in trigger for season in dated)
    ids = [season.season_id for season in seasons if season.first is None]
    assert ids == ["ordinary", "warning", "unfavourable"]
    assert (seasons[0].season_id, seasons[-1].season_id) == ("ordinary", "unfavourable")
    assert "不利气象条件" in trigger
    assert "污染过程" in trigger


def test_every_setting_of_the_district_arrives(read: Read, tmp_path: Path) -> None:
    settings, faults = read("""\
[patrol]
cell_size_m = { value = 250, source = "区大气办" }
hot_cell_size_m = { value = 1000, source = { zh = "区大气办", en = "air office" } }
day_length_min = { value = 360, source = "工时规定" }
straw_t_per_km2 = { value = 620.5, source = "农业农村局" }
seed = 7
unassigned = "refuse"
travel_mode = "walk"
warning_days = [2023-12-02, 2023-12-01, 2023-12-01]
unfavourable_days = [2023-11-30]
weights = { roads = { value = 0, source = "不计" } }
speeds_kmh = { walk = { value = 4, source = "实测" } }
[patrol.land_cover]
path = "cover.tif"
source = "GlobeLand30"
as_of = 2020-01-01
classes = { water = [60, 61], cropland = [10] }
[patrol.elevation]
path = 'dem.tif'
source = "SRTM"
unit = "ft"
demo = true
[patrol.wind]
path = "wind.csv"
source = "气象局"
[[patrol.fires]]
path = "modis.csv"
source = "FIRMS"
[[patrol.fires]]
path = "viirs.csv"
source = "FIRMS"
[patrol.locks]
"450305003-00001" = "WG007"
[patrol.phones]
"区城市管理局" = "000-1"
""")
    assert faults == {}
    assert (settings.cell_size_m.value, settings.cell_size_m.is_default) == (250.0, False)
    assert settings.cell_size_m.source == Text("区大气办", "区大气办")
    assert settings.hot_cell_size_m.source == Text("区大气办", "air office")
    assert settings.straw_t_per_km2 is not None
    assert settings.straw_t_per_km2.value == 620.5
    assert (settings.seed, settings.unassigned, settings.travel_mode) == (7, "refuse", "walk")
    assert settings.warning_days == (date(2023, 12, 1), date(2023, 12, 2))
    assert settings.unfavourable_days == (date(2023, 11, 30),)
    assert settings.weights["roads"].value == 0
    assert settings.weights["points"] == default_settings().weights["points"]
    assert settings.speeds_kmh["walk"].value == 4
    assert settings.land_cover is not None
    assert settings.land_cover.path == (tmp_path / "cover.tif").resolve()
    assert settings.land_cover.options["classes"] == {"water": (60, 61), "cropland": (10,)}
    assert settings.land_cover.as_of == date(2020, 1, 1)
    assert settings.elevation is not None
    assert settings.elevation.options == {"unit": "ft"}
    assert settings.elevation.is_demo
    assert settings.wind is not None
    assert [file.path.name for file in settings.fires] == ["modis.csv", "viirs.csv"]
    assert settings.locks == {"450305003-00001": "WG007"}
    assert settings.phones == {"区城市管理局": "000-1"}


def test_elevation_is_in_metres_unless_it_says_feet(read: Read) -> None:
    settings, faults = read('[patrol.elevation]\npath = "dem.tif"\nsource = "SRTM"\n')
    assert faults == {}
    assert settings.elevation is not None
    assert settings.elevation.options == {"unit": "m"}


COVER = '[patrol.land_cover]\npath = "cover.tif"\nsource = "x"\n'
WRONG = [
    ("[patrol]\ncell_size = 500\n", "patrol.cell_size", "cell_size_m"),
    ("[patrol]\ncell_size_m = 500\n", "patrol.cell_size_m", "500"),
    ("[patrol]\ncell_size_m = { value = 500 }\n", "patrol.cell_size_m.source", "missing"),
    ('[patrol]\ncell_size_m = { source = "x" }\n', "patrol.cell_size_m.value", "missing"),
    (
        '[patrol]\ncell_size_m = { value = 0, source = "x" }\n',
        "patrol.cell_size_m.value",
        "above 0",
    ),
    (
        '[patrol]\ncell_size_m = { value = nan, source = "x" }\n',
        "patrol.cell_size_m.value",
        "above 0",
    ),
    (
        '[patrol]\ncell_size_m = { value = 5, source = "x" }\n',
        "patrol.cell_size_m.value",
        "50 to",
    ),
    (
        '[patrol]\ncell_size_m = { value = 700, source = "x" }\n',
        "patrol.hot_cell_size_m.value",
        "whole multiple",
    ),
    (
        '[patrol]\ncell_size_m = { value = 6000, source = "x" }\n',
        "patrol.hot_cell_size_m.value",
        "whole multiple",
    ),
    (
        '[patrol.effort]\nhigh_share = { value = 1.2, source = "x" }\n',
        "patrol.effort.high_share.value",
        "not above 1",
    ),
    (
        '[patrol.effort]\nhigh_share = { value = 0.9, source = "x" }\n',
        "patrol.effort.medium_share",
        "more than 1",
    ),
    (
        '[patrol.effort]\nfire_confidence = { value = -1, source = "x" }\n',
        "patrol.effort.fire_confidence.value",
        "not below 0",
    ),
    (
        '[patrol.weights]\npoint = { value = 1, source = "x" }\n',
        "patrol.weights.point",
        "points",
    ),
    (
        '[patrol.speeds_kmh]\nwalk = { value = 0, source = "x" }\n',
        "patrol.speeds_kmh.walk.value",
        "above 0",
    ),
    ('[patrol]\ntravel_mode = "fly"\n', "patrol.travel_mode", "ride"),
    ('[patrol]\nunassigned = "force"\n', "patrol.unassigned", "refuse"),
    ("[patrol]\nseed = -1\n", "patrol.seed", "at least 0"),
    ('[patrol]\nwarning_days = ["2023-12-01"]\n', "patrol.warning_days[0]", "without quotes"),
    ("[patrol]\nwarning_days = 3\n", "patrol.warning_days", "a list"),
    ("[patrol.locks]\na = 7\n", "patrol.locks.a", "text"),
    (
        '[patrol.land_cover]\npath = "no.tif"\nsource = "x"\nclasses = { cropland = [1] }\n',
        "patrol.land_cover.path",
        "no.tif",
    ),
    (
        '[patrol.land_cover]\npath = "cover.tif"\nsource = "x"\n',
        "patrol.land_cover.classes",
        "missing",
    ),
    (
        '[patrol.land_cover]\npath = "cover.tif"\nsource = "x"\nclasses = { water = [1] }\n',
        "patrol.land_cover.classes.cropland",
        "crop land",
    ),
    (
        COVER + "classes = { water = [1], cropland = [1] }\n",
        "patrol.land_cover.classes.cropland[0]",
        "already water",
    ),
    (
        '[patrol.land_cover]\npath = "cover.tif"\nsource = "x"\nclasses = { cropland = ["a"] }\n',
        "patrol.land_cover.classes.cropland[0]",
        "no number",
    ),
    (
        COVER + "classes = { crop = [1], cropland = [2] }\n",
        "patrol.land_cover.classes.crop",
        "cropland",
    ),
    (
        '[patrol.elevation]\npath = "dem.tif"\nsource = "x"\nunit = "cm"\n',
        "patrol.elevation.unit",
        'no "cm"',
    ),
    ('[[patrol.fires]]\npath = "x.csv"\nsource = "x"\n', "patrol.fires[0].path", "x.csv"),
    ('[patrol.wind]\npath = "wind.csv"\n', "patrol.wind.source", "missing"),
    (
        '[patrol]\nstraw_t_per_km2 = { value = -3, source = "x" }\n',
        "patrol.straw_t_per_km2.value",
        "above 0",
    ),
]


@pytest.mark.parametrize(("text", "key", "word"), WRONG)
def test_what_is_wrong_is_named_with_its_key(read: Read, text: str, key: str, word: str) -> None:
    _, faults = read(text)
    assert list(faults) == [key]
    assert word in faults[key].in_language("en")


def test_every_weight_at_zero_is_refused(read: Read) -> None:
    lines = "".join(
        f'{name} = {{ value = 0, source = "x" }}\n' for name in default_settings().weights
    )
    _, faults = read("[patrol.weights]\n" + lines)
    assert list(faults) == ["patrol.weights"]


def test_all_faults_come_at_once(read: Read) -> None:
    texts = (
        '[patrol]\nseed = "x"\ntravel_mode = "fly"\n[patrol.wind]\npath = "n"\nsource = ""\n'
        '[patrol.seasons.ordinary]\nwindows = ["10:00-08:00"]\nsource = "x"\n'
    )
    _, faults = read(texts)
    assert set(faults) == {
        "patrol.seed", "patrol.travel_mode", "patrol.wind.path", "patrol.wind.source",
        "patrol.seasons.ordinary.windows[0]",
    }  # fmt: skip


def test_a_season_of_its_own_arrives_sorted(read: Read) -> None:
    settings, faults = read(SEASON)
    assert faults == {}
    season = next(one for one in settings.seasons if one.season_id == "straw")
    assert season.windows == ((6 * 60 + 5, 8 * 60), (18 * 60, 20 * 60 + 30))
    assert season.weekdays == (0, 5, 6)
    assert (season.first, season.last) == ((5, 10), (5, 20))
    assert (season.visit_factor, season.is_default) == (3.0, False)
    assert season.name == Text("烧秸秆", "烧秸秆")
    order = [one.season_id for one in settings.seasons]
    assert order.index("spring_ploughing") < order.index("straw") < order.index("autumn_harvest")


def test_an_embedded_season_changes_key_by_key(read: Read) -> None:
    settings, faults = read(
        '[patrol.seasons.bacon_smoking]\nlast = "02-20"\nsource = "区城市管理局"\n'
    )
    assert faults == {}
    seasons = {one.season_id: one for one in settings.seasons}
    embedded = {one.season_id: one for one in default_settings().seasons}
    assert seasons["bacon_smoking"].last == (2, 20)
    assert seasons["bacon_smoking"].windows == embedded["bacon_smoking"].windows
    assert not seasons["bacon_smoking"].is_default
    assert seasons["autumn_harvest"] == embedded["autumn_harvest"]


def test_an_embedded_season_can_be_left_out_but_not_ordinary_days(read: Read) -> None:
    settings, faults = read("[patrol.seasons.bacon_smoking]\ndrop = true\n")
    assert faults == {}
    assert "bacon_smoking" not in [one.season_id for one in settings.seasons]
    _, faults = read("[patrol.seasons.ordinary]\ndrop = true\n")
    assert list(faults) == ["patrol.seasons.ordinary.drop"]
    _, faults = read("[patrol.seasons.mine]\ndrop = true\n")
    assert list(faults) == ["patrol.seasons.mine.drop"]


@pytest.mark.parametrize(
    ("old", "new", "key", "word"),
    [
        ('"18:00-20:30"', '"20:30-18:00"', "windows[0]", "does not begin before it ends"),
        ('"18:00-20:30"', '"20:00-20:00"', "windows[0]", "does not begin before it ends"),
        ('"18:00-20:30"', '"07:59-09:00"', "windows[1]", "overlaps with 07:59-09:00"),
        ('"18:00-20:30"', '"18-20"', "windows[0]", "not a patrol hour"),
        ('"18:00-20:30"', '"18:00-24:30"', "windows[0]", "not a patrol hour"),
        ('"18:00-20:30"', '"18:00-25:00"', "windows[0]", "not a patrol hour"),
        ('["18:00-20:30", "6:05-8:00"]', "[]", "windows", "no patrol hour"),
        ("[5, 6, 0]", "[7]", "weekdays[0]", "no day of the week"),
        ("[5, 6, 0]", "[1, 1]", "weekdays[1]", "no day of the week"),
        ("[5, 6, 0]", "[true]", "weekdays[0]", "no day of the week"),
        ("[5, 6, 0]", "[]", "weekdays", "no day is patrolled"),
        ("visit_factor = 3", "visit_factor = 0", "visit_factor", "above zero"),
        ("visit_factor = 3", "", "visit_factor", "missing"),
        ('"05-10"', '"02-30"', "first", "not a day of the year"),
        ('"05-10"', '"5月10日"', "first", "not a day of the year"),
        ('first = "05-10"', "", "first", "missing"),
    ],
)
def test_a_season_gone_wrong_names_its_key(
    read: Read, old: str, new: str, key: str, word: str
) -> None:
    assert old in SEASON
    _, faults = read(SEASON.replace(old, new))
    assert list(faults) == [f"patrol.seasons.straw.{key}"]
    assert word in faults[f"patrol.seasons.straw.{key}"].in_language("en")


def test_two_seasons_on_one_day_are_refused_also_over_new_year(read: Read) -> None:
    _, faults = read(SEASON.replace('"05-20"', '"09-20"'))
    assert list(faults) == ["patrol.seasons.straw"]
    _, faults = read(SEASON.replace('"05-10"', '"02-10"').replace('"05-20"', '"02-12"'))
    (fault,) = faults.values()
    assert "02-10" in fault.in_language("en")
    assert "bacon" in fault.in_language("en")
    _, faults = read(SEASON.replace('"05-10"', '"02-11"').replace('"05-20"', '"02-12"'))
    assert faults == {}


@given(
    st.lists(
        st.tuples(st.integers(0, 1439), st.integers(1, 1440)).filter(lambda one: one[0] < one[1]),
        min_size=1,
        max_size=4,
        unique=True,
    )
)
def test_windows_arrive_exactly_when_no_two_share_a_minute(windows: list[tuple[int, int]]) -> None:
    season = {
        "name": "x", "first": "01-01", "last": "01-02", "weekdays": [0], "visit_factor": 1,
        "source": "x", "windows": [write_window(window) for window in windows],
    }  # fmt: skip
    faults = Faults("district.toml")
    seasons = read_seasons({}, {"s": season}, "patrol.seasons", faults)
    minutes = [minute for start, end in windows for minute in range(start, end)]
    if len(minutes) == len(set(minutes)):
        assert faults.found == []
        assert seasons[0].windows == tuple(sorted(windows))
    else:
        assert seasons == ()
        assert any("overlaps" in fault.in_language("en") for fault in faults.found)


def test_a_phone_of_an_unknown_unit_is_named_with_the_nearest_one(
    tmp_path: Path, read: Read
) -> None:
    read('[patrol.phones]\n"区城市管理" = "000-1"\n"区城管局" = "000-2"\n')
    declaration, _ = read_declaration(tmp_path / "district.toml")
    faults = check_against_plan(declaration, load_plan("qixing-2023"))
    assert [fault.column for fault in faults] == ["patrol.phones.区城市管理"]
    assert "区城市管理局" in faults[0].in_language("zh")


def test_a_loaded_district_always_has_settings(town_folder: Path) -> None:
    district = load_district(town_folder)
    assert district.patrol == default_settings()


def test_faults_of_the_patrol_part_stop_loading_and_show_in_the_survey(town_folder: Path) -> None:
    with (town_folder / "district.toml").open("a", encoding="utf-8") as file:
        file.write('[patrol]\ntravel_mode = "fly"\n')
    with pytest.raises(DistrictError, match=r"patrol\.travel_mode"):
        load_district(town_folder)
    survey = survey_district(town_folder)
    assert [fault.column for fault in survey.faults] == ["patrol.travel_mode"]


@pytest.mark.parametrize("sizes", [(3000, 3000), (500, 500), (1000, 3000)])
def test_the_other_readings_of_cell_size_can_be_set(read: Read, sizes: tuple[int, int]) -> None:
    # 5.1.1-a.1: 3 km hot cells alone; 7.4.1-a.1: 500 m alone.
    cell, hot = sizes
    settings, faults = read(
        f'[patrol]\ncell_size_m = {{ value = {cell}, source = "x" }}\n'
        f'hot_cell_size_m = {{ value = {hot}, source = "x" }}\n'
    )
    assert faults == {}
    assert (settings.cell_size_m.value, settings.hot_cell_size_m.value) == sizes


def test_the_documented_example_lacks_only_its_files(read: Read) -> None:
    document = Path(__file__).parents[2] / "docs" / "district-format.md"
    if not document.is_file():
        pytest.skip("documents do not travel with an installed package")
    blocks = re.findall(r"```toml\n(.*?)```", document.read_text("utf-8"), re.DOTALL)
    text = "\n".join(block for block in blocks if block.startswith("[patrol"))
    settings, faults = read(text)
    assert set(faults) == {
        "patrol.land_cover.path", "patrol.elevation.path", "patrol.fires[0].path",
    }  # fmt: skip
    harvest = next(one for one in settings.seasons if one.season_id == "autumn_harvest")
    assert not harvest.is_default
    assert settings.wind is not None
