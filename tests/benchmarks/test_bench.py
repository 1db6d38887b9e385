"""The benchmark's ground: its workload, its truth, what it counts of a process, its records.

Whether systems answer is tried by the smoke run of CI; no time is judged anywhere.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow.parquet as pq
import pytest
import shapely
from pyproj import Geod

GEOD = Geod(ellps="WGS84")


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import workload

    folder = tmp_path_factory.mktemp("district")
    workload.write_workload("district", folder)
    return folder


def test_a_workload_is_written_twice_with_the_same_bytes(district: Path, tmp_path: Path) -> None:
    import workload

    workload.write_workload("district", tmp_path)
    for path in (p for p in district.rglob("*") if p.is_file()):
        assert path.read_bytes() == (tmp_path / path.relative_to(district)).read_bytes()
    assert workload.is_written("district", tmp_path)
    assert not workload.is_written("province", tmp_path)


def test_roads_have_the_promised_form_and_their_boxes_hold_them(district: Path) -> None:
    roads = gpd.read_parquet(district / "roads")
    assert len(roads) == 20_000
    assert (shapely.get_num_coordinates(roads.geometry) == 6).all()
    assert np.mean([GEOD.geometry_length(line) for line in roads.geometry[:500]]) == pytest.approx(
        150, rel=0.05
    )
    box = pq.read_table(district / "roads", columns=["bbox"])["bbox"].to_pylist()
    sides = np.array([[b["xmin"], b["ymin"], b["xmax"], b["ymax"]] for b in box])
    bounds = roads.geometry.bounds.to_numpy()
    step = np.spacing(np.abs(sides.astype(np.float32))).astype(float)  # floats rounded outwards
    for low in (0, 1):
        assert (sides[:, low] <= bounds[:, low]).all()
        assert (sides[:, low + 2] >= bounds[:, low + 2]).all()
    assert (np.abs(sides - bounds) <= step).all()


def test_townships_leave_no_gap_so_that_totals_do_not_depend_on_them(district: Path) -> None:
    townships = gpd.read_parquet(district / "townships.parquet").geometry
    whole = shapely.union_all(townships.to_numpy())
    assert whole.area == pytest.approx(shapely.area(townships.to_numpy()).sum(), rel=1e-12)
    roads = gpd.read_parquet(district / "roads")
    assert shapely.box(*whole.bounds).covers(shapely.box(*roads.total_bounds))


def test_the_truth_of_a_road_along_the_meridian_through_a_station_is_two_radii() -> None:
    import truth

    road = np.array([shapely.LineString([(110, 24.9), (110, 25.1)])])
    (length_m,) = truth.measure_roads(road, np.array([[110.0, 25.0]]), 1_000.0)
    assert length_m == pytest.approx(2_000, abs=1e-6)


def test_the_truth_counts_a_metre_in_two_discs_once() -> None:
    import truth

    lon, lat, _ = GEOD.fwd(110, 25, 0, 500)
    road = np.array([shapely.LineString([(110, 24.9), (110, 25.1)])])
    stations = np.array([[110.0, 25.0], [lon, lat]])
    (length_m,) = truth.measure_roads(road, stations, 1_000.0)
    assert length_m == pytest.approx(2_500, abs=1e-6)


def test_the_truth_sees_a_chord_between_two_samples() -> None:
    import truth

    # A road 20 m long whose middle lies half a millimetre inside a circle of 100 m, at a right
    # angle to the ray: by Pythagoras the chord is 2 sqrt(2 r d), 0.63 m in the middle, between
    # samples that are a metre apart.
    lon, lat, back = GEOD.fwd(110, 25, 30, 100 - 5e-4)
    ends = [GEOD.fwd(lon, lat, back + turn, 10)[:2] for turn in (90, -90)]
    road = np.array([shapely.LineString(ends)])
    (length_m,) = truth.measure_roads(road, np.array([[110.0, 25.0]]), 100.0)
    assert length_m == pytest.approx(2 * np.sqrt(2 * 100 * 5e-4), rel=0.02)


def test_the_memory_of_a_child_is_counted_with_that_of_its_parent() -> None:
    import processes

    hold = (
        "b = bytearray(150_000_000); b[::4096] = b'1' * len(b[::4096]); print(flush=True); input()"
    )
    alone_mb = processes.measure_memory([os.getpid()])
    with subprocess.Popen(
        [sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        tree = processes.list_tree(os.getpid())
        together_mb = processes.measure_memory(tree)
        child.communicate("\n")
    assert child.pid in tree
    assert together_mb - alone_mb > 140


@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="memory is read from /proc")
def test_the_peak_of_a_child_is_its_own_and_not_that_of_whoever_started_it() -> None:
    import processes

    held = bytearray(300_000_000)
    held[::4096] = b"1" * len(held[::4096])
    spike = "b = bytearray(120_000_000); b[::4096] = b'1' * len(b[::4096]); del b; import time;"
    small = processes.run_child([sys.executable, "-c", "import time; time.sleep(0.3)"])
    large = processes.run_child([sys.executable, "-c", spike + "time.sleep(0.3)"])
    assert held[0] == ord("1")
    assert 0 < small.peak_mb < 60
    assert 110 < large.peak_mb < 200


def test_a_process_that_has_ended_meanwhile_has_neither_children_nor_memory() -> None:
    import processes

    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        child.wait()
    assert processes.list_threads(child.pid) == []
    assert processes.list_tree(child.pid) == [child.pid]
    assert processes.measure_memory([child.pid]) == 0


def test_records_of_the_same_thing_are_replaced_and_others_stay(tmp_path: Path) -> None:
    import records

    path = tmp_path / "out" / "bench.json"
    one = {"work": "w", "system": "s", "size": "small", "radius_m": 1.0, "cpu_s": 1.0}
    records.keep_records(path, [one, one | {"size": "large"}], {"cores": 2})
    records.keep_records(path, [one | {"cpu_s": 2.0}], {"cores": 2})
    kept = {(r["size"], r["cpu_s"]) for r in json.loads(path.read_text(encoding="utf-8"))}
    assert kept == {("small", 2.0), ("large", 1.0)}


def test_short_runs_are_repeated_more_often_and_long_or_failed_ones_are_not() -> None:
    import bench

    short, long = [{"wall_s": 0.2}] * 3, [{"wall_s": 20.0}] * 3
    assert bench.goes_on("qxgeo", "province", short, 0)
    assert bench.goes_on("qxgeo", "province", long[:2], 0)
    assert not bench.goes_on("qxgeo", "province", long, 0)
    assert not bench.goes_on("qxgeo", "province", [{"wall_s": 0.2}] * bench.SHORT_TURNS, 0)
    assert not bench.goes_on("qxgeo", "district", short, 0)
    assert not bench.goes_on("duckdb", "province", [{"skipped": "no"}], 0)
    assert not bench.goes_on("qxgeo", "province", short[:1], 1)
    assert bench.goes_on("recipe", "province", [], 0)
    assert not bench.goes_on("recipe", "province", [{"wall_s": 60.0}], 0)


def test_a_wrong_total_is_a_fault_and_a_missing_peer_is_not() -> None:
    import check

    good = dict.fromkeys(check.KEYS, 0.0) | {"work": "w", "system": "qxgeo"}
    assert check.find_faults(good) == []
    assert check.find_faults(good | {"rel_error": 1e-6})
    assert check.find_faults(good | {"system": "duckdb", "rel_error": -1.2e-3}) == []
    assert check.find_faults({"work": "w", "system": "duckdb", "skipped": "not installed"}) == []


def test_a_system_that_cannot_run_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    import systems

    monkeypatch.setattr(systems, "is_there", lambda _: False)
    assert "duckdb" in systems.SYSTEMS["duckdb"].why_not("district")
    assert systems.SYSTEMS["recipe"].why_not("district") == ""
    assert systems.SYSTEMS["recipe"].why_not("nation") != ""


def test_who_ends_the_benchmark_ends_what_it_started(tmp_path: Path) -> None:
    import processes

    told = tmp_path / "pid"
    child = f"import os, time; open({str(told)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    script = (
        "import signal, sys; from processes import run_child;"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(1));"
        f"run_child([sys.executable, '-c', {child!r}])"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], cwd=Path(processes.__file__).parent)
    while not (told.exists() and told.read_text()):
        assert parent.poll() is None
        time.sleep(0.01)
    parent.terminate()
    assert parent.wait(timeout=30) == 1
    with pytest.raises(ProcessLookupError):
        os.kill(int(told.read_text()), 0)


def test_what_qgis_answers_is_what_duckdb_answers_but_for_the_order_of_sums(
    district: Path,
) -> None:
    import peer_qgis
    import peers_sql

    if peer_qgis.find_program() is None:
        pytest.skip("no qgis_process (apt-get install qgis)")
    pytest.importorskip("duckdb_extension_spatial")
    assert peer_qgis.find_version().startswith("QGIS ")
    with peer_qgis.open_qgis(district) as ask, peers_sql.open_duckdb(district) as ask_other:
        (town, length_m), (other_town, other_m) = ask(1_000.0), ask_other(1_000.0)
    assert town.tolist() == np.asarray(other_town).tolist()
    np.testing.assert_allclose(length_m, other_m, rtol=1e-6)


def test_a_qgis_that_fails_says_at_which_step(tmp_path: Path) -> None:
    import peer_qgis

    if peer_qgis.find_program() is None:
        pytest.skip("no qgis_process (apt-get install qgis)")
    with pytest.raises(RuntimeError, match="run native:dissolve: "):
        peer_qgis.run(["run", "native:dissolve", "--", "INPUT=nothing.gpkg"], tmp_path)


def test_qgis_sees_nothing_of_an_activated_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import peer_qgis

    (tmp_path / "venv" / "bin").mkdir(parents=True)
    (tmp_path / "venv" / "pyvenv.cfg").touch()
    monkeypatch.setenv("PATH", os.pathsep.join([str(tmp_path / "venv" / "bin"), "/usr/bin"]))
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "venv"))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    seen = peer_qgis.list_environment(tmp_path)
    assert seen["PATH"] == "/usr/bin"
    assert not {"VIRTUAL_ENV", "PYTHONPATH"} & seen.keys()
    assert seen["HOME"] == os.environ["HOME"]


def test_where_there_is_no_qgis_it_is_left_out_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import systems

    monkeypatch.setenv("PATH", str(tmp_path))
    qgis = systems.SYSTEMS["qgis"]
    assert qgis.why_not("district") == "no qgis_process (apt-get install qgis)"
    assert systems.find_versions(qgis) == ""
