"""What is measured of candidates: by hand, by the inverse geodesic, and unknown where it is so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import CRS, Geod, Transformer

from qxgeo.errors import InputError
from qxgeo.raster.elevation import Elevation
from qxgeo.siting.locations import DistanceTable, measure_straight_distances
from qxgeo.siting.ranking import (
    collect_criteria,
    collect_margins,
    measure_demand_distance,
    measure_land_cover,
    measure_road_access,
    measure_slope,
    rank_candidates,
)

if TYPE_CHECKING:
    from pathlib import Path

KARNEY = Geod(ellps="WGS84")
LON, LAT = 110.3, 25.27
UTM = CRS.from_epsg(32649)


def places(*lonlat: tuple[float, float], **columns: object) -> gpd.GeoDataFrame:
    ids = [f"K{number}" for number in range(1, len(lonlat) + 1)]
    points = [shapely.Point(one) for one in lonlat]
    return gpd.GeoDataFrame({"site_id": ids, **columns}, geometry=points, crs="EPSG:4326")


LINES = pd.DataFrame(
    {
        "place_id": ["K1", "K1", "K1", "K1", "K2", "K2", "K2"],
        "rule_id": ["", "R-far", "R-open", "R-near", "", "R-far", "R-near"],
        "verdict": [
            *["allowed", "discouraged", "needs_decision", "allowed"],
            *["allowed", "allowed", "prohibited"],
        ],
        "distance_m": [np.nan, 879.5, 45.0, 1300.0, np.nan, 5000.0, 920.0],
        "margin_m": [np.nan, 120.5, np.nan, -300.0, np.nan, -4000.0, 80.0],
    }
)


def test_margins_stand_one_column_for_each_rule_that_measures() -> None:
    margins = collect_margins(LINES)
    rules = ["margin_m_R-far", "margin_m_R-near", "margin_m_R-open"]
    assert list(margins) == ["site_id", *rules]
    known = margins.set_index("site_id")[rules[:2]]
    assert known.loc["K1"].tolist() == [120.5, -300.0]
    assert known.loc["K2"].tolist() == [-4000.0, 80.0]
    assert margins["margin_m_R-open"].isna().all()  # measured, but nobody has set the threshold


def test_verdicts_margins_and_measures_come_into_one_table() -> None:
    candidates = places((LON, LAT), (LON + 0.01, LAT), (LON + 0.02, LAT), name=["甲", "乙", "丙"])
    own = pd.DataFrame({"site_id": ["K3", "K1"], "rent": [3.0, 1.0]})
    table = collect_criteria(candidates, LINES, measures=[own]).set_index("site_id")
    assert table.index.tolist() == ["K1", "K2", "K3"]
    assert table["name"].tolist() == ["甲", "乙", "丙"]
    assert table["summary"].tolist()[:2] == ["needs_decision", "prohibited"]
    assert table["is_discouraged"].tolist()[:2] == [True, False]
    assert table.loc["K1", "margin_m_R-far"] == 120.5
    # K3 was not checked and K2 not measured: unknown, not nothing.
    assert table.loc["K3", ["summary", "margin_m_R-far"]].isna().all()
    assert np.isnan(table.loc["K2", "rent"])
    ranking = rank_candidates(
        table.reset_index(), directions={"margin_m_R-far": "less"}, seed=1, draws=10
    )
    groups = ranking.table.set_index("site_id")["group"]
    assert groups.to_dict() == {"K3": "ranked", "K1": "discouraged", "K2": "not_ranked"}


def test_without_checks_there_is_no_verdict() -> None:
    table = collect_criteria(places((LON, LAT)), None, measures=[])
    assert list(table) == ["site_id"]


@pytest.mark.parametrize(
    "measures",
    [
        [pd.DataFrame({"site_id": ["K1", "K1"], "rent": [1, 2]})],
        [pd.DataFrame({"site_id": ["K1"], "rent": [1]})] * 2,
    ],
)
def test_what_is_measured_twice_is_refused(measures: list[pd.DataFrame]) -> None:
    with pytest.raises(InputError, match="measured twice"):
        collect_criteria(places((LON, LAT)), None, measures=measures)


def test_the_distance_to_demand_is_a_weighted_mean_of_what_gets_there() -> None:
    candidates, demand = places((LON, LAT), (LON, LAT)), places((LON, LAT), (LON, LAT), (LON, LAT))
    table = DistanceTable(
        metres=np.array([[1000.0, np.inf], [4000.0, np.inf], [np.inf, np.inf]]),
        label=measure_straight_distances(candidates, demand).label,
        is_road=True,
        demand_road_m=np.zeros(3),
        site_road_m=np.zeros(2),
        notes=(),
    )
    found = measure_demand_distance(candidates, demand.assign(weight=[3, 1, 4]), distances=table)
    assert found["demand_km"].tolist()[0] == pytest.approx((3 * 1 + 1 * 4) / 4)
    assert np.isnan(found["demand_km"].tolist()[1])
    assert found["demand_reached_share"].tolist() == [0.5, 0.0]
    alike = measure_demand_distance(candidates, demand, distances=table)
    assert alike["demand_km"].tolist()[0] == pytest.approx(2.5)


def lay_roads() -> gpd.GeoDataFrame:
    """Lay a footway through K1, a street 0.001 degrees north, a motorway north of it."""
    lines = [
        shapely.LineString([(LON - 0.01, LAT + north), (LON + 0.01, LAT + north)])
        for north in (0.0, 0.001, 0.002)
    ]
    return gpd.GeoDataFrame(
        {"road_class": ["footway", None, "motorway"]}, geometry=lines, crs="EPSG:4326"
    )


def test_road_access_counts_only_what_may_be_driven_on() -> None:
    candidates = places((LON, LAT), (LON, LAT + 0.0021))
    found = measure_road_access(candidates, lay_roads(), mode="drive")
    north_m = float(KARNEY.inv(LON, LAT, LON, LAT + 0.001)[2])
    assert found["road_m"].tolist() == pytest.approx([north_m, north_m / 10], abs=0.01)
    assert found["road_class"].tolist() == ["", "motorway"]
    on_foot = measure_road_access(candidates, lay_roads(), mode="walk")
    assert on_foot["road_m"].tolist()[0] == pytest.approx(0, abs=1e-6)
    assert on_foot["road_class"].tolist()[0] == "footway"


def test_without_a_usable_road_access_is_unknown() -> None:
    found = measure_road_access(places((LON, LAT)), lay_roads().iloc[:1], mode="drive")
    assert found["road_m"].isna().all()
    assert found["road_class"].tolist() == [""]


def tilt(east: float, north: float, crs: CRS = UTM, pixel: float = 10.0) -> Elevation:
    """Lay a plane that rises so much for each unit east and north, around the place."""
    x, y = Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(LON, LAT)
    left, top = x - 50 * pixel, y + 50 * pixel
    columns, rows = np.meshgrid(np.arange(100) + 0.5, np.arange(100) + 0.5)
    heights = 300 + east * (columns * pixel) - north * (rows * pixel)
    return Elevation(
        heights_m=heights,
        transform=(pixel, 0.0, left, 0.0, -pixel, top),
        crs=crs,
        pixel_m=pixel,
    )


def test_the_slope_of_a_plane_is_its_own() -> None:
    found = measure_slope(places((LON, LAT)), tilt(0.03, 0.04), radius_m=100.0)
    # The plane of projection is within 0.04 % of the ground here.
    assert found["slope_pct"].tolist() == pytest.approx([5.0], rel=1e-3)
    assert found["slope_unknown_share"].tolist() == [0.0]


def test_a_grid_in_degrees_gives_slopes_on_the_ground() -> None:
    degree_m = float(KARNEY.inv(LON - 0.005, LAT, LON + 0.005, LAT)[2]) * 100
    ground = tilt(0.1 * degree_m, 0.0, crs=CRS.from_epsg(4326), pixel=0.0001)
    found = measure_slope(places((LON, LAT)), ground, radius_m=50.0)
    assert found["slope_pct"].tolist() == pytest.approx([10.0], rel=1e-3)


def test_slope_is_unknown_where_heights_are_and_never_nothing() -> None:
    ground = tilt(0.03, 0.04)
    ground.heights_m[:, 50:] = np.nan  # east of the place
    x, y = ground.transform[2], ground.transform[5]
    lon, lat = Transformer.from_crs(UTM, "EPSG:4326", always_xy=True).transform(x + 800, y - 500)
    found = measure_slope(
        places((LON, LAT), (lon, lat), (LON + 1, LAT), (LON, 89.9)), ground, radius_m=100.0
    )
    assert found["slope_pct"].tolist()[0] == pytest.approx(5.0, rel=1e-3)
    # Half of the disc, and the column of pixels that looks across the edge.
    assert 0.5 < found["slope_unknown_share"].tolist()[0] < 0.65
    assert found["slope_pct"].isna().tolist() == [False, True, True, True]
    assert found["slope_unknown_share"].tolist()[1:] == [1.0, 1.0, 1.0]
    far = measure_slope(places((LON + 90, 0.0)), ground, radius_m=100.0)  # off the projection
    assert far["slope_pct"].isna().all()


def test_a_radius_smaller_than_a_pixel_takes_the_pixel_of_the_place() -> None:
    found = measure_slope(places((LON, LAT)), tilt(0.0, 0.08), radius_m=0.5)
    assert found["slope_pct"].tolist() == pytest.approx([8.0], rel=1e-3)


def test_land_cover_is_shared_out_around_the_place(tmp_path: Path) -> None:
    import rasterio

    codes = np.ones((100, 100), dtype="uint8")
    codes[:, 50:] = 2  # east of the place
    ground = tilt(0.0, 0.0)
    path = tmp_path / "cover.tif"
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=100,
        height=100,
        count=1,
        dtype="uint8",
        crs="EPSG:32649",
        transform=rasterio.Affine(*ground.transform),
    ) as raster:
        raster.write(codes, 1)
    found = measure_land_cover(
        places((LON, LAT)), path, classes={"built": [1], "crops": [2]}, radius_m=200.0
    )
    assert found["built_share"].tolist() == pytest.approx([0.5], abs=0.01)
    assert found["crops_share"].tolist() == pytest.approx([0.5], abs=0.01)
    assert found["land_cover_unknown_share"].tolist() == [0.0]
