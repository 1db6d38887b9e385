"""The weekly work at the command line, from a new ledger to the report."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from qxgeo.cli.doors import doors

if TYPE_CHECKING:
    from pathlib import Path

AT = ("--at", "2023-06-12")


def call(*words: str) -> Result:
    return CliRunner().invoke(doors, ["ledger", *words])


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("office") / "ledger.sqlite"
    moment = "2023-05-01T08:00:00+08:00"
    made = call("init", "--empty", "--ledger", str(path), "--who", "甲", "--at", moment)
    assert made.exit_code == 0, made.output
    return path


@pytest.fixture(scope="module")
def sent(place: Path) -> Path:
    out = place.parent / "sent"
    words = ("--ledger", str(place), "--week", "2023-W24", "--out", str(out), *AT)
    result = call("dispatch", *words, "--unit", "区商务局", "--unit", "七星交警大队")
    assert result.exit_code == 0, result.output
    assert "派发 2 个单位" in result.output
    assert "4.2" in result.output  # the gap is said
    return out / "2023-W24_区商务局.xlsx"


def test_a_good_workbook_leaves_with_zero_and_a_wrong_one_with_two(
    place: Path, sent: Path, tmp_path: Path
) -> None:
    book = load_workbook(sent)
    tab = book["任务"]
    heads = {str(cell.value): cell.column for cell in tab[4]}
    tab.cell(5, heads["完成状态"]).value = "进行中"
    good = tmp_path / "good.xlsx"
    book.save(good)
    tab.cell(6, heads["完成状态"]).value = "已完成"
    tab.cell(6, heads["完成日期"]).value = dt.date(2024, 1, 1)
    bad = tmp_path / "bad.xlsx"
    book.save(bad)
    out = tmp_path / "back"
    words = ("--ledger", str(place), "--out", str(out), "--at", "2023-06-18")
    first = call("import", str(good), *words)
    assert (first.exit_code, out.exists()) == (0, False)
    assert "并入 1 行" in first.output
    second = call("import", str(bad), str(sent.parent / "nothing.xlsx"), *words)
    assert second.exit_code == 2
    assert "已在台账 1 行，退回 1 行" in second.output
    assert "第 6 行“完成日期”：2024-01-01 还没有到" in second.output
    assert "文件不存在" in second.output
    (back,) = out.glob("*.xlsx")
    assert load_workbook(back)["任务"].max_row == 5


@pytest.mark.parametrize(
    ("words", "file"),
    [
        (("round", "--number", "1"), "round-1_round_区商务局.xlsx"),
        (("lists", "--month", "2023-06"), "红黑榜_2023-06.xlsx"),
        (("calendar",), "朝阳乡.ics"),
        (("report", "--week", "2023-W24"), "周报_2023-W24.pdf"),
    ],
)
def test_every_paper_is_written_twice_alike(
    place: Path, tmp_path: Path, words: tuple[str, ...], file: str
) -> None:
    contents = []
    for name in ("a", "b"):
        out = tmp_path / name
        result = call(*words, "--ledger", str(place), "--out", str(out), "--at", "2023-06-20")
        assert result.exit_code == 0, result.output
        paths = sorted(out.glob("*.*"))
        contents.append({path.name: path.read_bytes() for path in paths if path.suffix != ".json"})
    assert contents[0] == contents[1]
    if file.startswith("round"):
        assert contents[0]  # which units are inspected depends on the focus of the round
    else:
        assert file in contents[0]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("dispatch", "--week", "2023-W60"), "不是周次"),
        (("dispatch", "--week", "2023-W24", "--unit", "某局"), "没有“某局”"),
        (("round",), "要么写轮次，要么写月份"),
        (("round", "--number", "9"), "方案没有第 9 次督导"),
        (("lists", "--month", "六月"), "不是月份"),
        (("calendar", "--rules", "nothing.toml"), "规则文件读不了"),
        (("report", "--plan", "nothing"), "没有方案"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_two(
    place: Path, words: tuple[str, ...], said: str
) -> None:
    result = call(*words, "--ledger", str(place))
    assert result.exit_code == 2
    assert said in result.output
    assert "Traceback" not in result.output
