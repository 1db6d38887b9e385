"""The best places among candidates for demand on the map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from qxgeo.errors import Fault, InputError, Text
from qxgeo.siting.locations.centre import solve_p_centre
from qxgeo.siting.locations.coverage import solve_maximal_covering
from qxgeo.siting.locations.distances import CANDIDATES, DEMAND, take_points
from qxgeo.siting.locations.median import solve_p_median
from qxgeo.siting.locations.model import UNTIL_PROVED
from qxgeo.siting.locations.tables import list_catchments, list_sites
from qxgeo.siting.locations.wording import OBJECTIVES, say_how_good, say_what_is_assumed
from qxgeo.vocabulary import Status

if TYPE_CHECKING:
    from collections.abc import Collection

    import geopandas as gpd
    from numpy.typing import NDArray

    from qxgeo.siting.locations.distances import DistanceTable
    from qxgeo.siting.locations.model import Choice, Effort

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BestLocations:
    """Where sites stand best, whom they serve, and how sure that is.

    Attributes
    ----------
    choice
        The solver's answer in rows and columns: value, bound, gap, whether it is proved.
    sites
        Open sites, EPSG:4326: ``rank`` (by served weight), ``site_id``, ``name`` where the
        candidates have it, ``is_new``, ``capacity`` where they have it, ``served_count``,
        ``served_weight``, ``mean_km`` (weighted), ``max_km``, ``lon``, ``lat``, geometry.
    catchments
        The demand, EPSG:4326: ``demand_id``, ``name`` where it has one, ``weight``, ``site_id`` of
        who serves it (blank for none), ``distance_km``, ``reason_zh``, ``reason_en`` where none
        does, geometry. In the order of the demand.
    distance_label
        What kind of distance was measured.
    assumptions
        Every default that nobody decided.
    notes
        How good the answer is, who is not served, what was left out.
    """

    choice: Choice
    sites: gpd.GeoDataFrame
    catchments: gpd.GeoDataFrame
    distance_label: Text
    assumptions: tuple[Text, ...]
    notes: tuple[Text, ...]


def best_locations(
    candidates: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    *,
    distances: DistanceTable,
    objective: str,
    count: int,
    radius_m: float | None = None,
    forbidden: Collection[str] = (),
    effort: Effort = UNTIL_PROVED,
) -> BestLocations:
    """Find the places that serve demand best.

    Parameters
    ----------
    candidates
        Schema ``SITES``, EPSG:4326. Those of ``status`` "existing" are open and stay; a column
        ``capacity`` says how much weight each can serve (infinite for no limit).
    demand
        Schema ``SITES``, EPSG:4326. A column ``weight`` (at least 0) says how much each counts;
        without it each counts 1, and that is stated.
    distances
        Between the two, as `measure_road_distances` or `measure_straight_distances` gives them.
    objective
        ``p_median`` (least weighted distance), ``p_centre`` (least farthest distance) or
        ``maximal_covering`` (most weight within the radius).
    count
        New sites beside those that are open.
    radius_m
        Of ``maximal_covering``, metres; at the radius counts as within.
    forbidden
        ``site_id`` of candidates that must not be opened; existing ones are not touched by it.
    effort
        Seed and time limit; without a limit the optimum is proved.

    Returns
    -------
    best
        Sites, catchments, bound and gap.

    Raises
    ------
    InputError
        If the tables and the distances do not fit, a number is missing, the objective is unknown,
        or no choice serves everybody.
    """
    take_points(candidates, CANDIDATES)
    take_points(demand, DEMAND)
    _check_question(candidates, demand, distances, objective, radius_m)
    ids = candidates["site_id"].astype(str)
    is_open = find_existing(candidates)
    question: dict[str, Any] = {
        "weights": _read_numbers(demand, "weight", otherwise=1.0),
        "count": count,
        "capacities": _read_numbers(candidates, "capacity") if "capacity" in candidates else None,
        "open_sites": np.flatnonzero(is_open),
        "forbidden": np.flatnonzero(ids.isin(_check_ids(forbidden, ids))),
        "effort": effort,
    }
    if radius_m is not None and objective == "maximal_covering":
        choice = solve_maximal_covering(distances.metres, radius_m=radius_m, **question)
    else:
        solve = solve_p_median if objective == "p_median" else solve_p_centre
        choice = solve(distances.metres, **question)
    catchments = list_catchments(demand, candidates, distances, choice, radius_m=radius_m)
    return BestLocations(
        choice=choice,
        sites=list_sites(candidates, catchments, choice),
        catchments=catchments,
        distance_label=distances.label,
        assumptions=say_what_is_assumed(demand, distances),
        notes=(
            *say_how_good(choice, catchments, count=count),
            *_say_who_is_kept(ids[is_open & ids.isin(list(forbidden)).to_numpy()]),
            *distances.notes,
        ),
    )


def find_existing(candidates: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Say which candidates are there already.

    Parameters
    ----------
    candidates
        Schema ``SITES``; without ``status`` none is.

    Returns
    -------
    is_existing
        One claim for each.
    """
    if "status" not in candidates:
        return np.zeros(len(candidates), dtype=bool)
    return candidates["status"].eq(Status.EXISTING.value).fillna(value=False).to_numpy(dtype=bool)


