"""Around the watering map: the verdict on top, and the panels of carts, trouble and notes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from qxgeo.maps.cards import write_cells, write_panel, write_panel_table
from qxgeo.maps.escaping import escape_text
from qxgeo.maps.today.markup import say_number
from qxgeo.maps.watering.wording import PANEL_WORDS, VERDICT
from qxgeo.maps.wording import choose
from qxgeo.watering.frost import say_frost
from qxgeo.watering.sums import sum_carts

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping

    from qxgeo.watering.model import WateringPlan

_MOST_LISTED = 300
_MOST_REASONS = 12


def tell_verdict(plan: WateringPlan, *, lang: str) -> list[str]:
    """Say in plain words whether the carts keep everything wet, and how good the plan is.

    Parameters
    ----------
    plan
        The whole plan.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    lines
        The verdict, what would help, the bound, the water.
    """
    words = choose(VERDICT, lang)
    sections, diagnosis, bound = plan.sections, plan.diagnosis, plan.bound
    stop = "。" if lang == "zh" else "."
    drying = plan.drying
    frost = [say_frost(drying).in_language(lang) + stop] if drying.is_frost.any() else []
    if sections.empty:
        return frost if drying.is_frost.all() else [words["nothing"]]
    bad = sections[sections["state"] != "kept"]
    never = int((sections["state"] == "never").sum())
    facts = {
        "sections": f"{len(sections):,}",
        "km": _km(sections["length_m"].sum()),
        "bad": f"{len(bad):,}",
        "bad_km": _km(bad["length_m"].sum()),
        "never": words["never"].format(count=f"{never:,}") if never else "",
        "share": _percent(diagnosis.wet_share),
        "hours": str(drying.required_h),
    }
    kept = "kept_but_frost" if frost else "kept"
    lines = [words[kept if diagnosis.is_kept else "not_kept"].format(**facts), *frost]
    if diagnosis.protected:
        safe = sections["length_m"].iloc[[*diagnosis.protected]]
        alike = _percent(diagnosis.alike_share or 0.0)
        told = words["protected"]
        lines.append(told.format(count=f"{len(safe):,}", km=_km(safe.sum()), alike=alike))
    if diagnosis.carts_more > 0:
        lines.append(words["more"].format(count=diagnosis.carts_more))
    elif diagnosis.carts_more < 0:
        lines.append(words["no_number"])
    if not plan.runs.empty:
        lines.append(
            words["bound"].format(
                carts=bound.carts,
                least=bound.carts_bound,
                work=say_number(bound.work_h, 1),
                least_work=say_number(bound.work_bound_h, 1),
                gap=_percent(bound.gap),
            )
        )
        sums = sum_carts(plan)
        lines.append(
            words["water"].format(
                spray=_km(sums["spray_m"].sum()),
                empty=_km(sums["empty_m"].sum()),
                litres=say_number(sums["litres"].sum() / 1e3, 1),
            )
        )
    return lines


def write_verdict(plan: WateringPlan, *, lang: str) -> str:
    """Write the verdict above the map.

    Parameters
    ----------
    plan
        The whole plan.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    section
        HTML; reasons can be unfolded.
    """
    words = choose(PANEL_WORDS, lang)
    first, *others = tell_verdict(plan, lang=lang)
    kind, mark = ("ok", "✓") if plan.diagnosis.is_kept else ("bad", "✗")
    if plan.drying.is_frost.all():
        kind, mark = "frost", "—"
    reasons = [one.in_language(lang) for one in plan.diagnosis.reasons]
    why = ""
    if reasons or plan.diagnosis.first_sections:
        items = "".join(f"<li>{escape_text(one)}</li>" for one in reasons[:_MOST_REASONS])
        named = _first_sections(plan, lang)
        if named:
            separator = "、" if lang == "zh" else ", "
            colon = "：" if lang == "zh" else ": "
            first_of_all = words["next" if plan.diagnosis.protected else "first"]
            items += f"<li>{escape_text(first_of_all + colon + separator.join(named))}</li>"
        why = f"<details><summary>{escape_text(words['why'])}</summary><ul>{items}</ul></details>"
    rest = escape_text((" " if lang == "en" else "").join(others))
    return (
        f'<section id="qx-verdict" class="qx-{kind}"><p><b>{mark} {escape_text(first)}</b> '
        f"<span>{rest}</span></p>{why}</section>"
    )


def _first_sections(plan: WateringPlan, lang: str) -> list[str]:
    """Name the sections that come first, each road once."""
    unnamed = PANEL_WORDS["unnamed"].in_language(lang)
    names = plan.sections["road_name"]
    rows = plan.diagnosis.first_sections
    return list(dict.fromkeys(str(names.iloc[row]) or unnamed for row in rows))[:_MOST_REASONS]


def write_panels(plan: WateringPlan, *, lang: str) -> str:
    """Write the panels that the title's buttons open.

    Parameters
    ----------
    plan
        The whole plan.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    panels
        HTML; rows carry the number of their cart or section.
    """
    words = choose(PANEL_WORDS, lang)
    return "".join(
        write_panel(f"qx-{name}", words[name], body, close=words["close"])
        for name, body in (
            ("carts", _write_carts(plan, words)),
            ("trouble", _write_trouble(plan, words, lang)),
            ("notes", _write_notes(plan, words, lang)),
        )
    )


def _write_carts(plan: WateringPlan, words: dict[str, str]) -> str:
    """Write litres and kilometres of every cart."""
    sums = sum_carts(plan)
    if sums.empty:
        return f"<p class='qx-empty'>{escape_text(words['nothing'])}</p>"
    heads = ("number", "cart", "company", "sprayed", "empty", "litres", "hours", "laps", "refills",
             "cost")  # fmt: skip
    rows = [
        f"<tr data-cart='{number}' tabindex='0'>{_cells(_tell_cart(number, row))}</tr>"
        for number, row in enumerate(sums.to_dict("records"))
    ]
    whole: dict[Hashable, Any] = {
        **sums.sum(numeric_only=True).to_dict(),
        "cart_id": words["total"],
        "company": "",
    }
    whole["cost"] = sums["cost"].sum(min_count=1)
    rows.append(f"<tr class='qx-total'>{_cells(_tell_cart(-1, whole))}</tr>")
    hint = f"<p class='qx-remark'>{escape_text(words['carts_hint'])}</p>"
    return hint + write_panel_table(
        (escape_text(words[head]) for head in heads), rows, kind="qx-carts-table"
    )


def _tell_cart(number: int, row: Mapping[Hashable, Any]) -> list[str]:
    """Write one cart, or the total without a number."""
    return [
        str(number + 1) if number >= 0 else "",
        str(row["cart_id"]),
        str(row["company"]),
        say_number(row["spray_m"] / 1e3, 1),
        say_number(row["empty_m"] / 1e3, 1),
        say_number(row["litres"] / 1e3, 1),
        say_number(row["work_s"] / 3600, 1),
        say_number(row["laps"], 0),
        say_number(row["refills"], 0),
        say_number(row["cost"], 0),
    ]


def _write_trouble(plan: WateringPlan, words: dict[str, str], lang: str) -> str:
    """List the sections that fall dry, those that nobody reaches first."""
    bad = plan.sections[plan.sections["state"] != "kept"].drop(columns="geometry")
    if bad.empty:
        return f"<p class='qx-empty'>{escape_text(words['nothing'])}</p>"
    bad = bad.assign(order=(bad["state"] != "never").astype(int))
    bad = bad.sort_values(["order", "wet_share", "road_name"], kind="stable")
    rows = [
        f"<tr data-section='{number}' tabindex='0'>"
        + _cells(
            [
                str(row["road_name"]) or f"{words['unnamed']} {row['section_id']}",
                say_number(row["length_m"], 0),
                _percent(row["wet_share"]),
                _percent(row["longest_gap"]),
                str(row[f"why_{lang}"]),
            ]
        )
        + "</tr>"
        for number, row in bad.head(_MOST_LISTED).to_dict("index").items()
    ]
    heads = (escape_text(words[key]) for key in ("road", "length", "share", "gap", "reason"))
    table = write_panel_table(heads, rows, kind="qx-trouble-table")
    rest = len(bad) - _MOST_LISTED
    more = escape_text(words["more"].format(count=rest)) if rest > 0 else ""
    hint = f"<p class='qx-remark'>{escape_text(words['trouble_hint'])}</p>"
    return f"{hint}{table}<p class='qx-remark'>{more}</p>"


def _write_notes(plan: WateringPlan, words: dict[str, str], lang: str) -> str:
    """Write the drying of the day, problems, assumptions and what proves the bound."""
    drying = plan.drying
    hours = [
        words["frost_hour"] if frost else words["rain_hour"] if rain else say_number(hour, 1)
        for hour, rain, frost in zip(
            drying.interval_h.tolist(),
            drying.is_rain.tolist(),
            drying.is_frost.tolist(),
            strict=True,
        )
    ]
    head = "".join(f"<th scope='col'>{hour}</th>" for hour in range(24))
    cells = "".join(f"<td>{escape_text(one)}</td>" for one in hours)
    about = f"{drying.title.in_language(lang)} · {drying.source.in_language(lang)}"
    return (
        f"<h3>{escape_text(words['drying'])}</h3><p class='qx-remark'>{escape_text(about)}</p>"
        f"<div class='qx-scroll'><table class='qx-hours-table'><tr>{head}</tr><tr>{cells}</tr>"
        "</table></div>"
        + _list(words["problems"], (one.in_language(lang) for one in plan.problems), words)
        + _list(
            words["assumptions"],
            (
                f"{one.text.in_language(lang)}（{one.source.in_language(lang)}）"
                for one in plan.assumptions
            ),
            words,
        )
        + _list(words["bound"], [plan.bound.how.in_language(lang)], words)
    )


def _list(title: str, lines: Iterable[str], words: dict[str, str]) -> str:
    """Write a list; an empty one says so."""
    items = "".join(f"<li>{escape_text(line)}</li>" for line in lines)
    body = (
        f"<ul>{items}</ul>" if items else f"<p class='qx-empty'>{escape_text(words['nothing'])}</p>"
    )
    return f"<h3>{escape_text(title)}</h3>{body}"


def _cells(values: Iterable[str]) -> str:
    """Write the cells of a row of words."""
    return write_cells([escape_text(value) for value in values])


def _km(metres: float) -> str:
    """Write metres as kilometres."""
    return say_number(metres / 1e3, 1)


def _percent(share: float) -> str:
    """Write a share in per cent; what is not everything is not said to be."""
    if not math.isfinite(share):
        return "—"
    digits = 2 if 0.995 < share < 1 else 1  # noqa: PLR2004 - would be rounded to all
    return f"{math.floor(share * 100 * 10**digits + 1e-6) / 10**digits:.{digits}f}%"
