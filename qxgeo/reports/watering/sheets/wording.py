"""The words of a driver's sheet, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qxgeo.errors import Text

if TYPE_CHECKING:
    from qxgeo.reports.watering.sheets.duty import CartTour

WORDS: dict[str, Text] = {
    "title": Text("洒水车作业单", "Water cart sheet"),
    "subtitle": Text("道路 24 小时湿润", "Roads wet for 24 hours"),
    "private": Text("内部使用，含姓名与电话", "internal: names and phones"),
    "page": Text("本单第 {page} 页", "page {page} of this sheet"),
    "cart": Text("车辆", "Cart"),
    "company": Text("单位", "Company"),
    "day": Text("作业日", "Day"),
    "depot": Text("停车场", "Depot"),
    "tank": Text("水罐", "Tank"),
    "water": Text("洒水量", "Spray"),
    "rate": Text("{rate} L/m，宽 {width} m", "{rate} L/m, {width} m wide"),
    "speed": Text("车速", "Speed"),
    "speeds": Text("洒水 {spray}、空驶 {drive} km/h", "spraying {spray}, empty {drive} km/h"),
    "amount": Text("全天", "The day"),
    "amounts": Text(
        "洒水 {spray} km，空驶 {empty} km，用水 {litres} 立方米，作业 {work} 小时",
        "{spray} km sprayed, {empty} km empty, {litres} cubic metres of water, {work} h of work",
    ),
    "weather": Text("天气", "Weather"),
    "duty": Text("依据", "Why"),
    "drivers": Text("驾驶员与班次", "Drivers and shifts"),
    "driver": Text("驾驶员", "Driver"),
    "phone": Text("电话", "Phone"),
    "shift": Text("班次", "Shift"),
    "break": Text("休息", "Break"),
    "break_of": Text("{minutes} 分钟", "{minutes} min"),
    "not_given": Text("未提供", "not given"),
    "timetable": Text("全天时间表", "The day"),
    "from": Text("起", "From"),
    "to": Text("止", "To"),
    "what": Text("内容", "What"),
    "tour": Text("线路 {number}", "Tour {number}"),
    "way": Text("转场 {number}", "Transfer {number}"),
    "transfer_facts": Text("空驶 {km} km，{minutes} 分钟", "{km} km empty, {minutes} min"),
    "step": Text("{action} {road}（{length} 米）", "{action} {road} ({length} m)"),
    "last_step": Text("{action} {road}", "{action} {road}"),
    "lap": Text("线路 {number} 作业", "tour {number}"),
    "spare_lap": Text("线路 {number} 作业（有空才洒）", "tour {number} (if there is time)"),
    "spare": Text(
        "有空才洒的线路：晚点时先放下这一趟，不耽误其他线路。",
        "Driven if there is time: when late, leave this lap out before any other.",
    ),
    "first_of_all": Text(
        "优先线路：须准时出发，不得略过。", "Comes first: start in time, never leave it out."
    ),
    "transfer": Text("转场 {number}", "transfer {number}"),
    "wait": Text("等待", "wait"),
    "rest": Text("休息", "break"),
    "no_runs": Text("今天不出车。", "This cart stays in today."),
    "starts": Text("出发时刻：{times}", "Starts: {times}"),
    "facts": Text(
        "一趟 {minutes} 分钟，洒水 {spray} km，空驶 {empty} km，用水 {litres} L，加水 {refills} 次",
        "a lap: {minutes} min, {spray} km sprayed, {empty} km empty, {litres} L, {refills} refills",
    ),
    "refill_times": Text("加水时刻：{site} {times}", "Refills: {site} {times}"),
    "number": Text("号", "No."),
    "after": Text("第几分", "Min."),
    "action": Text("怎么走", "Turn"),
    "road": Text("道路", "Road"),
    "spray": Text("洒水", "Spray"),
    "length": Text("米", "m"),
    "left": Text("余水 L", "Left, L"),
    "on": Text("● 开", "● on"),
    "off": Text("关", "off"),
    "start": Text("出发向{wind}", "start {wind}"),
    "refill": Text("加水", "refill"),
    "refill_of": Text(
        "{site}，加 {litres} L，约 {minutes} 分钟", "{site}: {litres} L, {minutes} min"
    ),
    "end": Text("到达", "arrive"),
    "unnamed": Text("未命名道路", "unnamed road"),
    "map": Text("地图", "Map"),
    "map_caption": Text(
        "粗线＝洒水；虚线＝空驶；黑圆白字＝步骤号（洒水起点、加水点）；房子＝出发点。上北。",
        "Heavy line: spraying; broken line: empty; black discs: step where spraying starts or the "
        "tank is filled; house: where it starts. North is up.",
    ),
    "steps": Text("行车步骤", "Turn by turn"),
    "notes": Text("说明", "Notes"),
    "note_time": Text(
        "时刻按计划车速计算；晚点时按原顺序继续，不跳过洒水路段。",
        "Times are planned; when late go on in the same order and skip no sprayed road.",
    ),
    "note_turn": Text(
        "转向由路线几何得出，以现场交通标志为准。",
        "Turns come from the line of the route; signs on the road come first.",
    ),
    "missing": Text(
        "下列字符字体中没有，以〓代替：{codes}",
        "Characters that the font lacks stand as 〓: {codes}",
    ),
    "nobody": Text("没有车辆。", "There is no cart."),
    "min": Text("分", "min"),
    "list": Text("，", ", "),
}


def say(word: str, lang: str, **facts: object) -> str:
    """Give a word or a sentence with its facts filled in.

    Parameters
    ----------
    word
        A key of `WORDS`.
    lang
        ``zh`` or ``en``.
    **facts
        What stands in braces.

    Returns
    -------
    text
        In the language.
    """
    text = WORDS[word].in_language(lang)
    return text.format(**facts) if facts else text


def tell_way(tour: CartTour, lang: str) -> str:
    """Tell all steps of a tour in one sentence.

    Parameters
    ----------
    tour
        A short one.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    text
        Steps in order.
    """
    return " → ".join(
        say(
            "step" if step.length else "last_step",
            lang,
            action=step.action,
            road=step.road,
            length=step.length,
        )
        for step in tour.steps
    )
