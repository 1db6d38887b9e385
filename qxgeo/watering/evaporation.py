"""What evaporates from a wet road, hour by hour, by Penman's combination equation.

With the resistance of the surface at nought, because it is wet::

    E = (D (Rn - G) + rho cp (es - ea) / ra) / (lambda (D + gamma))

``D`` is the slope of the saturation pressure, ``gamma`` the psychrometric constant, ``ra`` the
resistance of the air between the road and the height of the wind.

Source: Allen, Pereira, Raes, Smith (1998), FAO Irrigation and Drainage Paper 56, chapters 3 and 4
(numbers of the equations below).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qxgeo.errors import Text

    Floats = NDArray[np.float64]

HOURS = 24
_LATENT_J_PER_KG = 2.45e6  # at about 20 C (eq. 2-1)
_GAMMA_KPA_PER_C = 0.067  # near sea level (eq. 8)
_AIR_J_PER_M3_C = 1_200.0  # density times specific heat of air at about 20 C
_KARMAN = 0.41
_HOTTEST_H = 14.0
_LOOKS = 13  # at the temperature of an hour, every five minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadSurface:
    """What of a road takes part in its drying.

    Attributes
    ----------
    albedo
        Share of the sun's radiation that is thrown back.
    roughness_m, height_m
        Of the road, and of wind and temperature.
    ground_share_day, ground_share_night
        Share of the net radiation that goes into the ground, or comes out of it.
    least_wind_ms
        Air is never stiller.
    """

    albedo: float
    roughness_m: float
    height_m: float
    ground_share_day: float
    ground_share_night: float
    least_wind_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """A typical day of one kind of weather.

    Attributes
    ----------
    t_min_c, t_max_c
        Air, coldest at sunrise, warmest at two in the afternoon.
    dew_c
        Dew point, the same all day.
    wind_day_ms, wind_night_ms
        Between sunrise and sunset, and else.
    sun_w_per_m2
        Global radiation at the sun's noon.
    loss_w_per_m2
        Net long-wave radiation, lost all day.
    sunrise_h, sunset_h
        By the clock.
    """

    key: str
    title: Text
    t_min_c: float
    t_max_c: float
    dew_c: float
    wind_day_ms: float
    wind_night_ms: float
    sun_w_per_m2: float
    loss_w_per_m2: float
    sunrise_h: float
    sunset_h: float


def evaporation_mm_per_h(weather: Weather, road: RoadSurface) -> Floats:
    """Give what a wet road evaporates in each hour of a day.

    Parameters
    ----------
    weather
        Of the day.
    road
        Its surface.

    Returns
    -------
    evaporation
        Millimetres (litres per square metre) per hour, at the middle of each hour, never below
        nought, shape (24,).

    Notes
    -----
    Source: FAO-56, equations 6 (energy), 11 and 13 (saturation), 4 (air's resistance), 45 and 46
    (heat into the ground).
    """
    hour = np.arange(HOURS, dtype=np.float64) + np.float64(0.5)
    is_day = (hour > weather.sunrise_h) & (hour < weather.sunset_h)
    air = _temperature_c(weather, hour)
    deficit_kpa = np.maximum(_saturation_kpa(air) - _saturation_kpa(np.array(weather.dew_c)), 0.0)
    slope = 4098.0 * _saturation_kpa(air) / (air + 237.3) ** 2
    wind = np.where(is_day, weather.wind_day_ms, weather.wind_night_ms)
    wind = np.maximum(wind, road.least_wind_ms)
    resistance = (np.log(road.height_m / road.roughness_m) / _KARMAN) ** 2 / wind
    net = (1.0 - road.albedo) * _sun(weather, hour) - weather.loss_w_per_m2
    share = np.where(is_day, road.ground_share_day, road.ground_share_night)
    heat = slope * net * (1.0 - share) + _AIR_J_PER_M3_C * deficit_kpa / resistance
    watts = heat / (slope + _GAMMA_KPA_PER_C)
    return np.asarray(np.maximum(watts, 0.0) * 3600.0 / _LATENT_J_PER_KG, dtype=np.float64)


def coldest_c(weather: Weather) -> Floats:
    """Give the lowest temperature of the air within each hour of a day.

    Parameters
    ----------
    weather
        Of the day.

    Returns
    -------
    coldest
        Degrees Celsius, shape (24,).
    """
    at = np.arange(HOURS, dtype=np.float64)[:, None] + np.linspace(0.0, 1.0, _LOOKS)
    inside = (at[:, 0] <= weather.sunrise_h) & (weather.sunrise_h <= at[:, -1])
    found = _temperature_c(weather, at).min(axis=1)
    return np.where(inside, weather.t_min_c, found)


def _saturation_kpa(air_c: Floats) -> Floats:
    """Give the saturation pressure of water in air (eq. 11)."""
    return np.asarray(0.6108 * np.exp(17.27 * air_c / (air_c + 237.3)), dtype=np.float64)


def _temperature_c(weather: Weather, hour: Floats) -> Floats:
    """Give the air's temperature: a half wave up from sunrise to two, another down to sunrise."""
    rise = _HOTTEST_H - weather.sunrise_h
    since = (hour - weather.sunrise_h) % HOURS
    phase = np.where(since < rise, since / rise, 1.0 + (since - rise) / (HOURS - rise))
    middle = (weather.t_min_c + weather.t_max_c) / 2.0
    swing = (weather.t_max_c - weather.t_min_c) / 2.0
    return np.asarray(middle - swing * np.cos(np.pi * phase), dtype=np.float64)


def _sun(weather: Weather, hour: Floats) -> Floats:
    """Give the global radiation: a half wave from sunrise to sunset."""
    share = (hour - weather.sunrise_h) / (weather.sunset_h - weather.sunrise_h)
    wave = np.sin(np.pi * np.clip(share, 0.0, 1.0))
    return np.asarray(weather.sun_w_per_m2 * np.maximum(wave, 0.0), dtype=np.float64)
