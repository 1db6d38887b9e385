"""Turn restrictions as a table that an office can open, correct and name as a layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from qxgeo.errors import Fault, OutputError, Text
from qxgeo.reports.neutral import neutralise
from qxgeo.schemas import TURNS

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

_DIGITS = 7


def refuse_existing_table(path: Path) -> None:
    """Refuse to write over a table that somebody may have corrected.

    Parameters
    ----------
    path
        Where it is to be written.

    Raises
    ------
    OutputError
        If anything is there.
    """
    if path.exists():
        problem = Text("文件已存在，没有改动", "the file exists already; nothing was changed")
        mend = Text("换一个文件名，或先移走它", "choose another name, or move it away first")
        raise OutputError(Fault(file=str(path), problem=problem, mend=mend))


def write_turn_table(turns: gpd.GeoDataFrame, path: Path) -> None:
    """Write turn restrictions as CSV, under the headings of the layer.

    Parameters
    ----------
    turns
        EPSG:4326, points, columns of `schemas.TURNS`.
    path
        The file; it is there whole or not at all.

    Raises
    ------
    OutputError
        If it cannot be written, or is there already.
    """
    refuse_existing_table(path)
    kinds = TURNS.columns["kind"].words
    cells = {
        column.aliases[0]: [
            "" if pd.isna(value) else neutralise(kinds[value][0] if name == "kind" else str(value))
            for value in turns[name]
        ]
        for name, column in TURNS.columns.items()
    }
    places = turns.geometry.get_coordinates().round(_DIGITS)
    table = pd.DataFrame({**cells, "经度": places["x"].to_list(), "纬度": places["y"].to_list()})
    beside = path.with_name(f".{path.name}.qxgeo-new")
    try:
        try:
            beside.write_bytes(table.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig"))
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        detail = error.strerror or str(error)
        problem = Text(f"写不成：{detail}", f"cannot be written: {detail}")
        mend = Text("请另选位置", "choose another place")
        raise OutputError(Fault(file=str(path), problem=problem, mend=mend)) from error
