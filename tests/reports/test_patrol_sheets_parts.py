"""The pieces of a sheet: lines, letters, links, labels, the small map, times and file names."""

from __future__ import annotations

import dataclasses
import unicodedata
from datetime import date, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
import shapely
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from qxgeo.geodesy import ground_distance_m
from qxgeo.plan import load_plan
from qxgeo.reports.patrol.answerable import list_units
from qxgeo.reports.patrol.sheets.fonts import MISSING, Letters, cut_font
from qxgeo.reports.patrol.sheets.line_breaks import break_lines
from qxgeo.reports.patrol.sheets.map_labels import PIN_RADIUS_MM, place_names, place_pins
from qxgeo.reports.patrol.sheets.map_svg import draw_svg, draw_swatch
from qxgeo.reports.patrol.sheets.qr import dark_runs, make_code, module_count, navigation_uri
from qxgeo.reports.patrol.sheets.register import list_duties
from qxgeo.reports.patrol.sheets.small_map import Surveyor, hatch_lines
from qxgeo.reports.patrol.sheets.writing import name_files
from qxgeo.reports.patrol.times import list_checks, list_routes
from qxgeo.reports.patrol.wording import say_clock, say_day, say_number
from qxgeo.resources import font_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from qxgeo.patrol.model import Patrol


