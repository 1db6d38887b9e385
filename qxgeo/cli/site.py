"""``qxgeo site``: whether it may open here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qxgeo.cli.session import Session, lang_option
from qxgeo.district import load_district
from qxgeo.reports.siting.card import describe_card, write_card_text
from qxgeo.siting import check_sites, find_kind
from qxgeo.siting.kinds import read_plan_of
from qxgeo.siting.request import read_request

if TYPE_CHECKING:
    from datetime import datetime


@click.command(
    help="一个场所能不能在此开办：逐条给出结论、距离、限值、条文和假设。KIND 是场所类别"
    "（如 汽修、餐饮、检验机构，或 auto_repair 等编号），LON LAT 是经度、纬度，"
    "也可用 --parcel 给出地块。结论不论好坏，退出码都是 0。\n\n"
    "May it open here: verdict, distance, limit, clause and assumption of every rule. KIND is a"
    " kind of site by any of its names. Whatever the verdict, the exit code is 0."
)
@click.argument("kind")
@click.argument("lon", required=False)
@click.argument("lat", required=False)
@click.option(
    "--district",
    type=click.Path(path_type=Path),
    help="辖区文件夹，默认内置的七星区 · folder of the district",
)
@click.option(
    "--datum",
    metavar="DATUM",
    help="坐标基准 · wgs84, gcj02（高德、腾讯）, bd09（百度）, cgcs2000, EPSG:nnnn",
)
@click.option(
    "--accuracy",
    type=float,
    metavar="M",
    help="位置误差，米 · position error, metres",
)
@click.option(
    "--status",
    metavar="STATUS",
    help="拟新增（默认）、现有、变更 · proposed (default), existing, change",
)
@click.option(
    "--set",
    "answers",
    multiple=True,
    metavar="NAME=VALUE",
    help="属性，可多次，如 燃料=电 · an attribute, repeatable",
)
@click.option(
    "--entrance",
    "entrances",
    multiple=True,
    metavar="LON,LAT[,ROAD]",
    help="车辆出入口，可多次，可写临路 · vehicle entrance, repeatable, with its road",
)
@click.option(
    "--parcel",
    metavar="FILE|WKT",
    help="地块：文件或 WKT · the parcel, a file or WKT",
)
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="判定时点 · the day to judge",
)
@click.option("--json", "is_json", is_flag=True, help="输出 JSON · print JSON")
@lang_option
@click.pass_obj
def command(  # noqa: PLR0913 - one argument for each option
    session: Session,
    *,
    kind: str,
    lon: str | None,
    lat: str | None,
    district: Path | None,
    datum: str | None,
    accuracy: float | None,
    status: str | None,
    answers: tuple[str, ...],
    entrances: tuple[str, ...],
    parcel: str | None,
    as_of: datetime | None,
    is_json: bool,
) -> None:
    """Load, judge one place, and print its card."""
    loaded = load_district(district, as_of=None if as_of is None else as_of.date())
    request = read_request(
        find_kind(loaded, read_plan_of(loaded), kind),
        lon=lon,
        lat=lat,
        parcel=parcel,
        datum=datum,
        status=status,
        entrances=entrances,
        answers=answers,
    )
    checks = check_sites(
        loaded, kind, request.places, entrances=request.entrances, accuracy_m=accuracy
    )
    if is_json:
        card = describe_card(checks, 0, datum=request.datum, notes=request.notes)
        session.say(json.dumps(card, ensure_ascii=False, indent=2, allow_nan=False))
        return
    for line in write_card_text(checks, 0, lang=session.lang, notes=request.notes):
        session.say(line)
