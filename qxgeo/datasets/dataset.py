"""Files of roads in GeoParquet, and the pieces they are read by."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from qxgeo.datasets.footer import Bounds, Footer, read_footer
from qxgeo.errors import Fault, ReadError, SchemaError, Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

_AT_ONCE = 1 << 22  # pairs of piece and box
_HIDDEN = (".", "_")


@dataclass(frozen=True, slots=True)
class Piece:
    """What is read at once at most: one row group of one file.

    Attributes
    ----------
    number
        Counted through the whole dataset, from 0.
    path
        The file.
    row_group
        Which row group of the file, from 0.
    first_row
        Number of its first row in the whole dataset, from 0.
    rows
        How many rows it has.
    bounds
        West, south, east, north, degrees; no row lies outside. None where the file does not say.
    first_row_of_file
        The same number within its file, for messages.
    """

    number: int
    path: Path
    row_group: int
    first_row: int
    rows: int
    bounds: Bounds | None
    first_row_of_file: int = 0


@dataclass(frozen=True, slots=True)
class RoadDataset:
    """Roads in one GeoParquet file or several; nothing of them is in memory.

    Attributes
    ----------
    root
        The file or folder that was named.
    files
        Files in the order of their names.
    encoding
        ``WKB``, ``linestring`` or ``multilinestring``.
    geometry_column
        Name of the geometry column, EPSG:4326 or what differs from it by centimetres.
    columns
        Other columns that can be asked for.
    pieces
        In the order of files and row groups.
    rows
        Rows of all pieces.
    geometry_bytes
        Stored bytes of the geometry of a row, in the piece where that is most.
    fingerprint
        SHA-256 over names, sizes and footers of the files, not over all bytes.
    """

    root: Path
    files: tuple[Path, ...]
    encoding: str
    geometry_column: str
    columns: tuple[str, ...]
    pieces: tuple[Piece, ...]
    rows: int
    geometry_bytes: int
    fingerprint: str


def open_dataset(path: Path | str) -> RoadDataset:
    """Open a GeoParquet file, or a folder of them, by the footers alone.

    Parameters
    ----------
    path
        A file, or a folder that is searched for ``*.parquet`` at any depth, but not in what begins
        with a dot or an underscore.

    Returns
    -------
    dataset
        Files sorted by name.

    Raises
    ------
    ReadError
        If there is no file, one is broken, or one is no GeoParquet.
    DatumError
        If the system is not longitude and latitude on WGS 84 or CGCS2000.
    SchemaError
        If the geometry is no lines, or the files do not hold the same columns.
    """
    root = Path(path)
    files = _list_files(root)
    footers = [read_footer(file) for file in files]
    _refuse_strangers(files, footers)
    first = footers[0]
    pieces = _number_pieces(files, footers)
    return RoadDataset(
        root=root,
        files=files,
        encoding=first.encoding,
        geometry_column=first.geometry_column,
        columns=first.columns,
        pieces=pieces,
        rows=sum(piece.rows for piece in pieces),
        geometry_bytes=max(footer.geometry_bytes for footer in footers),
        fingerprint=_fingerprint(root, files, footers),
    )


def near(dataset: RoadDataset, boxes: ArrayLike) -> tuple[Piece, ...]:
    """Keep the pieces that may hold a road within one of the boxes.

    Parameters
    ----------
    dataset
        Where the pieces come from.
    boxes
        West, south, east, north, degrees, shape (n, 4).

    Returns
    -------
    pieces
        In their order: every piece that touches a box or whose bounds are not known. What is left
        out has no road that touches a box.
    """
    box = np.asarray(boxes, dtype=float).reshape(-1, 4).T
    everywhere = (-np.inf, -np.inf, np.inf, np.inf)
    bounds = np.array([piece.bounds or everywhere for piece in dataset.pieces]).reshape(-1, 4)
    step = max(_AT_ONCE // max(box.shape[1], 1), 1)
    kept: list[Piece] = []
    for begin in range(0, len(bounds), step):
        west, south, east, north = (side[:, None] for side in bounds[begin : begin + step].T)
        is_apart = (west > box[2]) | (east < box[0]) | (south > box[3]) | (north < box[1])
        meets = np.flatnonzero(~is_apart.all(axis=1)) + begin
        kept += [dataset.pieces[number] for number in meets]
    return tuple(kept)


def _list_files(root: Path) -> tuple[Path, ...]:
    """List the files of a dataset.

    Raises
    ------
    ReadError
        If there is none.
    """
    if root.is_dir():
        found = sorted(
            file
            for file in root.rglob("*.parquet")
            if file.is_file()
            and not any(part.startswith(_HIDDEN) for part in file.relative_to(root).parts)
        )
        if found:
            return tuple(found)
        problem = Text("文件夹里没有 .parquet 文件", "there is no .parquet file in the folder")
        mend = Text("请用 qxgeo convert 生成", "make one with qxgeo convert")
    elif root.is_file():
        return (root,)
    else:
        problem = Text("文件或文件夹不存在", "there is no such file or folder")
        mend = Text("请检查路径", "check the path")
    raise ReadError(Fault(file=str(root), problem=problem, mend=mend))


def _refuse_strangers(files: Sequence[Path], footers: Sequence[Footer]) -> None:
    """Refuse files that do not belong together.

    Raises
    ------
    SchemaError
        With one fault per file that differs from the first.
    """
    first, faults = footers[0], []
    for file, other in zip(files, footers, strict=True):
        differs = set(first.columns) ^ set(other.columns)
        if first.geometry_column != other.geometry_column:
            differs |= {first.geometry_column, other.geometry_column}
        if first.encoding != other.encoding:
            differs.add(f"{other.geometry_column} ({other.encoding})")
        if differs:
            listed = ", ".join(sorted(differs))
            problem = Text(
                f"与 {files[0].name} 的列不同：{listed}",
                f"its columns are not those of {files[0].name}: {listed}",
            )
            mend = Text(
                "同一文件夹只放同一数据集的文件", "keep the files of one dataset in a folder"
            )
            faults.append(Fault(file=str(file), problem=problem, mend=mend))
    if faults:
        raise SchemaError(faults)


def _number_pieces(files: Sequence[Path], footers: Sequence[Footer]) -> tuple[Piece, ...]:
    """Count row groups and rows through all files."""
    pieces: list[Piece] = []
    first_row = 0
    for file, footer in zip(files, footers, strict=True):
        begin = first_row
        for row_group, rows in enumerate(footer.rows):
            bounds, number = footer.bounds[row_group], len(pieces)
            pieces.append(
                Piece(number, file, row_group, first_row, rows, bounds, first_row - begin)
            )
            first_row += rows
    return tuple(pieces)


def _fingerprint(root: Path, files: Sequence[Path], footers: Sequence[Footer]) -> str:
    """Hash what tells one dataset from another without reading it."""
    whole = hashlib.sha256()
    for file, footer in zip(files, footers, strict=True):
        name = file.relative_to(root).as_posix() if file != root else file.name
        whole.update(f"{name}\n{file.stat().st_size}\n{footer.digest}\n".encode())
    return whole.hexdigest()
