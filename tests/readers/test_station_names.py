"""Remarks that registries write into station names."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from qxgeo.readers import interpret_station_names


def station(name: str | None, **cells: object) -> gpd.GeoDataFrame:
    row = {"is_reference_point": None, "status": None, "valid_from": None, "valid_to": None} | cells
    table = gpd.GeoDataFrame(
        {"station_id": ["1A"], "name": [name]} | {key: [value] for key, value in row.items()},
        geometry=[shapely.Point(110.3, 25.3)],
        index=[7],
        crs=4326,
    )
    kinds = {"name": "string", "is_reference_point": "boolean", "status": "string"}
    days = {"valid_from": "datetime64[s]", "valid_to": "datetime64[s]"}
    return table.astype(kinds | days)


@pytest.mark.parametrize(
    ("name", "plain", "expected"),
    [
        ("定陵(对照点)", "定陵", {"is_reference_point": True}),
        ("天山路(停运150702)", "天山路", {"status": "停运", "valid_to": "2015-07-02"}),
        ("机引(20190313停运)", "机引", {"status": "停运", "valid_to": "2019-03-13"}),
        ("百货（停用200107）", "百货", {"status": "停运", "valid_to": "2020-01-07"}),
        ("草堂寺（已停运）", "草堂寺", {"status": "停运"}),
        ("武警支队(启用161031)", "武警支队", {"valid_from": "2016-10-31"}),
        ("某站(停运159902)", "某站", {"status": "停运"}),
        ("钢厂(东区)", "钢厂(东区)", {}),
        ("龙隐路小学", "龙隐路小学", {}),
        ("(对照点)", "(对照点)", {"is_reference_point": True}),
    ],
)
def test_a_remark_becomes_columns(name: str, plain: str, expected: dict[str, object]) -> None:
    given = station(name)
    found, _ = interpret_station_names(given)
    assert found.index.tolist() == [7]
    assert found["name"].tolist() == [plain]
    for column in ("is_reference_point", "status", "valid_from", "valid_to"):
        value = found[column].iloc[0]
        wanted = expected.get(column)
        wanted = pd.Timestamp(wanted) if column.startswith("valid") and wanted else wanted
        assert value == wanted if wanted is not None else pd.isna(value)
    assert given["name"].tolist() == [name]


def test_columns_win_over_names_and_the_contradiction_is_told() -> None:
    found, notes = interpret_station_names(station("定陵(对照点)", is_reference_point=False))
    assert not found["is_reference_point"].iloc[0]
    assert "以列为准" in notes[0].zh
    _, agreed = interpret_station_names(station("定陵(对照点)", is_reference_point=True))
    assert agreed == ()


def test_stopped_stations_are_named_and_a_nameless_one_is_passed_over() -> None:
    _, notes = interpret_station_names(station("天山路(停运150702)"))
    assert "1A 天山路" in notes[0].zh
    many = pd.concat([station("天山路(停运150702)")] * 7, ignore_index=True)
    assert interpret_station_names(many)[1][0].zh.endswith("…")
    found, notes = interpret_station_names(station(None))
    assert found["name"].isna().all()
    assert notes == ()
