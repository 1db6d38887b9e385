"""Optional online base maps: off when a page opens, WGS 84 only, and a page lives without them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, urlsplit

from qxgeo.errors import Fault, InputError, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

# Hosts whose tiles are drawn in GCJ-02 or BD-09: several hundred metres off under WGS 84 data.
_SHIFTED_HOSTS = (
    "autonavi.com",
    "amap.com",
    "gtimg.com",
    "map.qq.com",
    "bdimg.com",
    "baidu.com",
    "google.cn",
    "google.com",
)
_OSM_URL = "https://tile.openstreetmap.org/{z}/{x}/{y}.png"
_TIANDITU_LAYERS = ("vec", "cva")


class OnlineBase(NamedTuple):
    """One base map of the control: tile addresses drawn over one another, and its credit."""

    title: str
    urls: tuple[str, ...]
    credit: str
    subdomains: str = ""


def list_online_bases(online_base: Mapping[str, str] | None, *, lang: str) -> list[OnlineBase]:
    """Check the online base maps that a user asked for.

    Parameters
    ----------
    online_base
        ``{"tianditu": key}``, ``{"osm": ""}``, or a title with a template of tile addresses
        (https, ``{z}``, ``{x}``, ``{y}``; EPSG:3857 tiles of WGS 84 or CGCS2000 data).
    lang
        ``zh`` or ``en``.

    Returns
    -------
    bases
        In the order given.

    Raises
    ------
    InputError
        If an address is not usable, or is known to be drawn in a shifted datum.
    """
    bases, faults = [], []
    for title, value in (online_base or {}).items():
        if title == "osm":
            words = Text("OpenStreetMap 在线底图", "OpenStreetMap online").in_language(lang)
            bases.append(OnlineBase(words, (value or _OSM_URL,), "© OpenStreetMap contributors"))
        elif title == "tianditu":
            bases.append(_tianditu(value, lang))
            if not value.strip():
                faults.append(_fault(Text("天地图缺少密钥", "Tianditu needs a key")))
        else:
            bases.append(OnlineBase(title, (value,), title))
    faults += [fault for base in bases for url in base.urls for fault in _check(url)]
    if faults:
        raise InputError(faults)
    return bases


def _tianditu(key: str, lang: str) -> OnlineBase:
    """Give Tianditu's vector map with its labels, CGCS2000 in EPSG:3857 tiles."""
    urls = tuple(
        f"https://t{{s}}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile"
        f"&VERSION=1.0.0&LAYER={layer}&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles"
        f"&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={quote(key.strip(), safe='')}"
        for layer in _TIANDITU_LAYERS
    )
    title = Text("天地图在线底图", "Tianditu online").in_language(lang)
    return OnlineBase(title, urls, Text("© 天地图", "© Tianditu").in_language(lang), "01234567")


def _check(url: str) -> list[Fault]:
    """List what is wrong with a tile address."""
    host = urlsplit(url).hostname or ""
    if any(host == shifted or host.endswith(f".{shifted}") for shifted in _SHIFTED_HOSTS):
        return [
            _fault(
                Text(
                    f"{host} 的瓦片是 GCJ-02 或 BD-09 坐标，叠在 WGS 84 数据下会偏移数百米",
                    f"tiles of {host} are GCJ-02 or BD-09, hundreds of metres off WGS 84 data",
                )
            )
        ]
    if not url.startswith("https://") or not all(part in url for part in ("{z}", "{x}", "{y}")):
        return [_fault(Text(f"底图地址不可用：{url}", f"not a usable tile address: {url}"))]
    return []


def _fault(problem: Text) -> Fault:
    """Say how to name an online base map."""
    return Fault(
        column="online_base",
        problem=problem,
        mend=Text(
            "请用天地图（附自己的密钥）、OpenStreetMap，或含 {z}/{x}/{y} 的 https 地址",
            "use Tianditu with your key, OpenStreetMap, or an https address with {z}/{x}/{y}",
        ),
    )
