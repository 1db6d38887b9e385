"""Patrol cells: nested squares, cut at township lines, each point in exactly one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyproj import Geod

from qxgeo.errors import InputError
from qxgeo.geodesy import area_m2
from qxgeo.patrol.cells import adopt_cells, build_cells, find_cells
from qxgeo.resources import data_dir
from qxgeo.vocabulary import NO_TOWNSHIP

if TYPE_CHECKING:
    from qxgeo.district import Layer

GEOD = Geod(ellps="WGS84")
SIZES = {"cell_size_m": 500.0, "hot_cell_size_m": 3000.0}


@pytest.fixture(scope="module")
def qixing() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Give the real boundary, the approximate townships and the cells of Qixing."""
    folder = data_dir() / "boundaries"
    boundary = gpd.read_file(folder / "qixing.geojson").rename(columns={"adcode": "district_id"})
    townships = gpd.read_file(folder / "qixing_townships.geojson")
    return boundary, townships, build_cells(boundary, townships, **SIZES)


def geodesic_area_m2(shape: shapely.Polygon) -> float:
    """Measure with Karney's algorithm, edges densified so that they are straight in degrees."""
    ring = shapely.get_coordinates(shapely.segmentize(shape.exterior, 1e-4))
    return abs(GEOD.polygon_area_perimeter(ring[:, 0], ring[:, 1])[0])


def test_areas_of_the_cells_add_up_to_the_district(qixing: tuple[gpd.GeoDataFrame, ...]) -> None:
    boundary, _, cells = qixing
    whole = geodesic_area_m2(shapely.get_parts(boundary.geometry.iloc[0])[0])
    assert cells["area_m2"].sum() == pytest.approx(whole, rel=1e-9)


def test_no_cell_reaches_into_two_townships(qixing: tuple[gpd.GeoDataFrame, ...]) -> None:
    _, townships, cells = qixing
    for row in townships.dropna(subset="geometry").itertuples():
        inside = shapely.area(shapely.intersection(cells.geometry.to_numpy(), row.geometry))
        whole = shapely.area(cells.geometry.to_numpy())
        mine = (cells["township_id"] == row.township_id).to_numpy()
        assert inside[mine] == pytest.approx(whole[mine], rel=1e-6, abs=1e-15)
        assert inside[~mine] == pytest.approx(0.0, abs=1e-15)


def test_a_whole_cell_is_a_square_of_500_m_on_the_ground(
    qixing: tuple[gpd.GeoDataFrame, ...],
) -> None:
    cells = qixing[2]
    whole = cells[np.isclose(cells["area_m2"], 250_000, rtol=1e-6)]
    assert len(whole) > 100
    corners = shapely.get_coordinates(whole.geometry.iloc[0])
    sides = GEOD.line_lengths(corners[:, 0], corners[:, 1])
    assert sides == pytest.approx([500.0] * 4, abs=0.01)


def test_a_hot_cell_holds_36_squares(town: dict[str, Layer]) -> None:
    # A district of some 20 km by 22 km holds whole hot cells: each is 6 by 6 squares, 9 km2.
    wide = town["boundary"].table.set_geometry([shapely.box(110, 25, 110.2, 25.2)], crs=4326)
    cells = build_cells(wide, None, **SIZES)
    by_hot_cell = cells.groupby("hot_cell_id")["area_m2"].agg(["size", "sum"])
    whole = by_hot_cell[np.isclose(by_hot_cell["sum"], 9e6, rtol=1e-9)]
    assert len(whole) >= 25
    assert set(whole["size"]) == {36}


def test_codes_count_from_west_to_east_and_from_the_north(
    qixing: tuple[gpd.GeoDataFrame, ...],
) -> None:
    cells = qixing[2]
    assert cells["cell_id"].is_unique
    assert cells["cell_id"].is_monotonic_increasing
    for township, group in cells.groupby("township_id"):
        numbers = [int(code.removeprefix(str(township))) for code in group["cell_id"]]
        assert numbers == list(range(1, len(group) + 1))
        place = [re.fullmatch(r".*r(-?\d+)c(-?\d+)", square) for square in group["square_id"]]
        rows = [(int(found[1]), int(found[2])) for found in place if found]
        assert rows == sorted(rows)


