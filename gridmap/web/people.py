"""Pages of people: the register, somebody's card, and the forms that appoint, end, correct and let leave."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from apiflask import APIBlueprint
from flask import Response, make_response, redirect, render_template, request, url_for
from sqlalchemy.dialects.postgresql import Range
from werkzeug.wrappers import Response as AnyResponse

from gridmap import clock
from gridmap.accounts import scopes
from gridmap.accounts.rights import TOWN_WIDE, Scope
from gridmap.errors import NotFound, msg
from gridmap.grids import lookup as grids
from gridmap.http.conditional import version
from gridmap.http.staff import CHANGE, changer, post_changer
from gridmap.http.state import db
from gridmap.http.who import check, may, may_somewhere, needs
from gridmap.people import appointing, ending, lookup, registering
from gridmap.people.periods import first
from gridmap.people.registering import PersonFacts
from gridmap.web import language, typed
from gridmap.web.staff import READ, TEAMS, appoint, by_team, reach
from gridmap.web.typed import FINE, Refusal

bp = APIBlueprint("people_pages", __name__, enable_openapi=False, url_prefix="/people")
bp.before_request(language.switch)
_POST = "/<ref>/posts/<int(max=2147483647):post_id>"
_PAGE = 50


@bp.get("")
@needs(READ)
def register_page() -> Response:
    """People by number or name, in a grid or everywhere one may see them."""
    return _register()


def _register(refusal: Refusal = FINE) -> Response:
    grid, part, after = (request.args.get(name, "").strip()[:100] for name in ("grid", "q", "after"))
    grid = grid or reach()
    check(READ, Scope(grid or None))
    now = clock.now()
    found = lookup.people(db(), grid=grid or None, part=part or None, at=now, gone=bool(part), after=after, most=_PAGE)
    posts = lookup.posts_in_force(db(), [one.id for one in found], now)
    codes = {grid, *(held.post.grid_code for there in posts.values() for held in there)}
    page = render_template(
        "people.html",
        grid=grid,
        part=part,
        people=found,
        posts=posts,
        names=grids.names(db(), sorted(codes)),
        next=found[-1].ref if len(found) == _PAGE else None,
        enters=may(CHANGE, TOWN_WIDE),
        now=now,
        refusal=refusal,
        typed=request.form,
    )
    return make_response(page, refusal.status)


@bp.post("")
@needs(CHANGE)
def enter() -> AnyResponse:
    """Somebody new."""
    actor, ref = check(CHANGE, TOWN_WIDE).name, typed.text("ref")
    refusal = typed.attempt("enter", lambda: registering.register(db(), PersonFacts(ref, **_facts()), actor=actor))
    return _register(refusal) if refusal.form else redirect(url_for("people_pages.person_page", ref=ref), 303)


def _facts() -> dict[str, Any]:
    facts: dict[str, Any] = {name: typed.text(name) for name in ("name", "name_en", "phone", "email")}
    return facts | {"phone_public": typed.ticked("phone_public")}


@bp.get("/<ref>")
@needs(READ)
def person_page(ref: str) -> Response:
    """Somebody's card: what they are, were and will be."""
    return _card(ref)


def _card(ref: str, refusal: Refusal = FINE) -> Response:
    person, now = lookup.person(db(), ref), clock.now()
    acts_in = scopes.of_person(db(), person)
    if not any(may(READ, scope) for scope in acts_in):
        raise NotFound(msg("There is nobody with the staff number '%(ref)s'"), ref=ref[:40])
    posts = lookup.posts_of(db(), person.id)
    post_kinds, duty_kinds = lookup.kinds(db())
    page = render_template(
        "person.html",
        person=person,
        posts=posts,
        when={held.id: _when(held.valid, now) for held, _, _ in posts},
        resumable=ending.resumable(db(), ref, [held for held, _, _ in posts]),
        offices=lookup.offices(db(), person.id, now),
        changes=[held.id for held, _, _ in posts if may(CHANGE, Scope(held.grid_code))],
        appoints=may_somewhere(CHANGE),
        corrects=all(may(CHANGE, scope) for scope in acts_in),
        names={place.key: place for place in scopes.grids(db())},
        version=version(registering.TOPIC, ref),
        post_kinds=by_team(post_kinds),
        duty_kinds=duty_kinds,
        words={"teams": TEAMS},
        reach=reach(),
        now=now,
        refusal=refusal,
        typed=request.form,
        done=request.args.get("done", ""),
    )
    return make_response(page, refusal.status)


