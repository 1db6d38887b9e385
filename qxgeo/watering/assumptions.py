"""Every default of a watering plan that is not in the plan's text or the carts' file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qxgeo.errors import Text
from qxgeo.rules import Assumption
from qxgeo.watering.turns import say_turns

if TYPE_CHECKING:
    from qxgeo.assess import Assessment
    from qxgeo.district.watering_settings import WateringSettings
    from qxgeo.watering.demand import Demand
    from qxgeo.watering.fleet import PlacedFleet
    from qxgeo.watering.model import DryingDay, HeldTurns

_NAMES = {
    "drive_speed_kmh": Text("空驶车速（千米/时）", "driving speed, km/h"),
    "spray_speed_kmh": Text("作业车速（千米/时）", "spraying speed, km/h"),
    "spray_l_per_m2": Text("洒水量（升/平方米）", "spray, l/m2"),
    "spray_width_m": Text("洒水宽度（米）", "width of the spray, m"),
    "retained_share": Text("留在车行道上的水的份额", "share of the spray that stays on the road"),
    "dry_film_mm": Text("视为干燥的水膜（毫米）", "film that counts as dry, mm"),
    "traffic_mm_per_h": Text("车流每小时带走的水（毫米）", "carried off by traffic, mm/h"),
    "longest_h": Text("一次洒水最长湿润时间（小时）", "longest that one wetting counts, h"),
    "u_turn_s": Text("调头用时（秒）", "turning round, s"),
    "left_turn_s": Text("左转用时（秒）", "turning left, s"),
    "right_turn_s": Text("右转用时（秒）", "turning right, s"),
    "refill_setup_s": Text("加水停靠接管（秒）", "halting and joining the hose, s"),
    "snap_limit_m": Text("停车场、加水点离路上限（米）", "farthest site from a road, m"),
    "longest_section_m": Text("一次作业的路段上限（米）", "longest stretch in one go, m"),
    "frost_c": Text("气温不高于此值不洒水（℃）", "no spraying at or below this air temperature, C"),
    "frost_ahead_h": Text("冰冻前停止洒水（小时）", "no spraying this long before frost, h"),
}
_OF_CARTS = frozenset(("drive_speed_kmh", "spray_speed_kmh", "spray_l_per_m2", "spray_width_m"))
_HOUSE = Text("本软件的做法", "how this software does it")


def list_assumptions(
    assessment: Assessment,
    settings: WateringSettings,
    demand: Demand,
    placed: PlacedFleet,
    drying: DryingDay,
    turns: HeldTurns | None = None,
) -> tuple[Assumption, ...]:
    """List the defaults behind a watering plan.

    Parameters
    ----------
    assessment
        Whose readings say which roads are to be kept wet.
    settings
        The district's, over the embedded defaults.
    demand
        Widths by class are listed for classes that occur.
    placed
        Defaults that stood in for blanks of the carts' file.
    drying
        Of the day.
    turns
        What became of the layer of turn restrictions, None where there is none.

    Returns
    -------
    assumptions
        Those of the main job for the same rules first.
    """
    rules = tuple(sorted({one for ids in demand.sections["rule_ids"] for one in ids.split(", ")}))
    borrowed = [one for one in assessment.assumptions if set(one.rule_ids) & set(rules)]
    numbers = [
        _assume(f"watering.{name}", rules, _NAMES[name], one.value, one.source)
        for name, one in settings.numbers.items()
        if one.is_default and (name not in _OF_CARTS or name in placed.defaults)
    ]
    classes = set(demand.sections["road_class"])
    widths = [
        _assume(
            f"watering.widths_m.{name}",
            rules,
            Text(f"车行道宽度：{name}（米）", f"width of the carriageway, {name}, m"),
            one.value,
            one.source,
        )
        for name, one in settings.widths_m.items()
        if one.is_default
        and (name in classes or (name == "other" and classes - set(settings.widths_m)))
    ]
    return (*borrowed, *numbers, *widths, *_ways_of_working(rules, drying, turns))


def _assume(
    name: str, rules: tuple[str, ...], title: Text, value: float, source: Text
) -> Assumption:
    """Word one number."""
    text = Text(f"{title.zh}：{value:g}", f"{title.en}: {value:g}")
    return Assumption(assumption_id=name, rule_ids=rules, text=text, source=source)


def _ways_of_working(
    rules: tuple[str, ...], drying: DryingDay, turns: HeldTurns | None
) -> list[Assumption]:
    """Word what is no number."""
    texts = {
        "turns": (say_turns(turns), _HOUSE),
        "drying": (
            Text(
                f"湿润时间按“{drying.title.zh}”逐时推算，不是本地实测",
                f'hours wet are derived for "{drying.title.en}", hour by hour, not measured here',
            ),
            drying.source,
        ),
        "circle": (
            Text(
                "每天照此循环：当天末尾洒的水，接着算第二天开头；车辆收班时罐内满水",
                "the day repeats itself: what is sprayed at its end wets the beginning of the next;"
                " carts are left with a full tank",
            ),
            _HOUSE,
        ),
        "relief": (
            Text(
                "班次在停车场开始和结束；下一班紧接着上车的，在车辆所在的加水点交接",
                "shifts begin and end in the depot; a crew that follows at once takes over where"
                " the cart stands, at a refill point",
            ),
            _HOUSE,
        ),
        "tour": (
            Text(
                "每趟从满罐出发、加满为止；宽于一次洒水宽度的路段须洒几遍，双向各洒",
                "a tour starts and ends with a full tank; a road wider than the spray is driven"
                " several times, each way alike",
            ),
            _HOUSE,
        ),
    }
    return [
        Assumption(assumption_id=f"watering.{name}", rule_ids=rules, text=text, source=source)
        for name, (text, source) in texts.items()
    ]
