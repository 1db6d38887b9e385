"""One place as somebody asks for it: words of a command line become a table of one application."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from qxgeo.errors import Fault, InputError, Text
from qxgeo.readers.cells import CellError, as_number, as_status, as_text, flag_reader
from qxgeo.readers.formats import read_raw
from qxgeo.readers.layer import decide_datum
from qxgeo.readers.places import name_datum, place_rows
from qxgeo.readers.positions import plain_heading
from qxgeo.readers.raw import Raw
from qxgeo.schemas import APPLICATIONS, ENTRANCES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from qxgeo.plan import Attribute, SiteKind
    from qxgeo.schemas import LayerSchema

_WKT = re.compile(r"\s*(SRID=\d+;)?\s*[A-Z]+\s*\(", re.IGNORECASE)
_DECIMALS = 6  # of a degree, a tenth of a metre
_SHIFTED = ("gcj02", "bd09")
_TITLES = {"gcj02": "GCJ-02", "bd09": "BD-09", "wgs84": "WGS 84", "cgcs2000": "CGCS2000"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One place to be judged.

    Attributes
    ----------
    places
        One row: `site_id`, `status`, the attributes that were answered, geometry in EPSG:4326.
    entrances
        As many as were named, with `road_name`; None without any.
    datum
        In which the positions were given.
    notes
        What was taken for granted or converted.
    """

    places: gpd.GeoDataFrame
    entrances: gpd.GeoDataFrame | None
    datum: str
    notes: tuple[Text, ...]


def read_request(
    kind: SiteKind,
    *,
    lon: str | None = None,
    lat: str | None = None,
    parcel: str | None = None,
    datum: str | None = None,
    status: str | None = None,
    entrances: Sequence[str] = (),
    answers: Sequence[str] = (),
) -> Request:
    """Understand one place.

    Parameters
    ----------
    kind
        Names the attributes.
    lon, lat
        In degrees or in metres of a projected datum; as text in any form that readers know.
    parcel
        WKT, or the path of a file with one parcel; takes the place of `lon` and `lat`.
    datum
        As `readers.places.name_datum` takes it; None is WGS 84, which is then noted.
    status
        A word of `vocabulary.Status`, or Chinese; None is ``proposed``.
    entrances
        Each ``lon,lat`` or ``lon,lat,road``.
    answers
        Each ``attribute=value``.

    Returns
    -------
    request
        Ready for `check_sites`.

    Raises
    ------
    InputError
        If a word cannot be understood; every fault in one error.
    """
    faults: list[Fault] = []
    notes: list[Text] = []
    name = name_datum(datum) if datum is not None else None
    shape, name = _read_place(lon, lat, parcel, name, faults, notes)
    gates = _read_entrances(entrances, name, faults)
    facts = _read_answers(kind, answers, faults)
    facts["status"] = _read_cell(as_status, status, "--status", faults) or "proposed"
    if faults:
        raise InputError(faults)
    if name in _SHIFTED and shape is not None:
        notes.append(_tell_shift(shape, name))
    columns = {key: pd.array([value], dtype="object") for key, value in facts.items()}
    return Request(
        places=gpd.GeoDataFrame({"site_id": ["1"], **columns}, geometry=[shape], crs=4326),
        entrances=gates,
        datum=name,
        notes=tuple(notes),
    )


def _read_place(
    lon: str | None,
    lat: str | None,
    parcel: str | None,
    datum: str | None,
    faults: list[Fault],
    notes: list[Text],
) -> tuple[Any, str]:
    """Read the parcel where there is one, else the point; say what is taken for granted."""
    if parcel is None and (lon is None or lat is None):
        faults.append(
            Fault(
                problem=Text("没有给出位置", "no place is given"),
                mend=Text(
                    "请在类别后写经度、纬度，或用 --parcel 给出地块",
                    "write longitude and latitude after the kind, or give --parcel",
                ),
            )
        )
        return None, datum or "wgs84"
    if parcel is not None and (lon is not None or lat is not None):
        faults.append(
            Fault(
                problem=Text("既有经纬度又有地块", "there are both a point and a parcel"),
                mend=Text("请只给一种", "give one of them"),
            )
        )
        return None, datum or "wgs84"
    if parcel is not None and not _WKT.match(parcel):
        return _read_parcel_file(parcel, datum, faults, notes)
    if datum is None:
        notes.append(
            Text(
                "没有用 --datum 声明坐标基准，按 WGS 84（假设）；坐标取自高德、腾讯（gcj02）或"
                "百度（bd09）地图的，不声明会偏几百米",
                "no --datum is declared: WGS 84 is assumed; positions from AMap, Tencent (gcj02) or"
                " Baidu (bd09) are several hundred metres off when it is not declared",
            )
        )
    name = datum or "wgs84"
    if parcel is not None:
        shapes = _place({"wkt": [parcel]}, {"wkt": "wkt"}, name, APPLICATIONS, faults, "--parcel")
    else:
        cells = {"LON": [lon], "LAT": [lat]}  # as the program's help calls them
        shapes = _place(cells, {"lon": "LON", "lat": "LAT"}, name, APPLICATIONS, faults, "")
    return shapes[0], name


