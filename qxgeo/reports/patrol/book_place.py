"""Sheets of the patrol workbook on places: points, cells, hot cells, what risk is made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from qxgeo.errors import Text
from qxgeo.patrol.columns import CHANGE_COLUMNS
from qxgeo.reports.patrol.book_sight import COVERAGE_LABELS
from qxgeo.reports.patrol.geopackage import RISK_LABELS
from qxgeo.reports.patrol.table import (
    AREA,
    CELL,
    CLASS,
    EVENTS,
    FIRES,
    LAT,
    LON,
    PER_WEEK,
    PERSON,
    PERSON_ID,
    POINTS,
    RANK,
    RISK,
    TOWNSHIP,
    Caption,
    Head,
    label_words,
    list_table,
    name_ids,
)

if TYPE_CHECKING:
    from qxgeo.patrol.model import Patrol, RiskTerm
    from qxgeo.reports.patrol.names import PatrolNames
    from qxgeo.reports.sheets import Sheet

_SHARES = {
    "water_share": Head(Text("水面占比", "Water share"), "share", 9.0),
    "cropland_share": Head(Text("耕地占比", "Crop-land share"), "share", 9.0),
    "unknown_share": Head(Text("地类不明占比", "Unknown share"), "share", 9.0),
}
_CLASSES = {
    "forest": Text("林地", "Forest"),
    "grass": Text("草地", "Grass"),
    "built_up": Text("建设用地", "Built-up"),
    "bare": Text("裸地", "Bare ground"),
    "wetland": Text("湿地", "Wetland"),
    "orchard": Text("园地", "Orchard"),
}


def list_points(patrol: Patrol, names: PatrolNames, *, lang: str) -> Sheet:
    """List every point with its owner.

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
        One row per point.
    """
    points = patrol.points
    planned = patrol.schedule.visits["point_id"].value_counts()
    class_of = patrol.cells.set_index("cell_id")["risk_class"].astype(object)
    level, of_cell = points["risk_level"].astype(object), points["cell_id"].map(class_of)
    table = pd.DataFrame(points.drop(columns="geometry")).assign(
        township=name_ids(points["township_id"], names.townships),
        person=name_ids(points["person_id"], names.people),
        # A point of which nobody said is as risky as its cell.
        risk_level=label_words(level.where(level != "", of_cell), RISK_LABELS, lang),
        planned=points["point_id"].map(planned).fillna(0).astype(int),
        lon=points.geometry.x,
        lat=points.geometry.y,
    )
    heads = {
        "point_id": Head(Text("点位编号", "Point"), "text"),
        "name": Head(Text("名称", "Name")),
        "address": Head(Text("地址", "Address")),
        "kind": Head(Text("类别", "Kind")),
        "risk_level": CLASS,
        "township": TOWNSHIP,
        "person": PERSON,
        "visits_per_week": PER_WEEK,
        "service_min": Head(Text("每次分钟", "Minutes each"), "decimal", 8.0),
        "planned": Head(Text("本期排定次数", "Visits in this period"), "count", 9.0),
        "lon": LON,
        "lat": LAT,
        "cell_id": CELL,
        "person_id": PERSON_ID._replace(is_printed=False),
    }
    caption = Caption(Text("点位", "Points"), Text("敏感点、易发点（5.1.1）", "Points (5.1.1)"))
    return list_table(table, heads, caption, lang=lang)


def list_cells(patrol: Patrol, names: PatrolNames, *, lang: str) -> Sheet:
    """List every cell with its risk, term by term.

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
        One row per cell; above it the weight and source of every term.
    """
    cells = patrol.cells
    table = pd.DataFrame(cells.drop(columns="geometry")).assign(
        township=name_ids(cells["township_id"], names.townships),
        person=name_ids(cells["person_id"], names.people),
        risk_class=label_words(cells["risk_class"], RISK_LABELS, lang),
        area_km2=cells["area_m2"] / 1e6,
    )
    heads = {
        "cell_id": CELL,
        "township": TOWNSHIP,
        "person": PERSON,
        "risk_class": CLASS,
        "risk": RISK,
        "risk_rank": RANK,
        "visits_per_week": PER_WEEK,
        "load_min": Head(Text("负荷（分钟/周）", "Load (min/week)"), "decimal"),
        "area_km2": AREA,
        **_share_heads(patrol),
        **_term_heads(patrol.risk.terms, table),
        "point_count": POINTS,
        "event_count": EVENTS,
        "fire_count": FIRES,
    }
    if patrol.sight is not None:
        seen = patrol.sight.coverage.set_index("cell_id")["coverage"]
        table["coverage"] = label_words(table["cell_id"].map(seen), COVERAGE_LABELS, lang)
        heads["coverage"] = Head(Text("监控覆盖", "Coverage"), "text")
    heads |= {
        "lon": LON,
        "lat": LAT,
        "square_id": Head(Text("地面方格", "Ground square"), "text", is_printed=False),
        "hot_cell_id": Head(Text("热点网格", "Hot cell"), "text", is_printed=False),
        "person_id": PERSON_ID._replace(is_printed=False),
    }
    heads = {key: head for key, head in heads.items() if key in table}
    caption = Caption(Text("网格", "Cells"), Text("网格与风险（5.1.2）", "Cells and risk (5.1.2)"))
    notes = tuple(_tell_term(term, lang) for term in patrol.risk.terms)
    return list_table(table, heads, caption, lang=lang, notes=notes)


def _share_heads(patrol: Patrol) -> dict[str, Head]:
    """Head the shares of the land cover, those of the district's further classes last."""
    cover = patrol.settings.land_cover
    declared = cover.options.get("classes", {}) if cover is not None else {}
    found = dict(_SHARES)
    for name in declared if isinstance(declared, Mapping) else ():
        title = _CLASSES.get(name, Text(str(name), str(name)))
        found.setdefault(
            f"{name}_share", Head(Text(f"{title.zh}占比", f"{title.en} share"), "share", 9.0)
        )
    return found


