"""What a person's sheet says, whichever way it is printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from qxgeo.reports.patrol.answerable import Quote, UnitLine
    from qxgeo.reports.patrol.times import DutyDay, DutyRoute


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyCell:
    """One of the person's cells.

    Attributes
    ----------
    number
        On the map, from 1.
    """

    number: int
    cell_id: str
    risk_class: str
    visits_per_week: float
    area_m2: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyPoint:
    """One point that the person visits.

    Attributes
    ----------
    number
        On the map, from 1.
    facts
        Kind, risk, visits and minutes in words.
    windows
        Hours in which it is visited, in words; may be empty.
    uri
        Opens navigation, states its datum.
    checks
        Labels of the check boxes.
    stand_in_for
        Name of its owner where another person's, else empty.
    """

    number: int
    point_id: str
    name: str
    address: str
    facts: tuple[str, ...]
    windows: str
    lon: float
    lat: float
    uri: str
    checks: tuple[str, ...]
    stand_in_for: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDuty:
    """One person's sheet, in one language.

    Attributes
    ----------
    phone
        The person's own, the only one of a person on the sheet; empty where not given.
    banner
        Non-empty for demonstration data; stands on every page.
    caveat
        Non-empty where boundaries are approximate.
    days
        Every day of the period, or none where there is no shift.
    changes
        What changed hands since last time, in words; at least one line.
    notes
        What cannot be done, and why.
    """

    lang: str
    district_code: str
    district: str
    plan_title: str
    person_id: str
    name: str
    township_id: str
    township: str
    phone: str
    as_of: date
    first_day: date
    last_day: date
    banner: str
    caveat: str
    scope: str
    quotes: tuple[Quote, ...]
    units: tuple[UnitLine, ...]
    cells: tuple[DutyCell, ...]
    points: tuple[DutyPoint, ...]
    days: tuple[DutyDay, ...]
    routes: tuple[DutyRoute, ...]
    changes: tuple[str, ...]
    notes: tuple[str, ...]

    def texts(self) -> Iterator[str]:
        """Go through everything from data that is written on the sheet."""
        yield from (self.district, self.plan_title, self.person_id, self.name, self.township)
        yield from (self.phone, self.banner, self.caveat, self.scope, *self.changes, *self.notes)
        for quote in self.quotes:
            yield from (quote.measure_id, quote.text, quote.gist)
        for unit in self.units:
            yield from (unit.name, unit.role, unit.phone)
        for cell in self.cells:
            yield cell.cell_id
        for point in self.points:
            yield from (point.name, point.address, point.windows, point.stand_in_for)
            yield from (*point.facts, *point.checks)
        for day in self.days:
            yield from (day.season, *day.lines)
        for route in self.routes:
            yield from (route.title, route.text)
