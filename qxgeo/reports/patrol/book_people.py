"""Sheets of the patrol workbook on people: how fair it is, and who does what (点、时、人、责)."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

import pandas as pd

from qxgeo.errors import Text
from qxgeo.patrol.schedule.hours import list_duty_hours
from qxgeo.reports.patrol.answerable import list_units, quote_measures
from qxgeo.reports.patrol.geopackage import RISK_LABELS
from qxgeo.reports.patrol.names import join, say_windows
from qxgeo.reports.patrol.table import (
    AREA,
    PER_WEEK,
    PERSON,
    PERSON_ID,
    TOWNSHIP,
    Caption,
    Head,
    list_table,
)
from qxgeo.reports.patrol.times import say_window
from qxgeo.reports.patrol.wording import WEEKDAYS, say_day

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qxgeo.patrol.model import Balance, Patrol
    from qxgeo.reports.patrol.names import PatrolNames
    from qxgeo.reports.sheets import Sheet

_TAIL_DIGITS = 5  # of a cell code: the running number in its township
_METHODS = {"exact": Text("精确求解", "exact"), "search": Text("搜索", "search")}
_FAIRNESS = {
    "level": Head(Text("层级", "Level"), "text"),
    "township": TOWNSHIP,
    "person": PERSON,
    "person_count": Head(Text("人数", "People"), "count", 7.0),
    "cell_count": Head(Text("格数", "Cells"), "count", 7.0),
    "area_km2": AREA,
    "load_min": Head(Text("负荷（分钟/周）", "Load (min/week)"), "decimal"),
    "of_mean": Head(Text("占平均", "Of the mean"), "share"),
    "max_over_mean": Head(Text("最大/平均", "Max/mean"), "ratio"),
    "bound_max_load_min": Head(Text("最大负荷的下界", "Bound of the largest"), "decimal"),
    "gap": Head(Text("与下界之差", "Gap to the bound"), "share"),
    "duty_h": Head(Text("本期当班（小时）", "Duty (h)"), "decimal"),
    "stand_in_h": Head(Text("其中替班（小时）", "Stood in (h)"), "decimal"),
    "part_count": Head(Text("片数", "Parts"), "count", 7.0),
    "base_distance_m": Head(Text("距驻点（m）", "To the base (m)"), "m"),
    "method": Head(Text("求解", "Method"), "text"),
    "bound": Head(Text("下界的依据", "Why the bound holds"), width=44.0, is_printed=False),
    "person_id": PERSON_ID._replace(is_printed=False),
}


def list_fairness(patrol: Patrol, names: PatrolNames, *, lang: str) -> Sheet:
    """List loads per township and, below each, per person.

    Parameters
    ----------
    patrol
        The whole plan.
    names
        Behind ids.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    sheet
        A row per township with its proved bound, then a row per person.
    """
    minutes = _count_minutes(patrol.schedule.shifts)
    rows: list[dict[str, Any]] = []
    territories = patrol.assignment.territories
    for balance in sorted(patrol.assignment.balances, key=lambda one: one.township_id):
        mine = territories[territories["township_id"] == balance.township_id]
        rows.append(_tell_township(balance, mine, names, lang))
        rows += [
            _tell_person(one, balance, names, lang) | minutes.get(str(one.person_id), {})
            for one in mine.itertuples(index=False)
        ]
    table = pd.DataFrame(rows).reindex(columns=[*_FAIRNESS])
    caption = Caption(Text("公平性", "Fairness"), Text("负荷与公平性", "Loads and fairness"))
    note = (
        "占平均 = 负荷 / 本乡镇街道人均；下界：任何整格分配的最大负荷都不会更小；差 0 即最优"
        if lang == "zh"
        else "of the mean = load / mean of the township; no assignment of whole cells has a "
        "largest load below the bound; a gap of 0 is optimal"
    )
    return list_table(table, _FAIRNESS, caption, lang=lang, notes=(note,))


def _count_minutes(shifts: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Count everybody's hours of duty, and those of standing in."""
    hours = (shifts["end_min"] - shifts["start_min"]) / 60
    whole = hours.groupby(shifts["person_id"]).sum()
    stood_in = hours.where(shifts["is_stand_in"], 0.0).groupby(shifts["person_id"]).sum()
    return {
        str(person): {"duty_h": float(whole[person]), "stand_in_h": float(stood_in[person])}
        for person in whole.index
    }