def _term_heads(terms: tuple[RiskTerm, ...], table: pd.DataFrame) -> dict[str, Head]:
    """Head the columns of the terms that are there."""
    found = {f"term_{term.term_id}": Head(term.name, "ratio", 9.0) for term in terms}
    return {key: head for key, head in found.items() if key in table}


def _tell_term(term: RiskTerm, lang: str) -> str:
    """Say what a term weighs, where it comes from, or why it is dropped."""
    name, source = term.name.in_language(lang), term.source.in_language(lang)
    if term.dropped is not None:
        why = term.dropped.in_language(lang)
        return f"{name}：未计入，{why}" if lang == "zh" else f"{name}: dropped, {why}"
    if lang == "zh":
        return f"{name}：权重 {term.weight:g}，占 {term.share:.1%}；{source}"
    return f"{name}: weight {term.weight:g}, share {term.share:.1%}; {source}"


def list_hot_cells(patrol: Patrol, names: PatrolNames, *, lang: str) -> Sheet:
    """List the hot cells by rank.

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
        One row per hot cell.
    """
    cells = patrol.risk.hot_cells
    table = pd.DataFrame(cells.drop(columns="geometry")).assign(
        area_km2=cells["area_m2"] / 1e6,
        townships=[
            "、".join(names.townships.get(key, key) for key in str(ids).split("、"))
            for ids in cells["township_ids"]
        ],
    )
    heads = {
        "risk_rank": RANK,
        "hot_cell_id": Head(Text("热点网格", "Hot cell"), "text"),
        "risk": RISK,
        "townships": Head(Text("乡镇街道", "Townships")),
        "cell_count": Head(Text("格数", "Cells"), "count", 8.0),
        "area_km2": AREA,
        "point_count": POINTS,
        "event_count": EVENTS,
        "fire_count": FIRES,
    }
    caption = Caption(
        Text("热点网格", "Hot cells"), Text("热点网格排序（7.4.1）", "Hot cells by rank (7.4.1)")
    )
    return list_table(table, heads, caption, lang=lang)


def list_terms(patrol: Patrol, *, lang: str) -> Sheet:
    """List the terms of the risk score.

    Parameters
    ----------
    patrol
        The whole plan.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    sheet
        One row per term, dropped ones too.
    """
    rows = [
        {
            "name": term.name.in_language(lang),
            "formula": term.formula.in_language(lang),
            "weight": term.weight,
            "share": term.share,
            "dropped": term.dropped.in_language(lang) if term.dropped else "",
            "source": term.source.in_language(lang),
            "term_id": term.term_id,
        }
        for term in patrol.risk.terms
    ]
    heads = {
        "name": Head(Text("项", "Term")),
        "formula": Head(Text("算法（0 到 1）", "Formula (0 to 1)"), width=50.0),
        "weight": Head(Text("权重", "Weight"), "decimal", 8.0),
        "share": Head(Text("占比", "Share"), "share", 8.0),
        "dropped": Head(Text("未计入的原因", "Why dropped"), width=34.0),
        "source": Head(Text("依据", "Source"), width=50.0),
        "term_id": Head(Text("代号", "Key"), "text", is_printed=False),
    }
    caption = Caption(Text("风险构成", "Risk terms"), Text("风险分的构成", "What risk is made of"))
    note = (
        "风险分 = 100 ×（各项之值 × 占比）之和；缺数据的项不计入，其余按权重重新分配"
        if lang == "zh"
        else "risk = 100 x sum of (term x share); a term without data is dropped, the rest share"
    )
    return list_table(
        pd.DataFrame(rows, columns=[*heads]), heads, caption, lang=lang, notes=(note,)
    )


def list_changes(patrol: Patrol, names: PatrolNames, *, lang: str) -> Sheet:
    """List the cells that changed hands.

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
        One row per cell.
    """
    changes = patrol.assignment.changes[[*CHANGE_COLUMNS]]
    table = changes.assign(
        before=name_ids(changes["from_person_id"], names.people),
        after=name_ids(changes["to_person_id"], names.people),
    )
    heads = {
        "cell_id": CELL,
        "before": Head(Text("原网格员", "Before")),
        "after": Head(Text("现网格员", "Now")),
        f"reason_{lang}": Head(Text("原因", "Why"), width=60.0),
        "from_person_id": Head(Text("原人员编号", "Id before"), "text", is_printed=False),
        "to_person_id": Head(Text("现人员编号", "Id now"), "text", is_printed=False),
    }
    caption = Caption(
        Text("变更", "Changes"), Text("与上次相比的变动", "What changed since last time")
    )
    return list_table(table, heads, caption, lang=lang)
