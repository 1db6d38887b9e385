"""Rows on their way into a dataset: one form of geometry, bounds, and a place along the curve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import shapely

from qxgeo.datasets.footer import SIDES
from qxgeo.datasets.hilbert import number_places
from qxgeo.errors import Fault, SchemaError, Text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qxgeo.geodesy.packing import Packed

BOUNDS = "bbox"
LAST = np.uint64(2**64 - 1)  # the place of a row without geometry: behind all others
_MOST_FAULTS = 20
_BOUNDS_TYPE = pa.struct({side: pa.float32() for side in SIDES})


@dataclass(frozen=True, slots=True)
class Shaped:
    """Rows as they will be stored, in the order in which they came.

    Attributes
    ----------
    table
        The other columns, then ``geometry`` (well-known binary) and ``bbox``.
    keys
        Place of each row along the curve, shape (n,).
    blank
        How many rows have no geometry, or an empty one.
    high
        How many had heights.
    several
        How many are lines in several parts.
    """

    table: pa.Table
    keys: NDArray[np.uint64]
    blank: int
    high: int
    several: int


def shape_rows(table: pa.Table, *, geometry_column: str, first_row: int) -> Shaped:
    """Bring rows into the form in which datasets hold them.

    Parameters
    ----------
    table
        Geometry in well-known binary, EPSG:4326.
    geometry_column
        Its name.
    first_row
        Number of the first row, from 0, for messages.

    Returns
    -------
    shaped
        Lines of two dimensions in little-endian order; a multi-part line of one part is a plain
        line; an empty geometry is none.

    Raises
    ------
    SchemaError
        If a geometry is no line, or a coordinate is not finite or beyond the globe.
    """
    raw = table.column(geometry_column).to_numpy(zero_copy_only=False)
    shapes = np.asarray(shapely.from_wkb(raw), dtype=object)
    high = int(shapely.has_z(shapes).sum())
    shapes = shapely.force_2d(shapes)
    shapes[shapely.is_empty(shapes)] = None
    _refuse_other_shapes(shapes, geometry_column, first_row)
    is_multi = shapely.get_type_id(shapes) == shapely.GeometryType.MULTILINESTRING
    is_single = is_multi & (shapely.get_num_geometries(shapes) == 1)
    shapes[is_single] = shapely.get_geometry(shapes[is_single], 0)
    blank = np.asarray(shapely.is_missing(shapes), dtype=bool)
    bounds = shapely.bounds(shapes)
    keys = np.full(len(shapes), LAST, dtype=np.uint64)
    keys[~blank] = number_places((bounds[~blank, :2] + bounds[~blank, 2:]) / 2)
    binary = pa.array(shapely.to_wkb(shapes, byte_order=1, output_dimension=2), pa.binary())
    rest = table.drop_columns([geometry_column])
    done = rest.append_column("geometry", binary).append_column(BOUNDS, _outwards(bounds, blank))
    several = int(is_multi.sum() - is_single.sum())
    return Shaped(done, keys, int(blank.sum()), high, several)


def as_coordinates(column: pa.ChunkedArray, *, is_multi: bool) -> pa.Array:
    """Turn lines in well-known binary into GeoArrow's lists of coordinates.

    Parameters
    ----------
    column
        As `shape_rows` gives it.
    is_multi
        Whether each row holds a list of parts.

    Returns
    -------
    lists
        Type ``linestring`` or ``multilinestring`` of GeoParquet 1.1, longitude and latitude apart.
    """
    shapes = shapely.from_wkb(column.to_numpy(zero_copy_only=False))
    is_there = ~shapely.is_missing(shapes)
    parts, owner = shapely.get_parts(shapes[is_there], return_index=True)
    counts = shapely.get_num_coordinates(parts).astype(np.int64)
    lonlat = shapely.get_coordinates(parts)
    axes = [pa.array(np.ascontiguousarray(side)) for side in lonlat.T]
    places = pa.StructArray.from_arrays(axes, ["x", "y"])
    nothing = pa.array(~is_there)
    if not is_multi:
        held = np.zeros(len(shapes), dtype=np.int64)
        held[is_there] = counts
        return pa.ListArray.from_arrays(_ends(held), places, mask=nothing)
    lists = pa.ListArray.from_arrays(_ends(counts), places)
    held = np.zeros(len(shapes), dtype=np.int64)
    held[is_there] = np.bincount(owner, minlength=int(is_there.sum()))
    return pa.ListArray.from_arrays(_ends(held), lists, mask=nothing)


def _ends(counts: NDArray[np.int64]) -> pa.Array:
    """Give offsets of lists of the given lengths."""
    return pa.array(np.concatenate(([0], np.cumsum(counts))).astype(np.int32))


def lines_of(packed: Packed) -> tuple[pa.Array, pa.Array]:
    """Lay out lines that are packed already as datasets hold them.

    Parameters
    ----------
    packed
        Plain lines of two dimensions, EPSG:4326.

    Returns
    -------
    geometry, bbox
        Columns as `shape_rows` gives them.

    Raises
    ------
    OverflowError
        If they have more bytes than a column of Arrow holds, 2 GB: more than memory bears.
    """
    count = len(packed.bounds)
    if packed.offsets[-1] > np.iinfo(np.int32).max:
        message = "a batch of lines has more than 2 GB"
        raise OverflowError(message)
    ends = pa.py_buffer(packed.offsets.astype(np.int32))
    geometry = pa.Array.from_buffers(pa.binary(), count, [None, ends, pa.py_buffer(packed.data)])
    return geometry, _outwards(packed.bounds)


def _outwards(bounds: NDArray[np.float64], blank: NDArray[np.bool_] | None = None) -> pa.Array:
    """Round bounds outwards to half the bytes, so that each still holds its row."""
    columns = []
    for place, side in enumerate(bounds.T):
        is_low = place < len(SIDES) // 2
        near = side.astype(np.float32)
        beyond = np.nextafter(near, np.float32(-np.inf if is_low else np.inf))
        is_inside = near > side if is_low else near < side
        columns.append(pa.array(np.where(is_inside, beyond, near), mask=blank))
    mask = None if blank is None else pa.array(blank)
    return pa.StructArray.from_arrays(columns, fields=list(_BOUNDS_TYPE), mask=mask)


def _refuse_other_shapes(shapes: NDArray[np.object_], column: str, first_row: int) -> None:
    """Refuse what is no line on the globe.

    Raises
    ------
    SchemaError
        With the first rows by number.
    """
    kind = shapely.get_type_id(shapes)
    lines = (shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING)
    is_other = ~np.isin(kind, (*lines, shapely.GeometryType.MISSING))
    lonlat, owner = shapely.get_coordinates(shapes, return_index=True)
    is_far = np.zeros(len(shapes), dtype=bool)
    is_far[owner[~(np.abs(lonlat) <= (180.0, 90.0)).all(axis=1)]] = True
    faults = []
    for row in np.flatnonzero(is_other | is_far)[:_MOST_FAULTS]:
        problem = Text("坐标不是经纬度", "a coordinate is no longitude and latitude")
        mend = Text("请检查坐标系和数值", "check the system and the numbers")
        if is_other[row]:
            name = shapely.GeometryType(kind[row]).name.title()
            problem = Text(f"几何不是线，是 {name}", f"the geometry is no line but a {name}")
            mend = Text("请只保留线要素", "keep the lines alone")
        fault = Fault(row=first_row + int(row) + 2, column=column, problem=problem, mend=mend)
        faults.append(fault)
    if faults:
        raise SchemaError(faults)
