"""The ledger of a plan: tasks, progress, problems, inspections, lists, and their history."""

from __future__ import annotations
