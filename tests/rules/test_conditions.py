"""Three-valued conditions and the verdicts that come of them."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd
import pytest

from qxgeo.rules.conditions import both, either, evaluate_condition
from qxgeo.rules.evidence import (
    CODES,
    combine_doubts,
    judge_margin,
    name_verdicts,
    spare_existing,
)
from qxgeo.vocabulary import Status, Verdict

TABLE = pd.DataFrame(
    {
        "surface": ["dirt", "asphalt", None, " ", "gravel"],
        "sales_t": ["5000", "4,999", "4999.9", None, "7000"],
        "is_large": [True, False, None, "是", "否"],
        "is_tunnel": [True, False, None, None, None],
    }
)
TABLE["sales_t"] = TABLE["sales_t"].str.replace(",", "")


def _ask(where: dict, **options: frozenset[str]) -> list[float | None]:
    truth = evaluate_condition(TABLE, where, **options)
    return [None if np.isnan(t) else t for t in truth]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({}, [1, 1, 1, 1, 1]),
        ({"surface": "dirt"}, [1, 0, None, None, 0]),
        ({"surface": ["dirt", "gravel"]}, [1, 0, None, None, 1]),
        ({"surface": {"present": True}}, [1, 1, 0, 0, 1]),
        ({"surface": {"present": False}}, [0, 0, 1, 1, 0]),
        ({"sales_t": {"min": 5000}}, [1, 0, 0, None, 1]),
        ({"sales_t": {"min": 4999.5, "max": 5000}}, [1, 0, 1, None, 0]),
        ({"is_large": True}, [1, 0, None, 1, 0]),
        ({"is_large": False}, [0, 1, None, 0, 1]),
        ({"not": {"surface": "dirt"}}, [0, 1, None, None, 1]),
        ({"any": [{"surface": "dirt"}, {"is_large": True}]}, [1, 0, None, 1, 0]),
        ({"all": [{"surface": "dirt"}, {"is_large": True}]}, [1, 0, None, None, 0]),
        ({"surface": "dirt", "is_large": True}, [1, 0, None, None, 0]),
        ({"not_there": 1}, [None] * 5),
        ({"not_there": {"present": True}}, [0] * 5),
        ({"not_there": {"present": False}}, [1] * 5),
    ],
)
def test_a_blank_is_unknown_and_never_no(where: dict, expected: list) -> None:
    assert _ask(where) == expected


def test_a_blank_says_no_only_where_the_field_writes_it_so() -> None:
    flags = frozenset({"is_tunnel", "is_oneway"})
    assert _ask({"is_tunnel": True}, blank_means_no=flags) == [1, 0, 0, 0, 0]
    assert _ask({"is_tunnel": False}, blank_means_no=flags) == [0, 1, 1, 1, 1]
    assert _ask({"is_oneway": False}, blank_means_no=flags) == [1] * 5
    assert _ask({"is_tunnel": True}) == [1, 0, None, None, None]


def test_and_or_follow_kleene() -> None:
    for first, second in itertools.product((0.0, 1.0, np.nan), repeat=2):
        pair = [np.array([first]), np.array([second])]
        worst = 0 if 0 in (first, second) else (1 if first == second == 1 else None)
        best = 1 if 1 in (first, second) else (0 if first == second == 0 else None)
        assert [None if np.isnan(v) else v for v in both(pair)] == [worst]
        assert [None if np.isnan(v) else v for v in either(pair)] == [best]


def test_a_margin_decides_only_beyond_its_error() -> None:
    margins = np.array([20, 15, 14.999, 0, -15, -15.001, np.nan])
    assert name_verdicts(judge_margin(margins, error_m=15.0)).tolist() == [
        Verdict.APPLIES,
        Verdict.APPLIES,
        Verdict.TOO_CLOSE_TO_CALL,
        Verdict.TOO_CLOSE_TO_CALL,
        Verdict.TOO_CLOSE_TO_CALL,
        Verdict.DOES_NOT_APPLY,
        Verdict.UNKNOWN,
    ]


def test_reaching_the_radius_counts_as_within() -> None:
    """Civil Code, article 1259: 以内 includes the number itself."""
    assert name_verdicts(judge_margin(np.array([0.0, -1e-9]), error_m=0.0)).tolist() == [
        Verdict.APPLIES,
        Verdict.DOES_NOT_APPLY,
    ]


def test_one_no_decides_and_an_unknown_attribute_leaves_it_open() -> None:
    place = np.array([CODES[Verdict.APPLIES]] * 2 + [CODES[Verdict.DOES_NOT_APPLY]])
    assert name_verdicts(combine_doubts(place, np.array([1.0, np.nan, np.nan]))).tolist() == [
        Verdict.APPLIES,
        Verdict.UNKNOWN,
        Verdict.DOES_NOT_APPLY,
    ]


def test_a_rule_on_new_premises_spares_existing_ones_and_leaves_renewals_open() -> None:
    codes = np.array([CODES[Verdict.APPLIES]] * 4 + [CODES[Verdict.DOES_NOT_APPLY]])
    status = pd.Series(
        [Status.EXISTING, Status.PROPOSED, Status.CHANGE, None, Status.PROPOSED], dtype=object
    )
    result, spared = spare_existing(codes, status)
    assert name_verdicts(result).tolist() == [
        Verdict.DOES_NOT_APPLY,
        Verdict.APPLIES,
        Verdict.UNKNOWN,
        Verdict.UNKNOWN,
        Verdict.DOES_NOT_APPLY,
    ]
    assert spared.tolist() == [True, False, False, False, False]


def test_a_code_stands_for_each_verdict() -> None:
    codes = np.array([CODES[verdict] for verdict in Verdict])
    assert name_verdicts(codes).tolist() == list(Verdict)
    assert len(set(codes.tolist())) == len(Verdict)


@pytest.mark.parametrize(
    "where",
    [{"a": "电"}, {"a": ["电", "是"]}, {"a": True}, {"a": {"min": 6}}, {"a": {"present": True}}],
)
def test_words_that_many_rows_share_are_asked_as_each_row_would_be(where: dict[str, Any]) -> None:
    rows = ["电", "", None, "是", " 6 ", "5", "否", "电"]
    shared = pd.DataFrame({"a": pd.array(rows * 3, dtype="string")})
    single = pd.DataFrame({"a": pd.Series(rows * 3, dtype=object)})
    answers = [evaluate_condition(table, where) for table in (shared, single)]
    assert np.array_equal(*answers, equal_nan=True)
    assert len(set(answers[0][~np.isnan(answers[0])])) == 2
