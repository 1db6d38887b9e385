"""Column contracts of every table that crosses a room's door.

All geometry is EPSG:4326. A contract names the columns that must be there; every other column of
a layer is kept as it was read, because the rules' attribute tests may ask for it.
"""

from __future__ import annotations

from qxgeo.schemas.city import (
    BOUNDARY,
    DAMAGED_ROADS,
    ENTRANCES,
    KEY_SECTIONS,
    ROADS,
    SITES,
    STATIONS,
    TOWNSHIPS,
    TURNS,
    WATER,
    ZONES,
)
from qxgeo.schemas.contract import ANY, LINE, POINT, POLYGON, Column, LayerSchema
from qxgeo.schemas.findings import FINDING_COLUMNS
from qxgeo.schemas.patrol import (
    BURNING_POINTS,
    CAMERAS,
    GRID_MEMBERS,
    PATROL_CELLS,
    PATROL_EVENTS,
)
from qxgeo.schemas.siting import APPLICATIONS, SITE_LINE_COLUMNS, SITE_PLACE_COLUMNS

# Which contract each layer name of a district obeys. A rule of a plan may name only these.
LAYERS: dict[str, LayerSchema] = {
    "boundary": BOUNDARY,
    "townships": TOWNSHIPS,
    "stations": STATIONS,
    "roads": ROADS,
    "turns": TURNS,
    "watering_records": ROADS,
    "damaged_roads": DAMAGED_ROADS,
    "key_sections": KEY_SECTIONS,
    "bare_ground": ZONES,
    "main_urban_area": ZONES,
    "urban_rural_fringe": ZONES,
    "rural_area": ZONES,
    "no_fuel_zone": ZONES,
    "machine_control_zone": ZONES,
    "auto_repair": SITES,
    "inspection_agencies": SITES,
    "inspection_entrances": ENTRANCES,
    "catering": SITES,
    "barbecue": SITES,
    "residential_buildings": SITES,
    "schools": SITES,
    "markets": SITES,
    "petrol_stations": SITES,
    "machines": SITES,
    "construction_waste": SITES,
    "heavy_truck_yards": SITES,
    "freight_sites": SITES,
    "piers": SITES,
    "candidates": SITES,
    "candidate_entrances": ENTRANCES,
    "demand_points": SITES,
    "burning_points": BURNING_POINTS,
    "patrol_events": PATROL_EVENTS,
    "patrol_cells": PATROL_CELLS,
    "cameras": CAMERAS,
    "grid_members": GRID_MEMBERS,
    "cropland": ZONES,
    "hot_grid": ZONES,
    "water": WATER,
}

__all__ = [
    "ANY",
    "APPLICATIONS",
    "BOUNDARY",
    "BURNING_POINTS",
    "CAMERAS",
    "DAMAGED_ROADS",
    "ENTRANCES",
    "FINDING_COLUMNS",
    "GRID_MEMBERS",
    "KEY_SECTIONS",
    "LAYERS",
    "LINE",
    "PATROL_CELLS",
    "PATROL_EVENTS",
    "POINT",
    "POLYGON",
    "ROADS",
    "SITES",
    "SITE_LINE_COLUMNS",
    "SITE_PLACE_COLUMNS",
    "STATIONS",
    "TOWNSHIPS",
    "TURNS",
    "WATER",
    "ZONES",
    "Column",
    "LayerSchema",
]
