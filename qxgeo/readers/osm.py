"""Roads and sites from OpenStreetMap files, PBF or XML, read as a stream.

A file is read to its end or not at all: a truncated or broken one raises, and no part of it is
handed over.
"""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import osmium
import shapely

from qxgeo.errors import Fault, InputError, ReadError, Text
from qxgeo.readers.osm_sections import (
    ATTRIBUTION,
    PATH_CLASSES,
    WAY_KEYS,
    Ways,
    build_sections,
    keep_reaching,
    skip_reason,
)
from qxgeo.readers.result import ReadResult

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

BBox = tuple[float, float, float, float]
ENDINGS = (".osm", ".osm.xml", ".osm.gz", ".osm.bz2", ".pbf")
_HEADER_BYTES = 9  # of a WKB line: byte order, type, number of points
_EXTRACT_ADVICE = Text(
    "请重新下载或重新导出该文件，核对文件大小和校验值后再试",
    "download or export the file again, compare its size and checksum, and retry",
)


def read_osm_roads(
    path: str | Path, *, bbox: BBox | None = None, highway: Collection[str] | None = None
) -> ReadResult:
    """Read road sections, road between intersections, from an OpenStreetMap file.

    Parameters
    ----------
    path
        File ending in ``.osm``, ``.osm.gz``, ``.osm.bz2`` or ``.pbf``.
    bbox
        West, south, east, north in degrees, EPSG:4326. Sections that touch it are kept whole.
    highway
        Values of the ``highway`` tag to keep. None keeps every road in use except paths for
        people on foot, bicycle or horse (`osm_sections.PATH_CLASSES`); a value that nobody has
        heard of is kept rather than lost.

    Returns
    -------
    result
        Table as `osm_sections.build_sections` describes it, and notes on licence and losses.

    Raises
    ------
    ReadError
        If the file is missing, broken, truncated, holds a history, or has no road that was
        asked for.
    InputError
        If `bbox` is not a box in degrees.
    """
    source = check_file(path)
    area = check_bbox(bbox) if bbox is not None else None
    check_no_history(source)
    with_paths = highway is not None and not PATH_CLASSES.isdisjoint(highway)
    with reading(source):
        (collected,) = collect_ways(source, with_paths=with_paths)
        collected.found = find_nodes(source, collected.unknown_nodes())
    sections, losses = build_sections(collected.as_ways(), highway=highway)
    if area is not None:
        sections = keep_reaching(sections, area)
    if sections.empty:
        raise ReadError(no_roads(source))
    summary = Text(
        f"{source.name}：读入 {len(collected.way_ids)} 条道路，得 {len(sections)} 个路段",
        f"{source.name}: {len(collected.way_ids)} ways read, {len(sections)} sections kept",
    )
    return ReadResult(sections, (ATTRIBUTION, summary, *collected.notes(), *losses))


def check_bbox(bbox: BBox) -> shapely.Polygon:
    """Make a polygon of west, south, east, north.

    Parameters
    ----------
    bbox
        Four numbers, degrees, EPSG:4326.

    Returns
    -------
    box
        Rectangle in lon/lat.

    Raises
    ------
    InputError
        If it is no box within the world's degrees.
    """
    west, south, east, north = bbox
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):  # noqa: PLR2004 the globe
        raise InputError(
            Fault(
                problem=Text(f"范围 {bbox} 不是有效的经纬度矩形", f"{bbox} is no box in degrees"),
                mend=Text(
                    "按 西, 南, 东, 北（度）的顺序给出", "give west, south, east, north in degrees"
                ),
                column="bbox",
            )
        )
    return shapely.box(west, south, east, north)


