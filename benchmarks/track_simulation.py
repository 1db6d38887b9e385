"""Invent a day of water carts on given roads, with the truth kept beside the noisy records.

Shares nothing with the matcher but the table of roads: ways are found with networkx from vertex to
vertex, distances are spherical, and the truth is the section under the cart at every second.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

Node = tuple[float, float]
Leg = tuple[Node, Node]

RADIUS_M = 6_371_008.8
CLOSED = frozenset(
    {
        *(
            "footway",
            "cycleway",
            "path",
            "pedestrian",
            "steps",
            "bridleway",
            "corridor",
            "elevator",
        ),
        *("construction", "proposed", "busway", "bus_guideway", "raceway", "platform"),
    }
)
FASTEST_KMH = 45.0
CORRELATED_S = 20.0
WITHIN_S, SLACK_M = 30.0, 3.0  # of the truth, in time and along the section
BUSY, WAITS = 4, 0.12  # arms of a junction, and how often one waits there


@dataclass(frozen=True, kw_only=True)
class Truth:
    """Where a cart was, second by second.

    Attributes
    ----------
    second
        Since midnight.
    row
        Of the roads' table.
    is_forward
        Whether along the line as drawn.
    lon, lat
        Degrees, WGS 84.
    driven_m
        Metres in this second.
    is_spraying
        Whether water came.
    is_hidden
        Whether a tunnel hides the sky.
    """

    second: Ints
    row: Ints
    is_forward: NDArray[np.bool_]
    lon: Floats
    lat: Floats
    driven_m: Floats
    is_spraying: NDArray[np.bool_]
    is_hidden: NDArray[np.bool_]


def sphere_m(a: Floats, b: Floats) -> Floats:
    """Give the metres between places (lon, lat) on a sphere."""
    (lon1, lat1), (lon2, lat2) = np.radians(np.asarray(a)).T, np.radians(np.asarray(b)).T
    half = np.sin((lat2 - lat1) / 2) ** 2
    half = half + np.cos(lat1) * np.cos(lat2) * np.sin((lon2 - lon1) / 2) ** 2
    return 2 * RADIUS_M * np.arcsin(np.sqrt(half))


def draw_graph(roads: gpd.GeoDataFrame) -> nx.DiGraph:
    """Join the roads' vertices; an edge knows its row and direction."""
    graph = nx.DiGraph()
    oneway = roads["is_oneway"].fillna(value=False).astype(bool).to_numpy()
    closed = roads["road_class"].isin(list(CLOSED)).to_numpy()
    for row, line in enumerate(roads.geometry):
        if closed[row] or line is None or line.geom_type != "LineString":
            continue
        xy = np.round(np.asarray(line.coords)[:, :2], 7)
        metres = sphere_m(xy[:-1], xy[1:])
        for a, b, length in zip(map(tuple, xy[:-1]), map(tuple, xy[1:]), metres, strict=True):
            if a == b:
                continue
            graph.add_edge(a, b, row=row, length=float(length), is_forward=True)
            if not oneway[row]:
                graph.add_edge(b, a, row=row, length=float(length), is_forward=False)
    largest = max(nx.strongly_connected_components(graph), key=len)
    return graph.subgraph(largest).copy()


def drive(
    graph: nx.DiGraph,
    roads: gpd.GeoDataFrame,
    *,
    seed: int,
    start_s: int,
    hours: float,
    duty: frozenset[int] = frozenset(),
) -> Truth:
    """Drive about, slowly and spraying on roads of duty.

    At a junction a cart mostly goes straight on, and it turns round in dead ends alone. It
    accelerates at most 1 m/s2 and waits at some junctions.
    """
    rng = np.random.default_rng(seed)
    nodes = sorted(graph.nodes)
    at = nodes[int(rng.integers(len(nodes)))]
    last_s = start_s + int(hours * 3600)
    legs: list[Leg] = [(at, next(iter(sorted(graph.successors(at)))))]
    length, wanted = 0.0, hours * 3600 * FASTEST_KMH / 3.6
    while length < wanted:
        before, at = legs[-1]
        ahead = sorted(one for one in graph.successors(at) if one != before) or [before]
        way = np.array(ahead) - at
        way /= np.maximum(np.hypot(*way.T)[:, None], 1e-12)
        came = np.array(at) - before
        bend = way @ (came / max(float(np.hypot(*came)), 1e-12))
        weight = np.exp(2.0 * bend)
        goal = ahead[int(rng.choice(len(ahead), p=weight / weight.sum()))]
        legs.append((at, goal))
        length += graph.edges[at, goal]["length"]
    return put_on_clock(graph, roads, legs, rng, start_s=start_s, last_s=last_s, duty=duty)


