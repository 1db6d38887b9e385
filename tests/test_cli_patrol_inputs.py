"""``qxgeo patrol`` with the files that planners really have: done, or one clear error."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import openpyxl
import pytest
import shapely
from click.testing import CliRunner

from qxgeo.cli.doors import doors

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from qxgeo.district import Layer

WEST, EAST = "七星区街道", "东江街道"
TWO_DAYS = ("--from", "2023-07-01", "--to", "2023-07-02")


def patrol(*words: object) -> Result:
    return CliRunner().invoke(doors, ["patrol", *map(str, words)])


@pytest.fixture
def folder(
    tmp_path: Path,
    town: dict[str, Layer],
    layer_of: Callable[..., Layer],
    folder_of: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Path]:
    """Give the function that writes the small town with people of these names and townships."""
    monkeypatch.setenv("QXGEO_CACHE", str(tmp_path / "cache"))

    def folder(people: list[dict[str, object]], *, without: str = "") -> Path:
        rows = [{"geometry": None, **person} for person in people]
        place = tmp_path / "town"
        place.mkdir()
        kept = [layer for name, layer in town.items() if name != without]
        point = layer_of(
            "burning_points",
            [{"name": "桥头堆场", "kind": "焚烧", "geometry": shapely.Point(110.015, 25.0101)}],
        )
        folder_of(place, *kept, layer_of("grid_members", rows), point)
        return place

    return folder


@pytest.mark.usefixtures("map_assets")
def test_more_people_than_cells_leaves_some_without_and_says_so(
    folder: Callable[..., Path], tmp_path: Path
) -> None:
    people = [
        {"person_id": f"P{number:02}", "name": f"网格员{number}", "township": township}
        for number, township in enumerate([*[WEST] * 12, EAST])
    ]
    town = folder(people)
    with (town / "district.toml").open("a", encoding="utf-8") as file:
        file.write('\n[patrol]\ncell_size_m = { value = 3000, source = "大网格" }\n')
    out = tmp_path / "maps"
    result = patrol(town, "--out", out, *TWO_DAYS)
    assert result.exit_code == 0, result.output
    assert "没有网格" in result.stdout
    owners = json.loads((out / "patrol.json").read_text("utf-8"))["owners"]
    assert 0 < len({person for person in owners.values() if person}) < len(people)
    # Who has no cell is in the workbook's list of people all the same.
    book = openpyxl.load_workbook(out / "patrol.xlsx", read_only=True)
    text = {
        str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row
    }
    assert {person["name"] for person in people} <= text


@pytest.mark.usefixtures("map_assets")
def test_a_person_without_hours_owns_nothing_and_breaks_nothing(
    folder: Callable[..., Path], tmp_path: Path
) -> None:
    town = folder(
        [
            {"person_id": "P1", "name": "张三丰", "township": WEST, "capacity_h": 0.0},
            {"person_id": "P2", "name": "李四光", "township": WEST, "capacity_h": 40.0},
            {"person_id": "P3", "name": "王五", "township": EAST, "capacity_h": 40.0},
        ]
    )
    out = tmp_path / "maps"
    result = patrol(town, "--out", out, *TWO_DAYS)
    assert result.exit_code == 0, result.output
    owners = json.loads((out / "patrol.json").read_text("utf-8"))["owners"]
    assert set(owners.values()) == {"P2", "P3"}


@pytest.mark.usefixtures("map_assets")
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_district_without_townships_is_shared_by_all(
    folder: Callable[..., Path], tmp_path: Path, lang: str
) -> None:
    town = folder(
        [
            {"person_id": "P1", "name": "张三丰", "township": "某街道"},
            {"person_id": "P2", "name": "李四光", "township": "某村"},
        ],
        without="townships",
    )
    out = tmp_path / "maps"
    result = patrol(town, "--out", out, "--lang", lang, *TWO_DAYS)
    assert result.exit_code == 0, result.output
    record = json.loads((out / "patrol.json").read_text("utf-8"))
    assert record["counts"]["cells_without_owner"] == 0
    assert set(record["owners"].values()) == {"P1", "P2"}
    assert {"zh": "没有乡镇街道界线：网格按全区分派，名单中的所属乡镇街道不起作用"}.items() <= next(
        gap for gap in record["gaps"] if "没有乡镇街道" in gap["zh"]
    ).items()


def test_the_last_year_of_the_calendar_is_one_clear_error(
    folder: Callable[..., Path], tmp_path: Path
) -> None:
    town = folder([{"person_id": "P1", "name": "张三丰", "township": WEST}])
    result = patrol(town, "--out", tmp_path / "maps", "--as-of", "9999-12-31")
    assert result.exit_code == 2
    assert "请核对年份" in result.stderr
    assert not (tmp_path / "maps").exists()


@pytest.mark.usefixtures("map_assets")
def test_a_township_without_people_is_called_by_its_name(
    folder: Callable[..., Path], tmp_path: Path
) -> None:
    town = folder([{"person_id": "P1", "name": "张三丰", "township": WEST}])
    out = tmp_path / "maps"
    result = patrol(town, "--out", out, *TWO_DAYS)
    assert result.exit_code == 0, result.output
    assert f"{EAST}：没有在岗人员" in result.stdout
    with (town / "district.toml").open("a", encoding="utf-8") as file:
        file.write('\n[patrol]\nunassigned = "refuse"\n')
    before = (out / "patrol.html").read_bytes()
    refused = patrol(town, "--out", out, *TWO_DAYS)
    assert refused.exit_code == 2
    assert f"grid_members.geojson：{EAST}：没有在岗人员" in refused.stderr
    assert (out / "patrol.html").read_bytes() == before


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"district": {"code": "310101"}}, "另一个辖区（310101）"),
        ({"settings": {"cell_size_m": {"value": 250.0}}}, "网格边长是 250 米"),
        ({"settings": {}}, "不是能读的上次排班记录"),
        ({"district": None}, "不是能读的上次排班记录"),
        ({"owners": ["P1"]}, "不是能读的上次排班记录"),
    ],
)
def test_a_record_of_other_cells_is_refused(
    folder: Callable[..., Path], tmp_path: Path, change: dict[str, object], words: str
) -> None:
    town = folder([{"person_id": "P1", "name": "张三丰", "township": WEST}])
    record = {
        "district": {"code": "450305"},
        "settings": {"cell_size_m": {"value": 500.0}},
        "owners": {},
    }
    path = tmp_path / "last.json"
    path.write_text(json.dumps(record | change), encoding="utf-8")
    result = patrol(town, "--out", tmp_path / "maps", "--previous", path, *TWO_DAYS)
    assert result.exit_code == 2
    assert "last.json：" in result.stderr
    assert words in result.stderr
    assert not (tmp_path / "maps").exists()
