"""The overlays of a page: findings and zones sorted into layers, as compact GeoJSON."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from qxgeo.maps.style import Drawn, assign_colours, draw_kind
from qxgeo.maps.wording import KINDS
from qxgeo.schemas import LAYERS
from qxgeo.vocabulary import OUTSIDE_DISTRICT, Status, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import geopandas as gpd
    import numpy.typing as npt

    from qxgeo.assess import Assessment
    from qxgeo.plan import Rule

DECIMALS = 6  # a tenth of a metre and finer than any stated accuracy
MANY_FEATURES = 5_000
TOLERANCE_DEG = 1e-5  # about a metre; drawn lines of crowded pages only, never a number
_HIDDEN_KINDS = frozenset(("does_not_apply",))
_LISTING_KINDS = frozenset(("coverage", "attribute"))
_DISC_PAGES = frozenset(("keep_wet", "repair", "restricted"))
_POLYGONS = (3, 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """One layer that a reader can switch.

    Attributes
    ----------
    kind
        A key of `wording.KINDS`.
    drawn
        Its only style.
    geojson
        A FeatureCollection; each feature's property `i` is a row of the page's findings, for zones
        a row of the page's zones.
    count
        Subjects in it.
    length_m
        Ground metres inside, as the findings give them; 0 where there are no lines.
    shape
        ``line``, ``point`` or ``area``: what the legend draws.
    is_shown
        Whether it is on when the page opens.
    """

    rule_id: str
    kind: str
    drawn: Drawn
    geojson: str
    count: int
    length_m: float
    shape: str
    is_shown: bool


def rules_of_page(assessment: Assessment, page: str) -> tuple[Rule, ...]:
    """List the judged rules of a page in the plan's order.

    Parameters
    ----------
    assessment
        Its `rule_counts` says which rules were judged.
    page
        A `Rule.page`.

    Returns
    -------
    rules
        Gaps are not among them.
    """
    judged = set(assessment.rule_counts["rule_id"])
    return tuple(
        rule for rule in assessment.plan.rules if rule.page == page and rule.rule_id in judged
    )


def lists_roads(rule: Rule) -> bool:
    """Tell whether a rule lists roads all over the district, which would cover every other layer.

    Parameters
    ----------
    rule
        Any rule.

    Returns
    -------
    does
        True for attribute and coverage tests of roads.
    """
    return rule.kind in _LISTING_KINDS and rule.subject.layer == "roads"


def findings_of_page(assessment: Assessment, rules: Sequence[Rule]) -> gpd.GeoDataFrame:
    """Give the findings under some rules, in their order, with a new range index.

    Parameters
    ----------
    assessment
        Holds all findings.
    rules
        Those of one page.

    Returns
    -------
    findings
        Columns as they were.
    """
    wanted = assessment.findings["rule_id"].isin([rule.rule_id for rule in rules])
    return assessment.findings.loc[wanted].reset_index(drop=True)


def sort_into_kinds(findings: gpd.GeoDataFrame, rules: Sequence[Rule]) -> list[str]:
    """Say for each finding which layer of its rule it is drawn in.

    The words of the finding decide and nothing is judged here: where it lies, its verdict, and for
    rules that bind new premises only whether an existing one has its margin inside.

    Parameters
    ----------
    findings
        Columns `schemas.FINDING_COLUMNS`.
    rules
        All rules that occur.

    Returns
    -------
    kinds
        Keys of `wording.KINDS`.
    """
    by_id = {rule.rule_id: rule for rule in rules}
    columns = ("rule_id", "subject_layer", "subject_status", "verdict", "margin_m", "township_id")
    return [
        _kind(by_id[str(rule_id)], str(layer), str(status), str(verdict), float(margin), str(town))
        for rule_id, layer, status, verdict, margin, town in zip(
            *(findings[column] for column in columns), strict=True
        )
    ]


def _kind(  # the six cells that decide
    rule: Rule, layer: str, status: str, verdict: str, margin_m: float, township_id: str
) -> str:
    """Name the layer of one finding."""
    if layer not in LAYERS:  # the zone itself, by township
        return "neighbour" if township_id == OUTSIDE_DISTRICT else "zone_part"
    if rule.new_only and status == Status.EXISTING and margin_m >= 0:
        return "existing"
    if verdict == Verdict.DOES_NOT_APPLY:
        return "does_not_apply"
    return "neighbour" if township_id == OUTSIDE_DISTRICT else verdict


def build_overlays(
    assessment: Assessment, rules: Sequence[Rule], findings: gpd.GeoDataFrame, kinds: Sequence[str]
) -> list[Overlay]:
    """Draw a page's findings and zones as layers, in the order of drawing within each rule.

    Parameters
    ----------
    assessment
        Its zones are drawn; nothing else of it is read.
    rules, findings, kinds
        Of one page, see `rules_of_page`, `findings_of_page` and `sort_into_kinds`.

    Returns
    -------
    overlays
        Only layers that hold something.
    """
    colours = assign_colours(rules)
    is_foreground = [not lists_roads(rule) for rule in rules]
    words = np.asarray(kinds, dtype=object)
    rule_ids = findings["rule_id"].to_numpy(dtype=object)
    tolerance_deg = TOLERANCE_DEG if len(findings) > MANY_FEATURES else 0.0
    overlays = []
    nested: Counter[str] = Counter()
    for rule, is_placed in zip(rules, is_foreground, strict=True):
        is_shown = is_placed or not any(is_foreground)
        subjects = findings["subject_layer"][(rule_ids == rule.rule_id) & (words != "zone_part")]
        layer = str(subjects.iloc[0]) if len(subjects) else rule.subject.layer
        order = nested[layer]
        nested[layer] += 1
        for kind in KINDS:
            if kind == "zone":
                overlays += _zone_overlay(assessment.zones, rule, colours[rule.rule_id], order)
                continue
            chosen = np.flatnonzero((rule_ids == rule.rule_id) & (words == kind))
            drawn = draw_kind(kind, rule, colours[rule.rule_id], order)
            overlays += _finding_overlay(
                findings.iloc[chosen],
                chosen,
                rule.rule_id,
                kind,
                drawn,
                is_shown and kind not in _HIDDEN_KINDS,
                tolerance_deg,
            )
    return overlays


def _zone_overlay(zones: gpd.GeoDataFrame, rule: Rule, colour: str, order: int) -> list[Overlay]:
    """Draw the zones of one rule."""
    chosen = np.flatnonzero((zones["rule_id"] == rule.rule_id).to_numpy())
    geojson, drawn_rows = write_geojson(zones.geometry.to_numpy()[chosen], chosen)
    if not drawn_rows:
        return []
    return [
        Overlay(
            rule_id=rule.rule_id,
            kind="zone",
            drawn=draw_kind("zone", rule, colour, order),
            geojson=geojson,
            count=len(drawn_rows),
            length_m=0.0,
            shape="area",
            is_shown=rule.draws_zone
            or (rule.kind == "within_distance" and rule.page in _DISC_PAGES),
        )
    ]


def _finding_overlay(  # one layer is all of these
    findings: gpd.GeoDataFrame,
    numbers: npt.NDArray[np.intp],
    rule_id: str,
    kind: str,
    drawn: Drawn,
    is_shown: bool,  # noqa: FBT001  # private
    tolerance_deg: float,
) -> list[Overlay]:
    """Draw the findings of one rule and kind."""
    shapes = findings.geometry.to_numpy()
    geojson, drawn_rows = write_geojson(shapes, numbers, tolerance_deg=tolerance_deg)
    if not drawn_rows:
        return []
    return [
        Overlay(
            rule_id=rule_id,
            kind=kind,
            drawn=drawn,
            geojson=geojson,
            count=len(drawn_rows) if kind == "zone_part" else int(findings["subject_id"].nunique()),
            length_m=float(findings["length_m"].sum()),
            shape=_legend_shape(shapes),
            is_shown=is_shown,
        )
    ]


def _legend_shape(shapes: npt.NDArray[np.object_]) -> str:
    """Say what the legend draws for these geometries."""
    types = shapely.get_type_id(shapes)
    if np.isin(types, _POLYGONS).any():
        return "area"
    return "line" if (shapely.get_dimensions(shapes) == 1).any() else "point"


def write_geojson(
    shapes: npt.NDArray[np.object_],
    numbers: Iterable[int],
    *,
    tolerance_deg: float = 0.0,
) -> tuple[str, list[int]]:
    """Write geometries as a compact FeatureCollection, coordinates rounded to 1e-6 degrees.

    Parameters
    ----------
    shapes
        EPSG:4326; missing and empty ones are left out.
    numbers
        Property `i` of each.
    tolerance_deg
        Simplification of lines and areas, for drawing only; 0 draws every vertex.

    Returns
    -------
    geojson
        The text.
    drawn
        Numbers that are in it.
    """
    rows = np.asarray(list(numbers), dtype=np.intp)
    has_shape = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    kept, rows = shapes[has_shape], rows[has_shape]
    if tolerance_deg > 0:
        kept = shapely.simplify(kept, tolerance_deg, preserve_topology=True)
    rounded = shapely.transform(kept, lambda degrees: np.round(degrees, DECIMALS))
    features = ",".join(
        f'{{"type":"Feature","properties":{{"i":{row}}},"geometry":{text}}}'
        for row, text in zip(rows.tolist(), shapely.to_geojson(rounded), strict=True)
    )
    return f'{{"type":"FeatureCollection","features":[{features}]}}', rows.tolist()
