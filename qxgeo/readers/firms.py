"""Satellite fires: the CSV files of NASA FIRMS, archive and near real time, MODIS and VIIRS.

Files of whole continents are streamed: every position is judged, the other columns only of the
fires within the bounds. Columns as FIRMS describes them under "attribute fields" of MODIS (MCD14)
and VIIRS (VNP14IMG) active fires.
"""

from __future__ import annotations

import codecs
import re
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from qxgeo.errors import Fault, ReadError, SchemaError, Text
from qxgeo.readers.cells import CellError, as_day, as_number, is_blank
from qxgeo.readers.files import check_readable, decode, read_fault, unpacked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Box = tuple[float, float, float, float]

LOCAL_ZONE = "Asia/Shanghai"
FIRE_COLUMNS: dict[str, str] = {
    "seen_at": f"datetime64[us, {LOCAL_ZONE}]",
    "satellite": "string",
    "instrument": "string",
    "confidence": "string",
    "confidence_percent": "float64",
    "confidence_word": "string",
    "frp_mw": "float64",
    "is_static": "bool",
}
_REQUIRED = ("latitude", "longitude", "acq_date", "acq_time", "satellite", "confidence")
_OPTIONAL = ("instrument", "frp", "type")
_CHUNK_ROWS = 200_000
_HEAD_BYTES = 65_536
_MOST_FAULTS = 20  # a shifted column would name every row of the file
_LARGEST_DEG = {"longitude": 180.0, "latitude": 90.0}
# Archive and near-real-time files write the same satellite differently.
_SATELLITES = {
    **dict.fromkeys(("t", "terra"), "Terra"),
    **dict.fromkeys(("a", "aqua"), "Aqua"),
    **dict.fromkeys(("n", "npp", "suomi npp"), "Suomi NPP"),
    **dict.fromkeys(("1", "n20", "noaa-20"), "NOAA-20"),
    **dict.fromkeys(("2", "n21", "noaa-21"), "NOAA-21"),
}
_INSTRUMENTS = {"Terra": "MODIS", "Aqua": "MODIS", "Suomi NPP": "VIIRS"}
_INSTRUMENTS |= {"NOAA-20": "VIIRS", "NOAA-21": "VIIRS"}
_WORDS = {"l": "low", "n": "nominal", "h": "high", "low": "low", "nominal": "nominal"}
_WORDS |= {"high": "high", "m": "nominal", "medium": "nominal"}  # Landsat's word
_IS_STATIC = {"": False, "0": False, "1": True, "2": True, "3": True}
_TIME = re.compile(r"(?P<h>\d{1,2}):(?P<m>\d{2})(?::\d{2})?|(?P<digits>\d{1,4})(?:\.0)?")


@dataclass(slots=True)
class _Faults:
    """The first faults of a file, and how many there are."""

    file: str
    found: list[Fault] = field(default_factory=list)
    total: int = 0

    def add(self, row: int, column: str, problem: Text, mend: Text) -> None:
        """Note one."""
        self.total += 1
        if self.total <= _MOST_FAULTS:
            self.found.append(
                Fault(file=self.file, row=row, column=column, problem=problem, mend=mend)
            )

    def refuse(self) -> None:
        """Raise what was found.

        Raises
        ------
        SchemaError
            If there is any.
        """
        if not self.total:
            return
        rest = self.total - len(self.found)
        if rest:
            problem = Text(f"另有 {rest} 处错误未列出", f"{rest} more faults are not listed")
            mend = Text("请重新下载该文件", "download the file again")
            self.found.append(Fault(file=self.file, problem=problem, mend=mend))
        raise SchemaError(self.found)


def read_fires(path: str | Path, *, bounds: Box) -> gpd.GeoDataFrame:
    """Read the satellite fires within a box of degrees.

    Parameters
    ----------
    path
        CSV as FIRMS gives it out, or a zip archive with one.
    bounds
        West, south, east, north in degrees, all inclusive.

    Returns
    -------
    fires
        `FIRE_COLUMNS` and points in EPSG:4326, sorted by time, then from west to east and south to
        north, range index. ``seen_at`` is local time. ``confidence`` is the word of VIIRS (low,
        nominal, high) or the number of MODIS as text; ``confidence_percent`` is NaN for the first,
        ``confidence_word`` "" for the second. ``frp_mw`` is NaN where not given. ``is_static``
        marks what the archive calls a volcano, another static source or a place at sea; files
        without that column have False. Rows that occur twice stay: `join_fires` drops them.

    Raises
    ------
    ReadError
        If the file is missing or no such CSV.
    SchemaError
        If columns are missing or cells cannot be read, with row and column.
    """
    source = check_readable(Path(path))
    is_zip = source.suffix.lower() == ".zip"
    with unpacked(source, None) if is_zip else nullcontext((source, source.name)) as (file, title):
        faults = _Faults(title)
        parts = [_within(part, bounds, faults) for part in _chunks(file, title)]
    fires = _interpret(pd.concat(parts), faults)
    faults.refuse()
    return _sorted(gpd.GeoDataFrame(fires, geometry=_places(fires.pop("lon"), fires.pop("lat"))))


