"""Siting drawn: a page for each kind of site, in which a click gives the verdict card."""

from __future__ import annotations