@contextmanager
def reading(source: Path) -> Iterator[None]:
    """Turn whatever the OSM library says of a broken file into one clear error.

    Parameters
    ----------
    source
        The file that is being read.

    Yields
    ------
    None
        While the file is read.

    Raises
    ------
    ReadError
        If the file cannot be read to its end.
    """
    try:
        yield
    except (RuntimeError, OSError, ValueError, osmium.InvalidLocationError) as error:
        raise ReadError(
            Fault(
                file=str(source),
                problem=Text(
                    f"不是完整的 OpenStreetMap 文件（{error}）",
                    f"not a complete OpenStreetMap file ({error})",
                ),
                mend=_EXTRACT_ADVICE,
            )
        ) from error


@dataclass(slots=True)
class Collected:
    """Ways as they come from the stream, and what was passed over."""

    way_ids: list[int] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    node_ids: list[int] = field(default_factory=list)
    coordinates: bytearray = field(default_factory=bytearray)
    tags: list[dict[str, str]] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    found: dict[int, tuple[float, float]] = field(default_factory=dict)

    def add(
        self, way: osmium.osm.Way, tags: dict[str, str], factory: osmium.geom.WKBFactory
    ) -> None:
        """Append a way; positions that are not known yet become NaN."""
        refs = [node.ref for node in way.nodes]
        try:
            wkb = bytes.fromhex(factory.create_linestring(way, osmium.geom.ALL))
            self.coordinates += wkb[_HEADER_BYTES:]
        except (RuntimeError, osmium.InvalidLocationError):
            lonlat = [
                (node.lon, node.lat) if node.location.valid() else (np.nan, np.nan)
                for node in way.nodes
            ]
            self.coordinates += np.array(lonlat, dtype="<f8").tobytes()
        self.way_ids.append(way.id)
        self.sizes.append(len(refs))
        self.node_ids += refs
        self.tags.append(tags)

    def unknown_nodes(self) -> set[int]:
        """Give the ids of nodes whose position the stream had not given before the way."""
        is_unknown = np.isnan(self._lonlat()[:, 0])
        return set(np.asarray(self.node_ids, dtype=np.int64)[is_unknown].tolist())

    def as_ways(self) -> Ways:
        """Give everything as flat arrays."""
        lonlat = self._lonlat().copy()
        node_ids = np.array(self.node_ids, dtype=np.int64)
        if self.found:
            for row in np.flatnonzero(np.isnan(lonlat[:, 0])):
                lonlat[row] = self.found.get(int(node_ids[row]), (np.nan, np.nan))
        return Ways(
            way_ids=np.array(self.way_ids, dtype=np.int64),
            sizes=np.array(self.sizes, dtype=np.int64),
            node_ids=node_ids,
            lonlat=lonlat,
            tags=self.tags,
        )

    def _lonlat(self) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
        """View the collected bytes as rows of lon, lat."""
        return np.frombuffer(bytes(self.coordinates), dtype="<f8").reshape(-1, 2)

    def notes(self) -> tuple[Text, ...]:
        """Say which ways were passed over, and how many."""
        return notes_on_skipped(self.skipped)


def notes_on_skipped(skipped: Counter[str]) -> tuple[Text, ...]:
    """Say which ways with a ``highway`` tag were passed over, and how many.

    Parameters
    ----------
    skipped
        Counts by `osm_sections.skip_reason`.

    Returns
    -------
    notes
        One sentence for squares and one for classes, where there are any.
    """
    notes = []
    if squares := skipped["area"]:
        notes.append(
            Text(
                f"{squares} 个广场（area=yes 的面）不是路段，未读入",
                f"{squares} squares (area=yes) are no road sections and are left out",
            )
        )
    classes = sorted((name, count) for name, count in skipped.items() if name != "area")
    if classes:
        listed = ", ".join(f"{name} {count}" for name, count in classes)
        notes.append(
            Text(
                f"非机动车路径或未通行的道路未读入：{listed}",
                f"paths and roads not in use are left out: {listed}",
            )
        )
    return tuple(notes)


