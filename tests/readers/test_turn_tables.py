"""Turn restrictions as traffic offices keep them: a table with Chinese headings, and its faults."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
import shapely

from qxgeo.errors import InputError
from qxgeo.readers import read_table

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "编号,路口,来路,去路,限制类型,行驶方向,时段,例外车辆,经度,纬度"
PLACE = "110.3,25.27"


def write(folder: Path, *rows: str) -> Path:
    path = folder / "转向限制.csv"
    path.write_text("\n".join((HEAD, *rows)) + "\n", encoding="utf-8-sig")
    return path


def test_a_table_under_chinese_headings_becomes_the_layer(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        f"Z1,十字街,解放路,中山路,禁止左转,由北向南,7:00—9:00,公交车除外,{PLACE}",
        f"Z2,十字街,解放路,解放路,禁止掉头,,,,{PLACE}",
        f"Z3,十字街,中山路,解放路,只准右转,自西向东,,,{PLACE}",
    )
    table = read_table(path, layer="turns", datum="wgs84").table
    assert table["kind"].tolist() == ["no_left_turn", "no_u_turn", "only_right_turn"]
    assert table["travel"].fillna("").tolist() == ["south", "", "east"]
    assert table["from_road"].tolist() == ["解放路", "解放路", "中山路"]
    assert table.loc[0, ["times", "except_vehicles", "name"]].tolist() == [
        "7:00—9:00",
        "公交车除外",
        "十字街",
    ]


def test_points_of_a_geopackage_are_read_alike(tmp_path: Path) -> None:
    facts = {"from_road": ["E1"], "to_road": ["N1"], "kind": ["no_u_turn"]}
    frame = gpd.GeoDataFrame(facts, geometry=[shapely.Point(110.3, 25.27)], crs=4326)
    frame.to_file(tmp_path / "turns.gpkg", driver="GPKG")
    result = read_table(tmp_path / "turns.gpkg", layer="turns", datum=None)
    assert result.table["kind"].tolist() == ["no_u_turn"]
    assert len(result.rows) == 1


@pytest.mark.parametrize(
    ("row", "number", "column", "word"),
    [
        (f"Z1,,解放路,中山路,不让左转,,,,{PLACE}", 2, "限制类型", "不让左转"),
        (f"Z1,,解放路,中山路,,,,,{PLACE}", 2, "限制类型", "空"),
        (f"Z1,,,中山路,禁止左转,,,,{PLACE}", 2, "来路", "空"),
        (f"Z1,,解放路,中山路,禁止左转,朝北边,,,{PLACE}", 2, "行驶方向", "朝北边"),
        ("Z1,,解放路,中山路,禁止左转,,,,,", 2, "", "位置"),
    ],
)
def test_a_fault_names_its_row_its_column_and_the_mend(
    tmp_path: Path, row: str, number: int, column: str, word: str
) -> None:
    with pytest.raises(InputError) as caught:
        read_table(write(tmp_path, row), layer="turns", datum="wgs84")
    (fault,) = caught.value.faults
    assert (fault.file, fault.row, fault.column) == ("转向限制.csv", number, column)
    assert word in fault.problem.zh
    assert fault.mend.zh


def test_only_a_column_that_may_be_blank_is_told_to_be_left_blank(tmp_path: Path) -> None:
    row = f"Z1,,解放路,中山路,不让左转,朝北边,,,{PLACE}"
    with pytest.raises(InputError) as caught:
        read_table(write(tmp_path, row), layer="turns", datum="wgs84")
    told = {fault.column: fault.mend for fault in caught.value.faults}
    assert "留空" not in told["限制类型"].zh
    assert told["限制类型"].en.endswith("only_u_turn")
    assert told["行驶方向"].zh.endswith("不明请留空")
    assert told["行驶方向"].en.endswith("leave it blank where unknown")


def test_a_table_without_the_road_turned_into_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"来路,限制类型,经度,纬度\n解放路,禁止左转,{PLACE}\n", encoding="utf-8")
    with pytest.raises(InputError, match="去路"):
        read_table(path, layer="turns", datum="wgs84")
