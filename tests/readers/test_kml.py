"""KML, KMZ and OVKML written by hand."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely

from qxgeo.datum import gcj02_to_wgs84
from qxgeo.errors import DatumError, ReadError, SchemaError
from qxgeo.readers import ReadResult, read_table

if TYPE_CHECKING:
    from pathlib import Path

HEAD = '<?xml version="1.0" encoding="{encoding}"?><kml xmlns="http://www.opengis.net/kml/2.2">'
PLACES = """
<Document><name>台账</name>
 <Folder><name>学校</name>
  <Placemark><name>甲校</name><description>旧</description>
   <ExtendedData><Data name="编号"><value>S1</value></Data></ExtendedData>
   <Point><coordinates>110.30,25.27,155</coordinates></Point></Placemark>
  <Folder><name>幼儿园</name>
   <Placemark><name>乙园</name>
    <ExtendedData><SchemaData><SimpleData name="编号">S2</SimpleData></SchemaData></ExtendedData>
    <Polygon><outerBoundaryIs><LinearRing><coordinates>
      110.30,25.20 110.34,25.20 110.34,25.24 110.30,25.24
    </coordinates></LinearRing></outerBoundaryIs>
    <innerBoundaryIs><LinearRing><coordinates>110.31,25.21 110.32,25.21 110.32,25.22 110.31,25.21
    </coordinates></LinearRing></innerBoundaryIs></Polygon></Placemark>
  </Folder>
 </Folder>
 <Placemark><name>丙校</name><MultiGeometry>
   <Point><coordinates>110.30,25.27</coordinates></Point>
   <Point><coordinates>110.31, 25.28</coordinates></Point></MultiGeometry></Placemark>
 <NetworkLink><href>http://example.invalid/a.kml</href></NetworkLink>
