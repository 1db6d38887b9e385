"""A raster that ends too early, as a broken download does, named instead of a library's error."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import rasterio

from qxgeo.errors import Fault, ReadError, Text

if TYPE_CHECKING:
    from collections.abc import Iterator


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
