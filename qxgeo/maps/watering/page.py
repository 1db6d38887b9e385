"""The watering map: routes, wetness at any moment, carts and refills, as one offline page."""

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
from qxgeo.maps.online import list_online_bases
from qxgeo.maps.rows import Strings
from qxgeo.maps.style import Drawn
from qxgeo.maps.watering.pack import (
    pack_carts,
    pack_drying,
    pack_legs,
    pack_sections,
    pack_sites,
    pack_tours,
)
from qxgeo.maps.watering.panels import write_panels, write_verdict
from qxgeo.maps.watering.wording import (
    BINS,
    FROST_BIN,
    GROUPS,
    LAYERS,
    PAGE_WORDS_OF_WATER,
    PANEL_WORDS,
    TITLE,
)
from qxgeo.maps.wording import NOTHING_HERE, PAGE_WORDS, choose
from qxgeo.maps.write import find_cache_folder, write_page
from qxgeo.resources import assets_dir

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from qxgeo.maps.online import OnlineBase
    from qxgeo.watering.model import WateringPlan

_OWN_FILES = (
    *("cards.js", "cards.css"),
    *("watering/clock.js", "watering/page.js", "watering/told.js", "watering/time.js"),
    "watering/page.css",
)
_MOST_TILE_BYTES = 2_300_000  # a page of 2,000 sections stays below 5 MB
# From just wetted to nearly dry, and dry: told apart by colour-blind readers, dry also by width.
BIN_COLOURS = ("#08306B", "#2171B5", "#6BAED6", "#E69F00", "#C00000")
_FROST_COLOUR = "#8A8F8A"
_GROUP_OF = {
    **dict.fromkeys(("wet", "never"), "wet"),
    **dict.fromkeys(("route", "empty", "cart"), "carts"),
    **dict.fromkeys(("depot", "refill"), "sites"),
}
DRAWN = {
    "wet": Drawn(BIN_COLOURS[0], 5.0),
    "never": Drawn("#C00000", 4.0, "2 7"),
    "route": Drawn("#111111", 2.0),
    "empty": Drawn("#111111", 2.0, "3 6"),
    "depot": Drawn("#111111", 2.2, "", "#F0E442", 1.0, 1.0, 8.0),
    "refill": Drawn("#00558A", 2.2, "", "#FFFFFF", 1.0, 1.0, 7.0),
    "cart": Drawn("#0072B2", 2.0, "", "#0072B2", 1.0, 1.0, 8.0),
}


def write_watering_map(
    plan: WateringPlan,
    folder: Path,
    *,
    lang: str = "zh",
    is_public: bool = False,
    online_base: Mapping[str, str] | None = None,
    cache_folder: Path | None = None,
) -> Path:
    """Write ``watering.html``, a map that opens without a network.

    Drivers never enter it. The same plan gives the same bytes.

    Parameters
    ----------
    plan
        What was planned; nothing is computed here.
    folder
        Exists.
    lang
        ``zh`` or ``en``.
    is_public
        Leave out the link to the drivers' sheets.
    online_base
        As for `write_maps`.
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
    InputError
        If an online base map is not usable.
    """
    online = list_online_bases(online_base, lang=lang)
    base = describe_base(
        plan.district,
        cache_folder=cache_folder or find_cache_folder(),
        most_tile_bytes=_MOST_TILE_BYTES,
    )
    html = _render(plan, lang=lang, is_public=is_public, base=base, online=online)
    return write_page(folder / "watering.html", html)


