"""One map page: Folium draws the map, our own script and style do the rest."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import folium
from folium.utilities import JsCode

from qxgeo.maps.escaping import json_for_script
from qxgeo.maps.frame import (
    PAINT,
    Link,
    assemble,
    begin_map,
    finish_map,
    write_foot,
    write_hatches,
    write_head,
)
from qxgeo.maps.layers import (
    build_overlays,
    findings_of_page,
    rules_of_page,
    sort_into_kinds,
)
from qxgeo.maps.offline import make_self_contained
from qxgeo.maps.rows import FIELDS, Strings, pack_rows
from qxgeo.maps.style import assign_colours, hatch_svg
from qxgeo.maps.wording import KINDS, NOTHING_HERE, PAGE_WORDS, PAGES, choose
from qxgeo.resources import assets_dir
from qxgeo.vocabulary import STRENGTH_LABELS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qxgeo.assess import Assessment
    from qxgeo.district import District
    from qxgeo.maps.layers import Overlay
    from qxgeo.maps.online import OnlineBase
    from qxgeo.plan import Rule

_TEXT_FIELDS = (
    "kind",
    "layer",
    "id",
    "name",
    "class",
    "status",
    "reference",
    "township",
    "responsible",
    "lead",
    "cooperating",
    "deadline",
    "reason",
)
_OWN_FILES = ("page.js",)
_ZONE_PANE = "qx-zones"
_PLACE = re.compile(r'\{"features": \[\], "qx": (\d+), "type": "FeatureCollection"\}')


def render_page(
    assessment: Assessment,
    page: str,
    *,
    lang: str,
    base: Mapping[str, object],
    places: Sequence[object],
    online: Sequence[OnlineBase],
    links: Sequence[Link] | None = None,
) -> str:
    """Draw one page of an assessment as a self-contained HTML file.

    Parameters
    ----------
    assessment
        What was found; nothing is computed here.
    page
        A `Rule.page`.
    lang
        ``zh`` or ``en``.
    base, places
        From `base_layer.describe_base` and `base_layer.name_places`.
    online
        From `online.list_online_bases`.
    links
        To the other pages; the portal and the plan's pages beside this one by default.

    Returns
    -------
    html
        The file's text; the same for the same input.

    Raises
    ------
    OutputError
        If the collected scripts are missing.
    """
    rules = rules_of_page(assessment, page)
    findings = findings_of_page(assessment, rules)
    kinds = sort_into_kinds(findings, rules)
    overlays = build_overlays(assessment, rules, findings, kinds)
    strings = Strings()
    rows = pack_rows(
        findings,
        kinds,
        rule_numbers={rule.rule_id: number for number, rule in enumerate(rules)},
        strings=strings,
        lang=lang,
    )
    data = {
        **_describe_rules(assessment, rules, overlays, lang),
        "words": {
            **choose(PAGE_WORDS, lang),
            "latin": lang == "en",
            "nothing_here": NOTHING_HERE.in_language(lang),
        },
        "kinds": choose(KINDS, lang),
        "fields": FIELDS,
        "textFields": _TEXT_FIELDS,
        "strings": strings.listed(),
        "rows": rows,
        "base": base,
        "places": places,
        "online": [one._asdict() for one in online],
        "paint": PAINT,
    }
    html = assemble(
        _draw_map(overlays, lang),
        title=f"{PAGES[page].in_language(lang)} · {assessment.district.name.in_language(lang)}",
        head=_write_head(assessment, page, links, lang),
        tail=_write_tail(overlays, rules, assessment.district, lang),
        files_of_page=_OWN_FILES,
        data=data,
        lang=lang,
        fill=lambda text: _PLACE.sub(lambda place: overlays[int(place[1])].geojson, text),
    )
    tile_urls = [url for one in online for url in one.urls]
    return make_self_contained(html, assets=assets_dir(), tile_urls=tile_urls)


def _describe_rules(
    assessment: Assessment, rules: Sequence[Rule], overlays: Sequence[Overlay], lang: str
) -> dict[str, object]:
    """Describe rules, their groups by measure, overlays and zones for the script."""
    numbers = {rule.rule_id: number for number, rule in enumerate(rules)}
    colours = assign_colours(rules)
    targets = {
        target.target_id: target.title
        for section in assessment.plan.sections
        for target in section.targets
    }
    titles = {one.measure_id: targets[one.target_id] for one in assessment.plan.measures}
    groups: dict[str, list[int]] = {}
    for rule in rules:
        groups.setdefault(rule.measure_id, []).append(numbers[rule.rule_id])
    zones = assessment.zones
    return {
        "rules": [
            {
                "id": rule.rule_id,
                "measure": rule.measure_id,
                "title": rule.title.in_language(lang),
                "clause": rule.clause,
                "strength": STRENGTH_LABELS[rule.strength].in_language(lang),
                "colour": colours[rule.rule_id],
            }
            for rule in rules
        ],
        "groups": [
            {"measure": measure_id, "title": titles[measure_id], "rules": members}
            for measure_id, members in groups.items()
        ],
        "overlays": [_describe_overlay(overlay, numbers) for overlay in overlays],
        "zones": {
            number: {"rule": numbers[str(rule_id)], "title": str(title)}
            for number, (rule_id, title) in enumerate(
                zip(zones["rule_id"], zones[f"title_{lang}"], strict=True)
            )
            if rule_id in numbers
        },
    }


def _describe_overlay(overlay: Overlay, numbers: Mapping[str, int]) -> dict[str, object]:
    """Describe one layer for legend and switches."""
    return {
        "rule": numbers[overlay.rule_id],
        "kind": overlay.kind,
        "count": overlay.count,
        "length": round(overlay.length_m, 1),
        "shape": overlay.shape,
        "drawn": {**overlay.drawn.leaflet(), "radius": overlay.drawn.radius},
    }


def _draw_map(overlays: Sequence[Overlay], lang: str) -> str:
    """Render the Folium map: layers whose data is filled in later, and the plug-ins."""
    drawn = begin_map()
    drawn.add_child(folium.map.CustomPane(_ZONE_PANE, z_index=350, pointer_events=True))
    layers = []
    for number, overlay in enumerate(overlays):
        where: dict[str, Any] = (
            {"pane": _ZONE_PANE, "renderer": JsCode(f'L.svg({{pane:"{_ZONE_PANE}",padding:0.3}})')}
            if overlay.kind == "zone"
            else {}
        )
        layer = folium.GeoJson(
            {"type": "FeatureCollection", "features": [], "qx": number},
            show=overlay.is_shown,
            marker=folium.CircleMarker(radius=overlay.drawn.radius, fill=True),
            style=JsCode(
                f"QX.style({json_for_script(overlay.drawn.leaflet())},{overlay.drawn.radius})"
            ),
            smooth_factor=0.6,
            **where,
        )
        layer.add_to(drawn)
        layers.append(layer)
    return finish_map(drawn, layers, lang)


def _write_head(assessment: Assessment, page: str, links: Sequence[Link] | None, lang: str) -> str:
    """Write the title, what was judged, the banner and the links between pages."""
    words = choose(PAGE_WORDS, lang)
    facts = (
        assessment.district.name.in_language(lang),
        assessment.plan.title.in_language(lang),
        f"{words['as_of']} {assessment.as_of.isoformat()}",
    )
    if links is None:
        links = [
            Link("index.html", words["portal"]),
            *(Link(f"{key}.html", PAGES[key].in_language(lang), key == page) for key in PAGES),
        ]
    title = PAGES[page].in_language(lang)
    return write_head(title, facts, links, is_demo=assessment.is_demo, lang=lang)


def _write_tail(
    overlays: Sequence[Overlay], rules: Sequence[Rule], district: District, lang: str
) -> str:
    """Write what stands below the map, and the hatches."""
    strengths = {rule.rule_id: rule.strength for rule in rules}
    hatches = [
        hatch_svg(strengths[overlay.rule_id], overlay.drawn.colour)
        for overlay in overlays
        if overlay.kind == "zone"
    ]
    return write_foot(district, lang) + write_hatches(hatches)
