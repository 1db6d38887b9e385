from __future__ import annotations

import dataclasses
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from shapely import GeometryCollection, LineString, MultiPoint, Point

from qxgeo.errors import OutputError
from qxgeo.reports import geopackage_file
from qxgeo.reports.colours import STRENGTH_COLOURS
from qxgeo.reports.geopackage import write_geopackage
from qxgeo.schemas import FINDING_COLUMNS
from qxgeo.vocabulary import Strength

if TYPE_CHECKING:
    from pathlib import Path

    from qxgeo.assess import Assessment

LAYERS = {
    "rule_1_3_4_a_point": ("Point", 3),
    "rule_1_3_4_a_polygon": ("MultiPolygon", 1),
    "rule_2_2_3_c": ("MultiLineString", 5),
    "rule_2_2_4_a_point": ("Point", 1),
    "rule_2_2_4_a_line": ("MultiLineString", 1),
    "rule_2_3_1_a": ("MultiPolygon", 1),
    "zones": ("MultiPolygon", 1),
    "boundary": ("MultiPolygon", 1),
    "townships": ("MultiPolygon", 3),
    "stations": ("Point", 1),
}


def write(town: Assessment, folder: Path, *, lang: str = "zh") -> Path:
    path = folder / "findings.gpkg"
    write_geopackage(town, path, lang=lang)
    return path


def with_shapes(town: Assessment, rule_id: str, shape: shapely.Geometry | None) -> Assessment:
    findings = town.findings[town.findings["rule_id"] == rule_id].iloc[:1]
    changed = findings.set_geometry(np.array([shape], dtype=object), crs="EPSG:4326")
    counts = town.rule_counts[town.rule_counts["rule_id"] == rule_id]
    return dataclasses.replace(town, findings=changed, rule_counts=counts)


def test_each_judged_rule_has_a_layer_of_one_geometry_type(
    town: Assessment, tmp_path: Path
) -> None:
    path = write(town, tmp_path)
    listed = {str(name) for name, kind in pyogrio.list_layers(path) if kind is not None}
    assert listed == set(LAYERS)
    for name, (kind, rows) in LAYERS.items():
        info = pyogrio.read_info(path, layer=name)
        assert (info["geometry_type"], info["features"]) == (kind, rows)
        assert info["crs"] == "EPSG:4326"


def test_findings_come_back_as_they_went_in(town: Assessment, tmp_path: Path) -> None:
    path = write(town, tmp_path)
    back = gpd.read_file(path, layer="rule_2_2_3_c")
    sent = town.findings[town.findings["rule_id"] == "2.2.3-c"].reset_index(drop=True)
    assert list(back.columns) == [*FINDING_COLUMNS, "geometry"]
    for column, kind in FINDING_COLUMNS.items():
        if kind == "float64":
            np.testing.assert_array_equal(back[column].to_numpy(float), sent[column].to_numpy())
        elif kind == "string" and column != "subject_name":
            assert back[column].tolist() == sent[column].tolist()
    came, went = (shapely.get_coordinates(t.geometry.to_numpy()) for t in (back, sent))
    np.testing.assert_array_equal(came, went)
    ranks = gpd.read_file(path, layer="rule_2_2_4_a_line")["rank"]
    assert ranks.tolist() == [1]


def test_the_database_is_sound_and_every_stamp_is_the_day_of_the_assessment(
    town: Assessment, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(write(town, tmp_path))) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        stamps = database.execute("SELECT DISTINCT last_change FROM gpkg_contents").fetchall()
        titles = dict(database.execute("SELECT table_name, description FROM gpkg_contents"))
    assert stamps == [("2023-06-01T00:00:00.000Z",)]
    assert "2.2.3-c 规则2.2.3-c的名称（应当）" in titles["rule_2_2_3_c"]
    assert "演示数据" in titles["rule_2_2_3_c"]


def test_the_same_assessment_gives_the_same_bytes(town: Assessment, tmp_path: Path) -> None:
    first = write(town, tmp_path).read_bytes()
    assert write(town, tmp_path).read_bytes() == first


def test_qgis_finds_a_default_style_for_every_layer(town: Assessment, tmp_path: Path) -> None:
    with closing(sqlite3.connect(write(town, tmp_path))) as database:
        rows = database.execute(
            "SELECT f_table_name, styleQML, useAsDefault, f_geometry_column FROM layer_styles"
        ).fetchall()
        columns = dict(
            database.execute("SELECT table_name, column_name FROM gpkg_geometry_columns")
        )
    assert {name for name, *_ in rows} == set(LAYERS)
    for name, qml, default, geometry in rows:
        assert default == 1
        assert columns[name] == geometry
        root = ET.fromstring(qml)  # noqa: S314 - our own text
        symbols = {symbol.get("name"): symbol for symbol in root.iter("symbol")}
        used = [category.get("symbol") for category in root.iter("category")] or ["0"]
        assert set(used) == set(symbols)
        kind = LAYERS[name][0].removeprefix("Multi")
        wanted = {"Point": "marker", "LineString": "line", "Polygon": "fill"}[kind]
        assert {symbol.get("type") for symbol in symbols.values()} == {wanted}


