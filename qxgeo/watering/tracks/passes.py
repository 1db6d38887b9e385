"""What each driven stretch was for: wetting, too fast to wet, off the duty list, or driving."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qxgeo.watering.tracks.model import Duty
    from qxgeo.watering.tracks.settings import AuditSettings

    Floats = NDArray[np.float64]

WETTING, FAST, OFF, DRY_PASS, DRIVE = "wetting", "too_fast", "off_duty", "dry_pass", "drive"
_SAME_S = 120.0  # a cell passed twice within this time by one cart was passed once


def limits_kmh(duty: Duty, settings: AuditSettings) -> dict[str, float]:
    """Give the speed above which each cart is too fast to wet.

    Parameters
    ----------
    duty
        Its carts.
    settings
        The factor over a cart's spraying speed.

    Returns
    -------
    limits
        By cart; one without a spraying speed is missing.
    """
    factor = settings.number("too_fast_factor")
    return {
        str(cart): factor * float(speed)
        for cart, speed in zip(duty.carts["cart_id"], duty.carts["spray_speed_kmh"], strict=True)
        if np.isfinite(speed)
    }


def name_passes(
    legs: pd.DataFrame, duty: Duty, rows: NDArray[np.int64], settings: AuditSettings
) -> pd.DataFrame:
    """Say what each stretch was for.

    Parameters
    ----------
    legs
        Of `MatchedTracks`.
    duty
        Carts and sections.
    rows
        Row of the roads of each section.
    settings
        Speeds.

    Returns
    -------
    legs
        With ``use`` and ``limit_kmh``. Where spraying is not recorded, a stretch on a road of
        duty within the spraying speeds is wetting, and nothing is off duty or too fast.
    """
    most = settings.number("spray_most_kmh")
    known = legs["cart_id"].astype(object).map(limits_kmh(duty, settings)).astype("float64")
    limit = known.fillna(most).to_numpy()
    on_duty = np.isin(legs["row_of_road"].to_numpy(), np.unique(rows))
    spraying, speed = legs["spraying"].to_numpy(), legs["speed_kmh"].to_numpy()
    is_fast = legs["is_sure"].to_numpy() & (legs["least_kmh"].to_numpy() > limit)
    by_speed = (spraying < 0) & (speed <= most) & (speed >= settings.number("spray_least_kmh"))
    use = np.select(
        [
            (spraying == 1) & ~on_duty,
            (spraying == 1) & is_fast,
            ((spraying == 1) | by_speed) & on_duty,
            on_duty,
        ],
        [OFF, FAST, WETTING, DRY_PASS],
        default=DRIVE,
    )
    return legs.assign(use=use, limit_kmh=limit)


def cut_cells(duty: Duty, rows: NDArray[np.int64], cell_m: float) -> pd.DataFrame:
    """Cut the sections into cells, one strip for each direction that has to be driven.

    Parameters
    ----------
    duty
        Its sections.
    rows
        Row of the roads of each section.
    cell_m
        Length of a cell, about.

    Returns
    -------
    cells
        ``section``, ``row_of_road``, ``at_m`` (middle, along the row's line), ``share`` (of its
        section), ``side`` (1 forward only, -1 backward only, 0 either), ``passes``.
    """
    table = duty.sections
    parts = []
    for section, row in enumerate(rows.tolist()):
        one = table.iloc[section]
        count = max(1, round(float(one["length_m"]) / cell_m))
        middle = (np.arange(count) + 0.5) / count
        at_m = float(one["from_m"]) + middle * (float(one["to_m"]) - float(one["from_m"]))
        is_both = str(one["directions"]) == "both"
        passes = max(1, int(one["passes"]) // (2 if is_both else 1))
        for side in (1, -1) if is_both else (0,):
            parts.append(  # noqa: PERF401 - two loops and a condition
                pd.DataFrame(
                    {
                        "section": section,
                        "row_of_road": row,
                        "at_m": at_m,
                        "share": 1.0 / count / (2 if is_both else 1),
                        "side": side,
                        "passes": passes,
                    }
                )
            )
    if not parts:
        columns = ("section", "row_of_road", "at_m", "share", "side", "passes")
        return pd.DataFrame({name: pd.Series(dtype="float64") for name in columns})
    return pd.concat(parts, ignore_index=True)


def pass_cells(legs: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Find when each cell was passed by stretches.

    Parameters
    ----------
    legs
        Those that wet.
    cells
        Of `cut_cells`.

    Returns
    -------
    events
        ``cell``, ``section``, ``at_s``, ``leg`` (index of the stretch), sorted by cell and time;
        a cell passed twice by one cart within two minutes was passed once.
    """
    if legs.empty or cells.empty:
        return pd.DataFrame(
            {name: pd.Series(dtype=kind) for name, kind in (
                ("cell", "int64"), ("section", "int64"), ("at_s", "float64"), ("leg", "int64"))}
        )  # fmt: skip
    order = np.lexsort((cells["at_m"], cells["row_of_road"]))
    span = float(cells["at_m"].max()) + 1e6
    key = (cells["row_of_road"].to_numpy() * span + cells["at_m"].to_numpy())[order]
    base = legs["row_of_road"].to_numpy() * span
    start, stop = legs["from_m"].to_numpy(), legs["to_m"].to_numpy()
    first = np.searchsorted(key, base + np.maximum(np.minimum(start, stop), 0.0))
    last = np.searchsorted(key, base + np.maximum(np.maximum(start, stop), 0.0))
    count = last - first
    leg = np.repeat(np.arange(len(legs)), count)
    place = np.arange(len(leg)) - np.repeat(np.cumsum(count) - count, count) + first[leg]
    cell = order[place]
    middle = cells["at_m"].to_numpy()[cell]
    share = (middle - start[leg]) / (stop[leg] - start[leg])
    begin, end = legs["start_s"].to_numpy(), legs["end_s"].to_numpy()
    side = cells["side"].to_numpy()[cell]
    forward = np.where(legs["is_forward"].to_numpy()[leg], 1, -1)
    events = pd.DataFrame(
        {
            "cell": cell,
            "section": cells["section"].to_numpy()[cell].astype(np.int64),
            "at_s": begin[leg] + share * (end - begin)[leg],
            "leg": legs.index.to_numpy()[leg],
            "cart": pd.factorize(legs["cart_id"])[0][leg],
        }
    )[(side == 0) | (side == forward)]
    events = events.sort_values(["cell", "cart", "at_s"], kind="stable")
    same = (events[["cell", "cart"]].diff() == 0).all(axis=1)
    again = same & (events["at_s"].diff() < _SAME_S)
    events = events[~again].sort_values(["cell", "at_s", "leg"], kind="stable")
    passed: pd.DataFrame = events.drop(columns="cart").reset_index(drop=True)
    return passed
