"""Whole layers from their declared datum to WGS 84."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from qxgeo.datum.grids import explain_degrees, explain_grid
from qxgeo.datum.offsets import bd09_to_wgs84, gcj02_to_wgs84
from qxgeo.errors import DatumError, Fault, Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Coordinates = NDArray[np.float64]

Geometries = TypeVar("Geometries", "gpd.GeoSeries", "NDArray[np.object_]")

NAMED_DATUMS = ("wgs84", "cgcs2000", "gcj02", "bd09")
_OBFUSCATED = {"gcj02": gcj02_to_wgs84, "bd09": bd09_to_wgs84}
_SYNONYMS = {"epsg:4326": "wgs84", "epsg:4979": "wgs84", "epsg:4490": "cgcs2000"}
# Their shift to WGS 84 is some hundred metres off until local parameters are given, which are
# not public; PROJ would fall back to "ballpark", that is no shift at all.
_REFUSED = {
    "xian80": "西安 80",
    "xian1980": "西安 80",
    "beijing54": "北京 54",
    "beijing1954": "北京 54",
    "newbeijing": "新北京 54",
}
_HOW_TO_DECLARE = Text(
    "请声明 wgs84、cgcs2000、gcj02、bd09 之一，或 EPSG 代码，例如 EPSG:4546",
    "declare one of wgs84, cgcs2000, gcj02, bd09 or an EPSG code such as EPSG:4546",
)


def normalise_datum(datum: str, *, file: str = "") -> str:
    """Bring the name of a datum into its one spelling.

    Parameters
    ----------
    datum
        ``wgs84``, ``cgcs2000``, ``gcj02``, ``bd09`` or ``EPSG:nnnn``; case, blanks and hyphens do
        not matter.
    file
        File the datum is declared for, named in the error.

    Returns
    -------
    name
        One of `NAMED_DATUMS` or ``EPSG:nnnn``.

    Raises
    ------
    DatumError
        If the name is unknown or stands for a datum that has no public way to WGS 84.
    """
    word = re.sub(r"[\s_-]", "", datum).lower().replace("：", ":")
    word = _SYNONYMS.get(word, word)
    if word in NAMED_DATUMS:
        return word
    if word in _REFUSED:
        raise DatumError(_refusal(_REFUSED[word], file))
    if not re.fullmatch(r"epsg:\d{4,6}", word):
        problem = Text(
            f"坐标基准“{datum}”无法识别" if datum else "没有声明坐标基准",
            f'unknown datum "{datum}"' if datum else "no datum is declared",
        )
        raise DatumError(Fault(problem=problem, mend=_HOW_TO_DECLARE, file=file))
    _crs_of(word, file)
    return word.upper()


def reconcile_datum(declared: str | None, file_crs: CRS | None, *, file: str = "") -> str:
    """Decide the datum from what a person declared and what the file says of itself.

    A file's own system is used where nothing is declared. GCJ-02 and BD-09 have no code of their
    own, so files carrying them say WGS 84: that is no contradiction.

    Parameters
    ----------
    declared
        Declared datum, None or empty where there is none.
    file_crs
        System in the file's ``.prj`` or header, None where it has none.
    file
        File name for the error.

    Returns
    -------
    name
        As `normalise_datum` gives it, or the WKT of a file's own system that has no EPSG code.

    Raises
    ------
    DatumError
        If neither says anything, or the two contradict.
    """
    if not declared:
        if file_crs is None:
            problem = Text("没有声明坐标基准", "no datum is declared")
            raise DatumError(Fault(problem=problem, mend=_HOW_TO_DECLARE, file=file))
        return _name_of(file_crs, file)
    name = normalise_datum(declared, file=file)
    if file_crs is None or (name in _OBFUSCATED and _is_wgs84_like(file_crs)):
        return name
    if _same_place(_crs_of(name, file), file_crs):
        return name
    problem = Text(
        f"声明的坐标基准是 {declared}，但文件自带坐标系“{file_crs.name}”",
        f'the declared datum is {declared}, the file says "{file_crs.name}"',
    )
    mend = Text(
        "请改正声明，或删除、改正文件自带的坐标系",
        "correct the declaration, or the file's own system",
    )
    raise DatumError(Fault(problem=problem, mend=mend, file=file))


def to_wgs84(geometry: Geometries, datum: str, *, file: str = "") -> Geometries:
    """Convert geometries vertex by vertex to WGS 84.

    CGCS2000 is taken as equal to WGS 84: the two realisations differ by less than a metre, tectonic
    motion since epoch 2000.0 included. Z and M values are dropped.

    Parameters
    ----------
    geometry
        GeoSeries (its CRS is not asked) or array of geometries, x before y.
    datum
        As `normalise_datum` takes it; ``EPSG:nnnn`` may be projected.
    file
        File name for the error.

    Returns
    -------
    geometry
        Same kind and length; a series keeps its index and name and has EPSG:4326.

    Raises
    ------
    DatumError
        If the datum is unknown or refused, or the numbers are impossible under it.
    """
    name = datum if datum.startswith(("PROJCRS", "GEOGCRS", "BOUNDCRS")) else ""
    name = name or normalise_datum(datum, file=file)
    source = np.asarray(geometry, dtype=object)
    refuse_impossible_numbers(source, name, file=file)
    if name in _OBFUSCATED:
        shift = _OBFUSCATED[name]
        target = shapely.transform(source, lambda xy: np.column_stack(shift(xy[:, 0], xy[:, 1])))
    elif name in NAMED_DATUMS:
        target = shapely.force_2d(source)
    else:
        target = shapely.transform(source, _projection(_crs_of(name, file), file))
        _refuse_infinite(source, target, name, file)
    if isinstance(geometry, gpd.GeoSeries):
        return gpd.GeoSeries(target, index=geometry.index, name=geometry.name, crs=4326)
    return target


def refuse_impossible_numbers(geometry: NDArray[np.object_], datum: str, *, file: str = "") -> None:
    """Stop where the numbers cannot be what the datum says: metres for degrees, a wrong zone.

    Parameters
    ----------
    geometry
        Geometries as the file has them.
    datum
        As `normalise_datum` takes it, or WKT.
    file
        File name for the error.

    Raises
    ------
    DatumError
        With the declaration that would fit, where one can be named.
    """
    numbers = shapely.get_coordinates(geometry)
    numbers = numbers[np.isfinite(numbers).all(axis=1)]
    if not numbers.size:
        return
    x, y = (float(value) for value in np.median(numbers, axis=0))
    crs = _crs_of(datum, file)
    mend = explain_degrees(x, y) if crs.is_geographic else explain_grid(x, y, crs)
    if mend is not None:
        problem = Text(
            f"坐标数值（例如 {x:.10g}, {y:.10g}）与声明的坐标基准 {_short(datum)} 不符",
            f"the numbers (such as {x:.10g}, {y:.10g}) do not fit the declared datum "
            f"{_short(datum)}",
        )
        raise DatumError(Fault(problem=problem, mend=mend, file=file))


def _crs_of(name: str, file: str) -> CRS:
    """Look a system up; named datums are degrees on WGS 84.

    Raises
    ------
    DatumError
        If there is no such system, or it is refused.
    """
    if name in NAMED_DATUMS:
        return CRS.from_epsg(4326)
    try:
        crs = CRS.from_user_input(name)
    except CRSError as error:
        title = _short(name).upper()
        problem = Text(f"没有坐标系 {title}", f"there is no coordinate system {title}")
        raise DatumError(Fault(problem=problem, mend=_HOW_TO_DECLARE, file=file)) from error
    return _usable(crs, file)


def _usable(crs: CRS, file: str) -> CRS:
    """Refuse systems without a horizontal part and those on the two old national datums.

    Raises
    ------
    DatumError
        If there is no way from it to WGS 84.
    """
    geodetic = crs.geodetic_crs
    if geodetic is None or not (crs.is_geographic or crs.is_projected):
        problem = Text(f"“{crs.name}”不是平面或经纬度坐标系", f'"{crs.name}" has no lon/lat')
        raise DatumError(Fault(problem=problem, mend=_HOW_TO_DECLARE, file=file))
    word = _letters(geodetic.name)
    for old, title in _REFUSED.items():
        if old in word:
            raise DatumError(_refusal(title, file))
    return crs


def _refusal(title: str, file: str) -> Fault:
    """Explain why the two old national datums are refused."""
    return Fault(
        problem=Text(
            f"{title} 坐标系到 WGS 84 没有公开的转换参数，误差可达上百米",
            "Beijing 54 and Xi'an 80 have no public way to WGS 84; the error can exceed 100 m",
        ),
        mend=Text(
            "请先由测绘部门转换为 CGCS2000，再声明 cgcs2000 或相应的 EPSG 代码",
            "have it converted to CGCS2000 by the surveying office, then declare cgcs2000 or its "
            "EPSG code",
        ),
        file=file,
    )


def _name_of(crs: CRS, file: str) -> str:
    """Name a file's own system: a datum of ours, an EPSG code, else its WKT."""
    usable = _usable(crs, file)
    if usable.is_geographic and _is_wgs84_like(usable):
        return "cgcs2000" if "2000" in usable.name else "wgs84"
    code = usable.to_epsg()
    return f"EPSG:{code}" if code else usable.to_wkt()


