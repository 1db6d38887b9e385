"""Real extracts, counted and measured a second way by tools that share no code with the reader."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import numpy as np
import pyogrio
import pytest
import shapely
from pyproj import Geod

from qxgeo.readers.osm import read_osm_roads
from qxgeo.readers.osm_sections import NOT_ROADS, PATH_CLASSES
from qxgeo.readers.osm_sites import read_osm_areas, read_osm_sites

if TYPE_CHECKING:
    from pathlib import Path

GEOD = Geod(ellps="WGS84")


def length_m(lines: np.ndarray) -> float:
    return sum(GEOD.geometry_length(line) for line in lines)


def test_every_shanghai_road_is_there_and_as_long_as_its_ways(external_data: Path) -> None:
    path = external_data / "osm" / "shanghai_center.osm"
    places: dict[str, tuple[float, float]] = {}
    ways: dict[int, list[str]] = {}
    classes: Counter[str] = Counter()
    for _, element in ET.iterparse(path):  # noqa: S314 our own test data
        if element.tag == "node":
            places[element.get("id", "")] = (
                float(element.get("lon", "")),
                float(element.get("lat", "")),
            )
        elif element.tag == "way":
            tags = {tag.get("k"): tag.get("v") for tag in element.iter("tag")}
            if "highway" in tags:
                classes[str(tags["highway"])] += 1
                refs = [nd.get("ref", "") for nd in element.iter("nd")]
                ways[int(element.get("id", ""))] = refs
    assert sum(classes.values()) == 4701  # as the data's own description says
    assert not classes.keys() & (PATH_CLASSES | NOT_ROADS)

    table = read_osm_roads(path).table
    assert set(table["osm_id"]) == ways.keys()
    whole = sum(
        length_m(np.array([shapely.LineString([places[ref] for ref in refs])]))
        for refs in ways.values()
    )
    assert length_m(table.geometry.to_numpy()) == pytest.approx(whole, rel=1e-12)

    # No inner point of a section is passed by another section, in a count by position.
    ends: Counter[tuple[float, float]] = Counter()
    passes = Counter(ref for refs in ways.values() for ref in refs)
    inner = {places[ref] for ref, count in passes.items() if count > 1}
    for line in table.geometry:
        ends.update(line.coords[1:-1])
    assert not inner & ends.keys()


def test_liechtenstein_agrees_with_the_reader_of_gdal(external_data: Path) -> None:
    path = external_data / "osm" / "liechtenstein.osm.pbf"
    lines = pyogrio.read_dataframe(path, layer="lines", columns=["osm_id", "highway"])
    roads = lines[lines["highway"].notna() & ~lines["highway"].isin(PATH_CLASSES | NOT_ROADS)]
    table = read_osm_roads(path).table
    assert set(table["osm_id"]) == set(roads["osm_id"].astype(int))
    assert length_m(table.geometry.to_numpy()) == pytest.approx(
        length_m(roads.geometry.to_numpy()), rel=1e-12
    )


def test_liechtenstein_has_the_known_number_of_surfaces(external_data: Path) -> None:
    path = external_data / "osm" / "liechtenstein.osm.pbf"
    everything = set(pyogrio.read_dataframe(path, layer="lines")["highway"].dropna())
    table = read_osm_roads(path, highway=everything).table
    ways_with_surface = table.loc[table["surface"].notna(), "osm_id"].nunique()
    assert ways_with_surface == pytest.approx(1189, abs=2)  # the description counts squares too


def test_liechtenstein_places_agree_with_the_reader_of_gdal(external_data: Path) -> None:
    path = external_data / "osm" / "liechtenstein.osm.pbf"
    sites = read_osm_sites(path, tags={"amenity": ["school", "fuel"]}).table
    fuel = sites[sites["amenity"] == "fuel"]
    points = pyogrio.read_dataframe(path, layer="points")
    polygons = pyogrio.read_dataframe(path, layer="multipolygons")
    is_point = points["other_tags"].fillna("").str.contains('"amenity"=>"fuel"')
    assert (fuel.geom_type == "Point").sum() == is_point.sum()
    assert (fuel.geom_type != "Point").sum() == (polygons["amenity"] == "fuel").sum()

    water = read_osm_areas(path, tags={"natural": ["water"]}).table
    expected = polygons[polygons["natural"] == "water"]
    assert shapely.area(water.geometry.to_numpy()).sum() == pytest.approx(
        shapely.area(expected.geometry.to_numpy()).sum()
    )
