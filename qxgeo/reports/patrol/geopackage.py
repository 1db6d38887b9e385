"""The GeoPackage patrol.gpkg: cells, territories, points, routes and what devices see."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from qxgeo.errors import Text
from qxgeo.reports.geopackage_file import OutputLayer, write_layers
from qxgeo.reports.styles import draw_categories, draw_plain
from qxgeo.vocabulary import DEMO_BANNER, NOT_LEGAL_BOUNDARY

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd

    from qxgeo.patrol.model import Patrol

RISK_LABELS = {
    "high": Text("高风险", "high risk"),
    "medium": Text("中风险", "medium risk"),
    "low": Text("低风险", "low risk"),
    "water": Text("水面", "water"),
}
_RISK_COLOURS = {"high": "#B2182B", "medium": "#F4A582", "low": "#FDDBC7", "water": "#92C5DE"}
# Okabe and Ito (2008): eight colours that colour-blind people tell apart.
_PEOPLE_COLOURS = (
    "#E69F00",
    "#56B4E9",
    "#009E73",
    "#F0E442",
    "#0072B2",
    "#D55E00",
    "#CC79A7",
    "#999999",
)


_SHORT = {"load_min": "load"}  # minutes a week, as the layer's description says


def write_patrol_geopackage(
    patrol: Patrol, path: str | Path, *, lang: str, is_public: bool = False
) -> None:
    """Write patrol.gpkg.

    No name and no phone of a person is in it: the workbook tells who a `person_id` is.

    Parameters
    ----------
    patrol
        The whole plan.
    path
        The file, replaced if it is there; its folder exists.
    lang
        ``zh`` or ``en``, of titles and legends.
    is_public
        Leave out the routes, which begin at people's bases, and the points' names and addresses,
        which may name neighbours.

    Raises
    ------
    OutputError
        If the file cannot be written or does not hold what was written.
    """
    day = patrol.district.as_of.isoformat()
    warnings = [day, NOT_LEGAL_BOUNDARY.in_language(lang)]
    if patrol.is_demo:
        warnings.append(DEMO_BANNER.in_language(lang))
    write_layers(
        Path(path),
        _list_layers(patrol, lang, is_public=is_public),
        describe=lambda layer: " | ".join((layer.title, *warnings)),
        stamp=f"{day}T00:00:00.000Z",
    )


def _list_layers(patrol: Patrol, lang: str, *, is_public: bool) -> Iterator[OutputLayer]:
    """Give every layer."""
    yield _layer(
        "cells",
        Text("巡查网格（load：分钟/周）", "patrol cells (load: minutes a week)"),
        "polygon",
        _join_coverage(patrol),
        draw_categories("risk_class", "polygon", RISK_LABELS, _RISK_COLOURS, lang=lang),
        lang,
    )
    yield _layer(
        "territories",
        Text("责任区（load：分钟/周）", "territories (load: minutes a week)"),
        "polygon",
        patrol.assignment.territories,
        _colour_people(patrol, lang),
        lang,
    )
    yield _layer(
        "points",
        Text("敏感点、易发点", "sensitive points"),
        "point",
        patrol.points.assign(name="", address="") if is_public else patrol.points,
        draw_plain("point", "#222222", label="point_id"),
        lang,
    )
    if not is_public:
        yield _layer(
            "routes",
            Text("巡查路线", "routes"),
            "line",
            patrol.routes.routes,
            draw_plain("line", "#6A3D9A"),
            lang,
        )
    yield _layer(
        "hot_cells",
        Text("热点网格", "hot cells"),
        "polygon",
        patrol.risk.hot_cells,
        draw_plain("polygon", "#333333", alpha=0),
        lang,
    )
    if patrol.sight is not None and len(patrol.sight.devices):
        yield _layer(
            "views",
            Text("摄像头、无人机可见范围", "what cameras and drones see"),
            "polygon",
            patrol.sight.devices,
            draw_plain("polygon", "#009E73", alpha=70),
            lang,
        )


def _layer(
    name: str, title: Text, family: str, table: gpd.GeoDataFrame, style: str, lang: str
) -> OutputLayer:
    """Put a layer together in types that a GeoPackage has."""
    plain = table.rename(columns=_SHORT)
    for column in plain.columns.drop("geometry"):
        if not pd.api.types.is_numeric_dtype(plain[column]):
            plain[column] = plain[column].astype("string")
    return OutputLayer(
        name=name, title=title.in_language(lang), family=family, table=plain, style=style
    )


def _join_coverage(patrol: Patrol) -> gpd.GeoDataFrame:
    """Give the cells with what devices see of them."""
    if patrol.sight is None:
        return patrol.cells
    coverage = patrol.sight.coverage.drop(columns="unknown_share")
    joined = patrol.cells.merge(coverage, on="cell_id", how="left", validate="one_to_one")
    return joined[[*joined.columns.drop("geometry"), "geometry"]]


def _colour_people(patrol: Patrol, lang: str) -> str:
    """Give every person one of the colours in turn."""
    people = patrol.assignment.territories["person_id"].astype(str).tolist()
    return draw_categories(
        "person_id",
        "polygon",
        {person: Text(person, person) for person in people},
        {
            person: _PEOPLE_COLOURS[number % len(_PEOPLE_COLOURS)]
            for number, person in enumerate(people)
        },
        lang=lang,
        label="person_id",
    )
