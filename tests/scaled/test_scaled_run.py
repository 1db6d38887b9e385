"""``qxgeo run`` over very many roads: through its door, killed, resumed, and looked at."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner

from qxgeo.cli.doors import doors
from qxgeo.maps.wording import PAGES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result
    from playwright.sync_api import Page

    from qxgeo.assess import Assessment
    from qxgeo.district import Layer

pytestmark = pytest.mark.scripted

# Dies like a machine without power when the third piece has been written.
KILLED = """
import os, signal, sys
from qxgeo.assess.plan_job import PlanJob
from qxgeo.cli import main
real, done = PlanJob.do, []
def do(job, piece, folder, *, batch_rows):
    if len(done) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    done.append(piece)
    return real(job, piece, folder, batch_rows=batch_rows)
PlanJob.do = do
sys.argv = ["qxgeo", "run", sys.argv[1], "--out", sys.argv[2], "--stream-from", "1", "-q"]
main()
"""


def invoke(*words: str | Path) -> Result:
    return CliRunner().invoke(doors, [str(word) for word in words])


def read_outputs(out: Path) -> dict[str, str]:
    """Give the hash of every file that a run wrote."""
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    return {name: facts["sha256"] for name, facts in record["outputs"].items()}


@pytest.fixture(scope="module")
def district(folder_of: Callable[..., Path]) -> Path:
    return folder_of(files=2, row_group=250)


@pytest.fixture(scope="module")
def streamed_out(
    district: Path, whole: Assessment, tmp_path_factory: pytest.TempPathFactory, map_assets: Path
) -> Path:
    assert map_assets.is_dir()
    out = tmp_path_factory.mktemp("streamed") / "maps"
    result = invoke("run", district, "--out", out, "--stream-from", "1", "--page-parts", "200")
    assert result.exit_code == 0, result.output
    assert str(len(whole.findings)) in result.output
    assert not (out.parent / ".maps.qxgeo-work").exists()
    return out


def test_a_streamed_run_writes_an_index_and_a_folder_for_each_township(streamed_out: Path) -> None:
    names = set(read_outputs(streamed_out))
    assert {"index.html", "overview.html", "lists.xlsx"} <= names
    places = {path.name for path in (streamed_out / "townships").iterdir()}
    assert {"450305001", "450305400", "outside_district", "no_township"} <= places
    for place in places:
        assert f"townships/{place}/lists.xlsx" in names
        assert any(f"townships/{place}/{page}.html" in names for page in PAGES)
    assert "townships/450305003/other-2.html" in names  # more than one sheet holds
    assert "findings/450305400.parquet" not in names  # no territory, no finding


def test_the_record_counts_what_lies_on_the_disk(streamed_out: Path, whole: Assessment) -> None:
    record = json.loads((streamed_out / "run.json").read_text(encoding="utf-8"))
    assert record["counts"]["findings"] == len(whole.findings)
    verdicts = whole.findings["verdict"].value_counts()
    counted = record["counts"]["findings_by_verdict"]
    assert {word: n for word, n in counted.items() if n} == verdicts.to_dict()


def test_the_workbook_of_contents_adds_up_and_names_every_file(
    streamed_out: Path, whole: Assessment
) -> None:
    book = openpyxl.load_workbook(streamed_out / "lists.xlsx")
    rows = [row for row in book["乡镇街道"].iter_rows(values_only=True) if row[0] is not None]
    head = next(number for number, row in enumerate(rows) if row[0] == "代码")
    table = pd.DataFrame(rows[head + 1 :], columns=rows[head])
    assert table["结论条数"].sum() == len(whole.findings)
    totals = whole.totals
    wet = totals[(totals["scope"] == "page:keep_wet") & (totals["verdict"] == "applies")]
    wet_m = wet.set_index("township_id")["length_m"]
    assert table["保持湿润（km）"].sum() == pytest.approx(wet_m["all"] / 1000, abs=1e-6)
    assert all((streamed_out / name).is_file() for name in table["清单文件"])


def test_a_township_book_holds_its_findings_and_no_others(
    streamed_out: Path, whole: Assessment
) -> None:
    place = "450305002"
    book = openpyxl.load_workbook(streamed_out / "townships" / place / "lists.xlsx")
    mine = whole.findings[whole.findings["township_id"] == place]
    lists = [book[name] for name in ("湿润保洁", "破损修缮", "限制区", "其他")]
    cells = [cell for sheet in lists for row in sheet.iter_rows(values_only=True) for cell in row]
    assert sorted(cell for cell in cells if cell in set(mine["finding_id"])) == sorted(
        mine["finding_id"]
    )
    others = set(whole.findings["finding_id"]) - set(mine["finding_id"])
    assert others.isdisjoint(cells)


def test_findings_on_the_disk_are_geoparquet_that_others_read(
    streamed_out: Path, whole: Assessment
) -> None:
    tables = [gpd.read_parquet(file) for file in sorted((streamed_out / "findings").iterdir())]
    ids = pd.concat(tables)["finding_id"]
    assert sorted(ids) == sorted(whole.findings["finding_id"])
    assert all(table.crs == "EPSG:4326" for table in tables)


@pytest.fixture
def small(town_folder: Path, town: dict[str, Layer]) -> Path:
    """Write the small town with its roads as seven pieces of one road each."""
    (town_folder / "roads").mkdir()
    town["roads"].table.to_parquet(
        town_folder / "roads" / "all.parquet", index=False, row_group_size=1
    )
    file = town_folder / "district.toml"
    text = file.read_text(encoding="utf-8").replace('"roads.geojson"', '"roads"')
    file.write_text(text, encoding="utf-8")
    return town_folder


def test_a_run_that_is_killed_goes_on_and_writes_the_same_bytes(
    small: Path, tmp_path: Path, map_assets: Path
) -> None:
    assert map_assets.is_dir()
    out, other = tmp_path / "maps", tmp_path / "other"
    command = [sys.executable, "-c", KILLED, str(small), str(out)]
    killed = subprocess.run(command, capture_output=True, check=False)
    assert killed.returncode == -9
    assert not out.exists()
    kept = sorted((tmp_path / ".maps.qxgeo-work").glob("piece-*.json"))
    assert 1 <= len(kept) < 7
    for folder in (out, other):
        result = invoke("run", small, "--out", folder, "--stream-from", "1", "-q")
        assert result.exit_code == 0, result.output
    assert read_outputs(out) == read_outputs(other)


def test_a_run_in_memory_with_too_many_findings_is_written_by_township(
    small: Path, tmp_path: Path
) -> None:
    out, other = tmp_path / "maps", tmp_path / "other"
    assert invoke("run", small, "--out", out, "--page-parts", "2", "-q").exit_code == 0
    words = ("--stream-from", "1", "--page-parts", "2", "-q")
    assert invoke("run", small, "--out", other, *words).exit_code == 0
    assert set(read_outputs(out)) == set(read_outputs(other))
    for file in sorted((other / "findings").iterdir()):
        mine = gpd.read_parquet(out / "findings" / file.name)
        assert mine["finding_id"].tolist() == gpd.read_parquet(file)["finding_id"].tolist()


@pytest.mark.browser
def test_the_index_finds_a_township_and_opens_its_map(
    streamed_out: Path, offline_page: Page
) -> None:
    offline_page.goto((streamed_out / "index.html").as_uri())
    rows = offline_page.locator("#towns tbody tr")
    assert rows.count() == 8
    offline_page.fill("#find", "朝阳")
    assert rows.count() == 1
    rows.locator("a").first.click()
    offline_page.wait_for_selector("html[data-qx=ready]")
    assert "朝阳乡" in offline_page.locator(".qx-meta").inner_text()
    offline_page.locator("nav a").first.click()
    assert offline_page.url.endswith("/index.html")
    offline_page.fill("#find", "无此处")
    assert offline_page.locator("#rest").inner_text() == "没有匹配的名称"


@pytest.mark.browser
def test_the_overview_shows_each_township_and_leads_to_it(
    streamed_out: Path, offline_page: Page
) -> None:
    offline_page.goto((streamed_out / "overview.html").as_uri())
    offline_page.wait_for_selector("html[data-qx=ready]")
    offline_page.fill(".qx-search input", "450305003")
    offline_page.keyboard.press("Enter")
    card = offline_page.locator(".qx-popup")
    assert "穿山街道" in card.inner_text()
    card.locator("a").first.click()
    offline_page.wait_for_selector("html[data-qx=ready]")
    assert "穿山街道" in offline_page.locator(".qx-meta").inner_text()


@pytest.mark.browser
def test_a_township_without_territory_has_a_page_that_says_nothing_is_there(
    streamed_out: Path, offline_page: Page
) -> None:
    page = streamed_out / "townships" / "450305400" / "keep_wet.html"
    offline_page.goto(page.as_uri())
    offline_page.wait_for_selector("html[data-qx=ready]")
    assert "没有" in offline_page.locator(".qx-panel").inner_text()
