"""``qxgeo plan``: list the measures of a plan, or explain one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from qxgeo.cli.session import Session, lang_option
from qxgeo.plan import describe_measure, load_plan, measures_for

if TYPE_CHECKING:
    from datetime import datetime

    from qxgeo.plan import ActionPlan, Measure

DEFAULT_PLAN = "qixing-2023"
_CUT = 56  # characters of a measure's text in the list


@click.command(
    help="列出方案措施；给出编号则解释这一条。\n\n"
    "List the plan's measures; with an id, explain that one."
)
@click.argument("measure", required=False)
@click.option("--unit", help="单位（名称、别名或乡镇代码）· unit by name, alias or township code")
@click.option("--kind", help="类别，如 rule、inventory、within_distance · kind")
@click.option(
    "--due-before",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="到这一天（含）应完成的 · due on or before this day",
)
@click.option(
    "--plan",
    "plan_name",
    default=DEFAULT_PLAN,
    show_default=True,
    help="方案名或方案文件 · name or file of the plan",
)
@lang_option
@click.pass_obj
def command(
    session: Session,
    *,
    measure: str | None,
    unit: str | None,
    kind: str | None,
    due_before: datetime | None,
    plan_name: str,
) -> None:
    """List measures, or explain one.

    Raises
    ------
    UsageError
        If an id and a filter are both given.
    """
    plan = load_plan(plan_name)
    if measure is not None:
        if unit or kind or due_before:
            message = (
                "MEASURE does not go with --unit, --kind, --due-before（编号与筛选不能同时用）"
            )
            raise click.UsageError(message)
        for line in describe_measure(plan, measure, session.lang):
            session.say(line)
        return
    day = None if due_before is None else due_before.date()
    chosen = measures_for(plan, unit=unit, kind=kind, due_before=day)
    for one in chosen:
        session.say(_line(plan, one))
    session.say(
        session.words(
            f"共 {len(chosen)} 条措施；解释一条：qxgeo plan 编号",
            f"{len(chosen)} measures; to explain one: qxgeo plan ID",
        )
    )


def _line(plan: ActionPlan, measure: Measure) -> str:
    """Put a measure on one line: id, deadline, who leads, the beginning of its words."""
    due = measure.deadline.date.isoformat() if measure.deadline is not None else "—"
    lead = "、".join(plan.unit(unit_id).name for unit_id in measure.lead)
    text = measure.text if len(measure.text) <= _CUT else measure.text[:_CUT] + "…"
    return f"{measure.measure_id}\t{due}\t{lead}\t{text}"
