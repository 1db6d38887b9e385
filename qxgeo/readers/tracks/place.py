"""In which datum tracks are: declared, or known by lying on the roads under one datum alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from qxgeo.datum import CHINA_BOX, bd09_to_wgs84, gcj02_to_wgs84, normalise_datum
from qxgeo.errors import DatumError, Fault, InputError, Text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qxgeo.readers.tracks.model import Tracks

    Floats = NDArray[np.float64]

DATUM_CHOICES = ("wgs84", "cgcs2000", "gcj02", "bd09")
_TITLES = {"wgs84": "WGS 84", "gcj02": "GCJ-02", "bd09": "BD-09"}
_SAMPLE = 4_000
_FEWEST = 30  # fewer moving positions near roads prove nothing
_NEAR_M = 250.0
_GOOD_M = 25.0  # median to the nearest road of what lies on roads, at a poor receiver
_RATIO = 0.6  # the best median over the next: a shifted track finds other roads of a city
_MARGIN_M = 4.0
_AROUND_DEG = 0.05  # about 5 km: carts leave the district for water
_HOW = Text(
    "请用 --datum 写明 wgs84、gcj02 或 bd09（向车载终端平台核实）",
    "declare wgs84, gcj02 or bd09 with --datum (ask the platform of the terminals)",
)


def settle_datum(tracks: Tracks, lines: NDArray[np.object_], *, declared: str | None) -> Tracks:
    """Bring tracks to WGS 84.

    Parameters
    ----------
    tracks
        As read.
    lines
        The roads of the district, EPSG:4326.
    declared
        One of `DATUM_CHOICES`; None to let the roads tell, which is done only where one datum puts
        the positions on the roads and the others do not.

    Returns
    -------
    tracks
        In WGS 84; `datum` and `datum_why` say from what.

    Raises
    ------
    DatumError
        If none is declared and the roads do not tell, or a name is unknown.
    InputError
        If the tracks are of another place.
    """
    lon, lat = tracks.table["lon"].to_numpy(), tracks.table["lat"].to_numpy()
    _refuse_elsewhere(tracks, lon, lat, lines)
    medians = _weigh(tracks, lon, lat, lines)
    if declared is None:
        name, why = _choose(tracks, medians)
    else:
        name = normalise_datum(declared)
        name = "wgs84" if name == "cgcs2000" else name
        if name not in _TITLES:
            problem = Text(f"轨迹不支持坐标基准 {name}", f"tracks in {name} are not supported")
            raise DatumError(Fault(problem=problem, mend=_HOW))
        why = _compare(name, medians)
    shifted = _convert(name, lon, lat)
    return replace(
        tracks,
        table=tracks.table.assign(lon=shifted[0], lat=shifted[1]),
        datum=name,
        datum_why=why,
    )


def _convert(name: str, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Convert positions."""
    if name == "gcj02":
        return gcj02_to_wgs84(lon, lat)
    if name == "bd09":
        return bd09_to_wgs84(lon, lat)
    return lon, lat


def _refuse_elsewhere(tracks: Tracks, lon: Floats, lat: Floats, lines: NDArray[np.object_]) -> None:
    """Refuse tracks of which nothing lies near the roads.

    Raises
    ------
    InputError
        With where they are.
    """
    west, south, east, north = shapely.total_bounds(lines)
    near = (lon > west - _AROUND_DEG) & (lon < east + _AROUND_DEG)
    near &= (lat > south - _AROUND_DEG) & (lat < north + _AROUND_DEG)
    if near.any():
        return
    x, y = float(np.median(lon)), float(np.median(lat))
    swapped = west < y < east and south < x < north
    files = "、".join(dict.fromkeys(tracks.table["file"]))
    mend = Text(
        "请核对选错的轨迹文件或辖区，以及经度和纬度两列",
        "check whether the file or the district is the wrong one, and the columns of lon and lat",
    )
    if swapped:
        mend = Text("经度和纬度两列写反了，请对调", "longitude and latitude are swapped")
    in_china = CHINA_BOX[0] < x < CHINA_BOX[2] and CHINA_BOX[1] < y < CHINA_BOX[3]
    hint = Text("", "") if in_china else Text("，不在中国境内", ", outside China")
    raise InputError(
        Fault(
            file=files,
            problem=Text(
                f"轨迹不在本辖区：轨迹中位位置 {x:.4f}, {y:.4f}{hint.zh}，"
                f"道路范围 {west:.3f}–{east:.3f}, {south:.3f}–{north:.3f}",
                f"the tracks are not in this district: they lie around {x:.4f}, {y:.4f}{hint.en}, "
                f"its roads at {west:.3f} to {east:.3f}, {south:.3f} to {north:.3f}",
            ),
            mend=mend,
        )
    )


