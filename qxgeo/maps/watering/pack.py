"""A watering plan as short lists for the page's script: legs once, starts of laps, nothing twice.

Lines are written as steps of a millionth of a degree between corners, five bits to a letter, so
that a district's routes take kilobytes; the script reads them with the same alphabet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from qxgeo.maps.patrol.cast import rounded
from qxgeo.watering.drying import HOUR_S, clock_of
from qxgeo.watering.sums import sum_carts

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    import pandas as pd
    from shapely.geometry.base import BaseGeometry

    from qxgeo.maps.rows import Strings
    from qxgeo.watering.model import WateringPlan

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
TASKS = ("spray", "drive", "refill")
RUNS = ("tour", "transfer", "wait", "break")
STATES = ("kept", "dry_at_times", "never")
_STEPS_PER_DEG = 1_000_000
_MOST_VERTICES = 150_000
_FIRST_TOLERANCE_DEG = 1e-5  # a metre
_SECOND_DIGITS = 2
_AMOUNTS = ("spray_m", "empty_m", "litres", "work_s", "wait_s", "break_s", "cost")


def encode_line(line: BaseGeometry) -> str:
    """Write the corners of a line as letters.

    Parameters
    ----------
    line
        EPSG:4326; the parts of several are joined.

    Returns
    -------
    text
        Zigzag steps in lon and lat, the first from zero, low bits first; empty for no corner.
    """
    corners = np.rint(shapely.get_coordinates(line) * _STEPS_PER_DEG).astype(np.int64)
    steps = np.diff(corners, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    letters: list[str] = []
    for step in steps.ravel().tolist():
        rest = 2 * step if step >= 0 else -2 * step - 1
        while True:
            low, rest = rest & 31, rest >> 5
            letters.append(ALPHABET[low | (32 if rest else 0)])
            if not rest:
                break
    return "".join(letters)


def thin_lines(lines: Sequence[BaseGeometry] | npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Leave out corners that nobody sees where there are very many.

    Parameters
    ----------
    lines
        EPSG:4326.

    Returns
    -------
    drawn
        The same lines, or coarser ones.
    """
    drawn = np.asarray(lines, dtype=object)
    tolerance_deg = _FIRST_TOLERANCE_DEG
    while shapely.get_num_coordinates(drawn).sum() > _MOST_VERTICES:
        before = shapely.get_num_coordinates(drawn).sum()
        drawn = shapely.simplify(drawn, tolerance_deg, preserve_topology=True)
        if shapely.get_num_coordinates(drawn).sum() == before:
            break
        tolerance_deg *= 2
    return drawn


def pack_sections(plan: WateringPlan, strings: Strings, *, lang: str) -> dict[str, object]:
    """Write the sections, a list for each column.

    Parameters
    ----------
    plan
        The whole plan.
    strings
        Takes up every text; a list holds its number.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    columns
        Lines, numbers, and numbers of texts.
    """
    table = plan.sections
    texts = {
        "id": "section_id", "name": "road_name", "class": "road_class", "town": "township_name",
        "rules": "rule_ids", "directions": "directions", "why": f"why_{lang}",
    }  # fmt: skip
    numbers = {
        "length": ("length_m", 1), "width": ("width_m", 1), "litres": ("litres", 0),
        "from": ("from_m", 0), "to": ("to_m", 0), "factor": ("interval_factor", 6),
        "share": ("wet_share", 4), "gap": ("longest_gap", 4),
    }  # fmt: skip
    spells: list[list[float]] = [[] for _ in range(len(table))]
    for section, from_s, to_s in plan.dry_spells[["section", "from_s", "to_s"]].to_numpy().tolist():
        spells[int(section)] += [round(from_s), round(to_s)]
    return {
        "line": [encode_line(one) for one in thin_lines(table.geometry.to_numpy())],
        **{key: _number_texts(table[name], strings) for key, name in texts.items()},
        **{key: rounded(table[name], digits) for key, (name, digits) in numbers.items()},
        "passes": table["passes"].astype(int).tolist(),
        "wettings": table["wettings"].astype(int).tolist(),
        "long": table["is_long_for_tank"].astype(int).tolist(),
        "state": [STATES.index(str(one)) for one in table["state"]],
        "spells": spells,
    }


def pack_legs(plan: WateringPlan, strings: Strings) -> dict[str, object]:
    """Write the legs of every tour once.

    Parameters
    ----------
    plan
        The whole plan.
    strings
        Takes up every text.

    Returns
    -------
    columns
        In the order of the tours; the line of a leg that sprays a section from end to end is that
        of the section.
    """
    legs = plan.legs
    lines = plan.sections.geometry.to_numpy()
    written = []
    for section, is_forward, line in zip(
        legs["section"], legs["is_forward"], thin_lines(legs.geometry.to_numpy()), strict=True
    ):
        is_whole = section >= 0 and _is_same(lines[section], line, is_forward=bool(is_forward))
        written.append("" if is_whole or line is None else encode_line(line))
    return {
        "tour": legs["tour"].astype(int).tolist(),
        "task": [TASKS.index(str(one)) for one in legs["task"]],
        "offset": rounded(legs["offset_s"], _SECOND_DIGITS),
        "duration": rounded(legs["duration_s"], _SECOND_DIGITS),
        "section": legs["section"].astype(int).tolist(),
        "forward": legs["is_forward"].astype(int).tolist(),
        "line": written,
        "name": _number_texts(legs["road_name"], strings),
        "length": rounded(legs["length_m"], 1),
        "litres": rounded(legs["litres"], 0),
        "tank": rounded(legs["tank_l"], 0),
        "site": _number_texts(legs["site_id"], strings),
    }


