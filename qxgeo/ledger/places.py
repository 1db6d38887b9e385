"""Where problems and sites of a ledger lie: position, township, and the nearest station."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from qxgeo.geodesy import nearest_station
from qxgeo.ledger.dispatch.weekly import day_of, is_open_problem, rectified_on, state_of_problem
from qxgeo.ledger.loading import INVENTORY_LAYERS, find_townships
from qxgeo.ledger.rhythm import TaskState
from qxgeo.ledger.words import ProblemStatus
from qxgeo.rules.distance import station_error_m, station_points
from qxgeo.rules.evidence import judge_margin, name_verdicts
from qxgeo.rules.scene import build_scene
from qxgeo.vocabulary import Verdict

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from qxgeo.district import District
    from qxgeo.ledger.dispatch import Board
    from qxgeo.plan import ActionPlan, Rule

    Row = Mapping[str, Any]

NO_POSITION = "no_position"  # neither a position nor a township is known
_MOST_LON, _MOST_LAT = 180.0, 90.0


class Mark(StrEnum):
    """What a problem or a site is drawn as: its status and its deadline in one."""

    FALSE_RECTIFICATION = "false_rectification"
    OVERDUE = "overdue"
    DUE_SOON = "due_soon"
    OPEN = "open"
    RECTIFIED = "rectified"
    CLOSED = "closed"
    SITE = "site"


NOT_CLOSED = frozenset(
    (Mark.FALSE_RECTIFICATION, Mark.OVERDUE, Mark.DUE_SOON, Mark.OPEN, Mark.RECTIFIED)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """The distance to stations within which problems are raised, as the plan's rules have it.

    Attributes
    ----------
    radius_m
        Ground metres: the smallest that the document states.
    rules
        All that state it.
    """

    radius_m: float
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A problem or a site with its place.

    Attributes
    ----------
    row
        As the ledger holds it.
    mark, state
        As of the day; a site has no state.
    lon, lat
        EPSG:4326, NaN where unknown.
    is_of_site
        Whether position and township are those of the problem's site.
    township
        Code, ``outside_district``, ``no_township`` or `NO_POSITION`.
    found_township
        Where the position lies, should the ledger's row say otherwise; else "".
    error_m
        Of the position and the stations together, ground metres.
    distance_m, station
        Ground metres to the nearest station and its name with code; NaN and "" where unknown.
    verdict
        Of the ring.
    """

    kind: str
    row: Row
    mark: Mark
    state: TaskState | None
    lon: float
    lat: float
    is_of_site: bool
    township: str
    found_township: str = ""
    error_m: float = math.nan
    distance_m: float = math.nan
    station: str = ""
    verdict: Verdict = Verdict.UNKNOWN

    @property
    def has_position(self) -> bool:
        """Tell whether it can be drawn."""
        return not math.isnan(self.lon)

    @property
    def is_raised(self) -> bool:
        """Tell whether it is a problem, not closed, inside the ring or too close to call."""
        near = self.verdict in (Verdict.APPLIES, Verdict.TOO_CLOSE_TO_CALL)
        return near and self.mark in NOT_CLOSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """All problems and sites of a ledger on a day.

    Attributes
    ----------
    items
        Problems, then sites, each in the order of their ids.
    later
        Problems that were found after the day: not among the items.
    ring
        None where the plan states no distance to stations, or no station is known.
    assumed_error_m
        What counts as position error where a row states none, ground metres.
    """

    items: tuple[Item, ...]
    later: int
    ring: Ring | None
    assumed_error_m: float
    as_of: dt.date


def find_ring(plan: ActionPlan) -> Ring | None:
    """Find the smallest distance to stations that the plan's text states.

    Parameters
    ----------
    plan
        The plan.

    Returns
    -------
    ring
        None where no rule states one.
    """
    stating = [
        rule
        for measure in plan.measures
        for rule in measure.rules
        if rule.kind == "within_distance"
        and rule.radius_m is not None
        and rule.reference is not None
        and rule.reference.layer == "stations"
    ]
    if not stating:
        return None
    radius_m = min(rule.radius_m for rule in stating if rule.radius_m is not None)
    return Ring(radius_m=radius_m, rules=tuple(one for one in stating if one.radius_m == radius_m))


def mark_problem(board: Board, problem: Row, as_of: dt.date) -> Mark:
    """Say as what a problem is drawn on a day.

    Parameters
    ----------
    board
        The ledger, with its rules.
    problem
        Its row.
    as_of
        The day; what happened later has not happened.

    Returns
    -------
    mark
        One of those of problems.
    """
    closed_on = day_of(problem["closed_on"])
    if problem["status"] == ProblemStatus.CLOSED and (closed_on is None or closed_on <= as_of):
        return Mark.CLOSED
    mended_on = day_of(rectified_on(problem))
    if not is_open_problem(problem) and (mended_on is None or mended_on <= as_of):
        return Mark.RECTIFIED
    if problem["status"] == ProblemStatus.FALSE_RECTIFICATION:
        return Mark.FALSE_RECTIFICATION
    state = state_of_problem(board, problem, as_of)
    by_state = {TaskState.OVERDUE: Mark.OVERDUE, TaskState.DUE_SOON: Mark.DUE_SOON}
    return by_state.get(state, Mark.OPEN)


