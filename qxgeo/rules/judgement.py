"""What a rule says about all its subjects, split by who owns the ground."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from qxgeo.geodesy import Intervals, area_m2, first_holders, partition_lines, partition_polygons
from qxgeo.rules.evidence import CODES, VERDICTS, name_verdicts
from qxgeo.schemas import LAYERS
from qxgeo.vocabulary import Status, Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qxgeo.plan import Rule
    from qxgeo.rules.remarks import Remarks
    from qxgeo.rules.scene import Scene

CLASS_COLUMNS = ("damage_class", "road_class", "kind")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """A verdict per subject, before territories.

    Attributes
    ----------
    subjects
        Rows of one layer, index as in the layer, shape (n,).
    codes
        Of verdicts, positions in `evidence.VERDICTS`, shape (n,).
    distance_m, margin_m, radius_m
        Ground metres, NaN where the rule asks for none, shape (n,).
    error_m
        Half-width of the undecided band, ground metres, shape (n,).
    reference_ids, reference_names
        The station, feature or zone that decided, "" where there is none, shape (n,).
    spared
        Existing premises inside that a rule on new ones leaves alone, shape (n,).
    inside, inside_low, inside_high
        Of lines: disjoint stretches within the radius, the radius less the error, and the radius
        and the error. None where a subject is taken whole.
    pieces
        Of polygons cut by a zone: the part inside, shape (n,). None where it is taken whole.
    undecided
        Where an unknown verdict waits for a decision, not for a fact, shape (n,). None where
        none does.
    remarks
        What the verdict rests on, where distance and reference alone do not say it; n of them.
        None where they do.
    """

    subjects: gpd.GeoDataFrame
    codes: NDArray[np.int8]
    distance_m: NDArray[np.float64]
    margin_m: NDArray[np.float64]
    radius_m: NDArray[np.float64]
    error_m: NDArray[np.float64]
    reference_ids: NDArray[np.object_]
    reference_names: NDArray[np.object_]
    spared: NDArray[np.bool_]
    inside: Intervals | None = None
    inside_low: Intervals | None = None
    inside_high: Intervals | None = None
    pieces: NDArray[np.object_] | None = None
    undecided: NDArray[np.bool_] | None = None
    remarks: Remarks | None = None

    @property
    def verdicts(self) -> NDArray[np.object_]:
        """`Verdict` of each subject, shape (n,)."""
        return name_verdicts(self.codes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a rule says.

    Attributes
    ----------
    rows
        One row per subject and territory; columns of the findings table that place and attributes
        decide, plus `territory` (index), `spared`, `undecided`, `remark_zh` and `remark_en`.
    opinion
        Verdicts per subject, which the rows split by territory.
    stretches
        Of lines: disjoint stretches that the rows tell of, by verdict.
    zone
        The drawn zone, or None.
    """

    rule: Rule
    opinion: Opinion
    rows: gpd.GeoDataFrame
    stretches: dict[Verdict, Intervals] = field(default_factory=dict)
    zone: shapely.Geometry | None = None
    zone_reference_ids: str = ""

    @property
    def counts(self) -> dict[Verdict, int]:
        """Subjects by verdict, of all kinds of geometry together."""
        return {v: int((self.opinion.codes == CODES[v]).sum()) for v in Verdict}


def build_rows(rule: Rule, scene: Scene, opinion: Opinion) -> gpd.GeoDataFrame:
    """Split an opinion by territory.

    Road sections on which the rule does not apply are left out (they are counted); sites always
    stay, because an office asks about each of them.

    Parameters
    ----------
    rule
        The rule.
    scene
        The district.
    opinion
        Verdicts per subject.

    Returns
    -------
    rows
        EPSG:4326; see `Judgement`.
    """
    dimension = shapely.get_dimensions(opinion.subjects.geometry.to_numpy(dtype=object))
    is_line = dimension == 1
    speaks = opinion.codes != CODES[Verdict.DOES_NOT_APPLY]
    pieces = [
        _point_pieces(scene, opinion, np.flatnonzero(dimension == 0)),
        _line_pieces(rule, scene, opinion, np.flatnonzero(is_line & speaks)),
        _polygon_pieces(scene, opinion, np.flatnonzero(dimension == 2)),  # noqa: PLR2004
    ]
    piece = pd.concat([p for p in pieces if len(p)] or pieces[:1], ignore_index=True)
    return _describe(rule, opinion, piece)


