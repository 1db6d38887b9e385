"""Geometry columns become coordinate arrays, without an object per row."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import shapely

from qxgeo.errors import Fault, ReadError, SchemaError, Text
from qxgeo.geodesy import Lines

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from qxgeo.geodesy.sieve import Sieve

    Ints = NDArray[np.int64]

_HEADER = 9  # bytes of a plain line: byte order, type, how many vertices
_LEAST = 5  # bytes of any geometry: byte order, type
_VERTEX = 16
_LINE, _MULTI_LINE = 2, 5
_KINDS = ("Geometry", "Point", "LineString", "Polygon", "MultiPoint", "MultiLineString",
          "MultiPolygon", "GeometryCollection")  # fmt: skip
_FLAGS = 0x0FFFFFFF  # without the bits by which PostGIS marks heights and systems
_MOST_FAULTS = 20


class Source(NamedTuple):
    """Where rows come from, for messages.

    Attributes
    ----------
    path
        The file.
    column
        The geometry column.
    first_row
        Number of the first row within the file, from 0.
    """

    path: Path
    column: str
    first_row: int

    def fault(self, row: int, problem: Text, mend: Text) -> Fault:
        """Name a row as a spreadsheet counts it: the first is row 2."""
        return Fault(
            file=str(self.path),
            row=self.first_row + row + 2,
            column=self.column,
            problem=problem,
            mend=mend,
        )


def decode_lines(
    column: pa.ChunkedArray, encoding: str, source: Source, sieve: Sieve | None = None
) -> Lines:
    """Take a geometry column as coordinate arrays.

    Parameters
    ----------
    column
        As `encoding` says, degrees, EPSG:4326.
    encoding
        One of `footer.ENCODINGS`.
    source
        Where it comes from.
    sieve
        What is wanted: a line that does not come through need not be decoded. All by default.

    Returns
    -------
    lines
        One line per row; rows without geometry, or with an empty one, or left out, have no part.
        Heights are left out.

    Raises
    ------
    ReadError
        If the bytes of a geometry are broken.
    SchemaError
        If a geometry is no line, or a coordinate is not finite.
    """
    several, first_row = [], source.first_row
    for chunk in column.chunks:
        part = source._replace(first_row=first_row)
        array = chunk.storage if isinstance(chunk, pa.ExtensionArray) else chunk
        several.append(_decode_chunk(array, encoding, part, sieve))
        first_row += len(chunk)
    lines = several[0] if len(several) == 1 else join_lines(several)
    return lines if sieve is None else lines.as_piece_of(sieve.among)


def join_lines(several: list[Lines]) -> Lines:
    """Put lines behind one another.

    Parameters
    ----------
    several
        Lines of one chunk after another.

    Returns
    -------
    lines
        Numbered through.
    """
    sizes = np.cumsum([0, *(lines.size for lines in several)])
    vertices = np.cumsum([0, *(len(lines.lonlat) for lines in several)])
    owners = [lines.part_line + sizes[i] for i, lines in enumerate(several)]
    firsts = [lines.first[:-1] + vertices[i] for i, lines in enumerate(several)]
    return Lines(
        int(sizes[-1]),
        np.concatenate([*owners, np.empty(0, dtype=np.int64)]).astype(np.int64),
        np.concatenate([*firsts, vertices[-1:]]).astype(np.int64),
        np.concatenate([np.empty((0, 2)), *(lines.lonlat for lines in several)]),
    )


def _decode_chunk(array: pa.Array, encoding: str, source: Source, sieve: Sieve | None) -> Lines:
    """Decode one chunk; what has no geometry is set aside before and gets no part."""
    size = len(array)
    owner = None
    if array.null_count:
        owner = np.flatnonzero(array.is_valid().to_numpy(zero_copy_only=False))
        array = array.drop_null()
    lines = (
        _decode_wkb(array, owner, source, sieve)
        if encoding == "WKB"
        else _decode_arrow(array, encoding, owner, source)
    )
    return lines if owner is None else _spread(lines, owner, size)


def _spread(lines: Lines, owner: Ints, size: int) -> Lines:
    """Renumber lines among all rows."""
    return Lines(size, owner[lines.part_line], lines.first, lines.lonlat)


def _decode_wkb(array: pa.Array, owner: Ints | None, source: Source, sieve: Sieve | None) -> Lines:
    """Decode well-known binary: plain lines by whole arrays, others through shapely.

    Raises
    ------
    ValueError
        If the geodesy refuses what was thought to be in order: a bug of ours.
    """
    data, offsets = binary_of(array)
    sifted = None if sieve is None else sieve.sift(data, offsets)
    if sifted is not None:
        return sifted
    begin, size = offsets[:-1], np.diff(offsets)
    row = np.arange(len(array)) if owner is None else owner
    _refuse(size < _LEAST, row, source, _cut_short)
    is_small, word = data[begin] == 1, _words(data, begin + 1)
    word = np.where(is_small, word, word.byteswap())
    kind = (word & _FLAGS) % 1000
    _refuse(
        (kind != _LINE) & (kind != _MULTI_LINE), row, source, lambda i: _not_a_line(int(kind[i]))
    )
    is_plain = is_small & (word == _LINE)
    _refuse(is_plain & (size < _HEADER), row, source, _cut_short)
    held = _words(data, np.where(is_plain, begin + 5, begin)).astype(np.int64)
    _refuse(is_plain & (size != _HEADER + _VERTEX * held), row, source, _cut_short)
    if bool(is_plain.all()):
        try:
            return Lines.from_wkb(data, offsets)
        except ValueError:
            _refuse_infinite(array, row, source)
            raise
    return _decode_mixed(array, is_plain, row, source)


def _decode_mixed(array: pa.Array, is_plain: NDArray[np.bool_], row: Ints, source: Source) -> Lines:
    """Decode plain lines and others apart, and put them in the order of the rows.

    Raises
    ------
    ReadError
        If the bytes of a geometry are broken.
    """
    plain, other = np.flatnonzero(is_plain), np.flatnonzero(~is_plain)
    try:
        shapes = shapely.from_wkb(array.take(pa.array(other)).to_numpy(zero_copy_only=False))
        lines = Lines.from_geometries(np.asarray(shapes, dtype=object))
        if len(plain):
            data, offsets = binary_of(array.take(pa.array(plain)))
            lines = join_lines([Lines.from_wkb(data, offsets), lines])
    except (shapely.GEOSException, ValueError) as error:
        _refuse_unreadable(array, row, source)
        _refuse_infinite(array, row, source)
        raise ReadError(source.fault(int(row[other[0]]), *_cut_short(0))) from error
    owner = np.concatenate((plain, other))[lines.part_line]
    order = np.argsort(owner, kind="stable")
    counts = np.diff(lines.first)[order]
    first = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    vertex = np.arange(first[-1]) + np.repeat(lines.first[:-1][order] - first[:-1], counts)
    return Lines(len(array), owner[order].astype(np.int64), first, lines.lonlat[vertex])


def _decode_arrow(array: pa.Array, encoding: str, owner: Ints | None, source: Source) -> Lines:
    """Take GeoArrow's lists of coordinates.

    Raises
    ------
    SchemaError
        If they are no such lists, or a coordinate is not finite.
    """
    size, part_line = len(array), None
    try:
        if encoding == "multilinestring":
            counts = np.diff(_offsets(array))
            part_line = np.repeat(np.arange(size), counts)
            array = array.flatten()
        offsets = _offsets(array)
        lonlat = _coordinates(array.flatten())
    except (AttributeError, KeyError, pa.ArrowException) as error:
        problem = Text(
            f"这一列不是 {encoding} 的写法（{array.type}）",
            f"the column is not stored as {encoding} ({array.type})",
        )
        mend = Text("请重新导出，或改用 WKB", "export it again, or as WKB")
        fault = Fault(file=str(source.path), column=source.column, problem=problem, mend=mend)
        raise SchemaError(fault) from error
    first = offsets - offsets[0]
    is_finite = np.isfinite(lonlat).all(axis=1)
    if not bool(is_finite.all()):
        part = np.searchsorted(first, np.flatnonzero(~is_finite)[:1], side="right") - 1
        line = part if part_line is None else part_line[part]
        row = int(line[0] if owner is None else owner[line[0]])
        raise SchemaError(source.fault(row, *_infinite(0)))
    return Lines.from_arrays(lonlat, first, part_line, size=size)


def binary_of(array: pa.Array) -> tuple[NDArray[np.uint8], Ints]:
    """Give the bytes of a binary column behind one another, and where each row begins.

    Parameters
    ----------
    array
        Binary, large binary or binary view, without nulls.

    Returns
    -------
    data, offsets
        Bytes, shape (b,), and int64 offsets, shape (n + 1,); not copied where it need not be.
    """
    held, places = bytes_of(array)
    offsets = places.astype(np.int64)
    held = held[offsets[0] : offsets[-1]]
    offsets -= offsets[0]
    return held, offsets


def bytes_of(array: pa.Array) -> tuple[NDArray[np.uint8], NDArray[np.int32] | Ints]:
    """Give the bytes that a binary column stands in, and where: as they lie in memory.

    Parameters
    ----------
    array
        Binary, large binary or binary view, without nulls.

    Returns
    -------
    data, offsets
        Bytes, shape (b,), and where each row begins among them, shape (n + 1,), of 32 or 64 bits;
        the first need not be 0. Neither may be written to.
    """
    if not (pa.types.is_binary(array.type) or pa.types.is_large_binary(array.type)):
        array = array.cast(pa.large_binary())
    _, places, data = array.buffers()
    held = np.frombuffer(data, dtype=np.uint8) if data is not None else np.empty(0, dtype=np.uint8)
    if not len(array) or places is None:
        return held[:0], np.zeros(1, dtype=np.int64)
    rows = slice(array.offset, array.offset + len(array) + 1)
    if pa.types.is_large_binary(array.type):
        return held, np.frombuffer(places, dtype=np.int64)[rows]
    return held, np.frombuffer(places, dtype=np.int32)[rows]


def _words(data: NDArray[np.uint8], at: Ints) -> NDArray[np.uint32]:
    """Read little-endian 32-bit numbers that stand anywhere among bytes."""
    if len(at) == 0:
        return np.empty(0, dtype=np.uint32)
    anywhere = np.ndarray((len(data) - 3,), dtype="<u4", buffer=data, strides=(1,))
    return np.asarray(anywhere[at], dtype=np.uint32)


def _offsets(array: pa.Array) -> Ints:
    """Give where each list begins, and the end of the last."""
    return np.asarray(array.offsets.to_numpy(), dtype=np.int64)


def _coordinates(values: pa.Array) -> NDArray[np.float64]:
    """Give longitude and latitude of GeoArrow's coordinates, apart or together, shape (v, 2)."""
    if pa.types.is_struct(values.type):
        sides = [values.field(axis).to_numpy(zero_copy_only=False) for axis in ("x", "y")]
        return np.stack(sides, axis=1).astype(float, copy=False)
    wide = values.flatten().to_numpy(zero_copy_only=False).reshape(-1, values.type.list_size)
    return np.asarray(wide[:, :2], dtype=float)


