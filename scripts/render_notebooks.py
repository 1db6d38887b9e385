"""Run the notebooks from top to bottom and write each as a page that needs nothing but itself.

``make notebooks`` fills ``docs/notebooks``. Maps become pictures: a page that travels with the
project holds nothing that somebody else wrote, and no script. What the clock says (``%%time``) is
shown where a notebook runs, and left out of the page.
"""

from __future__ import annotations

import base64
import html as html_text
import io
import os
import re
import shutil
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from PIL import Image
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[1]
NOTEBOOKS = ROOT / "notebooks"
PAGES = ROOT / "docs" / "notebooks"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
LIMIT_S = 280
_CLOCK = re.compile(r"^(?:CPU times|Wall time): .*\n?", re.MULTILINE)
_NO_CLOCK = "（用时随机器而异，运行时显示 · the time taken is shown where it runs）\n"
_NO_WORDS = "No description has been provided for this image"
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'"
)
_OPEN_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data: blob:; font-src data:; base-uri 'none'; form-action 'none'"
)
_SETTLE_MS = 600  # tiles of the ground fade in
_FRAME = re.compile(r"<iframe\b.*?</iframe>", re.DOTALL)
_MAP_NOTE = (
    "地图的静态截图；运行笔记可缩放、点选 · "
    "A picture of the map: run the notebook to zoom and click"
)
_STYLE = """
:root { color-scheme: light; }
body { margin: 0 auto; max-width: 1040px; padding: 12px 16px 48px;
  color: #1d2328; line-height: 1.65;
  font-family: "Microsoft YaHei", "PingFang SC", "Hiragino Sans GB", "Noto Sans CJK SC",
    "Source Han Sans SC", "WenQuanYi Micro Hei", sans-serif; }
nav { font-size: 14px; color: #5c6670; border-bottom: 1px solid #d9dcd8; padding-bottom: 6px; }
h1 { font-size: 24px; line-height: 1.35; margin: 18px 0 0; }
h1 + h1 { font-size: 18px; font-weight: 500; color: #5c6670; margin: 2px 0 14px; }
h2 { font-size: 19px; margin: 34px 0 6px; border-top: 1px solid #d9dcd8; padding-top: 14px; }
p { margin: 8px 0; }
a { color: #00558a; }
code, pre { font-family: Consolas, Menlo, "DejaVu Sans Mono", "Noto Sans Mono CJK SC",
  "WenQuanYi Micro Hei Mono", monospace; font-size: 13px; }
pre { margin: 0; line-height: 1.5; white-space: pre-wrap; overflow-wrap: anywhere; }
.cell { margin: 10px 0; }
.input_area { background: #f6f7f5; border: 1px solid #e3e5e1; border-radius: 6px;
  padding: 8px 12px; }
.output_area, .output_subarea { overflow-x: auto; }
.output_text pre { padding: 6px 12px; }
.output_stderr { background: #fff1e0; }
img { max-width: 100%; height: auto; }
table { border: 0; border-collapse: collapse; font-size: 13px; margin: 8px 0 8px 12px; }
th, td { padding: 3px 10px; border: 0; border-bottom: 1px solid #e3e5e1; text-align: right; }
thead th { border-bottom: 1px solid #5c6670; white-space: nowrap; }
figure { margin: 8px 0 8px 12px; }
figcaption { font-size: 12.5px; color: #5c6670; }
.highlight :is(.k, .kn, .kc, .ow) { color: #00558a; font-weight: 600; }
.highlight :is(.s1, .s2, .sa, .sd, .si) { color: #8a3b00; }
.highlight :is(.c1, .c) { color: #5c6670; font-style: italic; }
.highlight :is(.mi, .mf) { color: #5a3d9a; }
@media (max-width: 640px) { td { min-width: 5em; } }
"""

_LIST_HEAD = """\
# 笔记 · Notebooks, rendered

每页回答一个规划问题，地图（静态截图）和图都在文件里，不联网也能看：下载后用浏览器打开。
由 `make notebooks` 从 [notebooks/](../../notebooks/) 生成；学校、道路、场所等为**演示数据**。

Each page answers one planning question; pictures of the maps and the figures lie inside and need no
network: download it and open it in a browser. Run the notebook itself to zoom and click. Written by
`make notebooks` from [notebooks/](../../notebooks/); schools, roads, premises and more are
**demonstration data**.

| 页 · page | 问题 · question |
|---|---|"""


def main(names: Sequence[str]) -> None:
    """Render the named notebooks, or all of them, and the list of them."""
    PAGES.mkdir(parents=True, exist_ok=True)
    files = sorted(NOTEBOOKS.glob("*.ipynb"))
    for file in files:
        if names and file.stem not in names:
            continue
        started = time.monotonic()
        page = freeze_maps(render_page(run_notebook(file), file.stem))
        (PAGES / f"{file.stem}.html").write_text(page, encoding="utf-8", newline="\n")
        print(f"{file.stem}: {time.monotonic() - started:.1f} s, {len(page.encode()) / 1e6:.2f} MB")
    (PAGES / "README.md").write_text(write_list(files), encoding="utf-8", newline="\n")


