"""A new district: a commented district.toml and the folders it speaks of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qxgeo.district.declaration import FILE_NAME, SCHEMA
from qxgeo.district.outlines import ACCURACY_M, fetch_outline, write_outline
from qxgeo.district.patrol_template import write_patrol_block
from qxgeo.district.titles import title_layer
from qxgeo.errors import Fault, InputError, OutputError, Text
from qxgeo.plan.load import load_plan
from qxgeo.schemas import LAYERS, POLYGON

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date
    from pathlib import Path

    from qxgeo.district.outlines import Outline
    from qxgeo.plan import ActionPlan, Rule

DEFAULT_PLAN = "qixing-2023"
BOUNDARY_FILE = "boundary.geojson"
_FOLDERS = ("boundaries", "stations", "roads", "zones", "sites")
_LINE_LAYERS = ("roads", "watering_records", "damaged_roads", "key_sections", "water")
_HEAD = """\
# 辖区清单。一个辖区就是一个文件夹加这份清单；去掉行首的 # 即启用，改完运行 qxgeo check 核对。
# A district is a folder and this list. Remove a leading # to use a line, then run qxgeo check.
#
# 每个图层必填 · every layer needs
#   path        文件，相对本清单；分隔符用 /              file, relative to this list, with /
#   datum       坐标基准，必须写明，从不猜测              datum, must be stated, is never guessed:
#               wgs84 | cgcs2000 | gcj02（高德、腾讯）| bd09（百度）| EPSG:nnnn（如高斯-克吕格
#               EPSG:4546）| file（用文件自带的坐标系 · the system the file states itself）
#   accuracy_m  位置误差上限，米；决定“临界，需实测”的宽度   largest error of position, metres
#   source      数据来源                                  where the data come from
# 可选 · optional
#   licence, as_of = 数据时点 day of the data, demo = true（演示 invented）,
#   approximate = true（近似 approximate）, notes = "备注 remark"
#   encoding = "gbk", sheet = "表名 sheet", header_row = 3, sublayer = "图层 layer in the file"
#   columns = { name = "单位名称" }       本项目列名 = 文件列名 · our column = your heading
#   where = { "区县" = ["黄浦区"] }        只取这些行；中文的键要加引号 · only these rows
#   missing_position = "list"             没有坐标的行列出而不拒绝 · list rows without position
#   repair = true                         修复自相交的面 · mend self-intersecting polygons
#   format = "osm-sites", tags = { amenity = ["school"] }      从 OpenStreetMap 文件取点、面
# 可读 · files: CSV, XLSX, Shapefile, GeoJSON, GeoPackage, KML/KMZ, GeoParquet, .osm, .osm.pbf
"""


_TODAY = """\
# ---- 污染天气当天（qxgeo today）：没有写的项取内置默认值，见 docs/today.md · the warning day ----
# 预警分级以本地应急预案为准：在 [today] 下写 levels 和文件名 · levels: name the file of your plan
# [today.stale_h]
# value = 3
# source = ""

"""


_WATERING = """\
# ---- 道路24小时湿润（qxgeo water）：没有写的项取内置默认值 · keeping roads wet ----
# [watering.carts]
# path = "洒水车.xlsx"
# datum = "gcj02"
# source = ""

