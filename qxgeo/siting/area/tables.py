"""Tables of the ground: faces, parts, and what each rule contributes to them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from qxgeo.geodesy import area_m2, partition_polygons
from qxgeo.siting.area.faces import CAUGHT, DOUBTFUL, NOTHING, Faces, find_codes
from qxgeo.siting.area.model import BOUNDARY, CONDITIONAL_COLUMNS, RULE_COLUMNS
from qxgeo.siting.area.overlay import cut_by, keep_inside
from qxgeo.siting.model import VERDICTS
from qxgeo.vocabulary import SiteVerdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from qxgeo.rules import Scene
    from qxgeo.siting.area.ground import Ground
    from qxgeo.siting.area.roles import Role

    Mask = NDArray[np.bool_]

ELIGIBLE = (SiteVerdict.WITH_DUTY, SiteVerdict.ALLOWED)  # nothing forbids, discourages or is open
AREA_COLUMNS = ("stated_km2", "caught_km2", "doubtful_km2", "only_km2", "freed_km2", "eased_km2")
WGS84 = "EPSG:4326"
_WORDS = np.array([str(one) for one in VERDICTS], dtype=object)
_ALLOWED = VERDICTS.index(SiteVerdict.ALLOWED)
_CLOSE = VERDICTS.index(SiteVerdict.TOO_CLOSE_TO_CALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """A rule on the ground; without a role it is the boundary."""

    role: Role | None
    ground: Ground

    @property
    def is_drawn(self) -> bool:
        """Whether it is part of the verdict."""
        return self.role is None or self.role.role == "drawn"

    @property
    def rule_id(self) -> str:
        """Its rule, or the boundary."""
        return BOUNDARY if self.role is None else self.role.rule.rule_id

    @property
    def ground_layer(self) -> str:
        """What it was measured to, "" for nothing."""
        if self.role is None:
            return BOUNDARY
        return self.role.rule.reference.layer if self.role.rule.reference else ""

    @property
    def codes(self) -> tuple[int, int, int]:
        """Places in `VERDICTS` of what it says with each mark."""
        return (_ALLOWED, _CLOSE, _CLOSE) if self.role is None else self.role.codes


def list_faces(scene: Scene, cut: Faces, laid: Sequence[Laid]) -> gpd.GeoDataFrame:
    """Write the faces out, each with its verdict and the rules behind it."""
    names = np.array([one.rule_id for one in laid], dtype=object)
    is_drawn = np.array([one.is_drawn for one in laid])

    def join(holds: Mask) -> list[str]:
        return [", ".join(names[row]) for row in holds]

    return gpd.GeoDataFrame(
        {
            "township_id": scene.township_ids[cut.territory],
            "township_name": scene.township_names[cut.territory],
            "verdict": _WORDS[_verdicts(cut, laid)],
            "caught_by": join((cut.marks == CAUGHT) & is_drawn),
            "doubtful_by": join((cut.marks == DOUBTFUL) & is_drawn),
            "depends_on": join((cut.marks != NOTHING) & ~is_drawn),
            "area_km2": cut.area_km2,
        },
        geometry=list(cut.shapes),
        crs=WGS84,
    )


def list_parts(scene: Scene, faces: gpd.GeoDataFrame, laid: Sequence[Laid]) -> gpd.GeoDataFrame:
    """Give the ground of each verdict in each township.

    Parameters
    ----------
    scene
        Names the townships.
    faces
        As `list_faces` gives them: their areas are added up.
    laid
        The rules: the ground of each verdict is cut from what the more binding ones have left.

    Returns
    -------
    parts
        The most binding verdict first, townships in their order; range index.
    """
    whole = np.array([scene.territories[-1]], dtype=object)
    _, territory, rest = partition_polygons(whole, scene.territories)
    drawn: dict[tuple[str, str], shapely.Geometry] = {}
    for code, word in enumerate(_WORDS):
        held = rest
        if code != _ALLOWED:
            held, rest = cut_by(rest, _unite_ground(laid, code))
        drawn |= {(word, scene.township_ids[t]): s for t, s in zip(territory, held, strict=True)}
    depends = faces["area_km2"].where(faces["depends_on"] != "", 0.0)
    keys = ["verdict", "township_id", "township_name"]
    groups = faces.assign(conditional_km2=depends).groupby(keys, sort=False)
    table = groups[["area_km2", "conditional_km2"]].sum().reset_index()
    table = _in_order(table, [scene.township_ids[t] for t in territory])
    table["is_eligible"] = table["verdict"].isin([str(one) for one in ELIGIBLE])
    shapes = [drawn[key] for key in zip(table["verdict"], table["township_id"], strict=True)]
    return gpd.GeoDataFrame(table, geometry=shapes, crs=WGS84)


def _in_order(table: pd.DataFrame, townships: Sequence[str]) -> pd.DataFrame:
    """Sort by verdict, the most binding first, and by township in the order given."""
    places = {word: number for number, word in enumerate([*_WORDS, *townships])}
    keys = table[["verdict", "township_id"]].apply(lambda column: column.map(places))
    order = np.lexsort((keys["township_id"], keys["verdict"]))
    return table.iloc[order].reset_index(drop=True)


def _unite_ground(laid: Sequence[Laid], code: int) -> shapely.Geometry:
    """Unite the ground on which drawn rules say one thing."""
    told = [one.ground.caught for one in laid if one.is_drawn and one.codes[CAUGHT] == code]
    told += [one.ground.doubtful for one in laid if one.is_drawn and one.codes[DOUBTFUL] == code]
    return shapely.disjoint_subset_union_all(np.array(told, dtype=object))


def list_contributions(scene: Scene, cut: Faces, laid: Sequence[Laid]) -> pd.DataFrame:
    """Measure what each rule does by township.

    Parameters
    ----------
    scene
        Names the townships.
    cut, laid
        Faces, and rules in the order of their marks.

    Returns
    -------
    contributions
        One row per rule and township in which the district has ground, and `AREA_COLUMNS`.
    """
    held = np.unique(cut.territory)
    tables = []
    for column, one in enumerate(laid):
        facts = {"stated_km2": _measure_by_township(one.ground.stated, scene)} | {
            name: np.bincount(cut.territory, cut.area_km2 * mask, len(scene.township_ids))
            for name, mask in _find_effects(cut, laid, column).items()
        }
        named = {"township_id": scene.township_ids, "township_name": scene.township_names}
        tables.append(
            pd.DataFrame(
                {
                    "rule_id": one.rule_id,
                    **{name: values[held] for name, values in (named | facts).items()},
                }
            )
        )
    return pd.concat(tables, ignore_index=True)


def _find_effects(cut: Faces, laid: Sequence[Laid], column: int) -> dict[str, Mask]:
    """Tell on which faces one rule does what; a conditional one frees nothing."""
    mine, is_drawn = cut.marks[:, column], np.array([one.is_drawn for one in laid])
    others = cut.marks[:, is_drawn & (np.arange(len(laid)) != column)]
    now, then = _verdicts(cut, laid), _verdicts(cut, laid, lifted=[column])
    return {
        "caught_km2": mine == CAUGHT,
        "doubtful_km2": mine == DOUBTFUL,
        "only_km2": (mine != NOTHING) & (others == NOTHING).all(axis=1),
        "freed_km2": ~is_eligible(now) & is_eligible(then),
        "eased_km2": (then > now) & ~is_eligible(then),
    }


def list_pairs(cut: Faces, laid: Sequence[Laid]) -> pd.DataFrame:
    """Measure what every two rules do together.

    Parameters
    ----------
    cut, laid
        Faces, and rules in the order of their marks.

    Returns
    -------
    pairs
        `first_rule_id`, `second_rule_id`, `overlap_km2` (both say something there), `freed_km2`
        (eligible if both were lifted) and `jointly_km2`, that part of it which takes both.
    """
    is_shut = ~is_eligible(_verdicts(cut, laid))

    def freed(*columns: int) -> Mask:
        return np.asarray(is_shut & is_eligible(_verdicts(cut, laid, lifted=columns)))

    rows = []
    for first, second in combinations(range(len(laid)), 2):
        both, alone = freed(first, second), freed(first) | freed(second)
        meets = (cut.marks[:, [first, second]] != NOTHING).all(axis=1)
        rows.append(
            {
                "first_rule_id": laid[first].rule_id,
                "second_rule_id": laid[second].rule_id,
                "overlap_km2": cut.area_km2[meets].sum(),
                "freed_km2": cut.area_km2[both].sum(),
                "jointly_km2": cut.area_km2[both & ~alone].sum(),
            }
        )
    columns = ["first_rule_id", "second_rule_id", "overlap_km2", "freed_km2", "jointly_km2"]
    return pd.DataFrame(rows, columns=columns)


def list_zones(laid: Sequence[Laid]) -> gpd.GeoDataFrame:
    """Give the ground of each rule by itself: as stated, caught and doubtful."""
    rows = [
        {
            "rule_id": one.rule_id,
            "extent": extent,
            "role": "drawn" if one.role is None else one.role.role,
            "verdict": _WORDS[one.codes[mark]],
            "geometry": shape,
        }
        for one in laid
        for extent, mark, shape in (
            ("stated", CAUGHT, one.ground.stated),
            ("caught", CAUGHT, one.ground.caught),
            ("doubtful", DOUBTFUL, one.ground.doubtful),
        )
        if not shapely.is_empty(shape)
    ]
    columns = ["rule_id", "extent", "role", "verdict", "geometry"]
    table = gpd.GeoDataFrame(rows, columns=columns, geometry="geometry", crs=WGS84)
    table.insert(4, "area_km2", area_m2(table.geometry.to_numpy(dtype=object)) / 1e6)
    return table


def list_rules(
    roles: Sequence[Role], laid: Sequence[Laid], contributions: pd.DataFrame
) -> pd.DataFrame:
    """List every rule of the kind with what it is and does, whose ground it is first."""
    sums = contributions.groupby("rule_id", as_index=False)[[*AREA_COLUMNS]].sum()
    grounds: dict[object, dict[str, object]] = {
        one.rule_id: {
            "threshold_m": one.ground.threshold_m,
            "error_m": one.ground.error_m,
            "reference_ids": ", ".join(one.ground.reference_ids),
        }
        for one in laid
    }
    rows = [
        {
            "rule_id": BOUNDARY,
            "title_zh": "属地：距辖区界线太近",
            "title_en": "whose ground: too near the boundary",
            "role": "drawn",
            "verdict": str(SiteVerdict.TOO_CLOSE_TO_CALL),
            "is_trial": False,
            "reference_layer": BOUNDARY,
            "reason_zh": "距界线小于位置误差，先核实属地",
            "reason_en": "nearer to the boundary than the position error: find out whose it is",
        },
        *(_describe(one) for one in roles),
    ]
    nothing = {"threshold_m": np.nan, "error_m": np.nan, "reference_ids": ""}
    table = pd.DataFrame([row | grounds.get(row["rule_id"], nothing) for row in rows])
    table = table.merge(sums, on="rule_id", how="left", validate="one_to_one")
    table = table.reindex(columns=[*RULE_COLUMNS])
    text = [name for name, kind in RULE_COLUMNS.items() if kind == "string"]
    table[text] = table[text].fillna("")
    return table.astype(RULE_COLUMNS)


def _describe(role: Role) -> dict[str, object]:
    """Say what a rule is."""
    rule = role.rule
    return {
        "rule_id": rule.rule_id,
        "measure_id": rule.measure_id,
        "title_zh": rule.title.zh,
        "title_en": rule.title.en,
        "clause": rule.clause,
        "strength": str(rule.strength),
        "role": role.role,
        "verdict": str(role.verdict),
        "is_trial": role.is_trial,
        "reference_layer": rule.reference.layer if rule.reference else "",
        "reason_zh": role.reason.zh,
        "reason_en": role.reason.en,
    }


def list_conditional(
    cut: Faces, faces: gpd.GeoDataFrame, parts: gpd.GeoDataFrame, laid: Sequence[Laid]
) -> gpd.GeoDataFrame:
    """Give the ground on which an attribute that nobody has given decides.

    Parameters
    ----------
    cut, faces, parts, laid
        Faces, what is said of them and of the parts they make up, and rules in the order of the
        marks.

    Returns
    -------
    conditional
        `CONDITIONAL_COLUMNS` and geometry, one row per rule, extent and part.
    """
    shapes = parts.geometry.to_numpy(dtype=object)
    tables = []
    for column, one in enumerate(laid):
        if one.role is None or one.is_drawn:
            continue
        subject = one.role.rule.subject.text
        for extent, mark, ground in (
            ("caught", CAUGHT, one.ground.caught),
            ("doubtful", DOUBTFUL, one.ground.doubtful),
        ):
            area = faces["area_km2"].where(cut.marks[:, column] == mark, 0.0)
            sums = area.groupby([faces["verdict"], faces["township_id"]]).sum()
            keys = pd.MultiIndex.from_frame(parts[["verdict", "township_id"]])
            facts = {
                "rule_id": one.rule_id,
                "verdict": _WORDS[one.codes[mark]],
                "verdict_now": parts["verdict"],
                "extent": extent,
                "township_id": parts["township_id"],
                "township_name": parts["township_name"],
                "condition_zh": subject.zh,
                "condition_en": subject.en,
                "area_km2": sums.reindex(keys).to_numpy(),
            }
            table = gpd.GeoDataFrame(facts, geometry=list(keep_inside(shapes, ground)), crs=WGS84)
            tables.append(table[table["area_km2"] > 0])
    columns = [*CONDITIONAL_COLUMNS, "geometry"]
    empty = gpd.GeoDataFrame(columns=columns, geometry="geometry", crs=WGS84)
    joined = pd.concat(tables, ignore_index=True) if tables else empty
    return gpd.GeoDataFrame(joined.astype(CONDITIONAL_COLUMNS), geometry="geometry", crs=WGS84)


def _verdicts(cut: Faces, laid: Sequence[Laid], *, lifted: Sequence[int] = ()) -> NDArray[np.int8]:
    """Give the verdicts of faces, some rules perhaps lifted; conditional ones say nothing."""
    kept = [n for n, one in enumerate(laid) if one.is_drawn and n not in lifted]
    codes = np.array([laid[n].codes for n in kept], dtype=np.int8)
    return find_codes(cut.marks[:, kept], codes)


def is_eligible(codes: NDArray[np.integer[Any]]) -> Mask:
    """Tell under which verdicts, places in `VERDICTS`, it may open."""
    return np.isin(codes, [VERDICTS.index(one) for one in ELIGIBLE])


def _measure_by_township(ground: shapely.Geometry, scene: Scene) -> NDArray[np.float64]:
    """Measure ground in each township, square kilometres, and none beyond, shape (t + 1,)."""
    parts = np.asarray(shapely.get_parts(ground), dtype=object)
    _, label, pieces = partition_polygons(parts, scene.territories)  # -1 where rounding has cut
    held = label >= 0
    km2 = np.bincount(label[held], area_m2(pieces[held]) / 1e6, len(scene.township_ids))
    return np.asarray(km2, dtype=float)
