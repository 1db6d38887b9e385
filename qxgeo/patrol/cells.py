"""Patrol cells: ground squares cut at township lines, each with a stable code.

The squares lie in an equal-area plane (Lambert azimuthal about a whole degree near the district),
so that their ground area is the same everywhere and their place does not move when the district's
outline does. Rows are counted southwards and columns eastwards from the plane's middle; 3 km hot
cells are whole blocks of them.

Code of a cell: the 9 digits of the township (6 of the district, 3 of the township, GB/T 10114) and
5 digits that count the township's cells from west to east, row after row from the north, as the
unit-grid standards number theirs (GB/T 30428.2). A square that a boundary cuts into several parts
gives a cell for each part, so that a cell is always in one piece.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from qxgeo.errors import Fault, InputError, Text
from qxgeo.geodesy import area_m2, partition_polygons
from qxgeo.vocabulary import NO_TOWNSHIP

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Shapes = NDArray[np.object_]

_TOWNSHIP_DIGITS = 9
_SMALLEST_M2 = 1e-5  # what rounding leaves between two cuts of the same line; 1e5 of them are 1 m2
# East and a little south: a tenth of a millimetre, along no line that people draw.
_NUDGE_DEG = np.array([1e-9, -0.61803e-9])
_NO_GAP_DEG = 1e-9  # wider than any hair that rounding leaves between two cuts
_MOST_CELLS = 2_000_000


def build_cells(
    boundary: gpd.GeoDataFrame,
    townships: gpd.GeoDataFrame | None,
    *,
    cell_size_m: float,
    hot_cell_size_m: float,
) -> gpd.GeoDataFrame:
    """Cut a district into square ground cells.

    Parameters
    ----------
    boundary
        Layer ``boundary``, one row, EPSG:4326.
    townships
        Layer ``townships``; rows without territory hold nothing, of overlapping ones the first
        holds. None where the district has no such layer.
    cell_size_m
        Edge of a square, ground metres.
    hot_cell_size_m
        Edge of a hot cell, a whole number of squares.

    Returns
    -------
    cells
        `columns.CELL_COLUMNS` up to ``lat`` with geometry, EPSG:4326, sorted by ``cell_id``. Their
        areas add up to the district's.

    Raises
    ------
    InputError
        If the sizes do not nest or would give too many cells.
    """
    per_hot_cell = _nest(cell_size_m, hot_cell_size_m)
    outline = shapely.union_all(boundary.geometry.to_numpy())
    plane = _Plane(outline)
    shapes, row, column = plane.squares(outline, cell_size_m)
    piece, label, parts = _cut(shapes, outline, townships)
    row, column = row[piece], column[piece]
    return _number(
        parts,
        label,
        boundary,
        townships,
        order=[-shapely.bounds(parts)[:, 3], shapely.bounds(parts)[:, 0], column, row],
        square_id=plane.name_squares(row, column, cell_size_m),
        hot_cell_id=plane.name_squares(
            row // per_hot_cell, column // per_hot_cell, hot_cell_size_m
        ),
    )


def adopt_cells(
    grid: gpd.GeoDataFrame,
    boundary: gpd.GeoDataFrame,
    townships: gpd.GeoDataFrame | None,
    *,
    hot_cell_size_m: float,
) -> gpd.GeoDataFrame:
    """Take the user's own grid (社区网格、单元网格), cut at township lines.

    Ground of the district that no polygon of the grid covers becomes cells of its own, so that
    every metre has a cell; of overlapping polygons the first one holds.

    Parameters
    ----------
    grid
        Layer ``patrol_cells``: ``cell_id`` and polygons, EPSG:4326.
    boundary, townships
        As for `build_cells`.
    hot_cell_size_m
        Edge of a hot cell; a cell belongs to the one that holds its inner point.

    Returns
    -------
    cells
        As `build_cells` gives them. ``square_id`` is the grid's own id, "" for ground that the
        grid leaves out.
    """
    outline = shapely.union_all(boundary.geometry.to_numpy())
    polygons = np.asarray(grid.geometry.to_numpy(), dtype=object)
    _, which, held = partition_polygons(np.array([outline], dtype=object), polygons)
    piece, label, parts = _cut(held, outline, townships)
    names = np.append(grid["cell_id"].astype(str).to_numpy(), "")[which[piece]]
    plane = _Plane(outline)
    x, y = plane.to_metres(shapely.point_on_surface(parts))
    return _number(
        parts,
        label,
        boundary,
        townships,
        order=[-shapely.bounds(parts)[:, 3], shapely.bounds(parts)[:, 0], names],
        square_id=names,
        hot_cell_id=plane.name_squares(
            np.floor(-y / hot_cell_size_m).astype(np.int64),
            np.floor(x / hot_cell_size_m).astype(np.int64),
            hot_cell_size_m,
        ),
    )


def find_cells(cells: gpd.GeoDataFrame, points: Shapes) -> Ints:
    """Find the one cell that holds each point.

    Cells are half-open: a point on the line between two cells belongs to the one just east of it,
    on a line along a parallel to the one just south; where there is none, on the outer edge, to the
    one just east or just south along it, or to the cell it touches.

    Parameters
    ----------
    cells
        As `build_cells` gives them.
    points
        Points in EPSG:4326, shape (n,).

    Returns
    -------
    row
        Row number in `cells`, -1 for a point in no cell, shape (n,).
    """
    places = np.asarray(points, dtype=object)
    found = np.full(len(places), -1, dtype=np.int64)
    shapes = np.asarray(cells.geometry.to_numpy(), dtype=object)
    if len(places) == 0 or len(shapes) == 0:
        return found
    tree = shapely.STRtree(shapes)
    point, cell = tree.query(places, predicate="intersects")
    touched = np.bincount(point, minlength=len(places))
    found[point[touched[point] == 1]] = cell[touched[point] == 1]
    shared = touched[point] > 1
    point, cell = point[shared], cell[shared]
    # Just east and south; where that is beyond the outer edge, just east, or just south.
    is_missed = [
        ~shapely.intersects(shapes[cell], _move(places[point], _NUDGE_DEG * np.array(axes)))
        for axes in ((1, 1), (1, 0), (0, 1))
    ]
    beside = dict(zip(("both", "east", "south"), is_missed, strict=True))
    candidates = pd.DataFrame({"point": point, **beside, "cell": cell})
    first = candidates.sort_values([*candidates.columns]).drop_duplicates("point")
    found[first["point"]] = first["cell"]
    # A point in the hair that rounding leaves between two cuts of the same line.
    lost = np.flatnonzero((found < 0) & ~(shapely.is_missing(places) | shapely.is_empty(places)))
    near = tree.query_nearest(places[lost], max_distance=_NO_GAP_DEG, all_matches=False)
    found[lost[near[0]]] = near[1]
    return found


def _move(points: Shapes, step_deg: Floats) -> Shapes:
    """Move points by a step in degrees."""
    return np.asarray(shapely.points(shapely.get_coordinates(points) + step_deg), dtype=object)


class _Plane:
    """The equal-area plane of a district, and its squares."""

    def __init__(self, outline: shapely.Geometry) -> None:
        west, south, east, north = shapely.bounds(outline)
        lon, lat = round((west + east) / 2), round((south + north) / 2)
        self._name = f"{'E' if lon >= 0 else 'W'}{abs(lon)}{'N' if lat >= 0 else 'S'}{abs(lat)}"
        self._transformer = Transformer.from_crs(
            "EPSG:4326", f"+proj=laea +lat_0={lat} +lon_0={lon} +ellps=WGS84", always_xy=True
        )

    def to_metres(self, points: Shapes) -> tuple[Floats, Floats]:
        """Give metres east and north of the plane's middle."""
        x, y = self._transformer.transform(shapely.get_x(points), shapely.get_y(points))
        return np.asarray(x), np.asarray(y)

    def squares(self, outline: shapely.Geometry, size_m: float) -> tuple[Shapes, Ints, Ints]:
        """Give the squares that touch the outline, with row and column.

        Raises
        ------
        InputError
            If there would be too many.
        """
        corners = shapely.get_coordinates(shapely.segmentize(shapely.boundary(outline), 0.01))
        x, y = self._transformer.transform(corners[:, 0], corners[:, 1])
        first_column, last_column = np.floor(np.array([np.min(x), np.max(x)]) / size_m).astype(int)
        first_row, last_row = np.floor(np.array([-np.max(y), -np.min(y)]) / size_m).astype(int)
        # One square more on each side: the edges bend by millimetres in degrees.
        columns = np.arange(first_column - 1, last_column + 3)
        rows = np.arange(first_row - 1, last_row + 3)
        if len(rows) * len(columns) > _MOST_CELLS:
            raise InputError(_too_many(len(rows) * len(columns), size_m))
        grid_x, grid_y = np.meshgrid(columns * size_m, -rows * size_m)
        lon, lat = self._transformer.transform(grid_x, grid_y, direction="INVERSE")
        corner = np.stack([lon, lat], axis=-1)
        ring = np.stack(
            [corner[:-1, :-1], corner[1:, :-1], corner[1:, 1:], corner[:-1, 1:], corner[:-1, :-1]],
            axis=2,
        ).reshape(-1, 5, 2)
        shapes = np.asarray(shapely.polygons(ring), dtype=object)
        row, column = (grid.ravel() for grid in np.meshgrid(rows[:-1], columns[:-1], indexing="ij"))
        shapely.prepare(outline)
        touches = shapely.intersects(outline, shapes)
        return shapes[touches], row[touches], column[touches]

    def name_squares(self, row: Ints, column: Ints, size_m: float) -> NDArray[np.object_]:
        """Name squares by the plane, their size and their place in it."""
        head = f"{self._name}-{size_m:g}m"
        return np.array(
            [f"{head}-r{r}c{c}" for r, c in zip(row.tolist(), column.tolist(), strict=True)],
            dtype=object,
        )


