"""Small datasets of roads, written as different programs write them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="session")
def roads() -> gpd.GeoDataFrame:
    """Two thousand short roads in three clusters, every tenth of them in two parts."""
    random = np.random.default_rng(7)
    centres = np.array([[110.3, 25.3], [113.3, 23.1], [121.5, 31.2]])
    start = centres[random.integers(0, 3, 2000)] + random.normal(0, 0.05, (2000, 2))
    steps = random.normal(0, 0.0005, (2000, 6, 2))
    lonlat = start[:, None, :] + np.cumsum(steps, axis=1)
    shapes = [
        shapely.MultiLineString([line[:3], line[3:]]) if i % 10 == 0 else shapely.LineString(line)
        for i, line in enumerate(lonlat)
    ]
    columns = {"section_id": [f"s{i}" for i in range(2000)], "lanes": np.arange(2000) % 4}
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4326")


@pytest.fixture
def write_geo(tmp_path: Path) -> Callable[..., Path]:
    """Write a Parquet file with a hand-written entry ``geo``."""

    def write(column: pa.Array, *, name: str = "roads.parquet", **about: Any) -> Path:  # noqa: ANN401
        about = {"encoding": "WKB", "geometry_types": [], **about}
        geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": about}}
        table = pa.table({"number": pa.array(range(len(column))), "geometry": column})
        path = tmp_path / name
        pq.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), path)
        return path

    return write
