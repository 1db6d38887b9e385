"""From a watering plan to the sheets of its carts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qxgeo.reports.watering.headings import TURNS, leaving_deg, name_turn, name_wind, turn_deg
from qxgeo.reports.watering.sheets.duty import CartDuty, CartTour, Step
from qxgeo.reports.watering.sheets.wording import say
from qxgeo.reports.watering.stretches import Stretch, list_stretches
from qxgeo.reports.watering.tracks import say_clock
from qxgeo.vocabulary import DEMO_BANNER, NOT_LEGAL_BOUNDARY
from qxgeo.watering.sums import sum_carts
from qxgeo.watering.tables import list_spare_tours

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from qxgeo.watering.model import WateringPlan

    Row = Mapping[Hashable, Any]
    Floats = NDArray[np.float64]

_RUNS = {"tour": "lap", "transfer": "transfer", "wait": "wait", "break": "rest"}


def list_cart_duties(plan: WateringPlan, *, lang: str) -> tuple[CartDuty, ...]:
    """Write down what every cart does.

    Parameters
    ----------
    plan
        The whole plan.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    duties
        In the order of the fleet; a cart that stays in has no tours.
    """
    stretches = list_stretches(plan)
    sums = sum_carts(plan).to_dict("records")
    carts = plan.fleet.carts.to_dict("records")
    spare = list_spare_tours(plan.legs, plan.diagnosis.protected)
    return tuple(
        _tell_cart(plan, cart, amount, stretches, spare, lang)
        for cart, amount in zip(carts, sums, strict=True)
    )


def _tell_cart(
    plan: WateringPlan,
    cart: Row,
    amount: Row,
    stretches: Mapping[int, tuple[Stretch, ...]],
    spare: frozenset[int],
    lang: str,
) -> CartDuty:
    """Write one sheet."""
    runs = plan.runs[plan.runs["cart_id"] == cart["cart_id"]].sort_values("start_s", kind="stable")
    numbers = {tour: place + 1 for place, tour in enumerate(_tours_of(runs))}
    return CartDuty(
        lang=lang,
        district=plan.district.name.in_language(lang),
        plan_title=plan.plan.title.in_language(lang),
        day=plan.day,
        cart_id=str(cart["cart_id"]),
        company=str(cart["company"]),
        banner=DEMO_BANNER.in_language(lang) if plan.is_demo else "",
        caveat=NOT_LEGAL_BOUNDARY.in_language(lang) if plan.is_approximate else "",
        facts=_tell_facts(plan, cart, amount, lang),
        quotes=_quote(plan),
        drivers=_tell_drivers(plan, str(cart["cart_id"]), lang),
        runs=_tell_runs(runs, numbers, spare, lang),
        tours=tuple(
            _tell_tour(plan, tour, number, runs, stretches[tour], lang, is_spare=tour in spare)
            for tour, number in numbers.items()
        ),
        notes=(say("note_time", lang), say("note_turn", lang)),
    )


def _tours_of(runs: pd.DataFrame) -> list[int]:
    """List the tours of a cart in the order of their first run."""
    return list(dict.fromkeys(runs.loc[runs["tour"] >= 0, "tour"].astype(int).tolist()))


def _tell_facts(
    plan: WateringPlan, cart: Row, amount: Row, lang: str
) -> tuple[tuple[str, str], ...]:
    """Say what is to be known of the cart and the day."""
    rate, width = f"{cart['spray_l_per_m']:g}", f"{cart['spray_width_m']:g}"
    spray, drive = (f"{cart[name]:g}" for name in ("spray_speed_kmh", "drive_speed_kmh"))
    facts = {
        "company": str(cart["company"]) or say("not_given", lang),
        "day": plan.day.isoformat(),
        "depot": _site_name(plan, str(cart["depot"])),
        "tank": f"{cart['tank_l']:,.0f} L",
        "water": say("rate", lang, rate=rate, width=width),
        "speed": say("speeds", lang, spray=spray, drive=drive),
        "amount": say(
            "amounts",
            lang,
            spray=f"{amount['spray_m'] / 1e3:.1f}",
            empty=f"{amount['empty_m'] / 1e3:.1f}",
            litres=f"{amount['litres'] / 1e3:.1f}",
            work=f"{amount['work_s'] / 3600:.1f}",
        ),
        "weather": plan.drying.title.in_language(lang),
    }
    return tuple((say(word, lang), text) for word, text in facts.items())


def _site_name(plan: WateringPlan, site_id: str) -> str:
    """Name a depot or a refill point; the id where it has no name."""
    sites = plan.fleet.sites
    names = sites.loc[sites["site_id"] == site_id, "name"]
    return (str(names.iloc[0]) if len(names) else "") or site_id


def _quote(plan: WateringPlan) -> tuple[tuple[str, str], ...]:
    """Quote the rules that ask for it, each once."""
    used = {one.strip() for ids in plan.sections["rule_ids"] for one in str(ids).split(",")}
    return tuple(
        (rule.rule_id, rule.clause)
        for measure in plan.plan.measures
        for rule in measure.rules
        if rule.rule_id in used
    )


def _tell_drivers(
    plan: WateringPlan, cart_id: str, lang: str
) -> tuple[tuple[str, str, str, str], ...]:
    """Name the drivers of a cart with their shifts."""
    shifts = plan.fleet.shifts
    own = shifts[shifts["cart_id"] == cart_id].sort_values("start_s", kind="stable")
    return tuple(
        (
            str(row["driver"]) or say("not_given", lang),
            str(row["phone"]) or say("not_given", lang),
            f"{say_clock(row['start_s'])}–{_say_end(row['end_s'])}",
            say("break_of", lang, minutes=f"{row['break_s'] / 60:.0f}"),
        )
        for row in own.to_dict("records")
    )


def _say_end(at_s: float) -> str:
    """Write the end of a shift; midnight is that of the same day."""
    return "24:00" if round(at_s) == 86_400 else say_clock(at_s)  # noqa: PLR2004 - a day


def _tell_runs(
    runs: pd.DataFrame, numbers: Mapping[int, int], spare: frozenset[int], lang: str
) -> tuple[tuple[str, str, str, str], ...]:
    """Write the timetable of the day."""
    words = dict.fromkeys(spare, "spare_lap")
    return tuple(
        (
            say_clock(row["start_s"]),
            _say_end(row["end_s"]),
            say(
                words.get(int(row["tour"]), _RUNS[str(row["task"])]),
                lang,
                number=numbers.get(int(row["tour"]), 0),
            ),
            str(row["driver"]),
        )
        for row in runs.to_dict("records")
    )


def _tell_tour(
    plan: WateringPlan,
    tour: int,
    number: int,
    runs: pd.DataFrame,
    own: tuple[Stretch, ...],
    lang: str,
    *,
    is_spare: bool,
) -> CartTour:
    """Write one tour with its starts, refills and steps."""
    facts = plan.tours[plan.tours["tour"] == tour].iloc[0]
    starts = runs.loc[runs["tour"] == tour, "start_s"].tolist()
    is_transfer = bool(facts["is_transfer"])
    minutes = f"{facts['duration_s'] / 60:.0f}"
    lines = [say("starts", lang, times=" ".join(map(say_clock, starts)))]
    if is_transfer:
        km = f"{facts['empty_m'] / 1e3:.1f}"
        lines.append(say("transfer_facts", lang, minutes=minutes, km=km))
    else:
        told = say(
            "facts",
            lang,
            minutes=minutes,
            spray=f"{facts['spray_m'] / 1e3:.1f}",
            empty=f"{facts['empty_m'] / 1e3:.1f}",
            litres=f"{facts['litres']:,.0f}",
            refills=int(facts["refills"]),
        )
        lines.append(told)
        if plan.diagnosis.protected:
            lines.append(say("spare" if is_spare else "first_of_all", lang))
    for one in own:
        if one.task == "refill":
            times = " ".join(say_clock(start + one.offset_s) for start in starts)
            site = _site_name(plan, one.site_id)
            lines.append(say("refill_times", lang, site=site, times=times))
    steps = _list_steps(plan, own, str(facts["end_site"]), lang)
    pins = [
        (step.number, float(one.corners[0, 0]), float(one.corners[0, 1]))
        for step, one in zip(steps, own, strict=False)
        if one.task != "drive" and len(one.corners)
    ]
    home = own[0].corners[0] if own and len(own[0].corners) else None
    return CartTour(
        tour=tour,
        is_transfer=is_transfer,
        title=say("way" if is_transfer else "tour", lang, number=number),
        lines=tuple(lines),
        steps=steps,
        sprayed=_lines_of(own, "spray"),
        driven=_lines_of(own, "drive"),
        pins=tuple(pins),
        depot=None if home is None else (float(home[0]), float(home[1])),
    )


def _lines_of(own: tuple[Stretch, ...], task: str) -> tuple[Floats, ...]:
    """Give the lines of a task."""
    return tuple(one.corners for one in own if one.task == task and len(one.corners) > 1)


def _list_steps(
    plan: WateringPlan, own: tuple[Stretch, ...], end_site: str, lang: str
) -> tuple[Step, ...]:
    """Write the turn list: one step for each stretch, and the arrival."""
    steps: list[Step] = []
    before: Stretch | None = None
    for one in own:
        road = one.road_name or say("unnamed", lang)
        if one.task == "refill":
            facts = {"litres": f"{one.litres:,.0f}", "minutes": f"{one.duration_s / 60:.0f}"}
            road = say("refill_of", lang, site=_site_name(plan, one.site_id), **facts)
        steps.append(
            Step(
                number=len(steps) + 1,
                after=f"{one.offset_s / 60:.0f}",
                action=_name_action(before, one, lang),
                road=road,
                task=one.task,
                length="" if one.task == "refill" else f"{one.length_m:,.0f}",
                tank=f"{one.tank_l:,.0f}",
            )
        )
        if len(one.corners) > 1:
            before = one
    if own:
        steps.append(
            Step(
                number=len(steps) + 1,
                after=f"{own[-1].end_s / 60:.0f}",
                action=say("end", lang),
                road=_site_name(plan, end_site),
                task="end",
                length="",
                tank="",
            )
        )
    return tuple(steps)


def _name_action(before: Stretch | None, one: Stretch, lang: str) -> str:
    """Say how to get from the last stretch into this one."""
    if one.task == "refill":
        return say("refill", lang)
    if len(one.corners) < 2:  # noqa: PLR2004 - a line has two ends
        return TURNS["straight"].in_language(lang)
    if before is None:
        return say("start", lang, wind=name_wind(leaving_deg(one.corners)).in_language(lang))
    return TURNS[name_turn(turn_deg(before.corners, one.corners))].in_language(lang)
