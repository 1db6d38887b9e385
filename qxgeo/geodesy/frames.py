"""The surroundings of stations as polynomials: ground distances without a sine or an iteration.

On an ellipsoid of revolution the straight chord between a station and a place is exactly ::

    c^2 = 4 p p0 sin^2(u / 2) + (p - p0)^2 + (z - z0)^2

with u and v the differences of longitude and latitude (radians), p the distance from the axis of
the earth and z that from the plane of the equator. Within 50 km of a station p and z are the first
terms of their Taylor series in v, and the sine of u is that of its own. So the square of the ground
distance is a polynomial of u and v. Differences are never taken of earth-centred metres: there is
nothing to cancel, and a metre beside the station is as exact as one on the circle.

The arc above the chord is that of the mean curvature in its direction (Euler): ``s^2 = c^2 + k^2
c^4 / 12``. Bounds of all that is left out are derived in docs/ground-distance.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from qxgeo.geodesy.ellipsoid import ECCENTRICITY2, SEMI_MAJOR_M, curvature_radii

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

DEGREE = 7  # of the Taylor series: the rest is below 1e-13 m within 50 km
RADIAN = np.pi / 180


@dataclass(frozen=True, slots=True)
class Frames:
    """What distances to stations are computed from, one row per station.

    Attributes
    ----------
    lonlat
        The stations, degrees, shape (s, 2).
    axis_m
        Coefficients of p in powers of v, metres, shape (s, 8).
    equator_m
        Coefficients of z - z0 in powers of v, metres, shape (s, 8); the first is 0.
    curvature
        Along the meridian and across it, per metre, shape (s, 2).
    half_deg
        Half width and half height of a box around each disc, a little generous, shape (s, 2).
    most_m2, least_m2
        Within that box ``s^2 <= most_m2[0] u^2 + most_m2[1] v^2``, and at least as much with
        `least_m2`: square metres per square radian, shape (s, 2).
    """

    lonlat: NDArray[np.float64]
    axis_m: NDArray[np.float64]
    equator_m: NDArray[np.float64]
    curvature: NDArray[np.float64]
    half_deg: NDArray[np.float64]
    most_m2: NDArray[np.float64]
    least_m2: NDArray[np.float64]

    @classmethod
    def around(cls, stations: NDArray[np.float64], *, radius_m: float) -> Frames:
        """Look round from stations.

        Parameters
        ----------
        stations
            Longitude and latitude, degrees, shape (s, 2).
        radius_m
            How far anybody will ask, ground metres.

        Returns
        -------
        frames
            Distances are good to a micrometre up to 20 km, see docs/ground-distance.md.
        """
        lonlat = np.ascontiguousarray(stations, dtype=float).reshape(-1, 2)
        axis_m, equator_m = meridian_series(lonlat[:, 1] * RADIAN)
        meridian_m, normal_m = curvature_radii(lonlat[:, 1])
        half_deg = disc_half_sizes(lonlat, radius_m)
        most_m2, least_m2 = _bounds(lonlat[:, 1], axis_m[:, 0], half_deg)
        return cls(
            lonlat,
            axis_m,
            equator_m,
            np.stack((1 / meridian_m, 1 / normal_m), axis=1),
            half_deg,
            most_m2,
            least_m2,
        )

    def boxes(self) -> NDArray[np.object_]:
        """Give the boxes around the discs, EPSG:4326, shape (s,)."""
        low, high = self.lonlat - self.half_deg, self.lonlat + self.half_deg
        return np.asarray(shapely.box(*low.T, *high.T))

    def square_m2(self, station: Ints, lonlat: Floats) -> Floats:
        """Give the squared ground distance of places to stations, pair by pair, shape (k,)."""
        return self.square_and_slope(station, lonlat, np.zeros_like(lonlat))[0]

    def square_and_slope(
        self, station: Ints, lonlat: Floats, step: Floats
    ) -> tuple[Floats, Floats]:
        """Give squared ground distances and how they change along a step.

        Parameters
        ----------
        station
            Which station each place looks at, shape (k,).
        lonlat
            Places, degrees, shape (k, 2).
        step
            Degrees of longitude and latitude per unit of whatever walks, shape (k, 2).

        Returns
        -------
        square_m2, slope_m2
            Square metres and square metres per unit, shape (k,); the slope leaves out the bend of
            the arc, 1e-6 of itself at 20 km: it leads an iteration, it decides nothing.
        """
        axis, equator = self.axis_m[station], self.equator_m[station]
        u, v = ((lonlat - self.lonlat[station]) * RADIAN).T
        du, dv = (step * RADIAN).T
        rise, dp = _polynomial(axis, v)
        z, dz = _polynomial(equator, v)
        u2 = u * u
        hat = u2 * (1.0 - u2 * (1 / 12 - u2 * (1 / 360 - u2 * (1 / 20160))))  # (2 sin(u / 2))^2
        sine = u * (1.0 - u2 * (1 / 6 - u2 * (1 / 120 - u2 * (1 / 5040))))
        start = axis[:, 0]
        p = start + rise
        across2, along2 = p * start * hat, rise * rise + z * z
        bend = self.curvature[station, 0] * along2 + self.curvature[station, 1] * across2
        square = across2 + along2 + bend * bend / 12
        slope = 2.0 * p * start * sine * du + (start * hat * dp + 2.0 * (rise * dp + z * dz)) * dv
        return square, slope


def disc_half_sizes(stations: NDArray[np.float64], radius_m: float) -> NDArray[np.float64]:
    """Give half width and half height of boxes that hold the discs, a little generous.

    Parameters
    ----------
    stations
        Longitude and latitude, degrees, shape (s, 2).
    radius_m
        Ground metres.

    Returns
    -------
    half_deg
        Degrees, shape (s, 2).
    """
    lat = stations[:, 1]
    meridian, normal = curvature_radii(lat)
    tall = np.degrees(radius_m / meridian) * 1.01 + 1e-6
    narrowest = np.cos(np.radians(np.minimum(np.abs(lat) + tall, 89.0)))
    wide = np.degrees(radius_m / (normal * narrowest)) * 1.01 + 1e-6
    return np.stack((wide, tall), axis=1)


def _polynomial(coefficient: Floats, at: Floats) -> tuple[Floats, Floats]:
    """Give a polynomial less its first term, and its derivative, row by row (Horner)."""
    value, slope = coefficient[:, DEGREE], np.zeros(len(at))
    for power in range(DEGREE - 1, 0, -1):
        slope = slope * at + value
        value = value * at + coefficient[:, power]
    return value * at, slope * at + value


def meridian_series(lat: Floats) -> tuple[Floats, Floats]:
    """Give the Taylor coefficients of p and of z - z0 about latitudes in radians, shape (s, 8).

    ``dp = -M sin(lat) dlat`` and ``dz = M cos(lat) dlat`` with M the radius of curvature along the
    meridian, ``M = a (1 - e^2) w^-3``, ``w^2 = 1 - e^2 / 2 + e^2 cos(2 lat) / 2``.
    """
    order = np.arange(DEGREE + 1)
    factorial = np.cumprod(np.maximum(order, 1)).astype(float)
    turn = lat[:, None] + order * (np.pi / 2)
    sine, cosine = np.sin(turn) / factorial, np.cos(turn) / factorial
    double = np.cos(2 * lat[:, None] + order * (np.pi / 2)) * 2.0**order / factorial
    w2 = ECCENTRICITY2 / 2 * double
    w2[:, 0] += 1 - ECCENTRICITY2 / 2
    radius_m = SEMI_MAJOR_M * (1 - ECCENTRICITY2) * _power_series(w2, -1.5)
    axis_m, equator_m = np.zeros_like(w2), np.zeros_like(w2)
    axis_m[:, 0] = SEMI_MAJOR_M * np.cos(lat) / np.sqrt(w2[:, 0])
    for power in range(DEGREE):
        backwards = radius_m[:, power::-1]
        axis_m[:, power + 1] = -(sine[:, : power + 1] * backwards).sum(axis=1) / (power + 1)
        equator_m[:, power + 1] = (cosine[:, : power + 1] * backwards).sum(axis=1) / (power + 1)
    return axis_m, equator_m


def _power_series(series: Floats, exponent: float) -> Floats:
    """Raise power series to an exponent, row by row (J. C. P. Miller's recurrence)."""
    result = np.zeros_like(series)
    result[:, 0] = series[:, 0] ** exponent
    for power in range(1, series.shape[1]):
        k = np.arange(1, power + 1)
        terms = (k * exponent - (power - k)) * series[:, 1 : power + 1]
        result[:, power] = (terms * result[:, power - 1 :: -1][:, :power]).sum(axis=1)
        result[:, power] /= power * series[:, 0]
    return result


def _bounds(lat: Floats, axis_m: Floats, half_deg: Floats) -> tuple[Floats, Floats]:
    """Bound the squared distance within the boxes, square metres per square radian, shape (s, 2).

    Away from the equator the distance from the axis shrinks and the radius of curvature along the
    meridian grows; chord and sine fall short of arc and angle by 1 / 24 of their square at most.
    """
    low = np.maximum(np.abs(lat) - half_deg[:, 1], 0.0)
    high = np.minimum(np.abs(lat) + half_deg[:, 1], 90.0)
    (meridian_low, normal_low), (meridian_high, normal_high) = (
        curvature_radii(low),
        curvature_radii(high),
    )
    widest = normal_low * np.cos(low * RADIAN) * axis_m
    narrowest = normal_high * np.cos(high * RADIAN) * axis_m
    spare = (half_deg.max(axis=1) * RADIAN) ** 2 / 5 + 1e-12
    most = np.stack((widest, meridian_high**2), axis=1) * (1 + spare)[:, None]
    least = np.stack((narrowest, meridian_low**2), axis=1) * (1 - spare)[:, None]
    return most, least
