"""Areas on the ellipsoid, exact for edges that are straight in longitude and latitude."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from qxgeo.geodesy.ellipsoid import ECCENTRICITY2, FLATTENING, SEMI_MAJOR_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Four-point Gauss-Legendre is exact to polynomial degree 7 along an edge; over one degree of
# latitude the remainder of the area function is below 1e-13 of it.
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(4)


def area_m2(geometries: NDArray[np.object_]) -> NDArray[np.float64]:
    """Measure polygons on the ellipsoid.

    The area between the equator and an edge is the integral of ``q(lat) d(lon)``, where q is the
    area of the ellipsoid per radian of longitude from the equator to that latitude. Edges shared by
    neighbours cancel, so the parts of a partition add up to the whole to rounding.

    Parameters
    ----------
    geometries
        Polygons and multi-polygons in EPSG:4326, shape (n,); anything else has area 0.

    Returns
    -------
    area
        Square metres, shape (n,).

    Notes
    -----
    Source of q: Snyder (1987), Map Projections, USGS PP 1395, equation 3-12, times b^2 / 2.
    """
    array = np.asarray(geometries, dtype=object)
    parts, owner = shapely.get_parts(array, return_index=True)
    is_polygon = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    parts, owner = parts[is_polygon], owner[is_polygon]
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    if len(rings) == 0:
        return np.zeros(len(array))
    is_shell = np.append(True, part_of_ring[1:] != part_of_ring[:-1])
    ring_area = np.abs(_signed_ring_areas(rings))
    signed = np.where(is_shell, ring_area, -ring_area)
    return np.bincount(owner[part_of_ring], weights=signed, minlength=len(array)).astype(float)


def _signed_ring_areas(rings: NDArray[np.object_]) -> NDArray[np.float64]:
    """Integrate around each ring; the sign is that of its direction."""
    lonlat, index = shapely.get_coordinates(rings, return_index=True)
    lon, lat = np.radians(lonlat).T
    same = index[1:] == index[:-1]
    width = (lon[1:] - lon[:-1])[same]
    middle, half = ((lat[1:] + lat[:-1]) / 2)[same], ((lat[1:] - lat[:-1]) / 2)[same]
    # Measured from the ring's own latitude: the large common part of q cancels around a ring.
    start = np.searchsorted(index, np.arange(len(rings)))
    level = _area_to_equator(lat[start])[index[1:][same]]
    mean = sum(
        (weight / 2) * (_area_to_equator(middle + node * half) - level)
        for node, weight in zip(_NODES, _WEIGHTS, strict=True)
    )
    return np.bincount(index[1:][same], weights=width * mean, minlength=len(rings)).astype(float)


def _area_to_equator(lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Area from the equator to a latitude (radians), square metres per radian of longitude."""
    e = np.sqrt(ECCENTRICITY2)
    sine = np.sin(lat)
    semi_minor2 = (SEMI_MAJOR_M * (1 - FLATTENING)) ** 2
    return np.asarray(
        semi_minor2 / 2 * (sine / (1 - ECCENTRICITY2 * sine * sine) + np.arctanh(e * sine) / e)
    )
