"""May it open here: one place, or a list of applications, under every rule of its kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from qxgeo.errors import Fault, InputError, Text
from qxgeo.rules import Assumption, list_assumptions
from qxgeo.schemas import SITE_PLACE_COLUMNS
from qxgeo.siting.candidates import check_entrances, check_places, locate_places, set_scene
from qxgeo.siting.kinds import find_kind, read_plan_of, rules_of
from qxgeo.siting.lines import judge_ground, judge_line
from qxgeo.siting.model import VERDICTS, RuleLines, SiteCheck, SiteChecks
from qxgeo.siting.table import summarise_place, write_card_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pandas.api.extensions import ExtensionArray

    from qxgeo.district import District
    from qxgeo.plan import ActionPlan, Rule, SiteKind
    from qxgeo.rules import Scene
    from qxgeo.rules.judgement import Opinion

MEASURED = ("within_distance", "inside_polygon", "frontage")  # tests that ask where a place is
ACCURACY_PARAMETER = "site_position_error_m"
Place = shapely.Geometry | tuple[float, float]


def check_site(
    district: District,
    kind: str,
    place: Place,
    *,
    entrance: Place | Sequence[Place] | gpd.GeoDataFrame | None = None,
    attributes: Mapping[str, Any] | None = None,
    accuracy_m: float | None = None,
) -> SiteCheck:
    """Say what every rule of the plan says of one place for a new site.

    Parameters
    ----------
    district
        Read and checked.
    kind
        Id, title or another word for a kind of the plan or of the district.
    place
        Point or parcel in EPSG:4326, or longitude and latitude in degrees.
    entrance
        Where vehicles go in and out: one point or several, or a table with `road_name` where the
        road is known by name.
    attributes
        What the rules ask for, such as ``{"fuel": "电"}``; `name` and `status` too. A status that
        is left out is ``proposed``. What is left out is unknown, never "no".
    accuracy_m
        Position error of place and entrance, ground metres; None takes the plan's parameter, which
        is then among the assumptions.

    Returns
    -------
    check
        The card: a line for each rule, and the most binding of them as the summary.

    Raises
    ------
    InputError
        If there is no such kind, or the accuracy is no number of metres.
    SchemaError
        If the place is neither a point nor a parcel.
    """
    facts = {"site_id": "1"} | dict(attributes or {})
    places = gpd.GeoDataFrame(
        {name: [value] for name, value in facts.items()}, geometry=[_shape(place)], crs="EPSG:4326"
    )
    checks = check_sites(
        district, kind, places, entrances=_entrances(entrance), accuracy_m=accuracy_m
    )
    return write_card(checks, 0)


def check_sites(
    district: District,
    kind: str,
    places: gpd.GeoDataFrame,
    *,
    entrances: gpd.GeoDataFrame | None = None,
    accuracy_m: float | None = None,
    plan: ActionPlan | None = None,
) -> SiteChecks:
    """Say what every rule of the plan says of many places of one kind.

    Parameters
    ----------
    district
        Read and checked.
    kind
        Id, title or another word for a kind of the plan or of the district.
    places
        Points or parcels, EPSG:4326; `site_id`, `name`, `status` and the attributes that the rules
        ask for, each where it is known.
    entrances
        Points with the `site_id` of their place, and `road_name` where it is known.
    accuracy_m
        Position error of places and entrances, ground metres; None takes the plan's parameter.
    plan
        Another reading of the district's plan, as sensitivity asks for; None takes the district's.

    Returns
    -------
    checks
        Arrays by rule; `list_lines` writes them out, `write_card` makes the card of one place.

    Raises
    ------
    InputError
        If there is no such kind, or the accuracy is no number of metres.
    SchemaError
        If a place is neither a point nor a parcel, an id stands twice, or an entrance is nobody's.
    """
    plan = read_plan_of(district) if plan is None else plan
    found = find_kind(district, plan, kind)
    table = check_places(places, attributes=[one.name for one in found.attributes])
    gates = check_entrances(entrances, table)
    error_m = place_accuracy_m(district, plan, accuracy_m)
    scene = set_scene(district, plan, table, gates, accuracy_m=error_m)
    measured: list[tuple[Rule, Opinion]] = []
    by_rule = (
        judge_ground(scene, table, accuracy_m=error_m),
        *(
            judge_line(number, kind_rule, rule, scene, table, measured=measured)
            for number, (kind_rule, rule) in enumerate(rules_of(found, plan), start=1)
        ),
    )
    return SiteChecks(
        district=district,
        plan=plan,
        kind=found,
        places=_describe(scene, table, found, by_rule, error_m),
        entrances=gates if len(gates) else None,
        by_rule=by_rule,
        assumptions=_assumptions(scene, found, by_rule, accuracy_m),
        as_of=district.as_of,
        is_demo=_is_demo(scene, by_rule),
        is_approximate=any(layer.is_approximate for layer in district.layers.values()),
    )


def write_card(checks: SiteChecks, row: int) -> SiteCheck:
    """Make the verdict card of one place.

    Parameters
    ----------
    checks
        As `check_sites` gives them.
    row
        Which place, counted from 0.

    Returns
    -------
    check
        With a sentence for every line and for the summary.
    """
    place = checks.places.iloc[row]
    return SiteCheck(
        kind=checks.kind,
        place_id=str(place["place_id"]),
        name=str(place["name"]),
        place=place.geometry,
        status=str(place["status"]),
        township_id=str(place["township_id"]),
        township_name=str(place["township_name"]),
        summary=VERDICTS[min(int(one.verdicts[row]) for one in checks.by_rule)],
        reason=summarise_place(checks, row),
        lines=write_card_lines(checks, row),
        assumptions=checks.assumptions,
        as_of=checks.as_of,
        is_demo=checks.is_demo,
        is_approximate=checks.is_approximate,
    )


def _shape(place: Place) -> shapely.Geometry:
    """Turn longitude and latitude into a point; a shape stays as it is."""
    return shapely.Point(place) if isinstance(place, tuple) else place


def _entrances(
    entrance: Place | Sequence[Place] | gpd.GeoDataFrame | None,
) -> gpd.GeoDataFrame | None:
    """Make the table of entrances of the one place."""
    if entrance is None:
        return None
    if isinstance(entrance, gpd.GeoDataFrame):
        return entrance.assign(site_id="1")
    shapes = [_shape(one) for one in _several(entrance)]
    return gpd.GeoDataFrame({"site_id": "1"}, index=range(len(shapes)), geometry=shapes, crs=4326)


def _several(entrance: Place | Sequence[Place]) -> list[Place]:
    """Give entrances as a list; longitude and latitude are one."""
    if isinstance(entrance, shapely.Geometry):
        return [entrance]
    first, *others = entrance
    if isinstance(first, int | float):
        return [(float(first), float(others[0]))]  # type: ignore[arg-type] # a latitude
    return [first, *others]


def place_accuracy_m(district: District, plan: ActionPlan, given: float | None) -> float:
    """Take the position error of places that is stated, else the parameter's.

    Parameters
    ----------
    district, plan
        Which set the parameter.
    given
        Ground metres, or None.

    Returns
    -------
    accuracy_m
        Ground metres, zero or more.

    Raises
    ------
    InputError
        If it is below zero or no number, or nobody says how exact the places are.
    """
    if given is not None and np.isfinite(given) and given >= 0:
        return float(given)
    names = [one.parameter_id for one in plan.parameters]
    if given is None and ACCURACY_PARAMETER in district.parameters:
        return district.parameters[ACCURACY_PARAMETER].value
    if given is None and ACCURACY_PARAMETER in names:
        default = plan.parameter(ACCURACY_PARAMETER).default
        if default is not None:
            return default
    shown = "" if given is None else f"{given}"
    raise InputError(
        Fault(
            problem=Text(
                f"场所位置误差不明：{shown}",
                f"the position error of the places is no number: {shown}",
            ),
            mend=Text(
                "请给出不小于零的米数（--accuracy），或在 [parameters] 里设 site_position_error_m",
                "give metres, zero or more (--accuracy), or set site_position_error_m under"
                " [parameters]",
            ),
        )
    )


def _describe(
    scene: Scene,
    table: gpd.GeoDataFrame,
    kind: SiteKind,
    by_rule: Sequence[RuleLines],
    accuracy_m: float,
) -> gpd.GeoDataFrame:
    """Write beside each place what its lines come to."""
    codes = np.stack([one.verdicts for one in by_rule])
    summary = codes.min(axis=0)
    township = locate_places(scene, table)
    names = table["name"].astype("string").fillna("")
    columns: dict[str, Any] = {
        "place_id": table["site_id"].astype("string"),
        "name": names,
        "kind_id": kind.kind_id,
        "status": table["status"].astype("string"),
        "township_id": _words(scene.township_ids, township),
        "township_name": _words(scene.township_names, township),
        "summary": _words([str(verdict) for verdict in VERDICTS], summary),
        "decided_by": _deciders(by_rule, codes, summary),
        "accuracy_m": accuracy_m,
        "is_demo": _is_demo(scene, by_rule),
    }
    first = pd.DataFrame(columns, index=table.index)[[*SITE_PLACE_COLUMNS]]
    others = table.drop(columns=["site_id", "name", "status"])
    return gpd.GeoDataFrame(pd.concat([first, others], axis=1), geometry="geometry", crs=4326)


def _deciders(
    by_rule: Sequence[RuleLines], codes: np.ndarray[Any, Any], summary: np.ndarray[Any, Any]
) -> ExtensionArray:
    """Name the clauses whose verdict is the summary; nobody decides what is allowed."""
    words, which = [""], np.zeros(len(summary), dtype=np.int64)
    is_decided = summary < VERDICTS.index(VERDICTS[-1])
    for number, one in enumerate(by_rule):
        name = one.rule.rule_id if one.rule is not None else "boundary"
        holds = is_decided & (codes[number] == summary)
        which, met = pd.factorize(2 * which + holds)
        pairs = [(words[before // 2], name if before % 2 else "") for before in met.tolist()]
        words = [", ".join(filter(None, pair)) for pair in pairs]
    return _words(words, which)


def _words(words: Iterable[object], which: np.ndarray[Any, Any]) -> ExtensionArray:
    """Give a column of few words, each of which many rows have; -1 is the last."""
    return pd.array([str(word) for word in words], dtype="str").take(which)


def _assumptions(
    scene: Scene,
    kind: SiteKind,
    by_rule: Sequence[RuleLines],
    accuracy_m: float | None,
) -> tuple[Assumption, ...]:
    """List what was assumed by the rules of the kind, of the places, and by the kind itself."""
    judged = [one for one in by_rule if one.rule is not None]
    rules = [one.rule for one in judged if one.rule is not None]
    # By the sort of rule, not by what this list happens to hold: a list and a page say the same.
    measured = [
        one.rule.rule_id
        for one in judged
        if one.rule is not None and one.rule.kind in MEASURED and not one.missing
    ]
    return list_kind_assumptions(scene, kind, rules, measured=measured, accuracy_m=accuracy_m)


def list_kind_assumptions(
    scene: Scene,
    kind: SiteKind,
    rules: Sequence[Rule],
    *,
    measured: Sequence[str],
    accuracy_m: float | None,
) -> tuple[Assumption, ...]:
    """List what was assumed by the rules of a kind, of the places, and by the kind itself.

    Parameters
    ----------
    scene
        The district.
    kind
        Its notes are assumptions of whoever wrote the plan data.
    rules
        The rules that look at it.
    measured
        Ids of those that measure from a place.
    accuracy_m
        Stated position error of places; None where the plan's parameter was taken.

    Returns
    -------
    assumptions
        Those of the rules first.
    """
    listed = list(list_assumptions(scene, rules))
    rule_ids = tuple(rule.rule_id for rule in rules)
    if accuracy_m is None:
        parameter = scene.plan.parameter(ACCURACY_PARAMETER)
        given = scene.district.parameters.get(ACCURACY_PARAMETER)
        value = parameter.default if given is None else given.value
        listed.append(
            Assumption(
                assumption_id=ACCURACY_PARAMETER,
                rule_ids=tuple(measured),
                text=Text(
                    f"{parameter.title.zh} 取 {value:g} {parameter.unit}",
                    f"{parameter.title.en}: {value:g} {parameter.unit}",
                ),
                source=parameter.source if given is None else Text(given.source, given.source),
            )
        )
    ours = Text("方案数据中对场所类别的说明", "what the plan data say of the kind")
    listed += [
        Assumption(assumption_id=f"kind:{kind.kind_id}", rule_ids=rule_ids, text=note, source=ours)
        for note in kind.notes
    ]
    return tuple(listed)


def _is_demo(scene: Scene, by_rule: Sequence[RuleLines]) -> bool:
    """Whether anything that was measured to is invented."""
    names = {"boundary"} | {one.reference_layer for one in by_rule}
    layers = scene.district.layers
    return any(layers[name].is_demo for name in names if name in layers)
