"""The workbook lists.xlsx: one sheet per output and per township, and what explains them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qxgeo.reports.pen import LONGEST_SHEET_ROWS, write_book
from qxgeo.reports.sheets import Sheet, list_findings, order_for_reading
from qxgeo.reports.summary import (
    banner_lines,
    list_assumptions,
    list_gaps,
    list_notes,
    list_rules,
    list_sources,
)
from qxgeo.reports.totals import list_totals
from qxgeo.reports.wording import PAGES
from qxgeo.vocabulary import NO_TOWNSHIP, OUTSIDE_DISTRICT, PLACE_LABELS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from qxgeo.assess import Assessment


def write_workbook(
    assessment: Assessment,
    path: str | Path,
    *,
    lang: str,
    longest: int = LONGEST_SHEET_ROWS,
    is_split: bool = True,
) -> None:
    """Write lists.xlsx.

    Parameters
    ----------
    assessment
        The whole run; nothing is computed from it but the order of rows.
    path
        The file; its folder exists.
    lang
        ``zh`` or ``en``.
    longest
        Rows that a sheet can hold; a longer list goes on in a further sheet.
    is_split
        Whether each township has a sheet; the book of one township says everything once.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    write_book(
        Path(path),
        _list_sheets(assessment, lang=lang, is_split=is_split),
        banner=banner_lines(assessment, lang=lang),
        name=assessment.district.name.in_language(lang),
        as_of=assessment.as_of,
        lang=lang,
        longest=longest,
    )


def _list_sheets(assessment: Assessment, *, lang: str, is_split: bool) -> list[Sheet]:
    """Give every sheet in its order."""
    sheets = [list_notes(assessment, lang=lang), list_totals(assessment, lang=lang)]
    findings = assessment.findings.drop(columns="geometry")
    pages = {
        rule.rule_id: rule.page for measure in assessment.plan.measures for rule in measure.rules
    }
    page_of = findings["rule_id"].map(pages).fillna("other")
    for page, label in PAGES.items():
        name = label.in_language(lang)
        chosen = order_for_reading(findings[page_of == page])
        sheets.append(list_findings(chosen, assessment, name=name, title=name, lang=lang))
    sheets += [
        list_findings(
            order_for_reading(rows), assessment, name=name, title=_title(name, lang), lang=lang
        )
        for name, rows in (_split_by_township(findings, assessment, lang) if is_split else ())
    ]
    return [
        *sheets,
        list_gaps(assessment, lang=lang),
        list_assumptions(assessment, lang=lang),
        list_rules(assessment, lang=lang),
        list_sources(assessment, lang=lang),
    ]


def _title(name: str, lang: str) -> str:
    """Give the title of a township's sheet."""
    return f"{name}：全部结论" if lang == "zh" else f"{name}: all findings"


def _split_by_township(
    findings: pd.DataFrame, assessment: Assessment, lang: str
) -> Iterator[tuple[str, pd.DataFrame]]:
    """Give each township with its rows, those without any too; the other places last."""
    names: dict[str, str] = {}
    layer = assessment.district.layers.get("townships")
    if layer is not None:
        names.update(zip(layer.table["township_id"], layer.table["name"], strict=True))
    for township_id, name in (
        findings[["township_id", "township_name"]].drop_duplicates().to_numpy()
    ):
        names.setdefault(township_id, name)
    rest = {
        place: PLACE_LABELS[place].in_language(lang) for place in (NO_TOWNSHIP, OUTSIDE_DISTRICT)
    }
    ordered = {t: names[t] for t in sorted(names) if t not in rest}
    if NO_TOWNSHIP not in names:
        del rest[NO_TOWNSHIP]
    groups = dict(tuple(findings.groupby("township_id")))
    for township_id, name in {**ordered, **rest}.items():
        yield str(name), groups.get(township_id, findings.iloc[:0])
