"""The embedded station registry against the captures it was made from."""

from __future__ import annotations

import csv
from datetime import date
from typing import TYPE_CHECKING

import pytest
from pyproj import Geod

from qxgeo.resources import data_dir
from qxgeo.schemas import STATIONS

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def registry() -> dict[str, dict[str, str]]:
    path = data_dir() / "stations" / "guilin_national_control.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return {row["站点编码"]: row for row in csv.DictReader(stream)}


def in_force(registry: dict[str, dict[str, str]], day: str) -> set[str]:
    """ISO dates compare as text; a blank is unbounded."""
    return {
        code
        for code, row in registry.items()
        if (row["启用日期"] or "0000") <= day <= (row["停运日期"] or "9999")
    }


def captured(external_data: Path) -> dict[str, set[str]]:
    """Codes seen on each capture day, as compiled from four captures."""
    seen: dict[str, set[str]] = {}
    path = external_data / "stations" / "guilin_cnemc_stations.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            for day in row["seen_in"].split(";"):
                seen.setdefault(day, set()).add(row["station_code"])
    return seen


def test_on_every_capture_day_exactly_the_seen_stations_are_in_force(
    registry: dict[str, dict[str, str]], external_data: Path
) -> None:
    days = captured(external_data)
    assert len(days) == 4
    for day, codes in days.items():
        assert in_force(registry, day) == codes, day


def test_first_and_last_sight_are_the_captures(
    registry: dict[str, dict[str, str]], external_data: Path
) -> None:
    days = captured(external_data)
    for code, row in registry.items():
        seen = sorted(day for day, codes in days.items() if code in codes)
        assert (row["最早见到"], row["最近见到"]) == (seen[0], seen[-1])


def test_positions_and_names_are_those_of_the_hourly_bulletin(
    registry: dict[str, dict[str, str]], external_data: Path
) -> None:
    path = external_data / "stations" / "guilin_hourly_20240101T12_20251001T12.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["stationcode"] for row in rows} == set(registry)
    for row in rows:
        ours = registry[row["stationcode"]]
        assert ours["站点名称"] == row["positionname"]
        assert float(ours["经度"]) == float(row["longitude"])
        assert float(ours["纬度"]) == float(row["latitude"])


def test_six_stations_are_in_force_on_the_plans_date(registry: dict[str, dict[str, str]]) -> None:
    # The national list of 2023 names these six for Guilin.
    expected = {"1862A", "1863A", "1864A", "1865A", "3403A", "3531A"}
    assert in_force(registry, "2023-06-30") == expected


def test_no_day_between_captures_is_left_without_the_old_or_the_new_station(
    registry: dict[str, dict[str, str]],
) -> None:
    for day in ("2024-01-02", "2024-12-31", "2025-09-30"):
        assert {"1863A", "4301A", "3403A", "4222A"} <= in_force(registry, day)


def test_stated_accuracy_covers_the_rounding_of_published_positions(
    registry: dict[str, dict[str, str]],
) -> None:
    geod = Geod(ellps="WGS84")
    for row in registry.values():
        lon, lat = float(row["经度"]), float(row["纬度"])
        assert len(row["经度"].split(".")[1]) == 4
        _, _, rounding_m = geod.inv(lon, lat, lon + 0.00005, lat + 0.00005)
        assert 7 < rounding_m < float(row["定位精度"]) <= 15


def test_headings_are_known_to_the_table_contract(registry: dict[str, dict[str, str]]) -> None:
    headings = set(next(iter(registry.values())))
    found = {
        name for name, column in STATIONS.columns.items() if headings & {name, *column.aliases}
    }
    assert found == set(STATIONS.columns)


def test_dates_and_flags_are_well_formed(registry: dict[str, dict[str, str]]) -> None:
    reference_points = {code for code, row in registry.items() if row["对照点"] == "是"}
    assert reference_points == {"1862A"}
    for row in registry.values():
        assert row["控制级别"] == "national"
        assert row["对照点"] in {"是", "否"}
        for heading in ("启用日期", "停运日期", "最早见到", "最近见到"):
            if row[heading]:
                date.fromisoformat(row[heading])
