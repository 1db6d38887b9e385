"""What each layer is called; several layers share one contract, so the contract cannot say."""

from __future__ import annotations

from qxgeo.errors import Text

LAYER_TITLES: dict[str, Text] = {
    "boundary": Text("辖区界线", "district boundary"),
    "townships": Text("乡镇街道", "townships"),
    "stations": Text("空气质量监测站", "air-quality stations"),
    "roads": Text("道路", "roads"),
    "turns": Text("转向限制", "turn restrictions"),
    "watering_records": Text("洒水保洁记录", "watering records"),
    "damaged_roads": Text("破损道路", "damaged roads"),
    "key_sections": Text("重点路段清单", "list of key road sections"),
    "bare_ground": Text("裸露地面", "bare ground"),
    "main_urban_area": Text("主城区", "main urban area"),
    "urban_rural_fringe": Text("城乡结合部", "urban-rural fringe"),
    "rural_area": Text("农村地区", "rural area"),
    "no_fuel_zone": Text("高污染燃料禁燃区", "no-high-pollution-fuel zone"),
    "machine_control_zone": Text("非道路移动机械排放控制区", "non-road machine control zone"),
    "auto_repair": Text("汽修企业", "auto-repair premises"),
    "inspection_agencies": Text("机动车排放检验机构", "vehicle inspection agencies"),
    "inspection_entrances": Text("检验机构出入口", "entrances of inspection agencies"),
    "catering": Text("餐饮服务单位", "catering units"),
    "barbecue": Text("露天烧烤", "open-air barbecue"),
    "residential_buildings": Text("居民楼", "residential buildings"),
    "schools": Text("学校", "schools"),
    "markets": Text("菜市", "food markets"),
    "petrol_stations": Text("加油站", "petrol stations"),
    "machines": Text("非道路移动机械", "non-road machines"),
    "construction_waste": Text("建筑垃圾处置场所", "construction-waste sites"),
    "heavy_truck_yards": Text("重型货车停放地", "heavy-truck yards"),
    "freight_sites": Text("货场、物流园区", "freight yards and logistics parks"),
    "piers": Text("码头", "piers"),
    "candidates": Text("候选地块", "candidate sites"),
    "candidate_entrances": Text("候选地块的出入口", "entrances of candidate sites"),
    "demand_points": Text("需求点", "demand points"),
    "burning_points": Text("焚烧、熏腊肉点位", "burning and meat-smoking points"),
    "patrol_events": Text("焚烧事件记录", "records of burning"),
    "patrol_cells": Text("巡查网格", "patrol cells"),
    "cameras": Text("视频监控和无人机", "cameras and drones"),
    "grid_members": Text("网格员", "grid members"),
    "cropland": Text("耕地", "cropland"),
    "hot_grid": Text("热点网格", "hot-spot grid"),
    "water": Text("水系", "water"),
}


def title_layer(name: str) -> Text:
    """Give a layer's name for people.

    Parameters
    ----------
    name
        A key of `schemas.LAYERS`; any other word stands for itself.

    Returns
    -------
    title
        In two languages.
    """
    return LAYER_TITLES.get(name, Text(name, name))
