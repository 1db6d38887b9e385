"""What a job is, and what comes of one piece of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class Numbered(Protocol):
    """A piece of the work, as `qxgeo.datasets.Piece` is one."""

    @property
    def number(self) -> int:
        """Its number, unique within the job."""


class Job(Protocol):
    """Work that is done piece by piece, anywhere, in any order: a frozen value that pickles.

    What `do` gives and writes follows from the job and the piece alone, to the last bit: never
    from the clock, the machine, the other pieces or `batch_rows`.
    """

    @property
    def fingerprint(self) -> str:
        """Hash of everything that the results follow from: data, parameters, form of the kernel.

        A job whose work folder nobody comes back to may have any name that no other job has.
        """

    @property
    def row_bytes(self) -> int:
        """Memory that one row of a batch takes at most, bytes."""

    @property
    def own_bytes(self) -> int:
        """Memory that the job takes however small the batches are, bytes."""

    def do(self, piece: Any, folder: Path, *, batch_rows: int) -> dict[str, Any]:  # noqa: ANN401 - its own kind of piece
        """Do a piece.

        Parameters
        ----------
        piece
            One of those that `run_pieces` was given.
        folder
            A folder of this piece, for the job to make if it writes anything; that is kept.
        batch_rows
            How many rows may be held at a time.

        Returns
        -------
        values
            What JSON holds exactly: integers, text, truth, lists and mappings; no floats.
        """


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one piece, read back from the journal.

    Attributes
    ----------
    number
        Of the piece.
    values
        What `Job.do` gave.
    files
        What it wrote, by name, in the order of names.
    """

    number: int
    values: Mapping[str, Any]
    files: Mapping[str, Path]