def _is_wgs84_like(crs: CRS) -> bool:
    """Tell whether a system gives degrees on WGS 84 or CGCS2000."""
    return crs.is_geographic and _on_wgs84_or_cgcs2000(crs)


def _on_wgs84_or_cgcs2000(crs: CRS) -> bool:
    """Tell whether a system needs no datum shift to WGS 84."""
    geodetic = crs.geodetic_crs
    if geodetic is None:
        return False
    word = _letters(geodetic.name)
    names = ("wgs84", "wgs1984", "worldgeodeticsystem1984", "china2000", "cgcs2000")
    return any(name in word for name in (*names, "chinageodeticcoordinatesystem2000"))


def _same_place(one: CRS, other: CRS) -> bool:
    """Tell whether two systems give the same position, CGCS2000 being WGS 84."""
    if one.is_geographic and other.is_geographic:
        return _on_wgs84_or_cgcs2000(one) and _on_wgs84_or_cgcs2000(other)
    if one.is_geographic or other.is_geographic:
        return False
    code = other.to_epsg(min_confidence=70)
    return one.equals(other, ignore_axis_order=True) or (code is not None and one.to_epsg() == code)


def _projection(crs: CRS, file: str) -> Callable[[Coordinates], Coordinates]:
    """Build the step from a system's x, y to WGS 84 degrees.

    Raises
    ------
    DatumError
        If PROJ knows no transformation.
    """
    goal = crs.geodetic_crs if _on_wgs84_or_cgcs2000(crs) else CRS.from_epsg(4326)
    try:
        transformer = Transformer.from_crs(crs, goal, always_xy=True, allow_ballpark=False)
    except ProjError as error:
        problem = Text(
            f"“{crs.name}”到 WGS 84 没有可用的转换",
            f'no transformation from "{crs.name}" to WGS 84',
        )
        raise DatumError(Fault(problem=problem, mend=_HOW_TO_DECLARE, file=file)) from error

    def project(xy: Coordinates) -> Coordinates:
        return np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))

    return project


