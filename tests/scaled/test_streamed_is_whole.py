"""Roads judged piece by piece give what the same roads give in memory."""

from __future__ import annotations

import dataclasses
import pickle
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import shapely
from pandas.testing import assert_frame_equal

from qxgeo.assess import assess, assess_streamed
from qxgeo.assess import plan_job as plan_job_module
from qxgeo.assess.plan_job import PlanJob
from qxgeo.district import load_district
from qxgeo.errors import DistrictError, SchemaError
from qxgeo.schemas import FINDING_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import geopandas as gpd

    from qxgeo.assess import Assessment, StreamedAssessment

pytestmark = pytest.mark.scripted

KEY = ["rule_id", "township_id", "subject_layer", "subject_id"]
REASONS = ["page", "subject_id", "township_id", "rule_ids"]
NANOMETRES_M = 1e-6  # a thousand lengths rounded to a nanometre each


def stream(folder: Path, out: Path, **options: object) -> StreamedAssessment:
    """Judge a district whose roads are in pieces."""
    means = {"work_folder": out / "work", "memory_mb": 1500.0} | options
    district = load_district(folder, stream_from=1)
    return assess_streamed(district, out / "findings", **means)


def all_findings(streamed: StreamedAssessment) -> gpd.GeoDataFrame:
    """Put the findings of all places together."""
    return pd.concat(
        [streamed.shelf.read(place.township_id) for place in streamed.shelf.places],
        ignore_index=True,
    )


def assert_same_findings(one: gpd.GeoDataFrame, other: gpd.GeoDataFrame) -> None:
    """Hold two tables of findings against each other.

    Lengths may differ in their last bit: where in an array a sine is taken decides about it.
    """
    assert {c: str(t) for c, t in one.dtypes.items() if c != "geometry"} == FINDING_COLUMNS
    first, second = (table.sort_values(KEY, ignore_index=True) for table in (one, other))
    columns = [*FINDING_COLUMNS]
    assert_frame_equal(
        pd.DataFrame(first[columns]), pd.DataFrame(second[columns]), rtol=1e-13, atol=1e-9
    )
    shapes = first.geometry.to_numpy(), second.geometry.to_numpy()
    assert np.nanmax(shapely.hausdorff_distance(*shapes)) < 1e-12  # degrees
    assert (shapely.is_empty(shapes[0]) == shapely.is_empty(shapes[1])).all()


def assert_same_sums(whole: Assessment, streamed: StreamedAssessment) -> None:
    """Hold totals, counts, gaps, assumptions and zones against each other."""
    mine = streamed.assessment
    keys = ["scope", "verdict", "township_id", "township_name", "count"]
    assert_frame_equal(whole.totals[keys], mine.totals[keys])
    for column in ("length_m", "area_m2"):
        assert mine.totals[column].to_numpy() == pytest.approx(
            whole.totals[column].to_numpy(), abs=NANOMETRES_M
        )
    assert_frame_equal(whole.rule_counts, mine.rule_counts)
    assert mine.gaps == whole.gaps
    assert [one.assumption_id for one in mine.assumptions] == [
        one.assumption_id for one in whole.assumptions
    ]
    assert mine.zones.geometry.geom_equals(whole.zones.geometry).all()


