"""The editions of the index, and which one is in force."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from qxgeo.air import load_standards, standard_on
from qxgeo.air.standard import AVERAGES, POLLUTANTS, read_standard
from qxgeo.errors import InputError, PlanError
from qxgeo.resources import data_dir

if TYPE_CHECKING:
    from pathlib import Path


def test_editions_follow_one_another_without_a_gap() -> None:
    editions = load_standards()
    assert [one.standard_id for one in editions] == ["hj633-2012", "hj633-2026"]
    for earlier, later in pairwise(editions):
        assert earlier.valid_to is not None
        assert earlier.valid_to + timedelta(1) == later.valid_from
    assert editions[-1].valid_to is None


@pytest.mark.parametrize(
    ("day", "edition"),
    [
        (date(2024, 1, 1), "hj633-2012"),
        (date(2026, 2, 28), "hj633-2012"),
        (date(2026, 3, 1), "hj633-2026"),
        (date(2030, 1, 1), "hj633-2026"),
    ],
)
def test_the_day_decides_which_edition_is_in_force(day: date, edition: str) -> None:
    assert standard_on(day).standard_id == edition


def test_a_day_before_the_first_edition_is_refused() -> None:
    with pytest.raises(InputError, match="no air quality index is in force on 2010-01-01"):
        standard_on(date(2010, 1, 1))


def test_every_pollutant_has_the_averages_that_indices_take() -> None:
    for one in load_standards():
        assert {p for p, _ in one.scales} == set(POLLUTANTS)
        assert {a for _, a in one.scales} == set(AVERAGES)
        assert {("o3", "8h"), ("o3", "1h")} <= set(one.scales)
        assert one.notes


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("limits = [0, 35, 75, 115,", "limits = [0, 75, 35, 115,", "ascend from 0"),
        ("limits = [0, 2, 4, 14, 24, 36, 48, 60]", "limits = [0, 2, 4]", "index values"),
        ('pollutant = "no2"', 'pollutant = "no3"', "no3"),
        ('average = "8h"', 'average = "9h"', "9h"),
        ("valid_from = 2012-02-29", 'valid_from = "soon"', "valid_from"),
        ("index = [0, 50,", "index = [1, 50,", "ascend from 0"),
    ],
)
def test_a_malformed_edition_names_the_key(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = (data_dir() / "air" / "hj633-2012.toml").read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "wrong.toml"
    file.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(PlanError) as caught:
        read_standard(file)
    assert said in str(caught.value)
    assert "wrong.toml" in str(caught.value)