def find_places(board: Board, district: District, *, as_of: dt.date) -> Places:
    """Place every problem and site of a ledger.

    Parameters
    ----------
    board
        The ledger with its sites.
    district
        With its boundary, townships and stations.
    as_of
        The day.

    Returns
    -------
    places
        What has no position is among them.
    """
    sites = {one["id"]: one for one in board.sites}
    known = [p for p in board.problems if (p["found_on"] or "") <= as_of.isoformat()]
    items = [_place_problem(board, one, sites, as_of) for one in known]
    items += [_place_row("site", one, one, Mark.SITE) for one in board.sites]
    layers = district.layers
    assumed = [layers[name].accuracy_m for name in INVENTORY_LAYERS if name in layers]
    assumed_error_m = max(assumed, default=0.0)
    items = _find_ground(items, district)
    ring = find_ring(board.plan)
    if ring is not None and "stations" in layers:
        items, is_measured = _measure(items, district, board.plan, ring, assumed_error_m, sites)
        ring = ring if is_measured else None
    else:
        ring = None
    return Places(
        items=tuple(items),
        later=len(board.problems) - len(known),
        ring=ring,
        assumed_error_m=assumed_error_m,
        as_of=as_of,
    )


def _position(row: Row) -> tuple[float, float]:
    """Read a position; half of one, or one that is none on Earth, is no position."""
    if row["lon"] is None or row["lat"] is None:
        return math.nan, math.nan
    lon, lat = float(row["lon"]), float(row["lat"])
    if abs(lon) <= _MOST_LON and abs(lat) <= _MOST_LAT:
        return lon, lat
    return math.nan, math.nan


def _place_problem(board: Board, row: Row, sites: Mapping[str, Row], as_of: dt.date) -> Item:
    """Place a problem by itself, else by its site."""
    site = sites.get(row["site_id"] or "")
    has_own = not math.isnan(_position(row)[0])
    where = row if has_own or site is None else site
    item = _place_row("problem", row, where, mark_problem(board, row, as_of))
    township = row["township_id"] or item.township
    return replace(item, township=township, state=state_of_problem(board, row, as_of))


def _place_row(kind: str, row: Row, where: Row, mark: Mark) -> Item:
    """Give a row the position and township of another, or its own."""
    lon, lat = _position(where)
    return Item(
        kind=kind,
        row=row,
        mark=mark,
        state=None,
        lon=lon,
        lat=lat,
        is_of_site=where is not row,
        township=where["township_id"] or "",
    )


def _find_ground(items: Sequence[Item], district: District) -> list[Item]:
    """Find townships by position where the row has none, and contradictions where it has."""
    points = np.array(
        [shapely.Point(one.lon, one.lat) if one.has_position else None for one in items],
        dtype=object,
    )
    found = find_townships(district, points)
    placed = []
    for item, ground in zip(items, found, strict=True):
        township = item.township or ground or NO_POSITION
        other = ground if ground not in ("", township) else ""
        placed.append(replace(item, township=township, found_township=other))
    return placed


def _measure(  # the ledger's rows, the ground, the rule
    items: Sequence[Item],
    district: District,
    plan: ActionPlan,
    ring: Ring,
    assumed_error_m: float,
    sites: Mapping[str, Row],
) -> tuple[list[Item], bool]:
    """Measure to the stations that the rule refers to, and judge as the engine does."""
    bare = {
        name: one
        for name, one in district.layers.items()
        if name in ("boundary", "townships", "stations")
    }
    scene = build_scene(replace(district, layers=bare), plan)
    reference = ring.rules[0].reference
    stations = None if reference is None else scene.stations(reference)
    if stations is None or stations.empty:
        return list(items), False
    placed = [number for number, one in enumerate(items) if one.has_position]
    if not placed:
        return list(items), True
    points = shapely.points([[items[one].lon, items[one].lat] for one in placed])
    distance_m, nearest = nearest_station(
        np.asarray(points, dtype=object), station_points(stations)
    )
    own_m = np.array([_error_m(items[one], sites, assumed_error_m) for one in placed])
    error_m = own_m + station_error_m(scene, stations)
    verdicts = name_verdicts(judge_margin(ring.radius_m - distance_m, error_m=error_m))
    names = stations["name"].astype(str) + "(" + stations["station_id"].astype(str) + ")"
    judged = list(items)
    for at, number in enumerate(placed):
        judged[number] = replace(
            items[number],
            error_m=float(error_m[at]),
            distance_m=float(distance_m[at]),
            station=str(names.iloc[nearest[at]]),
            verdict=verdicts[at],
        )
    return judged, True


def _error_m(item: Item, sites: Mapping[str, Row], assumed_error_m: float) -> float:
    """Give the stated position error, else what is assumed."""
    where = sites[item.row["site_id"]] if item.is_of_site else item.row
    stated = where.get("accuracy_m")
    return assumed_error_m if stated is None else float(stated)


def count_places(items: Sequence[Item]) -> dict[str, Counter[str]]:
    """Count items by township.

    Parameters
    ----------
    items
        Any.

    Returns
    -------
    counts
        Township to ``problem``, ``site``, each mark of problems, ``not_closed``, ``raised`` and
        ``no_position``; what has neither township nor position stands under `NO_POSITION`.
    """
    counts: dict[str, Counter[str]] = {}
    for item in items:
        line = counts.setdefault(item.township, Counter())
        line[item.kind] += 1
        if item.kind == "problem":
            line[str(item.mark)] += 1
        line["not_closed"] += item.mark in NOT_CLOSED
        line["raised"] += item.is_raised
        line["no_position"] += not item.has_position
    return counts
