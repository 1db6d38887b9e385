"""Every person's duty, gathered from a patrol's tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qxgeo.reports.patrol.answerable import list_units, quote_measures
from qxgeo.reports.patrol.sheets.duty import DutyCell, DutyPoint, PersonDuty
from qxgeo.reports.patrol.sheets.qr import navigation_uri
from qxgeo.reports.patrol.times import (
    DutyRoute,
    list_checks,
    list_days,
    list_routes,
    say_window,
)
from qxgeo.reports.patrol.wording import say, say_day, say_number
from qxgeo.vocabulary import DEMO_BANNER, NOT_LEGAL_BOUNDARY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import pandas as pd

    from qxgeo.patrol.model import Patrol

    Rows = Mapping[str, list[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ledger:
    """The patrol's tables as rows, found by person (or what the name says)."""

    names: Mapping[str, str]
    townships: Mapping[str, str]
    seasons: Mapping[str, str]
    risk_of: Mapping[str, str]
    cells: Rows
    points: Rows
    point_by_id: Rows
    shifts: Rows
    shifts_by_territory: Rows
    visits: Rows
    routes: Rows
    stops_by_route: Rows
    unserved: Rows
    unfilled_by_territory: Rows
    gained: Rows
    lost: Rows


def list_duties(patrol: Patrol, *, lang: str) -> tuple[PersonDuty, ...]:
    """Put every present person's duty together.

    Parameters
    ----------
    patrol
        The whole plan.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    duties
        Sorted by township and person; absent people have none.
    """
    ledger = _open_ledger(patrol, lang)
    present = patrol.people[~patrol.people["is_absent"]]
    ordered = present.sort_values(["township_id", "person_id"], kind="stable")
    return tuple(_tell_duty(person, patrol, ledger, lang) for person in ordered.itertuples())


def _open_ledger(patrol: Patrol, lang: str) -> _Ledger:
    """Index the tables once for all people."""
    schedule, routes, changes = patrol.schedule, patrol.routes, patrol.assignment.changes
    points = patrol.points.drop(columns="geometry").assign(
        lon=patrol.points.geometry.x, lat=patrol.points.geometry.y
    )
    cells = patrol.cells.drop(columns="geometry").sort_values("cell_id")
    townships = {m: u.name for u in patrol.plan.units if len(u.members) == 1 for m in u.members}
    layer = patrol.district.layers.get("townships")
    if layer is not None:
        townships |= dict(zip(layer.table["township_id"], layer.table["name"], strict=True))
    return _Ledger(
        names=dict(zip(patrol.people["person_id"], patrol.people["name"], strict=True)),
        townships=townships,
        seasons={s.season_id: s.name.in_language(lang) for s in patrol.settings.seasons},
        risk_of=dict(zip(cells["cell_id"], cells["risk_class"], strict=True)),
        cells=_rows_by(cells, "person_id"),
        points=_rows_by(points, "person_id"),
        point_by_id=_rows_by(points, "point_id"),
        shifts=_rows_by(schedule.shifts, "person_id"),
        shifts_by_territory=_rows_by(schedule.shifts, "territory_id"),
        visits=_rows_by(schedule.visits, "person_id"),
        routes=_rows_by(routes.routes.drop(columns="geometry"), "person_id"),
        stops_by_route=_rows_by(routes.stops.sort_values(["route_id", "order"]), "route_id"),
        unserved=_rows_by(routes.unserved, "person_id"),
        unfilled_by_territory=_rows_by(schedule.unfilled, "territory_id"),
        gained=_rows_by(changes, "to_person_id"),
        lost=_rows_by(changes, "from_person_id"),
    )


def _rows_by(table: pd.DataFrame, key: str) -> dict[str, list[Any]]:
    """Sort a table's rows into lists by a key."""
    rows: dict[str, list[Any]] = {}
    for row in table.itertuples(index=False, name="Row"):
        rows.setdefault(str(getattr(row, key)), []).append(row)
    return rows


