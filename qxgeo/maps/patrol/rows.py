"""What a patrol map tells, as short rows for its script: one table per kind of thing."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import shapely

from qxgeo.maps.layers import DECIMALS
from qxgeo.maps.patrol.cast import Cast, labels, pack_table, rounded, texts
from qxgeo.maps.patrol.style import POINT_LETTERS, colour_territories
from qxgeo.maps.patrol.times import say_hours, say_visits
from qxgeo.maps.patrol.wording import COVERAGE_LABELS, DEVICE_LABELS, RISK_LABELS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    import pandas as pd

    from qxgeo.patrol.model import Patrol


def pack_people(cast: Cast) -> dict[str, object]:
    """Write the roster with what everybody owns and does; phones, bases and days off stay out."""
    patrol = cast.patrol
    people = patrol.people
    ids = people["person_id"].astype(str).tolist()
    owned = patrol.assignment.territories.set_index("person_id")
    facts = owned.drop(columns="geometry").reindex(ids)
    means = {one.township_id: one.mean_load_min for one in patrol.assignment.balances}
    loads = facts["load_min"].tolist()
    hours = say_hours(
        patrol.schedule.shifts,
        patrol.schedule.unfilled,
        patrol.settings,
        title_of=lambda key: cast.titles.get(key, key),
        lang=cast.lang,
    )
    points = patrol.points["person_id"].value_counts()
    shapes = territory_shapes(patrol)
    inside = shapely.point_on_surface(shapes)
    return pack_table(
        {
            "id": ids,
            "name": [""] * len(ids) if cast.is_public else people["name"].astype(str).tolist(),
            "title": [cast.titles[key] for key in ids],
            "number": list(range(1, len(ids) + 1)),
            "township": [cast.town(code) for code in people["township_id"]],
            "absent": [int(one) for one in people["is_absent"]],
            "load": rounded(loads, 1),
            "share": rounded(
                [
                    load / means[code] if means.get(code) else math.nan
                    for load, code in zip(
                        loads, people["township_id"].astype(str).tolist(), strict=True
                    )
                ],
                3,
            ),
            "cells": rounded(facts["cell_count"].fillna(0).tolist(), 0),
            "area": rounded(facts["area_m2"].tolist(), 0),
            "parts": rounded(facts["part_count"].fillna(0).tolist(), 0),
            "base": [None] * len(ids)
            if cast.is_public
            else rounded(facts["base_distance_m"].tolist(), 0),
            "points": [int(points.get(key, 0)) for key in ids],
            "hours": [hours.get(key, []) for key in ids],
            "colour": colour_territories(shapes),
            "lat": rounded(shapely.get_y(inside), DECIMALS),
            "lon": rounded(shapely.get_x(inside), DECIMALS),
        },
        cast.strings,
    )


def territory_shapes(patrol: Patrol) -> npt.NDArray[np.object_]:
    """Give everybody's territory in the order of the roster, None for those without."""
    owned = patrol.assignment.territories
    owned = owned[~owned.geometry.is_empty]  # more people than cells: some get none
    shapes = dict(zip(owned["person_id"].astype(str), owned.geometry.to_numpy(), strict=True))
    found = np.empty(len(patrol.people), dtype=object)
    found[:] = [shapes.get(str(key)) for key in patrol.people["person_id"]]
    return found


def pack_cells(cast: Cast) -> dict[str, object]:
    """Write the cells with risk, terms, owner and coverage."""
    cells = cast.patrol.cells
    columns: dict[str, Sequence[object]] = {
        "id": cells["cell_id"].astype(str).tolist(),
        "hot": cells["hot_cell_id"].astype(str).tolist(),
        "township": [cast.town(code) for code in cells["township_id"]],
        "area": rounded(cells["area_m2"].tolist(), 0),
        "lat": rounded(cells["lat"].tolist(), DECIMALS),
        "lon": rounded(cells["lon"].tolist(), DECIMALS),
        "risk": rounded(cells["risk"].tolist(), 1),
        "class": labels(cells["risk_class"], RISK_LABELS, cast.lang),
        "rank": rounded(cells["risk_rank"].astype("Float64").to_numpy(float, na_value=math.nan), 0),
        "visits": rounded(cells["visits_per_week"].tolist(), 2),
        "load": rounded(cells["load_min"].tolist(), 1),
        "owner": cast.people(cells["person_id"]),
        **{
            short: rounded(cells[name].tolist(), 3)
            for short, name in (
                ("water", "water_share"),
                ("cropland", "cropland_share"),
                ("unknown", "unknown_share"),
            )
        },
    }
    for short in ("point", "event", "fire"):
        name = f"{short}_count"
        columns[f"{short}s"] = (
            rounded(cells[name].tolist(), 0) if name in cells else [0] * len(cells)
        )
    for term in cast.patrol.risk.terms:
        name = f"term_{term.term_id}"
        if name in cells and term.dropped is None:
            columns[name] = rounded(cells[name].tolist(), 3)
    return pack_table(columns | _coverage(cast), cast.strings)


def _coverage(cast: Cast) -> dict[str, Sequence[object]]:
    """Give what is seen of each cell; nothing where there are no devices."""
    sight = cast.patrol.sight
    if sight is None:
        return {}
    seen = sight.coverage
    return {
        "coverage": labels(seen["coverage"], COVERAGE_LABELS, cast.lang),
        "seen": rounded(seen["seen_share"].tolist(), 3),
        "unseen": rounded(seen["unknown_share"].tolist(), 3),
        "devices": seen["device_ids"].astype(str).tolist(),
    }


