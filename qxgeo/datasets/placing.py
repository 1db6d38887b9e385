"""A whole dataset replaces the old one, or nothing happens."""

from __future__ import annotations

import json
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from qxgeo.errors import Fault, OutputError, QxgeoError, Text
from qxgeo.lock import hold_lock

if TYPE_CHECKING:
    from collections.abc import Iterator

RECORD = "_dataset.json"  # by it a folder is known as ours; other programs pass over the underscore
_PARTS = "part-*.parquet"
_ELSEWHERE = Text("请另选一个输出文件夹", "choose another output folder")


@contextmanager
def replace_dataset(folder: Path) -> Iterator[Path]:
    """Give a folder to write into, which becomes `folder` when the block ends well.

    Parameters
    ----------
    folder
        The dataset's; made if absent, replaced if it holds a dataset of ours and nothing else.

    Yields
    ------
    new_folder
        An empty folder beside it.

    Raises
    ------
    OutputError
        If it cannot be written, or holds what we did not write; what was there is untouched.
    QxgeoError
        Whatever goes wrong with the input inside the block.
    """
    target = folder.resolve()
    try:
        _refuse_foreign(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        with hold_lock(target.parent / f".{target.name}.qxgeo-lock"):
            new, old = (target.parent / f".{target.name}.qxgeo-{word}" for word in ("new", "old"))
            _clear_up(target, new, old)
            new.mkdir()
            try:
                yield new
                _swap(target, new, old)
            except BaseException:
                shutil.rmtree(new, ignore_errors=True)
                raise
    except QxgeoError:
        raise
    except OSError as error:
        detail = error.strerror or str(error)
        problem = Text(f"写不成：{detail}，原有数据未动", f"cannot be written: {detail}")
        mend = Text(
            "腾出磁盘空间，或另选输出文件夹", "free some space, or choose another output folder"
        )
        raise OutputError(Fault(file=str(folder), problem=problem, mend=mend)) from error


def write_record(folder: Path, record: dict[str, object]) -> None:
    """Write the record by which a folder is known as a dataset of ours.

    Parameters
    ----------
    folder
        The dataset's.
    record
        What is to be said of it.
    """
    text = json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    (folder / RECORD).write_text(text, encoding="utf-8", newline="\n")


def _refuse_foreign(target: Path) -> None:
    """Refuse a place with something in it that we did not write.

    Raises
    ------
    OutputError
        If the place is a file, the folder one stands in, or holds other things.
    """
    problem = None
    if target.exists() and not target.is_dir():
        problem = Text("输出位置是一个文件，不是文件夹", "the output is a file, not a folder")
    elif target.parent == target or Path.cwd().is_relative_to(target):
        problem = Text(
            "输出位置是当前所在的文件夹或磁盘的根",
            "the output is the folder you are in or the root of a disk",
        )
    elif target.is_dir():
        names = {path.name for path in target.iterdir()}
        ours = {RECORD, *(path.name for path in target.glob(_PARTS))}
        if names and (RECORD not in names or names - ours):
            listed = ", ".join(sorted(names - ours)[:3]) or ", ".join(sorted(names)[:3])
            problem = Text(
                f"输出文件夹里有不是本命令写的东西：{listed}",
                f"the output folder holds what this command did not write: {listed}",
            )
    if problem is not None:
        raise OutputError(Fault(file=str(target), problem=problem, mend=_ELSEWHERE))


def _clear_up(target: Path, new: Path, old: Path) -> None:
    """Finish or undo what a killed run left."""
    if old.exists():
        if target.exists():
            shutil.rmtree(old)
        else:
            old.rename(target)
    if new.exists():
        shutil.rmtree(new)


def _swap(target: Path, new: Path, old: Path) -> None:
    """Put the new folder in the place of the old one."""
    if not target.exists():
        new.rename(target)
        return
    target.rename(old)
    try:
        new.rename(target)
    except BaseException:
        old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)
