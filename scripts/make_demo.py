"""Write the demonstration data of the default district: roads, premises, applications, a patrol.

The same seed gives the same bytes; of the land-cover raster the same pixels, for how a library
packs them may change. Nothing written here is real, apart from the district's
boundary and the position of one station, around which the invented things are put.

Run: ``python scripts/make_demo.py --seed 20230630``.
"""

from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path

import demo_air
import demo_applications
import demo_areas
import demo_city
import demo_land_cover
import demo_patrol
import demo_places
import demo_watering
import numpy as np
import shapely

DATA = Path(__file__).parents[1] / "data"
SEED = 20230630
DECIMALS = 6  # 1e-6 deg, about 0.1 m
SPLINTER_DEG2 = 1e-8  # about 100 m2: smaller parts come from rounding
AREA_TITLES = {
    "main_urban_area": "示例主城区",
    "urban_rural_fringe": "示例城乡结合部",
    "rural_area": "示例农村地区",
    "no_fuel_zone": "示例高污染燃料禁燃区",
    "machine_control_zone": "示例非道路移动机械排放控制区",
}


def write_geojson(path: Path, rows: list[demo_places.Row]) -> None:
    """Write rows (geometry in lon/lat) as GeoJSON, one feature on a line."""
    lines = []
    for row in rows:
        feature = {
            "type": "Feature",
            "properties": {key: value for key, value in row.items() if key != "geometry"},
            "geometry": shapely.geometry.mapping(row["geometry"]),
        }
        lines.append(json.dumps(feature, ensure_ascii=False, separators=(",", ":")))
    body = '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"
    path.write_text(body, encoding="utf-8", newline="\n")


def write_csv(path: Path, rows: list[demo_places.Row]) -> None:
    """Write rows of points as a spreadsheet would save them: UTF-8 with mark, 经度 and 纬度."""
    heads = [key for key in rows[0] if key != "geometry"]
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([*heads, "经度", "纬度"])
        for row in rows:
            places = shapely.get_coordinates(row["geometry"]).ravel()  # none: two blank cells
            position = [f"{place:.{DECIMALS}f}" for place in places] or ["", ""]
            writer.writerow([*(row[head] for head in heads), *position])


def to_degrees(plane: demo_city.Plane, rows: list[demo_places.Row]) -> list[demo_places.Row]:
    """Give rows with their geometry in lon/lat, rounded."""
    return [row | {"geometry": plane.to_degrees(row["geometry"], DECIMALS)} for row in rows]


def write_table(path: Path, rows: list[dict[str, str]]) -> None:
    """Write rows without a place as a spreadsheet would save them."""
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def read_areas(file: str) -> dict[str, shapely.Geometry]:
    """Read polygons (lon/lat) of the embedded boundaries by their name."""
    features = json.loads((DATA / "boundaries" / file).read_text("utf-8"))["features"]
    return {
        feature["properties"]["name"]: shapely.from_geojson(json.dumps(feature["geometry"]))
        for feature in features
        if feature["geometry"] is not None
    }


def read_boundary() -> shapely.Geometry:
    """Read the district's boundary (lon/lat)."""
    return next(iter(read_areas("qixing.geojson").values()))


def area_rows(
    areas: dict[str, shapely.Geometry], plane: demo_city.Plane, boundary: shapely.Geometry
) -> dict[str, list[demo_places.Row]]:
    """Turn areas into one-row tables (lon/lat) that never leave the boundary by rounding."""
    tables = {}
    for name, area in areas.items():
        placed = shapely.make_valid(plane.to_degrees(area, DECIMALS))
        inside = shapely.intersection(placed, boundary, grid_size=10.0**-DECIMALS)
        parts = [part for part in shapely.get_parts(inside) if part.geom_type == "Polygon"]
        kept = [part for part in parts if part.area > SPLINTER_DEG2]
        whole = kept[0] if len(kept) == 1 else shapely.MultiPolygon(kept)
        whole = shapely.transform(whole, lambda lonlat: np.round(lonlat, DECIMALS))
        whole = shapely.orient_polygons(shapely.normalize(whole))
        tables[name] = [
            {
                "zone_id": f"SL-{name}",
                "name": AREA_TITLES[name],
                "legal_source": "示例（演示）",
                "geometry": whole,
            }
        ]
    return tables


