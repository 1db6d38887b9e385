"""Declared datums, Gauss-Kruger traps and what a file says of itself."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import CRS, Transformer

from qxgeo.datum import gcj02_to_wgs84, normalise_datum, reconcile_datum, to_wgs84
from qxgeo.datum.grids import (
    central_meridian_deg,
    epsg_of_zone,
    explain_degrees,
    find_zone,
    prefix_of,
)
from qxgeo.errors import DatumError

LON, LAT = 110.3089, 25.2708  # 龙隐路小学, the station inside Qixing
ESRI_GK_111 = (
    'PROJCS["CGCS2000_3_Degree_GK_CM_111E",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",'
    'DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],'
    'PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",111.0],PARAMETER["Scale_Factor",1.0],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)


def points(*xy: tuple[float, ...]) -> np.ndarray:
    return np.array([shapely.Point(*one) for one in xy], dtype=object)


def grid(code: int) -> tuple[float, float]:
    """Project the station with GRS80's transverse Mercator written out, not with the EPSG code."""
    crs = CRS.from_epsg(code)
    params = {p.name: p.value for p in crs.coordinate_operation.params}
    proj = (
        f"+proj=tmerc +lat_0=0 +lon_0={params['Longitude of natural origin']} +k=1 "
        f"+x_0={params['False easting']} +ellps=GRS80 +units=m"
    )
    return Transformer.from_crs("+proj=longlat +ellps=GRS80", proj, always_xy=True).transform(
        LON, LAT
    )


def message(error: pytest.ExceptionInfo[DatumError]) -> str:
    return error.value.in_language("zh") + error.value.in_language("en")


@pytest.mark.parametrize("code", [4546, 4525, 4545, 4508, 4497, 4547])
def test_gauss_kruger_with_and_without_prefix_comes_home(code: int) -> None:
    (found,) = to_wgs84(points(grid(code)), f"EPSG:{code}")
    assert abs(found.x - LON) < 1e-9
    assert abs(found.y - LAT) < 1e-9


@pytest.mark.parametrize(
    ("numbers", "declared", "advice"),
    [
        (grid(4525), "EPSG:4546", "EPSG:4525"),
        (grid(4546), "EPSG:4525", "EPSG:4546"),
        (grid(4497), "EPSG:4525", "EPSG:4497"),
        (grid(4546)[::-1], "EPSG:4546", "X 是北坐标"),
        (grid(4525)[::-1], "EPSG:4525", "X 是北坐标"),
        (grid(4525)[::-1], "wgs84", "EPSG:4525"),
        ((LON, LAT), "EPSG:4546", "wgs84"),
        (grid(4525), "cgcs2000", "EPSG:4525"),
        (grid(4546), "gcj02", "EPSG:4546"),
        ((12_279_000.0, 2_900_000.0), "wgs84", "EPSG:3857"),
    ],
)
def test_numbers_that_contradict_the_declaration_name_the_fitting_one(
    numbers: tuple[float, float], declared: str, advice: str
) -> None:
    with pytest.raises(DatumError) as error:
        to_wgs84(points(numbers), declared, file="站点.csv")
    assert advice in message(error)
    assert "站点.csv" in message(error)


@pytest.mark.parametrize(
    "datum",
    [
        "xian80",
        "Xi'an"[:2] + "an1980",
        "beijing54",
        "EPSG:4610",
        "EPSG:4214",
        "EPSG:2362",
        "EPSG:2433",
    ],
)
def test_the_two_old_national_datums_are_refused_with_what_to_do(datum: str) -> None:
    with pytest.raises(DatumError) as error:
        to_wgs84(points((LON, LAT)), datum)
    assert "CGCS2000" in message(error)


@pytest.mark.parametrize("datum", ["", "wgs", "EPSG:99999", "EPSG:12", "EPSG:5773", "火星"])
def test_an_unknown_datum_is_refused(datum: str) -> None:
    with pytest.raises(DatumError, match="EPSG:4546"):
        normalise_datum(datum)


@pytest.mark.parametrize(
    ("spelt", "name"),
    [
        ("WGS-84", "wgs84"),
        ("GCJ-02", "gcj02"),
        ("bd_09", "bd09"),
        ("CGCS 2000", "cgcs2000"),
        ("epsg：4490", "cgcs2000"),
        ("EPSG:4326", "wgs84"),
        ("epsg:4546", "EPSG:4546"),
    ],
)
def test_spellings_of_a_datum_meet(spelt: str, name: str) -> None:
    assert normalise_datum(spelt) == name


