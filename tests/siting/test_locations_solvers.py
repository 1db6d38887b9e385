"""Location solvers: against every choice tried, by hand on a line, and on the OR-Library."""

from __future__ import annotations

from itertools import combinations, product
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import shortest_path

from qxgeo.errors import InputError
from qxgeo.siting.locations import (
    Effort,
    solve_maximal_covering,
    solve_p_centre,
    solve_p_median,
)

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

INF = np.inf
# Optima of the p-centre on the same graphs. Source: Elloumi, Labbe and Pochet (2004), A new
# formulation and resolution method for the p-center problem.
CENTRES_M = {1: 127, 2: 98, 3: 93, 4: 74, 5: 48, 6: 84, 7: 64, 8: 55, 9: 37, 10: 20}


def read_pmed(folder: Path, number: int) -> tuple[Floats, int]:
    """Read a graph of the OR-Library (of a repeated edge the last counts): all distances, and p."""
    lines = (folder / f"pmed{number}.txt").read_text().split("\n")
    nodes, _, count = (int(word) for word in lines[0].split())
    length = {}
    for first, second, cost in (map(int, line.split()) for line in lines[1:] if line.strip()):
        length[min(first, second) - 1, max(first, second) - 1] = cost
    ends = np.array(list(length))
    graph = csr_array((list(length.values()), (ends[:, 0], ends[:, 1])), shape=(nodes, nodes))
    return shortest_path(graph, directed=False), count


@pytest.fixture(scope="module")
def pmed(external_data: Path) -> Path:
    folder = external_data / "benchmarks" / "pmed"
    if not folder.is_dir():
        pytest.skip(f"OR-Library p-median graphs not found at {folder}")
    return folder


@pytest.mark.parametrize("number", range(1, 11))
def test_published_optima_of_the_or_library_are_reached_and_proved(pmed: Path, number: int) -> None:
    rows = (line.split() for line in (pmed / "optima.txt").read_text().splitlines()[1:])
    published = {name: float(value) for name, value in rows}
    distance_m, count = read_pmed(pmed, number)
    choice = solve_p_median(distance_m, weights=np.ones(len(distance_m)), count=count)
    assert choice.value == published[f"pmed{number}"]
    assert choice.bound == pytest.approx(choice.value, rel=1e-6)
    assert choice.is_proved
    assert len(choice.sites) == count


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 7, 8, 9, 10])
def test_published_centres_of_the_or_library_are_reached_and_proved(
    pmed: Path, number: int
) -> None:
    distance_m, count = read_pmed(pmed, number)
    choice = solve_p_centre(distance_m, weights=np.ones(len(distance_m)), count=count)
    assert choice.value == choice.bound == CENTRES_M[number]


def draw(seed: int, rows: int, sites: int, lost: float) -> tuple[Floats, Floats]:
    """Draw whole distances (so that there are ties) and weights; some ways are missing."""
    rng = np.random.default_rng(seed)
    distance_m = rng.integers(0, 40, (rows, sites)).astype(float)
    distance_m[rng.random((rows, sites)) < lost] = INF
    return distance_m, rng.integers(0, 5, rows).astype(float)


def split(seed: int, sites: int) -> tuple[list[int], list[int]]:
    """Draw sites that are open already and such that are forbidden; they may overlap."""
    rng = np.random.default_rng(seed + 1)
    kept = np.flatnonzero(rng.random(sites) < 0.2).tolist()
    return kept, np.flatnonzero(rng.random(sites) < 0.2).tolist()


def try_all(distance_m: Floats, kept: list[int], barred: list[int], count: int) -> list[list[int]]:
    """List every choice of so many sites, with those that are kept."""
    free = [s for s in range(distance_m.shape[1]) if s not in kept and s not in barred]
    return [[*kept, *chosen] for chosen in combinations(free, count)]


def judge(distance_m: Floats, weights: Floats, sites: list[int], radius_m: float) -> Any:  # noqa: ANN401
    """Give weighted sum, farthest and covered weight of the rows with weight."""
    near = distance_m[:, sites].min(axis=1)[weights > 0]
    mine = weights[weights > 0]
    return float((mine * near).sum()), float(near.max()), float(mine[near <= radius_m].sum())


