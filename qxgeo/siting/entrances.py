"""Entrances of a place: one that may be used is enough, and the card says which."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from qxgeo.errors import Text
from qxgeo.plan import Selector
from qxgeo.rules import JUDGES
from qxgeo.rules.evidence import CODES
from qxgeo.rules.evidence import VERDICTS as PLACE_VERDICTS
from qxgeo.rules.frontage import frontages_of
from qxgeo.rules.remarks import Remarks
from qxgeo.siting.candidates import ENTRANCES_LAYER, PLACES, owners_of
from qxgeo.siting.combine import ask_conditions, caught_verdict, code_of, combine, open_radius_m
from qxgeo.siting.model import VERDICTS, RuleLines
from qxgeo.siting.words import TEMPLATES, fill
from qxgeo.vocabulary import SITE_VERDICT_LABELS, SiteVerdict, Verdict, Why

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from qxgeo.plan import KindRule, Rule
    from qxgeo.rules import Scene
    from qxgeo.rules.judgement import Opinion


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chosen:
    """The entrance that speaks for each place, and all that it has.

    Attributes
    ----------
    row, code
        Row of the entrances, -1 for none, and the code of its verdict, shape (n,).
    by_place
        Rows of the entrances place by place, in the order of the table, shape (k,).
    first
        Position in `by_place` of the first of each place, and their number, shape (n + 1,).
    codes
        Of every entrance, shape (k,).
    """

    row: NDArray[np.int64]
    code: NDArray[np.int8]
    by_place: NDArray[np.int64]
    first: NDArray[np.int64]
    codes: NDArray[np.int8]

    def several(self, place: int) -> list[int]:
        """Give the rows of all entrances of a place."""
        return list(self.by_place[self.first[place] : self.first[place + 1]].tolist())


def judge_entrances(
    number: int, kind_rule: KindRule, rule: Rule, scene: Scene, places: gpd.GeoDataFrame
) -> RuleLines:
    """Judge a frontage rule on places through their entrances.

    Parameters
    ----------
    number
        Which line of the card.
    kind_rule, rule
        How the kind sees it, and the rule, of kind ``frontage``; its layers are there.
    scene
        With the layers ``candidates`` and ``candidate_entrances``.
    places
        Table of the former.

    Returns
    -------
    lines
        Each place under the least binding of its entrances' verdicts, since it may use that one.
        Without an entrance it is unknown; for a parcel the remark lists the roads it fronts on.
    """
    table = scene.layer(ENTRANCES_LAYER).table
    on_entrances = replace(
        rule,
        subject=Selector(layer=ENTRANCES_LAYER, text=rule.subject.text, where=MappingProxyType({})),
        radius_m=open_radius_m(rule, scene),
        radius_parameter=None,
        new_only=False,
    )
    opinion = JUDGES[rule.kind](on_entrances, scene) if len(table) else None
    codes = np.empty(0, dtype=np.int8) if opinion is None else _codes(kind_rule, rule, opinion)
    chosen = _choose_entrance(table, places, codes)
    verdicts, whys = _combine(kind_rule, rule, places, chosen)
    return RuleLines(
        line=number,
        rule=rule,
        kind_rule=kind_rule,
        verdicts=verdicts,
        whys=whys,
        distance_m=_pick(opinion, "distance_m", chosen, np.nan),
        threshold_m=_pick(opinion, "radius_m", chosen, np.nan),
        margin_m=np.full(len(places), np.nan),
        error_m=_pick(opinion, "error_m", chosen, np.nan),
        reference_layer="" if rule.among is None else rule.among.layer,
        reference_ids=_pick(opinion, "reference_ids", chosen, "").astype(object),
        reference_names=_pick(opinion, "reference_names", chosen, "").astype(object),
        is_spared=whys == code_of(Why.SPARED),
        measured_from="entrance",
        remarks=_remarks(on_entrances, scene, places, table, opinion, chosen),
    )


def _codes(kind_rule: KindRule, rule: Rule, opinion: Opinion) -> NDArray[np.int8]:
    """Give the code of each entrance's verdict."""
    said = {
        Verdict.APPLIES: caught_verdict(kind_rule, rule),
        Verdict.DOES_NOT_APPLY: SiteVerdict.ALLOWED,
        Verdict.TOO_CLOSE_TO_CALL: SiteVerdict.TOO_CLOSE_TO_CALL,
        Verdict.UNKNOWN: SiteVerdict.UNKNOWN,
    }
    codes = np.array([code_of(said[one]) for one in PLACE_VERDICTS], dtype=np.int8)[opinion.codes]
    if opinion.undecided is not None:
        is_unknown = opinion.codes == CODES[Verdict.UNKNOWN]
        codes[opinion.undecided & is_unknown] = code_of(SiteVerdict.NEEDS_DECISION)
    return codes


