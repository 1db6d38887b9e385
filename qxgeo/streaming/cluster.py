"""The only module that knows Dask: the same pieces, done by workers on other machines."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from qxgeo.errors import Fault, InputError, Text
from qxgeo.streaming.errands import WorkersLostError, do_piece

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qxgeo.streaming.errands import Errand
    from qxgeo.streaming.jobs import Numbered, Outcome

_WAIT_S = 30  # for the scheduler to answer


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

    sent = client.scatter(errand, broadcast=True, hash=False)
    futures = [client.submit(do_piece, sent, piece, pure=False) for piece in pieces]
    try:
        for future in as_completed(futures):
            yield future.result()
    except (KilledWorker, CancelledError) as error:
        raise WorkersLostError(str(error)) from error
    finally:
        client.cancel([*futures, sent])
