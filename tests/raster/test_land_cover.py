"""Land cover: partial pixels count by their part, and what is unknown is said."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import rasterio
import shapely
from rasterio.transform import Affine

from qxgeo.errors import DatumError, ReadError
from qxgeo.raster.land_cover import read_land_cover

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

CLASSES = {"water": [1], "cropland": [2, 3]}
WATER, RICE, MAIZE, TOWN, NODATA = 1, 2, 3, 9, 0


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Give the function that writes a raster."""

    def write(codes: Any, **profile: Any) -> Path:  # noqa: ANN401
        array = np.asarray(codes, dtype="uint8")
        array = array if array.ndim == 3 else array[np.newaxis]
        path = tmp_path / "cover.tif"
        defaults: dict[str, Any] = {
            "crs": "EPSG:4326",
            "transform": Affine(0.01, 0, 110.0, 0, -0.01, 25.02),
            "nodata": NODATA,
        }
        with rasterio.open(
            path,
            "w",
            driver="GTiff",
            dtype="uint8",
            count=len(array),
            height=array.shape[1],
            width=array.shape[2],
            **(defaults | profile),
        ) as raster:
            raster.write(array)
        return path

    return write


def boxes(*bounds: tuple[float, float, float, float]) -> NDArray[np.object_]:
    return np.array([shapely.box(*one) for one in bounds], dtype=object)


def test_partial_pixels_count_by_their_part(write: Callable[..., Path]) -> None:
    # Four pixels of 0.01 degrees; the box covers a quarter of the first column, all of the height:
    # half of it water, half rice.
    path = write([[WATER, TOWN], [RICE, MAIZE]])
    shares = read_land_cover(
        path,
        boxes((110.0, 25.0, 110.0025, 25.02), (110.005, 25.0, 110.015, 25.01)),
        classes=CLASSES,
    )
    assert shares["water_share"].tolist() == pytest.approx([0.5, 0.0])
    assert shares["cropland_share"].tolist() == pytest.approx([0.5, 1.0])
    assert shares["unknown_share"].tolist() == [0.0, 0.0]


def test_pixels_without_data_are_unknown_and_no_class(write: Callable[..., Path]) -> None:
    path = write([[WATER, NODATA], [WATER, NODATA]])
    shares = read_land_cover(path, boxes((110.0, 25.0, 110.02, 25.02)), classes=CLASSES)
    assert shares.loc[0].to_dict() == pytest.approx(
        {"water_share": 0.5, "cropland_share": 0.0, "unknown_share": 0.5}
    )


def test_what_lies_beyond_the_raster_is_unknown(write: Callable[..., Path]) -> None:
    path = write([[RICE, RICE], [RICE, RICE]])
    beyond = boxes((110.01, 25.0, 110.05, 25.02), (110.3, 25.3, 110.4, 25.4))
    shares = read_land_cover(path, beyond, classes=CLASSES)
    assert shares["unknown_share"].tolist() == pytest.approx([0.75, 1.0])
    assert shares["cropland_share"].iloc[0] == pytest.approx(0.25)
    assert shares.loc[1, ["water_share", "cropland_share"]].isna().all()


def test_a_projected_raster_gives_the_same_shares(write: Callable[..., Path]) -> None:
    # 30 m pixels of UTM 49N, western half rice: a box of which 3/4 lies in the rice.
    half = np.where(np.arange(200) < 100, RICE, TOWN)[np.newaxis].repeat(200, axis=0)
    path = write(half, crs="EPSG:32649", transform=Affine(30, 0, 399_000, 0, -30, 2_768_000))
    from pyproj import Transformer

    back = Transformer.from_crs("EPSG:32649", "EPSG:4326", always_xy=True)
    corners = [
        (401_250, 2_764_000),
        (402_250, 2_764_000),
        (402_250, 2_766_000),
        (401_250, 2_766_000),
    ]
    polygon = shapely.Polygon([back.transform(x, y) for x, y in corners])
    shares = read_land_cover(path, np.array([polygon], dtype=object), classes=CLASSES)
    assert shares["cropland_share"].iloc[0] == pytest.approx(0.75, abs=1e-5)
    assert shares["unknown_share"].iloc[0] == 0.0


def test_shares_agree_with_a_count_of_many_sampled_points(write: Callable[..., Path]) -> None:
    # 40,000 seeded points in a triangle over random classes: the standard error is 0.0025.
    random = np.random.default_rng(5)
    codes = random.integers(0, 4, (40, 40))
    path = write(codes, transform=Affine(0.001, 0, 110.0, 0, -0.001, 25.04))
    triangle = shapely.Polygon([(110.0013, 25.0007), (110.0381, 25.0123), (110.0102, 25.0391)])
    lon, lat = random.uniform(110, 110.04, 160_000), random.uniform(25, 25.04, 160_000)
    inside = shapely.contains_xy(triangle, lon, lat)
    row = np.floor((25.04 - lat[inside]) / 0.001).astype(int)
    column = np.floor((lon[inside] - 110) / 0.001).astype(int)
    sampled = codes[row, column]
    shares = read_land_cover(path, np.array([triangle], dtype=object), classes=CLASSES).loc[0]
    expected = {
        "water_share": np.mean(sampled == WATER),
        "cropland_share": np.mean((sampled == RICE) | (sampled == MAIZE)),
        "unknown_share": np.mean(sampled == NODATA),
    }
    for name, value in expected.items():
        assert math.isclose(shares[name], value, abs_tol=0.012)


def test_a_raster_of_another_place_is_refused(write: Callable[..., Path]) -> None:
    path = write([[RICE]], transform=Affine(0.01, 0, 121.0, 0, -0.01, 31.0))
    with pytest.raises(DatumError, match="没有重叠"):
        read_land_cover(path, boxes((110.0, 25.0, 110.01, 25.01)), classes=CLASSES)


def test_a_raster_without_a_system_is_refused(write: Callable[..., Path]) -> None:
    with pytest.raises(DatumError, match="没有坐标系"):
        read_land_cover(write([[RICE]], crs=None), boxes((110, 25, 110.01, 25.01)), classes=CLASSES)


def test_several_bands_are_refused(write: Callable[..., Path]) -> None:
    path = write([[[RICE]], [[RICE]]])
    with pytest.raises(ReadError, match="2 个波段"):
        read_land_cover(path, boxes((110, 25, 110.01, 25.01)), classes=CLASSES)


def test_a_file_that_is_no_raster_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cover.tif"
    path.write_text("地类", encoding="utf-8")
    with pytest.raises(ReadError, match=r"cover\.tif"):
        read_land_cover(path, boxes((110, 25, 110.01, 25.01)), classes=CLASSES)


def test_a_file_that_ends_too_early_is_named(write: Callable[..., Path]) -> None:
    path = write([[WATER, RICE], [MAIZE, TOWN]])
    # The pixels of a small GeoTIFF stand at its end, behind the table of contents.
    path.write_bytes(path.read_bytes()[:-2])
    with pytest.raises(ReadError, match="damaged or incomplete") as caught:
        read_land_cover(path, boxes((110.0, 25.0, 110.02, 25.02)), classes=CLASSES)
    assert caught.value.faults[0].file == "cover.tif"
