"""A whole patrol of the small town, from its layers to every stage."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import rasterio
import shapely
from rasterio.transform import Affine

from qxgeo.errors import InputError
from qxgeo.patrol.planning import plan_patrol
from qxgeo.vocabulary import NO_TOWNSHIP

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from qxgeo.district import District, Layer
    from qxgeo.district.patrol_settings import PatrolSettings
    from qxgeo.patrol.model import Patrol

WEST, EAST = "450305001", "450305002"


def roster(layer_of: Callable[..., Layer], *townships: str) -> Layer:
    """List one person for each township given."""
    rows = [
        {
            "person_id": f"P{number}",
            "name": f"网格员{number}",
            "township": township,
            "is_absent": False,
            "geometry": None,
        }
        for number, township in enumerate(townships, start=1)
    ]
    return layer_of("grid_members", rows)


@pytest.fixture
def plan(
    town: dict[str, Layer],
    layer_of: Callable[..., Layer],
    district_of: Callable[..., District],
    settings_of: Callable[..., PatrolSettings],
) -> Callable[..., Patrol]:
    """Give the function that plans the town with more layers and other settings."""

    def plan(*layers: Layer, options: dict[str, Any] | None = None, **settings: Any) -> Patrol:  # noqa: ANN401
        have = {layer.name for layer in layers}
        more = [] if "grid_members" in have else [roster(layer_of, WEST, WEST, EAST, EAST)]
        kept = [layer for layer in town.values() if layer.name not in have]
        district = replace(district_of(*kept, *layers, *more), patrol=settings_of(**settings))
        return plan_patrol(district, **(options or {}))

    return plan


def points_of(layer_of: Callable[..., Layer], *places: tuple[float, float]) -> Layer:
    rows = [
        {
            "point_id": f"D{number}",
            "name": f"点位{number}",
            "address": None,
            "kind": "焚烧",
            "risk_level": None,
            "service_min": None,
            "geometry": shapely.Point(place),
        }
        for number, place in enumerate(places, start=1)
    ]
    return layer_of("burning_points", rows)


def test_every_cell_of_a_township_has_one_owner_of_that_township(
    plan: Callable[..., Patrol],
) -> None:
    patrol = plan()
    township = dict(zip(patrol.people["person_id"], patrol.people["township_id"], strict=True))
    assert (patrol.cells["person_id"].map(township) == patrol.cells["township_id"]).all()
    assert patrol.assignment.territories["is_connected"].all()
    assert patrol.cells.columns[-1] == "geometry"


def test_the_month_after_the_district_s_day_is_planned(plan: Callable[..., Patrol]) -> None:
    schedule = plan().schedule
    assert (schedule.first_day, schedule.last_day) == (date(2023, 7, 1), date(2023, 7, 31))
    later = plan(options={"first_day": date(2024, 2, 10)}).schedule
    assert later.last_day == date(2024, 2, 29)


def test_december_is_followed_by_january(
    town: dict[str, Layer],
    layer_of: Callable[..., Layer],
    district_of: Callable[..., District],
    settings_of: Callable[..., PatrolSettings],
) -> None:
    district = district_of(*town.values(), roster(layer_of, WEST, EAST), as_of=date(2023, 12, 5))
    schedule = plan_patrol(replace(district, patrol=settings_of())).schedule
    assert schedule.first_day == date(2024, 1, 1)


def test_days_the_wrong_way_round_are_refused(plan: Callable[..., Patrol]) -> None:
    with pytest.raises(InputError, match="起止日期颠倒"):
        plan(options={"first_day": date(2023, 7, 2), "last_day": date(2023, 7, 1)})


def test_more_than_a_year_is_not_planned_at_once(plan: Callable[..., Patrol]) -> None:
    with pytest.raises(InputError, match="366"):
        plan(options={"first_day": date(2023, 7, 1), "last_day": date(2024, 7, 1)})


def test_people_of_one_name_in_a_township_are_pointed_out_by_their_ids(
    plan: Callable[..., Patrol], layer_of: Callable[..., Layer]
) -> None:
    people = roster(layer_of, WEST, WEST, EAST, EAST)
    table = people.table.assign(name=["张三", "张三", "张三", "李四"])
    said = [gap.zh for gap in plan(replace(people, table=table)).gaps if "同名" in gap.zh]
    assert said == ["P1、P2 同名且同属一个乡镇街道：请核对是否同一人"]


def test_one_cell_with_more_than_a_fair_load_explains_the_balance(
    plan: Callable[..., Patrol], layer_of: Callable[..., Layer]
) -> None:
    crowd = points_of(layer_of, *[(110.0151, 25.0101 + number * 1e-5) for number in range(20)])
    patrol = plan(crowd)
    west = next(one for one in patrol.assignment.balances if one.township_id == WEST)
    load_min = patrol.cells.loc[patrol.cells["township_id"] == WEST, "load_min"].max()
    assert load_min > 1.05 * west.mean_load_min
    said = [gap.zh for gap in patrol.gaps if "cell_size_m" in gap.zh]
    assert len(said) == 1
    assert f"{load_min:.1f} 分钟/周" in said[0]
    assert not any("cell_size_m" in gap.zh for gap in plan().gaps)


def test_a_point_gets_the_owner_of_its_cell_and_one_outside_nobody(
    plan: Callable[..., Patrol], layer_of: Callable[..., Layer]
) -> None:
    patrol = plan(points_of(layer_of, (110.015, 25.01), (110.2, 25.2)))
    inside, outside = patrol.points.to_dict("records")
    owner = patrol.cells.set_index("cell_id").loc[inside["cell_id"], "person_id"]
    assert inside["person_id"] == owner != ""
    assert (outside["cell_id"], outside["person_id"]) == ("", "")
    assert any("点位2" in gap.zh for gap in patrol.gaps)


def test_what_is_missing_is_said(plan: Callable[..., Patrol]) -> None:
    said = "\n".join(gap.zh for gap in plan().gaps)
    for word in ("没有范围数据", "没有地类栅格", "卫星火点", "没有摄像头"):
        assert word in said


def test_a_township_without_people_is_listed_or_refused(
    plan: Callable[..., Patrol], layer_of: Callable[..., Layer]
) -> None:
    listed = plan(roster(layer_of, WEST), unassigned="list")
    east = listed.cells["township_id"] == EAST
    assert (listed.cells.loc[east, "person_id"] == "").all()
    assert any("没有负责人" in gap.zh for gap in listed.gaps)
    with pytest.raises(InputError, match="unassigned"):
        plan(roster(layer_of, WEST), unassigned="refuse")


def test_the_assignment_in_force_is_kept(plan: Callable[..., Patrol]) -> None:
    first = plan()
    again = plan(options={"previous": first.assignment.owners.to_dict()})
    assert again.assignment.changes.empty
    assert again.assignment.owners.equals(first.assignment.owners)


def test_people_of_a_township_that_is_not_there_are_refused(
    plan: Callable[..., Patrol], town: dict[str, Layer]
) -> None:
    west = replace(town["townships"], table=town["townships"].table.iloc[[0]])
    with pytest.raises(InputError):
        plan(west)  # two people of the eastern township, which is not there any more


def test_the_user_s_own_grid_takes_the_place_of_squares(
    plan: Callable[..., Patrol], layer_of: Callable[..., Layer]
) -> None:
    grid = layer_of(
        "patrol_cells",
        [
            {"cell_id": f"社区{number}", "name": None, "geometry": shapely.box(
                110 + number * 0.01, 25, 110.01 + number * 0.01, 25.02)}
            for number in range(4)
        ],
    )  # fmt: skip
    patrol = plan(grid)
    assert set(patrol.cells["square_id"]) == {f"社区{number}" for number in range(4)}
    assert NO_TOWNSHIP not in set(patrol.cells["township_id"])


def test_satellite_fires_of_the_file_are_put_into_cells(
    plan: Callable[..., Patrol], tmp_path: Path
) -> None:
    from qxgeo.district.patrol_settings import DataFile

    path = tmp_path / "fires.csv"
    path.write_text(
        "latitude,longitude,acq_date,acq_time,satellite,instrument,confidence,frp\n"
        "25.01,110.015,2023-06-01,0612,N,VIIRS,h,5.0\n"
        "26.01,110.015,2023-06-01,0612,N,VIIRS,h,5.0\n",
        encoding="utf-8",
    )
    one = DataFile(path=path, source="NASA FIRMS", as_of=None, is_demo=False, options={})
    patrol = plan(fires=(one, one))
    assert len(patrol.risk.fires) == 1
    assert patrol.inputs["fires.csv"]
    assert not any("卫星火点" in gap.zh for gap in patrol.gaps)


def test_a_district_put_together_without_settings_is_refused(
    town: dict[str, Layer], district_of: Callable[..., District]
) -> None:
    with pytest.raises(InputError, match="load_district"):
        plan_patrol(district_of(*town.values()))


def test_progress_names_every_stage(plan: Callable[..., Patrol]) -> None:
    stages: list[str] = []
    plan(options={"progress": stages.append})
    assert stages == ["cells", "risk", "territories", "schedule", "routes", "sightlines"]


def test_without_roads_nothing_is_routed_unless_straight_lines_are_asked_for(
    plan: Callable[..., Patrol],
    layer_of: Callable[..., Layer],
    town: dict[str, Layer],
) -> None:
    no_roads = replace(town["roads"], table=town["roads"].table.iloc[:0])
    points = points_of(layer_of, (110.015, 25.01))
    without = plan(points, no_roads)
    assert len(without.routes.unserved) == len(without.schedule.visits) > 0
    straight = plan(points, no_roads, options={"is_straight_line_allowed": True})
    assert straight.routes.unserved.empty
    assert straight.routes.routes["is_straight_line"].all()


def test_the_same_input_gives_the_same_plan(plan: Callable[..., Patrol]) -> None:
    first, second = plan(), plan()
    assert first.assignment.owners.equals(second.assignment.owners)
    assert first.schedule.shifts.equals(second.schedule.shifts)


def test_without_townships_everybody_shares_the_whole_district(
    town: dict[str, Layer],
    layer_of: Callable[..., Layer],
    district_of: Callable[..., District],
    settings_of: Callable[..., PatrolSettings],
) -> None:
    layers = [layer for name, layer in town.items() if name != "townships"]
    district = district_of(*layers, roster(layer_of, "某街道", "另一街道"))
    patrol = plan_patrol(replace(district, patrol=settings_of()))
    assert set(patrol.cells["person_id"]) == {"P1", "P2"}
    assert set(patrol.cells["township_id"]) == {"450305000"}
    (balance,) = patrol.assignment.balances
    assert balance.person_count == 2
    assert any("没有乡镇街道界线" in gap.zh for gap in patrol.gaps)
    assert not any("无人负责" in gap.zh for gap in patrol.gaps)
    assert "townships" not in patrol.inputs


@pytest.mark.parametrize("option", ["first_day", "last_day"])
def test_a_year_without_a_next_one_is_refused(plan: Callable[..., Patrol], option: str) -> None:
    with pytest.raises(InputError, match="check the year"):
        plan(options={option: date(9999, 12, 30)})


def test_codes_that_the_land_cover_does_not_hold_are_a_gap(
    plan: Callable[..., Patrol], tmp_path: Path
) -> None:
    from qxgeo.district.patrol_settings import DataFile

    path = tmp_path / "cover.tif"
    with rasterio.open(
        path, "w", driver="GTiff", dtype="uint8", count=1, height=10, width=10, crs="EPSG:4326",
        transform=Affine(0.01, 0, 109.97, 0, -0.01, 25.05),
    ) as raster:  # fmt: skip
        raster.write(np.full((1, 10, 10), 40, dtype="uint8"))

    def gaps(**classes: list[int]) -> list[str]:
        one = DataFile(path=path, source="x", as_of=None, is_demo=False,
                       options={"classes": classes})  # fmt: skip
        return [gap.zh for gap in plan(land_cover=one).gaps]

    assert any("请核对代码" in gap for gap in gaps(water=[60], cropland=[10]))
    assert not any("请核对代码" in gap for gap in gaps(water=[60], cropland=[40]))
