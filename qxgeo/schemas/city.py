"""Contracts of the layers that the rules of a plan look at."""

from __future__ import annotations

from qxgeo.errors import Text
from qxgeo.schemas.contract import ANY, LINE, POINT, POLYGON, Column, LayerSchema

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
TURNS = LayerSchema(
    title=Text("转向限制", "turn restrictions"),
    id_column="turn_id",
    geometry=POINT,
    columns={
        "turn_id": Column(aliases=("编号", "限制编号", "转向编号", "id", "osm_id"), unique=True),
        "name": Column(aliases=("路口", "路口名称", "名称", "地点", "junction", "name")),
        "from_road": Column(
            aliases=("来路", "驶出道路", "起始道路", "进口道路", "from"), required=True
        ),
        "to_road": Column(
            aliases=("去路", "驶入道路", "转入道路", "出口道路", "to"), required=True
        ),
        "kind": Column(
            kind="word",
            aliases=("限制", "限制类型", "转向限制", "类型", "类别", "restriction"),
            required=True,
            words={
                "no_left_turn": ("禁止左转", "禁左", "禁止左转弯", "禁止向左转弯"),
                "no_right_turn": ("禁止右转", "禁右", "禁止右转弯", "禁止向右转弯"),
                "no_straight_on": ("禁止直行", "禁直"),
                "no_u_turn": ("禁止掉头", "禁止调头", "禁掉头", "禁调头"),
                "no_turn": ("禁止转入", "禁止驶入"),  # whichever way the turn goes
                "only_left_turn": ("只准左转", "只许左转", "仅左转", "只准向左转弯"),
                "only_right_turn": ("只准右转", "只许右转", "仅右转", "只准向右转弯"),
                "only_straight_on": ("只准直行", "只许直行", "仅直行"),
                "only_u_turn": ("只准掉头", "只准调头"),
            },
        ),
        # Names alone leave open from which side; notices say 由北向南.
        "travel": Column(
            kind="word",
            aliases=("行驶方向", "车流方向", "direction"),
            words={
                "north": ("由南向北", "自南向北", "南向北", "北行", "向北"),
                "northeast": ("由西南向东北", "西南向东北", "向东北"),
                "east": ("由西向东", "自西向东", "西向东", "东行", "向东"),
                "southeast": ("由西北向东南", "西北向东南", "向东南"),
                "south": ("由北向南", "自北向南", "北向南", "南行", "向南"),
                "southwest": ("由东北向西南", "东北向西南", "向西南"),
                "west": ("由东向西", "自东向西", "东向西", "西行", "向西"),
                "northwest": ("由东南向西北", "东南向西北", "向西北"),
            },
        ),
        "times": Column(aliases=("时段", "限制时段", "时间", "限制时间")),
        "vehicles": Column(aliases=("适用车辆", "限制车辆", "限行车型", "适用车型")),
        "except_vehicles": Column(aliases=("例外车辆", "例外", "除外车辆", "不受限车辆", "except")),
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
ENTRANCES = LayerSchema(
    title=Text("车辆出入口", "vehicle entrances"),
    id_column="entrance_id",
    geometry=POINT,
    columns={
        "entrance_id": Column(
            aliases=("出入口编号", "编号", "entrance", "id", "osm_id"), unique=True
        ),
        "name": Column(aliases=("出入口名称", *_NAME.aliases)),
        # Whose entrance it is; where its own status is blank, the owner's counts.
        "agency_id": Column(aliases=("所属机构", "所属机构编号", "机构编号", "检验机构编号")),
        "site_id": Column(aliases=("所属场所", "场所编号", "所属地块", "地块编号", "申请编号")),
        "status": Column(kind="status", aliases=("状态", "现有或新增", "申请类型")),
        # The road as the applicant names it decides, even where another is nearer.
        "road_name": Column(
            aliases=(
                *("所临道路", "临路", "临街道路", "开口道路", "出入口道路", "所在道路", "接入道路"),
                *("临路名称", "道路名称", "路名", "road", "street"),
            )
        ),
        "address": Column(aliases=("地址", "address")),
    },
)
WATER = LayerSchema(
    title=Text("水系", "water"),
    id_column="water_id",
    geometry=(*LINE, *POLYGON),
    columns={"water_id": Column(aliases=("id", "osm_id")), "name": _NAME},
)
