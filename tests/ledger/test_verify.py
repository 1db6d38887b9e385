"""Whatever is altered behind the ledger's back is named."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from qxgeo.errors import LedgerError
from qxgeo.ledger.history import (
    Change,
    create_ledger,
    read_entries,
    read_head,
    record,
    verify_ledger,
)
from qxgeo.ledger.store import TABLES, open_ledger

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from qxgeo.ledger.history import Author
    from qxgeo.ledger.store import Ledger

ABOUT = dict.fromkeys(("district_code", "district_name", "plan_id", "plan_sha256"), "x")
ROWS = {
    "people": {"name": "示例乙"},
    "sites": {"kind": "catering"},
    "tasks": {
        "measure_id": "1.1.1",
        "unit_id": "u",
        "unit_name": "单位",
        "role": "lead",
        "text": "任务",
        "status": "open",
    },
    "problems": {"text": "问题", "status": "open"},
    "progress": {"unit_id": "u", "text": "进展"},
    "inspections": {"kind": "checklist"},
    "lists": {"month": "2023-06", "kind": "red", "name": "示例"},
}


def alter(path: Path, statement: str) -> None:
    """Write into the file as somebody who knows SQL."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        connection.commit()


@pytest.fixture
def full_file(tmp_path: Path, author: Author) -> Path:
    """Give a ledger with one row in each table, the entries 2 to 8."""
    path = tmp_path / "ledger.sqlite"
    changes = [
        Change(table=name, row_id=f"row-{name}", values=values) for name, values in ROWS.items()
    ]
    create_ledger(path, author=author, about=ABOUT, changes=changes).close()
    return path


def flaws_of(path: Path, head: str = "") -> list[tuple[int | None, str, str]]:
    with open_ledger(path, is_read_only=True) as opened:
        found = verify_ledger(opened, head=head)
    assert found.flaw_count == len(found.flaws)
    return [(one.entry, one.table, one.text.en) for one in found.flaws]


def test_a_small_ledger_hashes_as_one_computes_by_hand(ledger: Ledger) -> None:
    previous = "0" * 64
    for entry in read_entries(ledger):
        source = entry.source
        states = [
            None if one is None else json.dumps(one, ensure_ascii=False, separators=(",", ":"))
            for one in (entry.before, entry.after)
        ]
        parts = [entry.number, entry.at, entry.person, entry.unit, source.file, source.sheet]
        parts += [source.row, entry.table, entry.row_id, *states]
        words = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
        assert entry.previous_hash == previous
        previous = hashlib.sha256(f"{previous}\n{words}".encode()).hexdigest()
        assert entry.hash == previous
    assert read_head(ledger) == (4, previous)
    found = verify_ledger(ledger)
    assert (found.entries, found.rows, found.head, found.flaws) == (4, 4, previous, ())


@pytest.mark.parametrize("table", [*ROWS])
def test_one_altered_letter_in_any_table_is_named_with_its_entry(
    full_file: Path, table: str
) -> None:
    column = next(iter(ROWS[table]))
    alter(full_file, f"UPDATE {table} SET {column} = {column} || '.'")  # noqa: S608
    number = 2 + [*ROWS].index(table)
    assert flaws_of(full_file) == [
        (
            number,
            table,
            f"{column} of {table} row-{table} was altered: entry {number} says otherwise",
        )
    ]


@pytest.mark.parametrize(
    "column",
    [
        *("at", "person", "unit", "file", "sheet", "row", "row_id", "table_name"),
        *("before", "after", "hash", "previous_hash"),
    ],
)
def test_an_altered_entry_is_named_whatever_was_altered_in_it(full_file: Path, column: str) -> None:
    new = "7" if column == "row" else "'sites'" if column == "table_name" else "'{}'"
    alter(full_file, f"UPDATE history SET {column} = {new} WHERE number = 5")  # noqa: S608
    entries = {entry for entry, _, _ in flaws_of(full_file)}
    assert 5 in entries
    chain = [entry for entry, _, text in flaws_of(full_file) if "entry 5" in text or "link" in text]
    assert set(chain) == {5}


def test_one_byte_in_the_file_itself_is_named(full_file: Path) -> None:
    data = bytearray(full_file.read_bytes())
    word = "问题".encode()  # once in the table, once in the history
    places = [place for place in range(len(data)) if data.startswith(word, place)]
    assert len(places) == 2
    seen = set()
    for place in places:
        altered = bytearray(data)
        altered[place + 2] ^= 1  # one bit: 问 becomes another character
        full_file.write_bytes(altered)
        seen |= {entry for entry, _, _ in flaws_of(full_file)}
    assert seen == {5}