def _tell_township(
    balance: Balance, territories: pd.DataFrame, names: PatrolNames, lang: str
) -> dict[str, Any]:
    """Give the row of a township."""
    return {
        "level": "乡镇街道" if lang == "zh" else "township",
        "township": names.townships.get(balance.township_id, balance.township_id),
        "person_count": balance.person_count,
        "cell_count": balance.cell_count,
        "area_km2": territories["area_m2"].sum() / 1e6,
        "load_min": balance.load_min,
        "max_over_mean": balance.max_over_mean,
        "bound_max_load_min": balance.bound_max_load_min,
        "gap": balance.gap,
        "base_distance_m": balance.base_distance_m,
        "method": _METHODS.get(balance.method, Text(balance.method, balance.method)).in_language(
            lang
        ),
        "bound": balance.bound.in_language(lang),
    }


def _tell_person(
    territory: Any,  # noqa: ANN401  a row of the table
    balance: Balance,
    names: PatrolNames,
    lang: str,
) -> dict[str, Any]:
    """Give the row of a person."""
    mean = balance.mean_load_min
    return {
        "level": "网格员" if lang == "zh" else "person",
        "township": names.townships.get(balance.township_id, balance.township_id),
        "person": names.people.get(territory.person_id, territory.person_id),
        "cell_count": territory.cell_count,
        "area_km2": territory.area_m2 / 1e6,
        "load_min": territory.load_min,
        "of_mean": territory.load_min / mean if mean > 0 else None,
        "part_count": territory.part_count,
        "base_distance_m": territory.base_distance_m,
        "person_id": territory.person_id,
    }


_DUTIES = {
    "person": PERSON,
    "phone": Head(Text("电话", "Phone"), "text"),
    "what": Head(Text("类", "What"), "text"),
    "place": Head(Text("点（网格或点位）", "Place (cells or point)"), width=40.0),
    "address": Head(Text("地址", "Address")),
    "risk": Head(Text("风险等级", "Risk class"), "text"),
    "visits_per_week": PER_WEEK,
    "time": Head(Text("时", "Time"), width=42.0),
    "duty": Head(Text("责（措施）", "Duty (measure)"), width=46.0),
    "person_id": PERSON_ID._replace(is_printed=False),
}


def list_townships(patrol: Patrol, names: PatrolNames, *, lang: str) -> Iterator[Sheet]:
    """List place, time, person and duty, a sheet per township.

    Parameters
    ----------
    patrol
        The whole plan.
    names
        Behind ids.
    lang
        ``zh`` or ``en``.

    Yields
    ------
    sheet
        Per person a row for the territory and one per point.
    """
    clerk = _Clerk(patrol, lang)
    present = patrol.people[~patrol.people["is_absent"].astype(bool)]
    seen = {*patrol.cells["township_id"], *present["township_id"]}
    for township_id in sorted(seen):
        name = names.townships.get(township_id, township_id)
        people = present[present["township_id"] == township_id].sort_values("person_id")
        rows = [row for one in people.to_dict("records") for row in clerk.tell(one)]
        title = Text(f"{name}：点、时、人、责", f"{name}: place, time, person, duty")
        table = pd.DataFrame(rows, columns=[*_DUTIES])
        units = list_units(patrol.plan, patrol.settings.phones, township_id=township_id, lang=lang)
        colon = "：" if lang == "zh" else ": "
        notes = tuple(f"{u.role}{colon}{u.name} {u.phone}".rstrip() for u in units)
        yield list_table(table, _DUTIES, Caption(Text(name, name), title), lang=lang, notes=notes)


