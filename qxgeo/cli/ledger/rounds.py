"""``qxgeo ledger round``: checklists of a round, look-backs, and the month's nine items."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qxgeo.cli.ledger.office import DAY, moment_of, open_office, rules_options
from qxgeo.cli.ledger.options import ledger_option
from qxgeo.cli.session import Session, lang_option
from qxgeo.errors import Fault, InputError, Text
from qxgeo.ledger.dispatch import read_board
from qxgeo.ledger.history import Author, record
from qxgeo.ledger.listing import parse_month
from qxgeo.ledger.rounds import (
    build_look_back,
    build_round,
    build_scores,
    open_look_back,
    open_round,
)
from qxgeo.ledger.store import open_ledger
from qxgeo.reports import replace_outputs
from qxgeo.reports.atomic import ROUND_RECORD
from qxgeo.reports.ledger.form_book import write_form

if TYPE_CHECKING:
    from datetime import datetime


@click.command(
    help="督导检查：--number 3 写出该轮每个单位的检查表；加 --look-back 写“回头看”复查表"
    "（抽查已销号问题）；--month 2023-06 写工地“9个100%”检查表。"
    "填好后用 qxgeo ledger import 并入。\n\n"
    "Inspection: the checklist of each unit of a round, with --look-back a sample of closed"
    " problems, with --month the nine items of every construction site."
)
@ledger_option
@click.option("--number", type=click.IntRange(min=1), help="第几次督导 · number of the round")
@click.option("--look-back", is_flag=True, help="复查已销号问题 · look at closed problems again")
@click.option("--month", metavar="2023-06", help="工地检查的月份 · month of the nine items")
@click.option("--out", type=click.Path(path_type=Path), help="输出文件夹 · folder")
@click.option("--at", type=DAY, metavar="YYYY-MM-DD", help="日期，默认今天 · the day")
@click.option("--by", default="督导组", show_default=True, help="经办人 · who opens the round")
@rules_options
@lang_option
@click.pass_obj
def command(  # noqa: PLR0913 - one argument for each option
    session: Session,
    *,
    ledger: str,
    number: int | None,
    look_back: bool,
    month: str | None,
    out: Path | None,
    at: datetime | None,
    by: str,
    plan: str | None,
    rules: Path | None,
    list_rules: Path | None,
) -> None:
    """Lay down the lines, then write the forms.

    Raises
    ------
    InputError
        If neither a round nor a month is given, or both.
    """
    if (number is None) == (month is None):
        raise InputError(_NEITHER)
    moment = moment_of(at)
    with open_ledger(ledger) as opened:
        office = open_office(opened, plan=plan, rules=rules, list_rules=list_rules)
        board = read_board(opened, office)
        if number is not None:
            opening = open_look_back if look_back else open_round
            changes = list(opening(board, number))
            if changes:
                record(opened, changes, author=Author(name=by, at=moment))
                board = read_board(opened, office)
    day = moment.date()
    if number is not None:
        building = build_look_back if look_back else build_round
        forms = list(building(board, number, as_of=day))
        name = f"round-{number}" + ("-look-back" if look_back else "")
    else:
        forms = list(build_scores(board, parse_month(month or ""), as_of=day))
        name = f"scores-{month}"
    target = out or Path("inspection") / name
    with replace_outputs(target, record=ROUND_RECORD) as folder:
        for form in forms:
            write_form(form, folder / form.file_name, lang=session.lang)
    rows = sum(len(sheet.rows) for form in forms for sheet in form.sheets)
    session.say(
        session.words(
            f"{len(forms)} 本检查表，{rows} 行：{target.resolve()}",
            f"{len(forms)} workbooks, {rows} rows: {target.resolve()}",
        )
    )


_NEITHER = Fault(
    problem=Text("要么写轮次，要么写月份", "give either a round or a month"),
    mend=Text("用 --number 1 或 --month 2023-06", "use --number 1 or --month 2023-06"),
)
