"""Where the package's own data and the maps' assets lie, in a checkout and in a wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def data_dir() -> Path:
    """Find the folder of embedded data: inside a wheel, else beside the package in a checkout.

    Returns
    -------
    folder
        Holds ``plans/``, ``stations/``, ``boundaries/``, ``demo/`` and ``district.toml``.
    """
    packaged = _PACKAGE / "_data"
    return packaged if packaged.is_dir() else _PACKAGE.parent / "data"


def assets_dir() -> Path:
    """Find the folder of the maps' scripts, styles, icons and fonts, collected at build time.

    Returns
    -------
    folder
        ``qxgeo/_assets``; it is absent in a checkout that was never installed.
    """
    return _PACKAGE / "_assets"
