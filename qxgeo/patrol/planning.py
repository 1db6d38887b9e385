"""The patrol of a district on one page: cells, risk, owners, hours, routes, sight."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from datetime import MAXYEAR, date, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np
import shapely

from qxgeo.district import parameter_value, stations_in_force
from qxgeo.errors import Fault, InputError, Text
from qxgeo.network import build_network
from qxgeo.patrol.assumptions import list_assumptions
from qxgeo.patrol.cells import adopt_cells, build_cells
from qxgeo.patrol.gaps import list_gaps, name_townships
from qxgeo.patrol.model import Patrol
from qxgeo.patrol.risk import score_cells
from qxgeo.patrol.roster import find_namesakes, list_people
from qxgeo.patrol.routes import plan_routes
from qxgeo.patrol.schedule import build_schedule
from qxgeo.patrol.sightlines import see
from qxgeo.patrol.straw import estimate_straw
from qxgeo.patrol.territories import assign_territories
from qxgeo.patrol.whole_district import take_as_one
from qxgeo.plan import apply_choices, load_plan
from qxgeo.raster.elevation import read_elevation
from qxgeo.raster.land_cover import read_land_cover
from qxgeo.readers.firms import join_fires, read_fires
from qxgeo.readers.wind import read_wind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import geopandas as gpd

    from qxgeo.district import District
    from qxgeo.district.patrol_settings import DataFile, PatrolSettings
    from qxgeo.patrol.model import Assignment, Risk, Sight
    from qxgeo.plan import ActionPlan

_INPUTS = (
    "boundary", "townships", "stations", "roads", "grid_members", "burning_points",
    "patrol_events", "patrol_cells", "cameras",
)  # fmt: skip

_LONGEST = timedelta(days=366)  # a period is no longer: more takes hours and nobody prints it


def plan_patrol(
    district: District,
    *,
    first_day: date | None = None,
    last_day: date | None = None,
    previous: Mapping[str, str] | None = None,
    next_cameras: int = 0,
    is_straight_line_allowed: bool = False,
    progress: Callable[[str], object] | None = None,
) -> Patrol:
    """Plan who patrols what, when and how.

    Parameters
    ----------
    district
        With a roster (layer ``grid_members``); what else it lacks becomes a gap.
    first_day, last_day
        Both inclusive; the month after the district's day where not given.
    previous
        Cell id to person id of the assignment in force, so that few cells change hands.
    next_cameras
        How many places for new cameras to look for.
    is_straight_line_allowed
        Whether ways may be straight lines where the district has no roads; labelled everywhere.
    progress
        Is told what is being done.

    Returns
    -------
    patrol
        Everything; the same for the same input.

    Raises
    ------
    InputError
        If the roster is missing or what is asked for cannot be had.
    """
    settings = _settings_of(district)
    plan = apply_choices(load_plan(district.plan), district.choices)
    tell = progress or (lambda _: None)
    first, last = _span(district.as_of, first_day, last_day)
    declared = district
    district, people = take_as_one(district, list_people(district))
    tell("cells")
    cells = _draw_cells(district, settings)
    tell("risk")
    risk = _score(district, settings, cells)
    tell("territories")
    assignment = assign_territories(
        risk.cells, people, locks=settings.locks, previous=previous, seed=settings.seed
    )
    _refuse_problems(assignment, district, settings)
    owned = risk.cells.assign(person_id=assignment.owners.to_numpy())
    owned = owned[[*owned.columns.drop("geometry"), "geometry"]]
    points = _give_owners(risk.points, assignment)
    tell("schedule")
    schedule = build_schedule(
        assignment.territories, points, people, settings=settings, first_day=first, last_day=last
    )
    tell("routes")
    roads, mode = _table(district, "roads"), settings.travel_mode
    speed_kmh = {mode: settings.speeds_kmh[mode].value}
    routes = plan_routes(
        schedule.visits,
        points,
        people,
        network=None if roads is None else build_network(roads, speeds_kmh=speed_kmh),
        settings=settings,
        seed=settings.seed,
        is_straight_line_allowed=is_straight_line_allowed,
    )
    tell("sightlines")
    sight = _look(district, plan, settings, owned, next_cameras)
    coefficient = settings.straw_t_per_km2
    straw = estimate_straw(
        owned, plan, straw_t_per_km2=None if coefficient is None else coefficient.value
    )
    gaps = list_gaps(
        declared, settings, risk=risk, cells=owned, assignment=assignment, schedule=schedule,
        routes=routes, sight=sight,
    )  # fmt: skip
    used = [declared.layers[name] for name in _INPUTS if name in declared.layers]
    files = _files_of(settings)
    is_demo = any(layer.is_demo for layer in used) or any(file.is_demo for file in files)
    return Patrol(
        district=district,
        plan=plan,
        settings=settings,
        people=people,
        cells=owned,
        points=points,
        risk=risk,
        assignment=assignment,
        schedule=schedule,
        routes=routes,
        sight=sight,
        straw=straw,
        inputs={layer.name: layer.sha256 for layer in used} | _hash_files(files),
        assumptions=list_assumptions(settings),
        gaps=(*find_namesakes(people), *gaps),
        is_demo=is_demo,
        is_approximate=any(layer.is_approximate for layer in used),
    )


def _settings_of(district: District) -> PatrolSettings:
    """Give the settings that `load_district` filled in.

    Raises
    ------
    InputError
        If the district was put together without.
    """
    if district.patrol is not None:
        return district.patrol
    raise InputError(
        Fault(
            file=district.path.name,
            column="patrol",
            problem=Text("没有巡查参数", "there are no patrol settings"),
            mend=Text("请用 load_district 读入辖区", "read the district with load_district"),
        )
    )


def _span(as_of: date, first_day: date | None, last_day: date | None) -> tuple[date, date]:
    """Give the days to plan: the month after the district's day unless told otherwise.

    Raises
    ------
    InputError
        If the last day comes before the first, more than a year after it, or in the last year that
        a date can have.
    """
    _refuse_last_year(max(day for day in (as_of, first_day, last_day) if day is not None))
    year, month = (as_of.year, as_of.month + 1) if as_of.month < 12 else (as_of.year + 1, 1)  # noqa: PLR2004 - December
    first = first_day or date(year, month, 1)
    last = last_day or first.replace(day=monthrange(first.year, first.month)[1])
    if last - first >= _LONGEST:
        raise InputError(
            Fault(
                problem=Text(
                    f"{first} 至 {last} 超过一年", f"{first} to {last} is more than a year"
                ),
                mend=Text("一次至多排 366 天，请分次排", "plan at most 366 days at a time"),
            )
        )
    if first <= last:
        return first, last
    raise InputError(
        Fault(
            problem=Text(f"起止日期颠倒：{first} 至 {last}", f"{first} comes after {last}"),
            mend=Text("止日不得早于起日", "the last day must not come before the first"),
        )
    )


def _refuse_last_year(day: date) -> None:
    """Refuse a year after which there is no next month.

    Raises
    ------
    InputError
        If it is one.
    """
    if day.year == MAXYEAR:
        raise InputError(
            Fault(
                problem=Text(f"{day} 不能排班", f"{day} cannot be planned"),
                mend=Text("请核对年份", "check the year"),
            )
        )


def _table(district: District, name: str) -> gpd.GeoDataFrame | None:
    """Give a layer's table, None where there is none or it is empty."""
    layer = district.layers.get(name)
    return None if layer is None or layer.table.empty else layer.table


