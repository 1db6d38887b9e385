"""Elevation: only the surroundings are read, what is unknown stays unknown, bad files are named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import rasterio
import shapely
from pyproj import Geod, Transformer
from rasterio.transform import Affine

from qxgeo.errors import ReadError
from qxgeo.geodesy import area_m2
from qxgeo.raster import elevation as module
from qxgeo.raster.elevation import label_pixels, outline_pixels, read_elevation

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# Four columns and three rows of 0.01 degrees from 110 E, 25.03 N.
HEIGHTS = np.array([[100, 110, 120, 130], [200, 210, 220, 230], [300, 310, 320, 330]])
NODATA = -9999
WHOLE = (110.005, 25.005, 110.035, 25.025)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Give the function that writes a raster."""

    def write(heights: Any, *, unit: str = "", **profile: Any) -> Path:  # noqa: ANN401
        array = np.asarray(heights, dtype="float32")
        array = array if array.ndim == 3 else array[np.newaxis]
        path = tmp_path / "dem.tif"
        defaults: dict[str, Any] = {
            "crs": "EPSG:4326",
            "transform": Affine(0.01, 0, 110.0, 0, -0.01, 25.03),
            "nodata": NODATA,
        }
        with rasterio.open(
            path,
            "w",
            driver="GTiff",
            dtype="float32",
            count=len(array),
            height=array.shape[1],
            width=array.shape[2],
            **(defaults | profile),
        ) as raster:
            raster.write(array)
            if unit:
                raster.set_band_unit(1, unit)
        return path

    return write


def height_at(elevation: module.Elevation, lon: float, lat: float) -> float:
    row, column = elevation.find_pixels([lon], [lat])
    return float(elevation.heights_m[round(row[0]), round(column[0])])


def test_heights_stand_where_the_file_has_them(write: Callable[..., Path]) -> None:
    elevation = read_elevation(write(HEIGHTS), bounds=WHOLE, unit="m", margin_m=0)
    for row in range(3):
        for column in range(4):
            lon, lat = 110.005 + 0.01 * column, 25.025 - 0.01 * row
            assert height_at(elevation, lon, lat) == HEIGHTS[row, column]
            where = elevation.find_pixels([lon], [lat])
            back = elevation.find_positions(*where)
            assert (back[0][0], back[1][0]) == pytest.approx((lon, lat), abs=1e-12)


def test_feet_become_metres(write: Callable[..., Path]) -> None:
    elevation = read_elevation(write(HEIGHTS), bounds=WHOLE, unit="ft", margin_m=0)
    assert height_at(elevation, 110.005, 25.025) == pytest.approx(30.48)  # 100 ft of 0.3048 m


def test_scale_and_offset_of_the_file_count(write: Callable[..., Path]) -> None:
    path = write(HEIGHTS)
    with rasterio.open(path, "r+") as raster:
        raster.scales, raster.offsets = (0.1,), (50.0,)
    elevation = read_elevation(path, bounds=WHOLE, unit="m", margin_m=0)
    assert height_at(elevation, 110.035, 25.005) == pytest.approx(330 * 0.1 + 50)


def test_pixels_without_data_are_unknown(write: Callable[..., Path]) -> None:
    holed = HEIGHTS.copy()
    holed[1, 2] = NODATA
    elevation = read_elevation(write(holed), bounds=WHOLE, unit="m", margin_m=0)
    assert np.isnan(height_at(elevation, 110.025, 25.015))
    assert int(np.isnan(elevation.heights_m).sum()) == 1


def test_the_pixel_is_as_large_as_on_the_ground(write: Callable[..., Path]) -> None:
    # The middle pixel lies from 110.02 E, 25.01 N on; its area by another implementation.
    elevation = read_elevation(write(HEIGHTS), bounds=WHOLE, unit="m", margin_m=0)
    pixel = shapely.box(110.02, 25.01, 110.03, 25.02)
    area = abs(Geod(ellps="WGS84").geometry_area_perimeter(pixel)[0])
    assert elevation.pixel_m == pytest.approx(np.sqrt(area), rel=1e-6)


