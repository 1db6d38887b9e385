"""Who has to do what by when: each measure for each unit in its role, 各乡办 as the five."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qxgeo.errors import Text
from qxgeo.ledger.rhythm.periods import Period, list_periods

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from qxgeo.ledger.rhythm.periods import Span
    from qxgeo.plan import ActionPlan, Measure, Unit

ROLES = ("lead", "cooperating", "responsible")


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One turn of one measure for one unit.

    Attributes
    ----------
    unit_id
        Of the unit that acts: a township in place of 各乡办.
    named_as
        Id of the unit as the plan names it: ``qx-xiangban`` for a township behind 各乡办.
    role
        ``lead``, ``cooperating`` or ``responsible``.
    period
        Label of the turn; empty where the measure does not come round.
    first_day
        From which on it can be done; None where the plan does not say.
    due
        Its last day; None where the plan sets none.
    earliest
        The stricter reading of the deadline, where its words allow two.
    """

    measure_id: str
    unit_id: str
    named_as: str
    role: str
    period: str
    first_day: dt.date | None
    due: dt.date | None
    earliest: dt.date | None


def expand_unit(plan: ActionPlan, unit_id: str) -> tuple[Unit, ...]:
    """Give the units that act where the plan names one.

    Parameters
    ----------
    plan
        The plan.
    unit_id
        As a measure names it.

    Returns
    -------
    units
        The five townships for 各乡办, in the order of its members; else the unit itself.
        华侨旅游经济区 stands beside the five and is not among them.
    """
    unit = plan.unit(unit_id)
    if unit.kind != "townships":
        return (unit,)
    by_code = {one.members[0]: one for one in plan.units if len(one.members) == 1}
    return tuple(by_code[code] for code in unit.members if code in by_code) or (unit,)


def list_duties(plan: ActionPlan, span: Span) -> tuple[Duty, ...]:
    """List every duty of a plan.

    Parameters
    ----------
    plan
        The plan.
    span
        The days in which recurring duties count.

    Returns
    -------
    duties
        In the order of the document, then by role, unit and turn. A unit that a measure names
        twice in one role has it once.
    """
    return tuple(_duties(plan, span))


def _duties(plan: ActionPlan, span: Span) -> Iterator[Duty]:
    """Walk measures, roles, units and turns."""
    for measure in plan.measures:
        turns = list_turns(plan, measure, span)
        for role in ROLES:
            acting: dict[str, str] = {}
            for named in getattr(measure, role):
                for unit in expand_unit(plan, named):
                    acting.setdefault(unit.unit_id, named)
            for unit_id, named in acting.items():
                for turn in turns:
                    yield Duty(
                        measure_id=measure.measure_id,
                        unit_id=unit_id,
                        named_as=named,
                        role=role,
                        period=turn.label,
                        first_day=turn.first_day,
                        due=turn.due,
                        earliest=turn.earliest,
                    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One turn of a measure, whoever acts.

    Attributes
    ----------
    label
        As `Duty.period`.
    first_day, due, earliest
        As in `Duty`.
    """

    label: str = ""
    first_day: dt.date | None = None
    due: dt.date | None = None
    earliest: dt.date | None = None


def list_turns(plan: ActionPlan, measure: Measure, span: Span) -> tuple[Turn, ...]:
    """List the turns of a measure: one by its deadline, one per period, one per round, or one.

    Parameters
    ----------
    plan
        The plan; the measure that holds the words of its inspection rounds runs from-to with them.
    measure
        One of its measures.
    span
        The days in which a rhythm counts.

    Returns
    -------
    turns
        At least one. A measure with neither date nor rhythm has one turn that is never due.
    """
    turns: list[Turn] = []
    if measure.deadline is not None:
        one = measure.deadline
        turns.append(Turn(due=one.date, earliest=one.earliest))
    if measure.rhythm is not None:
        turns += [_turn(period) for period in list_periods(measure.rhythm, span)]
    turns += [
        Turn(label=f"round-{one.number}", first_day=one.start, due=one.end)
        for one in plan.rounds
        if one.text in measure.text
    ]
    return tuple(turns) or (Turn(),)


def _turn(period: Period) -> Turn:
    """Make a turn of a period."""
    return Turn(label=period.label, first_day=period.first_day, due=period.last_day)


def list_gaps(plan: ActionPlan) -> tuple[Text, ...]:
    """Say which duties have nobody who can be asked.

    Parameters
    ----------
    plan
        The plan.

    Returns
    -------
    gaps
        Targets without a responsible unit, and groups whose members the document does not list.
    """
    gaps = [
        Text(
            f"{target.target_id} {target.title}：原文没有写责任单位，留空",
            f"{target.target_id}: the document names no responsible unit; left empty",
        )
        for target in plan.targets
        if not target.responsible
    ]
    for unit in plan.units:
        if unit.kind == "group":
            measures = [
                one.measure_id
                for one in plan.measures
                if unit.unit_id in (*one.lead, *one.cooperating, *one.responsible)
            ]
            if measures:
                listed = "、".join(measures)
                gaps.append(
                    Text(
                        f"{unit.name}：原文没有列出成员，只按原文名称派发一份（{listed}）",
                        f"{unit.name}: its members are not listed; one workbook goes out under"
                        f" that name ({', '.join(measures)})",
                    )
                )
    return tuple(gaps)
