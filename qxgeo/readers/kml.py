"""KML, KMZ and 奥维's OVKML: every folder, every ExtendedData name, the stated datum.

The usual readers take the first folder only, lose Chinese names of ExtendedData and pass over
``OvCoordType``, so the XML is read here.
"""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET  # DOCTYPE is refused below, so entities cannot grow

import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from qxgeo.errors import ReadError, Text
from qxgeo.readers.files import decode, read_fault
from qxgeo.readers.raw import Raw

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_STATED = {
    "gcj02": "gcj02",
    "gcj": "gcj02",
    "mars": "gcj02",
    "火星": "gcj02",
    "bd09": "bd09",
    "wgs84": "wgs84",
    "wgs": "wgs84",
    "cgcs2000": "cgcs2000",
}
_FEWEST_RING = 4  # positions of a closed ring


def read_kml(
    path: Path, *, file: str, encoding: str | None = None, folder: str | None = None
) -> Raw:
    """Read all placemarks of all folders.

    Parameters
    ----------
    path
        ``.kml``, ``.ovkml`` or ``.kmz``.
    file
        Its name for messages.
    encoding
        Declared encoding.
    folder
        Only placemarks below a folder of this name.

    Returns
    -------
    raw
        Columns ``name``, ``description``, ``folder`` and those of ExtendedData.

    Raises
    ------
    ReadError
        If it is no intact KML, or its placemarks state different datums.
    """
    root, notes = _parse(path, file, encoding)
    records, shapes, stated = [], [], set()
    for mark, folders in _placemarks(root, ()):
        if folder is not None and folder not in folders:
            continue
        records.append(_attributes(mark) | {"folder": "/".join(folders) or None})
        shapes.append(_geometry(mark, file, len(records) + 1))
        stated.add(_stated(mark))
    if not records:
        where = f"“{folder}”" if folder else ""
        problem = Text(f"{where}里没有地标", "there is no placemark in it")
        raise ReadError(
            read_fault(file, problem, Text("请检查文件和 sublayer", "check file and sublayer"))
        )
    if any(True for _ in _all(root, "NetworkLink")):
        zh, en = "网络链接中的内容未读", "what network links point to was not read"
        notes = (*notes, Text(f"{file}：{zh}", f"{file}: {en}"))
    geometry = np.full(len(shapes), None, dtype=object)
    geometry[:] = shapes
    datum = _stated_datum(stated, root, file)
    return Raw(
        file=file,
        cells=pd.DataFrame(records, dtype=object),
        rows=np.arange(2, len(records) + 2, dtype=np.int64),
        geometry=geometry,
        crs=CRS.from_epsg(4326),
        stated_datum=datum,
        notes=notes,
    )


def _parse(path: Path, file: str, encoding: str | None) -> tuple[ET.Element, tuple[Text, ...]]:
    """Decode and parse; refuse document types, whose entities can grow without bound.

    Raises
    ------
    ReadError
        If it is no intact XML, or declares a document type.
    """
    data = _main_document(path, file) if zipfile.is_zipfile(path) else path.read_bytes()
    text, notes = decode(data, file=file, encoding=encoding)
    if re.search(r"<!(DOCTYPE|ENTITY)", text[:100_000], re.IGNORECASE):
        problem = Text("KML 含有 DOCTYPE 声明", "the KML has a DOCTYPE")
        raise ReadError(read_fault(file, problem, Text("请删去该声明", "remove it")))
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    try:
        return ET.fromstring(text), notes  # noqa: S314  DOCTYPE is refused above
    except ET.ParseError as error:
        line = error.position[0]
        problem = Text(f"XML 在第 {line} 行出错", f"the XML breaks at line {line}")
        mend = Text("文件可能不完整，请重新导出", "the file may be cut off: export it again")
        raise ReadError(read_fault(file, problem, mend)) from error


def _main_document(path: Path, file: str) -> bytes:
    """Take the document of a KMZ: doc.kml, else the first KML.

    Raises
    ------
    ReadError
        If the archive is broken, or holds no KML.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = [n for n in archive.namelist() if n.lower().endswith((".kml", ".ovkml"))]
            names.sort(key=lambda name: (name.lower() != "doc.kml", name))
            if names:
                return archive.read(names[0])
    except (zipfile.BadZipFile, EOFError, RuntimeError) as error:
        problem = Text("KMZ 已损坏或有密码", "the KMZ is broken or locked")
        raise ReadError(read_fault(file, problem, Text("请重新导出", "export it again"))) from error
    problem = Text("KMZ 里没有 KML", "there is no KML in the KMZ")
    raise ReadError(read_fault(file, problem, Text("请重新导出", "export it again")))


def _tag(element: ET.Element) -> str:
    """Give a tag without its namespace."""
    return element.tag.rpartition("}")[2]


def _all(element: ET.Element, tag: str) -> Iterator[ET.Element]:
    """Find descendants by tag, in any namespace or none."""
    return (one for one in element.iter() if _tag(one) == tag)


def _child(element: ET.Element, tag: str) -> ET.Element | None:
    """Find a child by tag."""
    return next((one for one in element if _tag(one) == tag), None)


def _text(element: ET.Element | None) -> str | None:
    """Give an element's text without blanks around it, None where it says nothing."""
    return ((element.text or "").strip() or None) if element is not None else None


