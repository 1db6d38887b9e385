"""A pyramid of base-map tiles, rendered here and carried inside the page.

Tiles are those of web maps: EPSG:3857, 256 pixels, row 0 in the north. Colours come from one small
palette, so that a tile is a few kilobytes and its bytes depend on nothing but the drawing.
"""

from __future__ import annotations

import base64
import contextlib
import functools
import hashlib
import io
import json
import logging
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np
import shapely
from PIL import Image, ImageDraw

from qxgeo.maps.mercator import to_unit, to_unit_boxes
from qxgeo.maps.style import (
    AROUND_COLOUR,
    BOUNDARY_COLOUR,
    LAND_COLOUR,
    MARK_COLOUR,
    MARK_WIDTH,
    ROAD_STYLES,
    WATER_COLOUR,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import numpy.typing as npt

    from qxgeo.maps.segments import Segments

logger = logging.getLogger(__name__)

TILE_PX = 256
OVERSAMPLING = 2  # drawn twice as large and shrunk: smooth lines
BLOCK_TILES = 4  # tiles drawn together, so that a road is drawn a few times and not once per tile
FIRST_ZOOM, LAST_ZOOM = 10, 16
MOST_TILES = 700  # deeper levels are stretched from the last one that fits
MOST_BYTES = 4_500_000
MARGIN = 0.45  # of the longer side: a wide screen around a narrow district shows streets, too
_RECIPE = 4  # raise when the drawing changes: old caches no longer fit
_RANK_FROM_ZOOM = (15, 13, 11, 0)  # smallest roads only where there is room for them
_SCREEN_TILES = 4
_AT_ONCE = 1 << 16  # segments that are lists of numbers, for the pen


@dataclass(frozen=True, slots=True)
class _Paths:
    """Polylines or rings in EPSG:3857 as one array, with where each begins."""

    corners: npt.NDArray[np.float64]  # (n, 2), unit: the whole world is 0 to 1, y to the south
    starts: npt.NDArray[np.intp]
    boxes: npt.NDArray[np.float64]  # (paths, 4)
    ranks: npt.NDArray[np.intp]


class _Drawn(NamedTuple):
    """What is drawn, the lowest first."""

    land: _Paths
    water: _Paths
    roads: _Paths
    marked: Segments | None


def build_pyramid(
    *,
    land: npt.NDArray[np.object_],
    water: npt.NDArray[np.object_],
    roads: npt.NDArray[np.object_],
    ranks: npt.NDArray[np.intp],
    cache_folder: Path | None,
    marked: Segments | None = None,
    is_wide: bool = False,
    most_bytes: int | None = None,
) -> dict[str, object]:
    """Render, or read back, the tiles of a district.

    Parameters
    ----------
    land, water, roads
        Geometries, EPSG:4326.
    ranks
        For each road a row of `style.ROAD_STYLES`.
    cache_folder
        Where the tiles of this very input are kept; None renders anew.
    marked
        Drawn over everything in `style.MARK_COLOUR`: the findings of a province.
    is_wide
        Whether to begin with the level on which the whole fits, and not with that of a district.
    most_bytes
        Of all tiles together, as text: deeper levels are not drawn. The first one always is. None
        for `MOST_BYTES`.

    Returns
    -------
    pyramid
        `min` and `max` zoom, `around` (colour of empty tiles) and `tiles`: ``z/x/y`` to PNG bytes
        in base64.
    """
    file = None
    if cache_folder is not None:
        more = () if marked is None else (marked.ends, np.array(marked.raster.corner))
        key = _hash_input(land, water, roads, ranks, *more) + ("w" if is_wide else "")
        if most_bytes is not None:
            key += f"-{most_bytes}"
        file = cache_folder / f"tiles-{key}.json"
    kept = _read_cache(file)
    if kept is not None:
        return kept
    pyramid = _render(land, water, roads, ranks, marked, is_wide=is_wide, most_bytes=most_bytes)
    _write_cache(file, pyramid)
    return pyramid


def trim_pyramid(pyramid: Mapping[str, object], most_bytes: int) -> dict[str, object]:
    """Leave out the deepest levels of a pyramid until it fits; the first level always stays.

    Parameters
    ----------
    pyramid
        From `build_pyramid`.
    most_bytes
        Of all tiles together, as text.

    Returns
    -------
    pyramid
        The same one if it fits.
    """
    tiles = cast("dict[str, str]", pyramid["tiles"])
    levels = sorted({int(name.partition("/")[0]) for name in tiles})
    while len(levels) > 1 and sum(map(len, tiles.values())) > most_bytes:
        last = levels.pop()
        tiles = {name: tile for name, tile in tiles.items() if not name.startswith(f"{last}/")}
    deepest = {"max": levels[-1]} if levels else {}
    return {**pyramid, **deepest, "tiles": tiles}


def _hash_input(*arrays: npt.NDArray[np.generic]) -> str:
    """Know an input by its drawn geometry and the recipe."""
    digest = hashlib.sha256(f"{_RECIPE} {ROAD_STYLES} {LAND_COLOUR} {WATER_COLOUR}".encode())
    for array in arrays:
        content = b"".join(shapely.to_wkb(array)) if array.dtype == object else array.tobytes()
        digest.update(len(content).to_bytes(8, "big"))
        digest.update(content)
    return digest.hexdigest()[:32]


def _read_cache(file: Path | None) -> dict[str, object] | None:
    """Read tiles of an earlier run; a damaged file counts as none."""
    if file is None:
        return None
    try:
        kept = json.loads(file.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
    return kept if isinstance(kept, dict) and isinstance(kept.get("tiles"), dict) else None


def _write_cache(file: Path | None, pyramid: dict[str, object]) -> None:
    """Keep tiles for the next run; a folder that cannot be written costs time, not the run."""
    if file is None:
        return
    scratch = file.with_suffix(f".{os.getpid()}.tmp")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        scratch.write_text(json.dumps(pyramid, sort_keys=True), encoding="ascii")
        scratch.replace(file)
    except OSError as error:
        with contextlib.suppress(OSError):
            scratch.unlink(missing_ok=True)
        logger.info("tiles are not cached: %s", error)


def _render(
    land: npt.NDArray[np.object_],
    water: npt.NDArray[np.object_],
    roads: npt.NDArray[np.object_],
    ranks: npt.NDArray[np.intp],
    marked: Segments | None,
    *,
    is_wide: bool,
    most_bytes: int | None,
) -> dict[str, object]:
    """Draw level by level until the budget is spent."""
    box = _unit_box([land if len(land) else roads])
    begin = _first_zoom(box) if is_wide else FIRST_ZOOM
    drawn = _Drawn(
        _unit_paths(shapely.boundary(land), np.zeros(len(land), dtype=np.intp)),
        _unit_paths(water, (shapely.get_dimensions(water) == 2).astype(np.intp)),  # noqa: PLR2004  # areas
        _unit_paths(roads, ranks),
        marked,
    )
    most_bytes = MOST_BYTES if most_bytes is None else most_bytes
    tiles: dict[str, str] = {}
    size, last = 0, begin
    for zoom in range(begin, LAST_ZOOM + 1):
        if zoom > begin and len(tiles) + _count_tiles(box, zoom) > MOST_TILES:
            break
        level: dict[str, str] = {}
        for name, content in _render_level(drawn, box, zoom):
            level[name] = content
            size += len(content)
            if size > most_bytes and zoom > begin:
                break
        if zoom > begin and size > most_bytes:
            break
        tiles |= level
        last = zoom
    return {"min": begin, "max": last, "around": AROUND_COLOUR, "tiles": tiles}


def _first_zoom(box: tuple[float, float, float, float]) -> int:
    """Give the deepest level on which a box is no wider than a screen."""
    side = max(box[2] - box[0], box[3] - box[1])
    return int(np.clip(np.floor(np.log2(_SCREEN_TILES / side)), 2, FIRST_ZOOM))


def _unit_paths(shapes: npt.NDArray[np.object_], ranks: npt.NDArray[np.intp]) -> _Paths:
    """Take lines, or the rings of areas, apart into corners of the unit square."""
    parts, owners = shapely.get_parts(shapes, return_index=True)
    is_area = shapely.get_type_id(parts) == 3  # noqa: PLR2004  # Polygon
    rings = shapely.get_exterior_ring(parts[is_area])
    lines = np.concatenate([parts[~is_area], rings])
    owners = np.concatenate([owners[~is_area], owners[is_area]])
    inner, inner_owners = shapely.get_parts(lines, return_index=True)
    coordinates, path_of = shapely.get_coordinates(inner, return_index=True)
    starts = np.concatenate([[0], np.cumsum(np.bincount(path_of, minlength=len(inner)))])
    corners = to_unit(coordinates)
    boxes = to_unit_boxes(shapely.bounds(inner))
    return _Paths(corners, starts.astype(np.intp), boxes, ranks[owners[inner_owners]])


def _unit_box(layers: list[npt.NDArray[np.object_]]) -> tuple[float, float, float, float]:
    """Give the box that the pyramid covers."""
    bounds = shapely.total_bounds(np.concatenate(layers)).reshape(1, 4)
    left, top, right, bottom = to_unit_boxes(bounds)[0].tolist()
    margin = MARGIN * max(right - left, bottom - top)
    return left - margin, top - margin, right + margin, bottom + margin


def _span(low: float, high: float, zoom: int) -> range:
    """List the tile numbers that cover an interval of the unit square."""
    most = 2**zoom - 1
    return range(max(0, int(low * 2**zoom)), min(most, int(high * 2**zoom)) + 1)


def _count_tiles(box: tuple[float, float, float, float], zoom: int) -> int:
    """Count the tiles of a level."""
    return len(_span(box[0], box[2], zoom)) * len(_span(box[1], box[3], zoom))


def _render_level(
    drawn: _Drawn, box: tuple[float, float, float, float], zoom: int
) -> Iterator[tuple[str, str]]:
    """Draw one level block by block; tiles with nothing on them are left out."""
    columns, rows = _span(box[0], box[2], zoom), _span(box[1], box[3], zoom)
    for top in range(rows.start, rows.stop, BLOCK_TILES):
        for left in range(columns.start, columns.stop, BLOCK_TILES):
            image = _draw_block(drawn, left, top, zoom)
            for row in range(top, min(top + BLOCK_TILES, rows.stop)):
                for column in range(left, min(left + BLOCK_TILES, columns.stop)):
                    content = _encode(image, column - left, row - top)
                    if content:
                        yield f"{zoom}/{column}/{row}", content


def _draw_block(drawn: _Drawn, left: int, top: int, zoom: int) -> Image.Image:
    """Draw `BLOCK_TILES` squared tiles whose first is ``left, top``."""
    side = BLOCK_TILES * TILE_PX * OVERSAMPLING
    image = Image.new("RGB", (side, side), AROUND_COLOUR)
    pen = ImageDraw.Draw(image)
    land, water, roads, marked = drawn
    scale = 2**zoom * TILE_PX * OVERSAMPLING
    corner = np.array([left, top]) * TILE_PX * OVERSAMPLING
    window = np.array([left, top, left + BLOCK_TILES, top + BLOCK_TILES]) / 2**zoom
    for ring in _pixels(land, window, scale, corner, None):
        pen.polygon(ring, fill=LAND_COLOUR)
    for ring in _pixels(water, window, scale, corner, 1):
        pen.polygon(ring, fill=WATER_COLOUR)
    for line in _pixels(water, window, scale, corner, 0):
        pen.line(line, fill=WATER_COLOUR, width=2 * OVERSAMPLING, joint="curve")
    for rank, (colour, width) in enumerate(ROAD_STYLES):
        if zoom >= _RANK_FROM_ZOOM[rank]:
            wide = max(1, round(width * OVERSAMPLING * (0.7 if zoom < 13 else 1.2)))  # noqa: PLR2004  # town scale
            for line in _pixels(roads, window, scale, corner, rank):
                pen.line(line, fill=colour, width=wide, joint="curve")
    if marked is not None:
        ends = marked.within(_widen(window)) * scale - corner
        for begin in range(0, len(ends), _AT_ONCE):
            for line in ends[begin : begin + _AT_ONCE].reshape(-1, 4).tolist():
                pen.line(line, fill=MARK_COLOUR, width=MARK_WIDTH * OVERSAMPLING)
    smooth = image.resize((side // OVERSAMPLING, side // OVERSAMPLING), Image.Resampling.BOX)
    return smooth.quantize(palette=_palette(is_marked=marked is not None), dither=Image.Dither.NONE)


def _pixels(
    paths: _Paths,
    window: npt.NDArray[np.float64],
    scale: float,
    corner: npt.NDArray[np.float64],
    rank: int | None,
) -> Iterator[list[tuple[float, float]]]:
    """Give the pixels of each path of a rank that can touch the window."""
    left, top, right, bottom = _widen(window)
    touches = (
        (paths.boxes[:, 0] <= right)
        & (paths.boxes[:, 2] >= left)
        & (paths.boxes[:, 1] <= bottom)
        & (paths.boxes[:, 3] >= top)
    )
    if rank is not None:
        touches &= paths.ranks == rank
    for path in np.flatnonzero(touches):
        corners = paths.corners[paths.starts[path] : paths.starts[path + 1]]
        if len(corners) > 1:
            yield list(map(tuple, (corners * scale - corner).tolist()))


def _widen(window: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Widen a window by half a line's width and more."""
    slack = (window[2] - window[0]) / 64
    return np.asarray(window + np.array([-slack, -slack, slack, slack]))


def _encode(block: Image.Image, column: int, row: int) -> str:
    """Cut one tile out of a block and write it as PNG in base64; empty if nothing is on it."""
    left, top = column * TILE_PX, row * TILE_PX
    tile = block.crop((left, top, left + TILE_PX, top + TILE_PX))
    if tile.getextrema() == (0, 0):  # nothing but the palette's first colour
        return ""
    stream = io.BytesIO()
    tile.save(stream, "PNG", optimize=False, compress_level=6, bits=4)
    return base64.b64encode(stream.getvalue()).decode("ascii")


@functools.cache
def _palette(*, is_marked: bool) -> Image.Image:
    """Give the sixteen colours of every tile: the layers' own and what lies between."""
    base = [AROUND_COLOUR, LAND_COLOUR, WATER_COLOUR, BOUNDARY_COLOUR]
    roads = [colour for colour, _ in ROAD_STYLES]
    colours = [_rgb(colour) for colour in (*base, *roads)]
    ground = np.array(_rgb(LAND_COLOUR))
    for colour, share in ((roads[1], 0.5), (roads[2], 0.35), (roads[2], 0.7), (roads[3], 0.3)):
        colours.append(_mix(ground, colour, share))
    for colour, share in ((roads[3], 0.6), (WATER_COLOUR, 0.35), (WATER_COLOUR, 0.7)):
        colours.append(_mix(ground, colour, share))
    colours.append(_mix(np.array(_rgb(AROUND_COLOUR)), roads[3], 0.5))
    if is_marked:  # in place of the finer steps of grey
        shares = (0.4, 0.7, 1.0)
        colours[-len(shares) :] = [_mix(ground, MARK_COLOUR, share) for share in shares]
    picture = Image.new("P", (1, 1))
    picture.putpalette([level for colour in colours for level in colour])
    return picture


def _mix(ground: npt.NDArray[np.int_], colour: str, share: float) -> tuple[int, int, int]:
    """Mix a colour into a ground."""
    red, green, blue = (
        (ground + (np.array(_rgb(colour)) - ground) * share).round().astype(int).tolist()
    )
    return red, green, blue


def _rgb(colour: str) -> tuple[int, int, int]:
    """Read ``#RRGGBB``."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
