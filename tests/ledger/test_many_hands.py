"""Many processes at one ledger, and processes that die in the middle of it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from qxgeo.ledger.history import read_entries, read_rows, record, verify_ledger
from qxgeo.ledger.store import open_ledger

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from qxgeo.ledger.history import Author, Change
    from qxgeo.ledger.store import Ledger

PROCESSES, CALLS, OWN = 8, 50, 19  # 50 x (19 + 1) entries: a thousand for each process

WRITERS = f"""
import datetime as dt, os, sys, traceback
from qxgeo.ledger.history import Author, Change, record
from qxgeo.ledger.store import open_ledger

def write(writer):
    author = Author(name=writer, at=dt.datetime(2023, 6, 12, tzinfo=dt.UTC))
    with open_ledger(sys.argv[1]) as ledger:
        for call in range({CALLS}):
            own = [
                Change(
                    table="progress",
                    row_id=f"J-{{writer}}-{{call}}-{{one}}",
                    values={{"unit_id": writer, "problem_id": "P-1", "text": f"{{call}} {{one}}"}},
                )
                for one in range({OWN})
            ]
            note = {{"note": f"{{writer}} {{call}}"}}
            shared = Change(table="problems", row_id="P-1", values=note)
            record(ledger, [*own, shared], author=author)

def start(writer):
    child = os.fork()
    if child:
        return child
    try:
        write(writer)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)

children = [start(f"w{{number}}") for number in range({PROCESSES})]  # all at once
codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
sys.exit(any(codes))
"""


def start(script: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_eight_processes_with_a_thousand_entries_each_lose_nothing(
    ledger: Ledger, place: str
) -> None:
    before = verify_ledger(ledger).entries
    writers = start(WRITERS, place)
    _, said = writers.communicate()
    assert writers.returncode == 0, said

    found = verify_ledger(ledger)
    assert found.flaws == ()
    assert found.entries == before + PROCESSES * 1000
    rows = read_rows(ledger, "progress")
    assert Counter(row["unit_id"] for row in rows) == {
        f"w{number}": CALLS * OWN for number in range(PROCESSES)
    }
    # Everybody wrote to one row: every answer is in its history once, and each in the writer's
    # own order.
    notes = [one.after["note"] for one in read_entries(ledger, table="problems", row_id="P-1")[1:]]
    for number in range(PROCESSES):
        mine = [note for note in notes if note.startswith(f"w{number} ")]
        assert mine == [f"w{number} {call}" for call in range(CALLS)]
    assert read_rows(ledger, "problems", where={"id": "P-1"})[0]["note"] == notes[-1]


# The process is killed by itself right before or after a statement, or inside the commit.
VICTIM = """
import datetime as dt, os, signal, sys
from sqlalchemy import event
from qxgeo.ledger.history import Author, Change, record
from qxgeo.ledger.store import open_ledger

place, point = sys.argv[1:]
ledger = open_ledger(place)
die = lambda *_: os.kill(os.getpid(), signal.SIGKILL)

@event.listens_for(ledger.engine, "after_cursor_execute")
def watch(connection, cursor, statement, parameters, context, executemany):
    words = statement.upper()
    if point == "entries" and words.startswith("INSERT INTO HISTORY"):
        die()
    if point == "head" and words.startswith("UPDATE HEAD"):
        die()
    if point == "rows" and words.startswith("INSERT INTO PROBLEMS"):
        die()

if point == "before commit":
    event.listen(ledger.engine, "commit", die)

author = Author(name="victim", at=dt.datetime(2023, 6, 12, tzinfo=dt.UTC))
many = [
    Change(table="problems", row_id=f"P-new-{n}", values={"text": "x" * 2000, "status": "open"})
    for n in range(2000)  # more than SQLite keeps in memory: pages are on the disk uncommitted
]
record(ledger, many, author=author)
if point == "after commit":
    die()