def _when(valid: Range[datetime], now: datetime) -> str:
    """Whether a post is held now, was, or will be."""
    return "later" if first(valid) > now else "now" if valid.contains(now) else "before"


def _do(ref: str, form: str, deed: Callable[[], object], *, done: str = "") -> AnyResponse:
    """Do it, and come back to the card; or show the card with what is wrong."""
    refusal = typed.attempt(form, deed)
    return _card(ref, refusal) if refusal.form else redirect(url_for("people_pages.person_page", ref=ref, done=done or None), 303)


@bp.post("/<ref>/correct")
@needs(CHANGE)
def correct(ref: str) -> AnyResponse:
    """What is known of somebody, corrected."""
    actor = changer(ref)

    def deed() -> None:
        typed.unchanged(registering.TOPIC, ref)
        registering.correct(db(), ref, _facts(), actor=actor)

    return _do(ref, "correct", deed, done="correct")


@bp.post("/<ref>/leave")
@needs(CHANGE)
def leave(ref: str) -> AnyResponse:
    """Let somebody leave, with all their posts."""
    actor = changer(ref)

    def deed() -> None:
        typed.unchanged(registering.TOPIC, ref)
        registering.leave(db(), ref, at=typed.moment("at"), reason=typed.text("reason"), actor=actor)

    return _do(ref, "leave", deed)


@bp.post("/<ref>/return")
@needs(CHANGE)
def come_back(ref: str) -> AnyResponse:
    """Let somebody who left be there again."""
    actor = changer(ref)

    def deed() -> None:
        typed.unchanged(registering.TOPIC, ref)
        registering.come_back(db(), ref, reason=typed.text("reason"), actor=actor)

    return _do(ref, "return", deed)


@bp.post("/<ref>/posts")
@needs(CHANGE)
def give_post(ref: str) -> AnyResponse:
    """A post for somebody, in the grid that was typed."""
    grid = typed.text("grid")
    actor = check(CHANGE, Scope(grid or None)).name
    return _do(ref, "appoint", lambda: appoint(ref, grid, actor))


@bp.post(f"{_POST}/end")
@needs(CHANGE)
def end_post(ref: str, post_id: int) -> AnyResponse:
    """End a post; it can be taken back on the card."""
    actor = post_changer(ref, post_id)

    def deed() -> None:
        typed.unchanged(registering.TOPIC, ref)
        ending.end_post(db(), post_id, at=typed.moment("at"), reason=typed.text("reason"), actor=actor)

    return _do(ref, f"end-{post_id}", deed, done=f"end-{post_id}")


@bp.post(f"{_POST}/resume")
@needs(CHANGE)
def resume_post(ref: str, post_id: int) -> AnyResponse:
    """Take a post's end back."""
    actor = post_changer(ref, post_id)

    def deed() -> None:
        typed.unchanged(registering.TOPIC, ref)
        ending.resume_post(db(), post_id, reason=typed.text("reason"), actor=actor)

    return _do(ref, f"resume-{post_id}", deed)


@bp.post(f"{_POST}/duties")
@needs(CHANGE)
def give_duty(ref: str, post_id: int) -> AnyResponse:
    """One more duty, from now on."""
    actor, kind = post_changer(ref, post_id), typed.text("kind")
    return _do(ref, f"duty-{post_id}", lambda: appointing.give_duty(db(), post_id, kind, actor=actor))


@bp.post(f"{_POST}/duties/<kind>/end")
@needs(CHANGE)
def take_duty(ref: str, post_id: int, kind: str) -> AnyResponse:
    """One duty less, from now on."""
    actor = post_changer(ref, post_id)
    return _do(ref, f"duty-{post_id}", lambda: appointing.take_duty(db(), post_id, kind, actor=actor))
