"""New cameras: exact against brute force, bounds that hold, weights as said."""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Geod

from qxgeo.covering import rank_places, solve_cover
from qxgeo.geodesy import area_m2
from qxgeo.patrol.sightlines import next_cameras
from qxgeo.patrol.sightlines.next_cameras import (
    Mast,
    choose_mast,
    choose_next_cameras,
    explain_next_cameras,
)
from qxgeo.patrol.sightlines.viewshed import Eye
from qxgeo.raster.elevation import Elevation

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

GEOD = Geod(ellps="WGS84")
LON, LAT = 110.3, 25.27


def worth(covers: list[Ints], weight: Ints, chosen: Any) -> int:  # noqa: ANN401
    return int(sum(weight[i] for i in {int(i) for place in chosen for i in covers[place]}))


def try_all(covers: list[Ints], weight: Ints, count: int) -> int:
    """Give the best of all choices."""
    every = combinations(range(len(covers)), min(count, len(covers)))
    return max(worth(covers, weight, chosen) for chosen in every)


def chance(seed: int, places: int, samples: int, share: float) -> tuple[list[Ints], Ints]:
    rng = np.random.default_rng(seed)
    sees = rng.random((places, samples)) < share
    return [np.flatnonzero(row) for row in sees], rng.integers(0, 1000, samples)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    places=st.integers(1, 9),
    samples=st.integers(1, 30),
    share=st.floats(0.05, 0.6),
    count=st.integers(1, 5),
)
def test_the_answer_is_the_best_of_all(
    seed: int, places: int, samples: int, share: float, count: int
) -> None:
    covers, weight = chance(seed, places, samples, share)
    chosen, bound = solve_cover(covers, weight, count=count, seed=seed)
    best = try_all(covers, weight, count)
    assert worth(covers, weight, chosen) == best == bound
    assert len(chosen) <= count


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), share=st.floats(0.02, 0.3))
def test_one_more_camera_never_covers_less_and_the_bound_holds(seed: int, share: float) -> None:
    covers, weight = chance(seed, 25, 80, share)
    before = 0
    for count in range(1, 6):
        chosen, bound = solve_cover(covers, weight, count=count, seed=1)
        now = worth(covers, weight, chosen)
        assert before <= now <= bound
        before = now


def test_where_greed_fails_the_solver_does_not() -> None:
    # The largest place covers the middles of the two that together cover everything.
    covers = [np.array([1, 2, 3, 4]), np.array([0, 1, 2]), np.array([3, 4, 5])]
    weight = np.array([3, 2, 2, 2, 2, 3])
    chosen, bound = solve_cover(covers, weight, count=2, seed=1)
    assert (chosen, bound) == ([1, 2], 14)  # greedy: 8 + 3


def test_at_the_limit_of_nodes_the_gap_is_told() -> None:
    covers, weight = chance(3, 40, 200, 0.12)
    chosen, bound = solve_cover(covers, weight, count=6, seed=1, most_nodes=0)
    exact, proved = solve_cover(covers, weight, count=6, seed=1)
    assert worth(covers, weight, chosen) <= worth(covers, weight, exact) == proved <= bound


def test_same_seed_same_answer() -> None:
    covers, weight = chance(5, 40, 200, 0.1)
    first = solve_cover(covers, weight, count=5, seed=7)
    assert solve_cover(covers, weight, count=5, seed=7) == first


def test_nothing_to_see_needs_no_camera() -> None:
    nobody = [np.empty(0, dtype=np.int64)] * 3
    assert solve_cover(nobody, np.array([5, 5]), count=2, seed=1) == ([], 0)
    assert solve_cover([], np.array([5]), count=2, seed=1) == ([], 0)


def test_places_are_ranked_by_what_they_add() -> None:
    covers = [np.array([0]), np.array([0, 1, 2]), np.array([2, 3]), np.array([1])]
    order, gains = rank_places(covers, np.array([1, 1, 1, 5]), [0, 1, 2, 3])
    # Place 2 sees 1 + 5; place 1 then adds samples 0 and 1; the others add nothing.
    assert (order, gains.tolist()) == ([2, 1], [6, 2])


