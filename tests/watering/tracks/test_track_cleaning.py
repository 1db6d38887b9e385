"""What is dropped from tracks is dropped for a reason, and kept with it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from qxgeo.errors import InputError
from qxgeo.watering.tracks.cleaning import clean_tracks, count_dropped
from qxgeo.watering.tracks.settings import default_audit_settings

if TYPE_CHECKING:
    from qxgeo.watering.tracks.cleaning import CleanTracks

DAY = date(2023, 12, 27)
SETTINGS = default_audit_settings()
Tables = "Callable[..., pd.DataFrame]"


def clean(*tables: pd.DataFrame, day: date | None = DAY) -> CleanTracks:
    return clean_tracks(pd.concat(tables, ignore_index=True), day=day, settings=SETTINGS)


def reasons(found: CleanTracks) -> dict[str, int]:
    counts = count_dropped(found.dropped)
    return dict(zip(counts["reason"], counts["count"], strict=True))


def drive(table_of: Tables, begin: int = 28_800, count: int = 60, **more: object) -> pd.DataFrame:
    """Drive east at 4 m/s, a record every 10 s."""
    second = begin + 10 * np.arange(count)
    return table_of("W01", second, 40.0 * np.arange(count), 0.0, **more)


def test_a_good_track_stays_whole(table_of: Tables) -> None:
    found = clean(drive(table_of))
    assert len(found.fixes) == 60
    assert reasons(found) == {}
    assert found.fixes["second"].tolist() == [28_800 + 10 * n for n in range(60)]


def test_what_was_recorded_twice_counts_once(table_of: Tables) -> None:
    track = drive(table_of)
    moved = track.iloc[[5]].assign(lat=track["lat"].iloc[5] + 1e-5)
    found = clean(track, track.iloc[10:13], moved)
    assert len(found.fixes) == 60
    assert reasons(found) == {"duplicate": 3, "same_time": 1}
    assert found.dropped["reason"].notna().all()


def test_drift_is_dropped_and_the_track_goes_on(table_of: Tables) -> None:
    track = drive(table_of)
    track.loc[20:24, "lat"] += 0.05  # five and a half kilometres off and back
    found = clean(track)
    assert reasons(found) == {"drift": 5}
    assert sorted(found.dropped["row"]) == [22, 23, 24, 25, 26]


def test_a_record_whose_clock_jumped_is_called_so(table_of: Tables) -> None:
    track = drive(table_of, count=200)
    track.loc[10, "time_s"] += 1_505.0  # it would have been 6 km on by then
    found = clean(track)
    assert reasons(found) == {"time_jump": 1}


def test_a_long_silence_with_a_far_way_loses_nothing(table_of: Tables) -> None:
    later = drive(table_of, begin=40_000)
    later["lon"] += 0.2
    found = clean(drive(table_of), later)
    assert len(found.fixes) == 120


def test_two_long_runs_that_no_driving_joins_are_both_kept(table_of: Tables) -> None:
    later = drive(table_of, begin=28_800 + 610)
    later["lon"] += 0.2
    found = clean(drive(table_of), later)
    assert len(found.fixes) == 120


def test_records_uploaded_late_take_their_place_in_time(table_of: Tables) -> None:
    track = drive(table_of)
    found = clean(track.iloc[20:], track.iloc[:20])
    assert len(found.fixes) == 60
    assert found.fixes["second"].is_monotonic_increasing


def test_only_the_day_and_the_evening_before_are_kept(table_of: Tables) -> None:
    evening = drive(table_of, begin=-7_200)
    found = clean(drive(table_of), evening, drive(table_of, begin=-60_000))
    assert reasons(found) == {"other_day": 60}
    assert found.fixes["second"].min() == -7_200


def test_without_a_day_the_one_with_most_records_is_taken_and_said(table_of: Tables) -> None:
    found = clean(drive(table_of), drive(table_of, begin=28_800 - 86_400, count=20), day=None)
    assert found.day == DAY
    assert "2023-12-26 (20)" in found.notes[0].en


def test_another_day_is_refused_with_the_days_there_are(table_of: Tables) -> None:
    with pytest.raises(InputError, match="only of: 2023-12-27"):
        clean(drive(table_of), day=date(2023, 12, 25))


def test_standing_is_told_from_driving(table_of: Tables) -> None:
    rng = np.random.default_rng(1)
    wait = table_of(
        "W01", 29_400 + 10 * np.arange(60), 2_400 + rng.normal(0, 5, 60), rng.normal(0, 5, 60)
    )
    after = drive(table_of, begin=30_000)
    after["lon"] += wait["lon"].iloc[-1] - after["lon"].iloc[0]
    found = clean(drive(table_of), wait, after)
    assert len(found.stands) == 1
    stand = found.stands.iloc[0]
    assert stand["from_s"] == pytest.approx(29_400, abs=20)
    assert stand["to_s"] == pytest.approx(29_990, abs=20)
    assert found.fixes["is_standing"].sum() == pytest.approx(60, abs=3)


def test_a_cart_at_the_lights_does_not_stand(table_of: Tables) -> None:
    second = 28_800 + 10 * np.arange(60)
    x_m = 60.0 * np.concatenate((np.arange(30), np.full(5, 29), 30 + np.arange(25)))
    found = clean(table_of("W01", second, x_m, 0.0))
    assert found.stands.empty
