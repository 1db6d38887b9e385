"""The editions of the air quality index, read from data/air."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from qxgeo.errors import Fault, InputError, PlanError, Text
from qxgeo.plan.entry import Entry, Faults
from qxgeo.resources import data_dir

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SCHEMA = "qxgeo-air/1"
POLLUTANTS = ("pm2_5", "pm10", "so2", "no2", "co", "o3")
AVERAGES = ("1h", "8h", "24h")
BEYOND = ("top", "other", "last")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Limits of one pollutant and averaging time.

    Attributes
    ----------
    limits
        Concentrations that stand against the first of the standard's index values; mg/m3 for
        carbon monoxide, else ug/m3.
    beyond
        What is above the last limit: ``top``, the highest index of all; ``last``, the index of the
        last limit; ``other``, none, because the other averaging time decides.
    """

    limits: tuple[float, ...]
    beyond: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AirStandard:
    """One edition of the technical regulation on the air quality index.

    Attributes
    ----------
    valid_from, valid_to
        Days on which it is in force, both inclusive; None for no end.
    index
        The index values at which the limits stand, ascending from 0.
    scales
        By pollutant and averaging time.
    notes
        What has to be said of the table itself.
    """

    standard_id: str
    name: Text
    valid_from: date
    valid_to: date | None
    index: tuple[float, ...]
    scales: Mapping[tuple[str, str], Scale]
    notes: tuple[Text, ...]


def standard_on(day: date) -> AirStandard:
    """Give the edition in force on a day.

    Parameters
    ----------
    day
        Local date of the hour or the day that is judged.

    Returns
    -------
    standard
        From data/air.

    Raises
    ------
    InputError
        If the day lies before the first edition.
    """
    for standard in load_standards():
        if standard.valid_from <= day and (standard.valid_to is None or day <= standard.valid_to):
            return standard
    first = min(one.valid_from for one in load_standards())
    raise InputError(
        Fault(
            problem=Text(
                f"{day} 没有生效的空气质量指数标准", f"no air quality index is in force on {day}"
            ),
            mend=Text(f"请给出 {first} 及以后的数据", f"give data from {first} on"),
        )
    )


@cache
def load_standards() -> tuple[AirStandard, ...]:
    """Load every edition that travels with the package.

    Returns
    -------
    standards
        In order of their first day.
    """
    files = sorted(p for p in (data_dir() / "air").glob("hj633-*.toml"))
    return tuple(sorted((read_standard(f) for f in files), key=lambda one: one.valid_from))


def read_standard(file: Path) -> AirStandard:
    """Read one edition.

    Parameters
    ----------
    file
        TOML as data/air holds it.

    Returns
    -------
    standard
        Complete: one scale for each pollutant and averaging time in the file.

    Raises
    ------
    PlanError
        If it is malformed: every fault, each with its key.
    """
    faults = Faults(file.name)
    top = Entry(tomllib.loads(file.read_text(encoding="utf-8")), "", faults)
    top.word("schema", (SCHEMA,))
    index = _numbers(top, "index")
    scales = {}
    for entry in top.tables("scale"):
        key = (entry.word("pollutant", POLLUTANTS), entry.word("average", AVERAGES))
        beyond = entry.word("beyond", BEYOND) if entry.has("beyond") else "top"
        limits = _numbers(entry, "limits")
        if len(limits) > len(index) or (beyond == "top" and len(limits) != len(index)):
            entry.fault(
                "limits",
                Text("与 index 个数不符", "not as many as there are index values"),
                Text("逐一对应，或写明 beyond", "one for each, or say what is beyond"),
            )
        entry.close()
        scales[key] = Scale(limits=limits, beyond=beyond)
    standard = AirStandard(
        standard_id=top.text("standard_id"),
        name=top.sentence("name"),
        valid_from=top.day("valid_from") or date.min,
        valid_to=top.day("valid_to", required=False),
        index=index,
        scales=MappingProxyType(scales),
        notes=top.sentences("notes"),
    )
    top.close()
    if faults.found:
        raise PlanError(faults.found)
    return standard


def _numbers(entry: Entry, key: str) -> tuple[float, ...]:
    """Take numbers that ascend from zero."""
    values = entry.value(key, "list", required=True) or []
    is_number = all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)
    if not is_number or not values or values[0] != 0 or sorted(set(values)) != list(values):
        entry.fault(
            key,
            Text("不是从 0 起递增的数", "no numbers that ascend from 0"),
            Text("请逐项核对标准", "check them against the standard"),
        )
        return (0.0, 1.0)
    return tuple(float(v) for v in values)
