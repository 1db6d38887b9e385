"""Carts that were off: no track, gone silent, standing within a shift."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from qxgeo.watering.tracks.model import DAY_S, MISSING, SILENT, STANDING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from qxgeo.watering.tracks.cleaning import CleanTracks
    from qxgeo.watering.tracks.model import Duty
    from qxgeo.watering.tracks.roadbook import RoadBook
    from qxgeo.watering.tracks.settings import AuditSettings

    Floats = NDArray[np.float64]

Row = dict[str, object]
_M_PER_DEG = 111_195.0


def find_absences(
    clean: CleanTracks,
    duty: Duty,
    book: RoadBook,
    settings: AuditSettings,
    set_aside: Mapping[str, object],
) -> list[Row]:
    """Find when carts were off.

    Parameters
    ----------
    clean
        Records and stands.
    duty
        Carts and shifts. Without shifts a cart's time from its first to its last record counts
        for silences, and standing is not judged.
    book
        Names of townships.
    settings
        How long is too long.
    set_aside
        Carts left out for their clocks; nothing is said of them here.

    Returns
    -------
    rows
        Facts of violations.
    """
    rows: list[Row] = []
    known = dict(tuple(clean.fixes.groupby("cart_id", sort=True)))
    expected = (
        set(duty.shifts["cart_id"]) | set(duty.wettings["cart_id"]) | set(duty.carts["cart_id"])
    )
    for cart in sorted({*map(str, expected), *map(str, known)} - set(map(str, set_aside))):
        shifts = _shifts(duty, cart)
        own = known.get(cart)
        in_day = None if own is None else own[own["second"].between(0.0, DAY_S)]
        if in_day is None or in_day.empty:
            rows.append(_missing(cart, shifts))
            continue
        rows += _silences(cart, in_day, shifts, book, settings)
        stands = clean.stands[clean.stands["cart_id"] == cart]
        rows += _stands(cart, stands, in_day, shifts, book, settings)
    return rows


def _shifts(duty: Duty, cart: str) -> Floats:
    """Give the shifts of a cart within the day, shape (k, 2); one over midnight is two."""
    own = duty.shifts[duty.shifts["cart_id"] == cart]
    spans = own[["start_s", "end_s"]].to_numpy(dtype=np.float64)
    late = spans[spans[:, 1] > DAY_S] - DAY_S
    parts = np.concatenate((spans, late))
    parts = np.clip(parts, 0.0, DAY_S)
    return np.asarray(parts[parts[:, 1] > parts[:, 0]], dtype=np.float64)


def _missing(cart: str, shifts: Floats) -> Row:
    """Say that a cart has no record."""
    start = float(shifts[:, 0].min()) if len(shifts) else 0.0
    end = float(shifts[:, 1].max()) if len(shifts) else DAY_S
    return {"kind": MISSING, "cart_id": cart, "from_s": start, "to_s": end}


def _silences(
    cart: str, own: pd.DataFrame, shifts: Floats, book: RoadBook, settings: AuditSettings
) -> Iterator[Row]:
    """Give the silences within shifts, or between the first and the last record."""
    second = own["second"].to_numpy(dtype=np.float64)
    spans = shifts if len(shifts) else np.array([[second[0], second[-1]]])
    for start, end in spans:
        inside = np.flatnonzero((second >= start) & (second <= end))
        marks = np.concatenate(([start], second[inside], [end]))
        for place in np.flatnonzero(np.diff(marks) > settings.number("silent_s")):
            before = np.flatnonzero(second <= marks[place])
            after = np.flatnonzero(second >= marks[place + 1])
            first = int(before[-1]) if len(before) else int(after[0])
            last = int(after[0]) if len(after) else first
            lon, lat = (own[name].to_numpy()[[first, last]] for name in ("lon", "lat"))
            town = book.place(float(lon[0]), float(lat[0]))
            x = (lon[1] - lon[0]) * np.cos(np.radians(lat[0])) * _M_PER_DEG
            yield {
                "kind": SILENT,
                "cart_id": cart,
                "township_id": town[0],
                "township_name": town[1],
                "from_s": float(marks[place]),
                "to_s": float(marks[place + 1]),
                "length_m": float(np.hypot(x, (lat[1] - lat[0]) * _M_PER_DEG)),
                "first_fix": int(own.index[first]),
                "last_fix": int(own.index[last]),
                "geometry": shapely.Point(lon[0], lat[0]),
            }


def _stands(
    cart: str,
    stands: pd.DataFrame,
    own: pd.DataFrame,
    shifts: Floats,
    book: RoadBook,
    settings: AuditSettings,
) -> Iterator[Row]:
    """Give the stands within shifts that last too long."""
    least_s = 60.0 * settings.number("long_stand_min")
    second = own["second"].to_numpy(dtype=np.float64)
    for one in stands.to_dict("records"):
        for start, end in shifts:
            low, high = max(float(one["from_s"]), start), min(float(one["to_s"]), end)
            if high - low < least_s:
                continue
            inside = np.flatnonzero((second >= low) & (second <= high))
            town = book.place(float(one["lon"]), float(one["lat"]))
            yield {
                "kind": STANDING,
                "cart_id": cart,
                "township_id": town[0],
                "township_name": town[1],
                "from_s": low,
                "to_s": high,
                "first_fix": int(own.index[inside[0]]) if len(inside) else -1,
                "last_fix": int(own.index[inside[-1]]) if len(inside) else -1,
                "geometry": shapely.Point(float(one["lon"]), float(one["lat"])),
            }
