"""Which road an entrance opens on, at a crossroads to hold in the head.

    25.013 ───────── 次街 (secondary) ─────────
                          │
    25.010 ══ 大路, west ═╪═ 大路, east (primary) ══
                          │ 小街 (residential, along 110.015)
    25.007 ───────── 无级路 (class unknown) ────

Entrances stand where a geodesic of the stated length, at right angles to a road, ends: due north of
a parallel and due east of a meridian the foot of the perpendicular is where it began.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely
from pyproj import Geod

from qxgeo.assess import assess
from qxgeo.plan import apply_choices, load_plan
from qxgeo.rules import build_scene, frontages_of
from qxgeo.rules.frontage import judge_frontage
from qxgeo.rules.road_names import plain_road_names
from qxgeo.vocabulary import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from qxgeo.district import District, Layer
    from qxgeo.rules.judgement import Opinion
    from qxgeo.rules.scene import Scene

RULE = "4.1.4-e"
KARNEY = Geod(ellps="WGS84")
MAIN, SIDE, SECOND, CLASSLESS = 25.01, 110.015, 25.013, 25.007


def _off(lon: float, lat: float, *, north_m: float = 0.0, east_m: float = 0.0) -> shapely.Point:
    """Walk geodesics from a place: first north, then east."""
    lon, lat, _ = KARNEY.fwd(lon, lat, 0.0, north_m)
    lon, lat, _ = KARNEY.fwd(lon, lat, 90.0, east_m)
    return shapely.Point(lon, lat)


def _road(code: str, name: str | None, *ends: tuple[float, float], **facts: Any) -> dict[str, Any]:  # noqa: ANN401
    line = shapely.LineString(ends)
    return {"section_id": code, "name": name, "geometry": line, "is_tunnel": False} | facts


def _along(lat: float, code: str, name: str | None, **facts: Any) -> dict[str, Any]:  # noqa: ANN401
    return _road(code, name, (110.010, lat), (110.020, lat), **facts)


STREETS = [
    _road("M1", "大路", (110.010, MAIN), (SIDE, MAIN), road_class="primary"),
    _road("M2", "大 路", (SIDE, MAIN), (110.020, MAIN), road_class="primary"),
    _road("N1", "小街", (SIDE, 25.006), (SIDE, MAIN), road_class="residential"),
    _road("N2", "小街", (SIDE, MAIN), (SIDE, 25.014), road_class="residential"),
    _along(SECOND, "S", "次街", road_class="secondary"),
    _along(CLASSLESS, "U", "无级路", road_class=None),
]


@pytest.fixture
def scene_of(
    town: dict[str, Layer], layer_of: Callable[..., Layer], district_of: Callable[..., District]
) -> Callable[..., Scene]:
    """Put entrances at the crossroads; both layers are off by 1 m at most."""

    def build(
        *entrances: shapely.Point | dict[str, Any],
        extra: list[dict[str, Any]] | None = None,
        streets: list[dict[str, Any]] = STREETS,
        agencies: list[dict[str, Any]] | None = None,
        error_m: float = 2.0,
        **facts: Any,  # noqa: ANN401
    ) -> Scene:
        rows = [
            {"entrance_id": f"E{number}", "status": "proposed"}
            | (one if isinstance(one, dict) else {"geometry": one})
            for number, one in enumerate(entrances)
        ]
        layers = town | {
            "roads": layer_of(
                "roads", _same_columns(streets + (extra or [])), accuracy_m=error_m / 2
            ),
            "inspection_entrances": layer_of(
                "inspection_entrances", _same_columns(rows), accuracy_m=error_m / 2
            ),
        }
        if agencies is not None:
            layers["inspection_agencies"] = layer_of("inspection_agencies", agencies)
        district = district_of(*layers.values(), **facts)
        return build_scene(district, apply_choices(load_plan(district.plan), district.choices))

    return build


def _same_columns(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    columns = dict.fromkeys(column for row in rows for column in row)
    return [{column: row.get(column) for column in columns} for row in rows]


def _judge(scene: Scene) -> Opinion:
    return judge_frontage(scene.plan.rule(RULE), scene)


def test_the_nearest_road_decides(scene_of: Callable[..., Scene]) -> None:
    on_main = _off(110.0125, MAIN, north_m=10)
    on_side = _off(SIDE, 25.0115, east_m=8)
    opinion = _judge(scene_of(on_main, on_side))
    assert opinion.verdicts.tolist() == [Verdict.APPLIES, Verdict.DOES_NOT_APPLY]
    assert opinion.distance_m == pytest.approx([10, 8], abs=1e-3)
    assert opinion.reference_ids.tolist() == ["M1", "N2"]
    assert opinion.subjects["road_class"].tolist() == ["primary", "residential"]
    assert opinion.margin_m == pytest.approx([20, np.nan], abs=1e-3, nan_ok=True)
    assert opinion.undecided is not None
    assert not opinion.undecided.any()


def test_the_road_that_is_named_decides_though_another_is_nearer(
    scene_of: Callable[..., Scene],
) -> None:
    corner = _off(SIDE, MAIN, north_m=8, east_m=20)
    names = ["小街", " 小 街12号", "大路", None]
    opinion = _judge(scene_of(*({"geometry": corner, "road_name": name} for name in names)))
    assert opinion.reference_names.tolist()[:2] == ["小街", "小街"]
    assert opinion.distance_m == pytest.approx([20, 20, 8, 8], abs=1e-3)
    no, yes = Verdict.DOES_NOT_APPLY, Verdict.APPLIES
    assert opinion.verdicts.tolist() == [no, no, yes, yes]
    assert "按所填路名" in opinion.remarks[0].zh  # type: ignore[index]
    assert "按所填路名" not in opinion.remarks[3].zh  # type: ignore[index]


def test_a_name_that_no_road_near_has_leaves_it_unknown_and_lists_the_roads_near(
    scene_of: Callable[..., Scene],
) -> None:
    corner = _off(SIDE, MAIN, north_m=8, east_m=20)
    scene = scene_of(
        {"geometry": corner, "road_name": "次街"}, {"geometry": corner, "road_name": "没有的路"}
    )
    opinion = _judge(scene)
    assert opinion.verdicts.tolist() == [Verdict.UNKNOWN] * 2
    assert opinion.undecided is not None
    assert not opinion.undecided.any()
    for remark, name in zip(opinion.remarks, ("次街", "没有的路"), strict=True):  # type: ignore[arg-type]
        assert f"“{name}”" in remark.zh
        assert "大 路（primary，M2，8.0 m）、小街（residential，N2，20.0 m）" in remark.zh


@pytest.mark.parametrize(
    ("away_m", "error_m", "verdict"),
    [
        (9.9, 2.0, Verdict.TOO_CLOSE_TO_CALL),
        (10.1, 2.0, Verdict.APPLIES),
        (8.0, 0.0, Verdict.APPLIES),
    ],
)
def test_two_roads_nearly_as_near_under_other_verdicts_are_too_close_to_call(
    scene_of: Callable[..., Scene], away_m: float, error_m: float, verdict: Verdict
) -> None:
    corner = _off(SIDE, MAIN, north_m=8, east_m=away_m if error_m else 8.01)
    named = {"geometry": corner, "road_name": "小街"}
    opinion = _judge(scene_of(corner, named, error_m=error_m))
    assert opinion.verdicts.tolist() == [verdict, Verdict.DOES_NOT_APPLY]
    if verdict == Verdict.TOO_CLOSE_TO_CALL:
        assert "小街（residential，N2，9.9 m）与之只差 1.9 m" in opinion.remarks[0].zh  # type: ignore[index]


def test_exactly_as_near_is_too_close_even_without_position_errors(
    scene_of: Callable[..., Scene],
) -> None:
    twin = _along(25.0118, "Z", "同线路", road_class="primary")
    side = _along(25.0118, "Y", "同线街", road_class="residential")
    place = _off(110.0125, 25.0118, north_m=5)
    opinion = _judge(scene_of(place, extra=[twin, side], error_m=0.0))
    assert opinion.verdicts.tolist() == [Verdict.TOO_CLOSE_TO_CALL]


def test_two_roads_under_the_same_verdict_need_no_choice(scene_of: Callable[..., Scene]) -> None:
    lane = _along(25.0118, "L", "巷", road_class="residential")
    corner = _off(SIDE, 25.0118, north_m=6, east_m=6.5)
    joint = _off(SIDE, MAIN, north_m=-5, east_m=0)  # below the joint of 大路, on 小街 itself
    opinion = _judge(scene_of(corner, joint, extra=[lane]))
    assert opinion.verdicts.tolist() == [Verdict.DOES_NOT_APPLY] * 2
    assert opinion.distance_m[1] == pytest.approx(0, abs=1e-3)


def test_sections_of_one_road_under_other_grades_are_told_apart_by_place(
    scene_of: Callable[..., Scene],
) -> None:
    halves = [
        _road("W", "分级路", (110.010, 25.0118), (110.0125, 25.0118), official_grade="主干路"),
        _road("E", "分级路", (110.0125, 25.0118), (110.0145, 25.0118), official_grade="支路"),
    ]
    west, joint, east = (_off(110.0125, 25.0118, north_m=5, east_m=step) for step in (-40, 0, 40))
    rows = [{"geometry": one, "road_name": "分级路"} for one in (west, joint, east)]
    opinion = _judge(scene_of(*rows, extra=halves))
    assert opinion.verdicts.tolist() == [
        Verdict.APPLIES,
        Verdict.TOO_CLOSE_TO_CALL,
        Verdict.DOES_NOT_APPLY,
    ]


def test_tunnels_and_footways_are_no_roads_to_open_on(scene_of: Callable[..., Scene]) -> None:
    extra = [
        _along(25.0118, "T", "隧道", road_class="primary", is_tunnel=True),
        _along(25.0085, "F", "步道", road_class="footway"),
    ]
    places = [_off(110.0148, 25.0118, north_m=1), _off(110.0148, 25.0085, north_m=1)]
    opinion = _judge(scene_of(*places, extra=extra))
    assert opinion.reference_ids.tolist() == ["N2", "N1"]
    aside_m = [KARNEY.inv(p.x, p.y, SIDE, p.y)[2] for p in places]
    assert opinion.distance_m == pytest.approx(aside_m, abs=1e-3)
    assert opinion.verdicts.tolist() == [Verdict.DOES_NOT_APPLY] * 2


@pytest.mark.parametrize(
    ("grade", "kind", "verdict", "is_open"),
    [
        ("主干路", "residential", Verdict.APPLIES, False),
        ("支路", "primary", Verdict.DOES_NOT_APPLY, False),
        ("次干路", "residential", Verdict.UNKNOWN, True),
        ("快速路", "trunk", Verdict.UNKNOWN, True),
        ("甲等", "residential", Verdict.UNKNOWN, True),
        ("主干道", None, Verdict.APPLIES, False),
        (None, "trunk", Verdict.APPLIES, False),
        (None, "motorway", Verdict.UNKNOWN, True),
        (None, "road", Verdict.UNKNOWN, True),
        (None, "service", Verdict.DOES_NOT_APPLY, False),
        (None, "没见过", Verdict.UNKNOWN, True),
        (None, None, Verdict.UNKNOWN, True),
        ("", " ", Verdict.UNKNOWN, True),
    ],
)
def test_the_official_grade_comes_before_the_class_and_an_unknown_one_is_undecided(
    scene_of: Callable[..., Scene],
    grade: str | None,
    kind: str | None,
    verdict: Verdict,
    is_open: bool,  # noqa: FBT001
) -> None:
    road = _along(25.0118, "X", "试路", official_grade=grade, road_class=kind)
    opinion = _judge(scene_of(_off(110.0125, 25.0118, north_m=5), extra=[road]))
    assert opinion.reference_ids.tolist() == ["X"]
    assert opinion.verdicts.tolist() == [verdict]
    assert opinion.undecided is not None
    assert opinion.undecided.tolist() == [is_open]
    assert ("待主管单位决定" in opinion.remarks[0].zh) == is_open  # type: ignore[index]


def test_secondary_arterials_need_a_decision_until_the_other_reading_is_taken(
    scene_of: Callable[..., Scene],
) -> None:
    place = _off(110.0125, SECOND, north_m=5)
    opinion = _judge(scene_of(place))
    assert opinion.verdicts.tolist() == [Verdict.UNKNOWN]
    assert opinion.undecided is not None
    assert opinion.undecided.tolist() == [True]
    assert "人流、车流量大" in opinion.remarks[0].zh  # type: ignore[index]
    read = _judge(scene_of(place, choices={f"{RULE}.1": "secondary-too"}))
    assert read.verdicts.tolist() == [Verdict.APPLIES]


def test_far_from_any_road_is_unknown_and_says_how_far(scene_of: Callable[..., Scene]) -> None:
    place = _off(110.0125, SECOND, north_m=45)
    rows = [{"geometry": place}, {"geometry": place, "road_name": "次街"}]
    opinion = _judge(scene_of(*rows))
    assert opinion.verdicts.tolist() == [Verdict.UNKNOWN] * 2
    assert opinion.undecided is not None
    assert not opinion.undecided.any()
    assert opinion.distance_m == pytest.approx([45, 45], abs=1e-3)
    assert opinion.subjects["road_class"].tolist() == ["", ""]
    for remark in opinion.remarks:  # type: ignore[union-attr]
        assert "远离道路" in remark.zh
        assert "次街（secondary，S，45.0 m）" in remark.zh
        assert "30 m" in remark.zh
        assert "far from any road" in remark.en


def test_no_road_at_all_is_unknown(scene_of: Callable[..., Scene]) -> None:
    only = [_along(MAIN, "F", "步道", road_class="footway")]
    opinion = _judge(scene_of(_off(110.0125, MAIN, north_m=5), streets=only))
    assert opinion.verdicts.tolist() == [Verdict.UNKNOWN]
    assert np.isnan(opinion.distance_m).all()
    assert opinion.reference_ids.tolist() == [""]


def test_the_tolerance_itself_still_counts(scene_of: Callable[..., Scene]) -> None:
    inside, outside = (_off(110.0125, MAIN, north_m=away) for away in (29.999, 30.001))
    scene = scene_of(inside, outside)
    rule = scene.plan.rule(RULE)
    opinion = judge_frontage(rule, scene)
    assert opinion.verdicts.tolist() == [Verdict.APPLIES, Verdict.UNKNOWN]
    for at in (0, 1):
        edge_m = float(opinion.distance_m[at])
        for limit_m, verdict in (
            (edge_m, Verdict.APPLIES),
            (float(np.nextafter(edge_m, 0)), Verdict.UNKNOWN),
        ):
            exact = replace(rule, radius_m=limit_m, radius_parameter=None)
            assert judge_frontage(exact, scene).verdicts[at] == verdict


def test_without_a_tolerance_the_distance_is_given_and_somebody_has_to_decide(
    scene_of: Callable[..., Scene],
) -> None:
    scene = scene_of(_off(110.0125, MAIN, north_m=10), _off(SIDE, 25.0115, east_m=8))
    unset = replace(scene.plan.rule(RULE), radius_m=float("nan"), radius_parameter=None)
    opinion = judge_frontage(unset, scene)
    assert opinion.verdicts.tolist() == [Verdict.UNKNOWN] * 2
    assert opinion.undecided is not None
    assert opinion.undecided.all()
    assert opinion.distance_m == pytest.approx([10, 8], abs=1e-3)
    parcels = scene.layer("inspection_entrances").table.assign(site_id="P")
    assert frontages_of(parcels, unset, scene).empty


def test_an_entrance_has_the_status_of_its_agency_where_it_has_none(
    scene_of: Callable[..., Scene],
) -> None:
    place = _off(110.0125, MAIN, north_m=10)
    cases = [
        ("proposed", "OLD", Verdict.APPLIES, False),
        ("existing", "NEW", Verdict.DOES_NOT_APPLY, True),
        (None, "OLD", Verdict.DOES_NOT_APPLY, True),
        ("unknown", "OLD", Verdict.DOES_NOT_APPLY, True),
        (None, "NEW", Verdict.APPLIES, False),
        (None, "NOBODY", Verdict.UNKNOWN, False),
        (None, None, Verdict.UNKNOWN, False),
    ]
    agencies = [
        {"site_id": code, "name": code, "status": status, "geometry": place}
        for code, status in (("OLD", "existing"), ("NEW", "proposed"))
    ]
    rows = [{"geometry": place, "status": own, "agency_id": whose} for own, whose, _, _ in cases]
    opinion = _judge(scene_of(*rows, agencies=agencies))
    assert opinion.verdicts.tolist() == [case[2] for case in cases]
    assert opinion.spared.tolist() == [case[3] for case in cases]
    assert opinion.margin_m == pytest.approx(20, abs=1e-3)  # by which the map knows the spared


def test_an_existing_entrance_on_a_doubtful_road_waits_for_nobody(
    scene_of: Callable[..., Scene],
) -> None:
    place = _off(110.0125, SECOND, north_m=5)
    opinion = _judge(scene_of({"geometry": place, "status": "existing"}))
    assert opinion.verdicts.tolist() == [Verdict.DOES_NOT_APPLY]
    assert opinion.undecided is not None
    assert opinion.undecided.tolist() == [False]


def test_random_entrances_agree_with_dense_inverse_geodesics(
    scene_of: Callable[..., Scene],
) -> None:
    rng = np.random.default_rng(414)
    lonlat = rng.uniform((110.013, 25.008), (110.017, 25.0125), size=(120, 2))
    opinion = _judge(scene_of(*shapely.points(lonlat), error_m=10.0))
    dense = {
        road["section_id"]: shapely.get_coordinates(shapely.segmentize(road["geometry"], 5e-7))
        for road in STREETS
    }
    away_m = {
        code: np.array(
            [KARNEY.inv(*np.broadcast_arrays(*place, *line.T))[2].min() for place in lonlat]
        )
        for code, line in dense.items()
    }
    main_m = np.minimum(away_m["M1"], away_m["M2"])
    side_m = np.minimum(away_m["N1"], away_m["N2"])
    other_m = np.minimum(away_m["S"], away_m["U"])
    nearest_m = np.minimum(np.minimum(main_m, side_m), other_m)
    assert opinion.distance_m == pytest.approx(nearest_m, abs=1e-3)
    expected = np.select(
        [
            nearest_m > 30,
            np.sort((main_m, side_m, other_m), axis=0)[1] - nearest_m < 10,
            nearest_m == main_m,
            nearest_m == side_m,
        ],
        [
            Verdict.UNKNOWN,
            Verdict.TOO_CLOSE_TO_CALL,
            Verdict.APPLIES,
            Verdict.DOES_NOT_APPLY,
        ],
        default=Verdict.UNKNOWN,
    )
    assert opinion.verdicts.tolist() == expected.tolist()
    assert {*expected} == set(Verdict)


def test_a_parcel_at_the_corner_lists_both_its_frontages(scene_of: Callable[..., Scene]) -> None:
    corner = _off(SIDE, MAIN, north_m=12, east_m=20)
    far = _off(SIDE, MAIN, north_m=80, east_m=90)
    parcel = shapely.box(corner.x, corner.y, far.x, far.y)
    alone = shapely.box(110.0165, 25.0112, 110.0170, 25.0115)
    across = shapely.box(110.0120, 25.0095, 110.0124, 25.0105)
    scene = scene_of(corner)
    table = scene.layer("inspection_entrances").table
    parcels = table.iloc[[0] * 3].assign(site_id=["corner", "alone", "across"])
    parcels = parcels.set_geometry([parcel, alone, across], crs="EPSG:4326")
    listed = frontages_of(parcels, scene.plan.rule(RULE), scene)
    assert listed.columns.tolist() == [
        *("site_id", "section_id", "road_name", "road_class", "official_grade", "distance_m"),
        "answer",
    ]
    assert listed["site_id"].tolist() == ["corner", "corner", "across"]
    assert listed["section_id"].tolist() == ["M2", "N2", "M1"]
    assert listed["answer"].tolist() == ["prohibited", "allowed", "prohibited"]
    # The parcel's western edge is a meridian; it leans in by less than a millimetre over 80 m.
    assert listed["distance_m"].tolist() == pytest.approx([12, 20, 0], abs=2e-3)


def test_the_sections_of_a_road_are_listed_once(scene_of: Callable[..., Scene]) -> None:
    joint = shapely.box(110.0148, 25.0101, 110.0152, 25.0105)
    scene = scene_of(_off(SIDE, MAIN, north_m=5))
    parcels = scene.layer("inspection_entrances").table.assign(site_id="joint")
    parcels = parcels.set_geometry([joint], crs="EPSG:4326")
    listed = frontages_of(parcels, scene.plan.rule(RULE), scene)
    assert listed["road_name"].str.replace(" ", "").tolist() == ["小街", "大路"]
    assert listed["distance_m"].tolist() == pytest.approx(
        [0, KARNEY.inv(110.015, 25.0101, 110.015, MAIN)[2]], abs=1e-3
    )


def test_the_main_job_says_road_class_distance_and_tolerance(
    scene_of: Callable[..., Scene],
) -> None:
    scene = scene_of(
        _off(110.0125, MAIN, north_m=10),
        {"geometry": _off(110.0125, SECOND, north_m=5), "road_name": "次街"},
        _off(110.0125, SECOND, north_m=45),
        {"geometry": _off(110.0125, MAIN, north_m=10), "status": "existing"},
    )
    result = assess(scene.district)
    assert RULE not in {gap.rule_id for gap in result.gaps}
    rows = result.findings[result.findings["rule_id"] == RULE].set_index("subject_id")
    said = rows["reason_zh"]
    assert "最近的大路（primary，M1，10.0 m），归属限距 30 m；属城市主干道" in said["E0"]
    assert "按所填路名归属次街（secondary，S，5.0 m）" in said["E1"]
    assert "有决定之前不下结论" in said["E1"]
    assert "远离道路" in said["E2"]
    assert "不明，需查实" in said["E2"]
    assert "本条只限新增" in said["E3"]
    assert rows["subject_class"].to_dict() == {
        "E0": "primary",
        "E1": "secondary",
        "E2": "",
        "E3": "primary",
    }
    assert "the nearest road, 大路 (primary, M1, 10.0 m)" in rows.loc["E0", "reason_en"]
    assert "no verdict before the decision" in rows.loc["E1", "reason_en"]


def test_a_district_without_a_main_road_is_judged_all_the_same(
    scene_of: Callable[..., Scene],
) -> None:
    side_streets = [road for road in STREETS if road["road_class"] == "residential"]
    scene = scene_of(_off(SIDE, 25.0115, east_m=8), streets=side_streets)
    result = assess(scene.district)
    row = result.findings[result.findings["rule_id"] == RULE].iloc[0]
    assert row["verdict"] == Verdict.DOES_NOT_APPLY


@pytest.mark.parametrize(
    ("written", "road"),
    [
        ("七星路12号", "七星路"),
        ("七 星路 ３－５号院", "七星路"),
        ("建干二路", "建干2路"),
        ("二十一大道", "21大道"),
        ("第十路", "第10路"),
        ("七星路（辅路）", "七星路辅路"),
        ("Qixing Lu", "QIXING LU"),
    ],
)
def test_ways_of_writing_a_road_are_one_name(written: str, road: str) -> None:
    first, second = plain_road_names(np.array([written, road], dtype=object))
    assert first == second != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("七星路", "七星路辅路"),
        ("7号路", "8号路"),
        ("规划路1", "规划路2"),
        ("环路7号路", "环路"),
        ("1-1路", "11路"),
        ("中山路", "中山北路"),
        ("南环路2段", "南环路"),
    ],
)
def test_different_roads_keep_different_names(one: str, other: str) -> None:
    first, second = plain_road_names(np.array([one, other], dtype=object))
    assert first != second


def test_a_blank_is_no_name() -> None:
    assert plain_road_names(np.array([None, "", " ", np.nan], dtype=object)).tolist() == [""] * 4
