"""The record patrol.json: what a patrol was planned from, how good it is, who owns which cell.

It holds no name and no phone. The next run reads the owners from it (``--previous``).
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qxgeo.errors import Fault, ReadError, Text
from qxgeo.reports.run_record import format_record, list_versions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qxgeo.district import District
    from qxgeo.district.patrol_settings import PatrolSettings, Season, Setting
    from qxgeo.patrol.model import Balance, Patrol, RiskTerm

SCHEMA_VERSION = 1
_PACKAGES = ("exactextract", "ortools", "pyvrp", "rasterio", "scipy")


def patrol_record(patrol: Patrol) -> dict[str, Any]:
    """Say what a patrol was planned from and what came out.

    Parameters
    ----------
    patrol
        The whole plan.

    Returns
    -------
    record
        Plain values, no time of day, no path of this machine, no name and no phone of a person.
    """
    district, schedule, routes = patrol.district, patrol.schedule, patrol.routes
    owners = patrol.assignment.owners
    return {
        "record_version": SCHEMA_VERSION,
        "as_of": district.as_of.isoformat(),
        "first_day": schedule.first_day.isoformat(),
        "last_day": schedule.last_day.isoformat(),
        "is_demo": patrol.is_demo,
        "is_approximate": patrol.is_approximate,
        "seed": patrol.assignment.seed,
        "district": {
            "code": district.code,
            "name": _both(district.name),
            "sha256": district.sha256,
        },
        "plan": {"plan_id": patrol.plan.plan_id, "sha256": patrol.plan.sha256},
        "inputs": dict(patrol.inputs),
        "settings": _describe_settings(patrol.settings),
        "risk_terms": [_describe_term(term) for term in patrol.risk.terms],
        "balance": [_describe_balance(one) for one in patrol.assignment.balances],
        "counts": {
            "cells": len(patrol.cells),
            "cells_without_owner": int((patrol.cells["person_id"] == "").sum()),
            "people": len(patrol.people),
            "territories": len(patrol.assignment.territories),
            "connected_territories": int(patrol.assignment.territories["is_connected"].sum()),
            "points": len(patrol.points),
            "shifts": len(schedule.shifts),
            "unfilled": len(schedule.unfilled),
            "visits": len(schedule.visits),
            "routes": len(routes.routes),
            "unserved": len(routes.unserved),
            "changes": len(patrol.assignment.changes),
            "fires": len(patrol.risk.fires),
        },
        "sight": _describe_sight(patrol),
        "straw": [
            {key: _plain(value) for key, value in row.items()}
            for row in patrol.straw.to_dict("records")
        ],
        "gaps": [_both(gap) for gap in patrol.gaps],
        "assumptions": [
            {"name": _both(one.name), "value": _both(one.value), "source": _both(one.source)}
            for one in patrol.assumptions
        ],
        "owners": {str(cell): str(person) for cell, person in owners.items()},
        "versions": list_versions(_PACKAGES),
    }


def write_patrol_record(patrol: Patrol, path: str | Path) -> None:
    """Write patrol.json.

    Parameters
    ----------
    patrol
        The whole plan.
    path
        The file; its folder exists.
    """
    Path(path).write_text(format_record(patrol_record(patrol)), encoding="utf-8", newline="\n")


def read_owners(path: str | Path, *, district: District | None = None) -> dict[str, str]:
    """Read who owned which cell from the record of an earlier run.

    Parameters
    ----------
    path
        A patrol.json.
    district
        Of whose cells it must speak; None takes any.

    Returns
    -------
    owners
        Cell id to person id; cells without an owner are left out.

    Raises
    ------
    ReadError
        If it is no such record, or one of another district or of cells of another size: the same
        code would be another place.
    """
    file = Path(path)
    try:
        record: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        owners: Mapping[str, str] = record["owners"]
        if district is not None:
            _refuse_other_cells(record, district, file.name)
        return {str(cell): str(person) for cell, person in owners.items() if person}
    except ReadError:
        raise
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ReadError(
            Fault(
                file=file.name,
                problem=Text(
                    "不是能读的上次排班记录", "not a record of an earlier patrol that can be read"
                ),
                mend=Text("请给上次输出的 patrol.json", "give the patrol.json of the last run"),
            )
        ) from error


def _refuse_other_cells(record: Mapping[str, Any], district: District, file: str) -> None:
    """Refuse the record of other cells.

    Raises
    ------
    ReadError
        If the district or the cell size is another.
    """
    code, size_m = record["district"]["code"], record["settings"]["cell_size_m"]["value"]
    problem = None
    if code != district.code:
        problem = Text(
            f"是另一个辖区（{code}）的记录，本辖区是 {district.code}",
            f"a record of another district ({code}), this one is {district.code}",
        )
    elif district.patrol is not None and size_m != district.patrol.cell_size_m.value:
        now_m = district.patrol.cell_size_m.value
        problem = Text(
            f"上次的网格边长是 {size_m:g} 米，这次是 {now_m:g} 米，网格对不上",
            f"its cells have edges of {size_m:g} m, those of today {now_m:g} m",
        )
    if problem is not None:
        mend = Text(
            "请给本辖区同样网格的 patrol.json，或不用 --previous",
            "give the patrol.json of this district and of such cells, or leave --previous out",
        )
        raise ReadError(Fault(file=file, problem=problem, mend=mend))


def _both(text: Text) -> dict[str, str]:
    """Give a sentence in both languages."""
    return {"zh": text.zh, "en": text.en}


def _plain(value: object) -> object:
    """Give a value as JSON knows it; what is not a number is null."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, str | int | float | bool) else str(value)


