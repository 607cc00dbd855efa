"""GET /api/v1/search: the code of a grid or a zone, a place name, a case number, or coordinates in any datum."""

import re
from datetime import datetime
from typing import Annotated

from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel, Field

from gridmap.api.fields import QueryInteger, Strictly, Text
from gridmap.api.grids import kin
from gridmap.api.shapes import Json
from gridmap.cases import lookup as cases
from gridmap.cases.lookup import Filter
from gridmap.geo.datum import Datum, to_wgs84
from gridmap.grids import descent, zones
from gridmap.grids import lookup as grids
from gridmap.http.json import answer
from gridmap.http.state import db
from gridmap.http.who import needs
from gridmap.places import lookup as places

bp = APIBlueprint("search", __name__, url_prefix="/api/v1", tag="Search")
_NUMBER = r"([-+]?\d{1,3}(?:\.\d{1,15})?)"
_PAIR = re.compile(
    rf"^\s*(?P<datum>wgs-?84|cgcs-?2000|gcj-?02|bd-?09)?[\s:：]*{_NUMBER}\s*[,，;\s]\s*{_NUMBER}\s*$", re.IGNORECASE
)


class SearchQuery(Strictly):
    """What is looked for."""

    q: Annotated[Text, Field(min_length=1, max_length=100)]
    limit: Annotated[QueryInteger, Field(ge=1, le=50)] = 10


class SearchAnswer(BaseModel):
    """What was found, the likeliest kind first."""

    results: list[Json]


@bp.get("/search")
@needs("case.read")
@bp.input(SearchQuery, location="query", arg_name="query")
@bp.output(SearchAnswer)
@bp.doc(
    summary="Search",
    description="Coordinates are `lon, lat` or `lat, lon` in degrees, with the datum before them (gcj02 121.4, 31.6); without one"
    " an answer is given for each datum, so that the searcher chooses. `successors` have the ground of a grid that ended.",
)
def get_search(query: SearchQuery) -> Response:
    """Look it up everywhere."""
    spots = coordinates(query.q)
    if spots:
        return answer({"results": spots})
    word = query.q.strip()
    if not word:
        return answer({"results": []})
    escaped = re.sub(r"([%_\\])", r"\\\1", word)
    prefix, part = f"{escaped}%", f"%{escaped}%"
    results = [_area("grid", row) for row in grids.search(db(), prefix=prefix, part=part, most=query.limit)]
    results += [_area("zone", row) for row in zones.search(db(), prefix=prefix, part=part, most=query.limit)]
    results += [_case(feature) for feature in cases.newest(db(), Filter(text=word), limit=query.limit)]
    results += places.search(db(), prefix=prefix, part=part, most=query.limit)
    return answer({"results": results[: query.limit * 2]})


def coordinates(text: str) -> list[Json]:
    """Places that a pair of numbers may mean, in WGS-84; empty when the text is no pair."""
    found = _PAIR.match(text)
    if found is None:
        return []
    first, second = float(found[2]), float(found[3])
    lon, lat = (first, second) if abs(second) <= 90 and not (abs(first) <= 90 and abs(second) > abs(first)) else (second, first)
    if abs(lon) > 180 or abs(lat) > 90:
        return []
    named = found["datum"]
    datums = [Datum(named.lower().replace("-", ""))] if named else [Datum.WGS84, Datum.GCJ02, Datum.BD09]
    return [_spot(datum, lon, lat) for datum in datums]


def _spot(datum: Datum, lon: float, lat: float) -> Json:
    x, y = to_wgs84(datum, lon, lat)
    name = f"{lon}, {lat}"
    return {
        "kind": "coordinates",
        "id": f"{datum}:{name}",
        "name": name,
        "name_en": name,
        "datum": datum,
        "lon": float(x),
        "lat": float(y),
    }


def _area(kind: str, row: Json) -> Json:
    bounds = [row["west"], row["south"], row["east"], row["north"]]
    names = {"id": row["code"], "name": row["name"], "name_en": row["name_en"]}
    ended = _ended(row["code"], row["retired_at"]) if row["retired_at"] else {}
    return {"kind": kind, **names, "lon": row["lon"], "lat": row["lat"], "bounds": bounds, **ended}


def _ended(code: str, at: datetime) -> Json:
    return {"retired_at": at, "successors": [kin(one) for one in descent.successors(db(), code, at)]}


def _case(feature: Json) -> Json:
    facts, at = feature["properties"], feature["geometry"]
    category = facts["category"] or {"name_zh": "", "name_en": ""}
    lon, lat = at["coordinates"] if at else (None, None)
    names = {"name": f"{category['name_zh']} {facts['address']}".strip(), "name_en": category["name_en"]}
    return {"kind": "case", "id": facts["number"], **names, "lon": lon, "lat": lat, "state": facts["state"]}
