"""One GeoPackage file: titled layers, QGIS styles, fixed time stamps, checked at the end."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from qxgeo.errors import Fault, OutputError, Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    import geopandas as gpd

_WRITTEN_AS = {
    "point": "Point",
    "line": "MultiLineString",
    "polygon": "MultiPolygon",
    "mixed": "GeometryCollection",
}
_VERSION = "1.2"  # which programs that offices have had for years read without a word
_WRITER_ERRORS = (DataSourceError, DataLayerError)

# QGIS's own table of styles inside a GeoPackage.
_STYLE_TABLE = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  f_table_catalog TEXT, f_table_schema TEXT, f_table_name TEXT, f_geometry_column TEXT,
  styleName TEXT, styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT,
  owner TEXT, ui TEXT, update_time DATETIME
)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputLayer:
    """One layer to be written.

    Attributes
    ----------
    family
        ``point``, ``line``, ``polygon`` or ``mixed``.
    style
        QML for QGIS.
    """

    name: str
    title: str
    family: str
    table: gpd.GeoDataFrame
    style: str


def write_layers(
    target: Path,
    layers: Iterable[OutputLayer],
    *,
    describe: Callable[[OutputLayer], str],
    stamp: str,
) -> None:
    """Write a GeoPackage.

    Parameters
    ----------
    target
        The file, replaced if it is there; its folder exists.
    layers
        EPSG:4326.
    describe
        Gives a layer's description.
    stamp
        ISO time that stands for every time in the file, so that the same input gives the same
        bytes.

    Raises
    ------
    OutputError
        If the file cannot be written or does not hold what was written.
    """
    target.unlink(missing_ok=True)
    rows: dict[str, int] = {}
    styles: list[tuple[str, str, str]] = []
    try:
        for layer in layers:
            pyogrio.write_dataframe(
                _promote(layer.table, layer.family),
                target,
                layer=layer.name,
                driver="GPKG",
                geometry_type=_WRITTEN_AS[layer.family],
                promote_to_multi=layer.family in {"line", "polygon"},
                append=target.exists(),
                dataset_options={} if target.exists() else {"VERSION": _VERSION},
                layer_options={
                    "IDENTIFIER": f"{layer.title} [{layer.name}]",
                    "DESCRIPTION": describe(layer),
                    "GEOMETRY_NAME": "geom",
                },
            )
            rows[layer.name] = len(layer.table)
            styles.append((layer.name, layer.title, layer.style))
        if rows:
            _finish(target, styles, rows, stamp)
    except (*_WRITER_ERRORS, sqlite3.Error) as error:
        detail = str(error).rsplit(" failed: ", maxsplit=1)[-1]  # the statement before it says less
        problem = Text(f"GeoPackage 写不成：{detail}", f"GeoPackage cannot be written: {detail}")
        mend = Text("检查磁盘空间与文件夹权限", "check disk space and the folder's permissions")
        raise OutputError(Fault(file=target.name, problem=problem, mend=mend)) from error


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
