"""An open ledger: where it lies and the connections to it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import URL, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import QueuePool

from qxgeo.errors import Fault, LedgerError, Text
from qxgeo.ledger.store.trouble import explain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

FILE_NAME = "ledger.sqlite"
PATIENCE_S = 60  # for which a writer waits while others write
_CONNECT_S = 10  # for which a server may take to answer
_POSTGRES = ("postgresql", "postgresql+psycopg", "postgres")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """An open ledger; close it, or use it in a ``with`` block.

    Attributes
    ----------
    engine
        SQLAlchemy's; only `record` writes through it.
    place
        File, or URL without its password.
    path
        The file, None for a server.
    """

    engine: Engine
    place: str
    path: Path | None

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        """Give the ledger itself."""
        return self

    def __exit__(self, *_exception: object) -> None:
        """Close it."""
        self.close()


def locate(place: str | Path) -> URL | Path:
    """Tell a server's URL from a file.

    Parameters
    ----------
    place
        ``postgresql://user@host/database``, a file, or a folder for ``ledger.sqlite`` in it.

    Returns
    -------
    place
        URL with its driver, or path of a file.

    Raises
    ------
    LedgerError
        If it is a URL of another kind.
    """
    if isinstance(place, Path) or "://" not in place:
        path = Path(place).absolute()
        return path / FILE_NAME if path.is_dir() else path
    kind = place.partition("://")[0]
    problem = Text(f"账本不能放在 {kind} 里", f"a ledger cannot lie in {kind}")
    mend = Text("用文件、文件夹或 postgresql:// 网址", "give a file, a folder or postgresql://")
    fault = Fault(problem=problem, mend=mend)
    if kind not in _POSTGRES:
        raise LedgerError(fault)
    try:
        return make_url(place).set(drivername="postgresql+psycopg")
    except (ArgumentError, ValueError) as error:
        raise LedgerError(fault) from error


def connect_ledger(place: URL | Path, *, mode: str) -> Ledger:
    """Make the connections to a ledger, without a look at what is in it.

    Parameters
    ----------
    place
        From `locate`.
    mode
        ``rw``, ``rwc`` to make a missing file, ``ro`` to read alone.

    Returns
    -------
    ledger
        Nothing was read yet.

    Raises
    ------
    LedgerError
        If the driver of PostgreSQL is missing.
    """
    if isinstance(place, Path):
        return Ledger(engine=_sqlite_engine(place, mode), place=str(place), path=place)
    try:
        engine = create_engine(
            place,
            pool_pre_ping=True,
            connect_args={
                "connect_timeout": _CONNECT_S,
                "client_encoding": "utf8",
                "application_name": "qxgeo",
                "options": f"-c lock_timeout={PATIENCE_S}s",
            },
        )
    except ModuleNotFoundError as error:
        problem = Text("缺少 PostgreSQL 驱动", "the driver of PostgreSQL is missing")
        mend = Text("安装：pip install 'qxgeo[postgres]'", "pip install 'qxgeo[postgres]'")
        raise LedgerError(Fault(problem=problem, mend=mend)) from error
    return Ledger(engine=engine, place=place.render_as_string(hide_password=True), path=None)


def _sqlite_engine(path: Path, mode: str) -> Engine:
    """Make the engine of a file, whose transactions begin as this room says."""
    address = f"{path.as_uri()}?mode={mode}"
    wal = path.with_name(f"{path.name}-wal")
    is_still = not wal.exists() or wal.stat().st_size == 0
    if mode == "ro" and is_still and not os.access(path.parent, os.W_OK):
        address += "&immutable=1"  # a copy on a read-only disk: nobody writes, no lock is needed

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(
            address,
            uri=True,
            timeout=PATIENCE_S,
            isolation_level=None,
            check_same_thread=False,
        )

    engine = create_engine(
        "sqlite://", creator=connect, poolclass=QueuePool, pool_size=1, max_overflow=-1
    )
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def _set_pragmas(connection: Any, _record: object) -> None:  # noqa: ANN401 - a driver's own
    """Turn on what SQLite leaves off: foreign keys, and a sync before a commit is believed."""
    for pragma in ("foreign_keys = ON", "synchronous = FULL", "trusted_schema = OFF"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    """Begin as a writer at once where one will write: no two can then be at it."""
    options = connection.get_execution_options()
    if not options.get("is_bare", False):
        is_writing = options.get("is_writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")


@contextmanager
def reading(ledger: Ledger) -> Iterator[Connection]:
    """Look at one state of the ledger, whatever others write meanwhile.

    Parameters
    ----------
    ledger
        Open.

    Yields
    ------
    connection
        In a transaction that writes nothing.

    Raises
    ------
    QxgeoError
        If the database fails.
    """
    try:
        with ledger.engine.connect() as connection:
            if ledger.path is None:
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection
    except DBAPIError as error:
        told = explain(error, ledger.place)
        raise told from error


@contextmanager
def writing(ledger: Ledger) -> Iterator[Connection]:
    """Write in one transaction; an exception in the block takes all of it back.

    Parameters
    ----------
    ledger
        Open.

    Yields
    ------
    connection
        Of SQLite, the only one that writes now.
    """
    with ledger.engine.connect() as connection:
        connection.execution_options(is_writing=True)
        with connection.begin():
            yield connection
