"""``[today]`` of district.toml: over the embedded numbers, each fault with its key."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest

from qxgeo.district import load_district
from qxgeo.district.today_settings import default_today, read_today
from qxgeo.errors import DistrictError
from qxgeo.plan.entry import Entry, Faults
from qxgeo.resources import data_dir

if TYPE_CHECKING:
    from pathlib import Path

    from qxgeo.district.today_settings import TodaySettings

OWN_LEVELS = """
schema = "qxgeo-warning/1"
end_h = 36
response = ["red"]
source = { zh = "本地预案", en = "the local plan" }
[[level]]
id = "red"
name = { zh = "红色预警", en = "red" }
colour = "#f00"
when = [[{ above = 150, hours = 24 }]]
"""


SPREAD = "[today.spread_source]\nsource = 'x'\n"


def read(text: str, folder: Path) -> tuple[TodaySettings, list[str]]:
    faults = Faults("district.toml")
    settings = read_today(Entry(tomllib.loads(text), "", faults), folder)
    return settings, [fault.column for fault in faults.found]


def test_the_embedded_file_is_complete_and_every_number_has_a_source() -> None:
    settings = default_today()
    assert settings.radii_m == (1000.0, 3000.0, 5000.0)
    assert [one.half_deg for one in settings.spreads] == [50, 45, 40, 30]
    assert all(one.source.zh and one.source.en for one in settings.numbers.values())
    assert all(text.zh and text.en for text in settings.sources.values())
    raw = tomllib.loads((data_dir() / "air" / "today.toml").read_text("utf-8"))
    known = {"schema", "levels", "radii_m", "ozone_season", "source_layers", "spread_source"}
    assert set(raw) == known | {"spread", "trigger"} | set(settings.numbers)


def test_a_district_overrides_one_number_and_keeps_the_others(tmp_path: Path) -> None:
    text = (
        '[today.stale_h]\nvalue = 5\nsource = "区大气办"\n'
        '[today.radii_m]\nvalues = [500, 2000]\nsource = "x"\n'
        '[[today.trigger]]\nwords = "大风"\ncondition = "patrol"\n'
        '[today.ozone_season]\nfirst = "05-01"\nlast = "09-30"\nsource = "y"\n'
        '[today.source_layers]\nnames = ["catering"]\nsource = "z"\n'
    )
    settings, faults = read(text, tmp_path)
    assert faults == []
    assert settings.number("stale_h") == 5
    assert not settings.numbers["stale_h"].is_default
    assert settings.number("stuck_h") == default_today().number("stuck_h")
    assert settings.radii_m == (500.0, 2000.0)
    assert settings.triggers["大风"] == "patrol"
    assert settings.triggers["污染天气"] == "episode"
    assert settings.ozone_season == ((5, 1), (9, 30))
    assert settings.source_layers == ("catering",)


def test_a_district_names_the_levels_of_its_own_plan(tmp_path: Path) -> None:
    (tmp_path / "levels.toml").write_text(OWN_LEVELS, encoding="utf-8")
    settings, faults = read('[today]\nlevels = "levels.toml"\n', tmp_path)
    assert faults == []
    assert [one.level_id for one in settings.levels.levels] == ["red"]
    assert settings.levels.end_h == 36
    assert settings.levels_file == "levels.toml"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[today.stale_h]\nvalue = 0\nsource = 'x'\n", "today.stale_h.value"),
        ("[today.stale_h]\nvalue = 2.5\nsource = 'x'\n", "today.stale_h.value"),
        ("[today.stale_h]\nvalue = 2\n", "today.stale_h.source"),
        ("[today.calm_ms]\nvalue = nan\nsource = 'x'\n", "today.calm_ms.value"),
        ("[today.radii_m]\nvalues = [3, 1]\nsource = 'x'\n", "today.radii_m.values"),
        ("[today.radii_m]\nvalues = []\nsource = 'x'\n", "today.radii_m.values"),
        ("[today.ozone_season]\nfirst = '13-01'\nlast = '12-01'\nsource = 'x'\n",
         "today.ozone_season.first"),
        ("[[today.spread]]\nup_to_ms = 3\nhalf_deg = 20\nclass = 'A'\n" + SPREAD, "today.spread"),
        ("[[today.spread]]\nhalf_deg = 200\nclass = 'A'\n" + SPREAD, "today.spread[0].half_deg"),
        ("[[today.trigger]]\nwords = 'x'\ncondition = 'moon'\n", "today.trigger[0].condition"),
        ("[today]\nstale = 3\n", "today.stale"),
        ("[today]\nlevels = 'none.toml'\n", "today.levels"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_key(tmp_path: Path, text: str, key: str) -> None:
    _, faults = read(text, tmp_path)
    assert faults == [key]


def test_a_fault_stops_the_district_with_one_message(town_folder: Path) -> None:
    file = town_folder / "district.toml"
    text = file.read_text("utf-8") + "\n[today.stale_h]\nvalue = -1\nsource = 'x'\n"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DistrictError, match=r"today\.stale_h\.value"):
        load_district(town_folder)
