"""All pages of an assessment, written into a folder."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from qxgeo.errors import Fault, OutputError, Text
from qxgeo.maps.base_layer import describe_base, name_places
from qxgeo.maps.online import list_online_bases
from qxgeo.maps.page import render_page
from qxgeo.maps.portal import render_portal
from qxgeo.maps.wording import PAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qxgeo.assess import Assessment


def write_maps(
    assessment: Assessment,
    folder: Path,
    *,
    lang: str = "zh",
    online_base: Mapping[str, str] | None = None,
    cache_folder: Path | None = None,
    progress: Callable[[str], object] | None = None,
) -> list[Path]:
    """Write the portal and one map per page of the plan.

    Every file opens without a network, and the same assessment gives the same bytes.

    Parameters
    ----------
    assessment
        What was found.
    folder
        Exists; ``index.html`` and the pages are written into it.
    lang
        ``zh`` or ``en``.
    online_base
        Optional online base maps: ``{"tianditu": key}``, ``{"osm": ""}``, or a title with a
        template of https tile addresses. They are off when a page opens.
    cache_folder
        Where rendered base-map tiles are kept between runs; None takes the user's cache folder.
    progress
        Called with each file's name before it is written.

    Returns
    -------
    files
        In the order written, the portal first.

    Raises
    ------
    OutputError
        If a file cannot be written or a collected script is missing.
    InputError
        If an online base map is not usable.
    """
    online = list_online_bases(online_base, lang=lang)
    report = progress or (lambda _: None)
    report("index.html")
    written = [write_page(folder / "index.html", render_portal(assessment, lang=lang))]
    base = describe_base(assessment.district, cache_folder=cache_folder or find_cache_folder())
    places = name_places(assessment.district)
    for page in PAGES:
        report(f"{page}.html")
        html = render_page(assessment, page, lang=lang, base=base, places=places, online=online)
        written.append(write_page(folder / f"{page}.html", html))
    return written


def find_cache_folder() -> Path:
    """Find where this user's caches belong; ``QXGEO_CACHE`` overrides it.

    Returns
    -------
    folder
        It need not exist.
    """
    chosen = os.environ.get("QXGEO_CACHE")
    if chosen:
        return Path(chosen)
    if sys.platform == "win32":
        home = os.environ.get("LOCALAPPDATA")
        return (Path(home) if home else Path.home() / "AppData" / "Local") / "qxgeo" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "qxgeo"
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "qxgeo"


def write_page(file: Path, html: str) -> Path:
    """Write one page.

    Parameters
    ----------
    file
        Where to.
    html
        The page.

    Returns
    -------
    file
        The same path.

    Raises
    ------
    OutputError
        If the disk refuses.
    """
    try:
        file.write_text(html, encoding="utf-8", newline="\n")
    except OSError as error:
        raise OutputError(
            Fault(
                file=file.name,
                problem=Text(
                    f"无法写入：{error.strerror or error}",
                    f"cannot be written: {error.strerror or error}",
                ),
                mend=Text("请检查磁盘空间和写入权限", "check disk space and permissions"),
            )
        ) from error
    return file
