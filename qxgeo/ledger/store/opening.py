"""Make a ledger's tables, open a ledger, and lift an old one to this program's schema."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from qxgeo.errors import Fault, LedgerError, OutputError, Text
from qxgeo.ledger.store.ledger import Ledger, connect_ledger, locate, reading, writing
from qxgeo.ledger.store.schema import build_schema, known_schemas, present_schema, require_schema
from qxgeo.ledger.store.trouble import NOT_A_LEDGER, NOT_YET, explain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

APPLICATION_ID = 0x71786C67  # "qxlg": tells a ledger's file from other files of SQLite
_MAGIC = b"SQLite format 3\0"
_BUILD_LOCK = 0x71786C67  # any number that all builders use
_SHOWN = 3  # of SQLite's complaints about a damaged file


def open_ledger(
    place: str | Path, *, is_read_only: bool = False, is_checked: bool = True
) -> Ledger:
    """Open a ledger that is there already.

    Parameters
    ----------
    place
        ``postgresql://user@host/database``, a file, or a folder with ``ledger.sqlite`` in it.
    is_read_only
        Only read: a copy on a read-only disk will do.
    is_checked
        Let SQLite go through the whole file first, its indexes and its foreign keys.

    Returns
    -------
    ledger
        To be closed, or used in a ``with`` block.

    Raises
    ------
    LedgerError
        If there is none, it is damaged, of another schema, or the server refuses.
    """
    where = locate(place)
    ledger = connect_ledger(where, mode="ro" if is_read_only else "rw")
    try:
        if ledger.path is not None:
            _require_file(ledger.path)
        with reading(ledger) as connection:
            if ledger.path is not None and is_checked:
                _check_file(connection, ledger.place)
            require_schema(present_schema(connection, ledger.place), ledger.place)
    except BaseException:
        ledger.close()
        raise
    return ledger


@contextmanager
def building(place: str | Path) -> Iterator[tuple[Ledger, Connection]]:
    """Make an empty ledger's tables; what the block writes is committed with them or not at all.

    Parameters
    ----------
    place
        As for `open_ledger`; the folder must be there.

    Yields
    ------
    ledger, connection
        The connection writes.

    Raises
    ------
    LedgerError
        If something is there already.
    OutputError
        If the folder is not there.
    """
    where = locate(place)
    ledger = connect_ledger(where, mode="rwc")
    try:
        if ledger.path is not None:
            _prepare_file(ledger, ledger.path)
        with writing(ledger) as connection:
            _require_nothing(connection, ledger)
            build_schema(connection)
            yield ledger, connection
    except DBAPIError as error:
        told = explain(error, ledger.place)
        raise told from error
    finally:
        ledger.close()


def upgrade_ledger(place: str | Path) -> tuple[str, str]:
    """Lift a ledger of an older program to this program's schema, all of it or nothing.

    Parameters
    ----------
    place
        As for `open_ledger`.

    Returns
    -------
    before, after
        Schemas; the same where there was nothing to do.

    Raises
    ------
    LedgerError
        If there is no ledger, or a newer program wrote it.
    """
    ledger = connect_ledger(locate(place), mode="rw")
    try:
        if ledger.path is not None:
            _require_file(ledger.path)
        with writing(ledger) as connection:
            if ledger.path is not None:
                _check_file(connection, ledger.place)
            before = present_schema(connection, ledger.place)
            if before not in known_schemas():
                require_schema(before, ledger.place)
            build_schema(connection)
            return before, present_schema(connection, ledger.place)
    except DBAPIError as error:
        told = explain(error, ledger.place)
        raise told from error
    finally:
        ledger.close()


def _require_file(path: Path) -> None:
    """Refuse what is no file of SQLite before SQLite has to guess.

    Raises
    ------
    LedgerError
        If there is no file, or another one.
    """
    try:
        with path.open("rb") as file:
            magic = file.read(len(_MAGIC))
    except FileNotFoundError as error:
        problem = Text("这里没有账本", "there is no ledger here")
        raise LedgerError(Fault(file=str(path), problem=problem, mend=NOT_YET)) from error
    except OSError as error:
        problem = Text("打不开账本文件", "the ledger's file cannot be opened")
        mend = Text("检查路径和权限", "look at the path and the rights")
        raise LedgerError(Fault(file=str(path), problem=problem, mend=mend)) from error
    if magic != _MAGIC:
        problem = NOT_A_LEDGER
        if not magic:  # init was killed before it wrote anything
            problem = Text("账本没有建成", "the ledger was never finished")
        raise LedgerError(Fault(file=str(path), problem=problem, mend=NOT_YET))


def _check_file(connection: Connection, place: str) -> None:
    """Let SQLite look through the whole file.

    Raises
    ------
    LedgerError
        If a page, an index or a foreign key is broken.
    """
    if connection.execute(text("PRAGMA application_id")).scalar() != APPLICATION_ID:
        raise LedgerError(Fault(file=place, problem=NOT_A_LEDGER, mend=NOT_YET))
    said = connection.execute(text(f"PRAGMA integrity_check({_SHOWN})")).scalars().all()
    broken = [] if said == ["ok"] else [" ".join(str(one).split()) for one in said]
    if not broken:
        rows = connection.execute(text("PRAGMA foreign_key_check")).fetchmany(_SHOWN)
        broken = [f"{row[0]} rowid {row[1]} -> {row[2]}" for row in rows]
    if broken:
        listed = "; ".join(broken)
        problem = Text(f"账本文件已损坏（{listed}）", f"the ledger's file is damaged ({listed})")
        mend = Text(
            "用备份恢复，再运行 qxgeo ledger verify", "restore a backup, then qxgeo ledger verify"
        )
        raise LedgerError(Fault(file=place, problem=problem, mend=mend))


def _prepare_file(ledger: Ledger, path: Path) -> None:
    """Make the file, in the mode in which readers do not wait for writers.

    Raises
    ------
    OutputError
        If the folder is not there.
    LedgerError
        If another file is there.
    """
    if not path.parent.is_dir():
        problem = Text("没有这个文件夹", "there is no such folder")
        mend = Text("先新建文件夹，或换个位置", "make it first, or choose another place")
        raise OutputError(Fault(file=str(path.parent), problem=problem, mend=mend))
    # A file without tables was left by somebody who was killed before it was a ledger.
    if path.exists() and not _is_sqlite(path):
        _refuse_present(str(path))
    with ledger.engine.connect().execution_options(is_bare=True) as connection:
        if inspect(connection).get_table_names():
            _refuse_present(str(path))
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")


def _is_sqlite(path: Path) -> bool:
    """Tell whether a file is SQLite's, or empty."""
    try:
        with path.open("rb") as file:
            return file.read(len(_MAGIC)) in (b"", _MAGIC)
    except OSError:
        return False


def _require_nothing(connection: Connection, ledger: Ledger) -> None:
    """Refuse to build over something, now that no other builder can be at it.

    Raises
    ------
    LedgerError
        If there are tables already, or the database cannot hold Chinese text.
    """
    if ledger.path is None:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _BUILD_LOCK})
        encoding = connection.execute(text("SHOW server_encoding")).scalar()
        if encoding != "UTF8":
            problem = Text(f"数据库编码是 {encoding}", f"the database is encoded in {encoding}")
            mend = Text("请建 UTF8 编码的数据库", "use a database encoded in UTF8")
            raise LedgerError(Fault(file=ledger.place, problem=problem, mend=mend))
    if present_schema(connection, ledger.place):
        _refuse_present(ledger.place)
    if ledger.path is not None:
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")


def _refuse_present(place: str) -> None:
    """Say that something is there already.

    Raises
    ------
    LedgerError
        Always.
    """
    problem = Text("这里已经有账本或别的内容", "there is a ledger or something else here already")
    mend = Text("换个位置；账本从不覆盖", "choose another place; a ledger is never overwritten")
    raise LedgerError(Fault(file=place, problem=problem, mend=mend))
