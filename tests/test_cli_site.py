"""``qxgeo site`` as its users call it: a card, whatever the verdict; or what to mend."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from click.testing import CliRunner
from pyproj import Geod

from qxgeo.cli.doors import doors
from qxgeo.datum import wgs84_to_bd09, wgs84_to_gcj02
from qxgeo.reports.sheets import display_width
from qxgeo.vocabulary import DEMO_BANNER

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from qxgeo.district import Layer

NEAR = ("110.016", "25.011")
FREE = ("110.032", "25.015")
STATION = (110.015, 25.01)


def site(*words: object) -> Result:
    return CliRunner().invoke(doors, ["site", *map(str, words)])


@pytest.fixture
def folder(
    tmp_path: Path,
    town: dict[str, Layer],
    layer_of: Callable[..., Layer],
    folder_of: Callable[..., Path],
) -> Path:
    """Give the small town with a school, a house and a zone without smoky fuel."""
    place = tmp_path / "town"
    place.mkdir()
    more = (
        layer_of("schools", [{"name": "小学", "geometry": shapely.Point(110.031, 25.004)}]),
        layer_of("markets", [{"name": "菜市", "geometry": shapely.Point(110.036, 25.004)}]),
        layer_of(
            "residential_buildings",
            [{"name": "居民楼", "geometry": shapely.box(110.030, 25.012, 110.0303, 25.0122)}],
        ),
        layer_of(
            "no_fuel_zone", [{"zone_id": "J", "geometry": shapely.box(110, 25, 110.02, 25.02)}]
        ),
    )
    folder_of(place, *town.values(), *more)
    return place


def card(*words: object) -> dict[str, Any]:
    result = site(*words, "--json")
    assert result.exit_code == 0, result.stderr
    return dict(json.loads(result.stdout))


def test_a_place_that_is_refused_has_a_card_and_exit_code_0(folder: Path) -> None:
    result = site("汽修", *NEAR, "--district", folder, "--datum", "wgs84")
    assert result.exit_code == 0, result.stderr
    metres = Geod(ellps="WGS84").inv(*STATION, float(NEAR[0]), float(NEAR[1]))[2]
    assert "结论：【不再新增审批】不再新增审批、办理许可证（1.3.4-a）" in result.stdout
    assert "条文：国控站点半径1公里范围内不再新增审批、办理相关许可证" in result.stdout
    assert f"距离 {metres:,.1f} m（空气质量监测站“城内站”），限值 1,000.0 m" in result.stdout
    assert f"余量 {1000 - metres:,.1f} m，位置误差 ±20 m" in result.stdout
    assert "牵头：市七星生态环境局、区市场监督管理局" in result.stdout
    assert "申请场所位置误差 取 10 m" in result.stdout
    assert result.stdout.rstrip().endswith("以主管单位的决定为准。")
    assert DEMO_BANNER.zh not in result.stdout
    assert "--datum" not in result.stdout


def test_the_columns_of_a_card_stand_under_one_another(folder: Path) -> None:
    result = site("检测站", *FREE, "--district", folder, "--datum", "wgs84")
    lines = [line for line in result.stdout.splitlines() if line.startswith(("属地", "4.1.4-"))]
    assert len(lines) == 7
    seen = set()
    for line in lines:
        name, label, _ = line.split(maxsplit=2)
        seen.add(display_width(line[: line.index(label, len(name))]))
    assert len(seen) == 1


def test_a_card_in_english_names_the_same_clause(folder: Path) -> None:
    result = site("auto_repair", *NEAR, "--district", folder, "--lang", "en")
    assert (
        "Verdict: 【not newly approved】no new approval or licence here (1.3.4-a)" in result.stdout
    )
    assert "no --datum is declared: WGS 84 is assumed" in result.stdout
    assert "（" not in result.stdout.split("Assumptions:")[0].replace("【", "")


def test_json_has_codes_sentences_in_both_languages_and_numbers(folder: Path) -> None:
    found = card("餐饮", *NEAR, "--district", folder, "--set", "燃料=电", "--set", "大型=是")
    assert found["schema"] == "qxgeo-site/1"
    assert found["verdict"] == "unknown"
    assert found["decided_by"] == ["3.2.0-a"]
    place = found["place"]
    assert place["attributes"] == {
        "fuel": "电",
        "setting": None,
        "is_large": True,
        "stoves": None,
        "kind": None,
    }
    assert (place["lon"], place["lat"], place["accuracy_m"]) == (110.016, 25.011, 10.0)
    lines = found["lines"]
    by_rule = {line["rule_id"]: line for line in lines}
    assert [*by_rule] == ["", "3.1.0-a", "3.1.0-b", "3.2.0-a", "3.3.0-a"]
    monitor = by_rule["3.3.0-a"]
    metres = Geod(ellps="WGS84").inv(*STATION, 110.016, 25.011)[2]
    assert monitor["verdict"] == "with_duty"
    assert monitor["strength"] == "promoted"
    assert monitor["distance_m"] == pytest.approx(metres, abs=1e-3)
    assert monitor["margin_m"] == pytest.approx(1000 - metres, abs=1e-3)
    assert monitor["reference_id"] == "S1"
    assert monitor["measured_from"] == "point"
    assert by_rule["3.2.0-a"]["why"] == "no_attribute"
    assert "没有填写" in by_rule["3.2.0-a"]["reason"]["zh"]
    assert "blank" in by_rule["3.2.0-a"]["reason"]["en"]
    notes = found["notes"]
    assert "没有用 --datum 声明" in notes[0]["zh"]


@pytest.mark.parametrize(
    ("datum", "shift", "title"),
    [("gcj02", wgs84_to_gcj02, "GCJ-02"), ("百度", wgs84_to_bd09, "BD-09")],
)
def test_a_place_of_an_encrypted_map_is_converted_and_says_so(
    folder: Path, datum: str, shift: Callable[..., tuple[np.ndarray, np.ndarray]], title: str
) -> None:
    lon, lat = shift(np.array([float(FREE[0])]), np.array([float(FREE[1])]))
    words = (f"{lon[0]:.9f}", f"{lat[0]:.9f}", "--district", folder, "--datum", datum)
    plain = card("汽修", *FREE, "--district", folder, "--datum", "wgs84")
    found = card("汽修", *words)
    place = found["place"]
    assert (place["lon"], place["lat"]) == (110.032, 25.015)
    lines = found["lines"]
    others = plain["lines"]
    assert lines[1]["distance_m"] == pytest.approx(others[1]["distance_m"], abs=1e-3)
    result = site("汽修", *words)
    assert f"坐标按 {title} 给出，已换算为 WGS 84：110.032000, 25.015000" in result.stdout


def test_existing_premises_are_not_touched_by_what_binds_new_ones(folder: Path) -> None:
    words = ("汽修", *NEAR, "--district", folder)
    assert card(*words)["verdict"] == "not_newly_approved"
    assert card(*words, "--status", "现有")["verdict"] == "allowed"
    assert card(*words, "--status", "change")["verdict"] == "needs_decision"


def test_entrances_may_be_several_and_name_their_roads(folder: Path) -> None:
    words = ("检测站", "110.030", "25.0103", "--district", folder, "--set", "设置位置=地面")
    none = card(*words)
    assert next(one for one in none["lines"] if one["rule_id"] == "4.1.4-e")["why"] == "no_entrance"
    main = card(*words, "--entrance", "110.030,25.0101,长路")
    assert main["verdict"] == "prohibited"
    both = card(*words, "--entrance", "110.030,25.0101", "--entrance", "110.03,25.0019，远路")
    place = both["place"]
    assert [one["road_name"] for one in place["entrances"]] == [None, "远路"]


def test_a_parcel_is_a_text_or_a_file(folder: Path, tmp_path: Path) -> None:
    parcel = shapely.box(110.0315, 25.0145, 110.0325, 25.0155)
    by_text = card("汽修", "--parcel", parcel.wkt, "--district", folder)
    lines = by_text["lines"]
    assert lines[1]["measured_from"] == "parcel"
    # S2 lies to the south-east: the parcel's nearest point is its corner there.
    metres = Geod(ellps="WGS84").inv(110.045, 25.01, 110.0325, 25.0145)[2]
    assert lines[1]["distance_m"] == pytest.approx(metres, abs=1e-3)
    file = tmp_path / "地块.geojson"
    gpd.GeoSeries([parcel], crs="EPSG:4326").to_file(file)
    by_file = card("汽修", "--parcel", file, "--district", folder)
    assert by_file["lines"] == by_text["lines"]
    notes = by_file["notes"]
    assert "按文件自带的" in notes[0]["zh"]


def test_a_place_outside_the_district_is_the_neighbours(folder: Path) -> None:
    found = card("汽修", "110.06", "25.01", "--district", folder)
    assert found["verdict"] == "out_of_scope"
    place = found["place"]
    assert place["township"] == {"zh": "辖区外（邻区）", "en": "outside the district (neighbour)"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("汽修",), "没有给出位置"),
        (("汽修", "110.03"), "没有给出位置"),
        (("汽修", "一百一", "25.01"), "“LON”：坐标“一百一”看不懂"),
        (("汽修", "", "25.01"), "“LON”：经度、纬度只填了一个"),
        (("汽修", "25.01", "110.03"), "像是写反了"),
        (("汽修", "2.35", "48.85"), "在中国以外"),
        (("汽修", "431287.5", "2795123.4"), "数值像不带带号的高斯-克吕格坐标"),
        (("火锅城", *FREE), "方案中没有场所类别“火锅城”"),
        (("汽修", *FREE, "--datum", "火星人"), "坐标基准“火星人”无法识别"),
        (("汽修", *FREE, "--datum", "北京54"), "北京 54"),
        (("汽修", *FREE, "--accuracy", "-5"), "场所位置误差不明：-5"),
        (("汽修", *FREE, "--accuracy", "nan"), "场所位置误差不明：nan"),
        (("汽修", *FREE, "--accuracy", "五"), "用法有误"),
        (("汽修", *FREE, "--status", "随便"), "“--status”：状态“随便”无法识别"),
        (("餐饮", *FREE, "--set", "燃料"), "“--set”：看不懂“燃料”"),
        (("餐饮", *FREE, "--set", "颜色=红"), "可写的属性：fuel（燃料）"),
        (("餐饮", *FREE, "--set", "灶头数=三个"), "“--set 灶头数”：“三个”不是数"),
        (("汽修", *FREE, "--entrance", "110.03"), "“110.03”不是 经度,纬度"),
        (("汽修", *FREE, "--entrance", ","), "“--entrance”：位置是空的"),
        (("汽修", *FREE, "--entrance", "25.01,110.03"), "像是写反了"),
        (("汽修", *FREE, "--parcel", "POINT (110.03 25.01)"), "既有经纬度又有地块"),
        (("汽修", "--parcel", "POLYGON ((110 25, 110"), "“--parcel”：坐标“POLYGON"),
        (("汽修", "--parcel", "LINESTRING (110.03 25.01, 110.031 25.01)"), "图层要的是点、面"),
        (("汽修", "--parcel", "没有的.geojson"), "文件不存在"),
        (("汽修", *FREE, "--district", "没有的"), "没有找到 district.toml"),
    ],
)
def test_bad_input_is_one_clear_sentence_and_exit_code_2(
    folder: Path, words: tuple[str, ...], said: str
) -> None:
    given = words if "--district" in words else (*words, "--district", folder)
    result = site(*given)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_a_file_with_several_parcels_is_refused(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "地块.geojson"
    parcels = [shapely.box(110.03 + n / 1000, 25.01, 110.0305 + n / 1000, 25.0105) for n in (0, 1)]
    gpd.GeoSeries(parcels, crs="EPSG:4326").to_file(file)
    result = site("汽修", "--parcel", file, "--district", folder)
    assert result.exit_code == 2
    assert "要的是一个地块，文件里有 2 行" in result.stderr


def test_every_fault_of_a_question_comes_at_once(folder: Path) -> None:
    result = site(
        "餐饮", "x", "25.01", "--district", folder, "--set", "大型=也许", "--status", "随便"
    )
    assert result.exit_code == 2
    assert "共 3 处要改" in result.stderr
    assert "3 things to mend" in result.stderr


def test_as_a_process_on_the_embedded_district() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "qxgeo", "site", "汽修", "110.3089", "25.27", "--json"],
        check=False,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["district"]["code"] == "450305"
    assert found["verdict"] == "not_newly_approved"
