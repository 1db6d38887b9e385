"""The overview: where the rules on roads apply, drawn once into tiles, and townships to open."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import folium
import numpy as np
import pyarrow.parquet as pq
import shapely
from folium.utilities import JsCode

from qxgeo.assess.shelf import file_name
from qxgeo.maps.base_layer import describe_base
from qxgeo.maps.escaping import json_for_script
from qxgeo.maps.frame import (
    PAINT,
    Link,
    assemble,
    begin_map,
    finish_map,
    write_foot,
    write_head,
)
from qxgeo.maps.layers import lists_roads, write_geojson
from qxgeo.maps.offline import make_self_contained
from qxgeo.maps.scaled.wording import WORDS
from qxgeo.maps.segments import Raster, Segments
from qxgeo.maps.style import MARK_COLOUR
from qxgeo.maps.tiles import build_pyramid
from qxgeo.maps.wording import PAGE_WORDS, choose
from qxgeo.resources import assets_dir
from qxgeo.vocabulary import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from qxgeo.assess import Assessment, Shelf

MOST_NAMES = 30  # of townships and stations on the map; all have theirs where they are pointed at
_PIXELS = 8_192  # across the whole: finer than the deepest level that the tiles reach
_STEPS = (1.0, 0.25, 0.05)  # of the largest township, the limits of the classes of length
_FILLS = ("#F2F2EE", "#D9E8F3", "#A9CDE6", "#6AA9D2", "#2E7FB8")


def render_overview(
    assessment: Assessment, shelf: Shelf, rows: Sequence[Sequence[Any]], *, lang: str
) -> str:
    """Draw the overview as a self-contained page.

    Parameters
    ----------
    assessment
        The whole run; its findings are not looked at.
    shelf
        The findings by township.
    rows
        One line per township, as the index has them.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    html
        The file's text.
    """
    words = {**choose(PAGE_WORDS, lang), **choose(WORDS, lang), "latin": lang == "en"}
    words["search"] = words["find"]
    classes = _classes(assessment, rows, lang)
    title = WORDS["overview"].in_language(lang)
    name = assessment.district.name.in_language(lang)
    data = {
        "words": words,
        "overlays": [one["overlay"] for one in classes],
        "groups": [{"id": 0, "title": words["wet_by_town"]}],
        "rows": rows,
        "base": _base(assessment, shelf),
        "marked": MARK_COLOUR,
        "online": [],
        "paint": PAINT,
    }
    facts = (
        name,
        assessment.plan.title.in_language(lang),
        f"{words['as_of']} {assessment.as_of.isoformat()}",
    )
    links = [Link("index.html", str(words["portal"])), Link("overview.html", title, is_here=True)]
    html = assemble(
        _draw_map(classes, lang),
        title=f"{title} · {name}",
        head=write_head(title, facts, links, is_demo=assessment.is_demo, lang=lang),
        tail=write_foot(assessment.district, lang),
        files_of_page=("scaled/overview.js",),
        data=data,
        lang=lang,
    )
    return make_self_contained(html, assets=assets_dir(), tile_urls=[])


def _base(assessment: Assessment, shelf: Shelf) -> dict[str, object]:
    """Describe the ground: tiles with the findings, stations, few names."""
    layers = dict(assessment.district.layers)
    boundary, water = layers["boundary"].table, layers.get("water")
    bare = {name: one for name, one in layers.items() if name in ("boundary", "stations")}
    if "townships" in layers and len(layers["townships"].table) <= MOST_NAMES:
        bare["townships"] = layers["townships"]
    base = describe_base(replace(assessment.district, layers=bare), cache_folder=None)
    stations = base["stations"]
    if isinstance(stations, list) and len(stations) > MOST_NAMES:
        base["stations"] = [["", lat, lon] for _, lat, lon in stations]
    raster = Raster.around(boundary.total_bounds, pixels=_PIXELS)
    outline = shapely.simplify(boundary.geometry.to_numpy(dtype=object), raster.step)
    land, _ = write_geojson(outline, range(len(outline)))
    empty = np.empty(0, dtype=object)
    base.pop("townships", None)
    return {
        **base,
        "has": [] if water is None else ["water"],
        "boundary": _parse(land),
        "tiles": build_pyramid(
            land=outline,
            water=empty if water is None else water.table.geometry.to_numpy(dtype=object),
            roads=empty,
            ranks=np.empty(0, dtype=np.intp),
            cache_folder=None,
            marked=_marks(assessment, shelf, raster),
            is_wide=True,
        ),
    }


def _parse(text: str) -> object:
    """Read GeoJSON back."""
    return json.loads(text)


def _marks(assessment: Assessment, shelf: Shelf, raster: Raster) -> Segments:
    """Gather the roads to which a rule applies, each pixel once."""
    rules = [
        rule.rule_id
        for rule in assessment.plan.rules
        if rule.page in ("keep_wet", "repair") and not lists_roads(rule)
    ]
    found = (
        _read_segments(shelf.folder / f"{file_name(place.township_id)}.parquet", rules, raster)
        for place in shelf.places
        if any(rule in rules and verdict == Verdict.APPLIES for rule, _, verdict in place.counts)
    )
    return Segments.of(raster, found)


def _read_segments(file: Path, rules: Sequence[str], raster: Raster) -> NDArray[np.uint64]:
    """Give the segments of a township's lines in pixels."""
    table = pq.read_table(
        file,
        columns=["geometry"],
        filters=[("rule_id", "in", list(rules)), ("verdict", "==", str(Verdict.APPLIES))],
    )
    shapes = shapely.from_wkb(table["geometry"].to_numpy(zero_copy_only=False))
    lines = shapely.get_parts(shapes[shapely.get_dimensions(shapes) == 1])
    return raster.pack(*shapely.get_coordinates(lines, return_index=True))


