"""Cells: numbers, flags, days, the status of a site, and coordinates."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qxgeo.readers.cells import (
    CellError,
    as_day,
    as_number,
    as_status,
    as_text,
    flag_reader,
    is_blank,
)
from qxgeo.readers.positions import plain_heading, read_angle


@pytest.mark.parametrize(
    "cell", ["", " ", "-", "——", "/", "nan", "NULL", "#N/A", None, float("nan"), pd.NA, pd.NaT]
)
def test_every_sign_for_nothing_is_blank(cell: object) -> None:
    assert is_blank(cell)
    assert as_text(cell) is None
    assert as_number(cell) is None
    assert as_day(cell) is None
    assert as_status(cell) is None
    assert flag_reader("隧道")(cell) is None


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (450305001.0, "450305001"),
        (np.float64(2.5), "2.5"),
        (7, "7"),
        ("  龙隐路 ", "龙隐路"),
        (True, "true"),
        (np.False_, "false"),
        ("007", "007"),
        (dt.datetime(2023, 6, 30), "2023-06-30"),  # noqa: DTZ001  a cell has no zone
        (dt.datetime(2023, 6, 30, 8, 5), "2023-06-30 08:05:00"),  # noqa: DTZ001  as above
    ],
)
def test_text_is_written_as_a_person_would(cell: object, text: str) -> None:
    assert as_text(cell) == text


@pytest.mark.parametrize(
    ("cell", "number"),
    [("１２３．５", 123.5), ("1,234,567.5", 1234567.5), ("-3", -3.0), (8, 8.0), ("1 200", 1200.0)],
)
def test_numbers_in_usual_forms_are_read(cell: object, number: float) -> None:
    assert as_number(cell) == number


@pytest.mark.parametrize("cell", ["10m", "约10", "inf", "1,23", "一百"])
def test_what_is_no_number_is_refused(cell: str) -> None:
    with pytest.raises(CellError):
        as_number(cell)


def test_flags_know_chinese_english_and_map_words() -> None:
    plain = flag_reader("重型货车通行")
    assert [plain(word) for word in ("是", "Yes", "１", True, 1.0, "√")] == [True] * 6
    assert [plain(word) for word in ("否", "no", "0", False, 0, "×")] == [False] * 6
    with pytest.raises(CellError):
        plain("designated")
    hgv = flag_reader("hgv")
    assert [hgv(word) for word in ("designated", "yes", "destination")] == [True] * 3
    assert [hgv(word) for word in ("no", "delivery", "unknown")] == [False, None, None]
    assert flag_reader("oneway")("-1") is True


@pytest.mark.parametrize(
    "cell",
    [
        "2023-06-30",
        "2023/6/30",
        "2023.6.30",
        "20230630",
        "2023年6月30日",
        "2023 年 6 月 30 日",
        "２０２３-０６-３０",
        "2023-06-30 12:30:00",
        "2023-06-30T00:00:00",
        20230630,
        20230630.0,
        dt.date(2023, 6, 30),
        pd.Timestamp("2023-06-30 08:00"),
    ],
)
def test_days_in_usual_forms_are_one_day(cell: object) -> None:
    assert as_day(cell) == dt.date(2023, 6, 30)


@pytest.mark.parametrize("cell", ["2023-02-30", "2023年6月", "45107", "六月", "20231345"])
def test_what_is_no_day_is_refused(cell: str) -> None:
    with pytest.raises(CellError):
        as_day(cell)


@pytest.mark.parametrize(
    ("cell", "status"),
    [
        ("现有", "existing"),
        ("拟新增", "proposed"),
        ("变更、延续", "change"),
        ("延续", "change"),
        ("不明", "unknown"),
        ("Proposed", "proposed"),
    ],
)
def test_status_words_are_the_vocabularys(cell: str, status: str) -> None:
    assert as_status(cell) == status


def test_an_unknown_status_names_the_known_ones() -> None:
    with pytest.raises(CellError) as error:
        as_status("待定")
    assert "拟新增" in error.value.mend.zh


def dms(value: float, digits: int) -> tuple[int, int, float]:
    degrees = int(value)
    minutes = int((value - degrees) * 60)
    return degrees, minutes, round((value - degrees - minutes / 60) * 3600, digits)


@pytest.mark.parametrize(
    "form",
    [
        "{0}°{1}′{2}″",
        "{0}°{1}'{2}\"",
        "{0}度{1}分{2}秒",
        "{0}:{1}:{2}",
        "{0} {1} {2}",
        "东经{0}°{1}′{2}″",
        "{0}°{1}′{2}″E",
        "E{0}°{1}’{2}”",
        "{0}°{1}'{2}''",
        "{0}：{1}：{2}",
    ],
)
@given(value=st.floats(73, 135))
def test_degrees_minutes_seconds_mean_their_sum(form: str, value: float) -> None:
    degrees, minutes, seconds = dms(value, 3)
    if seconds >= 60:
        seconds = 59.999
    angle = read_angle(form.format(degrees, minutes, f"{seconds:.3f}"))
    assert angle is not None
    expected = degrees + (minutes * 60 + seconds) / 3600
    assert math.isclose(angle.value, expected, abs_tol=1e-12)
    assert angle.axis in {"", "lon"}


@pytest.mark.parametrize(
    ("text", "value", "axis"),
    [
        ("１１０．３０８９", 110.3089, ""),
        ("110度18.534分", 110.3089, ""),
        ("北纬25°", 25.0, "lat"),
        ("W0°30′", -0.5, "lon"),
        ("25.5S", -25.5, "lat"),
        ("-0.5", -0.5, ""),
        ("37431287.5", 37431287.5, ""),
        ("１１０°１８′３２″", 110 + 18 / 60 + 32 / 3600, ""),
    ],
)
def test_single_coordinates_are_read(text: str, value: float, axis: str) -> None:
    angle = read_angle(text)
    assert angle is not None
    assert math.isclose(angle.value, value, abs_tol=1e-12)
    assert angle.axis == axis


@pytest.mark.parametrize(
    "text",
    ["110°60′", "110°18′60″", "110.5°30′", "110°18.5′30″", "110,3", "约110", "E110N", "七十"],
)
def test_what_is_no_coordinate_is_none(text: str) -> None:
    assert read_angle(text) is None


def test_digits_without_separator_are_never_cut_into_minutes() -> None:
    angle = read_angle("1101832")
    assert angle is not None
    assert angle.value == 1101832


def test_headings_are_compared_without_case_blanks_and_units() -> None:
    assert plain_heading("经 度（°）") == plain_heading("经度") == "经度"
    assert plain_heading("GPS_经度") == "gps经度"
