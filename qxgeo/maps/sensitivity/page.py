"""The difference map: choose a change, see which ground and which sites it puts elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import folium
import numpy as np

from qxgeo.maps.base_layer import describe_base, name_places
from qxgeo.maps.escaping import escape_text
from qxgeo.maps.frame import (
    PAINT,
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
from qxgeo.maps.online import list_online_bases
from qxgeo.maps.patrol.cast import write_shapes
from qxgeo.maps.sensitivity.wording import CHANGE_WORDS, LAYERS, TITLE
from qxgeo.maps.style import Drawn
from qxgeo.maps.wording import NOTHING_HERE, PAGE_WORDS, choose
from qxgeo.maps.write import find_cache_folder, write_page
from qxgeo.resources import assets_dir
from qxgeo.siting.sensitivity.model import GROUPS
from qxgeo.vocabulary import SITE_VERDICT_LABELS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from qxgeo.siting.sensitivity import Sensitivity

_OWN_FILES = ("sensitivity/page.js", "sensitivity/page.css")
_STRICTER, _LOOSER = "#D55E00", "#0072B2"
_DRAWN: dict[str, Drawn] = {
    "ground_stricter": Drawn(_STRICTER, 1.6, "", "url(#qx-hatch-stricter)", 1.0, 1.0),
    "ground_looser": Drawn(_LOOSER, 1.6, "5 4", "url(#qx-hatch-looser)", 1.0, 1.0),
    "site_same": Drawn("#4D4D4D", 1.2, "", "#FFFFFF", 0.9, 1.0, 3.4),
    "site_stricter": Drawn("#7A2E00", 1.6, "", _STRICTER, 1.0, 1.0, 6.0),
    "site_looser": Drawn("#003A5C", 1.6, "", _LOOSER, 1.0, 1.0, 6.0),
}
# Crossed and slanting: told apart in a black-and-white print.
_HATCHES = {
    "stricter": ("M0,10L10,0M-1,1L1,-1M9,11L11,9M0,0L10,10M-1,9L1,11M9,-1L11,1", _STRICTER),
    "looser": ("M0,0L10,10M-1,9L1,11M9,-1L11,1", _LOOSER),
}
_NUMBERS = (
    *("sites_flipped", "sites_stricter", "sites_looser", "lines_flipped", "ground_changed_km2"),
    *("ground_stricter_km2", "ground_looser_km2", "eligible_km2", "eligible_change_km2"),
    *("road_km", "road_change_km"),
)


def file_name(study: Sensitivity) -> str:
    """Name the page of a kind."""
    return f"sensitivity_{study.checks.kind.kind_id}.html"


def write_sensitivity_map(
    study: Sensitivity,
    folder: Path,
    *,
    lang: str = "zh",
    online_base: Mapping[str, str] | None = None,
    cache_folder: Path | None = None,
) -> Path:
    """Write ``sensitivity_<kind>.html``, a map that opens without a network.

    The same study gives the same bytes.

    Parameters
    ----------
    study
        From `siting.sensitivity.how_sure`; nothing is computed here.
    folder
        Exists.
    lang
        ``zh`` or ``en``.
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
    html = render_sensitivity_map(
        study, lang=lang, online_base=online_base, cache_folder=cache_folder
    )
    return write_page(folder / file_name(study), html)


def render_sensitivity_map(
    study: Sensitivity,
    *,
    lang: str = "zh",
    online_base: Mapping[str, str] | None = None,
    cache_folder: Path | None = None,
) -> str:
    """Draw the page as text, as a notebook shows it in a frame.

    Parameters
    ----------
    study, lang, online_base, cache_folder
        As for `write_sensitivity_map`.

    Returns
    -------
    html
        A whole page that asks for nothing.

    Raises
    ------
    OutputError
        If a collected script is missing.
    InputError
        If an online base map is not usable.
    """
    online = list_online_bases(online_base, lang=lang)
    district = study.checks.district
    words = choose(PAGE_WORDS, lang) | choose(CHANGE_WORDS, lang)
    data = {
        "words": {
            **words,
            "latin": lang == "en",
            "nothing_here": NOTHING_HERE.in_language(lang),
        },
        "groups": [{"id": "changes", "title": _title(study, lang)}],
        "kinds": choose(GROUPS, lang),
        "overlays": _describe_overlays(lang),
        "verdicts": {str(one): text.in_language(lang) for one, text in SITE_VERDICT_LABELS.items()},
        "scenarios": _pack_scenarios(study, lang),
        "sites": _pack_sites(study),
        "flips": _pack_flips(study),
        "changes": _pack_changes(study),
        "base": describe_base(district, cache_folder=cache_folder or find_cache_folder()),
        "places": name_places(district),
        "online": [one._asdict() for one in online],
        "paint": PAINT,
    }
    html = assemble(
        _draw_map(lang),
        title=f"{_title(study, lang)} · {district.name.in_language(lang)}",
        head=_head(study, lang),
        tail=_tail(study, lang),
        files_of_page=_OWN_FILES,
        data=data,
        lang=lang,
    )
    tile_urls = [url for one in online for url in one.urls]
    return make_self_contained(html, assets=assets_dir(), tile_urls=tile_urls)


def _title(study: Sensitivity, lang: str) -> str:
    """Name the page."""
    colon = PAGE_WORDS["colon"].in_language(lang)
    return f"{TITLE.in_language(lang)}{colon}{study.checks.kind.title.in_language(lang)}"


