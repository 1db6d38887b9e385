"""The file of a list: its applications and, where they stand apart, their entrances."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from qxgeo.readers.formats import list_parts, read_raw
from qxgeo.readers.headings import expected_headings
from qxgeo.schemas import ENTRANCES

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from qxgeo.readers.raw import Raw

_GATES = ("出入口", "entrance")  # in the name of a sheet or a layer
_ASIDE = (
    "说明",
    "填报说明",
    "填写说明",
    "填表说明",
    "代码表",
    "字典",
    "readme",
    "read me",
    "notes",
)


def open_list(
    path: Path,
    *,
    known: Collection[str],
    part: str | None = None,
    entrances: Path | None = None,
    is_datum_declared: bool,
) -> tuple[Raw, Raw | None]:
    """Read a list of applications and the entrances that stand in a sheet of their own.

    Parameters
    ----------
    path
        Workbook, CSV, GeoPackage, GeoJSON, Shapefile or another file that the readers know.
    known
        Headings by which the header of the list is found.
    part
        Sheet or layer of the applications; the only one that is neither entrances nor
        explanations where it is not given.
    entrances
        A file of entrances; None takes the sheet or layer 出入口 where there is one.
    is_datum_declared
        Whether the caller says which datum it is.

    Returns
    -------
    applications, entrances
        The latter None where there are none apart.

    Raises
    ------
    ReadError
        If a file cannot be read, or several sheets could be meant.
    """
    parts = list_parts(path)
    gates = [one for one in parts if any(word in one.casefold() for word in _GATES)]
    rest = [one for one in parts if one not in gates and one.strip().casefold() not in _ASIDE]
    wanted = part if part is not None or len(rest) != 1 else rest[0]
    raw = read_raw(
        path, known=known, sheet=wanted, sublayer=wanted, is_datum_declared=is_datum_declared
    )
    words = expected_headings(ENTRANCES, {}) | {"编号"}
    if entrances is not None:
        return raw, read_raw(entrances, known=words, is_datum_declared=is_datum_declared)
    if not gates or wanted == gates[0]:
        return raw, None
    return raw, read_raw(
        path, known=words, sheet=gates[0], sublayer=gates[0], is_datum_declared=is_datum_declared
    )


def hash_file(path: Path) -> str:
    """Give the SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
