"""Who patrols: the roster as the later rooms need it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from qxgeo.district.people import place_people
from qxgeo.errors import Fault, InputError, Text
from qxgeo.patrol.columns import PEOPLE_COLUMNS
from qxgeo.plan import load_plan
from qxgeo.readers.weekdays import read_weekdays

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qxgeo.district import District, Layer
    from qxgeo.plan import ActionPlan

LAYER = "grid_members"
_MINUTES = 60.0  # of an hour
_WEEK = 7


def list_people(district: District) -> pd.DataFrame:
    """List the people of a district's roster.

    Parameters
    ----------
    district
        With layer ``grid_members``. Townships may be written as the townships layer names them, by
        their code, with 街道办事处 behind them, or as the plan names the unit; without a townships
        layer everybody belongs to the whole district.

    Returns
    -------
    people
        `PEOPLE_COLUMNS`, sorted by ``person_id``, range index. Absent people are among them.

    Raises
    ------
    InputError
        If there is no roster or nobody in it, a township is unknown, a person is listed twice (same
        id, or same name and phone), or a day off is no day of the week or every one of them; all
        faults in one error.
    """
    roster = _find_roster(district)
    townships, faults = place_people(roster, district.layers.get("townships"), _plan_of(district))
    days_off, more = _read_days_off(roster)
    faults = [*faults, *_repeated_ids(roster), *_repeated_people(roster), *more]
    if faults:
        raise InputError(sorted(faults, key=lambda fault: (fault.row or 0, fault.column)))
    people = _tabulate(roster, townships, days_off)
    return people.sort_values("person_id", kind="stable").reset_index(drop=True)


def find_namesakes(people: pd.DataFrame) -> list[Text]:
    """Point out people who may be one and the same.

    Parameters
    ----------
    people
        `PEOPLE_COLUMNS`.

    Returns
    -------
    gaps
        One for each name that several present people of a township have; they are called by their
        ids alone, for gaps are public.
    """
    present = people[~people["is_absent"] & (people["name"] != "")]
    return [
        Text(
            f"{'、'.join(alike)} 同名且同属一个乡镇街道：请核对是否同一人",
            f"{', '.join(alike)} have the same name and township: check whether they are one",
        )
        for _, alike in present.groupby(["township_id", "name"], sort=True)["person_id"]
        if len(alike) > 1
    ]


def _find_roster(district: District) -> Layer:
    """Give the layer of people.

    Raises
    ------
    InputError
        If there is none, or nobody is in it.
    """
    roster = district.layers.get(LAYER)
    if roster is not None and len(roster.table):
        return roster
    raise InputError(
        Fault(
            file=district.path.name,
            column=f"layers.{LAYER}",
            problem=Text(
                "没有网格员名单：没有人可以负责巡查",
                "there is no roster: nobody could be made responsible",
            ),
            mend=Text(
                f"加上 [layers.{LAYER}]，path 指向名单（姓名、所属乡镇街道两列必需，坐标可无）",
                f"add [layers.{LAYER}] with the path of a list (name and township are needed,"
                " positions are not)",
            ),
        )
    )


def _plan_of(district: District) -> ActionPlan:
    """Load the district's plan, whose units have other names."""
    return load_plan(Path(district.plan) if district.plan.endswith(".toml") else district.plan)


def _read_days_off(roster: Layer) -> tuple[list[tuple[int, ...]], list[Fault]]:
    """Read everybody's days off."""
    found: list[tuple[int, ...]] = []
    faults = []
    for place, text in enumerate(_texts(roster, "days_off")):
        days = read_weekdays(text)
        found.append(days or ())
        if days is None:
            problem = Text(f"“{text}”不是星期几", f'"{text}" names no day of the week')
            mend = Text("请写成 周六、周日", "write it as Sat Sun")
            faults.append(_fault(roster, place, "days_off", problem, mend))
        elif len(days) == _WEEK:
            problem = Text("每天都是休息日", "every day is a day off")
            mend = Text(
                "请核对；不在岗的，休息日留空，请假栏写“是”",
                "check it; for somebody absent leave it blank and say so under is_absent",
            )
            faults.append(_fault(roster, place, "days_off", problem, mend))
    return found, faults


def _repeated_ids(roster: Layer) -> list[Fault]:
    """Find people with the same id."""
    ids = pd.Series(_texts(roster, "person_id"))
    return [
        _fault(
            roster,
            int(place),
            "person_id",
            Text(f"编号“{ids[place]}”重复", f'id "{ids[place]}" is repeated'),
            Text("每人的编号须不同", "give everybody an id of their own"),
        )
        for place in np.flatnonzero(ids.duplicated())
    ]


def _repeated_people(roster: Layer) -> list[Fault]:
    """Find people who stand in the roster under several ids."""
    known = pd.DataFrame(
        {name: _texts(roster, name) for name in ("person_id", "name", "phone")}, dtype="string"
    )
    known["phone"] = known["phone"].str.replace(r"[^0-9]", "", regex=True)
    known = known[(known["name"] != "") & (known["phone"] != "")]
    first = known.groupby(["name", "phone"])["person_id"].transform("first")
    return [
        _fault(
            roster,
            int(place),
            "person_id",
            Text(
                f"与编号“{first[place]}”姓名、电话都相同：重复的人",
                f'same name and phone as id "{first[place]}": the same person twice',
            ),
            Text("每人只留一行", "keep one row for each person"),
        )
        for place in known.index[first != known["person_id"]]
    ]


def _tabulate(
    roster: Layer, townships: pd.Series[str], days_off: list[tuple[int, ...]]
) -> pd.DataFrame:
    """Put the columns together."""
    table = roster.table
    hours = pd.to_numeric(table["capacity_h"], errors="coerce").astype("Float64")
    base = _bases(roster)
    people = pd.DataFrame(
        {
            "person_id": _texts(roster, "person_id"),
            "name": _texts(roster, "name"),
            "township_id": townships.to_list(),
            "phone": _texts(roster, "phone"),
            "capacity_min": hours.to_numpy(np.float64, na_value=np.nan) * _MINUTES,
            "days_off": pd.Series(days_off, dtype="object"),
            "is_absent": table["is_absent"].astype("boolean").fillna(value=False).to_numpy(bool),
            "base_lon": base[:, 0],
            "base_lat": base[:, 1],
        }
    )
    return people.astype(PEOPLE_COLUMNS)


def _bases(roster: Layer) -> NDArray[np.float64]:
    """Give everybody's base as lon, lat; NaN where none is given."""
    points = np.asarray(roster.table.geometry.array, dtype=object)
    return np.column_stack([shapely.get_x(points), shapely.get_y(points)])


def _texts(roster: Layer, column: str) -> list[str]:
    """Give a column as text, blank where nothing is given."""
    return roster.table[column].astype("string").fillna("").str.strip().to_list()


def _fault(roster: Layer, place: int, column: str, problem: Text, mend: Text) -> Fault:
    """Word a fault with the row of the file, where the reader told it."""
    row = roster.rows[place] if roster.rows else None
    return Fault(file=roster.path.name, row=row, column=column, problem=problem, mend=mend)
