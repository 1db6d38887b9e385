"""The burning patrol of the hour: who is on duty, and which cells come first."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qxgeo.errors import InputError, Text
from qxgeo.geodesy import bearing_deg, ground_distance_m
from qxgeo.patrol.planning import plan_patrol
from qxgeo.patrol.schedule.hours import list_duty_hours
from qxgeo.warning.model import YES, PatrolNow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qxgeo.district import District
    from qxgeo.district.patrol_settings import PatrolSettings
    from qxgeo.district.today_settings import TodaySettings
    from qxgeo.patrol.model import Patrol
    from qxgeo.warning.model import StationNow, Wind

CELL_COLUMNS = (
    *("cell_id", "township_id", "risk", "risk_class", "person_id", "person", "phone"),
    *("station_id", "distance_m", "bearing_deg", "weight", "lon", "lat"),
)
DUTY_COLUMNS = ("person_id", "person", "phone", "township_id", "start_min", "end_min")
_CIRCLE_DEG = 360.0


def look_at_patrol(
    district: District,
    settings: TodaySettings,
    *,
    at: pd.Timestamp,
    wind: Wind,
    stations: Sequence[StationNow],
    warning: str,
) -> PatrolNow:
    """Say who patrols now and where to go first.

    Parameters
    ----------
    district
        With a roster, else only the hours are known.
    settings
        Weights and the longest radius.
    at
        Local time, naive.
    wind, stations
        Cells upwind of them come first.
    warning
        `YES` adds the hours of a day of a warning.

    Returns
    -------
    patrol
        Of the day of `at`.
    """
    own = district.patrol
    if own is None:
        why = Text("没有巡查参数", "there are no patrol settings")
        return _without(why)
    if warning == YES:
        own = replace(own, warning_days=tuple(sorted({*own.warning_days, at.date()})))
    windows, season = _hours(own, at)
    if "grid_members" not in district.layers:
        why = Text("没有网格员名单，排不出人和网格", "no roster: neither people nor cells")
        return replace(_without(why), windows=windows, season=season)
    try:
        patrol = plan_patrol(replace(district, patrol=own), first_day=at.date(), last_day=at.date())
    except InputError as error:
        why = Text(
            f"巡查排不出：{error.faults[0].in_language('zh')}",
            f"the patrol cannot be planned: {error.faults[0].in_language('en')}",
        )
        return replace(_without(why), windows=windows, season=season)
    minute = at.hour * 60 + at.minute
    on_duty, is_now = _find_duty(patrol, minute)
    return PatrolNow(
        windows=windows,
        season=season,
        cells=_order_cells(patrol, stations, wind, settings),
        on_duty=on_duty,
        is_now=is_now,
        gaps=patrol.gaps,
        patrol=patrol,
    )


def _without(why: Text) -> PatrolNow:
    """Give a patrol of which nothing is known."""
    return PatrolNow(
        windows=(),
        season=Text("", ""),
        cells=pd.DataFrame(columns=list(CELL_COLUMNS)),
        on_duty=pd.DataFrame(columns=list(DUTY_COLUMNS)),
        is_now=False,
        gaps=(why,),
        patrol=None,
    )


def _hours(settings: PatrolSettings, at: pd.Timestamp) -> tuple[tuple[tuple[int, int], ...], Text]:
    """Give the patrol hours of the day and the season they come from."""
    hours = list_duty_hours(settings, first_day=at.date(), last_day=at.date())
    if not hours:
        return (), Text("今天不巡查", "no patrol today")
    names = {one.season_id: one.name for one in settings.seasons}
    return hours[0].windows, names[hours[0].season_id]


def _find_duty(patrol: Patrol, minute: int) -> tuple[pd.DataFrame, bool]:
    """Find who is on duty at a minute of the day, else who goes next."""
    shifts = patrol.schedule.shifts
    now = shifts[(shifts["start_min"] <= minute) & (minute < shifts["end_min"])]
    is_now = len(now) > 0
    if not is_now:
        later = shifts[shifts["start_min"] > minute]
        now = later[later["start_min"] == later["start_min"].min()] if len(later) else later
    people = _people(patrol)
    rows = [
        {
            "person_id": str(row["person_id"]),
            **people.get(str(row["person_id"]), {"person": "", "phone": "", "township_id": ""}),
            "start_min": int(row["start_min"]),
            "end_min": int(row["end_min"]),
        }
        for row in now.to_dict("records")
    ]
    table = pd.DataFrame(rows, columns=list(DUTY_COLUMNS)).drop_duplicates()
    return table.sort_values(["township_id", "person_id"], ignore_index=True), is_now


def _people(patrol: Patrol) -> dict[str, dict[str, str]]:
    """Give name, phone and township of everybody."""
    roster = patrol.people
    return {
        str(row["person_id"]): {
            "person": str(row["name"]),
            "phone": str(row["phone"]) if pd.notna(row["phone"]) else "",
            "township_id": str(row["township_id"]),
        }
        for row in roster.to_dict("records")
    }


def _order_cells(
    patrol: Patrol, stations: Sequence[StationNow], wind: Wind, settings: TodaySettings
) -> pd.DataFrame:
    """Order the land cells: risk times the weight for the station that they reach most."""
    cells = patrol.cells[patrol.cells["risk_class"] != "water"]
    lon, lat = (cells[name].to_numpy(np.float64) for name in ("lon", "lat"))
    best, whose = np.zeros(len(cells)), np.full(len(cells), -1)
    measured = []
    for number, one in enumerate(stations):
        from_lon, from_lat = np.full(len(cells), one.lon), np.full(len(cells), one.lat)
        distance = ground_distance_m(from_lon, from_lat, lon, lat)
        bearing = bearing_deg(from_lon, from_lat, lon, lat)
        weight = _weigh(distance, bearing, wind, settings)
        is_more = weight > best
        best[is_more], whose[is_more] = weight[is_more], number
        measured.append((distance, bearing))
    people = _people(patrol)
    held = np.flatnonzero(whose >= 0)
    risk = cells["risk"].to_numpy(np.float64)
    owners = cells["person_id"].astype(str).tolist()
    rows = [
        {
            "cell_id": str(cells["cell_id"].iloc[n]),
            "township_id": str(cells["township_id"].iloc[n]),
            "risk": risk[n],
            "risk_class": str(cells["risk_class"].iloc[n]),
            "person_id": owners[n],
            "person": people.get(owners[n], {}).get("person", ""),
            "phone": people.get(owners[n], {}).get("phone", ""),
            "station_id": stations[whose[n]].station_id,
            "distance_m": measured[whose[n]][0][n],
            "bearing_deg": measured[whose[n]][1][n],
            "weight": best[n] * risk[n],
            "lon": lon[n],
            "lat": lat[n],
        }
        for n in held
    ]
    table = pd.DataFrame(rows, columns=list(CELL_COLUMNS))
    order = ["weight", "distance_m", "cell_id"]
    return table.sort_values(order, ascending=[False, True, True], ignore_index=True)


def _weigh(
    distance: np.ndarray, bearing: np.ndarray, wind: Wind, settings: TodaySettings
) -> np.ndarray:
    """Weigh cells for one station: 0 out of the sector or beyond the longest radius."""
    near = settings.number("near_m")
    weight = (near / np.maximum(distance, near)) ** settings.number("decay_power")
    weight[distance > settings.radii_m[-1]] = 0.0
    if not math.isnan(wind.half_deg):
        off = np.abs((bearing - wind.from_deg + 180) % _CIRCLE_DEG - 180)
        weight = weight * np.exp(-0.5 * (off / (wind.half_deg / 2)) ** 2)
        weight[off > wind.half_deg] = 0.0
    return np.asarray(weight)
