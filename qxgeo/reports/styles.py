"""QGIS styles (QML) of the GeoPackage's layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from qxgeo.reports.colours import STRENGTH_COLOURS, VERDICT_COLOURS
from qxgeo.vocabulary import STRENGTH_LABELS, VERDICT_LABELS, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qxgeo.errors import Text
    from qxgeo.vocabulary import Strength

_QGIS_VERSION = "3.22.0"
_SYMBOL_TYPES = {"point": "marker", "line": "line", "polygon": "fill", "mixed": "fill"}
_SYMBOL_CLASSES = {"marker": "SimpleMarker", "line": "SimpleLine", "fill": "SimpleFill"}
_PLAIN_COLOURS = {"boundary": "#333333", "townships": "#777777", "stations": "#0072B2"}
_NAMED = ("townships", "stations")
# QGIS's numbers: over the middle of an area, at one of the places around a point.
_LABEL_PLACES = {"point": "6", "line": "2", "polygon": "1", "mixed": "1"}


def draw_style(layer: str, family: str, *, lang: str, strength: Strength | None = None) -> str:
    """Make the QML of a layer.

    Parameters
    ----------
    layer
        Name in the GeoPackage: ``rule_…`` is drawn by verdict, ``zones`` by strength, the others
        in one colour.
    family
        ``point``, ``line``, ``polygon`` or ``mixed``.
    lang
        ``zh`` or ``en``, of the legend.
    strength
        Of the rule; what applies has its colour.

    Returns
    -------
    qml
        An XML document.
    """
    symbol = _SYMBOL_TYPES[family]
    if layer in _PLAIN_COLOURS:
        alpha, label = 0 if symbol == "fill" else 255, "name" if layer in _NAMED else ""
        return draw_plain(family, _PLAIN_COLOURS[layer], alpha=alpha, label=label)
    root = _begin()
    if layer == "zones":
        _add_categories(root, "strength", symbol, STRENGTH_LABELS, STRENGTH_COLOURS, lang, alpha=40)
    else:
        colours = dict(VERDICT_COLOURS)
        if strength is not None:
            colours[Verdict.APPLIES] = STRENGTH_COLOURS[strength]
        _add_categories(root, "verdict", symbol, VERDICT_LABELS, colours, lang, alpha=150)
    return _format(root)


def draw_categories(
    attribute: str,
    family: str,
    labels: Mapping[str, Text],
    colours: Mapping[str, str],
    *,
    lang: str,
    alpha: int = 150,
    label: str = "",
) -> str:
    """Make the QML of a layer that is coloured by the words of one column.

    Parameters
    ----------
    attribute
        The column.
    family
        ``point``, ``line``, ``polygon`` or ``mixed``.
    labels, colours
        For each word its legend and its colour, ``#rrggbb``.
    lang
        ``zh`` or ``en``.
    alpha
        Of fills, 0 to 255.
    label
        Column whose words stand beside each row; empty for none.

    Returns
    -------
    qml
        An XML document.
    """
    root = _begin()
    _add_categories(root, attribute, _SYMBOL_TYPES[family], labels, colours, lang, alpha=alpha)
    _add_labels(root, family, label)
    return _format(root)


def draw_plain(family: str, colour: str, *, alpha: int = 255, label: str = "") -> str:
    """Make the QML of a layer in one colour.

    Parameters
    ----------
    family
        ``point``, ``line``, ``polygon`` or ``mixed``.
    colour
        ``#rrggbb``.
    alpha
        Of fills, 0 for an outline alone.
    label
        Column whose words stand beside each row; empty for none.

    Returns
    -------
    qml
        An XML document.
    """
    root = _begin()
    renderer = ET.SubElement(root, "renderer-v2", {"type": "singleSymbol"})
    symbols = ET.SubElement(renderer, "symbols")
    _add_symbol(symbols, "0", _SYMBOL_TYPES[family], colour, alpha=alpha)
    _add_labels(root, family, label)
    return _format(root)


def _begin() -> ET.Element:
    """Begin a document."""
    return ET.Element("qgis", {"version": _QGIS_VERSION, "styleCategories": "Symbology|Labeling"})


def _add_labels(root: ET.Element, family: str, label: str) -> None:
    """Let QGIS write the words of a column, with a pale rim so that they are read on any ground."""
    if not label:
        return
    root.set("labelsEnabled", "1")
    labelling = ET.SubElement(root, "labeling", {"type": "simple"})
    settings = ET.SubElement(labelling, "settings")
    text = ET.SubElement(
        settings,
        "text-style",
        {
            "fieldName": label,
            "isExpression": "0",
            "fontSize": "9",
            "fontSizeUnit": "Point",
            "textColor": "34,34,34,255",
            "textOpacity": "1",
        },
    )
    ET.SubElement(
        text,
        "text-buffer",
        {
            "bufferDraw": "1",
            "bufferSize": "0.8",
            "bufferSizeUnits": "MM",
            "bufferColor": "255,255,255,255",
            "bufferOpacity": "1",
        },
    )
    ET.SubElement(
        settings,
        "placement",
        {"placement": _LABEL_PLACES[family], "dist": "1", "distUnits": "MM", "centroidInside": "1"},
    )
    # Else the names of stations would keep out of every township that has a name.
    ET.SubElement(settings, "rendering", {"obstacle": "0"})


def _format(root: ET.Element) -> str:
    """Write the document."""
    ET.indent(root, " ")
    text = ET.tostring(root, encoding="unicode")
    return f"<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n{text}\n"


def _add_categories(
    root: ET.Element,
    attribute: str,
    symbol: str,
    labels: Mapping[Any, Text],
    colours: Mapping[Any, str],
    lang: str,
    *,
    alpha: int,
) -> None:
    """Add a renderer with one category per word."""
    renderer = ET.SubElement(
        root,
        "renderer-v2",
        {"type": "categorizedSymbol", "attr": attribute, "symbollevels": "0", "forceraster": "0"},
    )
    categories = ET.SubElement(renderer, "categories")
    symbols = ET.SubElement(renderer, "symbols")
    for number, (word, label) in enumerate(labels.items()):
        ET.SubElement(
            categories,
            "category",
            {
                "value": str(word),
                "symbol": str(number),
                "label": label.in_language(lang),
                "render": "true",
            },
        )
        _add_symbol(symbols, str(number), symbol, colours[word], alpha=alpha)


def _add_symbol(parent: ET.Element, name: str, symbol: str, colour: str, *, alpha: int) -> None:
    """Add a symbol of one simple layer."""
    element = ET.SubElement(
        parent, "symbol", {"type": symbol, "name": name, "alpha": "1", "clip_to_extent": "1"}
    )
    layer = ET.SubElement(
        element,
        "layer",
        {"class": _SYMBOL_CLASSES[symbol], "enabled": "1", "pass": "0", "locked": "0"},
    )
    settings = _symbol_settings(symbol, colour, alpha)
    options = ET.SubElement(layer, "Option", {"type": "Map"})
    for key, value in settings.items():
        ET.SubElement(options, "Option", {"type": "QString", "name": key, "value": value})
    for key, value in settings.items():  # QGIS before 3.26 reads these
        ET.SubElement(layer, "prop", {"k": key, "v": value})


def _symbol_settings(symbol: str, colour: str, alpha: int) -> dict[str, str]:
    """Give QGIS's settings of a simple symbol."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    solid, pale = f"{red},{green},{blue},255", f"{red},{green},{blue},{alpha}"
    if symbol == "line":
        return {
            "line_color": solid,
            "line_style": "solid",
            "line_width": "0.9",
            "line_width_unit": "MM",
            "capstyle": "round",
            "joinstyle": "round",
        }
    common = {
        "color": pale if symbol == "fill" else solid,
        "outline_style": "solid",
        "outline_width_unit": "MM",
    }
    if symbol == "marker":
        marker = {"name": "circle", "size": "2.8", "size_unit": "MM"}
        return {**common, **marker, "outline_color": "255,255,255,255", "outline_width": "0.3"}
    style = "solid" if alpha else "no"
    return {**common, "style": style, "outline_color": solid, "outline_width": "0.4"}
