"""``qxgeo water-audit`` as its users call it, with good and with bad input."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import openpyxl
import pytest
import xlsxwriter
from click.testing import CliRunner

from qxgeo.cli.doors import doors
from qxgeo.datum import wgs84_to_gcj02

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

LON_M = 100_900.0  # metres of a degree of longitude at 25 N, about


def invoke(*words: object) -> Result:
    return CliRunner().invoke(doors, ["water-audit", *(str(word) for word in words)])


def write_track(  # what a track is made of
    file: Path,
    *,
    cart: str = "W01",
    begin_h: float = 8.0,
    shift: tuple[float, float] = (0.0, 0.0),
    more: str = "",
    day: str = "2023-12-27",
    is_gcj02: bool = False,
) -> Path:
    """Drive the long road from 110.005 to 110.025 and back at 4 m/s, spraying."""
    rng = np.random.default_rng(4)
    x_m = np.concatenate((np.arange(0, 2_000, 40.0), np.arange(2_000, 0, -40.0)))
    lon = 110.005 + x_m / LON_M + rng.normal(0, 4e-5, len(x_m)) + shift[0]
    lat = 25.01 + rng.normal(0, 4e-5, len(x_m)) + shift[1]
    if is_gcj02:
        lon, lat = wgs84_to_gcj02(lon, lat)
    start = datetime.fromisoformat(day) + timedelta(hours=begin_h)
    rows = [
        f"{cart},{start + timedelta(seconds=10 * n):%Y-%m-%d %H:%M:%S},{x:.6f},{y:.6f},14.4,洒水"
        for n, (x, y) in enumerate(zip(lon, lat, strict=True))
    ]
    heads = "车牌号,时间,经度,纬度,速度,洒水状态"
    file.write_text("\n".join([heads, *rows]) + "\n" + more, encoding="gb18030")
    return file


def write_carts(file: Path, *, shift: tuple[str, str] = ("06:00", "20:00")) -> Path:
    book = xlsxwriter.Workbook(str(file))
    sheets = {
        "车辆": [
            ("车号", "单位", "罐容(L)", "洒水量(L/m2)", "洒水车速(km/h)", "停车场"),
            ("W01", "甲公司", 10_000, 0.5, 15, "P1"),
            ("W02", "乙公司", 10_000, 0.5, 15, "P1"),
        ],
        "停车场": [("编号", "名称", "经度", "纬度"), ("P1", "场", 110.01, 25.01)],
        "加水点": [
            ("编号", "名称", "经度", "纬度", "流量(L/min)"),
            ("H1", "点", 110.02, 25.01, 600),
        ],
        "班次": [
            ("车号", "驾驶员", "上班", "下班"),
            *((one, "某", *shift) for one in ("W01", "W02")),
        ],
    }
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    book.close()
    return file


def read_record(out: Path) -> dict[str, object]:
    return dict(json.loads((out / "watering_audit.json").read_text("utf-8")))


@pytest.fixture
def carts(tmp_path: Path) -> Path:
    return write_carts(tmp_path / "carts.xlsx")


def test_a_page_a_workbook_and_a_record(town_folder: Path, tmp_path: Path, carts: Path) -> None:
    out = tmp_path / "out"
    track = write_track(tmp_path / "a.csv")
    result = invoke(town_folder, track, "--carts", carts, "--out", out)
    assert result.exit_code == 0, result.output
    assert sorted(one.name for one in out.iterdir()) == [
        "watering_audit.html",
        "watering_audit.json",
        "watering_audit.xlsx",
    ]
    record = read_record(out)
    assert record["day"] == "2023-12-27"
    assert record["tracks"]["datum"] == "wgs84"
    assert [one["company"] for one in record["companies"]] == ["乙公司", "甲公司"]
    driven = record["carts"][0]["driven_m"]
    assert driven == pytest.approx(2 * 1_960, abs=60)
    kinds = {one["kind"] for one in record["violations"]}
    assert "cart_missing" in kinds
    assert kinds & {"dry", "never"}
    proofs = [one["proof"] for one in record["violations"] if one["kind"] == "dry"]
    records = [one for proof in proofs for one in proof.values()]
    assert records
    assert all(one["file"] == "a.csv" and 2 <= one["row"] <= 101 for one in records)
    book = openpyxl.load_workbook(out / "watering_audit.xlsx", read_only=True)
    assert {"单位", "乡镇街道", "问题", "路段", "车辆", "未用记录"} <= set(book.sheetnames)


def test_the_same_input_gives_the_same_bytes(
    town_folder: Path, tmp_path: Path, carts: Path
) -> None:
    track = write_track(tmp_path / "a.csv")
    for name in ("one", "two"):
        assert invoke(town_folder, track, "--carts", carts, "--out", tmp_path / name).exit_code == 0
    for file in (tmp_path / "one").iterdir():
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes(), file.name


def test_gcj02_is_smelt_and_declared_alike(town_folder: Path, tmp_path: Path, carts: Path) -> None:
    track = write_track(tmp_path / "a.csv", is_gcj02=True)
    records = []
    for name, words in (("a", ()), ("b", ("--datum", "gcj02"))):
        out = tmp_path / name
        result = invoke(town_folder, track, "--carts", carts, "--out", out, *words)
        assert result.exit_code == 0, result.output
        records.append(read_record(out))
    assert records[0]["tracks"]["datum"] == "gcj02"
    assert records[0]["carts"] == records[1]["carts"]


def test_rows_that_cannot_be_read_are_named_and_the_rest_is_audited(
    town_folder: Path, tmp_path: Path, carts: Path
) -> None:
    out = tmp_path / "out"
    track = write_track(tmp_path / "a.csv", more="W01,昨天,110.01,25.01,1,关\n")
    result = invoke(town_folder, track, "--carts", carts, "--out", out)
    assert result.exit_code == 2
    assert "row 102" in result.output
    assert "昨天" in result.output
    assert read_record(out)["tracks"]["refused_rows"] == 1


@pytest.mark.parametrize(
    ("facts", "words", "said"),
    [
        ({"shift": (11.4, 6.2)}, (), "not in this district"),
        ({"shift": (0.0, 0.0012)}, (), "--datum"),
        ({"day": "2023-12-25"}, ("--day", "2023-12-27"), "only of: 2023-12-25"),
        ({"begin_h": 0.5}, (), "h behind"),
        ({"shift": (0.0, 0.004)}, ("--datum", "wgs84"), "district's roads"),
        ({}, ("--day", "gestern"), "is no day"),
        ({}, ("--clock", "W01"), "is not understood"),
        ({}, ("--weather", "fog"), "no weather"),
        ({}, ("--plan", "plan.json"), "plan.json"),
    ],
)
def test_bad_input_is_one_sentence_and_writes_nothing(
    town_folder: Path,
    tmp_path: Path,
    facts: dict[str, object],
    words: tuple[str, ...],
    said: str,
) -> None:
    out = tmp_path / "out"
    carts = write_carts(tmp_path / "carts.xlsx", shift=("08:30", "12:00"))
    track = write_track(tmp_path / "a.csv", **({"begin_h": 9.0} | facts))
    result = invoke(town_folder, track, "--carts", carts, "--out", out, *words)
    assert result.exit_code == 2, result.output
    assert said in result.output
    assert "Traceback" not in result.output
    assert not out.exists()


def test_without_tracks_the_usage_is_told(town_folder: Path, tmp_path: Path) -> None:
    result = invoke(town_folder, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "no file of tracks was given" in result.output


def test_one_wrong_clock_leaves_the_others(town_folder: Path, tmp_path: Path) -> None:
    carts = write_carts(tmp_path / "carts.xlsx", shift=("08:30", "12:00"))
    good = write_track(tmp_path / "a.csv", begin_h=9.0)
    off = write_track(tmp_path / "b.csv", cart="W02", begin_h=1.0)
    out = tmp_path / "out"
    result = invoke(town_folder, good, off, "--carts", carts, "--out", out)
    assert result.exit_code == 2
    assert "--clock W02=+8" in result.output
    record = read_record(out)
    assert list(record["tracks"]["set_aside"]) == ["W02"]
    assert record["carts"][1]["driven_m"] == 0
    words = ("--clock", "W02=+8", "--out", tmp_path / "mended")
    mended = invoke(town_folder, good, off, "--carts", carts, *words)
    assert mended.exit_code == 0, mended.output
    assert read_record(tmp_path / "mended")["carts"][1]["driven_m"] > 3_000


def test_spraying_that_is_not_recorded_is_told_by_speed_and_said(
    town_folder: Path, tmp_path: Path
) -> None:
    track = write_track(tmp_path / "a.csv")
    text = track.read_text("gb18030").replace(",洒水状态", "").replace(",洒水", "")
    track.write_text(text, encoding="utf-8")
    out = tmp_path / "out"
    result = invoke(town_folder, track, "--out", out, "--lang", "en")
    assert result.exit_code == 0, result.output
    assert "W01: spraying is not recorded" in result.output
    record = read_record(out)
    assert record["tracks"]["spraying_by_speed"] == ["W01"]
    assert record["carts"][0]["wetting_m"] > 3_000
    assert record["carts"][0]["too_fast_m"] == 0


def test_a_plan_gives_duty_carts_and_day(town_folder: Path, tmp_path: Path) -> None:
    plan = {
        "record_version": 1,
        "day": "2023-12-27",
        "is_demo": False,
        "district": {"code": "450305"},
        "drying": {"interval_h": [2.0] * 24, "is_rain": [False] * 24},
        "carts": [{"cart_id": "W01", "company": "甲公司", "spray_speed_kmh": 15.0}],
        "sections": [
            {
                "section_id": "R1",
                "road_name": "长路",
                "road_class": "primary",
                "township_id": "450305001",
                "township_name": "七星区街道",
                "rule_ids": "2.2.3-b",
                "from_m": 1_600.0,
                "to_m": 3_400.0,
                "length_m": 1_800.0,
                "directions": "either",
                "passes": 1,
                "interval_factor": 1.0,
                "wet_share": 1.0,
                "wettings": 2,
                "longest_gap": 0.5,
                "line": [[110.0059, 25.01], [110.0237, 25.01]],
            }
        ],
        "wettings": {
            "section": [0, 0],
            "cart_id": ["W01", "W01"],
            "start_s": [28_800.0, 50_000.0],
            "end_s": [29_300.0, 50_500.0],
            "is_forward": [True, True],
        },
    }
    file = tmp_path / "watering.json"
    file.write_text(json.dumps(plan).replace("R1", "R99"), encoding="utf-8")
    out = tmp_path / "out"
    track = write_track(tmp_path / "a.csv")
    refused = invoke(town_folder, track, "--plan", file, "--out", out)
    assert refused.exit_code == 2
    assert "not in the layer of roads: R99" in refused.output
    file.write_text(json.dumps(plan), encoding="utf-8")
    result = invoke(town_folder, track, "--plan", file, "--out", out, "--lang", "en")
    assert result.exit_code == 0, result.output
    record = read_record(out)
    (cart,) = record["carts"]
    assert (cart["planned"], cart["done"], cart["company"]) == (2, 1, "甲公司")
    (section,) = record["sections"]
    # Wetted on the way there and again on the way back, a little more than two hours in all.
    assert 2.0 <= section["wet_share"] * 24 <= 2.3
    assert section["unknown_share"] * 24 == pytest.approx(2.0, abs=1e-4)
