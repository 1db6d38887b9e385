"""``qxgeo ledger report``: the paper for the weekly meeting."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qxgeo.cli.ledger.office import DAY, about_ledger, moment_of, open_office, rules_options
from qxgeo.cli.ledger.options import ledger_option
from qxgeo.cli.session import Session, lang_option
from qxgeo.ledger.dispatch import list_unassigned, read_board
from qxgeo.ledger.dispatch.weekly import is_open_problem, state_of_problem
from qxgeo.ledger.history import read_rows
from qxgeo.ledger.rhythm import TaskState, list_gaps, parse_week, week_of
from qxgeo.ledger.store import open_ledger
from qxgeo.ledger.summary import list_contradictions, summarise_week
from qxgeo.reports import replace_outputs
from qxgeo.reports.atomic import REPORT_RECORD
from qxgeo.reports.ledger.weekly_paper import PaperContent, write_weekly_paper

if TYPE_CHECKING:
    from datetime import date, datetime

    from shapely.geometry.base import BaseGeometry

    from qxgeo.ledger.dispatch import Board


@click.command(
    help="周调度通报（PDF）：总数和上周对比、各单位、各乡办、逾期清单、未整改问题分布图。\n\n"
    "Write the weekly report: numbers beside last week's, units, townships, what is overdue, and a"
    " small map of open problems."
)
@ledger_option
@click.option("--week", metavar="2023-W24", help="ISO 周，默认本周 · the week")
@click.option(
    "--district",
    type=click.Path(path_type=Path),
    help="辖区文件夹，取乡办边界画图 · folder of the district, for the map",
)
@click.option("--out", type=click.Path(path_type=Path), help="输出文件夹 · folder")
@click.option("--at", type=DAY, metavar="YYYY-MM-DD", help="截至日，默认该周周日 · as of")
@rules_options
@lang_option
@click.pass_obj
def command(  # noqa: PLR0913 - one argument for each option
    session: Session,
    *,
    ledger: str,
    week: str | None,
    district: Path | None,
    out: Path | None,
    at: datetime | None,
    plan: str | None,
    rules: Path | None,
    list_rules: Path | None,
) -> None:
    """Count, draw, write, and say the headline."""
    chosen = parse_week(week) if week else week_of(moment_of(at).date())
    day = chosen.last_day if at is None else at.date()
    with open_ledger(ledger, is_read_only=True) as opened:
        office = open_office(opened, plan=plan, rules=rules, list_rules=list_rules)
        board = read_board(opened, office)
        about = about_ledger(opened)
        answers = read_rows(opened, "progress", where={"week": str(chosen)})
    summary = summarise_week(board, chosen, as_of=day)
    outlines, is_approximate = _read_outlines(district, str(about["district_code"]))
    content = PaperContent(
        district=str(about["district_name"]),
        summary=summary,
        outlines=outlines,
        problems=_list_open(board, day),
        gaps=list_gaps(office.plan),
        contradictions=list_contradictions(board, answers),
        is_demo=office.is_demo,
        is_approximate=is_approximate,
    )
    target = out or Path("reports") / str(chosen)
    with replace_outputs(target, record=REPORT_RECORD) as folder:
        write_weekly_paper(content, folder / f"周报_{chosen}.pdf", lang=session.lang)
    counts = summary.total.counts
    session.say(
        session.words(
            f"{chosen}（截至 {day}）：任务 {counts['tasks']}，逾期 {counts['task_overdue']}；"
            f"问题 {counts['problems']}，未整改 {counts['problem_open']}，"
            f"逾期 {counts['problem_overdue']}；未派 {len(list_unassigned(board))}",
            f"{chosen} (as of {day}): {counts['tasks']} tasks, {counts['task_overdue']} overdue;"
            f" {counts['problems']} problems, {counts['problem_open']} open,"
            f" {counts['problem_overdue']} overdue",
        )
    )
    session.say(session.words(f"通报：{target.resolve()}", f"report: {target.resolve()}"))


def _read_outlines(
    district: Path | None, district_code: str
) -> tuple[dict[str, BaseGeometry], bool]:
    """Read the outlines of townships; those of another district are not drawn."""
    from qxgeo.district import load_district  # noqa: PLC0415 - only where a map is drawn

    loaded = load_district(district)
    layer = loaded.layers.get("townships")
    if layer is None or (district is None and loaded.code != district_code):
        return {}, True
    table = layer.table
    return (
        dict(zip(table["township_id"].astype(str), table.geometry, strict=True)),
        layer.is_approximate,
    )


def _list_open(board: Board, day: date) -> list[dict[str, Any]]:
    """List the open problems with their places."""
    return [
        {
            "lon": one["lon"],
            "lat": one["lat"],
            "is_late": state_of_problem(board, one, day) == TaskState.OVERDUE,
        }
        for one in board.problems
        if is_open_problem(one) and (one["found_on"] or "") <= day.isoformat()
    ]
