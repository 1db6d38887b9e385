"""``qxgeo sites`` as its users call it: everything written, the wrong rows named, or nothing."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import openpyxl
import pyogrio
import pytest
from click.testing import CliRunner

from qxgeo.cli import sites as sites_module
from qxgeo.cli.doors import doors

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from click.testing import Result

    from qxgeo.district import Layer

HEADS = ("编号", "名称", "场所类别", "申请类型", "经度", "纬度")
NEAR, FREE = (110.016, 25.011), (110.032, 25.015)
FILES = {
    "siting_auto_repair.html",
    "siting_straw_store.html",
    "verdicts.xlsx",
    "verdicts.gpkg",
    "verdicts.json",
}
EVIL = '<img src=x onerror="alert(1)">'


def sites(*words: object) -> Result:
    return CliRunner().invoke(doors, ["sites", *map(str, words)])


def write_list(path: Path, rows: Sequence[Sequence[object]], heads: Sequence[str] = HEADS) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(heads)
        writer.writerows(rows)
    return path


@pytest.fixture(scope="module")
def folder(
    tmp_path_factory: pytest.TempPathFactory,
    town: dict[str, Layer],
    folder_of: Callable[..., Path],
) -> Path:
    place = tmp_path_factory.mktemp("town")
    folder_of(place, *town.values())
    return place


@pytest.fixture(scope="module")
def done(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, map_assets: Path
) -> tuple[Result, Path]:
    """Judge five applications, two of them wrong, once for the tests that only look."""
    assert map_assets.is_dir()
    place = tmp_path_factory.mktemp("sites")
    rows = [
        ["A1", "=1+1", "汽修", "拟新增", *NEAR],
        ["A2", EVIL, "汽修", "拟新增", *FREE],
        ["A3", "店3", "汽修", "拟新增", "", ""],
        ["A4", "点4", "秸秆收储点", "拟新增", *FREE],
        ["A5", "店5", "火锅城", "拟新增", *FREE],
    ]
    path = write_list(place / "申请.csv", rows)
    out = place / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QXGEO_CACHE", str(place / "cache"))
        result = sites(path, "--district", folder, "--datum", "wgs84", "--out", out)
    return result, out


def read_sheet(out: Path, name: str) -> list[dict[str, Any]]:
    sheet = openpyxl.load_workbook(out / "verdicts.xlsx")[name]
    header = int(sheet.freeze_panes[1:]) - 1
    table = list(sheet.iter_rows(min_row=header, values_only=True))
    return [dict(zip(table[0], row, strict=True)) for row in table[1:]]


def test_wrong_rows_are_named_and_the_rest_is_written_with_exit_code_2(
    done: tuple[Result, Path],
) -> None:
    result, out = done
    assert result.exit_code == 2
    assert {path.name for path in out.iterdir()} == FILES
    assert "申请 5 个，已判定 3 个，有误未判定 2 个" in result.stdout
    assert "汽车维修（汽修）：不再新增审批 1、不限制 1" in result.stdout
    assert "有 2 个申请有误，没有判定；其余 3 个已判定，结果已写出" in result.stderr
    assert "申请.csv 第 4 行 “经度”：没有坐标，也没有地块" in result.stderr
    assert "申请.csv 第 6 行 “场所类别”：方案中没有场所类别“火锅城”" in result.stderr
    assert "2 applications are wrong and not judged; the other 3 are judged" in result.stderr
    assert "Traceback" not in result.stderr


def test_the_workbook_has_a_row_for_each_application_and_for_each_wrong_one(
    done: tuple[Result, Path],
) -> None:
    _, out = done
    rows = read_sheet(out, "结论")
    assert [(row["编号"], row["结论"]) for row in rows] == [
        ("A1", "⊘ 不再新增审批"),
        ("A2", "✓ 不限制"),
        ("A4", "✓ 不限制"),
    ]
    assert rows[0]["决定条款"] == "1.3.4-a"
    assert rows[0]["牵头单位"] == "市七星生态环境局、区市场监督管理局"
    assert [row["原表行号"] for row in rows] == [2, 3, 5]
    assert [(row["行"], row["列"]) for row in read_sheet(out, "未判定")] == [
        (4, "经度"),
        (6, "场所类别"),
    ]


def test_names_are_harmless_in_every_file(done: tuple[Result, Path]) -> None:
    _, out = done
    names = [row["名称"] for row in read_sheet(out, "结论")]
    assert names == ["'=1+1", EVIL, "点4"]
    book = openpyxl.load_workbook(out / "verdicts.xlsx")
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds
    page = (out / "siting_auto_repair.html").read_text("utf-8")
    assert "<img src=x" not in page
    assert "onerror" in page  # the name is there, as text


def test_the_record_counts_every_row_and_lists_the_files(done: tuple[Result, Path]) -> None:
    _, out = done
    record = json.loads((out / "verdicts.json").read_text("utf-8"))
    assert (record["list"]["rows"], record["list"]["judged"]) == (5, 3)
    assert [one["row"] for one in record["list"]["wrong"]] == [4, 6]
    assert record["counts"] == {
        "auto_repair": {"not_newly_approved": 1, "allowed": 1},
        "straw_store": {"allowed": 1},
    }
    assert set(record["outputs"]) == FILES - {"verdicts.json"}
    by_id = {one["place_id"]: one for one in record["applications"]}
    assert by_id["A1"]["decided_by"] == ["1.3.4-a"]
    assert [line["rule_id"] for line in by_id["A1"]["lines"]] == ["", "1.3.4-a"]
    assert by_id["A1"]["lines"][1]["margin_m"] > 800


def test_the_geopackage_has_a_layer_for_each_kind(done: tuple[Result, Path]) -> None:
    _, out = done
    layers = {str(name) for name, _ in pyogrio.list_layers(out / "verdicts.gpkg")}
    assert {"auto_repair", "straw_store", "boundary", "townships", "stations"} <= layers
    table = pyogrio.read_dataframe(out / "verdicts.gpkg", layer="auto_repair")
    assert table["summary"].tolist() == ["not_newly_approved", "allowed"]
    assert table["v_1_3_4_a"].tolist() == ["not_newly_approved", "allowed"]
    assert table["d_1_3_4_a"][0] < 200


@pytest.mark.usefixtures("map_assets")
def test_the_same_list_gives_the_same_bytes_and_exit_code_0(folder: Path, tmp_path: Path) -> None:
    path = write_list(tmp_path / "a.csv", [["A1", "店", "", "拟新增", *NEAR]])
    words = (path, "--district", folder, "--datum", "wgs84", "--kind", "汽修", "-q", "--lang", "en")
    for name in ("one", "two"):
        result = sites(*words, "--out", tmp_path / name)
        assert result.exit_code == 0, result.stderr
        assert result.stdout == ""
    one = {path.name: path.read_bytes() for path in (tmp_path / "one").iterdir()}
    two = {path.name: path.read_bytes() for path in (tmp_path / "two").iterdir()}
    assert one == two
    book = openpyxl.load_workbook(tmp_path / "one" / "verdicts.xlsx")
    assert book.sheetnames == [
        *("Totals", "Contents", "Results", "By rule", "Not judged"),
        *("Clauses", "Assumptions", "Read me"),
    ]


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """Give an output folder with earlier results."""
    out = tmp_path / "out"
    out.mkdir()
    (out / "verdicts.xlsx").write_text("old", encoding="utf-8")
    (out / "verdicts.json").write_text('{"outputs": {"verdicts.xlsx": {}}}', encoding="utf-8")
    return out


@pytest.mark.parametrize(
    ("rows", "words", "said"),
    [
        ([["A1", "店", "汽修", "", "", ""]], ("--datum", "wgs84"), "没有坐标，也没有地块"),
        ([["A1", "店", "火锅城", "", *FREE]], ("--datum", "wgs84"), "方案中没有场所类别"),
        ([["A1", "店", "汽修", "", *FREE]], (), "没有声明坐标基准"),
        ([["A1", "店", "汽修", "", *FREE]], ("--datum", "火星人"), "无法识别"),
        ([["A1", "店", "汽修", "", 121.47, 31.23]], ("--datum", "wgs84"), "公里"),
        ([["A1", "店", "汽修", "", *FREE]], ("--datum", "wgs84", "--kind", "x"), "没有场所类别“x”"),
        ([["A1", "店", "汽修", "", *FREE]], ("--datum", "wgs84", "--accuracy", "-1"), "误差不明"),
        ([], ("--datum", "wgs84"), "表头下没有数据行"),
    ],
)
def test_where_nothing_can_be_judged_the_old_results_stay(
    folder: Path,
    tmp_path: Path,
    old: Path,
    rows: list[list[object]],
    words: tuple[str, ...],
    said: str,
) -> None:
    path = write_list(tmp_path / "a.csv", rows)
    result = sites(path, "--district", folder, "--out", old, *words)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""
    assert (old / "verdicts.xlsx").read_text("utf-8") == "old"
    assert sorted(one.name for one in old.iterdir()) == ["verdicts.json", "verdicts.xlsx"]


def test_a_list_that_is_not_there_or_has_no_positions_is_one_sentence(
    folder: Path, tmp_path: Path
) -> None:
    result = sites(tmp_path / "没有.xlsx", "--district", folder, "--datum", "wgs84")
    assert result.exit_code == 2
    assert "文件不存在" in result.stderr
    path = write_list(tmp_path / "a.csv", [["A1", "汽修"]], ["编号", "场所类别"])
    result = sites(path, "--district", folder, "--datum", "wgs84", "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "没有找到经度、纬度列" in result.stderr
    assert not (tmp_path / "out").exists()


def test_an_error_while_writing_leaves_the_old_results(
    folder: Path, tmp_path: Path, old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(place: Path, *_: object, **__: object) -> None:
        (place / "siting_auto_repair.html").write_text("half", encoding="utf-8")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sites_module, "write_siting_map", fail)
    path = write_list(tmp_path / "a.csv", [["A1", "店", "汽修", "", *FREE]])
    result = sites(path, "--district", folder, "--datum", "wgs84", "--out", old)
    assert result.exit_code == 2
    assert "磁盘已满" in result.stderr
    assert (old / "verdicts.xlsx").read_text("utf-8") == "old"
    assert sorted(one.name for one in old.iterdir()) == ["verdicts.json", "verdicts.xlsx"]


def test_a_page_that_another_command_wrote_is_not_overwritten(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(place: Path, *_: object, **__: object) -> None:
        (place / "siting_auto_repair.html").write_text("ours", encoding="utf-8")

    monkeypatch.setattr(sites_module, "write_siting_map", write)
    out = tmp_path / "maps"
    out.mkdir()
    (out / "siting_auto_repair.html").write_text("theirs", encoding="utf-8")
    record = {"outputs": {"siting_auto_repair.html": {}}}
    (out / "siting.json").write_text(json.dumps(record), encoding="utf-8")
    path = write_list(tmp_path / "a.csv", [["A1", "店", "汽修", "", *FREE]])
    result = sites(path, "--district", folder, "--datum", "wgs84", "--out", out)
    assert result.exit_code == 2
    assert "由另一条命令写的同名文件" in result.stderr
    assert (out / "siting_auto_repair.html").read_text("utf-8") == "theirs"


def test_more_wrong_rows_than_a_screen_holds_are_counted(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(place: Path, *_: object, **__: object) -> None:
        (place / "siting_auto_repair.html").write_text("ours", encoding="utf-8")

    monkeypatch.setattr(sites_module, "write_siting_map", write)
    rows: list[list[object]] = [[f"A{n}", "店", "汽修", "", "", ""] for n in range(45)]
    path = write_list(tmp_path / "a.csv", [*rows, ["B", "店", "汽修", "", *FREE]])
    out = tmp_path / "out"
    result = sites(path, "--district", folder, "--datum", "wgs84", "--out", out)
    assert result.exit_code == 2
    assert "……另有 5 处" in result.stderr
    assert "... and 5 more" in result.stderr
    assert len(read_sheet(out, "未判定")) == 45


@pytest.mark.usefixtures("map_assets")
def test_as_a_process(folder: Path, tmp_path: Path) -> None:
    path = write_list(tmp_path / "a.csv", [["A1", "店", "汽修", "拟新增", *NEAR]])
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "qxgeo", "sites", str(path), "--datum", "wgs84"),
            *("--district", str(folder), "--out", str(tmp_path / "out")),
        ],
        check=False,
        capture_output=True,
        encoding="utf-8",
    )
    assert ran.returncode == 0, ran.stderr
    assert "不再新增审批 1" in ran.stdout
    assert (tmp_path / "out" / "verdicts.xlsx").is_file()
