"""The GeoPackage findings.gpkg: one layer per judged rule, styled for QGIS."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from qxgeo.district import title_layer
from qxgeo.reports.geopackage_file import OutputLayer, write_layers
from qxgeo.reports.geoparquet import order_columns
from qxgeo.reports.styles import draw_style
from qxgeo.schemas import LAYERS
from qxgeo.vocabulary import DEMO_BANNER, NOT_LEGAL_BOUNDARY, STRENGTH_LABELS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd

    from qxgeo.assess import Assessment
    from qxgeo.plan import Rule

_FAMILIES = {
    "point": ("Point", "MultiPoint"),
    "line": ("LineString", "MultiLineString", "LinearRing"),
    "polygon": ("Polygon", "MultiPolygon"),
    "mixed": ("GeometryCollection",),
}
_BACKGROUND = ("boundary", "townships", "stations")


def write_geopackage(assessment: Assessment, path: str | Path, *, lang: str) -> None:
    """Write findings.gpkg.

    Parameters
    ----------
    assessment
        Its findings, zones, and the district's boundary, townships and stations.
    path
        The file, replaced if it is there; its folder exists.
    lang
        ``zh`` or ``en``, of titles and legends.

    Raises
    ------
    OutputError
        If the file cannot be written or does not hold what was written.
    """
    write_layers(
        Path(path),
        _list_layers(assessment, lang),
        describe=lambda layer: _describe(layer.title, assessment, lang),
        stamp=f"{assessment.as_of.isoformat()}T00:00:00.000Z",
    )


def _list_layers(assessment: Assessment, lang: str) -> Iterator[OutputLayer]:
    """Give every layer, rules first in the plan's order."""
    findings = order_columns(assessment.findings)
    judged = set(assessment.rule_counts["rule_id"]) | set(findings["rule_id"])
    for measure in assessment.plan.measures:
        for rule in measure.rules:
            if rule.rule_id in judged:
                yield from _list_rule_layers(findings, rule, lang)
    if len(assessment.zones):
        title = "管控区（仅供绘图）" if lang == "zh" else "zones (for drawing only)"
        yield OutputLayer(
            name="zones",
            title=title,
            family="polygon",
            table=assessment.zones,
            style=draw_style("zones", "polygon", lang=lang),
        )
    for name in _BACKGROUND:
        layer = assessment.district.layers.get(name)
        if layer is not None:
            family = "point" if name == "stations" else "polygon"
            yield OutputLayer(
                name=name,
                title=title_layer(name).in_language(lang),
                family=family,
                table=_known_columns(name, layer.table),
                style=draw_style(name, family, lang=lang),
            )


def _list_rule_layers(findings: gpd.GeoDataFrame, rule: Rule, lang: str) -> Iterator[OutputLayer]:
    """Give the layer of a rule, or one per kind of shape where its findings have several."""
    table = findings[findings["rule_id"] == rule.rule_id].reset_index(drop=True)
    name = "rule_" + rule.rule_id.replace(".", "_").replace("-", "_")
    families = _split_by_family(table, rule)
    for family, part in families:
        full_name = f"{name}_{family}" if len(families) > 1 else name
        yield OutputLayer(
            name=full_name,
            title=_title_rule(rule, lang),
            family=family,
            table=part,
            style=draw_style(full_name, family, lang=lang, strength=rule.strength),
        )


def _title_rule(rule: Rule, lang: str) -> str:
    """Give a rule's number, title and strength."""
    strength = STRENGTH_LABELS[rule.strength].in_language(lang)
    return f"{rule.rule_id} {rule.title.in_language(lang)}（{strength}）"


def _describe(title: str, assessment: Assessment, lang: str) -> str:
    """Give a layer's description: title, day, and the warnings that hold."""
    words = [title, assessment.as_of.isoformat(), NOT_LEGAL_BOUNDARY.in_language(lang)]
    if assessment.is_demo:
        words.append(DEMO_BANNER.in_language(lang))
    return " | ".join(words)


def _split_by_family(table: gpd.GeoDataFrame, rule: Rule) -> list[tuple[str, gpd.GeoDataFrame]]:
    """Split findings into points, lines and polygons; rows without shape go to the first."""
    kinds = table.geometry.geom_type
    found = [
        (family, kinds.isin(names))
        for family, names in _FAMILIES.items()
        if kinds.isin(names).any()
    ]
    if not found:
        types = LAYERS[rule.subject.layer].geometry if rule.subject.layer in LAYERS else ("Point",)
        family = next(f for f, names in _FAMILIES.items() if types[0] in names)
        return [(family, table)]
    first_family, first_mask = found[0]
    parts = [(first_family, table[first_mask | kinds.isna()])]
    parts += [(family, table[mask]) for family, mask in found[1:]]
    return [(family, part.reset_index(drop=True)) for family, part in parts]


def _known_columns(name: str, table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep the columns of the contract, in types that a GeoPackage has."""
    schema = LAYERS[name]
    kept = table[[c for c in schema.columns if c in table.columns] + [table.geometry.name]].copy()
    for column, contract in schema.columns.items():
        if column not in kept.columns:
            continue
        if contract.kind == "number":
            kept[column] = kept[column].astype("float64")
        elif contract.kind == "flag":
            kept[column] = kept[column].astype("boolean")
        else:
            missing = kept[column].isna()
            text = kept[column].map(lambda v: v.isoformat() if hasattr(v, "isoformat") else str(v))
            kept[column] = text.astype("string").mask(missing, pd.NA)
    return kept
