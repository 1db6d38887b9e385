"""``qxgeo ledger import``: workbooks that came back, merged row by row."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qxgeo.cli.ledger.office import moment_of, open_office, rules_options
from qxgeo.cli.ledger.options import ledger_option
from qxgeo.cli.session import LANGS, Session, lang_option
from qxgeo.errors import InputError, QxgeoError, Text
from qxgeo.ledger.returns import build_sent_back, import_return
from qxgeo.ledger.store import open_ledger
from qxgeo.reports import replace_outputs
from qxgeo.reports.atomic import RETURNS_RECORD
from qxgeo.reports.ledger.form_book import write_form

if TYPE_CHECKING:
    from datetime import datetime

    from qxgeo.ledger.returns import Outcome

_MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"])
_MOST_ROWS = 20  # of a workbook on the screen; the workbook sent back holds all


@click.command(
    help="并入交回的工作簿，逐行核对：谁可以改什么、日期是否可能、编号是否存在。"
    "有误的行写进退回的工作簿（红格和原因），其余照常并入，此时退出码为 2。重复导入不会改变台账；"
    "与他单位答复不一致的行列出，不覆盖。\n\n"
    "Merge workbooks that came back. Wrong rows go into a workbook to be sent back, in red and with"
    " the reason, all others are merged; the exit code is then 2. Importing twice changes nothing;"
    " answers that contradict another unit's are shown, not written over."
)
@click.argument(
    "workbooks", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="*.xlsx"
)
@ledger_option
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("returned"),
    show_default=True,
    help="退回的工作簿放哪里 · folder for what is sent back",
)
@click.option("--at", type=_MOMENT, metavar="YYYY-MM-DD", help="导入时间，默认现在 · moment")
@click.option("--by", default="", help="经办人，默认填报单位 · who imports")
@rules_options
@lang_option
@click.pass_obj
@click.pass_context
def command(  # noqa: PLR0913 - one argument for each option
    context: click.Context,
    session: Session,
    *,
    workbooks: tuple[Path, ...],
    ledger: str,
    out: Path,
    at: datetime | None,
    by: str,
    plan: str | None,
    rules: Path | None,
    list_rules: Path | None,
) -> None:
    """Merge each workbook in a transaction of its own, then write what is sent back."""
    moment = moment_of(at)
    outcomes: list[Outcome] = []
    broken: list[QxgeoError] = []
    with open_ledger(ledger) as opened:
        office = open_office(opened, plan=plan, rules=rules, list_rules=list_rules)
        for path in workbooks:
            try:
                outcome = import_return(opened, path, office, at=moment, by=by)
            except InputError as error:
                broken.append(error)
                continue
            outcomes.append(outcome)
            _print_outcome(session, outcome)
    back = [one for one in outcomes if one.refused]
    if back:
        with replace_outputs(out, record=RETURNS_RECORD) as folder:
            for number, one in enumerate(back, start=1):
                form = build_sent_back(one.board, one.returned, one.refused, as_of=moment.date())
                write_form(form, folder / _name_file(number, one), lang=session.lang)
        session.say(
            session.words(f"退回的工作簿：{out.resolve()}", f"to be sent back: {out.resolve()}")
        )
    for fault in broken:
        for lang in (session.lang, *(one for one in LANGS if one != session.lang)):
            click.echo(fault.in_language(lang), err=True)
    if back or broken:
        context.exit(2)


def _name_file(number: int, outcome: Outcome) -> str:
    """Name a workbook that is sent back; two files of one name stay two."""
    return f"退回{number:02d}_{Path(outcome.returned.file).stem}.xlsx"


def _print_outcome(session: Session, outcome: Outcome) -> None:
    """Say what came of a workbook, and what is wrong on standard error."""
    returned = outcome.returned
    session.say(
        session.words(
            f"{returned.file}：并入 {outcome.merged_rows} 行，已在台账 {outcome.known_rows} 行，"
            f"退回 {outcome.wrong_rows} 行，与他单位不一致 {outcome.conflicts} 行",
            f"{returned.file}: {outcome.merged_rows} rows merged, {outcome.known_rows} known,"
            f" {outcome.wrong_rows} sent back, {outcome.conflicts} in conflict",
        )
    )
    for one in outcome.refused[:_MOST_ROWS]:
        sheet = returned.sheet_names[one.key]
        titles = {column.key: column.title for column in outcome.board.columns(one.key)}
        for key, text in one.faults.items():
            title = titles.get(key, Text(key, key))
            click.echo(
                session.words(
                    f"  {sheet} 第 {one.row} 行“{title.zh}”：{text.zh}",
                    f'  {sheet}, row {one.row}, "{title.en}": {text.en}',
                ),
                err=True,
            )
    rest = len(outcome.refused) - _MOST_ROWS
    if rest > 0:
        click.echo(session.words(f"  ……另有 {rest} 行", f"  ... and {rest} more rows"), err=True)
