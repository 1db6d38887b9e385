"""Options of every command that works through roads piece by piece."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    Command = Callable[..., Any]


def piece_options(*, memory_mb: float, memory_help: str) -> Callable[[Command], Command]:
    """Give a command ``--memory``, ``--workers``, ``--dask``, ``--work`` and ``--restart``.

    Parameters
    ----------
    memory_mb
        Default of ``--memory``, megabytes of 1e6 bytes.
    memory_help
        What the memory is for, in both languages.

    Returns
    -------
    decorate
        Adds the options; the command takes `memory_mb`, `workers`, `dask`, `work_folder` and
        `restart`.
    """
    options = (
        click.option(
            "--memory",
            "memory_mb",
            type=click.FloatRange(min=1.0),
            default=memory_mb,
            show_default=True,
            metavar="MB",
            help=memory_help,
        ),
        click.option(
            "--workers",
            type=click.IntRange(min=0),
            default=0,
            show_default=True,
            help="进程数，0 为本进程的线程 · processes; 0: the threads of this one",
        ),
        click.option(
            "--dask",
            metavar="ADDRESS",
            help="Dask 调度器地址，如 tcp://10.0.0.5:8786 · scheduler of a Dask cluster",
        ),
        click.option(
            "--work",
            "work_folder",
            type=click.Path(path_type=Path),
            help="已完成部分的存放处，默认在输出文件夹旁；用 Dask 时须各机共享 · where finished"
            " pieces are kept; beside the output by default; with Dask a folder that all machines"
            " see",
        ),
        click.option(
            "--restart",
            is_flag=True,
            help="不接着上次中断的做，从头来 · begin anew, do not go on where an interrupted run"
            " stopped",
        ),
    )

    def decorate(command: Command) -> Command:
        for option in reversed(options):  # the first one stands on top in the help
            command = option(command)
        return command

    return decorate