def _describe_settings(settings: PatrolSettings) -> dict[str, Any]:
    """Give every number with its source."""

    def describe(one: Setting) -> dict[str, Any]:
        return {"value": one.value, "source": _both(one.source), "is_default": one.is_default}

    groups = {
        name: {key: describe(one) for key, one in getattr(settings, name).items()}
        for name in ("weights", "effort", "visits_per_week", "speeds_kmh")
    }
    return {
        **{
            name: describe(getattr(settings, name))
            for name in ("cell_size_m", "hot_cell_size_m", "day_length_min")
        },
        **groups,
        "straw_t_per_km2": None
        if settings.straw_t_per_km2 is None
        else describe(settings.straw_t_per_km2),
        "seasons": [_describe_season(season) for season in settings.seasons],
        "travel_mode": settings.travel_mode,
        "unassigned": settings.unassigned,
        "locks": dict(settings.locks),
        "warning_days": [day.isoformat() for day in settings.warning_days],
        "unfavourable_days": [day.isoformat() for day in settings.unfavourable_days],
    }


def _describe_season(season: Season) -> dict[str, Any]:
    """Give the dates, hours and visits of a season."""
    return {
        "season_id": season.season_id,
        "name": _both(season.name),
        **{
            name: None if day is None else f"{day[0]:02d}-{day[1]:02d}"
            for name, day in (("first", season.first), ("last", season.last))
        },
        "windows_min": [list(window) for window in season.windows],
        "weekdays": list(season.weekdays),
        "visit_factor": season.visit_factor,
        "source": _both(season.source),
        "is_default": season.is_default,
    }


def _describe_term(term: RiskTerm) -> dict[str, Any]:
    """Give a risk term."""
    return {
        "term_id": term.term_id,
        "name": _both(term.name),
        "formula": _both(term.formula),
        "weight": term.weight,
        "share": term.share,
        "source": _both(term.source),
        "dropped": None if term.dropped is None else _both(term.dropped),
    }


def _describe_balance(one: Balance) -> dict[str, Any]:
    """Give how fair a township's assignment is, with the bound and what proves it."""
    numbers = (
        "person_count",
        "cell_count",
        "load_min",
        "mean_load_min",
        "max_load_min",
        "max_over_mean",
        "bound_max_load_min",
        "gap",
        "inertia_km2",
        "base_distance_m",
    )
    return {
        "township_id": one.township_id,
        "method": one.method,
        "bound": _both(one.bound),
        **{name: _plain(getattr(one, name)) for name in numbers},
    }


def _describe_sight(patrol: Patrol) -> dict[str, Any] | None:
    """Count what devices see."""
    sight = patrol.sight
    if sight is None:
        return None
    counts = sight.coverage["coverage"].astype(str).value_counts().sort_index()
    found: dict[str, Any] = {
        "devices": len(sight.devices),
        "cells": {str(word): int(number) for word, number in counts.items()},
    }
    if sight.next_cameras is not None:
        following = sight.next_cameras
        found["next_cameras"] = {
            "count": len(following.places),
            "covered": _plain(following.covered),
            "bound": _plain(following.bound),
            "gap": _plain(following.gap),
        }
    return found
