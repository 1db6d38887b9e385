"""Read what the document itself holds: units, sections, targets, rounds and measures."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from qxgeo.errors import Text
from qxgeo.plan.entry import NO_DATE, Entry, twice
from qxgeo.plan.model import (
    Anomaly,
    Deadline,
    InspectionRound,
    Measure,
    Parameter,
    Rhythm,
    Section,
    Target,
    Unit,
)
from qxgeo.plan.rule import check_rules, quote, read_rule
from qxgeo.plan.words import PERIOD_LABELS, ROLES, SPATIAL_LABELS, UNIT_KINDS

if TYPE_CHECKING:
    from collections.abc import Collection

    from qxgeo.plan.model import Rule
    from qxgeo.plan.rule import Names


def _check_unique(top: Entry, key: str, names: list[str]) -> None:
    """Note every name that already stood in the same list."""
    for number, name in enumerate(names):
        if name and name in names[:number]:
            top.fault(f"{key}[{number}]", *twice(name))


def read_units(top: Entry) -> tuple[Unit, ...]:
    """Read the units; a name or alias may mean one unit only."""
    units = []
    owners: dict[str, str] = {}
    for entry in top.tables("units"):
        unit = Unit(
            unit_id=entry.text("id"),
            name=entry.text("name"),
            aliases=entry.texts("aliases"),
            kind=entry.word("kind", UNIT_KINDS),
            members=entry.texts("members"),
            is_named=not entry.flag("not_in_document"),
            note=entry.both("note", required=False),
        )
        for name in dict.fromkeys((unit.unit_id, unit.name, *unit.aliases)):
            if name and name in owners:
                entry.fault("", *twice(name))
            owners[name] = unit.unit_id
        entry.close()
        units.append(unit)
    return tuple(units)


def read_parameters(top: Entry) -> tuple[Parameter, ...]:
    """Read the open parameters."""
    parameters = []
    for entry in top.tables("parameters", required=False):
        parameters.append(
            Parameter(
                parameter_id=entry.text("id"),
                title=entry.sentence("title"),
                unit=entry.text("unit"),
                default=entry.metres("default"),
                source=entry.sentence("source"),
            )
        )
        entry.close()
    _check_unique(top, "parameters", [one.parameter_id for one in parameters])
    return tuple(parameters)


def read_anomalies(top: Entry) -> tuple[Anomaly, ...]:
    """Read the oddities of the document."""
    anomalies = []
    for entry in top.tables("anomalies", required=False):
        anomalies.append(
            Anomaly(
                where=entry.text("where"),
                what=entry.sentence("what"),
                handling=entry.sentence("handling"),
            )
        )
        entry.close()
    return tuple(anomalies)


def read_sections(top: Entry, units: tuple[Unit, ...]) -> tuple[Section, ...]:
    """Read sections and their targets; a target's id begins with its section's."""
    targets: dict[str, list[Target]] = {}
    section_ids = [str(entry.raw.get("id")) for entry in top.tables("sections")]
    names = {
        name: unit.unit_id for unit in units for name in (unit.unit_id, unit.name, *unit.aliases)
    }
    seen: list[str] = []
    for entry in top.tables("targets"):
        target = _read_target(entry, names)
        section_id = target.target_id.rpartition(".")[0]
        if target.target_id in seen:
            entry.fault("id", *twice(target.target_id))
        elif section_id not in section_ids:
            entry.unknown("id", section_id, section_ids)
        seen.append(target.target_id)
        targets.setdefault(section_id, []).append(target)
    sections = []
    for entry in top.tables("sections"):
        section_id = entry.text("id")
        sections.append(
            Section(
                section_id=section_id,
                numeral=entry.text("numeral"),
                title=entry.text("title"),
                targets=tuple(targets.get(section_id, ())),
            )
        )
        entry.close()
    _check_unique(top, "sections", [section.section_id for section in sections])
    return tuple(sections)


def _read_target(entry: Entry, names: dict[str, str]) -> Target:
    """Read a target; its roles stand in the order of the document and name units by any name."""
    as_written = {role: entry.texts(role) for role in entry.raw if role in ROLES}
    unit_ids = {}
    for role, written in as_written.items():
        for number, name in enumerate(written):
            if name not in names:
                entry.unknown(f"{role}[{number}]", name, sorted(names))
        unit_ids[role] = tuple(names[name] for name in written if name in names)
        if len(set(unit_ids[role])) < len(unit_ids[role]):
            entry.fault(role, *twice("、".join(written)))
    target = Target(
        target_id=entry.text("id"),
        numeral=entry.text("numeral"),
        title=entry.text("title"),
        lead=unit_ids.get("lead", ()),
        cooperating=unit_ids.get("cooperating", ()),
        responsible=unit_ids.get("responsible", ()),
        role_order=tuple(as_written),
        as_written=MappingProxyType(as_written),
    )
    entry.value("lead", "list", required=True)
    entry.close()
    return target


def read_rounds(top: Entry, section_ids: set[str]) -> tuple[InspectionRound, ...]:
    """Read the inspection rounds."""
    rounds = []
    for entry in top.tables("rounds", required=False):
        start, end = entry.day("start"), entry.day("end")
        one = InspectionRound(
            number=entry.integer("number", least=1),
            text=entry.text("text"),
            start=start or NO_DATE,
            end=end or NO_DATE,
            focus=entry.text("focus"),
            sections=entry.texts("sections"),
            note=entry.both("note", required=False),
        )
        if one.start > one.end:
            entry.fault(
                "end",
                Text("结束早于开始", "it ends before it starts"),
                Text("请核对日期", "check the dates"),
            )
        for section_id in one.sections:
            if section_id not in section_ids:
                entry.unknown("sections", section_id, sorted(section_ids))
        entry.close()
        rounds.append(one)
    _check_unique(top, "rounds", [str(one.number) for one in rounds])
    return tuple(rounds)


def read_measures(
    top: Entry, sections: tuple[Section, ...], rounds: Collection[int], names: Names
) -> tuple[Measure, ...]:
    """Read the measures; each takes its units from its target."""
    targets = {target.target_id: target for section in sections for target in section.targets}
    measures: list[Measure] = []
    rules = []
    for entry in top.tables("measures"):
        text = entry.text("text")
        measure_id = entry.text("id")
        pairs = [
            (one, read_rule(one, measure_id, text, names))
            for one in entry.tables("rules", required=False)
        ]
        measure = _read_measure(entry, targets, tuple(rule for _, rule in pairs))
        for number in measure.inspection_rounds:
            if number not in rounds:
                entry.unknown("inspection_rounds", str(number), sorted(map(str, rounds)))
        entry.close()
        measures.append(measure)
        rules += pairs
    _check_unique(top, "measures", [measure.measure_id for measure in measures])
    check_rules(rules)
    return tuple(measures)


def _read_measure(entry: Entry, targets: dict[str, Target], rules: tuple[Rule, ...]) -> Measure:
    """Read a measure without its rules; its id is the target's with a number."""
    measure_id, text = entry.text("id"), entry.text("text")
    target_id, _, item = measure_id.rpartition(".")
    target = targets.get(target_id, _NO_TARGET)
    if measure_id and target is _NO_TARGET:
        entry.unknown("id", target_id, list(targets))
    elif measure_id and not item.isdecimal():
        entry.fault(
            "id",
            Text(f"末段不是数字：{item}", f"its last part is no number: {item}"),
            Text(f"应为 {target_id}.1 等", f"must be {target_id}.1 and so on"),
        )
    trigger = entry.text("trigger", required=False)
    quote(entry, "trigger", trigger, text)
    return Measure(
        measure_id=measure_id,
        target_id=target_id,
        item=int(item) if item.isdecimal() else 0,
        text=text,
        spatial=entry.word("spatial", SPATIAL_LABELS),
        deadline=_read_deadline(entry, text),
        rhythm=_read_rhythm(entry, text),
        trigger=trigger or None,
        inventory_of=entry.both("inventory_of", required=False),
        ledger=entry.both("ledger", required=False),
        inspection_rounds=_read_round_numbers(entry),
        lead=target.lead,
        cooperating=target.cooperating,
        responsible=target.responsible,
        rules=rules,
        summary_en=entry.text("summary_en", required=False),
        notes=entry.sentences("notes"),
    )


