"""What a row of the layer of turn restrictions means to a water cart: whom, which way, how bent.

A water cart is a heavy goods vehicle. What exempts it must say so: the road traffic law frees
carts at work from keeping to their lane, and from nothing else.

Source: 道路交通安全法 (Road Traffic Safety Law of the PRC), article 54.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import numpy as np

from qxgeo.watering.streets import STRAIGHT_DEG, bend_deg

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

ONLY = "only_"
_LEAST_TURN_DEG = 20.0  # by less nobody turns
_BACK_DEG = 135.0  # by more one turns back; up to _MOST_TURN_DEG it may be a sharp turn as well
_MOST_TURN_DEG = 165.0
_TRAVEL_DEG = {
    word: 45.0 * place
    for place, word in enumerate(
        ("north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest")
    )
}
_TRAVEL_EITHER_SIDE_DEG = 60.0  # roads rarely run as the notice says
_EXEMPT = frozenset(
    (
        "hgv", "goods", "洒水车", "洒水车辆", "环卫车", "环卫车辆", "环卫作业车", "环卫作业车辆",
        "作业车", "作业车辆", "货车", "大货车", "载货汽车",
    )
)  # fmt: skip
_OTHERS = frozenset(
    (
        "bus", "psv", "tourist_bus", "coach", "taxi", "bicycle", "motorcycle", "moped", "mofa",
        "caravan", "motorhome", "hazmat", "foot", "tram", "公交", "公交车", "公交车辆", "客车",
        "大客车", "旅游客车", "出租车", "自行车", "非机动车", "电动车", "摩托车", "三轮车",
        "危化品车", "危险品运输车",
    )
)  # fmt: skip
_SEPARATORS = re.compile(r"[;,、:和及与/\s]+")
_AROUND = re.compile(r"^除|(除外|外)$")


def concerns_carts(vehicles: str, exempt: str) -> bool:
    """Tell whether a restriction holds for a water cart.

    Parameters
    ----------
    vehicles
        Whom it concerns, blank for everybody; words that nobody knows count as everybody.
    exempt
        Who is exempt from it, blank for nobody; words that nobody knows exempt no cart.

    Returns
    -------
    holds
        Also where it is doubtful.
    """
    concerned = _words(vehicles)
    is_for_others = bool(concerned) and concerned <= _OTHERS
    return not is_for_others and _EXEMPT.isdisjoint(_words(exempt))


def _words(cell: str) -> set[str]:
    """Take the vehicles of a cell apart."""
    plain = unicodedata.normalize("NFKC", cell).casefold()
    words = (_AROUND.sub("", word) for word in _SEPARATORS.split(plain))
    return {word for word in words if word}


def fits_kind(kind: str, bend_deg: Floats, is_back: Bools) -> Bools:
    """Tell which turns a kind of restriction can mean.

    Parameters
    ----------
    kind
        Of `schemas.TURNS`.
    bend_deg
        Change of direction, to the right above zero, shape (n,).
    is_back
        Whether a turn leads back into the same road, shape (n,).

    Returns
    -------
    fits
        Shape (n,); everything fits ``no_turn``.
    """
    way = kind.partition("_")[2]
    size = np.abs(bend_deg)
    if way == "straight_on":
        return np.asarray((size <= STRAIGHT_DEG) & ~is_back)
    if way == "u_turn":
        return np.asarray(is_back | (size >= _BACK_DEG))
    if way in {"left_turn", "right_turn"}:
        side = bend_deg if way == "right_turn" else -bend_deg
        return np.asarray((side >= _LEAST_TURN_DEG) & (side <= _MOST_TURN_DEG) & ~is_back)
    return np.ones(len(bend_deg), dtype=bool)


def fits_travel(travel: str, heading_deg: Floats) -> Bools:
    """Tell which ways of travel a notice can mean that says 由北向南 or the like.

    Parameters
    ----------
    travel
        Of `schemas.TURNS`, blank for every way.
    heading_deg
        At the junction, clockwise from north, shape (n,).

    Returns
    -------
    fits
        Shape (n,).
    """
    if travel not in _TRAVEL_DEG:
        return np.ones(len(heading_deg), dtype=bool)
    off = bend_deg(_TRAVEL_DEG[travel], heading_deg)
    return np.asarray(np.abs(off) <= _TRAVEL_EITHER_SIDE_DEG)
