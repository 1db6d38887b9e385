"""The layers of a patrol map: which rows of which table, in one style each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from qxgeo.maps.patrol.rows import number_points
from qxgeo.maps.patrol.style import DRAWN, HATCHES, POINT_COLOURS, draw_points
from qxgeo.maps.patrol.wording import LAYERS, THEMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from qxgeo.maps.patrol.cast import Cast
    from qxgeo.maps.style import Drawn

_RISKS = ("high", "medium", "low", "water")
_SHAPES = {
    **dict.fromkeys(("route", "straight"), "line"),
    **dict.fromkeys(("fire", "camera", "drone", "next_camera"), "point"),
}
_COVERAGES = ("covered", "partly", "blind", "unknown")
_MOST_KINDS = len(POINT_COLOURS)  # of points; the rarest share one layer


@dataclass(frozen=True, slots=True, kw_only=True)
class PatrolLayer:
    """One layer that a reader can switch.

    Attributes
    ----------
    group
        A key of `patrol_wording.GROUPS`.
    kind
        A key of `patrol_wording.LAYERS`, or ``point``.
    theme
        Areas of different themes would cover each other: one theme is shown at a time. "" for a
        layer of no theme.
    table
        Where its rows are told.
    shapes
        Which geometries draw it.
    rows
        Rows of the table.
    title
        What the legend says.
    shape
        ``line``, ``point`` or ``area``: what the legend draws.
    is_shown
        Whether it is on when its theme is, or the page opens.
    is_given
        Whether there was any input for it: nothing found is not the same as nothing known.
    """

    group: str
    kind: str
    theme: str
    table: str
    shapes: str
    rows: Sequence[int]
    title: str
    drawn: Drawn
    shape: str
    is_shown: bool
    is_given: bool = True

    def describe(self) -> dict[str, object]:
        """Describe the layer for the page's script."""
        hatch = HATCHES.get(self.kind)
        return {
            "group": self.group,
            "kind": self.kind,
            "theme": self.theme,
            "table": self.table,
            "shapes": self.shapes,
            "rows": list(self.rows),
            "title": self.title,
            "shape": self.shape,
            "shown": self.is_shown,
            "given": self.is_given,
            "hatch": hatch._asdict() if hatch else None,
            "drawn": {**self.drawn.leaflet(), "radius": self.drawn.radius},
        }


def build_layers(
    cast: Cast,
    *,
    positions: npt.NDArray[np.object_],
    straight: Sequence[bool],
) -> list[PatrolLayer]:
    """Sort everything on the map into layers, in the order of drawing.

    Parameters
    ----------
    cast
        Holds the patrol.
    positions
        Where the devices stand, None where nobody said.
    straight
        For each route of the table whether it is a straight line.

    Returns
    -------
    layers
        At most seven styles of cells; empty layers are kept where their count of none says
        something.
    """
    return [
        *_territories(cast),
        *_risks(cast),
        *_coverages(cast),
        _layer(cast, "hot", "grid", "cells", range(len(cast.patrol.cells)), is_shown=False),
        *_devices(cast),
        *_hot(cast),
        *_routes(cast, straight),
        *_points(cast),
        *_placed(cast, positions),
    ]


def _layer(  # what differs from layer to layer
    cast: Cast,
    group: str,
    kind: str,
    table: str,
    rows: Sequence[int],
    *,
    is_shown: bool = True,
    is_given: bool = True,
) -> PatrolLayer:
    """Build a layer whose looks and words stand in the tables."""
    return PatrolLayer(
        group=group,
        kind=kind,
        theme=group if group in THEMES else "",
        table=table,
        shapes=table,
        rows=rows,
        title=LAYERS[kind].in_language(cast.lang),
        drawn=DRAWN[kind],
        shape=_SHAPES.get(kind, "area"),
        is_shown=is_shown,
        is_given=is_given,
    )


def _territories(cast: Cast) -> list[PatrolLayer]:
    """Give a layer of territories per township, and the cells that nobody owns."""
    patrol = cast.patrol
    owned = patrol.assignment.territories
    has_shape = ~(owned.geometry.is_empty | owned.geometry.isna())
    held = owned[has_shape.to_numpy()]
    layers = []
    for code in sorted(set(held["township_id"].astype(str))):
        ids = held.loc[held["township_id"] == code, "person_id"]
        layers.append(
            PatrolLayer(
                group="people",
                kind="territory",
                theme="people",
                table="people",
                shapes="people",
                rows=sorted(cast.people(ids)),
                title=cast.town(code),
                drawn=DRAWN["territory"],
                shape="area",
                is_shown=True,
            )
        )
    cells = patrol.cells
    is_unowned = (cells["person_id"] == "") & (cells["risk_class"] != "water")
    unowned = np.flatnonzero(is_unowned.to_numpy(bool)).tolist()
    return [*layers, _layer(cast, "people", "unowned", "cells", unowned)]


