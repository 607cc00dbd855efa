"""Compose the application: settings, database, doors. Nobody imports this but those who start it."""

from apiflask import APIFlask
from werkzeug.middleware.proxy_fix import ProxyFix

from gridmap import __version__, api, web
from gridmap.cases import working
from gridmap.config import Settings
from gridmap.db import make_engine
from gridmap.http import asking, document, hosts, metrics, problems, sessions, state
from gridmap.http.json import StrictJSON
from gridmap.http.secret import secret_key


def create_app(settings: Settings | None = None, *, database_url: str | None = None) -> APIFlask:
    """The WSGI application.

    Args:
        settings: what is set; read from the environment when not given.
        database_url: where the database is, when it is not the one of the settings (the private cluster's).
    """
    settings = settings or Settings()
    working.keep_hours(settings.working_hours)
    app = APIFlask("gridmap", title="Gridmap", version=__version__, spec_path="/api/openapi.json", docs_path=None)
    app.json = StrictJSON(app)
    app.config.update(
        SECRET_KEY=secret_key(settings),
        MAX_CONTENT_LENGTH=settings.body_max_bytes,
        OPENAPI_VERSION="3.1.0",
    )
    url = database_url or _database_url(settings)
    state.hold(app, settings, make_engine(url, statement_seconds=settings.statement_seconds))
    if settings.tls_proxy:
        # The host is the one asked for: proxies hand it on as it is (docs/operating.md), and hosts.trust checks it.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.tls_proxy, x_proto=settings.tls_proxy)  # type: ignore[method-assign]  # Flask's documented place for middleware
    hosts.trust(app, f"{settings.trusted_hosts},{_own_name(settings.host)}")
    problems.handle(app)
    asking.check(app)
    document.complete(app)
    metrics.count(app)
    sessions.install(app, settings)
    web.install(app, settings)
    api.install(app)
    return app


def _own_name(host: str) -> str:
    """The address it listens on, as browsers write it: who set it means to be reached by it."""
    return f"[{host}]" if ":" in host else host


def _database_url(settings: Settings) -> str:
    if settings.database_url is None:
        raise RuntimeError("GRIDMAP_DATABASE_URL is not set; `gridmap run` starts the private database and sets it")
    return settings.database_url.get_secret_value()
