"""What stands around the audit's map: the verdict above it, and the panels of the title."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from qxgeo.maps.cards import write_panel
from qxgeo.maps.escaping import escape_text
from qxgeo.maps.today.markup import say_number, write_list, write_note, write_table
from qxgeo.maps.watering_audit.pack import MOST_OF_A_KIND
from qxgeo.maps.watering_audit.wording import MORE, PANEL_WORDS, THINNED
from qxgeo.maps.wording import choose
from qxgeo.vocabulary import PLACE_LABELS
from qxgeo.watering.tracks.cleaning import REASONS
from qxgeo.watering.tracks.model import KINDS
from qxgeo.watering.tracks.words import UNSURE, say_clock, say_headline, say_share, say_violation

if TYPE_CHECKING:
    import pandas as pd

    from qxgeo.watering.tracks.model import Audit

_GOOD_SHARE = 0.9
_MOSTLY = 0.5
_MOST_LINES = 60


def write_verdict(audit: Audit, *, lang: str) -> str:
    """Write the verdict above the map.

    Parameters
    ----------
    audit
        The whole audit.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    section
        HTML: what was wet, violations by kind, carts that were set aside.
    """
    counts = audit.violations.groupby("kind").size()
    found = " · ".join(
        f"{text.in_language(lang)} {int(counts[kind])}"
        for kind, text in KINDS.items()
        if kind in counts
    )
    whole = audit.townships.to_dict("records")[-1]
    headline = say_headline(whole).in_language(lang)
    is_good = audit.violations.empty or float(whole["dry_share"]) <= 1.0 - _GOOD_SHARE
    aside = write_list(why.in_language(lang) for why in audit.set_aside.values())
    return (
        f'<section id="qx-verdict" class="qx-{"ok" if is_good else "bad"}"><p>'
        f"<b>{escape_text(headline)}</b> <span>{escape_text(found)}</span></p>"
        f"{aside}</section>"
    )


def write_panels(audit: Audit, chosen: pd.DataFrame, drawn: tuple[int, int], *, lang: str) -> str:
    """Write the panels that the title's buttons open.

    Parameters
    ----------
    audit
        The whole audit.
    chosen
        Violations that are listed.
    drawn
        How many track points are drawn, and how many there are.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    panels
        HTML; lines carry the number of their violation or cart.
    """
    words = choose(PANEL_WORDS, lang)
    bodies = {
        "violations": _write_violations(audit, chosen, words, lang),
        "companies": _write_companies(audit, words),
        "towns": _write_towns(audit, words, lang),
        "notes": _write_notes(audit, drawn, words, lang),
    }
    return "".join(
        write_panel(f"qx-{name}", words[name], body, close=words["close"])
        for name, body in bodies.items()
    )


def _write_violations(audit: Audit, chosen: pd.DataFrame, words: dict[str, str], lang: str) -> str:
    """Write the violations by kind, each a button that shows it."""
    if chosen.empty:
        return write_note(words["nothing"])
    counts = audit.violations.groupby("kind").size()
    numbers = {int(index): place for place, index in enumerate(chosen.index)}
    parts = []
    for kind, title in KINDS.items():
        own = chosen[chosen["kind"] == kind]
        if own.empty:
            continue
        name, whole = title.in_language(lang), int(counts[kind])
        parts.append(f"<h3>{escape_text(name)} <small>{whole}</small></h3>")
        if whole > MOST_OF_A_KIND:
            more = MORE.in_language(lang).format(kind=name, all=whole, shown=len(own))
            parts.append(write_note(more))
        rows = [
            (
                _button("violation", numbers[int(index)], say_violation(row).in_language(lang))
                + _unsure(row, lang),
                escape_text(str(row["township_name"])),
                f"{say_clock(float(row['from_s']))}–{say_clock(float(row['to_s']))}",
            )
            for index, row in zip(own.index, own.to_dict("records"), strict=True)
        ]
        parts.append(write_table([words["what"], words["town"], words["when"]], rows, ()))
    return "".join(parts)


def _button(what: str, number: int, text: str) -> str:
    """Write a line that shows a violation or a cart on the map."""
    return (
        f"<button type='button' class='qx-link' data-{what}='{number}'>{escape_text(text)}</button>"
    )


def _unsure(row: dict[object, object], lang: str) -> str:
    """Mark what is too close to call."""
    return "" if row["is_sure"] else f" <em>{escape_text(UNSURE.in_language(lang))}</em>"


def _write_companies(audit: Audit, words: dict[str, str]) -> str:
    """Write companies, then carts."""
    sums = ("driven_m", "wetting_m", "too_fast_m", "off_duty_m")
    heads = [words[key] for key in ("driven", "watered", "fast", "off", "count")]
    companies = [
        (
            escape_text(str(row["company"]) or words["no_company"]),
            f"{row['carts_seen']}/{row['carts']}",
            *(say_number(float(row[key]) / 1e3, 2) for key in sums),
            str(row["violations"]),
        )
        for row in audit.companies.to_dict("records")
    ]
    carts = [
        (
            _button("cart", number, str(row["cart_id"])),
            escape_text(str(row["company"]) or words["no_company"]),
            *(say_number(float(row[key]) / 1e3, 2) for key in sums),
            str(row["violations"]),
        )
        for number, row in enumerate(audit.carts.to_dict("records"))
    ]
    numbers = (2, 3, 4, 5, 6)
    return (
        write_table([words["company"], words["carts"], *heads], companies, (1, *numbers))
        + f"<h3>{escape_text(words['carts'])}</h3>"
        + write_table([words["cart"], words["company"], *heads], carts, numbers)
    )


def _write_towns(audit: Audit, words: dict[str, str], lang: str) -> str:
    """Write townships, and how wet each hour was."""
    places = {code: label.in_language(lang) for code, label in PLACE_LABELS.items()}
    rows, hours = [], []
    for row in audit.townships.to_dict("records"):
        code = str(row["township_id"])
        name = words["all"] if code == "all" else places.get(code, str(row["township_name"]))
        rows.append(
            (
                escape_text(name),
                say_number(float(row["length_m"]) / 1e3, 2),
                *(say_share(float(row[f"{key}_share"])) for key in ("wet", "dry", "unknown")),
                say_number(float(row["never_m"]) / 1e3, 2),
                str(row["gaps"]),
            )
        )
        cells = [
            _cell(float(row[f"h{hour:02d}"]), float(row[f"u{hour:02d}"])) for hour in range(24)
        ]
        hours.append((escape_text(name), *cells))
    keys = ("town", "duty", "wet", "dry", "unknown", "never", "gaps")
    return (
        write_table([words[key] for key in keys], rows, (1, 2, 3, 4, 5, 6))
        + f"<h3>{escape_text(words['by_hour'])}</h3>"
        + write_table([words["town"], *map(str, range(24))], hours, (), kind="qx-heat")
    )


def _cell(share: float, unknown: float) -> str:
    """Write a share as a number on a tint; a question mark where mostly nobody can tell."""
    if math.isnan(share):
        return "—"
    if unknown >= _MOSTLY:
        return "?"
    return f"<span style='--wet:{share:.2f}'>{100 * share:.0f}</span>"


def _write_notes(audit: Audit, drawn: tuple[int, int], words: dict[str, str], lang: str) -> str:
    """Write what was read, dropped and assumed."""
    told = [audit.duty.source, audit.duty.drying.title, *audit.notes, *audit.duty.problems]
    lines = list(dict.fromkeys(text.in_language(lang) for text in told))
    shown, whole = drawn
    if shown < whole:
        lines.append(THINNED.in_language(lang).format(all=whole, shown=shown))
    dropped = [
        f"{row['cart_id']} · {REASONS[str(row['reason'])].in_language(lang)}: {row['count']}"
        for row in audit.dropped.to_dict("records")
    ]
    errors = [f"{cart}: {metres:.0f} m" for cart, metres in sorted(audit.matched.sigma_m.items())]
    faults = [fault.in_language(lang) for fault in audit.tracks.faults]
    numbers = [
        f"{name} = {one.value:g} — {one.source.in_language(lang)}"
        for name, one in audit.settings.numbers.items()
    ]
    parts = (
        ("read", lines),
        ("dropped", dropped),
        ("faults", faults),
        ("error", errors),
        ("numbers", numbers),
    )
    return "".join(
        f"<h3>{escape_text(words[key])}</h3>"
        + (write_list(found[:_MOST_LINES]) or write_note(words["nothing"]))
        for key, found in parts
    )