def test_squares_do_not_move_with_the_outline(town: dict[str, Layer]) -> None:
    boundary = town["boundary"].table
    larger = boundary.set_geometry([shapely.box(109.98, 24.99, 110.06, 25.04)], crs=4326)
    mine = build_cells(boundary, None, **SIZES).set_index("square_id")
    theirs = build_cells(larger, None, **SIZES).set_index("square_id")
    assert set(mine.index) <= set(theirs.index)
    inner = mine[np.isclose(mine["area_m2"], 250_000, rtol=1e-6)].index
    assert shapely.equals_exact(
        mine.loc[inner].geometry, theirs.loc[inner].geometry, tolerance=1e-12, normalize=True
    ).all()


def test_ground_in_no_township_is_kept_and_named(town: dict[str, Layer]) -> None:
    west = town["townships"].table.iloc[[0]]
    cells = build_cells(town["boundary"].table, west, **SIZES)
    nowhere = cells[cells["township_id"] == NO_TOWNSHIP]
    assert nowhere["cell_id"].str.startswith("450305000").all()
    east = area_m2(np.array([shapely.box(110.02, 25, 110.04, 25.02)], dtype=object))[0]
    assert nowhere["area_m2"].sum() == pytest.approx(east, rel=1e-12)


def test_a_square_cut_into_two_parts_gives_two_cells() -> None:
    # A notch of 110 m cuts the southern half of a strip in two.
    shape = shapely.difference(
        shapely.box(110.0, 25.0, 110.01, 25.002), shapely.box(110.004, 24.9, 110.005, 25.0019)
    )
    boundary = gpd.GeoDataFrame({"district_id": ["450305"]}, geometry=[shape], crs=4326)
    cells = build_cells(boundary, None, cell_size_m=3000, hot_cell_size_m=3000)
    assert set(cells.geom_type) == {"Polygon"}
    whole = shapely.box(110.004, 25.0, 110.005, 25.002)
    parts = gpd.GeoDataFrame(
        {"district_id": ["450305"]}, geometry=[shapely.difference(shape, whole)], crs=4326
    )
    apart = build_cells(parts, None, cell_size_m=30_000, hot_cell_size_m=30_000)
    assert len(apart) == 2 * apart["square_id"].nunique()


def test_codes_longer_than_nine_digits_stay_apart(town: dict[str, Layer]) -> None:
    long = town["townships"].table.assign(
        township_id=["450305001001", "450305001002", "450305400000"]
    )
    cells = build_cells(town["boundary"].table, long, **SIZES)
    assert cells["cell_id"].is_unique
    assert set(cells["cell_id"].str[:12]) == {"450305001001", "450305001002"}


@pytest.mark.parametrize("hot_cell_size_m", [400.0, 1200.0])
def test_sizes_that_do_not_nest_are_refused(town: dict[str, Layer], hot_cell_size_m: float) -> None:
    with pytest.raises(InputError, match="整数倍"):
        build_cells(town["boundary"].table, None, cell_size_m=500, hot_cell_size_m=hot_cell_size_m)


def test_far_too_small_cells_are_refused(town: dict[str, Layer]) -> None:
    with pytest.raises(InputError, match="过多"):
        build_cells(town["boundary"].table, None, cell_size_m=1, hot_cell_size_m=1)


def test_a_corner_of_four_cells_belongs_to_the_one_to_the_south_east() -> None:
    squares = [re.fullmatch(r".*r(-?\d+)c(-?\d+)", name) for name in _PLAIN["square_id"]]
    number = {(int(m[1]), int(m[2])): n for n, m in enumerate(squares) if m}
    inner = 0
    for (row, column), at in number.items():
        expected = number.get((row + 1, column + 1))
        if expected is None:
            continue
        north_west = shapely.get_coordinates(_PLAIN.geometry.iloc[expected])[:, :]
        mine = {tuple(c) for c in shapely.get_coordinates(_PLAIN.geometry.iloc[at]).tolist()}
        shared = [c for c in north_west.tolist() if tuple(c) in mine]
        if shared:
            inner += 1
            assert find_cells(_PLAIN, np.array([shapely.Point(shared[0])], dtype=object))[0] == (
                expected
            )
    assert inner > 15