def _tell_duty(person: Any, patrol: Patrol, ledger: _Ledger, lang: str) -> PersonDuty:  # noqa: ANN401  # a row of the table
    """Put one person's duty together."""
    key, schedule, district = str(person.person_id), patrol.schedule, patrol.district
    cells = _list_cells(ledger.cells.get(key, []))
    points = _list_points(key, patrol, ledger, lang)
    routes, notes = _tell_routes(key, points, ledger, lang)
    relieved = [s for s in ledger.shifts_by_territory.get(key, []) if s.person_id != key]
    return PersonDuty(
        lang=lang,
        district_code=district.code,
        district=district.name.in_language(lang),
        plan_title=patrol.plan.title.in_language(lang),
        person_id=key,
        name=str(person.name),
        township_id=str(person.township_id),
        township=ledger.townships.get(person.township_id, str(person.township_id)),
        phone=str(person.phone),
        as_of=district.as_of,
        first_day=schedule.first_day,
        last_day=schedule.last_day,
        banner=DEMO_BANNER.in_language(lang) if patrol.is_demo else "",
        caveat=NOT_LEGAL_BOUNDARY.in_language(lang) if patrol.is_approximate else "",
        scope=_tell_scope(cells, points, ledger.cells.get(key, []), lang),
        quotes=quote_measures(patrol.plan, lang=lang),
        units=list_units(
            patrol.plan, patrol.settings.phones, township_id=str(person.township_id), lang=lang
        ),
        cells=cells,
        points=points,
        days=list_days(
            [*ledger.shifts.get(key, []), *relieved],
            schedule,
            person_id=key,
            names=ledger.names,
            seasons=ledger.seasons,
            lang=lang,
        ),
        routes=routes,
        changes=_tell_changes(key, cells, patrol, ledger, lang),
        notes=(
            *notes,
            *_tell_unfilled(ledger.unfilled_by_territory.get(key, []), ledger.names, lang),
        ),
    )


def _list_cells(rows: list[Any]) -> tuple[DutyCell, ...]:
    """Give the cells numbers in the order of their codes."""
    return tuple(
        DutyCell(
            number=number,
            cell_id=row.cell_id,
            risk_class=row.risk_class,
            visits_per_week=float(row.visits_per_week),
            area_m2=float(row.area_m2),
        )
        for number, row in enumerate(rows, start=1)
    )


def _tell_scope(
    cells: tuple[DutyCell, ...], points: tuple[DutyPoint, ...], rows: list[Any], lang: str
) -> str:
    """Say in a line how much there is."""
    return say(
        "scope_line",
        lang,
        cells=len(cells),
        area=say_number(sum(cell.area_m2 for cell in cells) / 1e6, 2),
        points=sum(not point.stand_in_for for point in points),
        hours=say_number(sum(row.load_min for row in rows) / 60),
    )


def _list_points(key: str, patrol: Patrol, ledger: _Ledger, lang: str) -> tuple[DutyPoint, ...]:
    """Give numbers to the person's points, then those visited for somebody else."""
    visits: dict[str, list[Any]] = {}
    for visit in ledger.visits.get(key, []):
        visits.setdefault(visit.point_id, []).append(visit)
    own = sorted(ledger.points.get(key, []), key=lambda row: str(row.point_id))
    others = [
        ledger.point_by_id[point_id][0]
        for point_id in sorted(visits.keys() - {row.point_id for row in own})
        if point_id in ledger.point_by_id
    ]
    return tuple(
        _tell_point(
            number,
            row,
            visits.get(row.point_id, []),
            owner="" if number <= len(own) else ledger.names.get(row.person_id, row.person_id),
            level=row.risk_level or ledger.risk_of.get(row.cell_id, ""),
            patrol=patrol,
            lang=lang,
        )
        for number, row in enumerate([*own, *others], start=1)
    )


