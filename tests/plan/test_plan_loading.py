"""A malformed plan is refused: file, key, and every fault in one error."""

from __future__ import annotations

import copy
import dataclasses
import hashlib
import json
import tomllib
from datetime import date
from typing import TYPE_CHECKING, Any, cast

import pytest

from qxgeo.errors import PlanError, ReadError
from qxgeo.plan import ActionPlan, embedded_plans, load_plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    Refuse = Callable[[str], Mapping[str, str]]

RULE = "measures[0].rules[0]"

# what is replaced, by what, the key that the error must name, and a word of its message
FAULTS = [
    ("radius_m = 2000", "radius_m = -5", f"{RULE}.radius_m", "above zero"),
    ("radius_m = 2000", "radius_m = 0", f"{RULE}.radius_m", "above zero"),
    ("radius_m = 2000", "radius_m = nan", f"{RULE}.radius_m", "above zero"),
    ("radius_m = 2000", "radius_m = inf", f"{RULE}.radius_m", "above zero"),
    ("radius_m = 2000", 'radius_m = "2 km"', f"{RULE}.radius_m", "a number"),
    ("radius_m = 2000", "radius_m = true", f"{RULE}.radius_m", "a number"),
    ("radius_m = 2000", "", f"{RULE}.radius_m", "without a distance"),
    ("radius_m = 2000", "radius_mm = 2000", f"{RULE}.radius_mm", 'is it "radius_m"'),
    ("radius_m = 2000", 'radius_m = 2000\nradius_parameter = "near_m"', f"{RULE}.radius_m", "both"),
    ("radius_m = 2000", 'radius_parameter = "far_m"', f"{RULE}.radius_parameter", "near_m"),
    ("radius_m = 2000", "radius_m = 1\nstation_radius_m = -1", f"{RULE}.station_radius_m", "above"),
    (
        "radius_m = 2000",
        'radius_m = 1\nother_parameters = ["far_m"]',
        f"{RULE}.other_parameters[0]",
        "near_m",
    ),
    ('strength = "obliged"', 'strength = "must"', f"{RULE}.strength", "prohibited"),
    ('kind = "within_distance"', 'kind = "near"', f"{RULE}.kind", "within_distance"),
    ('page = "keep_wet"', 'page = "wet"', f"{RULE}.page", "keep_wet"),
    ('clause = "站点半径2公里', 'clause = "站点半径3公里', f"{RULE}.clause", "letter by letter"),
    ('effect = "oblige"\npage = "keep', 'page = "keep', f"{RULE}.effect", "missing"),
    ('reference = "near_ones"', "", f"{RULE}.reference", "missing"),
    ('reference = "near_ones"', 'reference = "near"', f"{RULE}.reference", "near_ones"),
    ('{ layer = "roads", text', '{ layer = "streets", text', f"{RULE}.subject.layer", "streets"),
    ('road_class = "trunk"', "road_class = []", f"{RULE}.subject.where.any[0].road_class", "value"),
    (
        "min = 3, max = 9",
        "min = 9, max = 3",
        f"{RULE}.subject.where.any[1].not.width_m",
        "min not above max",
    ),
    ("min = 3, max = 9", "least = 3", f"{RULE}.subject.where.any[1].not.width_m", "condition"),
    ("present = true", "present = 1", f"{RULE}.subject.where.any[2].surface", "condition"),
    ('{ road_class = "trunk" }, {', '"trunk", {', f"{RULE}.subject.where.any[0]", "table"),
    (
        'any = [\n  { road_class = "trunk" }',
        "any = [], all = [{ a = 1 }",
        f"{RULE}.subject.where.any",
        "no condition",
    ),
    (
        "not = { width_m = { min = 3, max = 9 } }",
        "not = 3",
        f"{RULE}.subject.where.any[1].not",
        "a table",
    ),
    ('rank_by = ["distance_m"]', 'rank_by = ["a", "a"]', f"{RULE}.rank_by[1]", "twice"),
    ('rank_by = ["distance_m"]', "rank_by = [3]", f"{RULE}.rank_by[0]", "must be text"),
    ('id = "1.1.1-a"', 'id = "2.2.2-a"', f"{RULE}.id", "1.1.1"),
    ('id = "1.1.1-b"', 'id = "1.1.1-a"', "measures[0].rules[1].id", "twice"),
    (
        'also_when_missing = ["1.1.1-a"]',
        'also_when_missing = ["1.1.1-b"]',
        "measures[0].rules[1].also_when_missing[0]",
        "1.1.1-a",
    ),
    ('id = "1.1.1-a.1"', 'id = "1.1.1-b.1"', f"{RULE}.ambiguities[0].id", "1.1.1-a"),
    ('id = "1.1.1-a.2"', 'id = "1.1.1-a.1"', f"{RULE}.ambiguities[1].id", "twice"),
    (
        'choice = "near"',
        'choice = "two-km"',
        f"{RULE}.ambiguities[0].alternatives[0].choice",
        "twice",
    ),
    (
        "radius_m = 3000, whole",
        "radius = 3000, whole",
        f"{RULE}.ambiguities[0].alternatives[1].override.radius",
        "radius_m",
    ),
    (
        "radius_m = 3000, whole",
        'radius_m = 3000, radius_parameter = "near_m", whole',
        f"{RULE}.ambiguities[0].alternatives[1].override.radius_m",
        "both",
    ),
    (
        "radius_m = 3000, whole",
        "radius_m = -3, whole",
        f"{RULE}.ambiguities[0].alternatives[1].override.radius_m",
        "above zero",
    ),
    (", override = {} }", " }", f"{RULE}.ambiguities[0].alternatives[2].override", "missing"),
    (
        'default = { choice = "clip", zh = "否", en = "no" }',
        "",
        f"{RULE}.ambiguities[1].default",
        "missing",
    ),
    ('lead = ["区城管局"]', 'lead = ["区城营局"]', "targets[0].lead[0]", 'is it "区城管局"'),
    ('lead = ["区城管局"]', "", "targets[0].lead", "missing"),
    ('lead = ["区城管局"]', 'lead = ["东办", "东街道"]', "targets[0].lead", "twice"),
    ('id = "1.1"\n', 'id = "7.1"\n', "targets[0].id", "there is no"),
    ('aliases = ["东办"]', 'aliases = ["各乡办"]', "units[2]", "twice"),
    ('kind = "townships"', 'kind = "many"', "units[1].kind", "township"),
    ('id = "1.1.2"', 'id = "1.1.1"', "measures[1]", "twice"),
    ('id = "1.1.2"', 'id = "1.9.2"', "measures[1].id", "1.9"),
    ('id = "1.1.2"', 'id = "1.1.b"', "measures[1].id", "no number"),
    ('spatial = "none"', 'spatial = "nowhere"', "measures[1].spatial", "inventory"),
    ('text = "加强宣传。"', 'text = " "', "measures[1].text", "blank"),
    ("date = 2023-06-30", 'date = "2023-06-30"', "measures[0].deadline.date", "without quotes"),
    ("date = 2023-06-30", "date = 2023-06-30T10:00:00", "measures[0].deadline.date", "date"),
    ("date = 2023-06-30", "date = 2023-06-10", "measures[0].deadline.earliest", "later"),
    ('text = "6月底前", date', 'text = "7月底前", date', "measures[0].deadline.text", "letter"),
    ('kind = "by"', 'kind = "after"', "measures[0].deadline.kind", "by"),
    ('text = "每月"', 'text = "每周"', "measures[0].rhythm.text", "letter"),
    ("every = 1", "every = 0", "measures[0].rhythm.every", "at least 1"),
    ('period = "month"', 'period = "day"', "measures[0].rhythm.period", "week"),
    ('trigger = "道路洒水"', 'trigger = "下雨"', "measures[0].trigger", "letter"),
    ("inspection_rounds = [1]", "inspection_rounds = [2]", "measures[0].inspection_rounds", "no"),
    ("inspection_rounds = [1]", "inspection_rounds = [1, 1]", "measures[0].inspection_rounds", "d"),
    ("end = 2023-07-31", "end = 2023-05-31", "rounds[0].end", "before it starts"),
    ('sections = ["1"]', 'sections = ["9"]', "rounds[0].sections", "9"),
    ("year = 2023", "year = 23", "year", "too small"),
    ("year = 2023", "year = 2023.5", "year", "a whole number"),
    ('plan_id = "small"', "", "plan_id", "missing"),
    ('plan_id = "small"', 'plan_id = "small"\nauthor = "me"', "author", "unknown key"),
    ('title = { zh = "小方案", en = "Small plan" }', 'title = "小方案"', "title", "a table"),
    ('["轻"]]', "[3]]", "classes.damage_class[1][0]", "text"),
    ('[selectors.near_ones]\nlayer = "stations"', '[selectors.near_ones]\nlayer = "x"',
     "selectors.near_ones.layer", "there is no"),
    ("default = 9", "default = -9", "parameters[0].default", "above zero"),
]  # fmt: skip


