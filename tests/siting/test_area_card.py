"""Where may it open, place by place: the drawn ground against what the card measures."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod

from qxgeo.district import ParameterValue
from qxgeo.errors import Text
from qxgeo.plan.kinds import KindRule, SiteKind
from qxgeo.siting import check_sites
from qxgeo.siting.area import eligible_area
from qxgeo.siting.model import VERDICTS
from qxgeo.vocabulary import SiteVerdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from qxgeo.district import District, Layer
    from qxgeo.siting.area import EligibleArea

GEOD = Geod(ellps="WGS84")

OWN = SiteKind(
    kind_id="own",
    title=Text("自定", "own"),
    aliases=(),
    layer="",
    rules=(
        KindRule(rule_id="3.1.0-a", when={}, caught=SiteVerdict.NEEDS_DECISION),
        KindRule(rule_id="3.1.0-b", when={}),
        KindRule(rule_id="4.1.4-b", when={}),
        KindRule(rule_id="4.1.4-c", when={}),
        KindRule(rule_id="4.1.4-f", when={}),
    ),
    attributes=(),
)


@pytest.fixture
def decided(
    town: dict[str, Layer], layer_of: Callable[..., Layer], district_of: Callable[..., District]
) -> District:
    """Give the town with one reference of each sort and every number decided."""
    box = shapely.box
    dwellings = (box(110.025, 25.015, 110.0252, 25.0151), box(110.0199, 25.015, 110.0201, 25.0151))
    shapes = {
        "schools": [box(110.021, 25.009, 110.027, 25.011)],
        "markets": [shapely.Point(110.005, 25.005)],
        "residential_buildings": dwellings,
    }
    layers = [
        layer_of(
            name,
            [{"site_id": str(n), "name": "甲", "geometry": one} for n, one in enumerate(some)],
        )
        for name, some in shapes.items()
    ]
    zone = {"zone_id": "Z1", "name": "禁燃区", "geometry": box(110.0, 25.0, 110.018, 25.02)}
    numbers = {"near_school_m": 200.0, "near_market_m": 50.0, "near_residential_m": 40.0}
    return district_of(
        *town.values(),
        *layers,
        layer_of("no_fuel_zone", [zone]),
        parameters={
            name: ParameterValue(value=value, source="牵头单位") for name, value in numbers.items()
        },
        site_kinds=(OWN,),
    )


@pytest.mark.parametrize("accuracy_m", [0.0, 10.0, 60.0])
def test_point_by_point_the_ground_says_what_the_card_says(
    decided: District, accuracy_m: float
) -> None:
    # The card measures; the ground is drawn. Only within a centimetre of an edge may they differ.
    rng = np.random.default_rng(4)
    lonlat = rng.uniform((109.999, 24.999), (110.041, 25.021), (4000, 2))
    near = rng.normal((110.02, 25.0150), (0.0006, 0.0006), (1000, 2))  # at the dwellings
    places = gpd.GeoDataFrame(
        {"fuel": "蜂窝煤"},
        index=range(5000),
        geometry=gpd.points_from_xy(*np.concatenate((lonlat, near)).T, crs=4326),
    )
    checks = check_sites(decided, "own", places, accuracy_m=accuracy_m)
    area = eligible_area(decided, "own", attributes={"fuel": "蜂窝煤"}, accuracy_m=accuracy_m)
    assert area.is_complete
    codes = np.stack([one.verdicts for one in checks.by_rule]).min(axis=0)
    margins = np.stack(
        [
            np.abs(np.abs(np.nan_to_num(one.margin_m, nan=1e9)) - np.nan_to_num(one.error_m))
            for one in checks.by_rule
        ]
    ).min(axis=0)
    is_clear = margins > 0.02
    _assert_same(area, places, codes, is_clear)
    assert is_clear.mean() > 0.99
    assert VERDICTS.index(SiteVerdict.OUT_OF_SCOPE) in codes


def _assert_same(
    area: EligibleArea,
    places: gpd.GeoDataFrame,
    codes: np.ndarray,
    is_clear: np.ndarray,
    *,
    least: int = 5,
) -> None:
    """Look each place up among the parts."""
    joined = gpd.sjoin(places, area.parts[["verdict", "geometry"]], predicate="intersects")
    joined = joined[~joined.index.duplicated()]
    words = np.array([str(one) for one in VERDICTS], dtype=object)
    expected = words[codes]
    inside = np.zeros(len(places), dtype=bool)
    inside[joined.index] = True
    beyond = set(expected[~inside & is_clear])
    assert beyond <= {"out_of_scope", "too_close_to_call"}
    told = joined["verdict"].to_numpy(dtype=object)
    rows = joined.index.to_numpy()
    assert (told == expected[rows])[is_clear[rows]].all()
    assert len(set(told)) >= least


def test_a_reading_that_adds_a_distance_to_an_area_is_laid_the_same_way(
    town: dict[str, Layer], layer_of: Callable[..., Layer], district_of: Callable[..., District]
) -> None:
    # The fringe within 5 km of a station that stands 3 km beyond the western edge.
    place = (109.97, 25.01)
    station = {
        "station_id": "S9",
        "name": "西站",
        "control_level": "national",
        "geometry": shapely.Point(place),
    }
    fringe = {
        "zone_id": "F1",
        "name": "结合部",
        "geometry": shapely.box(110.01, 25.004, 110.03, 25.1),
    }
    kind = replace(OWN, rules=(KindRule(rule_id="2.2.4-b", when={}),))
    layers = town | {
        "stations": layer_of("stations", [station], accuracy_m=10.0),
        "urban_rural_fringe": layer_of("urban_rural_fringe", [fringe]),
    }
    district = district_of(
        *layers.values(), choices={"2.2.4-b.1": "within-5-km"}, site_kinds=(kind,)
    )
    lonlat = np.random.default_rng(5).uniform((110, 25), (110.04, 25.02), (3000, 2))
    places = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*lonlat.T, crs=4326))
    checks = check_sites(district, "own", places, accuracy_m=10)
    area = eligible_area(district, "own", accuracy_m=10)
    codes = np.stack([one.verdicts for one in checks.by_rule]).min(axis=0)
    away_m = GEOD.inv(*np.repeat([place], len(lonlat), axis=0).T, *lonlat.T)[2]
    margins = [np.abs(np.abs(one.margin_m) - one.error_m) for one in checks.by_rule]
    is_clear = np.min([*margins, np.abs(np.abs(away_m - 5000) - 20)], axis=0) > 0.06
    _assert_same(area, places, codes, is_clear, least=3)
    rule = area.rules.set_index("rule_id").loc["2.2.4-b"]
    assert (rule["reference_ids"], rule["threshold_m"]) == ("S9", 5000)
