"""A link that opens navigation and states its datum, as a QR code."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote

import segno

if TYPE_CHECKING:
    from collections.abc import Iterator

QUIET_ZONE_MODULES = 4  # ISO/IEC 18004, 6.3.8
# At 22 mm and 150 dpi a module of the largest code in use (61 modules) spans over 2 pixels.
_LONGEST_NAME = 10
_PLACES = 6  # 0.1 m


def navigation_uri(lon: float, lat: float, name: str) -> str:
    """Build the address that opens a place in AMap, by its documented URI scheme.

    Without ``coordinate=wgs84`` AMap takes the numbers for GCJ-02 and leads some 560 m astray.

    Parameters
    ----------
    lon, lat
        WGS 84 degrees.
    name
        Shown at the place; a long one is shortened, for the code stays coarse enough to scan.

    Returns
    -------
    uri
        With six decimals, the name percent-encoded.
    """
    plain = "".join(c for c in name if unicodedata.category(c)[0] not in "CZ" or c == " ").strip()
    short = plain if len(plain) <= _LONGEST_NAME else plain[: _LONGEST_NAME - 1] + "…"
    return (
        f"https://uri.amap.com/marker?position={lon:.{_PLACES}f},{lat:.{_PLACES}f}"
        f"&name={quote(short, safe='')}&coordinate=wgs84"
    )


@lru_cache(maxsize=512)  # a sheet draws each code three times, and choosing its mask is slow
def make_code(uri: str) -> segno.QRCode:
    """Encode an address at error level M.

    Parameters
    ----------
    uri
        ASCII.

    Returns
    -------
    code
        The smallest that holds it; never a Micro QR code, which phones do not read.
    """
    return segno.make(uri, error="m", micro=False, boost_error=False)


def module_count(code: segno.QRCode) -> int:
    """Count the modules along an edge of a code.

    Parameters
    ----------
    code
        Any code.

    Returns
    -------
    count
        Without the quiet zone.
    """
    return int(code.symbol_size(border=0)[0])


def dark_runs(code: segno.QRCode) -> Iterator[tuple[int, int, int]]:
    """Go through the dark modules, neighbours in a row taken together.

    Parameters
    ----------
    code
        Any code.

    Yields
    ------
    column, row, length
        In modules from the upper left corner, without the quiet zone.
    """
    for row, modules in enumerate(code.matrix):
        start = None
        for column, module in enumerate([*modules, 0]):
            if module and start is None:
                start = column
            elif not module and start is not None:
                yield start, row, column - start
                start = None
