"""OpenStreetMap ways become road sections: road between intersections.

A way is cut at every inner node that another road, or the way itself, passes through too. Foot and
cycle paths do not cut a carriageway, else each zebra crossing would end a section. Everything
works on flat arrays, so a province of roads takes seconds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from qxgeo.errors import Text
from qxgeo.readers.cells import AGAINST

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

ATTRIBUTION = Text(
    "道路数据 © OpenStreetMap 贡献者，按开放数据库许可（ODbL 1.0）提供",
    "© OpenStreetMap contributors, ODbL 1.0",
)

# Ways for people on foot, bicycle or horse. They are read only when asked for by name.
PATH_CLASSES = frozenset(
    {"bridleway", "corridor", "cycleway", "footway", "path", "steps", "via_ferrata"}
)
# Values of `highway` that are no road in use, or no road at all.
NOT_ROADS = frozenset(
    {
        "abandoned", "bus_stop", "construction", "crossing", "dismantled", "elevator", "no",
        "planned", "platform", "proposed", "razed", "rest_area", "services", "street_lamp",
    }
)  # fmt: skip

WAY_KEYS = (
    "access", "area", "highway", "hgv", "junction", "lanes", "maxspeed", "name", "name:zh",
    "oneway", "ref", "smoothness", "surface", "tunnel",
)  # fmt: skip

_EXTRA_KEYS = ("ref", "maxspeed", "lanes", "access")  # handed on as they are
# Letters of road numbers after GB/T 917 and the administrative grade each stands for.
_GRADES = {"G": "国道", "S": "省道", "X": "县道", "Y": "乡道", "C": "村道"}
_NUMBER = re.compile(r"\s*([GSXYC])\d{1,4}(?![0-9A-Za-z])")
_ONEWAY_YES = frozenset({"yes", "true", "1", "-1", "reverse"})
_ONEWAY_NO = frozenset({"no", "false", "0", "reversible", "alternating"})
_TRUCKS_YES = frozenset({"yes", "designated", "permissive"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """Ways of OpenStreetMap as flat arrays.

    Attributes
    ----------
    way_ids
        One id per way, any order; of equal ids the last one counts.
    sizes
        Number of nodes per way, in the same order.
    node_ids
        Ids of the nodes of all ways, one way after the other.
    lonlat
        Shape (nodes, 2), degrees WGS 84; NaN where the position is not known.
    tags
        The tags of each way.
    """

    way_ids: NDArray[np.int64]
    sizes: NDArray[np.int64]
    node_ids: NDArray[np.int64]
    lonlat: NDArray[np.float64]
    tags: Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Losses:
    """What of the ways could not be drawn.

    Attributes
    ----------
    cut_ways
        Ways with nodes that have no position.
    unknown_nodes
        How many such nodes.
    without_length
        Sections of no length.
    """

    cut_ways: int = 0
    unknown_nodes: int = 0
    without_length: int = 0

    def notes(self) -> tuple[Text, ...]:
        """Say it."""
        notes = []
        if self.cut_ways:
            notes.append(
                Text(
                    f"{self.cut_ways} 条道路有 {self.unknown_nodes} 个节点在文件中没有坐标"
                    "（多在截取范围边缘），只保留有坐标的部分",
                    f"{self.cut_ways} ways have {self.unknown_nodes} nodes without a position in "
                    "the file (mostly at the edge of an extract); the parts with positions are "
                    "kept",
                )
            )
        if count := self.without_length:
            zh = f"{count} 个路段长度为零，已略去"
            notes.append(Text(zh, f"{count} sections of no length are left out"))
        return tuple(notes)


@dataclass(frozen=True, slots=True)
class _Nodes:
    """Nodes of the sorted ways, without immediate repetitions."""

    ids: NDArray[np.int64]
    way: NDArray[np.intp]
    position: NDArray[np.int64]  # from 1, as the way counts its nodes
    lonlat: NDArray[np.float64]


def skip_reason(tags: Mapping[str, str], *, with_paths: bool) -> str:
    """Say why a way with a ``highway`` tag is no road, empty where it is one.

    Parameters
    ----------
    tags
        Tags of the way.
    with_paths
        Whether foot and cycle paths are wanted.

    Returns
    -------
    reason
        ``area`` for squares, the value of ``highway`` for classes left out, else empty.
    """
    road_class = tags["highway"]
    if tags.get("area", "no") not in {"no", "0", "false"}:
        return "area"
    if road_class in NOT_ROADS or (road_class in PATH_CLASSES and not with_paths):
        return road_class
    return ""


def build_sections(
    ways: Ways, *, highway: Collection[str] | None = None
) -> tuple[gpd.GeoDataFrame, tuple[Text, ...]]:
    """Cut ways at intersections and describe each section.

    Intersections are found among all ways given, also those that `highway` leaves out, so that
    the same section has the same id whichever classes are asked for.

    Parameters
    ----------
    ways
        Roads, and paths where they are wanted.
    highway
        Road classes to keep, None for all.

    Returns
    -------
    sections
        EPSG:4326, columns of `schemas.ROADS`, then ``osm_id``, ``ref``, ``maxspeed``, ``lanes``,
        ``access``; ordered by way and place along it, range index. ``section_id`` is ``w<way>``
        for a way that is not cut, else ``w<way>.<n>`` where n is the number of the section's
        first node along the way, which stays when the way is cut elsewhere too.
    notes
        What was left out, with counts.
    """
    sections, losses = cut_sections(ways, highway=highway)
    return sections, losses.notes()


def cut_sections(
    ways: Ways,
    *,
    highway: Collection[str] | None = None,
    crossings: NDArray[np.int64] | None = None,
) -> tuple[gpd.GeoDataFrame, Losses]:
    """Cut some of the ways of a file, as `build_sections` cuts all of them.

    Parameters
    ----------
    ways
        Roads, and paths where they are wanted; each id once in the whole file.
    highway
        Road classes to keep, None for all.
    crossings
        Ids of the nodes at which roads are cut, ascending; found among `ways` where it is None.

    Returns
    -------
    sections
        As of `build_sections`.
    losses
        What was left out.
    """
    nodes, order = _sort_nodes(ways)
    tags = [ways.tags[i] for i in order]
    is_path = np.array([tag["highway"] in PATH_CLASSES for tag in tags], dtype=bool)
    is_crossing = (
        _find_intersections(nodes, is_path)
        if crossings is None
        else np.isin(nodes.ids, crossings, assume_unique=False)
    )
    starts, sizes = _cut(nodes, is_crossing)
    geometry = _draw(nodes, starts, sizes)
    has_length = shapely.length(geometry) > 0
    way = nodes.way[starts]
    # oneway=-1: traffic runs against the way's direction; here every one-way line is drawn with it.
    is_against = np.array([tag.get("oneway") in AGAINST for tag in tags], dtype=bool)[way]
    geometry[is_against] = shapely.reverse(geometry[is_against])
    table = _describe(tags, np.asarray(ways.way_ids)[order], way)
    table.insert(0, "section_id", _name_sections(nodes, starts, sizes, table["osm_id"].to_numpy()))
    sections = gpd.GeoDataFrame(table, geometry=geometry, crs="EPSG:4326")
    keep = has_length
    if highway is not None:
        keep = keep & table["road_class"].isin(list(highway)).to_numpy(dtype=bool)
    return sections[keep].reset_index(drop=True), _count_losses(nodes, has_length)


def list_passes(ways: Ways) -> NDArray[np.int64]:
    """List the nodes that ways pass, each as often as it is passed.

    Parameters
    ----------
    ways
        Roads.

    Returns
    -------
    node_ids
        Without immediate repetitions; a node that is listed twice is an intersection.
    """
    return _sort_nodes(ways)[0].ids


def keep_reaching(sections: gpd.GeoDataFrame, area: shapely.Geometry) -> gpd.GeoDataFrame:
    """Keep the sections that touch an area, each whole.

    Parameters
    ----------
    sections
        EPSG:4326.
    area
        Polygon in lon/lat, EPSG:4326.

    Returns
    -------
    sections
        Rows that have at least one point in common with the area, new range index.
    """
    shapely.prepare(area)
    touches = shapely.intersects(area, sections.geometry.to_numpy())
    return sections[touches].reset_index(drop=True)


def _sort_nodes(ways: Ways) -> tuple[_Nodes, NDArray[np.intp]]:
    """Order ways by id, keep the last of equal ids, and drop immediate repetitions of a node."""
    stable = np.argsort(ways.way_ids, kind="stable")
    sorted_ids = ways.way_ids[stable]
    order = stable[np.append(sorted_ids[1:] != sorted_ids[:-1], values=True)[: len(stable)]]
    sizes = ways.sizes[order]
    first = (np.cumsum(ways.sizes) - ways.sizes)[order]
    local = _count_within(sizes)
    source = np.repeat(first, sizes) + local
    way = np.repeat(np.arange(len(order)), sizes)
    ids = ways.node_ids[source]
    is_new = np.ones(len(ids), dtype=bool)
    is_new[1:] = (ids[1:] != ids[:-1]) | (way[1:] != way[:-1])
    nodes = _Nodes(ids[is_new], way[is_new], local[is_new] + 1, ways.lonlat[source[is_new]])
    return nodes, order


def _count_within(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count 0, 1, 2... anew within each run of the given size."""
    return np.arange(sizes.sum(), dtype=np.int64) - np.repeat(np.cumsum(sizes) - sizes, sizes)


