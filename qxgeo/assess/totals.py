"""Totals in which a metre counts once and keeps all its reasons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from qxgeo.geodesy import Intervals, area_m2, partition_lines, partition_polygons
from qxgeo.vocabulary import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from qxgeo.rules import Judgement, Scene

ALL = "all"  # the row that is the whole, measured without cutting at territory lines
# Where a metre is told of by several rules, the surest word counts.
_ORDER = (Verdict.APPLIES, Verdict.TOO_CLOSE_TO_CALL, Verdict.UNKNOWN)


@dataclass(frozen=True, slots=True)
class _Scope:
    """Rules whose findings are added up together."""

    name: str
    judgements: list[Judgement]


def add_up(scene: Scene, judgements: Sequence[Judgement]) -> pd.DataFrame:
    """Add up findings per rule, page and strength, by verdict and township.

    Parameters
    ----------
    scene
        The district.
    judgements
        Judged rules. A rule for warning days counts in its page and strength on such days only.

    Returns
    -------
    totals
        See `Assessment.totals`. Rows of the townships, of no township and of the outside add up to
        the row ``all``, which is measured on its own.
    """
    return sum_entries(scene, list_entries(scene, judgements))


def list_entries(
    scene: Scene,
    judgements: Sequence[Judgement],
    *,
    measure: Callable[[NDArray[np.float64]], Any] | None = None,
) -> list[dict[str, Any]]:
    """List what adds up to the totals.

    Parameters
    ----------
    scene
        The district, or a part of its roads.
    judgements
        As `add_up` takes them.
    measure
        Makes one length of those of several stretches, ground metres; their sum by default.

    Returns
    -------
    entries
        `scope`, `verdict`, `township_id`, `count`, `length_m`, `area_m2`; several may speak of the
        same place. Those of roads that are judged in parts add up to those of all.
    """
    measure = measure or (lambda length_m: float(length_m.sum()))
    entries: list[dict[str, Any]] = []
    for scope in _scopes(scene, judgements):
        entries += _count_subjects(scene, scope)
        entries += _measure_lines(scene, scope, measure)
        entries += _measure_areas(scene, scope)
    return entries


def sum_entries(scene: Scene, entries: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Add up entries by scope, verdict and township.

    Parameters
    ----------
    scene
        The district, which names the townships.
    entries
        From `list_entries`.

    Returns
    -------
    totals
        See `Assessment.totals`.
    """
    columns = ["scope", "verdict", "township_id", "count", "length_m", "area_m2"]
    long = pd.DataFrame(entries, columns=columns).fillna(
        {"count": 0, "length_m": 0.0, "area_m2": 0.0}
    )
    keys = ["scope", "verdict", "township_id"]
    total = long.groupby(keys, as_index=False)[["count", "length_m", "area_m2"]].sum()
    names = dict(zip(scene.township_ids, scene.township_names, strict=True)) | {ALL: "合计"}
    total.insert(3, "township_name", total["township_id"].map(names))
    total["count"] = total["count"].astype("int64")
    return total.sort_values(keys, ignore_index=True)


def collect_reasons(scene: Scene, judgements: Sequence[Judgement]) -> pd.DataFrame:
    """List the road pieces that several rules of a page ask for.

    Parameters
    ----------
    scene
        The district.
    judgements
        Judged rules.

    Returns
    -------
    reasons
        See `Assessment.reasons`.
    """
    columns = ["page", "subject_id", "township_id", "rule_ids", "length_m"]
    tables = []
    for page in sorted({j.rule.page for j in judgements}):
        by_layer = _by_layer([j for j in judgements if j.rule.page == page])
        for layer, members in by_layer.items():
            told = [j.stretches[Verdict.APPLIES] for j in members]
            if len(told) < 2:  # noqa: PLR2004 - one rule gives one reason
                continue
            tables.append(_several_reasons(scene, page, layer, members, told))
    tables = [t for t in tables if len(t)]
    if not tables:
        return pd.DataFrame(
            {c: pd.Series(dtype="float64" if c == "length_m" else "string") for c in columns}
        )
    table = pd.concat(tables, ignore_index=True)[columns]
    return table.sort_values(columns[:4], ignore_index=True)


