"""Column contracts of every table that crosses a room's door.

All geometry is EPSG:4326. A contract names the columns that must be there; every other column of
a layer is kept as it was read, because the rules' attribute tests may ask for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qxgeo.errors import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

POINT = ("Point",)
LINE = ("LineString", "MultiLineString")
POLYGON = ("Polygon", "MultiPolygon")
ANY = (*POINT, "MultiPoint", *LINE, *POLYGON)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a layer.

    Attributes
    ----------
    kind
        ``text``, ``number``, ``flag``, ``date``, ``status`` (a word of `vocabulary.Status`).
    aliases
        Headings under which planners' files carry it, compared without case and spaces.
    required
        Whether a file without it is refused. A text id that is not required is made from the row.
    unique
        Whether a value may stand only once.
    blank_means_no
        Whether a blank flag says no, as the field writes it (a road without a tunnel tag is no
        tunnel). Every other blank is unknown.
    """

    kind: str = "text"
    aliases: tuple[str, ...] = ()
    required: bool = False
    unique: bool = False
    blank_means_no: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerSchema:
    """What a kind of layer must look like.

    Attributes
    ----------
    title
        Its name for people.
    id_column
        The column that tells rows apart.
    geometry
        Allowed geometry types.
    columns
        Known columns by their name in the house.
    empty_geometry_allowed
        True where a row without territory is a statement (a township unit whose polygon is not
        known), not a fault.
    """

    title: Text
    id_column: str
    geometry: tuple[str, ...]
    columns: Mapping[str, Column]
    empty_geometry_allowed: bool = False


_NAME = Column(aliases=("名称", "name", "name:zh", "单位名称", "企业名称", "mc"))

STATIONS = LayerSchema(
    title=Text("空气质量监测站", "air-quality stations"),
    id_column="station_id",
    geometry=POINT,
    columns={
        "station_id": Column(
            aliases=("监测点编码", "站点编码", "站点代码", "站号", "编码", "code", "site_code"),
            required=True,
            unique=True,
        ),
        "name": Column(
            aliases=("监测点名称", "站点名称", "站名", "名称", "name", "site_name"), required=True
        ),
        "control_level": Column(aliases=("控制级别", "级别", "level")),
        "is_reference_point": Column(
            kind="flag", aliases=("对照点", "是否对照点", "reference"), blank_means_no=True
        ),
        "status": Column(aliases=("状态", "运行状态")),
        "valid_from": Column(kind="date", aliases=("启用日期", "开始日期")),
        "valid_to": Column(kind="date", aliases=("停运日期", "结束日期")),
        "accuracy_m": Column(kind="number", aliases=("定位精度", "位置精度")),
    },
)
BOUNDARY = LayerSchema(
    title=Text("辖区界线", "district boundary"),
    id_column="district_id",
    geometry=POLYGON,
    columns={
        "district_id": Column(aliases=("adcode", "行政区划代码", "区划代码", "code"), unique=True),
        "name": _NAME,
    },
)
TOWNSHIPS = LayerSchema(
    title=Text("乡镇街道", "townships"),
    id_column="township_id",
    geometry=POLYGON,
    columns={
        "township_id": Column(
            aliases=("乡镇代码", "街道代码", "区划代码", "行政区划代码", "code"),
            required=True,
            unique=True,
        ),
        "name": Column(aliases=("乡镇名称", "街道名称", "乡镇街道", "名称", "name"), required=True),
        "unit_id": Column(aliases=("单位编号",)),
        "is_approximate": Column(kind="flag", aliases=("近似", "是否近似")),
    },
    empty_geometry_allowed=True,
)
ROADS = LayerSchema(
    title=Text("道路", "roads"),
    id_column="section_id",
    geometry=LINE,
    columns={
        "section_id": Column(aliases=("路段编号", "路段id", "osm_id", "id"), unique=True),
        "name": Column(aliases=("道路名称", "路名", "名称", "name", "name:zh", "dlmc")),
        "road_class": Column(aliases=("道路类别", "highway", "fclass", "class")),
        "official_grade": Column(aliases=("道路等级", "等级", "grade")),
        "surface": Column(aliases=("路面", "路面类型", "surface")),
        "smoothness": Column(aliases=("平整度", "smoothness")),
        "heavy_truck": Column(kind="flag", aliases=("重型货车通行", "重货通行", "hgv")),
        "is_oneway": Column(kind="flag", aliases=("单行", "单行线", "oneway"), blank_means_no=True),
        "is_tunnel": Column(kind="flag", aliases=("隧道", "tunnel"), blank_means_no=True),
    },
)
DAMAGED_ROADS = LayerSchema(
    title=Text("破损道路", "damaged roads"),
    id_column="section_id",
    geometry=(*POINT, *LINE),
    columns={
        "section_id": Column(aliases=("路段编号", "病害编号", "编号", "id"), unique=True),
        "name": Column(aliases=("道路名称", "路名", "名称", "name")),
        "road_class": Column(aliases=("道路类别", "highway", "fclass")),
        "damage_class": Column(aliases=("破损等级", "病害等级", "破损程度")),
        "reported_on": Column(kind="date", aliases=("上报日期", "发现日期", "日期")),
    },
)
KEY_SECTIONS = LayerSchema(
    title=Text("重点路段清单", "list of key road sections"),
    id_column="section_id",
    geometry=LINE,
    columns=ROADS.columns,
)
ZONES = LayerSchema(
    title=Text("区域", "zones"),
    id_column="zone_id",
    geometry=POLYGON,
    columns={
        "zone_id": Column(aliases=("区域编号", "编号", "id"), unique=True),
        "name": _NAME,
        "legal_source": Column(aliases=("依据", "划定依据", "文号")),
    },
)
SITES = LayerSchema(
    title=Text("场所", "sites"),
    id_column="site_id",
    geometry=ANY,
    columns={
        "site_id": Column(aliases=("编号", "场所编号", "许可证号", "id", "osm_id"), unique=True),
        "name": _NAME,
        "status": Column(kind="status", aliases=("状态", "现有或新增", "申请类型")),
        "address": Column(aliases=("地址", "住址", "address")),
    },
)

