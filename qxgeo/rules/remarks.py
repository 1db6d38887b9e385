"""Sentences that are written when somebody reads them: a hundred thousand verdicts need none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from qxgeo.errors import Text


@dataclass(frozen=True, slots=True, eq=False)
class Remarks:
    """One sentence for each of several subjects.

    Attributes
    ----------
    size
        How many subjects there are (n).
    write
        Gives the sentences of rows, counted from 0.
    """

    size: int
    write: Callable[[NDArray[np.int64]], list[Text]]

    def __len__(self) -> int:
        """Give the number of subjects."""
        return self.size

    def __iter__(self) -> Iterator[Text]:
        """Give all sentences."""
        return iter(self.write(np.arange(self.size)))

    def __getitem__(self, row: int) -> Text:
        """Give the sentence of one subject."""
        return self.write(np.array([row], dtype=np.int64))[0]

    def take(self, rows: NDArray[np.int64]) -> list[Text]:
        """Give the sentences of several subjects, which costs less than one by one.

        Parameters
        ----------
        rows
            Counted from 0, shape (k,); a row may stand more than once.

        Returns
        -------
        sentences
            k of them.
        """
        return self.write(np.asarray(rows, dtype=np.int64))
