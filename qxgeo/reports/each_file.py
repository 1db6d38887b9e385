"""The files of a command, written one after the other and told before each."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

logger = logging.getLogger(__name__)


def write_each(
    folder: str | Path,
    writers: Mapping[str, Callable[[Path], object]],
    *,
    progress: Callable[[str], object] | None = None,
) -> list[Path]:
    """Write files into a folder in their order.

    Parameters
    ----------
    folder
        Exists.
    writers
        By the file's name.
    progress
        Is told each file's name before it is written.

    Returns
    -------
    paths
        The files in the order of their writing.
    """
    place = Path(folder)
    for name, write in writers.items():
        if progress is not None:
            progress(name)
        logger.info("writing %s", name)
        write(place / name)
    return [place / name for name in writers]