def overlay(several: Sequence[Intervals]) -> Intervals:
    """Lay disjoint lists of stretches over one another.

    Parameters
    ----------
    several
        Up to 62 lists of stretches of the same lines, each disjoint within itself.

    Returns
    -------
    pieces
        Disjoint stretches that no list begins or ends within; bit i of `label` says that list i
        covers it. Stretches that no list covers are left out.
    """
    everything = Intervals.concatenate(several)
    if len(everything) == 0:
        return everything
    part = np.concatenate((everything.part, everything.part))
    place = np.concatenate((everything.start, everything.end))
    order = np.lexsort((place, part))
    part, place = part[order], place[order]
    same = (part[1:] == part[:-1]) & (place[1:] > place[:-1])
    start, end, owner = place[:-1][same], place[1:][same], part[:-1][same]
    middle = (start + end) / 2
    label = np.zeros(len(owner), dtype=np.int64)
    for bit, stretches in enumerate(several):
        sorted_ = stretches.take(np.lexsort((stretches.start, stretches.part)))
        at = np.searchsorted(sorted_.start, middle, side="right") - 1
        covered = (at >= 0) & (len(sorted_) > 0)
        covered[covered] &= sorted_.end[at[covered]] > middle[covered]
        label[covered] |= 1 << bit
    pieces = Intervals(owner, start, end, label)
    return pieces.take(label > 0)


def _scopes(scene: Scene, judgements: Sequence[Judgement]) -> list[_Scope]:
    """Group judgements by rule, page and strength."""
    in_force = [
        j for j in judgements if scene.district.warning_day or not j.rule.only_on_warning_days
    ]
    scopes = [_Scope(f"rule:{j.rule.rule_id}", [j]) for j in judgements]

    def group(prefix: str, key: Callable[[Judgement], str]) -> None:
        scopes.extend(
            _Scope(f"{prefix}:{word}", [j for j in in_force if key(j) == word])
            for word in sorted({key(j) for j in in_force})
        )

    group("page", lambda j: j.rule.page)
    group("strength", lambda j: str(j.rule.strength))
    return scopes


def _by_layer(judgements: Iterable[Judgement]) -> dict[str, list[Judgement]]:
    """Group judgements on lines by the layer of their subjects."""
    groups: dict[str, list[Judgement]] = {}
    for judgement in judgements:
        if judgement.stretches:
            groups.setdefault(judgement.rule.subject.layer, []).append(judgement)
    return groups


def _count_subjects(scene: Scene, scope: _Scope) -> list[dict[str, Any]]:
    """Count each subject once per township, under its surest verdict."""
    rows = pd.concat(
        [
            j.rows[j.rows["subject_layer"] != "zone"][
                ["subject_layer", "subject_id", "territory", "verdict"]
            ]
            for j in scope.judgements
        ]
    )
    order = {str(v): i for i, v in enumerate((*_ORDER, Verdict.DOES_NOT_APPLY))}
    result = []
    for keys, whose in ((["territory"], None), ([], ALL)):
        subject = ["subject_layer", "subject_id", *keys]
        surest = (
            rows.assign(order=rows["verdict"].map(order))
            .sort_values("order", kind="stable")
            .drop_duplicates(subject)
        )
        sizes = surest.groupby(["verdict", *keys]).size().reset_index(name="size")
        for row in sizes.to_dict(orient="records"):
            township = scene.township_ids[row["territory"]] if whose is None else whose
            result.append(_entry(scope, row["verdict"], str(township), count=row["size"]))
    return result


