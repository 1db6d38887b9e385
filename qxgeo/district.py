"""A district is a folder: district.toml names its layers, their datum, accuracy and parameters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from collections.abc import Mapping

import geopandas as gpd

from qxgeo.errors import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One checked table with where it comes from.

    Attributes
    ----------
    table
        Columns of its schema in `schemas.LAYERS`, plus every other column of the file as read;
        EPSG:4326, 2-D, range index, sorted by id column.
    accuracy_m
        Stated position accuracy, ground metres (largest error that is to be reckoned with).
    """

    name: str
    table: gpd.GeoDataFrame
    path: Path
    sha256: str
    datum: str
    accuracy_m: float
    source: str
    licence: str
    as_of: date | None
    is_demo: bool
    is_approximate: bool
    notes: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterValue:
    value: float
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class District:
    """Everything a run needs to know of one district, read and checked."""

    code: str
    name: Text
    folder: Path
    path: Path  # district.toml
    sha256: str
    plan: str  # name of an embedded plan, or absolute path of a plan file
    as_of: date
    layers: Mapping[str, Layer]
    parameters: Mapping[str, ParameterValue]
    choices: Mapping[str, str]  # ambiguity id -> choice id
    warning_day: bool  # 污染天气预警期间
    notes: tuple[Text, ...]  # warnings of readers, statements such as "Huaqiao has no territory"


def load_district(path: str | Path | None = None, *, as_of: date | None = None) -> District:
    """Read and check every layer; None is the embedded default district. All faults in one error."""
    raise NotImplementedError
