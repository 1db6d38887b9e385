"""Who takes part in the benchmark of roads near stations, at which sizes, and why not at others."""

from __future__ import annotations

from collections.abc import Callable  # noqa: TC003 - a dataclass holds it
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

TURNS = 3
HEAVY_TURNS = 1  # a run of minutes varies by less than what is shown
MINUTES = "at a million roads it takes minutes; at ten million it would take hours or the memory"


@dataclass(frozen=True, slots=True)
class System:
    """One system.

    Attributes
    ----------
    title
        What the tables call it.
    opener
        Module and function that open it, loaded in the process that is measured.
    packages
        What must be installed, by the names of its modules.
    distributions
        Whose versions are recorded.
    reason_missing
        Says in words why it cannot run here, where packages do not tell.
    not_at
        Sizes at which it is not started, with the reason.
    heavy_at
        Sizes at which one run has to do.
    is_ours
        True for qxgeo's own forms; ratios are taken of the fastest that is not.
    """

    title: str
    opener: str
    packages: tuple[str, ...] = ()
    distributions: tuple[str, ...] = ()
    reason_missing: Callable[[], str] | None = None
    not_at: dict[str, str] = field(default_factory=dict)
    heavy_at: tuple[str, ...] = ()
    is_ours: bool = False

    def why_not(self, size: str) -> str:
        """Say why it does not run here at this size; empty if it does."""
        if self.reason_missing and (reason := self.reason_missing()):
            return reason
        missing = [name for name in self.packages if not is_there(name)]
        if missing:
            return f"not installed: {', '.join(missing)} (pip install --group bench)"
        return self.not_at.get(size, "")

    def turns_at(self, size: str) -> int:
        """Say how often it runs."""
        return HEAVY_TURNS if size in self.heavy_at else TURNS


def is_there(name: str) -> bool:
    """Say whether a module is installed, without importing it."""
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def find_versions(system: System) -> str:
    """Name the versions of what a system is made of."""
    module, _, _ = system.opener.partition(":")
    found = [import_module(module).find_version()] if module in PROGRAMS else []
    for name in system.distributions:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)


def miss_postgis() -> str:
    """Say whether a PostgreSQL server with PostGIS is here."""
    from peer_postgis import find_binaries

    if find_binaries() is None:
        return "no PostgreSQL with PostGIS (apt-get install postgresql-15-postgis-3)"
    return ""


def miss_qgis() -> str:
    """Say whether QGIS is here."""
    from peer_qgis import find_program

    return "" if find_program() else "no qgis_process (apt-get install qgis)"


LARGE = ("nation",)
PROGRAMS = ("peer_postgis", "peer_qgis")  # peers that are no packages and know their version
OURS = ("qxgeo", "numba", "numpy")
SYSTEMS = {
    "read": System("the bytes alone", "ours:open_bytes", distributions=("pyarrow",), is_ours=True),
    "read_threads": System(
        "the bytes alone, 2 threads",
        "ours:open_bytes_threads",
        distributions=("pyarrow",),
        is_ours=True,
    ),
    "qxgeo": System("qxgeo, 1 process", "ours:open_qxgeo", ("numba",), OURS, is_ours=True),
    "threads": System("qxgeo, 2 threads", "ours:open_threads", ("numba",), OURS, is_ours=True),
    "processes": System(
        "qxgeo, 2 processes, their start included",
        "ours:open_processes",
        ("numba",),
        OURS,
        heavy_at=LARGE,
        is_ours=True,
    ),
    "dask_ours": System(
        "qxgeo, 2 Dask workers",
        "ours:open_dask",
        ("numba", "distributed"),
        (*OURS, "distributed"),
        is_ours=True,
    ),
    **{
        f"parts{name}": System(
            f"qxgeo with every part written, {who}",
            f"ours:open_parts{name}",
            ("numba", "distributed") if name == "_dask" else ("numba",),
            OURS,
            not_at={} if not name else {"district": "too little to share out"},
            heavy_at=LARGE,
            is_ours=True,
        )
        for name, who in (
            ("", "1 process"),
            ("_threads", "2 threads"),
            ("_processes", "2 processes, their start included"),
            ("_dask", "2 Dask workers"),
        )
    },
    "kernel": System(
        "qxgeo's kernel, all in memory",
        "ours:open_kernel",
        ("numba",),
        OURS,
        is_ours=True,
        not_at={"nation": "qxgeo streams instead of holding 10 million roads"},
    ),
    "plain": System(
        "the same without Numba",
        "ours:open_plain",
        (),
        ("qxgeo", "numpy"),
        is_ours=True,
        heavy_at=("province",),
        not_at={"nation": "qxgeo streams instead of holding 10 million roads"},
    ),
    "shapely": System(
        "shapely by hand",
        "peers_arrays:open_shapely",
        (),
        ("shapely", "pyproj"),
        heavy_at=LARGE,
    ),
    "duckdb": System(
        "DuckDB spatial",
        "peers_sql:open_duckdb",
        ("duckdb", "duckdb_extension_spatial"),
        ("duckdb", "duckdb-extension-spatial"),
        heavy_at=LARGE,
    ),
    "sedona": System(
        "SedonaDB", "peers_sql:open_sedona", ("sedonadb",), ("sedonadb",), heavy_at=LARGE
    ),
    "postgis": System(
        "PostGIS, loaded before",
        "peer_postgis:open_postgis",
        reason_missing=miss_postgis,
        not_at={"nation": "loading 10 million roads takes longer than all the others together"},
    ),
    "polars": System(
        "polars-st",
        "peers_arrays:open_polars",
        ("polars_st",),
        ("polars", "polars-st"),
        not_at={"nation": "its join keeps every road with every column in memory"},
    ),
    "dask": System(
        "dask-geopandas, 2 processes",
        "peers_arrays:open_dask",
        ("dask_geopandas",),
        ("dask", "dask-geopandas", "geopandas"),
        not_at={"nation": MINUTES},
        heavy_at=("province",),
    ),
    "recipe": System(
        "GeoPandas recipe",
        "peers_arrays:open_recipe",
        (),
        ("geopandas", "shapely"),
        not_at={"nation": MINUTES},
        heavy_at=("province",),
    ),
    "qgis": System(
        "QGIS, loaded before, five starts included",
        "peer_qgis:open_qgis",
        ("pyogrio",),
        reason_missing=miss_qgis,
        heavy_at=LARGE,
    ),
}
