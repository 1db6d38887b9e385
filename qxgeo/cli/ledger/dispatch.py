"""``qxgeo ledger dispatch``: one workbook for each unit and week."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qxgeo.cli.ledger.office import DAY, moment_of, open_office, rules_options
from qxgeo.cli.ledger.options import ledger_option
from qxgeo.cli.session import Session, lang_option
from qxgeo.ledger.dispatch import build_dispatch, list_unassigned, read_board, start_week
from qxgeo.ledger.rhythm import find_span, list_gaps, parse_week, week_of
from qxgeo.ledger.store import open_ledger
from qxgeo.reports import replace_outputs
from qxgeo.reports.atomic import DISPATCH_RECORD
from qxgeo.reports.ledger.form_book import write_form

if TYPE_CHECKING:
    from datetime import datetime

    from qxgeo.ledger.dispatch import Board
    from qxgeo.ledger.forms import Form


@click.command(
    help="派发一周的任务和问题：每个单位一本工作簿，填好交回后用 qxgeo ledger import 并入。"
    "同时把本周已开始的周期任务记入台账。\n\n"
    "Dispatch a week: one workbook per unit with its open tasks and problems, to be filled in and"
    " read back by qxgeo ledger import. Turns of recurring duties that have begun are laid down."
)
@ledger_option
@click.option("--week", metavar="2023-W24", help="ISO 周，默认本周 · the week, this one by default")
@click.option(
    "--out", type=click.Path(path_type=Path), help="输出文件夹，默认 dispatch/周次 · folder"
)
@click.option("--unit", "unit_names", multiple=True, help="只派发这些单位 · only these units")
@click.option(
    "--since", type=DAY, metavar="YYYY-MM-DD", help="周期任务从哪天算起 · recurring duties from"
)
@click.option("--at", type=DAY, metavar="YYYY-MM-DD", help="派发日，默认该周周一 · day of dispatch")
@click.option("--by", default="派发", show_default=True, help="经办人 · who dispatches")
@rules_options
@lang_option
@click.pass_obj
def command(  # noqa: PLR0913 - one argument for each option
    session: Session,
    *,
    ledger: str,
    week: str | None,
    out: Path | None,
    unit_names: tuple[str, ...],
    since: datetime | None,
    at: datetime | None,
    by: str,
    plan: str | None,
    rules: Path | None,
    list_rules: Path | None,
) -> None:
    """Lay down turns, build the forms, write them, and say what went out."""
    moment = moment_of(at)
    chosen = parse_week(week) if week else week_of(moment.date())
    as_of = moment.date() if at is not None else chosen.first_day
    target = out or Path("dispatch") / str(chosen)
    with open_ledger(ledger) as opened:
        office = open_office(opened, plan=plan, rules=rules, list_rules=list_rules)
        span = find_span(office.plan, first_day=None if since is None else since.date())
        start_week(opened, office, span, until=chosen.last_day, at=moment, by=by)
        board = read_board(opened, office, is_open_only=True)
    units = tuple(office.plan.find_unit(name).unit_id for name in unit_names) or None
    forms: list[Form] = []
    with replace_outputs(target, record=DISPATCH_RECORD) as folder:
        for form in build_dispatch(board, chosen, as_of=as_of, units=units):
            write_form(form, folder / form.file_name, lang=session.lang)
            forms.append(form)
    _print_headline(session, board, forms, target)


def _print_headline(session: Session, board: Board, forms: list[Form], target: Path) -> None:
    """Say how many workbooks went out, what nobody gets, and where they are."""
    tasks = sum(len(form.sheets[0].rows) for form in forms)
    problems = sum(len(form.sheets[1].rows) for form in forms)
    session.say(
        session.words(
            f"派发 {len(forms)} 个单位：任务 {tasks} 行，问题 {problems} 行",
            f"{len(forms)} units: {tasks} rows of tasks, {problems} rows of problems",
        )
    )
    for gap in list_gaps(board.plan):
        session.say(session.words(f"  缺口：{gap.zh}", f"  gap: {gap.en}"))
    lost = list_unassigned(board)
    if lost:
        few = "、".join(lost[:5])
        session.say(
            session.words(
                f"  缺口：{len(lost)} 个问题没有责任单位也没有措施，没有派发（{few}）",
                f"  gap: {len(lost)} problems have neither unit nor measure: not sent out ({few})",
            )
        )
    session.say(session.words(f"工作簿：{target.resolve()}", f"workbooks: {target.resolve()}"))
