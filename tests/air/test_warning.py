"""Levels of a warning from running means: how long, what is unknown, when it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from qxgeo.air.warning import find_episodes, measure_levels, read_levels
from qxgeo.errors import PlanError
from qxgeo.resources import data_dir

if TYPE_CHECKING:
    from pathlib import Path

    from qxgeo.air.warning import Measured, WarningLevels

EMBEDDED = data_dir() / "air" / "warning-levels.toml"
BLUE, YELLOW, ORANGE, RED = range(4)


@pytest.fixture(scope="module")
def levels() -> WarningLevels:
    return read_levels(EMBEDDED)


def measured(levels: WarningLevels, aqi: list[float], holes: tuple[int, ...] = ()) -> Measured:
    values = np.array(aqi, dtype=float)
    values[list(holes)] = np.nan
    return measure_levels(levels, values, is_complete=~np.isnan(values))


def test_levels_stand_from_mild_to_grave_and_blue_is_only_declared(levels: WarningLevels) -> None:
    assert [one.level_id for one in levels.levels] == ["blue", "yellow", "orange", "red"]
    assert levels.levels[BLUE].when == ()
    assert levels.find("violet") is None
    assert "假设" in levels.source.zh


def test_one_running_mean_above_200_is_yellow_and_200_itself_is_not(levels: WarningLevels) -> None:
    found = measured(levels, [100.0] * 72 + [200.0, 201.0])
    assert found.level[-2] == -1
    assert found.level[-1] == YELLOW


def test_25_means_in_a_row_cover_48_hours(levels: WarningLevels) -> None:
    """The first mean covers hours 1 to 24, the 25th hours 25 to 48."""
    found = measured(levels, [80.0] * 72 + [160.0] * 26)
    assert list(found.level[72:96]) == [-1] * 24
    assert list(found.level[96:]) == [YELLOW] * 2
    assert 48 - 24 + 1 == 25


def test_each_level_needs_its_own_length(levels: WarningLevels) -> None:
    """Above 200: yellow at the 1st, orange at the 25th mean, red at the 49th with one above 300."""
    found = measured(levels, [80.0] * 72 + [250.0] * 49 + [310.0])
    assert found.level[72] == YELLOW
    assert found.level[72 + 23] == YELLOW
    assert found.level[72 + 24] == ORANGE
    assert found.level[72 + 48] == ORANGE  # 72 h above 200, none above 300
    assert found.level[72 + 49] == RED


def test_nothing_is_fine_before_the_series_is_long_enough(levels: WarningLevels) -> None:
    found = measured(levels, [160.0] * 10)
    assert list(found.level) == [-1] * 10
    assert list(found.highest) == [ORANGE] * 10  # perhaps it was above 150 for 72 h before
    assert list(measured(levels, [40.0]).highest) == [-1]  # a low mean ends every condition


def test_a_missing_mean_is_unknown_and_no_calm(levels: WarningLevels) -> None:
    found = measured(levels, [40.0] * 80, holes=(79,))
    assert found.level[79] == -1
    assert found.highest[79] >= YELLOW
    assert found.highest[78] == -1


def test_a_lower_bound_can_reach_a_level_but_never_rule_one_out(levels: WarningLevels) -> None:
    aqi = np.array([40.0] * 79 + [40.0, 230.0])
    is_complete = np.array([True] * 79 + [False, False])
    found = measure_levels(levels, aqi, is_complete=is_complete)
    assert found.level[79] == -1
    assert found.highest[79] > -1
    assert found.level[80] == YELLOW


def test_an_episode_ends_after_24_hours_below_and_joins_shorter_gaps(
    levels: WarningLevels,
) -> None:
    low, high = 60.0, 210.0
    series = [low] * 72 + [high] * 3 + [low] * 23 + [high] * 2 + [low] * 24
    (one,) = find_episodes(levels, measured(levels, series))
    assert (one.start, one.last) == (72, 72 + 3 + 23 + 1)
    assert not one.is_open
    assert one.level == YELLOW
    twice = [low] * 72 + [high] * 3 + [low] * 24 + [high] * 2
    first, second = find_episodes(levels, measured(levels, twice))
    assert (first.start, first.last, first.is_open) == (72, 74, False)
    assert (second.start, second.is_open) == (99, True)


def test_unknown_hours_end_nothing(levels: WarningLevels) -> None:
    series = [60.0] * 72 + [210.0] + [60.0] * 30
    (one,) = find_episodes(levels, measured(levels, series, holes=(85, 95)))
    assert one.is_open
    assert one.has_gaps


@pytest.mark.parametrize("seed", range(3))
def test_levels_agree_with_a_slow_reading_of_the_rules(levels: WarningLevels, seed: int) -> None:
    """Hour by hour in plain loops: all known and above, or any known and not above."""
    rng = np.random.default_rng(seed)
    aqi = np.cumsum(rng.normal(0, 25, 400)) % 420
    aqi[rng.random(400) < 0.02] = np.nan
    fast = measure_levels(levels, aqi, is_complete=~np.isnan(aqi))
    for hour in range(400):
        sure, open_ = -1, -1
        for number, level in enumerate(levels.levels):
            words = []
            for group in level.when:
                said = set()
                for spell in group:
                    window = [
                        aqi[at] if at >= 0 else np.nan
                        for at in range(hour - (spell.hours - 24), hour + 1)
                    ]
                    if any(value <= spell.above for value in window):
                        said.add("no")
                    elif any(np.isnan(value) for value in window):
                        said.add("unknown")
                words.append("no" if "no" in said else "unknown" if said else "yes")
            sure = number if "yes" in words else sure
            open_ = number if {"yes", "unknown"} & set(words) else open_
        assert fast.level[hour] == sure
        assert fast.highest[hour] == max(sure, open_)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("hours = 24 }]", "hours = 12 }]", "hours"),
        ('id = "yellow"', 'id = "violet"', "id"),
        ("end_h = 24", "", "end_h"),
        ('response = ["yellow"', 'response = ["purple"', "response"),
        ('schema = "qxgeo-warning/1"', 'schema = "x"', "schema"),
    ],
)
def test_a_malformed_file_names_its_key(tmp_path: Path, old: str, new: str, key: str) -> None:
    text = EMBEDDED.read_text("utf-8")
    assert old in text
    file = tmp_path / "own.toml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PlanError) as caught:
        read_levels(file)
    assert key in "".join(fault.column for fault in caught.value.faults)


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="读不成"):
        read_levels(tmp_path / "none.toml")
