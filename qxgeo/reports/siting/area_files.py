"""The files of ``qxgeo siting`` beside its maps: siting.xlsx, siting.gpkg and siting.json."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from qxgeo.errors import Text
from qxgeo.reports.atomic import SITING_RECORD
from qxgeo.reports.each_file import write_each
from qxgeo.reports.geopackage_file import OutputLayer, write_layers
from qxgeo.reports.pen import LONGEST_SHEET_ROWS, write_book
from qxgeo.reports.run_record import format_record, list_versions
from qxgeo.reports.siting.book_about import (
    READING,
    list_assumptions,
    list_clauses,
    list_texts,
    tell_words,
)
from qxgeo.reports.siting.book_area import (
    list_areas,
    list_conditional,
    list_frontages,
    list_gaps,
    list_pairs,
    list_rules,
    list_rules_by_township,
)
from qxgeo.reports.siting.book_list import list_by_rule, list_refused, list_results, list_totals
from qxgeo.reports.siting.geopackage import (
    list_background,
    list_kind_layers,
    list_parts,
    plain_columns,
)
from qxgeo.reports.siting.record import (
    describe_basis,
    describe_list,
    describe_rules,
    list_applications,
)
from qxgeo.reports.siting.wording import NOT_DECIDED, list_banner
from qxgeo.reports.styles import draw_plain
from qxgeo.vocabulary import DEMO_BANNER, NOT_LEGAL_BOUNDARY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from qxgeo.reports.sheets import Sheet
    from qxgeo.siting.area import EligibleArea
    from qxgeo.siting.overview import Overview

SCHEMA_VERSION = 1
_KM2_DECIMALS = 9  # a square millimetre
_AREA_COLUMNS = ("stated_km2", "caught_km2", "doubtful_km2", "only_km2", "freed_km2", "eased_km2")


def write_siting_reports(
    overview: Overview,
    folder: str | Path,
    *,
    lang: str,
    progress: Callable[[str], object] | None = None,
) -> list[Path]:
    """Write siting.xlsx, siting.gpkg and siting.json.

    Parameters
    ----------
    overview
        Where sites may open; nothing is computed from it but sums.
    folder
        Where to, usually what `replace_outputs` gives; it exists.
    lang
        ``zh`` or ``en``, of headings and labels.
    progress
        Is told each file's name before it is written.

    Returns
    -------
    paths
        The files in the order of their writing; siting.json is the last.

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    writers: dict[str, Callable[[Path], object]] = {
        "siting.xlsx": lambda path: write_siting_workbook(overview, path, lang=lang),
        "siting.gpkg": lambda path: write_siting_geopackage(overview, path, lang=lang),
        SITING_RECORD: lambda path: write_siting_record(overview, path),
    }
    return write_each(folder, writers, progress=progress)


