"""The tables of a patrol, column by column.

All have a range index. Geometry is EPSG:4326. Loads are minutes of work per week.
"""

from __future__ import annotations

# One row per cell, sorted by cell_id; the columns appear stage by stage, in this order.
CELL_COLUMNS: dict[str, str] = {
    # cells.py
    "cell_id": "string",  # township code (9 digits) and 5 digits counted west to east, north first
    "square_id": "string",  # of the ground square it was cut from, wherever the district ends
    "hot_cell_id": "string",
    "township_id": "string",  # code, or NO_TOWNSHIP
    "area_m2": "float64",  # on the ellipsoid
    "lon": "float64",  # a point inside the cell
    "lat": "float64",
    # land cover; NaN where no raster is given; <class>_share for each further class it declares
    "water_share": "float64",
    "cropland_share": "float64",
    "unknown_share": "float64",  # outside the raster or without data; never 0 of a class
    # risk.py
    "risk": "float64",  # 0 to 100; beside it term_<id>, risk_unknown_share and the counts
    "risk_class": "string",  # high, medium, low; "water" for a cell that is all water
    "risk_rank": "Int64",  # 1 is the first; <NA> for water
    "visits_per_week": "float64",
    "load_min": "float64",  # per week; of water only the minutes at its points
    # territories.py
    "person_id": "string",  # "" where nobody can own it, which the gaps explain
}
# One row per 3 km cell that touches the district, sorted by rank.
HOT_CELL_COLUMNS: dict[str, str] = {
    "hot_cell_id": "string",
    "cell_count": "int64",
    "area_m2": "float64",  # of the part in the district
    "risk": "float64",  # mean risk of its land, weighted by land area
    "risk_rank": "int64",  # by risk times land area: the most risk in one hot cell first
    "point_count": "int64",
    "event_count": "int64",
    "fire_count": "int64",
    "township_ids": "string",  # joined by "、"
}
# The roster. Phones leave it only for the person's own sheet and the office workbook.
PEOPLE_COLUMNS: dict[str, str] = {
    "person_id": "string",
    "name": "string",
    "township_id": "string",
    "phone": "string",  # "" where not given
    "capacity_min": "float64",  # most minutes per week; NaN where there is no limit
    "days_off": "object",  # tuple of weekdays, 0 is Monday
    "is_absent": "bool",
    "base_lon": "float64",  # NaN where not given
    "base_lat": "float64",
}
# Sensitive and recurrent points with their cell and owner.
POINT_COLUMNS: dict[str, str] = {
    "point_id": "string",
    "name": "string",
    "address": "string",
    "kind": "string",
    "risk_level": "string",  # high, medium, low; "" where not given: its cell's class counts
    "service_min": "float64",  # minutes at the point
    "visits_per_week": "float64",
    "cell_id": "string",  # "" outside the district: reported, never assigned
    "township_id": "string",
    "person_id": "string",
}
TERRITORY_COLUMNS: dict[str, str] = {
    "person_id": "string",
    "township_id": "string",
    "load_min": "float64",
    "cell_count": "int64",
    "area_m2": "float64",
    "part_count": "int64",  # 1 where connected along shared edges
    "is_connected": "bool",  # False only where the township itself is in parts, or a lock forces it
    "inertia_km2": "float64",  # mean squared distance of its cells to their middle, by area
    "base_distance_m": "float64",  # mean ground distance of its cells to the person's base, by area
}
CHANGE_COLUMNS: dict[str, str] = {
    "cell_id": "string",
    "from_person_id": "string",  # "" for a new cell
    "to_person_id": "string",
    "reason_zh": "string",
    "reason_en": "string",
}
# Duty hours: one row per territory, day and window. No two of one person overlap.
SHIFT_COLUMNS: dict[str, str] = {
    "shift_id": "string",
    "day": "object",  # datetime.date
    "start_min": "int64",  # minutes after midnight
    "end_min": "int64",
    "season_id": "string",
    "territory_id": "string",  # person_id of the territory's owner
    "person_id": "string",  # who goes: the owner, or a stand-in on the owner's day off
    "is_stand_in": "bool",
}
UNFILLED_COLUMNS: dict[str, str] = {
    "day": "object",
    "start_min": "int64",
    "end_min": "int64",
    "season_id": "string",
    "territory_id": "string",
    "reason_zh": "string",
    "reason_en": "string",
    "point_ids": "string",  # whose visits fall out with it, joined by "、"
}
# One row per point to be seen in a shift.
VISIT_COLUMNS: dict[str, str] = {
    "visit_id": "string",
    "shift_id": "string",
    "day": "object",
    "person_id": "string",
    "point_id": "string",
    "window_start_min": "int64",
    "window_end_min": "int64",
    "service_min": "float64",
}
STOP_COLUMNS: dict[str, str] = {
    "route_id": "string",  # person_id and day
    "person_id": "string",
    "day": "object",
    "order": "int64",  # 1 is the first stop
    "point_id": "string",
    "visit_id": "string",
    "arrive_min": "float64",  # minutes after midnight
    "leave_min": "float64",
    "travel_m": "float64",  # road metres from the stop before
    "travel_min": "float64",
}
# Geometry: the way along the roads, from the base through the stops and back.
ROUTE_COLUMNS: dict[str, str] = {
    "route_id": "string",
    "person_id": "string",
    "day": "object",
    "stop_count": "int64",
    "travel_m": "float64",
    "travel_min": "float64",
    "service_min": "float64",
    "start_min": "float64",
    "end_min": "float64",
    "is_straight_line": "bool",  # asked for where there are no roads; labelled everywhere
    "is_optimal": "bool",  # proved shortest (few stops), else the best that was found
}
UNSERVED_COLUMNS: dict[str, str] = {
    "visit_id": "string",
    "point_id": "string",
    "person_id": "string",
    "day": "object",
    "reason_zh": "string",
    "reason_en": "string",
}
DEVICE_COLUMNS: dict[str, str] = {
    "device_id": "string",
    "name": "string",
    "kind": "string",  # camera, drone
    "height_m": "float64",  # above ground
    "bearing_deg": "float64",  # of the middle of the view, clockwise from true north
    "field_of_view_deg": "float64",  # 360 sees all round
    "range_m": "float64",
    "seen_m2": "float64",  # visible ground in the district
    "unknown_m2": "float64",  # within the sector, where the elevation has no data
    "has_terrain": "bool",  # False: the sector alone was taken, no line of sight
}
# One row per cell.
COVERAGE_COLUMNS: dict[str, str] = {
    "cell_id": "string",
    "seen_share": "float64",
    "unknown_share": "float64",
    "coverage": "string",  # covered, partly, blind, unknown
    "device_ids": "string",  # joined by "、"
}
