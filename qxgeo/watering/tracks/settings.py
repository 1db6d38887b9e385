"""Numbers of the audit, each with its source: data/watering/audit.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from qxgeo.errors import Text
from qxgeo.resources import data_dir

if TYPE_CHECKING:
    from collections.abc import Mapping

_FILE = "watering/audit.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditNumber:
    """A number and who says so."""

    value: float
    source: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditSettings:
    """All numbers of the audit.

    Attributes
    ----------
    numbers
        By name; the names wear their units.
    """

    numbers: Mapping[str, AuditNumber]

    def number(self, name: str) -> float:
        """Give the value of a number."""
        return self.numbers[name].value


@cache
def default_audit_settings() -> AuditSettings:
    """Give the embedded numbers.

    Returns
    -------
    settings
        Of data/watering/audit.toml.
    """
    entries = tomllib.loads((data_dir() / _FILE).read_text(encoding="utf-8"))
    numbers = {
        name: AuditNumber(value=float(one["value"]), source=Text(**one["source"]))
        for name, one in entries.items()
        if isinstance(one, dict)
    }
    return AuditSettings(numbers=MappingProxyType(numbers))
