"""The day on one page: air, warning, measures, roads, wind, patrol, calls."""

from __future__ import annotations

import math
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from qxgeo.air import standard_on
from qxgeo.assess import assess
from qxgeo.district import stations_in_force
from qxgeo.district.today_settings import default_today
from qxgeo.errors import Fault, InputError, Text
from qxgeo.patrol.risk.exposure import build_rose
from qxgeo.plan import apply_choices, load_plan
from qxgeo.readers.air_hours import read_air_hours
from qxgeo.readers.wind import read_wind
from qxgeo.resources import data_dir
from qxgeo.warning.calls import list_calls
from qxgeo.warning.model import YES, Today
from qxgeo.warning.patrol_now import look_at_patrol
from qxgeo.warning.stations import look_at_air
from qxgeo.warning.triggers import judge_measures, read_declared
from qxgeo.warning.upwind import choose_sector, find_sources
from qxgeo.warning.wet import find_wet_roads

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    import geopandas as gpd

    from qxgeo.district import District
    from qxgeo.patrol.risk.exposure import WindRose

_ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods", ".json", ".xml")
_FULL_CIRCLE_DEG = 360.0
_LAST_YEAR = 2200
_STRONGEST_MS = 120.0  # no wind at the ground was ever stronger: another unit


def look_at_today(
    district: District,
    *,
    at: datetime,
    air_files: Sequence[str | Path] = (),
    wind_from_deg: float | None = None,
    wind_speed_ms: float | None = None,
    warning: str | None = None,
    progress: Callable[[str], object] | None = None,
) -> Today:
    """Gather everything that a warning day asks for.

    Parameters
    ----------
    district
        Read for the day of `at`.
    at
        Local time, naive.
    air_files
        Hourly bulletins; a folder stands for the files in it.
    wind_from_deg, wind_speed_ms
        None where unknown.
    warning
        The level that the government issued, ``none``, or None where nobody said.
    progress
        Is told what is being done: ``air``, ``roads``, ``sources``, ``patrol``.

    Returns
    -------
    today
        The same for the same input.

    Raises
    ------
    InputError
        If the wind, the level or a file is at fault, or a layer is not held in memory.
    """
    standard_on(at.date())
    _check_year(at)
    _check_wind(wind_from_deg, wind_speed_ms)
    _refuse_streamed(district)
    tell = progress or (lambda _: None)
    moment = pd.Timestamp(at)
    settings = district.today or default_today()
    plan = apply_choices(load_plan(district.plan), district.choices)
    declared = read_declared(district, warning, moment.date())
    wind = choose_sector(wind_from_deg, wind_speed_ms, settings)
    tell("air")
    files = _list_files(air_files)
    in_force = _stations(district)
    air = look_at_air(read_air_hours(files), in_force, at=moment, settings=settings)
    tell("roads")
    of_day = replace(district, warning_day=declared.state == YES)
    assessment = assess(of_day)
    wet = find_wet_roads(assessment, warning=declared.state)
    tell("sources")
    sources, gaps = find_sources(district, air.stations, wind, settings)
    tell("patrol")
    patrol = look_at_patrol(
        district,
        settings,
        at=moment,
        wind=wind,
        stations=air.stations,
        warning=declared.state,
    )
    measures = judge_measures(
        plan, district, settings, day=moment.date(), declared=declared, air=air
    )
    return Today(
        district=district,
        plan=plan,
        settings=settings,
        at=moment,
        wind=wind,
        declared=declared,
        air=air,
        measures=measures,
        wet=wet,
        sources=sources,
        source_gaps=gaps,
        patrol=patrol,
        calls=list_calls(plan, district, measures=measures, wet=wet, sources=sources),
        assessment=assessment,
        rose=_build_rose(district),
        inputs=_hash_inputs(district, files),
        is_demo=any(layer.is_demo for layer in district.layers.values())
        or any(file.resolve().is_relative_to((data_dir() / "demo").resolve()) for file in files),
    )


