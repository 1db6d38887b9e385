"""Places by tag: points, grounds, rings with holes, and what cannot be taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from qxgeo.errors import InputError, ReadError
from qxgeo.readers.osm_sites import read_osm_areas, read_osm_sites
from qxgeo.schemas import SITES

if TYPE_CHECKING:
    from pathlib import Path


def tags(**pairs: str) -> str:
    return "".join(f'<tag k="{key.replace("__", ":")}" v="{v}"/>' for key, v in pairs.items())


def ring(way_id: int, refs: list[int], **pairs: str) -> str:
    nds = "".join(f'<nd ref="{ref}"/>' for ref in refs)
    return f'<way id="{way_id}">{nds}{tags(**pairs)}</way>'


def corner(number: int, column: int, row: int, content: str = "") -> str:
    return f'<node id="{number}" lon="{110 + column / 100}" lat="{25 + row / 100}">{content}</node>'


# A school of 4 x 4 hundredths of a degree; a pond of 4 x 4 with an island of 2 x 2; a kitchen.
CORNERS = (
    [corner(i, *at) for i, at in enumerate([(0, 0), (4, 0), (4, 4), (0, 4)], start=1)]
    + [corner(i, *at) for i, at in enumerate([(10, 0), (14, 0), (14, 4), (10, 4)], start=5)]
    + [corner(i, *at) for i, at in enumerate([(11, 1), (13, 1), (13, 3), (11, 3)], start=9)]
)
KITCHEN = corner(
    20,
    7,
    7,
    tags(amenity="restaurant; cafe", name="米粉店", addr__street="七星路", addr__housenumber="1号"),
)
SCHOOL = ring(1, [1, 2, 3, 4, 1], amenity="school", name__zh="小学")
POND = (
    ring(2, [5, 6, 7, 8, 5])
    + ring(3, [9, 10, 11, 12, 9])
    + '<relation id="9"><member type="way" ref="2" role="outer"/>'
    + '<member type="way" ref="3" role="inner"/>'
    + tags(type="multipolygon", natural="water", name="湖")
    + "</relation>"
)


def write(folder: Path, *content: str) -> Path:
    path = folder / "places.osm"
    path.write_text(f'<osm version="0.6">{"".join(content)}</osm>', encoding="utf-8")
    return path


@pytest.fixture
def places(tmp_path: Path) -> Path:
    return write(tmp_path, *CORNERS, KITCHEN, SCHOOL, POND)


def test_points_and_grounds_come_with_the_columns_of_the_contract(places: Path) -> None:
    table = read_osm_sites(places, tags={"amenity": ["school", "cafe"]}).table
    assert list(table.columns) == [*SITES.columns, "amenity", "geometry"]
    assert table["site_id"].tolist() == ["n20", "w1"]
    assert table["name"].tolist() == ["米粉店", "小学"]
    assert table["address"].tolist()[0] == "七星路1号"
    assert table["status"].tolist() == ["existing", "existing"]
    assert table.geom_type.tolist() == ["Point", "Polygon"]
    assert table.geometry.iloc[1].bounds == pytest.approx((110, 25, 110.04, 25.04))


def test_a_pond_with_an_island_has_a_hole(places: Path) -> None:
    table = read_osm_areas(places, tags={"natural": True}).table
    assert table["site_id"].tolist() == ["r9"]
    assert table.geometry.iloc[0].area == pytest.approx(0.04**2 - 0.02**2)


def test_areas_leave_points_out(places: Path) -> None:
    assert read_osm_areas(places, tags={"amenity": True}).table["site_id"].tolist() == ["w1"]


def test_a_denied_tag_does_not_match_every_value(tmp_path: Path) -> None:
    path = write(tmp_path, corner(1, 0, 0, tags(shop="no")), corner(2, 1, 1, tags(shop="kiosk")))
    assert read_osm_sites(path, tags={"shop": True}).table["site_id"].tolist() == ["n2"]


def test_nothing_found_gives_an_empty_table_with_its_columns(places: Path) -> None:
    table = read_osm_sites(places, tags={"amenity": ["fuel"]}).table
    assert table.empty
    assert table.crs == "EPSG:4326"
    assert list(table.columns) == [*SITES.columns, "amenity", "geometry"]


def test_places_that_touch_the_box_are_kept_whole(places: Path) -> None:
    result = read_osm_sites(places, tags={"amenity": True}, bbox=(110.03, 25.03, 110.05, 25.05))
    assert result.table["site_id"].tolist() == ["w1"]
    assert result.table.geometry.iloc[0].area == pytest.approx(0.04**2)


def test_open_rings_and_lines_are_counted_and_named(tmp_path: Path) -> None:
    broken = (
        '<relation id="8"><member type="way" ref="2" role="outer"/>'
        + tags(type="multipolygon", natural="water")
        + "</relation>"
    )
    river = ring(4, [1, 2, 3], natural="water")
    route = f'<relation id="7">{tags(type="route", natural="water")}</relation>'
    result = read_osm_areas(
        write(tmp_path, *CORNERS, ring(2, [5, 6, 7]), river, route, broken),
        tags={"natural": ["water"]},
    )
    assert result.table.empty
    assert any("1 areas" in note.en and "r8" in note.en for note in result.notes)
    assert any("1 lines" in note.en for note in result.notes)


def test_a_broken_file_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, *CORNERS, SCHOOL)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ReadError, match="not a complete"):
        read_osm_sites(path, tags={"amenity": True})


@pytest.mark.parametrize("choice", [{}, {"amenity": []}, {"": True}])
def test_a_choice_of_nothing_is_refused(places: Path, choice: dict[str, list[str]]) -> None:
    with pytest.raises(InputError, match="which tags"):
        read_osm_sites(places, tags=choice)
