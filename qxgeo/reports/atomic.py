"""A whole set of results replaces the old one, or nothing happens.

Everything is written into a folder beside the target, on the same file system. At the end the old
folder is renamed away, the new one takes its name, and files that this program did not write move
over. A killed run leaves hidden folders that the next run clears up or puts back.
"""

from __future__ import annotations

import errno
import hashlib
import json
import shutil
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from qxgeo.errors import Fault, OutputError, QxgeoError, Text
from qxgeo.lock import hold_lock
from qxgeo.reports.run_record import format_record

if TYPE_CHECKING:
    from collections.abc import Iterator

RECORD = "run.json"
PATROL_RECORD = "patrol.json"
SITING_RECORD = "siting.json"
VERDICTS_RECORD = "verdicts.json"
TODAY_RECORD = "today.json"
DISPATCH_RECORD = "dispatch.json"
RETURNS_RECORD = "returned.json"
ROUND_RECORD = "inspection.json"
LISTS_RECORD = "lists.json"
CALENDAR_RECORD = "calendars.json"
REPORT_RECORD = "report.json"
LEDGER_MAP_RECORD = "ledger_map.json"
MEASURE_RECORD = "measure.json"
WATERING_RECORD = "watering.json"
WATERING_AUDIT_RECORD = "watering_audit.json"
_RECORDS = (
    RECORD,
    PATROL_RECORD,
    SITING_RECORD,
    VERDICTS_RECORD,
    TODAY_RECORD,
    DISPATCH_RECORD,
    RETURNS_RECORD,
    ROUND_RECORD,
    LISTS_RECORD,
    CALENDAR_RECORD,
    REPORT_RECORD,
    LEDGER_MAP_RECORD,
    MEASURE_RECORD,
    WATERING_RECORD,
    WATERING_AUDIT_RECORD,
)  # each command's own list of what it wrote, in one folder
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def replace_outputs(folder: str | Path, *, record: str = RECORD) -> Iterator[Path]:
    """Give a folder to write into, which becomes `folder` when the block ends well.

    Parameters
    ----------
    folder
        The output folder; made if absent. Files in it that no earlier run of the same command
        wrote (those that its record does not list under ``outputs``) stay.
    record
        The command's own record file: `RECORD`, `PATROL_RECORD`, `SITING_RECORD`,
        `VERDICTS_RECORD` or `TODAY_RECORD`.

    Yields
    ------
    new_folder
        An empty folder beside it.

    Raises
    ------
    OutputError
        If the results cannot be written or put in place; the old ones are untouched.
    """
    target = Path(folder).resolve()
    with _told_as_output_error(target):
        _refuse_bad_target(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        with hold_lock(target.parent / f".{target.name}.qxgeo-lock"):
            for one in _RECORDS:
                _clear_up(target, one)
            new = _beside(target, "new", record)
            new.mkdir()
            try:
                yield new
                _list_outputs(new, record)
                _refuse_to_overwrite_foreign(target, new, record)
                _swap(target, new, record)
            except BaseException:
                shutil.rmtree(new, ignore_errors=True)
                raise


def _beside(target: Path, what: str, record: str) -> Path:
    """Name a hidden folder beside the target; it tells whose it is, should the run be killed."""
    whose = "" if record == RECORD else f"-{Path(record).stem}"
    return target.parent / f".{target.name}.qxgeo-{what}{whose}"


@contextmanager
def _told_as_output_error(target: Path) -> Iterator[None]:
    """Turn what the system says into a sentence.

    Raises
    ------
    OutputError
        In place of an OSError.
    QxgeoError
        As it comes.
    """
    try:
        yield
    except QxgeoError:
        raise
    except OSError as error:
        name = Path(error.filename).name if isinstance(error.filename, str) else target.name
        problem, mend = _explain(error)
        raise OutputError(Fault(file=name, problem=problem, mend=mend)) from error


def _explain(error: OSError) -> tuple[Text, Text]:
    """Say what is wrong and how to mend it."""
    if error.errno in _FULL:
        return (
            Text("磁盘已满，结果没有写成，原有结果未动", "the disk is full: nothing was replaced"),
            Text(
                "腾出空间，或用 --out 选别处", "free some space, or choose another place with --out"
            ),
        )
    if isinstance(error, PermissionError):
        return (
            Text(
                "没有写权限，或文件正被其他程序（如 Excel、QGIS）打开，原有结果未动",
                "no permission, or a file is open in another program (Excel, QGIS):"
                " nothing was replaced",
            ),
            Text(
                "关闭打开的文件，或用 --out 选别处",
                "close the open file, or choose another place with --out",
            ),
        )
    detail = error.strerror or str(error)
    return (
        Text(
            f"写不成：{detail}，原有结果未动", f"cannot be written: {detail}; nothing was replaced"
        ),
        Text("用 --out 选一个可写的文件夹", "choose a folder that can be written with --out"),
    )


def _refuse_bad_target(target: Path) -> None:
    """Refuse what cannot be renamed as a folder.

    Raises
    ------
    OutputError
        If the target is a file, a root, a mount point or the current folder.
    """
    problem = None
    if target.exists() and not target.is_dir():
        problem = Text("输出位置是一个文件，不是文件夹", "the output is a file, not a folder")
    elif target.parent == target or target.is_mount():
        problem = Text(
            "输出位置是磁盘的根或挂载点", "the output is the root of a disk or a mount point"
        )
    elif Path.cwd().is_relative_to(target):
        problem = Text("输出位置是当前所在的文件夹", "the output is the folder you are in")
    if problem is not None:
        mend = Text(
            "用 --out 给出一个子文件夹，例如 maps",
            "name a folder inside it with --out, for example maps",
        )
        raise OutputError(Fault(file=target.name or str(target), problem=problem, mend=mend))


def _clear_up(target: Path, record: str) -> None:
    """Finish or undo what a killed run left."""
    new, old = _beside(target, "new", record), _beside(target, "old", record)
    if old.exists():
        if target.exists():
            _carry_foreign(old, target, _read_outputs(old, record))
            shutil.rmtree(old)
        else:
            old.rename(target)
    if new.exists():
        shutil.rmtree(new)


def _list_outputs(new: Path, name: str) -> None:
    """Write into the run record which files are ours, with their size and hash."""
    record_path = new / name
    record = json.loads(record_path.read_text(encoding="utf-8")) if record_path.exists() else {}
    record["outputs"] = {
        path.relative_to(new).as_posix(): {
            "bytes": path.stat().st_size,
            "sha256": _hash(path),
        }
        for path in sorted(new.rglob("*"))
        if path.is_file() and path != record_path
    }
    record_path.write_text(format_record(record), encoding="utf-8", newline="\n")


def _hash(path: Path) -> str:
    """Give the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read_outputs(folder: Path, name: str) -> set[str]:
    """Give the files of a folder that an earlier run wrote; none without a readable record."""
    try:
        record = json.loads((folder / name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return set()
    if not isinstance(record, dict) or not isinstance(record.get("outputs"), dict):
        return set()
    return {name, *record["outputs"]}


def _refuse_to_overwrite_foreign(target: Path, new: Path, record: str) -> None:
    """Refuse when a file that we did not write bears a name of ours.

    Raises
    ------
    OutputError
        With one fault per such file.
    """
    owned = _read_outputs(target, record)
    others = set().union(*(_read_outputs(target, one) for one in _RECORDS if one != record))
    faults = []
    for path in sorted(new.rglob("*")):
        name = path.relative_to(new).as_posix()
        there = target / name
        is_in_the_way = there.is_dir() != path.is_dir() and (there.exists() or there.is_symlink())
        if is_in_the_way or (path.is_file() and there.is_file() and name not in owned):
            problem = Text(
                "已有一个不是本程序写的同名文件",
                "a file of this name is there that we did not write",
            )
            if name in others:
                problem = Text(
                    "已有一个由另一条命令写的同名文件",
                    "a file of this name is there that another command wrote",
                )
            mend = Text(
                "移走它，或用 --out 选别处", "move it away, or choose another place with --out"
            )
            faults.append(Fault(file=name, problem=problem, mend=mend))
    if faults:
        raise OutputError(faults)


def _swap(target: Path, new: Path, record: str) -> None:
    """Put the new folder in the place of the old one, or leave everything as it was."""
    old = _beside(target, "old", record)
    if not target.exists():
        new.rename(target)
        return
    owned = _read_outputs(target, record)
    moved: list[tuple[Path, Path]] = []
    new.chmod(target.stat().st_mode & 0o7777)
    try:
        target.rename(old)
        new.rename(target)
        _carry_foreign(old, target, owned, moved)
    except BaseException:
        _undo(target, new, old, moved)
        raise
    # A leftover (a file still open elsewhere) does no harm: the next run clears it up.
    shutil.rmtree(old, ignore_errors=True)


def _undo(target: Path, new: Path, old: Path, moved: list[tuple[Path, Path]]) -> None:
    """Take back each step that was done."""
    for source, destination in reversed(moved):
        with suppress(OSError):
            destination.rename(source)
    if old.exists():
        if target.exists():
            target.rename(new)
        old.rename(target)


def _carry_foreign(
    old: Path, target: Path, owned: set[str], moved: list[tuple[Path, Path]] | None = None
) -> None:
    """Move what is not ours from the old folder into the new one, whole folders where possible."""
    folders_of_ours = {parent.as_posix() for name in owned for parent in Path(name).parents}
    waiting = sorted(old.iterdir())
    while waiting:
        source = waiting.pop(0)
        name = source.relative_to(old).as_posix()
        destination = target / name
        if name in owned:
            continue
        is_folder = source.is_dir() and not source.is_symlink()
        if is_folder and (name in folders_of_ours or destination.is_dir()):
            waiting += sorted(source.iterdir())
        elif not destination.exists():
            destination.parent.mkdir(parents=True, exist_ok=True)
            source.rename(destination)
            if moved is not None:
                moved.append((source, destination))
