"""What a ledger holds from the start, what is put in by hand, and the doors to it."""

from __future__ import annotations

import datetime as dt
import shutil
from collections import Counter
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from qxgeo.cli.doors import doors
from qxgeo.district import load_district
from qxgeo.errors import LedgerError, ReadError
from qxgeo.ledger.entering import file_changes, hand_change
from qxgeo.ledger.history import read_rows, verify_ledger
from qxgeo.ledger.loading import people_changes, plan_changes, site_changes, task_id
from qxgeo.ledger.store import open_ledger
from qxgeo.plan import load_plan
from qxgeo.resources import data_dir

if TYPE_CHECKING:
    from pathlib import Path

    from qxgeo.district import District
    from qxgeo.ledger.history import Change
    from qxgeo.plan import ActionPlan

WHEN = ("--who", "示例甲", "--at", "2023-06-12T08:30:00+08:00")


@pytest.fixture(scope="module")
def plan() -> ActionPlan:
    return load_plan("qixing-2023")


@pytest.fixture(scope="module")
def district() -> District:
    return load_district()


def said(change: Change) -> dict[str, Any]:
    """Give what a change says."""
    return dict(change.values or {})  # noqa: PD011 - no frame of pandas


def call(*arguments: str) -> Result:
    return CliRunner().invoke(doors, ["ledger", *arguments])


def test_every_measure_becomes_a_task_of_every_unit_in_its_role(plan: ActionPlan) -> None:
    tasks = [said(one) for one in plan_changes(plan)]
    assert {one["measure_id"] for one in tasks} == {one.measure_id for one in plan.measures}
    assert len({one["measure_id"] for one in tasks}) == 71
    # By hand, from the text: 1.2 names one lead, two cooperating units, and as responsible 各乡办
    # (five townships) and 华侨旅游经济区; 4.2 names nobody responsible.
    roles = Counter(one["role"] for one in tasks if one["measure_id"] == "1.2.1")
    assert roles == {"lead": 1, "cooperating": 2, "responsible": 6}
    townships = {
        one["unit_name"]
        for one in tasks
        if one["measure_id"] == "1.2.1" and one.get("as_written") == "各乡办"
    }
    assert len(townships) == 5
    assert "华侨旅游经济区" not in townships
    assert not [
        one for one in tasks if one["measure_id"] == "4.2.1" and one["role"] == "responsible"
    ]
    # 5.1 and 7.2 turn the roles round.
    assert Counter(one["role"] for one in tasks if one["measure_id"] == "5.1.1") == {
        "lead": 6,
        "responsible": 3,
    }


def test_deadlines_and_rhythms_of_the_tasks_are_those_of_the_plan(plan: ActionPlan) -> None:
    tasks = {said(one)["measure_id"]: said(one) for one in plan_changes(plan)}
    assert tasks["1.1.3"]["due_on"] == dt.date(2023, 6, 20)
    assert tasks["1.2.1"]["deadline_text"] == "2023年5月25日前"
    assert (tasks["6.1.0"]["every"], tasks["6.1.0"]["period"]) == (1, "week")
    assert (tasks["2.3.2"]["every"], tasks["2.3.2"]["period"]) == (2, "month")
    assert tasks["7.4.3"]["trigger"]


def test_ids_are_the_same_each_time_and_differ_between_turns(plan: ActionPlan) -> None:
    first, again = plan_changes(plan), plan_changes(load_plan("qixing-2023"))
    assert [one.row_id for one in first] == [one.row_id for one in again]
    assert len({one.row_id for one in first}) == len(first)
    one = ("6.1.0", "lead", "qx-sthj")
    assert task_id(*one) in {task.row_id for task in first}
    assert task_id(*one, "2023-W24") != task_id(*one)


def test_sites_of_every_inventory_layer_are_there_with_their_township(
    district: District, plan: ActionPlan
) -> None:
    sites = site_changes(district, plan)
    kinds = Counter(said(one)["kind"] for one in sites)
    for kind, count in kinds.items():
        assert count == len(district.layers[kind].table)
    assert {"auto_repair", "catering", "bare_ground", "damaged_roads", "machines"} <= set(kinds)
    assert not {"schools", "residential_buildings", "stations"} & set(kinds)
    assert len({one.row_id for one in sites}) == len(sites)
    # Each township by the polygon that holds the point, asked another way.
    townships = district.layers["townships"].table.set_index("township_id").geometry.dropna()
    table = district.layers["catering"].table
    expected = {
        row.site_id: [code for code, area in townships.items() if area.covers(row.geometry)]
        for row in table.itertuples()
    }
    for one in sites:
        if said(one)["kind"] == "catering":
            codes = expected[said(one)["details"]["layer_id"]]
            assert said(one)["township_id"] in (codes or ["outside_district", "no_township"])
            assert one.source.file == "catering.csv"
            assert said(one)["is_demo"] == "yes"
    row = sites[0].source.row
    assert row is not None
    assert row >= 2


