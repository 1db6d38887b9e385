"""The month's form of the 9个100%: every construction site with its nine items."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qxgeo.errors import Text
from qxgeo.ledger.forms.model import Form, FormKind, FormRow, SheetKey

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from qxgeo.ledger.dispatch import Board
    from qxgeo.ledger.listing import Month


def build_scores(board: Board, month: Month, *, as_of: dt.date) -> Iterator[Form]:
    """Build the form of a month for the unit that leads the measures of the lists.

    Parameters
    ----------
    board
        The ledger.
    month
        The month.
    as_of
        Day of the form.

    Yields
    ------
    form
        One, or none where the ledger has no site of the rules' kind.
    """
    rules = board.list_rules
    sites = [one for one in board.sites if one["kind"] in rules.site_kinds]
    known = {one.measure_id: one for one in board.plan.measures}
    leads = [unit for key in rules.measures if key in known for unit in known[key].lead]
    if not sites or not leads:
        return
    names = board.township_names
    rows = [
        FormRow(
            row_id=one["id"],
            entry=one["entry"],
            cells={
                "id": one["id"],
                "name": one["name"] or "",
                "township": names.get(one["township_id"] or "", ""),
            },
        )
        for one in sites
    ]
    yield Form(
        kind=FormKind.SCORES,
        label=month.label,
        unit_id=leads[0],
        unit_name=board.unit_names[leads[0]],
        author_id=leads[0],
        as_of=as_of,
        head_number=board.head_number,
        notes=tuple(_list_notes(board)),
        sheets=(board.sheet(SheetKey.SCORES, rows),),
        is_demo=board.is_demo,
    )


def _list_notes(board: Board) -> Iterator[Text]:
    """Say how the items are scored and where they come from."""
    yield Text(
        "每项填合格、不合格或未查；得分为合格项除以已查项，取当月最低一次。",
        "Each item is passed, failed or not checked; the score is passed by checked, the worst"
        " of the month.",
    )
    for one in board.list_rules.items:
        yield Text(f"{one.title.zh}：{one.source.zh}", f"{one.title.en}: {one.source.en}")
