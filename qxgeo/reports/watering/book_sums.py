"""Sheets of the watering workbook with sums: by cart, by company, by township."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qxgeo.errors import Text
from qxgeo.reports.table import Caption, Head, list_table
from qxgeo.watering.sums import sum_carts, sum_companies, sum_townships

if TYPE_CHECKING:
    import pandas as pd

    from qxgeo.reports.sheets import Sheet
    from qxgeo.watering.model import WateringPlan

CART = Head(Text("车辆", "Cart"), "text", 14.0)
COMPANY = Head(Text("单位", "Company"))
_AMOUNTS = {
    "spray_km": Head(Text("洒水里程（km）", "Sprayed (km)"), "km"),
    "empty_km": Head(Text("空驶里程（km）", "Driven empty (km)"), "km"),
    "litres": Head(Text("用水（L）", "Water (L)"), "count"),
    "spray_h": Head(Text("洒水时间（h）", "Spraying (h)"), "decimal"),
    "work_h": Head(Text("作业时间（h）", "Work (h)"), "decimal"),
    "cost": Head(Text("费用（元）", "Cost (yuan)"), "count"),
}
_OF_CARTS = {
    "wait_h": Head(Text("等待（h）", "Waiting (h)"), "decimal"),
    "break_h": Head(Text("休息（h）", "Breaks (h)"), "decimal"),
    "laps": Head(Text("趟数", "Laps"), "count", 8.0),
    "refills": Head(Text("加水次数", "Refills"), "count", 10.0),
}
_REQUIRED = {
    "sections": Head(Text("路段数", "Sections"), "count", 8.0),
    "required_km": Head(Text("须湿润（km）", "To keep wet (km)"), "km"),
    "kept_km": Head(Text("全天湿润（km）", "Wet all day (km)"), "km"),
    "never_km": Head(Text("无车到达（km）", "Never reached (km)"), "km"),
    "wet_share": Head(Text("湿润比例", "Share wet"), "share"),
}


def list_carts(plan: WateringPlan, *, lang: str) -> Sheet:
    """List what every cart does in the 24 hours, and the total.

    Parameters
    ----------
    plan
        The whole plan.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    sheet
        One row per cart of the file, then the total.
    """
    table = _convert(_with_total(sum_carts(plan), "cart_id", lang))
    fleet = plan.fleet.carts.set_index("cart_id")
    for name in ("tank_l", "depot"):
        table[name] = fleet[name].reindex(table["cart_id"]).to_numpy()
    heads = {
        "cart_id": CART,
        "company": COMPANY,
        "depot": Head(Text("停车场", "Depot"), "text", 10.0),
        "tank_l": Head(Text("水罐（L）", "Tank (L)"), "count"),
        **_AMOUNTS,
        **_OF_CARTS,
    }
    caption = Caption(
        Text("车辆", "Carts"),
        Text("每辆车 24 小时的里程、用水与费用", "What every cart does in 24 h"),
    )
    return list_table(table, heads, caption, lang=lang)


def list_companies(plan: WateringPlan, *, lang: str) -> Sheet:
    """List what every company does in the 24 hours, and the total.

    Parameters
    ----------
    plan
        The whole plan.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    sheet
        One row per company, then the total.
    """
    table = _convert(_with_total(sum_companies(plan), "company", lang))
    heads = {
        "company": COMPANY,
        "carts": Head(Text("车辆数", "Carts"), "count", 8.0),
        **_AMOUNTS,
        **_OF_CARTS,
    }
    caption = Caption(
        Text("单位", "Companies"),
        Text("各作业单位 24 小时的里程、用水与费用", "What every company does in 24 h"),
    )
    return list_table(table, heads, caption, lang=lang)


def list_townships(plan: WateringPlan, *, lang: str) -> Sheet:
    """List what is required and done in every township, and the total.

    Parameters
    ----------
    plan
        The whole plan.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    sheet
        One row per township, then the total.
    """
    sums = _with_total(sum_townships(plan), "township_name", lang)
    if len(sums):
        whole = plan.sections["length_m"] * plan.sections["wet_share"]
        total = float(whole.sum()) / float(plan.sections["length_m"].sum())
        sums.loc[len(sums) - 1, "wet_share"] = total
    heads = {"township_name": Head(Text("属地", "Township")), **_REQUIRED, **_AMOUNTS}
    caption = Caption(
        Text("乡镇街道", "Townships"),
        Text("各属地须湿润的里程及作业量", "What each township needs, and what is done there"),
    )
    return list_table(_convert(sums), heads, caption, lang=lang)


def _with_total(sums: pd.DataFrame, key: str, lang: str) -> pd.DataFrame:
    """Add a row of totals; an amount that nobody knows stays unknown."""
    if sums.empty:
        return sums.copy()
    whole = sums.select_dtypes("number").sum(min_count=1)
    table = sums.copy()
    row = {name: whole.get(name, "") for name in table.columns}
    row[key] = Text("合计", "Total").in_language(lang)
    table.loc[len(table)] = row
    return table


def _convert(sums: pd.DataFrame) -> pd.DataFrame:
    """Give metres as kilometres and seconds as hours."""
    table = sums.copy()
    for name in sums.columns:
        if name.endswith("_m"):
            table[f"{name[:-2]}_km"] = table[name].astype(float) / 1e3
        elif name.endswith("_s"):
            table[f"{name[:-2]}_h"] = table[name].astype(float) / 3600.0
    return table
