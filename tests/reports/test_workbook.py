from __future__ import annotations

import dataclasses
import errno
import re
import zipfile
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
import xlsxwriter
from xlsxwriter.exceptions import FileCreateError, XlsxWriterException

from qxgeo.errors import OutputError
from qxgeo.reports.sheets import display_width, list_findings
from qxgeo.reports.workbook import write_workbook
from qxgeo.vocabulary import DEMO_BANNER

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from qxgeo.assess import Assessment

SHEETS = [
    "说明", "目录", "总表", "湿润保洁", "破损修缮", "限制区", "其他",
    "东江街道", "七星 区 街道", "华侨旅游经济区", "辖区内未划分", "辖区外（邻区）",
    "缺口", "假设", "规则", "数据来源",
]  # fmt: skip
HEAD = 5  # title, subtitle, banner, boundary note; the header is the fifth row


@pytest.fixture(scope="module")
def book(town: Assessment, tmp_path_factory: pytest.TempPathFactory) -> openpyxl.Workbook:
    """Write the Chinese workbook once for the tests that only read it."""
    return write(town, tmp_path_factory.mktemp("book"))


def write(town: Assessment, folder: Path, **other: object) -> openpyxl.Workbook:
    path = folder / "lists.xlsx"
    write_workbook(town, path, **({"lang": "zh"} | other))
    return openpyxl.load_workbook(path)


def read_table(sheet: Worksheet, header: int = HEAD) -> list[dict[str, Any]]:
    rows = list(sheet.iter_rows(min_row=header, values_only=True))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def test_there_is_a_sheet_per_output_and_per_township(book: openpyxl.Workbook) -> None:
    assert book.sheetnames == SHEETS


