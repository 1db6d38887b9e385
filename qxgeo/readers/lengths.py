"""Headings that state a unit of length: a height in centimetres must not pass for metres."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from qxgeo.errors import Fault, Text
from qxgeo.readers.positions import find_heading, plain_heading

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from qxgeo.schemas import LayerSchema

_METRES = frozenset(("m", "米", "公尺", "metre", "metres", "meter", "meters"))
_OTHERS = (
    *("厘米", "公分", "毫米", "分米", "公里", "千米", "英尺", "英里", "海里", "码", "尺", "里"),
    *("cm", "mm", "dm", "km", "feet", "foot", "ft", "yards", "yd", "miles", "mi", "inch", "in"),
)
_UNIT = re.compile(
    rf"(?P<base>.*?)[\s_]*[(\[【]?(?P<unit>{'|'.join((*_METRES, *_OTHERS))})[)\]】]?", re.IGNORECASE
)


def find_other_units(
    headings: Iterable[str], columns: Mapping[str, str], *, schema: LayerSchema, file: str
) -> list[Fault]:
    """Find headings of a column in metres that state another unit.

    Parameters
    ----------
    headings
        Of the file.
    columns
        Declared mapping of column names to headings.
    schema
        Contract of the layer.
    file
        File name for faults.

    Returns
    -------
    faults
        One per heading. Nothing is converted: whether the cells or the heading are wrong, only
        their owner knows.
    """
    faults = []
    for name, column in schema.columns.items():
        if column.unit != "m":
            continue
        for heading in headings:
            base, unit = split_unit(heading)
            is_declared = name in columns and find_heading(columns[name], [heading]) is not None
            known = {plain_heading(word) for word in (name, name.removesuffix("_m"))}
            known |= {plain_heading(alias) for alias in column.aliases}
            if unit and (is_declared or plain_heading(base) in known):
                faults.append(_fault(file, heading, unit))
    return faults


def split_unit(heading: str) -> tuple[str, str]:
    """Part a heading from the unit behind it.

    Parameters
    ----------
    heading
        Such as 离地高度(厘米).

    Returns
    -------
    base, unit
        ``("离地高度", "厘米")``; the unit is blank for metres and where none is stated.
    """
    text = unicodedata.normalize("NFKC", heading).strip()
    match = _UNIT.fullmatch(text)
    if match is None or not match["base"] or match["unit"].casefold() in _METRES:
        return text, ""
    return match["base"], match["unit"]


def _fault(file: str, heading: str, unit: str) -> Fault:
    """Say which unit stands where metres belong."""
    return Fault(
        file=file,
        row=None,
        column=heading,
        problem=Text(
            f"单位是{unit}，这一列要的是米", f"the unit is {unit}, this column is in metres"
        ),
        mend=Text(
            "请把数值换算成米，并把列名的单位改为米",
            "convert the numbers to metres and say so in the heading",
        ),
    )
