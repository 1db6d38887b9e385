"""The page of a warning day: one file without a script, for desk, phone and paper."""

from __future__ import annotations

import math
from importlib.resources import files
from typing import TYPE_CHECKING

from qxgeo.maps.escaping import escape_text
from qxgeo.maps.offline import FONT_STACK
from qxgeo.maps.today.markup import (
    say_bearing,
    say_clock,
    say_number,
    write_list,
    write_note,
    write_section,
    write_table,
)
from qxgeo.maps.today.pictures import draw_rose
from qxgeo.maps.today.plan_view import draw_map
from qxgeo.maps.today.tables import (
    list_measures,
    list_sources,
    list_stations,
    list_wet_roads,
    name_level,
    name_towns,
)
from qxgeo.maps.today.wording import LINKS, SETTING_NAMES, TITLE, WORDS
from qxgeo.maps.wording import choose
from qxgeo.maps.write import write_page
from qxgeo.vocabulary import DEMO_BANNER, NOT_LEGAL_BOUNDARY
from qxgeo.warning.model import NO, UNKNOWN, YES

if TYPE_CHECKING:
    from pathlib import Path

    from qxgeo.errors import Text
    from qxgeo.warning.model import Today

_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'"
)
_MOST_CELLS = 20
_ALL = "all"
_GREY = "#9aa19b"