"""


def create_district(
    folder: Path, *, as_of: date, code: str = "", is_overwriting: bool = False
) -> list[Path]:
    """Make a district folder with a commented district.toml.

    Parameters
    ----------
    folder
        Made if absent; what else is in it stays.
    as_of
        The day written into the file.
    code
        Six-digit administrative code; with it the boundary is written, too. Empty for none.
    is_overwriting
        Whether an existing district.toml and boundary may be replaced.

    Returns
    -------
    files
        What was written.

    Raises
    ------
    InputError
        If a file is there already, or the boundary cannot be had; nothing is written.
    OutputError
        If the disk refuses.
    """
    plan = load_plan(DEFAULT_PLAN)
    outline = fetch_outline(code) if code else None
    file, boundary = folder / FILE_NAME, folder / "boundaries" / BOUNDARY_FILE
    wanted = [file] if outline is None else [file, boundary]
    if not is_overwriting:
        _refuse_existing(wanted)
    try:
        for name in _FOLDERS:
            (folder / name).mkdir(parents=True, exist_ok=True)
        if outline is not None:
            write_outline(outline, boundary)
        text = write_template(plan, as_of=as_of, outline=outline)
        file.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        why = error.strerror or str(error)
        raise OutputError(
            Fault(
                file=str(folder),
                problem=Text(f"写不成：{why}", f"cannot be written: {why}"),
                mend=Text("换一个可写的文件夹", "choose a folder that can be written"),
            )
        ) from error
    return wanted


def write_template(plan: ActionPlan, *, as_of: date, outline: Outline | None) -> str:
    """Write the text of a new district.toml.

    Parameters
    ----------
    plan
        Whose layers, parameters and open questions are listed.
    as_of
        The day of the district.
    outline
        The boundary that stands beside it, None where there is none yet.

    Returns
    -------
    text
        TOML. Chinese first, English beside it.
    """
    code = "000000" if outline is None else outline.code
    name = "某某区" if outline is None else outline.name
    lines = [
        _HEAD,
        f'schema = "{SCHEMA}"',
        f'code = "{code}"  # 6 位行政区划代码 · administrative code',
        f'name = "{name}"  # 名称 · name',
        '# name_en = ""',
        f'plan = "{plan.plan_id}"  # 方案名或文件路径 · name or path of a plan',
        f"as_of = {as_of.isoformat()}  # 判定时点：决定哪些站点在用 · which stations are in force",
        "warning_day = false  # 是否处于污染天气预警期间 · whether a pollution warning is in force",
        "",
    ]
    for layer in LAYERS:
        lines += _layer_block(layer, plan, as_of, outline)
    lines += write_patrol_block()
    lines += _TODAY.splitlines()
    lines += _WATERING.splitlines()
    lines += _parameter_block(plan)
    lines += _choice_block(plan)
    lines += _site_kind_block(plan)
    return "\n".join(lines) + "\n"


def _refuse_existing(files: list[Path]) -> None:
    """Refuse to replace files.

    Raises
    ------
    InputError
        If any is there.
    """
    faults = [
        Fault(
            file=str(file),
            problem=Text("文件已存在，没有改动", "the file exists already; nothing was changed"),
            mend=Text(
                "换一个文件夹，或加 --overwrite 覆盖", "choose another folder, or add --overwrite"
            ),
        )
        for file in files
        if file.exists()
    ]
    if faults:
        raise InputError(faults)


def _layer_block(
    layer: str, plan: ActionPlan, as_of: date, outline: Outline | None
) -> Iterator[str]:
    """Write one layer: commented, except a boundary that is there."""
    title = title_layer(layer)
    yield f"# ---- {title.zh} · {title.en} ----"
    used = [rule.rule_id for rule in plan.rules if layer in _layers_of(rule)]
    if used:
        yield f"# 用于规则 · used by rules: {', '.join(used)}"
    yield f"# 列 · columns: {_columns(layer)}"
    asked = sorted(_asked_columns(layer, plan) - LAYERS[layer].columns.keys())
    if asked:
        yield f"# 规则还会看 · rules ask for: {', '.join(asked)}"
    is_there = layer == "boundary" and outline is not None
    mark = "" if is_there else "# "
    path = f"boundaries/{BOUNDARY_FILE}" if is_there else _suggest_path(layer)
    yield f"{mark}[layers.{layer}]"
    yield f'{mark}path = "{path}"'
    yield f'{mark}datum = "wgs84"'
    yield f"{mark}accuracy_m = {ACCURACY_M if is_there else 10}"
    yield f'{mark}source = "{outline.source if is_there and outline is not None else ""}"'
    if is_there and outline is not None:
        yield f'licence = "{outline.licence}"'
        yield 'notes = "非法定界线"'
    else:
        yield f"{mark}as_of = {as_of.isoformat()}"
    yield ""


def _layers_of(rule: Rule) -> set[str]:
    """Name the layers a rule reads."""
    layers = {rule.subject.layer}
    layers |= {one.layer for one in (rule.reference, rule.among, rule.doubtful) if one is not None}
    if rule.station_radius_m is not None:
        layers.add("stations")
    return layers


def _asked_columns(layer: str, plan: ActionPlan) -> set[str]:
    """Name the columns that the plan's conditions on a layer look at."""
    selectors = [
        one
        for rule in plan.rules
        for one in (rule.subject, rule.reference, rule.among, rule.doubtful)
    ]
    return {
        column
        for selector in selectors
        if selector is not None and selector.layer == layer
        for column in _conditions(selector.where)
    }


