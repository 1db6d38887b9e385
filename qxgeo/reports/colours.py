"""Colours of verdicts and strengths, those of the maps: the Okabe-Ito palette, and two greys.

Source: Okabe and Ito (2008), Color Universal Design.
"""

from __future__ import annotations

from qxgeo.vocabulary import Strength, Verdict

VERDICT_COLOURS: dict[Verdict, str] = {
    Verdict.APPLIES: "#D55E00",
    Verdict.TOO_CLOSE_TO_CALL: "#E69F00",
    Verdict.UNKNOWN: "#4D4D4D",
    Verdict.DOES_NOT_APPLY: "#6FB79B",
}

STRENGTH_COLOURS: dict[Strength, str] = {
    Strength.PROHIBITED: "#D55E00",
    Strength.NO_NEW_APPROVAL: "#CC79A7",
    Strength.OBLIGED: "#0072B2",
    Strength.GUIDED: "#56B4E9",
    Strength.PROMOTED: "#009E73",
}

# Pale twins behind black text in the lists; rows that apply stay white.
VERDICT_TINTS: dict[Verdict, str] = {
    Verdict.TOO_CLOSE_TO_CALL: "#FDEBC8",
    Verdict.UNKNOWN: "#E8E8E8",
    Verdict.DOES_NOT_APPLY: "#E2F3EC",
}
