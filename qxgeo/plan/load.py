"""Load a plan file: strict, every fault in one error."""

from __future__ import annotations

import hashlib
import re
import tomllib
from pathlib import Path
from types import MappingProxyType
from typing import Any

from qxgeo.errors import Fault, PlanError, ReadError, Text
from qxgeo.plan.entry import Entry, Faults, twice
from qxgeo.plan.model import (
    ROLES,
    SPATIAL_LABELS,
    UNIT_KINDS,
    ActionPlan,
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
from qxgeo.plan.rule import Names, read_rule, read_selector
from qxgeo.resources import data_dir


def embedded_plans() -> tuple[str, ...]:
    """List the names of the plans that travel with the package, sorted."""
    return tuple(sorted(p.stem for p in _plans_dir().glob("*.toml") if p.stem != "SOURCES"))


def load_plan(plan: str | Path) -> ActionPlan:
    """Load an embedded plan by name, or a plan file by path.

    Parameters
    ----------
    plan
        Name such as ``qixing-2023``, or the path of a TOML file (a `Path`, or text that ends in
        ``.toml``). The format is described in ``docs/plan-format.md``.

    Returns
    -------
    plan
        Frozen and complete; every id, unit, layer and parameter named in it exists.

    Raises
    ------
    ReadError
        If there is no such plan, or the file cannot be read.
    PlanError
        If the file is malformed: all its faults, each with its key.
    """
    path = _find(plan)
    try:
        content = path.read_bytes()
    except OSError as error:
        why = error.strerror or str(error)
        raise ReadError(
            Fault(
                problem=Text(f"方案文件无法读取（{why}）", f"the plan cannot be read ({why})"),
                mend=Text("请检查路径和权限", "check the path and its permissions"),
                file=str(plan),
            )
        ) from error
    raw = _parse(content, file=path.name)
    faults = Faults(path.name)
    built = _read_plan(Entry(raw, "", faults), hashlib.sha256(content).hexdigest())
    if faults.found:
        raise PlanError(faults.found)
    return built


def _plans_dir() -> Path:
    """Folder of the embedded plans."""
    return data_dir() / "plans"


def _find(plan: str | Path) -> Path:
    """Turn a name into a path; a path stays as it is."""
    if isinstance(plan, Path) or plan.endswith(".toml"):
        return Path(plan)
    if plan in embedded_plans():
        return _plans_dir() / f"{plan}.toml"
    known = "、".join(embedded_plans())
    raise ReadError(
        Fault(
            problem=Text(f"没有方案“{plan}”", f'there is no plan "{plan}"'),
            mend=Text(
                f"可用：{known}；或给出 .toml 文件路径", f"known: {known}; or give a .toml path"
            ),
        )
    )


def _parse(content: bytes, *, file: str) -> dict[str, Any]:
    """Parse TOML, with the line of the first mistake in the error."""
    try:
        return tomllib.loads(content.decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        raise PlanError(
            Fault(
                problem=Text("文件不是 UTF-8 编码", "the file is not encoded in UTF-8"),
                mend=Text("请另存为 UTF-8", "save it as UTF-8"),
                file=file,
                row=row,
            )
        ) from error
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+)", str(error))
        lines = content.count(b"\n") + 1
        raise PlanError(
            Fault(
                problem=Text(f"不是合法的 TOML：{error}", f"not valid TOML: {error}"),
                mend=Text("请检查该行的引号、括号和日期", "check quotes, brackets and dates there"),
                file=file,
                row=int(place[1]) if place else lines,
            )
        ) from error


def _read_plan(top: Entry, sha256: str) -> ActionPlan:
    """Read the whole file, names first, so that references can be checked on the way."""
    units = _read_units(top)
    parameters = tuple(_read_parameter(entry) for entry in top.tables("parameters", required=False))
    sections = _read_sections(top, units)
    rounds = _read_rounds(top, {section.section_id for section in sections})
    names = Names(parameters={p.parameter_id for p in parameters}, selectors={})
    names.selectors.update(_read_selectors(top))
    plan = ActionPlan(
        plan_id=top.text("plan_id"),
        title=top.sentence("title"),
        district_code=top.text("district_code"),
        year=top.integer("year", least=1949),
        sha256=sha256,
        units=units,
        parameters=parameters,
        sections=sections,
        measures=_read_measures(top, sections, {one.number for one in rounds}, names),
        rounds=rounds,
        anomalies=tuple(_read_anomaly(entry) for entry in top.tables("anomalies", required=False)),
        selectors=MappingProxyType(names.selectors),
        classes=_read_classes(top),
    )
    _check_unique(top, "parameters", [one.parameter_id for one in parameters])
    _check_unique(top, "rounds", [str(one.number) for one in rounds])
    _check_rule_references(top, plan)
    top.close()
    return plan


def _check_unique(top: Entry, key: str, names: list[str]) -> None:
    """Note every name that already stood in the same list."""
    for number, name in enumerate(names):
        if name and name in names[:number]:
            top.fault(f"{key}[{number}]", *twice(name))


def _read_units(top: Entry) -> tuple[Unit, ...]:
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


def _read_parameter(entry: Entry) -> Parameter:
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


def _read_anomaly(entry: Entry) -> Anomaly:
    """Read an oddity of the document."""
    anomaly = Anomaly(
        where=entry.text("where"), what=entry.sentence("what"), handling=entry.sentence("handling")
    )
    entry.close()
    return anomaly


def _read_selectors(top: Entry) -> dict[str, Any]:
    """Read the shared selectors."""
    group = top.table("selectors", required=False)
    if group is None:
        return {}
    selectors = {}
    for name in group.raw:
        entry = group.table(name)
        if entry is not None:
            selectors[name] = read_selector(entry)
    return selectors


def _read_classes(top: Entry) -> MappingProxyType[str, tuple[tuple[str, ...], ...]]:
    """Read the columns whose words have an order: a list of steps, each a list of synonyms."""
    group = top.table("classes", required=False)
    classes: dict[str, tuple[tuple[str, ...], ...]] = {}
    for column in group.raw if group else ():
        steps = group.value(column, "list", required=True) or () if group else ()
        holder = Entry(
            {f"[{number}]": step for number, step in enumerate(steps)},
            top.at(f"classes.{column}"),
            top.faults,
        )
        classes[column] = tuple(holder.texts(key, required=True) for key in holder.raw)
    return MappingProxyType(classes)


def _read_sections(top: Entry, units: tuple[Unit, ...]) -> tuple[Section, ...]:
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


def _read_rounds(top: Entry, section_ids: set[str]) -> tuple[InspectionRound, ...]:
    """Read the inspection rounds."""
    rounds = []
    for entry in top.tables("rounds", required=False):
        start, end = entry.day("start"), entry.day("end")
        one = InspectionRound(
            number=entry.integer("number", least=1),
            text=entry.text("text"),
            start=start or _NO_DATE,
            end=end or _NO_DATE,
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
