"""The siting page of a kind: click a place and read the verdict card, without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import geopandas as gpd

    from qxgeo.district import District
    from qxgeo.plan import SiteKind
    from qxgeo.siting import SiteChecks


def write_siting_map(
    folder: Path,
    district: District,
    kind: SiteKind,
    *,
    checks: SiteChecks | None = None,
    lang: str = "zh",
    eligible: gpd.GeoDataFrame | None = None,
    cache_folder: Path | None = None,
    progress: Callable[[str], object] | None = None,
) -> Path:
    """Write ``siting_<kind_id>.html``, which judges places by itself, without a network.

    The same input gives the same bytes.

    Parameters
    ----------
    folder
        Exists.
    district
        Read and checked; its layers are the references.
    kind
        From `siting.find_kind`.
    checks
        Applications to choose from, as `siting.check_sites` judged them; None for none.
    lang
        ``zh`` or ``en``.
    eligible
        Areas to draw, EPSG:4326, with `title_zh` and `title_en`; None for none.
    cache_folder
        Where rendered base-map tiles are kept between runs; None takes the user's cache folder.
    progress
        Called with the file's name before it is written.

    Returns
    -------
    file
        The page.

    Raises
    ------
    OutputError
        If the file cannot be written or a collected script is missing.
    """
    raise NotImplementedError