def _placemarks(
    element: ET.Element, folders: tuple[str, ...]
) -> Iterator[tuple[ET.Element, tuple[str, ...]]]:
    """Walk folders and documents in the file's order."""
    for child in element:
        tag = _tag(child)
        if tag == "Placemark":
            yield child, folders
        elif tag == "Folder":
            name = _text(_child(child, "name"))
            yield from _placemarks(child, (*folders, name) if name else folders)
        elif tag == "Document":
            yield from _placemarks(child, folders)


def _attributes(mark: ET.Element) -> dict[str, str | None]:
    """Take name, description and everything in ExtendedData."""
    found = {tag: _text(_child(mark, tag)) for tag in ("name", "description")}
    extended = _child(mark, "ExtendedData")
    if extended is not None:
        for data in _all(extended, "Data"):
            key = data.get("name") or _text(_child(data, "displayName"))
            if key:
                found[key.strip()] = _text(_child(data, "value"))
        for data in _all(extended, "SimpleData"):
            found[(data.get("name") or "").strip()] = _text(data)
    return found


def _stated(mark: ET.Element) -> str:
    """Give the datum a placemark states of itself."""
    return _text(next(_all(mark, "OvCoordType"), None)) or ""


def _stated_datum(stated: set[str], root: ET.Element, file: str) -> str | None:
    """Bring the stated datums into one.

    Raises
    ------
    ReadError
        If they differ, or one is unknown.
    """
    words = {word for word in stated if word} or {
        text for text in map(_text, _all(root, "OvCoordType")) if text
    }
    named = {_STATED.get(re.sub(r"[\s_-]", "", word).casefold(), word) for word in words}
    unknown = sorted(named - set(_STATED.values()))
    if len(named) > 1 or unknown:
        listed = "、".join(sorted(words))
        problem = Text(
            f"OvCoordType 不一致或无法识别：{listed}", f"OvCoordType is mixed or unknown: {listed}"
        )
        mend = Text("请按一种坐标系重新导出", "export it again in one coordinate system")
        raise ReadError(read_fault(file, problem, mend))
    return named.pop() if named else None


def _geometry(mark: ET.Element, file: str, row: int) -> shapely.Geometry | None:
    """Build a placemark's geometry; several become a multipart one.

    Raises
    ------
    ReadError
        If its coordinates cannot be read.
    """
    parts: list[shapely.Geometry] = []
    try:
        for child in mark:
            parts += _parts(child)
    except (ValueError, shapely.errors.GEOSException) as error:
        problem = Text("坐标看不懂", "its coordinates cannot be read")
        mend = Text("应为 经度,纬度[,高程]，以空格分隔", "lon,lat[,height] parted by blanks")
        raise ReadError(read_fault(file, problem, mend, row=row)) from error
    if len(parts) <= 1:
        return parts[0] if parts else None
    dimensions = {int(one) for one in shapely.get_dimensions(parts)}
    if len(dimensions) > 1:
        return shapely.GeometryCollection(parts)
    build: Any = (shapely.multipoints, shapely.multilinestrings, shapely.multipolygons)
    multi: shapely.Geometry = build[dimensions.pop()](parts)
    return multi


def _parts(element: ET.Element) -> list[shapely.Geometry]:
    """Build the single geometries of an element."""
    tag = _tag(element)
    if tag == "MultiGeometry":
        return [part for child in element for part in _parts(child)]
    if tag == "Point":
        return [shapely.Point(_coordinates(element)[0])]
    if tag in {"LineString", "LinearRing"}:
        return [shapely.LineString(_coordinates(element))]
    if tag == "Polygon":
        outer = _child(element, "outerBoundaryIs")
        shell = _ring(outer if outer is not None else element)
        holes = [_ring(one) for one in element if _tag(one) == "innerBoundaryIs"]
        return [shapely.Polygon(shell, holes)]
    if tag == "Track":
        found = [(_text(one) or "").split()[:2] for one in element if _tag(one) == "coord"]
        return [shapely.LineString(np.array(found, np.float64))]
    return []


def _ring(element: ET.Element) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Read a ring and close it where the writer forgot to.

    Raises
    ------
    ValueError
        If it has fewer than three corners.
    """
    xy = _coordinates(element)
    if len(xy) and not np.array_equal(xy[0], xy[-1]):
        xy = np.vstack((xy, xy[:1]))
    if len(xy) < _FEWEST_RING:
        message = "a ring needs three corners"
        raise ValueError(message)
    return xy


def _coordinates(element: ET.Element) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Read the positions below an element, heights dropped.

    Raises
    ------
    ValueError
        If there are none, or a position is no pair of numbers.
    """
    text = _text(next(_all(element, "coordinates"), None)) or ""
    text = re.sub(r"\s*,\s*", ",", text)
    pairs = [[float(number) for number in group.split(",")[:2]] for group in text.split()]
    if not pairs or any(len(pair) != 2 for pair in pairs):  # noqa: PLR2004  a pair
        message = "no coordinates"
        raise ValueError(message)
    return np.array(pairs, np.float64)
