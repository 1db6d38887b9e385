"""What the siting page draws: zones by strength, roads by answer, references, applications."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from qxgeo.maps.siting.style import (
    REFERENCE_DRAWN,
    draw_ground_of,
    draw_roads_of,
    draw_zone_of,
)
from qxgeo.maps.siting.wording import SITING_WORDS
from qxgeo.siting.book_shapes import AREA, LINE, POINT, pack_shapes
from qxgeo.vocabulary import SITE_VERDICT_LABELS, STRENGTH_LABELS, SiteVerdict, Strength

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from qxgeo.maps.style import Drawn

DECIMALS = 6  # of drawn zones; what is judged has its own
_MOST_VERTICES = 80_000  # of all zones together, some 600 kB; more is drawn coarser
_FIRST_TOLERANCE_DEG = 2e-6  # a fifth of a metre
_LAST_TOLERANCE_DEG = 1e-4  # about ten metres: coarser than that nothing is a zone any more
_SHAPES = {POINT: "point", LINE: "line", AREA: "area"}
_ANSWERS = ((0, "frontage_prohibited"), (1, "frontage_doubtful"), (2, "frontage_unknown"))


@dataclass(frozen=True, slots=True, kw_only=True)
class SitingLayer:
    """One layer that a reader can switch.

    Attributes
    ----------
    group
        Word of the group in the legend: a strength, ``references``, ``applications``, ``ground``.
    kind
        ``zone``, ``roads``, ``reference``, ``application`` or ``note`` (a line without a drawing).
    source
        Where the page finds the shapes: a table of the book, the drawn zones or the applications.
    rows
        Which of them; None for all.
    """

    group: str
    kind: str
    title: str
    drawn: Drawn
    shape: str
    count: int
    is_shown: bool
    source: Mapping[str, Any] = field(default_factory=dict)
    rows: tuple[int, ...] | None = None

    def describe(self) -> dict[str, object]:
        """Give it as the script reads it."""
        return {
            "group": self.group,
            "kind": self.kind,
            "title": self.title,
            "drawn": {**self.drawn.leaflet(), "radius": self.drawn.radius},
            "shape": self.shape,
            "count": self.count,
            "shown": self.is_shown,
            "source": dict(self.source),
            "rows": None if self.rows is None else list(self.rows),
        }


@dataclass(slots=True)
class Drawings:
    """Shapes that are drawn and not judged, in the order of their numbers."""

    shapes: list[shapely.Geometry] = field(default_factory=list)

    def add(self, shape: shapely.Geometry) -> dict[str, int]:
        """Take a shape up and say where it is found."""
        self.shapes.append(shape)
        return {"drawing": len(self.shapes) - 1}

    def pack(self) -> dict[str, Any]:
        """Write them small, so coarse that the page stays light."""
        shapes: NDArray[np.object_] = np.array([*self.shapes, None], dtype=object)[:-1]
        parts, owner = shapely.get_parts(shapes, return_index=True)
        tolerance_deg = _FIRST_TOLERANCE_DEG
        # Part by part: a shape of many parts takes the square of their number.
        drawn = shapely.simplify(parts, tolerance_deg)
        while int(shapely.get_num_coordinates(drawn).sum()) > _MOST_VERTICES:
            tolerance_deg *= 2
            drawn = shapely.simplify(drawn, tolerance_deg)
            if tolerance_deg > _LAST_TOLERANCE_DEG:
                break
        whole = [shapely.geometrycollections(drawn[owner == at]) for at in range(len(shapes))]
        return pack_shapes(np.array([*whole, None], dtype=object)[:-1], decimals=DECIMALS)


def build_siting_layers(
    book: Mapping[str, Any],
    zones: Mapping[str, shapely.Geometry],
    drawings: Drawings,
    *,
    lang: str,
) -> list[SitingLayer]:
    """List the layers of a rule book, in the order in which they are drawn.

    Parameters
    ----------
    book
        From `siting.book.write_rule_book`.
    zones
        From `siting.book.draw_rule_zones`.
    drawings
        Takes up what is drawn.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    layers
        Zones first, then roads, then references.
    """
    rules = book["rules"]
    return [
        *(_zone(rule, zones, book, drawings, lang) for rule in rules if _has_place(rule)),
        *(layer for rule in rules for layer in _roads(rule, lang)),
        *_references(book, lang),
    ]


def build_ground_layers(
    parts: gpd.GeoDataFrame, drawings: Drawings, *, lang: str
) -> list[SitingLayer]:
    """List the ground of a district by the verdict that a new site would be under.

    Parameters
    ----------
    parts
        `verdict` and geometry, EPSG:4326.
    drawings
        Takes up what is drawn.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    layers
        One per verdict, hidden at first.
    """
    layers = []
    for verdict in SiteVerdict:
        shapes = parts[parts["verdict"].astype(str) == str(verdict)].geometry
        if shapes.empty:
            continue
        layers.append(
            SitingLayer(
                group="ground",
                kind="zone",
                title=SITE_VERDICT_LABELS[verdict].in_language(lang),
                drawn=draw_ground_of(verdict),
                shape="area",
                count=0,
                is_shown=False,
                source=drawings.add(shapes.union_all()),
            )
        )
    return layers


def list_groups(layers: Sequence[SitingLayer], lang: str) -> list[dict[str, str]]:
    """List the groups of the legend that hold something, strengths first and apart.

    Parameters
    ----------
    layers
        All layers.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    groups
        ``id`` and ``title``.
    """
    titles = {str(one): STRENGTH_LABELS[one] for one in Strength} | {
        "references": SITING_WORDS["references"],
        "applications": SITING_WORDS["application_layer"],
        "ground": SITING_WORDS["ground_layer"],
    }
    used = {layer.group for layer in layers}
    return [
        {"id": group, "title": title.in_language(lang)}
        for group, title in titles.items()
        if group in used
    ]


def _has_place(rule: Mapping[str, Any]) -> bool:
    """Whether a rule is about where a place lies."""
    return rule["test"] in ("within_distance", "inside_polygon")


def _zone(
    rule: Mapping[str, Any],
    zones: Mapping[str, shapely.Geometry],
    book: Mapping[str, Any],
    drawings: Drawings,
    lang: str,
) -> SitingLayer:
    """Draw the zone of a rule, or say why there is none."""
    zone = zones.get(rule["id"])
    if zone is None or bool(shapely.is_empty(zone)):
        return _note("zone_missing" if rule["missing"] else "zone_open", rule, lang)
    # A zone that is the whole district would only cover the others.
    is_whole = book["references"][rule["reference"]]["layer"] == "boundary"
    return SitingLayer(
        group=rule["strength"],
        kind="zone",
        title=_write("zone", lang, rule=rule["id"], title=rule["title"][lang == "en"]),
        drawn=draw_zone_of(Strength(rule["strength"])),
        shape="area",
        count=0,
        is_shown=not is_whole,
        source=drawings.add(zone),
    )


def _note(key: str, rule: Mapping[str, Any], lang: str) -> SitingLayer:
    """Say in the legend why a rule has nothing to draw."""
    return SitingLayer(
        group=rule["strength"],
        kind="note",
        title=_write(key, lang, rule=rule["id"], title=rule["title"][lang == "en"]),
        drawn=draw_zone_of(Strength(rule["strength"])),
        shape="area",
        count=0,
        is_shown=False,
    )


def _roads(rule: Mapping[str, Any], lang: str) -> list[SitingLayer]:
    """Draw the roads on which an entrance is prohibited, or has to be decided about."""
    if rule["test"] != "frontage":
        return []
    if rule["missing"]:
        return [_note("zone_missing", rule, lang)]
    layers = []
    for answer, key in _ANSWERS:
        rows = tuple(number for number, one in enumerate(rule["answers"]) if one == answer)
        if rows:
            words = {name: rule[name][lang == "en"] for name in ("meant", "doubtful")}
            layers.append(
                SitingLayer(
                    group=rule["strength"],
                    kind="roads",
                    title=_write(key, lang, rule=rule["id"], **words),
                    drawn=draw_roads_of(answer),
                    shape="line",
                    count=len(rows),
                    is_shown=answer == 0,
                    source={"reference": rule["reference"]},
                    rows=rows,
                )
            )
    return layers


def _references(book: Mapping[str, Any], lang: str) -> list[SitingLayer]:
    """Draw what the rules measure to; stations and the boundary stand on the base map."""
    layers = []
    wanted = {
        rule["reference"] for rule in book["rules"] if _has_place(rule) and not rule["missing"]
    }
    # The area of a rule by area is its zone, and drawn as that.
    areas = {rule.get("reference") for rule in book["rules"] if rule["test"] == "inside_polygon"}
    for number in sorted(wanted):
        table = book["references"][number]
        if table["layer"] in ("stations", "boundary"):
            continue
        sorts = {sort for pieces in table["shapes"] for sort, _ in pieces}
        shape = _SHAPES[max(sorts, default=POINT)]
        layers.append(
            SitingLayer(
                group="references",
                kind="reference",
                title=table["title"][lang == "en"],
                drawn=REFERENCE_DRAWN[shape],
                shape=shape,
                count=len(table["ids"]),
                is_shown=number not in areas,
                source={"reference": number},
            )
        )
    return layers


def _write(key: str, lang: str, **facts: str) -> str:
    """Put facts into one of the page's words."""
    return SITING_WORDS[key].in_language(lang).format_map(facts)
