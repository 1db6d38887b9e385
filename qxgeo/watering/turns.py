"""Streets of a district with the turns that its layer ``turns`` forbids or prescribes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from qxgeo.errors import Text
from qxgeo.watering.junctions import match_turns
from qxgeo.watering.streets import TurnCosts, build_streets, number_parts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qxgeo.district import District
    from qxgeo.district.watering_settings import WateringSettings
    from qxgeo.watering.model import HeldTurns
    from qxgeo.watering.streets import StreetGraph

    Bools = NDArray[np.bool_]


def lay_streets(
    district: District, settings: WateringSettings
) -> tuple[StreetGraph, HeldTurns | None]:
    """Make the streets of a district and close the turns that its layer forbids.

    Parameters
    ----------
    district
        With the layer ``roads``, maybe with ``turns``.
    settings
        Speed of driving and cost of turns.

    Returns
    -------
    streets, held
        None where the district has no layer of turn restrictions, or none with rows.
    """
    streets = _free_streets(district, settings)
    found = _find(district, streets)
    if found is None:
        return streets, None
    is_closed, held = found
    return close_moves(streets, is_closed), held


def lay_driven_streets(district: District, settings: WateringSettings) -> StreetGraph:
    """Make streets on which a forbidden turn can be found driven, as if it cost a U-turn more.

    Parameters
    ----------
    district
        With the layer ``roads``, maybe with ``turns``.
    settings
        Speed of driving and cost of turns.

    Returns
    -------
    streets
        A track is laid on the lawful way where both explain it.
    """
    streets = _free_streets(district, settings)
    found = _find(district, streets)
    if found is None:
        return streets
    extra_s = np.where(found[0], settings.number("u_turn_s"), 0.0)
    return replace(streets, move_s=streets.move_s + extra_s)


def _free_streets(district: District, settings: WateringSettings) -> StreetGraph:
    """Make the streets without any restriction."""
    turns = TurnCosts(
        u_turn_s=settings.number("u_turn_s"),
        left_s=settings.number("left_turn_s"),
        right_s=settings.number("right_turn_s"),
    )
    roads = district.layers["roads"].table
    return build_streets(roads, speed_kmh=settings.number("drive_speed_kmh"), turns=turns)


def _find(district: District, streets: StreetGraph) -> tuple[Bools, HeldTurns] | None:
    """Match the district's layer, where there is one."""
    layer = district.layers.get("turns")
    if layer is None or layer.table.empty:  # an extract in which nobody mapped any knows none
        return None
    roads = district.layers["roads"]
    return match_turns(layer, roads.table, streets, reach_m=layer.accuracy_m + roads.accuracy_m)


def close_moves(streets: StreetGraph, is_closed: Bools) -> StreetGraph:
    """Take movements out of the streets.

    Parameters
    ----------
    streets
        The streets.
    is_closed
        By movement.

    Returns
    -------
    streets
        Without them; parts are numbered anew.
    """
    first, second = streets.move_from[~is_closed], streets.move_to[~is_closed]
    return replace(
        streets,
        part=number_parts(first, second, streets.arc_length_m),
        move_from=first,
        move_to=second,
        move_s=streets.move_s[~is_closed],
    )


def say_turns(held: HeldTurns | None) -> Text:
    """Say how far forbidden turns are known and held.

    Parameters
    ----------
    held
        None where there is no layer of them.

    Returns
    -------
    text
        One sentence.
    """
    if held is None:
        return Text(
            "没有转向限制图层：哪里禁止转弯不明，按处处可转弯排线",
            "no layer of turn restrictions: where turning is forbidden is not known, and carts are"
            " led as if it were allowed everywhere",
        )
    return Text(
        f"转向限制 {held.rows} 行：遵守 {held.held} 行（其中 {held.timed} 行只限部分时段，"
        f"按全天遵守；{held.several} 行合于几个来向，都不走），路网本来不通 {held.needless} 行，"
        f"不限洒水车 {held.not_for_carts} 行，对不上路网 {len(held.unmatched)} 行",
        f"{held.rows} turn restrictions: {held.held} held (of these {held.timed} count at certain"
        f" hours and are held all day; {held.several} fit several approaches, all closed),"
        f" {held.needless} forbid what no road allows, {held.not_for_carts} are not for carts,"
        f" {len(held.unmatched)} fit no road",
    )


def tell_turns(held: HeldTurns | None) -> tuple[Text, ...]:
    """Name the restrictions that fit no road and are not held.

    Parameters
    ----------
    held
        None where there is no layer of them.

    Returns
    -------
    texts
        One sentence for each.
    """
    return tuple(
        Text(
            f"转向限制{name.zh}对不上路网，未遵守：{why.zh}",
            f"turn restriction {name.en} fits no road and is not held: {why.en}",
        )
        for name, why in (() if held is None else held.unmatched)
    )
