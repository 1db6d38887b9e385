"""``qxgeo convert``: roads of a province or a country become a dataset."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qxgeo.cli.progress import showing_progress
from qxgeo.cli.session import Session, lang_option
from qxgeo.datasets import write_dataset
from qxgeo.errors import Fault, InputError, OutputError, Text
from qxgeo.readers.osm import ENDINGS
from qxgeo.readers.osm_stream import stream_osm_roads
from qxgeo.readers.osm_turns import read_osm_turns
from qxgeo.readers.vector_stream import stream_vector_roads
from qxgeo.reports.turn_table import refuse_existing_table, write_turn_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from qxgeo.cli.progress import Tell

_WORDS = {
    "ways": ("读取道路", "reading roads"),
    "cut": ("在路口切分", "cutting at intersections"),
    "rows": ("读取并核对", "reading and checking"),
    "read": ("整理", "putting in order"),
    "write": ("写出", "writing"),
}


@click.command(
    help="把 OpenStreetMap 文件（.osm.pbf）或矢量文件（GeoPackage、Shapefile、GeoParquet 等）中的"
    "道路转成路网数据集：按空间顺序排列的 GeoParquet，内存有上限，全省、全国都可以。\n\n"
    "Turn the roads of an OpenStreetMap extract or a vector file into a dataset: GeoParquet along"
    " Hilbert's curve, in bounded memory."
)
@click.argument("source", metavar="INPUT", type=click.Path(path_type=Path))
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@click.option(
    "--memory",
    type=click.IntRange(min=400),
    default=1000,
    show_default=True,
    metavar="MB",
    help="内存上限，约数 · about how much memory to use, MB",
)
@click.option(
    "--encoding",
    type=click.Choice(["wkb", "geoarrow"]),
    default="wkb",
    show_default=True,
    help="几何写法：wkb 通用，geoarrow 更小 · wkb for every program, geoarrow is smaller",
)
@click.option("--layer", help="多图层文件中的图层名 · layer of a file that has several")
@click.option(
    "--datum",
    help="坐标基准，如 gcj02、EPSG:4546；不给则按文件自带 · datum, by default the file's own",
)
@click.option(
    "--turns",
    type=click.Path(path_type=Path),
    metavar="CSV",
    help="另把文件中的转向限制写成表格，可作 turns 图层 · also write the turn restrictions of an"
    " extract as a table for the layer turns",
)
@click.option("--quiet", "-q", is_flag=True, help="只报错误 · say nothing but errors")
@lang_option
@click.pass_obj
def command(  # noqa: PLR0913 - one keyword per option
    session: Session,
    *,
    source: Path,
    out: Path,
    memory: int,
    encoding: str,
    layer: str | None,
    datum: str | None,
    turns: Path | None,
    quiet: bool,
) -> None:
    """Stream roads into a dataset and say what became of them."""
    with (
        _writing_turns(source, turns) as of_turns,
        showing_progress(session, is_quiet=quiet) as tell,
        _work_folder(out) as work,
    ):
        show = _translate(session, tell)
        if source.name.lower().endswith(ENDINGS):
            stream = stream_osm_roads(source, work_folder=work, progress=show)
        else:
            stream = stream_vector_roads(source, datum=datum, sublayer=layer, progress=show)
        written = write_dataset(
            stream.batches,
            out,
            memory_mb=memory,
            encoding="WKB" if encoding == "wkb" else encoding,
            notes=stream.notes,
            progress=show,
        )
    if quiet:
        return
    for note in dict.fromkeys((*stream.notes(), *of_turns)):
        session.say(note)
    dataset = written.dataset
    session.say(
        session.words(
            f"已写 {dataset.rows} 个路段（{len(dataset.files)} 个文件，{len(dataset.pieces)} 块）："
            f"{out}",
            f"{dataset.rows} sections written ({len(dataset.files)} files,"
            f" {len(dataset.pieces)} pieces): {out}",
        )
    )
    if written.flattened:
        session.say(
            session.words(
                f"{written.flattened} 个路段的高程未保留",
                f"heights of {written.flattened} sections were left out",
            )
        )


@contextmanager
def _writing_turns(source: Path, turns: Path | None) -> Iterator[tuple[Text, ...]]:
    """Write the turn restrictions before the long work begins; where that fails they go again.

    Raises
    ------
    InputError
        If the source is no OpenStreetMap file.
    """
    if turns is None:
        yield ()
        return
    if not source.name.lower().endswith(ENDINGS):
        problem = Text(
            "只有 OpenStreetMap 文件含转向限制", "only OpenStreetMap files hold turn restrictions"
        )
        mend = Text("去掉 --turns", "leave --turns out")
        raise InputError(Fault(file=str(source), problem=problem, mend=mend))
    refuse_existing_table(turns)
    found = read_osm_turns(source)
    write_turn_table(found.table, turns)
    try:
        yield found.notes
    except BaseException:
        turns.unlink(missing_ok=True)
        raise


def _translate(session: Session, tell: Tell) -> Callable[[str, int, int], None]:
    """Word what the readers and the writer say of their progress."""

    def show(what: str, done: int, total: int) -> None:
        tell(f"{session.words(*_WORDS[what])} {done:,}", float(done), float(total))

    return show


@contextmanager
def _work_folder(out: Path) -> Iterator[Path]:
    """Give an empty folder beside the output, and remove it again; a killed run's goes first.

    Raises
    ------
    OutputError
        If it cannot be made.
    """
    target = out.resolve()
    folder = target.parent / f".{target.name}.qxgeo-work"
    try:
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
    except OSError as error:
        detail = error.strerror or str(error)
        problem = Text(f"写不成：{detail}", f"cannot be written: {detail}")
        mend = Text("请另选输出文件夹", "choose another output folder")
        raise OutputError(Fault(file=str(out), problem=problem, mend=mend)) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
