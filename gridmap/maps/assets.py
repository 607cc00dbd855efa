"""Front-end packages by local URL. Importing this module turns Folium's links to the outside into links to /assets/.

Folium keeps its links in lists on its classes, shared by every map of the process; so they are rewritten once, here,
by URL (names collide: two plugins register different scripts under one name). A link nobody mapped is found when a map
is rendered (`check`) and refused.
"""

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import folium.plugins  # noqa: F401  # The import defines the plugins, so that their classes can be walked.
from folium.elements import JSCSSMixin

from gridmap import resources
from gridmap.errors import GridmapError, msg

PREFIX = "/assets/"

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
_OUTSIDE = re.compile(r"""(?:src|href)\s*=\s*["']?((?:[a-z][a-z0-9+.-]*:)?//[^"'\s>]+)""", re.IGNORECASE)


class OutsideLink(GridmapError):
    """A map would have asked another machine for something."""


@cache
def vendored() -> frozenset[str]:
    """Every third-party file the program serves, as npm lays them; the route and the wheel keep to this list."""
    return frozenset(json.loads((resources.static_dir() / "vendor.json").read_text("utf-8")))


def local(path: str) -> str:
    """The URL of a vendored file (`leaflet/dist/leaflet.js`)."""
    if path not in vendored():
        raise OutsideLink(msg("%(path)s is not among the vendored files"), path=path)
    return PREFIX + path


def file_of(path: str) -> Path:
    """Where a vendored file lies on this machine."""
    local(path)
    return resources.vendor_dir() / path


def check(html: str) -> str:
    """The same HTML, having made sure that none of its links leaves this machine."""
    if found := _OUTSIDE.search(html):
        raise OutsideLink(msg("The map links to another machine: %(url)s"), url=found[1])
    return html


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


def _rewrite_all() -> None:
    for plugin in set(_classes(JSCSSMixin)):
        plugin.default_js = _rewritten(plugin.default_js)
        plugin.default_css = _rewritten(plugin.default_css)


_rewrite_all()
