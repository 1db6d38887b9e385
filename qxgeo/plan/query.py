"""Ask a plan: which measures fall to a unit, are of a kind, are due; what one measure says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qxgeo.errors import PlanError, Text
from qxgeo.plan.action_plan import unknown
from qxgeo.plan.words import KIND_LABELS, PERIOD_LABELS, ROLE_LABELS, SPATIAL_LABELS
from qxgeo.vocabulary import STRENGTH_LABELS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from qxgeo.plan.action_plan import ActionPlan
    from qxgeo.plan.model import Ambiguity, Measure, Rule, Selector, Unit

_WARNING_DAYS = Text("只在污染天气预警期间", "only during pollution warnings")
_NEW_ONLY = Text("只约束新增，现有的列出", "binds new premises only; existing ones are listed")
_WHOLE_SECTION = Text("路段整段计", "a section that is hit counts whole")


def covering_units(plan: ActionPlan, unit: Unit) -> frozenset[str]:
    """Name the units whose duties are also those of `unit`.

    Parameters
    ----------
    plan
        The plan.
    unit
        One of its units.

    Returns
    -------
    unit_ids
        The unit itself, and every unit that stands for all of its townships: 各乡办 for 东江街道.
    """
    territory = set(unit.members)
    return frozenset(
        one.unit_id
        for one in plan.units
        if one.unit_id == unit.unit_id or (territory and territory <= set(one.members))
    )


def measures_for(
    plan: ActionPlan,
    *,
    unit: str | None = None,
    kind: str | None = None,
    due_before: date | None = None,
) -> tuple[Measure, ...]:
    """Choose measures.

    Parameters
    ----------
    plan
        The plan.
    unit
        Id, name, alias or township code of a unit that leads, cooperates or is responsible.
    kind
        Spatial class of the measure (``rule``, ``inventory``, ...) or kind of one of its rules
        (``within_distance``, ...).
    due_before
        Only measures due on this day or earlier.

    Returns
    -------
    measures
        Those that meet every condition given, in the order of the document.

    Raises
    ------
    PlanError
        If the unit or the kind is unknown.
    """
    if kind is not None and kind not in SPATIAL_LABELS and kind not in KIND_LABELS:
        known = dict.fromkeys((*SPATIAL_LABELS, *KIND_LABELS))
        raise PlanError(unknown("kind", kind, known, file=plan.plan_id))
    unit_ids = None if unit is None else covering_units(plan, plan.find_unit(unit))
    return tuple(
        measure
        for measure in plan.measures
        if (unit_ids is None or unit_ids & {*_named_units(measure)})
        and (kind is None or kind in (measure.spatial, *(rule.kind for rule in measure.rules)))
        and (due_before is None or (measure.deadline and measure.deadline.date <= due_before))
    )


def _named_units(measure: Measure) -> tuple[str, ...]:
    """Ids of the units in every role of a measure."""
    return (*measure.lead, *measure.cooperating, *measure.responsible)


def describe_measure(plan: ActionPlan, measure_id: str, lang: str = "zh") -> tuple[str, ...]:
    """Explain one measure in plain lines.

    Parameters
    ----------
    plan
        The plan.
    measure_id
        Such as ``2.2.3``.
    lang
        ``zh`` or ``en``. The plan's own text is Chinese in both.

    Returns
    -------
    lines
        Lines to print: text, units, times, and each rule with its clause, distance and open
        questions.

    Raises
    ------
    PlanError
        If there is no such measure.
    """
    measure = plan.measure(measure_id)
    target = plan.target(measure.target_id)
    lines = [f"{measure_id}  {target.title}", "", measure.text]
    if lang == "en" and measure.summary_en:
        lines.append(f"({measure.summary_en})")
    lines.append("")
    lines += [
        _line(ROLE_LABELS[role], "、".join(target.as_written[role]), lang)
        for role in target.role_order
    ]
    lines += _times(plan, measure, lang)
    lines.append(_line(Text("类别", "class"), SPATIAL_LABELS[measure.spatial], lang))
    for label, sentence in (
        (Text("清单对象", "listed"), measure.inventory_of),
        (Text("台账", "ledger"), measure.ledger),
    ):
        if sentence is not None:
            lines.append(_line(label, sentence, lang))
    lines += [_line(Text("说明", "note"), note, lang) for note in measure.notes]
    for rule in measure.rules:
        lines += ["", *_describe_rule(plan, rule, lang)]
    return tuple(lines)


def _line(label: Text, value: Text | str, lang: str, indent: str = "") -> str:
    """Set a label before a value."""
    separator = ": " if lang == "en" else "："
    words = value if isinstance(value, str) else value.in_language(lang)
    return f"{indent}{label.in_language(lang)}{separator}{words}"


def _times(plan: ActionPlan, measure: Measure, lang: str) -> Iterator[str]:
    """Say when a measure is due, how often it comes round, what triggers and who inspects it."""
    if measure.deadline is not None:
        due = measure.deadline
        yield _line(Text("期限", "deadline"), f"{due.date.isoformat()}（{due.text}）", lang)
        if due.note is not None:
            yield _line(Text("说明", "note"), due.note, lang, "  ")
    if measure.rhythm is not None:
        rhythm = measure.rhythm
        period = PERIOD_LABELS[rhythm.period]
        often = Text(f"每 {rhythm.every} {period.zh}", f"every {rhythm.every} {period.en}(s)")
        yield _line(Text("周期", "rhythm"), f"{often.in_language(lang)}（{rhythm.text}）", lang)
    if measure.trigger is not None:
        yield _line(Text("触发条件", "trigger"), measure.trigger, lang)
    for one in plan.rounds:
        if one.number in measure.inspection_rounds:
            label = Text(f"第 {one.number} 次督导", f"inspection round {one.number}")
            dates = Text(f"{one.start} 至 {one.end}", f"{one.start} to {one.end}")
            yield _line(label, dates, lang)


def _describe_rule(plan: ActionPlan, rule: Rule, lang: str) -> Iterator[str]:
    """Explain one rule."""
    strength = STRENGTH_LABELS[rule.strength].in_language(lang)
    yield f"{rule.rule_id}  {rule.title.in_language(lang)}  [{strength}]"
    yield _line(Text("依据", "clause"), f"“{rule.clause}”", lang, "  ")
    yield _line(Text("判定", "test"), KIND_LABELS[rule.kind], lang, "  ")
    for label, selector in (
        (Text("对象", "subject"), rule.subject),
        (Text("参照", "reference"), rule.reference),
        (Text("可开在", "opens on one of"), rule.among),
        (Text("待决定", "needs a decision on"), rule.doubtful),
    ):
        if selector is not None:
            yield _line(label, _name_selector(selector, lang), lang, "  ")
    distance = _name_distance(plan, rule)
    if distance is not None:
        yield _line(Text("距离", "distance"), distance, lang, "  ")
    for is_set, remark in (
        (rule.only_on_warning_days, _WARNING_DAYS),
        (rule.new_only, _NEW_ONLY),
        (rule.whole_section, _WHOLE_SECTION),
    ):
        if is_set:
            yield _line(Text("范围", "scope"), remark, lang, "  ")
    if rule.also_when_missing:
        stand_ins = "、".join(rule.also_when_missing)
        yield _line(Text("缺图层时代以", "stand-in without the layer"), stand_ins, lang, "  ")
    for name in rule.other_parameters:
        yield _line(plan.parameter(name).title, _name_parameter(plan, name), lang, "  ")
    for note in rule.notes:
        yield _line(Text("说明", "note"), note, lang, "  ")
    for ambiguity in rule.ambiguities:
        yield from _describe_ambiguity(ambiguity, lang)


def _name_selector(selector: Selector, lang: str) -> str:
    """Say which rows of which layer."""
    layer = f"（{selector.layer}）" if lang != "en" else f" ({selector.layer})"
    return selector.text.in_language(lang) + layer


def _name_distance(plan: ActionPlan, rule: Rule) -> Text | None:
    """Say the distance and where it comes from, None where the rule has none."""
    if rule.radius_m is not None:
        return Text(
            f"{rule.radius_m:g} 米，含本数", f"{rule.radius_m:g} m, the number itself included"
        )
    if rule.radius_parameter is not None:
        return _name_parameter(plan, rule.radius_parameter)
    return None


def _name_parameter(plan: ActionPlan, name: str) -> Text:
    """Say what an open parameter is taken to be, and why."""
    parameter = plan.parameter(name)
    if parameter.default is None:
        return Text(
            f"原文无数字；参数 {name} 未设定，{parameter.source.zh}",
            f"no number in the document; parameter {name} is not set; {parameter.source.en}",
        )
    return Text(
        f"原文无数字；参数 {name} 默认 {parameter.default:g} {parameter.unit}，"
        f"{parameter.source.zh}",
        f"no number in the document; parameter {name} is {parameter.default:g} {parameter.unit} "
        f"unless set; {parameter.source.en}",
    )


def _describe_ambiguity(ambiguity: Ambiguity, lang: str) -> Iterator[str]:
    """Explain an open question, the reading taken and the others."""
    label = Text(f"存疑 {ambiguity.ambiguity_id}", f"open question {ambiguity.ambiguity_id}")
    yield _line(label, ambiguity.question, lang, "  ")
    default = ambiguity.default
    text = default.text.in_language(lang)
    yield _line(Text("默认", "default"), f"{default.choice_id}  {text}", lang, "    ")
    for choice in ambiguity.alternatives:
        text = choice.text.in_language(lang)
        if not choice.override:
            text += " (not to be chosen here)" if lang == "en" else "（不能在此选）"
        yield _line(Text("另解", "other"), f"{choice.choice_id}  {text}", lang, "    ")
