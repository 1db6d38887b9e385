"""Names behind the ids of a patrol, and times as people write them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qxgeo.reports.patrol.times import say_window
from qxgeo.vocabulary import PLACE_LABELS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from qxgeo.patrol.model import Patrol


@dataclass(frozen=True, slots=True, kw_only=True)
class PatrolNames:
    """Ids to names, in one language.

    Attributes
    ----------
    people, townships, seasons, points
        An id that is not in them stands for itself.
    """

    people: Mapping[str, str]
    townships: Mapping[str, str]
    seasons: Mapping[str, str]
    points: Mapping[str, str]


def name_all(patrol: Patrol, *, lang: str) -> PatrolNames:
    """Gather the names of a patrol.

    Parameters
    ----------
    patrol
        The whole plan.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    names
        Of people, townships, seasons and points.
    """
    townships = {m: u.name for u in patrol.plan.units if len(u.members) == 1 for m in u.members}
    layer = patrol.district.layers.get("townships")
    if layer is not None:
        pairs = zip(layer.table["township_id"], layer.table["name"], strict=True)
        townships |= {str(key): str(name) for key, name in pairs}
    townships |= {place: label.in_language(lang) for place, label in PLACE_LABELS.items()}
    people, points = patrol.people, patrol.points
    return PatrolNames(
        people=dict(zip(people["person_id"], people["name"], strict=True)),
        townships=townships,
        seasons={s.season_id: s.name.in_language(lang) for s in patrol.settings.seasons},
        points=dict(zip(points["point_id"], points["name"], strict=True)),
    )


def join(texts: Iterable[str], *, lang: str) -> str:
    """Join words of a list.

    Parameters
    ----------
    texts
        Words.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    text
        With the separator of the language.
    """
    return ("、" if lang == "zh" else ", ").join(texts)


def say_windows(windows: Iterable[tuple[int, int]], *, lang: str) -> str:
    """Give the hours of a day in words.

    Parameters
    ----------
    windows
        Minutes after midnight.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    text
        Such as ``08:00–10:00、17:00–19:00``.
    """
    return join((say_window(*window) for window in windows), lang=lang)
