"""Every exception of the package, drawn as a tree.

::

    QxgeoError                     anything this package refuses to do
    ├── InputError (ValueError)    a file, a table or an option is at fault: exit code 2
    │   ├── ReadError              a file is missing, unreadable or in another format or encoding
    │   ├── SchemaError            a table breaks its column contract
    │   ├── DatumError             positions contradict the declared datum, or none is declared
    │   ├── PlanError              the plan file is malformed
    │   ├── DistrictError          district.toml is malformed or names what is not there
    │   └── LedgerError            no ledger, one that cannot be opened, or a change it refuses
    ├── FetchError (OSError)       a service on the network did not answer as it should: exit code 2
    └── OutputError (OSError)      results could not be written, old ones are untouched: exit code 2

    SlowWarning (UserWarning)      the answer is right and could come sooner

Each error holds one or more `Fault`: where it is, what is wrong and how to mend it, in Chinese
and in English.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


class Text(NamedTuple):
    """One sentence in the two languages of the package."""

    zh: str
    en: str

    def in_language(self, lang: str) -> str:
        """Give the sentence in `lang`, ``zh`` or ``en``."""
        return self.en if lang == "en" else self.zh


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing to mend in the input.

    Attributes
    ----------
    problem
        What is wrong, without a full stop.
    mend
        What the reader can do about it.
    file
        File name as the user gave it, empty where there is none.
    row
        Row in the file as a spreadsheet counts it (the header is row 1), or None.
    column
        Column heading or key in the file, empty where there is none.
    """

    problem: Text
    mend: Text
    file: str = ""
    row: int | None = None
    column: str = ""

    def in_language(self, lang: str) -> str:
        """Give the fault as one line in `lang`: place, problem, mend."""
        is_english = lang == "en"
        place = [self.file] if self.file else []
        if self.row is not None:
            place.append(f"row {self.row}" if is_english else f"第 {self.row} 行")
        if self.column:
            place.append(f'column "{self.column}"' if is_english else f"“{self.column}”")
        head = (", " if is_english else " ").join(place)
        separator, stop = (": ", "; ") if is_english else ("：", "；")
        problem = self.problem.in_language(lang)
        mend = self.mend.in_language(lang)
        return (head + separator if head else "") + problem + (stop + mend if mend else "")


class QxgeoError(Exception):
    """Base of every error of the package.

    Parameters
    ----------
    faults
        One fault or several, in the order of the input.
    """

    def __init__(self, faults: Fault | Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__(self.in_language("zh") + "\n" + self.in_language("en"))

    def __reduce__(self) -> tuple[type[QxgeoError], tuple[tuple[Fault, ...]]]:
        """Travel between processes as the faults, not as the message made of them."""
        return type(self), (self.faults,)

    def in_language(self, lang: str) -> str:
        """Give every fault on a line of its own in `lang`."""
        return "\n".join(fault.in_language(lang) for fault in self.faults)


class InputError(QxgeoError, ValueError):
    """A file, a table or an option is at fault."""


class ReadError(InputError):
    """A file is missing, unreadable, or in another format or encoding than declared."""


class SchemaError(InputError):
    """A table breaks its column contract."""


class DatumError(InputError):
    """Positions contradict the declared datum, or no datum is declared."""


class PlanError(InputError):
    """The plan file is malformed."""


class DistrictError(InputError):
    """The district file is malformed or names something that is not there."""


class LedgerError(InputError):
    """There is no ledger here, it cannot be opened, or it refuses a change."""


class FetchError(QxgeoError, OSError):
    """A service on the network did not answer as it should."""


class OutputError(QxgeoError, OSError):
    """Results could not be written; earlier results are untouched."""


class SlowWarning(UserWarning):
    """The answer is right and could come sooner."""
