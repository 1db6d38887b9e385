"""Where positions landed: refuse what cannot be, say aloud what is odd."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import Geod

from qxgeo.datum.grids import find_zone
from qxgeo.datum.offsets import CHINA_BOX
from qxgeo.errors import DatumError, Fault, Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from qxgeo.datum.grids import Box

    Floats = NDArray[np.float64]
    Geometries = NDArray[np.object_]

# Stations 5 km off and roads beyond the line belong to a district; half a degree (50 km) does not.
_SURROUNDINGS_DEG = 0.5
_LISTED_FAULTS = 20
_WGS84 = Geod(ellps="WGS84")


def check_place(
    geometry: Geometries,
    *,
    rows: Sequence[int] | None = None,
    file: str = "",
    surroundings: Box | None = None,
    numbers: Geometries | None = None,
) -> tuple[Text, ...]:
    """Refuse positions outside China or all far from the district, warn of some that are far.

    Parameters
    ----------
    geometry
        Geometries in EPSG:4326; empty and missing ones are passed over.
    rows
        Row of each geometry in the file, for the error.
    file
        File name for the error.
    surroundings
        West, south, east, north of the district in degrees, None where it is not known yet.
    numbers
        The same geometries as the file has them, to find out which zone they were written in.

    Returns
    -------
    warnings
        Empty where all is well.

    Raises
    ------
    DatumError
        If a position is outside the box around China, longitude and latitude are interchanged, or
        every position is more than half a degree from the district.
    """
    bounds = np.asarray(shapely.bounds(geometry), np.float64).reshape(-1, 4)
    known = np.flatnonzero(np.isfinite(bounds).all(axis=1))
    if not known.size:
        return ()
    bounds = bounds[known]
    row_of = np.asarray(rows)[known] if rows is not None else np.full(known.size, -1)
    outside = ~_within(bounds, CHINA_BOX)
    if outside.any():
        raise DatumError(_outside_china(bounds[outside], row_of[outside], known.size, file))
    if surroundings is None:
        return ()
    near_box = _widen(surroundings)
    far = ~_meets(bounds, near_box)
    if far.all():
        hint = _zone_hint(numbers, near_box)
        raise DatumError(_wrong_place(bounds, surroundings, hint, file))
    return (_some_far(bounds[far], surroundings, known.size, file),) if far.any() else ()


def _within(bounds: Floats, box: Box) -> NDArray[np.bool_]:
    """Tell which bounds lie wholly inside a box."""
    west, south, east, north = box
    low = (bounds[:, 0] >= west) & (bounds[:, 1] >= south)
    return np.asarray(low & (bounds[:, 2] <= east) & (bounds[:, 3] <= north))


def _meets(bounds: Floats, box: Box) -> NDArray[np.bool_]:
    """Tell which bounds touch a box."""
    west, south, east, north = box
    low = (bounds[:, 2] >= west) & (bounds[:, 3] >= south)
    return np.asarray(low & (bounds[:, 0] <= east) & (bounds[:, 1] <= north))


def _widen(box: Box) -> Box:
    """Take the surroundings in."""
    west, south, east, north = box
    by = _SURROUNDINGS_DEG
    return west - by, south - by, east + by, north + by


def _outside_china(bounds: Floats, rows: NDArray[np.int_], total: int, file: str) -> list[Fault]:
    """Name each row outside China, swapped ones as such; one fault where it is all of them."""
    swapped = _within(bounds[:, [1, 0, 3, 2]], CHINA_BOX)
    if len(bounds) == total and total > 1:
        x, y = bounds[0, :2]
        return [_place_fault(x, y, is_swapped=bool(swapped.all()), row=None, file=file)]
    faults = [
        _place_fault(x, y, is_swapped=bool(flag), row=int(row) if row >= 0 else None, file=file)
        for (x, y), flag, row in zip(bounds[:, :2], swapped, rows, strict=True)
    ]
    more = len(faults) - _LISTED_FAULTS
    if more > 0:
        problem = Text(f"还有 {more} 行坐标在中国以外", f"{more} more rows lie outside China")
        rest = Fault(problem=problem, mend=Text("同上", "as above"), file=file)
        return [*faults[:_LISTED_FAULTS], rest]
    return faults


def _place_fault(x: float, y: float, *, is_swapped: bool, row: int | None, file: str) -> Fault:
    """Say what is wrong with one position outside China."""
    at = f"{x:.6f}, {y:.6f}"
    if is_swapped:
        problem = Text(
            f"经度、纬度像是写反了（经度 {x:.6f}，纬度 {y:.6f}）",
            f"longitude and latitude look interchanged (lon {x:.6f}, lat {y:.6f})",
        )
        mend = Text("请把经度、纬度两列对调", "exchange the longitude and latitude columns")
    elif x == 0 and y == 0:
        problem = Text("坐标是 0, 0，不是位置", "0, 0 is no position")
        mend = Text("请补上坐标，没有坐标请留空", "enter the position, or leave it blank")
    else:
        problem = Text(f"坐标 {at} 在中国以外", f"the position {at} is outside China")
        mend = Text("请检查坐标和声明的坐标基准", "check the numbers and the declared datum")
    return Fault(problem=problem, mend=mend, file=file, row=row)


def _distance_km(bounds: Floats, box: Box) -> Floats:
    """Ground distance from each bounds' middle to the middle of a box."""
    lon, lat = (bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2
    to_lon = np.full(len(lon), (box[0] + box[2]) / 2)
    to_lat = np.full(len(lon), (box[1] + box[3]) / 2)
    return np.asarray(_WGS84.inv(lon, lat, to_lon, to_lat)[2]) / 1000


def _zone_hint(numbers: Geometries | None, box: Box) -> tuple[int, ...]:
    """Try all zones where the file's numbers are metres."""
    if numbers is None:
        return ()
    xy = shapely.get_coordinates(numbers)
    xy = xy[np.isfinite(xy).all(axis=1)]
    is_metres = len(xy) > 0 and float(np.abs(xy[:, 1]).min()) > 180.0  # noqa: PLR2004  degrees end there
    return find_zone(xy[:, 0], xy[:, 1], box) if is_metres else ()


def _wrong_place(bounds: Floats, box: Box, codes: tuple[int, ...], file: str) -> Fault:
    """Say that a whole layer lies elsewhere, and which zone would bring it home."""
    km = float(np.median(_distance_km(bounds, box)))
    problem = Text(
        f"整个图层离辖区约 {km:.0f} 公里",
        f"the whole layer lies about {km:.0f} km from the district",
    )
    if codes:
        names = " / ".join(f"EPSG:{code}" for code in codes)
        mend = Text(
            f"中央经线声明有误？按 {names} 则落在辖区附近",
            f"is the central meridian wrong? Under {names} it falls near the district",
        )
    else:
        mend = Text(
            "请检查文件是否属于本辖区，以及声明的坐标基准",
            "check that the file belongs to this district, and its declared datum",
        )
    return Fault(problem=problem, mend=mend, file=file)


def _some_far(bounds: Floats, box: Box, total: int, file: str) -> Text:
    """Say how many rows are far from the district, and how far."""
    km = float(_distance_km(bounds, box).max())
    head_zh, head_en = (f"{file}：", f"{file}: ") if file else ("", "")
    return Text(
        f"{head_zh}{total} 行中有 {len(bounds)} 行离辖区 50 公里以上"
        f"（最远约 {km:.0f} 公里），请核对坐标",
        f"{head_en}{len(bounds)} of {total} rows lie more than 50 km from the district (the "
        f"farthest about {km:.0f} km): check their positions",
    )
