"""Read rules: selectors, conditions, radii, and the readings of an ambiguous clause."""

from __future__ import annotations

import dataclasses
import math
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from qxgeo.errors import Text
from qxgeo.plan.entry import Entry, freeze, twice
from qxgeo.plan.model import Ambiguity, Choice, Rule, Selector
from qxgeo.plan.words import KIND_LABELS, PAGES
from qxgeo.schemas import LAYERS
from qxgeo.vocabulary import Strength

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

NOTHING = Selector(layer="", text=Text("", ""), where=MappingProxyType({}))
_NEED_REFERENCE = ("within_distance", "inside_polygon", "coverage", "frontage")
_NEED_DISTANCE = ("within_distance", "frontage")
_ROAD_SELECTORS = ("among", "doubtful")  # of a frontage test alone, rows of the reference's layer
_FLAGS = ("whole_section", "new_only", "only_on_warning_days", "draws_zone")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What a rule may refer to."""

    parameters: set[str]
    selectors: dict[str, Selector]


def quote(entry: Entry, key: str, words: str, text: str) -> None:
    """Note a fault where `words` are not part of the measure's text."""
    if words and text and words not in text:
        entry.fault(
            key,
            Text(f"原文中没有“{words}”", f'the text does not hold "{words}"'),
            Text("请逐字引用措施原文", "quote the measure's text letter by letter"),
        )


def read_selector(entry: Entry) -> Selector:
    """Read a selector: layer, words for people, condition."""
    where = entry.table("where", required=False)
    if where is not None:
        check_condition(where)
    selector = Selector(
        layer=entry.word("layer", LAYERS),
        text=entry.sentence("text"),
        where=freeze(where.raw if where is not None else {}),
    )
    entry.close()
    return selector


def _read_any_selector(entry: Entry, key: str, names: Names, *, required: bool) -> Selector | None:
    """Read a selector that stands here as a table, or is a shared one by its name."""
    if not isinstance(entry.raw.get(key), str):
        table = entry.table(key, required=required)
        return None if table is None else read_selector(table)
    name = entry.text(key)
    if name not in names.selectors:
        entry.unknown(key, name, sorted(names.selectors))
    return names.selectors.get(name, NOTHING)


def check_condition(where: Entry) -> None:
    """Note what is wrong in a condition, all levels deep.

    Parameters
    ----------
    where
        The condition's table.
    """
    for key in where.raw:
        if key in ("any", "all"):
            parts = where.tables(key)
            if not parts:
                where.fault(key, Text("没有条件", "no condition"), Text("请写上条件", "add one"))
            for part in parts:
                check_condition(part)
        elif key == "not":
            negated = where.table(key)
            if negated is not None:
                check_condition(negated)
        elif isinstance(where.raw[key], dict):
            _check_range(where, key)
        elif not _is_value(where.raw[key]):
            where.fault(
                key,
                Text(f"不能比较：{where.raw[key]!r}", f"cannot be compared: {where.raw[key]!r}"),
                Text(
                    "应为一个值、值的列表、{ min, max } 或 { present }",
                    "must be a value, a list of values, { min, max } or { present }",
                ),
            )


def _is_value(value: object) -> bool:
    """Whether a column can be compared with `value`: a word or number, or several."""
    values = value if isinstance(value, list) else [value]
    is_plain = all(isinstance(one, str | int | float) for one in values)
    return bool(values) and is_plain and not any(one != one for one in values)  # noqa: PLR0124 - NaN


def _check_range(where: Entry, column: str) -> None:
    """Note what is wrong in ``{ min, max }`` or ``{ present }``."""
    limits = where.raw[column]
    numbers = [limits[key] for key in ("min", "max") if key in limits]
    is_number = all(
        isinstance(one, int | float) and not isinstance(one, bool) and math.isfinite(one)
        for one in numbers
    )
    is_range = bool(numbers) and is_number and set(limits) <= {"min", "max"}
    is_range = is_range and numbers == sorted(numbers)
    if not is_range and not (set(limits) == {"present"} and isinstance(limits["present"], bool)):
        where.fault(
            column,
            Text(f"条件不成立：{limits!r}", f"not a condition: {limits!r}"),
            Text(
                "应为 { min, max }（min 不大于 max）或 { present = true }",
                "must be { min, max } with min not above max, or { present = true }",
            ),
        )


