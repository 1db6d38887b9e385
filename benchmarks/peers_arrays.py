"""Peers that hold roads as arrays: GeoPandas, shapely by hand, dask-geopandas, polars-st.

Each is a context manager: what comes before ``yield`` (imports, a cluster) is not timed; what it
yields answers the question for a radius: townships and the length inside the discs in each, metres.

`open_recipe` and `open_dask` do what most scripts do: everything into one UTM zone, ``buffer``,
``clip``, ``overlay``. The others do what their makers advise for speed: discs are drawn station by
station in its UTM zone and taken back to degrees, united, cut by township; one join through a tree
finds the few cells that each road meets, roads wholly inside are taken uncut, and only what is
inside is projected, to be measured. Circles have 16 segments a quadrant, the default.
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
    Objects = NDArray[np.object_]

DEGREES = "OGC:CRS84"


@contextmanager
def open_recipe(folder: Path) -> Iterator[Callable[[float], Answer]]:
    """Answer as most scripts do, with GeoPandas."""
    import geopandas as gpd

    def answer(radius_m: float) -> Answer:
        stations = gpd.read_parquet(folder / "stations.parquet")
        plane = stations.estimate_utm_crs()
        roads = gpd.read_parquet(folder / "roads").to_crs(plane)
        townships = gpd.read_parquet(folder / "townships.parquet").to_crs(plane)
        zone = stations.to_crs(plane).buffer(radius_m).union_all()
        clipped = gpd.clip(roads, zone, keep_geom_type=True)
        pieces = gpd.overlay(clipped, townships, how="intersection", keep_geom_type=True)
        sums = pieces.length.groupby(pieces["township"]).sum()
        return sums.index.to_numpy(), sums.to_numpy()

    yield answer


@contextmanager
def open_dask(folder: Path) -> Iterator[Callable[[float], Answer]]:
    """Answer as the recipe does, by dask-geopandas on two processes."""
    import dask
    import dask_geopandas
    import geopandas as gpd
    import pandas as pd

    def answer(radius_m: float) -> Answer:
        stations = gpd.read_parquet(folder / "stations.parquet")
        plane = stations.estimate_utm_crs()
        townships = gpd.read_parquet(folder / "townships.parquet").to_crs(plane)
        zone = stations.to_crs(plane).buffer(radius_m).union_all()

        def measure(roads: Any) -> Any:  # noqa: ANN401 - a frame
            clipped = gpd.clip(roads, zone, keep_geom_type=True)
            pieces = gpd.overlay(clipped, townships, how="intersection", keep_geom_type=True)
            sums = pieces.length.groupby(pieces["township"]).sum()
            return pd.DataFrame({"township": sums.index.to_numpy(), "m": sums.to_numpy()})

        roads = dask_geopandas.read_parquet(
            str(folder / "roads" / "*.parquet"), split_row_groups=True
        )
        meta = pd.DataFrame({"township": np.array([], int), "m": np.array([], float)})
        parts = roads.to_crs(plane).map_partitions(measure, meta=meta)
        sums = parts.compute(scheduler="processes", num_workers=2).groupby("township")["m"].sum()
        return sums.index.to_numpy(), sums.to_numpy()

    with dask.config.set({"dataframe.convert-string": False}):
        yield answer


@contextmanager
def open_shapely(folder: Path) -> Iterator[Callable[[float], Answer]]:
    """Answer with shapely's arrays, prepared cells and a tree, row group by row group."""
    import geopandas as gpd
    import pyarrow.dataset as ds
    import shapely

    def answer(radius_m: float) -> Answer:
        stations = gpd.read_parquet(folder / "stations.parquet")
        townships = gpd.read_parquet(folder / "townships.parquet")
        cells, owner = draw_cells(stations.geometry, townships.geometry.to_numpy(), radius_m)
        tree = shapely.STRtree(cells)
        shapely.prepare(cells)
        sums = np.zeros(len(townships))
        for batch in ds.dataset(folder / "roads").to_batches(columns=["geometry"]):
            roads = shapely.from_wkb(batch["geometry"].to_numpy(zero_copy_only=False))
            row, cell = tree.query(roads, predicate="intersects")
            pieces = roads[row]
            cut = ~shapely.covers(cells[cell], pieces)
            pieces[cut] = shapely.intersection(pieces[cut], cells[cell[cut]])
            length_m = shapely.length(flatten(pieces))
            sums += np.bincount(owner[cell], weights=length_m, minlength=len(sums))
        return np.arange(len(sums)), sums

    yield answer