def at(east: float, north: float) -> tuple[float, float]:
    lon, lat, _ = GEOD.fwd(LON, LAT, math.degrees(math.atan2(east, north)), math.hypot(east, north))
    return lon, lat


def lay_row(count: int, **columns: Any) -> gpd.GeoDataFrame:  # noqa: ANN401
    """Lay squares of 500 m in a row from the middle to the east."""
    shapes = [
        shapely.Polygon([at(east, -250), at(east + 500, -250), at(east + 500, 250), at(east, 250)])
        for east in (500.0 * number - 250 for number in range(count))
    ]
    middles = [at(500.0 * number, 0) for number in range(count)]
    return gpd.GeoDataFrame(
        {
            "cell_id": [f"Z{number}" for number in range(count)],
            "area_m2": area_m2(np.array(shapes, dtype=object)),
            "lon": [lon for lon, _ in middles],
            "lat": [lat for _, lat in middles],
            **columns,
        },
        geometry=shapes,
        crs="EPSG:4326",
    )


SHORT = Mast(height_m=20.0, range_m=400.0)  # reaches over a square from its middle


def choose(cells: gpd.GeoDataFrame, count: int, **facts: Any) -> Any:  # noqa: ANN401
    defaults: dict[str, Any] = {"eyes": [], "elevation": None, "mast": SHORT, "seed": 1}
    defaults |= facts
    eyes = defaults.pop("eyes")
    return choose_next_cameras(cells, eyes, count=count, **defaults)


def test_risk_draws_the_first_camera() -> None:
    cells = lay_row(5, risk=[10.0, 0.0, 20.0, 0.0, 80.0], water_share=0.0)
    found = choose(cells, 2)
    assert found.places["cell_id"].tolist() == ["Z4", "Z2"]
    # Squares of 0.25 km2 that a circle of 400 m around the middle covers wholly: 80 and 20 of 100.
    assert found.places["new_km2"].tolist() == pytest.approx([0.25 * 0.8, 0.25 * 0.2], rel=0.01)
    assert found.covered == pytest.approx(found.places["new_km2"].sum())
    assert (found.gap, found.bound) == (0.0, found.covered)
    assert found.places["rank"].tolist() == [1, 2]


def test_water_weighs_nothing_and_bears_no_mast() -> None:
    cells = lay_row(
        3,
        risk=[90.0, 50.0, 0.0],
        water_share=[0.9, 0.0, 1.0],
        risk_class=["low", "low", "water"],
    )
    found = choose(cells, 3)
    # 0.25 x 0.5 of the second, then 0.25 x 0.1 x 0.9 of the first; the third is no place.
    assert found.places["cell_id"].tolist() == ["Z1", "Z0"]
    assert found.covered == pytest.approx(0.25 * 0.5 + 0.25 * 0.1 * 0.9, rel=0.01)
    notes = explain_next_cameras(found, cells, count=3)
    assert "of 3 places asked for only 2" in notes[1].en


def test_what_is_seen_today_adds_nothing() -> None:
    cells = lay_row(2)
    today = Eye(lon=cells["lon"][0], lat=cells["lat"][0], height_m=20.0, range_m=400.0)
    found = choose(cells, 1, eyes=[today])
    assert found.places["cell_id"].tolist() == ["Z1"]
    # The eye of today reaches 150 m over the edge: an arc of half-width 400, 250 m from its middle.
    over = 400**2 * math.acos(250 / 400) - 250 * math.sqrt(400**2 - 250**2)
    assert found.covered == pytest.approx(0.25 - over / 1e6, rel=0.03)
    assert "no risk is known" in explain_next_cameras(found, cells, count=1)[0].en
    everything = Eye(lon=LON, lat=LAT, height_m=20.0, range_m=5_000.0)
    nothing = choose(cells, 2, eyes=[everything])
    assert len(nothing.places) == 0
    assert (nothing.covered, nothing.bound, nothing.gap) == (0.0, 0.0, 0.0)


