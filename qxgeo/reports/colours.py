"""Colours of verdicts and strengths: the Okabe-Ito palette, safe for colour-blind readers.

Source: Okabe and Ito (2008), Color Universal Design.
"""

from __future__ import annotations

from qxgeo.vocabulary import Strength, Verdict

VERDICT_COLOURS: dict[Verdict, str] = {
    Verdict.APPLIES: "#D55E00",
    Verdict.TOO_CLOSE_TO_CALL: "#E69F00",
    Verdict.UNKNOWN: "#999999",
    Verdict.DOES_NOT_APPLY: "#009E73",
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