def test_people_of_the_patrol_are_there_with_their_unit(
    district: District, plan: ActionPlan
) -> None:
    people = people_changes(district, plan)
    assert len(people) == len(district.layers["grid_members"].table)
    units = {said(one)["unit_id"] for one in people}
    assert units <= {one.unit_id for one in plan.units}


def test_the_doors_make_fill_show_and_verify_a_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    made = call("init", *WHEN)
    assert made.exit_code == 0, made.output
    assert "任务 558" in made.output
    again = call("init", *WHEN)
    assert again.exit_code == 2
    csv = tmp_path / "问题.csv"
    csv.write_text(
        "编号,问题,状态,整改期限,扬尘分\nP-1,裸土,open,2023/7/1,3\nP-2,油烟,open,,\n", "utf-8"
    )
    assert "记入 2 条账目" in call("add", "problems", str(csv), *WHEN).output
    assert "记入 0 条账目，2 行" in call("add", "problems", str(csv), *WHEN).output
    hand = call("add", "problems", "--id", "P-1", "--set", "状态=closed", *WHEN)
    assert hand.exit_code == 0, hand.output
    shown = call("show", "problems", "P-1")
    assert "2023-07-01" in shown.output
    assert "问题.csv 第 2 行" in shown.output
    assert '{"status": "open"} → {"status": "closed"}' in shown.output
    assert "示例甲" not in call("show", "problems", "P-1", "--public").output
    assert "共 1 行" in call("show", "problems", "--where", "status=closed").output
    assert "问题清单\t2" in call("show").output
    sound = call("verify", "--lang", "en")
    assert "sound: 1183 entries" in sound.output
    head = sound.output.splitlines()[1].removeprefix("head: ")
    assert call("verify", "--head", head).exit_code == 0
    assert call("verify", "--head", "0" * 64).exit_code == 2
    assert "0001" in call("upgrade").output
    for wrong in (
        ("show", "nothing"),
        ("show", "problems", "P-9"),
        ("add", "problems", *WHEN),
        ("add", "problems", "--set", "no equals sign", *WHEN),
        ("add", "problems", "--set", "颜色=红", *WHEN),
        ("add", "about", "--set", "plan_id=x", *WHEN),
        ("add", "problems", "nowhere.csv", *WHEN),
        ("add", "problems", "--set", "问题=x", "--who", "甲", "--at", "2023-06-12"),
        ("add", "problems", "--set", "问题=x", "--who", "甲", "--at", "昨天"),
        ("fly",),
    ):
        refused = call(*wrong)
        assert refused.exit_code == 2, wrong
        assert "Traceback" not in refused.output


def test_a_district_s_ledger_lies_in_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "district"
    shutil.copytree(data_dir(), folder)
    done = call("init", str(folder), "--empty", *WHEN)
    assert done.exit_code == 0, done.output
    assert (folder / "ledger.sqlite").is_file()
    with open_ledger(folder) as opened:
        assert verify_ledger(opened).is_sound
        assert read_rows(opened, "sites") == []


def test_a_workbook_is_read_like_a_table(tmp_path: Path) -> None:
    path = tmp_path / "场所.xlsx"
    frame = pd.DataFrame(
        {
            "类别": ["工地", "工地"],
            "名称": ["一", "二"],
            "电话": [13800000000, None],
            "裸土": [1.5, None],
        }
    )
    frame.to_excel(path, index=False)
    changes = file_changes("sites", path)
    assert said(changes[0]) == {
        "kind": "工地",
        "name": "一",
        "phone": "13800000000",
        "details": {"裸土": 1.5},
    }
    assert said(changes[1]) == {"kind": "工地", "name": "二"}
    assert [one.source.row for one in changes] == [2, 3]
    assert [one.row_id for one in changes] == [one.row_id for one in file_changes("sites", path)]


def test_a_file_that_says_a_thing_twice_or_has_no_known_heading_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("编号,名称,类别\nS-1,一,工地\nS-1,二,工地\n", "utf-8")
    with pytest.raises(LedgerError, match="row 2"):
        file_changes("sites", path)
    path.write_text("甲,乙\n1,2\n", "utf-8")
    with pytest.raises(ReadError):
        file_changes("sites", path)
    with pytest.raises(LedgerError, match="颜色"):
        hand_change("sites", {"颜色": "红"}, row_id=None)
