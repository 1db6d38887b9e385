"""The duty list: what the main job requires to be wet, with or without a plan of carts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qxgeo.assess import assess
from qxgeo.errors import DistrictError, Fault, Text
from qxgeo.readers.carts import read_carts
from qxgeo.watering.demand import find_demand
from qxgeo.watering.drying import plan_drying, read_drying
from qxgeo.watering.frost import frost_of, tell_frost_to_audit
from qxgeo.watering.tracks.model import Duty
from qxgeo.watering.turns import lay_driven_streets

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import geopandas as gpd

    from qxgeo.district import District
    from qxgeo.district.watering_settings import WateringSettings
    from qxgeo.readers.carts import CartTables
    from qxgeo.watering.streets import StreetGraph

_FACTS = (
    *("section_id", "road_name", "road_class", "township_id", "township_name", "rule_ids"),
    *("from_m", "to_m", "length_m", "passes", "directions", "interval_factor"),
)
_ALL_DAY_TANK_M = 1e9  # sections are not parted for a tank here


def watering_settings(district: District) -> WateringSettings:
    """Give a district's settings of watering.

    Parameters
    ----------
    district
        As `load_district` gives it.

    Returns
    -------
    settings
        Its own over the defaults.

    Raises
    ------
    DistrictError
        If it has no roads, or nobody read its settings.
    """
    if district.watering is None or "roads" not in district.layers:
        fault = Fault(
            file=district.path.name,
            problem=Text("辖区没有道路图层", "the district has no layer of roads"),
            mend=Text("请在 [layers.roads] 写明道路文件", "name a file under [layers.roads]"),
        )
        raise DistrictError(fault)
    return district.watering


def build_audit_streets(district: District) -> StreetGraph:
    """Make the streets of a district.

    Parameters
    ----------
    district
        With roads.

    Returns
    -------
    streets
        For driving. A forbidden turn costs more and can be found driven all the same.
    """
    return lay_driven_streets(district, watering_settings(district))


def list_duty(
    district: District,
    streets: StreetGraph,
    *,
    weather: str | None = None,
    rain: Sequence[tuple[float, float]] = (),
    carts: CartTables | None = None,
    is_demo: bool = False,
) -> Duty:
    """List what had to be wet by the district's plan alone.

    Parameters
    ----------
    district
        Read and checked.
    streets
        Of its roads.
    weather
        Key of the table of drying; the district's own if left out.
    rain
        Hours of rain, from and to.
    carts
        The unit's carts, where given.
    is_demo
        Whether they are invented.

    Returns
    -------
    duty
        Without planned wettings.
    """
    settings = watering_settings(district)
    number = settings.number
    demand = find_demand(
        assess(district),
        district,
        streets,
        settings,
        spray_width_m=number("spray_width_m"),
        tank_m=_ALL_DAY_TANK_M,
    )
    drying = plan_drying(
        read_drying(settings.drying),
        weather=weather or settings.weather,
        film_mm=number("retained_share") * number("spray_l_per_m2"),
        dry_film_mm=number("dry_film_mm"),
        traffic_mm_per_h=number("traffic_mm_per_h"),
        longest_h=number("longest_h"),
        rain=rain,
        frost=frost_of(settings),
    )
    return Duty(
        sections=keep_facts(demand.sections),
        drying=drying,
        wettings=no_wettings(),
        carts=cart_facts(None if carts is None else carts.carts),
        shifts=shift_facts(None if carts is None else carts.shifts),
        day=None,
        source=Text(
            "行动方案的保持湿润路段（主任务结论）",
            "roads to keep wet by the action plan (main job)",
        ),
        problems=(*demand.problems, *tell_frost_to_audit(drying)),
        is_demo=is_demo,
    )


def load_carts(district: District, path: Path | None, *, datum: str | None) -> CartTables | None:
    """Read the carts' file that was given, or the district's own.

    Parameters
    ----------
    district
        May name a file in its ``[watering]``.
    path
        File, None for the district's own.
    datum
        Of its positions; WGS 84 if left out, for the audit does not use them.

    Returns
    -------
    carts
        None where there is no file.
    """
    if path is not None:
        return read_carts(path, datum=datum or "wgs84")
    own = watering_settings(district).carts
    return None if own is None else read_carts(own.path, datum=own.datum)


def keep_facts(sections: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep what is required of sections, and leave out what a plan promised of them.

    Parameters
    ----------
    sections
        Of a demand or a plan.

    Returns
    -------
    sections
        Columns of `columns.SECTION_COLUMNS` up to ``interval_factor``, and the line.
    """
    return sections[[*_FACTS, "geometry"]].reset_index(drop=True)


def no_wettings() -> pd.DataFrame:
    """Give a table of planned wettings without a row.

    Returns
    -------
    table
        ``section``, ``cart_id``, ``start_s``, ``end_s``.
    """
    kinds = {"section": "int64", "cart_id": "object", "start_s": "float64", "end_s": "float64"}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})


def cart_facts(carts: pd.DataFrame | None) -> pd.DataFrame:
    """Give what the audit needs of carts.

    Parameters
    ----------
    carts
        With ``cart_id``, ``company``, ``spray_speed_kmh``; None for none.

    Returns
    -------
    table
        Those columns; a missing one is filled with nothing.
    """
    if carts is None or carts.empty:
        names = {"cart_id": "object", "company": "object", "spray_speed_kmh": "float64"}
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in names.items()})
    speed = carts.get("spray_speed_kmh", np.nan)
    company = carts.get("company", "")
    table = pd.DataFrame({"cart_id": carts["cart_id"].astype(str)})
    table["company"] = pd.Series(company, index=table.index).fillna("").astype(str)
    table["spray_speed_kmh"] = pd.to_numeric(pd.Series(speed, index=table.index))
    return table.reset_index(drop=True)


def shift_facts(shifts: pd.DataFrame | None) -> pd.DataFrame:
    """Give what the audit needs of shifts: no driver, no phone.

    Parameters
    ----------
    shifts
        With ``cart_id``, ``start_s``, ``end_s``; None for none.

    Returns
    -------
    table
        Those columns.
    """
    names = {"cart_id": "object", "start_s": "float64", "end_s": "float64"}
    if shifts is None or shifts.empty:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in names.items()})
    return shifts[list(names)].astype(names).reset_index(drop=True)
