"""What a cart does one after the other in a tour: stretches with one road and one task each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from qxgeo.geodesy import ground_distance_m
from qxgeo.reports.watering.headings import STRAIGHT_DEG, turn_deg

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qxgeo.watering.model import WateringPlan

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Legs of a tour that follow each other with the same task on the same road.

    Attributes
    ----------
    task
        ``spray``, ``drive`` or ``refill``.
    offset_s, duration_s
        From the start of the tour.
    corners
        Lon and lat in the direction of travel, shape (n, 2); empty where the cart stands at a
        site that has no place.
    times_s
        Of the corners, from the start of the tour.
    tank_l
        Left at the end.
    site_id
        Of a refill.
    """

    task: str
    road_name: str
    offset_s: float
    duration_s: float
    length_m: float
    litres: float
    tank_l: float
    site_id: str
    corners: Floats
    times_s: Floats

    @property
    def end_s(self) -> float:
        """When it ends, from the start of the tour."""
        return self.offset_s + self.duration_s


def list_stretches(plan: WateringPlan) -> dict[int, tuple[Stretch, ...]]:
    """List the stretches of every tour.

    Parameters
    ----------
    plan
        Its legs.

    Returns
    -------
    stretches
        By number of the tour, in order of time.
    """
    places = shapely.get_coordinates(plan.fleet.sites.geometry.to_numpy())
    sites = dict(zip(map(str, plan.fleet.sites["site_id"]), places[:, None], strict=True))
    found: dict[int, list[Stretch]] = {int(tour): [] for tour in plan.tours["tour"]}
    shapes = plan.legs.geometry.to_numpy()
    for row, shape in zip(
        plan.legs.drop(columns="geometry").to_dict("records"), shapes, strict=True
    ):
        offset_s, duration_s = float(row["offset_s"]), float(row["duration_s"])
        corners = np.empty((0, 2)) if shape is None else shapely.get_coordinates(shape)
        if not len(corners):
            corners = sites.get(str(row["site_id"]), corners)
        one = Stretch(
            task=str(row["task"]),
            road_name=str(row["road_name"]),
            offset_s=offset_s,
            duration_s=duration_s,
            length_m=float(row["length_m"]),
            litres=float(row["litres"]),
            tank_l=float(row["tank_l"]),
            site_id=str(row["site_id"]),
            corners=corners,
            times_s=time_corners(corners, offset_s, duration_s),
        )
        own = found[int(row["tour"])]
        if own and _go_on(own[-1], one):
            own[-1] = _join(own[-1], one)
        else:
            own.append(one)
    return {tour: tuple(own) for tour, own in found.items()}


def time_corners(corners: Floats, offset_s: float, duration_s: float) -> Floats:
    """Say when a cart passes the corners of a line at an even speed.

    Parameters
    ----------
    corners
        Lon and lat, shape (n, 2).
    offset_s, duration_s
        When it starts, and how long it takes.

    Returns
    -------
    times_s
        Shape (n,), by ground distance.
    """
    if len(corners) < 2:  # noqa: PLR2004 - a line has two ends
        return np.full(len(corners), offset_s)
    lon, lat = corners.T
    passed = np.concatenate(
        ([0.0], np.cumsum(ground_distance_m(lon[:-1], lat[:-1], lon[1:], lat[1:])))
    )
    share = passed / passed[-1] if passed[-1] > 0 else np.linspace(0, 1, len(corners))
    return np.asarray(offset_s + duration_s * share)


def _go_on(before: Stretch, after: Stretch) -> bool:
    """Tell whether a leg goes straight on with the task and road of the last one."""
    is_alike = before.task == after.task != "refill" and before.road_name == after.road_name
    if not is_alike or len(before.corners) < 2 or len(after.corners) < 2:  # noqa: PLR2004
        return False
    meets = np.allclose(before.corners[-1], after.corners[0], atol=1e-6, rtol=0)
    return bool(meets) and abs(turn_deg(before.corners, after.corners)) <= STRAIGHT_DEG


def _join(before: Stretch, after: Stretch) -> Stretch:
    """Make one stretch of two."""
    return Stretch(
        task=before.task,
        road_name=before.road_name,
        offset_s=before.offset_s,
        duration_s=after.end_s - before.offset_s,
        length_m=before.length_m + after.length_m,
        litres=before.litres + after.litres,
        tank_l=after.tank_l,
        site_id="",
        corners=np.concatenate((before.corners, after.corners[1:])),
        times_s=np.concatenate((before.times_s, after.times_s[1:])),
    )
