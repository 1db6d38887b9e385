"""district.toml -> Declaration: strict, every fault with its key."""

from __future__ import annotations

import hashlib
import re
import tomllib
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from qxgeo.district.layer_entry import no_file, read_layers, resolve_path
from qxgeo.district.model import Declaration, ParameterValue
from qxgeo.district.patrol_entry import read_patrol
from qxgeo.district.today_settings import read_today
from qxgeo.district.watering_settings import read_watering
from qxgeo.errors import DistrictError, Fault, Text
from qxgeo.plan.entry import NO_DATE, Entry, Faults, twice
from qxgeo.plan.kinds import read_site_kind
from qxgeo.plan.load import embedded_plans
from qxgeo.resources import data_dir

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from qxgeo.plan import ActionPlan, SiteKind

FILE_NAME = "district.toml"
SCHEMA = "qxgeo-district/1"
_CODE = re.compile(r"\d{6}(\d{3}){0,2}")


def find_district_file(path: str | Path | None) -> Path:
    """Find the district file.

    Parameters
    ----------
    path
        The folder or the file; None for the embedded default district.

    Returns
    -------
    file
        Absolute path of an existing file.

    Raises
    ------
    DistrictError
        If there is none.
    """
    given = data_dir() if path is None else Path(path)
    file = (given / FILE_NAME if given.is_dir() else given).resolve()
    if file.is_file():
        return file
    raise DistrictError(
        Fault(
            file=str(given),
            problem=Text(f"没有找到 {FILE_NAME}", f"there is no {FILE_NAME}"),
            mend=Text(
                "给出辖区文件夹或其中的 district.toml；新建用 qxgeo init 文件夹",
                "give the district's folder or its district.toml; make one with qxgeo init FOLDER",
            ),
        )
    )


def read_declaration(file: Path, *, as_of: date | None = None) -> tuple[Declaration, list[Fault]]:
    """Understand a district file without reading its layers.

    Parameters
    ----------
    file
        As `find_district_file` gives it.
    as_of
        Takes the place of the day in the file.

    Returns
    -------
    declaration
        Layers, parameters and choices that are at fault are left out.
    faults
        Every fault, in the order of reading, each with its key; layers' keys begin with
        ``layers.`` and their name.

    Raises
    ------
    DistrictError
        If the file cannot be read or is no TOML.
    """
    content = _read(file)
    faults = Faults(file.name)
    top = Entry(_parse(content, file.name), "", faults)
    top.word("schema", (SCHEMA,))
    code = top.text("code")
    if code and not _CODE.fullmatch(code):
        top.fault(
            "code",
            Text(f"不是行政区划代码：{code}", f"not an administrative code: {code}"),
            Text("应为 6 位数字（或 9、12 位）", "6 digits (or 9, or 12)"),
        )
    name_zh = top.text("name")
    day = top.day("as_of")
    declaration = Declaration(
        path=file,
        sha256=hashlib.sha256(content).hexdigest(),
        code=code,
        name=Text(name_zh, top.text("name_en", required=False) or name_zh),
        plan=_read_plan_name(top, file.parent),
        as_of=as_of or day or NO_DATE,
        is_warning_day=top.flag("warning_day"),
        layers=MappingProxyType(read_layers(top, file.parent)),
        parameters=MappingProxyType(_read_parameters(top)),
        choices=MappingProxyType(_read_choices(top)),
        patrol=read_patrol(top, file.parent),
        today=read_today(top, file.parent),
        watering=read_watering(top, file.parent),
        site_kinds=_read_site_kinds(top),
    )
    top.close()
    return declaration, faults.found


def check_against_plan(declaration: Declaration, plan: ActionPlan) -> list[Fault]:
    """Check that the district's parameters, choices, phones and site kinds fit the plan.

    Parameters
    ----------
    declaration
        The district.
    plan
        Its plan.

    Returns
    -------
    faults
        One for each unknown parameter, unit, question, reading or rule of a site kind.
    """
    faults = Faults(declaration.path.name)
    parameters = Entry(declaration.parameters, "parameters", faults)
    known_parameters = [one.parameter_id for one in plan.parameters]
    for name in declaration.parameters:
        if name not in known_parameters:
            parameters.unknown(name, name, known_parameters)
    phones = Entry(declaration.patrol.phones, "patrol.phones", faults)
    units = [name for unit in plan.units for name in (unit.name, *unit.aliases)]
    for name in declaration.patrol.phones:
        if name not in units:
            phones.unknown(name, name, units)
    choices = Entry(declaration.choices, "choices", faults)
    _check_site_kinds(declaration.site_kinds, plan, faults)
    questions = {one.ambiguity_id: one for rule in plan.rules for one in rule.ambiguities}
    for name, choice in declaration.choices.items():
        if name not in questions:
            choices.unknown(name, name, list(questions))
            continue
        question = questions[name]
        known = [one.choice_id for one in (question.default, *question.alternatives)]
        if choice not in known:
            choices.unknown(name, choice, known)
    return faults.found


