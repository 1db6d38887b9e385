"""Roads downloaded from OpenStreetMap's Overpass service through osmnx.

osmnx words the query and sends it; what comes back is checked here before anybody uses it. Its
graph is not built, for three reasons: a graph is cut at the edge of the area while a section has
to stay whole, it forgets tags, and downloaded roads shall be cut into sections by the same code as
roads from a file. So osmnx runs in its download-only mode, and a response hook (a public argument
of its `requests_kwargs` setting) takes each answer. The hook also refuses answers that osmnx would
wait for without end (429, 504) or accept with a line in a log (a ``remark``: the answer is cut
short).

The only module that knows osmnx and the network. osmnx is imported late: it takes seconds.
"""

from __future__ import annotations

import json
import logging
import math
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from qxgeo.errors import Fault, FetchError, InputError, Text
from qxgeo.readers.osm_sections import NOT_ROADS, PATH_CLASSES
from qxgeo.readers.overpass_cache import Tile, covering_tiles, load_answer, save_answer
from qxgeo.readers.overpass_merge import answer_problem, merge_answers
from qxgeo.readers.result import ReadResult

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import shapely

logger = logging.getLogger(__name__)

# The main instance and two public mirrors with data of the whole world.
DEFAULT_ENDPOINTS = (
    "https://overpass-api.de/api",
    "https://overpass.private.coffee/api",
    "https://maps.mail.ru/osm/tools/overpass/api",
)
WAY_FILTER = f'["highway"]["highway"!~"^({"|".join(sorted(NOT_ROADS | PATH_CLASSES))})$"]'

_LONGEST_WAIT_S = 300.0  # whatever the server asks for in Retry-After
_SERVER_SHARE = 0.9  # of the time limit, so that the server gives up, and says so, before we do
_EXCERPT = 120  # characters of an error page that are worth showing
_ONE_AT_A_TIME = threading.Lock()  # osmnx is configured through a module that all threads share
_MEND = Text(
    "请稍后重试（已下载的部分会保留，会接着下载）；或用 --endpoint 换一个镜像；"
    "或下载 Geofabrik 的 .osm.pbf 文件并在 district.toml 里指向它",
    "retry later (finished parts are kept and not asked for again), or name a mirror with "
    "--endpoint, or download a Geofabrik .osm.pbf extract and point district.toml to it",
)


def wait_longer_each_time(attempt: int) -> float:
    """Give the pause after a failed round: 5, 10, 20, 40, then 60 seconds.

    Parameters
    ----------
    attempt
        Rounds that failed before this one, from 0.

    Returns
    -------
    pause_s
        Seconds.
    """
    return min(60.0, 5.0 * 2.0 ** min(attempt, 10))


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """How to ask Overpass, and how patiently.

    Attributes
    ----------
    endpoints
        Base addresses in order of preference, such as ``https://overpass-api.de/api``; the next
        one is asked when one does not answer as it should.
    timeout_s
        Longest silence of a server, seconds.
    retries
        Further rounds over all endpoints after the first.
    backoff_s
        Pause in seconds after each failed round, from its number; a longer ``Retry-After`` wins.
    wait
        What waits, given seconds.
    """

    endpoints: tuple[str, ...] = DEFAULT_ENDPOINTS
    timeout_s: float = 180.0
    retries: int = 3
    backoff_s: Callable[[int], float] = wait_longer_each_time
    wait: Callable[[float], None] = time.sleep


class _RefusedError(Exception):
    """An answer that must not be used; whether asking again may help, and when."""

    def __init__(self, problem: Text, *, is_final: bool = False, retry_after_s: float = 0) -> None:
        super().__init__(problem.en)
        self.problem = problem
        self.is_final = is_final
        self.retry_after_s = retry_after_s


