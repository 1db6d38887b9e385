"""The portal's tables, each a section of HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qxgeo.district import describe_missing, title_layer
from qxgeo.maps.escaping import escape_text
from qxgeo.maps.layers import rules_of_page
from qxgeo.maps.totals import ALL
from qxgeo.maps.wording import PAGES, PORTAL_WORDS, choose
from qxgeo.plan import KIND_LABELS
from qxgeo.vocabulary import OUTSIDE_DISTRICT, STRENGTH_LABELS, Strength, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from qxgeo.assess import Assessment, Gap
    from qxgeo.maps.totals import Totals
    from qxgeo.plan import Rule

_SMALLEST_AREA_KM2 = 0.0005


def _table(
    headings: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    numbers_from: int = 99,
) -> str:
    """Write a table of texts; columns from `numbers_from` on are numbers."""

    def cell(tag: str, place: int, text: str) -> str:
        kind = ' class="n"' if place >= numbers_from else ""
        return f"<{tag}{kind}>{escape_text(text)}</{tag}>"

    head = "".join(cell("th", place, text) for place, text in enumerate(headings))
    lines = [
        "<tr>" + "".join(cell("td", place, text) for place, text in enumerate(row)) + "</tr>"
        for row in rows
    ]
    return (
        f'<div class="scroll"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def _section(title: str, *parts: str, name: str = "") -> str:
    """Write a section with its heading."""
    mark = f' id="{name}"' if name else ""
    return f"<section{mark}><h2>{escape_text(title)}</h2>{''.join(parts)}</section>"


def sum_roads(rules: Sequence[Rule], totals: Totals, page: str, title: str, lang: str) -> str:
    """Show count and length by township, for each rule and for the union.

    Parameters
    ----------
    rules
        Judged rules of the page.
    totals
        Of the assessment.
    page
        A `Rule.page`.
    title
        Heading.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    html
        A section.
    """
    words = choose(PORTAL_WORDS, lang)
    scopes = [f"rule:{rule.rule_id}" for rule in rules]
    names = [f"{rule.rule_id} {rule.title.in_language(lang)}" for rule in rules]
    if len(scopes) > 1:
        scopes.append(f"page:{page}")
        names.append(words["union"])
    rows = []
    for town in totals.towns(scopes):
        row = [words["total"] if town == ALL else totals.name(town)]
        for scope in scopes:
            total = totals.get(scope, town)
            row.append(f"{total.count:,}")
            row.append(f"{total.length_m / 1000:,.3f}")
        rows.append(row)
    return _section(title, _wide_table(words, names, rows), name=page)


def _wide_table(
    words: Mapping[str, str], names: Sequence[str], rows: Sequence[Sequence[str]]
) -> str:
    """Write a table whose columns are pairs of count and length under a rule's name."""
    first = f'<tr><th rowspan="2">{escape_text(words["township"])}</th>' + "".join(
        f'<th colspan="2" class="g">{escape_text(name)}</th>' for name in names
    )
    pair = (
        f'<th class="n">{escape_text(words["count"])}</th>'
        f'<th class="n">{escape_text(words["length_km"])}</th>'
    )
    lines = []
    for number, row in enumerate(rows):
        kind = ' class="sum"' if number == len(rows) - 1 else ""
        cells = "".join(f'<td class="n">{escape_text(text)}</td>' for text in row[1:])
        lines.append(f"<tr{kind}><td>{escape_text(row[0])}</td>{cells}</tr>")
    return (
        f'<div class="scroll"><table><thead>{first}</tr><tr>{pair * len(names)}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def sum_restricted(
    assessment: Assessment, totals: Totals, words: Mapping[str, str], lang: str
) -> str:
    """Show restricted area and counts: per rule, and per strength with overlaps counted once.

    Parameters
    ----------
    assessment, totals
        What was found.
    words
        Of the portal.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    html
        A section; empty where no rule of the page was judged.
    """
    rules = rules_of_page(assessment, "restricted")
    if not rules:
        return ""
    counts = assessment.rule_counts.set_index("rule_id").to_dict("index")
    rows = [
        [
            f"{rule.rule_id} {rule.title.in_language(lang)}",
            STRENGTH_LABELS[rule.strength].in_language(lang),
            _area(totals, f"rule:{rule.rule_id}", words),
            *(
                f"{int(counts[rule.rule_id][verdict.value]):,}"
                for verdict in (Verdict.APPLIES, Verdict.TOO_CLOSE_TO_CALL, Verdict.UNKNOWN)
            ),
        ]
        for rule in rules
    ]
    headings = [
        words[key] for key in ("rule", "strength", "area_km2", "applies", "too_close", "unknown")
    ]
    by_strength = [
        [STRENGTH_LABELS[strength].in_language(lang), _area(totals, f"strength:{strength}", words)]
        for strength in Strength
        if totals.get(f"strength:{strength}").area_m2 > 0
    ]
    parts = [_table(headings, rows, numbers_from=2)]
    if by_strength:
        parts += [
            f"<h3>{escape_text(words['by_strength'])}</h3>",
            _table([words["strength"], words["area_km2"]], by_strength, numbers_from=1),
        ]
    return _section(words["restricted_rules"], *parts, name="restricted")


