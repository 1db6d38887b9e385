"""Every word of the pages that does not come from data, in both languages."""

from __future__ import annotations

from qxgeo.errors import Text

PAGES: dict[str, Text] = {
    "keep_wet": Text("保持湿润的道路", "Roads to keep wet"),
    "repair": Text("加快修缮的道路", "Roads to repair first"),
    "restricted": Text("限制区域", "Restricted areas"),
    "other": Text("其他规则", "Other rules"),
}
PAGE_HINTS: dict[str, Text] = {
    "keep_wet": Text("洒水、清洗与保洁", "watering, washing and sweeping"),
    "repair": Text("破损道路，按次序", "damaged roads, in order of work"),
    "restricted": Text("不得或不宜新开办的范围", "where premises may not be opened"),
    "other": Text("其余已判定的规则", "all other rules that were judged"),
}

# What a drawn layer of a rule holds; the order is the order in the legend.
KINDS: dict[str, Text] = {
    "zone": Text("管控区（示意）", "zone (for orientation)"),
    "zone_part": Text("管控区面积，按乡镇", "zone area by township"),
    "applies": Text("适用", "applies"),
    "too_close_to_call": Text("临界，需实测", "too close to call"),
    "unknown": Text("不明，需查实", "unknown"),
    "existing": Text("范围内现有，不受新增限制", "existing inside, not bound"),
    "neighbour": Text("辖区外（邻区）", "outside the district (neighbour)"),
    "does_not_apply": Text("不适用", "does not apply"),
}

# Words that the page's script needs, by the name it knows them under.
PAGE_WORDS: dict[str, Text] = {
    "colon": Text("：", ": "),
    "comma": Text("，", ", "),
    "legend": Text("图层与图例", "Layers and legend"),
    "base": Text("底图", "Base map"),
    "all_on": Text("显示", "show"),
    "all_off": Text("隐藏", "hide"),
    "search": Text("按路名、场所名查找", "Find a road or site by name"),
    "no_match": Text("没有匹配的名称", "No name matches"),
    "more_matches": Text("还有更多，请多输入几个字", "There are more, type on"),
    "print": Text("打印", "Print"),
    "print_hint": Text("打印当前视图（A4 横向）", "Print this view (A4, landscape)"),
    "whole": Text("全图", "Whole district"),
    "close": Text("收起", "collapse"),
    "unnamed": Text("未命名", "unnamed"),
    "from": Text("距", "to"),
    "in_before": Text("在", "in "),
    "in_after": Text("内", ""),
    "lead": Text("牵头", "lead"),
    "responsible": Text("责任", "responsible"),
    "cooperating": Text("配合", "cooperating"),
    "deadline": Text("完成时限", "deadline"),
    "distance": Text("地面距离", "ground distance"),
    "radius": Text("界限", "limit"),
    "margin": Text("余量", "margin"),
    "margin_in": Text("（在内）", " (inside)"),
    "margin_out": Text("（在外）", " (outside)"),
    "error": Text("位置误差", "position error"),
    "length": Text("范围内长度", "length inside"),
    "whole_length": Text("整段长度", "whole section"),
    "area": Text("范围内面积", "area inside"),
    "class": Text("类别", "class"),
    "status": Text("状态", "status"),
    "rank": Text("修缮次序", "order of work"),
    "township": Text("属地", "township"),
    "subject_id": Text("编号", "id"),
    "clause": Text("条文", "clause"),
    "reason": Text("理由", "reason"),
    "also": Text("同一对象的其他结论", "Other findings on the same subject"),
    "no_finding": Text(
        "本页各规则对这条路没有结论。", "No rule of this page has a finding on this road."
    ),
    "zone_here": Text("所在管控区（示意）", "Drawn zones here"),
    "zone_note": Text(
        "圈线只供示意，结论以逐个对象的地面距离为准。",
        "The line is for orientation; verdicts come from each subject's ground distance.",
    ),
    "boundary": Text("辖区界线", "district boundary"),
    "townships": Text("乡镇街道", "townships"),
    "townships_approximate": Text("乡镇街道（近似）", "townships (approximate)"),
    "roads": Text("道路（底图）", "roads (base map)"),
    "water": Text("水系", "water"),
    "stations": Text("监测站", "monitoring stations"),
    "local_base": Text("本地底图", "Local base map"),
    "online_failed": Text(
        "在线底图无法加载，已改回本地底图。", "The online base map failed; the local one is back."
    ),
    "nothing": Text("本页没有可绘制的结论。", "There is nothing to draw on this page."),
    "portal": Text("总览", "Overview"),
    "fullscreen": Text("全屏", "Full screen"),
    "exit_fullscreen": Text("退出全屏", "Leave full screen"),
    "zoom_in": Text("放大", "Zoom in"),
    "zoom_out": Text("缩小", "Zoom out"),
    "position": Text("经度，纬度", "lon, lat"),
    "as_of": Text("基准日", "as of"),
    "shown": Text("图例（当前显示）", "Legend (shown layers)"),
    "measure": Text("测距", "Measure"),
    "measure_stop": Text("完成", "Done"),
    "measure_hint": Text("点击地图逐点量算，双击结束", "Click corners, double-click to end"),
    "measured_length": Text("长度", "length"),
    "measured_area": Text("围合面积", "enclosed area"),
    "pieces": Text("项", ""),
    "outside_text": Text("邻区，不分派责任", "the neighbour's, nobody is assigned"),
}

