"""Invent hourly bulletins for the demonstration: five days in which the air turns bad."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np

FIRST = datetime(2023, 12, 24, 0)  # noqa: DTZ001 - local time, as bulletins have it
LAST = datetime(2023, 12, 28, 18)  # noqa: DTZ001 - local time, as bulletins have it
STATIONS = ("1862A", "1863A", "1864A", "1865A", "3403A", "3531A")
FINE = (55.0, 95.0, 160.0, 178.0, 196.0)  # ug/m3 of fine dust, day by day
SILENT = ("3403A", 9)  # this station says nothing for its last hours
LABEL = "示例（虚构）"


def hours(rng: np.random.Generator) -> list[dict[str, str]]:
    """Give a row per station and hour, with the headings of a Chinese bulletin."""
    rows = []
    count = int((LAST - FIRST) / timedelta(hours=1)) + 1
    for place, station in enumerate(STATIONS):
        share = 0.82 if station == "1862A" else 1.0 + 0.03 * (place - 3)
        for number in range(count):
            time = FIRST + timedelta(hours=number)
            is_silent = station == SILENT[0] and number >= count - SILENT[1]
            rows.append(
                {
                    "编号": f"KQ{len(rows) + 1:04d}",
                    "时间": f"{time:%Y-%m-%d %H:%M}",
                    "站点编码": station,
                    "备注": LABEL,
                    **measure(number, time.hour, share, rng, is_silent=is_silent),
                }
            )
    return rows


def measure(
    number: int, hour: int, share: float, rng: np.random.Generator, *, is_silent: bool
) -> dict[str, str]:
    """Give the concentrations of one hour; blank where the station is silent."""
    days = np.arange(len(FINE)) * 24 + 12
    base = float(np.interp(number, days, FINE)) * share
    fine = base * (1 + 0.08 * np.cos((hour - 22) / 24 * 2 * np.pi)) * rng.normal(1, 0.03)
    ozone = 35 + 45 * max(np.sin((hour - 8) / 12 * np.pi), 0.0) + rng.normal(0, 3)
    values = {
        "PM2.5": fine,
        "PM10": fine * 1.28 + rng.normal(0, 4),
        "SO2": 9 + rng.normal(0, 1.2),
        "NO2": 34 + 10 * np.cos((hour - 20) / 12 * np.pi) + rng.normal(0, 2),
        "O3": max(ozone, 4.0),
    }
    shown = {name: f"{max(value, 2):.0f}" for name, value in values.items()}
    shown["CO"] = f"{0.6 + fine / 220:.1f}"
    return dict.fromkeys(shown, "—") if is_silent else shown
