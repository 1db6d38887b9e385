"""Smell a shift of several hundred metres against lines whose place is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import Geod

from qxgeo.datum.offsets import bd09_to_wgs84, gcj02_to_wgs84, wgs84_to_bd09, wgs84_to_gcj02
from qxgeo.errors import Text

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Geometries = gpd.GeoSeries | NDArray[np.object_]

_NEAR_M = 1_500.0  # BD-09 lies 1,169 to 1,201 m off in Guilin; farther vertices follow no line
_FEWEST = 20  # fewer vertices near a line prove nothing
_MOST = 4_000  # spread evenly over the layer; enough for a median
_STRONG_RATIO = 0.4  # under a true hypothesis the median falls to a tenth or less
_STRONG_DROP_M = 20.0  # a shifted road layer finds another road some 50 m away in a city
_DENSIFY_M = 100.0
_WGS84 = Geod(ellps="WGS84")
_HYPOTHESES = {
    "gcj02": gcj02_to_wgs84,
    "bd09": bd09_to_wgs84,
    "wgs84_as_gcj02": wgs84_to_gcj02,
    "wgs84_as_bd09": wgs84_to_bd09,
}
_MEANINGS = {
    "gcj02": Text(
        "坐标像是 GCJ-02（高德、腾讯）", "the positions look like GCJ-02 (AMap, Tencent)"
    ),
    "bd09": Text("坐标像是 BD-09（百度）", "the positions look like BD-09 (Baidu)"),
    "wgs84_as_gcj02": Text(
        "坐标像是 WGS 84，却被当作 GCJ-02 转换了",
        "the positions look like WGS 84 converted as GCJ-02",
    ),
    "wgs84_as_bd09": Text(
        "坐标像是 WGS 84，却被当作 BD-09 转换了",
        "the positions look like WGS 84 converted as BD-09",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """What the comparison with known lines says.

    Attributes
    ----------
    hypothesis
        ``gcj02`` or ``bd09`` where the positions fit the lines after that conversion,
        ``wgs84_as_gcj02`` or ``wgs84_as_bd09`` where they fit after undoing it, empty where
        nothing is smelt.
    offset_m
        Estimated shift, ground metres; 0 where nothing is smelt.
    median_m, mended_median_m
        Median distance to the nearest known line as given and under the hypothesis, ground metres;
        NaN where too few vertices lie near a line.
    vertices
        How many vertices were compared.
    """

    hypothesis: str = ""
    offset_m: float = 0.0
    median_m: float = float("nan")
    mended_median_m: float = float("nan")
    vertices: int = 0

    @property
    def warnings(self) -> tuple[Text, ...]:
        """What to say aloud: nothing, or one sentence."""
        if not self.hypothesis:
            return ()
        meaning = _MEANINGS[self.hypothesis]
        before, after = f"{self.median_m:.0f}", f"{self.mended_median_m:.0f}"
        return (
            Text(
                f"与已知线状地物相比偏移约 {self.offset_m:.0f} m：{meaning.zh}"
                f"（到最近已知线的中位距离 {before} m，改正后 {after} m），请核对声明的坐标基准",
                f"shifted by about {self.offset_m:.0f} m against known lines: {meaning.en} "
                f"(median distance to the nearest known line {before} m, {after} m when mended); "
                "check the declared datum",
            ),
        )


def smell_shift(geometry: Geometries, known_lines: Geometries) -> Shift:
    """Compare a layer with known lines as given and under each hypothesis of a wrong datum.

    Only vertices within 1.5 km of a known line, as given or under the hypothesis, take part, so a
    boundary that follows a river for a part of its way is enough. The distances are flat ones in a
    plate carree scaled at the layer's latitude, good to a percent, which is enough for a smell.

    Parameters
    ----------
    geometry
        Points, lines or polygons in EPSG:4326 that should follow or lie on the known lines: a
        boundary along a river, roads.
    known_lines
        Lines in EPSG:4326 whose datum is beyond doubt, e.g. OpenStreetMap's.

    Returns
    -------
    shift
        The strongest hypothesis, or none. It is a reason to ask, never a correction.
    """
    lines = np.asarray(known_lines, dtype=object)
    lines = lines[~(shapely.is_missing(lines) | shapely.is_empty(lines))]
    lon, lat = _sample(np.asarray(geometry, dtype=object))
    if not lines.size or not lon.size:
        return Shift()
    scale = _metres_per_degree(float(np.median(lat)))
    tree = shapely.STRtree(shapely.transform(lines, lambda xy: xy * scale))
    given_m = _to_nearest(tree, lon, lat, scale)
    found = [_weigh(name, lon, lat, given_m, tree=tree, scale=scale) for name in _HYPOTHESES]
    strong = [shift for shift in found if shift.hypothesis]
    return min(strong, key=lambda s: s.mended_median_m) if strong else found[0]


def _weigh(
    name: str,
    lon: Floats,
    lat: Floats,
    given_m: Floats,
    *,
    tree: shapely.STRtree,
    scale: Floats,
) -> Shift:
    """Judge one hypothesis on the vertices that are near a known line either way."""
    to_lon, to_lat = _HYPOTHESES[name](lon, lat)
    mended_m = _to_nearest(tree, to_lon, to_lat, scale)
    near = np.minimum(given_m, mended_m) <= _NEAR_M
    count = int(near.sum())
    if count < _FEWEST:
        return Shift(vertices=count)
    before, after = float(np.median(given_m[near])), float(np.median(mended_m[near]))
    is_strong = after <= _STRONG_RATIO * before and before - after >= _STRONG_DROP_M
    offset = _WGS84.inv(lon[near], lat[near], to_lon[near], to_lat[near])[2]
    return Shift(
        hypothesis=name if is_strong else "",
        offset_m=float(np.median(offset)) if is_strong else 0.0,
        median_m=before,
        mended_median_m=after,
        vertices=count,
    )


def _sample(geometry: NDArray[np.object_]) -> tuple[Floats, Floats]:
    """Take vertices, lines and outlines densified, evenly thinned to what a median needs."""
    is_shape = shapely.get_dimensions(geometry) > 0
    dense = geometry.copy()
    dense[is_shape] = shapely.segmentize(geometry[is_shape], _DENSIFY_M / 111_000.0)
    xy = shapely.get_coordinates(dense)
    xy = xy[np.isfinite(xy).all(axis=1)]
    xy = xy[:: max(1, -(-len(xy) // _MOST))]
    return xy[:, 0], xy[:, 1]


def _metres_per_degree(lat: float) -> Floats:
    """Metres per degree of longitude and latitude on WGS 84 at a latitude."""
    east = _WGS84.inv(0.0, lat, 0.01, lat)[2] * 100
    north = _WGS84.inv(0.0, lat - 0.005, 0.0, lat + 0.005)[2] * 100
    return np.array([east, north])


def _to_nearest(tree: shapely.STRtree, lon: Floats, lat: Floats, scale: Floats) -> Floats:
    """Flat distance from each position to the nearest line, metres."""
    points = shapely.points(np.column_stack((lon, lat)) * scale)
    _, metres = tree.query_nearest(points, all_matches=False, return_distance=True)
    return np.asarray(metres, np.float64)