@contextmanager
def open_polars(folder: Path) -> Iterator[Callable[[float], Answer]]:
    """Answer with polars-st: its join, its intersection."""
    import geopandas as gpd
    import polars as pl
    import polars_st as st

    def answer(radius_m: float) -> Answer:
        stations = gpd.read_parquet(folder / "stations.parquet")
        townships = gpd.read_parquet(folder / "townships.parquet")
        shapes, owner = draw_cells(stations.geometry, townships.geometry.to_numpy(), radius_m)
        cells = st.GeoDataFrame(
            {"geometry": gpd.GeoSeries(shapes).to_wkb().to_numpy(), "township": owner},
        )
        roads = st.GeoDataFrame(pl.read_parquet(folder / "roads/*.parquet", columns=["geometry"]))
        pairs = roads.st.sjoin(cells, predicate="intersects")
        whole = pl.col("geometry_right").st.covers(pl.col("geometry"))
        pairs = pairs.with_columns(
            pl.when(whole)
            .then(pl.col("geometry"))
            .otherwise(pl.col("geometry").st.intersection(pl.col("geometry_right")))
            .alias("geometry")
        )
        import shapely

        pieces = shapely.from_wkb(pairs["geometry"].to_numpy())
        length_m = shapely.length(flatten(pieces))
        township = pairs["township"].to_numpy()
        sums = np.bincount(township, weights=length_m, minlength=len(townships))
        return np.arange(len(sums)), sums

    yield answer


def draw_cells(
    stations: Any,  # noqa: ANN401 - a GeoSeries
    townships: Objects,
    radius_m: float,
) -> tuple[Objects, NDArray[np.int64]]:
    """Draw discs in UTM, unite them in degrees, cut them by township: cells and their township."""
    import geopandas as gpd
    import pandas as pd
    import shapely

    zones = number_zones(stations.x.to_numpy())
    discs = [
        stations[zones == zone].to_crs(32600 + int(zone)).buffer(radius_m).to_crs(DEGREES)
        for zone in np.unique(zones)
    ]
    zone = gpd.GeoSeries(pd.concat(discs)).union_all()
    parts = shapely.get_parts(zone)
    township, part = shapely.STRtree(parts).query(townships, predicate="intersects")
    return shapely.intersection(townships[township], parts[part]), township


def flatten(pieces: Objects) -> Objects:
    """Project pieces to UTM, each in the zone of its first vertex."""
    import shapely
    from pyproj import Transformer

    places, owner = shapely.get_coordinates(pieces, return_index=True)
    starts = np.flatnonzero(np.append(True, owner[1:] != owner[:-1]))
    zones = np.repeat(number_zones(places[starts, 0]), np.diff(np.append(starts, len(owner))))
    for zone in np.unique(zones):
        inside = zones == zone
        plane = Transformer.from_crs(DEGREES, 32600 + int(zone), always_xy=True)
        places[inside] = np.stack(plane.transform(*places[inside].T), axis=1)
    return np.asarray(shapely.set_coordinates(pieces.copy(), places))


def number_zones(lon: NDArray[np.float64]) -> NDArray[np.int64]:
    """Give the UTM zones of longitudes, degrees."""
    return np.floor((lon + 180) / 6).astype(np.int64) + 1
