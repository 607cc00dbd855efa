"""/api/v1/publications: what was published, what rolling one back would do, and rolling it back."""

from datetime import datetime
from functools import partial
from typing import Annotated, Literal

from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel, Field

from gridmap.accounts.rights import Scope
from gridmap.api.fields import QueryInteger, Strictly, Text
from gridmap.api.impact_shapes import ImpactAnswer, as_csv, impact_told
from gridmap.api.shapes import GridName, Json, Responses, raw
from gridmap.desk.redrawing.enact import Enacted, roll_back
from gridmap.desk.redrawing.impact import Deed, preview
from gridmap.errors import Conflict, msg
from gridmap.grids import lookup, publications
from gridmap.grids.codes import LENGTHS, Level
from gridmap.grids.rollback import reversal
from gridmap.http import who
from gridmap.http.json import answer
from gridmap.http.state import db, settings

bp = APIBlueprint("publications", __name__, url_prefix="/api/v1", tag="Publications")
CSV = "text/csv"
_RESPONSES: Responses = {
    200: raw(CSV, "With `format=csv`: a row for each grid, before and after side by side"),
    404: "No such publication",
    409: "The same grids have been redrawn since; `codes` names them",
    422: "It was the first, or was rolled back already",
}


class PublicationAnswer(BaseModel):
    """One publish."""

    id: int
    at: datetime
    recorded_at: datetime
    note: str
    by: str = Field(description="who published it, for those who may read plans; else empty")
    grids: int = Field(description="how many micro-grids it opened, changed or ended")
    cases: int | None = Field(description="cases (open, or of 90 days) on the ground that changed hands; null: nobody counted")
    zones: int = Field(description="how many special zones it began, changed or ended")
    undoes: int | None = Field(description="the publish it rolled back")
    undone_by: int | None = Field(description="the publish that rolled it back")


class PublicationsAnswer(BaseModel):
    """Publishes, newest first, and where to go on."""

    publications: list[PublicationAnswer]
    next: int | None


class WholeAnswer(PublicationAnswer):
    """One publish with all it changed."""

    codes: dict[str, list[str]] = Field(description="opened, closed, begun, ended and renamed grids, and zones")
    names: dict[str, GridName] = Field(description="what the grids of `lineage` and `codes` are called now")
    bounds: list[float] | None = Field(description="the box around what it touched; null where it changed names alone")
    lineage: list[Json]


class PublicationsQuery(Strictly):
    """A page of them."""

    before: Annotated[QueryInteger | None, Field(ge=1, le=2**31 - 1, description="the last id seen: go on from there")] = None
    limit: Annotated[QueryInteger, Field(ge=1, le=200)] = 50


class ImpactQuery(Strictly):
    """In which form."""

    format: Literal["json", "csv"] = "json"


class RollBackBody(Strictly):
    """Why, and what was seen before."""

    note: Annotated[Text, Field(max_length=500)] = ""
    newest: Annotated[int | None, Field(description="the newest one when the preview was read; 409 if another came")] = None


class EnactedAnswer(BaseModel):
    """What a publish did."""

    publication: int | None
    at: datetime
    opened: list[str]
    closed: list[str]
    retired: list[str]
    moved: int
    told: int


@bp.get("/publications")
@who.needs("map.read")
@bp.input(PublicationsQuery, location="query", arg_name="query")
@bp.output(PublicationsAnswer)
@bp.doc(summary="What was published", description="Newest first.")
def get_publications(query: PublicationsQuery) -> Response:
    """A page of publishes."""
    found = publications.page(db(), before=query.before, limit=query.limit + 1)
    shown = found[: query.limit]
    return answer({"publications": [_told(one) for one in shown], "next": shown[-1]["id"] if len(found) > query.limit else None})


@bp.get("/publications/<int:publication>")
@who.needs("map.read")
@bp.output(WholeAnswer)
@bp.doc(summary="One publish with all it changed", responses={404: "No such publication"})
def get_publication(publication: int) -> Response:
    """One publish."""
    found = publications.whole(db(), publication)
    codes = {code for there in found["codes"].values() for code in there}
    codes |= {row[side] for row in found["lineage"] for side in ("from_code", "to_code") if row[side]}
    return answer(_told(found) | {"names": {code: one._asdict() for code, one in lookup.names(db(), sorted(codes)).items()}})


def _told(found: Json) -> Json:
    """A publish as answers tell it: who did it is for those who read plans."""
    told = {name: value for name, value in found.items() if name != "actor"}
    return told | {"by": by_whom(found)}


def by_whom(found: Json) -> str:
    """Who published, for those who may read plans; others are not told."""
    return str(found["actor"]).removeprefix("account:") if who.may_somewhere("plan.read") else ""


@bp.get("/publications/<int:publication>/rollback")
@who.needs("grids.publish")
@bp.input(ImpactQuery, location="query", arg_name="query")
@bp.output(ImpactAnswer)
@bp.doc(
    summary="What rolling a publish back would change",
    description="The rollback itself, done and taken back: the numbers are those that will stand there after it.",
    responses=_RESPONSES,
)
def get_rollback(publication: int, query: ImpactQuery) -> Response:
    """The preview."""
    _check(publication)
    found = preview(db(), _deed(publication, ""))
    return Response(as_csv(found), mimetype=CSV) if query.format == "csv" else answer(impact_told(found))


@bp.post("/publications/<int:publication>/rollback")
@who.needs("grids.publish")
@bp.input(RollBackBody, arg_name="body")
@bp.output(EnactedAnswer)
@bp.doc(
    summary="Roll a publish back",
    description="A new publish that makes what this one touched as it was before. Open cases go with the ground.",
    responses={404: "No such publication", 409: "Redrawn since", 422: "The first, or rolled back already"},
)
def post_rollback(publication: int, body: RollBackBody) -> Response:
    """Do it."""
    _check(publication)
    newest = publications.newest(db())
    if body.newest is not None and body.newest != newest:
        raise Conflict(msg("Something has been published since you looked; look again"), facts={"newest": newest})
    done = _deed(publication, body.note)(trial=False)
    db().commit()
    return answer(enacted_told(done))


def enacted_told(done: Enacted) -> Json:
    """What a publish did, as answers tell it."""
    published = done.published
    told: Json = {"publication": published.publication, "at": published.at, "retired": published.retired}
    return told | {"opened": published.opened, "closed": published.closed, "moved": len(done.moved), "told": done.told}


def _check(publication: int) -> None:
    """Whoever asks may publish wherever the rollback touches anything."""
    change = reversal(db(), publication)
    for code in {*change.grids, *change.retired, *(zone[: LENGTHS[Level.TOWN]] for zone in change.zones)}:
        who.check("grids.publish", Scope(code))


def _deed(publication: int, note: str) -> Deed:
    return partial(roll_back, db(), publication, actor=who.caller().name, nearest_limit_m=settings().nearest_limit_m, note=note)
