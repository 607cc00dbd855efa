"""Who is asked to look at a plan, and what is said of it."""

from datetime import datetime
from typing import Annotated

from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel, Field

from gridmap.accounts.rights import Scope
from gridmap.api.fields import Strictly, Text
from gridmap.api.plan_bodies import Place
from gridmap.api.plan_shapes import CHANGES
from gridmap.api.plans import COMMENT, DRAW, ID, READ, locked, read
from gridmap.api.shapes import Json
from gridmap.desk import plan_turns
from gridmap.http.json import answer
from gridmap.http.state import db
from gridmap.http.who import caller, check, may, needs
from gridmap.plans import lookup, reviewing
from gridmap.plans.models import Plan, PlanComment

bp = APIBlueprint("plan_talk", __name__, url_prefix="/api/v1/plans", tag="Plans")


class CommentBody(Strictly):
    """Something to say, if need be about a place."""

    words: Annotated[Text, Field(min_length=1, max_length=2000)]
    place: Annotated[Place | None, Field(description="longitude, latitude, WGS-84")] = None


class CommentAnswer(BaseModel):
    """What somebody said, when the plan stood at which step."""

    id: int
    by: str
    at: datetime
    step: int
    words: str
    place: list[float] | None


class CommentsAnswer(BaseModel):
    """The oldest first."""

    comments: list[CommentAnswer]


class ReviewersBody(Strictly):
    """Who is asked: usernames."""

    reviewers: Annotated[list[Annotated[Text, Field(max_length=40)]], Field(max_length=50)]


class Candidate(BaseModel):
    """Somebody who may be asked."""

    username: str
    approves: bool = Field(description="they may approve it, too")


class ReviewersAnswer(BaseModel):
    """Who is asked to look at a plan."""

    reviewers: list[str]
    candidates: list[Candidate] = Field(description="who may be asked, for those who may ask; without the caller")


def _said(comment: PlanComment, username: str) -> Json:
    place = None if comment.place is None else [comment.place.x, comment.place.y]
    return {name: getattr(comment, name) for name in ("id", "at", "step", "words")} | {"by": username, "place": place}


@bp.get(f"/{ID}/comments")
@needs(READ)
@bp.output(CommentsAnswer)
@bp.doc(summary="What was said of a plan", responses={404: "No such plan"})
def get_comments(plan_id: int) -> Response:
    """All of it."""
    plan = read(plan_id)
    return answer({"comments": [_said(*one) for one in lookup.comments(db(), plan.id)]})


@bp.post(f"/{ID}/comments")
@needs(COMMENT)
@bp.input(CommentBody, arg_name="body")
@bp.output(CommentAnswer, status_code=201)
@bp.doc(summary="Say something of a plan", responses={404: "No such plan"})
def post_comment(plan_id: int, body: CommentBody) -> Response:
    """The comment; it changes nothing of the plan, nor its version."""
    plan = read(plan_id, COMMENT)
    caller = check(COMMENT, Scope(plan.ground))
    made = reviewing.comment(db(), plan, body.words, body.place, caller=caller)
    db().commit()
    return answer(_said(made, lookup.usernames(db(), [made.account_id])[made.account_id]), 201)


@bp.get(f"/{ID}/reviewers")
@needs(READ)
@bp.output(ReviewersAnswer)
@bp.doc(summary="Who is asked to look at a plan", responses={404: "No such plan"})
def get_reviewers(plan_id: int) -> Response:
    """Usernames."""
    return _reviewers(read(plan_id))


@bp.put(f"/{ID}/reviewers")
@needs(DRAW)
@bp.input(ReviewersBody, arg_name="body")
@bp.output(ReviewersAnswer)
@bp.doc(summary="Ask people to look at a plan", description="These, and nobody else.", responses=CHANGES)
def put_reviewers(plan_id: int, body: ReviewersBody) -> Response:
    """Those asked from now on."""
    plan, caller = locked(plan_id, DRAW)
    plan_turns.ask(db(), plan, body.reviewers, caller=caller)
    db().commit()
    return _reviewers(plan)


def _reviewers(plan: Plan) -> Response:
    others = plan_turns.reviewers(db(), plan).items() if may(DRAW, Scope(plan.ground)) else ()
    me = caller().account_id
    candidates = [
        {"username": name, "approves": plan_turns.may_approve(plan, one)} for name, one in others if one.account_id != me
    ]
    return answer({"reviewers": lookup.reviewers(db(), plan.id), "candidates": candidates})
