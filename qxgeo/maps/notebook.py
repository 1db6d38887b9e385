"""A map for a notebook: tables drawn in the styles of the house, in a page that needs nothing else.

`draw_map` gives a value that Jupyter shows in place. The map lies in a frame of its own, cut off
from the notebook around it, and works without a network, also in a notebook saved as HTML.
"""

from __future__ import annotations

import html as html_text
from collections import Counter
from dataclasses import KW_ONLY, dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import folium
import numpy as np
import pandas as pd
from folium.utilities import JsCode

from qxgeo.errors import Fault, InputError, Text
from qxgeo.maps.base_layer import MOST_VECTORS, describe_base, join_roads
from qxgeo.maps.frame import (
    PAINT,
    assemble,
    begin_map,
    finish_map,
    write_foot,
    write_hatches,
    write_head,
)
from qxgeo.maps.layers import write_geojson
from qxgeo.maps.notebook_style import Line, list_lines_of, scale_drawn, write_patterns
from qxgeo.maps.offline import make_self_contained
from qxgeo.maps.wording import NOTHING_HERE, PAGE_WORDS, choose
from qxgeo.resources import assets_dir

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from qxgeo.district import District

_OWN_FILES = ("notebook.js", "notebook.css")
_PANE = "qx-notebook"
_ROAD_TOLERANCE_DEG = 3e-5  # about three metres: roads are only the ground of the map
_TOLERANCE_DEG = 1e-5  # about a metre, for drawing only
_MAIN_ROADS = 2  # rank from which roads of a crowded district are drawn


@dataclass(frozen=True, slots=True, eq=False)
class MapLayer:
    """A table to draw.

    Attributes
    ----------
    title
        Heads its lines in the legend.
    table
        EPSG:4326; rows without a shape are left out.
    by
        Column whose words each get a line in the legend and a look: verdicts and strengths have
        looks of the house, other words the next free colour. "" draws all rows alike.
    labels
        What words are called; verdicts and strengths have names already. Other words appear in this
        order.
    tell
        Column to heading: what the card of a row says when it is clicked.
    scale
        How much larger than usual points and lines are drawn.
    is_shown
        Whether it is on when the map opens.
    """

    title: str
    table: gpd.GeoDataFrame
    _: KW_ONLY
    by: str = ""
    labels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    tell: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    scale: float = 1.0
    is_shown: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class NotebookMap:
    """A map as a page of its own, which Jupyter shows in place.

    Attributes
    ----------
    html
        The whole page; written to a file it opens in a browser.
    title
        Of the page.
    height_px
        Of the frame in which it is shown.
    """

    html: str
    title: str
    height_px: int

    def _repr_html_(self) -> str:
        """Give the page in a frame that can do nothing to the notebook around it."""
        page = self.html.replace("&", "&amp;").replace("'", "&#39;")
        return (
            f'<iframe title="{html_text.escape(self.title)}" sandbox="allow-scripts allow-modals"'
            f' style="width:100%;height:{self.height_px}px;box-sizing:border-box;'
            f'border:1px solid #d9dcd8"'
            f" srcdoc='{page}'></iframe>"
        )


def draw_map(
    district: District,
    layers: Sequence[MapLayer],
    *,
    title: str,
    lang: str = "zh",
    height_px: int = 600,
) -> NotebookMap:
    """Draw tables over a district, for a notebook.

    Parameters
    ----------
    district
        Its boundary, townships, stations, water and roads are the ground of the map.
    layers
        The first is drawn lowest.
    title
        Of the map.
    lang
        ``zh`` or ``en``.
    height_px
        Of the frame in the notebook, CSS pixels.

    Returns
    -------
    drawn
        Shown by naming it in the last line of a cell; the same for the same input.

    Raises
    ------
    InputError
        If a table is in another system, or lacks a column that is asked for.
    OutputError
        If the collected scripts are missing.
    """
    _check(layers)
    used: Counter[str] = Counter()
    lines = [line for number, one in enumerate(layers) for line in _lines(number, one, lang, used)]
    data = {
        "words": {
            **choose(PAGE_WORDS, lang),
            "latin": lang == "en",
            "nothing_here": NOTHING_HERE.in_language(lang),
        },
        "groups": [{"id": number, "title": one.title} for number, one in enumerate(layers)],
        "tables": [_write_rows(one) for one in layers],
        "overlays": [line.describe() for line in lines],
        "base": _describe_base(district),
        "online": [],
        "paint": PAINT,
    }
    facts = (
        district.name.in_language(lang),
        f"{PAGE_WORDS['as_of'].in_language(lang)} {district.as_of.isoformat()}",
    )
    is_demo = any(layer.is_demo for layer in district.layers.values())
    html = assemble(
        _draw(lines, lang),
        title=title,
        head=write_head(title, facts, [], is_demo=is_demo, lang=lang),
        tail=write_foot(district, lang) + write_hatches(write_patterns(lines)),
        files_of_page=_OWN_FILES,
        data=data,
        lang=lang,
    )
    page = make_self_contained(html, assets=assets_dir())
    return NotebookMap(html=page, title=title, height_px=height_px)


