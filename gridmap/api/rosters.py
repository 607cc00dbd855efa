"""Rosters: the turns of a week in a grid, and the deeds that change them."""

from datetime import date, datetime, time
from typing import Annotated

from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel, BeforeValidator, Field

from gridmap import clock
from gridmap.accounts.rights import Scope
from gridmap.api import staff_shapes as shapes
from gridmap.api.fields import Strictly, Text
from gridmap.api.staff_shapes import CLASHES, CONDITIONAL, MadeAnswer, Reason, WhyBody
from gridmap.desk import handing_over
from gridmap.errors import NotFound, msg
from gridmap.grids.lookup import grid
from gridmap.http.conditional import seen, tagged
from gridmap.http.json import answer
from gridmap.http.staff import restorer, swapper
from gridmap.http.state import db
from gridmap.http.who import check, needs
from gridmap.people import roster, rostering
from gridmap.people.rostering import Seat
from gridmap.people.turns import day_at, week_of

CHANGE, SWAP = "roster.change", "roster.swap"
TOPIC = rostering.TOPIC
bp = APIBlueprint("rosters", __name__, url_prefix="/api/v1/rosters", tag="Rosters")


def _day(value: object) -> object:
    # Pydantic would take a number, also one in quotes, for seconds since 1970.
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else date.fromisoformat("")
    except ValueError:
        raise ValueError(msg("This must be a day, such as 2026-11-22")) from None


def _hour(value: object) -> object:
    try:
        return time.fromisoformat(value) if isinstance(value, str) and len(value) == 5 else time.fromisoformat("")
    except ValueError:
        raise ValueError(msg("This must be an hour of the town's clock, such as 08:30")) from None


Day = Annotated[date, BeforeValidator(_day), Field(ge=date(2000, 1, 1), le=date(2200, 1, 1))]
Hour = Annotated[time, BeforeValidator(_hour), Field(examples=["08:30"])]
Id = Annotated[int, Field(strict=True, ge=1, lt=2**31)]
Why = Annotated[Text, Field(min_length=1, max_length=500)]


class WeekQuery(Strictly):
    """Any day of the week that is meant; this week's, unless said otherwise."""

    day: Day | None = None


class ShiftBody(Strictly):
    """A weekly shift of a post."""

    post: Id
    weekdays: Annotated[list[Annotated[int, Field(strict=True, ge=1, le=7)]], Field(min_length=1, max_length=7)]
    starts: Hour
    ends: Annotated[Hour, Field(description="not after `starts`: the next day")]
    since: Day | None = None
    until: Annotated[Day | None, Field(description="the first day without a turn")] = None
    reason: Reason = ""


class ShiftEnd(Strictly):
    """From which day on it begins no more."""

    until: Day | None = None
    reason: Reason = ""


class ExceptionBody(Strictly):
    """One turn that is off, or somebody else's."""

    shift: Id
    day: Day
    substitute: Annotated[Text | None, Field(max_length=40, description="a staff number; null: nobody comes")] = None
    reason: Why


class SeatBody(Strictly):
    """A turn."""

    shift: Id
    day: Day


class SwapBody(Strictly):
    """Two turns whose holders take each other's."""

    one: SeatBody
    other: SeatBody
    reason: Why


class WeekAnswer(BaseModel):
    """A week, Monday first."""

    grid: str
    days: list[date]
    turns: list[shapes.TurnAnswer]
    now: datetime


class SwapAnswer(BaseModel):
    """What both sides of a swap carry."""

    swap: str


@bp.get("/<code>")
@needs("map.read")
@bp.input(WeekQuery, location="query", arg_name="query")
@bp.output(WeekAnswer)
@bp.doc(
    summary="A week of a grid's roster",
    description="ETag: what If-Match of a change names. Names only in scope.",
    responses={404: "No such grid"},
)
def get_week(code: str, query: WeekQuery) -> Response:
    """The turns of a week."""
    grid(db(), code)
    days = week_of(query.day or day_at(clock.now()))
    visible = shapes.sees(code)
    turns = [shapes.turn(one, seen=visible) for one in roster.roster(db(), code, days)]
    body = {"grid": code, "days": [day.isoformat() for day in days], "turns": turns, "now": clock.now()}
    return tagged(answer(body), TOPIC, code)


