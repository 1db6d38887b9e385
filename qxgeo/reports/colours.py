"""Colours of verdicts and strengths, those of the maps: the Okabe-Ito palette, and two greys.

Source: Okabe and Ito (2008), Color Universal Design.
"""

from __future__ import annotations

from qxgeo.vocabulary import SiteVerdict, Strength, Verdict

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

# Verdicts about places for new sites, as on their maps: darkened where white stands on them.
SITE_COLOURS: dict[SiteVerdict, str] = {
    SiteVerdict.OUT_OF_SCOPE: "#5F5F5F",
    SiteVerdict.PROHIBITED: "#B33A00",
    SiteVerdict.NOT_NEWLY_APPROVED: "#9C3D7A",
    SiteVerdict.UNKNOWN: "#4D4D4D",
    SiteVerdict.TOO_CLOSE_TO_CALL: "#E69F00",  # a finding's, for the word is the same
    SiteVerdict.NEEDS_DECISION: "#5A3FA0",
    SiteVerdict.DISCOURAGED: "#00618F",
    SiteVerdict.WITH_DUTY: "#00664B",
    SiteVerdict.ALLOWED: "#1E7A58",
}
# Rows of places that no clause limits stay white.
SITE_TINTS: dict[SiteVerdict, str] = {
    SiteVerdict.OUT_OF_SCOPE: "#F2F2F2",
    SiteVerdict.PROHIBITED: "#F9D2BC",
    SiteVerdict.NOT_NEWLY_APPROVED: "#F4DCEA",
    SiteVerdict.UNKNOWN: VERDICT_TINTS[Verdict.UNKNOWN],
    SiteVerdict.TOO_CLOSE_TO_CALL: VERDICT_TINTS[Verdict.TOO_CLOSE_TO_CALL],
    SiteVerdict.NEEDS_DECISION: "#E6E0F6",
    SiteVerdict.DISCOURAGED: "#D9EEF9",
    SiteVerdict.WITH_DUTY: "#D5EDE5",
}
# Before the word, so that a print in black and white shows it at a glance.
SITE_SIGNS: dict[SiteVerdict, str] = {
    SiteVerdict.OUT_OF_SCOPE: "↗",
    SiteVerdict.PROHIBITED: "✕",
    SiteVerdict.NOT_NEWLY_APPROVED: "⊘",
    SiteVerdict.UNKNOWN: "?",
    SiteVerdict.TOO_CLOSE_TO_CALL: "≈",
    SiteVerdict.NEEDS_DECISION: "⋯",
    SiteVerdict.DISCOURAGED: "▽",
    SiteVerdict.WITH_DUTY: "⊕",  # a plus would begin a formula
    SiteVerdict.ALLOWED: "✓",
}
