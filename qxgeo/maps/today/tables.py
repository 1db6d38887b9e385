"""The tables of the page: measures, stations, places upwind, roads."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from qxgeo.air import grade_of
from qxgeo.district import title_layer
from qxgeo.maps.escaping import escape_text
from qxgeo.maps.today.markup import (
    say_bearing,
    say_number,
    write_list,
    write_note,
    write_section,
    write_table,
)
from qxgeo.maps.today.pictures import draw_series
from qxgeo.maps.today.wording import POLLUTANT_NAMES, STATE_LABELS, WORDS
from qxgeo.maps.wording import choose
from qxgeo.vocabulary import PLACE_LABELS
from qxgeo.warning.calls import expand_units
from qxgeo.warning.model import NO, UNKNOWN, YES
from qxgeo.warning.wet import is_in_doubt

if TYPE_CHECKING:
    import pandas as pd

    from qxgeo.warning.model import MeasureNow, StationNow, Today

_MOST_PLACES = 30  # of a station on the page; the workbook has them all
_ORDER = (YES, UNKNOWN, NO)
_MEASURED = ("lead", "cooperating", "responsible")
_ALL = "all"


def name_level(today: Today, level: int, highest: int, lang: str) -> str:
    """Say which level was measured.

    Parameters
    ----------
    today
        Holds the levels.
    level, highest
        See `air.warning.Measured`.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    words
        Unknown where higher levels are open and none is sure.
    """
    words = choose(WORDS, lang)
    if level < 0:
        return words["none_measured" if highest < 0 else "unknown_level"]
    name = today.settings.levels.levels[level].name.in_language(lang)
    return words["at_least"].format(level=name) if highest > level else name


def list_measures(today: Today, lang: str) -> str:
    """Write the measures: those in force first, then unknown ones, then the others.

    Parameters
    ----------
    today
        Computed.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    html
        A section.
    """
    words = choose(WORDS, lang)
    if not today.measures:
        return write_section(words["measures"], write_note(words["no_measures"]))
    heads = [words[key] for key in ("state", "measure", "trigger", "why", "units")]
    rows = [
        (
            write_state(one.state, lang),
            _write_measure(one, lang),
            escape_text(one.measure.trigger or "—"),
            escape_text(one.why.in_language(lang)),
            _write_units(today, one, words),
        )
        for state in _ORDER
        for one in today.measures
        if one.state == state
    ]
    return write_section(words["measures"], write_table(heads, rows, (), kind="stack"))


def write_state(state: str, lang: str) -> str:
    """Write whether something is in force.

    Parameters
    ----------
    state
        A word of `STATE_LABELS`.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    html
        A label whose class is the word.
    """
    label = STATE_LABELS[state].in_language(lang)
    return f"<span class='state {state}'>{escape_text(label)}</span>"


def _write_measure(one: MeasureNow, lang: str) -> str:
    """Write number, words and rules of a measure."""
    measure = one.measure
    gist = measure.summary_en if lang == "en" and measure.summary_en else measure.text
    rules = "".join(
        f"<li>{write_state(state, lang)} {escape_text(rule_id)} "
        f"{escape_text(title.in_language(lang))} "
        f"<span class='soft'>{escape_text(why.in_language(lang))}</span></li>"
        for rule_id, title, state, why in one.rules
    )
    return (
        f"<b>{escape_text(measure.measure_id)}</b> <span class='clause'>{escape_text(gist)}</span>"
        + (f"<ul>{rules}</ul>" if rules else "")
    )


def _write_units(today: Today, one: MeasureNow, words: dict[str, str]) -> str:
    """Write who leads, cooperates and answers."""
    lines = []
    for role in _MEASURED:
        names = expand_units(today.plan, getattr(one.measure, role), {})
        if names:
            lines.append(f"<b>{escape_text(words[role])}</b> {escape_text('、'.join(names))}")
    return "<br>".join(lines)


def list_stations(today: Today, lang: str) -> str:
    """Write the stations with their pictures.

    Parameters
    ----------
    today
        Computed.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    html
        A section.
    """
    words = choose(WORDS, lang)
    if not today.air.stations:
        return write_section(
            words["air"], f"<p class='bad'>{escape_text(words['no_stations'])}</p>"
        )
    keys = ("station", "last_hour", "age", "grade", "primary", "day_aqi", "measured", "trust")
    heads = [*(words[key] for key in keys[:3]), "AQI", *(words[key] for key in keys[3:])]
    rows = [_station_row(today, one, lang) for one in today.air.stations]
    city = today.air.city
    shown = city.tail(int(today.settings.number("series_h"))).reset_index(drop=True)
    pictures = [(words["city"], shown)]
    pictures += [(f"{one.name} {one.station_id}", one.series) for one in today.air.stations]
    drawn = "".join(
        f"<figure><figcaption>{escape_text(name)}</figcaption>{draw_series(part, title=name)}"
        "</figure>"
        for name, part in pictures
    )
    return write_section(
        words["air"],
        write_table(heads, rows, (2, 3, 6)),
        write_note(words["hour_line"]),
        f"<div class='pictures'>{drawn}</div>",
        _list_episodes(today, lang),
    )


def _station_row(today: Today, one: StationNow, lang: str) -> tuple[str, ...]:
    """Write a station's row."""
    words = choose(WORDS, lang)
    grade = grade_of(one.aqi)
    name = f"{escape_text(one.name)} <span class='soft'>{escape_text(one.station_id)}</span>"
    if one.is_reference:
        name += f" <span class='soft'>{escape_text(words['reference'])}</span>"
    lower = ""
    if one.missing and math.isfinite(one.aqi):
        text = words["lower"].format(names=name_pollutants(one.missing))
        lower = f" <span class='soft'>{escape_text(text)}</span>"
    shown = (
        f"<span class='grade' style='background:{grade.colour}'></span>"
        f"{escape_text(grade.name.in_language(lang))}{lower}"
        if grade is not None and not one.problems
        else escape_text(words["unknown_level"])
    )
    problems = "；".join(text.in_language(lang) for text in one.problems)
    trust = (
        f"<span class='bad'>{escape_text(problems)}</span>"
        if problems
        else escape_text(words["trusted"])
    )
    return (
        name,
        "—" if one.last_time is None else f"{one.last_time:%m-%d %H:%M}",
        "—" if math.isnan(one.age_h) else f"{one.age_h:.1f} {escape_text(words['h'])}",
        say_number(one.aqi),
        shown,
        escape_text(name_pollutants(one.primary)) or "—",
        say_number(one.day_aqi) + ("+" if one.day_missing and math.isfinite(one.day_aqi) else ""),
        escape_text(name_level(today, one.level, one.highest, lang)),
        trust,
    )


