"""Datum, clocks, absences and violations, each on a case that a reader can redo by hand."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import shapely

from qxgeo.datum import wgs84_to_bd09, wgs84_to_gcj02
from qxgeo.errors import DatumError, InputError, Text
from qxgeo.readers.tracks import Tracks, settle_datum
from qxgeo.watering.tracks.absence import find_absences
from qxgeo.watering.tracks.cleaning import clean_tracks
from qxgeo.watering.tracks.clocks import find_wrong_clocks, move_clocks
from qxgeo.watering.tracks.compliance import find_done, sum_carts, sum_companies, sum_townships
from qxgeo.watering.tracks.matching import match_tracks
from qxgeo.watering.tracks.passes import WETTING, cut_cells, name_passes, pass_cells
from qxgeo.watering.tracks.roadbook import RoadBook
from qxgeo.watering.tracks.settings import default_audit_settings
from qxgeo.watering.tracks.violations import list_violations
from qxgeo.watering.tracks.wet_time import measure_wetness
from qxgeo.watering.tracks.words import say_clock, say_violation

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

    from qxgeo.watering.streets import StreetGraph

DAY = date(2023, 12, 27)
SETTINGS = default_audit_settings()
HOUR = 3_600.0
Tables = "Callable[..., pd.DataFrame]"
Duties = "Callable[..., Duty]"


def tracks_of(table: pd.DataFrame) -> Tracks:
    return Tracks(table=table, faults=(), refused_rows=0, notes=(), inputs={})


def a_day(table_of: Tables, **facts: object) -> pd.DataFrame:
    """East along the avenue, south down the side street."""
    rng = np.random.default_rng(2)
    x_m = np.concatenate((40.0 * np.arange(26), np.full(14, 1_000.0)))
    y_m = np.concatenate((np.zeros(26), -40.0 * np.arange(1, 15)))
    noise = rng.normal(0, 4, (2, 40))
    return table_of("W01", 30_000 + 10 * np.arange(40), x_m + noise[0], y_m + noise[1], **facts)


@pytest.mark.parametrize("name", ["wgs84", "gcj02", "bd09"])
def test_the_roads_tell_the_datum(
    town_roads: gpd.GeoDataFrame, table_of: Tables, name: str
) -> None:
    true = a_day(table_of)
    shift = {"gcj02": wgs84_to_gcj02, "bd09": wgs84_to_bd09, "wgs84": lambda *xy: xy}[name]
    lon, lat = shift(true["lon"].to_numpy(), true["lat"].to_numpy())
    given = tracks_of(true.assign(lon=lon, lat=lat))
    found = settle_datum(given, town_roads.geometry.to_numpy(), declared=None)
    assert found.datum == name
    assert np.abs(found.table["lon"] - true["lon"]).max() < 1e-8
    assert "no datum was declared" in found.datum_why.en
    declared = settle_datum(given, town_roads.geometry.to_numpy(), declared=name)
    assert declared.table["lat"].tolist() == found.table["lat"].tolist()


def test_a_datum_that_the_roads_do_not_tell_is_not_guessed(
    town_roads: gpd.GeoDataFrame, table_of: Tables
) -> None:
    track = table_of("W01", 30_000 + 10 * np.arange(50), 40.0 * np.arange(50), 120.0)
    with pytest.raises(DatumError, match="--datum"):
        settle_datum(tracks_of(track), town_roads.geometry.to_numpy(), declared=None)


def test_a_declared_datum_that_the_roads_contradict_is_doubted_aloud(
    town_roads: gpd.GeoDataFrame, table_of: Tables
) -> None:
    found = settle_datum(
        tracks_of(a_day(table_of)), town_roads.geometry.to_numpy(), declared="gcj02"
    )
    assert "WGS 84 would lie better" in found.datum_why.en


def test_tracks_of_another_city_are_refused_with_their_place(
    town_roads: gpd.GeoDataFrame, table_of: Tables
) -> None:
    away = a_day(table_of)
    away["lon"] += 11.0
    with pytest.raises(InputError, match=r"they lie around 121\.30"):
        settle_datum(tracks_of(away), town_roads.geometry.to_numpy(), declared="wgs84")


def shifts_of(*rows: tuple[str, float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["cart_id", "start_s", "end_s"])


def test_a_clock_eight_hours_off_is_named_and_not_mended(table_of: Tables, duty_of: Duties) -> None:
    duty = duty_of(shifts=shifts_of(("W01", 8 * HOUR, 16 * HOUR)))
    second = 20 * 60 + 300 * np.arange(90)  # from 0:20 to 7:45: in truth from 8:20
    track = table_of("W01", second, 200.0 * np.arange(90), 0.0)
    clean = clean_tracks(track, day=DAY, settings=SETTINGS)
    wrong = find_wrong_clocks(clean, duty, SETTINGS)
    assert list(wrong) == ["W01"]
    assert "about 8 h behind" in wrong["W01"].en
    assert "--clock W01=+8" in wrong["W01"].en
    mended = clean_tracks(move_clocks(track, {"W01": 8.0}), day=DAY, settings=SETTINGS)
    assert find_wrong_clocks(mended, duty, SETTINGS) == {}


def test_a_cart_that_works_overtime_has_no_wrong_clock(table_of: Tables, duty_of: Duties) -> None:
    duty = duty_of(shifts=shifts_of(("W01", 8 * HOUR, 12 * HOUR)))
    track = table_of("W01", 8 * HOUR + 300 * np.arange(90), 200.0 * np.arange(90), 0.0)
    clean = clean_tracks(track, day=DAY, settings=SETTINGS)
    assert find_wrong_clocks(clean, duty, SETTINGS) == {}


def no_book() -> RoadBook:
    return RoadBook(
        names=np.array(["大道", "大道", "", "", "小街", "后街"], dtype=object),
        ids=("1",),
        titles=("一街道",),
        polygons=np.array([shapely.box(110, 25, 111, 26)], dtype=object),
        boundary=None,
    )


def test_carts_without_a_track_silent_or_standing_are_found(
    table_of: Tables, duty_of: Duties
) -> None:
    duty = duty_of(shifts=shifts_of(("W01", 8 * HOUR, 11 * HOUR), ("W02", 8 * HOUR, 11 * HOUR)))
    drive = 8 * HOUR + 10 * np.arange(360)  # an hour of driving
    stand = 9 * HOUR + 10 * np.arange(360)  # an hour of standing, then an hour of nothing
    x_m = np.concatenate((40.0 * np.arange(360), np.full(360, 14_400.0)))
    track = table_of("W01", np.concatenate((drive, stand)), x_m, 0.0)
    clean = clean_tracks(track, day=DAY, settings=SETTINGS)
    found = find_absences(clean, duty, no_book(), SETTINGS, {})
    facts = {(row["kind"], row["cart_id"]): row for row in found}
    assert set(facts) == {
        ("cart_missing", "W02"),
        ("cart_silent", "W01"),
        ("cart_standing", "W01"),
    }
    silent = facts["cart_silent", "W01"]
    assert (silent["from_s"], silent["to_s"]) == (10 * HOUR - 10, 11 * HOUR)
    standing = facts["cart_standing", "W01"]
    assert standing["to_s"] - standing["from_s"] == pytest.approx(HOUR, abs=60)
    assert find_absences(clean, duty, no_book(), SETTINGS, {"W02": Text("", "")}) == [
        row for row in found if row["cart_id"] == "W01"
    ]


@pytest.fixture(scope="module")
def audited(
    town_streets: StreetGraph,
    table_of: Tables,
    duty_of: Duties,
    row_of: dict[str, int],
    line_of: Callable[..., shapely.LineString],
) -> tuple[object, ...]:
    """W01 waters the avenue, hurries on it later, and sprays down a street that is not listed."""
    x_m = 40.0 * np.arange(49)
    wet = table_of("W01", 30_000 + 10 * np.arange(49), x_m, 0.0, is_spraying=True, speed_kmh=14.4)
    fast = table_of("W01", 40_000 + 4 * np.arange(49), x_m, 0.0, is_spraying=True, speed_kmh=36.0)
    y_m = -30.0 * np.arange(1, 20)
    off = table_of(
        "W02", 50_000 + 10 * np.arange(19), 1_000.0, y_m, is_spraying=True, speed_kmh=10.8
    )
    length = 2_000.0
    duty = duty_of(
        {
            "section_id": "east",
            "road_name": "大道",
            "to_m": length,
            "directions": "forward",
            "geometry": line_of((0, 0), (2_000, 0)),
        },
        interval_h=2.0,
        carts=pd.DataFrame(
            {
                "cart_id": ["W01", "W02"],
                "company": ["甲公司", "乙公司"],
                "spray_speed_kmh": [15.0, 15.0],
            }
        ),
        wettings=pd.DataFrame(
            {
                "section": [0, 0],
                "cart_id": ["W01", "W01"],
                "start_s": [30_000.0, 60_000.0],
                "end_s": [30_600.0, 60_600.0],
            }
        ),
    )
    clean = clean_tracks(pd.concat([wet, fast, off]), day=DAY, settings=SETTINGS)
    matched = match_tracks(clean, town_streets, settings=SETTINGS)
    rows = np.array([row_of["east"]])
    legs = name_passes(matched.legs, duty, rows, SETTINGS)
    cells = cut_cells(duty, rows, 25.0)
    wetness = measure_wetness(
        pass_cells(legs[legs["use"] == WETTING], cells),
        cells,
        duty,
        first_record_s=-HOUR * 20,
        settings=SETTINGS,
    )
    found = list_violations(
        legs, wetness, duty, clean, matched, no_book(), settings=SETTINGS, set_aside={}
    )
    return duty, clean, matched, legs, wetness, found


def test_violations_name_the_records_that_prove_them(audited: tuple[object, ...]) -> None:
    _, clean, _, _, _, found = audited
    kinds = found.groupby("kind").size().to_dict()
    assert kinds == {"dry": 2, "too_fast": 1, "off_duty": 1, "cart_silent": 1}
    fast = found[found["kind"] == "too_fast"].iloc[0]
    proof = clean.fixes.iloc[int(fast["first_fix"]) : int(fast["last_fix"]) + 1]
    assert proof["second"].between(40_000, 40_192).all()
    assert fast["speed_kmh"] == pytest.approx(36.0)
    assert fast["limit"] == pytest.approx(18.75)
    assert fast["length_m"] == pytest.approx(1_920, abs=25)
    assert fast["company"] == "甲公司"
    off = found[found["kind"] == "off_duty"].iloc[0]
    assert (off["cart_id"], off["road_name"], off["is_sure"]) == ("W02", "小街", True)
    assert off["length_m"] == pytest.approx(540, abs=25)
    before, after = found[found["kind"] == "dry"].sort_values("from_s").to_dict("records")
    assert before["before_fix"] == -1
    assert clean.fixes["second"].iloc[before["after_fix"]] == pytest.approx(30_450, abs=60)
    assert clean.fixes["second"].iloc[after["before_fix"]] < 30_490
    # The last metre is wetted at 30,480 s; nine tenths are dry two hours after the first tenth.
    assert after["from_s"] == pytest.approx(30_050 + 2 * HOUR, abs=30)


def test_spraying_too_fast_wets_nothing(audited: tuple[object, ...]) -> None:
    _, _, _, _, wetness, _ = audited
    row = wetness.table.iloc[0]
    assert row["wettings"] == 1
    assert row["wet_share"] == pytest.approx(0.97 * 2 / 24, abs=0.003)


def test_sums_add_up(audited: tuple[object, ...]) -> None:
    duty, clean, _, legs, wetness, found = audited
    carts = sum_carts(legs, clean, duty, found, find_done(duty, wetness))
    assert carts["cart_id"].tolist() == ["W01", "W02"]
    parts = carts[["wetting_m", "too_fast_m", "off_duty_m", "dry_pass_m"]].sum(axis=1)
    assert (parts <= carts["driven_m"] + 1e-6).all()
    assert carts["planned"].tolist() == [2, 0]
    assert carts["done"].tolist() == [1, 0]
    companies = sum_companies(carts)
    assert companies["driven_m"].sum() == pytest.approx(legs["length_m"].sum())
    towns = sum_townships(duty, wetness, found)
    whole = towns.iloc[-1]
    shares = whole[["wet_share", "dry_share", "unknown_share"]].sum()
    assert shares == pytest.approx(1.0)
    assert whole["gaps"] == 2
    assert towns["h09"].iloc[0] == pytest.approx(wetness.hours[0, 9])


def test_every_violation_is_told_in_both_languages(audited: tuple[object, ...]) -> None:
    for row in audited[-1].to_dict("records"):
        text = say_violation(row)
        assert text.zh
        assert text.en
        assert "nan" not in text.en


@pytest.mark.parametrize(
    ("second", "said"),
    [(0, "00:00"), (86_400, "24:00"), (-60, "-1d 23:59"), (3_661, "01:01"), (np.nan, "—")],
)
def test_times_are_written_as_clocks_show_them(second: float, said: str) -> None:
    assert say_clock(second) == said
