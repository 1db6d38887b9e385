"""What the numbers of a Gauss-Kruger file say about its zone prefix, meridian and axis order.

Chinese Gauss-Kruger eastings are written with a false easting of 500 km, with or without the zone
number before them, in zones of 3 degrees (25 to 45, central meridian three times the number) or of
6 degrees (13 to 23, six times the number less three). In Chinese surveying X is the northing.
EPSG codes of CGCS2000: 4513-4533 and 4534-4554 (3 degrees, with and without prefix), 4491-4501 and
4502-4512 (6 degrees).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from pyproj import CRS, Transformer

from qxgeo.errors import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray

Box: TypeAlias = tuple[float, float, float, float]  # west, south, east, north

_EASTING_M = (100_000.0, 900_000.0)  # a zone is at most 3.3 degrees wide on either side
_NORTHING_M = (1_500_000.0, 6_200_000.0)  # 13 to 56 degrees north
_PREFIX_M = 1_000_000.0
_ZONES_3 = range(25, 46)
_ZONES_6 = range(13, 24)
_LARGEST_LON_DEG = 180.0


def epsg_of_zone(zone: int, *, with_prefix: bool) -> int:
    """Give the EPSG code of a CGCS2000 Gauss-Kruger zone.

    Parameters
    ----------
    zone
        13 to 23 are zones of 6 degrees, 25 to 45 zones of 3 degrees.
    with_prefix
        Whether eastings carry the zone number.

    Returns
    -------
    code
        EPSG code.

    Raises
    ------
    ValueError
        If there is no such zone in China.
    """
    if zone in _ZONES_3:
        return (4513 if with_prefix else 4534) + zone - _ZONES_3.start
    if zone in _ZONES_6:
        return (4491 if with_prefix else 4502) + zone - _ZONES_6.start
    message = f"no Gauss-Kruger zone {zone} in China"
    raise ValueError(message)


def central_meridian_deg(zone: int) -> int:
    """Give the central meridian of a zone: 3 z for zones of 3 degrees, 6 z - 3 for those of 6."""
    return 3 * zone if zone in _ZONES_3 else 6 * zone - 3


def prefix_of(easting_m: float) -> int | None:
    """Read the zone prefix off an easting.

    Parameters
    ----------
    easting_m
        Number as the file has it, metres.

    Returns
    -------
    zone
        Zone number, 0 where the easting carries none, None where the number is no easting.
    """
    zone, rest = divmod(easting_m, _PREFIX_M)
    if not _EASTING_M[0] <= rest <= _EASTING_M[1]:
        return None
    return int(zone) if zone == 0 or zone in _ZONES_3 or zone in _ZONES_6 else None


def explain_degrees(x: float, y: float) -> Text | None:
    """Say what is wrong where degrees were declared and the numbers are no degrees.

    Parameters
    ----------
    x, y
        A middle position of the file, in the order of the file's declared columns.

    Returns
    -------
    mend
        None where both numbers can be degrees.
    """
    if abs(x) <= _LARGEST_LON_DEG and abs(y) <= _LARGEST_LON_DEG:
        return None
    if _is_northing(x) and prefix_of(y) is not None:
        return _axes_mend(prefix_of(y) or 0)
    zone = prefix_of(x)
    if zone is None:
        return Text(
            "数值不是经纬度：请声明投影坐标系，例如 EPSG:3857",
            "the numbers are no degrees: declare the projected system, e.g. EPSG:3857",
        )
    if zone:
        return _zone_mend(zone)
    return Text(
        "数值像不带带号的高斯-克吕格坐标（米）：请按中央经线声明，例如 111° 为 EPSG:4546",
        "the numbers look like Gauss-Kruger metres without zone prefix: declare the zone by its "
        "central meridian, e.g. EPSG:4546 for 111°",
    )


def explain_grid(x: float, y: float, crs: CRS) -> Text | None:
    """Say what is wrong with Gauss-Kruger or UTM numbers under the declared system.

    Parameters
    ----------
    x, y
        A middle position of the file, in the order easting, northing.
    crs
        Declared projected system.

    Returns
    -------
    mend
        None where the numbers fit, or where the system is no transverse Mercator.
    """
    declared = _declared_prefix(crs)
    if declared is None:
        return None
    if abs(x) <= _LARGEST_LON_DEG and abs(y) <= _LARGEST_LON_DEG:
        return Text(
            "数值是经纬度（度），不是米：请声明 wgs84、cgcs2000、gcj02 或 bd09",
            "the numbers are degrees, not metres: declare wgs84, cgcs2000, gcj02 or bd09",
        )
    if _is_northing(x) and prefix_of(y) is not None:
        return _axes_mend(prefix_of(y) or 0)
    zone = prefix_of(x)
    if zone is None or zone == declared:
        return None
    if zone:
        return _zone_mend(zone)
    code = epsg_of_zone(declared, with_prefix=False)
    meridian = central_meridian_deg(declared)
    return Text(
        f"数值不带带号：中央经线 {meridian}° 请声明 EPSG:{code}",
        f"the numbers carry no zone prefix: declare EPSG:{code} (central meridian {meridian}°)",
    )


def find_zone(x: NDArray[np.float64], y: NDArray[np.float64], surroundings: Box) -> tuple[int, ...]:
    """Find the CGCS2000 zones under which the numbers land where they are expected.

    Parameters
    ----------
    x, y
        Easting and northing as the file has them, metres.
    surroundings
        West, south, east, north in degrees.

    Returns
    -------
    codes
        EPSG codes, ascending; empty where none fits.
    """
    west, south, east, north = surroundings
    fitting = []
    for zone in (*_ZONES_6, *_ZONES_3):
        for with_prefix in (True, False):
            code = epsg_of_zone(zone, with_prefix=with_prefix)
            crs = CRS.from_epsg(code)
            to_degrees = Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)
            lon, lat = to_degrees.transform(x, y)
            inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
            if np.mean(inside) > 0.5:  # noqa: PLR2004  the greater part
                fitting.append(code)
    return tuple(sorted(fitting))


def _is_northing(number: float) -> bool:
    """Tell whether a number can only be a Chinese northing."""
    return _NORTHING_M[0] <= number <= _NORTHING_M[1]


def _declared_prefix(crs: CRS) -> int | None:
    """Zone prefix in the false easting of a transverse Mercator (0 for none), else None."""
    operation = crs.coordinate_operation
    if operation is None or operation.method_name != "Transverse Mercator":
        return None
    easting = [p.value for p in operation.params if p.name == "False easting"]
    return prefix_of(float(easting[0])) if easting else None


def _zone_mend(zone: int) -> Text:
    """Suggest the code for numbers with a prefix."""
    code = epsg_of_zone(zone, with_prefix=True)
    meridian = central_meridian_deg(zone)
    return Text(
        f"数值像带有带号 {zone}（中央经线 {meridian}°）：请声明 EPSG:{code}",
        f"the numbers look like they carry zone prefix {zone} (central meridian {meridian}°): "
        f"declare EPSG:{code}",
    )


def _axes_mend(zone: int) -> Text:
    """Suggest to exchange the columns; with a prefix the code can be named too."""
    zh = "X、Y 像是写反了：国内测量中 X 是北坐标、Y 是东坐标，请把 lon 对应到 Y 列、lat 对应到 X 列"
    en = (
        "X and Y look interchanged: in Chinese surveying X is the northing and Y the easting, "
        "map lon to the Y column and lat to the X column"
    )
    if zone:
        more = _zone_mend(zone)
        return Text(f"{zh}；{more.zh}", f"{en}; {more.en}")
    return Text(zh, en)