def line_stretches(scene: Scene, rule: Rule, opinion: Opinion) -> dict[Verdict, Intervals]:
    """Give the stretches of lines that an opinion tells of, by verdict."""
    lines = scene.lines[rule.subject.layer]
    code_of_line = np.full(lines.size, CODES[Verdict.DOES_NOT_APPLY])
    code_of_line[opinion.subjects.index] = opinion.codes
    result = {}
    for verdict in (Verdict.APPLIES, Verdict.TOO_CLOSE_TO_CALL, Verdict.UNKNOWN):
        source = opinion.inside if verdict == Verdict.APPLIES else opinion.inside_high
        source = opinion.inside if source is None else source
        stretches = lines.everywhere() if source is None else source
        owner = lines.part_line[stretches.part]
        result[verdict] = stretches.take(code_of_line[owner] == CODES[verdict])
    return result


def _point_pieces(scene: Scene, opinion: Opinion, rows: NDArray[np.int64]) -> pd.DataFrame:
    """Points belong to the first territory that holds them, its edge included."""
    points = opinion.subjects.geometry.to_numpy(dtype=object)[rows]
    territory = locate(scene, points)
    return _pieces(rows, territory, points)


def locate(scene: Scene, points: NDArray[np.object_]) -> NDArray[np.int64]:
    """Find the territory of points: the index of the first that holds them, -1 for none."""
    # The district itself comes last, and holds only what no township holds.
    return first_holders(np.asarray(shapely.get_coordinates(points)), scene.territories)


def _line_pieces(
    rule: Rule, scene: Scene, opinion: Opinion, rows: NDArray[np.int64]
) -> pd.DataFrame:
    """Cut stretches at territory lines and sum up per subject and territory."""
    if len(rows) == 0:
        return _pieces(rows, rows, np.empty(0, dtype=object))
    lines = scene.lines[rule.subject.layer]
    subject_of_line = np.full(lines.size, -1, dtype=np.int64)
    subject_of_line[opinion.subjects.index[rows]] = rows
    whole = lines.everywhere()
    mine = whole.take(subject_of_line[lines.part_line[whole.part]] >= 0)
    split = partition_lines(lines, scene.territories, among=mine)
    told = line_stretches(scene, rule, opinion)
    drawn = Intervals.concatenate(told.values()).intersection(split)
    groups, inverse = np.unique(
        np.stack((subject_of_line[lines.part_line[drawn.part]], drawn.label)),
        axis=1,
        return_inverse=True,
    )
    result = _pieces(
        groups[0], groups[1], lines.geometries(drawn, inverse.ravel(), groups.shape[1])
    )
    whole_length_m = lines.line_lengths_m()[opinion.subjects.index[groups[0]]]
    nominal = mine if opinion.inside is None else opinion.inside
    low = nominal if opinion.inside_low is None else opinion.inside_low
    high = nominal if opinion.inside_high is None else opinion.inside_high
    keys = groups[0] * (len(scene.territories) + 1) + groups[1] + 1
    for column, stretches in (
        ("length_m", nominal),
        ("length_low_m", low),
        ("length_high_m", high),
    ):
        piece = stretches.intersection(split)
        owner = subject_of_line[lines.part_line[piece.part]]
        key = owner * (len(scene.territories) + 1) + piece.label + 1
        at = np.minimum(np.searchsorted(keys, key), len(keys) - 1)
        found = (keys[at] == key) & (owner >= 0)
        result[column] = np.bincount(
            at[found], weights=lines.lengths_m(piece)[found], minlength=len(keys)
        )
    result["whole_length_m"] = whole_length_m
    return result


