"""The operator's map: data URLs in, a folium.Map out. It holds base maps, controls and addresses, no data."""

from collections.abc import Sequence
from typing import Any, Final

from gridmap.maps import assets, links
from gridmap.maps.base_maps import BaseMap
from gridmap.maps.drawing import JSCSSMixin, MacroElement, Template, folium

URLS: Final = {
    "cases": "/api/v1/cases.geojson",
    "case": "/api/v1/cases/",
    "queue": "/api/v1/cases/queue.geojson",
    "caseCounts": "/api/v1/cases/counts",
    "bulk": "/api/v1/cases/bulk",
    "actions": "/api/v1/actions",
    "categories": "/api/v1/categories",
    "mine": "/api/v1/tasks/mine",
    "favourites": "/api/v1/favourites",
    "filters": "/api/v1/filters",
    "cameras": "/api/v1/cameras.geojson",
    "servicePoints": "/api/v1/service-points.geojson",
    "serviceCircles": "/api/v1/service-circles.geojson",
    "zones": "/api/v1/zones.geojson",
    "grids": "/api/v1/grids.geojson",
    "grid": "/api/v1/grids/",
    "counts": "/api/v1/grids/counts",
    "publications": "/api/v1/publications",
    "nearby": "/api/v1/nearby",
    "route": "/api/v1/route",
    "search": "/api/v1/search",
    "events": "/api/v1/events",
    "gridTiles": "/tiles/grids/{z}/{x}/{y}.mvt",
    "caseTiles": "/tiles/cases/{z}/{x}/{y}.mvt",
}
PLAN_URLS: Final = {
    "plans": "/api/v1/plans/",
    "grid": "/api/v1/grids/",
    "grids": "/api/v1/grids.geojson",
    "cases": "/api/v1/cases.geojson",
    "categories": "/api/v1/categories",
    "households": "/api/v1/households",
    "events": "/api/v1/events",
}

# As Folium names and keeps what a class links to.
_LEAFLET_JS = [("leaflet", assets.local("leaflet/dist/leaflet.js"))]
_LEAFLET_CSS = [("leaflet_css", assets.local("leaflet/dist/leaflet.css"))]
_PLUGINS_JS = [
    ("vectorgrid", assets.local("leaflet.vectorgrid/dist/Leaflet.VectorGrid.bundled.min.js")),
    ("markercluster", assets.local("leaflet.markercluster/dist/leaflet.markercluster.js")),
    ("heat", assets.local("leaflet.heat/dist/leaflet-heat.js")),
]
_PLUGINS_CSS = [("markercluster_css", assets.local("leaflet.markercluster/dist/MarkerCluster.css"))]


class OperatorMap(folium.Map):
    """folium.Map with Leaflet alone: without jQuery, Bootstrap and icon fonts, and without forbidding the reader to zoom."""

    default_js = _LEAFLET_JS
    default_css = _LEAFLET_CSS

    _template = Template(
        """
        {% macro html(this, kwargs) %}
            <div class="folium-map" id={{ this.get_name()|tojson }}></div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = L.map({{ this.get_name()|tojson }}, {{ this.options|tojavascript }});
            {%- if this.control_scale %}
            L.control.scale({
                imperial: false, position: "bottomright",
                maxWidth: 7 * parseFloat(getComputedStyle(document.documentElement).fontSize),
            }).addTo({{ this.get_name() }});
            {%- endif %}
        {% endmacro %}
        """
    )


class Addresses(JSCSSMixin, MacroElement):
    """Hands the map, its base maps and the data's URLs to our own scripts."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            window.gridmapShell = {
                map: {{ this._parent.get_name() }},
                urls: {{ this.urls|tojavascript }},
                baseMaps: [
                {%- for name, layer in this.base_maps %}
                    {name: {{ name|tojson }}, layer: {{ layer }}},
                {%- endfor %}
                ],
            };
        {% endmacro %}
        """
    )

    def __init__(self, urls: dict[str, str], base_maps: Sequence[tuple[dict[str, str], str]]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca gives it no types
        self._name = type(self).__name__
        self.urls = urls
        self.base_maps = base_maps


class Layers(Addresses):
    """The same, and brings the Leaflet plugins that the operator's map uses."""

    default_js = _PLUGINS_JS
    default_css = _PLUGINS_CSS


def _empty() -> OperatorMap:
    links.localise()
    shell = OperatorMap(
        tiles=None, zoom_control=False, control_scale=True, attribution_control=False, wheel_px_per_zoom_level=90, zoom_snap=0.25
    )
    # Folium keeps these two for tiles of its own, of which there are none; and without a view Leaflet asks for no tile yet.
    shell.options |= {"min_zoom": 3, "max_zoom": 20}
    shell.options.pop("zoom", None)
    return shell


def draw(base_maps: Sequence[BaseMap] = ()) -> Any:
    """A folium.Map whose layers our scripts fetch from `URLS`. The view is set by the scripts, when the town is known."""
    return _drawn(base_maps, URLS, Layers)


def draw_plan(base_maps: Sequence[BaseMap] = ()) -> Any:
    """The same for a plan: Leaflet and the addresses of `PLAN_URLS`, no layers."""
    return _drawn(base_maps, PLAN_URLS, Addresses)


def _drawn(base_maps: Sequence[BaseMap], urls: dict[str, str], addresses: type[Addresses]) -> OperatorMap:
    shell = _empty()
    named = []
    for base in base_maps:
        tiles = folium.TileLayer(
            tiles=base.url, attr=base.attribution or " ", max_native_zoom=base.max_zoom, max_zoom=20, show=False
        )
        tiles.add_to(shell)
        named.append(({"zh": base.name_zh, "en": base.name_en}, tiles.get_name()))
    addresses(urls, named).add_to(shell)
    return shell


def standing_alone() -> tuple[str, list[str]]:
    """A map for a page without a server: its HTML, and the scripts that make it (Leaflet itself comes from elsewhere)."""
    shell: Any = _empty()  # branca's figures have no types
    Layers({}, ()).add_to(shell)
    shell.render()
    figure = shell.get_root()
    return figure.html.render(), [figure.script.render()]
