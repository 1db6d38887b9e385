"""A district of a province's size for ``qxgeo run``: invented, and labelled as a demonstration.

Roads, stations and townships are those of `workload.py` (the province), with what a plan asks of
them: names, classes of roads as OpenStreetMap has them, surfaces, heavy trucks. To them come a
boundary, main urban areas around the towns, a rural area beyond, damaged roads and premises of auto
repair. Every layer is declared with ``demo = true`` and every name begins with 示例.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from workload import SEED, SIZES, Province, build_roads, build_townships, open_province

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    import pyarrow as pa
    from numpy.typing import NDArray

AS_OF = "2023-06-30"
FIRST_TOWNSHIP = 459_900_001  # codes that no place in China has
SORTING_MB = 400.0
POINTS = 5_000  # damaged roads, and as many premises
URBAN, RURAL = 1.2, 2.5  # spreads of a town: roads within the one are urban, beyond the other rural
CLASSES = {  # about their shares among ways of a Chinese province
    "trunk": 0.02,
    "primary": 0.04,
    "secondary": 0.06,
    "tertiary": 0.10,
    "unclassified": 0.16,
    "residential": 0.28,
    "service": 0.18,
    "track": 0.10,
    "footway": 0.06,
}
SURFACES = {"": 0.50, "asphalt": 0.25, "concrete": 0.15, "dirt": 0.06, "gravel": 0.04}
TRUCKS = {"": 0.85, "yes": 0.10, "no": 0.05}
DEMO = "benchmarks/province_district.py, invented"
MANIFEST = """# Invented by benchmarks/province_district.py: a demonstration, no basis to decide.
schema = "qxgeo-district/1"
code = "459900"
name = "示例省"
name_en = "Example province"
plan = "qixing-2023"
as_of = {as_of}
warning_day = false
"""
LAYER = """
[layers.{name}]
path = "{path}"
datum = "wgs84"
accuracy_m = {accuracy_m}
source = "{demo}"
licence = "MIT"
as_of = {as_of}
demo = true
"""
LAYERS = {  # name: (file, accuracy in metres)
    "roads": ("roads", 5),
    "stations": ("stations.geojson", 10),
    "boundary": ("boundary.geojson", 50),
    "townships": ("townships.geojson", 50),
    "main_urban_area": ("main_urban_area.geojson", 10),
    "rural_area": ("rural_area.geojson", 10),
    "damaged_roads": ("damaged_roads.geojson", 10),
    "auto_repair": ("auto_repair.geojson", 10),
}


def write_district(folder: Path, *, roads: int, stations: int, townships: int) -> None:
    """Write a district of so much; the manifest comes last and says that it is whole."""
    what = SIZES["province"]
    province = open_province(0, what)
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng([SEED, 7])
    write_roads(folder / "roads", province, random, roads)
    tables = {
        "stations": draw_stations(province, stations),
        "townships": draw_townships(province, townships),
        **draw_areas(province),
        "damaged_roads": draw_damaged(province, random),
        "auto_repair": draw_premises(province, random),
    }
    for name, table in tables.items():
        table.to_file(folder / LAYERS[name][0], driver="GeoJSON")
    text = MANIFEST.format(as_of=AS_OF)
    for name, (path, accuracy_m) in LAYERS.items():
        text += LAYER.format(name=name, path=path, accuracy_m=accuracy_m, demo=DEMO, as_of=AS_OF)
    (folder / "district.toml").write_text(text, encoding="utf-8")


def write_roads(folder: Path, province: Province, random: np.random.Generator, count: int) -> None:
    """Write the roads as `qxgeo convert` writes them."""
    import pyarrow as pa

    from qxgeo.datasets import write_dataset

    bare = build_roads(province, first=0, count=count)
    street = random.integers(0, max(count // 8, 1), count)  # eight sections to a street
    columns = {
        "section_id": np.char.add("SL", np.char.zfill(np.arange(count).astype(str), 8)),
        "name": np.char.add(np.char.add("示例", street.astype(str)), "路"),
        "road_class": pick(random, CLASSES, count),
        "surface": pick(random, SURFACES, count),
        "hgv": pick(random, TRUCKS, count),
    }
    table: pa.Table = pa.table(
        {name: pa.array(cells) for name, cells in columns.items()} | {"geometry": bare["geometry"]}
    )
    write_dataset([table], folder, memory_mb=SORTING_MB)


def pick(random: np.random.Generator, shares: dict[str, float], count: int) -> NDArray[np.str_]:
    """Draw words by their shares."""
    words = np.array(list(shares))
    return words[random.choice(len(words), size=count, p=list(shares.values()))]


def draw_stations(province: Province, count: int) -> gpd.GeoDataFrame:
    """Scatter stations around the towns."""
    words = [f"{9000 + n}A" for n in range(count)]
    return place(
        province.scatter(count),
        province,
        station_id=words,
        name=[f"示例站{word}" for word in words],
        control_level=["national"] * count,
    )


def draw_townships(province: Province, count: int) -> gpd.GeoDataFrame:
    """Divide the province among townships."""
    import geopandas as gpd

    codes = [str(FIRST_TOWNSHIP + n) for n in range(count)]
    columns = {"township_id": codes, "name": [f"示例{code[-4:]}镇" for code in codes]}
    return gpd.GeoDataFrame(columns, geometry=build_townships(province, count), crs=4326)


def draw_areas(province: Province) -> dict[str, gpd.GeoDataFrame]:
    """Draw the boundary, the main urban areas and the rural area."""
    import geopandas as gpd
    import shapely

    edge = province.half_width_m
    frame = shapely.box(-edge, -edge, edge, edge)
    towns = shapely.points(province.towns)
    urban = shapely.intersection(shapely.buffer(towns, URBAN * province.spread_m), frame)
    reached = shapely.union_all(shapely.buffer(towns, RURAL * province.spread_m))
    shapes = {
        "boundary": [frame],
        "main_urban_area": shapely.get_parts(shapely.union_all(urban)),
        "rural_area": [shapely.difference(frame, reached)],
    }
    tables = {}
    for name, some in shapes.items():
        places = shapely.transform(np.asarray(some), province.to_lonlat)
        words = [f"SL-{name}-{n}" for n in range(len(places))]
        column = "district_id" if name == "boundary" else "zone_id"
        columns = {column: words, "name": [f"示例{word}" for word in words]}
        if name != "boundary":
            columns["legal_source"] = ["示例（演示）"] * len(words)
        tables[name] = gpd.GeoDataFrame(columns, geometry=places, crs=4326)
    return tables


def draw_damaged(province: Province, random: np.random.Generator) -> gpd.GeoDataFrame:
    """Scatter damage."""
    return place(
        province.scatter(POINTS),
        province,
        section_id=[f"PS{n:05d}" for n in range(POINTS)],
        name=[f"示例{n}路坑槽" for n in range(POINTS)],
        road_class=pick(random, CLASSES, POINTS),
        damage_class=random.choice(["轻", "中", "重"], POINTS),
    )


def draw_premises(province: Province, random: np.random.Generator) -> gpd.GeoDataFrame:
    """Scatter premises."""
    return place(
        province.scatter(POINTS),
        province,
        site_id=[f"QX{n:05d}" for n in range(POINTS)],
        name=[f"示例汽修{n}号店" for n in range(POINTS)],
        status=random.choice(["现有", "拟新增"], POINTS, p=[0.8, 0.2]),
    )


def place(metres: NDArray[np.float64], province: Province, **columns: object) -> gpd.GeoDataFrame:
    """Make a table of points."""
    import geopandas as gpd
    import shapely

    return gpd.GeoDataFrame(columns, geometry=shapely.points(province.to_lonlat(metres)), crs=4326)