def put_on_clock(  # noqa: PLR0913 - what a day is made of
    graph: nx.DiGraph,
    roads: gpd.GeoDataFrame,
    legs: list[Leg],
    rng: np.random.Generator,
    *,
    start_s: int,
    last_s: int,
    duty: frozenset[int],
    wet_kmh: tuple[float, float] = (10.0, 16.0),
    hurry_s: tuple[int, int] = (0, 0),
) -> Truth:
    """Put a driven way on the clock; on roads of duty a cart sprays within the given speeds.

    Within `hurry_s` it sprays at its driving speed.
    """
    tunnels = roads["is_tunnel"].fillna(value=False).astype(bool).to_numpy()
    edges = [graph.edges[leg] for leg in legs]
    metres = np.array([edge["length"] for edge in edges])
    ends = np.cumsum(metres)
    rows = np.array([edge["row"] for edge in edges])
    forward = np.array([edge["is_forward"] for edge in edges])
    head = np.array([a for a, _ in legs])
    tail = np.array([b for _, b in legs])
    cruise = {row: rng.uniform(25, FASTEST_KMH) / 3.6 for row in np.unique(rows).tolist()}
    wet = {row: rng.uniform(*wet_kmh) / 3.6 for row in np.unique(rows).tolist()}
    along, speed, waiting, edge = 0.0, 0.0, 0, 0
    out = []
    for second in range(start_s, last_s):
        while edge < len(ends) - 1 and along >= ends[edge]:
            if graph.degree(tuple(tail[edge])) > BUSY and rng.random() < WAITS:
                waiting, speed = int(rng.integers(10, 60)), 0.0
            edge += 1
        if along >= ends[-1]:
            break
        row = int(rows[edge])
        is_slow = row in duty and not hurry_s[0] <= second < hurry_s[1]
        target = wet[row] if is_slow else cruise[row]
        speed = 0.0 if waiting > 0 else speed + np.clip(target - speed, -1.5, 1.0)
        waiting -= 1
        share = np.clip(1 - (ends[edge] - along) / metres[edge], 0, 1)
        lon, lat = head[edge] + share * (tail[edge] - head[edge])
        is_wet = row in duty and speed > 0
        out.append((second, row, forward[edge], lon, lat, speed, is_wet, tunnels[row]))
        along += speed
    seen = [place for place, one in enumerate(out) if not one[-1]]
    columns = list(zip(*out[seen[0] : seen[-1] + 1], strict=True))  # no day ends in a tunnel
    return Truth(
        second=np.array(columns[0], np.int64),
        row=np.array(columns[1], np.int64),
        is_forward=np.array(columns[2], bool),
        lon=np.array(columns[3]),
        lat=np.array(columns[4]),
        driven_m=np.array(columns[5]),
        is_spraying=np.array(columns[6], bool),
        is_hidden=np.array(columns[7], bool),
    )


def record(
    truth: Truth,
    *,
    cart_id: str,
    seed: int,
    noise_m: float,
    every_s: int,
    is_correlated: bool = False,
    has_heading: bool = True,
    has_spraying: bool = True,
) -> pd.DataFrame:
    """Record a drive as a terminal does: noise on each axis, none in tunnels.

    Correlated noise wanders with a time constant of 20 s, as of receivers between houses.
    """
    rng = np.random.default_rng(seed)
    chosen = np.flatnonzero((np.arange(len(truth.second)) % every_s == 0) & ~truth.is_hidden)
    noise = rng.normal(0.0, noise_m, (len(truth.second), 2))
    if is_correlated:
        keep = np.exp(-1.0 / CORRELATED_S)
        for place in range(1, len(noise)):
            noise[place] = keep * noise[place - 1] + np.sqrt(1 - keep**2) * noise[place]
    noise = noise[chosen]
    metre = 180.0 / np.pi / RADIUS_M
    lat = truth.lat[chosen]
    lon = truth.lon[chosen] + noise[:, 0] * metre / np.cos(np.radians(lat))
    ahead = np.minimum(np.arange(len(truth.second)) + 3, len(truth.second) - 1)
    way = np.stack((truth.lon[ahead] - truth.lon, truth.lat[ahead] - truth.lat), axis=1)
    way[:, 0] *= np.cos(np.radians(truth.lat))
    heading = np.degrees(np.arctan2(*way.T))[chosen] + rng.normal(0, 8.0, len(chosen))
    speed = np.maximum(truth.driven_m[chosen] * 3.6 + rng.normal(0, 0.8, len(chosen)), 0.0)
    return pd.DataFrame(
        {
            "cart_id": cart_id,
            "second": truth.second[chosen].astype(float),
            "lon": lon,
            "lat": lat + noise[:, 1] * metre,
            "speed_kmh": speed,
            "heading_deg": np.mod(heading, 360.0) if has_heading else np.nan,
            "is_spraying": pd.array(
                truth.is_spraying[chosen] if has_spraying else [None] * len(chosen), dtype="boolean"
            ),
        }
    )