def write(folder: Path, text: str) -> Path:
    path = folder / "small.toml"
    path.write_text(text, encoding="utf-8")
    return path


def load_small(folder: Path, text: str) -> ActionPlan:
    return load_plan(write(folder, text))


def test_a_sound_plan_loads_with_everything_in_it(tmp_path: Path, small_plan: str) -> None:
    plan = load_small(tmp_path, small_plan)
    measure = plan.measure("1.1.1")
    assert measure.deadline is not None
    assert measure.deadline.date == date(2023, 6, 30)
    assert measure.lead == ("u-city",)
    assert measure.cooperating == ()
    assert plan.target("1.1").role_order == ("lead", "responsible")
    assert plan.rule("1.1.1-a").radius_m == 2000
    assert plan.parameter("near_m").default == 9
    assert plan.find_unit("东办").unit_id == "u-east"
    assert plan.find_unit("123456001").unit_id == "u-east"
    assert plan.unit("u-all").members == ("123456001", "123456002")
    assert plan.classes["damage_class"] == (("重", "严重"), ("轻",))
    assert plan.rule("1.1.1-a").reference == plan.selectors["near_ones"]
    assert plan.sha256 == hashlib.sha256(small_plan.encode()).hexdigest()


@pytest.mark.parametrize(("old", "new", "key", "word"), FAULTS)
def test_each_fault_is_named_by_its_key(
    small_plan: str, refuse: Refuse, old: str, new: str, key: str, word: str
) -> None:
    assert small_plan.count(old) >= 1
    messages = refuse(small_plan.replace(old, new, 1))
    assert key in messages
    assert word in messages[key]


