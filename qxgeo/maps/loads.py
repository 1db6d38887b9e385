"""What a page would still load from elsewhere: the check behind every offline page."""

from __future__ import annotations

import html as html_text
import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TAG = re.compile(r"<([a-zA-Z][\w-]*)((?:[^>\"']|\"[^\"]*\"|'[^']*')*+)>")

_ELEMENT = re.compile(r"<!--.*?-->|<(script|style)\b([^>]*)>", re.IGNORECASE | re.DOTALL)
_END = {
    "script": re.compile(r"</script\s*>", re.IGNORECASE),
    "style": re.compile(r"</style\s*>", re.IGNORECASE),
}
_ATTRIBUTE = re.compile(r"([\w:-]+)\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'>]+)")
_LOADING_ATTRIBUTES = frozenset(
    ("src", "srcset", "href", "xlink:href", "poster", "data", "action", "formaction", "background")
)
_FRAMING_TAGS = frozenset(("iframe", "frame", "object", "embed", "base", "portal"))
_CSS_LOAD = re.compile(r"@import\b[^;]*|url\((?!\s*[\"']?\s*(?:data:|#))[^)]*\)", re.IGNORECASE)
_STRING = re.compile(
    r'"[^"\\\n]*(?:\\.[^"\\\n]*)*+"'
    r"|'[^'\\\n]*(?:\\.[^'\\\n]*)*+'"
    r"|`[^`\\]*(?:\\.[^`\\]*)*+`",
    re.DOTALL,
)
_CODE_LOAD = re.compile(
    r"\b(?:fetch|import|importScripts|sendBeacon)\s*\("
    r"|\bL\.AwesomeMarkers\.\w+"  # folium.Icon, whose pictures are left out
    r"|\bnew\s+(?:XMLHttpRequest|WebSocket|EventSource|Worker|SharedWorker)\b"
)
_CODE_WORDS = (
    "fetch",
    "import",
    "sendBeacon",
    "AwesomeMarkers",
    "XMLHttp",
    "WebSocket",
    "EventSource",
    "Worker",
)
_URL_WORDS = (  # without one of them no address is found
    "tileLayer",
    "imageOverlay",
    "videoOverlay",
    "iconUrl",
    "iconRetinaUrl",
    "shadowUrl",
    ".src",
    ".href",
)
_CODE_URL = re.compile(
    r"(?:L\.(?:tileLayer(?:\.wms)?|imageOverlay|videoOverlay)\(\s*"
    r"|[\"']?\b(?:iconUrl|iconRetinaUrl|shadowUrl)[\"']?\s*:\s*"
    r"|\.(?:src|href)\s*=\s*)"
    r"([\"'`])((?:https?:)?//[^\"'`]*)\1"
)


_LONG_CODE = 100_000  # characters: a page's own data, not a script that others carry, too


class Piece(NamedTuple):
    """A stretch of a page: ``markup``, or one ``script`` or ``style`` with its attributes."""

    kind: str
    attributes: str
    content: str


def split_page(html: str) -> Iterator[Piece]:
    """Cut a page at its script and style elements; comments are left out.

    Parameters
    ----------
    html
        A page; an element that is never closed reaches to its end.

    Yields
    ------
    piece
        In the order of the page, first and last are markup.
    """
    position = 0
    while match := _ELEMENT.search(html, position):
        yield Piece("markup", "", html[position : match.start()])
        position = match.end()
        if match[1]:
            kind = match[1].lower()
            end = _END[kind].search(html, position)
            stop, following = (end.start(), end.end()) if end else (len(html), len(html))
            yield Piece(kind, match[2], html[position:stop])
            position = following
    yield Piece("markup", "", html[position:])


def read_attributes(text: str) -> dict[str, str]:
    """Read the attributes of a tag.

    Parameters
    ----------
    text
        What stands in the tag after its name.

    Returns
    -------
    attributes
        Values by lower-case name, character references resolved.
    """
    return {
        name.lower(): html_text.unescape(value.strip("\"'"))
        for name, value in _ATTRIBUTE.findall(text)
    }


def is_style_sheet(name: str, attributes: dict[str, str]) -> bool:
    """Tell whether a tag links a style sheet.

    Parameters
    ----------
    name
        Name of the tag.
    attributes
        Its attributes.

    Returns
    -------
    is_style_sheet
        True for ``<link rel="stylesheet">``.
    """
    return name.lower() == "link" and attributes.get("rel", "").lower() == "stylesheet"


def find_loads(piece: Piece, *, tile_urls: Sequence[str]) -> Iterator[str]:
    """List what a piece would load from elsewhere; scripts and sheets with an address are apart.

    Hyperlinks load nothing before they are clicked, and words inside strings of a script are data.

    Parameters
    ----------
    piece
        Part of a page.
    tile_urls
        Address templates of tiles that the page may ask for.

    Yields
    ------
    found
        The words of the page that would load something.
    """
    if piece.kind == "style":
        yield from (match[0] for match in _CSS_LOAD.finditer(piece.content))
    elif piece.kind == "markup":
        for tag in TAG.finditer(piece.content):
            if _tag_loads(tag[1].lower(), read_attributes(tag[2])):
                yield tag[0]
    elif "src" not in read_attributes(piece.attributes):
        yield from _code_loads(piece.content, tuple(tile_urls))


def _code_loads(code: str, tile_urls: tuple[str, ...]) -> Iterator[str]:
    """List what a script would load; most words of a page are data, and quickly passed over."""
    find = _find_in_code if len(code) > _LONG_CODE else _find_in_known_code
    calls, urls = find(code)
    yield from calls
    yield from (found for found, url in urls if url not in tile_urls)


def _find_in_code(code: str) -> tuple[list[str], list[tuple[str, str]]]:
    """Find calls that load, and addresses with the words before them."""
    calls, urls = [], []
    if any(word in code for word in _CODE_WORDS):
        calls = [match[0] for match in _CODE_LOAD.finditer(_STRING.sub('""', code))]
    if any(word in code for word in _URL_WORDS):
        urls = [(match[0], match[2]) for match in _CODE_URL.finditer(code)]
    return calls, urls


# The scripts that every page carries are looked over once.
_find_in_known_code = lru_cache(maxsize=16)(_find_in_code)


def _tag_loads(name: str, attributes: dict[str, str]) -> bool:
    """Tell whether one tag would load something."""
    if name in _FRAMING_TAGS:
        return True
    if name == "meta":
        return attributes.get("http-equiv", "").lower() == "refresh"
    if is_style_sheet(name, attributes):
        return False
    return any(
        _attribute_loads(name, attribute, value.strip()) for attribute, value in attributes.items()
    )


def _attribute_loads(name: str, attribute: str, value: str) -> bool:
    """Tell whether one attribute of a tag would load something."""
    if attribute == "style":
        return _CSS_LOAD.search(value) is not None
    if attribute not in _LOADING_ATTRIBUTES:
        return False
    if value.lower().startswith("javascript:"):
        return True
    return not ((name == "a" and attribute == "href") or value.startswith(("data:", "#")))
