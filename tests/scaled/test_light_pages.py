"""Pages of a township carry no more of the ground than can be seen."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import shapely

from qxgeo.assess import assess_streamed, shelve
from qxgeo.assess.narrow import LEAST_AROUND, narrow
from qxgeo.district import load_district
from qxgeo.maps.base_layer import rank_roads
from qxgeo.maps.scaled import townships, write_township_maps

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import geopandas as gpd

    from qxgeo.assess import Assessment, Place, Shelf, StreamedAssessment

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


@pytest.fixture(scope="module")
def streamed(
    folder_of: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> StreamedAssessment:
    work = tmp_path_factory.mktemp("work")
    district = load_district(folder_of(row_group=100), stream_from=1)
    return assess_streamed(
        district, work / "findings", work_folder=work / "pieces", memory_mb=1500.0
    )


@pytest.mark.parametrize("most", [0, 10_000])
def test_what_lies_in_no_township_is_shown_with_all_roads_only_where_they_are_few(
    most: int, streamed: StreamedAssessment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(narrow.__globals__, "_MOST_ROADS", most)
    places = {one.township_id: one for one in streamed.shelf.places}
    findings = streamed.shelf.read(PLACE)  # as if they lay elsewhere: two, far from each other
    order = findings.geometry.bounds["minx"].dropna().sort_values().index
    ends = findings.loc[[order[0], order[-1]]]

    def roads(place: str, some: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        view = narrow(streamed.assessment, places[place], some)
        return view.district.layers["roads"].table

    around = [shapely.box(*shape.bounds) for shape in ends.geometry]
    near = shapely.union_all([shapely.buffer(one, 2 * LEAST_AROUND) for one in around])
    shown, everywhere = roads("outside_district", ends), roads(PLACE, ends)
    is_near = shapely.intersects([shapely.box(*one.bounds) for one in shown.geometry], near)
    assert is_near.any()
    assert is_near.all() == (most == 0)
    assert (len(shown) < len(everywhere)) == (most == 0)
    assert roads("outside_district", findings.iloc[:0]).empty == (most == 0)
    assert set(shown["section_id"]) <= set(everywhere["section_id"])
