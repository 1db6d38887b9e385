"""Carts' files: one workbook with the sheets 车辆, 停车场, 加水点 and 班次."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from qxgeo.datum import check_place, normalise_datum, to_wgs84
from qxgeo.errors import DatumError, Fault, SchemaError, Text
from qxgeo.readers.cart_sheets import CartSheet, read_sheet
from qxgeo.readers.positions import find_headings, read_positions
from qxgeo.schemas.watering import SHEETS

if TYPE_CHECKING:
    from pathlib import Path

Box = tuple[float, float, float, float]
DAY_S = 86_400.0
_PER_AREA = -1.0  # factor of a spray that is given per square metre
_LEAST_L_PER_M, _MOST_L_PER_M = 0.05, 30.0
_LEAST_L_PER_M2, _MOST_L_PER_M2 = 0.05, 5.0
_PLAIN_NUMBERS = (
    "spray_width_m", "spray_speed_kmh", "drive_speed_kmh", "cost_per_h", "cost_per_km",
)  # fmt: skip
_ALL = frozenset(("全部", "所有", "全部车辆", "所有车辆", "all"))


@dataclass(frozen=True, slots=True, kw_only=True)
class CartTables:
    """What a carts' file says, nothing filled in.

    Attributes
    ----------
    carts
        ``cart_id``, ``company``, ``tank_l``, ``spray_l_per_m``, ``spray_l_per_m2`` (one of the two
        is NaN), ``spray_width_m``, ``spray_speed_kmh``, ``drive_speed_kmh``, ``depot`` (site_id),
        ``cost_per_h``, ``cost_per_km``, ``row``; NaN where the file does not say; sorted by id.
    sites
        ``site_id``, ``name``, ``is_depot``, ``flow_l_per_min`` (NaN for a depot without water),
        ``opens_s``, ``closes_s``, ``sheet``, ``row``, point geometry, EPSG:4326; sorted by id.
    shifts
        ``cart_id``, ``driver``, ``phone``, ``start_s``, ``end_s``, ``break_s``, ``row``; sorted by
        cart and start.
    file
        Name for messages.
    notes
        What has to be said of the reading.
    """

    carts: pd.DataFrame
    sites: gpd.GeoDataFrame
    shifts: pd.DataFrame
    file: str
    notes: tuple[Text, ...]


def read_carts(path: Path, *, datum: str | None, surroundings: Box | None = None) -> CartTables:
    """Read a carts' file.

    Parameters
    ----------
    path
        Workbook with the sheets of `schemas.watering.SHEETS`, headings in Chinese or English.
    datum
        Of the positions of depots and refill points; it has to be declared.
    surroundings
        West, south, east, north in degrees within which they are expected.

    Returns
    -------
    tables
        Checked: every cart has a depot, every refill point a flow, every shift ends after it
        begins.

    Raises
    ------
    ReadError
        If the file is missing or broken, or lacks a sheet.
    SchemaError
        With every fault of its cells.
    DatumError
        If no datum is declared or the positions contradict it.
    """
    file = path.name
    if not datum:
        problem = Text(
            "没有说明停车场、加水点的坐标基准", "the datum of the positions is not declared"
        )
        mend = Text(
            "请写明 wgs84、cgcs2000、gcj02 或 bd09", "declare wgs84, cgcs2000, gcj02 or bd09"
        )
        raise DatumError(Fault(file=file, column="datum", problem=problem, mend=mend))
    name = normalise_datum(datum, file=file)
    faults: list[Fault] = []
    sheets = {key: read_sheet(path, schema, faults) for key, schema in SHEETS.items()}
    _raise(faults)
    carts, faults = _carts(sheets["carts"])
    sites, site_faults, notes = _sites(sheets, name, surroundings)
    _name_depots(sheets["carts"], carts, sites, faults)
    shifts, shift_faults = _shifts(sheets["shifts"], carts)
    _raise([*faults, *site_faults, *shift_faults])
    return CartTables(carts=carts, sites=sites, shifts=shifts, file=file, notes=notes)


def _raise(faults: list[Fault]) -> None:
    """Refuse where there is a fault.

    Raises
    ------
    SchemaError
        With all of them.
    """
    if faults:
        raise SchemaError(faults)


def _carts(sheet: CartSheet) -> tuple[pd.DataFrame, list[Fault]]:
    """Give the carts in use, sorted by id."""
    table, faults = sheet.table, list[Fault]()
    per_m, per_m2 = [], []
    for value, row in zip(table["spray"], table["row"], strict=True):
        number, factor = (np.nan, 1.0) if value is None else value
        is_per_area = factor == _PER_AREA
        amount = number if is_per_area else number * factor
        least, most = (
            (_LEAST_L_PER_M2, _MOST_L_PER_M2) if is_per_area else (_LEAST_L_PER_M, _MOST_L_PER_M)
        )
        if value is not None and not least <= amount <= most:
            unit = ("升/平方米", "l/m2") if is_per_area else ("升/米", "l/m")
            problem = Text(
                f"洒水量 {amount:g} {unit[0]}不合理", f"{amount:g} {unit[1]} cannot be meant"
            )
            mend = Text(
                f"应在 {least:g} 到 {most:g} {unit[0]}之间，请核对单位",
                f"{least:g} to {most:g} {unit[1]}; check the unit",
            )
            faults.append(sheet.fault(int(row), "spray", problem, mend))
        per_m.append(np.nan if is_per_area else amount)
        per_m2.append(amount if is_per_area else np.nan)
    carts = pd.DataFrame(
        {
            "cart_id": table["cart_id"].astype("string"),
            "company": table["company"].astype("string").fillna(""),
            "tank_l": _numbers(table["tank_l"]),
            "spray_l_per_m": per_m,
            "spray_l_per_m2": per_m2,
            "depot": table["depot"].astype("string").fillna(""),
            "row": table["row"],
            **{name: _numbers(table[name]) for name in _PLAIN_NUMBERS},
        }
    )
    for row in carts.loc[carts["tank_l"].isna(), "row"]:
        if not any(fault.row == row for fault in faults):
            problem = Text("没有罐容", "the tank is not given")
            faults.append(sheet.fault(int(row), "tank_l", problem, Text("请填写", "fill it in")))
    in_use = ~table["is_off"].astype("boolean").fillna(value=False).to_numpy(dtype=bool)
    return carts[in_use].sort_values("cart_id", ignore_index=True), faults


def _numbers(values: pd.Series) -> pd.Series:
    """Give numbers, NaN where there is none."""
    return pd.to_numeric(values).astype("float64")


def _sites(
    sheets: dict[str, CartSheet], datum: str, surroundings: Box | None
) -> tuple[gpd.GeoDataFrame, list[Fault], tuple[Text, ...]]:
    """Give depots and refill points, sorted by id."""
    faults: list[Fault] = []
    notes: list[Text] = []
    tables = []
    for key in ("depots", "refills"):
        sheet = sheets[key]
        geometry, found = read_positions(sheet.raw, find_headings(sheet.raw, {}))
        faults += found
        placed = to_wgs84(geometry, datum, file=sheet.raw.file)
        rows = [int(row) for row in sheet.raw.rows]
        notes += check_place(
            placed, rows=rows, file=sheet.raw.file, surroundings=surroundings, numbers=geometry
        )
        for row, shape in zip(rows, placed, strict=True):
            if shape is None and not any(fault.row == row for fault in found):
                problem = Text("没有位置", "there is no position")
                mend = Text("请填写经度、纬度", "fill in longitude and latitude")
                faults.append(sheet.fault(row, "经度", problem, mend))
        faults += _check_water(sheet, is_depot=key == "depots")
        tables.append(_site_rows(sheet, placed, is_depot=key == "depots"))
    sites = pd.concat(tables, ignore_index=True)
    faults += _repeated_sites(sites, sheets["refills"])
    sites = sites.sort_values("site_id", ignore_index=True)
    return gpd.GeoDataFrame(sites, geometry="geometry", crs=4326), faults, tuple(notes)


def _site_rows(sheet: CartSheet, placed: object, *, is_depot: bool) -> pd.DataFrame:
    """Give the sites of one sheet; one without hours is always open."""
    table = sheet.table
    site_id = table["site_id"].astype("string")
    return pd.DataFrame(
        {
            "site_id": site_id,
            "name": table["name"].astype("string").fillna(site_id),
            "is_depot": is_depot,
            "flow_l_per_min": _numbers(table["flow_l_per_min"]),
            "opens_s": _numbers(table["opens_s"]).fillna(0.0),
            "closes_s": _numbers(table["closes_s"]).fillna(DAY_S),
            "sheet": sheet.raw.file,
            "row": table["row"],
            "geometry": placed,
        }
    )


def _check_water(sheet: CartSheet, *, is_depot: bool) -> list[Fault]:
    """Find refill points without water, and hours that end before they begin."""
    faults = []
    for _, one in sheet.table.iterrows():
        row, flow = int(one["row"]), one["flow_l_per_min"]
        if flow is not None and flow <= 0:
            problem = Text(f"流量为 {flow:g}，取不到水", f"a flow of {flow:g} gives no water")
            mend = Text(
                "请填写实测流量；停用的加水点删去该行",
                "enter the measured flow; delete the row of one that is out of use",
            )
            faults.append(sheet.fault(row, "flow_l_per_min", problem, mend))
        if not is_depot and flow is None and "flow_l_per_min" in sheet.headings:
            problem = Text("没有流量", "the flow is not given")
            faults.append(sheet.fault(row, "flow_l_per_min", problem, Text("请填写", "fill it in")))
        opens, closes = one["opens_s"] or 0.0, one["closes_s"] or DAY_S
        if not 0 <= opens < closes <= DAY_S:
            problem = Text("关闭不晚于开放", "it closes before it opens")
            mend = Text(
                "写作 06:00 与 22:00；过夜的分两行或留空",
                "such as 06:00 and 22:00; leave both blank where it is always open",
            )
            faults.append(sheet.fault(row, "closes_s", problem, mend))
    return faults


def _repeated_sites(sites: pd.DataFrame, sheet: CartSheet) -> list[Fault]:
    """Find ids that stand in both sheets."""
    depots = set(sites.loc[sites["is_depot"], "site_id"].dropna())
    again = sites[~sites["is_depot"] & sites["site_id"].isin(list(depots))]
    problem = Text("编号与停车场重复", "the id is that of a depot")
    mend = Text(
        "请另编；停车场能加水的，在停车场表填流量即可",
        "take another; a depot with water needs only its flow in its own sheet",
    )
    return [sheet.fault(int(row), "site_id", problem, mend) for row in again["row"]]


def _name_depots(
    sheet: CartSheet, carts: pd.DataFrame, sites: gpd.GeoDataFrame, faults: list[Fault]
) -> None:
    """Turn the depots of the carts, written by id or by name, into ids."""
    depots = sites[sites["is_depot"]]
    known = dict(zip(depots["name"], depots["site_id"], strict=True))
    known |= {one: one for one in depots["site_id"]}
    for written, row in zip(carts["depot"], carts["row"], strict=True):
        if written in known:
            continue
        listed = "、".join(str(one) for one in depots["site_id"])
        problem = (
            Text(f"停车场表里没有“{written}”", f'no depot "{written}"')
            if written
            else Text("没有停车场", "the cart has no depot")
        )
        mend = Text(f"请填写停车场编号或名称：{listed}", f"enter the id of a depot: {listed}")
        faults.append(sheet.fault(int(row), "depot", problem, mend))
    carts["depot"] = carts["depot"].map(lambda one: known.get(one, one)).astype("string")


def _shifts(sheet: CartSheet, carts: pd.DataFrame) -> tuple[pd.DataFrame, list[Fault]]:
    """Give the shifts, sorted by cart and start; a row for all carts is one for each."""
    faults, rows = list[Fault](), []
    known = [str(one) for one in carts["cart_id"]]
    for _, one in sheet.table.iterrows():
        row, name = int(one["row"]), one["cart_id"] or ""
        start, end = one["start_s"], one["end_s"]
        if start is None or end is None:
            if not any(fault.row == row for fault in faults):
                problem = Text("上班、下班时间没有填全", "start and end are not both given")
                faults.append(sheet.fault(row, "start_s", problem, Text("请填写", "fill them in")))
            continue
        owed = (one["break_min"] or 0.0) * 60.0
        faults += _check_shift(sheet, row, start, end, owed)
        ids = known if name.casefold() in _ALL else [name]
        rows += [(cart, one["driver"] or "", one["phone"] or "", start, end, owed, row)
                 for cart in ids]  # fmt: skip
    columns = ["cart_id", "driver", "phone", "start_s", "end_s", "break_s", "row"]
    shifts = pd.DataFrame(rows, columns=columns)
    shifts = shifts.sort_values(["cart_id", "start_s"], ignore_index=True)
    faults += _check_carts_of(sheet, shifts, known)
    kept = shifts[shifts["cart_id"].isin(known)].reset_index(drop=True)
    return kept, faults


def _check_shift(sheet: CartSheet, row: int, start: float, end: float, owed: float) -> list[Fault]:
    """Find a shift that ends before it starts, is longer than a day or all break."""
    if end <= start:
        problem = Text("下班不晚于上班", "the shift ends before it starts")
        mend = Text("过夜的班次，下班写作 次日06:00", "write 30:00 for six o'clock on the next day")
        return [sheet.fault(row, "end_s", problem, mend)]
    if end - start > DAY_S or start >= DAY_S:
        problem = Text("班次长于一天或不在当天上班", "it is longer than a day or starts on another")
        return [sheet.fault(row, "end_s", problem, Text("请核对", "check it"))]
    if owed >= end - start:
        problem = Text("休息不短于班次", "the break is as long as the shift")
        return [sheet.fault(row, "break_min", problem, Text("以分钟填写", "in minutes"))]
    return []


def _check_carts_of(sheet: CartSheet, shifts: pd.DataFrame, known: list[str]) -> list[Fault]:
    """Find shifts of carts that are not there, and shifts of one cart that overlap."""
    faults = []
    before = shifts.groupby("cart_id")["end_s"].shift()
    columns = (shifts["cart_id"], shifts["row"], shifts["start_s"], before)
    for name, row, start, last_end in zip(*columns, strict=True):
        if name not in known:
            problem = Text(f"车辆表里没有在用的“{name}”", f'no cart "{name}" in use')
            mend = Text("请改正编号，或补上车辆", "correct the id, or add the cart")
            faults.append(sheet.fault(int(row), "cart_id", problem, mend))
        elif start < last_end:
            problem = Text(f"“{name}”的两个班次重叠", f'two shifts of "{name}" overlap')
            mend = Text("同一辆车的班次首尾相接，不要重叠", "shifts of a cart follow one another")
            faults.append(sheet.fault(int(row), "start_s", problem, mend))
    return faults
