"""What a road is called and in which township it lies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from qxgeo.vocabulary import NO_TOWNSHIP, OUTSIDE_DISTRICT, PLACE_LABELS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qxgeo.district import District


@dataclass(frozen=True, slots=True, eq=False)
class RoadBook:
    """Names by row of the roads, and the townships.

    Attributes
    ----------
    names
        Of the roads, "" where unnamed.
    ids, titles, polygons
        Of the townships.
    boundary
        Of the district, None where there is none.
    """

    names: NDArray[np.object_]
    ids: tuple[str, ...]
    titles: tuple[str, ...]
    polygons: NDArray[np.object_]
    boundary: shapely.Geometry | None

    @classmethod
    def of(cls, district: District) -> RoadBook:
        """Open the book of a district.

        Parameters
        ----------
        district
            With the layer ``roads``.

        Returns
        -------
        book
            To be asked.
        """
        roads = district.layers["roads"].table
        named = roads["name"] if "name" in roads else pd.Series([""] * len(roads))
        towns = district.layers.get("townships")
        edge = district.layers.get("boundary")
        table = None if towns is None else towns.table
        return cls(
            names=named.astype("string").fillna("").to_numpy(dtype=object),
            ids=() if table is None else tuple(map(str, table["township_id"])),
            titles=() if table is None else tuple(map(str, table["name"])),
            polygons=np.empty(0, object) if table is None else table.geometry.to_numpy(),
            boundary=None if edge is None else edge.table.geometry.union_all(),
        )

    def place(self, lon: float, lat: float) -> tuple[str, str]:
        """Give the township of a place: its id and name."""
        point = shapely.Point(lon, lat)
        for number in np.flatnonzero(shapely.intersects(self.polygons, point)):
            return self.ids[number], self.titles[number]
        is_inside = self.boundary is not None and bool(shapely.intersects(self.boundary, point))
        code = NO_TOWNSHIP if is_inside else OUTSIDE_DISTRICT
        return code, PLACE_LABELS[code].zh