@given(
    lon=st.floats(110.0, 110.04),
    lat=st.floats(25.0, 25.02),
    snap=st.sampled_from(["none", "township", "corner", "edge"]),
    pick=st.integers(0, 10_000),
)
@example(lon=110.0, lat=25.000000000000004, snap="township", pick=0)
@settings(max_examples=300, deadline=None)
def test_every_point_has_one_cell_that_touches_it(
    lon: float, lat: float, snap: str, pick: int
) -> None:
    cells = _CELLS
    corners = shapely.get_coordinates(cells.geometry)
    corner = corners[pick % len(corners)]
    if snap == "township":
        lon = 110.02
    if snap in {"corner", "edge"}:
        lon = corner[0]
    if snap == "corner":
        lat = corner[1]
    point = shapely.Point(min(max(lon, 110.0), 110.04), min(max(lat, 25.0), 25.02))
    found = find_cells(cells, np.array([point], dtype=object))
    assert found[0] >= 0
    assert cells.geometry.iloc[found[0]].distance(point) < 1e-9
    if snap == "township":
        assert cells["township_id"].iloc[found[0]] == "450305002"  # the one to the east


def test_a_point_outside_has_none() -> None:
    points = np.array([shapely.Point(109.9999, 25.01), None, shapely.Point()], dtype=object)
    assert find_cells(_CELLS, points).tolist() == [-1, -1, -1]


def test_no_points_and_no_cells_give_nothing() -> None:
    assert len(find_cells(_CELLS, np.empty(0, dtype=object))) == 0
    nowhere = find_cells(_CELLS.iloc[:0], np.array([shapely.Point(110, 25)], dtype=object))
    assert nowhere.tolist() == [-1]


def _draw() -> gpd.GeoDataFrame:
    """Cut a district of two townships into cells."""
    boundary = gpd.GeoDataFrame(
        {"district_id": ["450305"]}, geometry=[shapely.box(110, 25, 110.04, 25.02)], crs=4326
    )
    townships = gpd.GeoDataFrame(
        {"township_id": ["450305001", "450305002"]},
        geometry=[shapely.box(110, 25, 110.02, 25.02), shapely.box(110.02, 25, 110.04, 25.02)],
        crs=4326,
    )
    return build_cells(boundary, townships, **SIZES)


_CELLS = _draw()
_PLAIN = build_cells(
    gpd.GeoDataFrame(
        {"district_id": ["450305"]}, geometry=[shapely.box(110, 25, 110.04, 25.02)], crs=4326
    ),
    None,
    **SIZES,
)


_OWN = gpd.GeoDataFrame(
    {"cell_id": ["A", "B"]},
    geometry=[shapely.box(110, 25, 110.03, 25.02), shapely.box(110.025, 25, 110.035, 25.02)],
    crs=4326,
)


def adopt_own(town: dict[str, Layer]) -> gpd.GeoDataFrame:
    return adopt_cells(
        _OWN,
        town["boundary"].table,
        town["townships"].table,
        hot_cell_size_m=3000,
    )


def test_cells_keep_their_name_and_are_cut_at_the_township_line(town: dict[str, Layer]) -> None:
    cells = adopt_own(town)
    held = cells[["township_id", "square_id"]].apply(tuple, axis=1).tolist()
    # A is cut at 110.02; of B the part that A does not hold; the rest is nobody's grid.
    assert sorted(held) == [
        ("450305001", "A"),
        ("450305002", ""),
        ("450305002", "A"),
        ("450305002", "B"),
    ]
    width = {
        key: shape.bounds[2] - shape.bounds[0]
        for key, shape in zip(held, cells.geometry, strict=True)
    }
    assert width[("450305002", "B")] == pytest.approx(0.005)
    assert width[("450305002", "")] == pytest.approx(0.005)


def test_every_metre_has_a_cell(town: dict[str, Layer]) -> None:
    whole = area_m2(town["boundary"].table.geometry.to_numpy())[0]
    assert adopt_own(town)["area_m2"].sum() == pytest.approx(whole, rel=1e-12)
