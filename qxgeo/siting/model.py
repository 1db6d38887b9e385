"""What siting says of places; every writer reads it and computes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qxgeo.vocabulary import SiteVerdict, Why

if TYPE_CHECKING:
    from datetime import date

    import geopandas as gpd
    import numpy as np
    import shapely
    from numpy.typing import NDArray

    from qxgeo.district import District
    from qxgeo.errors import Text
    from qxgeo.plan import ActionPlan, KindRule, Rule, SiteKind
    from qxgeo.rules import Assumption
    from qxgeo.rules.remarks import Remarks

VERDICTS = tuple(SiteVerdict)  # most binding first: the smallest code of a place is its summary
WHYS = tuple(Why)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLines:
    """What one rule says of all places, as arrays: a hundred thousand places need no more.

    Attributes
    ----------
    line
        0 for whose ground it is, then 1, 2, ... in the order of the kind.
    rule, kind_rule
        None on line 0.
    verdicts, whys
        Codes into `VERDICTS` and `WHYS`, shape (n,).
    distance_m, threshold_m, margin_m, error_m
        Ground metres, NaN where none is asked, shape (n,).
    reference_layer
        Layer that was measured to, "" where none was.
    reference_ids, reference_names
        "" where there is none, shape (n,).
    is_spared
        Caught by place, but the rule binds new premises only, shape (n,).
    measured_from
        ``place`` or ``entrance``.
    remarks
        Sentences, n of them, where numbers alone do not explain a verdict; else None.
    missing
        Layers that the rule lacks.
    """

    line: int
    rule: Rule | None
    kind_rule: KindRule | None
    verdicts: NDArray[np.int8]
    whys: NDArray[np.int8]
    distance_m: NDArray[np.float64]
    threshold_m: NDArray[np.float64]
    margin_m: NDArray[np.float64]
    error_m: NDArray[np.float64]
    reference_layer: str
    reference_ids: NDArray[np.object_]
    reference_names: NDArray[np.object_]
    is_spared: NDArray[np.bool_]
    measured_from: str = "place"
    remarks: Remarks | NDArray[np.object_] | None = None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteChecks:
    """Many places of one kind under every rule that looks at it.

    Attributes
    ----------
    places
        `schemas.SITE_PLACE_COLUMNS`, the application's own columns and geometry, EPSG:4326, in the
        order and on the index of the places given.
    entrances
        Layer ``candidate_entrances`` as it was judged, or None.
    by_rule
        Line 0 and one entry per rule; `lines.list_lines` makes the long table of them.
    assumptions
        Every default that took part.
    """

    district: District
    plan: ActionPlan
    kind: SiteKind
    places: gpd.GeoDataFrame
    entrances: gpd.GeoDataFrame | None
    by_rule: tuple[RuleLines, ...]
    assumptions: tuple[Assumption, ...]
    as_of: date
    is_demo: bool
    is_approximate: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteLine:
    """What one rule says of one place; the fields are those of `schemas.SITE_LINE_COLUMNS`."""

    line: int
    rule_id: str
    measure_id: str
    title: Text
    clause: str
    strength: str
    verdict: SiteVerdict
    why: Why
    distance_m: float | None
    threshold_m: float | None
    margin_m: float | None
    error_m: float | None
    measured_from: str
    measured_to: str
    reference_id: str
    reference_name: str
    is_spared: bool
    assumption_ids: tuple[str, ...]
    reason: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteCheck:
    """The verdict card of one place.

    Attributes
    ----------
    place
        Point or parcel, EPSG:4326.
    summary
        The most binding of the lines' verdicts: never ``allowed`` while a line is open.
    reason
        The summary in a sentence, with the clauses that decide it.
    """

    kind: SiteKind
    place_id: str
    name: str
    place: shapely.Geometry
    status: str
    township_id: str
    township_name: str
    summary: SiteVerdict
    reason: Text
    lines: tuple[SiteLine, ...]
    assumptions: tuple[Assumption, ...]
    as_of: date
    is_demo: bool
    is_approximate: bool
