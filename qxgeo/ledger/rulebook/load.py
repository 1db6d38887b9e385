"""Load the rules: strict, every fault in one error."""

from __future__ import annotations

import hashlib
import math
import tomllib
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from qxgeo.errors import Fault, InputError, ReadError, Text
from qxgeo.ledger.rulebook.model import BlackRule, CheckItem, Condition, ListRules, WorkRules
from qxgeo.plan.entry import Entry, Faults
from qxgeo.resources import data_dir

if TYPE_CHECKING:
    from collections.abc import Collection

FIGURES = (
    "score",
    "inspections",
    "failed_items",
    "unjudged_items",
    "complaints",
    "dust_events",
    "overdue_problems",
)
FAILED_ITEM = "failed_item:"
_TESTS = ("at_least", "at_most", "below")
_STATUSES = ("open", "in_progress", "rectified", "closed")
_WORK_SCHEMA = "qxgeo-ledger-rules/1"
_LIST_SCHEMA = "qxgeo-red-black/1"


def load_work_rules(path: str | Path | None = None) -> WorkRules:
    """Load the working rules of the ledger.

    Parameters
    ----------
    path
        A file in the form of ``data/ledger/defaults.toml``; that one where none is given.

    Returns
    -------
    rules
        Complete.

    Raises
    ------
    InputError
        If the file is malformed: all its faults, each with its key.
    """
    top, sha256 = _open(path or data_dir() / "ledger" / "defaults.toml", _WORK_SCHEMA)
    sources: list[Text] = []
    rights = top.table("rights") or Entry({}, "rights", top.faults)
    rules = WorkRules(
        sha256=sha256,
        seed=top.integer("seed", least=0),
        due_soon_days=int(_number(top, "due_soon_days", sources)),
        problem_days=int(_number(top, "problem_days", sources)),
        empty_rows=int(_number(top, "empty_rows", sources)),
        look_back_share=_number(top, "look_back_share", sources, most=1.0),
        look_back_least=int(_number(top, "look_back_least", sources)),
        rights=MappingProxyType(
            {role: _statuses(rights, role) for role in ("responsible", "lead", "cooperating")}
        ),
        assumptions=(*sources, *top.sentences("assumptions"), rights.sentence("source")),
    )
    rights.close()
    _close(top)
    return rules


def load_list_rules(path: str | Path | None = None) -> ListRules:
    """Load the rules of the red and black list.

    Parameters
    ----------
    path
        A file in the form of ``data/ledger/red_black.toml``; that one where none is given.

    Returns
    -------
    rules
        Complete.

    Raises
    ------
    InputError
        If the file is malformed: all its faults, each with its key.
    """
    top, sha256 = _open(path or data_dir() / "ledger" / "red_black.toml", _LIST_SCHEMA)
    items = tuple(_item(entry) for entry in top.tables("items"))
    figures = (*FIGURES, *(FAILED_ITEM + one.item_id for one in items))
    red = top.table("red") or Entry({}, "red", top.faults)
    appeal = top.table("appeal") or Entry({}, "appeal", top.faults)
    rules = ListRules(
        sha256=sha256,
        measures=top.texts("measures", required=True),
        site_kinds=top.texts("site_kinds", required=True),
        items=items,
        red=tuple(_closed(entry, figures) for entry in red.tables("conditions")),
        most_red=red.integer("most_sites", least=0),
        red_source=red.sentence("source"),
        black=tuple(_black(entry, figures) for entry in top.tables("black")),
        appeal_days=appeal.integer("days", least=0),
        appeal_note=appeal.sentence("note"),
        appeal_source=appeal.sentence("source"),
    )
    red.close()
    appeal.close()
    _close(top)
    return rules


def _open(path: str | Path, schema: str) -> tuple[Entry, str]:
    """Read a file and check what it says it is.

    Raises
    ------
    ReadError
        If there is none, or it is no TOML.
    """
    path = Path(path)
    try:
        content = path.read_bytes()
        raw: dict[str, Any] = tomllib.loads(content.decode("utf-8-sig").replace("\r\n", "\n"))
    except (OSError, ValueError) as error:
        raise ReadError(
            Fault(
                file=path.name,
                problem=Text(f"规则文件读不了：{error}", f"the rules cannot be read: {error}"),
                mend=Text("应为 UTF-8 编码的 TOML 文件", "it must be TOML in UTF-8"),
            )
        ) from error
    top = Entry(raw, "", Faults(path.name))
    top.word("schema", (schema,))
    return top, hashlib.sha256(content).hexdigest()


def _close(top: Entry) -> None:
    """Raise what was found.

    Raises
    ------
    InputError
        If there is anything.
    """
    top.close()
    if top.faults.found:
        raise InputError(top.faults.found)


def _number(top: Entry, key: str, sources: list[Text], *, most: float = math.inf) -> float:
    """Take a number with its source."""
    entry = top.table(key)
    if entry is None:
        return 0.0
    value = _bound(entry, "value", most=most)
    sources.append(entry.sentence("source"))
    entry.close()
    return value


def _bound(entry: Entry, key: str, *, most: float = math.inf) -> float:
    """Take a number that is not negative."""
    value = entry.value(key, "number", required=True)
    if value is None:
        return 0.0
    if not 0 <= value <= most:
        entry.fault(
            key,
            Text(f"数值不合理：{value}", f"{value} cannot be meant"),
            Text(f"应在 0 到 {most:g} 之间", f"must be 0 to {most:g}"),
        )
        return 0.0
    return float(value)


def _statuses(rights: Entry, role: str) -> frozenset[str]:
    """Take the statuses that a role may give."""
    found = rights.texts(role, required=True)
    for number, status in enumerate(found):
        if status not in _STATUSES:
            rights.unknown(f"{role}[{number}]", status, _STATUSES)
    return frozenset(found)


def _item(entry: Entry) -> CheckItem:
    """Take an item of the nine."""
    item = CheckItem(
        item_id=entry.text("id"), title=entry.sentence("title"), source=entry.sentence("source")
    )
    entry.close()
    return item


def _condition(entry: Entry, figures: Collection[str]) -> Condition:
    """Take a figure and its one bound."""
    figure = entry.word("figure", figures)
    tests = [test for test in _TESTS if entry.has(test)]
    if len(tests) != 1:
        entry.fault(
            "",
            Text("要有且只有一个界限", "there must be exactly one bound"),
            Text("写 at_least、at_most 或 below", "write at_least, at_most or below"),
        )
    test = tests[0] if tests else _TESTS[0]
    return Condition(figure=figure, test=test, bound=_bound(entry, test) if tests else 0.0)


def _closed(entry: Entry, figures: Collection[str]) -> Condition:
    """Take a condition that stands alone in its table."""
    condition = _condition(entry, figures)
    entry.close()
    return condition


def _black(entry: Entry, figures: Collection[str]) -> BlackRule:
    """Take a rule of the black list."""
    rule = BlackRule(
        rule_id=entry.text("id"),
        title=entry.sentence("title"),
        condition=_condition(entry, figures),
        points=_bound(entry, "points"),
        source=entry.sentence("source"),
    )
    entry.close()
    return rule
