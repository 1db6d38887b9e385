"""What a database says when something is wrong, as one sentence with its mend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qxgeo.errors import Fault, LedgerError, OutputError, QxgeoError, Text

if TYPE_CHECKING:
    from sqlalchemy.exc import DBAPIError

_BUSY = Text("账本正被另一个程序占用", "another program holds the ledger")
_FULL = Text("磁盘已满，本次没有写入任何内容", "the disk is full; nothing of this was written")
_READ_ONLY = Text("账本所在文件夹或文件不可写", "the ledger's folder or file cannot be written")
_DAMAGED = Text("账本文件已损坏", "the ledger's file is damaged")
_NO_FILE = Text("打不开账本文件", "the ledger's file cannot be opened")
_PASSWORD = Text("数据库拒绝了用户名或密码", "the database refuses the user name or password")
_NO_DATABASE = Text("没有这个数据库", "there is no such database")
_NO_RIGHT = Text("这个用户无权使用账本的表", "this user may not use the ledger's tables")
_NO_ANSWER = Text("数据库没有应答", "the database does not answer")
_LOST = Text("与数据库的连接中断", "the connection to the database broke")
NOT_A_LEDGER = Text("这不是 qxgeo 账本", "this is no ledger of qxgeo")

_WAIT = Text("稍后再试", "try again later")
_MAKE_ROOM = Text("腾出空间后再运行一次", "make room and run it again")
_GET_RIGHTS = Text("检查文件夹和文件的权限", "look at the rights of the folder and the file")
_RESTORE = Text(
    "用备份恢复，再运行 qxgeo ledger verify", "restore a backup, then qxgeo ledger verify"
)
_CHECK_PATH = Text("检查路径", "check the path")
_CHECK_LOGIN = Text(
    "检查网址中的用户名，密码可放在 PGPASSWORD 或 ~/.pgpass",
    "check the user name of the URL; a password can stand in PGPASSWORD or ~/.pgpass",
)
_CREATE = Text("请管理员建库，或改网址", "have it created, or mend the URL")
_GRANT = Text("请管理员授权", "have the rights granted")
_CHECK_SERVER = Text("检查主机、端口和服务是否在运行", "check host, port and that it is running")
_AGAIN = Text(
    "再运行一次：已经写入的不会重复写入", "run it again: what was written is not written twice"
)
NOT_YET = Text("新建账本：qxgeo ledger init", "to make one: qxgeo ledger init")

# By the beginning of SQLite's name of the error.
_SQLITE: dict[str, tuple[type[QxgeoError], Text, Text]] = {
    "SQLITE_BUSY": (LedgerError, _BUSY, _WAIT),
    "SQLITE_LOCKED": (LedgerError, _BUSY, _WAIT),
    "SQLITE_FULL": (OutputError, _FULL, _MAKE_ROOM),
    "SQLITE_READONLY": (OutputError, _READ_ONLY, _GET_RIGHTS),
    "SQLITE_PERM": (OutputError, _READ_ONLY, _GET_RIGHTS),
    "SQLITE_CANTOPEN": (OutputError, _NO_FILE, _GET_RIGHTS),
    "SQLITE_NOTADB": (LedgerError, NOT_A_LEDGER, _CHECK_PATH),
    "SQLITE_CORRUPT": (LedgerError, _DAMAGED, _RESTORE),
    "SQLITE_IOERR": (OutputError, _NO_FILE, _GET_RIGHTS),
}
# By PostgreSQL's SQLSTATE, the longest beginning first.
_POSTGRES: dict[str, tuple[type[QxgeoError], Text, Text]] = {
    "28": (LedgerError, _PASSWORD, _CHECK_LOGIN),
    "3D": (LedgerError, _NO_DATABASE, _CREATE),
    "42501": (LedgerError, _NO_RIGHT, _GRANT),
    "25006": (OutputError, _READ_ONLY, _GRANT),
    "53100": (OutputError, _FULL, _MAKE_ROOM),
    "55P03": (LedgerError, _BUSY, _WAIT),
    "40": (LedgerError, _BUSY, _WAIT),
    "57": (LedgerError, _LOST, _AGAIN),
    "08": (LedgerError, _LOST, _AGAIN),
}
# While connecting, psycopg gives no SQLSTATE: the server's own words have to do.
_WORDS: dict[str, tuple[type[QxgeoError], Text, Text]] = {
    "password": (LedgerError, _PASSWORD, _CHECK_LOGIN),
    "authentication": (LedgerError, _PASSWORD, _CHECK_LOGIN),
    "role": (LedgerError, _PASSWORD, _CHECK_LOGIN),
    "database": (LedgerError, _NO_DATABASE, _CREATE),
}
_RETRIED = ("SQLITE_BUSY", "SQLITE_LOCKED", "40001", "40P01", "55P03")


def error_code(error: DBAPIError) -> str:
    """Give SQLite's name or PostgreSQL's SQLSTATE of an error.

    Parameters
    ----------
    error
        From SQLAlchemy.

    Returns
    -------
    code
        Blank where the database gave none.
    """
    original = error.orig
    code = getattr(original, "sqlite_errorname", None) or getattr(original, "sqlstate", None)
    return str(code or "")


def is_contention(error: DBAPIError) -> bool:
    """Tell whether somebody else was faster, so that the same again may go through.

    Parameters
    ----------
    error
        From SQLAlchemy.

    Returns
    -------
    answer
        True for locks, deadlocks and serialization failures.
    """
    return error_code(error).startswith(_RETRIED)


def explain(error: DBAPIError, place: str) -> QxgeoError:
    """Turn an error of the database into one sentence.

    Parameters
    ----------
    error
        From SQLAlchemy.
    place
        File or URL without its password.

    Returns
    -------
    error
        To be raised from the given one.
    """
    code, words = error_code(error), str(error.orig).strip()
    for beginning, (kind, problem, mend) in {**_SQLITE, **_POSTGRES}.items():
        if code.startswith(beginning):
            return kind(Fault(file=place, problem=problem, mend=mend))
    if not code:
        for word, (kind, problem, mend) in _WORDS.items():
            if word in _last_part(words):
                return kind(Fault(file=place, problem=problem, mend=mend))
        return LedgerError(Fault(file=place, problem=_NO_ANSWER, mend=_CHECK_SERVER))
    first = words.splitlines()[0] if words else code
    problem = Text(f"数据库报错：{first}", f"the database says: {first}")
    return LedgerError(Fault(file=place, problem=problem, mend=_WAIT))


def _last_part(words: str) -> str:
    """Give what the server said, without the address that psycopg puts before it."""
    return words.rpartition("FATAL:")[2] if "FATAL:" in words else ""
