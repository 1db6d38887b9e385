"""What a case comes to: verdicts on sites, ground by verdict, kilometres of road.

Only what a change can touch is worked out anew: a line is asked again when its rule, a number that
it asks for, a layer that it measures to, the places or their error are not those of the base.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import shapely

from qxgeo.district import missing_inputs
from qxgeo.geodesy import area_m2
from qxgeo.rules import judge
from qxgeo.siting.area.ground import lay_boundary, lay_everywhere, lay_ground
from qxgeo.siting.area.roles import find_role
from qxgeo.siting.candidates import set_scene
from qxgeo.siting.combine import BY_ATTRIBUTE
from qxgeo.siting.lines import judge_ground, judge_line
from qxgeo.siting.model import VERDICTS
from qxgeo.siting.sensitivity.model import Mark, Outcome
from qxgeo.siting.sensitivity.play import layers_in_play, layers_of, radius_of
from qxgeo.vocabulary import OUTSIDE_DISTRICT, SiteVerdict, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from numpy.typing import NDArray

    from qxgeo.plan import KindRule, Rule
    from qxgeo.rules import Scene
    from qxgeo.siting.area.ground import Ground
    from qxgeo.siting.sensitivity.model import Case
    from qxgeo.siting.sensitivity.play import Play

BOUNDARY = "boundary"
_ALLOWED = VERDICTS.index(SiteVerdict.ALLOWED)
_CLOSE = VERDICTS.index(SiteVerdict.TOO_CLOSE_TO_CALL)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Known:
    """What may be taken over from another case, and what is the same in both.

    Attributes
    ----------
    rules
        Ids of rules that ask the same of the same layers.
    edge, places, error
        Whether the boundary, the places with their error, and that error are the same.
    """

    outcome: Outcome
    rules: frozenset[str]
    edge: bool
    places: bool
    error: bool


def work_out(
    case: Case,
    play: Play,
    *,
    attributes: Mapping[str, Any],
    known: tuple[Case, Outcome] | None = None,
) -> Outcome:
    """Judge sites, ground and roads of a case.

    Parameters
    ----------
    case
        What is judged.
    play
        By which rules.
    attributes
        What is known of a site anywhere on the ground.
    known
        Another case with its outcome, whose parts are taken over where nothing touches them.

    Returns
    -------
    outcome
        The same whether or not another is known.
    """
    scene = _set_scene(case, play)
    same = None if known is None else _compare(case, play, *known)
    marks = _lay_marks(case, play, scene, attributes, same)
    if same is not None and _drawn(marks) == _drawn(same.outcome.marks):
        ground, ground_km2 = same.outcome.ground, same.outcome.ground_km2
    else:
        ground = _divide(scene, marks)
        ground_km2 = {verdict: measure_km2(shape) for verdict, shape in ground.items()}
    return Outcome(
        lines=_ask_lines(case, play, scene, same),
        marks=marks,
        district=scene.territories[-1],
        ground=ground,
        ground_km2=ground_km2,
        roads=_measure_roads(case, play, scene, same),
    )


def _drawn(marks: Mapping[str, Mark]) -> dict[str, int]:
    """Tell the marks apart that are part of the verdict."""
    return {name: id(one) for name, one in marks.items() if one.is_drawn}


def _set_scene(case: Case, play: Play) -> Scene:
    """Put places into the district, which keeps the layers in play alone."""
    names = {*layers_in_play(play, case), "townships"} & set(case.district.layers)
    layers = MappingProxyType({one: case.district.layers[one] for one in sorted(names)})
    return set_scene(
        replace(case.district, layers=layers),
        case.plan,
        case.places,
        case.entrances,
        accuracy_m=case.accuracy_m,
    )


def _compare(case: Case, play: Play, other: Case, outcome: Outcome) -> _Known:
    """Find what two cases have in common: by identity of tables, by equality of rules."""

    def has_same(*names: str) -> bool:
        ours, theirs = case.district.layers, other.district.layers
        return all(ours.get(one) is theirs.get(one) for one in names)

    same_rules = set()
    for name in play.rule_ids:
        rule, before = case.plan.rule(name), other.plan.rule(name)
        layers = layers_of(rule)
        if name in play.road_rules:
            layers = (*layers, rule.subject.layer)
        if (
            rule == before
            and has_same(*layers)
            and radius_of(rule, case) == radius_of(before, other)
        ):
            same_rules.add(name)
    same_error = case.accuracy_m == other.accuracy_m
    same_tables = case.places is other.places and case.entrances is other.entrances
    return _Known(
        outcome=outcome,
        rules=frozenset(same_rules),
        edge=has_same("boundary", "townships"),
        places=same_tables and same_error,
        error=same_error,
    )


def _ask_lines(
    case: Case, play: Play, scene: Scene, same: _Known | None
) -> dict[str, NDArray[np.int8]]:
    """Ask every line of every place."""
    lines = {}
    if same is not None and same.edge and same.places:
        lines[""] = same.outcome.lines[""]
    else:
        lines[""] = judge_ground(scene, case.places, accuracy_m=case.accuracy_m).verdicts
    for number, kind_rule in enumerate(play.kind.rules, start=1):
        name = kind_rule.rule_id
        if same is not None and same.places and name in same.rules:
            lines[name] = same.outcome.lines[name]
            continue
        found = judge_line(number, kind_rule, case.plan.rule(name), scene, case.places)
        lines[name] = found.verdicts
    return lines


def _lay_marks(
    case: Case, play: Play, scene: Scene, attributes: Mapping[str, Any], same: _Known | None
) -> dict[str, Mark]:
    """Lay every rule on the ground that has one."""
    is_kept = same is not None and same.edge and same.error
    marks: dict[str, Mark] = {}
    if same is not None and is_kept:
        marks[BOUNDARY] = same.outcome.marks[BOUNDARY]
    else:
        ground = lay_boundary(scene, accuracy_m=case.accuracy_m)
        marks[BOUNDARY] = _mark(ground, (_CLOSE, _CLOSE), is_drawn=True)
    for kind_rule in play.kind.rules:
        name = kind_rule.rule_id
        if same is not None and is_kept and name in same.rules:
            mark = same.outcome.marks.get(name)
        else:
            mark = _lay(kind_rule, case, play, scene, attributes)
        if mark is not None:
            marks[name] = mark
    return marks


def _lay(
    kind_rule: KindRule, case: Case, play: Play, scene: Scene, attributes: Mapping[str, Any]
) -> Mark | None:
    """Lay one rule on the ground, as `eligible_area` does; None where it has none."""
    rule = case.plan.rule(kind_rule.rule_id)
    role = find_role(kind_rule, rule, scene, play.kind, attributes=attributes, tried=frozenset())
    if role.role not in ("drawn", "conditional"):
        return None
    everywhere = rule.kind in BY_ATTRIBUTE
    ground = (
        lay_everywhere(scene) if everywhere else lay_ground(rule, scene, accuracy_m=case.accuracy_m)
    )
    return _mark(ground, role.codes[1:], is_drawn=role.role == "drawn")


def _mark(ground: Ground, codes: tuple[int, int], *, is_drawn: bool) -> Mark:
    """Keep what a rule does on the ground, with its areas."""
    return Mark(
        caught=ground.caught,
        reached=ground.reached,
        caught_km2=measure_km2(ground.caught),
        reached_km2=measure_km2(ground.reached),
        codes=codes,
        is_drawn=is_drawn,
    )


def measure_km2(shape: shapely.Geometry) -> float:
    """Measure one area.

    Parameters
    ----------
    shape
        EPSG:4326.

    Returns
    -------
    area_km2
        Square kilometres on the ellipsoid.
    """
    return float(area_m2(np.array([shape], dtype=object))[0]) / 1e6


def _divide(scene: Scene, marks: Mapping[str, Mark]) -> dict[SiteVerdict, shapely.Geometry]:
    """Divide the district by verdict: each place is under the most binding of its rules."""
    said: dict[int, list[shapely.Geometry]] = {}
    for one in marks.values():
        if one.is_drawn:
            said.setdefault(one.codes[0], []).append(shapely.difference(one.reached, one.caught))
            said.setdefault(one.codes[1], []).append(one.caught)
    ground, left = {}, scene.territories[-1]
    for code in sorted(said.keys() - {_ALLOWED}):
        whole = shapely.union_all([one for one in said[code] if not shapely.is_empty(one)])
        ground[VERDICTS[code]] = only_areas(shapely.intersection(left, whole))
        left = only_areas(shapely.difference(left, whole))
    ground[SiteVerdict.ALLOWED] = left
    return {verdict: shape for verdict, shape in ground.items() if not shapely.is_empty(shape)}


def only_areas(shape: shapely.Geometry) -> shapely.Geometry:
    """Keep the polygons of what a cut leaves; points and lines in which parts touch go.

    Parameters
    ----------
    shape
        Any geometry.

    Returns
    -------
    areas
        Polygon or multi-polygon, perhaps empty.
    """
    parts = shapely.get_parts(shape)
    return unite_parts(parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON])


def unite_parts(parts: NDArray[np.object_]) -> shapely.Geometry:
    """Make one geometry of polygons that do not overlap.

    Parameters
    ----------
    parts
        Polygons, shape (n,).

    Returns
    -------
    areas
        Polygon or multi-polygon, perhaps empty.
    """
    return shapely.Polygon(parts[0]) if len(parts) == 1 else shapely.MultiPolygon(list(parts))


def _measure_roads(
    case: Case, play: Play, scene: Scene, same: _Known | None
) -> dict[str, tuple[float, float, float]]:
    """Measure the kilometres under each rule on roads."""
    roads = {}
    for name in play.road_rules:
        if same is not None and same.edge and name in same.rules:
            roads[name] = same.outcome.roads[name]
        else:
            roads[name] = _measure_road(case.plan.rule(name), scene)
    return roads


def _measure_road(rule: Rule, scene: Scene) -> tuple[float, float, float]:
    """Measure roads in the district under a rule: kilometres named, least and most."""
    if missing_inputs(rule, scene.district, scene.plan):
        return (float("nan"),) * 3
    if rule.only_on_warning_days and not scene.district.warning_day:
        return (0.0, 0.0, 0.0)
    rows = judge(rule, scene).rows
    rows = rows[scene.township_ids[rows["territory"]] != OUTSIDE_DISTRICT]
    applies = rows[rows["verdict"] == str(Verdict.APPLIES)]
    may = rows[rows["verdict"] != str(Verdict.DOES_NOT_APPLY)]
    return (
        float(applies["length_m"].sum()) / 1000,
        float(applies["length_low_m"].sum()) / 1000,
        float(may["length_high_m"].sum()) / 1000,
    )
