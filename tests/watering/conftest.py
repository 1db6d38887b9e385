"""A chessboard of streets around a station, and a carts' file for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import shapely
import xlsxwriter

from qxgeo.district.watering_settings import CartsFile, default_watering
from tests.conftest import make_district, make_layer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from qxgeo.district import District

    Sheets = dict[str, list[list[Any]]]

WEST, SOUTH, STEP_DEG = 110.010, 25.005, 0.002  # blocks of about 202 by 222 m
SIZE = 4  # streets each way


def corner(column: int, row: int) -> tuple[float, float]:
    return (round(WEST + column * STEP_DEG, 6), round(SOUTH + row * STEP_DEG, 6))


def street(
    name: str, start: tuple[int, int], end: tuple[int, int], **facts: object
) -> dict[str, Any]:
    plain = {"name": f"{name}路", "road_class": "residential", "is_tunnel": False,
             "is_oneway": False, "surface": "asphalt", "heavy_truck": False}  # fmt: skip
    line = shapely.LineString([corner(*start), corner(*end)])
    return {"section_id": name, **plain, **facts, "geometry": line}


def board(size: int = SIZE) -> list[dict[str, Any]]:
    """Every street between two neighbouring corners, each a section."""
    rows = []
    for column in range(size):
        for row in range(size):
            if column + 1 < size:
                rows.append(street(f"E{column}{row}", (column, row), (column + 1, row)))
            if row + 1 < size:
                rows.append(street(f"N{column}{row}", (column, row), (column, row + 1)))
    return rows


def wet_town(rows: list[dict[str, Any]], **facts: Any) -> District:  # noqa: ANN401
    """Make a district of these roads, all of them within 1 km of its station."""
    ground = shapely.box(109.9, 24.9, 110.1, 25.1)
    station = {"station_id": "S1", "name": "城内站", "control_level": "national",
               "valid_to": None, "geometry": shapely.Point(110.013, 25.008)}  # fmt: skip
    district = make_district(
        make_layer("boundary", [{"district_id": "450305", "name": "小城", "geometry": ground}]),
        make_layer(
            "townships",
            [{"township_id": "450305001", "name": "七星区街道", "geometry": ground}],
        ),
        make_layer("stations", [station], accuracy_m=10.0),
        make_layer("roads", rows),
    )
    return replace(district, watering=replace(default_watering(), iterations=300, **facts))


def plain_sheets(carts: int = 4) -> Sheets:
    """Give carts of 6 m3, a depot with water in a corner, a hydrant across, three shifts a day."""
    lon, lat = corner(0, 0)
    far_lon, far_lat = corner(SIZE - 1, SIZE - 1)
    shifts: list[list[Any]] = [["车辆编号", "驾驶员", "上班", "下班", "休息分钟"]]
    rows: list[list[Any]] = [
        ["车辆编号", "单位", "罐容（m³）", "洒水量（L/m²）", "洒水宽度（米）", "作业速度（km/h）",
         "行驶速度（km/h）", "停车场"]
    ]  # fmt: skip
    for number in range(1, carts + 1):
        rows.append([f"A{number}", "甲公司", 6, 0.5, 8, 12, 24, "P1"])
        for turn, (start, end) in enumerate((("00:00", "08:00"), ("08:00", "16:00"),
                                             ("16:00", "24:00"))):  # fmt: skip
            shifts.append([f"A{number}", f"司机{number}-{turn}", start, end, 30])
    return {
        "车辆": rows,
        "停车场": [["编号", "名称", "流量（L/min）", "经度", "纬度"],
                  ["P1", "南场", 900, lon + 0.001, lat]],
        "加水点": [["编号", "名称", "流量（L/min）", "经度", "纬度"],
                  ["J1", "北栓", 1200, far_lon, far_lat - 0.001]],
        "班次": shifts,
    }  # fmt: skip


def write_sheets(path: Path, sheets: Sheets) -> CartsFile:
    """Write a workbook and say where it stands."""
    book = xlsxwriter.Workbook(str(path))
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row)
    book.close()
    return CartsFile(path=path, datum="wgs84", source="手写", as_of=None, is_demo=False)


@pytest.fixture
def carts_file(tmp_path: Path) -> Callable[[Sheets], CartsFile]:
    """Write the sheets into a fresh file."""
    return lambda sheets: write_sheets(tmp_path / "carts.xlsx", sheets)
