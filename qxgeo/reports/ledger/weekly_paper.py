"""The report for the weekly meeting, on A4: numbers, what is late, a map, last week beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from qxgeo.errors import Text
from qxgeo.ledger.words import ROLE_LABELS
from qxgeo.reports.ledger.small_map import MAP_TEXTS, draw_problems
from qxgeo.reports.neutral import clean_text
from qxgeo.reports.patrol.sheets.fonts import cut_font
from qxgeo.reports.patrol.sheets.paper import MARGIN_MM, WIDTH_MM, Paper, RunningText
from qxgeo.resources import font_file
from qxgeo.vocabulary import DEMO_BANNER, NOT_LEGAL_BOUNDARY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

    from qxgeo.ledger.summary import LateLine, Summary, UnitLine

_MOST_LATE = 60  # lines on paper; the list of tasks in the ledger holds all
_SMALL_PT = 8.0
_HEADS: dict[str, Text] = {
    "tasks": Text("任务", "tasks"),
    "task_done": Text("按期完成", "in time"),
    "task_done_late": Text("逾期完成", "done late"),
    "task_overdue": Text("逾期", "overdue"),
    "task_due_soon": Text("临期", "due soon"),
    "problems": Text("问题", "problems"),
    "problem_open": Text("未整改", "open"),
    "problem_overdue": Text("其中逾期", "overdue"),
    "problem_rectified": Text("待核实", "to verify"),
    "problem_closed": Text("已销号", "closed"),
}
_WORDS: dict[str, Text] = {
    "title": Text("大气攻坚周调度通报", "Weekly dispatch report"),
    "numbers": Text("一、总体情况", "1 Numbers"),
    "map": Text("二、未整改问题分布", "2 Where the open problems are"),
    "units": Text("三、各单位情况", "3 By unit"),
    "towns": Text("四、各乡办问题", "4 Problems by township"),
    "late": Text("五、逾期清单", "5 Overdue"),
    "false": Text("六、虚假整改通报（6.2.1）", "6 False rectification (6.2.1)"),
    "against": Text("七、相互矛盾的答复", "7 Answers that contradict each other"),
    "said": Text("未采用的答复", "answer that did not prevail"),
    "notes": Text("说明", "Notes"),
    "unit": Text("单位", "unit"),
    "town": Text("乡办", "township"),
    "now": Text("本周", "this week"),
    "before": Text("上周", "last week"),
    "change": Text("增减", "change"),
    "total": Text("合计", "total"),
    "measure": Text("措施", "measure"),
    "what": Text("内容", "what"),
    "due": Text("期限", "due"),
    "days": Text("逾期天数", "days late"),
    "id": Text("编号", "id"),
    "place": Text("地点", "place"),
    "none": Text("无", "none"),
    "no_map": Text("没有提供乡办边界，地图从略。", "No township boundaries were given: no map."),
    "how": Text(
        "上周数按台账现有日期推算到上周日；任务只计已经开始的期次。多单位共担的任务按单位各计一次。",
        "Last week is told from the days in the ledger; only turns that have begun are counted. A"
        " task that several units share counts once for each.",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperContent:
    """What the report is made from.

    Attributes
    ----------
    district
        Its name.
    outlines
        Township code to its polygon, EPSG:4326; empty where there are none.
    problems
        Open problems with ``lon``, ``lat`` (text) and ``is_late``.
    gaps
        What could not be dispatched or judged.
    contradictions
        Unit, id and words of each answer of the week that met another unit's.
    """

    district: str
    summary: Summary
    outlines: Mapping[str, BaseGeometry]
    problems: Sequence[Mapping[str, Any]]
    gaps: Sequence[Text] = ()
    contradictions: Sequence[tuple[str, str, Text]] = ()
    is_demo: bool = False
    is_approximate: bool = True


def write_weekly_paper(content: PaperContent, target: Path, *, lang: str = "zh") -> None:
    """Write the report of a week.

    Parameters
    ----------
    content
        Numbers and places; nothing is computed here but differences.
    target
        The .pdf file; its folder exists.
    lang
        ``zh`` or ``en``.
    """
    with TemporaryDirectory(prefix=".qxgeo-font-") as folder:
        font = Path(folder) / "sheet.ttf"
        letters = cut_font(font_file(), font, _all_texts(content, lang))
        title = f"{_WORDS['title'].in_language(lang)} {content.summary.week}"
        paper = Paper(font, letters, day=content.summary.as_of, title=title)
        _Writer(paper, content, lang).write(title)
        paper.output(str(target))


def _all_texts(content: PaperContent, lang: str) -> Iterator[str]:
    """Give every text that may be written, for the font."""
    yield "0123456789+-–—·：，。（）()、…%/℃ "
    for one in (*_WORDS.values(), *_HEADS.values(), *ROLE_LABELS.values(), *MAP_TEXTS.values()):
        yield one.in_language(lang)
    summary = content.summary
    yield content.district
    for line in (summary.total, summary.before, *summary.units, *summary.townships):
        yield line.name
    for late in summary.late[:_MOST_LATE]:
        yield from (late.text, late.unit_name, late.turn, late.row_id, late.measure_id)
    for row in summary.false_rectifications:
        yield from (str(row[key] or "") for key in ("id", "text", "place"))
    for gap in content.gaps:
        yield gap.in_language(lang)
    for unit, row_id, said in content.contradictions:
        yield from (unit, row_id, said.in_language(lang))
    yield from (DEMO_BANNER.in_language(lang), NOT_LEGAL_BOUNDARY.in_language(lang))
    yield "第页共另有条见台账任务问题截至"


class _Writer:
    """Writes the report."""

    def __init__(self, paper: Paper, content: PaperContent, lang: str) -> None:
        self._paper, self._content, self._lang = paper, content, lang
        self._summary = content.summary

    def _say(self, key: str) -> str:
        """Give a word of the report."""
        return _WORDS[key].in_language(self._lang)

    def write(self, title: str) -> None:
        """Write all parts."""
        paper, content = self._paper, self._content
        zh = self._lang == "zh"
        day = self._summary.as_of.isoformat()
        paper.alias_nb_pages("{nb}")
        paper.begin_sheet(
            RunningText(
                left=f"{content.district} · {title}",
                right=("截至 " if zh else "as of ") + day,
                banner=DEMO_BANNER.in_language(self._lang) if content.is_demo else "",
                page=lambda page: f"第 {page} 页" if zh else f"page {page}",
            )
        )
        y = float(paper.get_y())
        paper.write_at(MARGIN_MM, y, f"{content.district} {title}", size_pt=17.0, is_bold=True)
        paper.set_xy(MARGIN_MM, y + 10.0)
        self._write_numbers()
        self._write_map()
        self._write_units()
        self._write_townships()
        self._write_late()
        self._write_false()
        self._write_contradictions()
        self._write_notes()

    def _table(
        self, widths: Sequence[float], headings: Sequence[str], rows: Sequence[Sequence[str]]
    ) -> None:
        """Write a table of short texts, the last row in bold where it is a sum."""
        total = self._say("total")
        with self._paper.begin_table(widths, headings) as table:
            for row in rows:
                is_bold = row[0] == total
                table.write_row(
                    [
                        table.broken(at, clean_text(text), size_pt=_SMALL_PT, is_bold=is_bold)
                        for at, text in enumerate(row)
                    ]
                )

    def _write_numbers(self) -> None:
        """Write this week beside the last one."""
        paper, summary = self._paper, self._summary
        paper.write_heading(self._say("numbers"))
        now, before = summary.total.counts, summary.before.counts
        heads = [_HEADS[key].in_language(self._lang) for key in _HEADS]
        first = 18.0
        rest = (WIDTH_MM - first) / len(heads)
        rows = [
            [self._say("now"), *(str(now[key]) for key in _HEADS)],
            [self._say("before"), *(str(before[key]) for key in _HEADS)],
            [self._say("change"), *(f"{now[key] - before[key]:+d}" for key in _HEADS)],
        ]
        self._table((first, *[rest] * len(heads)), ("", *heads), rows)

    def _write_map(self) -> None:
        """Draw where the open problems are."""
        paper, content = self._paper, self._content
        paper.write_heading(self._say("map"), keep_mm=90.0 if content.outlines else 10.0)
        if not content.outlines:
            paper.write_paragraph(self._say("no_map"))
            return
        draw_problems(paper, content.outlines, content.problems, lang=self._lang)
        if content.is_approximate:
            paper.write_paragraph(NOT_LEGAL_BOUNDARY.in_language(self._lang), size_pt=_SMALL_PT)

    def _write_lines(self, key: str, lines: Sequence[UnitLine], heads: Sequence[str]) -> None:
        """Write a table of counts, with the sum that they add up to."""
        first = 52.0
        rest = (WIDTH_MM - first) / len(heads)
        names = [_HEADS[one].in_language(self._lang) for one in heads]
        rows = [[line.name, *(str(line.counts[one]) for one in heads)] for line in lines]
        sums = (str(sum(line.counts[one] for line in lines)) for one in heads)
        rows.append([self._say("total"), *sums])
        self._table((first, *[rest] * len(heads)), (self._say(key), *names), rows)

    def _write_units(self) -> None:
        """Write the counts of each unit."""
        self._paper.write_heading(self._say("units"))
        self._write_lines("unit", self._summary.units, tuple(_HEADS))

    def _write_townships(self) -> None:
        """Write the problems of each township."""
        self._paper.write_heading(self._say("towns"))
        heads = [key for key in _HEADS if key.startswith("problem")]
        self._write_lines("town", self._summary.townships, heads)

    def _write_late(self) -> None:
        """Write what is overdue, the longest first."""
        paper, late, zh = self._paper, self._summary.late, self._lang == "zh"
        paper.write_heading(f"{self._say('late')} · {len(late)}")
        if not late:
            paper.write_paragraph(self._say("none"))
            return
        heads = tuple(self._say(key) for key in ("unit", "measure", "what", "due", "days"))
        rows = [self._tell_late(one) for one in late[:_MOST_LATE]]
        self._table((40.0, 22.0, 82.0, 20.0, 18.0), heads, rows)
        rest = len(late) - _MOST_LATE
        if rest > 0:
            more = f"另有 {rest} 条，见台账" if zh else f"{rest} more in the ledger"
            paper.write_paragraph(more, size_pt=_SMALL_PT)

    def _tell_late(self, one: LateLine) -> list[str]:
        """Write a line of what is overdue."""
        role = ROLE_LABELS[one.role].in_language(self._lang) if one.role in ROLE_LABELS else ""
        problem = "问题" if self._lang == "zh" else "problem"
        aside = role if one.kind == "task" else problem
        what = f"{one.turn} {one.text}".strip()
        unit = f"{one.unit_name}（{aside}）" if aside else one.unit_name
        return [unit, one.measure_id, what[:80], one.due_on, str(one.late_days)]

    def _write_false(self) -> None:
        """Name what a look-back found to be not mended."""
        rows = self._summary.false_rectifications
        if not rows:
            return
        self._paper.write_heading(self._say("false"))
        units = {line.key: line.name for line in self._summary.units}
        heads = tuple(self._say(key) for key in ("id", "unit", "what", "place"))
        lines = [
            [row["id"], units.get(row["unit_id"] or "", "—"), row["text"], row["place"] or ""]
            for row in rows
        ]
        self._table((34.0, 44.0, 66.0, 38.0), heads, lines)

    def _write_contradictions(self) -> None:
        """Name the answers that met another unit's, so that the meeting settles them."""
        answers = self._content.contradictions
        if not answers:
            return
        self._paper.write_heading(f"{self._say('against')} · {len(answers)}")
        heads = tuple(self._say(key) for key in ("unit", "id", "said"))
        lines = [
            [unit, row_id, text.in_language(self._lang)]
            for unit, row_id, text in answers[:_MOST_LATE]
        ]
        self._table((50.0, 46.0, 86.0), heads, lines)

    def _write_notes(self) -> None:
        """Say how it was counted and what is missing."""
        paper = self._paper
        paper.write_heading(self._say("notes"))
        paper.write_paragraph(self._say("how"), size_pt=_SMALL_PT)
        for gap in self._content.gaps:
            paper.write_paragraph("· " + gap.in_language(self._lang), size_pt=_SMALL_PT)
