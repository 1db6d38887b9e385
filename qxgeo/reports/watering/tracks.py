"""The day of a cart as GPX and KML: where it drives when, and where it sprays.

Both are in WGS 84 and in time of day; GPX writes UTC. What is sprayed and what is driven empty are
segments of their own, with metres and litres beside them, so that the plan's sums can be added up
again from either file.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, timezone
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from qxgeo.errors import Text
from qxgeo.reports.neutral import clean_text
from qxgeo.reports.watering.stretches import Stretch, list_stretches
from qxgeo.vocabulary import DEMO_BANNER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from qxgeo.watering.model import WateringPlan

GPX = "http://www.topografix.com/GPX/1/1"
KML = "http://www.opengis.net/kml/2.2"
OWN = "urn:qxgeo:watering:1"
_LOCAL = timezone(timedelta(hours=8))  # all of China
_DIGITS = 7  # a centimetre
_TASKS = {
    "spray": Text("洒水", "spraying"),
    "drive": Text("空驶", "driving empty"),
    "refill": Text("加水", "refilling"),
}
_STYLES = {"spray": ("ffb27200", 5), "drive": ("ff6d6a63", 2), "refill": ("ff739e00", 2)}
_WORDS = {
    "lap": Text("第 {number} 趟", "lap {number}"),
    "transfer": Text("转场", "transfer"),
    "title": Text("洒水作业 {cart} {day}", "water cart {cart} {day}"),
    "datum": Text(
        "坐标 WGS 84；在使用 GCJ-02 的国内地图上会偏移数百米",
        "coordinates in WGS 84; on Chinese maps in GCJ-02 they lie some hundred metres off",
    ),
}


def write_tracks(
    plan: WateringPlan, folder: Path, names: Mapping[str, str], *, lang: str
) -> list[Path]:
    """Write GPX and KML for every cart that drives.

    Parameters
    ----------
    plan
        The whole plan.
    folder
        Exists.
    names
        Cart to the name of its files, without suffix.
    lang
        ``zh`` or ``en``, of names and descriptions.

    Returns
    -------
    paths
        GPX and KML by cart, in the order of the fleet.
    """
    stretches = list_stretches(plan)
    paths: list[Path] = []
    for cart_id, name in names.items():
        laps = list(_list_laps(plan, cart_id, stretches, lang))
        if not laps:
            continue
        for suffix, build in ((".gpx", _build_gpx), (".kml", _build_kml)):
            root = build(plan, cart_id, laps, lang)
            ET.indent(root, " ")
            path = folder / f"{name}{suffix}"
            text = ET.tostring(root, encoding="unicode", xml_declaration=False)
            head = '<?xml version="1.0" encoding="UTF-8"?>\n'
            path.write_text(f"{head}{text}\n", encoding="utf-8", newline="\n")
            paths.append(path)
    return paths


_Lap = tuple[str, float, tuple[Stretch, ...]]


def _list_laps(
    plan: WateringPlan, cart_id: str, stretches: Mapping[int, tuple[Stretch, ...]], lang: str
) -> Iterator[_Lap]:
    """Give a cart's runs of tours: their names, when they start, what is done."""
    transfers = dict(zip(plan.tours["tour"], plan.tours["is_transfer"], strict=True))
    own = plan.runs[(plan.runs["cart_id"] == cart_id) & (plan.runs["tour"] >= 0)]
    number = 0
    for tour, start_s in own.sort_values("start_s", kind="stable")[["tour", "start_s"]].to_numpy():
        is_transfer = bool(transfers[int(tour)])
        number += not is_transfer
        title = _WORDS["transfer" if is_transfer else "lap"].in_language(lang)
        name = f"{say_clock(float(start_s))} {title.format(number=number)}"
        yield name, float(start_s), stretches[int(tour)]


def say_clock(at_s: float) -> str:
    """Write a moment of the day as hours and minutes; what is tomorrow's says so.

    Parameters
    ----------
    at_s
        Seconds since the start of the day.

    Returns
    -------
    text
        Such as ``07:05`` or ``+1 00:20``.
    """
    day, rest = divmod(round(at_s), 86_400)
    text = f"{rest // 3600:02d}:{rest % 3600 // 60:02d}"
    return f"{day:+d} {text}" if day else text


def _stamp(plan: WateringPlan, at_s: float) -> str:
    """Write a moment in UTC, to the millisecond."""
    start = datetime.combine(plan.day, time(), _LOCAL)
    moment = (start + timedelta(seconds=round(at_s, 3))).astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def _describe(plan: WateringPlan, lang: str) -> str:
    """Say what the coordinates are, and whether the roads are invented."""
    banner = f"{DEMO_BANNER.in_language(lang)} · " if plan.is_demo else ""
    return banner + _WORDS["datum"].in_language(lang)


