"""A drawn map as the three parts a page of our own embeds, drawn once and kept."""

import re
from dataclasses import dataclass
from functools import lru_cache
from types import ModuleType
from typing import Any

from gridmap.maps import assets, base_maps

_TAG = re.compile(r"<(script|style|link)\b(?![^>]*\bnonce=)")
_NONCE = "\N{INVISIBLE SEPARATOR}nonce\N{INVISIBLE SEPARATOR}"


@dataclass(frozen=True)
class Shell:
    """HTML for the head, HTML for the body, and script text; no data in any of them."""

    header: str
    body: str
    script: str

    def with_nonce(self, nonce: str) -> "Shell":
        """The same, its tags carrying this request's nonce."""
        return Shell(self.header.replace(_NONCE, nonce), self.body.replace(_NONCE, nonce), self.script)


def _marked(html: str) -> str:
    return _TAG.sub(rf'<\1 nonce="{_NONCE}"', html)


@lru_cache(maxsize=8)
def operator_shell(base_maps_setting: str) -> Shell:
    """The operator's map, drawn for this setting of base maps. The first map of a process takes about half a second."""
    return _parted(_operator().draw(base_maps.read(base_maps_setting)))


@lru_cache(maxsize=8)
def plan_shell(base_maps_setting: str) -> Shell:
    """The map on which plans are drawn: Leaflet alone, the grids being drawn by our scripts as shared arcs."""
    return _parted(_operator().draw_plan(base_maps.read(base_maps_setting)))


def _operator() -> ModuleType:
    from gridmap.maps import operator  # noqa: PLC0415  # Folium, which brings pandas: no start waits for it

    return operator


def _parted(drawn: Any) -> Shell:
    figure = drawn.get_root()
    for child in figure._children.values():  # folium's documented way to render a map in parts
        child.render()
    header, body, script = (part.render() for part in (figure.header, figure.html, figure.script))
    return Shell(_marked(assets.check(header)), _marked(assets.check(body)), script)
