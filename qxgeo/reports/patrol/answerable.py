"""定责: the plan's own words, and the units behind them with their duty phones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qxgeo.reports.patrol.wording import say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qxgeo.plan import ActionPlan, Unit

MEASURES = ("5.1.1", "5.1.2")  # the ones a grid member carries out
_ROLES = ("lead", "cooperating", "responsible")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A measure in the plan's words.

    Attributes
    ----------
    gist
        English summary; empty on a Chinese sheet.
    """

    measure_id: str
    text: str
    gist: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitLine:
    """A unit of the measures.

    Attributes
    ----------
    phone
        Empty where the district gave none.
    """

    name: str
    role: str
    phone: str


def quote_measures(plan: ActionPlan, *, lang: str) -> tuple[Quote, ...]:
    """Quote what binds a grid member.

    Parameters
    ----------
    plan
        The district's plan.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    quotes
        Of the `MEASURES` that the plan has.
    """
    known = {measure.measure_id: measure for measure in plan.measures}
    return tuple(
        Quote(
            measure_id=measure_id,
            text=known[measure_id].text,
            gist=known[measure_id].summary_en if lang == "en" else "",
        )
        for measure_id in MEASURES
        if measure_id in known
    )


def list_units(
    plan: ActionPlan, phones: Mapping[str, str], *, township_id: str, lang: str
) -> tuple[UnitLine, ...]:
    """List who answers for the measures in one township.

    Parameters
    ----------
    plan
        The district's plan.
    phones
        Unit name to duty phone.
    township_id
        Units that stand for other townships only are left out; one that stands for several gives
        way to the township's own.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    units
        Lead units first, each once.
    """
    known = {unit.unit_id: unit for unit in plan.units}
    own = {u.members[0]: u for u in reversed(plan.units) if len(u.members) == 1}
    measures = [m for m in plan.measures if m.measure_id in MEASURES]
    roles: dict[str, str] = {}
    for role in _ROLES:
        for measure in measures:
            for unit_id in getattr(measure, role):
                roles.setdefault(unit_id, role)
    lines = []
    for unit_id, role in roles.items():
        unit = known[unit_id]
        if unit.members and township_id not in unit.members:
            continue
        local = own.get(township_id, unit) if unit.members else unit
        name = unit.name if local is unit else f"{local.name}（{unit.name}）"
        phone = _phone_of(local, phones) or _phone_of(unit, phones)
        lines.append(UnitLine(name=name, role=say(role, lang), phone=phone))
    return tuple(lines)


def _phone_of(unit: Unit, phones: Mapping[str, str]) -> str:
    """Find a unit's phone under any of its names."""
    return next((phones[n] for n in (unit.name, *unit.aliases, unit.unit_id) if n in phones), "")
