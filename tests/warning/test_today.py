"""The whole day of the small town: roads, calls, patrol; silence is taken for no answer."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from pyproj import Geod

from qxgeo.district.patrol_entry import default_settings
from qxgeo.errors import InputError
from qxgeo.reports.today.record import today_record
from qxgeo.warning import look_at_today
from qxgeo.warning.calls import expand_units, find_measure, list_calls
from qxgeo.warning.wet import list_roads

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from qxgeo.district import District
    from qxgeo.readers.air_hours import AirHours
    from qxgeo.warning import Today

AT = dt.datetime(2023, 12, 28, 18, 20)  # noqa: DTZ001 - local by contract
GEOD = Geod(ellps="WGS84")


@pytest.fixture(scope="module")
def bulletin(hours_of: Callable[..., AirHours], tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("air") / "hours.csv"
    table = hours_of({"S1": 160.0, "S2": 160.0}).table.rename(columns={"station_id": "站点编码"})
    table.drop(columns="primary").to_csv(file, index=False, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def district(town_today: District) -> District:
    settings = default_settings()
    return replace(
        town_today, patrol=replace(settings, phones={"区城管局": "000-11", "东江办": "000-22"})
    )


@pytest.fixture(scope="module")
def look(district: District, bulletin: Path) -> Callable[..., Today]:
    def looked(**options: Any) -> Today:  # noqa: ANN401
        known: dict[str, Any] = {
            "at": AT, "air_files": [bulletin], "wind_from_deg": 0.0, "wind_speed_ms": 4.0,
        }  # fmt: skip
        return look_at_today(options.pop("district", district), **(known | options))

    return looked


@pytest.fixture(scope="module")
def warned(look: Callable[..., Today]) -> Today:
    return look(warning="orange")


def test_roads_are_the_metres_within_the_radius_counted_once(warned: Today) -> None:
    """R1 runs along 25.01 through S1's and S2's circles; R4, R7 lie inside, R5 and R6 are none."""
    towns = warned.wet.towns.set_index("township_id")
    inside = towns.drop(index="all")
    assert inside["union_m"].sum() == pytest.approx(towns.loc["all", "union_m"], abs=1e-6)
    r7 = GEOD.inv(110.014, 25.011, 110.016, 25.011)[2]
    r4 = GEOD.inv(110.014, 25.009, 110.016, 25.009)[2]
    expected = 2000 + r7  # R1 in S1's circle, R7; the class of R4 is unknown
    assert towns.loc["450305001", "2.2.3-c"] == pytest.approx(expected - _across(110.02), abs=0.5)
    assert towns.loc["450305001", "unknown_m"] == pytest.approx(r4, abs=0.5)


def _across(lon: float) -> float:
    """Metres of R1 within S1's circle that lie east of the township line."""
    return 1000 - float(GEOD.inv(110.015, 25.01, lon, 25.01)[2])


def test_a_rule_for_warnings_waits_for_somebody_to_say_so(
    look: Callable[..., Today], district: District
) -> None:
    bound = replace(district, choices={"2.2.3-c.3": "warning-days"})
    silent, none, red = (look(district=bound, warning=one).wet for one in (None, "none", "red"))
    assert [(rule, state) for rule, _, state in silent.rules] == [("2.2.3-c", "unknown")]
    assert none.rules == ()
    assert none.sections.empty
    assert [(rule, state) for rule, _, state in red.rules] == [("2.2.3-c", "in_force")]
    assert red.towns["union_m"].sum() > 0
    assert silent.towns["union_m"].sum() == 0  # what is unknown is not added up
    assert silent.towns["2.2.3-c"].sum() == pytest.approx(red.towns["2.2.3-c"].sum())


def test_roads_are_listed_with_who_answers(warned: Today) -> None:
    table = list_roads(warned.wet)
    long_road = table[(table["subject_name"] == "长路") & (table["rule_id"] == "2.2.3-c")]
    assert set(long_road["responsible"]) >= {"七星区街道"}
    assert (table["length_m"] > 0).all()


