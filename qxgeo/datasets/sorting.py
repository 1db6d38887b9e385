"""More rows than fit into memory are put in order: sorted runs on the disk, merged by ranges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

_READ_ROWS = 1024  # of a run that are fetched together
_EVERY = 512  # of how many keys one is looked at to find the ranges


@dataclass(frozen=True, slots=True)
class Run:
    """Rows on the disk in the order of their keys.

    Attributes
    ----------
    rows_path
        The rows, an Arrow file in batches of equal size.
    keys_path
        Their keys, ascending, a NumPy file.
    nbytes
        Size of the rows in memory.
    """

    rows_path: Path
    keys_path: Path
    nbytes: int


def write_run(
    tables: Sequence[pa.Table], keys: Sequence[NDArray[np.uint64]], folder: Path, number: int
) -> Run:
    """Sort rows by their keys and put them on the disk.

    Parameters
    ----------
    tables
        Rows in the order in which they came, of one schema.
    keys
        One key per row.
    folder
        Where the files go.
    number
        Of this run, from 0.

    Returns
    -------
    run
        Rows of equal keys keep their order.
    """
    key = np.concatenate(keys)
    order = np.argsort(key, kind="stable")
    table = pa.concat_tables(tables)
    run = Run(folder / f"{number}.arrow", folder / f"{number}.npy", table.nbytes)
    np.save(run.keys_path, key[order])
    with pa.ipc.new_file(str(run.rows_path), table.schema) as writer:
        for begin in range(0, len(order), _READ_ROWS):
            rows = table.take(pa.array(order[begin : begin + _READ_ROWS]))
            writer.write_table(rows.combine_chunks(), max_chunksize=_READ_ROWS)
    return run


def merge_runs(runs: Sequence[Run], *, nbytes: int) -> Iterator[pa.Table]:
    """Give the rows of all runs in the order of their keys.

    Parameters
    ----------
    runs
        In the order in which their rows came.
    nbytes
        About how much is held at once, more where one key has more rows.

    Yields
    ------
    table
        Rows of equal keys in the order in which they came.
    """
    keys = [np.load(run.keys_path, mmap_mode="r") for run in runs]
    total = sum(len(key) for key in keys)
    size = max(sum(run.nbytes for run in runs) / max(total, 1), 1.0)
    edges = _find_edges(keys, rows=max(int(nbytes / size), _EVERY))
    files = [pa.OSFile(str(run.rows_path)) for run in runs]
    try:
        readers = [pa.ipc.open_file(file) for file in files]
        begins = [0] * len(runs)
        for edge in edges:
            ends = [len(k) if edge is None else int(np.searchsorted(k, edge)) for k in keys]
            yield _merge_range(readers, keys, begins, ends)
            begins = ends
    finally:
        for file in files:
            file.close()


def _find_edges(keys: Sequence[NDArray[np.uint64]], *, rows: int) -> list[np.uint64 | None]:
    """Find keys that part all rows into ranges of about so many; None stands for the end."""
    some = np.sort(np.concatenate([key[::_EVERY] for key in keys]))
    step = max(rows // _EVERY, 1)
    return [*np.unique(some[step::step]), None]


def _merge_range(
    readers: Sequence[pa.ipc.RecordBatchFileReader],
    keys: Sequence[NDArray[np.uint64]],
    begins: Sequence[int],
    ends: Sequence[int],
) -> pa.Table:
    """Put the rows of one range of keys in order."""
    batches: list[pa.RecordBatch] = []
    for reader, begin, end in zip(readers, begins, ends, strict=True):
        for number in range(begin // _READ_ROWS, -(-end // _READ_ROWS) if end > begin else 0):
            first = number * _READ_ROWS
            low, high = max(begin - first, 0), min(end - first, _READ_ROWS)
            batches.append(reader.get_batch(number).slice(low, high - low))
    table = pa.Table.from_batches(batches, schema=readers[0].schema)
    held = [key[begin:end] for key, begin, end in zip(keys, begins, ends, strict=True)]
    return table.take(pa.array(np.argsort(np.concatenate(held), kind="stable")))
