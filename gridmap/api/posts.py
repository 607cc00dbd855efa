"""Posts and duties of people: given, ended, taken back."""

from typing import Annotated, Any

from apiflask import APIBlueprint
from flask import Response
from pydantic import Field

from gridmap.accounts.rights import Scope
from gridmap.api import staff_shapes as shapes
from gridmap.api.fields import GRID_CODE, Moment, Strictly, Text
from gridmap.api.staff_shapes import CLASHES, CONDITIONAL, EndBody, MadeAnswer, Reason, WhyBody
from gridmap.http.conditional import seen
from gridmap.http.staff import CHANGE, post_changer
from gridmap.http.state import db
from gridmap.http.who import check, needs
from gridmap.people import appointing, ending, lookup, registering

TOPIC = registering.TOPIC
bp = APIBlueprint("posts", __name__, url_prefix="/api/v1/people/<ref>/posts", tag="People")
_KIND = Annotated[Text, Field(max_length=60)]
_POST = "/<int(max=2147483647):post_id>"


class PostBody(Strictly):
    """A post to be given."""

    grid: Annotated[Text, GRID_CODE]
    kind: _KIND
    since: Moment | None = None
    until: Moment | None = None
    duties: Annotated[tuple[_KIND, ...], Field(max_length=40)] = ()
    instead: Annotated[bool, Field(strict=True, description="for heads: whoever heads the grid ends at the same moment")] = False
    reason: Reason = ""


class DutyBody(Strictly):
    """A duty to be given, to the post's end."""

    kind: _KIND
    since: Moment | None = None
    reason: Reason = ""


@bp.post("")
@needs(CHANGE)
@bp.input(PostBody, arg_name="body")
@bp.output(MadeAnswer, status_code=201)
@bp.doc(summary="Give somebody a post", responses=CLASHES)
def post_post(ref: str, body: PostBody) -> Response:
    """A post, with its duties."""
    actor = check(CHANGE, Scope(body.grid)).name
    facts: dict[str, Any] = body.model_dump(exclude={"grid", "kind", "instead"})
    deed = ending.succeed if body.instead else appointing.appoint
    post = deed(db(), ref, body.grid, body.kind, actor=actor, **facts)
    db().commit()
    return shapes.made(post.id, TOPIC, ref)


def _held(ref: str, post_id: int) -> str:
    """Lock somebody who has this post, which the caller may change and saw as it is; answers who changes it."""
    actor = post_changer(ref, post_id)
    seen(TOPIC, ref)
    return actor


@bp.post(f"{_POST}/end")
@needs(CHANGE)
@bp.input(EndBody, arg_name="body")
@bp.output(shapes.PersonCard)
@bp.doc(summary="End a post", description="One that was still to begin is cancelled.", responses=CONDITIONAL)
def end_post(ref: str, post_id: int, body: EndBody) -> Response:
    """Whoever held it."""
    ending.end_post(db(), post_id, at=body.at, reason=body.reason, actor=_held(ref, post_id))
    db().commit()
    return shapes.card(lookup.person(db(), ref))


@bp.post(f"{_POST}/resume")
@needs(CHANGE)
@bp.input(WhyBody, arg_name="body")
@bp.output(shapes.PersonCard)
@bp.doc(
    summary="Take the end of a post back",
    description="It goes on with the duties and shifts that ended with it.",
    responses=CONDITIONAL,
)
def resume_post(ref: str, post_id: int, body: WhyBody) -> Response:
    """Whoever holds it again."""
    ending.resume_post(db(), post_id, reason=body.reason, actor=_held(ref, post_id))
    db().commit()
    return shapes.card(lookup.person(db(), ref))


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
    return shapes.made(duty.id, TOPIC, ref)


@bp.post(f"{_POST}/duties/<kind>/end")
@needs(CHANGE)
@bp.input(EndBody, arg_name="body")
@bp.output(shapes.PersonCard)
@bp.doc(summary="Take a duty from a post", responses=CONDITIONAL)
def end_duty(ref: str, post_id: int, kind: str, body: EndBody) -> Response:
    """Whoever had it."""
    appointing.take_duty(db(), post_id, kind, at=body.at, reason=body.reason, actor=_held(ref, post_id))
    db().commit()
    return shapes.card(lookup.person(db(), ref))