class _Clerk:
    """Tells a person's rows, with what is the same for everybody looked up once."""

    def __init__(self, patrol: Patrol, lang: str) -> None:
        self._lang = lang
        owned = patrol.cells[patrol.cells["person_id"] != ""]
        self._cells = owned.groupby("person_id")["cell_id"].agg(sorted).to_dict()
        points = pd.DataFrame(patrol.points.drop(columns="geometry")).sort_values("point_id")
        self._points = {str(key): group for key, group in points.groupby("person_id")}
        visits = patrol.schedule.visits
        self._count = visits["point_id"].value_counts().to_dict()
        firsts = visits.drop_duplicates("point_id").itertuples(index=False)
        self._first: dict[str, Any] = {str(visit.point_id): visit for visit in firsts}
        self._risk_of = dict(zip(patrol.cells["cell_id"], patrol.cells["risk_class"], strict=True))
        self._hours = _say_hours(patrol, lang)
        self._quotes = [
            f"{quote.measure_id} {quote.gist or quote.text}"
            for quote in quote_measures(patrol.plan, lang=lang)
        ]

    def tell(self, person: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Give the rows of a person."""
        zh = self._lang == "zh"
        key = str(person["person_id"])
        cells = self._cells.get(key, [])
        head = {"person": person["name"], "phone": person["phone"], "person_id": key}
        count, colon = (f"{len(cells)} 格", "：") if zh else (f"{len(cells)} cells", ": ")
        yield head | {
            "what": "责任区" if zh else "territory",
            "place": f"{count}{colon}{abbreviate_cells(cells)}" if cells else count,
            "time": self._hours + _say_rest(person["days_off"], self._lang),
            "duty": ("；" if zh else "; ").join(self._quotes),
        }
        for point in self._points.get(key, pd.DataFrame()).to_dict("records"):
            level = point["risk_level"] or self._risk_of.get(point["cell_id"], "")
            yield head | {
                "what": "点位" if zh else "point",
                "place": f"{point['point_id']} {point['name']}",
                "address": point["address"],
                "risk": RISK_LABELS[level].in_language(self._lang) if level in RISK_LABELS else "",
                "visits_per_week": point["visits_per_week"],
                "time": self._say_visits(point["point_id"]),
                "duty": join((quote.split(" ")[0] for quote in self._quotes), lang=self._lang),
            }

    def _say_visits(self, point_id: str) -> str:
        """Say how often a point is planned and when first."""
        zh = self._lang == "zh"
        count = self._count.get(point_id, 0)
        if not count:
            return "本期未排" if zh else "not in this period"
        first = self._first[point_id]
        window = say_window(first.window_start_min, first.window_end_min)
        day = say_day(first.day, self._lang)
        if zh:
            return f"本期 {count} 次，首次 {day} {window}"
        return f"{count} in this period, first {day} {window}"


def _say_hours(patrol: Patrol, lang: str) -> str:
    """Say the patrol hours of the seasons that the period touches."""
    schedule = patrol.schedule
    hours = list_duty_hours(
        patrol.settings, first_day=schedule.first_day, last_day=schedule.last_day
    )
    seasons = {s.season_id: s.name.in_language(lang) for s in patrol.settings.seasons}
    told = dict.fromkeys((one.season_id, one.windows) for one in hours)
    return ("；" if lang == "zh" else "; ").join(
        f"{seasons[season]} {say_windows(windows, lang=lang)}" for season, windows in told
    )


def _say_rest(days_off: tuple[int, ...], lang: str) -> str:
    """Say the days of rest, or nothing."""
    if not days_off:
        return ""
    days = join((WEEKDAYS[day].in_language(lang) for day in sorted(days_off)), lang=lang)
    return f"；{days}休息" if lang == "zh" else f"; rests on {days}"


def abbreviate_cells(cell_ids: list[str]) -> str:
    """Write codes of cells shorter: the township's part once, runs of numbers by their ends.

    Parameters
    ----------
    cell_ids
        Sorted.

    Returns
    -------
    text
        Such as ``450305001 00003–00007、00012``; other ids as they are.
    """
    numbered = [one for one in cell_ids if one.isascii() and one.isdigit()]
    others = [one for one in cell_ids if one not in set(numbered)]
    parts: list[str] = []
    for prefix, group in groupby(numbered, key=lambda one: one[:-_TAIL_DIGITS]):
        tails = [one[-_TAIL_DIGITS:] for one in group]
        runs: list[list[str]] = []
        for tail in tails:
            if runs and int(tail) == int(runs[-1][-1]) + 1:
                runs[-1].append(tail)
            else:
                runs.append([tail])
        told = "、".join(run[0] if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)
        parts.append(f"{prefix} {told}".strip())
    return "；".join([*parts, *others])
