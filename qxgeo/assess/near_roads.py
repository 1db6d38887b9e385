"""Of very many roads those that sites are measured to: none that is nearer is left out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from qxgeo.datasets import near
from qxgeo.datasets.reading import iter_lines
from qxgeo.district import parameter_value, read_batch
from qxgeo.district.streamed import empty_table
from qxgeo.geodesy import nearest_feature
from qxgeo.rules import look_at
from qxgeo.rules.road_names import plain_road_names
from qxgeo.rules.roadside import column_words, draw_surroundings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from qxgeo.datasets import Piece
    from qxgeo.district import StreamedRows
    from qxgeo.plan import Rule, Selector
    from qxgeo.rules import Scene

_AT_ONCE = 16_384
_FIRST_REACH_M = 250.0
_LAST_REACH_M = 100_000.0  # beyond, every piece is looked through
_WIDER = 4.0


def with_near_roads(scene: Scene, rules: Sequence[Rule]) -> Scene:
    """See the roads near the sites of the rules that measure to roads.

    Parameters
    ----------
    scene
        The district; its roads are read piece by piece.
    rules
        Rules whose subject is no road.

    Returns
    -------
    scene
        Its roads are those that can decide about a site: the nearest one and all that are nearer
        than it or than the rule's own distance and the position errors, and, where a rule seeks a
        road by its name however far, all of those names.
    """
    layer = scene.layer("roads")
    asking = [
        (rule, selector)
        for rule in rules
        if (selector := _roads_asked(rule)) is not None
        and rule.subject.layer in scene.district.layers
    ]
    if layer.streamed is None or not asking:
        return scene
    found: list[gpd.GeoDataFrame] = []
    for rule, selector in asking:
        subjects, _ = scene.select(rule.subject)
        shapes = subjects.geometry.to_numpy(dtype=object)
        wide_m, is_set = _own_reach_m(rule, scene)
        if not is_set:
            found.append(_read_named(layer.streamed, column_words(subjects, "road_name")))
        found += _widen(scene, selector, shapes, wide_m)
    rows = pd.concat([layer.table, *(one for one in found if len(one))], ignore_index=True)
    rows = rows.drop_duplicates("section_id").sort_values("section_id", ignore_index=True)
    table = gpd.GeoDataFrame(rows, geometry="geometry", crs="EPSG:4326")
    seen = look_at(scene, replace(layer, table=table))
    return replace(seen, territories=scene.territories)


def _roads_asked(rule: Rule) -> Selector | None:
    """Give the roads that a rule measures its sites to."""
    selector = rule.among or rule.reference
    return selector if selector is not None and selector.layer == "roads" else None


def _own_reach_m(rule: Rule, scene: Scene) -> tuple[float, bool]:
    """Give the rule's own distance with the position errors, and whether anybody has set it."""
    radius_m = rule.radius_m
    if radius_m is None and rule.radius_parameter:
        radius_m = parameter_value(rule.radius_parameter, scene.district, scene.plan)
    error_m = scene.layer(rule.subject.layer).accuracy_m + scene.layer("roads").accuracy_m
    is_set = radius_m is not None and bool(np.isfinite(radius_m))
    return (float(radius_m or 0.0) if is_set else 0.0) + error_m, is_set


def _widen(
    scene: Scene, selector: Selector, shapes: NDArray[np.object_], own_m: float
) -> list[gpd.GeoDataFrame]:
    """Read roads around sites, farther and farther until none can be missing."""
    layer = scene.layer("roads")
    streamed, error_m = layer.streamed, own_m + layer.accuracy_m
    found: list[gpd.GeoDataFrame] = []
    open_ = np.arange(len(shapes))
    reach_m = max(_FIRST_REACH_M, 2 * own_m)
    while len(open_) and streamed is not None:
        is_last = reach_m > _LAST_REACH_M
        boxes = None if is_last else draw_surroundings(shapes[open_], reach_m)
        rows = _read_within(streamed, boxes)
        found.append(rows)
        if is_last:
            break
        roads, _ = look_at(scene, replace(layer, table=rows)).select(selector)
        if len(roads):
            away_m, _ = nearest_feature(shapes[open_], roads.geometry.to_numpy(dtype=object))
            open_ = open_[~(away_m + error_m <= reach_m)]
        reach_m *= _WIDER
    return found


def _read_within(rows: StreamedRows, boxes: NDArray[np.object_] | None) -> gpd.GeoDataFrame:
    """Read the roads whose own box meets one of the boxes; all without boxes."""
    dataset = rows.dataset
    if boxes is None:
        return _read(rows, dataset.pieces, lambda table: np.ones(len(table), dtype=bool))
    tree = shapely.STRtree(boxes)

    def is_near(table: gpd.GeoDataFrame) -> NDArray[np.bool_]:
        own = shapely.box(*shapely.bounds(table.geometry.to_numpy(dtype=object)).T)
        keep = np.zeros(len(table), dtype=bool)
        keep[np.unique(tree.query(own, predicate="intersects")[0])] = True
        return keep

    return _read(rows, near(dataset, shapely.bounds(boxes)), is_near)


def _read_named(rows: StreamedRows, asked: NDArray[np.object_]) -> gpd.GeoDataFrame:
    """Read the roads that bear one of the names."""
    names = {name for name in plain_road_names(asked) if name}
    if not names:
        return empty_table("roads")

    def is_called(table: gpd.GeoDataFrame) -> NDArray[np.bool_]:
        plain = plain_road_names(column_words(table, "name"))
        return np.isin(plain.astype(str), list(names))

    return _read(rows, rows.dataset.pieces, is_called)


def _read(
    rows: StreamedRows,
    pieces: Sequence[Piece],
    keep: Callable[[gpd.GeoDataFrame], NDArray[np.bool_]],
) -> gpd.GeoDataFrame:
    """Read some rows of some pieces."""
    tables = []
    for piece in pieces:
        for batch in iter_lines(
            rows.dataset, piece, batch_rows=_AT_ONCE, columns=rows.dataset.columns
        ):
            table = read_batch(rows, batch)
            tables.append(table[keep(table)])
    if not tables:
        return empty_table("roads")
    return gpd.GeoDataFrame(
        pd.concat(tables, ignore_index=True), geometry="geometry", crs="EPSG:4326"
    )
