"""``qxgeo ledger init``: a new ledger with the plan's tasks and the district's sites and people."""

from __future__ import annotations

from pathlib import Path

import click

from qxgeo.cli.ledger.options import author_options, ledger_option, parse_author
from qxgeo.cli.session import Session, lang_option
from qxgeo.district import load_district
from qxgeo.ledger.history import create_ledger, read_head
from qxgeo.ledger.loading import people_changes, plan_changes, site_changes
from qxgeo.plan import load_plan


@click.command(
    help="为辖区新建账本，默认放在辖区文件夹的 ledger.sqlite；不给辖区则用内置的七星区，"
    "账本放在当前文件夹。\n\n"
    "Make a district's ledger, by default ledger.sqlite in its folder; without a district, the"
    " embedded one's in this folder."
)
@click.argument("district", required=False, type=click.Path(path_type=Path))
@ledger_option
@click.option("--empty", is_flag=True, help="不载入场所和人员 · without sites and people")
@author_options
@lang_option
@click.pass_context
def command(
    context: click.Context,
    *,
    district: Path | None,
    ledger: str,
    empty: bool,
    who: str,
    unit: str,
    at: str | None,
) -> None:
    """Make the ledger and say what is in it."""
    session = context.ensure_object(Session)
    author = parse_author(who, unit, at)
    loaded = load_district(district)
    plan = load_plan(loaded.plan)
    is_default = context.get_parameter_source("ledger") == click.core.ParameterSource.DEFAULT
    place = loaded.folder if is_default and district is not None else ledger
    tasks = plan_changes(plan)
    sites = () if empty else site_changes(loaded, plan)
    people = () if empty else people_changes(loaded, plan)
    about = {
        "district_code": loaded.code,
        "district_name": loaded.name.zh,
        "plan_id": plan.plan_id,
        "plan_sha256": plan.sha256,
    }
    with create_ledger(
        place, author=author, about=about, changes=[*tasks, *sites, *people]
    ) as made:
        number, digits = read_head(made)
        session.say(
            session.words(
                f"账本已建：{made.place}\n"
                f"任务 {len(tasks)}，场所 {len(sites)}，人员 {len(people)}；账目 {number} 条\n"
                f"链头（请另存一份）：{digits}",
                f"ledger made: {made.place}\n"
                f"{len(tasks)} tasks, {len(sites)} sites, {len(people)} people;"
                f" {number} entries\nhead (keep a copy elsewhere): {digits}",
            )
        )