def _render(
    plan: WateringPlan,
    *,
    lang: str,
    is_public: bool,
    base: Mapping[str, object],
    online: Sequence[OnlineBase],
) -> str:
    """Draw the page."""
    head = _head(plan, lang, is_public=is_public) + write_verdict(plan, lang=lang)
    time_bar = '<section id="qx-time"></section>'
    html = assemble(
        _draw_map(lang),
        title=f"{TITLE.in_language(lang)} · {plan.district.name.in_language(lang)}",
        head=head,
        tail=time_bar + write_panels(plan, lang=lang) + write_foot(plan.district, lang),
        files_of_page=_OWN_FILES,
        data={
            **_tell(plan, lang),
            "base": base,
            "places": name_places(plan.district),
            "online": [one._asdict() for one in online],
            "paint": PAINT,
        },
        lang=lang,
    )
    tile_urls = [url for one in online for url in one.urls]
    return make_self_contained(html, assets=assets_dir(), tile_urls=tile_urls)


def _tell(plan: WateringPlan, lang: str) -> dict[str, object]:
    """Gather everything that the script reads of the plan."""
    strings = Strings()
    strings.number("")
    bins = [*zip(BINS, BIN_COLOURS, strict=True)]
    if plan.drying.is_frost.any():
        bins.append((FROST_BIN, _FROST_COLOUR))
    return {
        "words": {
            **choose(PAGE_WORDS, lang),
            **choose(PAGE_WORDS_OF_WATER, lang),
            "latin": lang == "en",
            "nothing_here": NOTHING_HERE.in_language(lang),
        },
        "day": plan.day.isoformat(),
        "groups": [{"id": key, "title": text.in_language(lang)} for key, text in GROUPS.items()],
        "bins": [{"title": text.in_language(lang), "colour": colour} for text, colour in bins],
        "overlays": [_describe_overlay(kind, lang) for kind in LAYERS],
        "rules": _describe_rules(plan),
        "drying": pack_drying(plan, lang=lang),
        "sections": pack_sections(plan, strings, lang=lang),
        "legs": pack_legs(plan, strings),
        "tours": pack_tours(plan),
        "carts": pack_carts(plan, strings),
        "sites": pack_sites(plan, strings),
        "strings": strings.listed(),
    }


def _describe_overlay(kind: str, lang: str) -> dict[str, object]:
    """Describe one layer for legend and switches."""
    return {
        "group": _GROUP_OF[kind],
        "kind": kind,
        "title": LAYERS[kind].in_language(lang),
        "shape": "point" if kind in {"depot", "refill", "cart"} else "line",
        "drawn": {**DRAWN[kind].leaflet(), "radius": DRAWN[kind].radius},
    }


def _describe_rules(plan: WateringPlan) -> dict[str, object]:
    """Give the clauses of the rules that the sections answer to."""
    used = {one.strip() for ids in plan.sections["rule_ids"] for one in str(ids).split(",")}
    return {
        rule.rule_id: {"title": rule.title.zh, "clause": rule.clause}
        for measure in plan.plan.measures
        for rule in measure.rules
        if rule.rule_id in used
    }


def _draw_map(lang: str) -> str:
    """Render the Folium map; the page's script fills the layers."""
    drawn = begin_map()
    layers = []
    for number, kind in enumerate(LAYERS):
        layer = begin_layer(
            number, radius=DRAWN[kind].radius, is_shown=kind not in {"route", "empty"}
        )
        layer.add_to(drawn)
        layers.append(layer)
    return finish_map(drawn, layers, lang)


def _head(plan: WateringPlan, lang: str, *, is_public: bool) -> str:
    """Write the title with what was planned, the links and the buttons of the panels."""
    words = choose(PANEL_WORDS, lang)
    facts = (
        plan.district.name.in_language(lang),
        plan.plan.title.in_language(lang),
        f"{words['day']} {plan.day.isoformat()}",
        plan.drying.title.in_language(lang),
    )
    links = [
        Link("index.html", PAGE_WORDS["portal"].in_language(lang)),
        Link("watering.xlsx", words["workbook"]),
    ]
    if not is_public:
        links.append(Link("watering_sheets.pdf", words["sheets"]))
    buttons = tuple(
        Button(f"qx-open-{name}", words[name]) for name in ("carts", "trouble", "notes")
    )
    return write_head(
        TITLE.in_language(lang), facts, links, is_demo=plan.is_demo, lang=lang, buttons=buttons
    )
