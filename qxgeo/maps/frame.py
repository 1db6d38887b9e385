"""What every map page shares: Folium's map with our controls, title, foot, and putting together."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple

import folium
from branca.element import MacroElement
from folium.plugins import Fullscreen, MousePosition
from folium.template import Template
from folium.utilities import JsCode

from qxgeo.maps.escaping import escape_text, json_for_script
from qxgeo.maps.style import BOUNDARY_COLOUR, LAND_COLOUR, TOWNSHIP_COLOUR, WATER_COLOUR
from qxgeo.maps.wording import PAGE_WORDS, choose
from qxgeo.vocabulary import DEMO_BANNER, NOT_LEGAL_BOUNDARY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from qxgeo.district import District

PAINT = {
    "land": LAND_COLOUR,
    "water": WATER_COLOUR,
    "boundary": BOUNDARY_COLOUR,
    "township": TOWNSHIP_COLOUR,
}
_FIRST_SCRIPTS = ("frame.js", "names.js", "panel.js", "measure.js")
_DATA = "QX_DATA"


class Link(NamedTuple):
    """One link of the title; `file` is the page itself where `is_here`."""

    file: str
    text: str
    is_here: bool = False


class Button(NamedTuple):
    """One button of the title, known to the page's script by its id."""

    element_id: str
    text: str


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


def begin_map() -> folium.Map:
    """Begin a Folium map without tiles, drawn on a canvas.

    Returns
    -------
    drawn
        The page's script chooses the view.
    """
    return folium.Map(location=[30, 110], zoom_start=5, tiles=None, prefer_canvas=True, max_zoom=19)


def begin_layer(
    number: int, *, radius: float, is_shown: bool = True, svg_pane: str = ""
) -> folium.GeoJson:
    """Begin a layer that the page's script fills.

    Parameters
    ----------
    number
        Its place in the page's ``overlays``.
    radius
        Of its points, pixels.
    is_shown
        Whether the page opens with it.
    svg_pane
        Pane in which it is drawn as SVG; the canvas of the map where not given.

    Returns
    -------
    layer
        Empty.
    """
    where: dict[str, Any] = (
        {"pane": svg_pane, "renderer": JsCode(f'L.svg({{pane:"{svg_pane}",padding:0.3}})')}
        if svg_pane
        else {}
    )
    return folium.GeoJson(
        {"type": "FeatureCollection", "features": []},
        show=is_shown,
        marker=folium.CircleMarker(radius=radius, fill=True),
        style=JsCode(f"QX.styleOf({number})"),
        smooth_factor=0.6,
        **where,
    )


def finish_map(drawn: folium.Map, layers: Sequence[folium.GeoJson], lang: str) -> str:
    """Add the plug-ins and the start of the page's script, and render the page.

    Parameters
    ----------
    drawn
        Holds the layers already.
    layers
        In the order of the page's ``overlays``.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    raw
        The page as Folium writes it; `assemble` fills in the data.
    """
    words = choose(PAGE_WORDS, lang)
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
    return str(drawn.get_root().render())


def write_head(  # the parts of a title
    title: str,
    facts: Sequence[str],
    links: Sequence[Link],
    *,
    is_demo: bool,
    lang: str,
    buttons: Sequence[Button] = (),
) -> str:
    """Write the title, what is shown, the links, the buttons and the banner.

    Parameters
    ----------
    title
        Of the page.
    facts
        Stand below it in one line.
    links
        To the other pages and files.
    is_demo
        Whether the banner of demonstration data stands below.
    lang
        ``zh`` or ``en``.
    buttons
        Of this page, before those that every page has.

    Returns
    -------
    head
        HTML.
    """
    words = choose(PAGE_WORDS, lang)
    here = ' aria-current="page"'
    nav = "".join(
        f'<a href="{escape_text(link.file)}"{here if link.is_here else ""}>'
        f"{escape_text(link.text)}</a>"
        for link in links
    )
    own = "".join(
        f'<button type="button" id="{button.element_id}">{escape_text(button.text)}</button>'
        for button in buttons
    )
    banner = (
        f'<p class="qx-demo" role="alert">{escape_text(DEMO_BANNER.in_language(lang))}</p>'
        if is_demo
        else ""
    )
    return (
        f'<header id="qx-head"><div><h1>{escape_text(title)}</h1>'
        f'<p class="qx-meta">{escape_text(" · ".join(facts))}</p></div><nav>{nav}{own}'
        f'<button type="button" id="qx-whole">{escape_text(words["whole"])}</button>'
        f'<button type="button" id="qx-print" title="{escape_text(words["print_hint"])}">'
        f"{escape_text(words['print'])}</button></nav></header>{banner}"
    )


