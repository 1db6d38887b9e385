"""Fixtures that more than one room needs."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def external_data() -> Path:
    """Real data that does not travel with the project; tests skip where it is absent."""
    folder = Path(os.environ.get("QXGEO_EXTERNAL_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"external data not found at {folder}; set QXGEO_EXTERNAL_DATA")
    return folder


@pytest.fixture(scope="session")
def map_assets() -> Path:
    """Give the maps' collected scripts and styles; an uninstalled checkout has none."""
    from qxgeo.resources import assets_dir

    folder = assets_dir()
    if not (folder / "manifest.json").is_file():
        pytest.fail("qxgeo/_assets is missing: install the project first (pip install -e .)")
    return folder


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start one headless Chromium for the session."""
    sync_api = pytest.importorskip("playwright.sync_api")
    names = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
    executable = os.environ.get("QXGEO_CHROMIUM") or next(
        filter(None, map(shutil.which, names)), None
    )
    if executable is None:
        pytest.skip("no Chromium found: install one or name it in QXGEO_CHROMIUM")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture
def offline_page(chromium: Browser) -> Iterator[Page]:
    """Open a page without a network; a failed request or console error fails the test."""
    context = chromium.new_context(locale="zh-CN", viewport={"width": 1280, "height": 800})
    context.set_offline(True)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(f"exception: {error}"))
    page.on("requestfailed", lambda request: complaints.append(f"failed: {request.url[:200]}"))
    page.on(
        "console",
        lambda message: (
            complaints.append(f"console: {message.text}")
            if message.type in {"error", "warning"}
            else None
        ),
    )
    yield page
    context.close()
    assert complaints == []
