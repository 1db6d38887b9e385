"""One piece, done by whoever has the time: a thread, a process, a worker on another machine."""

from __future__ import annotations

import hashlib
import os
import pickle
import shutil
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import connection, get_context, parent_process
from typing import TYPE_CHECKING
from uuid import uuid4

from qxgeo.geodesy.compiled import in_this_thread

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Executor
    from pathlib import Path

    from qxgeo.streaming.jobs import Job, Numbered, Outcome
    from qxgeo.streaming.journal import Journal

_received: list[Errand] = []  # of this process, where it is a worker of a pool


class WorkersLostError(Exception):
    """Workers were killed; what they had finished is in the journal."""


@dataclass(frozen=True, slots=True)
class Errand:
    """What a worker has to know.

    Attributes
    ----------
    job
        What is done.
    journal
        Where it is written down.
    batch_rows
        How many rows may be held at a time.
    """

    job: Job
    journal: Journal
    batch_rows: int


def do_piece(errand: Errand, piece: Numbered) -> Outcome:
    """Do one piece and write it down.

    Parameters
    ----------
    errand
        What is done, and where it is written down.
    piece
        The piece.

    Returns
    -------
    outcome
        As it stands in the journal.
    """
    staged = errand.journal.stage(piece.number)
    try:
        with in_this_thread():  # the cores are shared out among pieces
            values = errand.job.do(piece, staged, batch_rows=errand.batch_rows)
        return errand.journal.commit(piece.number, staged, values)
    except BaseException:
        shutil.rmtree(staged, ignore_errors=True)
        raise


def do_in_threads(errand: Errand, pieces: Sequence[Numbered], *, threads: int) -> Iterator[Outcome]:
    """Do pieces in this process, several at a time, and give what came of each as it comes."""
    with ThreadPoolExecutor(max_workers=threads) as pool:
        futures = [pool.submit(do_piece, errand, piece) for piece in pieces]
        try:
            for future in as_completed(futures):
                yield future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def do_in_processes(
    errand: Errand, pieces: Sequence[Numbered], *, workers: int
) -> Iterator[Outcome]:
    """Do pieces in processes of one thread each, and give what came of each as it comes.

    Raises
    ------
    WorkersLostError
        If one of them was killed; the others stop with it.
    """
    pool: Executor
    context = get_context("spawn")  # a fork would inherit locks that other threads hold
    with (
        _packed(errand) as packed,
        ProcessPoolExecutor(workers, context, _receive, packed) as pool,
    ):
        futures = [pool.submit(_do_received, piece) for piece in pieces]
        try:
            for future in as_completed(futures):
                yield future.result()
        except BrokenProcessPool as error:
            raise WorkersLostError(str(error)) from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _packed(errand: Errand) -> Iterator[tuple[Path, bytes]]:
    """Put an errand into a file for workers, and say what it holds: others may write there, too.

    What is handed to a new process goes through a pipe, and a process that dies before it has read
    it all, as that of a script without a guarded start does, would let its parent wait for ever.
    """
    path = errand.journal.folder / f".job-{uuid4().hex}"
    content = pickle.dumps(errand, protocol=5)
    path.write_bytes(content)
    try:
        yield path, hashlib.sha256(content).digest()
    finally:
        path.unlink()


def _receive(path: Path, digest: bytes) -> None:
    """Keep what every piece needs, and do not outlive the process that asks for them.

    Raises
    ------
    ValueError
        If the file is not what the parent wrote.
    """
    content = path.read_bytes()
    if hashlib.sha256(content).digest() != digest:
        message = f"{path.name} was altered"
        raise ValueError(message)
    _received[:] = [pickle.loads(content)]  # noqa: S301 - our own parent's
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    """Wait until the parent is gone, killed perhaps, and stop at once."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _do_received(piece: Numbered) -> Outcome:
    """Do one piece in a worker of a pool."""
    return do_piece(_received[0], piece)
