"""The station table on real hours of Guilin, held against the index published with them."""

from __future__ import annotations

import csv
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from qxgeo.district import load_district, stations_in_force
from qxgeo.district.today_settings import default_today
from qxgeo.readers.air_hours import read_air_hours
from qxgeo.warning.stations import look_at_air

if TYPE_CHECKING:
    from pathlib import Path

FILE = "guilin_hourly_20240101T12_20251001T12.csv"


def test_stations_show_the_published_index_and_primary_pollutant(external_data: Path) -> None:
    file = external_data / "stations" / FILE
    with file.open(encoding="utf-8-sig", newline="") as stream:
        published = {
            row["stationcode"]: row
            for row in csv.DictReader(stream)
            if row["timepoint"].startswith("2024-01-01")
        }
    stations = load_district(as_of=date(2024, 1, 1)).layers["stations"].table
    air = look_at_air(
        read_air_hours(file),
        stations_in_force(stations, date(2024, 1, 1)),
        at=pd.Timestamp("2024-01-01 13:20"),
        settings=default_today(),
    )
    seen = 0
    for one in air.stations:
        row = published[one.station_id]
        assert one.aqi == float(row["aqi"]), one.station_id
        assert ("PM2.5" in row["primarypollutant"]) == (one.primary == "pm2_5")
        seen += 1
    assert seen == 6
    # One hour is no day: whatever the hour says, the level is unknown and said to be.
    assert air.level == -1
    assert air.highest > -1
    assert any("滑动均值不明" in text.zh for text in air.problems)
