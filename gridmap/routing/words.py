"""A route's reason in plain sentences, Chinese and English. Pure."""

from collections.abc import Mapping
from typing import Any

from gridmap.routing.route import Basis, Rule

_BASIS = {
    Basis.LOCATION: ("按上报坐标定位", "Placed by the reported coordinates"),
    Basis.CAMERA_VIEW: ("按摄像头视野中心定位（不是立杆位置）", "Placed by the centre of the camera's view, not by its pole"),
    Basis.CAMERA_POLE: ("摄像头没有视野数据，按立杆位置定位", "The camera has no view on record, so its pole was taken"),
    Basis.NONE: ("上报中没有可用的位置", "The alert carries no usable place"),
}
_RULE = {
    Rule.COVERS: ("位于{grid}范围内，距边界{border}", "inside {grid}, {border} from its border"),
    Rule.TIE: (
        "正好落在几个网格的公共边界上，按编码最小的规则归{grid}",
        "on a border shared by several grids, so the lowest code takes it: {grid}",
    ),
    Rule.NEAREST: (
        "不在任何网格内，归{limit}以内最近的{grid}（相距{border}）",
        "outside every grid, so the nearest within {limit} takes it: {grid}, {border} away",
    ),
    Rule.UNROUTED: (
        "不在任何网格内，{limit}以内也没有网格，进入待定位",
        "outside every grid and none within {limit}: waiting to be placed by hand",
    ),
}
_COVERS_ALONE = ("位于{grid}范围内", "inside {grid}")  # How far its border is was never asked: a past case.
_NEXT = ("其次是{grid}（{distance}）", "runner-up {grid} ({distance})")
_DOUBT = (
    "定位精度{accuracy}，也可能属于：{grids}",
    "the position is only good to {accuracy}; it may also belong to {grids}",
)
_SPANS = ("视野跨越多个网格，也可能属于：{grids}", "the view spans several grids; it may also belong to {grids}")
_TOLD = 5  # Candidates by name; the rest are counted.
_ZONE = (
    "专属区域“{zone}”把这类案件交给{grid}",
    'the special zone "{zone}" sends such cases to {grid}',
)
_REDRAWN = ("边界重划以后从{grid}转来", "moved here from {grid} when the boundaries were redrawn")
_UNKNOWN_CAMERA = ("未登记的摄像头{camera}", "Camera {camera} is not on record")

Names = Mapping[str, tuple[str, str]]


def explain(facts: Mapping[str, Any], names: Names) -> dict[str, str]:
    """The reason of a route as sentences.

    Args:
        facts: what `Route.facts` gave (and the case keeps), perhaps with `unknown_camera`.
        names: grid code -> (zh, en) names; a code without one stands for itself.
    """
    return {"zh": _sentence(facts, names, 0), "en": _sentence(facts, names, 1)}


def mentioned(facts: Mapping[str, Any]) -> list[str]:
    """Codes of the grids that a route's reason speaks of."""
    others = [*facts["candidates"], *([facts["runner_up"]] if facts["runner_up"] else [])]
    before = facts.get("redrawn", {}).get("from")
    lies_in = facts.get("zone", {}).get("lies_in")
    return [*(other["code"] for other in others), *filter(None, [facts["grid"], lies_in, before])]


def _sentence(facts: Mapping[str, Any], names: Names, language: int) -> str:
    parts = []
    if facts.get("unknown_camera"):
        parts.append(_UNKNOWN_CAMERA[language].format(camera=facts["unknown_camera"]))
    parts.append(_BASIS[Basis(facts["basis"])][language])
    if facts["basis"] != Basis.NONE:
        parts.append(_rule(facts, names, language))
    if (second := facts.get("runner_up")) and facts["grid"]:
        grid, distance = _name(second["code"], names, language), _metres(second["distance_m"], language)
        parts.append(_NEXT[language].format(grid=grid, distance=distance))
    if facts.get("candidates"):
        parts.append(_doubt(facts, names, language))
    if zone := facts.get("zone"):
        called = (zone["name"], zone["name_en"] or zone["name"])[language]
        parts.append(_ZONE[language].format(zone=called, grid=_name(facts["grid"], names, language)))
    if redrawn := facts.get("redrawn"):
        parts.append(_REDRAWN[language].format(grid=_name(redrawn["from"], names, language)))
    if language == 0:
        return "；".join(parts) + "。"
    return "; ".join([parts[0], *(part[0].lower() + part[1:] for part in parts[1:])]) + "."


def _rule(facts: Mapping[str, Any], names: Names, language: int) -> str:
    silent = facts["rule"] == Rule.COVERS and facts["distance_to_border_m"] is None
    return (_COVERS_ALONE if silent else _RULE[Rule(facts["rule"])])[language].format(
        grid=_name(facts["zone"]["lies_in"] if "zone" in facts else facts["grid"], names, language),
        border=_metres(facts["distance_to_border_m"], language),
        limit=_metres(facts["limit_m"], language),
    )


def _doubt(facts: Mapping[str, Any], names: Names, language: int) -> str:
    grids = [_name(other["code"], names, language) for other in facts["candidates"][:_TOLD]]
    joined = ("、", ", ")[language].join(grids)
    if (more := len(facts["candidates"]) - _TOLD) > 0:
        joined += (f"等{more + _TOLD}个网格", f" and {more} more")[language]
    sentence = _SPANS if facts["basis"] == Basis.CAMERA_VIEW else _DOUBT
    return sentence[language].format(accuracy=_metres(facts["accuracy_m"], language), grids=joined)


def _name(code: str | None, names: Names, language: int) -> str:
    if code is None:
        return "—"
    zh, en = names.get(code, (code, code))
    return (zh, en or zh)[language]


def _metres(metres: float | None, language: int) -> str:
    if metres is None:
        return "—"
    text = f"{metres / 1000:.1f}" if metres >= 1000 else f"{metres:.0f}" if metres >= 10 else f"{metres:.1f}"
    unit = ("千米", " km") if metres >= 1000 else ("米", " m")
    return text + unit[language]
