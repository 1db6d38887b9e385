"""Eligible ground on cells: known by hand, alike in sum to the polygons, unknown where unknown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import rasterio
import rasterio.features
from pyproj import CRS, Geod
from rasterio.transform import Affine

from qxgeo.district import ParameterValue, load_district
from qxgeo.errors import InputError
from qxgeo.raster.elevation import Elevation, read_elevation
from qxgeo.siting.area import eligible_area, eligible_share, write_shares

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from qxgeo.district import District, Layer
    from qxgeo.siting.area import EligibleArea

GEOD = Geod(ellps="WGS84")
# Two rows and four columns of 0.01 degrees: the town exactly. Water, rice; no data in one corner.
TOWN_GRID = Affine(0.01, 0, 110.0, 0, -0.01, 25.02)
CODES = [[1, 2, 9, 2], [1, 2, 9, 0]]
CLASSES = {"water": [1], "cropland": [2, 3]}


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Give the function that writes a land cover."""

    def write(codes: Any, **profile: Any) -> Path:  # noqa: ANN401
        array = np.asarray(codes, dtype="uint8")
        path = tmp_path / "cover.tif"
        defaults: dict[str, Any] = {"crs": "EPSG:4326", "transform": TOWN_GRID, "nodata": 0}
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


@pytest.fixture
def area(
    town: dict[str, Layer], layer_of: Callable[..., Layer], district_of: Callable[..., District]
) -> EligibleArea:
    """Prohibit honeycomb coal west of 110.005, which is half of the first column; all is exact."""
    from shapely import box

    zone = {"zone_id": "Z1", "name": "禁燃区", "geometry": box(110.0, 25.0, 110.005, 25.02)}
    far = {"site_id": "B1", "name": "楼", "geometry": box(110.5, 25.5, 110.501, 25.501)}
    layers = [
        *town.values(),
        layer_of("no_fuel_zone", [zone]),
        layer_of("residential_buildings", [far]),
    ]
    exact = [
        replace(layer, accuracy_m=0.0, table=layer.table.assign(accuracy_m=0.0)) for layer in layers
    ]
    known = {"fuel": "蜂窝煤", "setting": "独立", "is_large": False, "stoves": 1, "kind": "粉店"}
    return eligible_area(district_of(*exact), "catering", attributes=known, accuracy_m=0)


def box_km2(west: float, south: float, east: float, north: float) -> float:
    """Measure a box of degrees by another engine."""
    lon = np.concatenate((np.linspace(west, east, 201), np.linspace(east, west, 201)))
    lat = np.repeat((south, north), 201)
    return abs(GEOD.polygon_area_perimeter(lon, lat)[0]) / 1e6


def by(table: Any, *keys: str) -> dict[Any, float]:  # noqa: ANN401
    return table.groupby(list(keys), observed=True)["area_km2"].sum().to_dict()


def test_a_cell_that_a_rule_cuts_counts_by_its_part(
    area: EligibleArea, write: Callable[..., Path]
) -> None:
    shares = eligible_share(area, write(CODES), classes=CLASSES)
    first = shares.cells[(shares.cells["row"] == 0) & (shares.cells["column"] == 0)]
    assert first.set_index("verdict")["share"].to_dict() == pytest.approx(
        {"prohibited": 0.5, "allowed": 0.5}, abs=1e-6
    )
    sums = by(shares.table, "verdict", "land_cover")
    half = box_km2(110.0, 25.0, 110.005, 25.02)
    assert sums["prohibited", "water"] == pytest.approx(half, rel=1e-6)
    assert sums["allowed", "water"] == pytest.approx(half, rel=1e-6)
    assert sums["allowed", "other"] == pytest.approx(2 * half, rel=1e-6)
    assert sums["allowed", "unknown"] == pytest.approx(
        box_km2(110.03, 25.0, 110.04, 25.01), rel=1e-6
    )
    assert set(sums) == {
        ("prohibited", "water"),
        *(("allowed", name) for name in ("water", "cropland", "other", "unknown")),
    }


