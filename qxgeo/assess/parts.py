"""Findings of one piece of the roads, written block by block and read by township."""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple, Self

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from qxgeo.schemas import FINDING_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

_TYPES = {"string": pa.string(), "float64": pa.float64(), "Int64": pa.int64(), "bool": pa.bool_()}
_KEYS = ("key_0", "key_1", "key_2")
SCHEMA = pa.schema(
    [
        *((name, _TYPES[kind]) for name, kind in FINDING_COLUMNS.items() if name != "rank"),
        *((name, pa.float64()) for name in _KEYS),
        ("row", pa.int64()),
        ("geometry", pa.binary()),
    ]
)
_REASONS = pa.schema(
    [
        *((name, pa.string()) for name in ("page", "subject_id", "township_id", "rule_ids")),
        ("length_m", pa.float64()),
    ]
)
_GROUPS_KEPT = 16  # of a block's findings each, some 10 MB


class PartWriter:
    """Write described rows of one piece; a file appears with the first of its rows.

    Parameters
    ----------
    findings, reasons
        Files that do not exist yet.
    """

    def __init__(self, findings: Path, reasons: Path) -> None:
        self._files = {"findings": findings, "reasons": reasons}
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._rows = 0

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the files."""
        for writer in self._writers.values():
            writer.close()

    def write(self, rows: pd.DataFrame) -> None:
        """Write the findings of a block, those of a township together.

        Parameters
        ----------
        rows
            From `findings.describe`, with keys.
        """
        ordered = rows.sort_values(
            ["township_id", "rule_id", "subject_layer", "subject_id"], kind="stable"
        )
        columns = {
            name: ordered[name].to_numpy()
            for name in SCHEMA.names
            if name not in ("geometry", "row")
        }
        columns["row"] = range(self._rows, self._rows + len(ordered))
        columns["geometry"] = shapely.to_wkb(ordered["geometry"].to_numpy())
        table = pa.table(
            {name: pa.array(columns[name], SCHEMA.field(name).type) for name in SCHEMA.names},
            schema=SCHEMA,
        )
        self._put("findings", table)
        self._rows += len(ordered)

    def write_reasons(self, reasons: pd.DataFrame) -> None:
        """Write the pieces under several rules.

        Parameters
        ----------
        reasons
            As `Assessment.reasons`.
        """
        if len(reasons):
            self._put("reasons", pa.Table.from_pandas(reasons, _REASONS, preserve_index=False))

    def _put(self, what: str, table: pa.Table) -> None:
        """Add a row group."""
        if what not in self._writers:
            self._writers[what] = pq.ParquetWriter(
                self._files[what], table.schema, compression="zstd", write_statistics=True
            )
        self._writers[what].write_table(table, row_group_size=len(table))


class PartReader:
    """Read the findings of pieces by township.

    A township lies in few row groups, for roads that are neighbours stand together: only these are
    read, and the last ones are kept for the townships that come next.

    Parameters
    ----------
    files
        Written by `PartWriter`, in the order of the pieces.
    """

    def __init__(self, files: Sequence[Path]) -> None:
        self._files = files
        self._where: dict[str, list[_Rows]] = {}
        for number, file in enumerate(files):
            for rows in _find_townships(number, file):
                self._where.setdefault(rows.township_id, []).append(rows)
        self._read_group = lru_cache(_GROUPS_KEPT)(self._load)

    def order(self, places: Iterable[str]) -> list[str]:
        """Put townships in the order in which the least is read.

        Parameters
        ----------
        places
            Their codes.

        Returns
        -------
        ordered
            By where they begin in the files; those without a row come last.
        """
        numbers = {township_id: number for number, township_id in enumerate(self._where)}
        return sorted(places, key=lambda place: numbers.get(place, len(numbers)))

    def read(self, township_id: str) -> list[tuple[int, gpd.GeoDataFrame]]:
        """Read the findings on the ground of one township.

        Parameters
        ----------
        township_id
            Whose ground.

        Returns
        -------
        tables
            For each file with such findings its number, and the rows in their order: described,
            with `row`, the number of each in the file.
        """
        tables = []
        for number, found in groupby(self._where.get(township_id, ()), lambda rows: rows.file):
            some = [self._read_group(r.file, r.group).slice(r.begin, r.length) for r in found]
            table = pa.concat_tables(some)
            rows = table.drop_columns(["geometry"]).to_pandas()
            shapes = shapely.from_wkb(table["geometry"].to_numpy(zero_copy_only=False))
            tables.append((number, gpd.GeoDataFrame(rows, geometry=shapes, crs="EPSG:4326")))
        return tables

    def _load(self, file: int, group: int) -> pa.Table:
        """Read one row group."""
        with pq.ParquetFile(self._files[file]) as part:
            return part.read_row_group(group)


class _Rows(NamedTuple):
    """Rows of one township that stand together."""

    township_id: str
    file: int
    group: int
    begin: int
    length: int


def _find_townships(number: int, file: Path) -> Iterator[_Rows]:
    """List the townships of a file; in a row group those of a township stand together."""
    with pq.ParquetFile(file) as part:
        for group in range(part.num_row_groups):
            column = part.read_row_group(group, columns=["township_id"])["township_id"]
            words = column.to_numpy()
            begins = np.flatnonzero(np.append(True, words[1:] != words[:-1]))
            lengths = np.diff(np.append(begins, len(words)))
            for begin, length in zip(begins.tolist(), lengths.tolist(), strict=True):
                yield _Rows(words[begin], number, group, begin, length)


def read_keys(files: Sequence[Path], rule_id: str) -> pd.DataFrame:
    """Read by what the findings of a rule are ordered.

    Parameters
    ----------
    files
        Written by `PartWriter`.
    rule_id
        A rule that orders its work.

    Returns
    -------
    keys
        As `findings.order_of_work` gives them, with `file`, which of the files, and `row`.
    """
    columns = [*_KEYS, "distance_m", "subject_id", "row"]
    tables = []
    for number, file in enumerate(files):
        table = pq.read_table(file, columns=columns, filters=[("rule_id", "==", rule_id)])
        keys: pd.DataFrame = table.to_pandas()
        keys = keys[keys["key_0"].notna()]
        tables.append(keys.assign(file=number))
    whole: pd.DataFrame = pd.concat(tables, ignore_index=True)
    return whole
