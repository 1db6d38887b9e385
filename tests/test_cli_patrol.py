"""``qxgeo patrol`` as its users call it."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import shapely
from click.testing import CliRunner

from qxgeo.cli.doors import doors

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from qxgeo.district import Layer

FILES = {
    "patrol.html",
    "patrol.xlsx",
    "patrol.ics",
    "patrol.gpkg",
    "patrol.json",
    "patrol_sheets.pdf",
}
NAMES = ("张三丰", "李四光")
PHONES = ("13800001111", "13900002222")


def invoke(*words: object) -> Result:
    return CliRunner().invoke(doors, [str(word) for word in words])


@dataclass(frozen=True)
class Planned:
    """What one call without options said and wrote."""

    town: Path
    result: Result
    out: Path
    files: dict[str, bytes]


@pytest.fixture(scope="session")
def write_town(
    town: dict[str, Layer], layer_of: Callable[..., Layer], folder_of: Callable[..., Path]
) -> Callable[[Path], Path]:
    """Give the function that writes the small town, two grid members and a point into a folder."""
    members = layer_of(
        "grid_members",
        [
            {"name": name, "township": town, "phone": phone, "geometry": shapely.Point(lon, 25.01)}
            for name, phone, town, lon in zip(
                NAMES, PHONES, ("七星区街道", "东江街道"), (110.01, 110.03), strict=True
            )
        ],
    )
    point = layer_of(
        "burning_points",
        [{"name": "桥头堆场", "kind": "焚烧", "geometry": shapely.Point(110.015, 25.0101)}],
    )

    def write(where: Path) -> Path:
        where.mkdir()
        folder_of(where, *town.values(), members, point)
        return where

    return write


@pytest.fixture
def folder(
    write_town: Callable[[Path], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Give a folder with the small town, two grid members and a point."""
    monkeypatch.setenv("QXGEO_CACHE", str(tmp_path / "cache"))
    return write_town(tmp_path / "town")


@pytest.fixture(scope="module")
def planned(
    write_town: Callable[[Path], Path], map_assets: Path, tmp_path_factory: pytest.TempPathFactory
) -> Planned:
    """Plan the small town once for all who only look at it."""
    assert map_assets.is_dir()
    place = tmp_path_factory.mktemp("planned")
    folder = write_town(place / "town")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QXGEO_CACHE", str(place / "cache"))
        result = invoke("patrol", folder, "--out", place / "maps")
    assert result.exit_code == 0, result.output
    return Planned(folder, result, place / "maps", outputs(place / "maps"))


def outputs(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_everything_is_written_and_said(planned: Planned) -> None:
    result, written = planned.result, planned.files
    assert set(written) >= FILES
    sheets = [name for name in written if name.startswith("patrol_sheets/")]
    assert sorted(name.rpartition(".")[2] for name in sheets) == [
        "html",
        "html",
        "ics",
        "ics",
        "pdf",
        "pdf",
    ]
    assert "七星区街道：1 人" in result.stdout
    assert "patrol_sheets.pdf" in result.stdout
    assert "缺口" in result.stdout
    record = json.loads(written["patrol.json"])
    assert set(record["outputs"]) == set(written) - {"patrol.json"}


def test_the_same_input_gives_the_same_bytes(
    planned: Planned, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QXGEO_CACHE", str(tmp_path / "cache"))
    assert invoke("patrol", planned.town, "--out", tmp_path / "second", "-q").exit_code == 0
    assert outputs(tmp_path / "second") == planned.files


@pytest.mark.usefixtures("map_assets")
def test_public_files_hold_no_name_and_no_phone(folder: Path, tmp_path: Path) -> None:
    result = invoke("patrol", folder, "--out", tmp_path / "maps", "--public", "--lang", "en")
    assert result.exit_code == 0, result.output
    written = outputs(tmp_path / "maps")
    assert set(written) == {"patrol.html", "patrol.ics", "patrol.gpkg", "patrol.json"}
    for content in written.values():
        for word in (*NAMES, *PHONES):
            assert word.encode() not in content
    assert "proved bound" in result.stdout


def test_phones_stand_in_the_own_sheet_and_the_workbook_alone(planned: Planned) -> None:
    written = planned.files
    for name in ("patrol.html", "patrol.ics", "patrol.gpkg", "patrol.json"):
        for phone in PHONES:
            assert phone.encode() not in written[name]
    pages = [
        text.decode() for name, text in written.items() if name.endswith(".html") and "/" in name
    ]
    for phone in PHONES:
        assert sum(phone in page for page in pages) == 1


def test_the_last_record_keeps_owners_and_says_what_changed(
    planned: Planned, folder: Path, tmp_path: Path
) -> None:
    out = shutil.copytree(planned.out, tmp_path / "maps")
    before = json.loads((out / "patrol.json").read_text("utf-8"))
    again = invoke("patrol", folder, "--out", out, "-q", "--previous", out / "patrol.json")
    assert again.exit_code == 0, again.output
    after = json.loads((out / "patrol.json").read_text("utf-8"))
    assert after["owners"] == before["owners"]
    assert after["counts"]["changes"] == 0


def test_a_record_that_is_none_is_one_clear_error(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "run.json"
    other.write_text("{}", encoding="utf-8")
    result = invoke("patrol", folder, "--out", tmp_path / "maps", "--previous", other)
    assert result.exit_code == 2
    assert "run.json" in result.stderr
    assert not (tmp_path / "maps").exists()


def test_a_district_without_roster_is_one_clear_error(town_folder: Path, tmp_path: Path) -> None:
    result = invoke("patrol", town_folder, "--out", tmp_path / "maps")
    assert result.exit_code == 2
    assert "grid_members" in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "maps").exists()


def test_a_failed_run_leaves_the_old_results(
    planned: Planned, folder: Path, tmp_path: Path
) -> None:
    out = shutil.copytree(planned.out, tmp_path / "maps")
    (folder / "grid_members.geojson").write_text("{}", encoding="utf-8")
    assert invoke("patrol", folder, "--out", out, "-q").exit_code == 2
    assert outputs(out) == planned.files