def _read(file: Path) -> bytes:
    """Read the bytes of the file.

    Raises
    ------
    DistrictError
        If the system refuses.
    """
    try:
        return file.read_bytes()
    except OSError as error:
        why = error.strerror or str(error)
        raise DistrictError(
            Fault(
                file=file.name,
                problem=Text(f"辖区文件无法读取（{why}）", f"the file cannot be read ({why})"),
                mend=Text("请检查路径和权限", "check the path and its permissions"),
            )
        ) from error


def _parse(content: bytes, file: str) -> dict[str, Any]:
    """Parse TOML; an error names the line.

    Raises
    ------
    DistrictError
        If it is none.
    """
    try:
        return tomllib.loads(content.decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError as error:
        fault = Fault(
            file=file,
            row=content.count(b"\n", 0, error.start) + 1,
            problem=Text("文件不是 UTF-8 编码", "the file is not encoded in UTF-8"),
            mend=Text("请另存为 UTF-8", "save it as UTF-8"),
        )
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+)", str(error))
        fault = Fault(
            file=file,
            row=int(place[1]) if place else content.count(b"\n") + 1,
            problem=Text(f"不是合法的 TOML：{error}", f"not valid TOML: {error}"),
            mend=Text(
                "请检查该行：文字和中文的键加引号，日期不加引号，路径用 / 分隔",
                "look at that line: text and Chinese keys in quotes, dates without, paths with /",
            ),
        )
    raise DistrictError(fault)


def _read_plan_name(top: Entry, folder: Path) -> str:
    """Take the name of an embedded plan, or the path of a plan file."""
    plan = top.text("plan")
    if not plan or plan in embedded_plans():
        return plan
    if not plan.endswith(".toml"):
        top.unknown("plan", plan, embedded_plans())
        return ""
    path = resolve_path(plan, folder)
    if not path.is_file():
        top.fault("plan", *no_file(plan))
        return ""
    return str(path)


def _read_parameters(top: Entry) -> Mapping[str, ParameterValue]:
    """Read the open parameters that the district sets; each with who says so."""
    group = top.table("parameters", required=False)
    parameters = {}
    for name in group.raw if group is not None else ():
        entry = None if group is None else group.table(name)
        if entry is None:
            continue
        before = len(top.faults.found)
        value = ParameterValue(value=entry.metres("value") or 0.0, source=entry.text("source"))
        if not entry.has("value"):
            entry.value("value", "number", required=True)
        entry.close()
        if len(top.faults.found) == before:
            parameters[name] = value
    return parameters


def _read_site_kinds(top: Entry) -> tuple[SiteKind, ...]:
    """Read the kinds of sites that the district adds to the plan's."""
    group = top.table("site_kinds", required=False)
    entries = {} if group is None else {name: group.table(name) for name in group.raw}
    return tuple(
        read_site_kind(entry, name, None) for name, entry in entries.items() if entry is not None
    )


def _check_site_kinds(kinds: tuple[SiteKind, ...], plan: ActionPlan, faults: Faults) -> None:
    """Note kinds whose words the plan uses already, and rules that it does not have."""
    taken = {name for kind in plan.site_kinds for name in kind.names}
    rule_ids = [rule.rule_id for rule in plan.rules]
    for kind in kinds:
        entry = Entry({}, f"site_kinds.{kind.kind_id}", faults)
        for name in dict.fromkeys(kind.names):
            if name in taken:
                entry.fault("", *twice(name))
            taken.add(name)
        for number, rule in enumerate(kind.rules):
            if rule.rule_id and rule.rule_id not in rule_ids:
                entry.unknown(f"rules[{number}].rule", rule.rule_id, rule_ids)


def _read_choices(top: Entry) -> Mapping[str, str]:
    """Read which reading of an ambiguous clause is taken."""
    group = top.table("choices", required=False)
    return {} if group is None else {name: group.text(name) for name in group.raw}