def _draw_cells(district: District, settings: PatrolSettings) -> gpd.GeoDataFrame:
    """Cut the district into cells and say what covers them."""
    boundary, townships = district.layers["boundary"].table, _table(district, "townships")
    own = _table(district, "patrol_cells")
    hot_cell_size_m = settings.hot_cell_size_m.value
    if own is None:
        cells = build_cells(
            boundary,
            townships,
            cell_size_m=settings.cell_size_m.value,
            hot_cell_size_m=hot_cell_size_m,
        )
    else:
        cells = adopt_cells(own, boundary, townships, hot_cell_size_m=hot_cell_size_m)
    if settings.land_cover is None:
        shares = ("water_share", "cropland_share", "unknown_share")
        return cells.assign(**dict.fromkeys(shares, np.nan))
    classes = settings.land_cover.options["classes"]
    found = read_land_cover(
        settings.land_cover.path,
        cells.geometry.to_numpy(),
        classes={"water": (), "cropland": (), **classes},  # type: ignore[dict-item] # checked when read
    )
    return cells.assign(**{str(name): found[name].to_numpy() for name in found.columns})


def _score(district: District, settings: PatrolSettings, cells: gpd.GeoDataFrame) -> Risk:
    """Score the cells with whatever the district has."""
    stations = _table(district, "stations")
    if stations is not None:
        stations = stations_in_force(stations, district.as_of)
        has_place = ~(stations.geometry.isna() | stations.geometry.is_empty)
        stations = stations[has_place].reset_index(drop=True)
    return score_cells(
        cells,
        settings=settings,
        points=_table(district, "burning_points"),
        events=_table(district, "patrol_events"),
        fires=_read_fires(settings, cells),
        roads=_table(district, "roads"),
        stations=stations,
        wind=None if settings.wind is None else read_wind(settings.wind.path),
        as_of=district.as_of,
    )


