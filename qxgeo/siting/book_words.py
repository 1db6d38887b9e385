"""Words of a rule book in both languages, as a page reads them: pairs, Chinese first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qxgeo.rules.frontage_words import REMARKS
from qxgeo.siting.model import VERDICTS, WHYS
from qxgeo.siting.words import FROM_LABELS, SUMMARIES, TEMPLATES
from qxgeo.vocabulary import SITE_VERDICT_LABELS, STATUS_LABELS, STRENGTH_LABELS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qxgeo.errors import Text


def book_words() -> dict[str, Any]:
    """Gather every label and sentence that a card needs."""
    return {
        "verdicts": [[str(word), *pair(SITE_VERDICT_LABELS[word])] for word in VERDICTS],
        "summaries": by_word(SUMMARIES),
        "whys": [str(word) for word in WHYS],
        "strengths": by_word(STRENGTH_LABELS),
        "statuses": by_word(STATUS_LABELS),
        "templates": by_word(TEMPLATES),
        "remarks": by_word(REMARKS),
        "from": by_word(FROM_LABELS),
    }


def by_word(words: Mapping[Any, Text]) -> dict[str, list[str]]:
    """Write texts by their word."""
    return {str(word): pair(text) for word, text in words.items()}


def pair(text: Text) -> list[str]:
    """Write a text as Chinese and English."""
    return [text.zh, text.en]
