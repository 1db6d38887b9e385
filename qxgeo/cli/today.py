"""``qxgeo today``: the warning day on one page."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qxgeo.air.warning import LEVEL_IDS
from qxgeo.cli.progress import showing_progress
from qxgeo.cli.session import Session, lang_option
from qxgeo.district import load_district
from qxgeo.errors import Fault, InputError, Text
from qxgeo.maps import write_today_page
from qxgeo.reports import TODAY_RECORD, replace_outputs
from qxgeo.reports.today.record import read_log, write_today_record
from qxgeo.reports.today.workbook import write_today_workbook
from qxgeo.vocabulary import DEMO_BANNER
from qxgeo.warning import look_at_today
from qxgeo.warning.model import NONE, UNKNOWN, YES

if TYPE_CHECKING:
    from qxgeo.warning import Today

_STAGES = {
    "air": Text("读入空气质量", "reading the air"),
    "roads": Text("判定道路", "judging roads"),
    "sources": Text("找上风向场所", "looking upwind"),
    "patrol": Text("排巡查", "planning the patrol"),
}
_LOCAL = timezone(timedelta(hours=8))  # all of China
_TIME = re.compile(r"(\d{4})-(\d{2})-(\d{2})[T ](\d{1,2}):(\d{2})")
_ALL = "all"


def _read_time(text: str) -> datetime:
    """Read a local time to the minute.

    Raises
    ------
    InputError
        If it is none.
    """
    match = _TIME.fullmatch(text.strip())
    try:
        if match is not None:
            return datetime(*map(int, match.groups()))  # type: ignore[arg-type]  # noqa: DTZ001 - local by contract
    except ValueError:
        pass
    raise InputError(
        Fault(
            column="--at",
            problem=Text(f"“{text}”不是时间", f'"{text}" is no time'),
            mend=Text('写成 "2024-01-01 13:20"', 'write "2024-01-01 13:20"'),
        )
    )


@click.command(
    help="污染天气当天的一页清单 today.html（离线）：哪些措施现在执行及理由、须保持湿润的道路、"
    "站点上风向的场所、巡查时段和网格、按单位的通知单；另有 today.xlsx 和记录 today.json。"
    "数据缺失、过时或可疑时在页首用红字写明。预警以政府发布为准，用 --warning 写明。\n\n"
    "The warning day on one offline page: measures in force and why, roads to keep wet, places"
    " upwind of the stations, patrol, a call list by unit; a workbook and a record. Missing, stale"
    " or doubtful data stands on top in red. What the government issued counts: say it with"
    " --warning."
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
    "--at",
    metavar='"YYYY-MM-DD HH:MM"',
    help="时刻（北京时间），默认现在 · local time, now if left out",
)
@click.option(
    "--wind",
    type=float,
    metavar="FROM_DEG",
    help="风从哪个方向来，度 · where the wind comes from, degrees",
)
@click.option("--speed", type=float, metavar="MS", help="风速，米/秒 · speed, metres per second")
@click.option(
    "--air",
    "air_files",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="逐时数据：文件或文件夹，可多次 · hourly bulletins: a file or a folder, repeatable",
)
@click.option(
    "--warning",
    type=click.Choice([*LEVEL_IDS, NONE]),
    help="政府发布的预警 · the warning that the government issued",
)
@click.option("--public", is_flag=True, help="不含姓名和电话，不出通知单 · no names, no call list")
@click.option("--quiet", "-q", is_flag=True, help="只报错误 · say nothing but errors")
@lang_option
@click.pass_obj
def command(  # noqa: PLR0913 - one argument for each option
    session: Session,
    *,
    district: Path | None,
    out: Path,
    at: str | None,
    wind: float | None,
    speed: float | None,
    air_files: tuple[Path, ...],
    warning: str | None,
    public: bool,
    quiet: bool,
) -> None:
    """Load, look, write, and say what is in force."""
    # The one place that reads the clock.
    moment = _read_time(at) if at else datetime.now(UTC).astimezone(_LOCAL).replace(tzinfo=None)
    with showing_progress(session, is_quiet=quiet) as tell:
        tell(session.words("读入图层", "reading layers"))
        loaded = load_district(district, as_of=moment.date())
        today = look_at_today(
            loaded,
            at=moment.replace(second=0, microsecond=0),
            air_files=air_files,
            wind_from_deg=wind,
            wind_speed_ms=speed,
            warning=warning,
            progress=lambda stage: tell(_STAGES[stage].in_language(session.lang)),
        )
        with replace_outputs(out, record=TODAY_RECORD) as folder:
            tell("today.html")
            write_today_page(today, folder, lang=session.lang, is_public=public)
            if not public:
                tell("today.xlsx")
                write_today_workbook(today, folder / "today.xlsx", lang=session.lang)
            write_today_record(today, folder, earlier=read_log(out))
    if not quiet:
        _print_headline(session, today, out, is_public=public)


def _print_headline(session: Session, today: Today, out: Path, *, is_public: bool) -> None:
    """Say what is wrong, what is in force, and where the page is."""
    if today.is_demo:
        session.say(DEMO_BANNER)
    name = today.district.name.in_language(session.lang)
    declared = today.declared.name.in_language(session.lang)
    session.say(f"{name} {today.at:%Y-%m-%d %H:%M} · {declared}")
    for problem in today.air.problems:
        session.say(f"  ! {problem.in_language(session.lang)}")
    for state, label in ((YES, session.words("执行", "in force")),
                         (UNKNOWN, session.words("不明", "unknown"))):  # fmt: skip
        ids = [one.measure.measure_id for one in today.measures if one.state == state]
        session.say(f"  {label}: {', '.join(ids) or '—'}")
    towns = today.wet.towns
    whole = towns[towns["township_id"] == _ALL]
    km = f"{float(whole['union_m'].iloc[0]) / 1e3:.2f} km" if len(whole) else "—"
    session.say(session.words(f"  保持湿润：{km}", f"  keep wet: {km}"))
    places = len(today.sources.drop_duplicates(["layer", "source_id"]))
    session.say(session.words(f"  上风向场所：{places} 处", f"  places upwind: {places}"))
    where = (out / "today.html").resolve()
    session.say(session.words(f"网页：{where}", f"page: {where}"))
    if not is_public:
        calls = where.with_name("today.xlsx")
        session.say(session.words(f"通知单：{calls}", f"call list: {calls}"))
