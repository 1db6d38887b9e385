"""One writer at a time for one output folder."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from qxgeo.errors import Fault, OutputError, Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def hold_lock(path: Path) -> Iterator[None]:
    """Hold a lock file as long as the block runs; the system frees it if the process dies.

    Parameters
    ----------
    path
        The lock file, made and removed again.

    Yields
    ------
    nothing
        The block runs alone.

    Raises
    ------
    OutputError
        If another run holds the lock.
    """
    handle = _open_locked(path)
    try:
        yield
    finally:
        if sys.platform == "win32":  # pragma: no cover - an open file cannot be removed there
            os.close(handle)
            with suppress(OSError):
                path.unlink()
        else:
            # Removed while still held: whoever opened the old file finds it gone and tries again.
            with suppress(OSError):
                path.unlink()
            os.close(handle)


def _open_locked(path: Path) -> int:
    """Open the file and lock it, again if it was removed in between.

    Raises
    ------
    OutputError
        If another run holds the lock.
    """
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _lock(handle)
        except OSError as error:
            os.close(handle)
            problem = Text(
                "另一次运行正在写这个输出文件夹", "another run is writing to this output folder"
            )
            mend = Text(
                "等它结束，或另选输出文件夹", "wait for it, or choose another output folder"
            )
            raise OutputError(Fault(file=path.name, problem=problem, mend=mend)) from error
        if _is_same_file(handle, path):
            return handle
        os.close(handle)


def _lock(handle: int) -> None:
    """Take the system's lock on an open file, or raise OSError at once."""
    if sys.platform == "win32":  # pragma: no cover - the other branch runs in the tests
        import msvcrt  # noqa: PLC0415 - this system's module

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl  # noqa: PLC0415 - this system's module

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _is_same_file(handle: int, path: Path) -> bool:
    """Tell whether the open file is still the one at the path."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False
