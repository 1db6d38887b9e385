"""Places on roads, and what lies between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Places:
    """Where points meet the roads of one way of travel.

    Attributes
    ----------
    mode
        ``drive``, ``ride`` or ``walk``.
    lonlat
        The place on the road, degrees, shape (n, 2); NaN where no road is near enough.
    snap_m
        Ground metres from the point to the nearest road, shape (n,); also where it is too far,
        infinite where there is no road at all.
    edge
        Edge of the network, -1 where no road is near enough, shape (n,).
    along_m
        Metres from the start of that edge, to the millimetre, shape (n,).
    """

    mode: str
    lonlat: NDArray[np.float64]
    snap_m: NDArray[np.float64]
    edge: NDArray[np.int64]
    along_m: NDArray[np.float64]

    def __len__(self) -> int:
        """Count the places."""
        return len(self.edge)

    @property
    def is_reached(self) -> NDArray[np.bool_]:
        """Tell which points have a road near enough."""
        return self.edge >= 0

    def take(self, chosen: NDArray[np.int64] | NDArray[np.bool_]) -> Places:
        """Give some of the places, by position or by mask.

        Parameters
        ----------
        chosen
            Positions, also repeated, or one claim per place.

        Returns
        -------
        places
            In the order asked for.
        """
        return Places(
            self.mode,
            self.lonlat[chosen],
            self.snap_m[chosen],
            self.edge[chosen],
            self.along_m[chosen],
        )


@dataclass(frozen=True, slots=True)
class Travel:
    """Shortest ways from many places to many others.

    Attributes
    ----------
    metres, minutes
        Shape (origins, destinations); infinite where no way leads there.
    """

    metres: NDArray[np.float64]
    minutes: NDArray[np.float64]