def _check(layers: Sequence[MapLayer]) -> None:
    """Refuse tables that cannot be drawn: all faults in one message.

    Raises
    ------
    InputError
        If a table is in another system or lacks a column.
    """
    faults = []
    for one in layers:
        if one.table.crs is None or one.table.crs.to_epsg() != 4326:  # noqa: PLR2004 - EPSG code
            faults.append(
                Fault(
                    problem=Text(
                        f"图层“{one.title}”的坐标系是 {one.table.crs}",
                        f'the layer "{one.title}" is in {one.table.crs}',
                    ),
                    mend=Text("先转换为 EPSG:4326", "convert it to EPSG:4326 first"),
                )
            )
        lacking = [name for name in (one.by, *one.tell) if name and name not in one.table]
        faults += [
            Fault(
                column=name,
                problem=Text(f"图层“{one.title}”没有这一列", f'the layer "{one.title}" lacks it'),
                mend=Text(f"有：{'、'.join(_columns(one))}", f"it has: {', '.join(_columns(one))}"),
            )
            for name in lacking
        ]
    if faults:
        raise InputError(faults)


def _columns(layer: MapLayer) -> list[str]:
    """List what a table has."""
    return [str(name) for name in layer.table.columns]


def _lines(number: int, layer: MapLayer, lang: str, used: Counter[str]) -> list[Line]:
    """Sort the rows of a layer into lines of the legend, with their shapes."""
    shapes = np.asarray(layer.table.geometry.to_numpy(), dtype=object)
    words = None
    if layer.by:
        words = layer.table[layer.by].astype("string").fillna("").to_numpy(dtype=object)
    made = []
    for line in list_lines_of(shapes, words, labels=layer.labels, lang=lang, used=used):
        geojson, drawn = write_geojson(shapes[line.rows], line.rows, tolerance_deg=_TOLERANCE_DEG)
        if drawn:
            made.append(
                replace(
                    line,
                    drawn=scale_drawn(line.drawn, line.shape, layer.scale),
                    group=number,
                    title=line.title or layer.title,
                    geojson=geojson,
                    count=len(drawn),
                    is_shown=layer.is_shown,
                )
            )
    return made


def _write_rows(layer: MapLayer) -> dict[str, object]:
    """Write what the cards of a layer say: a name and a value for each heading, as texts."""
    table = layer.table
    names = table["name"].astype("string").fillna("").tolist() if "name" in table else []
    columns = [[_write_value(value) for value in table[name].tolist()] for name in layer.tell]
    return {
        "heads": list(layer.tell.values()),
        "names": [str(name) for name in names],
        "rows": [list(row) for row in zip(*columns, strict=True)],
    }


def _write_value(value: Any) -> str:  # noqa: ANN401 - a cell of a table
    """Write a cell; nothing where nothing is known."""
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return ""
    if isinstance(value, float):
        return f"{value:,.2f}".rstrip("0").rstrip(".")
    return str(value)


def _describe_base(district: District) -> dict[str, object]:
    """Describe the ground with its roads joined and drawn coarsely: a notebook holds many maps."""
    quiet = {name: one for name, one in district.layers.items() if name != "roads"}
    if "water" in quiet and len(quiet["water"].table) > MOST_VECTORS:
        del quiet["water"]
    base = describe_base(replace(district, layers=MappingProxyType(quiet)), cache_folder=None)
    if "roads" in district.layers:
        roads = district.layers["roads"].table
        least = _MAIN_ROADS if len(roads) > MOST_VECTORS else 0
        base["roads"] = join_roads(roads, tolerance_deg=_ROAD_TOLERANCE_DEG, least_rank=least)
        base["has"] = [*(["water"] if "water" in quiet else []), "roads"]
    return base


def _draw(lines: Sequence[Line], lang: str) -> str:
    """Render the Folium map; the page's script fills the layers with their shapes."""
    drawn = begin_map()
    drawn.add_child(folium.map.CustomPane(_PANE, z_index=430, pointer_events=True))
    made = []
    for number, line in enumerate(lines):
        one = folium.GeoJson(
            {"type": "FeatureCollection", "features": []},
            show=line.is_shown,
            marker=folium.CircleMarker(radius=line.drawn.radius, fill=True),
            style=JsCode(f"QX.styleOf({number})"),
            smooth_factor=0.4,
            pane=_PANE,
            renderer=JsCode("QX.paper()"),
        )
        one.add_to(drawn)
        made.append(one)
    return finish_map(drawn, made, lang)