def find_nodes(source: Path, wanted: set[int]) -> dict[int, tuple[float, float]]:
    """Look once more for positions that the stream gave after the way, or under negative ids.

    Parameters
    ----------
    source
        A file that is not sorted, or a drawing not yet uploaded.
    wanted
        Ids of nodes; nothing is read where there is none.

    Returns
    -------
    found
        Longitude and latitude by id, degrees.
    """
    found: dict[int, tuple[float, float]] = {}
    if not wanted:
        return found
    for node in osmium.FileProcessor(source, osmium.osm.NODE):
        if not isinstance(node, osmium.osm.Node):  # nodes are read, nothing else
            continue
        if node.id in wanted and node.location.valid():
            found[node.id] = (node.lon, node.lat)
    return found


def collect_ways(
    source: Path,
    *,
    with_paths: bool,
    most_nodes: float = np.inf,
    storage: str = "flex_mem",
) -> Iterator[Collected]:
    """Stream through a file once and hand over its roads, some at a time.

    Parameters
    ----------
    source
        OpenStreetMap file.
    with_paths
        Whether foot and cycle paths are wanted.
    most_nodes
        After how many nodes the ways so far are handed over.
    storage
        Where pyosmium keeps the positions of nodes.

    Yields
    ------
    collected
        At least one, the last maybe empty; counts of what was skipped are in the last.
    """
    collected, skipped = Collected(), Counter[str]()
    factory = osmium.geom.WKBFactory()
    processor = (
        osmium.FileProcessor(source)
        .with_locations(storage)
        .with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
        .with_filter(osmium.filter.KeyFilter("highway"))
    )
    for way in processor:
        if not isinstance(way, osmium.osm.Way):  # the filter lets ways through, nothing else
            continue
        tags = {tag.k: tag.v for tag in way.tags if tag.k in WAY_KEYS}
        if reason := skip_reason(tags, with_paths=with_paths):
            skipped[reason] += 1
        else:
            collected.add(way, tags, factory)
        if len(collected.node_ids) >= most_nodes:
            yield collected
            collected = Collected()
    collected.skipped = skipped
    yield collected


def check_no_history(source: Path) -> None:
    """Refuse a file that holds several versions of the same thing.

    Parameters
    ----------
    source
        OpenStreetMap file.

    Raises
    ------
    ReadError
        If the file holds a history, or its head cannot be read.
    """
    with reading(source):
        is_history = osmium.FileProcessor(source).header.has_multiple_object_versions
    if is_history:
        raise ReadError(
            Fault(
                file=str(source),
                problem=Text("这是历史文件，同一对象有多个版本", "this is a history file"),
                mend=Text("请改用当前数据的截取文件", "use an extract of current data instead"),
            )
        )


def check_file(path: str | Path) -> Path:
    """Refuse what is no file, or no OpenStreetMap file by its name.

    Parameters
    ----------
    path
        Where the file should be.

    Returns
    -------
    path
        The same place.

    Raises
    ------
    ReadError
        If there is no such file or its ending is another.
    """
    source = Path(path)
    if not source.is_file():
        problem = Text("文件不存在", "there is no such file")
        mend = Text("请检查 district.toml 里的路径", "check the path in district.toml")
    elif not source.name.lower().endswith(ENDINGS):
        listed = " ".join(ENDINGS)
        problem = Text("不是 OpenStreetMap 文件的扩展名", "not the ending of an OpenStreetMap file")
        mend = Text(f"可用的扩展名：{listed}", f"endings that can be read: {listed}")
    else:
        return source
    raise ReadError(Fault(file=str(path), problem=problem, mend=mend))


def no_roads(source: Path) -> Fault:
    """Say that nothing was found; an empty road layer would read as "nothing to do".

    Parameters
    ----------
    source
        OpenStreetMap file.

    Returns
    -------
    fault
        On one line.
    """
    return Fault(
        file=str(source),
        problem=Text("要求的范围和类别内没有道路", "no road of the classes and the box asked for"),
        mend=Text(
            "请检查范围是否落在该文件覆盖的地区、道路类别是否写对",
            "check that the box lies in the region of the file and the classes are spelt right",
        ),
    )
