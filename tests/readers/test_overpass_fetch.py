"""Download from a real HTTP server on loopback that speaks Overpass, well and badly."""

from __future__ import annotations

import json
import re
import socket
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from pyproj import CRS

from qxgeo.errors import FetchError, InputError, OutputError
from qxgeo.readers.osm import read_osm_roads
from qxgeo.readers.overpass import WAY_FILTER, Service, fetch_roads, wait_longer_each_time
from qxgeo.readers.overpass_cache import Tile, covering_tiles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = [pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]

# Tiles are a tenth of a degree wide; the town lies on the line 110.3, between 1103 and 1102.
# Long Street runs from 110.25 over 110.30 to 110.35 and on to 110.39, East Lane crosses at 110.35;
# Far Road lies in the eastern tile, away from the district.
PLACES = {
    1: (110.25, 25.25), 2: (110.30, 25.25), 3: (110.35, 25.25), 4: (110.39, 25.25),
    5: (110.35, 25.22), 6: (110.35, 25.28), 7: (110.38, 25.21), 8: (110.39, 25.21),
}  # fmt: skip
WAYS: dict[int, tuple[list[int], dict[str, str]]] = {
    100: ([1, 2, 3, 4], {"highway": "primary", "name": "长街", "hgv": "designated"}),
    101: ([5, 3, 6], {"highway": "residential", "name": "东巷", "surface": "gravel"}),
    102: ([7, 8], {"highway": "service"}),
    103: ([5, 6, 7, 5], {"highway": "pedestrian", "area": "yes"}),
}
DISTRICT = shapely.box(110.27, 25.23, 110.33, 25.27)  # both tiles, and Long Street alone
TILES = 2


def line(way_id: int) -> shapely.LineString:
    return shapely.LineString([PLACES[ref] for ref in WAYS[way_id][0]])


def answer_to(query: str) -> dict[str, Any]:
    """Answer as Overpass does: ways that touch the polygon, and all nodes of these ways."""
    (corners,) = re.findall(r"poly:'([^']+)'", query)
    numbers = [float(number) for number in corners.split()]
    asked = shapely.Polygon(list(zip(numbers[1::2], numbers[::2], strict=True)))
    ways = [way_id for way_id in WAYS if asked.intersects(line(way_id))]
    nodes = sorted({ref for way_id in ways for ref in WAYS[way_id][0]})
    return {
        "version": 0.6,
        "generator": "Overpass API",
        "osm3s": {"timestamp_osm_base": "2026-11-01T00:00:00Z", "copyright": "ODbL"},
        "elements": [
            *({"type": "node", "id": n, "lat": PLACES[n][1], "lon": PLACES[n][0]} for n in nodes),
            *({"type": "way", "id": w, "nodes": WAYS[w][0], "tags": WAYS[w][1]} for w in ways),
        ],
    }


Reply = tuple[int, dict[str, str], str]


def good(query: str) -> Reply:
    return 200, {"Content-Type": "application/json"}, json.dumps(answer_to(query))


def status(code: int, **headers: str) -> Callable[[str], Reply]:
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return lambda _query: (code, named, f"<html>\n<p>Error {code}</p></html>")


def body(text: str) -> Callable[[str], Reply]:
    return lambda _query: (200, {}, text)


def changed(**fields: object) -> Callable[[str], Reply]:
    return lambda query: (200, {}, json.dumps({**answer_to(query), **fields}))


def cut_short(query: str) -> Reply:
    return 200, {}, good(query)[2][:-50]


def without_nodes(query: str) -> Reply:
    kept = [item for item in answer_to(query)["elements"] if item["type"] == "way"]
    return 200, {}, json.dumps({"elements": kept})


def nothing_here(query: str) -> Reply:
    return 200, {}, json.dumps({**answer_to(query), "elements": []})


def hung_up(query: str) -> Reply:
    return 200, {"Content-Length": "1000000"}, good(query)[2]


class Overpass:
    """What the server is told to do next, and what it was asked."""

    def __init__(self) -> None:
        self.script: list[Callable[[str], Reply] | None] = []
        self.always: Callable[[str], Reply] | None = good  # None holds the line silently
        self.queries: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.released = threading.Event()
        self.url = ""


