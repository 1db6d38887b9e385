"""GPX and KML of a cart's day, added up again by another hand than the one that wrote them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import shapely
from pyproj import Geod

from qxgeo.reports.file_names import name_safely
from qxgeo.reports.watering.record import watering_record
from qxgeo.reports.watering.stretches import list_stretches, time_corners
from qxgeo.reports.watering.tracks import GPX, KML, OWN, say_clock, write_tracks
from qxgeo.watering.sums import sum_carts

if TYPE_CHECKING:
    from pathlib import Path

    from qxgeo.watering.model import WateringPlan

GEOD = Geod(ellps="WGS84")
CARTS = ("桂C00001", "桂C00002")


def seconds(stamp: str) -> float:
    """Seconds since midnight of 30 June 2023 in China."""
    moment = datetime.fromisoformat(stamp)
    return (moment - datetime.fromisoformat("2023-06-30T00:00:00+08:00")).total_seconds()


@pytest.fixture(scope="module")
def folder(small_plan: WateringPlan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tracks")
    write_tracks(small_plan, folder, {one: one for one in CARTS}, lang="zh")
    return folder


def read_gpx(path: Path) -> list[dict[str, object]]:
    found = []
    for track in ET.parse(path).getroot().iter(f"{{{GPX}}}trk"):  # noqa: S314 - our own file
        for segment in track.iter(f"{{{GPX}}}trkseg"):
            points = segment.findall(f"{{{GPX}}}trkpt")
            own = {one.tag.split("}")[1]: one.text for one in segment.iter() if OWN in one.tag}
            found.append(
                own
                | {
                    "lap": track.findtext(f"{{{GPX}}}name"),
                    "lon": [float(point.get("lon")) for point in points],
                    "lat": [float(point.get("lat")) for point in points],
                    "at": [seconds(point.findtext(f"{{{GPX}}}time")) for point in points],
                }
            )
    return found


@pytest.mark.parametrize("cart", CARTS)
def test_lengths_litres_and_times_are_added_up_again_from_the_gpx(
    small_plan: WateringPlan, folder: Path, cart: str
) -> None:
    segments = read_gpx(folder / f"{cart}.gpx")
    sums = sum_carts(small_plan).set_index("cart_id").loc[cart]
    for task, column in (("spray", "spray_m"), ("drive", "empty_m")):
        own = [one for one in segments if one["task"] == task]
        length = sum(GEOD.line_length(one["lon"], one["lat"]) for one in own)
        assert length == pytest.approx(sums[column], rel=1e-5)
        assert sum(float(one["length_m"]) for one in own) == pytest.approx(length, rel=1e-5)
    litres = sum(float(one["litres"]) for one in segments)
    assert litres == pytest.approx(sums["litres"], rel=1e-6)
    spray_s = sum(one["at"][-1] - one["at"][0] for one in segments if one["task"] == "spray")
    assert spray_s == pytest.approx(sums["spray_s"], abs=0.01 * len(segments))
    record = watering_record(small_plan)
    of_cart = [run for run in record["runs"] if run["cart_id"] == cart and run["tour"] >= 0]
    tours = {one["tour"]: one for one in record["tours"]}
    assert litres == pytest.approx(sum(tours[run["tour"]]["litres"] for run in of_cart), rel=1e-6)
    starts = sorted(
        min(one["at"][0] for one in segments if one["lap"] == lap)
        for lap in {one["lap"] for one in segments}
    )
    assert starts == pytest.approx(sorted(run["start_s"] for run in of_cart), abs=2e-3)


def test_a_day_planned_in_earnest_is_added_up_again(
    town_plan: WateringPlan, tmp_path: Path
) -> None:
    ids = town_plan.fleet.carts["cart_id"].tolist()
    paths = write_tracks(town_plan, tmp_path, {one: one for one in ids}, lang="zh")
    assert paths
    sums = sum_carts(town_plan).set_index("cart_id")
    for path in paths:
        if path.suffix != ".gpx":
            continue
        segments = read_gpx(path)
        for task, column in (("spray", "spray_m"), ("drive", "empty_m")):
            own = [one for one in segments if one["task"] == task]
            length = sum(GEOD.line_length(one["lon"], one["lat"]) for one in own)
            assert length == pytest.approx(sums.loc[path.stem, column], rel=1e-4, abs=1)
        litres = sum(float(one["litres"]) for one in segments)
        assert litres == pytest.approx(sums.loc[path.stem, "litres"], rel=1e-6)


def test_every_point_has_a_later_time_than_the_one_before(folder: Path) -> None:
    segments = read_gpx(folder / f"{CARTS[0]}.gpx")
    times = [at for one in segments for at in one["at"]]
    assert (np.diff(times) >= 0).all()
    speed = [
        GEOD.line_length(one["lon"], one["lat"]) / (one["at"][-1] - one["at"][0]) * 3.6
        for one in segments
        if one["task"] == "spray"
    ]
    assert speed == pytest.approx([12.0] * len(speed), rel=2e-3)


def test_kml_says_the_same_as_gpx(small_plan: WateringPlan, folder: Path) -> None:
    root = ET.parse(folder / f"{CARTS[1]}.kml").getroot()  # noqa: S314 - our own file
    length = litres = 0.0
    for mark in root.iter(f"{{{KML}}}Placemark"):
        own = {
            one.get("name"): one.findtext(f"{{{KML}}}value") for one in mark.iter(f"{{{KML}}}Data")
        }
        begin, end = (mark.findtext(f"{{{KML}}}TimeSpan/{{{KML}}}{n}") for n in ("begin", "end"))
        took = seconds(end) - seconds(begin)
        assert took == pytest.approx(float(own["duration_s"]), abs=2e-3)
        if own["task"] != "spray":
            continue
        text = mark.findtext(f"{{{KML}}}LineString/{{{KML}}}coordinates")
        lon, lat = np.array([spot.split(",") for spot in text.split()], dtype=float).T
        length += GEOD.line_length(lon, lat)
        litres += float(own["litres"])
    sums = sum_carts(small_plan).set_index("cart_id").loc[CARTS[1]]
    assert length == pytest.approx(sums["spray_m"], rel=1e-5)
    assert litres == pytest.approx(sums["litres"], rel=1e-6)


def test_refills_are_way_points_with_their_time(folder: Path) -> None:
    root = ET.parse(folder / f"{CARTS[0]}.gpx").getroot()  # noqa: S314 - our own file
    stops = root.findall(f"{{{GPX}}}wpt")
    assert len(stops) == 8
    assert stops[0].findtext(f"{{{GPX}}}name").endswith("加水 示例消火栓")
    assert stops[0].findtext(f"{{{GPX}}}name").startswith("02:")
    assert "演示数据" in root.findtext(f"{{{GPX}}}metadata/{{{GPX}}}desc")
    assert "GCJ-02" in root.findtext(f"{{{GPX}}}metadata/{{{GPX}}}desc")


def test_names_from_data_stay_text_and_no_driver_is_named(folder: Path) -> None:
    for path in folder.iterdir():
        text = path.read_text("utf-8")
        assert "<img" not in text
        assert "驾驶员" not in text
        ET.fromstring(text)  # noqa: S314 - our own file
    assert any("&lt;img" in path.read_text("utf-8") for path in folder.iterdir())


def test_a_cart_that_stays_in_has_no_track(kept_plan: WateringPlan, tmp_path: Path) -> None:
    names = {"桂C00001": "a", "桂C09999": "b"}
    paths = write_tracks(kept_plan, tmp_path, names, lang="en")
    assert [path.name for path in paths] == ["a.gpx", "a.kml"]
    assert "lap 1" in paths[0].read_text("utf-8")


def test_streets_of_one_name_make_one_stretch_until_the_cart_turns_back(
    small_plan: WateringPlan,
) -> None:
    first = list_stretches(small_plan)[1]
    sprays = [one for one in first if one.task == "spray"]
    legs = small_plan.legs[(small_plan.legs["tour"] == 1) & (small_plan.legs["task"] == "spray")]
    assert sum(one.length_m for one in sprays) == pytest.approx(legs["length_m"].sum())
    assert len(sprays) == len(legs)  # the last section's two directions: a turn back
    both = legs[legs["section"] == 23]
    assert len(both) == 2


def test_corners_are_passed_at_an_even_speed() -> None:
    corners = shapely.get_coordinates(shapely.LineString([(110, 25), (110.001, 25), (110.004, 25)]))
    assert time_corners(corners, 10.0, 40.0) == pytest.approx([10, 20, 50], abs=1e-3)
    assert time_corners(corners[:1], 3.0, 9.0).tolist() == [3.0]


def test_moments_of_the_next_day_say_so() -> None:
    assert say_clock(7 * 3600 + 300) == "07:05"
    assert say_clock(86_400 + 1_200) == "+1 00:20"


def test_files_are_named_safely_and_apart() -> None:
    assert name_safely(["桂C/1", "桂C:1", "..", "CON"], otherwise="cart") == [
        "桂C_1",
        "桂C_1-2",
        "cart",
        "_CON",
    ]
