"""The pages of one township: today's maps of its findings and the ground around them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import shapely

from qxgeo.assess.narrow import narrow
from qxgeo.assess.shelf import file_name
from qxgeo.maps.base_layer import describe_base, name_places
from qxgeo.maps.frame import Link
from qxgeo.maps.page import render_page
from qxgeo.maps.scaled.sheets import split_sheets
from qxgeo.maps.scaled.wording import WORDS
from qxgeo.maps.wording import PAGE_WORDS, PAGES, choose
from qxgeo.maps.write import write_page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd

    from qxgeo.assess import Assessment, Place
    from qxgeo.maps.online import OnlineBase

MOST_PARTS = 20_000  # on one page: 2 s and 100 MB in a browser, docs/scale.md
ROADS_TOLERANCE_DEG = 1e-5  # about a metre, of the ground under one page
ZONES_TOLERANCE_DEG = 2e-6  # about 0.2 m: a circle of 1 km keeps some 150 of its 720 corners
MOST_TILE_BYTES = 1_200_000  # of the ground under one page: a province has thousands of them


@dataclass(frozen=True, slots=True, kw_only=True)
class TownshipFiles:
    """What was written for one township.

    Attributes
    ----------
    folder
        Name under ``townships/``.
    pages
        Files by page of the plan; several where it took several sheets. Pages without a finding
        are not written, but for the first of a township without any.
    """

    township_id: str
    folder: str
    pages: Mapping[str, tuple[str, ...]]


def write_township_maps(
    assessment: Assessment,
    place: Place,
    findings: gpd.GeoDataFrame,
    folder: Path,
    *,
    lang: str,
    online: Sequence[OnlineBase] = (),
    most_parts: int = MOST_PARTS,
) -> TownshipFiles:
    """Write the pages of one township.

    Parameters
    ----------
    assessment
        The whole run; its findings are not looked at.
    place, findings
        One township and what was found on its ground.
    folder
        Of all townships; the township's own is made in it.
    lang
        ``zh`` or ``en``.
    online
        From `online.list_online_bases`.
    most_parts
        Findings of one page.

    Returns
    -------
    files
        What was written.

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    page_of = {rule.rule_id: rule.page for rule in assessment.plan.rules}
    pages = findings["rule_id"].map(page_of).fillna("other")
    wanted = [page for page in PAGES if (pages == page).any()] or [next(iter(PAGES))]
    sheets = {
        page: [mine.iloc[rows] for rows in split_sheets(mine, most=most_parts)]
        for page in wanted
        for mine in [findings[pages == page]]
    }
    names = {
        page: tuple(f"{page}.html" if n == 0 else f"{page}-{n + 1}.html" for n in range(len(some)))
        for page, some in sheets.items()
    }
    own = folder / file_name(place.township_id)
    own.mkdir(parents=True, exist_ok=True)
    is_one = all(len(some) == 1 for some in sheets.values())
    seen = _see(assessment, place, findings) if is_one else None
    ground = None if seen is None else _ground(seen)
    for page, some in sheets.items():
        for number, rows in enumerate(some):
            view = seen or _see(assessment, place, rows)
            base, places = ground or _ground(view)
            html = render_page(
                view,
                page,
                lang=lang,
                base=base,
                places=places,
                online=online,
                links=_links(names, page, number, lang),
            )
            write_page(own / names[page][number], html)
    return TownshipFiles(township_id=place.township_id, folder=own.name, pages=names)


def _see(assessment: Assessment, place: Place, findings: gpd.GeoDataFrame) -> Assessment:
    """See a run from one township, its zones as fine as a page can show them."""
    view = narrow(assessment, place, findings)
    zones = shapely.simplify(view.zones.geometry.to_numpy(), ZONES_TOLERANCE_DEG)
    return replace(view, zones=view.zones.assign(geometry=zones))


def _ground(view: Assessment) -> tuple[dict[str, object], list[list[object]]]:
    """Describe what is drawn under a page's findings."""
    base = describe_base(
        view.district,
        cache_folder=None,
        most_tile_bytes=MOST_TILE_BYTES,
        roads_tolerance_deg=ROADS_TOLERANCE_DEG,
    )
    return base, name_places(view.district)


def _links(names: Mapping[str, tuple[str, ...]], page: str, number: int, lang: str) -> list[Link]:
    """Link the index, the township's other pages and the other sheets of this one."""
    words = choose(PAGE_WORDS, lang)
    links = [Link("../../index.html", words["portal"])]
    for key, files in names.items():
        links.append(Link(files[0], PAGES[key].in_language(lang), key == page and number == 0))
        if key == page and len(files) > 1:
            sheet = WORDS["sheet"].in_language(lang)
            links += [
                Link(file, f"{sheet} {at + 1}/{len(files)}", at == number)
                for at, file in enumerate(files)
            ]
    return links
