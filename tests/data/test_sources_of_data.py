"""Every embedded file says where it comes from, and is the file that was described."""

from __future__ import annotations

import hashlib
import tomllib
from datetime import date
from typing import TYPE_CHECKING

import pytest

from qxgeo.resources import data_dir

if TYPE_CHECKING:
    from pathlib import Path

FOLDERS = ("stations", "boundaries", "demo", "demo_tracks")
STAMPED = (*FOLDERS, "plans", "patrol", "air", "ledger", "watering")


def entries(folder: Path) -> list[dict[str, object]]:
    with (folder / "SOURCES.toml").open("rb") as stream:
        return list(tomllib.load(stream)["file"])


@pytest.mark.parametrize("name", STAMPED)
def test_every_file_of_a_data_folder_has_one_entry(name: str) -> None:
    folder = data_dir() / name
    listed = [str(entry["file"]) for entry in entries(folder)]
    present = {path.name for path in folder.iterdir()} - {"SOURCES.toml"}
    assert sorted(listed) == sorted(present)


@pytest.mark.parametrize("name", STAMPED)
def test_files_are_the_ones_that_were_described(name: str) -> None:
    folder = data_dir() / name
    for entry in entries(folder):
        content = (folder / str(entry["file"])).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"], entry["file"]


@pytest.mark.parametrize("name", FOLDERS)
def test_an_entry_states_origin_date_licence_datum_and_accuracy(name: str) -> None:
    for entry in entries(data_dir() / name):
        for key in ("origin", "licence", "datum", "notes_zh", "notes_en"):
            assert entry[key], (entry["file"], key)
        assert isinstance(entry["date"], date)
        assert isinstance(entry["accuracy_m"], int)
        assert entry["accuracy_m"] > 0


def test_demonstration_data_stays_small() -> None:
    sizes = {path.name: path.stat().st_size for path in (data_dir() / "demo").iterdir()}
    assert sizes["roads.geojson"] < 1_500_000
    assert sum(sizes.values()) < 3_000_000
