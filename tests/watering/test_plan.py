"""A day of carts on a chessboard, worked out again from its own legs and runs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from pyproj import Geod

from qxgeo.errors import InputError
from qxgeo.watering.planning import plan_watering
from tests.watering.conftest import board, plain_sheets, street, wet_town, write_sheets

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from qxgeo.district.watering_settings import CartsFile
    from qxgeo.watering.model import WateringPlan

    Writer = Callable[[dict[str, list[list[Any]]]], CartsFile]

GEOD = Geod(ellps="WGS84")
SPRAY_MS, DRIVE_MS = 12 / 3.6, 24 / 3.6
L_PER_M, TANK_L, SETUP_S = 4.0, 6000.0, 120.0
FLOWS = {"P1": 900.0, "J1": 1200.0}
DAY_S = 86_400


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> WateringPlan:
    path = tmp_path_factory.mktemp("carts") / "carts.xlsx"
    return plan_watering(wet_town(board()), carts=write_sheets(path, plain_sheets()))


def dry_minutes(plan: WateringPlan) -> np.ndarray:
    """Walk through two like days minute by minute, each section with the age of its film."""
    interval_min = np.where(plan.drying.is_rain, np.inf, plan.drying.interval_h) * 60
    sprays = plan.legs[plan.legs["task"] == "spray"]
    wetted: dict[int, set[int]] = {}
    for run in plan.runs[plan.runs["task"] == "tour"].itertuples():
        for leg in sprays[sprays["tour"] == run.tour].itertuples():
            begin, end = run.start_s + leg.offset_s, run.start_s + leg.offset_s + leg.duration_s
            middle = int((begin + end) / 2 // 60) % 1440
            wetted.setdefault(leg.section, set()).add(middle)
    dry = np.zeros(len(plan.sections), dtype=int)
    for section in range(len(plan.sections)):
        age = 0.0
        for minute in range(2880):
            hour = minute // 60 % 24
            if minute % 1440 in wetted.get(section, set()) or plan.drying.is_rain[hour]:
                age = 0.0
            age += 1 / interval_min[hour]
            if minute >= 1440 and age > 1.04:  # a spray of a minute and more is met in its middle
                dry[section] += 1
    return dry


def test_every_street_is_a_section_as_long_as_it_is_drawn(plan: WateringPlan) -> None:
    assert len(plan.sections) == 24
    for section in plan.sections.itertuples():
        length = GEOD.geometry_length(section.geometry)
        assert section.length_m == pytest.approx(length, abs=1e-3)
        assert (section.passes, section.directions) == (1, "either")  # 7 m under 8 m of spray
        assert section.litres == pytest.approx(length * L_PER_M, abs=0.01)


def test_the_fleet_keeps_it_and_a_walk_through_the_day_agrees(plan: WateringPlan) -> None:
    assert plan.diagnosis.is_kept
    assert plan.diagnosis.wet_share == 1.0
    assert set(plan.sections["state"]) == {"kept"}
    assert plan.sections["longest_gap"].max() <= 1.0
    assert plan.dry_spells.empty
    assert dry_minutes(plan).max() == 0


def test_lengths_litres_and_times_of_tours_add_up_from_their_legs(plan: WateringPlan) -> None:
    for tour, legs in plan.legs.groupby("tour"):
        row = plan.tours.loc[tour]
        tank, clock, place = TANK_L, 0.0, None
        for leg in legs.itertuples():
            assert leg.offset_s == pytest.approx(clock)
            ends = np.array(leg.geometry.coords)
            if place is not None:
                assert np.abs(ends[0] - place).max() < 2e-7  # it goes on where the last leg ended
            place, clock = ends[-1], clock + leg.duration_s
            if leg.task == "refill":
                assert leg.litres == pytest.approx(TANK_L - tank)
                seconds = SETUP_S + leg.litres / FLOWS[leg.site_id] * 60
                assert seconds <= leg.duration_s + 1e-6 <= seconds + 60  # and a turn before it
                tank = TANK_L
                continue
            assert leg.length_m == pytest.approx(GEOD.geometry_length(leg.geometry), abs=2e-3)
            speed = SPRAY_MS if leg.task == "spray" else DRIVE_MS
            turns = leg.duration_s - leg.length_m / speed
            assert -1e-6 <= turns <= 2 * 45 + 1e-6
            if leg.task == "spray":
                assert leg.litres == pytest.approx(leg.length_m * L_PER_M)
                tank -= leg.litres
            assert leg.tank_l == pytest.approx(tank)
            assert tank >= -1e-6
        assert row["duration_s"] == pytest.approx(clock)
        assert row["spray_m"] == pytest.approx(legs.loc[legs["task"] == "spray", "length_m"].sum())
        assert row["empty_m"] == pytest.approx(legs.loc[legs["task"] == "drive", "length_m"].sum())


def test_one_round_of_all_tours_sprays_every_section_once(plan: WateringPlan) -> None:
    own = plan.tours.loc[~plan.tours["is_transfer"], "tour"]
    sprays = plan.legs[(plan.legs["task"] == "spray") & plan.legs["tour"].isin(own)]
    assert sorted(sprays["section"]) == list(range(24))
    for leg in sprays.itertuples():
        drawn = plan.sections.geometry[leg.section]
        line = drawn if leg.is_forward else drawn.reverse()
        assert leg.geometry.equals_exact(line, 2e-7)


def test_carts_are_where_their_runs_say_in_their_shifts_and_with_their_breaks(
    plan: WateringPlan,
) -> None:
    tours = plan.tours.set_index("tour")
    for cart, runs in plan.runs.groupby("cart_id"):
        end, site = -np.inf, None
        for run in runs.itertuples():
            assert run.start_s >= end - 1e-6
            end = run.end_s
            if run.task in ("tour", "transfer"):
                tour = tours.loc[run.tour]
                assert site in (None, tour["start_site"])
                site = tour["end_site"]
                assert run.end_s - run.start_s == pytest.approx(tour["duration_s"], abs=1e-3)
                assert tour["is_transfer"] == (run.task == "transfer")
        shifts = plan.fleet.shifts[plan.fleet.shifts["cart_id"] == cart]
        for shift in shifts.itertuples():
            mine = runs[runs["driver"] == shift.driver]
            assert (mine["start_s"] >= shift.start_s).all()
            assert (mine["end_s"] <= shift.end_s + 1e-6).all()
            rest = mine[mine["task"] == "break"]
            assert (rest["end_s"] - rest["start_s"]).sum() == pytest.approx(shift.break_s)


def test_what_is_proved_lies_below_what_was_found(plan: WateringPlan) -> None:
    assert 1 <= plan.bound.carts_bound <= plan.bound.carts <= 4
    assert 0 < plan.bound.work_bound_h <= plan.bound.work_h
    working = plan.runs[plan.runs["task"].isin(["tour", "transfer"])]
    hours = (working["end_s"] - working["start_s"]).sum() / 3600
    assert plan.bound.work_h == pytest.approx(hours)
    assert plan.bound.gap == pytest.approx(plan.bound.work_h / plan.bound.work_bound_h - 1)
    metres = plan.sections["length_m"].sum()
    rounds = np.ceil((1 / plan.drying.interval_h).sum())
    least = metres / SPRAY_MS + metres * L_PER_M / 1200 * 60 + metres * L_PER_M / TANK_L * SETUP_S
    assert plan.bound.work_bound_h == pytest.approx(rounds * least / 3600)


def test_the_same_seed_gives_the_same_plan(carts_file: Writer, plan: WateringPlan) -> None:
    again = plan_watering(wet_town(board()), carts=carts_file(plain_sheets()))
    assert again.legs.drop(columns="geometry").equals(plan.legs.drop(columns="geometry"))
    assert again.runs.equals(plan.runs)


def test_one_cart_cannot_and_it_is_said_how_many_more_can(carts_file: Writer) -> None:
    plan = plan_watering(wet_town(board()), carts=carts_file(plain_sheets(1)), weather="hot")
    assert not plan.diagnosis.is_kept
    assert 0 < plan.diagnosis.wet_share < 1
    assert plan.diagnosis.carts_more >= 1
    assert plan.bound.carts_bound <= 1 + plan.diagnosis.carts_more
    late = plan.sections["state"] == "dry_at_times"
    assert sorted(plan.diagnosis.first_sections) == np.flatnonzero(late).tolist()
    assert plan.sections.loc[late, "why_zh"].str.contains("全天共干").all()
    dry = dry_minutes(plan)
    assert (dry[late] > 0).mean() > 0.9
    spells = plan.dry_spells.groupby("section")[["from_s", "to_s"]].sum()
    exact = ((spells["to_s"] - spells["from_s"]) / 60).reindex(range(24), fill_value=0)
    share = 1 - (exact * plan.sections["length_m"]).sum() / plan.sections["length_m"].sum() / 1440
    assert plan.diagnosis.wet_share == pytest.approx(share)
    assert (np.abs(dry - exact) <= 0.1 * exact + 90).all()  # the walk counts a little later


def test_the_fleet_that_was_named_does_it(carts_file: Writer) -> None:
    few = plan_watering(wet_town(board()), carts=carts_file(plain_sheets(1)), weather="hot")
    more = few.diagnosis.carts_more
    assert more >= 1
    sheets = plain_sheets(1 + more)
    enough = plan_watering(wet_town(board()), carts=carts_file(sheets), weather="hot")
    assert enough.diagnosis.is_kept


def test_rain_wets_and_all_day_rain_needs_no_cart(carts_file: Writer) -> None:
    file = carts_file(plain_sheets())
    wet = plan_watering(wet_town(board()), carts=file, weather="rain")
    assert wet.diagnosis.is_kept
    assert not (wet.runs["task"] == "tour").any()
    assert wet.bound.carts_bound == 0
    some = plan_watering(wet_town(board()), carts=file, rain=((10.0, 15.0),))
    assert some.diagnosis.is_kept
    assert dry_minutes(some).max() == 0
    tours = some.runs[some.runs["task"] == "tour"]
    assert not ((tours["start_s"] > 11 * 3600) & (tours["start_s"] < 14 * 3600)).any()


def test_streets_that_no_cart_gets_to_are_named_with_the_reason(carts_file: Writer) -> None:
    rows = [
        *board(),
        street("Island", (-2, 0), (-2, 1)),
        street("Trap", (3, 3), (4, 3), is_oneway=True),
        street("Source", (4, 0), (3, 0), is_oneway=True),
    ]
    plan = plan_watering(wet_town(rows), carts=carts_file(plain_sheets()))
    states = plan.sections.set_index("section_id")
    assert states.loc["Island", "state"] == "never"
    assert "不相通" in states.loc["Island", "why_zh"]
    assert "有进无出" in states.loc["Trap", "why_zh"]
    assert "只出不进" in states.loc["Source", "why_zh"]
    assert states.loc["Trap", "wettings"] == 0
    assert not plan.diagnosis.is_kept
    assert plan.diagnosis.carts_more == -1
    assert len(plan.diagnosis.reasons) == 3
    rest = states.drop(["Island", "Trap", "Source"])
    assert set(rest["state"]) == {"kept"}


def test_a_street_longer_than_a_tank_is_parted_and_said(carts_file: Writer) -> None:
    sheets = plain_sheets()
    for row in sheets["车辆"][1:]:
        row[2] = 0.6  # 600 l, 150 m of spray under streets of 200 m
    plan = plan_watering(wet_town(board()), carts=carts_file(sheets), weather="overcast")
    assert plan.sections["is_long_for_tank"].all()
    assert len(plan.sections) == 48
    pairs = plan.sections.groupby("section_id")
    for _, parts in pairs:
        assert parts["to_m"].iloc[0] == pytest.approx(parts["from_m"].iloc[1])
        assert parts["length_m"].max() <= 150
    assert any("一罐水洒不完" in one.zh for one in plan.diagnosis.reasons)
    sprays = plan.legs[plan.legs["task"] == "spray"]
    assert sprays["tank_l"].min() >= -1e-6


def test_a_wide_street_is_driven_each_way_and_a_one_way_street_twice(carts_file: Writer) -> None:
    rows = board()
    wide = street("Wide", (0, 3), (1, 3), road_class="primary")  # 21 m, three times 8
    rows = [one for one in rows if one["section_id"] != "E03"] + [wide]
    rows = [one | ({"is_oneway": True, "road_class": "secondary"} if one["section_id"] == "E11"
                   else {}) for one in rows]  # fmt: skip
    plan = plan_watering(wet_town(rows), carts=carts_file(plain_sheets()))
    sections = plan.sections.set_index("section_id")
    assert tuple(sections.loc["Wide", ["passes", "directions"]]) == (4, "both")
    assert tuple(sections.loc["E11", ["passes", "directions"]]) == (2, "forward")
    own = plan.tours.loc[~plan.tours["is_transfer"], "tour"]
    sprays = plan.legs[(plan.legs["task"] == "spray") & plan.legs["tour"].isin(own)]
    number = plan.sections.index[plan.sections["section_id"] == "Wide"][0]
    assert sorted(sprays.loc[sprays["section"] == number, "is_forward"]) == [False] * 2 + [True] * 2


def test_what_lies_beyond_the_circle_is_served_to_the_junction_or_not_as_chosen(
    carts_file: Writer,
) -> None:
    out = street("Out", (3, 3), (9, 3))  # runs out of the circle of 1 km
    file = carts_file(plain_sheets())
    whole = plan_watering(wet_town([*board(), out]), carts=file)
    part = plan_watering(wet_town([*board(), out], serve="clip"), carts=file)
    lengths = [plan.sections.set_index("section_id").loc["Out"] for plan in (whole, part)]
    assert lengths[0]["length_m"] == pytest.approx(GEOD.geometry_length(out["geometry"]), abs=1e-3)
    end = lengths[1].geometry.coords[-1]
    assert GEOD.inv(110.013, 25.008, *end)[2] == pytest.approx(1000.0, abs=0.5)
    assert lengths[1]["length_m"] == pytest.approx(
        GEOD.geometry_length(lengths[1].geometry), abs=0.1
    )
    number = part.sections.index[part.sections["section_id"] == "Out"][0]
    sprays = part.legs[part.legs["section"] == number]
    assert len(sprays)
    assert sprays["length_m"].tolist() == pytest.approx([lengths[1]["length_m"]] * len(sprays))
    assert (sprays["litres"] == sprays["length_m"] * L_PER_M).all()


def test_no_water_is_taken_while_a_refill_point_is_closed(carts_file: Writer) -> None:
    sheets = plain_sheets()
    sheets["停车场"] = [row[:2] + row[3:] for row in sheets["停车场"]]  # no water in the depot
    sheets["加水点"][0] += ["开放时间", "关闭时间"]
    sheets["加水点"][1] += ["06:00", "20:00"]
    plan = plan_watering(wet_town(board()), carts=carts_file(sheets))
    refills = plan.legs[plan.legs["task"] == "refill"]
    tours = plan.runs[plan.runs["task"] == "tour"].merge(refills, on="tour")
    assert len(tours)
    begin = tours["start_s"] + tours["offset_s"]
    assert (begin >= 6 * 3600).all()
    assert (begin + tours["duration_s"] <= 20 * 3600 + 1e-6).all()


def test_two_kinds_of_carts_share_the_streets(carts_file: Writer) -> None:
    sheets = plain_sheets()
    for row in sheets["车辆"][3:]:
        row[1:3] = ["乙公司", 3]
    plan = plan_watering(wet_town(board()), carts=carts_file(sheets))
    assert plan.fleet.carts["kind"].tolist() == [0, 0, 1, 1]
    assert set(plan.tours["kind"]) == {0, 1}
    kinds = dict(zip(plan.fleet.carts["cart_id"], plan.fleet.carts["kind"], strict=True))
    tours = plan.tours.set_index("tour")["kind"]
    runs = plan.runs[plan.runs["task"] == "tour"]
    assert all(kinds[run.cart_id] == tours[run.tour] for run in runs.itertuples())
    small = plan.legs["tour"].map(tours) == 1
    assert plan.legs.loc[small, "tank_l"].max() == 3000


def test_a_site_far_from_any_road_is_refused_with_its_row(carts_file: Writer) -> None:
    sheets = plain_sheets()
    sheets["加水点"][1][3] = 110.05
    with pytest.raises(InputError, match=r"\[加水点\] 第 2 行.*离最近的可行车道路.*超过 200 米"):
        plan_watering(wet_town(board()), carts=carts_file(sheets))


def test_a_cart_without_a_shift_is_left_out_and_named(carts_file: Writer) -> None:
    sheets = plain_sheets()
    sheets["班次"] = [row for row in sheets["班次"] if row[0] != "A4"]
    plan = plan_watering(wet_town(board()), carts=carts_file(sheets))
    assert plan.fleet.carts["cart_id"].tolist() == ["A1", "A2", "A3"]
    assert any("A4 没有班次" in one.zh for one in plan.problems)


def test_a_section_takes_the_water_of_the_carts_that_serve_it(carts_file: Writer) -> None:
    sheets = plain_sheets(4)
    for row in sheets["车辆"][3:]:
        row[3] = 0.8  # L/m2 under 8 m: 6.4 L/m, not 4
    plan = plan_watering(wet_town(board()), carts=carts_file(sheets))
    sprays = plan.legs[plan.legs["task"] == "spray"]
    sprayed = sprays.groupby("section")["litres"].sum()
    assert sprayed.to_numpy() == pytest.approx(plan.sections["litres"].to_numpy())
    rates = (plan.sections["litres"] / plan.sections["length_m"]).round(6)
    assert set(rates) == {4.0, 6.4}


def test_hours_without_a_driver_are_named(carts_file: Writer) -> None:
    sheets = plain_sheets(2)
    sheets["班次"] = [sheets["班次"][0], ["全部", "", "18:00", "次日02:00", 30]]
    plan = plan_watering(wet_town(board()), carts=carts_file(sheets))
    assert not plan.diagnosis.is_kept
    assert plan.diagnosis.carts_more == -1
    idle = next(one.zh for one in plan.diagnosis.reasons if "没有任何班次" in one.zh)
    assert "2、3、4" in idle
    assert "17 时" in idle
    assert any("再加" in one.zh and "仍有路段会变干" in one.zh for one in plan.diagnosis.reasons)


def test_without_carts_or_roads_nothing_is_invented(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="没有车辆表"):
        plan_watering(wet_town(board()))
    town = wet_town(board())
    layers = {name: layer for name, layer in town.layers.items() if name != "roads"}
    with pytest.raises(InputError, match="没有道路图层"):
        plan_watering(replace(town, layers=layers))
    assert not list(tmp_path.iterdir())


def test_a_town_with_nothing_to_keep_wet_gets_an_empty_plan(carts_file: Writer) -> None:
    rows = [one | {"road_class": "track"} for one in board()]  # farm tracks are no sections
    plan = plan_watering(wet_town(rows), carts=carts_file(plain_sheets()))
    assert len(plan.sections) == len(plan.legs) == len(plan.runs) == 0
    assert plan.diagnosis.is_kept
    assert plan.bound.carts_bound == 0
    assert np.isnan(plan.bound.gap)


def test_water_on_an_island_serves_nothing_and_says_so(carts_file: Writer) -> None:
    rows = [*board(), street("Isle", (8, 0), (9, 0)), street("Isle2", (9, 0), (9, 1)),
            street("Isle3", (8, 0), (8, 1)), street("Isle4", (8, 1), (9, 1))]  # fmt: skip
    sheets = plain_sheets()
    sheets["停车场"] = [row[:2] + row[3:] for row in sheets["停车场"]]
    sheets["加水点"][1][3:] = [110.027, 25.005]
    plan = plan_watering(wet_town(rows), carts=carts_file(sheets))
    on_board = plan.sections["section_id"].str.len() == 3
    assert set(plan.sections.loc[on_board, "state"]) == {"never"}
    assert plan.diagnosis.wet_share < 0.5
    assert plan.diagnosis.carts_more == -1
