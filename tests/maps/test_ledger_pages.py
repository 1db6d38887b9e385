"""The ledger's pages: counts, distances, what is public, and what a hostile text can do."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import shapely
from pyproj import Geod

from qxgeo.ledger.dispatch import Board
from qxgeo.ledger.places import Mark, count_places, find_places, find_ring
from qxgeo.ledger.rulebook import load_list_rules, load_work_rules
from qxgeo.ledger.summary import count_day
from qxgeo.maps import write_ledger_maps
from qxgeo.maps.ledger.ground import draw_ground
from qxgeo.maps.ledger.wording import MARK_STYLES
from qxgeo.plan import load_plan

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from qxgeo.district import District, Layer
    from qxgeo.ledger.places import Places

AT = dt.date(2023, 6, 12)
HOSTILE = "<img src=x onerror=alert(1)>`${7*7}`{{7*7}}</script><!--"
SECRETS = ("张三丰", "13800001111", "李四光", "13900002222", "北厂", "只许内部看")
BLANK = dict.fromkeys(
    ("measure_id", "rule_id", "site_id", "kind", "place", "lon", "lat", "township_id", "unit_id",
     "person_id", "photo", "source", "round", "found_on", "due_on", "closed_on", "note", "details")
)  # fmt: skip
STATION = (110.015, 25.01)


def north_of_station(metres: float) -> dict[str, str]:
    """Give a position so far north of S1, by the direct geodesic."""
    lon, lat, _ = Geod(ellps="WGS84").fwd(*STATION, 0.0, metres)
    return {"lon": f"{lon:.7f}", "lat": f"{lat:.7f}"}


def problem(row_id: str, **values: Any) -> dict[str, Any]:  # noqa: ANN401
    return BLANK | {"id": row_id, "text": f"问题{row_id}", "status": "open", "entry": 1} | values


def site(row_id: str, **values: Any) -> dict[str, Any]:  # noqa: ANN401
    names = ("name", "address", "lon", "lat", "accuracy_m", "township_id", "unit_id",
             "measure_ids", "status", "contact", "phone", "is_demo", "details")  # fmt: skip
    return dict.fromkeys(names) | {"id": row_id, "kind": "auto_repair", "entry": 1} | values


def task(row_id: str, **values: Any) -> dict[str, Any]:  # noqa: ANN401
    names = ("turn", "as_written", "starts_on", "due_on", "deadline_text", "done_on", "note")
    base = {"id": row_id, "measure_id": "1.1.3", "unit_id": "qx-gx", "role": "lead", "text": "清单",
            "status": "open"}  # fmt: skip
    return dict.fromkeys(names) | base | values


PROBLEMS = (
    problem("A", **north_of_station(900), measure_id="1.1.1", unit_id="qx-dj", due_on="2023-06-04",
            person_id="W1", note="只许内部看", text="料堆未盖，电话 138-0000-1111"),
    problem("B", **north_of_station(1005), due_on="2023-06-14"),
    problem("C", **north_of_station(1100), township_id="450305002"),
    problem("D", **north_of_station(500), status="closed", closed_on="2023-06-01"),
    problem("E", lon="110.03", lat="25.01", status="rectified", closed_on="2023-06-02"),
    problem("F", site_id="X"),
    problem("G"),
    problem("H", township_id="450305001", unit_id="qx-dj"),
    problem("I", lon="111.5", lat="25.01", status="false_rectification", due_on="2023-06-01"),
    problem("J", lon="999", lat="25.01"),
    problem("K", lon="110.01"),
    problem("L", found_on="2023-06-13", lon="110.01", lat="25.01"),
    problem(HOSTILE, text=HOSTILE, place=HOSTILE, unit_id=HOSTILE, township_id=HOSTILE,
            measure_id=HOSTILE, status=HOSTILE, source=HOSTILE, note=HOSTILE,
            lon="110.03", lat="25.012"),
)  # fmt: skip
SITES = (
    site("X", name="北厂", contact="张三丰", phone="13800001111", lon="110.031", lat="25.005",
         accuracy_m="3", measure_ids="1.3.4、1.3.5", is_demo="yes"),
    site("Y", name=HOSTILE, contact=HOSTILE, phone=HOSTILE, kind=HOSTILE, address=HOSTILE),
)  # fmt: skip
PEOPLE = ({"id": "W1", "name": "李四光", "phone": "13900002222"},)
TASKS = (
    task("T1", due_on="2023-06-18"),
    task("T2", due_on="2023-06-01"),
    task("T3", measure_id="1.3.4"),
    task("T4", measure_id=HOSTILE, starts_on="2023-06-05", due_on="2023-06-11", status="done",
         done_on="2023-06-10"),
)  # fmt: skip


@pytest.fixture(scope="module")
def district(
    town: dict[str, Layer], layer_of: Callable[..., Layer], district_of: Callable[..., District]
) -> District:
    shop = {"site_id": "N1", "name": "北厂", "geometry": shapely.Point(110.031, 25.005)}
    return district_of(*town.values(), layer_of("auto_repair", [shop]), as_of=AT)


def board_of(**rows: Any) -> Board:  # noqa: ANN401
    return Board(
        plan=load_plan("qixing-2023"),
        rules=load_work_rules(),
        list_rules=load_list_rules(),
        tasks=rows.get("tasks", TASKS),
        problems=rows.get("problems", PROBLEMS),
        sites=rows.get("sites", SITES),
    )


@pytest.fixture(scope="module")
def places(district: District) -> Places:
    return find_places(board_of(), district, as_of=AT)


@pytest.fixture(scope="module")
def office(
    places: Places, district: District, tmp_path_factory: pytest.TempPathFactory
) -> list[Path]:
    folder = tmp_path_factory.mktemp("office")
    return write_ledger_maps(board_of(), places, district, folder, people=PEOPLE)


def data_of(page: Path) -> dict[str, Any]:
    """Read what the page gives to its script."""
    (text,) = re.findall(r"LM\.start\((\{.*\})\);</script>", page.read_text("utf-8"))
    found: dict[str, Any] = json.loads(text)
    return found


def test_distances_are_those_of_the_geodesic_and_the_verdict_keeps_the_error_apart(
    places: Places,
) -> None:
    found = {one.row["id"]: one for one in places.items if one.kind == "problem"}
    for name, metres in (("A", 900.0), ("B", 1005.0), ("C", 1100.0), ("D", 500.0)):
        assert found[name].distance_m == pytest.approx(metres, abs=0.02)
    # 10 m of the station and 5 m of the layer of shops: the band reaches from 985 to 1015 m.
    assert [found[name].verdict for name in "ABC"] == [
        "applies", "too_close_to_call", "does_not_apply",
    ]  # fmt: skip
    assert [one.row["id"] for one in places.items if one.is_raised] == ["A", "B"]
    assert found["D"].verdict == "applies"  # closed: not raised
    assert found["F"].error_m == pytest.approx(13.0)  # what its site states, and the station's
    assert found["G"].verdict == "unknown"


def test_the_radius_is_the_smallest_that_the_rules_of_the_plan_state(district: District) -> None:
    plan = load_plan("qixing-2023")
    ring = find_ring(plan)
    assert ring is not None
    assert (ring.radius_m, "2.2.3-c" in {one.rule_id for one in ring.rules}) == (1000, True)
    measures = tuple(
        replace(
            one,
            rules=tuple(
                replace(rule, radius_m=850.0) if rule.radius_m == ring.radius_m else rule
                for rule in one.rules
            ),
        )
        for one in plan.measures
    )
    board = replace(board_of(), plan=replace(plan, measures=measures))
    moved = find_places(board, district, as_of=AT)
    assert [one.row["id"] for one in moved.items if one.is_raised] == []
    bare = tuple(replace(one, rules=()) for one in plan.measures)
    unknown = find_places(replace(board, plan=replace(plan, measures=bare)), district, as_of=AT)
    assert unknown.ring is None
    assert {one.verdict for one in unknown.items} == {"unknown"}


def test_without_stations_and_townships_nothing_is_called_far_and_all_is_counted(
    town: dict[str, Layer], district_of: Callable[..., District], tmp_path: Path
) -> None:
    bare = district_of(town["boundary"], as_of=AT)
    places = find_places(board_of(), bare, as_of=AT)
    assert places.ring is None
    page = write_ledger_maps(board_of(), places, bare, tmp_path)[0]
    assert "距离未判定，不等于不在范围内" in page.read_text("utf-8")
    rows = data_of(page)["rows"]
    assert len(rows) == len(PROBLEMS) - 1 + len(SITES)
    assert all("未判定" in one["near"] for one in rows)
    # F stands where its site X stands; C and H say their township themselves.
    assert {one["i"] for one in rows if one["t"] == "no_township"} == set("ABDEFX")


def test_every_row_has_its_place_once_and_none_is_dropped(places: Places) -> None:
    told = {one.row["id"]: one.township for one in places.items if one.kind == "problem"}
    assert told == {
        "A": "450305001", "B": "450305001", "D": "450305001", "H": "450305001",
        "C": "450305002",  # as its row says, though it lies in the other
        "E": "450305002", "F": "450305002", "I": "outside_district",
        "G": "no_position", "J": "no_position", "K": "no_position", HOSTILE: HOSTILE,
    }  # fmt: skip
    contradicted = [one.row["id"] for one in places.items if one.found_township]
    assert contradicted == ["C", HOSTILE]
    assert places.later == 1
    counts = count_places(places.items)
    assert sum(one["problem"] for one in counts.values()) == len(PROBLEMS) - 1
    assert sum(one["no_position"] for one in counts.values()) == 5  # G H J K and the site Y
    assert counts["450305001"]["no_position"] == 1


def test_the_lines_of_the_page_add_up_and_agree_with_the_raw_rows(office: list[Path]) -> None:
    html = office[0].read_text("utf-8")
    table = html[html.index('<section id="counts">') : html.index('<section id="tasks">')]
    lines = [
        (label, [int(cell) for cell in re.findall(r"<td class=n>(\d+)</td>", cells)])
        for label, cells in re.findall(r"<tr[^>]*><td>(.*?)</td>(.*?)</tr>", table)
    ]
    *rows, (last, total) = lines
    assert last == "合计"
    assert [sum(column) for column in zip(*(numbers for _, numbers in rows), strict=True)] == total
    known = [one for one in PROBLEMS if (one["found_on"] or "") <= AT.isoformat()]
    late = [one for one in known if one["due_on"] and one["due_on"] < AT.isoformat()]
    closed = [one for one in known if one["status"] == "closed"]
    falsely = [one for one in late if one["status"] == "false_rectification"]
    assert total == [
        len(known), len(known) - len(closed), len(late) - len(falsely), 2, len(SITES), 5,
    ]  # fmt: skip
    by_name = dict(rows)
    assert by_name["辖区外（邻区）"][0] == 1
    assert by_name["无位置、未注明乡办"] == [3, 3, 0, 0, 1, 4]
    assert by_name["辖区内未划分"] == [0] * 6
    shown = Counter(row["t"] for row in data_of(office[0])["rows"] if row["k"] == "problem")
    assert shown["450305001"] == by_name["七星区街道"][0] == 4


def test_marks_agree_with_the_counts_of_the_weekly_report(places: Places) -> None:
    marks = Counter(one.mark for one in places.items if one.kind == "problem")
    counts = count_day(board_of(), AT)["total", ""]
    assert marks[Mark.CLOSED] == counts["problem_closed"]
    # A status that nobody knows counts as rectified there and here: it is none of the open ones.
    assert marks[Mark.RECTIFIED] == counts["problem_rectified"]
    falsely = marks[Mark.FALSE_RECTIFICATION]
    assert falsely == counts["problem_false"]
    assert marks[Mark.OVERDUE] + falsely == counts["problem_overdue"]
    left = (Mark.OVERDUE, Mark.DUE_SOON, Mark.OPEN, Mark.FALSE_RECTIFICATION)
    assert sum(marks[one] for one in left) == counts["problem_open"]


def test_pages_of_units_and_townships_hold_their_own_and_link_the_others(
    office: list[Path],
) -> None:
    names = {one.name for one in office}
    assert {"ledger.html", "unit-qx-dj.html", "town-450305001.html"} <= names
    assert len(names) == len(office)
    by_name = {one.name: one for one in office}
    own = {row["i"] for row in data_of(by_name["unit-qx-dj.html"])["rows"]}
    assert own == {"A", "H"}
    there = {row["i"] for row in data_of(by_name["town-450305002.html"])["rows"]}
    assert there == {"C", "E", "F", "X"}
    folder = office[0].parent
    for page in office:
        links = re.findall(r'<a href="([^"]+)"', page.read_text("utf-8"))
        assert len(links) == len(office)
        assert {(page.parent / one).resolve() for one in links} == {
            one.resolve() for one in folder.rglob("*.html")
        }


def test_the_public_gets_no_names_phones_and_remarks(
    places: Places, district: District, office: list[Path], tmp_path: Path
) -> None:
    public = write_ledger_maps(
        board_of(), places, district, tmp_path, people=PEOPLE, is_public=True
    )
    for page in public:
        text = page.read_text("utf-8")
        assert not [one for one in (*SECRETS, "138-0000-1111") if one in text], page.name
    inside = office[0].read_text("utf-8")
    assert [one for one in SECRETS if one not in inside] == []


def test_the_same_ledger_gives_the_same_bytes_and_english_is_offered(
    places: Places, district: District, office: list[Path], tmp_path: Path
) -> None:
    (tmp_path / "again").mkdir()
    (tmp_path / "en").mkdir()
    again = write_ledger_maps(board_of(), places, district, tmp_path / "again", people=PEOPLE)
    assert [one.read_bytes() for one in again] == [one.read_bytes() for one in office]
    english = write_ledger_maps(board_of(), places, district, tmp_path / "en", lang="en")
    text = english[0].read_text("utf-8")
    assert 'lang="en"' in text
    assert "not closed within 1 km of a national-control station: 1; too close to call" in text


def test_deadlines_stand_in_the_picture_on_their_day_with_their_state(office: list[Path]) -> None:
    html = office[0].read_text("utf-8")
    picture = html[html.index('class="gantt"') :].split("</svg>")[0]
    due = {
        title: float(x)
        for x, title in re.findall(r'translate\(([\d.]+) [\d.]+\)"[^>]*><title>([^<]*)<', picture)
    }
    assert [one for one in due if one.startswith("1.1.3 ")] == [
        "1.1.3 2023-06-01: 逾期 1", "1.1.3 2023-06-18: 临期 1",
    ]  # fmt: skip
    assert any(one.endswith("2023-06-05 – 2023-06-11: 按期完成 1") for one in due)
    first, second = due["1.1.3 2023-06-01: 逾期 1"], due["1.1.3 2023-06-18: 临期 1"]
    (today,) = re.findall(r'd="M([\d.]+) [\d.]+V\d+" class="now"', picture)
    assert (float(today) - first) / (second - first) == pytest.approx(11 / 17, abs=0.002)
    assert "无期限 1" in picture


def test_what_was_mended_after_the_day_is_not_mended_on_it(
    district: District, tmp_path: Path
) -> None:
    details = json.dumps({"rectified_on": "2023-06-10"})
    rows = (
        problem("A", status="closed", closed_on="2023-06-13"),
        problem("B", status="closed", closed_on="2023-06-13", details=details),
        problem("C", status="closed", closed_on="2023-06-12", details=details),
    )
    board = board_of(problems=rows, sites=())
    places = find_places(board, district, as_of=AT)
    told = data_of(write_ledger_maps(board, places, district, tmp_path)[0])["rows"]
    assert [(one["m"], one["s"], one.get("c")) for one in told] == [
        ("open", "afterwards", None), ("rectified", "rectified", None),
        ("closed", "closed", "2023-06-12"),
    ]  # fmt: skip


def test_the_ring_of_a_station_beyond_the_edge_is_drawn_without_the_station(
    office: list[Path],
) -> None:
    html = office[0].read_text("utf-8")
    names = re.findall(r'class="mid name">([^<]*)<', html)
    assert names == ["城内站"]  # S2 stands 500 m east of the edge, S3 is closed
    assert html.count('class="ring"') == 2


def test_every_mark_has_a_colour_and_a_shape_of_its_own() -> None:
    styles = [MARK_STYLES[one] for one in Mark]
    assert len({colour for colour, _ in styles}) == len({shape for _, shape in styles}) == len(Mark)


def test_a_hostile_text_stays_text(office: list[Path], offline_page: Page) -> None:
    html = office[0].read_text("utf-8")
    assert HOSTILE not in html
    assert html.count("</script>") == 1
    page = offline_page
    page.on("dialog", lambda dialog: pytest.fail(f"a text ran: {dialog.message}"))
    page.goto(office[0].as_uri())
    page.wait_for_selector("html[data-lm=ready]")
    line = page.locator(f"#list .line[data-id={json.dumps(HOSTILE)}]")
    assert line.locator("b").inner_text() == HOSTILE
    line.click()
    assert HOSTILE in page.locator("#card").inner_text()
    assert page.locator("img").count() == 0


def test_list_map_filters_and_cards_go_together(office: list[Path], offline_page: Page) -> None:
    page = offline_page
    page.goto(office[0].as_uri())
    page.wait_for_selector("html[data-lm=ready]")
    lines, marks = page.locator("#list .line"), page.locator("g.item:visible")
    assert lines.count() == 14
    assert marks.count() == 9  # five have no position
    assert page.locator("#shown").inner_text() == "显示 14 / 14 项，其中 5 项无位置"
    assert lines.locator("svg").count() == 14

    page.select_option("#f-measure", "=1.1.1")
    assert lines.count() == marks.count() == 1
    assert "距城内站(S1) 900 米 · 在 1 公里内" in lines.inner_text()
    page.click("text=清除筛选")
    lines.nth(13).wait_for()
    page.check("#f-raised")
    assert [one.get_attribute("data-id") for one in lines.all()] == ["A", "B"]
    assert "临界（±15 米），须实测" in lines.nth(1).inner_text()
    page.uncheck("#f-raised")
    for name, value, count in (
        ("status", "=closed", 1), ("due", "=overdue", 2), ("unit", "=qx-dj", 2),
        ("kind", "=problem", 12), ("town", "=no_position", 4),
    ):  # fmt: skip
        page.select_option(f"#f-{name}", value)
        assert lines.count() == count, name
        page.select_option(f"#f-{name}", "*")

    page.locator("g.item[data-id=A]").dispatch_event("click")
    assert page.locator("#list .line[aria-pressed=true]").get_attribute("data-id") == "A"
    assert "李四光" in page.locator("#card").inner_text()
    page.locator("#list .line[data-id=F]").click()
    assert page.locator("g.item.picked").get_attribute("data-id") == "F"
    page.locator("#card .link").click()
    card = page.locator("#card").inner_text()
    assert ("北厂" in card, "F 未整改" in card) == (True, True)
    page.click("tr[data-town='450305002'] td")
    assert lines.count() == 4
    assert page.locator("#site-cards article").count() == 1


def test_an_empty_ledger_says_so_and_a_phone_needs_no_sideways_scrolling(
    district: District, tmp_path: Path, offline_page: Page
) -> None:
    board = board_of(tasks=(), problems=(), sites=())
    places = find_places(board, district, as_of=AT)
    page = offline_page
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(write_ledger_maps(board, places, district, tmp_path)[0].as_uri())
    page.wait_for_selector("html[data-lm=ready]")
    text = page.locator("body").inner_text()
    assert "演示数据" not in text
    for words in ("没有符合的项目", "没有任务", "没有场所", "显示 0 / 0 项"):
        assert words in text
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_two_thousand_rows_are_all_reached(
    district: District, tmp_path: Path, offline_page: Page
) -> None:
    rows = tuple(
        problem(f"P{at:04d}", lon=f"{110 + at % 40 / 1000:.3f}", lat=f"{25 + at % 20 / 1000:.3f}")
        for at in range(2000)
    )
    board = board_of(problems=rows, sites=())
    places = find_places(board, district, as_of=AT)
    page = offline_page
    page.goto(write_ledger_maps(board, places, district, tmp_path)[0].as_uri())
    page.wait_for_selector("html[data-lm=ready]")
    assert page.locator("g.item").count() == 2000
    lines = page.locator("#list .line")
    assert lines.count() == 100
    while page.locator("#list .more").count():
        page.locator("#list .more").click()
    assert lines.count() == 2000


def overfull() -> tuple[dict[str, Any], ...]:
    """Give nine problems of one unit: near, late, soon, later, without a date, mended, closed."""
    far = {"lon": "110.031", "lat": "25.005", "unit_id": "qx-dj"}
    return (
        problem("Z1", **far, status="closed", closed_on="2023-06-01"),
        problem("Z2", **far),
        problem("Z3", **far, due_on="2023-09-30"),
        problem("Z4", **far, due_on="2023-06-14"),
        problem("Z5", **far, due_on="2023-06-02"),
        problem("Z6", **far, status="false_rectification", due_on="2023-06-01"),
        problem("Z7", **north_of_station(1005)),
        problem("Z8", **north_of_station(900), unit_id="qx-dj"),
        problem("Z9", **far, status="rectified", closed_on="2023-06-03"),
    )


def test_too_many_rows_leave_the_closed_out_first_then_the_least_urgent(
    district: District, tmp_path: Path
) -> None:
    board = board_of(problems=overfull())
    places = find_places(board, district, as_of=AT)
    order = ["Z8", "Z7", "Z6", "Z5", "Z4", "Z3", "Z2", "Z9"]
    by_id = [f"Z{one}" for one in range(1, 10)]
    for most_rows, ids in ((11, [*by_id, "X", "Y"]), (10, [*order, "X", "Y"]), (4, order[:4])):
        folder = tmp_path / str(most_rows)
        folder.mkdir()
        pages = write_ledger_maps(board, places, district, folder, most_rows=most_rows)
        data = data_of(pages[0])
        assert [row["i"] for row in data["rows"]] == ids
        assert data["left"] == 11 - len(ids)
        assert max(len(data_of(one)["rows"]) for one in pages) <= most_rows


def test_a_page_says_how_many_rows_it_leaves_out_and_its_counts_are_those_of_all(
    district: District, tmp_path: Path
) -> None:
    board = board_of(problems=overfull())
    places = find_places(board, district, as_of=AT)
    (tmp_path / "few").mkdir()
    (tmp_path / "all").mkdir()
    pages = write_ledger_maps(board, places, district, tmp_path / "few", most_rows=4)
    whole = write_ledger_maps(board, places, district, tmp_path / "all")
    for few, full in zip(pages, whole, strict=True):
        texts = [one.read_text("utf-8") for one in (few, full)]
        counts = [one[one.index('<section id="counts">') :].split("</section>")[0] for one in texts]
        cards = [
            one[one.index('<section class="cards">') :].split("</section>")[0] for one in texts
        ]
        assert counts[0] == counts[1]
        assert cards[0] == cards[1]
        assert data_of(few)["totals"] == data_of(full)["totals"]
        assert '<section id="rest">' not in texts[1]
        items = len(data_of(full)["rows"])
        assert ('<section id="rest">' in texts[0]) == (items > 4)
        assert data_of(few)["left"] == (items - 4 if items > 4 else 0)
    html = pages[0].read_text("utf-8")
    assert "共 11 项，太多，一页画不下：画出最紧急的 4 项，未画出 7 项" in html
    assert "（已销号问题 1，未销号问题 4，场所 2）" in html
    assert "qxgeo ledger show problems --limit 9；" in html
    # The unit's page draws Z8 Z6 Z5 Z4, the eastern township's Z6 Z5 Z4 Z3, the western one's Z7
    # and Z8: on none are Z1 (closed), Z2, Z9 and the two sites.
    assert "任何一页都没有画出的：5 项，其中未销号 2 项" in html
    rest = html[html.index('<section id="rest">') :].split("</section>")[0]
    for table in rest.split("<table>")[1:]:
        lines = [
            [int(cell) for cell in re.findall(r"<td class=n>(\d+)</td>", line)][:5]
            for line in re.findall(r"<tr.*?</tr>", table)[1:]
        ]
        *rows, total = lines
        assert [sum(column) for column in zip(*rows, strict=True)] == total == [9, 8, 1, 2, 2]
    for link in re.findall(r'<a href="([^"]+)"', rest):
        assert (pages[0].parent / link).is_file()


def test_an_overfull_page_is_usable_offline_and_says_what_is_left(
    district: District, tmp_path: Path, offline_page: Page
) -> None:
    board = board_of(problems=overfull())
    places = find_places(board, district, as_of=AT)
    path = write_ledger_maps(board, places, district, tmp_path, most_rows=4)[0]
    page = offline_page
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-lm=ready]")
    assert page.locator("#shown").inner_text() == (
        "显示 4 / 4 项，其中 0 项无位置；另有 7 项未画出"
    )
    assert "已销号 1（画出 0）" in page.locator("#legend").inner_text()
    assert "临期 1（画出 0）" in page.locator("#legend").inner_text()
    assert page.locator("#rest .alarm").is_visible()
    page.locator("#rest summary").click()
    page.locator("#rest a", has_text="东江").first.click()
    page.wait_for_selector("html[data-lm=ready]")
    assert page.locator("#list .line").count() == 4


def test_a_site_with_many_problems_lists_the_most_urgent_and_counts_all(
    district: District, tmp_path: Path, offline_page: Page
) -> None:
    rows = [problem(f"P{at:02d}", site_id="X", status="closed") for at in range(24)]
    rows.append(problem("Q", site_id="X", due_on="2023-06-02"))
    board = board_of(problems=tuple(rows))
    places = find_places(board, district, as_of=AT)
    path = write_ledger_maps(board, places, district, tmp_path)[0]
    (row,) = [one for one in data_of(path)["rows"] if one["i"] == "X"]
    assert (row["pr"][0], len(row["pr"]), row["prn"]) == (["Q", "overdue"], 20, 25)
    page = offline_page
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-lm=ready]")
    assert "问题 25，列出最紧急的 20 个" in page.locator("#site-cards").inner_text()


def test_the_name_of_a_township_does_not_lie_under_that_of_a_station(
    town: dict[str, Layer], district_of: Callable[..., District]
) -> None:
    townships, stations = town["townships"].table, town["stations"]
    middle = shapely.point_on_surface(townships.geometry.iloc[0])
    table = stations.table.iloc[:1].assign(geometry=[middle])
    layers = (town["boundary"], town["townships"])
    places = [draw_ground(district_of(*layers, *more, as_of=AT), None).svg
              for more in ((), (replace(stations, table=table),))]  # fmt: skip
    name = str(townships["name"].iloc[0])
    before, after = (
        float(re.findall(rf'y="([\d.]+)" class="mid place">{name}<', one)[0]) for one in places
    )
    assert before == pytest.approx(
        float(re.findall(r'data-at="[\d.]+ ([\d.]+)"', places[1])[0]), abs=0.11
    )
    assert after - before >= 50 or before - after >= 17  # below the station's name, or above it
