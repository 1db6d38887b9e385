"""Both forms of the kernel answer the same questions."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from qxgeo.geodesy import compiled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def use_form(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Choose the form that answers from here on, whatever the size of the work."""

    def choose(name: str) -> None:
        if name == "compiled":
            pytest.importorskip("numba", reason="compiled loops need Numba")
        for many in ("MANY", "MANY_PLACES"):
            monkeypatch.setattr(compiled, many, 0 if name == "compiled" else sys.maxsize)

    return choose


@pytest.fixture(params=["plain", "compiled"])
def form(request: pytest.FixtureRequest) -> Iterator[str]:
    """Run a test once with plain arrays and once with compiled loops."""
    if request.param == "compiled":
        pytest.importorskip("numba", reason="compiled loops need Numba")
    with pytest.MonkeyPatch.context() as patch:
        for many in ("MANY", "MANY_PLACES"):
            patch.setattr(compiled, many, 0 if request.param == "compiled" else sys.maxsize)
        yield str(request.param)
