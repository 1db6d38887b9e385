"""The ledger's papers: workbooks to fill in and sent back, calendars, lists, the weekly report."""

from __future__ import annotations