def _refuse(
    wrong: NDArray[np.bool_], row: Ints, source: Source, tell: Callable[[int], tuple[Text, Text]]
) -> None:
    """Refuse rows, the first ones by name.

    Raises
    ------
    SchemaError
        If there is any.
    """
    bad = np.flatnonzero(wrong)
    if len(bad):
        raise SchemaError([source.fault(int(row[i]), *tell(int(i))) for i in bad[:_MOST_FAULTS]])


def _refuse_infinite(array: pa.Array, row: Ints, source: Source) -> None:
    """Name the rows whose coordinates are not finite."""
    shapes = shapely.from_wkb(array.to_numpy(zero_copy_only=False))
    lonlat, owner = shapely.get_coordinates(shapes, return_index=True)
    wrong = np.zeros(len(row), dtype=bool)
    wrong[owner[~np.isfinite(lonlat).all(axis=1)]] = True
    _refuse(wrong, row, source, _infinite)


def _refuse_unreadable(array: pa.Array, row: Ints, source: Source) -> None:
    """Name the rows whose bytes are no geometry."""
    shapes = shapely.from_wkb(array.to_numpy(zero_copy_only=False), on_invalid="ignore")
    _refuse(shapely.is_missing(shapes), row, source, _cut_short)


def _not_a_line(kind: int) -> tuple[Text, Text]:
    """Word a geometry that is no line."""
    name = _KINDS[kind] if 0 <= kind < len(_KINDS) else f"type {kind}"
    problem = Text(f"几何不是线，是 {name}", f"the geometry is no line but a {name}")
    return problem, Text("请只保留线要素", "keep the lines alone")


def _cut_short(_: int) -> tuple[Text, Text]:
    """Word bytes that are no whole geometry."""
    problem = Text("几何的字节（WKB）不完整", "the bytes of the geometry (WKB) are not complete")
    return problem, Text("请重新导出该文件", "export the file again")


def _infinite(_: int) -> tuple[Text, Text]:
    """Word a coordinate that is no number."""
    problem = Text("坐标不是有限的数", "a coordinate is not a finite number")
    return problem, Text("请改正或删去这一行", "correct or remove the row")
