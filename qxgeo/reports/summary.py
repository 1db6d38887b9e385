"""The sheets around the lists: what was judged, totals, gaps, assumptions, rules, sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qxgeo.district import describe_missing, title_layer
from qxgeo.plan import KIND_LABELS
from qxgeo.reports.sheets import Sheet, SheetColumn, make_text_column
from qxgeo.reports.wording import name_units
from qxgeo.vocabulary import (
    DEMO_BANNER,
    NOT_LEGAL_BOUNDARY,
    STATUS_LABELS,
    STRENGTH_LABELS,
    VERDICT_LABELS,
    Strength,
    Verdict,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from qxgeo.assess import Assessment
    from qxgeo.patrol.model import Patrol
    from qxgeo.plan import ActionPlan, Measure, Rule
    from qxgeo.watering.model import WateringPlan

_CLAUSE_WIDTH = 60.0
_VERDICT_MEANING = {
    Verdict.APPLIES: (
        "计入定位误差后仍在范围内，按条文办理",
        "inside even when the position error is counted: act on the clause",
    ),
    Verdict.TOO_CLOSE_TO_CALL: (
        "与界限之差小于定位误差，须实地测量后再定",
        "nearer to the limit than the position error: measure on the ground first",
    ),
    Verdict.UNKNOWN: (
        "缺少判断所需的属性，须查实后再定",
        "an attribute that decides is missing: find it out first",
    ),
    Verdict.DOES_NOT_APPLY: (
        "计入定位误差后仍在范围外",
        "outside even when the position error is counted",
    ),
}


def list_notes(assessment: Assessment, *, lang: str, findings: int | None = None) -> Sheet:
    """Make the sheet that says what was judged and how to read the rest.

    Parameters
    ----------
    assessment
        The whole run.
    lang
        ``zh`` or ``en``.
    findings
        How many there are, where they lie on the disk.

    Returns
    -------
    sheet
        Two columns, subject and text.
    """
    count = len(assessment.findings) if findings is None else findings
    zh = lang == "zh"
    district, plan = assessment.district, assessment.plan
    lines: list[tuple[str, str]] = [
        ("辖区" if zh else "District", f"{district.name.in_language(lang)}（{district.code}）"),
        ("方案" if zh else "Plan", plan.title.in_language(lang)),
        ("评估日期" if zh else "As of", assessment.as_of.isoformat()),
        ("预警期间" if zh else "Warning day", _yes_no(is_true=district.warning_day, zh=zh)),
        ("说明" if zh else "Note", NOT_LEGAL_BOUNDARY.in_language(lang)),
    ]
    lines += [
        ("结论条数" if zh else "Findings", f"{count:,}"),
        ("缺口" if zh else "Gaps", f"{len(assessment.gaps)}"),
        ("假设" if zh else "Assumptions", f"{len(assessment.assumptions)}"),
    ]
    lines += _reading_advice(zh=zh)
    for verdict, label in VERDICT_LABELS.items():
        meaning = _VERDICT_MEANING[verdict][0 if zh else 1]
        head = "结论词" if zh else "Verdict"
        lines.append((f"{head}：{label.in_language(lang)}", meaning))
    words = "、".join(label.in_language(lang) for label in STRENGTH_LABELS.values())
    advice = "力度不同的要求分别列出，不合并" if zh else "kept apart, never merged"
    lines.append(("力度词" if zh else "Strengths", f"{words}（{advice}）"))
    words = "、".join(label.in_language(lang) for label in STATUS_LABELS.values())
    lines.append(("状态词" if zh else "Status", words))
    lines += [("提示" if zh else "Notice", note.in_language(lang)) for note in district.notes]
    subjects, texts = [line[0] for line in lines], [line[1] for line in lines]
    return Sheet(
        name="说明" if zh else "Read me",
        title="本表说明" if zh else "About this workbook",
        columns=(
            make_text_column("事项" if zh else "Subject", subjects),
            SheetColumn(heading="内容" if zh else "Text", cells=texts, form="wrap", width=100.0),
        ),
    )


def _reading_advice(*, zh: bool) -> list[tuple[str, str]]:
    """Say how the numbers are meant."""
    if zh:
        return [
            ("距离", "WGS 84 椭球面上的地面距离；“范围内”含等于半径；余量为半径减距离，正数在内"),
            ("长度", "道路落在范围内的地面长度；上下限为计入定位误差后的范围"),
            ("合计", "同一米道路受几条规则约束只计一次；各乡镇街道与辖区外之和等于合计"),
            ("辖区外", "圆或道路伸入邻区的部分只列出，不分派本区单位"),
            ("打印", "打印区只含主要列，其右为明细列"),
            ("文字", "来自数据、以 = + - @ 开头的文字前加了撇号，以免另存后被当作公式执行"),
        ]
    return [
        ("Distance", "on the WGS 84 ellipsoid; the radius is inside; margin = radius - distance"),
        ("Length", "of the road inside, on the ground; least and greatest count the error"),
        ("Totals", "a metre under several rules counts once; townships + outside = total"),
        ("Outside", "parts in the neighbouring district are listed and assigned to nobody here"),
        ("Print", "the print area holds the main columns, details stand to the right of it"),
        ("Text", "text from data that begins with = + - @ has an apostrophe before it: no formula"),
    ]


def _yes_no(*, is_true: bool, zh: bool) -> str:
    """Say yes or no."""
    return ("是" if is_true else "否") if zh else ("yes" if is_true else "no")


def banner_lines(assessment: Assessment | Patrol | WateringPlan, *, lang: str) -> tuple[str, ...]:
    """Give the warnings that stand on every sheet.

    Parameters
    ----------
    assessment
        The whole run, or a plan of patrol or watering.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    lines
        The demonstration banner first where there is one.
    """
    lines = [DEMO_BANNER.in_language(lang)] if assessment.is_demo else []
    if assessment.is_approximate:
        lines.append(NOT_LEGAL_BOUNDARY.in_language(lang))
    return tuple(lines)


def _walk_rules(plan: ActionPlan) -> Iterable[tuple[Measure, Rule]]:
    """Give every rule with its measure, in the plan's order."""
    return ((measure, rule) for measure in plan.measures for rule in measure.rules)


