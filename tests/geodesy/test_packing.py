"""Stretches of lines as bytes: what shapely makes of the same stretches."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
import shapely

from qxgeo.datasets.shaping import lines_of, shape_rows
from qxgeo.geodesy import Lines
from qxgeo.geodesy.intervals import Intervals
from qxgeo.geodesy.packing import pack_stretches

ALL = 1 << 40  # the size of a work for which compiled loops answer


def _lines(rng: np.random.Generator, count: int = 400) -> Lines:
    sizes = rng.integers(2, 9, count)
    first = np.concatenate(([0], np.cumsum(sizes)))
    lonlat = rng.uniform((110.0, 25.0), (110.01, 25.01), (first[-1], 2))
    return Lines.from_arrays(lonlat, first)


def _stretches(rng: np.random.Generator, lines: Lines, count: int = 2_000) -> Intervals:
    """Of every kind: within a segment, over vertices, from or to a vertex, of no length."""
    part = np.sort(rng.integers(0, len(lines.part_line), count))
    low, high = lines.first[part], lines.first[part + 1] - 1
    ends = np.sort(rng.uniform(low, high, (2, count)), axis=0)
    is_whole = rng.random((2, count)) < 0.3
    ends = np.where(is_whole, np.round(ends), ends)
    ends[1] = np.where(rng.random(count) < 0.1, ends[0], np.maximum(*ends))
    return Intervals(part, ends[0], ends[1], np.zeros(count, dtype=np.int64))


@pytest.mark.parametrize("seed", range(3))
def test_compiled_loops_write_the_bytes_and_boxes_that_shapely_does(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lines = _lines(rng)
    stretches = _stretches(rng, lines)
    shapes = lines.geometries(stretches, np.arange(len(stretches)), len(stretches))
    expected = shapely.to_wkb(shapes, byte_order=1).tolist()
    for asked in (lines, lines.as_piece_of(ALL)):
        packed = pack_stretches(asked, stretches)
        raw, offsets = packed.data.tobytes(), packed.offsets.tolist()
        found = [raw[a:z] for a, z in pairwise(offsets)]
        assert found == expected
        np.testing.assert_array_equal(packed.bounds, shapely.bounds(shapes))


@pytest.mark.parametrize("among", [0, ALL])
def test_no_stretches_are_no_lines(among: int) -> None:
    lines = _lines(np.random.default_rng(1)).as_piece_of(among)
    packed = pack_stretches(lines, _stretches(np.random.default_rng(1), lines, count=0))
    assert (len(packed.data), packed.offsets.tolist(), packed.bounds.shape) == (0, [0], (0, 4))
    geometry, bbox = lines_of(packed)
    assert (len(geometry), len(bbox)) == (0, 0)


def test_columns_are_those_that_rows_get_on_their_way_into_a_dataset() -> None:
    rng = np.random.default_rng(7)
    lines = _lines(rng).as_piece_of(ALL)
    stretches = _stretches(rng, lines)
    geometry, bbox = lines_of(pack_stretches(lines, stretches))
    shaped = shape_rows(pa.table({"g": geometry}), geometry_column="g", first_row=0).table
    assert shaped.column("geometry").combine_chunks().equals(geometry)
    assert shaped.column("bbox").combine_chunks().equals(bbox)