# Which contract each layer name of a district obeys. A rule of a plan may name only these.
LAYERS: dict[str, LayerSchema] = {
    "boundary": BOUNDARY,
    "townships": TOWNSHIPS,
    "stations": STATIONS,
    "roads": ROADS,
    "watering_records": ROADS,
    "damaged_roads": DAMAGED_ROADS,
    "key_sections": KEY_SECTIONS,
    "bare_ground": ZONES,
    "main_urban_area": ZONES,
    "urban_rural_fringe": ZONES,
    "rural_area": ZONES,
    "no_fuel_zone": ZONES,
    "machine_control_zone": ZONES,
    "auto_repair": SITES,
    "inspection_agencies": SITES,
    "inspection_entrances": SITES,
    "catering": SITES,
    "barbecue": SITES,
    "residential_buildings": SITES,
    "schools": SITES,
    "markets": SITES,
    "petrol_stations": SITES,
    "machines": SITES,
    "construction_waste": SITES,
    "heavy_truck_yards": SITES,
    "freight_sites": SITES,
    "piers": SITES,
    "candidates": SITES,
    "demand_points": SITES,
    "burning_points": SITES,
    "cameras": SITES,
    "grid_members": SITES,
    "cropland": ZONES,
    "hot_grid": ZONES,
    "water": LayerSchema(
        title=Text("水系", "water"),
        id_column="water_id",
        geometry=(*LINE, *POLYGON),
        columns={"water_id": Column(aliases=("id", "osm_id")), "name": _NAME},
    ),
}

# One row of the findings table, in this order, then `geometry` (EPSG:4326, the clipped part).
FINDING_COLUMNS: dict[str, str] = {
    "finding_id": "string",  # sha256 of (rule_id, subject_layer, subject_id, township_id), 16 hex
    "measure_id": "string",
    "rule_id": "string",
    "strength": "string",  # vocabulary.Strength
    "subject_layer": "string",
    "subject_id": "string",
    "subject_name": "string",
    "subject_class": "string",  # road class, damage class or kind of site
    "subject_status": "string",  # vocabulary.Status for sites, else ""
    "verdict": "string",  # vocabulary.Verdict
    "distance_m": "float64",  # nearest ground distance to the reference, NaN where none is asked
    "margin_m": "float64",  # threshold minus distance: positive inside; NaN where none
    "error_m": "float64",  # half-width of the too-close-to-call band
    "radius_m": "float64",
    "reference_id": "string",
    "reference_name": "string",
    "length_m": "float64",  # inside, of lines (0 for others)
    "length_low_m": "float64",  # at radius - error: inside for certain
    "length_high_m": "float64",  # at radius + error: inside at most
    "area_m2": "float64",  # inside, of polygons and zones (0 for others)
    "whole_length_m": "float64",
    "township_id": "string",  # code, OUTSIDE_DISTRICT or NO_TOWNSHIP
    "township_name": "string",
    "lead": "string",  # names joined by 、, empty outside the district
    "cooperating": "string",
    "responsible": "string",
    "deadline": "string",  # ISO date or ""
    "rank": "Int64",  # order of work where the rule ranks (repair), else <NA>
    "is_demo": "bool",
    "reason_zh": "string",
    "reason_en": "string",
}
