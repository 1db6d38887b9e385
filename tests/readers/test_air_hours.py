"""Hourly bulletins in every layout, and what is wrong with some."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from qxgeo.errors import InputError, ReadError, SchemaError
from qxgeo.readers.air_hours import AIR_COLUMNS, read_air_hours

if TYPE_CHECKING:
    from pathlib import Path

NOON = pd.Timestamp("2024-01-01 12:00")
ROW = {"StationCode": "1864A", "TimePoint": "2024-01-01T12:00:00", "PM2_5": "93", "PM10": "—"}
ROW |= {"CO": "1.1", "O3": "99", "O3_8h": "104", "PM2_5_24h": "117", "AQI": "123"}
ROW |= {"PrimaryPollutant": "细颗粒物(PM2.5)"}


def write(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    file = folder / name
    file.write_text(text, encoding=encoding)
    return file


def as_csv(*rows: dict[str, str]) -> str:
    return "\n".join([",".join(rows[0]), *(",".join(row.values()) for row in rows)]) + "\n"


def as_xml(*rows: dict[str, str]) -> str:
    inner = "".join(
        "<a:Live>" + "".join(f"<a:{k}>{v}</a:{k}>" for k, v in row.items()) + "</a:Live>"
        for row in rows
    )
    return f'<Root xmlns:a="urn:cnemc"><a:Lives>{inner}</a:Lives></Root>'


def check_the_row(file: Path) -> None:
    table = read_air_hours(file).table
    assert list(table.columns) == list(AIR_COLUMNS)
    assert len(table) == 1
    row = table.iloc[0]
    assert (row["station_id"], row["time"]) == ("1864A", NOON)
    assert row[["pm2_5", "co", "o3", "o3_8h", "pm2_5_24h", "aqi"]].tolist() == [
        *(93, 1.1, 99, 104, 117, 123)
    ]
    assert pd.isna(row["pm10"])
    assert pd.isna(row["no2"])
    assert row["primary"] == "细颗粒物(PM2.5)"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_with_a_row_per_station_is_read(tmp_path: Path, encoding: str) -> None:
    check_the_row(write(tmp_path, "live.csv", as_csv(ROW), encoding))


def test_xml_and_json_give_the_same(tmp_path: Path) -> None:
    check_the_row(write(tmp_path, "live.xml", as_xml(ROW)))
    check_the_row(write(tmp_path, "live.json", json.dumps([ROW])))
    check_the_row(write(tmp_path, "deep.json", json.dumps({"code": 0, "data": [ROW]})))


def test_a_workbook_with_chinese_headings_gives_the_same(tmp_path: Path) -> None:
    names = {"StationCode": "站点编码", "TimePoint": "监测时间", "PM2_5": "PM2.5(μg/m³)"}
    names |= {"CO": "CO（mg/m³）", "O3": "臭氧", "PrimaryPollutant": "首要污染物"}
    frame = pd.DataFrame([ROW]).rename(columns=names)
    frame.to_excel(tmp_path / "live.xlsx", index=False)
    check_the_row(tmp_path / "live.xlsx")


def test_daily_archives_with_a_column_per_station_are_read(tmp_path: Path) -> None:
    text = (
        "date,hour,type,1001A,1864A\n"
        "20240101,12,AQI,50,123\n20240101,12,PM2.5,30,93\n20240101,12,PM2.5_24h,,117\n"
        "20240101,12,PM10,,\n20240101,12,CO,0.3,1.1\n20240101,12,O3,1,99\n"
        "20240101,12,O3_8h,1,104\n20240101,13,PM2.5,31,\n"
    )
    table = read_air_hours(write(tmp_path, "china_sites_20240101.csv", text)).table
    assert len(table) == 4
    mine = table[table["station_id"] == "1864A"].iloc[0]
    assert mine["time"] == NOON
    assert mine[["pm2_5", "co", "o3", "o3_8h", "pm2_5_24h", "aqi"]].tolist() == [
        *(93, 1.1, 99, 104, 117, 123)
    ]
    assert pd.isna(mine["pm10"])
    only = read_air_hours(tmp_path / "china_sites_20240101.csv", stations=["1864A"]).table
    pd.testing.assert_frame_equal(only, table[2:].reset_index(drop=True))


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("2024-01-01 12:00:00", NOON),
        ("2024-01-01T1200", NOON),
        ("2024/1/1 12:00", NOON),
        ("2024年1月1日12时", NOON),
        ("2024-01-01T04:00:00Z", NOON),
        ("2024-01-01T12:00:00+08:00", NOON),
        ("2024-01-01 24:00", pd.Timestamp("2024-01-02")),
        ("2024-01-01 0:00", pd.Timestamp("2024-01-01")),
    ],
)
def test_times_are_local_ends_of_hours(tmp_path: Path, written: str, time: pd.Timestamp) -> None:
    table = read_air_hours(write(tmp_path, "t.csv", as_csv(ROW | {"TimePoint": written}))).table
    assert table["time"].tolist() == [time]


@pytest.mark.parametrize("sign", ["—", "", "NA", "-", "null", "-99", "99999", "nan"])
def test_signs_for_nothing_are_no_value(tmp_path: Path, sign: str) -> None:
    table = read_air_hours(write(tmp_path, "t.csv", as_csv(ROW | {"PM2_5": sign}))).table
    assert pd.isna(table["pm2_5"].iloc[0])


def test_zeros_are_kept_and_told_of(tmp_path: Path) -> None:
    hours = read_air_hours(write(tmp_path, "t.csv", as_csv(ROW | {"PM2_5": "0"})))
    assert hours.table["pm2_5"].iloc[0] == 0
    assert "1864A" in hours.notes[0].zh
    assert "not clean air" in hours.notes[0].en


def test_of_repeated_hours_the_last_one_counts_and_that_is_said(tmp_path: Path) -> None:
    first = write(tmp_path, "a.csv", as_csv(ROW))
    second = write(tmp_path, "b.csv", as_csv(ROW | {"PM2_5": "94"}))
    hours = read_air_hours([first, second])
    assert hours.table["pm2_5"].tolist() == [94]
    assert "1 rows repeat" in hours.notes[0].en


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"PM2_5": "many"}, ("t.csv, row 2", '"many" is no number')),
        ({"TimePoint": "noon"}, ("t.csv, row 2", '"noon" is no full hour')),
        ({"TimePoint": "2024-02-30 12:00"}, ("no full hour",)),
        ({"TimePoint": "2024-01-01 12:30"}, ("no full hour",)),
    ],
)
def test_a_wrong_cell_is_named(
    tmp_path: Path, change: dict[str, str], words: tuple[str, ...]
) -> None:
    with pytest.raises(SchemaError) as caught:
        read_air_hours(write(tmp_path, "t.csv", as_csv(ROW | change)))
    for word in words:
        assert word in caught.value.in_language("en")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("t.csv", "名称,数值\na,1\n", "columns are missing: station_id, time"),
        ("t.csv", "StationCode,TimePoint\n1864A,2024-01-01 12:00\n", "missing: pm2_5"),
        ("t.xml", "<a><b></a>", "no valid XML"),
        ("t.xml", '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "declares entities"),
        ("t.xml", "<a></a>", "no record"),
        ("t.json", "[1, 2", "no valid JSON"),
        ("t.json", "{}", "no record"),
        ("t.pdf", "x", "unknown kind of file"),
    ],
)
def test_a_file_that_is_no_bulletin_is_refused(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    with pytest.raises((ReadError, SchemaError), match=said):
        read_air_hours(write(tmp_path, name, text))


def test_a_shifted_file_names_the_first_faults_only(tmp_path: Path) -> None:
    rows = [ROW | {"PM2_5": "x"} for _ in range(50)]
    with pytest.raises(InputError) as caught:
        read_air_hours(write(tmp_path, "t.csv", as_csv(*rows)))
    assert len(caught.value.faults) == 20


def test_no_file_gives_an_empty_table() -> None:
    hours = read_air_hours([])
    assert list(hours.table.columns) == list(AIR_COLUMNS)
    assert len(hours.table) == 0
