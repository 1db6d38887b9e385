"""Territories: every cell of a township one owner, fairly, in one piece, and provably so.

Townships are walls. In each, the parts that hang together get whole people; a part is divided by
cuts, rounded and levelled by moves that keep every territory in one piece, small parts are settled
by a solver. With an earlier assignment only what fairness asks for changes hands. Every largest
load stands beside a proved lower bound.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qxgeo.errors import Text
from qxgeo.geodesy import local_plane, move_coordinates
from qxgeo.patrol.columns import TERRITORY_COLUMNS
from qxgeo.patrol.model import Assignment, Balance
from qxgeo.patrol.territories.bounds import Bound, bound_largest_load
from qxgeo.patrol.territories.changes import list_changes
from qxgeo.patrol.territories.graph import Borders, find_borders
from qxgeo.patrol.territories.parts import Split, Township, split_township
from qxgeo.patrol.territories.request import Request, Requests, read_requests
from qxgeo.patrol.territories.solve import divide
from qxgeo.patrol.territories.tables import build_territories, measure_balance

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_NOBODY = -1
_SOLVER_MIN = 1e-3  # what rounding the loads to millionths of a minute may add up to


def assign_territories(
    cells: gpd.GeoDataFrame,
    people: pd.DataFrame,
    *,
    locks: Mapping[str, str],
    previous: Mapping[str, str] | None,
    seed: int,
) -> Assignment:
    """Assign every cell to a person of its township.

    Parameters
    ----------
    cells
        Table `CELL_COLUMNS` up to ``load_min`` with geometry, EPSG:4326.
    people
        Table `PEOPLE_COLUMNS`.
    locks
        Cell id to person id: cells that stay with their person.
    previous
        Cell id to person id of the assignment before, from which as few cells as possible change
        hands; None for a new one.
    seed
        Same seed, same assignment.

    Returns
    -------
    assignment
        Owners, territories, balances, changes; what cannot be had stands in ``problems`` and its
        cells have no owner.

    Raises
    ------
    SchemaError
        If an id is there twice, or a load is not a number of minutes.
    """
    people = people.sort_values("person_id").reset_index(drop=True)
    requests = read_requests(cells, people, locks, previous)
    scene = _Scene(cells, people, requests, previous, seed)
    answers = [scene.solve(request) for request in requests.townships]
    owner = np.full(len(cells), _NOBODY, dtype=np.int64)
    for request, answer in zip(requests.townships, answers, strict=True):
        owner[request.cells] = answer.owner
    names = np.append(people["person_id"].astype(str).to_numpy(dtype=object), "")
    owners = pd.Series(
        names[owner], index=pd.Index(cells["cell_id"].astype("string")), dtype="string"
    ).rename("person_id")
    territories = build_territories(cells, people, owner, xy=scene.xy, borders=scene.borders)
    return Assignment(
        owners=owners,
        territories=territories,
        balances=tuple(
            _balance(request, answer, cells, territories)
            for request, answer in zip(requests.townships, answers, strict=True)
        ),
        is_first=previous is None,
        changes=list_changes(
            owners, cells["township_id"], people, previous=previous, locks=requests.locks
        ),
        problems=(*requests.problems, *(text for answer in answers for text in answer.problems)),
        notes=(
            *requests.notes,
            *(text for answer in answers for text in answer.notes),
            *_notes_on_territories(territories),
        ),
        seed=seed,
    )


@dataclass(frozen=True, slots=True)
class _Answer:
    """A township solved: owners as row numbers of the people, bound, what to say."""

    owner: Ints
    bound: Bound
    is_optimal: bool
    problems: tuple[Text, ...]
    notes: tuple[Text, ...]


class _Scene:
    """All cells in one plane, with their neighbours, ready to be cut into townships."""

    def __init__(
        self,
        cells: gpd.GeoDataFrame,
        people: pd.DataFrame,
        requests: Requests,
        previous: Mapping[str, str] | None,
        seed: int,
    ) -> None:
        shapes = np.asarray(cells.geometry.to_numpy(), dtype=object)
        lonlat = cells[["lon", "lat"]].to_numpy(dtype=float)
        self._seed = seed
        self.xy = np.empty((0, 2))
        self.shapes = shapes
        base = people[["base_lon", "base_lat"]].to_numpy(dtype=float)
        self._base_xy = np.full(base.shape, np.nan)
        if len(cells):
            plane = local_plane(shapes)
            self.shapes = move_coordinates(shapes, plane)
            self.xy = np.stack(plane.transform(*lonlat.T), axis=1)
            known = np.isfinite(base).all(axis=1)
            self._base_xy[known] = np.stack(plane.transform(*base[known].T), axis=1)
        group = np.full(len(cells), _NOBODY, dtype=np.int64)
        for number, request in enumerate(requests.townships):
            group[request.cells] = number
        self.borders: Borders = find_borders(self.shapes, group)
        self._load = cells["load_min"].to_numpy(dtype=float)
        self._area = cells["area_m2"].to_numpy(dtype=float)
        capacity = people["capacity_min"].to_numpy(dtype=float)
        self._capacity = np.where(np.isnan(capacity), np.inf, capacity)
        self._names = people["person_id"].astype(str).tolist()
        self._cell_ids = cells["cell_id"].astype(str).to_numpy(dtype=object)
        row = {name: number for number, name in enumerate(self._names)}
        self._lock = self._rows_of(requests.locks, row)
        self._before = None if previous is None else self._rows_of(previous, row)

    def _rows_of(self, owners: Mapping[str, str], row: Mapping[str, int]) -> Ints:
        """Turn cell id to person id into row numbers of the people for each cell."""
        return np.array(
            [row.get(owners.get(cell_id, ""), _NOBODY) for cell_id in self._cell_ids],
            dtype=np.int64,
        )

    def solve(self, request: Request) -> _Answer:
        """Divide a township."""
        lock = self._local(self._lock, request)
        lock, heavy = self._fit_locks(request, lock)
        split = split_township(self._township(request, lock, heavy))
        owner = np.full(len(request.cells), _NOBODY, dtype=np.int64)
        proofs = []
        for task, cells, staff, held in zip(
            split.tasks, split.cells, split.people, split.held, strict=True
        ):
            divided = divide(task, held)
            proofs.append(divided.proof)
            mine = divided.owner >= 0
            owner[cells[mine]] = request.people[staff[divided.owner[mine]]]
        problems = [*self._too_heavy(request, heavy), *self._apart(request, split)]
        problems += self._ownerless(request, owner, heavy, split)
        load = self._load[request.cells]
        bound, is_optimal = split.bound, False
        if (owner < 0).any():  # then the bound speaks of the cells that have an owner
            owned = owner >= 0
            people = np.full(len(request.people), np.inf)
            bound = bound_largest_load(load[owned], people, lock[owned])
        elif len(proofs) == 1 and proofs[0] is not None and proofs[0].bound_min > bound.load_min:
            bound = Bound(proofs[0].bound_min, _BY_SOLVER)
        if len(proofs) == 1 and proofs[0] is not None and not (owner < 0).any():
            largest = float(np.bincount(owner, weights=load).max())
            is_optimal = proofs[0].is_optimal and largest <= bound.load_min + _SOLVER_MIN
        return _Answer(
            owner, bound, is_optimal, tuple(problems), tuple(_notes_on_gaps(request, split))
        )

    def _local(self, person: Ints, request: Request) -> Ints:
        """Renumber people by their place in a request; others are nobody."""
        place = np.full(len(self._names) + 1, _NOBODY, dtype=np.int64)
        place[request.people] = np.arange(len(request.people))
        return np.asarray(place[person[request.cells]])

    def _fit_locks(self, request: Request, lock: Ints) -> tuple[Ints, NDArray[np.bool_]]:
        """Find locked cells beyond their person's capacity; they are nobody's."""
        capacity = self._capacity[request.people]
        heavy = np.zeros(len(lock), dtype=bool)
        for person in np.unique(lock[lock >= 0]).tolist():
            mine = np.flatnonzero(lock == person)
            reach = np.cumsum(self._load[request.cells][mine])
            heavy[mine[reach > capacity[person] * (1 + 1e-9)]] = True
        return np.where(heavy, _NOBODY, lock), heavy

    def _township(self, request: Request, lock: Ints, heavy: NDArray[np.bool_]) -> Township:
        """Cut a township out of the scene; cells that nobody can own have no neighbours in it."""
        place = np.full(len(self._load), -1, dtype=np.int64)
        place[request.cells] = np.arange(len(request.cells))
        first, second = place[self.borders.first], place[self.borders.second]
        inside = (first >= 0) & (second >= 0)
        before = self._before
        return Township(
            shapes=self.shapes[request.cells],
            first=first[inside],
            second=second[inside],
            load_min=self._load[request.cells],
            area_m2=self._area[request.cells],
            xy=self.xy[request.cells],
            capacity_min=self._capacity[request.people],
            base_xy=self._base_xy[request.people],
            lock=lock,
            before=None if before is None else self._local(before, request),
            is_nobodys=heavy,
            # The same whichever other townships there are.
            seed=zlib.crc32(f"{self._seed} {request.township_id}".encode()),
        )

    def _too_heavy(self, request: Request, heavy: NDArray[np.bool_]) -> list[Text]:
        """Name locked cells beyond capacity."""
        rows = request.cells[heavy]
        return [
            Text(
                f"锁定给 {self._names[person]} 的网格超出其能力上限，{_join(ids, '、')} 无人负责",
                f"cells locked to {self._names[person]} exceed the capacity:"
                f" {_join(ids, ', ')} have no owner",
            )
            for person in np.unique(self._lock[rows]).tolist()
            for ids in [self._cell_ids[rows[self._lock[rows] == person]]]
        ]

    def _apart(self, request: Request, split: Split) -> list[Text]:
        """Name locked cells that cannot be joined."""
        rows = request.cells[split.left_out]
        return [
            Text(
                f"锁定给 {name} 的网格无法经自由网格连成一片，{_join(ids, '、')} 无人负责",
                f"cells locked to {name} cannot be joined through free cells:"
                f" {_join(ids, ', ')} have no owner",
            )
            for person in request.people[split.apart].tolist()
            for name, ids in [
                (self._names[person], self._cell_ids[rows[self._lock[rows] == person]])
            ]
        ]

    def _ownerless(
        self, request: Request, owner: Ints, heavy: NDArray[np.bool_], split: Split
    ) -> list[Text]:
        """Count cells that are left over although nothing else was said about them."""
        is_left = (owner < 0) & ~heavy
        is_left[split.left_out] = False
        if not is_left.any():
            return []
        rows = request.cells[is_left]
        hours = self._load[rows].sum() / 60
        return [
            Text(
                f"{request.township_id}：能力上限内没有可行的划分，{len(rows)} 个网格"
                f"（每周 {hours:.1f} 小时）无人负责：{_join(self._cell_ids[rows], '、')}",
                f"{request.township_id}: no division within the capacities was found, {len(rows)}"
                f" cells ({hours:.1f} h a week) have no owner: {_join(self._cell_ids[rows], ', ')}",
            )
        ]


_BY_SOLVER = Text(
    "求解器证明（OR-Tools CP-SAT，含连通约束）", "proved by the solver (OR-Tools CP-SAT, connected)"
)
_NAMED = 10


def _join(ids: NDArray[np.object_], separator: str) -> str:
    """Join ids, the first few of many."""
    more = len(ids) - _NAMED
    return separator.join(ids[:_NAMED]) + (f" (+{more})" if more > 0 else "")


def _balance(
    request: Request, answer: _Answer, cells: gpd.GeoDataFrame, territories: gpd.GeoDataFrame
) -> Balance:
    """Measure the balance of a solved township."""
    return measure_balance(
        request.township_id,
        cells,
        territories,
        rows=request.cells,
        bound=answer.bound,
        is_proved=answer.is_optimal,
    )


def _notes_on_gaps(request: Request, split: Split) -> list[Text]:
    """Say which parts of a township stand alone and which were joined."""
    notes = []
    if len(split.cells) > 1:
        people = [str(len(staff)) for staff in split.people]
        notes.append(
            Text(
                f"{request.township_id}：分成互不相连的 {len(split.cells)} 片，"
                f"各 {'、'.join(people)} 人",
                f"{request.township_id}: {len(split.cells)} parts without a common border,"
                f" with {', '.join(people)} people",
            )
        )
    if split.gaps_m:
        notes.append(
            Text(
                f"{request.township_id}：{len(split.gaps_m)} 片面积小或同属一人锁定，"
                f"并入最近的责任区，最大间隔 {max(split.gaps_m):.0f} 米",
                f"{request.township_id}: {len(split.gaps_m)} parts are too small for a person of"
                f" their own, or locked to one, and join the nearest territory;"
                f" the widest gap is {max(split.gaps_m):.0f} m",
            )
        )
    return notes


def _notes_on_territories(territories: gpd.GeoDataFrame) -> list[Text]:
    """Name people without a cell and territories in several parts."""
    notes = []
    for row in territories[[*TERRITORY_COLUMNS]].itertuples(index=False):
        if row.cell_count == 0:
            notes.append(Text(f"{row.person_id} 没有网格", f"{row.person_id} has no cell"))
        elif not row.is_connected:
            notes.append(
                Text(
                    f"{row.person_id} 的责任区分为 {row.part_count} 片",
                    f"the territory of {row.person_id} is in {row.part_count} parts",
                )
            )
    return notes
