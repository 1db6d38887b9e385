"""The rules on roads, judged piece by piece: what `qxgeo.streaming.run_pieces` is given to do.

A piece is read in blocks of a fixed number of rows, whatever memory there is: so every length comes
out of the same arithmetic, and the results are the same to the last bit however the work is shared
out. What a rule says of a road hangs on no other road, so the judges are those of `assess`.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, replace
from importlib import metadata
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from qxgeo.assess.findings import describe, order_of_work
from qxgeo.assess.packing import pack, unpack
from qxgeo.assess.parts import PartWriter
from qxgeo.assess.run import stand_in
from qxgeo.assess.totals import collect_reasons, list_entries
from qxgeo.datasets.reading import iter_lines
from qxgeo.district import read_batch
from qxgeo.geodesy.compiled import find_loops
from qxgeo.rules import judge_subjects, look_at
from qxgeo.streaming import sum_exactly, to_nanometres

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import geopandas as gpd

    from qxgeo.datasets import Piece
    from qxgeo.plan import Rule
    from qxgeo.rules import Judgement, Scene

BLOCK_ROWS = 8_192
KEY_COLUMNS = 3  # most criteria of a rule's order of work
FINDINGS_FILE, REASONS_FILE, IDS_FILE = "findings.parquet", "reasons.parquet", "ids.npy"
_VERSION = 1  # raise when the same job would write other results
_ROW_BYTES = 40_000  # of a batch at its least; blocks have a fixed size
_OWN_BYTES = 120_000_000


@dataclass(frozen=True, slots=True)
class PlanJob:
    """Rules on roads and the district they are judged in.

    Attributes
    ----------
    content
        The scene without its roads and the rules, pickled once for all pieces.
    fingerprint
        Of everything the results follow from.
    row_bytes, own_bytes
        Memory, see `qxgeo.streaming.Job`.
    """

    content: bytes
    fingerprint: str
    row_bytes: int = _ROW_BYTES
    own_bytes: int = _OWN_BYTES

    def do(self, piece: Piece, folder: Path, *, batch_rows: int) -> dict[str, Any]:  # noqa: ARG002 - blocks have a fixed size
        """Judge a piece.

        Parameters
        ----------
        piece
            Of the dataset.
        folder
            Made for its findings, the pieces under several rules, and hashes of its ids.
        batch_rows
            Not used: blocks have a fixed size.

        Returns
        -------
        values
            `entries` of the totals with lengths in nanometres, `counts` of subjects by rule and
            verdict, `extents` of the subjects of each rule in exact hexadecimal, `rows` read.

        Raises
        ------
        ValueError
            If the roads of the job are in memory.
        """
        scene, rules, waiting = unpack(self.content)
        streamed = scene.layer("roads").streamed
        if streamed is None:
            message = "the roads of this job are in memory"
            raise ValueError(message)
        sums = _Sums()
        dataset = streamed.dataset
        folder.mkdir()
        with PartWriter(folder / FINDINGS_FILE, folder / REASONS_FILE) as part:
            for batch in iter_lines(dataset, piece, batch_rows=BLOCK_ROWS, columns=dataset.columns):
                table = read_batch(streamed, batch)
                sums.add_ids(table)
                if len(table):
                    layer = replace(scene.layer("roads"), table=table, streamed=None)
                    _judge_block(look_at(scene, layer), rules, waiting, part, sums)
        np.save(folder / IDS_FILE, np.sort(np.concatenate(sums.ids)))
        return sums.values()


def build_job(scene: Scene, rules: Sequence[Rule], waiting: Sequence[Rule]) -> PlanJob:
    """Pack what the pieces need: the rules, and the layers that they name.

    Parameters
    ----------
    scene
        The district; its roads are read piece by piece.
    rules, waiting
        Rules on roads that are ready, and those for which they stand in.

    Returns
    -------
    job
        For `qxgeo.streaming.run_pieces`.
    """
    selectors = [one for rule in rules for one in (rule.subject, rule.reference) if one]
    names = {"roads", "stations", "boundary", "townships", *(one.layer for one in selectors)}
    layers = {name: one for name, one in scene.district.layers.items() if name in names}
    lines = {name: one for name, one in scene.lines.items() if name in names}
    small = replace(scene, district=replace(scene.district, layers=layers), lines=lines)
    is_compiled = find_loops("discs", size=1 << 30) is not None
    district = scene.district
    facts = [
        *(_VERSION, BLOCK_ROWS, metadata.version("qxgeo"), is_compiled),
        *(district.code, district.sha256, district.as_of.isoformat(), district.warning_day),
        *(scene.plan.sha256, sorted(district.choices.items())),
        sorted((name, one.value) for name, one in district.parameters.items()),
        [(name, layer.sha256, layer.accuracy_m) for name, layer in sorted(layers.items())],
        [rule.rule_id for rule in (*rules, *waiting)],
    ]
    return PlanJob(
        content=pack((small, tuple(rules), tuple(waiting))),
        fingerprint=hashlib.sha256(repr(facts).encode()).hexdigest(),
    )


def measure_exactly(length_m: np.typing.NDArray[np.float64]) -> int:
    """Add up lengths, each rounded once, in whole nanometres."""
    return sum_exactly(to_nanometres(length_m))


class _Sums:
    """What the blocks of a piece add up to."""

    def __init__(self) -> None:
        self.entries: Counter[tuple[str, str, str, str]] = Counter()
        self.counts: dict[str, Counter[str]] = {}
        self.extents: dict[str, np.typing.NDArray[np.float64]] = {}
        self.ids: list[np.typing.NDArray[np.uint64]] = [np.empty(0, dtype=np.uint64)]

    def add_ids(self, table: gpd.GeoDataFrame) -> None:
        """Remember the ids of a block as hashes."""
        words = table["section_id"].astype(str).to_numpy(dtype=object)
        self.ids.append(pd.util.hash_array(words, categorize=False))

    def add(self, entries: Sequence[dict[str, Any]], judged: Sequence[Judgement]) -> None:
        """Add a block."""
        for entry in entries:
            key = (entry["scope"], entry["verdict"], entry["township_id"])
            self.entries[*key, "count"] += int(entry["count"])
            self.entries[*key, "length"] += int(entry["length_m"])
        for one in judged:
            rule_id, subjects = one.rule.rule_id, one.opinion.subjects
            mine = self.counts.setdefault(rule_id, Counter())
            mine.update({str(verdict): number for verdict, number in one.counts.items()})
            if len(subjects):
                box = np.asarray(subjects.total_bounds, dtype=float)
                before = self.extents.get(rule_id, box)
                low, high = np.minimum(before[:2], box[:2]), np.maximum(before[2:], box[2:])
                self.extents[rule_id] = np.concatenate((low, high))

    def values(self) -> dict[str, Any]:
        """Give what JSON holds exactly."""
        keys = sorted({key[:3] for key in self.entries})
        return {
            "entries": [
                [*key, self.entries[*key, "count"], self.entries[*key, "length"]] for key in keys
            ],
            "counts": {rule_id: dict(mine) for rule_id, mine in sorted(self.counts.items())},
            "extents": {
                rule_id: [float(side).hex() for side in box]
                for rule_id, box in sorted(self.extents.items())
            },
            "rows": sum(map(len, self.ids)),
        }


def _judge_block(
    scene: Scene, rules: Sequence[Rule], waiting: Sequence[Rule], part: PartWriter, sums: _Sums
) -> None:
    """Judge the roads of a block; findings go to the part, numbers to the sums."""
    judged = [judge_subjects(rule, scene) for rule in rules]
    judged += stand_in(waiting, scene, judged)
    judged.sort(key=lambda one: one.rule.rule_id)
    sums.add(list_entries(scene, judged, measure=measure_exactly), judged)
    tables = [with_keys(one, scene) for one in judged if len(one.rows)]
    if tables:
        part.write(describe(scene, pd.concat(tables, ignore_index=True)))
        part.write_reasons(collect_reasons(scene, judged))


def with_keys(judgement: Judgement, scene: Scene) -> pd.DataFrame:
    """Give the rows of a judgement with the keys of their order of work, NaN where they have none.

    Parameters
    ----------
    judgement
        Of any rule.
    scene
        The district.

    Returns
    -------
    rows
        With `key_0` to `key_2`.
    """
    names = [f"key_{number}" for number in range(KEY_COLUMNS)]
    rows = judgement.rows.assign(**dict.fromkeys(names, np.nan))
    keys = order_of_work(judgement, scene)
    if keys is not None:
        for name in (name for name in names if name in keys.columns):
            rows.loc[keys.index, name] = keys[name].astype(float)
    return rows
