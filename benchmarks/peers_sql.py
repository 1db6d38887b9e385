"""Peers that speak SQL inside a process: DuckDB spatial and SedonaDB.

Each is a context manager: what comes before ``yield`` is not timed; what it yields answers the
question for a radius: townships and the length inside the discs in each, metres.

The queries go the way that took least of those tried: discs in the UTM zone of each station, back
to degrees, united, taken apart, cut by township into small cells; one spatial join of roads with
cells, which both engines run through a tree over the cells; roads that a cell covers are taken
uncut. DuckDB measures pieces on the ellipsoid, SedonaDB in the UTM zone of each piece, because its
lengths of geographies are those of a sphere.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    Answer = tuple[NDArray[np.int64], NDArray[np.float64]]

DUCKDB_CELLS = """
CREATE OR REPLACE TEMP TABLE zone AS
SELECT UNNEST(ST_Dump(ST_Union_Agg(disc))).geom AS geom FROM (
    SELECT ST_Transform(
        ST_Buffer(ST_Transform(place, 'OGC:CRS84', utm), $radius_m, 16), utm, 'OGC:CRS84') AS disc
    FROM (
        SELECT geometry::GEOMETRY AS place,
            'EPSG:' || (32601 + floor((ST_X(place) + 180) / 6)::INT) AS utm
        FROM read_parquet($stations)));
"""
DUCKDB_TOWNSHIPS = """
CREATE OR REPLACE TEMP TABLE cells AS
SELECT township, ST_Intersection(t.shape, zone.geom) AS cell
FROM (SELECT township, geometry::GEOMETRY AS shape FROM read_parquet($townships)) t
JOIN zone ON ST_Intersects(t.shape, zone.geom);
"""
DUCKDB_ROADS = """
SELECT township, sum(ST_Length_Spheroid(ST_FlipCoordinates(piece))) AS m FROM (
    SELECT township, CASE WHEN ST_Covers(cell, line) THEN line
        ELSE ST_Intersection(line, cell) END AS piece
    FROM (SELECT geometry::GEOMETRY AS line FROM read_parquet($roads)) r
    JOIN cells ON ST_Intersects(r.line, cells.cell))
GROUP BY township ORDER BY township;
"""
SEDONA_UTM = "'EPSG:' || (32601 + CAST(floor((ST_X(ST_Centroid({place})) + 180) / 6) AS INT))"
SEDONA_CELLS = """
SELECT t.township, ST_Intersection(t.geometry, z.part['geom']) AS cell
FROM townships t JOIN (
    SELECT unnest(ST_Dump(ST_Union_Agg(ST_Transform(ST_Buffer(
        ST_Transform(geometry, {utm}), {radius_m}, 'quad_segs=16'), 'OGC:CRS84')))) AS part
    FROM stations) z ON ST_Intersects(t.geometry, z.part['geom'])
"""
SEDONA_ROADS = """
SELECT township, sum(ST_Length(ST_Transform(piece, {utm}))) AS m FROM (
    SELECT c.township, ST_GeomFromWKB(CASE WHEN ST_Covers(c.cell, r.geometry)
        THEN ST_AsBinary(r.geometry)
        ELSE ST_AsBinary(ST_Intersection(r.geometry, c.cell)) END, 4326) AS piece
    FROM roads r JOIN cells c ON ST_Intersects(r.geometry, c.cell))
GROUP BY township ORDER BY township
"""


@contextmanager
def open_duckdb(folder: Path) -> Iterator[Callable[[float], Answer]]:
    """Answer with DuckDB and the spatial extension of its package."""
    import duckdb

    connection = duckdb.connect(config={"allow_unsigned_extensions": "true"})
    connection.load_extension(str(find_extension()))
    connection.execute("SET preserve_insertion_order = false")
    files = {k: str(folder / f"{k}.parquet") for k in ("stations", "townships")}
    files["roads"] = str(folder / "roads" / "*.parquet")

    def answer(radius_m: float) -> Answer:
        connection.execute(DUCKDB_CELLS, {"stations": files["stations"], "radius_m": radius_m})
        connection.execute(DUCKDB_TOWNSHIPS, {"townships": files["townships"]})
        done = connection.execute(DUCKDB_ROADS, {"roads": files["roads"]}).fetchnumpy()
        return done["township"], done["m"]

    with connection:
        yield answer


def find_extension() -> Path:
    """Find the spatial extension that lies in its package; nothing is fetched."""
    from importlib.util import find_spec
    from pathlib import Path

    spec = find_spec("duckdb_extension_spatial")
    place = Path(str(spec.origin)).parent if spec else Path()
    return next(place.rglob("spatial.duckdb_extension"))


@contextmanager
def open_sedona(folder: Path) -> Iterator[Callable[[float], Answer]]:
    """Answer with SedonaDB."""
    import pyarrow as pa
    import sedonadb

    session: Any = sedonadb.connect()
    session.read_parquet([str(p) for p in sorted((folder / "roads").glob("*.parquet"))]).to_view(
        "roads"
    )
    for name in ("stations", "townships"):
        session.read_parquet(str(folder / f"{name}.parquet")).to_view(name)

    def answer(radius_m: float) -> Answer:
        utm = SEDONA_UTM.format(place="geometry")
        cells = session.sql(SEDONA_CELLS.format(utm=utm, radius_m=radius_m))
        cells.to_memtable().to_view("cells", overwrite=True)
        utm = SEDONA_UTM.format(place="piece")
        done = pa.table(session.sql(SEDONA_ROADS.format(utm=utm)))
        return np.asarray(done["township"]), np.asarray(done["m"])

    yield answer
