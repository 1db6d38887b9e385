"""One call: everything uncertain changed in turn, and what each change does."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from qxgeo.errors import Text
from qxgeo.siting.candidates import check_entrances, check_places
from qxgeo.siting.kinds import find_kind, read_plan_of
from qxgeo.siting.sensitivity.differences import (
    describe_base,
    describe_scenario,
    list_changes,
    list_flips,
    list_ground,
    list_roads,
    list_rule_ground,
    rank_scenarios,
)
from qxgeo.siting.sensitivity.model import (
    BASE,
    GROUND_CHANGE_COLUMNS,
    Case,
    NotTried,
    Outcome,
    Scenario,
    Sensitivity,
)
from qxgeo.siting.sensitivity.outcome import work_out
from qxgeo.siting.sensitivity.play import find_play, layers_in_play
from qxgeo.siting.sensitivity.readings import try_readings, try_road_classes
from qxgeo.siting.sensitivity.trials import (
    Trials,
    check_trials,
    try_datums,
    try_errors,
    try_parameters,
    try_radii,
)
from qxgeo.siting.verdict import check_sites, place_accuracy_m

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from qxgeo.district import District
    from qxgeo.siting.model import SiteChecks
    from qxgeo.siting.sensitivity.play import Play

_TRIALS = (try_radii, try_parameters, try_errors, try_datums, try_road_classes, try_readings)


def how_sure(  # noqa: PLR0913 - one call, and each option is one thing that may be uncertain
    district: District,
    kind: str,
    places: gpd.GeoDataFrame,
    *,
    entrances: gpd.GeoDataFrame | None = None,
    accuracy_m: float | None = None,
    attributes: Mapping[str, Any] | None = None,
    radius_factors: Sequence[float] = (0.9, 1.1),
    radii_m: Mapping[str, Sequence[float]] | None = None,
    parameter_values: Mapping[str, Sequence[float]] | None = None,
    position_errors_m: Sequence[float] = (10, 50, 100),
    datum_mistakes: Sequence[str] = ("gcj02",),
    road_classes: Mapping[str, Sequence[str]] | None = None,
    readings: Sequence[str] | str = "all",
    progress: Callable[[str, int, int], None] | None = None,
) -> Sensitivity:
    """Change everything uncertain, one thing at a time, and say what each change does.

    Parameters
    ----------
    district
        Read and checked.
    kind
        Id, title or another word for a kind of the plan or of the district.
    places, entrances, accuracy_m
        As for `check_sites`.
    attributes
        What is known of a site anywhere on the ground, as for `eligible_area`.
    radius_factors
        Every radius of the rules in play is multiplied by each of them: the rules that look at the
        kind, and those on roads near stations.
    radii_m
        Further radii by rule, ground metres, such as ``{"4.1.4-f": [500, 2000]}``.
    parameter_values
        Numbers by open parameter, as if they were decided, such as ``{"near_school_m": [50]}``. One
        that nobody has set and none is listed for is among `not_tried`.
    position_errors_m
        The error of the places, and of each layer that is measured to or judged, is set to each of
        them, ground metres. Verdicts nearer to a limit than the errors are too close to call.
    datum_mistakes
        ``gcj02`` or ``bd09``: the positions of the places, and of each layer, are taken to have
        been given in it and read as WGS 84; of a layer that was converted from it, the other way
        round.
    road_classes
        Further lists of road classes by title: the roads that count. The plan's own alternatives
        are among the readings.
    readings
        ``all``, or the ids of the ambiguities that are switched to each of their other readings.
    progress
        Called with the id of the scenario in hand, how many are done and how many there are.

    Returns
    -------
    sensitivity
        Tables of what changes, and what could not be tried; the same for the same input.

    Raises
    ------
    InputError
        If there is no such kind, or an option names what is not in play or is no number.
    SchemaError
        If a place or an entrance cannot be judged, see `check_sites`.
    """
    plan = read_plan_of(district)
    found = find_kind(district, plan, kind)
    table = check_places(places)
    base = Case(
        district=district,
        plan=plan,
        places=table,
        entrances=check_entrances(entrances, table),
        accuracy_m=place_accuracy_m(district, plan, accuracy_m),
    )
    play = find_play(found, plan, district)
    trials = Trials(
        radius_factors=radius_factors,
        radii_m=radii_m or {},
        parameter_values=parameter_values or {},
        position_errors_m=position_errors_m,
        datum_mistakes=datum_mistakes,
        road_classes=road_classes or {},
        readings=readings,
    )
    check_trials(trials, play, base)
    scenarios, not_tried = list_scenarios(trials, play, base)
    checks = check_sites(district, kind, places, entrances=entrances, accuracy_m=accuracy_m)
    known = {name: one for name, one in (attributes or {}).items() if one is not None}
    study = _Study(base, play, known)
    for number, scenario in enumerate(scenarios):
        if progress is not None:
            progress(scenario.scenario_id, number, len(scenarios))
        study.add(scenario)
    return study.finish(checks, tuple(not_tried))


def list_scenarios(trials: Trials, play: Play, base: Case) -> tuple[list[Scenario], list[NotTried]]:
    """List everything that is to be changed, and what cannot be.

    Parameters
    ----------
    trials, play, base
        What to try, on what.

    Returns
    -------
    scenarios, not_tried
        In the order radius, open number, error, datum, roads, reading.
    """
    found = [one for trial in _TRIALS for one in trial(trials, play, base)]
    return (
        [one for one in found if isinstance(one, Scenario)],
        [one for one in found if isinstance(one, NotTried)],
    )


class _Study:
    """The tables as they grow, scenario by scenario; outcomes are not kept.

    Parameters
    ----------
    base, play
        What is changed, and the rules in play.
    attributes
        What is known of a site anywhere on the ground.
    """

    def __init__(self, base: Case, play: Play, attributes: Mapping[str, Any]) -> None:
        self._base, self._play, self._attributes = base, play, attributes
        self._outcome: Outcome = work_out(base, play, attributes=attributes)
        self._rows = [describe_base(base, self._outcome)]
        self._tables: dict[str, list[tuple[str, Any]]] = {
            "sites": [(BASE, list_flips(BASE, base.places, self._outcome, self._outcome))],
            "changes": [(BASE, list_changes(BASE, self._outcome, self._outcome))],
            "ground": [(BASE, list_ground(BASE, self._outcome, self._outcome))],
            "rule_ground": [(BASE, list_rule_ground(BASE, self._outcome, self._outcome))],
            "roads": [(BASE, list_roads(BASE, self._outcome, self._outcome))],
        }

    def add(self, scenario: Scenario) -> None:
        """Work out one scenario and write down what it changes."""
        before, name = self._outcome, scenario.scenario_id
        after = work_out(
            scenario.case, self._play, attributes=self._attributes, known=(self._base, before)
        )
        flips = list_flips(name, self._base.places, before, after)
        changes = list_changes(name, before, after)
        ground = list_ground(name, before, after)
        self._rows.append(describe_scenario(scenario, flips, changes, ground, after, self._rows[0]))
        self._tables["sites"].append((name, flips))
        self._tables["changes"].append((name, changes))
        self._tables["ground"].append((name, ground))
        self._tables["rule_ground"].append((name, list_rule_ground(name, before, after)))
        self._tables["roads"].append((name, list_roads(name, before, after)))

    def finish(self, checks: SiteChecks, not_tried: tuple[NotTried, ...]) -> Sensitivity:
        """Put everything in the order of effect."""
        scenarios = rank_scenarios(self._rows)
        order = scenarios["scenario_id"].tolist()
        changes = self._join("changes", order)
        layers = self._base.district.layers
        return Sensitivity(
            checks=checks,
            scenarios=scenarios,
            sites=self._join("sites", order),
            changes=gpd.GeoDataFrame(
                changes[[*GROUND_CHANGE_COLUMNS, "geometry"]], geometry="geometry", crs="EPSG:4326"
            ),
            ground=self._join("ground", order),
            rule_ground=self._join("rule_ground", order),
            roads=self._join("roads", order),
            not_tried=not_tried,
            notes=_list_notes(self._outcome, self._play),
            is_demo=any(layers[one].is_demo for one in layers_in_play(self._play, self._base)),
        )

    def _join(self, name: str, order: Sequence[str]) -> pd.DataFrame:
        """Join one kind of table in the order of the scenarios."""
        by_id = dict(self._tables[name])
        full = [by_id[one] for one in order if len(by_id[one])]
        joined: pd.DataFrame = pd.concat(full or [by_id[BASE]], ignore_index=True)
        return joined


def _list_notes(outcome: Outcome, play: Play) -> tuple[Text, ...]:
    """Say what the numbers leave out."""
    off_ground = [one for one in play.site_rules if one not in outcome.marks]
    conditional = [name for name, one in outcome.marks.items() if not one.is_drawn]
    measured = [name for name, km in outcome.roads.items() if not isnan(km[0])]
    told = [
        (
            off_ground,
            "面积不含 {}：缺数字、图层或属性，看出入口，或不限制用地",
            "areas leave out {}: it lacks a number, a layer or an attribute, or limits no ground",
        ),
        (
            conditional,
            "面积上的结论不含 {}：取决于尚未给出的属性（attributes）",
            "verdicts on the ground leave out {}: an attribute that was not given decides",
        ),
        (
            measured,
            "道路里程为 {} 之和：同一段路负两项任务的计两次",
            "kilometres of road are the sum over {}: a metre under two duties counts twice",
        ),
    ]
    notes = [
        Text(zh.format("、".join(names)), en.format(", ".join(names)))
        for names, zh, en in told
        if names
    ]
    if not measured:
        notes.append(Text("没有可量的道路图层，未计道路里程", "no road could be measured"))
    return tuple(notes)
