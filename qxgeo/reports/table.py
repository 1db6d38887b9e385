"""From a table to a sheet: headings, forms and widths in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from qxgeo.reports.sheets import Sheet, SheetColumn, fit_width, plain_values

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from qxgeo.errors import Text

_NUMBER_WIDTH = 12.0
_TEXT_FORMS = ("text", "wrap")


class Head(NamedTuple):
    """How a column of a table stands on a sheet.

    Attributes
    ----------
    form
        As in `sheets.SheetColumn`.
    width
        Characters; None fits text to its words.
    is_printed
        False for details beside the print area.
    """

    label: Text
    form: str = "wrap"
    width: float | None = None
    is_printed: bool = True


class Caption(NamedTuple):
    """Name of the tab, and the line above the table."""

    name: Text
    title: Text


def list_table(
    table: pd.DataFrame,
    heads: Mapping[str, Head],
    caption: Caption,
    *,
    lang: str,
    notes: tuple[str, ...] = (),
    verdicts: tuple[str, ...] = (),
) -> Sheet:
    """Make the sheet of a table.

    Parameters
    ----------
    table
        Every column that `heads` names.
    heads
        Columns in their order.
    caption
        Of the sheet.
    lang
        ``zh`` or ``en``.
    notes
        Lines between the title and the table.
    verdicts
        Verdict word of each row, which tints it; empty for lists of other things.

    Returns
    -------
    sheet
        One row per row of the table.
    """
    return Sheet(
        name=caption.name.in_language(lang),
        title=caption.title.in_language(lang),
        columns=tuple(_make_column(table[key], head, lang) for key, head in heads.items()),
        notes=notes,
        verdicts=verdicts,
    )


def _make_column(values: pd.Series, head: Head, lang: str) -> SheetColumn:
    """Make one column."""
    heading, cells = head.label.in_language(lang), plain_values(values)
    fitted = fit_width(heading, cells) if head.form in _TEXT_FORMS else _NUMBER_WIDTH
    return SheetColumn(
        heading=heading,
        cells=cells,
        form=head.form,
        width=fitted if head.width is None else head.width,
        is_printed=head.is_printed,
    )


def label_words(words: pd.Series, labels: Mapping[str, Text], lang: str) -> pd.Series:
    """Turn words of the model into labels.

    Parameters
    ----------
    words
        Column of words.
    labels
        Word to label; a word without one stands for itself.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    labelled
        On the same index.
    """
    named = {word: text.in_language(lang) for word, text in labels.items()}
    return words.astype(object).map(lambda word: named.get(word, word))


def name_ids(ids: pd.Series, names: Mapping[str, str]) -> pd.Series:
    """Turn ids into names.

    Parameters
    ----------
    ids
        Column of ids.
    names
        Id to name; an id without one stands for itself.

    Returns
    -------
    named
        On the same index.
    """
    return ids.astype(object).map(lambda key: names.get(key, key))
