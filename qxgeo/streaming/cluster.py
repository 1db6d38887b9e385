"""The only module that knows Dask: the same pieces, done by workers on other machines."""

from __future__ import annotations

import pickle
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from qxgeo.errors import Fault, InputError, Text
from qxgeo.streaming.errands import WorkersLostError, do_piece

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qxgeo.streaming.errands import Errand
    from qxgeo.streaming.jobs import Numbered, Outcome

_WAIT_S = 30  # for the scheduler to answer
_TURNS = 2  # tasks that a thread gets while half of the pieces are given out, and more


@contextmanager
def connect(address: str) -> Iterator[Any]:
    """Open a client of a Dask scheduler.

    Parameters
    ----------
    address
        As ``tcp://192.168.1.5:8786``.

    Yields
    ------
    client
        A `distributed.Client`, for `run_pieces` and `measure_roads`.

    Raises
    ------
    InputError
        If Dask is not installed, or nobody answers there.
    """
    try:
        from distributed import Client  # noqa: PLC0415 - an extra
    except ImportError as error:
        problem = Text("没有安装 Dask", "Dask is not installed")
        mend = Text("安装：pip install 'qxgeo[dask]'", "to install it: pip install 'qxgeo[dask]'")
        raise InputError(Fault(problem=problem, mend=mend, column="--dask")) from error
    try:
        client = Client(address, timeout=_WAIT_S)
    except (OSError, ValueError) as error:
        problem = Text(f"连不上 Dask 调度器 {address}", f"no Dask scheduler answers at {address}")
        mend = Text(
            "在那台机器上运行 dask scheduler，核对地址、端口和防火墙",
            "run dask scheduler there, and check address, port and firewall",
        )
        raise InputError(Fault(problem=problem, mend=mend, column="--dask")) from error
    with client:
        yield client


def count_threads(client: Any) -> int:  # noqa: ANN401 - a distributed.Client
    """Say how many pieces a worker of the cluster does at a time.

    Parameters
    ----------
    client
        A `distributed.Client`.

    Returns
    -------
    threads
        Of the worker that has the most.

    Raises
    ------
    InputError
        If there is no worker.
    """
    threads = client.nthreads()
    if not threads:
        problem = Text("Dask 集群里没有工作进程", "the Dask cluster has no worker")
        mend = Text(
            "在每台机器上运行 dask worker，指向调度器",
            "run dask worker on each machine, with the address of the scheduler",
        )
        raise InputError(Fault(problem=problem, mend=mend, column="--dask"))
    return int(max(threads.values()))


def do_on_cluster(
    client: Any,  # noqa: ANN401 - a distributed.Client
    errand: Errand,
    pieces: Sequence[Numbered],
) -> Iterator[Outcome]:
    """Do pieces on a Dask cluster, and give what came of each as it comes.

    Parameters
    ----------
    client
        A `distributed.Client`.
    errand
        What every worker has to know; it is sent to each of them once.
    pieces
        What is to be done.

    Yields
    ------
    outcome
        Of one piece, in any order.

    Raises
    ------
    WorkersLostError
        If workers went, and with them what they had been sent.
    """
    from distributed import CancelledError, KilledWorker, as_completed  # noqa: PLC0415 - an extra

    sent = client.scatter(pickle.dumps(errand, protocol=5), broadcast=True, hash=False)
    threads = sum(client.nthreads().values())
    futures = client.map(do_pieces, share_out(pieces, threads), packed=sent, pure=False)
    try:
        for batch in as_completed(futures, with_results=True).batches():
            for _, outcomes in batch:
                yield from outcomes
    except (KilledWorker, CancelledError) as error:
        raise WorkersLostError(str(error)) from error
    finally:
        client.cancel([*futures, sent])


def share_out(pieces: Sequence[Numbered], threads: int) -> list[Sequence[Numbered]]:
    """Put pieces into tasks: a task costs a scheduler some ten milliseconds, a piece has its own.

    Parameters
    ----------
    pieces
        What is to be done.
    threads
        How many there are in the cluster.

    Returns
    -------
    tasks
        In the order of the pieces, with ever fewer of them, the last with one: nobody waits long
        for the others in the end.
    """
    tasks, begin = [], 0
    while begin < len(pieces):
        end = begin + max((len(pieces) - begin) // (_TURNS * max(threads, 1)), 1)
        tasks.append(pieces[begin:end])
        begin = end
    return tasks


def do_pieces(pieces: Sequence[Numbered], *, packed: bytes) -> list[Outcome]:
    """Do the pieces of a task on a worker.

    Parameters
    ----------
    pieces
        Of the task; another worker may have done some before it went.
    packed
        The errand, pickled.

    Returns
    -------
    outcomes
        One for each piece.
    """
    errand = _unpack(packed)
    known = (errand.journal.read(piece.number) for piece in pieces)
    return [done or do_piece(errand, piece) for piece, done in zip(pieces, known, strict=True)]


@lru_cache(maxsize=1)
def _unpack(packed: bytes) -> Errand:
    """Take out what the client packed, once for all tasks of a worker."""
    errand: Errand = pickle.loads(packed)  # noqa: S301 - our own client's
    return errand
