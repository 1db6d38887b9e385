"""When sections were wet, dry, or nobody can tell, from the passes over their cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qxgeo.watering.drying import clock_of, cut_out, frost_spells
from qxgeo.watering.tracks.model import DAY_S, Wetness

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qxgeo.watering.drying import DryingClock
    from qxgeo.watering.tracks.model import Duty
    from qxgeo.watering.tracks.settings import AuditSettings

    Floats = NDArray[np.float64]

_HOUR_S = 3_600.0
_ROUND = 1e-9


def measure_wetness(
    events: pd.DataFrame,
    cells: pd.DataFrame,
    duty: Duty,
    *,
    first_record_s: float,
    settings: AuditSettings,
) -> Wetness:
    """Tell when every section was wet.

    Parameters
    ----------
    events
        Passes of `passes.pass_cells`, also of the evening before.
    cells
        Of `passes.cut_cells`.
    duty
        Sections and drying.
    first_record_s
        Of all carts; what was wetted before it, and before midnight, nobody can tell.
    settings
        Which share of a section has to be wet.

    Returns
    -------
    wetness
        A cell is wet from a wetting until one drying interval has passed, and while it rains. In
        frost, when nothing may be sprayed, it counts as unknown.
    """
    clock = clock_of(duty.drying)
    factor = duty.sections["interval_factor"].to_numpy(dtype=np.float64)
    wettings = _whole_wettings(events, cells, clock, factor)
    wet = _wet_spans(wettings, cells, clock, factor)
    begin_s = min(first_record_s, 0.0)
    edge = clock.when(clock.at(begin_s) + factor) if len(factor) else np.empty(0)
    unknown = _unknown_spans(wet, cells, np.clip(edge, 0.0, DAY_S))
    frost = frost_spells(duty.drying)
    if frost:
        wet, unknown = _set_apart(wet, unknown, len(cells), frost)
    count = len(duty.sections)
    weight = cells["share"].to_numpy(dtype=np.float64)
    section = cells["section"].to_numpy(dtype=np.int64)
    hours = _by_hour(wet, section, weight, count)
    unknown_hours = _by_hour(unknown, section, weight, count)
    steps = _step(wet, unknown, section, weight, count)
    gaps = _find_gaps(steps, settings.number("covered_share"))
    table = _sum_up(wettings, cells, hours, unknown_hours, gaps, count)
    return Wetness(
        table=table,
        hours=hours,
        unknown_hours=unknown_hours,
        steps=steps,
        gaps=gaps,
        events=wettings,
    )


def _whole_wettings(
    events: pd.DataFrame, cells: pd.DataFrame, clock: DryingClock, factor: Floats
) -> pd.DataFrame:
    """Keep the passes that complete a wetting where a wide road needs several at a time."""
    needed = cells["passes"].to_numpy(dtype=np.int64)[events["cell"].to_numpy(dtype=np.int64)]
    if not len(events) or needed.max(initial=1) == 1:
        return events
    cell, at = events["cell"].to_numpy(), events["at_s"].to_numpy()
    place = np.arange(len(events))
    before = place - (needed - 1)
    is_there = before >= 0
    first = np.where(is_there, before, 0)
    is_there &= cell[first] == cell
    dried = clock.at(at) - clock.at(at[first])
    is_there &= dried <= factor[events["section"].to_numpy()] + _ROUND
    whole: pd.DataFrame = events[is_there].reset_index(drop=True)
    return whole


def _wet_spans(
    wettings: pd.DataFrame, cells: pd.DataFrame, clock: DryingClock, factor: Floats
) -> pd.DataFrame:
    """Give the spans in which each cell is wet within the day; they do not overlap."""
    size = len(cells)
    section = cells["section"].to_numpy(dtype=np.int64)
    parts = [wettings[["cell", "at_s"]].rename(columns={"at_s": "from_s"})]
    parts[0] = parts[0].assign(held_s=parts[0]["from_s"])
    for start, end in clock.rains_s:
        rain = pd.DataFrame({"cell": np.arange(size), "from_s": start, "held_s": end})
        parts.append(rain)
    spans = pd.concat(parts, ignore_index=True)
    spans["cell"] = spans["cell"].astype(np.int64)
    own = factor[section[spans["cell"]]] if len(spans) else np.empty(0)
    spans["to_s"] = np.maximum(
        clock.when(clock.at(spans["held_s"].to_numpy()) + own), spans["held_s"]
    )
    spans = spans.sort_values(["cell", "from_s"], kind="stable", ignore_index=True)
    later = spans["from_s"].shift(-1).where(spans["cell"].shift(-1) == spans["cell"], np.inf)
    spans["to_s"] = np.minimum(np.minimum(spans["to_s"], later), DAY_S)
    spans["from_s"] = np.maximum(spans["from_s"], 0.0)
    kept = spans[spans["to_s"] > spans["from_s"]]
    return kept[["cell", "from_s", "to_s"]].reset_index(drop=True)


def _unknown_spans(wet: pd.DataFrame, cells: pd.DataFrame, edge: Floats) -> pd.DataFrame:
    """Give the spans at the start of the day in which an earlier wetting may still hold."""
    size = len(cells)
    first = np.full(size, np.inf)
    np.minimum.at(first, wet["cell"].to_numpy(dtype=np.int64), wet["from_s"].to_numpy())
    own = edge[cells["section"].to_numpy(dtype=np.int64)] if size else np.empty(0)
    to_s = np.minimum(first, own)
    spans = pd.DataFrame({"cell": np.arange(size), "from_s": 0.0, "to_s": to_s})
    return spans[spans["to_s"] > 0].reset_index(drop=True)


def _set_apart(
    wet: pd.DataFrame, unknown: pd.DataFrame, size: int, frost: list[tuple[float, float]]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make the hours of frost unknown for every cell."""

    def outside(spans: pd.DataFrame) -> pd.DataFrame:
        parts = [
            spans.assign(from_s=spans["from_s"].clip(low, high), to_s=spans["to_s"].clip(low, high))
            for low, high in cut_out((0.0, DAY_S), frost)
        ]
        cut = pd.concat([spans.iloc[:0], *parts], ignore_index=True)
        return cut[cut["to_s"] > cut["from_s"]].reset_index(drop=True)

    frozen = [
        pd.DataFrame({"cell": np.arange(size), "from_s": low, "to_s": high}) for low, high in frost
    ]
    return outside(wet), pd.concat([outside(unknown), *frozen], ignore_index=True)


