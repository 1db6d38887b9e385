"""The parts of an action plan as frozen, typed values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from qxgeo.errors import Text
    from qxgeo.vocabulary import Strength


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """Somebody who answers for a measure.

    Attributes
    ----------
    kind
        ``department``, ``office``, ``township``, ``townships`` (各乡办), ``area`` or ``group``.
    members
        Codes of the townships it stands for: one for a township, five behind 各乡办.
    is_named
        Whether the document itself names it; False for a township that is only meant by 各乡办.
    """

    unit_id: str
    name: str
    aliases: tuple[str, ...] = ()
    kind: str = "department"
    members: tuple[str, ...] = ()
    is_named: bool = True
    note: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """The day by which a measure is due.

    Attributes
    ----------
    text
        The document's words, part of the measure's text.
    earliest
        The strictest reading where the words allow two (中旬前), else None.
    """

    kind: str
    text: str
    date: dt.date
    earliest: dt.date | None = None
    note: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """How often a measure comes round: every `every` weeks or months."""

    text: str
    every: int
    period: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A number that the plan's words (附近, 周边) leave open.

    Attributes
    ----------
    default
        None where no number can be defended: the rule stays undecided until it is set.
    source
        Where the default comes from; printed as an assumption beside every result.
    """

    parameter_id: str
    title: Text
    unit: str
    default: float | None
    source: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One reading of an ambiguous clause.

    Attributes
    ----------
    override
        Fields of the rule that this reading replaces. Empty for the default, and for an
        alternative that cannot be computed, which `apply_choices` therefore refuses.
    """

    choice_id: str
    text: Text
    override: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ambiguity:
    """A question that the document leaves open, with the reading taken and the others."""

    ambiguity_id: str
    question: Text
    default: Choice
    alternatives: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    """Which rows of which layer.

    Attributes
    ----------
    where
        Three-valued condition on the columns, see ``docs/plan-format.md``; empty for all rows.
    """

    layer: str
    text: Text
    where: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One spatial or attribute test with its strength and its clause.

    Attributes
    ----------
    clause
        The words of the measure on which the rule stands.
    radius_m
        Distance that the document names, ground metres; reaching it counts as within.
    radius_parameter
        Parameter that stands in where the document names no number.
    other_parameters
        Further open parameters of the test.
    station_radius_m
        For an area test: only where also within this distance of a national-control station.
    whole_section
        True: a section that is hit is treated whole. False: the part inside.
    new_only
        Binds new premises only (不新增); existing ones are listed.
    draws_zone
        Report the area of the drawn zone per township as well.
    rank_by
        Columns by which findings are put into order of work, first one first.
    also_when_missing
        Rules whose union stands in where the subject's layer is not given.
    among
        For a frontage test, which needs it: the roads that an entrance can open on.
    doubtful
        For a frontage test: those of them of which the document does not say whether they are
        meant, so that an entrance on them needs a decision. `reference` comes first.
    """

    rule_id: str
    measure_id: str
    title: Text
    clause: str
    kind: str
    strength: Strength
    effect: str
    page: str
    subject: Selector
    reference: Selector | None
    radius_m: float | None
    radius_parameter: str | None
    whole_section: bool
    new_only: bool
    only_on_warning_days: bool
    draws_zone: bool
    ambiguities: tuple[Ambiguity, ...]
    notes: tuple[Text, ...]
    station_radius_m: float | None = None
    rank_by: tuple[str, ...] = ()
    also_when_missing: tuple[str, ...] = ()
    other_parameters: tuple[str, ...] = ()
    among: Selector | None = None
    doubtful: Selector | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One numbered item of the plan.

    Attributes
    ----------
    item
        Number in its target; 0 where the target is one unnumbered paragraph.
    spatial
        Word of `SPATIAL_LABELS`.
    inventory_of
        What is listed and counted per township, None where nothing is.
    ledger
        What the ledger records besides progress, None where nothing special is.
    summary_en
        The gist in English; the Chinese text alone is the plan.
    """

    measure_id: str
    target_id: str
    item: int
    text: str
    spatial: str
    deadline: Deadline | None
    rhythm: Rhythm | None
    trigger: str | None
    inventory_of: Text | None
    ledger: Text | None
    inspection_rounds: tuple[int, ...]
    lead: tuple[str, ...]
    cooperating: tuple[str, ...]
    responsible: tuple[str, ...]
    rules: tuple[Rule, ...]
    summary_en: str = ""
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A group of measures with the units that answer for them.

    Attributes
    ----------
    role_order
        Roles in the order of the document; a role that it leaves out is absent.
    as_written
        Names of the units as the document writes them here, by role.
    """

    target_id: str
    numeral: str
    title: str
    lead: tuple[str, ...]
    cooperating: tuple[str, ...]
    responsible: tuple[str, ...]
    role_order: tuple[str, ...]
    as_written: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One campaign of the plan."""

    section_id: str
    numeral: str
    title: str
    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionRound:
    """One round of supervision, first and last day included."""

    number: int
    text: str
    start: dt.date
    end: dt.date
    focus: str
    sections: tuple[str, ...]
    note: Text | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Anomaly:
    """An oddity of the document and how it is handled."""

    where: str
    what: Text
    handling: Text
