"""/api/v1/cases/queue.geojson and /cases/counts: what waits, in its order, and how much of it; however many there are."""

import base64
import binascii
from typing import Annotated, Any

from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel, Field, model_validator

from gridmap import clock
from gridmap.api.cases import CasesAnswer, WhichCases
from gridmap.api.fields import QueryInteger, Text, checked
from gridmap.api.shapes import collection
from gridmap.cases import lookup
from gridmap.errors import msg
from gridmap.http.json import GEOJSON, answer
from gridmap.http.state import db
from gridmap.http.who import needs
from gridmap.journal import feed
from gridmap.maps.crowds import counting
from gridmap.maps.crowds.asking import those
from gridmap.maps.crowds.listing import Order, Seen, keys_of, page
from gridmap.maps.crowds.sifting import Tone

bp = APIBlueprint("queues", __name__, url_prefix="/api/v1/cases", tag="Cases")
_MOST = 2**63


def tones(text: str | None) -> list[Tone]:
    """Urgencies separated by commas."""
    known = {tone.word: tone for tone in Tone}
    words = [word for word in (text or "").split(",") if word]
    for word in words:
        if word not in known:
            raise ValueError(
                msg("There is no urgency '%(word)s'; there are: %(known)s"), {"word": word[:40], "known": ", ".join(known)}
            )
    return [known[word] for word in words]


def _cursor_text(seen: Seen | None) -> str | None:
    return None if seen is None else base64.urlsafe_b64encode(" ".join(map(str, seen)).encode()).decode()


def _read_cursor(text: str | None) -> Seen | None:
    if text is None:
        return None
    try:
        seen = tuple(int(part) for part in base64.urlsafe_b64decode(text.encode()).decode().split(" "))
        if all(-_MOST <= part < _MOST for part in seen):
            return seen
    except (ValueError, binascii.Error):
        pass
    raise ValueError(msg("This cursor is none that was given out; start without one"))


class StandingCases(WhichCases):
    """Which cases by what they are and how they stand; the open ones, unless states are named."""

    urgency: Annotated[Text | None, checked(tones), Field(description="how they stand, several separated by commas")] = None


class QueueQuery(StandingCases):
    """Which cases, and which come first."""

    order: Annotated[Order, Field(description="newest first, or by the moment their limit runs out")] = Order.NEWEST
    limit: Annotated[QueryInteger, Field(ge=1, le=1000)] = 60
    cursor: Annotated[Text | None, checked(_read_cursor)] = None

    @model_validator(mode="after")
    def _of_one_order(self) -> "QueueQuery":
        seen = _read_cursor(self.cursor)
        if seen is not None and len(seen) != keys_of(self.order):
            raise ValueError(msg("This cursor is none that was given out; start without one"))
        return self


class StandingRow(BaseModel):
    """The cases of one state and urgency."""

    state: str
    urgency: str
    n: int
    unrouted: int
    triage: int
    last_24h: int


class StandingTold(BaseModel):
    """How many cases stand how, as of a feed position."""

    position: int
    at: str
    total: int
    standing: list[StandingRow]
    sources: dict[str, int]


@bp.get("/queue.geojson")
@needs("case.read")
@bp.input(QueueQuery, location="query", arg_name="query")
@bp.output(CasesAnswer, content_type=GEOJSON)
@bp.doc(
    summary="A queue of cases",
    description="The cases that the map's filters let through, newest or most pressing first, page by page.",
)
def get_queue(query: QueueQuery) -> Response:
    """A page of what waits."""
    # The position first: an event between the two reads is then told again, rather than lost.
    position, now = feed.last_position(db()), clock.now()
    asked = those(db(), query.filter(), tones(query.urgency), at=now)
    found = page(asked, query.order, limit=query.limit, after=_read_cursor(query.cursor))
    known = lookup.by_ids(db(), found.ids, at=now)
    features: list[dict[str, Any]] = [known[one] for one in found.ids if one in known]
    told = collection(features, next=_cursor_text(found.next), matched=found.matched, position=position)
    return answer(told, mimetype=GEOJSON)


@bp.get("/counts")
@needs("case.read")
@bp.input(StandingCases, location="query", arg_name="query")
@bp.output(StandingTold)
@bp.doc(
    summary="How many cases stand how",
    description="By state and urgency; of each how many have no grid (unrouted), no category (triage), came within 24 hours.",
)
def get_counts(query: StandingCases) -> Response:
    """Every figure of the desk's queues at once."""
    position, now = feed.last_position(db()), clock.now()  # The position first, as above.
    asked = those(db(), query.filter(), tones(query.urgency), at=now)
    rows = counting.standing(asked, now)
    return answer(
        {
            "position": position,
            "at": now,
            "total": sum(row.n for row in rows),
            "standing": [row._asdict() for row in rows],
            "sources": counting.sources(db(), asked),
        }
    )