def _find_intersections(nodes: _Nodes, is_path: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Mark nodes that are passed more than once: by roads for a road, by anything for a path."""
    _, inverse = np.unique(nodes.ids, return_inverse=True)
    on_path = is_path[nodes.way]
    passes = np.bincount(inverse)[inverse] if len(inverse) else inverse
    road_passes = np.bincount(inverse, weights=~on_path)[inverse] if len(inverse) else inverse
    return np.asarray(np.where(on_path, passes, road_passes) > 1, dtype=bool)


def _is_unknown(nodes: _Nodes) -> NDArray[np.bool_]:
    """Mark nodes without a position."""
    return np.asarray(np.isnan(nodes.lonlat).any(axis=1), dtype=bool)


def _cut(
    nodes: _Nodes, is_intersection: NDArray[np.bool_]
) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Give each section's first node and number of nodes."""
    is_known = ~_is_unknown(nodes)
    has_next = np.zeros(len(nodes.ids), dtype=bool)
    has_next[:-1] = (nodes.way[1:] == nodes.way[:-1]) & is_known[1:] & is_known[:-1]
    steps = np.flatnonzero(has_next)
    continues = np.zeros(len(steps), dtype=bool)
    continues[1:] = (np.diff(steps) == 1) & ~is_intersection[steps[1:]]
    at = np.flatnonzero(~continues)
    return steps[at], np.diff(np.append(at, len(steps))).astype(np.int64) + 1


def _draw(nodes: _Nodes, starts: NDArray[np.intp], sizes: NDArray[np.int64]) -> NDArray[np.object_]:
    """Make all lines in one call."""
    if not len(starts):
        return np.empty(0, dtype=object)
    source = np.repeat(starts, sizes) + _count_within(sizes)
    lines = shapely.linestrings(
        nodes.lonlat[source], indices=np.repeat(np.arange(len(starts)), sizes)
    )
    return np.asarray(lines, dtype=object)


def _name_sections(
    nodes: _Nodes,
    starts: NDArray[np.intp],
    sizes: NDArray[np.int64],
    way_ids: NDArray[np.int64],
) -> list[str]:
    """Give whole ways their own id and parts the number of their first node behind it."""
    per_way = np.bincount(nodes.way)
    is_whole = sizes == per_way[nodes.way[starts]]
    positions = nodes.position[starts]
    return [
        f"w{way_id}" if whole else f"w{way_id}.{position}"
        for way_id, whole, position in zip(way_ids, is_whole, positions, strict=True)
    ]


def _describe(
    tags: Sequence[Mapping[str, str]], way_ids: NDArray[np.int64], way: NDArray[np.intp]
) -> pd.DataFrame:
    """Translate the tags of each way into the columns of a section."""
    columns = {
        "name": _text([tag.get("name") or tag.get("name:zh") for tag in tags]),
        "road_class": _text([tag["highway"] for tag in tags]),
        "official_grade": _text([_official_grade(tag.get("ref", "")) for tag in tags]),
        "surface": _text([tag.get("surface") for tag in tags]),
        "smoothness": _text([tag.get("smoothness") for tag in tags]),
        "heavy_truck": pd.array([_heavy_truck(tag) for tag in tags], dtype="boolean"),
        "is_oneway": pd.array([_is_oneway(tag) for tag in tags], dtype="boolean"),
        "is_tunnel": pd.array([_is_tunnel(tag) for tag in tags], dtype="boolean"),
        "osm_id": way_ids,
        **{key: _text([tag.get(key) for tag in tags]) for key in _EXTRA_KEYS},
    }
    return pd.DataFrame(columns).iloc[way].reset_index(drop=True)


def _text(values: Sequence[str | None]) -> pd.api.extensions.ExtensionArray:
    """Give texts as a column in which missing is missing, not an empty word."""
    return pd.array(list(values), dtype="string")


def _heavy_truck(tags: Mapping[str, str]) -> bool | None:
    """Read ``hgv``: allowed, forbidden, or None where it is conditional or not said."""
    value = tags.get("hgv")
    return True if value in _TRUCKS_YES else False if value == "no" else None


def _is_oneway(tags: Mapping[str, str]) -> bool:
    """Read ``oneway``; motorways and roundabouts are one-way where it is not said."""
    value = tags.get("oneway", "")
    if value in _ONEWAY_YES or value in _ONEWAY_NO:
        return value in _ONEWAY_YES
    return tags["highway"] == "motorway" or tags.get("junction") in {"roundabout", "circular"}


def _is_tunnel(tags: Mapping[str, str]) -> bool:
    """Read ``tunnel``: any value but a denial, building passages included."""
    return tags.get("tunnel", "no") not in {"no", "false", "0"}


def _official_grade(ref: str) -> str | None:
    """Read the administrative grade from road numbers, the highest of several (``G72;S22``)."""
    letters = {found[1] for part in ref.split(";") if (found := _NUMBER.match(part))}
    return next((grade for letter, grade in _GRADES.items() if letter in letters), None)


def _count_losses(nodes: _Nodes, has_length: NDArray[np.bool_]) -> Losses:
    """Count what could not be drawn."""
    is_unknown = _is_unknown(nodes)
    return Losses(
        cut_ways=len(np.unique(nodes.way[is_unknown])),
        unknown_nodes=int(is_unknown.sum()),
        without_length=int((~has_length).sum()),
    )
