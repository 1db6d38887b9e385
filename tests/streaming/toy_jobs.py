"""Jobs small enough to hold in the head, in a module that worker processes can load."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qxgeo.errors import Fault, InputError, Text


@dataclass(frozen=True)
class Piece:
    """A piece with nothing but a number."""

    number: int


@dataclass(frozen=True)
class Squares:
    """Writes the number into a file and gives its square.

    Piece `stops_at` says its process number into the pipe `here` and then waits for a word from the
    pipe `go_on`, as long as the file `once` is not there: so a test can kill it at this very place.
    """

    fingerprint: str = "squares"
    row_bytes: int = 1000
    own_bytes: int = 0
    stops_at: int = -1
    pipes: str = ""
    wrong: int = -1

    def do(self, piece: Piece, folder: Path, *, batch_rows: int) -> dict[str, Any]:
        """Do a piece."""
        folder.mkdir()
        (folder / "number.txt").write_text(f"{piece.number}\n", encoding="utf-8")
        if piece.number == self.stops_at and not (Path(self.pipes) / "once").exists():
            (Path(self.pipes) / "once").touch()
            with (Path(self.pipes) / "here").open("w") as pipe:
                pipe.write(f"{os.getpid()}\n")
            with (Path(self.pipes) / "go_on").open() as pipe:
                pipe.read()
        if piece.number == self.wrong:
            text = Text("坏", "bad")
            raise InputError(Fault(file="roads.parquet", problem=text, mend=text))
        assert batch_rows > 0
        return {"square": piece.number**2, "done_by": 0}


@dataclass(frozen=True)
class Halves(Squares):
    """Gives a float, which nobody may."""

    def do(self, piece: Piece, folder: Path, *, batch_rows: int) -> dict[str, Any]:  # noqa: ARG002 - as a job is called
        """Do a piece."""
        return {"half": piece.number / 2}


@dataclass(frozen=True)
class Deadly(Squares):
    """Kills the process that does it."""

    def do(self, piece: Piece, folder: Path, *, batch_rows: int) -> dict[str, Any]:  # noqa: ARG002 - as a job is called
        """Do a piece."""
        os.kill(os.getpid(), 9)
        return {}
