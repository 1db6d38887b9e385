"""What an elevation file must be, and what is said of one that is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qxgeo.errors import Fault, ReadError, Text

if TYPE_CHECKING:
    import rasterio
    from numpy.typing import NDArray

UNITS_M = {"m": 1.0, "ft": 0.3048}  # the international foot, ISO 80000-3
_UNIT_NAMES = {
    "m": {"m", "metre", "metres", "meter", "meters"},
    "ft": {"ft", "foot", "feet", "us survey foot", "us_survey_foot"},
}
_LEAST_M, _MOST_M = -500.0, 9_000.0  # dry land lies between the Dead Sea and Mount Everest


def check_unit(unit: str, file: str) -> None:
    """Check the unit that the district states.

    Parameters
    ----------
    unit
        Of the heights.
    file
        Name of the elevation file.

    Raises
    ------
    ReadError
        If it is none of `UNITS_M`.
    """
    if unit not in UNITS_M:
        raise ReadError(
            _fault(
                file,
                Text(f"高程单位“{unit}”不认识", f'unit of heights "{unit}" is unknown'),
                Text("请写 m 或 ft", "write m or ft"),
            )
        )


def check_raster(raster: rasterio.DatasetReader, file: str, unit: str) -> None:
    """Check bands, reference system and unit.

    Parameters
    ----------
    raster
        Opened.
    file
        Its name.
    unit
        Of the heights, as the district states it.

    Raises
    ------
    ReadError
        If one of them is at fault.
    """
    if raster.count != 1:
        raise ReadError(
            _fault(
                file,
                Text(f"有 {raster.count} 个波段", f"it has {raster.count} bands"),
                Text("高程栅格应只有一个波段", "an elevation has a single band of heights"),
            )
        )
    if raster.crs is None:
        raise ReadError(
            _fault(
                file,
                Text("没有坐标系", "it has no reference system"),
                Text("请在导出时写入坐标系", "export it with its reference system"),
            )
        )
    stated = (raster.units[0] or "").strip().lower()
    other = next((name for name, words in _UNIT_NAMES.items() if stated in words), unit)
    if other != unit:
        raise ReadError(
            _fault(
                file,
                Text(
                    f"文件注明高程单位为 {other}，而辖区文件写的是 {unit}",
                    f"the file says its heights are in {other}, the district says {unit}",
                ),
                Text(
                    f'请改为 unit = "{other}"，或改正文件',
                    f'write unit = "{other}", or mend the file',
                ),
            )
        )


def check_place(
    raster: rasterio.DatasetReader, box: tuple[int, int, int, int] | None, file: str
) -> None:
    """Refuse a raster of another place.

    Parameters
    ----------
    raster
        Opened.
    box
        First row, end row, first column and end column of the district; None where its system has
        no coordinates for it.
    file
        Its name.

    Raises
    ------
    ReadError
        If it does not reach into the box.
    """
    is_apart = box is None or (
        box[1] <= 0 or box[0] >= raster.height or box[3] <= 0 or box[2] >= raster.width
    )
    if is_apart:
        raise ReadError(
            _fault(
                file,
                Text("高程与辖区没有重叠", "the elevation does not overlap the district"),
                Text("请核对文件和它的坐标系", "check that it is the right file and its system"),
            )
        )


def check_heights(heights: NDArray[np.float64], file: str) -> None:
    """Refuse heights that no ground has.

    Parameters
    ----------
    heights
        Metres, NaN where unknown.
    file
        Name of the elevation file.

    Raises
    ------
    ReadError
        If a height is absurd, or there is none.
    """
    if bool(np.isnan(heights).all()):
        raise ReadError(
            _fault(
                file,
                Text("辖区及周边没有一个高程值", "there is no height in or around the district"),
                Text("请换一个覆盖辖区的高程文件", "give an elevation that covers the district"),
            )
        )
    least, most = float(np.nanmin(heights)), float(np.nanmax(heights))
    if least < _LEAST_M or most > _MOST_M:
        raise ReadError(
            _fault(
                file,
                Text(
                    f"高程从 {least:,.0f} 米到 {most:,.0f} 米，不是地面的高程",
                    f"heights run from {least:,.0f} m to {most:,.0f} m, which no ground has",
                ),
                Text(
                    "请核对单位（m 或 ft），并在文件中写明无数据值（如 -9999）",
                    "check the unit (m or ft), and declare the no-data value (such as -9999)",
                ),
            )
        )


def _fault(file: str, problem: Text, mend: Text) -> Fault:
    """Say what is wrong with the file."""
    return Fault(file=file, problem=problem, mend=mend)
