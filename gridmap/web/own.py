"""One's own account: roles, password, second factor, sessions."""

from contextlib import suppress

import segno
from apiflask import APIBlueprint
from flask import make_response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from gridmap import clock
from gridmap.accounts import own, second_factor
from gridmap.accounts import sessions as signed_in_at
from gridmap.errors import GridmapError, NotFound, msg
from gridmap.http import sessions
from gridmap.http.problems import status_of, tell
from gridmap.http.state import db
from gridmap.http.who import account, needs
from gridmap.web import language

bp = APIBlueprint("own", __name__, enable_openapi=False)
bp.before_request(language.switch)
_PENDING = "second_factor_pending"  # The new secret waits in the owner's own cookie until a code proves it was taken in.


@bp.get("/account")
@needs("account.own")
def page() -> Response:
    """All about one's own account."""
    account()
    return _page()


@bp.post("/account/password")
@needs("account.own")
def change_password() -> Response:
    """Another password."""
    me, typed = account(), request.form
    if typed.get("password") != typed.get("again"):
        return _page(msg("The two new passwords differ"), at="password", status=422)
    try:
        epoch = own.change_password(
            db(),
            me.username,
            typed.get("present", ""),
            typed.get("password", ""),
            address=request.remote_addr or "",
            now=clock.now(),
        )
    except GridmapError as error:
        db().commit()  # A wrong present password counts as a try.
        return _page(tell(error.text, error.values), at="password", status=status_of(error))
    sessions.go_on(epoch)
    db().commit()
    return redirect(url_for("own.page", done="password"), 303)


@bp.get("/account/second-factor")
@needs("account.own")
def second_factor_page() -> Response:
    """A new secret as a QR code, to be proved by a code."""
    if account().second_factor:
        return redirect(url_for("own.page"), 303)
    session[_PENDING] = session.get(_PENDING) or second_factor.fresh_secret()
    return _second_factor_page()


@bp.post("/account/second-factor")
@needs("account.own")
def add_second_factor() -> Response:
    """Ask for codes from now on; the recovery codes are shown this once."""
    me, secret = account(), session.get(_PENDING)
    if not secret:
        return redirect(url_for("own.second_factor_page"), 303)
    try:
        codes = own.add_second_factor(
            db(), me.username, secret, request.form.get("code", ""), seal=sessions.seal(), now=clock.now()
        )
    except GridmapError as error:
        return _second_factor_page(tell(error.text, error.values), status=status_of(error))
    db().commit()
    session.pop(_PENDING)
    return make_response(render_template("recovery_codes.html", codes=codes))


@bp.post("/account/second-factor/remove")
@needs("account.own")
def drop_second_factor() -> Response:
    """Ask for no code any more."""
    me = account()
    try:
        own.drop_second_factor(
            db(), me.username, request.form.get("present", ""), address=request.remote_addr or "", now=clock.now()
        )
    except GridmapError as error:
        db().commit()  # same
        return _page(tell(error.text, error.values), at="second-factor", status=status_of(error))
    db().commit()
    return redirect(url_for("own.page", done="second-factor"), 303)


@bp.post("/account/sessions/<session_id>/end")
@needs("account.own")
def leave_there(session_id: str) -> Response:
    """End one session of this account; a second click finds it ended already."""
    with suppress(NotFound):
        signed_in_at.end(db(), account().account_id, session_id, now=clock.now())
    db().commit()
    return redirect(url_for("own.page", done="sessions", _anchor="h-sessions"), 303)


@bp.post("/account/sign-out-everywhere")
@needs("account.own")
def leave_everywhere() -> Response:
    """End every session of this account, this one included."""
    own.end_sessions(db(), account().username)
    sessions.end()
    db().commit()
    return redirect(url_for("sign_in.page"), 303)


def _page(wrong: str = "", *, at: str = "", status: int = 200) -> Response:
    done = request.args.get("done", "")
    text = render_template(
        "account.html",
        wrong=tell(wrong, {}) if wrong else "",
        at=at,
        done=done,
        sessions=sessions.mine(),
        this_one=sessions.this_one(),
    )
    return make_response(text, status)


def _second_factor_page(wrong: str = "", *, status: int = 200) -> Response:
    secret = session[_PENDING]
    picture = segno.make(second_factor.address(secret, account().username), error="m")
    return make_response(
        render_template(
            "second_factor_setup.html",
            wrong=wrong,
            secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
            picture=picture.svg_data_uri(scale=6, border=2, dark="#000", light="#fff"),
        ),
        status,
    )
