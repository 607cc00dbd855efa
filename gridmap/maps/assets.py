"""Front-end packages by local URL, and the check that a drawn map asks no other machine for anything."""

import json
import re
from functools import cache
from pathlib import Path

from gridmap import resources
from gridmap.errors import GridmapError, msg

PREFIX = "/assets/"
_OUTSIDE = re.compile(r"""(?:src|href)\s*=\s*["']?((?:[a-z][a-z0-9+.-]*:)?//[^"'\s>]+)""", re.IGNORECASE)


class OutsideLink(GridmapError):
    """A map would have asked another machine for something."""


@cache
def vendored() -> frozenset[str]:
    """Every third-party file the program serves, as npm lays them; the route and the wheel keep to this list."""
    return frozenset(json.loads((resources.static_dir() / "vendor.json").read_text("utf-8")))


@cache
def version() -> str:
    """Another one when one of these files is another."""
    return resources.digest(resources.vendor_dir(), vendored())


def local(path: str) -> str:
    """The URL of a vendored file (`leaflet/dist/leaflet.js`), good for as long as none of them changes."""
    file_of(path)
    return f"{PREFIX}v/{version()}/{path}"


def file_of(path: str) -> Path:
    """Where a vendored file lies on this machine."""
    if path not in vendored():
        raise OutsideLink(msg("%(path)s is not among the vendored files"), path=path)
    return resources.vendor_dir() / path


def check(html: str) -> str:
    """The same HTML, having made sure that none of its links leaves this machine."""
    if found := _OUTSIDE.search(html):
        raise OutsideLink(msg("The map links to another machine: %(url)s"), url=found[1])
    return html
