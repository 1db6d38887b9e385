"""Ledgers to try things on: a file, and a database of a PostgreSQL that the tests start."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import tempfile
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from qxgeo.ledger.history import Author, Change, create_ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from qxgeo.ledger.store import Ledger

ABOUT = {
    "district_code": "000000",
    "district_name": "示例区",
    "plan_id": "example",
    "plan_sha256": "0" * 64,
}
PASSWORD = "example-only"  # noqa: S105 - of a server that lives as long as the tests
_DATABASES = count()


@pytest.fixture
def author() -> Author:
    """Somebody who writes at a moment that is given."""
    at = dt.datetime(2023, 6, 12, 8, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    return Author(name="示例甲", unit="qx-dqb", at=at)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Start a PostgreSQL behind a socket file of its own, as a user without rights."""
    programs = _find_programs()
    if programs is None:
        pytest.skip("PostgreSQL's server is not installed (Debian: apt-get install postgresql)")
    # A socket's path is short, so not in the tests' own folder.
    folder = Path(tempfile.mkdtemp(prefix="qxgeo-pg-", dir="/tmp"))
    password = folder / "password"
    password.write_text(PASSWORD, "utf-8")
    user = "nobody" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
    if user:
        for path in (folder, password):
            shutil.chown(path, user)
    data = folder / "data"

    def run(*arguments: str) -> None:
        said = subprocess.run(
            arguments, user=user, cwd=folder, capture_output=True, text=True, check=False
        )
        if said.returncode:
            pytest.fail(f"{arguments[0]}: {said.stdout}{said.stderr}")

    initdb = (str(programs / "initdb"), "-D", str(data), "--no-sync", "--encoding=UTF8")
    run(*initdb, "--locale=C", "-U", "office", "--auth=scram-sha-256", f"--pwfile={password}")
    control = (str(programs / "pg_ctl"), "-D", str(data))
    options = f"-F -c listen_addresses='' -c unix_socket_directories='{folder}'"
    run(*control, "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql://office:{PASSWORD}@/{{database}}?host={folder}"
    finally:
        run(*control, "-w", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def _find_programs() -> Path | None:
    """Find the folder of PostgreSQL's server; Debian keeps it off the path."""
    on_path = shutil.which("initdb")
    found = [Path(on_path)] if on_path else sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


@pytest.fixture
def postgres_url(postgres_server: str) -> str:
    """Make an empty database."""
    psycopg = pytest.importorskip("psycopg")
    name = f"ledger{next(_DATABASES)}"
    with psycopg.connect(postgres_server.format(database="postgres"), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    return postgres_server.format(database=name)


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give a place for a ledger, of both kinds in turn."""
    if request.param == "sqlite":
        return str(tmp_path / "ledger.sqlite")
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def ledger(place: str, author: Author) -> Iterator[Ledger]:
    """Make a ledger with one site and two problems."""
    with create_ledger(place, author=author, about=ABOUT, changes=SMALL) as made:
        yield made


@pytest.fixture
def ledger_file(tmp_path: Path, author: Author) -> Path:
    """Make the same ledger as a file, and close it."""
    path = tmp_path / "ledger.sqlite"
    create_ledger(path, author=author, about=ABOUT, changes=SMALL).close()
    return path


SMALL = (
    Change(
        table="sites",
        row_id="S-1",
        values={"kind": "catering", "name": "示例饭店", "lon": 110.3, "lat": 25.25},
    ),
    Change(
        table="problems",
        row_id="P-1",
        values={"text": "油烟直排", "status": "open", "site_id": "S-1", "due_on": "2023-07-01"},
    ),
    Change(table="problems", row_id="P-2", values={"text": "裸土未覆盖", "status": "open"}),
)


@pytest.fixture
def say() -> Callable[..., Change]:
    """Write a change of a problem in one line."""

    def change(row_id: str, based_on: int | None = None, **values: object) -> Change:
        return Change(table="problems", row_id=row_id, values=values, based_on=based_on)

    return change
