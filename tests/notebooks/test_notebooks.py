"""Every notebook runs through Jupyter from top to bottom, offline, and its page is true to it."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
import sys
import time
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import qxgeo

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from playwright.sync_api import Page

ROOT = Path(__file__).parents[2]
FOLDER, PAGES = ROOT / "notebooks", ROOT / "docs" / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
# Folium's urllib3 looks for IPv6 when it is imported, which is no call; after that nothing may ask.
NO_NETWORK = "import pytest_socket, urllib3; pytest_socket.disable_socket(allow_unix_socket=True)"
LIBRARIES = {"geopandas", "matplotlib", "numpy", "pandas", "qxgeo", "shapely"}
PAGE_LIMIT, ALL_LIMIT = 1_500_000, 8_000_000
MACHINE = re.compile(r"/(?:tmp|home|root|work|Users)/|[A-Z]:\\\\|site-packages|file://")
CJK = re.compile(r"[一-鿿]")


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """Give the script that runs and renders, as ``make notebooks`` does."""
    for name in ("nbclient", "nbconvert", "ipykernel"):
        pytest.importorskip(name, reason=f"Jupyter is not installed: {name} is missing")
    spec = importlib.util.spec_from_file_location(
        "render_notebooks", ROOT / "scripts" / "render_notebooks.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def run_of(script: ModuleType) -> Callable[[Path], Any]:
    """Give the function that runs a notebook without a network, once however often it is asked."""
    return cache(lambda path: script.run_notebook(path, first_line=NO_NETWORK))


def read_cells(path: Path, kind: str) -> list[dict[str, Any]]:
    """Read the cells of one kind."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == kind]


def read_code(path: Path) -> list[str]:
    """Read the code cells."""
    return ["".join(cell["source"]) for cell in read_cells(path, "code")]


def parse_code(path: Path) -> ast.Module:
    """Parse all code of a notebook, without Jupyter's own words."""
    lines = "\n".join(read_code(path)).splitlines()
    return ast.parse("\n".join(line for line in lines if not line.startswith("%")))


def read_headings(path: Path) -> list[str]:
    """Read the headings with their marks."""
    text = "\n".join("".join(cell["source"]) for cell in read_cells(path, "markdown"))
    return re.findall(r"^#+ .+$", text, flags=re.MULTILINE)


class _Inputs(HTMLParser):
    """Read the code of a page as a reader sees it."""

    def __init__(self) -> None:
        super().__init__()
        self.code: list[str] = []
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        words = str(dict(attrs).get("class")).split()
        if tag == "div" and (self._depth or "input_area" in words):
            self._depth += 1
            if "input_area" in words:
                self.code.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "div" and self._depth:
            self._depth -= 1

    def handle_data(self, data: str) -> None:
        if self._depth:
            self.code[-1] += data


@each_notebook
def test_a_notebook_runs_in_jupyter_from_top_to_bottom_without_a_network(
    path: Path, run_of: Callable[[Path], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    started = time.monotonic()
    book = run_of(path)
    with capsys.disabled():
        sys.stdout.write(f" {path.stem}: {time.monotonic() - started:.1f} s ")
    outputs = [one for cell in book.cells for one in cell.get("outputs", [])]
    streams = [one for one in outputs if one.output_type == "stream"]
    assert [one.text for one in streams if one.name == "stderr"] == []
    assert "演示数据" in "".join(one.text for one in streams)
    shown = [one.data for one in outputs if "data" in one]
    assert any("srcdoc=" in one.get("text/html", "") for one in shown)
    assert any("image/png" in one for one in shown)


def test_a_notebook_that_asks_the_network_is_stopped(script: ModuleType, tmp_path: Path) -> None:
    book = script.nbformat.v4.new_notebook(
        cells=[script.nbformat.v4.new_code_cell("import socket\nsocket.socket(socket.AF_INET)")]
    )
    script.nbformat.write(book, tmp_path / "asks.ipynb")
    with pytest.raises(Exception, match="SocketBlockedError"):
        script.run_notebook(tmp_path / "asks.ipynb", first_line=NO_NETWORK)


@each_notebook
def test_a_notebook_is_stored_without_outputs(path: Path) -> None:
    code = read_cells(path, "code")
    assert code
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in code)


@each_notebook
def test_a_notebook_uses_public_names_alone_and_defines_no_function(path: Path) -> None:
    tree = parse_code(path)
    imported = {
        (node.module or "") if isinstance(node, ast.ImportFrom) else alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    roots = {name.partition(".")[0] for name in imported}
    assert roots <= LIBRARIES | sys.stdlib_module_names
    assert [name for name in imported if name.startswith("qxgeo.")] == []
    used = [
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "qxgeo"
    ]
    assert used
    assert set(used) <= set(qxgeo.__all__)
    hidden = [n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute) and n.attr[0] == "_"]
    assert hidden == []
    functions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
    assert [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, functions)] == []


