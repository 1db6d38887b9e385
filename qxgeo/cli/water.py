"""``qxgeo water``: who drives which water cart where and when, so that roads stay wet."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qxgeo.cli.progress import showing_progress
from qxgeo.cli.session import Session, lang_option
from qxgeo.datum import normalise_datum
from qxgeo.district import load_district
from qxgeo.district.watering_settings import CartsFile
from qxgeo.errors import Fault, InputError, ReadError, Text
from qxgeo.maps import write_watering_map
from qxgeo.maps.watering.panels import tell_verdict
from qxgeo.reports import WATERING_RECORD, replace_outputs
from qxgeo.reports.watering.writing import write_watering_reports
from qxgeo.vocabulary import DEMO_BANNER, NOT_LEGAL_BOUNDARY
from qxgeo.watering.planning import plan_watering

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from qxgeo.watering.model import WateringPlan

_STAGES = {
    "roads": Text("判定须湿润的道路", "finding what is to be kept wet"),
    "ways": Text("量算行车路程", "measuring ways"),
    "tours": Text("排作业线路", "planning tours"),
    "rounds": Text("排全天班次", "planning the day"),
    "urgent": Text("车辆不够，先保最紧要的路段", "too few carts: keeping the urgent sections"),
    "bounds": Text("推算下限", "proving bounds"),
}
_DAY = click.DateTime(["%Y-%m-%d"])
_RAIN = re.compile(r"(\d{1,2})(?::(\d{2}))?\s*[-–—~]\s*(\d{1,2})(?::(\d{2}))?")
_HOURS = 24.0


def _read_rain(texts: tuple[str, ...]) -> Iterator[tuple[float, float]]:
    """Read hours of rain; rain over midnight is two pieces.

    Raises
    ------
    InputError
        If a text is no span of the day.
    """
    for text in texts:
        match = _RAIN.fullmatch(text.strip())
        found = [float(part or 0) for part in match.groups()] if match else [_HOURS + 1] * 4
        start, end = found[0] + found[1] / 60, found[2] + found[3] / 60
        if max(start, end) > _HOURS or max(found[1], found[3]) >= 60 or start == end:  # noqa: PLR2004 - minutes
            raise InputError(
                Fault(
                    column="--rain",
                    problem=Text(f"“{text}”不是一天内的时段", f'"{text}" is no span of a day'),
                    mend=Text("写成 11-13 或 11:30-13:00", "write 11-13 or 11:30-13:00"),
                )
            )
        if start < end:
            yield start, end
        else:
            yield start, _HOURS
            if end > 0:
                yield 0.0, end


def _find_carts(path: Path | None, datum: str) -> CartsFile | None:
    """Give the carts' file that was named; None leaves it to the district.

    Raises
    ------
    ReadError
        If it is not there.
    """
    if path is None:
        return None
    if not path.is_file():
        problem = Text("车辆表不存在", "there is no such file of carts")
        mend = Text("请改正 --carts 的路径", "correct the path of --carts")
        raise ReadError(Fault(file=path.name, column="--carts", problem=problem, mend=mend))
    return CartsFile(
        path=path.resolve(),
        datum=normalise_datum(datum, file=path.name),
        source=path.name,
        as_of=None,
        is_demo=False,
    )


@click.command(
    help="排定洒水车：哪辆车何时走哪条线、在哪里加水，使须保持湿润的道路 24 小时不干；"
    "做不到时说明还缺几辆车、先保哪些路。写出离线地图、驾驶员作业单（PDF 和手机网页）、GPX、KML、"
    "Excel 和记录 watering.json。不给辖区则用内置的七星区（演示数据）。\n\n"
    "Plan the water carts: which cart drives where and when and refills where, so that roads stay"
    " wet for 24 hours; where that cannot be done, how many carts are missing and which roads come"
    " first. Writes an offline map, drivers' sheets, GPX, KML, a workbook and a record. Without a"
    " district the embedded one is used."
)
@click.argument("district", required=False, type=click.Path(path_type=Path))
@click.option(
    "--carts",
    type=click.Path(path_type=Path),
    metavar="CARTS.XLSX",
    help="车辆、班次、停车场、加水点；默认用辖区的 · carts, shifts, depots, refill points",
)
@click.option(
    "--datum",
    default="wgs84",
    show_default=True,
    help="--carts 中坐标的坐标系 · datum of the coordinates in --carts",
)
@click.option("--day", type=_DAY, metavar="YYYY-MM-DD", help="作业日 · the planned day")
@click.option("--weather", metavar="KEY", help="天气类型，见 docs/watering.md · kind of weather")
@click.option(
    "--rain",
    multiple=True,
    metavar="FROM-TO",
    help='降雨时段，如 "11-13"，可多次 · hours of rain, repeatable',
)
@click.option("--seed", type=click.IntRange(0), help="随机种子 · same seed, same plan")
@click.option(
    "--effort", type=click.IntRange(1), metavar="ITERATIONS", help="搜索步数 · steps of the search"
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("maps"),
    show_default=True,
    help="输出文件夹；其中别的文件不动 · folder for the results; other files in it stay",
)
@click.option(
    "--as-of", type=_DAY, metavar="YYYY-MM-DD", help="时点：当天在用的站点 · stations in force then"
)
@click.option("--public", is_flag=True, help="不出驾驶员作业单 · no sheets, which name drivers")
@click.option("--quiet", "-q", is_flag=True, help="只报错误 · say nothing but errors")
@lang_option
@click.pass_obj
def command(  # noqa: PLR0913 - one argument for each option
    session: Session,
    *,
    district: Path | None,
    carts: Path | None,
    datum: str,
    day: datetime | None,
    weather: str | None,
    rain: tuple[str, ...],
    seed: int | None,
    effort: int | None,
    out: Path,
    as_of: datetime | None,
    public: bool,
    quiet: bool,
) -> None:
    """Load, plan, write, and say whether everything stays wet."""
    hours = list(_read_rain(rain))
    file = _find_carts(carts, datum)
    with showing_progress(session, is_quiet=quiet) as tell:
        tell(session.words("读入图层", "reading layers"))
        plan = plan_watering(
            load_district(district, as_of=None if as_of is None else as_of.date()),
            carts=file,
            day=None if day is None else day.date(),
            weather=weather,
            rain=hours,
            seed=seed,
            iterations=effort,
            progress=lambda stage: tell(_name_stage(session, stage)),
        )
        with replace_outputs(out, record=WATERING_RECORD) as folder:
            tell("watering.html")
            write_watering_map(plan, folder, lang=session.lang, is_public=public)
            write_watering_reports(plan, folder, lang=session.lang, is_public=public, progress=tell)
    if not quiet:
        _print_headline(session, plan, out, is_public=public)


def _name_stage(session: Session, stage: str) -> str:
    """Name what is being done."""
    text = _STAGES.get(stage)
    return stage if text is None else text.in_language(session.lang)


def _print_headline(session: Session, plan: WateringPlan, out: Path, *, is_public: bool) -> None:
    """Say whether everything stays wet, how good the plan is, and where the results are."""
    if plan.is_demo:
        session.say(DEMO_BANNER)
    name = plan.district.name.in_language(session.lang)
    weather = plan.drying.title.in_language(session.lang)
    session.say(f"{name} {plan.day.isoformat()} · {weather}")
    for line in tell_verdict(plan, lang=session.lang):
        session.say(f"  {line}")
    for reason in plan.diagnosis.reasons:
        session.say(session.words(f"  原因：{reason.zh}", f"  because: {reason.en}"))
    for problem in plan.problems:
        session.say(f"  ! {problem.in_language(session.lang)}")
    session.say(NOT_LEGAL_BOUNDARY)
    files = {
        "watering.html": session.words("地图", "map"),
        "watering.xlsx": session.words("台账", "workbook"),
    }
    if not is_public:
        files["watering_sheets.pdf"] = session.words("作业单", "sheets")
    for file, title in files.items():
        colon = session.words("：", ": ")
        session.say(f"{title}{colon}{(out / file).resolve()}")
