"""How many kilometres of road a rule about entrances closes, per township."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qxgeo.geodesy import Lines, partition_lines
from qxgeo.rules.roadside import Answer, list_roads
from qxgeo.siting.lines import lacking_layers
from qxgeo.vocabulary import SiteVerdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qxgeo.rules import Scene
    from qxgeo.siting.area.roles import Role

FRONTAGE_LENGTH_COLUMNS: dict[str, str] = {
    "rule_id": "string",
    "township_id": "string",
    "township_name": "string",
    "answer": "string",  # word of SiteVerdict for an entrance that opens on the road
    "length_km": "float64",
}


def measure_frontages(scene: Scene, roles: Sequence[Role]) -> pd.DataFrame:
    """Measure the district's roads by what a rule says of an entrance on them.

    Parameters
    ----------
    scene
        The district.
    roles
        Of rules of kind ``frontage``; one whose roads are missing has no row.

    Returns
    -------
    lengths
        `FRONTAGE_LENGTH_COLUMNS`, in the order of rules, townships and verdicts. A road of which
        class or meaning is open needs a decision.
    """
    tables = [_measure(scene, one) for one in roles if not lacking_layers(one.rule, scene)]
    empty = pd.DataFrame({name: [] for name in FRONTAGE_LENGTH_COLUMNS})
    joined = pd.concat(tables, ignore_index=True) if tables else empty
    return joined.astype(FRONTAGE_LENGTH_COLUMNS)


def _measure(scene: Scene, role: Role) -> pd.DataFrame:
    """Measure the roads of one rule."""
    roads = list_roads(role.rule, scene)
    lines = Lines.from_geometries(roads.shapes)
    pieces = partition_lines(lines, scene.territories)
    pieces = pieces.take(pieces.label >= 0)
    answer = roads.answers[lines.part_line[pieces.part]]
    open_ones = (Answer.DOUBTFUL, Answer.NO_CLASS)
    words = np.select(
        [answer == Answer.PROHIBITED, np.isin(answer, open_ones)],
        [str(role.verdict), str(SiteVerdict.NEEDS_DECISION)],
        default=str(SiteVerdict.ALLOWED),
    )
    table = pd.DataFrame(
        {"label": pieces.label, "answer": words, "length_km": lines.lengths_m(pieces) / 1000}
    )
    order = pd.Categorical(table["answer"], [str(one) for one in SiteVerdict], ordered=True)
    summed = (
        table.assign(answer=order)
        .groupby(["label", "answer"], observed=True, sort=True)["length_km"]
        .sum()
        .reset_index()
    )
    label = summed["label"].to_numpy(dtype=np.int64)
    return pd.DataFrame(
        {
            "rule_id": role.rule.rule_id,
            "township_id": scene.township_ids[label],
            "township_name": scene.township_names[label],
            "answer": summed["answer"].astype(str),
            "length_km": summed["length_km"],
        }
    )
