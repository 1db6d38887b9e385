"""What every reader hands over: a table and what has to be said about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import geopandas as gpd
    import pyarrow as pa

    from qxgeo.errors import Text


@dataclass(frozen=True, slots=True)
class ReadResult:
    """A table that was read, with the remarks of its reader.

    Attributes
    ----------
    table
        EPSG:4326.
    notes
        What a person has to know about the reading: what was skipped and counted, where the data
        come from and under which licence.
    rows
        Row of each record in the file, in the order of the table; empty where nobody counted.
    """

    table: gpd.GeoDataFrame
    notes: tuple[Text, ...] = ()
    rows: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class RoadStream:
    """Roads that are read as they are asked for.

    Attributes
    ----------
    batches
        Tables of one schema: columns of `schemas.ROADS`, others of the file, ``geometry`` as
        well-known binary in EPSG:4326. At least one.
    notes
        Asked when all batches are read, gives what has to be said of the reading.
    """

    batches: Iterator[pa.Table]
    notes: Callable[[], tuple[Text, ...]]
