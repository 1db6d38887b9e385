"""Headings that several sheets of the patrol workbook share."""

from __future__ import annotations

from qxgeo.errors import Text
from qxgeo.reports.table import Caption, Head, label_words, list_table, name_ids

__all__ = ["Caption", "Head", "label_words", "list_table", "name_ids"]

TOWNSHIP = Head(Text("乡镇街道", "Township"))
PERSON = Head(Text("网格员", "Grid member"))
PERSON_ID = Head(Text("人员编号", "Person id"), "text")
CELL = Head(Text("网格编号", "Cell"), "text")
RISK = Head(Text("风险分（0–100）", "Risk (0-100)"), "decimal")
CLASS = Head(Text("风险等级", "Risk class"), "text")
RANK = Head(Text("风险次序", "Rank"), "count", 8.0)
LON = Head(Text("经度 WGS 84", "Longitude WGS 84"), "degree", 12.0)
LAT = Head(Text("纬度 WGS 84", "Latitude WGS 84"), "degree", 12.0)
EVENTS = Head(Text("事件数", "Events"), "count", 8.0)
FIRES = Head(Text("卫星火点数", "Satellite fires"), "count", 8.0)
POINTS = Head(Text("点位数", "Points"), "count", 8.0)
AREA = Head(Text("面积（km²）", "Area (km²)"), "km")
PER_WEEK = Head(Text("次/周", "Visits a week"), "decimal", 8.0)
