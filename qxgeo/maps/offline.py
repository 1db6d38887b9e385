"""One HTML file that needs nothing else: assets inlined, ids renumbered, the rest refused.

Folium's final page asks several hosts for scripts, styles, pictures and fonts. Here each of them is
replaced by the file that was collected when the package was built, and a page that would still ask
for anything is refused. A content security policy in the page makes the browser hold to it too.
"""

from __future__ import annotations

import base64
import functools
import html as html_text
import json
import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from qxgeo.errors import Fault, OutputError, Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

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
    "leaflet.awesome-markers.js": "leaflet.awesome-markers.js",
    "leaflet.awesome-markers.css": "leaflet.awesome-markers.css",
    "all.min.css": "icons.css",
    "leaflet.markercluster.js": "leaflet.markercluster.js",
    "MarkerCluster.css": "MarkerCluster.css",
    "MarkerCluster.Default.css": "MarkerCluster.Default.css",
    "leaflet.featuregroup.subgroup.js": "leaflet.featuregroup.subgroup.js",
    "leaflet.groupedlayercontrol.min.js": "leaflet.groupedlayercontrol.min.js",
    "leaflet.groupedlayercontrol.min.css": "leaflet.groupedlayercontrol.min.css",
    "L.Control.Layers.Tree.min.js": "L.Control.Layers.Tree.js",
    "L.Control.Layers.Tree.min.css": "L.Control.Layers.Tree.css",
    "Control.FullScreen.min.js": "Control.FullScreen.js",
    "Control.FullScreen.css": "Control.FullScreen.css",
    "leaflet-measure.min.js": "leaflet-measure.js",
    "leaflet-measure.min.css": "leaflet-measure.css",
    "L.Control.MousePosition.min.js": "L.Control.MousePosition.js",
    "L.Control.MousePosition.min.css": "L.Control.MousePosition.css",
    "Control.MiniMap.js": "Control.MiniMap.min.js",
    "Control.MiniMap.css": "Control.MiniMap.min.css",
    "leaflet-search.min.js": "leaflet-search.min.js",
    "leaflet-search.min.css": "leaflet-search.min.css",
    "bootstrap.bundle.min.js": None,
    "bootstrap.min.css": None,
    "bootstrap-glyphicons.css": None,
    "jquery-ui.min.js": None,
    "leaflet.awesome.rotate.min.css": None,
}
_TRANSLATED = {("leaflet-measure.js", "zh"): "leaflet-measure.cn.js"}
# Folium asks for these on every page; they go in where the page's own text uses them.
_NEEDED_IF = {
    "jquery.slim.min.js": re.compile(r"(?<![\w$])(?:\$|jQuery)[(.]"),
    "leaflet.awesome-markers.js": re.compile(r"L\.AwesomeMarkers\."),
    "leaflet.awesome-markers.css": re.compile(r"L\.AwesomeMarkers\."),
    "icons.css": re.compile(r"\bfa-|L\.AwesomeMarkers\."),
}
_MEDIA_TYPES = {
    "png": "image/png",
    "gif": "image/gif",
    "svg": "image/svg+xml",
    "ttf": "font/ttf",
}

_ELEMENT = re.compile(r"<!--.*?-->|<(script|style)\b([^>]*)>", re.IGNORECASE | re.DOTALL)
_END = {
    "script": re.compile(r"</script\s*>", re.IGNORECASE),
    "style": re.compile(r"</style\s*>", re.IGNORECASE),
}
_TAG = re.compile(r"<([a-zA-Z][\w-]*)((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>")
_ATTRIBUTE = re.compile(r"([\w:-]+)\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'>]+)")
_LOADING_ATTRIBUTES = frozenset(
    ("src", "srcset", "href", "xlink:href", "poster", "data", "action", "formaction", "background")
)
_FRAMING_TAGS = frozenset(("iframe", "frame", "object", "embed", "base", "portal"))
_CSS_LOAD = re.compile(r"@import\b[^;]*|url\(\s*([\"']?)(?!data:|#)([^)]*)\)", re.IGNORECASE)
_CSS_URL = re.compile(r"url\(\s*[\"']?([^\"')]+)[\"']?\s*\)")
_STRING = re.compile(
    r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"|\'[^\'\\\n]*(?:\\.[^\'\\\n]*)*\'|`[^`\\]*(?:\\.[^`\\]*)*`',
    re.DOTALL,
)
_CODE_LOAD = re.compile(
    r"\b(?:fetch|import|importScripts|sendBeacon)\s*\("
    r"|\bnew\s+(?:XMLHttpRequest|WebSocket|EventSource|Worker|SharedWorker)\b"
)
_CODE_URL = re.compile(
    r"(?:L\.(?:tileLayer(?:\.wms)?|imageOverlay|videoOverlay)\(\s*"
    r"|[\"']?(?:iconUrl|iconRetinaUrl|shadowUrl)[\"']?\s*:\s*"
    r"|\.(?:src|href)\s*=\s*)"
    r"([\"'`])((?:https?:)?//[^\"'`]*)\1"
)
_DECLARED_ID = re.compile(
    r"(?:\b(?:var|let|const|function)\s+|\bid=[\"'])[A-Za-z_][A-Za-z_]*?_([0-9a-f]{32})(?![0-9a-f])"
)
_RANDOM_ID = re.compile(r"_([0-9a-f]{32})(?![0-9a-f])")
_SOURCE_MAP = re.compile(r"^[ \t]*(?://[#@]|/\*[#@]) ?sourceMappingURL=.*$", re.MULTILINE)