def _read_round_numbers(entry: Entry) -> tuple[int, ...]:
    """Read the numbers of the rounds that look at a measure."""
    numbers = entry.value("inspection_rounds", "list", required=False) or ()
    found = [one for one in numbers if isinstance(one, int) and not isinstance(one, bool)]
    if len(set(found)) < len(numbers):
        entry.fault(
            "inspection_rounds",
            Text(f"不是各不相同的整数：{numbers}", f"not different whole numbers: {numbers}"),
            Text("请写督导检查的序号", "give the numbers of the rounds"),
        )
    return tuple(found)


def _read_deadline(measure: Entry, text: str) -> Deadline | None:
    """Read a deadline; its words are the document's."""
    entry = measure.table("deadline", required=False)
    if entry is None:
        return None
    deadline = Deadline(
        kind=entry.word("kind", ("by",)),
        text=entry.text("text"),
        date=entry.day("date") or NO_DATE,
        earliest=entry.day("earliest", required=False),
        note=entry.both("note", required=False),
    )
    quote(entry, "text", deadline.text, text)
    if deadline.earliest is not None and NO_DATE < deadline.date < deadline.earliest:
        entry.fault(
            "earliest",
            Text("晚于期限本身", "later than the deadline itself"),
            Text("请核对日期", "check the dates"),
        )
    entry.close()
    return deadline


def _read_rhythm(measure: Entry, text: str) -> Rhythm | None:
    """Read a rhythm; its words are the document's."""
    entry = measure.table("rhythm", required=False)
    if entry is None:
        return None
    rhythm = Rhythm(
        text=entry.text("text"),
        every=entry.integer("every", least=1),
        period=entry.word("period", PERIOD_LABELS),
    )
    quote(entry, "text", rhythm.text, text)
    entry.close()
    return rhythm


_NO_TARGET = Target(
    target_id="",
    numeral="",
    title="",
    lead=(),
    cooperating=(),
    responsible=(),
    role_order=(),
    as_written=MappingProxyType({}),
)