"""


@pytest.mark.parametrize(
    ("point", "written"),
    [
        ("entries", 0),
        ("head", 0),
        ("rows", 0),
        ("before commit", 0),
        ("after commit", 2000),
    ],
)
def test_a_killed_writer_leaves_all_of_its_changes_or_none(
    place: str, ledger: Ledger, point: str, written: int, author: Author
) -> None:
    ledger.close()
    victim = start(VICTIM, place, point)
    _, said = victim.communicate()
    assert victim.returncode == -signal.SIGKILL, said
    with open_ledger(place) as again:
        found = verify_ledger(again)
        assert found.flaws == ()
        new = [row for row in read_rows(again, "problems") if row["id"].startswith("P-new-")]
        assert len(new) == written
        assert found.entries == 4 + len(new)
        # And the next one goes on where the chain ends.
        from qxgeo.ledger.history import Change

        done = record(
            again,
            [Change(table="problems", row_id="P-1", values={"status": "closed"})],
            author=author,
        )
        assert done.first == found.number + 1
        assert verify_ledger(again).is_sound


LOADER = """
import datetime as dt, os, signal, sys
from sqlalchemy import event
from sqlalchemy.engine import Engine
from qxgeo.ledger.history import Author, create_ledger

@event.listens_for(Engine, "after_cursor_execute")
def watch(connection, cursor, statement, parameters, context, executemany):
    if statement.strip().upper().startswith(sys.argv[2].upper()):
        os.kill(os.getpid(), signal.SIGKILL)

author = Author(name="victim", at=dt.datetime(2023, 6, 12, tzinfo=dt.UTC))
about = dict.fromkeys(("district_code", "district_name", "plan_id", "plan_sha256"), "x")
create_ledger(sys.argv[1], author=author, about=about)
"""


@pytest.mark.parametrize("statement", ["CREATE TABLE history", "CREATE INDEX", "INSERT INTO about"])
def test_a_ledger_that_was_killed_while_it_was_made_can_be_made_again(
    place: str, statement: str, author: Author
) -> None:
    from qxgeo.ledger.history import create_ledger

    victim = start(LOADER, place, statement)
    _, said = victim.communicate()
    assert victim.returncode == -signal.SIGKILL, said
    about = dict.fromkeys(("district_code", "district_name", "plan_id", "plan_sha256"), "x")
    with create_ledger(place, author=author, about=about) as made:
        assert verify_ledger(made).entries == 1


def test_a_reader_sees_one_state_while_others_write(
    ledger: Ledger, place: str, author: Author, say: Callable[..., Change]
) -> None:
    from sqlalchemy import text

    from qxgeo.ledger.store.ledger import reading

    with reading(ledger) as connection:
        count = "SELECT count(*) FROM problems"
        assert connection.execute(text(count)).scalar() == 2
        with open_ledger(place) as other:
            record(other, [say("P-9", text="新", status="open")], author=author)
        assert connection.execute(text(count)).scalar() == 2
    assert len(read_rows(ledger, "problems")) == 3


def test_whoever_waits_too_long_is_told_that_the_ledger_is_held(
    ledger_file: Path, author: Author, say: Callable[..., Change], monkeypatch: pytest.MonkeyPatch
) -> None:
    import sqlite3

    from qxgeo.errors import LedgerError
    from qxgeo.ledger.history import recording
    from qxgeo.ledger.store import ledger as connections

    monkeypatch.setattr(connections, "PATIENCE_S", 0)
    monkeypatch.setattr(recording, "PATIENCE_S", 0)
    holder = sqlite3.connect(ledger_file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with open_ledger(ledger_file) as opened:
        with pytest.raises(LedgerError, match="another program holds the ledger"):
            record(opened, [say("P-1", status="closed")], author=author)
        holder.execute("ROLLBACK")
        assert record(opened, [say("P-1", status="closed")], author=author).entries == 1
    holder.close()


def test_the_entries_of_one_file_say_the_same_in_both_databases(
    tmp_path: Path, postgres_url: str, author: Author
) -> None:
    from qxgeo.ledger.history import Change, create_ledger, read_head

    about = dict.fromkeys(("district_code", "district_name", "plan_id", "plan_sha256"), "x")
    values = {"text": "漏 “洞”\n第二行\t%s :x 𠮷", "status": "open", "lon": 110.1234567891}
    changes = [Change(table="problems", row_id="P-1", values=values | {"details": {"b": 1.50}})]
    heads = set()
    for place in (tmp_path / "ledger.sqlite", postgres_url):
        with create_ledger(place, author=author, about=about, changes=changes) as made:
            heads.add(json.dumps(read_head(made)))
            assert verify_ledger(made).is_sound
    assert len(heads) == 1
