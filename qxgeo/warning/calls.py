"""Whom to call: what falls to each unit today, by role."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qxgeo.assess.responsibility import name_units
from qxgeo.district import title_layer
from qxgeo.errors import PlanError, Text
from qxgeo.vocabulary import OUTSIDE_DISTRICT
from qxgeo.warning.model import NO, YES, Call

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from qxgeo.district import District
    from qxgeo.plan import ActionPlan, Measure
    from qxgeo.warning.model import MeasureNow, WetRoads

_ROLES = {
    "lead": Text("牵头", "lead"),
    "responsible": Text("责任", "responsible"),
    "cooperating": Text("配合", "cooperating"),
}
_ALL = "all"
_LONGEST = 60  # characters of a measure in a list of calls; its whole text stands elsewhere


@dataclass(slots=True)
class _Book:
    """Tasks and doubts by the name of a unit, in the order they are met."""

    plan: ActionPlan
    tasks: dict[str, list[Text]] = field(default_factory=dict)
    doubts: dict[str, list[Text]] = field(default_factory=dict)

    def add(self, unit: str, task: Text, *, is_sure: bool = True) -> None:
        """Note a task of a unit, by whichever of its names."""
        unit = _name_unit(self.plan, unit)
        if unit:
            self.tasks.setdefault(unit, [])
            (self.tasks if is_sure else self.doubts).setdefault(unit, []).append(task)


def list_calls(
    plan: ActionPlan,
    district: District,
    *,
    measures: Iterable[MeasureNow],
    wet: WetRoads,
    sources: pd.DataFrame,
) -> tuple[Call, ...]:
    """List what falls to each unit.

    Parameters
    ----------
    plan
        Its units and measures.
    district
        Its townships and duty phones.
    measures
        Those that are not in force call nobody.
    wet
        Roads by township.
    sources
        What lies upwind.

    Returns
    -------
    calls
        In the order of the plan's units, others after them. 各乡办 is named township by township.
    """
    book, towns = _Book(plan), _name_towns(district)
    for one in measures:
        if one.state == NO:
            continue
        for role, label in _ROLES.items():
            for unit in expand_units(plan, getattr(one.measure, role), towns):
                book.add(unit, _word_measure(one, label), is_sure=one.state == YES)
    for row in wet.towns.to_dict("records"):
        if row["township_id"] != _ALL and row["union_m"] > 0:
            _add_road(book, str(row["lead"]), str(row["responsible"]), str(row["township_name"]),
                      float(row["union_m"]))  # fmt: skip
    _add_sources(book, plan, towns, sources)
    phones = _resolve_phones(plan, district)
    known = {unit.name: number for number, unit in enumerate(plan.units)}
    order = sorted(book.tasks, key=lambda name: (known.get(name, len(known)), name))
    return tuple(
        Call(
            unit=name,
            phone=phones.get(name, ""),
            tasks=tuple(dict.fromkeys(book.tasks[name])),
            doubts=tuple(dict.fromkeys(book.doubts.get(name, ()))),
        )
        for name in order
    )


def expand_units(
    plan: ActionPlan, unit_ids: Iterable[str], towns: Mapping[str, str]
) -> tuple[str, ...]:
    """Name units, those that stand for several townships one by one.

    Parameters
    ----------
    plan
        Its units.
    unit_ids
        Of one role.
    towns
        Township code to name.

    Returns
    -------
    names
        Each once.
    """
    names: list[str] = []
    for unit_id in unit_ids:
        unit = plan.unit(unit_id)
        if len(unit.members) <= 1:
            names.append(unit.name)
        else:
            names += [_town_unit(plan, code) or towns.get(code, code) for code in unit.members]
    return tuple(dict.fromkeys(names))


def _town_unit(plan: ActionPlan, code: str) -> str:
    """Give the name of the unit that stands for one township."""
    return next((unit.name for unit in plan.units if unit.members == (code,)), "")


def _word_measure(one: MeasureNow, role: Text) -> Text:
    """Say which measure falls to a unit in which role."""
    gist = one.measure.summary_en or one.measure.text
    words = one.measure.text
    short = words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"
    return Text(
        f"{one.measure.measure_id}（{role.zh}）{short}",
        f"{one.measure.measure_id} ({role.en}) {gist}",
    )


def _add_road(book: _Book, lead: str, responsible: str, town: str, length_m: float) -> None:
    """Give the roads of a township to those who keep them wet."""
    km = f"{length_m / 1e3:.2f} km"
    task = Text(f"{town}：{km} 道路保持湿润", f"{town}: keep {km} of road wet")
    for unit in dict.fromkeys((*lead.split("、"), *responsible.split("、"))):
        book.add(unit, task)


def _add_sources(
    book: _Book, plan: ActionPlan, towns: Mapping[str, str], sources: pd.DataFrame
) -> None:
    """Give the places upwind to those who answer for their kind and their ground."""
    ours = sources[sources["township_id"] != OUTSIDE_DISTRICT]
    once = ours.drop_duplicates(["layer", "source_id"])
    for (layer, code), part in once.groupby(["layer", "township_id"], sort=True):
        measure = find_measure(plan, str(layer))
        title = title_layer(str(layer))
        town = towns.get(str(code), "")
        where = Text(f"{town}：" if town else "", f"{town}: " if town else "")
        task = Text(
            f"{where.zh}上风向{title.zh} {len(part)} 处先查",
            f"{where.en}look first at {len(part)} upwind, {title.en}",
        )
        if town:
            book.add(_town_unit(plan, str(code)) or town, task)
        lead = () if measure is None else measure.lead
        # Townships that lead (5.1) lead on their own ground alone.
        named = name_units(plan, lead, township_id=str(code), township_name=town)
        for unit in named.split("、"):
            book.add(unit, task)


def find_measure(plan: ActionPlan, layer: str) -> Measure | None:
    """Find the measure that speaks of a layer.

    Parameters
    ----------
    plan
        Its rules.
    layer
        Whose rows are the subject of a rule.

    Returns
    -------
    measure
        The first one; None where no rule does.
    """
    for measure in plan.measures:
        if any(rule.subject.layer == layer for rule in measure.rules):
            return measure
    return None


def _name_towns(district: District) -> dict[str, str]:
    """Give the names of the townships by code."""
    layer = district.layers.get("townships")
    if layer is None:
        return {}
    table = layer.table
    return dict(zip(table["township_id"].astype(str), table["name"].astype(str), strict=True))


def _name_unit(plan: ActionPlan, name: str) -> str:
    """Give a unit's own name for any of its names; one that the plan does not know stays."""
    try:
        return plan.find_unit(name).name if name else ""
    except PlanError:
        return name


def _resolve_phones(plan: ActionPlan, district: District) -> dict[str, str]:
    """Give the duty phones by the units' own names."""
    if district.patrol is None:
        return {}
    return {_name_unit(plan, name): phone for name, phone in district.patrol.phones.items()}
