"""``qxgeo ledger``: the ledger's doors, each in a module that is imported when it is called."""

from __future__ import annotations

from importlib import import_module

import click

from qxgeo.errors import Text

# Name to the module that holds its command, in the order of use.
SUBCOMMANDS = {
    "init": ("init", Text("新建账本：方案任务、场所、人员", "make a ledger: tasks, sites, people")),
    "add": ("add", Text("登记一行，或导入一个表格", "put in a row, or the rows of a file")),
    "show": ("show", Text("查看各表、一行及其历史", "tables, a row and its history")),
    "dispatch": ("dispatch", Text("派发一周：每单位一本工作簿", "a workbook per unit and week")),
    "import": ("returns", Text("并入交回的工作簿，有误的退回", "merge workbooks that came back")),
    "round": ("rounds", Text("督导检查表、“回头看”、9个100%", "checklists, look-backs, scores")),
    "lists": ("lists", Text("一个月的红黑榜和信用扣分", "red and black list of a month")),
    "calendar": ("deadlines", Text("各单位的期限日历", "deadlines as .ics for each unit")),
    "report": ("report", Text("周调度通报（PDF）", "the weekly report")),
    "map": (
        "pages",
        Text("离线地图：问题、场所、期限", "offline pages: problems, sites, deadlines"),
    ),
    "verify": ("verify", Text("核验账本未被改动或删减", "prove that nothing was altered")),
    "upgrade": ("upgrade", Text("升级旧账本的结构", "lift an old ledger to this program")),
}


class LedgerDoors(click.Group):
    """Commands by name, each in a module of its own."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """List the commands in the order of use."""
        return list(SUBCOMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command's module."""
        if cmd_name not in SUBCOMMANDS:
            return None
        module = import_module(f"qxgeo.cli.ledger.{SUBCOMMANDS[cmd_name][0]}")
        command = module.command
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the commands' lines of ``--help`` without importing them."""
        with formatter.section("Commands · 命令"):
            formatter.write_dl(
                [(name, f"{text.zh} · {text.en}") for name, (_, text) in SUBCOMMANDS.items()]
            )


@click.group(
    cls=LedgerDoors,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="台账：任务、进展、问题、场所、检查、红黑榜；每次改动都记入历史，事后篡改查得出。\n\n"
    "The ledger: tasks, progress, problems, sites, inspections, lists; every change is an entry of"
    " a history that cannot be altered unseen.",
)
def command() -> None:
    """Hold the ledger's commands."""
