"""Names of files made from what people are called in data."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# What Windows refuses, and what a link would read in its own way.
_UNSAFE = re.compile(r"[^\w.\-]+")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")
_LONGEST_NAME = 60


def name_safely(ids: Iterable[str], *, otherwise: str) -> list[str]:
    """Make names that Windows, a link and a zip archive can hold.

    Parameters
    ----------
    ids
        What the files are of.
    otherwise
        Name of one whose id holds no usable character.

    Returns
    -------
    names
        Without suffix, distinct also where case is ignored; the id where it is safe.
    """
    names: list[str] = []
    taken: set[str] = set()
    for one in ids:
        plain = _UNSAFE.sub("_", one)[:_LONGEST_NAME].strip("._ ") or otherwise
        if _RESERVED.fullmatch(plain):
            plain = f"_{plain}"
        name, number = plain, 1
        while name.casefold() in taken:
            number += 1
            name = f"{plain}-{number}"
        taken.add(name.casefold())
        names.append(name)
    return names
