"""Doors: arguments in, exit code out; no geometry."""

from __future__ import annotations

from qxgeo.cli.doors import main

__all__ = ["main"]
