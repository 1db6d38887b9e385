"""What an assessment holds; every writer reads it and computes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    import geopandas as gpd
    import pandas as pd

    from qxgeo.district import District
    from qxgeo.errors import Text
    from qxgeo.plan import ActionPlan
    from qxgeo.rules import Assumption


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A rule that could not be judged, and what is missing."""

    rule_id: str
    measure_id: str
    missing: tuple[str, ...]  # "layer:main_urban_area", "parameter:near_school_m", "kind:coverage"
    reason: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """Findings, gaps, assumptions and totals of one run; writers read it and compute nothing.

    Attributes
    ----------
    findings
        Columns `schemas.FINDING_COLUMNS` and `geometry`, sorted by rule_id, township_id,
        rank, subject_id; range index.
    zones
        Drawn discs and polygons, one row per rule that has them: `rule_id`, `strength`,
        `radius_m` (NaN for polygon zones), `reference_ids`, `title_zh`, `title_en`, `geometry`.
        The disc union as drawn, not clipped to the district. For drawing only.
    totals
        Long table `scope` ("rule:<id>", "page:<page>", "strength:<s>"; the union over the rules in
        the scope, a metre counted once), `verdict`, `township_id`, `township_name`, `count`,
        `length_m`, `area_m2`; rows of township_id "all" are the whole.
    rule_counts
        One row per judged rule: `rule_id`, `subjects` (judged), and one column per verdict word,
        which add up to `subjects`. Road sections on which a rule does not apply are counted here
        and have no finding row; sites always have one.
    reasons
        For each road piece under more than one rule of a page: `page`, `subject_id`,
        `township_id`, `rule_ids` (joined by ", "), `length_m` (counted once).
    """

    district: District
    plan: ActionPlan
    findings: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame
    totals: pd.DataFrame
    rule_counts: pd.DataFrame
    reasons: pd.DataFrame
    gaps: tuple[Gap, ...]
    assumptions: tuple[Assumption, ...]
    as_of: date
    is_demo: bool
    is_approximate: bool
