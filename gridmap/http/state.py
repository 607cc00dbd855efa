"""What a request finds at hand: the settings and a database session of its own."""

from dataclasses import dataclass

from flask import Flask, current_app, g
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from gridmap.config import Settings
from gridmap.db import make_looks, make_sessions
from gridmap.desk.alerts import Policy

_KEY = "gridmap"


@dataclass(frozen=True)
class State:
    """What the composed application holds for its requests."""

    settings: Settings
    engine: Engine
    sessions: sessionmaker[Session]
    looks: sessionmaker[Session]


def hold(app: Flask, settings: Settings, engine: Engine) -> None:
    """Give `app` its settings and its database."""
    app.extensions[_KEY] = State(settings, engine, make_sessions(engine), make_looks(engine))
    app.teardown_appcontext(_close)


def state(app: Flask | None = None) -> State:
    """The state of the application (of the current one, unless given)."""
    found = (app or current_app).extensions[_KEY]
    assert isinstance(found, State)  # noqa: S101  # Only `hold` writes there; this tells the type checker.
    return found


def settings() -> Settings:
    """The settings in force."""
    return state().settings


def policy() -> Policy:
    """The settings that bear on taking and routing alerts."""
    s = settings()
    return Policy(s.nearest_limit_m, s.duplicate_radius_m, s.duplicate_hours)


def db() -> Session:
    """This request's session; opened at first use, closed (and rolled back, unless committed) after the request."""
    if "session" not in g:
        g.session = state().sessions()
    session: Session = g.session
    return session


def _close(_error: BaseException | None) -> None:
    session: Session | None = g.pop("session", None)
    if session is not None:
        session.close()
