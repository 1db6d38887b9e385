"""``[watering]`` of district.toml over data/watering/defaults.toml: how roads are kept wet."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from qxgeo.datum import normalise_datum
from qxgeo.district.layer_entry import no_file, resolve_path
from qxgeo.district.patrol_settings import Setting
from qxgeo.errors import DatumError, Text
from qxgeo.plan.entry import Entry, Faults
from qxgeo.resources import data_dir

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

DEFAULTS_FILE = "defaults.toml"
SCHEMA = "qxgeo-watering/1"
SERVES = ("sections", "clip")
OTHER = "other"
NUMBERS = (
    "drive_speed_kmh", "spray_speed_kmh", "spray_l_per_m2", "spray_width_m", "retained_share",
    "dry_film_mm",
    "traffic_mm_per_h", "longest_h", "u_turn_s", "left_turn_s", "right_turn_s", "refill_setup_s",
    "snap_limit_m", "longest_section_m", "frost_c", "frost_ahead_h",
)  # fmt: skip
_LEAST = {  # all others are above zero
    **dict.fromkeys(
        ("dry_film_mm", "traffic_mm_per_h", "u_turn_s", "left_turn_s", "right_turn_s",
         "refill_setup_s", "frost_ahead_h"), 0.0
    ),
    "frost_c": -60.0,
}  # fmt: skip
_MOST = {
    "retained_share": 1.0,
    "longest_h": 24.0,
    "drive_speed_kmh": 120.0,
    "spray_speed_kmh": 60.0,
    "frost_c": 40.0,
    "frost_ahead_h": 24.0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CartsFile:
    """Where the carts stand.

    Attributes
    ----------
    path
        Absolute.
    datum
        Of the depots and refill points.
    source
        Who made it.
    as_of
        Day of the data, None where nobody said.
    """

    path: Path
    datum: str
    source: str
    as_of: date | None
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WateringSettings:
    """What a district decides about keeping roads wet.

    Attributes
    ----------
    carts
        The district's carts, None where it names none.
    drying
        Its table of drying, or the embedded one.
    weather
        Key of that table, or ``rain``.
    serve
        ``sections``: from junction to junction; ``clip``: only what lies inside.
    seed
        Same seed, same plan.
    iterations
        Of the search for tours.
    numbers
        `NUMBERS`, each with who says so.
    widths_m
        Metres of carriageway by road class, ``other`` for the rest.
    """

    carts: CartsFile | None
    drying: Path
    weather: str
    serve: str
    seed: int
    iterations: int
    numbers: Mapping[str, Setting]
    widths_m: Mapping[str, Setting]

    def number(self, name: str) -> float:
        """Give the value of a number."""
        return self.numbers[name].value


def default_watering() -> WateringSettings:
    """Give the embedded settings, as for a district without ``[watering]``.

    Returns
    -------
    settings
        No carts.
    """
    return read_watering(Entry({}, "", Faults(DEFAULTS_FILE)), data_dir())


def read_watering(top: Entry, folder: Path) -> WateringSettings:
    """Read what a district says of keeping roads wet.

    Parameters
    ----------
    top
        The district file; its table ``watering`` may be missing, and so may each of its keys.
    folder
        Of the file: paths are relative to it.

    Returns
    -------
    settings
        The embedded setting where the district says nothing, or what it says is at fault.
    """
    own = top.table("watering", required=False) or Entry({}, top.at("watering"), top.faults)
    base = _read_defaults()
    settings = WateringSettings(
        carts=_read_carts(own, folder),
        drying=_read_drying(own, folder),
        weather=own.text("weather") if own.has("weather") else str(base["weather"]),
        serve=own.word("serve", SERVES) if own.has("serve") else str(base["serve"]),
        seed=own.integer("seed", least=0) if own.has("seed") else int(base["seed"]),
        iterations=(
            own.integer("iterations", least=0) if own.has("iterations") else int(base["iterations"])
        ),
        numbers=MappingProxyType({name: _number(own, name, base[name]) for name in NUMBERS}),
        widths_m=_read_widths(own, base["widths_m"]),
    )
    own.close()
    return settings


@cache
def _read_defaults() -> dict[str, Any]:
    """Read the embedded file."""
    return tomllib.loads((data_dir() / "watering" / DEFAULTS_FILE).read_text("utf-8"))


def _read_drying(own: Entry, folder: Path) -> Path:
    """Take the table of drying: the district's own file, else the embedded one."""
    embedded = data_dir() / "watering" / "drying.toml"
    if not own.has("drying"):
        return embedded
    written = own.text("drying")
    path = resolve_path(written, folder)
    if not path.is_file():
        own.fault("drying", *no_file(written))
        return embedded
    return path


