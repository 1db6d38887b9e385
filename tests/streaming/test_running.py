"""Pieces are done once, by whoever; killed runs go on; nothing is counted twice."""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from qxgeo.errors import Fault, InputError, OutputError, Text
from qxgeo.streaming import clear_journal, run_pieces, running
from qxgeo.streaming.journal import open_journal

if TYPE_CHECKING:
    from types import ModuleType

MEMORY_MB = 1_000
HERE = Path(__file__).parent
SCRIPT = """
import sys
sys.path.insert(0, {here!r})
import toy_jobs
from qxgeo.streaming import run_pieces

if __name__ == "__main__":
    pieces = [toy_jobs.Piece(n) for n in range(8)]
    job = toy_jobs.Squares(stops_at=5, pipes={pipes!r})
    run_pieces(job, pieces, work_folder={work!r}, memory_mb=1_000, workers={workers})
"""


def _pieces(toy_jobs: ModuleType, count: int = 8) -> list[Any]:
    return [toy_jobs.Piece(number) for number in range(count)]


def _bytes_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_whoever_does_the_pieces_the_journal_is_the_same_to_the_byte(
    toy_jobs: ModuleType, tmp_path: Path
) -> None:
    job, pieces = toy_jobs.Squares(), _pieces(toy_jobs)
    here = run_pieces(job, pieces, work_folder=tmp_path / "here", memory_mb=MEMORY_MB)
    there = run_pieces(
        job, pieces[::-1], work_folder=tmp_path / "there", memory_mb=MEMORY_MB, workers=2
    )
    assert [one.number for one in here] == list(range(8))
    assert [one.values["square"] for one in here] == [n * n for n in range(8)]
    assert [one.number for one in there] == list(range(7, -1, -1))
    assert [one.values for one in there[::-1]] == [one.values for one in here]
    assert [one.files["number.txt"].read_text() for one in here] == [f"{n}\n" for n in range(8)]
    assert _bytes_of(tmp_path / "here") == _bytes_of(tmp_path / "there")


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_a_run_killed_in_the_middle_goes_on_where_it_was(
    workers: int, toy_jobs: ModuleType, tmp_path: Path, pipes: Path
) -> None:
    work = tmp_path / "work"
    script = SCRIPT.format(here=str(HERE), pipes=str(pipes), work=str(work), workers=workers)
    (tmp_path / "run.py").write_text(script)
    process = subprocess.Popen([sys.executable, str(tmp_path / "run.py")])
    with (pipes / "here").open() as pipe:  # until piece 5 is half done
        worker = int(pipe.read())
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    done = sorted(path.name for path in work.glob("piece-*.json"))
    assert "piece-0000005.json" not in done
    assert done
    assert list(work.glob(".piece-0000005-*"))  # what the killed one left
    before = {name: (work / name).stat().st_mtime_ns for name in done}
    told: list[float] = []
    again = run_pieces(
        toy_jobs.Squares(),
        _pieces(toy_jobs),
        work_folder=work,
        memory_mb=MEMORY_MB,
        progress=lambda _what, at=0.0, _total=0.0: told.append(at),
    )
    assert told[0] == len(done)  # those are not done again
    assert {name: (work / name).stat().st_mtime_ns for name in done} == before
    run_pieces(
        toy_jobs.Squares(), _pieces(toy_jobs), work_folder=tmp_path / "calm", memory_mb=MEMORY_MB
    )
    assert [one.values["square"] for one in again] == [n * n for n in range(8)]
    assert not list(work.glob(".piece-0000005-*"))
    # The other worker may still be on its way out, with a piece half done.
    found = {n: b for n, b in _bytes_of(work).items() if not n.startswith(".piece-")}
    assert found == _bytes_of(tmp_path / "calm")
    assert (worker == process.pid) == (workers < 2)


def test_a_worker_killed_in_the_middle_loses_nothing(
    toy_jobs: ModuleType, tmp_path: Path, pipes: Path
) -> None:
    killed: list[int] = []

    def kill() -> None:
        with (pipes / "here").open() as pipe:
            killed.append(int(pipe.read()))
        os.kill(killed[0], signal.SIGKILL)

    murderer = threading.Thread(target=kill)
    murderer.start()
    job = toy_jobs.Squares(stops_at=5, pipes=str(pipes))
    outcomes = run_pieces(
        job, _pieces(toy_jobs), work_folder=tmp_path / "work", memory_mb=MEMORY_MB, workers=2
    )
    murderer.join()
    assert killed
    assert killed[0] != os.getpid()
    run_pieces(
        toy_jobs.Squares(), _pieces(toy_jobs), work_folder=tmp_path / "calm", memory_mb=MEMORY_MB
    )
    assert [one.values["square"] for one in outcomes] == [n * n for n in range(8)]
    assert _bytes_of(tmp_path / "work") == _bytes_of(tmp_path / "calm")


