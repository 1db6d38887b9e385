"""An audit as short lists for the page's script, within a bounded size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from qxgeo.maps.patrol.cast import rounded
from qxgeo.maps.watering.pack import encode_line, thin_lines
from qxgeo.watering.tracks.model import DAY_S, KINDS
from qxgeo.watering.tracks.words import say_clock, say_violation

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qxgeo.maps.rows import Strings
    from qxgeo.watering.tracks.model import Audit

MOST_OF_A_KIND = 120
MOST_POINTS = 24_000
MOST_STEPS = 60_000
_PROOF_POINTS = 24
_AROUND = 4  # records before and after a dry spell


def pack_sections(audit: Audit, strings: Strings) -> dict[str, object]:
    """Write the sections with how much of each is wet through the day.

    Parameters
    ----------
    audit
        The whole audit.
    strings
        Takes up every text; a list holds its number.

    Returns
    -------
    columns
        A list each; ``steps`` has minute, wet and unknown in hundredths, flat.
    """
    table, day = audit.duty.sections, audit.wetness.table
    texts = {"id": "section_id", "name": "road_name", "town": "township_name", "rules": "rule_ids"}
    return {
        "line": [encode_line(one) for one in thin_lines(table.geometry.to_numpy())],
        **{key: [strings.number(str(one)) for one in table[name]] for key, name in texts.items()},
        "length": rounded(table["length_m"], 1),
        "wet": rounded(day["wet_share"], 3),
        "dry": rounded(day["dry_share"], 3),
        "unknown": rounded(day["unknown_share"], 3),
        "wettings": day["wettings"].tolist(),
        "last": [say_clock(one) for one in day["last_wet_s"]],
        "gap": rounded(day["longest_gap_s"] / 60.0, 0),
        "steps": _pack_steps(audit.wetness.steps, len(table)),
    }


def _pack_steps(steps: pd.DataFrame, count: int) -> list[list[int]]:
    """Write the steps of each section, coarser where there are very many."""
    packed = _round_steps(steps, count, 1)
    for unit in (5, 10, 25, 50):
        if sum(map(len, packed)) <= 3 * MOST_STEPS:
            break
        packed = _round_steps(steps, count, unit)
    return packed


def _round_steps(steps: pd.DataFrame, count: int, unit: int) -> list[list[int]]:
    """Round shares to so many hundredths, and leave out steps that change nothing then."""
    minute = np.floor(steps["at_s"].to_numpy() / 60.0).astype(int)
    shares = np.rint(100.0 * steps[["wet", "unknown"]].to_numpy() / unit).astype(int) * unit
    packed: list[list[int]] = [[] for _ in range(count)]
    for section, at, (wet, unknown) in zip(
        steps["section"].tolist(), minute.tolist(), shares.tolist(), strict=True
    ):
        own = packed[section]
        if own and own[-3] == at:
            own[-2:] = [wet, unknown]
        elif not own or own[-2:] != [wet, unknown]:
            own += [at, wet, unknown]
    return packed


def thin_fixes(audit: Audit) -> tuple[pd.DataFrame, int]:
    """Choose the records that are drawn.

    Parameters
    ----------
    audit
        The whole audit.

    Returns
    -------
    fixes, whole
        Of the day, at most about `MOST_POINTS`, and how many there are. Standing carts keep the
        ends of their stand.
    """
    fixes = audit.clean.fixes
    fixes = fixes[fixes["second"].between(0.0, DAY_S)]
    standing = fixes["is_standing"].to_numpy()
    inner = standing.copy()
    inner[1:-1] &= standing[:-2] & standing[2:]
    kept = fixes[~inner]
    stride = -(-len(kept) // MOST_POINTS) if len(kept) else 1
    place = kept.groupby("cart_id").cumcount()
    return kept[(place % stride == 0).to_numpy()], len(fixes)


def pack_carts(audit: Audit, fixes: pd.DataFrame, strings: Strings) -> list[dict[str, object]]:
    """Write every cart with its track.

    Parameters
    ----------
    audit
        The whole audit.
    fixes
        Of `thin_fixes`.
    strings
        Takes up every text.

    Returns
    -------
    carts
        ``at`` has the seconds of the points as steps, ``wet`` a letter each: 1, 0 or ?.
    """
    own = dict(tuple(fixes.groupby("cart_id", sort=True)))
    packed = []
    for row in audit.carts.to_dict("records"):
        track = own.get(row["cart_id"])
        packed.append(
            {
                "id": str(row["cart_id"]),
                "company": strings.number(str(row["company"])),
                "first": say_clock(float(row["first_s"])),
                "last": say_clock(float(row["last_s"])),
                **{
                    key: round(float(row[f"{name}_m"]), 1)
                    for key, name in (
                        ("driven", "driven"),
                        ("watered", "wetting"),
                        ("fast", "too_fast"),
                        ("off", "off_duty"),
                    )
                },
                "found": int(row["violations"]),
                **_pack_track(track),
            }
        )
    return packed


def _pack_track(track: pd.DataFrame | None) -> dict[str, object]:
    """Write the points of one cart."""
    if track is None or track.empty:
        return {"line": "", "at": [], "wet": ""}
    seconds = track["second"].round().astype(int).to_numpy()
    marks = track["is_spraying"].astype(object).map({True: "1", False: "0"}).fillna("?")
    points = shapely.MultiPoint(track[["lon", "lat"]].to_numpy())
    return {
        "line": encode_line(points),
        "at": np.diff(seconds, prepend=0).tolist(),
        "wet": "".join(marks),
    }


def choose_violations(audit: Audit) -> pd.DataFrame:
    """Choose the violations that the page lists: of each kind those of most metres times time.

    Parameters
    ----------
    audit
        The whole audit.

    Returns
    -------
    chosen
        Rows of the violations by kind, the largest first.
    """
    table = audit.violations
    length = np.maximum(table["length_m"].to_numpy(), 1.0)
    weight = length * (table["to_s"] - table["from_s"]).to_numpy()
    order = np.lexsort((np.arange(len(table)), -weight))
    rank = table.iloc[order].groupby("kind").cumcount()
    kept = table.iloc[order[(rank < MOST_OF_A_KIND).to_numpy()]]
    place = kept["kind"].map({kind: number for number, kind in enumerate(KINDS)})
    return kept.iloc[np.argsort(place.to_numpy(), kind="stable")]


def pack_violations(audit: Audit, chosen: pd.DataFrame, lang: str) -> list[dict[str, object]]:
    """Write violations with the records that prove them.

    Parameters
    ----------
    audit
        The whole audit.
    chosen
        Of `choose_violations`.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    violations
        ``points`` has second, lon, lat, speed, spraying, file and row of each record.
    """
    kinds = list(KINDS)
    cart = {str(one): place for place, one in enumerate(audit.carts["cart_id"])}
    return [
        {
            "kind": kinds.index(str(row["kind"])),
            "sure": int(bool(row["is_sure"])),
            "text": say_violation(row).in_language(lang),
            "cart": cart.get(str(row["cart_id"]), -1),
            "section": int(row["section"]),
            "from": round(float(row["from_s"])),
            "to": round(float(row["to_s"])),
            "town": str(row["township_name"]),
            "lines": _lines(row["geometry"]) if int(row["section"]) < 0 else [],
            **_pack_proof(audit, row),
        }
        for row in chosen.to_dict("records")
    ]


def _lines(shape: object) -> list[str]:
    """Write the parts of a shape; of a point one of a single corner."""
    if not isinstance(shape, shapely.Geometry) or shapely.is_empty(shape):
        return []
    return [encode_line(one) for one in shapely.get_parts(shape)]


def _pack_proof(audit: Audit, row: dict[object, object]) -> dict[str, object]:
    """Write the records that prove a violation, some of many."""
    first, last, before, after = (
        int(row[key])  # type: ignore[call-overload]  # a cell of an integer column
        for key in ("first_fix", "last_fix", "before_fix", "after_fix")
    )
    fixes = audit.clean.fixes
    rows: NDArray[np.int64] = np.arange(first, last + 1) if first >= 0 else np.empty(0, np.int64)
    for place in (before, after):
        if place >= 0:
            around = np.arange(max(place - _AROUND, 0), min(place + _AROUND, len(fixes) - 1) + 1)
            name = fixes["cart_id"].iloc[place]
            rows = np.concatenate((rows, around[(fixes["cart_id"].iloc[around] == name)]))
    whole = len(rows)
    if whole > _PROOF_POINTS:
        rows = rows[np.unique(np.linspace(0, whole - 1, _PROOF_POINTS).round().astype(int))]
    points = [
        [
            round(float(one["second"])),
            round(float(one["lon"]), 6),
            round(float(one["lat"]), 6),
            round(float(one["speed_kmh"]), 1) if np.isfinite(one["speed_kmh"]) else None,
            "?" if pd.isna(one["is_spraying"]) else int(one["is_spraying"]),
            f"{one['cart_id']} · {one['file']}:{one['row']}",
        ]
        for one in fixes.iloc[rows].to_dict("records")
    ]
    return {"points": points, "whole": whole}