def _nest(cell_size_m: float, hot_cell_size_m: float) -> int:
    """Give the number of squares along a hot cell.

    Raises
    ------
    InputError
        If it is no whole number.
    """
    ratio = hot_cell_size_m / cell_size_m
    if ratio >= 1 and ratio == round(ratio):
        return round(ratio)
    raise InputError(
        Fault(
            file="district.toml",
            column="patrol.cell_size_m",
            problem=Text(
                f"{cell_size_m:g} 米网格不能整套进 {hot_cell_size_m:g} 米热点网格",
                f"cells of {cell_size_m:g} m do not nest in hot cells of {hot_cell_size_m:g} m",
            ),
            mend=Text(
                "热点网格边长须为网格边长的整数倍，例如 3000 和 500",
                "the hot cell's edge must be a whole multiple, for example 3000 and 500",
            ),
        )
    )


def _too_many(count: int, size_m: float) -> Fault:
    """Say that the squares are too small for the district."""
    return Fault(
        file="district.toml",
        column="patrol.cell_size_m",
        problem=Text(
            f"{size_m:g} 米的网格有 {count:,} 个，过多",
            f"{count:,} cells of {size_m:g} m: too many",
        ),
        mend=Text("请加大网格边长", "make the cells larger"),
    )


def _cut(
    shapes: Shapes, outline: shapely.Geometry, townships: gpd.GeoDataFrame | None
) -> tuple[Ints, Ints, Shapes]:
    """Cut polygons at the outline and the township lines into pieces that hang together.

    Gives for each piece the row of its polygon, the row of its township (-1: none) and its shape.
    """
    shapely.prepare(outline)
    pieces = shapes.copy()
    crosses = ~shapely.covers(outline, shapes)
    pieces[crosses] = shapely.intersection(shapes[crosses], outline)
    nobody = np.empty(0, dtype=object)
    territories = nobody if townships is None else townships.geometry.to_numpy()
    subject, label, cut = partition_polygons(pieces, np.asarray(territories, dtype=object))
    parts, whole = shapely.get_parts(cut, return_index=True)
    parts = np.asarray(parts, dtype=object)
    is_kept = (shapely.get_dimensions(parts) == 2) & (area_m2(parts) > _SMALLEST_M2)  # noqa: PLR2004 - areas
    return subject[whole][is_kept], label[whole][is_kept], parts[is_kept]


