"""What was assumed where the plan is silent: numbers, readings, accuracies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qxgeo.district import title_layer
from qxgeo.errors import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qxgeo.plan import Rule
    from qxgeo.rules.scene import Scene


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """A default that is not in the plan's text, printed beside the results."""

    assumption_id: str  # parameter id, ambiguity id, or "layer:stations" and the like
    rule_ids: tuple[str, ...]
    text: Text
    source: Text


def list_assumptions(scene: Scene, rules: Sequence[Rule]) -> tuple[Assumption, ...]:
    """List every default that is not in the plan's text and took part in a result.

    Parameters
    ----------
    scene
        The district.
    rules
        Rules that were judged.

    Returns
    -------
    assumptions
        Parameters, readings of ambiguous clauses, accuracies and datums of layers, the order of
        work, the error band; sorted by id within each sort.
    """
    return (
        *_borrowed_plan(scene, rules),
        *_parameters(scene, rules),
        *_readings(scene, rules),
        *_layers(scene, rules),
        *_band(rules),
    )


def _borrowed_plan(scene: Scene, rules: Sequence[Rule]) -> list[Assumption]:
    """Say that the plan was written for another district, whose units it names."""
    theirs, ours = scene.plan.district_code, scene.district.code
    if theirs == ours:
        return []
    return [
        Assumption(
            assumption_id="plan",
            rule_ids=tuple(rule.rule_id for rule in rules),
            text=Text(
                f"方案属于 {theirs}，本辖区是 {ours}：单位照方案列出，“各乡办”指本辖区的乡镇街道",
                f"the plan is that of {theirs}, the district is {ours}: units are named as in the "
                "plan, and 各乡办 stands for the townships of this district",
            ),
            source=Text("district.toml 的 plan", "plan in district.toml"),
        )
    ]


def _parameters(scene: Scene, rules: Sequence[Rule]) -> list[Assumption]:
    """Numbers for words without a number."""
    users: dict[str, list[str]] = {}
    for rule in rules:
        if rule.radius_parameter:
            users.setdefault(rule.radius_parameter, []).append(rule.rule_id)
    result = []
    for name, rule_ids in sorted(users.items()):
        parameter = scene.plan.parameter(name)
        given = scene.district.parameters.get(name)
        value = parameter.default if given is None else given.value
        if value is None:  # nobody assumed anything: the rule waits for a decision
            continue
        source = parameter.source if given is None else Text(given.source, given.source)
        result.append(
            Assumption(
                assumption_id=name,
                rule_ids=tuple(rule_ids),
                text=Text(
                    f"{parameter.title.zh} 取 {value:g} {parameter.unit}",
                    f"{parameter.title.en}: {value:g} {parameter.unit}",
                ),
                source=source,
            )
        )
    return result


def _readings(scene: Scene, rules: Sequence[Rule]) -> list[Assumption]:
    """List the readings taken of clauses that allow several."""
    result = []
    for rule in rules:
        for ambiguity in rule.ambiguities:
            chosen = scene.district.choices.get(ambiguity.ambiguity_id)
            options = {choice.choice_id: choice for choice in ambiguity.alternatives}
            reading = options.get(chosen or "", ambiguity.default)
            source = (
                Text("默认读法", "default reading")
                if reading is ambiguity.default
                else Text("district.toml 选定", "chosen in district.toml")
            )
            result.append(
                Assumption(
                    assumption_id=ambiguity.ambiguity_id,
                    rule_ids=(rule.rule_id,),
                    text=Text(
                        f"{ambiguity.question.zh} → {reading.text.zh}",
                        f"{ambiguity.question.en} -> {reading.text.en}",
                    ),
                    source=source,
                )
            )
    return result


def _layers(scene: Scene, rules: Sequence[Rule]) -> list[Assumption]:
    """Datum and accuracy of the layers that took part."""
    users: dict[str, list[str]] = {}
    for rule in rules:
        for selector in (rule.subject, rule.reference):
            if selector is not None and selector.layer in scene.district.layers:
                users.setdefault(selector.layer, []).append(rule.rule_id)
    result = []
    for name, rule_ids in sorted(users.items()):
        layer = scene.layer(name)
        title = title_layer(name)
        result.append(
            Assumption(
                assumption_id=f"layer:{name}",
                rule_ids=tuple(dict.fromkeys(rule_ids)),
                text=Text(
                    f"{title.zh}（{name}）：坐标按 {layer.datum} 读取，位置误差不超过 "
                    f"{layer.accuracy_m:g} m" + ("；界线为近似" if layer.is_approximate else ""),
                    f"{title.en} ({name}): positions read as {layer.datum}, off by at most "
                    f"{layer.accuracy_m:g} m" + ("; approximate" if layer.is_approximate else ""),
                ),
                source=Text(layer.source, layer.source),
            )
        )
    return result


def _band(rules: Sequence[Rule]) -> list[Assumption]:
    """How doubt and order of work are reckoned."""
    measured = tuple(r.rule_id for r in rules if r.kind == "within_distance")
    fronting = tuple(r.rule_id for r in rules if r.kind == "frontage")
    ranked = tuple(r.rule_id for r in rules if r.rank_by)
    ours = Text("本软件约定", "convention of this software")
    result = []
    if measured:
        result.append(
            Assumption(
                assumption_id="band",
                rule_ids=measured,
                text=Text(
                    "监测站与对象的位置误差相加；距离限值不足此数的，判为临界，需实测",
                    "position errors of station and subject are added; nearer to the limit than "
                    "that is too close to call",
                ),
                source=ours,
            )
        )
    if fronting:
        result.append(
            Assumption(
                assumption_id="frontage",
                rule_ids=fronting,
                text=Text(
                    "出入口写明所临道路的归属该路，没有写的归属最近的道路，量到道路中线；两路结论"
                    "不同而远近之差小于位置误差之和的，判为临界；出入口未写状态的随所属场所",
                    "an entrance belongs to the road it is said to open on, else to the nearest, "
                    "measured to the line of the road; two roads under different verdicts whose "
                    "distances differ by less than the position errors added are too close to "
                    "call; an entrance without a status has that of its site",
                ),
                source=ours,
            )
        )
    if ranked:
        result.append(
            Assumption(
                assumption_id="rank",
                rule_ids=ranked,
                text=Text(
                    "修缮次序：先按距监测站远近分五档，同档先重后轻，再按道路等级",
                    "order of repair: five bands of distance to the station, then the damage, "
                    "then the class of the road",
                ),
                source=ours,
            )
        )
    return result