def test_only_the_surroundings_are_read(write: Callable[..., Path]) -> None:
    # A raster of 1,000 x 1,000 pixels of 0.001 degrees; the district is one pixel in its middle.
    rows, columns = np.indices((1000, 1000))
    path = write(rows + columns / 1000, transform=Affine(0.001, 0, 110, 0, -0.001, 26))
    elevation = read_elevation(
        path, bounds=(110.5002, 25.5002, 110.5008, 25.5008), unit="m", margin_m=1000
    )
    # 1,000 m are 0.00904 degrees of latitude and 0.01002 of longitude here: 9 and 10 pixels a side.
    assert elevation.heights_m.shape == (9 + 1 + 9, 10 + 1 + 10)
    assert height_at(elevation, 110.5005, 25.5005) == pytest.approx(499 + 0.5)


def test_a_window_beyond_the_raster_is_unknown(write: Callable[..., Path]) -> None:
    elevation = read_elevation(
        write(HEIGHTS), bounds=(109.985, 25.005, 110.015, 25.045), unit="m", margin_m=0
    )
    assert np.isnan(height_at(elevation, 109.995, 25.025))
    assert np.isnan(height_at(elevation, 110.005, 25.035))
    assert height_at(elevation, 110.005, 25.025) == 100


def test_a_fine_raster_is_averaged(
    write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MOST_PIXELS", 16)
    quarter = np.kron(np.array([[10, 20], [30, 40]]), np.ones((4, 4)))
    quarter += np.tile([[0, 2], [2, 4]], (4, 4))
    path = write(quarter, transform=Affine(0.005, 0, 110, 0, -0.005, 25.04))
    elevation = read_elevation(
        path, bounds=(110.0001, 25.0001, 110.0399, 25.0399), unit="m", margin_m=0
    )
    # Blocks of 2 x 2 pixels hold 0, 2, 2 and 4 more than 10, 20, 30 or 40: 2 on average.
    expected = np.kron([[12, 22], [32, 42]], np.ones((2, 2)))
    np.testing.assert_allclose(elevation.heights_m, expected)
    assert height_at(elevation, 110.035, 25.005) == 42


def test_a_projected_raster_gives_the_same_ground(write: Callable[..., Path]) -> None:
    to_utm = Transformer.from_crs("EPSG:4326", "EPSG:32649", always_xy=True)
    x, y = to_utm.transform(110.02, 25.015)
    path = write(
        np.arange(400.0).reshape(20, 20),
        crs="EPSG:32649",
        transform=Affine(100, 0, x - 1000, 0, -100, y + 1000),
    )
    elevation = read_elevation(
        path, bounds=(110.0199, 25.0149, 110.0201, 25.0151), unit="m", margin_m=500
    )
    lon, lat = to_utm.transform(x + 250, y - 350, direction="INVERSE")
    assert height_at(elevation, lon, lat) == 13 * 20 + 12  # 13 rows down, 12 columns right


def test_a_turned_raster_keeps_its_places(write: Callable[..., Path]) -> None:
    # Columns run 3 east and 1 south, rows 1 west and 3 south, in thousandths of a degree.
    turned = Affine(0.003, -0.001, 110, -0.001, -0.003, 25.03)
    elevation = read_elevation(
        write(HEIGHTS, transform=turned),
        bounds=(110.001, 25.021, 110.009, 25.029),
        unit="m",
        margin_m=0,
    )
    # The middle of row 1, column 2 is 2.5 columns and 1.5 rows from the corner.
    lon, lat = 110 + 2.5 * 0.003 - 1.5 * 0.001, 25.03 - 2.5 * 0.001 - 1.5 * 0.003
    assert height_at(elevation, lon, lat) == 220


def test_pixels_belong_to_the_polygon_around_their_middle(write: Callable[..., Path]) -> None:
    elevation = read_elevation(write(HEIGHTS), bounds=WHOLE, unit="m", margin_m=0)
    # The edge at 110.024 leaves the middle of the third column (110.025) to the second polygon.
    halves = np.array(
        [shapely.box(110, 25.01, 110.024, 25.03), shapely.box(110.024, 25.01, 110.04, 25.03)]
    )
    expected = [[0, 0, 1, 1], [0, 0, 1, 1], [-1, -1, -1, -1]]
    np.testing.assert_array_equal(label_pixels(halves, elevation), expected)


def test_the_outline_of_pixels_runs_along_their_edges(write: Callable[..., Path]) -> None:
    elevation = read_elevation(write(HEIGHTS), bounds=WHOLE, unit="m", margin_m=0)
    chosen = np.array([[True, False], [True, True]])
    outline = outline_pixels(chosen, elevation, row=1, column=1)
    drawn = shapely.union_all(
        [shapely.box(110.01, 25.0, 110.02, 25.02), shapely.box(110.02, 25.0, 110.03, 25.01)]
    )
    assert shapely.equals(shapely.set_precision(outline, 1e-9), shapely.set_precision(drawn, 1e-9))
    holed = np.ones((3, 3), dtype=bool)
    holed[1, 1] = False
    ring = outline_pixels(holed, elevation)
    assert area_m2(np.array([ring]))[0] == pytest.approx(
        area_m2(np.array([shapely.box(110, 25, 110.03, 25.03)]))[0]
        - area_m2(np.array([shapely.box(110.01, 25.01, 110.02, 25.02)]))[0]
    )
    for off_the_grid in ((2, 2), (0, 2), (2, 0)):
        assert outline_pixels(np.zeros(off_the_grid, dtype=bool), elevation).is_empty


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"heights": np.stack([HEIGHTS, HEIGHTS])}, "2 bands"),
        ({"crs": None}, "no reference system"),
        ({"bounds": (120.0, 25.0, 120.1, 25.1)}, "does not overlap"),
        ({"bounds": (109.0, 25.0, 109.1, 25.1)}, "does not overlap"),
        ({"bounds": (110.0, 35.0, 110.1, 35.1)}, "does not overlap"),
        ({"bounds": (110.0, 15.0, 110.1, 15.1)}, "does not overlap"),
        ({"heights": np.full((3, 4), NODATA)}, "no height"),
        ({"heights": HEIGHTS * 100.0}, "33,000 m, which no ground has"),
        ({"nodata": None, "heights": np.where(HEIGHTS == 100, NODATA, HEIGHTS)}, "-9,999 m"),
        ({"unit": "foot"}, 'write unit = "ft"'),
        ({"declared": "cm"}, '"cm" is unknown'),
        ({"crs": "EPSG:2154", "bounds": (110.0, -90.0, 110.1, -89.9)}, "does not overlap"),
    ],
)
def test_a_bad_file_is_named_with_what_to_mend(
    write: Callable[..., Path], change: dict[str, Any], words: str
) -> None:
    facts = dict(change)
    heights = facts.pop("heights", HEIGHTS)
    bounds, declared = facts.pop("bounds", WHOLE), facts.pop("declared", "m")
    path = write(heights, **facts)
    with pytest.raises(ReadError, match=r"dem\.tif") as caught:
        read_elevation(path, bounds=bounds, unit=declared, margin_m=100)
    assert words in caught.value.in_language("en")
    assert all(fault.file == "dem.tif" and fault.mend.zh for fault in caught.value.faults)