def test_sums_over_cells_are_those_of_the_polygons(
    area: EligibleArea, write: Callable[..., Path]
) -> None:
    fine = write(
        np.ones((90, 130)), crs="EPSG:32649", transform=Affine(77, 0, 398_000, 0, -77, 2_769_000)
    )
    shares = eligible_share(area, fine)
    assert shares.uncovered_km2 == 0
    keys = ("verdict", "township_id")
    assert by(shares.table, *keys) == pytest.approx(by(area.parts, *keys), rel=1e-6)
    assert set(shares.table["land_cover"]) == {""}  # nobody asked
    assert set(shares.table["slope"]) == {""}


def test_ground_beyond_the_raster_is_unknown(
    area: EligibleArea, write: Callable[..., Path]
) -> None:
    west_half = write([[1, 2], [1, 2]])
    shares = eligible_share(area, west_half, classes=CLASSES)
    east = box_km2(110.02, 25.0, 110.04, 25.02)
    assert shares.uncovered_km2 == pytest.approx(east, rel=1e-6)
    assert by(shares.table, "land_cover")["unknown"] == pytest.approx(east, rel=1e-6)
    assert shares.table["area_km2"].sum() == pytest.approx(area.parts["area_km2"].sum(), rel=1e-9)


def tilted(*, hole: bool) -> Elevation:
    """Make the south of the town steep, one in two, and the north level; 0.001 degrees a pixel."""
    row = np.arange(30)[:, None]
    heights = np.repeat(np.maximum(row - 15, 0) * 55.0, 60, axis=1).astype(float)
    if hole:
        heights[:, :15] = np.nan
    return Elevation(
        heights_m=heights,
        transform=(0.001, 0, 109.99, 0, -0.001, 25.025),
        crs=CRS("EPSG:4326"),
        pixel_m=105.0,
    )


def test_ground_of_unknown_slope_is_unknown_and_steep_ground_is_steeper(
    area: EligibleArea, write: Callable[..., Path]
) -> None:
    shares = eligible_share(
        area, write(CODES), classes=CLASSES, elevation=tilted(hole=True), most_slope_deg=10
    )
    # Rows 0 to 14 are level, row 15 half as steep; 25.025 - 0.015 = 25.01 is where it begins.
    # Heights are missing west of 110.005, and slopes one pixel farther.
    slopes = by(shares.table, "slope")
    assert slopes["within"] == pytest.approx(box_km2(110.006, 25.01, 110.04, 25.02), rel=1e-5)
    assert slopes["steeper"] == pytest.approx(box_km2(110.006, 25.0, 110.04, 25.01), rel=1e-5)
    assert slopes["unknown"] == pytest.approx(box_km2(110.0, 25.0, 110.006, 25.02), rel=1e-5)
    both = by(shares.table, "slope", "land_cover", "verdict")
    assert both["within", "water", "allowed"] == pytest.approx(
        box_km2(110.006, 25.01, 110.01, 25.02), rel=1e-5
    )
    assert shares.table["area_km2"].sum() == pytest.approx(area.parts["area_km2"].sum(), rel=1e-9)


def test_an_elevation_that_ends_leaves_the_rest_unknown(
    area: EligibleArea, write: Callable[..., Path]
) -> None:
    grid = tilted(hole=False)
    cut = replace(grid, heights_m=grid.heights_m[:, :40])  # it ends at 110.03
    shares = eligible_share(area, write(CODES), elevation=cut, most_slope_deg=40)
    assert by(shares.table, "slope") == pytest.approx(
        {
            "within": box_km2(110.0, 25.0, 110.029, 25.02),
            "unknown": box_km2(110.029, 25.0, 110.04, 25.02),
        },
        rel=1e-5,
    )


def test_the_raster_that_is_written_holds_the_shares(
    area: EligibleArea, write: Callable[..., Path], tmp_path: Path
) -> None:
    shares = eligible_share(area, write(CODES), classes=CLASSES)
    target = tmp_path / "eligible.tif"
    write_shares(shares, target)
    with rasterio.open(target) as raster:
        assert raster.descriptions == ("district", "eligible", "prohibited", "allowed")
        eligible = raster.read(2)
        tags = raster.tags()
    assert eligible == pytest.approx(np.array([[0.5, 1, 1, 1], [0.5, 1, 1, 1]]), abs=1e-6)
    assert (tags["kind"], tags["is_complete"], tags["as_of"]) == ("catering", "true", "2023-06-30")
    on_rice = shares.cells["is_eligible"] & (shares.cells["land_cover"] == "cropland")
    write_shares(shares, target, bands={"rice": on_rice.to_numpy(dtype=bool)})
    with rasterio.open(target) as raster:
        assert raster.descriptions == ("district", "rice")
        assert raster.read(2).tolist() == [[0, 1, 0, 1], [0, 1, 0, 0]]


