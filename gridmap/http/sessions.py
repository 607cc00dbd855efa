"""Sessions of people: a signed cookie by Flask-Login that holds the account's id, its session's and two moments.

A session ends when its owner ends it, when its account is disabled or signs out everywhere, when nobody used it for
GRIDMAP_SESSION_IDLE_MINUTES, and after GRIDMAP_SESSION_HOURS in any case. Changes that come with a cookie must carry the
session's CSRF token, in the field `csrf_token` or the header X-CSRFToken; with a key they need none, for no page of another
site can send a key.
"""

from collections.abc import Sequence
from datetime import timedelta
from time import time

from flask import Flask, current_app, request, session
from flask_login import LoginManager, current_user, login_user, logout_user
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf

from gridmap import clock
from gridmap.accounts import sessions
from gridmap.accounts.lookup import SignedIn, signed_in
from gridmap.accounts.models import Account, AccountSession
from gridmap.accounts.sealing import Seal
from gridmap.config import Settings
from gridmap.errors import NotAllowed, NotAuthenticated, msg
from gridmap.http.keys import shows_key
from gridmap.http.state import db, settings, state

_SAFE = ("GET", "HEAD", "OPTIONS")
_NOTED_S = 60  # The cookie is written anew at most so often.
_csrf = CSRFProtect()


class User:
    """Flask-Login's idea of somebody."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, who: SignedIn) -> None:
        self.who = who

    def get_id(self) -> str:
        """What the cookie holds."""
        return str(self.who.account_id)


def install(app: Flask, settings: Settings) -> None:
    """Let `app` know people by their cookies and refuse forged forms."""
    app.config.update(
        SESSION_COOKIE_NAME="gridmap_session",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=settings.tls_proxy > 0,
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,  # As long as the session.
    )
    app.extensions["gridmap.seal"] = Seal(str(app.config["SECRET_KEY"]))
    manager = LoginManager(app)
    manager.session_protection = None  # Phones change their address on the way from house to house.
    manager.user_loader(_load)
    _csrf.init_app(app)
    app.before_request(_refuse_forgeries)


def seal() -> Seal:
    """What seals second factors."""
    found: Seal = current_app.extensions["gridmap.seal"]
    return found


def here() -> SignedIn | None:
    """Who is signed in by this request's cookie."""
    who: SignedIn | None = current_user.who if current_user.is_authenticated else None
    return who


def begin(account: Account) -> None:
    """Start a fresh session for an account; whatever the old one held is gone. The caller commits."""
    who = signed_in(db(), account.id, clock.now())
    if who is None:
        raise NotAuthenticated(msg("This needs a session: sign in"))  # Disabled since it proved who it is.
    session.clear()
    session["sid"] = sessions.begin(db(), account, agent=request.user_agent.string, now=clock.now())
    session["began"] = session["seen"] = int(time())
    login_user(User(who))


def go_on(epoch: int) -> None:
    """Keep this session although the account's epoch has changed: its own owner ended the others. The caller commits."""
    sessions.go_on(db(), session["sid"], epoch)


def end() -> None:
    """End this browser's session, for whoever may have copied its cookie too. The caller commits."""
    if (who := here()) is not None:
        sessions.end(db(), who.account_id, session["sid"], now=clock.now())
    logout_user()
    session.clear()


def csrf_token() -> str:
    """What this session's changes must carry."""
    return str(generate_csrf())


def _load(account_id: str) -> User | None:
    now, began, seen = time(), session.get("began", 0), session.get("seen", 0)
    if now - began > settings().session_hours * 3600 or now - seen > settings().session_idle_minutes * 60:
        return None
    who = signed_in(db(), int(account_id), clock.now(), session.get("sid") or "")
    if who is None:
        return None
    if now - seen > _NOTED_S:
        session["seen"] = int(now)
        with state().sessions.begin() as writing:  # A page that is only looked at commits nothing.
            sessions.noted(writing, session["sid"], clock.now())
    return User(who)


def mine() -> Sequence[AccountSession]:
    """The sessions of whoever is signed in that hold; the last used first."""
    now, who = clock.now(), here()
    began = now - timedelta(hours=settings().session_hours)
    # What a session was last used for is noted once a minute.
    seen = now - timedelta(minutes=settings().session_idle_minutes, seconds=_NOTED_S)
    return [] if who is None else sessions.standing(db(), who.account_id, began=began, seen=seen)


def this_one() -> str:
    """The id of this browser's session."""
    return str(session.get("sid") or "")


def _refuse_forgeries() -> None:
    if request.method in _SAFE or shows_key():
        return
    if request.path.startswith("/api/") and here() is None:
        return  # Nobody asks, so nobody is forged; the view says what it needs.
    try:
        _csrf.protect()
    except CSRFError as error:
        raise NotAllowed(
            msg("This form is out of date or not from here; load the page again (fetch: header X-CSRFToken)")
        ) from error
