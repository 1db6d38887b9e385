"""Road sections of a province from OpenStreetMap, in bounded memory.

The file is read once. Its roads go to the disk as they come; when all have come, it is known which
nodes are passed twice, and the roads are cut there, some at a time, by the rules of
`osm_sections`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import shapely

from qxgeo.errors import ReadError, Text
from qxgeo.readers.osm import (
    Collected,
    check_file,
    check_no_history,
    collect_ways,
    find_nodes,
    no_roads,
    notes_on_skipped,
    reading,
)
from qxgeo.readers.osm_sections import (
    ATTRIBUTION,
    WAY_KEYS,
    Losses,
    Ways,
    cut_sections,
    list_passes,
)
from qxgeo.readers.result import RoadStream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import geopandas as gpd
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Progress = Callable[[str, int, int], None]

_CHUNK_NODES = 200_000  # of the roads that are Python objects at once
_SMALL_BYTES = 16_000_000  # of a file whose nodes may be kept in memory
_RANGE_NODES = 1 << 20  # that are counted at once
_EVERY = 1024  # of how many node ids one is looked at to find the ranges


@dataclass(slots=True)
class _Spilled:
    """Roads on the disk, some to a file."""

    folder: Path
    way_ids: list[Ints] = field(default_factory=list)
    unknown: set[int] = field(default_factory=set)
    skipped: Counter[str] = field(default_factory=Counter)
    found: dict[int, tuple[float, float]] = field(default_factory=dict)
    losses: Losses = field(default_factory=Losses)
    sections: int = 0

    def add(self, collected: Collected) -> None:
        """Put some roads on the disk."""
        ways = collected.as_ways()
        self.unknown |= collected.unknown_nodes()
        self.skipped += collected.skipped
        ends = pa.array(np.concatenate(([0], np.cumsum(ways.sizes))).astype(np.int32))
        tags = pa.array(list(ways.tags), pa.struct(dict.fromkeys(WAY_KEYS, pa.string())))
        table = pa.table(
            {
                "way": ways.way_ids,
                "node": pa.ListArray.from_arrays(ends, pa.array(ways.node_ids)),
                "lon": pa.ListArray.from_arrays(ends, pa.array(ways.lonlat[:, 0].copy())),
                "lat": pa.ListArray.from_arrays(ends, pa.array(ways.lonlat[:, 1].copy())),
                "tags": tags,
            }
        )
        with pa.ipc.new_file(str(self._path(len(self.way_ids))), table.schema) as writer:
            writer.write_table(table)
        self.way_ids.append(ways.way_ids)

    def load(self, number: int, is_kept: NDArray[np.bool_], *, with_tags: bool) -> Ways:
        """Read roads back, those that are wanted, with all positions that are known."""
        with pa.OSFile(str(self._path(number))) as file:
            table = pa.ipc.open_file(file).read_all().filter(pa.array(is_kept)).combine_chunks()
        nodes = table["node"].combine_chunks()
        node_ids = nodes.flatten().to_numpy(zero_copy_only=False)
        lonlat = np.column_stack(
            [
                table[axis].combine_chunks().flatten().to_numpy(zero_copy_only=False)
                for axis in ("lon", "lat")
            ]
        )
        if self.found:
            for row in np.flatnonzero(np.isnan(lonlat[:, 0])):
                lonlat[row] = self.found.get(int(node_ids[row]), (np.nan, np.nan))
        tags = [
            {key: value for key, value in row.items() if value is not None}
            for row in (table["tags"].to_pylist() if with_tags else ())
        ]
        return Ways(
            way_ids=table["way"].to_numpy(),
            sizes=np.diff(nodes.offsets.to_numpy()).astype(np.int64),
            node_ids=node_ids,
            lonlat=lonlat,
            tags=tags,
        )

    def choose(self) -> list[NDArray[np.bool_]]:
        """Mark in each file the roads that count: of several of one id, the last."""
        ids = np.concatenate(self.way_ids)
        _, place = np.unique(ids[::-1], return_index=True)
        is_kept = np.zeros(len(ids), dtype=bool)
        is_kept[len(ids) - 1 - place] = True
        return np.split(is_kept, np.cumsum([len(part) for part in self.way_ids])[:-1])

    def _path(self, number: int) -> Path:
        """Name a file."""
        return self.folder / f"ways-{number}.arrow"


def stream_osm_roads(
    path: str | Path, *, work_folder: Path, progress: Progress | None = None
) -> RoadStream:
    """Read road sections, road between intersections, without holding them in memory.

    Parameters
    ----------
    path
        OpenStreetMap file, see `osm.read_osm_roads`.
    work_folder
        An empty folder with room for three times the size of the file.
    progress
        Told what is being done, and how much is done of how much (0 while nobody knows).

    Returns
    -------
    stream
        The sections that `osm.read_osm_roads` gives, in the order of the file's ways.

    Raises
    ------
    ReadError
        If the file is missing or holds a history; while it is read also if it is broken, truncated
        or has no road.
    """
    source = check_file(path)
    check_no_history(source)
    spilled = _Spilled(Path(work_folder))
    batches = _stream(source, spilled, progress or (lambda *_: None))

    def notes() -> tuple[Text, ...]:
        """Say what was read and what was lost."""
        count = sum(len(ids) for ids in spilled.way_ids)
        summary = Text(
            f"{source.name}：读入 {count} 条道路，得 {spilled.sections} 个路段",
            f"{source.name}: {count} ways read, {spilled.sections} sections kept",
        )
        return (
            ATTRIBUTION,
            summary,
            *notes_on_skipped(spilled.skipped),
            *spilled.losses.notes(),
        )

    return RoadStream(batches, notes)


def _stream(source: Path, spilled: _Spilled, tell: Progress) -> Iterator[pa.Table]:
    """Read, count, cut.

    Raises
    ------
    ReadError
        If the file is broken or has no road.
    """
    is_small = source.stat().st_size <= _SMALL_BYTES
    storage = "flex_mem" if is_small else f"sparse_file_array,{spilled.folder / 'nodes.idx'}"
    with reading(source):
        count = 0
        tell("ways", 0, 0)
        for collected in collect_ways(
            source, with_paths=False, most_nodes=_CHUNK_NODES, storage=storage
        ):
            count += len(collected.way_ids)
            spilled.add(collected)
            tell("ways", count, 0)
        spilled.found = find_nodes(source, spilled.unknown)
    if not count:
        raise ReadError(no_roads(source))
    is_kept = spilled.choose()
    crossings = _find_crossings(spilled, is_kept)
    for number, kept in enumerate(is_kept):
        sections, losses = cut_sections(
            spilled.load(number, kept, with_tags=True), crossings=crossings
        )
        before = spilled.losses
        spilled.losses = Losses(
            before.cut_ways + losses.cut_ways,
            before.unknown_nodes + losses.unknown_nodes,
            before.without_length + losses.without_length,
        )
        spilled.sections += len(sections)
        yield _as_table(sections)
        tell("cut", number + 1, len(is_kept))
    if not spilled.sections:
        raise ReadError(no_roads(source))


def _find_crossings(spilled: _Spilled, is_kept: list[NDArray[np.bool_]]) -> Ints:
    """Find the nodes that are passed more than once, ascending; a range of ids at a time."""
    paths = []
    for number, kept in enumerate(is_kept):
        paths.append(spilled.folder / f"passes-{number}.npy")
        np.save(paths[-1], np.sort(list_passes(spilled.load(number, kept, with_tags=False))))
    passes = [np.load(path, mmap_mode="r") for path in paths]
    some = np.sort(np.concatenate([ids[::_EVERY] for ids in passes]))
    edges = np.unique(some[:: _RANGE_NODES // _EVERY])[1:]
    begins, found = [0] * len(passes), list["Ints"]()
    for edge in [*edges.tolist(), None]:
        ends = [len(i) if edge is None else int(np.searchsorted(i, edge)) for i in passes]
        held = [i[begin:end] for i, begin, end in zip(passes, begins, ends, strict=True)]
        ids, counts = np.unique(np.concatenate(held), return_counts=True)
        found.append(ids[counts > 1])
        begins = ends
    return np.concatenate(found)


def _as_table(sections: gpd.GeoDataFrame) -> pa.Table:
    """Give sections as an Arrow table, the same types whatever is in them."""
    columns = {}
    for name in sections.columns.drop("geometry"):
        values = pa.array(sections[name])
        is_text = not (pa.types.is_boolean(values.type) or pa.types.is_integer(values.type))
        columns[str(name)] = values.cast(pa.string()) if is_text else values
    binary = shapely.to_wkb(sections.geometry.to_numpy())
    return pa.table({**columns, "geometry": pa.array(binary, pa.binary())})