def _read_parcel_file(
    path: str, datum: str | None, faults: list[Fault], notes: list[Text]
) -> tuple[Any, str]:
    """Read the one parcel of a file in the file's own system or the declared datum."""
    raw = read_raw(path, known=("wkt",), is_datum_declared=datum is not None)
    if raw.geometry is None or len(raw.cells) != 1:
        count = len(raw.cells)
        faults.append(
            Fault(
                file=raw.file,
                column="--parcel",
                problem=Text(
                    f"要的是一个地块，文件里有 {count} 行",
                    f"one parcel is wanted, the file has {count} rows",
                ),
                mend=Text(
                    "请给只含一个地块的 GeoJSON、Shapefile 或 GeoPackage；多个地块用 qxgeo sites",
                    "give a GeoJSON, Shapefile or GeoPackage with one parcel; for several use"
                    " qxgeo sites",
                ),
            )
        )
        return None, datum or "wgs84"
    name, remarks = decide_datum(raw, datum, APPLICATIONS)
    notes += remarks
    placed = place_rows(raw, positions={}, datums=[name], schema=APPLICATIONS)
    faults += placed.faults
    return placed.geometry[0], name


def _place(
    cells: Mapping[str, Sequence[object]],
    positions: Mapping[str, str],
    datum: str,
    schema: LayerSchema,
    faults: list[Fault],
    option: str,
) -> NDArray[np.object_]:
    """Place what the command line says; a fault names the option, for there is no row."""
    frame = pd.DataFrame(cells, dtype=object)
    raw = Raw(file="", cells=frame, rows=np.arange(1, len(frame) + 1))
    placed = place_rows(raw, positions=positions, datums=[datum] * len(frame), schema=schema)
    faults += [replace(fault, row=None, column=option or fault.column) for fault in placed.faults]
    blank = not placed.faults and any(shape is None for shape in placed.geometry)
    if blank:
        problem = Text("位置是空的", "the position is blank")
        mend = Text("请写经度,纬度", "write lon,lat")
        faults.append(Fault(column=option, problem=problem, mend=mend))
    return placed.geometry


def _read_entrances(
    words: Sequence[str], datum: str, faults: list[Fault]
) -> gpd.GeoDataFrame | None:
    """Read entrances, each a position and perhaps the name of its road."""
    if not words:
        return None
    parts = [re.split(r"[,，]", word.strip(), maxsplit=2) for word in words]
    short = [word for word, part in zip(words, parts, strict=True) if len(part) < 2]  # noqa: PLR2004 - a pair
    for word in short:
        problem = Text(f"“{word}”不是 经度,纬度", f'"{word}" is no lon,lat')
        mend = Text(
            "例如 --entrance 110.3089,25.2701 或 110.3089,25.2701,示例路",
            "such as --entrance 110.3089,25.2701 or 110.3089,25.2701,Road",
        )
        faults.append(Fault(column="--entrance", problem=problem, mend=mend))
    if short:
        return None
    cells = {"lon": [part[0] for part in parts], "lat": [part[1] for part in parts]}
    positions = {"lon": "lon", "lat": "lat"}
    shapes = _place(cells, positions, datum, ENTRANCES, faults, "--entrance")
    roads = [as_text(part[2]) if len(part) > 2 else None for part in parts]  # noqa: PLR2004 - after a pair
    columns = {"site_id": ["1"] * len(words), "road_name": pd.array(roads, dtype="string")}
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=4326)


def _read_answers(kind: SiteKind, words: Sequence[str], faults: list[Fault]) -> dict[str, object]:
    """Read what is said of the site's attributes."""
    known = {plain_heading(name): one for one in kind.attributes for name in _names_of(one)}
    facts: dict[str, object] = {}
    for word in words:
        name, sign, value = word.partition("=")
        attribute = known.get(plain_heading(name))
        if attribute is None or not sign:
            faults.append(_no_attribute(kind, word))
            continue
        readers: dict[str, Callable[[Any], object]] = {
            "text": as_text,
            "number": as_number,
            "flag": flag_reader(name),
        }
        facts[attribute.name] = _read_cell(
            readers[attribute.kind], value, f"--set {name.strip()}", faults
        )
    return facts


def _names_of(attribute: Attribute) -> tuple[str, ...]:
    """Give every name of an attribute."""
    return (attribute.name, attribute.title.zh, attribute.title.en, *attribute.aliases)


def _no_attribute(kind: SiteKind, word: str) -> Fault:
    """Say which attributes there are."""
    zh = "、".join(f"{one.name}（{one.title.zh}）" for one in kind.attributes) or "无"
    en = ", ".join(f"{one.name} ({one.title.en})" for one in kind.attributes) or "none"
    return Fault(
        column="--set",
        problem=Text(f"看不懂“{word}”", f'"{word}" cannot be understood'),
        mend=Text(
            f"请写 属性=值；“{kind.title.zh}”可写的属性：{zh}",
            f"write attribute=value; attributes of {kind.title.en}: {en}",
        ),
    )


def _read_cell(
    read: Callable[[Any], object], value: object, option: str, faults: list[Fault]
) -> object:
    """Read one word, or note why not."""
    try:
        return read(value)
    except CellError as error:
        faults.append(Fault(column=option, problem=error.problem, mend=error.mend))
        return None


def _tell_shift(shape: Any, datum: str) -> Text:  # noqa: ANN401 - any shapely geometry
    """Say where a position of an encrypted map lies in WGS 84."""
    at = shape.representative_point()
    where = f"{at.x:.{_DECIMALS}f}, {at.y:.{_DECIMALS}f}"
    title = _TITLES[datum]
    return Text(
        f"坐标按 {title} 给出，已换算为 WGS 84：{where}；"
        "换算按公开算法，并非官方，误差未计入位置误差",
        f"the position was given in {title} and converted to WGS 84: {where}; by the public"
        " algorithm, which is not official; its error is not counted",
    )
