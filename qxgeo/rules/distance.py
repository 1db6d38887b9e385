"""Rules by ground distance: 国控站点半径1公里范围内, 学校附近, 居民楼附近."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from qxgeo.district import parameter_value
from qxgeo.geodesy import (
    disc_boxes,
    draw_discs,
    local_plane,
    move_coordinates,
    nearest_feature,
    nearest_station,
    reach_of_discs,
    stretches_in_discs,
)
from qxgeo.rules.evidence import CODES, combine_doubts, judge_margin, spare_existing
from qxgeo.rules.judgement import Opinion
from qxgeo.schemas import LAYERS
from qxgeo.vocabulary import Verdict

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from qxgeo.plan import Rule
    from qxgeo.rules.scene import Scene


def station_points(stations: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Give longitude and latitude of stations, degrees, shape (s, 2)."""
    return np.asarray(shapely.get_coordinates(stations.geometry.to_numpy(dtype=object)))


def station_error_m(scene: Scene, stations: gpd.GeoDataFrame) -> float:
    """Give the largest stated position error of stations, ground metres."""
    stated = stations["accuracy_m"].astype(float).fillna(scene.layer("stations").accuracy_m)
    return float(stated.max())


def rule_radius_m(rule: Rule, scene: Scene) -> float:
    """Give the radius: the document's, else the district's, else the plan's stated default.

    Raises
    ------
    ValueError
        If nobody has set it; the caller makes that a gap before it asks.
    """
    if rule.radius_m is not None:
        return rule.radius_m
    value = parameter_value(rule.radius_parameter or "", scene.district, scene.plan)
    if value is None:
        message = f"{rule.rule_id}: {rule.radius_parameter} is not set"
        raise ValueError(message)
    return value


def judge_distance(rule: Rule, scene: Scene) -> Opinion:
    """Judge subjects by their ground distance to stations or other features.

    Parameters
    ----------
    rule
        Of kind ``within_distance``; its inputs are there.
    scene
        The district.

    Returns
    -------
    opinion
        Lines near stations carry the stretches inside.
    """
    require_reference(rule)
    if rule.reference is not None and rule.reference.layer == "stations":
        return _judge_by_stations(rule, scene)
    return _judge_by_features(rule, scene)


def move_threshold(opinion: Opinion, *, radius_m: float) -> Opinion:
    """Judge the same distances to stations by another radius.

    Parameters
    ----------
    opinion
        Of a rule about stations without conditions, on subjects that are no lines.
    radius_m
        The other radius, ground metres; NaN where nobody has set it.

    Returns
    -------
    opinion
        As if it had been measured again.
    """
    margin_m = radius_m - opinion.distance_m
    return replace(
        opinion,
        codes=judge_margin(margin_m, error_m=opinion.error_m),
        margin_m=margin_m,
        radius_m=np.full(len(margin_m), radius_m),
    )


def require_reference(rule: Rule) -> None:
    """Refuse a rule without a reference.

    Raises
    ------
    ValueError
        If the plan loader let one through.
    """
    if rule.reference is None:
        message = f"{rule.rule_id}: a {rule.kind} rule needs a reference"
        raise ValueError(message)


def draw_zone(
    rule: Rule, scene: Scene, *, extent: tuple[float, float, float, float] | None = None
) -> tuple[shapely.Geometry, str]:
    """Draw the zone of a distance rule, for maps and for its area.

    Parameters
    ----------
    rule
        Of kind ``within_distance``.
    scene
        The district.
    extent
        West, south, east, north of the subjects in degrees, where the scene holds none of them.

    Returns
    -------
    zone, reference_ids
        The united discs (or strips around features) as drawn, and whose they are, joined by ", ".
    """
    radius_m = rule_radius_m(rule, scene)
    reference = rule.reference
    if reference is not None and reference.layer == "stations":
        stations = _reaching(scene, rule, scene.stations(reference), radius_m, extent)
        if len(stations) == 0:
            return shapely.Polygon(), ""
        discs = draw_discs(station_points(stations), radius_m=radius_m)
        return shapely.union_all(discs), ", ".join(sorted(stations["station_id"]))
    require_reference(rule)
    table, _ = scene.select(reference)  # type: ignore[arg-type] # require_reference
    features = table.geometry.to_numpy(dtype=object)
    plane = local_plane(features)
    flat = move_coordinates(features, plane)
    strips = np.array([shapely.union_all(shapely.buffer(flat, radius_m, quad_segs=64))])
    return move_coordinates(strips, plane, back=True)[0], ""


