"""The tile pyramid of crowded districts, and the base layer around it."""

from __future__ import annotations

import base64
import io
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from PIL import Image
from pyproj import Transformer

from qxgeo.maps import tiles
from qxgeo.maps.base_layer import describe_base, name_places, rank_roads
from qxgeo.maps.style import AROUND_COLOUR, LAND_COLOUR

if TYPE_CHECKING:
    from pathlib import Path

    from qxgeo.assess import Assessment
    from qxgeo.district import District

NO_SHAPES = np.empty(0, dtype=object)
NO_RANKS = np.zeros(0, dtype=np.intp)


def _pyramid(**more: object) -> dict[str, object]:
    shapes = {"land": NO_SHAPES, "water": NO_SHAPES, "roads": NO_SHAPES, "ranks": NO_RANKS}
    return tiles.build_pyramid(**{**shapes, "cache_folder": None, **more})


def _image(pyramid: dict[str, object], name: str) -> Image.Image:
    content = base64.b64decode(pyramid["tiles"][name])
    return Image.open(io.BytesIO(content)).convert("RGB")


def test_a_road_is_drawn_on_the_pixel_that_epsg_3857_gives_it() -> None:
    road = shapely.LineString([(110.300, 25.270), (110.310, 25.270)])
    land = shapely.box(110.295, 25.265, 110.315, 25.275)
    pyramid = _pyramid(
        land=np.array([land]), roads=np.array([road]), ranks=np.array([3], dtype=np.intp)
    )
    to_mercator = Transformer.from_crs(4326, 3857, always_xy=True)
    east, north = to_mercator.transform(110.305, 25.270)
    zoom, world = 16, 2 * 20037508.342789244
    across, down = (east / world + 0.5) * 2**zoom, (0.5 - north / world) * 2**zoom
    image = _image(pyramid, f"{zoom}/{int(across)}/{int(down)}")
    at = (int(across % 1 * 256), int(down % 1 * 256))
    assert sum(image.getpixel(at)) < sum(image.getpixel((at[0], (at[1] + 40) % 256)))


def test_the_same_input_gives_the_same_tiles(crowded_district: District) -> None:
    first = describe_base(crowded_district, cache_folder=None)
    assert first == describe_base(crowded_district, cache_folder=None)
    assert "roads" not in first
    assert len(first["tiles"]["tiles"]) > 10


def test_tiles_are_read_back_from_the_cache_and_a_damaged_cache_is_drawn_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    land = np.array([shapely.box(110.30, 25.27, 110.31, 25.28)])
    first = _pyramid(land=land, cache_folder=tmp_path)
    (file,) = tmp_path.glob("tiles-*.json")

    def refuse(*_: object) -> None:
        raise AssertionError

    with monkeypatch.context() as patch:
        patch.setattr(tiles, "_render", refuse)
        assert _pyramid(land=land, cache_folder=tmp_path) == first
    file.write_text('{"tiles": 3', encoding="ascii")
    assert _pyramid(land=land, cache_folder=tmp_path) == first


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    land = np.array([shapely.box(110.30, 25.27, 110.31, 25.28)])
    assert _pyramid(land=land, cache_folder=blocked / "x") == _pyramid(land=land)


def test_another_input_has_another_cache_file(tmp_path: Path) -> None:
    for east in (110.31, 110.32):
        _pyramid(land=np.array([shapely.box(110.30, 25.27, east, 25.28)]), cache_folder=tmp_path)
    assert len(list(tmp_path.glob("tiles-*.json"))) == 2


def test_a_large_district_stops_at_the_zoom_that_fits_the_budget() -> None:
    land = np.array([shapely.box(109, 24, 111, 26)])
    pyramid = _pyramid(land=land)
    assert pyramid["max"] < tiles.LAST_ZOOM
    assert len(pyramid["tiles"]) <= tiles.MOST_TILES


def test_the_byte_budget_stops_the_pyramid_too(monkeypatch: pytest.MonkeyPatch) -> None:
    land = np.array([shapely.box(110.30, 25.27, 110.31, 25.28)])
    monkeypatch.setattr(tiles, "MOST_BYTES", 1)
    assert _pyramid(land=land)["max"] == tiles.FIRST_ZOOM