def number_points(points: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Count the points within their kinds, the most frequent kind first.

    Parameters
    ----------
    points
        Column ``kind``.

    Returns
    -------
    kinds
        In order; the first wears the letter A.
    numbers
        Letter and number of each point.
    """
    words = points["kind"].fillna("").astype(str).tolist()
    kinds = sorted(set(words), key=lambda kind: (-words.count(kind), kind))
    letters = {
        kind: POINT_LETTERS[min(place, len(POINT_LETTERS) - 1)] for place, kind in enumerate(kinds)
    }
    used: dict[str, int] = {}
    numbers = []
    for kind in words:
        letter = letters[kind]
        used[letter] = used.get(letter, 0) + 1
        numbers.append(f"{letter}{used[letter]}")
    return kinds, numbers


def pack_points(cast: Cast) -> dict[str, object]:
    """Write the points with their owner and their times."""
    points = cast.patrol.points
    _, numbers = number_points(points)
    times = say_visits(cast.patrol.schedule.visits, lang=cast.lang)
    unserved: dict[str, list[str]] = {}
    late = cast.patrol.routes.unserved
    for key, reason in zip(late["point_id"], late[f"reason_{cast.lang}"], strict=True):
        reasons = unserved.setdefault(str(key), [])
        if str(reason) not in reasons:
            reasons.append(str(reason))
    ids = points["point_id"].astype(str).tolist()
    return pack_table(
        {
            "id": ids,
            "number": numbers,
            # People name points after neighbours: the public edition knows them by number.
            "name": ids if cast.is_public else texts(points["name"]),
            "address": [""] * len(ids) if cast.is_public else texts(points["address"]),
            "kind": texts(points["kind"]),
            "level": labels(points["risk_level"], RISK_LABELS, cast.lang),
            "service": rounded(points["service_min"].tolist(), 1),
            "visits": rounded(points["visits_per_week"].tolist(), 2),
            "cell": texts(points["cell_id"]),
            "township": [cast.town(code) for code in texts(points["township_id"])],
            "owner": cast.people(points["person_id"]),
            "times": [times.get(key, []) for key in ids],
            "unserved": [unserved.get(key, []) for key in ids],
        },
        cast.strings,
    )


def pack_devices(cast: Cast, positions: npt.NDArray[np.object_]) -> dict[str, object]:
    """Write cameras and drones."""
    sight = cast.patrol.sight
    if sight is None:
        return pack_table({"id": []}, cast.strings)
    devices = sight.devices
    return pack_table(
        {
            "id": texts(devices["device_id"]),
            "name": texts(devices["name"]),
            "kind": labels(devices["kind"], DEVICE_LABELS, cast.lang),
            "height": rounded(devices["height_m"].tolist(), 1),
            "bearing": rounded(devices["bearing_deg"].tolist(), 1),
            "view": rounded(devices["field_of_view_deg"].tolist(), 1),
            "range": rounded(devices["range_m"].tolist(), 0),
            "seen": rounded(devices["seen_m2"].tolist(), 0),
            "unknown": rounded(devices["unknown_m2"].tolist(), 0),
            "terrain": [int(one) for one in devices["has_terrain"]],
            "placed": [int(one is not None) for one in positions],
        },
        cast.strings,
    )


def pack_hot_cells(cast: Cast) -> dict[str, object]:
    """Write the ranked hot cells."""
    hot = cast.patrol.risk.hot_cells
    inside = shapely.point_on_surface(hot.geometry.to_numpy())
    return pack_table(
        {
            "lat": rounded(shapely.get_y(inside), DECIMALS),
            "lon": rounded(shapely.get_x(inside), DECIMALS),
            "id": texts(hot["hot_cell_id"]),
            "rank": [int(rank) for rank in hot["risk_rank"]],
            "risk": rounded(hot["risk"].tolist(), 1),
            "cells": [int(count) for count in hot["cell_count"]],
            "area": rounded(hot["area_m2"].tolist(), 0),
            "points": [int(count) for count in hot["point_count"]],
            "events": [int(count) for count in hot["event_count"]],
            "fires": [int(count) for count in hot["fire_count"]],
            "townships": [
                "、".join(cast.town(code) for code in codes.split("、"))
                for codes in texts(hot["township_ids"])
            ],
        },
        cast.strings,
    )


def pack_fires(cast: Cast) -> dict[str, object]:
    """Write the satellite fires."""
    fires = cast.patrol.risk.fires
    return pack_table(
        {
            "time": [_minute(moment) for moment in fires["seen_at"]],
            "satellite": texts(fires["satellite"]),
            "confidence": [str(one) for one in fires["confidence"]],
            "cell": texts(fires["cell_id"]),
        },
        cast.strings,
    )


def pack_next_cameras(cast: Cast) -> dict[str, object]:
    """Write the best places for the next cameras."""
    sight = cast.patrol.sight
    if sight is None or sight.next_cameras is None:
        return pack_table({"rank": []}, cast.strings)
    places = sight.next_cameras.places
    return pack_table(
        {
            "rank": [int(rank) for rank in places["rank"]],
            "adds": rounded(places["new_km2"].tolist(), 3),
            "cell": texts(places["cell_id"]),
        },
        cast.strings,
    )


def find_positions(patrol: Patrol) -> npt.NDArray[np.object_]:
    """Find where the devices stand: their own layer knows, None where it does not."""
    if patrol.sight is None:
        return np.empty(0, dtype=object)
    placed: dict[str, object] = {}
    if "cameras" in patrol.district.layers:
        layer = patrol.district.layers["cameras"].table
        placed = dict(zip(texts(layer["device_id"]), layer.geometry.to_numpy(), strict=True))
    found = np.empty(len(patrol.sight.devices), dtype=object)
    found[:] = [placed.get(key) for key in texts(patrol.sight.devices["device_id"])]
    return found


def _minute(moment: object) -> str:
    """Write a time to the minute."""
    return str(moment)[:16]
