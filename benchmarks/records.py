"""The list of records in ``benchmarks/out/bench.json``."""

from __future__ import annotations

import json
from pathlib import Path  # noqa: TC003 - an argument of functions that open it
from typing import Any

Record = dict[str, Any]


def keep_records(path: Path, records: list[Record], machine: dict[str, Any]) -> None:
    """Put records into the list; what was measured before of the same thing goes."""
    new = [{**record, "machine": machine} for record in records]
    names = {name(record) for record in new}
    kept = [record for record in read_records(path) if name(record) not in names]
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(kept + new, indent=1, sort_keys=True, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def read_records(path: Path) -> list[Record]:
    """Read the list; empty where there is none."""
    return list(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else []


def name(record: Record) -> tuple[Any, ...]:
    """Give what a record is of."""
    return tuple(record.get(key) for key in ("work", "size", "system", "radius_m"))
