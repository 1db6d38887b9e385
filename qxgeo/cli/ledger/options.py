"""Options of all the ledger's commands: where it lies, who writes, when."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from qxgeo.errors import Fault, LedgerError, Text
from qxgeo.ledger.history import Author

if TYPE_CHECKING:
    from collections.abc import Callable


def ledger_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--ledger``.

    Parameters
    ----------
    command
        Takes ``ledger``.

    Returns
    -------
    command
        The same with the option.
    """
    return click.option(
        "--ledger",
        default=".",
        envvar="QXGEO_LEDGER",
        show_default=True,
        metavar="PLACE",
        help="账本：文件、所在文件夹或 postgresql:// 网址 · file, its folder, or URL",
    )(command)


def author_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--who``, ``--unit`` and ``--at``.

    Parameters
    ----------
    command
        Takes ``who``, ``unit`` and ``at``.

    Returns
    -------
    command
        The same with options.
    """
    for decorate in (
        click.option(
            "--at",
            metavar="TIME",
            help="记账时间，如 2023-06-12T08:30:00+08:00，默认现在 · moment of the entry, now by"
            " default",
        ),
        click.option("--unit", default="", help="所属单位 · unit of the person"),
        click.option(
            "--who", required=True, envvar="QXGEO_WHO", help="记账人姓名 · name of who writes"
        ),
    ):
        command = decorate(command)
    return command


def parse_author(who: str, unit: str, at: str | None) -> Author:
    """Turn the options into an author; without a moment, the clock is read here.

    Parameters
    ----------
    who, unit
        As given.
    at
        ISO 8601 with its zone, None for now.

    Returns
    -------
    author
        For `record`.

    Raises
    ------
    LedgerError
        If the moment cannot be read or has no zone.
    """
    if at is None:
        return Author(name=who, unit=unit, at=datetime.now(UTC).replace(microsecond=0))
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        moment = datetime.min  # noqa: DTZ901 - has no zone, and is refused below
    if moment.tzinfo is None:
        problem = Text(f"“{at}”不是带时区的时间", f'"{at}" is no moment with its zone')
        mend = Text("写成 2023-06-12T08:30:00+08:00", "write 2023-06-12T08:30:00+08:00")
        raise LedgerError(Fault(column="--at", problem=problem, mend=mend))
    return Author(name=who, unit=unit, at=moment)


def parse_pairs(pairs: tuple[str, ...], *, option: str) -> dict[str, str]:
    """Turn ``column=value`` into a mapping.

    Parameters
    ----------
    pairs
        As given.
    option
        Name of the option for the message.

    Returns
    -------
    values
        In the order given.

    Raises
    ------
    LedgerError
        If an equals sign is missing.
    """
    values = {}
    for one in pairs:
        name, sign, value = one.partition("=")
        if not sign:
            problem = Text(f"“{one}”缺少等号", f'"{one}" lacks an equals sign')
            mend = Text("写成 列=值", "write column=value")
            raise LedgerError(Fault(column=option, problem=problem, mend=mend))
        values[name.strip()] = value
    return values