def list_gaps(assessment: Assessment, *, lang: str) -> Sheet:
    """Make the sheet of rules that could not be judged.

    Parameters
    ----------
    assessment
        The whole run.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    sheet
        One row per gap.
    """
    zh = lang == "zh"
    plan, gaps = assessment.plan, assessment.gaps
    rules = {rule.rule_id: (measure, rule) for measure, rule in _walk_rules(plan)}
    found = [rules.get(gap.rule_id) for gap in gaps]
    separator = "；" if zh else "; "
    return Sheet(
        name="缺口" if zh else "Gaps",
        title="未能判定的规则及所缺材料" if zh else "Rules not judged, and what is missing",
        columns=(
            make_text_column("规则" if zh else "Rule", [gap.rule_id for gap in gaps]),
            make_text_column(
                "规则名称" if zh else "Title",
                [f[1].title.in_language(lang) if f else None for f in found],
                form="wrap",
                width=34.0,
            ),
            make_text_column(
                "所缺" if zh else "Missing",
                [
                    separator.join(describe_missing(m, plan).in_language(lang) for m in gap.missing)
                    for gap in gaps
                ],
                form="wrap",
                width=44.0,
            ),
            make_text_column(
                "原因" if zh else "Reason",
                [gap.reason.in_language(lang) for gap in gaps],
                form="wrap",
                width=_CLAUSE_WIDTH,
            ),
            make_text_column(
                "牵头单位" if zh else "Lead",
                [name_units(f[0].lead, plan) if f else None for f in found],
                form="wrap",
                width=30.0,
            ),
        ),
    )


def list_assumptions(assessment: Assessment, *, lang: str) -> Sheet:
    """Make the sheet of defaults that are not in the plan's text.

    Parameters
    ----------
    assessment
        The whole run.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    sheet
        One row per assumption.
    """
    zh = lang == "zh"
    rows = assessment.assumptions
    return Sheet(
        name="假设" if zh else "Assumptions",
        title="方案文字之外的取值与解释" if zh else "Defaults that the plan's text does not give",
        columns=(
            make_text_column("编号" if zh else "Id", [row.assumption_id for row in rows]),
            make_text_column(
                "涉及规则" if zh else "Rules",
                [", ".join(row.rule_ids) for row in rows],
                form="wrap",
                width=24.0,
            ),
            make_text_column(
                "内容" if zh else "Text",
                [row.text.in_language(lang) for row in rows],
                form="wrap",
                width=_CLAUSE_WIDTH,
            ),
            make_text_column(
                "来源" if zh else "Source",
                [row.source.in_language(lang) for row in rows],
                form="wrap",
                width=_CLAUSE_WIDTH,
            ),
        ),
    )


