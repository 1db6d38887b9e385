"""Which road an entrance opens on, and what the rule says of that road."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np
import shapely

from qxgeo.geodesy import SAME_DISTANCE_M, Gathered, disc_boxes, nearest_feature, pair_distances_m
from qxgeo.rules.conditions import YES, evaluate_condition
from qxgeo.rules.road_names import plain_road_names
from qxgeo.rules.scene import blank_means_no
from qxgeo.schemas import LAYERS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from qxgeo.plan import Rule, Selector
    from qxgeo.rules.scene import Scene

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Words = NDArray[np.object_]


class Answer(IntEnum):
    """What a frontage rule says of a road, the most binding first."""

    PROHIBITED = 0
    DOUBTFUL = 1
    NO_CLASS = 2
    ALLOWED = 3


# Answers that come to the same verdict: between their roads nobody has to choose.
_SAME_VERDICT = ((Answer.PROHIBITED,), (Answer.DOUBTFUL, Answer.NO_CLASS), (Answer.ALLOWED,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Roads:
    """Road sections that an entrance can open on, in order of their ids; arrays of shape (m,).

    Attributes
    ----------
    shapes
        EPSG:4326.
    names, plain_names
        As written, and made comparable; "" where a section has none.
    grades, kinds
        Official grade and road class, "" where there is none.
    classes
        The grade where there is one, else the class.
    answers
        `Answer`.
    """

    shapes: NDArray[np.object_]
    section_ids: NDArray[np.object_]
    names: NDArray[np.object_]
    plain_names: NDArray[np.object_]
    grades: NDArray[np.object_]
    kinds: NDArray[np.object_]
    classes: NDArray[np.object_]
    answers: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Openings:
    """Where entrances open; arrays of shape (n,).

    Attributes
    ----------
    road, distance_m
        Row of the road in `Roads` and ground metres to it; of an entrance without a match, the
        nearest road. -1 and infinite where there is no road at all.
    rival, rival_m
        Nearest road under another verdict that may as well be the one, and ground metres to it;
        -1 and infinite where there is none.
    is_matched
        Whether the entrance has a road within the tolerance, and the one that it names if it does.
    is_named
        Whether the name decided.
    """

    road: NDArray[np.int64]
    distance_m: NDArray[np.float64]
    rival: NDArray[np.int64]
    rival_m: NDArray[np.float64]
    is_matched: NDArray[np.bool_]
    is_named: NDArray[np.bool_]


def list_roads(rule: Rule, scene: Scene) -> Roads:
    """List the roads of a frontage rule with what it says of each.

    Parameters
    ----------
    rule
        Of kind ``frontage``.
    scene
        The district.

    Returns
    -------
    roads
        Main roads are prohibited whatever else is said of them. A class that nobody wrote down, or
        that is no word of the plan's classes, is unknown, never a side street.

    Raises
    ------
    ValueError
        If the plan loader let a rule without `among` or `reference` through.
    """
    if rule.among is None or rule.reference is None:
        message = f"{rule.rule_id}: a frontage rule needs among and reference"
        raise ValueError(message)
    table, _ = scene.select(rule.among)
    grades, kinds = column_words(table, "official_grade"), column_words(table, "road_class")
    names = column_words(table, "name")
    classes = np.where(grades == "", kinds, grades).astype(object)
    is_main, is_doubtful = _ask(table, rule.reference), _ask(table, rule.doubtful)
    is_open = np.isnan(is_main) | np.isnan(is_doubtful) | ~_are_known(classes, scene.plan.classes)
    return Roads(
        shapes=table.geometry.to_numpy(dtype=object),
        section_ids=column_words(table, LAYERS[rule.among.layer].id_column),
        names=names,
        plain_names=plain_road_names(names),
        grades=grades,
        kinds=kinds,
        classes=classes,
        answers=np.select(
            [is_main == YES, is_doubtful == YES, is_open],
            [Answer.PROHIBITED, Answer.DOUBTFUL, Answer.NO_CLASS],
            default=Answer.ALLOWED,
        ).astype(np.int64),
    )


def find_openings(
    shapes: NDArray[np.object_],
    plain_names: NDArray[np.object_],
    roads: Roads,
    *,
    tolerance_m: float,
    error_m: float,
) -> Openings:
    """Match entrances with roads: the road that is named, else the nearest.

    Parameters
    ----------
    shapes
        Entrances, EPSG:4326, shape (n,), not empty.
    plain_names
        The road that each is said to open on, made comparable; "" where nobody says, shape (n,).
    roads
        Where they can open.
    tolerance_m
        How far a road may lie from its entrance, ground metres; this distance still counts.
    error_m
        By how much two distances may deceive us about which road is nearer, ground metres.

    Returns
    -------
    openings
        Of roads at the same distance under the same verdict the first counts.
    """
    away_m, nearest = _nearest_by_verdict(Gathered(shapes), roads, np.arange(len(roads.shapes)))
    asked = plain_names != ""
    called_m, called = _nearest_by_name(shapes, plain_names, roads, tolerance_m + error_m)
    is_named = (called >= 0).any(axis=1) & (called_m.min(axis=1) <= tolerance_m)
    away_m[is_named], nearest[is_named] = called_m[is_named], called[is_named]
    row = np.arange(len(shapes))
    first = away_m.argmin(axis=1)
    distance_m, road = away_m[row, first], nearest[row, first]
    away_m[row, first] = np.inf
    second = away_m.argmin(axis=1)
    rival_m = away_m[row, second]
    with np.errstate(invalid="ignore"):  # infinite less infinite: no road and no rival
        gap_m = rival_m - distance_m
    is_rival = np.isfinite(rival_m) & ((gap_m < error_m) | (gap_m == 0))
    return Openings(
        road=road,
        distance_m=distance_m,
        rival=np.where(is_rival, nearest[row, second], -1),
        rival_m=np.where(is_rival, rival_m, np.inf),
        is_matched=(distance_m <= tolerance_m) & (is_named | ~asked) & (road >= 0),
        is_named=is_named,
    )


def roads_within(
    shapes: NDArray[np.object_], roads: Roads, *, tolerance_m: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Find every road within a distance of each place; the sections of a name are one road.

    Parameters
    ----------
    shapes
        Points or parcels, EPSG:4326, shape (n,), not empty.
    roads
        Where they can open.
    tolerance_m
        Ground metres; this distance still counts.

    Returns
    -------
    place, road, distance_m
        Rows of `shapes` and of `roads` and ground metres, ordered by place, distance and road. Of
        the sections of one name under one answer the nearest stands for all.
    """
    near, candidate = shapely.STRtree(roads.shapes).query(draw_surroundings(shapes, tolerance_m))
    distance_m = pair_distances_m(shapes[near], roads.shapes[candidate])
    within = distance_m <= tolerance_m
    near, candidate, distance_m = near[within], candidate[within], distance_m[within]
    order = np.lexsort((candidate, distance_m, near))
    seen: set[tuple[object, ...]] = set()
    kept = []
    for at in order.tolist():
        section = candidate[at]
        key = (near[at], roads.plain_names[section] or section, roads.answers[section])
        if key not in seen:
            seen.add(key)
            kept.append(at)
    return near[kept], candidate[kept], distance_m[kept]


