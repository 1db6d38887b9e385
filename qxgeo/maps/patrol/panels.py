"""The two panels over a patrol map: how fair it is, and what is not known."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from qxgeo.maps.cards import write_cells, write_panel, write_panel_table
from qxgeo.maps.escaping import escape_text
from qxgeo.maps.patrol.times import say_window
from qxgeo.maps.patrol.wording import PANEL_WORDS, PUBLIC_NOTE
from qxgeo.maps.wording import choose

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

    from qxgeo.errors import Text
    from qxgeo.maps.patrol.cast import Cast
    from qxgeo.patrol.model import Balance

_MOST_LISTED = 40
_EXAMPLES = 8
_MINUTES = 60


def write_fairness(cast: Cast, clean: Callable[[str], str]) -> str:
    """Write the loads of every township and person beside what could be reached at best.

    Parameters
    ----------
    cast
        Holds the patrol.
    clean
        See `Discretion.clean`.

    Returns
    -------
    panel
        HTML; rows of people carry their row number for the script.
    """
    words = choose(PANEL_WORDS, cast.lang)
    owned = cast.patrol.assignment.territories
    people = {
        str(row["person_id"]): row for row in owned.drop(columns="geometry").to_dict("records")
    }
    parts = [f"<p class='qx-remark'>{escape_text(words['fairness_note'])}</p>"]
    if not cast.patrol.assignment.balances:
        parts.append(f"<p class='qx-empty'>{escape_text(words['no_people'])}</p>")
    parts += [_township(cast, one, people, words, clean) for one in cast.patrol.assignment.balances]
    if cast.patrol.assignment.balances:
        parts.insert(1, _summary(cast, words))
    return write_panel("qx-fairness", words["fairness"], "".join(parts), close=words["close"])


def _summary(cast: Cast, words: Mapping[str, str]) -> str:
    """Write the table of townships."""
    heads = ("township", "people", "cells", "total", "mean", "largest", "ratio", "bound", "gap")
    rows = [
        (
            escape_text(cast.town(one.township_id)),
            str(one.person_count),
            str(one.cell_count),
            _hours(one.load_min),
            _hours(one.mean_load_min),
            _hours(one.max_load_min),
            _plain(one.max_over_mean, 3),
            _hours(one.bound_max_load_min),
            _percent(one.gap),
            escape_text(words.get(one.method, one.method)),
        )
        for one in cast.patrol.assignment.balances
    ]
    units = {"total", "mean", "largest", "bound"}
    titles = [
        f"{escape_text(words[key])}"
        + (f"<small>{escape_text(words['hours'])}</small>" if key in units else "")
        for key in (*heads, "method")
    ]
    return write_panel_table(
        titles, [f"<tr>{write_cells(row)}</tr>" for row in rows], kind="qx-towns"
    )


def _township(
    cast: Cast,
    balance: Balance,
    people: Mapping[str, Mapping[Hashable, object]],
    words: Mapping[str, str],
    clean: Callable[[str], str],
) -> str:
    """Write everybody of a township, the largest load first."""
    roster = cast.patrol.people
    own = roster[roster["township_id"] == balance.township_id]
    ids = own["person_id"].astype(str).tolist()
    absent = dict(zip(ids, own["is_absent"].tolist(), strict=True))
    loads = {key: _number(people.get(key, {}).get("load_min")) for key in ids}
    order = sorted(ids, key=lambda key: (-loads[key] if loads[key] >= 0 else math.inf, key))
    scale = max([balance.max_load_min, balance.mean_load_min, 1e-9])
    mean_at = 100 * balance.mean_load_min / scale
    rows = []
    for key in order:
        row = cast.person_rows[key]
        title = escape_text(clean(cast.titles[key]))
        facts = people.get(key)
        if facts is None:
            remark = words["absent"] if absent[key] else words["no_cells"]
            cells = f"<td>{row + 1}</td><td>{title}</td><td colspan='5'>{escape_text(remark)}</td>"
        else:
            width = 100 * loads[key] / scale
            bar = f"<span class='qx-bar' style='--load:{width:.1f}%;--mean:{mean_at:.1f}%'></span>"
            share = loads[key] / balance.mean_load_min if balance.mean_load_min else math.nan
            cells = (
                f"<td>{row + 1}</td><td>{title}</td><td>{_hours(loads[key])}{bar}</td>"
                f"<td>{_percent(share)}</td><td>{_plain(facts['cell_count'], 0)}</td>"
                f"<td>{_plain(_number(facts['area_m2']) / 1e6, 2)}</td>"
                f"<td>{_plain(facts['part_count'], 0)}</td>"
            )
        rows.append(f"<tr data-person='{row}' tabindex='0'>{cells}</tr>")
    heads = ("number", "person", "total", "share", "cells", "area", "parts")
    titles = [escape_text(words[key]) for key in heads]
    town = escape_text(cast.town(balance.township_id))
    bound = escape_text(
        clean(f"{words['bound_why']}{words['colon']}{balance.bound.in_language(cast.lang)}")
    )
    table = write_panel_table(titles, rows, kind="qx-persons")
    return f"<h3>{town}</h3><p class='qx-remark'>{bound}</p>{table}"


def write_notes(cast: Cast, clean: Callable[[str], str], left_out: Sequence[str]) -> str:
    """Write what was assumed, what is missing and what could not be done.

    Parameters
    ----------
    cast
        Holds the patrol.
    clean
        See `Discretion.clean`.
    left_out
        What this map itself does not draw.

    Returns
    -------
    panel
        HTML.
    """
    words = choose(PANEL_WORDS, cast.lang)
    patrol, lang = cast.patrol, cast.lang
    sections: list[tuple[str, list[str]]] = [
        ("gaps", [*_say(patrol.gaps, lang), *_missing(cast, words)]),
        ("problems", _say(patrol.assignment.problems, lang)),
        ("unassigned", _unassigned(cast)),
        ("unfilled", _unfilled(cast)),
        ("unserved", _unserved(cast)),
        ("lost_points", _lost_points(cast)),
        ("dropped", _dropped(cast)),
        ("changes", _changes(cast)),
        (
            "assumptions",
            [
                _line(
                    lang,
                    one.name.in_language(lang),
                    one.value.in_language(lang),
                    _line(lang, words["source"], one.source.in_language(lang)),
                )
                for one in patrol.assumptions
            ],
        ),
        ("remarks", [*left_out, *_remarks(cast)]),
    ]
    more = words["more_public" if cast.is_public else "more"]
    body = "".join(_section(words[key], lines, words, more, clean) for key, lines in sections)
    return write_panel("qx-notes", words["notes"], body, close=words["close"])


def _missing(cast: Cast, words: Mapping[str, str]) -> list[str]:
    """Say which of the map's layers have no data behind them."""
    patrol = cast.patrol
    missing = {
        "no_points": patrol.points.empty,
        "no_routes": patrol.routes.routes.empty,
        "no_sight": patrol.sight is None,
        "no_fires": not patrol.settings.fires and patrol.risk.fires.empty,
    }
    return [words[key] for key, is_missing in missing.items() if is_missing]


