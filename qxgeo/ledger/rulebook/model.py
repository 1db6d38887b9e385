"""Rules of work and of the lists as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qxgeo.errors import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Sourced:
    """A number that the plan leaves open, and where it comes from."""

    value: float
    source: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkRules:
    """How the ledger works where the plan is silent.

    Attributes
    ----------
    sha256
        Of the file.
    seed
        Of samples.
    due_soon_days
        From so many days before its date on, a task is due soon.
    problem_days
        A problem without a date is due so many days after it was found.
    empty_rows
        For new problems in a workbook.
    look_back_share, look_back_least
        Of the closed problems of a unit that are looked at again.
    rights
        Role to the statuses that a unit in it may give a problem.
    assumptions
        Sentences to be printed beside the results.
    """

    sha256: str
    seed: int
    due_soon_days: int
    problem_days: int
    empty_rows: int
    look_back_share: float
    look_back_least: int
    rights: Mapping[str, frozenset[str]]
    assumptions: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckItem:
    """One item of the 9个100%."""

    item_id: str
    title: Text
    source: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A figure of a site in a month, held against a bound.

    Attributes
    ----------
    figure
        Word of `load.FIGURES`, or ``failed_item:`` with the id of an item.
    test
        ``at_least``, ``at_most`` or ``below``.
    """

    figure: str
    test: str
    bound: float

    def holds(self, value: float | None) -> bool:
        """Tell whether a value meets the bound; an unknown value (None) meets none."""
        if value is None:
            return False
        if self.test == "at_least":
            return value >= self.bound
        return value <= self.bound if self.test == "at_most" else value < self.bound


@dataclass(frozen=True, slots=True, kw_only=True)
class BlackRule:
    """What brings a site onto the black list, and the credit points that it costs."""

    rule_id: str
    title: Text
    condition: Condition
    points: float
    source: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRules:
    """Rules of the monthly red and black list.

    Attributes
    ----------
    sha256
        Of the file.
    site_kinds
        Kinds of the sites that are judged, as the ledger writes them.
    red
        All of them hold for a site of the red list.
    most_red
        Sites on the red list.
    black
        One of them is enough.
    appeal_days
        Calendar days from the publication on.
    """

    sha256: str
    measures: tuple[str, ...]
    site_kinds: tuple[str, ...]
    items: tuple[CheckItem, ...]
    red: tuple[Condition, ...]
    most_red: int
    red_source: Text
    black: tuple[BlackRule, ...]
    appeal_days: int
    appeal_note: Text
    appeal_source: Text
