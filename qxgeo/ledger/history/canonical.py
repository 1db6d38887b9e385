"""One way to write a value, a row, an entry: what is hashed must never wobble.

JSON with sorted keys, no blanks, characters as they are; text and whole numbers alone. A decimal
number is its digits as text, a day ``2023-06-30``, a moment ``2023-06-12T08:30:00Z``.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable

    from qxgeo.ledger.store.contract import Field

Value = str | int
State = dict[str, Value]

GENESIS = "0" * 64  # what stands before the first entry
MOST_WHOLE = 2**63 - 1  # a whole number of both databases
_MISSING = ("NoneType", "NAType", "NaTType")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_ID_DIGITS = 16  # of the hash: 64 bits keep a million rows apart
_write = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def write_json(value: object) -> str:
    """Write a value of text, whole numbers, lists and mappings in the one way.

    Parameters
    ----------
    value
        What `json` can write; no floats.

    Returns
    -------
    text
        JSON.
    """
    return _write(value)


def entry_hash(previous_hash: str, parts: Sequence[object]) -> str:
    """Hash an entry together with the hash before it.

    Parameters
    ----------
    previous_hash
        64 hexadecimal digits.
    parts
        Number, moment, person, unit, file, sheet, row, table, id, before and after.

    Returns
    -------
    hash
        SHA-256 of the previous hash, a line feed and the entry as a JSON list: 64 digits.
    """
    return sha256(f"{previous_hash}\n{_write(parts)}".encode()).hexdigest()


def make_id(prefix: str, *parts: object) -> str:
    """Make an id from what tells a thing apart, so that the same thing gets the same id again.

    Parameters
    ----------
    prefix
        Letters in front, such as ``P``.
    *parts
        The natural key: words, numbers, days.

    Returns
    -------
    id
        The prefix, a hyphen and 16 hexadecimal digits of a SHA-256.
    """
    key = _write([str(one) for one in parts])
    return f"{prefix}-{sha256(key.encode()).hexdigest()[:_ID_DIGITS]}"


def write_moment(moment: datetime) -> str:
    """Write a moment in UTC.

    Parameters
    ----------
    moment
        With a time zone.

    Returns
    -------
    text
        ``2023-06-12T08:30:00Z``, with microseconds only where there are some.

    Raises
    ------
    ValueError
        If it has no time zone.
    """
    if moment.tzinfo is None:
        message = "a moment of the ledger needs its time zone"
        raise ValueError(message)
    return moment.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


def write_value(field: Field, value: object) -> Value | None:
    """Write one value of a row as the ledger keeps it.

    Parameters
    ----------
    field
        Its column.
    value
        Text, a number, a day, a mapping; None, NaN and blank text are no value.

    Returns
    -------
    value
        Text or a whole number, None for no value.

    Raises
    ------
    ValueError
        If the column cannot hold it.
    """
    plain = _unwrap(value)
    return None if plain is None else _WRITERS[field.kind](field, plain)


def _unwrap(value: object) -> object:
    """Take a value out of NumPy or pandas; what they call missing is None."""
    if hasattr(value, "item"):  # a number of NumPy
        value = value.item()
    if type(value).__name__ in _MISSING or (isinstance(value, float) and math.isnan(value)):
        return None
    return None if value == "" else value


def _refuse(why: Exception | None = None) -> NoReturn:
    """Say that a value does not fit: one error whatever was wrong with it.

    Raises
    ------
    ValueError
        Always.
    """
    raise ValueError from why


def _text(_field: Field, value: object) -> str | None:
    """Write text, without blanks around it."""
    if not isinstance(value, str):
        _refuse()
    word = value.strip()
    word.encode()  # half a surrogate pair cannot be stored
    if "\0" in word:
        _refuse()
    return word or None


def _day(_field: Field, value: object) -> str:
    """Write a day."""
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return value.isoformat()
    written = _DAY.fullmatch(value.strip()) if isinstance(value, str) else None
    if written is None:
        _refuse()
    return date(*map(int, written.groups())).isoformat()


def _whole(_field: Field, value: object) -> int:
    """Write a whole number."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        _refuse()
    number = int(value) if isinstance(value, int | str) else _exact(value)
    if abs(number) > MOST_WHOLE:
        _refuse()
    return number


def _exact(value: float | Decimal) -> int:
    """Turn a whole float, as a spreadsheet holds it, into an int."""
    if value != int(value):
        _refuse()
    return int(value)


def _decimal(field: Field, value: object) -> str:
    """Write a decimal number, rounded half to even at the column's places."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        _refuse()
    try:
        number = Decimal(repr(value) if isinstance(value, float) else value)
        rounded = number.quantize(Decimal(1).scaleb(-field.places))
    except InvalidOperation as error:  # also of infinities and of what has too many digits
        _refuse(error)
    if not rounded.is_finite():
        _refuse()
    return plain_decimal(rounded)


def plain_decimal(number: Decimal) -> str:
    """Write a decimal number without exponent, trailing zeros or a minus before nothing.

    Parameters
    ----------
    number
        Finite.

    Returns
    -------
    digits
        Such as ``25.2735``.
    """
    digits = format(number, "f")
    digits = digits.rstrip("0").rstrip(".") if "." in digits else digits
    return "0" if digits in ("-0", "") else digits


def _details(_field: Field, value: object) -> str | None:
    """Write a mapping as JSON; what is blank in it is left out."""
    if isinstance(value, str):
        value = json.loads(value, parse_float=Decimal)
    if not isinstance(value, Mapping):
        _refuse()
    plain = _plain(value)
    text = _write(plain)
    text.encode()  # as above
    return text if plain else None


def _plain(value: object) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """Turn what is in details into text, whole numbers, lists and mappings."""
    value = _unwrap(value)
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float | Decimal):
        number = Decimal(repr(value)) if isinstance(value, float) else value
        return plain_decimal(number) if number.is_finite() else None
    if isinstance(value, datetime):
        return write_moment(value) if value.tzinfo else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        pairs = ((str(key), _plain(one)) for key, one in value.items())
        return {key: one for key, one in pairs if one not in (None, "")}
    if isinstance(value, Sequence):
        return [_plain(one) for one in value]
    _refuse()


_WRITERS: dict[str, Callable[[Field, object], Value | None]] = {
    "text": _text,
    "day": _day,
    "whole": _whole,
    "decimal": _decimal,
    "details": _details,
}
