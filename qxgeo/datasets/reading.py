"""Pieces of a dataset as coordinate arrays, a whole one or some rows at a time."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from qxgeo.datasets.decoding import Source, decode_lines
from qxgeo.datasets.footer import broken, missing_columns, read_metadata
from qxgeo.errors import ReadError, SchemaError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from qxgeo.datasets.dataset import Piece, RoadDataset
    from qxgeo.geodesy import Lines
    from qxgeo.geodesy.sieve import Sieve

_BUFFER = 1 << 20  # bytes of a column that are fetched at once: they are still at hand when decoded


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of a piece.

    Attributes
    ----------
    rows
        Numbers of the rows in the whole dataset, shape (n,).
    table
        The columns asked for, n rows.
    lines
        The geometry of the rows; n lines.
    """

    rows: NDArray[np.int64]
    table: pa.Table
    lines: Lines

    def blank_rows(self) -> NDArray[np.int64]:
        """Give the numbers of rows without geometry, or with an empty one."""
        is_there = np.zeros(len(self.rows), dtype=bool)
        is_there[self.lines.part_line] = True
        return self.rows[~is_there]


def read_lines(
    dataset: RoadDataset,
    piece: Piece,
    *,
    columns: Sequence[str] = (),
    rows: slice | None = None,
) -> Batch:
    """Read a piece, or some rows of it.

    Parameters
    ----------
    dataset
        As `open_dataset` gives it.
    piece
        One of its pieces.
    columns
        Which other columns are wanted.
    rows
        Rows within the piece, step 1; all by default. Only these are held in memory, but all
        before them are read too: `iter_lines` reads a piece once for all its batches.

    Returns
    -------
    batch
        In the order of the file.

    Raises
    ------
    ReadError
        If the file is broken.
    SchemaError
        If a column is not there, or a geometry is no line.
    """
    names = _check_columns(dataset, piece, columns)
    begin, end, _ = (slice(None) if rows is None else rows).indices(piece.rows)
    if begin == 0 and end == piece.rows:
        with _reading(piece) as file:
            table = file.read_row_group(piece.row_group, columns=names, use_threads=False)
        return _decode(dataset, piece, table, 0)
    batches = _read_slices(piece, names, begin, end, batch_rows=max(end - begin, 1))
    return _decode(dataset, piece, pa.concat_tables(batches), begin)


def iter_lines(
    dataset: RoadDataset,
    piece: Piece,
    *,
    batch_rows: int,
    columns: Sequence[str] = (),
    sieve: Sieve | None = None,
) -> Iterator[Batch]:
    """Read a piece once, some rows at a time, so that a large row group needs little memory.

    Parameters
    ----------
    dataset
        As `open_dataset` gives it.
    piece
        One of its pieces.
    batch_rows
        Most rows of a batch; all but the last have as many.
    columns
        Which other columns are wanted.
    sieve
        Which lines are wanted; the others may come without a part. All by default.

    Yields
    ------
    batch
        In the order of the file.

    Raises
    ------
    ReadError
        If the file is broken.
    SchemaError
        If a column is not there, or a geometry is no line.
    """
    for place, table in _iter_tables(dataset, piece, batch_rows=batch_rows, columns=columns):
        yield _decode(dataset, piece, table, place, sieve)


def iter_geometry(
    dataset: RoadDataset, piece: Piece, *, batch_rows: int
) -> Iterator[tuple[int, pa.Array]]:
    """Read the geometry of a piece once, some rows at a time, and decode nothing.

    Parameters
    ----------
    dataset
        As `open_dataset` gives it.
    piece
        One of its pieces.
    batch_rows
        Most rows of a batch.

    Yields
    ------
    place, column
        Number of the first row within the piece, and the geometry as it is stored, in the order of
        the file.

    Raises
    ------
    ReadError
        If the file is broken.
    """
    with _reading(piece) as file:
        for place, batch in _stream(file, piece, [dataset.geometry_column], batch_rows):
            column = batch.column(dataset.geometry_column)
            yield place, column.storage if isinstance(column, pa.ExtensionArray) else column


def _iter_tables(
    dataset: RoadDataset, piece: Piece, *, batch_rows: int, columns: Sequence[str]
) -> Iterator[tuple[int, pa.Table]]:
    """Read a piece once, some rows at a time, and decode nothing."""
    names = _check_columns(dataset, piece, columns)
    if piece.rows <= batch_rows:
        with _reading(piece) as file:
            table = file.read_row_group(piece.row_group, columns=names, use_threads=False)
        yield 0, table
        return
    place, held, several = 0, 0, list[pa.Table]()
    for table in _read_slices(piece, names, 0, piece.rows, batch_rows=batch_rows):
        several.append(table)
        held += len(table)
        while held >= batch_rows or (held and place + held == piece.rows):
            whole = pa.concat_tables(several)
            yield place, whole.slice(0, batch_rows)
            rest = whole.slice(batch_rows)
            place += len(whole) - len(rest)
            several, held = [rest], len(rest)


def _read_slices(
    piece: Piece, names: list[str], begin: int, end: int, *, batch_rows: int
) -> Iterator[pa.Table]:
    """Stream through a row group and give what lies between two rows, at least an empty table."""
    with _reading(piece) as file:
        schema = file.schema_arrow
        yield pa.schema([schema.field(name) for name in names]).empty_table()
        for place, batch in _stream(file, piece, names, batch_rows):
            low, high = max(begin - place, 0), min(end - place, len(batch))
            if low < high:
                yield pa.Table.from_batches([batch.slice(low, high - low)]).select(names)
            if place + len(batch) >= end:
                return


def _stream(
    file: pq.ParquetFile, piece: Piece, names: list[str], batch_rows: int
) -> Iterator[tuple[int, pa.RecordBatch]]:
    """Read a row group some rows at a time, each time with the number of the first within it."""
    place = 0
    for batch in file.iter_batches(
        batch_rows, row_groups=[piece.row_group], columns=names, use_threads=False
    ):
        yield place, batch
        place += len(batch)


def _decode(
    dataset: RoadDataset, piece: Piece, table: pa.Table, begin: int, sieve: Sieve | None = None
) -> Batch:
    """Turn the geometry column into lines, and number the rows."""
    name = dataset.geometry_column
    source = Source(piece.path, name, piece.first_row_of_file + begin)
    lines = decode_lines(table.column(name), dataset.encoding, source, sieve)
    first = piece.first_row + begin
    return Batch(np.arange(first, first + len(table)), table.drop_columns([name]), lines)


def _check_columns(dataset: RoadDataset, piece: Piece, columns: Sequence[str]) -> list[str]:
    """Give the columns to read, the geometry first.

    Raises
    ------
    SchemaError
        If one is not there.
    """
    missing = [name for name in columns if name not in dataset.columns]
    if missing:
        raise SchemaError(missing_columns(piece.path, missing))
    return [dataset.geometry_column, *dict.fromkeys(columns)]


@contextmanager
def _reading(piece: Piece) -> Iterator[pq.ParquetFile]:
    """Open a file, and turn what the library says of a broken one into a sentence.

    Raises
    ------
    ReadError
        If it cannot be read.
    """
    try:
        metadata = read_metadata(piece.path)
        # What is read is used at once: gathering it beforehand is a copy more. Of a path the
        # library would ask first which file system it is on, which takes longer than opening it.
        with (
            pa.OSFile(str(piece.path)) as source,
            pq.ParquetFile(
                source, metadata=metadata, buffer_size=_BUFFER, pre_buffer=False
            ) as file,
        ):
            yield file
    except (pa.ArrowException, OSError) as error:
        raise ReadError(broken(piece.path, error)) from error
