"""Findings drawn with Folium, as pages that need nothing but themselves."""

from __future__ import annotations

from qxgeo.maps.ledger.page import write_ledger_maps
from qxgeo.maps.patrol.page import write_patrol_map
from qxgeo.maps.sensitivity.page import write_sensitivity_map
from qxgeo.maps.siting.page import write_siting_map
from qxgeo.maps.today.page import write_today_page
from qxgeo.maps.watering.page import write_watering_map
from qxgeo.maps.watering_audit.page import write_watering_audit_map
from qxgeo.maps.write import write_maps

__all__ = [
    "write_ledger_maps",
    "write_maps",
    "write_patrol_map",
    "write_sensitivity_map",
    "write_siting_map",
    "write_today_page",
    "write_watering_audit_map",
    "write_watering_map",
]
