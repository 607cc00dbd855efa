"""Reasons as people read them."""

from typing import Any

import pytest

from gridmap.routing.words import explain

NAMES = {"A": ("学宫社区第一微网格", "Xuegong Community Micro-grid 1"), "B": ("聚训村第二微网格", "Juxun Village Micro-grid 2")}


def facts(**given: Any) -> dict[str, Any]:
    usual = {
        "rule": "covers",
        "basis": "location",
        "grid": "A",
        "distance_to_border_m": 42.4,
        "limit_m": 30.0,
        "accuracy_m": None,
    }
    return {**usual, "runner_up": {"code": "B", "distance_m": 1234.0}, "candidates": [], **given}


NEAR = [{"code": "B", "distance_m": 4.2}]
STORIES = [
    (
        facts(),
        "按上报坐标定位；位于学宫社区第一微网格范围内，距边界42米；其次是聚训村第二微网格（1.2千米）。",
        (
            "Placed by the reported coordinates; inside Xuegong Community Micro-grid 1, 42 m from its border;"
            " runner-up Juxun Village Micro-grid 2 (1.2 km)."
        ),
    ),
    (
        facts(rule="tie", distance_to_border_m=0.0, runner_up={"code": "B", "distance_m": 0.0}),
        "按上报坐标定位；正好落在几个网格的公共边界上，按编码最小的规则归学宫社区第一微网格；其次是聚训村第二微网格（0.0米）。",
        (
            "Placed by the reported coordinates; on a border shared by several grids, so the lowest code takes it:"
            " Xuegong Community Micro-grid 1; runner-up Juxun Village Micro-grid 2 (0.0 m)."
        ),
    ),
    (
        facts(rule="nearest", distance_to_border_m=12.3, runner_up=None),
        "按上报坐标定位；不在任何网格内，归30米以内最近的学宫社区第一微网格（相距12米）。",
        (
            "Placed by the reported coordinates; outside every grid, so the nearest within 30 m takes it:"
            " Xuegong Community Micro-grid 1, 12 m away."
        ),
    ),
    (
        facts(distance_to_border_m=None, runner_up=None),
        "按上报坐标定位；位于学宫社区第一微网格范围内。",
        "Placed by the reported coordinates; inside Xuegong Community Micro-grid 1.",
    ),
    (
        facts(rule="unrouted", grid=None, distance_to_border_m=5000.0),
        "按上报坐标定位；不在任何网格内，30米以内也没有网格，进入待定位。",
        "Placed by the reported coordinates; outside every grid and none within 30 m: waiting to be placed by hand.",
    ),
    (
        facts(rule="unrouted", basis="none", grid=None, distance_to_border_m=None, runner_up=None, limit_m=None),
        "上报中没有可用的位置。",
        "The alert carries no usable place.",
    ),
    (
        facts(rule="unrouted", basis="none", grid=None, runner_up=None, limit_m=None, unknown_camera="3101"),
        "未登记的摄像头3101；上报中没有可用的位置。",
        "Camera 3101 is not on record; the alert carries no usable place.",
    ),
    (
        facts(basis="camera_pole", runner_up=None),
        "摄像头没有视野数据，按立杆位置定位；位于学宫社区第一微网格范围内，距边界42米。",
        "The camera has no view on record, so its pole was taken; inside Xuegong Community Micro-grid 1, 42 m from its border.",
    ),
    (
        facts(accuracy_m=50.0, candidates=NEAR, runner_up=None),
        "按上报坐标定位；位于学宫社区第一微网格范围内，距边界42米；定位精度50米，也可能属于：聚训村第二微网格。",
        (
            "Placed by the reported coordinates; inside Xuegong Community Micro-grid 1, 42 m from its border;"
            " the position is only good to 50 m; it may also belong to Juxun Village Micro-grid 2."
        ),
    ),
    (
        facts(basis="camera_view", candidates=NEAR, runner_up=None),
        "按摄像头视野中心定位（不是立杆位置）；位于学宫社区第一微网格范围内，距边界42米；视野跨越多个网格，也可能属于：聚训村第二微网格。",
        (
            "Placed by the centre of the camera's view, not by its pole; inside Xuegong Community Micro-grid 1,"
            " 42 m from its border; the view spans several grids; it may also belong to Juxun Village Micro-grid 2."
        ),
    ),
]


@pytest.mark.parametrize(("told", "zh", "en"), STORIES)
def test_the_reason_reads_well(told: dict[str, Any], zh: str, en: str) -> None:
    assert explain(told, NAMES) == {"zh": zh, "en": en}


def test_many_candidates_are_counted_rather_than_listed() -> None:
    many = [{"code": f"C{i}", "distance_m": float(i)} for i in range(20)]
    words = explain(facts(accuracy_m=9000.0, candidates=many, runner_up=None), NAMES)
    assert words["zh"].endswith("也可能属于：C0、C1、C2、C3、C4等20个网格。")
    assert words["en"].endswith("it may also belong to C0, C1, C2, C3, C4 and 15 more.")


def test_a_grid_without_an_english_name_keeps_its_own() -> None:
    assert "学宫社区" in explain(facts(runner_up=None), {"A": ("学宫社区", "")})["en"]
