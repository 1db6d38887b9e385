"""Pieces are given out, done and collected; those that the journal knows are not done again."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from qxgeo.errors import Fault, InputError, OutputError, Text
from qxgeo.geodesy.compiled import count_cores
from qxgeo.streaming import cluster
from qxgeo.streaming.errands import Errand, WorkersLostError, do_in_processes, do_in_threads
from qxgeo.streaming.journal import open_journal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qxgeo.streaming.jobs import Job, Numbered, Outcome
    from qxgeo.streaming.journal import Journal

BASE_MB = 320  # of a process with Python, NumPy, pyarrow, shapely and the compiled loops at work
THREAD_MB = 30  # of each thread that works in it: what it reads, and what the allocator keeps
LEAST_ROWS = 1024  # of a batch: below, the start of each costs more than the work
MOST_ROWS = 1 << 18  # more rows at a time are not faster
_PATIENCE_S = 60.0  # with a network file system that shows new files late
_MOST_LOSSES = 3  # times that workers are lost without a single piece done


class Progress(Protocol):
    """Say what is being done, and how far it is."""

    def __call__(self, what: str, done: float = 0.0, total: float = 0.0, /) -> None:
        """Show it."""


def run_pieces(  # noqa: PLR0913 - one argument for each option
    job: Job,
    pieces: Sequence[Numbered],
    *,
    work_folder: str | Path,
    memory_mb: float,
    workers: int = 0,
    client: Any = None,  # noqa: ANN401 - a distributed.Client
    restart: bool = False,
    is_kept: bool = True,
    progress: Progress | None = None,
) -> tuple[Outcome, ...]:
    """Do a job piece by piece, here, in several processes or on a cluster, and resume it.

    Parameters
    ----------
    job
        What is done.
    pieces
        On what; each has a number of its own.
    work_folder
        Where finished pieces are kept, also when the run is killed: the same call goes on from
        there. The caller clears it (`clear_journal`) when the results are where they belong. On a
        cluster it has to be a folder that all machines see under the same name.
    memory_mb
        How much memory each process may take, megabytes of 1e6 bytes.
    workers
        0: this process, with a thread for each core that the memory bears. 1: this process, one
        piece after the other. More: so many processes of one thread each.
    client
        A `distributed.Client`, in place of `workers`.
    restart
        Whether finished pieces are thrown away first.
    is_kept
        Whether the work folder outlives a failure of the machine: then finished pieces wait for
        the disk. Not for one that is thrown away at the end.
    progress
        Told how many pieces are done.

    Returns
    -------
    outcomes
        One per piece, in the order of `pieces`; the same whoever did them.

    Raises
    ------
    InputError
        If the memory is too small, or the work folder holds another job.
    OutputError
        If the work folder cannot be written, or workers are lost again and again.
    """
    threads = 1 if workers else fit_threads(job, memory_mb=memory_mb, most=count_cores())
    if client is not None:
        threads = cluster.count_threads(client)
    batch_rows = rows_within(job, memory_mb=memory_mb, threads=threads)
    tell = progress if progress is not None else _say_nothing
    with open_journal(
        Path(work_folder), job.fingerprint, restart=restart, is_kept=is_kept
    ) as journal:
        done: dict[int, Outcome] = {}
        numbers = _numbers(pieces)
        errand = Errand(job, journal, batch_rows)
        losses = 0
        while waiting := _not_yet(pieces, done, journal):
            before = len(done)
            tell("", before, len(pieces))
            try:
                for outcome in _give_out(errand, waiting, workers, threads, client):
                    done[outcome.number] = outcome
                    tell("", len(done), len(pieces))
            except WorkersLostError as error:
                losses = losses + 1 if len(done) == before else 0
                if losses == _MOST_LOSSES:
                    raise OutputError(_too_many_losses(work_folder)) from error
        outcomes = tuple(done[number] for number in numbers)
        if client is not None:
            _wait_until_seen(outcomes, journal)
        return outcomes


def fit_threads(job: Job, *, memory_mb: float, most: int) -> int:
    """Say how many threads of a process the memory bears.

    Parameters
    ----------
    job
        What is done.
    memory_mb
        How much memory the process may take, megabytes of 1e6 bytes.
    most
        How many there may be.

    Returns
    -------
    threads
        From 1 to `most`; 1 also where the memory bears none, which `rows_within` refuses.
    """
    of_one = THREAD_MB * 1e6 + LEAST_ROWS * job.row_bytes
    spare = memory_mb * 1e6 - BASE_MB * 1e6 - job.own_bytes
    return max(1, min(most, int(spare // of_one)))


def rows_within(job: Job, *, memory_mb: float, threads: int) -> int:
    """Say how many rows a batch may have.

    Parameters
    ----------
    job
        What is done.
    memory_mb
        How much memory the process may take, megabytes of 1e6 bytes.
    threads
        How many pieces it does at a time.

    Returns
    -------
    batch_rows
        At least `LEAST_ROWS`, at most `MOST_ROWS`.

    Raises
    ------
    InputError
        If the memory is too small for the least batch.
    """
    fixed = (BASE_MB + THREAD_MB * threads) * 1e6 + job.own_bytes
    rows = int((memory_mb * 1e6 - fixed) / (threads * job.row_bytes))
    if rows < LEAST_ROWS:
        least_mb = int((fixed + LEAST_ROWS * threads * job.row_bytes) / 1e6) + 1
        problem = Text(
            f"内存上限 {memory_mb:,.0f} MB 太小", f"a limit of {memory_mb:,.0f} MB is too little"
        )
        mend = Text(f"至少需要 --memory {least_mb}", f"at least --memory {least_mb} is needed")
        raise InputError(Fault(problem=problem, mend=mend, column="--memory"))
    return min(rows, MOST_ROWS)


def _give_out(
    errand: Errand,
    pieces: Sequence[Numbered],
    workers: int,
    threads: int,
    client: Any,  # noqa: ANN401 - a distributed.Client
) -> Iterator[Outcome]:
    """Let those do the pieces who were asked for."""
    if client is not None:
        return cluster.do_on_cluster(client, errand, pieces)
    if workers > 1:
        return do_in_processes(errand, pieces, workers=min(workers, len(pieces)))
    return do_in_threads(errand, pieces, threads=threads)


def _not_yet(
    pieces: Sequence[Numbered], done: dict[int, Outcome], journal: Journal
) -> list[Numbered]:
    """List what is still to be done, after a look at what others finished before they went."""
    for number in journal.list_numbers().intersection(_numbers(pieces)).difference(done):
        found = journal.read(number)
        if found is None:
            journal.discard(number)
        else:
            done[number] = found
    return [piece for piece in pieces if piece.number not in done]


def _wait_until_seen(outcomes: Sequence[Outcome], journal: Journal) -> None:
    """Wait until this machine sees what others wrote: network file systems take their time.

    Raises
    ------
    InputError
        If it does not: then a worker wrote into a folder of its own machine.
    """
    until = time.monotonic() + _PATIENCE_S
    while not all(journal.shows(outcome) for outcome in outcomes):
        if time.monotonic() > until:
            problem = Text(
                "工作进程写出的文件在本机看不到",
                "what a worker wrote is not to be seen on this machine",
            )
            mend = Text(
                "把 --work 指到所有机器以同一路径访问的共享文件夹",
                "let --work name a shared folder that has the same path on all machines",
            )
            raise InputError(Fault(problem=problem, mend=mend, column="--work"))
        time.sleep(_PATIENCE_S / 100)


def _too_many_losses(work_folder: str | Path) -> Fault:
    """Say that workers go as soon as they begin."""
    problem = Text(
        "工作进程一启动就被终止，没有完成任何一部分",
        "workers are lost as soon as they begin, and no piece gets done",
    )
    mend = Text(
        "多半是内存不足：减小 --memory 或 --workers；从脚本调用时把入口放在"
        " if __name__ == '__main__' 之下",
        "most likely memory runs out: lower --memory or --workers; a script has to keep its start"
        " under if __name__ == '__main__'",
    )
    return Fault(file=Path(work_folder).name, problem=problem, mend=mend)


def _numbers(pieces: Sequence[Numbered]) -> list[int]:
    """Give the numbers of pieces.

    Raises
    ------
    ValueError
        If two are the same: one would be taken for the other.
    """
    numbers = [piece.number for piece in pieces]
    if len(set(numbers)) < len(numbers):
        message = "two pieces have the same number"
        raise ValueError(message)
    return numbers


def _say_nothing(_what: str, _done: float = 0.0, _total: float = 0.0) -> None:
    """Ignore progress."""