def join_fires(tables: Sequence[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Join tables of fires, each fire once: archive and near-real-time files overlap.

    Parameters
    ----------
    tables
        As `read_fires` gives them, at least one.

    Returns
    -------
    fires
        In the same order as `read_fires` gives. Of rows with the same satellite, time and place
        the one of the first table stays.
    """
    filled = [table for table in tables if len(table)] or [tables[0]]
    fires = pd.concat(filled, ignore_index=True)
    key = pd.DataFrame({"x": fires.geometry.x, "y": fires.geometry.y, "t": fires["seen_at"]})
    is_repeat = key.assign(satellite=fires["satellite"]).duplicated()
    return _sorted(fires[~is_repeat])


def _sorted(fires: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Sort by time, then by place."""
    keyed = fires.assign(x=fires.geometry.x, y=fires.geometry.y)
    order = ["seen_at", "x", "y", "satellite", "confidence"]
    ordered = keyed.sort_values(order, kind="stable", ignore_index=True)
    return ordered.drop(columns=["x", "y"])


def _places(lon: pd.Series[Any], lat: pd.Series[Any]) -> gpd.GeoSeries:
    """Build points."""
    return gpd.GeoSeries(gpd.points_from_xy(lon, lat), index=lon.index, crs="EPSG:4326")


def _chunks(path: Path, title: str) -> Iterator[pd.DataFrame]:
    """Stream the columns that are needed as text, headings in lower case, indexed by row.

    Raises
    ------
    ReadError
        If the file is no such table.
    """
    encoding = _encoding_of(path, title)
    names = (*_REQUIRED, *_OPTIONAL)
    try:
        with pd.read_csv(
            path,
            dtype=str,
            usecols=lambda heading: heading.strip().casefold() in names,
            na_filter=False,
            skip_blank_lines=False,
            index_col=False,
            chunksize=_CHUNK_ROWS,
            encoding=encoding,
            encoding_errors="replace",
        ) as reader:
            for chunk in reader:
                part = chunk.rename(columns=lambda heading: heading.strip().casefold())
                part.index += 2  # the header is row 1
                _check_columns(part, title)
                yield part
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        problem = Text(f"表格格式有误（{error}）", f"the table is malformed ({error})")
        mend = Text("请重新下载该文件", "download the file again")
        raise ReadError(read_fault(title, problem, mend)) from error


def _encoding_of(path: Path, title: str) -> str:
    """Judge the encoding by the head; every column that is read is ASCII."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    is_wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    whole = head if is_wide else head[: head.rfind(b"\n") + 1] or head
    decode(whole[: len(whole) // 2 * 2] if is_wide else whole, file=title)
    return "utf-16" if is_wide else "utf-8-sig"


def _check_columns(part: pd.DataFrame, title: str) -> None:
    """Refuse a table that is not of FIRMS.

    Raises
    ------
    SchemaError
        With the columns that are missing, or that stand twice.
    """
    missing = [name for name in _REQUIRED if name not in part.columns]
    twice = part.columns[part.columns.duplicated()].tolist()
    if not missing and not twice:
        return
    listed = ", ".join(missing or twice)
    problem = Text(f"缺少列：{listed}", f"columns are missing: {listed}")
    if not missing:
        problem = Text(f"列重复：{listed}", f"columns stand twice: {listed}")
    mend = Text(
        "请使用 NASA FIRMS 下载的 CSV 原件（MODIS 或 VIIRS）",
        "use the CSV as NASA FIRMS gives it out (MODIS or VIIRS)",
    )
    raise SchemaError(Fault(file=title, problem=problem, mend=mend))


def _within(part: pd.DataFrame, bounds: Box, faults: _Faults) -> pd.DataFrame:
    """Keep the rows within the bounds, with ``lon`` and ``lat``; judge every position."""
    part = part.fillna("")
    part = part[(part != "").any(axis=1)]  # blank lines keep their number
    rows = part.index.to_numpy()
    degrees = {}
    for name, largest in _LARGEST_DEG.items():
        values = pd.to_numeric(part[name].str.strip(), errors="coerce").to_numpy(np.float64)
        degrees[name] = values
        for place in np.flatnonzero(~(np.abs(values) <= largest)):
            problem = Text(
                f"“{part[name].iloc[place]}”不是坐标（度）",
                f'"{part[name].iloc[place]}" is no coordinate in degrees',
            )
            mend = Text("请重新下载该文件", "download the file again")
            faults.add(int(rows[place]), name, problem, mend)
    west, south, east, north = bounds
    lon, lat = degrees["longitude"], degrees["latitude"]
    is_inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    return part[is_inside].assign(lon=lon[is_inside], lat=lat[is_inside])


def _interpret(cells: pd.DataFrame, faults: _Faults) -> pd.DataFrame:
    """Turn the text of the chosen rows into values."""
    day = _read(cells, "acq_date", _as_day, faults)
    minute = _read(cells, "acq_time", _as_minute, faults)
    satellite = _read(cells, "satellite", _as_satellite, faults).astype("string")
    confidence = _read(cells, "confidence", _as_confidence, faults).astype("string")
    utc = pd.to_datetime(day).dt.tz_localize("UTC") + pd.to_timedelta(minute.astype(float), "min")
    percent = pd.to_numeric(confidence, errors="coerce").astype("float64")
    instrument = satellite.map(_INSTRUMENTS).fillna("").astype("string")
    if "instrument" in cells:
        given = cells["instrument"].str.strip().str.upper().astype("string")
        instrument = given.where(given != "", instrument)
    frp = _read(cells, "frp", _as_number, faults) if "frp" in cells else np.nan
    is_static = _read(cells, "type", _as_static, faults) if "type" in cells else False
    fires = pd.DataFrame(
        {
            "seen_at": utc.dt.tz_convert(LOCAL_ZONE),
            "satellite": satellite,
            "instrument": instrument,
            "confidence": confidence,
            "confidence_percent": percent,
            "confidence_word": confidence.where(percent.isna(), ""),
            "frp_mw": frp,
            "is_static": is_static,
            "lon": cells["lon"],
            "lat": cells["lat"],
        }
    )
    return fires.astype(FIRE_COLUMNS) if faults.total == 0 else fires


def _read(
    cells: pd.DataFrame, column: str, convert: Callable[[str], object], faults: _Faults
) -> pd.Series[Any]:
    """Convert a column, each distinct text once; what cannot be read is None and a fault."""
    values: dict[str, object] = {}
    for text in cells[column].unique():
        try:
            values[text] = convert(text.strip())
        except CellError as error:
            values[text] = None
            for row in cells.index[cells[column] == text]:
                faults.add(int(row), column, error.problem, error.mend)
    return pd.Series([values[text] for text in cells[column]], cells.index, dtype=object)


def _as_day(text: str) -> object:
    """Read ``acq_date``.

    Raises
    ------
    CellError
        If it is blank or no day.
    """
    day = as_day(text)
    if day is None:
        raise CellError(
            Text("没有观测日期", "the day is missing"),
            Text("请写成 2023-06-30", "write it as 2023-06-30"),
        )
    return day


def _as_minute(text: str) -> int:
    """Read ``acq_time``: 0418, 418, 5 (00:05) or 04:18, minutes after midnight UTC.

    Raises
    ------
    CellError
        If it is no time of day.
    """
    match = _TIME.fullmatch(text)
    hour, minute = 24, 0
    if match is not None and match["digits"] is not None:
        hour, minute = divmod(int(match["digits"]), 100)
    elif match is not None:
        hour, minute = int(match["h"]), int(match["m"])
    if hour < 24 and minute < 60:  # noqa: PLR2004 - of a day, of an hour
        return 60 * hour + minute
    raise CellError(
        Text(f"“{text}”不是时刻", f'"{text}" is no time of day'),
        Text("应为 HHMM，例如 0418", "it should be HHMM, such as 0418"),
    )


def _as_satellite(text: str) -> str:
    """Name the satellite in one way; an unknown one keeps its name.

    Raises
    ------
    CellError
        If it is blank.
    """
    if is_blank(text):
        raise CellError(
            Text("没有卫星名", "the satellite is missing"),
            Text("请重新下载该文件", "download the file again"),
        )
    return _SATELLITES.get(text.casefold(), text)


def _as_confidence(text: str) -> str:
    """Read the word of VIIRS or the per cent of MODIS.

    Raises
    ------
    CellError
        If it is neither.
    """
    word = _WORDS.get(text.casefold())
    if word is not None:
        return word
    number = as_number(text)
    if number is not None and 0 <= number <= 100:  # noqa: PLR2004 - per cent
        return f"{number:g}"
    raise CellError(
        Text(f"置信度“{text}”看不懂", f'confidence "{text}" is not understood'),
        Text(
            "应为 0–100（MODIS）或 low / nominal / high（VIIRS）",
            "it should be 0 to 100 (MODIS), or low / nominal / high (VIIRS)",
        ),
    )


def _as_number(text: str) -> float:
    """Read a number, NaN where the cell is blank."""
    number = as_number(text)
    return np.nan if number is None else number


def _as_static(text: str) -> bool:
    """Read ``type`` of the archive: 0 vegetation fire, 1 volcano, 2 static source, 3 at sea.

    Raises
    ------
    CellError
        If it is none of them.
    """
    if text in _IS_STATIC:
        return _IS_STATIC[text]
    raise CellError(
        Text(f"类型“{text}”看不懂", f'type "{text}" is not understood'),
        Text("应为 0、1、2、3", "it should be 0, 1, 2 or 3"),
    )
