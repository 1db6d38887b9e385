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
    from qxgeo.assess import Assessment, Assumption, Gap, assess
    from qxgeo.district import (
        District,
        Layer,
        ParameterValue,
        load_district,
        missing_inputs,
        stations_in_force,
        survey_district,
    )
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
    from qxgeo.patrol.model import Patrol
    from qxgeo.patrol.planning import plan_patrol
    from qxgeo.plan import ActionPlan, Measure, Rule, load_plan
    from qxgeo.vocabulary import Status, Strength, Verdict

__all__ = [
    "ActionPlan",
    "Assessment",
    "Assumption",
    "DatumError",
    "District",
    "DistrictError",
    "Fault",
    "FetchError",
    "Gap",
    "InputError",
    "Layer",
    "Measure",
    "OutputError",
    "ParameterValue",
    "Patrol",
    "PlanError",
    "QxgeoError",
    "ReadError",
    "Rule",
    "SchemaError",
    "Status",
    "Strength",
    "Text",
    "Verdict",
    "__version__",
    "assess",
    "load_district",
    "load_plan",
    "missing_inputs",
    "plan_patrol",
    "stations_in_force",
    "survey_district",
]

_HOMES = {
    "qxgeo.assess": ("Assessment", "Assumption", "Gap", "assess"),
    "qxgeo.district": (
        "District",
        "Layer",
        "ParameterValue",
        "load_district",
        "missing_inputs",
        "stations_in_force",
        "survey_district",
    ),
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
    "qxgeo.patrol.model": ("Patrol",),
    "qxgeo.patrol.planning": ("plan_patrol",),
    "qxgeo.plan": ("ActionPlan", "Measure", "Rule", "load_plan"),
    "qxgeo.vocabulary": ("Status", "Strength", "Verdict"),
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
