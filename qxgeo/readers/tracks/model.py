"""What a reading of tracks gives: the table, and every row that could not be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from qxgeo.errors import Fault, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

LOCAL_ZONE = "Asia/Shanghai"
TRACK_COLUMNS: dict[str, str] = {
    "cart_id": "string",  # as the file writes it; the file's name where it has no such column
    "time_s": "float64",  # seconds since 1970-01-01 00:00 UTC
    "lon": "float64",
    "lat": "float64",
    "speed_kmh": "float64",  # NaN where not recorded
    "heading_deg": "float64",  # from north, clockwise; NaN where not recorded
    "is_spraying": "boolean",  # <NA> where not recorded
    "file": "string",
    "row": "int64",  # as a spreadsheet counts, the header is 1; features and points from 1
}
_MOST_FAULTS = 40
_NOTHING = Text("", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracks:
    """Positions of vehicles as recorded.

    Attributes
    ----------
    table
        `TRACK_COLUMNS`, in the order of the files; positions in `datum`.
    faults
        Cells that could not be read, each with file, row, column and mend; cells of a column with
        the same fault are named once, with their number.
    refused_rows
        How many rows are not in the table because of them.
    notes
        What was taken as given while reading.
    inputs
        File name to SHA-256.
    datum
        ``wgs84``, ``gcj02`` or ``bd09``; empty until `settle_datum` has decided.
    datum_why
        How that is known.
    """

    table: pd.DataFrame
    faults: tuple[Fault, ...]
    refused_rows: int
    notes: tuple[Text, ...]
    inputs: Mapping[str, str]
    datum: str = ""
    datum_why: Text = _NOTHING


def empty_tracks() -> pd.DataFrame:
    """Give a table without a row.

    Returns
    -------
    table
        `TRACK_COLUMNS`.
    """
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in TRACK_COLUMNS.items()})


@dataclass(slots=True)
class FaultList:
    """Faults of one file, those that say the same of one column counted together."""

    file: str
    found: dict[tuple[str, str], tuple[Fault, int]] = field(default_factory=dict)

    def add(self, row: int, column: str, problem: Text, mend: Text) -> None:
        """Note one cell."""
        key = (column, problem.en)
        first, count = self.found.get(key, (None, 0))
        if first is None:
            first = Fault(file=self.file, row=row, column=column, problem=problem, mend=mend)
        self.found[key] = (first, count + 1)

    def listed(self) -> tuple[Fault, ...]:
        """Give the faults, each with the number of cells that it stands for."""
        faults = [_count(fault, count) for fault, count in self.found.values()]
        rest = len(faults) - _MOST_FAULTS
        if rest <= 0:
            return tuple(faults)
        more = Fault(
            file=self.file,
            problem=Text(
                f"另有 {rest} 种错误未列出", f"{rest} more kinds of faults are not listed"
            ),
            mend=Text("请从车载终端平台重新导出", "export the file again"),
        )
        return (*faults[:_MOST_FAULTS], more)


def _count(fault: Fault, count: int) -> Fault:
    """Say of how many cells a fault is the first."""
    if count == 1:
        return fault
    problem = Text(
        f"{fault.problem.zh}（同列共 {count} 处）",
        f"{fault.problem.en} ({count} such cells in the column)",
    )
    return Fault(
        file=fault.file, row=fault.row, column=fault.column, problem=problem, mend=fault.mend
    )
