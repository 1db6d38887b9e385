"""Best places in a town that can be reckoned by hand: two streets, one of them one-way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod

from qxgeo.errors import InputError, SchemaError
from qxgeo.network import build_network
from qxgeo.siting.locations import (
    Effort,
    best_locations,
    compare_counts,
    measure_road_distances,
    measure_straight_distances,
)

if TYPE_CHECKING:
    from qxgeo.siting.locations import DistanceTable

KARNEY = Geod(ellps="WGS84")
#   N0 -> N1 -> N2 -> N3      one way to the east
#    |                 |
#   S0 -- S1 -- S2 -- S3         I0 -- I1   an island
PLACES = {
    f"{row}{column}": (110.0 + column / 100, latitude)
    for row, latitude in (("S", 25.0), ("N", 25.01))
    for column in range(4)
} | {"I0": (110.1, 25.0), "I1": (110.11, 25.0)}
U = float(KARNEY.line_length((110.0, 110.01), (25.0, 25.0)))  # a block of the southern street
V = float(KARNEY.line_length((110.0, 110.01), (25.01, 25.01)))  # a block of the northern street
H = float(KARNEY.line_length((110.0, 110.0), (25.0, 25.01)))  # a cross street


def build_town() -> Any:  # noqa: ANN401
    streets = [
        (["S0", "S1", "S2", "S3"], False),
        (["N0", "N1", "N2", "N3"], True),
        (["S0", "N0"], False),
        (["S3", "N3"], False),
        (["I0", "I1"], False),
    ]
    roads = gpd.GeoDataFrame(
        {"road_class": "residential", "is_oneway": [is_oneway for _, is_oneway in streets]},
        geometry=[shapely.LineString([PLACES[name] for name in line]) for line, _ in streets],
        crs="EPSG:4326",
    )
    return build_network(roads, speeds_kmh={"drive": 30.0, "walk": 4.5})


def stand(at: dict[str, str], **columns: Any) -> gpd.GeoDataFrame:  # noqa: ANN401
    """Put sites on the corners of the town."""
    points = [shapely.Point(PLACES[place]) for place in at.values()]
    return gpd.GeoDataFrame({"site_id": list(at), **columns}, geometry=points, crs="EPSG:4326")


DEMAND = stand(
    {"n1": "N1", "n2": "N2", "s1": "S1", "s2": "S2"},
    weight=[1, 2, 2, 1],
    name=["甲", "乙", "丙", "丁"],
)
CANDIDATES = stand({"K1": "N1", "K2": "S1", "K3": "S2"})


def drive(
    candidates: gpd.GeoDataFrame = CANDIDATES,
    demand: gpd.GeoDataFrame = DEMAND,
    **more: Any,  # noqa: ANN401
) -> DistanceTable:
    options: dict[str, Any] = {"mode": "drive", "snap_limit_m": 100.0} | more
    return measure_road_distances(candidates, demand, network=build_town(), **options)


def test_driving_goes_round_where_the_street_is_one_way() -> None:
    to_site, from_site, both = (
        drive(direction=way) for way in ("to_site", "from_site", "round_trip")
    )
    # From N2 to N1: on to N3, down, along the whole southern street, up, one block.
    assert to_site.metres[1, 0] == pytest.approx(2 * V + 2 * H + 3 * U, abs=1e-3)
    assert from_site.metres[1, 0] == pytest.approx(V, abs=1e-3)
    assert both.metres == pytest.approx((to_site.metres + from_site.metres) / 2)
    assert drive(mode="walk").metres[1, 0] == pytest.approx(V, abs=1e-3)
    assert to_site.is_road
    assert "路网" in to_site.label.zh
    assert "from demand to site" in to_site.label.en


def test_the_median_of_the_town() -> None:
    one = best_locations(CANDIDATES, DEMAND, distances=drive(), objective="p_median", count=1)
    # K3 at S2: n1 comes by 2 V + H + U, n2 (twice) by V + H + U, s1 (twice) by U.
    assert one.sites["site_id"].tolist() == ["K3"]
    assert one.choice.value == pytest.approx(4 * V + 3 * H + 5 * U, abs=0.01)
    two = best_locations(CANDIDATES, DEMAND, distances=drive(), objective="p_median", count=2)
    assert two.choice.value == pytest.approx(2 * (V + H + U) + 2 * U, abs=0.01)
    assert two.sites["site_id"].tolist() == ["K3", "K1"]  # K3 serves more
    assert two.sites["served_count"].tolist() == [3, 1]
    assert two.sites["served_weight"].tolist() == [5, 1]
    assert two.sites["mean_km"].tolist() == pytest.approx(
        [(2 * (V + H + U) + 2 * U) / 5 / 1000, 0], abs=1e-5
    )
    assert two.catchments["site_id"].tolist() == ["K1", "K3", "K3", "K3"]
    assert two.catchments["distance_km"].tolist() == pytest.approx(
        [0, (V + H + U) / 1000, U / 1000, 0], abs=1e-5
    )
    assert two.choice.is_proved
    assert "已证明最优" in two.notes[0].zh
    assert "proved optimal" in two.notes[0].en


def test_the_centre_of_the_town() -> None:
    one, two = (
        best_locations(CANDIDATES, DEMAND, distances=drive(), objective="p_centre", count=count)
        for count in (1, 2)
    )
    assert one.sites["site_id"].tolist() == ["K3"]
    assert one.choice.value == pytest.approx(2 * V + H + U, abs=0.01)  # n1's way
    assert sorted(two.sites["site_id"]) == ["K1", "K3"]
    assert two.choice.value == pytest.approx(V + H + U, abs=0.01)  # n2's way


def test_covering_the_town_leaves_the_one_way_street_out() -> None:
    # Within 1,100 m: the southern pair from either of its sites (3), n1 from K1 (1), n2 never.
    best = best_locations(
        CANDIDATES,
        DEMAND,
        distances=drive(),
        objective="maximal_covering",
        count=2,
        radius_m=1100.0,
    )
    assert best.choice.value == best.choice.bound == 4
    lost = best.catchments[best.catchments["site_id"] == ""]
    assert lost["demand_id"].tolist() == ["n2"]
    assert "服务半径之外" in lost["reason_zh"].iloc[0]
    assert "beyond the radius" in lost["reason_en"].iloc[0]
    three = best_locations(
        CANDIDATES,
        DEMAND,
        distances=drive(),
        objective="maximal_covering",
        count=3,
        radius_m=1100.0,
    )
    assert len(three.sites) == 2
    assert any("only 2 add anything" in note.en for note in three.notes)


def test_a_capacity_sends_the_nearer_one_away() -> None:
    # Three each: n2 (2) and s2 (1) fill K3, so s1 (2) drives to K1 with n1 (1).
    candidates = CANDIDATES.assign(capacity=[3.0, np.inf, 3.0])
    best = best_locations(
        candidates, DEMAND, distances=drive(), objective="p_median", count=2, forbidden=["K2"]
    )
    assert best.choice.value == pytest.approx(2 * (V + H + U) + 2 * (U + H + V), abs=0.01)
    assert best.catchments["site_id"].tolist() == ["K1", "K3", "K1", "K3"]
    full = best_locations(
        candidates.assign(capacity=[0.0, 0.0, 2.0]),
        DEMAND,
        distances=drive(),
        objective="maximal_covering",
        count=1,
        radius_m=1100.0,
    )
    assert full.choice.value == 2  # s1, or two of weight 1 of which only s2 is within
    assert full.catchments["reason_en"].str.contains("are full").sum() == 1


def test_what_exists_is_kept_and_what_is_forbidden_is_not_opened() -> None:
    existing = CANDIDATES.assign(status=["proposed", "existing", "proposed"])
    best = best_locations(existing, DEMAND, distances=drive(), objective="p_median", count=1)
    assert sorted(best.sites["site_id"]) == ["K1", "K2"]
    assert best.choice.value == pytest.approx(2 * (V + H + 2 * U) + U, abs=0.01)
    best = best_locations(
        existing,
        DEMAND,
        distances=drive(),
        objective="p_median",
        count=1,
        forbidden={"K1", "K2"},
    )
    assert sorted(best.sites["site_id"]) == ["K2", "K3"]
    assert best.sites.set_index("site_id")["is_new"].to_dict() == {"K2": False, "K3": True}
    assert best.choice.value == pytest.approx(4 * V + 3 * H + 3 * U, abs=0.01)
    assert any("K2" in note.zh and "予以保留" in note.zh for note in best.notes)


def test_demand_that_no_road_serves_is_named_with_its_reason() -> None:
    demand = stand({"n1": "N1", "s2": "S2", "i1": "I1", "far": "S0"})
    demand.loc[3, "geometry"] = shapely.Point(110.0, 24.9)  # 11 km from any road
    best = best_locations(
        CANDIDATES, demand, distances=drive(demand=demand), objective="p_median", count=2
    )
    assert best.catchments["site_id"].tolist() == ["K1", "K3", "", ""]
    assert best.catchments["reason_en"].tolist()[2:] == [
        "no road leads to any site in use",
        "no road is near enough",
    ]
    assert np.isnan(best.catchments["distance_km"].iloc[2])
    assert best.choice.value == pytest.approx(0, abs=0.01)
    assert any("2 places of demand (weight 2)" in note.en for note in best.notes)
    assert any("1 of the demand have no road within 100 m: far" in n.en for n in best.notes)
    assert any("每个按 1 计" in text.zh for text in best.assumptions)


def test_the_stretch_to_the_road_is_part_of_the_way() -> None:
    lon, lat, _ = KARNEY.fwd(*PLACES["S1"], 180.0, 50.0)  # 50 m south of the street
    demand = DEMAND.iloc[[2]].set_geometry([shapely.Point(lon, lat)], crs="EPSG:4326")
    table = drive(demand=demand)
    assert table.metres[0] == pytest.approx([50 + U + H + V, 50, 50 + U], abs=0.01)
    assert table.demand_road_m[0] == pytest.approx(50, abs=0.01)
    assert np.isinf(drive(demand=demand, snap_limit_m=49.0).metres).all()


def test_straight_lines_are_labelled() -> None:
    table = measure_straight_distances(CANDIDATES, DEMAND)
    assert table.metres[1] == pytest.approx(
        [V, float(KARNEY.inv(*PLACES["N2"], *PLACES["S1"])[2]), H], abs=1e-3
    )
    assert not table.is_road
    best = best_locations(CANDIDATES, DEMAND, distances=table, objective="p_median", count=1)
    assert "直线距离" in best.distance_label.zh
    assert "直线距离" in best.assumptions[0].zh


def test_one_more_site_brings_less_each_time() -> None:
    compared = compare_counts(
        CANDIDATES, DEMAND, distances=drive(), objective="p_median", counts=[1, 2, 3]
    )
    gains = compared.gains.set_index("count")
    one, two, three = 4 * V + 3 * H + 5 * U, 2 * (V + H + U) + 2 * U, 2 * (V + H + U)
    assert gains["value"].tolist() == pytest.approx([one, two, three], abs=0.01)
    assert np.isnan(gains.loc[1, "gain"])
    assert gains["gain"].tolist()[1:] == pytest.approx([one - two, two - three], abs=0.01)
    assert gains.loc[2, "gain_share"] == pytest.approx(1 - two / one, abs=1e-6)
    assert gains["mean_km"].tolist() == pytest.approx(
        [one / 6000, two / 6000, three / 6000], abs=1e-5
    )
    assert gains["is_proved"].all()
    assert gains["site_ids"].tolist()[0] == "K3"
    assert sorted(compared.answers) == [1, 2, 3]


def test_gains_start_from_what_exists_and_say_where_there_is_no_answer() -> None:
    existing = CANDIDATES.assign(status=["proposed", "existing", None], capacity=[3.0, 4.0, 1.0])
    gains = compare_counts(
        existing, DEMAND, distances=drive(), objective="p_median", counts=[1, 9]
    ).gains.set_index("count")
    assert gains.index.tolist() == [0, 1, 9]
    assert "too little capacity: demand is 6" in gains.loc[0, "note_en"]
    assert "要新设 9 处" in gains.loc[9, "note_zh"]
    assert gains.loc[1, "site_ids"] == "K1"
    with pytest.raises(InputError, match="9 sites are to be opened"):
        compare_counts(CANDIDATES, DEMAND, distances=drive(), objective="p_median", counts=[9])
    with pytest.raises(InputError, match="no number of new sites"):
        compare_counts(CANDIDATES, DEMAND, distances=drive(), objective="p_median", counts=[])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"objective": "p_mean"}, "no objective"),
        ({"objective": "maximal_covering"}, "needs a radius"),
        ({"forbidden": ["K9"]}, "no candidate: K9"),
        ({"demand": DEMAND.assign(weight=[1, None, 1, "x"])}, "n2, s2: blank"),
        ({"candidates": CANDIDATES.assign(capacity=[1, None, 1])}, "K2: blank"),
        ({"demand": DEMAND.iloc[:3]}, r"demand and candidates \(3, 3\)"),
    ],
)
def test_what_does_not_fit_is_refused(change: dict[str, Any], said: str) -> None:
    question: dict[str, Any] = {
        "candidates": CANDIDATES,
        "demand": DEMAND,
        "distances": drive(),
        "objective": "p_median",
        "count": 1,
    } | change
    with pytest.raises(InputError, match=said):
        best_locations(question.pop("candidates"), question.pop("demand"), **question)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (CANDIDATES.iloc[:0], "no row"),
        (CANDIDATES.to_crs(3857), "not EPSG:4326"),
        (CANDIDATES.drop(columns="site_id"), "no column site_id"),
        (CANDIDATES.assign(site_id=["K1", "K1", "K2"]), "repeated or missing: K1"),
        (CANDIDATES.set_geometry([shapely.Point(), *CANDIDATES.geometry[1:]]), "records 1 have"),
    ],
)
def test_a_table_that_breaks_its_contract_is_refused(table: gpd.GeoDataFrame, said: str) -> None:
    with pytest.raises(SchemaError, match=said):
        measure_straight_distances(table if table.crs else table.set_crs(4326), DEMAND)


@pytest.mark.parametrize("wrong", [{"mode": "ride"}, {"direction": "up"}])
def test_a_way_of_travel_that_the_network_does_not_know_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="drive, walk"):
        drive(**wrong)


def test_a_parcel_counts_from_a_point_on_it() -> None:
    parcel = CANDIDATES.set_geometry(
        shapely.buffer(CANDIDATES.geometry.to_numpy(), 0.0001), crs="EPSG:4326"
    )
    best = best_locations(parcel, DEMAND, distances=drive(parcel), objective="p_median", count=1)
    assert best.sites["site_id"].tolist() == ["K3"]
    assert best.sites.geometry.geom_type.tolist() == ["Polygon"]
    assert best.sites["lon"].tolist() == pytest.approx([110.02], abs=1e-4)
    fields = DEMAND.set_geometry(
        shapely.buffer(DEMAND.geometry.to_numpy(), 0.0001), crs="EPSG:4326"
    )
    best = best_locations(parcel, fields, distances=drive(parcel), objective="p_median", count=1)
    assert any("按其上一点计" in text.zh for text in best.assumptions)


def test_an_answer_cut_short_says_so() -> None:
    rng = np.random.default_rng(5)
    lonlat = 110 + rng.random((400, 2)) / 10
    many = gpd.GeoDataFrame(
        {"site_id": [f"D{number}" for number in range(400)]},
        geometry=gpd.points_from_xy(lonlat[:, 0], lonlat[:, 1] - 85),
        crs="EPSG:4326",
    )
    best = best_locations(
        many.iloc[:90],
        many,
        distances=measure_straight_distances(many.iloc[:90], many),
        objective="p_median",
        count=6,
        effort=Effort(time_limit_s=0.0),
    )
    assert not best.choice.is_proved
    assert "时限已到" in best.notes[0].zh
