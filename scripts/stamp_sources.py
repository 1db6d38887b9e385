"""Write the sha256 of every data file into the SOURCES.toml beside it.

Run after a data file was changed on purpose: ``python scripts/stamp_sources.py``.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

DATA = Path(__file__).parents[1] / "data"
ENTRY = re.compile(r'^file = "(?P<file>[^"]+)"\nsha256 = "[^"]*"$', re.MULTILINE)


def stamp(sources: Path) -> None:
    """Bring the sums of one SOURCES.toml up to date."""

    def renew(entry: re.Match[str]) -> str:
        content = (sources.parent / entry["file"]).read_bytes()
        return f'file = "{entry["file"]}"\nsha256 = "{hashlib.sha256(content).hexdigest()}"'

    text = ENTRY.sub(renew, sources.read_text("utf-8"))
    sources.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    for path in sorted(DATA.rglob("SOURCES.toml")):
        stamp(path)
        print(f"stamped: {path.relative_to(DATA.parent)}")
