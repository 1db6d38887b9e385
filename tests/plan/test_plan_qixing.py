"""The embedded plan holds the whole document, letter by letter, and says only what it says."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tomllib
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from qxgeo.plan import ActionPlan, Ambiguity, Choice, Measure, Rule, load_plan
from qxgeo.resources import data_dir
from qxgeo.vocabulary import Strength

ROOT = Path(__file__).parents[2]
STATION_RULES = {"1.3.4-a", "2.2.3-c", "2.2.4-a", "3.3.0-a", "4.1.4-a", "4.1.4-f"}


@pytest.fixture(scope="module")
def plan() -> ActionPlan:
    return load_plan("qixing-2023")


@pytest.fixture(scope="module")
def extraction() -> dict[str, Any]:
    """Read the extraction of the document, checked letter by letter when it was made."""
    data = Path(os.environ.get("QXGEO_EXTERNAL_DATA", ROOT.parent / "shared" / "data"))
    path = data.parent / "plan" / "measures.json"
    if not path.is_file():
        pytest.skip(f"extraction not found at {path}; set QXGEO_EXTERNAL_DATA")
    return dict(json.loads(path.read_text("utf-8")))


@pytest.fixture(scope="module")
def pairs(plan: ActionPlan, extraction: dict[str, Any]) -> list[tuple[Measure, dict[str, Any]]]:
    return list(zip(plan.measures, extraction["measures"], strict=True))


@pytest.fixture(scope="module")
def rule_pairs(plan: ActionPlan, extraction: dict[str, Any]) -> list[tuple[Rule, dict[str, Any]]]:
    theirs = [rule for measure in extraction["measures"] for rule in measure["rules"]]
    return list(zip(plan.rules, theirs, strict=True))


# ── alone ────────────────────────────────────────────────────────────────────────────────────────


def test_the_plan_is_whole(plan: ActionPlan) -> None:
    assert [len(plan.sections), len(plan.targets), len(plan.measures), len(plan.rules)] == [
        8, 26, 71, 34,
    ]  # fmt: skip
    assert sum(measure.deadline is not None for measure in plan.measures) == 16
    assert Counter(measure.spatial for measure in plan.measures) == {
        "inventory": 34, "rule": 13, "siting": 3, "none": 17, "assignment": 2, "sensing": 2,
    }  # fmt: skip
    assert len(plan.rounds) == 3
    assert sum(unit.is_named for unit in plan.units) == 23
    assert plan.district_code == "450305"
    assert plan.year == 2023


def test_a_radius_stands_in_the_words_of_its_clause(plan: ActionPlan) -> None:
    named = {rule.rule_id: rule for rule in plan.rules if rule.radius_m is not None}
    assert set(named) == {"1.3.4-a", "2.2.3-c", "2.2.4-a", "4.1.4-f"}
    for rule in named.values():
        kilometres = re.search(r"国控站点半径(\d+)公里范围内", rule.clause)
        assert kilometres is not None
        assert rule.radius_m == float(kilometres[1]) * 1000


def test_every_deadline_is_the_last_day_of_its_words(plan: ActionPlan) -> None:
    for measure in plan.measures:
        if measure.deadline is None:
            continue
        words = re.fullmatch(r"(\d{4})年(\d{1,2})月(底|中旬|(\d{1,2})日)前", measure.deadline.text)
        assert words is not None
        year, month = int(words[1]), int(words[2])
        last = {"底": (date(year, month + 1, 1) - date(year, month, 1)).days, "中旬": 20}
        assert measure.deadline.date == date(year, month, last.get(words[3]) or int(words[4]))


def test_strengths_follow_the_verbs_of_the_document(plan: ActionPlan) -> None:
    by_strength: dict[Strength, set[str]] = {strength: set() for strength in Strength}
    for rule in plan.rules:
        by_strength[rule.strength].add(rule.rule_id)
    assert by_strength[Strength.NO_NEW_APPROVAL] == {"1.3.4-a"}
    assert by_strength[Strength.GUIDED] == {"4.1.4-f"}
    assert by_strength[Strength.PROHIBITED] == {
        "3.1.0-b", "3.2.0-a", "4.1.4-b", "4.1.4-c", "4.1.4-d", "4.1.4-e", "4.3.4-a",
    }  # fmt: skip
    assert by_strength[Strength.PROMOTED] == {
        "1.3.5-a", "3.3.0-a", "4.1.2-a", "4.1.5-a", "4.3.1-a", "4.3.6-a", "5.3.2-a",
    }  # fmt: skip
    verbs = {"4.1.4-b": "禁止", "4.1.4-e": "禁止", "4.1.4-f": "引导", "3.3.0-a": "推动"}
    verbs |= {"4.3.4-a": "禁止", "1.3.4-a": "不再新增", "3.2.0-a": "取缔", "3.1.0-b": "清零"}
    for rule_id, verb in verbs.items():
        assert verb in plan.rule(rule_id).clause


def test_pages_and_switches_of_the_main_job(plan: ActionPlan) -> None:
    def those(claim: str) -> set[str]:
        return {rule.rule_id for rule in plan.rules if getattr(rule, claim)}

    pages = {rule.rule_id: rule.page for rule in plan.rules}
    assert {i for i, page in pages.items() if page == "keep_wet"} == {
        "2.2.3-a", "2.2.3-b", "2.2.3-c",
    }  # fmt: skip
    assert {i for i, page in pages.items() if page == "repair"} == {"2.2.4-a"}
    assert {i for i, page in pages.items() if page == "restricted"} == {
        "1.3.4-a", "4.1.4-a", "4.1.4-b", "4.1.4-c", "4.1.4-d", "4.1.4-e", "4.1.4-f",
    }  # fmt: skip
    assert those("whole_section") == {"2.2.4-a"}
    assert those("only_on_warning_days") == {"2.2.3-a"}
    assert those("new_only") == {
        "1.3.4-a", "4.1.4-b", "4.1.4-c", "4.1.4-d", "4.1.4-e", "4.1.4-f",
    }  # fmt: skip
    assert those("draws_zone") == {"1.3.4-a", "4.1.4-b", "4.1.4-c", "4.1.4-f"}
    assert plan.rule("2.2.4-a").rank_by == ("distance_m", "damage_class", "road_class")
    assert plan.rule("2.2.3-a").also_when_missing == ("2.2.3-b", "2.2.3-c")


def test_only_station_rules_refer_to_stations_and_each_asks_about_reference_points(
    plan: ActionPlan,
) -> None:
    found = {
        rule.rule_id
        for rule in plan.rules
        if rule.kind == "within_distance" and rule.reference == plan.selectors["national_stations"]
    }
    assert found == STATION_RULES
    other = plan.selectors["national_stations_without_reference_points"]
    for rule_id in STATION_RULES:
        overrides = [
            choice.override
            for ambiguity in plan.rule(rule_id).ambiguities
            for choice in ambiguity.alternatives
        ]
        assert {"reference": other} in overrides


def test_open_parameters_have_the_defaults_that_can_be_defended(plan: ActionPlan) -> None:
    defaults = {one.parameter_id: one.default for one in plan.parameters}
    assert defaults == {
        "near_residential_m": 9, "near_station_catering_m": 1000, "near_station_supervise_m": 1000,
        "near_school_m": None, "near_market_m": None, "frontage_tol_m": 30,
        "camera_range_m": None, "drone_range_m": None, "site_position_error_m": 10,
    }  # fmt: skip
    used = {rule.radius_parameter for rule in plan.rules} - {None}
    used |= {name for rule in plan.rules for name in rule.other_parameters}
    used |= {"site_position_error_m"}  # of a place that is applied for, under any rule
    assert used == set(defaults)


def test_every_sentence_of_ours_is_in_both_languages(plan: ActionPlan) -> None:
    raw = tomllib.loads((data_dir() / "plans" / "qixing-2023.toml").read_text("utf-8"))

    def walk(value: object) -> None:
        if isinstance(value, dict):
            if "zh" in value:
                assert re.search(r"[\u4e00-\u9fff]", value["zh"]), value
                assert value["en"].strip(), value
            for part in value.values():
                walk(part)
        elif isinstance(value, list):
            for part in value:
                walk(part)

    walk(raw)
    for measure in plan.measures:
        assert re.fullmatch(r"[A-Z][\x20-\x7e]+\.", measure.summary_en), measure.measure_id


def test_sources_describe_the_file_that_is_there() -> None:
    folder = data_dir() / "plans"
    entries = tomllib.loads((folder / "SOURCES.toml").read_text("utf-8"))["file"]
    assert {entry["file"] for entry in entries} == {
        path.name for path in folder.glob("*.toml") if path.name != "SOURCES.toml"
    }
    for entry in entries:
        content = (folder / entry["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"], "run stamp_sources.py"
        assert isinstance(entry["date"], date)


# ── against the extraction ───────────────────────────────────────────────────────────────────────


def test_counts_are_those_of_the_extraction(plan: ActionPlan, extraction: dict[str, Any]) -> None:
    checks = extraction["checks"]
    assert len(plan.measures) == checks["measures"]
    assert len(plan.targets) == checks["targets"]
    assert len(plan.sections) == checks["sections"]
    assert len(plan.rules) == checks["rules"]
    assert sum(m.deadline is not None for m in plan.measures) == checks["deadline_phrases"]
    assert Counter(m.spatial for m in plan.measures) == checks["spatial_classes"]
    phrases = [re.search(r"半径\d公里范围内", r.clause) for r in plan.rules if r.radius_m]
    assert [found[0] for found in phrases if found] == checks["radius_phrases"]
    assert sum(m.text.count("国控站点") for m in plan.measures) == checks["mentions_of_国控站点"]
    assert plan.title.zh == extraction["title"]
    assert plan.year == extraction["year"]


def test_sections_and_targets_are_the_documents(
    plan: ActionPlan, extraction: dict[str, Any]
) -> None:
    for mine, theirs in zip(plan.sections, extraction["sections"], strict=True):
        assert (mine.section_id, mine.numeral, mine.title) == (
            theirs["id"], theirs["numeral"], theirs["title"],
        )  # fmt: skip
        for target, other in zip(mine.targets, theirs["targets"], strict=True):
            assert (target.target_id, target.numeral, target.title) == (
                other["id"], other["numeral"], other["title"],
            )  # fmt: skip
            assert list(target.role_order) == other["role_order"]
            for role, units in other["units"].items():
                assert list(getattr(target, role)) == [unit["id"] for unit in units]
                written = [unit["as_written"] for unit in units]
                assert list(target.as_written.get(role, ())) == written


def test_units_and_their_aliases_are_the_documents(
    plan: ActionPlan, extraction: dict[str, Any]
) -> None:
    mine = [unit for unit in plan.units if unit.is_named]
    for unit, theirs in zip(mine, extraction["units"], strict=True):
        assert (unit.unit_id, unit.name) == (theirs["id"], theirs["name"])
        assert set(theirs["aliases_in_document"]) <= set(unit.aliases)
    codes = {code for code, _ in extraction["territory_from_elsewhere"]["units"]}
    assert {code for unit in plan.units for code in unit.members} == codes
    assert set(plan.unit("qx-xiangban").members) == codes - {"450305400"}
    for code, name in extraction["territory_from_elsewhere"]["units"]:
        assert plan.find_unit(name).members == (code,)


def test_measures_are_the_documents(
    plan: ActionPlan, pairs: list[tuple[Measure, dict[str, Any]]]
) -> None:
    for mine, theirs in pairs:
        assert (mine.measure_id, mine.target_id, mine.item) == (
            theirs["id"], theirs["target"], theirs["item"],
        )  # fmt: skip
        assert mine.text == theirs["text"]
        assert mine.spatial == theirs["spatial"]
        assert list(mine.inspection_rounds) == theirs["inspection_rounds"]
        assert (mine.inventory_of is None) == (theirs["inventory_of"] is None)
        assert (mine.ledger is None) == (theirs["ledger"] is None)
        for role in ("lead", "cooperating", "responsible"):
            named = [plan.find_unit(name).unit_id for name in theirs[role]]
            assert list(getattr(mine, role)) == named


def test_deadlines_and_rhythms_are_the_documents(
    pairs: list[tuple[Measure, dict[str, Any]]],
) -> None:
    for mine, theirs in pairs:
        deadline = mine.deadline and {
            "kind": mine.deadline.kind,
            "raw": mine.deadline.text,
            "date": mine.deadline.date.isoformat(),
            **({"earliest": e.isoformat()} if (e := mine.deadline.earliest) else {}),
        }
        expected = theirs["deadline"] and {
            k: v for k, v in theirs["deadline"].items() if k != "note"
        }
        assert deadline == expected
        has_note = mine.deadline is not None and mine.deadline.note is not None
        assert has_note == ("note" in (theirs["deadline"] or {}))
        rhythm = mine.rhythm and {
            "raw": mine.rhythm.text, "every": mine.rhythm.every, "unit": mine.rhythm.period,
        }  # fmt: skip
        assert rhythm == theirs["recurrence"]


def test_triggers_are_the_documents_words_for_those_of_the_extraction(
    pairs: list[tuple[Measure, dict[str, Any]]],
) -> None:
    for mine, theirs in pairs:
        assert (mine.trigger is None) == (theirs["trigger"] is None)
        if mine.trigger is not None:
            head = re.sub(r"(\(.*\)| in force|加大检测频次)", "", theirs["trigger"]).strip()
            assert all(word in mine.trigger for word in head.split("、"))


def test_rounds_and_anomalies_are_the_documents(
    plan: ActionPlan, extraction: dict[str, Any]
) -> None:
    for mine, theirs in zip(plan.rounds, extraction["inspection_rounds"], strict=True):
        assert {
            "round": mine.number, "raw": mine.text, "start": mine.start.isoformat(),
            "end": mine.end.isoformat(), "focus_raw": mine.focus,
            "focus_sections": list(mine.sections),
        } == {key: value for key, value in theirs.items() if key != "note"}  # fmt: skip
        assert (mine.note is None) == ("note" not in theirs)
        assert mine.text in plan.measure("8.1.3").text
        assert mine.focus in plan.measure("8.1.3").text
    for anomaly, other in zip(plan.anomalies, extraction["anomalies"], strict=True):
        assert (anomaly.where, anomaly.what.en, anomaly.handling.en) == (
            other["where"], other["what"], other["handling"],
        )  # fmt: skip


HOUSE_WORDS = {
    "mandatory": "obliged", "mandatory (禁止)": "prohibited", "guided (引导)": "guided",
    "explore": "promoted", "promote": "promoted", "promote (推动)": "promoted",
    "encouraged (推动)": "promoted",
}  # fmt: skip
EFFECT_WORDS = {"no_new_approval": "no_new_approval", "prohibit": "prohibited"}


def test_rules_are_those_of_the_extraction(
    rule_pairs: list[tuple[Rule, dict[str, Any]]],
) -> None:
    for mine, theirs in rule_pairs:
        assert (mine.rule_id, mine.kind, mine.effect, mine.title.zh) == (
            theirs["rule_id"], theirs["kind"], theirs["effect"], theirs["title"],
        )  # fmt: skip
        expected = EFFECT_WORDS.get(theirs["effect"], HOUSE_WORDS[theirs["strength"]])
        assert mine.strength == expected, mine.rule_id
        assert mine.radius_m == theirs["distance_m"]
        assert (mine.radius_m is not None) == (theirs["distance_source"] == "document")
        open_ones = [mine.radius_parameter, *mine.other_parameters]
        named = [name for name in theirs.get("param", "").split(", ") if name]
        assert [name for name in open_ones if name] == named
        assert ("新增" in mine.clause or "开办" in mine.clause or "设置" in mine.clause) or (
            not mine.new_only
        )


def test_the_petrol_threshold_is_the_documents(
    plan: ActionPlan, extraction: dict[str, Any]
) -> None:
    (threshold,) = [
        rule["threshold"]
        for measure in extraction["measures"]
        for rule in measure["rules"]
        if "threshold" in rule
    ]
    wanted = plan.rule("4.2.2-a").subject.where["any"][0]["annual_petrol_t"]
    assert dict(wanted) == {"min": threshold["value"]}
    assert (threshold["op"], threshold["unit"]) == (">=", "t/a")
    assert "5000吨以上" in plan.rule("4.2.2-a").clause


def gist(choice: Choice) -> str:
    """Words of a reading without what we add in brackets."""
    return re.sub(r" \([^()]*(computed|drawn for you|the site's)[^()]*\)$", "", choice.text.en)


def test_ambiguities_of_the_extraction_stand_first_and_word_by_word(
    rule_pairs: list[tuple[Rule, dict[str, Any]]],
) -> None:
    def words(ambiguity: Ambiguity) -> tuple[str, str]:
        return ambiguity.question.en, ambiguity.default.text.en

    for mine, theirs in rule_pairs:
        others = theirs["ambiguities"]
        assert len(mine.ambiguities) >= len(others)
        for number, (ambiguity, other) in enumerate(
            zip(mine.ambiguities, others, strict=False), start=1
        ):
            assert ambiguity.ambiguity_id == f"{mine.rule_id}.{number}"
            assert words(ambiguity) == (other["q"], other["default"])
            readings = [gist(choice) for choice in ambiguity.alternatives]
            assert readings[: len(other["alternatives"])] == other["alternatives"]