NOTHING_HERE = Text("没有对象", "nothing found")

PORTAL_WORDS: dict[str, Text] = {
    "title": Text("大气污染防治地图与清单", "Clean-air maps and lists"),
    "district": Text("辖区", "District"),
    "plan": Text("方案", "Plan"),
    "as_of": Text("基准日", "As of"),
    "judged": Text("已判定规则", "Rules judged"),
    "of_rules": Text("共 {count} 条空间规则", "of {count} spatial rules"),
    "gap_count": Text("缺口", "Gaps"),
    "gap_hint": Text("未判定，原因见下", "not judged, reasons below"),
    "too_close": Text("临界，需实测", "Too close to call"),
    "unknown": Text("不明，需查实", "Unknown"),
    "applies": Text("适用", "Applies"),
    "does_not_apply": Text("不适用", "Does not apply"),
    "findings": Text("结论", "Findings"),
    "maps": Text("地图", "Maps"),
    "lists": Text("清单与数据", "Lists and data"),
    "keep_wet_by_town": Text("保持湿润：按属地的道路长度", "Keep wet: road length by township"),
    "repair_by_town": Text("加快修缮：按属地的破损路段", "Repair: damaged sections by township"),
    "restricted_rules": Text("限制区域：按规则与力度", "Restricted areas by rule and strength"),
    "by_strength": Text("同一力度合并（重叠只计一次）", "Per strength (overlaps counted once)"),
    "rules_judged": Text("各规则的判定", "What each rule found"),
    "township": Text("属地", "Township"),
    "total": Text("合计", "Total"),
    "union": Text("任一规则（重叠只计一次）", "Any rule (counted once)"),
    "length_km": Text("长度（km）", "Length (km)"),
    "count": Text("数量", "Count"),
    "area_km2": Text("面积（km²）", "Area (km²)"),
    "rule": Text("规则", "Rule"),
    "strength": Text("力度", "Strength"),
    "kind": Text("判法", "Test"),
    "subjects": Text("判定对象", "Subjects"),
    "gaps": Text("缺口：没有判定的规则", "Gaps: rules that were not judged"),
    "gaps_note": Text("没有判定不等于不受限制。", "Not judged does not mean unrestricted."),
    "missing": Text("缺什么", "What is missing"),
    "supply": Text("怎样补上", "How to supply it"),
    "no_gaps": Text("没有缺口。", "There are no gaps."),
    "assumptions": Text("假设：方案原文没有写明的取值", "Assumptions that the plan does not state"),
    "assumption": Text("取值", "What was assumed"),
    "source": Text("依据", "Source"),
    "concerns": Text("涉及规则", "Rules"),
    "no_assumptions": Text("没有使用假设。", "No assumption was needed."),
    "statements": Text("数据说明", "Statements about the data"),
    "layers": Text("所用数据", "Data used"),
    "layer": Text("图层", "Layer"),
    "rows": Text("行数", "Rows"),
    "datum": Text("坐标系", "Datum"),
    "accuracy": Text("位置精度（m）", "Accuracy (m)"),
    "data_date": Text("数据日期", "Date"),
    "licence": Text("许可", "Licence"),
    "units": Text("单位与口径", "Units and meaning"),
    "units_length": Text(
        "长度、距离：WGS 84 椭球面上的地面米；1 km = 1000 m",
        "lengths and distances: ground metres on the WGS 84 ellipsoid; 1 km = 1000 m",
    ),
    "units_area": Text(
        "面积：椭球面面积；1 km² = 100 公顷 = 1 000 000 m²",
        "areas: on the ellipsoid; 1 km² = 100 ha = 1 000 000 m²",
    ),
    "units_within": Text(
        "“范围内”含边界：距离恰等于半径时算在内",
        "“within” includes the edge: a distance equal to the radius is inside",
    ),
    "units_close": Text(
        "临界：距离与界限之差不大于位置误差之和，须实地测量后再定",
        "too close to call: the margin is within the stated position errors, measure on site",
    ),
    "units_outside": Text(
        "辖区外的部分只报告，不分派给本区单位",
        "the part outside the district is reported and assigned to nobody here",
    ),
    "units_round": Text(
        "各行按显示位数四舍五入，合计按原值计算",
        "rows are rounded for display, totals are computed from unrounded values",
    ),
    "others": Text("同一文件夹里的其他成果", "Other results in the same folder"),
    "others_hint": Text(
        "由另外的命令写入本文件夹；没有运行过的，链接打不开。",
        "Written into this folder by other commands; a link opens once its command has been run.",
    ),
    "patrol_map": Text("露天焚烧巡查图", "Burning patrol map"),
    "today_page": Text("污染天气当天一页清单", "The warning day on one page"),
    "watering_map": Text("道路湿润保障：洒水车作业图", "Keeping roads wet: water carts"),
    "watering_audit": Text("洒水轨迹核查图", "Were the roads kept wet: audit of tracks"),
    "siting_map": Text("选址判定图：{kind}", "Siting map: {kind}"),
    "workbook": Text("清单工作簿（Excel）", "Lists (Excel workbook)"),
    "geopackage": Text("结论图层（GeoPackage，可用 QGIS 打开）", "Findings (GeoPackage, for QGIS)"),
    "parquet": Text("全部结论（GeoParquet，供分析）", "All findings (GeoParquet, for analysis)"),
    "record": Text("运行记录（输入、参数、版本）", "Run record (inputs, parameters, versions)"),
    "need_layer": Text(
        "在 {file} 的 [layers.{name}] 里写明文件、坐标系和位置精度",
        "add [layers.{name}] to {file} with path, datum and accuracy",
    ),
    "need_parameter": Text(
        "在 {file} 的 [parameters.{name}] 里写明取值和依据",
        "set [parameters.{name}] in {file} with its value and source",
    ),
    "need_patrol": Text(
        "由 qxgeo patrol 排定（见 patrol.html）", "planned by qxgeo patrol (see patrol.html)"
    ),
    "need_siting": Text(
        "由 qxgeo siting 作答（见 siting_类别.html）",
        "answered by qxgeo siting (see siting_KIND.html)",
    ),
    "need_kind": Text("此类判定本版本不做", "this kind of test is not part of this version"),
    "approximate": Text(
        "乡镇界线为近似推定，按属地的数字随之为近似值。",
        "Township boundaries are approximate, and so are the numbers by township.",
    ),
    "in_district": Text("辖区内", "in the district"),
    "no_value": Text("—", "—"),
    "open_map": Text("打开地图", "Open the map"),
    "not_judged": Text("本页规则均为缺口", "all rules of this page are gaps"),
    "sections": Text("处", "places"),
    "headline_wet": Text("须保持湿润", "to keep wet"),
    "headline_repair": Text("须加快修缮", "to repair first"),
}


def choose(texts: dict[str, Text], lang: str) -> dict[str, str]:
    """Give a table of words in one language.

    Parameters
    ----------
    texts
        Words by their key.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    words
        The same keys.
    """
    return {key: text.in_language(lang) for key, text in texts.items()}
