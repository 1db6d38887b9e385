"""Eligible ground on the cells of a raster, beside land cover and slope."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from qxgeo.errors import Fault, InputError, Text
from qxgeo.geodesy import area_m2, partition_polygons
from qxgeo.raster.shares import CellGrid, CellShares, share_cells, write_bands
from qxgeo.raster.slope import outline_slopes
from qxgeo.siting.model import VERDICTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from qxgeo.raster.elevation import Elevation
    from qxgeo.siting.area.model import EligibleArea

UNKNOWN, OTHER, NOT_ASKED = "unknown", "other", ""
WITHIN_SLOPE, STEEP = "within", "steeper"
_NAMES = ("verdict", "township_id", "township_name", "is_eligible", "slope")
CELL_COLUMNS: dict[str, str] = {
    "row": "int64",
    "column": "int64",
    "verdict": "string",
    "township_id": "string",
    "township_name": "string",
    "is_eligible": "bool",
    "slope": "string",  # within, steeper or unknown; "" where nobody asked
    "land_cover": "string",  # a class, other or unknown; "" where nobody asked
    "share": "float64",  # of the cell
    "area_km2": "float64",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AreaShares:
    """The ground under each verdict on the cells of a raster.

    Attributes
    ----------
    grid
        The cells over the district.
    cells
        `CELL_COLUMNS`: one row per cell and ground of one sort in it. The shares of a cell add up
        to the part of it that lies in the district.
    table
        Square kilometres by `verdict`, `township_id`, `township_name`, `is_eligible`, `slope` and
        `land_cover`; ground beyond the raster is there too, its land cover unknown. The sum is the
        district.
    uncovered_km2
        Of the district beyond the raster.
    most_slope_deg
        Degrees, None where nobody asked.
    """

    area: EligibleArea
    grid: CellGrid
    cells: pd.DataFrame
    table: pd.DataFrame
    uncovered_km2: float
    most_slope_deg: float | None


def eligible_share(
    area: EligibleArea,
    raster: Path,
    *,
    classes: Mapping[str, Sequence[float]] | None = None,
    elevation: Elevation | None = None,
    most_slope_deg: float | None = None,
) -> AreaShares:
    """Put the ground under each verdict on the cells of a raster, partial cells by their part.

    Parameters
    ----------
    area
        As `eligible_area` gives it.
    raster
        Any raster; its cells are the grid.
    classes
        Class name to the codes of the raster's first band that belong to it; codes of no class are
        ``other``, no data and ground beyond the raster ``unknown``. None asks for the cells alone.
    elevation
        Heights, of any grid.
    most_slope_deg
        The steepest ground that suits, degrees from level; needs the elevation. Ground whose slope
        is not known is ``unknown``, never suitable.

    Returns
    -------
    shares
        Cells, and a table that adds up to the district.

    Raises
    ------
    InputError
        If slope and elevation do not come together, the limit is no slope, a class is called
        ``other`` or ``unknown``, or a code belongs to two classes.
    ReadError
        If the file is no raster, or damaged.
    DatumError
        If it has no reference system or lies elsewhere.
    """
    _check_classes(classes or {})
    ground, shapes = _cut_by_slope(area, elevation, most_slope_deg)
    found = share_cells(raster, shapes)
    cells = _list_cells(ground, found, classes)
    uncovered = ground.assign(
        land_cover=NOT_ASKED if classes is None else UNKNOWN, area_km2=found.uncovered_m2 / 1e6
    )
    return AreaShares(
        area=area,
        grid=found.grid,
        cells=cells,
        table=_sum_up(pd.concat([cells, uncovered[uncovered["area_km2"] > 0]])),
        uncovered_km2=float(found.uncovered_m2.sum() / 1e6),
        most_slope_deg=most_slope_deg,
    )


def write_shares(
    shares: AreaShares, path: Path, *, bands: Mapping[str, NDArray[np.bool_]] | None = None
) -> None:
    """Write shares of cells as a GeoTIFF on the grid of the raster they were measured on.

    Parameters
    ----------
    shares
        As `eligible_share` gives them.
    path
        Of the file.
    bands
        Name of a band to which rows of `shares.cells` count in it; by default ``eligible`` and one
        band for each verdict. A first band ``district`` is always there.

    Raises
    ------
    OutputError
        If it cannot be written; an old file is untouched.
    """
    cells = shares.cells
    if bands is None:
        words = cells["verdict"].to_numpy(dtype=object)
        present = [str(one) for one in VERDICTS if str(one) in set(words)]
        bands = {"eligible": cells["is_eligible"].to_numpy(dtype=bool)} | {
            word: words == word for word in present
        }
    everything = np.ones(len(cells), dtype=bool)
    drawn = {
        name: _grid_of(shares, chosen)
        for name, chosen in ({"district": everything} | dict(bands)).items()
    }
    beyond = drawn["district"] == 0
    area = shares.area
    write_bands(
        path,
        shares.grid,
        {name: np.where(beyond, np.nan, values) for name, values in drawn.items()},
        tags={
            "kind": area.kind.kind_id,
            "district": area.district.code,
            "as_of": area.as_of.isoformat(),
            "plan": area.plan.plan_id,
            "is_demo": str(area.is_demo).lower(),
            "is_complete": str(area.is_complete).lower(),
            "not_drawn": ", ".join(gap.rule_id for gap in area.gaps),
            "trials": ", ".join(f"{one.parameter_id}={one.value:g}" for one in area.trials),
        },
    )


def _grid_of(shares: AreaShares, chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Add up the shares of some rows in each cell."""
    grid, cells = shares.grid, shares.cells[chosen]
    place = cells["row"].to_numpy() * grid.columns + cells["column"].to_numpy()
    summed = np.bincount(place, cells["share"].to_numpy(dtype=float), grid.rows * grid.columns)
    return np.minimum(summed.reshape(grid.rows, grid.columns), 1.0)  # of 32-bit shares


