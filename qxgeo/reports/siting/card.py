"""The verdict card of one place: as lines for a terminal, and as values for a program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely

from qxgeo.errors import Text
from qxgeo.reports.neutral import clean_text
from qxgeo.reports.sheets import display_width
from qxgeo.reports.siting.wording import (
    DECISION_AID,
    label_reference,
    label_status,
    label_strength,
    label_township,
    label_verdict,
    name_leads,
)
from qxgeo.siting import write_card
from qxgeo.vocabulary import DEMO_BANNER, NOT_LEGAL_BOUNDARY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qxgeo.plan import ActionPlan
    from qxgeo.rules import Assumption
    from qxgeo.siting import SiteCheck, SiteChecks, SiteLine

CARD_SCHEMA = "qxgeo-site/1"
_DECIMALS = 7  # of a degree, a centimetre
_INDENT = "    "


def describe_card(
    checks: SiteChecks, row: int, *, datum: str, notes: Sequence[Text] = ()
) -> dict[str, Any]:
    """Turn the card of one place into plain values for a program.

    Parameters
    ----------
    checks
        As `check_sites` gives them; nothing is computed here.
    row
        Which place, counted from 0.
    datum
        In which the place was given.
    notes
        What was taken for granted of it.

    Returns
    -------
    card
        Codes as `vocabulary` and `schemas.SITE_LINE_COLUMNS` have them, sentences in both
        languages, None where nothing was measured.
    """
    check, district, plan = write_card(checks, row), checks.district, checks.plan
    lon, lat = _find_point(check.place)
    place = checks.places.iloc[row]
    return {
        "schema": CARD_SCHEMA,
        "as_of": check.as_of.isoformat(),
        "district": {"code": district.code, "name": _both(district.name)},
        "plan": {"plan_id": plan.plan_id, "title": _both(plan.title)},
        "kind": {"kind_id": check.kind.kind_id, "title": _both(check.kind.title)},
        "place": {
            "place_id": check.place_id,
            "name": check.name,
            "status": check.status,
            "lon": round(lon, _DECIMALS),
            "lat": round(lat, _DECIMALS),
            "geometry": str(checks.places.geom_type.iloc[row]),
            "given_datum": datum,
            "accuracy_m": float(place["accuracy_m"]),
            "township_id": check.township_id,
            "township": _both(label_township(check.township_id, check.township_name)),
            "attributes": _list_attributes(checks, row),
            "entrances": _list_entrances(checks, check.place_id),
        },
        "verdict": str(check.summary),
        "verdict_label": _both(label_verdict(check.summary)),
        "reason": _both(check.reason),
        "decided_by": [one for one in str(place["decided_by"]).split(", ") if one],
        "lines": [_describe_line(line, plan) for line in check.lines],
        "assumptions": [_describe_assumption(one) for one in check.assumptions],
        "notes": [_both(note) for note in notes],
        "is_demo": check.is_demo,
        "is_approximate": check.is_approximate,
        "decision_aid": _both(DECISION_AID),
    }


def _both(text: Text) -> dict[str, str]:
    """Give a sentence in both languages."""
    return {"zh": text.zh, "en": text.en}


def _list_attributes(checks: SiteChecks, row: int) -> dict[str, Any]:
    """Give what the application says of the site, by the kind's attributes."""
    place, found = checks.places.iloc[row], dict[str, Any]()
    for attribute in checks.kind.attributes:
        value = place.get(attribute.name)
        known = value is not None and not pd.isna(value)
        found[attribute.name] = (
            (value if isinstance(value, bool) else _plain(value)) if known else None
        )
    return found


def _find_point(place: shapely.Geometry) -> tuple[float, float]:
    """Give longitude and latitude of a point, or of one inside a parcel."""
    lon, lat = shapely.get_coordinates(shapely.point_on_surface(place))[0]
    return float(lon), float(lat)


