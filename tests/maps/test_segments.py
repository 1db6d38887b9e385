"""Very many short lines on the tiles of an overview."""

from __future__ import annotations

import base64
import io

import numpy as np
import shapely
from PIL import Image, ImageColor
from pyproj import Transformer

from qxgeo.maps import tiles
from qxgeo.maps.mercator import to_degrees, to_unit
from qxgeo.maps.segments import Raster, Segments
from qxgeo.maps.style import MARK_COLOUR

BOUNDS = np.array([110.0, 25.0, 110.4, 25.3])
RASTER = Raster.around(BOUNDS, pixels=8_192)
WORLD_M = 2 * 20_037_508.342789244  # around the equator, EPSG:3857
EVERYWHERE = np.array([0.0, 0.0, 1.0, 1.0])


def _pack(*lines: list[tuple[float, float]]) -> list[np.ndarray]:
    places = np.array([place for line in lines for place in line])
    owner = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    return [RASTER.pack(places, owner)]


def test_ends_are_kept_to_half_a_pixel_where_epsg_3857_has_them() -> None:
    line = [(110.1, 25.1), (110.103, 25.2), (110.2, 25.15)]
    ends = Segments.of(RASTER, _pack(line)).within(EVERYWHERE)
    to_mercator = Transformer.from_crs(4326, 3857, always_xy=True)
    east, north = to_mercator.transform(*np.array(line).T)
    expected = np.column_stack([east / WORLD_M + 0.5, 0.5 - north / WORLD_M])
    half_pixel = RASTER.step / 2 / 360 * 1.15  # a degree of latitude is drawn 1 / cos 25.3 as long
    found = np.unique(ends.reshape(-1, 2), axis=0)
    assert len(ends) == 2
    np.testing.assert_allclose(found, np.unique(expected, axis=0), rtol=0, atol=half_pixel)


def test_a_segment_is_drawn_once_whatever_its_direction_and_township() -> None:
    there, back = [(110.1, 25.1), (110.2, 25.1)], [(110.2, 25.1), (110.1, 25.1)]
    short = [(110.3, 25.1), (110.3 + RASTER.step / 8, 25.1)]
    segments = Segments.of(RASTER, [*_pack(there, back, short), *_pack(back)])
    assert len(segments.ends) == 1


def test_two_lines_are_not_joined() -> None:
    segments = Segments.of(
        RASTER, _pack([(110.1, 25.1), (110.2, 25.1)], [(110.3, 25.2), (110.35, 25.2)])
    )
    assert len(segments.ends) == 2


def test_those_that_cross_a_window_are_found_and_no_others() -> None:
    rng = np.random.default_rng(5)
    begin = rng.uniform((109.8, 24.9), (110.6, 25.4), (2_000, 2))
    end = begin + rng.uniform(-0.02, 0.02, (2_000, 2))
    places = np.stack([begin, end], axis=1).reshape(-1, 2)
    segments = Segments.of(RASTER, [RASTER.pack(places, np.repeat(np.arange(2_000), 2))])
    inside = np.array([[110.1, 25.1], [110.2, 25.2]])
    (left, bottom), (right, top) = to_unit(inside)
    found = segments.within(np.array([left, top, right, bottom]))
    low, high = np.minimum(begin, end), np.maximum(begin, end)
    meets = ((low <= inside[1]) & (high >= inside[0])).all(axis=1)
    slack = 1.5 * RASTER.step  # ends are rounded to pixels, and so is the window
    nearly = ((low <= inside[1] + slack) & (high >= inside[0] - slack)).all(axis=1)
    assert 30 < meets.sum() <= len(found) <= nearly.sum() < 2_000


def test_a_line_that_leaves_the_map_by_far_is_drawn_as_far_as_there_are_pixels() -> None:
    segments = Segments.of(RASTER, _pack([(110.2, 25.1), (140.0, 25.1)]))
    ends = to_degrees(segments.within(EVERYWHERE).reshape(-1, 2))
    assert abs(ends[:, 0].min() - 110.2) <= RASTER.step
    assert 110.4 + 0.4 < ends[:, 0].max() < 112


def test_none_are_none() -> None:
    assert len(Segments.of(RASTER, []).within(EVERYWHERE)) == 0
    assert len(RASTER.pack(np.empty((0, 2)), np.empty(0, dtype=np.int64))) == 0


def test_they_are_drawn_over_everything_on_their_pixel() -> None:
    none = np.empty(0, dtype=object)
    pyramid = tiles.build_pyramid(
        land=np.array([shapely.box(*BOUNDS)]),
        water=none,
        roads=none,
        ranks=np.empty(0, dtype=np.intp),
        cache_folder=None,
        marked=Segments.of(RASTER, _pack([(110.1, 25.15), (110.3, 25.15)])),
        is_wide=True,
    )
    zoom = int(pyramid["max"])
    across, down = (to_unit(np.array([[110.2, 25.15]]))[0] * 2**zoom).tolist()
    content = base64.b64decode(pyramid["tiles"][f"{zoom}/{int(across)}/{int(down)}"])
    image = Image.open(io.BytesIO(content)).convert("RGB")
    found = np.array(image.getpixel((int(across % 1 * 256), int(down % 1 * 256))))
    assert np.abs(found - ImageColor.getrgb(MARK_COLOUR)).max() < 8
