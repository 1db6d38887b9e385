"""Hourly air quality: the layouts in which the national centre's bulletins are kept.

- a row per station and hour (CSV, workbook, JSON, XML): time, station, and a column per quantity;
- a row per hour and quantity, a column per station, as the daily archives of all China have them:
  ``date``, ``hour``, ``type``, then station codes.

Times are local (Asia/Shanghai), each the end of its hour. "—", "NA", blanks and negative values are
no values. Zeros are kept and told of: a station that reports zeros is a station that does not work.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pandas as pd

from qxgeo.errors import Fault, ReadError, SchemaError, Text
from qxgeo.readers.cells import CellError, as_number, as_text, is_blank
from qxgeo.readers.files import TABLE_ENDINGS, check_readable, decode, read_fault
from qxgeo.readers.positions import plain_heading
from qxgeo.readers.tabular import read_delimited, read_workbook

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

AIR_COLUMNS: dict[str, str] = {
    "station_id": "string",
    "time": "datetime64[us]",
    **dict.fromkeys(("pm2_5", "pm10", "so2", "no2", "co", "o3"), "float64"),
    **dict.fromkeys(("pm2_5_24h", "pm10_24h", "so2_24h", "no2_24h", "co_24h"), "float64"),
    **dict.fromkeys(("o3_24h", "o3_8h", "o3_8h_24h", "aqi"), "float64"),
    "primary": "string",
}
_MEASURED = [name for name, kind in AIR_COLUMNS.items() if kind == "float64"]
# Headings after `_plain`: lower case, only letters, digits and Chinese.
_HEADINGS: dict[str, tuple[str, ...]] = {
    "station_id": ("stationcode", "stationid", "站点编码", "监测点编码", "点位编码", "站点代码"),
    "time": ("timepoint", "time", "datetime", "时间", "监测时间", "发布时间", "数据时间"),
    "aqi": ("aqi", "空气质量指数"),
    "primary": ("primarypollutant", "首要污染物"),
    "pm2_5": ("pm25", "细颗粒物"),
    "pm10": ("pm10", "可吸入颗粒物"),
    "so2": ("so2", "二氧化硫"),
    "no2": ("no2", "二氧化氮"),
    "co": ("co", "一氧化碳"),
    "o3": ("o3", "o31h", "臭氧"),
    "o3_8h": ("o38h", "臭氧8小时"),
    "o3_24h": ("o324h",),
    "o3_8h_24h": ("o38h24h",),
    **{f"{p}_24h": (f"{p.replace('_', '')}24h",) for p in ("pm2_5", "pm10", "so2", "no2", "co")},
}
_NAME_OF = {word: name for name, words in _HEADINGS.items() for word in words}
_WIDE = ("date", "hour", "type")
_NO_VALUE = frozenset(("-", "--", "—", "——", "－", "na", "n/a", "null", "none", "nan", "_"))
_TIME = re.compile(
    r"(?P<y>\d{4})[-/.年]?(?P<m>\d{1,2})[-/.月]?(?P<d>\d{1,2})日?"
    r"[T\s]*(?P<h>\d{1,2})?时?(?::?(?P<min>\d{2}))?分?(?::(?P<s>\d{2})(?:\.\d+)?)?"
    r"\s*(?P<zone>Z|\+00:?00|\+08:?00)?"
)
_MOST_FAULTS = 20
_LARGEST = 100_000.0  # ug/m3: no dust storm comes near; 99999 is a sign for nothing
_LOCAL_AHEAD_H = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class AirHours:
    """Hours of stations.

    Attributes
    ----------
    table
        `AIR_COLUMNS`, sorted by station and time, one row per station and hour; concentrations in
        ug/m3 (carbon monoxide mg/m3), NaN where there is no value.
    notes
        What was dropped or is doubtful: repeated rows, impossible values, zeros.
    """

    table: pd.DataFrame
    notes: tuple[Text, ...]


@dataclass(slots=True)
class _Faults:
    """The first faults of a file."""

    file: str
    found: list[Fault] = field(default_factory=list)

    def add(self, row: int | None, column: str, problem: Text, mend: Text) -> None:
        """Note one, up to a number that a person can read."""
        if len(self.found) < _MOST_FAULTS:
            fault = Fault(file=self.file, row=row, column=column, problem=problem, mend=mend)
            self.found.append(fault)


def read_air_hours(
    paths: Sequence[str | Path] | str | Path, *, stations: Iterable[str] | None = None
) -> AirHours:
    """Read hourly bulletins.

    Parameters
    ----------
    paths
        One file or several, of either layout: CSV, workbook, JSON or XML.
    stations
        Codes of the stations that are wanted; None for all.

    Returns
    -------
    hours
        Of several rows for one station and hour the last one read counts.

    Raises
    ------
    ReadError
        If a file is missing or no such table.
    SchemaError
        If columns are missing or cells cannot be read, with row and column.
    """
    files = [paths] if isinstance(paths, (str, Path)) else list(paths)
    wanted = None if stations is None else frozenset(stations)
    parts = [_read_one(check_readable(Path(path)), wanted) for path in files]
    if not parts:
        return AirHours(table=_empty(), notes=())
    table = pd.concat(parts, ignore_index=True)
    is_repeat = table.duplicated(["station_id", "time"], keep="last")
    kept = table[~is_repeat].sort_values(["station_id", "time"], ignore_index=True)
    return AirHours(table=kept.astype(AIR_COLUMNS), notes=_remark(kept, int(is_repeat.sum())))


def _empty() -> pd.DataFrame:
    """Give a table without a row."""
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in AIR_COLUMNS.items()})


def _remark(table: pd.DataFrame, repeats: int) -> tuple[Text, ...]:
    """Say what a reader of the numbers has to know."""
    notes = []
    if repeats:
        notes.append(
            Text(
                f"同一站点同一小时重复 {repeats} 行，取最后读入的一行",
                f"{repeats} rows repeat a station and hour: the last one read counts",
            )
        )
    zeros = (table[["pm2_5", "pm10", "so2", "no2", "co", "o3"]] == 0).sum(axis=1) > 0
    if zeros.any():
        codes = "、".join(sorted(set(table.loc[zeros, "station_id"])))
        notes.append(
            Text(
                f"{int(zeros.sum())} 行有为 0 的读数（{codes}）：按仪器故障看待，不作为清洁空气",
                f"{int(zeros.sum())} rows report zero ({codes}): taken for a fault, not clean air",
            )
        )
    return tuple(notes)


def _read_one(path: Path, wanted: frozenset[str] | None) -> pd.DataFrame:
    """Read one file of either layout.

    Raises
    ------
    SchemaError
        With the faults of the file.
    """
    faults = _Faults(path.name)
    cells, rows = _cells(path)
    headings = {_plain(str(heading)): str(heading) for heading in cells.columns}
    if all(name in headings for name in _WIDE):
        table = _read_by_quantity(cells, rows, headings, wanted, faults)
    else:
        table = _read_by_station(cells, rows, headings, wanted, faults)
    if faults.found:
        raise SchemaError(faults.found)
    return table


def _plain(heading: str) -> str:
    """Reduce a heading to letters, digits and Chinese, without its unit."""
    bare = re.sub(r"[(\[（【].*", "", plain_heading(heading))
    return re.sub(r"[^0-9a-z\u4e00-\u9fff]", "", bare)


def _cells(path: Path) -> tuple[pd.DataFrame, Sequence[int]]:
    """Read cells as they stand, and the row of each record.

    Raises
    ------
    ReadError
        If the file is of no known kind.
    """
    ending = path.suffix.lower()
    known = ("timepoint", "stationcode", "date", "hour", "type", "时间", "站点编码", "aqi")
    if ending == ".json":
        return _records(path, _parse_json(path))
    if ending == ".xml":
        return _records(path, _parse_xml(path))
    if ending in {".csv", ".tsv", ".txt"}:
        raw = read_delimited(path, file=path.name, known=known)
    elif ending in TABLE_ENDINGS:
        raw = read_workbook(path, file=path.name, known=known)
    else:
        problem = Text(f"不认识的文件类型“{ending}”", f'unknown kind of file "{ending}"')
        mend = Text("请提供 CSV、Excel、JSON 或 XML", "give CSV, a workbook, JSON or XML")
        raise ReadError(read_fault(path.name, problem, mend))
    return raw.cells, [int(row) for row in raw.rows]


def _records(path: Path, found: list[dict[str, Any]]) -> tuple[pd.DataFrame, Sequence[int]]:
    """Make a table of records; the first record counts as row 1.

    Raises
    ------
    ReadError
        If there is no record.
    """
    if not found:
        problem = Text("文件里没有站点记录", "there is no record of a station in the file")
        mend = Text("请提供总站逐时数据的原件", "give the hourly bulletin as it was published")
        raise ReadError(read_fault(path.name, problem, mend))
    return pd.DataFrame(found, dtype=object), range(1, len(found) + 1)


def _parse_json(path: Path) -> list[dict[str, Any]]:
    """Find the records of a JSON file: a list of objects, at the top or below one key.

    Raises
    ------
    ReadError
        If it is no JSON.
    """
    text, _ = decode(path.read_bytes(), file=path.name)
    try:
        content = json.loads(text)
    except ValueError as error:
        problem = Text(f"不是合法的 JSON（{error}）", f"no valid JSON ({error})")
        mend = Text("请重新下载", "download it again")
        raise ReadError(read_fault(path.name, problem, mend)) from error
    several = [content] if isinstance(content, list) else []
    if isinstance(content, dict):
        several = [value for value in content.values() if isinstance(value, list)]
    return [one for many in several for one in many if isinstance(one, dict)]


def _parse_xml(path: Path) -> list[dict[str, Any]]:
    """Find the records of an XML file: elements with children named as the columns are.

    Raises
    ------
    ReadError
        If it is no XML, or declares entities.
    """
    data = path.read_bytes()
    mend = Text("请重新下载", "download it again")
    if b"<!ENTITY" in data or b"<!DOCTYPE" in data:  # nothing of a bulletin needs them
        problem = Text("XML 含有实体声明，不予读取", "the XML declares entities: not read")
        raise ReadError(read_fault(path.name, problem, mend))
    try:
        root = ET.fromstring(data)  # noqa: S314 - declarations were refused
    except ET.ParseError as error:
        problem = Text(f"不是合法的 XML（{error}）", f"no valid XML ({error})")
        raise ReadError(read_fault(path.name, problem, mend)) from error
    found = []
    for element in root.iter():
        record = {child.tag.rpartition("}")[2]: child.text for child in element if len(child) == 0}
        if {_NAME_OF.get(_plain(tag)) for tag in record} >= {"station_id", "time"}:
            found.append(record)
    return found


def _read_by_station(
    cells: pd.DataFrame,
    rows: Sequence[int],
    headings: dict[str, str],
    wanted: frozenset[str] | None,
    faults: _Faults,
) -> pd.DataFrame:
    """Read a row per station and hour."""
    of = {_NAME_OF[word]: heading for word, heading in headings.items() if word in _NAME_OF}
    missing = [name for name in ("station_id", "time") if name not in of]
    if missing or not any(name in of for name in _MEASURED):
        _say_missing(missing or ["pm2_5"], list(cells.columns), faults)
        return _empty()
    codes = [as_text(cell) or "" for cell in cells[of["station_id"]]]
    keep = [n for n, code in enumerate(codes) if code and (wanted is None or code in wanted)]
    table: dict[str, list[Any]] = {"station_id": [codes[n] for n in keep]}
    table["time"] = [_time(cells[of["time"]].iloc[n], rows[n], of["time"], faults) for n in keep]
    for name in _MEASURED:
        column = cells[of[name]] if name in of else None
        table[name] = [
            math.nan if column is None else _value(column.iloc[n], rows[n], of[name], faults)
            for n in keep
        ]
    primary = cells[of["primary"]] if "primary" in of else None
    table["primary"] = [
        "" if primary is None or _is_nothing(primary.iloc[n]) else str(primary.iloc[n]).strip()
        for n in keep
    ]
    return pd.DataFrame(table).astype(AIR_COLUMNS)


def _read_by_quantity(
    cells: pd.DataFrame,
    rows: Sequence[int],
    headings: dict[str, str],
    wanted: frozenset[str] | None,
    faults: _Faults,
) -> pd.DataFrame:
    """Read a row per hour and quantity, a column per station."""
    date, hour, kind = (cells[headings[name]] for name in _WIDE)
    taken = {headings[name] for name in _WIDE}
    stations = [str(name) for name in cells.columns if str(name) not in taken]
    stations = [name for name in stations if wanted is None or name in wanted]
    found: dict[tuple[str, object], dict[str, Any]] = {}
    for n in range(len(cells)):
        name = _NAME_OF.get(_plain(str(kind.iloc[n])))
        if name not in _MEASURED:
            continue
        day = f"{as_text(date.iloc[n]) or ''} {as_text(hour.iloc[n]) or ''}"
        time = _time(day, rows[n], headings["date"], faults)
        for station in stations:
            record = found.setdefault((station, time), {"station_id": station, "time": time})
            record[name] = _value(cells[station].iloc[n], rows[n], station, faults)
    table = pd.DataFrame(list(found.values()), columns=list(AIR_COLUMNS))
    return table.assign(primary="").astype(AIR_COLUMNS)  # the archive does not name it


def _say_missing(names: Sequence[str], headings: list[Any], faults: _Faults) -> None:
    """Name the columns that a table of hours needs, and those it has."""
    aliases = "；".join(f"{name}（{'、'.join(_HEADINGS[name])}）" for name in names)
    there = "、".join(str(heading) for heading in headings[:12])
    faults.add(
        1,
        "",
        Text(f"缺少列：{aliases}", f"columns are missing: {', '.join(names)}"),
        Text(f"表头现有：{there}", f"the headings are: {there}"),
    )


def _time(cell: Any, row: int, column: str, faults: _Faults) -> pd.Timestamp:  # noqa: ANN401
    """Read the local end of an hour; 24:00 is 0:00 of the next day."""
    text = as_text(cell) or ""
    match = _TIME.fullmatch(text.strip())
    if match is not None:
        hour = int(match["h"] or 0)
        try:
            day = pd.Timestamp(int(match["y"]), int(match["m"]), int(match["d"]))
        except ValueError:
            match = None
        else:
            ahead = _LOCAL_AHEAD_H if match["zone"] in {"Z", "+00:00", "+0000"} else 0
            if hour <= 24 and not int(match["min"] or 0):  # noqa: PLR2004 - hours of a day
                return day + pd.Timedelta(hour + ahead, "h")
    faults.add(
        row,
        column,
        Text(f"“{text}”不是整点时间", f'"{text}" is no full hour'),
        Text("写成 2024-01-01 12:00", "write 2024-01-01 12:00"),
    )
    return pd.NaT  # type: ignore[return-value] # the fault is raised before anybody sees it


def _is_nothing(cell: Any) -> bool:  # noqa: ANN401 - a cell may hold anything
    """Tell whether a cell stands for no value."""
    return is_blank(cell) or str(cell).strip().casefold() in _NO_VALUE


def _value(cell: Any, row: int, column: str, faults: _Faults) -> float:  # noqa: ANN401
    """Read a concentration; signs for nothing and impossible numbers are NaN."""
    if _is_nothing(cell):
        return math.nan
    try:
        number = as_number(cell)
    except CellError as error:
        faults.add(row, column, error.problem, error.mend)
        return math.nan
    return math.nan if number is None or not 0 <= number < _LARGEST - 1 else number
