"""Nothing is sprayed in frost: shifts rest, and on a day of frost there is nothing to drive."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from qxgeo.errors import Text
from qxgeo.watering.drying import DAY_S, HOUR_S, Frost, cut_out, frost_spells

if TYPE_CHECKING:
    from collections.abc import Hashable

    from qxgeo.district.watering_settings import WateringSettings
    from qxgeo.watering.demand import Demand
    from qxgeo.watering.fleet import PlacedFleet
    from qxgeo.watering.model import DryingDay

    Shift = dict[Hashable, Any]


def frost_of(settings: WateringSettings) -> Frost:
    """Give when nothing is sprayed, as the district says.

    Parameters
    ----------
    settings
        The district's, over the embedded defaults.

    Returns
    -------
    frost
        Ready to be asked of a day's weather.
    """
    return Frost(at_c=settings.number("frost_c"), ahead_h=settings.number("frost_ahead_h"))


def say_frost(drying: DryingDay) -> Text:
    """Say when nothing is sprayed.

    Parameters
    ----------
    drying
        Of a day with frost.

    Returns
    -------
    text
        Hours, as one sentence.
    """
    if drying.is_frost.all():
        return Text(
            "全天冰冻，不得洒水：没有要开的车，路面既不计湿润也不计变干",
            "frost all day, no spraying: nothing to drive, and roads count neither as wet nor as"
            " dry",
        )
    hours = [
        f"{low / HOUR_S:02.0f}:00–{high / HOUR_S:02.0f}:00" for low, high in frost_spells(drying)
    ]
    return Text(
        f"{'、'.join(hours)} 冰冻，不得洒水：其间路面既不计湿润也不计变干",
        f"frost, no spraying {', '.join(hours)}: meanwhile roads count neither as wet nor as dry",
    )


def tell_frost_to_audit(drying: DryingDay) -> tuple[Text, ...]:
    """Say how an audit counts hours of frost.

    Parameters
    ----------
    drying
        Of the day.

    Returns
    -------
    texts
        Nothing on a day without frost.
    """
    if not drying.is_frost.any():
        return ()
    said = say_frost(drying)
    return (Text(f"{said.zh}；核查中按不明计", f"{said.en}; the audit counts them as unknown"),)


def rest_in_frost(
    placed: PlacedFleet, demand: Demand, drying: DryingDay
) -> tuple[PlacedFleet, Demand]:
    """Take the hours of frost out of the shifts, or all roads out of a day of frost.

    Parameters
    ----------
    placed
        Carts in their shifts.
    demand
        What has to be kept wet where water does not freeze.
    drying
        Of the day.

    Returns
    -------
    placed, demand
        The same on a day without frost. A shift that frost cuts owes no break where the frost is
        as long as the break; a cart whose shifts all lie in frost keeps one of no length. What is
        left out is said among the problems.
    """
    if not drying.is_frost.any():
        return placed, demand
    said = say_frost(drying)
    if drying.is_frost.all():
        metres = float(demand.sections["length_m"].sum())
        many = Text(
            f"{said.zh}（{len(demand.sections)} 段 {metres:,.0f} 米）",
            f"{said.en} ({len(demand.sections)} sections, {metres:,.0f} m)",
        )
        empty = replace(
            demand, sections=demand.sections.iloc[:0], tasks=(), problems=(*demand.problems, many)
        )
        return placed, empty
    table = placed.fleet.shifts
    rows: list[Shift] = []
    idle: list[str] = []
    for cart, own in table.groupby("cart_id", sort=False):
        shifts = own.to_dict("records")
        pieces = [piece for shift in shifts for piece in _cut_shift(shift, drying)]
        if not pieces:
            idle.append(str(cart))
            pieces = [{**shifts[0], "end_s": shifts[0]["start_s"], "break_s": 0.0}]
        rows += pieces
    kept = pd.DataFrame(rows, columns=table.columns).astype(table.dtypes)
    fleet = replace(placed.fleet, shifts=kept)
    return replace(placed, fleet=fleet, problems=(*placed.problems, said, *_name(idle))), demand


def _cut_shift(shift: Shift, drying: DryingDay) -> list[Shift]:
    """Give the pieces of a shift outside frost."""
    start, end = shift["start_s"], shift["end_s"]
    spells = [(low + day * DAY_S, high + day * DAY_S) for day in (-1, 0, 1)
              for low, high in frost_spells(drying)]  # fmt: skip
    pieces = cut_out((start, end), spells)
    if pieces == [(start, end)]:
        return [shift]
    rested = end - start - sum(high - low for low, high in pieces)
    owed = 0.0 if rested >= shift["break_s"] else shift["break_s"]
    return [
        {**shift, "start_s": low, "end_s": high, "break_s": 0.0 if number else owed}
        for number, (low, high) in enumerate(pieces)
    ]


def _name(idle: list[str]) -> tuple[Text, ...]:
    """Name the carts whose shifts all lie in frost."""
    if not idle:
        return ()
    return (
        Text(
            f"这些车的班次全在冰冻时段，不出车：{'、'.join(idle)}",
            f"all shifts of these carts lie in frost, and they stay in: {', '.join(idle)}",
        ),
    )
