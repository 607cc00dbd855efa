"""Who else has a plan open, and links by which others may look at it without an account."""

from datetime import timedelta
from typing import Annotated

from apiflask import APIBlueprint
from flask import Response, url_for
from pydantic import BaseModel, Field

from gridmap import clock
from gridmap.accounts.rights import Scope
from gridmap.api.fields import Moment, Strictly, Text
from gridmap.api.plan_shapes import PresentAnswer, present_told
from gridmap.api.plans import DRAW, ID, READ, read
from gridmap.api.shapes import Json
from gridmap.http.json import answer
from gridmap.http.links import Leads, token_of
from gridmap.http.state import db
from gridmap.http.who import account, check, needs
from gridmap.plans import presence, sharing
from gridmap.plans.sharing import PlanLink

USUALLY = timedelta(days=7)
bp = APIBlueprint("plan_sharing", __name__, url_prefix="/api/v1/plans", tag="Plans")


class PresenceBody(Strictly):
    """What the caller is at."""

    doing: Annotated[Text, Field(max_length=40, description="a grid's code or a deed's name; empty for neither")] = ""


class OthersAnswer(BaseModel):
    """Who else has it open."""

    others: list[PresentAnswer]


class LinkBody(Strictly):
    """For whom, and until when."""

    label: Annotated[Text, Field(max_length=100, description="who is to look, for those who keep the links")] = ""
    expires_at: Annotated[Moment | None, Field(description="at most 90 days from now; default: in 7 days")] = None


class PlanLinkAnswer(BaseModel):
    """A link by which whoever has it may look at the plan."""

    id: int
    label: str
    made_at: str
    expires_at: str
    revoked_at: str | None
    standing: sharing.Standing
    url: str


class PlanLinksAnswer(BaseModel):
    """All of a plan, the newest first."""

    links: list[PlanLinkAnswer]


@bp.post(f"/{ID}/presence")
@needs(READ)
@bp.input(PresenceBody, arg_name="body")
@bp.output(OthersAnswer)
@bp.doc(
    summary="Say that I have a plan open, and hear who else has",
    description="Every 10 s while it is on the screen; whoever has not said so for 30 s is gone.",
    responses={404: "No such plan"},
)
def post_presence(plan_id: int, body: PresenceBody) -> Response:
    """I am here; who else is?"""
    plan, me, now = read(plan_id), account().account_id, clock.now()
    presence.come(db(), plan.id, me, doing=body.doing, at=now)
    found = presence.present(db(), [plan.id], now)[plan.id]
    db().commit()
    return answer({"others": [present_told(one) for one in found if one.account_id != me]})


@bp.delete(f"/{ID}/presence")
@needs(READ)
@bp.output(OthersAnswer)
@bp.doc(summary="Say that I have closed a plan", responses={404: "No such plan"})
def delete_presence(plan_id: int) -> Response:
    """I am gone; who still is there?"""
    plan = read(plan_id)
    presence.go(db(), plan.id, account().account_id)
    found = presence.present(db(), [plan.id], clock.now())[plan.id]
    db().commit()
    return answer({"others": [present_told(one) for one in found]})


@bp.get(f"/{ID}/links")
@needs(DRAW)
@bp.output(PlanLinksAnswer)
@bp.doc(summary="The links to a plan", responses={404: "No such plan"})
def get_plan_links(plan_id: int) -> Response:
    """Those that have ended too."""
    return answer({"links": [_told(one) for one in sharing.links(db(), read(plan_id, DRAW))]})


@bp.post(f"/{ID}/links")
@needs(DRAW)
@bp.input(LinkBody, arg_name="body")
@bp.output(PlanLinkAnswer, status_code=201)
@bp.doc(
    summary="Make a link to a plan",
    description="Whoever has it may look at the plan as it stands, without an account: its map, its steps, what it would change;"
    " no names of people, no telephone numbers.",
    responses={404: "No such plan", 409: "Too many", 422: "It expires at once, or too late"},
)
def post_plan_link(plan_id: int, body: LinkBody) -> Response:
    """A link."""
    plan, now = read(plan_id, DRAW), clock.now()
    caller = check(DRAW, Scope(plan.ground))
    made = sharing.share(db(), plan, label=body.label, expires_at=body.expires_at or now + USUALLY, now=now, caller=caller)
    db().commit()
    return answer(_told(made), 201)


@bp.delete(f"/{ID}/links/<int(max=2147483647):link_id>")
@needs(DRAW)
@bp.output(PlanLinkAnswer)
@bp.doc(summary="Take a link back", responses={404: "No such plan or link"})
def delete_plan_link(plan_id: int, link_id: int) -> Response:
    """From now on it leads nowhere."""
    plan = read(plan_id, DRAW)
    done = sharing.revoke(db(), plan, link_id, now=clock.now(), caller=check(DRAW, Scope(plan.ground)))
    db().commit()
    return answer(_told(done))


def _told(link: PlanLink) -> Json:
    url = url_for("shared_plans.page", token=token_of(link, leads=Leads.PLAN), _external=True)
    facts = {name: getattr(link, name) for name in ("id", "label", "made_at", "expires_at", "revoked_at")}
    return facts | {"standing": sharing.standing(link, clock.now()), "url": url}
