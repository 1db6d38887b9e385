"""``qxgeo ledger upgrade``: lift an old ledger to this program's schema."""

from __future__ import annotations

import click

from qxgeo.cli.ledger.options import ledger_option
from qxgeo.cli.session import Session, lang_option
from qxgeo.ledger.store import upgrade_ledger


@click.command(
    help="把旧版程序写成的账本升级到本程序的结构：要么全部完成，要么一处不动。请先备份。\n\n"
    "Lift a ledger of an older program to this one's schema, all of it or nothing. Make a backup"
    " first."
)
@ledger_option
@lang_option
@click.pass_obj
def command(session: Session, *, ledger: str) -> None:
    """Upgrade, and say from where to where."""
    before, after = upgrade_ledger(ledger)
    if before == after:
        session.say(session.words(f"已是最新结构 {after}", f"schema {after} is the newest"))
    else:
        session.say(session.words(f"已升级：{before} → {after}", f"upgraded: {before} → {after}"))
