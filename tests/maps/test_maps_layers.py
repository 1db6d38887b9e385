"""Sorting findings into layers, packing them, and choosing how they look."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from qxgeo.maps.layers import (
    build_overlays,
    findings_of_page,
    rules_of_page,
    sort_into_kinds,
    write_geojson,
)
from qxgeo.maps.rows import FIELDS, Strings, pack_reason, pack_rows, unpack_reason
from qxgeo.maps.style import (
    FURTHER_COLOURS,
    HATCHES,
    NEIGHBOUR_COLOUR,
    OUTLINES,
    STRENGTH_COLOURS,
    TOO_CLOSE_COLOUR,
    UNKNOWN_COLOUR,
    assign_colours,
)
from qxgeo.vocabulary import Strength, Verdict

if TYPE_CHECKING:
    from qxgeo.assess import Assessment


def _layers(assessment: Assessment, page: str) -> dict[tuple[str, str], int]:
    rules = rules_of_page(assessment, page)
    findings = findings_of_page(assessment, rules)
    overlays = build_overlays(assessment, rules, findings, sort_into_kinds(findings, rules))
    return {(one.rule_id, one.kind): one.count for one in overlays}


def test_every_kind_of_answer_has_a_layer_of_its_own(town_assessment: Assessment) -> None:
    assert _layers(town_assessment, "restricted") == {
        ("1.3.4-a", "zone"): 1,
        ("1.3.4-a", "zone_part"): 1,
        ("1.3.4-a", "applies"): 1,
        ("1.3.4-a", "too_close_to_call"): 1,
        ("1.3.4-a", "existing"): 1,
        ("1.3.4-a", "does_not_apply"): 1,
        ("4.1.4-b", "zone"): 1,
        ("4.1.4-b", "applies"): 1,
        ("4.1.4-f", "zone"): 1,
        ("4.1.4-f", "applies"): 1,
    }


def test_a_road_in_two_townships_counts_once_and_the_neighbours_part_apart(
    town_assessment: Assessment,
) -> None:
    counts = _layers(town_assessment, "keep_wet")
    assert counts["2.2.3-c", "applies"] == 5  # w01 (two townships), w02, w04, w05, w06
    assert counts["2.2.3-c", "neighbour"] == 1  # w03


def test_no_finding_is_lost_between_layers(town_assessment: Assessment) -> None:
    drawn: Counter[str] = Counter()
    for page in ("keep_wet", "repair", "restricted", "other"):
        rules = rules_of_page(town_assessment, page)
        findings = findings_of_page(town_assessment, rules)
        overlays = build_overlays(
            town_assessment, rules, findings, sort_into_kinds(findings, rules)
        )
        drawn[page] = sum(
            len(json.loads(one.geojson)["features"]) for one in overlays if one.kind != "zone"
        )
    assert sum(drawn.values()) == len(town_assessment.findings)


def test_a_rule_that_lists_whole_districts_is_off_where_a_placed_rule_is_judged(
    town_assessment: Assessment,
) -> None:
    rules = rules_of_page(town_assessment, "keep_wet")
    findings = findings_of_page(town_assessment, rules)
    overlays = build_overlays(town_assessment, rules, findings, sort_into_kinds(findings, rules))
    shown = {(one.rule_id, one.kind): one.is_shown for one in overlays}
    assert not shown["2.2.2-a", "applies"]
    assert shown["2.2.3-c", "applies"]
    alone = build_overlays(
        town_assessment,
        rules[:1],
        findings[findings["rule_id"] == "2.2.2-a"].reset_index(drop=True),
        ["applies"] * 3,
    )
    assert [one.is_shown for one in alone] == [True]


def test_coordinates_are_rounded_to_a_millionth_of_a_degree() -> None:
    shapes = np.array([shapely.LineString([(110.123456789, 25.1), (110.2, 25.33333333)]), None])
    text, drawn = write_geojson(shapes, [7, 8])
    assert drawn == [7]
    assert json.loads(text) == {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"i": 7},
                "geometry": {
                    "type": "LineString",
                    "coordinates": [[110.123457, 25.1], [110.2, 25.333333]],
                },
            }
        ],
    }
    assert " " not in text


def test_simplification_moves_no_line_by_more_than_its_tolerance() -> None:
    angles = np.linspace(0, np.pi, 400)
    arc = shapely.LineString(np.column_stack([110 + 0.01 * np.cos(angles), 25 + np.sin(angles)]))
    text, _ = write_geojson(np.array([arc]), [0], tolerance_deg=1e-5)
    drawn = shapely.from_geojson(text).geoms[0]
    assert len(drawn.coords) < len(arc.coords)
    assert shapely.hausdorff_distance(drawn, arc) <= 1e-5 + 1e-6


def test_rows_hold_every_word_of_their_findings(town_assessment: Assessment) -> None:
    rules = rules_of_page(town_assessment, "keep_wet")
    findings = findings_of_page(town_assessment, rules)
    strings = Strings()
    rows = pack_rows(
        findings,
        sort_into_kinds(findings, rules),
        rule_numbers={rule.rule_id: number for number, rule in enumerate(rules)},
        strings=strings,
        lang="zh",
    )
    listed = strings.listed()
    for row, (_, one) in zip(rows, findings.iterrows(), strict=True):
        cells = dict(zip(FIELDS, row, strict=True))
        assert listed[cells["name"]] == one["subject_name"]
        assert listed[cells["responsible"]] == one["responsible"]
        assert rules[cells["rule"]].rule_id == one["rule_id"]
        if np.isnan(one["distance_m"]):
            assert cells["distance"] is None
        else:
            assert cells["distance"] == pytest.approx(one["distance_m"], abs=0.05)


@given(
    st.text(max_size=60),
    st.text(max_size=6),
    st.text(alphabet="0123456789.,路校距", max_size=30),
)
def test_a_packed_reason_unpacks_to_itself(before: str, name: str, after: str) -> None:
    reason = f"{before}{name}距1,864.5 m{after}".translate(dict.fromkeys(range(57344, 57347)))
    packed = pack_reason(reason, name=name, reference="龙隐路小学1864")
    assert unpack_reason(packed, name=name, reference="龙隐路小学1864") == reason


def test_reasons_that_differ_in_numbers_alone_share_a_pattern() -> None:
    patterns = {
        pack_reason(f"{name}距甲站 {metres} m，在 1000 m 内", name=name, reference="甲站").pattern
        for name, metres in (("一路", "12.5"), ("二路", "999"))
    }
    assert len(patterns) == 1


def test_each_strength_has_its_own_colour_hatch_and_outline_or_hatch() -> None:
    assert len(set(STRENGTH_COLOURS.values())) == len(Strength)
    assert len(set(HATCHES.values())) == len(Strength)
    assert set(OUTLINES) == set(Strength)


def test_colours_of_uncertain_answers_are_never_a_rules_colour() -> None:
    uncertain = {TOO_CLOSE_COLOUR, UNKNOWN_COLOUR, NEIGHBOUR_COLOUR}
    assert not uncertain & {*STRENGTH_COLOURS.values(), *FURTHER_COLOURS}


def test_rules_of_one_page_have_different_colours(town_assessment: Assessment) -> None:
    for page in ("keep_wet", "repair", "restricted", "other"):
        rules = rules_of_page(town_assessment, page)
        assert len(set(assign_colours(rules).values())) == len(rules)


def _luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.1."""
    levels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in levels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("verdict", [Verdict.TOO_CLOSE_TO_CALL, Verdict.UNKNOWN])
def test_uncertain_answers_differ_in_grey_too(verdict: Verdict) -> None:
    colour = {
        Verdict.TOO_CLOSE_TO_CALL: TOO_CLOSE_COLOUR,
        Verdict.UNKNOWN: UNKNOWN_COLOUR,
    }[verdict]
    assert abs(_luminance(colour) - _luminance(NEIGHBOUR_COLOUR)) > 0.1
