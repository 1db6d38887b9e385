"""A bar on the terminal while something is being done."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from qxgeo.cli.session import open_console

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qxgeo.cli.session import Session


class Tell(Protocol):
    """Say what is being done, and how far it is."""

    def __call__(self, what: str, done: float = 0.0, total: float = 0.0, /) -> None:
        """Show it."""


@contextmanager
def showing_progress(session: Session, *, is_quiet: bool) -> Iterator[Tell]:
    """Show a bar on standard error while it is a terminal, else nothing."""
    console = open_console(is_for_progress=True)
    if is_quiet or not console.is_terminal:
        yield _say_nothing
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(session.words("开始", "starting"), total=None)

        def tell(what: str, done: float = 0.0, total: float = 0.0, /) -> None:
            progress.update(task, description=what, completed=done, total=total or None)

        yield tell


def _say_nothing(_what: str, _done: float = 0.0, _total: float = 0.0) -> None:
    """Ignore progress."""
