"""Favourites, and who else looks at a case."""

from typing import Annotated

from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel, Field

from gridmap import clock
from gridmap.api.fields import Strictly, Text
from gridmap.cases import attention
from gridmap.cases.models import Case
from gridmap.cases.numbered import numbered
from gridmap.desk.acting.askers import scope_of
from gridmap.http import who
from gridmap.http.json import answer
from gridmap.http.state import db
from gridmap.http.who import needs

bp = APIBlueprint("attention", __name__, url_prefix="/api/v1", tag="Tasks")


class FavouritesAnswer(BaseModel):
    """The caller's favourites."""

    cases: list[str] = Field(description="numbers, the newest mark first")


class FavouriteAnswer(BaseModel):
    """Whether a case is one."""

    number: str
    favourite: bool


class LookBody(Strictly):
    """What the caller does with it."""

    doing: Annotated[Text, Field(max_length=40, description="the action whose form is open; empty for none")] = ""


class SomebodyAnswer(BaseModel):
    """Somebody else who has the case open; who, only within the caller's scope."""

    username: str | None = None
    name: str | None = None
    doing: str


class LookingAnswer(BaseModel):
    """Who else has the case open."""

    others: list[SomebodyAnswer]


@bp.get("/favourites")
@needs("case.favourite")
@bp.output(FavouritesAnswer)
@bp.doc(summary="My favourites")
def get_favourites() -> Response:
    """The cases the caller has marked."""
    return answer({"cases": attention.favourites(db(), who.account().account_id)})


@bp.put("/cases/<number>/favourite")
@needs("case.favourite")
@bp.output(FavouriteAnswer)
@bp.doc(summary="Mark a case as a favourite", responses={404: "No such case", 409: "Too many"})
def put_favourite(number: str) -> Response:
    """Mark a case; twice is once."""
    case = _in_scope(number)
    attention.favour(db(), who.account().account_id, case.id)
    db().commit()
    return answer({"number": case.number, "favourite": True})


@bp.delete("/cases/<number>/favourite")
@needs("case.favourite")
@bp.output(FavouriteAnswer)
@bp.doc(summary="A favourite no longer", responses={404: "No such case"})
def delete_favourite(number: str) -> Response:
    """Take the mark away; where there is none, nothing changes."""
    case = numbered(db(), number)  # Whoever was given another scope may still let go.
    attention.let_go(db(), who.account().account_id, case.id)
    db().commit()
    return answer({"number": case.number, "favourite": False})


@bp.put("/cases/<number>/presence")
@needs("case.presence")
@bp.input(LookBody, arg_name="body")
@bp.output(LookingAnswer)
@bp.doc(
    summary="Say that I have a case open, and hear who else has",
    description="Said again every 20 seconds; after 45 of silence one is gone. Names only within the caller's scope.",
    responses={404: "No such case"},
)
def put_presence(number: str, body: LookBody) -> Response:
    """Who else looks at it."""
    case = numbered(db(), number)
    others = attention.look(db(), who.account().account_id, case.id, doing=body.doing, at=clock.now())
    db().commit()
    named = who.may("people.read", scope_of(db(), case.id, case.grid_code))
    told = [one._asdict() if named else {"doing": one.doing} for one in others]
    response = answer({"others": told})
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.delete("/cases/<number>/presence")
@needs("case.presence")
@bp.output({}, status_code=204)
@bp.doc(summary="Say that I have closed it", responses={404: "No such case"})
def delete_presence(number: str) -> Response:
    """No longer there."""
    attention.leave(db(), who.account().account_id, numbered(db(), number).id)
    db().commit()
    return Response(status=204)


def _in_scope(number: str) -> Case:
    case = numbered(db(), number)
    who.check("case.favourite", scope_of(db(), case.id, case.grid_code))
    return case
