"""``qxgeo ledger verify``: prove that nothing was altered or removed."""

from __future__ import annotations

import click

from qxgeo.cli.ledger.options import ledger_option
from qxgeo.cli.session import Session, lang_option
from qxgeo.errors import Fault, LedgerError, Text
from qxgeo.ledger.history import verify_ledger
from qxgeo.ledger.store import open_ledger


@click.command(
    help="重算整条哈希链，按历史重建每一行并与各表比对；有改动则逐条指出，退出码 2。\n\n"
    "Hash the whole chain again, rebuild every row from its history and compare; whatever was"
    " altered is named, with exit code 2."
)
@ledger_option
@click.option(
    "--head",
    default="",
    metavar="HASH",
    help="以前另存的链头：末尾被删减只有靠它才看得出 · a head kept elsewhere: it alone shows that"
    " the last entries were cut off",
)
@lang_option
@click.pass_obj
def command(session: Session, *, ledger: str, head: str) -> None:
    """Verify, print the head, or name the flaws.

    Raises
    ------
    LedgerError
        With every flaw.
    """
    with open_ledger(ledger, is_read_only=True) as opened:
        found = verify_ledger(opened, head=head)
        place = opened.place
    if not found.is_sound:
        mend = Text("", "")
        faults = [Fault(file=place, problem=one.text, mend=mend) for one in found.flaws]
        rest = found.flaw_count - len(faults)
        if rest:
            more = Text(f"另有 {rest} 处", f"{rest} more")
            faults.append(Fault(file=place, problem=more, mend=mend))
        raise LedgerError(faults)
    session.say(
        session.words(
            f"完好：账目 {found.entries} 条，{found.rows} 行与历史一致\n链头：{found.head}",
            f"sound: {found.entries} entries, {found.rows} rows as the history says\n"
            f"head: {found.head}",
        )
    )
    if not head:
        session.say(
            session.words(
                "请另存链头；下次用 --head 核对，才能发现末尾的账目被删",
                "keep the head elsewhere and give it with --head: it alone shows a cut at the end",
            )
        )
