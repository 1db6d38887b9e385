"""GPS tracks of vehicles: CSV, workbooks, GPX and GeoJSON become one checked table.

`read_tracks` reads files and folders; rows that cannot be read are named and the rest is used.
`settle_datum` decides in which datum the positions are, or refuses to.
"""

from __future__ import annotations

from qxgeo.readers.tracks.model import LOCAL_ZONE, TRACK_COLUMNS, Tracks
from qxgeo.readers.tracks.place import DATUM_CHOICES, settle_datum
from qxgeo.readers.tracks.reading import TRACK_ENDINGS, read_tracks

__all__ = [
    "DATUM_CHOICES",
    "LOCAL_ZONE",
    "TRACK_COLUMNS",
    "TRACK_ENDINGS",
    "Tracks",
    "read_tracks",
    "settle_datum",
]