@pytest.fixture(scope="module")
def streamed(
    folder_of: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> StreamedAssessment:
    """Judge the roads in small pieces, shuffled."""
    return stream(folder_of(), tmp_path_factory.mktemp("out"))


def test_findings_are_the_same(whole: Assessment, streamed: StreamedAssessment) -> None:
    assert_same_findings(whole.findings, all_findings(streamed))


def test_totals_counts_gaps_and_zones_are_the_same(
    whole: Assessment, streamed: StreamedAssessment
) -> None:
    assert_same_sums(whole, streamed)


def test_pieces_under_several_rules_keep_all_their_reasons(
    whole: Assessment, streamed: StreamedAssessment
) -> None:
    tables = [pd.read_parquet(file) for file in streamed.reasons]
    mine = pd.concat([*tables, streamed.assessment.reasons]).sort_values(REASONS, ignore_index=True)
    assert len(mine)
    assert_frame_equal(
        mine.astype(dict.fromkeys(REASONS, "object")),
        whole.reasons.sort_values(REASONS, ignore_index=True).astype(
            dict.fromkeys(REASONS, "object")
        ),
    )


def test_each_place_has_a_file_sorted_as_the_list_is(
    whole: Assessment, streamed: StreamedAssessment
) -> None:
    for place in streamed.shelf.places:
        expected = whole.findings[whole.findings["township_id"] == place.township_id]
        mine = streamed.shelf.read(place.township_id)
        assert mine["finding_id"].tolist() == expected["finding_id"].tolist()
        assert place.rows == len(expected)
        assert sum(place.counts.values()) == len(expected)
    empty = [place for place in streamed.shelf.places if place.rows == 0]
    assert [place.township_id for place in empty] == ["450305400"]  # it has no territory


@pytest.mark.parametrize(("files", "row_group", "block"), [(1, 5_000, 64), (7, 97, 8_192)])
def test_no_piece_batch_or_order_changes_anything(
    whole: Assessment,
    folder_of: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    files: int,
    row_group: int,
    block: int,
) -> None:
    monkeypatch.setattr(plan_job_module, "BLOCK_ROWS", block)
    mine = stream(folder_of(files=files, row_group=row_group, seed=files), tmp_path)
    assert_same_findings(whole.findings, all_findings(mine))
    assert_same_sums(whole, mine)


def test_ranks_run_through_all_pieces(folder_of: Callable[..., Path], tmp_path: Path) -> None:
    folder = folder_of(ranked=True)
    expected = assess(load_district(folder))
    mine = all_findings(stream(folder, tmp_path))
    wet = mine[(mine["rule_id"] == "2.2.3-c") & mine["rank"].notna()]
    assert wet["rank"].nunique() == wet["subject_id"].nunique() > 100
    assert_same_findings(expected.findings, mine)


def test_a_run_goes_on_from_the_pieces_that_are_done(
    whole: Assessment,
    folder_of: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder, done = folder_of(), []
    real = PlanJob.do

    def do(job: PlanJob, piece: object, place: Path, *, batch_rows: int) -> dict[str, object]:
        if len(done) == 4:
            raise KeyboardInterrupt
        done.append(piece)
        return real(job, piece, place, batch_rows=batch_rows)

    monkeypatch.setattr(PlanJob, "do", do)
    with pytest.raises(KeyboardInterrupt):
        stream(folder, tmp_path, memory_mb=600.0)
    monkeypatch.setattr(PlanJob, "do", lambda *a, **k: (done.append(a[1]), real(*a, **k))[1])
    mine = stream(folder, tmp_path)
    assert len(done) == len({piece.number for piece in done})  # nothing twice
    assert_same_findings(whole.findings, all_findings(mine))
    assert_same_sums(whole, mine)


def test_the_job_travels_to_other_processes(folder_of: Callable[..., Path]) -> None:
    from qxgeo.assess.plan_job import build_job
    from qxgeo.plan import load_plan
    from qxgeo.rules import build_scene

    district = load_district(folder_of(), stream_from=1)
    scene = build_scene(district, load_plan(district.plan), is_in_parts=True)
    rules = [scene.plan.rule("2.2.3-c")]
    job = build_job(scene, rules, [])
    assert pickle.loads(pickle.dumps(job)) == job  # noqa: S301 - our own bytes
    assert job.fingerprint == build_job(scene, rules, []).fingerprint
    later = dataclasses.replace(district, as_of=district.as_of.replace(year=2024))
    other = build_job(build_scene(later, scene.plan, is_in_parts=True), rules, [])
    assert other.fingerprint != job.fingerprint


def test_nobody_judges_without_the_rows(folder_of: Callable[..., Path]) -> None:
    with pytest.raises(DistrictError, match="left on the disk"):
        assess(load_district(folder_of(), stream_from=1))


def test_two_roads_with_one_id_are_refused(folder_of: Callable[..., Path], tmp_path: Path) -> None:
    import geopandas as gpd

    folder = folder_of(files=2)
    file = folder / "roads" / "part-0001.parquet"
    other = gpd.read_parquet(folder / "roads" / "part-0000.parquet")["section_id"].iloc[0]
    table = gpd.read_parquet(file)
    table.loc[0, "section_id"] = other
    table.to_parquet(file, index=False, write_covering_bbox=True, schema_version="1.1.0")
    with pytest.raises(SchemaError, match="1 sections have an id"):
        stream(folder, tmp_path)


def test_sites_far_from_every_road_are_measured_to_the_right_one(
    folder_of: Callable[..., Path], tmp_path: Path
) -> None:
    folder = folder_of(row_group=150)
    file = folder / "demo" / "inspection_entrances.csv"
    table = pd.read_csv(file)
    lon = next(name for name in table.columns if name in ("lon", "经度"))
    table[lon] += [0.0, 0.05, 0.1, 0.2, 0.5, *[0.15] * (len(table) - 5)]
    table.to_csv(file, index=False)
    expected = assess(load_district(folder)).findings
    far = expected[(expected["rule_id"] == "4.1.4-e") & (expected["distance_m"] > 4_000)]
    assert len(far) > 3  # farther than the second reach
    assert_same_findings(expected, all_findings(stream(folder, tmp_path)))


def test_commands_that_need_all_roads_read_a_folder_whole(
    demo: object, folder_of: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = folder_of(files=4)
    roads = load_district(folder).layers["roads"].table
    expected = demo.layers["roads"].table  # type: ignore[attr-defined]
    assert_frame_equal(
        pd.DataFrame(roads.drop(columns="geometry")),
        pd.DataFrame(expected.drop(columns="geometry")),
    )
    away = shapely.hausdorff_distance(roads.geometry.to_numpy(), expected.geometry.to_numpy())
    assert away.max() < 1e-13  # degrees: long segments carry a vertex more
    monkeypatch.setattr("qxgeo.district.streamed.MOST_IN_MEMORY_ROWS", 10)
    with pytest.raises(DistrictError, match="would hold them all in memory"):
        load_district(folder)
