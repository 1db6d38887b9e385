"""A town with air: bulletins of its stations and places about them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import shapely

from qxgeo.district.today_settings import default_today
from qxgeo.readers.air_hours import AIR_COLUMNS, AirHours

if TYPE_CHECKING:
    from collections.abc import Callable

    from qxgeo.district import District, Layer


def make_hours(
    values: dict[str, Any], *, hours: int = 96, last: str = "2023-12-28 18:00"
) -> AirHours:
    """Invent hours of stations: code to PM2.5 (number or list), other pollutants low and alive."""
    times = pd.date_range(end=last, periods=hours, freq="h")
    parts = []
    for code, fine in values.items():
        wobble = np.arange(hours) % 5
        parts.append(
            pd.DataFrame(
                {
                    "station_id": code,
                    "time": times,
                    "pm2_5": np.broadcast_to(np.asarray(fine, dtype=float), hours) + wobble * 0.1,
                    "pm10": 30.0 + wobble,
                    "so2": 8.0,
                    "no2": 20.0 + wobble,
                    "co": 0.6,
                    "o3": 40.0 + wobble,
                    "primary": "",
                }
            )
        )
    table = pd.concat(parts, ignore_index=True).reindex(columns=list(AIR_COLUMNS))
    return AirHours(table=table.astype(AIR_COLUMNS), notes=())


@pytest.fixture(scope="session")
def hours_of() -> Callable[..., AirHours]:
    """Give the function that invents hours of stations."""
    return make_hours


@pytest.fixture(scope="session")
def town_today(
    town: dict[str, Layer], layer_of: Callable[..., Layer], district_of: Callable[..., District]
) -> District:
    """Give the town with repair shops north and south of S1 and a pit to the north-east."""
    shops = layer_of(
        "auto_repair",
        [
            {
                "site_id": code,
                "name": name,
                "owner": "张三丰",
                "phone": "13800001111",
                "geometry": place,
            }
            for code, name, place in (
                ("N1", "北厂", shapely.Point(110.015, 25.014)),
                ("N2", "<script>alert(1)</script>`${7*7}`", shapely.Point(110.0155, 25.018)),
                ("S1", "南厂", shapely.Point(110.015, 25.004)),
                ("F1", "远厂", shapely.Point(110.015, 25.08)),
            )
        ],
        accuracy_m=10.0,
    )
    pit = layer_of(
        "bare_ground",
        [
            {
                "zone_id": "B1",
                "name": "取土场",
                "geometry": shapely.box(110.005, 25.012, 110.03, 25.013),
            }
        ],
    )
    district = district_of(*town.values(), shops, pit, as_of=date(2023, 12, 28))
    return replace(district, today=default_today())