def write_foot(district: District, lang: str) -> str:
    """Write the printed legend's place, the legal line, the sources and the message bar.

    Parameters
    ----------
    district
        Its layers' sources are named: licences such as ODbL ask for it on the map itself.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    foot
        HTML.
    """
    shown = [n for n in ("boundary", "stations", "roads", "water") if n in district.layers]
    sources = dict.fromkeys(district.layers[name].source for name in shown)
    head = "data: " if lang == "en" else "数据来源："
    named = head + ("; " if lang == "en" else "；").join(sources)
    return (
        '<section id="qx-print-legend"></section>'
        f'<p id="qx-foot">{escape_text(NOT_LEGAL_BOUNDARY.in_language(lang))} '
        f"<span>{escape_text(named)}</span></p>"
        '<div id="qx-message" role="status" hidden></div>'
    )


def write_hatches(patterns: Sequence[str]) -> str:
    """Write the SVG patterns that areas are filled with.

    Parameters
    ----------
    patterns
        ``<pattern>`` elements.

    Returns
    -------
    svg
        An element that takes no room.
    """
    return (
        '<svg width="0" height="0" style="position:absolute" aria-hidden="true">'
        f"<defs>{''.join(patterns)}</defs></svg>"
    )


def assemble(  # the parts of one page
    raw: str,
    *,
    title: str,
    head: str,
    tail: str,
    files_of_page: Sequence[str],
    data: Mapping[str, object],
    lang: str,
    fill: Callable[[str], str] = str,
) -> str:
    """Put our own parts and the data into the page that Folium rendered.

    Data goes in last, so that nothing in it is taken for a place to fill.

    Parameters
    ----------
    raw
        From `finish_map`.
    title
        Of the window.
    head, tail
        HTML above and below the map.
    files_of_page
        Scripts and style sheets of this folder that only this page needs.
    data
        What the page's script reads.
    lang
        ``zh`` or ``en``.
    fill
        Fills in what the page keeps outside of `data`.

    Returns
    -------
    html
        The page, still asking for Folium's assets.
    """
    styles = ("page.css", *(name for name in files_of_page if name.endswith(".css")))
    scripts = (*_FIRST_SCRIPTS, *(name for name in files_of_page if name.endswith(".js")))
    style = "".join(f"<style>{read_own(name)}</style>\n" for name in styles)
    script = "".join(read_own(name) for name in scripts)
    language = "en" if lang == "en" else "zh-CN"
    framed = (
        raw.replace("<html>", f'<html lang="{language}">', 1)
        .replace("<head>", f"<head>\n<title>{escape_text(title)}</title>", 1)
        .replace("</head>", f"{style}</head>", 1)
        .replace("<body>", f"<body>\n{head}", 1)
        .replace("</body>", f"{tail}\n<script>{script}</script>\n</body>", 1)
    )
    before, _, after = framed.rpartition(f"{_DATA});")
    return f"{fill(before)}{json_for_script(data)});{after}"


def read_own(name: str) -> str:
    """Read a script or style sheet of this folder.

    Parameters
    ----------
    name
        Of the file.

    Returns
    -------
    text
        Its content.
    """
    return files("qxgeo.maps").joinpath(name).read_text(encoding="utf-8")
