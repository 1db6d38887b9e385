"""Two answers about one ground: what is freed, what is shut, and nothing lost between them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from pyproj import Geod

from qxgeo.district import ParameterValue
from qxgeo.errors import InputError
from qxgeo.siting.area import difference_area, eligible_area

if TYPE_CHECKING:
    from collections.abc import Callable

    from qxgeo.district import District, Layer

GEOD = Geod(ellps="WGS84")
MARKET = (110.03, 25.006)


@pytest.fixture
def district(
    town: dict[str, Layer], layer_of: Callable[..., Layer], district_of: Callable[..., District]
) -> District:
    """Give the town with one market far from both stations, everything exact."""
    market = {"site_id": "M1", "name": "菜市", "geometry": shapely.Point(MARKET)}
    layers = [*town.values(), layer_of("markets", [market])]
    exact = [
        replace(layer, accuracy_m=0.0, table=layer.table.assign(accuracy_m=0.0)) for layer in layers
    ]
    return district_of(*exact)


def near_market(district: District, radius_m: float) -> District:
    value = ParameterValue(value=radius_m, source="牵头单位")
    return replace(district, parameters={"near_market_m": value})


def ring_km2(inner_m: float, outer_m: float) -> float:
    """Measure between two dense geodesic circles around the market."""
    azimuth = np.arange(0, 360, 0.05)
    areas = []
    for radius_m in (inner_m, outer_m):
        start = (np.full(len(azimuth), degrees) for degrees in MARKET)
        lon, lat, _ = GEOD.fwd(*start, azimuth, np.full(len(azimuth), radius_m))
        areas.append(abs(GEOD.polygon_area_perimeter(lon, lat)[0]) / 1e6)
    return areas[1] - areas[0]


def test_a_wider_radius_shuts_a_ring_and_nothing_else(district: District) -> None:
    before, after = (
        eligible_area(near_market(district, radius_m), "inspection_agency", accuracy_m=0)
        for radius_m in (200.0, 220.0)
    )
    change = difference_area(before, after)
    assert change[["change", "verdict_before", "verdict_after"]].to_numpy().tolist() == [
        ["shut", "allowed", "prohibited"]
    ]
    assert change["township_id"].tolist() == ["450305002"]
    assert change["area_km2"].iloc[0] == pytest.approx(ring_km2(200, 220), rel=1e-4)
    back = difference_area(after, before)
    assert back["change"].tolist() == ["freed"]
    assert back["area_km2"].iloc[0] == pytest.approx(change["area_km2"].iloc[0], rel=1e-9)


def test_the_same_answer_differs_nowhere(district: District) -> None:
    area = eligible_area(near_market(district, 200.0), "inspection_agency")
    assert len(difference_area(area, area)) == 0
    again = eligible_area(near_market(district, 200.0), "inspection_agency")
    assert len(difference_area(area, again)) == 0


def test_a_soft_rule_that_hardens_is_stricter_but_shuts_nothing_new(district: District) -> None:
    before = eligible_area(district, "inspection_agency", accuracy_m=0)
    after = eligible_area(district, "auto_repair", accuracy_m=0)
    change = difference_area(before, after)
    assert set(change["change"]) == {"stricter"}  # discouraged, then not newly approved
    discouraged = before.parts[before.parts["verdict"] == "discouraged"]["area_km2"].sum()
    assert change["area_km2"].sum() == pytest.approx(discouraged, rel=1e-9)
    assert set(difference_area(after, before)["change"]) == {"milder"}


def test_the_balance_of_what_changes_is_the_change_of_the_totals(district: District) -> None:
    before = eligible_area(near_market(district, 300.0), "inspection_agency", accuracy_m=3)
    after = eligible_area(near_market(district, 900.0), "inspection_agency", accuracy_m=20)
    change = difference_area(before, after)
    gained = change.groupby("verdict_after")["area_km2"].sum()
    lost = change.groupby("verdict_before")["area_km2"].sum()
    then = after.parts.groupby("verdict")["area_km2"].sum()
    now = before.parts.groupby("verdict")["area_km2"].sum()
    for verdict in set(then.index) | set(now.index):
        expected = then.get(verdict, 0.0) - now.get(verdict, 0.0)
        assert gained.get(verdict, 0.0) - lost.get(verdict, 0.0) == pytest.approx(
            expected, abs=1e-8
        )


def test_another_ground_is_refused(district: District) -> None:
    boundary = district.layers["boundary"]
    smaller = boundary.table.assign(geometry=[shapely.box(110, 25, 110.03, 25.02)])
    layers = {**district.layers, "boundary": replace(boundary, table=smaller)}
    mine = eligible_area(district, "auto_repair")
    other = eligible_area(replace(district, layers=layers), "auto_repair")
    with pytest.raises(InputError, match="范围不同"):
        difference_area(mine, other)
