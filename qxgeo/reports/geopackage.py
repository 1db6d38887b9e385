"""The GeoPackage findings.gpkg: one layer per judged rule, styled for QGIS."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from qxgeo.district import title_layer
from qxgeo.errors import Fault, OutputError, Text
from qxgeo.reports.geoparquet import order_columns
from qxgeo.reports.styles import draw_style
from qxgeo.schemas import LAYERS
from qxgeo.vocabulary import DEMO_BANNER, NOT_LEGAL_BOUNDARY, STRENGTH_LABELS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd

    from qxgeo.assess import Assessment
    from qxgeo.plan import Rule
    from qxgeo.vocabulary import Strength

_FAMILIES = {
    "point": ("Point", "MultiPoint"),
    "line": ("LineString", "MultiLineString", "LinearRing"),
    "polygon": ("Polygon", "MultiPolygon"),
    "mixed": ("GeometryCollection",),
}
_WRITTEN_AS = {
    "point": "Point",
    "line": "MultiLineString",
    "polygon": "MultiPolygon",
    "mixed": "GeometryCollection",
}
_WRITER_ERRORS = (DataSourceError, DataLayerError)
_BACKGROUND = ("boundary", "townships", "stations")

# QGIS's own table of styles inside a GeoPackage.
_STYLE_TABLE = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  f_table_catalog TEXT, f_table_schema TEXT, f_table_name TEXT, f_geometry_column TEXT,
  styleName TEXT, styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT,
  owner TEXT, ui TEXT, update_time DATETIME
)
"""


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
    target = Path(path)
    target.unlink(missing_ok=True)
    rows: dict[str, int] = {}
    styles: list[tuple[str, str, str]] = []
    try:
        for layer in _list_layers(assessment, lang):
            pyogrio.write_dataframe(
                _promote(layer.table, layer.family),
                target,
                layer=layer.name,
                driver="GPKG",
                geometry_type=_WRITTEN_AS[layer.family],
                promote_to_multi=layer.family in {"line", "polygon"},
                append=target.exists(),
                layer_options={
                    "IDENTIFIER": f"{layer.title} [{layer.name}]",
                    "DESCRIPTION": _describe(layer.title, assessment, lang),
                    "GEOMETRY_NAME": "geom",
                },
            )
            rows[layer.name] = len(layer.table)
            style = draw_style(layer.name, layer.family, lang=lang, strength=layer.strength)
            styles.append((layer.name, layer.title, style))
        if rows:
            _finish(target, styles, rows, f"{assessment.as_of.isoformat()}T00:00:00.000Z")
    except (*_WRITER_ERRORS, sqlite3.Error) as error:
        detail = str(error).rsplit(" failed: ", maxsplit=1)[-1]  # the statement before it says less
        problem = Text(f"GeoPackage 写不成：{detail}", f"GeoPackage cannot be written: {detail}")
        mend = Text("检查磁盘空间与文件夹权限", "check disk space and the folder's permissions")
        raise OutputError(Fault(file=target.name, problem=problem, mend=mend)) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class _OutputLayer:
    """One layer to be written; rules have a strength, which colours what applies."""

    name: str
    title: str
    family: str
    table: gpd.GeoDataFrame
    strength: Strength | None = None


def _list_layers(assessment: Assessment, lang: str) -> Iterator[_OutputLayer]:
    """Give every layer, rules first in the plan's order."""
    findings = order_columns(assessment.findings)
    judged = set(assessment.rule_counts["rule_id"]) | set(findings["rule_id"])
    for measure in assessment.plan.measures:
        for rule in measure.rules:
            if rule.rule_id in judged:
                yield from _list_rule_layers(findings, rule, lang)
    if len(assessment.zones):
        title = "管控区（仅供绘图）" if lang == "zh" else "zones (for drawing only)"
        yield _OutputLayer(name="zones", title=title, family="polygon", table=assessment.zones)
    for name in _BACKGROUND:
        layer = assessment.district.layers.get(name)
        if layer is not None:
            yield _OutputLayer(
                name=name,
                title=title_layer(name).in_language(lang),
                family="point" if name == "stations" else "polygon",
                table=_known_columns(name, layer.table),
            )


def _list_rule_layers(findings: gpd.GeoDataFrame, rule: Rule, lang: str) -> Iterator[_OutputLayer]:
    """Give the layer of a rule, or one per kind of shape where its findings have several."""
    table = findings[findings["rule_id"] == rule.rule_id].reset_index(drop=True)
    name = "rule_" + rule.rule_id.replace(".", "_").replace("-", "_")
    families = _split_by_family(table, rule)
    for family, part in families:
        yield _OutputLayer(
            name=f"{name}_{family}" if len(families) > 1 else name,
            title=_title_rule(rule, lang),
            family=family,
            table=part,
            strength=rule.strength,
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


def _promote(table: gpd.GeoDataFrame, family: str) -> gpd.GeoDataFrame:
    """Give every row the one geometry type that its layer has, without heights."""
    shapes = shapely.force_2d(table.geometry.to_numpy())
    if family == "point":
        # The first of several points stands for the row: a layer has one type, and a dot suffices.
        several = shapely.get_type_id(shapes) == shapely.GeometryType.MULTIPOINT
        shapes = np.where(several, shapely.get_geometry(shapes, 0), shapes)
    if family == "mixed":
        single = shapely.get_type_id(shapes) != shapely.GeometryType.GEOMETRYCOLLECTION
        shapes[single] = shapely.geometrycollections(shapes[single][:, None])
    return table.set_geometry(np.asarray(shapes, dtype=object), crs=table.crs)


def _finish(
    target: Path, styles: list[tuple[str, str, str]], rows: dict[str, int], stamp: str
) -> None:
    """Add the styles, set every time stamp to the day of the assessment, check the content.

    Raises
    ------
    DatabaseError
        If a layer does not hold the rows that were written.
    """
    with closing(sqlite3.connect(target)) as database:
        database.execute(_STYLE_TABLE)
        database.executemany(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name,"
            " f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, owner,"
            " ui, update_time) VALUES ('', '', ?, 'geom', ?, ?, '', 1, ?, '', NULL, ?)",
            [(name, name, qml, title, stamp) for name, title, qml in styles],
        )
        database.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description)"
            " VALUES ('layer_styles', 'attributes', 'layer_styles', '')"
        )
        database.execute("UPDATE gpkg_contents SET last_change = ?", (stamp,))
        database.commit()
        database.execute("VACUUM")
        checked = database.execute("PRAGMA integrity_check").fetchone()[0]
        for name, expected in rows.items():
            held = database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 - our own layer name
            if checked != "ok" or held != expected:
                message = f"{name}: {held} / {expected}, {checked}"
                raise sqlite3.DatabaseError(message)
