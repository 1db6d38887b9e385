"""Tiles of a download, and their answers kept on disk so that a later run continues.

Tiles lie on a fixed grid over the world, so that an area that grows a little still finds most of
its tiles, and a file's name depends on the tile and the question alone, not on who answered.
"""

from __future__ import annotations

import hashlib
import json
import logging
import math
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import shapely

from qxgeo.errors import Fault, InputError, OutputError, Text
from qxgeo.readers.overpass_merge import answer_problem

if TYPE_CHECKING:
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

logger = logging.getLogger(__name__)

TILES_PER_DEGREE = 10  # about 11 km north, 9 to 11 km east in southern and central China
MOST_TILES = 1000  # about 100,000 km2: more than any prefecture needs is a mistake
_ANSWER_VERSION = "qxgeo-overpass-1"


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """One cell of the grid, counted from longitude 0 and latitude 0 towards east and north."""

    column: int
    row: int

    @property
    def polygon(self) -> shapely.Polygon:
        """The cell in lon/lat.

        Returns
        -------
        polygon
            Rectangle, EPSG:4326.
        """
        return shapely.box(
            self.column / TILES_PER_DEGREE,
            self.row / TILES_PER_DEGREE,
            (self.column + 1) / TILES_PER_DEGREE,
            (self.row + 1) / TILES_PER_DEGREE,
        )

    def file_name(self, question: str) -> str:
        """Name the file that keeps the answer.

        Parameters
        ----------
        question
            What is asked of every tile.

        Returns
        -------
        name
            The same for the same tile and question, whichever server answers.
        """
        key = json.dumps([_ANSWER_VERSION, TILES_PER_DEGREE, question])
        digest = hashlib.sha256(key.encode()).hexdigest()[:12]
        return f"overpass-{digest}-{self.column}-{self.row}.json"


def covering_tiles(area: shapely.Polygon | shapely.MultiPolygon) -> list[Tile]:
    """List the tiles that an area touches.

    Parameters
    ----------
    area
        Lon/lat, EPSG:4326.

    Returns
    -------
    tiles
        West to east, then south to north.

    Raises
    ------
    InputError
        If the area is no valid polygon in degrees, or too large for a shared public service.
    """
    if not _is_area(area):
        raise InputError(
            Fault(
                column="area",
                problem=Text(
                    "下载范围不是有效的经纬度面", "the area is no valid polygon in degrees"
                ),
                mend=Text("请检查辖区边界和站点位置", "check the boundary and the stations"),
            )
        )
    west, south, east, north = (bound * TILES_PER_DEGREE for bound in area.bounds)
    columns = range(math.floor(west), math.floor(east) + 1)
    rows = range(math.floor(south), math.floor(north) + 1)
    if len(columns) * len(rows) > MOST_TILES:
        raise InputError(
            Fault(
                column="area",
                problem=Text("下载范围太大", "the area is too large to download"),
                mend=Text(
                    "请下载 Geofabrik 的 .osm.pbf 文件并在 district.toml 里指向它",
                    "download a Geofabrik .osm.pbf extract and point district.toml to it",
                ),
            )
        )
    shapely.prepare(area)
    tiles = [Tile(column, row) for column in columns for row in rows]
    return [tile for tile in tiles if area.intersects(tile.polygon)]


def _is_area(area: BaseGeometry) -> bool:
    """Whether something is a valid polygon within the world's degrees."""
    if area.geom_type not in {"Polygon", "MultiPolygon"} or area.is_empty or not area.is_valid:
        return False
    west, south, east, north = area.bounds
    return bool(west >= -180 and south >= -90 and east < 180 and north < 90)  # noqa: PLR2004 the globe


def load_answer(path: Path) -> dict[str, Any] | None:
    """Load a kept answer.

    Parameters
    ----------
    path
        Its file.

    Returns
    -------
    answer
        None where there is none, or where what is there is damaged: it will be asked for again.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        logger.warning("%s cannot be read and is asked for again: %s", path, error)
        return None
    if problem := answer_problem(text):
        logger.warning("%s is damaged and is asked for again: %s", path, problem.en)
        return None
    answer: dict[str, Any] = json.loads(text)
    return answer


def save_answer(path: Path, text: str) -> None:
    """Keep an answer: wholly or not at all.

    Parameters
    ----------
    path
        Its file; the folder is made where it is missing.
    text
        The answer as the server gave it.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            part.write_text(text, encoding="utf-8")
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(
            Fault(
                file=str(path),
                problem=Text(f"下载内容无法写入（{error}）", f"cannot keep the download ({error})"),
                mend=Text(
                    "请检查磁盘空间和文件夹权限", "check the free space and the folder's rights"
                ),
            )
        ) from error
