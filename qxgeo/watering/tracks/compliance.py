"""Sums by cart, company and township."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qxgeo.watering.tracks import passes
from qxgeo.watering.tracks.model import DAY_S, DRY, NEVER

if TYPE_CHECKING:
    import geopandas as gpd

    from qxgeo.watering.tracks.cleaning import CleanTracks
    from qxgeo.watering.tracks.model import Duty, Wetness

_USES = {
    "wetting_m": passes.WETTING,
    "too_fast_m": passes.FAST,
    "off_duty_m": passes.OFF,
    "dry_pass_m": passes.DRY_PASS,
}
_CART_SUMS = (
    "records", "dropped", "driven_m", *_USES, "standing_s", "planned", "done", "violations",
)  # fmt: skip


def sum_carts(
    legs: pd.DataFrame,
    clean: CleanTracks,
    duty: Duty,
    violations: gpd.GeoDataFrame,
    done: pd.Series[bool],
) -> pd.DataFrame:
    """Sum up every cart.

    Parameters
    ----------
    legs
        Stretches with their use.
    clean
        Records.
    duty
        Carts and planned wettings.
    violations
        Of `list_violations`.
    done
        Of `find_done`.

    Returns
    -------
    carts
        ``cart_id``, ``company``, ``first_s``, ``last_s``, metres by use, seconds of standing,
        planned wettings and those done, violations; sorted by id.
    """
    today = legs[legs["start_s"].between(0.0, DAY_S, inclusive="left")]
    fixes = clean.fixes[clean.fixes["second"].between(0.0, DAY_S)]
    names = {*fixes["cart_id"], *clean.dropped["cart_id"], *duty.carts["cart_id"]}
    names |= {*duty.shifts["cart_id"], *duty.wettings["cart_id"]}
    table = pd.DataFrame(index=pd.Index(sorted(map(str, names)), name="cart_id"))
    company = dict(zip(duty.carts["cart_id"], duty.carts["company"], strict=True))
    table["company"] = [str(company.get(one, "")) for one in table.index]
    groups = fixes.groupby("cart_id")["second"]
    table["records"], table["first_s"], table["last_s"] = groups.size(), groups.min(), groups.max()
    table["dropped"] = clean.dropped.groupby("cart_id").size()
    table["driven_m"] = today.groupby("cart_id")["length_m"].sum()
    for column, use in _USES.items():
        table[column] = today[today["use"] == use].groupby("cart_id")["length_m"].sum()
    stands = clean.stands
    within = stands["to_s"].clip(0.0, DAY_S) - stands["from_s"].clip(0.0, DAY_S)
    table["standing_s"] = within.groupby(stands["cart_id"]).sum()
    planned = duty.wettings["cart_id"].astype("string")
    table["planned"] = planned.groupby(planned).size()
    table["done"] = done.groupby(planned).sum()
    table["violations"] = violations.groupby("cart_id").size()
    kinds = {name: "float64" if name.endswith(("_m", "_s")) else "int64" for name in _CART_SUMS}
    table[list(_CART_SUMS)] = table[list(_CART_SUMS)].fillna(0)
    return table.astype(kinds).reset_index()


def sum_companies(carts: pd.DataFrame) -> pd.DataFrame:
    """Sum up every company.

    Parameters
    ----------
    carts
        Of `sum_carts`.

    Returns
    -------
    companies
        ``company`` ("" where not said), ``carts``, ``carts_seen`` and the sums.
    """
    groups = carts.groupby("company", sort=True)
    table = groups[list(_CART_SUMS)].sum()
    table.insert(0, "carts_seen", carts["records"].gt(0).groupby(carts["company"]).sum())
    table.insert(0, "carts", groups.size())
    return table.reset_index()


def sum_townships(duty: Duty, wetness: Wetness, violations: gpd.GeoDataFrame) -> pd.DataFrame:
    """Sum up the sections of every township, and of all.

    Parameters
    ----------
    duty
        Sections.
    wetness
        Of them.
    violations
        Of `list_violations`.

    Returns
    -------
    townships
        ``township_id``, ``township_name``, ``sections``, ``length_m``, shares of metre-hours wet,
        dry and unknown, ``never_m``, ``gaps``, ``longest_gap_s``, ``h00`` to ``h23`` (wet by
        hour) and ``u00`` to ``u23`` (unknown); the last row, ``all``, is of all.
    """
    table = pd.concat(
        [
            duty.sections[["township_id", "township_name", "length_m"]].reset_index(drop=True),
            wetness.table,
            pd.DataFrame(wetness.hours, columns=[f"h{hour:02d}" for hour in range(24)]),
            pd.DataFrame(wetness.unknown_hours, columns=[f"u{hour:02d}" for hour in range(24)]),
        ],
        axis=1,
    )
    hours = [f"{letter}{hour:02d}" for letter in "hu" for hour in range(24)]
    shares = ["wet_share", "dry_share", "unknown_share", *hours]
    gaps = violations[violations["kind"].isin([DRY, NEVER])].groupby("township_id").size()
    rows = [
        _sum_town(str(town), str(own["township_name"].iloc[0]), own, shares, int(gaps.get(town, 0)))
        for town, own in table.groupby("township_id", sort=True)
    ]
    rows.append(_sum_town("all", "", table, shares, int(gaps.sum())))
    return pd.DataFrame(rows)


def _sum_town(
    town: str, name: str, own: pd.DataFrame, shares: list[str], gaps: int
) -> dict[str, object]:
    """Sum up one township; shares are weighted by length."""
    length = own["length_m"].to_numpy(dtype=np.float64)
    whole = float(length.sum())
    row: dict[str, object] = {
        "township_id": town,
        "township_name": name,
        "sections": len(own),
        "length_m": whole,
        "never_m": float((length * (1.0 - own["watered_share"].to_numpy())).sum()),
        "gaps": gaps,
        "longest_gap_s": float(own["longest_gap_s"].max()) if len(own) else 0.0,
    }
    for share in shares:
        summed = float((own[share].to_numpy(dtype=np.float64) * length).sum())
        row[share] = summed / whole if whole > 0 else np.nan
    return row


def find_done(duty: Duty, wetness: Wetness) -> pd.Series[bool]:
    """Tell which planned wettings were done: by anybody, within half an hour of the plan.

    Parameters
    ----------
    duty
        Planned wettings.
    wetness
        Its events.

    Returns
    -------
    done
        A claim per planned wetting.
    """
    spare_s = 1_800.0
    at = {
        one: np.sort(group["at_s"].to_numpy())
        for one, group in wetness.events.groupby("section", sort=False)
    }
    claims = []
    for section, start, end in duty.wettings[["section", "start_s", "end_s"]].itertuples(
        index=False
    ):
        own = at.get(int(section))
        first = 0 if own is None else int(np.searchsorted(own, start - spare_s))
        claims.append(own is not None and first < len(own) and own[first] <= end + spare_s)
    return pd.Series(claims, index=duty.wettings.index, dtype=bool)
