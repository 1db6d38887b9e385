"""One map page: Folium draws the map, our own script and style do the rest."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import folium
from branca.element import MacroElement
from folium.plugins import Fullscreen, MousePosition
from folium.template import Template
from folium.utilities import JsCode

from qxgeo.maps.escaping import escape_text, json_for_script
from qxgeo.maps.layers import (
    build_overlays,
    findings_of_page,
    rules_of_page,
    sort_into_kinds,
)
from qxgeo.maps.offline import make_self_contained
from qxgeo.maps.rows import FIELDS, Strings, pack_rows
from qxgeo.maps.style import (
    BOUNDARY_COLOUR,
    LAND_COLOUR,
    TOWNSHIP_COLOUR,
    WATER_COLOUR,
    assign_colours,
    hatch_svg,
)
from qxgeo.maps.wording import KINDS, NOTHING_HERE, PAGE_WORDS, PAGES, choose
from qxgeo.resources import assets_dir
from qxgeo.vocabulary import DEMO_BANNER, NOT_LEGAL_BOUNDARY, STRENGTH_LABELS

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
_SCRIPTS = ("page.js", "panel.js", "measure.js")
_ZONE_PANE = "qx-zones"
_LONGEST_CLAUSE = 600
_PLACE = re.compile(r'\{"features": \[\], "qx": (\d+), "type": "FeatureCollection"\}')
_DATA = "QX_DATA"


class _Start(MacroElement):
    """Hand the map and its layers to the page's script, after everything else."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "QX.start({{ this._parent.get_name() }}, [{{ this.names }}], QX_DATA);"
        "{% endmacro %}"
    )

    def __init__(self, layers: Sequence[folium.GeoJson]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca has no types
        self._name = "QxStart"
        self.names = ",".join(layer.get_name() for layer in layers)


def render_page(
    assessment: Assessment,
    page: str,
    *,
    lang: str,
    base: Mapping[str, object],
    places: Sequence[object],
    online: Sequence[OnlineBase],
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
        "paint": {
            "land": LAND_COLOUR,
            "water": WATER_COLOUR,
            "boundary": BOUNDARY_COLOUR,
            "township": TOWNSHIP_COLOUR,
        },
    }
    html = _assemble(
        _draw_map(overlays, lang).get_root().render(),
        title=f"{PAGES[page].in_language(lang)} · {assessment.district.name.in_language(lang)}",
        head=_write_head(assessment, page, lang),
        tail=_write_tail(overlays, rules, assessment.district, lang),
        overlays=overlays,
        data=data,
        lang=lang,
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


def _draw_map(overlays: Sequence[Overlay], lang: str) -> folium.Map:
    """Build the Folium map: layers whose data is filled in later, and the plug-ins."""
    words = choose(PAGE_WORDS, lang)
    drawn = folium.Map(
        location=[30, 110], zoom_start=5, tiles=None, prefer_canvas=True, max_zoom=19
    )
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
    fullscreen = Fullscreen(  # type: ignore[no-untyped-call]  # folium's plug-ins have no types
        title=words["fullscreen"], title_cancel=words["exit_fullscreen"], position="topleft"
    )
    position = MousePosition(  # type: ignore[no-untyped-call]  # folium's plug-ins have no types
        position="bottomright",
        separator=words["comma"],
        lng_first=True,
        num_digits=5,
        prefix=words["position"] + words["colon"],
        empty_string="",
    )
    drawn.add_child(fullscreen)
    drawn.add_child(position)
    drawn.add_child(_Start(layers))
    return drawn


def _assemble(  # the parts of one page
    raw: str,
    *,
    title: str,
    head: str,
    tail: str,
    overlays: Sequence[Overlay],
    data: Mapping[str, object],
    lang: str,
) -> str:
    """Put our own parts and the data into the page that Folium rendered.

    Data goes in last, so that nothing in it is taken for a place to fill.
    """
    script = "".join(_own_file(name) for name in _SCRIPTS)
    language = "en" if lang == "en" else "zh-CN"
    framed = (
        raw.replace("<html>", f'<html lang="{language}">', 1)
        .replace("<head>", f"<head>\n<title>{escape_text(title)}</title>", 1)
        .replace("</head>", f"<style>{_own_file('page.css')}</style>\n</head>", 1)
        .replace("<body>", f"<body>\n{head}", 1)
        .replace("</body>", f"{tail}\n<script>{script}</script>\n</body>", 1)
    )
    before, _, after = framed.rpartition(f"{_DATA});")
    filled = _PLACE.sub(lambda place: overlays[int(place[1])].geojson, before)
    return f"{filled}{json_for_script(data)});{after}"


def _own_file(name: str) -> str:
    """Read a script or style sheet of this folder."""
    return files("qxgeo.maps").joinpath(name).read_text(encoding="utf-8")


def _write_head(assessment: Assessment, page: str, lang: str) -> str:
    """Write the title, what was judged, the banner and the links between pages."""
    words = choose(PAGE_WORDS, lang)
    district, plan = assessment.district, assessment.plan
    meta = " · ".join(
        (
            district.name.in_language(lang),
            plan.title.in_language(lang),
            f"{words['as_of']} {assessment.as_of.isoformat()}",
        )
    )
    links = [("index", words["portal"]), *((key, PAGES[key].in_language(lang)) for key in PAGES)]
    here = ' aria-current="page"'
    nav = "".join(
        f'<a href="{key}.html"{here if key == page else ""}>{escape_text(text)}</a>'
        for key, text in links
    )
    banner = (
        f'<p class="qx-demo" role="alert">{escape_text(DEMO_BANNER.in_language(lang))}</p>'
        if assessment.is_demo
        else ""
    )
    return (
        f'<header id="qx-head"><div><h1>{escape_text(PAGES[page].in_language(lang))}</h1>'
        f'<p class="qx-meta">{escape_text(meta)}</p></div><nav>{nav}'
        f'<button type="button" id="qx-whole">{escape_text(words["whole"])}</button>'
        f'<button type="button" id="qx-print" title="{escape_text(words["print_hint"])}">'
        f"{escape_text(words['print'])}</button></nav></header>{banner}"
    )


def _name_sources(district: District, lang: str) -> str:
    """Name whose data the map shows: licences such as ODbL ask for it on the map itself."""
    shown = [n for n in ("boundary", "stations", "roads", "water") if n in district.layers]
    sources = dict.fromkeys(district.layers[name].source for name in shown)
    head = "data: " if lang == "en" else "数据来源："
    return head + ("; " if lang == "en" else "；").join(sources)


def _write_tail(
    overlays: Sequence[Overlay], rules: Sequence[Rule], district: District, lang: str
) -> str:
    """Write the printed legend's place, the legal line, the sources and the hatches."""
    strengths = {rule.rule_id: rule.strength for rule in rules}
    hatches = "".join(
        hatch_svg(strengths[overlay.rule_id], overlay.drawn.colour)
        for overlay in overlays
        if overlay.kind == "zone"
    )
    return (
        '<section id="qx-print-legend"></section>'
        f'<p id="qx-foot">{escape_text(NOT_LEGAL_BOUNDARY.in_language(lang))} '
        f"<span>{escape_text(_name_sources(district, lang))}</span></p>"
        '<div id="qx-message" role="status" hidden></div>'
        '<svg width="0" height="0" style="position:absolute" aria-hidden="true">'
        f"<defs>{hatches}</defs></svg>"
    )
