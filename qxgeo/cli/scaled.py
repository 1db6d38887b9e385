"""Outputs of a run too large for one map: an index, and a folder for each township."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from qxgeo.assess import assess_streamed
from qxgeo.assess.narrow import narrow
from qxgeo.assess.packing import pack, unpack
from qxgeo.errors import Text
from qxgeo.maps.online import list_online_bases
from qxgeo.maps.scaled import TownshipFiles, write_index, write_township_maps
from qxgeo.reports import (
    replace_outputs,
    write_contents,
    write_run_record,
    write_township_lists,
)
from qxgeo.streaming import clear_journal, connect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from qxgeo.assess import Assessment, Place, Shelf
    from qxgeo.cli.progress import Tell
    from qxgeo.district import District

FINDINGS, _TOWNSHIPS = "findings", "townships"
_SHARES = 8  # that each process is given, one after the other


class Means(NamedTuple):
    """How a run is done and its outputs are written."""

    lang: str
    online: Mapping[str, str]
    most_parts: int
    memory_mb: float
    workers: int
    dask: str | None
    work_folder: Path | None
    is_restarted: bool


class Errand(NamedTuple):
    """What every township needs: the run, where its findings lie, where to write, and how."""

    assessment: Assessment
    shelf: Shelf
    folder: Path
    means: Means


def is_too_large(assessment: Assessment, *, most_parts: int) -> bool:
    """Tell whether a map of the whole would be too much for a browser.

    Parameters
    ----------
    assessment
        With its findings.
    most_parts
        Findings of one map.

    Returns
    -------
    is_too_large
        Whether any page of the plan would have more.
    """
    page_of = {rule.rule_id: rule.page for rule in assessment.plan.rules}
    sizes = assessment.findings["rule_id"].map(page_of).value_counts()
    return bool((sizes > most_parts).any())


def run_streamed(district: District, out: Path, means: Means, tell: Tell) -> tuple[Assessment, int]:
    """Judge roads piece by piece and write the outputs; what is done survives an interruption.

    Parameters
    ----------
    district
        Its roads were left on the disk.
    out
        The output folder; finished pieces are kept beside it until it is written.
    means
        How.
    tell
        Is told what is done.

    Returns
    -------
    assessment, findings
        Without its findings, and how many there are.

    Raises
    ------
    InputError
        If a road is at fault, or the memory is too small.
    OutputError
        If a file cannot be written.
    """
    words = Text("分块判定道路", "judging roads piece by piece").in_language(means.lang)
    target = out.resolve()
    work = means.work_folder or target.parent / f".{target.name}.qxgeo-work"
    with (
        connect(means.dask) if means.dask else nullcontext() as client,
        replace_outputs(target) as folder,
    ):
        streamed = assess_streamed(
            district,
            folder / FINDINGS,
            work_folder=work,
            memory_mb=means.memory_mb,
            workers=means.workers,
            client=client,
            restart=means.is_restarted,
            progress=lambda what, *far: tell(what or words, *far),
        )
        write_scaled(streamed.assessment, streamed.shelf, folder, means, tell)
    clear_journal(work)
    return streamed.assessment, sum(place.rows for place in streamed.shelf.places)


def write_scaled(
    assessment: Assessment, shelf: Shelf, folder: Path, means: Means, tell: Tell
) -> None:
    """Write index, overview, run record, contents and every township.

    Parameters
    ----------
    assessment
        The whole run; its findings are not looked at.
    shelf
        The findings by township.
    folder
        Of the output; it exists.
    means
        How.
    tell
        Is told which township is done.

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    bare = replace(assessment, findings=assessment.findings.iloc[:0])
    errand = Errand(bare, shelf, folder, means)
    (folder / _TOWNSHIPS).mkdir()
    files = []
    for number, one in enumerate(_write_all(errand, means.workers)):
        tell(shelf.places[number].name, number + 1, len(shelf.places))
        files.append(one)
    folders = {one.township_id: one.folder for one in files}
    tell("index.html")
    write_index(bare, shelf, files, folder, lang=means.lang)
    tell("lists.xlsx")
    write_contents(bare, shelf, folders, folder / "lists.xlsx", lang=means.lang)
    write_run_record(bare, folder / "run.json", shelf=shelf)


def _write_all(errand: Errand, workers: int) -> Iterator[TownshipFiles]:
    """Write the townships, here or in other processes, in their order."""
    places = errand.shelf.places
    if workers < 2:  # noqa: PLR2004 - one process is this one
        for place in places:
            yield _write_township(errand, place)
        return
    content = pack(errand)
    step = max(len(places) // (workers * _SHARES), 1)
    shares = [places[begin : begin + step] for begin in range(0, len(places), step)]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        for done in pool.map(_write_share, [content] * len(shares), shares):
            yield from done


def _write_share(content: bytes, places: Sequence[Place]) -> list[TownshipFiles]:
    """Write some townships in another process."""
    errand: Errand = unpack(content)
    return [_write_township(errand, place) for place in places]


def _write_township(errand: Errand, place: Place) -> TownshipFiles:
    """Write the maps and lists of one township."""
    findings = errand.shelf.read(place.township_id)
    files = write_township_maps(
        errand.assessment,
        place,
        findings,
        errand.folder / _TOWNSHIPS,
        lang=errand.means.lang,
        online=list_online_bases(errand.means.online, lang=errand.means.lang),
        most_parts=errand.means.most_parts,
    )
    own = errand.folder / _TOWNSHIPS / files.folder
    view = narrow(errand.assessment, place, findings, is_listed=True)
    write_township_lists(view, own / "lists.xlsx", lang=errand.means.lang)
    return files
