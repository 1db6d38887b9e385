"""Rules by what is written about a subject: 年汽油销售量5000吨以上, 主次干道, 重点路段."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qxgeo.rules.distance import spare
from qxgeo.rules.evidence import CODES, combine_doubts
from qxgeo.rules.judgement import Opinion
from qxgeo.vocabulary import Verdict

if TYPE_CHECKING:
    from qxgeo.plan import Rule
    from qxgeo.rules.scene import Scene


def judge_attribute(rule: Rule, scene: Scene) -> Opinion:
    """Judge subjects by their attributes, or by standing in a list.

    Parameters
    ----------
    rule
        Of kind ``attribute`` or ``list``; its layer is there.
    scene
        The district.

    Returns
    -------
    opinion
        No distance and no margin; a blank attribute that the test needs is unknown.
    """
    subjects, truth = scene.select(rule.subject)
    size = len(subjects)
    applies = np.full(size, CODES[Verdict.APPLIES])
    return spare(
        rule,
        Opinion(
            subjects=subjects,
            codes=combine_doubts(applies, truth),
            distance_m=np.full(size, np.nan),
            margin_m=np.full(size, np.nan),
            radius_m=np.full(size, np.nan),
            error_m=np.full(size, np.nan),
            reference_ids=np.full(size, "", dtype=object),
            reference_names=np.full(size, "", dtype=object),
            spared=np.zeros(size, dtype=bool),
        ),
    )
