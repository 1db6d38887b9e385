"""The same questions answered by qxgeo and by its peers, each returning the same arrays.

Peers work as most scripts do: everything in UTM, one buffer and one join for "within", one nearest
join for the distance, per rule; a raster of 10 m cells for the area.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
from siting_city import ACCURACY_M, NEAR_M, OTHERS_ACCURACY_M, as_district

if TYPE_CHECKING:
    Tables = dict[str, gpd.GeoDataFrame]
    Answers = dict[str, np.ndarray[Any, Any]]

UTM = "EPSG:32649"
PLACE_M = 10.0  # position error of places; the plan's own parameter
FRONTAGE_M = 30.0
CELL_M = 10.0
BEYOND, WITHIN, CLOSE = 0, 1, 2
FREE, DECIDE, MAIN, TIED, LOST = 0, 1, 2, 3, 4  # of an entrance
MAIN_CLASSES, BUSY_CLASSES = ("trunk", "primary"), ("motorway", "secondary", "road")
# What each rule of a kind measures to, and within how many metres; None: whether inside.
RULES: dict[str, dict[str, tuple[str, float | None]]] = {
    "catering": {
        "3.1.0-a": ("residential_buildings", 9.0),
        "3.1.0-b": ("no_fuel_zone", None),
        "3.2.0-a": ("boundary", None),
        "3.3.0-a": ("stations", 1_000.0),
    },
    "inspection_agency": {
        "4.1.4-a": ("stations", 1_000.0),
        "4.1.4-b": ("schools", NEAR_M["near_school_m"]),
        "4.1.4-c": ("markets", NEAR_M["near_market_m"]),
        "4.1.4-f": ("stations", 1_000.0),
    },
}

# Those that draw ground for a new site; 4.1.4-a is about existing ones, 3.2.0-a about open air.
AREA_RULES = {
    "catering": ("3.1.0-a", "3.1.0-b", "3.3.0-a"),
    "inspection_agency": ("4.1.4-b", "4.1.4-c", "4.1.4-f"),
}


def error_m_of(layer: str) -> float:
    """Add up the position errors of places and of a layer."""
    return PLACE_M + ACCURACY_M.get(layer, OTHERS_ACCURACY_M)


# --- verdicts -----------------------------------------------------------------------------------


def check_by_qxgeo(tables: Tables, kind: str) -> Any:  # noqa: ANN401 - a SiteChecks, imported late
    """Ask every rule with qxgeo; `read_checks` makes arrays of it, outside the clock."""
    from qxgeo.siting import check_sites

    return check_sites(
        as_district(tables),
        kind,
        tables[kind],
        entrances=tables["entrances"] if kind == "inspection_agency" else None,
        accuracy_m=PLACE_M,
    )


def read_checks(checks: Any) -> Answers:  # noqa: ANN401 - a SiteChecks
    """Make arrays of distances and of verdicts by place alone."""
    from qxgeo.siting.model import VERDICTS

    answers: Answers = {"summary": checks.places["summary"].to_numpy(dtype=str)}
    for one in checks.by_rule:
        name = "ground" if one.rule is None else one.rule.rule_id
        if not np.isfinite(one.distance_m).any():
            continue
        is_area = one.rule is not None and one.rule.kind == "inside_polygon"
        answers[f"{name} metres"] = np.abs(one.margin_m) if is_area else one.distance_m
        if one.rule is not None and one.rule.kind == "frontage":
            words = np.array([str(word) for word in VERDICTS])[one.verdicts]
            cases = ["allowed", "needs_decision", "prohibited", "too_close_to_call"]
            answers[f"{name} place"] = np.select(
                [words == word for word in cases], [FREE, DECIDE, MAIN, TIED], default=LOST
            )
        elif one.rule is not None:
            answers[f"{name} place"] = place_codes(one.margin_m, one.error_m)
    return answers


def place_codes(margin_m: np.ndarray[Any, Any], error_m: object) -> np.ndarray[Any, Any]:
    """Tell inside from outside, and both from what positions cannot tell."""
    return np.select(
        [margin_m >= error_m, margin_m < -np.asarray(error_m)], [WITHIN, BEYOND], CLOSE
    )


def check_by_recipe(tables: Tables, kind: str, *, how: str = "buffers") -> Answers:
    """Ask every rule with joins in UTM: buffers for "within", nearest joins for the distance."""
    flat = {name: table.to_crs(UTM) for name, table in tables.items()}
    places = flat[kind][["geometry"]]
    boundary = flat["boundary"].geometry.iloc[0]
    inside = np.zeros(len(places), dtype=bool)
    inside[gpd.sjoin(places, flat["boundary"][["geometry"]], predicate="within").index] = True
    middles = gpd.GeoDataFrame(geometry=places.representative_point(), crs=UTM)
    township = gpd.sjoin(middles, flat["townships"], predicate="within")["township_id"]
    answers: Answers = {
        "ground metres": places.distance(boundary.boundary).to_numpy(),
        "inside": inside,
        "township": township[~township.index.duplicated()].reindex(places.index).to_numpy(str),
    }
    for rule_id, (layer, radius_m) in RULES[kind].items():
        references = flat[layer]
        if radius_m is None:
            distance_m, margin_m = _measure_area(places, references)
            within = margin_m >= 0
        else:
            if how == "united":
                distance_m = places.distance(references.union_all()).to_numpy()
            else:
                distance_m = _nearest(places, references)
            margin_m = radius_m - distance_m
            within = margin_m >= 0
            if how == "united":
                zone = references.buffer(radius_m).union_all()
                within = places.intersects(zone).to_numpy()
            elif how == "buffers":
                zone = references[["geometry"]].set_geometry(references.buffer(radius_m))
                within = np.zeros(len(places), dtype=bool)
                within[gpd.sjoin(places, zone, predicate="intersects").index] = True
        is_close = np.abs(margin_m) < error_m_of(layer)
        answers[f"{rule_id} metres"] = np.abs(margin_m) if radius_m is None else distance_m
        answers[f"{rule_id} place"] = np.where(is_close, CLOSE, np.where(within, WITHIN, BEYOND))
    if kind == "inspection_agency":
        answers |= _front(flat["entrances"], flat["roads"], flat[kind])
    return answers | {"summary": _sum_up(tables[kind], kind, answers)}


def check_by_joins(tables: Tables, kind: str) -> Answers:
    """Ask every rule as the recipe does, but without buffers: distances alone decide."""
    return check_by_recipe(tables, kind, how="joins")


def check_by_union(tables: Tables, kind: str) -> Answers:
    """Ask every rule as scripts without joins do: one shape of all buffers, one of all features."""
    return check_by_recipe(tables, kind, how="united")


def _nearest(places: gpd.GeoDataFrame, references: gpd.GeoDataFrame) -> np.ndarray[Any, Any]:
    """Join the nearest reference; of several as near the first."""
    found = gpd.sjoin_nearest(places, references[["geometry"]], distance_col="distance_m")
    return np.asarray(found.loc[~found.index.duplicated(), "distance_m"].to_numpy())


def _measure_area(
    places: gpd.GeoDataFrame, areas: gpd.GeoDataFrame
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Measure to an area, and how deep in it places lie."""
    distance_m = _nearest(places, areas)
    depth_m = places.distance(areas.union_all().boundary).to_numpy()
    return distance_m, np.where(distance_m > 0, -distance_m, depth_m)


