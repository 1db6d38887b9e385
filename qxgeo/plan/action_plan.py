"""A whole action plan, and how to find things in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qxgeo.errors import Fault, PlanError, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from qxgeo.plan.kinds import SiteKind
    from qxgeo.plan.model import (
        Anomaly,
        InspectionRound,
        Measure,
        Parameter,
        Rule,
        Section,
        Selector,
        Target,
        Unit,
    )


def unknown(column: str, name: str, known: Iterable[str], *, file: str = "") -> Fault:
    """Say that `name` is not among the `known` words."""
    words = "、".join(known)
    return Fault(
        problem=Text(f"没有“{name}”", f'there is no "{name}"'),
        mend=Text(f"可用：{words}", f"known: {words}"),
        file=file,
        column=column,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionPlan:
    """A whole plan.

    Attributes
    ----------
    sha256
        Of the plan file's bytes.
    selectors
        Selectors that several rules share, by name.
    classes
        Columns whose words have an order, first the most urgent; each step lists its synonyms.
    site_kinds
        Kinds of sites that people apply for.
    """

    plan_id: str
    title: Text
    district_code: str
    year: int
    sha256: str
    units: tuple[Unit, ...]
    parameters: tuple[Parameter, ...]
    sections: tuple[Section, ...]
    measures: tuple[Measure, ...]
    rounds: tuple[InspectionRound, ...]
    anomalies: tuple[Anomaly, ...]
    selectors: Mapping[str, Selector]
    classes: Mapping[str, tuple[tuple[str, ...], ...]]
    site_kinds: tuple[SiteKind, ...] = ()

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule, in the order of the document."""
        return tuple(rule for measure in self.measures for rule in measure.rules)

    @property
    def targets(self) -> tuple[Target, ...]:
        """Every target, in the order of the document."""
        return tuple(target for section in self.sections for target in section.targets)

    def measure(self, measure_id: str) -> Measure:
        """Find a measure by its id.

        Parameters
        ----------
        measure_id
            Such as ``2.2.3``.

        Returns
        -------
        measure
            The measure of that id.

        Raises
        ------
        PlanError
            If there is none.
        """
        for one in self.measures:
            if one.measure_id == measure_id:
                return one
        known = (one.measure_id for one in self.measures)
        raise PlanError(unknown("measure", measure_id, known, file=self.plan_id))

    def rule(self, rule_id: str) -> Rule:
        """Find a rule by its id.

        Parameters
        ----------
        rule_id
            Such as ``2.2.3-c``.

        Returns
        -------
        rule
            The rule of that id.

        Raises
        ------
        PlanError
            If there is none.
        """
        for one in self.rules:
            if one.rule_id == rule_id:
                return one
        known = (one.rule_id for one in self.rules)
        raise PlanError(unknown("rule", rule_id, known, file=self.plan_id))

    def target(self, target_id: str) -> Target:
        """Find a target by its id.

        Parameters
        ----------
        target_id
            Such as ``2.2``.

        Returns
        -------
        target
            The target of that id.

        Raises
        ------
        PlanError
            If there is none.
        """
        for one in self.targets:
            if one.target_id == target_id:
                return one
        known = (one.target_id for one in self.targets)
        raise PlanError(unknown("target", target_id, known, file=self.plan_id))

    def parameter(self, parameter_id: str) -> Parameter:
        """Find an open parameter by its id.

        Parameters
        ----------
        parameter_id
            Such as ``near_school_m``.

        Returns
        -------
        parameter
            The parameter of that id.

        Raises
        ------
        PlanError
            If there is none.
        """
        for one in self.parameters:
            if one.parameter_id == parameter_id:
                return one
        known = (one.parameter_id for one in self.parameters)
        raise PlanError(unknown("parameter", parameter_id, known, file=self.plan_id))

    def unit(self, unit_id: str) -> Unit:
        """Find a unit by its id.

        Parameters
        ----------
        unit_id
            Such as ``qx-cgj``.

        Returns
        -------
        unit
            The unit of that id.

        Raises
        ------
        PlanError
            If there is none.
        """
        for one in self.units:
            if one.unit_id == unit_id:
                return one
        known = (one.unit_id for one in self.units)
        raise PlanError(unknown("unit", unit_id, known, file=self.plan_id))

    def find_unit(self, name: str) -> Unit:
        """Find a unit by any of its names.

        Parameters
        ----------
        name
            Its id, its name, an alias, or the code of the one township it stands for.

        Returns
        -------
        unit
            The unit so named.

        Raises
        ------
        PlanError
            If there is none.
        """
        for unit in self.units:
            if name in (unit.unit_id, unit.name, *unit.aliases) or unit.members == (name,):
                return unit
        known = (unit.name for unit in self.units)
        raise PlanError(unknown("unit", name, known, file=self.plan_id))
