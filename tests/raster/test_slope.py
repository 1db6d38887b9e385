"""Slope of planes in closed form, on grids of any system, and what is not known of it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
import rasterio
import shapely
from pyproj import CRS, Transformer
from rasterio.transform import Affine

from qxgeo.errors import InputError
from qxgeo.geodesy import area_m2
from qxgeo.raster.elevation import Elevation, read_elevation
from qxgeo.raster.slope import measure_slope, outline_slopes

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

PLACE = (110.3, 25.27)
GRIDS = {
    "UTM": ("EPSG:32649", 10.0, 0.0),
    "turned by 30 degrees": ("EPSG:32649", 10.0, 30.0),
    "Gauss-Kruger": ("EPSG:4546", 25.0, 0.0),
    "degrees": ("EPSG:4326", 0.0001, 0.0),
    "web Mercator": ("EPSG:3857", 11.0, 0.0),
}


def tilted(name: str, east_grade: float, north_grade: float, size: int = 41) -> Elevation:
    """Tilt a plane of ground metres about a place, and see it on a grid."""
    crs, step, turn = GRIDS[name]
    x, y = Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(*PLACE)
    middle = Affine.translation(x, y) @ Affine.rotation(turn) @ Affine.scale(step, -step)
    transform = tuple(middle @ Affine.translation(-size / 2, -size / 2))[:6]
    grid = Elevation(
        heights_m=np.zeros((size, size)), transform=transform, crs=CRS(crs), pixel_m=10.0
    )
    row, column = np.mgrid[0:size, 0:size]
    lon, lat = grid.find_positions(row.ravel(), column.ravel())
    # Ground metres by an azimuthal projection from the place, exact to 1e-8 on this small square.
    plane = Transformer.from_crs(
        "EPSG:4326", f"+proj=aeqd +lon_0={PLACE[0]} +lat_0={PLACE[1]} +ellps=WGS84", always_xy=True
    )
    east, north = plane.transform(lon, lat)
    heights = 200 + east_grade * np.asarray(east) + north_grade * np.asarray(north)
    return Elevation(
        heights_m=heights.reshape(size, size), transform=transform, crs=CRS(crs), pixel_m=10.0
    )


@pytest.mark.parametrize("name", GRIDS)
@pytest.mark.parametrize("grades", [(0.3, 0.0), (0.0, -0.1), (0.12, 0.05), (0.0, 0.0)])
def test_a_plane_has_its_slope_everywhere(name: str, grades: tuple[float, float]) -> None:
    slope_deg = measure_slope(tilted(name, *grades))
    expected = math.degrees(math.atan(math.hypot(*grades)))
    assert slope_deg[1:-1, 1:-1] == pytest.approx(expected, abs=1e-4)
    edge = np.concatenate((slope_deg[0], slope_deg[-1], slope_deg[:, 0], slope_deg[:, -1]))
    assert np.isnan(edge).all()


def test_a_cone_is_as_steep_all_around() -> None:
    grid = tilted("UTM", 0.0, 0.0)
    row, column = np.mgrid[-20:21, -20:21]
    cone = Elevation(
        heights_m=np.hypot(row, column) * 10.0 * 0.2,
        transform=grid.transform,
        crs=grid.crs,
        pixel_m=10.0,
    )
    slope_deg = measure_slope(cone)
    far = (np.hypot(row, column) > 10) & ~np.isnan(slope_deg)
    # UTM draws the ground 0.04 % too small here.
    assert slope_deg[far] == pytest.approx(math.degrees(math.atan(0.2)), rel=5e-3)


def test_beside_an_unknown_height_the_slope_is_unknown() -> None:
    grid = tilted("UTM", 0.1, 0.0)
    heights = grid.heights_m.copy()
    heights[20, 20] = np.nan
    holed = Elevation(heights_m=heights, transform=grid.transform, crs=grid.crs, pixel_m=10.0)
    is_unknown = np.isnan(measure_slope(holed))
    expected = np.ones((41, 41), dtype=bool)
    expected[1:-1, 1:-1] = False
    expected[19:22, 19:22] = True
    assert (is_unknown == expected).all()


def test_outlines_hold_the_gentle_pixels_and_the_unknown_ones() -> None:
    # West of the middle the ground is level, east of it it rises by one in five.
    grid = tilted("UTM", 0.0, 0.0)
    column = np.arange(41)
    heights = np.tile(np.maximum(column - 20, 0) * 2.0, (41, 1))
    step = Elevation(heights_m=heights, transform=grid.transform, crs=grid.crs, pixel_m=10.0)
    unknown, gentle = outline_slopes(step, most_deg=5.0)
    pixel_m2 = pixel_area_m2(step)
    # Columns 1 to 19 are level, column 20 half as steep as the slope (5.7 degrees): too steep.
    areas = area_m2(np.array([unknown, gentle], dtype=object))
    assert areas[1] == pytest.approx(19 * 39 * pixel_m2, rel=1e-5)
    assert areas[0] == pytest.approx((41**2 - 39**2) * pixel_m2, rel=1e-5)
    # A straight edge of 390 m on the grid bends by 1.4 mm in degrees.
    common = shapely.intersection(unknown, gentle)
    assert area_m2(np.array([common], dtype=object))[0] < 1.0


def pixel_area_m2(grid: Elevation) -> float:
    """Measure the pixel in the middle."""
    row, column = np.array([19.5, 19.5, 20.5, 20.5]), np.array([19.5, 20.5, 20.5, 19.5])
    lon, lat = grid.find_positions(row, column)
    shape: NDArray[np.object_] = np.array([shapely.Polygon(np.stack((lon, lat), axis=1))])
    return float(area_m2(shape)[0])


@pytest.mark.parametrize("most_deg", [-1.0, 90.0, math.nan])
def test_a_limit_that_is_no_slope_is_refused(most_deg: float) -> None:
    with pytest.raises(InputError, match="坡度"):
        outline_slopes(tilted("UTM", 0.1, 0.0), most_deg=most_deg)


def test_the_hills_of_guilin_are_as_steep_as_on_a_local_plane(external_data: Path) -> None:
    path = external_data / "terrain" / "oldcity_alos12m.tif"
    if not path.is_file():
        pytest.skip("no ALOS elevation in the external data")
    bounds = (110.29, 25.26, 110.33, 25.29)
    grid = read_elevation(path, bounds=bounds, unit="m", margin_m=100)
    slope_deg = measure_slope(grid)
    with rasterio.open(path) as raster:
        step = raster.res[0]
    down, right = np.gradient(grid.heights_m, step)  # two neighbours, UTM metres
    plain_deg = np.degrees(np.arctan(np.hypot(down, right)))
    known = ~np.isnan(slope_deg)
    assert known.mean() > 0.95
    # Another stencil of the same ground: alike on the whole, not pixel by pixel.
    assert np.median(slope_deg[known]) == pytest.approx(np.median(plain_deg[known]), rel=0.1)
    assert np.corrcoef(slope_deg[known], plain_deg[known])[0, 1] > 0.95
    assert slope_deg[known].max() > 45  # the karst towers stand in it
