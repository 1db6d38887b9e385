"""Territories made ready to cut lines: their edges, and a grid over them."""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from types import ModuleType

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Squares = tuple[NDArray[np.uint16], int, NDArray[np.uint16]]

_CELLS_PER_EDGE = 8
_MOST_CELLS = 1 << 22
_DIVIDED = 4  # squares of a cell each way: some 100 m where towns are small, as long as a road
_MOST_SQUARES = 1 << 23
FEW = 5_000  # polygons: one grid over them is fine enough, and cheaper than one for each piece


class Territories:
    """Polygons made ready to cut lines, again and again.

    Parameters
    ----------
    polygons
        EPSG:4326, shape (m,); empty and missing ones hold nothing.
    """

    def __init__(self, polygons: NDArray[np.object_]) -> None:
        self.numbers = usable(polygons)
        self.polygons = np.asarray(polygons, dtype=object)[self.numbers]
        self._grid: tuple[Any, ...] | None = None
        self._squares: Squares | None = None

    @cached_property
    def tree(self) -> shapely.STRtree:
        """A tree over the boxes of `polygons`, for whoever has no compiled loops."""
        return shapely.STRtree(self.polygons)

    def edges(self, which: Ints | slice = slice(None)) -> tuple[Floats, Ints]:
        """Give the edges of some, degrees, shape (e, 4), and where those of each polygon begin."""
        edges, first = self._edges
        count = np.diff(first)[which]
        begin = np.cumsum(count) - count
        place = np.arange(count.sum()) + np.repeat(first[:-1][which] - begin, count)
        return edges[place], np.append(begin, count.sum())

    @cached_property
    def _edges(self) -> tuple[Floats, Ints]:
        """The edges of all, looked up once."""
        rings, count = self.polygons, shapely.get_num_coordinates(self.polygons)
        is_ring = shapely.get_type_id(rings) == shapely.GeometryType.POLYGON
        is_ring &= shapely.get_num_interior_rings(rings) == 0
        own = count - 1
        if not bool(is_ring.all()):
            parts, polygon = shapely.get_parts(rings, return_index=True)
            rings, part = shapely.get_rings(parts, return_index=True)
            count = shapely.get_num_coordinates(rings)
            own = np.bincount(polygon[part], count - 1, len(self.polygons)).astype(np.int64)
        corner = shapely.get_coordinates(rings).view(np.complex128)[:, 0]  # pairs move as one
        goes_on = np.ones(len(corner), dtype=bool)
        goes_on[np.cumsum(count) - 1] = False
        start = np.flatnonzero(goes_on)
        edges = np.empty((len(start), 2), dtype=np.complex128)
        edges[:, 0], edges[:, 1] = corner[start], corner[start + 1]
        first = np.zeros(len(self.polygons) + 1, dtype=np.int64)
        np.cumsum(own, out=first[1:])
        return edges.view(np.float64), first

    def grid(self, loops: ModuleType) -> tuple[Any, ...]:
        """Give edges, origin, scale and size of a grid over them, and what its cells hold."""
        if self._grid is None:
            self._grid = _lay(loops, *self._edges, self._boxes)
        return self._grid

    def prepare(self, cells: ModuleType, clear: ModuleType) -> None:
        """Look up what all pieces of a work share, while no other thread asks for it.

        Parameters
        ----------
        cells, clear
            The compiled loops of these names.
        """
        if len(self.numbers) <= FEW:
            self.squares(clear, self.grid(cells))
        else:
            _ = self._edges, self._boxes

    def grid_near(
        self, loops: ModuleType, boxes: Floats, bounds: tuple[float, float, float, float] | None
    ) -> tuple[Ints, tuple[Any, ...]]:
        """Give a grid that is right for places within some boxes, and fine enough among many.

        Parameters
        ----------
        loops
            The compiled ones of the name ``cells``.
        boxes
            West, south, east, north, degrees, shape (n, 4).
        bounds
            The same, of what the places lie within besides; None where nobody knows it.

        Returns
        -------
        numbers, grid
            Which polygon each label of the grid means, and the grid as `grid` gives it.
        """
        if len(self.numbers) <= FEW:
            return self.numbers, self.grid(loops)
        if bounds is not None:
            around = np.array([bounds])
            boxes = boxes[loops.list_near(boxes, around)]
            boxes[:, :2] = np.maximum(boxes[:, :2], around[:, :2])
            boxes[:, 2:] = np.minimum(boxes[:, 2:], around[:, 2:])
        which = loops.list_near(self._boxes, boxes)
        if 2 * len(which) > len(self.numbers):  # one grid for all pieces is the cheaper one
            return self.numbers, self.grid(loops)
        edges, first = loops.take_edges(*self._edges, which)
        return self.numbers[which], _lay(loops, edges, first, self._boxes[which])

    def squares(self, loops: ModuleType, grid: tuple[Any, ...]) -> Squares:
        """Divide the cells of a grid into squares, those that an edge passes marked.

        Parameters
        ----------
        loops
            The compiled ones of the name ``clear``.
        grid
            As `grid` or `grid_near` gives it.

        Returns
        -------
        squares, divided, counted
            What is known of each, uint16, how many a cell has each way, and how many marked ones
            stand south-west of each corner, modulo 2^16. Threads share those of the one grid:
            whoever writes first or last, it is the same.
        """
        if grid is not self._grid:
            return _lay_squares(loops, grid)
        if self._squares is None:
            self._squares = _lay_squares(loops, grid)
        return self._squares

    @cached_property
    def _boxes(self) -> Floats:
        """West, south, east and north of each polygon."""
        return np.ascontiguousarray(shapely.bounds(self.polygons), dtype=float).reshape(-1, 4)


def _lay(loops: ModuleType, edges: Floats, first: Ints, boxes: Floats) -> tuple[Any, ...]:
    """Lay a grid over edges, those of each polygon from `first` on, and within its box."""
    low, high = np.zeros(2), np.ones(2)
    if len(boxes):
        low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    margin = (high - low) * 1e-3 + 1e-9
    extent = high - low + 2 * margin
    wanted = min(max(_CELLS_PER_EDGE * len(edges), 1), _MOST_CELLS)
    cells = np.maximum(np.sqrt(wanted * extent / extent[::-1]), 1).astype(np.int64)
    place = (low - margin, cells / extent, cells)
    return (edges, *place, loops.lay_edges(edges, first, *place))


def _lay_squares(loops: ModuleType, grid: tuple[Any, ...]) -> Squares:
    """Lay squares over a grid, and count those that are marked."""
    edges, origin, scale, cells, (*_, twin) = grid
    count = int(cells[0] * cells[1])
    divided = min(max(math.isqrt(_MOST_SQUARES // count), 1), _DIVIDED)
    squares = np.zeros(count * divided**2, dtype=np.uint16)
    loops.mark_squares(edges, twin, origin, scale, cells, divided, squares)
    across, up = int(cells[0]) * divided, int(cells[1]) * divided
    counted = np.zeros((across + 1) * (up + 1), dtype=np.uint16)
    loops.count_mixed(squares, across, up, counted)
    return squares, divided, counted


def usable(polygons: NDArray[np.object_]) -> NDArray[np.int64]:
    """Say which polygons hold anything.

    Parameters
    ----------
    polygons
        Shape (m,).

    Returns
    -------
    numbers
        Of those that are neither missing nor empty, ascending.
    """
    array = np.asarray(polygons, dtype=object)
    return np.flatnonzero(~(shapely.is_missing(array) | shapely.is_empty(array)))
