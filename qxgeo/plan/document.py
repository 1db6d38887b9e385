"""Read what the document itself holds: units, sections, targets, rounds and measures."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from qxgeo.errors import Text
from qxgeo.plan.entry import NO_DATE, Entry, twice
from qxgeo.plan.model import (
    PERIOD_LABELS,
    ROLES,
    SPATIAL_LABELS,
    UNIT_KINDS,
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

if TYPE_CHECKING:
    from collections.abc import Collection

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


def read_parameter(entry: Entry) -> Parameter:
    """Read an open parameter."""
    parameter = Parameter(
        parameter_id=entry.text("id"),
        title=entry.sentence("title"),
        unit=entry.text("unit"),
        default=entry.metres("default"),
        source=entry.sentence("source"),
    )
    entry.close()
    return parameter


def read_anomaly(entry: Entry) -> Anomaly:
    """Read an oddity of the document."""
    anomaly = Anomaly(
        where=entry.text("where"), what=entry.sentence("what"), handling=entry.sentence("handling")
    )
    entry.close()
    return anomaly


def read_sections(top: Entry, units: tuple[Unit, ...]) -> tuple[Section, ...]:
    """Read sections and their targets; a target's id begins with its section's."""
    targets: dict[str, list[Target]] = {}
    section_ids = [str(entry.get("id")) for entry in top.raw.get("sections", ()) if entry]
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
    return tuple(rounds)
