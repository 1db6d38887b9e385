"""The sheet that a grid member carries on paper, read back from the rendered pages."""

from __future__ import annotations

import dataclasses
from collections import Counter
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import geopandas as gpd
import numpy as np
import pandas as pd
import pypdf
import pypdfium2
import pytest
import shapely
import zxingcpp

from qxgeo.errors import OutputError, Text
from qxgeo.reports.patrol.sheets import write_person_sheets
from qxgeo.reports.patrol.sheets.fonts import cut_font
from qxgeo.reports.patrol.sheets.paper import Paper
from qxgeo.reports.patrol.sheets.pdf import write_sheet
from qxgeo.reports.patrol.sheets.qr import make_code, module_count
from qxgeo.reports.patrol.sheets.register import list_duties
from qxgeo.reports.patrol.times import DutyRoute
from qxgeo.resources import font_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from qxgeo.patrol.model import Patrol

DPI = 150
LONG = (
    "广西壮族自治区桂林市七星区朝阳乡某某村民委员会第三村民小组"
    "石灰窑旧址东侧水泥路口以北五十米养殖场背后荒坡段家田边喆䶮𬶏口"
)
assert len(LONG) == 60


def render(path: Path) -> list[NDArray[np.uint8]]:
    """Render each page in grey at 150 dpi."""
    document = pypdfium2.PdfDocument(path)
    pages = [page.render(scale=DPI / 72, grayscale=True).to_numpy() for page in document]
    document.close()
    return [np.squeeze(page) for page in pages]


def read_text(path: Path) -> str:
    """Give a document's text without line ends and spaces, which breaking lines brings in."""
    text = "".join(page.extract_text() for page in pypdf.PdfReader(path).pages)
    return "".join(text.split())


