"""Read every layer of a district and note what is wrong with each, without stopping."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from glob import escape
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from qxgeo.district.crosscheck import check_together
from qxgeo.district.declaration import check_against_plan, find_district_file, read_declaration
from qxgeo.district.model import District, Layer
from qxgeo.district.reach import surroundings_of
from qxgeo.district.rows import read_rows
from qxgeo.district.titles import title_layer
from qxgeo.errors import DistrictError, Fault, QxgeoError, Text
from qxgeo.plan import apply_choices, load_plan
from qxgeo.schemas import LAYERS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import geopandas as gpd

    from qxgeo.district.model import Declaration, LayerDeclaration
    from qxgeo.district.rows import Box
    from qxgeo.plan import ActionPlan

_SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerSurvey:
    """What was found of one declared layer.

    Attributes
    ----------
    layer
        None where it could not be read.
    faults
        Everything that has to be mended before the layer can be used.
    """

    name: str
    layer: Layer | None
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """A district looked at as a whole, faults and all.

    Attributes
    ----------
    district
        Holds the layers without a fault; complete if `faults` is empty.
    plan
        With the district's choices applied; None where it could not be loaded.
    layers
        Every declared layer, in the order of the file.
    faults
        What does not belong to a single layer: the file itself, parameters, choices, plan.
    errors
        The errors behind all faults, in the order they were met.
    """

    district: District
    plan: ActionPlan | None
    layers: tuple[LayerSurvey, ...]
    faults: tuple[Fault, ...]
    errors: tuple[QxgeoError, ...]


def load_district(path: str | Path | None = None, *, as_of: date | None = None) -> District:
    """Read and check every layer of a district.

    Parameters
    ----------
    path
        The district's folder or its district.toml; None for the embedded default district.
    as_of
        Takes the place of the day in the file.

    Returns
    -------
    district
        All layers in EPSG:4326.

    Raises
    ------
    DistrictError
        If anything is at fault: one error with all faults of all layers. Where a single reader
        raised it, the error is of its class: `ReadError`, `SchemaError`, `DatumError` or
        `PlanError`. All are `InputError`.
    """
    survey = survey_district(path, as_of=as_of)
    if len(survey.errors) == 1:
        raise survey.errors[0]
    if survey.errors:
        raise DistrictError([fault for error in survey.errors for fault in error.faults])
    return survey.district


def survey_district(path: str | Path | None = None, *, as_of: date | None = None) -> Survey:
    """Read a district as far as it can be read.

    Parameters
    ----------
    path
        The district's folder or its district.toml; None for the embedded default district.
    as_of
        Takes the place of the day in the file.

    Returns
    -------
    survey
        Layers, notes and faults.

    Raises
    ------
    DistrictError
        If there is no district file, or it is no TOML.
    """
    declaration, faults = read_declaration(find_district_file(path), as_of=as_of)
    trouble = _Trouble()
    plan = _load_plan(declaration, trouble)
    if plan is not None:
        faults += check_against_plan(declaration, plan)
    trouble.add_file_faults(faults)
    plan = _choose_readings(plan, declaration, trouble)
    layers = _read_layers(declaration, plan, trouble)
    together = check_together(layers, as_of=declaration.as_of, plan=plan)
    for name, found in together.faults.items():
        trouble.add(DistrictError(found), name)
    for name, notes in together.notes.items():
        layers[name] = replace(layers[name], notes=(*layers[name].notes, *notes))
    return Survey(
        district=_build_district(
            declaration, {name: one for name, one in layers.items() if name not in trouble.layers}
        ),
        plan=plan,
        layers=tuple(
            LayerSurvey(
                name=name, layer=layers.get(name), faults=tuple(trouble.layers.get(name, ()))
            )
            for name in dict.fromkeys((*declaration.layers, *trouble.layers))
        ),
        faults=tuple(trouble.general),
        errors=tuple(trouble.errors),
    )


class _Trouble:
    """All errors, and their faults by the layer they belong to."""

    def __init__(self) -> None:
        self.errors: list[QxgeoError] = []
        self.layers: dict[str, list[Fault]] = {}
        self.general: list[Fault] = []

    def add(self, error: QxgeoError, layer: str = "") -> None:
        """Note an error of a layer, or of the whole where none is named."""
        self.errors.append(error)
        place = self.layers.setdefault(layer, []) if layer else self.general
        place.extend(error.faults)

    def add_file_faults(self, faults: list[Fault]) -> None:
        """Note the faults of the district file, each with the layer its key names."""
        if not faults:
            return
        self.errors.append(DistrictError(faults))
        for fault in faults:
            key = fault.column.split(".")
            is_of_layer = key[0] == "layers" and len(key) > 1
            place = self.layers.setdefault(key[1], []) if is_of_layer else self.general
            place.append(fault)


def _load_plan(declaration: Declaration, trouble: _Trouble) -> ActionPlan | None:
    """Load the district's plan, or note why not."""
    if not declaration.plan:
        return None
    is_file = declaration.plan.endswith(".toml")
    try:
        return load_plan(Path(declaration.plan) if is_file else declaration.plan)
    except QxgeoError as error:
        trouble.add(error)
        return None


