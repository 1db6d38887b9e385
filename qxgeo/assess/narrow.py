"""A run as one township sees it: its own findings and numbers, and the ground around them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from qxgeo.assess.totals import ALL
from qxgeo.datasets import near
from qxgeo.datasets.reading import read_lines
from qxgeo.errors import Text
from qxgeo.readers.headings import match_headings
from qxgeo.readers.raw import Raw
from qxgeo.schemas import LAYERS
from qxgeo.vocabulary import PLACE_LABELS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from qxgeo.assess.model import Assessment
    from qxgeo.assess.shelf import Place
    from qxgeo.datasets import Piece, RoadDataset
    from qxgeo.district import Layer, StreamedRows
    from qxgeo.geodesy import Lines

    Box = tuple[float, float, float, float]

AROUND = 0.15  # of the longer side: the surroundings that a page shows
LEAST_AROUND = 0.005  # degrees, about 500 m
_PIECES_KEPT = 8  # some 20 MB each
_MOST_ROADS = 200_000  # rows read for a page of what lies in no township
_ZONES_AROUND = 0.1  # degrees: an edge of a zone farther away is not on the page


def narrow(
    assessment: Assessment,
    place: Place,
    findings: gpd.GeoDataFrame,
    *,
    is_listed: bool = False,
) -> Assessment:
    """See a run from one township.

    Parameters
    ----------
    assessment
        The whole run; its findings are not looked at.
    place
        One township, or the ground of none.
    findings
        Of the place, or a part of them that one page shows.
    is_listed
        Whether it is for lists alone: roads on the disk stay there.

    Returns
    -------
    narrowed
        The findings as given, totals of the place, zones and base layers around it; rules, gaps
        and assumptions are those of the whole. The boundary is that of the township.
    """
    box = _box(assessment, place, findings)
    district = assessment.district
    zh = place.name or place.township_id
    en = PLACE_LABELS[place.township_id].en if place.township_id in PLACE_LABELS else zh
    layers = {
        name: _around(layer, place, box) if layer.streamed is None else layer
        for name, layer in district.layers.items()
    }
    roads = layers.get("roads")
    if roads is not None and roads.streamed is not None and not is_listed:
        boxes = _list_boxes(roads.streamed.dataset, district.layers, place, findings, box)
        layers["roads"] = replace(roads, table=read_base_roads(roads.streamed, boxes))
    layers["boundary"] = _frame(district.layers, place, box)
    rows = assessment.totals[assessment.totals["township_id"] == place.township_id]
    whole = rows.assign(township_id=ALL, township_name="合计")
    zones = assessment.zones
    west, south, east, north = box
    frame = shapely.box(
        west - _ZONES_AROUND, south - _ZONES_AROUND, east + _ZONES_AROUND, north + _ZONES_AROUND
    )
    return replace(
        assessment,
        district=replace(
            district,
            name=Text(f"{district.name.zh} {zh}", f"{district.name.en}, {en}"),
            layers=layers,
        ),
        findings=findings,
        zones=zones.assign(geometry=shapely.intersection(zones.geometry.to_numpy(), frame)),
        totals=pd.concat([rows, whole], ignore_index=True),
        reasons=assessment.reasons[assessment.reasons["township_id"] == place.township_id],
    )


def _box(assessment: Assessment, place: Place, findings: gpd.GeoDataFrame) -> Box:
    """Draw a box around what a page shows: findings, or the township where it has none."""
    bounds = findings.total_bounds if len(findings) else np.full(4, np.nan)
    if not np.isfinite(bounds).all():
        shape = _ground(assessment.district.layers, place)
        bounds = np.asarray(shapely.bounds(shape), dtype=float)
    if not np.isfinite(bounds).all():
        bounds = assessment.district.layers["boundary"].table.total_bounds
    west, south, east, north = (float(side) for side in bounds)
    margin = max(AROUND * max(east - west, north - south), LEAST_AROUND)
    return west - margin, south - margin, east + margin, north + margin


def _ground(layers: Mapping[str, Layer], place: Place) -> shapely.Geometry | None:
    """Give the polygon of a township; None where it has none, or an empty one."""
    townships = layers.get("townships")
    if townships is None:
        return None
    mine = townships.table[townships.table["township_id"].astype(str) == place.township_id]
    shape = None if mine.empty else mine.geometry.iloc[0]
    return None if shape is None or shapely.is_empty(shape) else shape


def _list_boxes(
    dataset: RoadDataset,
    layers: Mapping[str, Layer],
    place: Place,
    findings: gpd.GeoDataFrame,
    box: Box,
) -> NDArray[np.float64]:
    """List the boxes whose roads a page shows: that of all it shows, or one around each finding.

    What lies in no township may be scattered over a province, whose roads no page bears.
    """
    rows = sum(piece.rows for piece in near(dataset, [box]))
    if rows <= _MOST_ROADS or _ground(layers, place) is not None:
        return np.array([box])
    bounds = shapely.bounds(findings.geometry.to_numpy(dtype=object)).reshape(-1, 4)
    margin = np.array([-LEAST_AROUND, -LEAST_AROUND, LEAST_AROUND, LEAST_AROUND])
    return np.asarray(bounds[np.isfinite(bounds).all(axis=1)] + margin)


def _around(layer: Layer, place: Place, box: Box) -> Layer:
    """Keep the rows of a base layer near a place; lists of sites are not drawn and stay."""
    if layer.name == "townships":
        return replace(layer, table=_own_first(layer.table, place, box))
    if layer.name in ("roads", "water"):
        return replace(layer, table=_within(layer.table, box))
    return layer


def _frame(layers: Mapping[str, Layer], place: Place, box: Box) -> Layer:
    """Let the ground of a township, as far as a page shows it, stand for the boundary."""
    boundary, ground = layers["boundary"], _ground(layers, place)
    if ground is None:
        ground = boundary.table.geometry.union_all()
    shape = shapely.intersection(ground, shapely.box(*box))
    if shapely.is_empty(shape):  # all of it lies elsewhere: show what there is
        shape = shapely.box(*box)
    columns = boundary.table.iloc[:1].drop(columns="geometry")
    return replace(
        boundary,
        table=gpd.GeoDataFrame(
            columns, geometry=gpd.GeoSeries([shape], index=columns.index), crs="EPSG:4326"
        ),
    )


def _own_first(table: gpd.GeoDataFrame, place: Place, box: Box) -> gpd.GeoDataFrame:
    """Keep a township and its neighbours."""
    is_own = (table["township_id"].astype(str) == place.township_id).to_numpy()
    return table[is_own | _meets(table, box)].reset_index(drop=True)


def _within(table: gpd.GeoDataFrame, box: Box) -> gpd.GeoDataFrame:
    """Keep the rows whose box meets another one."""
    return table[_meets(table, box)].reset_index(drop=True)


def _meets(table: gpd.GeoDataFrame, box: Box) -> np.typing.NDArray[np.bool_]:
    """Tell which rows' boxes meet another one."""
    west, south, east, north = shapely.bounds(table.geometry.to_numpy(dtype=object)).T
    return np.asarray((west <= box[2]) & (east >= box[0]) & (south <= box[3]) & (north >= box[1]))