@each_notebook
def test_a_notebook_asks_one_question_and_speaks_both_languages(path: Path) -> None:
    first, second, *others = read_headings(path)
    assert first.startswith("# ")
    assert CJK.search(first)
    assert second.startswith("# ")
    assert not CJK.search(second)
    for heading in others:
        chinese, _, english = heading.removeprefix("## ").partition(" · ")
        assert CJK.search(chinese), heading
        assert re.search("[A-Za-z]{2}", english), heading
    text = "".join(read_cells(path, "markdown")[0]["source"])
    assert "**演示数据**" in text


def test_the_list_of_notebooks_is_true() -> None:
    listed = (FOLDER / "README.md").read_text(encoding="utf-8")
    for path in NOTEBOOKS:
        chinese, english = (heading.removeprefix("# ") for heading in read_headings(path)[:2])
        assert f"| `{path.name}` | {chinese} {english} |" in listed
    assert len(re.findall(r"^\| `", listed, flags=re.MULTILINE)) == len(NOTEBOOKS)


@each_notebook
def test_a_page_shows_the_code_of_its_notebook(path: Path) -> None:
    reader = _Inputs()
    reader.feed((PAGES / f"{path.stem}.html").read_text(encoding="utf-8"))
    shown = [code.strip() for code in reader.code]
    assert shown == [code.strip() for code in read_code(path)], "run: make notebooks"


def test_every_notebook_has_a_page_and_the_list_of_pages_is_true(script: ModuleType) -> None:
    assert {page.stem for page in PAGES.glob("*.html")} == {path.stem for path in NOTEBOOKS}
    listed = (PAGES / "README.md").read_text(encoding="utf-8")
    assert listed == script.write_list(NOTEBOOKS), "run: make notebooks"


def test_pages_hold_nothing_that_somebody_else_wrote_and_no_script() -> None:
    for page in PAGES.glob("*.html"):
        text = page.read_text(encoding="utf-8").lower()
        assert "<script" not in text, page.name
        assert "<iframe" not in text, page.name
        assert "leaflet" not in text, page.name


def test_pages_are_small_and_name_no_place_of_a_machine_and_no_time() -> None:
    sizes = {page.name: page.stat().st_size for page in PAGES.glob("*.html")}
    assert sizes
    assert {name: size for name, size in sizes.items() if size > PAGE_LIMIT} == {}
    assert sum(sizes.values()) < ALL_LIMIT
    for page in PAGES.glob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert MACHINE.findall(text) == [], page.name
        assert "Wall time" not in text


def test_a_run_is_written_the_same_twice(script: ModuleType, run_of: Callable[[Path], Any]) -> None:
    path = FOLDER / "06_your_own_district.ipynb"
    runs = run_of(path), script.run_notebook(path, first_line=NO_NETWORK)
    first, second = (script.render_page(run, path.stem) for run in runs)
    assert first == second


@pytest.mark.browser
@each_notebook
def test_a_page_stands_in_a_browser_without_a_network(path: Path, offline_page: Page) -> None:
    offline_page.goto((PAGES / f"{path.stem}.html").as_uri())
    assert offline_page.locator("figure img[alt]").count()  # a map, as a picture with its title
    pictures = "[...document.images].map((one) => one.complete && one.naturalWidth > 0)"
    assert all(offline_page.evaluate(pictures))
    width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert offline_page.evaluate(width) == 0
