"""Rules by area: 主城区, 城乡结合部, 农村地区, 高污染燃料禁燃区, 控制区, the whole district."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from qxgeo.district import stations_in_force
from qxgeo.geodesy import (
    Gathered,
    edge_distances_m,
    first_holders,
    nearest_feature,
    nearest_station,
    partition_lines,
    stretches_in_discs,
)
from qxgeo.rules.distance import require_reference, spare, station_error_m, station_points
from qxgeo.rules.evidence import CODES, combine_doubts, judge_margin
from qxgeo.rules.judgement import Opinion
from qxgeo.schemas import LAYERS
from qxgeo.vocabulary import Verdict

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from qxgeo.geodesy import Intervals, Lines
    from qxgeo.plan import Rule
    from qxgeo.rules.scene import Scene

    Floats = NDArray[np.float64]


def judge_polygon(rule: Rule, scene: Scene) -> Opinion:
    """Judge subjects by whether they lie in an area, its edge included.

    Parameters
    ----------
    rule
        Of kind ``inside_polygon``; its inputs are there.
    scene
        The district.

    Returns
    -------
    opinion
        `margin_m` is the ground distance to the edge of the area, of the deepest point inside;
        negative outside. Lines carry the stretches inside, polygons the part inside.
    """
    require_reference(rule)
    subjects, truth = scene.select(rule.subject)
    zones, _ = scene.select(rule.reference)  # type: ignore[arg-type] # require_reference
    layer = scene.layer(rule.reference.layer)  # type: ignore[union-attr] # the same
    error_m = scene.layer(rule.subject.layer).accuracy_m + layer.accuracy_m
    shapes = scene.shapes(rule.subject.layer, subjects)
    areas = zones.geometry.to_numpy(dtype=object)
    union = shapely.union_all(areas)
    inside, pieces = _parts_inside(rule, scene, subjects, shapes, areas, union)
    if len(areas) == 1 and bool(shapes.is_point.all()):
        margin_m = _margins_of_points(shapes, pieces, union)
        distance_m, nearest = np.maximum(-margin_m, 0.0), np.zeros(len(subjects), dtype=np.int64)
    else:
        distance_m, nearest = nearest_feature(shapes, areas)
        margin_m = _margins(distance_m, shapes, pieces, union)
    codes = judge_margin(margin_m, error_m=error_m)
    if rule.station_radius_m is not None:
        codes, inside = _limit_to_stations(rule, scene, subjects, codes, inside)
    column = LAYERS[rule.reference.layer].id_column  # type: ignore[union-attr] # the same
    is_line = shapes.is_line
    return spare(
        rule,
        Opinion(
            subjects=subjects,
            codes=combine_doubts(codes, truth),
            distance_m=distance_m,
            margin_m=margin_m,
            radius_m=np.full(len(subjects), np.nan),
            error_m=np.full(len(subjects), error_m),
            reference_ids=zones[column].astype(str).to_numpy(dtype=object)[nearest],
            reference_names=zones["name"]
            .astype("string")
            .fillna("")
            .to_numpy(dtype=object)[nearest],
            spared=np.zeros(len(subjects), dtype=bool),
            inside=inside if is_line.any() else None,
            inside_high=scene.lines[rule.subject.layer].everywhere() if is_line.any() else None,
            inside_low=inside if is_line.any() else None,
            pieces=pieces if not is_line.all() else None,
        ),
    )


def draw_area(rule: Rule, scene: Scene) -> tuple[shapely.Geometry, str]:
    """Give the united area of a rule and the ids of its polygons, joined by ", "."""
    zones, _ = scene.select(rule.reference)  # type: ignore[arg-type] # judged before
    column = LAYERS[rule.reference.layer].id_column  # type: ignore[union-attr] # the same
    return zones.geometry.union_all(), ", ".join(sorted(zones[column].astype(str)))


def _parts_inside(
    rule: Rule,
    scene: Scene,
    subjects: gpd.GeoDataFrame,
    gathered: Gathered,
    areas: NDArray[np.object_],
    union: shapely.Geometry,
) -> tuple[Intervals | None, NDArray[np.object_]]:
    """Cut every subject by the area: stretches of lines, and the geometry inside of each."""
    shapes, is_line, is_point = gathered.shapes, gathered.is_line, gathered.is_point
    pieces = np.full(len(shapes), None, dtype=object)
    if is_point.all():
        held = first_holders(gathered.corners, np.array([union], dtype=object)) == 0
    else:
        shapely.prepare(union)
        held = ~is_line & shapely.intersects(union, shapes)
    pieces[held & is_point] = shapes[held & is_point]
    pieces[held & ~is_point] = shapely.intersection(shapes[held & ~is_point], union)
    if not is_line.any():
        return None, pieces
    lines: Lines = scene.lines[rule.subject.layer]
    split = partition_lines(lines, areas)
    inside = split.take(split.label >= 0).union()
    owner = lines.part_line[inside.part]
    row_of_line = np.full(lines.size, -1, dtype=np.int64)
    row_of_line[subjects.index] = np.arange(len(subjects))
    wanted = row_of_line[owner] >= 0
    rows = row_of_line[owner[wanted]]
    cut = lines.geometries(inside.take(wanted), rows, len(subjects))
    pieces[is_line] = cut[is_line]
    return inside, pieces


def _margins_of_points(
    points: Gathered, pieces: NDArray[np.object_], area: shapely.Geometry
) -> Floats:
    """Distance to the edge of one area, negative outside."""
    away_m = edge_distances_m(points, area)
    return np.where(shapely.is_missing(pieces), -away_m, away_m) + 0.0  # no negative zero


def _margins(
    distance_m: Floats,
    shapes: Gathered,
    pieces: NDArray[np.object_],
    union: shapely.Geometry,
) -> Floats:
    """Distance to the edge of the area: of the deepest corner inside, or negative outside."""
    margin_m = np.negative(distance_m)
    rows = np.flatnonzero(~(shapely.is_missing(pieces) | shapely.is_empty(pieces)))
    if len(rows):
        outlines = np.asarray(shapely.boundary(shapely.get_parts(union)), dtype=object)
        edge = np.asarray(shapely.get_parts(outlines), dtype=object)
        corners, owner = shapes.take(rows), np.arange(len(rows))
        if not bool(corners.is_point.all()):
            corner, owner = shapely.get_coordinates(pieces[rows], return_index=True)
            corners = Gathered(np.asarray(shapely.points(corner), dtype=object))
        depth_m, _ = nearest_feature(corners, edge)
        margin_m[rows] = 0.0
        np.maximum.at(margin_m, rows[owner], depth_m)
    return margin_m + 0.0  # no negative zero


def _limit_to_stations(
    rule: Rule,
    scene: Scene,
    subjects: gpd.GeoDataFrame,
    codes: NDArray[np.int8],
    inside: Intervals | None,
) -> tuple[NDArray[np.int8], Intervals | None]:
    """Keep what also lies within a distance of a station (the reading "also 5 km")."""
    radius_m = float(rule.station_radius_m or 0.0)
    table = stations_in_force(scene.layer("stations").table, scene.district.as_of)
    points = station_points(table)
    error_m = scene.layer(rule.subject.layer).accuracy_m + station_error_m(scene, table)
    shapes = subjects.geometry.to_numpy(dtype=object)
    distance_m, _ = nearest_station(shapes, points)
    near = judge_margin(radius_m - distance_m, error_m=error_m)
    yes, no = CODES[Verdict.APPLIES], CODES[Verdict.DOES_NOT_APPLY]
    result = np.full(len(codes), CODES[Verdict.TOO_CLOSE_TO_CALL])
    result[(codes == yes) & (near == yes)] = yes
    result[(codes == no) | (near == no)] = no
    if inside is not None:
        lines = scene.lines[rule.subject.layer]
        inside = inside.intersection(stretches_in_discs(lines, points, radius_m=radius_m))
    return result, inside
