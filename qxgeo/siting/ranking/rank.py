"""Candidates in order: what bars them, what is known of them, how much each criterion counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qxgeo.errors import Fault, InputError, Text
from qxgeo.siting.ranking.model import Ranking, weigh_equally
from qxgeo.siting.ranking.scores import score_criteria
from qxgeo.siting.ranking.stability import draw_shares, find_bands, find_dominators, find_flip
from qxgeo.vocabulary import SITE_VERDICT_LABELS, SiteVerdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from qxgeo.siting.ranking.model import Weight
    from qxgeo.siting.ranking.scores import Scores

    Bools = NDArray[np.bool_]

RANKED, DISCOURAGED, NOT_RANKED = "ranked", "discouraged", "not_ranked"
_BARRED = (SiteVerdict.OUT_OF_SCOPE, SiteVerdict.PROHIBITED, SiteVerdict.NOT_NEWLY_APPROVED)
_UNDECIDED = (SiteVerdict.UNKNOWN, SiteVerdict.TOO_CLOSE_TO_CALL, SiteVerdict.NEEDS_DECISION)
_RANGE = Text(
    "各指标在参与排序的候选点之间按最差 0、最好 1 线性换算；候选点增减会改变得分",
    "each criterion is scaled from 0 (worst ranked candidate) to 1 (best): scores change with the"
    " set of candidates",
)


def rank_candidates(
    criteria: pd.DataFrame,
    *,
    directions: Mapping[str, str],
    weights: Mapping[str, Weight] | None = None,
    seed: int,
    draws: int,
) -> Ranking:
    """Rank candidates by several criteria.

    Parameters
    ----------
    criteria
        One row for each candidate: ``site_id``, a column of numbers for each criterion (blank where
        unknown), and where they are known ``name``, ``summary`` (a word of `SiteVerdict`) and
        ``is_discouraged``. Candidates that are prohibited, not newly approved or out of scope are
        listed, not ranked. Discouraged ones are ranked behind all others, never left out.
    directions
        Criterion to ``less`` (is better) or ``more``.
    weights
        Criterion to how much it counts and who says so; None for equal weights, which are stated
        as an assumption.
    seed, draws
        Of the weights that are drawn to see how firm the order is.

    Returns
    -------
    ranking
        The best first.

    Raises
    ------
    InputError
        If columns are missing, ids repeat, a word is no verdict, or weights are of no use.
    """
    groups = _group(criteria, draws)
    given = weigh_equally(directions) if weights is None else weights
    is_ranked = (groups != NOT_RANKED).to_numpy()
    mine = criteria[is_ranked].reset_index(drop=True)
    scores = score_criteria(mine, directions=directions, weights=given)
    is_behind = (groups[is_ranked] == DISCOURAGED).to_numpy()
    ids = mine["site_id"].astype(str).tolist()
    table = _rank(scores, is_behind, ids)
    table = table.merge(_draw(scores, is_behind, ids, seed, draws), on="site_id")
    flip, needs = None, np.full(len(ids), np.nan)
    sure = np.flatnonzero((table["rank_worst"] == 1).to_numpy())
    if len(sure) == 1:
        first = int(sure[0])
        rivals = [
            one for one in np.flatnonzero(is_behind == is_behind[first]).tolist() if one != first
        ]
        flip, needs = find_flip(scores, first, rivals, ids)
    table["flip_share"] = needs
    known = pd.DataFrame(scores.known, columns=scores.names)
    known.insert(0, "site_id", ids)
    return Ranking(
        table=_put_in_order(criteria, groups, table),
        scores=known,
        weights=_list_weights(directions, given, scores),
        flip=flip,
        draws=draws,
        seed=seed,
        notes=(_RANGE, *scores.notes, *_say_assumptions(given), *_say_open(scores, ids)),
    )


def _group(criteria: pd.DataFrame, draws: int) -> pd.Series:
    """Say of each candidate whether it is ranked, and in which group.

    Raises
    ------
    InputError
        If there is no candidate, an id is missing or twice, or a verdict is unknown.
    """
    words = criteria.get("summary", pd.Series("", index=criteria.index)).fillna("").astype(str)
    ids = criteria.get("site_id", pd.Series(dtype=object))
    strange = sorted(set(words) - {"", *map(str, SiteVerdict)})
    problem = None
    if len(ids) == 0 or ids.isna().any() or ids.duplicated().any():
        problem = Text("site_id 缺失或重复", "site_id is missing or repeated")
    elif strange:
        problem = Text(f"不认识的结论：{strange[0]}", f"no verdict: {strange[0]}")
    elif draws < 1:
        problem = Text("抽样次数须为正", "the number of draws must be above 0")
    if problem is not None:
        raise InputError(
            Fault(problem=problem, mend=Text("请核对候选点表", "check the candidates"))
        )
    guided = criteria.get("is_discouraged", pd.Series(False, index=criteria.index))  # noqa: FBT003 - a column of no
    is_behind = guided.astype("boolean").fillna(value=False) | (words == SiteVerdict.DISCOURAGED)
    groups = pd.Series(RANKED, index=criteria.index).mask(is_behind.astype(bool), DISCOURAGED)
    return groups.mask(words.isin([str(one) for one in _BARRED]), NOT_RANKED)


def _rank(scores: Scores, is_behind: Bools, ids: list[str]) -> pd.DataFrame:
    """Score and rank with the weights that were given."""
    low, high = scores.low @ scores.shares, scores.high @ scores.shares
    best, worst = find_bands(low - 2.0 * is_behind, high - 2.0 * is_behind)
    above = find_dominators(scores, is_behind)
    is_open = np.isnan(scores.known)
    return pd.DataFrame(
        {
            "site_id": ids,
            "rank": pd.array(best, dtype="Int64"),
            "rank_best": pd.array(best, dtype="Int64"),
            "rank_worst": pd.array(worst, dtype="Int64"),
            "score": (low + high) / 2,
            "score_low": low,
            "score_high": high,
            "missing": ["、".join(np.array(scores.names)[row]) for row in is_open],
            "is_dominated": pd.array([bool(one) for one in above], dtype="boolean"),
            "dominated_by": ["、".join(ids[other] for other in one) for one in above],
        }
    ).assign(rank=lambda table: table["rank"].mask(table["rank_best"] != table["rank_worst"]))


def _draw(scores: Scores, is_behind: Bools, ids: list[str], seed: int, draws: int) -> pd.DataFrame:
    """Rank with weights drawn at random."""
    shares = draw_shares(scores, is_behind, seed=seed, draws=draws)
    return pd.DataFrame(
        {
            "site_id": ids,
            "first_share": shares.first,
            "first_share_most": shares.first_most,
            "top3_share": shares.podium,
            "top3_share_most": shares.podium_most,
        }
    )


def _put_in_order(criteria: pd.DataFrame, groups: pd.Series, table: pd.DataFrame) -> pd.DataFrame:
    """Join what was known before with the ranks; the best first, those not ranked last."""
    words = criteria.get("summary", pd.Series("", index=criteria.index)).fillna("").astype(str)
    is_open = words.isin([str(one) for one in _UNDECIDED])
    reasons = [
        _explain(word, group, is_provisional=provisional)
        for word, group, provisional in zip(words, groups, is_open, strict=True)
    ]
    head = pd.DataFrame(
        {
            "site_id": criteria["site_id"].astype(str),
            **({"name": criteria["name"]} if "name" in criteria else {}),
            "summary": words,
            "group": groups,
            "is_provisional": is_open & (groups != NOT_RANKED),
        }
    )
    whole = head.assign(
        reason_zh=[reason.zh for reason in reasons], reason_en=[reason.en for reason in reasons]
    ).merge(table, on="site_id", how="left", validate="one_to_one")
    place = whole["group"].map({RANKED: 0, DISCOURAGED: 1, NOT_RANKED: 2})
    order = np.lexsort((whole["site_id"], -whole["score"].fillna(0.0), place))
    columns = [*head, *table.columns.drop("site_id"), "reason_zh", "reason_en"]
    return whole.iloc[order][columns].reset_index(drop=True)


def _explain(word: str, group: str, *, is_provisional: bool) -> Text:
    """Say why a candidate stands in its group."""
    label = SITE_VERDICT_LABELS[SiteVerdict(word)] if word else Text("", "")
    if group == NOT_RANKED:
        return Text(f"{label.zh}：只列出，不排序", f"{label.en}: listed, not ranked")
    parts = []
    if group == DISCOURAGED:
        parts.append(
            Text("不鼓励：排在其他候选点之后，不排除", "discouraged: ranked behind, not left out")
        )
    if is_provisional:
        parts.append(
            Text(
                f"{label.zh}：名次以该条判定可行为前提",
                f"{label.en}: the rank holds only if that is decided in its favour",
            )
        )
    return Text("；".join(one.zh for one in parts), "; ".join(one.en for one in parts))


def _list_weights(
    directions: Mapping[str, str], weights: Mapping[str, Weight], scores: Scores
) -> pd.DataFrame:
    """List criteria with their weights and who decided them."""
    shares = dict(zip(scores.names, scores.shares.tolist(), strict=True))
    return pd.DataFrame(
        {
            "criterion": list(directions),
            "direction": list(directions.values()),
            "weight": [shares.get(name, 0.0) for name in directions],
            "is_used": [name in shares for name in directions],
            "source_zh": [weights[name].source.zh for name in directions],
            "source_en": [weights[name].source.en for name in directions],
        }
    )


def _say_assumptions(weights: Mapping[str, Weight]) -> tuple[Text, ...]:
    """Give each source of the weights once."""
    return tuple(
        Text(f"权重来源：{source.zh}", f"source of the weights: {source.en}")
        for source in dict.fromkeys(weight.source for weight in weights.values())
    )


def _say_open(scores: Scores, ids: list[str]) -> tuple[Text, ...]:
    """Say how what is unknown was taken."""
    lost = [one for one, row in zip(ids, np.isnan(scores.known), strict=True) if row.any()]
    if not lost:
        return ()
    names = "、".join(lost[:10]) + ("……" if len(lost) > 10 else "")  # noqa: PLR2004 - enough names
    return (
        Text(
            f"{len(lost)} 处有不明的指标（{names}），"
            "按其他候选点的最差到最好之间取区间，名次也是区间",
            f"{len(lost)} candidates have unknown criteria ({names}): taken between the worst and"
            " the best of the others, which makes their rank a band",
        ),
    )