def make(folder: Path, seed: int) -> None:
    """Write every demonstration table into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    plane = demo_city.Plane()
    boundary = read_boundary()
    boundary_m = plane.to_metres(boundary)
    near = shapely.buffer(boundary_m, 700)
    rng = np.random.default_rng([seed, 1])
    roads = demo_places.road_table(demo_city.draw_city(seed, boundary_m), rng)
    ring = demo_city.smooth(np.array(demo_city.RING, dtype=float))
    areas = demo_areas.zones(boundary_m, ring)
    homes = demo_places.residential_buildings(roads, near, rng)
    spotter = demo_places.Spotter(roads, near, rng)
    agencies, entrances = demo_places.inspection_agencies(spotter, plane)
    maps = {
        "roads": roads,
        "damaged_roads": demo_places.damaged_roads(roads, near, rng),
        "residential_buildings": homes,
        "schools": demo_areas.schools(roads, near, rng),
        "bare_ground": demo_areas.bare_ground(roads, areas, rng),
    }
    lists = {
        "auto_repair": demo_places.auto_repair(spotter, plane, rng),
        "inspection_agencies": agencies,
        "inspection_entrances": entrances,
        "catering": demo_places.catering(homes, spotter, plane, rng),
        **demo_places.simple_sites(spotter, rng),
        **patrol_lists(roads, boundary_m, plane, seed),
    }
    for name, rows in maps.items():
        write_geojson(folder / f"{name}.geojson", to_degrees(plane, rows))
    for name, rows in area_rows(areas, plane, boundary).items():
        write_geojson(folder / f"{name}.geojson", rows)
    for name, rows in lists.items():
        write_csv(folder / f"{name}.csv", to_degrees(plane, rows))
    write_table(folder / "wind_rose.csv", demo_patrol.wind_rose())
    demo_watering.write_carts(folder / "carts.xlsx", roads, plane)
    own = np.random.default_rng([seed, 4])  # its own seed keeps the rest
    finder = demo_places.Spotter(roads, boundary_m, own)
    listed = demo_applications.applications(homes, finder, plane, boundary_m, own)
    write_table(folder / "applications.csv", listed)
    write_table(folder / "air_hours.csv", demo_air.hours(np.random.default_rng([seed, 5])))
    cover = demo_land_cover.draw_land_cover(
        plane, boundary_m, areas, roads, np.random.default_rng([seed, 3])
    )
    demo_land_cover.write_land_cover(folder / "land_cover.tif", *cover)


def patrol_lists(
    roads: list[demo_places.Row], boundary_m: shapely.Geometry, plane: demo_city.Plane, seed: int
) -> dict[str, list[demo_places.Row]]:
    """Give people, points, events and devices (local metres); its own seed keeps the rest."""
    rng = np.random.default_rng([seed, 2])
    spotter = demo_places.Spotter(roads, boundary_m, rng)
    townships = {
        name: shapely.intersection(plane.to_metres(area), boundary_m)
        for name, area in read_areas("qixing_townships.geojson").items()
    }
    points = demo_patrol.burning_points(boundary_m, spotter, rng)
    return {
        "grid_members": demo_patrol.grid_members(townships, spotter, rng),
        "burning_points": points,
        "patrol_events": demo_patrol.patrol_events(points, boundary_m, spotter, rng),
        "cameras": demo_patrol.cameras(boundary_m, spotter, rng),
    }


def main() -> None:
    """Parse the command line and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=SEED, help="number that fixes the invention")
    parser.add_argument("--out", type=Path, default=DATA / "demo", help="folder to write into")
    arguments = parser.parse_args()
    make(arguments.out, arguments.seed)
    print(f"written: {arguments.out}")


if __name__ == "__main__":
    main()