def write_siting_workbook(
    overview: Overview, path: Path, *, lang: str, longest: int = LONGEST_SHEET_ROWS
) -> None:
    """Write siting.xlsx.

    Parameters
    ----------
    overview
        Where sites may open.
    path
        The file; its folder exists.
    lang
        ``zh`` or ``en``.
    longest
        Rows that a sheet can hold; a longer list goes on in a further sheet.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    write_book(
        path,
        _list_sheets(overview, lang),
        banner=list_banner(overview, lang=lang),
        name=overview.district.name.in_language(lang),
        as_of=overview.district.as_of,
        lang=lang,
        longest=longest,
    )


def _list_sheets(overview: Overview, lang: str) -> list[Sheet]:
    """Give every sheet in its order."""
    ground = (
        list_areas,
        list_rules,
        list_rules_by_township,
        list_pairs,
        list_conditional,
        list_frontages,
        list_gaps,
    )
    sheets = [make(overview, lang=lang) for make in ground]
    if overview.verdicts is not None:
        listed = (list_totals, list_results, list_by_rule, list_refused)
        sheets += [make(overview.verdicts, lang=lang) for make in listed]
    checks = () if overview.verdicts is None else overview.verdicts.checks
    return [
        *sheets,
        list_clauses(overview.kinds, overview.plan, lang=lang),
        list_assumptions([*overview.areas, *checks], lang=lang),
        list_texts(
            [*_tell(overview)], Text("选址工作簿说明", "About the workbook of siting"), lang=lang
        ),
    ]


def _tell(overview: Overview) -> Iterator[tuple[Text, Text]]:
    """Say of which district, plan and day this is, and how to read it."""
    district = overview.district
    if overview.is_demo:
        yield Text("演示", "Demonstration"), DEMO_BANNER
    yield Text("辖区", "District"), Text(*(f"{name}（{district.code}）" for name in district.name))
    yield Text("方案", "Plan"), overview.plan.title
    yield Text("判定时点", "As of"), Text(*2 * (district.as_of.isoformat(),))
    yield (
        Text("用地面积", "Areas"),
        Text(
            "按“拟新增”的场所计；每块用地按约束最强的一条归类，各类相加等于辖区面积；"
            "地块能不能办，以逐个判定为准",
            "for new sites; ground counts under its most binding clause, all together are the"
            " district; whether a place may be used is said by its own card",
        ),
    )
    yield (
        NOT_DECIDED,
        Text(
            "有条款缺数字、图层、出入口或属性而定不下来（见“未画出”“取决于属性”表），"
            "其余各条不限制的用地也不写成“不限制”",
            "clauses want a number, a layer, an entrance or an attribute (see the sheets Not drawn"
            " and By attribute): ground that no other clause limits is not called allowed",
        ),
    )
    yield Text("界线", "Boundaries"), NOT_LEGAL_BOUNDARY
    yield from tell_words()
    yield from READING
    notes = () if overview.verdicts is None else overview.verdicts.applications.notes
    for note in notes:
        yield Text("提示", "Notice"), note
    for note in district.notes:
        yield Text("图层", "Layers"), note


def write_siting_geopackage(overview: Overview, path: Path, *, lang: str) -> None:
    """Write siting.gpkg: ground and zones of each kind, applications, background.

    Parameters
    ----------
    overview
        Where sites may open.
    path
        The file, replaced if it is there; its folder exists.
    lang
        ``zh`` or ``en``, of titles and legends.

    Raises
    ------
    OutputError
        If the file cannot be written or does not hold what was written.
    """
    day = overview.district.as_of.isoformat()
    warnings = (day, *list_banner(overview, lang=lang))
    write_layers(
        path,
        _list_layers(overview, lang),
        describe=lambda layer: " | ".join((layer.title, *warnings)),
        stamp=f"{day}T00:00:00.000Z",
    )


def _list_layers(overview: Overview, lang: str) -> Iterator[OutputLayer]:
    """Give every layer."""
    for area in overview.areas:
        yield from _list_area_layers(area, lang)
    if overview.verdicts is not None:
        verdicts = overview.verdicts
        for checks, lines in zip(verdicts.checks, verdicts.lines, strict=True):
            yield from list_kind_layers(checks, lines, lang=lang)
    yield from list_background(overview.district, lang=lang)


def _list_area_layers(area: EligibleArea, lang: str) -> Iterator[OutputLayer]:
    """Give the ground of a kind by verdict, and the zones of its rules."""
    kind, title = area.kind.kind_id, area.kind.title
    ground = area.parts.assign(
        is_complete=area.is_complete,
        verdict=area.parts["verdict"].where(
            area.is_complete | ~area.parts["is_eligible"], "not_decided"
        ),
    )
    words = Text(f"{title.zh}：用地", f"{title.en}: ground")
    yield list_parts(f"{kind}_ground", words.in_language(lang), ground, lang=lang)
    if len(area.zones):
        words = Text(f"{title.zh}：各条范围", f"{title.en}: zones of the rules")
        yield OutputLayer(
            name=f"{kind}_zones",
            title=words.in_language(lang),
            family="polygon",
            table=plain_columns(area.zones),
            style=draw_plain("polygon", "#666666", alpha=30),
        )


def siting_record(overview: Overview) -> dict[str, Any]:
    """Say what the ground was judged from and what came out.

    Parameters
    ----------
    overview
        Where sites may open.

    Returns
    -------
    record
        Plain values, no time of day and no path of this machine.
    """
    district, verdicts = overview.district, overview.verdicts
    checks = () if verdicts is None else verdicts.checks
    return {
        "record_version": SCHEMA_VERSION,
        "as_of": district.as_of.isoformat(),
        "is_demo": overview.is_demo,
        "is_approximate": overview.is_approximate,
        **describe_basis(district, [*overview.areas, *checks]),
        "rules": describe_rules(overview.kinds, overview.plan),
        "kinds": {area.kind.kind_id: _describe_area(area) for area in overview.areas},
        "list": None if verdicts is None else describe_list(verdicts.applications),
        "applications": [] if verdicts is None else list_applications(verdicts),
        "versions": list_versions(),
    }


def write_siting_record(overview: Overview, path: Path) -> None:
    """Write siting.json.

    Parameters
    ----------
    overview
        Where sites may open.
    path
        The file; its folder exists.
    """
    path.write_text(format_record(siting_record(overview)), encoding="utf-8", newline="\n")


def _describe_area(area: EligibleArea) -> dict[str, Any]:
    """Give the ground of one kind as plain values."""
    parts = area.parts.drop(columns="geometry")
    rules = area.rules[["rule_id", "role", "verdict", *_AREA_COLUMNS]]
    return {
        "title": _both(area.kind.title),
        "accuracy_m": area.accuracy_m,
        "is_complete": area.is_complete,
        "ground": [
            {
                "verdict": str(one["verdict"]),
                "township_id": str(one["township_id"]),
                "area_km2": round(float(one["area_km2"]), _KM2_DECIMALS),
                "conditional_km2": round(float(one["conditional_km2"]), _KM2_DECIMALS),
                "is_eligible": bool(one["is_eligible"]) and area.is_complete,
            }
            for one in parts.to_dict("records")
        ],
        "rules": [
            {str(key): _plain(value) for key, value in one.items()}
            for one in rules.to_dict("records")
        ],
        "not_drawn": [
            {"rule_id": gap.rule_id, "why": str(gap.why), "reason": _both(gap.reason)}
            for gap in area.gaps
        ],
    }


def _plain(value: object) -> object:
    """Give a value that JSON has, areas to a square millimetre."""
    if isinstance(value, float):
        return None if math.isnan(value) else round(value, _KM2_DECIMALS)
    return str(value)


def _both(text: Text) -> dict[str, str]:
    """Give a sentence in both languages."""
    return {"zh": text.zh, "en": text.en}
