"""Words of the ledger's pages, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qxgeo.errors import Text
from qxgeo.ledger.places import NO_POSITION, Mark
from qxgeo.vocabulary import PLACE_LABELS

if TYPE_CHECKING:
    from collections.abc import Mapping

TITLE = Text("台账地图", "Ledger map")

# Colour and the outline of a symbol of about 14 units around 0 0: told apart without colour, too.
MARK_STYLES: dict[Mark, tuple[str, str]] = {
    Mark.FALSE_RECTIFICATION: (
        "#7a0177",
        "M0-8L2-2.8L7.6-2.5L3.2 1L4.7 6.5L0 3.4L-4.7 6.5L-3.2 1L-7.6-2.5L-2-2.8Z",
    ),
    Mark.OVERDUE: ("#c5221f", "M-5.5-5.5H5.5V5.5H-5.5Z"),
    Mark.DUE_SOON: ("#e69f00", "M0-7.5L7.5 0L0 7.5L-7.5 0Z"),
    Mark.OPEN: ("#0072b2", "M6 0A6 6 0 1 1-6 0A6 6 0 1 1 6 0Z"),
    Mark.RECTIFIED: ("#009e73", "M-6.5-5H6.5L0 6.5Z"),
    Mark.CLOSED: ("#6b747b", "M-5-3L-3-5L0-2L3-5L5-3L2 0L5 3L3 5L0 2L-3 5L-5 3L-2 0Z"),
    Mark.SITE: ("#ffffff", "M-4.5 4.5V-1L0-5.5L4.5-1V4.5Z"),
}
MARK_LABELS: dict[Mark, Text] = {
    Mark.FALSE_RECTIFICATION: Text("虚假整改", "false rectification"),
    Mark.OVERDUE: Text("逾期未整改", "overdue"),
    Mark.DUE_SOON: Text("临期", "due soon"),
    Mark.OPEN: Text("未整改（未到期或无期限）", "open, not yet due or without a date"),
    Mark.RECTIFIED: Text("已整改待核实", "rectified, to be verified"),
    Mark.CLOSED: Text("已销号", "closed"),
    Mark.SITE: Text("场所", "site"),
}
GROUND_LABELS: Mapping[str, Text] = {
    **PLACE_LABELS,
    NO_POSITION: Text("无位置、未注明乡办", "no position, no township"),
}
AFTERWARDS_LABEL = Text("未整改（该日之后才整改）", "open (mended after this day)")
SITE_STATUS_LABELS: dict[str, Text] = {
    "existing": Text("现有", "existing"),
    "proposed": Text("拟开办", "proposed"),
}
WORDS: dict[str, Text] = {
    "at": Text("截至", "as of"),
    "plan": Text("方案", "plan"),
    "edition": Text("版本", "edition"),
    "office": Text(
        "办公版：含姓名和电话，不得外传", "office edition: names and phones, keep inside"
    ),
    "public": Text("公开版：不含姓名、电话、场所名称", "public edition: no names, no phones"),
    "whole": Text("全区", "the whole"),
    "units": Text("各单位", "units"),
    "towns": Text("各乡办", "townships"),
    "problems": Text("问题", "problems"),
    "not_closed": Text("未销号", "not closed"),
    "overdue": Text("逾期未整改", "overdue"),
    "raised": Text("近站点", "near a station"),
    "sites": Text("场所", "sites"),
    "unplaced": Text("无位置", "no position"),
    "outside_view": Text("图外", "beyond the map"),
    "raised_text": Text(
        "{inside} 个未销号问题在国控站点 {km} 公里内，另有 {close} 个临界（位置误差内，须实测）。"
        "半径出自 {rules}。",
        "Problems not closed within {km} km of a national-control station: {inside}; too close to"
        " call, survey them: {close}. Radius: {rules}.",
    ),
    "no_ring": Text(
        "没有站点位置，或方案未写明距站点的半径：距离未判定，不等于不在范围内。",
        "no station, or no radius in the plan: distances were not judged (not: beyond).",
    ),
    "near": Text("距{station} {metres} 米", "{metres} m from {station}"),
    "inside": Text("在 {km} 公里内", "within {km} km"),
    "close": Text("临界（±{error} 米），须实测", "too close to call (±{error} m), survey it"),
    "close_short": Text("近站点（临界）", "near a station, too close to call"),
    "beyond": Text("在 {km} 公里外", "beyond {km} km"),
    "unknown": Text("无位置，距站点不明", "no position: distance to stations unknown"),
    "map": Text("地图和清单", "Map and list"),
    "filter_kind": Text("类别", "kind"),
    "filter_measure": Text("措施", "measure"),
    "filter_unit": Text("单位", "unit"),
    "filter_status": Text("状态", "status"),
    "filter_due": Text("期限", "due"),
    "filter_town": Text("乡办", "township"),
    "all": Text("全部", "all"),
    "none_given": Text("未注明", "not given"),
    "only_raised": Text("只看近站点", "near stations only"),
    "reset": Text("清除筛选", "reset"),
    "shown": Text(
        "显示 {shown} / {total} 项，其中 {unplaced} 项无位置",
        "{shown} of {total} shown, {unplaced} without position",
    ),
    "shown_left": Text("；另有 {left} 项未画出", "; {left} more are not drawn"),
    "drawn": Text("（画出 {drawn}）", " ({drawn} drawn)"),
    "left": Text("本页没有画出的", "What this page does not draw"),
    "left_short": Text("该页未画出", "not drawn there"),
    "left_text": Text(
        "共 {total} 项，太多，一页画不下：画出最紧急的 {drawn} 项，未画出 {left} 项"
        "（已销号问题 {closed}，未销号问题 {not_closed}，场所 {sites}）。",
        "{total} are too many for a page: the {drawn} most urgent are drawn, {left} are not"
        " (closed problems {closed}, problems not closed {not_closed}, sites {sites}).",
    ),
    "left_where": Text(
        "先画近站点的，再画逾期和虚假整改的，再按期限；场所在后。地图、清单、筛选和场所卡片只含画出的；"
        "其他数字都是全部的。完整清单：{command}；各单位未整改的全部问题在每周派发的工作簿中"
        "（qxgeo ledger dispatch）；场所：qxgeo ledger show sites。",
        "Near stations first, then overdue and falsely rectified, then by due date; sites last."
        " Map, list, filters and cards hold what is drawn; all other numbers are those of all."
        " The whole list: {command}; all open problems of a unit are in its weekly workbook"
        " (qxgeo ledger dispatch); sites: qxgeo ledger show sites.",
    ),
    "left_nowhere": Text(
        "各单位、各乡办的页画出更多。任何一页都没有画出的：{count} 项，"
        "其中未销号 {not_closed} 项。",
        "The pages of units and townships draw more. On no page at all: {count}, of which"
        " {not_closed} are not closed.",
    ),
    "left_tables": Text(
        "各单位、各乡办的数字、链接和未画出的行数",
        "numbers, links and what is not drawn, by unit and township",
    ),
    "left_pageless": Text("没有自己的页", "without a page"),
    "site_rest": Text("，列出最紧急的 {listed} 个", ", the {listed} most urgent are listed"),
    "nothing": Text("没有符合的项目", "nothing matches"),
    "more": Text("再显示 {count} 项", "{count} more"),
    "id": Text("编号", "id"),
    "what": Text("内容", "what"),
    "town": Text("乡办", "township"),
    "unit": Text("单位", "unit"),
    "due": Text("期限", "due"),
    "state": Text("状态", "status"),
    "station": Text("站点", "station"),
    "place": Text("地点", "place"),
    "found": Text("发现", "found"),
    "closed_on": Text("销号", "closed"),
    "person": Text("责任人", "person"),
    "contact": Text("联系人", "contact"),
    "phone": Text("电话", "phone"),
    "note": Text("备注", "note"),
    "source": Text("来源", "source"),
    "site": Text("场所", "site"),
    "address": Text("地址", "address"),
    "accuracy": Text("位置误差", "position error"),
    "site_problems": Text("问题", "problems"),
    "score": Text("最近得分", "last score"),
    "position": Text("位置", "position"),
    "of_site": Text("取自场所", "of its site"),
    "contradiction": Text("位置在{town}", "the position is in {town}"),
    "zoom_in": Text("放大", "zoom in"),
    "zoom_out": Text("缩小", "zoom out"),
    "zoom_all": Text("全图", "whole map"),
    "north": Text("北", "N"),
    "pick": Text("点选地图符号或清单一行，查看详情。", "Click a symbol or a row for its details."),
    "counts": Text("各乡办合计", "Counts per township"),
    "total": Text("合计", "total"),
    "counts_note": Text(
        "每项只计一次，各行相加即合计。有乡办而无位置的，计入该乡办并在最后一列注明。",
        "Each counts once: the lines add up. What has a township but no position counts there, and"
        " in the last column.",
    ),
    "later": Text(
        "另有 {count} 个问题在该日之后发现，未计入。",
        "{count} problems were found later: left out.",
    ),
    "gantt": Text("任务期限", "Deadlines of tasks"),
    "gantt_note": Text(
        "每行一项措施。条：从开始到期限；没有开始日的只画期限。颜色和符号取其中最紧急的一项；"
        "数字为任务数。竖线为截至日。",
        "A line for each measure. Bars run from start to due day; without a start only the due day"
        " is drawn. Colour and symbol are the most urgent; figures count tasks. The upright line is"
        " the day of the page.",
    ),
    "no_tasks": Text("没有任务。", "No tasks."),
    "standing": Text("无期限 {count}", "{count} without a date"),
    "cards": Text("场所卡片", "Cards of sites"),
    "no_sites": Text("没有场所。", "No sites."),
    "sources": Text("数据来源：", "data: "),
    "notes": Text("说明", "Notes"),
    "error_note": Text(
        "未注明位置误差的问题和场所按 {metres} 米计（本辖区场所图层中最大者），加站点误差。",
        "Where no position error is stated, {metres} m counts (the largest of the district's layers"
        " of sites), and the stations' on top.",
    ),
    "edge_note": Text(
        "超出图幅的画在边上、半透明，清单中注明“图外”。",
        "What lies beyond the map is drawn at its edge, pale, and named so in the list.",
    ),
    "public_note": Text(
        "文字中七位以上的连续数字已遮盖；文字由填报单位书写，公开前请再看一遍。",
        "Runs of seven and more digits in texts are masked; units wrote the texts: read them before"
        " publishing.",
    ),
}