class Handler(BaseHTTPRequestHandler):
    """Play the script of the server, then its constant answer."""

    overpass: Overpass

    def do_POST(self) -> None:
        """Read the question, answer as told."""
        told = self.overpass
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        query = parse_qs(text)["data"][0]
        told.queries.append(query)
        told.headers.append(dict(self.headers))
        told.paths.append(self.path)
        act = told.script.pop(0) if told.script else told.always
        if act is None:
            told.released.wait(20)
            return
        code, headers, content = act(query)
        data = content.encode()
        self.send_response(code)
        for key, value in {"Content-Length": str(len(data)), **headers}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_args: object) -> None:
        """Stay silent."""


@contextmanager
def serving() -> Iterator[Overpass]:
    told = Overpass()
    handler = type("Handler", (Handler,), {"overpass": told})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    told.url = f"http://127.0.0.1:{server.server_address[1]}/api"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield told
    finally:
        told.released.set()
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(autouse=True)
def known_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tell osmnx the UTM zone of the town: looking it up takes 0.4 s for each question."""
    zone = CRS.from_epsg(32649)
    monkeypatch.setattr(gpd.GeoDataFrame, "estimate_utm_crs", lambda *_args, **_more: zone)


@pytest.fixture
def overpass() -> Iterator[Overpass]:
    with serving() as told:
        yield told


@pytest.fixture
def mirror() -> Iterator[Overpass]:
    with serving() as told:
        yield told


class Patience:
    """A service that writes its pauses down instead of waiting."""

    def __init__(self, *servers: Overpass | str, retries: int = 0, timeout_s: float = 5) -> None:
        self.pauses: list[float] = []
        self.service = Service(
            endpoints=tuple(s if isinstance(s, str) else s.url for s in servers),
            timeout_s=timeout_s,
            retries=retries,
            backoff_s=lambda attempt: 10.0 + attempt,
            wait=self.pauses.append,
        )


def ids(result: Any) -> list[str]:  # noqa: ANN401 a ReadResult, or nothing the test should hide
    return result.table["section_id"].tolist()


def test_sections_that_cross_the_district_and_tile_lines_are_whole(
    overpass: Overpass, tmp_path: Path
) -> None:
    result = fetch_roads(DISTRICT, cache_dir=tmp_path, service=Patience(overpass).service)
    assert ids(result) == ["w100.1"]  # to the crossing with East Lane, beyond the district
    (section,) = result.table.geometry
    assert list(section.coords) == [PLACES[1], PLACES[2], PLACES[3]]
    assert len(overpass.queries) == TILES
    assert set(overpass.paths) == {"/api/interpreter"}


def test_a_download_and_a_file_of_the_same_town_give_the_same_table(
    overpass: Overpass, tmp_path: Path
) -> None:
    everything = shapely.box(110.21, 25.21, 110.39, 25.29)
    fetched = fetch_roads(everything, cache_dir=tmp_path, service=Patience(overpass).service)
    nodes = "".join(f'<node id="{n}" lon="{x}" lat="{y}"/>' for n, (x, y) in PLACES.items())
    ways = "".join(
        f'<way id="{way_id}">'
        + "".join(f'<nd ref="{ref}"/>' for ref in refs)
        + "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())
        + "</way>"
        for way_id, (refs, tags) in WAYS.items()
    )
    path = tmp_path / "town.osm"
    path.write_text(f'<osm version="0.6">{nodes}{ways}</osm>', encoding="utf-8")
    pd.testing.assert_frame_equal(fetched.table, read_osm_roads(path).table)
    assert ids(fetched) == ["w100.1", "w100.3", "w101.1", "w101.2", "w102"]


def test_licence_date_and_squares_stand_in_the_notes(overpass: Overpass, tmp_path: Path) -> None:
    notes = fetch_roads(DISTRICT, cache_dir=tmp_path, service=Patience(overpass).service).notes
    assert "OpenStreetMap contributors, ODbL" in notes[0].en
    assert "data as of 2026-11-01T00:00:00Z" in notes[1].en
    assert any("1 squares" in note.en for note in notes)


def test_the_question_asks_for_roads_and_is_signed(overpass: Overpass, tmp_path: Path) -> None:
    fetch_roads(DISTRICT, cache_dir=tmp_path, service=Patience(overpass, timeout_s=5).service)
    assert all(WAY_FILTER in query for query in overpass.queries)
    assert all(query.startswith("[out:json][timeout:4]") for query in overpass.queries)
    assert overpass.headers[0]["User-Agent"].startswith("qxgeo")


def test_a_second_run_asks_nothing_and_gives_the_same(overpass: Overpass, tmp_path: Path) -> None:
    first = fetch_roads(DISTRICT, cache_dir=tmp_path, service=Patience(overpass).service)
    overpass.always = status(500)
    seen: list[tuple[int, int]] = []
    again = fetch_roads(
        DISTRICT,
        cache_dir=tmp_path,
        service=Patience(overpass).service,
        progress=lambda done, total: seen.append((done, total)),
    )
    pd.testing.assert_frame_equal(first.table, again.table)
    assert first.notes == again.notes
    assert len(overpass.queries) == TILES
    assert seen == [(0, 2), (1, 2), (2, 2)]


def test_an_interrupted_download_continues_even_at_another_endpoint(
    overpass: Overpass, mirror: Overpass, tmp_path: Path
) -> None:
    overpass.script = [good, status(504)]
    with pytest.raises(FetchError, match="1/2 tiles done"):
        fetch_roads(DISTRICT, cache_dir=tmp_path, service=Patience(overpass).service)
    assert [path.suffix for path in tmp_path.iterdir()] == [".json"]
    result = fetch_roads(DISTRICT, cache_dir=tmp_path, service=Patience(mirror).service)
    assert ids(result) == ["w100.1"]
    assert len(mirror.queries) == 1


def test_ctrl_c_in_the_middle_keeps_finished_tiles_and_restores_osmnx(
    overpass: Overpass, tmp_path: Path
) -> None:
    import osmnx

    before = {key: getattr(osmnx.settings, key) for key in ("overpass_url", "cache_only_mode")}

    def press(done: int, _total: int) -> None:
        if done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch_roads(
            DISTRICT, cache_dir=tmp_path, service=Patience(overpass).service, progress=press
        )
    assert len(list(tmp_path.iterdir())) == 1
    assert before == {key: getattr(osmnx.settings, key) for key in before}


def test_osmnx_settings_and_name_resolution_are_left_as_they_were(
    overpass: Overpass, tmp_path: Path
) -> None:
    import osmnx

    names = [name for name in dir(osmnx.settings) if name.islower() and name[0] != "_"]
    before = {name: getattr(osmnx.settings, name) for name in names}
    resolve = socket.getaddrinfo
    overpass.script = [good, status(429)]
    with pytest.raises(FetchError):
        fetch_roads(DISTRICT, cache_dir=tmp_path, service=Patience(overpass).service)
    assert socket.getaddrinfo is resolve
    assert before == {name: getattr(osmnx.settings, name) for name in names}


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (status(429), "answered 429"),
        (status(504), "answered 504"),
        (status(503), "answered 503: <html> <p>Error 503"),
        (cut_short, "cut short"),
        (hung_up, "no connection or timeout"),
        (body("<html>busy</html>"), "no JSON"),
        (body("[]"), "not in Overpass' format"),
        (body('{"elements": [{"id": 1}]}'), "not in Overpass' format"),
        (body('{"elements": [7]}'), "not in Overpass' format"),
        (changed(remark="runtime error: Query timed out"), "broke off: runtime error"),
        (without_nodes, "lacks nodes"),
    ],
)
def test_trouble_is_asked_again_within_bounds_and_then_an_error(
    overpass: Overpass, tmp_path: Path, trouble: Callable[[str], Reply], words: str
) -> None:
    overpass.always = trouble
    patience = Patience(overpass, retries=2)
    with pytest.raises(FetchError) as caught:
        fetch_roads(DISTRICT, cache_dir=tmp_path, service=patience.service)
    english = caught.value.in_language("en")
    assert words in english
    assert "--endpoint" in english
    assert "Geofabrik" in english
    assert overpass.url in english
    assert len(overpass.queries) == 3
    assert patience.pauses == [10, 11]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "trouble", [status(429), status(504), cut_short, changed(remark="runtime error: memory")]
)
def test_a_passing_trouble_does_not_change_the_answer(
    overpass: Overpass, tmp_path: Path, trouble: Callable[[str], Reply]
) -> None:
    overpass.script = [trouble, good, trouble]
    patience = Patience(overpass, retries=1)
    assert ids(fetch_roads(DISTRICT, cache_dir=tmp_path, service=patience.service)) == ["w100.1"]
    assert len(overpass.queries) == 2 + TILES
    assert patience.pauses == [10, 10]


def test_a_silent_server_is_given_up_after_the_time_limit(
    overpass: Overpass, tmp_path: Path
) -> None:
    overpass.always = None
    patience = Patience(overpass, timeout_s=0.3)
    with pytest.raises(FetchError, match="Timeout"):
        fetch_roads(DISTRICT, cache_dir=tmp_path, service=patience.service)
    assert len(overpass.queries) == 1


def test_no_server_at_all_is_told_at_once(tmp_path: Path) -> None:
    with serving() as gone:
        url = gone.url
    with pytest.raises(FetchError, match="no connection"):
        fetch_roads(DISTRICT, cache_dir=tmp_path, service=Patience(url).service)


@pytest.mark.parametrize(
    ("header", "pause"),
    [("77", 77), ("1e9", 300), ("-5", 10), ("soon", 10), ("nan", 10), ("3", 10)],
)
def test_the_server_may_ask_for_a_longer_pause(
    overpass: Overpass, tmp_path: Path, header: str, pause: float
) -> None:
    overpass.script = [status(429, Retry_After=header)]
    patience = Patience(overpass, retries=1)
    fetch_roads(DISTRICT, cache_dir=tmp_path, service=patience.service)
    assert patience.pauses == [pause]


@pytest.mark.parametrize("zone", ["GMT", "-0000"])
def test_the_pause_may_be_asked_for_as_a_date(
    overpass: Overpass, tmp_path: Path, zone: str
) -> None:
    when = format_datetime(datetime.now(UTC) + timedelta(seconds=200), usegmt=True)
    overpass.script = [status(429, Retry_After=when.replace("GMT", zone))]
    patience = Patience(overpass, retries=1)
    fetch_roads(DISTRICT, cache_dir=tmp_path, service=patience.service)
    assert 100 < patience.pauses[0] <= 200


def test_a_mirror_steps_in_without_a_pause_and_stays(
    overpass: Overpass, mirror: Overpass, tmp_path: Path
) -> None:
    overpass.always = status(504)
    patience = Patience(overpass, mirror, retries=3)
    assert ids(fetch_roads(DISTRICT, cache_dir=tmp_path, service=patience.service)) == ["w100.1"]
    assert patience.pauses == []
    assert (len(overpass.queries), len(mirror.queries)) == (1, TILES)


def test_a_refused_request_is_not_repeated_at_the_same_server(
    overpass: Overpass, mirror: Overpass, tmp_path: Path
) -> None:
    overpass.always = status(400)
    mirror.always = status(403)
    patience = Patience(overpass, mirror, retries=3)
    with pytest.raises(FetchError) as caught:
        fetch_roads(DISTRICT, cache_dir=tmp_path, service=patience.service)
    assert {fault.file for fault in caught.value.faults} == {"", overpass.url, mirror.url}
    assert (len(overpass.queries), len(mirror.queries)) == (1, 1)
    assert patience.pauses == []


def test_a_server_may_send_us_on_to_another(
    overpass: Overpass, mirror: Overpass, tmp_path: Path
) -> None:
    overpass.always = status(307, Location=f"{mirror.url}/interpreter")
    result = fetch_roads(DISTRICT, cache_dir=tmp_path, service=Patience(overpass).service)
    assert ids(result) == ["w100.1"]
    assert len(mirror.queries) == TILES


def test_ways_that_are_no_roads_are_passed_over(overpass: Overpass, tmp_path: Path) -> None:
    def with_a_river(query: str) -> Reply:
        river = {"type": "way", "id": 7, "nodes": [1, 2]}
        answer = answer_to(query)
        return 200, {}, json.dumps({**answer, "elements": [*answer["elements"], river]})

    overpass.always = with_a_river
    result = fetch_roads(DISTRICT, cache_dir=tmp_path, service=Patience(overpass).service)
    assert ids(result) == ["w100.1"]


def test_servers_that_know_no_road_there_are_an_error(overpass: Overpass, tmp_path: Path) -> None:
    overpass.always = nothing_here
    with pytest.raises(FetchError, match="no road at all"):
        fetch_roads(DISTRICT, cache_dir=tmp_path, service=Patience(overpass).service)


def test_of_two_states_of_a_way_the_newer_data_count(overpass: Overpass, tmp_path: Path) -> None:
    old = {"timestamp_osm_base": "2026-01-01T00:00:00Z"}

    def old_state(query: str) -> Reply:
        answer = answer_to(query)
        for item in answer["elements"]:
            if item["type"] == "way" and item["id"] == 100:
                item["tags"] = {"highway": "primary", "name": "旧街"}
        return 200, {}, json.dumps({**answer, "osm3s": old})

    for name, script in {"old first": [old_state, good], "old last": [good, old_state]}.items():
        overpass.script = list(script)
        result = fetch_roads(
            DISTRICT, cache_dir=tmp_path / name, service=Patience(overpass).service
        )
        assert result.table["name"].tolist() == ["长街"]
        assert "2026-01-01T00:00:00Z … 2026-11-01T00:00:00Z" in result.notes[1].en


@pytest.mark.parametrize(
    "damage", [b'{"elements": [', b"\xff\xfe", b'{"remark": 1, "elements": []}']
)
def test_a_damaged_kept_answer_is_asked_for_again(
    overpass: Overpass, tmp_path: Path, damage: bytes
) -> None:
    fetch_roads(DISTRICT, cache_dir=tmp_path, service=Patience(overpass).service)
    min(tmp_path.iterdir()).write_bytes(damage)
    result = fetch_roads(DISTRICT, cache_dir=tmp_path, service=Patience(overpass).service)
    assert ids(result) == ["w100.1"]
    assert len(overpass.queries) == TILES + 1


def test_an_answer_that_cannot_be_kept_is_an_output_error(
    overpass: Overpass, tmp_path: Path
) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    with pytest.raises(OutputError, match="cannot keep the download"):
        fetch_roads(DISTRICT, cache_dir=tmp_path / "cache", service=Patience(overpass).service)


def test_an_endpoint_may_be_given_with_its_last_word(overpass: Overpass, tmp_path: Path) -> None:
    service = Patience(f"{overpass.url}/interpreter/").service
    assert ids(fetch_roads(DISTRICT, cache_dir=tmp_path, service=service)) == ["w100.1"]


@pytest.mark.parametrize("endpoint", ["", "overpass", "ftp://127.0.0.1/api", "http://[::1/api"])
def test_an_endpoint_that_is_no_address_is_refused(tmp_path: Path, endpoint: str) -> None:
    with pytest.raises(InputError, match="no service address"):
        fetch_roads(DISTRICT, cache_dir=tmp_path, service=Patience(endpoint).service)


def test_no_endpoint_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="endpoint"):
        fetch_roads(DISTRICT, cache_dir=tmp_path, service=Patience().service)


@pytest.mark.parametrize(
    "area",
    [
        shapely.Point(110, 25),
        shapely.Polygon(),
        shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]),
        shapely.box(431_000, 2_790_000, 432_000, 2_791_000),
        shapely.box(100, 20, 110, 30),
    ],
)
def test_an_area_that_cannot_be_asked_for_is_refused(area: shapely.Polygon) -> None:
    with pytest.raises(InputError):
        covering_tiles(area)


def test_tiles_cover_the_area_and_touch_it() -> None:
    area = shapely.union_all([shapely.box(-0.05, -0.05, 0.05, 0.05), shapely.box(2, 2, 2.05, 2.05)])
    tiles = covering_tiles(area)
    cover = shapely.union_all([tile.polygon for tile in tiles])
    assert cover.covers(area)
    assert all(tile.polygon.intersects(area) for tile in tiles)
    assert Tile(-1, -1) in tiles
    assert Tile(10, 10) not in tiles
    assert tiles == sorted(tiles)


def test_a_kept_answer_is_named_after_tile_and_question_alone() -> None:
    name = Tile(1103, 252).file_name(WAY_FILTER)
    assert re.fullmatch(r"overpass-[0-9a-f]{12}-1103-252\.json", name)
    assert name != Tile(1103, 252).file_name('["highway"]')


def test_pauses_grow_and_are_bounded() -> None:
    pauses = [wait_longer_each_time(attempt) for attempt in (0, 1, 2, 3, 4, 5, 1000)]
    assert pauses == [5, 10, 20, 40, 60, 60, 60]
