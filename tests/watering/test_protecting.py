"""A fleet that is too small: urgent sections without a gap, the others in the time that is left."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from qxgeo.reports.watering.record import watering_record
from qxgeo.reports.watering.sheets.register import list_cart_duties
from qxgeo.watering.drying import clock_of
from qxgeo.watering.filling import fill_idle
from qxgeo.watering.idling import list_idles
from qxgeo.watering.laps import BREAK, TOUR, TRANSFER, WAIT, Crew
from qxgeo.watering.planning import plan_watering
from qxgeo.watering.protecting import walk_order, weigh_sections
from qxgeo.watering.tables import list_spare_tours
from tests.watering.conftest import board, plain_sheets, wet_town, write_sheets
from tests.watering.test_plan import dry_minutes
from tests.watering.test_rounds import DAY, HOUR, day, job, run

if TYPE_CHECKING:
    from collections.abc import Callable

    from qxgeo.district.watering_settings import CartsFile
    from qxgeo.watering.laps import Run
    from qxgeo.watering.model import WateringPlan

    Writer = Callable[[dict[str, list[list[Any]]]], CartsFile]

NO_WAYS = np.zeros((1, 2, 2))


def crew(start_h: float, end_h: float, break_s: float = 0.0) -> Crew:
    return Crew(cart=0, kind=0, depot=0, start_s=start_h * HOUR, end_s=end_h * HOUR,
                break_s=break_s, driver="D")  # fmt: skip


def fill(runs: list[Run], crews: list[Crew], *, base: int = 0, way_s: float = 0.0) -> list[Run]:
    """Fill the day with one spare tour of ten minutes whose road dries in an hour."""
    ways = np.array([[[0.0, way_s], [way_s, 0.0]]])
    return fill_idle(
        runs, [0], [job(base=base)], [np.ones(1)], crews, clock_of(day()), ways, worth=0.5
    )


def half_hours() -> list[Run]:
    """Ten minutes of a tour in each half hour, the rest waits."""
    runs = []
    for start in np.arange(0.0, DAY, 1_800.0):
        runs += [run(TOUR, start, start + 600, tour=0), run(WAIT, start + 600, start + 1_800)]
    return [replace(one, driver="D") for one in runs]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> WateringPlan:
    """Two carts for streets that need more of them on a hot day."""
    path = tmp_path_factory.mktemp("few") / "carts.xlsx"
    file = write_sheets(path, plain_sheets(2))
    return plan_watering(wet_town(board()), carts=file, weather="hot")


def test_an_order_is_kept_as_far_as_it_goes() -> None:
    asked: list[int] = []

    def keep(some: list[int]) -> Any:  # noqa: ANN401 - any day will do
        asked.append(len(some))
        return tuple(some) if len(some) <= 5 else None

    kept, best = walk_order(list(range(40, 60)), keep)
    assert kept == [40, 41, 42, 43, 44]
    assert best == tuple(kept)
    assert len(asked) <= 24


def test_a_section_that_nobody_keeps_is_passed_over() -> None:
    kept, _ = walk_order(list(range(12)), lambda some: None if 3 in some else tuple(some))  # type: ignore[arg-type, return-value] # any day will do
    assert kept == [one for one in range(12) if one != 3]
    none, best = walk_order([1, 2], lambda _: None)
    assert (none, best) == ([], None)


def test_a_metre_counts_the_less_the_more_metres_come_before_it() -> None:
    weights = weigh_sections(np.array([100.0, 200.0, 100.0]), np.array([1, 0, 2]))
    # Middles lie 250, 100 and 350 m into the 400 m of the order.
    assert weights == pytest.approx([100 * 0.375, 200 * 0.75, 100 * 0.125])


def test_a_spare_tour_is_driven_when_half_of_its_interval_is_used() -> None:
    """A lap at t after one at t0 wets t - t0 longer, of 3,540 s at most: 1,770 s are half."""
    filled = fill(half_hours(), [crew(0, 24)])
    spare = [one.start_s for one in filled if one.tour == 1]
    assert spare == [600.0 + 1_800.0 * lap for lap in range(48)]
    first = [one for one in filled if one.tour == 0]
    assert first == [one for one in half_hours() if one.tour == 0]
    for before, behind in pairwise(filled):
        assert behind.start_s == before.end_s


def test_a_cart_is_back_where_it_has_to_be_or_does_not_go() -> None:
    """Of the twenty minutes between two tours ten are driven: five are left each way."""
    filled = fill(half_hours(), [crew(0, 24)], base=1, way_s=300.0)
    assert [one.task for one in filled[:5]] == [TOUR, TRANSFER, TOUR, TRANSFER, TOUR]
    assert [one.end_s for one in filled[:4]] == [600.0, 900.0, 1_500.0, 1_800.0]
    assert (filled[3].origin, filled[3].destination) == (1, 0)
    assert fill(half_hours(), [crew(0, 24)], base=1, way_s=301.0) == half_hours()


def test_a_driver_without_work_gets_his_break_when_he_gets_work() -> None:
    filled = fill([], [crew(8, 16, break_s=1_800.0)])
    rests = [(one.start_s, one.end_s) for one in filled if one.task == BREAK]
    assert rests == [(12 * HOUR - 900, 12 * HOUR + 900)]
    assert sum(one.task == TOUR for one in filled) > 10
    for before, behind in pairwise(filled):
        assert behind.start_s >= before.end_s
    assert fill([], [crew(8, 8.25, break_s=1_800.0)]) == []  # no room for it, so no work


def test_a_shift_over_midnight_is_idle_at_both_ends_of_the_day() -> None:
    late = replace(run(TOUR, 23.75 * HOUR, 24.25 * HOUR, tour=0), driver="D")
    idles = list_idles([late], [1], [crew(20, 28)])
    assert [(one.start_s, one.end_s) for one in idles] == [
        (0.25 * HOUR, 4 * HOUR),
        (20 * HOUR, 23.75 * HOUR),
    ]
    assert [one.is_last for one in idles] == [True, False]
    assert [one.destination for one in idles] == [1, 1]  # the tour starts and ends in site 1


def test_urgent_sections_are_kept_and_a_walk_through_the_day_agrees(small: WateringPlan) -> None:
    told = small.diagnosis
    assert 0 < len(told.protected) < len(small.sections)
    assert set(small.sections["state"].iloc[[*told.protected]]) == {"kept"}
    assert dry_minutes(small)[[*told.protected]].max() == 0
    assert not told.is_kept
    assert told.carts_more >= 1
    late = np.flatnonzero(small.sections["longest_gap"] > 1 + 1e-9)
    assert sorted(told.first_sections) == late.tolist()
    assert not set(late) & set(told.protected)


def test_what_is_kept_is_the_beginning_of_the_order_but_for_three(small: WateringPlan) -> None:
    near = small.sections.to_crs(32649).distance(  # metres, near enough for an order
        small.district.layers["stations"].table.to_crs(32649).geometry.iloc[0]
    )
    last = near.iloc[[*small.diagnosis.protected]].max()
    nearer = np.flatnonzero(near.to_numpy() < last - 30)
    assert len(set(nearer.tolist()) - set(small.diagnosis.protected)) <= 3


def test_what_is_not_kept_says_so_with_its_share(small: WateringPlan) -> None:
    for row in small.diagnosis.first_sections:
        section = small.sections.loc[row]
        spells = small.dry_spells[small.dry_spells["section"] == row]
        wet = 1 - (spells["to_s"] - spells["from_s"]).sum() / DAY
        assert section["wet_share"] == pytest.approx(wet)
        assert section["why_zh"].startswith("未保：没有余车")
        if section["wettings"]:
            share = float(section["why_en"].split("wet ")[1].split(" %")[0])
            assert 0 <= wet * 100 - share < 0.1 + 1e-6


def test_breaks_and_shifts_hold_where_time_is_filled(small: WateringPlan) -> None:
    tours = small.tours.set_index("tour")
    for cart, runs in small.runs.groupby("cart_id"):
        end, site = -np.inf, None
        for one in runs.itertuples():
            assert one.start_s >= end - 1e-6
            end = one.end_s
            if one.task in {"tour", "transfer"}:
                tour = tours.loc[one.tour]
                assert site in {None, tour["start_site"]}
                site = tour["end_site"]
        for shift in small.fleet.shifts[small.fleet.shifts["cart_id"] == cart].itertuples():
            mine = runs[runs["driver"] == shift.driver]
            assert (mine["start_s"] >= shift.start_s - 1e-6).all()
            assert (mine["end_s"] <= shift.end_s + 1e-6).all()
            rest = mine[mine["task"] == "break"]
            assert (rest["end_s"] - rest["start_s"]).sum() == pytest.approx(shift.break_s)


def test_record_and_sheets_tell_what_comes_first(small: WateringPlan) -> None:
    record = watering_record(small)["diagnosis"]
    assert record["protected_sections"] == list(small.diagnosis.protected)
    assert 0 < record["alike_share"] < 1
    spare = list_spare_tours(small.legs, small.diagnosis.protected)
    assert spare
    sprays = small.legs[small.legs["task"] == "spray"]
    of_spare = set(sprays.loc[sprays["tour"].isin(list(spare)), "section"])
    assert not of_spare & set(small.diagnosis.protected)
    for duty in list_cart_duties(small, lang="en"):
        told = {tour.tour: " ".join(tour.lines) for tour in duty.tours if not tour.is_transfer}
        for tour, lines in told.items():
            assert ("leave this lap out" in lines) == (tour in spare)
            assert ("never leave it out" in lines) == (tour not in spare)


def test_two_kinds_of_carts_each_keep_their_own_urgent_sections(tmp_path: Any) -> None:  # noqa: ANN401
    sheets = plain_sheets(2)
    sheets["车辆"][2][1:3] = ["乙公司", 3]
    file = write_sheets(tmp_path / "carts.xlsx", sheets)
    plan = plan_watering(wet_town(board()), carts=file, weather="hot")
    assert plan.diagnosis.protected
    assert dry_minutes(plan)[[*plan.diagnosis.protected]].max() == 0
    kinds = dict(zip(plan.fleet.carts["cart_id"], plan.fleet.carts["kind"], strict=True))
    tours = plan.tours.set_index("tour")["kind"]
    driven = plan.runs[plan.runs["task"] == "tour"]
    assert all(kinds[one.cart_id] == tours[one.tour] for one in driven.itertuples())


def test_a_fleet_that_does_puts_nothing_first(tmp_path: Any) -> None:  # noqa: ANN401
    file = write_sheets(tmp_path / "carts.xlsx", plain_sheets())
    plan = plan_watering(wet_town(board()), carts=file)
    assert plan.diagnosis.is_kept
    assert plan.diagnosis.protected == ()
    assert plan.diagnosis.alike_share is None
    assert "protected_sections" not in watering_record(plan)["diagnosis"]
    assert list_spare_tours(plan.legs, plan.diagnosis.protected) == frozenset()
