"""What ``qxgeo patrol`` wrote for the embedded district, read back from the files and done again.

Nothing here asks the planner: geometry is measured by Karney's geodesics, points are found by
spatial joins, connection by networkx and by unions, sums and shares by plain pandas.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from itertools import combinations, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import networkx as nx
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pypdf
import pytest
import shapely
from click.testing import CliRunner
from icalendar import Calendar
from pyproj import Geod, Transformer
from scipy.optimize import Bounds, LinearConstraint, milp

from qxgeo.cli.doors import doors
from qxgeo.vocabulary import DEMO_BANNER, NO_TOWNSHIP

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

pytestmark = pytest.mark.scripted

KARNEY = Geod(ellps="WGS84")
DATA = Path(__file__).parents[2] / "data"
FIRST, LAST = date(2023, 7, 1), date(2023, 7, 14)
STEP_DEG = 1e-4  # a straight line in degrees and its geodesic part by under 1e-5 m on 11 m
# How the roster writes townships: with 街道, 街道办事处, 办, 人民政府, or by code.
TOWNSHIP_OF = {
    "七星": "450305001",
    "东江": "450305002",
    "穿山": "450305003",
    "漓东": "450305004",
    "朝阳": "450305200",
}


@dataclass(frozen=True, slots=True)
class Event:
    """One shift of the calendar."""

    person_id: str
    owner_id: str
    start: datetime
    end: datetime
    point_ids: tuple[str, ...]

    @property
    def hours(self) -> float:
        """How long it lasts."""
        return (self.end - self.start).total_seconds() / 3600


@dataclass(frozen=True, slots=True)
class Written:
    """Everything that one run wrote, as other programs read it."""

    folder: Path
    said: str
    record: dict[str, Any]
    layers: dict[str, gpd.GeoDataFrame]
    book: dict[str, pd.DataFrame]
    events: tuple[Event, ...]
    page: dict[str, Any]
    roster: pd.DataFrame

    @property
    def cells(self) -> gpd.GeoDataFrame:
        """Layer of the GeoPackage."""
        return self.layers["cells"]

    @property
    def points(self) -> gpd.GeoDataFrame:
        """Layer of the GeoPackage."""
        return self.layers["points"]

    @property
    def territories(self) -> gpd.GeoDataFrame:
        """Layer of the GeoPackage."""
        return self.layers["territories"]

    def setting(self, group: str, name: str) -> float:
        """Give a number that the record says was used."""
        return float(self.record["settings"][group][name]["value"])


@pytest.fixture(scope="module")
def written(map_assets: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Written]:
    assert map_assets.is_dir()
    place = tmp_path_factory.mktemp("patrol")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QXGEO_CACHE", str(place / "cache"))
        run = CliRunner().invoke(
            doors, ["patrol", "--out", str(place / "maps"), "--to", LAST.isoformat()]
        )
        assert run.exit_code == 0, run.output
        yield read_all(place / "maps", said=run.stdout)


def read_all(folder: Path, *, said: str) -> Written:
    roster = pd.read_csv(DATA / "demo" / "grid_members.csv", encoding="utf-8-sig", dtype=str)
    names = {row["姓名"]: row["工号"] for _, row in roster.iterrows()}
    file = folder / "patrol.gpkg"
    spatial = [name for name, family in pyogrio.list_layers(file) if family]
    html = (folder / "patrol.html").read_text("utf-8")
    begin = html.index("{", html.rindex("QX.start("))
    return Written(
        folder=folder,
        said=said,
        record=json.loads((folder / "patrol.json").read_text("utf-8")),
        layers={
            name: pyogrio.read_dataframe(file, layer=name).rename(columns={"load": "load_min"})
            for name in spatial
        },
        book=dict(read_book(folder / "patrol.xlsx")),
        events=tuple(read_events(folder / "patrol.ics", names)),
        page=json.JSONDecoder().raw_decode(html, begin)[0],
        roster=roster,
    )


def read_book(file: Path) -> Iterator[tuple[str, pd.DataFrame]]:
    """Give each sheet below its head, the first row that fills the width of the sheet."""
    for sheet in openpyxl.load_workbook(file, read_only=False):
        rows = [list(row) for row in sheet.iter_rows(values_only=True)]
        heads = [n for n, row in enumerate(rows) if None not in row]
        if heads:
            at = heads[0]
            yield sheet.title, pd.DataFrame(rows[at + 1 :], columns=[str(x) for x in rows[at]])


def read_events(file: Path, names: dict[str, str]) -> Iterator[Event]:
    for event in Calendar.from_ical(file.read_bytes()).walk("VEVENT"):
        listed = re.search(r"点位（(\d+)）：(.*)", str(event["DESCRIPTION"]))
        points = listed[2].split("、") if listed else []
        assert len(points) == (int(listed[1]) if listed else 0)
        yield Event(
            person_id=names[str(event["SUMMARY"]).split(" · ")[-2]],
            owner_id=names[str(event["LOCATION"]).split(" ")[-1]],
            start=event.decoded("DTSTART"),
            end=event.decoded("DTEND"),
            point_ids=tuple(point.split(" ")[0] for point in points),
        )


def outlines(name: str) -> gpd.GeoDataFrame:
    return gpd.read_file(DATA / "boundaries" / name)


def karney_area_m2(shapes: gpd.GeoSeries) -> np.ndarray[Any, np.dtype[np.float64]]:
    dense = shapely.segmentize(shapely.orient_polygons(shapes.to_numpy()), STEP_DEG)
    return np.array([KARNEY.geometry_area_perimeter(shape)[0] for shape in dense])


# ---- cells ----


def test_the_embedded_district_is_planned_and_called_a_demonstration(written: Written) -> None:
    assert DEMO_BANNER.zh in written.said
    assert DEMO_BANNER.zh in (written.folder / "patrol.html").read_text("utf-8")
    counts = written.record["counts"]
    assert counts["connected_territories"] == counts["territories"]
    assert counts["cells_without_owner"] == 0
    for one in written.record["balance"]:
        # 1.05 where the proved bound allows it, else the bound itself.
        fair = one["bound_max_load_min"] / one["mean_load_min"]
        assert one["max_over_mean"] <= max(1.05, fair * (1 + 1e-9))


def test_the_cells_add_up_to_the_district(written: Written) -> None:
    district_m2 = karney_area_m2(outlines("qixing.geojson").geometry).sum()
    assert written.cells["area_m2"].sum() == pytest.approx(district_m2, rel=1e-9)
    # Measured on the drawn shapes too, one by one: a metre of a square of 500 m is 2e-3.
    measured = karney_area_m2(written.cells.geometry)
    assert measured == pytest.approx(written.cells["area_m2"].to_numpy(), rel=1e-6, abs=1e-3)
    assert written.layers["hot_cells"]["area_m2"].sum() == pytest.approx(district_m2, rel=1e-9)


def test_no_two_cells_overlap(written: Written) -> None:
    shapes = written.cells.geometry
    first, second = shapes.sindex.query(shapes, predicate="intersects")
    pairs = first < second
    common = shapely.intersection(shapes.to_numpy()[first[pairs]], shapes.to_numpy()[second[pairs]])
    assert pairs.sum() > len(shapes)
    assert karney_area_m2(gpd.GeoSeries(shapely.buffer(common, 0))).sum() < 1e-3


def test_a_cell_lies_in_the_township_it_names(written: Written) -> None:
    towns = outlines("qixing_townships.geojson").dropna(subset="geometry")[
        ["township_id", "geometry"]
    ]
    inner = written.cells[["cell_id", "township_id", "geometry"]].set_geometry(
        written.cells.representative_point()
    )
    found = inner.sjoin(towns, how="left", predicate="within", lsuffix="said", rsuffix="found")
    assert len(found) == len(inner)
    said = found["township_id_said"].replace(NO_TOWNSHIP, np.nan)
    assert said.equals(found["township_id_found"].astype(said.dtype))


def test_a_point_lies_in_its_cell_and_has_its_owner(written: Written) -> None:
    home = written.points.merge(
        written.cells[["cell_id", "township_id", "person_id", "geometry"]].rename(
            columns={"geometry": "cell"}
        ),
        on="cell_id",
        suffixes=("", "_of_cell"),
        validate="many_to_one",
    )
    assert len(home) == len(written.points) == written.record["counts"]["points"]
    assert shapely.covers(home["cell"].to_numpy(), home.geometry.to_numpy()).all()
    assert (home["person_id"] == home["person_id_of_cell"]).all()
    assert (home["township_id"] == home["township_id_of_cell"]).all()
    counted = home.groupby("cell_id").size().reindex(written.cells["cell_id"], fill_value=0)
    assert counted.tolist() == written.cells["point_count"].tolist()


# ---- risk and load ----


def test_the_risk_is_the_weighted_mean_of_the_terms(written: Written) -> None:
    terms = {term["term_id"]: term for term in written.record["risk_terms"]}
    weights = {
        name: term["weight"] if term["dropped"] is None else 0.0 for name, term in terms.items()
    }
    for name, term in terms.items():
        assert term["weight"] == written.setting("weights", name)
        assert term["share"] == pytest.approx(weights[name] / sum(weights.values()), abs=1e-12)
    values = np.stack([written.cells[f"term_{name}"].to_numpy(float) for name in terms], axis=1)
    weight = np.array(list(weights.values())) * np.isfinite(values)
    mean = (np.nan_to_num(values) * weight).sum(axis=1) / weight.sum(axis=1)
    is_land = (written.cells["risk_class"] != "water").to_numpy()
    assert written.cells["risk"].to_numpy()[is_land] == pytest.approx(100 * mean[is_land], abs=1e-8)
    assert (written.cells["risk"].to_numpy()[~is_land] == 0).all()
    lost = 1 - weight.sum(axis=1) / sum(weights.values())
    assert written.cells["risk_unknown_share"].to_numpy()[is_land] == pytest.approx(
        lost[is_land], abs=1e-12
    )


def test_the_riskiest_tenth_is_high_and_the_next_three_tenths_medium(written: Written) -> None:
    land = written.cells[written.cells["risk_class"] != "water"].sort_values("risk_rank")
    assert land["risk_rank"].tolist() == list(range(1, len(land) + 1))
    assert land["risk"].is_monotonic_decreasing
    high = written.setting("effort", "high_share")
    medium = high + written.setting("effort", "medium_share")
    # The middle of the places of equal scores decides.
    place = (land["risk"].rank(ascending=False) - 0.5) / len(land)
    expected = np.where(place < high, "high", np.where(place < medium, "medium", "low"))
    assert land["risk_class"].tolist() == expected.tolist()


def test_the_load_is_ground_and_points(written: Written) -> None:
    cells, points = written.cells, written.points
    visits = {
        name: written.setting("visits_per_week", name) for name in ("high", "medium", "low")
    } | {"water": 0.0}
    assert cells["visits_per_week"].tolist() == [visits[name] for name in cells["risk_class"]]
    # Ground of which the land cover says nothing counts as land.
    land_km2 = cells["area_m2"] * (1 - cells["water_share"].fillna(0.0)) / 1e6
    at_points = (points["visits_per_week"] * points["service_min"]).groupby(points["cell_id"]).sum()
    expected = (
        cells["visits_per_week"] * land_km2 * written.setting("effort", "min_per_km2")
    ) + at_points.reindex(cells["cell_id"], fill_value=0.0).to_numpy()
    assert cells["load_min"].to_numpy() == pytest.approx(expected.to_numpy(), rel=1e-12)


# ---- territories ----


def test_every_cell_has_one_owner_from_the_roster_of_its_township(written: Written) -> None:
    works_in = {
        row["工号"]: TOWNSHIP_OF.get(row["所属乡镇街道"][:2], row["所属乡镇街道"])
        for _, row in written.roster.iterrows()
        if row["请假"] != "是"
    }
    assert set(works_in.values()) == set(TOWNSHIP_OF.values())
    assert written.cells["cell_id"].is_unique
    for cell in written.cells.itertuples():
        assert works_in[cell.person_id] == cell.township_id
    owners = dict(zip(written.cells["cell_id"], written.cells["person_id"], strict=True))
    assert written.record["owners"] == owners
    assert set(owners.values()) == set(works_in) == set(written.territories["person_id"])


def test_loads_agree_in_geopackage_workbook_and_map(written: Written) -> None:
    summed = written.cells.groupby("person_id")[["load_min", "area_m2"]].sum().sort_index()
    count = written.cells.groupby("person_id").size().sort_index()
    drawn = written.territories.set_index("person_id").sort_index()
    fair = written.book["公平性"].dropna(subset="人员编号").set_index("人员编号").sort_index()
    page = {row["id"]: row for row in rows_of(written.page, "people") if not row["absent"]}
    assert summed.index.equals(drawn.index)
    assert list(summed.index) == list(fair.index) == sorted(page)
    for table, column in ((drawn, "load_min"), (fair, "负荷（分钟/周）")):
        assert table[column].to_numpy(float) == pytest.approx(
            summed["load_min"].to_numpy(), rel=1e-9
        )
    assert drawn["area_m2"].to_numpy() == pytest.approx(summed["area_m2"].to_numpy(), rel=1e-9)
    assert karney_area_m2(drawn.geometry) == pytest.approx(drawn["area_m2"].to_numpy(), rel=1e-6)
    assert drawn["cell_count"].tolist() == fair["格数"].tolist() == count.tolist()
    for person, row in page.items():
        assert row["load"] == pytest.approx(summed.loc[person, "load_min"], abs=0.051)
        assert row["cells"] == count[person]


def test_balance_and_gap_follow_from_the_loads(written: Written) -> None:
    loads = written.cells.groupby(["township_id", "person_id"])["load_min"].sum()
    towns = {one["township_id"]: one for one in written.record["balance"]}
    assert set(towns) == set(TOWNSHIP_OF.values())
    for township_id, one in towns.items():
        own = loads[township_id]
        assert one["person_count"] == len(own)
        assert one["load_min"] == pytest.approx(own.sum(), rel=1e-9)
        assert one["mean_load_min"] == pytest.approx(own.mean(), rel=1e-9)
        assert one["max_load_min"] == pytest.approx(own.max(), rel=1e-9)
        assert one["max_over_mean"] == pytest.approx(own.max() / own.mean(), rel=1e-9)
        assert one["gap"] == pytest.approx(own.max() / one["bound_max_load_min"] - 1, abs=1e-9)
        assert (one["method"] == "exact") == (one["gap"] < 1e-9)
        # Two bounds that need no argument; what the record claims is at least as good.
        cells = written.cells[written.cells["township_id"] == township_id]
        plain = max(own.mean(), cells["load_min"].max())
        assert plain * (1 - 1e-9) <= one["bound_max_load_min"] <= own.max() * (1 + 1e-9)


def test_no_division_of_a_small_township_beats_its_bound(written: Written) -> None:
    # The least largest load of any division, connected or not, as an integer program in HiGHS.
    for one in written.record["balance"]:
        if one["cell_count"] > 30:
            continue
        cells = written.cells[written.cells["township_id"] == one["township_id"]]
        least = least_largest_load(cells["load_min"].to_numpy(), one["person_count"])
        assert one["bound_max_load_min"] <= least * (1 + 1e-6)
        assert one["max_load_min"] >= least * (1 - 1e-6)


def least_largest_load(load: np.ndarray[Any, np.dtype[np.float64]], people: int) -> float:
    count = len(load)
    each_once = np.hstack([np.kron(np.eye(count), np.ones(people)), np.zeros((count, 1))])
    below_top = np.hstack([np.kron(load, np.eye(people)), -np.ones((people, 1))])
    objective = np.append(np.zeros(count * people), 1.0)
    found = milp(
        objective,
        constraints=[LinearConstraint(each_once, 1, 1), LinearConstraint(below_top, -np.inf, 0)],
        integrality=np.append(np.ones(count * people), 0),
        bounds=Bounds(0, np.append(np.ones(count * people), np.inf)),
    )
    assert found.status == 0
    return float(found.fun)


def test_territories_hang_together_along_edges(written: Written) -> None:
    shapes = dict(zip(written.cells["cell_id"], written.cells.geometry, strict=True))
    for territory in written.territories.itertuples():
        own = written.cells.loc[written.cells["person_id"] == territory.person_id, "cell_id"]
        graph = nx.Graph()
        graph.add_nodes_from(own)
        graph.add_edges_from(
            (a, b)
            for a, b in combinations(own, 2)
            if shapes[a].intersects(shapes[b])
            and KARNEY.geometry_length(shapes[a].intersection(shapes[b])) > 1.0
        )
        union = shapely.union_all([shapes[cell] for cell in own])
        parts = shapely.get_num_geometries(union)
        assert territory.is_connected
        assert nx.number_connected_components(graph) == parts == territory.part_count == 1
        away = shapely.symmetric_difference(union, territory.geometry)
        assert abs(karney_area_m2(gpd.GeoSeries([shapely.buffer(away, 0)]))[0]) < 0.1


def test_straw_is_the_crop_land_of_the_cells(written: Written) -> None:
    cells = written.cells
    crops_km2 = (cells["area_m2"] * cells["cropland_share"] / 1e6).groupby(cells["township_id"])
    known = [row for row in written.record["straw"] if row["cropland_km2"] is not None]
    assert known
    for row in known:
        assert row["cropland_km2"] == pytest.approx(crops_km2.sum()[row["township_id"]], rel=1e-9)


# ---- hours ----


def test_there_is_one_event_per_shift_and_nobody_is_in_two_places(written: Written) -> None:
    assert len(written.events) == written.record["counts"]["shifts"]
    for person in written.roster["工号"]:
        own = sorted((e.start, e.end) for e in written.events if e.person_id == person)
        assert all(start < end for start, end in own)
        assert all(before[1] <= after[0] for before, after in pairwise(own))
    assert {event.start.date() for event in written.events} == {
        FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)
    }


def test_nobody_works_on_a_day_off(written: Written) -> None:
    weekday = dict(zip("一二三四五六日", range(7), strict=True))
    for _, row in written.roster.iterrows():
        text = str(row["休息日"]) if isinstance(row["休息日"], str) else ""
        off = {6} if text == "Sun" else {weekday[sign] for sign in text if sign in weekday}
        days = {e.start.weekday() for e in written.events if e.person_id == row["工号"]}
        assert not days & off
        assert bool(days) == (row["请假"] != "是")


def test_every_hour_of_every_territory_is_patrolled_or_listed_once(written: Written) -> None:
    [ordinary] = [
        season
        for season in written.record["settings"]["seasons"]
        if season["season_id"] == "ordinary"
    ]
    assert ordinary["windows_min"] == [[480, 600], [1020, 1140]]
    assert ordinary["weekdays"] == list(range(7))
    listed = written.book["未排、未达"]
    open_hours = listed[listed["类别"] == "无人时段"]
    assert len(open_hours) == written.record["counts"]["unfilled"]
    spent: Counter[tuple[str, date, int]] = Counter()
    for event in written.events:
        first = event.start.hour * 60 + event.start.minute
        last = first + round(event.hours * 60)
        spent.update((event.owner_id, event.start.date(), m) for m in range(first, last))
    for row in open_hours.itertuples():
        first, last = (int(x[:2]) * 60 + int(x[3:]) for x in row.时段.split("–"))
        day = date.fromisoformat(row.日期)
        spent.update((row.人员编号, day, minute) for minute in range(first, last))
    expected = {
        (owner, FIRST + timedelta(days=number), minute)
        for owner in written.territories["person_id"]
        for number in range(14)
        for window in ordinary["windows_min"]
        for minute in range(*window)
    }
    assert set(spent) == expected
    assert set(spent.values()) == {1}


def test_the_month_table_counts_the_hours_of_the_calendar(written: Written) -> None:
    months = written.book["月表 2023-07"].dropna(subset="人员编号").set_index("人员编号")
    assert sorted(months.index) == sorted(written.roster["工号"])
    for person, row in months.iterrows():
        own = [event for event in written.events if event.person_id == person]
        assert row["当班小时"] == pytest.approx(sum(event.hours for event in own), abs=1e-9)
        stood_in = sum(event.hours for event in own if event.owner_id != person)
        assert row["替班小时"] == pytest.approx(stood_in, abs=1e-9)


# ---- visits and routes ----


def stops_of(written: Written) -> pd.DataFrame:
    stops = written.book["路线"].dropna(subset="点位编号")
    return stops.assign(route_id=stops["人员编号"] + "_" + stops["日期"])


def test_a_visit_is_one_stop_or_unserved(written: Written) -> None:
    due = Counter(
        (event.person_id, event.start.date().isoformat(), point)
        for event in written.events
        for point in event.point_ids
    )
    stops = stops_of(written)
    seen = Counter(zip(stops["人员编号"], stops["日期"], stops["点位编号"], strict=True))
    counts = written.record["counts"]
    assert due.total() == counts["visits"] == len(stops) + counts["unserved"]
    assert seen <= due
    assert (due - seen).total() == counts["unserved"]
    listed = written.book["未排、未达"]
    assert (listed["类别"] != "无人时段").sum() == counts["unserved"]


def test_a_visit_is_made_by_who_stands_in_the_territory_of_the_point(written: Written) -> None:
    owner = dict(zip(written.points["point_id"], written.points["person_id"], strict=True))
    for event in written.events:
        assert {owner[point] for point in event.point_ids} <= {event.owner_id}


def test_a_stop_lies_within_a_shift_and_lasts_its_minutes(written: Written) -> None:
    minutes = dict(zip(written.points["point_id"], written.points["service_min"], strict=True))
    shifts: dict[tuple[str, str, str], list[Event]] = {}
    for event in written.events:
        for point in event.point_ids:
            key = (event.person_id, event.start.date().isoformat(), point)
            shifts.setdefault(key, []).append(event)
    for stop in stops_of(written).itertuples():
        arrive, leave = clock_min(stop.到达), clock_min(stop.离开)
        assert leave - arrive == pytest.approx(minutes[stop.点位编号], abs=1)  # whole minutes
        assert any(
            clock_min(f"{e.start:%H:%M}") <= arrive and leave <= clock_min(f"{e.end:%H:%M}")
            for e in shifts[stop.人员编号, stop.日期, stop.点位编号]
        )


def clock_min(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:5])


def test_a_route_is_as_long_as_its_line_and_its_legs(written: Written) -> None:
    legs = stops_of(written).groupby("route_id")["距上一站（m）"].sum()
    routes = written.layers["routes"].set_index("route_id")
    assert sorted(routes.index) == sorted(legs.index)
    assert not routes["is_straight_line"].any()
    has_base = set(written.roster.dropna(subset="经度")["工号"])
    speed_m_min = written.setting("speeds_kmh", written.record["settings"]["travel_mode"]) / 0.06
    for route_id, route in routes.iterrows():
        line_m = 0.0 if route.geometry is None else KARNEY.geometry_length(route.geometry)
        # Places lie on their road to the millimetre; a share of a segment is right to 4 mm.
        assert route["travel_m"] == pytest.approx(line_m, abs=0.005 * (route["stop_count"] + 1))
        assert route["travel_min"] == pytest.approx(route["travel_m"] / speed_m_min, rel=1e-9)
        way_home_m = route["travel_m"] - legs[route_id]
        if route["person_id"] in has_base:
            assert way_home_m > 0
        else:
            assert way_home_m == pytest.approx(0, abs=1e-6)


def test_stops_lie_where_their_points_meet_the_road_in_the_order_of_the_legs(
    written: Written,
) -> None:
    routes = written.layers["routes"].set_index("route_id")
    at = dict(zip(written.points["point_id"], written.points.geometry, strict=True))
    done: set[tuple[object, ...]] = set()
    for route_id, stops in stops_of(written).groupby("route_id"):
        line = routes.loc[str(route_id), "geometry"]
        key = (line.wkb if line is not None else None, *stops["点位编号"])
        if line is None or line.is_empty or key in done:
            continue
        done.add(key)
        vertices = shapely.get_coordinates(line)
        steps = np.array([KARNEY.inv(*a, *b)[2] for a, b in pairwise(vertices)])
        walked = np.append(0.0, np.cumsum(steps))
        place = tuple(vertices[0])
        for leg_m, cumulated, point in zip(
            stops["距上一站（m）"], stops["距上一站（m）"].cumsum(), stops["点位编号"], strict=True
        ):
            before, place = (
                place,
                tuple(float(np.interp(cumulated, walked, vertices[:, axis])) for axis in (0, 1)),
            )
            # No road is shorter than the geodesic between the places where its ends meet it.
            assert leg_m >= KARNEY.inv(*before, *place)[2] - 0.01
            own_m = KARNEY.inv(at[point].x, at[point].y, *place)[2]
            assert own_m == pytest.approx(nearest_m(at[point], line), abs=0.05)
    assert len(done) > 50


def nearest_m(point: shapely.Point, line: shapely.Geometry) -> float:
    """Distance in a plane about the point, which is exact from there in every direction."""
    plane = Transformer.from_crs(
        4326, f"+proj=aeqd +lon_0={point.x} +lat_0={point.y}", always_xy=True
    )
    flat = shapely.transform(line, plane.transform, interleaved=False)
    return float(shapely.distance(flat, shapely.Point(0, 0)))


# ---- map, sheets, record ----


def rows_of(page: dict[str, Any], table: str) -> list[dict[str, Any]]:
    packed, strings = page["tables"][table], page["strings"]

    def said(field: str, value: Any) -> Any:  # noqa: ANN401 - any value of JSON
        if field not in packed["texts"]:
            return value
        return [strings[n] for n in value] if isinstance(value, list) else strings[value]

    return [
        {field: said(field, value) for field, value in zip(packed["fields"], row, strict=True)}
        for row in packed["rows"]
    ]


def test_the_map_tells_what_the_geopackage_holds(written: Written) -> None:
    page = {name: rows_of(written.page, name) for name in ("cells", "points", "people", "routes")}
    people = [row["id"] for row in page["people"]]
    cells = written.cells.set_index("cell_id")
    assert [row["id"] for row in page["cells"]] == list(cells.index)
    for row in page["cells"]:
        cell = cells.loc[row["id"]]
        assert people[row["owner"]] == cell["person_id"]
        assert row["risk"] == pytest.approx(cell["risk"], abs=0.051)
        assert row["load"] == pytest.approx(cell["load_min"], abs=0.051)
    points = written.points.set_index("point_id")["person_id"]
    assert {row["id"]: people[row["owner"]] for row in page["points"]} == points.to_dict()
    routes = written.layers["routes"]
    drawn = Counter((people[r["person"]], written.page["days"][r["day"]]) for r in page["routes"])
    assert drawn == Counter(zip(routes["person_id"], routes["day"].astype(str), strict=True))


def test_a_sheet_lists_the_points_of_its_person_and_no_others(written: Written) -> None:
    names = dict(zip(written.points["point_id"], written.points["name"], strict=True))
    own: dict[str, set[str]] = {}
    for point, person in zip(written.points["point_id"], written.points["person_id"], strict=True):
        own.setdefault(person, set()).add(names[point])
    for event in written.events:
        own.setdefault(event.person_id, set()).update(names[point] for point in event.point_ids)
    files = sorted((written.folder / "patrol_sheets").glob("*.pdf"))
    assert [file.stem for file in files] == sorted(written.territories["person_id"])
    for file in files:
        text = "".join(page.extract_text() for page in pypdf.PdfReader(file).pages)
        listed = re.findall(r"示例\S+?点\d+(?!\d)", text.replace("\n", ""))
        assert set(listed) == own.get(file.stem, set()), file.stem


def test_the_bookmarks_of_all_sheets_name_everybody_by_township(written: Written) -> None:
    reader = pypdf.PdfReader(written.folder / "patrol_sheets.pdf")
    names = dict(zip(written.roster["工号"], written.roster["姓名"], strict=True))
    told = [part for part in reader.outline if isinstance(part, list)]
    people = [str(entry.title) for part in told for entry in part]
    expected = written.territories.sort_values(["township_id", "person_id"])["person_id"]
    assert len(people) == len(expected)
    for title, person in zip(people, expected, strict=True):
        assert names[person] in title


def test_the_record_counts_and_hashes_what_was_written(written: Written) -> None:
    counts, layers = written.record["counts"], written.layers
    assert counts["cells"] == len(layers["cells"])
    assert counts["territories"] == counts["connected_territories"] == len(layers["territories"])
    assert counts["routes"] == len(layers["routes"])
    assert counts["people"] == len(written.roster)
    assert written.record["sight"]["devices"] == len(layers["views"])
    assert written.record["sight"]["cells"] == Counter(layers["cells"]["coverage"])
    files = {
        path.relative_to(written.folder).as_posix(): path.read_bytes()
        for path in written.folder.rglob("*")
        if path.is_file() and path.name != "patrol.json"
    }
    assert written.record["outputs"] == {
        name: {"bytes": len(content), "sha256": sha256(content).hexdigest()}
        for name, content in files.items()
    }
    for name, place in {
        "roads": "demo/roads.geojson",
        "grid_members": "demo/grid_members.csv",
        "land_cover.tif": "demo/land_cover.tif",
    }.items():
        digest = sha256((DATA / place).read_bytes()).hexdigest()
        assert written.record["inputs"][name] == digest


@pytest.mark.usefixtures("map_assets")
def test_the_public_edition_shows_the_same_cells_and_nobodys_way(
    written: Written, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QXGEO_CACHE", str(tmp_path / "cache"))
    words = ["patrol", "--out", str(tmp_path / "maps"), "--to", "2023-07-03", "-q", "--public"]
    run = CliRunner().invoke(doors, words)
    assert run.exit_code == 0, run.output
    file = tmp_path / "maps" / "patrol.gpkg"
    names = [name for name, family in pyogrio.list_layers(file) if family]
    assert set(written.layers) - set(names) == {"routes"}
    cells = pyogrio.read_dataframe(file, layer="cells").rename(columns={"load": "load_min"})
    assert cells.drop(columns="geometry").equals(written.cells.drop(columns="geometry"))


def test_the_calendars_of_all_people_make_up_that_of_the_office(written: Written) -> None:
    names = dict(zip(written.roster["姓名"], written.roster["工号"], strict=True))
    files = sorted((written.folder / "patrol_sheets").glob("*.ics"))
    assert [file.stem for file in files] == sorted(written.territories["person_id"])
    own = {file.stem: list(read_events(file, names)) for file in files}
    assert all({event.person_id for event in events} == {who} for who, events in own.items())
    together = Counter(event for events in own.values() for event in events)
    assert together == Counter(written.events)