def _unassigned(cast: Cast) -> list[str]:
    """List the land cells without an owner by township."""
    cells = cast.patrol.cells
    lost = cells[(cells["person_id"] == "") & (cells["risk_class"] != "water")]
    lines = []
    for code, part in lost.groupby("township_id", sort=True):
        codes = part["cell_id"].astype(str).tolist()
        examples = "、".join(codes[:_EXAMPLES]) + ("…" if len(codes) > _EXAMPLES else "")
        lines.append(_line(cast.lang, cast.town(code), str(len(codes)), examples))
    return lines


def _unfilled(cast: Cast) -> list[str]:
    """List the hours that nobody can take by territory and reason."""
    table = cast.patrol.schedule.unfilled
    lines = []
    for (territory, reason), part in table.groupby(
        ["territory_id", f"reason_{cast.lang}"], sort=True
    ):
        first = part.iloc[0]
        window = say_window(float(first["start_min"]), float(first["end_min"]))
        title = cast.titles.get(str(territory), str(territory))
        more = f" …×{len(part)}" if len(part) > 1 else ""
        lines.append(_line(cast.lang, title, f"{first['day']} {window}{more}", str(reason)))
    return lines


def _unserved(cast: Cast) -> list[str]:
    """List the points that no route serves by point and reason."""
    table = cast.patrol.routes.unserved
    names = dict(
        zip(cast.patrol.points["point_id"], cast.patrol.points["name"].fillna(""), strict=True)
    )
    return [
        _line(cast.lang, f"{names.get(point, '') or point}({point})", f"×{len(part)}", str(reason))
        for (point, reason), part in table.groupby(["point_id", f"reason_{cast.lang}"], sort=True)
    ]