def test_workers_that_always_die_end_in_a_word_and_not_in_a_loop(
    toy_jobs: ModuleType, tmp_path: Path
) -> None:
    with pytest.raises(OutputError, match="memory runs out"):
        run_pieces(
            toy_jobs.Deadly(),
            _pieces(toy_jobs),
            work_folder=tmp_path,
            memory_mb=MEMORY_MB,
            workers=2,
        )


def test_a_script_without_a_guarded_start_ends_in_a_word_however_much_its_job_holds(
    tmp_path: Path,
) -> None:
    # More than a pipe holds: its reader is gone before it has read it all.
    script = SCRIPT.format(here=str(HERE), pipes="p" * 1_000_000, work=str(tmp_path), workers=2)
    (tmp_path / "run.py").write_text(script.replace('if __name__ == "__main__":', "if True:"))
    done = subprocess.run(
        [sys.executable, str(tmp_path / "run.py")],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    assert "a script has to keep its start under if __name__" in done.stderr


def test_an_altered_job_is_refused_until_it_is_told_to_restart(
    toy_jobs: ModuleType, tmp_path: Path
) -> None:
    pieces = _pieces(toy_jobs)
    run_pieces(toy_jobs.Squares(), pieces, work_folder=tmp_path, memory_mb=MEMORY_MB)
    (tmp_path / "notes.txt").write_text("mine")
    other = toy_jobs.Squares(fingerprint="other roads")
    with pytest.raises(InputError, match="--restart") as refused:
        run_pieces(other, pieces[:2], work_folder=tmp_path, memory_mb=MEMORY_MB)
    assert "另一项任务" in str(refused.value)
    assert len(list(tmp_path.glob("piece-*.json"))) == 8
    run_pieces(other, pieces[:2], work_folder=tmp_path, memory_mb=MEMORY_MB, restart=True)
    assert len(list(tmp_path.glob("piece-*.json"))) == 2
    clear_journal(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_head_that_cannot_be_read_is_another_job(toy_jobs: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "job.json").write_text("{")
    with pytest.raises(InputError, match="--restart"):
        run_pieces(toy_jobs.Squares(), [], work_folder=tmp_path, memory_mb=MEMORY_MB)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: next(folder.glob("piece-0000003-*/number.txt")).write_text("4\n"),
        lambda folder: next(folder.glob("piece-0000003-*/number.txt")).unlink(),
        lambda folder: (folder / "piece-0000003.json").write_text("[]"),
        lambda folder: (folder / "piece-0000003.json").unlink(),
        lambda folder: (folder / "piece-0000003.json").replace(folder / "piece-0000004.json"),
    ],
    ids=["altered", "removed", "garbled", "never written", "of another number"],
)
def test_a_piece_that_is_not_whole_is_done_again(
    spoil: Any,  # noqa: ANN401 - a lambda
    toy_jobs: ModuleType,
    tmp_path: Path,
) -> None:
    job, pieces = toy_jobs.Squares(), _pieces(toy_jobs)
    run_pieces(job, pieces, work_folder=tmp_path, memory_mb=MEMORY_MB)
    whole = _bytes_of(tmp_path)
    spoil(tmp_path)
    assert _bytes_of(tmp_path) != whole
    run_pieces(job, pieces, work_folder=tmp_path, memory_mb=MEMORY_MB)
    assert _bytes_of(tmp_path) == whole


def test_who_does_a_piece_twice_finds_it_done_with_the_same_bytes(tmp_path: Path) -> None:
    with open_journal(tmp_path, "job") as journal:
        first, second = journal.stage(1), journal.stage(1)
        for staged in (first, second):
            (staged / "deep").mkdir(parents=True)
            (staged / "deep" / "road.txt").write_text("road")
        one = journal.commit(1, first, {"roads": 1})
        whole = _bytes_of(tmp_path)
        assert journal.commit(1, second, {"roads": 1}) == one == journal.read(1)
        half_done = f"{second.name}/deep/road.txt"
        assert _bytes_of(tmp_path) == {k: v for k, v in whole.items() if k != half_done}
        assert list(one.files) == ["deep/road.txt"]
        assert journal.shows(one)


