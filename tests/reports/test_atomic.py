from __future__ import annotations

import errno
import hashlib
import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from qxgeo.errors import Fault, OutputError, Text
from qxgeo.lock import hold_lock
from qxgeo.reports import atomic
from qxgeo.reports.atomic import replace_outputs

ROOT = Path(__file__).parents[2]


def write_set(folder: Path, word: str) -> None:
    (folder / "index.html").write_text(word)
    (folder / "tiles").mkdir()
    (folder / "tiles" / "1.png").write_text(word)
    (folder / "run.json").write_text(json.dumps({"word": word}))


def replace_with(target: Path, word: str) -> None:
    with replace_outputs(target) as new:
        write_set(new, word)


def read_tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def hidden(target: Path) -> list[str]:
    return sorted(path.name for path in target.parent.iterdir() if path.name.startswith("."))


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Make a folder with the results of an earlier run and files of somebody else."""
    folder = tmp_path / "maps"
    replace_with(folder, "old")
    (folder / "README.md").write_text("mine")
    (folder / "tiles" / "note.txt").write_text("mine")
    (folder / "photos" / "2023").mkdir(parents=True)
    (folder / "photos" / "2023" / "a.jpg").write_text("mine")
    return folder


def test_the_new_set_replaces_the_old_one(target: Path) -> None:
    replace_with(target, "new")
    assert (target / "index.html").read_text() == "new"
    assert (target / "tiles" / "1.png").read_text() == "new"
    assert hidden(target) == []


def test_a_folder_that_is_not_there_is_made_with_its_parents(tmp_path: Path) -> None:
    target = tmp_path / "far" / "away" / "maps"
    replace_with(target, "new")
    assert (target / "index.html").read_text() == "new"
    assert target.stat().st_mode & 0o777 == (tmp_path / "far").stat().st_mode & 0o777


def test_files_that_we_did_not_write_stay(target: Path) -> None:
    replace_with(target, "new")
    tree = read_tree(target)
    assert tree["README.md"] == tree["tiles/note.txt"] == tree["photos/2023/a.jpg"] == b"mine"
    replace_with(target, "newer")
    assert read_tree(target).keys() == tree.keys()


def test_results_that_are_no_longer_made_disappear(target: Path) -> None:
    with replace_outputs(target) as new:
        (new / "index.html").write_text("new")
    assert set(read_tree(target)) == {
        "README.md", "index.html", "photos/2023/a.jpg", "run.json", "tiles/note.txt",
    }  # fmt: skip


def test_a_link_of_somebody_else_stays_a_link(target: Path, tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    (target / "archive").symlink_to(tmp_path / "archive")
    replace_with(target, "new")
    assert (target / "archive").is_symlink()


def test_the_record_lists_what_was_written_with_size_and_hash(target: Path) -> None:
    record = json.loads((target / "run.json").read_text())
    assert record["word"] == "old"
    assert record["outputs"]["index.html"] == {
        "bytes": 3,
        "sha256": hashlib.sha256(b"old").hexdigest(),
    }
    assert set(record["outputs"]) == {"index.html", "tiles/1.png"}


@pytest.mark.parametrize(
    "error",
    [KeyboardInterrupt(), SystemExit(1), ValueError("bug"), OSError(errno.ENOSPC, "No space")],
    ids=["ctrl-c", "exit", "bug", "disk full"],
)
def test_whatever_goes_wrong_while_writing_the_old_set_is_untouched(
    target: Path, error: BaseException
) -> None:
    before = read_tree(target)

    def write_and_fail() -> None:
        with replace_outputs(target) as new:
            write_set(new, "half")
            raise error

    with pytest.raises((type(error), OutputError)):
        write_and_fail()
    assert read_tree(target) == before
    assert hidden(target) == []


@pytest.mark.parametrize("step", [1, 2, 3, 4])
@pytest.mark.parametrize("error", [KeyboardInterrupt(), PermissionError(errno.EACCES, "in use")])
def test_a_failure_at_any_step_of_the_exchange_is_taken_back(
    target: Path, monkeypatch: pytest.MonkeyPatch, step: int, error: BaseException
) -> None:
    before = read_tree(target)
    rename, calls = Path.rename, []

    def fail_once(path: Path, to: Path) -> Path:
        calls.append(path)
        if len(calls) == step:
            raise error
        return rename(path, to)

    monkeypatch.setattr(Path, "rename", fail_once)
    with pytest.raises((KeyboardInterrupt, OutputError)):
        replace_with(target, "new")
    assert len(calls) >= step
    assert read_tree(target) == before
    assert hidden(target) == []


def test_a_full_disk_is_told_in_both_languages(target: Path) -> None:
    with pytest.raises(OutputError, match="磁盘已满") as caught, replace_outputs(target):
        raise OSError(errno.ENOSPC, "No space left on device", "/somewhere/lists.xlsx")
    assert "lists.xlsx: the disk is full" in str(caught.value)
    assert "/somewhere" not in str(caught.value)


def test_a_file_open_in_a_spreadsheet_is_told_in_words(target: Path) -> None:
    with pytest.raises(OutputError, match="Excel"), replace_outputs(target):
        raise PermissionError(errno.EACCES, "Permission denied", "lists.xlsx")


def test_any_other_fault_of_the_system_is_told_with_its_own_words(target: Path) -> None:
    with pytest.raises(OutputError, match="Input/output error"), replace_outputs(target):
        raise OSError(errno.EIO, "Input/output error")


def test_our_own_errors_pass_as_they_are(target: Path) -> None:
    fault = OutputError(Fault(problem=Text("甲", "a"), mend=Text("乙", "b")))
    with pytest.raises(OutputError) as caught, replace_outputs(target):
        raise fault
    assert caught.value is fault


def test_a_disk_that_really_fills_up_leaves_the_old_set(target: Path) -> None:
    before = read_tree(target)
    program = textwrap.dedent("""
        import resource, signal, sys
        from qxgeo.errors import OutputError
        from qxgeo.reports.atomic import replace_outputs

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
        try:
            with replace_outputs(sys.argv[1]) as new:
                (new / "index.html").write_bytes(b"x" * 20_000)
        except OutputError as error:
            print(error.in_language("en"))
            sys.exit(2)
    """)
    done = subprocess.run(
        [sys.executable, "-c", program, str(target)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert "the disk is full" in done.stdout
    assert read_tree(target) == before
    assert hidden(target) == []


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "maps").write_text("a file")
    with pytest.raises(OutputError, match="是一个文件"):
        replace_with(tmp_path / "maps", "new")
    assert (tmp_path / "maps").read_text() == "a file"


def test_the_root_of_a_disk_is_refused() -> None:
    with pytest.raises(OutputError, match="挂载点"):
        replace_with(Path("/"), "new")


def test_the_folder_one_stands_in_is_refused(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(target / "photos")
    with pytest.raises(OutputError, match="当前所在"):
        replace_with(target, "new")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_write_permission_is_told_in_words(tmp_path: Path) -> None:
    parent = tmp_path / "locked"
    parent.mkdir(mode=0o555)
    with pytest.raises(OutputError, match="没有写权限"):
        replace_with(parent / "maps", "new")


def test_a_parent_that_may_not_be_written_is_told_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied", ".maps.qxgeo-lock")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(OutputError, match="没有写权限"):
        replace_with(tmp_path / "maps", "new")


def test_a_file_of_somebody_else_with_our_name_is_never_overwritten(tmp_path: Path) -> None:
    target = tmp_path / "homepage"
    target.mkdir()
    (target / "index.html").write_text("my own page")
    with pytest.raises(OutputError, match=r"index\.html.*不是本程序写的"):
        replace_with(target, "new")
    assert read_tree(target) == {"index.html": b"my own page"}


@pytest.mark.parametrize("record", ["no json", "[]", '{"outputs": []}', "{}"])
def test_a_foreign_record_claims_nothing(tmp_path: Path, record: str) -> None:
    target = tmp_path / "maps"
    target.mkdir()
    (target / "run.json").write_text(record)
    with pytest.raises(OutputError, match=r"run\.json"):
        replace_with(target, "new")


def test_a_folder_of_somebody_else_in_the_place_of_a_file_is_refused(target: Path) -> None:
    with pytest.raises(OutputError, match="photos"), replace_outputs(target) as new:
        (new / "photos").write_text("a file")
    assert (target / "photos" / "2023" / "a.jpg").exists()


def test_a_run_killed_while_writing_is_cleared_up(target: Path) -> None:
    stale = target.parent / ".maps.qxgeo-new"
    stale.mkdir()
    (stale / "index.html").write_text("half")
    replace_with(target, "new")
    assert (target / "index.html").read_text() == "new"
    assert hidden(target) == []


def test_a_run_killed_between_the_two_renames_is_put_back(target: Path) -> None:
    target.rename(target.parent / ".maps.qxgeo-old")

    def fail() -> None:
        with replace_outputs(target):
            assert (target / "index.html").read_text() == "old"
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert (target / "README.md").read_text() == "mine"


def test_a_run_killed_while_moving_foreign_files_is_finished(target: Path) -> None:
    old = target.parent / ".maps.qxgeo-old"
    target.rename(old)
    target.mkdir()
    write_set(target, "new")
    (old / "README.md").rename(target / "README.md")  # this one had been moved already
    record = json.dumps({"outputs": {"index.html": {}, "tiles/1.png": {}}})
    (target / "run.json").write_text(record)
    replace_with(target, "newer")
    tree = read_tree(target)
    assert tree["README.md"] == tree["tiles/note.txt"] == tree["photos/2023/a.jpg"] == b"mine"
    assert tree["index.html"] == b"newer"
    assert hidden(target) == []


def test_two_runs_into_one_folder_do_not_mix(target: Path) -> None:
    with (
        replace_outputs(target) as new,
        pytest.raises(OutputError, match="另一次运行"),
        replace_outputs(target),
    ):
        pass
    assert not new.exists()
    assert (target / "run.json").exists()


def test_a_lock_removed_by_its_owner_is_taken_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "lock"
    seen = []

    def vanish_once(handle: int, where: Path) -> bool:
        seen.append(os.fstat(handle).st_ino)
        if len(seen) == 1:
            where.unlink()
        return len(seen) > 1 and os.path.samestat(os.fstat(handle), where.stat())

    monkeypatch.setattr("qxgeo.lock._is_same_file", vanish_once)
    with hold_lock(path):
        assert path.exists()
    assert len(seen) == 2
    assert not path.exists()


def test_a_lock_file_that_is_gone_is_not_the_one_we_hold(tmp_path: Path) -> None:
    from qxgeo.lock import _is_same_file

    path = tmp_path / "lock"
    path.write_text("")
    handle = os.open(path, os.O_RDONLY)
    try:
        assert _is_same_file(handle, path)
        path.unlink()
        assert not _is_same_file(handle, path)
    finally:
        os.close(handle)


def test_a_backup_that_cannot_be_removed_does_no_harm(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remove = atomic.shutil.rmtree
    monkeypatch.setattr(atomic.shutil, "rmtree", lambda *_, **__: None)
    replace_with(target, "new")
    assert hidden(target) == [".maps.qxgeo-old"]
    monkeypatch.setattr(atomic.shutil, "rmtree", remove)
    replace_with(target, "newer")
    assert hidden(target) == []
    assert (target / "README.md").read_text() == "mine"


def replace_patrol(target: Path, word: str) -> None:
    with replace_outputs(target, record=atomic.PATROL_RECORD) as new:
        (new / "patrol.html").write_text(word)
        (new / "patrol.json").write_text(json.dumps({"word": word}))


def test_two_commands_share_a_folder_and_keep_each_other_s_files(target: Path) -> None:
    replace_patrol(target, "first")
    replace_patrol(target, "second")
    replace_with(target, "new")
    assert (target / "patrol.html").read_text() == "second"
    assert (target / "index.html").read_text() == "new"
    assert (target / "README.md").read_text() == "mine"
    assert hidden(target) == []


@pytest.mark.parametrize("is_finished", [False, True])
def test_a_killed_patrol_is_cleared_up_by_the_other_command(
    target: Path, *, is_finished: bool
) -> None:
    # Killed after the old folder was renamed away, before or after the new one took its name.
    replace_patrol(target, "first")
    old = target.parent / ".maps.qxgeo-old-patrol"
    target.rename(old)
    if is_finished:
        target.mkdir()
        (target / "patrol.html").write_text("second")
        (target / "patrol.json").write_text(
            json.dumps({"outputs": {"patrol.html": {}, "patrol.json": {}}})
        )
    replace_with(target, "new")
    assert (target / "patrol.html").read_text() == ("second" if is_finished else "first")
    assert (target / "README.md").read_text() == "mine"
    assert (target / "index.html").read_text() == "new"
    assert hidden(target) == []
