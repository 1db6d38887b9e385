"""What is said of the rows of a list that could not be judged, while all others were."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from qxgeo.cli.session import LANGS, Session
from qxgeo.errors import Text

if TYPE_CHECKING:
    from pathlib import Path

    from qxgeo.siting.applications import Applications

_MOST_FAULTS = 40  # on the screen; the workbook lists all of them


def print_wrong_rows(session: Session, read: Applications, out: Path) -> None:
    """Say on standard error which rows are wrong, and that the results were written.

    Parameters
    ----------
    session
        Knows the language that comes first.
    read
        The list.
    out
        Where the results are.
    """
    sheet = session.words("未判定", "Not judged")
    wrong, judged = read.refused_row_count, read.row_count - read.refused_row_count
    count, rest = len(read.refused), len(read.refused) - _MOST_FAULTS
    head = Text(
        f"有 {wrong} 个申请有误，没有判定；其余 {judged} 个已判定，结果已写出（{out}）。"
        f"要改 {count} 处，工作簿“{sheet}”表全列：",
        f"{wrong} applications are wrong and not judged; the other {judged} are judged and written"
        f' ({out}). {count} things to mend, all of them on the sheet "{sheet}":',
    )
    more = Text(f"……另有 {rest} 处", f"... and {rest} more")
    for lang in (session.lang, *(lang for lang in LANGS if lang != session.lang)):
        click.echo(head.in_language(lang), err=True)
        for one in read.refused[:_MOST_FAULTS]:
            click.echo(one.fault.in_language(lang), err=True)
        if rest > 0:
            click.echo(more.in_language(lang), err=True)