def _front(
    entrances: gpd.GeoDataFrame, roads: gpd.GeoDataFrame, places: gpd.GeoDataFrame
) -> Answers:
    """Join the nearest road of each sort; another sort nearly as near leaves it open."""
    error_m = error_m_of("roads")
    sorts = np.select(
        [roads["road_class"].isin(MAIN_CLASSES), roads["road_class"].isin(BUSY_CLASSES)],
        [MAIN, DECIDE],
        default=FREE,
    )
    away_m = np.full((len(entrances), 3), np.inf)
    for sort in (FREE, DECIDE, MAIN):
        found = gpd.sjoin_nearest(
            entrances[["geometry"]],
            roads.loc[sorts == sort, ["geometry"]],
            max_distance=FRONTAGE_M + error_m,
            distance_col="away_m",
        )
        found = found[~found.index.duplicated()]
        away_m[found.index, sort] = found["away_m"]
    best = away_m.argmin(axis=1)
    least_m, second_m = np.sort(away_m, axis=1)[:, :2].T
    with np.errstate(invalid="ignore"):
        is_tied = second_m - least_m < error_m
    code = np.select([least_m > FRONTAGE_M, is_tied], [LOST, TIED], default=best)
    code = pd.Series(code, index=entrances["site_id"]).reindex(places["site_id"]).to_numpy()
    status = places["status"].to_numpy(dtype=str)
    cases = [(status == "existing") | (code == FREE), status == "change"]
    return {"4.1.4-e place": np.select(cases, [FREE, DECIDE], default=code)}


