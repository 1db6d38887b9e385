"""Findings of pieces, and the roads under a page, are read once for all townships there."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from qxgeo.assess import assess_streamed
from qxgeo.assess import narrow as narrow_module
from qxgeo.assess.narrow import narrow
from qxgeo.assess.parts import PartReader
from qxgeo.district import load_district

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pyarrow as pa

    from qxgeo.assess import StreamedAssessment

pytestmark = pytest.mark.scripted


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("work")


@pytest.fixture(scope="module")
def streamed(folder_of: Callable[..., Path], work: Path) -> StreamedAssessment:
    district = load_district(folder_of(files=2, row_group=900), stream_from=1)
    return assess_streamed(
        district, work / "findings", work_folder=work / "pieces", memory_mb=1500.0
    )


@pytest.fixture(scope="module")
def files(streamed: StreamedAssessment, work: Path) -> list[Path]:
    assert streamed.shelf.places
    found = sorted((work / "pieces").glob("piece-*/findings.parquet"))
    assert len(found) > 1
    return found


def test_a_township_gets_its_rows_of_every_file_in_their_order(files: list[Path]) -> None:
    reader = PartReader(files)
    whole = [pd.read_parquet(file) for file in files]
    places = {place for table in whole for place in table["township_id"]}
    assert len(places) > 3
    for place in sorted(places):
        tables = dict(reader.read(place))
        for number, table in enumerate(whole):
            mine = table[table["township_id"] == place].reset_index(drop=True)
            if mine.empty:
                assert number not in tables
                continue
            assert_frame_equal(
                pd.DataFrame(tables[number].drop(columns="geometry")),
                mine.drop(columns="geometry"),
            )
            assert tables[number].geometry.to_wkb().tolist() == mine["geometry"].tolist()


def test_a_row_group_is_read_once_for_all_townships(
    files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    loads: Counter[tuple[int, int]] = Counter()
    load = PartReader._load  # noqa: SLF001 - counted, not changed

    def watch(reader: PartReader, file: int, group: int) -> pa.Table:
        loads[file, group] += 1
        return load(reader, file, group)

    monkeypatch.setattr(PartReader, "_load", watch)
    reader = PartReader(files)
    places = pd.concat([pd.read_parquet(file, columns=["township_id"]) for file in files])
    for place in reader.order(places["township_id"].unique()):
        reader.read(place)
    assert set(loads.values()) == {1}
    assert len({file for file, _ in loads}) == len(files)


def test_townships_come_in_the_order_of_the_files_and_those_without_a_row_last(
    files: list[Path],
) -> None:
    reader = PartReader(files)
    first = pd.read_parquet(files[0], columns=["township_id"])["township_id"].iloc[0]
    ordered = reader.order(["nowhere", first])
    assert ordered == [first, "nowhere"]
    assert reader.read("nowhere") == []


def test_roads_under_the_pages_are_read_once_for_neighbours_and_not_at_all_for_lists(
    streamed: StreamedAssessment, monkeypatch: pytest.MonkeyPatch
) -> None:
    pieces: Counter[int] = Counter()
    read = narrow_module.read_lines

    def watch(dataset: object, piece: object, **more: object) -> object:
        pieces[piece.number] += 1
        return read(dataset, piece, **more)

    monkeypatch.setattr(narrow_module, "read_lines", watch)
    narrow_module._read_piece.cache_clear()  # noqa: SLF001 - so that it begins anew
    run, shelf = streamed.assessment, streamed.shelf
    places = [place for place in shelf.places if place.rows]
    listed = [narrow(run, place, shelf.read(place.township_id), is_listed=True) for place in places]
    assert not pieces
    assert {one.district.layers["roads"].size for one in listed} == {
        run.district.layers["roads"].size
    }
    drawn = [narrow(run, place, shelf.read(place.township_id)) for place in places]
    assert set(pieces.values()) == {1}
    assert all(len(one.district.layers["roads"].table) for one in drawn)
    for one, other in zip(listed, drawn, strict=True):
        assert_frame_equal(one.totals, other.totals)