@bp.post("/<code>/shifts")
@needs(CHANGE)
@bp.input(ShiftBody, arg_name="body")
@bp.output(MadeAnswer, status_code=201)
@bp.doc(summary="Add a weekly shift", responses=CLASHES)
def post_shift(code: str, body: ShiftBody) -> Response:
    """A shift of a post in this grid."""
    actor = check(CHANGE, Scope(code)).name
    if roster.grid_of_post(db(), body.post) != code:
        raise NotFound(msg("There is no such post"))
    shift = rostering.add_shift(
        db(),
        body.post,
        weekdays=body.weekdays,
        starts=body.starts,
        ends=body.ends,
        since=body.since,
        until=body.until,
        reason=body.reason,
        actor=actor,
    )
    db().commit()
    return shapes.made(shift.id, TOPIC, code)


def _ours(code: str, shift_id: int) -> None:
    side = roster.side_of_shift(db(), shift_id)
    if side is None or side.grid_code != code:
        raise NotFound(msg("There is no such shift"))


@bp.post("/<code>/shifts/<int(max=2147483647):shift_id>/end")
@needs(CHANGE)
@bp.input(ShiftEnd, arg_name="body")
@bp.output(MadeAnswer)
@bp.doc(summary="End a shift", description="One that never began is cancelled.", responses=CONDITIONAL)
def end_shift(code: str, shift_id: int, body: ShiftEnd) -> Response:
    """The shift that ended."""
    actor = check(CHANGE, Scope(code)).name
    _ours(code, shift_id)
    rostering.locked(db(), shift_id)
    seen(TOPIC, code)
    rostering.end_shift(db(), shift_id, until=body.until, reason=body.reason, actor=actor)
    db().commit()
    return tagged(answer({"id": shift_id}), TOPIC, code)


@bp.post("/<code>/exceptions")
@needs(CHANGE)
@bp.input(ExceptionBody, arg_name="body")
@bp.output(MadeAnswer, status_code=201)
@bp.doc(summary="Make an exception for one turn", responses=CLASHES)
def post_exception(code: str, body: ExceptionBody) -> Response:
    """An exception."""
    actor = check(CHANGE, Scope(code)).name
    _ours(code, body.shift)
    seat = Seat(body.shift, body.day)
    made = handing_over.except_turn(db(), seat, substitute=body.substitute, reason=body.reason, actor=actor)
    db().commit()
    return shapes.made(made.id, TOPIC, code)


@bp.post("/<code>/exceptions/<int(max=2147483647):exception_id>/withdraw")
@needs(SWAP)
@bp.input(WhyBody, arg_name="body")
@bp.output(MadeAnswer)
@bp.doc(
    summary="Take an exception back",
    description="Both sides of a swap together, by whoever may swap them; any other exception by who may change the roster.",
    responses=CONDITIONAL,
)
def withdraw(code: str, exception_id: int, body: WhyBody) -> Response:
    """The exception that holds no more."""
    actor = restorer(code, exception_id)
    seen(TOPIC, code)
    handing_over.withdraw(db(), exception_id, reason=body.reason, actor=actor)
    db().commit()
    return tagged(answer({"id": exception_id}), TOPIC, code)


@bp.post("/<code>/swaps")
@needs(SWAP)
@bp.input(SwapBody, arg_name="body")
@bp.output(SwapAnswer, status_code=201)
@bp.doc(
    summary="Swap two turns",
    description="One deed, both sides; the other may be another grid's. Members swap turns of their own.",
    responses=CLASHES,
)
def post_swap(code: str, body: SwapBody) -> Response:
    """A swap."""
    actor = swapper(code, body.one.shift, body.other.shift)
    one, another = (Seat(seat.shift, seat.day) for seat in (body.one, body.other))
    token = handing_over.swap(db(), one, another, reason=body.reason, actor=actor)
    db().commit()
    return tagged(answer({"swap": str(token)}, 201), TOPIC, code)
