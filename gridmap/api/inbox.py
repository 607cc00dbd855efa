"""GET /api/v1/inbox: one's own notices, how many are unread, and that they were read."""

from typing import Annotated, Any, Literal

from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel, Field, model_validator

from gridmap import clock
from gridmap.api.fields import QueryInteger, Strictly
from gridmap.api.shapes import Json
from gridmap.errors import msg
from gridmap.http.json import answer
from gridmap.http.state import db
from gridmap.http.who import caller, needs
from gridmap.notices import inbox
from gridmap.notices.inbox import Item
from gridmap.notices.words import details, title

bp = APIBlueprint("inbox", __name__, url_prefix="/api/v1", tag="Inbox")
Key = Annotated[int, Field(ge=1, le=2**62)]


class InboxQuery(Strictly):
    """Which of one's notices; newest first."""

    unread: Annotated[bool, Field(description="only those not read yet")] = False
    before: Annotated[QueryInteger | None, Field(ge=1, le=2**62, description="the last id seen: go on from there")] = None
    limit: Annotated[QueryInteger, Field(ge=1, le=200)] = 50


class NoticeAnswer(BaseModel):
    """One notice."""

    id: int
    kind: str
    case: str
    at: str
    read_at: str | None
    facts: Json
    words: dict[str, str]
    about: dict[str, str] = Field(description="the case's category and grid")


class InboxAnswer(BaseModel):
    """Notices, how many are unread in all, and where to go on."""

    notices: list[NoticeAnswer]
    unread: int
    next: int | None


class CountAnswer(BaseModel):
    """How many are unread."""

    unread: int


class ReadBody(Strictly):
    """What was read: these, or all up to one (so that what came meanwhile stays unread)."""

    ids: Annotated[list[Key] | None, Field(min_length=1, max_length=500)] = None
    up_to: Key | None = None
    confirm: Literal["all"] | None = None

    @model_validator(mode="after")
    def _one(self) -> "ReadBody":
        if sum(given is not None for given in (self.ids, self.up_to, self.confirm)) != 1:
            raise ValueError(msg("Say which were read: ids, up_to, or confirm with 'all'"))
        return self


@bp.get("/inbox")
@needs("inbox.own")
@bp.input(InboxQuery, location="query", arg_name="query")
@bp.output(InboxAnswer)
@bp.doc(summary="One's own notices", description="Newest first. A key has no inbox and gets an empty one.")
def get_inbox(query: InboxQuery) -> Response:
    """A page of notices."""
    found = inbox.items(db(), caller(), unread=query.unread, before=query.before, limit=query.limit + 1)
    more = len(found) > query.limit
    shown = [told(item) for item in found[: query.limit]]
    response = answer({"notices": shown, "unread": inbox.unread(db(), caller()), "next": shown[-1]["id"] if more else None})
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.get("/inbox/count")
@needs("inbox.own")
@bp.output(CountAnswer)
@bp.doc(summary="How many of one's notices are unread")
def get_count() -> Response:
    """For the bell."""
    response = answer({"unread": inbox.unread(db(), caller())})
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.post("/inbox/read")
@needs("inbox.own")
@bp.input(ReadBody, arg_name="body")
@bp.output(CountAnswer)
@bp.doc(summary="Mark notices as read", description="Others' are left alone. Doing it again changes nothing.")
def post_read(body: ReadBody) -> Response:
    """Mark, and say how many are left."""
    inbox.mark_read(db(), caller(), clock.now(), body.ids, up_to=body.up_to)
    db().commit()
    return answer({"unread": inbox.unread(db(), caller())})


def told(item: Item) -> dict[str, Any]:
    """A notice as answered; its words in both languages, as a page or a watch would show them."""
    notice = item.notice
    (zh, en), (more_zh, more_en) = title(notice.kind), details(notice.facts)
    return {
        "id": notice.id,
        "kind": notice.kind,
        "case": item.number,
        "at": notice.at.isoformat(),
        "read_at": notice.read_at.isoformat() if notice.read_at else None,
        "facts": notice.facts,
        "words": {"zh": zh, "en": en, "more_zh": more_zh, "more_en": more_en},
        "about": {
            **dict(zip(("category_zh", "category_en"), item.category, strict=True)),
            **dict(zip(("grid_zh", "grid_en"), item.grid, strict=True)),
        },
    }
