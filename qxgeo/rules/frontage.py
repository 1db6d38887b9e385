"""Rules by the road that an entrance opens on: 禁止在城市主干道等……设置检测车辆出入口.

The entrance is judged, not the parcel: a parcel on a main road and a side street passes with an
entrance on the side street. Distance is that to the line that a road is drawn as.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from qxgeo.rules.conditions import YES
from qxgeo.rules.distance import rule_radius_m, spare
from qxgeo.rules.evidence import CODES, combine_doubts
from qxgeo.rules.frontage_remarks import Facts, remark_openings
from qxgeo.rules.judgement import Opinion
from qxgeo.rules.road_names import plain_road_names
from qxgeo.rules.roadside import (
    Answer,
    Openings,
    Roads,
    column_words,
    find_openings,
    list_roads,
    roads_within,
)
from qxgeo.schemas import LAYERS
from qxgeo.vocabulary import SiteVerdict, Status, Verdict

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from qxgeo.plan import Rule
    from qxgeo.rules.scene import Scene

# Whose status an entrance has where nobody wrote its own: column of the entrance, owner's layer.
_OWNERS = (("agency_id", "inspection_agencies"), ("site_id", "candidates"))
_VERDICTS = {
    Answer.PROHIBITED: Verdict.APPLIES,
    Answer.DOUBTFUL: Verdict.UNKNOWN,
    Answer.NO_CLASS: Verdict.UNKNOWN,
    Answer.ALLOWED: Verdict.DOES_NOT_APPLY,
}
_SITE_VERDICTS = {
    Answer.PROHIBITED: SiteVerdict.PROHIBITED,
    Answer.DOUBTFUL: SiteVerdict.NEEDS_DECISION,
    Answer.NO_CLASS: SiteVerdict.NEEDS_DECISION,
    Answer.ALLOWED: SiteVerdict.ALLOWED,
}
FRONTAGE_COLUMNS = (
    *("site_id", "section_id", "road_name", "road_class", "official_grade", "distance_m"),
    "answer",
)


def judge_frontage(rule: Rule, scene: Scene) -> Opinion:
    """Judge entrances by the road that they open on.

    Parameters
    ----------
    rule
        Of kind ``frontage``; its inputs are there.
    scene
        The district.

    Returns
    -------
    opinion
        `subjects` are the entrances with the status of their owner where they have none, and
        `road_class`, the class of the road that decided. `distance_m` is that to the road named in
        `reference_ids`, `radius_m` the tolerance. `margin_m` is the rest of the tolerance on a
        road that the rule means, NaN elsewhere: nearer to another road is not deeper inside.
        Without a road, or without the one that is named, within the tolerance the
        verdict is unknown; on a road of doubtful or unknown class, and where the tolerance is not
        set, it is `undecided`. `remarks` say which road, its class and why.
    """
    subjects, truth = scene.select(rule.subject)
    subjects = _inherit_status(subjects, scene)
    roads, tolerance_m = list_roads(rule, scene), rule_radius_m(rule, scene)
    error_m = _error_m(rule, scene)
    names = column_words(subjects, "road_name")
    shapes = subjects.geometry.to_numpy(dtype=object)
    found = find_openings(
        shapes,
        plain_road_names(names),
        roads,
        tolerance_m=np.inf if np.isnan(tolerance_m) else tolerance_m,
        error_m=error_m,
    )
    codes, is_open = _judge(found, roads, is_set=not np.isnan(tolerance_m))
    is_there, is_meant = found.road >= 0, codes == CODES[Verdict.APPLIES]
    size = len(subjects)
    opinion = spare(
        rule,
        Opinion(
            subjects=subjects.assign(
                road_class=np.where(found.is_matched, _take(roads.classes, found.road), "")
            ),
            codes=combine_doubts(codes, truth),
            distance_m=np.where(is_there, found.distance_m, np.nan),
            margin_m=np.where(is_meant, tolerance_m - found.distance_m, np.nan),
            radius_m=np.full(size, tolerance_m),
            error_m=np.full(size, error_m),
            reference_ids=_take(roads.section_ids, found.road),
            reference_names=_take(roads.names, found.road),
            spared=np.zeros(size, dtype=bool),
            remarks=remark_openings(
                found,
                Facts(
                    rule=rule,
                    roads=roads,
                    shapes=shapes,
                    asked=names,
                    tolerance_m=tolerance_m,
                    error_m=error_m,
                ),
            ),
        ),
    )
    is_unknown = opinion.codes == CODES[Verdict.UNKNOWN]
    return replace(opinion, undecided=is_open & (truth == YES) & is_unknown)


def frontages_of(parcels: gpd.GeoDataFrame, rule: Rule, scene: Scene) -> pd.DataFrame:
    """List the roads that parcels front on, so that a usable one can be chosen for the entrance.

    Parameters
    ----------
    parcels
        With `site_id`; points, lines or polygons, EPSG:4326, not empty.
    rule
        Of kind ``frontage``; its inputs are there.
    scene
        The district.

    Returns
    -------
    frontages
        One row per parcel and road within the tolerance, in the order of the parcels, the nearest
        first: `site_id`, `section_id`, `road_name`, `road_class`, `official_grade`, `distance_m`
        (ground metres from the parcel's edge, 0 where the road runs over it) and `answer`, a word
        of `SiteVerdict`: ``prohibited``, ``needs_decision`` or ``allowed``. The sections of a name
        under one answer are one road, and the nearest stands for it. A parcel without a road in
        reach has no row; nor has any where the tolerance is not set.
    """
    tolerance_m = rule_radius_m(rule, scene)
    roads = list_roads(rule, scene)
    shapes = parcels.geometry.to_numpy(dtype=object)
    if np.isnan(tolerance_m):
        shapes = shapes[:0]
    place, road, distance_m = roads_within(shapes, roads, tolerance_m=tolerance_m)
    words = {int(answer): str(word) for answer, word in _SITE_VERDICTS.items()}
    columns = {
        "site_id": parcels["site_id"].astype(str).to_numpy(dtype=object)[place],
        "section_id": roads.section_ids[road],
        "road_name": roads.names[road],
        "road_class": roads.kinds[road],
        "official_grade": roads.grades[road],
        "distance_m": distance_m,
        "answer": [words[answer] for answer in roads.answers[road].tolist()],
    }
    return pd.DataFrame(columns, columns=[*FRONTAGE_COLUMNS])


def _error_m(rule: Rule, scene: Scene) -> float:
    """Add up how far entrances and roads may be off, ground metres."""
    roads = rule.among.layer if rule.among is not None else ""
    return scene.layer(rule.subject.layer).accuracy_m + scene.layer(roads).accuracy_m


def _inherit_status(subjects: gpd.GeoDataFrame, scene: Scene) -> gpd.GeoDataFrame:
    """Give entrances without a status of their own that of the agency or site they belong to."""
    status = pd.Series(pd.NA, index=subjects.index, dtype="string")
    if "status" in subjects.columns:
        status = subjects["status"].astype("string").str.strip()
        status = status.mask(status.isin(["", str(Status.UNKNOWN)]), pd.NA)
    for column, layer in _OWNERS:
        if not bool(status.isna().any()):
            break
        if layer in scene.district.layers and column in subjects.columns:
            table = scene.layer(layer).table
            ids = table[LAYERS[layer].id_column].astype("string")
            owners = pd.Series(column_words(table, "status"), index=ids)
            theirs = subjects[column].astype("string").str.strip().map(owners[owners != ""])
            status = status.fillna(theirs)
    return subjects.assign(status=status.fillna(str(Status.UNKNOWN)))


def _judge(
    found: Openings, roads: Roads, *, is_set: bool
) -> tuple[NDArray[np.int8], NDArray[np.bool_]]:
    """Turn matches into verdicts, and tell which of the unknown ones somebody has to decide."""
    answers = _take(roads.answers, found.road, Answer.NO_CLASS)
    by_answer = np.array([CODES[_VERDICTS[answer]] for answer in Answer])
    is_tied = found.rival >= 0
    codes = by_answer[answers]
    codes[is_tied] = CODES[Verdict.TOO_CLOSE_TO_CALL]
    codes[~found.is_matched | (not is_set)] = CODES[Verdict.UNKNOWN]
    is_doubtful = np.isin(answers, (Answer.DOUBTFUL, Answer.NO_CLASS)) & ~is_tied
    return codes, (found.road >= 0) if not is_set else found.is_matched & is_doubtful


def _take(values: NDArray[Any], rows: NDArray[np.int64], blank: Any = "") -> NDArray[Any]:  # noqa: ANN401
    """Look rows up; -1 gives a blank."""
    return np.append(values, [blank])[rows]
