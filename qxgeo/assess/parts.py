"""Findings of one piece of the roads, written block by block and read by township."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from qxgeo.schemas import FINDING_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Sequence
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
        self.townships: set[str] = set()

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
        self.townships.update(ordered["township_id"].unique())

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


def read_part(file: Path, township_id: str) -> gpd.GeoDataFrame:
    """Read the findings of a piece on the ground of one township.

    Parameters
    ----------
    file
        Written by `PartWriter`.
    township_id
        Whose ground.

    Returns
    -------
    rows
        Described, with `row`, the number of each in the file.
    """
    table = pq.read_table(file, filters=[("township_id", "==", township_id)])
    rows = table.drop_columns(["geometry"]).to_pandas()
    shapes = shapely.from_wkb(table["geometry"].to_numpy(zero_copy_only=False))
    return gpd.GeoDataFrame(rows, geometry=shapes, crs="EPSG:4326")


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
