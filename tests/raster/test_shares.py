"""Shares of cells: known by hand, alike on turned grids, and adding up to the ellipsoid's area."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import rasterio
import shapely
from pyproj import Geod
from rasterio.transform import Affine

from qxgeo.errors import DatumError, OutputError, ReadError
from qxgeo.geodesy import area_m2
from qxgeo.raster.shares import share_cells, write_bands

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

GEOD = Geod(ellps="WGS84")
HAND = Affine(0.01, 0, 110.0, 0, -0.01, 25.02)  # two rows and three columns of 0.01 degrees


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Give the function that writes a raster."""

    def write(codes: Any, **profile: Any) -> Path:  # noqa: ANN401
        array = np.asarray(codes, dtype="uint8")
        path = tmp_path / "cells.tif"
        defaults: dict[str, Any] = {"crs": "EPSG:4326", "transform": HAND, "nodata": 0}
        with rasterio.open(
            path,
            "w",
            driver="GTiff",
            dtype="uint8",
            count=1,
            height=array.shape[0],
            width=array.shape[1],
            **(defaults | profile),
        ) as raster:
            raster.write(array, 1)
        return path

    return write


def boxes(*bounds: tuple[float, float, float, float]) -> NDArray[np.object_]:
    return np.array([shapely.box(*one) for one in bounds], dtype=object)


def box_m2(west: float, south: float, east: float, north: float) -> float:
    """Measure a box of degrees by another engine, its parallels in short steps."""
    shape = shapely.segmentize(shapely.box(west, south, east, north), 0.0002)
    lon, lat = shapely.get_coordinates(shape).T
    return abs(GEOD.polygon_area_perimeter(lon, lat)[0])


def test_partial_cells_are_known_by_hand(write: Callable[..., Path]) -> None:
    path = write([[1, 2, 0], [4, 5, 6]])
    shares = share_cells(path, boxes((110.005, 25.005, 110.0125, 25.02)))
    # Half of the first column and a quarter of the second; all of the first row, half of the next.
    assert shares.row.tolist() == [0, 0, 1, 1]
    assert shares.column.tolist() == [0, 1, 0, 1]
    assert shares.share == pytest.approx([0.5, 0.25, 0.25, 0.125], abs=1e-6)
    assert shares.value.tolist() == [1, 2, 4, 5]
    parts = [
        (110.005, 25.01, 110.01, 25.02),
        (110.01, 25.01, 110.0125, 25.02),
        (110.005, 25.005, 110.01, 25.01),
        (110.01, 25.005, 110.0125, 25.01),
    ]
    expected = [box_m2(*one) for one in parts]
    # A cell counts as of one scale: half of it north of the middle is 2e-5 smaller than half.
    assert shares.area_m2 == pytest.approx(expected, rel=5e-5)
    assert shares.area_m2.sum() == pytest.approx(sum(expected), rel=1e-9)
    assert shares.uncovered_m2.tolist() == [0.0]


def test_ground_beyond_the_raster_is_told(write: Callable[..., Path]) -> None:
    path = write([[1, 2, 3], [4, 5, 6]])
    shares = share_cells(path, boxes((109.99, 25.0, 110.01, 25.02), (110.0, 25.0, 110.01, 25.01)))
    assert shares.uncovered_m2[0] == pytest.approx(box_m2(109.99, 25.0, 110.0, 25.02), rel=1e-6)
    assert shares.uncovered_m2[1] == 0
    covered = shares.area_m2[shares.polygon == 0].sum()
    assert covered == pytest.approx(box_m2(110.0, 25.0, 110.01, 25.02), rel=1e-6)


def test_cells_without_data_are_there_and_have_no_value(write: Callable[..., Path]) -> None:
    shares = share_cells(write([[0, 2, 3], [4, 5, 6]]), boxes((110.0, 25.0, 110.01, 25.02)))
    assert np.isnan(shares.value).tolist() == [True, False]
    assert shares.share == pytest.approx([1, 1])


