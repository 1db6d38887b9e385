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


VERDICTS = tuple(Verdict)
_WORDS = np.array(VERDICTS, dtype=object)
CODES = {verdict: np.int8(code) for code, verdict in enumerate(VERDICTS)}


def name_verdicts(codes: NDArray[np.int8]) -> NDArray[np.object_]:
    """Give the words of verdicts.

    Parameters
    ----------
    codes
        Positions in `VERDICTS`, shape (n,).

    Returns
    -------
    verdicts
        `Verdict`, shape (n,).
    """
    return np.asarray(_WORDS[codes])


def judge_margin(
    margin_m: NDArray[np.float64], *, error_m: float | NDArray[np.float64]
) -> NDArray[np.int8]:
    """Turn margins into verdicts.

    Parameters
    ----------
    margin_m
        Threshold minus distance, ground metres, shape (n,).
    error_m
        Half-width of the band in which positions cannot decide, ground metres.

    Returns
    -------
    codes
        Of verdicts, shape (n,): applies where the margin is at least the error, does not apply
        where it is below minus the error, too close to call between, unknown where it is NaN. With
        an error of zero the threshold itself is inside ("范围内" includes it).
    """
    codes = np.full(len(margin_m), CODES[Verdict.TOO_CLOSE_TO_CALL])
    codes[margin_m >= error_m] = CODES[Verdict.APPLIES]
    codes[margin_m < -np.asarray(error_m)] = CODES[Verdict.DOES_NOT_APPLY]
    codes[np.isnan(margin_m)] = CODES[Verdict.UNKNOWN]
    return codes


def combine_doubts(place: NDArray[np.int8], condition: NDArray[np.float64]) -> NDArray[np.int8]:
    """Join the verdict of place with the three-valued answer of attributes.

    Parameters
    ----------
    place
        Codes of verdicts of the spatial test, shape (n,).
    condition
        1 yes, 0 no, NaN unknown, shape (n,).

    Returns
    -------
    codes
        One "no" decides; else an unknown attribute makes it unknown; else the place decides.
    """
    no = CODES[Verdict.DOES_NOT_APPLY]
    codes = place.copy()
    codes[np.isnan(condition)] = CODES[Verdict.UNKNOWN]
    codes[(place == no) | (condition == NO)] = no
    return codes


def spare_existing(
    codes: NDArray[np.int8], status: pd.Series[str]
) -> tuple[NDArray[np.int8], NDArray[np.bool_]]:
    """Let a rule on new premises (不新增) spare those that stand already.

    Parameters
    ----------
    codes
        Of verdicts as judged by place, shape (n,).
    status
        Words of `Status`, shape (n,).

    Returns
    -------
    codes, spared
        Existing premises: does not apply; changes, renewals and unknown status: unknown, since the
        plan does not say whether they count as new. `spared` marks existing premises that the rule
        would have caught by place.
    """
    words = status.fillna(Status.UNKNOWN).to_numpy(dtype=object)
    caught = codes != CODES[Verdict.DOES_NOT_APPLY]
    is_existing = words == Status.EXISTING
    result = codes.copy()
    result[caught & (words != Status.PROPOSED)] = CODES[Verdict.UNKNOWN]
    result[is_existing] = CODES[Verdict.DOES_NOT_APPLY]
    return result, caught & is_existing
