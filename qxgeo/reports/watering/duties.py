"""What carts were told to wet, read back from watering.json."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from qxgeo.errors import Fault, ReadError, Text
from qxgeo.reports.watering.record import SCHEMA_VERSION

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qxgeo.district import District

_HOURS = 24
_TYPES = {
    "section": "int64",
    "cart_id": "object",
    "start_s": "float64",
    "end_s": "float64",
    "is_forward": "bool",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyList:
    """Who was to wet what and when on one day.

    Attributes
    ----------
    sections
        The record's columns of sections with line geometry, EPSG:4326, range index.
    carts
        The record's columns of carts.
    wettings
        ``section`` (row of the sections), ``cart_id``, ``start_s``, ``end_s``, ``is_forward``.
    interval_h, is_rain, is_frost
        Of the day's hours, shape (24,), as in `DryingDay`.
    """

    day: date
    district_code: str
    is_demo: bool
    sections: gpd.GeoDataFrame
    carts: pd.DataFrame
    wettings: pd.DataFrame
    interval_h: NDArray[np.float64]
    is_rain: NDArray[np.bool_]
    is_frost: NDArray[np.bool_]


def read_duties(path: str | Path, *, district: District | None = None) -> DutyList:
    """Read the duties of a watering.json.

    Parameters
    ----------
    path
        The record.
    district
        Where given, the record must be of it.

    Returns
    -------
    duties
        As they were planned.

    Raises
    ------
    ReadError
        If the file cannot be read, is no record of a watering plan, or of another district.
    """
    file = Path(path).name
    try:
        record = json.loads(Path(path).read_text(encoding="utf-8"))
        duties = _take(record)
        is_whole = record["record_version"] == SCHEMA_VERSION and _holds_together(duties)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ReadError(_unreadable(file)) from error
    if not is_whole:
        raise ReadError(_unreadable(file))
    if district is not None and duties.district_code != district.code:
        code = duties.district_code
        problem = Text(
            f"是另一个辖区（{code}）的洒水计划，本辖区是 {district.code}",
            f"a plan of another district ({code}), this one is {district.code}",
        )
        mend = Text("请给本辖区的 watering.json", "give the watering.json of this district")
        raise ReadError(Fault(file=file, problem=problem, mend=mend))
    return duties


def _unreadable(file: str) -> Fault:
    """Say that a file is no record of ours."""
    return Fault(
        file=file,
        problem=Text("不是能读的洒水计划记录", "not a record of a watering plan that can be read"),
        mend=Text("请给 qxgeo water 输出的 watering.json", "give the watering.json of qxgeo water"),
    )


def _holds_together(duties: DutyList) -> bool:
    """Tell whether every wetting is of a section that is there, and the day has its hours."""
    is_there = duties.wettings["section"].between(0, len(duties.sections) - 1).all()
    sizes = {len(one) for one in (duties.interval_h, duties.is_rain, duties.is_frost)}
    return bool(is_there) and sizes == {_HOURS}


def _take(record: dict[str, Any]) -> DutyList:
    """Take the duties out of a record."""
    sections = pd.DataFrame(record["sections"])
    lines = [shapely.LineString(line) for line in sections.pop("line")] if len(sections) else []
    wettings = pd.DataFrame({name: record["wettings"][name] for name in _TYPES}).astype(_TYPES)
    drying = record["drying"]
    hours = [np.inf if one is None else float(one) for one in drying["interval_h"]]
    return DutyList(
        day=date.fromisoformat(record["day"]),
        district_code=str(record["district"]["code"]),
        is_demo=bool(record["is_demo"]),
        sections=gpd.GeoDataFrame(sections, geometry=lines, crs="EPSG:4326"),
        carts=pd.DataFrame(record["carts"]),
        wettings=wettings,
        interval_h=np.array(hours),
        is_rain=np.array(drying["is_rain"], dtype=bool),
        is_frost=np.array(drying.get("is_frost", [False] * _HOURS), dtype=bool),
    )
