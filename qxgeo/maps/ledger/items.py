"""Problems and sites as the rows that a page's script reads; personal ones in the office."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from qxgeo.district import title_layer
from qxgeo.ledger.dispatch.weekly import is_open_problem
from qxgeo.ledger.places import Mark
from qxgeo.ledger.rhythm import STATE_LABELS
from qxgeo.ledger.words import PROBLEM_STATUS_LABELS, SOURCE_LABELS, ProblemStatus
from qxgeo.maps.ledger.choice import rank_urgency
from qxgeo.maps.ledger.wording import AFTERWARDS_LABEL, GROUND_LABELS, SITE_STATUS_LABELS, WORDS
from qxgeo.maps.wording import choose
from qxgeo.vocabulary import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qxgeo.district import District
    from qxgeo.errors import Text
    from qxgeo.ledger.dispatch import Board
    from qxgeo.ledger.places import Item, Places
    from qxgeo.maps.ledger.ground import Ground

    Row = Mapping[str, Any]

_DIGITS = re.compile(r"\d(?:[\s-]?\d){6,}")
_MASK = "***"
_MOST_OF_SITE = 20  # problems on the card of a site
AFTERWARDS = "afterwards"  # mended or closed, but not yet on the day of the page


@dataclass(frozen=True, kw_only=True)  # no slots: what is derived is kept
class Teller:
    """Everything that is needed to tell of items.

    Attributes
    ----------
    people
        Rows of the ledger's people; not looked at for the public.
    """

    board: Board
    places: Places
    district: District
    people: tuple[Row, ...]
    ground: Ground
    lang: str
    is_public: bool

    @cached_property
    def words(self) -> dict[str, str]:
        """Words of the pages."""
        return choose(WORDS, self.lang)

    @cached_property
    def township_names(self) -> dict[str, str]:
        """Code to name of the townships, by the plan and the district."""
        names = dict(self.board.township_names)
        layer = self.district.layers.get("townships")
        if layer is not None:
            codes, called = layer.table["township_id"], layer.table["name"]
            names |= dict(zip(codes.astype(str), called.astype(str), strict=True))
        return names

    @cached_property
    def _people_by_id(self) -> dict[str, Row]:
        return {one["id"]: one for one in self.people}

    @cached_property
    def _sites_by_id(self) -> dict[str, Row]:
        return {one["id"]: one for one in self.board.sites}

    @cached_property
    def _problems_of(self) -> dict[str, list[Item]]:
        """Site to its problems."""
        found: dict[str, list[Item]] = defaultdict(list)
        for item in self.places.items:
            if item.kind == "problem" and item.row["site_id"]:
                found[item.row["site_id"]].append(item)
        return found

    @cached_property
    def _scores(self) -> dict[str, str]:
        """Site to its last score and day."""
        scored = [
            (one["inspected_on"], one["id"], one["site_id"], one["score"])
            for one in self.board.inspections
            if one["score"] is not None and one["site_id"] and one["inspected_on"]
            if one["inspected_on"] <= self.places.as_of.isoformat()
        ]
        return {site: f"{score} ({day})" for day, _, site, score in sorted(scored)}

    def name_town(self, code: str) -> str:
        """Give the name of a township, or what stands in its place.

        Parameters
        ----------
        code
            From `Item.township`.

        Returns
        -------
        name
            An unknown code stands for itself.
        """
        if code in GROUND_LABELS:
            return GROUND_LABELS[code].in_language(self.lang)
        return self.township_names.get(code, code)

    def name_unit(self, unit_id: str | None) -> str:
        """Give the name of a unit.

        Parameters
        ----------
        unit_id
            As the row has it.

        Returns
        -------
        name
            An unknown id stands for itself; "" for none.
        """
        return self.board.unit_names.get(unit_id or "", unit_id or "")

    def say_near(self, item: Item) -> str:
        """Say how far the nearest station is, and whether that is inside the ring.

        Parameters
        ----------
        item
            Measured.

        Returns
        -------
        text
            Unknown is said.
        """
        words, ring = self.words, self.places.ring
        if ring is None:
            return words["no_ring"]
        if not item.has_position:
            return words["unknown"]
        km = f"{ring.radius_m / 1e3:g}"
        by_verdict = {
            Verdict.APPLIES: words["inside"].format(km=km),
            Verdict.TOO_CLOSE_TO_CALL: words["close"].format(error=f"{item.error_m:.0f}"),
        }
        told = by_verdict.get(item.verdict, words["beyond"].format(km=km))
        metres = f"{item.distance_m:,.0f}"
        return f"{words['near'].format(station=item.station, metres=metres)} · {told}"

    def tell(self, item: Item) -> dict[str, Any]:
        """Write an item for the page's script.

        Parameters
        ----------
        item
            Of the places.

        Returns
        -------
        row
            JSON values; what is blank is left out.
        """
        row = item.row
        is_problem = item.kind == "problem"
        told: dict[str, Any] = {
            "k": item.kind,
            "i": row["id"],
            "m": str(item.mark),
            "u": row["unit_id"] or "",
            "un": self.name_unit(row["unit_id"]),
            "t": item.township,
            "tn": self.name_town(item.township),
            "near": self.say_near(item),
            "r": 1 if item.is_raised else 0,
            "v": str(item.verdict),
        }
        told |= self._tell_place(item)
        told |= self._tell_problem(item) if is_problem else self._tell_site(row)
        return {key: value for key, value in told.items() if value not in (None, "", [])}

    def _tell_place(self, item: Item) -> dict[str, Any]:
        """Say where it is drawn."""
        told: dict[str, Any] = {}
        if item.has_position:
            x, y, is_beyond = self.ground.locate(item.lon, item.lat)
            told = {"x": x, "y": y, "ll": f"{item.lon:.6f}, {item.lat:.6f}"}
            told["e"] = 1 if is_beyond else None
            told["os"] = self.words["of_site"] if item.is_of_site else ""
        if item.found_township:
            town = self.name_town(item.found_township)
            told["warn"] = self.words["contradiction"].format(town=town)
        return told

    def _tell_problem(self, item: Item) -> dict[str, Any]:
        """Tell of a problem."""
        row = item.row
        status, source = _status_on_day(item), row["source"] or ""
        told = {
            "ms": [row["measure_id"]] if row["measure_id"] else [],
            "x1": self._free(row["text"]),
            "p": self._free(row["place"]),
            "s": status,
            "sn": _label(
                {**PROBLEM_STATUS_LABELS, AFTERWARDS: AFTERWARDS_LABEL}, status, self.lang
            ),
            "d": str(item.state),
            "dn": STATE_LABELS[item.state].in_language(self.lang) if item.state else "",
            "due": row["due_on"],
            "f": row["found_on"],
            "c": row["closed_on"] if item.mark == Mark.CLOSED else None,
            "src": _label(SOURCE_LABELS, source, self.lang),
            "si": row["site_id"],
            "sin": self._name_site(self._sites_by_id.get(row["site_id"] or "")),
        }
        if not self.is_public:
            person = self._people_by_id.get(row["person_id"] or "", {})
            told |= {"per": person.get("name"), "tel": person.get("phone"), "n": row["note"]}
        return told

    def _tell_site(self, row: Row) -> dict[str, Any]:
        """Tell of a site."""
        problems = self._problems_of.get(row["id"], [])
        listed = problems
        if len(problems) > _MOST_OF_SITE:
            listed = sorted(problems, key=rank_urgency)[:_MOST_OF_SITE]
        told = {
            "ms": [one for one in (row["measure_ids"] or "").split("、") if one],
            "x1": self._name_site(row),
            "ty": title_layer(row["kind"]).in_language(self.lang),
            "p": self._free(row["address"]),
            "s": row["status"],
            "sn": _label(SITE_STATUS_LABELS, row["status"] or "", self.lang),
            "acc": row["accuracy_m"],
            "pr": [[one.row["id"], str(one.mark)] for one in listed],
            "prn": len(problems) if len(problems) > len(listed) else None,
            "sc": self._scores.get(row["id"]),
        }
        if not self.is_public:
            told |= {"per": row["contact"], "tel": row["phone"]}
        return told

    def _name_site(self, row: Row | None) -> str:
        """Name a site; shops bear the names of people, so the public sees the id."""
        if row is None:
            return ""
        return str(row["id"] if self.is_public else row["name"] or row["id"])

    def _free(self, text: str | None) -> str | None:
        """Mask what may be a telephone number in a text for the public."""
        return text if text is None or not self.is_public else _DIGITS.sub(_MASK, text)


def _status_on_day(item: Item) -> str:
    """Give the status as of the page's day: what happened later has not happened."""
    status = str(item.row["status"])
    if item.mark == Mark.RECTIFIED and status == ProblemStatus.CLOSED:
        return ProblemStatus.RECTIFIED
    is_mended = item.mark in (Mark.RECTIFIED, Mark.CLOSED)
    return status if is_mended or is_open_problem(item.row) else AFTERWARDS


def _label(labels: Mapping[str, Text], key: str, lang: str) -> str:
    """Give the label of a word; an unknown word stands for itself."""
    found = labels.get(key)
    return key if found is None else found.in_language(lang)