def test_every_zone_code_has_the_meridian_and_prefix_that_its_number_says() -> None:
    for zone in (*range(13, 24), *range(25, 46)):
        for with_prefix in (True, False):
            crs = CRS.from_epsg(epsg_of_zone(zone, with_prefix=with_prefix))
            params = {p.name: p.value for p in crs.coordinate_operation.params}
            assert params["Longitude of natural origin"] == central_meridian_deg(zone)
            assert params["False easting"] == 500_000 + zone * 1_000_000 * with_prefix
            assert "CGCS2000" in crs.name
    with pytest.raises(ValueError, match="24"):
        epsg_of_zone(24, with_prefix=True)


def test_prefixes_are_read_off_eastings_only() -> None:
    assert prefix_of(37_431_287.0) == 37
    assert prefix_of(431_287.0) == 0
    assert prefix_of(2_797_000.0) is None
    assert prefix_of(99_431_287.0) is None
    assert explain_degrees(110.3, 25.3) is None


def test_a_zone_is_found_by_where_the_numbers_land() -> None:
    x, y = grid(4546)
    assert 4546 in find_zone(np.array([x]), np.array([y]), (109.8, 24.8, 110.8, 25.8))


def test_a_series_keeps_index_name_and_loses_height() -> None:
    series = gpd.GeoSeries([shapely.Point(LON, LAT, 150)], index=["a"], name="place")
    found = to_wgs84(series, "cgcs2000")
    assert list(found.index) == ["a"]
    assert found.name == "place"
    assert found.crs.to_epsg() == 4326
    assert not found.has_z.any()


def test_lines_and_holes_are_converted_vertex_by_vertex() -> None:
    shape = shapely.box(110.3, 25.2, 110.4, 25.3).difference(
        shapely.box(110.32, 25.22, 110.34, 25.24)
    )
    (found,) = to_wgs84(np.array([shape], dtype=object), "gcj02")
    before, after = shapely.get_coordinates(shape), shapely.get_coordinates(found)
    assert np.array_equal(np.column_stack(gcj02_to_wgs84(*before.T)), after)
    assert len(found.interiors) == 1
    assert to_wgs84(np.array([None], dtype=object), "gcj02")[0] is None


def test_another_grid_on_wgs84_is_taken_and_one_without_a_way_refused() -> None:
    x, y = Transformer.from_crs(4326, 32649, always_xy=True).transform(LON, LAT)
    (found,) = to_wgs84(points((x, y)), "EPSG:32649")
    assert abs(found.x - LON) < 1e-9
    local = CRS.from_proj4("+proj=tmerc +lon_0=110 +x_0=500000 +ellps=bessel")
    with pytest.raises(DatumError):
        to_wgs84(points((500_000.0, 2_797_000.0)), reconcile_datum(None, local))


def test_a_position_that_has_no_image_is_named() -> None:
    with pytest.raises(DatumError, match="1000000000"):
        to_wgs84(points((1e9, 2_797_000.0)), "EPSG:32649")


def test_the_own_system_of_a_file_serves_where_nothing_is_declared() -> None:
    esri = CRS.from_wkt(ESRI_GK_111)
    assert reconcile_datum(None, esri) == "EPSG:4546"
    assert reconcile_datum("", CRS.from_epsg(4326)) == "wgs84"
    assert reconcile_datum(None, CRS.from_epsg(4490)) == "cgcs2000"
    own = CRS.from_proj4("+proj=tmerc +lat_0=0 +lon_0=110.5 +k=1 +x_0=500000 +datum=WGS84")
    name = reconcile_datum(None, own)
    (found,) = to_wgs84(points((500_000.0, 2_797_000.0)), name)
    assert abs(found.x - 110.5) < 1e-9


@pytest.mark.parametrize("declared", ["EPSG:4546", "gcj02", "bd09", "cgcs2000", "wgs84"])
def test_gcj02_is_no_contradiction_to_a_file_that_says_wgs84(declared: str) -> None:
    crs = CRS.from_wkt(ESRI_GK_111) if declared.startswith("EPSG") else CRS.from_epsg(4326)
    assert reconcile_datum(declared, crs) == declared


@pytest.mark.parametrize(
    ("declared", "crs"),
    [
        ("EPSG:4547", CRS.from_wkt(ESRI_GK_111)),
        ("EPSG:4525", CRS.from_wkt(ESRI_GK_111)),
        ("wgs84", CRS.from_wkt(ESRI_GK_111)),
        ("gcj02", CRS.from_wkt(ESRI_GK_111)),
        ("EPSG:4546", CRS.from_epsg(4326)),
        (None, None),
        (None, CRS.from_epsg(4610)),
    ],
)
def test_contradictions_and_silence_are_refused(declared: str | None, crs: CRS | None) -> None:
    with pytest.raises(DatumError):
        reconcile_datum(declared, crs, file="路.shp")
