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
        self.tree = shapely.STRtree(self.polygons)
        self._grid: tuple[Any, ...] | None = None
        self._squares: Squares | None = None

    @property
    def are_few(self) -> bool:
        """Whether one grid does for every place."""
        return len(self.numbers) <= FEW

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
        is_ring = shapely.get_type_id(self.polygons) == shapely.GeometryType.POLYGON
        is_ring &= shapely.get_num_interior_rings(self.polygons) == 0
        rings, polygon = self.polygons, np.arange(len(is_ring))
        if not bool(is_ring.all()):
            parts, polygon = shapely.get_parts(rings, return_index=True)
            rings, part = shapely.get_rings(parts, return_index=True)
            polygon = polygon[part]
        corner, ring = shapely.get_coordinates(rings, return_index=True)
        edge = np.flatnonzero(ring[1:] == ring[:-1])
        owner = polygon[ring[edge]]
        first = np.searchsorted(owner, np.arange(len(self.polygons) + 1))
        return np.concatenate((corner[edge], corner[edge + 1]), axis=1), first.astype(np.int64)

    def grid(self, loops: ModuleType) -> tuple[Any, ...]:
        """Give edges, origin, scale and size of a grid over them, and what its cells hold."""
        if self._grid is None:
            self._grid = _lay(loops, *self._edges, self._boxes)
        return self._grid

    def grid_near(self, loops: ModuleType, boxes: Floats) -> tuple[Ints, tuple[Any, ...]]:
        """Give a grid that is right for places within some boxes, and fine enough among many.

        Parameters
        ----------
        loops
            The compiled ones of the name ``cells``.
        boxes
            West, south, east, north, degrees, shape (n, 4).

        Returns
        -------
        numbers, grid
            Which polygon each label of the grid means, and the grid as `grid` gives it.
        """
        if self.are_few:
            return self.numbers, self.grid(loops)
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
    edges, origin, scale, cells, _ = grid
    count = int(cells[0] * cells[1])
    divided = min(max(math.isqrt(_MOST_SQUARES // count), 1), _DIVIDED)
    squares = np.zeros(count * divided**2, dtype=np.uint16)
    loops.mark_squares(edges, origin, scale, cells, divided, squares)
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
