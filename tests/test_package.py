"""The outward face: what is public, and what importing costs."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import qxgeo

ROOT = Path(qxgeo.__file__).parents[1]
HEAVY_ALWAYS = {
    "branca",
    "exactextract",
    "folium",
    "fpdf",
    "matplotlib",
    "networkx",
    "ortools",
    "osmnx",
    "pyvrp",
    "rasterio",
    "scipy",
}
HEAVY_FOR_HELP = HEAVY_ALWAYS | {
    "numpy",
    "pandas",
    "geopandas",
    "shapely",
    "pyproj",
    "pyogrio",
    "pyarrow",
    "osmium",
    "rich",
    "xlsxwriter",
}


def _modules_after(code: str) -> set[str]:
    """Run code in a fresh interpreter and give the top-level modules that it has loaded."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(' '.join(sys.modules))"],
        check=True,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
    )
    return {name.partition(".")[0] for name in done.stdout.splitlines()[-1].split()}


def test_every_public_name_is_there_and_comes_from_a_room() -> None:
    for name in qxgeo.__all__:
        assert getattr(qxgeo, name) is not None, name
    assert set(qxgeo.__all__) <= set(dir(qxgeo))
    assert list(qxgeo.__all__) == sorted(qxgeo.__all__)


def test_names_for_type_checkers_are_the_names_at_run_time() -> None:
    tree = ast.parse(Path(qxgeo.__file__).read_text(encoding="utf-8"))
    (block,) = (
        node
        for node in tree.body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    )
    declared = {
        alias.name: node.module
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert set(declared) == set(qxgeo.__all__) - {"__version__"}
    for name, module in declared.items():
        assert getattr(qxgeo, name) is getattr(import_module(str(module)), name), name


def test_a_name_that_does_not_exist_is_refused_as_usual() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = qxgeo.no_such_name  # type: ignore[attr-defined] # on purpose


def test_assess_stays_the_function_after_its_room_is_imported() -> None:
    import_module("qxgeo.assess")
    assert callable(qxgeo.assess)
    code = "import qxgeo.assess, qxgeo\nassert callable(qxgeo.assess)\nqxgeo.load_plan"
    assert "qxgeo" in _modules_after(code)


def test_a_checkout_without_installation_has_a_version_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    metadata = import_module("importlib.metadata")

    def not_installed(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", not_installed)
    assert qxgeo.__version__ == "0+unknown"
    monkeypatch.setattr(metadata, "version", lambda _: "1.2.3")
    assert qxgeo.__version__ == "1.2.3"


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert not _modules_after("import qxgeo") & HEAVY_FOR_HELP


def test_the_public_functions_load_no_map_or_network_library() -> None:
    code = "import qxgeo\nqxgeo.assess, qxgeo.load_district, qxgeo.load_plan, qxgeo.Fault"
    assert not _modules_after(code) & HEAVY_ALWAYS


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["-h"]])
def test_help_and_version_load_click_alone(words: list[str]) -> None:
    code = (
        "from qxgeo.cli.doors import doors\n"
        f"try:\n    doors.main({words!r}, prog_name='qxgeo')\n"
        "except SystemExit as done:\n    assert done.code == 0"
    )
    loaded = _modules_after(code)
    assert "click" in loaded
    assert not loaded & HEAVY_FOR_HELP


def test_every_command_that_help_lists_exists() -> None:
    from qxgeo.cli.doors import COMMANDS, doors

    for name in COMMANDS:
        command = import_module(f"qxgeo.cli.{name.replace('-', '_')}").command
        assert command.help
        assert doors.commands == {}
