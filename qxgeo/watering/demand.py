"""Roads to be kept wet, from the findings of the main job, as sections to be driven."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from qxgeo.errors import Text
from qxgeo.vocabulary import Verdict
from qxgeo.watering.stretches import Stretch, cut_row

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from numpy.typing import NDArray

    from qxgeo.assess import Assessment
    from qxgeo.district import District
    from qxgeo.district.watering_settings import WateringSettings
    from qxgeo.plan import ActionPlan
    from qxgeo.watering.streets import StreetGraph

    Floats = NDArray[np.float64]

Road: TypeAlias = "dict[Hashable, Any]"  # a row of the roads without its line
_NO = frozenset(("否", "不洒", "no", "false", "0"))
PAGE = "keep_wet"
EFFECT = "oblige"
OUTSIDE = "outside_district"
CLIP_ONLY = "clip-only"  # the reading of a plan by which only what lies inside is served
_LANE_M = 3.5  # lane of an urban road, CJJ 37-2012, table 5.3.1 (3.25 to 3.75)
_SHORT_M = 0.01  # a shorter overlap is a point where two pieces touch


class Piece(NamedTuple):
    """What one rule requires of a road on the ground of one township."""

    rule_id: str
    township_id: str
    township_name: str
    length_m: float
    radius_m: float
    distance_m: float
    geometry: shapely.Geometry


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """One traversal of a section with the spray on.

    Attributes
    ----------
    section
        Position in the sections.
    modes
        The arcs to be driven, one row of arcs for each direction that will do.
    spray_from_m, spray_to_m
        Metres along the stretch, as drawn, between which it sprays.
    length_m
        Of the stretch.
    """

    section: int
    modes: tuple[tuple[int, ...], ...]
    spray_from_m: float
    spray_to_m: float
    length_m: float

    @property
    def spray_m(self) -> float:
        """Metres sprayed."""
        return self.spray_to_m - self.spray_from_m


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """What has to be kept wet.

    Attributes
    ----------
    sections
        Columns of `columns.SECTION_COLUMNS` up to ``is_long_for_tank``, and ``urgency`` (rank by
        the strength of the rule, then by the distance to a station; 0 first), line geometry.
    tasks
        Traversals, by section.
    problems
        What could not be placed or was left out, and why.
    """

    sections: gpd.GeoDataFrame
    tasks: tuple[Task, ...]
    problems: tuple[Text, ...]


def wet_rules(plan: ActionPlan, *, is_warning_day: bool) -> tuple[str, ...]:
    """List the rules by which roads have to be kept wet on a day.

    Parameters
    ----------
    plan
        With the district's readings applied.
    is_warning_day
        Whether a pollution warning is in force.

    Returns
    -------
    rule_ids
        In the order of the plan.
    """
    return tuple(
        rule.rule_id
        for rule in plan.rules
        if rule.page == PAGE
        and rule.effect == EFFECT
        and (is_warning_day or not rule.only_on_warning_days)
    )


def find_demand(
    assessment: Assessment,
    district: District,
    streets: StreetGraph,
    settings: WateringSettings,
    *,
    spray_width_m: float,
    tank_m: float,
) -> Demand:
    """Find the sections to keep wet and the traversals that wet them once.

    Parameters
    ----------
    assessment
        Of the district on the day.
    district
        With the layer ``roads``.
    streets
        Of the same roads.
    settings
        Whether whole sections are served, widths, the longest section.
    spray_width_m
        Of the narrowest cart: a wider road needs several traversals.
    tank_m
        Metres that a full tank of the smallest cart sprays: a longer stretch is parted.

    Returns
    -------
    demand
        The ground of the neighbours is left out, as it is theirs to wet.
    """
    rules = wet_rules(assessment.plan, is_warning_day=district.warning_day)
    found = assessment.findings
    is_wet = (
        found["rule_id"].isin(list(rules))
        & (found["verdict"] == Verdict.APPLIES)
        & (found["township_id"] != OUTSIDE)
        & (found["length_m"] > _SHORT_M)
    )
    pieces = found[is_wet]
    roads = district.layers["roads"].table
    row_of = {str(name): row for row, name in enumerate(roads["section_id"])}
    known = pieces["subject_id"].isin(list(row_of))
    problems = _unknown_subjects(pieces[~known])
    is_clipped = settings.serve == "clip" or CLIP_ONLY in _choices(assessment.plan, district, rules)
    records = roads.drop(columns="geometry").astype(object).to_dict("records")
    longest_m = min(settings.number("longest_section_m"), tank_m)
    builder = _Builder(roads, settings, streets, spray_width_m)
    for row, group in sorted(_by_row(pieces[known], row_of).items()):
        road = records[row]
        if _is_dry_by_choice(road):
            problems.append(_left_dry(road))
            continue
        stretches = cut_row(
            streets,
            row,
            np.array([piece.geometry for piece in group], dtype=object),
            is_clipped=is_clipped,
            longest_m=longest_m,
        )
        if not stretches:
            problems.append(_not_drivable(road))
        builder.add(road, group, stretches, tank_m)
    return builder.finish(assessment.plan, problems)


def _by_row(pieces: pd.DataFrame, row_of: dict[str, int]) -> dict[int, list[Piece]]:
    """Give what is required of each row of the roads."""
    columns = [pieces[name].astype(object) for name in Piece.__annotations__]
    found: dict[int, list[Piece]] = {}
    for subject, values in zip(pieces["subject_id"], zip(*columns, strict=True), strict=True):
        found.setdefault(row_of[str(subject)], []).append(Piece(*values))
    return found


def _choices(plan: ActionPlan, district: District, rules: Sequence[str]) -> set[str]:
    """Give the readings that the district chose for these rules."""
    questions = {one.ambiguity_id for name in rules for one in plan.rule(name).ambiguities}
    return {choice for question, choice in district.choices.items() if question in questions}


def _unknown_subjects(pieces: pd.DataFrame) -> list[Text]:
    """Name what is to be kept wet and is no road of the layer."""
    names = sorted({str(name) for name in pieces["subject_id"]})
    return [
        Text(
            f"{name} 应保持湿润，但道路图层中没有这一路段，未排作业",
            f"{name} is to be kept wet and is not in the layer of roads: not planned",
        )
        for name in names
    ]


def _is_dry_by_choice(road: Road) -> bool:
    """Tell whether the roads say themselves that a section is not to be watered."""
    return _text(road.get("watered")).casefold() in _NO


def _left_dry(road: Road) -> Text:
    """Say that a section is not watered by its own data."""
    name = road["section_id"]
    return Text(
        f"{name} 应保持湿润，但道路图层写明不洒水（watered），未排作业",
        f"{name} is to be kept wet, but the roads say it is not watered: not planned",
    )


def _not_drivable(road: Road) -> Text:
    """Say that no cart may drive on a section."""
    name = road["section_id"]
    return Text(
        f"{name} 应保持湿润，但机动车不能通行，洒水车到不了，未排作业",
        f"{name} is to be kept wet, but no vehicle may drive on it: not planned",
    )


class _Builder:
    """Gathers the sections and tasks."""

    def __init__(
        self,
        roads: gpd.GeoDataFrame,
        settings: WateringSettings,
        streets: StreetGraph,
        spray_width_m: float,
    ) -> None:
        self._settings, self._streets = settings, streets
        self._spray_width_m = spray_width_m
        self._columns = set(roads.columns)
        self._rows: list[dict[str, object]] = []
        self._tasks: list[Task] = []

    def add(self, road: Road, pieces: list[Piece], stretches: list[Stretch], tank_m: float) -> None:
        """Add the stretches of one row of the roads."""
        width = self._width_m(road)
        towns: dict[str, float] = {}
        for piece in pieces:
            towns[piece.township_id] = towns.get(piece.township_id, 0.0) + piece.length_m
        town = max(towns, key=lambda one: (towns[one], one))
        named = next(piece for piece in pieces if piece.township_id == town)
        rules = sorted({piece.rule_id for piece in pieces})
        measured = [piece.distance_m for piece in pieces if _number(piece.radius_m) > 0]
        for stretch in stretches:
            forward, backward = self._arcs(stretch)
            directions, passes, modes = self._traversals(forward, backward, width)
            section = len(self._rows)
            spray = stretch.spray_to_m - stretch.spray_from_m
            self._tasks += [
                Task(section, one, stretch.spray_from_m, stretch.spray_to_m, stretch.length_m)
                for one in modes
            ]
            self._rows.append(
                {
                    "section_id": str(road["section_id"]),
                    "road_name": _text(road.get("name")),
                    "road_class": _text(road.get("road_class")),
                    "township_id": str(town),
                    "township_name": str(named.township_name),
                    "rule_ids": ", ".join(rules),
                    "from_m": stretch.start_m + stretch.spray_from_m,
                    "to_m": stretch.start_m + stretch.spray_to_m,
                    "length_m": spray,
                    "width_m": width,
                    "passes": passes,
                    "directions": directions,
                    "litres": np.nan,
                    "interval_factor": self._factor(road),
                    "is_long_for_tank": stretch.is_parted and stretch.length_m > tank_m,
                    "distance_m": float(min(measured, default=np.inf)),
                    "geometry": shapely.LineString(stretch.lonlat),
                }
            )

    def _arcs(self, stretch: Stretch) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Give the arcs of a stretch each way, none where an edge is closed that way."""
        pairs = [self._streets.arcs_of_edge(edge) for edge in stretch.edges]
        forward = tuple(one for one, _ in pairs)
        backward = tuple(one for _, one in reversed(pairs))
        return (() if -1 in forward else forward), (() if -1 in backward else backward)

    def _traversals(
        self, forward: tuple[int, ...], backward: tuple[int, ...], width_m: float
    ) -> tuple[str, int, list[tuple[tuple[int, ...], ...]]]:
        """Say how often and which way a section is driven to be wetted once."""
        count = max(1, int(np.ceil(width_m / self._spray_width_m - 1e-9)))
        if not backward:
            return "forward", count, [(forward,)] * count
        if not forward:
            return "backward", count, [(backward,)] * count
        if count == 1:
            return "either", 1, [(forward, backward)]
        each = (count + 1) // 2
        return "both", 2 * each, [(forward,), (backward,)] * each

    def _width_m(self, road: Road) -> float:
        """Give the width to be wetted: as the roads say, by their lanes, by their class."""
        for column, factor in (("width_m", 1.0), ("width", 1.0), ("lanes", _LANE_M)):
            if column in self._columns:
                value = _number(road[column])
                if value > 0:
                    return value * factor
        widths = self._settings.widths_m
        kind = _text(road.get("road_class"))
        return widths.get(kind, widths["other"]).value

    def _factor(self, road: Road) -> float:
        """Give what the drying interval of a section is multiplied by."""
        value = _number(road.get("interval_factor"))
        return value if value > 0 else 1.0

    def finish(self, plan: ActionPlan, problems: list[Text]) -> Demand:
        """Give what was gathered, with the order in which it counts."""
        strengths = [rule.strength for rule in plan.rules]
        rank = {rule.rule_id: list(type(strengths[0])).index(rule.strength) for rule in plan.rules}
        table = pd.DataFrame(self._rows, columns=[*_COLUMNS, "distance_m", "geometry"])
        best = [min(rank[name] for name in names.split(", ")) for names in table["rule_ids"]]
        order = np.lexsort((table["section_id"], table["distance_m"], np.array(best, dtype=float)))
        urgency = np.empty(len(table), dtype=np.int64)
        urgency[order] = np.arange(len(table))
        sections = gpd.GeoDataFrame(
            table.drop(columns="distance_m").assign(urgency=urgency), geometry="geometry", crs=4326
        )
        return Demand(sections, tuple(self._tasks), tuple(problems))


_COLUMNS = (
    "section_id", "road_name", "road_class", "township_id", "township_name", "rule_ids", "from_m",
    "to_m", "length_m", "width_m", "passes", "directions", "litres", "interval_factor",
    "is_long_for_tank",
)  # fmt: skip


def _text(value: Any) -> str:  # noqa: ANN401 - a cell
    """Give a text, blank where it is missing."""
    return "" if value is None or bool(pd.isna(value)) else str(value)


def _number(value: Any) -> float:  # noqa: ANN401 - a cell
    """Give a number, NaN where there is none."""
    try:
        return float(_text(value))
    except ValueError:
        return np.nan
