"""Which cells changed hands since the earlier assignment, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from qxgeo.errors import Text
from qxgeo.patrol.columns import CHANGE_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping

NEW_CELL = Text("新增网格", "new cell")
VACANT = Text("原无人负责", "nobody owned it before")
LOCKED = Text("锁定给此人", "locked to this person")
MOVED = Text("原负责人已调往其他镇街", "the former owner works in another township now")
AWAY = Text("原负责人不在岗", "the former owner is absent or has left")
NEWCOMER = Text("新增人员分担", "a share for a new person")
BALANCE = Text("平衡工作量", "to balance the loads")
NOBODY_CAN = Text("无人可负责", "nobody can own it")


def list_changes(
    owners: pd.Series[str],
    township_ids: pd.Series[str],
    people: pd.DataFrame,
    *,
    previous: Mapping[str, str] | None,
    locks: Mapping[str, str],
) -> pd.DataFrame:
    """List the cells whose owner changed.

    Parameters
    ----------
    owners
        New owners, indexed by ``cell_id``.
    township_ids
        Township of each cell, in the same order.
    people
        Table `PEOPLE_COLUMNS`.
    previous
        Earlier owners by cell id; None without an earlier assignment.
    locks
        Locks that hold.

    Returns
    -------
    changes
        Table `CHANGE_COLUMNS` in the order of the cells. A cell that no longer exists is not in
        it, and neither is a new cell that nobody can own.
    """
    present = people.loc[~people["is_absent"].astype(bool)]
    works_in = dict(zip(present["person_id"], present["township_id"], strict=True))
    veterans = set((previous or {}).values())
    rows = []
    for (cell_id, owner), township_id in zip(owners.items(), township_ids, strict=True):
        before = (previous or {}).get(str(cell_id), "")
        if previous is None or before == owner:
            continue
        if owner == "":
            reason = AWAY if before not in works_in else NOBODY_CAN
        elif before == "":
            reason = VACANT if str(cell_id) in previous else NEW_CELL
        elif locks.get(str(cell_id)) == owner:
            reason = LOCKED
        elif before not in works_in:
            reason = AWAY
        elif works_in[before] != township_id:
            reason = MOVED
        else:
            reason = NEWCOMER if owner not in veterans else BALANCE
        rows.append((str(cell_id), before, owner, reason.zh, reason.en))
    return pd.DataFrame(rows, columns=list(CHANGE_COLUMNS)).astype(CHANGE_COLUMNS)