def _title(plan: WateringPlan, cart_id: str, lang: str) -> str:
    """Name a file's content."""
    return clean_text(_WORDS["title"].in_language(lang).format(cart=cart_id, day=plan.day))


def _name(one: Stretch, sites: Mapping[str, str], lang: str) -> str:
    """Name a stretch by task and road, or by the refill point."""
    where = sites.get(one.site_id, one.site_id) if one.task == "refill" else one.road_name
    return clean_text(f"{_TASKS[one.task].in_language(lang)} {where}")


def _site_names(plan: WateringPlan) -> dict[str, str]:
    """Give the sites' names."""
    sites = plan.fleet.sites
    return {str(key): str(name) for key, name in zip(sites["site_id"], sites["name"], strict=True)}


def _amounts(one: Stretch) -> dict[str, str]:
    """Give what can be added up."""
    return {
        "task": one.task,
        "length_m": f"{one.length_m:.3f}",
        "litres": f"{one.litres:.3f}",
        "duration_s": f"{one.duration_s:.3f}",
    }


def _add(parent: ET.Element, tag: str, text: str | None = None, **attributes: str) -> ET.Element:
    """Add an element."""
    element = ET.SubElement(parent, tag, attributes)
    element.text = text
    return element


def _build_gpx(plan: WateringPlan, cart_id: str, laps: list[_Lap], lang: str) -> ET.Element:
    """Write refills as way points, laps as tracks, stretches as segments."""
    sites = _site_names(plan)
    root = ET.Element(
        "gpx", {"xmlns": GPX, "xmlns:qx": OWN, "version": "1.1", "creator": "qxgeo"}
    )  # fmt: skip
    about = _add(root, "metadata")
    _add(about, "name", _title(plan, cart_id, lang))
    _add(about, "desc", _describe(plan, lang))
    for _, start_s, own in laps:
        for one in own:
            if one.task == "refill" and len(one.corners):
                lon, lat = one.corners[0]
                stop = _add(root, "wpt", lat=f"{lat:.{_DIGITS}f}", lon=f"{lon:.{_DIGITS}f}")
                _add(stop, "time", _stamp(plan, start_s + one.offset_s))
                until = say_clock(start_s + one.end_s)
                name = f"{say_clock(start_s + one.offset_s)}–{until} {_name(one, sites, lang)}"
                _add(stop, "name", name)
                _extend(stop, one)
    for name, start_s, own in laps:
        track = _add(root, "trk")
        _add(track, "name", name)
        for one in own:
            if one.task == "refill" or not len(one.corners):
                continue
            segment = _add(track, "trkseg")
            for (lon, lat), at_s in zip(one.corners, one.times_s, strict=True):
                spot = _add(segment, "trkpt", lat=f"{lat:.{_DIGITS}f}", lon=f"{lon:.{_DIGITS}f}")
                _add(spot, "time", _stamp(plan, start_s + at_s))
            _extend(segment, one, name=_name(one, sites, lang))
    return root


def _extend(parent: ET.Element, one: Stretch, **more: str) -> None:
    """Add task, metres and litres, which GPX itself has no words for."""
    extensions = _add(parent, "extensions")
    for key, value in {**more, **_amounts(one)}.items():
        _add(extensions, f"qx:{key}", value)


def _build_kml(plan: WateringPlan, cart_id: str, laps: list[_Lap], lang: str) -> ET.Element:
    """Write laps as folders, stretches and refills as placemarks with their span of time."""
    sites = _site_names(plan)
    root = ET.Element("kml", {"xmlns": KML})
    document = _add(root, "Document")
    _add(document, "name", _title(plan, cart_id, lang))
    _add(document, "description", _describe(plan, lang))
    for task, (colour, width) in _STYLES.items():
        style = _add(document, "Style", id=task)
        line = _add(style, "LineStyle")
        _add(line, "color", colour)
        _add(line, "width", str(width))
    for name, start_s, own in laps:
        folder = _add(document, "Folder")
        _add(folder, "name", name)
        for one in own:
            if not len(one.corners):
                continue
            mark = _add(folder, "Placemark")
            begin_s, end_s = start_s + one.offset_s, start_s + one.end_s
            _add(mark, "name", f"{say_clock(begin_s)} {_name(one, sites, lang)}")
            span = _add(mark, "TimeSpan")
            _add(span, "begin", _stamp(plan, begin_s))
            _add(span, "end", _stamp(plan, end_s))
            _add(mark, "styleUrl", f"#{one.task}")
            data = _add(mark, "ExtendedData")
            for key, value in _amounts(one).items():
                _add(_add(data, "Data", name=key), "value", value)
            shape = _add(mark, "Point" if len(one.corners) == 1 else "LineString")
            spots = (f"{lon:.{_DIGITS}f},{lat:.{_DIGITS}f}" for lon, lat in one.corners)
            _add(shape, "coordinates", " ".join(spots))
    return root