</Document></kml>"""


def write(folder: Path, body: str, *, name: str = "台账.kml", encoding: str = "UTF-8") -> Path:
    path = folder / name
    path.write_bytes((HEAD.format(encoding=encoding) + body).encode(encoding))
    return path


def mark(geometry: str, extra: str = "") -> str:
    return f"<Placemark><name>甲</name>{extra}{geometry}</Placemark>"


def schools(path: Path, **options: object) -> ReadResult:
    return read_table(path, layer="schools", **{"datum": "wgs84"} | options)  # type: ignore[arg-type]


@pytest.mark.parametrize("encoding", ["UTF-8", "GBK"])
def test_all_folders_and_chinese_extended_data_are_read(tmp_path: Path, encoding: str) -> None:
    result = schools(write(tmp_path, PLACES, encoding=encoding))
    table = result.table.set_index("name")
    assert sorted(table.index) == sorted(["甲校", "乙园", "丙校"])
    assert table.loc["甲校", "site_id"] == "S1"
    assert table.loc["乙园", "site_id"] == "S2"
    assert table.loc["乙园", "folder"] == "学校/幼儿园"
    assert table.loc["甲校", "description"] == "旧"
    kinds = table.geometry.geom_type
    assert (kinds["甲校"], kinds["乙园"], kinds["丙校"]) == ("Point", "Polygon", "MultiPoint")
    # 0.04 x 0.04 degrees less half of 0.01 x 0.01, by hand
    assert abs(table.geometry["乙园"].area - (0.0016 - 0.00005)) < 1e-12
    assert any("网络链接" in note.zh for note in result.notes)


def test_one_folder_may_be_chosen(tmp_path: Path) -> None:
    path = write(tmp_path, PLACES)
    assert schools(path, sublayer="幼儿园").table["name"].tolist() == ["乙园"]
    assert len(schools(path, sublayer="学校").table) == 2
    with pytest.raises(ReadError, match=r"没有地标|里没有"):
        schools(path, sublayer="医院")


def test_a_kmz_is_read_whatever_its_document_is_called(tmp_path: Path) -> None:
    path = tmp_path / "a.kmz"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("图标/a.png", b"x")
        packed.writestr("台账.kml", HEAD.format(encoding="UTF-8") + PLACES)
    assert len(schools(path).table) == 3
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("图标/a.png", b"x")
    with pytest.raises(ReadError, match="没有 KML"):
        schools(path)
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("doc.kml", HEAD.format(encoding="UTF-8") + PLACES)
    data = bytearray(path.read_bytes())
    data[200] ^= 255
    path.write_bytes(bytes(data))
    with pytest.raises(ReadError):
        schools(path)


@pytest.mark.parametrize(
    ("stated", "datum", "is_shifted"),
    [
        ("GCJ-02", "gcj02", True),
        ("GCJ-02", None, True),
        ("gcj02", None, True),
        ("CGCS2000", "wgs84", False),
        ("WGS84", None, False),
    ],
)
def test_the_datum_that_an_ovkml_states_is_obeyed(
    tmp_path: Path,
    stated: str,
    datum: str | None,
    is_shifted: bool,  # noqa: FBT001  a parameter
) -> None:
    point = "<Point><coordinates>110.30,25.27</coordinates></Point>"
    body = f"<Document>{mark(point, f'<OvCoordType>{stated}</OvCoordType>')}</Document></kml>"
    path = write(tmp_path, body, name="a.ovkml")
    found = schools(path, datum=datum).table.geometry[0]
    expected = gcj02_to_wgs84(110.30, 25.27) if is_shifted else (110.30, 25.27)
    assert np.array_equal((found.x, found.y), [float(one) for one in expected])


@pytest.mark.parametrize("datum", ["wgs84", "bd09", "cgcs2000"])
def test_a_declared_datum_against_the_stated_one_is_refused(tmp_path: Path, datum: str) -> None:
    point = "<Point><coordinates>110.30,25.27</coordinates></Point>"
    body = f"<Document>{mark(point, '<OvCoordType>GCJ-02</OvCoordType>')}</Document></kml>"
    with pytest.raises(DatumError, match="OvCoordType"):
        schools(write(tmp_path, body, name="a.ovkml"), datum=datum)


def test_mixed_or_unknown_stated_datums_are_refused(tmp_path: Path) -> None:
    point = "<Point><coordinates>110.30,25.27</coordinates></Point>"
    gcj = mark(point, "<OvCoordType>GCJ-02</OvCoordType>")
    for other in ("WGS84", "Xian80"):
        marks = gcj + mark(point, f"<OvCoordType>{other}</OvCoordType>")
        with pytest.raises(ReadError, match="OvCoordType"):
            schools(write(tmp_path, f"<Document>{marks}</Document></kml>"))


def test_tracks_rings_and_mixed_geometries(tmp_path: Path) -> None:
    track = (
        '<gx:Track xmlns:gx="http://www.google.com/kml/ext/2.2">'
        "<gx:coord>110.30 25.27 1</gx:coord><gx:coord>110.31 25.27 1</gx:coord></gx:Track>"
    )
    ring = "<LinearRing><coordinates>110.3,25.2 110.4,25.2 110.4,25.3</coordinates></LinearRing>"
    path = write(tmp_path, f"<Document>{mark(track)}{mark(ring)}</Document></kml>")
    table = read_table(path, layer="roads", datum="wgs84").table
    assert table.geometry[0].equals(shapely.LineString([(110.30, 25.27), (110.31, 25.27)]))
    point = "<Point><coordinates>110.3,25.2</coordinates></Point>"
    mixed = mark(f"<MultiGeometry>{point}{ring}</MultiGeometry>")
    with pytest.raises(SchemaError, match="混合几何"):
        schools(write(tmp_path, f"<Document>{mixed}</Document></kml>"))


@pytest.mark.parametrize(
    "geometry",
    [
        "<Point><coordinates>东,25</coordinates></Point>",
        "<Point><coordinates></coordinates></Point>",
        "<LineString><coordinates>110,25</coordinates></LineString>",
        (
            "<Polygon><outerBoundaryIs><LinearRing><coordinates>110,25 110,26</coordinates>"
            "</LinearRing></outerBoundaryIs></Polygon>"
        ),
        "<Point><coordinates>110.3 25.2</coordinates></Point>",
    ],
)
def test_unreadable_coordinates_name_their_row(tmp_path: Path, geometry: str) -> None:
    path = write(tmp_path, f"<Document>{mark(geometry)}</Document></kml>")
    with pytest.raises(ReadError) as error:
        schools(path)
    assert error.value.faults[0].row == 2


def test_a_placemark_without_geometry_is_a_fault_of_its_row(tmp_path: Path) -> None:
    point = "<Point><coordinates>110.30,25.27</coordinates></Point>"
    path = write(tmp_path, f"<Document>{mark(point)}{mark('')}</Document></kml>")
    with pytest.raises(SchemaError) as error:
        schools(path)
    assert [fault.row for fault in error.value.faults] == [3]
    assert len(schools(path, missing_position="list").table) == 1


def test_torn_xml_empty_documents_and_entities_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="XML"):
        schools(write(tmp_path, PLACES[:-60]))
    with pytest.raises(ReadError, match=r"没有地标|里没有"):
        schools(write(tmp_path, "<Document/></kml>"))
    path = tmp_path / "a.kml"
    path.write_text('<!DOCTYPE x [<!ENTITY a "b">]><kml>&a;</kml>', encoding="utf-8")
    with pytest.raises(ReadError, match="DOCTYPE"):
        schools(path)
