"""Numbers of ``[watering]``: what can be meant is taken, all else is refused with its range."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from qxgeo.district.watering_settings import default_watering, read_watering
from qxgeo.plan.entry import Entry, Faults

if TYPE_CHECKING:
    from qxgeo.district.watering_settings import WateringSettings


def read(name: str, value: float) -> tuple[WateringSettings, Faults]:
    faults = Faults("district.toml")
    written = {"watering": {name: {"value": value, "source": "区城市管理局"}}}
    return read_watering(Entry(written, "", faults), Path()), faults


@pytest.mark.parametrize(
    ("name", "value", "mend"),
    [
        ("frost_c", 900, "不小于 -60 的数，至多 40"),
        ("frost_c", -900, "不小于 -60 的数，至多 40"),
        ("frost_c", float("nan"), "不小于 -60 的数，至多 40"),
        ("frost_ahead_h", -5, "不小于 0 的数，至多 24"),
        ("frost_ahead_h", 25, "不小于 0 的数，至多 24"),
        ("u_turn_s", -1, "不小于 0 的数"),
        ("u_turn_s", float("inf"), "不小于 0 的数"),
        ("drive_speed_kmh", 0, "大于零的数，至多 120"),
        ("drive_speed_kmh", 121, "大于零的数，至多 120"),
        ("spray_width_m", -3, "大于零的数"),
    ],
)
def test_a_number_that_cannot_be_meant_is_refused_with_the_range_that_can(
    name: str, value: float, mend: str
) -> None:
    settings, faults = read(name, value)
    (fault,) = faults.found
    assert fault.column == f"watering.{name}.value"
    assert fault.mend.zh == mend
    assert settings.numbers[name] == default_watering().numbers[name]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("frost_c", -12.5),
        ("frost_c", 40),
        ("frost_ahead_h", 0),
        ("frost_ahead_h", 24),
        ("u_turn_s", 0),
        ("drive_speed_kmh", 120),
        ("spray_width_m", 0.1),
    ],
)
def test_a_number_at_the_edge_of_its_range_is_taken_with_its_source(
    name: str, value: float
) -> None:
    settings, faults = read(name, value)
    assert not faults.found
    setting = settings.numbers[name]
    assert (setting.value, setting.source.zh) == (value, "区城市管理局")
    assert not setting.is_default
