"""What is done stays done: a killed run loses no finished piece and counts none twice.

A piece is written into a hidden folder. Its files go to the disk, the folder takes a name that says
what is in it, and then ``piece-0000012.json`` appears by one rename. That file is the piece: before
it the piece is not done, whatever lies about; after it the piece is done for good. Who does a piece
twice, as a cluster does that took a worker for dead, writes the same name with the same bytes.

Where nobody comes back to the folder, a piece that is nothing but numbers is not written at all.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from qxgeo.errors import Fault, InputError, OutputError, QxgeoError, Text
from qxgeo.lock import hold_lock
from qxgeo.streaming.jobs import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sized

_HEAD = "job.json"
_LOCK = "job.lock"
_HALF_DONE = (".piece-*", ".job-*")
_OURS = (_HEAD, "piece-*", *_HALF_DONE)
_EXACT = frozenset({int, str, bool, type(None)})  # of a long list: looked at all at once


@dataclass(frozen=True, slots=True)
class Journal:
    """The work folder of one job.

    Attributes
    ----------
    folder
        Where it is; every worker has to see it under this name.
    fingerprint
        Of the job.
    is_kept
        Whether the folder outlives a failure of the machine: then every step waits for the disk.
    """

    folder: Path
    fingerprint: str
    is_kept: bool = True

    def read(self, number: int) -> Outcome | None:
        """Give what came of a piece if it is done and whole, else None."""
        try:
            record = json.loads(self._path(number).read_text(encoding="utf-8"))
            if record["piece"] != number or record["job"] != self.fingerprint:
                return None
            home = self.folder / record["folder"]
            files = {one["name"]: home / one["name"] for one in record["files"]}
            for one in record["files"]:
                path = files[one["name"]]
                if path.stat().st_size != one["bytes"] or _hash(path) != one["sha256"]:
                    return None
            return Outcome(number, record["values"], files)
        except (OSError, ValueError, KeyError, TypeError):  # not written by us, or not whole
            return None

    def list_numbers(self) -> set[int]:
        """List the pieces of which there is anything, whole or not."""
        names = (path.stem.split("-")[1] for path in self.folder.glob("piece-*"))
        return {int(name) for name in names if name.isdecimal()}

    def stage(self, number: int) -> Path:
        """Name a folder to write a piece into; who has something to write makes it."""
        return self.folder / f".piece-{number:07d}-{uuid4().hex}"

    def commit(self, number: int, staged: Path, values: Mapping[str, Any]) -> Outcome:
        """Make a piece done.

        Parameters
        ----------
        number
            Of the piece.
        staged
            The folder that `stage` named, with all that was written; it is gone afterwards.
        values
            What came of the piece, in words and whole numbers.

        Returns
        -------
        outcome
            As `read` gives it.
        """
        refuse_inexact(values)
        is_made = staged.is_dir()
        files = _list_files(staged, is_kept=self.is_kept) if is_made else []
        home = ""
        if files:
            told = hashlib.sha256(json.dumps(files).encode()).hexdigest()
            home = f"piece-{number:07d}-{told[:16]}"
            _put_in_place(staged, self.folder / home, is_kept=self.is_kept)
        elif is_made:
            shutil.rmtree(staged)
        record = {
            "piece": number,
            "job": self.fingerprint,
            "folder": home,
            "files": files,
            "values": values,
        }
        text = json.dumps(record, sort_keys=True, ensure_ascii=False) + "\n"
        if self._is_recorded(files):
            _write_at_once(self._path(number), text, is_kept=self.is_kept)
        named = {one["name"]: self.folder / home / one["name"] for one in files}
        return Outcome(number, json.loads(text)["values"], named)

    def shows(self, outcome: Outcome) -> bool:
        """Say whether a piece and its files are to be seen from here."""
        record = [self._path(outcome.number)] if self._is_recorded(outcome.files) else []
        return all(path.is_file() for path in (*record, *outcome.files.values()))

    def discard(self, number: int) -> None:
        """Clear up what a killed worker left of a piece."""
        self._path(number).unlink(missing_ok=True)
        for path in self.folder.glob(f"piece-{number:07d}-*"):
            shutil.rmtree(path)

    def _is_recorded(self, files: Sized) -> bool:
        """Say whether a piece is written down: not where nobody comes back and nothing else is."""
        return self.is_kept or len(files) > 0

    def _path(self, number: int) -> Path:
        """Name the file that makes a piece done."""
        return self.folder / f"piece-{number:07d}.json"


@contextmanager
def open_journal(
    folder: Path, fingerprint: str, *, restart: bool = False, is_kept: bool = True
) -> Iterator[Journal]:
    """Open the work folder of a job, alone.

    Parameters
    ----------
    folder
        Made if absent; what an earlier run of the same job did is kept.
    fingerprint
        Of the job.
    restart
        Whether what is there is thrown away, whichever job it is of.
    is_kept
        Whether the folder outlives a failure of the machine.

    Yields
    ------
    journal
        Nobody else opens the folder as long as the block runs.

    Raises
    ------
    InputError
        If the folder holds pieces of another job.
    OutputError
        If it cannot be written, or another run is at work in it.
    QxgeoError
        As the block raises it.
    """
    folder = Path(folder).resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with hold_lock(folder / _LOCK):
            if restart:
                _clear(folder, _OURS)
            _refuse_other_job(folder, fingerprint)
            _clear(folder, _HALF_DONE)
            yield Journal(folder, fingerprint, is_kept)
            _clear(folder, _HALF_DONE)
    except QxgeoError:
        raise
    except OSError as error:
        detail = error.strerror or str(error)
        problem = Text(f"工作文件夹写不成：{detail}", f"the work folder fails: {detail}")
        mend = Text(
            "已完成的部分都在，改正后再运行同一命令即可继续",
            "what was finished is kept: mend this and run the same command again",
        )
        raise OutputError(Fault(file=folder.name, problem=problem, mend=mend)) from error


def clear_journal(folder: Path) -> None:
    """Remove what a journal wrote, and the folder if nothing else is in it."""
    _clear(folder, _OURS)
    with suppress(OSError):
        folder.rmdir()


def refuse_inexact(values: Any) -> None:  # noqa: ANN401 - whatever JSON takes
    """Refuse a float: sums of floats depend on the order, and totals must not.

    Raises
    ------
    TypeError
        If there is a float, or something that JSON does not hold.
    """
    if isinstance(values, dict):
        for key, value in values.items():
            refuse_inexact(key)
            refuse_inexact(value)
    elif isinstance(values, list | tuple):
        if not _EXACT.issuperset(map(type, values)):
            for value in values:
                refuse_inexact(value)
    elif not (values is None or isinstance(values, str | int)):
        message = f"an outcome holds whole numbers and words, not {type(values).__name__}"
        raise TypeError(message)


def _refuse_other_job(folder: Path, fingerprint: str) -> None:
    """Refuse the pieces of another job, and write down which job this is.

    Raises
    ------
    InputError
        If there are any.
    """
    head = {"fingerprint": fingerprint, "qxgeo": _version()}
    try:
        found = json.loads((folder / _HEAD).read_text(encoding="utf-8"))
    except FileNotFoundError:
        found = head if not any(folder.glob("piece-*")) else None
    except ValueError:
        found = None
    if found != head:
        problem = Text(
            "这个工作文件夹里是另一项任务的中间结果：输入、参数或程序版本已经不同",
            "this work folder holds pieces of another job: data, parameters or version differ",
        )
        mend = Text(
            "用 --restart 丢弃它们从头开始，或另选工作文件夹",
            "throw them away with --restart, or choose another work folder",
        )
        raise InputError(Fault(file=folder.name, problem=problem, mend=mend))
    text = json.dumps(head, sort_keys=True, indent=1) + "\n"
    _write_at_once(folder / _HEAD, text, is_kept=False)


def _version() -> str:
    """Give the installed version; a checkout that was never installed has none."""
    try:
        return metadata.version("qxgeo")
    except metadata.PackageNotFoundError:
        return "0+unknown"


def _clear(folder: Path, patterns: tuple[str, ...]) -> None:
    """Remove files and folders of some names."""
    for path in (found for pattern in patterns for found in folder.glob(pattern)):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _list_files(staged: Path, *, is_kept: bool) -> list[dict[str, Any]]:
    """List what was written: name, size and hash, in the order of names; all of it on the disk."""
    listed = []
    for path in sorted(p for p in staged.rglob("*") if p.is_file()):
        if is_kept:
            _flush(path)
        name = path.relative_to(staged).as_posix()
        listed.append({"name": name, "bytes": path.stat().st_size, "sha256": _hash(path)})
    for path in [staged, *(p for p in staged.rglob("*") if p.is_dir())] if is_kept else []:
        _flush(path)
    return listed


def _put_in_place(staged: Path, home: Path, *, is_kept: bool) -> None:
    """Give a folder its name; where it is taken the same bytes are there already.

    Raises
    ------
    OSError
        If it cannot have it.
    """
    try:
        staged.rename(home)
    except OSError:
        if not home.is_dir():
            raise
        shutil.rmtree(staged)
    if is_kept:
        _flush(home.parent)


def _write_at_once(path: Path, text: str, *, is_kept: bool) -> None:
    """Write a file that is there as a whole or not at all."""
    draft = path.with_name(f".{path.stem}-{uuid4().hex}")
    draft.write_text(text, encoding="utf-8", newline="\n")
    if is_kept:
        _flush(draft)
    draft.replace(path)
    if is_kept:
        _flush(path.parent)


def _flush(path: Path) -> None:
    """Wait until a file or a folder is on the disk; not every system does it for folders."""
    with suppress(OSError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _hash(path: Path) -> str:
    """Give the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