def name_pollutants(joined: str) -> str:
    """Name pollutants for people.

    Parameters
    ----------
    joined
        Ids, joined by ", ".

    Returns
    -------
    names
        Joined by "、".
    """
    ids = joined.split(", ") if joined else []
    return "、".join(POLLUTANT_NAMES.get(one, one) for one in ids)


def _list_episodes(today: Today, lang: str) -> str:
    """Write the episodes of the city."""
    words = choose(WORDS, lang)
    lines = []
    for start, last, one in today.air.episodes:
        level = today.settings.levels.levels[one.level].name.in_language(lang)
        form = words["episode_open" if one.is_open else "episode"]
        line = form.format(start=f"{start:%m-%d %H:%M}", end=f"{last:%m-%d %H:%M}", level=level)
        lines.append(line + (words["gaps_in"] if one.has_gaps else ""))
    title = f"<h3>{escape_text(words['episodes'])}</h3>"
    return title + (write_list(lines) or write_note(words["no_episode"]))


def list_sources(today: Today, lang: str, *, is_public: bool) -> str:
    """Write the places upwind of each station.

    Parameters
    ----------
    today
        Computed.
    lang
        ``zh`` or ``en``.
    is_public
        Leave out names, addresses, owners and phones.

    Returns
    -------
    html
        A section.
    """
    words = choose(WORDS, lang)
    has_sector = not math.isnan(today.wind.half_deg)
    note = words["order_note"].format(power=f"{today.settings.number('decay_power'):g}")
    parts = [write_note(today.wind.why.in_language(lang)), write_note(note)]
    parts += [write_note(text.in_language(lang)) for text in today.source_gaps]
    for one in today.air.stations:
        mine = today.sources[today.sources["station_id"] == one.station_id]
        parts.append(_write_counts(today, one, mine, words))
        if mine.empty:
            parts.append(write_note(words["nothing_upwind"]))
            continue
        parts.append(_write_sources(today, mine.head(_MOST_PLACES), lang, is_public=is_public))
        rest = len(mine) - _MOST_PLACES
        if rest > 0:
            parts.append(
                write_note(words["more_public" if is_public else "more"].format(count=rest))
            )
    return write_section(words["upwind" if has_sector else "around"], *parts)


