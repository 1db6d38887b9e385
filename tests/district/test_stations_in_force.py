"""Which stations count on a day: checked against a registry small enough to read."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
import shapely

from qxgeo.district import stations_in_force

if TYPE_CHECKING:
    from collections.abc import Callable

    from qxgeo.district import Layer

DAY = date(2023, 6, 30)
HERE = shapely.Point(110.3, 25.27)


@pytest.fixture
def registry(layer_of: Callable[..., Layer]) -> Callable[..., list[str]]:
    """Give a function that says whether one station with these facts counts on a day."""

    def counted(as_of: date, **facts: object) -> list[str]:
        row = {"station_id": "A", "name": "站", "control_level": "national", "geometry": HERE}
        table = layer_of("stations", [row | facts]).table
        return stations_in_force(table, as_of)["station_id"].tolist()

    return counted


def test_both_ends_of_the_validity_count(registry: Callable[..., list[str]]) -> None:
    facts = {"valid_from": date(2020, 1, 1), "valid_to": DAY}
    assert registry(DAY, **facts) == ["A"]
    assert registry(DAY + timedelta(days=1), **facts) == []
    assert registry(date(2020, 1, 1), **facts) == ["A"]
    assert registry(date(2019, 12, 31), **facts) == []


def test_blank_dates_leave_a_side_open(registry: Callable[..., list[str]]) -> None:
    assert registry(date(1950, 1, 1)) == ["A"]
    assert registry(date(2090, 1, 1)) == ["A"]


@pytest.mark.parametrize("level", ["national", "国控", "国控点", "国家级", "National control"])
def test_national_levels_count_in_their_usual_words(
    registry: Callable[..., list[str]], level: str
) -> None:
    assert registry(DAY, control_level=level) == ["A"]


@pytest.mark.parametrize("level", ["provincial", "省控", "市控", "微站", None, ""])
def test_other_levels_do_not_count(registry: Callable[..., list[str]], level: str | None) -> None:
    assert registry(DAY, control_level=level) == []


@pytest.mark.parametrize("geometry", [None, shapely.Point()])
def test_a_station_without_position_does_not_count(
    registry: Callable[..., list[str]], geometry: object
) -> None:
    assert registry(DAY, geometry=geometry) == []


def test_stopped_without_a_date_counts_on_no_day(registry: Callable[..., list[str]]) -> None:
    assert registry(DAY, status="已停用") == []
    assert registry(DAY, status="已停用", valid_to=date(2025, 9, 30)) == ["A"]
    assert registry(DAY, status="在用") == ["A"]


def test_reference_points_stay_in(registry: Callable[..., list[str]]) -> None:
    assert registry(DAY, is_reference_point=True) == ["A"]


def test_a_table_with_the_bare_minimum_of_columns_is_understood(
    layer_of: Callable[..., Layer],
) -> None:
    table = layer_of("stations", [{"station_id": "A", "name": "站", "geometry": HERE}]).table
    assert len(stations_in_force(table[["station_id", "name", "geometry"]], DAY)) == 1
