"""The first page: what was judged, headline numbers, gaps, assumptions, links.

Plain HTML without a script; it reads on a phone and prints on A4.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from qxgeo.maps.escaping import escape_text
from qxgeo.maps.layers import rules_of_page
from qxgeo.maps.offline import FONT_STACK
from qxgeo.maps.portal_tables import (
    list_assumptions,
    list_gaps,
    list_layers,
    list_rules,
    list_statements,
    list_units,
    sum_restricted,
    sum_roads,
)
from qxgeo.maps.totals import Totals
from qxgeo.maps.wording import PAGE_HINTS, PAGES, PORTAL_WORDS, choose
from qxgeo.vocabulary import DEMO_BANNER, NOT_LEGAL_BOUNDARY, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qxgeo.assess import Assessment

_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'"
)
_FILES = (
    ("lists.xlsx", "workbook"),
    ("findings.gpkg", "geopackage"),
    ("findings.parquet", "parquet"),
    ("run.json", "record"),
)


def render_portal(
    assessment: Assessment,
    *,
    lang: str,
    links: str = "",
    script: str = "",
    is_scaled: bool = False,
) -> str:
    """Write the portal.

    Parameters
    ----------
    assessment
        What was found; every number on the page is one of its numbers.
    lang
        ``zh`` or ``en``.
    links
        A section in place of the links to one map per page, where there are maps by township.
    script
        What makes that section work.
    is_scaled
        Whether findings lie on the disk: then the table by township is that of the links.

    Returns
    -------
    html
        A file that needs nothing else.
    """
    words = choose(PORTAL_WORDS, lang)
    totals = Totals(assessment, lang)
    title = f"{assessment.district.name.in_language(lang)} · {words['title']}"
    parts = (
        _banner(assessment, lang),
        _head(assessment, words, lang),
        "<main>",
        _headlines(assessment, totals, words),
        links or _map_links(assessment, totals, words, lang),
        _other_links(assessment, words, lang),
        *(() if is_scaled else _by_township(assessment, totals, words, lang)),
        sum_restricted(assessment, totals, words, lang),
        list_rules(assessment, words, lang),
        list_gaps(assessment, words, lang),
        list_assumptions(assessment, words, lang),
        list_statements(assessment, words, lang),
        list_layers(assessment, words, lang),
        list_units(words),
        "</main>",
        _foot(assessment, words, lang),
    )
    policy = f"{_POLICY}; script-src 'unsafe-inline'" if script else _POLICY
    style = files("qxgeo.maps").joinpath("portal.css").read_text(encoding="utf-8")
    if is_scaled:
        style += files("qxgeo.maps").joinpath("scaled/index.css").read_text(encoding="utf-8")
    return (
        f'<!DOCTYPE html>\n<html lang="{"en" if lang == "en" else "zh-CN"}">\n<head>\n'
        f'<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape_text(title)}</title>\n"
        f"<style>html{{font-family:{FONT_STACK}}}\n{style}</style>\n</head>\n<body>\n"
        + "\n".join(part for part in parts if part)
        + (f"\n<script>{script}</script>" if script else "")
        + "\n</body>\n</html>\n"
    )


def _by_township(
    assessment: Assessment, totals: Totals, words: Mapping[str, str], lang: str
) -> tuple[str, str]:
    """Show road length and counts by township."""
    return (
        _roads(assessment, totals, "keep_wet", words["keep_wet_by_town"], lang),
        _roads(assessment, totals, "repair", words["repair_by_town"], lang),
    )


def _banner(assessment: Assessment, lang: str) -> str:
    """Say that the data are for demonstration."""
    if not assessment.is_demo:
        return ""
    return f'<p class="demo" role="alert">{escape_text(DEMO_BANNER.in_language(lang))}</p>'


def _head(assessment: Assessment, words: Mapping[str, str], lang: str) -> str:
    """Say what was judged."""
    district, plan = assessment.district, assessment.plan
    facts = (
        (words["district"], f"{district.name.in_language(lang)}（{district.code}）"),
        (words["plan"], plan.title.in_language(lang)),
        (words["as_of"], assessment.as_of.isoformat()),
    )
    rows = "".join(
        f"<div><dt>{escape_text(name)}</dt><dd>{escape_text(value)}</dd></div>"
        for name, value in facts
    )
    legal = escape_text(NOT_LEGAL_BOUNDARY.in_language(lang))
    approximate = f" {escape_text(words['approximate'])}" if assessment.is_approximate else ""
    return (
        f"<header><h1>{escape_text(words['title'])}</h1><dl class='facts'>{rows}</dl>"
        f"<p class='legal'>{legal}{approximate}</p></header>"
    )


def _headlines(assessment: Assessment, totals: Totals, words: Mapping[str, str]) -> str:
    """Show the few numbers that everybody asks for."""
    rule_count = len(assessment.plan.rules)
    judged = len(assessment.rule_counts)
    counts = {verdict: totals.count_all(verdict) for verdict in Verdict}
    cards = [
        ("", str(judged), words["judged"], words["of_rules"].format(count=rule_count)),
        (
            "gap" if assessment.gaps else "",
            str(len(assessment.gaps)),
            words["gap_count"],
            words["gap_hint"],
        ),
    ]
    wet = totals.headline("keep_wet")
    if wet:
        cards.append(("main", f"{wet.length_km} km", words["headline_wet"], wet.rule_ids))
    repair = totals.headline("repair")
    if repair:
        hint = f"{repair.length_km} km · {repair.rule_ids}"
        cards.append(("main", f"{repair.count}", words["headline_repair"], hint))
    cards += [
        ("close", f"{counts[Verdict.TOO_CLOSE_TO_CALL]:,}", words["too_close"], ""),
        ("unknown", f"{counts[Verdict.UNKNOWN]:,}", words["unknown"], ""),
    ]
    shown = "".join(
        f'<div class="card {kind}"><b>{escape_text(number)}</b><span>{escape_text(name)}</span>'
        f"<small>{escape_text(hint)}</small></div>"
        for kind, number, name, hint in cards
    )
    return f'<section class="cards">{shown}</section>'


def _map_links(assessment: Assessment, totals: Totals, words: Mapping[str, str], lang: str) -> str:
    """Link the maps and the files beside them."""
    maps = []
    for page, title in PAGES.items():
        rules = rules_of_page(assessment, page)
        note = (
            f"{len(rules)} {words['rule']} · {totals.count_rules(rules):,} {words['findings']}"
            if rules
            else words["not_judged"]
        )
        maps.append(
            f'<a class="map" href="{page}.html"><b>{escape_text(title.in_language(lang))}</b>'
            f"<span>{escape_text(PAGE_HINTS[page].in_language(lang))}</span>"
            f"<small>{escape_text(note)}</small></a>"
        )
    lists = "".join(
        f'<li><a href="{name}">{name}</a> {escape_text(words[key])}</li>' for name, key in _FILES
    )
    return (
        f"<section><h2>{escape_text(words['maps'])}</h2><div class='maps'>{''.join(maps)}</div>"
        f"<h3>{escape_text(words['lists'])}</h3><ul class='files'>{lists}</ul></section>"
    )


def _other_links(assessment: Assessment, words: Mapping[str, str], lang: str) -> str:
    """Link what the other commands write into the same folder, and name the commands."""
    links = [
        ("patrol.html", words["patrol_map"], "qxgeo patrol"),
        ("today.html", words["today_page"], "qxgeo today"),
        ("watering.html", words["watering_map"], "qxgeo water"),
        ("watering_audit.html", words["watering_audit"], "qxgeo water-audit"),
    ]
    for kind in (*assessment.plan.site_kinds, *assessment.district.site_kinds):
        title = words["siting_map"].format(kind=kind.title.in_language(lang))
        links.append((f"siting_{kind.kind_id}.html", title, "qxgeo siting"))
    rows = "".join(
        f'<li><a href="{escape_text(name)}">{escape_text(title)}</a> <code>{command}</code></li>'
        for name, title, command in links
    )
    return (
        f"<section><h2>{escape_text(words['others'])}</h2>"
        f"<p class='note'>{escape_text(words['others_hint'])}</p>"
        f"<ul class='others'>{rows}</ul></section>"
    )


def _roads(assessment: Assessment, totals: Totals, page: str, title: str, lang: str) -> str:
    """Show a page's road length and count by township, one column per rule and their union."""
    rules = rules_of_page(assessment, page)
    return sum_roads(rules, totals, page, title, lang) if rules else ""


def _foot(assessment: Assessment, words: Mapping[str, str], lang: str) -> str:
    """Close with the plan's fingerprint and the legal line."""
    plan = assessment.plan
    return (
        f"<footer><p>{escape_text(NOT_LEGAL_BOUNDARY.in_language(lang))}</p>"
        f"<p>{escape_text(words['plan'])} {escape_text(plan.plan_id)} · "
        f"sha256 {escape_text(plan.sha256[:16])}</p></footer>"
    )
