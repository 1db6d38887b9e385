"""A person's sheet as one page for the phone, which needs no network and keeps its check marks."""

from __future__ import annotations

import base64
import hashlib
import re
from html import escape
from importlib import resources
from typing import TYPE_CHECKING

from qxgeo.reports.patrol.sheets.map_svg import draw_svg, draw_swatch
from qxgeo.reports.patrol.sheets.qr import QUIET_ZONE_MODULES, make_code
from qxgeo.reports.patrol.wording import (
    RISK_CLASSES,
    WEEKDAYS,
    say,
    say_day,
    say_number,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from qxgeo.reports.patrol.sheets.duty import DutyPoint, PersonDuty
    from qxgeo.reports.patrol.sheets.small_map import SmallMap

MAP_WIDTH_MM = 92.0  # about the width of the page on a phone, so that numbers stay readable
_PACKAGE = "qxgeo.reports.patrol.sheets"
_DIAL = re.compile(r"\+?[0-9][0-9 \-]{1,}[0-9]")
# A control character means nothing on a page, and a browser complains of NUL.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def write_phone_page(duty: PersonDuty, drawing: SmallMap | None, path: Path) -> None:
    """Write one person's phone page.

    Parameters
    ----------
    duty
        What the sheet says.
    drawing
        The person's map at `MAP_WIDTH_MM`, None without a cell.
    path
        The HTML file.
    """
    style, script = (
        resources.files(_PACKAGE).joinpath(name).read_text("utf-8").replace("\r\n", "\n")
        for name in ("phone.css", "phone.js")
    )
    lang = duty.lang
    policy = (
        f"default-src 'none'; style-src '{_hash_of(style)}'; script-src '{_hash_of(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    title = f"{say('title', lang)} · {duty.name} {duty.person_id}"
    key = f"qxgeo/patrol/{duty.district_code}/{duty.first_day}/{duty.person_id}"
    page = (
        f'<!DOCTYPE html>\n<html lang="{"en" if lang == "en" else "zh-CN"}">\n<head>\n'
        '<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="format-detection" content="telephone=no">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{_safe(title)}</title>\n<style>{style}</style>\n</head>\n"
        f'<body>\n<main id="sheet" data-key="{_safe(key)}">\n'
        + "\n".join(_sections(duty, drawing))
        + f"\n</main>\n<script>{script}</script>\n</body>\n</html>\n"
    )
    path.write_text(page, encoding="utf-8", newline="\n")


def _hash_of(text: str) -> str:
    """Name an inline text as the page's policy does, so that nothing slipped in can run."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _safe(text: str) -> str:
    """Make a text from data harmless in an element or a quoted attribute."""
    return escape(_CONTROL.sub(" ", text)).replace("`", "&#96;")


def _sections(duty: PersonDuty, drawing: SmallMap | None) -> Iterator[str]:
    """Give the page's parts from top to bottom: what is needed out of doors comes first."""
    lang = duty.lang
    yield from _head(duty)
    yield _heading("map", lang) + "".join(_map(duty, drawing))
    yield _heading("points", lang)
    yield from _points(duty)
    yield _heading("time", lang) + _calendar(duty)
    yield from _duty(duty)
    if duty.routes:
        ways = (f"<h3>{_safe(r.title)}</h3><p>{_safe(r.text)}</p>" for r in duty.routes)
        yield _heading("routes", lang) + _card("".join(ways))
    yield _heading("changes", lang) + _card(_bullets(duty.changes))
    if duty.notes:
        yield _heading("notes", lang) + _card(_bullets(duty.notes))
    yield _heading("cell_list", lang) + _cells(duty)
    yield f'<p class="quiet">{_safe(say("private", lang))}</p>'


def _heading(word: str, lang: str) -> str:
    """Write a heading."""
    return f"<h2>{_safe(say(word, lang))}</h2>"


def _card(content: str) -> str:
    """Put something on a card."""
    return f'<div class="card">{content}</div>'


def _bullets(lines: Iterable[str]) -> str:
    """Write lines as a list."""
    return '<ul class="plain">' + "".join(f"<li>{_safe(line)}</li>" for line in lines) + "</ul>"


def _head(duty: PersonDuty) -> Iterator[str]:
    """Write whose sheet this is."""
    lang = duty.lang
    if duty.banner:
        yield f'<p class="banner">{_safe(duty.banner)}</p>'
    yield f"<h1>{_safe(say('title', lang))}</h1>"
    yield f'<p class="quiet">{_safe(say("subtitle", lang))}</p>'
    first, last = (say_day(d, lang, with_year=True) for d in (duty.first_day, duty.last_day))
    facts = (
        ("township", _safe(duty.township)),
        ("phone", _dial(duty.phone, lang)),
        ("scope", _safe(duty.scope)),
        ("period", _safe(say("span", lang, first=first, last=last))),
        ("as_of", _safe(say_day(duty.as_of, lang, with_year=True))),
    )
    rows = "".join(f"<dt>{_safe(say(word, lang))}</dt><dd>{text}</dd>" for word, text in facts)
    who = f'<div class="who">{_safe(duty.name)} <small>{_safe(duty.person_id)}</small></div>'
    yield _card(f"{who}<dl>{rows}</dl>")


def _dial(phone: str, lang: str, *, is_button: bool = False) -> str:
    """Write a phone number so that a touch dials it."""
    if not phone:
        return _safe(say("not_given", lang))
    found = _DIAL.search(phone)
    if found is None:
        return _safe(phone)
    number = re.sub(r"[ \-]", "", found.group())
    style = ' class="button plain"' if is_button else ""
    return f'<a{style} href="tel:{number}">{_safe(phone)}</a>'


def _map(duty: PersonDuty, drawing: SmallMap | None) -> Iterator[str]:
    """Draw the territory."""
    lang = duty.lang
    if drawing is None:
        yield _card(_safe(say("no_cells", lang)))
        return
    yield draw_svg(drawing, title=say("map", lang))
    classes = {cell.risk_class for cell in duty.cells}
    swatches = []
    for kind in RISK_CLASSES:
        if kind in classes:
            level = say(kind, lang)
            text = level if kind == "water" else say("risk_legend", lang, level=level)
            swatches.append(f"<span>{draw_swatch(kind)}{_safe(text)}</span>")
    yield f'<div class="legend">{"".join(swatches)}</div>'
    yield f'<p class="quiet">{_safe(say("map_caption", lang))} {_safe(duty.caveat)}</p>'


def _points(duty: PersonDuty) -> Iterator[str]:
    """Write a card per point."""
    lang = duty.lang
    if not duty.points:
        yield _card(_safe(say("no_points", lang)))
    else:
        yield f'<p class="quiet">{_safe(say("datum", lang))}</p>'
    for point in duty.points:
        yield _card(_point(point, lang))
    hidden = {"kept": say("kept", lang), "not-kept": say("not_kept", lang)}
    notes = (f'<p class="quiet" id="{i}" hidden>{_safe(text)}</p>' for i, text in hidden.items())
    yield "".join(notes) + (
        '<div class="actions"><button type="button" class="button plain" id="clear">'
        f"{_safe(say('clear', lang))}</button></div>"
    )


def _point(point: DutyPoint, lang: str) -> str:
    """Write one point."""
    facts = [*point.facts, point.windows]
    if point.stand_in_for:
        facts.insert(0, say("stand_in_point", lang, name=point.stand_in_for))
    items = "".join(f"<li>{_safe(text)}</li>" for text in facts if text)
    lonlat = say("lonlat", lang, lon=f"{point.lon:.6f}", lat=f"{point.lat:.6f}")
    uri = _safe(point.uri)
    code = make_code(point.uri).svg_inline(
        border=QUIET_ZONE_MODULES, omitsize=True, svgclass="code", lineclass=None, light="#fff"
    )
    boxes = "".join(
        f'<label><input type="checkbox" id="p{point.number}-{n}">{_safe(label)}</label>'
        for n, label in enumerate(point.checks, start=1)
    )
    return (
        f'<div class="point"><span class="badge">{point.number}</span><div>'
        f"<h3>{_safe(point.name)}</h3><p>{_safe(point.address)}</p>"
        f'<ul class="facts">{items}</ul><p class="quiet">{_safe(lonlat)}</p></div></div>'
        f'<div class="actions"><a class="button" href="{uri}">{_safe(say("navigate", lang))}</a>'
        f"<details><summary>{_safe(say('show_qr', lang))}</summary>{code}</details></div>"
        f'<div class="checks">{boxes}</div>'
    )


def _calendar(duty: PersonDuty) -> str:
    """Write the shifts, a day per line; days without any are left out."""
    lang = duty.lang
    if not duty.days:
        return _card(_safe(say("no_shifts", lang)))
    lines = []
    for day in duty.days:
        if not day.lines:
            continue
        weekday = WEEKDAYS[day.day.weekday()].in_language(lang)
        hours = " ".join(f'<span class="hours">{_safe(line)}</span>' for line in day.lines)
        season = f'<span class="season">{_safe(day.season)}</span><br>' if day.season else ""
        lines.append(
            f'<div class="day"><b>{_safe(say_day(day.day, lang))} {weekday}</b>'
            f"<div>{season}{hours}</div></div>"
        )
    return _card("".join(lines))


def _duty(duty: PersonDuty) -> Iterator[str]:
    """Quote the plan and name the units behind it."""
    lang = duty.lang
    quotes = "".join(
        f"<h3>{_safe(say('measure', lang, measure=quote.measure_id))}</h3>"
        f"<blockquote>{_safe(quote.text)}"
        + (f'<p class="quiet">{_safe(quote.gist)}</p>' if quote.gist else "")
        + "</blockquote>"
        for quote in duty.quotes
    )
    yield _heading("duty", lang)
    yield _card(f'{quotes}<p class="quiet">{_safe(duty.plan_title)}</p>')
    units = "".join(
        f'<div class="unit"><span>{_safe(unit.name)}<br><span class="quiet">{_safe(unit.role)}'
        f"</span></span>{_dial(unit.phone, lang, is_button=True)}</div>"
        for unit in duty.units
    )
    yield _card(units)


def _cells(duty: PersonDuty) -> str:
    """List the cells by their number on the map."""
    lang = duty.lang
    if not duty.cells:
        return _card(_safe(say("no_cells", lang)))
    words = ("number", "cell_id", "risk", "visits", "area")
    head = "".join(f"<th>{_safe(say(word, lang))}</th>" for word in words)
    rows = "".join(
        f"<tr><td>{cell.number}</td><td>{_safe(cell.cell_id)}</td>"
        f"<td>{_safe(say(cell.risk_class, lang))}</td>"
        f"<td>{say_number(cell.visits_per_week)}</td><td>{say_number(cell.area_m2 / 1e4)}</td></tr>"
        for cell in duty.cells
    )
    return _card(f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>")
