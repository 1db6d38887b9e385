"""Files of ``[patrol]`` that are no layers: land cover, elevation, satellite fires, winds."""

from __future__ import annotations

import difflib
import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from qxgeo.district.layer_entry import no_file, resolve_path
from qxgeo.district.patrol_settings import DataFile
from qxgeo.errors import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from qxgeo.plan.entry import Entry

_CLASS_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")
_TAKEN = ("unknown", "risk_unknown", "upwind", "seen")  # the cells have shares of these names
LAND_CLASSES = ("water", "cropland")
ELEVATION_UNITS = ("m", "ft")


def read_land_cover(top: Entry, folder: Path) -> DataFile | None:
    """Read ``land_cover``; its ``classes`` say which codes are water, crop land and other ground.

    Parameters
    ----------
    top
        The table ``[patrol]``.
    folder
        Of district.toml.

    Returns
    -------
    file
        None where there is none, or it is at fault.
    """
    entry = top.table("land_cover", required=False)
    if entry is None:
        return None
    before = len(top.faults.found)
    classes = _read_classes(entry)
    return _read_file(entry, folder, {"classes": classes}, before=before)


def read_elevation(top: Entry, folder: Path) -> DataFile | None:
    """Read ``elevation``; its ``unit`` is metres unless it says feet.

    Parameters
    ----------
    top
        The table ``[patrol]``.
    folder
        Of district.toml.

    Returns
    -------
    file
        None where there is none, or it is at fault.
    """
    entry = top.table("elevation", required=False)
    if entry is None:
        return None
    before = len(top.faults.found)
    unit = entry.word("unit", ELEVATION_UNITS) if entry.has("unit") else ELEVATION_UNITS[0]
    return _read_file(entry, folder, {"unit": unit}, before=before)


def read_wind(top: Entry, folder: Path) -> DataFile | None:
    """Read ``wind``.

    Parameters
    ----------
    top
        The table ``[patrol]``.
    folder
        Of district.toml.

    Returns
    -------
    file
        None where there is none, or it is at fault.
    """
    entry = top.table("wind", required=False)
    return None if entry is None else _read_file(entry, folder, {}, before=len(top.faults.found))


def read_fires(top: Entry, folder: Path) -> tuple[DataFile, ...]:
    """Read ``[[patrol.fires]]``.

    Parameters
    ----------
    top
        The table ``[patrol]``.
    folder
        Of district.toml.

    Returns
    -------
    files
        In the order of district.toml, without those at fault.
    """
    entries = top.tables("fires", required=False)
    files = (_read_file(one, folder, {}, before=len(top.faults.found)) for one in entries)
    return tuple(file for file in files if file is not None)


def _read_file(
    entry: Entry, folder: Path, options: Mapping[str, object], *, before: int
) -> DataFile | None:
    """Take what every file says of itself; None where a fault was met since `before`."""
    written = entry.text("path")
    path = resolve_path(written, folder)
    if written and not path.is_file():
        entry.fault("path", *no_file(written))
    file = DataFile(
        path=path,
        source=entry.text("source"),
        as_of=entry.day("as_of", required=False),
        is_demo=entry.flag("demo"),
        options=MappingProxyType(dict(options)),
    )
    entry.close()
    return file if len(entry.faults.found) == before else None


def _read_classes(entry: Entry) -> Mapping[str, tuple[float, ...]]:
    """Take the codes of each class; a code has one meaning."""
    group = entry.table("classes")
    if group is None:
        return MappingProxyType({})
    classes: dict[str, tuple[float, ...]] = {}
    seen: dict[float, str] = {}
    for name in group.raw:
        if name not in LAND_CLASSES and difflib.get_close_matches(name, LAND_CLASSES, n=1):
            group.unknown(name, name, LAND_CLASSES)
            continue
        if name not in LAND_CLASSES and (not _CLASS_NAME.fullmatch(name) or name in _TAKEN):
            group.fault(
                name,
                Text(f"不能用作地类名称：{name}", f"not a name for a class: {name}"),
                Text(
                    "用小写英文字母、数字和下划线，例如 forest",
                    "lower-case letters, digits and underscores, for example forest",
                ),
            )
            continue
        codes = group.value(name, "list", required=True) or ()
        classes[name] = tuple(codes)
        for place, code in enumerate(codes):
            if isinstance(code, bool) or not isinstance(code, int | float):
                group.fault(
                    f"{name}[{place}]",
                    Text(f"类别代码不是数：{code!r}", f"a class code is no number: {code!r}"),
                    Text(
                        "写栅格中的数值，例如 [1, 2]", "write the raster's values, such as [1, 2]"
                    ),
                )
            elif code in seen:
                group.fault(
                    f"{name}[{place}]",
                    Text(
                        f"代码 {code} 已归为 {seen[code]}", f"code {code} is already {seen[code]}"
                    ),
                    Text("一个代码只归一类", "give a code one class"),
                )
            else:
                seen[code] = name
    if "cropland" not in group.raw:
        group.fault(
            "cropland",
            Text("没有说明哪些代码是耕地", "it is not said which codes are crop land"),
            Text("例如 cropland = [40]", "for example cropland = [40]"),
        )
    return MappingProxyType(classes)