def _number(
    parts: Shapes,
    label: Ints,
    boundary: gpd.GeoDataFrame,
    townships: gpd.GeoDataFrame | None,
    *,
    order: list[NDArray[np.generic]],
    square_id: NDArray[np.object_],
    hot_cell_id: NDArray[np.object_],
) -> gpd.GeoDataFrame:
    """Give every piece its code; `order` sorts within a township, the last key first."""
    ids = [] if townships is None else townships["township_id"].astype(str).tolist()
    prefixes = _prefixes(ids)
    nowhere = str(boundary["district_id"].iloc[0])[:6] + "000"
    prefix = np.array([*prefixes, nowhere], dtype=object)[label]
    township = np.array([*ids, NO_TOWNSHIP], dtype=object)[label]
    sequence = np.lexsort((*order, prefix.astype(str)))
    prefix = prefix[sequence]
    is_first = np.append(True, prefix[1:] != prefix[:-1]) if len(prefix) else np.empty(0, bool)
    start = np.flatnonzero(is_first)
    count = np.arange(len(prefix)) - np.repeat(start, np.diff(np.append(start, len(prefix)))) + 1
    inside = shapely.point_on_surface(parts[sequence])
    return gpd.GeoDataFrame(
        {
            "cell_id": [f"{head}{n:05d}" for head, n in zip(prefix, count.tolist(), strict=True)],
            "square_id": square_id[sequence],
            "hot_cell_id": hot_cell_id[sequence],
            "township_id": township[sequence],
            "area_m2": area_m2(parts[sequence]),
            "lon": shapely.get_x(inside),
            "lat": shapely.get_y(inside),
        },
        geometry=parts[sequence],
        crs="EPSG:4326",
    ).astype(dict.fromkeys(("cell_id", "square_id", "hot_cell_id", "township_id"), "string"))


def _prefixes(township_ids: list[str]) -> list[str]:
    """Shorten township codes to 9 digits where that keeps them apart."""
    short = [code[:_TOWNSHIP_DIGITS] for code in township_ids]
    return short if len(set(short)) == len(set(township_ids)) else township_ids
