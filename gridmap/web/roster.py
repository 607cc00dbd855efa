"""The roster of a grid, a week at a time, with the forms that change it."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from apiflask import APIBlueprint
from flask import Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from gridmap import clock
from gridmap.accounts.rights import Scope
from gridmap.desk import handing_over
from gridmap.errors import Invalid, NotFound, msg
from gridmap.grids import lookup as grids
from gridmap.http.conditional import version
from gridmap.http.staff import restorer, swapper
from gridmap.http.state import db
from gridmap.http.who import caller, check, may, needs
from gridmap.people import lookup, roster, rostering
from gridmap.people.roster import Rostered
from gridmap.people.rostering import Seat
from gridmap.people.turns import day_at, week_of
from gridmap.web import language, typed
from gridmap.web.staff import READ, TEAMS, path_to
from gridmap.web.typed import FINE, Refusal

CHANGE, SWAP = "roster.change", "roster.swap"
bp = APIBlueprint("roster", __name__, enable_openapi=False, url_prefix="/grids/<code>/roster")
bp.before_request(language.switch)
WEEKDAYS = (msg("Mon"), msg("Tue"), msg("Wed"), msg("Thu"), msg("Fri"), msg("Sat"), msg("Sun"))


@bp.get("")
@needs("map.read")
def page(code: str) -> Response:
    """A week of the roster."""
    return _page(code)


def _page(code: str, refusal: Refusal = FINE) -> Response:
    grid, now = grids.grid(db(), code), clock.now()
    today = day_at(now)
    days = week_of(_day(request.values.get("day", ""), today))
    turns = roster.roster(db(), code, days)
    members = lookup.teams(db(), code).teams
    held = [one for there in members.values() for one in there]
    own, changes = caller().person_id, may(CHANGE, Scope(code))
    later = [turn for turn in turns if turn.ends > now and turn.exception is None]
    return make_response(
        render_template(
            "roster.html",
            grid=grid,
            path=path_to(code),
            days=days,
            today=today,
            now=now,
            turns={day: [turn for turn in turns if turn.day == day] for day in days},
            partners=lambda turn: _partners(turn, later, own, any_two=changes),
            held=held,
            seen=may(READ, Scope(code)),
            changes=changes,
            swaps=may(SWAP, Scope(code)),
            own=own,
            version=version(rostering.TOPIC, code),
            weekdays=WEEKDAYS,
            week=timedelta(days=7),
            refusal=refusal,
            typed=request.form,
            words={"teams": TEAMS},
        ),
        refusal.status,
    )


def _partners(turn: Rostered, later: Sequence[Rostered], own: int | None, *, any_two: bool) -> list[Rostered]:
    """The turns that one may be swapped with: with somebody else's, and one of the two must be `own` unless any two may be."""
    others = [one for one in later if one.person.id != turn.person.id]
    return [one for one in others if any_two or own in (turn.person.id, one.person.id)]


def _day(text: str, default: date) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return default
    return found if 1949 < found.year < 9990 else default


def _do(code: str, deed: Callable[[], object]) -> AnyResponse:
    """Do it, and come back to the week; or show the week with what is wrong."""
    # Each turn has its forms: the one that was sent says which it is.
    refusal = typed.attempt(typed.text("form") or "new", deed)
    return (
        _page(code, refusal) if refusal.form else redirect(url_for("roster.page", code=code, day=typed.text("day") or None), 303)
    )


def _seat(code: str, text: str) -> Seat:
    """A turn as the forms name it: its shift's number and its day."""
    shift, _, day = text.partition("@")
    side = roster.side_of_shift(db(), int(shift)) if shift.isdigit() and len(shift) <= 9 else None
    if side is None or side.grid_code != code:
        raise NotFound(msg("There is no such shift"))
    try:
        return Seat(int(shift), date.fromisoformat(day))
    except ValueError:
        raise Invalid(msg("This must be a day, such as 2026-11-22"), field="day") from None


@bp.post("/shifts")
@needs(CHANGE)
def add_shift(code: str) -> AnyResponse:
    """A weekly shift more."""
    actor = check(CHANGE, Scope(code)).name

    def deed() -> None:
        post = typed.number("post")
        if roster.grid_of_post(db(), post) != code:
            raise NotFound(msg("There is no such post"))
        days = [int(n) for n in request.form.getlist("weekdays") if n in "1234567" and n]
        rostering.add_shift(
            db(),
            post,
            weekdays=days,
            starts=typed.hour("starts"),
            ends=typed.hour("ends"),
            since=typed.day("since"),
            until=typed.day("until"),
            reason=typed.text("reason"),
            actor=actor,
        )

    return _do(code, deed)


@bp.post("/shifts/end")
@needs(CHANGE)
def end_shift(code: str) -> AnyResponse:
    """A weekly shift less."""
    actor = check(CHANGE, Scope(code)).name

    def deed() -> None:
        seat = _seat(code, request.form.get("turn", ""))
        rostering.locked(db(), seat.shift_id)
        typed.unchanged(rostering.TOPIC, code)
        rostering.end_shift(db(), seat.shift_id, until=typed.day("until"), reason=typed.text("reason"), actor=actor)

    return _do(code, deed)


@bp.post("/exceptions")
@needs(CHANGE)
def make_exception(code: str) -> AnyResponse:
    """One turn off, or somebody else's."""
    actor = check(CHANGE, Scope(code)).name

    def deed() -> None:
        substitute = request.form.get("substitute") or None
        seat = _seat(code, request.form.get("turn", ""))
        handing_over.except_turn(db(), seat, substitute=substitute, reason=typed.text("reason"), actor=actor)

    return _do(code, deed)


@bp.post("/swaps")
@needs(SWAP)
def swap(code: str) -> AnyResponse:
    """Two turns exchanged."""
    check(SWAP, Scope(code))

    def deed() -> None:
        one, other = (_seat(code, request.form.get(name, "")) for name in ("turn", "other"))
        actor = swapper(code, one.shift_id, other.shift_id)
        handing_over.swap(db(), one, other, reason=typed.text("reason"), actor=actor)

    return _do(code, deed)


@bp.post("/withdraw")
@needs(SWAP)
def withdraw(code: str) -> AnyResponse:
    """An exception taken back."""
    check(SWAP, Scope(code))

    def deed() -> None:
        exception = typed.number("exception")
        actor = restorer(code, exception)
        typed.unchanged(rostering.TOPIC, code)
        handing_over.withdraw(db(), exception, reason=typed.text("reason"), actor=actor)

    return _do(code, deed)
