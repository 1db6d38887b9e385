"""From a margin and its error to a verdict, and from several doubts to one.

A margin is how deep inside the threshold a subject lies, in ground metres: positive inside. It is
only as good as the positions it comes from: the stated accuracies of subject and reference are
added, not squared, because the band must hold the truth, not two thirds of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qxgeo.rules.conditions import NO
from qxgeo.vocabulary import Status, Verdict

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray


def judge_margin(
    margin_m: NDArray[np.float64], *, error_m: float | NDArray[np.float64]
) -> NDArray[np.object_]:
    """Turn margins into verdicts.

    Parameters
    ----------
    margin_m
        Threshold minus distance, ground metres, shape (n,).
    error_m
        Half-width of the band in which positions cannot decide, ground metres.

    Returns
    -------
    verdicts
        `Verdict`, shape (n,): applies where the margin is at least the error, does not apply where
        it is below minus the error, too close to call between, unknown where it is NaN. With an
        error of zero the threshold itself is inside ("范围内" includes it).
    """
    return np.select(
        [np.isnan(margin_m), margin_m >= error_m, margin_m < -np.asarray(error_m)],
        [Verdict.UNKNOWN, Verdict.APPLIES, Verdict.DOES_NOT_APPLY],
        default=Verdict.TOO_CLOSE_TO_CALL,
    ).astype(object)


def combine_doubts(
    place: NDArray[np.object_], condition: NDArray[np.float64]
) -> NDArray[np.object_]:
    """Join the verdict of place with the three-valued answer of attributes.

    Parameters
    ----------
    place
        `Verdict` of the spatial test, shape (n,).
    condition
        1 yes, 0 no, NaN unknown, shape (n,).

    Returns
    -------
    verdicts
        One "no" decides; else an unknown attribute makes it unknown; else the place decides.
    """
    is_no = (place == Verdict.DOES_NOT_APPLY) | (condition == NO)
    return np.select(
        [is_no, np.isnan(condition)], [Verdict.DOES_NOT_APPLY, Verdict.UNKNOWN], default=place
    ).astype(object)


def spare_existing(
    verdicts: NDArray[np.object_], status: pd.Series[str]
) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """Let a rule on new premises (不新增) spare those that stand already.

    Parameters
    ----------
    verdicts
        As judged by place, shape (n,).
    status
        Words of `Status`, shape (n,).

    Returns
    -------
    verdicts, spared
        Existing premises: does not apply; changes, renewals and unknown status: unknown, since the
        plan does not say whether they count as new. `spared` marks existing premises that the rule
        would have caught by place.
    """
    words = status.fillna(Status.UNKNOWN).to_numpy(dtype=object)
    caught = verdicts != Verdict.DOES_NOT_APPLY
    is_existing = words == Status.EXISTING
    is_new = words == Status.PROPOSED
    result = np.select(
        [~caught, is_existing, ~is_new],
        [Verdict.DOES_NOT_APPLY, Verdict.DOES_NOT_APPLY, Verdict.UNKNOWN],
        default=verdicts,
    ).astype(object)
    return result, caught & is_existing
