"""``qxgeo check``: read everything, stop at nothing, say what is there and what is missing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np
from rich.table import Table
from rich.text import Text as Cell

from qxgeo.cli.session import Session, lang_option, open_console
from qxgeo.district import (
    STREAM_FROM_ROWS,
    describe_missing,
    missing_inputs,
    survey_district,
    title_layer,
)
from qxgeo.vocabulary import DEMO_BANNER, STRENGTH_LABELS

if TYPE_CHECKING:
    from datetime import datetime

    from rich.console import Console

    from qxgeo.district import LayerSurvey, Survey
    from qxgeo.errors import Fault


@click.command(
    help="核对辖区：读入全部图层，列出每层的行数、范围、基准、精度和错误，以及每条规则是否齐备。"
    "没有错误时退出码为 0；缺口不算错误。\n\n"
    "Check a district: read every layer; list rows, extent, datum, accuracy, faults, and for each"
    " rule whether it is ready. Exit code 0 without faults; a gap is no fault."
)
@click.argument("district", required=False, type=click.Path(path_type=Path))
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="判定时点 · the day to judge",
)
@lang_option
@click.pass_obj
@click.pass_context
def command(
    context: click.Context, session: Session, *, district: Path | None, as_of: datetime | None
) -> None:
    """Survey a district and print what was found."""
    survey = survey_district(
        district,
        as_of=None if as_of is None else as_of.date(),
        stream_from=STREAM_FROM_ROWS,
    )
    console = open_console()
    _print_head(session, survey)
    console.print(_layer_table(session, survey))
    _print_remarks(session, survey)
    ready = _print_rules(session, survey, console)
    faults = len(survey.faults) + sum(len(one.faults) for one in survey.layers)
    rules = len(survey.plan.rules) if survey.plan is not None else 0
    session.say(
        session.words(
            f"图层 {len(survey.layers)} 个，错误 {faults} 处；"
            f"规则 {rules} 条：可判定 {ready}，缺口 {rules - ready}",
            f"{len(survey.layers)} layers, {faults} faults; "
            f"{rules} rules: {ready} ready, {rules - ready} gaps",
        )
    )
    context.exit(2 if survey.errors else 0)


def _print_head(session: Session, survey: Survey) -> None:
    """Say which district, on which day, under which plan."""
    district = survey.district
    name = district.name.in_language(session.lang)
    session.say(f"{name} ({district.code})  {district.as_of.isoformat()}  {district.path}")
    if survey.plan is not None:
        session.say(survey.plan.title)
    if any(one.layer is not None and one.layer.is_demo for one in survey.layers):
        session.say(DEMO_BANNER)


def _layer_table(session: Session, survey: Survey) -> Table:
    """Put each layer on a line."""
    table = Table(show_edge=False)
    headings = (
        ("图层", "layer"),
        ("行", "rows"),
        ("范围（经度, 纬度）", "extent (lon, lat)"),
        ("基准", "datum"),
        ("精度 m", "accuracy m"),
        ("标记", "marks"),
        ("来源", "source"),
        ("错误", "faults"),
    )
    for zh, en in headings:
        is_number = en in {"rows", "accuracy m", "faults"}
        table.add_column(
            session.words(zh, en), justify="right" if is_number else "left", overflow="fold"
        )
    for one in survey.layers:
        table.add_row(*(Cell(cell) for cell in _layer_cells(session, one)))
    return table


def _layer_cells(session: Session, one: LayerSurvey) -> tuple[str, ...]:
    """Give the cells of a layer's line; one that was not read has a name and faults alone."""
    name = f"{one.name} {title_layer(one.name).in_language(session.lang)}"
    faults = str(len(one.faults))
    layer = one.layer
    if layer is None:
        return (name, "—", "—", "—", "—", "", "", faults)
    marks = [session.words("演示", "demo")] if layer.is_demo else []
    marks += [session.words("近似", "approximate")] if layer.is_approximate else []
    bounds = layer.table.total_bounds if layer.streamed is None else layer.streamed.bounds
    west, south, east, north = (np.nan,) * 4 if bounds is None else bounds
    is_placed = bool(np.isfinite(west))
    return (
        name,
        str(layer.size),
        f"{west:.4f}, {south:.4f} – {east:.4f}, {north:.4f}" if is_placed else "—",
        layer.datum,
        f"{layer.accuracy_m:g}",
        " ".join(marks),
        layer.source,
        faults,
    )


def _print_remarks(session: Session, survey: Survey) -> None:
    """Print each layer's notes and faults, and the faults of the whole."""
    for one in survey.layers:
        notes = one.layer.notes if one.layer is not None else ()
        if not notes and not one.faults:
            continue
        session.say(f"\n{one.name} {title_layer(one.name).in_language(session.lang)}")
        for note in notes:
            session.say(f"  · {note.in_language(session.lang)}")
        _print_faults(session, one.faults)
    if survey.faults:
        session.say(session.words("\n整体", "\nthe whole"))
        _print_faults(session, survey.faults)
    session.say("")


def _print_faults(session: Session, faults: tuple[Fault, ...]) -> None:
    """Print faults, each in both languages: they are what has to be acted on."""
    other = session.words("en", "zh")
    for fault in faults:
        session.say(f"  × {fault.in_language(session.lang)}")
        session.say(f"    {fault.in_language(other)}")


def _print_rules(session: Session, survey: Survey, console: Console) -> int:
    """Print for each rule whether it can be judged, and give how many can."""
    plan = survey.plan
    if plan is None:
        return 0
    headings = (("规则", "rule"), ("标题", "title"), ("力度", "strength"), ("状态", "state"))
    table = Table(show_edge=False)
    for zh, en in (*headings, ("缺什么", "missing")):
        table.add_column(session.words(zh, en), overflow="fold")
    ready = 0
    for rule in plan.rules:
        missing = missing_inputs(rule, survey.district, plan)
        ready += not missing
        table.add_row(
            rule.rule_id,
            Cell(rule.title.in_language(session.lang)),
            STRENGTH_LABELS[rule.strength].in_language(session.lang),
            session.words("缺口", "gap") if missing else session.words("可判定", "ready"),
            Cell(
                session.words("；", "; ").join(
                    describe_missing(entry, plan).in_language(session.lang) for entry in missing
                )
            ),
        )
    console.print(table)
    return ready
