"""People: who there is, what they are, and the deeds that change it."""

from typing import Annotated

from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel, Field

from gridmap import clock
from gridmap.accounts import scopes
from gridmap.accounts.rights import TOWN_WIDE, Scope
from gridmap.api import staff_shapes as shapes
from gridmap.api.fields import GRID_CODE, QueryInteger, QueryMoment, Strictly, Text
from gridmap.api.shapes import Json
from gridmap.api.staff_shapes import CLASHES, CONDITIONAL, READ, EndBody, WhyBody
from gridmap.errors import NotFound, msg
from gridmap.http.conditional import seen
from gridmap.http.json import answer
from gridmap.http.staff import CHANGE, changer
from gridmap.http.state import db
from gridmap.http.who import check, may, needs
from gridmap.people import lookup, registering
from gridmap.people.registering import PersonFacts

TOPIC = registering.TOPIC
bp = APIBlueprint("people", __name__, url_prefix="/api/v1/people", tag="People")


class PeopleQuery(Strictly):
    """Which people."""

    grid: Annotated[Text | None, GRID_CODE] = None
    q: Annotated[Text | None, Field(max_length=100, description="looked for in number and names")] = None
    at: QueryMoment | None = None
    after: Annotated[Text, Field(max_length=40, description="the `next` of the page before")] = ""
    limit: Annotated[QueryInteger, Field(ge=1, le=500)] = 100


class PersonBody(Strictly):
    """Somebody to be entered."""

    ref: Annotated[Text, Field(max_length=40, description="the staff number")]
    name: Annotated[Text, Field(min_length=1, max_length=100)]
    name_en: Annotated[Text, Field(max_length=100)] = ""
    phone: Annotated[Text, Field(max_length=40)] = ""
    phone_public: Annotated[bool, Field(strict=True, description="they agreed to have it published")] = False
    email: Annotated[Text, Field(max_length=200)] = ""


class PersonChange(Strictly):
    """What to correct; what is left out stays."""

    name: Annotated[Text, Field(min_length=1, max_length=100)] | None = None
    name_en: Annotated[Text, Field(max_length=100)] | None = None
    phone: Annotated[Text, Field(max_length=40)] | None = None
    phone_public: Annotated[bool, Field(strict=True)] | None = None
    email: Annotated[Text, Field(max_length=200)] | None = None


class PeopleAnswer(BaseModel):
    """A page of people by staff number."""

    people: list[Json]
    next: str | None


@bp.get("")
@needs(READ)
@bp.input(PeopleQuery, location="query", arg_name="query")
@bp.output(PeopleAnswer)
@bp.doc(summary="People", description="With their posts at a moment. Without `grid` only for those who may see the whole town.")
def get_people(query: PeopleQuery) -> Response:
    """A page of people."""
    check(READ, Scope(query.grid))
    at = query.at or clock.now()
    found = lookup.people(db(), grid=query.grid, part=query.q, at=at, after=query.after, most=query.limit)
    posts = lookup.posts_in_force(db(), [one.id for one in found], at)
    told = [
        shapes.person(one, seen=True) | {"posts": [shapes.post(held, seen=True) for held in posts.get(one.id, ())]}
        for one in found
    ]
    response = answer({"people": told, "next": found[-1].ref if len(found) == query.limit else None})
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@bp.post("")
@needs(CHANGE)
@bp.input(PersonBody, arg_name="body")
@bp.output(shapes.PersonCard, status_code=201)
@bp.doc(summary="Enter somebody", responses=CLASHES)
def post_person(body: PersonBody) -> Response:
    """Somebody new, who has no post yet."""
    actor = check(CHANGE, TOWN_WIDE).name
    person = registering.register(db(), PersonFacts(**body.model_dump()), actor=actor)
    db().commit()
    return shapes.card(person, 201)


@bp.get("/<ref>")
@needs(READ)
@bp.output(shapes.PersonCard)
@bp.doc(summary="Somebody", description="ETag: what If-Match of a change names.", responses={404: "Nobody the caller may see"})
def get_person(ref: str) -> Response:
    """Somebody with all their posts."""
    person = lookup.person(db(), ref)
    if not any(may(READ, scope) for scope in scopes.of_person(db(), person)):
        raise NotFound(msg("There is nobody with the staff number '%(ref)s'"), ref=ref[:40])
    return shapes.card(person)


def _changing(ref: str) -> str:
    """Lock somebody whom the caller may change wherever they act, and saw as they are; answers who changes them."""
    actor = changer(ref)
    seen(TOPIC, ref)
    return actor


@bp.patch("/<ref>")
@needs(CHANGE)
@bp.input(PersonChange, arg_name="body")
@bp.output(shapes.PersonCard)
@bp.doc(summary="Correct what is known of somebody", responses=CONDITIONAL)
def patch_person(ref: str, body: PersonChange) -> Response:
    """Somebody, corrected."""
    actor = _changing(ref)
    person = registering.correct(db(), ref, shapes.changes(body), actor=actor)
    db().commit()
    return shapes.card(person)


@bp.post("/<ref>/leave")
@needs(CHANGE)
@bp.input(EndBody, arg_name="body")
@bp.output(shapes.PersonCard)
@bp.doc(summary="Let somebody leave", description="Their posts, duties and shifts end at the same moment.", responses=CONDITIONAL)
def leave(ref: str, body: EndBody) -> Response:
    """Somebody who has left."""
    person = registering.leave(db(), ref, actor=_changing(ref), at=body.at, reason=body.reason)
    db().commit()
    return shapes.card(person)


@bp.post("/<ref>/return")
@needs(CHANGE)
@bp.input(WhyBody, arg_name="body")
@bp.output(shapes.PersonCard)
@bp.doc(summary="Let somebody who left be there again", description="Posts that ended stay ended.", responses=CONDITIONAL)
def come_back(ref: str, body: WhyBody) -> Response:
    """Somebody who is back."""
    person = registering.come_back(db(), ref, actor=_changing(ref), reason=body.reason)
    db().commit()
    return shapes.card(person)
