"""回头看: a sample of closed problems, drawn by a seed that everybody can repeat."""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING, Any

from qxgeo.errors import Text
from qxgeo.ledger.forms.model import Form, FormKind, FormRow, SheetKey
from qxgeo.ledger.history import Change, make_id
from qxgeo.ledger.rounds.checklists import find_round, inspectors_of
from qxgeo.ledger.words import ProblemStatus

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence

    from qxgeo.ledger.dispatch import Board

    Row = Mapping[str, Any]

LOOK_BACK = "look_back"


def draw_sample(
    problem_ids: Sequence[str], *, seed: int, number: int, share: float, least: int
) -> tuple[str, ...]:
    """Draw problems to be looked at again.

    Parameters
    ----------
    problem_ids
        Closed problems of one unit.
    seed, number
        Of the rules, and of the round.
    share
        Of the problems, rounded up.
    least
        So many at least, or all.

    Returns
    -------
    sample
        Sorted. Each problem has a place of its own in the draw, by a hash of seed, round and id:
        a problem that is added or taken out moves no other one's place.
    """
    count = min(len(problem_ids), max(least, math.ceil(share * len(problem_ids))))

    def place(problem_id: str) -> str:
        return hashlib.sha256(f"{seed}|{number}|{problem_id}".encode()).hexdigest()

    return tuple(sorted(sorted(problem_ids, key=place)[:count]))


def open_look_back(board: Board, number: int) -> Iterator[Change]:
    """Lay down which closed problems a round looks at again.

    Parameters
    ----------
    board
        The ledger.
    number
        Of the round.

    Yields
    ------
    change
        One per problem of the sample. A unit that has a sample in this round keeps it: nobody
        draws again until a draw suits him.
    """
    one = find_round(board.plan, number)
    drawn = {
        row["unit_id"]
        for row in board.inspections
        if row["kind"] == LOOK_BACK and row["round"] == number
    }
    closed: dict[str, list[Row]] = {}
    for problem in board.problems:
        if problem["status"] == ProblemStatus.CLOSED:
            closed.setdefault(problem["unit_id"] or "", []).append(problem)
    for unit_id in sorted(closed):
        if unit_id in drawn:
            continue
        by_id = {problem["id"]: problem for problem in closed[unit_id]}
        sample = draw_sample(
            list(by_id),
            seed=board.rules.seed,
            number=number,
            share=board.rules.look_back_share,
            least=board.rules.look_back_least,
        )
        for problem_id in sample:
            yield Change(
                table="inspections",
                row_id=make_id("D", LOOK_BACK, number, problem_id),
                values={
                    "round": number,
                    "kind": LOOK_BACK,
                    "measure_id": by_id[problem_id]["measure_id"],
                    "unit_id": unit_id or None,
                    "problem_id": problem_id,
                    "due_on": one.end,
                },
                based_on=0,
            )


def build_look_back(board: Board, number: int, *, as_of: dt.date) -> Iterator[Form]:
    """Build the look-back form of each unit.

    Parameters
    ----------
    board
        The ledger, with the sample of the round.
    number
        Of the round.
    as_of
        Day of the form.

    Yields
    ------
    form
        One per unit with problems in the sample, filled in by those who inspect.
    """
    author = (*inspectors_of(board.plan), "")[0]
    sample = {
        row["problem_id"]: row
        for row in board.inspections
        if row["kind"] == LOOK_BACK and row["round"] == number
    }
    by_unit: dict[str, list[FormRow]] = {}
    for problem in board.problems:
        line = sample.get(problem["id"])
        if line is not None:
            row = _tell_problem(problem, line["entry"])
            by_unit.setdefault(problem["unit_id"] or "", []).append(row)
    for unit_id in sorted(by_unit):
        yield Form(
            kind=FormKind.LOOK_BACK,
            label=f"round-{number}",
            unit_id=unit_id,
            unit_name=board.unit_names.get(unit_id, unit_id or "无责任单位"),
            author_id=author,
            as_of=as_of,
            head_number=board.head_number,
            notes=(_tell_draw(board),),
            sheets=(board.sheet(SheetKey.LOOK_BACK, by_unit[unit_id]),),
            is_demo=board.is_demo,
        )


def _tell_problem(problem: Row, entry: int) -> FormRow:
    """Make the row of a problem of the sample."""
    return FormRow(
        row_id=problem["id"],
        entry=entry,
        cells={
            "id": problem["id"],
            "measure_id": problem["measure_id"] or "",
            "text": problem["text"],
            "place": problem["place"] or "",
            "closed_on": problem["closed_on"] or "",
            "told": problem["note"] or "",
        },
    )


def _tell_draw(board: Board) -> Text:
    """Say how the sample was drawn."""
    rules = board.rules
    return Text(
        f"抽样：每个单位已销号问题的 {rules.look_back_share:.0%}，至少 {rules.look_back_least} 件，"
        f"种子 {rules.seed}；名单由台账抽定，不能自选。虚假整改按 6.2.1 通报。",
        f"Sample: {rules.look_back_share:.0%} of the closed problems of each unit, at least"
        f" {rules.look_back_least}, seed {rules.seed}; false rectification is published (6.2.1).",
    )
