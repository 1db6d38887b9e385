"""The sheet of totals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qxgeo.reports.sheets import Sheet, make_text_column
from qxgeo.reports.wording import ALL, ALL_LABEL, PAGES
from qxgeo.vocabulary import STRENGTH_LABELS, VERDICT_LABELS, Strength

if TYPE_CHECKING:
    import pandas as pd

    from qxgeo.assess import Assessment
    from qxgeo.plan import ActionPlan


def list_totals(assessment: Assessment, *, lang: str) -> Sheet:
    """Make the table of totals: pages, rules and strengths by township.

    Parameters
    ----------
    assessment
        Its `totals` are written as they are.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    sheet
        One row per scope, verdict and kind of number; a column per township; the total as
        computed in the assessment; and, for length and area, the sum of the row minus that total.
    """
    zh = lang == "zh"
    totals = assessment.totals
    places = _list_places(totals)
    rows: list[tuple[str, str, str, str, list[float]]] = []
    for (scope, verdict), group in totals.groupby(["scope", "verdict"], sort=False):
        by_place = group.set_index("township_id")
        for measured, form, unit in _MEASURED:
            column = by_place[measured].astype(float)
            numbers = [float(column.get(place, 0.0)) for place in (*places, ALL)]
            if any(numbers):
                label = _name_scope(str(scope), assessment.plan, lang)
                rows.append((label, str(verdict), unit[0 if zh else 1], form, numbers))
    scale = [0.001 if form == "km" else 1.0 for *_, form, _ in rows]
    labels = {str(word): text.in_language(lang) for word, text in VERDICT_LABELS.items()}
    names = [*places.values(), ALL_LABEL.in_language(lang)]
    columns = [
        make_text_column(
            "范围" if zh else "Scope", [row[0] for row in rows], form="wrap", width=52.0
        ),
        make_text_column(
            "结论" if zh else "Verdict",
            [labels.get(row[1], row[1]) for row in rows],
            form="verdict",
        ),
        make_text_column("指标" if zh else "Number", [row[2] for row in rows]),
    ]
    columns += [
        make_text_column(
            name,
            [(row[4][at] * s, row[3]) for row, s in zip(rows, scale, strict=True)],
            form="mixed",
            width=13.0,
        )
        for at, name in enumerate(names)
    ]
    columns.append(
        make_text_column(
            "核对（应为 0）" if zh else "Check (0)",
            [None if row[3] == "count" else len(places) for row in rows],
            form="check",
        )
    )
    note = (
        "数量：跨乡镇的对象在每个乡镇各计一次，合计只计一次；长度、面积：各列之和等于合计"
        if zh
        else "Counts: a subject in two townships counts in both and once in the total; "
        "lengths and areas add up to the total"
    )
    return Sheet(
        name="总表" if zh else "Totals",
        title="各范围、各乡镇街道合计" if zh else "Totals by scope and township",
        columns=tuple(columns),
        verdicts=tuple(row[1] for row in rows),
        notes=(note,),
    )


_MEASURED = (
    ("count", "count", ("数量", "count")),
    ("length_m", "km", ("长度（km）", "length (km)")),
    ("area_m2", "m2", ("面积（m²）", "area (m²)")),
)


def _list_places(totals: pd.DataFrame) -> dict[str, str]:
    """Give the townships in the order of their ids, the words for no township last."""
    known = totals.loc[totals["township_id"] != ALL, ["township_id", "township_name"]]
    pairs = {str(i): str(n) for i, n in known.drop_duplicates("township_id").to_numpy()}
    return {i: pairs[i] for i in sorted(pairs, key=lambda i: (not i[:1].isdigit(), i))}


def _name_scope(scope: str, plan: ActionPlan, lang: str) -> str:
    """Say what a scope of totals is."""
    what, _, name = scope.partition(":")
    if what == "page" and name in PAGES:
        whole = "合并" if lang == "zh" else "page"
        return f"{PAGES[name].in_language(lang)}（{whole}）"
    if what == "rule":
        rules = {rule.rule_id: rule for measure in plan.measures for rule in measure.rules}
        return f"{name} {rules[name].title.in_language(lang)}" if name in rules else name
    if what == "strength" and name in {str(s) for s in Strength}:
        head = "力度：" if lang == "zh" else "strength: "
        return head + STRENGTH_LABELS[Strength(name)].in_language(lang)
    return scope
