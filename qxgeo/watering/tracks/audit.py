"""The audit on one page: tracks in, what was wet and what was not out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qxgeo.errors import Fault, InputError, Text
from qxgeo.plan import apply_choices, load_plan
from qxgeo.readers.tracks import settle_datum
from qxgeo.watering.tracks.cleaning import clean_tracks, count_dropped
from qxgeo.watering.tracks.clocks import find_wrong_clocks, move_clocks
from qxgeo.watering.tracks.compliance import find_done, sum_carts, sum_companies, sum_townships
from qxgeo.watering.tracks.matching import match_tracks
from qxgeo.watering.tracks.model import Audit
from qxgeo.watering.tracks.passes import WETTING, cut_cells, name_passes, pass_cells
from qxgeo.watering.tracks.roadbook import RoadBook
from qxgeo.watering.tracks.settings import default_audit_settings
from qxgeo.watering.tracks.violations import list_violations
from qxgeo.watering.tracks.wet_time import measure_wetness

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from numpy.typing import NDArray

    from qxgeo.district import District
    from qxgeo.readers.tracks import Tracks
    from qxgeo.watering.streets import StreetGraph
    from qxgeo.watering.tracks.cleaning import CleanTracks
    from qxgeo.watering.tracks.model import Duty
    from qxgeo.watering.tracks.settings import AuditSettings


def audit_tracks(  # noqa: PLR0913 - one argument for each thing that decides
    district: District,
    streets: StreetGraph,
    duty: Duty,
    tracks: Tracks,
    *,
    day: date | None = None,
    datum: str | None = None,
    clocks_h: Mapping[str, float] | None = None,
    settings: AuditSettings | None = None,
    progress: Callable[[str], None] | None = None,
) -> Audit:
    """Hold a day's tracks against the duty list.

    Parameters
    ----------
    district
        With roads.
    streets
        Of the same roads.
    duty
        Sections, drying, and carts, shifts and planned wettings where there are any.
    tracks
        As read.
    day
        To be audited; that of the plan, or the one with the most records, if left out.
    datum
        Of the tracks; None to let the roads tell.
    clocks_h
        Hours to be added to the times of carts, as somebody asked for.
    settings
        Numbers of the audit; the embedded ones if left out.
    progress
        Called with ``datum``, ``clean``, ``match``, ``wet``.

    Returns
    -------
    audit
        The same for the same input.

    Raises
    ------
    InputError
        If the tracks are elsewhere, of another day, of an unknown datum, or all clocks are off.
    """
    tell = progress or _say_nothing
    settings = settings or default_audit_settings()
    tell("datum")
    placed = settle_datum(
        tracks, district.layers["roads"].table.geometry.to_numpy(dtype=object), declared=datum
    )
    tell("clean")
    table = move_clocks(placed.table, clocks_h or {})
    clean = clean_tracks(table, day=day or duty.day, settings=settings)
    wrong = find_wrong_clocks(clean, duty, settings)
    clean = _set_aside(clean, wrong)
    tell("match")
    matched = match_tracks(clean, streets, settings=settings)
    _refuse_off_road(clean, matched.legs)
    tell("wet")
    rows = _rows_of_sections(district, duty)
    legs = name_passes(matched.legs, duty, rows, settings)
    cells = cut_cells(duty, rows, settings.number("cell_m"))
    wetness = measure_wetness(
        pass_cells(legs[legs["use"] == WETTING], cells),
        cells,
        duty,
        first_record_s=float(clean.fixes["second"].min()),
        settings=settings,
    )
    violations = list_violations(
        legs,
        wetness,
        duty,
        clean,
        matched,
        RoadBook.of(district),
        settings=settings,
        set_aside=wrong,
    )
    carts = sum_carts(legs, clean, duty, violations, find_done(duty, wetness))
    by_speed = _by_speed(clean)
    return Audit(
        district=district,
        plan=apply_choices(load_plan(district.plan), district.choices),
        settings=settings,
        duty=duty,
        day=clean.day,
        tracks=placed,
        clean=clean,
        matched=matched,
        legs=legs,
        wetness=wetness,
        violations=violations,
        carts=carts,
        companies=sum_companies(carts),
        townships=sum_townships(duty, wetness, violations),
        dropped=count_dropped(clean.dropped),
        set_aside=wrong,
        is_by_speed=by_speed,
        notes=(
            *placed.notes,
            placed.datum_why,
            *clean.notes,
            *_say_clocks(clocks_h or {}),
            *_say_by_speed(by_speed, settings),
        ),
        is_demo=duty.is_demo or any(layer.is_demo for layer in district.layers.values()),
    )


def _say_nothing(_stage: str) -> None:
    """Say nothing."""


def _say_clocks(hours: Mapping[str, float]) -> tuple[Text, ...]:
    """Say which clocks were moved."""
    return tuple(
        Text(
            f"按要求将 {cart} 的时间加 {added:+g} 小时",
            f"as asked for, {added:+g} h were added to the times of {cart}",
        )
        for cart, added in hours.items()
    )


def _say_by_speed(carts: tuple[str, ...], settings: AuditSettings) -> tuple[Text, ...]:
    """Say of which carts spraying was told by speed."""
    if not carts:
        return ()
    least, most = (settings.number(f"spray_{one}_kmh") for one in ("least", "most"))
    named = "、".join(carts)
    return (
        Text(
            f"{named} 没有洒水记录：在应洒路段上以 {least:g}–{most:g} km/h 行驶按洒水计"
            "（假设），过快和清单外洒水无从判断",
            f"{named}: spraying is not recorded; driving at {least:g} to {most:g} km/h on a road "
            "of duty counts as spraying (assumption), too fast and off the list cannot be told",
        ),
    )


def _set_aside(clean: CleanTracks, wrong: Mapping[str, Text]) -> CleanTracks:
    """Leave out carts whose clocks are off.

    Raises
    ------
    InputError
        If no other is left.
    """
    if not wrong:
        return clean
    is_wrong = clean.fixes["cart_id"].isin(list(wrong))
    if is_wrong.all():
        raise InputError([Fault(problem=text, mend=Text("", "")) for text in wrong.values()])
    gone = clean.fixes[is_wrong].drop(columns="is_standing").assign(reason="clock_off")

    return replace(
        clean,
        fixes=clean.fixes[~is_wrong].reset_index(drop=True),
        dropped=pd.concat([one for one in (clean.dropped, gone) if len(one)], ignore_index=True),
        stands=clean.stands[~clean.stands["cart_id"].isin(list(wrong))].reset_index(drop=True),
    )


def _refuse_off_road(clean: CleanTracks, legs: pd.DataFrame) -> None:
    """Refuse tracks that never drove on the district's roads.

    Raises
    ------
    InputError
        If nothing was driven.
    """
    if len(legs):
        return
    carts = "、".join(dict.fromkeys(map(str, clean.fixes["cart_id"])))
    raise InputError(
        Fault(
            file="、".join(dict.fromkeys(map(str, clean.fixes["file"]))),
            problem=Text(
                f"{carts} 没有一段轨迹落在本辖区道路上",
                f"no part of the tracks of {carts} lies on the district's roads",
            ),
            mend=Text("请核对轨迹文件、坐标基准和道路图层", "check file, datum and roads"),
        )
    )


def _rows_of_sections(district: District, duty: Duty) -> NDArray[np.int64]:
    """Give the row of the roads of each section.

    Raises
    ------
    InputError
        If the plan names a road that the district does not have.
    """
    ids = district.layers["roads"].table["section_id"].astype(str)
    row_of = dict(zip(ids, range(len(ids)), strict=True))
    unknown = sorted(set(duty.sections["section_id"].astype(str)) - set(row_of))
    if unknown:
        named = "、".join(unknown[:5])
        raise InputError(
            Fault(
                problem=Text(
                    f"计划中的路段不在道路图层中：{named}",
                    f"sections of the plan are not in the layer of roads: {named}",
                ),
                mend=Text("请用同一道路图层重新生成计划", "make the plan again from these roads"),
            )
        )
    rows = [row_of[str(one)] for one in duty.sections["section_id"]]
    return np.array(rows, dtype=np.int64)


def _by_speed(clean: CleanTracks) -> tuple[str, ...]:
    """Name the carts of which spraying was never recorded."""
    known = clean.fixes.groupby("cart_id")["is_spraying"].count()
    return tuple(str(cart) for cart, count in known.items() if count == 0)
