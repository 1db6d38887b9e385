"""PostGIS in a cluster of its own: on a private socket, removed when the benchmark ends.

The server is a child of the benchmark, so that its CPU time and memory count. It listens to no
network port. Loading and indexing come before the clock.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    Answer = tuple[NDArray[np.int64], NDArray[np.float64]]

BINARIES = Path("/usr/lib/postgresql")
SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "1GB",
    "work_mem": "256MB",
    "maintenance_work_mem": "512MB",
    "max_parallel_workers_per_gather": "2",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "8GB",
    "autovacuum": "off",
    "jit": "off",
}
INDEX = """
CREATE INDEX ON roads USING gist (geom);
VACUUM ANALYZE;
"""
# Discs by PostGIS itself, on geographies; roads that a cell covers are taken uncut.
QUESTION = """
CREATE TEMP TABLE zone AS SELECT (ST_Dump(ST_Union(
    ST_Buffer(geom::geography, {radius_m}, 'quad_segs=16')::geometry))).geom FROM stations;
CREATE TEMP TABLE cells AS SELECT t.id, ST_Intersection(t.geom, z.geom) AS geom
    FROM townships t JOIN zone z ON ST_Intersects(t.geom, z.geom);
ANALYZE cells;
COPY (
    SELECT c.id, sum(ST_Length((CASE WHEN ST_Covers(c.geom, r.geom) THEN r.geom
        ELSE ST_Intersection(r.geom, c.geom) END)::geography)) AS m
    FROM cells c JOIN roads r ON ST_Intersects(c.geom, r.geom)
    GROUP BY c.id ORDER BY c.id
) TO STDOUT WITH (FORMAT csv);
"""


def find_binaries() -> Path | None:
    """Find a PostgreSQL server with PostGIS, as Debian lays it out."""
    for version in sorted(BINARIES.glob("*"), reverse=True):
        share = Path("/usr/share/postgresql") / version.name
        if (share / "extension" / "postgis.control").exists():
            return version / "bin"
    return None


def find_version() -> str:
    """Name the versions of the server and of PostGIS."""
    binaries = find_binaries()
    if binaries is None:
        return ""
    server = binaries.parent.name
    control = Path("/usr/share/postgresql") / server / "extension" / "postgis.control"
    line = next(y for y in control.read_text().splitlines() if y.startswith("default_version"))
    return f"PostgreSQL {server} with PostGIS {line.split(chr(39))[1]}"


def make_cluster(folder: Path) -> None:
    """Make the cluster and load the files, once for all turns."""
    place = find_cluster(folder)
    if (place / "loaded").exists():
        return
    remove_cluster(folder)
    place.mkdir(parents=True)
    if os.geteuid() == 0:
        shutil.chown(place, "postgres")
    run_as_owner(["initdb", "-D", str(place / "data"), "--auth=trust", "--encoding=UTF8"])
    with run_server(folder):
        load(folder)
    (place / "loaded").touch()


def find_cluster(folder: Path) -> Path:
    """Give the cluster's folder: beside others' temporary files, since root's are closed to it."""
    import hashlib
    import tempfile

    name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"bench-postgis-{name}"


def remove_cluster(folder: Path) -> None:
    """Remove the cluster and all that it holds."""
    shutil.rmtree(find_cluster(folder), ignore_errors=True)


def owner() -> str | None:
    """Name the user under whom the server runs: never root."""
    return "postgres" if os.geteuid() == 0 else None


def run_as_owner(command: list[str], text: bytes | None = None) -> bytes:
    """Run one of the server's programs."""
    binaries = find_binaries() or Path()
    return subprocess.run(  # noqa: S603 - the server's own programs
        [str(binaries / command[0]), *command[1:]],
        input=text, capture_output=True, check=True, user=owner(), cwd="/",
    ).stdout  # fmt: skip


def ask(folder: Path, sql: str, rows: Iterator[bytes] | None = None) -> str:
    """Send statements, and rows for a COPY, and give what was printed."""
    binaries = find_binaries() or Path()
    command = [str(binaries / "psql"), "-h", str(find_cluster(folder)), "-U"]
    command += [owner() or pwd.getpwuid(os.geteuid()).pw_name, "-d", "postgres"]
    command += ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-c" if rows else "-f", sql if rows else "-"]
    process = subprocess.Popen(  # noqa: S603 - the server's own client
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        user=owner(), cwd="/",
    )  # fmt: skip
    if rows and process.stdin:
        for row in rows:
            process.stdin.write(row)
    out, complaint = process.communicate(None if rows else sql.encode())
    if process.returncode:
        raise RuntimeError(complaint.decode())
    return out.decode()


@contextmanager
def run_server(folder: Path) -> Iterator[None]:
    """Run the server as a child of this process."""
    place = find_cluster(folder)
    command = [str((find_binaries() or Path()) / "postgres"), "-D", str(place / "data")]
    command += ["-k", str(place)]
    for name, value in SETTINGS.items():
        command += ["-c", f"{name}={value}"]
    with (place / "log").open("wb") as log:
        server = subprocess.Popen(command, stderr=log, stdout=log, user=owner(), cwd="/")  # noqa: S603
    try:
        for _ in range(600):
            try:
                ask(folder, "SELECT 1;")
                break
            except RuntimeError:
                if server.poll() is not None:
                    raise
                time.sleep(0.1)
        yield
    finally:
        server.terminate()
        server.wait()


def load(folder: Path) -> None:
    """Copy the three files into tables and index the roads."""
    import pyarrow.parquet as pq

    names = {"roads": "road", "stations": "station", "townships": "township"}
    ask(folder, "CREATE EXTENSION postgis;")
    for name, key in names.items():
        ask(folder, f"CREATE TABLE {name} (id bigint, geom geometry(Geometry, 4326));")
        files = sorted((folder / name).glob("*.parquet")) or [folder / f"{name}.parquet"]

        def rows(files: list[Path] = files, key: str = key) -> Iterator[bytes]:
            for file in files:
                for batch in pq.ParquetFile(file).iter_batches(columns=[key, "geometry"]):
                    pairs = zip(batch[0].to_pylist(), batch[1].to_pylist(), strict=True)
                    yield "".join(f"{i}\t{wkb.hex()}\n" for i, wkb in pairs).encode()

        ask(folder, f"COPY {name} FROM STDIN", rows())
    ask(folder, INDEX)


@contextmanager
def open_postgis(folder: Path) -> Iterator[Callable[[float], Answer]]:
    """Answer with PostGIS; the roads lie in an indexed table and have been read once."""
    make_cluster(folder)
    with run_server(folder):
        ask(folder, "SELECT sum(ST_NPoints(geom)) FROM roads;")

        def answer(radius_m: float) -> Answer:
            lines = ask(folder, QUESTION.format(radius_m=radius_m)).split()
            rows = np.array([line.split(",") for line in lines], dtype=float)
            return rows[:, 0].astype(np.int64), rows[:, 1]

        yield answer
