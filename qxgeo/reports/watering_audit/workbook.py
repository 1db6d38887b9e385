"""The workbook watering_audit.xlsx: compliance, violations with their records, sections, carts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from qxgeo.errors import Text
from qxgeo.reports.pen import write_book
from qxgeo.reports.table import Caption, label_words, list_table
from qxgeo.reports.watering_audit.heads import (
    CART_HEADS,
    COMPANY_HEADS,
    DROPPED_HEADS,
    NUMBER_HEADS,
    SECTION_HEADS,
    TOWNSHIP_HEADS,
    VIOLATION_HEADS,
)
from qxgeo.vocabulary import DEMO_BANNER, NOT_LEGAL_BOUNDARY, PLACE_LABELS
from qxgeo.watering.tracks.cleaning import REASONS
from qxgeo.watering.tracks.model import KINDS
from qxgeo.watering.tracks.words import (
    ALL,
    NO_COMPANY,
    UNSURE,
    say_clock,
    say_violation,
)

if TYPE_CHECKING:
    from pathlib import Path

    from qxgeo.reports.sheets import Sheet
    from qxgeo.watering.tracks.model import Audit

_HOURS = [f"h{hour:02d}" for hour in range(24)]
_MOST_DROPPED = 20_000


def write_audit_workbook(audit: Audit, file: Path, *, lang: str) -> None:
    """Write watering_audit.xlsx.

    Parameters
    ----------
    audit
        The whole audit.
    file
        Its folder exists.
    lang
        ``zh`` or ``en``.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    demo = (DEMO_BANNER.in_language(lang),) if audit.is_demo else ()
    write_book(
        file,
        [
            _list_companies(audit, lang),
            _list_townships(audit, lang),
            _list_violations(audit, lang),
            _list_sections(audit, lang),
            _list_carts(audit, lang),
            _list_dropped(audit, lang),
            _list_numbers(audit, lang),
        ],
        banner=(*demo, NOT_LEGAL_BOUNDARY.in_language(lang)),
        name=f"{audit.district.name.in_language(lang)} · {audit.day.isoformat()}",
        as_of=audit.day,
        lang=lang,
    )


def _in_km(table: pd.DataFrame) -> pd.DataFrame:
    """Add metres as kilometres and seconds as hours and minutes."""
    added = {
        name.removesuffix("_m") + "_km": table[name] / 1e3
        for name in map(str, table.columns)
        if name.endswith("_m") and name not in {"from_m", "to_m"}
    }
    added |= {
        name.removesuffix("_s") + "_h": table[name] / 3_600.0
        for name in ("standing_s", "longest_gap_s")
        if name in table
    }
    return table.assign(**added)


def _list_companies(audit: Audit, lang: str) -> Sheet:
    """List the companies."""
    table = _in_km(audit.companies)
    table["company"] = table["company"].replace("", NO_COMPANY.in_language(lang))
    caption = Caption(Text("单位", "Companies"), Text("按单位的核查结果", "Compliance by company"))
    note = Text(
        "单位按车辆表或计划中车辆所属；没有计划时“计划洒水”“按计划完成”为 0。",
        "The company is that of the cart in the carts' file or the plan; without a plan nothing is "
        "planned or done by plan.",
    )
    return list_table(table, COMPANY_HEADS, caption, lang=lang, notes=(note.in_language(lang),))


def _list_townships(audit: Audit, lang: str) -> Sheet:
    """List the townships."""
    table = _in_km(audit.townships)
    places = {code: label.in_language(lang) for code, label in PLACE_LABELS.items()}
    names = [
        ALL.in_language(lang) if code == "all" else places.get(str(code), str(name))
        for code, name in zip(table["township_id"], table["township_name"], strict=True)
    ]
    caption = Caption(
        Text("乡镇街道", "Townships"), Text("按乡镇街道的湿润时间", "Wet time by township")
    )
    note = Text(
        "比例按长度和时间加权：有轨迹证明的湿润、干燥、无法判断（零点前的洒水不在记录内）。",
        "Shares of metre-hours: wet as proved by tracks, dry, unknown (what was watered before "
        "midnight is not in the records).",
    )
    shown = table.assign(township_name=names)
    return list_table(shown, TOWNSHIP_HEADS, caption, lang=lang, notes=(note.in_language(lang),))