def test_where_nobody_comes_back_only_a_piece_with_files_is_written_down(tmp_path: Path) -> None:
    with open_journal(tmp_path, "job", is_kept=False) as journal:
        bare = journal.commit(1, journal.stage(1), {"roads": (1, 2)})
        assert bare.values == {"roads": [1, 2]}
        assert journal.list_numbers() == set()
        staged = journal.stage(2)
        staged.mkdir()
        (staged / "road.txt").write_text("road")
        full = journal.commit(2, staged, {"roads": 1})
        assert full == journal.read(2)
        assert journal.shows(bare)
        assert journal.shows(full)
        (tmp_path / "piece-0000002.json").unlink()
        assert not journal.shows(full)


def test_one_run_at_a_time_in_a_work_folder(tmp_path: Path) -> None:
    with (
        open_journal(tmp_path, "job"),
        pytest.raises(OutputError, match="another run"),
        open_journal(tmp_path, "job"),
    ):
        pass


def test_a_work_folder_that_cannot_be_made_is_named(toy_jobs: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "work").write_text("a file")
    with pytest.raises(OutputError, match="work: the work folder fails"):
        run_pieces(toy_jobs.Squares(), [], work_folder=tmp_path / "work", memory_mb=MEMORY_MB)


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_what_is_wrong_with_a_piece_is_told_as_it_was_found(
    workers: int, toy_jobs: ModuleType, tmp_path: Path
) -> None:
    job, pieces = toy_jobs.Squares(wrong=2), _pieces(toy_jobs)
    with pytest.raises(InputError, match=r"roads\.parquet: bad"):
        run_pieces(job, pieces, work_folder=tmp_path, memory_mb=MEMORY_MB, workers=workers)
    assert not (tmp_path / "piece-0000002.json").exists()
    assert not list(tmp_path.glob(".piece-*"))


def test_an_outcome_with_a_float_is_refused(toy_jobs: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="whole numbers and words, not float"):
        run_pieces(toy_jobs.Halves(), _pieces(toy_jobs), work_folder=tmp_path, memory_mb=MEMORY_MB)


def test_two_pieces_of_one_number_are_refused(toy_jobs: ModuleType, tmp_path: Path) -> None:
    pieces = [toy_jobs.Piece(1), toy_jobs.Piece(1)]
    with pytest.raises(ValueError, match="same number"):
        run_pieces(toy_jobs.Squares(), pieces, work_folder=tmp_path, memory_mb=MEMORY_MB)


def test_the_memory_decides_how_many_rows_are_held_and_too_little_is_refused(
    toy_jobs: ModuleType,
) -> None:
    job = toy_jobs.Squares(row_bytes=2_000, own_bytes=40_000_000)
    fixed_mb = running.BASE_MB + 2 * running.THREAD_MB + 40
    # 100 MB above what is fixed, two threads, 2,000 bytes for each row: 25,000 rows.
    assert running.rows_within(job, memory_mb=fixed_mb + 100, threads=2) == 25_000
    assert running.rows_within(job, memory_mb=1e6, threads=2) == running.MOST_ROWS
    with pytest.raises(InputError, match=f"at least --memory {fixed_mb + 5} is needed"):
        running.rows_within(job, memory_mb=fixed_mb + 1, threads=2)


def test_little_memory_means_fewer_threads_not_a_refusal(toy_jobs: ModuleType) -> None:
    job = toy_jobs.Squares(row_bytes=10_000, own_bytes=40_000_000)
    of_one = running.THREAD_MB + 1024 * 10_000 / 1e6  # 40.24 MB
    for memory_mb, threads in ((10_000, 64), (361 + 3 * of_one, 3), (361 + of_one, 1), (100, 1)):
        found = running.fit_threads(job, memory_mb=memory_mb, most=64)
        assert found == threads
        if memory_mb > 361:
            assert running.rows_within(job, memory_mb=memory_mb, threads=found) >= 1024


def test_faults_travel_between_processes_whole() -> None:
    fault = Fault(problem=Text("坏", "bad"), mend=Text("改", "mend"), file="a.csv", row=3)
    error = pickle.loads(pickle.dumps(InputError([fault, fault])))  # noqa: S301 - ours
    assert isinstance(error, InputError)
    assert error.faults == (fault, fault)
    assert str(error) == str(InputError([fault, fault]))


def test_the_journal_says_in_plain_json_what_was_done(toy_jobs: ModuleType, tmp_path: Path) -> None:
    run_pieces(toy_jobs.Squares(), _pieces(toy_jobs, 3), work_folder=tmp_path, memory_mb=MEMORY_MB)
    record = json.loads((tmp_path / "piece-0000002.json").read_text(encoding="utf-8"))
    assert record["values"] == {"square": 4, "done_by": 0}
    assert record["job"] == "squares"
    assert [one["name"] for one in record["files"]] == ["number.txt"]
