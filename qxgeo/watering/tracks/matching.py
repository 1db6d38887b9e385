"""Tracks on streets: where every record lies, and every stretch that was driven."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qxgeo.watering.tracks.ground import Candidates, Ground, find_candidates
from qxgeo.watering.tracks.legs import LEG_COLUMNS, join_legs
from qxgeo.watering.tracks.reach import Reach
from qxgeo.watering.tracks.viterbi import Likeliest, find_likeliest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from qxgeo.watering.streets import StreetGraph
    from qxgeo.watering.tracks.cleaning import CleanTracks
    from qxgeo.watering.tracks.settings import AuditSettings

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_LEAST_SIGMA_M, _MOST_SIGMA_M = 4.0, 35.0
_NORMAL = 1.4826  # median of absolute values to standard deviation
_FEWEST = 30
_CHOSEN, _CLEARLY = 1.1, 1.15  # of what is chosen, the near ones are too many; worth another round
_SURE_KMH = 10.0  # from here on a receiver's heading is worth its word
_STEP_S_PER_M = 0.4  # records nearer in time than this many seconds per metre of error say the same
_LONGEST_STEP_S = 10.0
_SLOW_KMH = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedTracks:
    """What was driven.

    Attributes
    ----------
    fixes
        Those of `CleanTracks` with ``arc`` (-1 on no street or not used), ``row`` of the roads,
        ``at_m`` along the row's line, ``off_m`` from it, ``is_used``.
    legs
        `legs.LEG_COLUMNS`: stretches in order of cart and time.
    sigma_m
        Error of each cart's positions that the track itself shows.
    streets
        On which.
    """

    fixes: pd.DataFrame
    legs: pd.DataFrame
    sigma_m: Mapping[str, float]
    streets: StreetGraph


def match_tracks(
    clean: CleanTracks, streets: StreetGraph, *, settings: AuditSettings
) -> MatchedTracks:
    """Put records on directed streets.

    Parameters
    ----------
    clean
        Records that can be believed.
    streets
        The streets, with at least one arc.
    settings
        Error of receivers, longest silence.

    Returns
    -------
    matched
        Records and stretches.
    """
    ground = Ground.of(streets)
    used = _choose(clean, ground, settings, {})
    found, likeliest, reach = _match(ground, used, settings)
    worse = _worse_sigma(used, found, likeliest)
    if worse:  # between many roads the nearest is nearer than the right one: once more
        used = _choose(clean, ground, settings, worse)
        found, likeliest, reach = _match(ground, used, settings)
    return MatchedTracks(
        fixes=_place_fixes(clean, used, found, likeliest, streets),
        legs=_drive(clean, used, found, likeliest, reach),
        sigma_m=used.sigma_of,
        streets=streets,
    )


def _match(
    ground: Ground, used: _Used, settings: AuditSettings
) -> tuple[Candidates, Likeliest, Reach]:
    """Find the likeliest arcs of all carts."""
    xy, sigma = used.xy, used.sigma
    found = find_candidates(
        ground, xy, heading_deg=used.heading, heading_trust=used.trust, sigma_m=sigma
    )
    step_m = np.hypot(*np.diff(xy, axis=0).T) if len(xy) > 1 else np.zeros(1)
    limit_m = float(np.clip(1.6 * np.quantile(step_m, 0.98) + 250.0, 400.0, 1_500.0))
    reach = Reach.between(ground.streets, np.unique(found.arc[found.arc >= 0]), limit_m=limit_m)
    choice = np.full(len(xy), -1, dtype=np.int64)
    is_start = np.zeros(len(xy), dtype=bool)
    for begin, end in _spans(used.cart):
        at = slice(begin, end)
        one = find_likeliest(
            Candidates(found.arc[at], found.along_m[at], found.cost[at], found.distance_m[at]),
            reach,
            xy=xy[at],
            second=used.second[at],
            sigma_m=sigma[at],
            silent_s=settings.number("silent_s"),
        )
        choice[at], is_start[at] = one.choice, one.is_start
    return found, Likeliest(choice, is_start), reach


def _worse_sigma(used: _Used, found: Candidates, likeliest: Likeliest) -> dict[str, float]:
    """Give the carts whose records lie farther from their streets than was thought."""
    on = np.flatnonzero(likeliest.choice >= 0)
    off_m = found.distance_m[on, likeliest.choice[on]]
    worse = {}
    for number, (name, sigma) in enumerate(used.sigma_of.items()):
        own = off_m[used.cart[on] == number]
        if len(own) < _FEWEST:
            continue
        seen = min(_NORMAL * _CHOSEN * float(np.median(own)), _MOST_SIGMA_M)
        if seen > _CLEARLY * sigma:
            worse[name] = seen
    return worse


@dataclass(frozen=True, slots=True, kw_only=True)
class _Used:
    """Records that are matched; those between them are not needed."""

    fix: Ints
    cart: NDArray[np.int64]
    xy: Floats
    second: Floats
    heading: Floats
    trust: Floats
    sigma: Floats
    sigma_of: Mapping[str, float]


def _choose(
    clean: CleanTracks, ground: Ground, settings: AuditSettings, known: Mapping[str, float]
) -> _Used:
    """Choose records, with their headings and errors; some errors may be known better."""
    fixes = clean.fixes
    cart, names = pd.factorize(fixes["cart_id"])
    xy = fixes[["lon", "lat"]].to_numpy() * ground.scale
    second = fixes["second"].to_numpy()
    standing = fixes["is_standing"].to_numpy()
    xy = _gather_stands(clean, xy, ground)
    sigma_of = {}
    kept = []
    for number, name in enumerate(names):
        own = np.flatnonzero(cart == number)
        moving = own[~standing[own] & ~(fixes["speed_kmh"].to_numpy()[own] < _SLOW_KMH)]
        own_sigma = known.get(str(name)) or _estimate_sigma(ground, xy[moving], settings)
        sigma_of[str(name)] = own_sigma
        spraying = fixes["is_spraying"].to_numpy(dtype=object)[own]
        kept.append(own[_thin(second[own], standing[own], spraying, own_sigma)])
    fix = np.concatenate(kept)
    sigma = np.array([sigma_of[str(name)] for name in names])[cart[fix]]
    heading, trust = _head(xy[fix], cart[fix], second[fix], sigma)
    stated, speed = (fixes[name].to_numpy()[fix] for name in ("heading_deg", "speed_kmh"))
    is_stated = np.isfinite(stated) & ~(speed < _SLOW_KMH)
    return _Used(
        fix=fix,
        cart=cart[fix],
        xy=xy[fix],
        second=second[fix],
        heading=np.where(is_stated, stated, heading),
        trust=np.where(
            is_stated, np.clip(np.nan_to_num(speed, nan=10.0) / _SURE_KMH, 0.3, 1), trust
        ),
        sigma=sigma,
        sigma_of=sigma_of,
    )


def _gather_stands(clean: CleanTracks, xy: Floats, ground: Ground) -> Floats:
    """Put the records of a stand on its middle."""
    gathered = xy.copy()
    fixes = clean.fixes
    second, standing = fixes["second"].to_numpy(), fixes["is_standing"].to_numpy()
    cart = fixes["cart_id"].to_numpy(dtype=object)
    for stand in clean.stands.to_dict("records"):
        inside = standing & (cart == stand["cart_id"])
        inside &= (second >= stand["from_s"]) & (second <= stand["to_s"])
        gathered[inside] = np.array([stand["lon"], stand["lat"]]) * ground.scale
    return gathered


def _estimate_sigma(ground: Ground, xy: Floats, settings: AuditSettings) -> float:
    """Estimate a receiver's error across the road from how far its records lie off the roads."""
    if len(xy) < _FEWEST:
        return settings.number("accuracy_m")
    metres = ground.nearest_m(xy[:: max(1, len(xy) // 2_000)])
    metres = metres[metres < 4 * _MOST_SIGMA_M]
    if len(metres) < _FEWEST:
        return settings.number("accuracy_m")
    return float(np.clip(_NORMAL * np.median(metres), _LEAST_SIGMA_M, _MOST_SIGMA_M))


def _thin(
    second: Floats, standing: NDArray[np.bool_], spraying: NDArray[np.object_], sigma: float
) -> Ints:
    """Choose records far enough apart in time; where spraying changes, and the ends of stands."""
    least_s = min(_STEP_S_PER_M * sigma, _LONGEST_STEP_S)
    if not len(second):
        return np.empty(0, dtype=np.int64)
    code = pd.factorize(pd.Series(spraying).astype("string").fillna("?"))[0]
    change = np.append(False, np.diff(code) != 0)
    needed = change | np.append(change[1:], False)
    edge = np.append(False, np.diff(standing.astype(int)) != 0)
    needed |= edge | np.append(edge[1:], False)
    needed[[0, -1]] = True
    chosen, last = [], -np.inf
    for place in range(len(second)):
        is_due = not standing[place] and second[place] - last >= least_s
        if needed[place] or is_due:
            chosen.append(place)
            last = second[place]
    return np.array(chosen, dtype=np.int64)


def _head(xy: Floats, cart: Ints, second: Floats, sigma: Floats) -> tuple[Floats, Floats]:
    """Derive the direction of travel from the records around, and how far it can be trusted."""
    before = np.maximum(np.arange(len(xy)) - 1, 0)
    after = np.minimum(np.arange(len(xy)) + 1, len(xy) - 1)
    same = (cart[before] == cart) & (cart[after] == cart)
    same &= second[after] - second[before] <= 6 * _LONGEST_STEP_S
    way = xy[after] - xy[before]
    size = np.hypot(*way.T)
    heading = np.where(same & (size > 0), np.degrees(np.arctan2(*way.T)), np.nan)
    return heading, np.clip(size**2 / (16.0 * sigma**2), 0.0, 1.0)


def _spans(cart: Ints) -> list[tuple[int, int]]:
    """Give the spans of equal carts."""
    if not len(cart):
        return []
    begins = np.flatnonzero(np.append(True, np.diff(cart) != 0)).tolist()
    return list(zip(begins, [*begins[1:], len(cart)], strict=True))


def _place_fixes(
    clean: CleanTracks,
    used: _Used,
    found: Candidates,
    likeliest: Likeliest,
    streets: StreetGraph,
) -> pd.DataFrame:
    """Write into the records where they lie."""
    size = len(clean.fixes)
    arc, row = np.full(size, -1, np.int64), np.full(size, -1, np.int64)
    at_m, off_m = np.full(size, np.nan), np.full(size, np.nan)
    is_used = np.zeros(size, dtype=bool)
    is_used[used.fix] = True
    is_on = likeliest.choice >= 0
    place, column = np.flatnonzero(is_on), likeliest.choice[is_on]
    on_arc, along = found.arc[place, column], found.along_m[place, column]
    fix = used.fix[place]
    arc[fix], row[fix] = on_arc, streets.arc_row[on_arc]
    drawn = np.where(streets.is_forward[on_arc], along, streets.arc_length_m[on_arc] - along)
    at_m[fix] = streets.arc_start_m[on_arc] + drawn
    off_m[fix] = found.distance_m[place, column]
    return clean.fixes.assign(arc=arc, row_of_road=row, at_m=at_m, off_m=off_m, is_used=is_used)


def _drive(
    clean: CleanTracks, used: _Used, found: Candidates, likeliest: Likeliest, reach: Reach
) -> pd.DataFrame:
    """Join the chosen places to stretches that were driven."""
    on = np.flatnonzero(likeliest.choice >= 0)
    if not len(on):
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in LEG_COLUMNS.items()})
    column = likeliest.choice[on]
    arc, along = found.arc[on, column], found.along_m[on, column]
    is_joined = np.append(False, ~likeliest.is_start[on[1:]] & (np.diff(used.cart[on]) == 0))
    flags = clean.fixes["is_spraying"].to_numpy(dtype=object)[used.fix[on]]
    names = clean.fixes["cart_id"].to_numpy(dtype=object)[used.fix[on]]
    return join_legs(
        reach,
        arc=arc,
        along_m=along,
        second=used.second[on],
        fix=used.fix[on],
        cart=names,
        spraying=np.array([-1 if pd.isna(one) else int(one) for one in flags], dtype=np.int64),
        speed_kmh=clean.fixes["speed_kmh"].to_numpy()[used.fix[on]],
        sigma_m=used.sigma[on],
        straight_m=np.append(0.0, np.hypot(*np.diff(used.xy[on], axis=0).T)),
        is_joined=is_joined,
    )