def _list_violations(audit: Audit, lang: str) -> Sheet:
    """List every violation with its records."""
    table = pd.DataFrame(audit.violations.drop(columns="geometry"))
    fixes = audit.clean.fixes
    place = fixes["file"].astype(str) + ":" + fixes["row"].astype(str)
    names = place.to_numpy(dtype=object)

    def name(numbers: pd.Series[int]) -> list[str]:
        return [str(names[one]) if one >= 0 else "" for one in numbers]

    sure, unsure = Text("", ""), UNSURE
    shown = table.assign(
        kind=label_words(table["kind"], KINDS, lang),
        sure=[(sure if one else unsure).in_language(lang) for one in table["is_sure"]],
        start=[say_clock(one) for one in table["from_s"]],
        end=[say_clock(one) for one in table["to_s"]],
        minutes=(table["to_s"] - table["from_s"]) / 60.0,
        text=[say_violation(row).in_language(lang) for row in table.to_dict("records")],
        first=name(table["first_fix"]),
        last=name(table["last_fix"]),
        before=name(table["before_fix"]),
        after=name(table["after_fix"]),
    )
    caption = Caption(
        Text("问题", "Violations"), Text("问题清单，附轨迹记录", "Violations and their records")
    )
    note = Text(
        "记录写作“文件:行”。变干一项给出变干前、后最近一次洒水的记录。",
        "Records are named file:row. A dry section names the records of the wettings before and "
        "after.",
    )
    return list_table(shown, VIOLATION_HEADS, caption, lang=lang, notes=(note.in_language(lang),))


def _list_sections(audit: Audit, lang: str) -> Sheet:
    """List every section with its hours."""
    table = pd.concat(
        [
            pd.DataFrame(audit.duty.sections.drop(columns="geometry")).reset_index(drop=True),
            audit.wetness.table,
            pd.DataFrame(audit.wetness.hours, columns=_HOURS),
        ],
        axis=1,
    )
    table = _in_km(table).assign(
        first=[say_clock(one) for one in table["first_wet_s"]],
        last=[say_clock(one) for one in table["last_wet_s"]],
    )
    caption = Caption(
        Text("路段", "Sections"), Text("逐路段、逐小时湿润比例", "Wet share by section and hour")
    )
    note = Text(
        "“末次全段洒湿”取路段各格中最早的一格；空着表示有一格全天没有洒到。",
        "The last whole wetting is that of the cell watered least lately; a dash means that some "
        "cell was never watered.",
    )
    return list_table(table, SECTION_HEADS, caption, lang=lang, notes=(note.in_language(lang),))


def _list_carts(audit: Audit, lang: str) -> Sheet:
    """List the carts."""
    aside = {cart: why.in_language(lang) for cart, why in audit.set_aside.items()}
    by_speed = Text("未记录洒水，按车速判断", "spraying not recorded, told by speed")
    table = _in_km(audit.carts)
    table = table.assign(
        first=[say_clock(one) for one in table["first_s"]],
        last=[say_clock(one) for one in table["last_s"]],
        error_m=[audit.matched.sigma_m.get(str(one), math.nan) for one in table["cart_id"]],
        note=[
            aside.get(str(one), by_speed.in_language(lang) if one in audit.is_by_speed else "")
            for one in table["cart_id"]
        ],
    )
    caption = Caption(Text("车辆", "Carts"), Text("逐车里程与记录", "Every cart's day"))
    return list_table(table, CART_HEADS, caption, lang=lang)


def _list_dropped(audit: Audit, lang: str) -> Sheet:
    """List the records that were not used, with the reason."""
    dropped = audit.clean.dropped
    table = pd.DataFrame(dropped.head(_MOST_DROPPED))
    table = table.assign(
        reason=label_words(table["reason"], REASONS, lang),
        time=[say_clock(one, with_seconds=True) for one in table["second"]],
    )
    caption = Caption(Text("未用记录", "Not used"), Text("没有采用的记录", "Records not used"))
    counts = audit.dropped.groupby("reason")["count"].sum()
    notes = [
        f"{REASONS[str(reason)].in_language(lang)}: {int(count)}"
        for reason, count in counts.items()
    ]
    if len(dropped) > _MOST_DROPPED:
        more = len(dropped) - _MOST_DROPPED
        notes.append(
            Text(f"只列前 {_MOST_DROPPED} 行，另有 {more} 行", f"{more} more rows are not listed")
            .in_language(lang)
        )  # fmt: skip
    return list_table(table, DROPPED_HEADS, caption, lang=lang, notes=tuple(notes))


def _list_numbers(audit: Audit, lang: str) -> Sheet:
    """List every number and assumption, and what was said of the input."""
    rows = [
        (name, one.value, one.source.in_language(lang))
        for name, one in audit.settings.numbers.items()
    ]
    told = [*audit.notes, *audit.duty.problems, audit.duty.source, *audit.set_aside.values()]
    notes = tuple(dict.fromkeys(text.in_language(lang) for text in told if text.zh))
    faults = tuple(fault.in_language(lang) for fault in audit.tracks.faults)
    caption = Caption(
        Text("参数与说明", "Numbers"), Text("参数、假设和读入说明", "Numbers, assumptions, notes")
    )
    table = pd.DataFrame(rows, columns=list(NUMBER_HEADS))
    return list_table(table, NUMBER_HEADS, caption, lang=lang, notes=(*notes, *faults))
