"""patrol.json: what a patrol was planned from, and the owners for the next run."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

import pytest

from qxgeo.errors import ReadError
from qxgeo.reports.patrol.record import patrol_record, read_owners, write_patrol_record

if TYPE_CHECKING:
    from pathlib import Path

    from qxgeo.patrol.model import Patrol


def test_balance_stands_with_its_bound_and_its_proof(town_patrol: Patrol) -> None:
    balance = patrol_record(town_patrol)["balance"]
    assert [one["township_id"] for one in balance] == ["450305001", "450305002"]
    for one in balance:
        assert one["max_load_min"] >= one["bound_max_load_min"]
        assert one["bound"]["zh"]


def test_the_owners_come_back(town_patrol: Patrol, tmp_path: Path) -> None:
    path = tmp_path / "patrol.json"
    write_patrol_record(town_patrol, path)
    assert read_owners(path) == town_patrol.assignment.owners.to_dict()


def test_cells_without_an_owner_are_not_owned_next_time(
    town_patrol: Patrol, tmp_path: Path
) -> None:
    owners = town_patrol.assignment.owners.copy()
    owners.iloc[0] = ""
    assignment = dataclasses.replace(town_patrol.assignment, owners=owners)
    path = tmp_path / "patrol.json"
    write_patrol_record(dataclasses.replace(town_patrol, assignment=assignment), path)
    assert set(read_owners(path)) == set(owners.index[1:])


def test_nobody_is_named(town_patrol: Patrol) -> None:
    text = json.dumps(patrol_record(town_patrol), ensure_ascii=False)
    for word in (*town_patrol.people["name"], *town_patrol.people["phone"]):
        assert str(word) not in text


def test_what_is_not_a_number_is_null(town_patrol: Patrol) -> None:
    record = patrol_record(town_patrol)
    assert record["straw"][1]["cropland_km2"] is None
    assert record["balance"][0]["base_distance_m"] is None
    json.dumps(record, allow_nan=False)


def test_a_patrol_without_cameras_has_no_sight(town_patrol: Patrol) -> None:
    assert patrol_record(dataclasses.replace(town_patrol, sight=None))["sight"] is None
    seen = patrol_record(town_patrol)["sight"]
    assert seen["devices"] == 1
    assert sum(seen["cells"].values()) == len(town_patrol.cells)
    assert seen["next_cameras"]["count"] == 1


@pytest.mark.parametrize("content", ["", "[]", '{"owners": 3}', '{"counts": {}}'])
def test_another_file_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "run.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ReadError, match=r"run\.json.*patrol\.json"):
        read_owners(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"absent\.json"):
        read_owners(tmp_path / "absent.json")