def test_stations_and_townships_are_named_in_qgis_and_no_other_layer(
    town: Assessment, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(write(town, tmp_path))) as database:
        styles = dict(database.execute("SELECT f_table_name, styleQML FROM layer_styles"))
        columns = {
            name: {row[1] for row in database.execute(f'PRAGMA table_info("{name}")')}
            for name in styles
        }
    named = {}
    for name, qml in styles.items():
        root = ET.fromstring(qml)  # noqa: S314 - our own text
        text = root.find("labeling/settings/text-style")
        assert (text is not None) == (root.get("labelsEnabled") == "1")
        if text is not None:
            named[name] = text.get("fieldName")
            # A township with a name must not keep the names of stations out.
            rendering = root.find("labeling/settings/rendering")
            assert rendering is not None
            assert rendering.get("obstacle") == "0"
    assert named == {"townships": "name", "stations": "name"}
    assert all(field in columns[name] for name, field in named.items())


def test_programs_of_years_ago_read_the_file_without_a_word(
    town: Assessment, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(write(town, tmp_path))) as database:
        assert database.execute("PRAGMA application_id").fetchone()[0].to_bytes(4) == b"GPKG"
        assert database.execute("PRAGMA user_version").fetchone() == (10200,)


def test_a_rule_is_drawn_by_verdict_in_the_colours_of_the_legend(
    town: Assessment, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(write(town, tmp_path, lang="en"))) as database:
        (qml,) = database.execute(
            "SELECT styleQML FROM layer_styles WHERE f_table_name = 'rule_2_2_3_c'"
        ).fetchone()
    root = ET.fromstring(qml)  # noqa: S314 - our own text
    renderer = root.find("renderer-v2")
    assert renderer is not None
    assert renderer.get("attr") == "verdict"
    labels = {c.get("value"): (c.get("label"), c.get("symbol")) for c in root.iter("category")}
    assert labels["too_close_to_call"][0] == "too close to call"
    symbol = next(s for s in root.iter("symbol") if s.get("name") == labels["applies"][1])
    colour = next(p.get("v") for p in symbol.iter("prop") if p.get("k") == "line_color")
    assert colour is not None
    assert (
        "#{:02X}{:02X}{:02X}".format(*map(int, colour.split(",")[:3]))
        == (STRENGTH_COLOURS[Strength.OBLIGED])
    )


def test_layers_keep_their_contract_columns_only(town: Assessment, tmp_path: Path) -> None:
    path = write(town, tmp_path)
    stations = gpd.read_file(path, layer="stations")
    assert "read_from" not in stations.columns
    assert stations["valid_from"].astype(str).tolist() == ["2015-01-01"]
    townships = gpd.read_file(path, layer="townships")
    assert townships.geometry.isna().tolist() == [False, False, True]
    assert pd.isna(townships["unit_id"].iloc[1])
    assert townships["is_approximate"].iloc[0] == 1


def test_a_judged_rule_without_findings_has_an_empty_layer(
    town: Assessment, tmp_path: Path
) -> None:
    bare = dataclasses.replace(town, findings=town.findings.iloc[:0], zones=town.zones.iloc[:0])
    path = write(bare, tmp_path)
    info = pyogrio.read_info(path, layer="rule_2_2_3_c")
    assert (info["features"], info["geometry_type"]) == (0, "MultiLineString")
    assert "zones" not in {name for name, _ in pyogrio.list_layers(path)}


@pytest.mark.parametrize(
    ("shape", "kind", "wkt"),
    [
        (Point(110, 25, 80), "Point", "POINT (110 25)"),
        (MultiPoint([(110, 25), (111, 26)]), "Point", "POINT (110 25)"),
        (LineString([(0, 0, 9), (1, 1, 9)]), "MultiLineString", "MULTILINESTRING ((0 0, 1 1))"),
        (
            GeometryCollection([Point(0, 0), LineString([(0, 0), (1, 1)])]),
            "GeometryCollection",
            "GEOMETRYCOLLECTION (POINT (0 0), LINESTRING (0 0, 1 1))",
        ),
        (None, "Point", None),
    ],
)
def test_every_shape_finds_a_layer_of_its_type(
    town: Assessment, tmp_path: Path, shape: shapely.Geometry | None, kind: str, wkt: str | None
) -> None:
    path = write(with_shapes(town, "1.3.4-a", shape), tmp_path)
    assert pyogrio.read_info(path, layer="rule_1_3_4_a")["geometry_type"] == kind
    back = gpd.read_file(path, layer="rule_1_3_4_a").geometry.iloc[0]
    assert (back.wkt if back is not None else None) == wkt


def test_with_nothing_to_write_there_is_no_file(town: Assessment, tmp_path: Path) -> None:
    bare = dataclasses.replace(
        town,
        findings=town.findings.iloc[:0],
        zones=town.zones.iloc[:0],
        rule_counts=town.rule_counts.iloc[:0],
        district=dataclasses.replace(town.district, layers={}),
    )
    assert not write(bare, tmp_path).exists()


def test_a_layer_that_lost_rows_is_refused(
    town: Assessment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = pyogrio.write_dataframe

    def lose_a_row(table: gpd.GeoDataFrame, *args: object, **options: object) -> None:
        whole(table.iloc[1:], *args, **options)

    monkeypatch.setattr(geopackage_file.pyogrio, "write_dataframe", lose_a_row)
    with pytest.raises(OutputError, match="rule_1_3_4_a_point: 2 / 3, ok"):
        write(town, tmp_path)


def test_a_folder_that_is_not_there_is_told_in_words(town: Assessment, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="GeoPackage 写不成"):
        write(town, tmp_path / "absent")
