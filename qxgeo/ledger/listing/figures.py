"""What a month's inspections and problems add up to for each construction site."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qxgeo.errors import Fault, InputError, Text
from qxgeo.ledger.rows import details_of
from qxgeo.ledger.rulebook.load import FAILED_ITEM
from qxgeo.ledger.words import ItemResult, ProblemStatus, Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from qxgeo.ledger.rulebook import ListRules

    Row = Mapping[str, Any]

_FORM = re.compile(r"(\d{4})-(\d{1,2})")
_JUDGED = (ItemResult.PASSED, ItemResult.FAILED)
SCORE_KIND = "score"


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A month of the calendar."""

    label: str
    first_day: dt.date
    last_day: dt.date

    def holds(self, day: str | None) -> bool:
        """Tell whether a day as the ledger writes it lies in the month; no day lies in none."""
        return day is not None and self.first_day.isoformat() <= day <= self.last_day.isoformat()


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFigures:
    """What is known of one site in one month.

    Attributes
    ----------
    figures
        Word of the rules to its value; None where nobody looked.
    """

    site_id: str
    name: str
    figures: Mapping[str, float | None]


def parse_month(text: str) -> Month:
    """Read a month written as ``2023-06``.

    Parameters
    ----------
    text
        What somebody wrote.

    Returns
    -------
    month
        With its days.

    Raises
    ------
    InputError
        If it is no month.
    """
    match = _FORM.fullmatch(text.strip())
    year, number = (int(match[1]), int(match[2])) if match else (0, 0)
    if not (dt.MINYEAR <= year <= dt.MAXYEAR and 1 <= number <= 12):  # noqa: PLR2004 - months
        raise InputError(
            Fault(
                problem=Text(f"“{text}”不是月份", f'"{text}" is no month'),
                mend=Text("写成 2023-06", "write it as 2023-06"),
                column="month",
            )
        )
    last = calendar.monthrange(year, number)[1]
    return Month(
        label=f"{year:04d}-{number:02d}",
        first_day=dt.date(year, number, 1),
        last_day=dt.date(year, number, last),
    )


def figure_sites(
    rules: ListRules,
    month: Month,
    *,
    sites: Iterable[Row],
    inspections: Iterable[Row],
    problems: Iterable[Row],
) -> tuple[SiteFigures, ...]:
    """Add up a month for each site of the rules' kind.

    Parameters
    ----------
    rules
        Which sites, and which items.
    month
        Inspections and problems count in the month of their day.
    sites, inspections, problems
        Rows of the ledger.

    Returns
    -------
    figures
        One per site, by id. The score is the worst of the month; an item that nobody looked at
        counts neither way, and is counted as unjudged.
    """
    checks: dict[str, list[dict[str, str]]] = defaultdict(list)
    for one in inspections:
        if one["kind"] == SCORE_KIND and month.holds(one["inspected_on"]):
            checks[str(one["site_id"])].append(dict(details_of(one).get("items", {})))
    trouble = _count_trouble(month, problems)
    return tuple(
        SiteFigures(
            site_id=one["id"],
            name=one["name"] or one["id"],
            figures=_figure_items(rules, checks[one["id"]])
            | {key: float(trouble[key, one["id"]]) for key in _TROUBLES},
        )
        for one in sorted(sites, key=lambda row: str(row["id"]))
        if one["kind"] in rules.site_kinds
    )


_TROUBLES = ("complaints", "dust_events", "overdue_problems")
_SOURCE_FIGURES = {Source.COMPLAINT: "complaints", Source.DUST_EVENT: "dust_events"}


def _figure_items(rules: ListRules, checks: list[dict[str, str]]) -> dict[str, float | None]:
    """Add up the nine items over the inspections of a month."""
    known = [item.item_id for item in rules.items]
    scores: list[float] = []
    failed: Counter[str] = Counter()
    judged: set[str] = set()
    most_failed = 0
    for check in checks:
        results = {key: check[key] for key in known if check.get(key) in _JUDGED}
        wrong = [key for key, result in results.items() if result == ItemResult.FAILED]
        failed.update(wrong)
        judged.update(results)
        most_failed = max(most_failed, len(wrong))
        if results:
            scores.append((len(results) - len(wrong)) / len(results))
    return {
        "inspections": float(len(checks)),
        "score": min(scores, default=None),
        "failed_items": float(most_failed) if checks else None,
        "unjudged_items": float(len(known) - len(judged)),
        **{FAILED_ITEM + key: float(failed[key] > 0) if checks else None for key in known},
    }


def _count_trouble(month: Month, problems: Iterable[Row]) -> Counter[tuple[str, str]]:
    """Count complaints, dust events and what was not mended in time, by site."""
    counts: Counter[tuple[str, str]] = Counter()
    for one in problems:
        site_id = one["site_id"]
        if site_id is None:
            continue
        figure = _SOURCE_FIGURES.get(one["source"])
        if figure is not None and month.holds(one["found_on"]):
            counts[figure, site_id] += 1
        if _is_overdue(one, month):
            counts["overdue_problems", site_id] += 1
    return counts


def _is_overdue(problem: Row, month: Month) -> bool:
    """Tell whether a problem fell due before the end of the month and was not mended by then."""
    due, end = problem["due_on"], month.last_day.isoformat()
    if due is None or due >= end:
        return False
    mended = details_of(problem).get("rectified_on") or problem["closed_on"]
    is_mended = problem["status"] in (ProblemStatus.RECTIFIED, ProblemStatus.CLOSED)
    if is_mended and mended is not None:
        return bool(mended > end)
    return not is_mended
