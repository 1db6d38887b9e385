"""The sheet that each driver carries: on A4 and on the phone, from one statement of duty."""

from __future__ import annotations

from qxgeo.reports.watering.sheets.writing import write_cart_sheets

__all__ = ["write_cart_sheets"]
