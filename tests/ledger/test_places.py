"""Places where a ledger is not, cannot be, or is of another time: one sentence, exit code 2."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, inspect, text

from qxgeo.errors import LedgerError, OutputError
from qxgeo.ledger.history import Change, create_ledger, read_rows, record, verify_ledger
from qxgeo.ledger.store import open_ledger, schema, upgrade_ledger
from qxgeo.ledger.store.ledger import locate
from qxgeo.ledger.store.tables import Base

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from qxgeo.ledger.history import Author
    from qxgeo.ledger.store import Ledger

ABOUT = dict.fromkeys(("district_code", "district_name", "plan_id", "plan_sha256"), "x")
NEXT_STEP = """
import sqlalchemy as sa
from alembic import op

revision = "9001"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("problems", sa.Column("added_later", sa.Text()))
    {more}
"""


def run_program(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    """Run the program as a person does."""
    command = [sys.executable, "-m", "qxgeo", "ledger", *arguments]
    return subprocess.run(  # type: ignore[call-overload,no-any-return]
        command, capture_output=True, text=True, check=False, **options
    )


def test_the_steps_make_the_tables_that_the_models_describe(place: str, author: Author) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with (
        create_ledger(place, author=author, about=ABOUT) as made,
        made.engine.connect() as connection,
    ):
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


@pytest.fixture
def next_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Let the program know a step more, as the next version of it will."""

    def know(more: str = "pass") -> None:
        folder = tmp_path / "steps of a later version"
        folder.mkdir(exist_ok=True)
        (folder / "v9001_next.py").write_text(NEXT_STEP.format(more=more), "utf-8")
        monkeypatch.setattr(schema, "VERSIONS", (*schema.VERSIONS, folder))

    return know


def test_an_older_ledger_is_not_opened_but_lifted_when_asked(
    place: str, ledger: Ledger, next_step: Callable[[], None]
) -> None:
    before = read_rows(ledger, "problems")
    ledger.close()
    next_step()
    with pytest.raises(LedgerError, match="qxgeo ledger upgrade"):
        open_ledger(place)
    assert upgrade_ledger(place) == ("0001", "9001")
    assert upgrade_ledger(place) == ("9001", "9001")
    with open_ledger(place) as opened:
        assert "added_later" in {
            one["name"] for one in inspect(opened.engine).get_columns("problems")
        }
        assert read_rows(opened, "problems") == before
        assert verify_ledger(opened).is_sound


def test_an_upgrade_that_fails_leaves_the_ledger_as_it_was(
    place: str, ledger: Ledger, next_step: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.close()
    next_step('raise RuntimeError("power cut")')
    with pytest.raises(RuntimeError, match="power cut"):
        upgrade_ledger(place)
    monkeypatch.undo()
    with open_ledger(place) as opened:
        assert "added_later" not in {
            one["name"] for one in inspect(opened.engine).get_columns("problems")
        }
        assert verify_ledger(opened).is_sound


def test_a_newer_ledger_is_left_alone(place: str, ledger: Ledger) -> None:
    with ledger.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    ledger.close()
    for do in (open_ledger, upgrade_ledger):
        with pytest.raises(LedgerError, match="install a newer qxgeo"):
            do(place)


def test_a_ledger_is_never_made_over_something(
    place: str, ledger: Ledger, author: Author, tmp_path: Path
) -> None:
    with pytest.raises(LedgerError, match="never overwritten"):
        create_ledger(place, author=author, about=ABOUT)
    assert verify_ledger(ledger).entries == 4
    notes = tmp_path / "notes.txt"
    notes.write_text("important", "utf-8")
    with pytest.raises(LedgerError):
        create_ledger(notes, author=author, about=ABOUT)
    assert notes.read_text("utf-8") == "important"


def test_another_program_s_database_is_left_alone(tmp_path: Path, author: Author) -> None:
    path = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE tasks (id)")
        other.commit()
    before = path.read_bytes()
    with pytest.raises(LedgerError):
        create_ledger(path, author=author, about=ABOUT)
    with pytest.raises(LedgerError, match="no ledger"):
        open_ledger(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "there is no ledger here"),
        (b"", "never finished"),
        (b"name,place\n", "no ledger of qxgeo"),
        (b"SQLite format 3\0" + b"x" * 5000, "no ledger of qxgeo"),
    ],
)
def test_what_is_no_ledger_is_called_so(tmp_path: Path, content: bytes | None, words: str) -> None:
    path = tmp_path / "here.sqlite"
    if content is not None:
        path.write_bytes(content)
    said = run_program("verify", "--ledger", str(path))
    assert said.returncode == 2
    zh, en = said.stderr.splitlines()
    assert words in en
    assert zh.startswith("错误：")


def test_a_damaged_page_is_found_when_the_ledger_is_opened(ledger_file: Path) -> None:
    data = bytearray(ledger_file.read_bytes())
    page = 4096 * 3  # the fourth page
    data[page : page + 64] = b"\xff" * 64
    ledger_file.write_bytes(data)
    with pytest.raises(LedgerError, match=r"damaged|no ledger"):
        open_ledger(ledger_file)


# A disk of its own, in a name space of its own: full or read-only without harm to anybody.
DISK = ("unshare", "--map-root-user", "--mount", "sh", "-c")
READ_ONLY = """
mount -t tmpfs none "$1" && cp "$2" "$1/ledger.sqlite" && mount -o remount,ro "$1" || exit 77
"$3" -m qxgeo ledger add problems --set 问题=新 --set 状态=open --who 甲 --ledger "$1" && exit 1
"$3" -m qxgeo ledger verify --ledger "$1"
"""