def test_cells_off_the_district_are_no_data(
    area: EligibleArea, write: Callable[..., Path], tmp_path: Path
) -> None:
    around = write(np.ones((4, 6)), transform=Affine(0.0099, 0, 109.9951, 0, -0.0099, 25.0249))
    target = tmp_path / "eligible.tif"
    write_shares(eligible_share(area, around), target)
    with rasterio.open(target) as raster:
        district = raster.read(1)
    assert district.shape == (3, 5)  # the cells over the town alone
    assert district[1, 1] == pytest.approx(1.0)
    assert 0 < district[0, 0] < 0.3


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"classes": {"unknown": [1]}}, "含义"),
        ({"classes": {"water": [1], "river": [1]}}, "已属于"),
        ({"most_slope_deg": 15}, "同时给出"),
        ({"elevation": tilted(hole=False)}, "同时给出"),
    ],
)
def test_what_cannot_be_answered_is_refused(
    area: EligibleArea, write: Callable[..., Path], options: dict[str, Any], told: str
) -> None:
    with pytest.raises(InputError, match=told):
        eligible_share(area, write(CODES), **options)


def test_whole_cells_miss_ground_that_partial_cells_count(
    district_of: Callable[..., District], town: dict[str, Layer], write: Callable[..., Path]
) -> None:
    # The other way to do it: a cell is in where its middle is, or where anything of it is.
    layers = [
        replace(one, accuracy_m=0.0, table=one.table.assign(accuracy_m=0.0))
        for one in town.values()
    ]
    ground = eligible_area(district_of(*layers), "auto_repair", accuracy_m=0)
    closed = ground.parts[ground.parts["verdict"] == "not_newly_approved"]
    side = 0.002
    path = write(np.ones((10, 20)), transform=Affine(side, 0, 110.0, 0, -side, 25.02))
    shares = eligible_share(ground, path)
    expected = closed["area_km2"].sum()
    partial = by(shares.table, "verdict")["not_newly_approved"]
    assert partial == pytest.approx(expected, rel=1e-6)
    cell_km2 = box_km2(110.0, 25.0, 110.002, 25.002)
    whole = {
        any_touch: rasterio.features.rasterize(
            list(closed.geometry),
            out_shape=(10, 20),
            transform=Affine(side, 0, 110.0, 0, -side, 25.02),
            all_touched=any_touch,
        ).sum()
        * cell_km2
        for any_touch in (False, True)
    }
    assert abs(whole[False] - expected) > 1e-3 * expected
    assert whole[True] > 1.1 * expected


def test_qixing_beside_its_hills(external_data: Path, tmp_path: Path) -> None:
    path = external_data / "terrain" / "oldcity_alos12m.tif"
    if not path.is_file():
        pytest.skip("no ALOS elevation in the external data")
    qixing = load_district()
    qixing = replace(
        qixing, parameters={"near_school_m": ParameterValue(value=100, source="牵头单位")}
    )
    ground = eligible_area(qixing, "inspection_agency")
    bounds = tuple(qixing.layers["boundary"].table.total_bounds)
    hills = read_elevation(path, bounds=bounds, unit="m", margin_m=50)
    shares = eligible_share(ground, path, elevation=hills, most_slope_deg=15)
    whole = ground.parts["area_km2"].sum()
    assert shares.table["area_km2"].sum() == pytest.approx(whole, rel=1e-9)
    # The elevation covers 77 % of the district: what lies beyond is of unknown slope.
    assert shares.uncovered_km2 / whole == pytest.approx(0.23, abs=0.01)
    unknown = by(shares.table, "slope")["unknown"]
    assert shares.uncovered_km2 < unknown < 1.05 * shares.uncovered_km2
    write_shares(shares, tmp_path / "shares.tif")
    with rasterio.open(tmp_path / "shares.tif") as raster:
        assert raster.crs.to_epsg() == 32649
        assert np.nanmax(raster.read(2)) == 1.0
