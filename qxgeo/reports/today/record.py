"""The record today.json: what the page was made from, what it said, and the log of such pages.

It holds no name of a person or a place and no phone.
"""

from __future__ import annotations

import hashlib
import json
import math
from typing import TYPE_CHECKING, Any

from qxgeo.reports.run_record import format_record, list_versions

if TYPE_CHECKING:
    from pathlib import Path

    from qxgeo.errors import Text
    from qxgeo.warning.model import StationNow, Today

SCHEMA_VERSION = 1
_MOST_ENTRIES = 10_000


def today_record(today: Today, *, page_sha256: str, earlier: list[Any]) -> dict[str, Any]:
    """Say what a page was made from and what it said.

    Parameters
    ----------
    today
        Computed.
    page_sha256
        Of the page's bytes.
    earlier
        Entries of the log so far, the oldest first.

    Returns
    -------
    record
        Plain values; the same input gives the same record. A page that is made again adds no
        entry to the log.
    """
    entry = _log_entry(today, page_sha256)
    log = [*earlier, *([] if entry in earlier else [entry])][-_MOST_ENTRIES:]
    district, plan, wind = today.district, today.plan, today.wind
    return {
        "record_version": SCHEMA_VERSION,
        "at": _time(today.at),
        "is_demo": today.is_demo,
        "district": {
            "code": district.code,
            "name": _both(district.name),
            "sha256": district.sha256,
        },
        "plan": {"plan_id": plan.plan_id, "sha256": plan.sha256},
        "inputs": dict(today.inputs),
        "wind": {
            "from_deg": _plain(wind.from_deg),
            "speed_ms": _plain(wind.speed_ms),
            "half_deg": _plain(wind.half_deg),
            "why": _both(wind.why),
        },
        "declared": {
            "level": today.declared.level_id,
            "state": today.declared.state,
            "source": _both(today.declared.source),
        },
        "measured": {
            "level": _level(today, today.air.level),
            "highest": _level(today, today.air.highest),
        },
        "problems": [_both(text) for text in today.air.problems],
        "stations": [_station(today, one) for one in today.air.stations],
        "measures": {
            one.measure.measure_id: {"state": one.state, "why": _both(one.why)}
            for one in today.measures
        },
        "wet_km": {
            str(row["township_id"]): round(float(row["union_m"]) / 1e3, 6)
            for row in today.wet.towns.to_dict("records")
        },
        "sources": [
            {
                "station_id": str(row["station_id"]),
                "layer": str(row["layer"]),
                "source_id": str(row["source_id"]),
                "distance_m": round(float(row["distance_m"]), 3),
                "bearing_deg": _plain(round(float(row["bearing_deg"]), 4)),
                "is_close": bool(row["is_close"]),
            }
            for row in today.sources.to_dict("records")
        ],
        "settings": {
            **{name: one.value for name, one in today.settings.numbers.items()},
            "radii_m": list(today.settings.radii_m),
            "levels_file": today.settings.levels_file,
        },
        "log": log,
        "versions": list_versions(),
    }


def write_today_record(today: Today, folder: Path, *, earlier: list[Any]) -> Path:
    """Write today.json beside the page.

    Parameters
    ----------
    today
        Computed.
    folder
        Holds ``today.html``.
    earlier
        See `today_record`.

    Returns
    -------
    file
        The record.
    """
    page = hashlib.sha256((folder / "today.html").read_bytes()).hexdigest()
    record = today_record(today, page_sha256=page, earlier=earlier)
    file = folder / "today.json"
    file.write_text(format_record(record), encoding="utf-8", newline="\n")
    return file


def read_log(folder: Path) -> list[Any]:
    """Read the log of earlier pages.

    Parameters
    ----------
    folder
        Where results are written.

    Returns
    -------
    entries
        None of them where there is no readable record.
    """
    try:
        record = json.loads((folder / "today.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    log = record.get("log") if isinstance(record, dict) else None
    return log if isinstance(log, list) else []


def _log_entry(today: Today, page_sha256: str) -> dict[str, Any]:
    """Give the entry that this page was made."""
    return {
        "at": _time(today.at),
        "declared": today.declared.level_id,
        "declared_state": today.declared.state,
        "measured": _level(today, today.air.level),
        "problems": len(today.air.problems),
        "in_force": [one.measure.measure_id for one in today.measures if one.state == "in_force"],
        "unknown": [one.measure.measure_id for one in today.measures if one.state == "unknown"],
        "page_sha256": page_sha256,
    }


def _station(today: Today, one: StationNow) -> dict[str, Any]:
    """Describe a station."""
    return {
        "station_id": one.station_id,
        "last_time": None if one.last_time is None else _time(one.last_time),
        "age_h": _plain(one.age_h),
        "aqi": _plain(one.aqi),
        "primary": one.primary,
        "missing": one.missing,
        "day_aqi": _plain(one.day_aqi),
        "level": _level(today, one.level),
        "highest": _level(today, one.highest),
        "problems": [_both(text) for text in one.problems],
    }


def _level(today: Today, number: int) -> str:
    """Give a level's id, ``none`` for none."""
    return today.settings.levels.levels[number].level_id if number >= 0 else "none"


def _time(moment: Any) -> str:  # noqa: ANN401 - a timestamp
    """Write a local time."""
    return f"{moment:%Y-%m-%dT%H:%M}"


def _plain(value: float) -> float | None:
    """Give a number, None where unknown."""
    return float(value) if math.isfinite(value) else None


def _both(text: Text) -> dict[str, str]:
    """Give a sentence in both languages."""
    return {"zh": text.zh, "en": text.en}
