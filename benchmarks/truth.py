"""The true length of roads inside the discs: dense Karney geodesics, and nothing of qxgeo.

A road is straight in longitude and latitude between its vertices. For every segment and station
that may meet, the distance of both ends (inverse geodesic, pyproj) decides by the triangle
inequality: wholly inside, out of reach, or too near to the circle to say. What is too near is
sampled every metre and where it comes nearest to each station, each change of side is bisected to
a nanometre, and lengths are sums of geodesics between samples.

``python benchmarks/truth.py FOLDER --radius-m R --roads N`` prints the sum over N roads, drawn
evenly, that of qxgeo's kernel over the same roads, and the kernel's over all.
"""

from __future__ import annotations

import argparse
import json
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

STEP_M = 1.0
HALVINGS = 40  # of a metre: a picometre, below what an inverse geodesic resolves
THIRDS = 40  # of two metres: 0.2 micrometres, beside which the distance is level
SEGMENTS_AT_ONCE = 200_000
DEGREES_PER_METRE = 1 / 110_500.0  # of latitude, the largest


def main() -> int:
    """Measure a sample of roads both ways and print the sums."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--radius-m", type=float, required=True)
    parser.add_argument("--roads", type=int, required=True)
    options = parser.parse_args()
    print(json.dumps(measure_sample(options.folder, options.radius_m, options.roads)))
    return 0


def measure_sample(folder: Path, radius_m: float, count: int) -> dict[str, Any]:
    """Give the true sum over some roads, and what qxgeo's kernel says of them and of all."""
    import geopandas as gpd
    import pyarrow.dataset as ds
    import shapely

    stations = shapely.get_coordinates(gpd.read_parquet(folder / "stations.parquet").geometry)
    roads = ds.dataset(folder / "roads")
    size = roads.count_rows()
    chosen = np.linspace(0, size - 1, min(count, size)).astype(np.int64)
    total_m, at = 0.0, 0
    true, same = [], []
    for batch in roads.to_batches(columns=["geometry"]):
        lines = shapely.from_wkb(batch["geometry"].to_numpy(zero_copy_only=False))
        kernel = measure_with_kernel(lines, stations, radius_m)
        here = chosen[(chosen >= at) & (chosen < at + len(lines))] - at
        true.append(measure_roads(lines[here], stations, radius_m))
        same.append(kernel[here])
        total_m += float(kernel.sum())
        at += len(lines)
    truth, ours = np.concatenate(true), np.concatenate(same)
    return {
        "roads": len(chosen),
        "truth_m": float(truth.sum()),
        "kernel_m": float(ours.sum()),
        "kernel_total_m": total_m,
        "worst_road_m": float(np.abs(ours - truth).max()),
    }


def measure_with_kernel(roads: NDArray[np.object_], stations: Floats, radius_m: float) -> Floats:
    """Give the length of every road inside the discs as qxgeo has it, metres, shape (n,)."""
    from qxgeo.geodesy import Lines, stretches_in_discs

    lines = Lines.from_geometries(roads)
    inside = stretches_in_discs(lines, stations, radius_m=radius_m)
    length_m = lines.lengths_m(inside)
    return np.bincount(lines.part_line[inside.part], weights=length_m, minlength=len(roads))


def measure_roads(roads: NDArray[np.object_], stations: Floats, radius_m: float) -> Floats:
    """Give the length of every road inside the union of the discs, metres, shape (n,)."""
    import shapely

    places, owner = shapely.get_coordinates(roads, return_index=True)
    segment = np.flatnonzero(owner[1:] == owner[:-1])
    total = np.zeros(len(roads))
    for at in range(0, len(segment), SEGMENTS_AT_ONCE):
        some = segment[at : at + SEGMENTS_AT_ONCE]
        length_m = measure_segments(places[some], places[some + 1], stations, radius_m)
        total += np.bincount(owner[some], weights=length_m, minlength=len(roads))
    return total


