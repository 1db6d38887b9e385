"""What no plan can undercut: carts at the busiest time, and hours of work in the day.

Every traversal has to be renewed before one drying interval has passed. So in any stretch of time
in which ``n`` intervals pass it is sprayed at least ``n`` times, wherever the stretch begins.

*Carts.* In a stretch of length ``T`` with ``n`` intervals the carts together spray ``n`` times all
metres, which takes ``n S`` seconds at the fastest spraying speed, and ``n L`` litres. They begin
with full tanks at best, so that at least ``n L - k tank`` litres are taken meanwhile, at the best
flow; driving empty is left out. ``k`` carts have ``k T`` seconds, so::

    k >= n (S + L / flow) / (T + tank / flow)

A spray that is under way at an end of the stretch counts in full only if the stretch is longer by
the longest spray; ``T`` holds it. The greatest value over all stretches is a bound.

*Work.* The day is a circle of ``s`` intervals, so each traversal is sprayed ``ceil(s)`` times at
least (between two rains: ``ceil(s) - 1`` times), and all water sprayed is taken again: the hours of
spraying, of the flow and of joining the hose once for each tank are a bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qxgeo.errors import Text
from qxgeo.watering.drying import DAY_S

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from qxgeo.watering.drying import DryingClock
    from qxgeo.watering.legs import CartWork

    Floats = NDArray[np.float64]

_EASE = 1e-9
_STEPS = 288  # stretches begin every five minutes

HOW = Text(
    "下界由洒水与加水所需工时推得：任一时段内干燥几个周期，全部路段就至少洒几遍；空驶按0计，"
    "车速、流量按车队中最好的计",
    "from the time that spraying and refilling take: in a stretch of n drying intervals everything"
    " is sprayed n times at least; driving empty counts nothing, speeds and flows are the fleet's"
    " best",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeastWork:
    """The least that one wetting of everything takes.

    Attributes
    ----------
    spray_s, litres
        Of all traversals once.
    longest_s
        The longest single spray.
    flow_l_per_s, tank_l, setup_s
        The best of the fleet.
    """

    spray_s: float
    litres: float
    longest_s: float
    flow_l_per_s: float
    tank_l: float
    setup_s: float

    @property
    def all_s(self) -> float:
        """Give the seconds of one wetting with its water."""
        return (
            self.spray_s
            + self.litres / self.flow_l_per_s
            + self.setup_s * self.litres / self.tank_l
        )


def least_work(metres: Floats, works: Sequence[CartWork]) -> LeastWork:
    """Give the least that one wetting takes with the best of each cart.

    Parameters
    ----------
    metres
        Of each traversal.
    works
        Of each kind of cart.

    Returns
    -------
    least
        For the bounds.
    """
    speed = max(work.spray_speed_kmh for work in works) / 3.6
    flows = [flow for work in works for flow in work.flow_l_per_min if flow > 0]
    return LeastWork(
        spray_s=float(metres.sum()) / speed,
        litres=float(metres.sum()) * min(work.spray_l_per_m for work in works),
        longest_s=float(metres.max(initial=0.0)) / min(w.spray_speed_kmh for w in works) * 3.6,
        flow_l_per_s=max(flows) / 60.0,
        tank_l=max(work.tank_l for work in works),
        setup_s=min(work.setup_s for work in works),
    )


def bound_carts(least: LeastWork, clock: DryingClock, *, factor: float) -> int:
    """Give the fewest carts that work at once at the busiest time.

    Parameters
    ----------
    least
        Of one wetting.
    clock
        Of drying.
    factor
        The largest factor of the drying interval of any section.

    Returns
    -------
    carts
        0 where nothing dries.
    """
    if least.spray_s <= 0 or clock.per_day <= 0:
        return 0
    starts = np.arange(_STEPS, dtype=np.float64) * np.float64(DAY_S / _STEPS)
    most = 0.0
    for count in range(1, int(np.ceil(clock.per_day / factor)) + 1):
        lasts = clock.when(clock.at(starts) + count * factor) - starts
        free = ~_holds_rain(clock, starts, lasts)
        if not free.any():
            continue
        shortest = float(lasts[free].min()) + least.longest_s
        need = count * (least.spray_s + least.litres / least.flow_l_per_s)
        most = max(most, need / (shortest + least.tank_l / least.flow_l_per_s))
    return max(1, int(np.ceil(most - _EASE)))


def _holds_rain(clock: DryingClock, starts: Floats, lasts: Floats) -> NDArray[np.bool_]:
    """Tell which stretches are touched by rain, which wets everything for nothing."""
    touched = np.zeros(len(starts), dtype=bool)
    for low, high in clock.rains_s:
        for shift in (0.0, DAY_S):
            touched |= (starts < high + shift) & (starts + lasts > low + shift)
    return touched


def bound_work_h(least: LeastWork, clock: DryingClock, *, factor: float) -> float:
    """Give the least hours of work in the day.

    Parameters
    ----------
    least
        Of one wetting.
    clock
        Of drying.
    factor
        The largest factor of the drying interval of any section.

    Returns
    -------
    work_h
        Of all carts.
    """
    return fewest_wettings(clock, factor=factor) * least.all_s / 3_600.0


def fewest_wettings(clock: DryingClock, *, factor: float) -> int:
    """Give how often everything has to be sprayed in a day.

    Parameters
    ----------
    clock
        Of drying.
    factor
        Of the drying interval.

    Returns
    -------
    wettings
        At least 1 where it dries at all and never rains.
    """
    if clock.per_day <= 0:
        return 0
    if not clock.rains_s:
        return max(1, int(np.ceil(clock.per_day / factor - _EASE)))
    ends = [end for _, end in clock.rains_s]
    following = [start for start, _ in clock.rains_s[1:]] + [clock.rains_s[0][0] + DAY_S]
    gaps = [
        float(clock.at(start) - clock.at(end)) for end, start in zip(ends, following, strict=True)
    ]
    return sum(max(0, int(np.ceil(gap / factor - _EASE)) - 1) for gap in gaps)
