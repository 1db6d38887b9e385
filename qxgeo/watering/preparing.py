"""From demand and fleet to problems of arc routing: who could serve what, from which water."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qxgeo.watering.legs import CartWork
from qxgeo.watering.places import place_stops
from qxgeo.watering.sharing import group_waters, nearest_waters, share_sections
from qxgeo.watering.states import why_never
from qxgeo.watering.tours import TourProblem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from qxgeo.errors import Text
    from qxgeo.watering.demand import Demand
    from qxgeo.watering.fleet import PlacedFleet
    from qxgeo.watering.model import Fleet
    from qxgeo.watering.streets import StreetGraph

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


TOURS_OF_A_GROUP = 2  # fewer, and the carts of a group are poorly used
_USEFUL = 0.75  # about this share of a tour is spraying and refilling


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prepared:
    """Problems of tours, and what belongs to none.

    Attributes
    ----------
    works
        Of each kind of cart.
    problems
        One for each kind and refill point that has something to do.
    transfer_s
        Shape (kinds, sites, sites): driving empty between sites.
    never
        Why a section is in no problem, by its position.
    """

    works: tuple[CartWork, ...]
    problems: tuple[TourProblem, ...]
    transfer_s: Floats
    never: dict[int, Text]


def works_of(fleet: Fleet, *, setup_s: float) -> tuple[CartWork, ...]:
    """Give what each kind of cart can do.

    Parameters
    ----------
    fleet
        Carts and sites.
    setup_s
        Halting and joining the hose.

    Returns
    -------
    works
        By kind.
    """
    kinds = fleet.carts.drop_duplicates("kind").sort_values("kind")
    flows = tuple(float(flow) for flow in fleet.sites["flow_l_per_min"])
    return tuple(
        CartWork(
            tank_l=float(kind["tank_l"]),
            spray_l_per_m=float(kind["spray_l_per_m"]),
            spray_speed_kmh=float(kind["spray_speed_kmh"]),
            drive_speed_kmh=float(kind["drive_speed_kmh"]),
            flow_l_per_min=flows,
            setup_s=setup_s,
        )
        for _, kind in kinds.iterrows()
    )


def prepare_problems(
    demand: Demand,
    placed: PlacedFleet,
    streets: StreetGraph,
    works: Sequence[CartWork],
    *,
    tour_s: float,
) -> Prepared:
    """Share the sections among kinds of carts and refill points.

    Parameters
    ----------
    demand
        What has to be kept wet.
    placed
        The fleet on its roads.
    streets
        Roads for driving.
    works
        Of each kind of cart.
    tour_s
        About how long a tour takes: refill points are put into groups of some tours each.

    Returns
    -------
    prepared
        A section goes as a whole to one kind of cart; each of its traversals to the group of
        refill points of which one is nearest to it.
    """
    fleet, tasks = placed.fleet, demand.tasks
    modes = [(number, mode) for number, task in enumerate(tasks) for mode in task.modes]
    stops = place_stops(streets, [mode for _, mode in modes], placed.places)
    travels = [stops.travel_s(speed_kmh=work.drive_speed_kmh) for work in works]
    waters = np.flatnonzero((fleet.sites["flow_l_per_min"] > 0).to_numpy())
    places = np.array([stops.site(int(site)) for site in waters])
    task_of = np.array([number for number, _ in modes], dtype=np.int64)
    starts = 2 * np.arange(len(modes))
    waters_of = [nearest_waters(travel, places, starts, starts + 1, task_of) for travel in travels]
    section_of = np.array([task.section for task in tasks], dtype=np.int64)
    count = len(demand.sections)
    is_lost = np.ones(count, dtype=bool)
    away = np.full((len(works), count), np.inf)
    for kind, travel in enumerate(travels):
        lost = np.zeros(count, dtype=bool)
        lost[section_of[waters_of[kind] < 0]] = True
        away[kind, ~lost] = _from_depots(fleet, kind, stops.site(0), travel, section_of[task_of])[
            ~lost
        ]
        is_lost &= lost
    metres = np.zeros(count)
    np.add.at(metres, section_of, [task.spray_m for task in tasks])
    sizes = np.bincount(fleet.carts["kind"], minlength=len(works))
    weights = [size * _metres_per_s(work) for size, work in zip(sizes, works, strict=True)]
    kinds = share_sections(away, metres, weights)
    never = _explain(travels[0], places, task_of, section_of, np.flatnonzero(is_lost))
    problems = []
    for kind, travel in enumerate(travels):
        is_mine = kinds[section_of] == kind
        loads = np.zeros(len(waters))
        sprays = np.array([task.spray_m for task in tasks])
        np.add.at(loads, waters_of[kind][is_mine], sprays[is_mine])
        least_m = TOURS_OF_A_GROUP * tour_s * _metres_per_s(works[kind]) * _USEFUL
        between = travel[np.ix_(places, places)]
        for group in group_waters(between, loads, least_m=least_m):
            mine = np.flatnonzero(is_mine & np.isin(waters_of[kind], group))
            site = int(waters[group[0]])
            problems.append(
                _problem(kind, site, mine, modes, placed, streets, travel, works, waters)
            )
    sites = 2 * len(modes) + np.arange(len(fleet.sites))
    return Prepared(
        works=tuple(works),
        problems=tuple(problems),
        transfer_s=np.stack([travel[np.ix_(sites, sites)] for travel in travels]),
        never=never,
    )


def _metres_per_s(work: CartWork) -> float:
    """Give what a cart sprays in a second, refills counted in, ways left out."""
    best = max(flow for flow in work.flow_l_per_min if flow > 0) / 60.0
    cycle = work.tank_m / (work.spray_speed_kmh / 3.6) + work.tank_l / best + work.setup_s
    return work.tank_m / cycle


def _from_depots(
    fleet: Fleet, kind: int, first_site: int, travel: Floats, section_of: Ints
) -> Floats:
    """Give the seconds from the depots of a kind, weighed by carts, to each section."""
    ids = fleet.sites["site_id"].tolist()
    depots = fleet.carts.loc[fleet.carts["kind"] == kind, "depot"]
    rows = np.array([first_site + ids.index(depot) for depot in depots], dtype=np.int64)
    to_modes = travel[np.ix_(rows, 2 * np.arange(len(section_of)))].mean(axis=0)
    away = np.full(int(section_of.max(initial=-1)) + 1, np.inf)
    np.minimum.at(away, section_of, to_modes)
    return away


def _explain(
    travel: Floats, waters: Ints, task_of: Ints, section_of: Ints, lost: Ints
) -> dict[int, Text]:
    """Say of each section that no cart serves why."""
    reasons: dict[int, Text] = {}
    for section in lost:
        modes = np.flatnonzero(section_of[task_of] == section)
        can_enter = bool(np.isfinite(travel[np.ix_(waters, 2 * modes)]).any())
        can_leave = bool(np.isfinite(travel[np.ix_(2 * modes + 1, waters)]).any())
        reasons[int(section)] = why_never(can_enter, can_leave)
    return reasons


def _problem(  # noqa: PLR0913, PLR0917 - a problem is cut out of the whole
    kind: int,
    site: int,
    mine: Ints,
    modes: Sequence[tuple[int, tuple[int, ...]]],
    placed: PlacedFleet,
    streets: StreetGraph,
    travel: Floats,
    works: Sequence[CartWork],
    waters: Ints,
) -> TourProblem:
    """Cut one problem out of the whole; modes without a way out and back are left out."""
    number = {int(task): place for place, task in enumerate(mine)}
    chosen = [place for place, (task, _) in enumerate(modes) if task in number]
    first_site = 2 * len(modes)
    here = first_site + site
    chosen = [
        place
        for place in chosen
        if np.isfinite(travel[here, 2 * place]) and np.isfinite(travel[2 * place + 1, here])
    ]
    sites = first_site + np.arange(travel.shape[0] - first_site)
    keep = np.concatenate((np.array([[2 * one, 2 * one + 1] for one in chosen]).ravel(), sites))
    own = [modes[place] for place in chosen]
    return TourProblem(
        kind=kind,
        base=site,
        traversals=tuple(int(task) for task in mine),
        modes=tuple((number[task], mode) for task, mode in own),
        stops=place_stops(streets, [mode for _, mode in own], placed.places),
        travel=travel[np.ix_(keep, keep)],
        work=works[kind],
        waters=tuple(int(one) for one in waters),
    )
