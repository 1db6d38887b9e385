"""What a ledger holds from the start: tasks of the plan, sites and people of the district."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from qxgeo.district.people import place_people
from qxgeo.errors import LedgerError
from qxgeo.ledger.history import Change, Source, make_id
from qxgeo.ledger.rhythm.duties import expand_unit
from qxgeo.ledger.words import TaskStatus
from qxgeo.schemas import LAYERS
from qxgeo.vocabulary import NO_TOWNSHIP, OUTSIDE_DISTRICT

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd

    from qxgeo.district import District, Layer
    from qxgeo.plan import ActionPlan, Measure

# Layers whose rows are things that the plan has somebody list, look after or mend.
INVENTORY_LAYERS = (
    *("auto_repair", "inspection_agencies", "catering", "barbecue", "petrol_stations", "machines"),
    *("construction_waste", "heavy_truck_yards", "freight_sites", "piers", "bare_ground"),
    *("damaged_roads", "burning_points"),
)
_ROLES = ("lead", "cooperating", "responsible")
_DUTY = "网格员"
_COLUMNS = ("name", "address", "status", "phone", "contact")


def plan_changes(plan: ActionPlan) -> tuple[Change, ...]:
    """List the tasks of a plan: a measure, a role, a unit.

    Parameters
    ----------
    plan
        The plan.

    Returns
    -------
    changes
        In the order of the document. 各乡办 becomes its five townships, and 华侨旅游经济区 stands
        beside them; what comes round has its turns in rows of their own later on.
    """
    changes = []
    for measure in plan.measures:
        for role in _ROLES:
            acting: dict[str, str] = {}
            for named in getattr(measure, role):
                for unit in expand_unit(plan, named):
                    acting.setdefault(unit.unit_id, named)
            for unit_id, named in acting.items():
                key = (measure.measure_id, role, unit_id)
                values = _task(plan, measure, unit_id, named) | {"role": role}
                source = Source(file=plan.plan_id)
                row_id = task_id(*key)
                changes.append(
                    Change(table="tasks", row_id=row_id, values=values, source=source, based_on=0)
                )
    return tuple(changes)


def task_id(measure_id: str, role: str, unit_id: str, turn: str = "") -> str:
    """Give the id of a task.

    Parameters
    ----------
    measure_id, role, unit_id
        What tells it apart.
    turn
        Such as ``2023-W24``, blank for what is done once.

    Returns
    -------
    task_id
        The same each time.
    """
    return make_id("T", measure_id, role, unit_id, turn)


def _task(plan: ActionPlan, measure: Measure, unit_id: str, named: str) -> dict[str, Any]:
    """Write the row of a task as the plan gives it."""
    deadline, rhythm = measure.deadline, measure.rhythm
    unit = plan.unit(unit_id).name
    as_written = plan.unit(named).name
    return {
        "measure_id": measure.measure_id,
        "unit_id": unit_id,
        "unit_name": unit,
        "as_written": as_written if as_written != unit else None,
        "text": measure.text,
        "due_on": None if deadline is None else deadline.date,
        "earliest_due_on": None if deadline is None else deadline.earliest,
        "deadline_text": deadline.text if deadline else rhythm.text if rhythm else None,
        "every": None if rhythm is None else rhythm.every,
        "period": None if rhythm is None else rhythm.period,
        "trigger": measure.trigger,
        "status": TaskStatus.NOT_STARTED,
    }


def site_changes(district: District, plan: ActionPlan) -> tuple[Change, ...]:
    """List the sites of a district's inventory layers.

    Parameters
    ----------
    district
        Read and checked.
    plan
        Says which measures look at a layer.

    Returns
    -------
    changes
        By layer, then by the layer's own id. Position in EPSG:4326, of lines and areas a point
        on them; the township is the one the point lies in, `OUTSIDE_DISTRICT` and `NO_TOWNSHIP`
        where it is none.
    """
    changes: list[Change] = []
    for name in INVENTORY_LAYERS:
        if name in district.layers:
            changes.extend(_sites(district, plan, district.layers[name]))
    return tuple(changes)


def _sites(district: District, plan: ActionPlan, layer: Layer) -> Iterator[Change]:
    """Turn the rows of a layer into sites."""
    schema, table = LAYERS[layer.name], layer.table
    points = shapely.point_on_surface(table.geometry.to_numpy())
    townships = find_townships(district, points)
    measures = "、".join(
        measure.measure_id
        for measure in plan.measures
        if any(rule.subject.layer == layer.name for rule in measure.rules)
    )
    unit_of = {one.members[0]: one.unit_id for one in plan.units if len(one.members) == 1}
    plain = table.drop(columns=table.geometry.name).astype("object")
    for place, row in enumerate(plain.to_dict("records")):
        its_id, point = str(row.pop(schema.id_column)), points[place]
        is_placed = point is not None and not point.is_empty
        values = {name: _word(row.pop(name)) for name in _COLUMNS if name in row}
        values |= {
            "kind": layer.name,
            "lon": point.x if is_placed else None,
            "lat": point.y if is_placed else None,
            "accuracy_m": layer.accuracy_m,
            "township_id": townships[place],
            "unit_id": unit_of.get(townships[place]),
            "measure_ids": measures,
            "is_demo": "yes" if layer.is_demo else None,
            "details": {"layer_id": its_id, **row},
        }
        source = Source(file=layer.path.name, row=_row(layer, place))
        row_id = make_id("S", layer.name, its_id)
        yield Change(table="sites", row_id=row_id, values=values, source=source)


def _word(value: object) -> object:
    """Write what a layer holds in a column of text as text."""
    return value if value is None or value != value else str(value)  # noqa: PLR0124 - NaN alone


def find_townships(district: District, points: Any) -> list[str]:  # noqa: ANN401 - NumPy objects
    """Find the township of each point; of two that share a border, the one of the lower code.

    Parameters
    ----------
    district
        Its layers ``townships`` and ``boundary``.
    points
        Points in EPSG:4326, None where there is none, shape (n,).

    Returns
    -------
    township_ids
        `OUTSIDE_DISTRICT`, `NO_TOWNSHIP`, or "" for no point.
    """
    found = [""] * len(points)
    if "townships" in district.layers:
        table = district.layers["townships"].table.sort_values("township_id")
        for number, code in _containing(table, points):
            found[number] = found[number] or str(table["township_id"].iloc[code])
    inside = np.ones(len(points), dtype=bool)
    if "boundary" in district.layers:
        inside = np.zeros(len(points), dtype=bool)
        inside[[number for number, _ in _containing(district.layers["boundary"].table, points)]] = 1
    is_placed = [point is not None and not point.is_empty for point in points]
    return [
        code or ("" if not placed else NO_TOWNSHIP if within else OUTSIDE_DISTRICT)
        for code, placed, within in zip(found, is_placed, inside, strict=True)
    ]


def _containing(table: gpd.GeoDataFrame, points: Any) -> list[tuple[int, int]]:  # noqa: ANN401
    """Pair each point with the rows that hold it, in the order of the rows."""
    tree = shapely.STRtree(table.geometry.to_numpy())
    pairs = tree.query(points, predicate="intersects").T
    return sorted((int(number), int(row)) for number, row in pairs)


def _row(layer: Layer, place: int) -> int | None:
    """Give the row of the file, where the reader told it."""
    return int(layer.rows[place]) if layer.rows else None


def people_changes(district: District, plan: ActionPlan) -> tuple[Change, ...]:
    """List the people of the patrol's roster.

    Parameters
    ----------
    district
        Its layer ``grid_members``; without it there is nobody.
    plan
        Its units' aliases are understood as names of townships.

    Returns
    -------
    changes
        By the roster's own id.

    Raises
    ------
    LedgerError
        If the township of somebody is not known.
    """
    roster = district.layers.get("grid_members")
    if roster is None:
        return ()
    township_ids, faults = place_people(roster, district.layers.get("townships"), plan)
    if faults:
        raise LedgerError(faults)
    unit_of = {one.members[0]: one.unit_id for one in plan.units if len(one.members) == 1}
    table = roster.table.drop(columns=roster.table.geometry.name).astype("object")
    changes = []
    for place, row in enumerate(table.to_dict("records")):
        township_id, its_id = str(township_ids.iloc[place]), str(row.pop("person_id"))
        values = {
            "name": _word(row.pop("name")),
            "phone": _word(row.pop("phone", None)),
            "township_id": township_id,
            "unit_id": unit_of.get(township_id),
            "duty": _DUTY,
            "status": "absent" if row.pop("is_absent", False) is True else "active",
            "details": {"layer_id": its_id, **row},
        }
        source = Source(file=roster.path.name, row=_row(roster, place))
        row_id = make_id("R", its_id)
        changes.append(Change(table="people", row_id=row_id, values=values, source=source))
    return tuple(changes)
