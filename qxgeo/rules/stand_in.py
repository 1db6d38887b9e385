"""The union of other rules in place of a list that nobody gave (重点路段)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qxgeo.geodesy import Intervals
from qxgeo.rules.evidence import CODES, VERDICTS
from qxgeo.rules.judgement import Judgement, Opinion, build_rows, line_stretches
from qxgeo.vocabulary import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from qxgeo.plan import Rule
    from qxgeo.rules.scene import Scene

_ORDER = (
    Verdict.APPLIES,
    Verdict.TOO_CLOSE_TO_CALL,
    Verdict.UNKNOWN,
    Verdict.DOES_NOT_APPLY,
)
_RANKS = np.array([_ORDER.index(verdict) for verdict in VERDICTS])  # the surest first


def let_stand_in(rule: Rule, scene: Scene, others: Sequence[Judgement]) -> Judgement:
    """Judge a rule by what others say of the same lines.

    Parameters
    ----------
    rule
        Whose own layer is missing.
    scene
        The district.
    others
        Judgements on one layer of lines, at least one.

    Returns
    -------
    judgement
        Each line under the surest verdict that any of the others gives it, with the united
        stretches of that verdict.
    """
    layer = others[0].rule.subject.layer
    lines = scene.lines[layer]
    opinion = _surest(others)
    code_of_line = np.full(lines.size, CODES[Verdict.DOES_NOT_APPLY])
    code_of_line[opinion.subjects.index] = opinion.codes

    def unite(*verdicts: Verdict) -> Intervals:
        told = []
        for verdict in verdicts:
            several = Intervals.concatenate(other.stretches[verdict] for other in others)
            owner = lines.part_line[several.part]
            told.append(several.take(code_of_line[owner] == CODES[verdict]))
        return Intervals.concatenate(told).union()

    nominal = unite(Verdict.APPLIES, Verdict.UNKNOWN)
    opinion = replace(
        opinion,
        inside=nominal,
        inside_low=nominal,
        inside_high=unite(Verdict.APPLIES, Verdict.UNKNOWN, Verdict.TOO_CLOSE_TO_CALL),
    )
    on_lines = replace(rule, subject=others[0].rule.subject)
    return Judgement(
        rule=on_lines,
        opinion=opinion,
        rows=build_rows(on_lines, scene, opinion),
        stretches=line_stretches(scene, on_lines, opinion),
    )


def _surest(others: Sequence[Judgement]) -> Opinion:
    """Take each subject from the opinion that is surest of it; the first of equals."""
    opinions = [other.opinion for other in others]
    rank = np.concatenate([_RANKS[opinion.codes] for opinion in opinions])
    table = pd.concat([opinion.subjects for opinion in opinions])
    order = np.lexsort((np.arange(len(table)), rank, table.index.to_numpy()))
    first = order[~table.index[order].duplicated()]

    def pick(column: str) -> NDArray[np.generic]:
        values = np.concatenate([getattr(opinion, column) for opinion in opinions])
        return np.asarray(values[first])

    return Opinion(
        subjects=table.iloc[first],
        codes=pick("codes").astype(np.int8),
        distance_m=pick("distance_m").astype(float),
        margin_m=pick("margin_m").astype(float),
        radius_m=pick("radius_m").astype(float),
        error_m=pick("error_m").astype(float),
        reference_ids=pick("reference_ids").astype(object),
        reference_names=pick("reference_names").astype(object),
        spared=pick("spared").astype(bool),
    )