def _is_same(section: BaseGeometry, line: BaseGeometry | None, *, is_forward: bool) -> bool:
    """Tell whether a leg runs along the whole section."""
    if line is None:
        return False
    travelled = section if is_forward else shapely.reverse(section)
    return bool(shapely.equals_exact(travelled, line, tolerance=1 / _STEPS_PER_DEG))


def pack_tours(plan: WateringPlan) -> dict[str, object]:
    """Write the tours by number.

    Parameters
    ----------
    plan
        The whole plan.

    Returns
    -------
    columns
        ``tour``, and what it takes.
    """
    tours = plan.tours
    return {
        "tour": tours["tour"].astype(int).tolist(),
        "transfer": tours["is_transfer"].astype(int).tolist(),
        "duration": rounded(tours["duration_s"], _SECOND_DIGITS),
        "spray": rounded(tours["spray_m"], 1),
        "empty": rounded(tours["empty_m"], 1),
        "litres": rounded(tours["litres"], 0),
        "refills": tours["refills"].astype(int).tolist(),
    }


def pack_carts(plan: WateringPlan, strings: Strings) -> list[dict[str, object]]:
    """Write the carts with what they do in the day; drivers are left out.

    Parameters
    ----------
    plan
        The whole plan.
    strings
        Takes up every text.

    Returns
    -------
    carts
        In the order of the fleet; ``runs`` are ``[task, tour, start_s, end_s]``.
    """
    sums = sum_carts(plan)
    fleet = plan.fleet.carts
    runs = dict(iter(plan.runs.groupby("cart_id", sort=False)))
    carts: list[dict[str, object]] = []
    for row, facts in zip(sums.to_dict("records"), fleet.to_dict("records"), strict=True):
        spray, empty, litres, work, wait, rest, cost, tank = rounded(
            [*(row[name] for name in _AMOUNTS), facts["tank_l"]], 0
        )
        carts.append(
            {
                "id": str(row["cart_id"]),
                "company": strings.number(str(row["company"])),
                "depot": strings.number(str(facts["depot"])),
                "tank": tank,
                "spray": spray,
                "empty": empty,
                "litres": litres,
                "work": work,
                "wait": wait,
                "break": rest,
                "cost": cost,
                "laps": int(row["laps"]),
                "refills": int(row["refills"]),
                "runs": _pack_runs(runs.get(str(row["cart_id"]))),
            }
        )
    return carts


def _pack_runs(runs: pd.DataFrame | None) -> list[list[float]]:
    """Write a cart's day."""
    if runs is None:
        return []
    ordered = runs.sort_values("start_s", kind="stable")
    return [
        [RUNS.index(str(task)), int(tour), *(round(float(at), _SECOND_DIGITS) for at in times)]
        for task, tour, *times in zip(
            *(ordered[name].tolist() for name in ("task", "tour", "start_s", "end_s")), strict=True
        )
    ]


def pack_sites(plan: WateringPlan, strings: Strings) -> list[dict[str, object]]:
    """Write depots and refill points.

    Parameters
    ----------
    plan
        The whole plan.
    strings
        Takes up every text.

    Returns
    -------
    sites
        With ``lon`` and ``lat``.
    """
    sites = plan.fleet.sites
    corners = np.round(shapely.get_coordinates(sites.geometry.to_numpy()), 6).tolist()
    return [
        {
            "id": strings.number(str(row["site_id"])),
            "name": strings.number(str(row["name"])),
            "depot": bool(row["is_depot"]),
            "flow": rounded([row["flow_l_per_min"]], 0)[0],
            "opens": rounded([row["opens_s"]], 0)[0],
            "closes": rounded([row["closes_s"]], 0)[0],
            "snap": rounded([row["snap_m"]], 1)[0],
            "lon": lon,
            "lat": lat,
        }
        for row, (lon, lat) in zip(
            sites.drop(columns="geometry").to_dict("records"), corners, strict=True
        )
    ]


def pack_drying(plan: WateringPlan, *, lang: str) -> dict[str, object]:
    """Write how fast roads dry through the day.

    Parameters
    ----------
    plan
        The whole plan.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    drying
        Intervals passed at each full hour, hours of rain and of frost, and the weather in words.
    """
    drying = plan.drying
    hours_s = np.arange(25, dtype=np.float64) * HOUR_S
    return {
        "passed": [round(one, 9) for one in clock_of(drying).at(hours_s).tolist()],
        "rain": drying.is_rain.astype(int).tolist(),
        "frost": drying.is_frost.astype(int).tolist(),
        "hours": rounded(drying.interval_h, 2),
        "title": drying.title.in_language(lang),
        "source": drying.source.in_language(lang),
    }


def _number_texts(column: pd.Series, strings: Strings) -> list[int]:
    """Give the numbers of a column's texts."""
    return [strings.number(str(one)) for one in column]