def _weigh(
    tracks: Tracks, lon: Floats, lat: Floats, lines: NDArray[np.object_]
) -> dict[str, float]:
    """Give the median distance of moving positions to the nearest road under each datum, metres."""
    moving = np.flatnonzero(~(tracks.table["speed_kmh"].to_numpy() < 3.0))  # noqa: PLR2004 - km/h
    chosen = moving[:: max(1, -(-len(moving) // _SAMPLE))]
    scale = np.array([np.cos(np.radians(np.median(lat))), 1.0]) * 111_195.0
    tree = shapely.STRtree(shapely.transform(lines, lambda xy: xy * scale))
    distances = {}
    for name in _TITLES:
        at = np.column_stack(_convert(name, lon[chosen], lat[chosen])) * scale
        number, metres = tree.query_nearest(
            shapely.points(at), max_distance=_NEAR_M, all_matches=False, return_distance=True
        )
        each = np.full(len(chosen), np.inf)
        each[number[0]] = metres
        distances[name] = each
    near = np.min([*distances.values()], axis=0) < _NEAR_M
    if near.sum() < _FEWEST:
        return dict.fromkeys(_TITLES, float("nan"))
    return {name: float(np.median(each[near])) for name, each in distances.items()}


def _choose(tracks: Tracks, medians: dict[str, float]) -> tuple[str, Text]:
    """Take the one datum under which the tracks lie on the roads.

    Raises
    ------
    DatumError
        If none stands out.
    """
    ranked = sorted(medians, key=lambda name: medians[name])
    best, second = ranked[0], ranked[1]
    said = _list(medians)
    is_clear = (
        medians[best] <= _GOOD_M
        and medians[best] <= _RATIO * medians[second]
        and medians[second] - medians[best] >= _MARGIN_M
    )
    if not is_clear:
        files = "、".join(dict.fromkeys(tracks.table["file"]))
        problem = Text(
            f"没有声明轨迹的坐标基准，道路也分辨不出（离最近道路的中位距离：{said}）",
            "no datum is declared for the tracks, and the roads do not tell "
            f"(median distance to the nearest road: {said})",
        )
        raise DatumError(Fault(file=files, problem=problem, mend=_HOW))
    title = _TITLES[best]
    return best, Text(
        f"未声明坐标基准；按与道路的吻合程度判为 {title}（离最近道路的中位距离：{said}）",
        f"no datum was declared; {title} by how the tracks lie on the roads "
        f"(median distance to the nearest road: {said})",
    )


def _compare(name: str, medians: dict[str, float]) -> Text:
    """Say what was declared, and whether another datum would lie better on the roads."""
    best = min(medians, key=lambda one: medians[one])
    said, title = _list(medians), _TITLES[name]
    is_doubtful = (
        medians[best] <= _RATIO * medians[name] and medians[name] - medians[best] >= _MARGIN_M
    )
    if not is_doubtful:
        return Text(f"坐标基准按声明：{title}", f"datum as declared: {title}")
    other = _TITLES[best]
    return Text(
        f"坐标基准按声明：{title}；但 {other} 与道路更吻合（离最近道路的中位距离：{said}），请核对",
        f"datum as declared: {title}; {other} would lie better on the roads "
        f"(median distance to the nearest road: {said}), check it",
    )


def _list(medians: dict[str, float]) -> str:
    """List the medians."""
    return ", ".join(
        f"{_TITLES[name]} {medians[name]:.0f} m"
        if np.isfinite(medians[name])
        else f"{_TITLES[name]} —"
        for name in _TITLES
    )
