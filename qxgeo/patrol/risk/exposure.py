"""Which cells lie upwind of a monitoring station, and for which share of the hours.

A cell is upwind while the wind comes from within a sector about the direction in which the station
sees the cell. A row of a wind table stands for a bin of directions (22.5 degrees for a rose of 16
points), so a bin that the edge of the sector cuts counts with the part inside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from qxgeo.errors import Text
from qxgeo.geodesy import bearing_deg, ground_distance_m
from qxgeo.patrol.cells import find_cells

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_BIN_DEG = (45.0, 22.5, 10.0, 1.0)  # how finely tables give directions
_ROUND = 8  # points of a rose that has no half points
_TINY_DEG = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class WindRose:
    """Hours by direction.

    Attributes
    ----------
    direction_deg
        Where the wind comes from, middles of the bins, ascending.
    share
        Of the observed hours, calm ones included: they add up to 1 less the calms.
    bin_deg
        Width of a bin.
    unobserved_share
        Hours without direction, not calm, of all hours of the table.
    """

    direction_deg: Floats
    share: Floats
    bin_deg: float
    unobserved_share: float

    def share_from(self, direction: Floats, *, sector_deg: float) -> Floats:
        """Give the share of the hours with wind from a sector.

        Parameters
        ----------
        direction
            Middle of the sector, degrees, shape (n,).
        sector_deg
            Its width.

        Returns
        -------
        share
            0 to 1, shape (n,).
        """
        turned = (direction[:, None] - self.direction_deg + 180) % 360 - 180
        inside = (sector_deg + self.bin_deg) / 2 - np.abs(turned)
        widest = min(self.bin_deg, sector_deg)
        return np.asarray((np.clip(inside, 0, widest) / self.bin_deg) @ self.share)

    def largest_share(self, *, sector_deg: float) -> float:
        """Give the share of the windiest sector, wherever it lies.

        Parameters
        ----------
        sector_deg
            Width of a sector.

        Returns
        -------
        share
            The largest that `share_from` can give: it is linear between the places where the
            edge of the sector meets the edge of a bin.
        """
        steps = [
            sign * (sector_deg + side * self.bin_deg) / 2 for sign in (-1, 1) for side in (-1, 1)
        ]
        if len(self.direction_deg) == 0:
            return 0.0
        edges = np.add.outer(np.array(steps), self.direction_deg).ravel() % 360
        return float(self.share_from(edges, sector_deg=sector_deg).max())


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """How much of what burns in a cell reaches a station.

    Attributes
    ----------
    level
        0 to 1 per cell: share of the hours over that of the windiest sector, times the weight of
        the distance; of several stations the one with the largest product counts. 1 for a cell
        with a station in it.
    upwind_share
        Share of the hours in which the cell lies upwind of that station; 1 for its own cell.
    """

    level: Floats
    upwind_share: Floats
    notes: tuple[Text, ...]


def build_rose(wind: pd.DataFrame) -> WindRose:
    """Sum up winds by direction.

    Parameters
    ----------
    wind
        As `readers.wind.read_wind` gives it.

    Returns
    -------
    rose
        Bins as wide as the table gives its directions: 45 degrees where it has the 8 points and no
        others, 22.5, 10, else 1 degree (finer ones are rounded).
    """
    is_directed = wind["direction_deg"].notna().to_numpy()
    is_observed = is_directed | wind["is_calm"].to_numpy(bool)
    hours = wind["hours"].to_numpy(np.float64)
    direction = wind["direction_deg"].to_numpy(np.float64)[is_directed]
    bin_deg = _bin_width(direction)
    steps = np.round(direction / bin_deg) % round(360 / bin_deg)
    step, which = np.unique(steps, return_inverse=True)
    total = hours[is_observed].sum()
    sums = np.bincount(which, weights=hours[is_directed], minlength=len(step))
    return WindRose(
        direction_deg=step * bin_deg,
        share=np.asarray(sums / total if total > 0 else sums, np.float64),
        bin_deg=bin_deg,
        unobserved_share=float(1 - total / hours.sum()),
    )


def _bin_width(direction: Floats) -> float:
    """Tell how finely directions are given."""
    known = np.unique(direction)
    for width in _BIN_DEG:
        is_whole = bool((np.abs(known / width - np.round(known / width)) < _TINY_DEG).all())
        if is_whole and (width < _BIN_DEG[0] or len(known) == _ROUND):
            return width
    return _BIN_DEG[-1]


def measure_exposure(
    cells: gpd.GeoDataFrame,
    stations: gpd.GeoDataFrame,
    rose: WindRose,
    *,
    sector_deg: float,
    half_m: float,
) -> Exposure:
    """Measure how exposed stations are to each cell.

    Parameters
    ----------
    cells
        As `cells.build_cells` gives them; direction and distance are those of ``lon``, ``lat``.
    stations
        Layer ``stations``, at least one row; those outside the district count too.
    rose
        Winds.
    sector_deg
        Width of the sector that counts as upwind.
    half_m
        Distance that halves the weight.

    Returns
    -------
    exposure
        In the order of the cells.
    """
    values, upwind = np.zeros(len(cells)), np.zeros(len(cells))
    lon, lat = cells["lon"].to_numpy(np.float64), cells["lat"].to_numpy(np.float64)
    largest = rose.largest_share(sector_deg=sector_deg)
    places = shapely.get_coordinates(stations.geometry.to_numpy())
    for place in places:
        here = np.full(len(cells), place[0]), np.full(len(cells), place[1])
        share = rose.share_from(bearing_deg(*here, lon, lat), sector_deg=sector_deg)
        weight = np.exp2(-ground_distance_m(*here, lon, lat) / half_m)
        value = np.minimum(share / largest, 1.0) * weight if largest > 0 else np.zeros(len(cells))
        is_more = value > values
        values[is_more], upwind[is_more] = value[is_more], share[is_more]
    own = find_cells(cells, stations.geometry.to_numpy())
    values[own[own >= 0]] = upwind[own[own >= 0]] = 1.0
    lost = rose.unobserved_share
    note = Text(
        f"风向表有 {lost:.1%} 的小时未观测到风向，未计入",
        f"{lost:.1%} of the hours of the wind table have no direction and are left out",
    )
    return Exposure(level=values, upwind_share=upwind, notes=(note,) if lost > 0 else ())