def _conditions(where: Mapping[str, Any]) -> Iterator[str]:
    """Walk through a condition and name its columns."""
    for key, wanted in where.items():
        if key in ("any", "all"):
            for part in wanted:
                yield from _conditions(part)
        elif key == "not":
            yield from _conditions(wanted)
        else:
            yield key


def _columns(layer: str) -> str:
    """List a layer's columns with the heading that most files have; * marks the required ones."""
    return ", ".join(
        name
        + ("*" if column.required else "")
        + (f"（{column.aliases[0]}）" if column.aliases else "")
        for name, column in LAYERS[layer].columns.items()
    )


def _suggest_path(layer: str) -> str:
    """Suggest where a layer's file may lie."""
    if layer == "stations":
        return "stations/stations.csv"
    if layer in ("boundary", "townships"):
        return f"boundaries/{layer}.geojson"
    if layer in _LINE_LAYERS:
        return f"roads/{layer}.geojson"
    if layer == "turns":
        return "roads/turns.csv"
    if LAYERS[layer].geometry == POLYGON:
        return f"zones/{layer}.geojson"
    return f"sites/{layer}.csv"


def _parameter_block(plan: ActionPlan) -> Iterator[str]:
    """List the numbers that the plan leaves open."""
    yield "# ---- 方案写“附近”“周边”而没有数字的 · numbers that the plan leaves open ----"
    yield "[parameters]"
    for one in plan.parameters:
        default = "未设 · not set" if one.default is None else f"{one.default:g} {one.unit}"
        yield f"# {one.title.zh} · {one.title.en}；默认 · default: {default}"
        value = 100 if one.default is None else f"{one.default:g}"
        yield f'# {one.parameter_id} = {{ value = {value}, source = "" }}'
    yield ""


def _choice_block(plan: ActionPlan) -> Iterator[str]:
    """List the open questions with their readings; the default needs no line."""
    yield "# ---- 方案文字有两种读法的 · clauses that can be read in two ways ----"
    yield "[choices]"
    for rule in plan.rules:
        for one in rule.ambiguities:
            usable = [choice for choice in one.alternatives if choice.override]
            if usable:
                yield f"# {one.question.zh} · {one.question.en}"
                yield f"#   默认 · default: {one.default.text.zh} · {one.default.text.en}"
                for choice in usable:
                    yield f"#   另解 · other: {choice.text.zh} · {choice.text.en}"
                    yield f'# "{one.ambiguity_id}" = "{choice.choice_id}"'
    yield ""


def _site_kind_block(plan: ActionPlan) -> Iterator[str]:
    """Show how a kind of site is added to the plan's."""
    known = "、".join(f"{kind.kind_id} {kind.title.zh}" for kind in plan.site_kinds)
    yield "# ---- 申请开办的场所类别 · kinds of sites that people apply for ----"
    yield f"# 方案已有 · the plan has: {known}"
    yield "# 另加一类 · add one:"
    yield "# [site_kinds.car_wash]"
    yield '# title = { zh = "洗车场", en = "car wash" }'
    rules = [rule.rule_id for rule in plan.rules if rule.new_only]
    for rule_id in rules[:1]:
        yield f'# rules = [{{ rule = "{rule_id}" }}]'
