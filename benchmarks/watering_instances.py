"""Public arc-routing instances, read as problems, and drawn ones where no public one may be used.

Three formats: ``.dat`` with Spanish headings (undirected), ``.txt`` with required and other edges
and arcs (mixed), and the same with ``DUMPING_SITES`` and ``MAX_TRIP`` (facilities, limit).
"""

from __future__ import annotations

import csv
import math
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from qxgeo.watering.routing import ArcProblem, CartKind

DATA = Path(__file__).parents[2] / "shared" / "data" / "benchmarks" / "arc_routing"
EDGE = re.compile(r"\(\s*(-?\d+)\s*,\s*(-?\d+)\s*\)(.*)")
NUMBER = re.compile(r"([a-z_]+)\s+(-?[\d.]+)")
SERVED = ("serv_cost", "coste")
TRAVELLED = ("trav_cost", "trave_cost", "cost", "coste")


@dataclass(frozen=True, slots=True)
class Instance:
    """A problem with what is known of it; `best_known` is NaN where nothing is."""

    family: str
    name: str
    problem: ArcProblem
    best_known: float


@dataclass(frozen=True, slots=True)
class Line:
    """An edge or an arc of a file."""

    start: int
    end: int
    served: float
    travelled: float
    demand: float
    is_arc: bool
    is_required: bool


def list_instances(families: set[str] | None = None, data: Path = DATA) -> list[Instance]:
    """Read the instances of families, in the order of family and name."""
    if not (data / "best_known.csv").exists():
        return []
    with (data / "best_known.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    chosen = [row for row in rows if families is None or row["family"] in families]
    return [
        Instance(
            row["family"],
            row["instance"],
            read_problem((data / row["file"]).read_text(encoding="utf-8", errors="replace")),
            min((float(row[key]) for key in ("ub", "bks_alt") if row[key]), default=math.nan),
        )
        for row in sorted(chosen, key=lambda row: (row["family"], row["instance"]))
    ]


def read_problem(text: str) -> ArcProblem:
    """Read a file of one of the three formats."""
    lines, heads, is_arc, is_required = [], {}, False, True
    for raw in text.splitlines():
        line = raw.strip()
        if match := EDGE.match(line):
            lines.append(_read_line(match, is_arc=is_arc, is_required=is_required))
        elif line.startswith("LIST"):
            is_arc = "ARC" in line.replace("ARISTAS", "")
            is_required = "NOREQ" not in line and "NO_REQ" not in line
        elif ":" in line:
            key, _, value = line.partition(":")
            heads[key.strip()] = re.split(r"NAME", value)[0].strip()
    return build_problem(lines, heads)


def _read_line(match: re.Match[str], *, is_arc: bool, is_required: bool) -> Line:
    """Read an edge: its ends, its costs and its demand."""
    numbers = {key: float(value) for key, value in NUMBER.findall(match[3])}
    travelled = next(numbers[key] for key in TRAVELLED if key in numbers)
    served = next((numbers[key] for key in SERVED if key in numbers), travelled)
    demand = numbers.get("demand", numbers.get("demanda", 0.0))
    return Line(int(match[1]), int(match[2]), served, travelled, demand, is_arc, is_required)


def build_problem(lines: list[Line], heads: dict[str, str]) -> ArcProblem:
    """Build a problem from edges and arcs; places are the nodes."""
    names = sorted({node for line in lines for node in (line.start, line.end)})
    place = {name: row for row, name in enumerate(names)}
    task, start, end, cost, demand = [], [], [], [], []
    for line in lines:
        if line.is_required:
            ends = (
                [(line.start, line.end)]
                if line.is_arc
                else [(line.start, line.end), (line.end, line.start)]
            )
            for one, other in ends:
                task.append(len(demand))
                start.append(place[one])
                end.append(place[other])
                cost.append(line.served)
            demand.append(line.demand)
    sites = [place[int(name)] for name in re.findall(r"-?\d+", heads.get("DUMPING_SITES", ""))]
    depot = int(heads.get("DEPOT") or heads.get("DEPOSITO") or 1)
    kind = CartKind(
        capacity=float(heads.get("CAPACITY") or heads["CAPACIDAD"]),
        depot=place[depot],
        limit=float(heads.get("MAX_TRIP") or math.inf),
        must_refill_before_end=bool(sites),
    )
    return ArcProblem(
        mode_task=np.array(task),
        mode_from=np.array(start),
        mode_to=np.array(end),
        mode_cost=np.array(cost),
        demand=np.array(demand),
        travel=measure_ways(lines, place),
        refills=np.array(sites, dtype=np.int64),
        refill_cost=np.full(len(sites), float(heads.get("DUMPING_COST") or 0)),
        kinds=(kind,),
    )


def measure_ways(lines: list[Line], place: dict[int, int]) -> np.ndarray:
    """Measure shortest ways between all nodes."""
    least = np.full((len(place), len(place)), np.inf)
    for line in lines:
        one, other = place[line.start], place[line.end]
        least[one, other] = min(least[one, other], line.travelled)
        if not line.is_arc:
            least[other, one] = min(least[other, one], line.travelled)
    rows, columns = np.nonzero(np.isfinite(least))
    graph = coo_array((least[rows, columns], (rows, columns)), least.shape)  # with those of cost 0
    return np.asarray(dijkstra(graph.tocsr()))