def _write_counts(today: Today, one: StationNow, mine: pd.DataFrame, words: dict[str, str]) -> str:
    """Write how many places lie within each radius; counts are cumulative."""
    counts = []
    for radius in today.settings.radii_m:
        within = int((mine["ring_m"] <= radius).sum())
        name = words["within"].format(km=f"{radius / 1e3:g}")
        counts.append(f"{name} <b>{within}</b>")
    title = f"{escape_text(one.name)} <span class='soft'>{escape_text(one.station_id)} · "
    return f"<h3>{title}{' · '.join(counts)}</span></h3>"


def _write_sources(today: Today, mine: pd.DataFrame, lang: str, *, is_public: bool) -> str:
    """Write the table of one station."""
    words = choose(WORDS, lang)
    towns = name_towns(today, lang)
    keys = ["place", "kind", "distance", "bearing", "town"]
    keys += [] if is_public else ["owner", "phone"]
    rows = []
    for row in mine.to_dict("records"):
        name = str(row["source_id"]) if is_public else str(row["name"] or row["source_id"])
        code = (
            "" if is_public else f" <span class='soft'>{escape_text(str(row['source_id']))}</span>"
        )
        close = (
            f" <span class='bad'>{escape_text(words['close'])}</span>" if row["is_close"] else ""
        )
        address = "" if is_public else str(row["address"])
        where = f"<span class='soft clause'>{escape_text(address)}</span>" if address else ""
        cells = [
            f"{escape_text(name)}{code}{where}",
            escape_text(title_layer(str(row["layer"])).in_language(lang)),
            say_number(float(row["distance_m"])) + close,
            escape_text(say_bearing(float(row["bearing_deg"]), lang)),
            escape_text(towns.get(str(row["township_id"]), str(row["township_id"]))),
        ]
        if not is_public:
            cells += [escape_text(str(row["owner"])) or "—", escape_text(str(row["phone"])) or "—"]
        rows.append(cells)
    return write_table([words[key] for key in keys], rows, (2,))


def name_towns(today: Today, lang: str) -> dict[str, str]:
    """Name townships by code, and the ground that is in none.

    Parameters
    ----------
    today
        Its district.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    names
        By code.
    """
    names = {code: text.in_language(lang) for code, text in PLACE_LABELS.items()}
    layer = today.district.layers.get("townships")
    if layer is not None:
        table = layer.table
        names |= dict(zip(table["township_id"].astype(str), table["name"].astype(str), strict=True))
    return names


def list_wet_roads(today: Today, lang: str) -> str:
    """Write the kilometres to keep wet by township and unit.

    Parameters
    ----------
    today
        Computed.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    html
        A section.
    """
    words, wet = choose(WORDS, lang), today.wet
    gaps = [f"{words['not_judged']}: {text.in_language(lang)}" for text in wet.gaps]
    parts = [write_list(gaps, "bad")]
    if wet.towns.empty:
        parts.append(write_note(words["wet_none"]))
        return write_section(words["wet"], *parts)
    labels = [
        rule_id if state == YES else f"{rule_id} {STATE_LABELS[state].in_language(lang)}"
        for rule_id, _, state in wet.rules
    ]
    heads = [words["town"], *(f"{one} km" for one in labels), words["union"]]
    heads += [words[key] for key in ("too_close_km", "unknown_km", "lead", "responsible")]
    columns = [*(rule_id for rule_id, _, _ in wet.rules), "union_m", "close_m", "unknown_m"]
    names = name_towns(today, lang)
    rows = [
        [
            escape_text(names.get(str(row["township_id"]), str(row["township_name"]))),
            *(say_number(float(row[column]) / 1e3, 2) for column in columns),
            escape_text(str(row["lead"])) or "—",
            escape_text(str(row["responsible"])) or "—",
        ]
        for row in wet.towns.to_dict("records")
    ]
    titles = [f"{rule_id} {title.in_language(lang)}" for rule_id, title, _ in wet.rules]
    parts += [write_table(heads, rows, range(1, len(columns) + 1)), write_list(titles, "soft")]
    if is_in_doubt(wet):
        parts.append(f"<p class='bad'>{escape_text(words['wet_doubt'])}</p>")
    return write_section(words["wet"], *parts)
