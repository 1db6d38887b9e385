"""``qxgeo init``: a new district folder."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

from qxgeo.cli.session import Session, lang_option
from qxgeo.district.template import create_district


@click.command(
    help="新建辖区文件夹，内有带注释的 district.toml。\n\n"
    "Make a district folder with a commented district.toml."
)
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--code",
    default="",
    metavar="310101",
    help="行政区划代码；同时写出界线（需 qxgeo[boundaries]）· administrative code: writes the"
    " boundary, too",
)
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="判定时点，默认今天 · the day to judge, today by default",
)
@click.option("--overwrite", is_flag=True, help="覆盖已有文件 · replace existing files")
@lang_option
@click.pass_obj
def command(
    session: Session, *, folder: Path, code: str, as_of: datetime | None, overwrite: bool
) -> None:
    """Make a district folder."""
    day = date.today() if as_of is None else as_of.date()  # noqa: DTZ011 - the user's own calendar
    files = create_district(folder, as_of=day, code=code.strip(), is_overwriting=overwrite)
    for file in files:
        session.say(session.words(f"已写：{file}", f"written: {file}"))
    session.say(
        session.words(
            f"接着：编辑 {files[0]}，再运行 qxgeo check {folder}",
            f"next: edit {files[0]}, then run qxgeo check {folder}",
        )
    )