def _classes(
    assessment: Assessment, rows: Sequence[Sequence[Any]], lang: str
) -> list[dict[str, Any]]:
    """Sort the townships' polygons into few classes of road length, each one layer."""
    layer = assessment.district.layers.get("townships")
    if layer is None:
        return []
    west, south, east, north = assessment.district.layers["boundary"].table.total_bounds
    step = max(east - west, north - south) / _PIXELS
    number = {str(row[0]): at for at, row in enumerate(rows)}
    at = np.array([number[code] for code in layer.table["township_id"].astype(str)])
    length_km = np.array([float(rows[row][3]) for row in at])
    shapes = shapely.simplify(layer.table.geometry.to_numpy(dtype=object), step)
    limits = _limits(float(length_km.max(initial=0.0)))
    classes = []
    for place, (least, most) in enumerate(limits):
        chosen = np.flatnonzero((length_km > least) & (length_km <= most))
        if not len(chosen):
            continue
        text, _ = write_geojson(shapes[chosen], at[chosen])
        drawn = {
            "color": "#6B7680",
            "weight": 0.8,
            "opacity": 0.9,
            "fill": True,
            "fillColor": _FILLS[place],
            "fillOpacity": 0.45 if place else 0.15,
            "dashArray": None,
            "radius": 4,
        }
        overlay = {
            "group": 0,
            "title": _class_title(least, most, lang),
            "count": len(chosen),
            "shape": "area",
            "drawn": drawn,
        }
        classes.append({"overlay": overlay, "geojson": _parse(text)})
    return classes


def _limits(largest: float) -> list[tuple[float, float]]:
    """Give the classes: none, then up to round numbers of kilometres, then the rest."""
    edges = [0.0]
    for share in reversed(_STEPS):
        edge = _round_up(largest * share)
        if edge > edges[-1]:
            edges.append(edge)
    return [(-np.inf, 0.0), *pairwise(edges)]


def _round_up(value: float) -> float:
    """Give the next of 1, 2, 5, 10, 20, 50, ... or a part of them."""
    if value <= 0:
        return 0.0
    power = 10.0 ** np.floor(np.log10(value))
    return float(next(power * head for head in (1, 2, 5, 10) if power * head >= value))


def _class_title(least: float, most: float, lang: str) -> str:
    """Name a class."""
    if most <= 0:
        return WORDS["class_none"].in_language(lang)
    return f"{max(least, 0):g} – {most:g} km"


def _draw_map(classes: Sequence[dict[str, Any]], lang: str) -> str:
    """Render the Folium map with a layer per class."""
    drawn = begin_map()
    layers = []
    for one in classes:
        style = JsCode(f"() => ({json_for_script(one['overlay']['drawn'])})")
        layer = folium.GeoJson(one["geojson"], style=style, smooth_factor=0.5)
        layer.add_to(drawn)
        layers.append(layer)
    return finish_map(drawn, layers, lang)
