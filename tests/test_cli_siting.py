"""``qxgeo siting`` as its users call it, beside the other commands in one folder."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import openpyxl
import pytest
import shapely
from click.testing import CliRunner

from qxgeo.cli import siting as siting_module
from qxgeo.cli.doors import doors
from qxgeo.district import load_district
from qxgeo.geodesy import area_m2

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from qxgeo.district import Layer

KINDS = (
    *("auto_repair", "spray_centre", "catering", "inspection_agency", "im_station"),
    "straw_store",
)


def siting(*words: object) -> Result:
    return CliRunner().invoke(doors, ["siting", *map(str, words)])


@pytest.fixture
def folder(tmp_path: Path, town: dict[str, Layer], folder_of: Callable[..., Path]) -> Path:
    place = tmp_path / "town"
    place.mkdir()
    folder_of(place, *town.values())
    return place


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, object]]:
    """Replace the drawing of pages; what each was given is kept by kind."""
    given: dict[str, dict[str, object]] = {}

    def write(place: Path, _district: object, kind: object, **facts: object) -> None:
        name = kind.kind_id  # type: ignore[attr-defined]
        given[name] = facts
        (place / f"siting_{name}.html").write_text(name, encoding="utf-8")

    monkeypatch.setattr(siting_module, "write_siting_map", write)
    return given


@pytest.mark.usefixtures("map_assets")
def test_every_kind_has_a_page_and_the_same_input_gives_the_same_bytes(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QXGEO_CACHE", str(tmp_path / "cache"))
    for name in ("one", "two"):
        result = siting(folder, "--out", tmp_path / name, "-q")
        assert result.exit_code == 0, result.stderr
        assert result.stdout == ""
    one = {path.name: path.read_bytes() for path in (tmp_path / "one").iterdir()}
    two = {path.name: path.read_bytes() for path in (tmp_path / "two").iterdir()}
    pages = {f"siting_{kind}.html" for kind in KINDS}
    assert set(one) == pages | {"siting.xlsx", "siting.gpkg", "siting.json"}
    assert one == two
    assert set(json.loads(one["siting.json"])["outputs"]) == set(one) - {"siting.json"}


def test_the_ground_of_every_kind_adds_up_to_the_district(
    folder: Path, tmp_path: Path, drawn: dict[str, dict[str, object]]
) -> None:
    result = siting(folder, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.stderr
    boundary = load_district(folder).layers["boundary"].table.geometry
    whole_km2 = float(area_m2(boundary)[0]) / 1e6
    sheet = openpyxl.load_workbook(tmp_path / "out" / "siting.xlsx")["面积"]
    header = int(sheet.freeze_panes[1:]) - 1
    table = [*sheet.iter_rows(min_row=header, values_only=True)]
    heads, rows = table[0], table[1:]
    assert heads[2] == "合计（km²）"
    towns = range(3, len(heads) - 1)
    for kind in {row[0] for row in rows}:
        mine = [row for row in rows if row[0] == kind]
        assert sum(row[2] for row in mine) == pytest.approx(whole_km2, rel=1e-6)
        for row in mine:
            assert sum(row[at] for at in towns) == pytest.approx(row[2], abs=1e-9)
    assert set(drawn) == set(KINDS)


def test_ground_is_not_called_allowed_while_a_clause_is_open(
    folder: Path, tmp_path: Path, drawn: dict[str, dict[str, object]]
) -> None:
    # The town has neither schools nor markets nor houses: inspection and eating houses stay open.
    result = siting(
        *(folder, "--out", tmp_path / "out", "--kind", "检测站", "--kind", "汽修", "--lang", "en")
    )
    assert result.exit_code == 0, result.stderr
    lines = {line.split(":")[0].strip(): line for line in result.stdout.splitlines()}
    assert ", allowed" in lines["auto repair"]
    open_line = lines["vehicle-emission inspection agency"]
    assert ", allowed" not in open_line
    assert "no decided clause limits it, others are open" in open_line
    assert "not drawn: 4.1.4-b, 4.1.4-c, 4.1.4-d, 4.1.4-e" in result.stdout
    verdicts = set(drawn["inspection_agency"]["eligible"]["verdict"])  # type: ignore[index]
    assert "allowed" not in verdicts
    assert "allowed" in set(drawn["auto_repair"]["eligible"]["verdict"])  # type: ignore[index]
    record = json.loads((tmp_path / "out" / "siting.json").read_text("utf-8"))
    kinds = record["kinds"]
    assert not kinds["inspection_agency"]["is_complete"]
    assert not any(one["is_eligible"] for one in kinds["inspection_agency"]["ground"])
    assert any(one["is_eligible"] for one in kinds["auto_repair"]["ground"])


def test_applications_stand_beside_the_ground_and_wrong_ones_are_named(
    folder: Path, tmp_path: Path, drawn: dict[str, dict[str, object]]
) -> None:
    path = tmp_path / "申请.csv"
    path.write_text(
        "编号,名称,场所类别,经度,纬度\n"
        "A1,店一,汽修,110.016,25.011\nA2,店二,汽修,,\nA3,点,秸秆收储点,110.032,25.015\n",
        encoding="utf-8",
    )
    words = (folder, "--out", tmp_path / "out", "--applications", path, "--kind", "汽修")
    result = siting(*words, "--datum", "wgs84")
    assert result.exit_code == 2
    assert "申请：不再新增审批 1" in result.stdout
    assert "申请.csv 第 3 行 “经度”：没有坐标，也没有地块" in result.stderr
    checks = drawn["auto_repair"]["checks"]
    assert checks.places["place_id"].tolist() == ["A1"]  # type: ignore[attr-defined]
    book = openpyxl.load_workbook(tmp_path / "out" / "siting.xlsx")
    assert [*book.sheetnames] == [
        *("面积", "目录", "条款贡献", "分乡镇", "两条合计", "取决于属性", "临路", "未画出"),
        *("汇总", "结论", "逐条", "未判定", "条款", "假设", "说明"),
    ]
    refused = siting(*words)
    assert refused.exit_code == 2
    assert "没有声明坐标基准" in refused.stderr


@pytest.mark.usefixtures("drawn")
def test_other_commands_files_in_the_folder_stay(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    for name, record in (("index.html", "run.json"), ("patrol.html", "patrol.json")):
        (out / name).write_text("theirs", encoding="utf-8")
        (out / record).write_text(json.dumps({"outputs": {name: {}}}), encoding="utf-8")
    (out / "笔记.txt").write_text("mine", encoding="utf-8")
    for kind in ("汽修", "秸秆收储点"):
        result = siting(folder, "--out", out, "--kind", kind)
        assert result.exit_code == 0, result.stderr
    assert {path.name for path in out.iterdir()} == {
        *("index.html", "run.json", "patrol.html", "patrol.json", "笔记.txt"),
        *("siting_straw_store.html", "siting.xlsx", "siting.gpkg", "siting.json"),
    }


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--kind", "火锅城"), "方案中没有场所类别“火锅城”"),
        (("--applications", "没有.csv"), "文件不存在"),
    ],
)
def test_bad_words_are_one_sentence_and_write_nothing(
    folder: Path, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    result = siting(folder, "--out", tmp_path / "out", *words)
    assert result.exit_code == 2
    assert said in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_district_may_name_its_list_of_applications(
    town: dict[str, Layer],
    layer_of: Callable[..., Layer],
    folder_of: Callable[..., Path],
    tmp_path: Path,
    drawn: dict[str, dict[str, object]],
) -> None:
    place = tmp_path / "named"
    place.mkdir()
    rows = [{"site_id": "A1", "kind_id": "汽修", "geometry": shapely.Point(110.016, 25.011)}]
    folder_of(place, *town.values(), layer_of("candidates", rows, accuracy_m=3.0))
    result = siting(place, "--out", tmp_path / "out", "--kind", "汽修")
    assert result.exit_code == 0, result.stderr
    checks = drawn["auto_repair"]["checks"]
    assert checks.places["summary"].tolist() == ["not_newly_approved"]  # type: ignore[attr-defined]
    assert checks.places["accuracy_m"].tolist() == [3.0]  # type: ignore[attr-defined]


def test_without_a_district_the_demonstration_applications_are_judged(
    tmp_path: Path, drawn: dict[str, dict[str, object]]
) -> None:
    result = siting("--out", tmp_path / "out", "--kind", "straw_store")
    assert result.exit_code == 0, result.stderr
    assert "演示数据" in result.stdout
    checks = drawn["straw_store"]["checks"]
    names = checks.places["name"].tolist()  # type: ignore[attr-defined]
    assert len(names) == 4
    assert all(name.startswith("示例") for name in names)
    # One of its parcels crosses the district's boundary on purpose.
    assert "needs_decision" in set(checks.places["summary"])  # type: ignore[attr-defined]
