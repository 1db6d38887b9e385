"""A form that came back, as it stands in the file: nothing is judged here but whose it is."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qxgeo.errors import Fault, ReadError, Text
from qxgeo.ledger.forms.columns import REMARK, TITLES
from qxgeo.ledger.forms.model import SCHEMA, FormKind, SheetKey
from qxgeo.readers.files import check_readable
from qxgeo.readers.tabular import read_grids

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from qxgeo.ledger.forms.model import FormColumn

META_SHEET = "qxgeo"
_SEARCHED_ROWS = 20  # somebody may insert lines above the header
_NEEDED = ("kind", "label", "unit_id", "author_id", "head_number")
_MOST_BYTES = 50_000_000  # a form of 4,000 rows has half a megabyte


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedRow:
    """One row that is not empty.

    Attributes
    ----------
    row
        In the sheet, as a spreadsheet counts.
    cells
        Column key to the cell as the file's reader gives it.
    """

    row: int
    cells: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedForm:
    """A form that came back.

    Attributes
    ----------
    file, sha256
        Name and hash of the workbook.
    sheet_names
        Key of each list to the name of its sheet.
    grids
        Key of each list to all its rows.
    """

    file: str
    sha256: str
    kind: FormKind
    label: str
    unit_id: str
    author_id: str
    head_number: int
    sheet_names: Mapping[SheetKey, str]
    grids: Mapping[SheetKey, Sequence[Sequence[Any]]]

    @property
    def address(self) -> tuple[str, str, str]:
        """What marks of rows are made with."""
        return (str(self.kind), self.label, self.unit_id)

    def rows_of(self, key: SheetKey, columns: Sequence[FormColumn]) -> Iterator[ReturnedRow]:
        """Give the rows of a list that say anything.

        Parameters
        ----------
        key
            Which list; none come where the workbook lacks it.
        columns
            Of the list.

        Yields
        ------
        row
            With a cell for every column, blank ones as None.

        Raises
        ------
        ReadError
            If a heading is missing.
        """
        if key not in self.grids:
            return
        grid = self.grids[key]
        top, places = self._find_header(grid, key, columns)
        for number, line in enumerate(grid[top + 1 :], start=top + 2):
            cells = {
                name: _cell(line[at]) if at < len(line) else None for name, at in places.items()
            }
            if any(value is not None for value in cells.values()):
                yield ReturnedRow(row=number, cells=cells)

    def _find_header(
        self, grid: Sequence[Sequence[Any]], key: SheetKey, columns: Sequence[FormColumn]
    ) -> tuple[int, dict[str, int]]:
        """Find the row of the headings, and which column stands where.

        Raises
        ------
        ReadError
            If a heading is missing.
        """
        wanted = {_plain(word): one.key for one in columns for word in one.title}
        best: tuple[int, dict[str, int]] = (0, {})
        for number, line in enumerate(grid[:_SEARCHED_ROWS]):
            found: dict[str, int] = {}
            for at, cell in enumerate(line):
                name = wanted.get(_plain(cell))
                if name is not None:
                    found.setdefault(name, at)
            if len(found) > len(best[1]):
                best = number, found
        missing = [one for one in columns if one.key not in best[1] and one.key != REMARK]
        if missing:
            headings = "、".join(one.title.zh for one in missing)
            raise ReadError(
                Fault(
                    file=f"{self.file} [{self.sheet_names[key]}]",
                    problem=Text(f"缺少列：{headings}", f"columns are missing: {headings}"),
                    mend=Text("请用派发的原表填写", "fill in the workbook that was sent out"),
                )
            )
        return best


def read_return(path: str | Path) -> ReturnedForm:
    """Read a workbook that was sent out and filled in.

    Parameters
    ----------
    path
        The .xlsx file.

    Returns
    -------
    returned
        Its lists as they stand there.

    Raises
    ------
    ReadError
        If it is no such workbook, or broken, locked or far too large.
    """
    path = check_readable(Path(path))
    if path.stat().st_size > _MOST_BYTES:
        raise ReadError(
            Fault(
                file=path.name,
                problem=Text("文件过大，不是派发的表", "far too large for a workbook we sent out"),
                mend=Text("把照片另放，表中只写文件名", "keep photos apart, write their names"),
            )
        )
    grids = read_grids(path, file=path.name)
    meta = _read_meta(grids, path.name)
    names = {
        key: meta.get(f"sheet:{key}", "")
        for key in SheetKey
        if meta.get(f"sheet:{key}", "") in grids
    }
    for key, title in TITLES.items():  # a sheet that was copied under its usual name
        if key not in names and f"sheet:{key}" in meta and title.zh in grids:
            names[key] = title.zh
    lost = [key for key in SheetKey if f"sheet:{key}" in meta and key not in names]
    if lost:
        raise ReadError(_lacks_sheets(path.name, lost))
    return ReturnedForm(
        file=path.name,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        kind=FormKind(meta["kind"]),
        label=meta["label"],
        unit_id=meta["unit_id"],
        author_id=meta["author_id"],
        head_number=int(meta["head_number"]),
        sheet_names=names,
        grids={key: grids[name] for key, name in names.items()},
    )


def _read_meta(grids: Mapping[str, Sequence[Sequence[Any]]], file: str) -> dict[str, str]:
    """Read what tells the form apart.

    Raises
    ------
    ReadError
        If there is nothing of the kind, or it was tampered with.
    """
    meta = {
        str(line[0]).strip(): str(line[1]).strip()
        for line in grids.get(META_SHEET, ())
        if len(line) > 1
    }
    is_ours = (
        meta.get("schema") == SCHEMA
        and all(meta.get(key) for key in _NEEDED)
        and meta["kind"] in list(FormKind)
        and meta["head_number"].isascii()
        and meta["head_number"].isdigit()
    )
    if not is_ours:
        raise ReadError(
            Fault(
                file=file,
                problem=Text("不是本程序派发的表", "this is no workbook that we sent out"),
                mend=Text(
                    "请在派发的原表中填写后交回；其他清单用 qxgeo ledger add 加入",
                    "fill in the workbook that was sent out; qxgeo ledger add takes other lists",
                ),
            )
        )
    return meta


def _lacks_sheets(file: str, keys: Sequence[SheetKey]) -> Fault:
    """Say which lists are gone."""
    lost = "、".join(TITLES[key].zh for key in keys)
    return Fault(
        file=file,
        problem=Text(f"缺少工作表：{lost}", f"sheets are missing: {lost}"),
        mend=Text("请用派发的原表填写", "fill in the workbook that was sent out"),
    )


def _plain(value: object) -> str:
    """Write a heading without blanks and width of letters."""
    if not isinstance(value, str):
        return ""
    return "".join(unicodedata.normalize("NFKC", value).split()).casefold()


def _cell(value: object) -> Any:  # noqa: ANN401  a cell may hold anything
    """Give a cell, None where nothing stands in it."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    return value
