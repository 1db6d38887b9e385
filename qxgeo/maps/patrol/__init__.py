"""The map of the burning patrol."""

from __future__ import annotations
