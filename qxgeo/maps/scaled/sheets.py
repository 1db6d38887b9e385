"""A township of very many findings as several sheets of a map, halved until each is small."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray


def split_sheets(findings: gpd.GeoDataFrame, *, most: int) -> list[NDArray[np.int64]]:
    """Part findings into neighbourhoods of few.

    Parameters
    ----------
    findings
        EPSG:4326.
    most
        Findings of a sheet.

    Returns
    -------
    sheets
        Row numbers in their order, from the south-west on; one sheet where all fit, and one
        without a row where there is none. A row without a place is on the first sheet.
    """
    bounds = shapely.bounds(findings.geometry.to_numpy(dtype=object))
    middle = np.nan_to_num((bounds[:, :2] + bounds[:, 2:]) / 2, nan=-np.inf)
    waiting, done = [np.arange(len(findings))], []
    while waiting:
        rows = waiting.pop()
        if len(rows) <= most:
            done.append(rows)
            continue
        place = middle[rows]
        finite = place[np.isfinite(place).all(axis=1)]
        lat = np.radians(finite[:, 1].mean()) if len(finite) else 0.0
        extent = np.ptp(finite, axis=0) * (np.cos(lat), 1.0) if len(finite) else np.zeros(2)
        axis = int(np.argmax(extent))
        order = rows[np.lexsort((rows, place[:, axis]))]
        half = len(order) // 2
        waiting += [np.sort(order[half:]), np.sort(order[:half])]
    return done