def _cut_by_slope(
    area: EligibleArea, elevation: Elevation | None, most_slope_deg: float | None
) -> tuple[pd.DataFrame, NDArray[np.object_]]:
    """Cut the parts at the edges of the pixels where the slope passes the limit.

    Raises
    ------
    InputError
        If one of the two is missing.
    """
    if (elevation is None) != (most_slope_deg is None):
        raise InputError(
            Fault(
                problem=Text(
                    "坡度限值和高程须同时给出", "a limit of slope and an elevation go together"
                ),
                mend=Text("请补上另一项，或都不给", "give the other one, or neither"),
            )
        )
    parts = area.parts.drop(columns=["area_km2", "conditional_km2", "geometry"])
    shapes = area.parts.geometry.to_numpy(dtype=object)
    if elevation is None or most_slope_deg is None:
        return parts.assign(slope=NOT_ASKED), shapes
    west, south, east, north = shapely.total_bounds(shapes)
    wide = elevation.widen((west, south, east, north))
    outlines = outline_slopes(wide, most_deg=most_slope_deg)
    row, label, pieces = partition_polygons(shapes, np.array(outlines, dtype=object))
    words = np.array([UNKNOWN, WITHIN_SLOPE, STEEP], dtype=object)[label]  # -1, the rest, is last
    has_area = area_m2(pieces) > 0
    table = parts.iloc[row].assign(slope=words)
    return table[has_area].reset_index(drop=True), pieces[has_area]


def _list_cells(
    ground: pd.DataFrame, found: CellShares, classes: Mapping[str, Sequence[float]] | None
) -> pd.DataFrame:
    """Write out what lies in which cell."""
    land_cover = np.full(len(found.value), NOT_ASKED, dtype=object)
    if classes is not None:
        land_cover[:] = OTHER
        for name, codes in classes.items():
            land_cover[np.isin(found.value, np.asarray(list(codes), dtype=float))] = name
        land_cover[np.isnan(found.value)] = UNKNOWN
    columns = ground.iloc[found.polygon].reset_index(drop=True)
    table = columns.assign(
        row=found.row,
        column=found.column,
        land_cover=land_cover,
        share=found.share,
        area_km2=found.area_m2 / 1e6,
    )
    return table[[*CELL_COLUMNS]].astype(CELL_COLUMNS)


def _sum_up(cells: pd.DataFrame) -> pd.DataFrame:
    """Add up by everything but the cell, the most binding verdict first."""
    keys = [*_NAMES, "land_cover"]
    order = pd.Categorical(cells["verdict"], [str(one) for one in VERDICTS], ordered=True)
    groups = cells.assign(verdict=order).groupby(keys, observed=True, sort=True)
    summed = groups[["area_km2"]].sum().reset_index()
    return summed.astype({name: CELL_COLUMNS[name] for name in [*keys, "area_km2"]})


def _check_classes(classes: Mapping[str, Sequence[float]]) -> None:
    """Refuse classes that cannot be told apart.

    Raises
    ------
    InputError
        All faults in one message.
    """
    meant = [name for name in classes if name in (UNKNOWN, OTHER, NOT_ASKED)]
    faults = [
        Fault(
            column=name,
            problem=Text("这个类名已有含义", "this name has a meaning of its own"),
            mend=Text("请换一个类名", "choose another name"),
        )
        for name in meant
    ]
    pairs = [(float(code), name) for name, codes in classes.items() for code in codes]
    owner = dict(reversed(pairs))
    faults += [
        Fault(
            column=name,
            problem=Text(
                f"代码 {code:g} 已属于 {owner[code]}", f"code {code:g} belongs to {owner[code]}"
            ),
            mend=Text("一个代码只归一类", "give each code to one class"),
        )
        for code, name in pairs
        if owner[code] != name
    ]
    if faults:
        raise InputError(faults)
