"""Stretches that were driven between matched records."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qxgeo.watering.tracks.reach import Reach

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

LEG_COLUMNS = {
    "cart_id": "string",
    "arc": "int64",
    "row_of_road": "int64",
    "from_m": "float64",  # along the row's line; above to_m where driven against it
    "to_m": "float64",
    "is_forward": "bool",  # as the line is drawn
    "length_m": "float64",
    "start_s": "float64",
    "end_s": "float64",
    "speed_kmh": "float64",  # as recorded, else by way and time
    "least_kmh": "float64",  # as recorded, else what the error of the positions leaves for sure
    "spraying": "int64",  # 1, 0, -1 where not recorded
    "is_sure": "bool",  # both records around it say the same of spraying
    "fix": "int64",  # record before it, a row of the records
    "to_fix": "int64",
}
_LEAST_M = 0.01
_AROUND = 2  # steps on each side
_TWO_ERRORS = 2.0 * np.sqrt(2.0)  # of the difference of two positions


def join_legs(  # noqa: PLR0913 - columns of the records
    reach: Reach,
    *,
    arc: Ints,
    along_m: Floats,
    second: Floats,
    fix: Ints,
    cart: NDArray[np.object_],
    spraying: Ints,
    speed_kmh: Floats,
    sigma_m: Floats,
    straight_m: Floats,
    is_joined: NDArray[np.bool_],
) -> pd.DataFrame:
    """Join places to stretches.

    Parameters
    ----------
    reach
        Finds the ways between arcs.
    arc, along_m, second, fix, cart, spraying, speed_kmh, sigma_m
        Of each record: its place, time, number, cart, 1 or 0 or -1 for spraying, recorded speed,
        error.
    straight_m
        From the record before, as the crow flies.
    is_joined
        Whether a record continues the one before.

    Returns
    -------
    legs
        `LEG_COLUMNS`; times within a step are shared out by length, and where spraying changes
        within a step the change is put in its middle.
    """
    along_m = _never_back(arc, along_m, is_joined)
    steps = np.flatnonzero(is_joined)
    source, target = arc[steps - 1], arc[steps]
    is_other = source != target
    pairs = np.unique(np.stack((source[is_other], target[is_other]), axis=1), axis=0)
    longest = 4.0 * reach.limit_m + 3_000.0
    ways = reach.ways(pairs, limit_m=longest) if len(pairs) else {}
    length = reach.streets.arc_length_m
    driven: dict[int, list[tuple[int, float, float]]] = {}
    for step in steps.tolist():
        one, other = int(arc[step - 1]), int(arc[step])
        if one == other:
            parts = [(one, along_m[step - 1], along_m[step])]
        elif (one, other) in ways:
            parts = [
                (one, along_m[step - 1], length[one]),
                *((between, 0.0, length[between]) for between in ways[one, other]),
                (other, 0.0, along_m[step]),
            ]
        else:
            continue
        driven[step] = parts
    speed = _name_speeds(
        driven, second, speed_kmh, (straight_m, sigma_m), _state(spraying, is_joined)
    )
    rows: list[tuple[float, ...]] = []
    for step, parts in driven.items():
        rows += _share_out(
            step, parts, second, spraying, (float(speed[0][step]), float(speed[1][step]))
        )
    return _tabulate(rows, reach, fix, cart)


def _never_back(arc: Ints, along_m: Floats, is_joined: NDArray[np.bool_]) -> Floats:
    """Take the small steps backwards of a standing cart out: a street is driven forwards."""
    forward = along_m.copy()
    for step in np.flatnonzero(is_joined & np.append(False, arc[1:] == arc[:-1])):
        forward[step] = max(forward[step], forward[step - 1])
    return forward


def _state(spraying: Ints, is_joined: NDArray[np.bool_]) -> Ints:
    """Give a number to each run of steps through which spraying stays as it is."""
    before = np.append(-2, spraying[:-1])
    same = is_joined & np.append(False, is_joined[:-1])
    same &= (np.append(-2, before[:-1]) == before) & (before == spraying)
    return np.cumsum(~same)


def _name_speeds(
    driven: dict[int, list[tuple[int, float, float]]],
    second: Floats,
    speed_kmh: Floats,
    seen: tuple[Floats, Floats],
    run: Ints,
) -> tuple[Floats, Floats]:
    """Give the speed of each step: as recorded, else by way and time of the steps of its run.

    Of one step alone the error of two positions makes a quarter of the speed; so it is taken
    with the steps around. Sure is what two errors leave of the way as the crow flies from record
    to record: a way along the streets may be a detour that nobody drove.
    """
    straight_m, sigma_m = seen
    way = np.zeros(len(second))
    for step, parts in driven.items():
        way[step] = sum(end - begin for _, begin, end in parts)
    far = np.append(0.0, np.cumsum(way))
    first, last = (np.searchsorted(run, run, side=side) for side in ("left", "right"))
    place = np.arange(len(second))
    low, high = np.maximum(place - _AROUND, first), np.minimum(place + _AROUND + 1, last)
    span = np.maximum(second[high - 1] - second[np.maximum(low - 1, 0)], 1e-9)
    driven_m = far[high] - far[low]
    stated = (np.append(np.nan, speed_kmh[:-1]) + speed_kmh) / 2
    is_stated = np.isfinite(stated)
    crow = np.append(0.0, np.cumsum(np.where(way > 0, straight_m, 0.0)))
    sure_m = np.minimum(driven_m, crow[high] - crow[low]) - _TWO_ERRORS * sigma_m
    least = np.maximum(sure_m, 0.0) / span * 3.6
    derived = driven_m / span * 3.6
    return np.where(is_stated, stated, derived), np.where(is_stated, stated, least)


def _share_out(
    step: int,
    parts: list[tuple[int, float, float]],
    second: Floats,
    spraying: Ints,
    speed: tuple[float, float],
) -> list[tuple[float, ...]]:
    """Give the stretches of one step with their times."""
    total = sum(end - begin for _, begin, end in parts)
    if total < _LEAST_M:
        return []
    start, took = second[step - 1], second[step] - second[step - 1]
    before, after = spraying[step - 1], spraying[step]
    half = total if before == after else total / 2
    rows: list[tuple[float, ...]] = []
    walked = 0.0
    for arc, begin, end in parts:
        middle = begin + half - walked
        for low, high in ((begin, min(end, middle)), (max(begin, middle), end)):
            if high - low < _LEAST_M:
                continue
            at = walked + low - begin
            rows.append(
                (
                    step,
                    arc,
                    low,
                    high,
                    start + took * at / total,
                    start + took * (at + high - low) / total,
                    *speed,
                    before if at < half - _LEAST_M / 2 else after,
                    before == after,
                )
            )
        walked += end - begin
    return rows


def _tabulate(
    rows: list[tuple[float, ...]], reach: Reach, fix: Ints, cart: NDArray[np.object_]
) -> pd.DataFrame:
    """Write stretches as a table, along the lines of the roads."""
    table = np.array(rows, dtype=np.float64).reshape(-1, 10)
    step, arc = table[:, 0].astype(np.int64), table[:, 1].astype(np.int64)
    streets = reach.streets
    forward = streets.is_forward[arc]
    start, length = streets.arc_start_m[arc], streets.arc_length_m[arc]
    low, high = table[:, 2], table[:, 3]
    legs = pd.DataFrame(
        {
            "cart_id": cart[step],
            "arc": arc,
            "row_of_road": streets.arc_row[arc],
            "from_m": start + np.where(forward, low, length - low),
            "to_m": start + np.where(forward, high, length - high),
            "is_forward": forward,
            "length_m": high - low,
            "start_s": table[:, 4],
            "end_s": table[:, 5],
            "speed_kmh": table[:, 6],
            "least_kmh": table[:, 7],
            "spraying": table[:, 8].astype(np.int64),
            "is_sure": table[:, 9] > 0,
            "fix": fix[step - 1],
            "to_fix": fix[step],
        }
    )
    return legs.astype(LEG_COLUMNS)
