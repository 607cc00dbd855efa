"""People: who there is, what they are, and the deeds that change it."""

from typing import Annotated, Any

from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel, Field

from gridmap import clock
from gridmap.accounts.rights import TOWN_WIDE, Scope
from gridmap.api import staff_shapes as shapes
from gridmap.api.fields import Moment, QueryMoment, Strictly, Text
from gridmap.api.shapes import Json
from gridmap.api.staff_shapes import CLASHES, CONDITIONAL, READ, MadeAnswer, PersonAnswer, Reason
from gridmap.errors import NotFound, msg
from gridmap.http.conditional import seen, tagged
from gridmap.http.json import answer
from gridmap.http.state import db
from gridmap.http.who import check, may, needs
from gridmap.people import appointing, lookup, registering
from gridmap.people.models import Person
from gridmap.people.registering import PersonFacts

CHANGE = "people.change"
TOPIC = registering.TOPIC
bp = APIBlueprint("people", __name__, url_prefix="/api/v1/people", tag="People")
_GRID = Field(pattern=r"^([0-9]{9}|[0-9]{12}|[0-9]{15})$")
_KIND = Annotated[Text, Field(max_length=60)]
_POST = "/<ref>/posts/<int(max=2147483647):post_id>"


class PeopleQuery(Strictly):
    """Which people."""

    grid: Annotated[Text | None, _GRID] = None
    q: Annotated[Text | None, Field(max_length=100, description="looked for in number and names")] = None
    at: QueryMoment | None = None
    after: Annotated[Text, Field(max_length=40, description="the `next` of the page before")] = ""
    limit: Annotated[int, Field(ge=1, le=500)] = 100


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


class PostBody(Strictly):
    """A post to be given."""

    grid: Annotated[Text, _GRID]
    kind: _KIND
    since: Moment | None = None
    until: Moment | None = None
    duties: Annotated[tuple[_KIND, ...], Field(max_length=40)] = ()
    reason: Reason = ""


class EndBody(Strictly):
    """When something ends; now, unless said otherwise."""

    at: Moment | None = None
    reason: Reason = ""


class DutyBody(Strictly):
    """A duty to be given, to the post's end."""

    kind: _KIND
    since: Moment | None = None
    reason: Reason = ""


class PeopleAnswer(BaseModel):
    """A page of people by staff number."""

    people: list[Json]
    next: str | None


class PersonCard(PersonAnswer):
    """Somebody with every post they hold, held or will hold."""

    posts: list[Json]


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
@bp.output(PersonCard, status_code=201)
@bp.doc(summary="Enter somebody", responses=CLASHES)
def post_person(body: PersonBody) -> Response:
    """Somebody new, who has no post yet."""
    actor = check(CHANGE, TOWN_WIDE).name
    person = registering.register(db(), PersonFacts(**body.model_dump()), actor=actor)
    db().commit()
    return _card(person, 201)


@bp.get("/<ref>")
@needs(READ)
@bp.output(PersonCard)
@bp.doc(summary="Somebody", description="ETag: what If-Match of a change names.", responses={404: "Nobody the caller may see"})
def get_person(ref: str) -> Response:
    """Somebody with all their posts."""
    person = lookup.person(db(), ref)
    if not any(may(READ, scope) for scope in scopes(person)):
        raise NotFound(msg("There is nobody with the staff number '%(ref)s'"), ref=ref[:40])
    return _card(person)


def scopes(person: Person) -> list[Scope]:
    """Where somebody acts or acted; the town for whoever never did."""
    grids = {post.grid_code for post, _, _ in lookup.posts_of(db(), person.id)}
    offices = lookup.departments_of(db(), person.id)
    return [*map(Scope, sorted(grids)), *(Scope(None, frozenset({office})) for office in offices)] or [TOWN_WIDE]


def _card(person: Person, status: int = 200) -> Response:
    posts = [
        {
            "id": post.id,
            "grid": post.grid_code,
            "kind": shapes.kind(kind),
            "team": post.team,
            "since": post.valid.lower,
            "until": post.valid.upper,
            "duties": [shapes.kind(d) | {"since": duty.valid.lower, "until": duty.valid.upper} for duty, d in duties],
        }
        for post, kind, duties in lookup.posts_of(db(), person.id)
    ]
    return tagged(answer(shapes.person(person, seen=True) | {"posts": posts}, status), TOPIC, person.ref)