@settings(max_examples=150, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    rows=st.integers(1, 12),
    sites=st.integers(1, 8),
    count=st.integers(0, 4),
    lost=st.sampled_from([0.0, 0.0, 0.3]),
)
def test_every_answer_is_the_best_of_all(
    seed: int, rows: int, sites: int, count: int, lost: float
) -> None:
    distance_m, weights = draw(seed, rows, sites, lost)
    kept, barred = split(seed, sites)
    usable = [s for s in range(sites) if s in kept or s not in barred]
    question: dict[str, Any] = {"count": count, "open_sites": kept, "forbidden": barred}
    choices = try_all(distance_m, kept, barred, count)
    is_lost = ~np.isfinite(distance_m[:, usable]).any(axis=1)
    counted = np.where(is_lost, 0.0, weights)
    if not choices or not (kept or count) or not counted.any():
        for solve in (solve_p_median, solve_p_centre):
            with pytest.raises(InputError):
                solve(distance_m, weights=weights, **question)
        return
    every = [judge(distance_m, counted, sites, 15.0) for sites in choices]
    covering = solve_maximal_covering(distance_m, weights=weights, radius_m=15.0, **question)
    assert covering.value == max(one[2] for one in every) == pytest.approx(covering.bound)
    assert covering.unreachable.tolist() == np.flatnonzero(is_lost & (weights > 0)).tolist()
    for solve, place in ((solve_p_median, 0), (solve_p_centre, 1)):
        best = min(one[place] for one in every)
        if best == INF:
            with pytest.raises(InputError, match="are needed"):
                solve(distance_m, weights=weights, **question)
            continue
        choice = solve(distance_m, weights=weights, **question)
        assert choice.value == best == pytest.approx(choice.bound)
        assert choice.is_proved
        assert set(kept) <= set(choice.sites.tolist())
        assert not set(barred) & set(choice.new_sites.tolist())
        assert judge(distance_m, counted, choice.sites.tolist(), 15.0)[place] == best


def serve(
    distance_m: Floats, weights: Floats, sites: list[int], capacities: Floats, radius_m: float
) -> tuple[float, float, float]:
    """Try every way to send whole rows to sites within their capacities."""
    total, farthest, covered = INF, INF, 0.0
    for sent in product([*sites, -1], repeat=len(weights)):
        held = np.zeros(len(capacities))
        np.add.at(held, [site for site in sent if site >= 0], weights[np.array(sent) >= 0])
        if (held > capacities).any():
            continue
        away = np.array([distance_m[row, site] for row, site in enumerate(sent) if site >= 0])
        mine = weights[np.array(sent) >= 0]
        if (away <= radius_m).all():
            covered = max(covered, float(mine.sum()))
        if -1 not in sent:
            total = min(total, float((mine * away).sum()))
            farthest = min(farthest, float(away.max()))
    return total, farthest, covered


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), rows=st.integers(1, 5), sites=st.integers(1, 4))
def test_with_capacities_every_answer_is_the_best_of_all(seed: int, rows: int, sites: int) -> None:
    distance_m, weights = draw(seed, rows, sites, 0.0)
    weights += 1
    capacities = np.random.default_rng(seed).integers(0, 12, sites).astype(float)
    count = min(2, sites)
    every = [
        serve(distance_m, weights, list(chosen), capacities, 15.0)
        for chosen in combinations(range(sites), count)
    ]
    question: dict[str, Any] = {"weights": weights, "count": count, "capacities": capacities}
    covering = solve_maximal_covering(distance_m, radius_m=15.0, **question)
    assert covering.value == max(one[2] for one in every) == pytest.approx(covering.bound)
    for solve, place in ((solve_p_median, 0), (solve_p_centre, 1)):
        best = min(one[place] for one in every)
        if best == INF:
            with pytest.raises(InputError):
                solve(distance_m, **question)
            continue
        choice = solve(distance_m, **question)
        assert choice.value == best == pytest.approx(choice.bound)
        held = np.bincount(choice.site_of, weights=weights, minlength=sites)
        assert (held <= capacities).all()


# Five premises on a street, at 0, 100, 200, 900 and 1,000 m; a site may stand at each.
STREET = np.abs(np.subtract.outer([0.0, 100, 200, 900, 1000], [0.0, 100, 200, 900, 1000]))
EACH = np.ones(5)


def test_the_street_is_served_from_the_middle_of_each_end() -> None:
    median = solve_p_median(STREET, weights=EACH, count=2)
    assert (
        median.value == 100 + 100 + 100
    )  # site 1 serves 0, 100, 200; one of the far pair the other
    assert 1 in median.sites
    centre = solve_p_centre(STREET, weights=EACH, count=1)
    assert (centre.value, centre.sites.tolist()) == (800, [2])  # from 200 m to both ends
    covering = solve_maximal_covering(STREET, weights=EACH, count=1, radius_m=100)
    assert (covering.value, covering.sites.tolist()) == (3, [1])  # at the radius is within
    assert covering.site_of.tolist() == [1, 1, 1, -1, -1]
    assert np.isnan(covering.distance_m[3:]).all()


def test_of_equally_good_centres_the_nearest_to_all_is_taken() -> None:
    # Two sites: 100 m reach everybody only from site 1 and one of the far pair; weight decides.
    centre = solve_p_centre(STREET, weights=np.array([1.0, 1, 1, 1, 5]), count=2)
    assert (centre.value, centre.sites.tolist()) == (100, [1, 4])


def test_what_is_open_stays_even_where_none_may_be_opened() -> None:
    choice = solve_p_median(STREET, weights=EACH, count=1, open_sites=[4], forbidden=[4, 1])
    # Site 4 serves 900 and 1,000; of the sites 0, 2 and 3 that are left, 0 and 2 cost 300 each.
    assert choice.value == 100 + 300
    assert choice.sites.tolist() in ([0, 4], [2, 4])
    assert choice.new_sites.tolist() == choice.sites[:1].tolist()