def _ask(table: pd.DataFrame, selector: Selector | None) -> Floats:
    """Ask a selector's condition of rows that another one chose; no selector says no."""
    if selector is None:
        return np.zeros(len(table))
    return evaluate_condition(table, selector.where, blank_means_no=blank_means_no(selector.layer))


def _are_known(classes: Words, order: Mapping[str, Sequence[Sequence[str]]]) -> NDArray[np.bool_]:
    """Tell which classes are words of the plan; a plan without such words knows all but blanks."""
    known = {word for step in order.get("road_class", ()) for word in step}
    is_given = np.asarray(classes != "", dtype=bool)
    return is_given & np.isin(classes, list(known)) if known else is_given


def column_words(table: pd.DataFrame, column: str) -> NDArray[np.object_]:
    """Give a text column, blanks as empty words; a column that is not there is blank."""
    if column not in table.columns:
        return np.full(len(table), "", dtype=object)
    return table[column].astype("string").fillna("").str.strip().to_numpy(dtype=object)


def _nearest_by_verdict(
    shapes: NDArray[np.object_] | Gathered, roads: Roads, among: Ints
) -> tuple[Floats, Ints]:
    """Find the nearest road under each verdict, shape (n, 3); infinite and -1 where none is."""
    distance_m, road = _nowhere(len(shapes))
    for number, answers in enumerate(_SAME_VERDICT):
        mine = among[np.isin(roads.answers[among], answers)]
        if len(mine) and len(shapes):
            distance_m[:, number], at = nearest_feature(shapes, roads.shapes[mine])
            road[:, number] = mine[at]
    return distance_m, road


