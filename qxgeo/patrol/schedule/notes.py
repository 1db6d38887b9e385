"""What a reader of the schedule has to know: hours without anybody, points without a visit."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from qxgeo.errors import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from qxgeo.patrol.schedule.visits import Placement

_MOST_NAMES = 10


def list_notes(
    shifts: pd.DataFrame,
    visits: pd.DataFrame,
    unfilled: pd.DataFrame,
    people: pd.DataFrame,
    *,
    unseen: int,
    placement: Placement,
) -> tuple[Text, ...]:
    """Say what the tables alone do not show at once.

    Parameters
    ----------
    shifts, visits, unfilled
        Of the schedule.
    people
        The roster.
    unseen
        Points without owner or without visits per week.
    placement
        Of the visits.

    Returns
    -------
    notes
        One per matter that there is.
    """
    return (
        *_note_unfilled(unfilled, len(placement.missed.point)),
        *_note_points(unseen, placement.capped_count),
        *_note_full_shifts(shifts, visits),
        *_note_capacity(shifts, people),
    )


def _note_unfilled(unfilled: pd.DataFrame, missed_count: int) -> Iterator[Text]:
    """Count the hours that nobody can take, and the visits that fall on them."""
    if len(unfilled):
        minutes = unfilled["end_min"] - unfilled["start_min"]
        hours, owners = minutes.sum() / 60, unfilled["territory_id"].nunique()
        yield Text(
            f"{owners} 片责任区共有 {hours:.1f} 小时无人巡查，逐条列出",
            f"{owners} territories have {hours:.1f} hours that nobody can take; each is listed",
        )
    if missed_count:
        yield Text(
            f"{missed_count} 次点位巡查落在无人时段，随该时段列出",
            f"{missed_count} visits fall on hours that nobody can take; listed with the hours",
        )


def _note_points(unseen: int, capped_count: int) -> Iterator[Text]:
    """Count the points that get no visit, or fewer than asked."""
    if unseen:
        yield Text(
            f"{unseen} 处点位没有负责人或没有巡查次数，未排",
            f"{unseen} points have no owner or no visits per week and are not scheduled",
        )
    if capped_count:
        yield Text(
            f"{capped_count} 处点位的次数多于时段数：每个时段至多一次",
            f"{capped_count} points ask for more visits than there are windows: one in each",
        )


def _note_full_shifts(shifts: pd.DataFrame, visits: pd.DataFrame) -> Iterator[Text]:
    """Count the shifts that are shorter than the time at their points alone."""
    length = (shifts["end_min"] - shifts["start_min"]).set_axis(shifts["shift_id"])
    service = visits.groupby("shift_id")["service_min"].sum()
    count = int((service > length.reindex(service.index)).sum())
    if count:
        yield Text(
            f"{count} 个班次的点位停留时间之和超过班次时长",
            f"{count} shifts are shorter than the time at their points",
        )


def _note_capacity(shifts: pd.DataFrame, people: pd.DataFrame) -> Iterator[Text]:
    """Name people with more hours of duty in a week (from Monday) than their capacity."""
    monday = [day - timedelta(days=day.weekday()) for day in shifts["day"]]
    minutes = (shifts["end_min"] - shifts["start_min"]).groupby([shifts["person_id"], monday]).sum()
    most = minutes.groupby(level=0).max() if len(minutes) else minutes
    limit = people.set_index("person_id")["capacity_min"]
    over = [person for person in limit.index if most.get(person, 0) > limit[person]]
    if over:
        names = "、".join(over[:_MOST_NAMES]) + ("……" if len(over) > _MOST_NAMES else "")
        yield Text(
            f"{len(over)} 人的当班时数超过其每周工时：{names}",
            f"{len(over)} people have more hours of duty in a week than their capacity: {names}",
        )
