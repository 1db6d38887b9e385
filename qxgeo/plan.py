"""The action plan as frozen, typed values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from collections.abc import Mapping

from qxgeo.errors import Text
from qxgeo.vocabulary import Strength


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """Somebody who answers for a measure."""

    unit_id: str
    name: str
    aliases: tuple[str, ...] = ()
    kind: str = "department"  # department | office | township | townships (各乡办) | ...
    members: tuple[str, ...] = ()  # township codes, e.g. the five behind 各乡办


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    kind: str  # "by"
    text: str
    date: date
    note: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    text: str
    every: int
    period: str  # "week" | "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A number that the plan's words (附近, 周边) leave open."""

    parameter_id: str
    title: Text
    unit: str
    default: float | None  # None: no default verdict, the rule stays undecided until it is set
    source: Text  # where the default comes from; always printed as an assumption


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One reading of an ambiguous clause."""

    choice_id: str
    text: Text
    override: Mapping[str, Any]  # fields of the rule that this reading replaces


@dataclass(frozen=True, slots=True, kw_only=True)
class Ambiguity:
    ambiguity_id: str  # "2.2.4-a.1": rule id, dot, 1-based number
    question: Text
    default: Choice
    alternatives: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    """Which rows of which layer."""

    layer: str
    text: Text
    where: Mapping[str, Any]  # three-valued condition, see rules/attribute.py; {} = all rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    rule_id: str
    measure_id: str
    title: Text
    clause: str  # the words of the plan this rule stands on
    kind: str  # within_distance | inside_polygon | attribute | list | coverage | frontage | ...
    strength: Strength
    effect: str
    page: str  # keep_wet | repair | restricted | other
    subject: Selector
    reference: Selector | None
    radius_m: float | None  # from the document
    radius_parameter: str | None  # parameter id when the document gives no number
    whole_section: bool  # True: a section that is hit is treated whole; False: clipped
    new_only: bool  # 不新增: existing premises are listed, not bound
    only_on_warning_days: bool
    draws_zone: bool  # also report the area of the zone itself per township
    ambiguities: tuple[Ambiguity, ...]
    notes: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    measure_id: str
    target_id: str
    item: int
    text: str
    spatial: str
    deadline: Deadline | None
    rhythm: Rhythm | None
    trigger: str | None
    inventory_of: str
    ledger: str
    inspection_rounds: tuple[int, ...]
    lead: tuple[str, ...]  # unit ids
    cooperating: tuple[str, ...]
    responsible: tuple[str, ...]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    target_id: str
    numeral: str
    title: str
    lead: tuple[str, ...]
    cooperating: tuple[str, ...]
    responsible: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    section_id: str
    numeral: str
    title: str
    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionRound:
    number: int
    text: str
    start: date
    end: date
    focus: str
    sections: tuple[str, ...]
    note: Text | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionPlan:
    plan_id: str
    title: Text
    district_code: str
    year: int
    sha256: str
    units: tuple[Unit, ...]
    parameters: tuple[Parameter, ...]
    sections: tuple[Section, ...]
    measures: tuple[Measure, ...]
    rounds: tuple[InspectionRound, ...]

    @property
    def rules(self) -> tuple[Rule, ...]: ...
    def measure(self, measure_id: str) -> Measure: ...
    def rule(self, rule_id: str) -> Rule: ...
    def unit(self, unit_id: str) -> Unit: ...
    def find_unit(self, name: str) -> Unit: ...  # by id, name or alias; PlanError if unknown
    def parameter(self, parameter_id: str) -> Parameter: ...


def load_plan(plan: str | Path) -> ActionPlan:
    """Load an embedded plan by name ("qixing-2023") or a TOML file by path."""
    raise NotImplementedError
