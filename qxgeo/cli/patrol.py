"""``qxgeo patrol``: who patrols what, when and how."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qxgeo.cli.progress import showing_progress
from qxgeo.cli.session import Session, lang_option
from qxgeo.district import load_district
from qxgeo.errors import Text
from qxgeo.maps import write_patrol_map
from qxgeo.patrol.planning import plan_patrol
from qxgeo.reports import PATROL_RECORD, replace_outputs
from qxgeo.reports.patrol.record import read_owners
from qxgeo.reports.patrol.writing import write_patrol_reports
from qxgeo.vocabulary import DEMO_BANNER, NOT_LEGAL_BOUNDARY

if TYPE_CHECKING:
    from datetime import datetime

    from qxgeo.patrol.model import Patrol

_STAGES = {
    "cells": Text("划分网格", "drawing cells"),
    "risk": Text("风险评分", "scoring risk"),
    "territories": Text("划分责任区", "assigning territories"),
    "schedule": Text("排班", "scheduling"),
    "routes": Text("排路线", "planning routes"),
    "sightlines": Text("分析监控通视", "finding what cameras see"),
}
_DAY = click.DateTime(["%Y-%m-%d"])


@click.command(
    help="排定露天焚烧（熏腊肉）巡查：网格、责任区、班次、路线，每人一份责任单（PDF 和手机网页）、"
    "离线地图、Excel、日历和 GeoPackage。不给辖区则用内置的七星区（演示数据）。\n\n"
    "Plan the burning patrol: cells, territories, shifts, routes, a sheet for each person, an"
    " offline map, a workbook, a calendar and a GeoPackage. Without a district the embedded one"
    " is used."
)
@click.argument("district", required=False, type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("maps"),
    show_default=True,
    help="输出文件夹；其中别的文件不动 · folder for the results; other files in it stay",
)
@click.option(
    "--as-of",
    type=_DAY,
    metavar="YYYY-MM-DD",
    help="时点，默认排次月 · the day; the month after it",
)
@click.option("--from", "first_day", type=_DAY, metavar="YYYY-MM-DD", help="起日 · first day")
@click.option("--to", "last_day", type=_DAY, metavar="YYYY-MM-DD", help="止日 · last day")
@click.option(
    "--previous",
    type=click.Path(path_type=Path),
    metavar="PATROL.JSON",
    help="上次的 patrol.json：尽量不换人 · the last record: few cells change hands",
)
@click.option(
    "--next-cameras",
    type=click.IntRange(0, 50),
    default=0,
    help="为几个新摄像头选址 · places for so many new cameras",
)
@click.option(
    "--straight-lines",
    is_flag=True,
    help="没有道路时用直线代替，处处注明 · straight lines where there are no roads, labelled",
)
@click.option(
    "--public", is_flag=True, help="地图不含姓名，不出责任单和表 · no names, map and record only"
)
@click.option("--quiet", "-q", is_flag=True, help="只报错误 · say nothing but errors")
@lang_option
@click.pass_obj
def command(  # noqa: PLR0913 - one argument for each option
    session: Session,
    *,
    district: Path | None,
    out: Path,
    as_of: datetime | None,
    first_day: datetime | None,
    last_day: datetime | None,
    previous: Path | None,
    next_cameras: int,
    straight_lines: bool,
    public: bool,
    quiet: bool,
) -> None:
    """Load, plan, write, and say where everything is."""
    with showing_progress(session, is_quiet=quiet) as tell:
        tell(session.words("读入图层", "reading layers"))
        loaded = load_district(district, as_of=None if as_of is None else as_of.date())
        earlier = None if previous is None else read_owners(previous, district=loaded)
        patrol = plan_patrol(
            loaded,
            first_day=None if first_day is None else first_day.date(),
            last_day=None if last_day is None else last_day.date(),
            previous=earlier,
            next_cameras=next_cameras,
            is_straight_line_allowed=straight_lines,
            progress=lambda stage: tell(_STAGES[stage].in_language(session.lang)),
        )
        with replace_outputs(out, record=PATROL_RECORD) as folder:
            tell("patrol.html")
            write_patrol_map(patrol, folder, lang=session.lang, is_public=public)
            write_patrol_reports(patrol, folder, lang=session.lang, is_public=public, progress=tell)
    if not quiet:
        _print_headline(session, patrol, out, is_public=public)


def _print_headline(session: Session, patrol: Patrol, out: Path, *, is_public: bool) -> None:
    """Say how fair the assignment is, what is missing, and where the results are."""
    if patrol.is_demo:
        session.say(DEMO_BANNER)
    schedule, routes = patrol.schedule, patrol.routes
    name = patrol.district.name.in_language(session.lang)
    session.say(
        session.words(
            f"{name} {schedule.first_day} 至 {schedule.last_day}：网格 {len(patrol.cells)} 个，"
            f"责任区 {len(patrol.assignment.territories)} 个，点位 {len(patrol.points)} 处，"
            f"班次 {len(schedule.shifts)} 个，路线 {len(routes.routes)} 条",
            f"{name} {schedule.first_day} to {schedule.last_day}: {len(patrol.cells)} cells, "
            f"{len(patrol.assignment.territories)} territories, {len(patrol.points)} points, "
            f"{len(schedule.shifts)} shifts, {len(routes.routes)} routes",
        )
    )
    for one in patrol.assignment.balances:
        town = _name_township(patrol, one.township_id)
        session.say(
            session.words(
                f"  {town}：{one.person_count} 人，最大/平均工作量 {one.max_over_mean:.3f}，"
                f"可证下界 {one.bound_max_load_min / one.mean_load_min:.3f}（{one.bound.zh}）",
                f"  {town}: {one.person_count} people, max/mean load {one.max_over_mean:.3f}, "
                f"proved bound {one.bound_max_load_min / one.mean_load_min:.3f} ({one.bound.en})",
            )
        )
    for gap in patrol.gaps:
        session.say(session.words(f"  缺口：{gap.zh}", f"  gap: {gap.en}"))
    session.say(NOT_LEGAL_BOUNDARY)
    files = {"patrol.html": session.words("地图", "map")}
    if not is_public:
        files |= {
            "patrol.xlsx": session.words("台账", "workbook"),
            "patrol_sheets.pdf": session.words("责任单", "sheets"),
        }
    for file, title in files.items():
        session.say(session.words(f"{title}：{(out / file).resolve()}",
                                  f"{title}: {(out / file).resolve()}"))  # fmt: skip


def _name_township(patrol: Patrol, township_id: str) -> str:
    """Give a township's name, or its code."""
    layer = patrol.district.layers.get("townships")
    if layer is None:
        return township_id
    names = dict(zip(layer.table["township_id"], layer.table["name"], strict=True))
    return str(names.get(township_id, township_id))
