"""Pieces of a dataset measured as they are read: what is stored plainly is never decoded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qxgeo.datasets.decoding import Source, bytes_of, decode_lines
from qxgeo.datasets.reading import iter_geometry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from qxgeo.datasets.dataset import Piece, RoadDataset
    from qxgeo.geodesy import Lines
    from qxgeo.geodesy.totals import Count, Meter

LEFT_ROWS = 4096  # among so many at a time those that a meter leaves are decoded


def iter_left(
    dataset: RoadDataset, piece: Piece, meter: Meter, count: Count, *, batch_rows: int
) -> Iterator[Lines]:
    """Measure a piece while it is read.

    Parameters
    ----------
    dataset
        As `open_dataset` gives it, its geometry in well-known binary.
    piece
        One of its pieces.
    meter
        Measures the lines.
    count
        What they are added to, over land for the piece's bounds.
    batch_rows
        Most rows that are held at a time.

    Yields
    ------
    left
        Lines that the meter leaves, each once; rows of others have no part.

    Raises
    ------
    ReadError
        If the file or the bytes of a geometry are broken.
    SchemaError
        If a geometry is no line, or a coordinate is not finite.
    """
    for place, column in iter_geometry(dataset, piece, batch_rows=batch_rows):
        left = _measure(column, meter, count)
        first_row = piece.first_row_of_file + place
        yield from _decode(column, left, Source(piece.path, dataset.geometry_column, first_row))


def _measure(array: pa.Array, meter: Meter, count: Count) -> NDArray[np.int64]:
    """Measure a column, and list the rows that are left."""
    if not array.null_count:
        return meter.add_up(*bytes_of(array), count)
    row = np.flatnonzero(array.is_valid().to_numpy(zero_copy_only=False))
    return row[meter.add_up(*bytes_of(array.drop_null()), count)]


def _decode(array: pa.Array, left: NDArray[np.int64], source: Source) -> Iterator[Lines]:
    """Decode some rows, those that are near one another together."""
    if not len(left):
        return
    for begin in np.unique(left // LEFT_ROWS * LEFT_ROWS).tolist():
        some = array.slice(begin, LEFT_ROWS)
        is_left = np.zeros(len(some), dtype=bool)
        is_left[left[(left >= begin) & (left < begin + LEFT_ROWS)] - begin] = True
        asked = pc.if_else(pa.array(is_left), some, pa.scalar(None, some.type))
        here = source._replace(first_row=source.first_row + begin)
        yield decode_lines(pa.chunked_array([asked]), "WKB", here)
