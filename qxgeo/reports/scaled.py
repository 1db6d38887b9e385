"""Workbooks of a province: one per township, and one that lists them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from qxgeo.reports.pen import write_book
from qxgeo.reports.sheets import Sheet, SheetColumn, make_text_column
from qxgeo.reports.summary import (
    banner_lines,
    list_assumptions,
    list_gaps,
    list_notes,
    list_rules,
    list_sources,
)
from qxgeo.reports.totals import list_totals
from qxgeo.reports.wording import ALL
from qxgeo.reports.workbook import write_workbook
from qxgeo.vocabulary import PLACE_LABELS, VERDICT_LABELS, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qxgeo.assess import Assessment, Place, Shelf

MOST_COLUMNS = 200  # townships beside one another in the sheet of totals; more are rows alone


def write_township_lists(narrowed: Assessment, path: str | Path, *, lang: str) -> None:
    """Write the workbook of one township.

    Parameters
    ----------
    narrowed
        From `assess.narrow.narrow`, with all findings of the township.
    path
        The file; its folder exists.
    lang
        ``zh`` or ``en``.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    write_workbook(narrowed, path, lang=lang, is_split=False)


def write_contents(
    assessment: Assessment,
    shelf: Shelf,
    folders: Mapping[str, str],
    path: str | Path,
    *,
    lang: str,
) -> None:
    """Write the workbook that says what was found where, and in which file it stands.

    Parameters
    ----------
    assessment
        The whole run; its findings are not looked at.
    shelf
        The findings by township.
    folders
        Township code to its folder under ``townships/``.
    path
        The file; its folder exists.
    lang
        ``zh`` or ``en``.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    findings = sum(place.rows for place in shelf.places)
    sheets = [
        list_notes(assessment, lang=lang, findings=findings),
        list_places(assessment, shelf.places, folders, lang=lang),
    ]
    if len(shelf.places) <= MOST_COLUMNS:
        sheets.append(list_totals(assessment, lang=lang))
    else:
        whole = assessment.totals[assessment.totals["township_id"] == ALL]
        sheets.append(list_totals(replace(assessment, totals=whole), lang=lang))
    sheets += [
        list_gaps(assessment, lang=lang),
        list_assumptions(assessment, lang=lang),
        list_rules(assessment, lang=lang),
        list_sources(assessment, lang=lang),
    ]
    write_book(
        Path(path),
        sheets,
        banner=banner_lines(assessment, lang=lang),
        name=assessment.district.name.in_language(lang),
        as_of=assessment.as_of,
        lang=lang,
    )


def list_places(
    assessment: Assessment, places: Sequence[Place], folders: Mapping[str, str], *, lang: str
) -> Sheet:
    """Make the sheet of townships, a row for each.

    Parameters
    ----------
    assessment
        Its totals are written as they are.
    places
        Of the shelf.
    folders
        Township code to its folder under ``townships/``.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    sheet
        Code, name, findings by verdict, road length to keep wet, damaged sections, restricted
        area, and the file of its lists.
    """
    zh = lang == "zh"
    totals = assessment.totals
    applies = totals[totals["verdict"] == str(Verdict.APPLIES)]

    def pick(page: str, column: str) -> list[float]:
        rows = applies[applies["scope"] == f"page:{page}"].set_index("township_id")[column]
        return [float(rows.get(place.township_id, 0)) for place in places]

    def count(verdict: Verdict) -> list[int]:
        return [
            sum(n for (_, _, word), n in place.counts.items() if word == str(verdict))
            for place in places
        ]

    def name(place: Place) -> str:
        label = PLACE_LABELS.get(place.township_id)
        return label.in_language(lang) if label is not None else place.name

    def number(heading: str, cells: Sequence[float], form: str) -> SheetColumn:
        return SheetColumn(heading=heading, cells=cells, form=form, width=14.0)

    said = (Verdict.APPLIES, Verdict.TOO_CLOSE_TO_CALL, Verdict.UNKNOWN)
    area_m2 = pick("restricted", "area_m2")
    return Sheet(
        name="乡镇街道" if zh else "Townships",
        title="各乡镇街道的结论与清单文件" if zh else "Findings and lists of each township",
        columns=(
            make_text_column("代码" if zh else "Code", [p.township_id for p in places]),
            make_text_column("乡镇街道" if zh else "Township", [name(p) for p in places]),
            number("结论条数" if zh else "Findings", [p.rows for p in places], "count"),
            *(number(VERDICT_LABELS[v].in_language(lang), count(v), "count") for v in said),
            number(
                "保持湿润（km）" if zh else "Keep wet (km)",
                [length_m / 1000 for length_m in pick("keep_wet", "length_m")],
                "km",
            ),
            number("加快修缮（处）" if zh else "Repair", pick("repair", "count"), "count"),
            number("限制区域（m²）" if zh else "Restricted (m²)", area_m2, "m2"),
            make_text_column(
                "清单文件" if zh else "Lists",
                [f"townships/{folders[p.township_id]}/lists.xlsx" for p in places],
            ),
        ),
    )
