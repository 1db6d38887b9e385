from __future__ import annotations

import json
from typing import TYPE_CHECKING

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from geopandas.testing import assert_geodataframe_equal

from qxgeo.errors import OutputError
from qxgeo.reports.geoparquet import write_parquet
from qxgeo.schemas import FINDING_COLUMNS

if TYPE_CHECKING:
    from pathlib import Path

    from qxgeo.assess import Assessment


def test_findings_come_back_equal(town: Assessment, tmp_path: Path) -> None:
    path = tmp_path / "findings.parquet"
    write_parquet(town, path)
    back = gpd.read_parquet(path).astype(FINDING_COLUMNS)
    assert_geodataframe_equal(back, town.findings, check_index_type=False)


def test_the_file_declares_itself_geoparquet_with_the_bounds_of_each_row(
    town: Assessment, tmp_path: Path
) -> None:
    path = tmp_path / "findings.parquet"
    write_parquet(town, path)
    schema = pq.read_schema(path)
    meta = json.loads(schema.metadata[b"geo"])
    assert meta["version"] == "1.1.0"
    assert meta["columns"]["geometry"]["encoding"] == "WKB"
    assert meta["columns"]["geometry"]["covering"]["bbox"]["xmin"] == ["bbox", "xmin"]
    assert schema.names == [*FINDING_COLUMNS, "geometry", "bbox"]


def test_the_same_assessment_gives_the_same_bytes(town: Assessment, tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_parquet(town, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_fault_of_the_library_is_told_in_words(
    town: Assessment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        message = "strange"
        raise pa.ArrowInvalid(message)

    monkeypatch.setattr(gpd.GeoDataFrame, "to_parquet", fail)
    with pytest.raises(OutputError, match="GeoParquet 写不成：strange"):
        write_parquet(town, tmp_path / "findings.parquet")
