"""A day of water carts on one page: demand, drying, fleet, tours, rounds, proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qxgeo.assess import assess
from qxgeo.errors import Fault, InputError, Text
from qxgeo.readers.carts import read_carts
from qxgeo.watering.assumptions import list_assumptions
from qxgeo.watering.bounds import HOW, bound_carts, bound_work_h, least_work
from qxgeo.watering.crews import tightest_interval_s
from qxgeo.watering.deciding import decide_day
from qxgeo.watering.demand import find_demand
from qxgeo.watering.drying import clock_of, plan_drying, read_drying
from qxgeo.watering.fleet import place_fleet
from qxgeo.watering.frost import frost_of, rest_in_frost
from qxgeo.watering.legs import Leg, LegWriter
from qxgeo.watering.model import FleetBound, WateringPlan
from qxgeo.watering.places import place_stops
from qxgeo.watering.preparing import prepare_problems, works_of
from qxgeo.watering.rounds import Ground
from qxgeo.watering.states import describe_sections
from qxgeo.watering.tables import (
    dry_table,
    leg_table,
    list_transfers,
    run_table,
    section_table,
    tour_table,
)
from qxgeo.watering.turns import lay_streets, tell_turns

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from qxgeo.assess import Assessment
    from qxgeo.district import District
    from qxgeo.district.watering_settings import CartsFile, WateringSettings
    from qxgeo.watering.deciding import Decision
    from qxgeo.watering.demand import Demand
    from qxgeo.watering.fleet import PlacedFleet
    from qxgeo.watering.model import DryingDay, Fleet, HeldTurns
    from qxgeo.watering.places import Stops
    from qxgeo.watering.preparing import Prepared
    from qxgeo.watering.rounds import Round
    from qxgeo.watering.streets import StreetGraph

    Floats = NDArray[np.float64]

_LONGEST_TOUR_S = 14_400.0  # however slowly roads dry, none needs to be longer


def plan_watering(  # noqa: PLR0913 - one keyword per decision of the caller
    district: District,
    *,
    carts: CartsFile | None = None,
    day: date | None = None,
    weather: str | None = None,
    rain: Sequence[tuple[float, float]] = (),
    seed: int | None = None,
    iterations: int | None = None,
    assessment: Assessment | None = None,
    progress: Callable[[str], object] | None = None,
) -> WateringPlan:
    """Plan who drives which cart where and when, refilling where.

    Parameters
    ----------
    district
        With the layer ``roads``.
    carts
        Where the carts stand; the district's own where not given.
    day
        The planned day, to be printed; the district's where not given.
    weather
        Key of the table of drying, or ``rain``; the district's where not given.
    rain
        Hours of rain, from and to, 0 to 24.
    seed, iterations
        Of the search; the district's where not given. Same seed, same plan.
    assessment
        Of the district, where it has been made already.
    progress
        Is told what is being done.

    Returns
    -------
    plan
        The same for the same input.

    Raises
    ------
    InputError
        If there are no roads or no carts, or something in the carts' file is at fault.
    """
    settings = _settings_of(district)
    tell = progress or (lambda _: None)
    file = _carts_of(district, settings, carts)
    seed = settings.seed if seed is None else seed
    iterations = settings.iterations if iterations is None else iterations
    tell("roads")
    assessment = assessment or assess(district)
    roads = district.layers["roads"].table
    streets, turns = lay_streets(district, settings)
    box = tuple(float(one) for one in roads.total_bounds)
    tables = read_carts(file.path, datum=file.datum, surroundings=box)  # type: ignore[arg-type] # four numbers
    placed = place_fleet(tables, settings, streets, is_demo=file.is_demo, source=file.source)
    works = works_of(placed.fleet, setup_s=settings.number("refill_setup_s"))
    demand = find_demand(
        assessment,
        district,
        streets,
        settings,
        spray_width_m=float(placed.fleet.carts["spray_width_m"].min()),
        tank_m=min(work.tank_m for work in works),
    )
    drying = _dry(settings, placed.fleet, weather or settings.weather, rain)
    placed, demand = rest_in_frost(placed, demand, drying)
    tell("ways")
    tightest_s = min(tightest_interval_s(drying, demand), _LONGEST_TOUR_S)
    prepared = prepare_problems(demand, placed, streets, works, tour_s=tightest_s)
    ground = _ground(demand, placed.fleet, drying, prepared)
    tell("tours")
    decided = decide_day(
        prepared,
        demand,
        ground,
        placed.fleet,
        tightest_s=tightest_s,
        seed=seed,
        iterations=iterations,
        tell=tell,
    )
    tell("bounds")
    return _finish(
        district, assessment, settings, file, placed, demand, prepared, ground, decided,
        streets=streets, turns=turns, day=day or district.as_of,
        notes=tables.notes,
        parameters={
            "seed": seed,
            "iterations": iterations,
            "weather": drying.weather,
            "rain_h": [list(one) for one in rain],
            "longest_tour_s": decided.limit_s,
            "start_ahead_s": decided.best.ahead_s,
            "interval_h": [None if np.isinf(one) else float(one) for one in drying.interval_h],
        },
    )  # fmt: skip


def _settings_of(district: District) -> WateringSettings:
    """Give the settings that `load_district` filled in.

    Raises
    ------
    InputError
        If the district was put together without, or has no roads.
    """
    layer = district.layers.get("roads")
    if layer is None or layer.table.empty:
        problem = Text("没有道路图层", "there is no layer of roads")
        mend = Text("请提供 roads 图层", "give the layer roads")
        raise InputError(Fault(file=district.path.name, problem=problem, mend=mend))
    if district.watering is not None:
        return district.watering
    problem = Text("没有道路湿润参数", "there are no settings of watering")
    mend = Text("请用 load_district 读入辖区", "read the district with load_district")
    raise InputError(Fault(file=district.path.name, column="watering", problem=problem, mend=mend))


def _carts_of(district: District, settings: WateringSettings, carts: CartsFile | None) -> CartsFile:
    """Give the carts' file.

    Raises
    ------
    InputError
        If there is none.
    """
    file = carts or settings.carts
    if file is not None:
        return file
    problem = Text("没有车辆表", "no carts are given")
    mend = Text(
        "请用 --carts 指明，或在 district.toml 写 [watering.carts]",
        "name the file with --carts, or under [watering.carts] of district.toml",
    )
    raise InputError(Fault(file=district.path.name, column="carts", problem=problem, mend=mend))


def _dry(
    settings: WateringSettings, fleet: Fleet, weather: str, rain: Sequence[tuple[float, float]]
) -> DryingDay:
    """Give the drying of the day, after the thinnest film that a cart leaves."""
    film = fleet.carts["spray_l_per_m"] / fleet.carts["spray_width_m"]
    return plan_drying(
        read_drying(settings.drying),
        weather=weather,
        film_mm=float(film.min()) * settings.number("retained_share"),
        dry_film_mm=settings.number("dry_film_mm"),
        traffic_mm_per_h=settings.number("traffic_mm_per_h"),
        longest_h=settings.number("longest_h"),
        rain=rain,
        frost=frost_of(settings),
    )


def _ground(demand: Demand, fleet: Fleet, drying: DryingDay, prepared: Prepared) -> Ground:
    """Give what all rounds have in common."""
    sites = fleet.sites
    return Ground(
        tasks=demand.tasks,
        factors=demand.sections["interval_factor"].to_numpy(dtype=np.float64),
        lengths_m=demand.sections["length_m"].to_numpy(dtype=np.float64),
        drying=drying,
        transfer_s=prepared.transfer_s,
        open_s=tuple(zip(sites["opens_s"], sites["closes_s"], strict=True)),
    )


def _finish(  # noqa: PLR0913, PLR0917 - everything that was worked out goes into the plan
    district: District,
    assessment: Assessment,
    settings: WateringSettings,
    file: CartsFile,
    placed: PlacedFleet,
    demand: Demand,
    prepared: Prepared,
    ground: Ground,
    decided: Decision,
    *,
    streets: StreetGraph,
    turns: HeldTurns | None,
    day: date,
    notes: tuple[Text, ...],
    parameters: dict[str, object],
) -> WateringPlan:
    """Put the plan together."""
    fleet, best, never = placed.fleet, decided.best, decided.never
    sections = describe_sections(demand.sections, best.wetness, never, left=decided.left)
    per_m = _spray_l_per_m(prepared, best, len(sections))
    sections = sections.assign(litres=sections["length_m"] * sections["passes"] * per_m)
    kinds = fleet.carts["kind"].tolist()
    transfers = list_transfers(best.runs, kinds)
    stops = place_stops(streets, [], placed.places)
    extra = [_transfer_legs(one, stops, prepared) for one in transfers]
    roads = district.layers["roads"]
    clock = clock_of(ground.drying)
    served = np.array([t.spray_m for t in demand.tasks if t.section not in never])
    least = least_work(served, prepared.works)
    widest = float(ground.factors.max(initial=1.0))
    bound_h = bound_work_h(least, clock, factor=widest)
    bound = FleetBound(
        carts=best.carts,
        carts_bound=bound_carts(least, clock, factor=widest),
        work_h=best.work_h,
        work_bound_h=bound_h,
        gap=best.work_h / bound_h - 1.0 if bound_h > 0 else float("nan"),
        how=HOW,
    )
    used = [district.layers[name] for name in ("boundary", "townships", "stations", "roads")
            if name in district.layers]  # fmt: skip
    return WateringPlan(
        district=district,
        plan=assessment.plan,
        settings=settings,
        fleet=fleet,
        drying=ground.drying,
        day=day,
        sections=section_table(sections),
        tours=tour_table(best.tours, transfers, extra, best.runs, kinds, fleet.sites),
        legs=leg_table(
            [*(tour.legs for tour in best.tours), *extra],
            streets, roads.table, fleet.sites, placed.places,
        ),
        runs=run_table(best.runs, len(best.tours), transfers, fleet),
        dry_spells=dry_table(best.wetness.spells),
        bound=bound,
        diagnosis=decided.diagnosis,
        problems=(*demand.problems, *placed.problems, *notes, *tell_turns(turns)),
        assumptions=list_assumptions(assessment, settings, demand, placed, ground.drying, turns),
        turns=turns,
        parameters=parameters,
        is_demo=file.is_demo or any(layer.is_demo for layer in used),
        is_approximate=any(layer.is_approximate for layer in used),
    )  # fmt: skip


def _spray_l_per_m(prepared: Prepared, best: Round, sections: int) -> Floats:
    """Give what a metre of each section takes from the carts that serve it, else from the first."""
    per_m = np.full(sections, prepared.works[0].spray_l_per_m)
    for tour in best.tours:
        own = [leg.section for leg in tour.legs if leg.section >= 0]
        per_m[own] = prepared.works[tour.kind].spray_l_per_m
    return per_m


def _transfer_legs(
    transfer: tuple[int, int, int], stops: Stops, prepared: Prepared
) -> tuple[Leg, ...]:
    """Write the legs of driving empty between two sites."""
    kind, origin, destination = transfer
    writer = LegWriter(stops, prepared.works[kind])
    writer.drive(stops.site(origin), stops.site(destination))
    return writer.finish()
