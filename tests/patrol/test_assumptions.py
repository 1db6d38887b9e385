"""Every default is an assumption, and nothing that the district decided is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qxgeo.district.patrol_settings import Setting
from qxgeo.errors import Text
from qxgeo.patrol.assumptions import list_assumptions

if TYPE_CHECKING:
    from collections.abc import Callable

    from qxgeo.district.patrol_settings import PatrolSettings


def test_every_default_is_named_in_words(settings_of: Callable[..., PatrolSettings]) -> None:
    settings = settings_of()
    found = list_assumptions(settings)
    groups = ("weights", "effort", "visits_per_week", "speeds_kmh")
    numbers = 3 + sum(len(getattr(settings, name)) for name in groups)
    assert len(found) == numbers + len(settings.seasons)
    assert all("." not in one.name.zh and "_" not in one.name.zh for one in found)


def test_what_the_district_decided_is_no_assumption(
    settings_of: Callable[..., PatrolSettings],
) -> None:
    decided = Setting(value=250.0, source=Text("区大气办", "district office"), is_default=False)
    names = {one.name.en for one in list_assumptions(settings_of(cell_size_m=decided))}
    assert "edge of a cell, m" not in names
    assert "edge of a hot cell, m" in names


def test_a_season_says_its_dates_hours_and_factor(
    settings_of: Callable[..., PatrolSettings],
) -> None:
    seasons = {one.name.zh: one.value.zh for one in list_assumptions(settings_of())}
    assert seasons["巡查时段：秋收"] == "9月20日至11月20日，08:00–10:00、17:00–19:00，频次 ×2"
    assert seasons["巡查时段：平时"].startswith("08:00")


def test_a_straw_coefficient_that_is_a_default_is_listed(
    settings_of: Callable[..., PatrolSettings],
) -> None:
    guess = Setting(value=600.0, source=Text("假设", "assumption"), is_default=True)
    found = list_assumptions(settings_of(straw_t_per_km2=guess))
    assert any(one.name.en.startswith("straw per km2") for one in found)
