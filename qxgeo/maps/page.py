"""One map page: Folium draws the map, our own script and style do the rest."""

from __future__ import annotations

import hashlib
import re
from dataclasses import asdict
from importlib.resources import files
from typing import TYPE_CHECKING

import folium
from branca.element import Element, MacroElement
from folium.plugins import Fullscreen, MeasureControl, MousePosition
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
from qxgeo.maps.wording import KINDS, PAGE_WORDS, PAGES, choose
from qxgeo.resources import assets_dir
from qxgeo.vocabulary import DEMO_BANNER, NOT_LEGAL_BOUNDARY, STRENGTH_LABELS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qxgeo.assess import Assessment
    from qxgeo.maps.layers import Overlay
    from qxgeo.maps.online import OnlineBase
    from qxgeo.plan import Rule

_TEXT_FIELDS = (
    "kind",
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
_ZONE_PANE = "qx-zones"
_LONGEST_CLAUSE = 600
_PLACE = re.compile(r'\{"features": \[\], "qx": (\d+), "type": "FeatureCollection"\}')
_HEAD, _TITLE, _TAIL, _DATA = "<qx-head></qx-head>", "qx-page-title", "<qx-tail></qx-tail>", "QX_DATA"


class _Start(MacroElement):  # type: ignore[misc]  # branca has no types
    """Hand the map and its layers to the page's script, after everything else."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "QX.start({{ this._parent.get_name() }}, [{{ this.names }}], QX_DATA);"
        "{% endmacro %}"
    )

    def __init__(self, layers: Sequence[folium.GeoJson]) -> None:
        super().__init__()
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
            "nothing_here": choose({"it": _NOTHING}, lang)["it"],
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
    raw = _draw_map(overlays, lang).get_root().render()
    title = f"{PAGES[page].in_language(lang)} · {assessment.district.name.in_language(lang)}"
    filled = _fill(
        raw,
        {
            _TITLE: escape_text(title),
            _HEAD: _style() + _write_head(assessment, page, lang),
            _TAIL: _write_tail(assessment, overlays, rules, lang),
        },
        overlays,
    )
    script = "".join(_own_file(name) for name in ("page.js", "panel.js"))
    filled = filled.replace(
        f", {_DATA});", f", {json_for_script(data)});", 1
    ).replace("<qx-script></qx-script>", f"<script>{script}</script>", 1)
    tile_urls = [url for one in online for url in one.urls]
    return make_self_contained(filled, assets=assets_dir(), tile_urls=tile_urls, lang=lang)