@dataclass(frozen=True, kw_only=True)
class Score:
    """How well driven stretches were found.

    Attributes
    ----------
    right
        Share of the driven length on which a stretch of the same section covers the place within
        half a minute of the truth.
    right_way
        The same, in the direction that was driven.
    extra
        Length of stretches on which no cart was, over the driven length.
    """

    right: float
    right_way: float
    extra: float


def along_m(truth: Truth, roads: gpd.GeoDataFrame) -> Floats:
    """Give the metres along its section's line at which the cart was at every second."""
    found = np.zeros(len(truth.row))
    for row in np.unique(truth.row).tolist():
        own = np.flatnonzero(truth.row == row)
        xy = np.asarray(roads.geometry.iloc[row].coords)[:, :2]
        walked = np.concatenate(([0.0], np.cumsum(sphere_m(xy[:-1], xy[1:]))))
        scale = np.array([np.cos(np.radians(xy[0, 1])), 1.0])
        start, step = xy[:-1] * scale, np.diff(xy, axis=0) * scale
        at = np.stack((truth.lon[own], truth.lat[own]), axis=1) * scale
        away = at[:, None, :] - start
        share = (away * step).sum(axis=2) / np.maximum((step**2).sum(axis=1), 1e-18)
        share = np.clip(share, 0, 1)
        distance = np.hypot(*np.moveaxis(away - share[:, :, None] * step, 2, 0))
        best = distance.argmin(axis=1)
        part = share[np.arange(len(own)), best]
        found[own] = walked[best] + part * np.diff(walked)[best]
    return found


def score(truth: Truth, legs: pd.DataFrame, roads: gpd.GeoDataFrame) -> Score:
    """Hold stretches of one cart against the truth, second by second."""
    at, second = along_m(truth, roads), truth.second + 0.5
    right, right_way = np.zeros(len(at), bool), np.zeros(len(at), bool)
    real = np.zeros(len(legs), bool)
    row = legs["row_of_road"].to_numpy()
    low = np.minimum(legs["from_m"], legs["to_m"]).to_numpy() - SLACK_M
    high = np.maximum(legs["from_m"], legs["to_m"]).to_numpy() + SLACK_M
    start, end = (legs[name].to_numpy() for name in ("start_s", "end_s"))
    forward = legs["is_forward"].to_numpy()
    for one in np.union1d(np.unique(truth.row), np.unique(row)).tolist():
        own, leg = np.flatnonzero(truth.row == one), np.flatnonzero(row == one)
        near = (at[own][:, None] >= low[leg]) & (at[own][:, None] <= high[leg])
        near &= second[own][:, None] >= start[leg] - WITHIN_S
        near &= second[own][:, None] <= end[leg] + WITHIN_S
        right[own] = near.any(axis=1)
        right_way[own] = (near & (forward[leg] == truth.is_forward[own][:, None])).any(axis=1)
        real[leg] = near.any(axis=0)
    driven = truth.driven_m.sum()
    wrong = legs["length_m"].to_numpy()[~real].sum()
    return Score(
        right=float(truth.driven_m[right].sum() / driven),
        right_way=float(truth.driven_m[right_way].sum() / driven),
        extra=float(wrong / driven),
    )


def true_legs(truth: Truth, roads: gpd.GeoDataFrame, *, cart_id: str) -> pd.DataFrame:
    """Give the truth as stretches of a second each, as a matcher would."""
    at = along_m(truth, roads)
    step = np.where(truth.is_forward, 1.0, -1.0) * truth.driven_m
    return pd.DataFrame(
        {
            "cart_id": cart_id,
            "row_of_road": truth.row,
            "from_m": at,
            "to_m": at + step,
            "is_forward": truth.is_forward,
            "length_m": truth.driven_m,
            "start_s": truth.second.astype(float),
            "end_s": truth.second + 1.0,
            "speed_kmh": truth.driven_m * 3.6,
            "least_kmh": truth.driven_m * 3.6,
            "spraying": truth.is_spraying.astype(np.int64),
            "is_sure": True,
            "fix": 0,
            "to_fix": 0,
        }
    )[truth.driven_m > 0]
