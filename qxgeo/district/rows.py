"""Read the rows of one declared layer with the reader that its file asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from qxgeo.errors import DistrictError, Fault, Text
from qxgeo.readers import ReadResult, read_table
from qxgeo.readers.osm import read_osm_roads
from qxgeo.readers.osm_sites import read_osm_areas, read_osm_sites
from qxgeo.readers.osm_turns import read_osm_turns
from qxgeo.schemas import LAYERS

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from qxgeo.district.model import LayerDeclaration

Box = tuple[float, float, float, float]
_VALUES_SHOWN = 8


def read_rows(declaration: LayerDeclaration, *, surroundings: Box | None) -> ReadResult:
    """Read a layer's file.

    Parameters
    ----------
    declaration
        File and options.
    surroundings
        West, south, east, north of the district in degrees, with the reach of its stations; None
        while it is not known. From OpenStreetMap files only what touches it is taken.

    Returns
    -------
    result
        EPSG:4326, columns as the layer's schema names them; rows that `where` does not want are
        gone.

    Raises
    ------
    InputError
        If the file, its table or its positions are at fault.
    """
    if declaration.format:
        result = _read_osm(declaration, surroundings)
        table = _choose(result.table, declaration)
        return ReadResult(_complete(table, declaration.name), result.notes)
    return read_table(
        declaration.path,
        layer=declaration.name,
        datum=declaration.datum,
        encoding=declaration.encoding,
        sheet=declaration.sheet,
        sublayer=declaration.sublayer,
        header_row=declaration.header_row,
        columns=declaration.columns,
        where=declaration.where,
        missing_position=declaration.missing_position,
        repair=declaration.is_repaired,
        surroundings=surroundings,
    )


def _read_osm(declaration: LayerDeclaration, bbox: Box | None) -> ReadResult:
    """Read roads, turn restrictions, places or areas from an OpenStreetMap file."""
    if declaration.format == "osm-roads":
        return read_osm_roads(declaration.path, bbox=bbox)
    if declaration.format == "osm-turns":
        return read_osm_turns(declaration.path, bbox=bbox)
    read = read_osm_areas if declaration.format == "osm-areas" else read_osm_sites
    tags: dict[str, list[str] | Literal[True]] = {
        key: list(values) or True for key, values in declaration.tags.items()
    }
    result = read(declaration.path, tags=tags, bbox=bbox)
    id_column = LAYERS[declaration.name].id_column
    return ReadResult(result.table.rename(columns={"site_id": id_column}), result.notes)


def _choose(table: gpd.GeoDataFrame, declaration: LayerDeclaration) -> gpd.GeoDataFrame:
    """Keep the rows that `where` wants; values are compared as text.

    Raises
    ------
    DistrictError
        If there is no such column, or no row is left.
    """
    for column, wanted in declaration.where.items():
        if column not in table.columns:
            raise DistrictError(_no_column(column, table, declaration))
        values = table[column].astype("string").fillna("").str.strip()
        kept = table[values.isin(wanted)]
        if kept.empty and not table.empty:
            raise DistrictError(_no_value(column, values, declaration))
        table = kept
    return table


def _complete(table: gpd.GeoDataFrame, layer: str) -> gpd.GeoDataFrame:
    """Give every column of the layer's contract, blank where OpenStreetMap has none."""
    blank = {name: None for name in LAYERS[layer].columns if name not in table.columns}
    return table.assign(**blank).reset_index(drop=True)


def _no_value(column: str, values: pd.Series[str], declaration: LayerDeclaration) -> Fault:
    """Say which values there are."""
    known = sorted(set(values))[:_VALUES_SHOWN]
    return Fault(
        file=declaration.path.name,
        column=column,
        problem=Text("where 没有选中任何一行", "where chooses no row at all"),
        mend=Text(f"该列的值如：{'、'.join(known)}", f"values there: {', '.join(known)}"),
    )


def _no_column(column: str, table: gpd.GeoDataFrame, declaration: LayerDeclaration) -> Fault:
    """Say which columns there are."""
    known = [str(name) for name in table.columns if name != "geometry"][:_VALUES_SHOWN]
    return Fault(
        file=declaration.path.name,
        column=column,
        problem=Text("where 中的列不存在", "where names a column that is not there"),
        mend=Text(f"可用：{'、'.join(known)}", f"known: {', '.join(known)}"),
    )
