"""What all commands share: the language, and where words go."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from qxgeo.errors import Text

LANGS = ("zh", "en")
_PLAIN_WIDTH = 160  # of a table that goes into a file or another program


@dataclass(slots=True)
class Session:
    """One call of the program.

    Attributes
    ----------
    lang
        ``zh`` or ``en``.
    is_debugging
        Whether a bug shows its traceback.
    """

    lang: str = "zh"
    is_debugging: bool = False

    def say(self, text: Text | str) -> None:
        """Print a line of results."""
        click.echo(text if isinstance(text, str) else text.in_language(self.lang))

    def words(self, zh: str, en: str) -> str:
        """Give the word of the chosen language."""
        return en if self.lang == "en" else zh


def lang_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--lang``; the last one given counts, whether before or after the command's name."""

    def remember(context: click.Context, _option: click.Parameter, value: str | None) -> None:
        if value is not None:
            context.ensure_object(Session).lang = value

    return click.option(
        "--lang",
        type=click.Choice(LANGS),
        expose_value=False,
        is_eager=True,
        callback=remember,
        help="语言 · language [zh]",
    )(command)


def open_console(*, is_for_progress: bool = False) -> Console:
    """Open a console on standard output, or on standard error for progress."""
    from rich.console import Console  # noqa: PLC0415 - not for qxgeo --help

    stream = sys.stderr if is_for_progress else sys.stdout
    width = None if stream.isatty() else _PLAIN_WIDTH
    return Console(file=stream, width=width, highlight=False)
