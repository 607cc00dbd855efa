"""Links by which residents rate a case: made, shown again with their QR code, and what became of them."""

import io
from collections.abc import Sequence
from typing import Annotated

import segno
from apiflask import APIBlueprint
from flask import Response, url_for
from pydantic import BaseModel, Field

from gridmap import clock
from gridmap.api.fields import Moment, Strictly, Text
from gridmap.api.shapes import Json
from gridmap.cases.numbered import numbered
from gridmap.desk.acting.askers import scope_of
from gridmap.desk.acting.reporting import LINK_LASTS
from gridmap.desk.inviting import Invited, Standing, all_of, invite
from gridmap.http import who
from gridmap.http.json import answer
from gridmap.http.links import token_of
from gridmap.http.state import db
from gridmap.http.who import needs
from gridmap.notices.answering import ways_out
from gridmap.notices.models import Delivery

bp = APIBlueprint("ratings", __name__, url_prefix="/api/v1", tag="Ratings")


class LinkBody(Strictly):
    """For whom, and how long."""

    label: Annotated[Text, Field(max_length=100, description="whom it is for; only those see it who handle the case")] = ""
    expires_at: Annotated[Moment | None, Field(description="at most a year from now; without it, 30 days")] = None


class RatingAnswer(BaseModel):
    """A vote."""

    verdict: str
    score: int
    solved: bool
    reason: str
    at: str


class SentAnswer(BaseModel):
    """One way by which a reporter is told, and how far it has come."""

    channel: str
    state: str = Field(description="waiting, sent or given_up")
    tries: int
    sent_at: str | None
    error: str


class LinkAnswer(BaseModel):
    """A link: one vote."""

    id: int
    label: str
    round: int
    made_at: str
    expires_at: str
    standing: Standing
    url: str
    qr: str = Field(description="the address as a QR code, SVG")
    rating: RatingAnswer | None
    reporter: int | None = Field(description="the reporter whose link it is; it is sent to them")
    sent: list[SentAnswer] = Field(description="empty: there is no way to send it")


class LinksAnswer(BaseModel):
    """All of a case, newest first."""

    links: list[LinkAnswer]


@bp.post("/cases/<number>/rating-links")
@needs("rating.invite")
@bp.input(LinkBody, arg_name="body")
@bp.output(LinkAnswer, status_code=201)
@bp.doc(summary="Make a rating link", responses={404: "No such case", 409: "The case is not handled yet"})
def post_link(number: str, body: LinkBody) -> Response:
    """A link for one resident to rate a case by."""
    case = numbered(db(), number)
    caller = who.check("rating.invite", scope_of(db(), case.id, case.grid_code))
    now = clock.now()
    link = invite(db(), case, label=body.label.strip(), by=caller.name, now=now, expires_at=body.expires_at or now + LINK_LASTS)
    db().commit()
    return answer(_told(Invited(link, case, None)), 201)


@bp.get("/cases/<number>/rating-links")
@needs("rating.invite")
@bp.output(LinksAnswer)
@bp.doc(summary="The rating links of a case", responses={404: "No such case"})
def get_links(number: str) -> Response:
    """Every link of a case, and what became of it."""
    case = numbered(db(), number)
    who.check("rating.invite", scope_of(db(), case.id, case.grid_code))
    found = all_of(db(), case)
    ways = ways_out(db(), [one.link.id for one in found])
    return answer({"links": [_told(one, ways[one.link.id]) for one in found]})


def _told(one: Invited, ways: Sequence[Delivery] = ()) -> Json:
    link, vote = one.link, one.rating
    url = url_for("rating.page", token=token_of(link), _external=True)
    told: Json = {name: getattr(link, name) for name in ("id", "label", "round", "made_at", "expires_at")}
    facts = vote and {name: getattr(vote, name) for name in ("verdict", "score", "solved", "reason", "at")}
    sent = [{name: getattr(way, name) for name in SentAnswer.model_fields} for way in ways]
    told |= {"reporter": link.reporter_id, "sent": sent}
    return told | {"standing": one.standing(clock.now()).value, "url": url, "qr": _qr(url), "rating": facts}


def _qr(url: str) -> str:
    into = io.BytesIO()
    # Black on white whatever the page's theme: not every phone reads the negative.
    segno.make(url, error="m").save(into, kind="svg", scale=6, border=4, dark="#000", light="#fff", xmldecl=False)
    return into.getvalue().decode()