def _sum_up(places: gpd.GeoDataFrame, kind: str, answers: Answers) -> np.ndarray[Any, Any]:
    """Look at status and attributes; a short form of what the plan says."""
    status = places["status"].to_numpy(dtype=str)
    caught = np.zeros(len(places), dtype=np.int64)
    for rule_id in RULES[kind]:
        concerns = np.ones(len(places), dtype=bool)
        if rule_id == "3.1.0-b":
            concerns = places["fuel"].eq("蜂窝煤").to_numpy()
        elif rule_id == "3.2.0-a":
            concerns = places["setting"].eq("露天").to_numpy()
        elif rule_id == "3.3.0-a":
            concerns = (places["is_large"].eq("是") | (places["stoves"] >= 6)).to_numpy()  # noqa: PLR2004
        elif rule_id == "4.1.4-a":
            concerns = status != "proposed"
        else:
            concerns = status != "existing"
        place = answers[f"{rule_id} place"]
        caught = np.maximum(caught, np.where(concerns, place, BEYOND))
    return np.where(answers["inside"], caught, -1)


# --- area ---------------------------------------------------------------------------------------


def area_by_qxgeo(tables: Tables, kind: str) -> Answers:
    """Draw the eligible ground exactly; positions are taken as exact, as the raster takes them."""
    from qxgeo.siting.area import eligible_area

    district = as_district(tables, is_exact=True)
    facts = {"status": "proposed", "location": "地面", "fuel": "蜂窝煤", "setting": "独立"}
    facts |= {"is_large": "是"}
    area = eligible_area(district, kind, attributes=facts, accuracy_m=0.0)
    rules = area.rules.set_index("rule_id")["stated_km2"]
    answers = {f"{rule_id} km2": np.array([rules[rule_id]]) for rule_id in AREA_RULES[kind]}
    untouched = area.faces.loc[area.faces["caught_by"] == "", "area_km2"].sum()
    return answers | {"left km2": np.array([untouched])}


def area_by_raster(tables: Tables, kind: str, *, any_touch: bool = True) -> Answers:
    """Burn buffers into cells of 10 m and count what is left; look the places up in the cells."""
    from rasterio.features import rasterize
    from rasterio.transform import from_origin, rowcol

    flat = {name: table.to_crs(UTM) for name, table in tables.items()}
    west, south, east, north = flat["boundary"].total_bounds
    shape = (int(np.ceil((north - south) / CELL_M)), int(np.ceil((east - west) / CELL_M)))
    transform = from_origin(west, north, CELL_M, CELL_M)

    def burn(shapes: gpd.GeoSeries, *, any_touch: bool) -> np.ndarray[Any, Any]:
        return rasterize(
            shapes,
            out_shape=shape,
            transform=transform,
            all_touched=any_touch,
            dtype="uint8",
        ).astype(bool)

    inside = burn(flat["boundary"].geometry, any_touch=False)
    km2 = CELL_M**2 / 1e6
    excluded = np.zeros(shape, dtype=bool)
    answers = {}
    for rule_id in AREA_RULES[kind]:
        layer, radius_m = RULES[kind][rule_id]
        shapes = flat[layer].geometry
        zone = shapes if radius_m is None else shapes.buffer(radius_m)
        burnt = burn(zone, any_touch=any_touch) & inside
        answers[f"{rule_id} km2"] = np.array([burnt.sum() * km2])
        excluded |= burnt
    points = flat["catering"].geometry
    row, column = rowcol(transform, points.x.to_numpy(), points.y.to_numpy())
    row, column = np.clip(row, 0, shape[0] - 1), np.clip(column, 0, shape[1] - 1)
    return answers | {
        "left km2": np.array([(inside & ~excluded).sum() * km2]),
        "in the district": inside[row, column],
        "excluded": excluded[row, column],
    }


def area_by_centres(tables: Tables, kind: str) -> Answers:
    """Do the same with cells whose centre is covered."""
    return area_by_raster(tables, kind, any_touch=False)


VERDICT_SYSTEMS = {
    "qxgeo": ("qxgeo", check_by_qxgeo),
    "recipe": ("GeoPandas, buffers and joins", check_by_recipe),
    "joins": ("GeoPandas, nearest joins alone", check_by_joins),
    "united": ("GeoPandas, united layers", check_by_union),
}
AREA_SYSTEMS = {
    "qxgeo": ("qxgeo, polygons", area_by_qxgeo),
    "raster": ("10 m raster, any touch", area_by_raster),
    "centres": ("10 m raster, cell centres", area_by_centres),
}
