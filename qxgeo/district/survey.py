"""Read every layer of a district and note what is wrong with each, without stopping."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from qxgeo.district.crosscheck import check_together
from qxgeo.district.declaration import check_against_plan, find_district_file, read_declaration
from qxgeo.district.layer_reading import read_layer
from qxgeo.district.model import District, Layer
from qxgeo.district.reach import surroundings_of
from qxgeo.district.titles import title_layer
from qxgeo.errors import DistrictError, Fault, QxgeoError, Text
from qxgeo.plan import apply_choices, load_plan

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from qxgeo.district.model import Declaration
    from qxgeo.plan import ActionPlan


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


def load_district(
    path: str | Path | None = None, *, as_of: date | None = None, stream_from: int | None = None
) -> District:
    """Read and check every layer of a district.

    Parameters
    ----------
    path
        The district's folder or its district.toml; None for the embedded default district.
    as_of
        Takes the place of the day in the file.
    stream_from
        From how many rows on roads in Parquet are left on the disk, to be read piece by piece
        (`assess.assess_streamed`); None for a caller that needs every layer in memory.

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
    survey = survey_district(path, as_of=as_of, stream_from=stream_from)
    if len(survey.errors) == 1:
        raise survey.errors[0]
    if survey.errors:
        raise DistrictError([fault for error in survey.errors for fault in error.faults])
    return survey.district


def survey_district(
    path: str | Path | None = None, *, as_of: date | None = None, stream_from: int | None = None
) -> Survey:
    """Read a district as far as it can be read.

    Parameters
    ----------
    path
        The district's folder or its district.toml; None for the embedded default district.
    as_of
        Takes the place of the day in the file.
    stream_from
        As `load_district` takes it.

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
    layers = _read_layers(declaration, plan, trouble, stream_from)
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
    declaration: Declaration,
    plan: ActionPlan | None,
    trouble: _Trouble,
    stream_from: int | None,
) -> dict[str, Layer]:
    """Read every layer, the boundary first: it tells where the others belong."""
    layers: dict[str, Layer] = {}
    surroundings = None
    for one in sorted(declaration.layers.values(), key=lambda layer: layer.name != "boundary"):
        try:
            layers[one.name] = read_layer(
                one,
                code=declaration.code,
                surroundings=surroundings,
                stream_from=stream_from,
            )
        except QxgeoError as error:
            trouble.add(error, one.name)
        if "boundary" in layers and plan is not None:
            surroundings = surroundings_of(layers["boundary"].table, plan)
    return layers


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
        today=declaration.today,
        watering=declaration.watering,
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