def _polygon_pieces(scene: Scene, opinion: Opinion, rows: NDArray[np.int64]) -> pd.DataFrame:
    """Cut polygons at territory lines, where a zone cut them before: only the part inside."""
    whole = opinion.subjects.geometry.to_numpy(dtype=object)
    shapes = whole[rows]
    has_part = np.ones(len(rows), dtype=bool)
    if opinion.pieces is not None:
        cut = opinion.pieces[rows]
        has_part = ~(shapely.is_missing(cut) | shapely.is_empty(cut))
        shapes = np.where(has_part, cut, shapes)
    owner, territory, piece = partition_polygons(shapes, scene.territories)
    result = _pieces(rows[owner], territory, piece)
    result["area_m2"] = area_m2(piece)
    result.loc[~has_part[owner], "area_m2"] = 0.0  # outside the zone: named, without an area
    return result


def _pieces(
    subject: NDArray[np.int64], territory: NDArray[np.int64], geometry: NDArray[np.object_]
) -> pd.DataFrame:
    """Begin a table of pieces."""
    return pd.DataFrame(
        {
            "subject": subject.astype(np.int64),
            "territory": territory.astype(np.int64),
            "geometry": geometry,
            "length_m": 0.0,
            "length_low_m": 0.0,
            "length_high_m": 0.0,
            "whole_length_m": 0.0,
            "area_m2": 0.0,
        }
    )


def _describe(rule: Rule, opinion: Opinion, piece: pd.DataFrame) -> gpd.GeoDataFrame:
    """Write beside each piece what its subject's verdict rests on."""
    subject = piece["subject"].to_numpy()
    table = opinion.subjects.iloc[subject]
    schema = LAYERS[rule.subject.layer]
    columns: dict[str, Any] = {
        "rule_id": rule.rule_id,
        "measure_id": rule.measure_id,
        "strength": str(rule.strength),
        "subject_layer": rule.subject.layer,
        "subject_id": table[schema.id_column].astype(str).to_numpy(dtype=object),
        "subject_name": _words(table, "name"),
        "subject_class": _subject_class(table),
        "subject_status": _words(table, "status") if "status" in schema.columns else "",
        "verdict": [str(VERDICTS[code]) for code in opinion.codes[subject].tolist()],
        "distance_m": opinion.distance_m[subject],
        "margin_m": opinion.margin_m[subject],
        "error_m": opinion.error_m[subject],
        "radius_m": opinion.radius_m[subject],
        "reference_id": opinion.reference_ids[subject],
        "reference_name": opinion.reference_names[subject],
        "spared": opinion.spared[subject],
        "undecided": False if opinion.undecided is None else opinion.undecided[subject],
        "remark_zh": _remarks(opinion, subject, "zh"),
        "remark_en": _remarks(opinion, subject, "en"),
    }
    rows = pd.concat(
        [pd.DataFrame(columns, index=piece.index), piece.drop(columns="subject")], axis=1
    )
    if "status" in schema.columns:
        rows["subject_status"] = rows["subject_status"].replace("", str(Status.UNKNOWN))
    return gpd.GeoDataFrame(rows, geometry="geometry", crs="EPSG:4326")


def _remarks(opinion: Opinion, subject: NDArray[np.int64], lang: str) -> list[str]:
    """Give the remarks of subjects in one language, "" where there is none."""
    if opinion.remarks is None:
        return [""] * len(subject)
    return [remark.in_language(lang) for remark in opinion.remarks.take(subject)]


def _words(table: pd.DataFrame, column: str) -> NDArray[np.object_]:
    """Give a text column, blanks as empty words."""
    if column not in table.columns:
        return np.full(len(table), "", dtype=object)
    return table[column].astype("string").fillna("").to_numpy(dtype=object)


def _subject_class(table: pd.DataFrame) -> NDArray[np.object_]:
    """Give the first class that is written down: of damage, of road, of site."""
    result = np.full(len(table), "", dtype=object)
    for column in CLASS_COLUMNS:
        words = _words(table, column)
        result = np.where(result == "", words, result)
    return result
