"""What a ranking is made of, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qxgeo.errors import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

EQUAL = Text(
    "假设：各项指标权重相等，无人作过决定", "assumption: equal weights, nobody decided them"
)


@dataclass(frozen=True, slots=True)
class Weight:
    """How much a criterion counts, and who says so.

    Attributes
    ----------
    value
        At least 0; only the proportions matter.
    source
        Who decided it, or that it is an assumption.
    """

    value: float
    source: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """The smallest change of the weights that takes the first place away.

    Attributes
    ----------
    site_id
        Who would draw level with the first.
    share
        Part of all weight that moves from some criteria to another, 0 to 1.
    criterion
        To which it moves.
    weights
        Criterion to its share at the point where both are level.
    """

    site_id: str
    share: float
    criterion: str
    weights: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ranking:
    """Candidates in order, and how firm the order is.

    Attributes
    ----------
    table
        One row for each candidate, the best first: ``site_id``, ``name`` where there is one,
        ``summary`` (SiteVerdict, blank where none was given), ``group`` (``ranked``,
        ``discouraged``: ranked behind all of the former, ``not_ranked``), ``is_provisional`` (some
        line about it is undecided), ``rank`` (blank where it is a band), ``rank_best``,
        ``rank_worst``, ``score`` (middle), ``score_low``, ``score_high``, ``missing`` (criteria
        that are unknown), ``is_dominated``, ``dominated_by``, ``first_share`` and ``top3_share``
        (of the weights drawn, with which it is surely first, or among three),
        ``first_share_most`` and ``top3_share_most`` (possibly, whatever is unknown turns out to
        be), ``flip_share`` (part of all weight that has to move before it is level with the first;
        NaN where no weights do that), ``reason_zh``, ``reason_en``.
    scores
        ``site_id`` and each criterion from 0 (worst) to 1 (best), NaN where unknown.
    weights
        ``criterion``, ``direction``, ``weight`` (share, of those used 1 in sum), ``is_used``,
        ``source_zh``, ``source_en``.
    flip
        None where nothing takes the first place away, or nobody surely has it.
    draws, seed
        Of the weights drawn.
    notes
        What was dropped and why, what is assumed.
    """

    table: pd.DataFrame
    scores: pd.DataFrame
    weights: pd.DataFrame
    flip: Flip | None
    draws: int
    seed: int
    notes: tuple[Text, ...]


def weigh_equally(criteria: Iterable[str]) -> dict[str, Weight]:
    """Give every criterion the same weight, and say that nobody decided so.

    Parameters
    ----------
    criteria
        Their names.

    Returns
    -------
    weights
        1 each.
    """
    return {name: Weight(1.0, EQUAL) for name in criteria}