def test_water_areas_are_filled_and_rivers_are_lines() -> None:
    land = shapely.box(110.30, 25.27, 110.31, 25.28)
    lake = shapely.box(110.3045, 25.2745, 110.3055, 25.2755)
    river = shapely.LineString([(110.301, 25.271), (110.301, 25.279)])
    dry = _pyramid(land=np.array([land]))
    wet = _pyramid(land=np.array([land]), water=np.array([lake, river]))
    assert wet["tiles"] != dry["tiles"]
    colours = {
        colour for name in wet["tiles"] for _, colour in _image(wet, name).getcolors(maxcolors=4096)
    }
    assert (0xBF, 0xD9, 0xE8) in colours


def test_tiles_use_the_colours_of_land_and_around() -> None:
    pyramid = _pyramid(land=np.array([shapely.box(110.30, 25.27, 110.31, 25.28)]))
    zoom = pyramid["max"]
    names = [name for name in pyramid["tiles"] if name.startswith(f"{zoom}/")]
    colours = {
        "#{:02X}{:02X}{:02X}".format(*colour)
        for name in names
        for _, colour in _image(pyramid, name).getcolors(maxcolors=4096)
    }
    assert {LAND_COLOUR, AROUND_COLOUR} <= colours


def test_a_budget_gives_the_tiles_that_trimming_leaves_and_draws_no_others(
    crowded_district: District, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    whole = describe_base(crowded_district, cache_folder=tmp_path)["tiles"]
    levels = range(whole["min"], whole["max"] + 1)
    sizes = {
        level: sum(len(tile) for name, tile in whole["tiles"].items() if int(name[:2]) <= level)
        for level in levels
    }
    drawn: list[int] = []
    draw = tiles._draw_block  # noqa: SLF001 - watched, not replaced

    def watch(paths: object, left: int, top: int, zoom: int) -> Image.Image:
        drawn.append(zoom)
        return draw(paths, left, top, zoom)

    monkeypatch.setattr(tiles, "_draw_block", watch)
    for level in (levels[0], levels[2]):
        drawn.clear()
        small = describe_base(crowded_district, cache_folder=None, most_tile_bytes=sizes[level])
        kept = {name: tile for name, tile in whole["tiles"].items() if int(name[:2]) <= level}
        assert small["tiles"] == whole | {"max": level, "tiles": kept}
        assert max(drawn) == level + 1  # where the budget is passed, drawing ends


def test_the_legend_lists_no_ground_of_which_there_is_none(
    town_assessment: Assessment,
) -> None:
    district = town_assessment.district
    layers = dict(district.layers)
    assert "roads" in describe_base(district, cache_folder=None)["has"]
    layers["roads"] = replace(layers["roads"], table=layers["roads"].table.iloc[:0])
    base = describe_base(replace(district, layers=layers), cache_folder=None)
    assert "roads" not in base["has"]


def test_a_small_district_is_drawn_from_its_vectors(town_assessment: Assessment) -> None:
    base = describe_base(town_assessment.district, cache_folder=None)
    assert "tiles" not in base
    assert sum(len(rank["features"]) for rank in base["roads"]) == 10
    assert [name for name, _, _ in base["towns"]] == ["东江街道", "穿山街道"]  # one has no area
    assert base["stations"] == [["龙隐路小学(1864A)", *base["stations"][0][1:]]]


def test_roads_can_be_found_by_name_and_unnamed_ones_are_not_listed(
    town_assessment: Assessment,
) -> None:
    places = {place[0]: place[1:] for place in name_places(town_assessment.district)}
    assert len(places) == 9
    west, south, east, north = places["示例龙隐路"]
    roads = town_assessment.district.layers["roads"].table
    expected = roads[roads["name"] == "示例龙隐路"].total_bounds
    assert (west, south, east, north) == pytest.approx(tuple(expected), abs=1e-5)


def test_a_district_without_layers_still_has_a_base(
    town_assessment: Assessment,
) -> None:
    from dataclasses import replace

    bare = replace(town_assessment.district, layers={})
    base = describe_base(bare, cache_folder=None)
    assert base["bounds"] is None
    assert base["stations"] == base["towns"] == []
    assert name_places(bare) == []


def test_roads_without_class_or_name_are_ordinary_streets(town_assessment: Assessment) -> None:
    from dataclasses import replace

    layer = town_assessment.district.layers["roads"]
    plain = replace(layer, table=layer.table[["section_id", "geometry"]])
    assert rank_roads(plain.table).tolist() == [1] * 10
    district = replace(town_assessment.district, layers={"roads": plain})
    assert name_places(district) == []
    nameless = replace(layer, table=layer.table.assign(name=""))
    assert name_places(replace(district, layers={"roads": nameless})) == []
