"""Sign in and out: name and password, the second factor, and back to where one was going."""

import math
from time import time

from apiflask import APIBlueprint
from flask import make_response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from gridmap import clock
from gridmap.accounts import signing_in
from gridmap.accounts.models import Account
from gridmap.accounts.signing_in import Outcome, Result
from gridmap.errors import msg
from gridmap.http import sessions
from gridmap.http.problems import tell
from gridmap.http.state import db
from gridmap.http.who import public
from gridmap.web import demo, language, provider
from gridmap.web.destination import destination

bp = APIBlueprint("sign_in", __name__, enable_openapi=False)
bp.before_request(language.switch)
_HALF = "half"  # In the session, between the password and the second factor: whose, and until when.
_HALF_S = 300
_LONGEST = 1000  # of what is typed; no password is longer


@bp.get("/sign-in")
@public("the way in")
def page() -> Response:
    """The form."""
    if sessions.here() is not None:
        return redirect(destination(request.args.get("next")), 303)
    return _form()


@bp.post("/sign-in")
@public("the way in")
def enter() -> Response:
    """Try a name and a password."""
    typed = {name: request.form.get(name, "")[:_LONGEST] for name in ("username", "password")}
    address, now = request.remote_addr or "", clock.now()
    outcome = signing_in.by_password(db(), typed["username"], typed["password"], address=address, now=now)
    db().commit()
    if outcome.result is Result.SECOND and outcome.account is not None:
        sessions.end()
        db().commit()
        session[_HALF] = [outcome.account.id, int(time()) + _HALF_S]
        return redirect(url_for("sign_in.second_page", next=request.args.get("next")), 303)
    if outcome.result is Result.IN and outcome.account is not None:
        return _let_in(outcome.account)
    return _told(_form(_why(outcome), username=typed["username"]), outcome)


@bp.get("/sign-in/second")
@public("the way in, after the password")
def second_page() -> Response:
    """The form for the code."""
    return _second_form() if _half() is not None else redirect(url_for("sign_in.page"), 303)


@bp.post("/sign-in/second")
@public("the way in, after the password")
def enter_second() -> Response:
    """Try a code."""
    account_id = _half()
    if account_id is None:
        return redirect(url_for("sign_in.page"), 303)
    code = request.form.get("code", "")[:100]
    outcome = signing_in.by_second_factor(
        db(), account_id, code, seal=sessions.seal(), address=request.remote_addr or "", now=clock.now()
    )
    db().commit()
    if outcome.result is Result.IN and outcome.account is not None:
        return _let_in(outcome.account)
    return _told(_second_form(_why(outcome)), outcome)


@bp.post("/sign-out")
@public("ends one's own session, if there is one")
def leave() -> Response:
    """End this browser's session."""
    sessions.end()
    db().commit()
    return redirect(url_for("sign_in.page"), 303)


def _let_in(account: Account) -> Response:
    sessions.begin(account)
    db().commit()
    return redirect(url_for("own.page") if account.must_change else destination(request.args.get("next")), 303)


def _half() -> int | None:
    account_id, until = session.get(_HALF, (None, 0))
    return account_id if until > time() else None


def _why(outcome: Outcome) -> str:
    if outcome.result is Result.WAIT:
        seconds = math.ceil(outcome.wait_s)
        return tell(msg("Too many failed tries. Try again in %(seconds)s seconds."), {"seconds": seconds})
    return tell(msg("That is not right. Check what you typed and try again."), {})


def _told(page: Response, outcome: Outcome) -> Response:
    page.status_code = 401
    if outcome.result is Result.WAIT:
        page.status_code = 429
        page.headers["Retry-After"] = str(math.ceil(outcome.wait_s))
    return page


def _form(wrong: str = "", *, username: str = "") -> Response:
    text = render_template(
        "sign_in.html",
        wrong=wrong,
        username=username,
        next=request.args.get("next", ""),
        demo=demo.accounts(),
        provider=provider.name(),
    )
    return make_response(text)


def _second_form(wrong: str = "") -> Response:
    return make_response(render_template("second_factor.html", wrong=wrong, next=request.args.get("next", "")))
