"""A district as frozen values: what was declared, and what was read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    import geopandas as gpd

    from qxgeo.district.patrol_settings import PatrolSettings
    from qxgeo.district.streamed import StreamedRows
    from qxgeo.district.today_settings import TodaySettings
    from qxgeo.district.watering_settings import WateringSettings
    from qxgeo.errors import Text
    from qxgeo.plan import SiteKind


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerDeclaration:
    """What district.toml says of one layer.

    Attributes
    ----------
    path
        Absolute.
    datum
        As `datum.normalise_datum` takes it; None where the file's own system is to be used.
    accuracy_m
        Stated position accuracy, ground metres.
    format
        Empty for whatever the file's ending says, else ``osm-roads``, ``osm-turns``,
        ``osm-sites`` or ``osm-areas``.
    tags
        For ``osm-sites``: OpenStreetMap key to the values that are wanted, none for any value.
    columns
        Column of the house to heading of the file.
    where
        Only rows whose column holds one of these values; compared as text.
    missing_position
        ``refuse`` a row without position, or ``list`` it among the notes and go on.
    is_repaired
        Mend self-intersecting polygons and say so, rather than refuse them.
    control_level
        What a station is whose control level is blank.
    """

    name: str
    path: Path
    datum: str | None
    accuracy_m: float
    source: str
    licence: str
    as_of: date | None
    is_demo: bool
    is_approximate: bool
    format: str
    tags: Mapping[str, tuple[str, ...]]
    encoding: str | None
    sheet: str | int | None
    sublayer: str | None
    header_row: int | None
    columns: Mapping[str, str]
    where: Mapping[str, tuple[str, ...]]
    missing_position: str
    is_repaired: bool
    control_level: str
    notes: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterValue:
    """A number that the plan leaves open, as the district sets it, and who says so."""

    value: float
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """A district file, understood but with no layer read yet.

    Attributes
    ----------
    sha256
        Of the file's bytes.
    plan
        Name of an embedded plan, or absolute path of a plan file.
    as_of
        The day on which the district is looked at.
    choices
        Ambiguity id to the id of the reading that is taken.
    patrol
        The burning patrol: the district's own settings over the embedded defaults.
    site_kinds
        Kinds of sites that the district adds to the plan's.
    today
        The page for a warning day: the district's own settings over the embedded ones.
    watering
        Keeping roads wet: the district's own settings over the embedded ones.
    """

    path: Path
    sha256: str
    code: str
    name: Text
    plan: str
    as_of: date
    is_warning_day: bool
    layers: Mapping[str, LayerDeclaration]
    parameters: Mapping[str, ParameterValue]
    choices: Mapping[str, str]
    patrol: PatrolSettings
    site_kinds: tuple[SiteKind, ...] = ()
    today: TodaySettings | None = None
    watering: WateringSettings | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One checked table with where it comes from.

    Attributes
    ----------
    table
        Columns of its schema in `schemas.LAYERS`, plus every other column of the file as read;
        EPSG:4326, 2-D, range index, sorted by id column.
    sha256
        Of the file; of a Shapefile, of its parts one after the other.
    accuracy_m
        Stated position accuracy, ground metres (largest error that is to be reckoned with).
    as_of
        Day of the data, None where nobody said.
    notes
        What was skipped, mended or taken as given while reading.
    rows
        Row of each record in the file, in the order of the table; empty where nobody counted.
    streamed
        Where the rows are read from, piece by piece; then the table is empty. None for a layer
        that is held in memory.
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
    rows: tuple[int, ...] = ()
    streamed: StreamedRows | None = None

    @property
    def size(self) -> int:
        """How many rows there are, in memory or not."""
        return len(self.table) if self.streamed is None else self.streamed.dataset.rows


@dataclass(frozen=True, slots=True, kw_only=True)
class District:
    """Everything a run needs to know of one district, read and checked.

    Attributes
    ----------
    folder, path
        Folder of the district file, and the file; absolute.
    sha256
        Of the district file.
    plan
        Name of an embedded plan, or absolute path of a plan file.
    choices
        Ambiguity id to the id of the reading that is taken.
    warning_day
        Whether a pollution warning is in force (污染天气预警期间).
    notes
        What concerns several layers or the whole district.
    patrol
        What the district decides about its burning patrol; `load_district` always fills it.
    site_kinds
        Kinds of sites that the district adds to the plan's.
    today
        What the district decides about its warning days; `load_district` always fills it.
    watering
        What the district decides about keeping roads wet; `load_district` always fills it.
    """

    code: str
    name: Text
    folder: Path
    path: Path
    sha256: str
    plan: str
    as_of: date
    layers: Mapping[str, Layer]
    parameters: Mapping[str, ParameterValue]
    choices: Mapping[str, str]
    warning_day: bool
    notes: tuple[Text, ...]
    patrol: PatrolSettings | None = None
    site_kinds: tuple[SiteKind, ...] = ()
    today: TodaySettings | None = None
    watering: WateringSettings | None = None
