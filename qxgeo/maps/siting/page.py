"""The siting page of a kind: click a place and read the verdict card, without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import folium

from qxgeo.maps.base_layer import describe_base, name_places
from qxgeo.maps.escaping import escape_text
from qxgeo.maps.frame import (
    PAINT,
    Button,
    Link,
    assemble,
    begin_layer,
    begin_map,
    finish_map,
    write_foot,
    write_hatches,
    write_head,
)
from qxgeo.maps.offline import make_self_contained
from qxgeo.maps.siting.applications import accuracy_of, draw_applications, pack_applications
from qxgeo.maps.siting.layers import (
    Drawings,
    SitingLayer,
    build_ground_layers,
    build_siting_layers,
    list_groups,
)
from qxgeo.maps.siting.style import (
    VERDICT_LOOKS,
    verdict_pattern_id,
    verdict_svg,
    zone_svg,
)
from qxgeo.maps.siting.wording import DATUM_TITLES, SITING_TITLE, SITING_WORDS
from qxgeo.maps.wording import NOTHING_HERE, PAGE_WORDS, choose
from qxgeo.maps.write import find_cache_folder, write_page
from qxgeo.resources import assets_dir
from qxgeo.siting.book import draw_rule_zones, write_rule_book
from qxgeo.siting.kinds import read_plan_of
from qxgeo.vocabulary import DEMO_BANNER, NOT_LEGAL_BOUNDARY, SiteVerdict, Strength

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from typing import Any

    import geopandas as gpd

    from qxgeo.district import District
    from qxgeo.plan import ActionPlan, SiteKind
    from qxgeo.siting import SiteChecks

_JUDGE_FILES = (
    *("ellipsoid.js", "shapes.js", "nearest.js", "conditions.js", "words.js", "frontage.js"),
    *("judge.js", "datum.js"),
)
_OWN_FILES = (*_JUDGE_FILES, "page.js", "place.js", "card.js", "print.js", "page.css")
_MOST_TILE_BYTES = 1_800_000  # the page stays below 5 MB
_BASE_LAYERS = ("boundary", "townships", "water", "roads", "stations")
_ZONE_PANE = "qx-zones"


def write_siting_map(
    folder: Path,
    district: District,
    kind: SiteKind,
    *,
    checks: SiteChecks | None = None,
    lang: str = "zh",
    eligible: gpd.GeoDataFrame | None = None,
    siblings: Sequence[SiteKind] = (),
    progress: Callable[[str], object] | None = None,
) -> Path:
    """Write ``siting_<kind_id>.html``, which judges places by itself, without a network.

    The same input gives the same bytes.

    Parameters
    ----------
    folder
        Exists.
    district
        Read and checked; its layers are the references.
    kind
        From `siting.find_kind`.
    checks
        Applications to choose from, as `siting.check_sites` judged them; None for none. The page
        then reads the plan as they did and takes their position error.
    lang
        ``zh`` or ``en``.
    eligible
        Ground to draw, EPSG:4326, by the column `verdict`, such as the parts of an eligible area;
        None for none.
    siblings
        Kinds whose pages stand beside this one, to be linked.
    progress
        Called with the file's name before it is written.

    Returns
    -------
    file
        The page.

    Raises
    ------
    OutputError
        If the file cannot be written or a collected script is missing.
    """
    name = file_name(kind)
    if progress is not None:
        progress(name)
    plan = read_plan_of(district) if checks is None else checks.plan
    accuracy_m = None if checks is None else accuracy_of(checks)
    book = write_rule_book(district, kind, accuracy_m=accuracy_m, plan=plan)
    drawings = Drawings()
    layers = build_siting_layers(
        book, draw_rule_zones(district, kind, plan=plan), drawings, lang=lang
    )
    if eligible is not None:
        layers = [*build_ground_layers(eligible, drawings, lang=lang), *layers]
    layers += draw_applications(checks, lang)
    data = {
        **_tell(book, plan, layers, kind, lang),
        "applications": None if checks is None else pack_applications(checks),
        "sources": _sources(district, book),
        "drawings": drawings.pack(),
        "base": describe_base(
            district, cache_folder=find_cache_folder(), most_tile_bytes=_MOST_TILE_BYTES
        ),
        "places": name_places(district),
        "online": [],
        "paint": PAINT,
    }
    html = assemble(
        _draw_map(layers, lang),
        title=f"{_title(kind, lang)} · {district.name.in_language(lang)}",
        head=_head(district, kind, book, siblings, lang),
        tail=_tail(district, lang),
        files_of_page=[f"siting/{file}" for file in _OWN_FILES],
        data=data,
        lang=lang,
    )
    return write_page(folder / name, make_self_contained(html, assets=assets_dir()))


def file_name(kind: SiteKind) -> str:
    """Name the page of a kind.

    Parameters
    ----------
    kind
        Of the plan or of the district.

    Returns
    -------
    name
        ``siting_<kind_id>.html``.
    """
    return f"siting_{kind.kind_id}.html"


def _title(kind: SiteKind, lang: str) -> str:
    """Ask the question of the page."""
    return SITING_TITLE.in_language(lang).format(kind=kind.title.in_language(lang))


def _tell(
    book: dict[str, Any],
    plan: ActionPlan,
    layers: Sequence[SitingLayer],
    kind: SiteKind,
    lang: str,
) -> dict[str, object]:
    """Gather the rule book and everything that is told in words."""
    units = {unit.unit_id: unit.name for unit in plan.units}
    measures = {rule["measure"]: plan.measure(rule["measure"]) for rule in book["rules"]}
    return {
        "book": book,
        "words": {
            **choose(PAGE_WORDS, lang),
            **choose(SITING_WORDS, lang),
            "latin": lang == "en",
            "nothing_here": NOTHING_HERE.in_language(lang),
            "kind": kind.title.in_language(lang),
            "legal": NOT_LEGAL_BOUNDARY.in_language(lang),
            "demo_banner": DEMO_BANNER.in_language(lang),
        },
        "datums": DATUM_TITLES,
        "looks": {
            str(verdict): {**look._asdict(), "fill": f"url(#{verdict_pattern_id(verdict)})"}
            for verdict, look in VERDICT_LOOKS.items()
        },
        "measures": {
            measure_id: {
                "text": measure.text,
                "lead": "、".join(units.get(one, one) for one in measure.lead),
            }
            for measure_id, measure in measures.items()
        },
        "groups": list_groups(layers, lang),
        "overlays": [layer.describe() for layer in layers],
    }


def _sources(district: District, book: Mapping[str, Any]) -> list[dict[str, object]]:
    """List where the data come from on which verdicts rest, once each."""
    titles = {one["layer"]: one["title"] for one in reversed(book["references"])}
    names = [name for name in titles if name in district.layers]
    return [
        {
            "title": titles[name],
            "source": layer.source,
            "licence": layer.licence,
            "day": layer.as_of.isoformat() if layer.as_of else "",
            "accuracy_m": layer.accuracy_m,
            "demo": layer.is_demo,
            "approximate": layer.is_approximate,
        }
        for name in sorted(names)
        for layer in [district.layers[name]]
    ]


def _draw_map(layers: Sequence[SitingLayer], lang: str) -> str:
    """Render the Folium map; the page's script fills the layers when they are first shown."""
    drawn = begin_map()
    drawn.add_child(folium.map.CustomPane(_ZONE_PANE, z_index=350, pointer_events=False))
    made = []
    for number, layer in enumerate(layers):
        pane = _ZONE_PANE if layer.kind == "zone" else ""
        one = begin_layer(number, radius=layer.drawn.radius, is_shown=False, svg_pane=pane)
        one.add_to(drawn)
        made.append(one)
    return finish_map(drawn, made, lang)


