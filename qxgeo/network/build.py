"""The road network from the layer ``roads``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qxgeo.errors import Fault, SchemaError, Text
from qxgeo.geodesy import local_plane, move_coordinates
from qxgeo.network.edges import Edges
from qxgeo.network.graph import ModeGraph
from qxgeo.network.lines import END_SNAP_M, RoadLines, count_crossings, join_ends
from qxgeo.network.modes import IGNORES_ONEWAY, KNOWN_CLASSES, MODES, is_usable
from qxgeo.network.roads import RoadNetwork

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

__all__ = ["END_SNAP_M", "build_network"]

_MODE_NAMES = {
    "drive": Text("驾车", "driving"),
    "ride": Text("骑行", "riding"),
    "walk": Text("步行", "walking"),
}


def build_network(roads: gpd.GeoDataFrame, *, speeds_kmh: Mapping[str, float]) -> RoadNetwork:
    """Join roads to a network.

    Roads meet where they have a vertex in common, at an end or in the middle. A loose end is
    joined to another road within `END_SNAP_M`, a road that ends on another one always. Roads that
    merely cross do not meet (bridges and tunnels); the notes count them. A one-way road is
    travelled in the direction in which its line is drawn.

    Parameters
    ----------
    roads
        Layer ``roads``, EPSG:4326: ``road_class``, ``is_oneway`` (unknown is no), and ``access``
        where there is one. Rows without a line are left out and counted.
    speeds_kmh
        Speed of each way of travel that will be asked for, of `modes.MODES`.

    Returns
    -------
    network
        Ready to be asked; its notes say what was joined and what is doubtful.

    Raises
    ------
    SchemaError
        If the roads are not in EPSG:4326, lack a column, or a way of travel is unknown or has no
        positive speed.
    """
    _check(roads, speeds_kmh)
    geometries = np.asarray(roads.geometry.to_numpy(), dtype=object)
    lines, joined = join_ends(RoadLines.from_geometries(geometries))
    edges = Edges.from_lines(lines)
    shapes = edges.shapes()
    plane = local_plane(shapes) if len(edges) else None
    flat = shapes if plane is None else move_coordinates(shapes, plane)
    is_oneway = (
        roads["is_oneway"].astype("boolean").fillna(value=False).to_numpy(dtype=bool)[edges.row]
    )
    graphs = {}
    for mode in speeds_kmh:
        forward = is_usable(roads, mode=mode)[edges.row]
        graphs[mode] = ModeGraph.build(
            edges,
            flat,
            is_forward=forward,
            is_backward=forward & (~is_oneway | (mode in IGNORES_ONEWAY)),
        )
    notes = (
        *_notes_on_lines(roads, lines, joined),
        *(note for mode in speeds_kmh for note in _notes_on_parts(mode, graphs[mode])),
    )
    return RoadNetwork(edges, graphs, dict(speeds_kmh), plane, notes)


def _check(roads: gpd.GeoDataFrame, speeds_kmh: Mapping[str, float]) -> None:
    """Refuse roads that break their contract and speeds that are none.

    Raises
    ------
    SchemaError
        With every fault found.
    """
    faults = [
        Fault(
            problem=Text(f"道路缺少“{column}”列", f'roads have no column "{column}"'),
            mend=Text("用本软件的读取程序读入道路", "read the roads with this package's readers"),
            column=column,
        )
        for column in ("road_class", "is_oneway")
        if column not in roads
    ]
    if roads.crs is None or roads.crs.to_epsg() != 4326:  # noqa: PLR2004 - EPSG code
        faults.append(
            Fault(
                problem=Text(f"道路的坐标系是 {roads.crs}", f"roads are in {roads.crs}"),
                mend=Text("先转换为 EPSG:4326", "convert them to EPSG:4326 first"),
            )
        )
    faults += [
        Fault(
            problem=Text(
                f"出行方式“{mode}”速度 {speed} 不可用", f'speed {speed} of "{mode}" is of no use'
            ),
            mend=Text(
                f"出行方式限 {'、'.join(MODES)}，速度须大于 0",
                f"ways of travel are {', '.join(MODES)}; a speed is above 0",
            ),
            column=mode,
        )
        for mode, speed in speeds_kmh.items()
        if mode not in MODES or not 0 < speed < np.inf
    ]
    if faults:
        raise SchemaError(faults)


def _notes_on_lines(roads: gpd.GeoDataFrame, lines: RoadLines, joined: int) -> list[Text]:
    """Say what was left out, joined, or merely crosses."""
    left_out = len(roads) - len(np.unique(lines.row))
    unknown = int((~roads["road_class"].isin(list(KNOWN_CLASSES))).sum())
    crossings = count_crossings(lines)
    notes = []
    if left_out:
        notes.append(
            Text(f"{left_out} 条道路没有线形，未入路网", f"{left_out} roads have no line: left out")
        )
    if unknown:
        notes.append(
            Text(
                f"{unknown} 条道路类别不明，按各种出行方式均可通行处理",
                f"{unknown} roads are of an unknown class and taken as open to all",
            )
        )
    if joined:
        notes.append(
            Text(
                f"{joined} 处路端与另一条路相距不足 {END_SNAP_M:g} 米，已连接",
                f"{joined} road ends within {END_SNAP_M:g} m of another road were joined to it",
            )
        )
    if crossings:
        notes.append(
            Text(
                f"{crossings} 处道路相交而没有公共节点，按立体交叉处理，互不相通；"
                "若为平面路口，请在路口处打断道路",
                f"{crossings} crossings have no vertex in common and are taken as bridges or "
                "tunnels; where they are junctions, cut the roads there",
            )
        )
    return notes


def _notes_on_parts(mode: str, graph: ModeGraph) -> list[Text]:
    """Say into how many parts the roads fall, and which lead nowhere."""
    name, notes = _MODE_NAMES[mode], []
    if graph.part_count > 1:
        notes.append(
            Text(
                f"{name.zh}路网分为 {graph.part_count} 个互不相通的部分",
                f"the roads for {name.en} fall into {graph.part_count} parts that do not meet",
            )
        )
    shortest_km = 0.0005
    km = graph.left_out_m / 1_000
    if km >= shortest_km:
        notes.append(
            Text(
                f"{name.zh}：{km:.3f} 公里道路孤立或有进无出，点位改接附近的其他道路",
                f"{name.en}: {km:.3f} km of road are cut off or cannot be left again; points meet "
                "other roads nearby",
            )
        )
    return notes
