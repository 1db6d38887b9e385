"""From the answers of place, attribute and status to one verdict with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qxgeo.district import parameter_value
from qxgeo.rules.conditions import NO, YES, both, evaluate_condition
from qxgeo.rules.evidence import CODES
from qxgeo.siting.model import VERDICTS, WHYS
from qxgeo.vocabulary import SiteVerdict, Status, Strength, Verdict, Why

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from qxgeo.plan import KindRule, Rule
    from qxgeo.rules import Scene

# What a rule says of a new site that it catches, where the kind does not say otherwise.
CAUGHT: dict[Strength, SiteVerdict] = {
    Strength.PROHIBITED: SiteVerdict.PROHIBITED,
    Strength.NO_NEW_APPROVAL: SiteVerdict.NOT_NEWLY_APPROVED,
    Strength.GUIDED: SiteVerdict.DISCOURAGED,
    Strength.OBLIGED: SiteVerdict.WITH_DUTY,
    Strength.PROMOTED: SiteVerdict.WITH_DUTY,
}
_WITHIN = {
    "within_distance": (Why.WITHIN, Why.BEYOND),
    "inside_polygon": (Why.IN_AREA, Why.OUT_OF_AREA),
    "frontage": (Why.FRONTAGE, Why.FRONTAGE),
}
BY_ATTRIBUTE = ("attribute", "list")


def code_of(word: SiteVerdict | Why) -> int:
    """Give the place of a word among `VERDICTS` or `WHYS`."""
    return VERDICTS.index(word) if isinstance(word, SiteVerdict) else WHYS.index(word)


def caught_verdict(kind_rule: KindRule, rule: Rule) -> SiteVerdict:
    """Give what a rule says of a site that it catches: by the kind, else by its strength."""
    return kind_rule.caught or CAUGHT[rule.strength]


def open_radius_m(rule: Rule, scene: Scene) -> float:
    """Give the radius of a rule, NaN where nobody has set it: then nothing is within or beyond."""
    if rule.radius_m is not None:
        return rule.radius_m
    if rule.radius_parameter is None:
        return float("nan")
    value = parameter_value(rule.radius_parameter, scene.district, scene.plan)
    return float("nan") if value is None else value


def combine(
    kind_rule: KindRule,
    rule: Rule,
    place: NDArray[np.int8],
    truth: NDArray[np.float64],
    status: pd.Series[str],
    *,
    is_open: NDArray[np.bool_],
) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """Join place, attributes, status and open numbers to a verdict with its reason.

    Parameters
    ----------
    kind_rule, rule
        How the kind sees the rule, and the rule.
    place
        Codes of `Verdict` of the test of place alone, shape (n,).
    truth
        Whether the rule is about such a site: 1 yes, 0 no, NaN unknown, shape (n,).
    status
        Words of `Status`, shape (n,).
    is_open
        Where the number that would decide is not set, shape (n,).

    Returns
    -------
    verdicts, whys
        Codes into `VERDICTS` and `WHYS`, shape (n,). The first case that holds: the rule is not
        about such a site; the place is clear of it; the site stands already and the rule binds new
        ones; an attribute is unknown; a change or renewal has to be ruled on; the number is open;
        positions cannot tell; the rule catches the place.
    """
    within, beyond = _WITHIN.get(rule.kind, (Why.HAS_ATTRIBUTE, Why.LACKS_ATTRIBUTE))
    close = Why.TOO_CLOSE_TO_EDGE if rule.kind == "inside_polygon" else Why.TOO_CLOSE
    is_about = Why.LACKS_ATTRIBUTE if rule.kind in BY_ATTRIBUTE else Why.NOT_CONCERNED
    is_clear = place == CODES[Verdict.DOES_NOT_APPLY]
    is_close = place == CODES[Verdict.TOO_CLOSE_TO_CALL]
    is_spared = is_change = np.zeros(len(truth), dtype=bool)
    if rule.new_only:
        is_spared = (status == Status.EXISTING).to_numpy(dtype=bool)
        is_change = (status != Status.PROPOSED).to_numpy(dtype=bool)
    return choose(
        [
            (truth == NO, SiteVerdict.ALLOWED, is_about),
            (is_clear, SiteVerdict.ALLOWED, beyond),
            (is_spared, SiteVerdict.ALLOWED, Why.SPARED),
            (truth != YES, SiteVerdict.UNKNOWN, Why.NO_ATTRIBUTE),
            (is_change, SiteVerdict.NEEDS_DECISION, Why.IS_CHANGE),
            (is_open, SiteVerdict.NEEDS_DECISION, Why.NO_NUMBER),
            (is_close, SiteVerdict.TOO_CLOSE_TO_CALL, close),
        ],
        len(truth),
        caught_verdict(kind_rule, rule),
        within,
    )


def ask_conditions(
    kind_rule: KindRule, rule: Rule, places: gpd.GeoDataFrame
) -> NDArray[np.float64]:
    """Ask whether a rule is about such a site: 1 yes, 0 no, NaN unknown, shape (n,)."""
    return both(
        [evaluate_condition(places, kind_rule.when), evaluate_condition(places, rule.subject.where)]
    )


def choose(
    cases: list[tuple[NDArray[np.bool_], SiteVerdict, Why]],
    size: int,
    verdict: SiteVerdict,
    why: Why,
) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """Take the first case that holds for each place, else what is given.

    Parameters
    ----------
    cases
        Where it holds, shape (n,), and what is said there.
    size
        How many places.
    verdict, why
        What is said where no case holds.

    Returns
    -------
    verdicts, whys
        Codes into `VERDICTS` and `WHYS`, shape (n,).
    """
    verdicts = np.full(size, code_of(verdict), dtype=np.int8)
    whys = np.full(size, code_of(why), dtype=np.int8)
    for holds, case_verdict, case_why in reversed(cases):
        verdicts[holds] = code_of(case_verdict)
        whys[holds] = code_of(case_why)
    return verdicts, whys
