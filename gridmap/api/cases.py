"""Cases: the list as GeoJSON, and one case with its route, time line and alerts."""

import base64
import binascii
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal

from apiflask import APIBlueprint
from flask import Response, request
from pydantic import Field

from gridmap.accounts.named import PERSONAL, names_of
from gridmap.api.actions import view_of
from gridmap.api.fields import Bbox, QueryInteger, QueryMoment, Strictly, Text, bounds, checked
from gridmap.api.shapes import Feature, FeatureCollection, Json, collection, route_answer
from gridmap.cases import lookup
from gridmap.cases.following import FOR_EVERYBODY, actors_of, loop_of, reporters
from gridmap.cases.lookup import Filter
from gridmap.cases.models import Case
from gridmap.cases.states import OPEN_STATES, State
from gridmap.desk.acting.askers import scope_of
from gridmap.desk.acting.offering import offered, to_review
from gridmap.errors import Invalid, msg
from gridmap.http.json import GEOJSON, answer
from gridmap.http.reading import from_anywhere
from gridmap.http.state import db
from gridmap.http.versions import etag_of
from gridmap.http.who import may, needs
from gridmap.journal import feed

bp = APIBlueprint("cases", __name__, url_prefix="/api/v1", tag="Cases")


def states(text: str | None) -> list[State]:
    """`open`, or states separated by commas; the parameter may also be given several times."""
    found: list[State] = []
    for word in (text or "").split(","):
        if word == "open":
            found.extend(OPEN_STATES)
        elif word in set(State):
            found.append(State(word))
        elif word:
            known = ", ".join(["open", *State])
            raise ValueError(msg("There is no state '%(word)s'; there are: %(known)s"), {"word": word[:40], "known": known})
    return found


def _categories(text: str | None) -> list[tuple[str, str, str]]:
    """`standard|kind|code`, several separated by commas."""
    keys = [tuple(part.split("|")) for part in (text or "").split(",") if part]
    wrong = [key for key in keys if len(key) != 3]
    if wrong:
        raise ValueError(msg("A category is written standard|kind|code, such as GB/T 47678.5-2026|matter|06010"))
    return [(key[0], key[1], key[2]) for key in keys]


def cursor_text(cursor: tuple[datetime, int] | None) -> str | None:
    """A cursor as callers hand it back."""
    return base64.urlsafe_b64encode(f"{cursor[0].isoformat()} {cursor[1]}".encode()).decode() if cursor else None


def read_cursor(text: str | None) -> tuple[datetime, int] | None:
    """A cursor from what a caller handed back."""
    if text is None:
        return None
    try:
        moment, _, key = base64.urlsafe_b64decode(text.encode()).decode().rpartition(" ")
        seen, number = datetime.fromisoformat(moment), int(key)
        if seen.tzinfo is not None and 0 <= number < 2**63:
            return seen, number
    except (ValueError, binascii.Error, OverflowError):
        pass
    raise ValueError(msg("This cursor is none that was given out; start without one"))


class WhichCases(Strictly):
    """Which cases, as lists and maps may ask for them alike."""

    state: Annotated[Text | None, checked(states), Field(examples=["open"])] = None
    grid: Annotated[Text | None, Field(pattern=r"^[0-9]{1,15}$", description="code of any level, or its beginning")] = None
    category: Annotated[
        Text | None,
        checked(_categories),
        Field(description="standard|kind|code, several separated by commas"),
    ] = None
    source: Annotated[Text | None, Field(max_length=100)] = None
    since: Annotated[QueryMoment | None, Field(description="received at or after")] = None
    tray: Literal["unrouted", "triage"] | None = None

    def filter(self) -> Filter:
        """As the room of cases understands it."""
        return Filter(
            states=_states_asked(),
            grid=self.grid,
            category=_categories(self.category),
            source=self.source,
            since=self.since,
            tray=self.tray,
        )


class CasesQuery(WhichCases):
    """Which cases; newest first."""

    bbox: Bbox = None
    q: Annotated[Text | None, Field(max_length=100, description="looked for in number, address and text")] = None
    limit: Annotated[QueryInteger, Field(ge=1, le=10_000)] = 1000
    cursor: Annotated[Text | None, checked(read_cursor)] = None

    def filter(self) -> Filter:
        """The same, with what only lists ask for."""
        return replace(super().filter(), bounds=bounds(self.bbox), text=self.q, before=read_cursor(self.cursor))


