"""Columns of the tables of a watering plan, with their types."""

from __future__ import annotations

CART_COLUMNS = {
    "cart_id": "str",  # as the unit writes it: number plate or fleet number
    "company": "str",  # "" where not said
    "kind": "int64",  # carts of one kind may stand in for one another
    "tank_l": "float64",
    "spray_l_per_m": "float64",  # over the full spray width
    "spray_width_m": "float64",
    "spray_speed_kmh": "float64",
    "drive_speed_kmh": "float64",
    "depot": "str",  # site_id
    "cost_per_h": "float64",  # NaN where not said
    "cost_per_km": "float64",
}
SITE_COLUMNS = {
    "site_id": "str",
    "name": "str",
    "is_depot": "bool",
    "flow_l_per_min": "float64",  # NaN for a depot without water
    "opens_s": "float64",
    "closes_s": "float64",
    "snap_m": "float64",  # ground metres to the road where it is served
}
SHIFT_COLUMNS = {
    "cart_id": "str",
    "driver": "str",  # name or number; "" where not said
    "phone": "str",
    "start_s": "float64",
    "end_s": "float64",  # above 86,400 where it passes midnight
    "break_s": "float64",  # owed within the shift
}
SECTION_COLUMNS = {
    "section_id": "str",  # of the roads' layer
    "road_name": "str",
    "road_class": "str",
    "township_id": "str",
    "township_name": "str",
    "rule_ids": "str",  # joined by ", "
    "from_m": "float64",  # along the road's line
    "to_m": "float64",
    "length_m": "float64",
    "width_m": "float64",  # to be wetted
    "passes": "int64",  # traversals that wet the full width once
    "directions": "str",  # "forward", "backward", "both" (each needs its own), "either"
    "litres": "float64",  # for all passes, once
    "interval_factor": "float64",  # multiplies the drying interval (surface, shade), 1 as rule
    "is_long_for_tank": "bool",
    "state": "str",  # "kept", "dry_at_times", "never"
    "wet_share": "float64",  # of the 24 h
    "wettings": "int64",  # in the 24 h
    "longest_gap": "float64",  # in drying intervals; at most 1 where kept
    "why_zh": "str",
    "why_en": "str",
}
TOUR_COLUMNS = {
    "tour": "int64",
    "kind": "int64",  # of cart
    "is_transfer": "bool",
    "start_site": "str",
    "end_site": "str",
    "duration_s": "float64",
    "spray_m": "float64",
    "empty_m": "float64",
    "litres": "float64",
    "refills": "int64",
    "laps": "int64",  # runs of this tour in the 24 h
}
LEG_COLUMNS = {
    "tour": "int64",
    "leg": "int64",
    "task": "str",  # "spray", "drive", "refill"
    "offset_s": "float64",
    "duration_s": "float64",
    "section": "int64",  # position in sections; -1 for what is not spraying
    "road_name": "str",
    "is_forward": "bool",  # as the road's line is drawn
    "length_m": "float64",
    "litres": "float64",  # sprayed, or taken at a refill
    "tank_l": "float64",  # left in the tank when the leg ends
    "site_id": "str",  # of a refill
}
RUN_COLUMNS = {
    "cart_id": "str",
    "driver": "str",
    "task": "str",  # "tour", "transfer", "wait", "break"
    "tour": "int64",  # -1 for wait and break
    "start_s": "float64",
    "end_s": "float64",
}
DRY_COLUMNS = {
    "section": "int64",
    "from_s": "float64",
    "to_s": "float64",
}