class _Piece(NamedTuple):
    """A stretch of the page: ``markup``, or one ``script`` or ``style`` with its attributes."""

    kind: str
    attributes: str
    content: str


def escape_text(text: str) -> str:
    """Make a text from data safe in HTML, also inside a JavaScript template literal.

    Folium writes pop-ups as template literals, where a backtick ends the text, ``${`` runs code and
    a backslash can spell any of them: these become character references too, and braces with them,
    which templates of the page would read. Control characters become spaces.

    Parameters
    ----------
    text
        As it was read.

    Returns
    -------
    escaped
        Shows the same text in an element or in a quoted attribute.
    """
    printable = "".join(
        " " if unicodedata.category(character) == "Cc" else character for character in text
    )
    return html_text.escape(printable, quote=True).translate(_TEMPLATE_REFERENCES)


_TEMPLATE_REFERENCES = {ord(character): f"&#{ord(character)};" for character in "`\\${}"}
_SCRIPT_ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>&'`\u2028\u2029"}


def json_for_script(value: object) -> str:
    """Write a value as JSON that can stand inside a script element.

    Parameters
    ----------
    value
        What `json.dumps` takes; keys keep their order.

    Returns
    -------
    text
        JSON without any character that could end the script, an attribute or a template literal.

    Raises
    ------
    ValueError
        If a number is NaN or infinite: JSON has no word for it.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except ValueError as error:
        message = f"not a JSON value: {error}"
        raise ValueError(message) from error
    return text.translate(_SCRIPT_ESCAPES)


def make_self_contained(
    html: str, *, assets: Path, tile_urls: Sequence[str] = (), lang: str = "zh"
) -> str:
    """Turn a rendered Folium page into one file that opens without a network.

    Every script and style sheet becomes inline, pictures and fonts become data URIs, random element
    ids are numbered in order of appearance, and a content security policy forbids everything else.
    Bootstrap, Glyphicons and jQuery UI are left out: give Folium icons ``prefix="fa"``.

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
    lang
        ``zh`` or ``en``: the language of controls that come in several.

    Returns
    -------
    page
        The page; the same page for the same input.

    Raises
    ------
    OutputError
        If an asset is missing, or the page would still load something from elsewhere.
    """
    shelf = _Shelf(assets, lang)
    hosts = [_policy_host(url) for url in tile_urls]
    pieces = list(_split(html))
    own_text = "".join(piece.content for piece in pieces)
    faults: list[str] = []
    parts = [_inline(piece, shelf, own_text, faults) for piece in pieces]
    for piece in pieces:
        faults.extend(_leftovers(piece, tile_urls))
    if faults:
        raise OutputError([_external_fault(found) for found in dict.fromkeys(faults)])
    page = _number_ids("".join(parts))
    return _with_head(page, hosts)


class _Shelf:
    """The collected files of one folder."""

    def __init__(self, folder: Path, lang: str) -> None:
        self._folder = folder
        self._lang = lang
        try:
            manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
            self._names = frozenset(manifest["files"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise OutputError(_missing_fault(folder / "manifest.json")) from error

    def asset_name(self, address: str) -> str | None:
        """Find the collected file for an address; KeyError where there is none."""
        file_name = urlsplit(address).path.rpartition("/")[2]
        name = _ASSET_BY_FILE_NAME[file_name]
        return None if name is None else _TRANSLATED.get((name, self._lang), name)

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
        address = match[1]
        if address.startswith(("data:", "#")):
            return match[0]
        return f"url({self.data_uri(address.rpartition('/')[2])})"

    def _leaflet_defaults(self) -> str:
        """Tell Leaflet where its marker is, which it guesses from style sheets, and plain credit."""
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
        """Read a file that the manifest lists."""
        if name not in self._names:
            raise OutputError(_missing_fault(self._folder / name))
        return _read_asset(self._folder / name)


@functools.lru_cache(maxsize=128)
def _read_asset(path: Path) -> bytes:
    """Read one collected file; every page of a run asks for the same few."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise OutputError(_missing_fault(path)) from error


def _split(html: str) -> Iterator[_Piece]:
    """Cut a page at its script and style elements; comments are left out."""
    position = 0
    while match := _ELEMENT.search(html, position):
        yield _Piece("markup", "", html[position : match.start()])
        position = match.end()
        if match[1]:
            kind = match[1].lower()
            end = _END[kind].search(html, position)
            stop, following = (end.start(), end.end()) if end else (len(html), len(html))
            yield _Piece(kind, match[2], html[position:stop])
            position = following
    yield _Piece("markup", "", html[position:])


