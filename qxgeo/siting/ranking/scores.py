"""Criteria brought to one scale, from 0 for the worst candidate to 1 for the best."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qxgeo.errors import Fault, InputError, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from qxgeo.siting.ranking.model import Weight

    Floats = NDArray[np.float64]

DIRECTIONS = ("less", "more")


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Criteria of the candidates that are ranked.

    Attributes
    ----------
    names
        Criteria that are used.
    low, high
        Score if what is unknown is as bad as the worst, or as good as the best, that is known;
        shape (candidates, criteria).
    shares
        Weight of each, 1 in sum.
    notes
        What was dropped.
    """

    names: list[str]
    low: Floats
    high: Floats
    shares: Floats
    notes: tuple[Text, ...]

    @property
    def known(self) -> Floats:
        """Scores, NaN where unknown."""
        return np.where(self.low == self.high, self.low, np.nan)


def read_weights(directions: Mapping[str, str], weights: Mapping[str, Weight]) -> Floats:
    """Check directions and weights.

    Parameters
    ----------
    directions
        Criterion to ``less`` or ``more``.
    weights
        Criterion to its weight.

    Returns
    -------
    values
        In the order of the directions.

    Raises
    ------
    InputError
        If a direction is neither, a criterion has no weight or a weight no criterion, or none is
        above 0.
    """
    faults = [
        Fault(
            problem=Text(f"方向“{way}”不可用", f'direction "{way}" is unknown'),
            mend=Text("写 less（越小越好）或 more（越大越好）", "write less or more"),
            column=name,
        )
        for name, way in directions.items()
        if way not in DIRECTIONS
    ]
    faults += [
        Fault(
            problem=Text("指标和权重对不上", "a criterion without weight, or a weight without one"),
            mend=Text("每项指标给一个权重", "give every criterion a weight"),
            column=name,
        )
        for name in sorted(set(directions) ^ set(weights))
    ]
    faults += [
        Fault(
            problem=Text(f"权重 {weight.value} 不可用", f"a weight of {weight.value} is of no use"),
            mend=Text("写 0 以上的数", "write a number from 0 up"),
            column=name,
        )
        for name, weight in weights.items()
        if not 0 <= weight.value < np.inf
    ]
    values = np.array([weights[name].value for name in directions if name in weights])
    if not faults and not values.any():
        faults.append(
            Fault(
                problem=Text("没有大于 0 的权重", "no weight is above 0"),
                mend=Text("至少一项指标要有权重", "one criterion at least has to count"),
            )
        )
    if faults:
        raise InputError(faults)
    return values


def score_criteria(
    criteria: pd.DataFrame, *, directions: Mapping[str, str], weights: Mapping[str, Weight]
) -> Scores:
    """Bring criteria to one scale.

    The worst value among these candidates scores 0, the best 1, and those between in proportion.
    A criterion that is the same for all scores 1 for each. A value that is unknown lies between 0
    and 1. A criterion that is unknown for all is dropped, and the others share its weight in their
    proportions.

    Parameters
    ----------
    criteria
        Candidates that are ranked, one column of numbers for each criterion, NaN where unknown.
    directions
        Criterion to ``less`` (is better) or ``more``.
    weights
        Criterion to its weight.

    Returns
    -------
    scores
        With what was dropped.

    Raises
    ------
    InputError
        If a column is missing or infinite, or nothing with weight is known.
    """
    values = read_weights(directions, weights)
    table = _read_numbers(criteria, directions)
    is_known = np.ones(len(values), dtype=bool)
    if len(table):
        is_known = np.asarray(np.isfinite(table).any(axis=0))
    names = [name for name, known in zip(directions, is_known.tolist(), strict=True) if known]
    lost = [name for name in directions if name not in names]
    if not values[is_known].any():
        raise InputError(
            Fault(
                problem=Text("有权重的指标全都不明", "all criteria with weight are unknown"),
                mend=Text("请补数据或换指标", "add data, or take other criteria"),
            )
        )
    low = np.empty((len(table), len(names)))
    for at, name in enumerate(names):
        low[:, at] = _scale(table[:, list(directions).index(name)], directions[name])
    is_open = np.isnan(low)
    return Scores(
        names=names,
        low=np.where(is_open, 0.0, low),
        high=np.where(is_open, 1.0, low),
        shares=values[is_known] / values[is_known].sum(),
        notes=tuple(
            Text(
                f"指标“{name}”对所有候选点都不明，未计入，权重按比例分给其他指标",
                f'criterion "{name}" is unknown for all candidates: dropped, its weight shared out',
            )
            for name in lost
        ),
    )


def _scale(values: Floats, direction: str) -> Floats:
    """Scale a column, NaN where unknown; at least one value is known, or there is no row."""
    known = values[np.isfinite(values)]
    if len(known) == 0 or known.min() == known.max():
        return np.where(np.isfinite(values), 1.0, np.nan)
    share: Floats = (values - known.min()) / (known.max() - known.min())
    return share if direction == "more" else 1.0 - share


def _read_numbers(criteria: pd.DataFrame, directions: Mapping[str, str]) -> Floats:
    """Read the columns of the criteria.

    Raises
    ------
    InputError
        If one is missing, no number or infinite.
    """
    columns, faults = [], []
    for name in directions:
        if name not in criteria:
            faults.append((name, Text("没有这一列", "there is no such column")))
            continue
        values = pd.to_numeric(criteria[name], errors="coerce")
        if (values.isna() & criteria[name].notna()).any() or np.isinf(values).any():
            faults.append((name, Text("有的值不是有限的数", "a value is no finite number")))
        columns.append(values.to_numpy(dtype=float, na_value=np.nan))
    if faults:
        mend = Text("不明的留空", "leave blank what is unknown")
        raise InputError(Fault(problem=problem, mend=mend, column=name) for name, problem in faults)
    return np.stack(columns, axis=1) if columns else np.empty((len(criteria), 0))
