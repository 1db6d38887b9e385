"""Squared ground distance and its slope, place by place: `qxgeo.geodesy.frames` as scalars."""

from __future__ import annotations

from qxgeo.geodesy.loops.room import bare

RADIAN = 0.017453292519943295
DEGREE = 7


@bare
def square_m2(frames, station, lon, lat):
    """Give the squared ground distance of a place to a station."""
    centre, axis, equator, curvature = frames[0], frames[1], frames[2], frames[3]
    u = (lon - centre[station, 0]) * RADIAN
    v = (lat - centre[station, 1]) * RADIAN
    rise, z = axis[station, DEGREE], equator[station, DEGREE]
    for power in range(DEGREE - 1, 0, -1):
        rise = rise * v + axis[station, power]
        z = z * v + equator[station, power]
    rise, z = rise * v, z * v
    u2 = u * u
    hat = u2 * (1.0 - u2 * (1 / 12 - u2 * (1 / 360 - u2 * (1 / 20160))))
    start = axis[station, 0]
    p = start + rise
    across2 = p * start * hat
    along2 = rise * rise + z * z
    bend = curvature[station, 0] * along2 + curvature[station, 1] * across2
    return across2 + along2 + bend * bend / 12


@bare
def square_and_slope(frames, station, lon, lat, step_lon, step_lat):
    """Give the squared ground distance of a place and how it changes along a step."""
    centre, axis, equator, curvature = frames[0], frames[1], frames[2], frames[3]
    u = (lon - centre[station, 0]) * RADIAN
    v = (lat - centre[station, 1]) * RADIAN
    du, dv = step_lon * RADIAN, step_lat * RADIAN
    rise, z = axis[station, DEGREE], equator[station, DEGREE]
    dp, dz = 0.0, 0.0
    for power in range(DEGREE - 1, 0, -1):
        dp = dp * v + rise
        dz = dz * v + z
        rise = rise * v + axis[station, power]
        z = z * v + equator[station, power]
    dp, dz = dp * v + rise, dz * v + z
    rise, z = rise * v, z * v
    u2 = u * u
    hat = u2 * (1.0 - u2 * (1 / 12 - u2 * (1 / 360 - u2 * (1 / 20160))))
    sine = u * (1.0 - u2 * (1 / 6 - u2 * (1 / 120 - u2 * (1 / 5040))))
    start = axis[station, 0]
    p = start + rise
    across2 = p * start * hat
    along2 = rise * rise + z * z
    bend = curvature[station, 0] * along2 + curvature[station, 1] * across2
    square = across2 + along2 + bend * bend / 12
    slope = 2.0 * p * start * sine * du + (start * hat * dp + 2.0 * (rise * dp + z * dz)) * dv
    return square, slope
