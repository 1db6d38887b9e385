"""The audit's map: wetness at any moment, carts, violations with their track points; offline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qxgeo.maps.base_layer import describe_base, name_places
from qxgeo.maps.frame import (
    PAINT,
    Button,
    Link,
    assemble,
    begin_layer,
    begin_map,
    finish_map,
    write_foot,
    write_head,
)
from qxgeo.maps.offline import make_self_contained
from qxgeo.maps.rows import Strings
from qxgeo.maps.style import Drawn
from qxgeo.maps.watering_audit.pack import (
    choose_violations,
    pack_carts,
    pack_sections,
    pack_violations,
    thin_fixes,
)
from qxgeo.maps.watering_audit.panels import write_panels, write_verdict
from qxgeo.maps.watering_audit.wording import (
    BINS,
    GROUPS,
    LAYERS,
    PAGE_WORDS_OF_AUDIT,
    PANEL_WORDS,
    TITLE,
)
from qxgeo.maps.wording import NOTHING_HERE, PAGE_WORDS, choose
from qxgeo.maps.write import find_cache_folder, write_page
from qxgeo.resources import assets_dir
from qxgeo.watering.tracks.model import KINDS

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from qxgeo.watering.tracks.model import Audit

_OWN_FILES = (
    *("cards.js", "cards.css", "watering/clock.js", "watering/time.js", "watering/page.css"),
    *("watering_audit/page.js", "watering_audit/told.js", "watering_audit/page.css"),
)
_MOST_TILE_BYTES = 2_300_000
# Wet to dry for colour-blind readers, dry also by width; unknown is grey and dashed.
BIN_COLOURS = ("#08519C", "#6BAED6", "#E69F00", "#C00000", "#8A8F8A")
DRAWN = {
    "wet": Drawn(BIN_COLOURS[0], 5.0),
    "track": Drawn("#111111", 1.6, "3 4"),
    "violation": Drawn("#8B008B", 7.0, "", "#8B008B", 0.8, 0.4, 9.0),
    "proof": Drawn("#111111", 1.6, "", "#F0E442", 1.0, 1.0, 5.0),
    "cart": Drawn("#0072B2", 2.0, "", "#0072B2", 1.0, 1.0, 8.0),
}
_PANELS = ("violations", "companies", "towns", "notes")


def write_watering_audit_map(
    audit: Audit, folder: Path, *, lang: str = "zh", cache_folder: Path | None = None
) -> Path:
    """Write ``watering_audit.html``, a map that opens without a network.

    Parameters
    ----------
    audit
        What was found; nothing is computed here. The same audit gives the same bytes.
    folder
        Exists.
    lang
        ``zh`` or ``en``.
    cache_folder
        Where rendered base-map tiles are kept between runs; None takes the user's cache folder.

    Returns
    -------
    file
        The page.

    Raises
    ------
    OutputError
        If the file cannot be written or a collected script is missing.
    """
    base = describe_base(
        audit.district,
        cache_folder=cache_folder or find_cache_folder(),
        most_tile_bytes=_MOST_TILE_BYTES,
    )
    chosen = choose_violations(audit)
    fixes, whole = thin_fixes(audit)
    panels = write_panels(audit, chosen, (len(fixes), whole), lang=lang)
    html = assemble(
        _draw_map(lang),
        title=f"{TITLE.in_language(lang)} · {audit.district.name.in_language(lang)}",
        head=_head(audit, lang) + write_verdict(audit, lang=lang),
        tail='<section id="qx-time"></section>' + panels + write_foot(audit.district, lang),
        files_of_page=_OWN_FILES,
        data={
            **_tell(audit, chosen, fixes, lang),
            "base": base,
            "places": name_places(audit.district),
            "online": [],
            "paint": PAINT,
        },
        lang=lang,
    )
    page = make_self_contained(html, assets=assets_dir(), tile_urls=[])
    return write_page(folder / "watering_audit.html", page)


def _tell(audit: Audit, chosen: pd.DataFrame, fixes: pd.DataFrame, lang: str) -> dict[str, object]:
    """Gather everything that the script reads of the audit."""
    strings = Strings()
    strings.number("")
    return {
        "words": {
            **choose(PAGE_WORDS, lang),
            **choose(PAGE_WORDS_OF_AUDIT, lang),
            "latin": lang == "en",
            "nothing_here": NOTHING_HERE.in_language(lang),
        },
        "day": audit.day.isoformat(),
        "silent": audit.settings.number("silent_s"),
        "covered": audit.settings.number("covered_share"),
        "kinds": [text.in_language(lang) for text in KINDS.values()],
        "groups": [{"id": key, "title": text.in_language(lang)} for key, text in GROUPS.items()],
        "bins": [
            {"title": text.in_language(lang), "colour": colour}
            for text, colour in zip(BINS, BIN_COLOURS, strict=True)
        ],
        "overlays": [_describe_overlay(kind, lang) for kind in LAYERS],
        "drying": {"rain": audit.duty.drying.is_rain.astype(int).tolist()},
        "sections": pack_sections(audit, strings),
        "carts": pack_carts(audit, fixes, strings),
        "violations": pack_violations(audit, chosen, lang),
        "strings": strings.listed(),
    }


def _describe_overlay(kind: str, lang: str) -> dict[str, object]:
    """Describe one layer for legend and switches."""
    return {
        "group": "wet" if kind == "wet" else "found",
        "kind": kind,
        "title": LAYERS[kind].in_language(lang),
        "shape": "point" if kind in {"proof", "cart"} else "line",
        "drawn": {**DRAWN[kind].leaflet(), "radius": DRAWN[kind].radius},
    }


def _draw_map(lang: str) -> str:
    """Render the Folium map; the page's script fills the layers."""
    drawn = begin_map()
    layers = []
    for number, kind in enumerate(LAYERS):
        layer = begin_layer(number, radius=DRAWN[kind].radius)
        layer.add_to(drawn)
        layers.append(layer)
    return finish_map(drawn, layers, lang)


def _head(audit: Audit, lang: str) -> str:
    """Write the title with what was audited, the links and the buttons of the panels."""
    words = choose(PANEL_WORDS, lang)
    facts = (
        audit.district.name.in_language(lang),
        audit.duty.source.in_language(lang),
        f"{words['day']} {audit.day.isoformat()}",
        audit.duty.drying.title.in_language(lang),
    )
    links = (
        Link("index.html", PAGE_WORDS["portal"].in_language(lang)),
        Link("watering_audit.xlsx", words["workbook"]),
    )
    buttons = tuple(Button(f"qx-open-{name}", words[name]) for name in _PANELS)
    title = TITLE.in_language(lang)
    return write_head(title, facts, links, is_demo=audit.is_demo, lang=lang, buttons=buttons)
