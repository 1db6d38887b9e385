"""``qxgeo ledger show``: what is in the ledger, a row, and how it came to be."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from qxgeo.cli.ledger.options import ledger_option, parse_pairs
from qxgeo.cli.session import Session, lang_option
from qxgeo.errors import Fault, LedgerError, Text
from qxgeo.ledger.history import count_rows, read_entries, read_head, read_rows
from qxgeo.ledger.store import TABLES, open_ledger, table_contract

if TYPE_CHECKING:
    from qxgeo.ledger.history import Entry
    from qxgeo.ledger.store import Ledger, TableContract

_MOST = 50  # rows on a screen


@click.command(
    help="不给表名则列出各表行数；给表名列出各行；再给编号，显示这一行和它的全部历史。\n\n"
    "Without a table, how much is in each; with one, its rows; with an id, that row and all its"
    " history."
)
@click.argument("table", required=False)
@click.argument("row_id", required=False)
@click.option(
    "--where", "pairs", multiple=True, metavar="列=值", help="只列这些行 · only such rows"
)
@click.option(
    "--limit", type=click.IntRange(min=1), default=_MOST, show_default=True, help="至多几行 · rows"
)
@click.option("--public", is_flag=True, help="不显示姓名、电话等 · without names, phones ...")
@ledger_option
@lang_option
@click.pass_obj
def command(
    session: Session,
    *,
    table: str | None,
    row_id: str | None,
    pairs: tuple[str, ...],
    limit: int,
    public: bool,
    ledger: str,
) -> None:
    """Show tables, rows, or one row with its history."""
    where = parse_pairs(pairs, option="--where")
    with open_ledger(ledger, is_read_only=True) as opened:
        if table is None:
            _show_tables(session, opened)
        elif row_id is None:
            _show_rows(session, opened, table_contract(table), where, limit, is_public=public)
        else:
            _show_row(session, opened, table_contract(table), row_id, is_public=public)


def _show_tables(session: Session, ledger: Ledger) -> None:
    """Say how much is in each table, and where the chain has got to."""
    for one in TABLES.values():
        count = count_rows(ledger, one.name)
        session.say(f"{one.name}\t{one.title.in_language(session.lang)}\t{count}")
    number, digits = read_head(ledger)
    session.say(session.words(f"账目 {number} 条，链头 {digits}", f"{number} entries, {digits}"))


def _show_rows(
    session: Session,
    ledger: Ledger,
    contract: TableContract,
    where: dict[str, str],
    limit: int,
    *,
    is_public: bool,
) -> None:
    """List rows, one on a line, without the columns that are blank in all of them."""
    count = count_rows(ledger, contract.name, where=where)
    rows = read_rows(ledger, contract.name, where=where, limit=limit)
    names = [
        one.name
        for one in contract.fields.values()
        if one.kind != "details"
        and not (is_public and one.is_personal)
        and any(row[one.name] is not None for row in rows)
    ]
    titles = [contract.fields[name].title.in_language(session.lang) for name in names]
    session.say("\t".join([session.words("编号", "id"), *titles]))
    for row in rows:
        session.say("\t".join([row["id"], *(_cell(row[name]) for name in names)]))
    session.say(
        session.words(
            f"共 {count} 行，列出 {len(rows)} 行",
            f"{count} rows, {len(rows)} shown",
        )
    )


def _cell(value: object) -> str:
    """Keep a value on its line and out of the terminal's control."""
    return "" if value is None else "".join(one if one.isprintable() else " " for one in str(value))


def _show_row(
    session: Session, ledger: Ledger, contract: TableContract, row_id: str, *, is_public: bool
) -> None:
    """Show one row and every entry that made it.

    Raises
    ------
    LedgerError
        If neither the table nor the history knows it.
    """
    rows = read_rows(ledger, contract.name, where={"id": row_id})
    entries = read_entries(ledger, table=contract.name, row_id=row_id)
    if not entries:
        problem = Text(f"没有 {row_id}", f"there is no {row_id}")
        mend = Text(f"列出各行：qxgeo ledger show {contract.name}", "look at the table's rows")
        raise LedgerError(Fault(file=contract.name, problem=problem, mend=mend))
    hidden = {one.name for one in contract.fields.values() if is_public and one.is_personal}
    for field in contract.fields.values() if rows else ():
        value = rows[0][field.name]
        if value is not None and field.name not in hidden:
            session.say(f"{field.title.in_language(session.lang)}\t{_cell(value)}")
    if not rows:
        session.say(session.words("这一行已移除", "this row was taken out"))
    for entry in entries:
        session.say(_line(session, entry, hidden, is_public=is_public))


def _line(session: Session, entry: Entry, hidden: set[str], *, is_public: bool) -> str:
    """Put an entry on one line: number, moment, who, from where, before and after."""
    source = entry.source
    row = "" if source.row is None else session.words(f"第 {source.row} 行", f"row {source.row}")
    place = " ".join(one for one in (source.file, source.sheet, row) if one)
    who = entry.unit if is_public else " ".join(one for one in (entry.person, entry.unit) if one)
    before, after = (_without(one, hidden) for one in (entry.before, entry.after))
    return _cell(f"#{entry.number} {entry.at} {who} [{place}] {before} → {after}")


def _without(state: dict[str, Any] | None, hidden: set[str]) -> str:
    """Write a state without hidden columns; a dash for no row."""
    if state is None:
        return "—"
    shown = {name: value for name, value in state.items() if name not in hidden}
    return json.dumps(shown, ensure_ascii=False, sort_keys=True)
