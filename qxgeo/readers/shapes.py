"""Geometries of a layer against its contract: type, place for place, validity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from qxgeo.errors import Fault, Text

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from qxgeo.schemas import LayerSchema

    Geometries = NDArray[np.object_]

_AREAL = 2  # dimensions of a polygon
_POLYGONAL = ("Polygon", "MultiPolygon")
_TYPE_NAMES = {
    "Point": "点",
    "MultiPoint": "多点",
    "LineString": "线",
    "MultiLineString": "多线",
    "LinearRing": "环",
    "Polygon": "面",
    "MultiPolygon": "多面",
    "GeometryCollection": "混合几何",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shapes:
    """Checked geometries.

    Attributes
    ----------
    geometry
        2-D; None where there is none, be it missing or empty in the file.
    faults
        One per geometry that breaks the contract.
    notes
        Heights that were dropped, parts that were unwrapped, polygons that were repaired.
    """

    geometry: Geometries
    faults: list[Fault]
    notes: tuple[Text, ...]


def flatten(geometry: Geometries, file: str) -> Shapes:
    """Drop Z and M, and make empty geometries missing; done before any conversion.

    Parameters
    ----------
    geometry
        As read.
    file
        File name for notes.

    Returns
    -------
    shapes
        Same length, no faults.
    """
    raised = shapely.has_z(geometry) | shapely.has_m(geometry)
    flat = shapely.force_2d(geometry)
    flat[shapely.is_empty(flat)] = None
    count = int(raised.sum())
    notes = (
        Text(
            f"{file}：{count} 行带高程或 M 值，已略去",
            f"{file}: Z or M of {count} rows was dropped",
        ),
    )
    return Shapes(geometry=flat, faults=[], notes=notes if count else ())


def find_infinite(geometry: Geometries, rows: NDArray[np.int64], file: str) -> list[Fault]:
    """Find coordinates that are NaN or infinite.

    Parameters
    ----------
    geometry
        As read, 2-D.
    rows
        Row of each in the file.
    file
        File name for faults.

    Returns
    -------
    faults
        One per row.
    """
    xy, owner = shapely.get_coordinates(geometry, return_index=True)
    bad = np.unique(owner[~np.isfinite(xy).all(axis=1)])
    problem = Text("坐标不是有限的数（NaN 或无穷）", "a coordinate is NaN or infinite")
    mend = Text("请改正该行的几何", "correct its geometry")
    return [Fault(problem=problem, mend=mend, file=file, row=int(rows[place])) for place in bad]


def check_shapes(
    geometry: Geometries,
    rows: NDArray[np.int64],
    *,
    schema: LayerSchema,
    file: str,
    is_repaired: bool,
) -> Shapes:
    """Check type and validity, repairing polygons where that was asked for.

    Parameters
    ----------
    geometry
        EPSG:4326, 2-D, None where there is none.
    rows
        Row of each in the file.
    schema
        Contract of the layer.
    file
        File name for messages.
    is_repaired
        Whether polygons that cross themselves are mended (`shapely.make_valid`) and noted.

    Returns
    -------
    shapes
        Same length.
    """
    out, notes = _unwrap(geometry, schema, file)
    known = ~shapely.is_missing(out)
    kinds = np.array([one.geom_type if one is not None else "" for one in out], dtype=object)
    wrong = known & ~np.isin(kinds, schema.geometry)
    faults = [_wrong_type(file, int(rows[n]), kinds[n], schema) for n in np.flatnonzero(wrong)]
    broken = np.flatnonzero(known & ~wrong & ~shapely.is_valid(out))
    repaired = []
    for place in broken:
        mended = _repair(out[place]) if is_repaired and kinds[place] in _POLYGONAL else None
        if mended is None:
            faults.append(_invalid(file, int(rows[place]), out[place]))
        else:
            out[place] = mended
            repaired.append(str(rows[place]))
    if repaired:
        listed = "、".join(repaired[:20])
        zh = f"{file}：{len(repaired)} 个自相交的面已自动修复（第 {listed} 行），请在图上核对"
        en = f"{file}: {len(repaired)} invalid polygons were repaired (row {listed}): check them"
        notes = (*notes, Text(zh, en))
    return Shapes(geometry=out, faults=faults, notes=notes)


def _unwrap(
    geometry: Geometries, schema: LayerSchema, file: str
) -> tuple[Geometries, tuple[Text, ...]]:
    """Take the one point of a MultiPoint where only points are allowed; open rings are lines."""
    out = geometry.copy()
    type_ids = shapely.get_type_id(out)
    rings = type_ids == shapely.GeometryType.LINEARRING
    out[rings] = [shapely.LineString(ring) for ring in out[rings]]
    single = (type_ids == shapely.GeometryType.MULTIPOINT) & (shapely.get_num_geometries(out) == 1)
    if "MultiPoint" in schema.geometry or not single.any():
        return out, ()
    out[single] = shapely.get_geometry(out[single], 0)
    count = int(single.sum())
    zh, en = f"{count} 个只含一点的多点已作为点", f"{count} multipoints of one point became points"
    return out, (Text(f"{file}：{zh}", f"{file}: {en}"),)


def _repair(geometry: shapely.Geometry) -> shapely.Geometry | None:
    """Make a polygon valid, keeping its polygonal parts; None where none is left."""
    mended = shapely.make_valid(geometry, method="structure", keep_collapsed=False)
    parts = shapely.get_parts(mended)
    parts = parts[shapely.get_dimensions(parts) == _AREAL]
    union = shapely.union_all(parts)
    return None if union.is_empty else union


def _wrong_type(file: str, row: int, kind: str, schema: LayerSchema) -> Fault:
    """Say which geometry stands where another belongs."""
    allowed = "、".join(dict.fromkeys(_TYPE_NAMES[name] for name in schema.geometry))
    title = schema.title
    return Fault(
        file=file,
        row=row,
        problem=Text(
            f"{title.zh}图层要的是{allowed}，这里是{_TYPE_NAMES.get(kind, kind)}",
            f"layer {title.en} takes {', '.join(schema.geometry)}, this is a {kind}",
        ),
        mend=Text("请换成该类型的几何，或放到别的图层", "give it that type, or another layer"),
    )


def _invalid(file: str, row: int, geometry: BaseGeometry) -> Fault:
    """Say where a geometry crosses itself or has no extent."""
    reason = shapely.is_valid_reason(geometry)
    if geometry.geom_type in _POLYGONAL:
        return Fault(
            file=file,
            row=row,
            problem=Text(f"面自相交或无效（{reason}）", f"the polygon is invalid ({reason})"),
            mend=Text(
                "请在 QGIS 中修复几何，或写 repair = true 由程序修复",
                "repair it in QGIS, or write repair = true to have it repaired",
            ),
        )
    return Fault(
        file=file,
        row=row,
        problem=Text(f"线没有长度（{reason}）", f"the line has no length ({reason})"),
        mend=Text("请改正或删去该行", "correct or remove the row"),
    )
