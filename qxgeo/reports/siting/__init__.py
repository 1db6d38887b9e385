"""Siting as files: the card of a place, the workbook of a list, areas of a district."""

from __future__ import annotations
