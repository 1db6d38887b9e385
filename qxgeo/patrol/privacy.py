"""What patrol outputs keep to themselves: phones, and names in the public edition."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_FEWEST_DIGITS = 7  # of a phone number; shorter runs of digits are house numbers and counts
_PHONE = re.compile(r"\+?\d[\d\s()-]{5,}\d")
_WITHHELD = "***"


class Discretion:
    """Takes out of any text what an output must not say.

    Parameters
    ----------
    phones
        As the roster and the settings have them; each is found again however it is spaced.
    ids_by_name
        Name of a person to what stands for it; empty where names may be shown.
    """

    def __init__(self, phones: Iterable[str], ids_by_name: Mapping[str, str]) -> None:
        digits = {
            re.sub(r"\D", "", found) for phone in phones for found in _PHONE.findall(f"{phone} ")
        }
        kept = sorted(number for number in digits if len(number) >= _FEWEST_DIGITS)
        spaced = (r"[\s()-]*".join(number) for number in kept)
        self._phones = re.compile(rf"(?<!\d)(?:{'|'.join(spaced)})(?!\d)") if kept else None
        self._ids = {name: key for name, key in ids_by_name.items() if len(name) > 1}
        longest_first = sorted(self._ids, key=lambda name: (-len(name), name))
        self._names = re.compile("|".join(map(_as_word, longest_first))) if self._ids else None

    def clean(self, text: str) -> str:
        """Give a text without phone numbers and, in the public edition, without names.

        Parameters
        ----------
        text
            From data or from another room.

        Returns
        -------
        cleaned
            Names are replaced by the person's id.
        """
        if self._phones is not None:
            text = self._phones.sub(_WITHHELD, text)
        if self._names is not None:
            text = self._names.sub(lambda found: self._ids[found[0]], text)
        return text


def clean_all(value: object, clean: Callable[[str], str]) -> object:
    """Clean every text of JSON data.

    Parameters
    ----------
    value
        Dicts, lists, texts and numbers.
    clean
        See `Discretion.clean`.

    Returns
    -------
    cleaned
        The same shape; keys stay.
    """
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {key: clean_all(one, clean) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [clean_all(one, clean) for one in value]
    return value


def _as_word(name: str) -> str:
    """Write a name as a pattern; one of Latin letters is not looked for inside other words."""
    before = r"(?<![A-Za-z])" if re.match(r"[A-Za-z]", name) else ""
    after = r"(?![A-Za-z])" if re.search(r"[A-Za-z]$", name) else ""
    return before + re.escape(name) + after
