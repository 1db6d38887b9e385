"""``qxgeo sites``: a list of applications, judged row by row."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qxgeo.cli.progress import showing_progress
from qxgeo.cli.session import Session, lang_option
from qxgeo.cli.wrong_rows import print_wrong_rows
from qxgeo.district import load_district
from qxgeo.maps import write_siting_map
from qxgeo.reports import VERDICTS_RECORD, replace_outputs
from qxgeo.reports.siting.book_list import say_counts
from qxgeo.reports.siting.wording import list_banner
from qxgeo.reports.siting.writing import write_verdict_reports
from qxgeo.siting.applications import judge_applications, read_applications

if TYPE_CHECKING:
    from datetime import datetime

    from qxgeo.siting.applications import Verdicts


@click.command(
    help="判定一份申请清单（Excel、CSV、GeoPackage、GeoJSON、Shapefile），写出工作簿"
    " verdicts.xlsx、各类别的离线地图、GeoPackage 和 JSON。有误的行列明行号、列和改法，"
    "其余照常判定，此时退出码为 2。\n\n"
    "Judge a list of applications and write a workbook, an offline map for each kind, a GeoPackage"
    " and JSON. Wrong rows are listed with row, column and mend, all others are judged; the exit"
    " code is then 2."
)
@click.argument("applications", type=click.Path(path_type=Path))
@click.option(
    "--district",
    type=click.Path(path_type=Path),
    help="辖区文件夹，默认内置的七星区 · folder of the district",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("verdicts"),
    show_default=True,
    help="输出文件夹；其中别的文件不动 · folder for the results; other files in it stay",
)
@click.option("--kind", help="全表同一类别时写明 · the kind of every row")
@click.option(
    "--datum",
    metavar="DATUM",
    help="坐标基准，或在表中加“坐标系”列 · wgs84, gcj02, bd09, cgcs2000, EPSG:nnnn",
)
@click.option(
    "--accuracy",
    type=float,
    metavar="M",
    help="位置误差，米；表中“位置误差”列优先 · position error of rows that state none",
)
@click.option("--sheet", help="申请所在的工作表或图层 · sheet or layer of the applications")
@click.option(
    "--entrances",
    type=click.Path(path_type=Path),
    help="另附的出入口表 · a file of entrances",
)
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="判定时点 · the day to judge",
)
@click.option("--quiet", "-q", is_flag=True, help="只报错误 · say nothing but errors")
@lang_option
@click.pass_obj
@click.pass_context
def command(  # noqa: PLR0913 - one argument for each option
    context: click.Context,
    session: Session,
    *,
    applications: Path,
    district: Path | None,
    out: Path,
    kind: str | None,
    datum: str | None,
    accuracy: float | None,
    sheet: str | None,
    entrances: Path | None,
    as_of: datetime | None,
    quiet: bool,
) -> None:
    """Load, read, judge, write, and say what came out and what is wrong."""
    with showing_progress(session, is_quiet=quiet) as tell:
        tell(session.words("读入图层", "reading layers"))
        loaded = load_district(district, as_of=None if as_of is None else as_of.date())
        tell(session.words("读入申请", "reading applications"))
        read = read_applications(
            applications, loaded, kind=kind, datum=datum, part=sheet, entrances=entrances
        )
        verdicts = judge_applications(loaded, read, accuracy_m=accuracy, progress=tell)
        with replace_outputs(out, record=VERDICTS_RECORD) as folder:
            for checks in verdicts.checks:
                write_siting_map(
                    folder,
                    loaded,
                    checks.kind,
                    checks=checks,
                    lang=session.lang,
                    siblings=read.kinds,
                    progress=tell,
                )
            write_verdict_reports(verdicts, folder, lang=session.lang, progress=tell)
    if not quiet:
        _print_headline(session, verdicts, out)
    if read.refused:
        print_wrong_rows(session, read, out)
        context.exit(2)


def _print_headline(session: Session, verdicts: Verdicts, out: Path) -> None:
    """Say how many were judged, how, and where the results are."""
    banner, read = list_banner(verdicts, lang=session.lang), verdicts.applications
    for line in banner[:-1]:
        session.say(line)
    name = verdicts.district.name.in_language(session.lang)
    judged = read.row_count - read.refused_row_count
    session.say(
        session.words(
            f"{name} {verdicts.district.as_of}：申请 {read.row_count} 个，已判定 {judged} 个，"
            f"有误未判定 {read.refused_row_count} 个",
            f"{name} {verdicts.district.as_of}: {read.row_count} applications, {judged} judged,"
            f" {read.refused_row_count} wrong and not judged",
        )
    )
    for checks in verdicts.checks:
        title = checks.kind.title.in_language(session.lang)
        counts = say_counts(checks, lang=session.lang)
        session.say(session.words(f"  {title}：{counts}", f"  {title}: {counts}"))
    for note in read.notes:
        session.say(session.words(f"  注意：{note.zh}", f"  note: {note.en}"))
    session.say(banner[-1])
    files = {"verdicts.xlsx": session.words("工作簿", "workbook")}
    files |= {
        f"siting_{one.kind.kind_id}.html": session.words("地图", "map") for one in verdicts.checks
    }
    for file, title in files.items():
        where = (out / file).resolve()
        session.say(session.words(f"{title}：{where}", f"{title}: {where}"))
