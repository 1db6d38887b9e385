"""A list whose rows state their own position errors: the page judges each by its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from qxgeo.maps import write_siting_map
from qxgeo.siting import write_card
from qxgeo.siting.applications import judge_applications, read_applications

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from qxgeo.district import District, Layer

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("map_assets")]
# S1 is known to 10 m; 25 m beyond its kilometre is clear with 10 m of error, not with 20.
EDGE = f"110.015,{25.01 + 1_025 / 110_773.0:.9f}"
LIST = f"""编号,场所类别,经度,纬度,位置误差
A1,汽修,{EDGE},20
A2,汽修,{EDGE},5
A3,汽修,{EDGE},
"""


def test_an_application_is_judged_by_its_own_position_error(
    offline_page: Page,
    town: dict[str, Layer],
    district_of: Callable[..., District],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("QXGEO_CACHE", str(tmp_path / "cache"))
    district = district_of(*town.values())
    path = tmp_path / "申请.csv"
    path.write_text(LIST, encoding="utf-8")
    read = read_applications(path, district, datum="wgs84")
    (checks,) = judge_applications(district, read).checks
    summaries = checks.places["summary"].tolist()
    assert summaries == ["too_close_to_call", "allowed", "allowed"]
    file = write_siting_map(tmp_path, district, checks.kind, checks=checks)
    offline_page.goto(file.as_uri())
    offline_page.wait_for_selector("html[data-qx=ready]", state="attached")
    for number in (0, 1, 2, 0):
        offline_page.evaluate(f"void QX.choose({number})")
        shown = offline_page.locator("#qx-side .qx-summary strong").inner_text()
        assert shown == write_card(checks, number).reason.zh
