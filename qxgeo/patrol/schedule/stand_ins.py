"""Who goes when an owner is off: the rota of one township, day after day.

The rule, window by window:

1. An owner on duty patrols the own territory, up to the longest working day.
2. A territory whose owner is off gets a stand-in of the same township who is on duty and stands in
   for nobody else in that window: first somebody without a territory, for the whole window; else
   an owner, who then serves the own territory for one half of the window and the other for the
   other half. Which half comes first changes from day to day. What the two territories lose is
   listed, never hidden.
3. Fair turns: of those who can, the one with the fewest stand-in minutes so far goes; of equal
   ones the next after the absent owner in the order of ids, round and round. Where there are more
   territories than stand-ins, those that got the fewest minutes of a stand-in so far come first.

So nobody is in two places at once, and the turns depend on nothing but the roster and the days.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from qxgeo.errors import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from qxgeo.patrol.schedule.hours import DutyHours, Window


class Stretch(NamedTuple):
    """One stretch of one window of one territory.

    Attributes
    ----------
    window
        Number of the window in its day.
    person_id
        Who goes; "" where nobody can.
    reason
        Why nobody can; None for a shift.
    """

    day: date
    window: int
    start_min: int
    end_min: int
    season_id: str
    territory_id: str
    person_id: str
    reason: Text | None


class _Part(NamedTuple):
    """A stretch before it has a place in a day."""

    start_min: int
    end_min: int
    person_id: str
    reason: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """The people and the territories of one township.

    Attributes
    ----------
    territories
        Ids of the owners of its territories, sorted.
    people
        Who can be on duty at all, sorted; with or without a territory.
    away
        Why an owner can never be on duty.
    days_off
        Weekdays on which a person rests, 0 is Monday.
    """

    territories: tuple[str, ...]
    people: tuple[str, ...]
    away: Mapping[str, Text]
    days_off: Mapping[str, frozenset[int]]


_OFF = Text("负责人休息", "the owner is off")
_NOBODY = Text("本乡镇街道当日无人在岗", "nobody of the township is on duty that day")
_ALL_TAKEN = Text(
    "在岗人员都已替别的片区，或当日工时已满",
    "everybody on duty stands in elsewhere or has worked a full day",
)


class Rota:
    """Fills the days of one township and remembers whose turn it is.

    Parameters
    ----------
    crew
        The township.
    day_length_min
        Longest working day of one person.
    """

    def __init__(self, crew: Crew, *, day_length_min: float) -> None:
        self._crew = crew
        self._day_length_min = int(day_length_min)
        self._stood_in_min = dict.fromkeys(crew.people, 0)
        self._got_min = dict.fromkeys(crew.territories, 0)
        self._order = {person: n for n, person in enumerate(sorted({*crew.people, *crew.away}))}
        self._too_long = Text(
            f"超过每日工作时间上限（{day_length_min:g} 分钟）",
            f"beyond the longest working day ({day_length_min:g} min)",
        )

    def fill(self, hours: DutyHours) -> Iterator[Stretch]:
        """Fill one day; days have to come in order.

        Parameters
        ----------
        hours
            Patrol hours of the day.

        Yields
        ------
        stretch
            Those of a window and territory follow each other without gap and overlap.
        """
        weekday = hours.day.weekday()
        left = {
            person: self._day_length_min
            for person in self._crew.people
            if weekday not in self._crew.days_off.get(person, ())
        }
        is_own_first = hours.day.toordinal() % 2 == 0
        for number, window in enumerate(hours.windows):
            stands_in = self._choose(left)
            for territory, parts in self._divide(window, left, stands_in, is_own_first):
                for part in parts:
                    if part.start_min < part.end_min:
                        yield Stretch(
                            hours.day,
                            number,
                            part.start_min,
                            part.end_min,
                            hours.season_id,
                            territory,
                            part.person_id,
                            part.reason,
                        )

    def _choose(self, left: Mapping[str, int]) -> dict[str, str]:
        """Name the stand-in of each territory whose owner is off, as far as there are any."""
        off = [owner for owner in self._crew.territories if owner not in left]
        off.sort(key=lambda owner: (self._got_min[owner], owner))
        # A minute cannot be halved, so somebody with one minute left helps nobody.
        ready = {person for person, minutes in left.items() if minutes > 1}
        chosen: dict[str, str] = {}
        for owner in off:
            if not ready:
                break
            stand_in = min(ready, key=lambda person: self._rank(person, owner))
            ready.remove(stand_in)
            chosen[owner] = stand_in
        return chosen

    def _rank(self, person: str, owner: str) -> tuple[bool, int, int]:
        """Rank a stand-in for an owner: free ones first, then by turns."""
        steps = (self._order[person] - self._order[owner]) % len(self._order)
        return person in self._got_min, self._stood_in_min[person], steps

    def _divide(
        self,
        window: Window,
        left: dict[str, int],
        stands_in: Mapping[str, str],
        is_own_first: bool,  # noqa: FBT001  private, and called once
    ) -> Iterator[tuple[str, list[_Part]]]:
        """Divide a window among the territories, and count the minutes of everybody."""
        elsewhere = {person: owner for owner, person in stands_in.items()}
        for owner in self._crew.territories:
            person = owner if owner in left else stands_in.get(owner)
            if person is None:
                yield owner, [_Part(*window, "", self._say_nobody(owner, left))]
                continue
            start, end = window
            until = start + min(end - start, left[person])
            neighbour = elsewhere.get(person)
            if neighbour is None or person not in self._got_min:
                parts = [_Part(start, until, person)]
            else:
                parts = _halve(
                    (start, until), person, is_own=owner == person, is_own_first=is_own_first
                )
            yield owner, [*parts, _Part(until, end, "", self._too_long)]
        self._count(window, left, stands_in)

    def _count(self, window: Window, left: dict[str, int], stands_in: Mapping[str, str]) -> None:
        """Count what everybody has worked, and what stand-ins and territories had of it."""
        length = window[1] - window[0]
        for owner, person in stands_in.items():
            whole = min(length, left[person])
            minutes = whole // 2 if person in self._got_min else whole
            self._stood_in_min[person] += minutes
            self._got_min[owner] += minutes
        working = {*self._crew.territories, *stands_in.values()} & left.keys()
        left.update({person: left[person] - min(length, left[person]) for person in working})

    def _say_nobody(self, owner: str, left: Mapping[str, int]) -> Text:
        """Say why a whole window has nobody."""
        cause = self._crew.away.get(owner, _OFF)
        effect = _ALL_TAKEN if left else _NOBODY
        return Text(f"{cause.zh}，{effect.zh}", f"{cause.en}; {effect.en}")


def _halve(window: Window, person: str, *, is_own: bool, is_own_first: bool) -> list[_Part]:
    """Give one of two territories its half of a stand-in's window, and say who has the other."""
    start, end = window
    middle = start + (end - start) // 2
    reason = Text(
        f"{person} 兼顾两片责任区，各去半个时段",
        f"{person} serves two territories, half of the hours each",
    )
    if is_own == is_own_first:
        return [_Part(start, middle, person), _Part(middle, end, "", reason)]
    return [_Part(start, middle, "", reason), _Part(middle, end, person)]
