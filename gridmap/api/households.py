"""Households by micro-grid, as they were counted."""

from datetime import date
from typing import Annotated

from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel, Field

from gridmap import clock
from gridmap.api.fields import GRID_CODE, QueryPastMoment, Strictly, Text
from gridmap.grids import households
from gridmap.http.json import answer
from gridmap.http.state import db
from gridmap.http.who import needs

bp = APIBlueprint("households", __name__, url_prefix="/api/v1", tag="Grids")


class HouseholdsQuery(Strictly):
    """Where, and as of when."""

    within: Annotated[Text | None, GRID_CODE, Field(description="a town, a village or a micro-grid; default: everywhere")] = None
    at: Annotated[QueryPastMoment | None, Field(description="by the counts until this moment's day; default: now")] = None


class CountedAnswer(BaseModel):
    """The newest count of a micro-grid."""

    code: str
    households: int
    counted_on: date
    place: list[float] = Field(description="longitude, latitude, WGS-84: a place in the grid, as deeds take points that weigh")


class HouseholdsAnswer(BaseModel):
    """Those that were counted, by code."""

    households: list[CountedAnswer]


@bp.get("/households")
@needs("map.read")
@bp.input(HouseholdsQuery, location="query", arg_name="query")
@bp.output(HouseholdsAnswer)
@bp.doc(summary="Households by micro-grid", description="Micro-grids in force that were never counted are left out.")
def get_households(query: HouseholdsQuery) -> Response:
    """The newest counts."""
    found = households.counted(db(), query.within or "", clock.local(query.at or clock.now()).date())
    told = [one._asdict() | {"place": [one.place.x, one.place.y]} for one in found]
    return answer({"households": told})
