"""The group of commands, and what happens to an error: the exit code and one message.

0 done; 1 our bug; 2 input, usage, network or disk at fault, or interrupted with Ctrl-C. A command's
module is imported when the command is called, so that ``qxgeo --help`` loads click alone.
"""

from __future__ import annotations

import io
import sys
import traceback
from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn

import click

import qxgeo
from qxgeo.cli.session import LANGS, Session, lang_option
from qxgeo.errors import QxgeoError, Text

if TYPE_CHECKING:
    from collections.abc import Sequence

DONE, OUR_BUG, AT_FAULT = 0, 1, 2
_MOST_FAULTS = 40  # of one message; qxgeo check shows them all

COMMANDS = {
    "run": Text(
        "判定全部规则，写出离线地图和清单", "judge every rule, write offline maps and lists"
    ),
    "patrol": Text(
        "排定焚烧巡查：责任区、班次、路线、责任单", "plan the burning patrol: who, where, when"
    ),
    "water-audit": Text(
        "用洒水车轨迹核查道路是否一直湿润", "prove from carts' tracks which roads were wet"
    ),
    "today": Text(
        "污染天气当天：执行什么、先查哪里、通知谁",
        "the warning day: what is in force, whom to call",
    ),
    "water": Text(
        "排定洒水车：线路、时刻、加水，道路 24 小时湿润",
        "plan the water carts that keep roads wet for 24 hours",
    ),
    "ledger": Text(
        "台账：任务、问题、检查、红黑榜，篡改查得出", "the ledger: tasks, problems, their history"
    ),
    "site": Text(
        "一个场所能不能在此开办：逐条给出结论、距离和条文", "may it open here: a card of verdicts"
    ),
    "sites": Text(
        "一份申请清单逐个判定：工作簿、地图", "judge a list of applications: workbook and maps"
    ),
    "siting": Text(
        "各类场所可在哪里开办：离线地图、面积", "where each kind of site may open: maps and areas"
    ),
    "check": Text(
        "核对辖区：图层、错误、每条规则是否齐备", "check a district: layers, faults, rules"
    ),
    "init": Text("新建辖区文件夹", "make a new district folder"),
    "plan": Text("列出方案措施，或解释一条", "list the plan's measures, or explain one"),
    "measure": Text(
        "全省、全国道路在监测站附近的长度，按乡镇街道",
        "road length near stations, by township, at any size",
    ),
    "convert": Text("把全省、全国的道路转成路网数据集", "turn roads of a province into a dataset"),
    "fetch": Text("从 OpenStreetMap 下载道路", "download roads from OpenStreetMap"),
}


class Doors(click.Group):
    """Commands by name, each in a module of its name."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """List the commands in the order of use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command's module."""
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"qxgeo.cli.{cmd_name.replace('-', '_')}").command
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the commands' lines of ``--help`` without importing them."""
        with formatter.section("Commands · 命令"):
            formatter.write_dl(
                [(name, f"{text.zh} · {text.en}") for name, text in COMMANDS.items()]
            )

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: FBT001, FBT002 - click's signature
        **extra: Any,  # noqa: ANN401 - click's signature
    ) -> Any:  # noqa: ANN401 - click's signature
        """Run and leave with an exit code; whatever goes wrong becomes one message."""
        session = Session()
        _survive_narrow_consoles()
        try:
            code = super().main(
                args, prog_name, complete_var, standalone_mode=False, obj=session, **extra
            )
        except QxgeoError as error:
            _report(session, error)
            code = AT_FAULT
        except click.ClickException as error:
            _report_usage(session, error)
            code = AT_FAULT
        except (click.Abort, KeyboardInterrupt):
            interrupted = Text("已中断，原有结果未动", "interrupted; earlier results are untouched")
            _print_both(session, interrupted)
            code = AT_FAULT
        except Exception as error:  # noqa: BLE001 - the last door: nobody sees a traceback unasked
            _report_bug(session, error)
            code = OUR_BUG
        if not standalone_mode:
            return code
        sys.exit(code if isinstance(code, int) else DONE)


def main() -> NoReturn:
    """Run the command line and leave with its exit code.

    Raises
    ------
    SystemExit
        Always.
    """
    doors.main(prog_name="qxgeo")
    raise SystemExit(DONE)  # pragma: no cover - click leaves before


def _survive_narrow_consoles() -> None:
    """Print a question mark where a console's code page lacks a character, rather than crash."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _print_both(session: Session, text: Text) -> None:
    """Print to standard error in the chosen language, then in the other one."""
    click.echo(text.in_language(session.lang), err=True)
    click.echo(text.in_language(*(lang for lang in LANGS if lang != session.lang)), err=True)


def _report(session: Session, error: QxgeoError) -> None:
    """Print every fault, or the first ones of very many."""
    shown = type(error)(error.faults[:_MOST_FAULTS])
    rest = len(error.faults) - len(shown.faults)
    more = Text(f"\n……另有 {rest} 处", f"\n... and {rest} more") if rest else Text("", "")
    head = Text("错误：", "error: ")
    if len(error.faults) > 1:
        count = len(error.faults)
        head = Text(f"共 {count} 处要改：\n", f"{count} things to mend:\n")
    _print_both(
        session,
        Text(
            f"{head.zh}{shown.in_language('zh')}{more.zh}",
            f"{head.en}{shown.in_language('en')}{more.en}",
        ),
    )


def _report_usage(session: Session, error: click.ClickException) -> None:
    """Print what was wrong with the command's words, and where to read about them."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "qxgeo"
    message = error.format_message()
    _print_both(
        session,
        Text(
            f"用法有误：{message}（用法见 {command} --help）",
            f"usage: {message} (see {command} --help)",
        ),
    )


def _report_bug(session: Session, error: Exception) -> None:
    """Own up to a bug; the traceback only on request."""
    what = f"{type(error).__name__}: {error}"
    if session.is_debugging:
        traceback.print_exception(error)
    _print_both(
        session,
        Text(
            f"程序内部出错，不是您的输入有误，原有结果未动：{what}\n"
            "请加 --debug 再运行一次，把全部输出报告给维护者",
            f"a bug of ours, your input is not at fault, earlier results are untouched: {what}\n"
            "please run again with --debug and report the whole output",
        ),
    )


def _print_version(context: click.Context, _option: click.Parameter, is_asked: bool) -> None:  # noqa: FBT001 - click's signature
    """Print the version and leave."""
    if is_asked and not context.resilient_parsing:
        click.echo(f"qxgeo {qxgeo.__version__}")
        context.exit()


@click.command(
    cls=Doors,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="大气污染防治方案 → 逐条有依据的离线地图和清单。\n\n"
    "Clean-air action plans as clause-citing offline maps and lists.",
    epilog="退出码 · exit codes: 0 完成 done, 1 程序内部出错 our bug,"
    " 2 输入、用法、网络或磁盘有问题 input, usage, network or disk.",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="版本 · version",
)
@click.option("--debug", is_flag=True, help="内部出错时给出全部细节 · show the traceback of a bug")
@lang_option
@click.pass_obj
def doors(session: Session, *, debug: bool) -> None:
    """Remember what holds for all commands."""
    session.is_debugging = debug
