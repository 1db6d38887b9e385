"""``qxgeo ledger map``: where problems and sites are, and when tasks fall due, as offline pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qxgeo.cli.ledger.office import DAY, about_ledger, moment_of, open_office, rules_options
from qxgeo.cli.ledger.options import ledger_option
from qxgeo.cli.session import Session, lang_option
from qxgeo.district import load_district
from qxgeo.errors import Fault, LedgerError, Text
from qxgeo.ledger.dispatch import read_board
from qxgeo.ledger.history import read_rows
from qxgeo.ledger.places import NOT_CLOSED, find_places
from qxgeo.ledger.store import open_ledger
from qxgeo.maps import write_ledger_maps
from qxgeo.maps.ledger.choice import choose_rows
from qxgeo.maps.ledger.page import shows_demo
from qxgeo.reports import replace_outputs
from qxgeo.reports.atomic import LEDGER_MAP_RECORD
from qxgeo.vocabulary import DEMO_BANNER, Verdict

if TYPE_CHECKING:
    from datetime import datetime

    from qxgeo.ledger.places import Places


@click.command(
    help="台账地图（离线）：ledger.html 和 ledger/ 中每个单位、每个乡办各一页。问题和场所按状态着色"
    "并区分形状，可按措施、单位、状态、期限筛选；任务期限图；场所卡片。国控站点半径内的未销号问题"
    "单独提示。无位置的列出，不丢弃。\n\n"
    "Offline pages: ledger.html, and one for each unit and township. Problems and sites by status,"
    " filters, deadlines of tasks, cards of sites; problems near a station are raised, and what has"
    " no position is listed."
)
@click.argument("district", required=False, type=click.Path(path_type=Path))
@ledger_option
@click.option(
    "--at", type=DAY, metavar="YYYY-MM-DD", help="截至日，默认今天 · as of, today by default"
)
@click.option(
    "--public", is_flag=True, help="公开版：不含姓名、电话、场所名称 · no names, no phones"
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("maps"),
    show_default=True,
    help="输出文件夹；其中别的文件不动 · folder for the results; other files in it stay",
)
@rules_options
@lang_option
@click.pass_obj
def command(  # noqa: PLR0913 - one argument for each option
    session: Session,
    *,
    district: Path | None,
    ledger: str,
    at: datetime | None,
    public: bool,
    out: Path,
    plan: str | None,
    rules: Path | None,
    list_rules: Path | None,
) -> None:
    """Place, draw, write, and say what is near a station."""
    day = moment_of(at).date()
    with open_ledger(ledger, is_read_only=True) as opened:
        office = open_office(opened, plan=plan, rules=rules, list_rules=list_rules)
        board = read_board(opened, office)
        about = about_ledger(opened)
        people = () if public else read_rows(opened, "people")
    loaded = load_district(district, as_of=day)
    _refuse_other_district(loaded.code, about)
    places = find_places(board, loaded, as_of=day)
    with replace_outputs(out, record=LEDGER_MAP_RECORD) as folder:
        pages = write_ledger_maps(
            board, places, loaded, folder, people=people, lang=session.lang, is_public=public
        )
    if shows_demo(board, loaded):
        session.say(DEMO_BANNER)
    _print_headline(session, places)
    _print_rest(session, places)
    where = (out / "ledger.html").resolve()
    session.say(session.words(f"网页 {len(pages)} 个：{where}", f"{len(pages)} pages: {where}"))


def _refuse_other_district(code: str, about: dict[str, str]) -> None:
    """Refuse to draw a ledger on another district's ground.

    Raises
    ------
    LedgerError
        If the codes differ.
    """
    if code == about["district_code"]:
        return
    name = f"{about['district_name']} {about['district_code']}"
    raise LedgerError(
        Fault(
            problem=Text(
                f"台账属于 {name}，给出的辖区是 {code}",
                f"the ledger is of {name}, the district given is {code}",
            ),
            mend=Text(
                "给出台账的辖区文件夹：qxgeo ledger map 文件夹",
                "name the ledger's district: qxgeo ledger map FOLDER",
            ),
        )
    )


def _print_headline(session: Session, places: Places) -> None:
    """Say how many there are, what is near a station, and what has no position."""
    items = places.items
    problems = [one for one in items if one.kind == "problem"]
    near = [one.verdict for one in problems if one.is_raised]
    left = sum(one.mark in NOT_CLOSED for one in problems)
    lost = sum(not one.has_position for one in items)
    session.say(
        session.words(
            f"截至 {places.as_of}：问题 {len(problems)}，未销号 {left}；"
            f"场所 {len(items) - len(problems)}；无位置 {lost}（已列出）",
            f"as of {places.as_of}: {len(problems)} problems, {left} not closed;"
            f" {len(items) - len(problems)} sites; {lost} without position (listed)",
        )
    )
    if places.ring is None:
        session.say(session.words("  ! 距站点未判定", "  ! distances to stations were not judged"))
        return
    km, inside = f"{places.ring.radius_m / 1e3:g}", near.count(Verdict.APPLIES)
    close = near.count(Verdict.TOO_CLOSE_TO_CALL)
    session.say(
        session.words(
            f"  国控站点 {km} 公里内未销号问题 {inside}，临界 {close}",
            f"  within {km} km of a national-control station: {inside} not closed, {close} too"
            " close to call",
        )
    )


def _print_rest(session: Session, places: Places) -> None:
    """Say that the whole is too much for one page, and what that page leaves out."""
    choice = choose_rows(places.items)
    if not choice.left:
        return
    drawn, open_left = len(choice.drawn), choice.not_closed
    session.say(
        session.words(
            f"  总页只画最紧急的 {drawn} 项，未画出 {choice.left} 项"
            f"（其中未销号问题 {open_left}）；数字都是全部的，其余见各单位、各乡办的页",
            f"  the page of the whole draws the {drawn} most urgent and leaves out {choice.left}"
            f" ({open_left} of them problems not closed); counts are those of all, pages of units"
            " and townships draw more",
        )
    )
