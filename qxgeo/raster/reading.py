"""Open a raster and name what is wrong with it, instead of passing a library's error on."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import rasterio
from pyproj import CRS

from qxgeo.errors import DatumError, Fault, ReadError, Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def reading(file: str) -> Iterator[None]:
    """Name the file whose pixels cannot be read.

    Parameters
    ----------
    file
        For the fault.

    Yields
    ------
    None
        While pixels are read.

    Raises
    ------
    ReadError
        If the raster opened but its pixels are damaged or missing.
    """
    try:
        yield
    except rasterio.errors.RasterioIOError as error:
        raise ReadError(
            Fault(
                file=file,
                problem=Text(
                    "栅格已损坏或不完整，像元读不出来",
                    "the raster is damaged or incomplete: its pixels cannot be read",
                ),
                mend=Text("请重新下载或导出该文件", "download or export the file again"),
            )
        ) from error


def open_raster(path: Path) -> rasterio.DatasetReader:
    """Open a raster.

    Parameters
    ----------
    path
        Of the file.

    Returns
    -------
    raster
        To be closed.

    Raises
    ------
    ReadError
        If it is none.
    """
    try:
        return rasterio.open(path)
    except rasterio.errors.RasterioIOError as error:
        raise ReadError(
            Fault(
                file=path.name,
                problem=Text("不是能读的栅格文件", "not a raster that can be read"),
                mend=Text("请给 GeoTIFF 文件", "give a GeoTIFF"),
            )
        ) from error


def read_crs(raster: rasterio.DatasetReader, file: str) -> CRS:
    """Give the reference system of a raster.

    Parameters
    ----------
    raster
        Opened.
    file
        Its name.

    Returns
    -------
    crs
        As the file states it.

    Raises
    ------
    DatumError
        If it states none.
    """
    if raster.crs is None:
        raise DatumError(
            Fault(
                file=file,
                problem=Text("没有坐标系", "it has no reference system"),
                mend=Text("请在导出时写入坐标系", "export it with its reference system"),
            )
        )
    return CRS.from_user_input(raster.crs.to_wkt())


def refuse_elsewhere(file: str) -> NoReturn:
    """Refuse a raster of another place.

    Parameters
    ----------
    file
        Its name.

    Raises
    ------
    DatumError
        Always.
    """
    raise DatumError(
        Fault(
            file=file,
            problem=Text("栅格与辖区没有重叠", "the raster does not overlap the district"),
            mend=Text("请核对文件和它的坐标系", "check that it is the right file and its system"),
        )
    )
