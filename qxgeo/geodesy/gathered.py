"""Geometries gathered once, however often they are measured from or to."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from qxgeo.geodesy.boxes import grow_tree
from qxgeo.geodesy.territories import Territories
from qxgeo.geodesy.vertices import Vertices, walk

if TYPE_CHECKING:
    from types import ModuleType

    from numpy.typing import NDArray

    from qxgeo.geodesy.boxes import BoxTree

    Shapes = NDArray[np.object_]
    Ints = NDArray[np.int64]


class Gathered:
    """Geometries with what a search needs to know of them, each part worked out once.

    Parameters
    ----------
    shapes
        EPSG:4326, shape (n,), not empty.

    Raises
    ------
    ValueError
        If one is empty or missing: the distance to nothing is not a number.
    """

    def __init__(self, shapes: NDArray[np.object_]) -> None:
        self.shapes = np.asarray(shapes, dtype=object)
        if bool((shapely.is_missing(self.shapes) | shapely.is_empty(self.shapes)).any()):
            message = "an empty geometry has no distance"
            raise ValueError(message)
        self.whole = len(self.shapes)  # of how many these are some
        self._tree: BoxTree | None = None
        self._subject: tuple[NDArray[Any], ...] | None = None
        self.edge_distances_m: dict[bytes, NDArray[np.float64]] = {}  # by what they are measured to

    def __len__(self) -> int:
        """Count the geometries."""
        return len(self.shapes)

    @cached_property
    def type_ids(self) -> NDArray[np.int32]:
        """Types as Shapely numbers them."""
        return np.asarray(shapely.get_type_id(self.shapes))

    @cached_property
    def is_plain(self) -> bool:
        """Whether there is no collection of different things among them."""
        return not bool((self.type_ids == shapely.GeometryType.GEOMETRYCOLLECTION).any())

    @cached_property
    def is_area(self) -> NDArray[np.bool_]:
        """Whether each is a polygon, or several."""
        areas = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
        return np.isin(self.type_ids, areas)

    @cached_property
    def is_line(self) -> NDArray[np.bool_]:
        """Whether each is a line, or several."""
        return np.asarray(shapely.get_dimensions(self.shapes) == 1)

    @cached_property
    def is_point(self) -> NDArray[np.bool_]:
        """Whether each is one point."""
        return np.asarray(self.type_ids == shapely.GeometryType.POINT)

    @cached_property
    def corners(self) -> NDArray[np.float64]:
        """The first vertex of each, degrees, shape (n, 2)."""
        return self.vertices.lonlat[self.first[:-1]]

    def take(self, rows: NDArray[np.int64]) -> Gathered:
        """Give some of them, with what is known of them.

        Parameters
        ----------
        rows
            Ascending, each once.

        Returns
        -------
        some
            All of them if no row is left out.
        """
        if len(rows) == len(self):
            return self
        some = Gathered(self.shapes[rows])
        some.whole = self.whole
        if "vertices" in self.__dict__ and len(self.vertices.owner) == len(self):
            known, number = self.vertices, np.full(len(self), -1, dtype=np.int64)
            number[rows] = np.arange(len(rows))
            some.vertices = Vertices(
                len(rows),
                known.lonlat[rows],
                known.xyz[rows],
                np.arange(len(rows)),
                np.zeros(len(rows), dtype=bool),
            )
            order = number[self.order]
            some.order = order[order >= 0]
        return some

    @cached_property
    def vertices(self) -> Vertices:
        """Their vertices, those of a geometry side by side, in the order of the geometries."""
        found = Vertices.from_geometries(self.shapes)
        if bool((found.owner[1:] >= found.owner[:-1]).all()):
            return found
        return found.take(np.argsort(found.owner, kind="stable"))  # strings stay in one piece

    @cached_property
    def first(self) -> NDArray[np.int64]:
        """First vertex of each, and their number, shape (n + 1,)."""
        count = np.bincount(self.vertices.owner, minlength=len(self))
        return np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(count)))

    @cached_property
    def order(self) -> NDArray[np.int64]:
        """Rows along a curve that fills the plane."""
        return walk(self.vertices.lonlat[self.first[:-1]])

    def subject(self, loops: ModuleType) -> tuple[NDArray[Any], ...]:
        """Give what the compiled search knows of each as a subject, along the curve of `order`.

        Parameters
        ----------
        loops
            The compiled ones of the name ``sides``.

        Returns
        -------
        subject
            Vertices in degrees and with the edges that leave them, whether one does, whether a
            vertex closes a ring, first vertices, areas.
        """
        if self._subject is None:
            self._subject = self._arrange(loops)
        return self._subject

    def _arrange(self, loops: ModuleType) -> tuple[NDArray[Any], ...]:
        """Set vertices and edges in the order in which a search walks."""
        known = self.vertices
        arranged = loops.arrange(known.lonlat, known.xyz, known.goes_on, self.first, self.order)
        return (*arranged, self.is_area[self.order])

    def tree(self, loops: ModuleType) -> BoxTree:
        """Give a tree of boxes over their edges.

        Parameters
        ----------
        loops
            The compiled ones of the name ``boxes``.

        Returns
        -------
        tree
            As `grow_tree` gives it, grown once.
        """
        if self._tree is None:
            self._tree = grow_tree(self.vertices, loops)
        return self._tree

    def areas(self, cells: ModuleType) -> tuple[Any, ...]:
        """Give a grid over the polygons among them, and which these are.

        Parameters
        ----------
        cells
            The compiled loops of that name.

        Returns
        -------
        areas
            Numbers, edges, origin, scale and size of the grid, and what its cells hold.
        """
        numbers = np.flatnonzero(self.is_area)
        return (numbers, *Territories(self.shapes[numbers]).grid(cells))
