"""Taking a draft onto the boundaries in force: how it stands to them, and the deed."""

from datetime import datetime
from typing import Annotated

from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel, Field

from gridmap.api.fields import Strictly
from gridmap.api.plan_shapes import CHANGES, PlanAnswer, one, tagged
from gridmap.api.plans import DRAW, ID, READ, locked, read
from gridmap.api.publications import by_whom
from gridmap.api.shapes import GridName, Json
from gridmap.grids import lookup as grids
from gridmap.grids import publications
from gridmap.http.json import answer
from gridmap.http.state import db
from gridmap.http.who import needs
from gridmap.plans import renewing

bp = APIBlueprint("plan_renewing", __name__, url_prefix="/api/v1/plans", tag="Plans")


class RebaseBody(Strictly):
    """Who gives way where both have redrawn the same grids."""

    give_way: Annotated[bool, Field(description="the plan's changes there, and beside there, are given up", strict=True)] = False


class MeetingAnswer(GridName):
    """A grid the plan and others have changed, and the last publish that did."""

    publication: int | None = Field(description="null: its village is gone")
    at: datetime | None
    by: str
    note: str


class StandingAnswer(BaseModel):
    """How a plan stands to the boundaries in force."""

    base: int = Field(description="the publication on whose boundaries it stands")
    newest: int = Field(description="the one in force")
    meeting: list[MeetingAnswer] = Field(description="grids both have changed; where there are none the plan fits as it is")
    given_up: list[GridName] = Field(description="the plan's grids that become as they are in force where it gives way")
    renumbered: dict[str, str] = Field(
        description="new codes of the plan that others have published since, each with the one it goes on under"
    )


@bp.get(f"/{ID}/rebase")
@needs(READ)
@bp.output(StandingAnswer)
@bp.doc(
    summary="How a plan stands to the boundaries in force",
    description="Who has since redrawn which of its grids, and when.",
    responses={404: "No such plan"},
)
def get_rebase(plan_id: int) -> Response:
    """Nothing is changed."""
    plan = read(plan_id)
    found = renewing.standing(db(), plan)
    names = grids.names(db(), [*found.meeting, *found.given_up])
    since = publications.touched_since(db(), found.base)
    told = {key: publications.one(db(), key) for key in {since[code] for code in found.meeting if code in since}}
    called = {
        code: names[code]._asdict() if code in names else {"code": code, "name": code, "name_en": ""} for code in found.given_up
    }
    meeting = [called[code] | _by(told.get(since.get(code, 0))) for code in found.meeting]
    answered = {"base": found.base, "newest": found.newest, "meeting": meeting, "given_up": list(called.values())}
    answered["renumbered"] = found.renumbered
    return tagged(answer(answered), plan)


def _by(publication: Json | None) -> Json:
    if publication is None:
        return {"publication": None, "at": None, "by": "", "note": ""}
    return {"publication": publication["id"], "at": publication["at"], "by": by_whom(publication), "note": publication["note"]}


@bp.post(f"/{ID}/rebase")
@needs(DRAW)
@bp.input(RebaseBody, arg_name="body")
@bp.output(PlanAnswer)
@bp.doc(
    summary="Take a draft onto the boundaries in force",
    description="A step of its own: what it changes stays, everything else is as it is in force. Where others have redrawn the"
    " same grids it is refused, and `codes` names them; with `give_way` theirs stand there, and the plan's changes that border on"
    " it are given up.",
    responses=CHANGES,
)
def post_rebase(plan_id: int, body: RebaseBody) -> Response:
    """The three-way merge."""
    plan, caller = locked(plan_id, DRAW)
    renewing.rebase(db(), plan, give_way=body.give_way, caller=caller)
    db().commit()
    return one(plan)