def _nearest_by_name(
    shapes: NDArray[np.object_], plain_names: Words, roads: Roads, reach_m: float
) -> tuple[Floats, Ints]:
    """Find the nearest road of the given name under each verdict, as `_nearest_by_verdict` does.

    Roads beyond the reach are left out.
    """
    rows = np.flatnonzero(plain_names != "")
    if not np.isfinite(reach_m):
        return _search_names(shapes, plain_names, roads, sorted(set(plain_names[rows])))
    near, candidate = shapely.STRtree(roads.shapes).query(draw_surroundings(shapes[rows], reach_m))
    is_called = np.asarray(plain_names[rows[near]] == roads.plain_names[candidate], dtype=bool)
    place, other = rows[near[is_called]], candidate[is_called]
    away_m = pair_distances_m(shapes[place], roads.shapes[other])
    distance_m, road = _nowhere(len(shapes))
    for number, answers in enumerate(_SAME_VERDICT):
        mine = np.flatnonzero(np.isin(roads.answers[other], answers))
        least_m = np.full(len(shapes), np.inf)
        np.minimum.at(least_m, place[mine], away_m[mine])
        tied = mine[away_m[mine] <= least_m[place[mine]] + SAME_DISTANCE_M]
        last_first = tied[np.argsort(-other[tied], kind="stable")]  # the last written stays
        distance_m[place[last_first], number] = away_m[last_first]
        road[place[last_first], number] = other[last_first]
    return distance_m, road


def _search_names(
    shapes: NDArray[np.object_], plain_names: Words, roads: Roads, names: Sequence[str]
) -> tuple[Floats, Ints]:
    """Find the nearest road of each name, however far."""
    distance_m, road = _nowhere(len(shapes))
    for name in names:
        rows = np.flatnonzero(plain_names == name)
        called = np.flatnonzero(roads.plain_names == name)
        distance_m[rows], road[rows] = _nearest_by_verdict(shapes[rows], roads, called)
    return distance_m, road


def _nowhere(size: int) -> tuple[Floats, Ints]:
    """Give the distance to no road, infinite, and its row, -1; shape (n, 3) each."""
    distance_m = np.full((size, len(_SAME_VERDICT)), np.inf)
    return distance_m, np.full(distance_m.shape, -1, dtype=np.int64)


def draw_surroundings(shapes: NDArray[np.object_], reach_m: float) -> NDArray[np.object_]:
    """Draw a box around each shape that holds all within a ground distance of it.

    Parameters
    ----------
    shapes
        EPSG:4326, not empty, shape (n,).
    reach_m
        Ground metres.

    Returns
    -------
    boxes
        EPSG:4326, shape (n,).
    """
    bounds = shapely.bounds(shapes)
    boxes = [shapely.bounds(disc_boxes(bounds[:, at], reach_m)) for at in ([0, 1], [2, 3])]
    low, high = np.minimum(*boxes), np.maximum(*boxes)
    # Half a box is widest in degrees at its end farther from the equator: taken on both sides.
    half = np.max([box[:, 2] - box[:, 0] for box in boxes], axis=0) / 2
    return np.asarray(shapely.box(bounds[:, 0] - half, low[:, 1], bounds[:, 2] + half, high[:, 3]))
