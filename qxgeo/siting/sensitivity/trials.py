"""Numbers and positions changed: radii, open numbers, position errors, mistaken datums."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from qxgeo.datum import to_wgs84, wgs84_to_bd09, wgs84_to_gcj02
from qxgeo.district import ParameterValue, title_layer
from qxgeo.errors import Fault, InputError, Text
from qxgeo.siting.sensitivity.model import NotTried
from qxgeo.siting.sensitivity.play import layers_in_play, radius_of, scenario_of, with_rules

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import geopandas as gpd

    from qxgeo.district import District, Layer
    from qxgeo.plan import Rule
    from qxgeo.siting.sensitivity.model import Case, Scenario
    from qxgeo.siting.sensitivity.play import Play

    Found = Iterator[Scenario | NotTried]

PLACES = "places"
_PLACES_TITLE = Text("申请场所和出入口", "places and entrances")
_RADIUS = Text("半径", "radius")
_REACH = Text("归属距离", "reach of an entrance")
_MEASURED = ("within_distance", "frontage")
_SHIFTS = {"gcj02": wgs84_to_gcj02, "bd09": wgs84_to_bd09}
_DATUM_TITLES = {"gcj02": "GCJ-02", "bd09": "BD-09"}
_DEGREES = ("wgs84", "cgcs2000")
_TRIAL = "试算，未经决定"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trials:
    """What is to be tried.

    Attributes
    ----------
    radius_factors
        Every radius is multiplied by each of them.
    radii_m
        Further radii by rule, ground metres.
    parameter_values
        Numbers by open parameter, in its unit.
    position_errors_m
        Every layer's position error is set to each of them, ground metres.
    datum_mistakes
        ``gcj02`` and ``bd09``: positions are taken to have been given in it.
    road_classes
        Further lists of road classes by title.
    readings
        Ids of the ambiguities that are switched, or ``all``.
    """

    radius_factors: Sequence[float]
    radii_m: Mapping[str, Sequence[float]]
    parameter_values: Mapping[str, Sequence[float]]
    position_errors_m: Sequence[float]
    datum_mistakes: Sequence[str]
    road_classes: Mapping[str, Sequence[str]]
    readings: Sequence[str] | str


def check_trials(trials: Trials, play: Play, base: Case) -> None:
    """Refuse numbers that are none and names of nothing in play: all faults in one message.

    Parameters
    ----------
    trials
        What is to be tried.
    play, base
        What can be.

    Raises
    ------
    InputError
        If any is wrong.
    """
    rules = [base.plan.rule(one) for one in play.rule_ids]
    by_distance = [one.rule_id for one in rules if one.kind in _MEASURED]
    open_numbers = sorted({one.radius_parameter for one in rules if one.radius_parameter})
    ambiguities = [one.ambiguity_id for rule in rules for one in rule.ambiguities]
    asked = [] if isinstance(trials.readings, str) else list(trials.readings)
    if isinstance(trials.readings, str) and trials.readings != "all":
        asked = [trials.readings]
    faults = [
        *_unknown("radii_m", trials.radii_m, by_distance),
        *_unknown("parameter_values", trials.parameter_values, open_numbers),
        *_unknown("datum_mistakes", trials.datum_mistakes, list(_SHIFTS)),
        *_unknown("readings", asked, ["all", *ambiguities]),
        *_no_number("radius_factors", trials.radius_factors),
        *_no_number("position_errors_m", trials.position_errors_m),
        *(f for name, several in trials.radii_m.items() for f in _no_number(name, several)),
        *(f for name, v in trials.parameter_values.items() for f in _no_number(name, v)),
    ]
    if faults:
        raise InputError(faults)


def _unknown(
    option: str, names: Sequence[str] | Mapping[str, object], known: list[str]
) -> list[Fault]:
    """Note names that nothing in play bears."""
    return [
        Fault(
            column=option,
            problem=Text(f"没有“{name}”可试", f'there is no "{name}" to try'),
            mend=Text(f"可用：{'、'.join(known) or '无'}", f"known: {', '.join(known) or 'none'}"),
        )
        for name in names
        if name not in known
    ]


def _no_number(option: str, values: Sequence[float]) -> list[Fault]:
    """Note what is no number of zero or more."""
    return [
        Fault(
            column=option,
            problem=Text(f"不是不小于零的数：{one}", f"not a number of zero or more: {one}"),
            mend=Text("请改正", "correct it"),
        )
        for one in values
        if not math.isfinite(one) or one < 0
    ]


def try_radii(trials: Trials, play: Play, base: Case) -> Found:
    """Change the radius of each rule by distance: by factors, and to the lengths that are listed.

    Parameters
    ----------
    trials, play, base
        What to try, on what.

    Yields
    ------
    scenario
        Or why it could not be tried.
    """
    for rule_id in play.rule_ids:
        rule = base.plan.rule(rule_id)
        if rule.kind not in _MEASURED:
            continue
        radius_m = radius_of(rule, base)
        word = _REACH if rule.kind == "frontage" else _RADIUS
        factor = Text(f"{rule_id} {word.zh}", f"{rule_id} {word.en}")
        listed = [(f"{one:g}m", one, "") for one in trials.radii_m.get(rule_id, ())]
        if radius_m is None:
            yield NotTried(
                scenario_id=f"radius:{rule_id}",
                group="radius",
                factor=factor,
                change=Text("按倍数放缩", "scaled"),
                reason=_no_number_set(rule, base),
            )
        else:
            listed += [(f"x{one:g}", radius_m * one, f"×{one:g}") for one in trials.radius_factors]
        for value, tried_m, scale in listed:
            changed = replace(rule, radius_m=tried_m, radius_parameter=None)
            yield scenario_of(
                "radius",
                rule_id,
                value,
                factor,
                _from_to(radius_m, tried_m, scale=scale),
                replace(base, plan=with_rules(base.plan, {rule_id: changed})),
            )


def _no_number_set(rule: Rule, base: Case) -> Text:
    """Say that nobody has set a number, and how to try one."""
    name = rule.radius_parameter or ""
    title = base.plan.parameter(name).title if name else rule.title
    return Text(
        f"{title.zh}没有数字，无从放缩；可用 parameter_values 试 {name}",
        f"{title.en} has no number to scale; try {name} in parameter_values",
    )


def try_parameters(trials: Trials, play: Play, base: Case) -> Found:
    """Set each open number to the values that are listed for it.

    Parameters
    ----------
    trials, play, base
        What to try, on what.

    Yields
    ------
    scenario
        Or why it could not be tried.
    """
    rules = [base.plan.rule(one) for one in play.rule_ids]
    names = [one.radius_parameter for one in rules if one.radius_parameter is not None]
    for name in dict.fromkeys(names):
        parameter = base.plan.parameter(name)
        ours = base.district.parameters.get(name)
        now = parameter.default if ours is None else ours.value
        if name not in trials.parameter_values and now is None:
            yield NotTried(
                scenario_id=f"parameter:{name}",
                group="parameter",
                factor=parameter.title,
                change=Text("设一个数字", "set to a number"),
                reason=Text(
                    "方案未定，也没有给出要试的数字",
                    "the plan sets none, and none to try was given",
                ),
            )
        for value in trials.parameter_values.get(name, ()):
            yield scenario_of(
                "parameter",
                name,
                f"{value:g}",
                parameter.title,
                _from_to(now, value),
                replace(base, district=_with_parameter(base.district, name, value)),
            )


def _with_parameter(district: District, name: str, value: float) -> District:
    """Set an open number of a district."""
    ours = ParameterValue(value=float(value), source=_TRIAL)
    return replace(district, parameters=MappingProxyType({**district.parameters, name: ours}))


def try_errors(trials: Trials, play: Play, base: Case) -> Found:
    """Set the position error of places, and of each layer in play, to the values listed.

    A value that is the stated one changes nothing and is left out.

    Parameters
    ----------
    trials, play, base
        What to try, on what.

    Yields
    ------
    scenario
        One per layer and value.
    """
    for name in (PLACES, *layers_in_play(play, base)):
        title = _PLACES_TITLE if name == PLACES else title_layer(name)
        now = base.accuracy_m if name == PLACES else _error_of(base.district.layers[name])
        for error_m in trials.position_errors_m:
            if error_m == now:
                continue
            if name == PLACES:
                case = replace(base, accuracy_m=float(error_m))
            else:
                layer = _with_error(base.district.layers[name], float(error_m))
                case = replace(base, district=with_layers(base.district, layer))
            yield scenario_of(
                "error",
                name,
                f"{error_m:g}m",
                Text(f"{title.zh}位置误差", f"position error: {title.en}"),
                _from_to(now, error_m, sign="±"),
                case,
            )


def _error_of(layer: Layer) -> float:
    """Give the greatest position error that is stated in a layer, ground metres."""
    if "accuracy_m" not in layer.table:
        return layer.accuracy_m
    stated = layer.table["accuracy_m"].astype(float).fillna(layer.accuracy_m)
    return float(stated.max())


def _with_error(layer: Layer, error_m: float) -> Layer:
    """State another position error for a whole layer."""
    table = layer.table
    if "accuracy_m" in table:
        table = table.assign(accuracy_m=error_m)
    return replace(layer, table=table, accuracy_m=error_m)


def with_layers(district: District, *layers: Layer) -> District:
    """Give a district in which some layers are replaced.

    Parameters
    ----------
    district
        Any district.
    *layers
        By their own names.

    Returns
    -------
    district
        A new district.
    """
    ours = {layer.name: layer for layer in layers}
    return replace(district, layers=MappingProxyType({**district.layers, **ours}))


def try_datums(trials: Trials, play: Play, base: Case) -> Found:
    """Take the positions of places, and of each layer in play, to be in another datum than stated.

    Parameters
    ----------
    trials, play, base
        What to try, on what.

    Yields
    ------
    scenario
        Or why it could not be tried.
    """
    for mistake in trials.datum_mistakes:
        for name in (PLACES, *layers_in_play(play, base)):
            title = _PLACES_TITLE if name == PLACES else title_layer(name)
            factor = Text(f"{title.zh}坐标基准", f"datum: {title.en}")
            stated = "wgs84" if name == PLACES else base.district.layers[name].datum
            if stated not in (*_DEGREES, mistake):
                yield NotTried(
                    scenario_id=f"datum:{name}:{mistake}",
                    group="datum",
                    factor=factor,
                    change=_describe_mistake(stated, mistake),
                    reason=Text(
                        f"原坐标声明为 {stated}，不会与 {_DATUM_TITLES[mistake]} 混淆",
                        f"given in {stated}, which nobody takes for {_DATUM_TITLES[mistake]}",
                    ),
                )
                continue
            case = _move_case(base, name, mistake, is_back=stated == mistake)
            change = _describe_mistake(stated, mistake)
            yield scenario_of("datum", name, mistake, factor, change, case)


def _describe_mistake(stated: str, mistake: str) -> Text:
    """Say what positions are and were taken for."""
    title = _DATUM_TITLES[mistake]
    taken, really = (title, "WGS 84") if stated == mistake else ("WGS 84", title)
    if stated not in (*_DEGREES, mistake):
        taken = stated
    return Text(f"实为 {really}，误作 {taken}", f"in {really}, read as {taken}")


def _move_case(base: Case, name: str, mistake: str, *, is_back: bool) -> Case:
    """Put places, or a layer, where they are if their datum was mistaken."""
    if name == PLACES:
        return replace(
            base,
            places=_moved(base.places, mistake, is_back=is_back),
            entrances=_moved(base.entrances, mistake, is_back=is_back),
        )
    names = [name]
    if name == "boundary" and "townships" in base.district.layers:
        names.append("townships")  # drawn from the same source, else townships leave the district
    layers = [base.district.layers[one] for one in names]
    moved = [replace(o, table=_moved(o.table, mistake, is_back=is_back)) for o in layers]
    return replace(base, district=with_layers(base.district, *moved))


def _moved(table: gpd.GeoDataFrame, mistake: str, *, is_back: bool) -> gpd.GeoDataFrame:
    """Convert positions that were not converted, or undo a conversion that was wrong."""
    if not is_back:
        return table.set_geometry(to_wgs84(table.geometry, mistake))
    shift = _SHIFTS[mistake]
    moved = table.geometry.transform(lambda xy: np.column_stack(shift(xy[:, 0], xy[:, 1])))
    return table.set_geometry(moved)


def _from_to(now: float | None, then: float, *, sign: str = "", scale: str = "") -> Text:
    """Write what a number was and what it is changed to, metres."""
    goal = f"{sign}{then:g} m"
    if now is None:
        return Text(f"未定 → {goal}", f"unset → {goal}")
    way = f"{sign}{now:g} m → {goal}"
    return Text(f"{way}（{scale}）", f"{way} ({scale})") if scale else Text(way, way)
