"""The patrol map: territories, risk, points, routes and what cameras see, as one offline page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from qxgeo.maps.base_layer import describe_base, name_places
from qxgeo.maps.frame import (
    PAINT,
    Button,
    Link,
    assemble,
    begin_layer,
    begin_map,
    finish_map,
    write_foot,
    write_head,
)
from qxgeo.maps.offline import make_self_contained
from qxgeo.maps.online import list_online_bases
from qxgeo.maps.patrol.cast import Cast, meet_cast, write_shapes
from qxgeo.maps.patrol.layers import PatrolLayer, build_layers
from qxgeo.maps.patrol.panels import write_fairness, write_notes
from qxgeo.maps.patrol.routes import DrawnRoutes, choose_routes, pack_routes, pack_stops
from qxgeo.maps.patrol.rows import (
    find_positions,
    pack_cells,
    pack_devices,
    pack_fires,
    pack_hot_cells,
    pack_next_cameras,
    pack_people,
    pack_points,
    territory_shapes,
)
from qxgeo.maps.patrol.style import ABSENT_COLOUR, TERRITORY_COLOURS
from qxgeo.maps.patrol.wording import DUTY, GROUPS, PANEL_WORDS, PATROL_WORDS, THEMES, TITLE
from qxgeo.maps.rows import Strings
from qxgeo.maps.wording import NOTHING_HERE, PAGE_WORDS, choose
from qxgeo.maps.write import find_cache_folder, write_page
from qxgeo.patrol.privacy import Discretion, clean_all
from qxgeo.resources import assets_dir

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy.typing as npt

    from qxgeo.maps.online import OnlineBase
    from qxgeo.patrol.model import Patrol, RiskTerm
    from qxgeo.plan import ActionPlan

_OWN_FILES = (
    "cards.js",
    "cards.css",
    "patrol/page.js",
    "patrol/labels.js",
    "patrol/panel.js",
    "patrol/popups.js",
    "patrol/page.css",
)
_MOST_TILE_BYTES = 2_800_000  # the page stays below 6 MB
# What a clause is for: the effect of the plan's rule that says so.
_EFFECTS = {"duty": "assign", "points": "inventory_patrol", "sight": "cover", "hot": "screen"}


def write_patrol_map(
    patrol: Patrol,
    folder: Path,
    *,
    lang: str = "zh",
    is_public: bool = False,
    online_base: Mapping[str, str] | None = None,
    cache_folder: Path | None = None,
) -> Path:
    """Write ``patrol.html``, a map that opens without a network.

    Phone numbers and bases of people never enter it. The same patrol gives the same bytes.

    Parameters
    ----------
    patrol
        What was planned; nothing is computed here.
    folder
        Exists.
    lang
        ``zh`` or ``en``.
    is_public
        Leave out names, and routes, which begin at people's bases; ids stand for people.
    online_base
        As for `write_maps`.
    cache_folder
        Where rendered base-map tiles are kept between runs; None takes the user's cache folder.

    Returns
    -------
    file
        The page.

    Raises
    ------
    OutputError
        If the file cannot be written or a collected script is missing.
    InputError
        If an online base map is not usable.
    """
    online = list_online_bases(online_base, lang=lang)
    base = describe_base(
        patrol.district,
        cache_folder=cache_folder or find_cache_folder(),
        most_tile_bytes=_MOST_TILE_BYTES,
    )
    html = _render(patrol, lang=lang, is_public=is_public, base=base, online=online)
    return write_page(folder / "patrol.html", html)


def _render(
    patrol: Patrol,
    *,
    lang: str,
    is_public: bool,
    base: Mapping[str, object],
    online: Sequence[OnlineBase],
) -> str:
    """Draw the page."""
    discretion = _keep_to_itself(patrol, is_public=is_public)
    strings = Strings()
    cast = meet_cast(patrol, lang=lang, is_public=is_public, strings=strings)
    routes = choose_routes(patrol, is_public=is_public)
    positions = find_positions(patrol)
    layers = build_layers(cast, positions=positions, straight=routes.is_straight)
    told = _tell(cast, layers, routes, positions)
    told["strings"] = strings.listed()
    drawn = {
        "shapes": _shapes(patrol, routes, positions),
        "day": routes.typical,
        "colours": {"territories": TERRITORY_COLOURS, "none": ABSENT_COLOUR},
        "base": base,
        "places": name_places(patrol.district),
        "online": [one._asdict() for one in online],
        "paint": PAINT,
    }
    data = {
        **{key: clean_all(value, discretion.clean) for key, value in told.items()},
        **drawn,
    }
    panels = write_fairness(cast, discretion.clean) + write_notes(
        cast, discretion.clean, _left_out(cast, routes, positions)
    )
    html = assemble(
        _draw_map(layers, lang),
        title=f"{TITLE.in_language(lang)} · {patrol.district.name.in_language(lang)}",
        head=_head(cast),
        tail=panels + write_foot(patrol.district, lang),
        files_of_page=_OWN_FILES,
        data=data,
        lang=lang,
    )
    tile_urls = [url for one in online for url in one.urls]
    return make_self_contained(html, assets=assets_dir(), tile_urls=tile_urls)


def _tell(
    cast: Cast,
    layers: Sequence[PatrolLayer],
    routes: DrawnRoutes,
    positions: npt.NDArray[np.object_],
) -> dict[str, object]:
    """Gather everything that is told in words."""
    lang = cast.lang
    return {
        "words": {
            **choose(PAGE_WORDS, lang),
            **choose(PATROL_WORDS, lang),
            "latin": lang == "en",
            "nothing_here": NOTHING_HERE.in_language(lang),
            "duty_text": DUTY.in_language(lang),
        },
        "groups": [{"id": key, "title": text.in_language(lang)} for key, text in GROUPS.items()],
        "themes": choose(THEMES, lang),
        "overlays": [layer.describe() for layer in layers],
        "tables": _tables(cast, routes, positions),
        "terms": [_describe_term(term, lang) for term in cast.patrol.risk.terms],
        "clauses": _clauses(cast.patrol.plan),
        "days": [day.isoformat() for day in routes.days],
    }


def _keep_to_itself(patrol: Patrol, *, is_public: bool) -> Discretion:
    """Gather what must not stand in the page."""
    people = patrol.people
    names = dict(zip(people["name"].astype(str), people["person_id"].astype(str), strict=True))
    phones = [*people["phone"].astype(str), *patrol.settings.phones.values()]
    return Discretion(phones, names if is_public else {})


def _tables(
    cast: Cast, routes: DrawnRoutes, positions: npt.NDArray[np.object_]
) -> dict[str, object]:
    """Write everything that popups tell."""
    return {
        "people": pack_people(cast),
        "cells": pack_cells(cast),
        "points": pack_points(cast),
        "hot": pack_hot_cells(cast),
        "fires": pack_fires(cast),
        "devices": pack_devices(cast, positions),
        "next": pack_next_cameras(cast),
        "routes": pack_routes(cast, routes),
        "stops": pack_stops(cast, routes),
    }


def _shapes(
    patrol: Patrol, routes: DrawnRoutes, positions: npt.NDArray[np.object_]
) -> dict[str, object]:
    """Write every geometry once; layers point at them by row."""
    nothing = np.empty(0, dtype=object)
    sight = patrol.sight
    next_cameras = None if sight is None else sight.next_cameras
    return {
        "people": write_shapes(territory_shapes(patrol)),
        "cells": write_shapes(patrol.cells.geometry),
        "points": write_shapes(patrol.points.geometry),
        "hot": write_shapes(patrol.risk.hot_cells.geometry),
        "fires": write_shapes(patrol.risk.fires.geometry),
        "devices": write_shapes(nothing if sight is None else sight.devices.geometry),
        "positions": write_shapes(positions),
        "next": write_shapes(nothing if next_cameras is None else next_cameras.places.geometry),
        "routes": write_shapes(routes.shapes),
    }


def _describe_term(term: RiskTerm, lang: str) -> dict[str, object]:
    """Describe one term of the risk."""
    return {
        "id": term.term_id,
        "name": term.name.in_language(lang),
        "formula": term.formula.in_language(lang),
        "weight": round(term.weight, 4),
        "share": round(term.share, 4),
        "source": term.source.in_language(lang),
        "dropped": term.dropped.in_language(lang) if term.dropped else "",
    }


def _clauses(plan: ActionPlan) -> dict[str, object]:
    """Find the clause behind each kind of thing, with who leads and who answers."""
    units = {unit.unit_id: unit.name for unit in plan.units}
    found: dict[str, object] = {}
    for key, effect in _EFFECTS.items():
        measures = [
            measure
            for measure in plan.measures
            if any(rule.effect == effect for rule in measure.rules)
        ]
        if measures:
            measure = measures[0]
            found[key] = {
                "measure": measure.measure_id,
                "text": measure.text,
                "lead": "、".join(units.get(one, one) for one in measure.lead),
                "responsible": "、".join(units.get(one, one) for one in measure.responsible),
            }
    return found


def _left_out(cast: Cast, routes: DrawnRoutes, positions: npt.NDArray[np.object_]) -> list[str]:
    """Say what this map does not draw."""
    words = choose(PANEL_WORDS, cast.lang)
    lines = []
    if routes.days_left:
        lines.append(words["routes_left_out"].format(drawn=len(routes.days), left=routes.days_left))
    unplaced = int(shapely.is_missing(positions).sum())
    if unplaced:
        lines.append(words["no_position"].format(count=unplaced))
    return lines


def _draw_map(layers: Sequence[PatrolLayer], lang: str) -> str:
    """Render the Folium map; the page's script fills the layers when they are first shown."""
    drawn = begin_map()
    made = []
    for number, layer in enumerate(layers):
        one = begin_layer(number, radius=layer.drawn.radius, is_shown=False)
        one.add_to(drawn)
        made.append(one)
    return finish_map(drawn, made, lang)


def _head(cast: Cast) -> str:
    """Write the title with the links; the public page links nothing that holds names."""
    patrol, lang = cast.patrol, cast.lang
    words = choose(PANEL_WORDS, lang)
    schedule = patrol.schedule
    facts = (
        patrol.district.name.in_language(lang),
        patrol.plan.title.in_language(lang),
        f"{words['period']} {schedule.first_day} {words['to']} {schedule.last_day}",
    )
    links = [Link("index.html", PAGE_WORDS["portal"].in_language(lang))]
    if not cast.is_public:
        links += [
            Link("patrol.xlsx", words["workbook"]),
            Link("patrol_sheets.pdf", words["sheets"]),
        ]
    return write_head(
        TITLE.in_language(lang),
        facts,
        links,
        is_demo=patrol.is_demo,
        lang=lang,
        buttons=(
            Button("qx-open-fairness", words["fairness"]),
            Button("qx-open-notes", words["notes"]),
        ),
    )
