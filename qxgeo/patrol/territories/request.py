"""What was asked for, township by township, and what of it cannot be had."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qxgeo.errors import Fault, SchemaError, Text
from qxgeo.vocabulary import NO_TOWNSHIP

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

_HOUR_MIN = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A township with cells and at least one person who can have some.

    Attributes
    ----------
    cells
        Row numbers in the cells.
    people
        Row numbers in the people: present, and no more of them than can have a cell.
    """

    township_id: str
    cells: Ints
    people: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Requests:
    """Everything that was asked for.

    Attributes
    ----------
    townships
        Sorted by township id.
    locks
        Locks that hold, cell id to person id.
    problems, notes
        What cannot be had, and what is worth knowing.
    """

    townships: tuple[Request, ...]
    locks: Mapping[str, str]
    problems: tuple[Text, ...]
    notes: tuple[Text, ...]


def read_requests(
    cells: gpd.GeoDataFrame,
    people: pd.DataFrame,
    locks: Mapping[str, str],
    previous: Mapping[str, str] | None,
) -> Requests:
    """Sort a request by township and find what cannot be had.

    Parameters
    ----------
    cells, people, locks, previous
        As for `assign_territories`.

    Returns
    -------
    requests
        What remains to be solved, and the problems.

    Raises
    ------
    SchemaError
        If an id is there twice, or a load is not a number of minutes.
    """
    _check(cells, people)
    problems = _problems_of_people(cells, people)
    held, lock_problems, notes = _sift_locks(cells, people, locks)
    problems += lock_problems
    townships = []
    is_present = ~people["is_absent"].to_numpy(dtype=bool)
    works_in = people["township_id"].astype("string").fillna("").to_numpy(dtype=object)
    township_of = cells["township_id"].astype("string").fillna(NO_TOWNSHIP).to_numpy(dtype=object)
    for township_id in sorted(set(township_of.tolist())):
        rows = np.flatnonzero(township_of == township_id)
        if township_id == NO_TOWNSHIP:
            notes.append(_outside_townships(len(rows)))
            continue
        staff = np.flatnonzero(is_present & (works_in == township_id))
        staff = staff[np.argsort(people["person_id"].to_numpy(dtype=object)[staff].astype(str))]
        if len(staff) == 0:
            problems.append(_nobody(township_id, cells["load_min"].to_numpy(dtype=float)[rows]))
            continue
        chosen, complaints = _choose_people(cells, people, rows, staff, held, previous or {})
        problems += [_name_township(township_id, text) for text in complaints]
        if len(chosen):
            townships.append(Request(township_id=township_id, cells=rows, people=chosen))
    return Requests(
        townships=tuple(townships), locks=held, problems=tuple(problems), notes=tuple(notes)
    )


def _check(cells: gpd.GeoDataFrame, people: pd.DataFrame) -> None:
    """Refuse tables that break what everything below relies on.

    Raises
    ------
    SchemaError
        With every fault.
    """
    faults = []
    for table, column in ((cells, "cell_id"), (people, "person_id")):
        ids = table[column].astype("string")
        for twice in sorted(set(ids[ids.duplicated()].tolist())):
            problem = Text(f"{twice} 出现多次", f"{twice} is there more than once")
            mend = Text("每个编号只能一行", "one row for each id")
            faults += [Fault(column=column, problem=problem, mend=mend)]
    load = cells["load_min"].to_numpy(dtype=float)
    for row in np.flatnonzero(~(np.isfinite(load) & (load >= 0)))[:10].tolist():
        cell_id = cells["cell_id"].iloc[row]
        faults.append(
            Fault(
                column="load_min",
                problem=Text(
                    f"网格 {cell_id} 的工作量为 {load[row]}", f"cell {cell_id} has load {load[row]}"
                ),
                mend=Text("应为不小于 0 的分钟数", "minutes, 0 or more"),
            )
        )
    if faults:
        raise SchemaError(faults)


def _problems_of_people(cells: gpd.GeoDataFrame, people: pd.DataFrame) -> list[Text]:
    """Name people whose township has no cells."""
    known = set(cells["township_id"].dropna().tolist()) - {NO_TOWNSHIP}
    strangers = people.loc[
        ~people["township_id"].isin(known) & ~people["is_absent"].astype(bool)
    ].sort_values("person_id")
    return [
        Text(
            f"{person_id} 所属镇街“{_word(township_id)}”在辖区内没有网格，无法分配",
            f'{person_id}: township "{_word(township_id)}" has no cell in the district,'
            " nothing can be assigned",
        )
        for person_id, township_id in zip(
            strangers["person_id"], strangers["township_id"], strict=True
        )
    ]


def _word(value: object) -> str:
    """Give a text cell, empty where nothing was given."""
    return "" if pd.isna(value) else str(value)  # type: ignore[call-overload] # any scalar


