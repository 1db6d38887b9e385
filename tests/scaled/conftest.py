"""The embedded district with its roads as a folder of GeoParquet: the same roads, in pieces."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from qxgeo.assess import assess
from qxgeo.district import load_district
from qxgeo.resources import data_dir

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import geopandas as gpd

    from qxgeo.assess import Assessment
    from qxgeo.district import District

PLAN = "plans/qixing-2023.toml"


def write_roads(folder: Path, roads: gpd.GeoDataFrame, *, files: int, row_group: int) -> None:
    """Write roads in their order as several files."""
    folder.mkdir()
    step = -(-len(roads) // files)
    for number in range(files):
        roads.iloc[number * step : (number + 1) * step].to_parquet(
            folder / f"part-{number:04d}.parquet",
            index=False,
            row_group_size=row_group,
            write_covering_bbox=True,
            schema_version="1.1.0",
        )


@pytest.fixture(scope="session")
def demo() -> District:
    """Read the embedded district into memory, with every other of its roads: 1,242 of them."""
    district = load_district()
    roads = district.layers["roads"]
    some = replace(roads, table=roads.table.iloc[::2].reset_index(drop=True))
    return replace(district, layers={**district.layers, "roads": some})


@pytest.fixture(scope="session")
def whole(demo: District) -> Assessment:
    """Judge it in memory."""
    return assess(demo)


@pytest.fixture(scope="session")
def folder_of(demo: District, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Give the function that writes the district with its roads in pieces."""

    def write(*, files: int = 3, row_group: int = 300, seed: int = 1, ranked: bool = False) -> Path:
        folder = tmp_path_factory.mktemp("district")
        shutil.copytree(data_dir(), folder / "data")
        roads = demo.layers["roads"].table.sample(frac=1, random_state=seed)
        write_roads(folder / "data" / "roads", roads, files=files, row_group=row_group)
        file = folder / "data" / "district.toml"
        text = file.read_text(encoding="utf-8").replace("demo/roads.geojson", "roads")
        if ranked:
            text = text.replace('plan = "qixing-2023"', f'plan = "{PLAN}"')
            rank_wet_roads(folder / "data" / PLAN)
        file.write_text(text, encoding="utf-8")
        return folder / "data"

    return write


def rank_wet_roads(plan: Path) -> None:
    """Let the rule of one kilometre order its work by distance and class."""
    text = plan.read_text(encoding="utf-8")
    before, mark, after = text.partition('id = "2.2.3-c"\n')
    assert mark
    after = f'rank_by = ["distance_m", "road_class"]\n{after}'
    plan.write_text(before + mark + after, encoding="utf-8")
