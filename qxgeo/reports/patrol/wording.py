"""The words of a person's sheet, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qxgeo.errors import Text

if TYPE_CHECKING:
    from datetime import date

WORDS: dict[str, Text] = {
    "title": Text("巡查责任单", "Patrol duty sheet"),
    "subtitle": Text(
        "露天焚烧（熏腊肉）· 定点 定时 定人 定责",
        "Open burning and bacon smoking · place, time, person, duty",
    ),
    "person": Text("定人", "Person"),
    "duty": Text("定责", "Duty"),
    "place": Text("定点：网格", "Place: cells"),
    "points": Text("定点：点位", "Place: points"),
    "time": Text("定时：班次", "Time: shifts"),
    "routes": Text("路线", "Routes"),
    "changes": Text("与上次相比", "What changed since last time"),
    "notes": Text("说明", "Notes"),
    "name": Text("姓名", "Name"),
    "person_id": Text("编号", "Id"),
    "township": Text("乡镇街道", "Township"),
    "phone": Text("本人电话", "Own phone"),
    "not_given": Text("未提供", "not given"),
    "as_of": Text("数据日期", "Data as of"),
    "period": Text("排班期间", "Period"),
    "span": Text("{first}至{last}", "{first} to {last}"),
    "scope": Text("责任范围", "Scope"),
    "scope_line": Text(
        "{cells} 格，{area} km²，{points} 个点位，每周约 {hours} 小时",
        "{cells} cells, {area} km², {points} points, about {hours} hours a week",
    ),
    "measure": Text("措施 {measure}", "Measure {measure}"),
    "lead": Text("牵头", "lead"),
    "cooperating": Text("配合", "cooperating"),
    "responsible": Text("责任", "responsible"),
    "unit": Text("单位", "Unit"),
    "role": Text("分工", "Role"),
    "unit_phone": Text("值班电话", "Duty phone"),
    "number": Text("号", "No."),
    "cell_id": Text("网格编号", "Cell id"),
    "risk": Text("风险", "Risk"),
    "visits": Text("次/周", "Visits/wk"),
    "area": Text("公顷", "ha"),
    "point": Text("点位、地址", "Point, address"),
    "kind_time": Text("类别、时段", "Kind, time"),
    "checks": Text("巡查打勾", "Check when seen"),
    "qr": Text("扫码导航", "Scan to navigate"),
    "per_week": Text("每周 {visits} 次", "{visits} visits a week"),
    "minutes": Text("每次 {minutes} 分钟", "{minutes} min each"),
    "stand_in_point": Text("替班点位，原属{name}", "stand-in; belongs to {name}"),
    "week": Text("{week}周", "wk {week}"),
    "stand_in": Text("替{name}", "for {name}"),
    "relieved": Text("{name}替", "{name} goes"),
    "unfilled_line": Text(
        "{window} 本责任区无人值守，{reason}：{days}（共 {count} 天）",
        "{window} nobody patrols this territory, {reason}: {days} ({count} days)",
    ),
    "route_days": Text("{days}（共 {count} 天）", "{days} ({count} days)"),
    "route_start": Text("{time} 出发", "{time} start"),
    "route_end": Text("{time} 结束", "{time} end"),
    "route_way": Text("路程 {km} km", "{km} km on the way"),
    "straight": Text("按直线估算，不是道路里程", "straight lines, not road distances"),
    "more_routes": Text(
        "另有 {count} 种走法，见 patrol.xlsx", "{count} more orders stand in patrol.xlsx"
    ),
    "unserved_line": Text("{day} {point}：{reason}", "{day} {point}: {reason}"),
    "first_time": Text("首次排定。", "First assignment."),
    "same_as_before": Text(
        "与上次相同：没有变动的网格。", "The same as last time: no cell changed hands."
    ),
    "nothing_for_you": Text(
        "本人网格与上次相同；别处有变动。", "Your cells are the same; others' changed."
    ),
    "gained": Text(
        "新增 {number} 号格 {cell}，原属{name}：{reason}",
        "Gained cell {number} {cell}, from {name}: {reason}",
    ),
    "lost": Text("移出 {cell}，交给{name}：{reason}", "Gave {cell} to {name}: {reason}"),
    "nobody": Text("无人", "nobody"),
    "nobody_listed": Text("名单上没有在岗的网格员。", "Nobody on the roster is present."),
    "no_points": Text(
        "本人责任区内没有登记的敏感点、易发点；按网格巡查。",
        "No sensitive or recurrent point is listed in this territory; patrol the cells.",
    ),
    "no_cells": Text("本人没有分到网格。", "No cell is assigned to this person."),
    "no_shifts": Text("本期没有班次。", "There is no shift in this period."),
    "not_shown": Text("敏感点、易发点没有坐标", "the point has no position"),
    "map_caption": Text(
        "格内小号＝网格号（过窄的格不标）；黑圆白字＝点位号；粗线＝本人责任区；浅线＝他人网格。上北。",
        "Small figures are cells (slivers have none), black discs points, the heavy line bounds "
        "the own territory, light lines other people's cells. North is up.",
    ),
    "base": Text("驻点", "base"),
    "high": Text("高", "high"),
    "medium": Text("中", "medium"),
    "low": Text("低", "low"),
    "water": Text("水面", "water"),
    "risk_legend": Text("{level}风险", "{level} risk"),
    "datum": Text(
        "二维码打开高德地图并可导航；链接注明坐标系 coordinate=wgs84（WGS-84 经纬度）。",
        "Each code opens AMap, which can navigate; the link states its datum: coordinate=wgs84 "
        "(WGS 84 longitude, latitude).",
    ),
    "lonlat": Text("WGS-84 {lon}, {lat}", "WGS 84 {lon}, {lat}"),
    "missing": Text(
        "字库没有的字以〓代替：{codes}", "characters the font lacks are shown as 〓: {codes}"
    ),
    "page": Text("第 {page} 页，共 {total} 页", "page {page} of {total}"),
    "cell_list": Text("网格清单", "List of cells"),
    "private": Text("含个人信息，仅供本人使用", "Personal data: for this person only"),
    "navigate": Text("导航", "Navigate"),
    "clear": Text("清除全部打勾", "Clear all checks"),
    "kept": Text("打勾只保存在本机。", "Checks are kept on this phone only."),
    "not_kept": Text(
        "本浏览器不保存打勾，关闭即失。", "This browser keeps no checks: they are lost on closing."
    ),
    "done": Text("已完成", "done"),
    "show_qr": Text("二维码", "QR code"),
    "map": Text("责任区示意图", "Map of the territory"),
}

RISK_CLASSES = ("high", "medium", "low", "water")
WEEKDAYS = (
    Text("周一", "Mon"),
    Text("周二", "Tue"),
    Text("周三", "Wed"),
    Text("周四", "Thu"),
    Text("周五", "Fri"),
    Text("周六", "Sat"),
    Text("周日", "Sun"),
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def say(key: str, lang: str, **values: object) -> str:
    """Give a word of the sheet.

    Parameters
    ----------
    key
        Of `WORDS`.
    lang
        ``zh`` or ``en``.
    **values
        What stands in its braces.

    Returns
    -------
    text
        In that language.
    """
    text = WORDS[key].in_language(lang)
    return text.format(**values) if values else text


def say_day(day: date, lang: str, *, with_year: bool = False) -> str:
    """Give a day as people write it.

    Parameters
    ----------
    day
        Any day.
    lang
        ``zh`` or ``en``.
    with_year
        Whether the year stands with it.

    Returns
    -------
    text
        ``7月3日`` or ``3 Jul``.
    """
    if lang == "en":
        return f"{day.day} {_MONTHS[day.month - 1]}" + (f" {day.year}" if with_year else "")
    return (f"{day.year}年" if with_year else "") + f"{day.month}月{day.day}日"


def say_clock(minutes: float) -> str:
    """Give minutes after midnight as a clock shows them.

    Parameters
    ----------
    minutes
        After midnight; rounded to the minute.

    Returns
    -------
    text
        ``08:05``.
    """
    whole = round(minutes)
    return f"{whole // 60:02d}:{whole % 60:02d}"


def say_number(value: float, digits: int = 1) -> str:
    """Give a number without idle zeros.

    Parameters
    ----------
    value
        Any finite number.
    digits
        Most digits after the point.

    Returns
    -------
    text
        ``3``, ``2.5``.
    """
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
