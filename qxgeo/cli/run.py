"""``qxgeo run``: the main job."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qxgeo.assess import assess, shelve
from qxgeo.cli.piece_options import piece_options
from qxgeo.cli.progress import showing_progress
from qxgeo.cli.scaled import FINDINGS, Means, is_too_large, run_streamed, write_scaled
from qxgeo.cli.session import Session, lang_option
from qxgeo.district import STREAM_FROM_ROWS, load_district
from qxgeo.errors import Text
from qxgeo.maps import write_maps
from qxgeo.maps.scaled import MOST_PARTS
from qxgeo.reports import replace_outputs, write_reports
from qxgeo.vocabulary import DEMO_BANNER, NOT_LEGAL_BOUNDARY, OUTSIDE_DISTRICT, Verdict

if TYPE_CHECKING:
    from datetime import datetime

    from qxgeo.assess import Assessment

PAGES = {
    "keep_wet": Text("保持湿润的道路", "roads to keep wet"),
    "repair": Text("加快修缮的道路", "roads to repair first"),
    "restricted": Text("受限的区域和场所", "restricted areas and places"),
    "other": Text("其他规则", "other rules"),
}
_SMALL_M2 = 100_000.0  # below it square kilometres would round too much away


@click.command(
    help="判定方案的全部规则，写出离线地图（index.html）、清单（xlsx）、GeoPackage 和 GeoParquet。"
    "不给辖区则用内置的七星区。\n\n"
    "Judge every rule of the plan and write offline maps (index.html), lists, GeoPackage and"
    " GeoParquet. Without a district the embedded one is used."
)
@click.argument("district", required=False, type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("maps"),
    show_default=True,
    help="输出文件夹，整体替换 · folder for the results, replaced as a whole",
)
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="判定时点 · the day to judge",
)
@click.option(
    "--tianditu-key",
    envvar="QXGEO_TIANDITU_KEY",
    help="天地图密钥，作可选的在线底图 · key of the optional online base map",
)
@click.option(
    "--osm-tiles",
    is_flag=True,
    help="另加 OpenStreetMap 在线底图，默认关闭 · offer OpenStreetMap's tiles, off at first",
)
@piece_options(
    memory_mb=2000.0,
    memory_help="分块读取道路时每个进程的内存上限"
    " · memory of each process while roads are streamed",
)
@click.option(
    "--stream-from",
    type=click.IntRange(min=0),
    default=STREAM_FROM_ROWS,
    show_default=True,
    metavar="ROWS",
    help="道路从多少行起分块读取（GeoParquet）· roads in GeoParquet of so many rows are streamed",
)
@click.option(
    "--page-parts",
    type=click.IntRange(min=1),
    default=MOST_PARTS,
    show_default=True,
    metavar="N",
    help="一张图最多画多少条结论，超过则按乡镇街道出图 · most findings of a map; beyond, maps by"
    " township",
)
@click.option("--quiet", "-q", is_flag=True, help="只报错误 · say nothing but errors")
@lang_option
@click.pass_obj
def command(  # noqa: PLR0913 - the options of the command
    session: Session,
    *,
    district: Path | None,
    out: Path,
    as_of: datetime | None,
    tianditu_key: str | None,
    osm_tiles: bool,
    memory_mb: float,
    workers: int,
    dask: str | None,
    work_folder: Path | None,
    restart: bool,
    stream_from: int,
    page_parts: int,
    quiet: bool,
) -> None:
    """Load, assess, write, and say where the maps are."""
    online = {"tianditu": tianditu_key} if tianditu_key else {}
    online |= {"osm": ""} if osm_tiles else {}
    with showing_progress(session, is_quiet=quiet) as tell:
        tell(session.words("读入图层", "reading layers"))
        loaded = load_district(
            district, as_of=None if as_of is None else as_of.date(), stream_from=stream_from
        )
        means = Means(
            session.lang, online, page_parts, memory_mb, workers, dask, work_folder, restart
        )
        if any(layer.streamed is not None for layer in loaded.layers.values()):
            assessment, findings = run_streamed(loaded, out, means, tell)
        else:
            assessment = assess(loaded, progress=tell)
            findings = len(assessment.findings)
            with replace_outputs(out) as folder:
                if is_too_large(assessment, most_parts=page_parts):
                    shelf = shelve(assessment, folder / FINDINGS)
                    write_scaled(assessment, shelf, folder, means, tell)
                else:
                    write_maps(
                        assessment, folder, lang=session.lang, online_base=online, progress=tell
                    )
                    write_reports(assessment, folder, lang=session.lang, progress=tell)
    if not quiet:
        _print_headline(session, assessment, findings, out)


def _print_headline(session: Session, assessment: Assessment, findings: int, out: Path) -> None:
    """Say what was judged, the totals of each page, and where the results are."""
    if assessment.is_demo:
        session.say(DEMO_BANNER)
    name = assessment.district.name.in_language(session.lang)
    judged, gaps = len(assessment.rule_counts), len(assessment.gaps)
    session.say(
        session.words(
            f"{name} {assessment.as_of}：判定规则 {judged} 条，缺口 {gaps} 条，"
            f"假设 {len(assessment.assumptions)} 条，结论 {findings} 行",
            f"{name} {assessment.as_of}: {judged} rules judged, {gaps} gaps,"
            f" {len(assessment.assumptions)} assumptions, {findings} findings",
        )
    )
    for page, title in PAGES.items():
        line = _describe_page(session, assessment, page)
        if line:
            session.say(f"  {title.in_language(session.lang)}: {line}")
    session.say(NOT_LEGAL_BOUNDARY)
    index = (out / "index.html").resolve()
    session.say(session.words(f"地图：{index}", f"maps: {index}"))
    session.say(
        session.words(
            f"清单：{index.with_name('lists.xlsx')}", f"lists: {index.with_name('lists.xlsx')}"
        )
    )


def _describe_page(session: Session, assessment: Assessment, page: str) -> str:
    """Word the totals of a page: what applies, and what is too close to call."""
    totals = assessment.totals
    rows = totals[(totals["scope"] == f"page:{page}") & (totals["township_id"] == "all")]
    beyond = totals[
        (totals["scope"] == f"page:{page}") & (totals["township_id"] == OUTSIDE_DISTRICT)
    ].set_index("verdict")["length_m"]
    parts = []
    words = {
        Verdict.APPLIES: session.words("适用", "applies"),
        Verdict.TOO_CLOSE_TO_CALL: session.words("临界", "too close to call"),
    }
    for verdict, word in words.items():
        for row in rows[rows["verdict"] == str(verdict)].to_dict("records"):
            amounts = [session.words(f"{row['count']} 处", f"{row['count']} places")]
            amounts += [f"{row['length_m'] / 1e3:.2f} km"] if row["length_m"] > 0 else []
            amounts += [_area(row["area_m2"])] if row["area_m2"] > 0 else []
            outside_km = float(beyond.get(str(verdict), 0.0)) / 1e3
            if outside_km > 0:
                amounts.append(
                    session.words(
                        f"其中辖区外 {outside_km:.2f} km", f"{outside_km:.2f} km of it outside"
                    )
                )
            parts.append(f"{word} " + ", ".join(amounts))
    return "; ".join(parts)


def _area(area_m2: float) -> str:
    """Write an area in the unit that shows it."""
    return f"{area_m2 / 1e6:.2f} km2" if area_m2 >= _SMALL_M2 else f"{area_m2:,.0f} m2"
