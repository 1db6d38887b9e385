"""``qxgeo fetch``: data from services into a district's folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.progress import Progress

from qxgeo.cli.session import Session, lang_option, open_console
from qxgeo.district import reach_area, save_roads, survey_district
from qxgeo.errors import DistrictError, Fault, Text
from qxgeo.readers.overpass import DEFAULT_ENDPOINTS, Service, fetch_roads

if TYPE_CHECKING:
    import shapely

    from qxgeo.district import Survey
    from qxgeo.readers.result import ReadResult

ROADS_FILE = Path("roads", "osm_roads.geojson")
TOML_LINES = """
[layers.roads]
path = "{path}"
datum = "wgs84"
accuracy_m = 10
source = "OpenStreetMap contributors (Overpass)"
licence = "ODbL 1.0"
"""
CACHE_FOLDER = Path(".qxgeo-cache", "overpass")


@click.group(
    help="从网络服务取数据放进辖区文件夹。\n\n"
    "Download data from a service into a district's folder."
)
def command() -> None:
    """Hold the sources."""


@command.command(
    "roads",
    help="从 OpenStreetMap（Overpass）下载辖区和站点圆所及的全部道路；中断后再运行会接着下载。\n\n"
    "Download every road that reaches the district or a station's disc from OpenStreetMap"
    " (Overpass). Run again to resume.",
)
@click.argument("district", type=click.Path(path_type=Path))
@click.option(
    "--endpoint",
    multiple=True,
    metavar="URL",
    help=f"服务地址，可多次给出，依次尝试 · service, may be repeated [{DEFAULT_ENDPOINTS[0]}, …]",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=Service().timeout_s,
    show_default=True,
    help="服务最长的沉默，秒 · longest silence of the service, seconds",
)
@click.option("--quiet", "-q", is_flag=True, help="只报错误 · say nothing but errors")
@lang_option
@click.pass_obj
def roads(
    session: Session, *, district: Path, endpoint: tuple[str, ...], timeout: float, quiet: bool
) -> None:
    """Download roads, save them, and say what to write into district.toml."""
    survey = survey_district(district)
    area = _draw_area(survey)
    folder = survey.district.folder
    service = Service(endpoints=endpoint or DEFAULT_ENDPOINTS, timeout_s=timeout)
    result = _fetch(session, area, folder / CACHE_FOLDER, service, is_quiet=quiet)
    file = folder / ROADS_FILE
    save_roads(result.table, file)
    if quiet:
        return
    for note in result.notes:
        session.say(note)
    session.say(
        session.words(
            f"已写 {len(result.table)} 个路段：{file}",
            f"{len(result.table)} sections written: {file}",
        )
    )
    session.say(
        session.words(
            f"把 {survey.district.path.name} 中的 [layers.roads] 写成：",
            f"make [layers.roads] in {survey.district.path.name} read:",
        )
    )
    session.say(TOML_LINES.format(path=ROADS_FILE.as_posix()))


def _draw_area(survey: Survey) -> shapely.Polygon | shapely.MultiPolygon:
    """Say where roads are wanted; only the boundary, the stations and the plan must be in order.

    Raises
    ------
    DistrictError
        If one of them is not.
    """
    if survey.plan is not None and "boundary" in survey.district.layers:
        return reach_area(survey.district, survey.plan)
    faults = [fault for error in survey.errors for fault in error.faults]
    faults.append(
        Fault(
            file=survey.district.path.name,
            problem=Text("下载道路要先有辖区界线和方案", "roads need a boundary and a plan first"),
            mend=Text("先改好以上各处", "mend the points above first"),
        )
    )
    raise DistrictError(faults)


def _fetch(
    session: Session,
    area: shapely.Polygon | shapely.MultiPolygon,
    cache: Path,
    service: Service,
    *,
    is_quiet: bool,
) -> ReadResult:
    """Download, with a bar on standard error while it is a terminal."""
    console = open_console(is_for_progress=True)
    if is_quiet or not console.is_terminal:
        return fetch_roads(area, cache_dir=cache, service=service)
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task(session.words("下载道路", "downloading roads"), total=None)
        return fetch_roads(
            area,
            cache_dir=cache,
            service=service,
            progress=lambda done, total: progress.update(task, completed=done, total=total),
        )
