"""Cut lines and polygons at territory lines so that every metre has exactly one owner.

Territory edges and road segments are both straight in longitude and latitude, so the plane of
degrees is the exact place to cut; only lengths and areas need the ellipsoid.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from qxgeo.geodesy.compiled import find_loops, in_threads
from qxgeo.geodesy.intervals import STEPS, Intervals, to_steps
from qxgeo.geodesy.shares import cut_shares
from qxgeo.geodesy.territories import Territories, usable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qxgeo.geodesy.lines import Lines

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

NOWHERE = -1
TOUCH = 1e-11  # of a segment: this near its end it still meets an edge; a cut too many does no harm
_EPSILON = 2.0**-52  # of places beyond `MOST_VERTICES`, which a double does not hold exactly
PARALLEL = 1e-12  # sine of the angle below which a segment also counts as running along an edge
_PARTS_AT_ONCE = 50_000
# A district has fewer: there each is cut out of what the others left, as it always was. The other
# way rounds corners otherwise, which is enough to give a patrol other cells.
_MANY_POLYGONS = 100


def partition_lines(
    lines: Lines,
    polygons: NDArray[np.object_] | Territories,
    *,
    among: Intervals | None = None,
) -> Intervals:
    """Cut lines at polygon edges.

    Parameters
    ----------
    lines
        Roads: one or ten million.
    polygons
        Territories, EPSG:4326, shape (m,); empty and missing ones hold nothing. Where they
        overlap or share an edge the first one holds. Who cuts many times by the same ones prepares
        them once, as `Territories`.
    among
        Stretches that matter; the parts they do not name are left out. All by default.

    Returns
    -------
    stretches
        They cover each part from end to end without overlap; `label` is the index of the polygon,
        -1 outside all. Sorted by part and start.
    """
    territories = polygons if isinstance(polygons, Territories) else Territories(polygons)
    named = np.ones(len(lines.part_line), dtype=bool)
    if among is not None:
        named[:] = False
        named[among.part] = True
    part = np.flatnonzero(named)
    loops, cells = (find_loops(name, size=lines.work_size) for name in ("partition", "cells"))
    if loops is None or cells is None or len(territories.numbers) == 0:
        several = [
            _partition(lines, part[a : a + _PARTS_AT_ONCE], territories)
            for a in range(0, len(part), _PARTS_AT_ONCE)
        ]
        return Intervals.concatenate(several)
    grid = territories.grid(cells)
    pieces = in_threads(
        len(part), lambda begin, end: loops.cut(lines.lonlat, lines.first, part, begin, end, *grid)
    )
    owner, start, end, label, is_hard = (np.concatenate(c) for c in zip(*pieces, strict=True))
    held = label != NOWHERE
    label[held] = territories.numbers[label[held]]
    hard = _partition(lines, part[is_hard], territories)
    return Intervals.concatenate([Intervals(owner, start, end, label), hard]).in_order()


def shortest_cut(place: Any) -> Any:  # noqa: ANN401 - a number or an array, plain or compiled
    """Give the least gap between two cuts: what rounding leaves of one, of a segment."""
    return np.maximum(1.5 / STEPS, _EPSILON * place)


def _partition(lines: Lines, part: Ints, territories: Territories) -> Intervals:
    """Cut parts by whole arrays, with exact predicates."""
    if len(part) == 0:
        return Intervals.concatenate([])
    whole = lines.everywhere().take(part)
    numbers, polygons, tree = territories.numbers, territories.polygons, territories.tree
    strings = lines.strings(part)
    # The first polygon that holds a part completely labels it, if no other one touches the part.
    row, column = tree.query(strings, predicate="intersects")
    touching = np.bincount(row, minlength=len(strings))
    label = np.full(len(strings), NOWHERE, dtype=np.int64)
    alone = touching[row] == 1
    asked, candidate = np.unique(column[alone], return_inverse=True)
    within = shapely.covers(_prepare_copies(polygons[asked])[candidate], strings[row[alone]])
    label[row[alone][within]] = numbers[column[alone][within]]
    is_simple = (touching == 0) | (label != NOWHERE)
    simple = Intervals(
        whole.part[is_simple], whole.start[is_simple], whole.end[is_simple], label[is_simple]
    )
    met = np.unique(column[~is_simple[row]])
    cut = _cut(lines, whole.take(~is_simple), territories, met)
    return Intervals.concatenate([simple, cut]).in_order()


def _prepare_copies(polygons: NDArray[np.object_]) -> NDArray[np.object_]:
    """Prepare copies, which no other thread sees.

    GEOS lays the indices of a prepared shape when it is first asked, so two threads that ask at
    once end the program; and whoever has the same shape asks the prepared one without knowing.
    """
    copies = np.asarray(shapely.from_wkb(shapely.to_wkb(polygons)), dtype=object)
    shapely.prepare(copies)
    return copies


def partition_polygons(
    subjects: NDArray[np.object_], polygons: NDArray[np.object_]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.object_]]:
    """Cut polygons at territory lines.

    Parameters
    ----------
    subjects
        Polygons to cut, EPSG:4326, shape (n,).
    polygons
        Territories, shape (m,); where they overlap the first one holds.

    Returns
    -------
    subject, label, piece
        One entry per piece with an area: index of the subject, index of the polygon (-1 outside
        all) and geometry. Sorted by subject, then label with -1 last.
    """
    rest = np.asarray(subjects, dtype=object).copy()
    owner: list[Ints] = []
    labels: list[Ints] = []
    pieces: list[NDArray[np.object_]] = []

    def keep(rows: Ints, label: Ints | np.int64, cut: NDArray[np.object_]) -> None:
        has_area = shapely.area(cut) > 0
        owner.append(rows[has_area])
        labels.append(np.broadcast_to(label, rows.shape)[has_area])
        pieces.append(_polygonal(cut[has_area]))

    numbers = usable(polygons)
    if len(numbers) > _MANY_POLYGONS:
        row, which, share, rest = cut_shares(rest, np.asarray(polygons, dtype=object)[numbers])
        keep(row, numbers[which], share)
    else:
        for number in numbers:
            rows = np.flatnonzero(shapely.intersects(rest, polygons[number]))
            keep(rows, number, shapely.intersection(rest[rows], polygons[number]))
            rest[rows] = shapely.difference(rest[rows], polygons[number])
    keep(np.arange(len(rest)), np.int64(NOWHERE), rest)
    subject, label = np.concatenate(owner), np.concatenate(labels)
    order = np.lexsort((np.where(label == NOWHERE, np.iinfo(np.int64).max, label), subject))
    return subject[order], label[order], np.concatenate(pieces)[order]


def _polygonal(array: NDArray[np.object_]) -> NDArray[np.object_]:
    """Drop the points and lines in which polygons merely touch."""
    mixed = shapely.get_type_id(array) == shapely.GeometryType.GEOMETRYCOLLECTION
    for number in np.flatnonzero(mixed):
        parts = shapely.get_parts(array[number])
        array[number] = shapely.multipolygons(
            shapely.get_parts(parts[shapely.get_dimensions(parts) == 2])  # noqa: PLR2004 - areas
        )
    return array


def _cut(lines: Lines, whole: Intervals, territories: Territories, met: Ints) -> Intervals:
    """Cut parts at the edges of polygons they meet, and label the stretches by their middles."""
    if len(whole) == 0:
        return whole
    sizes = (whole.end - whole.start).astype(np.int64)
    row = np.repeat(np.arange(len(whole)), sizes)
    offset = np.arange(len(row)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    vertex = whole.start[row].astype(np.int64) + offset
    begin, finish = lines.lonlat[vertex], lines.lonlat[vertex + 1]
    which, fraction = _crossings(begin, finish, territories.edges(met)[0])
    place = np.concatenate((whole.start, whole.end, vertex[which] + to_steps(fraction)))
    owner = np.concatenate((np.arange(len(whole)), np.arange(len(whole)), row[which]))
    order = np.lexsort((place, owner))
    place, owner = place[order], owner[order]
    fresh = np.ones(len(place), dtype=bool)
    fresh[1:] = (owner[1:] != owner[:-1]) | (place[1:] - place[:-1] > shortest_cut(place[1:]))
    place, owner = place[fresh], owner[fresh]
    is_last = np.append(owner[1:] != owner[:-1], True)
    place[is_last] = whole.end[owner[is_last]]  # a cut a hair before the end gives way to it
    left = np.flatnonzero(owner[1:] == owner[:-1])
    start, end, owner = place[left], place[left + 1], owner[left]
    middle = (start + end) / 2
    before = np.minimum(np.floor(middle), np.ceil(end) - 1).astype(np.int64)
    points = np.asarray(shapely.points(lines.position(middle, before)), dtype=object)
    hit, column = territories.tree.query(points, predicate="intersects")
    label = np.full(len(points), np.iinfo(np.int64).max)
    np.minimum.at(label, hit, territories.numbers[column])
    label[label == np.iinfo(np.int64).max] = NOWHERE
    return _join(Intervals(whole.part[owner], start, end, label))


def _join(pieces: Intervals) -> Intervals:
    """Join neighbours that have the same label."""
    same = np.zeros(len(pieces), dtype=bool)
    same[1:] = (
        (pieces.part[1:] == pieces.part[:-1])
        & (pieces.label[1:] == pieces.label[:-1])
        & (pieces.start[1:] == pieces.end[:-1])
    )
    first = np.flatnonzero(~same)
    last = np.append(first[1:], len(pieces)) - 1
    return Intervals(pieces.part[first], pieces.start[first], pieces.end[last], pieces.label[first])


def _crossings(begin: Floats, finish: Floats, edges: Floats) -> tuple[Ints, Floats]:
    """Where segments meet polygon edges: index of the segment and the fraction walked.

    A segment that runs along an edge is cut where the edge begins and ends.
    """
    edge_from, edge_to = edges[:, :2], edges[:, 2:]
    boxes = _boxes(edge_from, edge_to)
    mine = _boxes(begin, finish)
    segment, other = shapely.STRtree(boxes).query(mine)
    step, edge_step = (finish - begin)[segment], (edge_to - edge_from)[other]
    gap = edge_from[other] - begin[segment]
    turn = _cross(step, edge_step)
    with np.errstate(divide="ignore", invalid="ignore"):
        along = _cross(gap, edge_step) / turn
        along_edge = _cross(gap, step) / turn
    meets = (np.abs(along - 0.5) <= 0.5 + TOUCH) & (np.abs(along_edge - 0.5) <= 0.5 + TOUCH)
    length2 = np.maximum((step * step).sum(axis=1), 1e-300)
    parallel = np.abs(turn) <= PARALLEL * length2
    found, fraction = [segment[meets]], [np.clip(along[meets], 0.0, 1.0)]
    for corner_gap in (gap[parallel], gap[parallel] + edge_step[parallel]):
        at = (corner_gap * step[parallel]).sum(axis=1) / length2[parallel]
        inside = (at > 0) & (at < 1)
        found.append(segment[parallel][inside])
        fraction.append(at[inside])
    return np.concatenate(found), np.concatenate(fraction)


def _boxes(first: Floats, last: Floats) -> NDArray[np.object_]:
    """Bounding boxes of segments."""
    return np.asarray(
        shapely.box(*np.minimum(first, last).T, *np.maximum(first, last).T), dtype=object
    )


def _cross(first: Floats, second: Floats) -> Floats:
    """Cross product of plane vectors, row by row."""
    return np.asarray(first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0])
