"""The record watering.json: what was planned from what, how good it is, and what was promised.

It names carts, and no driver. Its keys, besides those that every record has (`as_of`, `district`,
`plan`, `versions`, `outputs`):

``day``, ``parameters``, ``drying``
    Of the planned day; an interval of null does not dry. In hours of frost nothing is sprayed, and
    roads count neither as wet nor as dry.
``bound``, ``diagnosis``, ``problems``, ``assumptions``, ``counts``
    As in `WateringPlan`; sentences in both languages.
``turns``
    What became of the rows of the layer of turn restrictions, as in `HeldTurns`; null where there
    is no such layer.
``carts``, ``sites``
    Of the fleet, without drivers and phones.
``sections``
    `SECTION_COLUMNS` and ``line``, lon and lat.
``tours``, ``runs``
    `TOUR_COLUMNS`, and `RUN_COLUMNS` without the driver.
``wettings``
    The list of duties, one list for each column and in each one entry for every spraying:
    ``section`` (place in ``sections``), ``cart_id``, ``start_s``, ``end_s`` (seconds since the
    start of the day), ``is_forward``. `duties.read_duties` reads it for the audit.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from qxgeo.reports.run_record import format_record, list_versions
from qxgeo.watering.columns import SECTION_COLUMNS
from qxgeo.watering.wetness import list_wettings

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from qxgeo.errors import Text
    from qxgeo.watering.model import DryingDay, HeldTurns, WateringPlan

SCHEMA_VERSION = 1
_PACKAGES = ("scipy",)
_DIGITS = 3  # a millimetre, a millisecond
_DEGREES = 7
_CARTS = (
    *("cart_id", "company", "kind", "tank_l", "spray_l_per_m", "spray_width_m"),
    *("spray_speed_kmh", "drive_speed_kmh", "depot", "cost_per_h", "cost_per_km"),
)
_WETTINGS = ("section", "cart_id", "start_s", "end_s", "is_forward")


def watering_record(plan: WateringPlan) -> dict[str, Any]:
    """Say what was planned, from what, and how good it is.

    Parameters
    ----------
    plan
        The whole plan.

    Returns
    -------
    record
        Plain values; no time of day of the run, no path of this machine, no driver.
    """
    district = plan.district
    wettings = list_wettings(plan)
    return {
        "record_version": SCHEMA_VERSION,
        "as_of": district.as_of.isoformat(),
        "day": plan.day.isoformat(),
        "is_demo": plan.is_demo,
        "is_approximate": plan.is_approximate,
        "district": {
            "code": district.code,
            "name": _both(district.name),
            "sha256": district.sha256,
        },
        "plan": {"plan_id": plan.plan.plan_id, "sha256": plan.plan.sha256},
        "parameters": plain(plan.parameters),
        "drying": _describe_drying(plan.drying),
        "bound": _describe_bound(plan),
        "diagnosis": _describe_diagnosis(plan),
        "problems": [_both(one) for one in plan.problems],
        "assumptions": [
            {"id": one.assumption_id, "text": _both(one.text), "source": _both(one.source)}
            for one in plan.assumptions
        ],
        "turns": _describe_turns(plan.turns),
        "carts": _rows(plan.fleet.carts, _CARTS),
        "fleet_source": plan.fleet.source,
        "sites": [
            {**row, "lon": lon, "lat": lat}
            for row, (lon, lat) in zip(
                _rows(plan.fleet.sites, ("site_id", "name", "is_depot", "flow_l_per_min")),
                _corners(plan.fleet.sites.geometry.to_numpy()),
                strict=True,
            )
        ],
        "sections": _describe_sections(plan),
        "tours": _rows(plan.tours, tuple(map(str, plan.tours.columns))),
        "runs": _rows(plan.runs, ("cart_id", "task", "tour", "start_s", "end_s")),
        "wettings": {name: plain(wettings[name].tolist()) for name in _WETTINGS},
        "counts": _count(plan, len(wettings)),
        "versions": list_versions(_PACKAGES),
    }


def write_watering_record(plan: WateringPlan, path: str | Path) -> None:
    """Write watering.json.

    Parameters
    ----------
    plan
        The whole plan.
    path
        The file; its folder exists.
    """
    Path(path).write_text(format_record(watering_record(plan)), encoding="utf-8", newline="\n")


def plain(value: object) -> Any:  # noqa: ANN401 - whatever JSON knows
    """Give a value as JSON knows it.

    Parameters
    ----------
    value
        Of a table, a setting or a parameter, also nested.

    Returns
    -------
    plain
        Numbers to three decimals, null for what is no number, sentences in both languages.
    """
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if hasattr(value, "zh") and hasattr(value, "en"):
        return {"zh": value.zh, "en": value.en}
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, float):
        return round(value, _DIGITS) if math.isfinite(value) else None
    return value if value is None or isinstance(value, str | int | bool) else str(value)


def _both(text: Text) -> dict[str, str]:
    """Give a sentence in both languages."""
    return {"zh": text.zh, "en": text.en}


def _rows(table: pd.DataFrame, columns: Iterable[str]) -> list[dict[str, Any]]:
    """Give rows of a table by column."""
    wanted = [*columns]
    return [
        dict(zip(wanted, map(plain, row), strict=True))
        for row in zip(*(table[name].tolist() for name in wanted), strict=True)
    ]


def _corners(shapes: BaseGeometry | NDArray[np.object_]) -> Any:  # noqa: ANN401 - a nested list
    """Give the corners of a geometry, or of several."""
    return np.round(shapely.get_coordinates(shapes), _DEGREES).tolist()


def _describe_drying(drying: DryingDay) -> dict[str, Any]:
    """Give the intervals of the day."""
    return {
        "weather": drying.weather,
        "title": _both(drying.title),
        "source": _both(drying.source),
        "interval_h": plain(drying.interval_h),
        "is_rain": plain(drying.is_rain),
        "is_frost": plain(drying.is_frost),
    }


def _describe_turns(turns: HeldTurns | None) -> dict[str, Any] | None:
    """Count the turn restrictions that are held, and name those that are not."""
    if turns is None:
        return None
    names = ("rows", "held", "needless", "not_for_carts", "timed", "several", "closed_moves")
    missed = [{"row": _both(name), "why": _both(why)} for name, why in turns.unmatched]
    return {**{name: getattr(turns, name) for name in names}, "unmatched": missed}


def _describe_bound(plan: WateringPlan) -> dict[str, Any]:
    """Give what was found beside what is proved."""
    bound = plan.bound
    names = ("carts", "carts_bound", "work_h", "work_bound_h", "gap")
    return {**{name: plain(getattr(bound, name)) for name in names}, "how": _both(bound.how)}


def _describe_diagnosis(plan: WateringPlan) -> dict[str, Any]:
    """Say whether everything stays wet, and what would help."""
    one = plan.diagnosis
    found = {
        "is_kept": one.is_kept,
        "wet_share": plain(one.wet_share),
        "carts_more": one.carts_more,
        "first_sections": plain(one.first_sections),
        "reasons": [_both(reason) for reason in one.reasons],
    }
    if one.protected:
        found["protected_sections"] = plain(one.protected)
        found["alike_share"] = plain(one.alike_share)
    return found


def _describe_sections(plan: WateringPlan) -> list[dict[str, Any]]:
    """Give every section with its line."""
    names = [name for name in SECTION_COLUMNS if not name.startswith("why_")]
    rows = _rows(plan.sections, names)
    reasons = zip(plan.sections["why_zh"], plan.sections["why_en"], strict=True)
    for row, line, (zh, en) in zip(rows, plan.sections.geometry, reasons, strict=True):
        row["why"] = {"zh": str(zh), "en": str(en)}
        row["line"] = _corners(line)
    return rows


def _count(plan: WateringPlan, wettings: int) -> dict[str, int]:
    """Count what there is."""
    states = plan.sections["state"]
    return {
        "sections": len(plan.sections),
        **{f"sections_{word}": int((states == word).sum())
           for word in ("kept", "dry_at_times", "never")},
        "carts": len(plan.fleet.carts),
        "tours": len(plan.tours),
        "runs": len(plan.runs),
        "wettings": wettings,
        "dry_spells": len(plan.dry_spells),
    }  # fmt: skip
