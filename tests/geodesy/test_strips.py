"""Strips around features, held to the distance that they are drawn for."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from pyproj import Geod

from qxgeo.geodesy import area_m2, nearest_feature
from qxgeo.geodesy.strips import draw_strips, reaching

GEOD = Geod(ellps="WGS84")
FEATURES = {
    "point": shapely.Point(110.3, 25.27),
    "street": shapely.LineString([(110.30, 25.27), (110.32, 25.28), (110.325, 25.26)]),
    "yard with a court": shapely.Polygon(
        [(110.30, 25.27), (110.31, 25.27), (110.31, 25.28), (110.30, 25.28)],
        [[(110.304, 25.274), (110.306, 25.274), (110.306, 25.276), (110.304, 25.276)]],
    ),
    "road across half a degree": shapely.LineString([(110.0, 25.2), (110.5, 25.3)]),
    "district of a degree": shapely.box(110.0, 25.0, 111.0, 25.4),
}


def away_m(ground: shapely.Geometry, feature: shapely.Geometry) -> np.ndarray:
    """Measure from the drawn edge, its chords too, to the feature."""
    edge = shapely.segmentize(shapely.boundary(ground), 0.0002)
    places = np.asarray(shapely.points(shapely.get_coordinates(edge)), dtype=object)
    return nearest_feature(places, np.array([feature], dtype=object))[0]


@pytest.mark.parametrize("name", FEATURES)
@pytest.mark.parametrize("radius_m", [9.0, 100.0, 1000.0, 5000.0])
def test_the_edge_lies_within_a_centimetre_per_kilometre(name: str, radius_m: float) -> None:
    feature = FEATURES[name]
    ground = draw_strips(np.array([feature], dtype=object), radius_m=radius_m)
    allowed_m = max(1e-5 * radius_m, 1e-3)
    assert shapely.covers(ground, feature)
    distance_m = away_m(ground, feature)
    assert distance_m == pytest.approx(radius_m, abs=allowed_m)


@pytest.mark.parametrize("radius_m", [9.0, 1000.0])
def test_the_disc_of_a_point_has_the_area_of_a_dense_geodesic_circle(radius_m: float) -> None:
    azimuth = np.arange(0, 360, 0.1)  # an inscribed polygon of these is 5.1e-7 smaller
    circle = GEOD.fwd(
        np.full(len(azimuth), 110.3), np.full(len(azimuth), 25.27), azimuth, azimuth * 0 + radius_m
    )
    expected_m2, _ = GEOD.polygon_area_perimeter(circle[0][::-1], circle[1][::-1])
    ground = draw_strips(np.array([FEATURES["point"]], dtype=object), radius_m=radius_m)
    assert area_m2(np.array([ground]))[0] == pytest.approx(expected_m2, rel=2e-6)


def test_a_wide_feature_is_drawn_in_pieces_without_a_seam() -> None:
    ground = draw_strips(np.array([FEATURES["district of a degree"]], dtype=object), radius_m=500.0)
    assert ground.geom_type == "Polygon"
    assert len(ground.interiors) == 0


def test_without_a_distance_only_what_has_an_area_is_left() -> None:
    both = np.array([FEATURES["street"], FEATURES["yard with a court"]], dtype=object)
    assert draw_strips(both, radius_m=0.0).equals(FEATURES["yard with a court"])
    assert shapely.is_empty(draw_strips(both[:1], radius_m=0.0))
    assert shapely.is_empty(draw_strips(both[:0], radius_m=100.0))


def test_what_may_reach_is_never_missed() -> None:
    ground = shapely.box(110.0, 25.0, 110.1, 25.1)
    lon, lat, _ = GEOD.fwd(110.1, 25.05, 90, 999)
    far, _, _ = GEOD.fwd(110.1, 25.05, 90, 1100)
    features = np.array([shapely.Point(lon, lat), shapely.Point(far, lat)], dtype=object)
    assert reaching(features, ground, radius_m=1000.0).tolist() == [True, False]
