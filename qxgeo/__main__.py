"""``python -m qxgeo``."""

from __future__ import annotations

from qxgeo.cli import main

if __name__ == "__main__":
    main()