def run_notebook(file: Path, *, first_line: str = "") -> Any:  # noqa: ANN401 - nbformat has no types
    """Run a notebook in a fresh kernel of this interpreter, in an empty folder, without a port.

    Parameters
    ----------
    file
        The notebook.
    first_line
        Run in the kernel before the first cell; "" for nothing.

    Returns
    -------
    book
        With its outputs and no times in it.
    """
    book = nbformat.read(file, as_version=4)
    # The path of a socket has to be short.
    with TemporaryDirectory(prefix="nb", ignore_cleanup_errors=True) as folder:
        manager = AsyncKernelManager(
            transport="tcp" if os.name == "nt" else "ipc",
            connection_file=str(Path(folder) / "kernel.json"),
            kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),
        )
        client = NotebookClient(
            book,
            km=manager,
            timeout=LIMIT_S,
            record_timing=False,
            coalesce_streams=True,
            resources={"metadata": {"path": folder}},
            extra_arguments=[
                "--HistoryManager.enabled=False",
                f"--IPKernelApp.exec_lines={first_line or 'pass'}",
            ],
        )
        client.execute(cleanup_kc=True, env=os.environ | {"IPYTHONDIR": folder, "PYTHONUTF8": "1"})
    return book


def render_page(book: Any, name: str) -> str:  # noqa: ANN401 - nbformat has no types
    """Write a notebook that was run as one HTML file.

    Parameters
    ----------
    book
        From `run_notebook`.
    name
        Of its file, without the ending.

    Returns
    -------
    page
        HTML that loads nothing.
    """
    for cell in book.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "stream" and _CLOCK.search(output.text):
                output.text = _CLOCK.sub("", output.text).rstrip("\n") + f"\n{_NO_CLOCK}"
                output.text = output.text.lstrip("\n")
    exporter = HTMLExporter(
        template_name="basic",
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
    )
    body, _ = exporter.from_notebook_node(book)
    title, _ = read_titles(book)
    links = (
        '<nav><a href="README.md">全部笔记 · all notebooks</a> · '
        f'<a href="../../notebooks/{name}.ipynb">{name}.ipynb</a></nav>'
    )
    return (
        '<!doctype html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html_text.escape(title)}</title>\n"
        f"<style>{_STYLE}</style>\n</head>\n<body>\n{links}\n"
        f"{body.replace(_NO_WORDS, '图 · figure').strip()}\n</body>\n</html>\n"
    )


def freeze_maps(page: str) -> str:
    """Put pictures in the place of maps.

    Parameters
    ----------
    page
        From `render_page`.

    Returns
    -------
    page
        Without a frame and without a script; every picture with the words of its map's title.
    """
    named = os.environ.get("QXGEO_CHROMIUM")
    executable = named or next(filter(None, map(shutil.which, BROWSERS)), None)
    with TemporaryDirectory(prefix="nb") as folder, sync_playwright() as playwright:
        file = Path(folder) / "page.html"
        file.write_text(page.replace(_POLICY, _OPEN_POLICY), encoding="utf-8")
        browser = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--disable-gpu"]
        )
        tab = browser.new_context(viewport={"width": 1072, "height": 900}, offline=True).new_page()
        tab.goto(file.as_uri())
        frames = tab.locator("iframe")
        shots = []
        for number in range(frames.count()):
            one = frames.nth(number)
            one.scroll_into_view_if_needed()
            inside = tab.frame_locator("iframe").nth(number)
            inside.locator("html[data-qx=ready]").wait_for(state="attached")
            tab.wait_for_timeout(_SETTLE_MS)
            title = one.get_attribute("title") or ""
            shots.append(_write_picture(one.screenshot(), title))
        browser.close()
    pictures = iter(shots)
    return _FRAME.sub(lambda _: next(pictures), page)


def _write_picture(png: bytes, title: str) -> str:
    """Write a screenshot as a picture with its caption."""
    packed = io.BytesIO()
    with Image.open(io.BytesIO(png)) as image:
        image.convert("RGB").save(packed, format="WEBP", quality=82, method=6)
    data = base64.b64encode(packed.getvalue()).decode("ascii")
    return (
        f'<figure><img alt="{html_text.escape(title)}" src="data:image/webp;base64,{data}">'
        f"<figcaption>{_MAP_NOTE}</figcaption></figure>"
    )


def write_list(files: Sequence[Path]) -> str:
    """Write the list of the pages.

    Parameters
    ----------
    files
        The notebooks.

    Returns
    -------
    text
        Markdown.
    """
    lines = [_LIST_HEAD]
    for file in files:
        chinese, english = read_titles(nbformat.read(file, as_version=4))
        lines.append(f"| [{file.stem}]({file.stem}.html) | {chinese} {english} |")
    return "\n".join(lines) + "\n"


def read_titles(book: Any) -> tuple[str, str]:  # noqa: ANN401 - nbformat has no types
    """Read the question of a notebook, in Chinese and in English: its first two headings.

    Parameters
    ----------
    book
        Run or not.

    Returns
    -------
    titles
        Chinese, English.
    """
    first, second = re.findall(r"^# (.+)$", book.cells[0].source, flags=re.MULTILINE)[:2]
    return str(first), str(second)


if __name__ == "__main__":
    main(sys.argv[1:])
