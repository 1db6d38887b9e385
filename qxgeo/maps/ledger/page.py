"""The ledger's pages: the whole, each unit, each township; one file each, offline."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from qxgeo.ledger.places import NO_POSITION, NOT_CLOSED, Mark, count_places
from qxgeo.maps.escaping import escape_text, json_for_script
from qxgeo.maps.frame import read_own
from qxgeo.maps.ledger.choice import MOST_ROWS
from qxgeo.maps.ledger.gantt import draw_gantt
from qxgeo.maps.ledger.ground import DRAWN, draw_ground
from qxgeo.maps.ledger.items import Teller
from qxgeo.maps.ledger.rest import tell_rest
from qxgeo.maps.ledger.sheets import FOLDER, link_sheet, list_sheets
from qxgeo.maps.ledger.wording import GROUND_LABELS, MARK_LABELS, MARK_STYLES, TITLE
from qxgeo.maps.offline import FONT_STACK
from qxgeo.maps.write import write_page
from qxgeo.vocabulary import DEMO_BANNER, NO_TOWNSHIP, NOT_LEGAL_BOUNDARY, OUTSIDE_DISTRICT, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from qxgeo.district import District
    from qxgeo.ledger.dispatch import Board
    from qxgeo.ledger.places import Item, Places
    from qxgeo.maps.ledger.sheets import Sheet

    Row = Mapping[str, Any]

_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'"
)
_COUNTED = (
    ("problems", "problem"),
    ("not_closed", "not_closed"),
    ("overdue", str(Mark.OVERDUE)),
    ("raised", "raised"),
    ("sites", "site"),
    ("unplaced", "no_position"),
)


def write_ledger_maps(  # the ledger, the ground, who reads it
    board: Board,
    places: Places,
    district: District,
    folder: Path,
    *,
    people: Sequence[Row] = (),
    lang: str = "zh",
    is_public: bool = False,
    most_rows: int = MOST_ROWS,
) -> list[Path]:
    """Write ``ledger.html`` and ``ledger/`` with a page for each unit and each township.

    Parameters
    ----------
    board
        The ledger.
    places
        Its items, from `find_places`.
    district
        The ground.
    folder
        Exists.
    people
        Rows of the ledger's people, for names and phones of those who answer for a problem.
    lang
        ``zh`` or ``en``.
    is_public
        Leave out names of people and sites, phones and remarks.
    most_rows
        A page draws as many problems and sites at most, and says what it leaves out; counts are
        those of all.

    Returns
    -------
    files
        The whole first. The same input gives the same bytes.

    Raises
    ------
    OutputError
        If a page cannot be written.
    """
    teller = Teller(
        board=board,
        places=places,
        district=district,
        people=() if is_public else tuple(people),
        ground=draw_ground(district, places.ring),
        lang=lang,
        is_public=is_public,
    )
    sheets = list_sheets(teller, most_rows=most_rows)
    drawn = {id(item): item for sheet in sheets for item in sheet.choice.drawn}
    told = {key: teller.tell(item) for key, item in drawn.items()}
    (folder / FOLDER).mkdir()
    return [
        write_page(
            folder / one.file, _render(teller, one, sheets, [told[id(i)] for i in one.choice.drawn])
        )
        for one in sheets
    ]


def _render(
    teller: Teller, sheet: Sheet, sheets: Sequence[Sheet], rows: Sequence[dict[str, Any]]
) -> str:
    """Put a page together; data goes in last."""
    lang, words = teller.lang, teller.words
    title = f"{TITLE.in_language(lang)} · {sheet.name}"
    style = "\n".join(read_own(name) for name in ("portal.css", "ledger/page.css"))
    parts = (
        _banner(teller),
        _head(teller, sheet, sheets, title),
        "<main>",
        _raised(teller, sheet),
        _cards(teller, sheet),
        tell_rest(teller, sheet, sheets),
        _map(teller),
        _counts(teller, sheet),
        _tasks(teller, sheet),
        f'<section id="sites"><h2>{words["cards"]}</h2><div id="site-cards"></div></section>',
        _notes(teller),
        _foot(teller),
    )
    data = {
        "rows": rows,
        "left": sheet.choice.left,
        "totals": _total_marks(sheet.items),
        "words": words,
        "marks": {
            str(mark): [MARK_LABELS[mark].in_language(lang), *MARK_STYLES[mark]] for mark in Mark
        },
        "size": [teller.ground.width, teller.ground.height],
        "box": teller.ground.boxes.get(sheet.town),
    }
    return (
        f'<!DOCTYPE html>\n<html lang="{"en" if lang == "en" else "zh-CN"}">\n<head>\n'
        f'<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape_text(title)}</title>\n"
        f"<style>html{{font-family:{FONT_STACK}}}\n{style}</style>\n</head>\n<body>\n"
        + "\n".join(part for part in parts if part)
        + f"\n<script>{read_own('ledger/page.js')}\n{read_own('ledger/map.js')}\n"
        + f"LM.start({json_for_script(data)});</script>\n</body>\n</html>\n"
    )


def _total_marks(items: Sequence[Item]) -> dict[str, int]:
    """Count all items of a page by what they are drawn as, and by how near a station they are."""
    counts = Counter(str(one.mark) for one in items)
    counts.update(f"near:{one.verdict}" for one in items if one.is_raised)
    return dict(sorted(counts.items()))


def _banner(teller: Teller) -> str:
    """Say that something is invented."""
    shown = escape_text(DEMO_BANNER.in_language(teller.lang))
    is_demo = shows_demo(teller.board, teller.district)
    return f'<p class="demo" role="alert">{shown}</p>' if is_demo else ""


def shows_demo(board: Board, district: District) -> bool:
    """Tell whether the pages show anything that is invented.

    Parameters
    ----------
    board
        The ledger.
    district
        The ground: its roads are drawn, too.

    Returns
    -------
    is_demo
        True where the banner has to stand.
    """
    drawn = [district.layers[name] for name in DRAWN if name in district.layers]
    is_invented = any(one.is_demo for one in drawn) or board.is_demo
    return is_invented or any(one["is_demo"] for one in board.sites)


def _foot(teller: Teller) -> str:
    """Write the legal line and the sources: licences such as ODbL ask for them."""
    layers, lang = teller.district.layers, teller.lang
    sources = dict.fromkeys(layers[name].source for name in DRAWN if name in layers)
    named = teller.words["sources"] + ("; " if lang == "en" else "；").join(sources)
    return (
        f"</main><footer><p>{escape_text(NOT_LEGAL_BOUNDARY.in_language(lang))}</p>"
        f"<p>{escape_text(named)}</p></footer>"
    )


def _head(teller: Teller, sheet: Sheet, sheets: Sequence[Sheet], title: str) -> str:
    """Say what and of which day, and link the other pages."""
    words, board = teller.words, teller.board
    facts = (
        (words["at"], teller.places.as_of.isoformat()),
        (words["plan"], board.plan.title.in_language(teller.lang)),
        (words["edition"], words["public" if teller.is_public else "office"]),
    )
    shown = "".join(
        f"<div><dt>{escape_text(name)}</dt><dd>{escape_text(value)}</dd></div>"
        for name, value in facts
    )
    here = ' aria-current="page"'

    def link(one: Sheet) -> str:
        target = link_sheet(one, on=sheet)
        current = here if one is sheet else ""
        return f'<a href="{escape_text(target)}"{current}>{escape_text(one.name)}</a>'

    groups = "".join(
        f"<details><summary>{escape_text(words[group])}</summary><div>"
        f"{''.join(link(one) for one in sheets if one.group == group)}</div></details>"
        for group in ("units", "towns")
    )
    name = teller.district.name.in_language(teller.lang)
    return (
        f"<header><h1>{escape_text(name)} · {escape_text(title)}</h1>"
        f"<dl class='facts'>{shown}</dl><nav>{link(sheets[0])}{groups}</nav></header>"
    )


def _raised(teller: Teller, sheet: Sheet) -> str:
    """Raise what lies near a station."""
    words, ring = teller.words, teller.places.ring
    if ring is None:
        return f'<p class="alarm">{escape_text(words["no_ring"])}</p>'
    near = [one.verdict for one in sheet.items if one.is_raised]
    text = words["raised_text"].format(
        inside=near.count(Verdict.APPLIES),
        close=near.count(Verdict.TOO_CLOSE_TO_CALL),
        km=f"{ring.radius_m / 1e3:g}",
        rules="、".join(one.rule_id for one in ring.rules),
    )
    return f'<p class="{"alarm" if near else "calm"}">{escape_text(text)}</p>'


def _sum(items: Sequence[Item]) -> dict[str, int]:
    """Count a page's items without the townships' lines."""
    return {
        "problem": sum(one.kind == "problem" for one in items),
        "not_closed": sum(one.mark in NOT_CLOSED for one in items),
        str(Mark.OVERDUE): sum(one.mark == Mark.OVERDUE for one in items),
        "raised": sum(one.is_raised for one in items),
        "site": sum(one.kind == "site" for one in items),
        "no_position": sum(not one.has_position for one in items),
    }


def _cards(teller: Teller, sheet: Sheet) -> str:
    """Show the numbers that everybody asks for first."""
    total = _sum(sheet.items)
    kinds = {"overdue": "gap", "raised": "gap", "unplaced": "unknown"}
    shown = "".join(
        f'<div class="card {kinds.get(word, "main")}"><b>{total[key]:,}</b>'
        f"<span>{escape_text(teller.words[word])}</span></div>"
        for word, key in _COUNTED
    )
    return f'<section class="cards">{shown}</section>'


def _map(teller: Teller) -> str:
    """Write the map with its filters, legend, list and the card of what was clicked."""
    words, ground = teller.words, teller.ground
    buttons = "".join(
        f'<button type="button" id="{key}" title="{escape_text(words[word])}" '
        f'aria-label="{escape_text(words[word])}">{sign}</button>'
        for key, word, sign in (
            ("in", "zoom_in", "+"), ("out", "zoom_out", "−"), ("whole", "zoom_all", "⤢"),
        )
    )  # fmt: skip
    arrow = f'<div class="north">▲<br>{escape_text(words["north"])}</div>'
    return (
        f'<section id="where"><h2>{escape_text(words["map"])}</h2><form id="filters"></form>'
        '<p id="shown" role="status"></p><div class="split"><div class="mapbox">'
        f'<svg id="map" viewBox="0 0 {ground.width:g} {ground.height:g}" role="img" '
        f'aria-label="{escape_text(words["map"])}"><g id="ground">{ground.svg}</g>'
        f'<g id="marks"></g></svg><div class="zoom">{buttons}</div>{arrow}'
        '<div class="key" id="legend"></div></div><div class="side">'
        f'<div id="card" aria-live="polite"><p class="note">{escape_text(words["pick"])}</p></div>'
        '<div id="list"></div></div></div></section>'
    )


def _counts(teller: Teller, sheet: Sheet) -> str:
    """Write a line for each township and each place that is none; lines add up to the total."""
    words, counts = teller.words, count_places(sheet.items)
    rest = (NO_TOWNSHIP, OUTSIDE_DISTRICT, NO_POSITION)
    known = [one for one in teller.township_names if not sheet.town or one == sheet.town]
    others = sorted(set(counts) - set(teller.township_names) - set(GROUND_LABELS))
    order = [*known, *others, *rest]
    heads = "".join(f"<th class=n>{escape_text(words[word])}</th>" for word, _ in _COUNTED)

    def line(name: str, numbers: Mapping[str, int], kind: str) -> str:
        cells = "".join(f"<td class=n>{numbers.get(key, 0):,}</td>" for _, key in _COUNTED)
        return f"<tr{kind}><td>{escape_text(name)}</td>{cells}</tr>"

    body = "".join(
        line(teller.name_town(one), counts.get(one, {}), f' data-town="{escape_text(one)}"')
        for one in order
    )
    later = words["later"].format(count=teller.places.later) if teller.places.later else ""
    return (
        f'<section id="counts"><h2>{escape_text(words["counts"])}</h2><p class="note">'
        f'{escape_text(words["counts_note"])} {escape_text(later)}</p><div class="scroll"><table>'
        f"<thead><tr><th>{escape_text(words['town'])}</th>{heads}</tr></thead><tbody>{body}"
        f"{line(words['total'], _sum(sheet.items), ' class=sum')}</tbody></table></div></section>"
    )


def _tasks(teller: Teller, sheet: Sheet) -> str:
    """Write the deadlines."""
    words = teller.words
    drawn = draw_gantt(
        teller.board, sheet.tasks, as_of=teller.places.as_of, words=words, lang=teller.lang
    )
    text = words["gantt_note"] if drawn else words["no_tasks"]
    return (
        f'<section id="tasks"><h2>{escape_text(words["gantt"])}</h2><p class="note">'
        f"{escape_text(text)}</p>{drawn}</section>"
    )


def _notes(teller: Teller) -> str:
    """Say what was assumed, and quote the rules that state the radius."""
    words, places = teller.words, teller.places
    lines = [words["error_note"].format(metres=f"{places.assumed_error_m:g}"), words["edge_note"]]
    if teller.is_public:
        lines.append(words["public_note"])
    if places.ring is not None:
        lines += [f"{one.rule_id} “{one.clause}”" for one in places.ring.rules]
    lines += [one.in_language(teller.lang) for one in teller.district.notes]
    shown = "".join(f"<li>{escape_text(one)}</li>" for one in dict.fromkeys(lines))
    return f"<section><h2>{escape_text(words['notes'])}</h2><ul>{shown}</ul></section>"
