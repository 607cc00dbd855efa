"""What a request finds at hand: the settings and a database session of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import Flask, current_app, g
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from gridmap.config import Settings
from gridmap.db import make_looks, make_sessions
from gridmap.desk.alerts import Policy
from gridmap.replicas.several import Replicas

_KEY = "gridmap"


@dataclass(frozen=True)
class State:
    """What the composed application holds for its requests."""

    settings: Settings
    engine: Engine
    sessions: sessionmaker[Session]
    looks: sessionmaker[Session]
    replicas: Replicas


def hold(app: Flask, settings: Settings, engine: Engine) -> None:
    """Give `app` its settings, its database and the replicas of that."""
    named = settings.replica_urls.get_secret_value() if settings.replica_urls else ""
    replicas = Replicas(named, engine, lag_s=settings.replica_lag_seconds)
    app.extensions[_KEY] = State(settings, engine, make_sessions(engine), make_looks(engine), replicas)
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


@contextmanager
def reads_from(session: Session) -> Iterator[None]:
    """Within the block this request's session is another one: a replica's."""
    own = db()
    g.session = session
    try:
        yield
    finally:
        g.session = own


def _close(_error: BaseException | None) -> None:
    session: Session | None = g.pop("session", None)
    if session is not None:
        session.close()
