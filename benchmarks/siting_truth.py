"""How far answers are from the truth, which is found by halving edges and inverse geodesics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from pyproj import Geod
from siting_peers import AREA_RULES, RULES

if TYPE_CHECKING:
    import geopandas as gpd
    from siting_peers import Answers, Tables

    Floats = np.ndarray[Any, Any]

KARNEY = Geod(ellps="WGS84")
CLOSE_ENOUGH_M = 1e-4


def list_edges(shapes: Floats) -> Floats:
    """List the straight pieces of outlines as lon, lat, lon, lat; a point is one of no length."""
    is_area = shapely.get_dimensions(shapes) == 2  # noqa: PLR2004 - areas
    lines = shapely.get_parts(np.where(is_area, shapely.boundary(shapes), shapes))
    lonlat, line = shapely.get_coordinates(lines, return_index=True)
    is_edge = line[1:] == line[:-1]
    is_point = shapely.get_type_id(lines)[line] == shapely.GeometryType.POINT
    dots = lonlat[is_point]
    edges = np.hstack((lonlat[:-1][is_edge], lonlat[1:][is_edge]))
    return np.concatenate((edges, np.hstack((dots, dots))))


def measure_truth(place: shapely.Geometry, edges: Floats) -> float:
    """Halve the edges of both sides until the closest places are pinned down, ground metres."""
    mine = list_edges(np.array([place], dtype=object))
    one = np.repeat(mine, len(edges), axis=0)
    other = np.tile(edges, (len(mine), 1))
    while True:
        middle, far_middle = (one[:, :2] + one[:, 2:]) / 2, (other[:, :2] + other[:, 2:]) / 2
        away_m = np.asarray(KARNEY.inv(*middle.T, *far_middle.T)[2])
        long_m, far_long_m = (np.asarray(KARNEY.inv(*side.T)[2]) for side in (one, other))
        slack_m = (long_m + far_long_m) / 2
        keep = away_m - slack_m <= away_m.min()
        if slack_m[keep].max() < CLOSE_ENOUGH_M:
            return float(away_m.min())
        one, other, swap = one[keep], other[keep], far_long_m[keep] > long_m[keep]
        halves = [_halve(one, ~swap), _halve(other, swap)]
        one, other = np.concatenate(halves[0]), np.concatenate(halves[1])


def _halve(edges: Floats, chosen: Floats) -> tuple[Floats, Floats]:
    """Give both halves of the chosen edges; the others stand twice."""
    middle = (edges[:, :2] + edges[:, 2:]) / 2
    first, second = edges.copy(), edges.copy()
    first[chosen, 2:], second[chosen, :2] = middle[chosen], middle[chosen]
    return first, second


def compare_verdicts(
    answers: dict[str, Answers], tables: Tables, kind: str, *, sample: int, seed: int
) -> dict[str, Any]:
    """Compare distances with the truth, on a sample, and verdicts by place with those of qxgeo.

    Parameters
    ----------
    answers
        By system, as `siting_peers` gives them; qxgeo is one of them.
    tables
        The city.
    kind
        Which rules.
    sample
        How many distances of each rule are measured again.
    seed
        Which they are.

    Returns
    -------
    report
        By system `worst_m`, the largest error of a sampled distance, `flipped`, lines of places
        whose verdict by place alone is another than qxgeo's, and `moved_m`, how far its distances
        are from qxgeo's at most.
    """
    random = np.random.default_rng(seed)
    report: dict[str, Any] = {
        system: {"worst_m": 0.0, "moved_m": 0.0, "flipped": 0} for system in answers
    }
    for rule_id, layer in [
        ("ground", "boundary"),
        *((r, la) for r, (la, _) in RULES[kind].items()),
    ]:
        rows = random.choice(len(tables[kind]), sample, replace=False)
        edges = list_edges(tables[layer].geometry.to_numpy())
        shapes = tables[kind].geometry.to_numpy()[rows]
        truth = np.array([measure_truth(shape, edges) for shape in shapes])
        if layer != "boundary" and RULES[kind][rule_id][1] is not None:
            truth[_meets(shapes, tables[layer])] = 0.0
        for system, answer in answers.items():
            metres, ours = answer[f"{rule_id} metres"], answers["qxgeo"][f"{rule_id} metres"]
            mine = report[system]
            mine["worst_m"] = max(mine["worst_m"], float(np.abs(metres[rows] - truth).max()))
            mine["moved_m"] = max(mine["moved_m"], float(np.abs(metres - ours).max()))
    for system, answer in answers.items():
        for name in answers["qxgeo"]:
            if name.endswith(" place"):
                differs = answer[name] != answers["qxgeo"][name]
                report[system]["flipped"] += int(differs.sum())
    return report


def _meets(shapes: Floats, references: gpd.GeoDataFrame) -> Floats:
    """Tell which places meet a reference."""
    met = np.zeros(len(shapes), dtype=bool)
    met[references.sindex.query(shapes, predicate="intersects")[0]] = True
    return met


def compare_areas(answers: dict[str, Answers], tables: Tables, kind: str) -> dict[str, Any]:
    """Compare areas with those of qxgeo, and what is excluded with exact distances of points.

    Parameters
    ----------
    answers
        By system; qxgeo is one of them.
    tables
        The city; the points are its restaurants.
    kind
        Which rules.

    Returns
    -------
    report
        By system `left_km2`, `worst_share`, the largest error of a rule's area, and `flipped`,
        points in the district on the wrong side, None where a system looks no points up.
    """
    from qxgeo.geodesy import nearest_feature

    points = tables["catering"].geometry.to_numpy()
    is_caught = np.zeros(len(points), dtype=bool)
    for rule_id in AREA_RULES[kind]:
        layer, radius_m = RULES[kind][rule_id]
        away_m, _ = nearest_feature(points, tables[layer].geometry.to_numpy())
        is_caught |= away_m <= (radius_m or 0.0)
    report = {}
    for system, answer in answers.items():
        shares = [
            float(answer[f"{rule_id} km2"][0] / answers["qxgeo"][f"{rule_id} km2"][0] - 1)
            for rule_id in AREA_RULES[kind]
        ]
        flipped = None
        if "excluded" in answer:
            flipped = int((answer["in the district"] & (answer["excluded"] != is_caught)).sum())
        report[system] = {
            "left_km2": float(answer["left km2"][0]),
            "worst_share": max(shares, key=abs),
            "flipped": flipped,
        }
    return report
