"""Carts' files as people write them: read where they can be, refused with the cell where not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from qxgeo.errors import DatumError, InputError
from qxgeo.readers.cart_cells import as_clock
from qxgeo.readers.carts import read_carts
from qxgeo.readers.cells import CellError
from tests.watering.conftest import plain_sheets

if TYPE_CHECKING:
    from collections.abc import Callable

    from qxgeo.district.watering_settings import CartsFile
    from qxgeo.readers.carts import CartTables

    Writer = Callable[[dict[str, list[list[Any]]]], CartsFile]


def read(carts_file: Writer, sheets: dict[str, list[list[Any]]]) -> CartTables:
    return read_carts(carts_file(sheets).path, datum="wgs84")


def refusal(carts_file: Writer, sheets: dict[str, list[list[Any]]]) -> str:
    with pytest.raises(InputError) as caught:
        read(carts_file, sheets)
    return caught.value.in_language("zh")


def test_cubic_metres_and_litres_are_told_apart_by_their_heading(carts_file: Writer) -> None:
    tables = read(carts_file, plain_sheets())
    assert tables.carts["tank_l"].tolist() == [6000.0] * 4
    assert tables.carts["spray_l_per_m2"].tolist() == [0.5] * 4
    assert tables.carts["depot"].tolist() == ["P1"] * 4
    assert tables.sites["site_id"].tolist() == ["J1", "P1"]
    assert tables.sites["is_depot"].tolist() == [False, True]
    assert len(tables.shifts) == 12
    sheets = plain_sheets()
    sheets["车辆"][0][2] = "罐容（L）"
    for row in sheets["车辆"][1:]:
        row[2] = 6000
    assert read(carts_file, sheets).carts["tank_l"].tolist() == [6000.0] * 4


def test_a_column_of_units_stands_for_one_in_the_heading(carts_file: Writer) -> None:
    sheets = plain_sheets(2)
    head, one, two = sheets["车辆"]
    head[2:3], one[2:3], two[2:3] = ["罐容", "罐容单位"], [6, "m³"], [5500, "升"]
    assert read(carts_file, sheets).carts["tank_l"].tolist() == [6000.0, 5500.0]


def test_english_headings_and_a_spray_by_the_metre_are_read(carts_file: Writer) -> None:
    sheets = {
        "carts": [["id", "tank (m3)", "spray (l/m)", "depot"], ["W1", 8, 4, "yard"]],
        "depots": [["id", "name", "lon", "lat"], ["D", "yard", 110.01, 25.005]],
        "hydrants": [["id", "flow (m3/h)", "opens", "closes", "lon", "lat"],
                     ["H", 60, "06:00", "22:30", 110.012, 25.005]],
        "shifts": [["cart", "start", "end"], ["all", "22:00", "次日06:00"]],
    }  # fmt: skip
    tables = read(carts_file, sheets)
    assert tables.carts.loc[0, "spray_l_per_m"] == 4.0
    assert tables.carts.loc[0, "depot"] == "D"
    hydrant = tables.sites.set_index("site_id").loc["H"]
    assert hydrant["flow_l_per_min"] == pytest.approx(1000.0)
    assert (hydrant["opens_s"], hydrant["closes_s"]) == (21_600.0, 81_000.0)
    assert tables.shifts.loc[0, ["cart_id", "start_s", "end_s"]].tolist() == [
        "W1",
        79200.0,
        108000.0,
    ]


CASES: dict[str, tuple[str, int, int, object, tuple[str, ...]]] = {
    "litres under a heading of cubic metres": (
        "车辆", 1, 2, 6000, ("carts.xlsx [车辆] 第 2 行 “罐容（m³）”", "核对单位是立方米还是升")),
    "no unit at all": ("车辆", 0, 2, "罐容", ("“罐容”：没有写明单位", "m³")),
    "an unknown unit": ("车辆", 0, 2, "罐容（桶）", ("单位“桶”不认得",)),
    "a spray that nobody can mean": ("车辆", 2, 3, 50, ("[车辆] 第 3 行", "洒水量 50", "核对单位")),
    "a cart without a depot": ("车辆", 1, 7, "", ("[车辆] 第 2 行 “停车场”：没有停车场", "P1")),
    "a depot that is not there": ("车辆", 3, 7, "P9", ("第 4 行", "没有“P9”")),
    "a cart twice": ("车辆", 2, 0, "A1", ("[车辆] 第 3 行", "“A1”重复（第 2 行已有）")),
    "a hydrant without flow": ("加水点", 1, 2, 0, ("[加水点] 第 2 行 “流量（L/min）”", "取不到水")),
    "a hydrant whose flow is blank": ("加水点", 1, 2, "", ("[加水点] 第 2 行", "没有流量")),
    "a hydrant nowhere": ("加水点", 1, 3, "", ("[加水点] 第 2 行", "经度、纬度只填了一个")),
    "a shift that ends before it starts": (
        "班次", 1, 3, "00:00", ("[班次] 第 2 行 “下班”：下班不晚于上班", "次日06:00")),
    "a time that is none": ("班次", 2, 2, "八点半吧", ("[班次] 第 3 行", "不是钟点")),
    "a shift of an unknown cart": ("班次", 1, 0, "Z9", ("[班次] 第 2 行", "没有在用的“Z9”")),
    "shifts that overlap": ("班次", 1, 3, "09:00", ("“A1”的两个班次重叠",)),
    "a break as long as the shift": ("班次", 1, 4, 200, ("[班次]",)),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_bad_cells_are_refused_with_sheet_row_column_and_mend(
    case: str, carts_file: Writer
) -> None:
    sheet, row, column, value, said = CASES[case]
    sheets = plain_sheets()
    sheets[sheet][row][column] = value
    if case == "a break as long as the shift":
        sheets[sheet][row][3] = "02:00"
    message = refusal(carts_file, sheets)
    for words in said:
        assert words in message


def test_a_missing_sheet_and_a_missing_column_are_named(carts_file: Writer) -> None:
    sheets = plain_sheets()
    del sheets["班次"]
    assert "没有工作表“班次”，有：车辆、停车场、加水点" in refusal(carts_file, sheets)
    sheets = plain_sheets()
    sheets["加水点"][0][2] = "备注"
    assert "缺少“流量”列" in refusal(carts_file, sheets)


def test_the_datum_has_to_be_declared_and_to_fit(carts_file: Writer) -> None:
    file = carts_file(plain_sheets())
    with pytest.raises(DatumError, match="没有说明停车场、加水点的坐标基准"):
        read_carts(file.path, datum=None)
    with pytest.raises(DatumError):
        read_carts(file.path, datum="wgs84", surroundings=(121.4, 31.2, 121.5, 31.3))


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [("06:30", 23_400), ("6点半"[:2], 21_600), ("次日 06:00", 108_000), ("30:00", 108_000),
     (0.25, 21_600), ("", None)],
)  # fmt: skip
def test_times_of_the_day_in_their_usual_forms(cell: object, seconds: float | None) -> None:
    assert as_clock(cell) == seconds


def test_a_time_beyond_the_next_day_is_none() -> None:
    with pytest.raises(CellError):
        as_clock("49:00")