def count_widths(text: str) -> float:
    """Measure as on a grid: a Chinese character is two wide."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


@given(st.text("巡查责任单，。、（）“”abc 123.-–:", max_size=60), st.integers(4, 30))
def test_breaking_lines_loses_nothing_and_overruns_nothing(text: str, width: int) -> None:
    lines = break_lines(text, width, count_widths)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert max(map(count_widths, lines)) <= width


def test_words_and_times_stay_whole_and_marks_hang_on_their_neighbours() -> None:
    assert break_lines("每周08:00–10:00巡查", 12, count_widths) == ["每周", "08:00–10:00", "巡查"]
    assert break_lines("露天焚烧，巡查", 8, count_widths) == ["露天焚", "烧，巡查"]
    assert break_lines("巡查（熏腊肉）", 6, count_widths) == ["巡查", "（熏腊", "肉）"]
    assert break_lines("ab  cd", 3, count_widths) == ["ab", "cd"]
    assert break_lines("", 5, count_widths) == [""]


def test_rare_letters_of_names_are_in_the_font(tmp_path: Path, map_assets: Path) -> None:
    assert map_assets.is_dir()
    letters = cut_font(font_file(), tmp_path / "small.ttf", ["喆䶮𬶏"])
    assert letters.lacking("李喆䶮𬶏 A") == ["李"]
    assert letters.fit("李喆\u202e\n𬶏") == f"{MISSING}喆 𬶏"
    with TTFont(tmp_path / "small.ttf") as font:
        assert {ord(c) for c in "喆䶮𬶏"} <= font.getBestCmap().keys()
    assert (tmp_path / "small.ttf").stat().st_size < 60_000


def test_letters_that_steer_the_layout_are_not_missing_ones() -> None:
    letters = Letters("路 ")
    assert letters.lacking("路\u200b\t路") == []
    assert letters.fit("路\u200b\t路") == "路 路"


@given(st.floats(73, 136), st.floats(3, 54), st.text(max_size=70))
def test_a_link_gives_back_its_place_and_stays_short(lon: float, lat: float, name: str) -> None:
    uri = navigation_uri(lon, lat, name.encode("utf-8", "ignore").decode())
    assert uri.isascii()
    query = parse_qs(urlsplit(uri).query, strict_parsing=True, keep_blank_values=True)
    assert list(query) == ["position", "name", "coordinate"]
    assert query["coordinate"] == ["wgs84"]
    there = [float(part) for part in query["position"][0].split(",")]
    assert there == pytest.approx([lon, lat], abs=5.1e-7)  # half of the sixth decimal
    assert len(query["name"][0]) <= 10
    assert module_count(make_code(uri)) <= 57  # 24 mm at 150 dpi: 2.5 pixels a module


def test_a_long_name_is_shortened_in_the_link_only() -> None:
    uri = navigation_uri(110.3, 25.3, "石灰窑旧址东侧水泥路口以北")
    assert parse_qs(urlsplit(uri).query)["name"] == ["石灰窑旧址东侧水泥…"[:9] + "…"]


def test_dark_runs_rebuild_the_code() -> None:
    code = make_code(navigation_uri(110.3, 25.3, "点"))
    size = module_count(code)
    rebuilt = np.zeros((size, size), dtype=int)
    for column, row, length in dark_runs(code):
        assert not rebuilt[row, column : column + length].any()
        rebuilt[row, column : column + length] = 1
    assert (rebuilt == np.array([list(row) for row in code.matrix])).all()


def test_numbers_of_crowded_points_stand_apart_and_inside() -> None:
    places = [(n, 50 + n * 0.1, 40.0) for n in range(12)] + [(12, 0.2, 0.3)]
    pins = place_pins(places, width_mm=100, height_mm=80)
    labels = np.array([pin.label_at for pin in pins])
    gaps = np.hypot(*(labels[:, None] - labels[None]).transpose(2, 0, 1))
    assert gaps[np.triu_indices(len(pins), 1)].min() >= 2 * PIN_RADIUS_MM
    assert labels.min() >= PIN_RADIUS_MM
    assert [pin.at for pin in pins] == [(x, y) for _, x, y in places]
    lonely = place_pins([(1, 20.0, 20.0)], width_mm=100, height_mm=80)
    assert lonely[0].label_at == (20.0, 20.0)
    everywhere = [(n, 3.0, 3.0) for n in range(40)]  # more than the paper holds
    assert len(place_pins(everywhere, width_mm=9, height_mm=9)) == 40


def test_road_names_run_along_straight_free_stretches() -> None:
    zigzag = shapely.LineString([(5 * n, 5 * (n % 2)) for n in range(20)])
    roads = {
        "斜路": shapely.LineString([(60, 10), (20, 50)]),
        "短路": shapely.LineString([(70, 70), (75, 70)]),
        "曲折的一条山路": zigzag,
        "边路": shapely.LineString([(0, 0), (100, 0)]),  # its letters would leave the paper
    }
    names = place_names(roads, [], width_mm=100, height_mm=80)
    assert [name.text for name in names] == ["斜路"]
    assert names[0].at == pytest.approx((40, 30))
    assert names[0].angle_deg == pytest.approx(-45)  # from lower left to upper right
    pin = place_pins([(1, 40.0, 30.0)], width_mm=100, height_mm=80)
    moved = place_names({"斜路": roads["斜路"]}, pin, width_mm=100, height_mm=80)
    assert moved[0].at != pytest.approx((40, 30))
    many = {f"路{n}": shapely.LineString([(5, 5 * n), (95, 5 * n)]) for n in range(1, 16)}
    assert len(place_names(many, [], width_mm=100, height_mm=80)) == 14


def test_hatching_is_denser_where_the_risk_is_higher() -> None:
    box = shapely.box(3, 4, 33, 24)
    dense, wide, level, none = (
        shapely.intersection(hatch_lines(kind, box.bounds), box).length
        for kind in ("high", "medium", "water", "low")
    )
    # Parallel lines a distance d apart have the length area / d in a box, but for its edges.
    assert dense == pytest.approx(600 / 1.2, rel=0.05)
    assert wide == pytest.approx(600 / 3.2, rel=0.1)
    assert level == pytest.approx(600 / 1.6, rel=0.1)
    assert none == 0


def test_the_small_map_is_true_to_scale_and_north_is_up(town_patrol: Patrol) -> None:
    duty = list_duties(town_patrol, lang="zh")[0]
    drawing = Surveyor(town_patrol).draw(duty, width_mm=182, most_height_mm=110)
    assert drawing is not None
    assert drawing.height_mm <= 110
    mm_per_m = drawing.bar_mm / drawing.bar_m
    assert 182 / 4 / 2.5 <= drawing.bar_mm <= 182 / 4
    # P11 owns the west of the western township: 110.00 to 110.01, 25.00 to 25.02.
    own = town_patrol.cells[town_patrol.cells["person_id"] == "P11"]
    west, south, east, north = own.total_bounds
    height = float(ground_distance_m(west, south, west, north)[0]) * mm_per_m
    width = float(ground_distance_m(west, 25.01, east, 25.01)[0]) * mm_per_m
    border = np.concatenate(drawing.border)
    assert np.ptp(border, axis=0) == pytest.approx((width, height), rel=2e-3)
    assert (border.min(axis=0) >= 0).all()
    assert (border.max(axis=0) <= (drawing.width_mm, drawing.height_mm)).all()
    by_id = dict(zip((cell.cell_id for cell in duty.cells), drawing.cells, strict=True))
    top = own.loc[own["lat"].idxmax(), "cell_id"]
    bottom = own.loc[own["lat"].idxmin(), "cell_id"]
    assert by_id[top].rings[0][:, 1].max() < by_id[bottom].rings[0][:, 1].min()
    pin, point = drawing.pins[0], duty.points[0]
    east_m = ground_distance_m(west, point.lat, point.lon, point.lat)[0] * mm_per_m
    north_m = ground_distance_m(point.lon, north, point.lon, point.lat)[0] * mm_per_m
    assert pin.at == pytest.approx(
        (border[:, 0].min() + east_m, border[:, 1].min() + north_m), abs=0.1
    )
    assert drawing.base is not None
    assert "长路" in [name.text for name in drawing.names]
    assert set(drawing.hatching) == {"high", "medium", "water"}


def test_a_map_without_roads_or_cells_is_drawn_or_left_out(
    patrol_of: Callable[..., Patrol], town_patrol: Patrol
) -> None:
    layers = {k: v for k, v in town_patrol.district.layers.items() if k != "roads"}
    patrol = patrol_of(district=dataclasses.replace(town_patrol.district, layers=layers))
    duty = list_duties(patrol, lang="zh")[0]
    surveyor = Surveyor(patrol)
    drawing = surveyor.draw(duty, width_mm=92, most_height_mm=92)
    assert drawing is not None
    assert drawing.small_roads == drawing.large_roads == drawing.names == ()
    assert surveyor.road_names() == []
    nothing = dataclasses.replace(duty, cells=())
    assert surveyor.draw(nothing, width_mm=92, most_height_mm=92) is None


def test_the_svg_map_escapes_names_and_scales_by_its_view_box(town_patrol: Patrol) -> None:
    duty = list_duties(town_patrol, lang="zh")[2]
    surveyor = Surveyor(town_patrol)
    drawing = surveyor.draw(duty, width_mm=92, most_height_mm=92)
    assert drawing is not None
    hostile = dataclasses.replace(
        drawing,
        names=tuple(dataclasses.replace(name, text="<b>路") for name in drawing.names),
        bar_m=200.0,
    )
    assert hostile.names
    svg = draw_svg(hostile, title='地"图')
    assert "&lt;b&gt;路" in svg
    assert 'aria-label="地&quot;图"' in svg
    assert "<b>" not in svg
    assert ">200 m<" in svg
    assert svg.startswith('<svg class="map" viewBox="0 0 92 ')
    assert draw_swatch("high").count("M") > draw_swatch("medium").count("M") > 1


def test_units_of_other_townships_are_left_out_and_phones_found_under_any_name() -> None:
    plan = load_plan("qixing-2023")
    phones = {"朝阳乡人民政府": "1", "各乡办": "2", "七星公安分局": "3"}
    village = list_units(plan, phones, township_id="450305200", lang="zh")
    assert [(unit.name, unit.role, unit.phone) for unit in village] == [
        ("朝阳乡（各乡办）", "牵头", "1"),
        ("区城市管理局", "责任", ""),
        ("市七星生态环境局", "责任", ""),
        ("七星公安分局", "责任", "3"),
    ]
    town = list_units(plan, phones, township_id="450305001", lang="zh")
    assert (town[0].name, town[0].phone) == ("七星区街道（各乡办）", "2")
    overseas = list_units(plan, phones, township_id="450305400", lang="en")
    assert (overseas[0].name, overseas[0].role) == ("华侨旅游经济区", "lead")


def test_boxes_stand_for_days_where_visits_are_planned_and_for_weeks_elsewhere(
    town_patrol: Patrol,
) -> None:
    fixed = {"schedule": town_patrol.schedule, "lang": "zh"}  # 31 days: five weeks begun
    planned = [SimpleNamespace(day=date(2023, 7, n)) for n in (9, 2)]
    assert list_checks(planned, visits_per_week=7.0, **fixed) == ("7/2", "7/9")
    assert list_checks([], visits_per_week=1.5, **fixed) == tuple(
        f"{week}周" for week in (1, 2, 3, 4, 5) for _ in range(2)
    )
    assert len(list_checks([], visits_per_week=3.0000000001, **fixed)) == 15
    assert len(list_checks([], visits_per_week=float("nan"), **fixed)) == 5


def make_route(number: int, **facts: Any) -> SimpleNamespace:  # noqa: ANN401
    return SimpleNamespace(
        **{
            "route_id": f"R{number}",
            "day": date(2023, 7, 1) + timedelta(days=number),
            "start_min": 480.0,
            "end_min": 600.4,
            "travel_m": 3210.0,
            "is_straight_line": False,
        }
        | facts
    )


def test_routes_with_the_same_order_are_told_once_the_most_frequent_first() -> None:
    routes = [make_route(n, is_straight_line=n == 0) for n in range(14)]
    stops = {
        f"R{n}": [SimpleNamespace(point_id="A" if n < 6 else f"B{n}", arrive_min=495.0)]
        for n in range(14)
    }
    told, left_out = list_routes(routes, stops, {"A": "1号甲"}, lang="zh")
    assert left_out == 9 - 7
    assert told[0].title == "7月1日、7月2日、7月3日、7月4日…（共 6 天）"
    assert told[0].text == (
        "08:00 出发 → 08:15 1号甲 → 10:00 结束，路程 3.2 km，按直线估算，不是道路里程"
    )
    assert "直线" not in told[1].text
    assert "B6" in told[1].text


def test_files_can_be_held_by_windows_and_are_told_apart_without_case(town_patrol: Patrol) -> None:
    duty = list_duties(town_patrol, lang="zh")[0]
    ids = ["P1", "p1", "a/b", "a:b", "CON", "com1.x", "..", "王五", "x" * 200, "尾. "]
    names = name_files(dataclasses.replace(duty, person_id=key) for key in ids)
    assert names[:8] == ["P1", "p1-2", "a_b", "a_b-2", "_CON", "_com1.x", "person", "王五"]
    assert len(names[8]) == 60
    assert names[9] == "尾"
    assert len({name.casefold() for name in names}) == len(ids)


def test_numbers_and_days_are_said_as_people_say_them() -> None:
    assert [say_number(value) for value in (3.0, 2.54, 10.0, 0.0)] == ["3", "2.5", "10", "0"]
    assert say_number(10.0, 0) == "10"
    assert say_clock(59.6) == "01:00"
    assert say_day(date(2023, 7, 3), "zh", with_year=True) == "2023年7月3日"
    assert say_day(date(2023, 7, 3), "en", with_year=True) == "3 Jul 2023"
