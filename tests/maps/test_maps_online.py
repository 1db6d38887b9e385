"""Online base maps that a user may ask for."""

from __future__ import annotations

import pytest

from qxgeo.errors import InputError
from qxgeo.maps.online import list_online_bases


def test_without_a_wish_there_is_no_online_base_map() -> None:
    assert list_online_bases(None, lang="zh") == []


@pytest.mark.parametrize(
    "url",
    [
        "https://webrd01.is.autonavi.com/appmaptile?x={x}&y={y}&z={z}",
        "https://www.google.cn/maps/vt?x={x}&y={y}&z={z}",
        "https://maponline0.bdimg.com/tile/?x={x}&y={y}&z={z}",
    ],
)
def test_tiles_in_a_shifted_datum_are_refused(url: str) -> None:
    with pytest.raises(InputError, match="GCJ-02"):
        list_online_bases({"底图": url}, lang="zh")


@pytest.mark.parametrize("url", ["http://tiles.example/{z}/{x}/{y}.png", "https://a.example/{z}"])
def test_an_address_that_is_no_tile_template_is_refused(url: str) -> None:
    with pytest.raises(InputError, match="底图地址不可用"):
        list_online_bases({"底图": url}, lang="zh")


def test_tianditu_needs_a_key_and_carries_it_encoded() -> None:
    with pytest.raises(InputError, match="密钥"):
        list_online_bases({"tianditu": " "}, lang="zh")
    (base,) = list_online_bases({"tianditu": "a&b"}, lang="en")
    assert base.title == "Tianditu online"
    assert all(url.endswith("tk=a%26b") for url in base.urls)
    assert len(base.urls) == 2  # the map and its labels


def test_openstreetmap_is_credited() -> None:
    (base,) = list_online_bases({"osm": ""}, lang="zh")
    assert "OpenStreetMap contributors" in base.credit


def test_an_own_template_is_taken_as_it_is() -> None:
    url = "https://tiles.example.org/{z}/{x}/{y}.png"
    (base,) = list_online_bases({"市局底图": url}, lang="zh")
    assert (base.title, base.urls) == ("市局底图", (url,))
