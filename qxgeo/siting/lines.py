"""One line for each rule about each place, by the judges of the main job."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import shapely

from qxgeo.geodesy import edge_distances_m, first_holders
from qxgeo.plan import Selector
from qxgeo.rules import JUDGES, rule_radius_m
from qxgeo.rules.distance import move_threshold
from qxgeo.rules.evidence import CODES
from qxgeo.siting.candidates import PLACES
from qxgeo.siting.combine import (
    BY_ATTRIBUTE,
    ask_conditions,
    choose,
    code_of,
    combine,
    open_radius_m,
)
from qxgeo.siting.entrances import judge_entrances
from qxgeo.siting.model import RuleLines
from qxgeo.vocabulary import SiteVerdict, Verdict, Why

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from qxgeo.geodesy import Gathered
    from qxgeo.plan import KindRule, Rule
    from qxgeo.rules import Scene
    from qxgeo.rules.judgement import Opinion


def judge_ground(scene: Scene, places: gpd.GeoDataFrame, *, accuracy_m: float) -> RuleLines:
    """Ask whose ground a place stands on: only the district's own is the district's to decide.

    Parameters
    ----------
    scene
        Of the district.
    places
        Points and parcels.
    accuracy_m
        Position error of the places, ground metres.

    Returns
    -------
    lines
        Line 0. The margin is the distance to the boundary, negative outside; a parcel on both
        sides of it needs a decision.
    """
    layer = scene.layer("boundary")
    area = scene.territories[-1]
    shapes = scene.shapes(PLACES, places)
    away_m = edge_distances_m(shapes, area)
    inside, touches = _stand_in(area, shapes, away_m)
    margin_m = np.where(inside, away_m, -away_m)
    error_m = np.full(len(shapes), accuracy_m + layer.accuracy_m)
    across = touches & ~inside
    close = np.abs(margin_m) < error_m
    verdicts, whys = choose(
        [
            (across, SiteVerdict.NEEDS_DECISION, Why.ACROSS_BOUNDARY),
            (close, SiteVerdict.TOO_CLOSE_TO_CALL, Why.NEAR_BOUNDARY),
            (inside, SiteVerdict.ALLOWED, Why.IN_DISTRICT),
        ],
        len(shapes),
        SiteVerdict.OUT_OF_SCOPE,
        Why.OUTSIDE_DISTRICT,
    )
    name = scene.district.name.zh
    return RuleLines(
        line=0,
        rule=None,
        kind_rule=None,
        verdicts=verdicts,
        whys=whys,
        distance_m=away_m,
        threshold_m=np.full(len(shapes), np.nan),
        margin_m=margin_m,
        error_m=error_m,
        reference_layer="boundary",
        reference_ids=np.full(len(shapes), scene.district.code, dtype=object),
        reference_names=np.full(len(shapes), name, dtype=object),
        is_spared=np.zeros(len(shapes), dtype=bool),
    )


def _stand_in(
    area: shapely.Geometry, places: Gathered, away_m: NDArray[np.float64]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Say which places an area covers, and which stand in it at least in part.

    A place in one piece that does not touch the edge stands on one side of it, as its first corner.
    """
    one_piece = (shapely.GeometryType.POINT, shapely.GeometryType.POLYGON)
    is_clear = (away_m > 0) & np.isin(places.type_ids, one_piece)
    inside = first_holders(places.corners, np.array([area], dtype=object)) == 0
    touches = inside.copy()
    rows = np.flatnonzero(~is_clear)
    shapely.prepare(area)
    inside[rows] = shapely.covers(area, places.shapes[rows])
    touches[rows] = shapely.intersects(area, places.shapes[rows])
    return inside, touches


