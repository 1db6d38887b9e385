"""What the ground of a district is under a kind of site; every writer reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from typing import Any

    import geopandas as gpd
    import pandas as pd

    from qxgeo.district import District
    from qxgeo.errors import Text
    from qxgeo.plan import ActionPlan, SiteKind
    from qxgeo.rules import Assumption
    from qxgeo.vocabulary import SiteVerdict, Why

BOUNDARY = "boundary"  # stands for line 0, whose ground it is, among the rules

RULE_COLUMNS: dict[str, str] = {
    "rule_id": "string",  # "boundary" for whose ground it is
    "measure_id": "string",
    "title_zh": "string",
    "title_en": "string",
    "clause": "string",
    "strength": "string",
    "role": "string",  # word of ROLES
    "verdict": "string",  # of ground that it catches, or would catch
    "is_trial": "bool",  # its number is tried and not decided
    "threshold_m": "float64",  # NaN where none is asked or set
    "error_m": "float64",  # positions of place and reference, added
    "reference_layer": "string",
    "reference_ids": "string",  # stations whose disc reaches the district, joined by ", "
    "stated_km2": "float64",  # within the number as it is written
    "caught_km2": "float64",  # certainly: the position error taken off
    "doubtful_km2": "float64",  # the band in which positions cannot tell
    "only_km2": "float64",  # that of its ground on which no other rule says anything
    "freed_km2": "float64",  # would be eligible if this rule alone were lifted
    "eased_km2": "float64",  # would be under a milder verdict, and still not eligible
    "reason_zh": "string",
    "reason_en": "string",
}
ROLES: dict[str, str] = {
    "drawn": "on the ground, and part of the verdict",
    "conditional": "on the ground, but only for sites of which an attribute is not known yet",
    "open": "no area: a number, a layer, an entrance or an attribute is missing",
    "silent": "limits no ground: a promotion, or about other sites",
}
CONDITIONAL_COLUMNS: dict[str, str] = {
    "rule_id": "string",
    "verdict": "string",  # if the condition holds
    "verdict_now": "string",  # by the rules that are drawn
    "extent": "string",  # caught or doubtful
    "township_id": "string",
    "township_name": "string",
    "condition_zh": "string",
    "condition_en": "string",
    "area_km2": "float64",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaGap:
    """A rule that could not be put on the ground; where it holds, nothing here says "allowed".

    Attributes
    ----------
    verdict
        What the rule says of a site that it catches.
    why
        ``no_number``, ``no_layer``, ``no_entrance`` or ``no_attribute``.
    """

    rule_id: str
    measure_id: str
    strength: str
    verdict: SiteVerdict
    why: Why
    reason: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A number that the analyst tries and nobody has decided.

    Attributes
    ----------
    decided
        What district or plan say, None where nobody has set it.
    if_decided
        What the rules would say of the ground within, were the number decided.
    """

    parameter_id: str
    value: float
    unit: str
    decided: float | None
    rule_ids: tuple[str, ...]
    if_decided: tuple[SiteVerdict, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EligibleArea:
    """The ground of a district under every verdict for a new site of one kind.

    Drawn edges lie within 1 cm per kilometre of a radius, or within a millimetre, of where the rule
    has them; a verdict comes from `check_sites`, never from here.

    Attributes
    ----------
    attributes
        What was taken as known of the site.
    accuracy_m
        Position error of a place, ground metres: part of every band.
    parts
        One row per verdict and township, EPSG:4326, the most binding verdict first; together they
        are the district, once. Columns `verdict`, `township_id`, `township_name`, `area_km2`,
        `conditional_km2` (of it, where an unknown attribute decides), `is_eligible`, `geometry`.
    faces
        The same ground cut by every edge of every rule: `township_id`, `township_name`, `verdict`,
        `caught_by`, `doubtful_by` and `depends_on` (drawn rules, and conditional ones, joined by
        ", "), `area_km2`, `geometry`.
    zones
        One row per drawn or conditional rule and `extent` (``stated``, ``caught``, ``doubtful``),
        cut to the district: `rule_id`, `extent`, `role`, `verdict`, `area_km2`, `geometry`.
    rules
        `RULE_COLUMNS`, one row per rule of the kind, whose ground it is first.
    contributions
        The areas of `rules` by township: `rule_id`, `township_id`, `township_name`, `stated_km2`,
        `caught_km2`, `doubtful_km2`, `only_km2`, `freed_km2`, `eased_km2`.
    pairs
        For every two rules on the ground `overlap_km2` (caught or doubtful under both) and
        `freed_km2` (if both were lifted), of which `jointly_km2` takes both.
    conditional
        `CONDITIONAL_COLUMNS` and `geometry`: ground on which an unknown attribute decides.
    frontages
        For a rule about entrances, kilometres of the district's roads by what it says of an
        entrance there: `rule_id`, `township_id`, `township_name`, `answer`, `length_km`.
    gaps
        Rules without an area.
    """

    district: District
    plan: ActionPlan
    kind: SiteKind
    attributes: Mapping[str, Any]
    accuracy_m: float
    parts: gpd.GeoDataFrame
    faces: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame
    rules: pd.DataFrame
    contributions: pd.DataFrame
    pairs: pd.DataFrame
    conditional: gpd.GeoDataFrame
    frontages: pd.DataFrame
    gaps: tuple[AreaGap, ...]
    trials: tuple[Trial, ...]
    assumptions: tuple[Assumption, ...]
    as_of: date
    is_demo: bool
    is_approximate: bool

    @property
    def is_complete(self) -> bool:
        """Whether every rule that limits such a site stands on the ground, by decided numbers."""
        return not (self.gaps or self.trials or len(self.conditional))
