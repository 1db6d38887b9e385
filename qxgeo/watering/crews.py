"""Crews of a fleet, the order in which its carts are kept, and how fast they have to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qxgeo.watering.drying import DAY_S, clock_of
from qxgeo.watering.laps import Crew

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qxgeo.watering.demand import Demand
    from qxgeo.watering.model import DryingDay, Fleet

_STEPS = 288


def list_crews(fleet: Fleet) -> list[Crew]:
    """Give the carts in their shifts.

    Parameters
    ----------
    fleet
        Carts and shifts.

    Returns
    -------
    crews
        In the order of the shifts.
    """
    place = {name: number for number, name in enumerate(fleet.carts["cart_id"])}
    site = {name: number for number, name in enumerate(fleet.sites["site_id"])}
    kinds, depots = fleet.carts["kind"].tolist(), fleet.carts["depot"].tolist()
    return [
        Crew(
            cart=place[shift["cart_id"]],
            kind=kinds[place[shift["cart_id"]]],
            depot=site[depots[place[shift["cart_id"]]]],
            start_s=float(shift["start_s"]),
            end_s=float(shift["end_s"]),
            break_s=float(shift["break_s"]),
            driver=str(shift["driver"]),
        )
        for shift in fleet.shifts.to_dict("records")
    ]


def order_carts(crews: Sequence[Crew]) -> list[int]:
    """Give the carts in the order in which they are kept: each kind and each set of shifts in turn.

    Parameters
    ----------
    crews
        Of the fleet.

    Returns
    -------
    carts
        Positions in the fleet's carts.
    """
    shifts: dict[int, list[tuple[float, float]]] = {}
    kinds: dict[int, int] = {}
    for crew in crews:
        shifts.setdefault(crew.cart, []).append((crew.start_s, crew.end_s))
        kinds[crew.cart] = crew.kind
    groups: dict[tuple[object, ...], list[int]] = {}
    for cart in sorted(shifts):
        groups.setdefault((kinds[cart], *sorted(shifts[cart])), []).append(cart)
    turn = {cart: (place, key) for key, carts in groups.items() for place, cart in enumerate(carts)}
    return sorted(turn, key=lambda cart: (turn[cart][0], -len(shifts[cart]), cart))


def tightest_interval_s(drying: DryingDay, demand: Demand) -> float:
    """Give the shortest time in which some section dries.

    Parameters
    ----------
    drying
        Of the day.
    demand
        With the factors of the sections.

    Returns
    -------
    seconds
        From the worst moment of the day on.
    """
    clock = clock_of(drying)
    starts = np.arange(_STEPS, dtype=np.float64) * (DAY_S / _STEPS)
    factor = float(demand.sections["interval_factor"].min()) if len(demand.sections) else 1.0
    return float((clock.when(clock.at(starts) + factor) - starts).min())