def test_calls_name_each_unit_once_with_its_phone(warned: Today) -> None:
    names = [one.unit for one in warned.calls]
    assert len(names) == len(set(names))
    by_name = {one.unit: one for one in warned.calls}
    assert by_name["区城市管理局"].phone == "000-11"
    assert by_name["东江街道"].phone == "000-22"
    assert "各乡办" not in names
    assert any("2.2.3（牵头）" in text.zh for text in by_name["区城市管理局"].tasks)
    assert any("保持湿润" in text.zh for text in by_name["七星区街道"].tasks)
    assert any("上风向汽修企业 2 处" in text.zh for text in by_name["七星区街道"].tasks)


def test_a_township_that_leads_is_called_for_its_own_ground_alone(warned: Today) -> None:
    """Measure 5.1.1 is led by the townships; a point in the west is no task of the east."""
    places = pd.DataFrame(
        {
            "layer": ["burning_points"], "source_id": ["P1"], "township_id": ["450305001"],
        }
    )  # fmt: skip
    calls = list_calls(warned.plan, warned.district, measures=(), wet=warned.wet, sources=places)
    told = {one.unit for one in calls if any("焚烧、熏腊肉点位" in text.zh for text in one.tasks)}
    assert "七星区街道" in told
    assert not told & {"东江街道", "朝阳乡", "穿山街道办事处", "华侨旅游经济区"}


def test_what_is_unknown_stands_apart_in_the_calls(look: Callable[..., Today]) -> None:
    by_name = {one.unit: one for one in look(warning=None).calls}
    office = by_name["区大气办"]
    assert office.tasks == ()
    assert any(text.zh.startswith("7.4.3") for text in office.doubts)


def test_units_that_stand_for_townships_are_named_one_by_one(warned: Today) -> None:
    names = expand_units(warned.plan, ["qx-xiangban", "qx-hq"], {})
    assert len(names) == 6
    assert "朝阳乡" in names
    measure = find_measure(warned.plan, "auto_repair")
    assert measure is not None
    assert measure.measure_id == "1.3.4"
    assert find_measure(warned.plan, "water") is None


def test_without_a_roster_the_hours_stand_alone(warned: Today) -> None:
    assert warned.patrol.windows == ((420, 660), (960, 1260))  # warning and bacon season joined
    assert warned.patrol.cells.empty
    assert any("没有网格员名单" in text.zh for text in warned.patrol.gaps)


def test_the_record_holds_no_name_and_grows_by_one_entry_per_page(warned: Today) -> None:
    first = today_record(warned, page_sha256="a", earlier=[])
    again = today_record(warned, page_sha256="a", earlier=first["log"])
    other = today_record(warned, page_sha256="b", earlier=first["log"])
    assert [len(one["log"]) for one in (first, again, other)] == [1, 1, 2]
    text = json.dumps(other, ensure_ascii=False)
    for secret in ("张三丰", "13800001111", "北厂", "000-11"):
        assert secret not in text
    assert first["measured"]["level"] == "orange"
    assert first["log"][0]["declared"] == "orange"


@pytest.mark.parametrize(
    ("option", "value", "word"),
    [
        ("wind_from_deg", 361.0, "风向"),
        ("wind_from_deg", float("nan"), "风向"),
        ("wind_speed_ms", -1.0, "风速"),
        ("wind_speed_ms", float("inf"), "风速"),
        ("warning", "violet", "没有级别"),
        ("air_files", ["nowhere.csv"], "nowhere"),
    ],
)
def test_bad_input_is_one_sentence(
    look: Callable[..., Today], option: str, value: object, word: str
) -> None:
    with pytest.raises(InputError, match=word) as caught:
        look(**{option: value})
    assert len(caught.value.faults) == 1


def test_roads_that_are_not_in_memory_are_refused(
    look: Callable[..., Today], district: District
) -> None:
    layers = dict(district.layers)
    layers["roads"] = replace(layers["roads"], streamed=object())  # type: ignore[arg-type]
    with pytest.raises(InputError, match="分块判定"):
        look(district=replace(district, layers=layers))


def test_a_folder_of_bulletins_is_its_files(
    look: Callable[..., Today], bulletin: Path, tmp_path: Path
) -> None:
    assert len(look(air_files=[bulletin.parent]).air.stations) == 2
    with pytest.raises(InputError, match="没有逐时数据"):
        look(air_files=[tmp_path])