def list_rules(assessment: Assessment, *, lang: str) -> Sheet:
    """Make the sheet of all rules of the plan, with counts that add up.

    Parameters
    ----------
    assessment
        The whole run.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    sheet
        One row per rule; subjects = the sum of the four verdicts.
    """
    zh = lang == "zh"
    plan = assessment.plan
    pairs = list(_walk_rules(plan))
    counts = assessment.rule_counts.set_index("rule_id")
    gaps = {gap.rule_id for gap in assessment.gaps}

    def count(column: str) -> list[object]:
        numbers = dict(zip(counts.index, counts[column].astype(int).tolist(), strict=True))
        return [numbers.get(rule.rule_id) for _, rule in pairs]

    judged, gap, idle = ("已判定", "缺口", "—") if zh else ("judged", "gap", "—")
    states = [
        judged if r.rule_id in counts.index else gap if r.rule_id in gaps else idle
        for _, r in pairs
    ]
    text: list[tuple[str, Sequence[object], float | None]] = [
        ("规则" if zh else "Rule", [r.rule_id for _, r in pairs], None),
        ("规则名称" if zh else "Title", [r.title.in_language(lang) for _, r in pairs], 34.0),
        ("情况" if zh else "State", states, None),
    ]
    numbers = [("对象数" if zh else "Subjects", count("subjects"))]
    numbers += [(label.in_language(lang), count(word)) for word, label in VERDICT_LABELS.items()]
    leads, helpers, answering = (
        [name_units(getattr(m, part), plan) for m, _ in pairs]
        for part in ("lead", "cooperating", "responsible")
    )
    deadlines = [m.deadline.text if m.deadline else None for m, _ in pairs]
    tail: list[tuple[str, Sequence[object], float | None]] = [
        ("类型" if zh else "Kind", [_kind(r.kind, lang) for _, r in pairs], None),
        ("力度" if zh else "Strength", _strengths(pairs, lang), None),
        ("条文" if zh else "Clause", [r.clause for _, r in pairs], _CLAUSE_WIDTH),
        ("牵头单位" if zh else "Lead", leads, 26.0),
        ("配合单位" if zh else "Cooperating", helpers, 26.0),
        ("责任单位" if zh else "Responsible", answering, 26.0),
        ("完成时限" if zh else "Deadline", deadlines, None),
    ]
    return Sheet(
        name="规则" if zh else "Rules",
        title="方案规则及判定情况" if zh else "The plan's rules and how they were judged",
        columns=(
            *(_wrap_or_fit(*column) for column in text),
            *(
                SheetColumn(heading=heading, cells=values, form="count", width=13.0)
                for heading, values in numbers
            ),
            *(_wrap_or_fit(*column) for column in tail),
        ),
    )


def _wrap_or_fit(heading: str, values: Sequence[object], width: float | None) -> SheetColumn:
    """Wrap text where a width is given, else fit the column to it."""
    form = "text" if width is None else "wrap"
    return make_text_column(heading, values, form=form, width=width)


def _kind(kind: str, lang: str) -> str:
    """Name a kind of rule."""
    return KIND_LABELS[kind].in_language(lang) if kind in KIND_LABELS else kind


def _strengths(pairs: list[tuple[Measure, Rule]], lang: str) -> list[object]:
    """Name the strength of each rule."""
    return [STRENGTH_LABELS[Strength(rule.strength)].in_language(lang) for _, rule in pairs]


def list_sources(assessment: Assessment, *, lang: str) -> Sheet:
    """Make the sheet of layers that were read, with origin and licence.

    Parameters
    ----------
    assessment
        The whole run.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    sheet
        One row per layer.
    """
    zh = lang == "zh"
    layers = [assessment.district.layers[name] for name in sorted(assessment.district.layers)]
    stated = [layer.accuracy_m for layer in layers]
    return Sheet(
        name="数据来源" if zh else "Sources",
        title="所用图层、来源与许可" if zh else "Layers used, origin and licence",
        columns=(
            make_text_column(
                "图层" if zh else "Layer", [title_layer(y.name).in_language(lang) for y in layers]
            ),
            make_text_column("文件" if zh else "File", [layer.path.name for layer in layers]),
            SheetColumn(
                heading="行数" if zh else "Rows",
                cells=[layer.size for layer in layers],
                form="count",
            ),
            make_text_column("基准" if zh else "Datum", [layer.datum for layer in layers]),
            SheetColumn(heading="精度（m）" if zh else "Accuracy (m)", cells=stated, form="m"),
            make_text_column(
                "截至" if zh else "As of",
                [y.as_of.isoformat() if y.as_of else None for y in layers],
            ),
            make_text_column(
                "演示数据" if zh else "Demo", [_yes_no(is_true=y.is_demo, zh=zh) for y in layers]
            ),
            make_text_column(
                "近似" if zh else "Approximate",
                [_yes_no(is_true=layer.is_approximate, zh=zh) for layer in layers],
            ),
            make_text_column(
                "来源" if zh else "Source",
                [layer.source for layer in layers],
                form="wrap",
                width=_CLAUSE_WIDTH,
            ),
            make_text_column(
                "许可" if zh else "Licence",
                [layer.licence for layer in layers],
                form="wrap",
                width=30.0,
            ),
        ),
    )