@pytest.mark.parametrize(
    ("crs", "transform"),
    [
        ("EPSG:4326", Affine(0.001, 0, 109.99, 0, -0.001, 25.03)),
        ("EPSG:32649", Affine(100, 0, 397_000, 0, -100, 2_770_000)),
        ("EPSG:3857", Affine(120, 0, 12_243_000, 0, -120, 2_880_000)),
        ("EPSG:4546", Affine(80, 0, 397_000, 0, -80, 2_771_000)),
        (
            "EPSG:32649",
            Affine.translation(395_000, 2_768_000) @ Affine.rotation(30) @ Affine.scale(90, -90),
        ),
    ],
)
def test_on_any_grid_the_parts_add_up_to_the_polygons(
    write: Callable[..., Path], crs: str, transform: Affine
) -> None:
    path = write(np.ones((150, 150)), crs=crs, transform=transform)
    places = shapely.points([(110.01, 25.005), (110.02, 25.012)])
    polygons = np.asarray(shapely.buffer(places, [0.004, 0.006]), dtype=object)
    shares = share_cells(path, polygons)
    expected = area_m2(polygons)
    summed = np.bincount(shares.polygon, shares.area_m2)
    assert summed + shares.uncovered_m2 == pytest.approx(expected, rel=1e-9)
    assert shares.uncovered_m2.tolist() == [0, 0]
    # Before what is missing was spread, cells of 100 m missed the polygons by a millionth at most.
    assert shares.largest_correction < 1e-6
    assert shares.share.max() <= 1 + 1e-6
    assert shares.value[0] == 1


def test_a_single_cell_is_a_grid_too(write: Callable[..., Path]) -> None:
    shares = share_cells(write([[7]]), boxes((110.0, 25.01, 110.005, 25.02)))
    assert shares.share == pytest.approx([0.5], abs=1e-6)
    assert shares.area_m2 == pytest.approx([box_m2(110.0, 25.01, 110.005, 25.02)], rel=1e-9)
    assert shares.value.tolist() == [7]


def test_blocks_of_rows_change_nothing(
    write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(np.ones((150, 150)), transform=Affine(0.001, 0, 109.99, 0, -0.001, 25.03))
    polygons = boxes((110.0005, 24.9505, 110.0305, 25.0105))
    whole = share_cells(path, polygons)
    monkeypatch.setattr("qxgeo.raster.shares._CELLS_AT_ONCE", 300)
    pieces = share_cells(path, polygons)
    assert pieces.share == pytest.approx(whole.share, abs=1e-7)
    assert pieces.row.tolist() == whole.row.tolist()
    assert pieces.column.tolist() == whole.column.tolist()


def test_a_raster_of_another_place_is_refused(write: Callable[..., Path], tmp_path: Path) -> None:
    path = write([[1]])
    with pytest.raises(DatumError, match="没有重叠"):
        share_cells(path, boxes((112.0, 25.0, 112.1, 25.1)))
    with pytest.raises(DatumError, match="没有坐标系"):
        share_cells(write([[1]], crs=None), boxes((110.0, 25.0, 110.1, 25.1)))
    text = tmp_path / "text.tif"
    text.write_text("no raster")
    with pytest.raises(ReadError, match="不是能读的栅格"):
        share_cells(text, boxes((110.0, 25.0, 110.1, 25.1)))


def test_bands_are_written_at_once_or_not_at_all(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    grid = share_cells(
        write([[1, 2, 3], [4, 5, 6]]), boxes((110.005, 25.005, 110.015, 25.015))
    ).grid
    assert (grid.rows, grid.columns) == (2, 2)
    target = tmp_path / "out.tif"
    values = np.array([[0.5, np.nan], [0.25, 1.0]])
    write_bands(target, grid, {"eligible": values}, tags={"kind": "x"})
    first = target.read_bytes()
    write_bands(target, grid, {"eligible": values}, tags={"kind": "x"})
    assert target.read_bytes() == first
    with rasterio.open(target) as raster:
        assert raster.descriptions == ("eligible",)
        assert raster.tags()["kind"] == "x"
        assert raster.transform == HAND
        assert raster.read(1, masked=True).tolist() == [[0.5, None], [0.25, 1.0]]
    with pytest.raises(OutputError, match="写不出来"):
        write_bands(tmp_path / "nowhere" / "out.tif", grid, {"a": values}, tags={})
    assert sorted(one.name for one in tmp_path.iterdir()) == ["cells.tif", "out.tif"]
