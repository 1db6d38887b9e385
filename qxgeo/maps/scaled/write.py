"""The index of a scaled run and its overview map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qxgeo.maps.escaping import escape_text, json_for_script
from qxgeo.maps.frame import read_own
from qxgeo.maps.portal import render_portal
from qxgeo.maps.scaled.overview import render_overview
from qxgeo.maps.scaled.wording import WORDS
from qxgeo.maps.totals import Totals
from qxgeo.maps.wording import PAGES, choose
from qxgeo.maps.write import write_page
from qxgeo.vocabulary import PLACE_LABELS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from qxgeo.assess import Assessment, Place, Shelf
    from qxgeo.maps.scaled.townships import TownshipFiles


def write_index(
    assessment: Assessment,
    shelf: Shelf,
    files: Sequence[TownshipFiles],
    folder: Path,
    *,
    lang: str,
) -> list[Path]:
    """Write ``index.html`` and ``overview.html``.

    Parameters
    ----------
    assessment
        The whole run; its findings are not looked at.
    shelf
        The findings by township.
    files
        What was written for each township.
    folder
        Of the output.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    paths
        Both files.

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    links = {one.township_id: one for one in files}
    totals = Totals(assessment, lang)
    rows = [_row(place, links[place.township_id], totals, lang) for place in shelf.places]
    index = render_portal(
        assessment, lang=lang, links=_section(lang), script=_script(rows, lang), is_scaled=True
    )
    overview = render_overview(assessment, shelf, rows, lang=lang)
    return [
        write_page(folder / "index.html", index),
        write_page(folder / "overview.html", overview),
    ]


def _row(place: Place, files: TownshipFiles, totals: Totals, lang: str) -> list[object]:
    """Write a township's line: code, name, four numbers, folder, pages with their files."""
    label = PLACE_LABELS.get(place.township_id)
    town = place.township_id
    return [
        place.township_id,
        label.in_language(lang) if label is not None else place.name,
        place.rows,
        round(totals.get("page:keep_wet", town).length_m / 1000, 3),
        totals.get("page:repair", town).count,
        round(totals.get("page:restricted", town).area_m2 / 1e6, 3),
        files.folder,
        [[PAGES[page].in_language(lang), list(names)] for page, names in files.pages.items()],
    ]


def _section(lang: str) -> str:
    """Write the place of the townships' table and the links to the files of the whole."""
    words = {key: escape_text(text) for key, text in choose(WORDS, lang).items()}
    return (
        f'<section><h2>{words["overview"]}</h2><div class="maps">'
        f'<a class="map" href="overview.html"><b>{words["overview"]}</b>'
        f"<span>{words['overview_hint']}</span></a></div></section>"
        f'<section id="townships"><h2>{words["townships"]}</h2><p class="note">{words["hint"]}</p>'
        f'<p><input type="search" id="find" placeholder="{words["find"]}"'
        f' aria-label="{words["find"]}"></p>'
        '<div class="scroll"><table id="towns"></table></div><p class="note" id="rest"></p>'
        f'<ul class="files"><li><a href="lists.xlsx">lists.xlsx</a> {words["book"]}</li>'
        f'<li><a href="findings/">findings/</a> {words["parts"]}</li>'
        f'<li><a href="run.json">run.json</a> {words["record"]}</li></ul></section>'
    )


def _script(rows: Sequence[Sequence[object]], lang: str) -> str:
    """Write the script of the townships' table with its data."""
    data = {"rows": rows, "words": choose(WORDS, lang)}
    return f"{read_own('scaled/index.js')}\ntownships({json_for_script(data)});"