def test_a_file_that_is_no_raster_is_named(tmp_path: Path) -> None:
    path = tmp_path / "dem.tif"
    path.write_text("高程,100", encoding="utf-8")
    with pytest.raises(ReadError, match="not a raster that can be read"):
        read_elevation(path, bounds=WHOLE, unit="m", margin_m=0)


def test_a_file_that_ends_too_early_is_named(write: Callable[..., Path]) -> None:
    path = write(HEIGHTS)
    # The pixels of a small GeoTIFF stand at its end, behind the table of contents.
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ReadError, match="damaged or incomplete") as caught:
        read_elevation(path, bounds=WHOLE, unit="m", margin_m=0)
    assert caught.value.faults[0].file == "dem.tif"


def test_the_real_elevation_covers_the_west_of_qixing(external_data: Path) -> None:
    path = external_data / "terrain" / "oldcity_alos12m.tif"
    elevation = read_elevation(path, bounds=(110.28, 25.2, 110.42, 25.3), unit="m", margin_m=1000)
    assert elevation.pixel_m == pytest.approx(12.5, rel=1e-3)
    assert not np.isnan(height_at(elevation, 110.30, 25.27))
    assert np.isnan(height_at(elevation, 110.41, 25.27))  # east of 110.370 it has nothing
    assert np.nanmax(elevation.heights_m) < 500