def _measure_lines(
    scene: Scene, scope: _Scope, measure: Callable[[NDArray[np.float64]], Any]
) -> list[dict[str, Any]]:
    """Measure lines, a metre once."""
    result = []
    for layer, members in _by_layer(scope.judgements).items():
        lines = scene.lines[layer]
        lists = [_join(members, verdict) for verdict in _ORDER]
        pieces = overlay(lists)
        if len(pieces) == 0:
            continue
        surest = np.select([pieces.label & 1 > 0, pieces.label & 2 > 0], [0, 1], default=2)
        split = partition_lines(lines, scene.territories, among=pieces)
        for rank, verdict in enumerate(_ORDER):
            mine = pieces.take(surest == rank)
            if len(mine) == 0:
                continue
            whole_m = measure(lines.lengths_m(mine.union()))
            result.append(_entry(scope, verdict, ALL, length_m=whole_m))
            cut = mine.union().intersection(split)
            length_m = lines.lengths_m(cut)
            for territory in np.unique(cut.label):
                part_m = measure(length_m[cut.label == territory])
                township = scene.township_ids[int(territory)]
                result.append(_entry(scope, verdict, township, length_m=part_m))
    return result


def _join(members: Iterable[Judgement], verdict: Verdict) -> Intervals:
    """Unite the stretches that several rules tell of under one verdict."""
    return Intervals.concatenate(j.stretches[verdict] for j in members).union()


def _measure_areas(scene: Scene, scope: _Scope) -> list[dict[str, Any]]:
    """Measure polygons that a rule applies to, overlapping ones once."""
    areas: dict[str, list[NDArray[np.object_]]] = {}
    for judgement in scope.judgements:
        rows = judgement.rows
        is_area = rows["area_m2"].to_numpy(dtype=float) > 0
        for verdict in _ORDER:
            chosen = is_area & (rows["verdict"] == verdict).to_numpy(dtype=bool)
            if chosen.any():
                shapes = rows.geometry.to_numpy(dtype=object)[chosen]
                areas.setdefault(str(verdict), []).append(shapes)
    result = []
    for word, several in areas.items():
        union = np.array([shapely.union_all(np.concatenate(several))], dtype=object)
        result.append(_entry(scope, word, ALL, area=float(area_m2(union)[0])))
        _, territory, piece = partition_polygons(union, scene.territories)
        for number, square_m in zip(territory, area_m2(piece), strict=True):
            township = scene.township_ids[int(number)]
            result.append(_entry(scope, word, township, area=float(square_m)))
    return result


def _entry(
    scope: _Scope,
    verdict: str,
    township_id: str,
    *,
    count: int = 0,
    length_m: Any = 0.0,  # noqa: ANN401 - what measures, decides
    area: float = 0.0,
) -> dict[str, Any]:
    """Write one line of the totals."""
    return {
        "scope": scope.name,
        "verdict": str(verdict),
        "township_id": township_id,
        "count": count,
        "length_m": length_m,
        "area_m2": area,
    }


def _several_reasons(
    scene: Scene, page: str, layer: str, members: list[Judgement], told: list[Intervals]
) -> pd.DataFrame:
    """Pieces under two rules or more, by subject and township."""
    lines = scene.lines[layer]
    pieces = overlay(told)
    bits = np.array([int(b).bit_count() for b in pieces.label], dtype=np.int64)
    pieces = pieces.take(bits > 1)
    split = partition_lines(lines, scene.territories, among=pieces)
    cut = split.intersection(pieces)  # keeps the bits
    place = pieces.intersection(split)  # keeps the territory, in the same order
    table = scene.layer(layer).table
    owner = lines.part_line[cut.part]
    names = [
        ", ".join(m.rule.rule_id for i, m in enumerate(members) if int(label) >> i & 1)
        for label in cut.label
    ]
    rows = pd.DataFrame(
        {
            "page": page,
            "subject_id": table["section_id"].astype(str).to_numpy(dtype=object)[owner],
            "township_id": scene.township_ids[place.label],
            "rule_ids": names,
            "length_m": lines.lengths_m(cut),
        }
    )
    keys = ["page", "subject_id", "township_id", "rule_ids"]
    return rows.groupby(keys, as_index=False)[["length_m"]].sum()