def make_crowded(patrol: Patrol) -> Patrol:
    """Give one person 200 cells and 80 points, some with names of 60 characters."""
    rows, columns, step = 14, 15, 0.005
    corners = [(110.3 + step * i, 25.3 + step * j) for i in range(rows) for j in range(columns)]
    like = patrol.cells.drop(columns="geometry").iloc[[0] * len(corners)].reset_index(drop=True)
    classes = ["high", "medium", "low", "water"]
    cells = like.assign(
        cell_id=[f"450305001{n:05d}" for n in range(len(corners))],
        risk_class=[classes[n // 3 % 4] for n in range(len(corners))],
        person_id=["P11" if n < 200 else "P12" for n in range(len(corners))],
    )
    shapes = [shapely.box(x, y, x + step, y + step) for x, y in corners]
    places = np.random.default_rng(1).uniform((110.3, 25.3), (110.36, 25.36), (80, 2))
    places[20:40] = (110.33, 25.33) + (places[20:40] - (110.3, 25.3)) / 20  # a crowd
    point = patrol.points.drop(columns="geometry").iloc[[0] * 80].reset_index(drop=True)
    points = point.assign(
        point_id=[f"D{n:03d}" for n in range(80)],
        name=[LONG if n % 9 == 0 else f"点{n}" for n in range(80)],
        address=[LONG[::-1] if n % 10 == 0 else "" for n in range(80)],
        cell_id=cells["cell_id"].iloc[0],
        person_id="P11",
    )
    return dataclasses.replace(
        patrol,
        people=patrol.people.assign(name=[LONG, *patrol.people["name"][1:]]),
        cells=gpd.GeoDataFrame(cells, geometry=gpd.GeoSeries(shapes, crs="EPSG:4326")),
        points=gpd.GeoDataFrame(points, geometry=gpd.points_from_xy(*places.T, crs="EPSG:4326")),
    )


@pytest.fixture(scope="module")
def town_folder_of_sheets(
    town_patrol: Patrol, map_assets: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    assert map_assets.is_dir()
    folder = tmp_path_factory.mktemp("sheets")
    write_person_sheets(dataclasses.replace(town_patrol, is_demo=True), folder, lang="zh")
    return folder


@pytest.fixture(scope="module")
def crowded(town_patrol: Patrol, tmp_path_factory: pytest.TempPathFactory) -> tuple[Patrol, Path]:
    folder = tmp_path_factory.mktemp("crowded")
    patrol = make_crowded(town_patrol)
    write_person_sheets(patrol, folder, lang="zh")
    return patrol, folder


def codes_by_place(path: Path) -> Counter[tuple[str, str]]:
    """Decode every code of a document: position and datum, each as written in its link."""
    found: Counter[tuple[str, str]] = Counter()
    for page in render(path):
        for code in zxingcpp.read_barcodes(page):
            parts = urlsplit(code.text)
            assert (parts.scheme, parts.netloc, parts.path) == ("https", "uri.amap.com", "/marker")
            query = parse_qs(parts.query, strict_parsing=True)
            found[query["position"][0], query["coordinate"][0]] += 1
    return found


def expected_codes(patrol: Patrol, person_id: str) -> Counter[tuple[str, str]]:
    """Say which codes a person's sheet must bear: longitude first, WGS 84, six decimals."""
    mine = patrol.points[patrol.points["person_id"] == person_id].geometry
    return Counter((f"{p.x:.6f},{p.y:.6f}", "wgs84") for p in mine)


def test_every_code_leads_to_its_point_in_wgs84(
    town_patrol: Patrol, town_folder_of_sheets: Path
) -> None:
    together: Counter[tuple[str, str]] = Counter()
    for person_id in ("P11", "P12", "P21", "P22"):
        found = codes_by_place(town_folder_of_sheets / f"patrol_sheets/{person_id}.pdf")
        assert found == expected_codes(town_patrol, person_id)
        together += found
    assert together.total() == len(town_patrol.points)
    assert codes_by_place(town_folder_of_sheets / "patrol_sheets.pdf") == together


def test_eighty_codes_are_read_from_a_crowded_sheet(crowded: tuple[Patrol, Path]) -> None:
    patrol, folder = crowded
    found = codes_by_place(folder / "patrol_sheets/P11.pdf")
    assert found == expected_codes(patrol, "P11")
    assert found.total() == 80


def test_a_code_is_at_least_20_mm_wide_and_stands_in_a_quiet_zone(
    crowded: tuple[Patrol, Path],
) -> None:
    _, folder = crowded
    page = render(folder / "patrol_sheets/P11.pdf")[2]
    for code in zxingcpp.read_barcodes(page):
        spot = code.position
        left, right, top, bottom = (
            spot.top_left.x,
            spot.top_right.x,
            spot.top_left.y,
            spot.bottom_left.y,
        )
        assert (right - left) / DPI * 25.4 >= 20
        modules = module_count(make_code(code.text))
        quiet = int(4 * (right - left) / modules) - 1  # a pixel for the edge's grey
        around = page[top - quiet : bottom + quiet, left - quiet : right + quiet].copy()
        around[quiet - 2 : -quiet + 2, quiet - 2 : -quiet + 2] = 255
        assert around.min() > 200


def test_pages_are_a4_with_white_margins(crowded: tuple[Patrol, Path]) -> None:
    _, folder = crowded
    for path in [folder / "patrol_sheets.pdf", *sorted((folder / "patrol_sheets").glob("*.pdf"))]:
        for page in pypdf.PdfReader(path).pages:
            width, height = (float(side) / 72 * 25.4 for side in page.mediabox[2:])
            assert (width, height) == pytest.approx((210, 297), abs=0.1)
    edge = int(9 / 25.4 * DPI)  # the text begins at 10 mm above and at 14 mm elsewhere
    for page in render(folder / "patrol_sheets/P11.pdf"):
        inside = page[edge:-edge, edge + 20 : -edge - 20]
        assert inside.min() < 100
        frame = page.copy()
        frame[edge:-edge, edge + 20 : -edge - 20] = 255
        assert frame.min() == 255


def test_no_text_runs_out_of_its_frame(crowded: tuple[Patrol, Path]) -> None:
    """Text that is drawn stays within the type area; pdfium measures each character's box."""
    _, folder = crowded
    document = pypdfium2.PdfDocument(folder / "patrol_sheets/P11.pdf")
    mm = 72 / 25.4
    for page in document:
        text = page.get_textpage()
        for number in range(text.count_chars()):
            left, bottom, right, top = text.get_charbox(number)
            if right > left:
                assert 14 * mm - 1 < left < right < 196 * mm + 1
                assert 9 * mm < bottom < top < 288 * mm
        text.close()
    document.close()


def test_long_names_stand_whole(crowded: tuple[Patrol, Path]) -> None:
    _, folder = crowded
    text = read_text(folder / "patrol_sheets/P11.pdf")
    # The owner once (the running heads shorten), each ninth of 80 points, each tenth address.
    assert text.count(LONG) == 1 + 9
    assert text.count(LONG[::-1]) == 8
    assert "〓" not in text


def test_two_hundred_cells_are_listed_over_several_pages(crowded: tuple[Patrol, Path]) -> None:
    patrol, folder = crowded
    text = read_text(folder / "patrol_sheets/P11.pdf")
    mine = patrol.cells[patrol.cells["person_id"] == "P11"]["cell_id"]
    assert len(mine) == 200
    assert all(cell_id in text for cell_id in mine)


def test_a_person_without_points_is_told_so(crowded: tuple[Patrol, Path]) -> None:
    _, folder = crowded
    assert "没有登记的敏感点、易发点" in read_text(folder / "patrol_sheets/P12.pdf")
    empty = read_text(folder / "patrol_sheets/P21.pdf")
    assert "没有分到网格" in empty
    assert "0格，0km²，0个点位" in empty


def test_every_letter_of_the_sheets_is_in_the_font(
    crowded: tuple[Patrol, Path], town_folder_of_sheets: Path
) -> None:
    for folder in (crowded[1], town_folder_of_sheets):
        assert "〓" not in read_text(folder / "patrol_sheets.pdf")


def test_fixed_words_bring_their_letters(
    patrol_of: Callable[..., Patrol], town_patrol: Patrol, tmp_path: Path
) -> None:
    """Without routes, changes and notes no text from data holds 年, 月 and 日."""
    plan = dataclasses.replace(town_patrol.plan, title=Text("方案", "plan"))
    schedule, routes = town_patrol.schedule, town_patrol.routes
    bare: Any = {
        "people": town_patrol.people.iloc[:1],
        "plan": plan,
        "schedule": dataclasses.replace(schedule, unfilled=schedule.unfilled.iloc[:0]),
        "routes": dataclasses.replace(
            routes, routes=routes.routes.iloc[:0], unserved=routes.unserved.iloc[:0]
        ),
    }
    for lang in ("zh", "en"):
        write_person_sheets(patrol_of(**bare), tmp_path, lang=lang)
        text = read_text(tmp_path / "patrol_sheets.pdf")
        assert "〓" not in text
        assert ("2023年7月1日至2023年7月31日" in text) == (lang == "zh")


def test_fonts_are_embedded_and_small(town_folder_of_sheets: Path) -> None:
    for path in (town_folder_of_sheets / "patrol_sheets").glob("*.pdf"):
        for page in pypdf.PdfReader(path).pages:
            fonts = page["/Resources"]["/Font"].values()
            assert len(fonts) == 1
            for font in fonts:
                inner = font.get_object()["/DescendantFonts"][0].get_object()
                assert "/FontFile2" in inner["/FontDescriptor"].get_object()
        assert path.stat().st_size < 150_000


def test_nothing_is_coloured(town_folder_of_sheets: Path) -> None:
    document = pypdfium2.PdfDocument(town_folder_of_sheets / "patrol_sheets.pdf")
    for page in document:
        red, green, blue = np.moveaxis(page.render(scale=1).to_numpy()[:, :, :3].astype(int), 2, 0)
        assert max(abs(red - green).max(), abs(green - blue).max()) <= 2
    document.close()


def test_bookmarks_lead_by_township_to_each_first_page(
    town_patrol: Patrol, town_folder_of_sheets: Path
) -> None:
    reader = pypdf.PdfReader(town_folder_of_sheets / "patrol_sheets.pdf")
    west, west_people, east, east_people = reader.outline
    assert (west.title, east.title) == ("七星区街道", "东江街道")
    marks = [*west_people, *east_people]
    names = dict(zip(town_patrol.people["person_id"], town_patrol.people["name"], strict=True))
    assert [mark.title for mark in marks] == [
        f"{names[key]} {key}" for key in ("P11", "P12", "P21", "P22")
    ]
    firsts = [reader.get_destination_page_number(mark) for mark in marks]
    for mark, first in zip(marks, firsts, strict=True):
        text = reader.pages[first].extract_text()
        assert "第 1 页，共" in text
        assert mark.title in text
    counts = [
        len(pypdf.PdfReader(town_folder_of_sheets / f"patrol_sheets/{key}.pdf").pages)
        for key in names
    ]
    assert [second - first for first, second in pairwise([*firsts, len(reader.pages)])] == counts


def test_each_page_counts_within_its_sheet_and_warns_of_demonstration_data(
    town_folder_of_sheets: Path,
) -> None:
    together = []
    for key in ("P11", "P12", "P21", "P22"):
        pages = pypdf.PdfReader(town_folder_of_sheets / f"patrol_sheets/{key}.pdf").pages
        texts = [page.extract_text() for page in pages]
        for number, text in enumerate(texts, start=1):
            assert f"第 {number} 页，共 {len(pages)} 页" in text
            assert "演示数据" in text
        together += texts
    whole = pypdf.PdfReader(town_folder_of_sheets / "patrol_sheets.pdf").pages
    assert [page.extract_text() for page in whole] == together


def test_a_sheet_says_who_what_when_and_the_plans_words(
    town_patrol: Patrol, town_folder_of_sheets: Path
) -> None:
    text = read_text(town_folder_of_sheets / "patrol_sheets/P11.pdf")
    for measure_id in ("5.1.1", "5.1.2"):
        assert f"措施{measure_id}" in text
        assert town_patrol.plan.measure(measure_id).text in text
    assert "七星区街道（各乡办）牵头未提供" in text
    assert "区城市管理局责任0773-0000000（示例）" in text
    assert "华侨旅游经济区" not in text  # it leads in its own area only
    assert "新增3号格45030500100006，原属李喆：均衡负荷" in text
    assert "7月1日（共1天）" in text
    assert "08:00出发" in text
    assert text.count("08:00–10:00") == 31 + 1  # each day of July, and the point's window
    lost = read_text(town_folder_of_sheets / "patrol_sheets/P12.pdf")
    assert "移出45030500100006，交给张三：均衡负荷" in lost
    assert "08:00–10:00本责任区无人值守，休息日，无人替班：7月2日（共1天）" in lost


def test_days_alike_that_nobody_patrols_are_one_line_with_names(
    town_patrol: Patrol,
) -> None:
    schedule = town_patrol.schedule
    row = schedule.unfilled.iloc[[0]].assign(
        territory_id="P11", reason_zh="P12 兼顾两片责任区，各去半个时段"
    )
    unfilled = pd.concat([row.assign(day=date(2023, 7, day)) for day in (9, 3, 4)])
    patrol = dataclasses.replace(
        town_patrol, schedule=dataclasses.replace(schedule, unfilled=unfilled)
    )
    (duty,) = (one for one in list_duties(patrol, lang="zh") if one.person_id == "P11")
    assert duty.notes[-1] == (
        "08:00–10:00 本责任区无人值守，李喆 兼顾两片责任区，各去半个时段："
        "7月3日、7月4日、7月9日（共 3 天）"
    )


def test_the_days_of_a_route_stand_on_the_page_of_its_way(
    town_patrol: Patrol, tmp_path: Path, map_assets: Path
) -> None:
    (duty,) = (one for one in list_duties(town_patrol, lang="zh") if one.person_id == "P11")
    for longer in range(6):  # the first way takes more and more lines
        routes = tuple(
            DutyRoute(title=f"第{n}日", text=f"第{n}路" + "远" * (60 * longer if n == 0 else 0))
            for n in range(60)
        )
        long = dataclasses.replace(duty, routes=routes)
        assert map_assets
        letters = cut_font(font_file(), tmp_path / "sheet.ttf", long.texts())
        paper = Paper(tmp_path / "sheet.ttf", letters, day=date(2023, 7, 1), title="x")
        write_sheet(paper, long, lambda _: None, page_total="9")
        paper.output(tmp_path / "sheet.pdf")
        pages = pypdf.PdfReader(tmp_path / "sheet.pdf").pages
        texts = ["".join(page.extract_text().split()) for page in pages]
        for number in range(len(routes)):
            (page,) = (text for text in texts if f"第{number}日" in text)
            assert f"第{number}路" in page


def test_phones_of_others_are_on_no_sheet(town_patrol: Patrol, town_folder_of_sheets: Path) -> None:
    phones = dict(zip(town_patrol.people["person_id"], town_patrol.people["phone"], strict=True))
    for key, phone in phones.items():
        text = read_text(town_folder_of_sheets / f"patrol_sheets/{key}.pdf")
        page = (town_folder_of_sheets / f"patrol_sheets/{key}.html").read_text("utf-8")
        for other, number in phones.items():
            assert (number in text) == (number in page) == (other == key), (key, other, phone)


def test_the_same_patrol_gives_the_same_bytes(
    town_patrol: Patrol, town_folder_of_sheets: Path, tmp_path: Path
) -> None:
    told: list[str] = []
    paths = write_person_sheets(
        dataclasses.replace(town_patrol, is_demo=True), tmp_path, lang="zh", progress=told.append
    )
    assert told == [path.relative_to(tmp_path).as_posix() for path in paths]
    assert told[:3] == ["patrol_sheets.pdf", "patrol_sheets/P11.pdf", "patrol_sheets/P11.html"]
    assert len(told) == 1 + 3 * len(town_patrol.people)
    for path in paths:
        again = town_folder_of_sheets / path.relative_to(tmp_path)
        assert path.read_bytes() == again.read_bytes()
    made = pypdf.PdfReader(paths[0]).metadata
    assert made is not None
    assert made.creation_date is not None
    assert made.creation_date.date() == town_patrol.district.as_of


def test_stand_ins_find_their_shifts_and_the_points_they_take_over(
    patrol_of: Callable[..., Patrol], town_patrol: Patrol, tmp_path: Path
) -> None:
    """P12 rests on Sunday 2 July; P11 goes for P12 and sees one of P12's points."""
    day, schedule = date(2023, 7, 2), town_patrol.schedule
    shift = schedule.shifts.iloc[[0]].assign(
        shift_id="X", day=day, territory_id="P12", person_id="P11", is_stand_in=True
    )
    shift = shift.assign(season_id="harvest", start_min=600, end_min=660)
    theirs = town_patrol.points[town_patrol.points["person_id"] == "P12"].iloc[0]
    visit = schedule.visits.iloc[[0]].assign(
        visit_id="X", shift_id="X", day=day, person_id="P11", point_id=theirs["point_id"]
    )
    changed = dataclasses.replace(
        schedule,
        shifts=pd.concat([schedule.shifts, shift], ignore_index=True),
        visits=pd.concat([schedule.visits, visit], ignore_index=True),
    )
    patrol = patrol_of(schedule=changed)
    first, second, *_ = list_duties(patrol, lang="zh")
    assert first.days[1].lines == ("08:00–10:00", "10:00–11:00 替李喆", "17:00–19:00")
    assert first.days[1].season == "秋收"
    assert second.days[1].lines == ("10:00–11:00 张三替",)
    extra = first.points[-1]
    assert (extra.point_id, extra.stand_in_for) == (theirs["point_id"], "李喆")
    assert extra.checks == ("7/2",)
    assert "1 个点位" in first.scope  # one's own
    write_person_sheets(patrol, tmp_path, lang="zh")
    text = read_text(tmp_path / "patrol_sheets/P11.pdf")
    assert "替班点位，原属李喆" in text
    assert "7/2秋收08:00–10:0010:00–11:00替李喆" in text
    page = (tmp_path / "patrol_sheets/P11.html").read_text("utf-8")
    assert "替班点位，原属李喆" in page


def test_absent_people_have_no_sheet(patrol_of: Callable[..., Patrol], town_patrol: Patrol) -> None:
    people = town_patrol.people.assign(is_absent=[False, True, True, False])
    duties = list_duties(patrol_of(people=people), lang="en")
    assert [duty.person_id for duty in duties] == ["P11", "P22"]


def test_a_roster_without_anybody_gives_one_page_that_says_so(
    patrol_of: Callable[..., Patrol], town_patrol: Patrol, tmp_path: Path
) -> None:
    patrol = patrol_of(people=town_patrol.people.assign(is_absent=True))
    assert write_person_sheets(patrol, tmp_path, lang="zh") == [tmp_path / "patrol_sheets.pdf"]
    assert "没有在岗的网格员" in read_text(tmp_path / "patrol_sheets.pdf")


def test_a_missing_letter_shows_and_is_noted(
    patrol_of: Callable[..., Patrol], town_patrol: Patrol, tmp_path: Path
) -> None:
    people = town_patrol.people.assign(name=["张\U000323b0\t三", "李", "王", "赵"])
    write_person_sheets(patrol_of(people=people), tmp_path, lang="zh")
    text = read_text(tmp_path / "patrol_sheets/P11.pdf")
    assert "张〓三" in text
    assert "字库没有的字以〓代替：U+323B0" in text
    assert "〓代替" not in read_text(tmp_path / "patrol_sheets/P22.pdf")


def test_a_row_higher_than_a_page_flows_on(
    patrol_of: Callable[..., Patrol], town_patrol: Patrol, tmp_path: Path
) -> None:
    """An address of 3,000 characters, a hundred visits, and nobody on shift."""
    mine = town_patrol.points["person_id"] == "P11"
    address = town_patrol.points["address"].mask(mine, LONG * 50)
    points = town_patrol.points.assign(address=address)
    schedule = town_patrol.schedule
    visits = pd.concat([schedule.visits] * 100, ignore_index=True)
    patrol = patrol_of(
        people=town_patrol.people.iloc[:1],
        points=points,
        schedule=dataclasses.replace(schedule, visits=visits, shifts=schedule.shifts.iloc[:0]),
    )
    write_person_sheets(patrol, tmp_path, lang="zh")
    path = tmp_path / "patrol_sheets/P11.pdf"
    running = "小城·七星区街道·张三P11含个人信息，仅供本人使用"
    text = read_text(path)
    whole = len(pypdf.PdfReader(path).pages)
    for page in range(1, whole + 1):  # page heads, feet and table heads stand between the parts
        text = text.replace(f"第{page}页，共{whole}页", "")
    text = text.replace(running, "").replace("号点位、地址类别、时段巡查打勾扫码导航", "")
    characters = Counter(text)
    assert all(characters[c] >= 50 * n for c, n in Counter(LONG).items())
    assert "…+40" in text  # of a hundred boxes, sixty
    assert "本期没有班次" in text
    assert codes_by_place(path) == expected_codes(patrol, "P11")


def test_without_the_font_the_mend_is_named(
    town_patrol: Patrol, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qxgeo.resources._PACKAGE", tmp_path)
    with pytest.raises(OutputError, match="pip install -e"):
        write_person_sheets(town_patrol, tmp_path, lang="zh")


def test_english_sheets_quote_the_plan_in_chinese_with_its_gist(
    patrol_of: Callable[..., Patrol], town_patrol: Patrol, tmp_path: Path
) -> None:
    changes = town_patrol.assignment.changes.iloc[:0]
    assignment: Any = dataclasses.replace(town_patrol.assignment, changes=changes, is_first=True)
    patrol = patrol_of(assignment=assignment, people=town_patrol.people.iloc[:1])
    write_person_sheets(patrol, tmp_path, lang="en")
    text = read_text(tmp_path / "patrol_sheets/P11.pdf")
    measure = town_patrol.plan.measure("5.1.2")
    assert measure.text in text
    assert "".join(measure.summary_en.split()) in text
    assert "Firstassignment" in text
    assert "演示数据" not in text
    assert "DEMONSTRATION" not in text
