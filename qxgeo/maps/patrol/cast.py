"""Who and what stands on a patrol map, and how tables and shapes are written for its script."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from qxgeo.maps.layers import DECIMALS
from qxgeo.maps.patrol.times import name_people
from qxgeo.vocabulary import PLACE_LABELS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import geopandas as gpd
    import numpy.typing as npt

    from qxgeo.errors import Text
    from qxgeo.maps.rows import Strings
    from qxgeo.patrol.model import Patrol

_MOST_VERTICES = 60_000  # of one kind of shape: about 1.3 MB; more is drawn coarser
_FIRST_TOLERANCE_DEG = 1e-5  # about a metre


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Who and what is on a map: names and row numbers that every table needs.

    Attributes
    ----------
    titles
        Person id to what the person is called here.
    person_rows
        Person id to row of the table of people.
    point_rows
        Point id to row of the table of points.
    towns
        Township code to name.
    """

    patrol: Patrol
    lang: str
    is_public: bool
    strings: Strings
    titles: Mapping[str, str]
    person_rows: Mapping[str, int]
    point_rows: Mapping[str, int]
    towns: Mapping[str, str]

    def town(self, code: object) -> str:
        """Name a township; a code without a name stands for itself."""
        return self.towns.get(str(code), str(code))

    def people(self, ids: Iterable[object]) -> list[int]:
        """Give the rows of people, -1 for nobody."""
        return [self.person_rows.get(str(one), -1) for one in ids]


def meet_cast(patrol: Patrol, *, lang: str, is_public: bool, strings: Strings) -> Cast:
    """Gather the names of a patrol.

    Parameters
    ----------
    patrol
        What was planned.
    lang
        ``zh`` or ``en``.
    is_public
        Whether names stay out.
    strings
        Takes up every text.

    Returns
    -------
    cast
        People in the order of the roster.
    """
    towns = {code: label.in_language(lang) for code, label in PLACE_LABELS.items()}
    if "townships" in patrol.district.layers:
        table = patrol.district.layers["townships"].table
        towns |= dict(zip(table["township_id"].astype(str), table["name"].astype(str), strict=True))
    return Cast(
        patrol=patrol,
        lang=lang,
        is_public=is_public,
        strings=strings,
        titles=name_people(patrol.people, is_public=is_public, lang=lang),
        person_rows={str(key): row for row, key in enumerate(patrol.people["person_id"])},
        point_rows={str(key): row for row, key in enumerate(patrol.points["point_id"])},
        towns=towns,
    )


def pack_table(columns: Mapping[str, Sequence[object]], strings: Strings) -> dict[str, object]:
    """Write columns as rows; a column of texts holds their numbers.

    Parameters
    ----------
    columns
        Of one length; lists of texts are written as lists of numbers.
    strings
        Takes up every text.

    Returns
    -------
    table
        JSON: ``fields``, ``texts`` (fields that hold numbers of texts) and ``rows``.
    """
    packed: dict[str, list[object]] = {}
    texts = []
    for name, values in columns.items():
        kinds = {type(value) for value in values}
        if kinds & {str, list}:
            texts.append(name)
            packed[name] = [_number(value, strings) for value in values]
        else:
            packed[name] = list(values)
    rows = [list(row) for row in zip(*packed.values(), strict=True)]
    return {"fields": list(columns), "texts": texts, "rows": rows}


def write_shapes(shapes: npt.NDArray[np.object_] | gpd.GeoSeries) -> list[object]:
    """Write geometries as GeoJSON, None for those that are missing or empty.

    Parameters
    ----------
    shapes
        EPSG:4326.

    Returns
    -------
    geometries
        Coordinates rounded to 1e-6 degrees. Very detailed ones are drawn coarser.
    """
    drawn = np.asarray(shapes, dtype=object)
    tolerance_deg = _FIRST_TOLERANCE_DEG
    while shapely.get_num_coordinates(drawn).sum() > _MOST_VERTICES:
        before = shapely.get_num_coordinates(drawn).sum()
        drawn = shapely.simplify(drawn, tolerance_deg, preserve_topology=True)
        if tolerance_deg > 1e-3 and shapely.get_num_coordinates(drawn).sum() == before:  # noqa: PLR2004 - 100 m
            break  # so many shapes that their corners alone are too many
        tolerance_deg *= 2
    rounded_shapes = shapely.transform(drawn, lambda degrees: np.round(degrees, DECIMALS))
    is_there = ~(shapely.is_missing(drawn) | shapely.is_empty(drawn))
    return [
        json.loads(text) if there else None
        for text, there in zip(shapely.to_geojson(rounded_shapes), is_there.tolist(), strict=True)
    ]


def rounded(values: Iterable[float], digits: int) -> list[float | int | None]:
    """Round for display; NaN becomes None, whole numbers are written short."""
    found: list[float | int | None] = []
    for value in values:
        if not math.isfinite(value):
            found.append(None)
            continue
        short = round(float(value), digits)
        found.append(int(short) if short.is_integer() else short)
    return found


def texts(values: Iterable[object]) -> list[str]:
    """Give cells as text; missing is empty."""
    return [value if isinstance(value, str) else "" for value in values]


def labels(values: Iterable[object], known: Mapping[str, Text], lang: str) -> list[str]:
    """Say words of the house in a language; another word stands for itself."""
    return [known[word].in_language(lang) if word in known else word for word in texts(values)]


def _number(value: object, strings: Strings) -> object:
    """Give the number of a text, or of each text of a list."""
    if isinstance(value, list):
        return [strings.number(str(one)) for one in value]
    return strings.number(str(value))
