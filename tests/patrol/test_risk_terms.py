"""Each term of the risk score by hand: points, events, fires, roads, winds."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Geod

from qxgeo.patrol.risk import score_cells
from qxgeo.patrol.risk.exposure import build_rose, measure_exposure
from qxgeo.patrol.risk.ground import score_roads, score_upwind
from qxgeo.patrol.risk.records import tally_events, tally_fires, tally_points
from qxgeo.readers.firms import read_fires
from qxgeo.resources import data_dir

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from qxgeo.district.patrol_settings import PatrolSettings, Setting

TODAY = date(2023, 6, 30)
YEARS_3 = 3 * 365.25
GEOD = Geod(ellps="WGS84")
LAND = ("water_share", "cropland_share", "unknown_share")
NOTHING = dict.fromkeys(("points", "events", "fires", "roads", "stations", "wind"))


@pytest.fixture(scope="module")
def decided(settings_of: Callable[..., PatrolSettings]) -> PatrolSettings:
    """Give settings in round numbers: 3 years, 30 per cent, 1000 m; visits 7, 3, 1."""
    return settings_of()


@pytest.fixture(scope="module")
def with_effort(settings_of: Callable[..., PatrolSettings]) -> Callable[..., PatrolSettings]:
    """Give the function that changes numbers of `effort`, or of the visits."""
    from dataclasses import replace

    base = settings_of()

    def number(value: float) -> Setting:
        return replace(base.day_length_min, value=value)

    def make(*, visits: dict[str, float] | None = None, **effort: float) -> PatrolSettings:
        return settings_of(
            effort=base.effort | {name: number(value) for name, value in effort.items()},
            visits_per_week=base.visits_per_week
            | {name: number(value) for name, value in (visits or {}).items()},
        )

    return make


def cells_at(*lonlat: tuple[float, float], half_deg: float = 0.005) -> gpd.GeoDataFrame:
    """Draw square cells about their middles."""
    lon, lat = np.array(lonlat, dtype=float).T
    table = pd.DataFrame(
        {
            "cell_id": pd.array([f"C{n}" for n in range(len(lon))], dtype="string"),
            "hot_cell_id": pd.array(["H"] * len(lon), dtype="string"),
            "township_id": pd.array(["450305001"] * len(lon), dtype="string"),
            "area_m2": 1e6,
            "lon": lon,
            "lat": lat,
            **dict.fromkeys(LAND, np.nan),
        }
    )
    boxes = shapely.box(lon - half_deg, lat - half_deg, lon + half_deg, lat + half_deg)
    return gpd.GeoDataFrame(table, geometry=boxes, crs="EPSG:4326")


def layer(columns: dict[str, object], *lonlat: tuple[float, float]) -> gpd.GeoDataFrame:
    """Put rows at places."""
    lon, lat = np.array(lonlat, dtype=float).reshape(-1, 2).T
    places = gpd.points_from_xy(lon, lat, crs="EPSG:4326")
    return gpd.GeoDataFrame(pd.DataFrame(columns), geometry=places)


HERE = cells_at((110.0, 25.0), (110.01, 25.0))
WEST, EAST, AWAY = (110.0, 25.0), (110.01, 25.0), (111.0, 25.0)


def points_of(*levels: str | None, place: tuple[float, float] = WEST) -> gpd.GeoDataFrame:
    ids = [f"D{n}" for n in range(len(levels))]
    columns = {
        "point_id": ids,
        "name": ids,
        "risk_level": pd.array(levels, dtype="string"),
    }
    return layer(columns, *[place] * len(levels))


@pytest.mark.parametrize(
    ("levels", "count"),
    [
        (("high",), 1.0),
        (("medium",), 3 / 7),
        (("low",), 1 / 7),
        ((None,), 3 / 7),  # not rated counts as medium
        (("high", "high"), 2.0),
        (("high", "medium", "low", None), (7 + 3 + 1 + 3) / 7),
    ],
)
def test_a_point_counts_by_the_visits_of_its_level(
    decided: PatrolSettings, levels: tuple[str | None, ...], count: float
) -> None:
    tally = tally_points(HERE, points_of(*levels), settings=decided)
    assert tally.term.level.tolist() == pytest.approx([1 - 2**-count, 0.0])
    assert tally.counts.tolist() == [len(levels), 0]


def test_points_count_nothing_where_nobody_visits_them(
    with_effort: Callable[..., PatrolSettings],
) -> None:
    idle = with_effort(visits={"high": 0.0, "medium": 0.0, "low": 0.0})
    tally = tally_points(HERE, points_of("high"), settings=idle)
    assert tally.term.level.tolist() == [0.0, 0.0]
    assert tally.counts.tolist() == [1, 0]


def test_a_point_on_the_line_between_two_cells_counts_once(decided: PatrolSettings) -> None:
    tally = tally_points(HERE, points_of("high", place=(110.005, 25.0)), settings=decided)
    assert tally.counts.sum() == 1


def events_of(*days: date | None, place: tuple[float, float] = WEST) -> gpd.GeoDataFrame:
    ids = [f"E{n}" for n in range(len(days))]
    columns = {"event_id": ids, "happened_on": pd.to_datetime(pd.Series(days)), "kind": "枝叶"}
    return layer(columns, *[place] * len(days))


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@pytest.mark.parametrize(
    ("days", "count"),
    [
        ((0,), 1.0),
        ((365,), 1 - 365 / YEARS_3),
        ((1095,), 1 - 1095 / YEARS_3),  # the last day that counts: three years are 1095.75 days
        ((0, 0, 365), 2 + 1 - 365 / YEARS_3),  # a place that burned again and again
    ],
)
def test_recent_events_count_more_and_repeated_ones_add_up(
    decided: PatrolSettings, days: tuple[int, ...], count: float
) -> None:
    events = events_of(*map(ago, days))
    tally = tally_events(HERE, events, settings=decided, as_of=TODAY)
    assert tally.term.level.tolist() == pytest.approx([1 - 2**-count, 0.0])
    assert tally.counts.tolist() == [len(days), 0]
    assert tally.notes == ()


def test_events_that_do_not_count_are_noted_with_the_reason(decided: PatrolSettings) -> None:
    inside = events_of(ago(-1), ago(1096), ago(5000), None, ago(3))
    events = pd.concat([inside, events_of(ago(1), place=AWAY)], ignore_index=True)
    tally = tally_events(HERE, events, settings=decided, as_of=TODAY)
    assert tally.counts.tolist() == [1, 0]
    assert [note.en for note in tally.notes] == [
        "1 events outside the district: not counted",
        "1 events without a date: not counted",
        "1 events later than 2023-06-30: not counted",
        "2 events older than 3 years: not counted",
    ]
    assert tally.notes[3].zh == "事件 2 条早于 3 年前，未计"


def test_with_no_years_no_event_counts(with_effort: Callable[..., PatrolSettings]) -> None:
    tally = tally_events(HERE, events_of(TODAY), settings=with_effort(event_years=0), as_of=TODAY)
    assert tally.term.level.tolist() == [0.0, 0.0]


def fires_of(folder: Path, *rows: tuple[str, str], kind: int = 0) -> gpd.GeoDataFrame:
    """Write a FIRMS file with satellite and confidence of each fire in the western cell."""
    lines = ["latitude,longitude,acq_date,acq_time,satellite,confidence,type"]
    lines += [f"25.0,110.0,2023-06-29,1700,{name},{how},{kind}" for name, how in rows]
    path = folder / "fires.csv"
    path.write_text("\n".join(lines), "utf-8")
    return read_fires(path, bounds=(109, 24, 112, 26))


@pytest.mark.parametrize(
    ("least", "counted"),
    [
        (0, ["0", "29", "30", "79", "80", "low", "nominal", "high"]),
        (30, ["30", "79", "80", "nominal", "high"]),
        (50, ["79", "80", "nominal", "high"]),  # 50 is in the class nominal, 30 to 79
        (80, ["80", "high"]),
        (100, ["high"]),
    ],
)
def test_fires_count_from_the_least_confidence_on(
    tmp_path: Path, with_effort: Callable[..., PatrolSettings], least: int, counted: list[str]
) -> None:
    modis = [("T", percent) for percent in ("0", "29", "30", "79", "80")]
    fires = fires_of(tmp_path, *modis, *[("N", word) for word in ("low", "nominal", "high")])
    # 17:00 UTC on the 29th is the 30th here: today, so each counts 1.
    tally = tally_fires(HERE, fires, settings=with_effort(fire_confidence=least), as_of=TODAY)
    assert sorted(fires["confidence"][tally.is_counted]) == sorted(counted)
    assert tally.term.level.tolist() == pytest.approx([1 - 2.0 ** -len(counted), 0.0])
    unsure = 8 - len(counted)
    said = [f"{unsure} satellite fires not sure enough: not counted"] * (unsure > 0)
    assert [note.en for note in tally.notes] == said


def test_static_sources_and_fires_of_other_times_do_not_count(
    tmp_path: Path, decided: PatrolSettings
) -> None:
    static = fires_of(tmp_path, ("N", "n"), kind=2)
    tally = tally_fires(HERE, static, settings=decided, as_of=TODAY)
    assert tally.counts.tolist() == [0, 0]
    assert [note.en for note in tally.notes] == ["1 satellite fires static sources: not counted"]
    fires = fires_of(tmp_path, ("N", "n"))
    before = tally_fires(HERE, fires, settings=decided, as_of=date(2023, 6, 29))
    assert before.notes[0].en == "1 satellite fires later than 2023-06-29: not counted"
    late = tally_fires(HERE, fires, settings=decided, as_of=date(2027, 1, 1))
    assert late.notes[0].zh == "卫星火点 1 条早于 3 年前，未计"


def test_no_fire_in_the_file_is_an_answer_and_no_file_is_none(
    tmp_path: Path, decided: PatrolSettings
) -> None:
    none = fires_of(tmp_path)
    used = score_cells(HERE, settings=decided, as_of=TODAY, **NOTHING | {"fires": none})
    assert used.cells["term_fires"].tolist() == [0.0, 0.0]
    assert used.terms[2].share == 1.0
    missing = score_cells(HERE, settings=decided, as_of=TODAY, **NOTHING)
    assert missing.terms[2].dropped is not None
    for risk in (used, missing):
        assert len(risk.fires) == 0
        assert risk.fires.crs.to_epsg() == 4326
        assert {"seen_at", "satellite", "confidence", "cell_id"} <= set(risk.fires.columns)
    assert used.fires.dtypes.equals(missing.fires.dtypes)


def test_fires_get_their_cell_and_those_outside_stay_out(
    tmp_path: Path, decided: PatrolSettings
) -> None:
    inside = fires_of(tmp_path, ("N", "n"), ("N", "l"))
    outside = inside.iloc[:1].set_geometry(gpd.points_from_xy([111.5], [25.0], crs="EPSG:4326"))
    fires = pd.concat([outside, inside], ignore_index=True)
    risk = score_cells(HERE, settings=decided, as_of=TODAY, **NOTHING | {"fires": fires})
    assert risk.fires["cell_id"].tolist() == ["C0", "C0"]
    assert sorted(risk.fires["is_counted"]) == [False, True]
    assert risk.fires.index.tolist() == [0, 1]
    assert risk.cells["fire_count"].tolist() == [1, 0]
    assert risk.hot_cells["fire_count"].tolist() == [1]


def test_no_satellite_fire_counts_in_qixing_on_the_day_of_the_real_file(
    external_data: Path, decided: PatrolSettings
) -> None:
    boundary = gpd.read_file(data_dir() / "boundaries" / "qixing.geojson")
    cell = cells_at((110.35, 25.26)).set_geometry([boundary.union_all()], crs="EPSG:4326")
    file = external_data / "fires/firms_viirs_se_asia_2019-01-22.csv"
    fires = read_fires(file, bounds=tuple(boundary.buffer(0).total_bounds))
    risk = score_cells(cell, settings=decided, as_of=date(2019, 2, 1), **NOTHING | {"fires": fires})
    assert risk.cells["fire_count"].tolist() == [0]
    # The same rule finds fires where there are some: a box of a degree in the south of Guangxi.
    south = cells_at((107.5, 22.5), half_deg=0.5)
    fires = read_fires(file, bounds=tuple(south.total_bounds))
    risk = score_cells(
        south, settings=decided, as_of=date(2019, 2, 1), **NOTHING | {"fires": fires}
    )
    text = file.read_text("utf-8").splitlines()[1:]
    rows = [line.split(",") for line in text]
    there = [r for r in rows if 22 <= float(r[0]) <= 23 and 107 <= float(r[1]) <= 108]
    assert risk.cells["fire_count"].tolist() == [sum(r[8] != "low" for r in there)]
    assert len(there) > 5


@pytest.mark.parametrize("away_m", [0.0, 250.0, 999.0, 1000.0, 4000.0])
def test_nearness_of_roads_falls_to_0_at_the_reach(decided: PatrolSettings, away_m: float) -> None:
    lat = GEOD.fwd(110.0, 25.005, 0, away_m)[1]  # north of the upper edge of the cells
    # A vertex every 0.001 degrees: a chord of 100 m lies within 0.1 mm of its parallel. The cell's
    # edge of 1 km bows by L^2 tan(lat) / (8 R) = 9 mm between its corners.
    along = shapely.segmentize(shapely.LineString([(109.99, lat), (110.02, lat)]), 0.001)
    road = gpd.GeoDataFrame(
        {"is_tunnel": pd.array([None], dtype="boolean")}, geometry=[along], crs="EPSG:4326"
    )
    term = score_roads(HERE, road, settings=decided)
    assert term.level.tolist() == pytest.approx([max(0.0, 1 - away_m / 1000)] * 2, abs=1e-5)


def test_tunnels_and_roads_without_a_line_do_not_count(decided: PatrolSettings) -> None:
    lines = [shapely.LineString([(109.9, 25), (110.1, 25)]), None]
    roads = gpd.GeoDataFrame({"is_tunnel": [True, False]}, geometry=lines, crs="EPSG:4326")
    assert score_roads(HERE, roads, settings=decided).dropped is not None
    bare = gpd.GeoDataFrame(geometry=lines, crs="EPSG:4326")
    assert score_roads(HERE, bare, settings=decided).level.tolist() == [1.0, 1.0]


def wind_of(*rows: tuple[float, float]) -> pd.DataFrame:
    """Give direction and hours; NaN is calm."""
    direction, hours = np.array(rows, dtype=float).T
    return pd.DataFrame(
        {
            "direction_deg": direction,
            "speed_ms": np.nan,
            "hours": hours,
            "is_calm": np.isnan(direction),
        }
    )


def stations_at(*lonlat: tuple[float, float]) -> gpd.GeoDataFrame:
    return layer({"station_id": [f"S{n}" for n in range(len(lonlat))]}, *lonlat)


def test_a_sector_of_45_degrees_takes_two_of_16_bins() -> None:
    even = build_rose(wind_of(*[(n * 22.5, 1.0) for n in range(16)]))
    assert even.bin_deg == 22.5
    for bearing in (0.0, 11.25, 90.0, 200.0, 359.9):
        assert even.share_from(np.array([bearing]), sector_deg=45.0)[0] == pytest.approx(2 / 16)
    north = build_rose(wind_of((0.0, 6.0), (180.0, 2.0), (np.nan, 2.0)))
    # The northern bin reaches from -11.25 to 11.25, the sector 22.5 to each side of its middle.
    bearings = np.array([0.0, 11.25, 22.5, 33.75, 348.75, 337.5, 180.0, 90.0])
    expected = np.array([0.6, 0.6, 0.3, 0.0, 0.6, 0.3, 0.2, 0.0])
    assert north.share_from(bearings, sector_deg=45.0) == pytest.approx(expected)
    assert north.largest_share(sector_deg=45.0) == pytest.approx(0.6)


def test_the_share_of_a_sector_is_the_overlap_of_arcs_however_wide() -> None:
    rose = build_rose(wind_of((0.0, 1.0), (22.5, 3.0), (90.0, 2.0), (np.nan, 4.0)))
    bearings = np.arange(0.0, 360.0, 7.3)
    fine = np.arange(0.0, 360.0, 0.01) + 0.005  # the middle of each hundredth of a degree
    density = np.zeros(len(fine))
    for middle, share in ((0.0, 0.1), (22.5, 0.3), (90.0, 0.2)):
        density += share * (np.abs((fine - middle + 180) % 360 - 180) < 11.25) / 22.5
    for sector in (10.0, 45.0, 120.0):
        summed = [
            density[np.abs((fine - bearing + 180) % 360 - 180) < sector / 2].sum() * 0.01
            for bearing in bearings
        ]
        assert rose.share_from(bearings, sector_deg=sector) == pytest.approx(summed, abs=3e-4)
        assert rose.largest_share(sector_deg=sector) >= max(summed) - 3e-4


@pytest.mark.parametrize(
    ("directions", "bin_deg"),
    [
        ([n * 45.0 for n in range(8)], 45.0),
        ([0.0, 45.0, 90.0], 22.5),
        ([10.0, 350.0], 10.0),
        ([11.0, 350.2], 1.0),
    ],
)
def test_the_bins_are_as_wide_as_the_table_gives_directions(
    directions: list[float], bin_deg: float
) -> None:
    rose = build_rose(wind_of(*[(one, 1.0) for one in directions]))
    assert rose.bin_deg == bin_deg
    assert rose.share.sum() == pytest.approx(1.0)


def test_a_cell_is_upwind_where_the_wind_comes_from_it() -> None:
    north, east = GEOD.fwd(110, 25, 0, 5000)[:2], GEOD.fwd(110, 25, 90, 10_000)[:2]
    south = GEOD.fwd(110, 25, 180, 2500)[:2]
    cells = cells_at(north, east, south, (110.0, 25.0), half_deg=0.001)
    rose = build_rose(wind_of((0.0, 60.0), (90.0, 30.0), (np.nan, 10.0)))
    found = measure_exposure(
        cells, stations_at((110.0, 25.0)), rose, sector_deg=45.0, half_m=5000.0
    )
    assert found.upwind_share.tolist() == pytest.approx([0.6, 0.3, 0.0, 1.0])
    # Over the windiest sector (0.6); 5 km halve, 10 km quarter; its own cell counts 1.
    assert found.level.tolist() == pytest.approx([1.0 * 0.5, 0.5 * 0.25, 0.0, 1.0], abs=1e-6)
    assert found.notes == ()


def test_of_several_stations_the_most_exposed_counts_even_outside(decided: PatrolSettings) -> None:
    cells = cells_at((110.0, 25.0), half_deg=0.001)
    south, far = GEOD.fwd(110, 25, 180, 2500)[:2], GEOD.fwd(110, 25, 180, 10_000)[:2]
    wind = wind_of((0.0, 8.0), (180.0, 2.0))
    for places in ((south, far), (far, south)):
        term, exposure = score_upwind(cells, stations_at(*places), wind, settings=decided)
        assert term.level.tolist() == pytest.approx([2**-0.5], abs=1e-6)
        assert exposure is not None
        assert exposure.upwind_share.tolist() == pytest.approx([0.8])


def test_the_sector_and_the_distance_are_the_districts_where_it_sets_them(
    with_effort: Callable[..., PatrolSettings],
) -> None:
    lon, lat = GEOD.fwd(110, 25, 40, 1000)[:2]  # 40 degrees off the wind
    cells, wind = cells_at((lon, lat), half_deg=0.001), wind_of((0.0, 1.0))
    stations = stations_at((110.0, 25.0))
    usual = score_upwind(cells, stations, wind, settings=with_effort())[0]
    wide = with_effort(upwind_sector_deg=120, upwind_half_m=1000)
    own = score_upwind(cells, stations, wind, settings=wide)[0]
    assert usual.level.tolist() == [0.0]
    assert own.level.tolist() == pytest.approx([0.5], abs=1e-6)
    assert "120°" in own.formula.zh
    assert "1000 m" in own.formula.en


def test_a_table_of_calms_exposes_only_a_stations_own_cell(decided: PatrolSettings) -> None:
    term, _ = score_upwind(HERE, stations_at(WEST), wind_of((np.nan, 5.0)), settings=decided)
    assert term.level.tolist() == [1.0, 0.0]
    assert term.dropped is None


def test_hours_without_an_observed_direction_are_left_out_and_noted(
    decided: PatrolSettings,
) -> None:
    wind = wind_of((0.0, 6.0), (np.nan, 2.0), (np.nan, 2.0)).assign(is_calm=[False, True, False])
    rose = build_rose(wind)
    assert rose.share.tolist() == [0.75]  # 6 of the 8 observed hours
    inputs = NOTHING | {"wind": wind, "stations": stations_at(WEST)}
    risk = score_cells(HERE, settings=decided, as_of=TODAY, **inputs)
    assert risk.notes[-1].zh == "风向表有 20.0% 的小时未观测到风向，未计入"
    assert risk.cells["upwind_share"].tolist()[0] == 1.0


@pytest.mark.parametrize(
    ("stations", "wind", "why"),
    [
        (None, wind_of((0.0, 1.0)), "there are no stations"),
        (stations_at(), wind_of((0.0, 1.0)), "there are no stations"),
        (stations_at(WEST), None, "there is no wind table"),
        (
            stations_at(WEST),
            wind_of((np.nan, 1.0)).assign(is_calm=False),
            "the wind table has no direction in any hour",
        ),
    ],
)
def test_without_stations_or_winds_the_term_is_dropped_with_the_reason(
    decided: PatrolSettings,
    stations: gpd.GeoDataFrame | None,
    wind: pd.DataFrame | None,
    why: str,
) -> None:
    term, exposure = score_upwind(HERE, stations, wind, settings=decided)
    assert term.dropped is not None
    assert term.dropped.en == why
    assert exposure is None
    assert np.isnan(term.level).all()
