"""The record watering.json, and the duties read back from it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely

from qxgeo.errors import ReadError
from qxgeo.reports.watering.duties import read_duties
from qxgeo.reports.watering.record import plain, watering_record, write_watering_record
from qxgeo.watering.wetness import list_wettings

if TYPE_CHECKING:
    from pathlib import Path

    from qxgeo.watering.model import WateringPlan


def test_duties_come_back_as_they_were_planned(small_plan: WateringPlan, tmp_path: Path) -> None:
    path = tmp_path / "watering.json"
    write_watering_record(small_plan, path)
    duties = read_duties(path, district=small_plan.district)
    wettings = list_wettings(small_plan)
    assert duties.day == small_plan.day
    assert duties.wettings["section"].tolist() == wettings["section"].tolist()
    assert duties.wettings["cart_id"].tolist() == wettings["cart_id"].tolist()
    assert np.allclose(duties.wettings["end_s"], wettings["end_s"], atol=1e-3)
    assert duties.sections["section_id"].tolist() == small_plan.sections["section_id"].tolist()
    corners, planned = (
        shapely.get_coordinates(one.geometry) for one in (duties.sections, small_plan.sections)
    )
    assert np.allclose(corners, planned, atol=1e-7, rtol=0)
    assert duties.interval_h.tolist() == small_plan.drying.interval_h.tolist()


def test_the_record_tells_bound_gap_and_parameters_and_no_driver(small_plan: WateringPlan) -> None:
    record = watering_record(small_plan)
    text = json.dumps(record, ensure_ascii=False, allow_nan=False)
    assert record["bound"]["gap"] == 0.08
    assert record["bound"]["carts_bound"] == 1
    assert record["parameters"] == {"seed": 0, "iterations": 2000, "weather": "mild"}
    assert record["counts"]["sections_never"] == 1
    assert "驾驶员" not in text
    assert "139000" not in text


def test_rain_is_an_interval_without_end(rainy_plan: WateringPlan, tmp_path: Path) -> None:
    path = tmp_path / "watering.json"
    write_watering_record(rainy_plan, path)
    assert json.loads(path.read_text("utf-8"))["drying"]["interval_h"][11] is None
    duties = read_duties(path)
    assert np.isinf(duties.interval_h[[11, 12]]).all()
    assert duties.is_rain[11]


def test_an_empty_plan_is_recorded_and_read(empty_plan: WateringPlan, tmp_path: Path) -> None:
    path = tmp_path / "watering.json"
    write_watering_record(empty_plan, path)
    duties = read_duties(path)
    assert len(duties.sections) == len(duties.wettings) == 0
    assert json.loads(path.read_text("utf-8"))["bound"]["gap"] is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"record_version": 9}'])
def test_what_is_no_record_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "watering.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ReadError, match="洒水计划记录"):
        read_duties(path)


def test_a_wetting_of_a_section_that_is_not_there_is_refused(
    small_plan: WateringPlan, tmp_path: Path
) -> None:
    record = watering_record(small_plan)
    record["wettings"]["section"][0] = 99
    path = tmp_path / "watering.json"
    path.write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(ReadError):
        read_duties(path)


def test_the_record_of_another_district_is_refused(
    small_plan: WateringPlan, tmp_path: Path
) -> None:
    path = tmp_path / "watering.json"
    write_watering_record(small_plan, path)
    other = replace(small_plan.district, code="310101")
    with pytest.raises(ReadError, match="另一个辖区"):
        read_duties(path, district=other)


def test_values_become_what_json_knows() -> None:
    assert plain({"a": np.float64(1.23456), "b": (np.int64(2), None), "c": float("nan")}) == {
        "a": 1.235,
        "b": [2, None],
        "c": None,
    }