def _choose_entrance(
    table: gpd.GeoDataFrame, places: gpd.GeoDataFrame, codes: NDArray[np.int8]
) -> _Chosen:
    """Take the first of the least binding entrances of each place."""
    owner = owners_of(table, places)
    row = np.full(len(places), -1, dtype=np.int64)
    code = np.full(len(places), VERDICTS.index(SiteVerdict.UNKNOWN), dtype=np.int8)
    before = np.arange(len(codes))[::-1]  # of equal ones the first has the largest
    rank = codes.astype(np.int64) * len(codes) + before
    best = np.full(len(places), -1, dtype=np.int64)
    np.maximum.at(best, owner, rank)
    has_one = best >= 0
    row[has_one] = len(codes) - 1 - best[has_one] % len(codes)
    code[has_one] = codes[row[has_one]]
    by_place = np.argsort(owner, kind="stable")
    first = np.searchsorted(owner[by_place], np.arange(len(places) + 1))
    return _Chosen(row=row, code=code, by_place=by_place, first=first, codes=codes)


def _combine(
    kind_rule: KindRule, rule: Rule, places: gpd.GeoDataFrame, chosen: _Chosen
) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """Join the entrance's verdict with attributes and status."""
    is_allowed = chosen.code == VERDICTS.index(SiteVerdict.ALLOWED)
    place = np.where(is_allowed, CODES[Verdict.DOES_NOT_APPLY], CODES[Verdict.APPLIES])
    verdicts, whys = combine(
        kind_rule,
        rule,
        place,
        ask_conditions(kind_rule, rule, places),
        places["status"],
        is_open=np.zeros(len(places), dtype=bool),
    )
    speaks = whys == code_of(Why.FRONTAGE)
    verdicts[speaks] = chosen.code[speaks]
    whys[speaks & (chosen.row < 0)] = code_of(Why.NO_ENTRANCE)
    return verdicts, whys


def _pick(opinion: Opinion | None, name: str, chosen: _Chosen, blank: object) -> NDArray[Any]:
    """Take a column of the chosen entrances; a place without one has a blank."""
    values = np.empty(0) if opinion is None else getattr(opinion, name)
    return np.append(values, [blank])[chosen.row]


def _remarks(
    rule: Rule,
    scene: Scene,
    places: gpd.GeoDataFrame,
    table: gpd.GeoDataFrame,
    opinion: Opinion | None,
    chosen: _Chosen,
) -> Remarks:
    """Say which entrance decides and why, and what holds for the others."""
    is_point = scene.shapes(PLACES, places).is_point

    def write(rows: NDArray[np.int64]) -> list[Text]:
        told = {}
        if opinion is not None and opinion.remarks is not None:
            told = _tell_entrances(rows, table, opinion.remarks, chosen)
        without = rows[(chosen.row[rows] < 0) & ~is_point[rows]]
        if len(without):
            told |= _tell_frontages(np.unique(without), rule, scene, places)
        return [told.get(row, Text("", "")) for row in rows.tolist()]

    return Remarks(len(places), write)


def _tell_entrances(
    rows: NDArray[np.int64], table: gpd.GeoDataFrame, remarks: Remarks, chosen: _Chosen
) -> dict[int, Text]:
    """Write the chosen entrance of each place first, then the verdicts of the others."""
    ids = table["entrance_id"]
    asked = [one for row in rows.tolist() for one in chosen.several(row)]
    words = dict(zip(asked, remarks.take(np.array(asked, dtype=np.int64)), strict=True))
    told = {}
    for row in rows[chosen.row[rows] >= 0].tolist():
        best, several = int(chosen.row[row]), chosen.several(row)
        first = words[best]
        if len(several) > 1:
            first = _fill("entrance", entrance=str(ids.iloc[best]), remark=first)
        others = [
            _fill(
                "other_entrance",
                entrance=str(ids.iloc[other]),
                verdict=SITE_VERDICT_LABELS[VERDICTS[chosen.codes[other]]],
                remark=words[other],
            )
            for other in several
            if other != best
        ]
        told[row] = _join("next_entrance", [first, *others])
    return told


def _fill(name: str, **facts: Text | str) -> Text:
    """Put facts into a template; a plain word is the same in both languages."""
    both = {
        key: fact if isinstance(fact, Text) else Text(fact, fact) for key, fact in facts.items()
    }
    return fill(TEMPLATES[name], both)


def _join(name: str, several: list[Text]) -> Text:
    """Set sentences one after the other with what stands between them."""
    between = TEMPLATES[name]
    return Text(between.zh.join(t.zh for t in several), between.en.join(t.en for t in several))


def _tell_frontages(
    rows: NDArray[np.int64], rule: Rule, scene: Scene, places: gpd.GeoDataFrame
) -> dict[int, Text]:
    """List the roads that parcels without an entrance front on, and which may be used."""
    parcels = places.iloc[rows]
    roads = frontages_of(parcels, rule, scene)
    by_place = roads.groupby("site_id", sort=False).indices
    labels = {str(word): label for word, label in SITE_VERDICT_LABELS.items()}
    told = {}
    for row, site_id in zip(rows.tolist(), parcels["site_id"], strict=True):
        several = [
            _fill(
                "one_frontage",
                road=str(one["road_name"]) or TEMPLATES["unnamed_road"],
                distance=f"{one['distance_m']:,.0f}",
                verdict=labels[one["answer"]],
            )
            for one in roads.iloc[by_place.get(site_id, [])].to_dict(orient="records")
        ]
        told[row] = TEMPLATES["fronts_on_none"]
        if several:
            told[row] = _fill("fronts_on", roads=_join("next_frontage", several))
    return told
