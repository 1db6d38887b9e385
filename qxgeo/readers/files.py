"""Files before their format: there, readable, not empty, decoded, taken out of an archive."""

from __future__ import annotations

import codecs
import zipfile
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from qxgeo.errors import Fault, ReadError, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLE_ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
VECTOR_ENDINGS = (".shp", ".geojson", ".json", ".gpkg", ".parquet", ".geoparquet")
KML_ENDINGS = (".kml", ".kmz", ".ovkml")
_LARGEST_ARCHIVE = 4 * 2**30  # bytes unpacked; a district's layers are far below
_FEWEST_CHINESE = 2  # characters; a GBK text that happens to be UTF-8 too has fewer
_UTF8_NAMES = 0x800  # flag of a zip member whose name is UTF-8; others carry the writer's code page


def read_fault(file: str, problem: Text, mend: Text, *, row: int | None = None) -> Fault:
    """Build the fault of one file.

    Parameters
    ----------
    file
        File name.
    problem, mend
        What is wrong and what to do.
    row
        Row in the file, where it is known.

    Returns
    -------
    fault
        For a `ReadError`.
    """
    return Fault(problem=problem, mend=mend, file=file, row=row)


def check_readable(path: Path) -> Path:
    """Refuse what is missing, no file, unreadable or empty.

    Parameters
    ----------
    path
        File.

    Returns
    -------
    path
        The same.

    Raises
    ------
    ReadError
        With the reason.
    """
    if path.is_dir():
        problem = Text("这是文件夹，不是文件", "this is a folder, not a file")
        mend = Text("请写出文件夹中的文件名", "name the file inside it")
        raise ReadError(read_fault(str(path), problem, mend))
    if not path.exists():
        problem = Text("文件不存在", "there is no such file")
        mend = Text("请检查路径和文件名", "check path and name")
        raise ReadError(read_fault(str(path), problem, mend))
    try:
        with path.open("rb") as stream:
            first = stream.read(1)
    except OSError as error:
        raise ReadError(
            read_fault(
                path.name,
                Text(
                    f"文件打不开（{error.strerror}）",
                    f"the file cannot be opened ({error.strerror})",
                ),
                Text(
                    "请检查读取权限，并关闭占用它的程序",
                    "check its permissions and close programs that lock it",
                ),
            )
        ) from error
    if not first:
        raise ReadError(
            read_fault(
                path.name,
                Text("文件是空的（0 字节）", "the file is empty (0 bytes)"),
                Text("请重新导出", "export it again"),
            )
        )
    return path


def decode(data: bytes, *, file: str, encoding: str | None = None) -> tuple[str, tuple[Text, ...]]:
    """Decode a text file: byte order mark, then strict UTF-8, then GB18030; detectors guess wrong.

    Parameters
    ----------
    data
        The file's bytes.
    file
        File name for messages.
    encoding
        Declared encoding; then no other is tried.

    Returns
    -------
    text, notes
        Without the mark; a note where GB18030 was taken undeclared.

    Raises
    ------
    ReadError
        If the bytes do not fit the declared encoding, or none of the tried.
    """
    marks = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"))
    mark = next((name for sign, name in marks if data.startswith(sign)), None)
    if mark is None and data.startswith(codecs.BOM_UTF16_BE):
        mark = "utf-16"
    if b"\0" in data and mark != "utf-16":
        raise ReadError(
            read_fault(
                file,
                Text("不是文本文件", "this is no text file"),
                Text(
                    "若是 Excel 文件，请把扩展名改回 .xlsx 或 .xls",
                    "if it is a workbook, give it back its ending .xlsx or .xls",
                ),
            )
        )
    if encoding:
        return _decode_declared(data, file, encoding, mark), ()
    for name in (mark,) if mark else ("utf-8", "gb18030"):
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        is_assumed = name == "gb18030"
        note = Text(f"{file}：按 GB18030（GBK）编码读取", f"{file}: read as GB18030 (GBK)")
        return text, (note,) if is_assumed else ()
    raise ReadError(
        read_fault(
            file,
            Text("文字编码既不是 UTF-8 也不是 GB18030", "the text is neither UTF-8 nor GB18030"),
            Text(
                "请另存为 UTF-8，或用 encoding 写明编码",
                "save it as UTF-8, or declare its encoding",
            ),
        )
    )


def _decode_declared(data: bytes, file: str, encoding: str, mark: str | None) -> str:
    """Decode as declared; text that only says the same in UTF-8 contradicts a declared GBK.

    Raises
    ------
    ReadError
        If the encoding is unknown or does not fit.
    """
    try:
        name = codecs.lookup(encoding).name
    except LookupError as error:
        raise ReadError(
            read_fault(
                file,
                Text(f"没有编码“{encoding}”", f'there is no encoding "{encoding}"'),
                Text("常用 utf-8 或 gb18030", "usual ones are utf-8 and gb18030"),
            )
        ) from error
    is_chinese = name.startswith("gb") or name == "hz"
    if mark is None and is_chinese and _is_chinese_utf8(data):
        raise ReadError(_encoding_fault(file, encoding, "utf-8"))
    if mark is not None and name not in {"utf-8", "utf-8-sig", "utf-16"}:
        raise ReadError(_encoding_fault(file, encoding, mark))
    try:
        return data.decode("gb18030" if name in {"gbk", "gb2312"} else mark or name)
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        raise ReadError(_encoding_fault(file, encoding, _fitting(data), row=row)) from error


