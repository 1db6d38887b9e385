"""Jobs and pipes for tests of runs that are killed."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

HERE = Path(__file__).parent


@pytest.fixture
def toy_jobs(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """Load the toy jobs from where worker processes find them, too."""
    monkeypatch.syspath_prepend(str(HERE))
    import toy_jobs

    yield toy_jobs
    sys.modules.pop("toy_jobs", None)


@pytest.fixture
def pipes(tmp_path: Path) -> Path:
    """Two named pipes, through which a job says where it is and is told to go on."""
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no named pipes")
    folder = tmp_path / "pipes"
    folder.mkdir()
    os.mkfifo(folder / "here")
    os.mkfifo(folder / "go_on")
    return folder
