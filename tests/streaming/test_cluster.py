"""The same pieces through Dask: the same bytes, and a killed worker loses nothing."""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from qxgeo.errors import InputError
from qxgeo.streaming import cluster, connect, run_pieces, running
from qxgeo.streaming.errands import Errand, do_piece
from qxgeo.streaming.journal import open_journal

if TYPE_CHECKING:
    from types import ModuleType

HERE = Path(__file__).parent
# In a process of its own, as a user has it: tests open no sockets.
SCRIPT = """
import json, sys
sys.path.insert(0, {here!r})
import toy_jobs
from distributed import Client, LocalCluster
from qxgeo.streaming import connect, run_pieces

if __name__ == "__main__":
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as local, connect(local.scheduler_address) as client:
        pieces = [toy_jobs.Piece(n) for n in range(24)]
        job = toy_jobs.Squares(stops_at={stops_at}, pipes={pipes!r})
        outcomes = run_pieces(
            job, pieces, work_folder={work!r}, memory_mb=1_000, client=client
        )
    print(json.dumps([one.values["square"] for one in outcomes]))
"""


def _start(tmp_path: Path, *, stops_at: int, pipes: Path | str) -> subprocess.Popen[str]:
    work = str(tmp_path / "work")
    path = tmp_path / "run.py"
    path.write_text(SCRIPT.format(here=str(HERE), stops_at=stops_at, pipes=str(pipes), work=work))
    return subprocess.Popen(
        [sys.executable, str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def _bytes_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_cluster_writes_the_same_bytes_though_a_worker_is_killed(
    tmp_path: Path, pipes: Path, toy_jobs: ModuleType
) -> None:
    pytest.importorskip("distributed", reason="the extra qxgeo[dask]")
    process = _start(tmp_path, stops_at=3, pipes=pipes)
    with (pipes / "here").open() as pipe:  # until a worker is in the middle of a task of six pieces
        worker = int(pipe.read())
    assert worker != process.pid
    os.kill(worker, signal.SIGKILL)
    told, complaint = process.communicate()
    assert process.returncode == 0, complaint
    assert json.loads(told.splitlines()[-1]) == [n * n for n in range(24)]
    pieces = [toy_jobs.Piece(number) for number in range(24)]
    run_pieces(toy_jobs.Squares(), pieces, work_folder=tmp_path / "calm", memory_mb=1_000)
    assert _bytes_of(tmp_path / "work") == _bytes_of(tmp_path / "calm")


def test_a_task_that_is_done_again_leaves_out_what_is_done(
    tmp_path: Path, toy_jobs: ModuleType
) -> None:
    pieces = [toy_jobs.Piece(number) for number in range(4)]
    with open_journal(tmp_path, "squares") as journal:
        do_piece(Errand(toy_jobs.Squares(), journal, 1), pieces[1])
        fails_at_one = pickle.dumps(Errand(toy_jobs.Squares(wrong=1), journal, 1))
        outcomes = cluster.do_pieces(pieces, packed=fails_at_one)
    assert [one.values["square"] for one in outcomes] == [0, 1, 4, 9]


@pytest.mark.parametrize("threads", [0, 1, 2, 64])
def test_every_piece_is_in_one_task_and_the_last_tasks_are_small(threads: int) -> None:
    pieces = list(range(160))
    tasks = cluster.share_out(pieces, threads)
    assert [piece for task in tasks for piece in task] == pieces
    sizes = [len(task) for task in tasks]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] <= max(len(pieces) / (2 * max(threads, 1)), 1)
    assert sizes[-1] == 1
    assert not cluster.share_out([], threads)


def test_without_dask_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(InputError, match=r"pip install 'qxgeo\[dask\]'"),
        connect("tcp://127.0.0.1:1"),
    ):
        pass


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed", reason="the extra qxgeo[dask]")

    def refuse(address: str, *, timeout: float) -> None:
        message = f"{address} did not answer within {timeout} s"
        raise OSError(message)

    monkeypatch.setattr(distributed, "Client", refuse)
    with (
        pytest.raises(InputError, match=r"no Dask scheduler answers at tcp://10\.0\.0\.5:8786"),
        connect("tcp://10.0.0.5:8786"),
    ):
        pass


class _Cluster:
    """Stands for a cluster: so many threads for each worker."""

    def __init__(self, **threads: int) -> None:
        self.threads = threads

    def nthreads(self) -> dict[str, int]:
        """Say who has how many."""
        return self.threads


def test_a_cluster_without_workers_is_named() -> None:
    assert cluster.count_threads(_Cluster(a=2, b=4)) == 4
    with pytest.raises(InputError, match="no worker"):
        cluster.count_threads(_Cluster())


def test_a_folder_that_only_the_workers_see_is_named(
    toy_jobs: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def elsewhere(_client: object, errand: object, pieces: list[object]) -> object:
        for outcome in running.do_in_threads(errand, pieces, threads=1):
            for path in outcome.files.values():
                path.unlink()
            yield outcome

    monkeypatch.setattr(cluster, "do_on_cluster", elsewhere)
    monkeypatch.setattr(running, "_PATIENCE_S", 0.0)
    with pytest.raises(InputError, match="--work name a shared folder"):
        run_pieces(
            toy_jobs.Squares(),
            [toy_jobs.Piece(1)],
            work_folder=tmp_path,
            memory_mb=1_000,
            client=_Cluster(a=1),
        )
