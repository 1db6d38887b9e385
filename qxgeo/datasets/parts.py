"""Rows in order become Parquet files: row groups of one size, each column as it reads best."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from qxgeo.datasets.footer import SIDES
from qxgeo.datasets.shaping import BOUNDS, as_coordinates

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

GROUP_ROWS = 65_536  # of a row group: six megabytes of geometry, what a cache can work on
FILE_GROUPS = 16  # row groups of a file: a million rows
_MULTI_PART = b"\x01\x05\x00\x00\x00"  # how a multi-part line begins in well-known binary
# Coordinates hardly shrink, and time to read counts more: LZ4 takes a tenth off at the speed of
# memory, where Zstandard takes a quarter off and three times as long. Bytes of one place value
# together shrink by 40 % under Zstandard, at the speed of LZ4; well-known binary cannot be stored
# like that. docs/datasets.md has the table.
_LINE_CODEC = {"WKB": "lz4", "linestring": "zstd", "multilinestring": "zstd"}


def write_parts(
    tables: Iterable[pa.Table], folder: Path, *, schema: pa.Schema, encoding: str
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

    Returns
    -------
    names
        Of the files, at least one.
    """
    names: list[str] = []
    groups = _regroup(tables)
    group = next(groups, schema.empty_table())
    while True:
        names.append(f"part-{len(names):05d}.parquet")
        rest = _write_part(group, groups, folder / names[-1], encoding)
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
    group: pa.Table, groups: Iterator[pa.Table], path: Path, encoding: str
) -> pa.Table | None:
    """Write one file, and give the first row group of the next."""
    stored = _store(group, encoding)
    bounds, has_multi, has_line = list[tuple[float, ...]](), False, False
    following: pa.Table | None = None
    with pq.ParquetWriter(path, stored.schema, **_options(stored.schema, encoding)) as writer:
        for _ in range(FILE_GROUPS):
            writer.write_table(_store(group, encoding), row_group_size=GROUP_ROWS)
            bounds.append(_bounds_of(group))
            is_multi = pc.starts_with(group.column("geometry").cast(pa.large_binary()), _MULTI_PART)
            has_multi |= bool(pc.any(is_multi).as_py())
            has_line |= not bool(pc.all(is_multi).as_py())
            following = next(groups, None)
            if following is None:
                break
            group = following
        kinds = ["LineString"] * has_line + ["MultiLineString"] * has_multi
        about = _describe(encoding, np.array(bounds), kinds)
        writer.add_key_value_metadata({"geo": json.dumps(about)})
    return following


def _store(table: pa.Table, encoding: str) -> pa.Table:
    """Give the rows with their geometry as it is stored."""
    if encoding == "WKB":
        return table
    lists = as_coordinates(table.column("geometry"), is_multi=encoding == "multilinestring")
    return table.set_column(table.column_names.index("geometry"), "geometry", lists)


def _bounds_of(table: pa.Table) -> tuple[float, ...]:
    """Give west, south, east and north of rows; NaN where none has geometry."""
    sides = table.column(BOUNDS).combine_chunks()
    found = [
        (pc.min if side.endswith("min") else pc.max)(pc.struct_field(sides, side)).as_py()
        for side in SIDES
    ]
    return tuple(np.nan if side is None else float(side) for side in found)


def _options(schema: pa.Schema, encoding: str) -> dict[str, Any]:
    """Say how each column is stored: what a library does by default must not change our bytes."""
    buffer = io.BytesIO()
    pq.write_table(schema.empty_table(), buffer)
    leaves = [column.path for column in pq.ParquetFile(buffer).schema]
    lines = [leaf for leaf in leaves if leaf.split(".")[0] == "geometry"]
    numbers = [leaf for leaf in lines if leaf != "geometry"]
    others = [leaf for leaf in leaves if leaf not in lines]
    plain = [leaf for leaf in others if leaf.split(".")[0] != BOUNDS]
    return {
        "compression": dict.fromkeys(others, "zstd") | dict.fromkeys(lines, _LINE_CODEC[encoding]),
        "use_dictionary": plain,
        "use_byte_stream_split": numbers,
        "write_statistics": others,
        "version": "2.6",
        "data_page_version": "1.0",
        "write_page_index": False,
        "store_schema": True,
    }


def _describe(encoding: str, bounds: np.ndarray, kinds: list[str]) -> dict[str, Any]:
    """Word GeoParquet's entry: longitude and latitude on WGS 84, bounds of file and rows."""
    about: dict[str, Any] = {
        "encoding": encoding,
        "geometry_types": kinds,
        "covering": {"bbox": {side: [BOUNDS, side] for side in SIDES}},
    }
    if bool(np.isfinite(bounds).any()):
        low, high = np.nanmin(bounds[:, :2], axis=0), np.nanmax(bounds[:, 2:], axis=0)
        about["bbox"] = [*low.tolist(), *high.tolist()]
    return {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": about}}