def _refuse_infinite(
    source: NDArray[np.object_], target: NDArray[np.object_], name: str, file: str
) -> None:
    """Stop where a finite position has no image: the declared zone cannot be right.

    Raises
    ------
    DatumError
        If any position is lost.
    """
    before, after = shapely.get_coordinates(source), shapely.get_coordinates(target)
    lost = np.isfinite(before).all(axis=1) & ~np.isfinite(after).all(axis=1)
    if lost.any():
        x, y = before[np.flatnonzero(lost)[0]]
        problem = Text(
            f"{int(lost.sum())} 个坐标（例如 {x:.10g}, {y:.10g}）"
            f"在 {_short(name)} 下没有对应的经纬度",
            f"{int(lost.sum())} positions (such as {x:.10g}, {y:.10g}) do not exist in "
            f"{_short(name)}",
        )
        mend = Text(
            "请检查投影带、带号和 X、Y 的顺序", "check zone, zone prefix and the order of X and Y"
        )
        raise DatumError(Fault(problem=problem, mend=mend, file=file))


def _letters(name: str) -> str:
    """Reduce a system's title to lower-case letters and digits."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _short(name: str) -> str:
    """Name a system given as WKT by its title."""
    return CRS.from_wkt(name).name if name.startswith(("PROJ", "GEOG", "BOUND")) else name
