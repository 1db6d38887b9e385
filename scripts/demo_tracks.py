"""Invent a day of tracks of the demonstration's water carts, with faults to be found.

Four carts drive rounds over roads that the plan wants wet; a fifth has no track. Planted: one
sprays too fast for half an hour, one sprays beside the list and goes silent, one stands in its
shift, one has drift and repeated records. Positions are GCJ-02, as vehicle platforms give them.
The same seed gives the same bytes.

Run: ``python scripts/demo_tracks.py --seed 20231227``.
"""

from __future__ import annotations

import argparse
import sys
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import xlsxwriter

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "benchmarks"))

import track_simulation as simulation  # noqa: E402

from qxgeo.datum import wgs84_to_gcj02  # noqa: E402
from qxgeo.district import load_district  # noqa: E402
from qxgeo.watering.tracks.duty import build_audit_streets, list_duty  # noqa: E402

DAY = datetime(2023, 12, 27)  # noqa: DTZ001 - local time, as terminals write it
SEED = 20231227
EVERY_S = 30
NOISE_M = 6.0
ROUND_M = 15_000.0  # of duty in a round
SHIFT_H = (6.0, 20.0)
CARTS = ("W01", "W02", "W03", "W04")
ABSENT = "W05"
COMPANIES = {"W01": "示例环卫一公司", "W02": "示例环卫一公司", "W03": "示例环卫二公司"}
COMPANIES |= {"W04": "示例环卫二公司", ABSENT: "示例环卫二公司"}
HEADS = ("车牌号", "定位时间", "经度", "纬度", "速度(km/h)", "方向", "洒水状态", "备注")


def list_rounds(
    sections: pd.DataFrame, graph: nx.DiGraph, roads: pd.DataFrame
) -> list[list[simulation.Leg]]:
    """Give each cart the legs of its round: the sections of a quarter, nearest next."""
    ends = []
    for section, metres in zip(sections["section_id"], sections["length_m"], strict=True):
        line = roads.geometry[roads.index[roads["section_id"] == section][0]]
        xy = [tuple(one) for one in np.round(np.asarray(line.coords)[:, :2], 7).tolist()]
        if all(one in graph for one in xy):
            ends.append((xy, float(metres)))
    middle = np.array([np.mean(xy, axis=0) for xy, _ in ends])
    centre = np.argsort(np.hypot(*(middle - (110.3089, 25.2708)).T))
    rounds, taken = [], 0
    for _ in CARTS:
        own, metres = [], 0.0
        while metres < ROUND_M and taken < len(centre):
            own.append(ends[centre[taken]][0])
            metres += ends[centre[taken]][1]
            taken += 1
        rounds.append(join(own, graph))
    return rounds


def join(sections: list[list[simulation.Node]], graph: nx.DiGraph) -> list[simulation.Leg]:
    """Drive sections one after the other, the nearest next, both ways where there are two."""
    waiting = [one for xy in sections for one in (xy, xy[::-1]) if is_open(one, graph)]
    at = waiting[0][0]
    legs: list[simulation.Leg] = []
    while waiting:
        waiting.sort(key=lambda xy: (np.hypot(xy[0][0] - at[0], xy[0][1] - at[1]), xy))
        xy = waiting.pop(0)
        legs += walk(nx.shortest_path(graph, at, xy[0], weight="length"))
        legs += walk(xy)
        at = xy[-1]
    return legs + walk(nx.shortest_path(graph, at, legs[0][0], weight="length"))


def walk(path: list[simulation.Node]) -> list[simulation.Leg]:
    """Give the legs of a path."""
    return list(pairwise(path))


def is_open(xy: list[simulation.Node], graph: nx.DiGraph) -> bool:
    """Tell whether a line may be driven."""
    return all(leg in graph.edges for leg in walk(xy))


