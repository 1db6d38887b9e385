"""``qxgeo water-audit``: from GPS tracks which road was wet when, and what was not as it should."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qxgeo.cli.progress import showing_progress
from qxgeo.cli.session import LANGS, Session, lang_option
from qxgeo.datum import normalise_datum
from qxgeo.district import load_district
from qxgeo.errors import Fault, InputError, ReadError, Text
from qxgeo.maps import write_watering_audit_map
from qxgeo.readers.tracks import DATUM_CHOICES, TRACK_ENDINGS, read_tracks
from qxgeo.reports import WATERING_AUDIT_RECORD, replace_outputs
from qxgeo.reports.watering.duties import read_duties
from qxgeo.reports.watering_audit.record import write_audit_record
from qxgeo.reports.watering_audit.workbook import write_audit_workbook
from qxgeo.vocabulary import DEMO_BANNER
from qxgeo.watering.frost import tell_frost_to_audit
from qxgeo.watering.model import DryingDay
from qxgeo.watering.tracks.audit import audit_tracks
from qxgeo.watering.tracks.duty import (
    build_audit_streets,
    cart_facts,
    keep_facts,
    list_duty,
    load_carts,
    shift_facts,
)
from qxgeo.watering.tracks.model import KINDS, Duty
from qxgeo.watering.tracks.words import say_headline

if TYPE_CHECKING:
    from qxgeo.district import District
    from qxgeo.watering.streets import StreetGraph
    from qxgeo.watering.tracks.model import Audit

_STAGES = {
    "datum": Text("核对坐标基准", "checking the datum"),
    "clean": Text("清理轨迹", "cleaning tracks"),
    "match": Text("匹配道路", "matching to roads"),
    "wet": Text("计算湿润时间", "measuring wet time"),
}
_AUTO = "auto"
_DISTRICT_ENDINGS = (".toml",)
_CLOCK = re.compile(r"(?P<cart>.+)=(?P<hours>[+-]?\d{1,2}(?:\.\d+)?)")
_RAIN = re.compile(r"(\d{1,2}(?:\.\d+)?)-(\d{1,2}(?:\.\d+)?)")
_MOST_FAULTS = 40


def _read_day(text: str | None) -> date | None:
    """Read a day.

    Raises
    ------
    InputError
        If it is none.
    """
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        problem = Text(f"“{text}”不是日期", f'"{text}" is no day')
        mend = Text("写成 2023-12-27", "write 2023-12-27")
        raise InputError(Fault(column="--day", problem=problem, mend=mend)) from error


def _read_pairs(
    texts: tuple[str, ...], form: re.Pattern[str], option: str, example: str
) -> list[tuple[str, float]]:
    """Read options of two parts.

    Raises
    ------
    InputError
        If one has another form.
    """
    pairs = []
    for text in texts:
        match = form.fullmatch(text.strip())
        if match is None:
            problem = Text(f"“{text}”看不懂", f'"{text}" is not understood')
            mend = Text(f"写成 {example}", f"write {example}")
            raise InputError(Fault(column=option, problem=problem, mend=mend))
        pairs.append((match[1], float(match[2])))
    return pairs


def _split_paths(paths: tuple[Path, ...]) -> tuple[Path | None, list[Path]]:
    """Tell the district from the tracks: a district file, or a folder that holds one.

    Raises
    ------
    ReadError
        If there is no file of tracks.
    """
    districts = [
        one
        for one in paths
        if one.suffix.lower() in _DISTRICT_ENDINGS or (one / "district.toml").is_file()
    ]
    tracks = [one for one in paths if one not in districts]
    if not tracks or len(districts) > 1:
        endings = " ".join(TRACK_ENDINGS)
        problem = Text("没有给出轨迹文件", "no file of tracks was given")
        if len(districts) > 1:
            problem = Text("给出了不止一个辖区", "more than one district was given")
        mend = Text(
            f"用法：qxgeo water-audit [辖区] 轨迹文件或文件夹…（{endings}）",
            f"usage: qxgeo water-audit [DISTRICT] TRACKS... ({endings})",
        )
        raise ReadError(Fault(problem=problem, mend=mend))
    return (districts[0] if districts else None), tracks


@click.command(
    help="用洒水车 GPS 轨迹核查哪些道路在什么时候是湿的：watering_audit.html（离线，时间滑块，"
    "每个问题附轨迹点）、watering_audit.xlsx（按单位、乡镇街道的核查表）、watering_audit.json。"
    "轨迹为 CSV、Excel、GPX、GeoJSON 文件或文件夹；应洒路段取自行动方案，"
    "给出 --plan 时取自计划。\n\n"
    "Which road was wet when, proved from GPS tracks of water carts: an offline map with a time"
    " slider and the track points of every violation, a workbook by company and township, a"
    " record. Tracks are CSV, workbooks, GPX or GeoJSON; the duty is the action plan's, or that of"
    " --plan."
)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[DISTRICT] TRACKS...")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("maps"),
    show_default=True,
    help="输出文件夹；其中别的文件不动 · folder for the results; other files in it stay",
)
@click.option(
    "--plan",
    "plan_file",
    type=click.Path(path_type=Path),
    metavar="watering.json",
    help="qxgeo water 的计划 · a plan of qxgeo water",
)
@click.option(
    "--carts",
    "carts_file",
    type=click.Path(path_type=Path),
    metavar="carts.xlsx",
    help="车辆表（单位、班次、洒水车速）· carts: company, shifts, spraying speed",
)
@click.option(
    "--datum",
    type=click.Choice([_AUTO, *DATUM_CHOICES]),
    default=_AUTO,
    show_default=True,
    help="轨迹的坐标基准；auto 按与道路的吻合判断，分不清就停下"
    " · datum of the tracks; auto lets the roads tell, and stops where they do not",
)
@click.option("--day", metavar="YYYY-MM-DD", help="核查日 · the day to be audited")
@click.option("--weather", metavar="KEY", help="天气类型（干燥快慢）· weather: how fast roads dry")
@click.option("--rain", multiple=True, metavar="FROM-TO", help="降雨时段，时 · hours of rain: 3-5")
@click.option(
    "--clock",
    "clocks",
    multiple=True,
    metavar="CART=HOURS",
    help="给该车的时间加若干小时 · add hours to the times of a cart",
)
@click.option("--quiet", "-q", is_flag=True, help="只报错误 · say nothing but errors")
@lang_option
@click.pass_obj
def command(  # noqa: PLR0913 - one argument for each option
    session: Session,
    *,
    paths: tuple[Path, ...],
    out: Path,
    plan_file: Path | None,
    carts_file: Path | None,
    datum: str,
    day: str | None,
    weather: str | None,
    rain: tuple[str, ...],
    clocks: tuple[str, ...],
    quiet: bool,
) -> int:
    """Read, match, measure, write, and say what was found."""
    wanted = _read_day(day)
    hours = [(float(a), b) for a, b in _read_pairs(rain, _RAIN, "--rain", "3-5")]
    moved = dict(_read_pairs(clocks, _CLOCK, "--clock", "W03=+8"))
    place, files = _split_paths(paths)
    with showing_progress(session, is_quiet=quiet) as tell:
        tell(session.words("读入轨迹", "reading tracks"))
        tracks = read_tracks(files)
        tell(session.words("读入图层", "reading layers"))
        district = load_district(place, as_of=wanted)
        streets = build_audit_streets(district)
        tell(session.words("列出应洒路段", "listing the duty"))
        duty = _list_duty(district, streets, plan_file, carts_file, weather, hours)
        audit = audit_tracks(
            district,
            streets,
            duty,
            tracks,
            day=wanted,
            datum=None if datum == _AUTO else normalise_datum(datum),
            clocks_h=moved,
            progress=lambda stage: tell(_STAGES[stage].in_language(session.lang)),
        )
        with replace_outputs(out, record=WATERING_AUDIT_RECORD) as folder:
            tell("watering_audit.html")
            write_watering_audit_map(audit, folder, lang=session.lang)
            tell("watering_audit.xlsx")
            write_audit_workbook(audit, folder / "watering_audit.xlsx", lang=session.lang)
            write_audit_record(audit, folder / "watering_audit.json")
    if not quiet:
        _print_headline(session, audit, out)
    return _print_faults(session, audit, out)


def _list_duty(  # one argument for each option it answers to
    district: District,
    streets: StreetGraph,
    plan_file: Path | None,
    carts_file: Path | None,
    weather: str | None,
    rain: list[tuple[float, float]],
) -> Duty:
    """Take the duty from a plan, or from the action plan alone."""
    carts = load_carts(district, carts_file, datum=None)
    is_demo = carts is not None and carts_file is None
    if plan_file is None:
        return list_duty(
            district, streets, weather=weather, rain=rain, carts=carts, is_demo=is_demo
        )
    planned = read_duties(plan_file, district=district)
    shown = carts.carts if carts is not None and carts_file is not None else planned.carts
    drying = DryingDay(
        interval_h=planned.interval_h,
        is_rain=planned.is_rain,
        is_frost=planned.is_frost,
        weather="plan",
        title=Text("按洒水计划", "as planned"),
        source=Text(f"洒水计划 {plan_file.name}", f"watering plan {plan_file.name}"),
    )
    return Duty(
        sections=keep_facts(planned.sections),
        drying=drying,
        wettings=planned.wettings,
        carts=cart_facts(shown),
        shifts=shift_facts(None if carts is None else carts.shifts),
        day=planned.day,
        source=Text(f"洒水计划 {plan_file.name}", f"the watering plan {plan_file.name}"),
        problems=tell_frost_to_audit(drying),
        is_demo=planned.is_demo,
    )


def _print_headline(session: Session, audit: Audit, out: Path) -> None:
    """Say how much was wet, what was found, and where the page is."""
    if audit.is_demo:
        session.say(DEMO_BANNER)
    name = audit.district.name.in_language(session.lang)
    session.say(f"{name} {audit.day.isoformat()} · {audit.duty.source.in_language(session.lang)}")
    for note in audit.notes:
        session.say(f"  · {note.in_language(session.lang)}")
    headline = say_headline(audit.townships.to_dict("records")[-1])
    session.say(f"  {headline.in_language(session.lang)}")
    counts = audit.violations.groupby("kind").size()
    found = ", ".join(
        f"{text.in_language(session.lang)} {int(counts[kind])}"
        for kind, text in KINDS.items()
        if kind in counts
    )
    session.say(session.words(f"  问题：{found or '无'}", f"  violations: {found or 'none'}"))
    page = (out / "watering_audit.html").resolve()
    session.say(session.words(f"网页：{page}", f"page: {page}"))


def _print_faults(session: Session, audit: Audit, out: Path) -> int:
    """Name rows that could not be read and carts that were set aside; give the exit code."""
    tracks = audit.tracks
    lines = [*audit.set_aside.values()]
    if tracks.faults:
        count, used = tracks.refused_rows, len(tracks.table)
        lines.append(
            Text(
                f"有 {count} 行轨迹读不懂，没有采用；其余 {used} 行已核查，"
                f"结果已写出（{out}）。要改：",
                f"{count} rows of the tracks cannot be read and were not used; the other {used} "
                f"were audited and the results written ({out}). To mend:",
            )
        )
        lines += [
            Text(one.in_language("zh"), one.in_language("en"))
            for one in tracks.faults[:_MOST_FAULTS]
        ]
    for lang in (session.lang, *(one for one in LANGS if one != session.lang)):
        for line in lines:
            click.echo(line.in_language(lang), err=True)
    return 2 if lines else 0
