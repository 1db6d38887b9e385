"""Records on the right street, the right carriageway, in the right direction."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from pyproj import Geod

from qxgeo.watering.tracks.cleaning import clean_tracks
from qxgeo.watering.tracks.matching import match_tracks
from qxgeo.watering.tracks.settings import default_audit_settings

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from qxgeo.watering.streets import StreetGraph
    from qxgeo.watering.tracks.matching import MatchedTracks

DAY = date(2023, 12, 27)
GEOD = Geod(ellps="WGS84")
SETTINGS = default_audit_settings()
Tables = "Callable[..., pd.DataFrame]"


def match(table: pd.DataFrame, streets: StreetGraph) -> MatchedTracks:
    clean = clean_tracks(table, day=DAY, settings=SETTINGS)
    return match_tracks(clean, streets, settings=SETTINGS)


def metres(found: MatchedTracks) -> pd.Series[float]:
    return found.legs.groupby("row_of_road")["length_m"].sum()


@pytest.mark.parametrize("has_heading", [True, False])
@pytest.mark.parametrize(("road", "sign"), [("east", 1), ("west", -1)])
def test_carriageways_18_m_apart_are_told_apart_at_10_m_noise(
    town_streets: StreetGraph,
    row_of: dict[str, int],
    table_of: Tables,
    road: str,
    sign: int,
    has_heading: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    rng = np.random.default_rng(3)
    second = 30_000 + 10 * np.arange(48)
    x_m = 40.0 * np.arange(48) if sign > 0 else 2_000 - 40.0 * np.arange(48)
    facts = {"heading_deg": 90.0 if sign > 0 else 270.0, "speed_kmh": 14.4} if has_heading else {}
    noise = rng.normal(0, 10, (2, 48))
    table = table_of("W01", second, x_m + noise[0], (0 if sign > 0 else 18) + noise[1], **facts)
    found = match(table, town_streets)
    share = metres(found).get(row_of[road], 0.0) / 1_880.0
    assert share > 0.97
    assert found.legs["is_forward"].all()


def test_a_turn_round_the_corner_is_driven_through_both_ends(
    town_streets: StreetGraph, row_of: dict[str, int], table_of: Tables
) -> None:
    x_m = np.concatenate((np.arange(500, 1_000, 40), np.full(12, 1_000)))
    y_m = np.concatenate((np.zeros(13), -40.0 * np.arange(12)))
    second = 30_000 + 10 * np.arange(25)
    found = match(table_of("W01", second, x_m, y_m), town_streets)
    length = metres(found)
    assert length[row_of["east"]] == pytest.approx(500, abs=3)
    assert length[row_of["side"]] == pytest.approx(440, abs=3)
    assert set(length.index) == {row_of["east"], row_of["side"]}


def test_a_way_without_a_signal_is_the_one_along_the_streets(
    town_streets: StreetGraph, row_of: dict[str, int], table_of: Tables
) -> None:
    """From the middle of the side street to the middle of the back street, nothing in between."""
    y_m = np.concatenate((-100.0 - 20 * np.arange(10), np.full(10, -600.0)))
    x_m = np.concatenate((np.full(10, 1_000.0), 1_300.0 + 20 * np.arange(10)))
    second = np.concatenate((30_000 + 5 * np.arange(10), 30_200 + 5 * np.arange(10)))
    found = match(table_of("W01", second, x_m, y_m), town_streets)
    length = metres(found)
    assert length[row_of["side"]] == pytest.approx(500, abs=3)
    assert length[row_of["back"]] == pytest.approx(480, abs=3)


def test_a_silence_longer_than_the_limit_is_not_filled(
    town_streets: StreetGraph, row_of: dict[str, int], table_of: Tables
) -> None:
    x_m = np.concatenate((40.0 * np.arange(10), 1_200 + 40.0 * np.arange(10)))
    second = np.concatenate((30_000 + 10 * np.arange(10), 30_600 + 10 * np.arange(10)))
    found = match(table_of("W01", second, x_m, 0.0), town_streets)
    assert metres(found)[row_of["east"]] == pytest.approx(720, abs=3)


def test_lengths_and_times_are_those_of_the_geodesic(
    town_streets: StreetGraph, row_of: dict[str, int], table_of: Tables
) -> None:
    table = table_of("W01", 30_000 + 10 * np.arange(40), 40.0 * np.arange(40), 0.0)
    found = match(table, town_streets)
    ends = table[["lon", "lat"]].to_numpy()[[0, -1]]
    true_m = GEOD.inv(*ends[0], *ends[1])[2]
    own = found.legs[found.legs["row_of_road"] == row_of["east"]]
    assert own["length_m"].sum() == pytest.approx(true_m, abs=0.5)
    assert own["start_s"].min() == 30_000
    assert own["end_s"].max() == 30_390
    assert (own["end_s"] >= own["start_s"]).all()


def test_spraying_that_begins_between_two_records_begins_in_their_middle(
    town_streets: StreetGraph, table_of: Tables
) -> None:
    wet = pd.array([False] * 10 + [True] * 10, dtype="boolean")
    table = table_of("W01", 30_000 + 10 * np.arange(20), 40.0 * np.arange(20), 0.0, is_spraying=wet)
    legs = match(table, town_streets).legs
    assert legs[legs["spraying"] == 1]["length_m"].sum() == pytest.approx(9.5 * 40, abs=0.5)
    assert legs[legs["spraying"] == 1]["start_s"].min() == pytest.approx(30_095)


def test_a_cart_off_all_roads_drives_on_none(town_streets: StreetGraph, table_of: Tables) -> None:
    table = table_of("W01", 30_000 + 10 * np.arange(30), 40.0 * np.arange(30), 900.0)
    found = match(table, town_streets)
    assert found.legs.empty
    assert (found.fixes["arc"] == -1).all()


def test_standing_still_in_noise_drives_nowhere(
    town_streets: StreetGraph, table_of: Tables
) -> None:
    rng = np.random.default_rng(5)
    table = table_of(
        "W01", 30_000 + 10 * np.arange(90), 500 + rng.normal(0, 6, 90), rng.normal(0, 6, 90)
    )
    assert match(table, town_streets).legs["length_m"].sum() < 30


@pytest.fixture(scope="module")
def shanghai(external_data: Path) -> tuple[gpd.GeoDataFrame, StreetGraph]:
    from qxgeo.readers.osm import read_osm_roads
    from qxgeo.watering.streets import TurnCosts, build_streets

    file = external_data / "osm" / "shanghai_center.osm"
    if not file.is_file():
        pytest.skip(f"no {file}")
    roads = read_osm_roads(file).table.reset_index(drop=True)
    turns = TurnCosts(u_turn_s=45.0, left_s=15.0, right_s=4.0)
    return roads, build_streets(roads, speed_kmh=30.0, turns=turns)


def test_97_percent_lie_on_the_right_section_in_shanghai_at_10_m_and_10_s(
    shanghai: tuple[gpd.GeoDataFrame, StreetGraph], table_of: Tables
) -> None:
    """The truth is simulated from vertex to vertex, without the package's graph."""
    simulation = pytest.importorskip("track_simulation")
    bench = pytest.importorskip("track_matching")
    roads, streets = shanghai
    graph = simulation.draw_graph(roads)
    is_duty = roads["road_class"].isin(bench.DUTY_CLASSES)
    is_duty &= ~roads["is_tunnel"].fillna(value=False).astype(bool)
    duty_rows = frozenset(np.flatnonzero(is_duty).tolist())
    right = driven = extra = 0.0
    legs, truths = [], []
    for seed in (11, 12):
        truth = simulation.drive(graph, roads, seed=seed, start_s=28_800, hours=1.0, duty=duty_rows)
        one = simulation.record(truth, cart_id="W01", seed=seed, noise_m=10.0, every_s=10)
        table = table_of(f"W{seed}", one["second"], 0.0, 0.0)
        for name in ("lon", "lat", "speed_kmh", "heading_deg", "is_spraying"):
            table[name] = one[name]
        legs.append(match(table, streets).legs)
        truths.append(truth)
        score = simulation.score(truth, legs[-1], roads)
        right += score.right_way * truth.driven_m.sum()
        extra += score.extra * truth.driven_m.sum()
        driven += truth.driven_m.sum()
    assert driven > 15_000
    assert right / driven >= 0.97
    assert extra / driven <= 0.05
    rows = np.unique(np.concatenate([truth.row[truth.is_spraying] for truth in truths]))
    duty = bench.list_duty(roads, rows)
    true = pd.concat(
        [simulation.true_legs(t, roads, cart_id=f"W{n}") for n, t in enumerate(truths)]
    )
    wet = bench.share_wet(true, duty, rows)
    assert wet > 0.02
    assert bench.share_wet(pd.concat(legs), duty, rows) == pytest.approx(wet, rel=0.05)
