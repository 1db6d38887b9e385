"""Every finding in one GeoParquet file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from qxgeo.errors import Fault, OutputError, Text
from qxgeo.schemas import FINDING_COLUMNS

if TYPE_CHECKING:
    import geopandas as gpd

    from qxgeo.assess import Assessment

_ROW_GROUP = 65_536  # fixed, so that the bytes do not hang on a library's default


def write_parquet(assessment: Assessment, path: str | Path) -> None:
    """Write findings.parquet, GeoParquet 1.1 with the bounds of each row.

    Parameters
    ----------
    assessment
        Its findings are written in their order.
    path
        The file; its folder exists.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    target = Path(path)
    try:
        order_columns(assessment.findings).to_parquet(
            target,
            index=False,
            compression="zstd",
            geometry_encoding="WKB",
            write_covering_bbox=True,
            schema_version="1.1.0",
            row_group_size=_ROW_GROUP,
        )
    except pa.ArrowException as error:
        problem = Text(f"GeoParquet 写不成：{error}", f"GeoParquet cannot be written: {error}")
        mend = Text("请把此消息报告给本程序的维护者", "please report this to the maintainers")
        raise OutputError(Fault(file=target.name, problem=problem, mend=mend)) from error


def order_columns(findings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give the columns of `schemas.FINDING_COLUMNS` in their order and types, then geometry.

    Parameters
    ----------
    findings
        The assessment's findings, EPSG:4326.

    Returns
    -------
    ordered
        A copy with a new range index.
    """
    ordered = findings[[*FINDING_COLUMNS, "geometry"]].reset_index(drop=True)
    return ordered.astype(dict(FINDING_COLUMNS))
