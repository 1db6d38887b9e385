"""What changes on the ground between two answers: another radius, another reading, other data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from qxgeo.errors import Fault, InputError, Text
from qxgeo.geodesy import area_m2, partition_polygons
from qxgeo.siting.area.tables import WGS84, is_eligible
from qxgeo.siting.model import VERDICTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qxgeo.siting.area.model import EligibleArea

DIFFERENCE_COLUMNS: dict[str, str] = {
    "change": "string",  # freed, shut, milder or stricter
    "verdict_before": "string",
    "verdict_after": "string",
    "township_id": "string",
    "township_name": "string",
    "area_km2": "float64",
}
_CHANGES = ("freed", "shut", "milder", "stricter")
_LEAST_M2 = 1e-3  # along edges that both have, rounding leaves slivers far below this
_SAME_GROUND = 1e-6  # of the district


def difference_area(before: EligibleArea, after: EligibleArea) -> gpd.GeoDataFrame:
    """Say where the verdict of the ground changes from one answer to another.

    Parameters
    ----------
    before, after
        Of one district; the kind, the plan's reading, the numbers and the data may differ.

    Returns
    -------
    difference
        `DIFFERENCE_COLUMNS` and `geometry` (EPSG:4326), one row per pair of verdicts and township
        of `before`, where they differ. ``freed``: eligible after and not before; ``shut``: the
        other way round; else ``milder`` or ``stricter``. Empty where nothing changes.

    Raises
    ------
    InputError
        If the two are not of the same ground.
    """
    grounds = [_dissolve(one) for one in (before, after)]
    _check_ground(*grounds)
    mine = before.parts
    shapes = mine.geometry.to_numpy(dtype=object)
    row, label, pieces = partition_polygons(shapes, grounds[1])
    was = np.array([VERDICTS.index(word) for word in mine["verdict"]], dtype=np.int64)[row]
    keep = (label >= 0) & (label != was)
    row, label, was, pieces = row[keep], label[keep], was[keep], _drop_slivers(pieces[keep])
    words = np.array([str(one) for one in VERDICTS], dtype=object)
    table = gpd.GeoDataFrame(
        {
            "change": _name_changes(was, label),
            "verdict_before": words[was],
            "verdict_after": words[label],
            "township_id": mine["township_id"].to_numpy(dtype=object)[row],
            "township_name": mine["township_name"].to_numpy(dtype=object)[row],
            "area_km2": area_m2(pieces) / 1e6,
        },
        geometry=list(pieces),
        crs=WGS84,
    ).astype(DIFFERENCE_COLUMNS)
    return table[table["area_km2"] > 0].reset_index(drop=True)


def _dissolve(area: EligibleArea) -> NDArray[np.object_]:
    """Unite the ground of each verdict, in the order of `VERDICTS`; nothing where it has none."""
    shapes = area.parts.geometry.to_numpy(dtype=object)
    words = area.parts["verdict"].to_numpy(dtype=object)
    return np.array([shapely.union_all(shapes[words == one]) for one in VERDICTS], dtype=object)


def _name_changes(was: NDArray[np.int64], now: NDArray[np.int64]) -> NDArray[np.object_]:
    """Name what changes."""
    could, can = is_eligible(was), is_eligible(now)
    return np.select(
        [~could & can, could & ~can, now > was], _CHANGES[:3], default=_CHANGES[3]
    ).astype(object)


def _drop_slivers(pieces: NDArray[np.object_]) -> NDArray[np.object_]:
    """Leave out what only rounding has made."""
    parts, owner = shapely.get_parts(pieces, return_index=True)
    is_real = area_m2(parts) > _LEAST_M2
    return np.array(
        [shapely.multipolygons(parts[is_real & (owner == n)]) for n in range(len(pieces))],
        dtype=object,
    )


def _check_ground(before: NDArray[np.object_], after: NDArray[np.object_]) -> None:
    """Refuse two answers about different districts.

    Raises
    ------
    InputError
        If one holds ground that the other does not.
    """
    mine, theirs = shapely.union_all(before), shapely.union_all(after)
    apart = np.array([shapely.symmetric_difference(mine, theirs), mine], dtype=object)
    apart_m2, whole_m2 = area_m2(apart)
    if apart_m2 > _SAME_GROUND * whole_m2:
        raise InputError(
            Fault(
                problem=Text(
                    f"两次结果的范围不同，相差 {apart_m2 / 1e6:.3f} km²",
                    f"the two are not of the same ground: {apart_m2 / 1e6:.3f} km2 differ",
                ),
                mend=Text("请比较同一辖区、同一界线的结果", "compare answers about one boundary"),
            )
        )