def read_rule(entry: Entry, measure_id: str, text: str, names: Names) -> Rule:
    """Read a rule; its id is the measure's with a letter."""
    rule = Rule(
        rule_id=entry.text("id"),
        measure_id=measure_id,
        title=entry.sentence("title"),
        clause=entry.text("clause"),
        kind=entry.word("kind", KIND_LABELS),
        strength=_read_strength(entry),
        effect=entry.text("effect"),
        page=entry.word("page", PAGES),
        subject=_read_any_selector(entry, "subject", names, required=True) or NOTHING,
        reference=_read_any_selector(entry, "reference", names, required=False),
        radius_m=entry.metres("radius_m"),
        radius_parameter=_read_parameter_name(entry, "radius_parameter", names),
        whole_section=entry.flag("whole_section"),
        new_only=entry.flag("new_only"),
        only_on_warning_days=entry.flag("only_on_warning_days"),
        draws_zone=entry.flag("draws_zone"),
        ambiguities=tuple(
            _read_ambiguity(one, entry.raw.get("id"), names)
            for one in entry.tables("ambiguities", required=False)
        ),
        notes=entry.sentences("notes"),
        station_radius_m=entry.metres("station_radius_m"),
        rank_by=entry.texts("rank_by"),
        also_when_missing=entry.texts("also_when_missing"),
        other_parameters=entry.texts("other_parameters"),
        among=_read_any_selector(entry, "among", names, required=False),
        doubtful=_read_any_selector(entry, "doubtful", names, required=False),
    )
    quote(entry, "clause", rule.clause, text)
    _check_rule(entry, rule, names)
    entry.close()
    return rule


def _read_strength(entry: Entry) -> Strength:
    """Read a strength; a wrong word stands in as obliged until the error is raised."""
    word = entry.word("strength", [str(one) for one in Strength])
    return Strength(word) if word in set(Strength) else Strength.OBLIGED


def _read_parameter_name(entry: Entry, key: str, names: Names) -> str | None:
    """Read the name of an open parameter, or None when left out."""
    if not entry.has(key):
        entry.text(key, required=False)
        return None
    name = entry.text(key)
    if name and name not in names.parameters:
        entry.unknown(key, name, sorted(names.parameters))
    return name


def _check_rule(entry: Entry, rule: Rule, names: Names) -> None:
    """Note what one key alone does not show."""
    head, _, tail = rule.rule_id.rpartition("-")
    if rule.rule_id and (head != rule.measure_id or not tail):
        entry.fault(
            "id",
            Text(f"编号不属于措施 {rule.measure_id}", f"not an id of measure {rule.measure_id}"),
            Text(f"应为 {rule.measure_id}-a 等", f"must be {rule.measure_id}-a and so on"),
        )
    if rule.radius_m is not None and rule.radius_parameter is not None:
        entry.fault(
            "radius_m",
            Text("同时写了半径和参数", "both a radius and a parameter"),
            Text("原文有数字只写半径，否则只写参数", "the document's number, or else a parameter"),
        )
    elif rule.kind in _NEED_DISTANCE and not {"radius_m", "radius_parameter"} & set(entry.raw):
        entry.fault(
            "radius_m",
            Text("这一类判定没有距离", "a test of this kind without a distance"),
            Text("请写 radius_m 或 radius_parameter", "add radius_m or radius_parameter"),
        )
    if rule.kind in _NEED_REFERENCE and rule.reference is None:
        entry.fault(
            "reference",
            Text("缺少此项", "this key is missing"),
            Text("请写明参照的图层", "name the layer that the test refers to"),
        )
    for number, name in enumerate(rule.other_parameters):
        if name not in names.parameters:
            entry.unknown(f"other_parameters[{number}]", name, sorted(names.parameters))
    _check_roads(entry, rule)
    for number, ambiguity in enumerate(rule.ambiguities):
        for place, choice in enumerate(ambiguity.alternatives):
            if choice.override.keys() & {"reference", *_ROAD_SELECTORS}:
                here = f"ambiguities[{number}].alternatives[{place}].override."
                _check_roads(entry, dataclasses.replace(rule, **choice.override), here)


def _check_roads(entry: Entry, rule: Rule, here: str = "") -> None:
    """Note roads of a frontage test that are missing, out of place, or of several layers."""
    if rule.kind != "frontage":
        for key in _ROAD_SELECTORS:
            if getattr(rule, key) is not None:
                entry.fault(
                    here + key,
                    Text("只有临街判定才有此项", "only a frontage test has this key"),
                    Text("请删去，或改 kind", "remove it, or change kind"),
                )
        return
    if rule.among is None and not here:
        entry.fault(
            "among",
            Text("缺少此项", "this key is missing"),
            Text("请写明出入口可开在哪些道路上", "name the roads that an entrance can open on"),
        )
    layer = rule.reference.layer if rule.reference is not None else ""
    for key in _ROAD_SELECTORS:
        selector = getattr(rule, key)
        if selector is not None and layer and selector.layer not in ("", layer):
            entry.fault(
                here + key,
                Text(
                    f"图层 {selector.layer} 与 reference 的 {layer} 不同",
                    f"layer {selector.layer} is not that of reference, {layer}",
                ),
                Text("三者须选自同一图层", "all three choose from one layer"),
            )


