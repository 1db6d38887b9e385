"""What stands on a sheet, before any file format: columns of values under headings."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qxgeo.district import title_layer
from qxgeo.reports.wording import HEADINGS, YES_NO, ZONE_LABEL
from qxgeo.vocabulary import STATUS_LABELS, STRENGTH_LABELS, VERDICT_LABELS, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from qxgeo.assess import Assessment
    from qxgeo.errors import Text
    from qxgeo.plan import ActionPlan

# Columns of a list of findings: first what is printed, then the details beside the print area.
PRINTED = (
    "rank",
    "rule_id",
    "rule_title",
    "subject_name",
    "subject_class",
    "subject_status",
    "verdict",
    "strength",
    "distance_m",
    "reference_name",
    "length_m",
    "whole_length_m",
    "area_m2",
    "township_name",
    "responsible",
    "lead",
)
DETAILS = (
    "reason",
    "clause",
    "cooperating",
    "deadline",
    "radius_m",
    "margin_m",
    "error_m",
    "length_low_m",
    "length_high_m",
    "reference_id",
    "measure_id",
    "subject_layer",
    "subject_id",
    "township_id",
    "is_demo",
    "finding_id",
)
# A column of these is left out where no row of the sheet has a value in it.
_ONLY_WHERE_FILLED = frozenset(
    (
        "rank",
        "subject_class",
        "subject_status",
        "distance_m",
        "reference_name",
        "length_m",
        "whole_length_m",
        "area_m2",
        "radius_m",
        "margin_m",
        "error_m",
        "length_low_m",
        "length_high_m",
        "reference_id",
        "deadline",
        "cooperating",
    )
)
# In these a zero says that there is nothing to measure.
_ZERO_IS_NOTHING = frozenset(
    ("length_m", "whole_length_m", "area_m2", "length_low_m", "length_high_m")
)
_PLACE = {
    str(verdict): number
    for number, verdict in enumerate(
        (Verdict.APPLIES, Verdict.TOO_CLOSE_TO_CALL, Verdict.UNKNOWN, Verdict.DOES_NOT_APPLY)
    )
}
_LONG = {"reason": 70.0, "clause": 50.0}  # one line each: a list of roads is to be scanned
_NUMBER_WIDTH = 10.5
_NARROWEST, _WIDEST = 6.0, 28.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetColumn:
    """One column.

    Attributes
    ----------
    cells
        One per row; None leaves the cell empty.
    form
        ``text``, ``wrap``, ``id``, ``count``, ``m``, ``km``, ``m2``, ``decimal``, ``ratio``,
        ``share``, ``degree``, ``verdict``, ``check``.
    width
        In characters of the sheet's font.
    is_printed
        False for details beside the print area.
    """

    heading: str
    cells: Sequence[object]
    form: str = "text"
    width: float = 12.0
    is_printed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One list.

    Attributes
    ----------
    name
        Wanted name of the tab; the writer makes it fit.
    title
        First line above the table.
    columns
        All of one length.
    verdicts
        Verdict word of each row, which tints it; empty for lists of other things.
    notes
        Lines between the title and the table.
    """

    name: str
    title: str
    columns: tuple[SheetColumn, ...]
    verdicts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def row_count(self) -> int:
        """Count the rows of the table."""
        return len(self.columns[0].cells) if self.columns else 0


def display_width(text: str) -> int:
    """Measure text in columns of a fixed-width font, Chinese characters as two.

    Parameters
    ----------
    text
        One line.

    Returns
    -------
    width
        Columns.
    """
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)


def fit_width(heading: str, values: Sequence[object]) -> float:
    """Find a column width that shows most values.

    Parameters
    ----------
    heading
        The heading; room for the filter's arrow is added.
    values
        Cells of the column.

    Returns
    -------
    width
        Characters, within bounds that keep a sheet readable.
    """
    longest = max(
        (display_width(text) for text in {str(v) for v in values if isinstance(v, str)}), default=0
    )
    return min(max(display_width(heading) + 2.5, longest + 1.5, _NARROWEST), _WIDEST)


def make_text_column(
    heading: str, values: Sequence[object], *, form: str = "text", width: float | None = None
) -> SheetColumn:
    """Make a column whose width follows its text.

    Parameters
    ----------
    heading
        The heading.
    values
        One per row.
    form
        As in `SheetColumn`.
    width
        Characters; None fits it to the text.

    Returns
    -------
    column
        Ready to be written.
    """
    return SheetColumn(
        heading=heading,
        cells=values,
        form=form,
        width=fit_width(heading, values) if width is None else width,
    )


