"""Whether the fleet keeps everything wet, and if not, what would."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from qxgeo.errors import Text
from qxgeo.watering.crews import tightest_interval_s
from qxgeo.watering.drying import DAY_S
from qxgeo.watering.model import Diagnosis
from qxgeo.watering.rounds import drive_rounds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from qxgeo.watering.demand import Demand
    from qxgeo.watering.laps import Crew
    from qxgeo.watering.rounds import Ground, Round

_MOST_TIMES = 2  # as many carts as the fleet has: more are not tried
_AHEAD_S = (2_400.0,)


def diagnose(
    demand: Demand, ground: Ground, best: Round, crews: Sequence[Crew], never: Mapping[int, Text]
) -> tuple[Diagnosis, tuple[int, ...]]:
    """Say whether it does, how many carts more would, and what comes first.

    Parameters
    ----------
    demand, ground
        What has to be kept wet and how it dries.
    best
        What was found.
    crews
        The whole fleet in its shifts.
    never
        Sections that no cart gets to.

    Returns
    -------
    diagnosis
        Carts more are found by planning with them.
    within
        Where some fall dry: the sections that carts enough keep wet, most urgent first.
    """
    late = _list_late(demand, best, never)
    more, tried, kept = _carts_more(ground, best, crews, never) if late else (0, 0, set())
    reasons = _reasons(demand, ground, never)
    reasons += _reasons_of_dryness(demand, ground, best, crews) if late else []
    reasons += [_say_tried(tried)] if more < 0 else []
    diagnosis = Diagnosis(
        is_kept=not late and not never,
        wet_share=_wet_share(ground, best),
        carts_more=-1 if not late and never else more,
        first_sections=late,
        reasons=tuple(reasons),
    )
    return diagnosis, _by_urgency(demand, kept)


def tell_protected(
    diagnosis: Diagnosis,
    demand: Demand,
    ground: Ground,
    best: Round,
    never: Mapping[int, Text],
    sections: tuple[int, ...],
) -> Diagnosis:
    """Say what becomes of the others where the urgent sections are kept wet.

    Parameters
    ----------
    diagnosis
        Where all are watered alike.
    demand, ground
        What has to be kept wet and how it dries.
    best
        The day that keeps them.
    never
        Sections that no cart gets to.
    sections
        That are kept wet, most urgent first.

    Returns
    -------
    diagnosis
        ``first_sections`` are those that the next cart would serve.
    """
    late = _list_late(demand, best, never)
    return replace(
        diagnosis,
        is_kept=not late and not never,
        wet_share=_wet_share(ground, best),
        carts_more=diagnosis.carts_more if late else -1 if never else 0,
        first_sections=late,
        protected=sections if late else (),
        alike_share=diagnosis.wet_share if late else None,
    )


def _list_late(demand: Demand, best: Round, never: Mapping[int, Text]) -> tuple[int, ...]:
    """List the sections that fall dry though carts get to them, most urgent first."""
    late = np.flatnonzero(~best.wetness.is_kept).tolist()
    return _by_urgency(demand, (place for place in late if place not in never))


def _by_urgency(demand: Demand, sections: Iterable[int]) -> tuple[int, ...]:
    """Put sections into the order of their urgency."""
    urgency = demand.sections["urgency"].to_numpy()
    return tuple(sorted(sections, key=lambda place: urgency[place]))


def _wet_share(ground: Ground, best: Round) -> float:
    """Give the share of the metre-hours that are wet."""
    total_mh = float(ground.lengths_m.sum()) * ground.drying.required_h
    return 1.0 - best.dry_mh / total_mh if total_mh > 0 else 1.0


def _carts_more(
    ground: Ground, best: Round, crews: Sequence[Crew], never: Mapping[int, Text]
) -> tuple[int, int, set[int]]:
    """Find how many carts more keep all sections wet that a cart gets to, and how many were tried.

    The first number is -1 where none that was tried does. The sections that some of them kept wet
    are given too.
    """
    carts = sorted({crew.cart for crew in crews})
    kept: set[int] = set()

    def is_enough(count: int) -> bool:
        tried = drive_rounds(
            ground, best.tours, [*crews, *_clone(crews, carts, count)], ahead_s=_AHEAD_S
        )
        is_kept = tried.wetness.is_kept
        kept.update(np.flatnonzero(is_kept).tolist())
        return bool(np.delete(is_kept, list(never)).all())

    low, high = 0, max(1, len(carts) // 8)
    while not is_enough(high):
        low, high = high, high * 2
        if high > _MOST_TIMES * max(len(carts), 8):
            return -1, low, kept - set(never)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high, high, kept - set(never)


def _say_tried(count: int) -> Text:
    """Say with how many carts more it was tried in vain."""
    return Text(
        f"试排到再加 {count} 辆同样的车，仍有路段会变干",
        f"tried with up to {count} carts more of the same kinds: some sections still dry",
    )


def _clone(crews: Sequence[Crew], carts: Sequence[int], count: int) -> list[Crew]:
    """Give further carts like those there are, in turn, with their shifts."""
    first = max(carts) + 1
    return [
        replace(crew, cart=first + number)
        for number in range(count)
        for crew in crews
        if crew.cart == carts[number % len(carts)]
    ]


def _reasons(demand: Demand, ground: Ground, never: Mapping[int, Text]) -> list[Text]:
    """Give one sentence for each cause that lies in the roads."""
    reasons: list[Text] = []
    for why in dict.fromkeys(never.values()):
        places = [place for place, one in never.items() if one == why]
        metres = float(ground.lengths_m[places].sum())
        reasons.append(
            Text(
                f"{len(places)} 段 {metres:,.0f} 米：{why.zh}",
                f"{len(places)} sections, {metres:,.0f} m: {why.en}",
            )
        )
    parted = int(demand.sections["is_long_for_tank"].sum())
    if parted:
        reasons.append(
            Text(
                f"{parted} 段是一罐水洒不完的长路段的一部分，分几趟洒",
                f"{parted} sections are parts of stretches longer than a tank, sprayed in turn",
            )
        )
    return reasons


def _reasons_of_dryness(
    demand: Demand, ground: Ground, best: Round, crews: Sequence[Crew]
) -> list[Text]:
    """Say which hours have no driver, and whether tours are longer than the interval."""
    reasons: list[Text] = []
    hours = np.arange(24)
    is_driven = np.zeros(24, dtype=bool)
    for crew in crews:
        for shift in (0.0, DAY_S):
            is_driven |= (crew.start_s < (hours + 1) * 3600 + shift) & (
                crew.end_s > hours * 3600 + shift
            )
    idle = hours[~is_driven & ~ground.drying.is_rain & ~ground.drying.is_frost]
    if len(idle):
        listed = "、".join(str(hour) for hour in idle)
        reasons.append(
            Text(
                f"这些钟点没有任何班次：{listed} 时",
                f"no shift covers these hours: {listed.replace('、', ', ')}",
            )
        )
    tightest = tightest_interval_s(ground.drying, demand)
    longest = max((tour.duration_s for tour in best.tours), default=0.0)
    if longest > tightest:
        reasons.append(
            Text(
                f"最紧时路面 {tightest / 60:.0f} 分钟就干，最长的一趟要 {longest / 60:.0f} 分钟",
                f"at the tightest a road dries in {tightest / 60:.0f} minutes, and the longest tour"
                f" takes {longest / 60:.0f}",
            )
        )
    return reasons
