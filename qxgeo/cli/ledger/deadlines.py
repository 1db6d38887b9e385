"""``qxgeo ledger calendar``: deadlines as an .ics file for each unit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qxgeo.cli.ledger.office import DAY, moment_of, open_office, rules_options
from qxgeo.cli.ledger.options import ledger_option
from qxgeo.cli.session import Session, lang_option
from qxgeo.ledger.dispatch import read_board
from qxgeo.ledger.forms.model import plain_file_name
from qxgeo.ledger.store import open_ledger
from qxgeo.reports import replace_outputs
from qxgeo.reports.atomic import CALENDAR_RECORD
from qxgeo.reports.ledger.calendar import write_deadlines

if TYPE_CHECKING:
    from datetime import datetime


@click.command(
    help="每个单位一份 .ics 日历：有期限的任务各一天，到期前提醒。\n\n"
    "Write an .ics calendar of deadlines for each unit, with a reminder before each."
)
@ledger_option
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("calendars"),
    show_default=True,
    help="输出文件夹 · folder",
)
@click.option("--at", type=DAY, metavar="YYYY-MM-DD", help="日期，默认今天 · the day")
@rules_options
@lang_option
@click.pass_obj
def command(
    session: Session,
    *,
    ledger: str,
    out: Path,
    at: datetime | None,
    plan: str | None,
    rules: Path | None,
    list_rules: Path | None,
) -> None:
    """Write a file for each unit with dates."""
    day = moment_of(at).date()
    with open_ledger(ledger, is_read_only=True) as opened:
        office = open_office(opened, plan=plan, rules=rules, list_rules=list_rules)
        board = read_board(opened, office)
    count = 0
    with replace_outputs(out, record=CALENDAR_RECORD) as folder:
        for unit_id, name in board.unit_names.items():
            if any(one["due_on"] for one in board.tasks_by_unit.get(unit_id, ())):
                content = write_deadlines(board, unit_id, as_of=day, lang=session.lang)
                (folder / f"{plain_file_name(name)}.ics").write_bytes(content)
                count += 1
    session.say(
        session.words(f"{count} 份日历：{out.resolve()}", f"{count} calendars: {out.resolve()}")
    )