def test_all_faults_come_in_one_error(small_plan: str, refuse: Refuse) -> None:
    broken = small_plan.replace("radius_m = 2000", "radius_m = -1").replace(
        'spatial = "none"', 'spatial = "x"'
    )
    messages = refuse(broken.replace('lead = ["区城管局"]', 'lead = ["谁"]'))
    assert set(messages) == {f"{RULE}.radius_m", "measures[1].spatial", "targets[0].lead[0]"}


def test_a_fault_is_worded_in_chinese_and_english(tmp_path: Path, small_plan: str) -> None:
    with pytest.raises(PlanError) as caught:
        load_small(tmp_path, small_plan.replace("radius_m = 2000", "radius_m = -1"))
    assert "small.toml “measures[0].rules[0].radius_m”：不是大于零的数" in str(caught.value)
    assert "not a number above zero: -1" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ('year = 2023\ntitle = {zh = "小"\nx = 1\n', 2),
        ("year = 2023\nday = 2023-06-31\n", 2),
        ('year = 2023\n\nyear = "again"\n', 3),
        ('year = 2023\ntitle = """open', 2),
    ],
)
def test_broken_toml_names_the_line(tmp_path: Path, text: str, row: int) -> None:
    with pytest.raises(PlanError) as caught:
        load_small(tmp_path, text)
    assert caught.value.faults[0].row == row


