"""Roads become a dataset: in the order of Hilbert's curve, with bounds, in bounded memory."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from qxgeo.datasets.dataset import RoadDataset, open_dataset
from qxgeo.datasets.parts import write_parts
from qxgeo.datasets.placing import replace_dataset, write_record
from qxgeo.datasets.shaping import BOUNDS, shape_rows
from qxgeo.datasets.sorting import Run, merge_runs, write_run
from qxgeo.errors import Fault, InputError, SchemaError, Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    Progress = Callable[[str, int, int], None]

LEAST_MEMORY_MB = 400
_OWN_MB = 280  # the program itself with its libraries
_SHARE = 6  # rows are held about so often while they are sorted
_SHAPE_ROWS = 16_384  # that are geometries at once
_RESERVED = (BOUNDS,)


@dataclass(frozen=True, slots=True)
class Written:
    """A dataset that was written, and what became of the rows.

    Attributes
    ----------
    dataset
        As `open_dataset` gives it.
    blank
        Rows without geometry, or with an empty one: they stand at the end.
    flattened
        Rows whose heights were left out.
    """

    dataset: RoadDataset
    blank: int
    flattened: int


@dataclass(slots=True)
class _Intake:
    """What came in so far."""

    folder: Path
    limit: int
    geometry_column: str
    runs: list[Run] = field(default_factory=list)
    tables: list[pa.Table] = field(default_factory=list)
    keys: list[NDArray[np.uint64]] = field(default_factory=list)
    schema: pa.Schema | None = None
    stored_schema: pa.Schema | None = None
    rows: int = 0
    held: int = 0
    blank: int = 0
    high: int = 0
    several: int = 0

    def take(self, batch: pa.Table | pa.RecordBatch) -> None:
        """Shape the rows of a batch, and put a run on the disk whenever enough are held."""
        table = pa.Table.from_batches([batch]) if isinstance(batch, pa.RecordBatch) else batch
        if self.schema is None:
            self.schema = _check_schema(table.schema, self.geometry_column)
        table = _fit(table, self.schema)
        for begin in range(0, max(len(table), 1), _SHAPE_ROWS):
            some = table.slice(begin, _SHAPE_ROWS)
            shaped = shape_rows(some, geometry_column=self.geometry_column, first_row=self.rows)
            self.stored_schema = shaped.table.schema
            self.tables.append(shaped.table)
            self.keys.append(shaped.keys)
            self.rows += len(some)
            self.held += shaped.table.nbytes
            self.blank += shaped.blank
            self.high += shaped.high
            self.several += shaped.several
            if self.held >= self.limit:
                self.spill()

    def kinds(self, stored: str) -> list[str]:
        """Name the types of geometry that are stored."""
        if stored == "multilinestring":
            return ["MultiLineString"]
        has_plain = self.rows > self.blank + self.several
        return ["LineString"] * has_plain + ["MultiLineString"] * bool(self.several)

    def spill(self) -> None:
        """Put what is held on the disk as one run."""
        if self.tables:
            self.runs.append(write_run(self.tables, self.keys, self.folder, len(self.runs)))
        self.tables, self.keys, self.held = [], [], 0


def write_dataset(
    batches: Iterable[pa.Table | pa.RecordBatch],
    folder: Path | str,
    *,
    memory_mb: int,
    geometry_column: str = "geometry",
    encoding: str = "WKB",
    notes: Callable[[], Sequence[Text]] = tuple,
    progress: Progress | None = None,
) -> Written:
    """Write roads as a dataset: GeoParquet 1.1, along Hilbert's curve, with the bounds of rows.

    Parameters
    ----------
    batches
        Tables of one schema, geometry in well-known binary, EPSG:4326; at least one, which may be
        empty. They are taken one after another and not kept.
    folder
        Where ``part-*.parquet`` and ``_dataset.json`` go; a dataset of ours that is there already
        is replaced when the new one is complete.
    memory_mb
        About how much memory the program may use in all, at least `LEAST_MEMORY_MB`.
    geometry_column
        Name of the geometry column in the batches; it becomes ``geometry``.
    encoding
        ``WKB``, which every program reads, or ``geoarrow``, which is smaller and read sooner.
    notes
        Asked at the end for what is to be said of the data, such as their licence.
    progress
        Told what is being done, rows done and rows in all (0 while nobody knows).

    Returns
    -------
    written
        The same bytes whatever the sizes of the batches and the memory.

    Raises
    ------
    InputError
        If `memory_mb` is too little or `encoding` is another.
    SchemaError
        If there is no batch, columns change or have no room, or a geometry is no line.
    OutputError
        If the folder cannot be written or holds something else; nothing is changed then.
    """
    _check_options(memory_mb, encoding)
    limit = (memory_mb - _OWN_MB) * 1_000_000 // _SHARE
    tell = progress or (lambda *_: None)
    with replace_dataset(Path(folder)) as new:
        spilled = new / "_spilled"
        spilled.mkdir()
        intake = _Intake(spilled, limit, geometry_column)
        for batch in batches:
            intake.take(batch)
            tell("read", intake.rows, 0)
        intake.spill()
        if intake.schema is None:
            problem = Text("一批数据也没有", "there is nothing to write")
            raise SchemaError(Fault(problem=problem, mend=Text("请检查输入", "check the input")))
        stored = _name_encoding(encoding, intake.several)
        tables = _tell_rows(merge_runs(intake.runs, nbytes=limit), tell, intake.rows)
        write_parts(
            tables, new, schema=intake.stored_schema, encoding=stored, kinds=intake.kinds(stored)
        )
        shutil.rmtree(spilled)
        write_record(new, _describe(intake, stored, notes()))
    return Written(open_dataset(folder), intake.blank, intake.high)


def _check_options(memory_mb: int, encoding: str) -> None:
    """Refuse what cannot be done.

    Raises
    ------
    InputError
        If the memory is too little or the encoding is unknown.
    """
    if memory_mb < LEAST_MEMORY_MB:
        problem = Text(f"内存 {memory_mb} MB 太少", f"{memory_mb} MB of memory are too little")
        mend = Text(f"至少 {LEAST_MEMORY_MB} MB", f"allow at least {LEAST_MEMORY_MB} MB")
        raise InputError(Fault(column="memory", problem=problem, mend=mend))
    if encoding not in {"WKB", "geoarrow"}:
        problem = Text(f"不认识的几何写法 {encoding}", f"unknown encoding {encoding}")
        mend = Text("写 WKB 或 geoarrow", "write WKB or geoarrow")
        raise InputError(Fault(column="encoding", problem=problem, mend=mend))


def _check_schema(schema: pa.Schema, geometry_column: str) -> pa.Schema:
    """Give the schema to hold all batches to, without what programs note beside it.

    Raises
    ------
    SchemaError
        If there is no geometry column, or a column bears a name that is ours.
    """
    taken = [*_RESERVED] if geometry_column == "geometry" else [*_RESERVED, "geometry"]
    clash = [name for name in schema.names if name in taken]
    twice = sorted({name for name in schema.names if schema.names.count(name) > 1})
    if geometry_column not in schema.names:
        problem = Text("没有几何列", "there is no geometry column")
        mend = Text(f"应有一列 {geometry_column}", f"a column {geometry_column} is wanted")
        raise SchemaError(Fault(column=geometry_column, problem=problem, mend=mend))
    if clash or twice:
        problem = Text("这个列名另有用处或重复", "this name is taken, or used twice")
        mend = Text("请改列名", "rename the column")
        raise SchemaError(Fault(column=(clash + twice)[0], problem=problem, mend=mend))
    return pa.schema([pa.field(field.name, _plain_type(field.type)) for field in schema])


def _plain_type(kind: pa.DataType) -> pa.DataType:
    """Give one type to what batches may hold under several: dictionaries, views, extensions."""
    if isinstance(kind, pa.ExtensionType):
        return _plain_type(kind.storage_type)
    if pa.types.is_dictionary(kind):
        return _plain_type(kind.value_type)
    if kind in (pa.large_string(), pa.string_view()):
        return pa.string()
    if kind in (pa.large_binary(), pa.binary_view()):
        return pa.binary()
    return pa.string() if pa.types.is_null(kind) else kind


def _fit(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Bring a batch into the schema of the first.

    Raises
    ------
    SchemaError
        If its columns are others.
    """
    try:
        plain = [
            pa.chunked_array(
                [c.storage if isinstance(c, pa.ExtensionArray) else c for c in column.chunks],
                type=column.type.storage_type
                if isinstance(column.type, pa.ExtensionType)
                else column.type,
            )
            for column in table.columns
        ]
        return pa.table(plain, names=table.column_names).select(schema.names).cast(schema)
    except (pa.ArrowException, KeyError) as error:
        said = " ".join(str(error).split())
        problem = Text(f"各批数据的列不一致：{said}", f"batches differ in their columns: {said}")
        mend = Text("请统一各批数据的列和类型", "give all batches the same columns and types")
        raise SchemaError(Fault(problem=problem, mend=mend)) from error


def _tell_rows(tables: Iterator[pa.Table], tell: Progress, total: int) -> Iterator[pa.Table]:
    """Pass tables on and say how many rows went by."""
    done = 0
    for table in tables:
        yield table
        done += len(table)
        tell("write", done, total)


def _name_encoding(encoding: str, several: int) -> str:
    """Name the encoding of a column after the lines in it."""
    if encoding == "WKB":
        return "WKB"
    return "multilinestring" if several else "linestring"


def _describe(intake: _Intake, encoding: str, notes: Sequence[Text]) -> dict[str, object]:
    """Say of a dataset what a person wants to know who finds it."""
    return {
        "blank_rows": intake.blank,
        "encoding": encoding,
        "flattened_rows": intake.high,
        "notes": {"en": [note.en for note in notes], "zh": [note.zh for note in notes]},
        "order": "Hilbert",
        "rows": intake.rows,
    }
