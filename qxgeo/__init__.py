"""Clean-air action plans as exact, clause-citing maps and lists for a Chinese district.

>>> import qxgeo
>>> assessment = qxgeo.assess(qxgeo.load_district())  # doctest: +SKIP

The names below are loaded when they are first asked for (PEP 562): ``qxgeo --help`` imports this
file, and must answer before GeoPandas would even be loaded.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qxgeo.assess import (
        Assessment,
        Assumption,
        Gap,
        Shelf,
        StreamedAssessment,
        assess,
        assess_streamed,
    )
    from qxgeo.datasets import RoadDataset, open_dataset, write_dataset
    from qxgeo.district import (
        District,
        Layer,
        ParameterValue,
        load_district,
        missing_inputs,
        stations_in_force,
        survey_district,
    )
    from qxgeo.district.template import create_district
    from qxgeo.errors import (
        DatumError,
        DistrictError,
        Fault,
        FetchError,
        InputError,
        OutputError,
        PlanError,
        QxgeoError,
        ReadError,
        SchemaError,
        Text,
    )
    from qxgeo.maps.notebook import MapLayer, NotebookMap, draw_map
    from qxgeo.maps.notebook_style import colour_word, name_word
    from qxgeo.network import RoadNetwork, build_network
    from qxgeo.patrol.model import Patrol
    from qxgeo.patrol.planning import plan_patrol
    from qxgeo.plan import ActionPlan, Measure, Rule, load_plan
    from qxgeo.reports.figures import draw_tornado, use_chinese_font
    from qxgeo.resources import data_dir
    from qxgeo.siting import (
        SiteCheck,
        SiteChecks,
        SiteLine,
        check_site,
        check_sites,
        list_lines,
        site_kinds,
    )
    from qxgeo.siting.applications import (
        Applications,
        Verdicts,
        judge_applications,
        read_applications,
    )
    from qxgeo.siting.area import EligibleArea, difference_area, eligible_area
    from qxgeo.siting.locations import (
        BestLocations,
        CountComparison,
        best_locations,
        compare_counts,
        measure_road_distances,
    )
    from qxgeo.siting.probability import inside_probability
    from qxgeo.siting.ranking import (
        Ranking,
        Weight,
        collect_criteria,
        measure_demand_distance,
        measure_land_cover,
        measure_road_access,
        rank_candidates,
    )
    from qxgeo.siting.sensitivity import Sensitivity, how_sure
    from qxgeo.streaming import RoadTotals, measure_roads
    from qxgeo.vocabulary import SiteVerdict, Status, Strength, Verdict

__all__ = [
    "ActionPlan",
    "Applications",
    "Assessment",
    "Assumption",
    "BestLocations",
    "CountComparison",
    "DatumError",
    "District",
    "DistrictError",
    "EligibleArea",
    "Fault",
    "FetchError",
    "Gap",
    "InputError",
    "Layer",
    "MapLayer",
    "Measure",
    "NotebookMap",
    "OutputError",
    "ParameterValue",
    "Patrol",
    "PlanError",
    "QxgeoError",
    "Ranking",
    "ReadError",
    "RoadDataset",
    "RoadNetwork",
    "RoadTotals",
    "Rule",
    "SchemaError",
    "Sensitivity",
    "Shelf",
    "SiteCheck",
    "SiteChecks",
    "SiteLine",
    "SiteVerdict",
    "Status",
    "StreamedAssessment",
    "Strength",
    "Text",
    "Verdict",
    "Verdicts",
    "Weight",
    "__version__",
    "assess",
    "assess_streamed",
    "best_locations",
    "build_network",
    "check_site",
    "check_sites",
    "collect_criteria",
    "colour_word",
    "compare_counts",
    "create_district",
    "data_dir",
    "difference_area",
    "draw_map",
    "draw_tornado",
    "eligible_area",
    "how_sure",
    "inside_probability",
    "judge_applications",
    "list_lines",
    "load_district",
    "load_plan",
    "measure_demand_distance",
    "measure_land_cover",
    "measure_road_access",
    "measure_road_distances",
    "measure_roads",
    "missing_inputs",
    "name_word",
    "open_dataset",
    "plan_patrol",
    "rank_candidates",
    "read_applications",
    "site_kinds",
    "stations_in_force",
    "survey_district",
    "use_chinese_font",
    "write_dataset",
]

_HOMES = {
    "qxgeo.assess": (
        "Assessment",
        "Assumption",
        "Gap",
        "Shelf",
        "StreamedAssessment",
        "assess",
        "assess_streamed",
    ),
    "qxgeo.datasets": (
        "RoadDataset",
        "open_dataset",
        "write_dataset",
    ),
    "qxgeo.district": (
        "District",
        "Layer",
        "ParameterValue",
        "load_district",
        "missing_inputs",
        "stations_in_force",
        "survey_district",
    ),
    "qxgeo.district.template": ("create_district",),
    "qxgeo.errors": (
        "DatumError",
        "DistrictError",
        "Fault",
        "FetchError",
        "InputError",
        "OutputError",
        "PlanError",
        "QxgeoError",
        "ReadError",
        "SchemaError",
        "Text",
    ),
    "qxgeo.maps.notebook": (
        "MapLayer",
        "NotebookMap",
        "draw_map",
    ),
    "qxgeo.maps.notebook_style": (
        "colour_word",
        "name_word",
    ),
    "qxgeo.network": (
        "RoadNetwork",
        "build_network",
    ),
    "qxgeo.patrol.model": ("Patrol",),
    "qxgeo.patrol.planning": ("plan_patrol",),
    "qxgeo.plan": (
        "ActionPlan",
        "Measure",
        "Rule",
        "load_plan",
    ),
    "qxgeo.reports.figures": (
        "draw_tornado",
        "use_chinese_font",
    ),
    "qxgeo.resources": ("data_dir",),
    "qxgeo.streaming": (
        "RoadTotals",
        "measure_roads",
    ),
    "qxgeo.siting": (
        "SiteCheck",
        "SiteChecks",
        "SiteLine",
        "check_site",
        "check_sites",
        "list_lines",
        "site_kinds",
    ),
    "qxgeo.siting.applications": (
        "Applications",
        "Verdicts",
        "judge_applications",
        "read_applications",
    ),
    "qxgeo.siting.area": (
        "EligibleArea",
        "difference_area",
        "eligible_area",
    ),
    "qxgeo.siting.locations": (
        "BestLocations",
        "CountComparison",
        "best_locations",
        "compare_counts",
        "measure_road_distances",
    ),
    "qxgeo.siting.probability": ("inside_probability",),
    "qxgeo.siting.ranking": (
        "Ranking",
        "Weight",
        "collect_criteria",
        "measure_demand_distance",
        "measure_land_cover",
        "measure_road_access",
        "rank_candidates",
    ),
    "qxgeo.siting.sensitivity": (
        "Sensitivity",
        "how_sure",
    ),
    "qxgeo.vocabulary": (
        "SiteVerdict",
        "Status",
        "Strength",
        "Verdict",
    ),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}


class _Package(ModuleType):
    """The package as a module whose public names stand above its rooms."""

    def __setattr__(self, name: str, value: object) -> None:
        """Bind a name; where a room has a public name (assess), the name wins over the room."""
        if isinstance(value, ModuleType) and name in _HOME_OF:
            value = getattr(value, name)
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any public object
    """Load a public name from its room.

    Raises
    ------
    AttributeError
        If there is no such name.
    """
    if name == "__version__":
        return _find_version()
    if name not in _HOME_OF:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(_HOME_OF[name]), name)


def _find_version() -> str:
    """Give the installed version; a checkout that was never installed has none."""
    metadata = import_module("importlib.metadata")
    try:
        return str(metadata.version("qxgeo"))
    except metadata.PackageNotFoundError:
        return "0+unknown"


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted({*globals(), *__all__})
