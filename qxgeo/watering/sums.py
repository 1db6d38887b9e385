"""What a watering plan costs: kilometres, litres, hours and money by cart, company and township.

Whatever is driven without spraying, waited for or paid is shared among the townships by the time
that the same cart sprays in each; so the townships add up to the carts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qxgeo.watering.drying import HOUR_S
from qxgeo.watering.wetness import list_wettings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qxgeo.watering.model import WateringPlan

    Floats = NDArray[np.float64]

AMOUNTS = ("spray_m", "empty_m", "litres", "spray_s", "work_s", "cost")
_KEYS = {"cart": ["cart_id"], "company": ["company"], "township": ["township_id", "township_name"]}


def sum_carts(plan: WateringPlan) -> pd.DataFrame:
    """Sum what every cart does in the 24 h.

    Parameters
    ----------
    plan
        Its runs and tours.

    Returns
    -------
    sums
        One row per cart of the fleet, in its order: ``cart_id``, ``company``, `AMOUNTS` (metres,
        litres sprayed, seconds of spraying, seconds of tours and transfers, money, NaN where the
        fleet names no cost), ``wait_s``, ``break_s``, ``laps``, ``refills``.
    """
    tours = plan.tours.set_index("tour")
    runs = plan.runs
    is_run = runs["tour"].to_numpy() >= 0
    took = (runs["end_s"] - runs["start_s"]).to_numpy(dtype=np.float64)
    facts = tours.reindex(runs["tour"].to_numpy())
    task = runs["task"].to_numpy()
    each = pd.DataFrame(
        {
            "cart_id": runs["cart_id"].to_numpy(),
            **{
                name: np.where(is_run, facts[name].to_numpy(dtype=np.float64), 0.0)
                for name in ("spray_m", "empty_m", "litres", "refills")
            },
            "work_s": np.where(is_run, took, 0.0),
            "wait_s": np.where(task == "wait", took, 0.0),
            "break_s": np.where(task == "break", took, 0.0),
            "laps": (task == "tour").astype(np.int64),
        }
    )
    sums = each.groupby("cart_id", sort=False).sum()
    carts = plan.fleet.carts
    sums = sums.reindex(carts["cart_id"].to_numpy(), fill_value=0.0)
    sums["spray_s"] = _spraying(plan).groupby("cart_id")["spray_s"].sum().reindex(sums.index)
    sums["spray_s"] = sums["spray_s"].fillna(0.0)
    per_h, per_km = (carts[n].to_numpy(dtype=np.float64) for n in ("cost_per_h", "cost_per_km"))
    km = (sums["spray_m"] + sums["empty_m"]).to_numpy() / 1e3
    sums["cost"] = _pay(sums["work_s"].to_numpy() / HOUR_S, per_h, km, per_km)
    sums.insert(0, "company", carts["company"].to_numpy())
    counts = {"laps": np.int64, "refills": np.int64}
    return sums.reset_index(names="cart_id").astype(counts)


def _pay(hours: Floats, per_h: Floats, km: Floats, per_km: Floats) -> Floats:
    """Price hours and kilometres; a rate that is not said counts 0 beside one that is."""
    cost = hours * np.nan_to_num(per_h) + km * np.nan_to_num(per_km)
    return np.where(np.isnan(per_h) & np.isnan(per_km), np.nan, cost)


def sum_companies(plan: WateringPlan) -> pd.DataFrame:
    """Sum what every company does in the 24 h.

    Parameters
    ----------
    plan
        As for `sum_carts`.

    Returns
    -------
    sums
        ``company`` (empty where not said), ``carts``, and the sums of `sum_carts`; by company.
    """
    carts = sum_carts(plan)
    names = [*AMOUNTS, "wait_s", "break_s", "laps", "refills"]
    grouped = carts.groupby("company", sort=True)
    sums = grouped[names].sum(min_count=1)
    sums.insert(0, "carts", grouped.size())
    return sums.reset_index()


def sum_townships(plan: WateringPlan) -> pd.DataFrame:
    """Sum what is required and done in every township.

    Parameters
    ----------
    plan
        As for `sum_carts`.

    Returns
    -------
    sums
        ``township_id``, ``township_name``, ``sections``, ``required_m``, ``kept_m``, ``never_m``,
        ``wet_share`` (of the required metre-hours) and `AMOUNTS`; by township.
    """
    keys = _KEYS["township"]
    sections = pd.DataFrame(
        {
            **{key: plan.sections[key].to_numpy() for key in keys},
            "sections": 1,
            "required_m": plan.sections["length_m"].to_numpy(dtype=np.float64),
        }
    )
    state = plan.sections["state"].to_numpy()
    for word in ("kept", "never"):
        sections[f"{word}_m"] = np.where(state == word, sections["required_m"], 0.0)
    sections["wet_m"] = sections["required_m"] * plan.sections["wet_share"].to_numpy()
    sums = sections.groupby(keys, sort=True).sum()
    sums["wet_share"] = sums.pop("wet_m") / sums["required_m"]
    done = _share_out(plan).groupby(keys, sort=True)[[*AMOUNTS]].sum(min_count=1)
    joined = sums.join(done, how="left")
    filled = [name for name in AMOUNTS if name != "cost"]
    joined[filled] = joined[filled].fillna(0.0)
    return joined.reset_index()


def _spraying(plan: WateringPlan) -> pd.DataFrame:
    """Sum spraying by cart and section."""
    wettings = list_wettings(plan)
    wettings["spray_s"] = wettings["end_s"] - wettings["start_s"]
    wettings = wettings.rename(columns={"length_m": "spray_m"})
    keys = ["cart_id", "section"]
    return wettings.groupby(keys, as_index=False)[["spray_m", "litres", "spray_s"]].sum()


def _share_out(plan: WateringPlan) -> pd.DataFrame:
    """Share each cart's work among townships by the time it sprays there."""
    each = _spraying(plan)
    rows = each["section"].to_numpy(dtype=np.intp)
    for key in _KEYS["township"]:
        each[key] = plan.sections[key].to_numpy()[rows]
    carts = sum_carts(plan).set_index("cart_id")
    of_cart = carts.loc[each["cart_id"].to_numpy()]
    share = each["spray_s"].to_numpy() / of_cart["spray_s"].to_numpy()
    for name in ("empty_m", "work_s", "cost"):
        each[name] = share * of_cart[name].to_numpy()
    return each