def judge_line(
    number: int,
    kind_rule: KindRule,
    rule: Rule,
    scene: Scene,
    places: gpd.GeoDataFrame,
    *,
    measured: list[tuple[Rule, Opinion]] | None = None,
) -> RuleLines:
    """Judge one rule on all places.

    Parameters
    ----------
    number
        Which line of the card.
    kind_rule, rule
        How the kind sees it, and the rule itself.
    scene
        With the places as its layer ``candidates``.
    places
        That layer's table.
    measured
        What other rules of the kind have measured of these places; this one adds its own.

    Returns
    -------
    lines
        An open number leaves the distance and asks for a decision; a missing layer leaves it
        unknown.
    """
    if rule.kind == "siting":
        return _silent(number, kind_rule, rule, len(places))
    missing = lacking_layers(rule, scene)
    if missing:
        return _silent(number, kind_rule, rule, len(places), missing=missing)
    if rule.kind == "frontage":
        return judge_entrances(number, kind_rule, rule, scene, places)
    status = places["status"]
    truth = ask_conditions(kind_rule, rule, places)
    if rule.kind in BY_ATTRIBUTE:
        applies = np.full(len(places), CODES[Verdict.APPLIES])
        is_open = np.zeros(len(places), dtype=bool)
        verdicts, whys = combine(kind_rule, rule, applies, truth, status, is_open=is_open)
        silent = _silent(number, kind_rule, rule, len(places))
        is_spared = whys == code_of(Why.SPARED)
        return replace(silent, verdicts=verdicts, whys=whys, is_spared=is_spared)
    opinion = _ask_place(_on_places(rule, scene), scene, [] if measured is None else measured)
    is_open = np.isnan(opinion.radius_m) & (rule.kind == "within_distance")
    verdicts, whys = combine(kind_rule, rule, opinion.codes, truth, status, is_open=is_open)
    return RuleLines(
        line=number,
        rule=rule,
        kind_rule=kind_rule,
        verdicts=verdicts,
        whys=whys,
        distance_m=opinion.distance_m,
        threshold_m=opinion.radius_m,
        margin_m=opinion.margin_m,
        error_m=opinion.error_m,
        reference_layer="" if rule.reference is None else rule.reference.layer,
        reference_ids=opinion.reference_ids,
        reference_names=opinion.reference_names,
        is_spared=whys == code_of(Why.SPARED),
    )


def _ask_place(rule: Rule, scene: Scene, measured: list[tuple[Rule, Opinion]]) -> Opinion:
    """Judge a rule on places; the way to the stations is measured once for all rules."""
    for known, opinion in measured:
        if known.kind == rule.kind and known.reference == rule.reference:
            return move_threshold(opinion, radius_m=rule_radius_m(rule, scene))
    opinion = JUDGES[rule.kind](rule, scene)
    if rule.kind == "within_distance" and rule.reference and rule.reference.layer == "stations":
        measured.append((rule, opinion))
    return opinion


def lacking_layers(rule: Rule, scene: Scene) -> tuple[str, ...]:
    """Name the layers without which a rule cannot look at a place.

    Parameters
    ----------
    rule
        Any rule.
    scene
        The district.

    Returns
    -------
    missing
        Layers that are not there or hold nothing that the rule refers to.
    """
    missing = []
    for selector in (rule.reference, rule.among):
        if selector is None or rule.kind in BY_ATTRIBUTE:
            continue
        if selector.layer not in scene.district.layers:
            missing.append(selector.layer)
            continue
        is_station = selector.layer == "stations"
        rows = scene.stations(selector) if is_station else scene.select(selector)[0]
        # A district without a main road forbids no frontage; without any road it knows none.
        if len(rows) == 0 and (rule.kind != "frontage" or selector is rule.among):
            missing.append(selector.layer)
    return tuple(dict.fromkeys(missing))


def _on_places(rule: Rule, scene: Scene) -> Rule:
    """Turn a rule on its own layer into the same test of place on the layer of places."""
    return replace(
        rule,
        subject=Selector(layer=PLACES, text=rule.subject.text, where=MappingProxyType({})),
        radius_m=open_radius_m(rule, scene) if rule.kind == "within_distance" else None,
        radius_parameter=None,
        new_only=False,
    )


def _silent(
    number: int, kind_rule: KindRule, rule: Rule, size: int, *, missing: tuple[str, ...] = ()
) -> RuleLines:
    """Give the line of a rule that measures nothing: a promotion, or one that lacks a layer."""
    verdict = SiteVerdict.UNKNOWN if missing else SiteVerdict.ALLOWED
    nothing = np.full(size, np.nan)
    blank = np.full(size, "", dtype=object)
    return RuleLines(
        line=number,
        rule=rule,
        kind_rule=kind_rule,
        verdicts=np.full(size, code_of(verdict), dtype=np.int8),
        whys=np.full(size, code_of(Why.NO_LAYER if missing else Why.PROMOTES), dtype=np.int8),
        distance_m=nothing,
        threshold_m=nothing,
        margin_m=nothing,
        error_m=nothing,
        reference_layer="",
        reference_ids=blank,
        reference_names=blank,
        is_spared=np.zeros(size, dtype=bool),
        missing=missing,
    )
