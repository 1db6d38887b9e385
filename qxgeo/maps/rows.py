"""Findings as short rows for the page's script: every repeated text is written once."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, NamedTuple

from qxgeo.vocabulary import PLACE_LABELS, STATUS_LABELS, Status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

# Fields of a row, in this order; page.js knows them by the same names.
FIELDS = (
    "rule",
    "kind",
    "layer",
    "id",
    "name",
    "class",
    "status",
    "distance",
    "margin",
    "error",
    "radius",
    "reference",
    "length",
    "low",
    "high",
    "whole",
    "area",
    "township",
    "responsible",
    "lead",
    "cooperating",
    "deadline",
    "rank",
    "reason",
    "parts",
)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
NUMBER_MARK, NAME_MARK, REFERENCE_MARK = "\ue000", "\ue001", "\ue002"
_MARKS = re.compile(f"[{NUMBER_MARK}{NAME_MARK}{REFERENCE_MARK}]")


class PackedReason(NamedTuple):
    """A reason as the pattern it shares with others and what is its own."""

    pattern: str
    parts: list[str]


class Strings:
    """Texts numbered in order of first use."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        """Give the number of a text."""
        return self._numbers.setdefault(text, len(self._numbers))

    def listed(self) -> list[str]:
        """Give all texts in the order of their numbers."""
        return list(self._numbers)


def pack_reason(reason: str, *, name: str, reference: str) -> PackedReason:
    """Take out of a reason what differs from row to row, so that the rest is shared.

    Parameters
    ----------
    reason
        The whole sentence.
    name, reference
        Texts of the same row that the sentence may repeat.

    Returns
    -------
    packed
        `unpack_reason` gives the sentence back.
    """
    pattern = _MARKS.sub("?", reason)
    for text, mark in ((name, NAME_MARK), (reference, REFERENCE_MARK)):
        if text and not _MARKS.search(text):
            pattern = pattern.replace(text, mark)
    parts = _NUMBER.findall(pattern)
    return PackedReason(_NUMBER.sub(NUMBER_MARK, pattern), parts)


def unpack_reason(packed: PackedReason, *, name: str, reference: str) -> str:
    """Give back the sentence, as page.js does."""
    parts = iter(packed.parts)
    with_numbers = re.sub(NUMBER_MARK, lambda _: next(parts), packed.pattern)
    return with_numbers.replace(NAME_MARK, name).replace(REFERENCE_MARK, reference)


def pack_rows(
    findings: gpd.GeoDataFrame,
    kinds: Sequence[str],
    *,
    rule_numbers: Mapping[str, int],
    strings: Strings,
    lang: str,
) -> list[list[object]]:
    """Write findings as rows of `FIELDS`.

    Parameters
    ----------
    findings
        Columns `schemas.FINDING_COLUMNS`.
    kinds
        For each row a key of `wording.KINDS`.
    rule_numbers
        Place of each rule in the page's list of rules.
    strings
        Takes up every text; a row holds its number.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    rows
        One list per finding, in the same order.
    """
    columns = {
        str(name): findings[name].tolist() for name in findings.columns if name != "geometry"
    }
    return [
        _row(
            {name: values[i] for name, values in columns.items()}, kind, rule_numbers, strings, lang
        )
        for i, kind in enumerate(kinds)
    ]


def _row(
    one: dict[str, object],
    kind: str,
    rule_numbers: Mapping[str, int],
    strings: Strings,
    lang: str,
) -> list[object]:
    """Write one finding."""
    name, reference = _text(one["subject_name"]), _reference(one)
    packed = pack_reason(
        _text(one[f"reason_{lang}"]), name=name, reference=_text(one["reference_name"])
    )
    rank = one["rank"]
    texts = {
        "kind": kind,
        "layer": _text(one["subject_layer"]),
        "id": _text(one["subject_id"]),
        "name": name,
        "class": _text(one["subject_class"]),
        "status": _status(_text(one["subject_status"]), lang),
        "reference": reference,
        "township": _place(one, lang),
        "responsible": _text(one["responsible"]),
        "lead": _text(one["lead"]),
        "cooperating": _text(one["cooperating"]),
        "deadline": _text(one["deadline"]),
        "reason": packed.pattern,
    }
    numbers = {
        "distance": _rounded(one["distance_m"]),
        "margin": _rounded(one["margin_m"]),
        "error": _rounded(one["error_m"]),
        "radius": _rounded(one["radius_m"]),
        "length": _rounded(one["length_m"]) or 0,
        "low": _rounded(one["length_low_m"]) or 0,
        "high": _rounded(one["length_high_m"]) or 0,
        "whole": _rounded(one["whole_length_m"]) or 0,
        "area": _rounded(one["area_m2"]) or 0,
        "rank": int(rank) if isinstance(rank, int) else None,
        "rule": rule_numbers[str(one["rule_id"])],
    }
    own = {"parts": [*packed.parts, _text(one["reference_name"])]}
    return [
        strings.number(texts[field]) if field in texts else {**numbers, **own}[field]
        for field in FIELDS
    ]


def _text(value: object) -> str:
    """Give a cell as text; missing is empty."""
    return value if isinstance(value, str) else ""


def _rounded(value: object) -> float | int | None:
    """Round to a tenth for display; NaN and missing become None."""
    if not isinstance(value, int | float) or not math.isfinite(value):
        return None
    tenth = round(float(value), 1)
    return int(tenth) if tenth.is_integer() else tenth


def _reference(one: Mapping[str, object]) -> str:
    """Name what the distance was measured to, with its code."""
    name, code = _text(one["reference_name"]), _text(one["reference_id"])
    return f"{name}({code})" if name and code else name or code


def _status(word: str, lang: str) -> str:
    """Say a site's status; an unknown word stands for itself."""
    return STATUS_LABELS[Status(word)].in_language(lang) if word in set(Status) else word


def _place(one: Mapping[str, object], lang: str) -> str:
    """Name the township, or say that it is the neighbour's."""
    code = _text(one["township_id"])
    return (
        PLACE_LABELS[code].in_language(lang)
        if code in PLACE_LABELS
        else _text(one["township_name"])
    )