def list_findings(
    findings: pd.DataFrame,
    assessment: Assessment,
    *,
    name: str,
    title: str,
    lang: str,
    notes: tuple[str, ...] = (),
) -> Sheet:
    """Make the sheet of some findings.

    Parameters
    ----------
    findings
        Rows of the assessment's findings, in the order they shall stand.
    assessment
        Where the plan's clauses come from.
    name, title, notes
        As in `Sheet`.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    sheet
        Columns `PRINTED` and `DETAILS`, without those that no row fills.
    """
    cells = _label_cells(findings, assessment.plan, lang)
    columns = tuple(
        SheetColumn(
            heading=HEADINGS[key].in_language(lang),
            cells=cells[key],
            form=_form_of(key),
            width=_width_of(key, HEADINGS[key].in_language(lang), cells[key]),
            is_printed=key in PRINTED,
        )
        for key in (*PRINTED, *DETAILS)
        if key not in _ONLY_WHERE_FILLED or _is_filled(key, cells[key])
    )
    return Sheet(
        name=name,
        title=title,
        columns=columns,
        verdicts=tuple(findings["verdict"].astype(str)),
        notes=notes,
    )


def _width_of(key: str, heading: str, cells: list[object]) -> float:
    """Choose a width: numbers stand under a heading in two lines, sentences get their own."""
    if _form_of(key) in {"m", "m2"}:
        return _NUMBER_WIDTH
    return _LONG.get(key) or fit_width(heading, cells)


def _is_filled(key: str, values: list[object]) -> bool:
    """Tell whether any row has something in a column."""
    if key in _ZERO_IS_NOTHING:
        return any(values)
    return any(value is not None for value in values)


def _form_of(key: str) -> str:
    """Say how a column of findings is written."""
    if key == "rank":
        return "count"
    if key == "verdict":
        return "verdict"
    return {"_m": "m", "m2": "m2"}.get(key[-2:], "text")


def _label_cells(findings: pd.DataFrame, plan: ActionPlan, lang: str) -> dict[str, list[object]]:
    """Give every column's cells: words in `lang`, None for what is not there."""
    if findings.empty:
        return {key: [] for key in (*PRINTED, *DETAILS)}
    rules = {rule.rule_id: rule for measure in plan.measures for rule in measure.rules}
    cells: dict[str, list[object]] = {
        key: plain_values(findings[key]) for key in (*PRINTED, *DETAILS) if key in findings.columns
    }
    unnamed = "（未命名）" if lang == "zh" else "(unnamed) "
    cells["subject_name"] = [
        name or f"{unnamed}{subject_id}"
        for name, subject_id in zip(cells["subject_name"], findings["subject_id"], strict=True)
    ]
    cells["reason"] = plain_values(findings[f"reason_{lang}"])
    cells["rule_title"] = [
        rules[r].title.in_language(lang) if r in rules else None for r in findings["rule_id"]
    ]
    cells["clause"] = [rules[r].clause if r in rules else None for r in findings["rule_id"]]
    cells["strength"] = _label(findings["strength"], STRENGTH_LABELS, lang)
    cells["verdict"] = _label(findings["verdict"], VERDICT_LABELS, lang)
    cells["subject_status"] = _label(findings["subject_status"], STATUS_LABELS, lang)
    cells["subject_layer"] = [
        (ZONE_LABEL if layer == "zone" else title_layer(layer)).in_language(lang)
        for layer in findings["subject_layer"]
    ]
    cells["is_demo"] = [YES_NO[bool(value)].in_language(lang) for value in findings["is_demo"]]
    return cells


def _label(words: pd.Series, labels: Mapping[Any, Text], lang: str) -> list[object]:
    """Turn words of the vocabulary into their labels."""
    by_word = {str(word): text.in_language(lang) for word, text in labels.items()}
    return [by_word.get(str(word), str(word)) or None for word in words]


def plain_values(column: pd.Series) -> list[object]:
    """Give values as Python's own.

    Parameters
    ----------
    column
        Any column.

    Returns
    -------
    values
        None where there is none, or empty text.
    """
    values = column.astype(object).where(column.notna(), None).tolist()
    return [None if value == "" else value for value in values]


def order_for_reading(findings: pd.DataFrame) -> pd.DataFrame:
    """Put ranked work first, then what applies, what is open, and what does not apply.

    Parameters
    ----------
    findings
        Rows of the assessment's findings.

    Returns
    -------
    ordered
        The same rows.
    """
    order = findings.assign(
        _rank=findings["rank"].astype("Float64"), _verdict=findings["verdict"].map(_PLACE)
    )
    order = order.sort_values(
        ["_rank", "_verdict", "rule_id", "township_id", "subject_id"],
        kind="stable",
        na_position="last",
    )
    return order.drop(columns=["_rank", "_verdict"])