def _read_fires(settings: PatrolSettings, cells: gpd.GeoDataFrame) -> gpd.GeoDataFrame | None:
    """Read the satellite fires around the district from all files, each fire once."""
    if not settings.fires:
        return None
    west, south, east, north = cells.total_bounds.tolist()
    tables = [read_fires(one.path, bounds=(west, south, east, north)) for one in settings.fires]
    return join_fires(tables)


def _refuse_problems(assignment: Assignment, district: District, settings: PatrolSettings) -> None:
    """Refuse what cannot be had, unless the district wants it listed.

    Raises
    ------
    InputError
        With one fault per problem.
    """
    if settings.unassigned == "list" or not assignment.problems:
        return
    mend = Text(
        '请改网格员名单或 [patrol.locks]；只想列出而不拒绝的，在 [patrol] 写 unassigned = "list"',
        'mend the roster or [patrol.locks], or write unassigned = "list" under [patrol] to have it'
        " listed",
    )
    file = district.layers["grid_members"].path.name
    problems = name_townships(assignment.problems, district)
    raise InputError([Fault(file=file, problem=problem, mend=mend) for problem in problems])


def _give_owners(points: gpd.GeoDataFrame, assignment: Assignment) -> gpd.GeoDataFrame:
    """Give every point the owner of its cell."""
    owner = points["cell_id"].map(assignment.owners.to_dict()).fillna("").astype("string")
    given = points.assign(person_id=owner)
    return given[[*given.columns.drop("geometry"), "geometry"]]


def _look(
    district: District,
    plan: ActionPlan,
    settings: PatrolSettings,
    cells: gpd.GeoDataFrame,
    next_cameras: int,
) -> Sight | None:
    """Find what cameras and drones see; None where there are none and none are wanted."""
    cameras = _table(district, "cameras")
    if cameras is None and next_cameras == 0:
        return None
    ranges = {
        name: parameter_value(name, district, plan) for name in ("camera_range_m", "drone_range_m")
    }
    elevation = None
    if settings.elevation is not None:
        known = [value for value in ranges.values() if value is not None]
        if cameras is not None:
            known += cameras["range_m"].dropna().astype(float).tolist()
        west, south, east, north = shapely.total_bounds(cells.geometry.to_numpy()).tolist()
        elevation = read_elevation(
            settings.elevation.path,
            bounds=(west, south, east, north),
            unit=str(settings.elevation.options.get("unit", "m")),
            # A device on a hill beyond the line sees in, and hills between the two block.
            margin_m=max(known, default=0.0),
        )
    return see(
        cameras,
        cells,
        elevation=elevation,
        **ranges,
        next_count=next_cameras,
        seed=settings.seed,
    )


def _files_of(settings: PatrolSettings) -> list[DataFile]:
    """List the files that are no layers."""
    single = (settings.land_cover, settings.elevation, settings.wind)
    return [one for one in (*single, *settings.fires) if one is not None]


def _hash_files(files: list[DataFile]) -> dict[str, str]:
    """Give the SHA-256 of each file by its name, with its folder where names are the same."""
    names = Counter(path.name for path in {one.path for one in files})
    return {
        one.path.name if names[one.path.name] == 1 else f"{one.path.parent.name}/{one.path.name}":
        sha256(one.path.read_bytes()).hexdigest()
        for one in files
    }  # fmt: skip
