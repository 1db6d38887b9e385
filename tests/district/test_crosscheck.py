"""Layers that do not fit each other, drawn around the small town."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
import shapely
from pyproj import Geod

from qxgeo.district.crosscheck import check_together

if TYPE_CHECKING:
    from collections.abc import Callable

    from qxgeo.district import Layer
    from qxgeo.district.crosscheck import Findings

DAY = date(2023, 6, 30)
KARNEY = Geod(ellps="WGS84")


@pytest.fixture
def check(town: dict[str, Layer]) -> Callable[..., Findings]:
    """Give a function that checks the town with some layers in place of its own."""

    def together(*layers: Layer, as_of: date = DAY) -> Findings:
        return check_together({**town, **{one.name: one for one in layers}}, as_of=as_of)

    return together


def _moved(layer: Layer, change: Callable[[object], object]) -> Layer:
    return replace(layer, table=layer.table.set_geometry(change(layer.table.geometry)))


def _townships(town: dict[str, Layer], *shapes: shapely.Geometry, accuracy_m: float) -> Layer:
    rows = {
        "township_id": [f"45030500{n}" for n in range(len(shapes))],
        "name": ["甲", "乙", "丙"][: len(shapes)],
    }
    table = gpd.GeoDataFrame(rows, geometry=list(shapes), crs="EPSG:4326")
    return replace(town["townships"], table=table, accuracy_m=accuracy_m)


def test_the_town_itself_has_no_fault(check: Callable[..., Findings]) -> None:
    assert check().faults == {}


def test_swapped_axes_are_named_as_the_cause(
    check: Callable[..., Findings], town: dict[str, Layer]
) -> None:
    swapped = _moved(
        town["stations"],
        lambda shapes: gpd.GeoSeries(shapely.points(shapes.y, shapes.x), crs="EPSG:4326"),
    )
    (fault,) = check(swapped).faults["stations"]
    assert "颠倒" in fault.mend.zh
    assert "swapped" in fault.mend.en
    assert fault.file == "stations.csv"


def test_a_layer_of_another_city_is_refused(
    check: Callable[..., Findings], town: dict[str, Layer]
) -> None:
    shanghai = _moved(town["roads"], lambda shapes: shapes.translate(11.4, 6.2))
    (fault,) = check(shanghai).faults["roads"]
    assert "datum" in fault.mend.zh
    assert "50" in fault.problem.en


def test_some_far_features_are_a_note(
    check: Callable[..., Findings], town: dict[str, Layer]
) -> None:
    table = town["roads"].table
    shapes = table.geometry.copy()
    shapes.iloc[0] = shapely.affinity.translate(shapes.iloc[0], 5, 0)
    found = check(replace(town["roads"], table=table.set_geometry(shapes)))
    assert found.faults == {}
    assert "1 个要素" in found.notes["roads"][0].zh


def test_a_layer_beside_the_fence_is_judged_by_ground_distance(
    check: Callable[..., Findings], town: dict[str, Layer]
) -> None:
    # The town ends at 110.04 E, 25.02 N. 40 km east of that is near, 60 km is not.
    for distance_m, is_refused in ((40_000, False), (60_000, True)):
        lon, lat, _ = KARNEY.fwd(110.04, 25.01, 90, distance_m)
        table = town["roads"].table.iloc[[0]]
        line = shapely.LineString([(lon, lat), (lon + 0.001, lat)])
        found = check(replace(town["roads"], table=table.set_geometry([line], crs="EPSG:4326")))
        assert ("roads" in found.faults) is is_refused


def test_an_empty_layer_is_a_note(check: Callable[..., Findings], town: dict[str, Layer]) -> None:
    empty = replace(town["roads"], table=town["roads"].table.iloc[:0])
    found = check(empty)
    assert found.faults == {}
    assert "没有任何行" in found.notes["roads"][0].zh


def test_overlapping_townships_are_refused_with_names_and_area(
    check: Callable[..., Findings], town: dict[str, Layer]
) -> None:
    west, east = shapely.box(110, 25, 110.021, 25.02), shapely.box(110.02, 25, 110.04, 25.02)
    (fault,) = check(_townships(town, west, east, accuracy_m=50)).faults["townships"]
    common = shapely.box(110.02, 25, 110.021, 25.02)
    area_m2 = abs(KARNEY.geometry_area_perimeter(shapely.segmentize(common, 1e-4))[0])
    shown = int(fault.problem.en.split(" overlap by ")[1].split(" ")[0].replace(",", ""))
    assert shown == pytest.approx(area_m2, rel=1e-5)
    assert "“甲”与“乙”" in fault.problem.zh


def test_a_sliver_narrower_than_the_accuracy_is_a_note(
    check: Callable[..., Findings], town: dict[str, Layer]
) -> None:
    # 0.0001 degree of longitude at 25 N is 10.1 m wide.
    west, east = shapely.box(110, 25, 110.0201, 25.02), shapely.box(110.02, 25, 110.04, 25.02)
    found = check(_townships(town, west, east, accuracy_m=12))
    assert found.faults == {}
    assert any("重叠" in note.zh for note in found.notes["townships"])
    assert "townships" in check(_townships(town, west, east, accuracy_m=8)).faults


def test_townships_that_share_an_edge_do_not_overlap(check: Callable[..., Findings]) -> None:
    assert not any("重叠" in note.zh for note in check().notes["townships"])


def test_uncovered_ground_and_overhang_are_noted_with_their_areas(
    check: Callable[..., Findings], town: dict[str, Layer]
) -> None:
    # Nothing covers the last quarter (110.03 to 110.04); 0.01 degree sticks out in the west.
    shape = shapely.box(109.99, 25, 110.03, 25.02)
    found = check(_townships(town, shape, accuracy_m=50))
    quarter = shapely.segmentize(shapely.box(110.03, 25, 110.04, 25.02), 1e-4)
    km2 = abs(KARNEY.geometry_area_perimeter(quarter)[0]) / 1e6
    notes = [note.en for note in found.notes["townships"]]
    assert f"{km2:.4f} km2 of the district (25.00%) lie in no township" in notes
    assert f"townships stick out of the district by {km2:.4f} km2, counted as outside" in notes


def test_a_unit_without_territory_is_said_out_loud(check: Callable[..., Findings]) -> None:
    notes = [note.zh for note in check().notes["townships"]]
    assert any("桂林华侨旅游经济区管理委员会" in note and "没有界线" in note for note in notes)


def test_no_station_in_force_is_a_fault_that_names_the_day(
    check: Callable[..., Findings], town: dict[str, Layer]
) -> None:
    table = town["stations"].table.assign(valid_to=date(2020, 1, 1))
    (fault,) = check(replace(town["stations"], table=table)).faults["stations"]
    assert "2023-06-30" in fault.problem.zh


def test_stations_that_cannot_count_are_named_and_counted(
    check: Callable[..., Findings], town: dict[str, Layer]
) -> None:
    table = town["stations"].table
    more = gpd.GeoDataFrame(
        {
            "station_id": ["P", "Q", "R"],
            "name": ["无坐标站", "停了的站", "省控站"],
            "control_level": ["national", "national", "provincial"],
            "status": [None, "停运", None],
        },
        geometry=[None, shapely.Point(110.01, 25.01), shapely.Point(110.02, 25.01)],
        crs="EPSG:4326",
    )
    both = gpd.GeoDataFrame(
        {
            column: [*table[column], *more.get(column, [None] * 3)]
            for column in table.columns.drop("geometry")
        },
        geometry=[*table.geometry, *more.geometry],
        crs="EPSG:4326",
    )
    notes = [note.zh for note in check(replace(town["stations"], table=both)).notes["stations"]]
    assert "2023-06-30 在用的国控站点 2 个，共 6 个" in notes
    assert "1 个站点没有坐标，不计：无坐标站" in notes
    assert "1 个站点已停用但无停运日期，不计：停了的站" in notes
    assert "1 个站点不是国控站点，不计：省控站" in notes
