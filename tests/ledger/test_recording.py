"""What one may write, what is refused, and what the tables then say."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from qxgeo.errors import LedgerError
from qxgeo.ledger.history import (
    Author,
    Change,
    Source,
    count_rows,
    make_id,
    read_entries,
    read_head,
    read_rows,
    read_rows_at,
    read_table,
    record,
    verify_ledger,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from qxgeo.ledger.store import Ledger


def test_a_change_names_its_columns_alone_and_its_entry_tells_both_sides(
    ledger: Ledger, author: Author
) -> None:
    source = Source(file="周报.xlsx", sheet="问题", row=7)
    values = {"status": "closed", "due_on": None, "closed_on": dt.date(2023, 6, 20)}
    change = Change(table="problems", row_id="P-1", values=values, source=source)
    done = record(ledger, [change], author=author)
    assert (done.entries, done.unchanged, done.first, done.last) == (1, 0, 5, 5)
    (row,) = read_rows(ledger, "problems", where={"id": "P-1"})
    assert (row["text"], row["status"], row["due_on"]) == ("油烟直排", "closed", None)
    assert (row["closed_on"], row["entry"]) == ("2023-06-20", 5)
    entry = read_entries(ledger, table="problems", row_id="P-1")[-1]
    assert entry.before == {"due_on": "2023-07-01", "status": "open"}
    assert entry.after == {"closed_on": "2023-06-20", "status": "closed"}
    assert (entry.source, entry.person, entry.unit) == (source, "示例甲", "qx-dqb")
    assert entry.at == "2023-06-12T00:30:00Z"  # 08:30 in Shanghai
    assert done.head == read_head(ledger)[1] == entry.hash


def test_saying_it_again_changes_nothing(
    ledger: Ledger, author: Author, say: Callable[..., Change]
) -> None:
    changes = [say("P-1", status="closed"), say("P-3", text="新", status="open")]
    first = record(ledger, changes, author=author)
    head = read_head(ledger)
    again = record(ledger, changes, author=author)
    assert (first.entries, again.entries, again.unchanged) == (2, 0, 2)
    assert read_head(ledger) == head


def test_one_call_may_change_a_row_more_than_once(
    ledger: Ledger, author: Author, say: Callable[..., Change]
) -> None:
    gone = Change(table="problems", row_id="P-4", values=None)
    changes = [
        *(say("P-3", text="新", status="open"), say("P-3", status="closed")),
        *(say("P-4", text="误报", status="open"), gone),
        *(replace(gone, row_id="P-2"), say("P-2", text="又来", status="open")),
    ]
    assert record(ledger, changes, author=author).entries == 6
    rows = {row["id"]: (row["text"], row["status"]) for row in read_rows(ledger, "problems")}
    assert rows == {
        "P-1": ("油烟直排", "open"),
        "P-2": ("又来", "open"),
        "P-3": ("新", "closed"),
    }
    assert verify_ledger(ledger).is_sound


def test_an_answer_to_an_older_row_is_shown_and_not_written(
    ledger: Ledger, author: Author, say: Callable[..., Change]
) -> None:
    (seen,) = read_rows(ledger, "problems", where={"id": "P-1"})
    record(ledger, [say("P-1", status="closed", note="已整改")], author=author)
    late = say("P-1", based_on=seen["entry"], status="in_progress", note="已整改")
    same = say("P-1", based_on=seen["entry"], status="closed")
    done = record(ledger, [late, same, say("P-2", based_on=4, status="closed")], author=author)
    assert (done.entries, done.unchanged) == (1, 1)
    (conflict,) = done.conflicts
    assert (conflict.change, conflict.entry) == (late, 5)
    assert (conflict.current, conflict.wanted) == ({"status": "closed"}, {"status": "in_progress"})
    assert read_rows(ledger, "problems", where={"id": "P-1"})[0]["status"] == "closed"


def test_every_fault_is_named_with_its_place_and_nothing_is_written(
    ledger: Ledger, author: Author
) -> None:
    source = Source(file="a.xlsx", sheet="问题", row=3)

    def bad(row_id: str = "P-9", table: str = "problems", **values: object) -> Change:
        return Change(table=table, row_id=row_id, values=values, source=source)

    head = read_head(ledger)
    changes = [
        bad(text="好", status="open"),
        bad(due_on="2023-02-30"),
        bad(lon="一百一"),
        bad(lat=91),
        bad(round=1.5),
        bad(colour="red"),
        bad(table="nothing"),
        bad(row_id=" "),
        bad(text="\ud800"),
        bad(text="\0"),
        bad(text=3),
        bad(details=[1]),
        bad(lon=float("inf")),
    ]
    with pytest.raises(LedgerError) as caught:
        record(ledger, changes, author=author)
    faults = caught.value.faults
    assert [one.column for one in faults] == [
        *("due_on", "lon", "lat", "round", "column", "table", "id", "text", "text", "text"),
        *("details", "lon"),
    ]
    assert {(one.file, one.row) for one in faults if one.row} == {("a.xlsx [问题]", 3)}
    assert read_head(ledger) == head


def test_a_row_without_what_it_needs_or_that_points_nowhere_is_refused(
    ledger: Ledger, author: Author, say: Callable[..., Change]
) -> None:
    with pytest.raises(LedgerError) as caught:
        record(ledger, [say("P-9", site_id="S-9"), say("P-1", text="")], author=author)
    assert [one.column for one in caught.value.faults] == ["text", "status", "text", "site_id"]
    assert "S-9" in caught.value.faults[-1].problem.zh
    with pytest.raises(LedgerError, match="still point"):
        record(ledger, [Change(table="sites", row_id="S-1", values=None)], author=author)
    changes = [Change(table="sites", row_id="S-1", values=None), say("P-2", site_id="S-1")]
    with pytest.raises(LedgerError, match="S-1"):
        record(ledger, changes, author=author)
    assert verify_ledger(ledger).entries == 4


def test_a_site_and_its_problem_may_come_together(
    ledger: Ledger, author: Author, say: Callable[..., Change]
) -> None:
    site = Change(table="sites", row_id="S-2", values={"kind": "piers"})
    assert record(ledger, [say("P-2", site_id="S-2"), site], author=author).entries == 2


@pytest.mark.parametrize(
    ("name", "at"),
    [
        ("", dt.datetime(2023, 6, 12, tzinfo=dt.UTC)),
        ("甲", dt.datetime.fromisoformat("2023-06-12")),
    ],
)
def test_an_author_without_a_name_or_a_zone_is_refused(
    ledger: Ledger, name: str, at: dt.datetime, say: Callable[..., Change]
) -> None:
    with pytest.raises(LedgerError):
        record(ledger, [say("P-1", status="closed")], author=Author(name=name, at=at))


@pytest.mark.parametrize(
    ("column", "given", "kept"),
    [
        ("lon", 110.1, "110.1"),
        ("lon", 0.1 + 0.2, "0.3"),  # seven places of a degree are a centimetre
        ("lon", np.float64(110.12345678), "110.1234568"),
        ("lon", -0.0, "0"),
        ("lat", Decimal("25.2500"), "25.25"),
        ("lat", "9e1", "90"),
        ("lat", 25, "25"),
        ("round", np.int64(2), 2),
        ("round", 2.0, 2),
        ("round", "2", 2),
        ("due_on", dt.date(2023, 6, 5), "2023-06-05"),
        ("due_on", pd.Timestamp("2023-06-05 12:00"), "2023-06-05"),
        ("due_on", "2023/6/5", "2023-06-05"),
        ("due_on", "2023年6月5日", "2023-06-05"),
        ("note", "  说明 ", "说明"),
        ("note", pd.NA, None),
        ("note", "", None),
        ("lon", float("nan"), None),
        ("due_on", pd.NaT, None),
        (
            "details",
            {"b": 1.5, "a": None, "c": [dt.date(2023, 6, 5)]},
            '{"b":"1.5","c":["2023-06-05"]}',
        ),
        ("details", '{"b": 2.50, "a": 1}', '{"a":1,"b":"2.5"}'),
        ("details", {"a": float("nan")}, None),
    ],
)
def test_a_value_is_kept_in_one_way_however_it_comes(
    ledger: Ledger, author: Author, column: str, given: object, kept: object
) -> None:
    change = Change(table="problems", row_id="P-2", values={column: given})
    record(ledger, [change], author=author)
    assert read_rows(ledger, "problems", where={"id": "P-2"})[0][column] == kept
    assert record(ledger, [change], author=author).entries == 0


def test_a_table_has_days_and_numbers_and_in_public_no_people(
    ledger: Ledger, author: Author, say: Callable[..., Change]
) -> None:
    record(
        ledger,
        [say("P-1", lon=110.5, round=2, photo="a.jpg", details={"电话": "1"})],
        author=author,
    )
    table = read_table(ledger, "problems").set_index("id")
    assert table.loc["P-1", "due_on"] == pd.Timestamp("2023-07-01")
    assert table.loc["P-1", "lon"] == 110.5
    assert table.loc["P-1", "round"] == 2
    assert table.loc["P-1", "details"] == {"电话": "1"}
    assert table.loc["P-2", "details"] == {}
    assert pd.isna(table.loc["P-2", "due_on"])
    public = read_table(ledger, "problems", is_public=True)
    assert not {"photo", "details"} & set(public.columns)
    assert read_table(ledger, "people").empty


def test_rows_are_chosen_by_value_by_list_and_by_blank(ledger: Ledger) -> None:
    def ids(**where: object) -> list[str]:
        return [row["id"] for row in read_rows(ledger, "problems", where=where)]

    assert ids(site_id="S-1") == ["P-1"]
    assert ids(id=["P-2", "P-1"]) == ["P-1", "P-2"]
    assert ids(site_id=None) == ["P-2"]
    assert count_rows(ledger, "problems") == 2
    assert count_rows(ledger, "problems", where={"site_id": "S-1"}) == 1
    assert [row["id"] for row in read_rows(ledger, "problems", limit=1)] == ["P-1"]
    with pytest.raises(LedgerError, match="colour"):
        ids(colour="red")
    with pytest.raises(LedgerError, match="nothing"):
        read_rows(ledger, "nothing")


def test_rows_can_be_read_as_they_once_were(
    ledger: Ledger, author: Author, say: Callable[..., Change]
) -> None:
    then = {name: read_rows(ledger, name) for name in ("problems", "sites")}
    week = dt.timedelta(weeks=1)
    late = replace(author, at=author.at + week)
    record(ledger, [say("P-1", status="closed", due_on=None)], author=late)
    gone = Change(table="problems", row_id="P-2", values=None)
    record(
        ledger,
        [gone, say("P-0", text="新", status="open")],
        author=replace(late, at=late.at + week),
    )
    for name, rows in then.items():
        assert read_rows_at(ledger, name, number=4) == rows
        assert read_rows_at(ledger, name, at=author.at) == rows
        assert read_rows_at(ledger, name) == read_rows(ledger, name)
    assert [row["status"] for row in read_rows_at(ledger, "problems", at=late.at)] == [
        *("closed", "open"),
    ]
    just_before = late.at - dt.timedelta(microseconds=1)
    assert read_rows_at(ledger, "problems", at=just_before) == then["problems"]


def test_an_id_is_made_of_what_tells_things_apart() -> None:
    assert make_id("P", "a", 1) == make_id("P", "a", "1")
    assert make_id("P", "a", "b") != make_id("P", "ab")
    assert make_id("S", "x").startswith("S-")


def test_many_changes_at_once_are_the_same_as_one_by_one(ledger: Ledger, author: Author) -> None:
    values = [{"text": f"问题{n}", "status": "open"} for n in range(2500)]
    changes = [
        Change(table="problems", row_id=f"P-{n:05}", values=one) for n, one in enumerate(values)
    ]
    assert record(ledger, changes, author=author).entries == 2500
    again = [replace(one, values={"status": "closed"}) for one in changes]
    assert record(ledger, again, author=author).entries == 2500
    closed = read_rows(ledger, "problems", where={"status": "closed"})
    assert [row["text"] for row in closed] == [one["text"] for one in values]
    assert verify_ledger(ledger).is_sound