def measure_segments(start: Floats, end: Floats, stations: Floats, radius_m: float) -> Floats:
    """Give the length of every segment inside the union of the discs, metres."""
    whole_m = inverse(start, end)
    row, station = find_candidates(start, end, stations, radius_m)
    from_start = inverse(start[row], stations[station])
    from_end = inverse(end[row], stations[station])
    # Nobody on the segment is further than half of it from the nearer end; 1 cm over, for the arc.
    slack = whole_m[row] / 2 + 0.01
    inside = np.maximum(from_start, from_end) + slack <= radius_m
    outside = np.minimum(from_start, from_end) - slack > radius_m
    taken = np.zeros(len(start), dtype=bool)
    taken[row[inside]] = True
    length_m = np.where(taken, whole_m, 0.0)
    unsure = ~inside & ~outside & ~taken[row]
    order = np.argsort(row[unsure], kind="stable")
    rows, of = row[unsure][order], station[unsure][order]
    for one, first, last in zip(*edges(rows), strict=True):
        near = stations[of[first:last]]
        length_m[one] = measure_across(start[one], end[one], near, radius_m)
    return length_m


def edges(rows: Ints) -> tuple[Ints, Ints, Ints]:
    """Give each number that occurs, where its run begins and where it ends."""
    numbers, first = np.unique(rows, return_index=True)
    return numbers, first, np.append(first, len(rows))[1:]


def find_candidates(
    start: Floats, end: Floats, stations: Floats, radius_m: float
) -> tuple[Ints, Ints]:
    """Pair segments with stations whose disc, drawn generously as a box, meets theirs."""
    import shapely

    high = 1.02 * radius_m * DEGREES_PER_METRE
    wide = high / np.cos(np.radians(np.abs(stations[:, 1]) + high))
    x, y = stations.T
    discs = shapely.box(x - wide, y - high, x + wide, y + high)
    low, top = np.minimum(start, end), np.maximum(start, end)
    boxes = shapely.box(low[:, 0], low[:, 1], top[:, 0], top[:, 1])
    row, station = shapely.STRtree(discs).query(boxes)
    return row.astype(np.int64), station.astype(np.int64)


def measure_across(start: Floats, end: Floats, stations: Floats, radius_m: float) -> float:
    """Measure one segment that crosses circles, or comes near to one, by samples."""
    every = np.linspace(0, 1, 2 + int(inverse(start[None], end[None])[0] / STEP_M))
    nearest = find_nearest(start, end, every, stations)
    along = np.unique(np.concatenate((every, nearest)))
    inside = measure_pairs(start, end, along, stations) <= radius_m
    change, of = np.nonzero(inside[1:] != inside[:-1])
    low, high = along[change], along[change + 1]
    for _ in range(HALVINGS if len(change) else 0):
        middle = (low + high) / 2
        now = inverse(start + (end - start) * middle[:, None], stations[of]) <= radius_m
        same = now == inside[change, of]
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    cut = np.unique(np.concatenate((along, low)))
    place = start + (end - start) * cut[:, None]
    pieces = inverse(place[:-1], place[1:])
    middle = (cut[1:] + cut[:-1]) / 2
    held = (measure_pairs(start, end, middle, stations) <= radius_m).any(axis=1)
    return float(pieces[held].sum())


def find_nearest(start: Floats, end: Floats, along: Floats, stations: Floats) -> Floats:
    """Find the place on a segment nearest to each station, between samples, by thirds."""
    least = measure_pairs(start, end, along, stations).argmin(axis=0)
    low, high = along[np.maximum(least - 1, 0)], along[np.minimum(least + 1, len(along) - 1)]
    for _ in range(THIRDS):
        one, other = low + (high - low) / 3, high - (high - low) / 3
        ahead = inverse(start + (end - start) * one[:, None], stations) > inverse(
            start + (end - start) * other[:, None], stations
        )
        low, high = np.where(ahead, one, low), np.where(ahead, high, other)
    return (low + high) / 2


def measure_pairs(start: Floats, end: Floats, along: Floats, stations: Floats) -> Floats:
    """Give the distance from places along a segment to stations, metres, shape (places, n)."""
    place = start + (end - start) * along[:, None]
    pairs = np.repeat(place, len(stations), axis=0), np.tile(stations, (len(place), 1))
    return inverse(*pairs).reshape(len(place), -1)


def inverse(one: Floats, other: Floats) -> Floats:
    """Give Karney's distance, metres."""
    lon, lat = np.ascontiguousarray(one.T)
    far_lon, far_lat = np.ascontiguousarray(other.T)
    return np.asarray(open_ellipsoid().inv(lon, lat, far_lon, far_lat)[2])


@cache
def open_ellipsoid() -> Any:  # noqa: ANN401 - pyproj has no types here
    """Open WGS 84."""
    from pyproj import Geod

    return Geod(ellps="WGS84")


if __name__ == "__main__":
    sys.exit(main())
