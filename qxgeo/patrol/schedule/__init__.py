"""Who goes when: hours by season, stand-ins on days off, visits to points."""

from __future__ import annotations

from qxgeo.patrol.schedule.build import build_schedule

__all__ = ["build_schedule"]