def _choose_readings(
    plan: ActionPlan | None, declaration: Declaration, trouble: _Trouble
) -> ActionPlan | None:
    """Take the district's readings of ambiguous clauses; an impossible one is a fault."""
    if plan is None or trouble.general:
        return plan
    try:
        return apply_choices(plan, declaration.choices)
    except QxgeoError as error:
        trouble.add(error)
        return plan


def _read_layers(
    declaration: Declaration, plan: ActionPlan | None, trouble: _Trouble
) -> dict[str, Layer]:
    """Read every layer, the boundary first: it tells where the others belong."""
    layers: dict[str, Layer] = {}
    surroundings = None
    for one in sorted(declaration.layers.values(), key=lambda layer: layer.name != "boundary"):
        try:
            layers[one.name] = _read_layer(one, code=declaration.code, surroundings=surroundings)
        except QxgeoError as error:
            trouble.add(error, one.name)
        if "boundary" in layers and plan is not None:
            surroundings = surroundings_of(layers["boundary"].table, plan)
    return layers


def _read_layer(declaration: LayerDeclaration, *, code: str, surroundings: Box | None) -> Layer:
    """Read one layer and put what was declared beside it."""
    result = read_rows(declaration, surroundings=surroundings)
    schema = LAYERS[declaration.name]
    table, notes = result.table, list(result.notes)
    if declaration.name == "boundary":
        table = _pick_boundary(table, declaration, code)
    if declaration.name == "stations":
        table, remarks = _fill_control_level(table, declaration)
        notes += remarks
    order = table[schema.id_column].astype("string").sort_values(kind="stable").index
    return Layer(
        name=declaration.name,
        table=table.loc[order].reset_index(drop=True),
        path=declaration.path,
        sha256=_hash(declaration.path),
        datum=declaration.datum or "file",
        accuracy_m=declaration.accuracy_m,
        source=declaration.source,
        licence=declaration.licence,
        as_of=declaration.as_of,
        is_demo=declaration.is_demo,
        is_approximate=declaration.is_approximate,
        notes=(*declaration.notes, *notes),
        rows=tuple(result.rows[place] for place in order) if result.rows else (),
    )


def _pick_boundary(
    table: gpd.GeoDataFrame, declaration: LayerDeclaration, code: str
) -> gpd.GeoDataFrame:
    """Take the district's row of a boundary file that holds several districts.

    Raises
    ------
    DistrictError
        If it is not among them, or more than once.
    """
    if len(table) == 1:
        return table
    mine = table[table["district_id"].astype("string").fillna("") == code]
    if len(mine) == 1:
        return mine
    raise DistrictError(
        Fault(
            file=declaration.path.name,
            column="district_id",
            problem=Text(
                f"界线文件有 {len(table)} 行，其中代码为 {code} 的有 {len(mine)} 行",
                f"the boundary file has {len(table)} rows, {len(mine)} of them with code {code}",
            ),
            mend=Text(
                "只留本辖区一行，或用 where 选出它",
                "keep the row of this district alone, or choose it with where",
            ),
        )
    )


def _fill_control_level(
    table: gpd.GeoDataFrame, declaration: LayerDeclaration
) -> tuple[gpd.GeoDataFrame, list[Text]]:
    """Fill in the control level that a registry leaves blank, and say so."""
    if "control_level" in table.columns:
        level = table["control_level"].astype("string").str.strip()
    else:
        level = pd.Series(data=pd.NA, index=table.index, dtype="string")
    blank = level.isna() | (level == "")
    if not blank.any():
        return table, []
    filled = table.assign(control_level=level.mask(blank, declaration.control_level))
    return filled, [
        Text(
            f"{int(blank.sum())} 个站点未写控制级别，按 {declaration.control_level} 计",
            f"{int(blank.sum())} stations name no control level:"
            f" taken as {declaration.control_level}",
        )
    ]


def _hash(path: Path) -> str:
    """Give the SHA-256 of a file; of a Shapefile that of its parts, in a fixed order."""
    parts = [path]
    if path.suffix.lower() == ".shp":
        beside = {one.suffix.lower(): one for one in path.parent.glob(f"{escape(path.stem)}.*")}
        parts = [beside[ending] for ending in _SHAPEFILE_PARTS if ending in beside]
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.read_bytes())
    return digest.hexdigest()


def _build_district(declaration: Declaration, layers: Mapping[str, Layer]) -> District:
    """Put the layers that can be used into a district."""
    return District(
        code=declaration.code,
        name=declaration.name,
        folder=declaration.path.parent,
        path=declaration.path,
        sha256=declaration.sha256,
        plan=declaration.plan,
        as_of=declaration.as_of,
        layers=MappingProxyType(dict(layers)),
        parameters=declaration.parameters,
        choices=declaration.choices,
        warning_day=declaration.is_warning_day,
        notes=_notes_on_whole(layers),
        patrol=declaration.patrol,
        site_kinds=declaration.site_kinds,
    )


def _notes_on_whole(layers: Mapping[str, Layer]) -> tuple[Text, ...]:
    """Repeat the layers' notes with their title, for the reader of the results."""
    without_townships = Text(
        "没有乡镇街道图层：结论只归到辖区，不分到乡镇街道",
        "no layer of townships: findings belong to the district as a whole",
    )
    missing = () if "townships" in layers else (without_townships,)
    return missing + tuple(
        Text(f"{title_layer(name).zh}：{note.zh}", f"{title_layer(name).en}: {note.en}")
        for name, layer in layers.items()
        for note in layer.notes
    )