def _risks(cast: Cast) -> list[PatrolLayer]:
    """Give a layer per risk class."""
    words = cast.patrol.cells["risk_class"].to_numpy(object)
    layers = [
        _layer(
            cast,
            "risk",
            f"risk_{word}",
            "cells",
            np.flatnonzero(words == word).tolist(),
        )
        for word in _RISKS
    ]
    other = np.flatnonzero(~np.isin(words.astype(str), _RISKS)).tolist()
    return layers + ([_layer(cast, "risk", "risk_unknown", "cells", other)] if other else [])


def _coverages(cast: Cast) -> list[PatrolLayer]:
    """Give a layer per kind of coverage; without devices nothing is known."""
    sight = cast.patrol.sight
    if sight is None:
        return []
    words = sight.coverage["coverage"].to_numpy(object)
    return [
        _layer(
            cast,
            "coverage",
            word,
            "cells",
            np.flatnonzero(words == word).tolist(),
        )
        for word in _COVERAGES
    ]


def _devices(cast: Cast) -> list[PatrolLayer]:
    """Give what the devices see: by terrain, and sectors without it."""
    sight = cast.patrol.sight
    if sight is None:
        return []
    has_terrain = sight.devices["has_terrain"].to_numpy(bool)
    sees = ~(sight.devices.geometry.is_empty | sight.devices.geometry.isna()).to_numpy()
    kinds = {"seen": has_terrain & sees, "seen_flat": ~has_terrain & sees}
    return [
        _layer(cast, "devices", kind, "devices", np.flatnonzero(mask).tolist(), is_shown=False)
        for kind, mask in kinds.items()
        if mask.any()
    ]


def _hot(cast: Cast) -> list[PatrolLayer]:
    """Give the hot cells and the fires."""
    risk = cast.patrol.risk
    return [
        _layer(cast, "hot", "hot_cell", "hot", range(len(risk.hot_cells)), is_shown=False),
        _layer(
            cast,
            "hot",
            "fire",
            "fires",
            range(len(risk.fires)),
            is_given=bool(cast.patrol.settings.fires) or len(risk.fires) > 0,
        ),
    ]


def _routes(cast: Cast, straight: Sequence[bool]) -> list[PatrolLayer]:
    """Give the routes along roads and the straight ones."""
    kinds = {
        "route": [row for row, is_straight in enumerate(straight) if not is_straight],
        "straight": [row for row, is_straight in enumerate(straight) if is_straight],
    }
    return [
        _layer(cast, "routes", kind, "routes", rows, is_shown=False)
        for kind, rows in kinds.items()
        if rows
    ]


def _points(cast: Cast) -> list[PatrolLayer]:
    """Give a layer per kind of points; the rarest kinds share the last one."""
    points = cast.patrol.points
    kinds, _ = number_points(points)
    words = np.array(points["kind"].fillna("").astype(str).tolist(), dtype=object)
    groups = [[kind] for kind in kinds[: _MOST_KINDS - 1]]
    if len(kinds) > len(groups):
        groups.append(kinds[_MOST_KINDS - 1 :])
    comma = ", " if cast.lang == "en" else "、"
    return [
        PatrolLayer(
            group="points",
            kind="point",
            theme="",
            table="points",
            shapes="points",
            rows=np.flatnonzero(np.isin(words.astype(str), group)).tolist(),
            title=comma.join(group),
            drawn=draw_points(number),
            shape="point",
            is_shown=True,
        )
        for number, group in enumerate(groups)
    ]


def _placed(cast: Cast, positions: npt.NDArray[np.object_]) -> list[PatrolLayer]:
    """Give where devices stand and where the next ones should."""
    sight = cast.patrol.sight
    if sight is None:
        return []
    kinds = sight.devices["kind"].to_numpy(object)
    has_place = ~(shapely.is_missing(positions) | shapely.is_empty(positions))
    layers = []
    for kind in ("camera", "drone"):
        rows = np.flatnonzero((kinds == kind) & has_place).tolist()
        if rows:
            seen = _layer(cast, "devices", kind, "devices", rows)
            layers.append(replace(seen, shapes="positions"))
    if sight.next_cameras is not None:
        rows = list(range(len(sight.next_cameras.places)))
        layers.append(_layer(cast, "devices", "next_camera", "next", rows, is_shown=False))
    return layers