@dataclass(frozen=True, slots=True)
class _Ground:
    """Roads of one piece, as they are drawn under findings."""

    lines: Lines
    bounds: tuple[NDArray[np.float64], ...]
    columns: pd.DataFrame
    rows: NDArray[np.int64]


@lru_cache(_PIECES_KEPT)
def _read_piece(dataset: RoadDataset, piece: Piece, columns: tuple[str, ...]) -> _Ground:
    """Read a piece for the townships on it, which come one after the other."""
    batch = read_lines(dataset, piece, columns=columns)
    bounds = batch.lines.bounds(0, len(batch.lines.part_line))
    cells = pd.DataFrame({name: batch.table[name].to_pandas().astype("string") for name in columns})
    return _Ground(batch.lines, tuple(bounds), cells, batch.rows)


def _draw_boxes(bounds: NDArray[np.float64]) -> NDArray[np.object_]:
    """Give boxes as polygons, shape (n,)."""
    west, south, east, north = bounds.T
    return np.asarray(shapely.box(west, south, east, north), dtype=object)


def read_base_roads(rows: StreamedRows, boxes: NDArray[np.float64]) -> gpd.GeoDataFrame:
    """Read the roads that a page shows under its findings.

    Parameters
    ----------
    rows
        The dataset.
    boxes
        West, south, east, north, degrees, shape (n, 4): a road whose own meets one of them is read.

    Returns
    -------
    roads
        `section_id`, `name`, `road_class`, EPSG:4326; blank where the dataset has no such column.
    """
    dataset = rows.dataset
    raw = Raw(
        file="", cells=pd.DataFrame(columns=[*dataset.columns]), rows=np.empty(0, dtype=np.int64)
    )
    headings, _ = match_headings(raw, LAYERS["roads"], rows.declaration.columns)
    wanted = {name: headings[name] for name in ("name", "road_class") if name in headings}
    tables = []
    tree = shapely.STRtree(_draw_boxes(boxes))
    for piece in near(dataset, boxes):
        ground = _read_piece(dataset, piece, tuple(wanted.values()))
        near_part = np.unique(tree.query(_draw_boxes(np.stack(ground.bounds, axis=1)))[0])
        owner = ground.lines.part_line[near_part]
        cells = ground.columns.iloc[owner]
        columns = {name: cells[heading].to_numpy() for name, heading in wanted.items()}
        table = pd.DataFrame({"section_id": ground.rows[owner].astype(str)} | columns)
        for name in ("name", "road_class"):
            if name not in wanted:
                table[name] = pd.Series(pd.NA, index=table.index, dtype="string")
        shapes = ground.lines.strings(near_part)
        tables.append(gpd.GeoDataFrame(table, geometry=shapes, crs="EPSG:4326"))
    if not tables:
        empty = {name: pd.Series(dtype="string") for name in ("section_id", "name", "road_class")}
        return gpd.GeoDataFrame(empty, geometry=gpd.GeoSeries([], crs="EPSG:4326"))
    return gpd.GeoDataFrame(
        pd.concat(tables, ignore_index=True), geometry="geometry", crs="EPSG:4326"
    )
