"""Sheets of the patrol workbook on what devices see, and on straw."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from qxgeo.errors import Text
from qxgeo.patrol.columns import COVERAGE_COLUMNS, DEVICE_COLUMNS
from qxgeo.reports.patrol.geopackage import RISK_LABELS
from qxgeo.reports.patrol.table import (
    CELL,
    CLASS,
    LAT,
    LON,
    PERSON,
    RISK,
    TOWNSHIP,
    Caption,
    Head,
    label_words,
    list_table,
    name_ids,
)

if TYPE_CHECKING:
    from qxgeo.patrol.model import Patrol
    from qxgeo.reports.patrol.names import PatrolNames
    from qxgeo.reports.sheets import Sheet

COVERAGE_LABELS = {
    "covered": Text("看得见", "covered"),
    "partly": Text("部分看见", "partly"),
    "blind": Text("盲区", "blind"),
    "unknown": Text("不明", "unknown"),
}
KIND_LABELS = {"camera": Text("视频监控", "camera"), "drone": Text("无人机", "drone")}


def list_devices(patrol: Patrol, *, lang: str) -> Sheet:
    """List cameras and drones, then the best places for more.

    Parameters
    ----------
    patrol
        The whole plan.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    sheet
        One row per device and per suggested place.
    """
    sight = patrol.sight
    table = pd.DataFrame(columns=[*DEVICE_COLUMNS, "lon", "lat"])
    notes: list[str] = []
    if sight is not None:
        devices = pd.DataFrame(sight.devices.drop(columns="geometry"))
        table = devices.assign(kind=label_words(devices["kind"], KIND_LABELS, lang))
        following = sight.next_cameras
        if following is not None:
            kind = "建议增设" if lang == "zh" else "suggested"
            places = pd.DataFrame(following.places.drop(columns="geometry"))
            places = places.assign(
                kind=kind, device_id=places["rank"].map("N{}".format), name=places["cell_id"]
            )
            table = pd.concat([table, places], ignore_index=True)
            notes.append(
                f"建议增设点位的覆盖与最优上界之差：{following.gap:.2%}"
                if lang == "zh"
                else f"suggested places: gap to the proved bound {following.gap:.2%}"
            )
        notes += [note.in_language(lang) for note in sight.notes]
    heads = {
        "device_id": Head(Text("编号", "Id"), "text"),
        "kind": Head(Text("类别", "Kind"), "text"),
        "name": Head(Text("名称或网格", "Name or cell")),
        "height_m": Head(Text("离地高度（m）", "Height (m)"), "decimal"),
        "bearing_deg": Head(Text("方位角（°）", "Bearing (°)"), "decimal"),
        "field_of_view_deg": Head(Text("视场角（°）", "Field of view (°)"), "decimal"),
        "range_m": Head(Text("有效距离（m）", "Range (m)"), "m"),
        "seen_km2": Head(Text("看得见（km²）", "Seen (km²)"), "km"),
        "unknown_km2": Head(Text("高程不明（km²）", "Unknown (km²)"), "km"),
        "terrain": Head(Text("地形遮挡", "Terrain"), "text"),
        "new_km2": Head(Text("可新增（km²）", "Would add (km²)"), "km"),
        "lon": LON,
        "lat": LAT,
    }
    words = {True: ("已计", "counted"), False: ("未计，只按扇形", "not counted")}
    table = table.assign(
        seen_km2=table["seen_m2"] / 1e6,
        unknown_km2=table["unknown_m2"] / 1e6,
        terrain=[
            words[bool(value)][lang == "en"] if pd.notna(value) else ""
            for value in table["has_terrain"]
        ],
    )
    table = table.reindex(columns=[*heads])
    caption = Caption(
        Text("监控设备", "Devices"), Text("视频监控与无人机（5.2.2）", "Cameras and drones (5.2.2)")
    )
    return list_table(table, heads, caption, lang=lang, notes=tuple(notes))


def list_coverage(patrol: Patrol, names: PatrolNames, *, lang: str) -> Sheet:
    """List what devices see of every cell, blind land first.

    Parameters
    ----------
    patrol
        The whole plan.
    names
        Behind ids.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    sheet
        One row per cell; without devices none.
    """
    cells = patrol.cells.set_index("cell_id")
    sight = patrol.sight
    coverage = pd.DataFrame(columns=[*COVERAGE_COLUMNS]) if sight is None else sight.coverage
    known = cells.reindex(coverage["cell_id"])
    order = {word: number for number, word in enumerate(("blind", "unknown", "partly", "covered"))}
    table = coverage.assign(
        township=name_ids(known["township_id"], names.townships).to_numpy(),
        person=name_ids(known["person_id"], names.people).to_numpy(),
        risk_class=label_words(known["risk_class"], RISK_LABELS, lang).to_numpy(),
        risk=known["risk"].to_numpy(),
        rank=coverage["coverage"].map(order),
    ).sort_values(["rank", "risk", "cell_id"], ascending=[True, False, True])
    table = table.assign(coverage=label_words(table["coverage"], COVERAGE_LABELS, lang))
    heads = {
        "cell_id": CELL,
        "coverage": Head(Text("监控覆盖", "Coverage"), "text"),
        "seen_share": Head(Text("看见占比", "Seen share"), "share"),
        "unknown_share": Head(Text("不明占比", "Unknown share"), "share"),
        "device_ids": Head(Text("设备", "Devices")),
        "risk": RISK,
        "risk_class": CLASS,
        "township": TOWNSHIP,
        "person": PERSON,
    }
    caption = Caption(
        Text("监控覆盖", "Coverage"), Text("各网格的监控覆盖，盲区在前", "Coverage, blind first")
    )
    notes = _count_coverage(coverage["coverage"], lang=lang)
    return list_table(table, heads, caption, lang=lang, notes=notes)


def _count_coverage(words: pd.Series, *, lang: str) -> tuple[str, ...]:
    """Count the cells of each word."""
    if not len(words):
        return ("没有视频监控和无人机数据" if lang == "zh" else "no cameras and no drones given",)
    counts = words.value_counts()
    told = (
        f"{label.in_language(lang)} {int(counts.get(word, 0))}"
        for word, label in COVERAGE_LABELS.items()
    )
    head = "格数：" if lang == "zh" else "cells: "
    return (head + ("，" if lang == "zh" else ", ").join(told),)


def list_straw(patrol: Patrol, names: PatrolNames, *, lang: str) -> Sheet:
    """List crop land and straw per responsible unit.

    Parameters
    ----------
    patrol
        The whole plan.
    names
        Behind ids.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    sheet
        One row per unit.
    """
    straw = patrol.straw
    table = straw.assign(township=name_ids(straw["township_id"], names.townships))
    heads = {
        "unit": Head(Text("责任单位", "Responsible unit")),
        "township": TOWNSHIP,
        "cropland_km2": Head(Text("耕地（km²）", "Crop land (km²)"), "km"),
        "unknown_km2": Head(Text("地类不明（km²）", "Unknown (km²)"), "km"),
        "straw_t": Head(Text("秸秆（吨/年）", "Straw (t/year)"), "decimal"),
    }
    caption = Caption(
        Text("秸秆", "Straw"),
        Text("耕地与秸秆量（5.3.1）；空白为不明", "Crop land and straw (5.3.1); blank is unknown"),
    )
    return list_table(table, heads, caption, lang=lang)
