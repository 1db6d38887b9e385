"""What is said beside the best places: how good, who is left out, what was assumed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qxgeo.errors import Text

if TYPE_CHECKING:
    import geopandas as gpd

    from qxgeo.siting.locations.distances import DistanceTable
    from qxgeo.siting.locations.model import Choice


@dataclass(frozen=True, slots=True)
class Objective:
    """What is to be made best.

    Attributes
    ----------
    title
        Its name.
    unit
        Of its value.
    """

    title: Text
    unit: Text


OBJECTIVES = {
    "p_median": Objective(
        Text("加权总距离最小（p-中位）", "least weighted distance (p-median)"),
        Text("权重·米", "weight*m"),
    ),
    "p_centre": Objective(
        Text("最远距离最小（p-中心）", "least farthest distance (p-centre)"), Text("米", "m")
    ),
    "maximal_covering": Objective(
        Text(
            "半径内覆盖的权重最大（最大覆盖）", "most weight within the radius (maximal covering)"
        ),
        Text("权重", "weight"),
    ),
}


def say_how_good(choice: Choice, catchments: gpd.GeoDataFrame, *, count: int) -> tuple[Text, ...]:
    """Say how near the answer is to the best there can be, and who is not in it.

    Parameters
    ----------
    choice
        The solver's answer.
    catchments
        Whom it serves.
    count
        How many new sites were asked for.

    Returns
    -------
    notes
        For the results.
    """
    what = OBJECTIVES[choice.objective]
    numbers = f"{choice.value:,.1f}", f"{choice.bound:,.1f}", f"{choice.gap:.4%}"
    proved = Text("已证明最优", "proved optimal")
    if not choice.is_proved:
        proved = Text("未证明最优：时限已到", "not proved optimal: the time limit came first")
    notes = [
        Text(
            f"{what.title.zh}：{numbers[0]} {what.unit.zh}，已证界 {numbers[1]}，"
            f"差距 {numbers[2]}，{proved.zh}",
            f"{what.title.en}: {numbers[0]} {what.unit.en}, proved bound {numbers[1]}, gap"
            f" {numbers[2]}, {proved.en}",
        )
    ]
    if len(choice.new_sites) < count:
        notes.append(
            Text(
                f"要新设 {count} 处，只有 {len(choice.new_sites)} 处还能增加服务",
                f"of {count} new sites only {len(choice.new_sites)} add anything",
            )
        )
    if len(choice.unreachable):
        lost = catchments.iloc[choice.unreachable]
        ids = "、".join(lost["demand_id"].iloc[:10]) + ("……" if len(lost) > 10 else "")  # noqa: PLR2004 - enough names
        weight = float(lost["weight"].sum())
        notes.append(
            Text(
                f"{len(lost)} 个需求点（权重合计 {weight:g}）到不了任何可用站点，未计入：{ids}",
                f"{len(lost)} places of demand (weight {weight:g}) reach no usable site and are not"
                f" counted: {ids}",
            )
        )
    return tuple(notes)


def say_what_is_assumed(demand: gpd.GeoDataFrame, distances: DistanceTable) -> tuple[Text, ...]:
    """List what nobody decided.

    Parameters
    ----------
    demand
        With or without ``weight``.
    distances
        Along roads, or straight.

    Returns
    -------
    assumptions
        To be printed beside the results.
    """
    found = [Text(f"距离：{distances.label.zh}", f"distance: {distances.label.en}")]
    if "weight" not in demand:
        found.append(
            Text(
                "需求点没有权重（weight），每个按 1 计",
                "demand has no column weight: each counts 1",
            )
        )
    shapes = np.asarray(demand.geometry.to_numpy(), dtype=object)
    if any(shape.geom_type != "Point" for shape in shapes):
        found.append(
            Text("面、线状场所按其上一点计", "of lines and polygons a point on them is taken")
        )
    return tuple(found)
