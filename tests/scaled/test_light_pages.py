"""Pages of a township carry no more of the ground than can be seen."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import shapely

from qxgeo.assess import shelve
from qxgeo.assess.narrow import narrow
from qxgeo.maps.base_layer import rank_roads
from qxgeo.maps.scaled import townships, write_township_maps

if TYPE_CHECKING:
    from pathlib import Path

    from qxgeo.assess import Assessment, Place, Shelf

pytestmark = pytest.mark.scripted
PLACE = "450305002"


@pytest.fixture
def shelf(whole: Assessment, tmp_path: Path) -> Shelf:
    return shelve(whole, tmp_path / "findings")


@pytest.fixture
def place(shelf: Shelf) -> Place:
    return next(one for one in shelf.places if one.township_id == PLACE)


def test_roads_under_a_page_are_one_shape_a_rank_within_two_metres_of_themselves(
    whole: Assessment, shelf: Shelf, place: Place, tmp_path: Path, map_assets: Path
) -> None:
    assert map_assets.is_dir()
    findings = shelf.read(PLACE)
    files = write_township_maps(whole, place, findings, tmp_path, lang="zh")
    html = (tmp_path / PLACE / files.pages["keep_wet"][0]).read_text(encoding="utf-8")
    base = json.JSONDecoder().raw_decode(html, html.index('{"bounds":'))[0]
    assert "tiles" not in base
    drawn = [shapely.from_geojson(json.dumps(one)) for one in base["roads"]]
    roads = narrow(whole, place, findings).district.layers["roads"].table
    ranks = rank_roads(roads)
    assert len(set(ranks)) > 2
    for rank, one in enumerate(drawn):
        own = shapely.multilinestrings(shapely.get_parts(roads.geometry[ranks == rank]))
        if shapely.is_empty(own):
            assert shapely.is_empty(one)
            continue
        assert (
            shapely.hausdorff_distance(own, one) < 2e-5
        )  # degrees: 1 of simplifying, 1 of rounding
        assert shapely.get_num_coordinates(one) <= shapely.get_num_coordinates(own)


def test_zones_of_a_page_are_as_they_were_to_a_third_of_a_metre(
    whole: Assessment, shelf: Shelf, place: Place
) -> None:
    findings = shelf.read(PLACE)
    fine = narrow(whole, place, findings).zones
    seen = townships._see(whole, place, findings).zones  # noqa: SLF001 - what the page draws
    assert seen["rule_id"].tolist() == fine["rule_id"].tolist()
    corners = [shapely.get_num_coordinates(one.geometry.to_numpy()).sum() for one in (fine, seen)]
    assert corners[1] < corners[0] / 2
    edges = [shapely.boundary(one.geometry.to_numpy()) for one in (fine, seen)]
    apart = shapely.hausdorff_distance(*edges)
    assert (apart[~shapely.is_empty(edges[0])] < 3e-6).all()