def _check_question(
    candidates: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    distances: DistanceTable,
    objective: str,
    radius_m: float | None,
) -> None:
    """Refuse what does not fit together.

    Raises
    ------
    InputError
        If the objective is unknown, its radius missing, or the distances are of other tables.
    """
    shape = (len(demand), len(candidates))
    if distances.metres.shape != shape:
        raise InputError(
            Fault(
                problem=Text(
                    f"距离表是 {distances.metres.shape}，需求与候选是 {shape}",
                    f"distances are {distances.metres.shape}, demand and candidates {shape}",
                ),
                mend=Text("请用同样的表量距离", "measure the distances of these tables"),
            )
        )
    if objective not in OBJECTIVES:
        raise InputError(
            Fault(
                problem=Text(f"没有目标“{objective}”", f'there is no objective "{objective}"'),
                mend=Text("、".join(OBJECTIVES), ", ".join(OBJECTIVES)),
            )
        )
    if objective == "maximal_covering" and radius_m is None:
        raise InputError(
            Fault(
                problem=Text("最大覆盖需要服务半径", "maximal covering needs a radius"),
                mend=Text("请给出 radius_m（米）", "give radius_m, metres"),
                column="radius_m",
            )
        )


def _check_ids(forbidden: Collection[str], ids: pd.Series) -> list[str]:
    """Refuse to forbid what is not there.

    Raises
    ------
    InputError
        With the ids that are no candidates.
    """
    lost = sorted(set(forbidden) - set(ids))
    if lost:
        names = ", ".join(lost[:10])
        raise InputError(
            Fault(
                problem=Text(
                    f"禁设的不是候选站点：{names}", f"forbidden, but no candidate: {names}"
                ),
                mend=Text("请核对 site_id", "check site_id"),
            )
        )
    return sorted(forbidden)


def _read_numbers(
    table: gpd.GeoDataFrame, column: str, *, otherwise: float | None = None
) -> Floats:
    """Read a column of numbers from 0 up.

    Raises
    ------
    InputError
        With the ids of the rows where it is blank, negative or no number.
    """
    if column not in table:
        return np.full(len(table), otherwise, dtype=float)
    numbers = pd.to_numeric(table[column], errors="coerce").to_numpy(dtype=float)
    is_wrong = np.isnan(numbers) | (numbers < 0)
    if is_wrong.any():
        ids = ", ".join(table["site_id"].astype(str)[is_wrong][:10])
        raise InputError(
            Fault(
                problem=Text(
                    f"{ids} 的值空缺、为负或不是数", f"{ids}: blank, negative or no number"
                ),
                mend=Text("请填 0 以上的数", "write a number from 0 up"),
                column=column,
            )
        )
    return numbers


def _say_who_is_kept(ids: pd.Series) -> tuple[Text, ...]:
    """Name existing sites that stand where none may be opened."""
    if ids.empty:
        return ()
    names = "、".join(ids)
    return (
        Text(
            f"现有站点 {names} 位于禁设处，按现有予以保留",
            f"existing sites {names} stand where none may be opened; they stay as they are there",
        ),
    )
