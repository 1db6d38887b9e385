"""[layers.*] of district.toml: one declaration per layer, every fault with its key."""

from __future__ import annotations

import math
import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from qxgeo.datum import normalise_datum
from qxgeo.district.model import LayerDeclaration
from qxgeo.errors import DatumError, Text
from qxgeo.plan.entry import Entry
from qxgeo.schemas import LAYERS, POLYGON

if TYPE_CHECKING:
    from pathlib import Path

DATUM_OF_FILE = "file"  # use the system that the file states of itself
OSM_ENDINGS = (".osm", ".osm.xml", ".osm.gz", ".osm.bz2", ".pbf")
FORMATS = ("osm-roads", "osm-sites", "osm-areas", "osm-turns")
TAGGED_FORMATS = ("osm-sites", "osm-areas")
MISSING_POSITION = ("refuse", "list")
CONTROL_LEVELS = ("national", "provincial", "municipal", "other")
_COLUMN = re.compile(r"[a-z][a-z0-9_]*")


def resolve_path(path: str, folder: Path) -> Path:
    """Make a path absolute; both kinds of slash are understood."""
    return (folder / path.replace("\\", "/")).resolve()


def no_file(path: str) -> tuple[Text, Text]:
    """Word the fault of a file that is not there."""
    return (
        Text(f"文件不存在：{path}", f"there is no file {path}"),
        Text(
            "请改正路径（相对于 district.toml 所在的文件夹）",
            "correct the path (relative to the folder of district.toml)",
        ),
    )


def read_layers(top: Entry, folder: Path) -> dict[str, LayerDeclaration]:
    """Read all layers; one with a fault is left out."""
    group = top.table("layers")
    layers = {}
    for name in group.raw if group is not None else ():
        if group is None or name not in LAYERS:
            top.unknown(f"layers.{name}", name, list(LAYERS))
            continue
        before = len(top.faults.found)
        entry = group.table(name)
        layer = None if entry is None else _read_layer(name, entry, folder)
        if layer is not None and len(top.faults.found) == before:
            layers[name] = layer
    if group is not None and "boundary" not in group.raw:
        group.fault(
            "boundary",
            Text("没有辖区界线", "there is no district boundary"),
            Text(
                "加上 [layers.boundary]；没有文件时用 qxgeo init 文件夹 --code 代码 取得",
                "add [layers.boundary]; qxgeo init FOLDER --code CODE can fetch one",
            ),
        )
    return layers


def _read_layer(name: str, entry: Entry, folder: Path) -> LayerDeclaration:
    """Read one layer."""
    written = entry.text("path")
    path = resolve_path(written, folder)
    if written and not path.is_file() and not (name == "roads" and path.is_dir()):
        entry.fault("path", *no_file(written))
    has_place = not LAYERS[name].position_optional
    format_ = _read_word(entry, "format", FORMATS, default=_format_of(name, path))
    declaration = LayerDeclaration(
        name=name,
        path=path,
        datum=_read_datum(entry, path.name, is_required=has_place or entry.has("datum")),
        accuracy_m=_read_number(
            entry, "accuracy_m", least=0.0, is_required=has_place or entry.has("accuracy_m")
        ),
        source=entry.text("source"),
        licence=entry.text("licence", required=False),
        as_of=entry.day("as_of", required=False),
        is_demo=entry.flag("demo"),
        is_approximate=entry.flag("approximate"),
        format=format_,
        tags=MappingProxyType(_read_values(entry, "tags", is_empty_allowed=True)),
        encoding=entry.text("encoding", required=False) or None,
        sheet=_read_sheet(entry),
        sublayer=entry.text("sublayer", required=False) or None,
        header_row=entry.integer("header_row", least=1) if entry.has("header_row") else None,
        columns=MappingProxyType(_read_columns(entry)),
        where=MappingProxyType(_read_values(entry, "where", is_empty_allowed=False)),
        missing_position=_read_word(entry, "missing_position", MISSING_POSITION, default="refuse"),
        is_repaired=entry.flag("repair"),
        control_level=_read_word(entry, "control_level", CONTROL_LEVELS, default="national"),
        notes=_read_notes(entry),
    )
    _check_options_fit(name, entry, format_)
    entry.close()
    return declaration


def _format_of(name: str, path: Path) -> str:
    """Tell OpenStreetMap files by their ending."""
    if not path.name.lower().endswith(OSM_ENDINGS):
        return ""
    if LAYERS[name] is LAYERS["roads"] or name == "key_sections":
        return "osm-roads"
    if name == "turns":
        return "osm-turns"
    return "osm-areas" if LAYERS[name].geometry == POLYGON else "osm-sites"


