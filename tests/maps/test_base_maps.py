import json

import pytest

from gridmap.errors import Invalid
from gridmap.maps import base_maps

GIVEN = {"name_zh": "示例底图", "name_en": "Example", "url": "https://tiles.invalid/{z}/{x}/{y}.png", "datum": "cgcs2000"}


def test_none_is_needed() -> None:
    assert base_maps.read("") == ()


def test_a_base_map_names_where_its_pictures_come_from() -> None:
    (base,) = base_maps.read(json.dumps([GIVEN]))
    assert base.origin == "https://tiles.invalid"


def test_pictures_of_this_machine_need_no_permission() -> None:
    (base,) = base_maps.read(json.dumps([{**GIVEN, "url": "/local/{z}/{x}/{y}.png"}]))
    assert base.origin == ""


@pytest.mark.parametrize("datum", ["gcj02", "bd09", "", "wgs 84"])
def test_a_base_map_that_would_lie_beside_the_grids_is_refused(datum: str) -> None:
    with pytest.raises(Invalid):
        base_maps.read(json.dumps([{**GIVEN, "datum": datum}]))


@pytest.mark.parametrize("text", ["{", "[1]", '[{"url": "x"}]', json.dumps([{**GIVEN, "surprise": 1}])])
def test_nonsense_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(Invalid, match="base maps are not understood"):
        base_maps.read(text)
