"""The red and black list of a month as a workbook: lists, deductions, figures, rules, appeal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qxgeo.errors import Text
from qxgeo.ledger.listing import LIST_LABELS, ListKind
from qxgeo.reports.pen import write_book
from qxgeo.reports.sheets import Sheet, SheetColumn
from qxgeo.vocabulary import DEMO_BANNER

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from qxgeo.ledger.listing import ListEntry, SiteFigures
    from qxgeo.ledger.rulebook import ListRules

_PROPOSED = Text(
    "拟公布名单，须经主管单位核定、申诉期满后公布。",
    "Proposed: to be confirmed by the lead unit, and published after the time for appeals.",
)
_FIGURES = {
    "score": Text("得分", "score"),
    "inspections": Text("检查次数", "inspections"),
    "failed_items": Text("不合格项", "failed items"),
    "unjudged_items": Text("未查项", "not checked"),
    "complaints": Text("投诉", "complaints"),
    "dust_events": Text("扬尘事件", "dust events"),
    "overdue_problems": Text("逾期未改", "overdue problems"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListContent:
    """What the workbook is made from.

    Attributes
    ----------
    rules
        By which the month was judged.
    entries
        Of all lists.
    figures
        Of every site that was judged.
    district
        Its name.
    is_demo
        Whether the sites are made up.
    """

    rules: ListRules
    entries: Sequence[ListEntry]
    figures: Sequence[SiteFigures]
    month: str
    district: str
    as_of: date
    is_demo: bool = False


def write_list_book(content: ListContent, target: Path, *, lang: str = "zh") -> None:
    """Write the lists of a month.

    Parameters
    ----------
    content
        Lists and figures; nothing is computed here.
    target
        The .xlsx file; its folder exists.
    lang
        ``zh`` or ``en``.
    """
    rules, month = content.rules, content.month
    sheets = [_list(kind, content.entries, rules, month, lang) for kind in ListKind]
    sheets += [_tell_figures(content.figures, month, lang), _tell_rules(rules, lang)]
    banner = [_PROPOSED.in_language(lang)]
    if content.is_demo:
        banner.insert(0, DEMO_BANNER.in_language(lang))
    name = f"{content.district} {month}"
    write_book(target, sheets, banner=tuple(banner), name=name, as_of=content.as_of, lang=lang)


def _column(
    heading: Text, cells: Sequence[object], lang: str, form: str, width: float
) -> SheetColumn:
    """Make a column."""
    return SheetColumn(
        heading=heading.in_language(lang), cells=tuple(cells), form=form, width=width
    )


def _list(
    kind: ListKind, entries: Sequence[ListEntry], rules: ListRules, month: str, lang: str
) -> Sheet:
    """Write one list, with room for the appeal."""
    rows = [one for one in entries if one.kind == kind]
    columns = [
        _column(Text("工地编号", "site"), [one.site_id for one in rows], lang, "text", 22.0),
        _column(Text("工地", "name"), [one.name for one in rows], lang, "wrap", 34.0),
        _column(
            Text("依据", "reason"),
            [one.reason.in_language(lang) for one in rows],
            lang,
            "wrap",
            60.0,
        ),
    ]
    notes: tuple[str, ...] = ()
    if kind == ListKind.CREDIT:
        points = [one.points for one in rows]
        columns.append(_column(Text("扣分", "points"), points, lang, "decimal", 9.0))
    if kind != ListKind.RED:
        blank = [None] * len(rows)
        columns.append(_column(Text("申诉意见", "appeal"), blank, lang, "wrap", 30.0))
        columns.append(_column(Text("处理结果", "decision"), blank, lang, "wrap", 20.0))
        notes = (rules.appeal_note.in_language(lang), rules.appeal_source.in_language(lang))
    name = LIST_LABELS[kind].in_language(lang)
    return _sheet(name, f"{month} {name}", columns, notes)


def _tell_figures(figures: Sequence[SiteFigures], month: str, lang: str) -> Sheet:
    """Write the figures of every site."""
    columns = [
        _column(Text("工地编号", "site"), [one.site_id for one in figures], lang, "text", 22.0),
        _column(Text("工地", "name"), [one.name for one in figures], lang, "wrap", 34.0),
    ]
    for key, label in _FIGURES.items():
        form = "share" if key == "score" else "count"
        columns.append(_column(label, [one.figures[key] for one in figures], lang, form, 11.0))
    name = "得分明细" if lang == "zh" else "Figures"
    return _sheet(name, f"{month} {name}", columns, ())


def _tell_rules(rules: ListRules, lang: str) -> Sheet:
    """Write the rules with their sources."""
    texts: list[tuple[Text, Text, float | None]] = [
        (one.title, one.source, None) for one in rules.items
    ]
    texts += [(one.title, one.source, one.points) for one in rules.black]
    texts.append((Text("红榜", "red list"), rules.red_source, None))
    columns = [
        _column(
            Text("规则", "rule"), [one[0].in_language(lang) for one in texts], lang, "wrap", 40.0
        ),
        _column(
            Text("出处", "source"), [one[1].in_language(lang) for one in texts], lang, "wrap", 60.0
        ),
        _column(Text("扣分", "points"), [one[2] for one in texts], lang, "decimal", 9.0),
    ]
    name = "规则与假设" if lang == "zh" else "Rules"
    return _sheet(name, name, columns, ())


def _sheet(name: str, title: str, columns: Sequence[SheetColumn], notes: tuple[str, ...]) -> Sheet:
    """Make a sheet."""
    return Sheet(name=name, title=title, columns=tuple(columns), notes=notes)
