"""Roads of a province or a country in Parquet: opened, pruned, read by pieces, written."""

from __future__ import annotations

from qxgeo.datasets.dataset import Piece, RoadDataset, near, open_dataset
from qxgeo.datasets.reading import Batch, iter_lines, read_lines
from qxgeo.datasets.writing import Written, write_dataset

__all__ = [
    "Batch",
    "Piece",
    "RoadDataset",
    "Written",
    "iter_lines",
    "near",
    "open_dataset",
    "read_lines",
    "write_dataset",
]
