"""The sheet that each grid member carries: on A4 and on the phone, from one statement of duty."""

from __future__ import annotations

from qxgeo.reports.patrol.sheets.writing import write_person_sheets

__all__ = ["write_person_sheets"]