def run_on_disk(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a script that may mount, or skip where that is not to be had."""
    if shutil.which("unshare") is None:
        pytest.skip("unshare is missing: no disk can be made")
    said = subprocess.run(
        [*DISK, script, "sh", *arguments], capture_output=True, text=True, check=False
    )
    if said.returncode == 77 or "unshare:" in said.stderr:
        pytest.skip(f"no disk can be made here: {said.stderr.strip()}")
    return said


def test_a_read_only_disk_is_named_and_its_copy_can_be_verified(
    ledger_file: Path, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    said = run_on_disk(READ_ONLY, str(disk), str(ledger_file), sys.executable)
    assert said.returncode == 0, said.stderr
    zh, en = said.stderr.splitlines()
    assert "cannot be" in en
    assert zh.startswith("错误：")
    assert "完好：账目 4 条" in said.stdout


FILLING = """
mount -t tmpfs -o size=400k none "$1" && cp "$2" "$1/new.sqlite" && cd "$1" || exit 77
"$3" -m qxgeo ledger add problems "$4" --ledger new.sqlite --who 甲
code=$?
cp new.sqlite* "$5"
exit $code
"""


def test_a_full_disk_leaves_the_ledger_as_it_was(ledger_file: Path, tmp_path: Path) -> None:
    small, kept = tmp_path / "small", tmp_path / "kept"
    small.mkdir()
    kept.mkdir()
    rows = "".join(f"P-{n},{'长' * 300},open\n" for n in range(2000))
    csv = tmp_path / "many.csv"
    csv.write_text("编号,问题,状态\n" + rows, "utf-8")
    said = run_on_disk(FILLING, str(small), str(ledger_file), sys.executable, str(csv), str(kept))
    assert said.returncode == 2, said.stderr
    assert "the disk is full; nothing of this was written" in said.stderr
    with open_ledger(kept / "new.sqlite") as opened:
        assert verify_ledger(opened).entries == 4
        assert verify_ledger(opened).is_sound


def test_a_missing_folder_is_named(tmp_path: Path, author: Author) -> None:
    with pytest.raises(OutputError, match="no such folder"):
        create_ledger(tmp_path / "nowhere" / "ledger.sqlite", author=author, about=ABOUT)


@pytest.mark.parametrize("name", ["with space", "百分%20号", "问?号#井"])
def test_a_folder_may_have_any_name(tmp_path: Path, name: str, author: Author) -> None:
    folder = tmp_path / name
    folder.mkdir()
    create_ledger(folder, author=author, about=ABOUT).close()
    assert (folder / "ledger.sqlite").is_file()
    with open_ledger(folder) as opened:
        assert verify_ledger(opened).entries == 1


@pytest.mark.parametrize("place", ["mysql://a/b", "https://a/b", "postgresql://a@b:port/x"])
def test_a_url_of_another_kind_is_refused(place: str) -> None:
    with pytest.raises(LedgerError, match="ledger cannot lie in"):
        locate(place)


def test_postgresql_says_what_is_wrong_and_never_the_password(
    postgres_server: str, postgres_url: str, author: Author
) -> None:
    wrong = postgres_url.replace("example-only", "wrong-secret")
    missing = postgres_server.format(database="nowhere")
    nobody = postgres_url.replace("office:", "nobody-here:")
    silent = postgres_url.partition("?")[0] + "?host=/nowhere"
    for url, words in (
        (wrong, "refuses the user name or password"),
        (nobody, "refuses the user name or password"),
        (missing, "no such database"),
        (silent, "does not answer"),
        (postgres_url, "no ledger"),
    ):
        said = run_program("verify", "--ledger", url)
        assert said.returncode == 2
        assert len(said.stderr.splitlines()) == 2
        assert words in said.stderr
        assert "secret" not in said.stderr
        assert "example-only" not in said.stderr
    create_ledger(postgres_url, author=author, about=ABOUT).close()
    assert run_program("verify", "--ledger", postgres_url).returncode == 0


def test_a_database_that_cannot_hold_chinese_is_refused(
    postgres_server: str, author: Author
) -> None:
    import psycopg

    with psycopg.connect(postgres_server.format(database="postgres"), autocommit=True) as server:
        server.execute("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0")
    with pytest.raises(LedgerError, match="UTF8"):
        create_ledger(postgres_server.format(database="latin"), author=author, about=ABOUT)


def test_a_reader_without_rights_is_told(postgres_url: str, author: Author) -> None:
    import psycopg

    create_ledger(postgres_url, author=author, about=ABOUT).close()
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute("DROP ROLE IF EXISTS reader")
        server.execute("CREATE ROLE reader LOGIN PASSWORD 'example-only'")
        server.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
    reader = postgres_url.replace("office:", "reader:")
    with open_ledger(reader) as opened:
        assert verify_ledger(opened).is_sound
        change = Change(table="sites", row_id="S-1", values={"kind": "piers"})
        with pytest.raises(LedgerError, match="may not use"):
            record(opened, [change], author=author)
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute("DROP OWNED BY reader")
        server.execute("DROP ROLE reader")


def test_without_the_driver_of_postgresql_it_is_said_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(LedgerError, match=r"qxgeo\[postgres\]"):
        open_ledger("postgresql://office@/ledger")


def test_sqlite_syncs_before_a_commit_is_believed_and_lets_readers_go_on(
    ledger_file: Path,
) -> None:
    with open_ledger(ledger_file) as opened, opened.engine.connect() as connection:
        said = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert said == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    engine = create_engine(f"sqlite:///{ledger_file}")
    assert {"history", "head", "problems"} <= set(inspect(engine).get_table_names())
    engine.dispose()
