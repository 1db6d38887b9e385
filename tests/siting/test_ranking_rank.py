"""Ranking candidates: five of them, two criteria, every number by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from qxgeo.errors import InputError, Text
from qxgeo.siting.ranking import Ranking, Weight, rank_candidates
from qxgeo.siting.ranking.scores import Scores
from qxgeo.siting.ranking.stability import find_flip

LESS = {"demand_km": "less", "slope_pct": "less"}
BOARD = Text("规划科会议纪要", "minutes of the planning section")
SIX_TO_FOUR = {"demand_km": Weight(6.0, BOARD), "slope_pct": Weight(4.0, BOARD)}
# Scores: A (1, 0), B (0, 1), C (0.5, 0.2), D (0.5, 0.1); D is as near as C and steeper.
PLACES = pd.DataFrame(
    {
        "site_id": ["D", "C", "B", "A"],
        "name": ["丁", "丙", "乙", "甲"],
        "demand_km": [2.0, 2.0, 3.0, 1.0],
        "slope_pct": [9.0, 8.0, 0.0, 10.0],
    }
)


def rank(places: pd.DataFrame = PLACES, **options: Any) -> Ranking:  # noqa: ANN401
    given: dict[str, Any] = {"directions": LESS, "weights": SIX_TO_FOUR, "seed": 1, "draws": 4000}
    return rank_candidates(places, **given | options)


def by_id(ranking: Ranking) -> pd.DataFrame:
    return ranking.table.set_index("site_id")


def test_scores_and_ranks_are_those_of_the_hand() -> None:
    ranking = rank()
    assert ranking.table["site_id"].tolist() == ["A", "B", "C", "D"]
    assert ranking.table["name"].tolist() == ["甲", "乙", "丙", "丁"]
    # 0.6 x 1; 0.4 x 1; 0.6 x 0.5 + 0.4 x 0.2; 0.6 x 0.5 + 0.4 x 0.1
    assert ranking.table["score"].tolist() == pytest.approx([0.6, 0.4, 0.38, 0.34])
    assert ranking.table["rank"].tolist() == [1, 2, 3, 4]
    scores = ranking.scores.set_index("site_id")
    assert scores.loc["C"].tolist() == pytest.approx([0.5, 0.2])
    assert ranking.weights["weight"].tolist() == pytest.approx([0.6, 0.4])
    assert ranking.weights["source_zh"].tolist() == ["规划科会议纪要"] * 2
    assert any("规划科会议纪要" in note.zh for note in ranking.notes)


def test_equal_weights_are_an_assumption_that_is_stated() -> None:
    ranking = rank(weights=None)
    table = by_id(ranking)
    assert table.loc[["A", "B"], "rank"].tolist() == [1, 1]  # 0.5 each: one rank for both
    assert table.loc["C", "rank"] == 3
    assert ranking.flip is None  # nobody has the first place alone
    assert any("假设" in note.zh and "权重相等" in note.zh for note in ranking.notes)


def test_more_can_be_better() -> None:
    table = by_id(rank(directions={"demand_km": "less", "slope_pct": "more"}))
    # Slopes turned round: A scores 1 and 1.
    assert table.loc["A", "score"] == pytest.approx(1.0)
    assert table.loc["B", "score"] == pytest.approx(0.0)


def test_only_the_steeper_of_two_equally_near_is_dominated() -> None:
    table = by_id(rank())
    assert table["is_dominated"].to_dict() == {"A": False, "B": False, "C": False, "D": True}
    assert table.loc["D", "dominated_by"] == "C"


def test_shares_of_drawn_weights_are_those_of_the_interval() -> None:
    # With two criteria the weight of the first is even in 0 to 1. A leads where it is above 1/2,
    # B below; C would need less than 2/7 against A and more than 8/13 against B: never.
    table = by_id(rank())
    sigma = (0.25 / 4000) ** 0.5
    assert table.loc["A", "first_share"] == pytest.approx(0.5, abs=4 * sigma)
    assert table.loc["A", "first_share"] + table.loc["B", "first_share"] == pytest.approx(1.0)
    assert table.loc["C", "first_share"] == 0
    # A is last of the four where D passes it: weight below 0.1 / 0.6.
    assert table.loc["A", "top3_share"] == pytest.approx(5 / 6, abs=4 * sigma)
    assert table.loc["C", "top3_share"] == 1
    assert table["first_share"].tolist() == table["first_share_most"].tolist()


def test_same_seed_same_shares_another_seed_others() -> None:
    first, again, other = rank(), rank(), rank(seed=2)
    pd.testing.assert_frame_equal(first.table, again.table)
    assert first.table["first_share"].tolist() != other.table["first_share"].tolist()


def test_the_smallest_change_that_takes_the_first_place() -> None:
    ranking = rank()
    # B draws level at equal weights: a tenth has to move. C: 0.7 per part moved, 0.22 behind.
    assert ranking.flip is not None
    assert (ranking.flip.site_id, ranking.flip.criterion) == ("B", "slope_pct")
    assert ranking.flip.share == pytest.approx(0.1)
    assert ranking.flip.weights == pytest.approx({"demand_km": 0.5, "slope_pct": 0.5})
    needs = by_id(ranking)["flip_share"]
    assert needs["C"] == pytest.approx(0.22 / 0.7)
    assert needs["D"] == pytest.approx((0.6 - 0.34) / (0.1 + 0.5))
    assert np.isnan(needs["A"])
    assert rank(PLACES[::-1]).flip == ranking.flip  # in whatever order they are listed
    # Nothing makes a dominated candidate first.
    alone = rank(PLACES[PLACES["site_id"].isin(["C", "D"])])
    assert alone.flip is None
    assert by_id(alone)["flip_share"].isna().all()


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), count=st.integers(2, 5))
def test_no_smaller_change_of_weights_exists(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    values, shares = rng.random((2, count)).round(2), rng.dirichlet(np.ones(count))
    first = int(np.argmax(values @ shares))
    scores = Scores([f"c{n}" for n in range(count)], values, values, shares, ())
    _, needs = find_flip(scores, first, [1 - first], ["x", "y"])
    lead = values[1 - first] - values[first]
    # The same as a linear programme: weights w = s + up - down, least sum of down.
    found = linprog(
        np.repeat([0.0, 1.0], count),
        A_ub=-np.concatenate((lead, -lead))[None, :],
        b_ub=[lead @ shares],
        A_eq=np.repeat([1.0, -1.0], count)[None, :],
        b_eq=[0.0],
        bounds=[(0, 1)] * count + [(0, share) for share in shares],
    )
    if lead.max() <= 0:
        assert np.isnan(needs[1 - first])
    else:
        assert needs[1 - first] == pytest.approx(found.fun, abs=1e-7)


def test_an_unknown_value_makes_a_band_and_is_never_taken_as_nothing() -> None:
    places = PLACES.assign(slope_pct=[9.0, np.nan, 0.0, 10.0])
    ranking = rank(places)
    table = by_id(ranking)
    # C: near enough for 0.3 for certain, up to 0.7 if it is flat.
    assert table.loc["C", ["score_low", "score_high"]].tolist() == pytest.approx([0.3, 0.7])
    assert table.loc["C", "missing"] == "slope_pct"
    assert pd.isna(table.loc["C", "rank"])
    assert table.loc["C", ["rank_best", "rank_worst"]].tolist() == [1, 4]
    assert table.loc["A", ["rank_best", "rank_worst"]].tolist() == [1, 2]
    assert table.loc["C", "first_share"] == 0
    # A flat C scores 1 - w / 2: above B always, above A where w is below 2/3.
    assert table.loc["C", "first_share_most"] == pytest.approx(2 / 3, abs=0.03)
    assert table["is_dominated"].sum() == 0  # D may be flatter than C for all we know
    assert ranking.flip is None
    assert any("C" in note.en and "band" in note.en for note in ranking.notes)
    assert np.isnan(ranking.scores.set_index("site_id").loc["C", "slope_pct"])


def test_a_criterion_unknown_for_all_is_dropped_and_named() -> None:
    ranking = rank(
        PLACES.assign(land_share=np.nan),
        directions=LESS | {"land_share": "more"},
        weights=SIX_TO_FOUR | {"land_share": Weight(10.0, BOARD)},
    )
    assert ranking.table["score"].tolist() == pytest.approx([0.6, 0.4, 0.38, 0.34])
    assert ranking.weights["is_used"].tolist() == [True, True, False]
    assert ranking.weights["weight"].tolist() == pytest.approx([0.6, 0.4, 0.0])
    assert any("land_share" in note.zh and "未计入" in note.zh for note in ranking.notes)


def test_what_is_prohibited_is_listed_and_moves_no_score() -> None:
    places = PLACES.assign(summary=["allowed", "prohibited", "not_newly_approved", "allowed"])
    places.loc[1, "demand_km"] = 1000.0
    table = by_id(rank(places))
    assert table["group"].to_dict() == {
        "A": "ranked",
        "D": "ranked",
        "B": "not_ranked",
        "C": "not_ranked",
    }
    # Of A and D alone: A nearer (1, 0), D flatter (0, 1).
    assert table.loc["A", "score"] == pytest.approx(0.6)
    assert (
        table.loc[["B", "C"], ["rank", "rank_best", "score", "is_dominated"]]
        .isna()
        .to_numpy()
        .all()
    )
    assert "只列出，不排序" in table.loc["C", "reason_zh"]


def test_what_is_discouraged_comes_last_but_is_not_left_out() -> None:
    ranking = rank(PLACES.assign(summary=["allowed", "with_duty", "allowed", "discouraged"]))
    assert ranking.table["site_id"].tolist() == ["B", "C", "D", "A"]
    assert ranking.table["rank"].tolist() == [1, 2, 3, 4]
    table = by_id(ranking)
    assert table.loc["A", "score"] == pytest.approx(0.6)  # the best score, and still behind
    assert table.loc["A", "group"] == "discouraged"
    assert table.loc["A", "first_share_most"] == 0
    assert "不鼓励" in table.loc["A", "reason_zh"]
    assert ranking.flip is not None
    assert ranking.flip.site_id == "C"  # no weights bring A back, so it is no rival


def test_a_guided_line_counts_although_the_summary_says_something_else() -> None:
    places = PLACES.assign(
        summary=["allowed", "allowed", "allowed", "needs_decision"],
        is_discouraged=pd.array([False, None, False, True], dtype="boolean"),
    )
    table = by_id(rank(places))
    assert table.loc["A", "group"] == "discouraged"
    assert bool(table.loc["A", "is_provisional"])
    assert "待决定" in table.loc["A", "reason_zh"]
    assert "the rank holds only if" in table.loc["A", "reason_en"]
    assert not table.loc["C", "is_provisional"]


def test_where_all_are_barred_all_are_listed() -> None:
    ranking = rank(PLACES.assign(summary="out_of_scope"))
    assert ranking.table["group"].eq("not_ranked").all()
    assert ranking.table["site_id"].tolist() == ["A", "B", "C", "D"]
    assert ranking.flip is None


def test_a_criterion_that_is_the_same_for_all_changes_no_place() -> None:
    ranking = rank(PLACES.assign(slope_pct=3.0))
    assert ranking.table["site_id"].tolist() == ["A", "C", "D", "B"]
    assert ranking.table["score"].tolist() == pytest.approx([1.0, 0.7, 0.7, 0.4])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"directions": {"demand_km": "down", "slope_pct": "less"}}, 'direction "down"'),
        ({"directions": {"demand_km": "less"}}, "slope_pct"),
        ({"weights": SIX_TO_FOUR | {"slope_pct": Weight(-1.0, BOARD)}}, "-1.0 is of no use"),
        ({"weights": {name: Weight(0.0, BOARD) for name in LESS}}, "no weight is above 0"),
        ({"places": PLACES.drop(columns="slope_pct")}, "no such column"),
        ({"places": PLACES.assign(slope_pct=["steep", 1, 2, 3])}, "no finite number"),
        ({"places": PLACES.assign(slope_pct=[np.inf, 1, 2, 3])}, "no finite number"),
        ({"places": PLACES.assign(demand_km=np.nan, slope_pct=np.nan)}, "are unknown"),
        ({"places": PLACES.assign(site_id="A")}, "repeated"),
        ({"places": PLACES.drop(columns="site_id")}, "missing"),
        ({"places": PLACES.assign(summary="fine")}, "no verdict: fine"),
        ({"draws": 0}, "draws"),
    ],
)
def test_what_cannot_be_ranked_is_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        rank(**change)
