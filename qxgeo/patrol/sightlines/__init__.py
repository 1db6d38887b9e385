"""What cameras and drones see, what stays blind, and where the next cameras help most."""

from __future__ import annotations

from qxgeo.patrol.sightlines.look import see

__all__ = ["see"]