def write_today_page(
    today: Today, folder: Path, *, lang: str = "zh", is_public: bool = False
) -> Path:
    """Write ``today.html``, which opens without a network and runs no script.

    Parameters
    ----------
    today
        Computed; the same gives the same bytes.
    folder
        Exists.
    lang
        ``zh`` or ``en``.
    is_public
        Leave out names of places and people, owners and phones.

    Returns
    -------
    file
        The page.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    words = choose(WORDS, lang)
    title = f"{TITLE.in_language(lang)} · {today.district.name.in_language(lang)}"
    parts = (
        _banner(today, lang),
        _alarm(today, lang),
        _head(today, lang, is_public=is_public),
        "<main>",
        _cards(today, lang),
        list_measures(today, lang),
        _pictures(today, lang, is_public=is_public),
        list_wet_roads(today, lang),
        _patrol(today, lang, is_public=is_public),
        list_stations(today, lang),
        _calls(today, lang, is_public=is_public),
        list_sources(today, lang, is_public=is_public),
        _settings(today, lang),
        _inputs(today, words, lang),
        "</main>",
        f"<footer><p>{escape_text(NOT_LEGAL_BOUNDARY.in_language(lang))}</p></footer>",
    )
    style = "\n".join(
        files("qxgeo.maps").joinpath(name).read_text(encoding="utf-8")
        for name in ("portal.css", "today/page.css")
    )
    html = (
        f'<!DOCTYPE html>\n<html lang="{"en" if lang == "en" else "zh-CN"}">\n<head>\n'
        f'<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape_text(title)}</title>\n"
        f"<style>html{{font-family:{FONT_STACK}}}\n{style}</style>\n</head>\n<body>\n"
        + "\n".join(part for part in parts if part)
        + "\n</body>\n</html>\n"
    )
    return write_page(folder / "today.html", html)


def _banner(today: Today, lang: str) -> str:
    """Say that something is invented."""
    if not today.is_demo:
        return ""
    return f'<p class="demo" role="alert">{escape_text(DEMO_BANNER.in_language(lang))}</p>'


def _alarm(today: Today, lang: str) -> str:
    """Say on top, in red, what is wrong with the data."""
    if not today.air.problems:
        return ""
    words = choose(WORDS, lang)
    lines = write_list(text.in_language(lang) for text in today.air.problems)
    return (
        f'<section class="alarm" role="alert"><h2>{escape_text(words["alarm"])}</h2>{lines}'
        f"<p>{escape_text(words['alarm_tail'])}</p></section>"
    )


def _head(today: Today, lang: str, *, is_public: bool) -> str:
    """Say where and when, and who may read it."""
    words, wind = choose(WORDS, lang), today.wind
    blown = say_bearing(wind.from_deg, lang)
    speed = f"{wind.speed_ms:g} m/s" if math.isfinite(wind.speed_ms) else "— m/s"
    facts = (
        (words["at"], f"{today.at:%Y-%m-%d %H:%M}"),
        (words["wind"], f"{blown} · {speed}"),
        (words["declared"], today.declared.name.in_language(lang)),
    )
    rows = "".join(
        f"<div><dt>{escape_text(name)}</dt><dd>{escape_text(value)}</dd></div>"
        for name, value in facts
    )
    links = " · ".join(
        f'<a href="{name}">{escape_text(text.in_language(lang))}</a>' for name, text in LINKS
    )
    whose = escape_text(words["public" if is_public else "office"])
    return (
        f"<header><h1>{escape_text(today.district.name.in_language(lang))} · "
        f"{escape_text(TITLE.in_language(lang))}</h1><dl class='facts'>{rows}</dl>"
        f"<p class='legal'>{whose} {escape_text(words['links'])}{links}</p></header>"
    )


def _cards(today: Today, lang: str) -> str:
    """Show what everybody asks for first."""
    words, air = choose(WORDS, lang), today.air
    level = today.settings.levels.find(today.declared.level_id)
    colour = _GREY if level is None else level.colour
    count = {
        state: sum(one.state == state for one in today.measures) for state in (YES, UNKNOWN, NO)
    }
    wet = today.wet.towns
    whole = wet[wet["township_id"] == _ALL]
    km = say_number(float(whole["union_m"].iloc[0]) / 1e3, 1) if len(whole) else "—"
    around = "upwind" if not math.isnan(today.wind.half_deg) else "around"
    places = len(today.sources.drop_duplicates(["layer", "source_id"]))
    source = today.declared.source.in_language(lang)
    measured = name_level(today, air.level, air.highest, lang)
    unknown = f"{words['unknown_level']} {count[UNKNOWN]}"
    cards = (
        ("level", today.declared.name.in_language(lang), words["declared"], source, colour),
        ("level", measured, words["measured"], words["aid"], _GREY),
        ("main", str(count[YES]), words["count"], unknown, ""),
        ("main", f"{km} km", words["wet"], "", ""),
        ("gap", str(places), words[around], "", ""),
    )
    shown = "".join(
        f'<div class="card {kind}"{_edge(edge)}><b>{escape_text(number)}</b>'
        f"<span>{escape_text(name)}</span><small>{escape_text(hint)}</small></div>"
        for kind, number, name, hint, edge in cards
    )
    return f'<section class="cards">{shown}</section>'


def _edge(colour: str) -> str:
    """Colour the upper edge of a card."""
    return f' style="border-top-color:{escape_text(colour)}"' if colour else ""


def _pictures(today: Today, lang: str, *, is_public: bool) -> str:
    """Show the map beside the wind rose."""
    words = choose(WORDS, lang)
    radii = "、".join(f"{one / 1e3:g}" for one in today.settings.radii_m)
    has_sector = not math.isnan(today.wind.half_deg)
    with_rose = "rose" if has_sector else "rose_calm"
    title = words[with_rose if today.rose is not None else "rose_none"]
    note = words["map_note" if has_sector else "map_note_around"].format(radii=radii)
    view = draw_map(today, title=words["map"], north=words["north"], is_public=is_public)
    rose = draw_rose(today.rose, today.wind, title=title, north=words["north"])
    return write_section(
        words["map"],
        f"<div class='side'><figure>{view}<figcaption><small>"
        f"{escape_text(note)}</small></figcaption></figure>"
        f"<figure>{rose}<figcaption><small>{escape_text(title)}</small></figcaption></figure></div>",
    )


def _patrol(today: Today, lang: str, *, is_public: bool) -> str:
    """Write who patrols and where to go first."""
    words, patrol = choose(WORDS, lang), today.patrol
    towns = name_towns(today, lang)
    hours = "、".join(f"{say_clock(start)}–{say_clock(end)}" for start, end in patrol.windows)
    season = patrol.season.in_language(lang)
    whose = f"<span class='soft'>{escape_text(season)}</span>"
    title = escape_text(words["hours"])
    parts = [f"<p>{title}: <b>{escape_text(hours or '—')}</b> {whose}</p>"]
    named = [] if is_public else ["phone"]
    title = words["on_duty_now" if patrol.is_now else "on_duty_next"]
    parts.append(f"<h3>{escape_text(title)}</h3>")
    rows = [
        [
            escape_text(str(row["person_id"] if is_public else row["person"])),
            escape_text(towns.get(str(row["township_id"]), "")),
            f"{say_clock(int(row['start_min']))}–{say_clock(int(row['end_min']))}",
            *([] if is_public else [escape_text(str(row["phone"])) or "—"]),
        ]
        for row in patrol.on_duty.to_dict("records")
    ]
    heads = [words[key] for key in ("person", "town", "hours", *named)]
    parts.append(write_table(heads, rows, ()) if rows else write_note(words["nobody"]))
    parts.append(f"<h3>{escape_text(words['cells'])}</h3>")
    cells = [
        [
            f"<span class='whole'>{escape_text(str(row['cell_id']))}</span>",
            escape_text(towns.get(str(row["township_id"]), "")),
            say_number(float(row["risk"]), 1),
            say_number(float(row["distance_m"])),
            escape_text(f"{row['station_id']} {say_bearing(float(row['bearing_deg']), lang)}"),
            escape_text(str(row["person_id"] if is_public else row["person"])) or "—",
            *([] if is_public else [escape_text(str(row["phone"])) or "—"]),
        ]
        for row in patrol.cells.head(_MOST_CELLS).to_dict("records")
    ]
    keys = ("cell", "town", "risk", "distance", "bearing", "person", *named)
    table = write_table([words[key] for key in keys], cells, (2, 3))
    parts.append(table if cells else write_note(words["no_cells"]))
    rest = len(patrol.cells) - _MOST_CELLS
    if rest > 0:
        parts.append(write_note(words["more_public" if is_public else "more"].format(count=rest)))
    parts.append(write_list((text.in_language(lang) for text in patrol.gaps), "soft"))
    return write_section(words["patrol"], *parts)


def _calls(today: Today, lang: str, *, is_public: bool) -> str:
    """Write what to tell each unit."""
    words = choose(WORDS, lang)
    blocks = []
    for one in today.calls:
        phone = "" if is_public else one.phone or "—"
        doubts = ""
        if one.doubts:
            doubts = (
                f"<p class='bad'>{escape_text(words['doubts'])}</p>"
                f"{write_list((text.in_language(lang) for text in one.doubts), 'doubts')}"
            )
        blocks.append(
            f"<div class='call'><h3>{escape_text(one.unit)} "
            f"<span class='soft'>{escape_text(phone)}</span></h3>"
            f"{write_list((text.in_language(lang) for text in one.tasks), 'tasks')}{doubts}</div>"
        )
    return write_section(words["calls"], *blocks)


def _settings(today: Today, lang: str) -> str:
    """Write every number with its source."""
    words, settings = choose(WORDS, lang), today.settings
    rows: list[tuple[str, str, Text]] = [
        (name, f"{one.value:g}", one.source) for name, one in settings.numbers.items()
    ]
    first, last = settings.ozone_season
    spread = "; ".join(f"{one.stability} ±{one.half_deg:g}" for one in settings.spreads)
    shown = {
        "radii_m": "、".join(f"{one:g}" for one in settings.radii_m),
        "ozone_season": "{:02d}-{:02d}–{:02d}-{:02d}".format(*first, *last),
        "source_layers": "、".join(settings.source_layers),
        "spread": spread,
    }
    rows += [(name, text, settings.sources[name]) for name, text in shown.items()]
    rows.append(("levels", settings.levels_file, settings.levels.source))
    table = write_table(
        [words[key] for key in ("name", "value", "source")],
        [
            [
                escape_text(SETTING_NAMES[name].in_language(lang)),
                escape_text(value),
                escape_text(source.in_language(lang)),
            ]
            for name, value, source in rows
        ],
        (),
    )
    notes = write_list((text.in_language(lang) for text in settings.levels.notes), "soft")
    return write_section(words["settings"], table, notes)


def _inputs(today: Today, words: dict[str, str], lang: str) -> str:
    """Write what was read, and what is to be known of it."""
    notes = [text.in_language(lang) for text in (*today.air.notes, *today.district.notes)]
    air = {name: sha for name, sha in today.inputs.items() if name.startswith("air:")}
    hashes = "".join(
        f"<li><code>{escape_text(name.removeprefix('air:'))} {sha}</code></li>"
        for name, sha in air.items()
    )
    return write_section(
        words["inputs"], f"<ul>{hashes}</ul>", write_list(dict.fromkeys(notes), "soft")
    )
