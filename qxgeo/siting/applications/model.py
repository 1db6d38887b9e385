"""A list of applications and what was said of it, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd

    from qxgeo.district import District
    from qxgeo.errors import Fault, Text
    from qxgeo.plan import SiteKind
    from qxgeo.siting.model import SiteChecks


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A row that cannot be judged, and what has to be mended in it.

    Attributes
    ----------
    place_id, name
        As far as the row gives them, "" where it does not.
    """

    place_id: str
    name: str
    fault: Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Applications:
    """A list of applications, read.

    Attributes
    ----------
    file
        Its name.
    sha256
        Of its bytes.
    row_count
        How many applications it holds, refused ones included.
    kinds
        Kinds that were met, in the order of the plan.
    tables
        For each kind its places by `kind_id`: `site_id`, `name`, `status`, `address`, `source_row`
        (as a spreadsheet counts), `accuracy_m` (ground metres, NaN where the row does not say),
        the kind's attributes, geometry in EPSG:4326.
    entrances
        `site_id`, `entrance_id`, `road_name`, geometry in EPSG:4326.
    refused
        One for each thing to mend, in the order of the rows.
    notes
        What was assumed and what looks odd, beside what is wrong.
    datums
        Declared datum to the number of places that were given in it.
    """

    file: str
    sha256: str
    row_count: int
    kinds: tuple[SiteKind, ...]
    tables: Mapping[str, gpd.GeoDataFrame]
    entrances: gpd.GeoDataFrame
    refused: tuple[Refused, ...]
    notes: tuple[Text, ...]
    datums: Mapping[str, int]

    @property
    def refused_row_count(self) -> int:
        """Count the applications that are not judged."""
        return self.row_count - sum(len(table) for table in self.tables.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """What the plan says of a list of applications.

    Attributes
    ----------
    checks
        One for each kind that was met, in the order of the plan.
    lines
        For each of them its long table, as `siting.list_lines` writes it.
    """

    district: District
    applications: Applications
    checks: tuple[SiteChecks, ...]
    lines: tuple[pd.DataFrame, ...]

    @property
    def is_demo(self) -> bool:
        """Whether anything that was measured to is invented."""
        return any(one.is_demo for one in self.checks)

    @property
    def is_approximate(self) -> bool:
        """Whether a boundary is only approximate."""
        return any(one.is_approximate for one in self.checks)
