"""Which column of a list says what: position, parcel, entrances, kind, attributes."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from qxgeo.errors import Fault, SchemaError, Text
from qxgeo.readers.cells import as_text
from qxgeo.readers.headings import has_positions, match_headings
from qxgeo.readers.lengths import find_other_units
from qxgeo.readers.positions import find_heading, find_headings, plain_heading
from qxgeo.schemas import APPLICATIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from qxgeo.plan import Attribute, SiteKind
    from qxgeo.readers.raw import Raw

_KIND_WORDS = ("类别", "类型", "kind", "category")  # of a site, where nobody said the kind before
_PARCELS = (
    "地块",
    "地块范围",
    "地块边界",
    "地块wkt",
    "宗地",
    "宗地范围",
    "parcel",
    "wkt",
    "geometry",
)
_WKT = re.compile(r"\s*(SRID=\d+;)?\s*(MULTI)?(POINT|POLYGON)", re.IGNORECASE)
_BRACKETS = re.compile(r"[(\[【][^)\]】]*[)\]】]")
_NUMERALS = str.maketrans({"一": "1", "二": "2", "三": "3", "四": "4", "五": "5", "六": "6"})
_ENTRANCE = re.compile(
    r"第?(?P<first>\d*)(?:个|号)?(?:车辆|机动车)?(?:出入口|entrance)(?P<middle>\d*)"
    r"(?:所|的)?(?P<what>经纬度|经度|纬度|坐标|位置|临路|道路|路名|longitude|latitude|lon|lat|road)?"
    r"(?P<last>\d*)"
)
_ROAD = re.compile(
    r"(?P<what>临路|所临道路|临街道路|开口道路|接入道路|临路名称)(?P<last>\d*)(?P<first>)(?P<middle>)"
)
_MEANINGS: dict[str | None, str] = {
    **dict.fromkeys(("经度", "lon", "longitude"), "lon"),
    **dict.fromkeys(("纬度", "lat", "latitude"), "lat"),
    **dict.fromkeys(("经纬度", "坐标", "位置"), "position"),
    None: "position",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EntranceColumns:
    """Columns of one entrance.

    Attributes
    ----------
    positions
        ``lon`` and ``lat``, or ``position``, with their headings; empty where only a road is named.
    road
        Heading of the road's name, "" where there is none.
    """

    number: int
    positions: Mapping[str, str]
    road: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """What the columns of a list say.

    Attributes
    ----------
    headings
        Columns of `schemas.APPLICATIONS` with their headings.
    positions
        As `readers.positions.find_headings` gives them; empty where the format has geometry or a
        parcel alone says where.
    parcel
        Heading of parcels as WKT, "" where there is none.
    free
        Headings that are left for the attributes of a kind.
    """

    headings: Mapping[str, str]
    positions: Mapping[str, str]
    parcel: str
    entrances: tuple[EntranceColumns, ...]
    free: tuple[str, ...]

    @property
    def of_positions(self) -> tuple[str, ...]:
        """Every heading that holds positions."""
        found = [*self.positions.values()]
        found += [one for gate in self.entrances for one in gate.positions.values()]
        return (*found, self.parcel) if self.parcel else tuple(found)


def expected_words(kinds: Iterable[SiteKind]) -> set[str]:
    """List the headings by which the header row of a list is known.

    Parameters
    ----------
    kinds
        Whose attributes may be asked for.

    Returns
    -------
    words
        Names, titles and aliases.
    """
    words = {*APPLICATIONS.columns, *_KIND_WORDS, *_PARCELS, "出入口经度", "出入口纬度", "临路"}
    words |= {alias for column in APPLICATIONS.columns.values() for alias in column.aliases}
    return words | {word for kind in kinds for one in kind.attributes for word in _words_of(one)}


def sort_columns(raw: Raw, *, is_kind_given: bool) -> Columns:
    """Find out what the columns of a list say.

    Parameters
    ----------
    raw
        The list as read.
    is_kind_given
        Whether the kind of all sites is known already; a column 类别 is then an attribute.

    Returns
    -------
    columns
        Each heading for one thing at most.

    Raises
    ------
    SchemaError
        If nothing says where the places are, several columns could, an entrance has only one of
        longitude and latitude, or a column of metres states another unit.
    """
    names = [str(heading) for heading in raw.cells.columns]
    entrances = _find_entrances(names, raw.file)
    taken = {one for gate in entrances for one in (*gate.positions.values(), gate.road)}
    rest = replace(raw, cells=raw.cells[[name for name in names if name not in taken]])
    headings, _ = match_headings(rest, APPLICATIONS, {})
    faults = find_other_units(names, {}, schema=APPLICATIONS, file=raw.file)
    if faults:
        raise SchemaError(faults)
    if "kind_word" not in headings and not is_kind_given:
        used = set(headings.values())
        words = [find_heading(word, [n for n in names if n not in used]) for word in _KIND_WORDS]
        chosen = next((word for word in words if word is not None), None)
        headings |= {} if chosen is None else {"kind_word": chosen}
    parcel = _find_parcel(rest) if raw.geometry is None else ""
    positions: dict[str, str] = {}
    without = replace(rest, cells=rest.cells.drop(columns=[parcel] if parcel else []))
    if raw.geometry is None and (not parcel or has_positions(without, {})):
        positions = find_headings(without, {})
    taken |= {*headings.values(), *positions.values(), parcel}
    return Columns(
        headings=headings,
        positions=positions,
        parcel=parcel,
        entrances=entrances,
        free=tuple(name for name in names if name not in taken),
    )


def match_attributes(kind: SiteKind, free: Iterable[str]) -> dict[str, str]:
    """Find the headings of a kind's attributes.

    Parameters
    ----------
    kind
        Names them.
    free
        Headings that say nothing else.

    Returns
    -------
    headings
        Attribute to heading, where there is one.
    """
    left, found = list(free), dict[str, str]()
    for attribute in kind.attributes:
        headings = (find_heading(word, left) for word in _words_of(attribute))
        heading = next((one for one in headings if one is not None), None)
        if heading is not None:
            found[attribute.name] = heading
            left.remove(heading)
    return found


def _words_of(attribute: Attribute) -> tuple[str, ...]:
    """Give every heading under which an attribute may stand."""
    return (attribute.name, attribute.title.zh, attribute.title.en, *attribute.aliases)


def _find_parcel(raw: Raw) -> str:
    """Find the column of parcels: its heading says so, and a cell of it is a shape."""
    for heading in map(str, raw.cells.columns):
        if plain_heading(heading) in _PARCELS and any(
            _WKT.match(as_text(cell) or "") for cell in raw.cells[heading]
        ):
            return heading
    return ""


def _find_entrances(names: list[str], file: str) -> tuple[EntranceColumns, ...]:
    """Gather the columns of each entrance by the number in their headings.

    Raises
    ------
    SchemaError
        If only one of longitude and latitude is there.
    """
    gates: dict[int, dict[str, str]] = {}
    for name in names:
        plain = _BRACKETS.sub("", plain_heading(unicodedata.normalize("NFKC", name)))
        match = _ENTRANCE.fullmatch(plain.translate(_NUMERALS)) or _ROAD.fullmatch(plain)
        if match is None:
            continue
        number = next((int(match[k]) for k in ("first", "middle", "last") if match[k]), 1)
        gates.setdefault(number, {}).setdefault(_MEANINGS.get(match["what"], "road"), name)
    faults = [
        Fault(
            file=file,
            column=gate.get("lon") or gate["lat"],
            problem=Text(
                "出入口的经度、纬度只有一列", "an entrance has a longitude or a latitude alone"
            ),
            mend=Text("请补上另一列", "add the other column"),
        )
        for gate in gates.values()
        if ("lon" in gate) != ("lat" in gate)
    ]
    if faults:
        raise SchemaError(faults)
    return tuple(
        EntranceColumns(number=number, positions=_positions(gate), road=gate.get("road", ""))
        for number, gate in sorted(gates.items())
    )


def _positions(gate: Mapping[str, str]) -> dict[str, str]:
    """Take longitude and latitude, else the column with both."""
    if "lon" in gate:
        return {"lon": gate["lon"], "lat": gate["lat"]}
    return {"position": gate["position"]} if "position" in gate else {}
