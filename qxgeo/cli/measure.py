"""``qxgeo measure``: how much road lies within a radius of stations, of one district or of all."""

from __future__ import annotations

import csv
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qxgeo.cli.piece_options import piece_options
from qxgeo.cli.progress import showing_progress
from qxgeo.cli.session import Session, lang_option
from qxgeo.datasets import open_dataset
from qxgeo.readers import read_table
from qxgeo.reports import MEASURE_RECORD, replace_outputs
from qxgeo.reports.neutral import neutralise
from qxgeo.reports.run_record import format_record
from qxgeo.streaming import clear_journal, connect, measure_roads
from qxgeo.streaming.sums import NANOMETRES

if TYPE_CHECKING:
    import geopandas as gpd

    from qxgeo.cli.progress import Tell
    from qxgeo.streaming import RoadTotals

TOTALS, PARTS = "totals.csv", "parts"
_MILLIMETRE = 1_000_000  # in nanometres
_HEADINGS = {
    "zh": ("乡镇街道编号", "乡镇街道", "路段数", "段数", "长度_米"),
    "en": ("township_id", "name", "roads", "parts", "length_m"),
}


@click.command(
    help="全省、全国的道路，哪些段在监测站若干米以内，按乡镇街道各有多长：逐块读取，内存有上限，"
    "中断后再运行同一命令即接着做。写出 totals.csv、measure.json，加 --parts 另写各段"
    "（GeoParquet）。\n\n"
    "Which parts of the roads of a province or a country lie within a distance of stations, and"
    " how long they are by township: piece by piece, in bounded memory; the same command goes on"
    " after an interruption."
)
@click.argument("roads", type=click.Path(path_type=Path))
@click.option(
    "--stations",
    type=click.Path(path_type=Path),
    required=True,
    help="监测站表 · table of stations",
)
@click.option(
    "--territories",
    type=click.Path(path_type=Path),
    required=True,
    help="乡镇街道的面 · polygons of townships",
)
@click.option(
    "--radius-m",
    type=float,
    required=True,
    metavar="M",
    help="距离，地面米数 · distance, ground metres",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("measured"),
    show_default=True,
    help="输出文件夹 · folder for the results",
)
@click.option("--parts", is_flag=True, help="另写每一段及最近的站 · write every part, too")
@click.option(
    "--road-column",
    default="",
    metavar="NAME",
    help="各段用哪一列作道路编号 · column that names a road",
)
@click.option(
    "--datum", metavar="DATUM", help="监测站、乡镇街道的坐标基准 · datum of stations and townships"
)
@piece_options(
    memory_mb=1000.0,
    memory_help="每个进程的内存上限，约数 · about how much memory each process may take",
)
@click.option("--quiet", "-q", is_flag=True, help="只报错误 · say nothing but errors")
@lang_option
@click.pass_obj
def command(  # noqa: PLR0913 - one argument for each option
    session: Session,
    *,
    roads: Path,
    stations: Path,
    territories: Path,
    radius_m: float,
    out: Path,
    parts: bool,
    road_column: str,
    datum: str | None,
    memory_mb: float,
    workers: int,
    dask: str | None,
    work_folder: Path | None,
    restart: bool,
    quiet: bool,
) -> None:
    """Open, measure, write, and say how much it is."""
    target = out.resolve()
    work = work_folder or target.parent / f".{target.name}.qxgeo-measure"
    with showing_progress(session, is_quiet=quiet) as tell:
        tell(session.words("读入", "reading"))
        dataset = open_dataset(roads)
        places = read_table(stations, layer="stations", datum=datum).table
        towns = read_table(territories, layer="townships", datum=datum).table
        with (
            connect(dask) if dask else nullcontext() as client,
            replace_outputs(out, record=MEASURE_RECORD) as folder,
        ):
            totals = measure_roads(
                dataset,
                places.get_coordinates().to_numpy(),
                towns.geometry.to_numpy(),
                radius_m=radius_m,
                out=folder / PARTS if parts else None,
                station_ids=places["station_id"].tolist(),
                territory_ids=towns["township_id"].tolist(),
                road_column=road_column,
                work_folder=work,
                memory_mb=memory_mb,
                workers=workers,
                client=client,
                restart=restart,
                progress=_name_pieces(session, tell),
            )
            _write(folder, totals, towns, session)
            inputs = {"roads": dataset.fingerprint, "rows": dataset.rows}
            record = _record(totals, inputs, stations=len(places))
            (folder / MEASURE_RECORD).write_text(
                format_record(record), encoding="utf-8", newline="\n"
            )
    clear_journal(work)
    if not quiet:
        _say(session, totals, out)


def _name_pieces(session: Session, tell: Tell) -> Tell:
    """Say what is counted."""
    words = session.words("已量的块", "pieces measured")

    def show(_what: str, done: float = 0.0, total: float = 0.0, /) -> None:
        tell(words, done, total)

    return show


def _write(folder: Path, totals: RoadTotals, towns: gpd.GeoDataFrame, session: Session) -> None:
    """Write the totals of each township, then of what lies in none."""
    outside = session.words("不在任何乡镇街道", "in no township")
    columns = (totals.road_counts, totals.part_counts, totals.length_nm)
    rows = list(zip(towns["township_id"], towns["name"], *columns, strict=True))
    rows.append(("", outside, totals.outside_roads, totals.outside_parts, totals.outside_nm))
    with (folder / TOTALS).open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(_HEADINGS[session.lang])
        for town, name, roads, parts, nanometres in rows:
            millimetres = (nanometres + _MILLIMETRE // 2) // _MILLIMETRE
            length_m = f"{millimetres // 1000}.{millimetres % 1000:03d}"
            writer.writerow([neutralise(str(town)), neutralise(str(name)), roads, parts, length_m])


def _record(totals: RoadTotals, inputs: dict[str, Any], *, stations: int) -> dict[str, Any]:
    """Give what was measured, exactly."""
    return {
        "inputs": {**inputs, "stations": stations, "townships": len(totals.length_nm)},
        "radius_m": totals.radius_m,
        "roads_inside": totals.roads,
        "total_nm": totals.total_nm,
        "outside_nm": totals.outside_nm,
    }


def _say(session: Session, totals: RoadTotals, out: Path) -> None:
    """Say how much it is and where it stands."""
    length_m, outside_m = totals.total_nm / NANOMETRES, totals.outside_nm / NANOMETRES
    session.say(
        session.words(
            f"{totals.radius_m:,g} 米以内：道路 {totals.roads:,} 条，"
            f"共 {length_m / 1000:,.3f} 千米，其中 {outside_m / 1000:,.3f} 千米不在任何乡镇街道",
            f"within {totals.radius_m:,g} m: {totals.roads:,} roads, {length_m / 1000:,.3f} km, of"
            f" which {outside_m / 1000:,.3f} km in no township",
        )
    )
    where = (out / TOTALS).resolve()
    session.say(session.words(f"合计：{where}", f"totals: {where}"))
