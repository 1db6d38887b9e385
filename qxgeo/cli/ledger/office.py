"""What the commands of the weekly work share: the office at a ledger, days, and what is printed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from qxgeo.errors import Fault, LedgerError, Text
from qxgeo.ledger.dispatch import Office
from qxgeo.ledger.history import read_rows
from qxgeo.ledger.rulebook import load_list_rules, load_work_rules
from qxgeo.plan import load_plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from qxgeo.ledger.store import Ledger

ZONE = ZoneInfo("Asia/Shanghai")
DAY = click.DateTime(["%Y-%m-%d"])
_IS_DEMO = ("true", "yes", "1", "是")


def rules_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--rules``, ``--list-rules`` and ``--plan``.

    Parameters
    ----------
    command
        Takes ``rules``, ``list_rules`` and ``plan``.

    Returns
    -------
    command
        The same with options.
    """
    for decorate in (
        click.option(
            "--plan",
            metavar="NAME|FILE",
            help="方案，默认台账所记 · the plan, as the ledger names it where none is given",
        ),
        click.option(
            "--list-rules",
            type=click.Path(path_type=Path),
            help="红黑榜规则文件 · rules of the red and black list",
        ),
        click.option(
            "--rules",
            type=click.Path(path_type=Path),
            help="工作规则文件 · working rules of the ledger",
        ),
    ):
        command = decorate(command)
    return command


def open_office(
    ledger: Ledger, *, plan: str | None, rules: Path | None, list_rules: Path | None
) -> Office:
    """Load the plan of a ledger and the rules.

    Parameters
    ----------
    ledger
        Open.
    plan
        Name or file; what the ledger was made with where none is given.
    rules, list_rules
        Files; the embedded ones where none are given.

    Returns
    -------
    office
        Ready to work.

    Raises
    ------
    LedgerError
        If the ledger was made with another plan.
    """
    about = about_ledger(ledger)
    loaded = load_plan(plan or about["plan_id"] or "")
    if loaded.plan_id != about["plan_id"]:
        raise LedgerError(
            Fault(
                file=ledger.place,
                problem=Text(
                    f"台账按方案 {about['plan_id']} 建立，不是 {loaded.plan_id}",
                    f"the ledger was made with {about['plan_id']}, not {loaded.plan_id}",
                ),
                mend=Text("用 --plan 指明原方案", "name that plan with --plan"),
            )
        )
    demo = read_rows(ledger, "sites", where={"is_demo": list(_IS_DEMO)})
    return Office(
        plan=loaded,
        rules=load_work_rules(rules),
        list_rules=load_list_rules(list_rules),
        is_demo=bool(demo),
    )


def about_ledger(ledger: Ledger) -> dict[str, Any]:
    """Give what the ledger says of itself.

    Parameters
    ----------
    ledger
        Open.

    Returns
    -------
    about
        District and plan.
    """
    rows = read_rows(ledger, "about")
    return rows[0] if rows else {"plan_id": None, "district_name": "", "district_code": ""}


def moment_of(day: dt.datetime | None) -> dt.datetime:
    """Give the moment of a piece of work: noon of a day that was named, else now.

    Parameters
    ----------
    day
        From an option, without a time zone; the only place where the clock is read is here.

    Returns
    -------
    moment
        With the zone of Shanghai.
    """
    if day is None:
        return dt.datetime.now(tz=ZONE)
    if (day.hour, day.minute) == (0, 0):
        day = day.replace(hour=12)
    return day.replace(tzinfo=ZONE)
