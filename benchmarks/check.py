"""Look over the records of a run: complete, and right where they answer; no time is judged.

Run ``python benchmarks/check.py benchmarks/out/bench.json``. Ours must hold 1e-7 of the truth, a
peer 5e-3, its known error (circles of straight sides, projected lengths) with room to spare; who
does not answer says why.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from systems import SYSTEMS

KEYS = ("work", "system", "size", "radius_m", "wall_s", "cpu_s", "peak_mb", "rel_error")
READERS = {"read", "read_threads"}  # which answer nothing
OURS = {name for name, one in SYSTEMS.items() if one.is_ours} - READERS
BOUND_OURS, BOUND_PEERS = 1e-7, 5e-3


def main() -> int:
    """Print what is wrong; the exit code says whether anything is."""
    records = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    faults = [fault for record in records for fault in find_faults(record)]
    if not any(record["system"] in OURS and "skipped" not in record for record in records):
        faults.append("qxgeo itself did not answer")
    for record in records:
        if "skipped" in record:
            print(f"left out: {record['system']}: {record['skipped']}")
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"{len(records)} records, {len(faults)} faults")
    return 1 if faults else 0


def find_faults(record: dict[str, Any]) -> list[str]:
    """Say what is wrong with one record."""
    name = f"{record.get('work')}, {record.get('system')}, {record.get('radius_m')}"
    if "skipped" in record:
        return []
    missing = [key for key in KEYS if key not in record]
    if missing:
        return [f"{name}: no {', '.join(missing)}"]
    error = record["rel_error"]
    bound = BOUND_OURS if record["system"] in OURS else BOUND_PEERS
    return [f"{name}: off by {error:.1e}"] if error is not None and abs(error) > bound else []


if __name__ == "__main__":
    sys.exit(main())
