"""The GeoPackage verdicts.gpkg: applications with their verdict, styled for QGIS."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from qxgeo.district import title_layer
from qxgeo.errors import Text
from qxgeo.reports.colours import SITE_COLOURS
from qxgeo.reports.geopackage_file import OutputLayer, write_layers
from qxgeo.reports.siting.wording import NOT_DECIDED, list_banner
from qxgeo.reports.styles import draw_categories, draw_plain, draw_style
from qxgeo.vocabulary import SITE_VERDICT_LABELS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd

    from qxgeo.district import District
    from qxgeo.siting import SiteChecks
    from qxgeo.siting.applications import Verdicts

_LABELS = {str(word): label for word, label in SITE_VERDICT_LABELS.items()}
_COLOURS = {str(word): colour for word, colour in SITE_COLOURS.items()}


def write_verdicts_geopackage(verdicts: Verdicts, path: str | Path, *, lang: str) -> None:
    """Write verdicts.gpkg.

    Parameters
    ----------
    verdicts
        What was said of the list.
    path
        The file, replaced if it is there; its folder exists.
    lang
        ``zh`` or ``en``, of titles and legends.

    Raises
    ------
    OutputError
        If the file cannot be written or does not hold what was written.
    """
    day = verdicts.district.as_of.isoformat()
    warnings = (day, *list_banner(verdicts, lang=lang))
    write_layers(
        Path(path),
        _list_layers(verdicts, lang),
        describe=lambda layer: " | ".join((layer.title, *warnings)),
        stamp=f"{day}T00:00:00.000Z",
    )


def _list_layers(verdicts: Verdicts, lang: str) -> Iterator[OutputLayer]:
    """Give the layers: kinds, entrances, background."""
    for checks, lines in zip(verdicts.checks, verdicts.lines, strict=True):
        yield from list_kind_layers(checks, lines, lang=lang)
    yield from list_background(verdicts.district, lang=lang)


def list_kind_layers(
    checks: SiteChecks, lines: pd.DataFrame, *, lang: str
) -> Iterator[OutputLayer]:
    """Give the places of a kind, points and parcels apart, and their entrances.

    Parameters
    ----------
    checks
        What was said of one kind.
    lines
        As `siting.list_lines` writes them.
    lang
        ``zh`` or ``en``.

    Yields
    ------
    layer
        Columns of `schemas.SITE_PLACE_COLUMNS`, the attributes, and for each rule its verdict
        ``v_…`` and its distance in metres ``d_…``.
    """
    kind = checks.kind
    table = _widen(checks, lines)
    is_point = (table.geom_type == "Point").to_numpy(dtype=bool)
    style = {
        family: draw_categories("summary", family, _LABELS, _COLOURS, lang=lang, label="place_id")
        for family in ("point", "polygon")
    }
    parts = [("point", table[is_point]), ("polygon", table[~is_point])]
    filled = [(family, part) for family, part in parts if len(part)]
    for family, part in filled:
        yield OutputLayer(
            name=f"{kind.kind_id}_{family}" if len(filled) > 1 else kind.kind_id,
            title=kind.title.in_language(lang),
            family=family,
            table=part.reset_index(drop=True),
            style=style[family],
        )
    if checks.entrances is not None:
        columns = ["site_id", "entrance_id", "road_name", "geometry"]
        title = Text(f"{kind.title.zh}：出入口", f"{kind.title.en}: entrances")
        yield OutputLayer(
            name=f"{kind.kind_id}_entrances",
            title=title.in_language(lang),
            family="point",
            table=plain_columns(checks.entrances[columns]),
            style=draw_plain("point", "#222222"),
        )


def _widen(checks: SiteChecks, lines: pd.DataFrame) -> gpd.GeoDataFrame:
    """Put verdict and distance of every rule beside each place."""
    count = len(checks.by_rule)
    columns: dict[str, Any] = {}
    for number, one in enumerate(checks.by_rule):
        mine = lines.iloc[number::count]
        name = (
            "ground" if one.rule is None else one.rule.rule_id.replace(".", "_").replace("-", "_")
        )
        columns[f"v_{name}"] = mine["verdict"].to_numpy(dtype=object)
        columns[f"d_{name}"] = mine["distance_m"].to_numpy(dtype=np.float64)
    whole = checks.places.assign(**columns)
    return plain_columns(whole[[*whole.columns.drop("geometry"), "geometry"]])


def plain_columns(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Bring every column to a type that a GeoPackage has.

    Parameters
    ----------
    table
        Any table.

    Returns
    -------
    plain
        Numbers, flags and text.
    """
    plain = table.copy()
    for column in plain.columns.drop("geometry"):
        is_flag = pd.api.types.is_bool_dtype(plain[column])
        if not pd.api.types.is_numeric_dtype(plain[column]) or is_flag:
            plain[column] = plain[column].astype("boolean" if is_flag else "string")
    return plain


def list_parts(name: str, title: str, table: gpd.GeoDataFrame, *, lang: str) -> OutputLayer:
    """Give a layer of ground that is drawn by its verdict.

    Parameters
    ----------
    name, title
        Of the layer.
    table
        Polygons with `verdict`; ``not_decided`` stands where clauses are not drawn.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    layer
        Ready to be written.
    """
    labels = _LABELS | {"not_decided": NOT_DECIDED}
    colours = _COLOURS | {"not_decided": "#BDBDBD"}
    return OutputLayer(
        name=name,
        title=title,
        family="polygon",
        table=plain_columns(table),
        style=draw_categories("verdict", "polygon", labels, colours, lang=lang),
    )


def list_background(district: District, *, lang: str) -> Iterator[OutputLayer]:
    """Give the district's boundary, townships and stations.

    Parameters
    ----------
    district
        Read and checked.
    lang
        ``zh`` or ``en``.

    Yields
    ------
    layer
        Id, name and geometry.
    """
    ids = {"boundary": "district_id", "townships": "township_id", "stations": "station_id"}
    for name, its_id in ids.items():
        layer = district.layers.get(name)
        if layer is None:
            continue
        family = "point" if name == "stations" else "polygon"
        columns = [one for one in (its_id, "name", "geometry") if one in layer.table]
        known = layer.table[layer.table.geometry.notna()][columns]
        yield OutputLayer(
            name=name,
            title=title_layer(name).in_language(lang),
            family=family,
            table=plain_columns(known.reset_index(drop=True)),
            style=draw_style(name, family, lang=lang),
        )
