"""``qxgeo siting``: where each kind of site may open, as maps that judge a place when clicked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qxgeo.cli.progress import showing_progress
from qxgeo.cli.session import Session, lang_option
from qxgeo.cli.wrong_rows import print_wrong_rows
from qxgeo.district import load_district
from qxgeo.district.layer_entry import DATUM_OF_FILE
from qxgeo.maps import write_siting_map
from qxgeo.reports import SITING_RECORD, replace_outputs
from qxgeo.reports.siting.area_files import write_siting_reports
from qxgeo.reports.siting.book_list import say_counts
from qxgeo.reports.siting.wording import NOT_DECIDED, list_banner
from qxgeo.resources import data_dir
from qxgeo.siting.applications import judge_applications, read_applications
from qxgeo.siting.overview import look_over
from qxgeo.vocabulary import SITE_VERDICT_LABELS, SiteVerdict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    import geopandas as gpd

    from qxgeo.district import District
    from qxgeo.siting.applications import Verdicts
    from qxgeo.siting.area import EligibleArea
    from qxgeo.siting.overview import Overview

_CANDIDATES = "candidates"  # the layer of a district that lists applications
_DEMO = Path("demo") / "applications.csv"  # of the embedded district


@click.command(
    help="各类场所可在辖区哪里开办：每类一张离线地图（点击即出判定卡），另有面积工作簿"
    " siting.xlsx、GeoPackage 和 JSON。申请取自 --applications 或辖区的 candidates 图层；"
    "不给辖区则用内置的七星区，附演示申请。\n\n"
    "Where each kind of site may open: an offline map for each kind that judges a place when it is"
    " clicked, a workbook of areas, a GeoPackage and JSON. Applications come from --applications or"
    " the district's layer candidates. Without a district the embedded one is used, with"
    " demonstration applications."
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
    "--kind",
    "kinds",
    multiple=True,
    help="只要这类场所，可多次 · this kind alone, repeatable",
)
@click.option(
    "--applications",
    type=click.Path(path_type=Path),
    help="一并判定的申请清单，同 qxgeo sites · a list of applications to show",
)
@click.option(
    "--datum",
    metavar="DATUM",
    help="申请清单的坐标基准 · datum of the applications",
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
    district: Path | None,
    out: Path,
    kinds: tuple[str, ...],
    applications: Path | None,
    datum: str | None,
    as_of: datetime | None,
    quiet: bool,
) -> None:
    """Load, look over, write, and say how much ground is left and where the maps are."""
    with showing_progress(session, is_quiet=quiet) as tell:
        tell(session.words("读入图层", "reading layers"))
        loaded = load_district(district, as_of=None if as_of is None else as_of.date())
        verdicts = None
        if applications is not None:
            verdicts = _judge(loaded, tell, path=applications, datum=datum)
        elif _CANDIDATES in loaded.layers:
            verdicts = _judge_candidates(loaded, tell)
        elif district is None:
            verdicts = _judge(loaded, tell, path=data_dir() / _DEMO, datum="wgs84")
        overview = look_over(loaded, kinds=kinds, verdicts=verdicts, progress=tell)
        with replace_outputs(out, record=SITING_RECORD) as folder:
            for area in overview.areas:
                write_siting_map(
                    folder,
                    loaded,
                    area.kind,
                    checks=overview.checks_of(area.kind),
                    lang=session.lang,
                    eligible=_drawable(area),
                    siblings=overview.kinds,
                    progress=tell,
                )
            write_siting_reports(overview, folder, lang=session.lang, progress=tell)
    if not quiet:
        _print_headline(session, overview, out)
    if verdicts is not None and verdicts.applications.refused:
        print_wrong_rows(session, verdicts.applications, out)
        context.exit(2)


def _judge(
    district: District,
    tell: Callable[[str], object],
    *,
    path: Path,
    datum: str | None,
    accuracy_m: float | None = None,
) -> Verdicts:
    """Read and judge the applications that stand beside the ground."""
    read = read_applications(path, district, datum=datum)
    return judge_applications(district, read, accuracy_m=accuracy_m, progress=tell)


def _judge_candidates(district: District, tell: Callable[[str], object]) -> Verdicts:
    """Judge the list that the district itself names, with the accuracy that it states."""
    layer = district.layers[_CANDIDATES]
    datum = None if layer.datum == DATUM_OF_FILE else layer.datum
    return _judge(district, tell, path=layer.path, datum=datum, accuracy_m=layer.accuracy_m)


def _drawable(area: EligibleArea) -> gpd.GeoDataFrame:
    """Give the ground to draw: nothing is called allowed while a clause is not drawn."""
    return area.parts if area.is_complete else area.parts[~area.parts["is_eligible"]]


def _print_headline(session: Session, overview: Overview, out: Path) -> None:
    """Say how much ground each kind has, what is not drawn, and where the results are."""
    *warnings, aid = list_banner(overview, lang=session.lang)
    for line in warnings:
        session.say(line)
    name = overview.district.name.in_language(session.lang)
    session.say(f"{name} {overview.district.as_of}")
    for area in overview.areas:
        title = area.kind.title.in_language(session.lang)
        parts = _describe_ground(area, session)
        session.say(
            session.words(f"  {title}：{'、'.join(parts)}", f"  {title}: {', '.join(parts)}")
        )
        if area.gaps:
            rules = [gap.rule_id for gap in area.gaps]
            session.say(
                session.words(
                    f"    未画出：{'、'.join(rules)}", f"    not drawn: {', '.join(rules)}"
                )
            )
        checks = overview.checks_of(area.kind)
        if checks is not None:
            counts = say_counts(checks, lang=session.lang)
            session.say(session.words(f"    申请：{counts}", f"    applications: {counts}"))
    session.say(aid)
    _print_files(session, overview, out)


def _describe_ground(area: EligibleArea, session: Session) -> Sequence[str]:
    """Word the ground of a kind, the most binding verdict first."""
    sums = area.parts.groupby("verdict")["area_km2"].sum()
    free = {str(one) for one in area.parts["verdict"][area.parts["is_eligible"]]}
    words = []
    for verdict in SiteVerdict:
        if str(verdict) not in sums.index:
            continue
        is_open = str(verdict) in free and not area.is_complete
        label = NOT_DECIDED if is_open else SITE_VERDICT_LABELS[verdict]
        words.append(f"{label.in_language(session.lang)} {sums[str(verdict)]:.2f} km²")
    return words


def _print_files(session: Session, overview: Overview, out: Path) -> None:
    """Say where the maps and the workbook are."""
    for kind in overview.kinds:
        where = (out / f"siting_{kind.kind_id}.html").resolve()
        session.say(session.words(f"地图：{where}", f"map: {where}"))
    where = (out / "siting.xlsx").resolve()
    session.say(session.words(f"工作簿：{where}", f"workbook: {where}"))
