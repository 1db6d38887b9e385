"""The ledger laid out for dispatch: rows by unit, roles of units in problems, choices of forms."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from qxgeo.errors import Text
from qxgeo.ledger.dispatch.turns import comes_round
from qxgeo.ledger.forms.columns import TITLES, columns_of
from qxgeo.ledger.forms.model import FormSheet
from qxgeo.ledger.rhythm.duties import ROLES, expand_unit
from qxgeo.ledger.words import ProblemStatus

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qxgeo.ledger.forms.model import FormColumn, FormRow, SheetKey
    from qxgeo.ledger.rulebook import ListRules, WorkRules
    from qxgeo.plan import ActionPlan

    Row = Mapping[str, Any]

OPEN_PROBLEMS = (ProblemStatus.OPEN, ProblemStatus.IN_PROGRESS, ProblemStatus.FALSE_RECTIFICATION)


@dataclass(frozen=True, kw_only=True)  # no slots: what is derived is kept
class Board:
    """Rows of the ledger with the plan and the rules by which they are handled.

    Attributes
    ----------
    tasks, problems, sites, inspections
        Rows as the ledger holds them, in the order of their ids.
    head_number
        Last entry of the ledger that the rows come from.
    """

    plan: ActionPlan
    rules: WorkRules
    list_rules: ListRules
    tasks: Sequence[Row]
    problems: Sequence[Row]
    sites: Sequence[Row] = ()
    inspections: Sequence[Row] = ()
    head_number: int = 0
    is_demo: bool = False

    @cached_property
    def unit_names(self) -> dict[str, str]:
        """Id to name of every unit that can act."""
        return {one: self.plan.unit(one).name for one in ledger_units(self.plan)}

    @cached_property
    def township_names(self) -> dict[str, str]:
        """Code to name of every township and area."""
        return {unit.members[0]: unit.name for unit in self.plan.units if len(unit.members) == 1}

    @cached_property
    def measure_roles(self) -> dict[str, dict[str, frozenset[str]]]:
        """Measure to role to the units that act in it, 各乡办 as the five."""
        return {
            measure.measure_id: {
                role: frozenset(
                    unit.unit_id
                    for named in getattr(measure, role)
                    for unit in expand_unit(self.plan, named)
                )
                for role in ROLES
            }
            for measure in self.plan.measures
        }

    @cached_property
    def working_tasks(self) -> tuple[Row, ...]:
        """Tasks that somebody works on: turns in place of what comes round."""
        turning = comes_round(self.plan)
        return tuple(
            one for one in self.tasks if one["turn"] is not None or one["measure_id"] not in turning
        )

    @cached_property
    def tasks_by_unit(self) -> dict[str, list[Row]]:
        """Tasks of each unit."""
        found: dict[str, list[Row]] = defaultdict(list)
        for task in self.working_tasks:
            found[task["unit_id"]].append(task)
        return found

    @cached_property
    def problems_by_unit(self) -> dict[str, list[Row]]:
        """Problems that each unit answers for."""
        found: dict[str, list[Row]] = defaultdict(list)
        for problem in self.problems:
            if problem["unit_id"] is not None:
                found[problem["unit_id"]].append(problem)
        return found

    def columns(self, key: SheetKey) -> tuple[FormColumn, ...]:
        """Give the columns of a list with the choices of the plan."""
        return columns_of(
            key,
            measures={m.measure_id: Text(m.measure_id, m.measure_id) for m in self.plan.measures},
            units={key: Text(name, name) for key, name in self.unit_names.items()},
            townships={key: Text(name, name) for key, name in self.township_names.items()},
            items=self.list_rules.items,
        )

    def sheet(self, key: SheetKey, rows: Sequence[FormRow], *, empty_rows: int = 0) -> FormSheet:
        """Make a list of a form."""
        return FormSheet(
            key=key,
            title=TITLES[key],
            columns=self.columns(key),
            rows=tuple(rows),
            empty_rows=empty_rows,
        )


def ledger_units(plan: ActionPlan) -> tuple[str, ...]:
    """List the units that act in a plan.

    Parameters
    ----------
    plan
        The plan.

    Returns
    -------
    unit_ids
        In the order of the plan's units, 各乡办 as the five townships, each once.
    """
    acting = {
        unit.unit_id
        for measure in plan.measures
        for role in ROLES
        for named in getattr(measure, role)
        for unit in expand_unit(plan, named)
    }
    return tuple(unit.unit_id for unit in plan.units if unit.unit_id in acting)


def roles_in_problem(board: Board, problem: Row, unit_id: str) -> frozenset[str]:
    """Tell in which roles a unit stands to a problem.

    Parameters
    ----------
    board
        The ledger.
    problem
        Its row.
    unit_id
        The unit.

    Returns
    -------
    roles
        ``responsible`` where it answers for the problem, ``lead`` or ``cooperating`` where it has
        that role in the problem's measure; empty where the problem is none of its business.
    """
    roles = board.measure_roles.get(problem["measure_id"] or "", {})
    found = {role for role in ("lead", "cooperating") if unit_id in roles.get(role, ())}
    if problem["unit_id"] == unit_id:
        found.add("responsible")
    return frozenset(found)
