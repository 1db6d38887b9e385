"""Load a plan file: strict, every fault in one error."""

from __future__ import annotations

import hashlib
import re
import tomllib
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from qxgeo.errors import Fault, PlanError, ReadError, Text
from qxgeo.plan import document
from qxgeo.plan.action_plan import ActionPlan
from qxgeo.plan.entry import Entry, Faults
from qxgeo.plan.kinds import read_site_kinds
from qxgeo.plan.rule import Names, read_selector
from qxgeo.resources import data_dir

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qxgeo.plan.model import Selector

_FIRST_YEAR = 1949  # an earlier year is a slip of the pen


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
    return _build(content, path.name)


@lru_cache(maxsize=8)
def _build(content: bytes, file: str) -> ActionPlan:
    """Build the plan that a file holds; who asks again for the same content waits no more.

    Raises
    ------
    PlanError
        With all faults of the file.
    """
    faults = Faults(file)
    top = Entry(_parse(content, file=file), "", faults)
    built = _read_plan(top, hashlib.sha256(content).hexdigest())
    if faults.found:
        raise PlanError(faults.found)
    return built


def _plans_dir() -> Path:
    """Folder of the embedded plans."""
    return data_dir() / "plans"


def _find(plan: str | Path) -> Path:
    """Turn a name into a path; a path stays as it is.

    Raises
    ------
    ReadError
        If no embedded plan has that name.
    """
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
    """Parse TOML, with the line of the first mistake in the error.

    Raises
    ------
    PlanError
        If it is not UTF-8 or not TOML.
    """
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
    units = document.read_units(top)
    parameters = document.read_parameters(top)
    sections = document.read_sections(top, units)
    rounds = document.read_rounds(top, {section.section_id for section in sections})
    names = Names(
        parameters={one.parameter_id for one in parameters}, selectors=_read_selectors(top)
    )
    measures = document.read_measures(top, sections, {one.number for one in rounds}, names)
    plan = ActionPlan(
        plan_id=top.text("plan_id"),
        title=top.sentence("title"),
        district_code=top.text("district_code"),
        year=top.integer("year", least=_FIRST_YEAR),
        sha256=sha256,
        units=units,
        parameters=parameters,
        sections=sections,
        measures=measures,
        rounds=rounds,
        anomalies=document.read_anomalies(top),
        selectors=MappingProxyType(names.selectors),
        classes=_read_classes(top),
        site_kinds=read_site_kinds(top, [r.rule_id for one in measures for r in one.rules]),
    )
    top.close()
    return plan


def _read_selectors(top: Entry) -> dict[str, Selector]:
    """Read the selectors that several rules share."""
    group = top.table("selectors", required=False)
    if group is None:
        return {}
    entries = {name: group.table(name) for name in group.raw}
    return {name: read_selector(entry) for name, entry in entries.items() if entry is not None}


def _read_classes(top: Entry) -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """Read the columns whose words have an order: a list of steps, each a list of synonyms."""
    group = top.table("classes", required=False)
    classes: dict[str, tuple[tuple[str, ...], ...]] = {}
    if group is not None:
        for column in group.raw:
            steps = group.value(column, "list", required=True) or ()
            holder = Entry(
                {f"[{number}]": step for number, step in enumerate(steps)},
                group.at(column),
                top.faults,
            )
            classes[column] = tuple(holder.texts(key, required=True) for key in holder.raw)
    return MappingProxyType(classes)
