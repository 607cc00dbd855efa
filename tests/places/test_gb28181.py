"""Device ids of cameras."""

import pytest

from gridmap.errors import Invalid
from gridmap.places.gb28181 import parse


def test_an_id_is_taken_apart() -> None:
    parts = parse("31015100081326000001")
    assert (parts.centre, parts.sequence) == ("31015100", "000001")
    assert parts.industry == ("城市管理", "City management")
    assert parts.device_type == ("网络摄像机", "IP camera")
    assert parts.network == ("电子政务外网", "E-government extranet")


def test_what_the_standard_leaves_open_is_unknown() -> None:
    parts = parse("11010100995990000001")
    assert parts.industry == parts.device_type == ("未知", "Unknown")


@pytest.mark.parametrize(
    "text",
    ["", "3101510008132600001", "310151000813260000012", "3101510008132600000A", "00015100081326000001", "99015100081326000001",
     " 3101510008132600001", "３１０１５１０００８１３２６００００１", "²" * 20],
)  # fmt: skip
def test_other_ids_are_refused(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse(text)
    assert caught.value.faults[0].field == "id"