def _plain(value: object) -> str | float:
    """Give a value that JSON has."""
    return float(value) if isinstance(value, int | float) else str(value)


def _list_entrances(checks: SiteChecks, place_id: str) -> list[dict[str, Any]]:
    """Give the entrances of a place."""
    if checks.entrances is None:
        return []
    mine = checks.entrances[checks.entrances["site_id"] == place_id]
    return [
        {
            "entrance_id": str(one["entrance_id"]),
            "lon": round(one["geometry"].x, _DECIMALS),
            "lat": round(one["geometry"].y, _DECIMALS),
            "road_name": None if pd.isna(one["road_name"]) else str(one["road_name"]),
        }
        for one in mine.to_dict("records")
    ]


def _describe_line(line: SiteLine, plan: ActionPlan) -> dict[str, Any]:
    """Give one line."""
    return {
        "line": line.line,
        "rule_id": line.rule_id,
        "measure_id": line.measure_id,
        "title": _both(line.title),
        "clause": line.clause,
        "strength": line.strength,
        "strength_label": _both(label_strength(line.strength)),
        "verdict": str(line.verdict),
        "verdict_label": _both(label_verdict(line.verdict)),
        "why": str(line.why),
        "reason": _both(line.reason),
        "distance_m": line.distance_m,
        "threshold_m": line.threshold_m,
        "margin_m": line.margin_m,
        "error_m": line.error_m,
        "measured_from": line.measured_from,
        "measured_to": line.measured_to,
        "reference_id": line.reference_id,
        "reference_name": line.reference_name,
        "is_spared": line.is_spared,
        "assumption_ids": list(line.assumption_ids),
        "lead": list(name_leads(plan, [line.measure_id])),
    }


def _describe_assumption(one: Assumption) -> dict[str, Any]:
    """Give one assumption."""
    return {
        "assumption_id": one.assumption_id,
        "rule_ids": list(one.rule_ids),
        "text": _both(one.text),
        "source": _both(one.source),
    }


def write_card_text(
    checks: SiteChecks, row: int, *, lang: str, notes: Sequence[Text] = ()
) -> list[str]:
    """Write the card of one place as lines of text, columns aligned for Chinese.

    Parameters
    ----------
    checks
        As `check_sites` gives them; nothing is computed here.
    row
        Which place, counted from 0.
    lang
        ``zh`` or ``en``.
    notes
        What was taken for granted of the place.

    Returns
    -------
    lines
        Without line breaks in them.
    """
    check = write_card(checks, row)
    written = [
        *_write_head(checks, check, row, lang),
        "",
        *_write_lines(check.lines, checks.plan, lang),
        "",
        *_write_assumptions(check, lang),
        *_write_notes(check, lang, notes),
    ]
    return [clean_text(line) if line.strip() == line else _keep_indent(line) for line in written]


def _keep_indent(line: str) -> str:
    """Clean a line that begins with blanks."""
    return line[: len(line) - len(line.lstrip())] + clean_text(line)


def _write_head(checks: SiteChecks, check: SiteCheck, row: int, lang: str) -> Iterator[str]:
    """Say what was asked, and the verdict."""
    zh = lang == "zh"
    if check.is_demo:
        yield DEMO_BANNER.in_language(lang)
    name = checks.district.name.in_language(lang)
    kind = check.kind.title.in_language(lang)
    status = label_status(check.status).in_language(lang)
    yield f"{name}  {check.as_of.isoformat()}  {kind}  {status}  {check.name}".rstrip()
    lon, lat = _find_point(check.place)
    township = label_township(check.township_id, check.township_name).in_language(lang)
    is_parcel = checks.places.geom_type.iloc[row] != "Point"
    what = ("地块" if is_parcel else "位置") if zh else ("parcel at" if is_parcel else "place")
    error_m = f"±{float(checks.places.iloc[row]['accuracy_m']):g} m"
    yield f"{what} {lon:.6f}, {lat:.6f} (WGS 84, {error_m})  {township}"
    said = [
        f"{key}={value}"
        for key, value in _list_attributes(checks, row).items()
        if value is not None
    ]
    if said:
        yield ("属性 " if zh else "attributes ") + "  ".join(said)
    yield ""
    label = label_verdict(check.summary).in_language(lang)
    yield ("结论：" if zh else "Verdict: ") + f"【{label}】{check.reason.in_language(lang)}"