def _sift_locks(
    cells: gpd.GeoDataFrame, people: pd.DataFrame, locks: Mapping[str, str]
) -> tuple[dict[str, str], list[Text], list[Text]]:
    """Keep the locks that can hold; explain the others."""
    township_of = dict(zip(cells["cell_id"], cells["township_id"], strict=True))
    works_in = dict(zip(people["person_id"], people["township_id"], strict=True))
    absent = set(people.loc[people["is_absent"].astype(bool), "person_id"].tolist())
    held: dict[str, str] = {}
    problems: list[Text] = []
    notes: list[Text] = []
    for cell_id, person_id in sorted(locks.items()):
        zh, en = f"锁定“{cell_id}→{person_id}”无效：", f'lock "{cell_id} to {person_id}" is void: '
        if cell_id not in township_of:
            problems.append(Text(zh + "没有这个网格", en + "there is no such cell"))
        elif person_id not in works_in:
            problems.append(Text(zh + "没有这名人员", en + "there is no such person"))
        elif township_of[cell_id] != works_in[person_id]:
            problems.append(
                Text(
                    f"{zh}网格在“{_word(township_of[cell_id])}”，"
                    f"人员属“{_word(works_in[person_id])}”，不得跨镇街",
                    f"{en}the cell is in {_word(township_of[cell_id])},"
                    f" the person in {_word(works_in[person_id])}",
                )
            )
        elif person_id in absent:
            notes.append(
                Text(
                    f"{cell_id} 锁定给 {person_id}，其不在岗，暂由他人负责",
                    f"{cell_id} is locked to {person_id}, who is absent: others own it meanwhile",
                )
            )
        else:
            held[cell_id] = person_id
    return held, problems, notes


def _outside_townships(count: int) -> Text:
    """Say that cells in no township have no owner."""
    return Text(
        f"{count} 个网格不在任何镇街内，不作分配",
        f"{count} cells lie in no township and are not assigned",
    )


def _nobody(township_id: str, load_min: NDArray[np.float64]) -> Text:
    """Say that a township has nobody to own its cells."""
    hours = load_min.sum() / _HOUR_MIN
    return Text(
        f"{township_id}：没有在岗人员，{len(load_min)} 个网格（每周 {hours:.1f} 小时）无人负责",
        f"{township_id}: nobody is present, {len(load_min)} cells ({hours:.1f} h a week)"
        " have no owner",
    )


def _name_township(township_id: str, text: Text) -> Text:
    """Put the township before a sentence."""
    return Text(f"{township_id}：{text.zh}", f"{township_id}: {text.en}")


def _choose_people(
    cells: gpd.GeoDataFrame,
    people: pd.DataFrame,
    rows: Ints,
    staff: Ints,
    held: Mapping[str, str],
    previous: Mapping[str, str],
) -> tuple[Ints, list[Text]]:
    """Choose who can have a cell; explain who cannot, and what exceeds their capacity."""
    load = cells["load_min"].to_numpy(dtype=float)[rows]
    names = people["person_id"].to_numpy(dtype=object)
    capacity = people["capacity_min"].to_numpy(dtype=float)[staff]
    capacity = np.where(np.isnan(capacity), np.inf, capacity)
    least = float(load[load > 0].min(initial=np.inf))
    is_able = capacity >= (least if np.isfinite(least) else 0.0)
    problems = [
        Text(
            f"{names[person]} 的能力上限不足一个网格（最小 {least:.1f} 分钟）",
            f"{names[person]} has capacity for no cell (the smallest takes {least:.1f} min)",
        )
        for person in staff[~is_able].tolist()
    ]
    able = staff[is_able]
    missing_min = float(load.sum()) - float(capacity[is_able].sum())
    if missing_min > 1e-6 * max(float(load.sum()), 1.0):
        hours = missing_min / _HOUR_MIN
        problems.append(
            Text(
                f"人员能力合计比工作量少 {hours:.1f} 小时/周，部分网格无人负责",
                f"capacities are {hours:.1f} h a week below the load, some cells have no owner",
            )
        )
    most = max(int((load > 0).sum()), 1)
    if len(able) <= most:
        return able, problems
    problems.append(
        Text(
            f"在岗 {len(able)} 人多于 {most} 个有任务的网格，{len(able) - most} 人没有网格",
            f"{len(able)} people for {most} cells with work: {len(able) - most} have none",
        )
    )
    here = cells["cell_id"].iloc[rows]
    locked = {held[cell] for cell in here if cell in held}
    before = {previous[cell] for cell in here if cell in previous}
    rank = [
        (names[person] not in locked, names[person] not in before, str(names[person]), person)
        for person in able.tolist()
    ]
    chosen = np.array([person for *_, person in sorted(rank)[:most]], dtype=np.int64)
    return able[np.isin(able, chosen)], problems