def _describe_overlays(lang: str) -> list[dict[str, object]]:
    """Describe the layers for the script, which fills them for the change that is chosen."""
    return [
        {
            "group": "changes",
            "kind": kind,
            "title": title.in_language(lang),
            "shape": "area" if kind.startswith("ground") else "point",
            "drawn": {**_DRAWN[kind].leaflet(), "radius": _DRAWN[kind].radius},
        }
        for kind, title in LAYERS.items()
    ]


def _pack_scenarios(study: Sensitivity, lang: str) -> list[dict[str, object]]:
    """Write the changes in the order of their effect, nothing changed first."""
    return [
        {
            "id": str(row["scenario_id"]),
            "group": str(row["group"]),
            "factor": str(row[f"factor_{lang}"]),
            "change": str(row[f"change_{lang}"]),
            "sites": int(row["sites"]),
            **{name: _plain(row[name]) for name in _NUMBERS},
        }
        for row in study.scenarios.to_dict(orient="records")
    ]


def _plain(value: float) -> float | None:
    """Write a number as JSON has it."""
    return None if not np.isfinite(value) else round(float(value), 4)


def _pack_sites(study: Sensitivity) -> list[dict[str, object]]:
    """Write the sites where they stand now; a parcel by its own shape."""
    places = study.checks.places
    shapes = write_shapes(places.geometry)
    return [
        {"id": str(place), "name": str(name), "verdict": str(verdict), "shape": shape}
        for place, name, verdict, shape in zip(
            places["place_id"], places["name"], places["summary"], shapes, strict=True
        )
    ]


def _pack_flips(study: Sensitivity) -> dict[str, list[list[object]]]:
    """Write by change who flips: row of the site, line, rule, before, after."""
    row_of = {str(one): row for row, one in enumerate(study.checks.places["place_id"])}
    flips: dict[str, list[list[object]]] = {}
    for one in study.sites.to_dict(orient="records"):
        flips.setdefault(str(one["scenario_id"]), []).append(
            [
                row_of[str(one["place_id"])],
                int(one["line"]),
                str(one["rule_id"]),
                str(one["verdict_before"]),
                str(one["verdict_after"]),
            ]
        )
    return flips


def _pack_changes(study: Sensitivity) -> dict[str, list[dict[str, Any]]]:
    """Write by change the ground that flips."""
    shapes = write_shapes(study.changes.geometry)
    changes: dict[str, list[dict[str, Any]]] = {}
    records = study.changes.drop(columns="geometry").to_dict(orient="records")
    for one, shape in zip(records, shapes, strict=True):
        changes.setdefault(str(one["scenario_id"]), []).append(
            {
                "before": str(one["verdict_before"]),
                "after": str(one["verdict_after"]),
                "stricter": bool(one["is_stricter"]),
                "km2": round(float(one["area_km2"]), 6),
                "shape": shape,
            }
        )
    return changes


def _draw_map(lang: str) -> str:
    """Render the Folium map; the page's script fills the layers."""
    drawn = begin_map()
    drawn.add_child(folium.map.CustomPane("qx-ground", z_index=350, pointer_events=True))
    layers = []
    for number, kind in enumerate(LAYERS):
        pane = "qx-ground" if kind.startswith("ground") else ""
        layer = begin_layer(number, radius=_DRAWN[kind].radius, svg_pane=pane)
        layer.add_to(drawn)
        layers.append(layer)
    return finish_map(drawn, layers, lang)


def _head(study: Sensitivity, lang: str) -> str:
    """Write the title with what was judged, and the link to the overview."""
    words = choose(PAGE_WORDS, lang)
    facts = (
        study.checks.district.name.in_language(lang),
        study.checks.plan.title.in_language(lang),
        f"{words['as_of']} {study.checks.as_of.isoformat()}",
    )
    links = [Link("index.html", words["portal"])]
    return write_head(_title(study, lang), facts, links, is_demo=study.is_demo, lang=lang)


def _tail(study: Sensitivity, lang: str) -> str:
    """Write below the map what could not be tried, the notes, the foot and the patterns."""
    words = choose(CHANGE_WORDS, lang)
    colon = PAGE_WORDS["colon"].in_language(lang)
    untried = "".join(
        f"<li>{escape_text(one.factor.in_language(lang))}{colon}"
        f"{escape_text(one.change.in_language(lang))}<br><small>"
        f"{escape_text(one.reason.in_language(lang))}</small></li>"
        for one in study.not_tried
    )
    notes = "".join(f"<li>{escape_text(one.in_language(lang))}</li>" for one in study.notes)
    patterns = [
        f'<pattern id="qx-hatch-{name}" width="10" height="10" patternUnits="userSpaceOnUse">'
        f'<path d="{path}" stroke="{colour}" stroke-width="1.4" stroke-opacity="0.7" fill="none"/>'
        "</pattern>"
        for name, (path, colour) in _HATCHES.items()
    ]
    return (
        f'<details id="qx-untried"><summary>{escape_text(words["untried"])}'
        f" ({len(study.not_tried)}) · {escape_text(words['notes'])}</summary>"
        f"<ul>{untried}</ul><ul>{notes}</ul></details>"
        + write_foot(study.checks.district, lang)
        + write_hatches(patterns)
    )