def _area(totals: Totals, scope: str, words: Mapping[str, str]) -> str:
    """Give the area inside the district, with the neighbour's left out."""
    inside_km2 = (totals.get(scope).area_m2 - totals.get(scope, OUTSIDE_DISTRICT).area_m2) / 1e6
    return f"{inside_km2:,.3f}" if inside_km2 >= _SMALLEST_AREA_KM2 else words["no_value"]


def list_rules(assessment: Assessment, words: Mapping[str, str], lang: str) -> str:
    """Show for every judged rule how many subjects it looked at and what it found."""
    counts = assessment.rule_counts.set_index("rule_id").to_dict("index")
    rows = []
    for page in PAGES:
        for rule in rules_of_page(assessment, page):
            row = counts[rule.rule_id]
            rows.append(
                [
                    f"{rule.rule_id} {rule.title.in_language(lang)}",
                    STRENGTH_LABELS[rule.strength].in_language(lang),
                    KIND_LABELS[rule.kind].in_language(lang),
                    *(f"{int(row[key]):,}" for key in ("subjects", *Verdict)),
                ]
            )
    headings = [
        words[key]
        for key in (
            "rule",
            "strength",
            "kind",
            "subjects",
            "applies",
            "does_not_apply",
            "too_close",
            "unknown",
        )
    ]
    return _section(words["rules_judged"], _table(headings, rows, numbers_from=3), name="rules")


def list_gaps(assessment: Assessment, words: Mapping[str, str], lang: str) -> str:
    """Show the rules that were not judged, what they lack and how to supply it."""
    if not assessment.gaps:
        return _section(words["gaps"], f"<p>{escape_text(words['no_gaps'])}</p>", name="gaps")
    titles = {rule.rule_id: rule.title.in_language(lang) for rule in assessment.plan.rules}
    stop = "；" if lang == "zh" else "; "
    rows = [
        [
            f"{gap.rule_id} {titles.get(gap.rule_id, '')}",
            stop.join(
                describe_missing(entry, assessment.plan).in_language(lang) for entry in gap.missing
            )
            or gap.reason.in_language(lang),
            stop.join(_supply(assessment, gap, words)),
        ]
        for gap in assessment.gaps
    ]
    headings = [words[key] for key in ("rule", "missing", "supply")]
    note = f'<p class="note">{escape_text(words["gaps_note"])}</p>'
    return _section(words["gaps"], note, _table(headings, rows), name="gaps")


def _supply(assessment: Assessment, gap: Gap, words: Mapping[str, str]) -> list[str]:
    """Say for each missing thing where it is to be written."""
    file = assessment.district.path.name
    ways = []
    for item in gap.missing:
        what, _, name = item.partition(":")
        template = words.get(f"need_{what}", words["need_kind"])
        ways.append(template.format(file=file, name=name))
    return list(dict.fromkeys(ways))


def list_assumptions(assessment: Assessment, words: Mapping[str, str], lang: str) -> str:
    """Show every default that the plan's text does not give, with its source."""
    if not assessment.assumptions:
        return _section(words["assumptions"], f"<p>{escape_text(words['no_assumptions'])}</p>")
    stop = "、" if lang == "zh" else ", "
    rows = [
        [
            one.text.in_language(lang),
            one.source.in_language(lang),
            stop.join(one.rule_ids),
        ]
        for one in assessment.assumptions
    ]
    headings = [words[key] for key in ("assumption", "source", "concerns")]
    return _section(words["assumptions"], _table(headings, rows), name="assumptions")


def list_statements(assessment: Assessment, words: Mapping[str, str], lang: str) -> str:
    """Show what readers and the district file say about the data."""
    notes = list(
        dict.fromkeys(
            note.in_language(lang)
            for notes in (
                assessment.district.notes,
                *(layer.notes for layer in assessment.district.layers.values()),
            )
            for note in notes
        )
    )
    if not notes:
        return ""
    items = "".join(f"<li>{escape_text(note)}</li>" for note in notes)
    return _section(words["statements"], f"<ul>{items}</ul>", name="statements")


def list_layers(assessment: Assessment, words: Mapping[str, str], lang: str) -> str:
    """Show the layers that were read: rows, datum, accuracy, date, source, licence."""
    rows = []
    for name, layer in assessment.district.layers.items():
        title = title_layer(name).in_language(lang)
        rows.append(
            [
                f"{title}（{name}）" if lang == "zh" else f"{title} ({name})",
                layer.datum,
                layer.as_of.isoformat() if layer.as_of else words["no_value"],
                layer.source,
                layer.licence,
                f"{layer.size:,}",
                f"{layer.accuracy_m:g}",
            ]
        )
    headings = [
        words[key]
        for key in ("layer", "datum", "data_date", "source", "licence", "rows", "accuracy")
    ]
    return _section(words["layers"], _table(headings, rows, numbers_from=5), name="layers")


def list_units(words: Mapping[str, str]) -> str:
    """Say what units mean and how edges, errors and rounding are treated."""
    items = "".join(
        f"<li>{escape_text(text)}</li>" for key, text in words.items() if key.startswith("units_")
    )
    return _section(words["units"], f"<ul>{items}</ul>", name="units")
