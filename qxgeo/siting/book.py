"""The rules of a kind with all that they measure to, as plain data from which a page can judge.

Whatever Python decides by reading the plan and the district is decided here: which rows a rule
refers to, which roads are main roads, which numbers are set. What is left to the page is the place:
distances, insides, attributes, status and the order in which they count. Every text is a pair,
Chinese first.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np

from qxgeo.district import stations_in_force, title_layer
from qxgeo.plan import Selector
from qxgeo.rules.distance import draw_zone, station_error_m
from qxgeo.rules.frontage_remarks import ROADS_SHOWN, head_of
from qxgeo.rules.polygon import draw_area
from qxgeo.rules.roadside import list_roads
from qxgeo.schemas import LAYERS
from qxgeo.siting.book_shapes import pack_shapes
from qxgeo.siting.book_words import book_words, pair
from qxgeo.siting.candidates import check_entrances, check_places, set_scene
from qxgeo.siting.combine import BY_ATTRIBUTE, caught_verdict, open_radius_m
from qxgeo.siting.table import GROUND, columns_of, line_assumptions, title_reference
from qxgeo.siting.verdict import ACCURACY_PARAMETER, check_sites
from qxgeo.vocabulary import PLACE_LABELS

if TYPE_CHECKING:
    import shapely

    from qxgeo.district import District
    from qxgeo.plan import ActionPlan, Rule, SiteKind
    from qxgeo.rules import Scene
    from qxgeo.siting.model import RuleLines, SiteChecks

_MEASURED = ("within_distance", "inside_polygon", "frontage")


def write_rule_book(
    district: District,
    kind: SiteKind,
    *,
    accuracy_m: float | None = None,
    plan: ActionPlan | None = None,
) -> dict[str, Any]:
    """Write the rules of a kind as data that need neither plan nor district.

    Parameters
    ----------
    district
        Read and checked.
    kind
        From `find_kind`.
    accuracy_m
        Position error of places and entrances, ground metres; None takes the plan's parameter.
    plan
        Another reading of the district's plan; None takes the district's.

    Returns
    -------
    book
        JSON values: the `kind` and its `attributes`; `ground`, whose ground a place is on;
        `rules`, each with its words, its conditions, its numbers (None where nobody has set one)
        and what it measures to, as a number of `references`; the `words` of all sentences; the
        `assumptions`; `zones` to draw. The same input gives the same book.
    """
    probe = _probe(district, kind, accuracy_m=accuracy_m, plan=plan)
    scene = _scene(probe)
    shelf = _Shelf()
    rules = [_describe_rule(probe, one, scene, shelf) for one in probe.by_rule if one.rule]
    return {
        "kind": _describe_kind(kind),
        "accuracy_m": float(probe.places["accuracy_m"].iloc[0]),
        "accuracy_parameter": ACCURACY_PARAMETER,
        "plan": pair(probe.plan.title),
        "as_of": probe.as_of.isoformat(),
        "is_demo": any(layer.is_demo for layer in _layers_of(probe, district)),
        "is_approximate": probe.is_approximate,
        "ground": _describe_ground(scene, shelf),
        "rules": rules,
        "references": shelf.references,
        "assumptions": [
            {
                "id": one.assumption_id,
                "rules": list(one.rule_ids),
                "text": pair(one.text),
                "source": pair(one.source),
            }
            for one in probe.assumptions
        ],
        "words": book_words(),
    }


def draw_rule_zones(
    district: District, kind: SiteKind, *, plan: ActionPlan | None = None
) -> dict[str, shapely.Geometry]:
    """Draw where the rules of a kind reach, for a map; a verdict comes from the distance.

    Parameters
    ----------
    district, kind, plan
        As for `write_rule_book`.

    Returns
    -------
    zones
        By rule id: the discs or strips of a rule by distance, the united area of a rule by area,
        EPSG:4326. A rule without a number, without its layer or without a place has none.
    """
    probe = _probe(district, kind, accuracy_m=0.0, plan=plan)
    scene = _scene(probe)
    zones = {}
    for one in probe.by_rule:
        rule = one.rule
        if rule is None or one.missing or rule.kind not in _MEASURED[:2]:
            continue
        radius_m = open_radius_m(rule, scene) if rule.kind == "within_distance" else 0.0
        if np.isnan(radius_m):
            continue
        nobody = Selector(layer="boundary", text=rule.subject.text, where=MappingProxyType({}))
        drawn = replace(rule, subject=nobody)
        zone, _ = (
            draw_zone(drawn, scene) if rule.kind == "within_distance" else draw_area(drawn, scene)
        )
        zones[rule.rule_id] = zone
    return zones


class _Shelf:
    """What rules measure to, each table once."""

    def __init__(self) -> None:
        self.references: list[dict[str, Any]] = []
        self._numbers: dict[object, int] = {}

    def put(self, layer: str, table: gpd.GeoDataFrame) -> int:
        """Put rows of a layer on the shelf and give their number."""
        key = (layer, tuple(table.index.tolist()))
        if key not in self._numbers:
            names = table["name"].astype("string").fillna("").tolist() if "name" in table else None
            ids = table[LAYERS[layer].id_column].astype(str).tolist()
            self._numbers[key] = self._add(layer, ids, names or [""] * len(ids), table)
        return self._numbers[key]

    def put_shape(self, key: object, layer: str, shape: shapely.Geometry) -> int:
        """Put one shape without a name on the shelf and give its number."""
        if key not in self._numbers:
            table = gpd.GeoDataFrame(geometry=[shape], crs=4326)
            self._numbers[key] = self._add(layer, [""], [""], table)
        return self._numbers[key]

    def _add(self, layer: str, ids: list[str], names: list[str], table: gpd.GeoDataFrame) -> int:
        """Write a table of references."""
        shapes = table.geometry.to_numpy(dtype=object)
        self.references.append(
            {
                "layer": layer,
                "title": pair(title_reference(layer)),
                "ids": ids,
                "names": names,
                **pack_shapes(shapes),
            }
        )
        return len(self.references) - 1


def _probe(
    district: District, kind: SiteKind, *, accuracy_m: float | None, plan: ActionPlan | None
) -> SiteChecks:
    """Judge one place with an entrance: what holds for it holds for all, but for the place."""
    area = district.layers["boundary"].table.geometry.union_all()
    place = gpd.GeoDataFrame({"site_id": ["1"]}, geometry=[area.representative_point()], crs=4326)
    return check_sites(
        district, kind.kind_id, place, entrances=place, accuracy_m=accuracy_m, plan=plan
    )


def _scene(probe: SiteChecks) -> Scene:
    """Set the district up for reading what its rules refer to."""
    places = check_places(
        gpd.GeoDataFrame({"site_id": []}, geometry=gpd.GeoSeries([], crs=4326), crs=4326)
    )
    return set_scene(
        probe.district, probe.plan, places, check_entrances(None, places), accuracy_m=0.0
    )


def _layers_of(probe: SiteChecks, district: District) -> list[Any]:
    """List the layers that verdicts rest on."""
    names = {"boundary"} | {one.reference_layer for one in probe.by_rule}
    return [district.layers[name] for name in sorted(names) if name in district.layers]


def _describe_kind(kind: SiteKind) -> dict[str, Any]:
    """Describe the kind and what an application says of it."""
    return {
        "id": kind.kind_id,
        "title": pair(kind.title),
        "notes": [pair(note) for note in kind.notes],
        "attributes": [
            {
                "name": one.name,
                "title": pair(one.title),
                "kind": one.kind,
                "options": list(one.options),
            }
            for one in kind.attributes
        ],
    }


def _describe_ground(scene: Scene, shelf: _Shelf) -> dict[str, Any]:
    """Describe whose ground is whose: the district, then its townships in order."""
    layer = scene.layer("boundary")
    whole = shelf.put_shape("district", "boundary", scene.territories[-1])
    shelf.references[whole] |= {
        "ids": [scene.district.code],
        "names": [scene.district.name.zh],
    }
    towns = gpd.GeoDataFrame(geometry=list(scene.territories[:-1]), crs=4326)
    return {
        "title": pair(GROUND),
        "district": whole,
        "accuracy_m": layer.accuracy_m,
        "townships": pack_shapes(towns.geometry.to_numpy(dtype=object)),
        "township_ids": [str(word) for word in scene.township_ids],
        "township_names": [
            pair(PLACE_LABELS[code]) if code in PLACE_LABELS else [str(name), str(name)]
            for code, name in zip(scene.township_ids, scene.township_names, strict=True)
        ],
    }


def _describe_rule(
    probe: SiteChecks, one: RuleLines, scene: Scene, shelf: _Shelf
) -> dict[str, Any]:
    """Describe one rule: its words, whom it is about, what it measures."""
    rule, kind_rule = one.rule, one.kind_rule
    if rule is None or kind_rule is None:  # line 0 has no rule and is described as ground
        return {}
    asked = columns_of(rule.subject.where) | columns_of(kind_rule.when)
    return {
        "line": one.line,
        "id": rule.rule_id,
        "measure": rule.measure_id,
        "title": pair(rule.title),
        "clause": rule.clause,
        "strength": str(rule.strength),
        "test": _test_of(rule),
        "new_only": rule.new_only,
        "caught": str(caught_verdict(kind_rule, rule)),
        "when": [thaw(kind_rule.when), thaw(rule.subject.where)],
        "asked": [a.name for a in probe.kind.attributes if a.name in asked],
        "subject": pair(rule.subject.text),
        "missing": [pair(title_layer(name)) for name in one.missing],
        "assumptions": line_assumptions(probe, one),
        **({} if one.missing else _describe_test(rule, probe, scene, shelf)),
    }


def _test_of(rule: Rule) -> str:
    """Name the test of a rule as the page knows it."""
    if rule.kind == "siting":
        return "none"
    return "attribute" if rule.kind in BY_ATTRIBUTE else rule.kind


def _describe_test(rule: Rule, probe: SiteChecks, scene: Scene, shelf: _Shelf) -> dict[str, Any]:
    """Describe what a rule measures and to what; nothing for a test of attributes."""
    if rule.kind not in _MEASURED:
        return {}
    parameter = {}
    if rule.radius_parameter:
        parameter = {"parameter": pair(probe.plan.parameter(rule.radius_parameter).title)}
    if rule.kind == "frontage":
        return parameter | _describe_roads(rule, scene, shelf)
    if rule.kind == "within_distance":
        radius = _number(open_radius_m(rule, scene))
        return parameter | {"radius_m": radius} | _describe_reference(rule, scene, shelf)
    return parameter | _describe_area(rule, scene, shelf)


def _describe_reference(rule: Rule, scene: Scene, shelf: _Shelf) -> dict[str, Any]:
    """Put on the shelf what a rule by distance measures to."""
    reference = _reference(rule)
    if reference.layer == "stations":
        stations = scene.stations(reference)
        return {
            "reference": shelf.put("stations", stations),
            "accuracy_m": station_error_m(scene, stations),
            "zero_is_within": False,
        }
    rows, _ = scene.select(reference)
    accuracy_m = scene.layer(reference.layer).accuracy_m
    # In the very building no position error lifts a case out of the rule (see judge_distance).
    number = shelf.put(reference.layer, rows)
    return {"reference": number, "accuracy_m": accuracy_m, "zero_is_within": True}


def _describe_area(rule: Rule, scene: Scene, shelf: _Shelf) -> dict[str, Any]:
    """Put on the shelf the areas of a rule, and their union where it is not one of them."""
    reference = _reference(rule)
    rows, _ = scene.select(reference)
    number = shelf.put(reference.layer, rows)
    whole = number
    if len(rows) > 1:
        key = ("union", number)
        whole = shelf.put_shape(key, reference.layer, rows.geometry.union_all())
    limit = {}
    if rule.station_radius_m is not None:
        stations = stations_in_force(scene.layer("stations").table, scene.district.as_of)
        limit = {
            "near_station": {
                "radius_m": rule.station_radius_m,
                "reference": shelf.put("stations", stations),
                "accuracy_m": station_error_m(scene, stations),
            }
        }
    accuracy_m = scene.layer(reference.layer).accuracy_m
    return {"reference": number, "area": whole, "accuracy_m": accuracy_m, **limit}


def _describe_roads(rule: Rule, scene: Scene, shelf: _Shelf) -> dict[str, Any]:
    """Put on the shelf the roads that an entrance can open on, with what the rule says of each."""
    among = _reference(rule, "among")
    rows, _ = scene.select(among)
    roads = list_roads(rule, scene)
    number = shelf.put(among.layer, rows)
    classes = sorted(set(roads.classes.tolist()))
    place = {word: at for at, word in enumerate(classes)}
    names, plain = roads.names.tolist(), roads.plain_names.tolist()
    return {
        "reference": number,
        "radius_m": _number(open_radius_m(rule, scene)),
        "accuracy_m": scene.layer(among.layer).accuracy_m,
        "meant": pair(head_of(rule.reference)),
        "doubtful": pair(head_of(rule.doubtful)),
        "roads_shown": ROADS_SHOWN,
        "names": names,
        "section_ids": [str(word) for word in roads.section_ids],
        # Keys of the names, where they are not the names themselves.
        "plain": {str(at): word for at, word in enumerate(plain) if word != names[at]},
        "classes": classes,
        "class": [place[word] for word in roads.classes],
        "answers": [int(answer) for answer in roads.answers],
    }


def _reference(rule: Rule, name: str = "reference") -> Selector:
    """Give a selector that the plan loader has seen to.

    Raises
    ------
    ValueError
        If the loader let a rule without it through.
    """
    selector: Selector | None = getattr(rule, name)
    if selector is None:
        message = f"{rule.rule_id}: a {rule.kind} rule needs {name}"
        raise ValueError(message)
    return selector


def thaw(value: Any) -> Any:  # noqa: ANN401 - a condition is any JSON value
    """Turn a condition of the plan into JSON values.

    Parameters
    ----------
    value
        Mappings, tuples, words, numbers.

    Returns
    -------
    value
        Dictionaries and lists of the same.
    """
    if hasattr(value, "items"):
        return {str(key): thaw(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [thaw(one) for one in value]
    return value


def _number(value: float) -> float | None:
    """Write a number, None where nobody has set one: JSON has no word for NaN."""
    return None if np.isnan(value) else float(value)
