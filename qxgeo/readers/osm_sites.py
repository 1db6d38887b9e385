"""Premises, schools, waters and other places from OpenStreetMap files, by their tags."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import geopandas as gpd
import osmium
import pandas as pd
import shapely

from qxgeo.errors import Fault, InputError, Text
from qxgeo.readers.osm import BBox, check_bbox, check_file, check_no_history, reading
from qxgeo.readers.osm_sections import ATTRIBUTION, keep_reaching
from qxgeo.readers.result import ReadResult
from qxgeo.vocabulary import Status

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from osmium.osm.types import TagList

TagChoice = list[str] | Literal[True]

_ADDRESS_KEYS = (
    "addr:province", "addr:city", "addr:district", "addr:street", "addr:housenumber",
)  # fmt: skip
_MIN_RING_NODES = 4


@dataclass(slots=True)
class _Places:
    """Places as they come from the stream, and the areas that ought to come."""

    rows: list[dict[str, object]] = field(default_factory=list)
    shapes: list[shapely.Geometry] = field(default_factory=list)
    expected_areas: set[str] = field(default_factory=set)
    open_lines: int = 0

    def add(self, site_id: str, tags: TagList, keys: tuple[str, ...], shape: str) -> None:
        """Append one place, its shape as hexadecimal WKB."""
        self.shapes.append(shapely.from_wkb(shape))
        self.rows.append(
            {
                "site_id": site_id,
                "name": tags.get("name") or tags.get("name:zh"),
                "status": str(Status.EXISTING),
                "address": _address(tags),
                **{key: tags.get(key) for key in keys},
            }
        )

    def lost_areas(self) -> list[str]:
        """Give the ids of areas whose rings could not be closed."""
        return sorted(self.expected_areas - {str(row["site_id"]) for row in self.rows})


def read_osm_sites(
    path: str | Path, *, tags: Mapping[str, TagChoice], bbox: BBox | None = None
) -> ReadResult:
    """Read places that carry any of the given tags, each in the shape it was mapped in.

    Parameters
    ----------
    path
        OpenStreetMap file, see `osm.read_osm_roads`.
    tags
        Values wanted per key, or True for every value but ``no``; one match is enough.
        Example: ``{"amenity": ["fuel"], "shop": ["car_repair"]}``.
    bbox
        West, south, east, north in degrees, EPSG:4326. Places that touch it are kept whole.

    Returns
    -------
    result
        EPSG:4326, ordered by ``site_id`` (``n``, ``w`` or ``r`` for node, way, relation, then the
        number); columns of `schemas.SITES` and one per key of `tags`; points, and polygons where
        the grounds are mapped, so that a distance is measured to the fence. ``status`` is
        ``existing``. The table may be empty: nobody mapped such a place there.

    Raises
    ------
    ReadError
        If the file is missing, broken or truncated.
    InputError
        If `tags` names nothing or `bbox` is no box.
    """
    return _read_places(path, tags=tags, bbox=bbox, with_points=True)


def read_osm_areas(
    path: str | Path, *, tags: Mapping[str, TagChoice], bbox: BBox | None = None
) -> ReadResult:
    """Read polygons that carry any of the given tags, such as farmland or water.

    Parameters
    ----------
    path
        OpenStreetMap file, see `osm.read_osm_roads`.
    tags
        Values wanted per key, or True for every value but ``no``; one match is enough.
    bbox
        West, south, east, north in degrees, EPSG:4326. Areas that touch it are kept whole.

    Returns
    -------
    result
        As of `read_osm_sites`, polygons and multipolygons only.

    Raises
    ------
    ReadError
        If the file is missing, broken or truncated.
    InputError
        If `tags` names nothing or `bbox` is no box.
    """
    return _read_places(path, tags=tags, bbox=bbox, with_points=False)


def _read_places(
    path: str | Path, *, tags: Mapping[str, TagChoice], bbox: BBox | None, with_points: bool
) -> ReadResult:
    """Stream through the file, twice for its areas, and make a table."""
    _check_tags(tags)
    source = check_file(path)
    area = check_bbox(bbox) if bbox is not None else None
    check_no_history(source)
    with reading(source):
        places = _collect_places(source, tags, with_points=with_points)
    columns = ["site_id", "name", "status", "address", *tags]
    table = pd.DataFrame(places.rows, columns=columns).astype("string")
    frame = gpd.GeoDataFrame(table, geometry=places.shapes, crs="EPSG:4326")
    frame = frame.sort_values("site_id", ignore_index=True)
    if area is not None:
        frame = keep_reaching(frame, area)
    summary = Text(
        f"{source.name}：按标签读入 {len(frame)} 处", f"{source.name}: {len(frame)} places by tag"
    )
    return ReadResult(frame, (ATTRIBUTION, summary, *_notes(places)))


def _check_tags(tags: Mapping[str, TagChoice]) -> None:
    """Refuse a choice that can match nothing.

    Raises
    ------
    InputError
        If no key, or no value of a key, is wanted.
    """
    empty = [key for key, choice in tags.items() if not key or not choice]
    if tags and not empty:
        return
    raise InputError(
        Fault(
            column=", ".join(empty) or "tags",
            problem=Text("没有说明要哪些标签", "it is not said which tags are wanted"),
            mend=Text(
                '写成 {"amenity": ["fuel"]} 或 {"shop": True}',
                'write {"amenity": ["fuel"]} or {"shop": True}',
            ),
        )
    )


def _collect_places(
    source: Path, choices: Mapping[str, TagChoice], *, with_points: bool
) -> _Places:
    """Take matching nodes and areas from the stream; count matching lines."""
    keys = tuple(choices)
    wanted = osmium.filter.KeyFilter(*keys)
    factory = osmium.geom.WKBFactory()
    places = _Places()
    for thing in osmium.FileProcessor(source).with_areas(wanted).with_filter(wanted):
        if not _matches(thing.tags, choices):
            continue
        if isinstance(thing, osmium.osm.Node):
            if with_points and thing.location.valid():
                places.add(f"n{thing.id}", thing.tags, keys, factory.create_point(thing))
        elif isinstance(thing, osmium.osm.Area):
            if thing.num_rings() != (0, 0):
                places.add(_area_id(thing), thing.tags, keys, factory.create_multipolygon(thing))
        elif isinstance(thing, osmium.osm.Relation):
            if thing.tags.get("type") in {"multipolygon", "boundary"}:
                places.expected_areas.add(f"r{thing.id}")
        elif isinstance(thing, osmium.osm.Way) and _is_ring(thing):
            places.expected_areas.add(f"w{thing.id}")
        else:
            places.open_lines += 1
    places.shapes = [_unwrap(shape) for shape in places.shapes]
    return places


def _matches(tags: TagList, choices: Mapping[str, TagChoice]) -> bool:
    """Whether one tag is among those wanted; several values of a key stand between semicolons."""
    for key, choice in choices.items():
        value = tags.get(key)
        if value is None:
            continue
        if choice is True:
            if value != "no":
                return True
        elif not set(choice).isdisjoint(part.strip() for part in value.split(";")):
            return True
    return False


def _is_ring(way: osmium.osm.Way) -> bool:
    """Whether a way bounds an area: closed, of at least a triangle, and not said to be a line."""
    nodes = way.nodes
    is_closed = len(nodes) >= _MIN_RING_NODES and nodes[0].ref == nodes[-1].ref
    return is_closed and way.tags.get("area") != "no"


def _area_id(area: osmium.osm.Area) -> str:
    """Name an area after the way or relation that bounds it."""
    return f"{'w' if area.from_way() else 'r'}{area.orig_id()}"


def _unwrap(shape: shapely.Geometry) -> shapely.Geometry:
    """Give a multipolygon of one part as a polygon."""
    parts = shapely.get_parts(shape)
    return parts[0] if len(parts) == 1 else shape


def _address(tags: TagList) -> str | None:
    """Join the parts of an address in the Chinese order, largest first."""
    joined = "".join(tags[key] for key in _ADDRESS_KEYS if key in tags)
    return tags.get("addr:full") or joined or None


def _notes(places: _Places) -> tuple[Text, ...]:
    """Say what matched and could not be taken."""
    notes = []
    if lost := places.lost_areas():
        listed = ", ".join(lost[:10])
        notes.append(
            Text(
                f"{len(lost)} 个面的边界不闭合或缺节点，未读入：{listed}",
                f"{len(lost)} areas have open or incomplete rings and are left out: {listed}",
            )
        )
    if places.open_lines:
        notes.append(
            Text(
                f"{places.open_lines} 条线带有所选标签，但不是场所，未读入",
                f"{places.open_lines} lines carry the tags but are no places and are left out",
            )
        )
    return tuple(notes)
