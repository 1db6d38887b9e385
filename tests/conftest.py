"""Fixtures that more than one room needs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def external_data() -> Path:
    """Real data that does not travel with the project; tests skip where it is absent."""
    folder = Path(os.environ.get("QXGEO_EXTERNAL_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"external data not found at {folder}; set QXGEO_EXTERNAL_DATA")
    return folder
