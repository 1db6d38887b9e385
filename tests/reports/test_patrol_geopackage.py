"""patrol.gpkg: the layers and columns that were promised, and nobody's name."""

from __future__ import annotations

import dataclasses
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pyogrio
import pytest

from qxgeo.reports.patrol.geopackage import write_patrol_geopackage

if TYPE_CHECKING:
    from pathlib import Path

    from qxgeo.patrol.model import Patrol


@pytest.fixture
def package(town_patrol: Patrol, tmp_path: Path) -> Path:
    """Write the small town's patrol."""
    path = tmp_path / "patrol.gpkg"
    write_patrol_geopackage(town_patrol, path, lang="zh")
    return path


def test_cells_hold_what_an_analyst_asks_for(package: Path, town_patrol: Patrol) -> None:
    cells = pyogrio.read_dataframe(package, layer="cells")
    assert {"cell_id", "township_id", "person_id", "load", "risk", "coverage"} <= set(cells)
    assert len(cells) == len(town_patrol.cells)
    assert cells["load"].sum() == pytest.approx(town_patrol.cells["load_min"].sum())
    assert cells.crs.to_epsg() == 4326


def test_territories_points_and_routes_are_layers(package: Path, town_patrol: Patrol) -> None:
    territories = pyogrio.read_dataframe(package, layer="territories")
    assert {"person_id", "township_id", "load", "cell_count", "is_connected"} <= set(territories)
    by_person = town_patrol.cells.groupby("person_id")["load_min"].sum()
    assert territories.set_index("person_id")["load"].to_dict() == pytest.approx(
        by_person.to_dict()
    )
    assert len(pyogrio.read_dataframe(package, layer="points")) == len(town_patrol.points)
    assert len(pyogrio.read_dataframe(package, layer="routes")) == 1
    assert len(pyogrio.read_dataframe(package, layer="views")) == 1


def test_no_name_and_no_phone_is_in_the_file(package: Path, town_patrol: Patrol) -> None:
    content = package.read_bytes()
    for text in (*town_patrol.people["name"], *town_patrol.people["phone"]):
        assert str(text).encode() not in content


def test_every_layer_has_a_style_that_is_xml(package: Path) -> None:
    with closing(sqlite3.connect(package)) as database:
        styles = dict(database.execute("SELECT f_table_name, styleQML FROM layer_styles"))
    assert set(styles) == {"cells", "territories", "points", "routes", "hot_cells", "views"}
    named = {
        name: text.get("fieldName")
        for name, qml in styles.items()
        for text in ET.fromstring(qml.split("\n", 1)[1]).iter("text-style")  # noqa: S314 - our own file
    }
    assert named == {"territories": "person_id", "points": "point_id"}
    categories = ET.fromstring(styles["territories"].split("\n", 1)[1]).iter("category")  # noqa: S314 - our own file
    assert [one.get("value") for one in categories] == ["P11", "P12", "P21", "P22"]


def test_the_same_patrol_gives_the_same_bytes(
    town_patrol: Patrol, package: Path, tmp_path: Path
) -> None:
    again = tmp_path / "again" / "patrol.gpkg"
    again.parent.mkdir()
    write_patrol_geopackage(town_patrol, again, lang="zh")
    assert again.read_bytes() == package.read_bytes()


def test_without_points_routes_and_cameras_the_layers_are_empty(
    town_patrol: Patrol, tmp_path: Path
) -> None:
    bare = dataclasses.replace(
        town_patrol,
        points=town_patrol.points.iloc[:0],
        routes=dataclasses.replace(town_patrol.routes, routes=town_patrol.routes.routes.iloc[:0]),
        sight=None,
    )
    path = tmp_path / "bare.gpkg"
    write_patrol_geopackage(bare, path, lang="en")
    assert pyogrio.read_dataframe(path, layer="routes").empty
    assert "views" not in {name for name, _ in pyogrio.list_layers(path)}


def test_the_public_file_holds_no_routes_and_no_names_of_points(
    town_patrol: Patrol, tmp_path: Path
) -> None:
    path = tmp_path / "public.gpkg"
    write_patrol_geopackage(town_patrol, path, lang="zh", is_public=True)
    assert "routes" not in {name for name, _ in pyogrio.list_layers(path)}
    points = pyogrio.read_dataframe(path, layer="points")
    assert len(points) == len(town_patrol.points)
    assert set(points["name"]) | set(points["address"]) <= {"", None}
