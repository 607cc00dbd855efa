"""Folium's links to the outside turned into links to /assets/.

Folium keeps its links in lists on its classes, shared by every map of the process; so they are rewritten once,
by URL (names collide: two plugins register different scripts under one name). A link nobody mapped is found when a map
is rendered (`assets.check`) and refused.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from gridmap.maps.assets import local
from gridmap.maps.drawing import JSCSSMixin

# Folium's own address of a package, without its version -> the file npm brings.
_MAPPED = {
    "leaflet/dist/leaflet.js": "leaflet/dist/leaflet.js",
    "leaflet/dist/leaflet.css": "leaflet/dist/leaflet.css",
    "Leaflet.VectorGrid.bundled.js": "leaflet.vectorgrid/dist/Leaflet.VectorGrid.bundled.min.js",
    "leaflet.markercluster.js": "leaflet.markercluster/dist/leaflet.markercluster.js",
    "MarkerCluster.css": "leaflet.markercluster/dist/MarkerCluster.css",
    "leaflet_heat.min.js": "leaflet.heat/dist/leaflet-heat.js",
}
_VERSION = re.compile(r"@[^/]+")


def _classes(root: type[JSCSSMixin]) -> Iterator[type[JSCSSMixin]]:
    for child in root.__subclasses__():
        yield child
        yield from _classes(child)


def _rewritten(links: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [
        (name, next((local(path) for tail, path in _MAPPED.items() if _bare(url).endswith(tail)), url)) for name, url in links
    ]


def _bare(url: str) -> str:
    return _VERSION.sub("", url)


@cache
def localise() -> None:
    """Rewrite the links of Folium and all its plugins, once in a process. To be called before a map is drawn."""
    for plugin in set(_classes(JSCSSMixin)):
        plugin.default_js = _rewritten(plugin.default_js)
        plugin.default_css = _rewritten(plugin.default_css)
