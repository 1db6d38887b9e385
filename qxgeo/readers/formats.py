"""The reader of each kind of file, chosen by its ending; cells and shapes as they stand there."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from qxgeo.errors import ReadError, Text
from qxgeo.readers.files import (
    KML_ENDINGS,
    TABLE_ENDINGS,
    VECTOR_ENDINGS,
    check_readable,
    read_fault,
    unpacked,
)
from qxgeo.readers.kml import read_kml
from qxgeo.readers.tabular import list_sheets, read_delimited, read_workbook
from qxgeo.readers.vector import (
    list_layers,
    read_geojson,
    read_geopackage,
    read_parquet,
    read_shapefile,
)

if TYPE_CHECKING:
    from collections.abc import Collection

    from qxgeo.readers.raw import Raw

_TEXT_ENDINGS = (".csv", ".tsv", ".txt")


def read_raw(
    path: str | Path,
    *,
    known: Collection[str],
    encoding: str | None = None,
    sheet: str | int | None = None,
    sublayer: str | None = None,
    header_row: int | None = None,
    is_datum_declared: bool,
) -> Raw:
    """Read a file before anything in it is judged.

    Parameters
    ----------
    path
        CSV, TSV, workbook, Shapefile, GeoJSON, GeoPackage, GeoParquet, KML, KMZ, OVKML, or a zip
        archive of one of them.
    known
        Headings that are expected, by which the header of a table is found.
    encoding
        Encoding of text; found where it is not declared.
    sheet
        Sheet of a workbook by name or by number, 1 for the first.
    sublayer
        Layer of a GeoPackage, folder of a KML, member of an archive.
    header_row
        Row of the header, 1 for the first; found where it is not declared.
    is_datum_declared
        Whether somebody says which datum it is: a GeoJSON that says nothing is then no question.

    Returns
    -------
    raw
        Cells and, where the format has it, geometry.

    Raises
    ------
    ReadError
        If the file is missing, unreadable, broken or in another format or encoding.
    """
    source = check_readable(Path(path))
    is_zip = source.suffix.lower() == ".zip"
    member = None if is_zip else sublayer
    opened = unpacked(source, sublayer) if is_zip else nullcontext((source, source.name))
    with opened as (file, title):
        match file.suffix.lower():
            case ending if ending in _TEXT_ENDINGS:
                raw = read_delimited(
                    file, file=title, known=known, encoding=encoding, header_row=header_row
                )
            case ending if ending in TABLE_ENDINGS:
                raw = read_workbook(
                    file, file=title, known=known, sheet=sheet, header_row=header_row
                )
            case ".shp":
                raw = read_shapefile(file, file=title, encoding=encoding)
            case ".geojson" | ".json":
                raw = read_geojson(
                    file, file=title, encoding=encoding, is_datum_declared=is_datum_declared
                )
            case ".gpkg":
                raw = read_geopackage(file, file=title, layer=member)
            case ".parquet" | ".geoparquet":
                raw = read_parquet(file, file=title)
            case ending if ending in KML_ENDINGS:
                raw = read_kml(file, file=title, encoding=encoding, folder=member)
            case ending:
                listed = " ".join((*TABLE_ENDINGS, *VECTOR_ENDINGS, *KML_ENDINGS, ".zip"))
                problem = Text(f"不认识扩展名“{ending}”", f'unknown ending "{ending}"')
                mend = Text(f"可读：{listed}", f"readable: {listed}")
                raise ReadError(read_fault(title, problem, mend))
    return raw


def list_parts(path: str | Path) -> tuple[str, ...]:
    """List what a file holds beside one another: filled sheets, or layers of a GeoPackage.

    Parameters
    ----------
    path
        Any file.

    Returns
    -------
    names
        In the order of the file; empty for files that hold one table.

    Raises
    ------
    ReadError
        If the file is missing, unreadable or broken.
    """
    source = check_readable(Path(path))
    ending = source.suffix.lower()
    if ending == ".gpkg":
        return list_layers(source, file=source.name)
    if ending in TABLE_ENDINGS and ending not in _TEXT_ENDINGS:
        return list_sheets(source, file=source.name)
    return ()
