"""The district made ready for judging: whose ground, which stations count, where roads run."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from qxgeo.district import stations_in_force
from qxgeo.errors import DistrictError, Fault, Text
from qxgeo.geodesy import Gathered, Lines
from qxgeo.rules.conditions import NO, evaluate_condition
from qxgeo.schemas import LAYERS
from qxgeo.vocabulary import NO_TOWNSHIP, OUTSIDE_DISTRICT, PLACE_LABELS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

    from qxgeo.district import District, Layer
    from qxgeo.plan import ActionPlan, Selector


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What every rule needs to see.

    Attributes
    ----------
    territories
        Township polygons in order of their codes, then the district's own: what it holds beyond
        the townships is in no township; what nothing holds is the neighbour's. Shape (t,).
    township_ids, township_names
        One per territory and one more at the end for the neighbour's ground, shape (t + 1,): a
        territory index of -1 finds it.
    lines
        Layers of lines as arrays, by layer name; rows without a line have no part.
    gathered
        Shapes of layers that many rules measure from, by layer name.
    """

    district: District
    plan: ActionPlan
    territories: NDArray[np.object_]
    township_ids: NDArray[np.object_]
    township_names: NDArray[np.object_]
    lines: Mapping[str, Lines]
    gathered: Mapping[str, Gathered] = field(default_factory=dict)
    _stations: list[tuple[Selector, gpd.GeoDataFrame]] = field(
        default_factory=list, init=False, repr=False, compare=False
    )  # asked for by every rule; a scene made of another one asks anew

    def layer(self, name: str) -> Layer:
        """Give a layer by its name."""
        return self.district.layers[name]

    def select(self, selector: Selector) -> tuple[gpd.GeoDataFrame, NDArray[np.float64]]:
        """Give the rows of a layer on which the selector's condition is yes or unknown.

        Parameters
        ----------
        selector
            Which rows of which layer.

        Returns
        -------
        rows, truth
            Rows with the index of the layer's table, and 1 or NaN for each.
        """
        table = self.layer(selector.layer).table
        truth = evaluate_condition(
            table, selector.where, blank_means_no=blank_means_no(selector.layer)
        )
        keep = truth != NO
        return (table, truth) if bool(keep.all()) else (table[keep], truth[keep])

    def shapes(self, layer: str, rows: gpd.GeoDataFrame) -> Gathered:
        """Give the shapes of rows of a layer; those of a whole layer may be gathered already."""
        known = self.gathered.get(layer)
        if known is not None and len(known) == len(rows):
            return known
        return Gathered(rows.geometry.to_numpy(dtype=object))

    def stations(self, selector: Selector) -> gpd.GeoDataFrame:
        """Give the stations in force on the district's date that a rule refers to.

        Stations of which an attribute is unknown count: an omitted station would free its
        neighbourhood without a word.
        """
        for known, stations in self._stations:
            if known == selector:
                return stations
        rows, _ = self.select(selector)
        stations = stations_in_force(rows, self.district.as_of)
        self._stations.append((selector, stations))
        return stations


def blank_means_no(layer: str) -> frozenset[str]:
    """Name the flag columns of a layer in which a blank says no."""
    columns = LAYERS[layer].columns
    return frozenset(name for name, column in columns.items() if column.blank_means_no)


def build_scene(district: District, plan: ActionPlan, *, is_in_parts: bool = False) -> Scene:
    """Make a district ready for judging.

    Parameters
    ----------
    district
        With at least the layer ``boundary``; without ``townships`` all of it is in none.
    plan
        Its plan, choices applied.
    is_in_parts
        Whether the caller reads layers that were left on the disk by itself.

    Returns
    -------
    scene
        Roads and other lines are unpacked once for all rules.

    Raises
    ------
    DistrictError
        If a layer was left on the disk: without its rows every answer would be wrong.
    """
    if not is_in_parts:
        _refuse_absent_rows(district)
    table = _townships(district)
    boundary = district.layers["boundary"].table.geometry.union_all()
    territories = np.append(table.geometry.to_numpy(dtype=object), [None])
    territories[-1] = boundary
    places = [PLACE_LABELS[NO_TOWNSHIP].zh, PLACE_LABELS[OUTSIDE_DISTRICT].zh]
    lines = {
        name: Lines.from_geometries(_lines_only(layer.table))
        for name, layer in sorted(district.layers.items())
        if name not in ("boundary", "townships", "stations", "water")
    }
    return Scene(
        district=district,
        plan=plan,
        territories=territories,
        township_ids=np.array([*table["township_id"], NO_TOWNSHIP, OUTSIDE_DISTRICT], dtype=object),
        township_names=np.array([*table["name"], *places], dtype=object),
        lines=lines,
    )


def _refuse_absent_rows(district: District) -> None:
    """Refuse to judge without the rows of a layer.

    Raises
    ------
    DistrictError
        With one fault per layer that was left on the disk.
    """
    absent = [layer for layer in district.layers.values() if layer.streamed is not None]
    problem = Text("图层留在磁盘上，没有读入", "the layer was left on the disk and not read")
    mend = Text(
        "用 assess_streamed（qxgeo run），或 load_district 时不给 stream_from",
        "take assess_streamed (qxgeo run), or call load_district without stream_from",
    )
    if absent:
        raise DistrictError(
            [Fault(file=one.path.name, problem=problem, mend=mend) for one in absent]
        )


def look_at(scene: Scene, layer: Layer) -> Scene:
    """See a district with other rows of one layer of lines: a part of its roads.

    Parameters
    ----------
    scene
        The district.
    layer
        Takes the place of the layer of its name.

    Returns
    -------
    scene
        Territories that the layer's rows do not come near are missing, so that nobody cuts at
        them; every other one keeps its number.
    """
    layers = {**scene.district.layers, layer.name: layer}
    territories = scene.territories.copy()
    if len(layer.table):
        extent = shapely.box(*layer.table.total_bounds)
        far = ~shapely.intersects(territories[:-1], extent)
        territories[:-1][far] = None
    return replace(
        scene,
        district=replace(scene.district, layers=layers),
        territories=territories,
        lines={**scene.lines, layer.name: Lines.from_geometries(_lines_only(layer.table))},
    )


def _townships(district: District) -> gpd.GeoDataFrame:
    """Give the townships in order of their codes; none is an empty table."""
    if "townships" in district.layers:
        return district.layers["townships"].table.sort_values("township_id")
    return district.layers["boundary"].table.iloc[:0].assign(township_id="", name="")


def _lines_only(table: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Geometry of the rows that are lines; None for others, so that row numbers stay."""
    array = table.geometry.to_numpy(dtype=object).copy()
    kinds = (shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING)
    array[~np.isin(shapely.get_type_id(array), kinds)] = None
    return np.asarray(array, dtype=object)
