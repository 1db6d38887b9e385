"""Random numbers that are the same, compiled or not: two congruences combined (L'Ecuyer 1988)."""

from __future__ import annotations

from qxgeo.watering.routing.loops.jit import compiled

FIRST, SECOND = 2147483563, 2147483399
SHARE = 4.656613057391769e-10


@compiled
def draw(rng):
    """Draw a number above 0 and below 1."""
    one = rng[0] * 40014 % FIRST
    other = rng[1] * 40692 % SECOND
    rng[0], rng[1] = one, other
    mixed = one - other
    if mixed < 1:
        mixed += FIRST - 1
    return mixed * SHARE


@compiled
def draw_below(rng, count):
    """Draw a whole number from 0 and below `count`."""
    return int(draw(rng) * count)