def fetch_roads(
    area: shapely.Polygon | shapely.MultiPolygon,
    *,
    cache_dir: Path,
    service: Service | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> ReadResult:
    """Download every road section that reaches an area, tile by tile.

    Parameters
    ----------
    area
        Lon/lat, EPSG:4326: the district together with the discs of all stations that matter.
    cache_dir
        Folder of finished tiles. A tile that is there is not asked for again, whichever endpoint
        it came from; delete the folder to get new data.
    service
        Endpoints and patience, None for the public ones.
    progress
        Called with finished and total tiles, at the start and after each tile.

    Returns
    -------
    result
        Table as `osm_sections.build_sections` describes it; sections that cross the area's edge
        are whole. Notes name licence, date of the data and what was left out.

    Raises
    ------
    FetchError
        If no endpoint gives a complete answer, or there is no road at all.
    InputError
        If the area or an endpoint is unusable.
    OutputError
        If an answer cannot be kept.
    """
    service = service or Service()
    endpoints = [_check_endpoint(endpoint) for endpoint in service.endpoints or ("",)]
    tiles = covering_tiles(area)
    report = progress or _say_nothing
    report(0, len(tiles))
    answers = []
    for done, tile in enumerate(tiles):
        path = cache_dir / tile.file_name(WAY_FILTER)
        answer = load_answer(path)
        if answer is None:
            text = _ask_in_turn(tile, endpoints, service, f"{done}/{len(tiles)}")
            save_answer(path, text)
            answer = json.loads(text)
        answers.append(answer)
        report(done + 1, len(tiles))
    table, notes = merge_answers(answers, area)
    if table.empty:
        problem = Text("服务器没有给出任何道路", "the servers gave no road at all")
        raise FetchError(Fault(problem=problem, mend=_MEND))
    return ReadResult(table, notes)


def _say_nothing(_done: int, _total: int) -> None:
    """Ignore progress."""


def _check_endpoint(endpoint: str) -> str:
    """Give the base address as osmnx wants it: without a final ``/interpreter``.

    Raises
    ------
    InputError
        If it is no address.
    """
    base = endpoint.strip().rstrip("/").removesuffix("/interpreter")
    try:
        parts = urlsplit(base)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        is_address = False
    if is_address:
        return base
    raise InputError(
        Fault(
            column="endpoint",
            problem=Text(f"“{endpoint}” 不是服务地址", f'"{endpoint}" is no service address'),
            mend=Text(f"写成 {DEFAULT_ENDPOINTS[0]}", f"write it like {DEFAULT_ENDPOINTS[0]}"),
        )
    )


def _ask_in_turn(tile: Tile, endpoints: list[str], service: Service, done: str) -> str:
    """Ask endpoint after endpoint, round after round; one that works is moved to the front.

    Raises
    ------
    FetchError
        If all rounds are over.
    """
    faults: list[Fault] = []
    usable = list(endpoints)
    for attempt in range(service.retries + 1):
        retry_after_s: list[float] = []
        for endpoint in list(usable):
            try:
                text = _download(tile, endpoint, service.timeout_s)
            except _RefusedError as refusal:
                logger.warning("%s, tile %s: %s", endpoint, tile, refusal)
                faults.append(Fault(file=endpoint, problem=refusal.problem, mend=_MEND))
                if refusal.is_final:
                    usable.remove(endpoint)
                else:
                    retry_after_s.append(refusal.retry_after_s)
            else:
                endpoints.sort(key=lambda other: other != endpoint)
                return text
        if not usable:
            break
        if attempt < service.retries:
            service.wait(max(service.backoff_s(attempt), min(retry_after_s)))
    raise FetchError(_last_of_each(faults, done))


def _last_of_each(faults: Sequence[Fault], done: str) -> list[Fault]:
    """Keep the last fault per endpoint, after one that says how far the download came."""
    last = {fault.file: fault for fault in faults}
    progress = Text(
        f"道路没有下载完（已完成 {done} 块）", f"the roads are not complete ({done} tiles done)"
    )
    silent = Text("", "")
    return [
        Fault(problem=progress, mend=_MEND),
        *(Fault(file=fault.file, problem=fault.problem, mend=silent) for fault in last.values()),
    ]


def _download(tile: Tile, endpoint: str, timeout_s: float) -> str:
    """Let osmnx ask one endpoint for one tile, and give the checked text of its answer.

    Raises
    ------
    _RefusedError
        If there is no answer, or none that may be used.
    """
    import osmnx  # noqa: PLC0415 takes seconds; only a download needs it

    texts: list[str] = []

    def take(response: Any, *_args: object, **_kwargs: object) -> None:  # noqa: ANN401 requests is untyped
        if not response.is_redirect:
            texts.append(_accept(response))

    with _ONE_AT_A_TIME, _configured(_settings(endpoint, timeout_s, take)):
        try:
            osmnx.graph.graph_from_polygon(
                tile.polygon, retain_all=True, simplify=False, custom_filter=WAY_FILTER
            )
        except OSError as error:  # every error of requests, and how a download-only run ends
            if not texts:
                problem = f"{type(error).__name__}: {str(error)[:_EXCERPT]}"
                raise _RefusedError(
                    Text(f"连接失败或超时（{problem}）", f"no connection or timeout ({problem})")
                ) from error
    return texts[-1]


def _settings(endpoint: str, timeout_s: float, take: Callable[..., None]) -> dict[str, Any]:
    """Give what osmnx must be told so that it asks once, waits for nothing and keeps nothing."""
    server_s = max(1, math.floor(_SERVER_SHARE * timeout_s))
    return {
        "overpass_url": endpoint,
        "overpass_settings": f"[out:json][timeout:{server_s}]",
        "overpass_rate_limit": False,  # else it waits 60 s when offline
        "doh_url_template": None,  # else it asks a third party to resolve names
        "requests_timeout": timeout_s,
        "requests_kwargs": {"hooks": {"response": take}},
        "http_user_agent": "qxgeo (clean-air action plans; through OSMnx)",
        "http_referer": "qxgeo",
        "use_cache": False,  # its key holds the endpoint, and its writing is not atomic
        "cache_only_mode": True,
        "max_query_area_size": 1e12,  # m2: a tile is asked for in one piece
    }


@contextmanager
def _configured(values: dict[str, Any]) -> Iterator[None]:
    """Set osmnx up, and afterwards undo it together with osmnx's change to name resolution."""
    from osmnx import settings  # noqa: PLC0415 takes seconds; only a download needs it

    saved = {name: getattr(settings, name) for name in values}
    resolve = socket.getaddrinfo
    try:
        for name, value in values.items():
            setattr(settings, name, value)
        yield
    finally:
        for name, value in saved.items():
            setattr(settings, name, value)
        socket.getaddrinfo = resolve


def _accept(response: Any) -> str:  # noqa: ANN401 requests is untyped
    """Give the text of a complete answer, refuse everything else.

    Raises
    ------
    _RefusedError
        If the answer is no answer to the question.
    """
    code = response.status_code
    if code != 200:  # noqa: PLR2004 the status of HTTP
        excerpt = " ".join(response.text.split())[:_EXCERPT]
        # Asking again helps when a server is busy, not when it finds the request wrong.
        is_final = 400 <= code < 500 and code not in {408, 429}  # noqa: PLR2004 the statuses of HTTP
        raise _RefusedError(
            Text(f"服务器返回状态 {code}：{excerpt}", f"the server answered {code}: {excerpt}"),
            is_final=is_final,
            retry_after_s=_retry_after_s(response.headers.get("Retry-After", "")),
        )
    response.encoding = "utf-8"
    text: str = response.text
    if problem := answer_problem(text):
        raise _RefusedError(problem)
    return text


def _retry_after_s(header: str) -> float:
    """Read ``Retry-After``: seconds or a date; nothing, or nonsense, is no wish."""
    try:
        seconds = float(header)
    except ValueError:
        try:
            when = parsedate_to_datetime(header)
        except ValueError:
            return 0
        zoned = when if when.tzinfo else when.replace(tzinfo=UTC)
        seconds = (zoned - datetime.now(UTC)).total_seconds()
    return min(max(seconds, 0), _LONGEST_WAIT_S) if math.isfinite(seconds) else 0
