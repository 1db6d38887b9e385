"""The score of a cell: a weighted mean of what is known, classes, ranks and minutes of work."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from qxgeo.errors import Text
from qxgeo.patrol.cells import build_cells
from qxgeo.patrol.columns import CELL_COLUMNS, HOT_CELL_COLUMNS, POINT_COLUMNS
from qxgeo.patrol.risk import score_cells

if TYPE_CHECKING:
    from collections.abc import Callable

    from qxgeo.district import Layer
    from qxgeo.district.patrol_settings import PatrolSettings, Setting
    from qxgeo.patrol.model import Risk

TODAY = date(2023, 6, 30)
NOTHING = dict.fromkeys(("points", "events", "fires", "roads", "stations", "wind"))
SCORED = [*list(CELL_COLUMNS)[: list(CELL_COLUMNS).index("person_id")]]


def row_of_cells(count: int, **facts: Any) -> gpd.GeoDataFrame:  # noqa: ANN401
    """Draw cells of one square kilometre each, 0.01 degrees wide, side by side from 110 E."""
    lon = 110 + 0.01 * np.arange(count)
    table = pd.DataFrame(
        {
            "cell_id": [f"450305001{n + 1:05d}" for n in range(count)],
            "square_id": "",
            "hot_cell_id": "H1",
            "township_id": "450305001",
            "area_m2": 1e6,
            "lon": lon + 0.005,
            "lat": 25.005,
            "water_share": 0.0,
            "cropland_share": 0.0,
            "unknown_share": 0.0,
        }
        | facts
    )
    return gpd.GeoDataFrame(
        table.astype({name: kind for name, kind in CELL_COLUMNS.items() if name in table}),
        geometry=shapely.box(lon, 25.0, lon + 0.01, 25.01),
        crs="EPSG:4326",
    )


def points_at(
    *lon: float, level: str | None = None, minutes: float | None = None
) -> gpd.GeoDataFrame:
    """Put points of one level on 25.005 N."""
    table = pd.DataFrame(
        {
            "point_id": [f"D{n}" for n in range(len(lon))],
            "name": [f"点{n}" for n in range(len(lon))],
            "address": None,
            "kind": None,
            "risk_level": pd.array([level] * len(lon), dtype="string"),
            "service_min": pd.array([minutes] * len(lon), dtype="Float64"),
        }
    )
    places = gpd.points_from_xy(lon, [25.005] * len(lon), crs="EPSG:4326")
    return gpd.GeoDataFrame(table, geometry=places)


def score(
    cells: gpd.GeoDataFrame, decided: PatrolSettings, **inputs: gpd.GeoDataFrame | pd.DataFrame
) -> Risk:
    return score_cells(cells, settings=decided, as_of=TODAY, **(NOTHING | inputs))


@pytest.fixture(scope="module")
def decided(settings_of: Callable[..., PatrolSettings]) -> PatrolSettings:
    """Give settings in round numbers: weights 30, 25, 15, 15, 5, 10; visits 7, 3, 1."""
    return settings_of()


def test_a_cell_scores_the_weighted_mean_of_its_terms(decided: PatrolSettings) -> None:
    cells = row_of_cells(2, cropland_share=[0.4, 0.0])
    risk = score(cells, decided, points=points_at(110.005, level="high"))
    # In use: points (30) and crop land (15). West: 1 - 2^-1 = 0.5 and 0.4.
    assert risk.cells["risk"].tolist() == pytest.approx([100 * (30 * 0.5 + 15 * 0.4) / 45, 0.0])
    assert risk.cells["term_points"].tolist() == [0.5, 0.0]
    assert risk.cells["term_cropland"].tolist() == [0.4, 0.0]
    assert risk.cells["risk_unknown_share"].tolist() == pytest.approx([0.0, 0.0])
    shares = {term.term_id: term.share for term in risk.terms}
    assert shares == pytest.approx(
        {"points": 30 / 45, "events": 0, "fires": 0, "cropland": 15 / 45, "roads": 0, "upwind": 0}
    )


def test_every_term_says_its_weight_source_and_why_it_was_dropped(decided: PatrolSettings) -> None:
    risk = score(row_of_cells(1), decided, points=points_at(110.005))
    assert [term.term_id for term in risk.terms] == list(decided.weights)
    for term in risk.terms:
        setting = decided.weights[term.term_id]
        assert (term.weight, term.source) == (setting.value, setting.source)
        assert all((*term.name, *term.formula))
        assert (term.dropped is None) == (term.term_id in {"points", "cropland"})
        assert risk.cells[f"term_{term.term_id}"].isna().all() == (term.dropped is not None)
    why = {term.term_id: term.dropped.en for term in risk.terms if term.dropped}
    assert why == {
        "events": "there are no records of events",
        "fires": "there is no file of fires",
        "roads": "there are no roads",
        "upwind": "there are no stations",
    }


def test_a_term_of_weight_0_has_no_part_and_says_so(
    settings_of: Callable[..., PatrolSettings], setting_of: Callable[[float], Setting]
) -> None:
    base = settings_of()
    weights = base.weights | {"cropland": setting_of(0.0)}
    risk = score(row_of_cells(2, cropland_share=[1.0, 0.0]), settings_of(weights=weights))
    cropland = next(term for term in risk.terms if term.term_id == "cropland")
    assert cropland.share == 0
    assert cropland.dropped == Text("权重为 0", "its weight is 0")
    assert risk.cells["term_cropland"].tolist() == [1.0, 0.0]
    assert risk.cells["risk"].tolist() == [0.0, 0.0]
    assert "nothing to score by" in risk.notes[-1].en


@pytest.fixture(scope="module")
def setting_of(decided: PatrolSettings) -> Callable[[float], Setting]:
    """Give the function that makes a setting."""
    from dataclasses import replace

    return lambda value: replace(decided.day_length_min, value=value)


def test_unknown_crop_land_is_left_out_and_never_counts_as_0(decided: PatrolSettings) -> None:
    cells = row_of_cells(
        4,
        cropland_share=[np.nan, 0.0, 0.3, 0.3],
        water_share=[np.nan, 0.0, 0.0, 0.2],
        unknown_share=[1.0, 0.0, 0.4, 0.2],
    )
    points = points_at(110.005, 110.015, 110.025, 110.035, level="high")
    risk = score(cells, decided, points=points).cells
    # Of the third cell 0.6 are known, half of them crops; of the fourth 0.6 are known land.
    assert risk["term_cropland"].fillna(-1).tolist() == pytest.approx([-1, 0.0, 0.5, 0.5])
    # The first cell keeps the mean of what is known, 0.5; a 0 for crops would pull it down to 33.3.
    assert risk["risk"].tolist() == pytest.approx([50.0, 100 * 30 * 0.5 / 45, 50.0, 50.0])
    assert risk["risk_unknown_share"].tolist() == pytest.approx([15 / 45, 0.0, 0.0, 0.0])


def test_a_cell_of_which_nothing_is_known_has_the_mean_risk_and_is_noted(
    decided: PatrolSettings,
) -> None:
    cells = row_of_cells(
        3, area_m2=[1e6, 3e6, 1e6], cropland_share=[0.8, 0.4, np.nan], unknown_share=[0, 0, 1.0]
    )
    risk = score(cells, decided)
    # Mean over land: (1 * 80 + 3 * 40) / 4 = 50.
    assert risk.cells["risk"].tolist() == pytest.approx([80.0, 40.0, 50.0])
    assert risk.cells["risk_unknown_share"].tolist() == [0.0, 0.0, 1.0]
    assert [note.en for note in risk.notes] == [
        "1 cells of which nothing is known have the mean risk of the others"
    ]


def test_without_any_input_all_cells_are_alike_and_a_note_says_so(decided: PatrolSettings) -> None:
    shares = dict.fromkeys(("water_share", "cropland_share", "unknown_share"), np.nan)
    risk = score(row_of_cells(5, **shares), decided)
    assert risk.cells["risk"].tolist() == [0.0] * 5
    assert risk.cells["risk_class"].tolist() == ["low"] * 5
    assert risk.cells["load_min"].tolist() == [60.0] * 5  # 1 km2, once a week, 60 min per km2
    assert "nothing to score by" in risk.notes[-1].en


def test_water_has_no_risk_no_rank_and_no_work(decided: PatrolSettings) -> None:
    cells = row_of_cells(3, water_share=[1.0, 1 - 1e-12, 0.9], cropland_share=[0.0, 0.0, 0.1])
    risk = score(cells, decided).cells
    assert risk["risk_class"].tolist()[:2] == ["water", "water"]
    assert risk["risk"].tolist() == pytest.approx([0, 0, 100.0])  # all of its land are crops
    assert risk["risk_rank"].isna().tolist() == [True, True, False]
    assert risk["visits_per_week"].tolist()[:2] == [0.0, 0.0]
    assert risk["load_min"].tolist()[:2] == [0.0, 0.0]
    assert risk["term_cropland"].tolist() == pytest.approx([0.0, 0.0, 1.0])


def test_the_riskiest_tenth_is_high_and_the_next_three_tenths_medium(
    decided: PatrolSettings,
) -> None:
    crops = np.arange(20) / 20
    cells = row_of_cells(22, cropland_share=[*crops, 0, 0], water_share=[*np.zeros(20), 1, 1])
    risk = score(cells, decided).cells
    assert risk["risk_class"].tolist() == (
        ["low"] * 12 + ["medium"] * 6 + ["high"] * 2 + ["water"] * 2
    )
    assert risk["risk_rank"].tolist()[:20] == list(range(20, 0, -1))
    assert risk["visits_per_week"].tolist() == [1.0] * 12 + [3.0] * 6 + [7.0] * 2 + [0.0] * 2


@pytest.mark.parametrize(
    ("equal", "expected"),
    [
        (3, "high"),  # places 1 to 3 of 20, middle 2: within the first tenth
        (4, "medium"),  # places 1 to 4, middle 2.5
        (15, "medium"),  # middle 8 of 20: within the first four tenths
        (16, "low"),  # middle 8.5
    ],
)
def test_equal_cells_are_in_one_class_by_the_middle_of_their_places(
    decided: PatrolSettings, equal: int, expected: str
) -> None:
    crops = [0.9] * equal + [0.1 - n / 1000 for n in range(20 - equal)]
    risk = score(row_of_cells(20, cropland_share=crops), decided).cells
    assert risk["risk_class"].tolist()[:equal] == [expected] * equal
    assert risk["risk_rank"].tolist() == list(range(1, 21))  # ties in the order of the cells


def test_the_load_is_visits_times_land_and_each_point_adds_its_own(decided: PatrolSettings) -> None:
    cells = row_of_cells(2, area_m2=[5e5, 2e6], water_share=[0.2, 0.0], cropland_share=[0.8, 0.0])
    plain = score(cells, decided).cells
    # West: medium (the first of two is 0.25 down: not within 0.1), east: low. 60 minutes per km2.
    assert plain["risk_class"].tolist() == ["medium", "low"]
    assert plain["load_min"].tolist() == pytest.approx([3 * 0.5 * 0.8 * 60, 1 * 2.0 * 60])
    points = pd.concat(
        [
            points_at(110.015, level="high", minutes=4.0),  # 7 visits of its own
            points_at(110.016),  # its cell's single visit, 10 minutes
        ],
        ignore_index=True,
    )
    scored = score(cells, decided, points=points)
    visits = scored.cells["visits_per_week"].tolist()
    land = np.array([0.5 * 0.8, 2.0]) * visits * 60
    assert scored.points["visits_per_week"].tolist() == [7.0, visits[1]]
    assert scored.cells["load_min"].tolist() == pytest.approx(
        [land[0], land[1] + 7 * 4 + visits[1] * 10]
    )


def test_unknown_ground_counts_as_land(decided: PatrolSettings) -> None:
    cells = row_of_cells(
        2, cropland_share=[np.nan, 0.2], water_share=[np.nan, 0.3], unknown_share=[1.0, 0.5]
    )
    risk = score(cells, decided).cells
    once = risk["load_min"] / risk["visits_per_week"]
    assert once.tolist() == pytest.approx([60.0, 60 * 0.7])


def test_points_get_their_cell_and_those_outside_are_kept_and_named(
    decided: PatrolSettings,
) -> None:
    cells = row_of_cells(2)
    points = points_at(110.005, 109.0, 110.015, level="low", minutes=None)
    risk = score(cells, decided, points=points)
    assert [*risk.points.columns] == [*[c for c in POINT_COLUMNS if c != "person_id"], "geometry"]
    assert risk.points["cell_id"].tolist() == [cells["cell_id"][0], "", cells["cell_id"][1]]
    assert risk.points["township_id"].tolist() == ["450305001", "", "450305001"]
    assert risk.points["visits_per_week"].tolist() == [1.0, 0.0, 1.0]
    assert risk.points["service_min"].tolist() == [10.0] * 3
    assert risk.points["address"].tolist() == [""] * 3
    assert risk.cells["point_count"].tolist() == [1, 1]
    assert [note.zh for note in risk.notes] == ["1 处点位在辖区外，未分配：点1"]


def test_a_long_list_of_points_outside_is_cut(decided: PatrolSettings) -> None:
    risk = score(row_of_cells(1), decided, points=points_at(*[100.0] * 10))
    assert risk.notes[0].en.endswith("点7……")


def test_a_point_on_the_water_is_visited_like_a_low_one(decided: PatrolSettings) -> None:
    cells = row_of_cells(2, water_share=[1.0, 0.0])
    risk = score(cells, decided, points=points_at(110.005, minutes=4.0))
    assert risk.points["visits_per_week"].tolist() == [1.0]
    assert risk.cells["load_min"].tolist()[0] == pytest.approx(1 * 4.0)


def test_the_tables_keep_their_contracts_and_the_arguments_stay_as_they_were(
    decided: PatrolSettings, town: dict[str, Layer]
) -> None:
    cells = build_cells(
        town["boundary"].table, town["townships"].table, cell_size_m=500, hot_cell_size_m=3000
    ).assign(water_share=0.0, cropland_share=0.1, unknown_share=0.0)
    before = cells.copy()
    inputs = {"points": points_at(110.005), "roads": town["roads"].table}
    risk = score(cells, decided, **inputs)
    pd.testing.assert_frame_equal(pd.DataFrame(cells), pd.DataFrame(before))
    assert [*risk.cells.columns][: len(SCORED)] == SCORED
    assert {name: str(kind) for name, kind in risk.cells[SCORED].dtypes.items()} == {
        name: CELL_COLUMNS[name] for name in SCORED
    }
    assert risk.cells.columns[-1] == risk.hot_cells.columns[-1] == "geometry"
    assert [*risk.hot_cells.columns][:-1] == [*HOT_CELL_COLUMNS]
    assert risk.cells["cell_id"].tolist() == cells["cell_id"].tolist()
    again = score(cells, decided, **inputs)
    pd.testing.assert_frame_equal(pd.DataFrame(risk.cells), pd.DataFrame(again.cells))


def test_hot_cells_are_ranked_by_the_risk_they_hold(decided: PatrolSettings) -> None:
    cells = row_of_cells(
        6,
        hot_cell_id=["A", "A", "B", "B", "C", "D"],
        township_id=["1", "2", "1", "1", "2", "2"],
        area_m2=[3e6, 1e6, 1e6, 1e6, 1e6, 1e6],
        cropland_share=[0.2, 0.6, 0.5, 0.0, 0.0, 0.5],
        water_share=[0.0, 0.0, 0.0, 1.0, 1.0, 0.0],
    )
    hot = score(cells, decided).hot_cells
    # A: (3 * 20 + 1 * 60) / 4 = 30 on 4 km2 holds 120; B: its land has 50 on 1 km2, its water
    # none; C: all water; D: 50 on 1 km2, after B by its id.
    assert hot["hot_cell_id"].tolist() == ["A", "B", "D", "C"]
    assert hot["risk"].tolist() == pytest.approx([30.0, 50.0, 50.0, 0.0])
    assert hot["risk_rank"].tolist() == [1, 2, 3, 4]
    assert hot["cell_count"].tolist() == [2, 2, 1, 1]
    assert hot["area_m2"].tolist() == [4e6, 2e6, 1e6, 1e6]
    assert hot["township_ids"].tolist() == ["1、2", "1", "2", "2"]
    drawn = shapely.box(110.0, 25.0, 110.02, 25.01)
    assert shapely.area(shapely.symmetric_difference(hot.geometry[0], drawn)) < 1e-12


def test_of_equal_hot_cells_the_one_with_more_points_comes_first(
    decided: PatrolSettings,
    settings_of: Callable[..., PatrolSettings],
    setting_of: Any,  # noqa: ANN401
) -> None:
    weights = decided.weights | {"points": setting_of(0.0)}
    cells = row_of_cells(2, hot_cell_id=["A", "B"], cropland_share=0.5)
    hot = score(cells, settings_of(weights=weights), points=points_at(110.015)).hot_cells
    assert hot["hot_cell_id"].tolist() == ["B", "A"]
    assert hot["point_count"].tolist() == [1, 0]


shares = st.floats(0, 1)
cell = st.tuples(shares, shares, shares, st.integers(0, 4), st.booleans())


@settings(max_examples=30, deadline=None)
@given(rows=st.lists(cell, min_size=1, max_size=12), with_points=st.booleans())
def test_scores_stay_within_0_to_100_weights_add_up_and_loads_add_up(
    decided: PatrolSettings,
    rows: list[tuple[float, float, float, int, bool]],
    with_points: bool,  # noqa: FBT001
) -> None:
    water = np.array([row[0] for row in rows])
    unknown = np.array([row[1] for row in rows]) * (1 - water)
    crops = np.array([row[2] for row in rows]) * (1 - water - unknown)
    is_blank = np.array([row[4] for row in rows])
    cells = row_of_cells(
        len(rows),
        water_share=np.where(is_blank, np.nan, water),
        unknown_share=np.where(is_blank, 1.0, unknown),
        cropland_share=np.where(is_blank, np.nan, crops),
    )
    lon = [110.005 + 0.01 * n for n, row in enumerate(rows) for _ in range(row[3])]
    points = points_at(*lon, level="medium") if with_points and lon else None
    risk = score(cells, decided, **({} if points is None else {"points": points}))
    scored = risk.cells
    assert scored["risk"].between(0, 100).all()
    used = [term for term in risk.terms if term.dropped is None]
    assert sum(term.share for term in used) == pytest.approx(1.0 if used else 0.0)
    assert scored["load_min"].sum() == pytest.approx(
        (scored["visits_per_week"] * (1 - scored["water_share"].fillna(0)) * 60).sum()
        + (risk.points["visits_per_week"] * risk.points["service_min"]).sum()
    )
    land = scored[scored["risk_class"] != "water"]
    assert sorted(land["risk_rank"]) == list(range(1, len(land) + 1))
    assert land.sort_values("risk_rank")["risk"].is_monotonic_decreasing
    # Equal risk, equal class; and a riskier cell is never in a lower class.
    depth = land.sort_values("risk_rank")["risk_class"].map({"high": 0, "medium": 1, "low": 2})
    assert depth.is_monotonic_increasing
    assert land[["risk", "risk_class"]].drop_duplicates()["risk"].is_unique


@settings(max_examples=20, deadline=None)
@given(crops=st.lists(shares, min_size=2, max_size=8), extra=st.integers(0, 7))
def test_an_unknown_cell_scores_as_if_the_term_were_not_there(
    decided: PatrolSettings, crops: list[float], extra: int
) -> None:
    which = extra % len(crops)
    lon = [110.005 + 0.01 * which] * (extra + 1)
    points = points_at(*lon, level="low")
    unknown = np.arange(len(crops)) == which
    known = row_of_cells(len(crops), cropland_share=crops)
    partly = row_of_cells(
        len(crops),
        cropland_share=np.where(unknown, np.nan, crops),
        unknown_share=unknown.astype(float),
    )
    without = row_of_cells(len(crops), cropland_share=np.nan, unknown_share=1.0)
    with_gap = score(partly, decided, points=points).cells["risk"]
    alone = score(without, decided, points=points).cells["risk"]
    full = score(known, decided, points=points).cells["risk"]
    assert with_gap[which] == pytest.approx(alone[which])
    assert with_gap[~unknown].tolist() == pytest.approx(full[~unknown].tolist())