def test_the_same_assessment_gives_the_same_bytes(town: Assessment, tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write_workbook(town, tmp_path / name, lang="zh")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_every_finding_stands_once_on_a_page_and_once_with_a_township(
    town: Assessment, book: openpyxl.Workbook
) -> None:
    wanted = sorted(town.findings["finding_id"])
    for names in (SHEETS[3:7], SHEETS[7:12]):
        found = [
            row["结论编号"]
            for name in names
            for row in read_table(book[name])
            if row.get("结论编号")
        ]
        assert sorted(found) == wanted


def test_a_township_without_findings_has_a_sheet_that_says_so(book: openpyxl.Workbook) -> None:
    sheet = book["华侨旅游经济区"]
    assert sheet.cell(HEAD + 1, 1).value == "（无）"


def test_the_demonstration_banner_stands_on_every_sheet(book: openpyxl.Workbook) -> None:
    assert all(sheet["A3"].value == DEMO_BANNER.zh for sheet in book)


def test_real_data_bear_no_banner(town: Assessment, tmp_path: Path) -> None:
    real = dataclasses.replace(town, is_demo=False, is_approximate=False)
    book = write(real, tmp_path)
    values = [cell.value for sheet in book for row in sheet.iter_rows(max_row=5) for cell in row]
    assert DEMO_BANNER.zh not in values
    assert read_table(book["湿润保洁"], header=3)[0]["规则"] == "2.2.3-c"


def test_hostile_names_are_text_and_only_our_own_formulas_calculate(
    book: openpyxl.Workbook,
) -> None:
    names = [row["名称"] for name in SHEETS[3:7] for row in read_table(book[name])]
    assert {'\'=HYPERLINK("http://example.invalid","点我")', "'+穿山路", "'-中转场"} <= set(names)
    assert {"'@SUM(A1)", "<script>alert(`1`)</script>", "'<r><t>塞入的标签</t></r>"} <= set(names)
    assert "桂磨 路1号 二行" in names
    formulas = {
        (sheet.title, cell.value)
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }
    assert {title for title, _ in formulas} == {"总表"}
    assert all(
        re.fullmatch(r"=ROUND\(SUM\([A-Z]+\d+:[A-Z]+\d+\)-[A-Z]+\d+,4\)", f) for _, f in formulas
    )
    links = [cell.hyperlink for sheet in book for row in sheet.iter_rows() for cell in row]
    assert all(link.target is None for link in links if link)


def test_distances_are_numbers_with_the_plan_beside_them(book: openpyxl.Workbook) -> None:
    row = read_table(book["湿润保洁"])[0]
    assert row["距离（m）"] == 800.4
    assert row["结论"] == "适用"
    assert row["力度"] == "应当"
    assert row["条文"] == "2.2.3-c：国控站点周边一定范围内的要求。"
    assert row["演示数据"] == "是"
    assert row["图层"] == "道路"


def test_a_road_without_a_name_is_told_by_its_number(book: openpyxl.Workbook) -> None:
    names = [row["名称"] for row in read_table(book["湿润保洁"])]
    assert names[-1] == "（未命名）R4"


def test_a_missing_distance_is_an_empty_cell(book: openpyxl.Workbook) -> None:
    row = read_table(book["湿润保洁"])[-1]
    assert (row["结论"], row["距离（m）"]) == ("不明，需查实", None)


def test_damaged_roads_stand_in_the_order_of_work(book: openpyxl.Workbook) -> None:
    rows = read_table(book["破损修缮"])
    assert [(row["次序"], row["名称"]) for row in rows] == [(1, "'+穿山路"), (2, "龙隐路坑槽")]


def test_rows_of_wrapped_text_are_as_high_as_their_lines(book: openpyxl.Workbook) -> None:
    sheet = book["说明"]
    assert sheet.row_dimensions[HEAD + 1].height is None
    gaps = book["缺口"]
    # “缺图层 … ；本版不判定这一类（临街判定）” takes 62 columns where 44 are given: two lines.
    assert gaps.row_dimensions[HEAD + 1].height == 30


def test_rows_too_close_to_call_are_tinted(book: openpyxl.Workbook) -> None:
    sheet = book["湿润保洁"]
    tints = {row[4].value: row[0].fill.fgColor.rgb for row in sheet.iter_rows(min_row=HEAD + 1)}
    assert tints["临界，需实测"] == "FFFDEBC8"
    assert tints["适用"] == "00000000"


def test_columns_that_no_row_fills_are_left_out(book: openpyxl.Workbook) -> None:
    assert "范围内面积（m²）" not in read_table(book["湿润保洁"])[0]
    assert "次序" not in read_table(book["湿润保洁"])[0]
    assert read_table(book["其他"])[0]["范围内面积（m²）"] == 1234.5


def test_a_list_can_be_filtered_and_printed(book: openpyxl.Workbook) -> None:
    sheet = book["湿润保洁"]
    assert sheet.freeze_panes == "A6"
    assert sheet.auto_filter.ref.startswith("A5:")
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.page_setup.paperSize == 9
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.page_setup.fitToHeight == 0  # as many pages as it takes; one page wide is implied
    assert sheet.print_title_rows == "$1:$5"
    printed_to = sheet.print_area.split(":")[1]
    assert sheet[printed_to.replace("$", "")].row == HEAD + 5
    last_printed = sheet[printed_to.replace("$", "")].column
    assert sheet.cell(HEAD, last_printed).value == "牵头单位"


def test_totals_of_townships_add_up_to_the_total_beside_them(book: openpyxl.Workbook) -> None:
    rows = read_table(book["总表"], header=HEAD + 1)
    wet = next(r for r in rows if r["范围"] == "湿润保洁（合并）" and r["指标"] == "长度（km）")
    parts = [wet["东江街道"], wet["七星[区]/街道"], wet["辖区外（邻区）"]]
    assert parts == [0.6, 0.3, 0.1]
    assert sum(parts) == pytest.approx(wet["合计"])
    scopes = {row["范围"] for row in rows}
    assert "力度：应当" in scopes
    assert "2.2.3-c 规则2.2.3-c的名称" in scopes
    areas = [row for row in rows if row["指标"] == "面积（m²）"]
    assert [row["合计"] for row in areas] == [1234.5]


def test_the_check_formula_spans_the_townships(book: openpyxl.Workbook) -> None:
    rows = read_table(book["总表"], header=HEAD + 1)
    checks = [row["核对（应为 0）"] for row in rows]
    assert checks[0] is None  # counts need not add up: a road in two townships is one road
    assert checks[1] == "=ROUND(SUM(D8:F8)-G8,4)"


def test_counts_of_a_rule_add_up_to_its_subjects(book: openpyxl.Workbook) -> None:
    rows = read_table(book["规则"])
    assert [row["情况"] for row in rows] == ["已判定", "缺口", "已判定", "已判定", "已判定", "缺口"]
    for row in rows:
        if row["情况"] == "已判定":
            verdicts = ("适用", "不适用", "临界，需实测", "不明，需查实")
            assert sum(row[word] for word in verdicts) == row["对象数"]
    assert rows[0]["牵头单位"] == "区城市管理局"
    assert rows[0]["完成时限"] == "2023年8月底前"


def test_a_rule_neither_judged_nor_missing_anything_is_shown_idle(
    town: Assessment, tmp_path: Path
) -> None:
    rows = read_table(write(dataclasses.replace(town, gaps=()), tmp_path)["规则"])
    assert rows[1]["情况"] == "—"


def test_gaps_say_what_is_missing(book: openpyxl.Workbook) -> None:
    rows = read_table(book["缺口"])
    assert rows[0]["所缺"] == "缺图层 main_urban_area（主城区）；本版不判定这一类（临街判定）"
    assert rows[1]["所缺"] == "未设参数 near_residential_m（居民楼“附近”的距离）"
    assert rows[1]["原因"] == "“附近”没有数值"


def test_notes_and_sources_say_what_was_judged(book: openpyxl.Workbook) -> None:
    notes = {row["事项"]: row["内容"] for row in read_table(book["说明"])}
    assert notes["辖区"] == "小镇（450305）"
    assert notes["评估日期"] == "2023-06-01"
    assert notes["提示"] == "华侨旅游经济区没有界线"
    sources = read_table(book["数据来源"])
    assert [row["文件"] for row in sources] == [
        "boundary.gpkg",
        "stations.geojson",
        "townships.geojson",
    ]
    assert [row["近似"] for row in sources] == ["否", "否", "是"]


def test_a_long_list_goes_on_in_a_further_sheet_with_links(
    town: Assessment, tmp_path: Path
) -> None:
    book = write(town, tmp_path, longest=10)
    parts = [name for name in book.sheetnames if name.startswith("湿润保洁")]
    assert parts == ["湿润保洁"]  # five rows fit below five lines above them
    book = write(town, tmp_path, longest=8)
    parts = [name for name in book.sheetnames if name.startswith("湿润保洁")]
    assert parts == ["湿润保洁", "湿润保洁 (2)"]
    ids = [row["对象编号"] for name in parts for row in read_table(book[name])]
    assert sorted(ids) == ["R1", "R1", "R2", "R3", "R4"]
    contents = read_table(book["目录"])
    assert {row["工作表"] for row in contents} == set(book.sheetnames) - {"目录"}
    assert all(sheet.max_row <= 8 for sheet in book if sheet.title != "目录")


def test_the_english_workbook_has_english_headings(town: Assessment, tmp_path: Path) -> None:
    book = write(town, tmp_path, lang="en")
    assert book.sheetnames[:4] == ["Read me", "Contents", "Totals", "Keep wet"]
    row = read_table(book["Keep wet"])[0]
    assert row["Verdict"] == "applies"
    assert row["Reason"] == "2.2.3: why R1"


def test_a_scope_without_a_name_stands_for_itself(town: Assessment, tmp_path: Path) -> None:
    totals = town.totals.assign(scope=town.totals["scope"].replace("page:keep_wet", "page:moon"))
    rows = read_table(
        write(dataclasses.replace(town, totals=totals), tmp_path)["总表"], header=HEAD + 1
    )
    assert "page:moon" in {row["范围"] for row in rows}


def test_no_time_of_day_is_in_the_file(town: Assessment, tmp_path: Path) -> None:
    write(town, tmp_path)
    with zipfile.ZipFile(tmp_path / "lists.xlsx") as archive:
        core = archive.read("docProps/core.xml").decode()
        years = {info.date_time[0] for info in archive.infolist()}
    assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", core)) == {"2023-06-01T00:00:00Z"}
    assert years == {1980}


def test_without_a_township_layer_the_findings_name_the_townships(
    town: Assessment, tmp_path: Path
) -> None:
    district = dataclasses.replace(town.district, layers={})
    findings = town.findings[town.findings["township_id"] != "no_township"]
    bare = dataclasses.replace(town, district=district, findings=findings)
    names = write(bare, tmp_path).sheetnames
    assert names[7:10] == ["东江街道", "七星 区 街道", "辖区外（邻区）"]


def test_a_full_disk_inside_the_writer_surfaces_as_an_oserror(
    town: Assessment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        message = "No space left on device"
        raise FileCreateError(message) from OSError(errno.ENOSPC, message)

    monkeypatch.setattr(xlsxwriter.Workbook, "close", fail)
    with pytest.raises(OSError, match="No space left"):
        write_workbook(town, tmp_path / "lists.xlsx", lang="zh")


def test_another_fault_of_the_writer_is_told_in_words(
    town: Assessment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        message = "strange"
        raise XlsxWriterException(message)

    monkeypatch.setattr(xlsxwriter.Workbook, "close", fail)
    with pytest.raises(OutputError, match="工作簿写不成：strange"):
        write_workbook(town, tmp_path / "lists.xlsx", lang="zh")


def test_chinese_characters_count_double_in_widths(town: Assessment) -> None:
    assert display_width("中a（") == 5
    findings = town.findings.assign(subject_name="一二三四五六七八")
    sheet = list_findings(findings, town, name="x", title="x", lang="zh")
    column = next(c for c in sheet.columns if c.heading == "名称")
    assert column.width == 16 + 1.5