def _stations(district: District) -> gpd.GeoDataFrame:
    """Give the stations in force on the district's day; none where there is no such layer."""
    layer = district.layers.get("stations")
    if layer is None:
        table = district.layers["boundary"].table.iloc[:0]
        return table.assign(station_id="", name="")
    return stations_in_force(layer.table, district.as_of)


def _build_rose(district: District) -> WindRose | None:
    """Sum up the winds of the district's own table; None where there is none."""
    if district.patrol is None or district.patrol.wind is None:
        return None
    rose = build_rose(read_wind(district.patrol.wind.path))
    return rose if len(rose.direction_deg) else None


def _refuse_streamed(district: District) -> None:
    """Refuse layers that are not held in memory: their empty tables would read as no roads.

    Raises
    ------
    InputError
        With one fault per layer.
    """
    faults = [
        Fault(
            file=layer.path.name,
            problem=Text(
                f"图层“{layer.name}”太大，不在内存中，做不了当日清单",
                f'the layer "{layer.name}" is too large to be held for the page of a day',
            ),
            mend=Text(
                "请给本辖区自己的道路，或用 qxgeo run 分块判定",
                "give the district's own roads, or judge by pieces with qxgeo run",
            ),
        )
        for layer in district.layers.values()
        if layer.streamed is not None
    ]
    if faults:
        raise InputError(faults)


def _check_year(at: datetime) -> None:
    """Refuse a year that somebody mistyped.

    Raises
    ------
    InputError
        If it lies too far ahead.
    """
    if at.year > _LAST_YEAR:
        raise InputError(
            Fault(
                column="--at",
                problem=Text(f"{at.year} 年太远", f"the year {at.year} is too far ahead"),
                mend=Text("请核对年份", "check the year"),
            )
        )


def _check_wind(from_deg: float | None, speed_ms: float | None) -> None:
    """Refuse a wind that cannot be.

    Raises
    ------
    InputError
        With the option at fault.
    """
    faults = []
    if from_deg is not None and not 0 <= from_deg <= _FULL_CIRCLE_DEG:
        faults.append(
            Fault(
                column="--wind",
                problem=Text(f"风向 {from_deg:g} 不对", f"{from_deg:g} is no direction"),
                mend=Text(
                    "写风从哪个方向来：0 到 360 度，正北为 0",
                    "write where the wind comes from: 0 to 360 degrees, north is 0",
                ),
            )
        )
    if speed_ms is not None and not (0 <= speed_ms <= _STRONGEST_MS and math.isfinite(speed_ms)):
        faults.append(
            Fault(
                column="--speed",
                problem=Text(f"风速 {speed_ms:g} 不对", f"{speed_ms:g} is no speed"),
                mend=Text("以米/秒计，不小于 0", "metres per second, not below 0"),
            )
        )
    if faults:
        raise InputError(faults)


def _list_files(given: Sequence[str | Path]) -> list[Path]:
    """Give the files, those of a folder in order of their names.

    Raises
    ------
    InputError
        If a folder holds none.
    """
    files: list[Path] = []
    for one in map(Path, given):
        if not one.is_dir():
            files.append(one)
            continue
        found = sorted(file for file in one.iterdir() if file.suffix.lower() in _ENDINGS)
        if not found:
            raise InputError(
                Fault(
                    file=one.name,
                    problem=Text("文件夹里没有逐时数据", "the folder holds no bulletin"),
                    mend=Text(
                        "放入 CSV、Excel、JSON 或 XML", "put CSV, Excel, JSON or XML into it"
                    ),
                )
            )
        files += found
    return files


def _hash_inputs(district: District, files: Sequence[Path]) -> dict[str, str]:
    """Give the SHA-256 of everything that was read."""
    hashes = {f"layer:{name}": layer.sha256 for name, layer in sorted(district.layers.items())}
    for number, file in enumerate(files, start=1):
        hashes[f"air:{number}:{file.name}"] = sha256(file.read_bytes()).hexdigest()
    return hashes
