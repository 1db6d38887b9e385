"""One HTML file that needs nothing else: assets inlined, ids renumbered, the rest refused.

Folium's final page asks several hosts for scripts, styles, pictures and fonts. Here each of them is
replaced by the file that was collected when the package was built, and a page that would still ask
for anything is refused. A content security policy in the page makes the browser hold to it too.
"""

from __future__ import annotations

import base64
import functools
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from qxgeo.errors import Fault, OutputError, Text
from qxgeo.maps.escaping import escape_text, json_for_script
from qxgeo.maps.loads import (
    TAG,
    Piece,
    find_loads,
    is_style_sheet,
    read_attributes,
    split_page,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["FONT_STACK", "escape_text", "json_for_script", "make_self_contained"]

FONT_STACK = (
    '"Microsoft YaHei","PingFang SC","Hiragino Sans GB","Noto Sans CJK SC",'
    '"Source Han Sans SC","WenQuanYi Micro Hei",sans-serif'
)

# File name at the end of the address Folium writes -> collected file. None: the page needs none.
_ASSET_BY_FILE_NAME: dict[str, str | None] = {
    "leaflet.js": "leaflet.js",
    "leaflet.css": "leaflet.css",
    "jquery.min.js": "jquery.slim.min.js",
    "jquery-3.7.1.min.js": "jquery.slim.min.js",
    "Control.FullScreen.min.js": "Control.FullScreen.js",
    "Control.FullScreen.css": "Control.FullScreen.css",
    "L.Control.MousePosition.min.js": "L.Control.MousePosition.js",
    "L.Control.MousePosition.min.css": "L.Control.MousePosition.css",
    "bootstrap.bundle.min.js": None,
    "bootstrap.min.css": None,
    "bootstrap-glyphicons.css": None,
    "leaflet.awesome-markers.js": None,
    "leaflet.awesome-markers.css": None,
    "leaflet.awesome.rotate.min.css": None,
    "all.min.css": None,
}
# Folium asks for it on every page; it goes in where the page's own text has one of the words.
_NEEDED_IF = {"jquery.slim.min.js": ("$(", "$.", "jQuery")}
_FONT_STYLE = (
    f"html,body,.leaflet-container{{font-family:{FONT_STACK}}}"
    "button,input,select,textarea{font-family:inherit}"
)
_MEDIA_TYPES = {
    "png": "image/png",
    "gif": "image/gif",
    "svg": "image/svg+xml",
}

_CSS_URL = re.compile(r"url\(\s*[\"']?(?!data:|#)([^\"')]+)[\"']?\s*\)")
_DECLARATION = re.compile(r"(?:\b(?:var|let|const|function)\s+|\bid=[\"'])[A-Za-z_]\w{0,60}$")
_RANDOM_ID = re.compile(r"_([0-9a-f]{32})(?![0-9a-f])")
_SOURCE_MAP = re.compile(r"^[ \t]*(?://[#@]|/\*[#@]) ?sourceMappingURL=.*$", re.MULTILINE)


def make_self_contained(html: str, *, assets: Path, tile_urls: Sequence[str] = ()) -> str:
    """Turn a rendered Folium page into one file that opens without a network.

    Every script and style sheet becomes inline, pictures and fonts become data URIs, random element
    ids are numbered in order of appearance, and a content security policy forbids everything else.
    Bootstrap, Glyphicons and icon fonts are left out: draw with `folium.DivIcon` or circles instead
    of `folium.Icon`.

    Text inside data is not searched for addresses: the policy makes them inert, and a hostile name
    must not be able to stop a run.

    Parameters
    ----------
    html
        The whole page as Folium rendered it.
    assets
        Folder with ``manifest.json`` and the collected files, see `resources.assets_dir`.
    tile_urls
        Address templates of online base maps, exactly as the page has them; https only.

    Returns
    -------
    page
        The page; the same page for the same input.

    Raises
    ------
    OutputError
        If an asset is missing, or the page would still load something from elsewhere.
    """
    shelf = _Shelf(assets)
    policy = _policy(tile_urls)
    pieces = _with_head(list(split_page(html)), policy)
    own_text = "".join(piece.content for piece in pieces)
    faults: list[str] = []
    parts = [_inline(piece, shelf, own_text, faults) for piece in pieces]
    for piece in pieces:
        faults.extend(find_loads(piece, tile_urls=tile_urls))
    if faults:
        raise OutputError([_external_fault(found) for found in dict.fromkeys(faults)])
    return _number_ids("".join(parts))


class _Shelf:
    """The collected files of one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
            self._names = frozenset(manifest["files"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise OutputError(_missing_fault(folder / "manifest.json")) from error

    def script(self, name: str) -> str:
        """Give a script as it may stand inside a script element."""
        text = _SOURCE_MAP.sub("", self._text(name)).rstrip()
        if name == "leaflet.js":
            text += "\n" + self._leaflet_defaults()
        return re.sub(r"</(?=script)", r"<\\/", text, flags=re.IGNORECASE)

    def style(self, name: str) -> str:
        """Give a style sheet with its pictures and fonts inside."""
        text = _SOURCE_MAP.sub("", self._text(name)).replace("behavior: url(#default#VML);", "")
        return _CSS_URL.sub(self._data_url, text).rstrip()

    def data_uri(self, name: str) -> str:
        """Give a picture or font as a data URI."""
        content = base64.b64encode(self._bytes(name)).decode("ascii")
        return f"data:{_MEDIA_TYPES[name.rpartition('.')[2]]};base64,{content}"

    def _data_url(self, match: re.Match[str]) -> str:
        """Replace one ``url(...)`` of a style sheet."""
        return f"url({self.data_uri(match[1].rpartition('/')[2])})"

    def _leaflet_defaults(self) -> str:
        """Tell Leaflet its marker, which it guesses from style sheets, and a plain credit."""
        options = {
            "iconUrl": self.data_uri("marker-icon.png"),
            "iconRetinaUrl": self.data_uri("marker-icon-2x.png"),
            "shadowUrl": self.data_uri("marker-shadow.png"),
        }
        return (
            'L.Icon.Default.imagePath="";'
            f"L.Icon.Default.mergeOptions({json_for_script(options)});"
            'L.Control.Attribution.mergeOptions({prefix:"Leaflet"});'
        )

    def _text(self, name: str) -> str:
        """Read a script or style sheet."""
        return self._bytes(name).decode("utf-8")

    def _bytes(self, name: str) -> bytes:
        """Read a file that the manifest lists.

        Raises
        ------
        OutputError
            If it is missing.
        """
        if name not in self._names:
            raise OutputError(_missing_fault(self._folder / name))
        return _read_asset(self._folder / name)


@functools.lru_cache(maxsize=128)
def _read_asset(path: Path) -> bytes:
    """Read one collected file; every page of a run asks for the same few.

    Raises
    ------
    OutputError
        If it is missing.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise OutputError(_missing_fault(path)) from error


def _inline(piece: Piece, shelf: _Shelf, own_text: str, faults: list[str]) -> str:
    """Write a piece back with the files it asks for inside it."""

    def inline_link(match: re.Match[str]) -> str:
        attributes = read_attributes(match[2])
        if not is_style_sheet(match[1], attributes):
            return match[0]
        return _inline_file(attributes.get("href", ""), shelf, own_text, faults)

    if piece.kind == "markup":
        return TAG.sub(inline_link, piece.content)
    source = read_attributes(piece.attributes).get("src")
    if piece.kind == "script" and source is not None:
        return _inline_file(source, shelf, own_text, faults)
    return f"<{piece.kind}{piece.attributes}>{piece.content}</{piece.kind}>"


def _inline_file(address: str, shelf: _Shelf, own_text: str, faults: list[str]) -> str:
    """Write the collected file of an address as an inline element."""
    file_name = urlsplit(address).path.rpartition("/")[2]
    if file_name not in _ASSET_BY_FILE_NAME:
        faults.append(address)
        return ""
    name = _ASSET_BY_FILE_NAME[file_name]
    if name is None or not any(word in own_text for word in _NEEDED_IF.get(name, ("",))):
        return ""
    if name.endswith(".css"):
        return f"<style>{shelf.style(name)}</style>"
    return f"<script>{shelf.script(name)}</script>"


def _number_ids(page: str) -> str:
    """Give Folium's random ids numbers in order of appearance; look-alikes in data stay."""
    declared = {
        match[1]
        for match in _RANDOM_ID.finditer(page)
        if _DECLARATION.search(page, max(0, match.start() - 80), match.start())
    }
    numbers: dict[str, int] = {}

    def numbered(match: re.Match[str]) -> str:
        if match[1] not in declared:
            return match[0]
        return f"_{numbers.setdefault(match[1], len(numbers) + 1)}"

    return _RANDOM_ID.sub(numbered, page)


def _with_head(pieces: list[Piece], policy: str) -> list[Piece]:
    """Add the policy where the head begins and the fonts where it ends.

    Raises
    ------
    OutputError
        If the page has no head.
    """
    meta = f'<head>\n<meta http-equiv="Content-Security-Policy" content="{policy}">'
    inserted = {
        "<head>": [Piece("markup", "", meta)],
        "</head>": [Piece("style", "", _FONT_STYLE), Piece("markup", "", "</head>")],
    }
    for tag, additions in inserted.items():
        place = next(
            (
                number
                for number, piece in enumerate(pieces)
                if piece.kind == "markup" and tag in piece.content
            ),
            None,
        )
        if place is None:
            raise OutputError(
                Fault(
                    problem=Text(f"网页没有 {tag}", f"the page has no {tag}"),
                    mend=Text("请传入完整的网页", "pass the whole rendered page"),
                )
            )
        before, _, after = pieces[place].content.partition(tag)
        pieces = [
            *pieces[:place],
            Piece("markup", "", before),
            *additions,
            Piece("markup", "", after),
            *pieces[place + 1 :],
        ]
    return pieces


def _policy(tile_urls: Sequence[str]) -> str:
    """Write the content security policy."""
    hosts = sorted({_policy_host(url) for url in tile_urls})
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'unsafe-inline'",
            "style-src 'unsafe-inline'",
            " ".join(("img-src data: blob:", *hosts)),
            "font-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _policy_host(url: str) -> str:
    """Give the host of a tile address as the policy writes it.

    Raises
    ------
    OutputError
        If the address cannot stand in a policy.
    """
    parts = urlsplit(url)
    first, _, others = parts.netloc.partition(".")
    host = f"*.{others}" if "{" in first else parts.netloc
    if parts.scheme != "https" or not re.fullmatch(r"(?:\*\.)?[\w-]+(?:\.[\w-]+)+(?::\d+)?", host):
        raise OutputError(
            Fault(
                problem=Text(f"底图地址不可用：{url}", f"not a usable tile address: {url}"),
                mend=Text(
                    "请使用 https，变量只能放在主机名的第一段",
                    "use https, with a variable only in the first label of the host",
                ),
            )
        )
    return f"https://{host}"


def _external_fault(found: str) -> Fault:
    """Say which address is left."""
    short = " ".join(found.split())[:200]
    return Fault(
        problem=Text(f"网页仍要从外部加载：{short}", f"the page would still load: {short}"),
        mend=Text("请内嵌该资源", "put it inside the page"),
    )


def _missing_fault(path: Path) -> Fault:
    """Say which collected file is missing."""
    return Fault(
        file=path.name,
        problem=Text(f"缺少地图资源 {path}", f"the map asset {path} is missing"),
        mend=Text("请重新安装：pip install .", "install again: pip install ."),
    )
