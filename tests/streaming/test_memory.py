"""The limit of the memory holds, measured from outside on a row group that would not fit."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

if TYPE_CHECKING:
    from pathlib import Path

LIMIT_MB = 450
ROWS = 400_000
LIBRARIES_MB = 90  # of `BASE_MB`: pages of libraries, which the system maps and drops as it likes
# VmHWM: the peak of this very program; what the parent of a fork held does not count. Mapped files
# are taken off: how many of their pages count depends on what the system has read of them before.
SCRIPT = """
import re, sys
from pathlib import Path
import numpy as np, shapely
from qxgeo.datasets import open_dataset
from qxgeo.streaming import measure_roads

stations = np.array([[110.3, 25.27], [110.4, 25.3]])
town = np.array([shapely.box(110, 25, 111, 26)])
found = measure_roads(
    open_dataset(sys.argv[1]), stations, town, radius_m=5_000, workers=1,
    memory_mb=float(sys.argv[2]),
)
status = Path("/proc/self/status").read_text()
peak, mapped = (int(re.search(rf"{k}:\\s+(\\d+) kB", status)[1]) for k in ("VmHWM", "RssFile"))
print(found.total_nm, (peak - mapped) * 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("encoding", ["linestring", "WKB", "WKB of pairs"])
def test_a_row_group_larger_than_the_memory_is_measured_within_it(
    tmp_path: Path, encoding: str
) -> None:
    """Pairs of lines in one geometry are not measured as they are stored, but decoded."""
    pytest.importorskip("numba", reason="the model of docs/scale.md is that of compiled loops")
    rng = np.random.default_rng(6)
    lonlat = np.cumsum(rng.normal(0, 3e-4, (ROWS, 8, 2)), axis=1)
    lonlat += rng.uniform((110.2, 25.2), (110.5, 25.4), (ROWS, 1, 2))
    flat = pa.array(lonlat.ravel())
    pairs = pa.FixedSizeListArray.from_arrays(flat, 2)
    lines = pa.ListArray.from_arrays(np.arange(0, 8 * ROWS + 1, 8, dtype=np.int32), pairs)
    about = {"encoding": encoding.split(" ", maxsplit=1)[0], "geometry_types": []}
    if encoding != "linestring":
        shapes = shapely.linestrings(lonlat)
        if encoding == "WKB of pairs":
            shapes = shapely.multilinestrings(shapes[:, None])
        lines = pa.array(shapely.to_wkb(shapes, byte_order=1), pa.binary())
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": about}}
    table = pa.table({"geometry": lines}).replace_schema_metadata({"geo": json.dumps(geo)})
    pq.write_table(table, tmp_path / "roads.parquet", row_group_size=ROWS)
    assert table.nbytes > 50e6  # decoded in one go, with the arrays of the kernel, five times that
    words = [sys.executable, "-c", SCRIPT, str(tmp_path / "roads.parquet")]
    answers = []
    for memory_mb in (2_000, LIMIT_MB):  # the first compiles the loops where nobody has
        done = subprocess.run([*words, str(memory_mb)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        answers.append([int(word) for word in done.stdout.split()])
    (total_nm, _), (same_nm, peak) = answers
    assert total_nm == same_nm > 0
    assert 100e6 < peak < (LIMIT_MB - LIBRARIES_MB) * 1e6