def _tell_point(
    number: int,
    row: Any,  # noqa: ANN401  # a row of the table
    visits: list[Any],
    *,
    owner: str,
    level: str,
    patrol: Patrol,
    lang: str,
) -> DutyPoint:
    """Put one point into words."""
    facts = [str(row.kind)] if row.kind else []
    if level:
        facts.append(say("risk_legend", lang, level=say(level, lang)))
    facts.append(say("per_week", lang, visits=say_number(row.visits_per_week)))
    facts.append(say("minutes", lang, minutes=say_number(row.service_min, 0)))
    hours = dict.fromkeys(
        sorted((visit.window_start_min, visit.window_end_min) for visit in visits)
    )
    comma = ", " if lang == "en" else "、"
    return DutyPoint(
        number=number,
        point_id=str(row.point_id),
        name=str(row.name) or str(row.point_id),
        address=str(row.address),
        facts=tuple(facts),
        windows=comma.join(say_window(start, end) for start, end in hours),
        lon=float(row.lon),
        lat=float(row.lat),
        uri=navigation_uri(row.lon, row.lat, f"{number} {row.name or row.point_id}"),
        checks=list_checks(
            visits,
            visits_per_week=0.0 if owner else row.visits_per_week,
            schedule=patrol.schedule,
            lang=lang,
        ),
        stand_in_for=owner,
    )


def _tell_routes(
    key: str, points: tuple[DutyPoint, ...], ledger: _Ledger, lang: str
) -> tuple[tuple[DutyRoute, ...], list[str]]:
    """Tell the person's routes, and the points that no route reaches."""
    labels = {point.point_id: f"{point.number}号{point.name}" for point in points}
    if lang == "en":
        labels = {point.point_id: f"{point.number} {point.name}" for point in points}
    routes, left_out = list_routes(
        ledger.routes.get(key, []), ledger.stops_by_route, labels, lang=lang
    )
    notes = [say("more_routes", lang, count=left_out)] if left_out else []
    for row in ledger.unserved.get(key, []):
        reason = row.reason_en if lang == "en" else row.reason_zh
        point = labels.get(row.point_id, row.point_id)
        day = say_day(row.day, lang)
        notes.append(say("unserved_line", lang, day=day, point=point, reason=reason))
    return routes, notes


def _tell_unfilled(rows: list[Any], names: Mapping[str, str], lang: str) -> list[str]:
    """Tell the hours in which nobody patrols the person's territory, days alike in one line."""
    days: dict[tuple[str, str], list[date]] = {}
    for row in sorted(rows, key=lambda row: (row.start_min, row.end_min, row.day)):
        reason = _name_first(row.reason_en if lang == "en" else row.reason_zh, names)
        days.setdefault((say_window(row.start_min, row.end_min), reason), []).append(row.day)
    comma = ", " if lang == "en" else "、"
    return [
        say(
            "unfilled_line",
            lang,
            window=window,
            reason=reason,
            days=comma.join(say_day(day, lang) for day in found),
            count=len(found),
        )
        for (window, reason), found in days.items()
    ]


def _name_first(reason: str, names: Mapping[str, str]) -> str:
    """Write a name where a reason begins with somebody's id."""
    key, space, rest = reason.partition(" ")
    return f"{names[key]}{space}{rest}" if space and names.get(key) else reason


def _tell_changes(
    key: str, cells: tuple[DutyCell, ...], patrol: Patrol, ledger: _Ledger, lang: str
) -> tuple[str, ...]:
    """Tell which cells the person gained and lost, from or to whom and why."""
    if patrol.assignment.is_first:
        return (say("first_time", lang),)
    if patrol.assignment.changes.empty:
        return (say("same_as_before", lang),)
    numbers = {cell.cell_id: cell.number for cell in cells}
    lines = []
    for word, rows in (("gained", ledger.gained), ("lost", ledger.lost)):
        for row in sorted(rows.get(key, []), key=lambda r: str(r.cell_id)):
            other = row.from_person_id if word == "gained" else row.to_person_id
            name = ledger.names.get(other, other) or say("nobody", lang)
            reason = row.reason_en if lang == "en" else row.reason_zh
            number = numbers.get(row.cell_id, "")
            lines.append(say(word, lang, number=number, cell=row.cell_id, name=name, reason=reason))
    return tuple(lines) or (say("nothing_for_you", lang),)
