"""What was not as it should be, each with the records that prove it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from qxgeo.watering.tracks import passes
from qxgeo.watering.tracks.absence import find_absences
from qxgeo.watering.tracks.model import DAY_S, DRY, NEVER, OFF_DUTY, TOO_FAST, VIOLATION_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qxgeo.watering.tracks.cleaning import CleanTracks
    from qxgeo.watering.tracks.matching import MatchedTracks
    from qxgeo.watering.tracks.model import Duty, Wetness
    from qxgeo.watering.tracks.roadbook import RoadBook
    from qxgeo.watering.tracks.settings import AuditSettings

_LANE_M = 4.0
_PAUSE_S = 45.0  # a stretch goes on over a shorter stop
_M_PER_DEG = 111_195.0
Row = dict[str, object]


def list_violations(
    legs: pd.DataFrame,
    wetness: Wetness,
    duty: Duty,
    clean: CleanTracks,
    matched: MatchedTracks,
    book: RoadBook,
    *,
    settings: AuditSettings,
    set_aside: Mapping[str, object],
) -> gpd.GeoDataFrame:
    """List what was not as it should be.

    Parameters
    ----------
    legs
        Stretches with their use.
    wetness
        Of the sections.
    duty
        What had to be done.
    clean, matched
        Records.
    book
        Names of roads and townships.
    settings
        What is too short to be listed.
    set_aside
        Carts that were left out.

    Returns
    -------
    violations
        `VIOLATION_COLUMNS`, geometry in EPSG:4326; by kind, then time.
    """
    rows = [
        *_list_gaps(wetness, duty, legs, settings),
        *_list_stretches(legs, matched, passes.FAST, TOO_FAST, duty, book, settings),
        *_list_stretches(legs, matched, passes.OFF, OFF_DUTY, duty, book, settings),
        *(_blank(**one) for one in find_absences(clean, duty, book, settings, set_aside)),
    ]
    company = dict(zip(duty.carts["cart_id"], duty.carts["company"], strict=True))
    for row in rows:
        row["company"] = str(company.get(str(row["cart_id"]), ""))
        row["violation_id"] = _name(row)
    table = pd.DataFrame(rows, columns=[*VIOLATION_COLUMNS, "geometry"])
    order = {kind: place for place, kind in enumerate((DRY, NEVER, TOO_FAST, OFF_DUTY))}
    table["_order"] = [order.get(str(kind), 9) for kind in table["kind"]]
    table = table.sort_values(
        ["_order", "kind", "from_s", "section", "cart_id"], kind="stable", ignore_index=True
    ).drop(columns="_order")
    return gpd.GeoDataFrame(table.astype(VIOLATION_COLUMNS), geometry="geometry", crs=4326)


def _name(row: Row) -> str:
    """Name a violation by what it is: same input, same name."""
    said = f"{row['kind']}|{row['cart_id']}|{row['section']}|{row['road_name']}|{row['from_s']:.0f}"
    return hashlib.sha256(said.encode()).hexdigest()[:10]


def _blank(kind: object, **facts: object) -> Row:
    """Begin a row."""
    row: Row = dict.fromkeys(
        ("cart_id", "company", "road_name", "township_id", "township_name"), ""
    )
    row |= {"kind": kind, "is_sure": True, "section": -1, "length_m": 0.0, "speed_kmh": np.nan}
    row |= {"limit": np.nan, "first_fix": -1, "last_fix": -1, "before_fix": -1, "after_fix": -1}
    return row | {"geometry": None} | facts


def _list_gaps(
    wetness: Wetness, duty: Duty, legs: pd.DataFrame, settings: AuditSettings
) -> list[Row]:
    """List sections that went dry, with the wettings before and after."""
    events = wetness.events.sort_values(["section", "at_s"], kind="stable")
    by_section = dict(tuple(events.groupby("section", sort=False)))
    least_s = 60.0 * settings.number("gap_least_min")
    never = wetness.table["watered_share"].to_numpy() <= 0
    rows = []
    for section, start, end in wetness.gaps.itertuples(index=False):
        if end - start < least_s:
            continue
        one = duty.sections.iloc[section]
        before = after = -1
        if section in by_section:
            at = by_section[section]["at_s"].to_numpy()
            leg = by_section[section]["leg"].to_numpy()
            place = int(np.searchsorted(at, start, side="right"))
            before = int(legs["fix"].loc[leg[place - 1]]) if place else -1
            later = int(np.searchsorted(at, end - 1.0))
            after = int(legs["to_fix"].loc[leg[later]]) if later < len(at) else -1
            if before < 0 and after < 0:  # only parts of it were watered, within the spell
                before, after = int(legs["fix"].loc[leg[0]]), int(legs["to_fix"].loc[leg[-1]])
        hour = min(int(start // 3_600), 23)
        rows.append(
            _blank(
                NEVER if never[section] else DRY,
                section=int(section),
                road_name=str(one["road_name"]),
                township_id=str(one["township_id"]),
                township_name=str(one["township_name"]),
                from_s=start,
                to_s=end,
                length_m=float(one["length_m"]),
                limit=float(duty.drying.interval_h[hour] * one["interval_factor"]),
                before_fix=before,
                after_fix=after,
                geometry=one.geometry,
            )
        )
    return rows


def _list_stretches(
    legs: pd.DataFrame,
    matched: MatchedTracks,
    use: str,
    kind: str,
    duty: Duty,
    book: RoadBook,
    settings: AuditSettings,
) -> list[Row]:
    """List stretches that one cart drove in one go."""
    is_own = (legs["use"] == use) & legs["is_sure"]
    own = legs[is_own & legs["start_s"].between(0.0, DAY_S, inclusive="left")]
    own = own.sort_values(["cart_id", "start_s"], kind="stable")
    if own.empty:
        return []
    cart = own["cart_id"].to_numpy(dtype=object)
    pause = own["start_s"].to_numpy()[1:] - own["end_s"].to_numpy()[:-1]
    number = np.concatenate(([0], np.cumsum((cart[1:] != cart[:-1]) | (pause > _PAUSE_S))))
    least_m = settings.number("too_fast_least_m" if kind == TOO_FAST else "off_duty_least_m")
    rows = []
    for _, one in own.groupby(number, sort=True):
        length = float(one["length_m"].sum())
        if length < least_m:
            continue
        first, last = int(one["fix"].iloc[0]), int(one["to_fix"].iloc[-1])
        middle = matched.fixes.iloc[(first + last) // 2]
        lengths = one.groupby("row_of_road")["length_m"].sum()
        road = int(lengths.index.to_numpy()[int(lengths.to_numpy().argmax())])
        township_id, township_name = book.place(float(middle["lon"]), float(middle["lat"]))
        rows.append(
            _blank(
                kind,
                is_sure=kind != OFF_DUTY or _is_apart(first, last, duty, matched),
                cart_id=str(one["cart_id"].iloc[0]),
                road_name=str(book.names[road]),
                township_id=township_id,
                township_name=township_name,
                from_s=float(one["start_s"].iloc[0]),
                to_s=float(one["end_s"].iloc[-1]),
                length_m=length,
                speed_kmh=float(np.average(one["speed_kmh"], weights=one["length_m"])),
                limit=float(one["limit_kmh"].iloc[0]) if kind == TOO_FAST else np.nan,
                first_fix=first,
                last_fix=last,
                geometry=_draw(one, matched),
            )
        )
    return rows


def _is_apart(first: int, last: int, duty: Duty, matched: MatchedTracks) -> bool:
    """Tell whether no road of duty lies as near to the records as the one they were put on.

    Twice the receiver's error and a lane: nearer than that a road beside cannot be told apart.
    """
    if duty.sections.empty:
        return True
    fixes = matched.fixes.iloc[first : last + 1]
    scale = np.array([np.cos(np.radians(float(fixes["lat"].mean()))), 1.0]) * _M_PER_DEG
    points = shapely.points(fixes[["lon", "lat"]].to_numpy() * scale)
    lines = shapely.transform(duty.sections.geometry.to_numpy(), lambda xy: xy * scale)
    _, metres = shapely.STRtree(lines).query_nearest(
        points, all_matches=False, return_distance=True
    )
    sigma = matched.sigma_m.get(str(fixes["cart_id"].iloc[0]), 0.0)
    return float(np.median(metres)) > 2.0 * sigma + _LANE_M


def _draw(legs: pd.DataFrame, matched: MatchedTracks) -> shapely.Geometry:
    """Draw stretches as they were driven."""
    edges, streets = matched.streets.edges, matched.streets
    lines = []
    columns = legs[["arc", "from_m", "to_m"]].itertuples(index=False)
    for arc, from_m, to_m in columns:
        start = float(streets.arc_start_m[arc])
        edge = int(streets.arc_edge[arc])
        points = edges.stretch(edge, float(from_m) - start, float(to_m) - start)
        lines.append(shapely.LineString(points) if len(points) > 1 else None)
    drawn = shapely.line_merge(shapely.MultiLineString([one for one in lines if one is not None]))
    return shapely.simplify(drawn, 1e-5)
