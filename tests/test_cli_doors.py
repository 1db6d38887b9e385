"""What happens to an error at the door: exit code, one message, nothing half done."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

import qxgeo
from qxgeo.cli import run as run_module
from qxgeo.cli.doors import doors
from qxgeo.errors import DistrictError, Fault, Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

ROOT = Path(qxgeo.__file__).parents[1]


def invoke(*words: str | Path) -> Result:
    return CliRunner().invoke(doors, [str(word) for word in words])


@pytest.fixture
def raising(monkeypatch: pytest.MonkeyPatch, town_folder: Path) -> Callable[..., Result]:
    """Give a function that runs the main job with a writer that raises, over old results."""
    out = town_folder / "maps"
    out.mkdir()
    (out / "index.html").write_text("old", encoding="utf-8")
    (out / "run.json").write_text('{"outputs": {"index.html": {}}}', encoding="utf-8")

    def run(error: BaseException, *words: str) -> Result:
        def write(_assessment: object, folder: Path, **_: Any) -> None:  # noqa: ANN401
            (folder / "index.html").write_text("half", encoding="utf-8")
            raise error

        monkeypatch.setattr(run_module, "write_maps", write)
        result = invoke(*words, "run", town_folder, "--out", out)
        assert (out / "index.html").read_text(encoding="utf-8") == "old"
        assert sorted(path.name for path in out.iterdir()) == ["index.html", "run.json"]
        left = [path.name for path in town_folder.iterdir() if "qxgeo-new" in path.name]
        assert left == []
        return result

    return run


def test_ctrl_c_while_writing_leaves_the_old_results(raising: Callable[..., Result]) -> None:
    result = raising(KeyboardInterrupt())
    assert result.exit_code == 2
    assert result.stderr.strip() == (
        "已中断，原有结果未动\ninterrupted; earlier results are untouched"
    )


def test_a_full_disk_leaves_the_old_results(raising: Callable[..., Result]) -> None:
    result = raising(OSError(28, "No space left on device"))
    assert result.exit_code == 2
    assert "磁盘已满" in result.stderr
    assert "the disk is full" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_bug_is_owned_up_to_without_a_traceback(raising: Callable[..., Result]) -> None:
    result = raising(ZeroDivisionError("float division"))
    assert result.exit_code == 1
    assert "不是您的输入有误" in result.stderr
    assert "ZeroDivisionError: float division" in result.stderr
    assert "--debug" in result.stderr
    assert "Traceback" not in result.stderr


def test_debug_shows_where_a_bug_sits(raising: Callable[..., Result]) -> None:
    result = raising(ZeroDivisionError("float division"), "--debug")
    assert result.exit_code == 1
    assert "Traceback" in result.stderr
    assert "test_cli_doors.py" in result.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["rnu"], "rnu"),
        (["run", "--nothing"], "--nothing"),
        (["run", "--as-of", "30.06.2023"], "30.06.2023"),
        (["--lang", "fr", "plan"], "fr"),
        (["init"], "FOLDER"),
        (["plan", "2.2.3", "--kind", "rule"], "--kind"),
    ],
)
def test_wrong_usage_is_explained_in_both_languages(words: list[str], message: str) -> None:
    result = invoke(*words)
    assert result.exit_code == 2
    assert message in result.stderr
    assert "用法有误" in result.stderr
    assert "--help" in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    "words", [["--lang", "en", "plan", "9.9"], ["plan", "9.9", "--lang", "en"]]
)
def test_the_chosen_language_comes_first(words: list[str]) -> None:
    result = invoke(*words)
    assert result.exit_code == 2
    assert result.stderr.index("there is no") < result.stderr.index("没有")
    result = invoke("plan", "9.9")
    assert result.stderr.index("没有") < result.stderr.index("there is no")


def test_very_many_faults_are_cut_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    faults = [
        Fault(file="r.csv", row=row, problem=Text("错", "wrong"), mend=Text("改", "mend"))
        for row in range(2, 102)
    ]

    def refuse(*_: object, **__: object) -> None:
        raise DistrictError(faults)

    monkeypatch.setattr(run_module, "load_district", refuse)
    result = invoke("run")
    assert "共 100 处要改" in result.stderr
    assert "第 41 行" in result.stderr
    assert "第 42 行" not in result.stderr
    assert "另有 60 处" in result.stderr
    assert "60 more" in result.stderr


def test_no_words_at_all_show_the_help() -> None:
    result = invoke()
    assert "run" in result.output
    assert "check" in result.output


def test_the_version_is_that_of_the_package() -> None:
    result = invoke("--version")
    assert result.exit_code == 0
    assert result.stdout == f"qxgeo {qxgeo.__version__}\n"


def test_as_a_library_the_group_gives_its_code_back() -> None:
    assert doors.main(["plan", "9.9"], standalone_mode=False) == 2


@pytest.mark.parametrize("encoding", ["utf-8", "cp936", "latin-1"])
def test_a_real_process_answers_on_any_console(encoding: str, tmp_path: Path) -> None:
    def run(*words: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-m", "qxgeo", *words],
            check=False,
            capture_output=True,
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": encoding},
        )

    missing = run("check", "没有这个文件夹")
    assert missing.returncode == 2
    text = missing.stderr.decode(encoding)
    assert "there is no district.toml" in text
    assert "Traceback" not in text
    assert ("没有找到" in text) is (encoding != "latin-1")
    explained = run("plan", "2.2.3")
    assert explained.returncode == 0
    assert "2.2.3-c" in explained.stdout.decode(encoding)