def _by_hour(spans: pd.DataFrame, section: NDArray[np.int64], weight: Floats, count: int) -> Floats:
    """Share spans out to sections and hours, shape (sections, 24)."""
    shares = np.zeros((count, 24))
    cell = spans["cell"].to_numpy(dtype=np.int64)
    start, stop = spans["from_s"].to_numpy(), spans["to_s"].to_numpy()
    for hour in range(24):
        low, high = hour * _HOUR_S, (hour + 1) * _HOUR_S
        inside = np.clip(np.minimum(stop, high) - np.maximum(start, low), 0.0, None) / _HOUR_S
        np.add.at(shares[:, hour], section[cell], inside * weight[cell])
    return shares


def _step(
    wet: pd.DataFrame,
    unknown: pd.DataFrame,
    section: NDArray[np.int64],
    weight: Floats,
    count: int,
) -> pd.DataFrame:
    """Tell how much of each section is wet and unknown, as it changes through the day."""
    parts = []
    for spans, column in ((wet, 0), (unknown, 1)):
        cell = spans["cell"].to_numpy(dtype=np.int64)
        for moment, sign in ((spans["from_s"], 1.0), (spans["to_s"], -1.0)):
            change = np.zeros((len(cell), 2))
            change[:, column] = sign * weight[cell]
            parts.append(np.column_stack((section[cell], moment.to_numpy(), change)))
    start = np.column_stack((np.arange(count), np.zeros(count), np.zeros((count, 2))))
    rows = np.concatenate([start, *parts])
    rows = rows[rows[:, 1] < DAY_S]
    rows = rows[np.lexsort((rows[:, 1], rows[:, 0]))]
    table = pd.DataFrame(rows, columns=["section", "at_s", "wet", "unknown"])
    table["section"] = table["section"].astype(np.int64)
    table = table.groupby(["section", "at_s"], as_index=False, sort=True).sum()
    table[["wet", "unknown"]] = table.groupby("section")[["wet", "unknown"]].cumsum()
    table[["wet", "unknown"]] = table[["wet", "unknown"]].clip(0.0, 1.0).round(6)
    return table


def _find_gaps(steps: pd.DataFrame, covered_share: float) -> pd.DataFrame:
    """Find when less than enough of a section is wet, or may be."""
    rows: list[tuple[int, float, float]] = []
    enough = (steps["wet"] + steps["unknown"]).to_numpy() >= covered_share - 1e-6
    section, at = steps["section"].to_numpy(), steps["at_s"].to_numpy()
    ends = np.append(at[1:], DAY_S)[: len(at)]
    ends[np.append(section[1:] != section[:-1], True)[: len(at)]] = DAY_S
    for one, start, end, is_wet in zip(section, at, ends, enough, strict=True):
        if is_wet or end <= start:
            continue
        if rows and rows[-1][0] == one and rows[-1][2] == start:
            rows[-1] = (int(one), rows[-1][1], float(end))
        else:
            rows.append((int(one), float(start), float(end)))
    table = pd.DataFrame(rows, columns=["section", "from_s", "to_s"])
    return table.astype({"section": "int64", "from_s": "float64", "to_s": "float64"})


def _sum_up(
    wettings: pd.DataFrame,
    cells: pd.DataFrame,
    hours: Floats,
    unknown_hours: Floats,
    gaps: pd.DataFrame,
    count: int,
) -> pd.DataFrame:
    """Sum up a day of every section."""
    today = wettings[wettings["at_s"].between(0.0, DAY_S, inclusive="left")]
    per_cell = today.groupby("cell")["at_s"].agg(["size", "max"])
    per_cell = per_cell.reindex(range(len(cells)))
    per_cell["section"] = cells["section"].to_numpy()
    per_cell["share"] = cells["share"].to_numpy()
    groups = per_cell.groupby("section")
    index = range(count)
    last = groups["max"].agg(lambda one: one.min(skipna=False)).reindex(index)
    watered = per_cell[per_cell["size"] > 0].groupby("section")["share"].sum()
    length = gaps["to_s"] - gaps["from_s"]
    wet, unknown = hours.mean(axis=1), unknown_hours.mean(axis=1)
    return pd.DataFrame(
        {
            "wettings": groups["size"].max().reindex(index).fillna(0).astype(np.int64),
            "first_wet_s": today.groupby("section")["at_s"].min().reindex(index),
            "last_wet_s": last.astype("float64"),
            "wet_share": wet,
            "unknown_share": unknown,
            "dry_share": np.clip(1.0 - wet - unknown, 0.0, 1.0),
            "watered_share": watered.reindex(index).fillna(0.0).clip(upper=1.0),
            "gaps": gaps.groupby("section").size().reindex(index).fillna(0).astype(np.int64),
            "longest_gap_s": length.groupby(gaps["section"]).max().reindex(index).fillna(0.0),
        }
    ).reset_index(drop=True)
