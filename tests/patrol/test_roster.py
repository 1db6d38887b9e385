"""People of a roster: townships by any of their names, hours, days off, bases; and bad rosters."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely

from qxgeo.district import load_district, survey_district
from qxgeo.errors import InputError
from qxgeo.patrol.columns import PEOPLE_COLUMNS
from qxgeo.patrol.roster import list_people
from qxgeo.schemas import GRID_MEMBERS
from qxgeo.vocabulary import NO_TOWNSHIP

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from qxgeo.district import District, Layer

Build = "Callable[..., District]"


@pytest.fixture
def build(
    town: dict[str, Layer], layer_of: Callable[..., Layer], district_of: Callable[..., District]
) -> Callable[..., District]:
    """Give a function that builds the small town with a roster of some rows."""

    def with_people(*rows: dict[str, Any], **facts: Any) -> District:  # noqa: ANN401 - any fact of a layer
        nothing = dict.fromkeys((*GRID_MEMBERS.columns, "geometry"))
        people = [
            nothing | {"person_id": f"P{number}", "name": f"甲{number}"} | row
            for number, row in enumerate(rows)
        ]
        return district_of(*town.values(), layer_of("grid_members", people, **facts))

    return with_people


def test_columns_are_those_of_the_contract_and_hours_become_minutes(build: Build) -> None:
    district = build(
        {
            "township": "东江街道",
            "capacity_h": 37.5,
            "days_off": "周六、周日",
            "phone": "000-1",
            "geometry": shapely.Point(110.03, 25.01),
        },
        {"township": "450305001", "is_absent": True},
    )
    people = list_people(district)
    assert list(people.columns) == list(PEOPLE_COLUMNS)
    assert {name: str(dtype) for name, dtype in people.dtypes.items()} == PEOPLE_COLUMNS
    first, second = people.to_dict("records")
    assert first["township_id"] == "450305002"
    assert first["capacity_min"] == 2250.0  # 37.5 hours of 60 minutes
    assert first["days_off"] == (5, 6)
    assert (first["base_lon"], first["base_lat"], first["is_absent"]) == (110.03, 25.01, False)
    assert (second["township_id"], second["is_absent"], second["phone"]) == ("450305001", True, "")
    assert np.isnan([second["capacity_min"], second["base_lon"], second["base_lat"]]).all()
    assert second["days_off"] == ()


@pytest.mark.parametrize(
    ("written", "township_id"),
    [
        ("七星区街道", "450305001"),
        ("七星街道", "450305001"),  # an alias of the plan's unit
        ("七星街道办事处", "450305001"),
        ("七星", "450305001"),
        ("东江街道办事处", "450305002"),
        ("东江 街道办", "450305002"),
        ("东江街办", "450305002"),
        ("东江办事处", "450305002"),
        ("东江办", "450305002"),
        ("东江", "450305002"),
        ("４５０３０５００２", "450305002"),
        ("450305002000", "450305002"),  # 12 digits
        ("华侨旅游经济区", "450305400"),  # the plan's name of a unit without territory
        ("桂林华侨旅游经济区管理委员会", "450305400"),
    ],
)
def test_a_township_is_known_by_any_of_its_names(
    build: Build, written: str, township_id: str
) -> None:
    assert list_people(build({"township": written}))["township_id"].tolist() == [township_id]


def test_a_unit_of_the_plan_that_is_no_township_here_is_unknown(build: Build) -> None:
    for written in ("朝阳乡", "区城市管理局", "各乡办", "450305999", "450306001", ""):
        with pytest.raises(InputError, match="乡镇街道图层"):
            list_people(build({"township": written}))


def test_a_stem_that_two_townships_share_is_not_guessed(
    build: Build, town: dict[str, Layer]
) -> None:
    district = build({"township": "东江"})
    table = town["townships"].table.assign(name=["东江乡", "东江街道", "华侨"])
    doubled = {**district.layers, "townships": replace(town["townships"], table=table)}
    with pytest.raises(InputError, match="东江"):
        list_people(replace(district, layers=doubled))
    both = build({"township": "东江乡"}, {"township": "东江街道"})
    named = list_people(replace(both, layers={**both.layers, "townships": doubled["townships"]}))
    assert named["township_id"].tolist() == ["450305001", "450305002"]


def test_unknown_townships_are_named_with_row_column_and_the_nearest_name(build: Build) -> None:
    district = build({"township": "东江街"}, {"township": "东河街道"}, {"township": "火星"})
    roster = replace(district.layers["grid_members"], rows=(3, 5, 4))
    with pytest.raises(InputError) as caught:
        list_people(replace(district, layers={**district.layers, "grid_members": roster}))
    faults = caught.value.faults
    assert [(one.file, one.row, one.column) for one in faults] == [
        ("grid_members.csv", 3, "township"),
        ("grid_members.csv", 4, "township"),
        ("grid_members.csv", 5, "township"),
    ]
    assert "东江街道" in faults[0].mend.zh
    assert "七星区街道" in faults[1].mend.zh  # nothing is near: all are listed
    assert "甲2" in faults[1].problem.zh
    assert "东江街道" in faults[2].mend.zh


def test_one_person_twice_under_two_names_of_a_township_is_refused(build: Build) -> None:
    rows = (
        {"person_id": "row-0002", "name": "张三", "township": "东江街道"},
        {"person_id": "row-0003", "name": "张三", "township": "东江街道办事处"},
        {"person_id": "row-0004", "name": "张三", "township": "七星区街道"},
    )
    with pytest.raises(InputError) as caught:
        list_people(build(*rows))
    assert [fault.column for fault in caught.value.faults] == ["name"]
    with_ids = [row | {"person_id": f"W{number}"} for number, row in enumerate(rows)]
    assert len(list_people(build(*with_ids))) == 3


def test_one_person_under_two_ids_is_known_by_name_and_phone(build: Build) -> None:
    rows = (
        {"person_id": "A1", "name": "张三", "township": "东江街道", "phone": "138 0000-0001"},
        {"person_id": "A2", "name": "张三", "township": "七星区街道", "phone": "13800000001"},
        {"person_id": "A3", "name": "张三", "township": "东江街道", "phone": "13800000002"},
        {"person_id": "A4", "name": "张三", "township": "东江街道", "phone": ""},
    )
    with pytest.raises(InputError) as caught:
        list_people(build(*rows))
    (fault,) = caught.value.faults
    assert fault.column == "person_id"
    assert "A1" in fault.problem.zh
    assert len(list_people(build(rows[0], *rows[2:]))) == 3


def test_somebody_who_is_off_every_day_cannot_own_anything(build: Build) -> None:
    week = "周一、周二、周三、周四、周五、周六、周日"
    with pytest.raises(InputError, match="每天都是休息日"):
        list_people(build({"township": "东江", "days_off": week}))
    six = list_people(build({"township": "东江", "days_off": week[:-3]}))
    assert six["days_off"].tolist() == [(0, 1, 2, 3, 4, 5)]


def test_the_same_id_twice_and_a_wrong_day_come_in_one_error(build: Build) -> None:
    with pytest.raises(InputError) as caught:
        list_people(
            build(
                {"person_id": "A", "township": "东江"},
                {"person_id": "A", "township": "东江", "days_off": "周八"},
            )
        )
    assert sorted(fault.column for fault in caught.value.faults) == ["days_off", "person_id"]


def test_people_are_sorted_by_id_whatever_the_order_of_the_file(build: Build) -> None:
    rows = [
        {"person_id": name, "name": f"乙{name}", "township": "东江"}
        for name in ("B", "10", "A", "9")
    ]
    people = list_people(build(*rows))
    assert people["person_id"].tolist() == ["10", "9", "A", "B"]
    assert people["name"].tolist() == ["乙10", "乙9", "乙A", "乙B"]
    assert people.index.tolist() == [0, 1, 2, 3]
    assert list_people(build(*reversed(rows))).equals(people)


def test_without_townships_everybody_belongs_to_the_whole_district(build: Build) -> None:
    district = build({"township": "随便什么街道"})
    layers = {name: layer for name, layer in district.layers.items() if name != "townships"}
    people = list_people(replace(district, layers=layers))
    assert people["township_id"].tolist() == [NO_TOWNSHIP]


def test_a_district_without_a_roster_says_how_to_give_one(
    build: Build, town: dict[str, Layer], district_of: Build
) -> None:
    with pytest.raises(InputError, match=r"layers\.grid_members") as caught:
        list_people(district_of(*town.values()))
    assert "姓名" in caught.value.faults[0].mend.zh
    district = build({"township": "东江"})
    empty = replace(
        district.layers["grid_members"], table=district.layers["grid_members"].table.iloc[:0]
    )
    with pytest.raises(InputError):
        list_people(replace(district, layers={**district.layers, "grid_members": empty}))


def _add_roster(folder: Path, *rows: str) -> None:
    text = "\n".join(("姓名,乡镇街道,休息日", *rows)) + "\n"
    (folder / "名单.csv").write_text(text, encoding="utf-8")
    with (folder / "district.toml").open("a", encoding="utf-8") as file:
        file.write('[layers.grid_members]\npath = "名单.csv"\nsource = "区城管局"\n')


def test_a_list_of_people_needs_no_datum_and_no_accuracy(town_folder: Path) -> None:
    _add_roster(town_folder, "张三,东江办,周日", "李四,450305001,")
    district = load_district(town_folder)
    layer = district.layers["grid_members"]
    assert (layer.accuracy_m, layer.rows) == (0.0, (2, 3))
    people = list_people(district)
    assert people["name"].tolist() == ["张三", "李四"]
    assert people["township_id"].tolist() == ["450305002", "450305001"]
    assert people["days_off"].tolist() == [(6,), ()]


def test_an_unknown_township_stops_loading_with_its_row(town_folder: Path) -> None:
    _add_roster(town_folder, "张三,东江办,周日", "李四,穿山街道,")
    with pytest.raises(InputError) as caught:
        load_district(town_folder)
    (fault,) = caught.value.faults
    assert (fault.file, fault.row, fault.column) == ("名单.csv", 3, "township")
    survey = survey_district(town_folder)
    assert {one.name: len(one.faults) for one in survey.layers}["grid_members"] == 1