def test_a_valley_behind_a_wall_needs_its_own_camera() -> None:
    # A wall of 200 m runs north to south between the first and the second of two squares.
    away = np.arange(-60, 121) * 12.5
    east, _ = np.meshgrid(away, away)
    wall = Elevation(
        heights_m=np.where(np.isclose(east, 250.0), 200.0, 0.0),
        transform=(12.5, 0.0, away[0] - 6.25, 0.0, -12.5, -away[0] + 6.25),
        crs=CRS.from_proj4(f"+proj=aeqd +lat_0={LAT} +lon_0={LON} +datum=WGS84"),
        pixel_m=12.5,
    )
    cells, far = lay_row(2), Mast(height_m=20.0, range_m=1_000.0)
    open_ground = choose(cells, 1, mast=far)
    assert open_ground.covered == pytest.approx(0.5, rel=0.01)
    walled = choose(cells, 1, mast=far, elevation=wall)
    assert walled.covered == pytest.approx(0.25, rel=0.12)  # and the wall's own pixels
    both = choose(cells, 2, mast=far, elevation=wall)
    assert len(both.places) == 2
    assert both.covered > 0.45


def test_cells_smaller_than_the_samples_still_count() -> None:
    big = lay_row(2)
    middle = at(3_000, 0)
    speck = shapely.box(middle[0], middle[1], middle[0] + 1e-5, middle[1] + 1e-5)
    cells = gpd.GeoDataFrame(
        {
            "cell_id": [*big["cell_id"], "speck"],
            "area_m2": [*big["area_m2"], area_m2(np.array([speck]))[0]],
            "lon": [*big["lon"], speck.centroid.x],
            "lat": [*big["lat"], speck.centroid.y],
        },
        geometry=[*big.geometry, speck],
        crs="EPSG:4326",
    )
    found = choose(cells, 3)
    assert found.places["cell_id"].tolist()[-1] == "speck"
    assert found.covered == pytest.approx(cells["area_m2"].sum() / 1e6, rel=0.001)


def test_of_too_many_cells_the_weightiest_around_are_candidates(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(next_cameras, "_MOST_PLACES", 3)
    cells = lay_row(12, risk=[float(10 * (number % 5) + 1) for number in range(12)])
    found = choose(cells, 6)
    # 3 km2 by 3 are squares of a kilometre: each holds two cells of the row at most, and the
    # weightier one is the candidate.
    assert 3 <= len(found.places) <= 6
    assert "Z4" in set(found.places["cell_id"])  # risk 41, against 31 and 1 beside it
    assert "Z5" not in set(found.places["cell_id"])  # risk 1, against 41 and 11 beside it
    assert "weightiest" in explain_next_cameras(found, cells, count=6)[0].en


@pytest.mark.parametrize(("pairs", "count"), [(40, 12), (1, 2)])
def test_where_samples_are_sparse_no_weight_is_lost(
    monkeypatch: pytest.MonkeyPatch, pairs: int, count: int
) -> None:
    monkeypatch.setattr(next_cameras, "_MOST_PAIRS", pairs)
    cells = lay_row(count)
    found = choose(cells, 1, mast=Mast(height_m=20.0, range_m=9_000.0))
    assert found.covered == pytest.approx(cells["area_m2"].sum() / 1e6, abs=1e-4)


def test_the_mast_is_the_median_of_today_unless_the_district_decides() -> None:
    devices = gpd.GeoDataFrame(
        {
            "kind": ["camera", "camera", "camera", "drone"],
            "height_m": [10.0, 30.0, 12.0, 120.0],
            "range_m": [500.0, 3000.0, 700.0, 9000.0],
        }
    )
    assert choose_mast(devices, camera_range_m=None)[0] == Mast(height_m=12.0, range_m=700.0)
    decided, note = choose_mast(devices, camera_range_m=900.0)
    assert decided == Mast(height_m=12.0, range_m=900.0)
    assert "decided by the district" in note.en
    assert choose_mast(devices.iloc[3:], camera_range_m=900.0)[0] is None
