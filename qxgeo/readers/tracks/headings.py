"""Under which headings vehicle platforms export tracks."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# After `plain_heading`: lower case, without blanks, underscores, units in brackets.
HEADINGS: dict[str, tuple[str, ...]] = {
    "cart_id": (
        *("车牌号", "车牌", "车牌号码", "车号", "车辆", "车辆编号", "车辆牌照", "自编号", "车辆号"),
        *("终端号", "终端手机号", "设备号", "设备编号", "cartid", "cart", "plate", "vehicle"),
        *("vehicleid", "device", "deviceid", "plateno", "carno", "name", "编号"),
    ),
    "time": (
        *("时间", "定位时间", "gps时间", "采集时间", "上报时间", "日期时间", "记录时间", "时刻"),
        *("time", "datetime", "timestamp", "gpstime", "loctime", "utctime", "点时间"),
    ),
    "date": ("日期", "date", "day"),
    "lon": ("经度", "东经", "lon", "lng", "longitude", "gps经度", "x"),
    "lat": ("纬度", "北纬", "lat", "latitude", "gps纬度", "y"),
    "speed_kmh": ("速度", "车速", "gps速度", "行驶速度", "瞬时速度", "speed", "velocity"),
    "heading_deg": ("方向", "方向角", "航向", "航向角", "方位角", "heading", "course", "direction"),
    "is_spraying": (
        *("洒水状态", "喷水状态", "洒水", "喷水", "作业状态", "水泵", "水泵状态", "是否洒水"),
        *("是否喷水", "喷洒状态", "喷洒", "状态", "isspraying", "spraying", "spray", "pump"),
    ),
}
REQUIRED = ("time", "lon", "lat")
_UNIT = re.compile(r"[(\[【/](?P<unit>[^)\]】]+)[)\]】]?$")
_METRES_PER_SECOND = ("m/s", "米/秒", "mps")


def plain(heading: object) -> str:
    """Reduce a heading to what it is compared by.

    Parameters
    ----------
    heading
        As the file has it.

    Returns
    -------
    word
        No case, blanks, underscores, no unit at the end.
    """
    text = unicodedata.normalize("NFKC", str(heading)).casefold()
    text = re.sub(r"[\s_]", "", text)
    return _UNIT.sub("", text)


def match_headings(headings: Iterable[object]) -> dict[str, str]:
    """Find the heading of each column.

    Parameters
    ----------
    headings
        Of the file.

    Returns
    -------
    found
        Column of the house to heading of the file; the earlier word of `HEADINGS` wins.
    """
    named = {plain(one): str(one) for one in reversed(list(headings))}
    found = {}
    for column, words in HEADINGS.items():
        heading = next((named[word] for word in words if word in named), None)
        if heading is not None:
            found[column] = heading
    return found


def known_words() -> set[str]:
    """List every heading by which a header row is known.

    Returns
    -------
    words
        Plain ones.
    """
    return {word for words in HEADINGS.values() for word in words}


def is_in_metres_per_second(heading: str) -> bool:
    """Tell whether a heading of a speed says metres per second.

    Parameters
    ----------
    heading
        As the file has it.

    Returns
    -------
    said
        True where it does; speeds are in km/h otherwise.
    """
    text = unicodedata.normalize("NFKC", heading).casefold().replace(" ", "")
    return any(unit in text for unit in _METRES_PER_SECOND)
