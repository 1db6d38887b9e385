"""Real roads: restaurants served from fuel stations, against every choice of them tried."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pytest

from qxgeo.network import build_network
from qxgeo.readers.osm import read_osm_roads
from qxgeo.readers.osm_sites import read_osm_sites
from qxgeo.siting.locations import compare_counts, measure_road_distances

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd


def read_amenities(path: Path, kind: str) -> gpd.GeoDataFrame:
    table = read_osm_sites(path, tags={"amenity": (kind,)}).table
    return table.assign(status="proposed")


def test_on_real_roads_each_count_is_the_best_of_all_choices(external_data: Path) -> None:
    path = external_data / "osm" / "liechtenstein.osm.pbf"
    network = build_network(read_osm_roads(path).table, speeds_kmh={"drive": 30.0})
    stations, restaurants = read_amenities(path, "fuel"), read_amenities(path, "restaurant")
    distances = measure_road_distances(
        stations, restaurants, network=network, mode="drive", snap_limit_m=500.0
    )
    assert len(stations) >= 10
    assert np.isfinite(distances.metres).mean() > 0.9
    reached = distances.metres[np.isfinite(distances.metres).any(axis=1)]
    for objective, judge in (
        ("p_median", lambda near: near.sum()),
        ("p_centre", lambda near: near.max()),
        ("maximal_covering", lambda near: -(near <= 3000.0).sum()),
    ):
        gains = compare_counts(
            stations,
            restaurants,
            distances=distances,
            objective=objective,
            counts=[1, 2, 3],
            radius_m=3000.0,
        ).gains.set_index("count")
        for count in (1, 2, 3):
            every = combinations(range(len(stations)), count)
            best = min(judge(reached[:, list(chosen)].min(axis=1)) for chosen in every)
            assert gains.loc[count, "value"] == pytest.approx(abs(best), rel=1e-12)
        assert gains["is_proved"].all()
        assert (gains["gain"].to_numpy()[1:] >= 0).all()
