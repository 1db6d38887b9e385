"""Which schema a ledger has, which one this program knows, and the way from one to the other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from qxgeo.errors import Fault, LedgerError, Text
from qxgeo.ledger.store.tables import Base
from qxgeo.ledger.store.trouble import NOT_A_LEDGER, NOT_YET

if TYPE_CHECKING:
    from sqlalchemy import Connection

STEPS = Path(__file__).parent / "migrations"
VERSIONS = (STEPS / "versions",)
_VERSION_TABLE = "alembic_version"  # Alembic's own name for it


def _config() -> Config:
    """Tell Alembic where the steps are; a percent sign in a path is its escape."""
    config = Config()
    config.set_main_option("script_location", str(STEPS).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    folders = "\n".join(str(one) for one in VERSIONS)
    config.set_main_option("version_locations", folders.replace("%", "%%"))
    return config


def known_schemas() -> tuple[str, ...]:
    """List the schemas that this program knows.

    Returns
    -------
    schemas
        Numbers of the steps, the first one first.
    """
    steps = ScriptDirectory.from_config(_config()).walk_revisions()
    return tuple(reversed([step.revision for step in steps]))


def present_schema(connection: Connection, place: str) -> str:
    """Read which schema a ledger has.

    Parameters
    ----------
    connection
        To the ledger.
    place
        For the message.

    Returns
    -------
    schema
        Number of its last step; blank where the database is empty.

    Raises
    ------
    LedgerError
        If there are other tables than a ledger's.
    """
    tables = set(inspect(connection).get_table_names())
    if not tables & {_VERSION_TABLE, *Base.metadata.tables}:
        if tables and connection.dialect.name == "sqlite":
            raise LedgerError(Fault(file=place, problem=NOT_A_LEDGER, mend=NOT_YET))
        return ""
    if not {_VERSION_TABLE, "head", "history"} <= tables:
        raise LedgerError(Fault(file=place, problem=NOT_A_LEDGER, mend=NOT_YET))
    rows = connection.execute(text(f"SELECT version_num FROM {_VERSION_TABLE}")).scalars().all()  # noqa: S608 - a constant
    return str(rows[0]) if rows else "?"


def require_schema(schema: str, place: str) -> None:
    """Refuse a ledger of another schema than this program's.

    Parameters
    ----------
    schema
        From `present_schema`.
    place
        For the message.

    Raises
    ------
    LedgerError
        If there is none, or it is older or newer.
    """
    known = known_schemas()
    if schema == known[-1]:
        return
    if not schema:
        raise LedgerError(Fault(file=place, problem=NOT_A_LEDGER, mend=NOT_YET))
    if schema in known:
        problem = Text(
            f"账本的结构版本是 {schema}，本程序用 {known[-1]}",
            f"the ledger has schema {schema}, this program uses {known[-1]}",
        )
        mend = Text(
            "先备份，再运行 qxgeo ledger upgrade", "make a backup, then run qxgeo ledger upgrade"
        )
    else:
        problem = Text(
            f"账本的结构版本 {schema} 是本程序不认识的（本程序到 {known[-1]}）",
            f"the ledger has schema {schema}, which this program does not know (up to {known[-1]})",
        )
        mend = Text(
            "账本由更新的程序写成：请升级 qxgeo",
            "a newer program wrote it: install a newer qxgeo",
        )
    raise LedgerError(Fault(file=place, problem=problem, mend=mend))


def build_schema(connection: Connection) -> None:
    """Take every step that a ledger has not taken yet, in the connection's transaction.

    Parameters
    ----------
    connection
        Writing; the caller commits.
    """
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