def _changing(ref: str) -> str:
    """Lock somebody whom the caller may change wherever they act, and saw as they are; answers who changes them."""
    actors = [check(CHANGE, scope).name for scope in scopes(registering.locked(db(), ref))]
    seen(TOPIC, ref)
    return actors[0]


@bp.patch("/<ref>")
@needs(CHANGE)
@bp.input(PersonChange, arg_name="body")
@bp.output(PersonCard)
@bp.doc(summary="Correct what is known of somebody", responses=CONDITIONAL)
def patch_person(ref: str, body: PersonChange) -> Response:
    """Somebody, corrected."""
    actor = _changing(ref)
    changes = {name: value for name, value in body.model_dump(exclude_unset=True).items() if value is not None}
    person = registering.correct(db(), ref, changes, actor=actor)
    db().commit()
    return _card(person)


@bp.post("/<ref>/leave")
@needs(CHANGE)
@bp.input(EndBody, arg_name="body")
@bp.output(PersonCard)
@bp.doc(summary="Let somebody leave", description="Their posts, duties and shifts end at the same moment.", responses=CONDITIONAL)
def leave(ref: str, body: EndBody) -> Response:
    """Somebody who has left."""
    person = registering.leave(db(), ref, actor=_changing(ref), at=body.at, reason=body.reason)
    db().commit()
    return _card(person)


@bp.post("/<ref>/posts")
@needs(CHANGE)
@bp.input(PostBody, arg_name="body")
@bp.output(MadeAnswer, status_code=201)
@bp.doc(summary="Give somebody a post", responses=CLASHES)
def post_post(ref: str, body: PostBody) -> Response:
    """A post, with its duties."""
    actor = check(CHANGE, Scope(body.grid)).name
    facts: dict[str, Any] = body.model_dump(exclude={"grid", "kind"})
    post = appointing.appoint(db(), ref, body.grid, body.kind, actor=actor, **facts)
    db().commit()
    return tagged(answer({"id": post.id}, 201), TOPIC, ref)


def _held(ref: str, post_id: int) -> str:
    """Lock somebody who has this post, which the caller may change and saw as it is; answers who changes it."""
    person = registering.locked(db(), ref)
    codes = [post.grid_code for post, _, _ in lookup.posts_of(db(), person.id) if post.id == post_id]
    if not codes:
        raise NotFound(msg("There is no such post"))
    actor = check(CHANGE, Scope(codes[0])).name
    seen(TOPIC, ref)
    return actor


@bp.post(f"{_POST}/end")
@needs(CHANGE)
@bp.input(EndBody, arg_name="body")
@bp.output(PersonCard)
@bp.doc(summary="End a post", description="One that was still to begin is cancelled.", responses=CONDITIONAL)
def end_post(ref: str, post_id: int, body: EndBody) -> Response:
    """Whoever held it."""
    appointing.end_post(db(), post_id, at=body.at, reason=body.reason, actor=_held(ref, post_id))
    db().commit()
    return _card(lookup.person(db(), ref))


@bp.post(f"{_POST}/duties")
@needs(CHANGE)
@bp.input(DutyBody, arg_name="body")
@bp.output(MadeAnswer, status_code=201)
@bp.doc(summary="Give a post one more duty", responses=CONDITIONAL)
def post_duty(ref: str, post_id: int, body: DutyBody) -> Response:
    """A duty."""
    actor = _held(ref, post_id)
    duty = appointing.give_duty(db(), post_id, body.kind, since=body.since, reason=body.reason, actor=actor)
    db().commit()
    return tagged(answer({"id": duty.id}, 201), TOPIC, ref)


@bp.post(f"{_POST}/duties/<kind>/end")
@needs(CHANGE)
@bp.input(EndBody, arg_name="body")
@bp.output(PersonCard)
@bp.doc(summary="Take a duty from a post", responses=CONDITIONAL)
def end_duty(ref: str, post_id: int, kind: str, body: EndBody) -> Response:
    """Whoever had it."""
    appointing.take_duty(db(), post_id, kind, at=body.at, reason=body.reason, actor=_held(ref, post_id))
    db().commit()
    return _card(lookup.person(db(), ref))
