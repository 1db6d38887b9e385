"""Stretches of a row of the roads: from junction to junction, or only what lies inside."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely
import shapely.ops

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qxgeo.watering.streets import StreetGraph

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_TOUCH_M = 1.0  # less of an edge inside is the rounding of a clipped end
_SLACK = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """Edges of one row that are driven in one go.

    Attributes
    ----------
    edges
        In the order of the line.
    start_m
        Metres along the row's line at which it begins.
    length_m
        Ground metres.
    spray_from_m, spray_to_m
        What of it is to be wetted, metres from its start.
    is_parted
        Whether it is a part of what one tank cannot do.
    lonlat
        Vertices of what is to be wetted, as drawn, shape (k, 2).
    """

    edges: tuple[int, ...]
    start_m: float
    length_m: float
    spray_from_m: float
    spray_to_m: float
    is_parted: bool
    lonlat: Floats


def cut_row(
    streets: StreetGraph,
    row: int,
    pieces: NDArray[np.object_],
    *,
    is_clipped: bool,
    longest_m: float,
) -> list[Stretch]:
    """Cut what is required of a row into stretches.

    Parameters
    ----------
    streets
        Of the roads.
    row
        Of the roads.
    pieces
        Lines on that row to be kept wet, EPSG:4326; they may overlap.
    is_clipped
        Whether only the pieces are wetted; else every edge they touch is wetted whole.
    longest_m
        A longer stretch is parted: at junctions where there are some, else within the edge; then
        the cart drives the whole edge twice and sprays half of it each time.

    Returns
    -------
    stretches
        In the order of the line; none where no vehicle may drive there.
    """
    arcs = np.flatnonzero(streets.arc_row == row)
    edges = np.unique(streets.arc_edge[arcs])
    if len(edges) == 0:
        return []
    start = {int(streets.arc_edge[arc]): float(streets.arc_start_m[arc]) for arc in arcs}
    is_plain = len(edges) == 1 and not is_clipped  # the whole edge, whatever of it is inside
    inside = [[(0.0, 1.0)]] if is_plain else _inside(streets, edges, pieces)
    chosen = [
        (int(edge), low, high)
        for edge, spans in zip(edges, inside, strict=True)
        for low, high in (spans if is_clipped else _whole(streets, int(edge), spans))
    ]
    stretches: list[Stretch] = []
    for run in _runs(streets, chosen, longest_m):
        stretches += _part(streets, run, start[run[0][0]], longest_m)
    return stretches


Span = tuple[float, float]
Chosen = tuple[int, float, float]


def _whole(streets: StreetGraph, edge: int, spans: list[Span]) -> list[Span]:
    """Give the whole edge where anything of it is inside."""
    return [(0.0, float(streets.edges.length_m[edge]))] if spans else []


def _inside(streets: StreetGraph, edges: Ints, pieces: NDArray[np.object_]) -> list[list[Span]]:
    """Give the stretches of each edge that the pieces cover, joined, in metres along the edge."""
    shapes = [_shape(streets, int(edge)) for edge in edges]
    lat = np.cos(np.deg2rad(shapely.get_coordinates(shapes[0])[:, 1].mean()))

    def flatten(geometry: shapely.Geometry) -> shapely.Geometry:
        return shapely.transform(geometry, lambda lonlat: lonlat * (lat, 1.0))

    flat = [flatten(shape) for shape in shapes]
    found: list[list[Span]] = [[] for _ in edges]
    for part in (part for piece in pieces for part in shapely.get_parts(piece)):
        line = flatten(part)
        middle = shapely.line_interpolate_point(
            np.array(line, dtype=object), np.linspace(0.0, 1.0, 33), normalized=True
        )
        distance = np.stack([shapely.distance(one, middle) for one in flat])
        near = distance.argmin(axis=0)
        for number in np.unique(near):
            at = shapely.line_locate_point(flat[number], middle[near == number], normalized=True)
            length = float(streets.edges.length_m[edges[number]])
            low, high = _grown(flat[number], line, float(at.min()), float(at.max()))
            if (high - low) * length > min(_TOUCH_M, length / 2):
                found[number].append((low * length, high * length))
    return [_join(spans) for spans in found]


def _grown(
    edge: shapely.Geometry, line: shapely.Geometry, low: float, high: float
) -> tuple[float, float]:
    """Stretch what samples found to the ends of the line, and to those of the edge beyond them."""
    ends = shapely.get_point(line, [0, -1])
    at = shapely.line_locate_point(np.array(edge, dtype=object), ends, normalized=True)
    near = shapely.distance(edge, ends) <= shapely.length(edge) * _SLACK + 1e-7
    inner = at[near & (at > 0) & (at < 1)]
    return float(min([low, *inner])), float(max([high, *inner]))


def _join(spans: list[Span]) -> list[Span]:
    """Join stretches that overlap."""
    joined: list[Span] = []
    for low, high in sorted(spans):
        if joined and low <= joined[-1][1] + _TOUCH_M:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    return joined


def _shape(streets: StreetGraph, edge: int) -> shapely.Geometry:
    """Draw an edge."""
    edges = streets.edges
    return shapely.LineString(edges.lonlat[edges.first[edge] : edges.first[edge + 1]])


def _runs(streets: StreetGraph, chosen: list[Chosen], longest_m: float) -> list[list[Chosen]]:
    """Put edges that follow one another and are wetted up to where they meet into one run."""
    runs: list[list[Chosen]] = []
    edges = streets.edges
    for one in chosen:
        edge, low, high = one
        if runs:
            last, _, last_high = runs[-1][-1]
            meets = last != edge and edges.end[last] == edges.start[edge]
            is_full = last_high >= edges.length_m[last] - _TOUCH_M and low <= _TOUCH_M
            total = sum(to - start for _, start, to in runs[-1]) + high - low
            ways, last_ways = (np.array(streets.arcs_of_edge(each)) < 0 for each in (edge, last))
            is_alike = bool((ways == last_ways).all()) and _leads_on(streets, last, edge)
            if meets and is_full and is_alike and total <= longest_m:
                runs[-1].append(one)
                continue
        runs.append([one])
    return runs


def _leads_on(streets: StreetGraph, last: int, edge: int) -> bool:
    """Tell whether one may drive from an edge into the next, either way that is open."""
    (out, back), (on, before) = (streets.arcs_of_edge(one) for one in (last, edge))
    pairs = [(first, second) for first, second in ((out, on), (before, back)) if first >= 0]
    return all(np.isfinite(streets.turn_s(first, second)) for first, second in pairs)


def _part(
    streets: StreetGraph, run: list[Chosen], start_m: float, longest_m: float
) -> list[Stretch]:
    """Part a run that is longer than allowed; it is one edge then."""
    edges = tuple(edge for edge, _, _ in run)
    length = float(streets.edges.length_m[list(edges)].sum())
    before_last = length - float(streets.edges.length_m[edges[-1]])
    low, high = run[0][1], before_last + run[-1][2]
    count = max(1, int(np.ceil((high - low) / longest_m - _SLACK)))
    marks = np.linspace(low, high, count + 1)
    line = np.concatenate([shapely.get_coordinates(_shape(streets, edge)) for edge in edges])
    shape = shapely.LineString(line)
    return [
        Stretch(
            edges=edges,
            start_m=start_m,
            length_m=length,
            spray_from_m=float(begin),
            spray_to_m=float(end),
            is_parted=count > 1,
            lonlat=shapely.get_coordinates(
                shapely.ops.substring(shape, begin / length, end / length, normalized=True)
            ),
        )
        for begin, end in pairwise(marks)
    ]
