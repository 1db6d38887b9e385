"""Findings on the disk, a file of GeoParquet per township, read one township at a time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from qxgeo.assess.findings import empty_findings, finish, number_subjects
from qxgeo.assess.parts import PartReader, read_keys
from qxgeo.errors import Fault, OutputError, Text
from qxgeo.schemas import FINDING_COLUMNS
from qxgeo.vocabulary import NO_TOWNSHIP, OUTSIDE_DISTRICT, PLACE_LABELS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from qxgeo.assess.model import Assessment

_ROW_GROUP = 65_536
_COUNTED = ["rule_id", "subject_layer", "verdict"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One township's share of the findings, or that of the ground of none.

    Attributes
    ----------
    bounds
        West, south, east, north of its findings, degrees; None without any.
    counts
        Number of rows by rule, layer of the subject and verdict.
    """

    township_id: str
    name: str
    rows: int
    bounds: tuple[float, float, float, float] | None
    counts: Mapping[tuple[str, str, str], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Findings of a run by township.

    Attributes
    ----------
    folder
        Holds a file for each place with findings.
    places
        Every township in order of its code, then no township and the outside; those without a
        finding, too.
    """

    folder: Path
    places: tuple[Place, ...]

    def read(self, township_id: str) -> gpd.GeoDataFrame:
        """Read the findings on the ground of one township.

        Parameters
        ----------
        township_id
            One of the places.

        Returns
        -------
        findings
            As `Assessment.findings`, EPSG:4326.
        """
        file = self.folder / f"{file_name(township_id)}.parquet"
        if not file.exists():
            return empty_findings()
        table = gpd.read_parquet(file)
        columns = table[[*FINDING_COLUMNS]].astype(FINDING_COLUMNS)
        return gpd.GeoDataFrame(columns, geometry=table.geometry.to_numpy(), crs="EPSG:4326")


def file_name(township_id: str) -> str:
    """Turn a code into a name that every file system takes; a code of digits is its own."""
    return quote(township_id, safe="").replace(".", "%2E") or "%"


def shelve(assessment: Assessment, folder: Path) -> Shelf:
    """Put the findings of a run that was held in memory on the disk by township.

    Parameters
    ----------
    assessment
        With its findings.
    folder
        Made if absent.

    Returns
    -------
    shelf
        The same findings.
    """
    return fill_shelf(folder, name_places(assessment), _sort_out(assessment.findings))


def shelve_parts(
    folder: Path,
    places: Mapping[str, str],
    main: gpd.GeoDataFrame,
    files: Sequence[Path],
    ranked: Sequence[str],
) -> Shelf:
    """Gather the findings of pieces by township, and number them in order of work.

    Parameters
    ----------
    folder
        Made if absent.
    places
        Township code to name, in their order.
    main
        Findings that were held in memory.
    files
        Of pieces, in their order.
    ranked
        Rules on roads that order their work. Their keys are held in memory, no other column.

    Returns
    -------
    shelf
        Memory holds one township at a time.
    """
    ranks = _rank_parts(files, ranked)
    reader = PartReader(files)
    pick = _sort_out(main)

    def gather(township_id: str) -> gpd.GeoDataFrame:
        mine = pick(township_id)
        tables = [mine] if len(mine) else []
        for number, rows in reader.read(township_id):
            rank = np.zeros(len(rows), dtype=np.int64)
            if number in ranks:
                rank = ranks[number][rows["row"].to_numpy()]
            numbers = pd.Series(rank, index=rows.index, dtype="Int64")
            tables.append(rows.assign(rank=numbers.mask(numbers == 0)))
        return finish(pd.concat(tables, ignore_index=True)) if tables else empty_findings()

    return fill_shelf(folder, places, gather, order=reader.order(places))


def fill_shelf(
    folder: Path,
    places: Mapping[str, str],
    gather: Callable[[str], gpd.GeoDataFrame],
    *,
    order: Iterable[str] | None = None,
) -> Shelf:
    """Write a file for each place with findings.

    Parameters
    ----------
    folder
        Made if absent.
    places
        Township code to name, in their order.
    gather
        Gives the findings of a place, sorted.
    order
        In which places are asked for; their own where not given.

    Returns
    -------
    shelf
        What was written.

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shelved = {
        township_id: _shelve_place(folder, township_id, places[township_id], gather(township_id))
        for township_id in (places if order is None else order)
    }
    return Shelf(folder=folder, places=tuple(shelved[township_id] for township_id in places))


def _shelve_place(folder: Path, township_id: str, name: str, findings: gpd.GeoDataFrame) -> Place:
    """Write the findings of one place, if it has any."""
    bounds = None
    if len(findings):
        _write(findings, folder / f"{file_name(township_id)}.parquet")
        west, south, east, north = (float(side) for side in findings.total_bounds)
        bounds = (west, south, east, north) if np.isfinite(west) else None
    words = findings[_COUNTED].astype(str).itertuples(index=False, name=None)
    counts = dict(sorted(Counter(words).items()))
    return Place(
        township_id=township_id, name=name, rows=len(findings), bounds=bounds, counts=counts
    )


def name_places(assessment: Assessment) -> dict[str, str]:
    """List the townships of a district in order, then no township and the outside.

    Parameters
    ----------
    assessment
        Its townships are named; its totals name the rest.

    Returns
    -------
    places
        Code to name.
    """
    layer = assessment.district.layers.get("townships")
    names: dict[str, str] = {}
    if layer is not None:
        table = layer.table.sort_values("township_id")
        names = dict(zip(table["township_id"].astype(str), table["name"].astype(str), strict=True))
    return names | {code: PLACE_LABELS[code].zh for code in (NO_TOWNSHIP, OUTSIDE_DISTRICT)}


def _sort_out(findings: gpd.GeoDataFrame) -> Callable[[str], gpd.GeoDataFrame]:
    """Give the function that picks a township's rows; they are looked for once for all."""
    rows = findings.groupby("township_id").indices
    none = np.empty(0, dtype=np.intp)
    return lambda township_id: findings.iloc[rows.get(township_id, none)]


def _rank_parts(files: Sequence[Path], ranked: Sequence[str]) -> dict[int, NDArray[np.int64]]:
    """Count the subjects of rules through over all pieces; 0 where a row has no number."""
    ranks: dict[int, NDArray[np.int64]] = {}
    for rule_id in ranked if files else ():
        keys = read_keys(files, rule_id)
        number = number_subjects(keys.drop(columns=["file", "row"])).to_numpy(dtype=np.int64)
        for file, rows in keys.groupby("file"):
            at = int(str(file))
            if at not in ranks:
                size = pq.read_metadata(files[at]).num_rows
                ranks[at] = np.zeros(size, dtype=np.int64)
            ranks[at][rows["row"].to_numpy()] = number[rows.index]
    return ranks


def _write(findings: gpd.GeoDataFrame, target: Path) -> None:
    """Write one file.

    Raises
    ------
    OutputError
        If that fails.
    """
    try:
        findings.to_parquet(
            target,
            index=False,
            compression="zstd",
            geometry_encoding="WKB",
            write_covering_bbox=True,
            schema_version="1.1.0",
            row_group_size=_ROW_GROUP,
        )
    except (OSError, pa.ArrowException) as error:
        problem = Text(f"GeoParquet 写不成：{error}", f"GeoParquet cannot be written: {error}")
        mend = Text("请检查磁盘空间和写入权限", "check disk space and permissions")
        raise OutputError(Fault(file=target.name, problem=problem, mend=mend)) from error
