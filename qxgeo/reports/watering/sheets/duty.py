"""What a driver's sheet says, whichever way it is printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of a turn list.

    Attributes
    ----------
    number
        From 1.
    after
        Minutes from the start of the lap, in words.
    action
        Turn, start, refill or arrival in words.
    road
        Its name, or the refill point with litres.
    task
        ``spray``, ``drive``, ``refill`` or ``end``.
    length, tank
        Metres and litres left, in words; may be empty.
    """

    number: int
    after: str
    action: str
    road: str
    task: str
    length: str
    tank: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CartTour:
    """One tour of a cart.

    Attributes
    ----------
    tour
        Number in the plan.
    is_transfer
        Driven empty from one site to another: told in one paragraph, without a map.
    sprayed, driven
        Lines in the direction of travel, lon and lat.
    pins
        Step and its place: where spraying starts, where the tank is filled.
    """

    tour: int
    is_transfer: bool
    title: str
    lines: tuple[str, ...]
    steps: tuple[Step, ...]
    sprayed: tuple[Floats, ...]
    driven: tuple[Floats, ...]
    pins: tuple[tuple[int, float, float], ...]
    depot: tuple[float, float] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CartDuty:
    """One cart's sheet, in one language.

    Attributes
    ----------
    banner
        Non-empty for demonstration data; stands on every page.
    facts
        Name and text of what is to be known of the cart and the day.
    quotes
        Rule and clause.
    drivers
        Name, phone, shift, break of each.
    runs
        From, to, what, driver.
    """

    lang: str
    district: str
    plan_title: str
    day: date
    cart_id: str
    company: str
    banner: str
    caveat: str
    facts: tuple[tuple[str, str], ...]
    quotes: tuple[tuple[str, str], ...]
    drivers: tuple[tuple[str, str, str, str], ...]
    runs: tuple[tuple[str, str, str, str], ...]
    tours: tuple[CartTour, ...]
    notes: tuple[str, ...]

    def texts(self) -> Iterator[str]:
        """Go through everything from data that is written on the sheet."""
        yield from (self.district, self.plan_title, self.cart_id, self.company, self.banner)
        yield from (self.caveat, *self.notes)
        for pair in (*self.facts, *self.quotes):
            yield from pair
        for row in (*self.drivers, *self.runs):
            yield from row
        for tour in self.tours:
            yield from (tour.title, *tour.lines)
            for step in tour.steps:
                yield from (step.action, step.road)