def _lost_points(cast: Cast) -> list[str]:
    """List the points in no cell."""
    points = cast.patrol.points
    lost = points[points["cell_id"].fillna("") == ""]
    return [
        f"{name or key}({key})"
        for key, name in zip(lost["point_id"], lost["name"].fillna(""), strict=True)
    ]


def _dropped(cast: Cast) -> list[str]:
    """List the terms of the risk that have no part in it."""
    return [
        _line(cast.lang, term.name.in_language(cast.lang), term.dropped.in_language(cast.lang))
        for term in cast.patrol.risk.terms
        if term.dropped is not None
    ]


def _changes(cast: Cast) -> list[str]:
    """List which cells went from whom to whom."""
    table = cast.patrol.assignment.changes

    def title(key: object) -> str:
        return cast.titles.get(str(key), str(key) or "—")

    return [
        _line(cast.lang, str(cell), f"{title(old)} → {title(new)}", str(reason))
        for cell, old, new, reason in zip(
            table["cell_id"],
            table["from_person_id"],
            table["to_person_id"],
            table[f"reason_{cast.lang}"],
            strict=True,
        )
    ]


def _remarks(cast: Cast) -> list[str]:
    """Gather the remarks of every room, each once."""
    patrol, lang = cast.patrol, cast.lang
    rooms = (patrol.risk, patrol.assignment, patrol.schedule, patrol.routes, patrol.sight)
    notes = [note for room in rooms if room is not None for note in room.notes]
    remarks = _say([*patrol.district.notes, *notes], lang)
    if cast.is_public:
        remarks.insert(0, PUBLIC_NOTE.in_language(lang))
    return remarks


def _say(texts: Iterable[Text], lang: str) -> list[str]:
    """Give texts in a language, each once."""
    return list(dict.fromkeys(text.in_language(lang) for text in texts))


def _line(lang: str, head: str, text: str, aside: str = "") -> str:
    """Write what it is about, what is said of it, and why."""
    if lang == "en":
        return f"{head}: {text} ({aside})" if aside else f"{head}: {text}"
    return f"{head}：{text}（{aside}）" if aside else f"{head}：{text}"


def _section(
    title: str,
    lines: Sequence[str],
    words: Mapping[str, str],
    more: str,
    clean: Callable[[str], str],
) -> str:
    """Write one list; an empty one says so."""
    head = f"<h3>{escape_text(title)}<small>{len(lines)}</small></h3>"
    if not lines:
        return f"{head}<p class='qx-empty'>{escape_text(words['nothing'])}</p>"
    items = "".join(f"<li>{escape_text(clean(line))}</li>" for line in lines[:_MOST_LISTED])
    rest = len(lines) - _MOST_LISTED
    if rest > 0:
        items += f"<li class='qx-empty'>{escape_text(more.format(count=rest))}</li>"
    return f"{head}<ul>{items}</ul>"


def _number(value: object) -> float:
    """Give a cell as a number, NaN where there is none."""
    return float(value) if isinstance(value, int | float) else math.nan


def _plain(value: object, digits: int) -> str:
    """Write a number; a dash where it is unknown."""
    number = _number(value)
    return f"{number:,.{digits}f}" if math.isfinite(number) else "—"


def _hours(minutes: float) -> str:
    """Write minutes of a week as hours."""
    return _plain(minutes / _MINUTES, 1)


def _percent(share: float) -> str:
    """Write a share in per cent."""
    return f"{100 * share:.1f}%" if math.isfinite(share) else "—"
