"""Where the rows of the layer ``turns`` fit the streets, and which movements they close.

A row names two roads and a place. The junction is the one at that place where both meet; of the
movements from the one road into the other the row closes those that its words can mean. A row that
prescribes a turn closes every other one. Rows that fit nowhere are named.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import numpy as np
import shapely

from qxgeo.errors import Text
from qxgeo.geodesy import disc_boxes, ground_distance_m
from qxgeo.readers.cells import as_text
from qxgeo.rules.road_names import plain_road_names
from qxgeo.schemas import TURNS
from qxgeo.watering.model import HeldTurns
from qxgeo.watering.signs import ONLY, concerns_carts, fits_kind, fits_travel
from qxgeo.watering.streets import bend_deg

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from qxgeo.district import Layer
    from qxgeo.watering.streets import StreetGraph

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

_AT_JUNCTION_M = 0.5  # a place nearer than this is the junction itself
_NO_ROAD = Text("道路图层里没有“{road}”", 'no road "{road}" in the layer of roads')
_NO_JUNCTION = Text(
    "位置 {reach:g} 米内没有两条路相交的路口", "the two roads do not meet within {reach:g} m of it"
)
_NO_SUCH_TURN = Text(
    "路口处两条路之间没有这样的转向，请核对限制类型和行驶方向",
    "no such turn between them there: check the kind and the way of travel",
)


def match_turns(
    layer: Layer, roads: gpd.GeoDataFrame, streets: StreetGraph, *, reach_m: float
) -> tuple[Bools, HeldTurns]:
    """Find the movements that the rows of a layer close.

    Parameters
    ----------
    layer
        Of turn restrictions. A road is named by its ``section_id``, by the beginning of it up to a
        dot (a way of OpenStreetMap that was cut), by its ``osm_id`` or by its name, levelled as
        the rules level names.
    roads
        Of which the streets are made.
    streets
        Without any restriction.
    reach_m
        How far from the place of a row its junction may lie, ground metres.

    Returns
    -------
    is_closed, held
        By movement of the streets, and what became of each row.
    """
    board = _Board(streets, roads, layer, reach_m)
    for place in range(len(layer.table)):
        board.hold(place)
    return board.is_closed, board.finish()


class _Board:
    """Rows on the left, movements on the right."""

    def __init__(
        self, streets: StreetGraph, roads: gpd.GeoDataFrame, layer: Layer, reach_m: float
    ) -> None:
        self._streets, self._layer, self._reach_m = streets, layer, reach_m
        self._cells = _read_cells(layer.table)
        self._rows_of = _name_roads(roads)
        self._driven = set(streets.arc_row.tolist())
        node = streets.arc_to[streets.move_from]
        self._order = np.argsort(node, kind="stable")
        self._node = node[self._order]
        self._bend = bend_deg(
            streets.heading_end_deg[streets.move_from], streets.heading_start_deg[streets.move_to]
        )
        self._near = _near_nodes(streets, layer.table, reach_m)
        self._ends: dict[int, set[int]] = {}
        for ends in (streets.arc_from, streets.arc_to):
            for at, row in zip(ends.tolist(), streets.arc_row.tolist(), strict=True):
                self._ends.setdefault(at, set()).add(row)
        self.is_closed = np.zeros(len(streets.move_from), dtype=bool)
        self._counts = dict.fromkeys(("held", "needless", "not_for_carts", "timed", "several"), 0)
        self._unmatched: list[tuple[Text, Text]] = []

    def hold(self, place: int) -> None:
        """Close what one row forbids, or note why it does not."""
        row = self._cells[place]
        if not concerns_carts(row["vehicles"], row["except_vehicles"]):
            self._counts["not_for_carts"] += 1
            return
        start, goal = (self._roads(row[name]) for name in ("from_road", "to_road"))
        for name, found in (("from_road", start), ("to_road", goal)):
            if not found:
                self._miss(place, row, _NO_ROAD, road=row[name])
                return
        is_prescribed = row["kind"].startswith(ONLY)
        if start.isdisjoint(self._driven) or (goal.isdisjoint(self._driven) and not is_prescribed):
            self._counts["needless"] += 1
            return
        nodes = self._junctions(place, start, goal)
        if not nodes:
            self._miss(place, row, _NO_JUNCTION, reach=self._reach_m)
            return
        every = self._moves_between(nodes, start, goal)
        if not len(every) and not is_prescribed:
            self._counts["needless"] += 1
            return
        headings = self._streets.heading_end_deg[self._streets.move_from[every]]
        moves = every[fits_travel(row["travel"], headings)]
        meant = self._choose(moves, row["kind"])
        if not len(meant):
            self._miss(place, row, _NO_SUCH_TURN)
            return
        closed = self._others(meant) if is_prescribed else meant
        self.is_closed[closed] = True
        self._counts["held" if len(closed) else "needless"] += 1
        if len(closed):
            froms = np.unique(self._streets.move_from[meant])
            self._counts["several"] += int(len(froms) > 1)
            self._counts["timed"] += int(bool(row["times"]))

    def finish(self) -> HeldTurns:
        """Give the counts."""
        return HeldTurns(
            rows=len(self._layer.table),
            closed_moves=int(self.is_closed.sum()),
            unmatched=tuple(self._unmatched),
            **self._counts,
        )

    def _roads(self, name: str) -> set[int]:
        """Give the rows of the roads that a name means."""
        plain = _plain(name)
        (road_name,) = plain_road_names(np.array([name], dtype=object))
        keys = (plain, plain, plain, road_name)
        pairs = zip(keys, self._rows_of, strict=True)
        return next((known[key] for key, known in pairs if key in known), set())

    def _junctions(self, place: int, start: set[int], goal: set[int]) -> list[int]:
        """Give the junctions in reach at which both roads end; one at the very place alone."""
        found = [
            (metres, node)
            for metres, node in self._near[place]
            if not start.isdisjoint(ends := self._ends.get(node, set()))
            and not goal.isdisjoint(ends)
        ]
        if found and found[0][0] <= _AT_JUNCTION_M:
            return [found[0][1]]
        return [node for _, node in found]

    def _moves_between(self, nodes: list[int], start: set[int], goal: set[int]) -> Ints:
        """Give the movements from the one road into the other at these junctions."""
        moves = np.concatenate([self._moves_at(node) for node in nodes])
        first, second = self._streets.move_from[moves], self._streets.move_to[moves]
        rows = self._streets.arc_row
        is_between = np.isin(rows[first], list(start)) & np.isin(rows[second], list(goal))
        return np.asarray(moves[is_between])

    def _moves_at(self, node: int) -> Ints:
        """Give the movements at a junction."""
        low, high = np.searchsorted(self._node, (node, node + 1))
        return self._order[low:high]

    def _choose(self, moves: Ints, kind: str) -> Ints:
        """Keep the movements that the words mean; of roads that leave no choice, the only one."""
        if len(moves) == 1:
            return moves
        is_back = (
            self._streets.reverse[self._streets.move_from[moves]] == (self._streets.move_to[moves])
        )
        return moves[fits_kind(kind, self._bend[moves], is_back)]

    def _others(self, meant: Ints) -> Ints:
        """Give every other movement out of the same approaches."""
        froms = np.unique(self._streets.move_from[meant])
        moves = np.flatnonzero(np.isin(self._streets.move_from, froms))
        return np.setdiff1d(moves, meant)

    def _miss(self, place: int, row: dict[str, str], why: Text, **facts: object) -> None:
        """Note a row that fits nowhere."""
        at = Text("", "")
        if self._layer.rows:
            number = self._layer.rows[place]
            at = Text(f"第 {number} 行 ", f"row {number} ")
        start, goal, turn_id = row["from_road"], row["to_road"], row["turn_id"]
        name = Text(f"{at.zh}{turn_id}（{start}→{goal}）", f"{at.en}{turn_id} ({start} → {goal})")
        text = Text(why.zh.format(**facts), why.en.format(**facts))
        self._unmatched.append((name, text))


def _name_roads(roads: gpd.GeoDataFrame) -> tuple[dict[str, set[int]], ...]:
    """Give the rows of the roads by id, by its beginning, by ``osm_id`` and by name."""
    ids = [_plain(_cell(one)) for one in roads["section_id"]]
    osm_ids = [_plain(_cell(one)) for one in roads.get("osm_id", ())]
    names = plain_road_names(np.asarray(roads.get("name", ()), dtype=object)).tolist()
    known: list[dict[str, set[int]]] = []
    for column in (ids, [one.rpartition(".")[0] for one in ids], osm_ids, names):
        rows: dict[str, set[int]] = {}
        for row, name in enumerate(column):
            if name:
                rows.setdefault(name, set()).add(row)
        known.append(rows)
    return tuple(known)


def _near_nodes(
    streets: StreetGraph, table: gpd.GeoDataFrame, reach_m: float
) -> list[list[tuple[float, int]]]:
    """Give the junctions within reach of each place with their metres, the nearest first."""
    places = shapely.get_coordinates(table.geometry.to_numpy())
    near: list[list[tuple[float, int]]] = [[] for _ in places]
    if not len(places) or not len(streets):
        return near
    reach = max(reach_m, _AT_JUNCTION_M)
    tree = shapely.STRtree(np.asarray(shapely.points(streets.node_lonlat), dtype=object))
    row, node = tree.query(disc_boxes(places, reach))
    away = ground_distance_m(*places[row].T, *streets.node_lonlat[node].T)
    for metres, place, at in sorted(zip(away.tolist(), row.tolist(), node.tolist(), strict=True)):
        if metres <= reach:
            near[place].append((metres, at))
    return near


def _read_cells(table: gpd.GeoDataFrame) -> list[dict[str, str]]:
    """Give each row's cells as text, blank where a column or a cell is missing."""
    given = [name for name in TURNS.columns if name in table.columns]
    blank = dict.fromkeys(TURNS.columns, "")
    records = table[given].astype(object).to_dict("records")
    return [blank | {str(key): _cell(value) for key, value in row.items()} for row in records]


def _cell(value: object) -> str:
    """Give a cell as text, blank where it is missing."""
    return as_text(value) or ""


def _plain(name: str) -> str:
    """Make the same id of a road the same word; dots and dashes tell ids apart."""
    return unicodedata.normalize("NFKC", name).casefold().replace(" ", "")
