"""``qxgeo ledger add``: put a row in by hand, or the rows of a file."""

from __future__ import annotations

from pathlib import Path

import click

from qxgeo.cli.ledger.options import author_options, ledger_option, parse_author, parse_pairs
from qxgeo.cli.session import Session, lang_option
from qxgeo.ledger.entering import file_changes, hand_change
from qxgeo.ledger.history import record
from qxgeo.ledger.store import open_ledger


@click.command(
    help="往一张表登记：给文件则按行导入（表头用列名或中文名，其余列归入“其他”），"
    "不给文件则用 --set 写一行。重复导入不会重复登记。\n\n"
    "Put rows into a table: those of a CSV or Excel file (headings are column names or their"
    " Chinese titles; other columns go into details), or one written with --set. The same again"
    " changes nothing."
)
@click.argument("table")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--sheet", help="工作表 · sheet of a workbook")
@click.option("--id", "row_id", help="行的编号；已有则改这一行 · id of the row, changed if there")
@click.option(
    "--set", "pairs", multiple=True, metavar="列=值", help="一列的值，可多次 · a column's value"
)
@ledger_option
@author_options
@lang_option
@click.pass_obj
def command(  # noqa: PLR0913 - one argument for each option
    session: Session,
    *,
    table: str,
    file: Path | None,
    sheet: str | None,
    row_id: str | None,
    pairs: tuple[str, ...],
    ledger: str,
    who: str,
    unit: str,
    at: str | None,
) -> None:
    """Read what is to be put in, record it, and say what changed.

    Raises
    ------
    UsageError
        If there is neither a file nor a value, or both.
    """
    if (file is None) != bool(pairs) or (file is not None and row_id is not None):
        message = "FILE or --set, one of them（给文件，或给 --set 和 --id，二者取一）"
        raise click.UsageError(message)
    author = parse_author(who, unit, at)
    if file is not None:
        changes = file_changes(table, file, sheet=sheet)
    else:
        changes = [hand_change(table, parse_pairs(pairs, option="--set"), row_id=row_id)]
    with open_ledger(ledger) as opened:
        done = record(opened, changes, author=author)
    session.say(
        session.words(
            f"记入 {done.entries} 条账目，{done.unchanged} 行与账本相同\n链头：{done.head}",
            f"{done.entries} entries, {done.unchanged} rows say what the ledger says\n"
            f"head: {done.head}",
        )
    )
    if file is None:
        session.say(changes[0].row_id)
