"""Applications as the page knows them: what was stated, where, and what Python said of each."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from qxgeo.maps.siting.layers import SitingLayer
from qxgeo.maps.siting.wording import SITING_WORDS
from qxgeo.maps.style import Drawn
from qxgeo.siting.book_shapes import pack_shapes
from qxgeo.siting.table import columns_of
from qxgeo.siting.verdict import ACCURACY_PARAMETER

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from qxgeo.siting import SiteChecks

_DRAWN = Drawn("#1D2328", 1.4, "", "#FFFFFF", 0.85, 1.0, 6.0)


def accuracy_of(checks: SiteChecks) -> float | None:
    """Give the position error that was stated for applications; None where the plan's was taken.

    Parameters
    ----------
    checks
        As `siting.check_sites` gives them.

    Returns
    -------
    accuracy_m
        Ground metres.
    """
    taken = [one.assumption_id for one in checks.assumptions]
    if ACCURACY_PARAMETER in taken or len(checks.places) == 0:
        return None
    return float(checks.places["accuracy_m"].iloc[0])


def pack_applications(checks: SiteChecks) -> dict[str, Any]:
    """Write applications as the page's script reads them.

    Parameters
    ----------
    checks
        As `siting.check_sites` gives them.

    Returns
    -------
    packed
        ``rows``, each with `id`, `name`, `status`, `town`, `summary`, the position error
        `accuracy` in metres and the stated `facts`;
        ``shapes``, in their order; ``entrances``, each with the row it belongs to.
    """
    places = checks.places
    asked = _asked(checks)
    records = places.drop(columns="geometry").to_dict(orient="records")
    return {
        "rows": [
            {
                "id": str(record["place_id"]),
                "name": str(record["name"]),
                "status": str(record["status"]),
                "town": str(record["township_id"]),
                "summary": str(record["summary"]),
                "accuracy": float(record["accuracy_m"]),
                "facts": {name: _plain(record[name]) for name in asked if _is_given(record, name)},
            }
            for record in records
        ],
        "shapes": pack_shapes(places.geometry.to_numpy(dtype=object)),
        "entrances": _pack_entrances(checks),
    }


def draw_applications(checks: SiteChecks | None, lang: str) -> list[SitingLayer]:
    """Give the layer of the applications; none where there are none.

    Parameters
    ----------
    checks
        As `siting.check_sites` gives them, or None.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    layers
        At most one.
    """
    if checks is None or len(checks.places) == 0:
        return []
    return [
        SitingLayer(
            group="applications",
            kind="application",
            title=SITING_WORDS["application_layer"].in_language(lang),
            drawn=_DRAWN,
            shape="point",
            count=len(checks.places),
            is_shown=True,
            source={"applications": True},
        )
    ]


def _asked(checks: SiteChecks) -> list[str]:
    """Name the columns that the card may need: the kind's attributes and all that rules ask for."""
    names = [one.name for one in checks.kind.attributes]
    for one in checks.by_rule:
        if one.rule is not None and one.kind_rule is not None:
            names += sorted(columns_of(one.rule.subject.where) | columns_of(one.kind_rule.when))
    known = [name for name in dict.fromkeys(names) if name in checks.places.columns]
    return [name for name in known if name not in ("status", "geometry")]


def _pack_entrances(checks: SiteChecks) -> list[dict[str, Any]]:
    """Write the entrances of all applications, in their order."""
    if checks.entrances is None:
        return []
    number = {str(one): at for at, one in enumerate(checks.places["place_id"])}
    return [
        {
            "row": number[str(one["site_id"])],
            "id": str(one["entrance_id"]),
            "lon": float(one["geometry"].x),
            "lat": float(one["geometry"].y),
            "road_name": str(one["road_name"]) if _is_given(one, "road_name") else "",
        }
        for one in checks.entrances.to_dict(orient="records")
    ]


def _is_given(record: Mapping[Hashable, Any], name: str) -> bool:
    """Whether an application says something."""
    value = record[name]
    is_number = isinstance(value, float)
    return not (value is None or value is pd.NA or (is_number and math.isnan(value)))


def _plain(value: Any) -> Any:  # noqa: ANN401 - a value of any column
    """Write a value as JSON has it, as the conditions read it."""
    if isinstance(value, bool | str | int | float):
        return value
    return value.item() if hasattr(value, "item") else str(value)