def _check_options_fit(name: str, entry: Entry, format_: str) -> None:
    """Refuse options that would be ignored."""
    misplaced = {
        "tags": format_ not in TAGGED_FORMATS,
        "control_level": name != "stations",
        "columns": bool(format_),
        "encoding": bool(format_),
    }
    for key, is_idle in misplaced.items():
        if is_idle and entry.has(key):
            entry.fault(
                key,
                Text("此项在这里不起作用", "this key has no effect here"),
                Text("请删去", "remove it"),
            )
    if format_ in TAGGED_FORMATS and not entry.raw.get("tags"):
        entry.fault(
            "tags",
            Text("没有说明取哪些对象", "it is not said which objects are wanted"),
            Text(
                '例如 tags = { amenity = ["school", "kindergarten"] }',
                'for example tags = { amenity = ["school", "kindergarten"] }',
            ),
        )


def _read_word(entry: Entry, key: str, words: tuple[str, ...], *, default: str) -> str:
    """Take one of some words, or the default when left out."""
    return entry.word(key, words) if entry.has(key) else default


def _read_datum(entry: Entry, file: str, *, is_required: bool) -> str | None:
    """Take the declared datum; ``file`` leaves it to the file."""
    datum = entry.text("datum", required=is_required)
    if not datum or datum == DATUM_OF_FILE:
        return None
    try:
        return normalise_datum(datum, file=file)
    except DatumError as error:
        for fault in error.faults:
            entry.fault("datum", fault.problem, fault.mend)
        return None


def _read_number(entry: Entry, key: str, *, least: float, is_required: bool) -> float:
    """Take a finite number not below `least`, which stands in where none is needed."""
    value = entry.value(key, "number", required=is_required)
    if value is None:
        return least
    if not math.isfinite(value) or value < least:
        entry.fault(
            key,
            Text(f"数值不对：{value}", f"not a usable number: {value}"),
            Text(f"应为不小于 {least:g} 的数", f"a number not below {least:g}"),
        )
        return least
    return float(value)


def _read_sheet(entry: Entry) -> str | int | None:
    """Take a sheet by name or by number, the first is 1."""
    if isinstance(entry.raw.get("sheet"), int):
        return entry.integer("sheet", least=1)
    return entry.text("sheet", required=False) or None


def _read_columns(entry: Entry) -> dict[str, str]:
    """Take the mapping of columns to headings; a plan's conditions may ask for any column."""
    group = entry.table("columns", required=False)
    columns = {}
    for column in group.raw if group is not None else ():
        if group is None:
            continue
        columns[column] = group.text(column)
        if not _COLUMN.fullmatch(column):
            group.fault(
                column,
                Text("列名不对", "not a column name"),
                Text(
                    '写成 本项目列名 = "您的列名"，例如 name = "单位名称"',
                    'write column = "your heading", for example name = "单位名称"',
                ),
            )
    return columns


def _read_values(entry: Entry, key: str, *, is_empty_allowed: bool) -> dict[str, tuple[str, ...]]:
    """Take a table of key to one value or a list of values, all as text."""
    group = entry.table(key, required=False)
    found = {}
    for column, value in (group.raw if group is not None else {}).items():
        values = value if isinstance(value, list) else [value]
        is_any = is_empty_allowed and value is True
        is_plain = all(isinstance(one, (str, int, float, bool)) for one in values)
        if group is not None and not is_any and (not is_plain or not values):
            group.fault(
                column,
                Text(f"类型不对：{value!r}", f"wrong type: {value!r}"),
                Text("应为一个值或一列值", "one value or a list of values"),
            )
        found[column] = () if is_any else tuple(_as_text(one) for one in values)
    return found


def _as_text(value: object) -> str:
    """Write a TOML value as a file would."""
    return str(value).lower() if isinstance(value, bool) else str(value).strip()


def _read_notes(entry: Entry) -> tuple[Text, ...]:
    """Take remarks: one text, one pair of languages, or a list of either."""
    given = entry.raw.get("notes", [])
    kind = "list" if isinstance(given, list) else "table" if isinstance(given, dict) else "text"
    entry.value("notes", kind, required=False)
    listed = given if isinstance(given, list) else [given]
    holder = Entry(
        {f"[{number}]": note for number, note in enumerate(listed)},
        entry.at("notes"),
        entry.faults,
    )
    notes = []
    for key, note in holder.raw.items():
        text = None if isinstance(note, dict) else holder.text(key)
        notes.append(holder.sentence(key) if text is None else Text(text, text))
    return tuple(notes)
