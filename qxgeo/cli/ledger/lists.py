"""``qxgeo ledger lists``: the red and black list of a month."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qxgeo.cli.ledger.office import DAY, about_ledger, moment_of, open_office, rules_options
from qxgeo.cli.ledger.options import ledger_option
from qxgeo.cli.session import Session, lang_option
from qxgeo.ledger.dispatch import read_board
from qxgeo.ledger.history import Author, read_rows, record
from qxgeo.ledger.listing import LIST_LABELS, figure_sites, judge_lists, list_changes, parse_month
from qxgeo.ledger.store import open_ledger
from qxgeo.reports import replace_outputs
from qxgeo.reports.atomic import LISTS_RECORD
from qxgeo.reports.ledger.list_book import ListContent, write_list_book

if TYPE_CHECKING:
    from datetime import datetime


@click.command(
    help="评定一个月的工地红黑榜和信用扣分，写出工作簿，并作为“拟公布”记入台账；"
    "规则是数据（data/ledger/red_black.toml），已申诉或已核定的不再改动。\n\n"
    "Judge the red and black list and the credit deductions of a month by rules that are data,"
    " write a workbook and propose them in the ledger; what was appealed or settled stays."
)
@ledger_option
@click.option("--month", required=True, metavar="2023-06", help="月份 · the month")
@click.option("--out", type=click.Path(path_type=Path), help="输出文件夹 · folder")
@click.option("--at", type=DAY, metavar="YYYY-MM-DD", help="日期，默认今天 · the day")
@click.option("--by", default="红黑榜", show_default=True, help="经办人 · who judges")
@rules_options
@lang_option
@click.pass_obj
def command(  # noqa: PLR0913 - one argument for each option
    session: Session,
    *,
    ledger: str,
    month: str,
    out: Path | None,
    at: datetime | None,
    by: str,
    plan: str | None,
    rules: Path | None,
    list_rules: Path | None,
) -> None:
    """Judge, record, write, and say how many are on which list."""
    moment, chosen = moment_of(at), parse_month(month)
    with open_ledger(ledger) as opened:
        office = open_office(opened, plan=plan, rules=rules, list_rules=list_rules)
        board = read_board(opened, office)
        figures = figure_sites(
            office.list_rules,
            chosen,
            sites=board.sites,
            inspections=board.inspections,
            problems=board.problems,
        )
        entries = judge_lists(office.list_rules, chosen, figures)
        known = read_rows(opened, "lists", where={"month": chosen.label})
        changes = list(list_changes(office.list_rules, entries, known=known, month=chosen.label))
        if changes:
            record(opened, changes, author=Author(name=by, at=moment))
        district = str(about_ledger(opened)["district_name"])
    target = out or Path("lists") / chosen.label
    with replace_outputs(target, record=LISTS_RECORD) as folder:
        content = ListContent(
            rules=office.list_rules,
            entries=entries,
            figures=figures,
            month=chosen.label,
            district=district,
            as_of=moment.date(),
            is_demo=office.is_demo,
        )
        file = folder / f"红黑榜_{chosen.label}.xlsx"
        write_list_book(content, file, lang=session.lang)
    counts = [
        f"{label.in_language(session.lang)} {sum(one.kind == kind for one in entries)}"
        for kind, label in LIST_LABELS.items()
    ]
    session.say(f"{chosen.label}  " + "  ".join(counts))
    session.say(session.words(f"工作簿：{target.resolve()}", f"workbook: {target.resolve()}"))
