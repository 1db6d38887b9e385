"""A route of arc routing as legs that a driver drives: spray, drive, refill."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qxgeo.watering.places import Step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qxgeo.watering.demand import Task
    from qxgeo.watering.places import Stops
    from qxgeo.watering.streets import StreetGraph

SPRAY, DRIVE, REFILL = "spray", "drive", "refill"
_TINY_M = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One thing that a cart does.

    Attributes
    ----------
    task
        ``spray``, ``drive`` or ``refill``.
    offset_s, duration_s
        Since the start of the tour.
    section
        Position in the sections, -1 for what is no spraying.
    traversal
        Position in the tasks of the demand, -1 for what is no spraying.
    row
        Of the roads, -1 at a refill.
    is_forward
        As the road's line is drawn.
    length_m, litres
        Driven; sprayed or taken.
    tank_l
        Left when the leg ends.
    site
        Position in the fleet's sites, -1 but at a refill.
    steps
        Pieces of edges that are driven.
    """

    task: str
    offset_s: float
    duration_s: float
    section: int
    traversal: int
    row: int
    is_forward: bool
    length_m: float
    litres: float
    tank_l: float
    site: int
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CartWork:
    """What the legs have to know of a kind of cart and its water.

    Attributes
    ----------
    tank_l, spray_l_per_m
        Litres of a full tank, and what a metre takes.
    spray_speed_kmh, drive_speed_kmh
        With the spray on and off.
    flow_l_per_min
        Of each site, NaN where there is no water.
    setup_s
        Halting and joining the hose.
    """

    tank_l: float
    spray_l_per_m: float
    spray_speed_kmh: float
    drive_speed_kmh: float
    flow_l_per_min: tuple[float, ...]
    setup_s: float

    @property
    def tank_m(self) -> float:
        """Give the metres that a full tank sprays."""
        return self.tank_l / self.spray_l_per_m

    def refill_s(self, site: int, litres: float) -> float:
        """Give the seconds to take water."""
        return self.setup_s + litres / self.flow_l_per_min[site] * 60.0


class LegWriter:
    """Writes the legs of one tour, one after the other."""

    def __init__(self, stops: Stops, work: CartWork) -> None:
        self._stops, self._work = stops, work
        self._legs: list[Leg] = []
        self._clock_s = 0.0
        self._turn_s = 0.0
        self._tank_l = work.tank_l

    def drive(self, origin: int, destination: int) -> None:
        """Add the way between two places, a leg for each road.

        Raises
        ------
        ValueError
            If no way leads there; the search for tours uses no such pair.
        """
        steps = self._stops.way(origin, destination, speed_kmh=self._work.drive_speed_kmh)
        if steps is None:
            message = f"no way from place {origin} to place {destination}"
            raise ValueError(message)
        self._drive(steps)

    def _drive(self, steps: Sequence[Step]) -> None:
        """Add driving, a leg for each row of the roads and direction."""
        streets = self._stops.streets
        group: list[Step] = []
        for step in steps:
            if step.to_m - step.from_m <= _TINY_M:
                self._turn_s += step.turn_s  # a turn alone lengthens what follows it
                continue
            if group and _road(streets, group[-1]) != _road(streets, step):
                self._add_drive(group)
                group = []
            group.append(step)
        if group:
            self._add_drive(group)

    def _add_drive(self, steps: list[Step]) -> None:
        """Add one leg of driving."""
        length = sum(step.to_m - step.from_m for step in steps)
        turns = sum(step.turn_s for step in steps)
        seconds = length / (self._work.drive_speed_kmh / 3.6) + turns
        row, is_forward = _road(self._stops.streets, steps[0])
        self._add(DRIVE, seconds, row, is_forward=is_forward, length=length, steps=steps)

    def spray(self, traversal: int, task: Task, mode: tuple[int, ...]) -> None:
        """Add a traversal: what of it is sprayed, and what is driven before and behind."""
        streets = self._stops.streets
        is_forward = bool(streets.is_forward[mode[0]])
        start = task.spray_from_m if is_forward else task.length_m - task.spray_to_m
        stop = start + task.spray_m
        walked, last = 0.0, -1
        before: list[Step] = []
        during: list[Step] = []
        behind: list[Step] = []
        for arc in mode:
            length = float(streets.arc_length_m[arc])
            turn = streets.turn_s(last, arc) if last >= 0 else 0.0
            for low, high, into in (
                (0.0, start - walked, before),
                (start - walked, stop - walked, during),
                (stop - walked, length, behind),
            ):
                begin, end = max(low, 0.0), min(high, length)
                if end - begin > _TINY_M:
                    into.append(Step(arc, begin, end, turn))
                    turn = 0.0
            walked, last = walked + length, arc
        self._drive(before)
        self._add_spray(traversal, task.section, during, is_forward=is_forward)
        self._drive(behind)

    def _add_spray(
        self, traversal: int, section: int, steps: list[Step], *, is_forward: bool
    ) -> None:
        """Add one leg of spraying."""
        length = sum(step.to_m - step.from_m for step in steps)
        turns = sum(step.turn_s for step in steps)
        litres = length * self._work.spray_l_per_m
        self._tank_l -= litres
        self._add(
            SPRAY, length / (self._work.spray_speed_kmh / 3.6) + turns,
            int(self._stops.streets.arc_row[steps[0].arc]),
            is_forward=is_forward, length=length, litres=litres, section=section,
            traversal=traversal, steps=steps,
        )  # fmt: skip

    def refill(self, site: int) -> None:
        """Add a refill up to a full tank; none where it is full."""
        litres = self._work.tank_l - self._tank_l
        if litres <= _TINY_M:
            return
        self._tank_l = self._work.tank_l
        self._add(REFILL, self._work.refill_s(site, litres), -1, litres=litres, site=site)

    def _add(  # noqa: PLR0913 - a leg has as many parts
        self,
        task: str,
        seconds: float,
        row: int,
        *,
        is_forward: bool = True,
        length: float = 0.0,
        litres: float = 0.0,
        section: int = -1,
        traversal: int = -1,
        site: int = -1,
        steps: Sequence[Step] = (),
    ) -> None:
        """Add a leg behind the others."""
        seconds, self._turn_s = seconds + self._turn_s, 0.0
        self._legs.append(
            Leg(
                task=task, offset_s=self._clock_s, duration_s=seconds, section=section,
                traversal=traversal, row=row, is_forward=is_forward, length_m=length,
                litres=litres, tank_l=self._tank_l, site=site, steps=tuple(steps),
            )
        )  # fmt: skip
        self._clock_s += seconds

    def finish(self) -> tuple[Leg, ...]:
        """Give the legs."""
        return tuple(self._legs)


def _road(streets: StreetGraph, step: Step) -> tuple[int, bool]:
    """Give the row of the roads and the direction of a step."""
    return int(streets.arc_row[step.arc]), bool(streets.is_forward[step.arc])


def leg_arrays(legs: Sequence[Leg]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give the traversals of legs, and when the spray of each begins and ends.

    Parameters
    ----------
    legs
        Of a tour.

    Returns
    -------
    traversals, begins_s, ends_s
        Since the start of the tour, shape (k,) each.
    """
    sprays = [leg for leg in legs if leg.task == SPRAY]
    begins = np.array([leg.offset_s for leg in sprays], dtype=np.float64)
    lasts = np.array([leg.duration_s for leg in sprays], dtype=np.float64)
    traversals = np.array([leg.traversal for leg in sprays], dtype=np.int64)
    return traversals, begins, begins + lasts
