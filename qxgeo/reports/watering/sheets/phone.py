"""A driver's sheet as one page for the phone, which needs no network and runs no script."""

from __future__ import annotations

import base64
import hashlib
import re
from html import escape
from importlib import resources
from typing import TYPE_CHECKING

from qxgeo.reports.patrol.sheets.map_svg import draw_svg
from qxgeo.reports.watering.sheets.wording import say, tell_way

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from qxgeo.reports.watering.sheets.duty import CartDuty, CartTour, Step
    from qxgeo.reports.watering.sheets.small_map import TourMaps

MAP_WIDTH_MM = 92.0  # about the width of the page on a phone, so that numbers stay readable
_STYLES = (
    ("qxgeo.reports.patrol.sheets", "phone.css"),
    ("qxgeo.reports.watering.sheets", "phone.css"),
)
_DIAL = re.compile(r"\+?[0-9][0-9 \-]{1,}[0-9]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def write_phone_page(duty: CartDuty, maps: TourMaps, path: Path) -> None:
    """Write one cart's phone page.

    Parameters
    ----------
    duty
        What the sheet says.
    maps
        Draws the tours.
    path
        The HTML file.
    """
    style = "".join(
        resources.files(package).joinpath(name).read_text("utf-8").replace("\r\n", "\n")
        for package, name in _STYLES
    )
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    lang = duty.lang
    page = (
        f'<!DOCTYPE html>\n<html lang="{"en" if lang == "en" else "zh-CN"}">\n<head>\n'
        '<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="format-detection" content="telephone=no">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{_safe(say('title', lang))} · {_safe(duty.cart_id)}</title>\n"
        f"<style>{style}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(_sections(duty, maps))
        + "\n</main>\n</body>\n</html>\n"
    )
    path.write_text(page, encoding="utf-8", newline="\n")


def _safe(text: str) -> str:
    """Make a text from data harmless in an element or a quoted attribute."""
    return escape(_CONTROL.sub(" ", text)).replace("`", "&#96;")


def _sections(duty: CartDuty, maps: TourMaps) -> Iterator[str]:
    """Give the page's parts from top to bottom: what is needed on the way comes first."""
    lang = duty.lang
    if duty.banner:
        yield f'<p class="banner">{_safe(duty.banner)}</p>'
    yield f"<h1>{_safe(say('title', lang))}</h1>"
    facts = "".join(f"<dt>{_safe(name)}</dt><dd>{_safe(text)}</dd>" for name, text in duty.facts)
    yield _card(f'<div class="who">{_safe(duty.cart_id)}</div><dl>{facts}</dl>')
    yield _heading("drivers", lang) + _card(_drivers(duty))
    yield _heading("timetable", lang) + _card(_runs(duty))
    for tour in duty.tours:
        yield from _tour(tour, maps, lang)
    notes = "".join(f"<li>{_safe(line)}</li>" for line in (*duty.notes, duty.caveat) if line)
    yield _heading("notes", lang) + _card(f'<ul class="plain">{notes}</ul>')
    quotes = "".join(
        f"<h3>{_safe(rule)}</h3><blockquote>{_safe(clause)}</blockquote>"
        for rule, clause in duty.quotes
    )
    yield _heading("duty", lang) + _card(
        f'{quotes}<p class="quiet">{_safe(duty.plan_title)} · {_safe(duty.district)}</p>'
    )
    yield f'<p class="quiet">{_safe(say("private", lang))}</p>'


def _heading(word: str, lang: str) -> str:
    """Write a heading."""
    return f"<h2>{_safe(say(word, lang))}</h2>"


def _card(content: str) -> str:
    """Put something on a card."""
    return f'<div class="card">{content}</div>'


def _drivers(duty: CartDuty) -> str:
    """Write the drivers so that a touch dials their number."""
    if not duty.drivers:
        return _safe(say("not_given", duty.lang))
    return "".join(
        f'<div class="unit"><span><b>{_safe(name)}</b><br><span class="quiet">{_safe(shift)} · '
        f"{_safe(say('break', duty.lang))} {_safe(rest)}</span></span>{_dial(phone)}</div>"
        for name, phone, shift, rest in duty.drivers
    )


def _dial(phone: str) -> str:
    """Write a phone number as a link where it is one."""
    found = _DIAL.search(phone)
    if found is None:
        return f"<span>{_safe(phone)}</span>"
    number = re.sub(r"[ \-]", "", found.group())
    return f'<a class="button plain" href="tel:{number}">{_safe(phone)}</a>'


def _runs(duty: CartDuty) -> str:
    """Write the timetable."""
    if not duty.runs:
        return _safe(say("no_runs", duty.lang))
    rows = "".join(
        f'<tr><td class="time">{_safe(start)}–{_safe(end)}</td><td>{_safe(what)}</td>'
        f"<td>{_safe(driver)}</td></tr>"
        for start, end, what, driver in duty.runs
    )
    return f"<table><tbody>{rows}</tbody></table>"


def _tour(tour: CartTour, maps: TourMaps, lang: str) -> Iterator[str]:
    """Write one tour: starts, map, steps."""
    first, *others = tour.lines
    yield f"<h2>{_safe(tour.title)}</h2>"
    more = "".join(f"<p>{_safe(line)}</p>" for line in others)
    yield _card(f'<p class="starts">{_safe(first)}</p>{more}')
    if tour.is_transfer:
        yield _card(f"<p>{_safe(tell_way(tour, lang))}</p>")
        return
    drawing = maps.draw(tour, width_mm=MAP_WIDTH_MM, most_height_mm=MAP_WIDTH_MM)
    if drawing is not None:
        yield draw_svg(drawing, title=say("map", lang))
        yield f'<p class="quiet">{_safe(say("map_caption", lang))}</p>'
    yield _heading("steps", lang) + _card("".join(_step(step, lang) for step in tour.steps))


def _step(step: Step, lang: str) -> str:
    """Write one step."""
    facts = [f"{step.after} {say('min', lang)}"]
    if step.length:
        facts.append(f"{step.length} m")
    if step.tank:
        facts.append(f"{say('left', lang)} {step.tank}")
    spray = ""
    if step.task == "spray":
        spray = f' <span class="on">{_safe(say("spray", lang))} {_safe(say("on", lang))}</span>'
    return (
        f'<div class="step {step.task}"><span class="badge">{step.number}</span><div>'
        f"<p><b>{_safe(step.action)}</b> {_safe(step.road)}{spray}</p>"
        f'<p class="quiet">{_safe(" · ".join(facts))}</p></div></div>'
    )