def _states_asked() -> list[State]:
    """Every `state` of the query; the model above sees only the first."""
    try:
        return [state for text in request.args.getlist("state") for state in states(text)]
    except ValueError as error:
        text, values = error.args
        raise Invalid(text, field="state", **values) from None


class CasesAnswer(FeatureCollection):
    """Cases, with where to go on and how many there are in all."""

    next: str | None
    matched: int
    position: int = Field(description="feed position this answer is at least as new as: listen to events after it")


class CaseAnswer(Feature):
    """A case with its route, media, time line and alerts in its properties."""


@bp.get("/cases.geojson")
@needs("case.read")
@bp.input(CasesQuery, location="query", arg_name="query")
@bp.output(CasesAnswer, content_type=GEOJSON)
@bp.doc(summary="Cases")
def get_cases(query: CasesQuery) -> Response:
    """A page of cases."""

    def make() -> Response:
        # The position first: an event between the two reads is then told again, rather than lost.
        position = feed.last_position(db())
        page = lookup.page(db(), query.filter(), limit=query.limit)
        body = collection(page.features, next=cursor_text(page.next), matched=page.matched, position=position)
        return answer(body, mimetype=GEOJSON)

    return from_anywhere(("cases", "categories", "grids"), make)


@bp.get("/cases/<number>")
@needs("case.read")
@bp.output(CaseAnswer, content_type=GEOJSON)
@bp.doc(summary="One case", responses={404: "No such case"})
def get_case(number: str) -> Response:
    """One case, with why it went where it went, what happened to it, and what the caller may do with it now."""
    detail = lookup.detail(db(), number)
    properties = detail.feature["properties"]
    scope = scope_of(db(), detail.id, properties["grid"] and properties["grid"]["code"])
    personal = may("people.read", scope)
    view = None if detail.past else view_of(db().get_one(Case, detail.id), scope)
    timeline = _timeline(number, detail.feature, personal=personal)
    loop = loop_of(db(), detail.id, personal=personal, past=detail.past)
    more: Json = {
        "route": route_answer(db(), detail.route),
        "media": detail.media,
        "timeline": timeline,
        "received": detail.alerts,
        **loop,
        "names": _names({entry["actor"] for entry in timeline} | actors_of(loop)) if personal else {},
        "allowed": [action.value for action in offered(view)] if view else [],
        "to_review": to_review(view) if view else [],
        "past": detail.past,
    }
    if may("reporter.read", scope):
        more["reporters"] = reporters(db(), detail.id)
    more["invites"] = not detail.past and may("rating.invite", scope)  # Whether its rating links are theirs to see and make.
    told = {**detail.feature, "properties": {**properties, **more}}
    response = answer(told, mimetype=GEOJSON)
    response.set_etag(etag_of(more["version"]))
    return response


def _names(actors: set[str]) -> Json:
    """What those who did something are called, in both languages."""
    return {actor: name._asdict() for actor, name in names_of(db(), actors).items()}


def _timeline(number: str, feature: Json, *, personal: bool) -> list[Json]:
    case = feature["properties"]
    timeline: list[Json] = [
        {
            "at": entry.data.get("at", entry.at),  # The deed knows its moment better: the demo plays the past.
            "kind": entry.kind,
            "actor": _actor(entry.actor, personal=personal),
            "data": _brief(entry.data, personal=personal),
        }
        for entry in feed.history(db(), "cases", number)
    ]
    if all(entry["kind"] != "case.opened" for entry in timeline):  # It came in a file, which has one journal row for all.
        timeline.insert(0, {"at": case["received_at"], "kind": "case.opened", "actor": "", "data": {}})
    if case["closed_at"] and all(entry["data"].get("to") != case["state"] for entry in timeline):  # Nor a row of how it ended.
        timeline.append({"at": case["closed_at"], "kind": f"case.{case['state']}", "actor": "", "data": {}})
    return timeline


def _actor(name: str, *, personal: bool) -> str:
    """Who did it; out of one's scope no more than what sort of caller."""
    return name if personal or not name.startswith(PERSONAL) else "account"


def _brief(data: Json, *, personal: bool) -> Json:
    """A journal row's facts without the whole case it carries for the live map, and without what is not for everybody."""
    return {key: value for key, value in data.items() if key != "case" and (personal or key in FOR_EVERYBODY)}