def _inline(piece: _Piece, shelf: _Shelf, own_text: str, faults: list[str]) -> str:
    """Write a piece back with the files it asks for inside it."""
    if piece.kind == "markup":
        return _TAG.sub(lambda match: _inline_link(match, shelf, own_text, faults), piece.content)
    source = _attributes(piece.attributes).get("src") if piece.kind == "script" else None
    if source is None:
        return f"<{piece.kind}{piece.attributes}>{piece.content}</{piece.kind}>"
    return _fetch(source, shelf.asset_name, shelf.script, "script", own_text, faults)


def _inline_link(match: re.Match[str], shelf: _Shelf, own_text: str, faults: list[str]) -> str:
    """Replace a link to a style sheet; every other tag stays."""
    attributes = _attributes(match[2])
    if match[1].lower() != "link" or attributes.get("rel", "").lower() != "stylesheet":
        return match[0]
    return _fetch(
        attributes.get("href", ""), shelf.asset_name, shelf.style, "style", own_text, faults
    )


def _fetch(  # noqa: PLR0913  # one place for scripts and styles
    address: str,
    name_of: Callable[[str], str | None],
    content_of: Callable[[str], str],
    tag: str,
    own_text: str,
    faults: list[str],
) -> str:
    """Write the collected file of an address as an inline element."""
    try:
        name = name_of(address)
    except KeyError:
        faults.append(f'<{tag} "{address}">')
        return ""
    if name is None or (name in _NEEDED_IF and not _NEEDED_IF[name].search(own_text)):
        return ""
    return f"<{tag}>{content_of(name)}</{tag}>"


def _attributes(text: str) -> dict[str, str]:
    """Read the attributes of a tag."""
    return {
        name.lower(): html_text.unescape(value.strip("\"'"))
        for name, value in _ATTRIBUTE.findall(text)
    }


def _leftovers(piece: _Piece, tile_urls: Sequence[str]) -> Iterator[str]:
    """List what a piece of the page itself would still load."""
    if piece.kind == "style":
        yield from (match[0] for match in _CSS_LOAD.finditer(piece.content))
    elif piece.kind == "markup":
        for tag in _TAG.finditer(piece.content):
            yield from _tag_leftovers(tag)
    elif not _attributes(piece.attributes).get("src"):
        yield from (match[0] for match in _CODE_LOAD.finditer(_STRING.sub('""', piece.content)))
        for match in _CODE_URL.finditer(piece.content):
            if match[2] not in tile_urls:
                yield match[0]


def _tag_leftovers(tag: re.Match[str]) -> Iterator[str]:
    """List what one tag would still load; a hyperlink loads nothing before it is clicked."""
    name = tag[1].lower()
    attributes = _attributes(tag[2])
    if name in _FRAMING_TAGS or (name == "meta" and attributes.get("http-equiv", "") == "refresh"):
        yield tag[0]
        return
    is_sheet = name == "link" and attributes.get("rel", "").lower() == "stylesheet"
    for attribute, value in attributes.items():
        if attribute in _LOADING_ATTRIBUTES and not is_sheet:
            is_link = name == "a" and attribute == "href"
            is_script = value.strip().lower().startswith("javascript:")
            if is_script or not (is_link or value.startswith(("data:", "#"))):
                yield tag[0]
        elif attribute == "style" and _CSS_LOAD.search(value):
            yield tag[0]


def _number_ids(page: str) -> str:
    """Number Folium's random ids in order of appearance; look-alikes in data stay."""
    declared = {match[1] for match in _DECLARED_ID.finditer(page)}
    numbers: dict[str, int] = {}

    def numbered(match: re.Match[str]) -> str:
        if match[1] not in declared:
            return match[0]
        return f"_{numbers.setdefault(match[1], len(numbers) + 1)}"

    return _RANDOM_ID.sub(numbered, page)


def _with_head(page: str, hosts: list[str]) -> str:
    """Add the content security policy at the head's begin and the fonts at its end."""
    policy = "; ".join(
        (
            "default-src 'none'",
            "script-src 'unsafe-inline'",
            "style-src 'unsafe-inline'",
            " ".join(["img-src data: blob:", *sorted(set(hosts))]),
            "font-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    fonts = f"<style>html,body,.leaflet-container{{font-family:{FONT_STACK}}}</style>"
    head, found, rest = page.partition("<head>")
    before, end, after = rest.partition("</head>")
    if not found or not end:
        raise OutputError(
            Fault(
                problem=Text("网页没有 <head>", "the page has no <head>"),
                mend=Text("请传入完整的网页", "pass the whole rendered page"),
            )
        )
    return f"{head}{found}\n{meta}{before}{fonts}{end}{after}"


def _policy_host(url: str) -> str:
    """Give the host of a tile address as the policy writes it."""
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
