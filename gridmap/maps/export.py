"""One self-contained HTML file of the map as it stands: it opens from a disk, asks nobody, and shows one moment.

Data goes in as JSON in a script element that is no script, with `<` escaped; the page's own policy lets exactly its own
scripts run (by hash), so that no text from data could.
"""

import base64
import hashlib
import json
import re
from datetime import datetime
from typing import Any, Final, Literal

import jinja2
import shapely
from sqlalchemy.orm import Session

from gridmap import __version__, resources
from gridmap.cases import lookup as cases
from gridmap.cases.states import OPEN_STATES
from gridmap.geo.measure import SERVICE_RADIUS_M
from gridmap.grids import lookup as grids
from gridmap.grids import zones
from gridmap.maps import assets, operator
from gridmap.maps.bundle import bundled
from gridmap.places import lookup as places
from gridmap.routing.words import explain, mentioned

MOST_CASES: Final = 20_000
_SHEETS: Final = ("tokens", "page", "bar", "map", "card", "export")
_SCRIPTS: Final = (
    "leaflet/dist/leaflet.js",
    "leaflet.markercluster/dist/leaflet.markercluster.js",
    "leaflet.heat/dist/leaflet-heat.js",
)
_EYE_DEG: Final = 1e-6  # A decimetre, for the eye.
_TITLE: Final = {"zh": "网格一张图", "en": "Grid map"}
_GRID: Final = ("code", "name", "name_en", "level")
_POINT: Final = ("code", "name", "name_en", "address", "opening_hours", "keeper", "phone", "lon", "lat")
Town = dict[str, Any]


def gather(session: Session, *, at: datetime) -> Town:
    """What the file holds: grids and zones in force, service points, and open cases (the newest, where there are very many)."""
    page = cases.page(session, cases.Filter(states=OPEN_STATES), limit=MOST_CASES, at=at)
    reasons = _reasons(session, [feature["id"] for feature in page.features])
    return {
        "exported_at": at.isoformat(),
        "radius_m": round(SERVICE_RADIUS_M, 2),
        "grids": [_grid(row) for row in grids.features(session, at=at)],
        "zones": _zones(session, at),
        "points": [{key: row[key] for key in _POINT} for row in places.service_point_rows(session)],
        "cases": [_case(feature, reasons[feature["id"]]) for feature in page.features],
        "cases_left": page.matched - len(page.features),
    }


def page(town: Town, *, language: Literal["zh", "en"]) -> str:
    """The file's text. `town` as `gather` makes it."""
    body, scripts = operator.standing_alone()
    scripts = [*(_vendored(path) for path in _SCRIPTS), *scripts, bundled("export/main.js")]
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(resources.templates_dir()), autoescape=True)
    return environment.get_template("export.html").render(
        language=language,
        title=_TITLE[language],
        version=__version__,
        policy=_policy(scripts),
        styles=_styles(),
        body=body,
        town=embedded(town),
        scripts=scripts,
    )


def embedded(value: Any) -> str:
    """JSON that cannot end the script element it stands in, nor break a script's line."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
    return text.translate({ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"})


def _reasons(session: Session, numbers: list[str]) -> dict[str, dict[str, str]]:
    """Why each case stands where it stands, in words of both languages."""
    routes = cases.routes(session, numbers)
    called = grids.names(session, sorted({code for facts in routes.values() for code in mentioned(facts)}))
    names = {code: (name.name, name.name_en) for code, name in called.items()}
    return {number: explain(facts, names) for number, facts in routes.items()}


def _case(feature: dict[str, Any], reason: dict[str, str]) -> dict[str, Any]:
    return {**feature, "properties": {**feature["properties"], "reason": reason}}


def _grid(row: dict[str, Any]) -> dict[str, Any]:
    facts = {key: row[key] for key in _GRID}
    head = {"name": row["head_name"], "phone": row["head_phone"]}
    shape = json.loads(row["geometry"], parse_float=lambda number: round(float(number), 6))  # a decimetre, for the eye
    label = [round(row["label_lon"], 6), round(row["label_lat"], 6)]
    more = {"head": head, "area_m2": round(row["area_m2"]), "label": label}
    return {"type": "Feature", "geometry": shape, "properties": {**facts, **more}}


def _zones(session: Session, at: datetime) -> list[dict[str, Any]]:
    there = zones.at(session, at)
    called = grids.names(session, [zone.target_code for zone in there])
    return [_zone(zone, called[zone.target_code]) for zone in there]


def _zone(zone: zones.Zone, target: grids.Name) -> dict[str, Any]:
    facts = {"code": zone.code, "name": zone.name, "name_en": zone.name_en, "kind": zone.kind}
    gets = {"target": target.code, "target_name": target.name, "target_name_en": target.name_en}
    inside = zone.geom.representative_point()
    shape = json.loads(shapely.to_geojson(shapely.set_precision(zone.geom, _EYE_DEG)))
    return {"type": "Feature", "geometry": shape, "properties": {**facts, **gets, "label": [inside.x, inside.y]}}


def _vendored(path: str) -> str:
    return re.sub(r"^//# sourceMappingURL=.*$", "", assets.file_of(path).read_text("utf-8"), flags=re.MULTILINE)


def _styles() -> str:
    own = [(resources.static_dir() / "css" / f"{name}.css").read_text("utf-8") for name in _SHEETS]
    # Leaflet's pictures belong to controls that this page does not have.
    leaflet = re.sub(r"url\([^)]*\)", "none", _vendored("leaflet/dist/leaflet.css"))
    return "\n".join([leaflet, _vendored("leaflet.markercluster/dist/MarkerCluster.css"), *own])


def _policy(scripts: list[str]) -> str:
    hashes = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in scripts)
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    )
