"""Lines become a network: what meets, what merely crosses, and who may use it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Geod

from qxgeo.errors import SchemaError
from qxgeo.network import END_SNAP_M, MODES, build_network, is_usable

if TYPE_CHECKING:
    from qxgeo.network import RoadNetwork

KARNEY = Geod(ellps="WGS84")
ALL_SPEEDS = {"drive": 30.0, "ride": 15.0, "walk": 4.5}
M = 1 / 111_000  # about a metre in degrees of latitude


def roads_of(*lines: Any, **columns: Any) -> gpd.GeoDataFrame:  # noqa: ANN401
    """Give roads as the readers do; a column is one value for all or a list."""
    facts = {"road_class": "residential", "is_oneway": False} | columns
    return gpd.GeoDataFrame(
        {name: pd.Series(value, index=range(len(lines))) for name, value in facts.items()},
        geometry=[
            line if line is None or isinstance(line, shapely.Geometry) else shapely.LineString(line)
            for line in lines
        ],
        crs="EPSG:4326",
    )


def metres_between(
    network: RoadNetwork, start: tuple[float, float], end: tuple[float, float], mode: str = "drive"
) -> float:
    places = network.snap(np.array([start, end]), mode=mode, limit_m=5.0)
    assert places.is_reached.all()
    return float(network.travel(places).metres[0, 1])


def geodesic_m(*lonlat: tuple[float, float]) -> float:
    return float(KARNEY.line_length(*zip(*lonlat, strict=True)))


def test_roads_meet_at_a_vertex_in_the_middle_of_both() -> None:
    west, middle, east = (110.0, 25.0), (110.01, 25.0), (110.02, 25.0)
    south, north = (110.01, 24.99), (110.01, 25.01)
    network = build_network(
        roads_of([west, middle, east], [south, middle, north]), speeds_kmh=ALL_SPEEDS
    )
    assert len(network.edges) == 4
    assert metres_between(network, west, north) == pytest.approx(
        geodesic_m(west, middle, north), abs=1e-6
    )
    assert network.notes == ()


def test_roads_that_merely_cross_do_not_meet_and_are_counted() -> None:
    # A bridge runs west to east over a street; a third road links the two far away in the east.
    bridge = [(110.0, 25.0), (110.02, 25.0)]
    street = [(110.01, 24.99), (110.01, 25.01)]
    link = [(110.02, 25.0), (110.02, 25.01), (110.01, 25.01)]
    network = build_network(roads_of(bridge, street, link), speeds_kmh={"drive": 30})
    assert metres_between(network, bridge[0], street[0]) == pytest.approx(
        geodesic_m(*bridge, *link[1:]) + geodesic_m(*street), rel=1e-8
    )
    (note,) = network.notes
    assert note.zh.startswith("1 处道路相交")
    assert note.en.startswith("1 crossings")


def test_an_end_that_lies_on_a_road_without_a_vertex_there_is_joined() -> None:
    main = [(110.0, 25.0), (110.02, 25.0)]
    side = [(110.0123, 25.0), (110.0123, 25.01)]
    network = build_network(roads_of(main, side), speeds_kmh={"drive": 30})
    assert metres_between(network, main[0], side[1]) == pytest.approx(
        geodesic_m(main[0], *side), rel=1e-8
    )
    assert network.notes[0].en.startswith("1 road ends")


def test_the_joint_of_two_sections_on_a_third_road_is_joined() -> None:
    # Neither section end is loose (they have each other), yet both lie on the main road.
    main = [(110.0, 25.0), (110.02, 25.0)]
    south, north = [(110.01, 24.99), (110.01, 25.0)], [(110.01, 25.0), (110.01, 25.01)]
    network = build_network(roads_of(main, south, north), speeds_kmh={"drive": 30})
    assert metres_between(network, main[0], south[0]) == pytest.approx(
        geodesic_m(main[0], north[0], south[0]), abs=1e-6
    )


@pytest.mark.parametrize(("gap_m", "is_joined"), [(0.4, True), (0.9, True), (1.2, False)])
def test_a_loose_end_is_joined_within_the_tolerance_only(gap_m: float, is_joined: bool) -> None:  # noqa: FBT001 - a case
    assert END_SNAP_M == 1.0
    main = [(110.0, 25.0), (110.02, 25.0)]
    side = [(110.01, 25.0 + gap_m / 110_790), (110.01, 25.01)]  # a degree of the meridian at 25 N
    network = build_network(roads_of(main, side), speeds_kmh={"drive": 30})
    metres = metres_between(network, main[0], side[1])
    if is_joined:  # the bridged gap is part of the way
        assert metres == pytest.approx(geodesic_m(main[0], (110.01, 25.0), side[1]), abs=1e-3)
    else:
        assert metres == np.inf
        assert any("2 parts" in note.en for note in network.notes)


def test_two_loose_ends_that_miss_each_other_are_joined_once() -> None:
    gap = 0.5 / 110_790
    network = build_network(
        roads_of([(110.0, 25.0), (110.01, 25.0)], [(110.01, 25.0 + gap), (110.02, 25.0)]),
        speeds_kmh={"drive": 30},
    )
    assert metres_between(network, (110.0, 25.0), (110.02, 25.0)) == pytest.approx(
        geodesic_m((110.0, 25.0), (110.01, 25.0), (110.01, 25.0 + gap), (110.02, 25.0)), abs=1e-3
    )


def test_several_side_roads_join_one_segment_in_their_order() -> None:
    main = [(110.0, 25.0), (110.02, 25.0)]
    sides = [[(110.0 + k / 1000, 25.0), (110.0 + k / 1000, 25.005)] for k in (15, 5, 10)]
    network = build_network(roads_of(*sides, main), speeds_kmh={"drive": 30})
    assert metres_between(network, sides[1][1], sides[0][1]) == pytest.approx(
        geodesic_m(sides[1][1], sides[1][0], sides[0][0], sides[0][1]), abs=1e-3
    )


def test_ends_that_share_a_road_already_are_left_alone() -> None:
    ring = [(110.0, 25.0), (110.01, 25.0), (110.01, 25.01), (110.0, 25.0)]
    network = build_network(roads_of(ring), speeds_kmh={"drive": 30})
    assert len(network.edges) == 1
    # Along a closed road the shorter way round counts.
    a, b = (110.004, 25.0), (110.01, 25.002)
    assert metres_between(network, a, b) == pytest.approx(geodesic_m(a, ring[1], b), abs=2e-3)
    c = (110.001, 25.001)
    assert metres_between(network, c, a) == pytest.approx(geodesic_m(c, ring[0], a), abs=2e-3)
    back = network.path(*(network.snap(np.array([p]), mode="drive", limit_m=9) for p in (c, a)))
    assert KARNEY.geometry_length(back) == pytest.approx(geodesic_m(c, ring[0], a), abs=2e-3)


def test_parts_of_a_multi_line_and_rows_without_a_line() -> None:
    parts = shapely.MultiLineString(
        [[(110.0, 25.0), (110.01, 25.0)], [(110.01, 25.0), (110.02, 25.0)]]
    )
    network = build_network(
        roads_of(parts, None, shapely.LineString(), [(110.0, 25.0), (110.0, 25.0)]),
        speeds_kmh={"drive": 30},
    )
    assert metres_between(network, (110.0, 25.0), (110.02, 25.0)) == pytest.approx(
        geodesic_m((110.0, 25.0), (110.01, 25.0), (110.02, 25.0)), abs=1e-6
    )
    assert [note.en for note in network.notes] == ["3 roads have no line: left out"]


def test_a_long_straight_segment_is_as_long_as_the_line_that_is_drawn() -> None:
    # Straight in degrees: at 25 N half a degree of the parallel is longer than the geodesic.
    road = [(110.0, 25.0), (110.5, 25.0)]
    network = build_network(roads_of(road), speeds_kmh={"drive": 30})
    fine = KARNEY.line_length(np.linspace(110.0, 110.5, 5001), np.full(5001, 25.0))
    assert metres_between(network, *road) == pytest.approx(fine, rel=5e-9)


def test_no_roads_make_a_network_that_reaches_nothing() -> None:
    network = build_network(roads_of(), speeds_kmh=ALL_SPEEDS)
    places = network.snap(np.array([[110.0, 25.0], [110.1, 25.0]]), mode="ride", limit_m=1e9)
    assert not places.is_reached.any()
    assert np.isinf(places.snap_m).all()
    assert np.isinf(network.travel(places).metres).all()
    assert network.path(places.take(np.array([0])), places.take(np.array([1]))).is_empty


@pytest.mark.parametrize(
    ("road_class", "modes"),
    [
        ("motorway", {"drive"}),
        ("trunk_link", {"drive"}),
        ("primary", {"drive", "ride", "walk"}),
        ("service", {"drive", "ride", "walk"}),
        ("track", {"drive", "ride", "walk"}),
        ("path", {"ride", "walk"}),
        ("cycleway", {"ride", "walk"}),
        ("footway", {"walk"}),
        ("steps", {"walk"}),
        ("construction", set()),
        ("busway", set()),
        ("主干路", {"drive", "ride", "walk"}),
        (None, {"drive", "ride", "walk"}),
    ],
)
def test_who_may_use_which_class(road_class: str | None, modes: set[str]) -> None:
    roads = pd.DataFrame({"road_class": pd.array([road_class], dtype="string")})
    assert {mode for mode in MODES if is_usable(roads, mode=mode)[0]} == modes


def test_a_road_without_access_is_closed_and_a_private_one_is_not() -> None:
    roads = pd.DataFrame(
        {"road_class": "residential", "access": pd.array(["no", "private", None], dtype="string")}
    )
    assert is_usable(roads, mode="drive").tolist() == [False, True, True]


def test_unknown_classes_are_counted_and_unknown_one_way_is_two_way() -> None:
    network = build_network(
        roads_of(
            [(110.0, 25.0), (110.01, 25.0)],
            road_class=pd.array([None], dtype="string"),
            is_oneway=pd.array([None], dtype="boolean"),
        ),
        speeds_kmh={"drive": 30},
    )
    assert network.notes[0].en.startswith("1 roads are of an unknown class")
    assert np.isfinite(metres_between(network, (110.01, 25.0), (110.0, 25.0)))


def test_every_fault_of_the_input_is_named_at_once() -> None:
    roads = roads_of([(110.0, 25.0), (110.01, 25.0)]).drop(columns=["road_class", "is_oneway"])
    with pytest.raises(SchemaError) as caught:
        build_network(roads.to_crs(32649), speeds_kmh={"fly": 900.0, "walk": 0.0})
    assert [fault.column for fault in caught.value.faults] == [
        "road_class", "is_oneway", "", "fly", "walk",
    ]  # fmt: skip
