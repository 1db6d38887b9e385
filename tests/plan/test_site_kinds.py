"""Kinds of sites: which rules look at each, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from qxgeo.district import load_district
from qxgeo.errors import DistrictError, PlanError
from qxgeo.plan import load_plan
from qxgeo.resources import data_dir
from qxgeo.vocabulary import SiteVerdict

if TYPE_CHECKING:
    from pathlib import Path

# From the plan's own words: 1.3 is about auto repair, 3.1-3.3 about catering, 4.1.4 about
# inspection agencies; 4.1.5, 1.3.5 and 5.3.2 promote what they name (measures.md, by clause).
RULES = {
    "auto_repair": ["1.3.4-a"],
    "spray_centre": ["1.3.4-a", "1.3.5-a"],
    "catering": ["3.1.0-a", "3.1.0-b", "3.2.0-a", "3.3.0-a"],
    "inspection_agency": [f"4.1.4-{letter}" for letter in "abcdef"],
    "im_station": ["1.3.4-a", *(f"4.1.4-{letter}" for letter in "bcdef"), "4.1.5-a"],
    "straw_store": ["5.3.2-a"],
}


def test_each_kind_is_looked_at_by_the_rules_that_name_it() -> None:
    kinds = load_plan("qixing-2023").site_kinds
    assert {k.kind_id: [r.rule_id for r in k.rules] for k in kinds} == RULES


def test_every_attribute_that_a_rule_asks_for_is_asked_of_the_applicant() -> None:
    plan = load_plan("qixing-2023")

    def columns(where: object) -> set[str]:
        if not hasattr(where, "items"):
            return set()
        found: set[str] = set()
        for key, value in where.items():
            parts = value if key in ("any", "all") else [value] if key == "not" else []
            found |= {key} if key not in ("any", "all", "not") else set()
            for part in parts:
                found |= columns(part)
        return found

    for kind in plan.site_kinds:
        asked = {"status"} | {attribute.name for attribute in kind.attributes}
        for one in kind.rules:
            rule = plan.rule(one.rule_id)
            needed = columns(rule.subject.where) | columns(one.when)
            assert needed <= asked, (kind.kind_id, one.rule_id)


def test_layout_control_near_dwellings_asks_for_a_decision_and_prohibits_nothing() -> None:
    catering = next(k for k in load_plan("qixing-2023").site_kinds if k.kind_id == "catering")
    caught = {rule.rule_id: rule.caught for rule in catering.rules}
    assert caught["3.1.0-a"] == SiteVerdict.NEEDS_DECISION
    assert {caught["3.1.0-b"], caught["3.3.0-a"]} == {None}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('{ rule = "1.3.4-a" }, { rule = "1.3.5-a" }', '{ rule = "1.3.4-z" }', "1.3.4-z"),
        ('"汽修", "汽车维修",', '"汽修", "餐饮",', "餐饮"),
        ('caught = "needs_decision"', 'caught = "forbidden"', "forbidden"),
        ('name = "fuel"', 'nam = "fuel"', "nam"),
    ],
)
def test_a_malformed_kind_is_refused_with_its_key(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    text = (data_dir() / "plans" / "qixing-2023.toml").read_text("utf-8")
    assert old in text
    file = tmp_path / "plan.toml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PlanError) as refused:
        load_plan(file)
    assert told in str(refused.value)
    assert "site_kinds" in str(refused.value)


def add_kind(folder: Path, lines: str) -> Path:
    file = folder / "district.toml"
    file.write_text(file.read_text("utf-8") + lines, encoding="utf-8")
    return file


def test_a_district_adds_a_kind_of_its_own(town_folder: Path) -> None:
    kind = """
[site_kinds.car_wash]
title = { zh = "洗车场", en = "car wash" }
rules = [{ rule = "1.3.4-a", caught = "needs_decision" }]
"""
    district = load_district(add_kind(town_folder, kind))
    (found,) = district.site_kinds
    assert (found.kind_id, found.title.zh) == ("car_wash", "洗车场")
    assert [(r.rule_id, str(r.caught)) for r in found.rules] == [("1.3.4-a", "needs_decision")]


@pytest.mark.parametrize(
    ("name", "rule", "told"),
    [("car_wash", "9.9.9-a", "9.9.9-a"), ("catering", "1.3.4-a", "catering")],
)
def test_a_district_kind_that_does_not_fit_the_plan_is_refused(
    town_folder: Path, name: str, rule: str, told: str
) -> None:
    kind = f"""
[site_kinds.{name}]
title = {{ zh = "洗车场", en = "car wash" }}
rules = [{{ rule = "{rule}" }}]
"""
    with pytest.raises(DistrictError) as refused:
        load_district(add_kind(town_folder, kind))
    assert told in str(refused.value)
