"""The red and black list, on sites whose figures can be counted on one hand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from qxgeo.errors import InputError
from qxgeo.ledger.listing import figure_sites, judge_lists, list_changes, parse_month
from qxgeo.ledger.rulebook import Condition, load_list_rules, load_work_rules
from qxgeo.resources import data_dir

if TYPE_CHECKING:
    from pathlib import Path

    from qxgeo.ledger.listing import ListEntry

RULES = load_list_rules()
JUNE = parse_month("2023-06")
PASSED = {item.item_id: "passed" for item in RULES.items}


def site(site_id: str, kind: str = "construction_site") -> dict[str, Any]:
    return {"id": site_id, "kind": kind, "name": f"工地{site_id}"}


def check(site_id: str, day: str = "2023-06-10", **items: str) -> dict[str, Any]:
    details = json.dumps({"items": PASSED | items})
    return {"kind": "score", "site_id": site_id, "inspected_on": day, "details": details}


def problem(site_id: str, source: str = "patrol", **more: Any) -> dict[str, Any]:  # noqa: ANN401
    row = {"site_id": site_id, "source": source, "found_on": "2023-06-12", "due_on": None}
    return row | {"status": "open", "closed_on": None, "details": None} | more


def judge(*checks: dict[str, Any], problems: tuple[dict[str, Any], ...] = ()) -> list[ListEntry]:
    sites = [site("A"), site("B"), site("C", kind="catering")]
    figures = figure_sites(RULES, JUNE, sites=sites, inspections=checks, problems=problems)
    return list(judge_lists(RULES, JUNE, figures))


def names(entries: list[ListEntry], kind: str) -> set[str]:
    return {one.site_id for one in entries if one.kind == kind}


def test_all_nine_items_passed_and_no_trouble_is_red() -> None:
    assert names(judge(check("A")), "red") == {"A"}


def test_a_site_that_nobody_inspected_is_on_no_list() -> None:
    assert judge() == []


def test_an_item_that_nobody_looked_at_keeps_a_site_off_the_red_list() -> None:
    entries = judge(check("A", wash="not_checked"))
    assert not entries


def test_one_failed_item_is_neither_red_nor_black() -> None:
    assert not judge(check("A", wash="failed"))


def test_below_six_tenths_is_black_and_six_tenths_would_not_be() -> None:
    four = dict.fromkeys(("wash", "hard", "wet", "sealed"), "failed")  # 5 of 9
    three = dict.fromkeys(("wash", "hard", "wet"), "failed")  # 6 of 9
    assert names(judge(check("A", **four), check("B", **three)), "black") == {"A"}
    assert not Condition(figure="score", test="below", bound=0.6).holds(0.6)


def test_the_worst_inspection_of_the_month_counts_and_other_months_do_not() -> None:
    bad = dict.fromkeys(("wash", "hard", "wet", "sealed"), "failed")
    entries = judge(check("A"), check("A", "2023-06-30", **bad), check("B", "2023-07-01", **bad))
    assert names(entries, "black") == {"A"}


def test_stopped_equipment_is_black_at_once_and_costs_three_points() -> None:
    entries = judge(check("A", spray="failed"))
    (credit,) = [one for one in entries if one.kind == "credit"]
    assert (credit.site_id, credit.rule_id, credit.points) == ("A", "stopped_equipment", 3)


def test_two_dust_events_are_black_without_any_inspection() -> None:
    events = (problem("B", "dust_event"), problem("B", "dust_event"))
    assert names(judge(problems=events), "black") == {"B"}


def test_a_complaint_keeps_a_perfect_site_off_the_red_list() -> None:
    entries = judge(check("A"), problems=(problem("A", "complaint"),))
    assert not entries


@pytest.mark.parametrize(
    ("more", "is_black"),
    [
        ({"due_on": "2023-06-20"}, True),
        ({"due_on": "2023-06-30"}, False),  # due on the last day: the month holds no day after it
        ({"due_on": "2023-06-20", "status": "closed", "closed_on": "2023-06-29"}, False),
        ({"due_on": "2023-06-20", "status": "closed", "closed_on": "2023-07-02"}, True),
    ],
)
def test_a_problem_not_mended_within_its_month_is_black(
    more: dict[str, Any],
    is_black: bool,  # noqa: FBT001
) -> None:
    assert (names(judge(problems=(problem("A", **more),)), "black") == {"A"}) is is_black


def test_no_more_than_ten_are_red_the_best_first() -> None:
    sites = [site(f"S{number:02d}") for number in range(14)]
    checks = [check(one["id"]) for one in sites]
    figures = figure_sites(RULES, JUNE, sites=sites, inspections=checks, problems=())
    red = [one.site_id for one in judge_lists(RULES, JUNE, figures)]
    assert red == [f"S{number:02d}" for number in range(10)]


def test_a_proposal_that_no_longer_holds_is_withdrawn_and_an_appeal_is_left_alone() -> None:
    entries = judge(check("A", spray="failed"))
    first = list(list_changes(RULES, entries, known=(), month="2023-06"))
    known = [{"id": one.row_id, "appeal_status": None} | dict(one.values or {}) for one in first]
    again = list(list_changes(RULES, [], known=known, month="2023-06"))
    assert [one.values for one in again] == [{"status": "withdrawn"}] * len(first)
    appealed = [one | {"appeal_status": "申诉中"} for one in known]
    assert not list(list_changes(RULES, [], known=appealed, month="2023-06"))


def test_every_number_of_the_rules_names_its_source() -> None:
    for one in (*RULES.items, *RULES.black):
        assert one.source.zh
        assert one.source.en
    assert all(text.zh for text in load_work_rules().assumptions)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('figure = "score"\nbelow = 0.6', 'figure = "score"\nbelow = -1', "数值不合理"),
        ('figure = "score"\nbelow = 0.6', 'figure = "punkte"\nbelow = 0.6', "没有“punkte”"),
        ('figure = "score"\nbelow = 0.6', 'figure = "score"', "要有且只有一个界限"),
        ("[appeal]\ndays = 5", "[appeal]\ntage = 5", "缺少此项"),
        ("schema =", "schema = [", "读不了"),
    ],
)
def test_a_malformed_rule_is_told_with_its_key(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    text = (data_dir() / "ledger" / "red_black.toml").read_text("utf-8")
    assert old in text
    path = tmp_path / "rules.toml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(InputError, match=said):
        load_list_rules(path)


@pytest.mark.parametrize("text", ["2023-13", "2023", "06-2023", "2023-00"])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="不是月份"):
        parse_month(text)
