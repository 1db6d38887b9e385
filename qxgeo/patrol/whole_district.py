"""A district without township lines is one whole: everybody on the roster shares all of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import shapely

from qxgeo.errors import Text

if TYPE_CHECKING:
    import pandas as pd

    from qxgeo.district import District

_COUNTY_DIGITS = 6
_NO_TOWNSHIP_DIGITS = "000"


def take_as_one(district: District, people: pd.DataFrame) -> tuple[District, pd.DataFrame]:
    """Put the whole district in the place of townships where it brings none.

    Parameters
    ----------
    district
        As it is read.
    people
        As `list_people` gives them.

    Returns
    -------
    district, people
        As they are where there is a layer of townships; otherwise with one unit, the district's
        name and outline, to which everybody belongs.
    """
    if "townships" in district.layers:
        return district, people
    boundary = district.layers["boundary"]
    code = district.code[:_COUNTY_DIGITS] + _NO_TOWNSHIP_DIGITS
    table = gpd.GeoDataFrame(
        {"township_id": [code], "name": [district.name.zh]},
        geometry=[shapely.union_all(boundary.table.geometry.to_numpy())],
        crs="EPSG:4326",
    ).astype({"township_id": "string", "name": "string"})
    note = Text(
        "没有乡镇街道界线，以全区为一个单位", "no township lines: the whole district is one unit"
    )
    whole = replace(boundary, name="townships", table=table, notes=(note,), rows=())
    layers = {**district.layers, "townships": whole}
    return replace(district, layers=layers), people.assign(
        township_id=people["township_id"].mask(people["township_id"].notna(), code)
    )
