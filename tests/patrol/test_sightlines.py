"""Devices and cells: shares by area, nothing claimed that is not known, nothing made up."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import CRS, Geod

from qxgeo.geodesy import area_m2
from qxgeo.patrol.columns import COVERAGE_COLUMNS, DEVICE_COLUMNS
from qxgeo.patrol.sightlines import see
from qxgeo.patrol.sightlines.coverage import classify_coverage, draw_sector
from qxgeo.patrol.sightlines.viewshed import Eye
from qxgeo.raster.elevation import Elevation, read_elevation

if TYPE_CHECKING:
    from pathlib import Path

    from qxgeo.patrol.model import Sight

LON, LAT = 110.3, 25.27
AROUND = CRS.from_proj4(f"+proj=aeqd +lat_0={LAT} +lon_0={LON} +datum=WGS84")
GEOD = Geod(ellps="WGS84")


def at(east: float, north: float) -> tuple[float, float]:
    """Give the position some metres from the middle."""
    lon, lat, _ = GEOD.fwd(LON, LAT, math.degrees(math.atan2(east, north)), math.hypot(east, north))
    return lon, lat


def square(east: float, north: float, edge: float) -> shapely.Polygon:
    """Draw a square by its south-west corner."""
    corners = [(0, 0), (edge, 0), (edge, edge), (0, edge)]
    return shapely.Polygon([at(east + right, north + up) for right, up in corners])


def lay_cells(*shapes: shapely.Polygon, **columns: Any) -> gpd.GeoDataFrame:  # noqa: ANN401
    """Give shapes the columns of cells."""
    points = [shape.representative_point() for shape in shapes]
    return gpd.GeoDataFrame(
        {
            "cell_id": [f"Z{number}" for number in range(len(shapes))],
            "area_m2": area_m2(np.array(shapes, dtype=object)),
            "lon": [point.x for point in points],
            "lat": [point.y for point in points],
            **columns,
        },
        geometry=list(shapes),
        crs="EPSG:4326",
    )


def list_cameras(*rows: dict[str, Any]) -> gpd.GeoDataFrame:
    """List devices as the reader gives them."""
    blank = {
        "device_id": None,
        "name": None,
        "kind": None,
        "height_m": None,
        "bearing_deg": None,
        "field_of_view_deg": 360.0,
        "range_m": None,
    }
    table = pd.DataFrame([blank | row for row in rows])
    places = [row.get("geometry", shapely.Point(LON, LAT)) for row in rows]
    return gpd.GeoDataFrame(table[[*blank]], geometry=places, crs="EPSG:4326")


def ground(height: Any, *, half: int = 110, pixel_m: float = 10.0) -> Elevation:  # noqa: ANN401
    """Draw a ground around the middle."""
    away = np.arange(-half, half + 1) * pixel_m
    east, north = np.meshgrid(away, -away)
    corner = -(half + 0.5) * pixel_m
    return Elevation(
        heights_m=np.asarray(height(east, north), dtype=float) + 0.0 * east,
        transform=(pixel_m, 0.0, corner, 0.0, -pixel_m, -corner),
        crs=AROUND,
        pixel_m=pixel_m,
    )


def look(
    cameras: gpd.GeoDataFrame | None,
    cells: gpd.GeoDataFrame,
    **facts: Any,  # noqa: ANN401
) -> Sight:
    defaults: dict[str, Any] = {
        "elevation": None,
        "camera_range_m": None,
        "drone_range_m": None,
        "next_count": 0,
        "seed": 1,
    }
    return see(cameras, cells, **(defaults | facts))


def english(sight: Sight) -> str:
    return "\n".join(note.en for note in sight.notes)


ROW = lay_cells(*(square(200.0 * number - 500, -100, 200) for number in range(5)))


def test_a_camera_as_high_as_no_mast_is_asked_about() -> None:
    def said(**facts: Any) -> str:  # noqa: ANN401
        row = {"device_id": "C1", "range_m": 500.0, **facts}
        return english(look(list_cameras(row), ROW))

    assert "check that the unit is metres: C1" in said(kind="camera", height_m=1000.0)
    assert "unit" not in said(kind="camera", height_m=10.0)
    assert "unit" not in said(kind="drone", height_m=500.0)


def test_a_wall_leaves_the_cells_behind_it_blind() -> None:
    # A wall 60 m high stands 50 m east of the camera; the cells from 100 m east are behind it.
    wall = ground(lambda east, _: np.where(np.isclose(east, 50), 60.0, 0.0))
    cells = lay_cells(square(100, -100, 200), square(-300, -100, 200), square(2_000, 0, 200))
    cameras = list_cameras({"device_id": "C1", "height_m": 20, "range_m": 900})
    sight = look(cameras, cells, elevation=wall)
    assert sight.coverage["coverage"].tolist() == ["blind", "covered", "blind"]
    assert sight.coverage["seen_share"].tolist() == [0.0, 1.0, 0.0]
    assert sight.coverage["device_ids"].tolist() == ["", "C1", ""]
    assert sight.devices["seen_m2"].tolist() == pytest.approx([cells["area_m2"][1]])
    assert sight.devices["has_terrain"].all()
    assert {*sight.devices.columns} == {*DEVICE_COLUMNS, "geometry"}
    assert [*sight.coverage.columns] == [*COVERAGE_COLUMNS]


def test_shares_over_a_plain_are_those_of_the_sector() -> None:
    # Without hills the raster must give the exact shares of the drawn sector, to a rim of pixels:
    # the rim crosses a cell of 200 m over at most 283 m, half of 28 pixels of 400 at chance.
    cameras = list_cameras(
        {"device_id": "C1", "height_m": 30, "range_m": 400, "bearing_deg": 80,
         "field_of_view_deg": 110},
    )  # fmt: skip
    cells = lay_cells(*(square(200.0 * number - 495, -105, 200) for number in range(5)))
    over_plain = look(cameras, cells, elevation=ground(lambda *_: 0.0))
    plain = look(cameras, cells)
    np.testing.assert_allclose(
        over_plain.coverage["seen_share"], plain.coverage["seen_share"], atol=0.02
    )
    assert over_plain.devices["seen_m2"][0] == pytest.approx(plain.devices["seen_m2"][0], rel=0.02)
    assert not plain.devices["has_terrain"].any()
    assert "plain sectors" in english(plain)
    drawn = area_m2(over_plain.devices.geometry.to_numpy())[0]
    assert drawn == pytest.approx(math.pi * 400**2 * 110 / 360, rel=0.01)
    assert over_plain.devices.geometry.is_valid.all()


def test_the_sector_is_as_large_as_a_slice_of_a_disc() -> None:
    # 1,000 m around on the ellipsoid: pi r2 to 1e-8; the polygon of half degrees lacks 1.3e-5.
    facts = {"lon": LON, "lat": LAT, "height_m": 0.0, "range_m": 1000.0}
    disc = draw_sector(Eye(**facts))
    slice_ = draw_sector(Eye(**facts, bearing_deg=350, field_of_view_deg=90))
    areas = area_m2(np.array([disc, slice_], dtype=object))
    assert areas.tolist() == pytest.approx([math.pi * 1e6, math.pi * 1e6 / 4], rel=2e-5)
    assert shapely.contains_xy(slice_, *at(-500, 700))
    assert not shapely.contains_xy(slice_, *at(700, 500))


def test_two_devices_count_their_common_ground_once() -> None:
    cell = lay_cells(square(-100, -100, 200))
    half = {"height_m": 30, "range_m": 300, "field_of_view_deg": 180}
    cameras = list_cameras(
        half | {"device_id": "C1", "bearing_deg": 0},
        half | {"device_id": "C2", "bearing_deg": 0},
        half | {"device_id": "C3", "bearing_deg": 180},
    )
    for elevation in (None, ground(lambda *_: 0.0)):
        sight = look(cameras.iloc[:2], cell, elevation=elevation)
        assert sight.coverage["seen_share"][0] == pytest.approx(0.5, abs=0.03)
        assert sight.coverage["coverage"][0] == "partly"
        assert sight.coverage["device_ids"][0] == "C1、C2"
        assert look(cameras, cell, elevation=elevation).coverage["coverage"][0] == "covered"


def test_ground_without_heights_is_unknown_within_reach_and_blind_beyond() -> None:
    # East of 150 m there are no heights. The cell at 300 m is within the range, that at 2 km not.
    half = ground(lambda east, _: np.where(east > 150, np.nan, 0.0))
    cells = lay_cells(square(-200, -100, 200), square(300, -100, 200), square(2_000, -100, 200))
    cameras = list_cameras({"device_id": "C1", "height_m": 30, "range_m": 800})
    sight = look(cameras, cells, elevation=half)
    assert sight.coverage["coverage"].tolist() == ["covered", "unknown", "blind"]
    assert sight.coverage["unknown_share"].tolist() == [0.0, 1.0, 0.0]
    assert sight.devices["unknown_m2"][0] == pytest.approx(cells["area_m2"][1])


def test_a_device_outside_the_elevation_claims_nothing_and_is_named() -> None:
    far = shapely.Point(*at(1_500, 0))
    cells = lay_cells(square(1_400, -100, 200))
    cameras = list_cameras(
        {"device_id": "C1", "name": "东塔", "height_m": 30, "range_m": 500, "geometry": far}
    )
    sight = look(cameras, cells, elevation=ground(lambda *_: 0.0))
    assert sight.coverage["coverage"].tolist() == ["unknown"]
    assert sight.devices["seen_m2"][0] == 0
    assert sight.devices.geometry.is_empty.all()
    assert "what they see is unknown: C1 东塔" in english(sight)


def test_a_device_kilometres_away_from_the_elevation_sees_nothing_of_it() -> None:
    far = shapely.Point(*at(60_000, 0))
    cells = lay_cells(square(-100, -100, 200))
    cameras = list_cameras({"device_id": "C1", "height_m": 30, "range_m": 500, "geometry": far})
    sight = look(cameras, cells, elevation=ground(lambda *_: 0.0))
    assert sight.coverage["coverage"].tolist() == ["blind"]
    assert sight.devices.geometry.is_empty.all()


def test_a_cell_too_small_for_a_pixel_takes_the_pixel_at_its_point() -> None:
    tiny = lay_cells(square(101, 101, 2), square(101, -403, 2))
    cameras = list_cameras({"device_id": "C1", "height_m": 30, "range_m": 300})
    sight = look(cameras, tiny, elevation=ground(lambda *_: 0.0))
    assert sight.coverage["seen_share"].tolist() == [1.0, 0.0]
    assert sight.coverage["device_ids"].tolist() == ["C1", ""]


def test_an_open_range_is_not_made_up() -> None:
    cameras = list_cameras(
        {"device_id": "C1", "name": "塔", "kind": "camera", "height_m": 20},
        {"device_id": "D1", "name": "机", "kind": "drone", "height_m": 100},
    )
    nothing = look(cameras, ROW)
    assert nothing.devices["seen_m2"].isna().all()
    assert nothing.devices["range_m"].isna().all()
    assert nothing.devices.geometry.is_empty.all()
    assert set(nothing.coverage["coverage"]) == {"unknown"}
    assert "not judged for having no range: C1 塔, D1 机" in english(nothing)
    assert "not one device can be judged" in english(nothing)
    decided = look(cameras, ROW, camera_range_m=150.0, drone_range_m=700.0)
    assert decided.devices["range_m"].tolist() == [150.0, 700.0]
    assert decided.coverage["device_ids"].tolist() == ["D1", "C1、D1", "C1、D1", "C1、D1", "D1"]
    assert "the 150 m decided for cameras: C1 塔" in english(decided)
    assert "the 700 m decided for drones: D1 机" in english(decided)


def test_an_own_range_goes_before_the_decided_one() -> None:
    cameras = list_cameras({"device_id": "C1", "range_m": 90.0})
    assert look(cameras, ROW, camera_range_m=500.0).devices["range_m"].tolist() == [90.0]


def test_a_drone_looks_all_round_whatever_its_row_says() -> None:
    cameras = list_cameras(
        {"device_id": "D1", "kind": "drone", "height_m": 100, "bearing_deg": 90,
         "field_of_view_deg": 40, "range_m": 450},
    )  # fmt: skip
    sight = look(cameras, ROW, elevation=ground(lambda *_: 0.0))
    shares = sight.coverage["seen_share"].to_numpy()
    assert shares[0] == pytest.approx(shares[4], abs=0.02)
    assert sight.devices["field_of_view_deg"].tolist() == [360.0]
    assert "hovering at their height above take-off" in english(sight)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"range_m": 0}, "no range"),
        ({"field_of_view_deg": None}, "no field of view"),
        ({"field_of_view_deg": 0}, "no field of view"),
        ({"field_of_view_deg": 90, "bearing_deg": None}, "no bearing"),
        ({"height_m": None}, "no height above ground"),
        ({"geometry": shapely.Point()}, "no position"),
    ],
)
def test_a_device_that_lacks_something_is_named_and_not_judged(
    facts: dict[str, Any], words: str
) -> None:
    whole = {"device_id": "C1", "height_m": 20, "range_m": 300}
    cameras = list_cameras(whole | facts, whole | {"device_id": "C2"})
    sight = look(cameras, ROW, elevation=ground(lambda *_: 0.0))
    assert f"not judged for having {words}: C1" in english(sight)
    assert sight.devices["seen_m2"].isna().tolist() == [True, False]
    assert "C1" not in "".join(sight.coverage["device_ids"])


def test_without_an_elevation_no_height_is_needed() -> None:
    sight = look(list_cameras({"device_id": "C1", "range_m": 300}), ROW)
    assert sight.devices["seen_m2"][0] > 0


@pytest.mark.parametrize(
    ("seen", "unknown", "word"),
    [
        (0.95, 0.0, "covered"),
        (0.94, 0.06, "partly"),
        (0.05, 0.0, "partly"),
        (0.04, 0.0, "blind"),
        (0.04, 0.02, "unknown"),  # what is unknown decides whether it is blind
        (0.0, 0.04, "blind"),
        (0.3, 0.6, "unknown"),  # mostly unknown
        (0.0, 1.0, "unknown"),
    ],
)
def test_a_word_for_every_share(seen: float, unknown: float, word: str) -> None:
    assert classify_coverage(np.array([seen]), np.array([unknown])).tolist() == [word]


def test_without_devices_nothing_is_known_but_new_places_need_a_model() -> None:
    sight = look(None, ROW, next_count=2, camera_range_m=300.0)
    assert len(sight.devices) == 0
    assert set(sight.coverage["coverage"]) == {"unknown"}
    assert sight.next_cameras is None
    assert "no camera's height" in english(sight)


def test_next_cameras_are_like_those_of_today() -> None:
    cameras = list_cameras({"device_id": "C1", "height_m": 24, "range_m": 120})
    sight = look(cameras, ROW, next_count=2, elevation=ground(lambda *_: 0.0))
    assert sight.next_cameras is not None
    assert len(sight.next_cameras.places) == 2
    assert "24 m above ground (median of today's), with a range of 120 m" in english(sight)
    again = look(cameras, ROW, next_count=2, elevation=ground(lambda *_: 0.0))
    assert again.next_cameras is not None
    assert again.next_cameras.places.equals(sight.next_cameras.places)
    assert again.coverage.equals(sight.coverage)


def test_the_east_of_qixing_is_unknown_and_its_hills_hide(external_data: Path) -> None:
    # The elevation ends at 110.370 E: a tower at 110.352 sees west of it, knows nothing beyond.
    path = external_data / "terrain" / "oldcity_alos12m.tif"
    elevation = read_elevation(path, bounds=(110.33, 25.27, 110.39, 25.30), unit="m", margin_m=2000)
    tower = shapely.Point(110.352369, 25.28854)
    cells = lay_cells(
        *(
            shapely.box(lon, lat, lon + 0.005, lat + 0.005)
            for lon in np.arange(110.33, 110.389, 0.005).tolist()
            for lat in np.arange(25.27, 25.299, 0.005).tolist()
        )
    )
    cameras = list_cameras({"device_id": "C1", "height_m": 40, "range_m": 3000, "geometry": tower})
    sight = look(cameras, cells, elevation=elevation)
    plain = look(cameras, cells)
    east = cells["lon"].to_numpy() > 110.3705
    assert (sight.coverage["seen_share"].to_numpy()[east] == 0).all()
    assert "unknown" in set(sight.coverage["coverage"][east])
    west = ~east & (cells["lon"].to_numpy() < 110.3665)
    assert (sight.coverage["unknown_share"].to_numpy()[west] < 0.01).all()
    less = plain.coverage["seen_share"] - sight.coverage["seen_share"]
    assert less.min() > -0.03
    assert less[west].mean() > 0.2
