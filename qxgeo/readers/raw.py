"""A file as it was read, before its columns and its place are judged."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray
    from pyproj import CRS

    from qxgeo.errors import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """Cells and, where the format has it, geometry in the file's own coordinates.

    Attributes
    ----------
    file
        File name for messages, with the member of an archive, the layer or the sheet.
    cells
        One column per heading of the file, headings unique, range index.
    rows
        Row of each record as a spreadsheet counts it: the first record under a header in row 1 is
        row 2; features of a vector file are counted in the same way.
    geometry
        Geometries, None where there is none; the whole is None for tables whose positions stand in
        cells.
    crs
        System that the file states of itself.
    stated_datum
        Datum that the file states outside of a system, e.g. 奥维's OvCoordType.
    notes
        What has to be said of the reading.
    """

    file: str
    cells: pd.DataFrame
    rows: NDArray[np.int64]
    geometry: NDArray[np.object_] | None = None
    crs: CRS | None = None
    stated_datum: str | None = None
    notes: tuple[Text, ...] = field(default=())


def unique_headings(headings: list[Any]) -> list[str]:
    """Make headings unique: a blank one is named by its place, a repeated one numbered.

    Parameters
    ----------
    headings
        As the file has them.

    Returns
    -------
    headings
        Text without blanks around it; the first of several equal ones keeps its name.
    """
    found: dict[str, int] = {}
    unique = []
    for place, heading in enumerate(headings, start=1):
        name = str(heading).strip() if heading is not None else ""
        name = " ".join(name.split()) or f"column_{place}"
        found[name] = found.get(name, 0) + 1
        while name in unique:
            name = f"{name}_{found[name]}"
        unique.append(name)
    return unique
