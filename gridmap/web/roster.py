"""The roster of a grid, a week at a time, with the forms that change it."""

from collections.abc import Callable
from datetime import date, time, timedelta

from apiflask import APIBlueprint
from flask import Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from gridmap import clock
from gridmap.accounts.rights import Scope
from gridmap.errors import GridmapError, Invalid, NotFound, Outdated, msg
from gridmap.grids import lookup as grids
from gridmap.http.conditional import version
from gridmap.http.problems import status_of, tell
from gridmap.http.state import db
from gridmap.http.who import check, may, needs
from gridmap.people import lookup, roster, rostering
from gridmap.people.rostering import Seat
from gridmap.people.turns import day_at, week_of
from gridmap.web import language
from gridmap.web.staff import READ, TEAMS, path_to

CHANGE, SWAP = "roster.change", "roster.swap"
bp = APIBlueprint("roster", __name__, enable_openapi=False, url_prefix="/grids/<code>/roster")
bp.before_request(language.switch)
WEEKDAYS = (msg("Mon"), msg("Tue"), msg("Wed"), msg("Thu"), msg("Fri"), msg("Sat"), msg("Sun"))


@bp.get("")
@needs("map.read")
def page(code: str) -> Response:
    """A week of the roster."""
    return _page(code)


def _page(code: str, wrong: str = "", status: int = 200) -> Response:
    grid, now = grids.grid(db(), code), clock.now()
    today = day_at(now)
    days = week_of(_day(request.values.get("day", ""), today))
    turns = roster.roster(db(), code, days)
    members = lookup.teams(db(), code).teams
    held = [one for there in members.values() for one in there]
    return make_response(
        render_template(
            "roster.html",
            grid=grid,
            path=path_to(code),
            days=days,
            today=today,
            now=now,
            turns={day: [turn for turn in turns if turn.day == day] for day in days},
            later=[turn for turn in turns if turn.ends > now and turn.exception is None],
            held=held,
            seen=may(READ, Scope(code)),
            changes=may(CHANGE, Scope(code)),
            swaps=may(SWAP, Scope(code)),
            version=version(rostering.TOPIC, code),
            weekdays=WEEKDAYS,
            week=timedelta(days=7),
            wrong=wrong,
            words={"teams": TEAMS},
        ),
        status,
    )


def _day(text: str, default: date) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return default
    return found if 1949 < found.year < 9990 else default


def _do(code: str, deed: Callable[[], object]) -> AnyResponse:
    """Do it, and come back to the week; or show the week with what is wrong."""
    try:
        deed()
    except GridmapError as error:
        db().rollback()
        told = [tell(fault.text, fault.values) for fault in error.faults] or [tell(error.text, error.values)]
        return _page(code, " ".join(dict.fromkeys(told)), status_of(error))
    db().commit()
    return redirect(url_for("roster.page", code=code, day=request.form.get("day") or None), 303)


def _number(name: str) -> int:
    text = request.form.get(name, "")
    if not (text.isascii() and text.isdigit()) or int(text) >= 2**31:
        raise Invalid(msg("Choose one of those in the list"), field=name)
    return int(text)


def _hour(name: str) -> time:
    try:
        return time.fromisoformat(request.form.get(name, ""))
    except ValueError:
        raise Invalid(msg("This must be an hour of the town's clock, such as 08:30"), field=name) from None


def _date(name: str, *, needed: bool = False) -> date | None:
    text = request.form.get(name, "")
    if not text and not needed:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(msg("This must be a day, such as 2026-11-22"), field=name) from None


def _seat(code: str, text: str) -> Seat:
    """A turn as the forms name it: its shift's number and its day."""
    shift, _, day = text.partition("@")
    if not shift.isdigit() or len(shift) > 9 or roster.grid_of_shift(db(), int(shift)) != code:
        raise NotFound(msg("There is no such shift"))
    try:
        return Seat(int(shift), date.fromisoformat(day))
    except ValueError:
        raise Invalid(msg("This must be a day, such as 2026-11-22"), field="day") from None


def _unchanged(code: str) -> None:
    if request.form.get("seen") != version(rostering.TOPIC, code):
        raise Outdated(msg("It changed since you saw it: look again"))


@bp.post("/shifts")
@needs(CHANGE)
def add_shift(code: str) -> AnyResponse:
    """A weekly shift more."""
    actor = check(CHANGE, Scope(code)).name

    def deed() -> None:
        post = _number("post")
        if roster.grid_of_post(db(), post) != code:
            raise NotFound(msg("There is no such post"))
        days = [int(n) for n in request.form.getlist("weekdays") if n in "1234567" and n]
        rostering.add_shift(
            db(),
            post,
            weekdays=days,
            starts=_hour("starts"),
            ends=_hour("ends"),
            since=_date("since"),
            until=_date("until"),
            reason=request.form.get("reason", ""),
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
        _unchanged(code)
        rostering.end_shift(db(), seat.shift_id, until=_date("until"), reason=request.form.get("reason", ""), actor=actor)

    return _do(code, deed)


@bp.post("/exceptions")
@needs(CHANGE)
def make_exception(code: str) -> AnyResponse:
    """One turn off, or somebody else's."""
    actor = check(CHANGE, Scope(code)).name

    def deed() -> None:
        substitute = request.form.get("substitute") or None
        seat = _seat(code, request.form.get("turn", ""))
        rostering.except_turn(db(), seat, substitute=substitute, reason=request.form.get("reason", ""), actor=actor)

    return _do(code, deed)


@bp.post("/swaps")
@needs(SWAP)
def swap(code: str) -> AnyResponse:
    """Two turns exchanged."""
    actor = check(SWAP, Scope(code)).name

    def deed() -> None:
        one, other = (_seat(code, request.form.get(name, "")) for name in ("turn", "other"))
        rostering.swap(db(), one, other, reason=request.form.get("reason", ""), actor=actor)

    return _do(code, deed)


@bp.post("/withdraw")
@needs(CHANGE)
def withdraw(code: str) -> AnyResponse:
    """An exception taken back."""
    actor = check(CHANGE, Scope(code)).name

    def deed() -> None:
        exception = _number("exception")
        touched = roster.grids_of_exception(db(), exception)
        if code not in touched:
            raise NotFound(msg("There is no such exception"))
        for other in touched:
            check(CHANGE, Scope(other))
        _unchanged(code)
        rostering.withdraw(db(), exception, reason=request.form.get("reason", ""), actor=actor)

    return _do(code, deed)
