"""Turn restrictions of OpenStreetMap: a hand-written town in XML, and what of it is of use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from qxgeo.errors import ReadError
from qxgeo.readers.osm_turns import read_osm_turns
from qxgeo.schemas import TURNS
from tests.readers.test_osm_roads import NODES, TOWN, write

if TYPE_CHECKING:
    from pathlib import Path

    from qxgeo.readers import ReadResult


def relation(number: int, members: str, **tags: str) -> str:
    """Write a relation; ``w100 from`` and the like, parted by commas."""
    kinds = {"n": "node", "w": "way"}
    parts = [one.split() for one in members.split(", ")]
    listed = "".join(
        f'<member type="{kinds[ref[0]]}" ref="{ref[1:]}" role="{role}"/>' for ref, role in parts
    )
    pairs = "".join(
        f'<tag k="{key.replace("__", ":")}" v="{value}"/>' for key, value in tags.items()
    )
    return f'<relation id="{number}">{listed}{pairs}</relation>'


CROSSING = "w100 from, n12 via, w101 to"


def read(folder: Path, *relations: str) -> ReadResult:
    return read_osm_turns(write(folder, NODES + TOWN + "".join(relations)))


def restriction(number: int = 7, members: str = CROSSING, **tags: str) -> str:
    return relation(number, members, **{"type": "restriction", **tags})


def said(result: ReadResult) -> list[tuple[object, ...]]:
    columns = ["turn_id", "from_road", "to_road", "kind", "vehicles", "times", "except_vehicles"]
    table = result.table[columns].astype(object)
    return [tuple(row) for row in table.where(table.notna(), None).itertuples(index=False)]


def test_a_restriction_names_its_ways_and_stands_at_its_junction(tmp_path: Path) -> None:
    result = read(tmp_path, restriction(restriction="no_left_turn"))
    assert said(result) == [("r7", "w100", "w101", "no_left_turn", None, None, None)]
    point = result.table.geometry.iloc[0]
    assert (point.x, point.y) == pytest.approx((110.301, 25.202), abs=1e-7)
    assert list(result.table.columns) == [*TURNS.columns, "geometry"]
    assert result.table.crs == "EPSG:4326"
    assert "ODbL" in result.notes[0].en


def test_vehicles_times_and_exceptions_are_handed_on(tmp_path: Path) -> None:
    result = read(
        tmp_path,
        restriction(1, restriction="no_u_turn", **{"except": "psv"}),
        restriction(2, restriction__hgv="no_right_turn"),
        restriction(3, restriction__conditional="no_left_turn @ (Mo-Fr 07:00-09:00)"),
        relation(4, CROSSING, type="restriction:bus", restriction="only_straight_on"),
        restriction(5, restriction="no_left_turn", hour_on="7:00", hour_off="9:00"),
    )
    assert [row[3:] for row in said(result)] == [
        ("no_u_turn", None, None, "psv"),
        ("no_right_turn", "hgv", None, None),
        ("no_left_turn", None, "Mo-Fr 07:00-09:00", None),
        ("only_straight_on", "bus", None, None),
        ("no_left_turn", None, "hour_on=7:00 hour_off=9:00", None),
    ]


def test_no_entry_from_several_ways_is_a_row_for_each(tmp_path: Path) -> None:
    members = "w100 from, w102 from, n12 via, w101 to"
    result = read(tmp_path, restriction(7, members, restriction="no_entry"))
    assert said(result) == [
        ("r7", "w100", "w101", "no_turn", None, None, None),
        ("r7.2", "w102", "w101", "no_turn", None, None, None),
    ]


@pytest.mark.parametrize(
    ("members", "tags", "why"),
    [
        ("w100 from, w102 via, w101 to", {"restriction": "no_u_turn"}, "lead over a way"),
        ("w100 from, n12 via, n22 via, w101 to", {"restriction": "no_u_turn"}, "lead over a way"),
        ("w100 from, n12 via", {"restriction": "no_left_turn"}, "lack the from, the to"),
        ("n12 via, w101 to", {"restriction": "no_left_turn"}, "lack the from, the to"),
        ("w100 from, n999 via, w101 to", {"restriction": "no_left_turn"}, "outside the file"),
        (CROSSING, {"restriction": "give_way"}, "no known kind"),
        (CROSSING, {}, "no known kind"),
    ],
)
def test_what_is_of_no_use_is_counted_and_named(
    tmp_path: Path, members: str, tags: dict[str, str], why: str
) -> None:
    good = restriction(1, restriction="only_right_turn")
    result = read(tmp_path, good, restriction(8, members, **tags))
    assert [row[0] for row in said(result)] == ["r1"]
    told = [note.en for note in result.notes if why in note.en]
    assert len(told) == 1
    assert told[0].startswith("1 turn restrictions")
    assert told[0].endswith("r8")
    assert any("2 turn restrictions, 1 rows" in note.en for note in result.notes)


def test_a_town_without_restrictions_gives_an_empty_table_and_a_count(tmp_path: Path) -> None:
    result = read(tmp_path, relation(9, "w100 outer", type="multipolygon"))
    assert result.table.empty
    assert any("0 turn restrictions" in note.en for note in result.notes)


def test_only_junctions_in_the_box_are_taken(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        NODES
        + TOWN
        + restriction(1, restriction="no_left_turn")
        + restriction(2, "w100 from, n32 via, w102 to", restriction="no_left_turn"),
    )
    east = read_osm_turns(path, bbox=(110.302, 25.2, 110.31, 25.21)).table
    assert east["turn_id"].tolist() == ["r2"]


def test_a_broken_file_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, NODES + TOWN)
    path.write_text(path.read_text("utf-8")[:-9], encoding="utf-8")
    with pytest.raises(ReadError, match="not a complete"):
        read_osm_turns(path)


def test_the_columns_are_text_even_where_all_are_blank(tmp_path: Path) -> None:
    table = read(tmp_path, restriction(restriction="no_left_turn")).table
    assert all(isinstance(table[name].dtype, pd.StringDtype) for name in TURNS.columns)
