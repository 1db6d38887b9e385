"""How much of what was driven is found on the right section, by noise and sampling.

Simulates carts on a real network (an OpenStreetMap extract that does not travel with the project),
records them with noise, matches the records, and prints a table for docs/watering-audit.md.

Run: ``python benchmarks/track_matching.py PATH.osm [--hours 2] [--carts 3]``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import track_simulation as simulation

from qxgeo.errors import Text
from qxgeo.readers.osm import read_osm_roads
from qxgeo.readers.tracks import LOCAL_ZONE
from qxgeo.watering.model import DryingDay
from qxgeo.watering.streets import TurnCosts, build_streets
from qxgeo.watering.tracks.cleaning import clean_tracks
from qxgeo.watering.tracks.matching import match_tracks
from qxgeo.watering.tracks.passes import WETTING, cut_cells, name_passes, pass_cells
from qxgeo.watering.tracks.settings import default_audit_settings
from qxgeo.watering.tracks.wet_time import measure_wetness

DAY = dt.date(2023, 12, 27)
DUTY_CLASSES = ("primary", "secondary", "tertiary")
INTERVAL_H = 1.0
CASES = [(noise, every) for noise in (5, 10, 20, 30) for every in (1, 5, 10, 30)]


def as_table(records: pd.DataFrame) -> pd.DataFrame:
    """Give records the columns of read tracks."""
    midnight = pd.Timestamp(DAY, tz=LOCAL_ZONE).timestamp()
    return records.assign(
        time_s=records["second"] + midnight, file="simulated", row=np.arange(len(records))
    ).drop(columns="second")


def list_duty(roads: pd.DataFrame, rows: np.ndarray) -> SimpleNamespace:
    """Make whole sections a duty, each to be passed once."""
    length = []
    for row in rows:
        xy = np.asarray(roads.geometry.iloc[row].coords)[:, :2]
        length.append(simulation.sphere_m(xy[:-1], xy[1:]).sum())
    sections = pd.DataFrame(
        {
            "length_m": length,
            "from_m": 0.0,
            "to_m": length,
            "directions": "either",
            "passes": 1,
            "interval_factor": 1.0,
        }
    )
    drying = DryingDay(
        interval_h=np.full(24, INTERVAL_H),
        is_rain=np.zeros(24, bool),
        weather="constant",
        title=Text("", ""),
        source=Text("", ""),
    )
    carts = pd.DataFrame({"cart_id": [], "spray_speed_kmh": []})
    return SimpleNamespace(sections=sections, drying=drying, carts=carts)


def share_wet(legs: pd.DataFrame, duty: SimpleNamespace, rows: np.ndarray) -> float:
    """Give the share of metre-hours of the duty that was wet."""
    settings = default_audit_settings()
    named = name_passes(legs.reset_index(drop=True), duty, rows, settings)
    cells = cut_cells(duty, rows, settings.number("cell_m"))
    wet = measure_wetness(
        pass_cells(named[named["use"] == WETTING], cells),
        cells,
        duty,
        first_record_s=-1e6,
        settings=settings,
    )
    return float(np.average(wet.table["wet_share"], weights=duty.sections["length_m"]))


def main() -> None:
    """Simulate, match, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("roads", type=Path)
    parser.add_argument("--hours", type=float, default=2.0)
    parser.add_argument("--carts", type=int, default=3)
    chosen = parser.parse_args()
    roads = read_osm_roads(chosen.roads).table.reset_index(drop=True)
    graph = simulation.draw_graph(roads)
    streets = build_streets(
        roads, speed_kmh=30.0, turns=TurnCosts(u_turn_s=45.0, left_s=15.0, right_s=4.0)
    )
    is_tunnel = roads["is_tunnel"].fillna(value=False).astype(bool)
    rows = np.flatnonzero(roads["road_class"].isin(DUTY_CLASSES) & ~is_tunnel)
    is_duty = frozenset(rows.tolist())
    truths = [
        simulation.drive(graph, roads, seed=seed, start_s=28_800, hours=chosen.hours, duty=is_duty)
        for seed in range(1, chosen.carts + 1)
    ]
    driven = sum(truth.driven_m.sum() for truth in truths) / 1e3
    hidden = np.mean(np.concatenate([truth.is_hidden for truth in truths]))
    rows = np.unique(np.concatenate([truth.row[truth.is_spraying] for truth in truths]))
    duty = list_duty(roads, rows)
    true = pd.concat(
        [simulation.true_legs(t, roads, cart_id=f"W{n}") for n, t in enumerate(truths)]
    )
    wet = share_wet(true, duty, rows)
    print(f"{driven:.1f} km driven by {len(truths)} carts, {hidden:.1%} of the time in tunnels")
    print(f"true wet share of the {len(rows)} sections sprayed: {wet:.3%} of 24 h\n")
    print("| noise m | every s | noise | heading | right % | right way % | extra % | "
          "wet share error | s |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|---|")
    cases = [(*case, False, True) for case in CASES]
    cases += [(10, 10, True, True), (20, 10, True, True), (10, 10, False, False)]
    for noise, every, is_correlated, has_heading in cases:
        table = pd.concat(
            [
                simulation.record(
                    truth,
                    cart_id=f"W{number}",
                    seed=100 + number,
                    noise_m=noise,
                    every_s=every,
                    is_correlated=is_correlated,
                    has_heading=has_heading,
                )
                for number, truth in enumerate(truths)
            ],
            ignore_index=True,
        )
        begin = time.perf_counter()
        settings = default_audit_settings()
        clean = clean_tracks(as_table(table), day=DAY, settings=settings)
        legs = match_tracks(clean, streets, settings=settings).legs
        took = time.perf_counter() - begin
        scores = [
            simulation.score(truth, legs[legs["cart_id"] == f"W{number}"], roads)
            for number, truth in enumerate(truths)
        ]
        weight = [truth.driven_m.sum() for truth in truths]
        right, way, extra = (
            float(np.average([getattr(one, name) for one in scores], weights=weight))
            for name in ("right", "right_way", "extra")
        )
        error = share_wet(legs, duty, rows) / wet - 1
        kind = "correlated" if is_correlated else "white"
        head = "yes" if has_heading else "no"
        print(
            f"| {noise} | {every} | {kind} | {head} | {right:.2%} | {way:.2%} | {extra:.2%} "
            f"| {error:+.2%} | {took:.1f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