def test_an_entry_taken_out_of_the_middle_is_named(full_file: Path) -> None:
    alter(full_file, "DELETE FROM history WHERE number = 4")
    with pytest.raises(LedgerError, match="damaged"):  # SQLite's own foreign keys see it first
        open_ledger(full_file)
    with open_ledger(full_file, is_checked=False) as opened:
        texts = [one.text.en for one in verify_ledger(opened).flaws]
    assert "entry 4 was removed" in texts


def test_entries_cut_off_at_the_end_are_named_by_the_head_that_stayed(full_file: Path) -> None:
    alter(full_file, "DELETE FROM lists")
    alter(full_file, "DELETE FROM history WHERE number = 8")
    assert (8, "", "entries 8 at the end were removed") in flaws_of(full_file)


def test_a_cut_that_mends_the_head_as_well_shows_only_to_who_kept_the_head(
    full_file: Path, author: Author, say: Callable[..., Change]
) -> None:
    with open_ledger(full_file) as opened:
        record(opened, [say("P-7", text="麻烦", status="open")], author=author)
        _, kept = read_head(opened)
    assert flaws_of(full_file, head=kept) == []
    alter(full_file, "DELETE FROM problems WHERE id = 'P-7'")
    alter(full_file, "DELETE FROM history WHERE number = 9")
    alter(
        full_file,
        "UPDATE head SET number = 8, hash = (SELECT hash FROM history WHERE number = 8)",
    )
    assert flaws_of(full_file) == []
    ((_, _, text),) = flaws_of(full_file, head=kept)
    assert kept in text


def test_a_rewritten_chain_shows_to_who_kept_the_head(
    full_file: Path, tmp_path: Path, author: Author
) -> None:
    with open_ledger(full_file) as opened:
        _, kept = read_head(opened)
    forged = tmp_path / "forged.sqlite"
    create_ledger(forged, author=author, about=ABOUT).close()
    assert flaws_of(forged) == []
    assert len(flaws_of(forged, head=kept)) == 1


@pytest.mark.parametrize("name", [*ROWS])
def test_rows_put_in_taken_out_or_renamed_behind_its_back_are_named(
    full_file: Path, name: str
) -> None:
    columns = ", ".join([*ROWS[name], "entry"])
    alter(full_file, f"INSERT INTO {name} (id, {columns}) SELECT 'new', {columns} FROM {name}")  # noqa: S608
    ((entry, table, text),) = flaws_of(full_file)
    assert (entry, table) == (None, name)
    assert f"{name} new has no entry" in text
    alter(full_file, f"DELETE FROM {name}")  # noqa: S608
    ((entry, table, text),) = flaws_of(full_file)
    number = 2 + [*ROWS].index(name)
    assert (entry, table) == (number, name)
    assert f"lacks row-{name}" in text


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE head SET hash = 'x'", "the head was altered"),
        ("UPDATE head SET number = 3", "the head was altered"),
        ("DELETE FROM head", "the head is missing"),
        ("UPDATE problems SET entry = 1", "the entry number of problems row-problems"),
    ],
)
def test_an_altered_head_or_entry_number_is_named(
    full_file: Path, statement: str, words: str
) -> None:
    alter(full_file, statement)
    ((_, _, text),) = flaws_of(full_file)
    assert words in text


def test_postgresql_rows_and_entries_are_held_against_the_chain_as_well(
    postgres_url: str, author: Author
) -> None:
    import psycopg

    changes = [Change(table=one, row_id="r", values=values) for one, values in ROWS.items()]
    with create_ledger(postgres_url, author=author, about=ABOUT, changes=changes) as made:
        for number, name in enumerate(ROWS, start=2):
            column = next(iter(ROWS[name]))
            with psycopg.connect(postgres_url) as other:
                other.execute(f"UPDATE {name} SET {column} = {column} || '.'")  # noqa: S608
            named = {one.entry for one in verify_ledger(made).flaws}
            assert named == {*range(2, number + 1)}
        with psycopg.connect(postgres_url) as other:
            other.execute("UPDATE history SET person = 'x' WHERE number = 3")
        assert "entry 3 was altered" in [one.text.en for one in verify_ledger(made).flaws]


def test_every_table_of_work_is_altered_in_these_tests() -> None:
    assert {"about", *ROWS} == set(TABLES)
