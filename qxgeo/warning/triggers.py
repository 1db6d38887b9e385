"""Which measures are in force: each trigger of the plan and what decides it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qxgeo.district.today_settings import default_today
from qxgeo.errors import Fault, InputError, Text
from qxgeo.warning.model import NO, NONE, SOME, UNKNOWN, YES, Declared, MeasureNow

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from qxgeo.air.warning import WarningLevels
    from qxgeo.district import District
    from qxgeo.district.patrol_settings import PatrolSettings, Season
    from qxgeo.district.today_settings import TodaySettings
    from qxgeo.plan import ActionPlan, Measure, Rule
    from qxgeo.warning.model import AirNow

_SAID = (YES, UNKNOWN, NO)  # of several reasons the first in this order decides


@dataclass(frozen=True, slots=True)
class _Answer:
    """Whether a condition holds, and why."""

    state: str
    why: Text


def read_declared(district: District, warning: str | None, day: date) -> Declared:
    """Say which warning the government issued.

    Parameters
    ----------
    district
        Its days of warnings stand in where nothing was said.
    warning
        A level, ``none``, or None where nothing was said.
    day
        Of the page.

    Returns
    -------
    declared
        Unknown where nobody said: a page must not take silence for no warning.

    Raises
    ------
    InputError
        If the level is none of the district's.
    """
    if warning is not None:
        return _said(warning, (district.today or default_today()).levels)
    listed = district.patrol is not None and day in district.patrol.warning_days
    if listed or district.warning_day:
        where = "[patrol] warning_days" if listed else "warning_day"
        return Declared(
            level_id=SOME,
            state=YES,
            name=Text("已发布预警，级别未说明", "a warning, level not stated"),
            source=Text(f"district.toml 的 {where}", f"{where} of district.toml"),
        )
    return Declared(
        level_id="",
        state=UNKNOWN,
        name=Text("未说明是否发布预警", "nobody said whether there is one"),
        source=Text("请用 --warning 写明 none 或级别", "say so with --warning: none or the level"),
    )


def _said(warning: str, levels: WarningLevels) -> Declared:
    """Take what was said on the command line.

    Raises
    ------
    InputError
        If there is no such level.
    """
    source = Text("运行时用 --warning 写明", "said with --warning")
    if warning == NONE:
        name = Text("没有发布预警", "no warning issued")
        return Declared(level_id=NONE, state=NO, name=name, source=source)
    level = levels.find(warning)
    if level is None:
        known = [one.level_id for one in levels.levels]
        words = "、".join([*known, NONE])
        raise InputError(
            Fault(
                column="--warning",
                problem=Text(f"没有级别“{warning}”", f'there is no level "{warning}"'),
                mend=Text(f"可用：{words}", f"known: {words}"),
            )
        )
    return Declared(level_id=warning, state=YES, name=level.name, source=source)


def judge_measures(
    plan: ActionPlan,
    district: District,
    settings: TodaySettings,
    *,
    day: date,
    declared: Declared,
    air: AirNow,
) -> tuple[MeasureNow, ...]:
    """Say of every measure with a trigger whether it is in force.

    Parameters
    ----------
    plan
        Choices applied.
    district
        Its patrol calendar.
    settings
        What decides each trigger.
    day
        Of the page.
    declared, air
        The warning that was issued, and what was measured.

    Returns
    -------
    measures
        In the order of the plan.
    """
    answers = {
        "warning": _warning(declared),
        "response": _response(declared, settings.levels),
        "ozone": _ozone(settings, day),
    }
    answers["episode"] = _any_of(_warning(declared), _measured(settings, air))
    answers["patrol"] = _any_of(*_calendar(district.patrol, day), answers["episode"])
    return tuple(
        _judge(measure, settings, answers)
        for measure in plan.measures
        if measure.trigger or any(rule.only_on_warning_days for rule in measure.rules)
    )


def _judge(measure: Measure, settings: TodaySettings, answers: dict[str, _Answer]) -> MeasureNow:
    """Judge one measure and its rules."""
    words = measure.trigger or ""
    condition = settings.triggers.get(words) if words else "warning"
    unknown = _Answer(
        UNKNOWN,
        Text(
            f"没有写明由什么决定“{words}”（[[today.trigger]]）",
            f'nobody said what decides "{words}" ([[today.trigger]])',
        ),
    )
    answer = unknown if condition is None else answers[condition]
    return MeasureNow(
        measure=measure,
        state=answer.state,
        why=answer.why,
        rules=tuple(_judge_rule(rule, answers["warning"]) for rule in measure.rules),
    )


def _judge_rule(rule: Rule, warning: _Answer) -> tuple[str, Text, str, Text]:
    """Say of a rule whether it holds now; one that is not bound to warnings always does."""
    if rule.only_on_warning_days:
        return rule.rule_id, rule.title, warning.state, warning.why
    always = Text("不限于预警期间，一直有效", "not bound to warnings: always in force")
    return rule.rule_id, rule.title, YES, always


def _any_of(*answers: _Answer) -> _Answer:
    """Join conditions of which one is enough: yes before unknown before no."""
    for state in _SAID:
        chosen = [one.why for one in answers if one.state == state]
        if chosen:
            zh, en = (dict.fromkeys(texts) for texts in zip(*chosen, strict=True))
            return _Answer(state, Text("；".join(zh), "; ".join(en)))
    return _Answer(UNKNOWN, Text("没有依据", "nothing to go by"))


def _warning(declared: Declared) -> _Answer:
    """Say whether a warning is in force."""
    return _Answer(
        declared.state,
        Text(
            f"{declared.name.zh}（{declared.source.zh}）",
            f"{declared.name.en} ({declared.source.en})",
        ),
    )


def _response(declared: Declared, levels: WarningLevels) -> _Answer:
    """Say whether emergency reductions are in force: they come with some levels."""
    names = [one.name for one in levels.levels if one.level_id in levels.response]
    zh = "、".join(name.zh for name in names)
    en = ", ".join(name.en for name in names)
    why = Text(
        f"应急减排随{zh}启动；{declared.name.zh}",
        f"emergency reductions come with: {en}; {declared.name.en}",
    )
    if declared.level_id in ("", SOME):
        return _Answer(UNKNOWN, why)
    return _Answer(YES if declared.level_id in levels.response else NO, why)


def _ozone(settings: TodaySettings, day: date) -> _Answer:
    """Say whether it is the ozone season."""
    first, last = settings.ozone_season
    span = "{:02d}-{:02d}–{:02d}-{:02d}".format(*first, *last)
    state = YES if _holds(first, last, day) else NO
    return _Answer(
        state,
        Text(f"臭氧高发季节 {span}（设定）", f"ozone season {span} (a setting)"),
    )


def _measured(settings: TodaySettings, air: AirNow) -> _Answer:
    """Say whether the running day of the city is above the limit of an episode."""
    limit = settings.number("episode_aqi")
    last = air.city.iloc[-1]
    aqi, missing = float(last["day_aqi"]), str(last["day_missing"])
    if aqi > limit:
        return _Answer(
            YES,
            Text(
                f"实测全市滑动日均 AQI {aqi:.0f}，高于 {limit:g}",
                f"the city's running day has AQI {aqi:.0f}, above {limit:g}",
            ),
        )
    if math.isnan(aqi) or missing:
        return _Answer(
            UNKNOWN,
            Text("实测滑动日均不明（数据不足）", "the running day is unknown (too little data)"),
        )
    return _Answer(
        NO,
        Text(
            f"实测全市滑动日均 AQI {aqi:.0f}，不高于 {limit:g}",
            f"the city's running day has AQI {aqi:.0f}, not above {limit:g}",
        ),
    )


def _calendar(settings: PatrolSettings | None, day: date) -> Iterator[_Answer]:
    """Say which seasons and declared days of the patrol calendar hold."""
    if settings is None:
        yield _Answer(UNKNOWN, Text("没有巡查日历", "there is no patrol calendar"))
        return
    dated = [one for one in settings.seasons if one.first is not None]
    holding = [one for one in dated if _is_in(one, day)]
    for one in holding:
        yield _Answer(YES, Text(f"{one.name.zh}（巡查日历）", f"{one.name.en} (patrol calendar)"))
    if day in settings.unfavourable_days:
        yield _Answer(YES, Text("不利气象条件日", "a day of unfavourable weather"))
    elif not holding:
        yield _Answer(NO, Text("不在巡查日历的重点时段", "in no season of the patrol calendar"))


def _is_in(season: Season, day: date) -> bool:
    """Tell whether a season of the patrol holds a day."""
    if season.first is None or season.last is None:
        return False
    return _holds(season.first, season.last, day)


def _holds(first: tuple[int, int], last: tuple[int, int], day: date) -> bool:
    """Tell whether a span of the year holds a day; it may run over the end of the year."""
    today = (day.month, day.day)
    if first <= last:
        return first <= today <= last
    return today >= first or today <= last
