"""What people do to cases through the API is what the report counts."""

from typing import Any

import pytest
from apiflask import APIFlask

from tests.api.asking import get
from tests.loop.crew_at_work import Town, people


@pytest.fixture
def at_work(app: APIFlask) -> Town:
    """Somebody of every role."""
    return people(app)


def told(at_work: Town) -> tuple[dict[str, float], Any]:
    report = get(at_work.clients["operator"], "reports/day")
    return {key: one["now"] for key, one in report["total"]["measures"].items()}, report


def test_a_day_of_work(at_work: Town) -> None:
    spot, handed, refused, idle = (at_work.alert() for _ in range(4))
    # One is settled on the spot and closed; one goes to a department, comes back once for rework, and is closed.
    at_work.do("member", "self_handle", spot, result="清理完毕", evidence=[at_work.photo(spot)])
    at_work.do("micro_head", "verify", spot)
    at_work.do("operator", "close", spot)
    at_work.do("operator", "dispatch", handed, to=[{"department": "chengguan"}])
    at_work.do("chengguan", "accept", handed)
    at_work.do("chengguan", "finish", handed, result="完成", evidence=[at_work.photo(handed)])
    at_work.do("operator", "rework", handed, reason="没有清理干净")
    at_work.do("chengguan", "finish", handed, result="再次完成", evidence=[at_work.photo(handed)])
    at_work.do("operator", "verify", handed)
    at_work.do("operator", "close", handed)
    # One the department hands back, under supervision; one is no case at all.
    at_work.do("operator", "dispatch", refused, to=[{"department": "shuiwu"}])
    at_work.do("operator", "supervise", refused, kind="leader", text="请加快")
    at_work.do("shuiwu", "hand_back", refused, reason="不属于本部门")
    at_work.do("operator", "void", idle, reason="误报")

    counts, report = told(at_work)
    wanted = {
        "reported": 4, "filed": 3, "closed": 2, "in_hand": 3, "left_open": 1, "due": 2, "on_time": 2, "overdue_open": 0, "excused": 0,
        "checked": 2, "sent_back": 1, "handled": 2, "self_handled": 1, "supervised": 1, "extended": 0, "suspended": 0,
    }  # fmt: skip
    assert {key: counts[key] for key in wanted} == wanted
    rates = {key: one["now"]["value"] for key, one in report["total"]["ratios"].items()}
    assert (rates["on_time_rate"], rates["rework_rate"], rates["self_handling_rate"]) == (1, 0.5, 0.5)
    departments = {part["name"]: part for part in report["by"]["department"]}
    water = {key: one["now"] for key, one in departments["演示水务"]["measures"].items()}
    assert (water["given"], water["handed_back"], water["done"]) == (1, 1, 0)
    assert departments["演示水务"]["ratios"]["hand_back_rate"]["now"] == {"value": 1, "numerator": 1, "denominator": 1}
    order = {key: one["now"] for key, one in departments["演示城管"]["measures"].items()}
    assert order["done"] == order["task_on_time"] == order["task_due"] >= 1


def test_an_appeal_excuses_and_the_raw_figure_stays(at_work: Town) -> None:
    number = at_work.alert()
    at_work.late(number)
    at_work.handled(number)
    at_work.do("operator", "verify", number)
    at_work.do("operator", "close", number)
    counts, _ = told(at_work)
    assert (counts["on_time"], counts["due"], counts["excused"]) == (0, 1, 0)
    at_work.do("member", "ask_appeal", number, reason="等待停电通知")
    request = at_work.see(number)["requests"][-1]["id"]
    for reviewer in ("operator", "town_head"):
        at_work.do(reviewer, "review", number, request=request, granted=True, reason="属实")
    counts, report = told(at_work)
    assert (counts["on_time"], counts["on_time_raw"], counts["due"], counts["excused"]) == (1, 0, 1, 1)
    ratios = report["total"]["ratios"]
    assert (ratios["on_time_rate"]["now"]["value"], ratios["on_time_rate_raw"]["now"]["value"]) == (1, 0)
