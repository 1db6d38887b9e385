"""QGIS without a window: `qgis_process`, one of its algorithms after the other.

The way is that of the other peers: discs in the UTM zone of each station, taken back to degrees,
united, taken apart, cut by township into small cells. Then the algorithm that QGIS has for this
very question adds up the lengths of the lines in each cell, on the ellipsoid: it asks the index of
the lines cell by cell, and holds none of them. Each step is a program of its own; starting it takes
about a second, which is counted, as it is for whoever asks.

Debian's QGIS does not read Parquet, so the files are turned into FlatGeobuf, whose index is the
fastest that it reads, before the clock runs.
"""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    Answer = tuple[NDArray[np.int64], NDArray[np.float64]]

ELLIPSOID = "EPSG:7030"  # WGS 84
UTM = "'EPSG:' || to_string(32601 + floor((x($geometry) + 180) / 6))"
DISC = (
    f"transform(buffer(transform($geometry, 'EPSG:4326', {UTM}), {{radius_m}}, 16), "
    f"{UTM}, 'EPSG:4326')"
)
STEPS = (
    ("geometrybyexpression", {"INPUT": "{data}/stations.fgb", "OUTPUT_GEOMETRY": "0",
                              "EXPRESSION": DISC, "OUTPUT": "discs.gpkg"}),
    ("dissolve", {"INPUT": "discs.gpkg", "OUTPUT": "zone.gpkg"}),
    ("multiparttosingleparts", {"INPUT": "zone.gpkg", "OUTPUT": "parts.gpkg"}),
    ("intersection", {"INPUT": "{data}/townships.fgb", "OVERLAY": "parts.gpkg",
                      "OUTPUT": "cells.gpkg"}),
    ("sumlinelengths", {"POLYGONS": "cells.gpkg", "LINES": "{data}/roads.fgb", "LEN_FIELD": "m",
                        "COUNT_FIELD": "n", "OUTPUT": "sums.csv"}),
)  # fmt: skip


def find_program() -> str | None:
    """Find the program; Debian's script before it passes a word on that it does not know."""
    return shutil.which("qgis_process.bin") or shutil.which("qgis_process")


def find_version() -> str:
    """Name the version, without the name that goes with it."""
    if find_program() is None:
        return ""
    with tempfile.TemporaryDirectory() as scratch:
        lines = run(["--version"], Path(scratch)).splitlines()
    return next((y for y in lines if y.startswith("QGIS ")), "").partition("-")[0]


def run(words: list[str], scratch: Path) -> str:
    """Run the program in a folder, under a profile of its own, and give what it prints.

    Raises
    ------
    RuntimeError
        If it fails, with the last of what it said.
    """
    program = find_program() or "qgis_process"
    done = subprocess.run(  # noqa: S603 - a program that was installed to be run
        [program, *words], cwd=scratch, env=list_environment(scratch), capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        said = (done.stdout + done.stderr).strip().splitlines() or ["?"]
        message = f"{' '.join(words[:2])}: {said[-1]}"
        raise RuntimeError(message)
    return done.stdout


def list_environment(scratch: Path) -> dict[str, str]:
    """Give the variables that the program is to see.

    Without those of an activated virtual environment: the program brings Python of the system, and
    would look for its own modules in the environment.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if name != "VIRTUAL_ENV" and not name.startswith("PYTHON")
    }
    places = [
        place
        for place in kept.get("PATH", "").split(os.pathsep)
        if not (Path(place).parent / "pyvenv.cfg").exists()
    ]
    return kept | {
        "PATH": os.pathsep.join(places),
        "QT_QPA_PLATFORM": "offscreen",
        "XDG_RUNTIME_DIR": str(scratch),
        "QGIS_CUSTOM_CONFIG_PATH": str(scratch / "profile"),
    }


def convert(folder: Path) -> Path:
    """Turn the three files into FlatGeobuf, once for all turns."""
    import pyarrow as pa
    import pyarrow.dataset as ds
    import pyogrio

    place = folder / "flatgeobuf"
    kinds = {"roads": "LineString", "stations": "Point", "townships": "Polygon"}
    for name, kind in kinds.items():
        path, half = place / f"{name}.fgb", place / f"{name}-half.fgb"
        if path.exists():
            continue
        place.mkdir(exist_ok=True)
        source = folder / name if (folder / name).is_dir() else folder / f"{name}.parquet"
        columns = ["geometry"] if name == "roads" else ["geometry", name.removesuffix("s")]
        scanner = ds.dataset(source).scanner(columns=columns)
        batches = pa.RecordBatchReader.from_batches(
            scanner.projected_schema.remove_metadata(), scanner.to_batches()
        )
        pyogrio.write_arrow(
            batches, half, geometry_name="geometry", geometry_type=kind, crs="EPSG:4326"
        )
        half.rename(path)
    return place


@contextmanager
def open_qgis(folder: Path) -> Iterator[Callable[[float], Answer]]:
    """Answer with QGIS; the roads lie in an indexed file and have been read once."""
    data = convert(folder).resolve()
    (data / "roads.fgb").read_bytes()

    def answer(radius_m: float) -> Answer:
        with tempfile.TemporaryDirectory() as scratch:
            for algorithm, parameters in STEPS:
                words = ["run", f"native:{algorithm}", f"--ELLIPSOID={ELLIPSOID}", "--"]
                told = {k: v.format(data=data, radius_m=radius_m) for k, v in parameters.items()}
                run([*words, *(f"{key}={value}" for key, value in told.items())], Path(scratch))
            with (Path(scratch) / "sums.csv").open(encoding="utf-8", newline="") as file:
                rows = [(int(row["township"]), float(row["m"])) for row in csv.DictReader(file)]
        townships, cell = np.unique([township for township, _ in rows], return_inverse=True)
        return townships.astype(np.int64), np.bincount(cell, [length_m for _, length_m in rows])

    yield answer
