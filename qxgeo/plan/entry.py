"""Read the tables of a plan file key by key and gather every fault on the way.

Each getter gives a harmless stand-in when its key is at fault, so that reading goes on and one
error names everything there is to mend.
"""

from __future__ import annotations

import difflib
import math
from datetime import date, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from qxgeo.errors import Fault, Text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

NO_DATE = date.min


class Faults:
    """The faults of one file, in the order they are met."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Fault] = []

    def add(self, path: str, problem: Text, mend: Text) -> None:
        """Note one fault at the key `path`."""
        self.found.append(Fault(problem=problem, mend=mend, file=self.file, column=path))


class Entry:
    """One TOML table with its place in the file; `close` reports the keys nobody asked for."""

    def __init__(self, raw: Mapping[str, Any], path: str, faults: Faults) -> None:
        self.raw = raw
        self.path = path
        self.faults = faults
        self._asked: set[str] = set()

    def at(self, key: str) -> str:
        """Give the full path of `key`."""
        separator = "." if self.path and not key.startswith("[") else ""
        return f"{self.path}{separator}{key}"

    def fault(self, key: str, problem: Text, mend: Text) -> None:
        """Note a fault at `key`, or at the table itself where `key` is empty."""
        self.faults.add(self.at(key) if key else self.path, problem, mend)

    def has(self, key: str) -> bool:
        """Say whether the table holds `key`."""
        return key in self.raw

    def value(self, key: str, kind: str, *, required: bool) -> Any:  # noqa: ANN401 - any TOML value
        """Take the value of `key` if it is of `kind`, else note the fault and give None."""
        self._asked.add(key)
        if key not in self.raw:
            if required:
                self.fault(
                    key,
                    Text("缺少此项", "this key is missing"),
                    Text(f"请补上{_KINDS[kind][1].zh}", f"add {_KINDS[kind][1].en}"),
                )
            return None
        value = self.raw[key]
        types, words = _KINDS[kind]
        is_right = isinstance(value, types) and (
            kind in ("flag", "any") or not isinstance(value, bool)
        )
        if kind == "date" and isinstance(value, datetime):
            is_right = False
        if is_right:
            return value
        self.fault(
            key,
            Text(f"类型不对：{value!r}", f"wrong type: {value!r}"),
            Text(f"应为{words.zh}", f"must be {words.en}"),
        )
        return None

    def text(self, key: str, *, required: bool = True) -> str:
        """Take a text; a required one may not be blank."""
        value = self.value(key, "text", required=required)
        if value is None:
            return ""
        if not value.strip():
            self.fault(key, Text("内容为空", "it is blank"), Text("请填写", "fill it in"))
        return str(value)

    def word(self, key: str, words: Collection[str]) -> str:
        """Take a text that must be one of `words`."""
        value = self.value(key, "text", required=True)
        if value is None:
            return ""
        if value not in words:
            self.unknown(key, value, words)
        return str(value)

    def both(self, key: str, *, required: bool = True) -> Text | None:
        """Take a sentence in two languages, ``{ zh = "...", en = "..." }``."""
        entry = self.table(key, required=required)
        if entry is None:
            return None
        sentence = Text(entry.text("zh"), entry.text("en"))
        entry.close()
        return sentence

    def sentence(self, key: str) -> Text:
        """Take a required sentence in two languages."""
        return self.both(key) or Text("", "")

    def sentences(self, key: str) -> tuple[Text, ...]:
        """Take a list of sentences in two languages."""
        found = []
        for entry in self.tables(key, required=False):
            found.append(Text(entry.text("zh"), entry.text("en")))
            entry.close()
        return tuple(found)

    def flag(self, key: str) -> bool:
        """Take a true or false that is false when left out."""
        return bool(self.value(key, "flag", required=False))

    def integer(self, key: str, *, least: int) -> int:
        """Take a whole number not below `least`."""
        value = self.value(key, "integer", required=True)
        if value is not None and value < least:
            self.fault(
                key,
                Text(f"数值过小：{value}", f"too small: {value}"),
                Text(f"至少为 {least}", f"at least {least}"),
            )
        return least if value is None else int(value)

    def metres(self, key: str) -> float | None:
        """Take a distance in metres, above zero and finite, or None when left out."""
        value = self.value(key, "number", required=False)
        if value is None:
            return None
        if not (math.isfinite(value) and value > 0):
            self.fault(
                key,
                Text(f"不是大于零的数：{value}", f"not a number above zero: {value}"),
                Text("距离以米计，须大于零", "a distance in metres above zero"),
            )
        return float(value)

    def day(self, key: str, *, required: bool = True) -> date | None:
        """Take a TOML date, written without quotes."""
        value: date | None = self.value(key, "date", required=required)
        return NO_DATE if value is None and required else value

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """Take a list of texts, none blank, none twice."""
        values = self.value(key, "list", required=required) or ()
        found: list[str] = []
        for number, value in enumerate(values):
            if not isinstance(value, str) or not value.strip():
                self.fault(
                    f"{key}[{number}]",
                    Text(f"类型不对：{value!r}", f"wrong type: {value!r}"),
                    Text("应为文字", "must be text"),
                )
            elif value in found:
                self.fault(f"{key}[{number}]", *twice(value))
            else:
                found.append(value)
        return tuple(found)

    def table(self, key: str, *, required: bool = True) -> Entry | None:
        """Take a table."""
        value = self.value(key, "table", required=required)
        return None if value is None else Entry(value, self.at(key), self.faults)

    def tables(self, key: str, *, required: bool = True) -> tuple[Entry, ...]:
        """Take a list of tables."""
        values = self.value(key, "list", required=required) or ()
        found = []
        for number, value in enumerate(values):
            place = f"{key}[{number}]"
            if isinstance(value, dict):
                found.append(Entry(value, self.at(place), self.faults))
            else:
                self.fault(
                    place,
                    Text(f"类型不对：{value!r}", f"wrong type: {value!r}"),
                    Text("应为表", "must be a table"),
                )
        return tuple(found)

    def unknown(self, key: str, name: str, known: Collection[str]) -> None:
        """Note that `name` is none of the `known` words, with the nearest one."""
        near = difflib.get_close_matches(name, list(known), n=1)
        hint = Text(f"是否想写“{near[0]}”", f'is it "{near[0]}"') if near else None
        words = "、".join(known)
        self.fault(
            key,
            Text(f"没有“{name}”", f'there is no "{name}"'),
            hint or Text(f"可用：{words}", f"known: {words}"),
        )

    def close(self) -> None:
        """Note every key that nobody asked for."""
        for key in self.raw:
            if key not in self._asked:
                near = difflib.get_close_matches(key, sorted(self._asked), n=1)
                self.fault(
                    key,
                    Text("不认识的项", "unknown key"),
                    Text(f"是否想写“{near[0]}”", f'is it "{near[0]}"')
                    if near
                    else Text("请删去", "remove it"),
                )


_KINDS: dict[str, tuple[tuple[type, ...], Text]] = {
    "text": ((str,), Text("文字", "text")),
    "flag": ((bool,), Text("true 或 false", "true or false")),
    "integer": ((int,), Text("整数", "a whole number")),
    "number": ((int, float), Text("数字", "a number")),
    "date": ((date,), Text("不带引号的日期，如 2023-06-30", "a date without quotes, 2023-06-30")),
    "list": ((list,), Text("列表", "a list")),
    "table": ((dict,), Text("表", "a table")),
}


def twice(name: str) -> tuple[Text, Text]:
    """Word the fault of a name that stands twice."""
    return (
        Text(f"“{name}”重复", f'"{name}" stands twice'),
        Text("每个只写一次", "write each once"),
    )


def freeze(value: Any) -> Any:  # noqa: ANN401 - any TOML value
    """Give a TOML value that nobody can change: tables read-only, lists as tuples."""
    if isinstance(value, dict):
        return MappingProxyType({key: freeze(entry) for key, entry in value.items()})
    if isinstance(value, list):
        return tuple(freeze(entry) for entry in value)
    return value