def parts(value: object, keys: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Walk to every place in a plan."""
    inner = value.items() if isinstance(value, dict) else enumerate(cast("list[object]", value))
    for key, part in inner:
        yield (*keys, key)
        if isinstance(part, dict | list):
            yield from parts(part, (*keys, key))


def write_toml(value: object) -> str:
    """Write any value as inline TOML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{k}" = {write_toml(v)}' for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(write_toml, value)) + "]"
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False)


WRONG = (None, 3, -1.5, True, "", "x", [], [[]], ["x"], {}, {"x": 1})  # None: left out


def refuses(path: Path) -> bool:
    """Whether a file is refused; any other exception comes through."""
    try:
        load_plan(path)
    except PlanError:
        return True
    return False


def test_whatever_stands_anywhere_the_plan_loads_or_is_refused(
    tmp_path: Path, small_plan: str
) -> None:
    whole = tomllib.loads(small_plan)
    path = tmp_path / "mutant.toml"
    refused = 0
    for number, (*above, key) in enumerate(list(parts(whole))):
        mutant = copy.deepcopy(whole)
        place: Any = mutant
        for step in above:
            place = place[step]
        wrong = WRONG[number % len(WRONG)]
        if wrong is None:
            del place[key]
        else:
            place[key] = wrong
        lines = (f"{name} = {write_toml(value)}" for name, value in mutant.items())
        path.write_text("\n".join(lines), encoding="utf-8")
        refused += refuses(path)
    assert refused > 100


def test_a_target_stands_once(small_plan: str, refuse: Refuse) -> None:
    again = '[[targets]]\nid = "1.1"\nnumeral = "二"\ntitle = "又"\nlead = ["东办"]\n'
    messages = refuse(small_plan.replace("[[measures]]", again + "[[measures]]", 1))
    assert "twice" in messages["targets[1].id"]


def test_shared_selectors_and_classes_may_be_absent(tmp_path: Path, small_plan: str) -> None:
    head, _, rest = small_plan.partition("[classes]")
    tail = rest[rest.index("[[parameters]]") :].replace(
        '"near_ones"', '{ layer = "stations", text = { zh = "站", en = "s" } }'
    )
    plan = load_small(tmp_path, head + tail)
    assert plan.selectors == {}
    assert plan.classes == {}


def test_another_encoding_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "gbk.toml"
    path.write_bytes('year = 2023\nplan_id = "方案"\n'.encode("gb18030"))
    with pytest.raises(PlanError, match="UTF-8") as caught:
        load_plan(path)
    assert caught.value.faults[0].row == 2


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(
    tmp_path: Path, small_plan: str
) -> None:
    path = tmp_path / "windows.toml"
    path.write_bytes(b"\xef\xbb\xbf" + small_plan.replace("\n", "\r\n").encode())
    plan = load_plan(str(path))
    assert plan.measures == load_small(tmp_path, small_plan).measures


def test_a_missing_file_and_an_unknown_name_are_read_errors(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="cannot be read"):
        load_plan(tmp_path / "nothing.toml")
    with pytest.raises(ReadError, match="qixing-2023"):
        load_plan("qixing-1923")
    assert embedded_plans() == ("qixing-2023",)


def test_nothing_in_a_loaded_plan_can_be_changed(tmp_path: Path, small_plan: str) -> None:
    plan = load_small(tmp_path, small_plan)
    rule = plan.rule("1.1.1-a")
    with pytest.raises(dataclasses.FrozenInstanceError):
        rule.radius_m = 1  # type: ignore[misc]
    with pytest.raises(TypeError):
        rule.subject.where["any"] = ()  # type: ignore[index]
    with pytest.raises(TypeError):
        rule.ambiguities[0].alternatives[0].override["radius_m"] = 1  # type: ignore[index]
    assert isinstance(rule.subject.where["any"], tuple)


@pytest.mark.parametrize("what", ["measure", "rule", "target", "unit", "parameter", "find_unit"])
def test_asking_for_what_is_not_there_lists_what_is(
    tmp_path: Path, small_plan: str, what: str
) -> None:
    plan = load_small(tmp_path, small_plan)
    with pytest.raises(PlanError, match="known: "):
        getattr(plan, what)("nowhere")
