"""Where a rule of distance or area has its ground: as stated, certainly caught, and in doubt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from qxgeo.district import stations_in_force
from qxgeo.geodesy import disc_boxes, draw_discs
from qxgeo.geodesy.strips import draw_strips, reaching
from qxgeo.rules.distance import station_error_m, station_points
from qxgeo.siting.area.overlay import NOTHING, cut_away, keep_within
from qxgeo.siting.combine import open_radius_m

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from qxgeo.plan import Rule
    from qxgeo.rules import Scene


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The ground of one rule in the district, EPSG:4326.

    Attributes
    ----------
    stated
        Within the number, or the area, as it is written.
    caught
        Where the rule holds whatever the position errors are.
    reached
        Where the rule may hold.
    doubtful
        What is reached and not caught: there positions cannot tell.
    threshold_m, error_m
        Ground metres; NaN where none is asked.
    reference_ids
        Of stations, whose discs reach the district.
    """

    stated: shapely.Geometry
    caught: shapely.Geometry
    reached: shapely.Geometry
    doubtful: shapely.Geometry
    threshold_m: float
    error_m: float
    reference_ids: tuple[str, ...] = ()


def lay_boundary(scene: Scene, *, accuracy_m: float) -> Ground:
    """Give the ground so near the boundary that nobody can tell whose it is.

    Parameters
    ----------
    scene
        The district.
    accuracy_m
        Position error of a place, ground metres.

    Returns
    -------
    ground
        All in doubt.
    """
    error_m = accuracy_m + scene.layer("boundary").accuracy_m
    area = scene.territories[-1]
    edge = np.array([shapely.boundary(area)], dtype=object)
    band = keep_within(draw_strips(edge, radius_m=error_m), area)
    return Ground(
        stated=NOTHING,
        caught=NOTHING,
        reached=band,
        doubtful=band,
        threshold_m=float("nan"),
        error_m=error_m,
    )


def lay_everywhere(scene: Scene) -> Ground:
    """Give the whole district: a rule that asks nothing of the place."""
    area = scene.territories[-1]
    return Ground(
        stated=area,
        caught=area,
        reached=area,
        doubtful=NOTHING,
        threshold_m=float("nan"),
        error_m=float("nan"),
    )


def lay_ground(rule: Rule, scene: Scene, *, accuracy_m: float) -> Ground:
    """Lay a rule of distance or area on the ground, as its judge would find it point by point.

    Parameters
    ----------
    rule
        Of kind ``within_distance``, with a number, or ``inside_polygon``; its layers are there.
    scene
        The district.
    accuracy_m
        Position error of a place, ground metres.

    Returns
    -------
    ground
        Cut to the district.
    """
    if rule.kind == "inside_polygon":
        found = _lay_polygons(rule, scene, accuracy_m)
    elif rule.reference is not None and rule.reference.layer == "stations":
        table = scene.stations(rule.reference)
        found = _lay_discs(scene, table, open_radius_m(rule, scene), accuracy_m)
    else:
        found = _lay_strips(rule, scene, accuracy_m)
    return _cut(found, scene.territories[-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawn:
    """Ground as it is drawn, beyond the district too."""

    stated: shapely.Geometry
    caught: shapely.Geometry
    reached: shapely.Geometry
    threshold_m: float
    error_m: float
    reference_ids: tuple[str, ...] = ()


def _cut(found: _Drawn, area: shapely.Geometry) -> Ground:
    """Cut ground to the district."""
    stated, caught, reached = (
        keep_within(one, area) for one in (found.stated, found.caught, found.reached)
    )
    return Ground(
        stated=stated,
        caught=caught,
        reached=reached,
        doubtful=cut_away(reached, caught),
        threshold_m=found.threshold_m,
        error_m=found.error_m,
        reference_ids=found.reference_ids,
    )


def _lay_discs(scene: Scene, table: gpd.GeoDataFrame, radius_m: float, accuracy_m: float) -> _Drawn:
    """Draw the discs of stations that reach the district."""
    error_m = accuracy_m + station_error_m(scene, table)
    points = station_points(table)
    boxes = disc_boxes(points, radius_m + error_m)
    is_near = np.asarray(shapely.intersects(boxes, scene.territories[-1]), dtype=bool)
    points, table = points[is_near], table[is_near]
    outer = draw_discs(points, radius_m=radius_m + error_m)
    meets = np.asarray(shapely.intersects(outer, scene.territories[-1]), dtype=bool)
    points, table = points[meets], table[meets]

    def discs(reach_m: float) -> shapely.Geometry:
        if reach_m <= 0 or len(points) == 0:
            return NOTHING
        return shapely.union_all(draw_discs(points, radius_m=reach_m))

    return _Drawn(
        stated=discs(radius_m),
        caught=discs(radius_m - error_m),
        reached=discs(radius_m + error_m),
        threshold_m=radius_m,
        error_m=error_m,
        reference_ids=tuple(sorted(table["station_id"].astype(str))),
    )


def _lay_strips(rule: Rule, scene: Scene, accuracy_m: float) -> _Drawn:
    """Draw strips around the features of another layer."""
    table, features = _features(rule, scene)
    radius_m = open_radius_m(rule, scene)
    error_m = accuracy_m + scene.layer(table).accuracy_m
    near = features[reaching(features, scene.territories[-1], radius_m=radius_m + error_m)]

    def strips(reach_m: float) -> shapely.Geometry:  # 0: in the building itself nothing is in doubt
        return draw_strips(near, radius_m=max(reach_m, 0.0))

    stated = strips(radius_m)
    exact = error_m == 0
    return _Drawn(
        stated=stated,
        caught=stated if exact else strips(radius_m - error_m),
        reached=stated if exact else strips(radius_m + error_m),
        threshold_m=radius_m,
        error_m=error_m,
    )


def _lay_polygons(rule: Rule, scene: Scene, accuracy_m: float) -> _Drawn:
    """Give an area with the band along its edge."""
    name, zones = _features(rule, scene)
    error_m = accuracy_m + scene.layer(name).accuracy_m
    area = shapely.union_all(zones)
    edges = np.asarray(shapely.get_parts(shapely.boundary(shapely.get_parts(area))), dtype=object)
    near = edges[reaching(edges, scene.territories[-1], radius_m=error_m)]
    band = draw_strips(near, radius_m=error_m)
    found = _Drawn(
        stated=area,
        caught=shapely.difference(area, band),
        reached=shapely.union(area, band),
        threshold_m=float("nan"),
        error_m=error_m,
    )
    if rule.station_radius_m is None:
        return found
    stations = stations_in_force(scene.layer("stations").table, scene.district.as_of)
    discs = _lay_discs(scene, stations, float(rule.station_radius_m), accuracy_m)
    return _Drawn(
        stated=shapely.intersection(area, discs.stated),
        caught=shapely.intersection(found.caught, discs.caught),
        reached=shapely.intersection(found.reached, discs.reached),
        threshold_m=discs.threshold_m,
        error_m=max(error_m, discs.error_m),
        reference_ids=discs.reference_ids,
    )


def _features(rule: Rule, scene: Scene) -> tuple[str, NDArray[np.object_]]:
    """Give the layer that a rule refers to and the geometry of the rows that it means.

    Raises
    ------
    ValueError
        If the plan loader let a rule without a reference through.
    """
    if rule.reference is None:
        message = f"{rule.rule_id}: a {rule.kind} rule needs a reference"
        raise ValueError(message)
    table, _ = scene.select(rule.reference)
    return rule.reference.layer, table.geometry.to_numpy(dtype=object)