def _write_lines(lines: Sequence[SiteLine], plan: ActionPlan, lang: str) -> Iterator[str]:
    """Write each rule: verdict and sentence, then its clause, its numbers and who leads."""
    zh = lang == "zh"
    labels = [label_verdict(line.verdict).in_language(lang) for line in lines]
    names = [line.rule_id or line.title.in_language(lang) for line in lines]
    wide = max(map(display_width, labels))
    long = max(map(display_width, names))
    for line, label, name in zip(lines, labels, names, strict=True):
        yield f"{_pad(name, long)}  {_pad(label, wide)}  {line.reason.in_language(lang)}"
        if not line.rule_id:
            continue
        strength = label_strength(line.strength).in_language(lang)
        yield f"{_INDENT}{strength} · {line.title.in_language(lang)}"
        yield f"{_INDENT}" + (f"条文：{line.clause}" if zh else f"clause: {line.clause}")
        numbers = _write_numbers(line, zh=zh)
        if numbers:
            yield _INDENT + numbers
        leads = name_leads(plan, [line.measure_id])
        if leads:
            yield _INDENT + ("牵头：" if zh else "lead: ") + _join(leads, zh=zh)


def _write_numbers(line: SiteLine, *, zh: bool) -> str:
    """Write what was measured, to what, and how far from the limit."""
    if line.distance_m is None:
        return ""
    reference = label_reference(line).in_language("zh" if zh else "en")
    heads = (
        (Text("距离", "distance"), line.distance_m, reference),
        (Text("限值", "limit"), line.threshold_m, ""),
        (Text("余量", "margin"), line.margin_m, ""),
    )
    parts = [
        f"{head.zh if zh else head.en} {value:,.1f} m" + _aside(more, zh=zh)
        for head, value, more in heads
        if value is not None
    ]
    if line.error_m is not None:
        parts.append(f"{'位置误差' if zh else 'position error'} ±{line.error_m:g} m")
    return ("，" if zh else ", ").join(parts)


def _write_assumptions(check: SiteCheck, lang: str) -> Iterator[str]:
    """List what was assumed."""
    if check.assumptions:
        yield "假设：" if lang == "zh" else "Assumptions:"
    for one in check.assumptions:
        zh = lang == "zh"
        rules = _join(one.rule_ids, zh=zh)
        text, source = one.text.in_language(lang), one.source.in_language(lang)
        yield f"  · {text}{_aside(source, zh=zh)}" + (f" [{rules}]" if rules else "")


def _write_notes(check: SiteCheck, lang: str, notes: Sequence[Text]) -> Iterator[str]:
    """Say what was taken for granted, and what the card is good for."""
    if notes:
        yield "注意：" if lang == "zh" else "Notes:"
    for note in notes:
        yield f"  · {note.in_language(lang)}"
    yield ""
    if check.is_approximate:
        yield NOT_LEGAL_BOUNDARY.in_language(lang)
    else:
        yield DECISION_AID.in_language(lang)


def _join(words: Sequence[str], *, zh: bool) -> str:
    """Join words of a list."""
    return ("、" if zh else ", ").join(words)


def _aside(text: str, *, zh: bool) -> str:
    """Put a remark into brackets; nothing where there is none."""
    if not text:
        return ""
    return f"（{text}）" if zh else f" ({text})"


def _pad(text: str, width: int) -> str:
    """Fill a text up to a width in which Chinese characters count as two."""
    return text + " " * (width - display_width(text))
