"""Positions out of cells: degrees, degrees-minutes-seconds, metres, one combined cell, WKT."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from qxgeo.errors import Fault, SchemaError, Text
from qxgeo.readers.cells import as_text, is_blank

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from numpy.typing import NDArray

    from qxgeo.readers.raw import Raw

POSITION_COLUMNS = ("lon", "lat", "position", "wkt")  # names in a `columns` mapping

# Headings in order of trust; the first group with a match decides.
_LON = (
    ("经度", "东经", "lon", "lng", "long", "longitude", "坐标经度", "经度坐标", "gps经度"),
    ("东坐标", "easting", "pointx", "xcoord", "coordx", "x坐标", "坐标x", "x"),
)
_LAT = (
    ("纬度", "北纬", "lat", "latitude", "坐标纬度", "纬度坐标", "gps纬度"),
    ("北坐标", "northing", "pointy", "ycoord", "coordy", "y坐标", "坐标y", "y"),
)
_COMBINED = (
    (
        *(
            "经纬度",
            "坐标",
            "经纬度坐标",
            "位置坐标",
            "坐标位置",
            "点位坐标",
            "地理坐标",
            "gps坐标",
        ),
        *(
            "lonlat",
            "lnglat",
            "coordinates",
            "coordinate",
            "location",
            "纬经度",
            "latlon",
            "latlng",
        ),
    ),
)
_WKT = (("wkt", "geom", "geometry", "thegeom", "wktgeom", "几何", "shape"),)
POSITION_WORDS = frozenset(
    word for groups in (_LON, _LAT, _COMBINED, _WKT) for group in groups for word in group
)
_LAT_FIRST = frozenset(("纬经度", "latlon", "latlng"))

_SIGNS = str.maketrans(
    {"度": "°", "º": "°", "˚": "°", "分": "'", "′": "'", "’": "'", "‘": "'", "`": "'", "´": "'"}
    | {"秒": '"', "″": '"', "”": '"', "“": '"', "＂": '"', "−": "-", "—": "-"}
)
_WORDS = (("东经", "E"), ("西经", "W"), ("北纬", "N"), ("南纬", "S"), ("经度", ""), ("纬度", ""))
_ANGLE = re.compile(
    r"(?P<head>[EWNS])?\s*[:：]?\s*(?P<sign>[+-])?\s*(?P<deg>\d+(?:\.\d+)?)\s*°?"
    r"(?:\s*(?P<sep>[:\s])?\s*(?P<min>\d+(?:\.\d+)?)\s*'?"
    r"(?:\s*[:\s]?\s*(?P<sec>\d+(?:\.\d+)?)\s*(?:\"|'')?)?)?\s*(?P<tail>[EWNS])?",
    re.IGNORECASE,
)
_PAIR = re.compile(r"[,;|/、，；]")
_SRID = re.compile(r"^\s*SRID=\d+;", re.IGNORECASE)
_AXIS_OF = {"E": "lon", "W": "lon", "N": "lat", "S": "lat"}
_SIXTY = 60.0


@dataclass(frozen=True, slots=True)
class Angle:
    """One coordinate: degrees (or metres of a projected system), and the axis its letter names."""

    value: float
    axis: str = ""


def plain_heading(heading: str) -> str:
    """Reduce a heading to what it is compared by: no case, blanks, underscores, units in brackets.

    Parameters
    ----------
    heading
        As the file has it.

    Returns
    -------
    heading
        For comparison only.
    """
    text = unicodedata.normalize("NFKC", heading).casefold()
    text = re.sub(r"[(\[【](°|度|米|m|deg|degree|degrees|dd|dms|十进制|小数)[)\]】]", "", text)
    return re.sub(r"[\s_]", "", text)


def find_heading(wanted: str, headings: Collection[str]) -> str | None:
    """Find a heading without regard to case, blanks and units in brackets.

    Parameters
    ----------
    wanted
        Heading, as a person writes it.
    headings
        Those of the file.

    Returns
    -------
    heading
        As the file has it, None where there is none.
    """
    if wanted in headings:
        return wanted
    plain = plain_heading(wanted)
    return next((heading for heading in headings if plain_heading(heading) == plain), None)


def read_angle(text: str) -> Angle | None:
    """Read one coordinate in the usual forms.

    110.3089, 110°18′32.1″, 110度18分32秒, 110:18:32, E110°18.535′, 东经110.3089°, full-width
    digits, and plain metres such as 37431287.5.

    Parameters
    ----------
    text
        One coordinate.

    Returns
    -------
    angle
        None where the text has none of the forms, or 60 minutes or seconds and more.
    """
    word = unicodedata.normalize("NFKC", text.translate(_SIGNS)).translate(_SIGNS).upper()
    for name, letter in _WORDS:
        word = word.replace(name, letter)
    word = word.strip()
    match = _ANGLE.fullmatch(word)
    if match is None:
        return None
    degrees, minutes, seconds = (float(match[part] or 0) for part in ("deg", "min", "sec"))
    letters = {letter for letter in (match["head"], match["tail"]) if letter}
    is_whole = match["min"] is None or "." not in match["deg"]
    is_whole = is_whole and (match["sec"] is None or "." not in match["min"])
    if minutes >= _SIXTY or seconds >= _SIXTY or len(letters) > 1 or not is_whole:
        return None
    if match["min"] is not None and not _has_separator(word, match):
        return None
    letter = letters.pop() if letters else ""
    value = degrees + minutes / _SIXTY + seconds / _SIXTY**2
    sign = -1.0 if (match["sign"] == "-") != (letter in {"W", "S"}) else 1.0
    return Angle(sign * value, _AXIS_OF.get(letter, ""))


def _has_separator(word: str, match: re.Match[str]) -> bool:
    """Tell whether degrees and minutes are parted, so that 1101832 is not cut anywhere."""
    return any(sign in word[match.end("deg") : match.start("min")] for sign in "°: ")


def find_headings(raw: Raw, columns: Mapping[str, str]) -> dict[str, str]:
    """Find the columns that hold positions.

    Parameters
    ----------
    raw
        Table without geometry.
    columns
        Declared mapping; its entries `POSITION_COLUMNS` decide where given.

    Returns
    -------
    headings
        ``lon`` and ``lat``, or ``position``, or ``wkt``, each with its heading.

    Raises
    ------
    SchemaError
        If there are none, or several that could be meant.
    """
    headings = [str(heading) for heading in raw.cells.columns]
    declared = {
        key: find_heading(columns[key], headings) or columns[key]
        for key in POSITION_COLUMNS
        if key in columns
    }
    if declared and not {"lon", "lat"} & set(declared):
        return declared
    lon = declared.get("lon") or _best(headings, _LON, "经度", raw.file)
    lat = declared.get("lat") or _best(headings, _LAT, "纬度", raw.file)
    if lon and lat:
        return {"lon": lon, "lat": lat}
    position = _best(headings, _COMBINED, "经纬度", raw.file)
    if position:
        return {"position": position}
    wkt = _best(headings, _WKT, "", raw.file)
    if wkt:
        return {"wkt": wkt}
    listed = "、".join(headings[:20])
    raise SchemaError(
        Fault(
            file=raw.file,
            problem=Text(
                f"没有找到经度、纬度列；文件的列：{listed}",
                f"no longitude and latitude columns; the file has: {listed}",
            ),
            mend=Text(
                '请用 columns = { lon = "您的经度列名", lat = "您的纬度列名" } 指明',
                'name them with columns = { lon = "your heading", lat = "your heading" }',
            ),
        )
    )


def _best(headings: list[str], groups: Iterable[tuple[str, ...]], part: str, file: str) -> str:
    """Give the heading of the most trusted group; several in one group are a question.

    Raises
    ------
    SchemaError
        If several could be meant.
    """
    plain = {heading: plain_heading(heading) for heading in headings}
    for group in groups:
        found = [heading for heading in headings if plain[heading] in group]
        if len(found) > 1:
            raise SchemaError(_several(found, file))
        if found:
            return found[0]
    others = "经纬度" if part in {"经度", "纬度"} else "\0"
    found = [h for h in headings if part and part in plain[h] and others not in plain[h]]
    if len(found) > 1:
        raise SchemaError(_several(found, file))
    return found[0] if found else ""


def _several(found: list[str], file: str) -> Fault:
    """Ask which of several columns is meant."""
    listed = "、".join(found)
    return Fault(
        file=file,
        problem=Text(
            f"有几列都像坐标：{listed}", f"several columns could be the position: {listed}"
        ),
        mend=Text(
            "请用 columns = { lon = …, lat = … } 指明是哪一列，并核对其坐标基准",
            "say which with columns = { lon = …, lat = … }, and check its datum",
        ),
    )


def read_positions(
    raw: Raw, headings: Mapping[str, str]
) -> tuple[NDArray[np.object_], list[Fault]]:
    """Build geometries from the cells.

    Parameters
    ----------
    raw
        Table without geometry.
    headings
        As `find_headings` gives them.

    Returns
    -------
    geometry, faults
        None where the position is blank; one fault per row that cannot be read.
    """
    if "wkt" in headings:
        return _from_wkt(raw, headings["wkt"])
    if "position" in headings:
        return _from_pairs(raw, headings["position"])
    faults: list[Fault] = []
    lon = _read_axis(raw, headings["lon"], "lon", faults)
    lat = _read_axis(raw, headings["lat"], "lat", faults)
    half = np.flatnonzero(_blank(raw, headings["lon"]) != _blank(raw, headings["lat"]))
    for place in half:
        problem = Text("经度、纬度只填了一个", "only one of longitude and latitude is given")
        mend = Text("请补全，或都留空", "fill in both, or leave both blank")
        faults.append(Fault(problem=problem, mend=mend, file=raw.file, row=int(raw.rows[place])))
    return _points(lon, lat), faults


def _points(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.object_]:
    """Build points, None where a coordinate is missing."""
    points = np.full(len(lon), None, dtype=object)
    known = ~(np.isnan(lon) | np.isnan(lat))
    points[known] = shapely.points(lon[known], lat[known])
    return points


def _blank(raw: Raw, heading: str) -> NDArray[np.bool_]:
    """Tell which cells of a column are blank."""
    return np.fromiter((is_blank(cell) for cell in raw.cells[heading]), bool, len(raw.cells))


def _read_axis(raw: Raw, heading: str, axis: str, faults: list[Fault]) -> NDArray[np.float64]:
    """Read one column; plain numbers at once, the rest one by one."""
    cells = raw.cells[heading]
    values = pd.to_numeric(cells, errors="coerce").to_numpy(np.float64, na_value=np.nan).copy()
    for place in np.flatnonzero(~np.isfinite(values)):
        cell = cells.iloc[place]
        values[place] = np.nan
        if is_blank(cell):
            continue
        angle = read_angle(as_text(cell) or "")
        if angle is None or (angle.axis and angle.axis != axis):
            faults.append(_unreadable(raw, int(place), heading, cell, is_other=angle is not None))
        else:
            values[place] = angle.value
    return values


def _unreadable(raw: Raw, place: int, heading: str, cell: object, *, is_other: bool) -> Fault:
    """Say that a cell is no coordinate, or that of the other axis."""
    problem = Text(f"坐标“{cell}”看不懂", f'"{cell}" is no coordinate')
    if is_other:
        problem = Text(
            f"“{cell}”是另一个方向的坐标，经度、纬度像是写反了",
            f'"{cell}" belongs to the other axis: longitude and latitude look interchanged',
        )
    return Fault(
        problem=problem,
        mend=Text("请写成 110.3089 或 110°18′32.1″", "write it as 110.3089 or 110°18′32.1″"),
        file=raw.file,
        row=int(raw.rows[place]),
        column=heading,
    )


def _from_pairs(raw: Raw, heading: str) -> tuple[NDArray[np.object_], list[Fault]]:
    """Read cells with both coordinates in one; letters decide the order, else the heading."""
    faults: list[Fault] = []
    lon, lat = np.full(len(raw.cells), np.nan), np.full(len(raw.cells), np.nan)
    lat_first = plain_heading(heading) in _LAT_FIRST
    for place, cell in enumerate(raw.cells[heading]):
        text = as_text(cell)
        if text is None:
            continue
        pair = _read_pair(text, lat_first=lat_first)
        if pair is None:
            faults.append(_unreadable(raw, place, heading, cell, is_other=False))
        else:
            lon[place], lat[place] = pair
    return _points(lon, lat), faults


def _read_pair(text: str, *, lat_first: bool) -> tuple[float, float] | None:
    """Read "110.30,25.27" or "N25°16′, E110°18′" as lon, lat."""
    word = text.strip().strip("()（）[]【】")
    parts = [part for part in _PAIR.split(word) if part.strip()]
    if len(parts) == 1:
        parts = word.split()
    if len(parts) != 2:  # noqa: PLR2004  a pair
        return None
    first, second = (read_angle(part) for part in parts)
    if first is None or second is None:
        return None
    axes = (first.axis, second.axis)
    if axes[0] and axes[0] == axes[1]:
        return None
    is_lat_first = "lat" in axes[:1] or "lon" in axes[1:] or (lat_first and not any(axes))
    return (second.value, first.value) if is_lat_first else (first.value, second.value)


def _from_wkt(raw: Raw, heading: str) -> tuple[NDArray[np.object_], list[Fault]]:
    """Read cells with well-known text, one at a time so that each fault has its row."""
    faults = []
    geometry = np.full(len(raw.cells), None, dtype=object)
    for place, cell in enumerate(raw.cells[heading]):
        text = as_text(cell)
        if text is None:
            continue
        try:
            with np.errstate(over="ignore"):  # 1e999 becomes infinite, which is refused later
                geometry[place] = shapely.from_wkt(_SRID.sub("", text))
        except shapely.errors.GEOSException:
            shown = text if len(text) < 40 else text[:40] + "…"  # noqa: PLR2004  fits a line
            faults.append(_unreadable(raw, place, heading, shown, is_other=False))
    return geometry, faults
