"""GET /api/v1/tasks/mine: what the caller has to do, for the phone page."""

from typing import Any

from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel, Field

from gridmap import clock
from gridmap.api.shapes import Feature, Json
from gridmap.cases import lookup
from gridmap.desk.worklist import Group, Item, beside, worklist
from gridmap.http.json import answer
from gridmap.http.state import db
from gridmap.http.versions import etag_of
from gridmap.http.who import caller, needs

bp = APIBlueprint("tasks", __name__, url_prefix="/api/v1", tag="Tasks")


class TaskAnswer(BaseModel):
    """The caller's task."""

    id: int
    state: str
    note: str
    given_at: str
    due_at: str | None
    accepted_at: str | None
    started_at: str | None


class ItemAnswer(BaseModel):
    """A case on the caller's list."""

    group: Group
    case: Feature
    etag: str = Field(description="to be sent as If-Match")
    allowed: list[str] = Field(description="the actions the caller may do now")
    task: TaskAnswer | None


class MineAnswer(BaseModel):
    """The list: what is the caller's own first, then their grids' or department's, each the soonest due first."""

    at: str
    beside: list[Group] = Field(description="what there may be beside the caller's own: their grids, their department")
    items: list[ItemAnswer]


@bp.get("/tasks/mine")
@needs("tasks.own")
@bp.output(MineAnswer)
@bp.doc(
    summary="What I have to do",
    description="Tasks that wait for the caller or that they hold, cases they were named for, and those of their grids"
    " that are discovered, consulted on, to be verified, or wait for the caller's review; and what others of their department"
    " have in hand (of these two at most 200, the soonest due).",
)
def get_mine() -> Response:
    """The caller's list."""
    now = clock.now()
    items = worklist(db(), caller(), now)
    features = lookup.by_ids(db(), sorted({item.case.id for item in items}), at=now)
    return answer({"at": now, "beside": beside(caller()), "items": [_told(item, features[item.case.id]) for item in items]})


def _told(item: Item, feature: Json) -> dict[str, Any]:
    names = ("id", "state", "note", "given_at", "due_at", "accepted_at", "started_at")
    return {
        "group": item.group.value,
        "case": feature,
        "etag": f'"{etag_of(item.case.version)}"',
        "allowed": [action.value for action in item.allowed],
        "task": None if item.task is None else {name: getattr(item.task, name) for name in names},
    }