def _reaching(
    scene: Scene,
    rule: Rule,
    stations: gpd.GeoDataFrame,
    radius_m: float,
    others: tuple[float, float, float, float] | None,
) -> gpd.GeoDataFrame:
    """Keep the stations whose disc comes near the district or a subject; a country has 2,000."""
    subjects, _ = scene.select(rule.subject)
    west, south, east, north = scene.territories[-1].bounds
    extent = shapely.box(west, south, east, north)
    if len(subjects):
        extent = shapely.union(extent, shapely.box(*subjects.total_bounds))
    if others is not None:
        extent = shapely.union(extent, shapely.box(*others))
    meets = shapely.intersects(disc_boxes(station_points(stations), radius_m), extent)
    return stations[meets]


def _judge_by_stations(rule: Rule, scene: Scene) -> Opinion:
    """Judge by the nearest station; lines near it by the stretches inside its disc."""
    subjects, truth = scene.select(rule.subject)
    stations = scene.stations(rule.reference)  # type: ignore[arg-type] # judge_distance saw to it
    points = station_points(stations)
    radius_m = rule_radius_m(rule, scene)
    error_m = scene.layer(rule.subject.layer).accuracy_m + station_error_m(scene, stations)
    shapes = scene.shapes(rule.subject.layer, subjects)
    is_line = shapes.is_line
    distance_m = np.full(len(subjects), np.inf)
    station = np.full(len(subjects), -1, dtype=np.int64)
    if not is_line.all():
        distance_m[~is_line], station[~is_line] = nearest_station(
            shapes.take(np.flatnonzero(~is_line)), points
        )
    inside = inside_low = inside_high = None
    if is_line.any():
        lines = scene.lines[rule.subject.layer]
        reach = reach_of_discs(lines, points, radius_m=radius_m, search_m=radius_m + error_m)
        row = subjects.index[is_line]
        distance_m[is_line], station[is_line] = reach.distance_m[row], reach.station[row]
        if not rule.whole_section:
            inside = reach.inside
            low_m = max(radius_m - error_m, 0.0)
            inside_low = stretches_in_discs(lines, points, radius_m=low_m)
            inside_high = stretches_in_discs(lines, points, radius_m=radius_m + error_m)
    codes = combine_doubts(judge_margin(radius_m - distance_m, error_m=error_m), truth)
    found = station >= 0
    opinion = Opinion(
        subjects=subjects,
        codes=codes,
        distance_m=np.where(found, distance_m, np.nan),
        margin_m=np.where(found, radius_m - distance_m, np.nan),
        radius_m=np.full(len(subjects), radius_m),
        error_m=np.full(len(subjects), error_m),
        reference_ids=np.where(found, stations["station_id"].to_numpy(dtype=object)[station], ""),
        reference_names=np.where(found, stations["name"].to_numpy(dtype=object)[station], ""),
        spared=np.zeros(len(subjects), dtype=bool),
        inside=inside,
        inside_low=inside_low,
        inside_high=inside_high,
    )
    return spare(rule, opinion)


def spare(rule: Rule, opinion: Opinion) -> Opinion:
    """Let a rule on new premises leave existing ones alone."""
    if not rule.new_only or "status" not in opinion.subjects.columns:
        return opinion
    codes, spared = spare_existing(opinion.codes, opinion.subjects["status"])
    return replace(opinion, codes=codes, spared=spared)


def _judge_by_features(rule: Rule, scene: Scene) -> Opinion:
    """Judge by the nearest feature of another layer, nearest point to nearest point."""
    subjects, truth = scene.select(rule.subject)
    references, _ = scene.select(rule.reference)  # type: ignore[arg-type] # judge_distance saw to it
    layer = scene.layer(rule.reference.layer)  # type: ignore[union-attr] # the same
    radius_m = rule_radius_m(rule, scene)
    error_m = scene.layer(rule.subject.layer).accuracy_m + layer.accuracy_m
    distance_m, nearest = nearest_feature(
        scene.shapes(rule.subject.layer, subjects), references.geometry.to_numpy(dtype=object)
    )
    names = references["name"].astype("string").fillna("").to_numpy(dtype=object)
    identity = references[LAYERS[rule.reference.layer].id_column]  # type: ignore[union-attr]
    codes = combine_doubts(judge_margin(radius_m - distance_m, error_m=error_m), truth)
    # In the building itself (distance 0) no position error can lift the case out of the rule.
    same = (distance_m == 0) & (codes == CODES[Verdict.TOO_CLOSE_TO_CALL])
    opinion = Opinion(
        subjects=subjects,
        codes=np.where(same, CODES[Verdict.APPLIES], codes),
        distance_m=distance_m,
        margin_m=radius_m - distance_m,
        radius_m=np.full(len(subjects), radius_m),
        error_m=np.full(len(subjects), error_m),
        reference_ids=identity.astype(str).to_numpy(dtype=object)[nearest],
        reference_names=names[nearest],
        spared=np.zeros(len(subjects), dtype=bool),
    )
    return spare(rule, opinion)