def _is_chinese_utf8(data: bytes) -> bool:
    """Tell whether bytes are UTF-8 with Chinese characters."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return sum("\u4e00" <= char <= "\u9fff" for char in text[:100_000]) >= _FEWEST_CHINESE


def _fitting(data: bytes) -> str:
    """Name the usual encoding that fits, empty where none does."""
    for name in ("utf-8", "gb18030"):
        try:
            data.decode(name)
        except UnicodeDecodeError:
            continue
        return name
    return ""


def _encoding_fault(file: str, encoding: str, fitting: str, *, row: int | None = None) -> Fault:
    """Say that the declared encoding is wrong, and which fits."""
    problem = Text(
        f"文字编码不是声明的 {encoding}", f"the text is not in the declared encoding {encoding}"
    )
    mend = Text(
        f"请改为 encoding = {fitting}" if fitting else "请另存为 UTF-8",
        f"declare encoding = {fitting}" if fitting else "save it as UTF-8",
    )
    return read_fault(file, problem, mend, row=row)


@contextmanager
def unpacked(path: Path, member: str | None) -> Iterator[tuple[Path, str]]:
    """Take the one data file out of a zip archive, with all parts of a Shapefile.

    Parameters
    ----------
    path
        Archive.
    member
        Name of the wanted file, with or without folder and ending, where there are several.

    Yields
    ------
    file, title
        Path in a temporary folder under an ASCII name, and its name for messages.

    Raises
    ------
    ReadError
        If the archive is broken or locked, or holds no such file or several.
    """
    try:
        with zipfile.ZipFile(path) as archive, TemporaryDirectory() as folder:
            names = {_member_name(info): info for info in archive.infolist() if not info.is_dir()}
            chosen = _choose(path, list(names), member)
            stem = chosen.with_suffix("")
            for name, info in names.items():
                part = PurePosixPath(name)
                if part.with_suffix("") == stem and info.file_size <= _LARGEST_ARCHIVE:
                    target = Path(folder) / f"data{part.suffix.lower()}"
                    with archive.open(info) as source, target.open("wb") as sink:
                        while block := source.read(2**20):
                            sink.write(block)
            yield Path(folder) / f"data{chosen.suffix.lower()}", f"{path.name}/{chosen}"
    except (zipfile.BadZipFile, EOFError) as error:
        raise ReadError(
            read_fault(
                path.name,
                Text("压缩包已损坏", "the archive is broken"),
                Text("请重新压缩或重新下载", "pack or download it again"),
            )
        ) from error
    except (RuntimeError, NotImplementedError) as error:  # zipfile's words for a password
        raise ReadError(
            read_fault(
                path.name,
                Text(
                    "压缩包有密码或压缩方式不支持", "the archive is locked or packed in a rare way"
                ),
                Text("请解压后再用", "unpack it first"),
            )
        ) from error


def _member_name(info: zipfile.ZipInfo) -> str:
    """Name a member; without the UTF-8 flag Chinese tools write GBK, read as code page 437."""
    name = info.filename
    if not info.flag_bits & _UTF8_NAMES:
        raw = name.encode("cp437", errors="replace")
        for encoding in ("utf-8", "gb18030"):
            try:
                return raw.decode(encoding).replace("\\", "/")
            except UnicodeDecodeError:
                continue
    return name.replace("\\", "/")


def _choose(path: Path, names: list[str], member: str | None) -> PurePosixPath:
    """Choose the data file of an archive.

    Raises
    ------
    ReadError
        If there is none, or several could be meant.
    """
    endings = (*TABLE_ENDINGS, *VECTOR_ENDINGS, *KML_ENDINGS)
    files = [PurePosixPath(name) for name in sorted(names) if "__MACOSX" not in name]
    files = [file for file in files if file.suffix.lower() in endings]
    if member:
        files = [file for file in files if member in {str(file), file.name, file.stem}]
    elif any(file.suffix.lower() == ".shp" for file in files):
        files = [file for file in files if file.suffix.lower() not in {".txt", ".csv"}]
    if len(files) == 1:
        return files[0]
    listed = "、".join(str(file) for file in files) or "、".join(sorted(names)[:10])
    raise ReadError(
        read_fault(
            path.name,
            Text(
                f"压缩包里有 {len(files)} 个可读的文件：{listed}",
                f"the archive holds {len(files)} files that can be read: {listed}",
            ),
            Text("请用 sublayer 写明要哪一个", "name the wanted one with sublayer"),
        )
    )
