"""Contracts of what a burning patrol needs: people, points, events, cells of one's own, devices."""

from __future__ import annotations

from qxgeo.errors import Text
from qxgeo.schemas.contract import POINT, POLYGON, Column, LayerSchema

GRID_MEMBERS = LayerSchema(
    title=Text("网格员", "grid members"),
    id_column="person_id",
    geometry=POINT,
    columns={
        "person_id": Column(
            aliases=("编号", "工号", "人员编号", "网格员编号", "id", "person"), unique=True
        ),
        "name": Column(aliases=("姓名", "网格员", "网格员姓名", "名称", "name"), required=True),
        "township": Column(
            aliases=(
                *("乡镇街道", "所属乡镇街道", "所属乡镇", "所属街道", "乡镇", "街道", "乡办"),
                *("所属单位", "township_id", "乡镇代码"),
            ),
            required=True,
        ),
        "phone": Column(
            kind="phone",
            aliases=("电话", "手机", "手机号", "手机号码", "联系电话", "联系方式"),
        ),
        "capacity_h": Column(
            kind="number",
            aliases=("每周工时", "周工时", "每周小时", "每周工时(小时)", "每周工时(h)"),
            least=0,
            most=168,  # hours of a week
        ),
        "days_off": Column(kind="weekdays", aliases=("休息日", "轮休", "每周休息", "days off")),
        "is_absent": Column(
            kind="flag", aliases=("请假", "停用", "是否请假", "缺勤", "absent"), blank_means_no=True
        ),
    },
    empty_geometry_allowed=True,
    position_optional=True,
    same_thing=("name", "township"),
)
BURNING_POINTS = LayerSchema(
    title=Text("焚烧、熏腊肉点位", "burning and meat-smoking points"),
    id_column="point_id",
    geometry=POINT,
    columns={
        "point_id": Column(aliases=("编号", "点位编号", "site_id", "id"), unique=True),
        "name": Column(
            aliases=("名称", "点位名称", "点位", "name", "name:zh", "mc"), required=True
        ),
        "address": Column(aliases=("地址", "位置", "详细地址", "address")),
        "kind": Column(aliases=("类别", "类型", "点位类别")),
        "risk_level": Column(
            kind="word",
            aliases=("风险等级", "风险级别", "等级", "风险"),
            words={
                "high": ("高", "高风险", "高等级"),
                "medium": ("中", "中风险", "一般", "中等"),
                "low": ("低", "低风险"),
            },
        ),
        "service_min": Column(
            kind="number",
            aliases=("停留分钟", "停留时间", "停留时间(分钟)", "停留分钟数", "巡查分钟"),
            least=0,
            most=1440,  # minutes of a day
        ),
    },
)
PATROL_EVENTS = LayerSchema(
    title=Text("焚烧事件记录", "records of burning"),
    id_column="event_id",
    geometry=POINT,
    columns={
        "event_id": Column(aliases=("编号", "事件编号", "案件编号", "工单号", "id"), unique=True),
        "happened_on": Column(
            kind="date",
            aliases=("日期", "发现日期", "发生日期", "事发日期", "时间", "发现时间", "发生时间"),
            required=True,
        ),
        "kind": Column(aliases=("类别", "类型", "事件类别", "事件类型")),
    },
)
PATROL_CELLS = LayerSchema(
    title=Text("巡查网格", "patrol cells"),
    id_column="cell_id",
    geometry=POLYGON,
    columns={
        "cell_id": Column(
            aliases=("网格编号", "网格编码", "网格代码", "单元网格编码", "编号", "id"), unique=True
        ),
        "name": Column(aliases=("网格名称", "名称", "社区网格", "name", "name:zh", "mc")),
    },
)
CAMERAS = LayerSchema(
    title=Text("视频监控和无人机", "cameras and drones"),
    id_column="device_id",
    geometry=POINT,
    columns={
        "device_id": Column(
            aliases=("编号", "设备编号", "点位编号", "camera_id", "site_id", "id"), unique=True
        ),
        "name": Column(aliases=("名称", "点位名称", "设备名称", "name", "name:zh", "mc")),
        "kind": Column(
            kind="word",
            aliases=("类别", "类型", "设备类别", "设备类型"),
            words={
                "camera": (
                    *("视频", "高清视频", "视频监控", "摄像头", "监控", "高空瞭望", "高点"),
                    *("瞭望", "高点监控", "铁塔", "球机", "枪机"),
                ),
                "drone": ("无人机", "无人机机场", "无人机起降点", "机巢", "uav"),
            },
        ),
        "height_m": Column(
            kind="number",
            aliases=("离地高度", "架设高度", "安装高度", "高度", "飞行高度", "杆高"),
            least=0,
            most=1000,  # towers and permitted flights stay below; more is another unit
            unit="m",
        ),
        "bearing_deg": Column(
            kind="number",
            aliases=("方位角", "朝向", "方位角(度)", "方位", "朝向角度"),
            least=0,
            most=360,
        ),
        "field_of_view_deg": Column(
            kind="number",
            aliases=("视场角", "水平视场角", "视角", "fov"),
            least=0,
            most=360,
        ),
        "range_m": Column(
            kind="number",
            aliases=("有效距离", "可视距离", "监控距离", "作业半径", "视距", "覆盖半径"),
            least=0,
            most=30_000,  # nobody tells smoke from haze farther away; more is another unit
            unit="m",
        ),
    },
)
