"""What a form says to those who fill it in, and how its cells look."""

from __future__ import annotations

from qxgeo.errors import Text
from qxgeo.ledger.rhythm import TaskState

FONT = "Microsoft YaHei"
HEADER_ROW = 3  # the fourth: title, remark, legend stand above
LINE_HEIGHT = 15.0  # points
TALLEST_ROW = 150.0  # points; longer text is read in the cell
LONGEST_HINT = 255  # characters, Excel's limit for what a validation says
LONGEST_HINT_TITLE = 32
TINTS = {
    TaskState.OVERDUE: "#F8D3CF",
    TaskState.DUE_SOON: "#FCE8C3",
    TaskState.DONE: "#DDEFD9",
    TaskState.DONE_LATE: "#E4EBD3",
}
BASE: dict[str, object] = {"font_name": FONT, "font_size": 10, "valign": "top", "border": 1}
STYLES: dict[str, dict[str, object]] = {
    "title": {"bold": True, "font_size": 14, "border": 0},
    "banner": {"bold": True, "font_color": "#FFFFFF", "bg_color": "#B3261E", "border": 0},
    "plain": {"border": 0, "text_wrap": True},
    "header": {"bold": True, "bg_color": "#D9E1EA", "text_wrap": True, "valign": "vcenter"},
    "asked": {"bold": True, "bg_color": "#FFE599", "text_wrap": True, "valign": "vcenter"},
    "given": {"text_wrap": True, "bg_color": "#F3F4F6", "border_color": "#B8BEC6"},
    "input": {"text_wrap": True, "bg_color": "#FFFBEA", "border_color": "#B8BEC6", "locked": False},
    "fault": {
        "text_wrap": True,
        "bg_color": "#E5484D",
        "font_color": "#FFFFFF",
        "bold": True,
        "border_color": "#7A1417",
        "locked": False,
    },
    "remark": {"text_wrap": True, "font_color": "#B3261E", "border_color": "#B8BEC6"},
    "mark": {"font_color": "#9AA1AB", "font_size": 8, "border_color": "#B8BEC6"},
}
HOW = (
    Text(
        "1. 只填黄色格；灰色格已锁定，请不要改动、不要单独排序某一列。",
        "1. Fill in the yellow cells only; grey cells are locked: do not change them or sort one"
        " column alone.",
    ),
    Text(
        "2. 有下拉箭头的格从列表中选；日期写成 2023-06-12；没有进展的行可以留空。",
        "2. Choose from the lists; write dates as 2023-06-12; leave a row alone where nothing is"
        " new.",
    ),
    Text(
        "3. “已完成”“已整改”“已销号”必须填完成日期，日期不得晚于填报当天。",
        "3. Done, rectified and closed need their date, which is not after the day of filling in.",
    ),
    Text(
        "4. 新发现的问题填在“新增问题”表，一行一个；经纬度用 WGS 84，不知道就留空。",
        "4. New problems go onto their own sheet, one to a row; positions in WGS 84, or empty.",
    ),
    Text(
        "5. 填好后交回这个文件。有误的行会标红退回并写明原因，其余行照常并入；改好红行再交即可。",
        "5. Send this file back. Wrong rows return in red with the reason, all others are merged.",
    ),
)
RETURNED = Text(
    "退回改正：下列各行没有并入台账，红色格有误，批注和“退回原因”栏写明原因；其余行已并入，不必再交。",
    "Sent back: the rows below are not merged; red cells say why in their comment and in the last"
    " column. All other rows are merged and need not be sent again.",
)
LEGEND = Text(
    "黄色：请填写　灰色：不要改动　红底：逾期　橙底：临期",
    "yellow: fill in · grey: leave alone · red: overdue · orange: due soon",
)
