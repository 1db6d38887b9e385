"""Who is on the red and on the black list of a month, and what it costs: rules that are data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from qxgeo.errors import Text
from qxgeo.ledger.rulebook.load import FAILED_ITEM

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from qxgeo.ledger.listing.figures import Month, SiteFigures
    from qxgeo.ledger.rulebook import BlackRule, ListRules


class ListKind(StrEnum):
    """Which list."""

    RED = "red"
    BLACK = "black"
    CREDIT = "credit"


LIST_LABELS: dict[ListKind, Text] = {
    ListKind.RED: Text("红榜", "red list"),
    ListKind.BLACK: Text("黑榜", "black list"),
    ListKind.CREDIT: Text("信用扣分", "credit deductions"),
}
_FIGURE_LABELS = {
    "score": Text("得分", "score"),
    "inspections": Text("检查", "inspections"),
    "failed_items": Text("不合格项", "failed items"),
    "unjudged_items": Text("未查项", "items not checked"),
    "complaints": Text("投诉", "complaints"),
    "dust_events": Text("扬尘事件", "dust events"),
    "overdue_problems": Text("逾期未改", "overdue problems"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEntry:
    """One name on a list, or one deduction.

    Attributes
    ----------
    rule_id
        Of the rule of the black list; empty on the red one, joined by commas on the black one.
    points
        Credit points, zero but for a deduction.
    """

    month: str
    kind: ListKind
    site_id: str
    name: str
    rule_id: str
    points: float
    reason: Text


def judge_lists(
    rules: ListRules, month: Month, figures: Iterable[SiteFigures]
) -> tuple[ListEntry, ...]:
    """Put sites on the lists of a month.

    Parameters
    ----------
    rules
        Of the lists.
    month
        The month.
    figures
        Of each site.

    Returns
    -------
    entries
        Red by score, black and deductions by site. A figure that nobody knows meets no condition:
        a site that was not inspected is on neither list because of it.
    """
    red: list[SiteFigures] = []
    black: list[ListEntry] = []
    credit: list[ListEntry] = []
    for site in figures:
        broken = [one for one in rules.black if one.condition.holds(_value(site, one))]
        if broken:
            black.append(_tell_black(month, site, broken))
            credit += _tell_credit(month, site, broken)
        elif all(one.holds(site.figures.get(one.figure)) for one in rules.red):
            red.append(site)
    red.sort(key=lambda one: (-(one.figures["score"] or 0.0), one.site_id))
    return (
        *(_tell_red(month, one) for one in red[: rules.most_red]),
        *black,
        *credit,
    )


def _value(site: SiteFigures, rule: BlackRule) -> float | None:
    """Give the figure that a rule asks for."""
    return site.figures.get(rule.condition.figure)


def _tell_red(month: Month, site: SiteFigures) -> ListEntry:
    """Make an entry of the red list."""
    shown = ("score", "inspections", "complaints", "dust_events", "overdue_problems")
    parts = [(_FIGURE_LABELS[key], site.figures[key]) for key in shown]
    return ListEntry(
        month=month.label,
        kind=ListKind.RED,
        site_id=site.site_id,
        name=site.name,
        rule_id="",
        points=0.0,
        reason=Text(
            "，".join(f"{label.zh} {_say(value)}" for label, value in parts),
            ", ".join(f"{label.en} {_say(value)}" for label, value in parts),
        ),
    )


def _tell_black(month: Month, site: SiteFigures, broken: list[BlackRule]) -> ListEntry:
    """Make an entry of the black list, with every reason."""
    reasons = [_tell_reason(site, rule) for rule in broken]
    return ListEntry(
        month=month.label,
        kind=ListKind.BLACK,
        site_id=site.site_id,
        name=site.name,
        rule_id=",".join(rule.rule_id for rule in broken),
        points=0.0,
        reason=Text("；".join(one.zh for one in reasons), "; ".join(one.en for one in reasons)),
    )


def _tell_credit(month: Month, site: SiteFigures, broken: list[BlackRule]) -> Iterator[ListEntry]:
    """Make a deduction of each reason."""
    for rule in broken:
        yield ListEntry(
            month=month.label,
            kind=ListKind.CREDIT,
            site_id=site.site_id,
            name=site.name,
            rule_id=rule.rule_id,
            points=rule.points,
            reason=_tell_reason(site, rule),
        )


def _tell_reason(site: SiteFigures, rule: BlackRule) -> Text:
    """Say what was broken, with the figure where it says more than the rule's title."""
    if rule.condition.figure.startswith(FAILED_ITEM):
        return rule.title
    value, label = _value(site, rule), _FIGURE_LABELS[rule.condition.figure]
    return Text(
        f"{rule.title.zh}（{label.zh} {_say(value)}）",
        f"{rule.title.en} ({label.en} {_say(value)})",
    )


def _say(value: float | None) -> str:
    """Write a figure; a share with two places."""
    if value is None:
        return "–"
    return f"{value:.0f}" if value == int(value) else f"{value:.2f}"
