"""A layer declared in the wrong datum is smelt against lines whose place is known."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely

from qxgeo.datum import wgs84_to_gcj02
from qxgeo.district.crosscheck import check_together

if TYPE_CHECKING:
    from collections.abc import Callable

    from qxgeo.district import Layer


def _streets() -> list[shapely.LineString]:
    """Draw a crooked grid around 110.3, 25.27: no shift of half a kilometre fits it by chance."""
    rng = np.random.default_rng(5)
    lon = 110.25 + np.cumsum(rng.uniform(0.004, 0.02, 8))
    lat = 25.22 + np.cumsum(rng.uniform(0.004, 0.02, 8))
    across = [shapely.LineString([(a, y) for a in lon]) for y in lat]
    return across + [shapely.LineString([(x, b) for b in lat]) for x in lon]


@pytest.mark.parametrize("is_shifted", [False, True])
def test_a_damage_list_in_gcj02_is_smelt_against_the_roads(
    layer_of: Callable[..., Layer], *, is_shifted: bool
) -> None:
    streets = _streets()

    def shift(lonlat: np.ndarray) -> np.ndarray:
        return np.stack(wgs84_to_gcj02(lonlat[:, 0], lonlat[:, 1]), axis=1)

    given = [shapely.transform(s, shift) if is_shifted else s for s in streets]
    layers = {
        name: layer_of(name, [{"section_id": f"R{i}", "geometry": s} for i, s in enumerate(lines)])
        for name, lines in (("roads", streets), ("damaged_roads", given))
    }
    notes = check_together(layers, as_of=date(2023, 6, 30)).notes.get("damaged_roads", [])
    assert any("GCJ-02" in note.zh and "GCJ-02" in note.en for note in notes) is is_shifted
