from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qxgeo.reports.neutral import LONGEST_CELL, clean_text, neutralise, unique_sheet_name

# What XML 1.0 (fifth edition, production 2) allows in text, written down a second time.
XML_TEXT = re.compile(r"[\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")


@pytest.mark.parametrize("first", "=+-@＝＋－＠")
def test_text_that_begins_a_formula_gets_an_apostrophe(first: str) -> None:
    assert neutralise(first + "1+1") == f"'{first}1+1"


@pytest.mark.parametrize("space", ["\t", "\r", "\n", " ", "\u3000", "\x00", "\u202e", "\ufeff"])
def test_nothing_hides_the_beginning_of_a_formula(space: str) -> None:
    assert neutralise(space + "=1+1") == "'=1+1"


@pytest.mark.parametrize(
    "plain", ["中山路", "G72 高速", "3-5 号", "a=b", "<script>", "'quoted'", ""]
)
def test_ordinary_names_stay_as_they_are(plain: str) -> None:
    assert neutralise(plain) == plain


def test_the_writers_own_rich_text_tags_are_marked_as_text() -> None:
    assert neutralise("<r><t>x</t></r>") == "'<r><t>x</t></r>"


def test_line_breaks_become_one_space() -> None:
    assert clean_text("一\r\n二\u2028三\t四") == "一 二 三 四"


def test_a_long_text_is_cut_to_what_a_cell_holds() -> None:
    cut = neutralise("=" + "长" * 40_000)
    assert len(cut) == LONGEST_CELL
    assert cut.startswith("'=长")
    assert cut.endswith("……")


@given(st.text(alphabet=st.characters()))
def test_no_text_breaks_xml_or_begins_a_formula_in_csv(text: str) -> None:
    harmless = neutralise(text)
    assert XML_TEXT.fullmatch(harmless)
    assert not harmless.lstrip().startswith(tuple("=+-@"))
    buffer = io.StringIO()
    csv.writer(buffer).writerow([harmless, "next"])
    buffer.seek(0)
    assert next(csv.reader(buffer)) == [harmless, "next"]


@pytest.mark.parametrize("wanted", ["a[b]:*?/\\c", "'quoted'", "", "History", "路" * 40, "😀" * 20])
def test_sheet_names_obey_the_rules_of_excel(wanted: str) -> None:
    name = unique_sheet_name(wanted, set())
    assert 1 <= len(name.encode("utf-16-le")) // 2 <= 31
    assert not set(name) & set("[]:*?/\\")
    assert not name.startswith("'")
    assert not name.endswith("'")
    assert name.casefold() != "history"


@given(st.lists(st.text(max_size=40), max_size=30))
def test_sheet_names_never_repeat_whatever_is_wanted(wanted: list[str]) -> None:
    taken: set[str] = set()
    names = [unique_sheet_name(name, taken) for name in wanted]
    assert len({name.casefold() for name in names}) == len(names)
    assert all(len(name.encode("utf-16-le")) <= 62 for name in names)