def _read_carts(own: Entry, folder: Path) -> CartsFile | None:
    """Take where the carts stand; None where there is none, or it is at fault."""
    entry = own.table("carts", required=False)
    if entry is None:
        return None
    before = len(entry.faults.found)
    written = entry.text("path")
    path = resolve_path(written, folder)
    if written and not path.is_file():
        entry.fault("path", *no_file(written))
    datum = entry.text("datum")
    if datum:
        try:
            datum = normalise_datum(datum, file=path.name)
        except DatumError as error:
            for fault in error.faults:
                entry.fault("datum", fault.problem, fault.mend)
    file = CartsFile(
        path=path,
        datum=datum,
        source=entry.text("source"),
        as_of=entry.day("as_of", required=False),
        is_demo=entry.flag("demo"),
    )
    entry.close()
    return file if len(entry.faults.found) == before else None


def _number(own: Entry, name: str, base: Mapping[str, Any]) -> Setting:
    """Take ``{ value = 25, source = "..." }``, or the embedded default."""
    default = Setting(
        value=float(base["value"]),
        source=Text(base["source"]["zh"], base["source"]["en"]),
        is_default=True,
    )
    holder = own.table(name, required=False)
    if holder is None:
        return default
    before = len(holder.faults.found)
    value = holder.value("value", "number", required=True)
    source = _words(holder)
    holder.close()
    if value is not None and not _is_usable(name, float(value)):
        problem = Text(f"数值不对：{value}", f"not a usable number: {value}")
        holder.fault("value", problem, _say_range(name))
    if len(holder.faults.found) > before:
        return default
    return Setting(value=float(value), source=source, is_default=False)


def _is_usable(name: str, value: float) -> bool:
    """Tell whether a number can be meant."""
    is_low = value < _LEAST[name] if name in _LEAST else value <= 0
    return math.isfinite(value) and not is_low and value <= _MOST.get(name, math.inf)


def _say_range(name: str) -> Text:
    """Say which numbers can be meant."""
    least, most = _LEAST.get(name), _MOST.get(name)
    upto = Text("", "") if most is None else Text(f"，至多 {most:g}", f", at most {most:g}")
    if least is None:
        return Text(f"大于零的数{upto.zh}", f"a number above zero{upto.en}")
    return Text(f"不小于 {least:g} 的数{upto.zh}", f"a number not below {least:g}{upto.en}")


def _words(entry: Entry) -> Text:
    """Take a source, in one language or in two."""
    if isinstance(entry.raw.get("source"), dict):
        return entry.sentence("source")
    text = entry.text("source")
    return Text(text, text)


def _read_widths(own: Entry, base: Mapping[str, Any]) -> Mapping[str, Setting]:
    """Take the widths by road class; a class that is not embedded may be added."""
    holder = own.table("widths_m", required=False) or Entry({}, own.at("widths_m"), own.faults)
    widths = {name: _number(holder, name, one) for name, one in base.items()}
    for name in holder.raw:
        if name not in widths:
            widths[name] = _number(holder, name, base[OTHER])
    return MappingProxyType(widths)