def _read_ambiguity(entry: Entry, rule_id: object, names: Names) -> Ambiguity:
    """Read an open question; its id is the rule's with a number."""
    default = entry.table("default")
    ambiguity = Ambiguity(
        ambiguity_id=entry.text("id"),
        question=entry.sentence("question"),
        default=_read_choice(default, names, is_default=True) if default else _NO_CHOICE,
        alternatives=tuple(
            _read_choice(one, names, is_default=False)
            for one in entry.tables("alternatives", required=False)
        ),
    )
    head, _, tail = ambiguity.ambiguity_id.rpartition(".")
    if ambiguity.ambiguity_id and (head != rule_id or not tail.isdecimal()):
        entry.fault(
            "id",
            Text(f"编号不属于规则 {rule_id}", f"not an id of rule {rule_id}"),
            Text(f"应为 {rule_id}.1 等", f"must be {rule_id}.1 and so on"),
        )
    choices = [choice.choice_id for choice in (ambiguity.default, *ambiguity.alternatives)]
    for number, name in enumerate(choices):
        if name and name in choices[:number]:
            entry.fault(f"alternatives[{number - 1}].choice", *twice(name))
    entry.close()
    return ambiguity


_NO_CHOICE = Choice(choice_id="", text=Text("", ""), override=MappingProxyType({}))


def _read_choice(entry: Entry, names: Names, *, is_default: bool) -> Choice:
    """Read one reading of a clause with the fields of the rule that it replaces."""
    table = None if is_default else entry.table("override", required=True)
    choice = Choice(
        choice_id=entry.text("choice"),
        text=Text(entry.text("zh"), entry.text("en")),
        override=MappingProxyType(_read_override(table, names) if table is not None else {}),
    )
    entry.close()
    return choice


def _read_override(entry: Entry, names: Names) -> Mapping[str, Any]:
    """Read replaced fields as `Rule` holds them; a radius and a parameter drive each other out.

    What another reading may replace is what a reader is named for: never which clause is read.
    """
    readers: dict[str, Callable[[str], Any]] = {
        "subject": lambda key: _read_any_selector(entry, key, names, required=True),
        **dict.fromkeys(
            ("reference", *_ROAD_SELECTORS),
            lambda key: _read_any_selector(entry, key, names, required=True),
        ),
        "strength": lambda _: _read_strength(entry),
        "radius_m": entry.metres,
        "station_radius_m": entry.metres,
        "radius_parameter": lambda key: _read_parameter_name(entry, key, names),
        "rank_by": entry.texts,
        "also_when_missing": entry.texts,
        **dict.fromkeys(_FLAGS, entry.flag),
    }
    override: dict[str, Any] = {}
    for key in entry.raw:
        if key in readers:
            override[key] = readers[key](key)
        else:
            entry.unknown(key, key, tuple(readers))
    if "radius_m" in override and "radius_parameter" in override:
        entry.fault(
            "radius_m",
            Text("同时写了半径和参数", "both a radius and a parameter"),
            Text("只写其中一个", "write one of them"),
        )
    elif "radius_m" in override:
        override["radius_parameter"] = None
    elif "radius_parameter" in override:
        override["radius_m"] = None
    return override


def check_rules(found: Iterable[tuple[Entry, Rule]]) -> None:
    """Note ids that stand twice and stand-ins that are no rules, once all rules are read."""
    pairs = list(found)
    rule_ids = [rule.rule_id for _, rule in pairs]
    ambiguity_ids: set[str] = set()
    for place, (entry, rule) in enumerate(pairs):
        if rule.rule_id and rule.rule_id in rule_ids[:place]:
            entry.fault("id", *twice(rule.rule_id))
        for number, ambiguity in enumerate(rule.ambiguities):
            if ambiguity.ambiguity_id in ambiguity_ids:
                entry.fault(f"ambiguities[{number}].id", *twice(ambiguity.ambiguity_id))
            ambiguity_ids.add(ambiguity.ambiguity_id)
        for number, name in enumerate(rule.also_when_missing):
            others = [one for one in rule_ids if one != rule.rule_id]
            if name not in others:
                entry.unknown(f"also_when_missing[{number}]", name, others)
