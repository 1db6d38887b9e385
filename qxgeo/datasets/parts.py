"""Rows in order become Parquet files: row groups of one size, each column as it reads best."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from qxgeo.datasets.footer import SIDES
from qxgeo.datasets.shaping import BOUNDS, as_coordinates

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

GROUP_ROWS = 65_536  # of a row group: six megabytes of geometry, what a cache can work on
_SAMPLE_ROWS = 8_192  # of a row group: to count the values of all takes a tenth of writing them
FILE_GROUPS = 16  # row groups of a file: a million rows
# Coordinates hardly shrink, and time to read counts more: LZ4 takes a tenth off at the speed of
# memory, where Zstandard takes a quarter off and three times as long. Bytes of one place value
# together shrink by 40 % under Zstandard, at the speed of LZ4; well-known binary cannot be stored
# like that. docs/datasets.md has the table.
_LINE_CODEC = {"WKB": "lz4", "linestring": "zstd", "multilinestring": "zstd"}


def write_parts(
    tables: Iterable[pa.Table],
    folder: Path,
    *,
    schema: pa.Schema,
    encoding: str,
    kinds: Sequence[str] = (),
) -> tuple[str, ...]:
    """Write rows into ``part-00000.parquet`` and so on.

    Parameters
    ----------
    tables
        Rows in order, in batches of any size; ``geometry`` in well-known binary, ``bbox``.
    folder
        Where the files go.
    schema
        Of the tables.
    encoding
        ``WKB``, ``linestring`` or ``multilinestring``.
    kinds
        Types of geometry among all rows, as GeoParquet names them; not said by default.

    Returns
    -------
    names
        Of the files, at least one.
    """
    names: list[str] = []
    geo = _describe(encoding, kinds)
    groups = _regroup(tables)
    group = next(groups, schema.empty_table())
    while True:
        names.append(f"part-{len(names):05d}.parquet")
        rest = _write_part(group, groups, folder / names[-1], encoding, geo)
        if rest is None:
            return tuple(names)
        group = rest


def _regroup(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Give tables of `GROUP_ROWS` rows, the last of fewer."""
    held, several = 0, list[pa.Table]()
    for table in tables:
        several.append(table)
        held += len(table)
        if held < GROUP_ROWS:
            continue
        whole = pa.concat_tables(several)
        full = held - held % GROUP_ROWS
        for begin in range(0, full, GROUP_ROWS):
            yield whole.slice(begin, GROUP_ROWS).combine_chunks()
        several, held = [whole.slice(full).combine_chunks()], held - full
    if held:
        yield pa.concat_tables(several).combine_chunks()


def _write_part(
    group: pa.Table, groups: Iterator[pa.Table], path: Path, encoding: str, geo: str
) -> pa.Table | None:
    """Write one file, and give the first row group of the next."""
    first = _store(group, encoding)
    stored = first.schema.with_metadata({"geo": geo})
    with pq.ParquetWriter(path, stored, **_options(first, encoding)) as writer:
        for _ in range(FILE_GROUPS):
            table = _store(group, encoding).replace_schema_metadata(stored.metadata)
            writer.write_table(table, row_group_size=GROUP_ROWS)
            following = next(groups, None)
            if following is None:
                return None
            group = following
    return group


def _store(table: pa.Table, encoding: str) -> pa.Table:
    """Give the rows with their geometry as it is stored."""
    if encoding == "WKB":
        return table
    lists = as_coordinates(table.column("geometry"), is_multi=encoding == "multilinestring")
    return table.set_column(table.column_names.index("geometry"), "geometry", lists)


def _options(first: pa.Table, encoding: str) -> dict[str, Any]:
    """Say how each column is stored: what a library does by default must not change our bytes."""
    buffer = io.BytesIO()
    pq.write_table(first.schema.empty_table(), buffer)
    leaves = [column.path for column in pq.ParquetFile(buffer).schema]
    lines = [leaf for leaf in leaves if leaf.split(".")[0] == "geometry"]
    numbers = [leaf for leaf in lines if leaf != "geometry"]
    others = [leaf for leaf in leaves if leaf not in lines]
    plain = [leaf for leaf in others if leaf.split(".")[0] != BOUNDS]
    repeated = [leaf for leaf in plain if _is_repeated(first, leaf)]
    measured = [leaf for leaf in plain if leaf not in repeated and _is_measured(first, leaf)]
    return {
        "compression": dict.fromkeys(others, "zstd") | dict.fromkeys(lines, _LINE_CODEC[encoding]),
        "use_dictionary": repeated,
        "use_byte_stream_split": [*numbers, *measured],
        "write_statistics": others,
        "version": "2.6",
        "data_page_version": "1.0",
        "write_page_index": False,
        "store_schema": True,
    }


def _is_repeated(first: pa.Table, leaf: str) -> bool:
    """Say whether a column is worth a dictionary by its first rows; nested ones are."""
    if leaf not in first.column_names:
        return True
    column = first.column(leaf).slice(0, _SAMPLE_ROWS)
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    try:
        return bool(2 * pc.count_distinct(column, mode="all").as_py() <= len(column))
    except pa.ArrowNotImplementedError:
        return True


def _is_measured(first: pa.Table, leaf: str) -> bool:
    """Say whether a column holds numbers that shrink when bytes of one place stand together."""
    return leaf in first.column_names and pa.types.is_floating(first.schema.field(leaf).type)


def _describe(encoding: str, kinds: Sequence[str]) -> str:
    """Word GeoParquet's entry: longitude and latitude on WGS 84, bounds beside each row."""
    about: dict[str, Any] = {
        "encoding": encoding,
        "geometry_types": [*kinds],
        "covering": {"bbox": {side: [BOUNDS, side] for side in SIDES}},
    }
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": about}}
    return json.dumps(geo)
