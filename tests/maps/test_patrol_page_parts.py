"""Small parts of the patrol map: colours, discretion, hours, shapes, tiles that fit."""

from __future__ import annotations

from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from qxgeo.maps.patrol.cast import pack_table, rounded, write_shapes
from qxgeo.maps.patrol.rows import number_points
from qxgeo.maps.patrol.style import TERRITORY_COLOURS, colour_territories
from qxgeo.maps.patrol.times import name_people, say_hours, say_visits, say_window
from qxgeo.maps.rows import Strings
from qxgeo.maps.tiles import trim_pyramid
from qxgeo.patrol.privacy import Discretion, clean_all

if TYPE_CHECKING:
    from collections.abc import Callable

    from qxgeo.district.patrol_settings import PatrolSettings


def board(owners: list[list[int]]) -> np.ndarray:
    """Dissolve squares of 0.01 degrees by their owner, in the order of the owners' numbers."""
    squares: dict[int, list[shapely.Geometry]] = {}
    for y, row in enumerate(owners):
        for x, owner in enumerate(row):
            squares.setdefault(owner, []).append(
                shapely.box(x / 100, y / 100, (x + 1) / 100, (y + 1) / 100)
            )
    return np.array([shapely.union_all(squares[owner]) for owner in sorted(squares)], dtype=object)


# ---- colours --------------------------------------------------------------------------------


@given(
    st.lists(
        st.lists(st.integers(0, 7), min_size=5, max_size=5),
        min_size=1,
        max_size=5,
    )
)
def test_neighbours_never_share_a_colour(owners: list[list[int]]) -> None:
    shapes = board(owners)
    colours = colour_territories(shapes)
    for one, other in combinations(range(len(shapes)), 2):
        if shapes[one].intersects(shapes[other]):
            assert colours[one] != colours[other]


def test_a_board_of_squares_that_touch_in_corners_takes_four_colours() -> None:
    # Four squares around a corner touch each other, so fewer cannot do; four do, row by row.
    shapes = board([[10 * y + x for x in range(8)] for y in range(8)])
    assert set(colour_territories(shapes)) == {0, 1, 2, 3}


def test_territories_a_millimetre_apart_are_neighbours_and_absent_ones_have_no_colour() -> None:
    gap = 1e-8  # degrees, about a millimetre: what rounding leaves
    shapes = np.array(
        [shapely.box(0, 0, 1, 1), None, shapely.box(1 + gap, 0, 2, 1), shapely.Polygon()],
        dtype=object,
    )
    assert colour_territories(shapes) == [0, -1, 1, -1]


def test_the_palette_is_told_apart_by_lightness_or_hue_alone() -> None:
    def lightness(colour: str) -> float:
        red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue  # ITU-R BT.709

    assert len(set(TERRITORY_COLOURS)) == len(TERRITORY_COLOURS) <= 7
    assert len({round(lightness(colour)) for colour in TERRITORY_COLOURS}) == len(TERRITORY_COLOURS)


# ---- discretion -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("电话13800000001。", "电话***。"),
        ("138 0000-0001", "***"),
        ("(0773) 123 4567", "(***"),
        ("45030513800000001", "45030513800000001"),  # digits inside a longer code
        ("1380000000", "1380000000"),  # one digit less
        ("张三和张三丰", "P1和P2"),
        ("Li in line", "P3 in line"),
        ("安", "安"),  # a single character would be found in other words
    ],
)
def test_phones_and_names_are_taken_out_of_any_text(text: str, expected: str) -> None:
    names = {"张三": "P1", "张三丰": "P2", "Li": "P3", "安": "P4"}
    discretion = Discretion(["13800000001", "0773-1234567（示例）", "", "110"], names)
    assert discretion.clean(text) == expected


def test_without_phones_and_names_a_text_stays_as_it_is() -> None:
    assert Discretion([""], {}).clean("张三 13800000001") == "张三 13800000001"


def test_every_text_of_nested_data_is_cleaned_and_keys_stay() -> None:
    nested = {"张三": ["张三", {"name": "张三", "n": 1}, ("张三", None)], "x": 1.5}
    cleaned = clean_all(nested, Discretion([], {"张三": "P1"}).clean)
    assert cleaned == {"张三": ["P1", {"name": "P1", "n": 1}, ["P1", None]], "x": 1.5}


