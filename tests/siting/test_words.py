"""Every line has a sentence, in both languages, and every place holder is known."""

from __future__ import annotations

import re

import pytest

from qxgeo.errors import Text
from qxgeo.siting.words import SUMMARIES, TEMPLATES, fill, write_metres
from qxgeo.vocabulary import SITE_VERDICT_LABELS, SiteVerdict, Why

HOLDERS = {
    *("distance", "threshold", "margin", "error", "from", "reference", "subject", "parameter"),
    *("attributes", "missing", "place", "remark", "entrance", "verdict", "road", "roads"),
}


def test_every_reason_has_a_sentence_that_asks_for_the_same_facts_in_both_languages() -> None:
    assert set(Why) <= set(TEMPLATES)
    for template in TEMPLATES.values():
        asked = [sorted(re.findall(r"{(\w+)}", sentence)) for sentence in template]
        assert asked[0] == asked[1]
        assert set(asked[0]) <= HOLDERS


def test_every_verdict_has_a_label_and_a_summary_in_both_languages() -> None:
    for words in (SITE_VERDICT_LABELS, SUMMARIES):
        assert set(words) == set(SiteVerdict)
        for text in words.values():
            assert re.search(r"[\u4e00-\u9fff]", text.zh)
            assert text.en.isascii()


@pytest.mark.parametrize(
    ("metres", "shown"),
    [(0.0, "0"), (8.64, "8.6"), (9.0, "9"), (99.94, "99.9"), (99.96, "100"), (1234.5678, "1,235")],
)
def test_metres_show_tenths_where_a_tenth_can_decide(metres: float, shown: str) -> None:
    assert write_metres(metres) == shown
    assert write_metres(-metres) == shown


def test_braces_in_data_are_text_and_no_place_holders() -> None:
    name = Text("{error}店", "{error} shop")
    assert fill(Text("在{reference}外", "outside {reference}"), {"reference": name}) == Text(
        "在{error}店外", "outside {error} shop"
    )
