import subprocess
import sys

import folium
import folium.plugins
import pytest
from branca.element import Figure

from gridmap import resources
from gridmap.maps import assets, links


def test_folium_links_to_this_machine_for_what_is_vendored() -> None:
    links.localise()
    urls = [url for plugin in (folium.plugins.MarkerCluster, folium.plugins.VectorGridProtobuf) for _, url in plugin.default_js]

    assert urls
    assert all(url.startswith(assets.PREFIX) for url in urls)


def test_a_plugin_nobody_mapped_is_refused_when_drawn() -> None:
    figure = Figure()
    folium.plugins.MiniMap().add_to(folium.Map(tiles=None).add_to(figure))  # type: ignore[no-untyped-call]  # folium gives it none

    with pytest.raises(assets.OutsideLink):
        assets.check(figure.render())


@pytest.mark.parametrize(
    "html",
    [
        '<script src="https://a.invalid/x.js">',
        "<link href='http://a.invalid/x.css'>",
        "<img src=//a.invalid/x>",
        '<a HREF="FTP://a.invalid">',
    ],
)
def test_every_way_out_is_seen(html: str) -> None:
    with pytest.raises(assets.OutsideLink):
        assets.check(html)


def test_links_within_pass() -> None:
    html = '<script src="/assets/a.js"></script><a href="#list">https://words.invalid are not links</a>'
    assert assets.check(html) == html


def test_every_vendored_file_is_there() -> None:
    missing = [path for path in assets.vendored() if not (resources.vendor_dir() / path).is_file()]
    assert missing == []


@pytest.mark.parametrize("path", ["../pyproject.toml", "leaflet/package.json", "/etc/passwd", ""])
def test_nothing_else_is_served(path: str) -> None:
    with pytest.raises(assets.OutsideLink):
        assets.file_of(path)


def test_another_thread_finds_meanwhile_what_folium_is_not_shown() -> None:
    story = """
from importlib import import_module
from threading import Thread
from gridmap.maps import drawing
found = []
with drawing._without("colorsys"):
    try:
        import_module("colorsys")
    except ModuleNotFoundError as error:
        found.append(f"no {error.name}")
    other = Thread(target=lambda: found.append(import_module("colorsys").__name__))
    other.start()
    other.join()
print(found)
"""
    done = subprocess.run([sys.executable, "-c", story], capture_output=True, text=True, check=True)
    assert done.stdout == "['no colorsys', 'colorsys']\n"