def _head(
    district: District,
    kind: SiteKind,
    book: Mapping[str, Any],
    siblings: Sequence[SiteKind],
    lang: str,
) -> str:
    """Write the title with the links to the overview and to the other kinds."""
    words = choose(PAGE_WORDS, lang)
    facts = (
        district.name.in_language(lang),
        book["plan"][lang == "en"],
        f"{words['as_of']} {book['as_of']}",
    )
    head = write_head(
        _title(kind, lang),
        facts,
        [Link("index.html", words["portal"])],
        is_demo=book["is_demo"] or _draws_demo(district),
        lang=lang,
        buttons=(Button("qx-print-card", SITING_WORDS["print_card"].in_language(lang)),),
    )
    others = [one for one in siblings if one.kind_id != kind.kind_id]
    if not others:
        return head
    links = "".join(
        f'<a href="{escape_text(file_name(one))}">{escape_text(one.title.in_language(lang))}</a>'
        for one in others
    )
    title = escape_text(SITING_WORDS["kinds"].in_language(lang))
    menu = f'<details class="qx-kinds"><summary>{title}</summary><div>{links}</div></details>'
    return head.replace("<nav>", f"<nav>{menu}", 1)


def _draws_demo(district: District) -> bool:
    """Whether the base map shows anything invented, even where no verdict rests on it."""
    return any(one in district.layers and district.layers[one].is_demo for one in _BASE_LAYERS)


def _tail(district: District, lang: str) -> str:
    """Write the place of the form and the card, the printed card, the foot and the patterns."""
    patterns = [verdict_svg(verdict) for verdict in SiteVerdict]
    patterns += [zone_svg(strength) for strength in Strength]
    return (
        '<aside id="qx-side"></aside><section id="qx-card-print" hidden></section>'
        + write_foot(district, lang)
        + write_hatches(patterns)
    )