def plant(cart: str, table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Plant the faults of a cart."""
    hour = table["second"] / 3600
    if cart == "W03":
        quiet = hour.between(14.0, 14.7)
        return table[~quiet]
    if cart == "W04":
        stands = hour.between(10.0, 11.5)
        first = table[stands].iloc[0]
        table.loc[stands, ["lon", "lat"]] = first[["lon", "lat"]].to_numpy(dtype=float)
        table.loc[stands, ["lon", "lat"]] += rng.normal(0, 2e-5, (int(stands.sum()), 2))
        table.loc[stands, "speed_kmh"] = 0.0
        table.loc[stands, "is_spraying"] = False
        later = hour.between(11.5, 11.8)  # it drives on from where it stood
        return table[~later]
    if cart == "W01":
        table.iloc[200:204, table.columns.get_loc("lon")] += 0.03
        return pd.concat([table.iloc[:300], table.iloc[290:]])
    return table


def write(path: Path, cart: str, table: pd.DataFrame) -> None:
    """Write a track as a platform exports it: GB18030, GCJ-02, Chinese headings."""
    lon, lat = wgs84_to_gcj02(table["lon"].to_numpy(), table["lat"].to_numpy())
    lines = [",".join(HEADS)]
    facts = ("second", "speed_kmh", "heading_deg", "is_spraying")
    for (second, speed, heading, wet), x, y in zip(
        table[list(facts)].itertuples(index=False), lon, lat, strict=True
    ):
        time = DAY + timedelta(seconds=float(second))
        water = "洒水" if wet else "关闭"
        moving = f"{speed:.1f},{heading:.0f}"
        lines.append(f"{cart},{time:%Y-%m-%d %H:%M:%S},{x:.6f},{y:.6f},{moving},{water},示例")
    path.write_bytes(("\n".join(lines) + "\n").encode("gb18030"))


def write_carts(path: Path) -> None:
    """Write the carts that are audited, their companies and shifts."""
    book = xlsxwriter.Workbook(str(path))
    book.set_properties({"created": DAY, "comments": "演示数据，全部虚构"})
    sheets = {
        "车辆": (
            ("车号", "单位", "罐容(L)", "洒水量(L/m2)", "洒水宽度(m)", "洒水车速(km/h)", "停车场"),
            [(one, COMPANIES[one], 18000, 0.5, 12, 15, "P1") for one in (*CARTS, ABSENT)],
        ),
        "停车场": (("编号", "名称", "经度", "纬度"), [("P1", "示例停车场", 110.3, 25.25)]),
        "加水点": (
            ("编号", "名称", "经度", "纬度", "流量(L/min)"),
            [("H1", "示例加水点", 110.31, 25.26, 600)],
        ),
        "班次": (
            ("车号", "驾驶员", "上班", "下班"),
            [(one, "示例驾驶员", "06:00", "20:00") for one in (*CARTS, ABSENT)],
        ),
    }
    for name, (heads, rows) in sheets.items():
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, heads)
        for number, row in enumerate(rows, start=1):
            sheet.write_row(number, 0, row)
    book.close()


def make(folder: Path, seed: int) -> None:
    """Write tracks and carts into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    district = load_district(None)
    roads = district.layers["roads"].table
    sections = list_duty(district, build_audit_streets(district)).sections
    duty = frozenset(np.flatnonzero(roads["section_id"].isin(sections["section_id"])).tolist())
    graph = simulation.draw_graph(roads)
    start_s, last_s = (int(hour * 3600) for hour in SHIFT_H)
    for number, (cart, legs) in enumerate(
        zip(CARTS, list_rounds(sections, graph, roads), strict=True)
    ):
        rng = np.random.default_rng(seed + number)
        wet = duty
        if cart == "W03":  # it leaves the valve open on the way between
            rows = [graph.edges[leg]["row"] for leg in legs]
            wet = duty | frozenset([row for row in rows if row not in duty][:60])
        truth = simulation.put_on_clock(
            graph,
            roads,
            legs * 12,
            rng,
            start_s=start_s,
            last_s=last_s,
            duty=wet,
            hurry_s=(36_000, 38_000) if cart == "W02" else (0, 0),
        )
        table = simulation.record(
            truth, cart_id=cart, seed=seed + number, noise_m=NOISE_M, every_s=EVERY_S
        )
        write(folder / f"{cart}.csv", cart, plant(cart, table.reset_index(drop=True), rng))
    write_carts(folder / "carts.xlsx")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--folder", type=Path, default=ROOT / "data" / "demo_tracks")
    chosen = parser.parse_args()
    make(chosen.folder, chosen.seed)
    print(f"written: {chosen.folder}")