def test_a_person_is_called_by_name_and_id_or_by_id_alone() -> None:
    people = pd.DataFrame({"person_id": ["P1", "P2"], "name": ["张三", ""]})
    assert name_people(people, is_public=False, lang="zh") == {"P1": "张三（P1）", "P2": "P2"}
    assert name_people(people, is_public=False, lang="en") == {"P1": "张三 (P1)", "P2": "P2"}
    assert name_people(people, is_public=True, lang="zh") == {"P1": "P1", "P2": "P2"}


# ---- hours ----------------------------------------------------------------------------------


def test_a_window_ends_at_midnight_as_24() -> None:
    assert say_window(0, 1440) == "00:00–24:00"


def test_hours_are_summed_up_by_season(settings_of: Callable[..., PatrolSettings]) -> None:
    shifts = pd.DataFrame(
        {
            "territory_id": ["P1"] * 4,
            "person_id": ["P1", "P1", "P2", "P1"],
            "is_stand_in": [False, False, True, False],
            "season_id": ["ordinary", "ordinary", "ordinary", "somewhen"],
            "day": [date(2023, 9, 1), date(2023, 9, 1), date(2023, 9, 2), date(2023, 9, 20)],
            "start_min": [480, 1020, 480, 600],
            "end_min": [600, 1140, 600, 660],
        }
    )
    unfilled = pd.DataFrame({"territory_id": ["P9", "P9"]})
    hours = say_hours(shifts, unfilled, settings_of(), title_of=str.lower, lang="en")
    assert hours == {
        "P1": [
            "ordinary days: 08:00–10:00, 17:00–19:00, 2 days",
            "somewhen: 10:00–11:00, 1 days",
            "1 of them by p2 as stand-ins",
        ],
        "P9": ["2 windows that nobody can take"],
    }


def test_visits_name_their_weekdays() -> None:
    visits = pd.DataFrame(
        {
            "point_id": ["D1"] * 3,
            "day": [date(2023, 7, 3), date(2023, 7, 5), date(2023, 7, 10)],  # Mon, Wed, Mon
            "window_start_min": [480] * 3,
            "window_end_min": [600] * 3,
        }
    )
    assert say_visits(visits, lang="zh") == {"D1": ["08:00–10:00（周一、三）3 次"]}
    assert say_visits(visits, lang="en") == {"D1": ["08:00–10:00 (Mo We), 3 times"]}


# ---- rows and shapes ------------------------------------------------------------------------


def test_points_of_more_kinds_than_letters_are_still_numbered_apart() -> None:
    points = pd.DataFrame({"kind": [f"{n:02d}" for n in range(30)]})
    _, numbers = number_points(points)
    assert numbers[:2] == ["A1", "B1"]
    assert numbers[25:] == ["Z1", "Z2", "Z3", "Z4", "Z5"]


def test_numbers_are_written_short_and_unknown_is_none() -> None:
    assert rounded([1.0, 2.345, float("nan"), float("inf")], 1) == [1, 2.3, None, None]


def test_texts_are_written_once() -> None:
    strings = Strings()
    table = pack_table(
        {"a": ["x", "y", "x"], "b": [["x", "z"], [], ["y"]], "c": [1, 2, 3]}, strings
    )
    assert strings.listed() == ["x", "y", "z"]
    assert table == {
        "fields": ["a", "b", "c"],
        "texts": ["a", "b"],
        "rows": [[0, [0, 2], 1], [1, [], 2], [0, [1], 3]],
    }


def test_missing_and_empty_shapes_are_none() -> None:
    shapes = np.array([shapely.Point(1.23456789, 2), None, shapely.Point()], dtype=object)
    assert write_shapes(shapes) == [{"type": "Point", "coordinates": [1.234568, 2.0]}, None, None]


def test_more_points_than_room_are_all_drawn() -> None:
    many = shapely.points(np.linspace(0, 1, 60_001), 0.0)
    assert len(write_shapes(many)) == 60_001  # a point has no corner to spare


def test_a_pyramid_loses_its_deepest_levels_until_it_fits() -> None:
    tiles = {"10/1/1": "x" * 10, "11/1/1": "x" * 40, "12/1/1": "x" * 160}
    pyramid = {"min": 10, "max": 12, "around": "#fff", "tiles": tiles}
    assert trim_pyramid(pyramid, 210) == pyramid
    assert trim_pyramid(pyramid, 209) == pyramid | {
        "max": 11,
        "tiles": {"10/1/1": tiles["10/1/1"], "11/1/1": tiles["11/1/1"]},
    }
    assert trim_pyramid(pyramid, 1)["tiles"] == {"10/1/1": tiles["10/1/1"]}
    assert trim_pyramid(pyramid | {"tiles": {}}, 1)["max"] == 12
