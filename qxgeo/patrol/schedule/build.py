"""The patrol calendar: who goes when, and which points are seen (定时).

Hours come from the seasons of the district (`schedule_hours`), people from the rota of each
township (`stand_ins`), visits from how often each point is to be seen (`schedule_visits`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qxgeo.errors import Text
from qxgeo.patrol.columns import SHIFT_COLUMNS, UNFILLED_COLUMNS, VISIT_COLUMNS
from qxgeo.patrol.model import Schedule
from qxgeo.patrol.schedule.hours import list_duty_hours
from qxgeo.patrol.schedule.notes import list_notes
from qxgeo.patrol.schedule.stand_ins import Crew, Rota, Stretch
from qxgeo.patrol.schedule.visits import place_visits

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from qxgeo.district.patrol_settings import PatrolSettings
    from qxgeo.patrol.schedule.hours import DutyHours
    from qxgeo.patrol.schedule.visits import Slots

_ABSENT = Text("负责人请假", "the owner is absent")
_UNKNOWN = Text("负责人不在花名册中", "the owner is not on the roster")


def build_schedule(
    territories: pd.DataFrame,
    points: pd.DataFrame,
    people: pd.DataFrame,
    *,
    settings: PatrolSettings,
    first_day: date,
    last_day: date,
) -> Schedule:
    """Make the shifts and visits of a span of days.

    Parameters
    ----------
    territories
        `columns.TERRITORY_COLUMNS`; one without cells needs no patrol, and its person stands in for
        others.
    points
        `columns.POINT_COLUMNS`. Points without owner get no visit.
    people
        `columns.PEOPLE_COLUMNS`.
    settings
        Seasons, declared days and the longest working day.
    first_day, last_day
        Both belong to the span.

    Returns
    -------
    schedule
        Every patrolled minute of every territory is in exactly one shift or one unfilled row, and
        nobody is in two shifts at once.

    Raises
    ------
    InputError
        If the span runs backwards, or there are no hours of ordinary days.
    """
    hours = list_duty_hours(settings, first_day=first_day, last_day=last_day)
    owned = territories.loc[territories["cell_count"] > 0, ["person_id", "township_id"]]
    owned = owned.sort_values("person_id", ignore_index=True)
    stretches = _fill_days(owned, people, hours, day_length_min=settings.day_length_min.value)
    is_taken = stretches["person_id"] != ""
    shifts, unfilled = stretches[is_taken], stretches[~is_taken]
    seen = _choose_points(points, owned)
    shape = (len(owned), len(hours), max((len(one.windows) for one in hours), default=0))
    shift_at = _locate(shifts, shape)
    minutes = np.append((shifts["end_min"] - shifts["start_min"]).to_numpy(np.int64), 0)
    placement = place_visits(seen, seen["territory"].to_numpy(np.int64), hours, minutes[shift_at])
    visits = _list_visits(seen, shifts, placement.kept, shift_at)
    unfilled = _name_points(seen, unfilled, placement.missed, _locate(unfilled, shape))
    shifts = _finish(shifts, SHIFT_COLUMNS)
    notes = list_notes(
        shifts, visits, unfilled, people, unseen=len(points) - len(seen), placement=placement
    )
    return Schedule(
        first_day=first_day,
        last_day=last_day,
        shifts=shifts,
        visits=visits,
        unfilled=unfilled,
        notes=notes,
    )


def _fill_days(
    owned: pd.DataFrame,
    people: pd.DataFrame,
    hours: Sequence[DutyHours],
    *,
    day_length_min: float,
) -> pd.DataFrame:
    """Fill all days of all townships, sorted by day, start and territory."""
    rotas = [Rota(crew, day_length_min=day_length_min) for crew in _list_crews(owned, people)]
    found = [stretch for one in hours for rota in rotas for stretch in rota.fill(one)]
    table = pd.DataFrame(found, columns=list(Stretch._fields))
    order = {one.day: number for number, one in enumerate(hours)}
    names = {owner: number for number, owner in enumerate(owned["person_id"])}
    reason = [text or Text("", "") for text in table["reason"]]
    table = table.assign(
        reason_zh=[text.zh for text in reason],
        reason_en=[text.en for text in reason],
        day_number=table["day"].map(order).astype("int64"),
        territory_number=table["territory_id"].map(names).astype("int64"),
        is_stand_in=table["person_id"] != table["territory_id"],
        shift_id=[
            f"{day}/{start // 60:02d}{start % 60:02d}/{owner}"
            for day, start, owner in zip(
                table["day"], table["start_min"], table["territory_id"], strict=True
            )
        ],
    )
    return table.sort_values(["day_number", "start_min", "territory_number"], ignore_index=True)


def _list_crews(owned: pd.DataFrame, people: pd.DataFrame) -> Iterator[Crew]:
    """Gather who can be on duty in each township that has a territory."""
    known = set(people["person_id"])
    absent = set(people.loc[people["is_absent"].astype(bool), "person_id"])
    days_off = {
        person: frozenset(days)
        for person, days in zip(people["person_id"], people["days_off"], strict=True)
    }
    present = people[~people["person_id"].isin(absent)]
    for township, group in owned.groupby("township_id", sort=True):
        owners = tuple(group["person_id"])
        is_near = (present["township_id"] == township) | present["person_id"].isin(owners)
        crew = present.loc[is_near, "person_id"]
        yield Crew(
            territories=owners,
            people=tuple(sorted(crew)),
            away={
                owner: _ABSENT if owner in known else _UNKNOWN
                for owner in owners
                if owner not in set(crew)
            },
            days_off=days_off,
        )


def _choose_points(points: pd.DataFrame, owned: pd.DataFrame) -> pd.DataFrame:
    """Choose the points that are to be seen, with the number of their territory."""
    numbers = {owner: number for number, owner in enumerate(owned["person_id"])}
    columns = ["point_id", "person_id", "visits_per_week", "service_min"]
    table = pd.DataFrame(points[columns]).sort_values("point_id", ignore_index=True)
    table = table.assign(territory=table["person_id"].map(numbers))
    is_seen = table["territory"].notna() & (table["visits_per_week"] > 0)
    return table[is_seen].reset_index(drop=True)


def _locate(stretches: pd.DataFrame, shape: tuple[int, int, int]) -> NDArray[np.int64]:
    """Give the first row of each territory, day and window, -1 where there is none."""
    rows = np.full(shape, -1, dtype=np.int64)
    place = [
        stretches[name].to_numpy(np.int64) for name in ("territory_number", "day_number", "window")
    ]
    backwards = slice(None, None, -1)  # the first of several rows is written last and stays
    rows[tuple(part[backwards] for part in place)] = np.arange(len(stretches))[backwards]
    return rows


def _list_visits(
    points: pd.DataFrame, shifts: pd.DataFrame, kept: Slots, shift_at: NDArray[np.int64]
) -> pd.DataFrame:
    """Give the visits with the shift of each."""
    point = points.iloc[kept.point]
    row = shift_at[point["territory"].to_numpy(np.int64), kept.day, kept.window]
    shift = shifts.iloc[row]
    point_id, shift_id = point["point_id"].to_numpy(), shift["shift_id"].to_numpy()
    table = pd.DataFrame(
        {
            "visit_id": [f"{a}/{b}" for a, b in zip(shift_id, point_id, strict=True)],
            "shift_id": shift_id,
            "day": shift["day"].to_numpy(),
            "person_id": shift["person_id"].to_numpy(),
            "point_id": point_id,
            "window_start_min": shift["start_min"].to_numpy(),
            "window_end_min": shift["end_min"].to_numpy(),
            "service_min": point["service_min"].to_numpy(),
        }
    )
    # Shifts stand in the order of day, start and territory.
    return _finish(table.iloc[np.lexsort((kept.point, row))], VISIT_COLUMNS)


def _name_points(
    points: pd.DataFrame, unfilled: pd.DataFrame, missed: Slots, row_at: NDArray[np.int64]
) -> pd.DataFrame:
    """Name the points that are due in hours nobody can take."""
    point = points.iloc[missed.point]
    row = row_at[point["territory"].to_numpy(np.int64), missed.day, missed.window]
    names: dict[int, list[str]] = {}
    for number, name in zip(row.tolist(), point["point_id"], strict=True):
        names.setdefault(number, []).append(str(name))
    joined = ["、".join(names.get(number, ())) for number in range(len(unfilled))]
    return _finish(unfilled.assign(point_ids=joined), UNFILLED_COLUMNS)


def _finish(table: pd.DataFrame, columns: dict[str, str]) -> pd.DataFrame:
    """Bring a table into the form of its contract."""
    return table[[*columns]].astype(columns).reset_index(drop=True)