def test_only_looking_at_what_is_open_needs_no_new_site() -> None:
    choice = solve_p_median(STREET, weights=EACH, count=0, open_sites=[0])
    assert choice.value == choice.bound == 0 + 100 + 200 + 900 + 1000
    assert choice.new_sites.tolist() == []


def test_a_full_site_sends_the_rest_on() -> None:
    # Room for two premises in each site: 0, 100, 200 cannot share one.
    choice = solve_p_median(STREET, weights=EACH, count=3, capacities=np.full(5, 2.0))
    assert choice.value == 200  # three sites among five premises: two walk 100 m each
    assert np.bincount(choice.site_of).max() == 2


def test_demand_without_a_way_is_named_and_counts_nowhere() -> None:
    distance_m = STREET.copy()
    distance_m[3] = INF
    choice = solve_p_median(distance_m, weights=EACH, count=1)
    assert choice.unreachable.tolist() == [3]
    assert choice.site_of[3] == -1
    assert np.isnan(choice.distance_m[3])
    # Without it the middle one of 0, 100, 200, 1,000 is the site at 100 or at 200.
    assert choice.value == 100 + 100 + 900


def test_rows_of_no_weight_are_told_their_site_but_pull_none() -> None:
    choice = solve_p_median(STREET, weights=np.array([1.0, 1, 1, 0, 0]), count=1)
    assert (choice.value, choice.sites.tolist()) == (200, [1])
    assert choice.distance_m.tolist() == [100, 0, 100, 800, 900]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"count": 6}, "6 sites are to be opened, only 5 may be"),
        ({"forbidden": range(5)}, "only 0 may be"),
        ({"count": 0}, "at least one site"),
        ({"capacities": [2.0] * 5}, "demand is 5, what is open and 2 new sites hold at most 4"),
        ({"capacities": [0.5] * 5}, "weigh more than the largest site, 0.5"),
        ({"weights": [1.0, 1, 2, 2, 3], "capacities": [4.5] * 5}, "no assignment of whole demand"),
        ({"capacities": [1.0, np.nan, 9, 9, 9]}, "capacities of sites at 1"),
        ({"weights": np.zeros(5)}, "no demand can reach"),
        ({"weights": [1.0, -1, 1, 1, 1]}, "weights of demand at 1"),
        ({"weights": [1.0]}, "5 numbers are needed"),
        ({"open_sites": [5]}, "not among 0 to 4"),
        ({"distance_m": np.full((5, 5), np.nan)}, "without gaps"),
        ({"distance_m": np.where(np.eye(5) > 0, 0.0, INF)}, "at least 5 are needed"),
    ],
)
def test_a_question_without_answer_is_refused_in_a_sentence(
    change: dict[str, Any], said: str
) -> None:
    question: dict[str, Any] = {"distance_m": STREET, "weights": EACH, "count": 2} | change
    if said.startswith("no assignment"):  # 9 fits twice 4.5, but no part of 1, 1, 2, 2, 3 is 4.5
        question["count"] = 2
    for solve in (solve_p_median, solve_p_centre):
        with pytest.raises(InputError, match=said) as caught:
            solve(
                question["distance_m"], **{k: v for k, v in question.items() if k != "distance_m"}
            )
        assert len(caught.value.faults) == 1


@pytest.mark.parametrize("radius_m", [-1.0, np.nan, INF])
def test_a_radius_that_is_none_is_refused(radius_m: float) -> None:
    with pytest.raises(InputError, match="radius"):
        solve_maximal_covering(STREET, weights=EACH, count=1, radius_m=radius_m)


def far_apart(seed: int) -> tuple[Floats, Floats]:
    """Draw a question that takes a while: points in a square, without structure."""
    rng = np.random.default_rng(seed)
    demand, sites = rng.random((300, 2)), rng.random((80, 2))
    distance_m = np.hypot(*(demand[:, None] - sites[None]).transpose(2, 0, 1)) * 10_000
    return distance_m, rng.integers(1, 9, 300).astype(float)


def test_cut_short_the_answer_says_so_and_its_bound_holds() -> None:
    distance_m, weights = far_apart(1)
    for solve in (solve_p_median, solve_p_centre):
        whole = solve(distance_m, weights=weights, count=6)
        short = solve(distance_m, weights=weights, count=6, effort=Effort(time_limit_s=0.0))
        assert whole.is_proved
        assert short.bound <= whole.value * (1 + 1e-9) <= short.value * (1 + 2e-9)
        assert not short.is_proved
        assert short.gap == pytest.approx(1 - short.bound / short.value)
    tight = np.full(80, weights.sum() / 5)
    with pytest.raises(InputError, match="within the time limit"):
        solve_p_median(
            distance_m, weights=weights, count=6, capacities=tight, effort=Effort(time_limit_s=0)
        )


def test_same_question_same_answer() -> None:
    distance_m, weights = far_apart(2)
    for solve in (solve_p_median, solve_p_centre):
        first, second = (
            solve(distance_m, weights=weights, count=4, effort=Effort(seed=3)) for _ in range(2)
        )
        assert first.sites.tolist() == second.sites.tolist()
        assert (first.value, first.bound) == (second.value, second.bound)
