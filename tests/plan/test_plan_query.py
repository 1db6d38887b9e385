"""What the command line asks of a plan."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from qxgeo.errors import PlanError
from qxgeo.plan import ActionPlan, covering_units, describe_measure, load_plan, measures_for

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def plan() -> ActionPlan:
    return load_plan("qixing-2023")


def ids(measures: tuple[object, ...]) -> list[str]:
    return [measure.measure_id for measure in measures]  # type: ignore[attr-defined]


def test_a_subdistrict_finds_the_measures_of_all_townships(plan: ActionPlan) -> None:
    # 各乡办 leads 5.1 and 7.2 (4 measures) and answers for 49: 53 in all (counted in the document)
    assert len(measures_for(plan, unit="各乡办")) == 53
    for name in ("东江街道", "450305002", "七星区街道", "漓东街道办事处"):
        assert measures_for(plan, unit=name) == measures_for(plan, unit="各乡办")


def test_a_township_that_is_named_itself_finds_its_own_measures_too(plan: ActionPlan) -> None:
    own = {"5.3.1", "5.3.2"}
    found = set(ids(measures_for(plan, unit="朝阳乡")))
    assert found == own | set(ids(measures_for(plan, unit="各乡办")))
    assert own.isdisjoint(ids(measures_for(plan, unit="东江街道")))


def test_huaqiao_stands_beside_the_townships_and_not_among_them(plan: ActionPlan) -> None:
    assert covering_units(plan, plan.find_unit("华侨旅游经济区")) == {"qx-hq"}
    assert "5.3.1" in ids(measures_for(plan, unit="华侨旅游经济区"))


def test_an_alias_finds_what_the_name_finds(plan: ActionPlan) -> None:
    long, short = "区大气污染防治领导小组办公室", "区大气办"
    # 12 by the document: 5.4 (1), 7.3 (3), 7.4 (3), 8.1 (3), 8.2 (2)
    assert len(measures_for(plan, unit=long)) == len(measures_for(plan, unit=short)) == 12


def test_deadlines_are_met_on_the_day_itself(plan: ActionPlan) -> None:
    assert ids(measures_for(plan, due_before=date(2023, 5, 24))) == []
    assert ids(measures_for(plan, due_before=date(2023, 5, 25))) == ["1.2.1", "1.2.2"]
    assert len(measures_for(plan, due_before=date(2023, 12, 31))) == 16


def test_kinds_are_those_of_measures_and_of_their_rules(plan: ActionPlan) -> None:
    assert ids(measures_for(plan, kind="siting")) == ["1.3.5", "4.1.5", "5.3.2"]
    assert ids(measures_for(plan, kind="within_distance")) == [
        "1.3.4", "2.2.3", "2.2.4", "3.1.0", "3.3.0", "4.1.4",
    ]  # fmt: skip
    assert ids(measures_for(plan, unit="区商务局", kind="attribute")) == ["4.1.4", "4.2.2"]
    assert len(measures_for(plan)) == 71


def test_an_unknown_unit_or_kind_is_refused(plan: ActionPlan) -> None:
    with pytest.raises(PlanError, match="区商务局"):
        measures_for(plan, unit="区商务厅")
    with pytest.raises(PlanError, match="within_distance"):
        measures_for(plan, kind="distance")


def test_a_measure_is_explained_with_clause_distance_units_and_open_questions(
    plan: ActionPlan,
) -> None:
    lines = "\n".join(describe_measure(plan, "2.2.3"))
    for words in (
        "牵头：区城市管理局", "配合：七星交警大队", "责任：各乡办、华侨旅游经济区",
        "2.2.3-c  国控站点1公里内各路段24小时湿润  [应当]", "距离：1000 米，含本数",
        "触发条件：污染天气预警期间", "存疑 2.2.3-b.1", "另解：warning-days",
        "只在污染天气预警期间",
        "缺图层时代以：2.2.3-b、2.2.3-c", "（不能在此选）", "第 1 次督导：2023-06-01 至 2023-07-31",
    ):  # fmt: skip
        assert words in lines


def test_an_explanation_in_english_keeps_the_chinese_text(plan: ActionPlan) -> None:
    lines = "\n".join(describe_measure(plan, "4.1.4", "en"))
    assert plan.measure("4.1.4").text in lines
    for words in (
        "lead: 区工业和信息化局、七星公安分局、七星生态环境局",
        "distance: no number in the document; parameter near_school_m is not set;",
        "parameter frontage_tol_m is 30 m unless set;",
        "binds new premises only",
        "[prohibited]", "[guided]", "other: reject",
    ):  # fmt: skip
        assert words in lines


def test_deadline_rhythm_listing_and_ledger_are_explained(plan: ActionPlan) -> None:
    assert "期限：2023-06-20（2023年6月中旬前）" in describe_measure(plan, "1.1.3")
    monthly = describe_measure(plan, "2.1.1")
    assert "周期：每 1 个月（每月公布）" in monthly
    assert "清单对象：全区工地" in monthly
    assert "台账：每月“红榜”" in monthly
    assert "  无人机作业半径：" in "\n".join(describe_measure(plan, "5.2.2"))
    assert "路段整段计" in "\n".join(describe_measure(plan, "2.2.4"))


def test_every_measure_can_be_explained_in_both_languages(plan: ActionPlan) -> None:
    for measure in plan.measures:
        for lang in ("zh", "en"):
            lines = describe_measure(plan, measure.measure_id, lang)
            assert measure.text in lines
            assert not any("None" in line or "Text(" in line for line in lines)


def test_a_measure_without_a_summary_is_explained_all_the_same(
    tmp_path: Path, small_plan: str
) -> None:
    path = tmp_path / "small.toml"
    path.write_text(small_plan, encoding="utf-8")
    assert "加强宣传。" in describe_measure(load_plan(path), "1.1.2", "en")
