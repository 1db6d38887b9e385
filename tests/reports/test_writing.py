from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from qxgeo.errors import OutputError
from qxgeo.reports import replace_outputs, write_reports, writing

if TYPE_CHECKING:
    from qxgeo.assess import Assessment

ROOT = Path(__file__).parents[2]
NAMES = ["lists.xlsx", "findings.gpkg", "findings.parquet", "run.json"]


def test_four_files_are_written_under_their_fixed_names(town: Assessment, tmp_path: Path) -> None:
    told: list[str] = []
    with replace_outputs(tmp_path / "maps") as new:
        paths = write_reports(town, new, lang="zh", progress=told.append)
    assert told == [path.name for path in paths] == NAMES
    assert sorted(path.name for path in (tmp_path / "maps").iterdir()) == sorted(NAMES)


def test_two_runs_give_the_same_bytes(town: Assessment, tmp_path: Path) -> None:
    for name in ("a", "b"):
        with replace_outputs(tmp_path / name) as new:
            write_reports(town, new, lang="zh")
    for name in NAMES:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


@pytest.mark.parametrize(
    "writer", ["write_workbook", "write_geopackage", "write_parquet", "write_run_record"]
)
@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(28, "No space left on device")])
def test_a_failure_in_any_writer_leaves_nothing_behind(
    town: Assessment,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    writer: str,
    error: BaseException,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    def run() -> None:
        with replace_outputs(tmp_path / "maps") as new:
            write_reports(town, new, lang="zh")

    for other in ("write_workbook", "write_geopackage"):
        monkeypatch.setattr(writing, other, lambda *_, **__: None)
    monkeypatch.setattr(writing, writer, fail)
    with pytest.raises((KeyboardInterrupt, OutputError)):
        run()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["workbook", "geopackage", "parquet"])
def test_each_writer_reports_a_disk_that_really_fills_up(name: str, tmp_path: Path) -> None:
    program = textwrap.dedent(f"""
        import importlib.util, resource, signal, sys
        from pathlib import Path
        from qxgeo import reports
        from qxgeo.errors import OutputError

        spec = importlib.util.spec_from_file_location("town", "tests/reports/conftest.py")
        town = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(town)
        assessment = town.make_town()
        words = {{}} if "{name}" == "parquet" else {{"lang": "zh"}}
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, 4_096))
        try:
            with reports.replace_outputs(Path(sys.argv[1]) / "maps") as new:
                reports.write_{name}(assessment, new / "findings.gpkg", **words)
        except OutputError as error:
            print(error.in_language("en"))
            sys.exit(2)
    """)
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert list(tmp_path.iterdir()) == []
