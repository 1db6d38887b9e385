"""When a cart stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qxgeo.watering.tracks.settings import AuditSettings

    Floats = NDArray[np.float64]

STAND_COLUMNS = ("cart_id", "from_s", "to_s", "lon", "lat", "fixes")
_M_PER_DEG = 111_195.0
_STILL_KMH = 3.0


def find_stands(
    fixes: pd.DataFrame, settings: AuditSettings
) -> tuple[NDArray[np.bool_], pd.DataFrame]:
    """Find where carts stand: within a radius for some time, by position or recorded speed.

    Parameters
    ----------
    fixes
        Sorted by cart and time.
    settings
        Radius and shortest time.

    Returns
    -------
    is_standing, stands
        A claim per record; and a row per stand.
    """
    is_standing = np.zeros(len(fixes), dtype=bool)
    rows: list[tuple[object, ...]] = []
    start = 0
    for cart, one in fixes.groupby("cart_id", sort=False):
        lon, lat = one["lon"].to_numpy(), one["lat"].to_numpy()
        second, speed = one["second"].to_numpy(), one["speed_kmh"].to_numpy()
        still = _mark_still(lon, lat, second, speed, settings)
        for begin, end in _spans(still, second, settings):
            is_standing[start + begin : start + end] = True
            rows.append(
                (
                    cart,
                    second[begin],
                    second[end - 1],
                    float(np.median(lon[begin:end])),
                    float(np.median(lat[begin:end])),
                    end - begin,
                )
            )
        start += len(one)
    return is_standing, pd.DataFrame(rows, columns=list(STAND_COLUMNS))


def _mark_still(
    lon: Floats, lat: Floats, second: Floats, speed: Floats, settings: AuditSettings
) -> NDArray[np.bool_]:
    """Mark the records from which the cart has not gone away after the shortest stand."""
    radius, least_s = settings.number("stand_radius_m"), settings.number("stand_min_s")
    x = lon * np.cos(np.radians(lat.mean())) * _M_PER_DEG
    y = lat * _M_PER_DEG
    later = np.searchsorted(second, second + least_s)
    inside = later < len(second)
    later = np.minimum(later, len(second) - 1)
    near = inside & (np.hypot(x[later] - x, y[later] - y) <= radius)
    near &= second[later] - second <= settings.number("silent_s")
    # What lies between a record and the one it has not gone away from stands too.
    change = np.zeros(len(second) + 1)
    np.add.at(change, np.flatnonzero(near), 1.0)
    np.add.at(change, later[near] + 1, -1.0)
    still = np.cumsum(change[:-1]) > 0
    return still & ~(speed >= 2 * _STILL_KMH)


def _spans(
    still: NDArray[np.bool_], second: Floats, settings: AuditSettings
) -> list[tuple[int, int]]:
    """Give the spans of stands that last, without silences in them."""
    is_cut = np.append(False, np.diff(second) > settings.number("silent_s"))
    is_first = still & (np.append(True, ~still[:-1]) | is_cut)
    begins = np.flatnonzero(is_first)
    spans = []
    for begin in begins:
        rest = np.flatnonzero(~still[begin:] | np.append(False, is_cut[begin + 1 :]))
        end = int(begin) + int(rest[0]) if len(rest) else len(still)
        if second[end - 1] - second[begin] >= settings.number("stand_min_s"):
            spans.append((int(begin), end))
    return spans
